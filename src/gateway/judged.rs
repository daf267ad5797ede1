//! What was a decision made of? Each is recorded with digests of the mail, the past and everything loaded, and of what it came to; with them it
//! can be made again.

mod again;
mod then;

pub use again::MadeAgain;

use super::{Judgement, Office};
use crate::config::{Login, Settings};
use crate::journal::{Desk, JudgedOn};
use crate::mail::Mail;
use jiff::Timestamp;
use secrecy::SecretString;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::path::Path;

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
        looked_up: looked_up(&judgement.mail),
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
        earned: history.earned.clone(),
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
}

/// How we log in, who is told afterwards and who may look take no part in a decision; and who only looks has no secrets.
fn without_logins(settings: &Settings) -> Settings {
    let mut settings = settings.clone();
    settings.inbox.login = Login::Password(SecretString::from(""));
    settings.smtp.login = None;
    settings.webhooks = Vec::new();
    settings.page = None;
    settings
}

fn looked_up(mail: &Mail) -> String {
    match mail.looked_up.as_slice() {
        [] => String::new(),
        found => digest([format!("{found:?}").as_bytes()]),
    }
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
