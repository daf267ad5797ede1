//! The stored form of what a decision was made of, and of the desk that made it.

use crate::journal::judged::{Desk, JudgedOn};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A decision: digests, and what was counted.
#[derive(Serialize, Deserialize)]
pub(in crate::journal) struct JudgedForm {
    at: Timestamp,
    pub(in crate::journal) desk: String,
    mail: String,
    past: String,
    refuses_automation: bool,
    automatic: [u32; 3],
    came_to: String,
}

/// A desk.
#[derive(Serialize, Deserialize)]
pub(in crate::journal) struct DeskForm {
    program: String,
    settings: String,
    templates: String,
    meaning: String,
    learned: String,
    key: String,
    articles: BTreeMap<String, String>,
}

impl JudgedForm {
    pub(in crate::journal) fn new(judged: &JudgedOn, desk: String) -> Self {
        Self {
            at: judged.at,
            desk,
            mail: judged.mail.clone(),
            past: judged.past.clone(),
            refuses_automation: judged.refuses_automation,
            automatic: judged.automatic,
            came_to: judged.came_to.clone(),
        }
    }

    pub(in crate::journal) fn read(self, desk: DeskForm) -> JudgedOn {
        JudgedOn {
            at: self.at,
            desk: desk.into(),
            mail: self.mail,
            past: self.past,
            refuses_automation: self.refuses_automation,
            automatic: self.automatic,
            came_to: self.came_to,
        }
    }
}

impl From<&Desk> for DeskForm {
    fn from(desk: &Desk) -> Self {
        Self {
            program: desk.program.clone(),
            settings: desk.settings.clone(),
            templates: desk.templates.clone(),
            meaning: desk.meaning.clone(),
            learned: desk.learned.clone(),
            key: desk.key.clone(),
            articles: desk.articles.clone(),
        }
    }
}

impl From<DeskForm> for Desk {
    fn from(form: DeskForm) -> Self {
        Self {
            program: form.program,
            settings: form.settings,
            templates: form.templates,
            meaning: form.meaning,
            learned: form.learned,
            key: form.key,
            articles: form.articles,
        }
    }
}
