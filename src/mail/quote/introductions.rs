//! Does a line introduce a quotation: "On … X wrote:", in the languages that mail programs speak?

use regex::Regex;
use std::sync::LazyLock;

/// The verb; regular expressions without their brackets. A new language is a new line.
const WROTE: &[(&str, &str)] = &[
    ("en", r"wrote|writes|said"),
    ("de", r"schrieb|geschrieben|schreibt"),
    ("fr", r"a\sécrit|à\sécrit|écrivait"),
    ("es", r"escribió|escribio|escribe"),
    ("ca", r"va\sescriure|ha\sescrit"),
    ("it", r"ha\sscritto|scritto|scrisse"),
    ("pt", r"escreveu|escreveu\sno\sdia"),
    ("nl", r"schreef|het\svolgende\sgeschreven|geschreven"),
    ("sv da nb", r"skrev"),
    ("is", r"skrifaði"),
    ("fi", r"kirjoitti"),
    ("et", r"kirjutas"),
    ("lv", r"rakstīja"),
    ("lt", r"parašė|rašė"),
    ("pl", r"napisał|napisała|pisze"),
    ("cs", r"napsal|napsala"),
    ("sk", r"napísal|napísala"),
    (
        "sl hr sr",
        r"je\snapisao|je\snapisala|napisao\sje|napisala\sje|napisala?|napisao|piše|je\soseba",
    ),
    ("hu", r"írta"),
    ("ro", r"a\sscris"),
    ("ru", r"написала?|пишет|писала?"),
    ("uk", r"написав|написала|пише"),
    ("bg", r"написа"),
    ("el", r"έγραψε"),
    ("tr", r"yazdı|şunu\syazdı|şunları\syazdı"),
    ("vi", r"đã\sviết"),
    ("id ms", r"menulis"),
];
/// Verbs of languages that set no blanks around their words, or no word boundary that a pattern could find.
const WROTE_ANYWHERE: &str =
    r"写道|寫道|書きました|のメール|작성|כתב|כתבה|كتب|تمت\sكتابة|ने\sलिखा|เขียนว่า";

fn pattern(text: &str) -> Option<Regex> {
    // A pattern that does not compile matches nothing; the test below compiles them all.
    Regex::new(text).ok()
}

fn matches(pattern: &LazyLock<Option<Regex>>, text: &str) -> bool {
    pattern
        .as_ref()
        .is_some_and(|pattern| pattern.is_match(text))
}

static VERB: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let words: Vec<&str> = WROTE.iter().map(|(_, words)| *words).collect();
    pattern(&format!(
        r"(?i)\b(?:{})\b|{WROTE_ANYWHERE}",
        words.join("|")
    ))
});

/// What a date looks like.
static DATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"(?:\b(?:19|20)\d\d\b|\b\d{1,2}[:.h]\d\d\b|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|年)")
});

/// The time of day, with which programs close the date.
static TIME: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"\b\d{1,2}[:.h]\d\d\b"));

/// The beginning of an introduction that states the day first.
static OPENING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)^[\s>*-]*(?:on|am|le|el|il|em|op|den|på|w dniu|dnia|dne|em|a|the|at|quoting|zitat von|il giorno|în|în data|v|dňa|pe|on behalf|\d|於|在|vào|в|от|на|pada|pada tanggal|(?:mon|tue|wed|thu|fri|sat|sun|пн|вт|ср|чт|пт|сб|вс|нд|pn|wt|śr|czw|pt|ma|ti|ke|to|pe|la|su|po|út|st|čt|pá|so|ne|ut|št|pi|tor|uto|sri|čet|pet|sub|ned)[.,\p{L}]*)[\s\d,.]",
    )
});

/// A day and an address without a verb, as Asian, Russian, Hebrew and a few other programs write: the date with its time, a comma or a
/// name, the address in angle brackets or behind "by", a colon at the end and nothing else.
static BARE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?x)^[\s*]*(?:\d{4}[./-]\d{1,2}[./-]\d{1,2}[^<]{0,120}<[^<>\s]+@[^<>\s]+>:?
          |[^<>]{0,60}\d[^<>]{6,120}<[^<>\s]+@[^<>\s]+>\s*[:：]
          |\d{1,2}[\s.]\s?\p{L}{3,12}\.?\s\d{4},?\s(?:at\s)?\d{1,2}[:.]\d\d\s(?:by|von|de|da|van|av|af)\s[^\s@]+@[^\s@:]+:)[\s*]*$",
    )
});

/// Whether a text (of one or of several joined lines) introduces a quotation. `before_quote`: quoted lines follow at once.
pub(super) fn introduces(text: &str, before_quote: bool) -> bool {
    if text.len() > 600 {
        return false;
    }
    if text.len() < 10 {
        return false;
    }
    let is_closed = text.contains([':', '：']);
    if !is_closed && !before_quote && !text.trim_start().starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    // Marks of right-to-left scripts stand around names and addresses.
    let text: String = text
        .chars()
        .filter(|c| !matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}'))
        .collect();
    let text = text.trim();
    let has_date = matches(&DATE, text);
    if has_date
        && matches(&BARE, text)
        && (matches(&TIME, text) || text.starts_with(|c: char| c.is_ascii_digit()))
    {
        return true;
    }
    let has_verb = matches(&VERB, text);
    let has_address = text.contains('@');
    let ends = text
        .trim_end_matches(['*', '_', ' ', '>'])
        .ends_with([':', '：']);
    if !ends {
        return before_quote && has_verb && has_date && has_address;
    }
    if before_quote {
        return has_verb || (has_date && has_address);
    }
    has_verb && (has_address || (has_date && matches(&OPENING, text)))
}

/// Whether the first line of a folded introduction may be one: it holds a day or an address, or begins like a day.
pub(super) fn may_open(line: &str) -> bool {
    let has_day = |line: &str| line.contains(|c: char| c.is_ascii_digit() || c == '年');
    (line.len() <= 400 && has_day(line) && matches(&DATE, line))
        || line.contains('@')
        || line.trim_start().starts_with("On ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        for pattern in [&VERB, &DATE, &TIME, &OPENING, &BARE] {
            assert!(pattern.is_some());
        }
    }

    #[test]
    fn sentences_of_people_introduce_nothing() {
        for line in [
            "She wrote:",
            "I have two questions:",
            "On Monday I wrote to you: no answer",
            "My number:",
            "Please write to Ann <ann@a.example>:",
            "Order 12345 of Ann <ann@a.example>:",
        ] {
            assert!(!introduces(line, false), "{line}");
        }
    }
}
