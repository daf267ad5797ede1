//! One table of a TOML file: hands out its values by type, remembers which keys were asked for, and names all others as
//! unknown. Every value keeps its place in the file.

use super::source::Source;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value and its place in the file.
#[derive(Clone, Debug)]
pub(crate) struct Located<T> {
    pub(crate) value: T,
    pub(crate) at: Range<usize>,
}

/// A table, or its absence: then every key of it is absent.
pub(crate) struct Section<'s> {
    /// Its name as it stands in the file, without brackets; empty at the top level.
    name: String,
    table: Option<&'s DeTable<'s>>,
    /// The place of its header.
    at: Range<usize>,
    source: &'s Source,
    asked: RefCell<Vec<String>>,
}

impl<'s> Section<'s> {
    pub(crate) fn new(
        name: &str,
        table: Option<&'s DeTable<'s>>,
        at: Range<usize>,
        source: &'s Source,
    ) -> Self {
        Self {
            name: name.to_owned(),
            table,
            at,
            source,
            asked: RefCell::default(),
        }
    }

    pub(crate) fn at(&self) -> &Range<usize> {
        &self.at
    }

    pub(crate) fn problem(
        &self,
        at: &Range<usize>,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.source.problem(at, what, remedy);
    }

    /// What stands in it, as it was parsed.
    pub(crate) const fn table(&self) -> Option<&'s DeTable<'s>> {
        self.table
    }

    /// The line of a place.
    pub(crate) fn line(&self, at: &Range<usize>) -> usize {
        self.source.line(at)
    }

    /// Whether a key stands there, whatever it holds.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.is_some_and(|table| table.contains_key(key))
    }

    /// The key with its section, for messages: `[inbox] host`.
    pub(crate) fn full_name(&self, key: &str) -> String {
        if self.name.is_empty() {
            key.to_owned()
        } else {
            format!("[{}] {key}", self.name)
        }
    }

    fn take(&self, key: &str) -> Option<(&'s DeValue<'s>, Range<usize>)> {
        self.asked.borrow_mut().push(key.to_owned());
        self.source.note_asked(self.full_name(key));
        let value: &'s Spanned<DeValue<'s>> = self.table?.get(key)?;
        Some((value.get_ref(), value.span()))
    }

    fn wrong_type(
        &self,
        key: &str,
        at: &Range<usize>,
        found: &DeValue<'_>,
        wanted: &str,
        example: &str,
    ) {
        let name = self.full_name(key);
        let what = format!("{name} is {}, not {wanted}", with_article(found.type_str()));
        self.problem(at, what, format!("write it like `{key} = {example}`"));
    }

    /// A text.
    pub(crate) fn text(&self, key: &str) -> Option<Located<String>> {
        let (value, at) = self.take(key)?;
        match value.as_str() {
            Some(text) => Some(Located {
                value: text.to_owned(),
                at,
            }),
            None => {
                self.wrong_type(key, &at, value, "a text", "\"…\"");
                None
            }
        }
    }

    /// A text that must be there and not be empty.
    pub(crate) fn required_text(&self, key: &str, example: &str) -> Option<Located<String>> {
        let missing = || {
            let what = format!("{} is missing", self.full_name(key));
            self.problem(&self.at, what, format!("add `{key} = \"{example}\"`"));
        };
        let is_there = self.table.is_some_and(|table| table.contains_key(key));
        let found = self.text(key);
        match found {
            Some(text) if text.value.trim().is_empty() => {
                let what = format!("{} is empty", self.full_name(key));
                self.problem(
                    &text.at,
                    what,
                    format!("write it like `{key} = \"{example}\"`"),
                );
                None
            }
            None if !is_there => {
                missing();
                None
            }
            other => other,
        }
    }

    /// A whole number between bounds, or the default.
    pub(crate) fn number(&self, key: &str, default: u64, least: u64, most: u64) -> u64 {
        let Some((value, at)) = self.take(key) else {
            return default;
        };
        let Some(integer) = value.as_integer() else {
            self.wrong_type(key, &at, value, "a whole number", &default.to_string());
            return default;
        };
        match i128::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(number) if (i128::from(least)..=i128::from(most)).contains(&number) => {
                u64::try_from(number).unwrap_or(default)
            }
            _ => {
                let what = format!(
                    "{} is {}, out of range",
                    self.full_name(key),
                    integer.as_str()
                );
                self.problem(&at, what, format!("give a number from {least} to {most}"));
                default
            }
        }
    }

    /// A share between 0 and 1.
    pub(crate) fn share(&self, key: &str) -> Option<Located<f64>> {
        let (value, at) = self.take(key)?;
        let number = match value {
            DeValue::Float(float) => float.as_str().parse::<f64>().ok(),
            DeValue::Integer(integer) => integer.as_str().parse::<f64>().ok(),
            _ => None,
        };
        match number {
            Some(number) if (0.0..=1.0).contains(&number) => Some(Located { value: number, at }),
            Some(_) => {
                let what = format!("{} is not between 0 and 1", self.full_name(key));
                self.problem(&at, what, "give a probability like `0.8`");
                None
            }
            None => {
                self.wrong_type(key, &at, value, "a number", "0.8");
                None
            }
        }
    }

    /// `true` or `false`, or the default.
    pub(crate) fn yes_or_no(&self, key: &str, default: bool) -> bool {
        let Some((value, at)) = self.take(key) else {
            return default;
        };
        value.as_bool().unwrap_or_else(|| {
            self.wrong_type(key, &at, value, "true or false", &default.to_string());
            default
        })
    }

    /// A list of texts; absent is `None`.
    pub(crate) fn texts(&self, key: &str) -> Option<Located<Vec<Located<String>>>> {
        let (value, at) = self.take(key)?;
        let Some(array) = value.as_array() else {
            self.wrong_type(key, &at, value, "a list of texts", "[\"…\"]");
            return None;
        };
        let mut texts = Vec::new();
        for entry in array.iter() {
            match entry.get_ref().as_str() {
                Some(text) => texts.push(Located {
                    value: text.to_owned(),
                    at: entry.span(),
                }),
                None => self.wrong_type(
                    key,
                    &entry.span(),
                    entry.get_ref(),
                    "a list of texts",
                    "[\"…\"]",
                ),
            }
        }
        Some(Located { value: texts, at })
    }

    /// A sub-table.
    pub(crate) fn section(&self, key: &str) -> Section<'s> {
        let name = if self.name.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.name)
        };
        match self.take(key) {
            None => Section::new(&name, None, self.at.clone(), self.source),
            Some((value, at)) => {
                let table = value.as_table();
                if table.is_none() {
                    let what = format!(
                        "{name} is {}, not a section",
                        with_article(value.type_str())
                    );
                    self.problem(&at, what, format!("write it as a section `[{name}]`"));
                }
                let at = self.place(key).unwrap_or(at);
                Section::new(&name, table, at, self.source)
            }
        }
    }

    /// The tables of a list of sections (`[[team]]`).
    pub(crate) fn sections(&self, key: &str) -> Vec<Section<'s>> {
        let Some((value, at)) = self.take(key) else {
            return Vec::new();
        };
        let Some(array) = value.as_array() else {
            let what = format!(
                "{key} is {}, not a list of sections",
                with_article(value.type_str())
            );
            self.problem(
                &at,
                what,
                format!("write `[[{key}]]` with two brackets, once for each"),
            );
            return Vec::new();
        };
        let name = if self.name.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.name)
        };
        let mut sections = Vec::new();
        for entry in array.iter() {
            match entry.get_ref().as_table() {
                Some(table) => {
                    sections.push(Section::new(&name, Some(table), entry.span(), self.source));
                }
                None => {
                    let found = with_article(entry.get_ref().type_str());
                    let what = format!("{key} holds {found}, not a section");
                    let remedy = format!("write `[[{key}]]` with its keys below it");
                    self.problem(&entry.span(), what, remedy);
                }
            }
        }
        sections
    }

    /// All keys with their values as sub-sections (`[fact.NAME]`).
    pub(crate) fn named_sections(&self) -> Vec<(Located<String>, Section<'s>)> {
        self.entries()
            .into_iter()
            .map(|key| {
                let section = self.section(&key.value);
                (key, section)
            })
            .collect()
    }

    /// All keys, with their places.
    pub(crate) fn entries(&self) -> Vec<Located<String>> {
        let table = self.table.into_iter().flatten();
        table
            .map(|(key, _)| Located {
                value: key.get_ref().clone().into_owned(),
                at: key.span(),
            })
            .collect()
    }

    /// The place of a key, if it is there.
    pub(crate) fn place(&self, key: &str) -> Option<Range<usize>> {
        let entries = self.entries().into_iter();
        entries
            .filter(|entry| entry.value == key)
            .map(|entry| entry.at)
            .next()
    }

    /// Whether a key holds a table.
    pub(crate) fn holds_section(&self, key: &str) -> bool {
        let value = self.table.and_then(|table| table.get(key));
        value.is_some_and(|value| value.get_ref().is_table())
    }

    /// Names every key that nobody asked for.
    pub(crate) fn refuse_unknown_keys(&self) {
        let asked = self.asked.borrow();
        for entry in self.entries() {
            if asked.contains(&entry.value) {
                continue;
            }
            let what = if self.name.is_empty() && self.holds_section(&entry.value) {
                format!("unknown section [{}]", entry.value)
            } else {
                format!("unknown key {}", self.full_name(&entry.value))
            };
            let remedy = match nearest(&entry.value, &asked) {
                Some(near) => format!("did you mean `{near}`? otherwise remove it"),
                None => {
                    let known: BTreeSet<&str> = asked.iter().map(String::as_str).collect();
                    let known: Vec<&str> = known.into_iter().collect();
                    format!("remove it (known here: {})", known.join(", "))
                }
            };
            self.problem(&entry.at, what, remedy);
        }
    }
}

fn with_article(type_name: &str) -> String {
    let article = if type_name.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {type_name}")
}

/// The name that was probably meant: at most two letters away (one in short names).
pub(crate) fn nearest<'n>(name: &str, known: &'n [String]) -> Option<&'n str> {
    let limit = if name.chars().count() <= 4 { 1 } else { 2 };
    let distances = known
        .iter()
        .map(|candidate| (distance(name, candidate), candidate));
    let (best, candidate) = distances.min()?;
    (best <= limit).then_some(candidate.as_str())
}

/// The edit distance in characters, where two neighbours in the wrong order count as one slip.
fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().collect();
    let right: Vec<char> = right.chars().collect();
    let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX / 2);
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (line, character) in left.iter().enumerate() {
        let mut row = vec![line + 1];
        for (column, other) in right.iter().enumerate() {
            let change = at(&last, column) + usize::from(character != other);
            let insert = at(&row, column) + 1;
            let remove = at(&last, column + 1) + 1;
            let mut best = change.min(insert).min(remove);
            let swapped = line > 0
                && column > 0
                && left.get(line - 1) == Some(other)
                && right.get(column - 1) == Some(character);
            if swapped {
                best = best.min(at(&before_last, column - 1) + 1);
            }
            row.push(best);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    at(&last, right.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_key_is_recognised() {
        let known = [
            "password_file".to_owned(),
            "port".to_owned(),
            "host".to_owned(),
        ];
        assert_eq!(nearest("pasword_file", &known), Some("password_file"));
        assert_eq!(nearest("prot", &known), Some("port"));
        assert_eq!(nearest("hosts", &known), Some("host"));
        assert_eq!(nearest("colour", &known), None);
    }

    #[test]
    fn an_entry_that_is_no_section_is_said_once_and_asked_for_nothing() {
        let source = Source::new(std::path::Path::new("x.toml"), "team = [1, { a = 2 }]\n", 0);
        let (document, errors) = DeTable::parse_recoverable(source.text());
        assert!(errors.is_empty());
        let top = Section::new("", Some(document.get_ref()), 0..0, &source);
        assert_eq!(top.sections("team").len(), 1);
        let said: Vec<String> = source
            .into_problems()
            .iter()
            .map(ToString::to_string)
            .collect();
        let wanted = "x.toml:1:9: team holds an integer, not a section; write `[[team]]` with its keys below it";
        assert_eq!(said, [wanted]);
    }
}
