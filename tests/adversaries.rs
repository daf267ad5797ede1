//! Mails that were written to mislead: understated accidents, quoted complaints, innocent trigger words, orders to the machine.
//! Each goes the way of a real mail (bytes, reader, understander), in seven languages.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on says so by a panic"
)]

use handoffd::config::Settings;
use handoffd::knowledge::Knowledge;
use handoffd::mail::Reader;
use handoffd::understand::meaning::Encoder;
use handoffd::understand::{SEND_THRESHOLD, Understander, Understanding};
use std::collections::BTreeSet;
use std::path::Path;

fn settings() -> Settings {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/desk/handoffd.toml");
    Settings::load(&path).expect("settings of the desk")
}

/// Without articles: stops and urgency are found without them, and learning intents takes minutes.
fn understander() -> Understander {
    Understander::train(&Knowledge::default(), &settings(), None)
}

/// One row of a table: what must be found in a mail.
struct Row {
    place: String,
    stops: BTreeSet<String>,
    urgency: String,
    raw: Vec<u8>,
}

/// The lines of a table that hold a mail, each with its place and its number.
fn lines<'a>(name: &'a str, table: &'a str) -> impl Iterator<Item = (String, usize, &'a str)> {
    let lines = table.lines().enumerate();
    lines
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .map(move |(index, line)| {
            (
                format!("tests/adversaries/{name}.txt:{}", index + 1),
                index,
                line,
            )
        })
}

/// A mail; ` / ` in the body is a line break.
fn raw_mail(number: usize, subject: &str, body: &str) -> Vec<u8> {
    let body = body.replace(" / ", "\r\n");
    format!(
        "From: Robin Vale <robin@brightmail.example>\r\nTo: support@alder-bikes.example\r\nSubject: {subject}\r\n\
         Message-ID: <adversary-{number}@brightmail.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{body}\r\n"
    )
    .into_bytes()
}

/// `stops | urgency | subject | body`.
fn rows(name: &str, table: &str) -> Vec<Row> {
    lines(name, table)
        .map(|(place, index, line)| {
            let mut columns = line.splitn(4, " | ");
            let mut column = || {
                columns
                    .next()
                    .unwrap_or_else(|| panic!("{place}: four columns"))
            };
            let stops = column()
                .split(' ')
                .filter(|stop| *stop != "none")
                .map(str::to_owned)
                .collect();
            let urgency = column().to_owned();
            let raw = raw_mail(index, column(), column());
            Row {
                place,
                stops,
                urgency,
                raw,
            }
        })
        .collect()
}

fn all_rows() -> Vec<Row> {
    [
        ("en", include_str!("adversaries/en.txt")),
        ("de", include_str!("adversaries/de.txt")),
        ("fr", include_str!("adversaries/fr.txt")),
        ("es", include_str!("adversaries/es.txt")),
        ("it", include_str!("adversaries/it.txt")),
        ("nl", include_str!("adversaries/nl.txt")),
        ("pt", include_str!("adversaries/pt.txt")),
    ]
    .into_iter()
    .flat_map(|(name, table)| rows(name, table))
    .collect()
}

fn stops_of(understanding: &Understanding) -> BTreeSet<String> {
    let found = understanding.hard_stops.iter();
    found.map(|found| found.stop.as_str().to_owned()).collect()
}

#[test]
fn every_adversary_is_seen_through() {
    let understander = understander();
    let rows = all_rows();
    let mut wrong = Vec::new();
    for row in &rows {
        let mail = Reader::default().read(&row.raw);
        let understanding = understander.understand(&mail, None);
        let stops = stops_of(&understanding);
        if stops != row.stops {
            wrong.push(format!(
                "{}: stops {:?}, found {:?}",
                row.place, row.stops, understanding.hard_stops
            ));
        }
        if understanding.urgency.as_str() != row.urgency {
            wrong.push(format!(
                "{}: urgency {}, found {} by {:?}",
                row.place,
                row.urgency,
                understanding.urgency.as_str(),
                understanding.urgency_evidence
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong in {} rows:\n{}",
        wrong.len(),
        rows.len(),
        wrong.join("\n")
    );
}

#[test]
fn the_table_is_large_and_speaks_seven_languages() {
    let rows = all_rows();
    assert!(rows.len() >= 200, "{} rows", rows.len());
}

#[test]
fn what_a_mail_asks_for_is_not_taken_from_what_only_sounds_like_it() {
    let settings = settings();
    let knowledge = Knowledge::load(&settings).expect("articles of the desk");
    let understander = Understander::train(&knowledge, &settings, None);
    let table = include_str!("adversaries/requests.txt");
    let mut wrong = Vec::new();
    for (place, index, line) in lines("requests", table) {
        let mut columns = line.splitn(3, " | ");
        let mut column = || {
            columns
                .next()
                .unwrap_or_else(|| panic!("{place}: three columns"))
        };
        let expected = column();
        let mail = Reader::default().read(&raw_mail(index, column(), column()));
        let understanding = understander.understand(&mail, None);
        let sure = understanding
            .intents
            .first()
            .is_some_and(|best| best.confidence >= SEND_THRESHOLD);
        let found: BTreeSet<&str> = understanding
            .requests
            .iter()
            .filter(|_| sure)
            .map(|request| request.intent.0.as_str())
            .collect();
        let found = found.into_iter().collect::<Vec<_>>().join(" ");
        let found = if found.is_empty() {
            "none"
        } else {
            found.as_str()
        };
        if found != expected {
            wrong.push(format!(
                "{place}: expected {expected}, found {found}, {:?}",
                understanding.intents.first()
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn the_same_articles_and_the_same_mail_give_the_same_understanding_to_the_bit() {
    let settings = settings();
    let knowledge = Knowledge::load(&settings).expect("articles of the desk");
    let encoder =
        Encoder::of(&settings.understanding, &[]).expect("a model that can be read, or none");
    if encoder.is_none() {
        eprintln!(
            "without models: only what words alone decide is compared; `make model` fetches them"
        );
    }
    let train = || Understander::train(&knowledge, &settings, encoder.as_ref());
    let (once, again) = (train(), train());
    let table = include_str!("adversaries/requests.txt");
    for (place, index, line) in lines("requests", table) {
        let mut columns = line.splitn(3, " | ").skip(1);
        let mut column = || {
            columns
                .next()
                .unwrap_or_else(|| panic!("{place}: three columns"))
        };
        let mail = Reader::default().read(&raw_mail(index, column(), column()));
        let (first, second) = (once.understand(&mail, None), again.understand(&mail, None));
        assert_eq!(format!("{first:?}"), format!("{second:?}"), "{place}");
    }
}
