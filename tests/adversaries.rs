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
use handoffd::understand::{Understander, Understanding};
use std::collections::BTreeSet;
use std::path::Path;

/// Without articles: stops and urgency are found without them, and learning intents takes minutes.
fn understander() -> Understander {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/desk/handoffd.toml");
    let settings = Settings::load(&path).expect("settings of the desk");
    Understander::train(&Knowledge::default(), &settings, None)
}

/// One row of a table: what must be found in a mail.
struct Row {
    place: String,
    stops: BTreeSet<String>,
    urgency: String,
    raw: Vec<u8>,
}

/// `stops | urgency | subject | body`; ` / ` in the body is a line break.
fn rows(name: &str, table: &str) -> Vec<Row> {
    let lines = table.lines().enumerate();
    lines
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .map(|(index, line)| {
            let place = format!("tests/adversaries/{name}.txt:{}", index + 1);
            let mut columns = line.splitn(4, " | ");
            let mut column = || columns.next().unwrap_or_else(|| panic!("{place}: four columns"));
            let stops = column().split(' ').filter(|stop| *stop != "none").map(str::to_owned).collect();
            let urgency = column().to_owned();
            let subject = column();
            let body = column().replace(" / ", "\r\n");
            let raw = format!(
                "From: Robin Vale <robin@brightmail.example>\r\nTo: support@alder-bikes.example\r\nSubject: {subject}\r\n\
                 Message-ID: <adversary-{index}@brightmail.example>\r\nMIME-Version: 1.0\r\n\
                 Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{body}\r\n"
            );
            Row { place, stops, urgency, raw: raw.into_bytes() }
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
