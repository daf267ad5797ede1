//! How it stands: what needs somebody, what is promised, what waits to leave, and whether the parts work.

use super::frame::page;
use super::parts::{form, mailbox, refusals, words};
use super::tickets::{due, subject, ticket_address};
use super::times::{from_now, time};
use super::{Row, Seen};
use maud::{Markup, html};
use serde_json::Value;

/// So many rows of a kind are here; the others are behind a link or counted.
const SHOWN_MAX: usize = 20;

/// The rows of the answers.
pub(crate) struct Now<'v> {
    pub(crate) status: &'v [Value],
    pub(crate) tickets: &'v [Value],
    pub(crate) drafts: &'v [Value],
    pub(crate) outbox: &'v [Value],
    pub(crate) aside: &'v [Value],
}

/// The first page.
pub(crate) fn now(rows: &Now<'_>, seen: &Seen<'_>) -> Markup {
    let drafts: Vec<Row<'_>> = (rows.drafts.iter().map(Row))
        .filter(|row| row.has("draft"))
        .collect();
    let mut promises: Vec<Row<'_>> = (rows.tickets.iter().map(Row))
        .filter(|row| row.has("answer_promised_by"))
        .collect();
    promises.sort_by_key(|row| row.text("answer_promised_by"));
    let outbox: Vec<Row<'_>> = (rows.outbox.iter().map(Row))
        .filter(|row| row.has("mail"))
        .collect();
    let aside: Vec<Row<'_>> = (rows.aside.iter().map(Row))
        .filter(|row| row.has("what"))
        .collect();
    let inside = html! {
        h1 { "Now" }
        @for row in rows.status.iter().map(Row) { (standing(row, seen)) }
        h2 { "Drafts to approve" }
        @if drafts.is_empty() { p { "No draft waits." } } @else {
            ul.cards {
                @for row in drafts.iter().take(SHOWN_MAX) {
                    li {
                        p.head { a href=(ticket_address(row.text("ticket"), row.text("mailbox"), None)) { (words(subject(*row))) } }
                        p.soft { (mailbox(*row)) " " span.reference { (row.text("ticket")) } " · " (words(row.text("customer"))) }
                        p { "for team " (row.text("team")) ", since " (time(*row, "since", seen.zone, seen.now)) }
                    }
                }
            }
            p { a href="/drafts" { "Read and decide" } (more(drafts.len())) }
        }
        h2 { "Promises due" }
        @if promises.is_empty() { p { "No customer waits for an answer that was promised." } } @else {
            ul.cards {
                @for row in promises.iter().take(SHOWN_MAX) {
                    li {
                        p.head { a href=(ticket_address(row.text("ticket"), row.text("mailbox"), None)) { (words(subject(*row))) } }
                        p.soft { (mailbox(*row)) " " span.reference { (row.text("ticket")) } " · " (words(row.text("customer")))
                            @if row.has("team") { " · team " (row.text("team")) } }
                        p { (due(*row, seen)) }
                    }
                }
            }
            (more(promises.len()))
        }
        h2 { "Mails that have not left" }
        @if outbox.is_empty() { p { "Nothing waits, nothing is in doubt, nothing was given up." } } @else {
            ul.cards { @for row in outbox.iter().take(SHOWN_MAX) { li { (waiting_mail(*row, seen)) } } }
            (more(outbox.len()))
        }
        h2 { "Kept aside" }
        @if aside.is_empty() { p { "Nothing." } } @else {
            ul.cards {
                @for row in aside.iter().take(SHOWN_MAX) {
                    li {
                        p.head { (words(row.text("what"))) }
                        p.soft { (mailbox(*row)) " " (time(*row, "at", seen.zone, seen.now))
                            @if row.has("ticket") { " · " a href=(ticket_address(row.text("ticket"), row.text("mailbox"), None)) { (row.text("ticket")) } } }
                        @for word in row.texts("words") { p { (words(word)) } }
                    }
                }
            }
            (more(aside.len()))
        }
        (refusals(rows.tickets.iter().chain(rows.outbox).map(Row).take(SHOWN_MAX)))
    };
    page("Now", "/", seen, &inside)
}

fn more(all: usize) -> Markup {
    html! {
        @if all > SHOWN_MAX { p.soft { "and " (all - SHOWN_MAX) " more" } }
    }
}

/// One mailbox.
fn standing(row: Row<'_>, seen: &Seen<'_>) -> Markup {
    let name = match row.text("mailbox") {
        "" => "The mailbox".to_owned(),
        name => format!("Mailbox {name}"),
    };
    let is_well = row.0.get("well").is_some_and(|well| well == true);
    let promises = row.below("promises");
    html! {
        section.card {
            h2 { (name) " "
                @if row.refusal().is_some() { span.badge.bad { "not known" } }
                @else if is_well { span.badge.good { "all is well" } }
                @else { span.badge.bad { "needs a person" } }
            }
            (refusals(std::iter::once(row)))
            @if row.has("state") { p.warning { (words(row.text("state"))) } }
            @for trouble in row.list("troubles") { (self::trouble(Row(trouble), seen)) }
            @if row.refusal().is_none() {
                dl.facts {
                    (fact("Inbox", &server(row.below("inbox"), seen)))
                    (fact("Sending", &server(row.below("outbox"), seen)))
                    @if row.has("mode") { (fact("Mode", &html! { (row.text("mode")) })) }
                    @if row.has("automatic_mail") { (fact("Automatic mail", &words(&seen.zone.told(row.text("automatic_mail"), seen.now)))) }
                    @if row.has("last_mail") { (fact("Last mail came", &time(row, "last_mail", seen.zone, seen.now))) }
                    (fact("Tickets", &html! { (row.count("tickets")) }))
                    (fact("Waiting to leave", &html! {
                        (row.count("mails_waiting"))
                        @if row.count("mails_tried_in_vain") > 0 { ", " (row.count("mails_tried_in_vain")) " tried in vain" }
                        @if row.count("mails_in_doubt") > 0 { ", " (row.count("mails_in_doubt")) " in doubt" }
                        @if row.count("mails_given_up") > 0 { ", " (row.count("mails_given_up")) " given up" }
                    }))
                    @if row.has("promises") {
                        (fact("Promises", &html! {
                            (promises.count("open")) " open, " (promises.count("kept")) " kept, " (promises.count("broken")) " broken"
                        }))
                    }
                    @if row.has("understood_by") { (fact("Understood by", &words(row.text("understood_by")))) }
                }
            }
        }
    }
}

fn fact(name: &str, value: &Markup) -> Markup {
    html! { div { dt { (name) } dd { (value) } } }
}

fn server(row: Row<'_>, seen: &Seen<'_>) -> Markup {
    html! {
        @if row.has("state") {
            (row.text("state"))
            @if row.has("since") { " since " (time(row, "since", seen.zone, seen.now)) }
            span.soft { " · " (words(row.text("server"))) }
            @if row.has("why") { br; (words(row.text("why"))) }
        } @else { span.soft { "not known" } }
    }
}

/// A trouble, in whatever fields it has.
fn trouble(row: Row<'_>, seen: &Seen<'_>) -> Markup {
    let fields = row.0.as_object().into_iter().flatten();
    html! {
        div.warning {
            @for (name, value) in fields {
                @if let Some(text) = value.as_str() {
                    p { span.soft { (name.replace('_', " ")) ": " }
                        @if text.parse::<jiff::Timestamp>().is_ok() { (time(row, name, seen.zone, seen.now)) }
                        @else { (words(text)) } }
                } @else if let Some(number) = value.as_u64() {
                    p { span.soft { (name.replace('_', " ")) ": " } (number) }
                }
            }
        }
    }
}

/// A mail that has not left, or of which nobody knows whether it has.
pub(super) fn waiting_mail(row: Row<'_>, seen: &Seen<'_>) -> Markup {
    let (ticket, box_, mail) = (row.text("ticket"), row.text("mailbox"), row.text("mail"));
    let can_be_tried = matches!(row.text("state"), "waiting" | "given-up");
    html! {
        p.head { (words(row.text("subject"))) }
        p.soft { (mailbox(row)) " " (row.text("purpose")) " to " (words(&row.texts("to").join(", ")))
            @if !ticket.is_empty() { " · " a href=(ticket_address(ticket, box_, None)) { (ticket) } } }
        p { span.status { (row.text("state")) }
            @if row.has("next_try") { ", next try " (time(row, "next_try", seen.zone, seen.now)) }
            span.soft { " · recorded " (time(row, "since", seen.zone, seen.now))
                @if let Some(ago) = from_now(row, "since", seen.now) { " (" (ago) ")" }
                ", " (row.count("attempts")) " attempts" } }
        @if row.has("held_because") { p { (words(&seen.zone.told(row.text("held_because"), seen.now))) } }
        @if row.has("why") { p { (words(row.text("why"))) } }
        @if can_be_tried && !ticket.is_empty() {
            (form("/retry", seen, &[("mail", mail), ("ticket", ticket), ("mailbox", box_)], &html! {
                button.second type="submit" { "Try again now" span.hidden { ": " (words(row.text("subject"))) } }
            }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Zone;
    use super::*;
    use jiff::tz::TimeZone;
    use serde_json::json;

    #[test]
    fn of_several_mailboxes_each_is_shown_and_what_leads_to_a_ticket_names_its_own() {
        let status = [
            json!({ "mailbox": "sales", "well": true, "mails_waiting": 0, "tickets": 3 }),
            json!({ "mailbox": "post", "failed": "the database is away" }),
        ];
        let tickets = [json!({
            "mailbox": "sales", "ticket": "K7QF2-M9XRT", "subject": "a <b>", "customer": "ann@y.example",
            "answer_promised_by": "2026-11-27T11:00:00Z",
        })];
        let drafts = [json!({
            "mailbox": "sales", "ticket": "B7QF2-M9XRT", "draft": 1, "subject": "", "team": "desk",
        })];
        let rows = Now {
            status: &status,
            tickets: &tickets,
            drafts: &drafts,
            outbox: &[],
            aside: &[],
        };
        let zone = Zone::new(TimeZone::UTC);
        let seen = Seen {
            zone: &zone,
            now: "2026-11-27T12:00:00Z".parse().unwrap(),
            form: None,
            needs_token: false,
            said: None,
        };
        let shown = now(&rows, &seen).into_string();
        for words in [
            "Mailbox sales",
            "all is well",
            "Mailbox post",
            "the database is away",
            "href=\"/ticket/K7QF2-M9XRT?mailbox=sales\"",
            "a &lt;b&gt;",
            "class=\"due over\"",
            "60 minutes ago",
            "(no subject)",
            "It only shows",
        ] {
            assert!(shown.contains(words), "{words} in {shown}");
        }
        assert!(!shown.contains("<form"), "nothing acts: {shown}");
    }
}
