//! Word lists as data: patterns over folded words, read from the TOML files in `lexicon/`.
//!
//! A pattern is a row of words: `word` exactly, `stem*`, `*anwalt*`, `a|b` one of these, `word?` may be missing, `..` up to three
//! words between, `...` up to seven, `#` a number, `#5-17` a number in that range. Matching is linear in the text for each pattern.

use super::words::words;
use std::collections::{BTreeMap, HashMap};

/// One way in which a word may match.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Shape {
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
    Gap(usize),
}

/// One pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern(Vec<Element>);

impl Pattern {
    /// Reads a pattern. Whatever is not syntax is a word.
    pub(super) fn parse(text: &str) -> Self {
        let mut elements = Vec::new();
        for part in text.split_whitespace() {
            match part {
                ".." => elements.push(Element::Gap(3)),
                "..." => elements.push(Element::Gap(7)),
                _ => {
                    let (part, optional) = part
                        .strip_suffix('?')
                        .map_or((part, false), |rest| (rest, true));
                    let mut shapes: Vec<Vec<Shape>> = part.split('|').map(shapes_of).collect();
                    if shapes.len() == 1 && !optional {
                        for shape in shapes.pop().unwrap_or_default() {
                            elements.push(Element::Word(vec![shape]));
                        }
                    } else {
                        let one_of: Vec<Shape> = shapes
                            .into_iter()
                            .filter_map(|row| row.into_iter().next())
                            .collect();
                        elements.push(if optional {
                            Element::Optional(one_of)
                        } else {
                            Element::Word(one_of)
                        });
                    }
                }
            }
        }
        Self(elements)
    }

    /// Where it ends, if it matches from `start` on.
    fn match_from(&self, words: &[String], start: usize) -> Option<usize> {
        // All positions that the elements so far can have reached; never more than a few.
        let mut reached = vec![start];
        for element in &self.0 {
            let mut next: Vec<usize> = Vec::new();
            let mut add = |position: usize| {
                if !next.contains(&position) {
                    next.push(position);
                }
            };
            for &position in &reached {
                match element {
                    Element::Gap(longest) => {
                        for step in 0..=*longest {
                            if position + step < words.len() {
                                add(position + step);
                            }
                        }
                    }
                    Element::Word(shapes) | Element::Optional(shapes) => {
                        if matches!(element, Element::Optional(_)) {
                            add(position);
                        }
                        if words
                            .get(position)
                            .is_some_and(|word| shapes.iter().any(|shape| shape.matches(word)))
                        {
                            add(position + 1);
                        }
                    }
                }
            }
            if next.is_empty() {
                return None;
            }
            reached = next;
        }
        reached.into_iter().min().filter(|end| *end > start)
    }

    /// The first place where it matches.
    pub(super) fn find(&self, words: &[String]) -> Option<(usize, usize)> {
        (0..words.len())
            .filter(|start| self.may_begin_at(words, *start))
            .find_map(|start| Some((start, self.match_from(words, start)?)))
    }

    /// The words that it may begin with; `None` where that is not told by whole words.
    fn first_words(&self) -> Option<Vec<String>> {
        let Some(Element::Word(shapes)) = self.0.first() else {
            return None;
        };
        let exact = |shape: &Shape| match shape {
            Shape::Exact(word) => Some(word.clone()),
            _ => None,
        };
        shapes.iter().map(exact).collect()
    }

    /// Whether the first word fits: hardly ever, and what follows costs memory.
    fn may_begin_at(&self, words: &[String], start: usize) -> bool {
        match (self.0.first(), words.get(start)) {
            (Some(Element::Word(shapes)), Some(word)) => {
                shapes.iter().any(|shape| shape.matches(word))
            }
            _ => true,
        }
    }
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

/// The lists of one file by name (`sure`, `words`, `innocent`, …). All languages are always looked for: a mail of three
/// words often has no sure language, and phrases of one language hardly ever mean something in another.
#[derive(Clone, Debug, Default)]
pub(super) struct Lexicon {
    lists: BTreeMap<String, List>,
}

/// Patterns, and for each word those that begin with it: of hundreds only a few are tried on a sentence.
#[derive(Clone, Debug, Default)]
struct List {
    patterns: Vec<Pattern>,
    by_first_word: HashMap<String, Vec<usize>>,
    /// Those that begin otherwise.
    others: Vec<usize>,
}

impl List {
    fn add(&mut self, pattern: Pattern) {
        let number = self.patterns.len();
        match pattern.first_words() {
            Some(words) => {
                for word in words {
                    self.by_first_word.entry(word).or_default().push(number);
                }
            }
            None => self.others.push(number),
        }
        self.patterns.push(pattern);
    }

    /// The patterns that may match, each once, in their order.
    fn candidates(&self, words: &[String]) -> impl Iterator<Item = &Pattern> {
        let mut numbers = self.others.clone();
        for word in words {
            numbers.extend(self.by_first_word.get(word).into_iter().flatten());
        }
        numbers.sort_unstable();
        numbers.dedup();
        numbers
            .into_iter()
            .filter_map(|number| self.patterns.get(number))
    }
}

/// Where a pattern matched, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Lexicon {
    /// Reads a file of lists: `[list]` with one array of patterns a language.
    pub(super) fn read(source: &str) -> Self {
        // A broken file is found by the test below; at run time an empty list is better than no gateway.
        let file: BTreeMap<String, BTreeMap<String, Vec<String>>> =
            toml::from_str(source).unwrap_or_default();
        let lists = file
            .into_iter()
            .map(|(name, languages)| {
                let mut list = List::default();
                for text in languages.values().flatten() {
                    list.add(Pattern::parse(text));
                }
                (name, list)
            })
            .collect();
        Self { lists }
    }

    /// Adds phrases to a list.
    pub(super) fn add(&mut self, list: &str, phrases: &[String]) {
        let patterns = phrases
            .iter()
            .map(|text| Pattern::parse(text))
            .filter(|pattern| !pattern.0.is_empty());
        let list = self.lists.entry(list.to_owned()).or_default();
        patterns.for_each(|pattern| list.add(pattern));
    }

    /// All hits of a list, one for each pattern.
    pub(super) fn hits(&self, list: &str, words: &[String]) -> Vec<Hit> {
        self.lists
            .get(list)
            .into_iter()
            .flat_map(|list| list.candidates(words))
            .filter_map(|pattern| pattern.find(words))
            .map(|(start, end)| Hit { start, end })
            .collect()
    }

    /// Whether a list has a hit.
    pub(super) fn has(&self, list: &str, words: &[String]) -> bool {
        self.lists
            .get(list)
            .into_iter()
            .flat_map(|list| list.candidates(words))
            .any(|pattern| pattern.find(words).is_some())
    }

    /// Hits of `sure` and `words` that no innocent phrase overlaps; those of `words` without a negation just before.
    pub(super) fn meant(&self, words: &[String]) -> Vec<Hit> {
        let innocent = self.hits("innocent", words);
        let covered = |hit: &Hit| {
            innocent
                .iter()
                .any(|other| other.start < hit.end && hit.start < other.end)
        };
        let mut found: Vec<Hit> = self
            .hits("sure", words)
            .into_iter()
            .filter(|hit| !covered(hit))
            .collect();
        found.extend(
            self.hits("words", words)
                .into_iter()
                .filter(|hit| !covered(hit) && !is_negated(words, hit.start)),
        );
        found
    }
}

/// Whether a negation stands in the three words before a place.
pub(super) fn is_negated(words: &[String], start: usize) -> bool {
    words
        .iter()
        .take(start)
        .skip(start.saturating_sub(3))
        .any(|word| {
            matches!(
                word.as_str(),
                "not"
                    | "no"
                    | "never"
                    | "nobody"
                    | "none"
                    | "nothing"
                    | "without"
                    | "dont"
                    | "didnt"
                    | "doesnt"
                    | "isnt"
                    | "wasnt"
                    | "havent"
                    | "hasnt"
                    | "wont"
                    | "cannot"
                    | "cant"
                    | "neither"
                    | "nor"
                    | "nicht"
                    | "kein"
                    | "keine"
                    | "keinen"
                    | "keinem"
                    | "keiner"
                    | "nie"
                    | "niemals"
                    | "niemand"
                    | "nichts"
                    | "ohne"
                    | "pas"
                    | "jamais"
                    | "aucun"
                    | "aucune"
                    | "sans"
                    | "nunca"
                    | "nadie"
                    | "sin"
                    | "ni"
                    | "non"
                    | "mai"
                    | "nessun"
                    | "nessuno"
                    | "nessuna"
                    | "senza"
                    | "niet"
                    | "geen"
                    | "nooit"
                    | "zonder"
                    | "nao"
                    | "ninguem"
                    | "sem"
                    | "nem"
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(pattern: &str, text: &str) -> bool {
        Pattern::parse(pattern).find(&words(text)).is_some()
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
            ("want|need a? refund", "we need refund", true),
            ("n'ai pas", "je n’ai pas", true),
        ] {
            assert_eq!(finds(pattern, text), expected, "{pattern} in {text}");
        }
    }

    #[test]
    fn what_is_denied_or_innocent_is_not_meant() {
        let lexicon =
            Lexicon::read("[words]\nen=['hacked','lawyer']\n[innocent]\nen=['lawyer friend']");
        assert!(lexicon.meant(&words("nobody has hacked me")).is_empty());
        assert!(lexicon.meant(&words("my lawyer friend")).is_empty());
        assert_eq!(lexicon.meant(&words("my lawyer writes")).len(), 1);
    }
}
