//! What the admin registered at the provider: who we are there, and how we come to a token. Every value of it can be used as it is.

use super::assertion::SigningKey;
use super::endpoint::Endpoint;
use jiff::civil::Date;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use std::fmt;
use std::path::PathBuf;

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
