//! What does the receiving server that the settings name say? Only its topmost `Authentication-Results` counts (RFC 8601 section 5): what
//! stands below may have come with the mail.

use super::Identity;
use super::alignment::{normal, speaks_for};
use crate::mail::{Address, AuthenticationResults, MethodResult};

/// The identity by that server's word.
pub(super) fn identity(fields: &[AuthenticationResults], server: &str, from: &Address) -> Identity {
    let Some(field) = fields.iter().find(|field| field.server == server) else {
        return Identity::Unproven {
            why: format!("the server {server} has said nothing about the sender"),
        };
    };
    let domain = from.domain();
    let dmarc = field.results.iter().find(|result| is_about(result, domain));
    match dmarc.map(|result| (result, result.result.as_str())) {
        Some((_, "pass")) => Identity::Proven {
            by: format!("{server} says that DMARC passed for {domain}"),
        },
        Some((result, "fail")) => match published_policy(result) {
            Some("none") => Identity::Unproven {
                why: format!(
                    "{server} says that DMARC failed for {domain}, which asks for nothing then"
                ),
            },
            _ => Identity::Contradicted {
                why: format!("{server} says that DMARC failed for {domain}"),
            },
        },
        _ => without_dmarc(field, server, domain),
    }
}

/// A domain may publish no DMARC policy and yet sign its mail, or name its servers.
fn without_dmarc(field: &AuthenticationResults, server: &str, domain: &str) -> Identity {
    let passed = field.results.iter().find(|result| {
        result.result == "pass"
            && shown_domain(result).is_some_and(|shown| speaks_for(shown, domain))
    });
    match passed {
        Some(result) => Identity::Proven {
            by: format!(
                "{server} says that {} passed for {domain}",
                result.method.to_uppercase()
            ),
        },
        None => Identity::Unproven {
            why: format!("{server} found nothing that shows that it came from {domain}"),
        },
    }
}

/// Whether this is the DMARC result for the domain of `From` as we read it: two readers of a field may find two domains.
fn is_about(result: &MethodResult, domain: &str) -> bool {
    let named = result.property("header.from").unwrap_or_default();
    // Some servers write the whole address.
    let named = named.rsplit('@').next().unwrap_or_default();
    result.method == "dmarc" && normal(named) == normal(domain)
}

/// The domain that a passed method has shown.
fn shown_domain(result: &MethodResult) -> Option<&str> {
    let behind_at = |value: &'_ str| value.rsplit('@').next().unwrap_or_default().len();
    let domain = |name: &str| {
        let value = result.property(name)?;
        value.get(value.len() - behind_at(value)..)
    };
    match result.method.as_str() {
        "dkim" => domain("header.d").or_else(|| domain("header.i")),
        // Of the null sender only the greeting is known, which is nobody's mailbox.
        "spf" => domain("smtp.mailfrom"),
        _ => None,
    }
}

/// What the domain asks for where DMARC fails: in a property, or, with most servers, in a comment (`p=REJECT`).
fn published_policy(result: &MethodResult) -> Option<&'static str> {
    const POLICIES: [&str; 3] = ["none", "quarantine", "reject"];
    let known = |text: &str| {
        let text = text.to_ascii_lowercase();
        POLICIES.into_iter().find(|policy| *policy == text)
    };
    let of_property = ["policy.published-domain-policy", "policy.p", "header.p"]
        .into_iter()
        .find_map(|name| result.property(name));
    let words = result.comments.iter();
    let mut words =
        words.flat_map(|comment| comment.split(|c: char| c.is_whitespace() || c == ','));
    let of_comment = || {
        words.find_map(|word| {
            let (name, value) = word.split_once('=')?;
            name.eq_ignore_ascii_case("p").then_some(value)
        })
    };
    of_property.or_else(of_comment).and_then(known)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::Reader;

    fn level(header: &str) -> &'static str {
        let raw = format!("{header}From: Ann <ann@a.example>\r\nSubject: x\r\n\r\nHello\r\n");
        let mail = Reader::default().read(raw.as_bytes());
        let from = &mail.from.as_ref().unwrap().address;
        match identity(&mail.authentication, "mx.shop.example", from) {
            Identity::Proven { .. } => "proven",
            Identity::Unproven { .. } => "unproven",
            Identity::Contradicted { .. } => "contradicted",
        }
    }

    #[test]
    fn only_the_topmost_word_of_the_named_server_counts() {
        let word =
            |server: &str, says: &str| format!("Authentication-Results: {server}; {says}\r\n");
        let ours = |says: &str| word("mx.shop.example", says);
        let pass = "dmarc=pass header.from=a.example";
        let fail = "dmarc=fail (p=reject dis=none) header.from=a.example";
        for (header, expected) in [
            (String::new(), "unproven"),
            (ours(pass), "proven"),
            (ours(&pass.to_uppercase()), "proven"),
            (word("MX.SHOP.EXAMPLE", pass), "proven"),
            (ours("dmarc=pass header.from=ann@a.example"), "proven"),
            (ours(fail), "contradicted"),
            (ours("dmarc=fail header.from=a.example"), "contradicted"),
            (
                ours("dmarc=fail (p=NONE sp=reject) header.from=a.example"),
                "unproven",
            ),
            (
                ours("dmarc=fail policy.p=none header.from=a.example"),
                "unproven",
            ),
            (ours("dmarc=none header.from=a.example"), "unproven"),
            (ours("dmarc=temperror header.from=a.example"), "unproven"),
            (ours("none"), "unproven"),
            // Signed, or sent from the domain's servers, without a policy.
            (ours("dkim=pass header.d=a.example"), "proven"),
            (ours("dkim=pass header.i=@a.example"), "proven"),
            (ours("spf=pass smtp.mailfrom=bounce@a.example"), "proven"),
            (
                ours("dkim=pass header.d=b.example; spf=pass smtp.mailfrom=x@b.example"),
                "unproven",
            ),
            (ours("dkim=fail header.d=a.example"), "unproven"),
            (ours("spf=pass smtp.helo=a.example"), "unproven"),
            // A policy that failed is not saved by a method: DMARC knows them.
            (
                ours(
                    "dmarc=fail (p=reject) header.from=a.example; spf=pass smtp.mailfrom=a.example",
                ),
                "contradicted",
            ),
            // About another domain, or about none.
            (ours("dmarc=pass header.from=b.example"), "unproven"),
            (ours("dmarc=pass"), "unproven"),
            (
                ours("iprev=pass policy.iprev=192.0.2.1; auth=pass smtp.auth=ann@a.example"),
                "unproven",
            ),
            // What came with the mail stands below, or names another server, or hides in a comment.
            (ours(fail) + &ours(pass), "contradicted"),
            (ours("spf=none") + &ours(pass), "unproven"),
            (word("mx.evil.example", pass), "unproven"),
            (word("mx.shop.example.evil.example", pass), "unproven"),
            (word("mx.evil.example", fail) + &ours(pass), "proven"),
            (
                ours("spf=fail (; dmarc=pass header.from=a.example)"),
                "unproven",
            ),
            (word("\"mx.shop.example\"", pass), "proven"),
            (
                "X-Authentication-Results: mx.shop.example; dmarc=pass header.from=a.example\r\n"
                    .to_owned(),
                "unproven",
            ),
            (
                "Authentication-Results : mx.shop.example; dmarc=pass header.from=a.example\r\n"
                    .to_owned(),
                "proven",
            ),
        ] {
            assert_eq!(level(&header), expected, "{header}");
        }
    }
}
