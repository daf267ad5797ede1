//! What does the receiving server that the settings name say? Only its topmost `Authentication-Results` counts (RFC 8601 section 5): what
//! stands below may have come with the mail.

use super::alignment::{normal, speaks_for};
use super::{DmarcPolicy, Identity, Testimony, Voice};
use crate::mail::{Address, AuthenticationResults, MethodResult};

/// The identity by that server's word.
pub(super) fn identity(fields: &[AuthenticationResults], server: &str, from: &Address) -> Identity {
    let server = server.to_owned();
    match fields.iter().find(|field| field.server == server) {
        Some(field) => said(field, Voice::Server(server), from),
        None => Identity::Unproven(Testimony::ServerSilent { server }),
    }
}

/// The identity by what one field says.
pub(super) fn said(field: &AuthenticationResults, voice: Voice, from: &Address) -> Identity {
    let domain = from.domain().to_owned();
    let dmarc = field
        .results
        .iter()
        .find(|result| is_about(result, "dmarc", &domain));
    match dmarc.map(|result| (result, result.result.as_str())) {
        Some((_, "pass")) => Identity::Proven(Testimony::Passed {
            voice,
            method: "DMARC",
            domain,
        }),
        Some((result, "fail")) => match policy(result) {
            policy @ DmarcPolicy::None => Identity::Unproven(Testimony::DmarcFailed {
                voice,
                domain,
                policy,
            }),
            policy @ DmarcPolicy::Enforced => Identity::Contradicted(Testimony::DmarcFailed {
                voice,
                domain,
                policy,
            }),
        },
        _ => without_dmarc(field, voice, domain),
    }
}

/// A domain may publish no DMARC policy and yet sign its mail, or name its servers.
fn without_dmarc(field: &AuthenticationResults, voice: Voice, domain: String) -> Identity {
    let methods = field
        .results
        .iter()
        .filter(|result| result.result == "pass");
    let mut methods = methods.filter_map(shown_domain);
    let passed = methods.find(|(_, shown)| speaks_for(shown, &domain));
    match passed {
        Some((method, _)) => Identity::Proven(Testimony::Passed {
            voice,
            method,
            domain,
        }),
        None => Identity::Unproven(Testimony::NothingShown { voice, domain }),
    }
}

/// Whether this is the DMARC result for the domain of `From` as we read it: two readers of a field may find two domains.
pub(super) fn is_about(result: &MethodResult, method: &str, domain: &str) -> bool {
    let named = result.property("header.from").unwrap_or_default();
    // Some servers write the whole address; one in an odd form is not looked into.
    let is_odd = named.contains('"') || named.matches('@').count() > 1;
    let named = named.rsplit('@').next().unwrap_or_default();
    result.method == method && !is_odd && normal(named) == normal(domain)
}

/// The domain that a passed method has shown, with the method.
fn shown_domain(result: &MethodResult) -> Option<(&'static str, &str)> {
    let domain = |name: &str| {
        let value = result.property(name)?;
        // `"@a.example"@b.example` is a mailbox of b.example: what is written in odd ways shows nothing.
        match value.matches('@').count() {
            _ if value.contains('"') => None,
            0 => Some(value),
            1 => value.rsplit_once('@').map(|(_, domain)| domain),
            _ => None,
        }
    };
    match result.method.as_str() {
        "dkim" => Some(("DKIM", domain("header.d").or_else(|| domain("header.i"))?)),
        // Of the null sender only the greeting is known, which is nobody's mailbox.
        "spf" => Some(("SPF", domain("smtp.mailfrom")?)),
        _ => None,
    }
}

/// What the domain asks for where DMARC fails: in a property, or, with most servers, in a comment (`p=REJECT`).
fn policy(result: &MethodResult) -> DmarcPolicy {
    let of_property = ["policy.published-domain-policy", "policy.p", "header.p"]
        .into_iter()
        .find_map(|name| result.property(name));
    let comments = result.comments.iter();
    let mut words = comments.flat_map(|comment| comment.split([' ', '\t', ',', ';']));
    let of_comment = || {
        words.find_map(|word| {
            let (name, value) = word.split_once('=')?;
            name.eq_ignore_ascii_case("p").then_some(value)
        })
    };
    match of_property.or_else(of_comment) {
        Some(policy) if policy.eq_ignore_ascii_case("none") => DmarcPolicy::None,
        _ => DmarcPolicy::Enforced,
    }
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
            Identity::Proven(_) => "proven",
            Identity::Unproven(_) => "unproven",
            Identity::Contradicted(_) => "contradicted",
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
            // A local part in quotation marks.
            (
                ours("spf=pass smtp.mailfrom=\"@a.example\"@evil.example"),
                "unproven",
            ),
            (ours("spf=pass smtp.mailfrom=\"x\\\"@a.example"), "unproven"),
            (
                ours("dkim=pass header.i=\"@a.example\"@evil.example"),
                "unproven",
            ),
            (
                ours("dmarc=pass header.from=\"@a.example\"@evil.example"),
                "unproven",
            ),
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
