//! What happened to a ticket, told for people: one line an event, with each decision's reasons. Pure.

mod drafts;

use crate::journal::{HandledMail, purpose_word};
use crate::lookup::{Found, LookedUp};
use crate::mail::Address;
use crate::ticket::{
    Approvals, Event, InShadow, MailSummary, Notice, Reminded, ShownBy, TicketId, TimedEvent,
    WaitingDraft, Wording,
};
use drafts::{approved, drafted};
use serde_json::{Map, Value, json};

/// An event as a row: when, what, and the words that belong to it.
pub(super) fn row(timed: &TimedEvent) -> Value {
    let (what, words) = tell(&timed.event);
    let what = match (&timed.event, timed.cause) {
        // No mail is behind it: the operator said so.
        (
            Event::DraftApproved { .. } | Event::FirstApproval { .. } | Event::DraftRefused { .. },
            None,
        ) => format!("{what}, as the operator, on the command line or the page"),
        _ => what,
    };
    let mut row = json!({
        "at": timed.at,
        "what": what,
        "words": words,
        "cause": timed.cause.map(|identity| identity.to_string()),
    });
    if let (
        Event::Decided {
            decision, reasons, ..
        },
        Some(row),
    ) = (&timed.event, row.as_object_mut())
    {
        let reasons = reasons.iter();
        let reasons: Vec<Value> = reasons
            .map(|(rule, sentence)| json!({"rule": rule, "sentence": sentence}))
            .collect();
        row.insert("decision".to_owned(), json!(decision));
        row.insert("reasons".to_owned(), json!(reasons));
    }
    row
}

/// Says of a decision that it was made in shadow.
pub(super) fn add_held_back(row: &mut Map<String, Value>, held_back: &InShadow<'_>) {
    let would = held_back.in_words();
    if let Some(words) = row.get_mut("words").and_then(Value::as_array_mut) {
        words.insert(
            0,
            json!(format!("in shadow: {would}; nobody got anything of it")),
        );
    }
    let _ = row.insert("in_shadow".to_owned(), json!(would));
}

/// A mail that no part could handle. When that was is not kept with it.
pub(super) fn set_aside_row(mail: &HandledMail) -> Value {
    json!({
        "kind": "set-aside",
        "what": "a mail was set aside: no part could handle it",
        "words": [
            format!("it came at {}; nobody was answered and no team knows of it", mail.place),
            "look for it by its keyword `Quarantined`, read it with care, and answer it by hand",
        ],
        "uid": mail.place.uid,
        "uid_validity": mail.place.uid_validity,
        "cause": mail.identity.to_string(),
    })
}

/// An event in one line.
#[must_use]
pub fn in_one_line(timed: &TimedEvent) -> String {
    let (what, words) = tell(&timed.event);
    match words.join("; ").as_str() {
        "" => what,
        words => format!("{what}: {words}"),
    }
}

/// A draft that waits for a yes, as a row.
pub(super) fn draft_row(ticket: &TicketId, waiting: &WaitingDraft<'_>) -> Value {
    let draft = waiting.draft;
    let edited_by = match &draft.wording {
        Wording::OfArticle => None,
        Wording::Edited { by, .. } => Some(by.as_str()),
    };
    let needed = match draft.approvals {
        Approvals::One => 1,
        Approvals::Two => 2,
    };
    json!({
        "ticket": ticket.to_string(), "draft": waiting.number.0, "team": draft.team.0, "intent": draft.article.intent.0,
        "confidence": draft.confidence, "text": draft.text, "edited_by": edited_by, "approvals_needed": needed,
        "approved_by": waiting.first_yes.map(|(member, _)| member.as_str()),
    })
}

fn tell(event: &Event) -> (String, Vec<String>) {
    let none = Vec::new;
    let by = |member: &Address| member.to_string();
    match event {
        Event::Opened { customer, mail, .. } => (format!("{customer} wrote"), summary(mail)),
        Event::CustomerWrote { mail } => ("the customer wrote again".to_owned(), summary(mail)),
        Event::ThirdPartyWrote { from, mail } => (
            format!("{from}, who is not the customer, wrote"),
            summary(mail),
        ),
        Event::Collected { from, mail } => (
            format!("{from} wrote; one too many of its kind, kept here"),
            summary(mail),
        ),
        Event::LookedUp { found } => (
            "looked up".to_owned(),
            found.iter().map(looked_up).collect(),
        ),
        Event::FactsFound { facts } => (
            "details found".to_owned(),
            facts
                .iter()
                .map(|(name, value)| format!("{name}: {value}"))
                .collect(),
        ),
        Event::Decided {
            decision,
            reasons,
            evidence,
            intent,
            close,
        } => {
            let shown = evidence.iter().map(String::as_str);
            let shown = shown.chain(std::iter::repeat(""));
            let mut words: Vec<String> = (reasons.iter().zip(shown))
                .map(|((rule, sentence), words)| match words {
                    "" => format!("{rule}: {sentence}"),
                    words => format!("{rule}: {sentence}: “{words}”"),
                })
                .collect();
            if let Some((intent, confidence)) = intent {
                words.push(format!("nearest intent: {intent} ({confidence:.2})"));
            }
            words.extend(
                (close.iter())
                    .map(|(intent, confidence)| format!("also close: {intent} ({confidence:.2})")),
            );
            (format!("decided: {decision}"), words)
        }
        Event::Answered {
            article,
            confidence,
        } => (
            format!(
                "answered with {}@{} ({}), confidence {confidence:.2}",
                article.intent, article.revision, article.language
            ),
            none(),
        ),
        Event::Asked { facts, intent } => (
            format!("asked for details for {intent}"),
            facts.iter().map(ToString::to_string).collect(),
        ),
        Event::Drafted { draft } => drafted(draft),
        Event::HandedOff {
            team,
            promised_by,
            notice,
            why,
        } => {
            let mut words = vec![why.clone()];
            words.extend(promised_by.map(|by| format!("promised by {by}")));
            words.extend(told(notice));
            (format!("handed off to {team}"), words)
        }
        Event::Reminded { team, whom, of } => {
            let whom = match whom {
                Reminded::Team => "the team",
                Reminded::SecondAddress => "its second address",
                Reminded::Admin => "the admin",
            };
            let title = format!("reminded {whom} ({team}) of what is due on {of}");
            (title, none())
        }
        Event::PromiseLapsed {
            team,
            promised_by,
            new_promise,
            notice,
        } => {
            let mut words = Vec::new();
            words.extend(new_promise.map(|by| format!("promised anew by {by}")));
            words.extend(told(notice));
            let title =
                format!("promise of {team} not kept: an answer was promised by {promised_by}");
            (title, words)
        }
        Event::Forwarded { member, team } => (
            format!("forwarded from {member}; waits for a yes of {team}"),
            none(),
        ),
        Event::WaitedTooLong { team, due_by } => (
            format!("own time of {team} over: an answer was due by {due_by}"),
            none(),
        ),
        Event::PassedOn { team } => (format!("passed on to {team}"), none()),
        Event::StaffReplied { member } => (format!("{} replied", by(member)), none()),
        Event::AskedAgain { member, asked } => (
            format!("{} asked again for {}", by(member), asked.in_words()),
            lines(&asked.sentence),
        ),
        Event::WroteOutside {
            from,
            shown_by,
            mail,
            ..
        } => {
            let proof = match shown_by {
                ShownBy::Address => "nothing counts as answered by it",
                ShownBy::SentFolder => "lies in the folder of sent mail",
            };
            (
                format!("{from} wrote to the customer past us ({proof})"),
                lines(&mail.excerpt),
            )
        }
        Event::FirstApproval { member } => (
            format!(
                "{} approved the draft, which needs another member's yes as well",
                by(member)
            ),
            none(),
        ),
        Event::DraftApproved {
            member,
            article,
            edit,
        } => approved(member, article.as_ref(), edit.as_ref()),
        Event::DraftRefused { member, why } => {
            (format!("{} refused the draft", by(member)), lines(why))
        }
        Event::Confirmed => ("the customer confirmed that it helped".to_owned(), none()),
        Event::Crossed => (
            "it crossed our mail, so nothing more was sent".to_owned(),
            none(),
        ),
        Event::DraftWithdrawn => ("draft withdrawn: a newer mail came".to_owned(), none()),
        Event::Taken { member } => (format!("{} took the ticket", by(member)), none()),
        Event::Reassigned { member, team } => {
            (format!("{} gave it to team {team}", by(member)), none())
        }
        Event::Postponed { member, until } => {
            (format!("{} put it off until {until}", by(member)), none())
        }
        Event::GivenBack { member } => (format!("{} gave it back", by(member)), none()),
        Event::Noted { member, text } => (format!("{} noted", by(member)), lines(text)),
        Event::Learned { member, intent, .. } => {
            let what = intent.as_ref().map_or_else(
                || "what no article covers".to_owned(),
                |intent| format!("an example of {intent}"),
            );
            (format!("{} confirmed it as {what}", by(member)), none())
        }
        Event::HeldAgainst {
            article,
            says_the_same,
            likeness_percent,
        } => {
            let what = match says_the_same {
                true => "says what",
                false => "says something else than",
            };
            (
                format!(
                    "the person's answer {what} article {} ({}, {}) says, which is in shadow ({likeness_percent} % alike)",
                    article.intent, article.language, article.revision
                ),
                none(),
            )
        }
        Event::Closed {
            member: Some(member),
        } => (format!("{} closed it", by(member)), none()),
        Event::Closed { member: None } => ("closed on the command line".to_owned(), none()),
        Event::AutomationRefused => ("the customer wants no automatic mail".to_owned(), none()),
        Event::AutomationAllowed => (
            "the customer allows automatic mail again".to_owned(),
            none(),
        ),
        Event::Bounced {
            recipient, report, ..
        } => (
            format!(
                "{}{}",
                match report.split_whitespace().next() {
                    Some("delayed") => "a mail of ours is delayed",
                    Some("delivered") => "a mail of ours arrived",
                    _ => "a mail of ours did not arrive",
                },
                recipient
                    .as_ref()
                    .map_or_else(String::new, |to| format!(" at {to}"))
            ),
            lines(report),
        ),
        Event::SendFailed { recipient, why, .. } => {
            (format!("a mail to {recipient} was given up"), lines(why))
        }
        Event::NotLost { message_id } => (
            "a mail that was given up or withdrawn is not lost: it is tried again, or has left"
                .to_owned(),
            vec![message_id.to_string()],
        ),
        Event::KeptAside { from, why } => (
            format!(
                "a mail{} was kept aside",
                from.as_ref().map_or_else(String::new, |from| format!(
                    " that claims to be from {from}"
                ))
            ),
            lines(why),
        ),
        Event::MailWithdrawn {
            message_id,
            purpose,
        } => (
            format!(
                "not sent: the {} that waited, because a person wrote",
                purpose_word(*purpose)
            ),
            vec![message_id.to_string()],
        ),
        Event::Wrote {
            message_id,
            purpose,
            to,
            said,
        } => {
            let to: Vec<String> = to.iter().map(ToString::to_string).collect();
            (
                format!("{} to {}", purpose_word(*purpose), to.join(", ")),
                std::iter::once(message_id.to_string())
                    .chain(said.iter().cloned())
                    .collect(),
            )
        }
    }
}

fn summary(mail: &MailSummary) -> Vec<String> {
    let mut words = vec![format!("subject: {}", mail.subject)];
    words.extend(lines(&mail.excerpt));
    words
}

/// What a customer was told.
fn told(notice: &Notice) -> Vec<String> {
    match notice {
        Notice::Sent { text } => {
            let mut words = vec!["the customer was told:".to_owned()];
            words.extend(lines(text));
            words
        }
        Notice::Withheld { why } => vec![format!("the customer was not told: {why}")],
    }
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(ToOwned::to_owned).collect()
}

/// What one lookup said, in a line.
fn looked_up(one: &LookedUp) -> String {
    let said = match &one.found {
        Found::Fields(fields) if fields.is_empty() => "nothing is known".to_owned(),
        Found::Fields(fields) => {
            let fields = fields.iter();
            let fields: Vec<String> = fields
                .map(|(name, value)| format!("{name} {value}"))
                .collect();
            fields.join(", ")
        }
        Found::NotAvailable(why) | Found::NotAsked(why) => format!("not available: {why}"),
    };
    format!("{}: {said}", one.lookup)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::test_situation::{TicketStory, address, article, draft};
    use crate::desk::compare;
    use crate::ticket::Draft;

    #[test]
    fn a_ticket_tells_who_approved_what_and_what_they_changed() {
        let edit = compare(
            "We open at nine on all days.",
            "We open at ten on all days.",
        );
        let event = Event::DraftApproved {
            member: address("kim@shop.example"),
            article: Some(article("hours")),
            edit: Some(edit),
        };
        let (what, words) = tell(&event);
        assert_eq!(
            what,
            "kim@shop.example approved the draft of hours@0badcafe (en), changed"
        );
        assert_eq!(
            words,
            [
                "85 % of its words were kept",
                "- We open at nine on all days.",
                "+ We open at ten on all days."
            ]
        );
    }

    #[test]
    fn a_draft_that_waits_tells_whose_yes_it_has() {
        let two = Draft {
            approvals: Approvals::Two,
            ..draft("hours")
        };
        let ticket = TicketStory::opened()
            .event(Event::Drafted { draft: two })
            .event(Event::FirstApproval {
                member: address("kim@shop.example"),
            })
            .ticket();
        let row = draft_row(&ticket.id, &ticket.draft_in_waiting().unwrap());
        assert_eq!(row["draft"], 1);
        assert_eq!(row["approvals_needed"], 2);
        assert_eq!(row["approved_by"], "kim@shop.example");
        assert_eq!(row["edited_by"], Value::Null);
    }
}
