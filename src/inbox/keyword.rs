//! The IMAP keywords of a handled mail: atoms, whatever a tag in an article looks like.

use crate::config::Outcome;
use std::collections::BTreeSet;

/// Set on every handled mail.
pub(super) const HANDLED: &str = "$Handoff";

/// A keyword longer than this is cut: servers have limits, and say them badly. In characters.
const KEYWORD_MAX_CHARS: usize = 60;

/// All keywords for a mail, without repeats, in a fixed order; and `\Seen` for copies of our own mails.
pub(super) fn keywords_of(outcome: Outcome, tags: &[String]) -> Vec<String> {
    let mut keywords = vec![HANDLED.to_owned(), outcome.keyword().to_owned()];
    let tags: BTreeSet<String> = tags.iter().filter_map(|tag| keyword_of_tag(tag)).collect();
    keywords.extend(tags);
    if outcome == Outcome::OwnCopy {
        // Nobody needs to read what we wrote ourselves.
        keywords.push("\\Seen".to_owned());
    }
    keywords
}

/// `shipping` becomes `tag_shipping`; what an atom cannot hold becomes `_`.
fn keyword_of_tag(tag: &str) -> Option<String> {
    let tag = tag.trim();
    let tag = tag.strip_prefix("tag:").unwrap_or(tag);
    if !tag.chars().any(char::is_alphanumeric) {
        return None;
    }
    let atom = tag.chars().map(|character| match character {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '.' | '_' => character,
        _ => '_',
    });
    Some("tag_".chars().chain(atom).take(KEYWORD_MAX_CHARS).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tags_become_atoms() {
        let cases = [
            ("shipping", Some("tag_shipping")),
            ("tag:billing", Some("tag_billing")),
            ("with blank", Some("tag_with_blank")),
            ("größe", Some("tag_gr__e")),
            ("x) \\Deleted (", Some("tag_x___Deleted__")),
            ("  ", None),
            ("()", None),
        ];
        for (tag, keyword) in cases {
            assert_eq!(keyword_of_tag(tag).as_deref(), keyword, "{tag}");
        }
        assert_eq!(
            keywords_of(Outcome::Answered, &["b".into(), "a".into(), "b".into()]),
            ["$Handoff", "Answered", "tag_a", "tag_b"]
        );
    }

    proptest! {
        #[test]
        fn nothing_but_atoms(tag in any::<String>()) {
            if let Some(keyword) = keyword_of_tag(&tag) {
                prop_assert!(keyword.len() <= KEYWORD_MAX_CHARS);
                prop_assert!(keyword.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte)));
            }
        }
    }
}
