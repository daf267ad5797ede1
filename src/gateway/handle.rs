//! One mail: judge it, and record all that follows together with the cursor, so that nothing is half handled. The daemon and
//! `handoffd test` go this same way; only what happens to recorded mails differs.

use super::held_against::held_against;
use super::judge::{JudgeError, Judgement};
use super::judged::judged_on;
use super::set_aside::Aside;
use super::sweep::Gateway;
use super::time_limit::{JUDGING_MAX, Panicked, Watchdog, end_program};
use super::{Office, brake};
use crate::clock;
use crate::compose::Composed;
use crate::config::{Mode, Outcome};
use crate::decide::{Action, Decision};
use crate::desk::{Sender, StaffAct};
use crate::inbox::{Arrival, Cursor, Place};
use crate::journal::{
    Beginnings, BegunTogether, Entry, HandledMail, Journal, JournalError, OnServer, RecordedEffect,
    Since,
};
use crate::mail::{Mail, MailIdentity, SenderKind};
use crate::report;
use crate::ticket::{Event, TicketId, TimedEvent};
use crate::understand::Understanding;
use crate::watch::{Happened, Kind, Teller};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

impl Gateway {
    /// One mail: judge it, record all that follows together with the cursor, wake the outbox.
    pub(super) fn handle(
        &self,
        office: &Office,
        arrival: &Arrival,
        cursor: Cursor,
        queue: &mut Queue<'_>,
    ) -> Result<(), JournalError> {
        let clerk = Clerk::new(office, &self.journal);
        let handled = catch_unwind(AssertUnwindSafe(|| {
            clerk.handle_in_turn(arrival, cursor, queue, clock::now())
        }));
        let handled = handled.unwrap_or_else(|panic| {
            // Not in the judging, so nothing is known of what is half done: this mail is on record, and the daemon ends.
            let _ = self.journal.broke_down(&begun(arrival));
            resume_unwind(panic)
        })?;
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
        let aside = Aside {
            place,
            cursor,
            identity,
            begun: identity,
            mail: None,
            why: &why,
        };
        let handled = clerk.set_aside(&aside, clock::now())?;
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

/// Why handling a mail stopped half-way.
enum Interrupted {
    /// A part panicked, which is on record.
    Panicked,
    /// The store failed.
    Journal(JournalError),
}

impl From<JournalError> for Interrupted {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

/// Under what a mail is begun: its bytes, for nothing else can be known before it is read.
pub(super) fn begun(arrival: &Arrival) -> MailIdentity {
    MailIdentity(Sha256::digest(arrival.raw()).into())
}

/// A mail whose handling is timed: its place, and under which identity it was begun.
pub(super) type Watched = (Place, MailIdentity);

/// Mails that are handled one after the other.
pub(super) struct Queue<'q> {
    /// Those that are on record as begun.
    pub(super) together: BegunTogether,
    /// What looks at the clock meanwhile.
    pub(super) watchdog: &'q Watchdog<Watched>,
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
        /// What it says.
        mail: Mail,
        /// What was understood.
        understanding: Understanding,
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

    /// The desk.
    #[must_use]
    pub const fn office(&self) -> &'a Office {
        self.office
    }

    /// One mail: judge it, and record all that follows together with the cursor. It is on disk with whatever is recorded next for good, at the
    /// latest with [`Journal::sync`]: before that nothing may be done about it in the world.
    ///
    /// # Errors
    /// The store failed. Nothing is recorded then, and the mail is to be handled again.
    pub fn handle(
        &self,
        arrival: &Arrival,
        cursor: Cursor,
        now: Timestamp,
    ) -> Result<Handled, JournalError> {
        self.watched(|watchdog| {
            let mut alone = Queue {
                together: BegunTogether::default(),
                watchdog,
            };
            self.handle_in_turn(arrival, cursor, &mut alone, now)
        })
    }

    /// Handles mails with a watchdog beside: what does not end in time is ended with the whole program.
    pub(super) fn watched<T>(&self, handling: impl FnOnce(&Watchdog<Watched>) -> T) -> T {
        let too_long = |(place, begun): Watched| {
            end_program(|| {
                report::gateway::handling_did_not_end(place, JUDGING_MAX);
                let _ = self.journal.broke_down(&begun);
            });
        };
        Watchdog::beside(too_long, handling)
    }

    /// The same for one of several mails; those that were begun with it are begun already.
    pub(super) fn handle_in_turn(
        &self,
        arrival: &Arrival,
        cursor: Cursor,
        queue: &mut Queue<'_>,
        now: Timestamp,
    ) -> Result<Handled, JournalError> {
        let begun = begun(arrival);
        loop {
            match self.handle_begun(arrival, cursor, (begun, queue), now) {
                Ok(handled) => return Ok(handled),
                // Each is on record: after the third it is set aside.
                Err(Interrupted::Panicked) => {}
                Err(Interrupted::Journal(error)) => {
                    // The store failed, not the mail. If this fails as well, the mail is begun once too often: no harm.
                    let _ = self.journal.forget_beginning(&begun);
                    return Err(error);
                }
            }
        }
    }

    fn handle_begun(
        &self,
        arrival: &Arrival,
        cursor: Cursor,
        (begun, queue): (MailIdentity, &mut Queue<'_>),
        now: Timestamp,
    ) -> Result<Handled, Interrupted> {
        let place = arrival.place;
        let aside = |identity, why| Aside {
            place,
            cursor,
            identity,
            begun,
            mail: Some(&arrival.content),
            why,
        };
        let before = match queue.together.take(&begun) {
            true => Beginnings::default(),
            false => self.journal.begin_handling(&begun)?,
        };
        if let Some(why) = before.brings_us_down() {
            return Ok(self.set_aside(&aside(begun, why), now)?);
        }
        let mail = match self
            .within_limits(queue, (place, begun), || self.office.read(&arrival.content))?
        {
            Ok(mail) => Mail {
                checked: arrival.checked.clone(),
                looked_up: arrival.looked_up.clone(),
                ..mail
            },
            Err(error) => {
                return Ok(self.set_aside(&aside(begun, &error.to_string()), now)?);
            }
        };
        if let Some(known) = self.journal.handled(&mail.identity)? {
            return Ok(self.recognise(known, place, cursor, begun, now)?);
        }
        if arrival.was_handled && !self.is_own_copy(&mail)? {
            match self.journal.lies_there_since(place)? {
                // Another desk may have tagged it, before somebody moved it here: nobody else answers it.
                Since::Start => report::gateway::tagged_elsewhere(place),
                since => {
                    return Ok(self.leave_to_before(&mail, since, cursor, begun, (place, now))?);
                }
            }
        }
        let identity = mail.identity;
        let raw = arrival.raw();
        // What the operator decides meanwhile is decided before or after this mail.
        let _deciding = self.journal.deciding();
        let judged = self.within_limits(queue, (place, begun), || {
            let judgement = self.office.judge(mail, raw, self.journal, now)?;
            let judged = judged_on(self.office, raw, &judgement, now);
            Ok((judgement, judged))
        })?;
        let (mut judgement, judged) = match judged {
            Ok(judged) => judged,
            Err(JudgeError::Past(error)) => return Err(error.into()),
            Err(error) => {
                return Ok(self.set_aside(&aside(identity, &error.to_string()), now)?);
            }
        };
        if before.is_suspect() {
            self.journal.judged_unharmed(&begun)?;
        }
        report::gateway::decided(place, &judgement);
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
        // What is under suspicion is done for good at once: a program that others end has not to come back to it.
        let effects = match before.is_suspect() {
            true => self.journal.record(entry, now)?,
            false => self.journal.record_soon(entry, now)?,
        };
        let Judgement {
            mail,
            understanding,
            sender,
            ticket_id,
            decision,
            ..
        } = judgement;
        let how = How::Judged {
            mail,
            understanding,
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

    /// Reading or judging: a panic is caught and counted, and what does not end in time is ended with the whole program.
    fn within_limits<T>(
        &self,
        queue: &Queue<'_>,
        watched: Watched,
        work: impl FnOnce() -> T,
    ) -> Result<T, Interrupted> {
        match queue.watchdog.within(JUDGING_MAX, watched, work) {
            Ok(done) => Ok(done),
            Err(Panicked) => {
                let (_, begun) = watched;
                self.journal.broke_down(&begun)?;
                Err(Interrupted::Panicked)
            }
        }
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
            effects: self.journal.record_soon(entry, now)?,
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
    /// twice. Where that is not certain, the admin is told.
    fn leave_to_before(
        &self,
        mail: &Mail,
        since: Since,
        cursor: Cursor,
        begun: MailIdentity,
        (place, now): (Place, Timestamp),
    ) -> Result<Handled, JournalError> {
        report::gateway::handled_before(place);
        let left_alone = Happened {
            kind: Kind::LeftAlone,
            at: now,
            to: format!("{} {place}", self.office.settings.inbox.folder),
            why: "it carries $Handoff and is not on record".to_owned(),
            told_by: Teller::Report,
        };
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
            happened: (since == Since::BeforeStart)
                .then_some(left_alone)
                .into_iter()
                .collect(),
            ..Entry::default()
        };
        Ok(Handled {
            how: How::MetAgain,
            effects: self.journal.record_soon(entry, now)?,
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
    let answer = match &decision.action {
        Action::Staff {
            act: StaffAct::Reply { text },
            impossible: None,
            draft: None,
            ..
        } => Some(text),
        _ => None,
    };
    let compared = match (answer, ticket) {
        (Some(text), Some(ticket)) => held_against(office, ticket, text),
        _ => None,
    };
    let events = composed.events.into_iter().chain(compared);
    let events: Vec<Event> = events
        .filter(|event| !shadow || event.is_observation())
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
    let letter_answer = match &decision.action {
        // In shadow it waits until what it says can be done.
        Action::AnswerLetter { letter, answer } => Some((letter.clone(), answer.clone())),
        _ => None,
    };
    Entry {
        lessons: lesson.into_iter().collect(),
        letter_answer,
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
        sent_back_for_size: (judgement.sent_back_for_size.iter())
            .filter(|_| !shadow)
            .cloned()
            .collect(),
        brake: judgement.pulls_brake.clone().filter(|_| !shadow),
        ..Entry::default()
    }
}

pub(super) fn is_shadow(office: &Office) -> bool {
    office.settings.automation.mode == Mode::Shadow
}

/// `[store] keep_learned_days = 0`: nothing is kept.
pub(super) fn learns(office: &Office) -> bool {
    !office.settings.store.keep_learned.is_zero()
}

/// Shadow mode changes nothing on the server.
pub(super) fn on_server(office: &Office) -> OnServer {
    if is_shadow(office) {
        OnServer::LeaveAsItIs
    } else {
        OnServer::TagAndFile
    }
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

#[cfg(test)]
#[path = "handle/tests.rs"]
mod tests;
