//! How well it goes: figures of the last days as pictures, and the same as tables.

use super::super::metrics::DAYS;
use super::frame::page;
use super::parts::{picture, refusals, words};
use super::{Row, Seen};
use crate::numbers::{figures, in_shadow};
use crate::plot::{Bar, most_of, stacked};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use maud::{Markup, html};
use serde_json::Value;
use std::collections::BTreeMap;

/// What of a day stands on each other, with its class, which is also the decision's word. What would have been done in shadow counts as done.
const PARTS: [(&str, &str, &str); 4] = [
    ("answers", "answer", "answered"),
    ("questions", "ask", "asked for details"),
    ("drafts", "draft", "drafts shown"),
    ("hand_offs", "handoff", "handed to a person"),
];
/// So many reasons are told.
const REASONS_MAX: usize = 30;

/// The page.
pub(crate) fn numbers(rows: &[Value], seen: &Seen<'_>) -> Markup {
    let mut mailboxes: BTreeMap<&str, Vec<Row<'_>>> = BTreeMap::new();
    for row in rows.iter().map(Row).filter(|row| row.has("of")) {
        mailboxes.entry(row.text("mailbox")).or_default().push(row);
    }
    let inside = html! {
        h1 { "Numbers" }
        p.soft { "Of the last " (DAYS) " days, today among them. What each figure means stands in docs/metrics.md; machines read "
            code { "/metrics" } " and " code { "/numbers.json" } "." }
        (refusals(rows.iter().map(Row)))
        @for (name, rows) in &mailboxes { (of_mailbox(name, rows, seen)) }
    };
    page("Numbers", "/numbers", seen, &inside)
}

fn of_mailbox(name: &str, rows: &[Row<'_>], seen: &Seen<'_>) -> Markup {
    let of = |kind: &'static str| {
        rows.iter()
            .copied()
            .filter(move |row| row.text("of") == kind)
    };
    let whole = of("all").next();
    let days: Vec<Row<'_>> = of("day").collect();
    let mut reasons: Vec<Row<'_>> = of("reason").collect();
    reasons.sort_by_key(|row| std::cmp::Reverse(done(*row, "hand_offs")));
    let was_in_shadow = whole.is_some_and(|row| !in_shadow(row.0).is_empty());
    let title = match name {
        "" => "All of it".to_owned(),
        name => format!("Mailbox {name}"),
    };
    html! {
        h2 { (title) }
        @if let Some(whole) = whole {
            ul.figures {
                @for one in figures(whole.0) {
                    li.{ "depth-" (one.depth) } { b { (one.figure) } " " span { (one.words) } }
                }
            }
        }
        h3 { "Day by day" }
        @if days.is_empty() { p { "Nothing happened in this time." } } @else {
            (picture(by_day(&days, whole, seen)))
            @if was_in_shadow { p.soft { "What would have been done in shadow counts as done here." } }
            ul.legend { @for (_, class, called) in PARTS { li { span.key.(class) {} (called) } } }
            details {
                summary { "The same as a table" }
                (table_of("Day by day", &days, &PARTS.map(|(key, _, called)| (key, called))))
            }
        }
        h3 { "Why a person" }
        @if reasons.is_empty() { p { "Nothing was handed to a person." } } @else {
            (bars(&reasons))
            p.soft { "By the rule that decided." }
        }
        @let teams: Vec<Row<'_>> = of("team").collect();
        @if !teams.is_empty() {
            h3 { "By team" }
            (table_of("By team", &teams, &[("hand_offs", "handed over"), ("promises_kept", "promises kept"), ("promises_broken", "broken"),
                ("first_replies", "first replies"), ("asked_again", "asked again"), ("drafts", "drafts"), ("drafts_refused", "refused")]))
        }
    }
}

/// Every day of the period, those as well on which nothing happened, which are no rows.
fn by_day(rows: &[Row<'_>], whole: Option<Row<'_>>, seen: &Seen<'_>) -> String {
    let known: BTreeMap<Date, Row<'_>> = (rows.iter())
        .filter_map(|row| Some((row.text("name").parse().ok()?, *row)))
        .collect();
    let edge = |key: &str| {
        let at: Timestamp = whole?.text(key).parse().ok()?;
        Some(seen.zone.day(at))
    };
    let first = edge("from").or(known.keys().next().copied());
    let last = edge("until").or(known.keys().next_back().copied());
    let mut bars = Vec::new();
    if let (Some(first), Some(last)) = (first, last) {
        let days = first.series(1.day()).take_while(|day| *day <= last);
        // Bounded whatever the rows say.
        for day in days.take(usize::from(DAYS) + 1) {
            let parts = PARTS.iter().map(|(key, _, _)| {
                let count = known.get(&day).map(|row| done(*row, key));
                usize::try_from(count.unwrap_or_default()).unwrap_or_default()
            });
            bars.push(Bar {
                name: day.to_string(),
                parts: parts.collect(),
            });
        }
    }
    let most = most_of(&bars);
    let says = format!(
        "What was done on each day, {most} on the fullest one. The table below says the same."
    );
    let kinds = PARTS.map(|(_, class, called)| (class, called));
    stacked(&bars, "", &kinds, &says)
}

/// How often it was done, or would have been in shadow.
fn done(row: Row<'_>, key: &str) -> u64 {
    let part = PARTS.iter().find(|(part, _, _)| *part == key);
    let would = part.map(|(_, word, _)| row.below("in_shadow").count(word));
    row.count(key) + would.unwrap_or_default()
}

fn table_of(caption: &str, rows: &[Row<'_>], columns: &[(&str, &str)]) -> Markup {
    html! {
        div.wide tabindex="0" role="region" aria-label=(caption) {
            table {
                caption.hidden { (caption) }
                thead { tr { th scope="col" { "" span.hidden { "Name" } } @for (_, called) in columns { th.number scope="col" { (called) } } } }
                tbody {
                    @for row in rows {
                        tr { th scope="row" { (words(row.text("name"))) }
                            @for (key, _) in columns { td.number { (done(*row, key)) } } }
                    }
                }
            }
        }
    }
}

/// Counts as bars: `meter` needs no style of its own, and a screen reader says it.
fn bars(reasons: &[Row<'_>]) -> Markup {
    let most = reasons.iter().map(|row| done(*row, "hand_offs")).max();
    let most = most.unwrap_or_default().max(1);
    html! {
        ul.bars {
            @for row in reasons.iter().take(REASONS_MAX) {
                @let count = done(*row, "hand_offs");
                li {
                    span { (words(row.text("name"))) " " b { (count) } }
                    svg.bar viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" {
                        rect.handoff width=(format!("{:.1}", count as f64 / most as f64 * 100.0)) height="4" {}
                    }
                }
            }
        }
    }
}
