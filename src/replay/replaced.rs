//! A conversation with other names and numbers: what was said stays, of whom and with which numbers does not. For a test that may lie beside the
//! settings, and be shown.
//!
//! Promise: the same name, address or number is replaced by the same each time within one conversation, so that what hangs together still does.
//! Numbers keep their length and first digit (an amount stays about as large, an order number keeps its form), and what replaces them is not worked
//! out from them. Years and numbers of one or two digits stay. Names of people who neither wrote nor got a mail are not recognised: whoever saves reads
//! what was saved. Reads hostile input.

use crate::mail::{Address, Mail, Mailbox};
use crate::understand::is_card_number;
use regex::{Captures, Regex};
use std::collections::{BTreeMap, BTreeSet};

/// Who they are from now on, in the order in which they come.
const NAMES: [(&str, &str); 8] = [
    ("Robin", "Moss"),
    ("Sascha", "Lind"),
    ("Noa", "Field"),
    ("Kim", "Berg"),
    ("Jona", "Reed"),
    ("Mika", "Stone"),
    ("Toni", "Brook"),
    ("Luca", "Hall"),
];
/// A card number that is nobody's, with right check digits.
const NOBODYS_CARD: &str = "4111 1111 1111 1111";
/// A single letter is no name. Names of two letters are known where they begin with a capital.
const NAME_WORD_MIN: usize = 2;
/// Parts of names and addresses that are nobody's.
const ROLES: [&str; 40] = [
    "info",
    "mail",
    "email",
    "office",
    "contact",
    "hello",
    "shop",
    "order",
    "orders",
    "post",
    "kontakt",
    "buero",
    "support",
    "sales",
    "team",
    "service",
    "admin",
    "noreply",
    "reply",
    "customer",
    "customers",
    "care",
    "help",
    "desk",
    "kundenservice",
    "via",
    "and",
    "und",
    "von",
    "der",
    "de",
    "van",
    "den",
    "la",
    "le",
    "di",
    "da",
    "the",
    "mr",
    "mrs",
];

/// What is looked at, the first that fits at a place.
const PATTERN: &str = concat!(
    r"(?P<link>(?:[A-Za-z][A-Za-z0-9+.-]{1,20}://|[Ww][Ww][Ww]\.)[^\s<>]+)",
    r"|(?P<address>[\w.+%'-]+@[\w-]+(?:\.[\w-]+)*)",
    r"|(?P<day>\b(?:[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{2,4})\b)",
    r"|(?P<row>\+?[0-9](?:[ ()/.\-]{0,2}[0-9]){4,})",
    r"|(?P<mixed>(?:[A-Za-z]+[0-9]+){2,}[A-Za-z]*|[0-9]+(?:[A-Za-z]+[0-9]+)+[A-Za-z]*)",
    r"|(?P<number>\p{Nd}+)",
    r"|(?P<word>\p{L}[\p{L}\p{M}'’-]*)",
);

/// What is replaced by what, in one conversation.
pub(super) struct Replacements {
    pattern: Regex,
    kept: Address,
    everyday: BTreeSet<String>,
    people: BTreeMap<String, Made>,
    words: BTreeMap<String, &'static str>,
    addresses: BTreeMap<String, String>,
    numbers: BTreeMap<String, String>,
    links: BTreeMap<String, String>,
}

/// Somebody who does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Made {
    name: String,
    address: String,
}

impl Replacements {
    /// For the people of these mails. The address of the desk itself stays: the settings name it.
    ///
    /// # Errors
    /// The pattern is none: without it nothing would be replaced.
    pub(super) fn of<'a>(
        mails: impl Iterator<Item = &'a Mail>,
        kept: &Address,
        everyday: &[String],
    ) -> Result<Self, regex::Error> {
        let mut replacements = Self {
            pattern: Regex::new(PATTERN)?,
            kept: kept.clone(),
            everyday: everyday.iter().map(|word| folded(word)).collect(),
            people: BTreeMap::new(),
            words: BTreeMap::new(),
            addresses: BTreeMap::new(),
            numbers: BTreeMap::new(),
            links: BTreeMap::new(),
        };
        for mail in mails {
            let writers = mail.form_writer.iter().chain(&mail.from);
            let others = mail.reply_to.iter().chain(&mail.to).chain(&mail.cc);
            for somebody in writers.chain(others) {
                replacements.meet(somebody);
            }
        }
        Ok(replacements)
    }

    fn meet(&mut self, somebody: &Mailbox) {
        let key = somebody.address.key();
        let is_the_desk = key == self.kept.key();
        if self.people.contains_key(&key) {
            return;
        }
        let number = self.people.len();
        let (given, family) = NAMES
            .get(number % NAMES.len())
            .copied()
            .unwrap_or(("Robin", "Moss"));
        // Whoever answers from the desk's address is called by a name of their own.
        let name = somebody.name.iter().map(|name| name.as_str());
        let local = key.split('@').next().filter(|_| !is_the_desk);
        for text in name.chain(local) {
            let is_end = |character: char| !character.is_alphabetic();
            let words = text.split(is_end).map(folded);
            let words = words.filter(|word| {
                let is_long = word.chars().count() >= NAME_WORD_MIN;
                is_long && !ROLES.contains(&word.as_str()) && !self.everyday.contains(word)
            });
            let words: Vec<String> = words.collect();
            for (position, word) in words.into_iter().enumerate() {
                let stands_for = if position == 0 { given } else { family };
                let _ = self.words.entry(word).or_insert(stands_for);
            }
        }
        if !is_the_desk {
            let made = Made {
                name: format!("{given} {family}"),
                address: format!("{}{}@home.example", given.to_lowercase(), number + 1),
            };
            let _ = self.people.insert(key, made);
        }
    }

    /// `Name <address>` of who stands for this one.
    pub(super) fn person(&mut self, somebody: &Mailbox) -> String {
        self.meet(somebody);
        match self.people.get(&somebody.address.key()) {
            Some(made) => format!("{} <{}>", made.name, made.address),
            None => self.kept.to_string(),
        }
    }

    /// The address alone.
    pub(super) fn address(&mut self, somebody: &Mailbox) -> String {
        self.meet(somebody);
        match self.people.get(&somebody.address.key()) {
            Some(made) => made.address.clone(),
            None => self.kept.to_string(),
        }
    }

    /// A text with all that was met replaced, and all numbers and links.
    pub(super) fn text(&mut self, text: &str) -> String {
        let pattern = self.pattern.clone();
        let replaced = pattern.replace_all(text, |found: &Captures<'_>| self.piece(found));
        replaced.into_owned()
    }

    fn piece(&mut self, found: &Captures<'_>) -> String {
        let whole = found.get(0).map_or("", |all| all.as_str());
        let is = |kind: &str| found.name(kind).is_some();
        if is("link") {
            return of(&mut self.links, whole, |number| {
                format!("https://link.example/{number}")
            });
        }
        if is("address") {
            return self.written_address(whole);
        }
        if is("day") {
            return whole.to_owned();
        }
        if is("mixed") {
            return of(&mut self.numbers, whole, |number| digits(whole, number));
        }
        if is("row") {
            return match is_card_number(whole) {
                true => NOBODYS_CARD.to_owned(),
                false => of(&mut self.numbers, whole, |number| digits(whole, number)),
            };
        }
        if is("number") {
            return match is_small_or_a_year(whole) {
                true => whole.to_owned(),
                false => of(&mut self.numbers, whole, |number| digits(whole, number)),
            };
        }
        self.word(whole)
    }

    fn written_address(&mut self, written: &str) -> String {
        let key = written.to_lowercase();
        if key == self.kept.key() {
            return written.to_owned();
        }
        match self.people.get(&key) {
            Some(made) => made.address.clone(),
            None => of(&mut self.addresses, &key, |number| {
                format!("somebody{number}@elsewhere.example")
            }),
        }
    }

    fn word(&self, word: &str) -> String {
        if let Some(made) = self.name(word) {
            return made;
        }
        // Ann's, Weber-Frei: each part for itself.
        let is_end = |character: char| !character.is_alphabetic();
        if !word.contains(is_end) {
            return word.to_owned();
        }
        let part = |part: &str| {
            let core = part.trim_end_matches(is_end);
            let end = part.strip_prefix(core).unwrap_or_default();
            match self.name(core) {
                Some(made) => format!("{made}{end}"),
                None => part.to_owned(),
            }
        };
        word.split_inclusive(is_end).map(part).collect()
    }

    /// What stands for this word of a name, which may have the ending of a genitive (`Müllers`).
    fn name(&self, word: &str) -> Option<String> {
        let key = folded(word);
        let is_short = key.chars().count() <= 2;
        if is_short && !word.starts_with(char::is_uppercase) {
            return None;
        }
        if let Some(made) = self.words.get(&key) {
            return Some((*made).to_owned());
        }
        let stem = key
            .strip_suffix('s')
            .filter(|stem| stem.chars().count() > 2)?;
        self.words.get(stem).map(|made| format!("{made}s"))
    }
}

/// In lower case, and as those write who have no umlauts.
fn folded(word: &str) -> String {
    let lower = word.to_lowercase();
    let mut folded = String::new();
    for character in lower.chars() {
        match character {
            'ä' => folded.push_str("ae"),
            'ö' => folded.push_str("oe"),
            'ü' => folded.push_str("ue"),
            'ß' => folded.push_str("ss"),
            // The mark that makes an umlaut of the letter before it.
            '\u{308}' => folded.push('e'),
            other => folded.push(other),
        }
    }
    folded
}

/// What stands for this one; the first time it is made, with its number from 1.
fn of(
    known: &mut BTreeMap<String, String>,
    written: &str,
    make: impl FnOnce(usize) -> String,
) -> String {
    let number = known.len() + 1;
    let made = known.entry(written.to_owned());
    made.or_insert_with(|| make(number)).clone()
}

fn is_small_or_a_year(digits: &str) -> bool {
    let is_year = digits.len() == 4
        && ["19", "20"]
            .iter()
            .any(|century| digits.starts_with(century));
    digits.len() <= 2 || is_year
}

/// As long, with the same first digit, and else nothing of it.
fn digits(written: &str, number: usize) -> String {
    let mut state = number as u64;
    let mut is_first = true;
    let digit = |character: char| {
        if !character.is_ascii_digit() {
            return character;
        }
        if std::mem::take(&mut is_first) {
            return character;
        }
        // Knuth's multiplier: any will do that leaves no two numbers alike.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        char::from_digit(u32::try_from(state >> 33).unwrap_or_default() % 10, 10).unwrap_or('0')
    };
    written.chars().map(digit).collect()
}

#[cfg(test)]
mod tests;
