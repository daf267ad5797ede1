//! What is said to a token server, and what its answers mean (RFC 6749 section 5, RFC 8628 section 3.2). Pure. Reads hostile input: the answers.

use super::access_token::AccessToken;
use super::account::{Account, Client};
use super::error::TokenError;
use super::refusal::{Said, refused};
use crate::https::Reply;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

/// What was granted.
#[derive(Debug)]
pub(super) struct Granted {
    pub(super) token: AccessToken,
    /// The refresh token from now on, where the server gave one.
    pub(super) refresh_token: Option<SecretString>,
    /// When it ends, where the server says so.
    pub(super) refresh_token_ends: Option<Timestamp>,
}

/// A form (`application/x-www-form-urlencoded`).
#[derive(Default)]
pub(super) struct Form(String);

impl Form {
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        encode(name, &mut self.0);
        self.0.push('=');
        encode(value, &mut self.0);
        self
    }

    pub(super) fn of(self, client: &Client) -> Self {
        let form = self.with("client_id", &client.id);
        match &client.secret {
            Some(secret) => form.with("client_secret", secret.expose_secret()),
            None => form,
        }
    }

    pub(super) fn scope(self, account: &Account) -> Self {
        match account.scope.is_empty() {
            true => self,
            false => self.with("scope", &account.scope),
        }
    }

    pub(super) fn sealed(self) -> SecretString {
        SecretString::from(self.0)
    }
}

fn encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
}

/// The server's yes as JSON, or its no.
pub(super) fn yes(
    reply: &Reply,
    account: &Account,
    secrets: &[&SecretString],
) -> Result<Value, TokenError> {
    let server = || reply.server.clone();
    let no_answer = |reason: String| {
        Err(TokenError::NoAnswer {
            server: server(),
            reason,
        })
    };
    let json: Option<Value> = serde_json::from_slice(&reply.body).ok();
    let text = |name: &str| {
        let json = json.as_ref()?;
        json.get(name).and_then(Value::as_str)
    };
    match (reply.status, text("error")) {
        (300..=399, _) => no_answer(format!(
            "it sends us on to another address ({}), which is not followed: write the final address",
            reply.status
        )),
        (200..=299, None) => match json {
            Some(json) if json.is_object() => Ok(json),
            _ => no_answer("it is no JSON object".to_owned()),
        },
        (_, Some(error)) => {
            let description = text("error_description").unwrap_or_default();
            Err(refused(
                account,
                server(),
                &Said { error, description },
                secrets,
            ))
        }
        (status, None) => no_answer(format!("status {status} without a reason")),
    }
}

/// The tokens of a yes.
pub(super) fn granted(json: &Value, server: &str, now: Timestamp) -> Result<Granted, TokenError> {
    let unusable = |reason: &str| TokenError::NoAnswer {
        server: server.to_owned(),
        reason: reason.to_owned(),
    };
    let kind = json.get("token_type").and_then(Value::as_str);
    if kind.is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer")) {
        return Err(unusable("its token is no bearer token"));
    }
    let text = json.get("access_token").and_then(Value::as_str);
    let text = text.ok_or_else(|| unusable("it holds no access_token"))?;
    let token = AccessToken::new(text, seconds(json, "expires_in"), now)
        .ok_or_else(|| unusable("its access_token cannot be one"))?;
    if token.ends() <= now {
        return Err(unusable("its access_token has ended already"));
    }
    let refresh_token = json
        .get("refresh_token")
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty() && text.len() <= 32 * 1024)
        .map(SecretString::from);
    let refresh_token_ends = seconds(json, "refresh_token_expires_in")
        .filter(SignedDuration::is_positive)
        .and_then(|life| now.checked_add(life).ok());
    Ok(Granted {
        token,
        refresh_token,
        refresh_token_ends,
    })
}

/// Seconds, which some servers write as a text.
pub(super) fn seconds(json: &Value, name: &str) -> Option<SignedDuration> {
    /// Ten years: beyond it nothing changes for us.
    const LONGEST: i64 = 10 * 366 * 86_400;
    let value = json.get(name)?;
    let number = value.as_i64().or_else(|| value.as_str()?.parse().ok())?;
    Some(SignedDuration::from_secs(number.clamp(0, LONGEST)))
}
