//! Reads what must come of a step: decision, rule, mails, words. A word that can never come is a mistake of the file, named as such.

use super::super::conversation::{Expected, ExpectedMail, Wanted, Whom, Words};
use crate::compose::Purpose;
use crate::config::section::{Located, Section};
use crate::decide::Action;
use crate::journal::{PURPOSES, purpose_word};

/// What `decision` may be beside the words of decisions: the mail was met before.
const AGAIN: &str = "again";

/// The expectations of a step.
pub(super) fn expected(section: &Section<'_>) -> Expected {
    let decision = section.text("decision");
    if let Some(word) = &decision
        && word.value != AGAIN
        && !Action::WORDS.contains(&word.value.as_str())
    {
        let what = format!("[step] decision = \"{}\" is no decision", word.value);
        let remedy = format!("write one of {}, {AGAIN}", Action::WORDS.join(", "));
        section.problem(&word.at, what, remedy);
    }
    let words = |key: &str| -> Vec<Wanted<Words>> {
        let list = section.texts(key).map(|list| list.value);
        let list = list.unwrap_or_default().into_iter();
        list.map(|one| Wanted {
            line: section.line(&one.at),
            value: Words::parse(&one.value),
        })
        .collect()
    };
    Expected {
        decision: decision.map(|word| placed(section, word)),
        rule: section.text("rule").map(|word| placed(section, word)),
        says: words("says"),
        never_says: words("never_says"),
        records: (section.texts("records").map(|list| list.value))
            .unwrap_or_default()
            .into_iter()
            .map(|one| placed(section, one))
            .collect(),
        mails: section.texts("mails").map(|list| Wanted {
            line: section.line(&list.at),
            value: list
                .value
                .iter()
                .filter_map(|one| expected_mail(section, one))
                .collect(),
        }),
    }
}

fn expected_mail(section: &Section<'_>, written: &Located<String>) -> Option<ExpectedMail> {
    let (whom, purpose) = written
        .value
        .split_once(':')
        .unwrap_or((&written.value, ""));
    let purpose = purpose.trim();
    let Some(to) = Whom::parse(whom) else {
        let what = format!(
            "[step] mails: \"{}\" names nobody who gets mail",
            written.value
        );
        let remedy = "write `customer: …`, `team NAME: …` or `admin: …`";
        section.problem(&written.at, what, remedy);
        return None;
    };
    let found = PURPOSES
        .into_iter()
        .find(|known| purpose_word(*known) == purpose);
    if found.is_none() {
        let known: Vec<&str> = PURPOSES.into_iter().map(purpose_word).collect();
        let what = format!("[step] mails: \"{purpose}\" is no purpose of a mail");
        section.problem(
            &written.at,
            what,
            format!("write one of {}", known.join(", ")),
        );
    }
    let purpose: Purpose = found?;
    Some(ExpectedMail { to, purpose })
}

fn placed(section: &Section<'_>, found: Located<String>) -> Wanted<String> {
    Wanted {
        line: section.line(&found.at),
        value: found.value,
    }
}
