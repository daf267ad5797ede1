//! A fact by its regular expression, found however people type it: without the hyphen, in lower case, with blanks between
//! digits, or as a bare number beside the fact's name.

use super::Candidate;
use regex::{Captures, Regex};
use std::collections::BTreeSet;

/// One part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    /// Letters and digits that must stand there.
    Literal(String),
    /// A separator of the normal form; people leave it out or type another.
    Separator(char),
    /// A class of characters, that many times.
    Class {
        set: String,
        least: usize,
        most: usize,
    },
}

/// Finds values of one pattern.
#[derive(Debug)]
pub(super) struct PatternFinder {
    normal: Regex,
    lenient: Regex,
    bare: Option<Regex>,
    segments: Vec<Segment>,
    prefixed: bool,
    context: BTreeSet<String>,
}

/// What may stand between two parts that belong together.
const SEPARATORS: &str = r"[\s\-–_./#:]{0,3}";

impl PatternFinder {
    /// `None` for a pattern that does not compile (the settings were checked before).
    pub(super) fn new(source: &str, context: &BTreeSet<String>) -> Option<Self> {
        let normal = Regex::new(&format!("^(?:{source})$")).ok()?;
        let segments = parse(source).unwrap_or_default();
        let prefixed = matches!(segments.first(), Some(Segment::Literal(text)) if text.chars().any(char::is_alphabetic));
        let lenient = if segments.is_empty() {
            // Too clever for us: as it is, but in any case.
            Regex::new(&format!("(?i)({source})")).ok()?
        } else {
            Regex::new(&lenient_source(&segments)).ok()?
        };
        let bare = prefixed.then(|| bare_source(&segments)).flatten();
        Some(Self {
            normal,
            lenient,
            bare: bare.and_then(|source| Regex::new(&source).ok()),
            segments,
            prefixed,
            context: context.clone(),
        })
    }

    /// Whether the pattern begins with letters of its own.
    pub(super) const fn has_prefix(&self) -> bool {
        self.prefixed
    }

    /// Every value in a text, at most 100.
    pub(super) fn candidates(&self, text: &str) -> Vec<Candidate> {
        let mut found = Vec::new();
        if matches!(self.segments.as_slice(), [Segment::Class { .. }]) {
            return self.codes(text);
        }
        for captures in self.lenient.captures_iter(text).take(100) {
            if let Some(candidate) = self.accept(text, &captures) {
                found.push(candidate);
            }
        }
        if let Some(bare) = &self.bare {
            for captures in bare.captures_iter(text).take(100) {
                let Some(place) = captures.name("v").map(|m| m.range()) else {
                    continue;
                };
                if !self.named_near(text, &place) || !stands_alone(text, &place) {
                    continue;
                }
                if let Some(value) = self.normal_form(&captures, true) {
                    found.push(Candidate {
                        value,
                        place,
                        weight: 5,
                    });
                }
            }
        }
        found
    }

    /// Values that are nothing but letters and digits: a word of the right length, or two words beside each other.
    fn codes(&self, text: &str) -> Vec<Candidate> {
        let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
        for (start, c) in text.char_indices() {
            let end = start + c.len_utf8();
            match runs.last_mut() {
                _ if !c.is_alphanumeric() => {}
                Some(last) if last.end == start => last.end = end,
                _ => runs.push(start..end),
            }
        }
        let mut found = Vec::new();
        for (index, run) in runs.iter().enumerate().take(10_000) {
            let pair = runs
                .get(index + 1)
                .filter(|next| {
                    text.get(run.end..next.start)
                        .is_some_and(|gap| matches!(gap, " " | "-"))
                })
                .map(|next| run.start..next.end);
            for place in [Some(run.clone()), pair].into_iter().flatten() {
                let compact: String = text
                    .get(place.clone())
                    .unwrap_or_default()
                    .chars()
                    .filter(|c| c.is_alphanumeric())
                    .collect();
                // In capitals or not, letters of ASCII stay as many as they are.
                if compact.is_ascii() && !self.may_be_as_long(compact.len()) {
                    continue;
                }
                let value = [
                    compact.clone(),
                    compact.to_uppercase(),
                    compact.to_lowercase(),
                ]
                .into_iter()
                .find(|value| self.normal.is_match(value));
                if let Some(value) = value.filter(|_| stands_alone(text, &place))
                    && let Some(candidate) = self.accept_code(text, value, place)
                {
                    found.push(candidate);
                }
            }
            if found.len() >= 100 {
                break;
            }
        }
        found
    }

    /// Whether a value of nothing but one class of characters may have this length.
    fn may_be_as_long(&self, length: usize) -> bool {
        match self.segments.as_slice() {
            [Segment::Class { least, most, .. }] => (*least..=*most).contains(&length),
            _ => true,
        }
    }

    fn accept(&self, text: &str, captures: &Captures<'_>) -> Option<Candidate> {
        let place = captures.name("v").or_else(|| captures.get(0))?.range();
        if !stands_alone(text, &place) {
            return None;
        }
        let value = self.normal_form(captures, false)?;
        if self.prefixed {
            // `WAL is nice to` is no frame number: where the class takes digits there must be one.
            let taken: String = captures
                .iter()
                .skip(2)
                .flatten()
                .map(|m| m.as_str())
                .collect();
            let takes_letters_and_digits = self.segments.iter().any(
                |segment| matches!(segment, Segment::Class { set, .. } if set.contains("A-Z") && set.contains("0-9")),
            );
            if takes_letters_and_digits && !taken.chars().any(|c| c.is_ascii_digit()) {
                return None;
            }
            return Some(Candidate {
                value,
                place,
                weight: 10,
            });
        }
        self.accept_code(text, value, place)
    }

    /// A code without letters of its own: ordinary words and numbers must not be taken for one.
    fn accept_code(
        &self,
        text: &str,
        value: String,
        place: std::ops::Range<usize>,
    ) -> Option<Candidate> {
        let written = text.get(place.clone())?;
        let digits = value.chars().any(|c| c.is_ascii_digit());
        let letters = value.chars().any(char::is_alphabetic);
        let low = written.chars().any(char::is_lowercase);
        let gap = written.chars().any(|c| !c.is_alphanumeric());
        let named = self.named_near(text, &place);
        let shouting = !text.chars().any(char::is_lowercase);
        let accepted = match (digits, letters) {
            (true, true) => (!low && !gap) || named && (!gap || !low && !shouting),
            (true, false) => named && !gap,
            // All letters: only in capitals that stand out, with the name of the fact just before.
            (false, _) => named && !low && !gap && !shouting,
        };
        if !accepted {
            return None;
        }
        let weight = u32::from(named) * 4 + u32::from(digits && letters) * 2 + u32::from(!gap);
        Some(Candidate {
            value,
            place,
            weight,
        })
    }

    /// Whether a word for this fact stands within five words before, or three after.
    fn named_near(&self, text: &str, place: &std::ops::Range<usize>) -> bool {
        let specific = |word: &str| {
            let word = word
                .trim_matches(|c: char| !c.is_alphanumeric())
                .to_lowercase();
            // `number` alone names nothing: every number is one.
            word.chars().count() > 2
                && !matches!(
                    word.as_str(),
                    "number" | "nummer" | "numero" | "numéro" | "num"
                )
                && (self.context.contains(&word)
                    || self
                        .context
                        .iter()
                        .any(|entry| entry.len() >= 6 && word.starts_with(entry.as_str())))
        };
        let before = text.get(..place.start).unwrap_or_default();
        let after = text.get(place.end..).unwrap_or_default();
        before.split_whitespace().rev().take(6).any(specific)
            || after.split_whitespace().take(5).any(specific)
    }

    /// The normal form of what was captured, if it is one.
    fn normal_form(&self, captures: &Captures<'_>, bare: bool) -> Option<String> {
        if self.segments.is_empty() {
            let text = captures.get(1)?.as_str();
            return [text.to_owned(), text.to_uppercase(), text.to_lowercase()]
                .into_iter()
                .find(|value| self.normal.is_match(value));
        }
        let build = |upper: Option<bool>| -> Option<String> {
            let mut value = String::new();
            let mut group = 2;
            for segment in &self.segments {
                match segment {
                    Segment::Literal(text) => value.push_str(text),
                    Segment::Separator(separator) => value.push(*separator),
                    Segment::Class { .. } => {
                        let part: String = captures
                            .get(group)?
                            .as_str()
                            .chars()
                            .filter(|c| c.is_alphanumeric())
                            .collect();
                        value.push_str(&match upper {
                            Some(true) => part.to_uppercase(),
                            Some(false) => part.to_lowercase(),
                            None => part,
                        });
                        group += 1;
                    }
                }
            }
            Some(value)
        };
        let _ = bare;
        [None, Some(true), Some(false)]
            .into_iter()
            .filter_map(build)
            .find(|value| self.normal.is_match(value))
    }
}

/// Whether nothing that belongs to it stands before or after: a number that is longer is another number.
fn stands_alone(text: &str, place: &std::ops::Range<usize>) -> bool {
    let before: Vec<char> = text
        .get(..place.start)
        .unwrap_or_default()
        .chars()
        .rev()
        .take(2)
        .collect();
    let after: Vec<char> = text
        .get(place.end..)
        .unwrap_or_default()
        .chars()
        .take(2)
        .collect();
    let glued = |row: &[char]| match row {
        [first, ..] if first.is_alphanumeric() || *first == '_' => true,
        // `4471-88`, `2.300`, `1,5`: one number; but a full stop before a blank ends a sentence.
        ['-' | '/' | '.' | ',', second, ..] => {
            second.is_ascii_digit() || (row.first() == Some(&'-') && second.is_alphanumeric())
        }
        _ => false,
    };
    !glued(&before) && !glued(&after)
}

fn lenient_source(segments: &[Segment]) -> String {
    let mut source = String::from("(?i)(?P<v>");
    for (index, segment) in segments.iter().enumerate() {
        if index > 0 && !matches!(segment, Segment::Separator(_)) {
            source.push_str(SEPARATORS);
        }
        match segment {
            Segment::Literal(text) => source.push_str(&regex::escape(text)),
            Segment::Separator(_) => source.push_str(SEPARATORS),
            Segment::Class { .. } => source.push_str(&class_source(segment)),
        }
    }
    source.push(')');
    source
}

/// A class whose characters may have single blanks or hyphens between them.
fn class_source(segment: &Segment) -> String {
    let Segment::Class { set, least, most } = segment else {
        return String::new();
    };
    if *most <= 1 {
        return format!("({set})");
    }
    format!(
        r"({set}(?:[ \-]?{set}){{{},{}}})",
        least.saturating_sub(1),
        most - 1
    )
}

/// The digits alone: only for patterns whose classes are all digits.
fn bare_source(segments: &[Segment]) -> Option<String> {
    let mut source = String::from("(?P<v>");
    let mut classes = 0;
    for segment in segments {
        match segment {
            Segment::Class { set, least, .. } => {
                if set.contains('A') || set.contains('a') || *least < 3 {
                    return None;
                }
                if classes > 0 {
                    source.push_str(SEPARATORS);
                }
                source.push_str(&class_source(segment));
                classes += 1;
            }
            Segment::Literal(_) if classes > 0 => return None,
            Segment::Literal(_) | Segment::Separator(_) => {}
        }
    }
    source.push(')');
    (classes > 0).then_some(source)
}

/// Takes literals, separators and counted classes; `None` for anything cleverer.
fn parse(source: &str) -> Option<Vec<Segment>> {
    let mut segments: Vec<Segment> = Vec::new();
    let mut rest = source
        .trim_start_matches(r"\b")
        .trim_start_matches('^')
        .trim_end_matches(r"\b")
        .trim_end_matches('$')
        .chars()
        .peekable();
    while let Some(c) = rest.next() {
        match c {
            '[' => {
                let mut set = String::from("[");
                loop {
                    let next = rest.next()?;
                    set.push(next);
                    if next == ']' {
                        break;
                    }
                }
                let (least, most) = count(&mut rest)?;
                segments.push(Segment::Class { set, least, most });
            }
            '\\' => match rest.next()? {
                'd' => {
                    let (least, most) = count(&mut rest)?;
                    segments.push(Segment::Class {
                        set: "[0-9]".to_owned(),
                        least,
                        most,
                    });
                }
                escaped if !escaped.is_alphanumeric() => segments.push(Segment::Separator(escaped)),
                _ => return None,
            },
            '(' | ')' | '|' | '*' | '+' | '?' | '.' | '{' | '}' => return None,
            c if c.is_alphanumeric() => {
                if let Some(Segment::Literal(text)) = segments.last_mut() {
                    text.push(c);
                } else {
                    segments.push(Segment::Literal(c.to_string()));
                }
            }
            c => segments.push(Segment::Separator(c)),
        }
    }
    (!segments.is_empty()).then_some(segments)
}

/// `{6}`, `{4,8}` or nothing; at most 64.
fn count(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<(usize, usize)> {
    match rest.peek() {
        Some('{') => {
            rest.next();
            let inside: String = rest.by_ref().take_while(|c| *c != '}').collect();
            let (least, most) = inside.split_once(',').unwrap_or((&inside, &inside));
            let (least, most): (usize, usize) =
                (least.trim().parse().ok()?, most.trim().parse().ok()?);
            (least >= 1 && most <= 64 && least <= most).then_some((least, most))
        }
        Some('+' | '*' | '?') => None,
        _ => Some((1, 1)),
    }
}

/// The values of a pattern that is only a list: `Alder (City|E1)`. At most 200.
pub(super) fn finite_values(source: &str) -> Option<Vec<String>> {
    if source.contains(['[', '\\', '{', '*', '+', '?', '.', '^', '$']) || !source.contains('|') {
        return None;
    }
    let Some((before, rest)) = source.split_once('(') else {
        return Some(source.split('|').take(200).map(str::to_owned).collect());
    };
    let (inside, after) = rest.split_once(')')?;
    if after.contains(['(', '|']) || before.contains('|') {
        return None;
    }
    let inside = inside.strip_prefix("?:").unwrap_or(inside);
    Some(
        inside
            .split('|')
            .take(200)
            .map(|choice| format!("{before}{choice}{after}"))
            .collect(),
    )
}
