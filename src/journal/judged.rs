//! What was a decision made of? Digests of everything that took part, so that it can be made again, or be said what has changed. Nothing of
//! the mail's words stands here.

use super::form::{self, DeskForm, JudgedForm};
use super::store::{Batch, Tree};
use super::{Journal, JournalError};
use crate::autonomy::Earned;
use crate::decide::{NotLeft, Pulled, Repeats};
use crate::mail::MailIdentity;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// What a decision was made of, and what it came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JudgedOn {
    /// The time that it was made with.
    pub at: Timestamp,
    /// The desk that made it.
    pub desk: Desk,
    /// The mail's bytes, as a digest.
    pub mail: String,
    /// What lookups said, as a digest; empty where none was asked.
    pub looked_up: String,
    /// The ticket before it and the customer's earlier ones, as a digest.
    pub past: String,
    /// Whether `STOP` held.
    pub refuses_automation: bool,
    /// Automatic mails before it: to the sender in a day, to the domain in an hour and a day, to anybody in an hour and a day.
    pub automatic: [u32; 5],
    /// How often the same came before it.
    pub repeats: Repeats,
    /// The brake on automatic mail that held, or that it pulled.
    pub brake: Option<Pulled>,
    /// Mails of ours in the ticket that had not left then.
    pub not_left: Vec<NotLeft>,
    /// What the articles had earned that it may be about.
    pub earned: Earned,
    /// The decision in words and the mails that left, as a digest.
    pub came_to: String,
}

/// Everything that is loaded at a desk and takes part in decisions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Desk {
    /// The program's version.
    pub program: String,
    /// The settings, as a digest.
    pub settings: String,
    /// The site's own templates, as a digest.
    pub templates: String,
    /// The model of meaning.
    pub meaning: String,
    /// What staff's confirmations taught, as a digest.
    pub learned: String,
    /// The key of tokens, as a tag.
    pub key: String,
    /// The revision of each article, by name and language.
    pub articles: BTreeMap<String, String>,
}

impl Journal {
    /// What the decision about a mail was made of; `None` where an older program made it, or it was forgotten.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn judged_on(&self, mail: &MailIdentity) -> Result<Option<JudgedOn>, JournalError> {
        let Some(bytes) = self.store.get(Tree::Judgements, &mail.0)? else {
            return Ok(None);
        };
        let key = format!("decision about mail {mail}");
        let form: JudgedForm = form::read(&key, &bytes)?;
        let desk = self.store.get(Tree::Desks, form.desk.as_bytes())?;
        let desk =
            desk.ok_or_else(|| form::unreadable(&key, "the desk that made it is missing"))?;
        let desk: DeskForm = form::read(&key, &desk)?;
        let read = form.read(desk);
        read.map(Some).map_err(|why| form::unreadable(&key, &why))
    }

    /// With the mail's entry.
    pub(super) fn add_judged(
        &self,
        mail: &MailIdentity,
        judged: &JudgedOn,
        batch: &mut Batch,
    ) -> Result<(), JournalError> {
        let key = format!("decision about mail {mail}");
        let desk = form::write(&key, &DeskForm::from(&judged.desk))?;
        let name: String = (Sha256::digest(&desk).iter().take(16))
            .map(|byte| format!("{byte:02x}"))
            .collect();
        batch.put(Tree::Desks, name.as_bytes(), desk);
        let form = form::write(&key, &JudgedForm::new(judged, name))?;
        batch.put(Tree::Judgements, mail.0, form);
        Ok(())
    }
}
