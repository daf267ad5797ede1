//! What does a staff mail ask for? One word on its first line, or a plain reply to the customer. Reads a mail that any client may
//! have mangled: nothing of our packet below the reply may ever come through to the customer. Pure.

use super::PACKET_MARKER;
use crate::mail::{Body, Mail};
use crate::ticket::Token;

/// What a staff mail asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum StaffAct {
    /// `OK`: send the draft as it is.
    Approve,
    /// `NO why`: do not send it; a person answers.
    Refuse {
        /// Why.
        why: String,
    },
    /// `TAKE`: I have it; automation is silent.
    Take,
    /// `BACK`: automation may go on.
    GiveBack,
    /// `CLOSE`: done.
    Close,
    /// `NOTE …`: for us only.
    Note {
        /// The words.
        text: String,
    },
    /// `INTENT name`: what the customer wants is what this article is about.
    NameIntent {
        /// The name as the member wrote it, in lower case; empty where none follows the word.
        name: String,
    },
    /// Anything else: the answer to the customer.
    Reply {
        /// The text without the packet, the signature kept or cut by the team's setting.
        text: String,
    },
    /// A mail without words and without attachments: nothing to do.
    Nothing,
}

/// A word that commands the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandWord {
    /// `OK`, `JA`
    Approve,
    /// `NO`, `NEIN`
    Refuse,
    /// `TAKE`, `ÜBERNEHME`
    Take,
    /// `BACK`, `ZURÜCK`
    GiveBack,
    /// `CLOSE`, `SCHLIESSEN`
    Close,
    /// `NOTE`, `NOTIZ`
    Note,
    /// `INTENT`, `ANLIEGEN`
    NameIntent,
}

impl CommandWord {
    /// The word in any case; punctuation around it is tolerated.
    fn read(text: &str) -> Option<Self> {
        let word = text.trim_matches(|c: char| !c.is_alphanumeric());
        // No command is longer: a hostile line of megabytes is not copied.
        if word.chars().count() > 12 {
            return None;
        }
        match word.to_uppercase().as_str() {
            "OK" | "OKAY" | "JA" => Some(Self::Approve),
            "NO" | "NEIN" => Some(Self::Refuse),
            "TAKE" | "ÜBERNEHME" | "UEBERNEHME" => Some(Self::Take),
            "BACK" | "ZURÜCK" | "ZURUECK" => Some(Self::GiveBack),
            // The capital of ß is SS.
            "CLOSE" | "SCHLIESSEN" => Some(Self::Close),
            "NOTE" | "NOTIZ" => Some(Self::Note),
            "INTENT" | "ANLIEGEN" => Some(Self::NameIntent),
            _ => None,
        }
    }
}

/// Reads what a staff mail asks for.
#[must_use]
pub fn read_act(mail: &Mail, keep_signature: bool) -> StaffAct {
    let words = words_above_packet(mail);
    let text = without_mobile_signature(&words);
    if text.is_empty() {
        if mail.attachments.iter().any(|file| !file.inline) {
            return StaffAct::Reply {
                text: String::new(),
            };
        }
        return StaffAct::Nothing;
    }
    let (first_line, further) = text.split_once('\n').unwrap_or((text, ""));
    let (first_line, further) = (first_line.trim(), further.trim());
    let (first_word, rest_of_line) = first_line
        .split_once(|c: char| c.is_whitespace() || c == ':')
        .unwrap_or((first_line, ""));
    let rest_of_line = rest_of_line.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, ':' | '-' | '–' | '—' | ',' | '.' | '!')
    });

    // `NO` and `NOTE` take the words after them, on the same line and on the following.
    match CommandWord::read(first_word) {
        Some(CommandWord::Refuse) => {
            return StaffAct::Refuse {
                why: joined(rest_of_line, further),
            };
        }
        Some(CommandWord::Note) => {
            return StaffAct::Note {
                text: joined(rest_of_line, further),
            };
        }
        // One name and nothing else: anything longer is a misunderstanding or an answer, and is asked about.
        Some(CommandWord::NameIntent)
            if further.is_empty() && !rest_of_line.contains(char::is_whitespace) =>
        {
            let marks = ['"', '`', '\'', '<', '>', '[', ']', '*'];
            return StaffAct::NameIntent {
                name: rest_of_line.trim_matches(marks).to_lowercase(),
            };
        }
        _ => {}
    }
    // The others must be all there is: `OK` above a longer text is an answer or a misunderstanding, never a yes.
    if further.is_empty() {
        match CommandWord::read(first_line) {
            Some(CommandWord::Approve) => return StaffAct::Approve,
            Some(CommandWord::Take) => return StaffAct::Take,
            Some(CommandWord::GiveBack) => return StaffAct::GiveBack,
            Some(CommandWord::Close) => return StaffAct::Close,
            Some(CommandWord::Refuse | CommandWord::Note | CommandWord::NameIntent) | None => {}
        }
    }
    StaffAct::Reply {
        text: with_signature(&words, mail, keep_signature),
    }
}

/// The command word that a longer text begins with, and whether it stands there with a line to itself: then it may be meant as a
/// command although more follows, and the member is asked rather than the customer surprised.
#[must_use]
pub fn begins_with_word(text: &str) -> Option<(CommandWord, bool)> {
    let first_line = text.trim_start().lines().next().unwrap_or("").trim();
    if let Some(word) = CommandWord::read(first_line) {
        return Some((word, true));
    }
    let first_word = first_line.split_whitespace().next().unwrap_or("");
    CommandWord::read(first_word).map(|word| (word, false))
}

/// What a member wrote above our packet: the reader's new text, cut once more at anything that only our packet holds.
#[must_use]
pub fn words_above_packet(mail: &Mail) -> String {
    // First the cut, then the quoted lines: our marker may stand on one of them.
    let above = Body {
        reply_text: cut_at_packet(&mail.body.reply_text),
        ..Body::default()
    };
    above.own_words().trim().to_owned()
}

fn cut_at_packet(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .take_while(|line| !belongs_to_packet(line))
        .collect();
    lines.join("\n")
}

/// Whether a line is our marker or holds one of our tokens, however the address around it is written or encoded: both stand only in
/// what we wrote.
fn belongs_to_packet(line: &str) -> bool {
    line.contains(PACKET_MARKER) || line.as_bytes().windows(Token::BYTES).any(is_token)
}

fn is_token(window: &[u8]) -> bool {
    // The dashes first: almost every window fails here without any copying.
    window.get(10) == Some(&b'-')
        && window.get(12) == Some(&b'-')
        && str::from_utf8(window).is_ok_and(|text| Token::parse(text).is_some())
}

/// Phones add a line without the signature mark, so the reader may take it for text.
fn without_mobile_signature(text: &str) -> &str {
    const STARTS: [&str; 6] = [
        "sent from my ",
        "sent from outlook",
        "get outlook for ",
        "gesendet von mein",
        "von meinem ",
        "diese nachricht wurde von meinem ",
    ];
    let trimmed = text.trim();
    let (before, last) = trimmed.rsplit_once('\n').unwrap_or(("", trimmed));
    let last = last.trim().to_lowercase();
    if last.chars().count() < 80 && STARTS.iter().any(|start| last.starts_with(start)) {
        before.trim()
    } else {
        trimmed
    }
}

fn with_signature(text: &str, mail: &Mail, keep_signature: bool) -> String {
    let signature = cut_at_packet(&mail.body.signature);
    let signature = signature.trim();
    let signature = signature
        .strip_prefix("-- \n")
        .or_else(|| signature.strip_prefix("--\n"))
        .unwrap_or(signature);
    if keep_signature && !signature.is_empty() {
        format!("{text}\n\n-- \n{signature}")
    } else {
        text.to_owned()
    }
}

fn joined(line: &str, further: &str) -> String {
    match (line.is_empty(), further.is_empty()) {
        (_, true) => line.to_owned(),
        (true, false) => further.to_owned(),
        (false, false) => format!("{line}\n{further}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::test_situation::{key, mail_from, team_name, ticket_id};
    use crate::ticket::Party;
    use proptest::prelude::*;

    fn act(text: &str) -> StaffAct {
        let mut mail = mail_from("kim@shop.example");
        mail.body.reply_text = text.to_owned();
        mail.body.signature = "Kim\nAlder Bikes".to_owned();
        read_act(&mail, false)
    }

    fn reply(text: &str) -> StaffAct {
        StaffAct::Reply {
            text: text.to_owned(),
        }
    }

    #[test]
    fn words_are_read_in_any_case_and_language() {
        for text in [
            "OK",
            "ok.",
            "\n\n  Ok! \n",
            "JA",
            "*OK*",
            "ok\nSent from my iPhone",
        ] {
            assert_eq!(act(text), StaffAct::Approve, "{text:?}");
        }
        for (text, expected) in [
            ("take", StaffAct::Take),
            ("Übernehme", StaffAct::Take),
            ("BACK.", StaffAct::GiveBack),
            ("zurück", StaffAct::GiveBack),
            ("Close", StaffAct::Close),
            ("schließen", StaffAct::Close),
        ] {
            assert_eq!(act(text), expected, "{text:?}");
        }
        let refuse = |why: &str| StaffAct::Refuse {
            why: why.to_owned(),
        };
        assert_eq!(act("NO"), refuse(""));
        assert_eq!(act("no: the price is old"), refuse("the price is old"));
        assert_eq!(
            act("Nein - falsch\nbitte ich selbst"),
            refuse("falsch\nbitte ich selbst")
        );
        let note = |text: &str| StaffAct::Note {
            text: text.to_owned(),
        };
        assert_eq!(
            act("NOTE called her, no answer"),
            note("called her, no answer")
        );
        assert_eq!(act("Notiz:\nzweite Zeile"), note("zweite Zeile"));
        let named = |name: &str| StaffAct::NameIntent {
            name: name.to_owned(),
        };
        assert_eq!(act("INTENT delivery-time"), named("delivery-time"));
        assert_eq!(
            act("intent: \"Delivery-Time\".\nSent from my iPhone"),
            named("delivery-time")
        );
        assert_eq!(act("Anliegen keines"), named("keines"));
        assert_eq!(act("INTENT"), named(""));
    }

    #[test]
    fn everything_else_is_the_answer() {
        for text in [
            "Dear Ann,\n\nit is ready.",
            "ok thanks",
            "Taken care of.",
            "Backorder is fine",
            "Notice: we are closed",
            "OK\nbut change the date",
            "INTENT delivery time",
            "INTENT delivery-time\n\nDear Ann, two days.",
            "Intentionally so.",
        ] {
            assert_eq!(act(text), reply(text), "{text:?}");
        }
        assert_eq!(act(" \n "), StaffAct::Nothing);
        assert_eq!(
            begins_with_word("OK\nbut change the date"),
            Some((CommandWord::Approve, true))
        );
        assert_eq!(
            begins_with_word("ok thanks"),
            Some((CommandWord::Approve, false))
        );
        assert_eq!(begins_with_word("Dear Ann"), None);
    }

    #[test]
    fn the_signature_is_kept_or_cut() {
        let mut mail = mail_from("kim@shop.example");
        mail.body.reply_text = "It is ready.".to_owned();
        mail.body.signature = "-- \nKim".to_owned();
        assert_eq!(read_act(&mail, false), reply("It is ready."));
        assert_eq!(read_act(&mail, true), reply("It is ready.\n\n-- \nKim"));
        mail.body.reply_text = "OK".to_owned();
        assert_eq!(read_act(&mail, true), StaffAct::Approve);
    }

    #[test]
    fn what_stands_quoted_between_a_members_lines_does_not_come_through() {
        assert_eq!(
            act("First, yes.\n> Internal: a regular, be generous\nSecond, no."),
            reply("First, yes.\nSecond, no.")
        );
    }

    #[test]
    fn nothing_of_the_packet_comes_through() {
        let token = key().token(&ticket_id(1), &Party::Staff(team_name("desk")));
        for below in [
            format!("> {PACKET_MARKER}\nsecret"),
            format!(
                "Am Mo schrieb Shop <support+{}@shop.example>:\nsecret",
                token.as_str()
            ),
            format!(
                "From: \"Shop\" <support-{}@shop.example>\nsecret",
                token.as_str().to_uppercase()
            ),
        ] {
            let text = format!("It is ready.\n\n{below}");
            assert_eq!(act(&text), reply("It is ready."), "{text}");
            // A reply written below the packet is not found, rather than the packet sent.
            assert_eq!(act(&below), StaffAct::Nothing);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic_and_without_a_token(text in "\\PC{0,80}", more in "(\\PC{0,40}\n){0,4}") {
            let token = key().token(&ticket_id(1), &Party::Staff(team_name("desk")));
            let found = act(&format!("{text}\n{more}<support+{}@shop.example>\nbelow", token.as_str()));
            let shown = format!("{found:?}");
            prop_assert!(!shown.contains(token.as_str()));
        }
    }
}
