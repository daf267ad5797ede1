//! What does a calendar invitation say, where it is all the text of a mail (RFC 5545)? The lines that a person needs. Reads hostile input;
//! bounded.

use super::bounds::beginning;

/// The most of a calendar file that is read, in bytes, and the most lines that are made of it.
const READ_BYTES: usize = 256 * 1024;
const LINES_MAX: usize = 40;

/// Property and what it is called in the text.
const SHOWN: [(&str, &str); 8] = [
    ("METHOD", "Calendar"),
    ("SUMMARY", "Subject"),
    ("DTSTART", "Begins"),
    ("DTEND", "Ends"),
    ("LOCATION", "Place"),
    ("ORGANIZER", "Organiser"),
    ("DESCRIPTION", "Text"),
    ("COMMENT", "Comment"),
];

/// The text of a calendar file; empty where it says nothing that is shown.
pub(super) fn in_words(file: &str) -> String {
    let mut lines = Vec::new();
    // Continued lines begin with a blank.
    let unfolded = beginning(file, READ_BYTES)
        .replace("\r\n", "\n")
        .replace("\n ", "")
        .replace("\n\t", "");
    for line in unfolded.lines() {
        let Some((property, value)) = line.split_once(':') else {
            continue;
        };
        let (name, parameters) = property.split_once(';').unwrap_or((property, ""));
        let Some((_, title)) = SHOWN
            .iter()
            .find(|(shown, _)| name.eq_ignore_ascii_case(shown))
        else {
            continue;
        };
        let value = match name.to_ascii_uppercase().as_str() {
            "DTSTART" | "DTEND" => moment(value, parameters),
            "ORGANIZER" => value
                .trim_start_matches("mailto:")
                .trim_start_matches("MAILTO:")
                .to_owned(),
            _ => unescaped(value),
        };
        if !value.trim().is_empty() && lines.len() < LINES_MAX {
            lines.push(format!("{title}: {}", value.trim()));
        }
    }
    lines.join("\n")
}

/// `20260303T101200Z` as `2026-03-03 10:12 UTC`.
fn moment(value: &str, parameters: &str) -> String {
    let digit = |from: usize, to: usize| {
        value
            .get(from..to)
            .filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let (Some(year), Some(month), Some(day)) = (digit(0, 4), digit(4, 6), digit(6, 8)) else {
        return value.to_owned();
    };
    let time = match (digit(9, 11), digit(11, 13)) {
        (Some(hour), Some(minute)) => format!(" {hour}:{minute}"),
        _ => String::new(),
    };
    let zone = parameters
        .split(';')
        .find_map(|parameter| parameter.strip_prefix("TZID="))
        .map(|zone| format!(" {}", zone.trim_matches('"')));
    let zone = zone.unwrap_or_else(|| {
        if value.ends_with('Z') {
            " UTC".to_owned()
        } else {
            String::new()
        }
    });
    format!("{year}-{month}-{day}{time}{zone}")
}

fn unescaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut characters = value.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('n' | 'N') => out.push('\n'),
                Some(other) => out.push(other),
                None => {}
            },
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_reads_as_lines() {
        let file = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Tea\\, with\r\n  cake\r\nDTSTART;TZID=Europe/Berlin:20260303T101200\r\nDTEND:20260303T111200Z\r\nORGANIZER;CN=Ann:mailto:ann@a.example\r\nDESCRIPTION:First line\\nsecond\r\nEND:VEVENT\r\n";
        assert_eq!(
            in_words(file),
            "Calendar: REQUEST\nSubject: Tea, with cake\nBegins: 2026-03-03 10:12 Europe/Berlin\nEnds: 2026-03-03 11:12 UTC\nOrganiser: ann@a.example\nText: First line\nsecond"
        );
        assert_eq!(in_words("BEGIN:X\n"), "");
    }
}
