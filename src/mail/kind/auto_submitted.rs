//! What does `Auto-Submitted` say? Its grammar is RFC 3834 section 5: a keyword, then parameters, with comments and blanks
//! anywhere. Reads hostile input.

/// The keyword, as far as it decides something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::mail) enum AutoSubmitted {
    /// `no`, or nothing at all: a person.
    No,
    /// `auto-forwarded`: a person wrote it, a machine only passed it on.
    Forwarded,
    /// Anything else: a machine. (RFC 3834 section 5.2: unknown keywords count as automatic.)
    Automatic,
}

/// Reads the value of the header.
pub(in crate::mail) fn parse(value: &str) -> AutoSubmitted {
    let mut keyword = String::new();
    let mut depth = 0_usize;
    let mut is_escaped = false;
    for character in value.chars() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' if depth > 0 => is_escaped = true,
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            ';' => break,
            c if c.is_whitespace() || c == '"' => {
                if !keyword.is_empty() {
                    break;
                }
            }
            c => keyword.extend(c.to_lowercase()),
        }
        if keyword.len() > 64 {
            break;
        }
    }
    match keyword.as_str() {
        "" | "no" => AutoSubmitted::No,
        "auto-forwarded" => AutoSubmitted::Forwarded,
        _ => AutoSubmitted::Automatic,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_in_any_form_is_a_person_and_anything_unknown_a_machine() {
        for no in [
            "no",
            "No",
            " NO ",
            "no;x=y",
            "no (a person)",
            "(hm (no)) no",
            "(\\) no) no ; a=\"b\"",
            "",
        ] {
            assert_eq!(parse(no), AutoSubmitted::No, "{no:?}");
        }
        for automatic in [
            "auto-replied",
            "AUTO-Generated; x",
            "(no) auto-notified",
            "yes",
            "auto-replied(no)",
        ] {
            assert_eq!(parse(automatic), AutoSubmitted::Automatic, "{automatic:?}");
        }
        assert_eq!(parse("auto-forwarded; by=x"), AutoSubmitted::Forwarded);
    }
}
