//! The mails themselves that leave when something comes due, in the shape that all of their kind share.

use super::Writing;
use crate::compose::guard::Guard;
use crate::compose::letter::{Letter, Manner};
use crate::compose::staff::subject_for_staff;
use crate::compose::view::staff_tongue;
use crate::compose::words::Tongue;
use crate::compose::{ComposeError, Outgoing, Purpose, matters};
use crate::config::Team;
use crate::mail::Address;
use crate::ticket::{Draft, Party};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// So much of the customer's last mail stands in a reminder, in characters.
const MAIL_MAX_CHARACTERS: usize = 1_500;

/// What a reminder says.
#[derive(Clone, Copy)]
pub(super) struct Reminder<'a> {
    /// In a word or two.
    pub(super) title: &'a str,
    /// What is due, and what was done about it.
    pub(super) what: &'a str,
    /// The moment that it is about.
    pub(super) of: Timestamp,
    /// What became of a draft that waited.
    pub(super) draft: OfDraft,
}

/// What becomes of a draft that waits, where one does.
#[derive(Clone, Copy)]
pub(super) enum OfDraft {
    /// It goes on waiting.
    AsItStands,
    /// It is withdrawn by what is due.
    Withdrawn,
}

impl Writing<'_> {
    /// A reminder, with what waits and what can be replied.
    pub(super) fn to_staff(
        &self,
        team: &Team,
        to: &Address,
        reminder: Reminder<'_>,
    ) -> Result<Outgoing, ComposeError> {
        let tongue = staff_tongue(self.settings);
        let can_reply = match reminder.draft {
            OfDraft::AsItStands => tongue.can_reply_in(self.ticket),
            OfDraft::Withdrawn => tongue.can_reply().to_owned(),
        };
        let reference = self.ticket.id.to_string();
        let customer = self.ticket.customer().map(ToString::to_string);
        let mails = self.ticket.customer_mails();
        let words = mails.last().map_or("", |mail| mail.excerpt.as_str());
        let facts = [
            ("reference", reference.clone()),
            ("support_name", self.settings.support.name.to_string()),
            (
                "customer",
                customer.unwrap_or_else(|| tongue.none().to_owned()),
            ),
            (
                "subject",
                subject_for_staff(self.ticket, &reference, tongue),
            ),
            ("title", reminder.title.to_owned()),
            ("what", reminder.what.to_owned()),
            ("mail_text", shortened_lines(words)),
            ("can_reply", can_reply),
        ];
        let data: Map<String, Value> = facts
            .into_iter()
            .map(|(name, value)| (name.to_owned(), json!(value)))
            .collect();
        let cause = self.cause(reminder.of, reminder.title);
        self.desk().to_staff(
            &self.writer.templates,
            Purpose::Reminder,
            "reminder",
            self.ticket,
            team,
            to,
            data,
            vec![],
            &cause,
        )
    }

    /// To the customer: the time is over, and until when it takes now.
    pub(super) fn delay(
        &self,
        team: &Team,
        missed: Timestamp,
        new: Timestamp,
    ) -> Result<Outgoing, ComposeError> {
        let language = self.ticket.language();
        let tongue = language
            .and_then(Tongue::of)
            .unwrap_or_else(|| staff_tongue(self.settings));
        let zone = &team.hours.time_zone;
        let further = [
            ("missed", json!(tongue.moment(missed, zone))),
            ("promised_by", json!(tongue.moment(new, zone))),
        ];
        let cause = self.cause(missed, "delay");
        self.to_customer((Purpose::Delay, "delay"), team, tongue, further, &cause)
    }

    /// To the customer, who has heard nothing yet: a person answers, and by when.
    pub(super) fn notice(
        &self,
        team: &Team,
        draft: &Draft,
        due_by: Timestamp,
        promised_by: Timestamp,
    ) -> Result<Outgoing, ComposeError> {
        let tongue =
            Tongue::of(&draft.article.language).unwrap_or_else(|| staff_tongue(self.settings));
        let zone = &team.hours.time_zone;
        let passed_on = tongue.choose("your mail, word for word", "Ihre Mail, Wort für Wort");
        let further = [
            ("promised_by", json!(tongue.moment(promised_by, zone))),
            ("passed_on", json!([passed_on])),
            ("lawful_by", json!("")),
        ];
        let further = further.into_iter().chain(matters::none());
        let cause = self.cause(due_by, "notice");
        self.to_customer((Purpose::Notice, "notice"), team, tongue, further, &cause)
    }

    /// An automatic mail to the customer that repeats nothing of theirs: no mail is at hand that would show who they are.
    fn to_customer<'n>(
        &self,
        (purpose, template): (Purpose, &str),
        team: &Team,
        tongue: Tongue,
        further: impl IntoIterator<Item = (&'n str, Value)>,
        cause: &[u8],
    ) -> Result<Outgoing, ComposeError> {
        let key = &self.writer.key;
        let customer = self.ticket.customer().ok_or_else(|| {
            ComposeError::Build("the ticket has no customer who could be written to".to_owned())
        })?;
        let support = &self.settings.support;
        let facts = [
            ("reference", json!(self.ticket.id.to_string())),
            ("support_name", json!(support.name.as_str())),
            (
                "subject",
                json!(tongue.neutral_subject(support.name.as_str())),
            ),
            (
                "how_to_reach_a_person",
                json!(tongue.how_to_reach_a_person(purpose)),
            ),
            ("team", json!(tongue.team(team))),
        ];
        let data: Map<String, Value> = facts
            .into_iter()
            .chain(further)
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        let language = tongue.language();
        let templates = &self.writer.templates;
        let mut rendered = templates.render(template, &language, &Value::Object(data))?;
        rendered.document.end_with(&support.footer);
        let guard = Guard::of(key, &self.ticket.id, Some(self.ticket), self.settings);
        let mut thread = self.ticket.customer_thread();
        thread.references.retain(|id| !guard.is_leak(id.as_str()));
        thread.in_reply_to.take_if(|id| guard.is_leak(id.as_str()));
        let letter = Letter {
            purpose,
            manner: Manner::AutomaticToCustomer,
            ticket: Some(&self.ticket.id),
            party: Some(Party::Customer(customer.address.clone())),
            to: customer.address.clone(),
            to_name: None,
            from_name: None,
            cc: vec![],
            cause,
            subject: format!("{} [{}]", rendered.subject, self.ticket.id),
            document: rendered.document,
            thread,
            parts: vec![],
            pictures: vec![],
            reply_to: None,
            language: &language.0,
        };
        letter.check(key, self.settings, &guard)?;
        Ok(letter.seal(key, self.settings, self.now))
    }
}

fn shortened_lines(text: &str) -> String {
    if text.chars().count() <= MAIL_MAX_CHARACTERS {
        return text.to_owned();
    }
    let kept: String = text.chars().take(MAIL_MAX_CHARACTERS).collect();
    format!("{}…", shortened_end(&kept))
}

/// Without the torn last word.
fn shortened_end(text: &str) -> &str {
    text.rsplit_once(char::is_whitespace)
        .map_or(text, |(before, _)| before)
}
