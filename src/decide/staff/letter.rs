//! An answer to a weekly letter: what it says yes or no to is noted, and carried out by who writes letters. What only claims to be the admin's changes
//! nothing. Pure.

use super::super::sentence::{Pattern, Sentence, Value, both};
use super::super::view::View;
use super::super::{Action, Match};
use super::first_line;
use crate::desk::{NotTheAdmin, words_for_us};
use crate::letter::{LetterAnswer, words_of};

const ANSWERED: Pattern<1> = both(
    "{} answered the weekly letter",
    "{} antwortete auf den Wochenbrief",
);
const NOT_TAKEN: Pattern<1> = both(
    "it answers a weekly letter and does not count: {}; it changed nothing and reached no customer",
    "sie antwortet auf einen Wochenbrief und zählt nicht: {}; sie änderte nichts und erreichte keinen Kunden",
);
const NO_SENDER: Pattern<0> = both("it names no sender", "sie nennt keinen Absender");
const SEVERAL_SENDERS: Pattern<0> = both("it names several senders", "sie nennt mehrere Absender");
const ANOTHER_ADDRESS: Pattern<1> = both(
    "{} is not the address of `[support] admin`",
    "{} ist nicht die Adresse von `[support] admin`",
);
const TOO_OLD: Pattern<0> = both(
    "the letter can no longer be answered; `handoffd letter --send` writes a new one",
    "der Brief lässt sich nicht mehr beantworten; `handoffd letter --send` schreibt einen neuen",
);
const NOT_PROVEN: Pattern<1> = both(
    "{}; `[trust] staff` says what a mail of staff needs",
    "{}; `[trust] staff` sagt, was eine Mail aus dem Team braucht",
);

pub(super) fn answered_letter(view: &View<'_>) -> Vec<Match> {
    let situation = view.situation;
    let Some(answered) = &situation.history.answered_letter else {
        return vec![];
    };
    let mail = situation.mail;
    let (letter, from) = match answered {
        Ok(answered) => (&answered.letter, &answered.by),
        Err(why) => {
            let why = in_words(why);
            let from = mail.from.as_ref().map(ToString::to_string);
            return vec![Match::new(
                "letter-not-admin",
                NOT_TAKEN.around([Value::Words(&why)]),
                from.unwrap_or_default(),
                Action::Quarantine,
            )];
        }
    };
    let answer = LetterAnswer {
        at: situation.now,
        from: from.clone(),
        mail: mail.identity,
        message_id: mail.message_id.clone(),
        words: words_of(&words_for_us(mail), letter.suggestions.len()),
        is_done: false,
        in_vain: vec![],
        told: None,
    };
    vec![Match::new(
        "letter-answered",
        ANSWERED.with([from]),
        first_line(view),
        Action::AnswerLetter {
            letter: letter.message_id.clone(),
            answer,
        },
    )]
}

fn in_words(why: &NotTheAdmin) -> Sentence {
    match why {
        NotTheAdmin::NoSender => NO_SENDER.into(),
        NotTheAdmin::SeveralSenders => SEVERAL_SENDERS.into(),
        NotTheAdmin::TooLate => TOO_OLD.into(),
        NotTheAdmin::AnotherAddress(from) => ANOTHER_ADDRESS.with([from]),
        NotTheAdmin::NotProven(testimony) => {
            let found = Sentence::in_each(testimony.english(), testimony.german());
            NOT_PROVEN.around([Value::Words(&found)])
        }
    }
}
