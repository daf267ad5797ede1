//! What the admin registered at the provider: who we are there, and how we come to a token. Every value of it can be used as it is.

use super::assertion::SigningKey;
use crate::https::Endpoint;
use jiff::civil::Date;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use std::fmt;
use std::path::{Path, PathBuf};

/// The registered account.
#[derive(Clone, Debug)]
pub struct Account {
    /// Whose servers they are; chooses words of help only.
    pub provider: Provider,
    /// Where tokens are had.
    pub token_url: Endpoint,
    /// How.
    pub flow: Flow,
    /// What is asked for.
    pub scope: String,
    /// Certificates (PEM) to trust for these URLs instead of the machine's.
    pub ca_file: Option<PathBuf>,
    /// The last day of the client secret (or key), as the provider's page shows it.
    pub secret_expires: Option<Date>,
}

/// Whose servers they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// Microsoft 365.
    Microsoft,
    /// Google Workspace.
    Google,
    /// Another, named by URL.
    Other,
}

/// How a token is come by.
#[derive(Clone, Debug)]
pub enum Flow {
    /// The program itself is known to the provider, and may use the mailbox (RFC 6749 section 4.4).
    ClientCredentials {
        /// Its name there.
        client_id: String,
        /// Its secret.
        client_secret: SecretString,
    },
    /// A person allowed it once, in a browser (RFC 8628); `handoffd login` asks.
    DeviceCode {
        /// Who we are there.
        client: Client,
        /// Where the code is had.
        device_url: Endpoint,
    },
    /// A person allowed it once, and the admin has the refresh token (RFC 6749 section 6).
    RefreshToken {
        /// Who we are there.
        client: Client,
        /// The refresh token that the admin was given.
        refresh_token: SecretString,
    },
    /// A key signs for the mailbox (RFC 7523).
    ServiceAccount(ServiceAccount),
}

/// Who we are at the provider.
#[derive(Clone, Debug)]
pub struct Client {
    /// The name.
    pub id: String,
    /// The secret, where the provider wants one.
    pub secret: Option<SecretString>,
}

/// An account that signs for itself.
#[derive(Clone, Debug)]
pub struct ServiceAccount {
    /// Its address.
    pub email: String,
    /// The name of its key.
    pub key_id: Option<String>,
    /// The key.
    pub key: SigningKey,
    /// The mailbox that it acts for.
    pub subject: String,
}

impl Account {
    /// Tells this account's grant from every other: what was kept for another one is never sent here.
    pub(super) fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        let mut part = |text: &str| {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        };
        part(&self.token_url.to_string());
        match &self.flow {
            Flow::ClientCredentials {
                client_id,
                client_secret,
            } => {
                part(client_id);
                part(client_secret.expose_secret());
            }
            Flow::DeviceCode { client, .. } => part(&client.id),
            Flow::RefreshToken {
                client,
                refresh_token,
            } => {
                part(&client.id);
                part(refresh_token.expose_secret());
            }
            Flow::ServiceAccount(account) => {
                part(&account.email);
                part(&account.subject);
                part(account.key_id.as_deref().unwrap_or_default());
            }
        }
        let digest = hash.finalize();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Why a journal that several machines share needs more than itself where they log in with this account; `None` where each machine gets tokens by
    /// itself. A token server may replace the refresh token at each use, and the next one is kept on the machine that used it.
    #[must_use]
    pub fn trouble_of_several_machines(&self, kept_in: &Path) -> Option<String> {
        let what_then = match &self.flow {
            Flow::ClientCredentials { .. } | Flow::ServiceAccount(_) => return None,
            Flow::DeviceCode { .. } => {
                "each needs a grant of its own: run `handoffd login` on each (one that is not used for long ends: after 90 days at Microsoft)"
            }
            Flow::RefreshToken { .. } => match self.provider {
                // It replaces none.
                Provider::Google => return None,
                Provider::Microsoft | Provider::Other => {
                    "one that takes over shows an earlier refresh token than the last, which ends 90 days after it was given at Microsoft, and elsewhere \
                     perhaps at once, with the grant of all: have the folder of this file on storage that all machines share, or give each a grant of its own"
                }
            },
        };
        Some(format!(
            "[oauth2] flow = \"{}\", and the journal is in a database: the refresh token in use is not there, but in {} of this machine. If several \
             machines work with this journal, {what_then}. \"client-credentials\" and \"service-account\" need nothing of this",
            self.flow,
            kept_in.display()
        ))
    }

    /// The secrets that could come back in a server's words.
    pub(super) fn secrets(&self) -> Vec<&SecretString> {
        match &self.flow {
            Flow::ClientCredentials { client_secret, .. } => vec![client_secret],
            Flow::DeviceCode { client, .. } => client.secret.iter().collect(),
            Flow::RefreshToken {
                client,
                refresh_token,
            } => client.secret.iter().chain([refresh_token]).collect(),
            Flow::ServiceAccount(_) => vec![],
        }
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Microsoft => "microsoft",
            Self::Google => "google",
            Self::Other => "token_url",
        })
    }
}

impl fmt::Display for Flow {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::ClientCredentials { .. } => "client-credentials",
            Self::DeviceCode { .. } => "device-code",
            Self::RefreshToken { .. } => "refresh-token",
            Self::ServiceAccount(_) => "service-account",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_that_share_a_journal_are_warned_of_what_they_do_not_share() {
        let client = || Client {
            id: "desk".to_owned(),
            secret: None,
        };
        let url = || Endpoint::parse("https://login.example.org/token").unwrap();
        let words = |provider, flow| {
            let account = Account {
                provider,
                token_url: url(),
                flow,
                scope: String::new(),
                ca_file: None,
                secret_expires: None,
            };
            account.trouble_of_several_machines(Path::new("/var/lib/store.oauth2"))
        };
        let device = || Flow::DeviceCode {
            client: client(),
            device_url: url(),
        };
        let refresh = || Flow::RefreshToken {
            client: client(),
            refresh_token: SecretString::from("hidden"),
        };
        let own = Flow::ClientCredentials {
            client_id: "desk".to_owned(),
            client_secret: SecretString::from("hidden"),
        };
        let login = words(Provider::Microsoft, device()).unwrap();
        assert!(login.contains("`handoffd login` on each"), "{login}");
        for provider in [Provider::Microsoft, Provider::Other] {
            let shared = words(provider, refresh()).unwrap();
            assert!(
                shared.contains("/var/lib/store.oauth2")
                    && shared.contains("storage that all machines share")
            );
            assert!(!shared.contains("hidden"), "{shared}");
        }
        assert_eq!(words(Provider::Google, refresh()), None);
        assert_eq!(words(Provider::Microsoft, own), None);
    }
}
