//! One mail: judge it, and record all that follows together with the cursor, so that nothing is half handled.

use super::Office;
use super::judge::{JudgeError, Judgement};
use super::sweep::Gateway;
use crate::clock;
use crate::config::{Mode, Outcome};
use crate::decide::Action;
use crate::inbox::{Arrival, Cursor, Place};
use crate::journal::{Entry, HandledMail, JournalError, OnServer};
use crate::mail::MailIdentity;
use crate::report;
use crate::ticket::{Event, TicketId, TimedEvent};
use jiff::Timestamp;
use sha2::{Digest, Sha256};

/// A mail whose handling was begun this often without an end brings us down: it goes to the admin unread. Fewer than the
/// starts after which systemd gives up (`StartLimitBurst`), and more than a run of bad luck with power or an operator.
const BEGINNINGS_MAX: u32 = 6;

impl Gateway {
    /// One mail: judge it, record all that follows together with the cursor, wake the outbox.
    pub(super) fn handle(
        &self,
        office: &Office,
        arrival: &Arrival,
        cursor: Cursor,
    ) -> Result<(), JournalError> {
        let begun = MailIdentity(Sha256::digest(arrival.raw()).into());
        let handled = self.handle_begun(office, arrival, cursor, begun);
        if handled.is_err() {
            // The store failed, not the mail. If this fails as well, the mail is begun once too often: no harm.
            let _ = self.journal.forget_beginning(&begun);
        }
        handled
    }

    fn handle_begun(
        &self,
        office: &Office,
        arrival: &Arrival,
        cursor: Cursor,
        begun: MailIdentity,
    ) -> Result<(), JournalError> {
        let now = clock::now();
        if self.journal.begin_handling(&begun)? > BEGINNINGS_MAX {
            return self.set_aside(
                office,
                arrival.place,
                cursor,
                begun,
                begun,
                "handling it ended the program each time",
            );
        }
        let mail = match office.read(&arrival.content) {
            Ok(mail) => mail,
            Err(error) => {
                let place = arrival.place;
                return self.set_aside(office, place, cursor, begun, begun, &error.to_string());
            }
        };
        if let Some(before) = self.journal.handled(&mail.identity)? {
            return self.recognise(office, before, arrival, cursor, begun);
        }
        let identity = mail.identity;
        let judgement = match office.judge(mail, arrival.raw(), self.journal.as_ref(), now) {
            Ok(judgement) => judgement,
            Err(JudgeError::Past(error)) => return Err(error),
            Err(error) => {
                return self.set_aside(
                    office,
                    arrival.place,
                    cursor,
                    identity,
                    begun,
                    &error.to_string(),
                );
            }
        };
        report::gateway::decided(arrival.place, &judgement);
        let entry = Entry {
            begun: Some(begun),
            ..entry_for(office, arrival, cursor, judgement, now)
        };
        let teaches = !entry.lessons.is_empty();
        self.journal.record(entry, now)?;
        self.outbox_wake.notify_one();
        if teaches {
            self.taught.notify_one();
        }
        Ok(())
    }

    /// A mail that was handled before and is met again at another place: only tagged and filed as then.
    fn recognise(
        &self,
        office: &Office,
        before: HandledMail,
        arrival: &Arrival,
        cursor: Cursor,
        begun: MailIdentity,
    ) -> Result<(), JournalError> {
        report::gateway::met_again(arrival.place, &before.identity);
        let mail = HandledMail {
            place: arrival.place,
            ..before
        };
        let entry = Entry {
            mail: Some(mail),
            on_server: on_server(office),
            cursor: Some(cursor),
            begun: Some(begun),
            ..Entry::default()
        };
        self.journal.record(entry, clock::now())?;
        Ok(())
    }

    /// A mail that the server has and does not hand over: later mail must not wait for it any longer.
    pub(super) fn give_up(
        &self,
        office: &Office,
        place: Place,
        cursor: Cursor,
        why: &str,
    ) -> Result<(), JournalError> {
        // Nobody has seen it, so it is known by its place alone.
        let name = format!("kept back {place} {}", office.settings.inbox.whole_name());
        let identity = MailIdentity(Sha256::digest(name).into());
        let why = format!("the server did not hand it over: {why}");
        self.set_aside(office, place, cursor, identity, identity, &why)
    }

    /// A mail that no part could handle: the admin is told where it lies; in shadow mode by the log alone.
    fn set_aside(
        &self,
        office: &Office,
        place: Place,
        cursor: Cursor,
        identity: MailIdentity,
        begun: MailIdentity,
        why: &str,
    ) -> Result<(), JournalError> {
        let now = clock::now();
        report::gateway::set_aside(place, why);
        let inbox = &office.settings.inbox;
        let text = format!(
            "A mail in folder {} of {} at {} could not be handled: {why}.\n\nIt lies there untouched but for the keywords \
             `$Handoff Quarantined`. Please read it in a mail client and answer it by hand.\n",
            inbox.folder, inbox.user, place,
        );
        let report = office.writer.trouble(
            &format!("set aside {identity}"),
            "A mail was set aside and needs a person",
            &text,
            &office.settings,
            now,
        );
        let entry = Entry {
            mail: Some(HandledMail {
                identity,
                place,
                outcome: Outcome::Quarantined,
                tags: Vec::new(),
                ticket: None,
            }),
            on_server: on_server(office),
            cursor: Some(cursor),
            begun: Some(begun),
            effects: if is_shadow(office) {
                vec![]
            } else {
                vec![report]
            },
            ..Entry::default()
        };
        self.journal.record(entry, now)?;
        self.outbox_wake.notify_one();
        Ok(())
    }
}

/// What is recorded of a judgement. In shadow mode only what was understood and decided: nothing leaves.
fn entry_for(
    office: &Office,
    arrival: &Arrival,
    cursor: Cursor,
    judgement: Judgement,
    now: Timestamp,
) -> Entry {
    let Judgement {
        mail,
        ticket_id,
        ticket,
        decision,
        composed,
        ..
    } = judgement;
    let shadow = is_shadow(office);
    let events: Vec<Event> = composed
        .events
        .into_iter()
        .filter(|event| !shadow || is_observation(event))
        .collect();
    let touched = ticket.is_some() || !events.is_empty();
    let own_copy_of = match decision.action {
        Action::NoteOwnCopy => mail.message_id.clone(),
        _ => None,
    };
    let lesson = match decision.action.clone() {
        Action::Staff { lesson, .. } if !shadow && learns(office) => lesson,
        _ => None,
    };
    Entry {
        lessons: lesson.into_iter().collect(),
        mail: Some(HandledMail {
            identity: mail.identity,
            place: arrival.place,
            outcome: decision.action.outcome(),
            tags: decision.tags,
            ticket: touched.then(|| ticket_id.clone()),
        }),
        on_server: on_server(office),
        cursor: Some(cursor),
        events: timed(&ticket_id, events, Some(mail.identity), now),
        effects: if shadow { Vec::new() } else { composed.mails },
        own_copy_of,
        ..Entry::default()
    }
}

pub(super) fn is_shadow(office: &Office) -> bool {
    office.settings.automation.mode == Mode::Shadow
}

/// `[store] keep_learned_days = 0`: nothing is kept.
fn learns(office: &Office) -> bool {
    !office.settings.store.keep_learned.is_zero()
}

/// Shadow mode changes nothing on the server.
fn on_server(office: &Office) -> OnServer {
    if is_shadow(office) {
        OnServer::LeaveAsItIs
    } else {
        OnServer::TagAndFile
    }
}

/// Events that only say what came and what was thought of it.
const fn is_observation(event: &Event) -> bool {
    matches!(
        event,
        Event::Opened { .. }
            | Event::CustomerWrote { .. }
            | Event::ThirdPartyWrote { .. }
            | Event::FactsFound { .. }
            | Event::Decided { .. }
            | Event::Bounced { .. }
            | Event::KeptAside { .. }
    )
}

pub(super) fn timed(
    ticket: &TicketId,
    events: Vec<Event>,
    cause: Option<MailIdentity>,
    at: Timestamp,
) -> Vec<(TicketId, TimedEvent)> {
    let events = events.into_iter();
    events
        .map(|event| (ticket.clone(), TimedEvent { at, cause, event }))
        .collect()
}
