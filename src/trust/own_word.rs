//! What did our own check find? It is read like a receiving server's word, and goes further in one thing: where a forward broke what the
//! sender's domain shows, the seal of a forwarder whom the settings name stands for it (ARC, RFC 8617).

use super::Identity;
use super::server_word::{is_about, said};
use super::testimony::{Testimony, Unchecked, Voice};
use crate::mail::{Address, AuthenticationResults};

/// The identity by what was found when the mail came.
pub(super) fn identity(found: Option<&AuthenticationResults>, from: &Address) -> Identity {
    let Some(found) = found else {
        return Identity::Unproven(Testimony::NotChecked(Unchecked::NotAsked));
    };
    let comments = found.results.iter().flat_map(|result| &result.comments);
    let unchecked = comments
        .filter_map(|comment| Unchecked::recorded(comment))
        .next();
    if let Some(why) = unchecked {
        return Identity::Unproven(Testimony::NotChecked(why));
    }
    let said = said(found, Voice::Ours, from);
    if let Identity::Proven(_) = said {
        return said;
    }
    let domain = from.domain();
    let is_sealed = found
        .results
        .iter()
        .any(|result| result.result == "pass" && is_about(result, SEALED, domain));
    let failed_for_want_of_answers = || {
        (found.results.iter())
            .any(|result| result.method == "dmarc" && result.result == "temperror")
    };
    match said {
        _ if is_sealed => Identity::Proven(Testimony::Passed {
            voice: Voice::Ours,
            method: "ARC",
            domain: domain.to_owned(),
        }),
        Identity::Unproven(_) if failed_for_want_of_answers() => {
            Identity::Unproven(Testimony::NotChecked(Unchecked::NoAnswer))
        }
        said => said,
    }
}

/// The method under which we record that a believed forwarder saw DMARC pass. No server's word has it.
pub const SEALED: &str = "x-sealed-dmarc";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_is_read_like_a_servers_word_and_a_believed_seal_mends_a_forward() {
        let address = Address::parse("ann@a.example").unwrap();
        for (found, expected) in [
            ("dmarc=pass header.from=a.example", "Proven"),
            (
                "dmarc=fail header.from=a.example policy.p=reject",
                "Contradicted",
            ),
            ("dmarc=fail header.from=a.example policy.p=none", "Unproven"),
            ("dmarc=none header.from=a.example", "Unproven"),
            (
                "dmarc=none header.from=a.example; dkim=pass header.d=a.example",
                "Proven",
            ),
            (
                "dmarc=none header.from=a.example; dkim=pass header.d=b.example",
                "Unproven",
            ),
            (
                "dmarc=none header.from=a.example; spf=pass smtp.mailfrom=a.example",
                "Proven",
            ),
            (
                "dmarc=temperror header.from=a.example",
                "Unproven(NotChecked(NoAnswer))",
            ),
            (
                "dmarc=fail header.from=a.example policy.p=reject; x-sealed-dmarc=pass header.from=a.example",
                "Proven(Passed { voice: Ours, method: \"ARC\"",
            ),
            (
                "dmarc=fail header.from=a.example policy.p=reject; x-sealed-dmarc=pass header.from=b.example",
                "Contradicted",
            ),
            (
                "dmarc=temperror (it is too large for its sender to be checked)",
                "Unproven(NotChecked(TooLarge))",
            ),
        ] {
            let field = AuthenticationResults::read(&format!("ours; {found}")).unwrap();
            // What is recorded is read again as it was.
            let field = AuthenticationResults::read(&field.written()).unwrap();
            let identity = format!("{:?}", identity(Some(&field), &address));
            assert!(identity.starts_with(expected), "{found}: {identity}");
        }
        let unasked = identity(None, &address);
        assert_eq!(
            unasked,
            Identity::Unproven(Testimony::NotChecked(Unchecked::NotAsked))
        );
    }

    #[test]
    fn no_servers_word_seals() {
        let field =
            AuthenticationResults::read("mx.example; x-sealed-dmarc=pass header.from=a.example")
                .unwrap();
        let address = Address::parse("ann@a.example").unwrap();
        let said = said(&field, Voice::Server("mx.example".to_owned()), &address);
        assert!(matches!(said, Identity::Unproven(_)), "{said:?}");
    }
}
