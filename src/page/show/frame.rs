//! What stands around every page: head, ways to the others, where one is.

use super::parts::words;
use super::{STYLE, Seen};
use maud::{DOCTYPE, Markup, html};
use sha2::{Digest as _, Sha256};
use std::sync::OnceLock;

/// The pages, in the order in which they are told.
const PAGES: [(&str, &str); 5] = [
    ("/", "Now"),
    ("/tickets", "Tickets"),
    ("/drafts", "Drafts"),
    ("/articles", "Articles"),
    ("/numbers", "Numbers"),
];

/// A whole page. `here` is the address of the one in the list that it belongs to.
pub(super) fn page(title: &str, here: &str, seen: &Seen<'_>, inside: &Markup) -> Markup {
    let ways = html! {
        nav aria-label="Pages" {
            ul {
                @for (address, name) in PAGES {
                    li { a href=(address) aria-current=[(address == here).then_some("page")] { (name) } }
                }
            }
        }
    };
    let foot = html! {
        p { "Times are those of " (seen.zone.name()) ". This page was made at "
        (seen.zone.moment(seen.now, seen.now)) "; load it again for what came since. "
        @if !seen.needs_token { "It only shows: without " code { "[page] token_file" } " nobody can act here." } }
        @if let Some(form) = seen.form {
            form method="post" action="/logout" {
                input type="hidden" name="form" value=(form);
                button.second type="submit" { "Leave this page" }
            }
        }
    };
    html! {
        (whole(title, Some(&ways), Some(&foot), &html! {
            @if let Some(said) = seen.said { p.done role="status" { (said.sentence()) } }
            (inside)
        }))
    }
}

/// A page that says one thing.
pub(crate) fn message(title: &str, why: &str) -> Markup {
    let inside = html! {
        h1 { (title) }
        p { (words(why)) }
        p { a href="/" { "How it stands now" } }
    };
    whole(title, None, None, &inside)
}

/// Asks for the token.
pub(crate) fn login(why_not: Option<&str>) -> Markup {
    let inside = html! {
        h1 { "Who are you?" }
        @if let Some(why) = why_not { p.warning role="alert" { (why) } }
        form.login method="post" action="/login" {
            label for="token" { "The token of this page" }
            input #token type="password" name="token" autocomplete="current-password" required;
            button type="submit" { "Come in" }
        }
        p.soft { "It stands in the file that " code { "[page] token_file" } " names." }
    };
    whole("Who are you?", None, None, &inside)
}

fn whole(title: &str, ways: Option<&Markup>, foot: Option<&Markup>, inside: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · handoffd" }
                link rel="stylesheet" href=(style_address());
            }
            body {
                a.skip href="#content" { "To the content" }
                header {
                    p.brand { "handoffd" }
                    @if let Some(ways) = ways { (ways) }
                }
                main #content tabindex="-1" { (inside) }
                @if let Some(foot) = foot { footer { (foot) } }
            }
        }
    }
}

/// The style sheet's address, which changes with it: a browser that keeps it never shows an old one.
fn style_address() -> &'static str {
    static ADDRESS: OnceLock<String> = OnceLock::new();
    ADDRESS.get_or_init(|| {
        let digest = Sha256::digest(STYLE);
        let digest: String = (digest.iter().take(6))
            .map(|byte| format!("{byte:02x}"))
            .collect();
        format!("/page.css?v={digest}")
    })
}
