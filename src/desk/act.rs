//! What does a staff mail ask for? One word on its first line, or a plain reply to the customer. Pure.

use super::above::{with_signature, without_mobile_signature, words_above_packet};
use super::closing::is_closing;
use super::command::CommandWord;
use super::later::When;
use super::question::{Question, without_marks};
use crate::mail::Mail;

/// What a staff mail asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum StaffAct {
    /// `OK`: send the draft as it is.
    Approve {
        /// The draft that it names (`OK draft 2`); `None` where it names none and means the one that waits.
        question: Option<Question>,
    },
    /// `NO why`: do not send it; a person answers.
    Refuse {
        /// The draft that it names; `None` where it names none.
        question: Option<Question>,
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
    /// `LATER 2d`: the team is reminded then.
    Postpone {
        /// When; `None` where nothing follows the word.
        when: Option<When>,
    },
    /// `WHY`: the reasons of the last decision, to the member.
    AskWhy,
    /// `HELP`: the words, to the member.
    AskHelp,
    /// `TEAM name`: that team has it from here.
    GiveToTeam {
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
    let rest_of_line = without_marks(rest_of_line);
    // These two take whatever stands below them as their text.
    let takes_text = matches!(
        CommandWord::read(first_word),
        Some(CommandWord::Refuse | CommandWord::Note)
    );
    let further = if !takes_text && is_closing(further, mail) {
        ""
    } else {
        further
    };

    // `NO` and `NOTE` take the words after them, on the same line and on the following.
    match CommandWord::read(first_word) {
        Some(CommandWord::Refuse) => {
            let (question, why) = match Question::read(rest_of_line) {
                Some((question, behind)) => (Some(question), without_marks(behind)),
                None => (None, rest_of_line),
            };
            return StaffAct::Refuse {
                question,
                why: joined(why, further),
            };
        }
        Some(CommandWord::Approve) if further.is_empty() => {
            if let Some((question, behind)) = Question::read(rest_of_line)
                && without_marks(behind).is_empty()
            {
                return StaffAct::Approve {
                    question: Some(question),
                };
            }
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
            return StaffAct::NameIntent {
                name: bare_name(rest_of_line),
            };
        }
        Some(CommandWord::Team)
            if further.is_empty() && !rest_of_line.contains(char::is_whitespace) =>
        {
            return StaffAct::GiveToTeam {
                name: bare_name(rest_of_line),
            };
        }
        Some(CommandWord::Later) if further.is_empty() => {
            let when = When::read(rest_of_line);
            if when.is_some() || rest_of_line.is_empty() {
                return StaffAct::Postpone { when };
            }
        }
        None if further.is_empty() && is_german_to(first_word, rest_of_line) => {
            return StaffAct::GiveToTeam {
                name: bare_name(rest_of_line),
            };
        }
        _ => {}
    }
    // The others must be all there is: `OK` above a longer text is an answer or a misunderstanding, never a yes.
    if further.is_empty() {
        match CommandWord::read(first_line) {
            Some(CommandWord::Approve) => return StaffAct::Approve { question: None },
            Some(CommandWord::Take) => return StaffAct::Take,
            Some(CommandWord::GiveBack) => return StaffAct::GiveBack,
            Some(CommandWord::Close) => return StaffAct::Close,
            Some(CommandWord::Why) => return StaffAct::AskWhy,
            Some(CommandWord::Help) => return StaffAct::AskHelp,
            Some(
                CommandWord::Refuse
                | CommandWord::Note
                | CommandWord::NameIntent
                | CommandWord::Later
                | CommandWord::Team,
            )
            | None => {}
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

/// `AN billing`: one name and nothing else, or it is the beginning of a sentence.
fn is_german_to(first_word: &str, rest: &str) -> bool {
    first_word.eq_ignore_ascii_case("an") && !rest.is_empty() && !rest.contains(char::is_whitespace)
}

/// A name as people write it after a word, without quotation marks, in lower case.
fn bare_name(text: &str) -> String {
    let marks = ['"', '`', '\'', '<', '>', '[', ']', '*'];
    text.trim_matches(marks).to_lowercase()
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
    use crate::desk::PACKET_MARKER;
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
            "yes",
            "Yes!",
            "*OK*",
            "ok\nSent from my iPhone",
        ] {
            assert_eq!(act(text), StaffAct::Approve { question: None }, "{text:?}");
        }
        for (text, expected) in [
            ("take", StaffAct::Take),
            ("Übernehme", StaffAct::Take),
            ("BACK.", StaffAct::GiveBack),
            ("zurück", StaffAct::GiveBack),
            ("Close", StaffAct::Close),
            ("schließen", StaffAct::Close),
            ("WHY?", StaffAct::AskWhy),
            ("Warum?", StaffAct::AskWhy),
            ("help!", StaffAct::AskHelp),
            ("*Hilfe*", StaffAct::AskHelp),
        ] {
            assert_eq!(act(text), expected, "{text:?}");
        }
        let refuse = |why: &str| StaffAct::Refuse {
            question: None,
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
        let later = |when| StaffAct::Postpone { when };
        for (text, when) in [
            ("LATER 2d", Some(When::Days(2))),
            ("later: 3 days.", Some(When::Days(3))),
            ("Später - 2h!", Some(When::Hours(2))),
            ("SPAETER 2T", Some(When::Days(2))),
            ("LATER tomorrow\nSent from my iPhone", Some(When::Tomorrow)),
            ("LATER", None),
        ] {
            assert_eq!(act(text), later(when), "{text:?}");
        }
        let team = |name: &str| StaffAct::GiveToTeam {
            name: name.to_owned(),
        };
        for (text, name) in [
            ("TEAM billing", "billing"),
            ("team: \"Billing\".", "billing"),
            ("AN billing", "billing"),
            ("Team", ""),
        ] {
            assert_eq!(act(text), team(name), "{text:?}");
        }
    }

    #[test]
    fn a_yes_or_a_no_may_name_what_it_is_about() {
        let second = Question::Draft(crate::ticket::DraftNumber(2));
        for (text, question) in [
            ("OK draft 2", second),
            ("ok, Draft 2.\n\nSent from my iPhone", second),
            ("JA Entwurf 2", second),
            ("OK forward", Question::Forward),
            (
                "Ja Weiterleitung\n\nVon meinem iPhone gesendet",
                Question::Forward,
            ),
        ] {
            let expected = StaffAct::Approve {
                question: Some(question),
            };
            assert_eq!(act(text), expected, "{text:?}");
        }
        for (text, why) in [
            ("NO draft 2", ""),
            ("NO draft 2: the price is old", "the price is old"),
            ("Nein Entwurf 2\nfalscher Preis", "falscher Preis"),
        ] {
            let expected = StaffAct::Refuse {
                question: Some(second),
                why: why.to_owned(),
            };
            assert_eq!(act(text), expected, "{text:?}");
        }
        // Words of a member's own below it are asked about.
        let more = "OK draft 2\n\nand please tell her that we are closed on Friday";
        assert_eq!(act(more), reply(more));
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
            "LATER 2d\n\nDear Ann, we come back to it.",
            "Later today.",
            "TEAM billing please",
            "TEAM billing\nshe was charged twice",
            "An engineer will call you.",
            "Why not?",
            "Help is on its way.",
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
        assert_eq!(read_act(&mail, true), StaffAct::Approve { question: None });
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
