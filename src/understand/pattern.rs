//! What may stand in a word list: rows of words with gaps, alternatives and numbers.
//!
//! | written | matches |
//! |---|---|
//! | `word` | this word, folded |
//! | `stem*`, `*end`, `*inside*` | a word that begins, ends so, or holds it |
//! | `a\|b` | one of these |
//! | `<name>` | one of the words of that class |
//! | `word?` | this word or nothing |
//! | `!a\|b` | nothing: but the next word is none of these |
//! | `$` | the end of the sentence |
//! | `..` `...` | up to three, up to seven words in between |
//! | `#`, `#5-17` | a number, one in that range |
//!
//! Matching from a place is linear in the pattern: a gap is bounded, and places reached twice are looked at once.

use super::words::words;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// The words of a class, by its name: `a|b*`.
pub(super) type Classes = BTreeMap<String, String>;

/// One way in which a word may match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Exact(Box<str>),
    Prefix(Box<str>),
    Suffix(Box<str>),
    Inside(Box<str>),
    Number(u32, u32),
}

impl Shape {
    fn matches(&self, word: &str) -> bool {
        match self {
            Self::Exact(text) => word == text.as_ref(),
            Self::Prefix(text) => word.starts_with(text.as_ref()),
            Self::Suffix(text) => word.ends_with(text.as_ref()),
            Self::Inside(text) => word.contains(text.as_ref()),
            Self::Number(from, to) => {
                word.len() <= 9
                    && word
                        .parse::<u32>()
                        .is_ok_and(|number| (*from..=*to).contains(&number))
            }
        }
    }

    /// The word, where it must be exactly this one.
    fn exact(&self) -> Option<&str> {
        match self {
            Self::Exact(text) => Some(text),
            _ => None,
        }
    }

    /// The letters with which a word may begin.
    fn letters(&self) -> Letters {
        match self {
            Self::Exact(text) => Letters::of(text),
            Self::Prefix(text) if text.len() >= 2 => Letters::of(text),
            Self::Prefix(_) | Self::Suffix(_) | Self::Inside(_) | Self::Number(..) => Letters::ALL,
        }
    }
}

/// With which two letters words begin, as bits; some pairs of letters share one. What may not begin so needs no comparing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Letters(u64);

impl Letters {
    const ALL: Self = Self(u64::MAX);
    /// No word at all.
    pub(super) const NONE: Self = Self(0);

    pub(super) fn of(word: &str) -> Self {
        let mut bytes = word.bytes();
        let (first, second) = (bytes.next(), bytes.next());
        let mixed = first
            .unwrap_or_default()
            .wrapping_mul(11)
            .wrapping_add(second.unwrap_or_default());
        Self(1 << (mixed % 64))
    }

    const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether these may be the letters of a word, or no word need be there.
    pub(super) const fn may_be(self, word: Self) -> bool {
        self.0 & word.0 != 0 || self.0 == u64::MAX
    }
}

/// Words of which one must stand there.
#[derive(Clone, Debug, PartialEq, Eq)]
struct OneOf {
    /// The exact ones first, in order: some classes have dozens.
    shapes: Vec<Shape>,
    exact: usize,
    /// What none of them begins with needs no comparing: most words fail here.
    letters: Letters,
}

impl OneOf {
    fn new(mut shapes: Vec<Shape>) -> Arc<Self> {
        // Inexact ones have no text here, and stand behind.
        shapes.sort_by(|a, b| {
            (a.exact().is_none(), a.exact()).cmp(&(b.exact().is_none(), b.exact()))
        });
        let is_exact = |shape: &&Shape| shape.exact().is_some();
        let letters = shapes
            .iter()
            .map(Shape::letters)
            .fold(Letters::NONE, Letters::or);
        Arc::new(Self {
            exact: shapes.iter().take_while(is_exact).count(),
            shapes,
            letters,
        })
    }

    fn has(&self, word: &str) -> bool {
        if !self.letters.may_be(Letters::of(word)) {
            return false;
        }
        let (exact, others) = self.shapes.split_at_checked(self.exact).unwrap_or_default();
        exact
            .binary_search_by(|shape| shape.exact().cmp(&Some(word)))
            .is_ok()
            || others.iter().any(|shape| shape.matches(word))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Element {
    Word(Arc<OneOf>),
    Optional(Arc<OneOf>),
    Unless(Arc<OneOf>),
    Gap(usize),
    End,
}

/// One pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern(Box<[Element]>);

impl Pattern {
    /// Reads a pattern. Whatever is not syntax is a word.
    #[cfg(test)]
    pub(super) fn parse(text: &str, classes: &Classes) -> Self {
        PatternReader::new(classes.clone()).read(text)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The words with one of which a match must begin; nothing where it can begin with any.
    pub(super) fn first(&self) -> Option<&[Shape]> {
        match self.0.first() {
            Some(Element::Word(one_of)) => Some(&one_of.shapes),
            _ => None,
        }
    }

    /// How the word behind the first one must begin.
    pub(super) fn second(&self) -> Letters {
        match self.0.get(1) {
            Some(Element::Word(one_of)) => one_of.letters,
            _ => Letters::ALL,
        }
    }

    /// Where it ends, if it matches from `start` on.
    pub(super) fn match_from<W: AsRef<str>>(&self, words: &[W], start: usize) -> Option<usize> {
        // Up to the first gap there is one way only: most places are given up here.
        let mut rest: &[Element] = &self.0;
        let mut position = start;
        while let Some((Element::Word(one_of), behind)) = rest.split_first() {
            if !one_of.has(words.get(position)?.as_ref()) {
                return None;
            }
            position += 1;
            rest = behind;
        }
        let behind = words.get(position..).unwrap_or_default();
        let end = position + steps(rest, behind)?;
        (end > start).then_some(end)
    }
}

/// How many words the elements match at least, if they match from the first word on.
fn steps<W: AsRef<str>>(elements: &[Element], words: &[W]) -> Option<usize> {
    // All steps that the elements so far can have made, as bits: no pattern has so many gaps that it could make more.
    let mut reached: u128 = 1;
    for element in elements {
        let is_one_of = |one_of: &OneOf| {
            let mut found = 0;
            let mut left = reached;
            while left != 0 {
                let step = left.trailing_zeros();
                left &= left - 1;
                let word = words.get(step as usize);
                if word.is_some_and(|word| one_of.has(word.as_ref())) {
                    found |= 1 << step;
                }
            }
            found
        };
        reached = match element {
            Element::Gap(longest) => {
                let within = (0..=*longest).fold(0, |within, step| within | reached << step);
                within & before(words.len())
            }
            Element::End => reached & !before(words.len()) & before(words.len() + 1),
            Element::Unless(one_of) => reached & !is_one_of(one_of),
            Element::Word(one_of) => is_one_of(one_of) << 1,
            Element::Optional(one_of) => reached | is_one_of(one_of) << 1,
        };
        if reached == 0 {
            return None;
        }
    }
    Some(reached.trailing_zeros() as usize)
}

/// The bits of all steps below a number.
fn before(count: usize) -> u128 {
    u32::try_from(count)
        .ok()
        .and_then(|count| 1_u128.checked_shl(count))
        .map_or(u128::MAX, |bit| bit - 1)
}

/// Reads patterns. What stands in several of them is kept once.
#[derive(Debug, Default)]
pub(super) struct PatternReader {
    classes: Classes,
    known: HashMap<String, Vec<Element>>,
}

impl PatternReader {
    pub(super) fn new(classes: Classes) -> Self {
        Self {
            classes,
            known: HashMap::new(),
        }
    }

    /// Reads a pattern. Whatever is not syntax is a word.
    pub(super) fn read(&mut self, text: &str) -> Pattern {
        let mut elements = Vec::new();
        for part in text.split_whitespace() {
            if let Some(known) = self.known.get(part) {
                elements.extend_from_slice(known);
                continue;
            }
            let read = read_part(part, &self.classes);
            elements.extend_from_slice(&read);
            self.known.insert(part.to_owned(), read);
        }
        Pattern(elements.into())
    }
}

fn read_part(part: &str, classes: &Classes) -> Vec<Element> {
    match part {
        ".." => return vec![Element::Gap(3)],
        "..." => return vec![Element::Gap(7)],
        "$" => return vec![Element::End],
        _ => {}
    }
    let (part, unless) = part
        .strip_prefix('!')
        .filter(|rest| !rest.is_empty())
        .map_or((part, false), |rest| (rest, true));
    let (part, optional) = part
        .strip_suffix('?')
        .map_or((part, false), |rest| (rest, true));
    let mut rows: Vec<Vec<Shape>> = part
        .split('|')
        .flat_map(|word| alternatives(word, classes))
        .collect();
    if rows.len() == 1 && !optional && !unless {
        // `n'ai` is two words: two elements.
        let row = rows.pop().unwrap_or_default().into_iter();
        return row
            .map(|shape| Element::Word(OneOf::new(vec![shape])))
            .collect();
    }
    let one_of: Vec<Shape> = rows
        .into_iter()
        .filter_map(|row| row.into_iter().next())
        .collect();
    if one_of.is_empty() {
        return Vec::new();
    }
    let one_of = OneOf::new(one_of);
    vec![match (unless, optional) {
        (true, _) => Element::Unless(one_of),
        (false, true) => Element::Optional(one_of),
        (false, false) => Element::Word(one_of),
    }]
}

fn alternatives(word: &str, classes: &Classes) -> Vec<Vec<Shape>> {
    let class = word
        .strip_prefix('<')
        .and_then(|name| name.strip_suffix('>'))
        .and_then(|name| classes.get(name));
    class.map_or_else(
        || vec![shapes_of(word)],
        |list| list.split('|').map(shapes_of).collect(),
    )
}

fn shapes_of(text: &str) -> Vec<Shape> {
    if let Some(range) = text.strip_prefix('#') {
        let (from, to) = range
            .split_once('-')
            .and_then(|(from, to)| Some((from.parse().ok()?, to.parse().ok()?)))
            .unwrap_or((0, u32::MAX));
        return vec![Shape::Number(from, to)];
    }
    let (before, after) = (text.starts_with('*'), text.ends_with('*'));
    let exact = |word: String| Shape::Exact(word.into());
    let mut row: Vec<Shape> = words(text).into_iter().map(exact).collect();
    if let Some(last) = row.pop() {
        let Shape::Exact(core) = last else {
            return row;
        };
        row.push(match (before, after) {
            (true, true) => Shape::Inside(core),
            (true, false) => Shape::Suffix(core),
            (false, true) => Shape::Prefix(core),
            (false, false) => Shape::Exact(core),
        });
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(pattern: &str, text: &str) -> bool {
        let classes = Classes::from([("part".to_owned(), "fork|stem*".to_owned())]);
        let pattern = Pattern::parse(pattern, &classes);
        let row = words(text);
        (0..row.len()).any(|start| pattern.match_from(&row, start).is_some())
    }

    #[test]
    fn patterns_match_rows_of_words() {
        for (pattern, text, expected) in [
            ("delete .. data", "please delete all my data", true),
            (
                "delete .. data",
                "delete it. Then he sent us all the data",
                false,
            ),
            ("*anwalt*", "mein Rechtsanwalt", true),
            ("im #5-17 years", "I'm 12 years old", true),
            ("im #5-17 years", "I'm 40 years old", false),
            ("im #5-17 !km|miles", "I'm 12 miles away", false),
            ("im #5-17 !km|miles", "I'm 12", true),
            ("want|need a? refund", "we need refund", true),
            ("n'ai pas", "je n’ai pas", true),
            ("my <part>|wheel broke", "my stems broke", true),
            ("my <part>|wheel broke", "my wheel broke", true),
            ("my <part>|wheel broke", "my saddle broke", false),
            ("i give up $", "I give up", true),
            ("i give up $", "I give up my seat", false),
        ] {
            assert_eq!(finds(pattern, text), expected, "{pattern} in {text}");
        }
    }
}
