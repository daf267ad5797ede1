//! What went well and what went wrong, with tickets to look at.

use super::super::super::markup::escape_line;
use super::super::super::words::Tongue;
use super::super::words::{counted, length_of_time, part_of};
use super::section;
use crate::config::TeamName;
use crate::letter::{Account, Instance};
use crate::numbers::Counts;

/// So many tickets of each kind are named.
const NAMED_MAX: usize = 5;

pub(super) fn well(counts: &Counts, tongue: Tongue) -> String {
    let mut lines = Vec::new();
    if counts.confirmed > 0 {
        lines.push(counted(
            tongue,
            counts.confirmed,
            [
                "customer said that an answer had helped",
                "customers said that an answer had helped",
            ],
            [
                "Kunde sagte, dass eine Antwort geholfen hat",
                "Kunden sagten, dass eine Antwort geholfen hat",
            ],
        ));
    }
    let due = counts.promises_kept + counts.promises_broken;
    if counts.promises_kept > 0 {
        lines.push(part_of(
            tongue,
            (counts.promises_kept, due),
            [
                "promised answer came in time",
                "promised answers came in time",
            ],
            [
                "versprochene Antwort kam rechtzeitig",
                "versprochenen Antworten kamen rechtzeitig",
            ],
        ));
    }
    let decided = counts.drafts_sent
        + counts.drafts_edited
        + counts.drafts_refused
        + counts.drafts_answered_instead;
    if counts.drafts_sent > 0 {
        lines.push(part_of(
            tongue,
            (counts.drafts_sent, decided),
            ["draft was sent as it was", "drafts were sent as they were"],
            [
                "Entwurf ging unverändert hinaus",
                "Entwürfen gingen unverändert hinaus",
            ],
        ));
    }
    if let Some(half) = counts.first_response.percentile(50) {
        let half = length_of_time(tongue, half);
        lines.push(tongue.either(
            || format!("half of the customers had our first words within {half}"),
            || format!("die Hälfte der Kunden hatte unsere ersten Worte innerhalb von {half}"),
        ));
    }
    if let Some(half) = counts.time_to_human.percentile(50) {
        let half = length_of_time(tongue, half);
        lines.push(tongue.either(
            || format!("half of those who were handed to a person had that person's answer within {half}"),
            || format!("die Hälfte derer, die an einen Menschen gingen, hatte dessen Antwort innerhalb von {half}"),
        ));
    }
    section(tongue.choose("What went well", "Was gut ging"), &lines)
}

pub(super) fn wrong(
    account: &Account,
    counts: &Counts,
    before: &Counts,
    team: Option<&TeamName>,
    tongue: Tongue,
) -> String {
    let wrong = &account.wrong;
    let kinds = [
        (
            counts.recontacted,
            before.recontacted,
            wrong.recontacted.as_slice(),
            [
                "answer after which the customer wrote again",
                "answers after which the customer wrote again",
            ],
            [
                "Antwort, nach der der Kunde wieder schrieb",
                "Antworten, nach denen der Kunde wieder schrieb",
            ],
        ),
        (
            counts.drafts_refused,
            before.drafts_refused,
            &wrong.refused,
            ["draft was refused", "drafts were refused"],
            ["Entwurf wurde abgelehnt", "Entwürfe wurden abgelehnt"],
        ),
        (
            counts.asked_again,
            before.asked_again,
            &wrong.asked_again,
            [
                "time one of us asked the customer for what the hand-off had held",
                "times one of us asked the customer for what the hand-off had held",
            ],
            [
                "Mal fragten wir den Kunden, was in der Übergabe stand",
                "Mal fragten wir den Kunden, was in der Übergabe stand",
            ],
        ),
        (
            counts.promises_broken,
            before.promises_broken,
            &wrong.broken,
            [
                "promised time went by without an answer",
                "promised times went by without an answer",
            ],
            [
                "versprochene Zeit verging ohne Antwort",
                "versprochene Zeiten vergingen ohne Antwort",
            ],
        ),
    ];
    let mut lines = Vec::new();
    for (count, before, instances, english, german) in kinds {
        if count == 0 {
            continue;
        }
        let what = counted(tongue, count, english, german);
        let compared = tongue.either(
            || format!("the week before {before}"),
            || format!("in der Woche davor {before}"),
        );
        let where_to_look = instances
            .iter()
            .filter(|one| team.is_none_or(|team| one.team.as_ref() == Some(team)))
            .take(NAMED_MAX)
            .map(instance);
        let where_to_look: Vec<String> = where_to_look.collect();
        let named = match where_to_look.is_empty() {
            true => String::new(),
            false => format!(": {}", where_to_look.join(", ")),
        };
        lines.push(format!("{what} ({compared}){named}"));
    }
    if lines.is_empty() {
        let nothing = tongue.choose(
            "nothing that handoffd can see; silence of a customer is no proof",
            "nichts, was handoffd sehen kann; das Schweigen eines Kunden beweist nichts",
        );
        lines.push(nothing.to_owned());
    }
    section(tongue.choose("What went wrong", "Was schiefging"), &lines)
}

fn instance(one: &Instance) -> String {
    let ticket = escape_line(&one.ticket.to_string());
    match &one.article {
        Some(article) => format!("{ticket} ({})", escape_line(&article.0)),
        None => ticket,
    }
}
