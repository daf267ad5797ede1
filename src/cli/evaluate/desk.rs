//! The evaluation desk: every labelled mail goes the whole way (read, understand, decide), and each decision is compared.

use super::{Common, DeskArguments, Failure, percentile, read_text, share};
use crate::config::{IntentName, Settings};
use crate::gateway::{Judgement, Office};
use crate::inbox::Content;
use crate::ticket::TokenKey;
use crate::understand::Taught;
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Instant;

/// A labelled mail (`config/desk/README.md`).
#[derive(Debug, Deserialize)]
struct Record {
    id: String,
    lang: String,
    from: String,
    subject: String,
    body: String,
    intents: Vec<String>,
    facts: BTreeMap<String, String>,
    hard_stops: Vec<String>,
    urgency: String,
    expected: String,
}

/// What came out for one mail.
struct Outcome {
    record: Record,
    said: &'static str,
    rule: &'static str,
    stops: BTreeSet<&'static str>,
    intent: Option<(String, f64)>,
    facts: BTreeMap<String, String>,
    language: String,
    urgency: &'static str,
    milliseconds: f64,
}

pub(super) fn run(common: &Common, arguments: &DeskArguments) -> Result<(), Failure> {
    let started = Instant::now();
    // The key makes tokens, of which none leaves.
    let (_, settings) = common.one_mailbox()?;
    let office = Office::furnish(settings, TokenKey::new([0; 32]), &[])
        .map_err(|problems| Failure::problems(&problems))?;
    let train_seconds = started.elapsed().as_secs_f64();
    let records = read_records(&arguments.mails, arguments.limit)?;
    let taught = match &arguments.taught {
        Some(path) => teach(&office, read_records(path, None)?)?,
        None => 0,
    };
    let outcomes = measure(&office, records)?;
    let mut figures = figures(&outcomes);
    if let Some(object) = figures.as_object_mut() {
        object.insert("train_seconds".to_owned(), train_seconds.into());
        object.insert("taught".to_owned(), taught.into());
        if arguments.misses {
            object.insert("misses".to_owned(), misses(&outcomes).into());
        }
    }
    if common.json {
        println!("{figures}");
    } else {
        println!("{figures:#}");
    }
    Ok(())
}

/// Learns mails as if staff had confirmed what each is about; how many there were. What may teach nothing in the daemon teaches nothing here.
fn teach(office: &Office, records: Vec<Record>) -> Result<usize, Failure> {
    let support = office.settings.support.address.as_str();
    let trained = office.trained();
    let mut taught = Vec::new();
    for record in records.iter().filter(|record| record.intents.len() <= 1) {
        let mail = office
            .read(&Content::Whole(raw_mail(record, support)))
            .map_err(|error| Failure::NotSo(format!("mail {}: {error}", record.id)))?;
        if let Ok(request) = trained.understander.request_text(&mail) {
            let intent = record.intents.first().map(|name| IntentName(name.clone()));
            taught.push(Taught {
                text: request.carrier(intent.as_ref()).to_owned(),
                language: request.language,
                intent,
            });
        }
    }
    let count = taught.len();
    office.learn(taught);
    Ok(count)
}

fn read_records(path: &Path, limit: Option<usize>) -> Result<Vec<Record>, Failure> {
    let content = read_text(path)?;
    content
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .take(limit.unwrap_or(usize::MAX))
        .map(|(index, line)| {
            serde_json::from_str(line).map_err(|error| {
                Failure::Usage(format!(
                    "{}:{}: {error}; write one labelled mail a line",
                    path.display(),
                    index + 1
                ))
            })
        })
        .collect()
}

/// The record as the mail that a customer's program would send.
fn raw_mail(record: &Record, to: &str) -> Vec<u8> {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    // Names and subjects are data: encoded, they cannot break the header.
    let word = |text: &str| format!("=?utf-8?B?{}?=", STANDARD.encode(text));
    let (name, address) = record
        .from
        .rsplit_once('<')
        .map_or(("", record.from.as_str()), |(name, rest)| {
            (name.trim(), rest.trim_end_matches('>'))
        });
    let mut raw = format!(
        "From: {} <{address}>\r\nTo: <{to}>\r\nSubject: {}\r\nMessage-ID: <{}@evaluate.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n",
        word(name),
        word(&record.subject),
        record.id
    );
    let body: String = STANDARD.encode(record.body.replace('\n', "\r\n"));
    for (index, character) in body.chars().enumerate() {
        if index > 0 && index % 76 == 0 {
            raw.push_str("\r\n");
        }
        raw.push(character);
    }
    raw.push_str("\r\n");
    raw.into_bytes()
}

/// What is decided about each mail, by the same path as in the daemon.
fn measure(office: &Office, records: Vec<Record>) -> Result<Vec<Outcome>, Failure> {
    let support = office.settings.support.address.as_str();
    let measured = records.into_iter().map(|record| {
        let raw = raw_mail(&record, support);
        let started = Instant::now();
        let judgement = crate::cli::explain::judge(office, &raw, Some(Timestamp::UNIX_EPOCH))
            .map_err(|error| Failure::NotSo(format!("mail {}: {error}", record.id)))?;
        let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
        Ok(outcome(record, &judgement, &office.settings, milliseconds))
    });
    measured.collect()
}

fn outcome(
    record: Record,
    judgement: &Judgement,
    settings: &Settings,
    milliseconds: f64,
) -> Outcome {
    let understanding = &judgement.understanding;
    let decision = &judgement.decision;
    Outcome {
        said: decision.action.as_str(),
        rule: decision.reasons.first.rule,
        stops: understanding
            .hard_stops
            .iter()
            .map(|found| found.stop.as_str())
            .collect(),
        intent: understanding
            .intents
            .first()
            .map(|score| (score.intent.0.clone(), score.confidence)),
        facts: understanding
            .facts
            .iter()
            .filter(|(name, found)| {
                settings.facts.contains_key(*name)
                    && found.source != crate::understand::FactSource::Quoted
            })
            .map(|(name, found)| (name.0.clone(), found.value.clone()))
            .collect(),
        language: understanding.language.language().0.clone(),
        urgency: understanding.urgency.as_str(),
        record,
        milliseconds,
    }
}

/// The figures, as one JSON object.
fn figures(outcomes: &[Outcome]) -> serde_json::Value {
    let count = |test: &dyn Fn(&Outcome) -> bool| outcomes.iter().filter(|one| test(one)).count();
    let all = outcomes.len();
    let is_routine = |one: &Outcome| one.record.expected != "handoff";
    let is_automatic = Outcome::is_automatic;
    let mut confusion: BTreeMap<String, BTreeMap<&str, usize>> = BTreeMap::new();
    let mut stops: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    let (mut labelled, mut found, mut facts_right, mut facts_all, mut facts_extra) =
        (0, 0, 0, 0, 0);
    let known_facts: BTreeSet<&String> = outcomes.iter().flat_map(|one| one.facts.keys()).collect();
    for one in outcomes {
        *confusion
            .entry(one.record.expected.clone())
            .or_default()
            .entry(one.said)
            .or_insert(0) += 1;
        for stop in &one.record.hard_stops {
            let hit = one.stops.contains(stop.as_str());
            labelled += 1;
            found += usize::from(hit);
            let entry = stops.entry(stop).or_default();
            entry[0] += 1;
            entry[1] += usize::from(hit);
        }
        for stop in &one.stops {
            if !one.record.hard_stops.iter().any(|label| label == stop) {
                stops.entry(stop).or_default()[2] += 1;
            }
        }
        for (name, value) in one
            .record
            .facts
            .iter()
            .filter(|(name, _)| known_facts.contains(name))
        {
            facts_all += 1;
            facts_right += usize::from(one.facts.get(name) == Some(value));
        }
        facts_extra += one
            .facts
            .keys()
            .filter(|name| !one.record.facts.contains_key(*name))
            .count();
    }
    let without_stop = count(&|one| one.record.hard_stops.is_empty());
    let sent = count(&is_automatic);
    let mut times: Vec<f64> = outcomes.iter().map(|one| one.milliseconds).collect();
    times.sort_by(f64::total_cmp);
    let stops: BTreeMap<&str, serde_json::Value> = stops
        .into_iter()
        .map(|(name, [labelled, found, falsely])| {
            (
                name,
                serde_json::json!({"labelled": labelled, "found": found, "false": falsely}),
            )
        })
        .collect();
    serde_json::json!({
        "mails": all,
        "decisions_right": share(count(&|one| one.said == one.record.expected), all),
        "confusion": confusion,
        "hard_stops": stops,
        "hard_stop_recall": share(found, labelled),
        "any_hard_stop_recall": share(
            count(&|one| !one.record.hard_stops.is_empty() && !one.stops.is_empty()),
            all - without_stop,
        ),
        "false_hard_stops": share(
            count(&|one| one.record.hard_stops.is_empty() && !one.stops.is_empty()),
            without_stop,
        ),
        "automatic_despite_hard_stop": count(&|one| !one.record.hard_stops.is_empty() && is_automatic(one)),
        "automatic_wrongly": count(&|one| !is_routine(one) && is_automatic(one)),
        "coverage_of_routine": share(count(&|one| is_routine(one) && is_automatic(one)), count(&is_routine)),
        "wrong_article_among_sent": share(
            count(&|one| is_automatic(one) && !one.right_intent()),
            sent,
        ),
        "intent_right": share(
            count(&|one| !one.record.intents.is_empty() && one.intent.is_some() && one.right_intent()),
            count(&|one| !one.record.intents.is_empty() && one.intent.is_some()),
        ),
        "facts_right": share(facts_right, facts_all),
        "facts_invented": facts_extra,
        "language_right": share(count(&|one| one.language == one.record.lang), all),
        "urgency_right": share(count(&|one| one.urgency == one.record.urgency), all),
        "ms_per_mail": {"p50": percentile(&times, 0.5), "p99": percentile(&times, 0.99)},
    })
}

impl Outcome {
    fn is_automatic(&self) -> bool {
        matches!(self.said, "answer" | "ask" | "draft")
    }

    fn right_intent(&self) -> bool {
        self.intent
            .as_ref()
            .is_some_and(|(intent, _)| self.record.intents.contains(intent))
    }
}

/// One line for each mail that was decided wrongly, whose stops differ, or that got an automatic mail about something else.
fn misses(outcomes: &[Outcome]) -> Vec<String> {
    outcomes
        .iter()
        .filter(|one| {
            let labels: BTreeSet<&str> = one.record.hard_stops.iter().map(String::as_str).collect();
            let wrong_article = one.is_automatic() && !one.right_intent();
            one.said != one.record.expected || labels != one.stops || wrong_article
        })
        .map(|one| {
            let (intent, confidence) = one.intent.clone().unwrap_or_default();
            format!(
                "{} {}: expected {} {:?} {:?}, said {} ({}) {intent} {confidence:.2} stops {:?} facts {:?} [{}]",
                one.record.id,
                one.record.lang,
                one.record.expected,
                one.record.intents,
                one.record.hard_stops,
                one.said,
                one.rule,
                one.stops,
                one.facts,
                one.record.subject
            )
        })
        .collect()
}
#[cfg(test)]
mod tests;
