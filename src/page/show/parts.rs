//! What several pages are made of: words of a stranger, forms that act, lists that may be empty.

use super::{Row, Seen};
use crate::mail::is_invisible_control;
use maud::{Markup, PreEscaped, html};

/// Words of a stranger on a line: set apart, so that their direction changes nothing around them. What shows nothing and moves its neighbours is
/// left out.
pub(super) fn words(text: &str) -> Markup {
    html! { bdi { (visible(text)) } }
}

/// A text of a stranger, line by line as they wrote it.
pub(super) fn letter(text: &str) -> Markup {
    html! { div.letter dir="auto" { (visible(text.trim_end())) } }
}

/// Without what shows nothing or commands something: control characters, zero-width and bidirectional ones.
pub(super) fn visible(text: &str) -> String {
    (text.chars())
        .filter(|c| matches!(c, '\n' | '\t') || (!c.is_control() && !is_invisible_control(*c)))
        .collect()
}

/// The name of the mailbox, where there are several.
pub(super) fn mailbox(row: Row<'_>) -> Markup {
    html! {
        @if row.has("mailbox") { span.mailbox { (row.text("mailbox")) } }
    }
}

/// A mailbox that gave no answer says why.
pub(super) fn refusals<'v>(rows: impl Iterator<Item = Row<'v>>) -> Markup {
    html! {
        @for row in rows {
            @if let Some(why) = row.refusal() {
                p.warning { (mailbox(row)) " " (words(why)) }
            }
        }
    }
}

/// What a form of ours carries; nothing where nobody may act.
pub(super) fn form(
    action: &str,
    seen: &Seen<'_>,
    hidden: &[(&str, &str)],
    inside: &Markup,
) -> Markup {
    html! {
        @if let Some(form) = seen.form {
            form method="post" action=(action) {
                input type="hidden" name="form" value=(form);
                @for (name, value) in hidden {
                    @if !value.is_empty() { input type="hidden" name=(name) value=(value); }
                }
                (inside)
            }
        }
    }
}

/// A picture that `plot` drew: it holds figures and our own words alone.
pub(super) fn picture(svg: String) -> Markup {
    html! { div.picture { (PreEscaped(svg)) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_stranger_is_markup() {
        let hostile = "<script>alert(1)</script> & \"x\" '\u{202E}gnp.exe\u{1b}[2J\0";
        for shown in [words(hostile).into_string(), letter(hostile).into_string()] {
            assert!(!shown.contains("<script"), "{shown}");
            assert!(!shown.contains(['\u{202E}', '\u{1b}', '\0']), "{shown}");
            assert!(shown.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;x&quot;"));
        }
    }
}
