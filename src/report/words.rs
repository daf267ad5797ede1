//! Words of others in the log: servers quote whom they refuse. No address of anybody gets there; `handoffd outbox` and the ticket have them.

use crate::mail::HeaderText;

/// Stands where an address was.
const HIDDEN: &str = "(address)";

/// In one line, without what could command a terminal, and without addresses.
pub(crate) fn without_addresses(words: impl std::fmt::Display) -> String {
    let clean = HeaderText::clean(&words.to_string());
    let is_part = |c: char| c.is_alphanumeric() || "._+-=%&'*/!#$^`{|}~?@".contains(c);
    let mut shown = String::new();
    let mut rest = clean.as_str();
    while let Some(c) = rest.chars().next() {
        let end = rest.find(|next| is_part(next) != is_part(c));
        let (run, later) = rest
            .split_at_checked(end.unwrap_or(rest.len()))
            .unwrap_or((rest, ""));
        match is_part(c) && run.contains('@') {
            true => shown.push_str(HIDDEN),
            false => shown.push_str(run),
        }
        rest = later;
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::without_addresses;

    #[test]
    fn a_server_may_quote_whom_it_refuses_and_the_log_does_not() {
        for (words, shown) in [
            (
                "550 5.1.1 <ann+x@customer.example>: user unknown",
                "550 5.1.1 <(address)>: user unknown",
            ),
            (
                "ann@x.example, bob=y.example@d.example: no\u{1b}[2J",
                "(address), (address): no [2J",
            ),
            ("ärger@münchen.example!", "(address)"),
            ("451 try later", "451 try later"),
            ("", ""),
        ] {
            let hidden = without_addresses(words);
            assert!(!hidden.contains('@'), "{hidden}");
            assert_eq!(
                hidden
                    .replace('\u{FFFD}', " ")
                    .split_whitespace()
                    .collect::<Vec<_>>(),
                shown.split_whitespace().collect::<Vec<_>>()
            );
        }
    }
}
