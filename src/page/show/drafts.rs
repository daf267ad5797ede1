//! Drafts that wait for a yes: what the customer asked, what would be sent, and the two buttons.

use super::frame::page;
use super::parts::{form, letter, mailbox, refusals, words};
use super::tickets::{subject, ticket_address};
use super::times::time;
use super::{Row, Seen};
use maud::{Markup, html};
use serde_json::Value;

/// All that wait.
pub(crate) fn drafts(rows: &[Value], seen: &Seen<'_>) -> Markup {
    let all = rows.iter().map(Row);
    let waiting: Vec<Row<'_>> = all.clone().filter(|row| row.has("draft")).collect();
    let inside = html! {
        h1 { "Drafts to approve" }
        (refusals(all))
        @if waiting.is_empty() { p { "No draft waits." } }
        @for row in &waiting {
            article.card {
                h2 {
                    a href=(ticket_address(row.text("ticket"), row.text("mailbox"), None)) { (words(subject(*row))) }
                }
                p.soft { (mailbox(*row)) " " span.reference { (row.text("ticket")) } " · " (words(row.text("customer"))) }
                (draft(*row, seen, 3))
            }
        }
    };
    page("Drafts", "/drafts", seen, &inside)
}

/// One draft. `level` is that of its headings.
pub(super) fn draft(row: Row<'_>, seen: &Seen<'_>, level: u8) -> Markup {
    let (ticket, box_, number) = (
        row.text("ticket"),
        row.text("mailbox"),
        row.count("draft").to_string(),
    );
    let hidden = [
        ("ticket", ticket),
        ("mailbox", box_),
        ("draft", number.as_str()),
    ];
    let needs_two = row.count("approvals_needed") > 1;
    let why = format!("why-{ticket}-{box_}-{number}");
    html! {
        (heading(level, "The customer wrote"))
        (letter(row.text("question")))
        (heading(level, &format!("Draft {number}, for team {}", row.text("team"))))
        p.soft {
            "From article " span.reference { (row.text("intent")) } ", confidence "
            (format!("{:.2}", row.number("confidence").unwrap_or_default()))
            ", since " (time(row, "since", seen.zone, seen.now)) "."
            @if row.has("edited_by") { " Changed by " (words(row.text("edited_by"))) "." }
        }
        (letter(row.text("text")))
        @if needs_two {
            p { "Two people must say yes. "
                @if row.has("approved_by") { (words(row.text("approved_by"))) " has." } @else { "Nobody has yet." } }
        }
        @if seen.form.is_some() {
            div.acts {
                (form("/approve", seen, &hidden, &html! {
                    button type="submit" { @if needs_two { "Say yes" } @else { "Approve and send" }
                        span.hidden { " draft " (number) " of " (ticket) } }
                }))
                (form("/refuse", seen, &hidden, &html! {
                    label for=(why) { "Why not, for the team" }
                    input id=(why) type="text" name="why" maxlength="2000";
                    button.second type="submit" { "Refuse" span.hidden { " draft " (number) " of " (ticket) } }
                }))
            }
        } @else {
            p.soft { "To decide here, come in with the token; a member of the team decides by replying "
                code { "OK" } " or " code { "NO" } " to the mail." }
        }
    }
}

fn heading(level: u8, text: &str) -> Markup {
    html! {
        @if level == 2 { h2 { (text) } } @else { h3 { (text) } }
    }
}
