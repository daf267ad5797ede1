//! What do all mails about one decision share? The situation, the ticket as it stands once this mail is in it, the two languages, the guard.

use super::guard::Guard;
use super::letter::Letter;
use super::template::Rendered;
use super::words::Tongue;
use super::{ComposeError, Originals, Outgoing, Writer, story};
use crate::config::{Settings, Team, TeamName};
use crate::decide::{Decision, Situation};
use crate::mail::Mailbox;
use crate::ticket::{Ticket, TicketId, TimedEvent};
use serde_json::{Map, Value};

/// One decision about to become mails.
pub(super) struct View<'a> {
    pub(super) writer: &'a Writer,
    pub(super) decision: &'a Decision,
    pub(super) situation: &'a Situation<'a>,
    pub(super) originals: Originals<'a>,
    /// The ticket with this mail and its facts in it.
    pub(super) ticket: Ticket,
    /// The language of what the customer gets.
    pub(super) tongue: Tongue,
    /// The language of staff and admin.
    pub(super) staff_tongue: Tongue,
    pub(super) guard: Guard,
}

impl<'a> View<'a> {
    pub(super) fn of(
        writer: &'a Writer,
        decision: &'a Decision,
        situation: &'a Situation<'a>,
        originals: Originals<'a>,
    ) -> Self {
        let mut ticket = situation.ticket.cloned().unwrap_or_else(|| Ticket {
            id: situation.ticket_id.clone(),
            events: vec![],
        });
        for event in story::arrival(decision, situation) {
            ticket.events.push(TimedEvent {
                at: situation.now,
                cause: Some(situation.mail.identity),
                event,
            });
        }
        let staff_tongue = staff_tongue(situation.settings);
        let guard = Guard::of(
            &writer.key,
            situation.ticket_id,
            Some(&ticket),
            situation.settings,
        );
        Self {
            writer,
            decision,
            situation,
            originals,
            ticket,
            tongue: Tongue::of(&decision.language).unwrap_or(staff_tongue),
            staff_tongue,
            guard,
        }
    }

    pub(super) fn id(&self) -> &TicketId {
        self.situation.ticket_id
    }

    /// Whose ticket it is.
    pub(super) fn customer(&self) -> Result<&Mailbox, ComposeError> {
        self.ticket.customer().ok_or_else(|| {
            ComposeError::Build("the ticket has no customer who could be written to".to_owned())
        })
    }

    /// That team, or the default one where it is not in the settings.
    pub(super) fn team(&self, name: &TeamName) -> Result<&'a Team, ComposeError> {
        team(self.situation.settings, Some(name))
    }

    pub(super) fn render(
        &self,
        template: &str,
        tongue: Tongue,
        data: Map<String, Value>,
    ) -> Result<Rendered, ComposeError> {
        self.writer
            .templates
            .render(template, &tongue.language(), &Value::Object(data))
    }

    pub(super) fn seal(&self, letter: Letter<'_>) -> Result<Outgoing, ComposeError> {
        let (key, settings) = (&self.writer.key, self.situation.settings);
        letter.check(key, settings, &self.guard)?;
        Ok(letter.seal(key, settings, self.situation.now))
    }
}

/// The language of staff and admin.
pub(super) fn staff_tongue(settings: &Settings) -> Tongue {
    Tongue::of(&settings.support.language).unwrap_or(Tongue::English)
}

/// That team, or the default one.
pub(super) fn team<'a>(
    settings: &'a Settings,
    name: Option<&TeamName>,
) -> Result<&'a Team, ComposeError> {
    name.and_then(|name| settings.team(name))
        .or_else(|| settings.teams.first())
        .ok_or_else(|| ComposeError::Build("no team is configured".to_owned()))
}
