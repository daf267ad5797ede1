//! The weekly letter as it would read now, for whoever asks between two: the text, and the suggestions one by one.

use super::Refusal;
use crate::compose::letter_as_text;
use crate::config::{Language, Mode};
use crate::gateway::{Counted, Office, account_of_days, account_until_now, write_letter_now};
use crate::journal::Journal;
use crate::knowledge::Knowledge;
use crate::letter::{Account, Suggestion};
use crate::numbers::Period;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

/// From the journal alone, where no daemon runs: names of proposed articles may be those of articles that are there.
pub(super) fn of_journal(
    journal: &Journal,
    (zone, language): (&str, &str),
    now: Timestamp,
) -> Result<Vec<Value>, Refusal> {
    let zone = TimeZone::get(zone)
        .map_err(|_| Refusal::NotSo(format!("{zone} is no time zone that is known here")))?;
    let days = Period::last_days(7, now, zone);
    let account = account_of_days(
        journal,
        (&Knowledge::default(), Counted::Yes),
        None,
        days,
        now,
    )?;
    Ok(vec![row(&account, &Language(language.to_owned()))])
}

/// As the running daemon would write it.
pub(super) fn of_office(
    journal: &Journal,
    office: &Office,
    now: Timestamp,
) -> Result<Vec<Value>, Refusal> {
    let account = account_until_now(journal, office, now)?;
    Ok(vec![row(&account, &office.settings.support.language)])
}

/// Sends one now.
pub(super) fn send(
    journal: &Journal,
    office: &Office,
    now: Timestamp,
) -> Result<Vec<Value>, Refusal> {
    if office.settings.automation.mode == Mode::Shadow {
        return Err(Refusal::NotSo(
            "in shadow mode nothing is sent; `handoffd letter` shows it".to_owned(),
        ));
    }
    let mails = write_letter_now(journal, office, now)?;
    if mails == 0 {
        return Err(Refusal::NotSo(
            "a letter was written a moment ago; `handoffd letter` shows how it would read now"
                .to_owned(),
        ));
    }
    Ok(vec![json!({
        "letters": mails,
        "to": office.settings.support.admin.as_str(),
        "to_teams": office.settings.letter.to_teams,
    })])
}

fn row(account: &Account, language: &Language) -> Value {
    let suggestions = account.suggestions.iter().enumerate();
    let suggestions: Vec<Value> = suggestions
        .map(|(place, suggestion)| match suggestion {
            Suggestion::Advance { article, from, .. } => json!({
                "number": place + 1,
                "suggests": "advance",
                "article": article.to_string(),
                "from": from.as_str(),
                "to": from.next().map(crate::autonomy::Stage::as_str),
            }),
            Suggestion::Write { article, tickets } => json!({
                "number": place + 1,
                "suggests": "write",
                "intent": article.intent.0,
                "language": article.language.0,
                "tickets": tickets.len(),
                "answers": article.answers,
                "file": article.file(),
            }),
            Suggestion::Forgotten => json!({ "number": place + 1, "suggests": "forgotten" }),
        })
        .collect();
    let gaps: Vec<Value> = (account.gaps.iter())
        .map(|gap| json!({ "customers": gap.customers, "examples": gap.examples }))
        .collect();
    json!({
        "from": account.week.from,
        "until": account.week.until,
        "text": letter_as_text(account, language),
        "suggestions": suggestions,
        "gaps": gaps,
    })
}
