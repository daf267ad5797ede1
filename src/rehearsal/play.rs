//! Plays a conversation, step by step, the way the daemon goes: the same clerk, a journal of its own, the conversation's clock.

mod writing;

use super::conversation::{Act, Conversation, Lies, Lookups, Post, Step, Whom};
use super::expect;
use super::invariants::{Invariants, Look};
use super::mailboxes::{Kept, Mailboxes};
use super::outcome::{Difference, Left, Played, PlayedStep};
use super::temporary::TemporaryFolder;
use crate::compose::EnvelopeSender;
use crate::config::LookupName;
use crate::control;
use crate::desk::Sender;
use crate::gateway::{self, Clerk, Handled, How, InboxSeen, JudgeError, Office};
use crate::inbox::{Arrival, Content, Cursor, Place};
use crate::journal::{AttemptOutcome, CopyProof, Journal, JournalError, RecordedEffect};
use crate::lookup::LookedUp;
use crate::mail::{AuthenticationResults, Mail};
use crate::ticket::{Party, TicketId};
use jiff::{SignedDuration, Timestamp, civil};
use std::collections::BTreeMap;

/// Between one mail and the next.
const STEP: SignedDuration = SignedDuration::from_mins(1);
/// While time passes the desk looks this often at what comes due; seldomer in long waits, so that a month takes no minute.
const LOOK_EVERY: SignedDuration = SignedDuration::from_mins(5);
const LOOKS_MAX: i32 = 400;

/// Why a conversation could not be played to its end.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// No folder could be made for its journal.
    #[error("no temporary folder could be made: {0}")]
    Folder(#[from] std::io::Error),
    /// Its journal failed.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// Plays a conversation on a desk that has never seen a mail.
///
/// # Errors
/// The temporary journal failed. What a conversation does not say rightly (a reply to nothing) is a difference, no error.
pub fn play(conversation: &Conversation, office: &Office) -> Result<Played, PlayError> {
    let mut stage = Stage::set(office, conversation.begins)?;
    let mut played = Played {
        steps: Vec::new(),
        differences: unknown_lookups(conversation, office),
    };
    stage.lookups.clone_from(&conversation.lookups);
    for (index, step) in conversation.steps.iter().enumerate() {
        stage.play(index + 1, step, &mut played)?;
    }
    Ok(played)
}

/// What the settings know nothing of would be said to nobody.
fn unknown_lookups(conversation: &Conversation, office: &Office) -> Vec<Difference> {
    let mut unknown = Vec::new();
    for (name, fields) in &conversation.lookups {
        let mut lookups = office.settings.lookups.iter();
        let known = lookups.find(|lookup| lookup.name == *name);
        let fields = fields.keys();
        let fields: Vec<String> = match known {
            Some(lookup) => fields
                .filter(|field| !lookup.fields.contains_key(field))
                .map(|field| format!("{name}.{field}"))
                .collect(),
            None => vec![name.to_string()],
        };
        unknown.extend(fields.into_iter().map(|got| Difference {
            step: 0,
            line: 1,
            what: "lookup",
            expected: "a lookup and its fields, as the settings name them".to_owned(),
            got,
        }));
    }
    unknown
}

fn is_sent_copy(act: &Act) -> bool {
    match act {
        Act::Writes(written) => written.lies == Lies::SentFolder,
        Act::Comes { lies, .. } => *lies == Lies::SentFolder,
        _ => false,
    }
}

/// Ten o'clock on a Monday, where the first team works.
fn monday_morning(office: &Office) -> Timestamp {
    let morning = civil::date(2026, 1, 12).at(10, 0, 0, 0);
    let zone = office
        .settings
        .teams
        .first()
        .map(|team| team.hours.time_zone.clone());
    let zoned = morning.to_zoned(zone.unwrap_or(jiff::tz::TimeZone::UTC));
    zoned.map_or(Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp())
}

/// A desk that has never seen a mail, its journal, and everybody's mailboxes: for whoever plays step by step.
pub struct Stage<'a> {
    office: &'a Office,
    journal: Journal,
    _folder: TemporaryFolder,
    now: Timestamp,
    /// How many mails have come in.
    mails: u32,
    /// The last of them.
    last: Option<Vec<u8>>,
    mailboxes: Mailboxes,
    invariants: Invariants,
    /// How many events of each ticket were looked at.
    events_seen: BTreeMap<TicketId, usize>,
    /// Something was confirmed that is not learned yet.
    is_taught: bool,
    /// How our mails fare.
    post: Post,
    /// What lookups say.
    lookups: Lookups,
}

impl Drop for Stage<'_> {
    fn drop(&mut self) {
        // The next conversation meets a desk that was taught nothing.
        if !self.office.trained().taught.is_empty() {
            self.office.learn(Vec::new());
        }
    }
}

impl<'a> Stage<'a> {
    /// A stage on which nothing has happened. Without a beginning it is a Monday, ten o'clock, where the first team works.
    ///
    /// # Errors
    /// No temporary journal could be made.
    pub fn set(office: &'a Office, begins: Option<Timestamp>) -> Result<Self, PlayError> {
        let folder = TemporaryFolder::new()?;
        Ok(Self {
            office,
            journal: Journal::open(folder.path())?,
            _folder: folder,
            now: begins.unwrap_or_else(|| monday_morning(office)),
            mails: 0,
            last: None,
            mailboxes: Mailboxes::default(),
            invariants: Invariants::default(),
            events_seen: BTreeMap::new(),
            is_taught: false,
            post: Post::Works,
            lookups: Lookups::new(),
        })
    }

    /// What is on record so far.
    #[must_use]
    pub const fn journal(&self) -> &Journal {
        &self.journal
    }

    /// The last mail that came into the inbox, as it came.
    #[must_use]
    pub fn last_mail(&self) -> Option<&[u8]> {
        self.last.as_deref()
    }

    /// Plays a step and adds what came of it.
    ///
    /// # Errors
    /// The temporary journal failed.
    pub fn play(
        &mut self,
        number: usize,
        step: &Step,
        played: &mut Played,
    ) -> Result<(), PlayError> {
        let mut result = PlayedStep {
            number,
            line: step.line,
            who: step.act.in_words(),
            at: self.now,
            decision: String::new(),
            reason: None,
            ticket: None,
            story: Vec::new(),
            mails: Vec::new(),
        };
        let mut broken = Vec::new();
        match &step.act {
            Act::Waits(duration) => broken.extend(self.wait(*duration, &mut result)?),
            Act::ServerIs(post) => self.server_is(*post, &mut result)?,
            act => match self.raw_mail(act) {
                Ok(raw) => {
                    // A mail that was made whole brings what the server wrote as well.
                    let raw = match act {
                        Act::Comes { .. } | Act::ComesAgain => (raw, None),
                        _ => self.received(raw, step.origin),
                    };
                    if is_sent_copy(act) {
                        self.note_sent(raw.0, &mut result)?;
                    } else {
                        self.arrive(raw, &mut result)?;
                    }
                    broken.extend(self.broken_invariants(&mut result)?);
                }
                Err(why) => played.differences.push(Difference {
                    step: number,
                    line: step.line,
                    what: "step",
                    expected: "a step that can be played".to_owned(),
                    got: why,
                }),
            },
        }
        played
            .differences
            .extend(expect::differences(&step.expected, &result));
        for broken in broken {
            played.differences.push(Difference {
                step: number,
                line: step.line,
                what: "always",
                expected: "what holds in every conversation".to_owned(),
                got: broken,
            });
        }
        played.steps.push(result);
        self.now = self.now.checked_add(STEP).unwrap_or(Timestamp::MAX);
        Ok(())
    }

    /// Time passes, and the desk does by itself what comes due meanwhile; it looks often enough to miss nothing. What must always hold is
    /// looked at for each ticket that comes due.
    fn wait(
        &mut self,
        duration: SignedDuration,
        result: &mut PlayedStep,
    ) -> Result<Vec<String>, PlayError> {
        let end = self.now.checked_add(duration).unwrap_or(Timestamp::MAX);
        let stride = LOOK_EVERY.max(duration / LOOKS_MAX);
        let mut broken = Vec::new();
        while self.now < end {
            self.now = self
                .now
                .checked_add(stride)
                .map_or(end, |next| next.min(end));
            result.at = self.now;
            // The inbox is always empty here: nothing is on its way.
            let inbox = InboxSeen {
                swept: Some(self.now),
                is_away: false,
            };
            let looked = gateway::look_at_deadlines(&self.journal, self.office, inbox, self.now)?;
            let mut by_ticket: BTreeMap<Option<TicketId>, Vec<RecordedEffect>> = BTreeMap::new();
            for effect in looked.effects {
                let ticket = effect.record().ticket.clone();
                by_ticket.entry(ticket).or_default().push(effect);
            }
            for (ticket, effects) in by_ticket {
                result.ticket.clone_from(&ticket);
                let mut of_ticket = PlayedStep {
                    mails: self.send(effects)?,
                    story: Vec::new(),
                    ..result.clone()
                };
                broken.extend(self.broken_invariants(&mut of_ticket)?);
                result.mails.extend(of_ticket.mails);
                result.story.extend(of_ticket.story);
            }
        }
        Ok(broken)
    }

    /// A mail comes into the inbox.
    fn arrive(
        &mut self,
        (raw, checked): (Vec<u8>, Option<AuthenticationResults>),
        result: &mut PlayedStep,
    ) -> Result<(), PlayError> {
        self.mails = self.mails.saturating_add(1);
        let place = Place {
            uid_validity: 1,
            uid: self.mails,
        };
        let cursor = Cursor {
            uid_validity: place.uid_validity,
            uid: place.uid,
        };
        if self.is_taught {
            gateway::learn(&self.journal, self.office, self.now)?;
            self.is_taught = false;
        }
        let arrival = Arrival {
            place,
            content: Content::Whole(raw.clone()),
            was_handled: false,
            looked_up: self.looked_up(&raw, checked.as_ref())?,
            checked,
        };
        let clerk = Clerk::new(self.office, &self.journal);
        let Handled {
            how,
            effects,
            teaches,
        } = clerk.handle(&arrival, cursor, self.now)?;
        self.is_taught |= teaches;
        match how {
            How::Judged {
                sender,
                ticket,
                decision,
                ..
            } => {
                result.decision = decision.action.as_str().to_owned();
                let first = decision.reasons.first;
                result.reason = Some((first.rule, first.sentence.to_string()));
                result.ticket = Some(ticket);
                if !matches!(sender, Sender::Staff { .. }) {
                    self.keep_written(&raw);
                }
            }
            How::MetAgain => "again".clone_into(&mut result.decision),
            How::SetAside { why } => {
                "quarantine".clone_into(&mut result.decision);
                result.reason = Some(("set-aside", why));
            }
        }
        self.last = Some(raw);
        result.mails = self.send(effects)?;
        Ok(())
    }

    /// What lookups say about who wrote a mail.
    fn looked_up(
        &self,
        raw: &[u8],
        checked: Option<&AuthenticationResults>,
    ) -> Result<Vec<LookedUp>, JournalError> {
        let Ok(mail) = self.office.read(&Content::Whole(raw.to_vec())) else {
            return Ok(Vec::new());
        };
        let mail = Mail {
            checked: checked.cloned(),
            ..mail
        };
        let said = |name: &LookupName| self.lookups.get(name).cloned();
        let why = "the conversation says nothing for it";
        match (self.office).told_instead(&mail, &self.journal, &said, why) {
            Ok(found) => Ok(found),
            Err(JudgeError::Past(error)) => Err(error),
            // It breaks down again where it is judged.
            Err(_) => Ok(Vec::new()),
        }
    }

    /// A mail program puts a copy of what somebody sent into the support mailbox.
    fn note_sent(&mut self, raw: Vec<u8>, result: &mut PlayedStep) -> Result<(), PlayError> {
        self.mails = self.mails.saturating_add(1);
        let place = Place {
            uid_validity: 2,
            uid: self.mails,
        };
        self.keep_written(&raw);
        let arrival = Arrival {
            place,
            content: Content::Whole(raw),
            was_handled: false,
            checked: None,
            looked_up: Vec::new(),
        };
        let clerk = Clerk::new(self.office, &self.journal);
        result.ticket = clerk.note_sent(&arrival, None, self.now)?;
        Ok(())
    }

    fn keep_written(&mut self, raw: &[u8]) {
        if let Ok(mail) = self.office.read(&Content::Whole(raw.to_vec()))
            && let Some(from) = &mail.from
        {
            let kept = Kept::of(&mail, self.now);
            self.mailboxes.keep_written(&from.address, kept);
        }
    }

    /// The server comes, or goes; what had waited leaves. What must hold of a mail was looked at when it was recorded.
    fn server_is(&mut self, post: Post, result: &mut PlayedStep) -> Result<(), PlayError> {
        self.post = post;
        if post != Post::Away {
            let due = self.journal.due(self.now, usize::MAX)?;
            result.ticket = due.iter().find_map(|one| one.record().ticket.clone());
            result.mails = self.send(due)?;
        }
        Ok(())
    }

    /// What was recorded leaves, unless the server is away, and lies in the mailboxes of those who get it. Of what is refused the team is told.
    fn send(&mut self, effects: Vec<RecordedEffect>) -> Result<Vec<Left>, PlayError> {
        if self.post == Post::Away {
            return Ok(Vec::new());
        }
        let mut left = self.deliver(effects)?;
        for lost in self.journal.given_up_untold(usize::MAX)? {
            let told = gateway::tell_of_refused(self.office, &self.journal, &lost, self.now)?;
            left.extend(self.deliver(told)?);
        }
        Ok(left)
    }

    fn deliver(&mut self, effects: Vec<RecordedEffect>) -> Result<Vec<Left>, PlayError> {
        let mut left = Vec::new();
        for effect in effects {
            let is_refused = self.post == Post::Refuses
                && matches!(effect.record().party, Some(Party::Customer(_)));
            if is_refused {
                let attempt = (self.journal).begin_attempt(effect, CopyProof::None, self.now)?;
                let why = "the server said 550 5.1.1 no such user".to_owned();
                (self.journal).settle(attempt, AttemptOutcome::GivenUp { why }, self.now)?;
                continue;
            }
            let attempt = self
                .journal
                .begin_attempt(effect, CopyProof::None, self.now)?;
            let record = attempt.record().clone();
            self.journal
                .settle(attempt, AttemptOutcome::Sent, self.now)?;
            let read = self.office.read(&Content::Whole(record.bytes.clone()));
            let (subject, text) = match &read {
                Ok(mail) => (mail.subject.as_str().to_owned(), mail.body.text.clone()),
                Err(_) => (record.subject.clone(), String::new()),
            };
            if let Ok(mail) = &read {
                for recipient in &record.recipients {
                    self.mailboxes.deliver(recipient, Kept::of(mail, self.now));
                }
            }
            left.push(Left {
                to: match record.party {
                    Some(Party::Customer(_)) => Whom::Customer,
                    Some(Party::Staff(team)) => Whom::Team(team),
                    None => Whom::Admin,
                },
                purpose: record.purpose,
                message_id: record.message_id,
                recipients: record.recipients,
                has_null_sender: record.sender == EnvelopeSender::Null,
                subject,
                text,
                bytes: record.bytes,
            });
        }
        Ok(left)
    }

    /// What must always hold and does not; the step is given what its ticket's story gained.
    fn broken_invariants(&mut self, step: &mut PlayedStep) -> Result<Vec<String>, PlayError> {
        let ticket = match &step.ticket {
            Some(id) => self.journal.ticket(id)?,
            None => None,
        };
        let before = step.ticket.as_ref().and_then(|id| self.events_seen.get(id));
        let before = before.copied().unwrap_or(0);
        let gained = ticket.iter().flat_map(|ticket| ticket.events.iter());
        step.story = gained.skip(before).map(control::in_one_line).collect();
        let look = Look {
            office: self.office,
            step,
            ticket: ticket.as_ref(),
            before,
            is_away: self.post == Post::Away,
        };
        let broken = self.invariants.broken_by(&look);
        if let Some(ticket) = ticket {
            self.events_seen.insert(ticket.id, ticket.events.len());
        }
        Ok(broken)
    }
}
