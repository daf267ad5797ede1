//! Asks a web server: the question goes out by POST, the answer comes back as JSON. The URL is the setting's, whatever a mail says.

use super::ANSWER_MAX_BYTES;
use crate::config::WebServer;
use crate::https::{self, Post};
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;

/// Asks.
///
/// # Errors
/// Why there is no answer, in words.
pub(super) async fn ask(
    server: &WebServer,
    question: Vec<u8>,
    patience: Duration,
) -> Result<Vec<u8>, String> {
    let headers = server.token.as_ref().map(bearer).transpose()?;
    let asked = https::post(Post {
        endpoint: &server.url,
        ca_file: server.ca_file.as_deref(),
        content_type: "application/json",
        headers: headers.into_iter().collect(),
        body: Bytes::from(question),
        patience,
        answer_max_bytes: ANSWER_MAX_BYTES,
    });
    let reply = asked.await.map_err(|error| error.to_string())?;
    match reply.status {
        200 => Ok(reply.body.to_vec()),
        status @ 300..=399 => Err(format!(
            "it sends us on to another address ({status}), which is not followed: write the final address"
        )),
        status => Err(format!("it answered with status {status}")),
    }
}

/// `Authorization: Bearer …`.
///
/// # Errors
/// The token cannot stand there.
pub(crate) fn bearer(token: &SecretString) -> Result<(HeaderName, HeaderValue), String> {
    let value = format!("Bearer {}", token.expose_secret());
    let mut value = HeaderValue::try_from(value)
        .map_err(|_| "the token in token_file holds what no token can".to_owned())?;
    value.set_sensitive(true);
    Ok((AUTHORIZATION, value))
}
