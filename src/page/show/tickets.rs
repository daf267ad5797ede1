//! The newest tickets, some at a time, those alone in which certain words stand.

use super::frame::page;
use super::parts::{mailbox, refusals, words};
use super::times::{from_now, time};
use super::{Row, Said, Seen};
use maud::{Markup, html};
use serde_json::Value;
use std::fmt::Write as _;

/// So many are on a page.
const ON_A_PAGE: usize = 50;
/// The longest text that is looked for, in characters.
const SOUGHT_MAX: usize = 200;

/// The list.
pub(crate) fn tickets(rows: &[Value], sought: &str, from: usize, seen: &Seen<'_>) -> Markup {
    let sought: String = sought.trim().chars().take(SOUGHT_MAX).collect();
    let lower = sought.to_lowercase();
    let holds = |row: &Row<'_>| {
        let fields = ["ticket", "customer", "subject", "status", "team", "mailbox"];
        let mut fields = fields.iter().map(|field| row.text(field).to_lowercase());
        fields.any(|field| field.contains(&lower))
    };
    let all = rows.iter().map(Row);
    let found: Vec<Row<'_>> = all
        .clone()
        .filter(|row| row.has("ticket") && (lower.is_empty() || holds(row)))
        .collect();
    let shown: Vec<Row<'_>> = found.iter().copied().skip(from).take(ON_A_PAGE).collect();
    let link = |from: usize| {
        let mut address = format!("/tickets?from={from}");
        if !sought.is_empty() {
            let _ = write!(address, "&q={}", encoded(&sought));
        }
        address
    };
    let last = from + shown.len();
    let inside = html! {
        h1 { "Tickets" }
        (refusals(all))
        form.search method="get" action="/tickets" role="search" {
            label for="q" { "Find" }
            input #q type="search" name="q" value=(sought) maxlength=(SOUGHT_MAX)
                aria-describedby="q-help";
            button type="submit" { "Find" }
            p.soft #q-help { "In reference, customer, subject, status and team of the newest tickets." }
        }
        @if found.is_empty() {
            p { @if sought.is_empty() { "There is no ticket yet." } @else { "No ticket holds these words." } }
        } @else {
            p.soft { (from + 1) " to " (last) " of " (found.len()) ", the newest first" }
            (list(shown.into_iter(), seen))
            nav.pager aria-label="More tickets" {
                @if from > 0 { a href=(link(from.saturating_sub(ON_A_PAGE))) { "Newer" } }
                @if last < found.len() { a href=(link(last)) { "Older" } }
            }
        }
    };
    page("Tickets", "/tickets", seen, &inside)
}

/// Tickets one below the other.
pub(super) fn list<'v>(rows: impl Iterator<Item = Row<'v>>, seen: &Seen<'_>) -> Markup {
    html! {
        ul.cards {
            @for row in rows {
                li {
                    p.head {
                        a href=(ticket_address(row.text("ticket"), row.text("mailbox"), None)) {
                            (words(subject(row)))
                        }
                    }
                    p.soft {
                        (mailbox(row)) " " span.reference { (row.text("ticket")) } " · " (words(row.text("customer")))
                    }
                    p {
                        span.status { (words(row.text("status"))) }
                        span.soft { " · last " (time(row, "last", seen.zone, seen.now)) }
                    }
                    @if row.has("in_shadow") { p { span.soft { "In shadow: " } (words(row.text("in_shadow"))) } }
                    @if row.has("answer_promised_by") { p { (due(row, seen)) } }
                }
            }
        }
    }
}

/// By when an answer was promised.
pub(super) fn due(row: Row<'_>, seen: &Seen<'_>) -> Markup {
    let from_now = from_now(row, "answer_promised_by", seen.now).unwrap_or_default();
    let is_over = from_now.ends_with("ago");
    html! {
        span.due.over[is_over] {
            "answer promised by " (time(row, "answer_promised_by", seen.zone, seen.now)) ", " (from_now)
        }
    }
}

pub(super) fn subject(row: Row<'_>) -> &str {
    match row.text("subject").trim() {
        "" => "(no subject)",
        subject => subject,
    }
}

/// Where a ticket is shown.
pub(crate) fn ticket_address(id: &str, mailbox: &str, said: Option<Said>) -> String {
    let mut address = format!("/ticket/{}", encoded(id));
    let mut sign = '?';
    if !mailbox.is_empty() {
        let _ = write!(address, "{sign}mailbox={}", encoded(mailbox));
        sign = '&';
    }
    if let Some(said) = said {
        let _ = write!(address, "{sign}said={}", said.as_word());
    }
    address
}

/// As a part of an address.
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                encoded.push(char::from(byte));
            }
            other => {
                let _ = write!(encoded, "%{other:02X}");
            }
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_holds_no_text_that_could_lead_elsewhere() {
        assert_eq!(
            ticket_address("K7QF2-M9XRT", "sales", Some(Said::Closed)),
            "/ticket/K7QF2-M9XRT?mailbox=sales&said=closed"
        );
        let hostile = ticket_address("//evil.example/?a=b\r\nSet-Cookie: x", "", None);
        assert_eq!(
            hostile,
            "/ticket/%2F%2Fevil.example%2F%3Fa%3Db%0D%0ASet-Cookie%3A%20x"
        );
    }
}
