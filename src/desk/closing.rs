//! Is what stands below a short word only how a member closes a mail: a greeting, their name, their position? Mail programs add it without
//! the mark of signatures, and it makes no longer text of a word. Reads what only claims to be staff; pure.

use crate::mail::Mail;

/// The most lines of a closing.
const LINES_MAX: usize = 8;
/// The longest line of one, in characters.
const LINE_MAX_CHARACTERS: usize = 70;
/// The most words of a line below the name.
const SIGNATURE_MAX_WORDS: usize = 6;
/// The shortest first part of an address that is taken for a name, in characters.
const LOCAL_NAME_MIN_CHARACTERS: usize = 3;

/// How a letter to somebody begins.
const GREETINGS: [&str; 7] = [
    "dear",
    "hello",
    "hi ",
    "hallo",
    "liebe",
    "guten",
    "sehr geehrte",
];

/// The most words of the line with the name.
const NAME_MAX_WORDS: usize = 5;

/// How mails are closed, in lower case and without marks at the end.
const SIGN_OFFS: [&str; 24] = [
    "thanks",
    "thank you",
    "many thanks",
    "best",
    "best regards",
    "kind regards",
    "regards",
    "best wishes",
    "all the best",
    "cheers",
    "yours",
    "danke",
    "vielen dank",
    "danke dir",
    "danke euch",
    "gruß",
    "grüße",
    "viele grüße",
    "beste grüße",
    "liebe grüße",
    "lg",
    "vg",
    "mfg",
    "mit freundlichen grüßen",
];

/// Whether this text is a closing of the mail's writer and nothing else. A name must stand in it, or it is only a greeting: what else is
/// said below a greeting may be meant for somebody.
pub(super) fn is_closing(text: &str, mail: &Mail) -> bool {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect();
    if lines.len() > LINES_MAX {
        return false;
    }
    let below_greeting = match lines.split_first() {
        Some((first, below)) if is_sign_off(first) => below,
        _ => &lines,
    };
    match below_greeting.split_first() {
        Some((name, below)) => {
            is_name(name, mail) && below.iter().all(|line| is_of_signature(line))
        }
        None => !lines.is_empty(),
    }
}

/// Whether a line says who somebody is rather than anything to anybody: short, without the marks of sentences, and it begins as names,
/// numbers and addresses do.
fn is_of_signature(line: &str) -> bool {
    let begins = line
        .chars()
        .next()
        .is_some_and(|c| c.is_uppercase() || c.is_ascii_digit() || c == '+')
        || line.contains('@')
        || line.starts_with("www.")
        || line.starts_with("http");
    let greets = GREETINGS
        .iter()
        .any(|word| line.to_lowercase().starts_with(word));
    let is_said =
        line.contains(['!', '?', ';']) || line.ends_with(['.', ':']) || is_postscript(line);
    line.chars().count() <= LINE_MAX_CHARACTERS
        && line.split_whitespace().count() <= SIGNATURE_MAX_WORDS
        && begins
        && !greets
        && !is_said
}

fn is_postscript(line: &str) -> bool {
    let first: String = line
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '.')
        .collect();
    matches!(
        first.to_lowercase().replace('.', "").as_str(),
        "ps" | "pps" | "nb"
    )
}

fn is_sign_off(line: &str) -> bool {
    let line = line.to_lowercase();
    let line = line.trim_end_matches([',', '!', '.']).trim();
    SIGN_OFFS.contains(&line)
}

/// Whether a line begins with the writer's name, or with the first part of their address, and says little beside it.
fn is_name(line: &str, mail: &Mail) -> bool {
    let Some(from) = &mail.from else {
        return false;
    };
    let first_part = |text: &str| {
        let mut parts = text.split(|c: char| !c.is_alphanumeric());
        parts.find(|part| !part.is_empty()).map(str::to_lowercase)
    };
    let first = first_part(line);
    let of_name = from
        .name
        .as_ref()
        .and_then(|name| first_part(name.as_str()));
    let of_address = first_part(from.address.as_str())
        .filter(|name| name.chars().count() >= LOCAL_NAME_MIN_CHARACTERS);
    first.is_some()
        && (first == of_name || first == of_address)
        && line.split_whitespace().count() <= NAME_MAX_WORDS
        && (line.contains('@') || !line.contains(['.', ':', '!', '?', ',']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::test_situation::mail_from;

    #[test]
    fn a_name_below_a_word_is_a_closing_and_a_sentence_is_none() {
        for (text, expected) in [
            ("Kim", true),
            (
                "Best regards,\nKim Example\nHollin Cycles\n+44 1422 000000",
                true,
            ),
            ("Viele Grüße\n\nKim", true),
            ("Thanks!", true),
            ("kim@shop.example", true),
            ("", false),
            ("Thanks,\nplease send her the invoice as well.", false),
            ("Kim will send you the invoice tomorrow morning.", false),
            ("Dear Ann, it is on its way.", false),
            ("Best regards,\nSam", false),
            ("It is on its way.\n\nKim", false),
            (
                "Kim here:\nDear Ann, a new pedal is on its way.\nIt arrives on Friday.",
                false,
            ),
            (
                "Kim\nPS: but only if Jon has checked the photo first",
                false,
            ),
            (
                "Kind regards,\nKim\nPS Ann, please send the old pedal back",
                false,
            ),
            ("Kim\nplease send the old pedal back", false),
            ("Kim\nWe must not pay.", false),
            ("Kim\nDear Ann", false),
        ] {
            assert_eq!(
                is_closing(text, &mail_from("kim@shop.example")),
                expected,
                "{text}"
            );
        }
    }
}
