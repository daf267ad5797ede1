//! Desks to measure on: made ones of any size, and the one of `config/desk`, whose articles and mails people wrote.

use crate::words::{Chance, DEEDS, THINGS, told};
use handoffd::config::Settings;
use handoffd::gateway::Office;
use handoffd::ticket::TokenKey;
use serde::Deserialize;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Which model of meaning takes part (`[understanding] embedding`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Embedding {
    Static,
    MiniLm,
}

impl Embedding {
    /// The folder that `make model` fills, if it has.
    pub fn folder(self) -> Option<PathBuf> {
        let name = match self {
            Self::Static => "static",
            Self::MiniLm => "transformer",
        };
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
        folder
            .join(name)
            .join("model.safetensors")
            .exists()
            .then_some(folder)
    }

    const fn setting(self) -> &'static str {
        match self {
            Self::Static => "static",
            Self::MiniLm => "best",
        }
    }
}

/// A desk, and mails that its customers write.
pub struct Desk {
    pub office: Office,
    pub mails: Vec<Vec<u8>>,
}

/// So many words a mail has.
const WORDS: usize = 170;
pub const SUPPORT: &str = "support@thornbury-home.example";
pub const MEMBER: &str = "nora@thornbury-home.example";

/// A desk with so many articles, and so many mails about some of them.
pub fn made(articles: usize, mails: usize, embedding: Embedding) -> Desk {
    let folder = tempfile::tempdir().unwrap();
    let knowledge = folder.path().join("knowledge");
    std::fs::create_dir(&knowledge).unwrap();
    let mut chance = Chance::new(20_261_127);
    for number in 0..articles {
        let (name, text) = article(number, &mut chance);
        std::fs::write(knowledge.join(format!("{name}.md")), text).unwrap();
    }
    std::fs::write(folder.path().join("password"), "none\n").unwrap();
    let models = embedding.folder().unwrap();
    let settings = format!(
        r#"
[support]
address = "{SUPPORT}"
name = "Thornbury Home"
language = "en"
[inbox]
host = "127.0.0.1"
port = 10143
tls = "none"
user = "support"
password_file = "password"
[smtp]
host = "127.0.0.1"
port = 10025
tls = "none"
[automation]
mode = "live"
[knowledge]
folder = "knowledge"
[understanding]
models_folder = "{models}"
embedding = "{embedding}"
[store]
kind = "sled"
path = "{folder}/store"
[control]
socket = "{folder}/control.sock"
[[team]]
name = "care"
address = "care@thornbury-home.example"
members = ["{MEMBER}"]
hours = "Mon-Fri 09:00-17:00"
timezone = "Europe/London"
reply_within = "4h"
"#,
        models = models.display(),
        embedding = embedding.setting(),
        folder = folder.path().display(),
    );
    let path = folder.path().join("handoffd.toml");
    std::fs::write(&path, settings).unwrap();
    let mails = (0..mails).map(|number| {
        let question = question(chance.below(articles), &mut chance);
        let text = told(&question, WORDS, &mut chance);
        raw(SUPPORT, number, "A question", &text)
    });
    Desk {
        mails: mails.collect(),
        office: furnish(&path, |_| {}),
    }
}

/// The desk of `config/desk`: 30 articles, and its English mails, filled up to the same number of words.
pub fn written(embedding: Embedding) -> Desk {
    #[derive(Deserialize)]
    struct Record {
        lang: String,
        subject: String,
        body: String,
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/desk");
    let mut chance = Chance::new(20_261_127);
    let mails = std::fs::read_to_string(folder.join("mails.dev.jsonl")).unwrap();
    let mails = mails
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    let mails = mails.filter(|record: &Record| record.lang == "en");
    let mails = mails.enumerate().map(|(number, record)| {
        let text = told(&record.body, WORDS, &mut chance);
        raw(
            "support@alder-bikes.example",
            number,
            &record.subject,
            &text,
        )
    });
    let office = furnish(&folder.join("handoffd.toml"), |settings| {
        settings.understanding.embedding = match embedding {
            Embedding::Static => handoffd::config::Embedding::Static,
            Embedding::MiniLm => handoffd::config::Embedding::Best,
        };
    });
    Desk {
        mails: mails.collect(),
        office,
    }
}

fn furnish(path: &Path, change: impl FnOnce(&mut Settings)) -> Office {
    let told = |problems: Vec<handoffd::config::Problem>| -> String {
        let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
        all.join("\n")
    };
    let mut settings = Settings::load_without_secrets(path).map_err(told).unwrap();
    change(&mut settings);
    Office::furnish(settings, TokenKey::new([7; 32]), &[])
        .map_err(told)
        .unwrap()
}

/// Which thing and which deed an article is about: each pair once in 3,000, and few of the same thing among the first.
fn subject(number: usize) -> (&'static str, (&'static str, &'static str)) {
    let round = number / THINGS.len();
    (
        THINGS[number % THINGS.len()],
        DEEDS[(number * 7 + round) % DEEDS.len()],
    )
}

fn article(number: usize, chance: &mut Chance) -> (String, String) {
    let (thing, (deed, doing)) = subject(number);
    let name = format!("{deed} {thing}").replace(' ', "-");
    let asked = [
        format!("How do I {deed} the {thing}?"),
        format!("is {doing} the {thing} difficult"),
        format!("I would like to {deed} my {thing}, what do I need?"),
        format!("Who helps with {doing} a {thing}?"),
        format!("what does it cost to {deed} a {thing}"),
        format!("Can you {deed} my {thing} for me?"),
    ];
    let mut text = format!(
        "+++\nintent = \"{name}\"\ntitle = \"How to {deed} the {thing}\"\nteam = \"care\"\ntags = [\"home\"]\n"
    );
    // As on a real desk some topics wait for a yes, and some are for people.
    text.push_str(match number % 10 {
        7 => "mode = \"draft\"\n",
        9 => "mode = \"handoff\"\n",
        _ => "mode = \"answer\"\n",
    });
    text.push_str("ask = [\n");
    for phrase in &asked {
        let _ = writeln!(text, "  \"{phrase}\",");
    }
    let minutes = 10 + chance.below(50);
    let _ = writeln!(
        text,
        "]\n+++\n{doing} the {thing} takes about {minutes} minutes. You need a soft cloth, the small key from the box and a flat table.\n\n\
         First take off the lid and put all parts beside each other. Then {deed} the {thing} from left to right, without haste, and look at the \
         picture on page {page} of the leaflet. When it is done, leave everything for an hour. If a step does not work, reply to this mail with a \
         photo, and our workshop will look at it.",
        page = 2 + chance.below(20),
    );
    (name, text)
}

/// As customers ask about an article, in words that no article has.
fn question(number: usize, chance: &mut Chance) -> String {
    let (thing, (deed, doing)) = subject(number);
    match chance.below(4) {
        0 => format!("Could you tell me how one can {deed} the {thing}?"),
        1 => format!("Do you have any advice on {doing} the {thing}?"),
        2 => format!("What is the best way to {deed} a {thing} at home?"),
        _ => format!("So I wonder, how should I {deed} this {thing}?"),
    }
}

const NAMES: [&str; 8] = ["Ann", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gus", "Hanna"];

fn raw(to: &str, number: usize, subject: &str, text: &str) -> Vec<u8> {
    use base64::Engine as _;
    let name = NAMES[number % NAMES.len()];
    let subject = base64::engine::general_purpose::STANDARD.encode(subject);
    let text = text.replace('\n', "\r\n");
    format!(
        "Return-Path: <c{number}@c{domain}.example>\r\nReceived: from mail.c{domain}.example by mx.shop.example; Mon, 12 Jan 2026 10:00:00 +0000\r\n\
         From: {name} <c{number}@c{domain}.example>\r\nTo: <{to}>\r\nSubject: =?utf-8?B?{subject}?=\r\nDate: Mon, 12 Jan 2026 10:00:00 +0000\r\n\
         Message-ID: <{number}@c{domain}.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
         Hello,\r\n\r\n{text}\r\n\r\nKind regards\r\n{name}\r\n",
        domain = number % 97,
    )
    .into_bytes()
}
