//! The articles, each with its record: what came of it in the last days.

use super::super::metrics::DAYS;
use super::frame::page;
use super::parts::{mailbox, refusals, words};
use super::{Row, Seen};
use crate::numbers::in_shadow;
use maud::{Markup, html};
use serde_json::Value;

/// What is told of the record, in the order in which somebody asks.
const RECORD: [(&str, &str); 12] = [
    ("answers", "answered by it alone"),
    ("confirmed", "said that it helped"),
    ("presumed", "silent for two weeks"),
    ("recontacted", "wrote again about it"),
    ("missed_hand_offs", "of these went to a person"),
    ("pending", "not two weeks old"),
    ("questions", "asked for details"),
    ("hand_offs", "handed to a person"),
    ("drafts", "drafts shown"),
    ("drafts_sent", "drafts sent as they were"),
    ("drafts_edited", "drafts sent with changes"),
    ("drafts_refused", "drafts refused"),
];

/// All of them.
pub(crate) fn articles(rows: &[Value], seen: &Seen<'_>) -> Markup {
    let all = rows.iter().map(Row);
    let known: Vec<Row<'_>> = all.clone().filter(|row| row.has("article")).collect();
    let inside = html! {
        h1 { "Articles" }
        p.soft { "What came of each in the last " (DAYS) " days, today among them." }
        (refusals(all))
        @if known.is_empty() { p { "There is no article." } }
        @for row in &known { (article(*row)) }
    };
    page("Articles", "/articles", seen, &inside)
}

/// How far one of its texts has come by its own record.
fn earned(text: Row<'_>) -> Markup {
    let stage = match text.text("stage") {
        "shadow" => "is tried in the background",
        "draft" => "is proposed to people",
        _ => "answers by itself",
    };
    let proposal = match text.text("proposal") {
        "advance" => " It has earned more: `handoffd autonomy advance` is your yes.",
        _ => "",
    };
    html! {
        span.reference { (text.text("article")) } " " (stage) "; "
        b { (text.count("good")) } " of " (text.count("counted")) " were sent unchanged." (proposal)
    }
}

fn article(row: Row<'_>) -> Markup {
    let record = row.below("record");
    let told = (RECORD.iter())
        .map(|(key, called)| (record.count(key), *called))
        .filter(|(count, _)| *count > 0);
    let held_back = in_shadow(record.0).into_iter();
    let held_back = held_back.map(|(would, count)| (count, would.of_many()));
    let told: Vec<(u64, &str)> = held_back.chain(told).collect();
    let mode = match row.text("mode") {
        "answer" => "may answer by itself",
        "draft" => "waits for a person's yes",
        "handoff" => "always goes to a person",
        "not written" => "not written yet: goes to a person",
        _ => "no longer loaded",
    };
    let texts = row.below("texts");
    let texts = texts.0.as_object().into_iter().flatten();
    let texts: Vec<String> = texts
        .map(|(language, text)| format!("{language} {}", Row(text).text("revision")))
        .collect();
    html! {
        article.card {
            h2 { (words(match row.text("title") { "" => row.text("article"), title => title })) }
            p.soft { (mailbox(row)) " " span.reference { (row.text("article")) } " · " (mode)
                @if row.has("team") { " · team " (row.text("team")) } }
            @if told.is_empty() { p { "Nothing happened with it in this time." } } @else {
                ul.record { @for (count, called) in told { li { b { (count) } " " (called) } } }
            }
            @for text in row.list("earned") { p { (earned(Row(text))) } }
            @if !texts.is_empty() { p.soft { "Revisions: " (texts.join(", ")) } }
        }
    }
}
