//! The desk measured without reader and settings file: what understanding and deciding reach by themselves.

use super::*;
use crate::config::{Fact, FactForm, FactName, IntentName, Language, TeamName};
use crate::decide::test_situation;
use crate::knowledge::{Article, ArticleMode, Topic};
use crate::mail::{Body, Extent, HeaderText, MailIdentity, Protection, SenderKind};

#[derive(Deserialize)]
struct Front {
    intent: String,
    title: String,
    mode: String,
    team: String,
    needs: Vec<String>,
    ask: Vec<String>,
}

pub(super) fn desk_knowledge() -> Knowledge {
    let mut knowledge = Knowledge::default();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config/desk/knowledge");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    for path in paths {
        let content = std::fs::read_to_string(&path).unwrap();
        let mut parts = content.splitn(3, "+++\n");
        let front: Front = toml::from_str(parts.nth(1).unwrap()).unwrap();
        let language = if path.to_string_lossy().ends_with(".de.md") {
            "de"
        } else {
            "en"
        };
        let topic = knowledge
            .topics
            .entry(IntentName(front.intent.clone()))
            .or_insert_with(|| Topic {
                intent: IntentName(front.intent.clone()),
                mode: match front.mode.as_str() {
                    "answer" => ArticleMode::Answer,
                    "draft" => ArticleMode::Draft,
                    _ => ArticleMode::Handoff,
                },
                team: Some(TeamName(front.team.clone())),
                tags: vec![],
                needs: front
                    .needs
                    .iter()
                    .map(|name| FactName(name.clone()))
                    .collect(),
                articles: BTreeMap::new(),
            });
        topic.articles.insert(
            Language(language.to_owned()),
            Article {
                path,
                title: front.title,
                ask: front.ask,
                body: parts.next().unwrap().to_owned(),
                revision: "00000000".to_owned(),
            },
        );
    }
    knowledge
}

pub(super) fn desk_settings() -> Settings {
    let mut settings = test_situation::settings();
    let team = settings.teams[0].clone();
    settings.teams = ["care", "billing", "workshop", "sales"]
        .map(|name| crate::config::Team {
            name: TeamName(name.to_owned()),
            ..team.clone()
        })
        .to_vec();
    settings.automation.send_threshold = None;
    settings.automation.suggest_threshold = None;
    settings.facts = [
        ("order_number", FactForm::Pattern("AB-[0-9]{6}".to_owned())),
        (
            "model",
            FactForm::OneOf(
                ["City", "Trail", "Cargo", "E1", "E2", "Kid 20"]
                    .map(|name| format!("Alder {name}"))
                    .to_vec(),
            ),
        ),
        (
            "frame_number",
            FactForm::Pattern("WAL[A-Z0-9]{8}".to_owned()),
        ),
        ("voucher_code", FactForm::Pattern("[A-Z0-9]{8}".to_owned())),
    ]
    .into_iter()
    .map(|(name, form)| {
        let fact = Fact {
            form,
            example: String::new(),
            ask: BTreeMap::from([(Language("en".to_owned()), String::new())]),
        };
        (FactName(name.to_owned()), fact)
    })
    .collect();
    settings
}

/// A mail as the reader would give it, with the quotation cut where the desk's rules cut it.
fn plain_mail(record: &Record) -> Mail {
    let quote = regex::Regex::new(
        r"(?m)^(>|On .+ wrote:$|Am .+ schrieb .+:$|Le .+ a écrit :$|El .+ escribió:$|Il .+ ha scritto:$|-----Original Message-----|-{8,} Forwarded message|_{20,}$)",
    )
    .unwrap();
    let cut = quote
        .find(&record.body)
        .map_or(record.body.len(), |found| found.start());
    let (name, address) = record.from.split_once('<').unwrap();
    Mail {
        identity: MailIdentity([7; 32]),
        message_id: None,
        in_reply_to: vec![],
        references: vec![],
        from: Some(crate::mail::Mailbox {
            name: Some(HeaderText::clean(name)),
            address: crate::mail::Address::parse(address.trim_end_matches('>')).unwrap(),
        }),
        reply_to: vec![],
        to: vec![],
        cc: vec![],
        delivered_to: vec![],
        subject: HeaderText::clean(&record.subject),
        date: None,
        sender_kind: SenderKind::Person,
        sender_evidence: vec![],
        may_auto_reply: true,
        body: Body {
            text: record.body.clone(),
            reply_text: record.body[..cut].to_owned(),
            quoted_text: record.body[cut..].to_owned(),
            signature: String::new(),
        },
        attachments: vec![],
        forwarded_from: None,
        bounce: None,
        protection: Protection::None,
        oddities: vec![],
        extent: Extent::Whole,
        size_bytes: record.body.len(),
    }
}

#[test]
fn the_desk_is_decided_right_and_no_hard_stop_is_answered() {
    let (knowledge, settings) = (desk_knowledge(), desk_settings());
    let path = std::env::var_os("HANDOFFD_DESK_MAILS").map_or_else(
        || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("config/desk/mails.dev.jsonl"),
        Into::into,
    );
    let records = read_records(&DeskArguments {
        mails: path,
        limit: None,
        misses: false,
    })
    .unwrap();
    let started = Instant::now();
    let understander = Understander::train(&knowledge, &settings);
    let trained = started.elapsed().as_secs_f64();
    let outcomes: Vec<Outcome> = records
        .into_iter()
        .map(|record| {
            let mail = plain_mail(&record);
            let started = Instant::now();
            let understanding = understander.understand(&mail, None);
            let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
            for found in &understanding.hard_stops {
                if !record
                    .hard_stops
                    .iter()
                    .any(|label| label == found.stop.as_str())
                {
                    println!(
                        "FALSE {} {}: {}",
                        record.id,
                        found.stop.as_str(),
                        found.evidence
                    );
                }
            }
            for request in understanding
                .requests
                .iter()
                .filter(|_| understanding.requests.len() > 1)
            {
                println!(
                    "REQUEST {} {} {:.2}: {}",
                    record.id, request.intent, request.confidence, request.sentence
                );
            }
            let decision = decide_alone(&mail, &understanding, &settings, &knowledge);
            outcome(record, &understanding, &decision, &settings, milliseconds)
        })
        .collect();
    for miss in misses(&outcomes) {
        println!("{miss}");
    }
    for one in &outcomes {
        let labels: BTreeMap<&String, &String> = one
            .record
            .facts
            .iter()
            .filter(|(name, _)| *name != "phone" && *name != "postcode")
            .collect();
        if labels != one.facts.iter().collect() || one.language != one.record.lang {
            println!(
                "FACTS {} {} {:?} found {:?} language {}",
                one.record.id, one.record.lang, labels, one.facts, one.language
            );
        }
        if one.urgency != one.record.urgency {
            println!(
                "URGENCY {} {} said {} [{}]",
                one.record.id, one.record.urgency, one.urgency, one.record.subject
            );
        }
    }
    let figures = figures(&outcomes);
    println!("{figures:#}\ntrained in {trained:.2} s");
    assert!(figures["decisions_right"].as_f64().unwrap() >= 0.85);
    assert_eq!(figures["automatic_despite_hard_stop"], 0);
    assert!(figures["hard_stop_recall"].as_f64().unwrap() >= 0.95);
    assert!(figures["false_hard_stops"].as_f64().unwrap() <= 0.03);
}
