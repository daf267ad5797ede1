//! `handoffd explain`: what would be decided, why, and the mails that would leave. No network, no store; the same mail,
//! settings and articles give the same bytes.

use super::{Common, Failure, source};
use crate::decide::Action;
use crate::gateway::{Judgement, NoPast, Office};
use crate::inbox::Content;
use crate::knowledge::Thresholds;
use crate::ticket::TokenKey;
use jiff::Timestamp;
use serde_json::{Value, json};

/// Its arguments.
#[derive(clap::Args, Debug)]
pub(super) struct Arguments {
    /// Mails: `.eml`, mbox, Maildir, a folder of these, or `-`
    #[arg(required = true)]
    paths: Vec<std::path::PathBuf>,
    /// The time at which the mail is taken to arrive (RFC 3339); the mail's own date otherwise
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
}

pub(super) fn run(common: &Common, arguments: &Arguments) -> Result<(), Failure> {
    // Tokens in the mails shown are of no ticket: no key is read, so that no store is needed.
    let office = Office::load(&common.config, TokenKey::new([0; 32]))
        .map_err(|found| Failure::problems(&found))?;
    for (path, raw) in source::mails(&arguments.paths)? {
        let judgement = judge(&office, &raw, arguments.at)
            .map_err(|error| Failure::NotSo(format!("{path}: {error}")))?;
        if common.json {
            println!("{}", as_json(&path, &judgement, &office));
        } else {
            print!("{}", as_text(&path, &judgement, &office));
        }
    }
    Ok(())
}

/// Judges a mail that stands alone.
pub(crate) fn judge(
    office: &Office,
    raw: &[u8],
    at: Option<Timestamp>,
) -> Result<Judgement, crate::gateway::JudgeError> {
    let mail = office.read(&Content::Whole(raw.to_vec()))?;
    let now = at.or(mail.date).unwrap_or(Timestamp::UNIX_EPOCH);
    office.judge(mail, raw, &NoPast, now)
}

/// The form of contract.md, `explain --json`.
fn as_json(path: &str, judgement: &Judgement, office: &Office) -> Value {
    let decision = &judgement.decision;
    let understanding = &judgement.understanding;
    let reasons = std::iter::once(&decision.reasons.first).chain(&decision.reasons.further);
    let reasons: Vec<Value> = reasons
        .map(|reason| json!({"rule": reason.rule, "sentence": reason.sentence.english(), "evidence": reason.evidence}))
        .collect();
    let intents = understanding.intents.iter();
    let intents: Vec<Value> = intents
        .map(|score| {
            let Thresholds { send, suggest } = office
                .knowledge
                .thresholds(&score.intent, &office.settings.automation);
            json!({
                "intent": score.intent.to_string(), "confidence": score.confidence,
                "send_threshold": send, "suggest_threshold": suggest,
            })
        })
        .collect();
    let stops = understanding.hard_stops.iter();
    let stops: Vec<&str> = stops.map(|found| found.stop.as_str()).collect();
    let signals: Vec<&str> = understanding
        .signals
        .iter()
        .map(|found| found.name)
        .collect();
    let facts = understanding.facts.iter();
    let facts: serde_json::Map<String, Value> = facts
        .map(|(name, found)| (name.to_string(), json!(found.value)))
        .collect();
    let mails = judgement.composed.mails.iter();
    let mails: Vec<Value> = mails
        .map(|mail| {
            let to: Vec<&str> = mail.recipients.iter().map(|to| to.as_str()).collect();
            json!({"to": to, "subject": mail.subject, "text": mail.text})
        })
        .collect();
    let outline = Outline::of(&decision.action);
    json!({
        "path": path,
        "decision": decision.action.as_str(),
        "reasons": reasons,
        "intents": intents,
        "hard_stops": stops,
        "signals": signals,
        "urgency": decision.urgency.as_str(),
        "language": understanding.language.language().to_string(),
        "facts": facts,
        "summary": understanding.thread.to_json(),
        "missing": outline.missing,
        "article": outline.article,
        "team": outline.team,
        "promise": outline.promise.map(|time| time.to_string()),
        "mails": mails,
    })
}

/// What an action names, whichever it is.
#[derive(Default)]
struct Outline {
    article: Option<String>,
    team: Option<String>,
    promise: Option<Timestamp>,
    missing: Vec<String>,
}

impl Outline {
    fn of(action: &Action) -> Self {
        use crate::decide::NoticePlan;
        let named = |article: &crate::ticket::ArticleReference| {
            Some(format!("{}@{}", article.intent, article.revision))
        };
        match action {
            Action::Answer { article, .. } => Self {
                article: named(article),
                ..Self::default()
            },
            Action::Ask { missing, .. } => Self {
                missing: missing.iter().map(ToString::to_string).collect(),
                ..Self::default()
            },
            Action::Draft(draft) => Self {
                article: named(&draft.article),
                team: Some(draft.team.to_string()),
                ..Self::default()
            },
            Action::HandOff(hand_off) => Self {
                article: hand_off.suggestion.as_ref().and_then(named),
                team: Some(hand_off.team.to_string()),
                promise: match hand_off.notice {
                    NoticePlan::Tell { promised_by } => Some(promised_by),
                    NoticePlan::Withhold { .. } => None,
                },
                missing: hand_off.missing.iter().map(ToString::to_string).collect(),
            },
            Action::PassOn { team } | Action::Staff { team, .. } => Self {
                team: Some(team.to_string()),
                ..Self::default()
            },
            _ => Self::default(),
        }
    }
}

fn as_text(path: &str, judgement: &Judgement, office: &Office) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    let mail = &judgement.mail;
    let from = mail
        .from
        .as_ref()
        .map_or_else(|| "nobody".to_owned(), ToString::to_string);
    let _ = writeln!(text, "{path}\nfrom {from}: {}\n", mail.subject);
    let _ = writeln!(
        text,
        "{}",
        super::printable(&judgement.decision.explanation())
    );
    let understanding = &judgement.understanding;
    for score in &understanding.intents {
        let Thresholds { send, suggest } = office
            .knowledge
            .thresholds(&score.intent, &office.settings.automation);
        let _ = writeln!(
            text,
            "  intent {} ({:.2}; sent from {send:.2} on, suggested from {suggest:.2} on)",
            score.intent, score.confidence
        );
    }
    for (name, found) in &understanding.facts {
        let _ = writeln!(text, "  fact {name} = {}", super::printable(&found.value));
    }
    let summary = &understanding.thread;
    let wanted = summary.wanted.iter().map(|found| ("wanted", found));
    let happened = summary.happened.iter().map(|found| ("happened", found));
    let open = summary.open.iter().map(|open| ("open", &open.sentence));
    for (list, found) in wanted.chain(happened).chain(open) {
        let source = &found.source;
        let _ = writeln!(
            text,
            "  {list}: \"{}\" ({}, {}, message {}, {})",
            super::printable(&found.text),
            source.author.as_str(),
            source.at,
            source.message,
            source.part.as_str()
        );
    }
    for mail in &judgement.composed.mails {
        let to: Vec<&str> = mail.recipients.iter().map(|to| to.as_str()).collect();
        let _ = writeln!(
            text,
            "\n--- mail to {} ---\nSubject: {}\n",
            to.join(", "),
            mail.subject
        );
        let _ = writeln!(text, "{}", super::printable(&mail.text));
    }
    let _ = writeln!(text);
    text
}
