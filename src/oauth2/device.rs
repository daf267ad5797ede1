//! The device code flow (RFC 8628): a person types a code into a browser, anywhere, and we ask until they have. Reads hostile input: the
//! server's code and address, made safe to print.

use super::access_token::AccessToken;
use super::account::{Client, Flow};
use super::error::{TokenError, one_line};
use super::http;
use super::keeper::Keeper;
use super::message::{Form, granted, seconds, yes};
use crate::clock;
use crate::https::Endpoint;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use std::time::Duration;

const INTERVAL_UNLESS_SAID: SignedDuration = SignedDuration::from_secs(5);
const INTERVAL_MAX: SignedDuration = SignedDuration::from_mins(1);
const LIFE_UNLESS_SAID: SignedDuration = SignedDuration::from_mins(15);
const LIFE_MAX: SignedDuration = SignedDuration::from_mins(30);
/// RFC 8628 section 3.5: what `slow_down` adds, for good.
const SLOW_DOWN_BY: SignedDuration = SignedDuration::from_secs(5);

/// A login that waits for a person.
pub struct DeviceLogin {
    keeper: Keeper,
    client: Client,
    device_code: SecretString,
    interval: SignedDuration,
    /// What the person must know.
    pub shown: Shown,
}

/// What the person must know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Where to go.
    pub url: String,
    /// What to type there.
    pub code: String,
    /// Until when.
    pub until: Timestamp,
}

/// What one question after the person brought.
enum Heard {
    Granted(AccessToken),
    NotYet,
    SlowDown,
}

impl DeviceLogin {
    /// Asks for a code. `None` where the flow is another one.
    ///
    /// # Errors
    /// The server gave none.
    pub async fn begin(keeper: &Keeper) -> Option<Result<Self, TokenError>> {
        let Flow::DeviceCode { client, device_url } = &keeper.account().flow else {
            return None;
        };
        Some(Self::begin_at(keeper, client, device_url).await)
    }

    async fn begin_at(
        keeper: &Keeper,
        client: &Client,
        device_url: &Endpoint,
    ) -> Result<Self, TokenError> {
        let account = keeper.account();
        let form = Form::default()
            .with("client_id", &client.id)
            .scope(account)
            .sealed();
        let ca_file = account.ca_file.as_deref();
        let reply = http::post(device_url, ca_file, form, keeper.patience()).await?;
        let json = yes(&reply, account, &account.secrets())?;
        let text = |name: &str| json.get(name).and_then(Value::as_str).unwrap_or_default();
        let (code, url) = (text("user_code"), text("verification_uri"));
        // Google's older name for it.
        let url = match url.is_empty() {
            true => text("verification_url"),
            false => url,
        };
        let device_code = text("device_code");
        if code.is_empty() || device_code.is_empty() || Endpoint::parse(url).is_err() {
            return Err(TokenError::NoAnswer {
                server: reply.server,
                reason: "it holds no user_code, no device_code or no safe verification_uri"
                    .to_owned(),
            });
        }
        let life = seconds(&json, "expires_in").unwrap_or(LIFE_UNLESS_SAID);
        let interval = seconds(&json, "interval").unwrap_or(INTERVAL_UNLESS_SAID);
        let now = clock::now();
        Ok(Self {
            keeper: keeper.clone(),
            client: client.clone(),
            device_code: SecretString::from(device_code),
            interval: interval.clamp(SignedDuration::from_secs(1), INTERVAL_MAX),
            shown: Shown {
                url: one_line(url, 200),
                code: one_line(code, 60),
                until: now.checked_add(life.min(LIFE_MAX)).unwrap_or(now),
            },
        })
    }

    /// Asks until the person has allowed it, or said no, or the time is over; then the grant is kept.
    ///
    /// # Errors
    /// Why nothing was granted. A server that is away for a moment is asked again.
    pub async fn wait(mut self) -> Result<AccessToken, TokenError> {
        let mut last = None;
        loop {
            if clock::now() >= self.shown.until {
                return Err(last.unwrap_or_else(|| self.too_late()));
            }
            tokio::time::sleep(Duration::try_from(self.interval).unwrap_or_default()).await;
            match self.ask().await {
                Ok(Heard::Granted(token)) => return Ok(token),
                Ok(Heard::NotYet) => last = None,
                Ok(Heard::SlowDown) => self.slow_down(),
                Err(error) if error.needs_a_person() => return Err(error),
                // RFC 8628 section 3.5: after a time-out it is asked more slowly.
                Err(error) => {
                    self.slow_down();
                    last = Some(error);
                }
            }
        }
    }

    fn slow_down(&mut self) {
        self.interval = self.interval.saturating_add(SLOW_DOWN_BY).min(INTERVAL_MAX);
    }

    fn too_late(&self) -> TokenError {
        let said = super::refusal::Said {
            error: "expired_token",
            description: "",
        };
        let account = self.keeper.account();
        super::refusal::refused(account, account.token_url.name(), &said, &[])
    }

    async fn ask(&self) -> Result<Heard, TokenError> {
        let account = self.keeper.account();
        let form = Form::default()
            .with("grant_type", "urn:ietf:params:oauth:grant-type:device_code")
            .with("device_code", self.device_code.expose_secret())
            .of(&self.client)
            .sealed();
        let ca_file = account.ca_file.as_deref();
        let reply = http::post(&account.token_url, ca_file, form, self.keeper.patience()).await?;
        let mut secrets = account.secrets();
        secrets.push(&self.device_code);
        let json = match yes(&reply, account, &secrets) {
            Ok(json) => json,
            Err(TokenError::Refused { error, .. }) if error == "authorization_pending" => {
                return Ok(Heard::NotYet);
            }
            Err(TokenError::Refused { error, .. }) if error == "slow_down" => {
                return Ok(Heard::SlowDown);
            }
            Err(error) => return Err(error),
        };
        let granted = granted(&json, &reply.server, clock::now())?;
        let token = self.keeper.keep_first_grant(granted).await?;
        Ok(Heard::Granted(token))
    }
}
