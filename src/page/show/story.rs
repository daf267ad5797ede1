//! One ticket: where it stands, what can be done, and its whole story: each mail, each decision with its reasons and what it was made of, each mail
//! of ours.

use super::drafts::draft;
use super::frame::page;
use super::now::waiting_mail;
use super::parts::{form, letter, mailbox, words};
use super::tickets::{due, subject};
use super::times::time;
use super::{Row, Seen};
use maud::{Markup, html};
use serde_json::Value;

/// The ticket. The first row says where it stands; then come its events, then mails that have not left.
pub(crate) fn ticket(rows: &[Value], drafts: &[Value], seen: &Seen<'_>) -> Markup {
    let null = Value::Null;
    let head = Row(rows.first().unwrap_or(&null));
    let (id, box_) = (head.text("ticket"), head.text("mailbox"));
    let further = || rows.iter().skip(1).map(Row);
    let mails: Vec<Row<'_>> = further()
        .filter(|row| row.has("mail") && row.has("state"))
        .collect();
    let waiting = drafts
        .iter()
        .map(Row)
        .find(|row| row.text("ticket") == id && row.has("draft"));
    let is_closed = head.text("status").starts_with("closed");
    let inside = html! {
        h1 { (words(subject(head))) }
        p.soft { (mailbox(head)) " " span.reference { (id) } " · " (words(head.text("customer"))) }
        p { span.status { (words(head.text("status"))) }
            @if head.has("team") { span.soft { " · team " (head.text("team")) } } }
        p.soft { "opened " (time(head, "opened", seen.zone, seen.now)) ", last " (time(head, "last", seen.zone, seen.now)) }
        @if head.has("answer_promised_by") { p { (due(head, seen)) } }
        @if head.has("in_shadow") { p { span.soft { "In shadow: " } (words(head.text("in_shadow"))) } }
        @if head.has("asked_about_personal_data") { p.warning { "The customer asked about their personal data." } }
        @if let Some(waiting) = waiting {
            section.card aria-label="The draft that waits" { (draft(waiting, seen, 2)) }
        }
        @if !mails.is_empty() {
            h2 { "Mails that have not left" }
            ul.cards { @for row in &mails { li { (waiting_mail(*row, seen)) } } }
        }
        h2 { "The whole story" }
        ol.story {
            @for row in further().filter(|row| row.has("what")) { li { (event(row, seen)) } }
        }
        @if !is_closed {
            (form("/close", seen, &[("ticket", id), ("mailbox", box_)], &html! {
                button.second type="submit" { "Close this ticket" }
            }))
        }
    };
    page(subject(head), "/tickets", seen, &inside)
}

fn event(row: Row<'_>, seen: &Seen<'_>) -> Markup {
    html! {
        h3 { (words(&seen.zone.told(row.text("what"), seen.now))) }
        p.soft { (time(row, "at", seen.zone, seen.now)) }
        @if row.has("decision") { (decided(row)) }
        @else if row.has("mail") { (wrote(row)) }
        @else if row.has("text") { (came(row)) }
        @else {
            (told(row, seen))
        }
    }
}

/// Words of ours, and what the customer was told by them, which their mail shows as well.
fn told(row: Row<'_>, seen: &Seen<'_>) -> Markup {
    const CUSTOMER_WAS_TOLD: &str = "the customer was told:";
    let words = row.texts("words");
    let mut parts = words.splitn(2, |word| *word == CUSTOMER_WAS_TOLD);
    let (ours, theirs) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    let ours: Vec<String> = (ours.iter())
        .map(|word| seen.zone.told(word, seen.now))
        .collect();
    html! {
        @if !ours.is_empty() { (letter(&ours.join("\n"))) }
        @if !theirs.is_empty() {
            details { summary { "What the customer was told" } (letter(&theirs.join("\n"))) }
        }
    }
}

/// A mail that came.
fn came(row: Row<'_>) -> Markup {
    let also_to = row.texts("also_to");
    html! {
        p { span.soft { "Subject: " } (words(row.text("subject"))) }
        @if !also_to.is_empty() { p { span.soft { "Also to: " } (words(&also_to.join(", "))) } }
        @if row.text("text").trim().is_empty() { p.soft { "It has no words of its own, or they are no longer kept." } }
        @else { (letter(row.text("text"))) }
        @let files = row.texts("files");
        @if !files.is_empty() {
            p.soft { "Files:" }
            ul { @for file in files { li { (words(file)) } } }
        }
    }
}

/// A mail of ours.
fn wrote(row: Row<'_>) -> Markup {
    // The first word is its Message-ID.
    let said = row.texts("words");
    let said = said.get(1..).unwrap_or_default().join("\n");
    html! {
        @if row.has("text") {
            details open { summary { "The mail" } (letter(row.text("text"))) }
        } @else if !said.is_empty() { (letter(&said)) }
        p.soft { "Message-ID " (words(row.text("mail"))) }
    }
}

/// A decision: why, what else was near, and what it was made of.
fn decided(row: Row<'_>) -> Markup {
    let intents = row.list("intents");
    let made_of = row.below("made_of");
    html! {
        ul { @for word in row.texts("words") { li { (words(word)) } } }
        @if !intents.is_empty() {
            details {
                summary { "How near each article was" }
                ul {
                    @for intent in intents.iter().map(Row) {
                        li { span.reference { (intent.text("intent")) } " "
                            (format!("{:.2}", intent.number("confidence").unwrap_or_default())) }
                    }
                }
            }
        }
        @if let Some(inputs) = made_of.0.as_object() {
            details {
                summary { "What it was made of" }
                dl.facts {
                    @for (name, value) in inputs {
                        @if !value.is_null() {
                            div { dt { (name.replace('_', " ")) }
                                dd { @match value.as_str() {
                                    Some("") => "none",
                                    Some(text) => (words(text)),
                                    None => (value.to_string()),
                                } } }
                        }
                    }
                }
                p.soft { "Digests: with the same mail, past and desk the same is decided, to the byte (" code { "handoffd explain" } ")." }
            }
        }
    }
}
