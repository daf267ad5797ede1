//! Why is nothing learned of what a member says by name? [`NoLesson`] as a sentence, in each language that we have words in. Pure.

use super::super::sentence::{Pattern, Sentence, Value, both};
use super::super::stops;
use crate::learning::{NoLesson, NotInWords};
use crate::understand::Unteachable;

const TICKET_NOT_KNOWN: Pattern<0> = both(
    "nothing was learned, because the ticket is not known",
    "es wurde nichts gelernt, denn der Vorgang ist nicht bekannt",
);
const NOT_LEARNED: Pattern<1> = both(
    "nothing was learned, because {}",
    "es wurde nichts gelernt, denn {}",
);
/// Where the customer wrote more than once, another mail of theirs may be the one that says it.
const NOT_LEARNED_OF_THIS_MAIL: Pattern<1> = both(
    "nothing was learned, because {}; reply with the same words to the packet of the mail that says what is wanted, mostly the first \
     of the ticket",
    "es wurde nichts gelernt, denn {}; antworten Sie mit denselben Worten auf die Übergabe der Mail, die sagt, was gewünscht wird, \
     meist der ersten des Vorgangs",
);

const NO_REQUEST: Pattern<0> = both(
    "no mail of the customer is on record in this ticket",
    "in diesem Vorgang ist keine Mail des Kunden vermerkt",
);
const STOPPED: Pattern<1> = both(
    "the customer's mail has a signal that always goes to a person ({})",
    "die Mail des Kunden hat ein Zeichen, das immer zu einem Menschen führt ({})",
);
const NOT_IN_WORDS: Pattern<1> = both(
    "what the customer wants does not stand in words that could be read ({})",
    "was der Kunde will, steht nicht in Worten, die zu lesen waren ({})",
);
const TOO_LARGE: Pattern<0> = both("the mail is too large", "die Mail ist zu groß");
const TOO_LONG: Pattern<0> = both("the mail is too long", "die Mail ist zu lang");
const ENCRYPTED: Pattern<0> = both("the mail is encrypted", "die Mail ist verschlüsselt");
const IN_ATTACHMENTS: Pattern<0> = both("it stands in attachments", "es steht in Anhängen");
const OF_SOMEBODY_ELSE: Pattern<0> = both("somebody else wrote", "jemand anderes schrieb");
const PART_FAILED: Pattern<0> = both(
    "a part of handoffd failed on it",
    "ein Teil von handoffd versagte daran",
);
const SPEAKS_TO_MACHINE: Pattern<0> = both(
    "the customer's mail speaks to a machine",
    "die Mail des Kunden redet auf eine Maschine ein",
);
const NOTHING_SAID: Pattern<0> = both(
    "the customer's mail has no sentence that says what is wanted",
    "kein Satz in der Mail des Kunden sagt, was gewünscht wird",
);

/// What a member is told; `None` where not even the ticket is known.
pub(super) fn told(why: Option<&NoLesson>, wrote_more_than_once: bool) -> Sentence {
    let Some(why) = why else {
        return TICKET_NOT_KNOWN.into();
    };
    let pattern = if wrote_more_than_once {
        NOT_LEARNED_OF_THIS_MAIL
    } else {
        NOT_LEARNED
    };
    pattern.around([Value::Words(&in_words(why))])
}

fn in_words(why: &NoLesson) -> Sentence {
    match (why, why.stop()) {
        (_, Some(stop)) => STOPPED.around([Value::Words(&stops::sentence(stop).into())]),
        // A stop that this version does not know any more.
        (NoLesson::Stopped(name), None) => STOPPED.with([name]),
        (NoLesson::NoRequest, None) => NO_REQUEST.into(),
        (NoLesson::NotInWords(why), None) => {
            NOT_IN_WORDS.around([Value::Words(&not_in_words(*why).into())])
        }
        (NoLesson::Words(Unteachable::SpeaksToMachine), None) => SPEAKS_TO_MACHINE.into(),
        (NoLesson::Words(Unteachable::NothingSaid), None) => NOTHING_SAID.into(),
        (NoLesson::Words(Unteachable::HardStop(stop)), None) => STOPPED.with([&stop.as_str()]),
    }
}

const fn not_in_words(why: NotInWords) -> Pattern<0> {
    match why {
        NotInWords::TooLarge => TOO_LARGE,
        NotInWords::TooLong => TOO_LONG,
        NotInWords::Encrypted => ENCRYPTED,
        NotInWords::InAttachments => IN_ATTACHMENTS,
        NotInWords::OfSomebodyElse => OF_SOMEBODY_ELSE,
        NotInWords::PartFailed => PART_FAILED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_is_said_in_both_languages() {
        for (why, english, german) in [
            (
                NoLesson::Stopped("payment-data".to_owned()),
                "(it holds card or account data, or speaks of fraud)",
                "(Karten- oder Kontodaten stehen darin, oder es geht um Betrug)",
            ),
            (
                NoLesson::Stopped("weather".to_owned()),
                "(weather)",
                "(weather)",
            ),
            (
                NoLesson::NotInWords(NotInWords::InAttachments),
                "(it stands in attachments)",
                "(es steht in Anhängen)",
            ),
            (
                NoLesson::Words(Unteachable::NothingSaid),
                "no sentence that says what is wanted",
                "kein Satz in der Mail des Kunden sagt, was gewünscht wird",
            ),
        ] {
            let told = told(Some(&why), false);
            assert!(told.english().ends_with(english), "{}", told.english());
            assert!(told.german().ends_with(german), "{}", told.german());
        }
        assert!(
            told(Some(&NoLesson::NoRequest), true)
                .german()
                .ends_with("meist der ersten des Vorgangs")
        );
    }
}
