//! One question to a token server: a form goes out, a bounded answer comes back, and what went wrong is said in this module's errors.

use super::error::TokenError;
use crate::https::{self, Endpoint, Post, PostError, Reply};
use hyper::body::Bytes;
use secrecy::{ExposeSecret, SecretString};
use std::path::Path;
use std::time::Duration;

/// The largest answer. Microsoft's are about 5 KB.
const ANSWER_MAX_BYTES: usize = 64 * 1024;

/// Asks.
pub(super) async fn post(
    endpoint: &Endpoint,
    ca_file: Option<&Path>,
    form: SecretString,
    patience: Duration,
) -> Result<Reply, TokenError> {
    let asked = https::post(Post {
        endpoint,
        ca_file,
        content_type: "application/x-www-form-urlencoded",
        headers: Vec::new(),
        body: Bytes::from(form.expose_secret().to_owned()),
        patience,
        answer_max_bytes: ANSWER_MAX_BYTES,
    });
    let server = endpoint.name();
    asked.await.map_err(|error| match error {
        PostError::Unreachable(reason) => TokenError::Unreachable { server, reason },
        PostError::Tls(reason) => TokenError::Tls { server, reason },
        PostError::NoAnswer(reason) => TokenError::NoAnswer { server, reason },
    })
}
