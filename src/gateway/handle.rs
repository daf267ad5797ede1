//! One mail: judge it, and record all that follows together with the cursor, so that nothing is half handled. The daemon and
//! `handoffd test` go this same way; only what happens to recorded mails differs.

use super::judge::{JudgeError, Judgement};
use super::judged::judged_on;
use super::sweep::Gateway;
use super::{Office, brake};
use crate::clock;
use crate::compose::Composed;
use crate::config::{Mode, Outcome};
use crate::decide::{Action, Decision};
use crate::desk::Sender;
use crate::inbox::{Arrival, Cursor, Place};
use crate::journal::{Entry, HandledMail, Journal, JournalError, OnServer, RecordedEffect};
use crate::mail::{Mail, MailIdentity, SenderKind};
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
        let clerk = Clerk::new(office, &self.journal);
        let handled = clerk.handle(arrival, cursor, clock::now())?;
        self.wake_who_waits(&handled);
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
        let clerk = Clerk::new(office, &self.journal);
        let handled = clerk.set_aside(place, cursor, identity, identity, &why, clock::now())?;
        self.wake_who_waits(&handled);
        Ok(())
    }

    fn wake_who_waits(&self, handled: &Handled) {
        if !matches!(handled.how, How::MetAgain) {
            self.outbox_wake.notify_one();
        }
        if handled.teaches {
            self.taught.notify_one();
        }
    }
}

/// Handles one mail after the other with what is loaded, and records each in the journal.
#[derive(Clone, Copy)]
pub struct Clerk<'a> {
    pub(super) office: &'a Office,
    pub(super) journal: &'a Journal,
}

/// What came of one mail, all of it on record.
#[derive(Debug)]
pub struct Handled {
    /// How it was handled.
    pub how: How,
    /// The mails that are new with it and wait to be sent.
    pub effects: Vec<RecordedEffect>,
    /// Whether something was confirmed that is to be learned.
    pub teaches: bool,
}

/// How a mail was handled.
#[derive(Debug)]
// There is one of these a mail: a box would save nothing.
#[allow(clippy::large_enum_variant)]
pub enum How {
    /// It was read and decided on.
    Judged {
        /// Who wrote it.
        sender: Sender,
        /// The ticket that it belongs to, or would open.
        ticket: TicketId,
        /// What was decided.
        decision: Decision,
    },
    /// It was handled before: nothing is done twice.
    MetAgain,
    /// No part could handle it: the admin is told.
    SetAside {
        /// Why.
        why: String,
    },
}

impl<'a> Clerk<'a> {
    /// A clerk at this desk.
    #[must_use]
    pub const fn new(office: &'a Office, journal: &'a Journal) -> Self {
        Self { office, journal }
    }

    /// One mail: judge it, and record all that follows together with the cursor.
    ///
    /// # Errors
    /// The store failed. Nothing is recorded then, and the mail is to be handled again.
    pub fn handle(
        &self,
        arrival: &Arrival,
        cursor: Cursor,
        now: Timestamp,
    ) -> Result<Handled, JournalError> {
        let begun = MailIdentity(Sha256::digest(arrival.raw()).into());
        let handled = self.handle_begun(arrival, cursor, begun, now);
        if handled.is_err() {
            // The store failed, not the mail. If this fails as well, the mail is begun once too often: no harm.
            let _ = self.journal.forget_beginning(&begun);
        }
        handled
    }

    fn handle_begun(
        &self,
        arrival: &Arrival,
        cursor: Cursor,
        begun: MailIdentity,
        now: Timestamp,
    ) -> Result<Handled, JournalError> {
        let place = arrival.place;
        if self.journal.begin_handling(&begun)? > BEGINNINGS_MAX {
            let why = "handling it ended the program each time";
            return self.set_aside(place, cursor, begun, begun, why, now);
        }
        let mail = match self.office.read(&arrival.content) {
            Ok(mail) => Mail {
                checked: arrival.checked.clone(),
                ..mail
            },
            Err(error) => {
                return self.set_aside(place, cursor, begun, begun, &error.to_string(), now);
            }
        };
        if let Some(before) = self.journal.handled(&mail.identity)? {
            return self.recognise(before, place, cursor, begun, now);
        }
        if arrival.was_handled && !self.is_own_copy(&mail)? {
            return self.leave_to_before(&mail, place, cursor, begun, now);
        }
        let identity = mail.identity;
        let judged = self.office.judge(mail, arrival.raw(), self.journal, now);
        let mut judgement = match judged {
            Ok(judgement) => judgement,
            Err(JudgeError::Past(error)) => return Err(error),
            Err(error) => {
                return self.set_aside(place, cursor, identity, begun, &error.to_string(), now);
            }
        };
        report::gateway::decided(place, &judgement);
        let judged = judged_on(self.office, arrival.raw(), &judgement, now);
        let mut composed = std::mem::take(&mut judgement.composed);
        if let Some(pulled) = &judgement.pulls_brake {
            report::gateway::brake_pulled(pulled);
            composed.mails.push(brake::report(self.office, pulled, now));
        }
        let entry = Entry {
            begun: Some(begun),
            judged: Some(judged),
            ..entry_for(self.office, place, cursor, &judgement, composed, now)
        };
        let teaches = !entry.lessons.is_empty();
        let effects = self.journal.record(entry, now)?;
        let Judgement {
            sender,
            ticket_id,
            decision,
            ..
        } = judgement;
        let how = How::Judged {
            sender,
            ticket: ticket_id,
            decision,
        };
        Ok(Handled {
            how,
            effects,
            teaches,
        })
    }

    /// A mail that was handled before and is met again at another place: only tagged and filed as then.
    fn recognise(
        &self,
        before: HandledMail,
        place: Place,
        cursor: Cursor,
        begun: MailIdentity,
        now: Timestamp,
    ) -> Result<Handled, JournalError> {
        report::gateway::met_again(place, &before.identity);
        let entry = Entry {
            mail: Some(HandledMail { place, ..before }),
            on_server: on_server(self.office),
            cursor: Some(cursor),
            begun: Some(begun),
            ..Entry::default()
        };
        Ok(Handled {
            how: How::MetAgain,
            effects: self.journal.record(entry, now)?,
            teaches: false,
        })
    }

    /// A copy of ours says that a mail of the journal left, whatever keywords it carries.
    fn is_own_copy(&self, mail: &Mail) -> Result<bool, JournalError> {
        match &mail.message_id {
            Some(id) if mail.sender_kind == SenderKind::Own => self.journal.own_mail(id),
            _ => Ok(false),
        }
    }

    /// A mail that was handled, and that the journal knows nothing of: its store was lost, or is older than the mailbox. Nothing is answered
    /// twice.
    fn leave_to_before(
        &self,
        mail: &Mail,
        place: Place,
        cursor: Cursor,
        begun: MailIdentity,
        now: Timestamp,
    ) -> Result<Handled, JournalError> {
        report::gateway::handled_before(place);
        let entry = Entry {
            mail: Some(HandledMail {
                identity: mail.identity,
                place,
                outcome: Outcome::Left,
                tags: Vec::new(),
                ticket: None,
                checked: mail.checked.clone(),
            }),
            on_server: OnServer::LeaveAsItIs,
            cursor: Some(cursor),
            begun: Some(begun),
            ..Entry::default()
        };
        Ok(Handled {
            how: How::MetAgain,
            effects: self.journal.record(entry, now)?,
            teaches: false,
        })
    }

    /// A mail that no part could handle: the admin is told where it lies; in shadow mode by the log alone.
    fn set_aside(
        &self,
        place: Place,
        cursor: Cursor,
        identity: MailIdentity,
        begun: MailIdentity,
        why: &str,
        now: Timestamp,
    ) -> Result<Handled, JournalError> {
        report::gateway::set_aside(place, why);
        let office = self.office;
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
                checked: None,
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
        Ok(Handled {
            how: How::SetAside {
                why: why.to_owned(),
            },
            effects: self.journal.record(entry, now)?,
            teaches: false,
        })
    }
}

/// What is recorded of a judgement. In shadow mode only what was understood and decided: nothing leaves.
fn entry_for(
    office: &Office,
    place: Place,
    cursor: Cursor,
    judgement: &Judgement,
    composed: Composed,
    now: Timestamp,
) -> Entry {
    let Judgement {
        mail,
        ticket_id,
        ticket,
        decision,
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
    let lesson = match &decision.action {
        Action::Staff { lesson, .. } if !shadow && learns(office) => lesson.clone(),
        _ => None,
    };
    Entry {
        lessons: lesson.into_iter().collect(),
        mail: Some(HandledMail {
            identity: mail.identity,
            place,
            outcome: decision.action.outcome(),
            tags: decision.tags.clone(),
            ticket: touched.then(|| ticket_id.clone()),
            checked: mail.checked.clone(),
        }),
        on_server: on_server(office),
        cursor: Some(cursor),
        events: timed(ticket_id, events, Some(mail.identity), now),
        effects: if shadow { Vec::new() } else { composed.mails },
        own_copy_of,
        said: judgement.said.clone(),
        returned: judgement.returned.clone(),
        brake: judgement.pulls_brake.clone().filter(|_| !shadow),
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
            | Event::Collected { .. }
            | Event::WroteOutside { .. }
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
