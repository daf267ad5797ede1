//! Does the same give the same? A recorded decision, made again on the past as it was then, comes to the same bytes, or it is said which of its
//! parts has changed.

use super::super::{JudgeError, Judgement, Office};
use super::judged_on;
use super::then::Then;
use crate::inbox::Content;
use crate::journal::{Journal, JudgedOn};
use crate::mail::Mail;
use jiff::Timestamp;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// What became of a decision that was made again.
pub struct MadeAgain {
    /// What it comes to now.
    pub judgement: Judgement,
    /// When it was made first.
    pub at: Timestamp,
    /// What has changed, a sentence each; empty where it came to the same, byte for byte.
    pub changed: Vec<String>,
}

impl Office {
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
        let ticket = handled.as_ref().and_then(|handled| handled.ticket.as_ref());
        let ticket = ticket.map(|id| journal.ticket(id)).transpose()?.flatten();
        let looked_up = ticket
            .as_ref()
            .and_then(|ticket| ticket.looked_up_with(&identity));
        let mail = Mail {
            checked: handled.and_then(|handled| handled.checked),
            looked_up: looked_up.unwrap_or_default().to_vec(),
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
}

/// IMAP hands a mail over with CR LF; a file of it may have LF alone, and is the same mail.
fn as_handed_over(raw: &[u8]) -> Cow<'_, [u8]> {
    if raw.contains(&b'\r') {
        return Cow::Borrowed(raw);
    }
    let lines: Vec<&[u8]> = raw.split(|byte| *byte == b'\n').collect();
    Cow::Owned(lines.join(&b"\r\n"[..]))
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
            "what lookups said then: it was forgotten or dropped since",
            &recorded.looked_up,
            &now.looked_up,
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
