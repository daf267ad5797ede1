//! Our own made-up desk (`config/desk`) as a helpdesk of some of its articles: what the others are about is just beside what it covers.

use crate::episode::Chance;
use crate::fit::Row;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use handoffd::config::Settings;
use handoffd::knowledge::Knowledge;
use handoffd::mail::{Mail, Reader};
use handoffd::understand::Understander;
use handoffd::understand::meaning::Encoder;
use serde::Deserialize;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;

/// How many articles a desk of an episode keeps.
const KEPT: [usize; 6] = [6, 10, 15, 20, 26, 30];

#[derive(Deserialize)]
struct Record {
    subject: String,
    body: String,
    intents: Vec<String>,
}

/// The desk's articles and its labelled mails.
pub struct Desk {
    settings: Settings,
    knowledge: Knowledge,
    mails: Vec<(Mail, Vec<String>)>,
}

impl Desk {
    pub fn read(folder: &Path) -> Result<Self, Box<dyn Error>> {
        let problems = |all: Vec<handoffd::config::Problem>| {
            let all: Vec<String> = all.iter().map(ToString::to_string).collect();
            all.join("\n")
        };
        let settings = Settings::load(&folder.join("handoffd.toml")).map_err(problems)?;
        let knowledge = Knowledge::load(&settings).map_err(problems)?;
        let mails = std::fs::read_to_string(folder.join("mails.dev.jsonl"))?
            .lines()
            .map(|line| {
                let record: Record = serde_json::from_str(line)?;
                let raw = format!(
                    "From: <robin@brightmail.example>\r\nTo: <support@alder-bikes.example>\r\nSubject: =?utf-8?B?{}?=\r\nMIME-Version: 1.0\r\n\
                     Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{}\r\n",
                    STANDARD.encode(&record.subject),
                    record.body.replace('\n', "\r\n")
                );
                Ok((Reader::default().read(raw.as_bytes()), record.intents))
            })
            .collect::<Result<_, serde_json::Error>>()?;
        Ok(Self {
            settings,
            knowledge,
            mails,
        })
    }

    /// All mails, asked of a desk that keeps some of the articles: each with its number, where the best intent is a topic of any desk.
    pub fn play(&self, encoder: Option<&Arc<Encoder>>, chance: &mut Chance) -> Vec<(usize, Row)> {
        let mut knowledge = self.knowledge.clone();
        let size = KEPT[chance.below(KEPT.len())].min(knowledge.topics.len());
        let kept = chance.some(size, knowledge.topics.len());
        let mut number = 0;
        knowledge.topics.retain(|_, _| {
            number += 1;
            kept.contains(&(number - 1))
        });
        let understander = Understander::train(&knowledge, &self.settings, encoder);
        let is_kept = |intent: &String| knowledge.topics.keys().any(|one| one.0 == *intent);
        self.mails
            .iter()
            .enumerate()
            .filter_map(|(number, (mail, intents))| {
                let (said, evidence) = understander.evidence(mail)?;
                let row = Row {
                    right: intents.contains(&said),
                    covered: intents.iter().any(is_kept),
                    evidence: evidence.numbers.to_vec(),
                };
                evidence.is_known.then_some((number, row))
            })
            .collect()
    }
}
