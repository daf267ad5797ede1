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
use std::collections::BTreeMap;

/// The words of a class, by its name: `a|b*`.
pub(super) type Classes = BTreeMap<String, String>;

/// One way in which a word may match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Exact(String),
    Prefix(String),
    Suffix(String),
    Inside(String),
    Number(u32, u32),
}

impl Shape {
    fn matches(&self, word: &str) -> bool {
        match self {
            Self::Exact(text) => word == text,
            Self::Prefix(text) => word.starts_with(text.as_str()),
            Self::Suffix(text) => word.ends_with(text.as_str()),
            Self::Inside(text) => word.contains(text.as_str()),
            Self::Number(from, to) => {
                word.len() <= 9
                    && word
                        .parse::<u32>()
                        .is_ok_and(|number| (*from..=*to).contains(&number))
            }
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Element {
    Word(Vec<Shape>),
    Optional(Vec<Shape>),
    Unless(Vec<Shape>),
    Gap(usize),
    End,
}

/// One pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern(Vec<Element>);

impl Pattern {
    /// Reads a pattern. Whatever is not syntax is a word.
    pub(super) fn parse(text: &str, classes: &Classes) -> Self {
        let mut elements = Vec::new();
        for part in text.split_whitespace() {
            match part {
                ".." => elements.push(Element::Gap(3)),
                "..." => elements.push(Element::Gap(7)),
                "$" => elements.push(Element::End),
                _ => read_part(part, classes, &mut elements),
            }
        }
        Self(elements)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The words with one of which a match must begin; nothing where it can begin with any.
    pub(super) fn first(&self) -> Option<&[Shape]> {
        match self.0.first() {
            Some(Element::Word(shapes)) => Some(shapes),
            _ => None,
        }
    }

    /// Where it ends, if it matches from `start` on.
    pub(super) fn match_from(&self, words: &[String], start: usize) -> Option<usize> {
        // All positions that the elements so far can have reached; never more than a few.
        let mut reached = vec![start];
        let mut next: Vec<usize> = Vec::new();
        for element in &self.0 {
            next.clear();
            let mut add = |position: usize| {
                if !next.contains(&position) {
                    next.push(position);
                }
            };
            for &position in &reached {
                let is_one_of = |shapes: &[Shape]| {
                    words
                        .get(position)
                        .is_some_and(|word| shapes.iter().any(|shape| shape.matches(word)))
                };
                match element {
                    Element::Gap(longest) => {
                        for step in 0..=*longest {
                            if position + step < words.len() {
                                add(position + step);
                            }
                        }
                    }
                    Element::End => {
                        if position == words.len() {
                            add(position);
                        }
                    }
                    Element::Unless(shapes) => {
                        if !is_one_of(shapes) {
                            add(position);
                        }
                    }
                    Element::Word(shapes) => {
                        if is_one_of(shapes) {
                            add(position + 1);
                        }
                    }
                    Element::Optional(shapes) => {
                        add(position);
                        if is_one_of(shapes) {
                            add(position + 1);
                        }
                    }
                }
            }
            if next.is_empty() {
                return None;
            }
            std::mem::swap(&mut reached, &mut next);
        }
        reached.into_iter().min().filter(|end| *end > start)
    }
}

fn read_part(part: &str, classes: &Classes, elements: &mut Vec<Element>) {
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
        for shape in rows.pop().unwrap_or_default() {
            elements.push(Element::Word(vec![shape]));
        }
        return;
    }
    let one_of: Vec<Shape> = rows
        .into_iter()
        .filter_map(|row| row.into_iter().next())
        .collect();
    if one_of.is_empty() {
        return;
    }
    elements.push(match (unless, optional) {
        (true, _) => Element::Unless(one_of),
        (false, true) => Element::Optional(one_of),
        (false, false) => Element::Word(one_of),
    });
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
    let mut row: Vec<Shape> = words(text).into_iter().map(Shape::Exact).collect();
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
