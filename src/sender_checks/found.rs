//! What was found, in the words of `Authentication-Results` (RFC 8601 section 2.7), so that our own word is read and recorded like a receiving
//! server's. A name of a mail stands in it only where it has the form of a domain. Pure.

use super::hop::Hop;
use crate::mail::{AuthenticationResults, MethodResult};
use crate::trust::{SEALED, Unchecked};
use mail_auth::common::crypto::Algorithm;
use mail_auth::dkim::Signature;
use mail_auth::{
    ArcOutput, DkimOutput, DkimResult, DmarcOutput, DmarcResult, SpfOutput, SpfResult,
};

/// What we call ourselves in what we write down: no server's name, so that no field of a mail can be taken for it.
const OURSELVES: &str = "handoffd's-own-check";
/// The longest name of a domain (RFC 1035 section 2.3.4).
const DOMAIN_MAX_BYTES: usize = 253;

/// Whether the fields that a signature covers have `From` among them.
pub(super) fn covers_from(fields: &[String]) -> bool {
    fields.iter().any(|name| name.eq_ignore_ascii_case("from"))
}

/// Whether an algorithm may still show anything: SHA-1 may not (RFC 8301 section 3.1).
pub(super) fn is_strong(algorithm: Algorithm) -> bool {
    !matches!(algorithm, Algorithm::RsaSha1)
}

/// What is said of a mail that could not be checked.
pub(super) fn not_checked(why: Unchecked) -> AuthenticationResults {
    Found::nothing(why).in_words()
}

/// What was found about one mail.
#[derive(Debug, Default)]
pub(super) struct Found {
    results: Vec<MethodResult>,
}

impl Found {
    /// Nothing could be found, for this reason.
    pub(super) fn nothing(why: Unchecked) -> Self {
        let mut dmarc = result("dmarc", "temperror");
        dmarc.comments.push(why.english().to_owned());
        Self {
            results: vec![dmarc],
        }
    }

    pub(super) fn new(dmarc: &DmarcOutput, signatures: &[DkimOutput<'_>]) -> Self {
        let mut found = Self::default();
        let mut policy = result("dmarc", dmarc_word(&dmarc.result()));
        property(&mut policy, "header.from", dmarc.domain());
        property(&mut policy, "policy.p", &dmarc.policy().to_string());
        found.results.push(policy);
        for signature in signatures {
            let mut result = result("dkim", dkim_word(signature.result()));
            if let Some(Signature { d, s, .. }) = signature.signature() {
                property(&mut result, "header.d", d);
                property(&mut result, "header.s", s);
            }
            found.results.push(result);
        }
        found
    }

    pub(super) fn add_spf(&mut self, spf: &SpfOutput, hop: &Hop) {
        let mut result = result("spf", spf_word(spf.result()));
        property(&mut result, "smtp.mailfrom", hop.return_domain());
        self.results.push(result);
    }

    /// A chain that is whole says what the first server saw, where the last who sealed it is one whose word the settings take: anybody can
    /// seal a chain of lies.
    pub(super) fn add_chain(&mut self, chain: &ArcOutput<'_>, sealers: &[String]) {
        let mut result = result("arc", dkim_word(chain.result()));
        let sets = chain.sets();
        if let Some(last) = sets.last() {
            property(&mut result, "header.d", &last.seal.header.d);
        }
        let is_believed = matches!(chain.result(), DkimResult::Pass)
            && !sets.is_empty()
            && sets.iter().all(|set| {
                let sealer = set.seal.header.d.to_ascii_lowercase();
                sealers.contains(&sealer) && covers_from(&set.signature.header.h)
            });
        self.results.push(result);
        let Some(first) = sets.first().filter(|_| is_believed) else {
            return;
        };
        let said = String::from_utf8_lossy(first.results.value);
        // `i=1; mx.example.org; dmarc=pass …`: what stands behind the number is an Authentication-Results field.
        let field = said.split_once(';').map_or("", |(_, field)| field);
        let seen = AuthenticationResults::read(&field.replace(['\r', '\n'], " "));
        let passed = seen.iter().flat_map(|seen| &seen.results);
        let passed = passed.filter(|seen| seen.method == "dmarc" && seen.result == "pass");
        for seen in passed.take(1) {
            let mut sealed = self::result(SEALED, "pass");
            property(
                &mut sealed,
                "header.from",
                seen.property("header.from").unwrap_or_default(),
            );
            self.results.push(sealed);
        }
    }

    /// A policy cannot be said to have failed where SPF was not looked at: it may be what the sender relies on.
    pub(super) fn in_words(mut self) -> AuthenticationResults {
        let saw_spf = self
            .results
            .iter()
            .any(|result| result.method == "spf" && !matches!(result.result.as_str(), "temperror"));
        for result in &mut self.results {
            if result.method == "dmarc" && result.result == "fail" && !saw_spf {
                "none".clone_into(&mut result.result);
                result.comments.push("SPF was not looked at".to_owned());
            }
        }
        AuthenticationResults {
            server: OURSELVES.to_owned(),
            results: self.results,
        }
    }
}

fn result(method: &str, result: &str) -> MethodResult {
    MethodResult {
        method: method.to_owned(),
        result: result.to_owned(),
        properties: vec![],
        comments: vec![],
    }
}

/// Adds a property, where the value is a name that can stand there.
fn property(result: &mut MethodResult, name: &str, value: &str) {
    let is_name = !value.is_empty()
        && value.len() <= DOMAIN_MAX_BYTES
        && (value.bytes()).all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
    if is_name {
        let value = value.to_ascii_lowercase();
        result.properties.push((name.to_owned(), value));
    }
}

const fn dmarc_word(result: &DmarcResult) -> &'static str {
    match result {
        DmarcResult::Pass => "pass",
        DmarcResult::Fail(_) => "fail",
        DmarcResult::TempError(_) => "temperror",
        DmarcResult::PermError(_) => "permerror",
        DmarcResult::None => "none",
    }
}

const fn dkim_word(result: &DkimResult) -> &'static str {
    match result {
        DkimResult::Pass => "pass",
        DkimResult::Neutral(_) => "neutral",
        DkimResult::Fail(_) => "fail",
        DkimResult::PermError(_) => "permerror",
        DkimResult::TempError(_) => "temperror",
        DkimResult::None => "none",
    }
}

const fn spf_word(result: SpfResult) -> &'static str {
    match result {
        SpfResult::Pass => "pass",
        SpfResult::Fail => "fail",
        SpfResult::SoftFail => "softfail",
        SpfResult::Neutral => "neutral",
        SpfResult::TempError => "temperror",
        SpfResult::PermError => "permerror",
        SpfResult::None => "none",
    }
}
