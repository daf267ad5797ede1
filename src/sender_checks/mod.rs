//! Does the DNS vouch for who sent a mail? Asks for the keys and policies of DKIM (RFC 6376), SPF (RFC 7208), DMARC (RFC 7489) and ARC
//! (RFC 8617), and gives back what it found in the words of RFC 8601, which is recorded with the mail. Promises: it ends within the set time,
//! asks a bounded number of questions, and whatever goes wrong shows nobody. Reads hostile input; what follows from it is decided in `trust`.

mod found;
mod hop;
mod resolver;
mod silent;

use crate::config::OwnChecks;
use crate::inbox::Content;
use crate::mail::AuthenticationResults;
use crate::trust::Unchecked;
use found::Found;
use futures_util::FutureExt;
use hop::Hop;
use mail_auth::dmarc::verify::DmarcParameters;
use mail_auth::spf::verify::SpfParameters;
use mail_auth::{AuthenticatedMessage, MessageAuthenticator, SpfOutput, SpfResult};
use silent::SilentDomains;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

/// The most signatures of a mail that are looked at: each costs a question and a calculation.
const SIGNATURES_MAX: usize = 8;
/// The most seals of a chain that are looked at.
const SEALS_MAX: usize = 8;
/// The most body hashes that are calculated.
const BODY_HASHES_MAX: usize = 4;

/// Asks the DNS about senders.
pub struct Checker {
    authenticator: MessageAuthenticator,
    receiving_server: Option<String>,
    sealers: Vec<String>,
    limit: Duration,
    silent: SilentDomains,
}

/// Why nobody can be asked.
#[derive(Debug, thiserror::Error)]
#[error("senders cannot be checked: {why}; name the servers to ask in `[trust] name_servers`")]
pub struct NoResolver {
    why: String,
}

impl Checker {
    /// Ready to ask.
    ///
    /// # Errors
    /// [`NoResolver`] where the settings name no server and the machine knows none.
    pub fn new(settings: &OwnChecks) -> Result<Self, NoResolver> {
        Ok(Self {
            authenticator: resolver::build(settings)?,
            receiving_server: settings.receiving_server.clone(),
            sealers: settings.arc_sealers.clone(),
            limit: settings.time_limit,
            silent: SilentDomains::default(),
        })
    }

    /// What the DNS says about the sender of this mail.
    pub async fn check(&self, content: &Content) -> AuthenticationResults {
        let raw = match content {
            Content::Whole(raw) => raw,
            // Without its body no signature can be looked at.
            Content::TooLarge { .. } => return found::not_checked(Unchecked::TooLarge),
        };
        let parsed = std::panic::catch_unwind(|| {
            // Strict: a signature over a part of the body (`l=`) lets anybody add to it.
            AuthenticatedMessage::parse_with_opts(raw, None, true)
        });
        let Ok(Some(message)) = parsed else {
            return found::not_checked(Unchecked::Unreadable);
        };
        let sender = message.from.first().and_then(|from| from.rsplit_once('@'));
        let domain = sender.map_or_else(String::new, |(_, domain)| domain.to_ascii_lowercase());
        if self.silent.is_one(&domain, Instant::now()) {
            return found::not_checked(Unchecked::NoAnswer);
        }
        let checked = AssertUnwindSafe(self.ask(raw, message)).catch_unwind();
        match tokio::time::timeout(self.limit, checked).await {
            Ok(Ok(found)) => found.in_words(),
            Ok(Err(_)) => found::not_checked(Unchecked::Unreadable),
            Err(_) => {
                self.silent.note(domain, Instant::now());
                found::not_checked(Unchecked::NoAnswer)
            }
        }
    }

    async fn ask(&self, raw: &[u8], mut message: AuthenticatedMessage<'_>) -> Found {
        if message.body_hashes.len() > BODY_HASHES_MAX {
            return Found::nothing(Unchecked::Unreadable);
        }
        let signatures = &mut message.dkim_headers;
        // The library does not ask that `From` be signed (RFC 6376 section 5.4).
        signatures.retain(|header| found::covers_from(&header.header.h));
        signatures.retain(|header| found::is_strong(header.header.a));
        signatures.truncate(SIGNATURES_MAX);

        let signatures = self.authenticator.verify_dkim(&message).await;
        let hop = self.hop(raw);
        let (spf, return_domain) = match &hop {
            Some(hop) => (self.spf(hop).await, hop.return_domain()),
            None => (
                SpfOutput::new(String::new()).with_result(SpfResult::None),
                "",
            ),
        };
        let dmarc = self
            .authenticator
            .verify_dmarc(DmarcParameters {
                message: &message,
                dkim_output: &signatures,
                dkim2_output: None,
                rfc5321_mail_from_domain: return_domain,
                spf_output: &spf,
            })
            .await;
        let mut found = Found::new(&dmarc, &signatures);
        if let Some(hop) = &hop {
            found.add_spf(&spf, hop);
        }
        let is_sealed = !self.sealers.is_empty()
            && !message.as_headers.is_empty()
            && message.as_headers.len() <= SEALS_MAX;
        if is_sealed {
            let chain = self.authenticator.verify_arc(&message).await;
            found.add_chain(&chain, &self.sealers);
        }
        found
    }

    fn hop(&self, raw: &[u8]) -> Option<Hop> {
        hop::into(raw, self.receiving_server.as_deref()?)
    }

    /// Of the null sender only the greeting is known, which is nobody's mailbox.
    async fn spf(&self, hop: &Hop) -> SpfOutput {
        let Some(sender) = &hop.return_path else {
            return SpfOutput::new(String::new()).with_result(SpfResult::None);
        };
        let server = self.receiving_server.as_deref().unwrap_or_default();
        let asked = SpfParameters::verify_mail_from(hop.address, &hop.greeting, server, sender);
        self.authenticator.verify_spf(asked).await
    }
}
