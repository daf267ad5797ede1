//! Does a domain that was shown speak for the domain of `From`? The strict alignment of RFC 7489 section 3.1, and a parent domain for what
//! is below it: whoever can sign for a domain holds the names below it. No list of public suffixes is needed, because nobody signs for one.

/// Whether what was shown for `shown` is shown for `from`.
pub(super) fn speaks_for(shown: &str, from: &str) -> bool {
    let shown = normal(shown);
    let from = normal(from);
    let has_two_labels = shown
        .split_once('.')
        .is_some_and(|(first, rest)| !first.is_empty() && !rest.is_empty());
    let is_parent = || {
        from.strip_suffix(&shown)
            .is_some_and(|below| below.ends_with('.'))
    };
    has_two_labels && (shown == from || is_parent())
}

/// A domain as it is compared: in lower case, without the root's dot.
pub(super) fn normal(domain: &str) -> String {
    domain.trim().trim_end_matches('.').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_speaks_for_itself_and_for_what_is_below_it() {
        for (shown, from, expected) in [
            ("a.example", "a.example", true),
            ("A.Example.", "a.example", true),
            ("a.example", "mail.a.example", true),
            ("mail.a.example", "a.example", false),
            ("a.example", "evila.example", false),
            ("example", "a.example", false),
            ("", "a.example", false),
            (".", "a.example", false),
        ] {
            assert_eq!(speaks_for(shown, from), expected, "{shown} for {from}");
        }
    }
}
