//! The signed word of a service account (RFC 7523): a JWT, RS256, good for an hour. Pure but for the salt of the signature's blinding.

use super::account::ServiceAccount;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use secrecy::SecretString;
use serde_json::json;
use std::fmt;
use std::sync::Arc;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

/// How long the word is good for, in seconds: the longest that Google takes.
const GOOD_FOR_SECONDS: i64 = 3600;

/// An RSA key; never prints itself.
#[derive(Clone)]
pub struct SigningKey(Arc<RsaKeyPair>);

/// Why a text is no key that can sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It is no PKCS#8 key in PEM.
    #[error("it is no PKCS#8 key in PEM")]
    NotPem,
    /// It is no RSA key of 2048 to 4096 bits.
    #[error("it is no RSA key of 2048 to 4096 bits")]
    NotRsa,
}

impl SigningKey {
    /// Reads a key in PEM (`BEGIN PRIVATE KEY`).
    ///
    /// # Errors
    /// [`KeyError`]
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let der =
            PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| KeyError::NotPem)?;
        let pair = RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).map_err(|_| KeyError::NotRsa)?;
        Ok(Self(Arc::new(pair)))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SigningKey")
    }
}

/// The account's word that it wants a token for its mailbox. `None` where the system gives no random numbers.
pub(super) fn assertion(
    account: &ServiceAccount,
    scope: &str,
    audience: &str,
    now: Timestamp,
) -> Option<SecretString> {
    let mut header = json!({"alg": "RS256", "typ": "JWT"});
    if let (Some(id), Some(header)) = (&account.key_id, header.as_object_mut()) {
        header.insert("kid".to_owned(), json!(id));
    }
    let claims = json!({
        "iss": account.email,
        "sub": account.subject,
        "scope": scope,
        "aud": audience,
        "iat": now.as_second(),
        "exp": now.as_second() + GOOD_FOR_SECONDS,
    });
    let mut word = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header.to_string()),
        URL_SAFE_NO_PAD.encode(claims.to_string())
    );
    let key = &account.key.0;
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        word.as_bytes(),
        &mut signature,
    )
    .ok()?;
    word.push('.');
    word.push_str(&URL_SAFE_NO_PAD.encode(signature));
    Some(SecretString::from(word))
}
