//! Word lists as data: patterns (`pattern.rs`) over folded words, read from the TOML files in `lexicon/`.
//!
//! A file has lists (`[sure]`, `[words]`, `[innocent]`, …), each with an array of patterns a language. `[class]` names words
//! that patterns use as `<name>`. Manners and the lesser signals are looked for in all languages at once; stops and urgency in
//! each language apart ([`Lexicon::read_each_language`]), where `stops/tongues.rs` says that it may be spoken.
//!
//! Lists are long and mails are many, so patterns are kept by the word they begin with: what a sentence does not begin, is not tried.

use super::pattern::{Classes, Pattern, Shape};
use std::collections::{BTreeMap, HashMap};

/// Stems are kept by this many of their first bytes.
const STEM_KEY: usize = 3;

/// Where a pattern matched, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Hit {
    const fn overlaps(self, other: Self) -> bool {
        other.start < self.end && self.start < other.end
    }
}

/// The lists of one file, by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Lexicon {
    lists: BTreeMap<String, List>,
}

/// Patterns, and which of them can begin with a word.
#[derive(Clone, Debug, Default)]
struct List {
    patterns: Vec<Pattern>,
    by_word: HashMap<String, Vec<usize>>,
    by_stem: HashMap<Vec<u8>, Vec<usize>>,
    by_number: Vec<usize>,
    by_any: Vec<usize>,
}

impl List {
    fn add(&mut self, pattern: Pattern) {
        let number = self.patterns.len();
        let Some(first) = pattern.first() else {
            self.by_any.push(number);
            self.patterns.push(pattern);
            return;
        };
        for shape in first {
            let row = match shape {
                Shape::Exact(word) => self.by_word.entry(word.clone()).or_default(),
                Shape::Prefix(stem) => match stem.as_bytes().get(..STEM_KEY) {
                    Some(key) => self.by_stem.entry(key.to_vec()).or_default(),
                    None => &mut self.by_any,
                },
                Shape::Number(..) => &mut self.by_number,
                Shape::Suffix(_) | Shape::Inside(_) => &mut self.by_any,
            };
            if row.last() != Some(&number) {
                row.push(number);
            }
        }
        self.patterns.push(pattern);
    }

    /// Every place where a pattern matches, from the first word on.
    fn hits<'a>(&'a self, words: &'a [String]) -> impl Iterator<Item = Hit> + 'a {
        words.iter().enumerate().flat_map(move |(start, word)| {
            let by_word = self.by_word.get(word);
            let stem = word.as_bytes().get(..STEM_KEY);
            let by_stem = stem.and_then(|stem| self.by_stem.get(stem));
            let digits = word.starts_with(|c: char| c.is_ascii_digit());
            let by_number = digits.then_some(&self.by_number);
            [by_word, by_stem, by_number, Some(&self.by_any)]
                .into_iter()
                .flatten()
                .flatten()
                .filter_map(move |number| {
                    let end = self.patterns.get(*number)?.match_from(words, start)?;
                    Some(Hit { start, end })
                })
        })
    }
}

impl Lexicon {
    /// Reads a file of lists, all languages together.
    pub(super) fn read(source: &str) -> Self {
        let (lists, classes) = lists_and_classes(source);
        let mut lexicon = Self::default();
        for (name, languages) in lists {
            let list = lexicon.lists.entry(name).or_default();
            languages
                .values()
                .for_each(|rows| add_rows(list, rows, &classes));
        }
        lexicon
    }

    /// Reads a file of lists, each language apart: a phrase of one excuses nothing in another.
    pub(super) fn read_each_language(source: &str) -> Vec<(String, Self)> {
        let (lists, classes) = lists_and_classes(source);
        let mut each: Vec<(String, Self)> = Vec::new();
        for (name, languages) in lists {
            for (language, rows) in languages {
                let at = each.iter().position(|(known, _)| *known == language);
                let at = at.unwrap_or_else(|| {
                    each.push((language, Self::default()));
                    each.len().saturating_sub(1)
                });
                if let Some((_, lexicon)) = each.get_mut(at) {
                    add_rows(
                        lexicon.lists.entry(name.clone()).or_default(),
                        &rows,
                        &classes,
                    );
                }
            }
        }
        each
    }

    /// Adds phrases to a list.
    pub(super) fn add(&mut self, list: &str, phrases: &[String]) {
        let list = self.lists.entry(list.to_owned()).or_default();
        phrases
            .iter()
            .map(|text| Pattern::parse(text, &Classes::new()))
            .filter(|pattern| !pattern.is_empty())
            .for_each(|pattern| list.add(pattern));
    }

    /// All hits of a list.
    pub(super) fn hits(&self, list: &str, words: &[String]) -> Vec<Hit> {
        self.lists
            .get(list)
            .map(|list| list.hits(words).collect())
            .unwrap_or_default()
    }

    /// Whether a list has a hit.
    pub(super) fn has(&self, list: &str, words: &[String]) -> bool {
        self.lists
            .get(list)
            .is_some_and(|list| list.hits(words).next().is_some())
    }

    /// Hits of a list that no innocent phrase overlaps.
    pub(super) fn guilty(&self, list: &str, words: &[String]) -> Vec<Hit> {
        let mut hits = self.hits(list, words);
        if !hits.is_empty() {
            let innocent = self.hits("innocent", words);
            hits.retain(|hit| !innocent.iter().any(|other| hit.overlaps(*other)));
        }
        hits
    }

    /// The names of pairs: lists `first_x` and `second_x`, of which both must be said near each other.
    pub(super) fn pairs(&self) -> impl Iterator<Item = &str> {
        self.lists
            .keys()
            .filter_map(|name| name.strip_prefix("first_"))
    }
}

/// The lists of a file, by name and language, and its classes.
fn lists_and_classes(source: &str) -> (BTreeMap<String, toml::Table>, Classes) {
    // A broken file is found by the test below; at run time an empty list is better than no gateway.
    let mut file: BTreeMap<String, toml::Table> = toml::from_str(source).unwrap_or_default();
    let classes = file
        .remove("class")
        .unwrap_or_default()
        .into_iter()
        .filter_map(|(name, list)| Some((name, list.as_str()?.to_owned())))
        .collect();
    (file, classes)
}

fn add_rows(list: &mut List, rows: &toml::Value, classes: &Classes) {
    let rows = rows.as_array().into_iter().flatten();
    for text in rows.filter_map(toml::Value::as_str) {
        list.add(Pattern::parse(text, classes));
    }
}

#[cfg(test)]
mod tests {
    use super::super::words::words;
    use super::*;

    #[test]
    fn every_hit_is_found_and_the_innocent_ones_are_not_guilty() {
        let lexicon = Lexicon::read(
            "[words]\nen=['lawyer','#2-3 <p>','advo*']\n[innocent]\nen=['lawyer friend']\n[class]\np='*ers'",
        );
        for (text, guilty) in [
            ("my lawyer friend", 0),
            ("my lawyer friend knows a lawyer", 1),
            ("two lawyers", 0),
            ("2 lawyers", 1),
            ("advocaat of avocat", 1),
        ] {
            assert_eq!(
                lexicon.guilty("words", &words(text)).len(),
                guilty,
                "{text}"
            );
        }
    }

    #[test]
    fn every_list_that_ships_can_be_read() {
        let folder =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/understand/lexicon");
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            // Their own forms: a row of patterns for each concept and action, sentences of whole topics.
            if path.ends_with("concepts.toml")
                || path.ends_with("actions.toml")
                || path.ends_with("topics.toml")
                || path.extension().is_none_or(|kind| kind != "toml")
            {
                continue;
            }
            let source = std::fs::read_to_string(&path).unwrap();
            let file: BTreeMap<String, toml::Table> = toml::from_str(&source)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let classes = file.get("class").cloned().unwrap_or_default();
            for word in source.split(['"', ' ', '|', '!', '?']) {
                if let Some(name) = word
                    .strip_prefix('<')
                    .and_then(|rest| rest.strip_suffix('>'))
                {
                    assert!(classes.contains_key(name), "{}: <{name}>", path.display());
                }
            }
            let lists = file.iter().filter(|(name, _)| *name != "class");
            for (name, languages) in lists {
                for (language, list) in languages {
                    let place = format!("{} [{name}] {language}", path.display());
                    let rows = list
                        .as_array()
                        .unwrap_or_else(|| panic!("{place}: an array"));
                    for row in rows {
                        let text = row.as_str().unwrap_or_else(|| panic!("{place}: texts"));
                        let pattern = Pattern::parse(text, &Classes::new());
                        assert!(!pattern.is_empty(), "{place}: {text}");
                    }
                }
            }
        }
    }
}
