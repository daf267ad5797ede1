//! A mail to staff or to the admin that was refused for its size, once more without what made it large: the same words, the same thread, the
//! same key to reply with, and above it what was left out, and where that lies. Made from the recorded bytes, so that it says what they say.
//!
//! Reads hostile input: what was left out is mail of strangers; it gets in as text only.

use super::letter::message_id_of;
use super::mime::{Message, Part};
use super::own_mail::OwnMail;
use super::template::Rendered;
use super::view::staff_tongue;
use super::words::{Tongue, shortened};
use super::{ComposeError, Outgoing, Writer, story};
use crate::config::Settings;
use crate::desk::PACKET_MARKER;
use crate::journal::{EffectRecord, TooLarge};
use crate::mail::{Attachment, HeaderText, Mail};
use crate::ticket::{Event, Party};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

/// The most text of what was left out, in characters.
const WORDS_MAX_CHARACTERS: usize = 20_000;

/// The same where the limit is low.
const FEW_WORDS_CHARACTERS: usize = 2_000;

/// So many lines of a list.
const LINES_MAX: usize = 50;

/// Headers that the lighter mail has of its own; all others are those of the first.
const OWN_HEADERS: [&str; 3] = ["MIME-Version", "Content-Type", "Content-Transfer-Encoding"];

/// Something that was attached to a mail of ours, and that made it too large.
#[derive(Debug)]
pub enum LeftOut {
    /// Somebody's mail, byte for byte.
    Mail {
        /// What it says.
        mail: Box<Mail>,
        /// The folder of the support mailbox where it lies, where that is known.
        folder: Option<String>,
    },
    /// Any other file.
    File(Attachment),
}

/// A mail of ours taken apart: what stays, and what is left out.
#[derive(Debug)]
pub struct TakenApart<'a> {
    /// The mail.
    pub first: &'a EffectRecord,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// Why it must become lighter.
    pub too_large: TooLarge,
    /// Never empty where there is something to gain.
    pub left_out: &'a [LeftOut],
    /// Small files that stay.
    pub kept: &'a [Attachment],
}

impl Writer {
    /// The same mail without what made it large; `None` where it would be no smaller. The same loss gives the same mail.
    ///
    /// # Errors
    /// [`ComposeError`]
    pub fn lighter(
        &self,
        apart: &TakenApart<'_>,
        settings: &Settings,
        now: Timestamp,
    ) -> Result<Option<Outgoing>, ComposeError> {
        if apart.left_out.is_empty() {
            return Ok(None);
        }
        let own = OwnMail::read(apart.bytes)
            .ok_or_else(|| ComposeError::Build("a mail of ours cannot be read again".to_owned()))?;
        let limit = apart.too_large.limit_bytes.unwrap_or(u64::MAX);
        let tries = [
            (apart.kept, WORDS_MAX_CHARACTERS),
            (&[], WORDS_MAX_CHARACTERS),
            (&[], FEW_WORDS_CHARACTERS),
            (&[], 0),
        ];
        let mut smallest = None;
        for (kept, words_max) in tries {
            let mail = self.once_more(apart, &own, kept, words_max, settings, now)?;
            let fits = mail.bytes.len() as u64 <= limit;
            smallest = Some(mail);
            if fits {
                break;
            }
        }
        Ok(smallest.filter(|mail| mail.bytes.len() < apart.bytes.len()))
    }

    fn once_more(
        &self,
        apart: &TakenApart<'_>,
        own: &OwnMail,
        kept: &[Attachment],
        words_max: usize,
        settings: &Settings,
        now: Timestamp,
    ) -> Result<Outgoing, ComposeError> {
        let first = apart.first;
        let tongue = staff_tongue(settings);
        let data = data(apart, own, words_max, settings);
        let Rendered { subject, document } =
            (self.templates).render("too-large", &tongue.language(), &data)?;
        let (text, html) = document
            .above(PACKET_MARKER, &own.text, &own.html)
            .ok_or_else(|| ComposeError::Build("a mail of ours has another form".to_owned()))?;
        let to = first
            .recipients
            .first()
            .ok_or_else(|| ComposeError::Build("a mail of ours has no recipient".to_owned()))?;
        // A mail that somebody had tried again is lost anew, and made anew.
        let cause = format!("lighter {} {}", first.message_id, first.attempts);
        let message_id = message_id_of(
            &self.key,
            first.ticket.as_ref(),
            first.purpose,
            to,
            cause.as_bytes(),
            settings,
        );
        let mut message = Message::new(&text, &html, parts(kept));
        for (name, value) in &own.headers {
            match name.as_str() {
                "Date" => message.date(now),
                "Subject" => message.text("Subject", &subject),
                "Message-ID" => message.ids("Message-ID", std::slice::from_ref(&message_id)),
                "X-Handoff-Mark" => {
                    let mark = self.key.tag("loop", &[message_id.as_str().as_bytes()]);
                    message.plain("X-Handoff-Mark", &mark);
                }
                own if OWN_HEADERS.contains(&own) => {}
                other => message.as_it_was(other, value),
            }
        }
        let boundary = self.key.tag("boundary", &[message_id.as_str().as_bytes()]);
        Ok(Outgoing {
            precedence: first.precedence,
            purpose: first.purpose,
            ticket: first.ticket.clone(),
            party: first.party.clone(),
            sender: first.sender.clone(),
            recipients: first.recipients.clone(),
            subject: HeaderText::clean(&subject).as_str().to_owned(),
            bytes: message.bytes(&boundary),
            message_id,
            text,
        })
    }
}

/// What the ticket's story gains with it.
pub(crate) fn made_lighter(first: &EffectRecord, lighter: &Outgoing, why: &str) -> Vec<Event> {
    let failed = first.recipients.iter().map(|recipient| Event::SendFailed {
        recipient: recipient.clone(),
        why: why.to_owned(),
        mail: Some(first.message_id.clone()),
        may_have_arrived: false,
    });
    failed.chain([story::wrote(lighter)]).collect()
}

fn parts(kept: &[Attachment]) -> Vec<Part> {
    let part = |file: &Attachment| match file.media_type.as_str() {
        "text/rfc822-headers" => Part::OriginalHeaders(file.content.clone()),
        "application/json" if file.name.as_str() == "handoffd.json" => {
            Part::Json(String::from_utf8_lossy(&file.content).into_owned())
        }
        _ => Part::File(file.clone()),
    };
    kept.iter().map(part).collect()
}

/// What the template says.
fn data(apart: &TakenApart<'_>, own: &OwnMail, words_max: usize, settings: &Settings) -> Value {
    let tongue = staff_tongue(settings);
    let limit = apart.too_large.limit_bytes.map(|limit| tongue.limit(limit));
    let mut mails = Vec::new();
    let mut attachments = Vec::new();
    let mut files = Vec::new();
    let mut words = Vec::new();
    let known = letters(&own.text);
    for left_out in apart.left_out {
        match left_out {
            LeftOut::Mail { mail, folder } => {
                let zone = zone(apart.first, settings);
                mails.push(mail_line(mail, folder.as_deref(), &zone, tongue, settings));
                attachments.extend(mail.attachments.iter().map(|file| tongue.file(file)));
                let said = mail.body.reply_text.trim();
                if !known.contains(&letters(said)) {
                    words.push(said);
                }
            }
            LeftOut::File(file) => files.push(tongue.file(file)),
        }
    }
    for lines in [&mut mails, &mut attachments, &mut files] {
        if lines.len() > LINES_MAX {
            lines.truncate(LINES_MAX);
            lines.push("…".to_owned());
        }
    }
    let words = words.join("\n\n* * *\n\n");
    let mut shown: String = words.chars().take(words_max).collect();
    if shown.len() < words.len() && !shown.is_empty() {
        shown.push('…');
    }
    json!({
        "support_name": settings.support.name.as_str(),
        "first_subject": apart.first.subject,
        "size": tongue.size(apart.bytes.len() as u64),
        "limit": limit.unwrap_or_default(),
        "can_be_answered": matches!(apart.first.party, Some(Party::Staff(_))),
        "mails": mails,
        "attachments": attachments,
        "files": files,
        "mail_text": shown,
    })
}

/// Which mail, how large, and where it lies: so that a person finds it in the mailbox.
fn mail_line(
    mail: &Mail,
    folder: Option<&str>,
    zone: &TimeZone,
    tongue: Tongue,
    settings: &Settings,
) -> String {
    let subject = match mail.subject.as_str() {
        "" => tongue.choose("(no subject)", "(kein Betreff)").to_owned(),
        subject => format!("\"{}\"", shortened(subject, 120)),
    };
    let mut line = subject;
    if let Some(from) = &mail.from {
        let by = tongue.choose("from", "von");
        line.push_str(&format!(", {by} {}", shortened(&from.to_string(), 90)));
    }
    if let Some(date) = mail.date {
        line.push_str(&format!(", {}", tongue.moment(date, zone)));
    }
    if let Some(id) = &mail.message_id {
        line.push_str(&format!(", Message-ID {}", shortened(&id.to_string(), 200)));
    }
    line.push_str(&format!(", {}", tongue.size(mail.size_bytes as u64)));
    let mailbox = &settings.support.address;
    line.push_str(&match (folder, tongue) {
        (Some(folder), Tongue::English) => {
            format!("; it lies in the mailbox {mailbox}, folder \"{folder}\"")
        }
        (Some(folder), Tongue::German) => {
            format!("; sie liegt im Postfach {mailbox}, Ordner \"{folder}\"")
        }
        (None, Tongue::English) => format!("; look for it in the mailbox {mailbox}"),
        (None, Tongue::German) => format!("; zu suchen im Postfach {mailbox}"),
    });
    line
}

/// The clock of whom the mail is for.
fn zone(first: &EffectRecord, settings: &Settings) -> TimeZone {
    let team = match &first.party {
        Some(Party::Staff(name)) => settings.team(name),
        _ => None,
    };
    let team = team.or_else(|| settings.teams.first());
    team.map_or(TimeZone::UTC, |team| team.hours.time_zone.clone())
}

/// What is left of a text when only its letters and digits count: quote marks and line ends differ.
fn letters(text: &str) -> String {
    text.chars().filter(|one| one.is_alphanumeric()).collect()
}
