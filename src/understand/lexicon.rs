//! Word lists as data: patterns (`pattern.rs`) over folded words, read from the TOML files in `lexicon/`.
//!
//! A file has lists (`[sure]`, `[words]`, `[innocent]`, …), each with an array of patterns a language. `[class]` names words
//! that patterns use as `<name>`. Manners and the lesser signals are looked for in all languages at once; stops and urgency in
//! each language apart ([`Lexicon::read_each_language`]), where `stops/tongues.rs` says that it may be spoken.
//!
//! Lists are long and mails are many, so patterns are kept by the word they begin with, those of all lists of a file together: what a
//! sentence does not begin, is not tried ([`Lexicon::begin`]).

use super::hashing::QuickMap;
use super::pattern::{Classes, Letters, Pattern, PatternReader, Shape};
use std::collections::BTreeMap;

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

/// The lists of one file: their patterns, and which of them can begin with a word.
#[derive(Clone, Debug, Default)]
pub(super) struct Lexicon {
    /// The number of each list, by name.
    lists: BTreeMap<String, u32>,
    patterns: Vec<Pattern>,
    by_word: QuickMap<Box<str>, Vec<Entry>>,
    by_stem: QuickMap<[u8; STEM_KEY], Vec<Entry>>,
    by_number: Vec<Entry>,
    by_any: Vec<Entry>,
}

/// A pattern that can begin with some word.
#[derive(Clone, Copy, Debug)]
struct Entry {
    pattern: u32,
    list: u32,
    /// How the word behind may begin: most patterns that begin with `I` are given up without being looked at.
    second: Letters,
}

/// A place where a pattern may begin.
#[derive(Clone, Copy, Debug)]
struct Beginning<'a> {
    list: u32,
    pattern: &'a Pattern,
    start: usize,
}

impl Beginning<'_> {
    fn hit<W: AsRef<str>>(&self, words: &[W]) -> Option<Hit> {
        let start = self.start;
        let end = self.pattern.match_from(words, start)?;
        Some(Hit { start, end })
    }
}

/// A row of words, and where a pattern of any list may begin in it: for who asks for several lists.
#[derive(Clone, Debug)]
pub(super) struct Begun<'a> {
    lexicon: &'a Lexicon,
    words: &'a [String],
    beginnings: Vec<Beginning<'a>>,
}

impl Begun<'_> {
    fn iter(&self, list: &str) -> impl Iterator<Item = Hit> {
        let list = self.lexicon.lists.get(list);
        let beginnings = list.map_or(&[][..], |_| &self.beginnings);
        beginnings
            .iter()
            .filter(move |beginning| Some(&beginning.list) == list)
            .filter_map(|beginning| beginning.hit(self.words))
    }

    /// All hits of a list, from the first word on.
    pub(super) fn hits(&self, list: &str) -> Vec<Hit> {
        self.iter(list).collect()
    }

    /// Whether a list has a hit.
    pub(super) fn has(&self, list: &str) -> bool {
        self.iter(list).next().is_some()
    }

    /// Hits of a list that no innocent phrase overlaps.
    pub(super) fn guilty(&self, list: &str) -> Vec<Hit> {
        let mut hits = self.hits(list);
        if !hits.is_empty() {
            let innocent = self.hits("innocent");
            hits.retain(|hit| !innocent.iter().any(|other| hit.overlaps(*other)));
        }
        hits
    }
}

impl Lexicon {
    /// Reads a file of lists, all languages together.
    pub(super) fn read(source: &str) -> Self {
        let (lists, classes) = lists_and_classes(source);
        let mut reader = PatternReader::new(classes);
        let mut lexicon = Self::default();
        for (name, languages) in lists {
            let list = lexicon.list(&name);
            languages
                .values()
                .for_each(|rows| lexicon.add_rows(list, rows, &mut reader));
        }
        lexicon
    }

    /// Reads a file of lists, each language apart: a phrase of one excuses nothing in another.
    pub(super) fn read_each_language(source: &str) -> Vec<(String, Self)> {
        let (lists, classes) = lists_and_classes(source);
        let mut reader = PatternReader::new(classes);
        let mut each: Vec<(String, Self)> = Vec::new();
        for (name, languages) in lists {
            for (language, rows) in languages {
                let at = each.iter().position(|(known, _)| *known == language);
                let at = at.unwrap_or_else(|| {
                    each.push((language, Self::default()));
                    each.len().saturating_sub(1)
                });
                if let Some((_, lexicon)) = each.get_mut(at) {
                    let list = lexicon.list(&name);
                    lexicon.add_rows(list, &rows, &mut reader);
                }
            }
        }
        each
    }

    /// Adds phrases to a list.
    pub(super) fn add(&mut self, list: &str, phrases: &[String]) {
        let list = self.list(list);
        let mut reader = PatternReader::default();
        phrases
            .iter()
            .map(|text| reader.read(text))
            .filter(|pattern| !pattern.is_empty())
            .for_each(|pattern| self.add_pattern(list, pattern));
    }

    /// The number of a list; a new one where there is none of this name.
    fn list(&mut self, name: &str) -> u32 {
        let next = u32::try_from(self.lists.len()).unwrap_or(u32::MAX);
        *self.lists.entry(name.to_owned()).or_insert(next)
    }

    fn add_rows(&mut self, list: u32, rows: &toml::Value, reader: &mut PatternReader) {
        let rows = rows.as_array().into_iter().flatten();
        for text in rows.filter_map(toml::Value::as_str) {
            self.add_pattern(list, reader.read(text));
        }
    }

    fn add_pattern(&mut self, list: u32, pattern: Pattern) {
        let entry = Entry {
            pattern: u32::try_from(self.patterns.len()).unwrap_or(u32::MAX),
            list,
            second: pattern.second(),
        };
        let put = |row: &mut Vec<Entry>| {
            if row.last().is_none_or(|last| last.pattern != entry.pattern) {
                row.push(entry);
            }
        };
        match pattern.first() {
            None => put(&mut self.by_any),
            Some(first) => first.iter().for_each(|shape| match shape {
                Shape::Exact(word) => put(self.by_word.entry(word.clone()).or_default()),
                Shape::Prefix(stem) => match stem.as_bytes().first_chunk() {
                    Some(key) => put(self.by_stem.entry(*key).or_default()),
                    None => put(&mut self.by_any),
                },
                Shape::Number(..) => put(&mut self.by_number),
                Shape::Suffix(_) | Shape::Inside(_) => put(&mut self.by_any),
            }),
        }
        self.patterns.push(pattern);
    }

    /// Every place where a pattern may begin, from the first word on.
    fn beginnings<'a, W: AsRef<str>>(
        &'a self,
        words: &'a [W],
    ) -> impl Iterator<Item = Beginning<'a>> {
        words.iter().enumerate().flat_map(move |(start, word)| {
            let word = word.as_ref();
            let behind = words.get(start + 1);
            let behind = behind.map_or(Letters::NONE, |word| Letters::of(word.as_ref()));
            let by_word = self.by_word.get(word);
            let stem = word.as_bytes().first_chunk();
            let by_stem = stem.and_then(|stem| self.by_stem.get(stem));
            let digits = word.starts_with(|c: char| c.is_ascii_digit());
            let by_number = digits.then_some(&self.by_number);
            [by_word, by_stem, by_number, Some(&self.by_any)]
                .into_iter()
                .flatten()
                .flatten()
                .filter(move |entry| entry.second.may_be(behind))
                .filter_map(move |entry| {
                    Some(Beginning {
                        list: entry.list,
                        pattern: self.patterns.get(entry.pattern as usize)?,
                        start,
                    })
                })
        })
    }

    /// Looks once for whatever may begin in a row of words; its lists can then be asked.
    pub(super) fn begin<'a>(&'a self, words: &'a [String]) -> Begun<'a> {
        Begun {
            lexicon: self,
            words,
            beginnings: self.beginnings(words).collect(),
        }
    }

    /// Whether a list has a hit.
    pub(super) fn has(&self, list: &str, words: &[String]) -> bool {
        self.lists.get(list).is_some_and(|list| {
            self.beginnings(words)
                .filter(|beginning| beginning.list == *list)
                .any(|beginning| beginning.hit(words).is_some())
        })
    }

    /// The names of the lists that have a hit, in rising order.
    pub(super) fn said<W: AsRef<str>>(&self, words: &[W]) -> Vec<&str> {
        let mut said = vec![false; self.lists.len()];
        for beginning in self.beginnings(words) {
            if let Some(said) = said.get_mut(beginning.list as usize).filter(|said| !**said) {
                *said = beginning.hit(words).is_some();
            }
        }
        let names = self.lists.iter();
        names
            .filter(|(_, list)| said.get(**list as usize) == Some(&true))
            .map(|(name, _)| name.as_str())
            .collect()
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
                lexicon.begin(&words(text)).guilty("words").len(),
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
