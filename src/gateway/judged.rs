//! Does the same give the same? Each decision is recorded with digests of what it was made of; made again on the past as it was then, it
//! comes to the same bytes, or it is said which of its parts has changed.

use super::{JudgeError, Judgement, Office, Past, stored_about};
use crate::compose::{Gathered, Purpose};
use crate::config::{Login, Settings};
use crate::decide::{EarlierTicket, History, LastHour, NotLeft, Repeats};
use crate::inbox::Content;
use crate::journal::{Desk, Journal, JournalError, JudgedOn, Said};
use crate::mail::{Address, Mail, MailIdentity, MessageId};
use crate::ticket::thread::KnownMessage;
use crate::ticket::{Event, Ticket, TicketId};
use jiff::Timestamp;
use secrecy::SecretString;
use sha2::{Digest as _, Sha256};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

/// The most earlier tickets that a decision is told of.
const EARLIER_TICKETS_MAX: usize = 5;

/// What became of a decision that was made again.
pub struct MadeAgain {
    /// What it comes to now.
    pub judgement: Judgement,
    /// When it was made first.
    pub at: Timestamp,
    /// What has changed, a sentence each; empty where it came to the same, byte for byte.
    pub changed: Vec<String>,
}

/// What a judgement was made of.
pub(super) fn judged_on(
    office: &Office,
    raw: &[u8],
    judgement: &Judgement,
    at: Timestamp,
) -> JudgedOn {
    let history = &judgement.history;
    JudgedOn {
        at,
        desk: office.revision(),
        mail: digest([raw]),
        past: past_of(judgement),
        refuses_automation: history.automation_refused,
        automatic: [
            history.automatic_to_sender_in_day,
            history.automatic_to_domain_in_hour,
            history.automatic_to_domain_in_day,
            history.automatic_in_hour,
            history.automatic_in_day,
        ],
        repeats: history.repeats.clone(),
        brake: history.brake.clone(),
        not_left: history.not_left.clone(),
        came_to: came_to(judgement),
    }
}

impl Office {
    /// Everything loaded here that takes part in decisions.
    #[must_use]
    pub fn revision(&self) -> Desk {
        let loaded = self.revision.get_or_init(|| self.loaded());
        Desk {
            learned: self.trained().learned.clone(),
            ..loaded.clone()
        }
    }

    fn loaded(&self) -> Desk {
        let articles = self.knowledge.topics.iter().flat_map(|(intent, topic)| {
            let articles = topic.articles.iter();
            articles.map(move |(language, article)| {
                (format!("{intent} ({language})"), article.revision.clone())
            })
        });
        let templates = self.settings.templates_folder.as_deref();
        Desk {
            program: env!("CARGO_PKG_VERSION").to_owned(),
            settings: digest([format!("{:?}", without_logins(&self.settings)).as_bytes()]),
            templates: templates.map(of_folder).unwrap_or_default(),
            meaning: self.understood_by(),
            learned: String::new(),
            key: self.key.revision(),
            articles: articles.collect(),
        }
    }

    /// With which key a recorded decision was made; `None` where none is recorded.
    ///
    /// # Errors
    /// [`JudgeError`]
    pub fn recorded_key(
        &self,
        raw: &[u8],
        journal: &Journal,
    ) -> Result<Option<String>, JudgeError> {
        let mail = self.read(&Content::Whole(as_handed_over(raw).into_owned()))?;
        let recorded = journal.judged_on(&mail.identity)?;
        Ok(recorded.map(|recorded| recorded.desk.key))
    }

    /// Makes a recorded decision again.
    ///
    /// # Errors
    /// [`JudgeError`]
    pub fn judge_again(
        &self,
        raw: &[u8],
        journal: &Journal,
    ) -> Result<Option<MadeAgain>, JudgeError> {
        let raw = as_handed_over(raw);
        let raw = raw.as_ref();
        let mail = self.read(&Content::Whole(raw.to_vec()))?;
        let identity = mail.identity;
        let Some(recorded) = journal.judged_on(&identity)? else {
            return Ok(None);
        };
        let then = Then {
            journal,
            identity,
            recorded: &recorded,
        };
        // What was found about its sender then: nobody is asked again.
        let handled = journal.handled(&identity)?;
        let mail = Mail {
            checked: handled.and_then(|handled| handled.checked),
            ..mail
        };
        let judgement = self.judge(mail, raw, &then, recorded.at)?;
        let now = judged_on(self, raw, &judgement, recorded.at);
        let changed = differences(&recorded, &now);
        Ok(Some(MadeAgain {
            judgement,
            at: recorded.at,
            changed,
        }))
    }

    /// The customer's mails of a ticket, as far as packets that are kept hold them.
    ///
    /// # Errors
    /// The store could not be read.
    pub fn kept_originals(
        &self,
        ticket: &Ticket,
        journal: &Journal,
    ) -> Result<Vec<Vec<u8>>, JournalError> {
        let mut found: Vec<Vec<u8>> = Vec::new();
        for timed in &ticket.events {
            let Event::Wrote {
                message_id,
                purpose: Purpose::Packet | Purpose::CustomerWroteAgain | Purpose::DraftForApproval,
                ..
            } = &timed.event
            else {
                continue;
            };
            let Some(bytes) = journal.bytes_of(message_id)? else {
                continue;
            };
            let Ok(packet) = self.read(&Content::Whole(bytes)) else {
                continue;
            };
            let mails = packet.attachments.into_iter();
            let mails = mails.filter(|file| file.media_type == "message/rfc822");
            found.extend(mails.map(|file| file.content));
        }
        Ok(found)
    }
}

/// IMAP hands a mail over with CR LF; a file of it may have LF alone, and is the same mail.
fn as_handed_over(raw: &[u8]) -> Cow<'_, [u8]> {
    if raw.contains(&b'\r') {
        return Cow::Borrowed(raw);
    }
    let lines: Vec<&[u8]> = raw.split(|byte| *byte == b'\n').collect();
    Cow::Owned(lines.join(&b"\r\n"[..]))
}

/// How we log in takes no part in a decision, and who only looks has no secrets.
fn without_logins(settings: &Settings) -> Settings {
    let mut settings = settings.clone();
    settings.inbox.login = Login::Password(SecretString::from(""));
    settings.smtp.login = None;
    settings
}

/// What differs, the causes before what they led to.
fn differences(recorded: &JudgedOn, now: &JudgedOn) -> Vec<String> {
    let mut changed = Vec::new();
    let (then, desk) = (&recorded.desk, &now.desk);
    if then.program != desk.program {
        changed.push(format!(
            "the program: version {} decided, this is {}",
            then.program, desk.program
        ));
    }
    for (what, before, after) in [
        ("the settings", &then.settings, &desk.settings),
        ("the site's own templates", &then.templates, &desk.templates),
        ("the model of meaning", &then.meaning, &desk.meaning),
        (
            "what staff's confirmations taught",
            &then.learned,
            &desk.learned,
        ),
        ("the key of tokens", &then.key, &desk.key),
        (
            "the mail: these are not the bytes that it came in",
            &recorded.mail,
            &now.mail,
        ),
        (
            "what is stored of the time before: something was forgotten, dropped or changed since",
            &recorded.past,
            &now.past,
        ),
    ] {
        if before != after {
            changed.push(what.to_owned());
        }
    }
    let names: BTreeSet<&String> = then.articles.keys().chain(desk.articles.keys()).collect();
    for name in names {
        match (then.articles.get(name), desk.articles.get(name)) {
            (Some(before), Some(after)) if before != after => {
                changed.push(format!("article {name}: from revision {before} to {after}"));
            }
            (Some(before), None) => {
                changed.push(format!("article {name}: revision {before} is gone"))
            }
            (None, Some(after)) => changed.push(format!("article {name}: revision {after} is new")),
            _ => {}
        }
    }
    if recorded.came_to == now.came_to {
        // Whatever changed took no part in it.
        return Vec::new();
    }
    if changed.is_empty() {
        changed.push("nothing that it was made of, and yet it differs: a mistake in handoffd; please report it".to_owned());
    }
    changed
}

fn past_of(judgement: &Judgement) -> String {
    let events = judgement.ticket.as_ref().map(|ticket| &ticket.events);
    let history = &judgement.history;
    digest([format!("{events:?} {:?} {:?}", history.earlier_tickets, history.own).as_bytes()])
}

/// The decision in words, and each mail. Of a packet with what is stored about somebody beside it only the text counts: that grows.
fn came_to(judgement: &Judgement) -> String {
    let mut text = judgement.decision.explanation();
    for mail in &judgement.composed.mails {
        let to: Vec<&str> = mail.recipients.iter().map(|to| to.as_str()).collect();
        let _ = writeln!(
            text,
            "{:?} {to:?} {}\n{}",
            mail.purpose, mail.subject, mail.text
        );
        if !judgement.has_gathered {
            text.push_str(&digest([mail.bytes.as_slice()]));
        }
    }
    digest([text.as_bytes()])
}

/// All files of a folder, by name.
fn of_folder(folder: &Path) -> String {
    let mut parts: Vec<Vec<u8>> = Vec::new();
    let mut folders = vec![folder.to_owned()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for found in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = found.path();
            match path.is_dir() {
                true => folders.push(path),
                false => files.push(path),
            }
        }
    }
    files.sort();
    for path in files {
        parts.push(path.to_string_lossy().into_owned().into_bytes());
        parts.push(std::fs::read(&path).unwrap_or_default());
    }
    digest(parts.iter().map(Vec::as_slice))
}

pub(super) fn digest<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// The past as it was when a mail was decided on.
struct Then<'a> {
    journal: &'a Journal,
    identity: MailIdentity,
    recorded: &'a JudgedOn,
}

impl Then<'_> {
    /// The ticket without what came of this mail and after it.
    fn before(&self, mut ticket: Ticket) -> Option<Ticket> {
        let at = self.recorded.at;
        let end = ticket
            .events
            .iter()
            .position(|timed| timed.at > at || timed.cause == Some(self.identity));
        ticket.events.truncate(end.unwrap_or(ticket.events.len()));
        (!ticket.events.is_empty()).then_some(ticket)
    }

    fn was_ours(&self, id: &MessageId) -> Result<bool, JournalError> {
        let record = self.journal.effect(id)?;
        Ok(record.is_some_and(|record| record.recorded_at < self.recorded.at))
    }
}

impl Past for Then<'_> {
    fn known_message(&self, id: &MessageId) -> Result<Option<KnownMessage>, JournalError> {
        let Some(known) = self.journal.known_message(id)? else {
            return Ok(None);
        };
        if self.journal.own_mail(id)? {
            return Ok(self.was_ours(id)?.then_some(known));
        }
        let ticket = self.ticket(&known.ticket)?;
        let knows = ticket.is_some_and(|ticket| {
            let mut mails = ticket.events.iter().filter_map(|timed| timed.event.mail());
            mails.any(|mail| mail.message_id.as_ref() == Some(id))
        });
        Ok(knows.then_some(known))
    }
    fn ticket(&self, id: &TicketId) -> Result<Option<Ticket>, JournalError> {
        Ok(self
            .journal
            .ticket(id)?
            .and_then(|ticket| self.before(ticket)))
    }
    fn history(&self, sender: &Address, _now: Timestamp) -> Result<History, JournalError> {
        let [sender_day, domain_hour, domain_day, all_hour, all_day] = self.recorded.automatic;
        let mut earlier = Vec::new();
        for ticket in self.journal.tickets_of(sender)?.into_iter().rev() {
            let Some(ticket) = self.before(ticket) else {
                continue;
            };
            if let Some(first) = ticket.events.first()
                && let Event::Opened { subject, .. } = &first.event
                && earlier.len() < EARLIER_TICKETS_MAX
            {
                earlier.push(EarlierTicket {
                    id: ticket.id.clone(),
                    subject: subject.clone(),
                    status: ticket.status().in_words(),
                    opened_at: first.at,
                });
            }
        }
        Ok(History {
            automation_refused: self.recorded.refuses_automation,
            automatic_to_sender_in_day: sender_day,
            automatic_to_domain_in_hour: domain_hour,
            automatic_to_domain_in_day: domain_day,
            automatic_in_hour: all_hour,
            automatic_in_day: all_day,
            brake: self.recorded.brake.clone(),
            earlier_tickets: earlier,
            ..History::default()
        })
    }
    fn repeats(&self, _said: &Said, _now: Timestamp) -> Result<Repeats, JournalError> {
        Ok(self.recorded.repeats.clone())
    }
    /// What waits today may have left since, and the other way round.
    fn not_left(&self, _ticket: &Ticket) -> Result<Vec<NotLeft>, JournalError> {
        Ok(self.recorded.not_left.clone())
    }
    /// The brake that was pulled then is in the history: no count pulls it again.
    fn last_hour(&self, _now: Timestamp) -> Result<LastHour, JournalError> {
        Ok(LastHour::default())
    }
    fn free_ticket_id(&self, identity: &MailIdentity) -> Result<TicketId, JournalError> {
        self.journal.free_ticket_id(identity)
    }
    fn own_mail(&self, id: &MessageId) -> Result<bool, JournalError> {
        self.was_ours(id)
    }
    fn bytes_of(&self, id: &MessageId) -> Result<Option<Vec<u8>>, JournalError> {
        self.journal.bytes_of(id)
    }
    fn gathered_about(&self, address: &Address) -> Result<Option<Gathered>, JournalError> {
        stored_about::gather(self.journal, address).map(Some)
    }
}
