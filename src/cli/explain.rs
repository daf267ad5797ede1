//! `handoffd explain`: what would be decided, why, and the mails that would leave. No network, no store; the same mail,
//! settings and articles give the same bytes.

use super::{Common, Failure, source};
use crate::decide::Action;
use crate::gateway::{JudgeError, Judgement, NoPast, Office};
use crate::inbox::Content;
use crate::journal::{Journal, JournalError};
use crate::knowledge::Thresholds;
use crate::mail::Mail;
use crate::ticket::{TicketId, TokenKey};
use jiff::Timestamp;
use serde_json::{Value, json};

/// Its arguments.
#[derive(clap::Args, Debug)]
pub(super) struct Arguments {
    /// Mails: `.eml`, mbox, Maildir, a folder of these, or `-`
    #[arg(required_unless_present = "ticket")]
    paths: Vec<std::path::PathBuf>,
    /// Make the recorded decisions about these mails again, on the past as it was: the same to the byte, or what has changed. Opens the
    /// store: stop the daemon first
    #[arg(long, conflicts_with = "at")]
    recorded: bool,
    /// The same for the mails of this ticket that packets still hold
    #[arg(long, value_name = "REFERENCE", conflicts_with_all = ["at", "paths"])]
    ticket: Option<String>,
    /// The time at which the mail is taken to arrive (RFC 3339); the mail's own date otherwise
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
}

pub(super) fn run(common: &Common, arguments: &Arguments) -> Result<(), Failure> {
    if arguments.recorded || arguments.ticket.is_some() {
        return again(common, arguments);
    }
    // Tokens in the mails shown are of no ticket: no key is read, so that no store is needed.
    let (_, settings) = common.one_mailbox()?;
    let office = Office::furnish(settings, TokenKey::new([0; 32]), &[])
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

/// Recorded decisions, made again.
fn again(common: &Common, arguments: &Arguments) -> Result<(), Failure> {
    let (_, settings) = common.one_mailbox()?;
    let unreachable = |why: JournalError| Failure::Unreachable(why.to_string());
    if !Journal::is_there(&settings.store).map_err(unreachable)? {
        let path = settings.store.path.display();
        return Err(Failure::Unreachable(format!("there is no store in {path}")));
    }
    let journal = Journal::look_at(&settings.store).map_err(unreachable)?;
    let key = journal.token_key().map_err(unreachable)?;
    let lessons = journal.lessons().map_err(unreachable)?;
    let furnish = |key: TokenKey| {
        Office::furnish(settings.clone(), key, &lessons).map_err(|found| Failure::problems(&found))
    };
    let mut office = furnish(key.clone())?;
    let mails: Vec<(String, Vec<u8>)> = match &arguments.ticket {
        Some(text) => {
            let no_ticket = || Failure::NotSo(format!("there is no ticket {text}"));
            let id = TicketId::parse(text).ok_or_else(no_ticket)?;
            let ticket = journal
                .ticket(&id)
                .map_err(unreachable)?
                .ok_or_else(no_ticket)?;
            let originals = office
                .kept_originals(&ticket, &journal)
                .map_err(unreachable)?;
            if originals.is_empty() {
                return Err(Failure::NotSo(format!(
                    "no packet of ticket {id} holds its mails any more; give them as files: `handoffd explain --recorded FILE`"
                )));
            }
            (1..)
                .zip(originals)
                .map(|(number, raw)| (format!("ticket {id}, mail {number}"), raw))
                .collect()
        }
        None => source::mails(&arguments.paths)?.collect(),
    };
    let mut differs = false;
    for (path, raw) in mails {
        let broken = |error: JudgeError| Failure::NotSo(format!("{path}: {error}"));
        // The key may have been changed since: an earlier one that is still there makes the same addresses and Message-IDs again.
        let revision = office.recorded_key(&raw, &journal).map_err(broken)?;
        if let Some(then) = revision.filter(|revision| *revision != office.key.revision())
            && let Some(then) = key.as_of(&then)
        {
            office = furnish(then)?;
        }
        let made = (office.judge_again(&raw, &journal))
            .map_err(|error| Failure::NotSo(format!("{path}: {error}")))?;
        let Some(made) = made else {
            return Err(Failure::NotSo(format!(
                "{path}: no decision about this mail is recorded"
            )));
        };
        differs |= !made.changed.is_empty();
        if common.json {
            let mut row = as_json(&path, &made.judgement, &office);
            if let Some(row) = row.as_object_mut() {
                let _ = row.insert("decided_at".to_owned(), json!(made.at));
                let _ = row.insert("changed".to_owned(), json!(made.changed));
            }
            println!("{row}");
        } else {
            print!("{}", as_text(&path, &made.judgement, &office));
            match made.changed.as_slice() {
                [] => println!("as recorded on {}, byte for byte\n", made.at),
                changed => println!(
                    "not as recorded on {}; what has changed since:\n  {}\n",
                    made.at,
                    changed.join("\n  ")
                ),
            }
        }
    }
    match differs {
        true => Err(Failure::NotSo(
            "the recorded decision was another one".to_owned(),
        )),
        false => Ok(()),
    }
}

/// Judges a mail that stands alone.
pub(crate) fn judge(
    office: &Office,
    raw: &[u8],
    at: Option<Timestamp>,
) -> Result<Judgement, crate::gateway::JudgeError> {
    let mail = office.read(&Content::Whole(raw.to_vec()))?;
    let now = at.or(mail.date).unwrap_or(Timestamp::UNIX_EPOCH);
    let why = "nobody is asked where a mail is only explained";
    let looked_up = office.told_instead(&mail, &NoPast, &|_| None, why)?;
    office.judge(Mail { looked_up, ..mail }, raw, &NoPast, now)
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
        "looked_up": judgement.mail.looked_up.iter().map(|one| (one.lookup.to_string(), one.to_json())).collect::<serde_json::Map<_, _>>(),
        "oddities": judgement.mail.oddities.iter().map(|odd| odd.0.as_str()).collect::<Vec<_>>(),
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
    for oddity in &judgement.mail.oddities {
        let _ = writeln!(text, "  odd: {}", super::printable(&oddity.0));
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
