//! Gives out the access token, and gets the next one in time: one refresh at a time for both servers, with growing rests after failures, and
//! each change told once. What the token server replaced is on disk before it is used.

use super::access_token::AccessToken;
use super::account::{Account, Client, Flow};
use super::assertion::assertion;
use super::ending::{Ending, What};
use super::error::{TokenError, one_line};
use super::health::{Failing, Health};
use super::http;
use super::kept::{Kept, KeptFile};
use super::message::{Form, Granted, granted, yes};
use super::rest::{after_failure, after_refusal, rests};
use crate::{clock, report};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, watch};
use tracing::Instrument;

/// The longest wait for a token server's answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// An end that moved by more than this was renewed by the server.
const RENEWED_BY: SignedDuration = SignedDuration::from_hours(1);

/// Keeps the tokens of an account. Its clones are the same keeper.
#[derive(Clone)]
pub struct Keeper(Arc<Inner>);

struct Inner {
    account: Account,
    file: KeptFile,
    patience: Duration,
    state: Mutex<State>,
    health: watch::Sender<Health>,
}

/// A server that takes tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MailServer {
    /// `[inbox]`
    Imap,
    /// `[smtp]`
    Smtp,
}

/// Who said no to a token.
#[derive(Clone, Debug)]
pub struct Refuser {
    /// Which of the two.
    pub role: MailServer,
    /// `host:port`.
    pub server: String,
    /// Login name.
    pub user: String,
    /// What it said.
    pub answer: String,
}

/// What follows from a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterRefusal {
    /// Once more, with another token.
    TryAnother,
    /// Fresh tokens are refused as well: that is a failed login.
    GiveUp,
}

#[derive(Default)]
struct State {
    token: Option<AccessToken>,
    /// A mail server refused it: another one is asked for before its time, and until there is one the other server may have it.
    is_suspect: bool,
    trouble: Option<Trouble>,
    refusals: BTreeMap<MailServer, Refusal>,
    /// What should stand in the file and could not be written.
    unsaved: Option<Kept>,
    /// As it stands in the file, once it was read.
    failing_since: Option<Timestamp>,
    grant_end: Option<(Timestamp, Timestamp)>,
}

/// The token server gives no token.
struct Trouble {
    last: TokenError,
    tries: u32,
    rest_until: Timestamp,
    /// With which grant: another one is worth a try at once.
    grant: Option<SecretString>,
}

/// A mail server takes no token.
struct Refusal {
    last: TokenError,
    times: u32,
    /// No token is asked for because of it before then.
    rest_until: Timestamp,
}

impl Keeper {
    /// A keeper that has asked for nothing yet. `file` keeps what must outlive a restart.
    #[must_use]
    pub fn new(account: Account, file: PathBuf) -> Self {
        Self::with_patience(account, file, PATIENCE)
    }

    /// The same with another longest wait for an answer, for tests.
    #[must_use]
    pub fn with_patience(account: Account, file: PathBuf, patience: Duration) -> Self {
        let file = KeptFile::new(file, account.fingerprint());
        Self(Arc::new(Inner {
            account,
            file,
            patience,
            state: Mutex::default(),
            health: watch::Sender::default(),
        }))
    }

    /// Whose tokens.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.0.account
    }

    /// Where it keeps what must outlive a restart.
    #[must_use]
    pub fn kept_in(&self) -> &Path {
        self.0.file.path()
    }

    /// How it stands, and every change of it.
    #[must_use]
    pub fn health(&self) -> watch::Receiver<Health> {
        self.0.health.subscribe()
    }

    /// A token that is good now; another one is got first where the last ends soon.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn token(&self) -> Result<AccessToken, TokenError> {
        {
            let state = self.0.state.lock().await;
            if let Some(token) = state.fresh(clock::now())
                && state.unsaved.is_none()
            {
                return Ok(token);
            }
        }
        // On a task of its own: whoever stops waiting must not lose a refresh token that the server has just replaced.
        let keeper = self.clone();
        let task = tokio::spawn(async move { keeper.fresh_token().await }.in_current_span());
        task.await.unwrap_or_else(|error| {
            Err(TokenError::NoAnswer {
                server: self.0.account.token_url.name(),
                reason: one_line(&error.to_string(), 100),
            })
        })
    }

    /// Waits for a refresh that is under way.
    pub async fn settled(&self) {
        drop(self.0.state.lock().await);
    }

    async fn fresh_token(&self) -> Result<AccessToken, TokenError> {
        let mut state = self.0.state.lock().await;
        self.save_what_is_unsaved(&mut state);
        // Somebody else may have got it while we waited for our turn.
        if let Some(token) = state.fresh(clock::now()) {
            return Ok(token);
        }
        let refreshed = self.refresh(&mut state).await;
        self.publish(&state);
        refreshed.or_else(|error| state.good(clock::now()).ok_or(error))
    }

    async fn refresh(&self, state: &mut State) -> Result<AccessToken, TokenError> {
        let (kept, token) = {
            let file = &self.0.file;
            let (lock, kept) = match file.lock().await {
                Ok(lock) => (lock, file.read()),
                Err(error) => return Err(self.failed(state, error, None)),
            };
            let kept = match (state.unsaved.clone(), kept) {
                (Some(unsaved), _) => unsaved,
                (None, Ok(kept)) => kept,
                (None, Err(error)) => return Err(self.failed(state, error, None)),
            };
            state.failing_since = kept.failing_since;
            let grant = match self.grant(&kept) {
                Ok(grant) => grant,
                Err(error) => return Err(self.failed(state, error, None)),
            };
            if let Some(trouble) = &state.trouble
                && rests(trouble.rest_until, clock::now())
                && is_same(trouble.grant.as_ref(), grant.as_ref())
            {
                return Err(trouble.last.clone());
            }
            match self.ask(grant.as_ref()).await {
                Err(error) => return Err(self.failed(state, error, grant)),
                Ok(granted) => {
                    let token = granted.token.clone();
                    // Nothing is waited for between the answer and the disk.
                    let kept = self.keep(state, kept, grant, granted);
                    drop(lock);
                    (kept, token)
                }
            }
        };
        report::oauth2::refreshed(&self.0.account, &token);
        state.token = Some(token.clone());
        state.is_suspect = false;
        state.grant_end = kept.refresh_token_since.zip(kept.refresh_token_ends);
        Ok(token)
    }

    /// The refresh token to ask with, where the flow needs one.
    fn grant(&self, kept: &Kept) -> Result<Option<SecretString>, TokenError> {
        match &self.0.account.flow {
            Flow::ClientCredentials { .. } | Flow::ServiceAccount(_) => Ok(None),
            Flow::RefreshToken { refresh_token, .. } => Ok(Some(
                kept.refresh_token
                    .clone()
                    .unwrap_or_else(|| refresh_token.clone()),
            )),
            Flow::DeviceCode { .. } => match &kept.refresh_token {
                Some(token) => Ok(Some(token.clone())),
                None => Err(TokenError::LoginNeeded {
                    file: self.0.file.name(),
                }),
            },
        }
    }

    async fn ask(&self, grant: Option<&SecretString>) -> Result<Granted, TokenError> {
        let account = &self.0.account;
        let with_grant = |client: &Client| {
            let grant = grant.map(|grant| grant.expose_secret().to_owned());
            Form::default()
                .with("grant_type", "refresh_token")
                .with("refresh_token", &grant.unwrap_or_default())
                .of(client)
        };
        let mut signed = None;
        let form = match &account.flow {
            Flow::ClientCredentials {
                client_id,
                client_secret,
            } => Form::default()
                .with("grant_type", "client_credentials")
                .with("client_id", client_id)
                .with("client_secret", client_secret.expose_secret())
                .scope(account),
            Flow::RefreshToken { client, .. } | Flow::DeviceCode { client, .. } => {
                // RFC 6749 section 6: without a scope it is that of the grant, which is never too much and never too little.
                with_grant(client)
            }
            Flow::ServiceAccount(service) => {
                let audience = account.token_url.to_string();
                let word = assertion(service, &account.scope, &audience, clock::now());
                let word = word.ok_or_else(|| TokenError::NoAnswer {
                    server: account.token_url.name(),
                    reason: "the system gave no random numbers to sign with".to_owned(),
                })?;
                let form = Form::default()
                    .with("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")
                    .with("assertion", word.expose_secret());
                signed = Some(word);
                form
            }
        };
        let ca_file = account.ca_file.as_deref();
        let reply = http::post(&account.token_url, ca_file, form.sealed(), self.0.patience).await?;
        let mut secrets = account.secrets();
        secrets.extend(grant);
        secrets.extend(&signed);
        let json = yes(&reply, account, &secrets)?;
        granted(&json, &reply.server, clock::now())
    }

    /// Takes note of what was granted, on disk where something must outlive a restart.
    fn keep(
        &self,
        state: &mut State,
        before: Kept,
        used: Option<SecretString>,
        granted: Granted,
    ) -> Kept {
        let was_failing = state.trouble.take().is_some();
        let now = clock::now();
        let kept = kept_after(&before, used, granted, now);
        let failing_since = match was_failing && state.not_taken().is_none() {
            true => None,
            false => before.failing_since,
        };
        let kept = Kept {
            failing_since,
            ..kept
        };
        if was_failing {
            report::oauth2::works_again(&self.0.account);
        }
        state.failing_since = kept.failing_since;
        if !is_same_kept(&before, &kept) || state.unsaved.is_some() {
            self.save(state, kept.clone());
        }
        kept
    }

    /// What a person has just allowed.
    pub(super) async fn keep_first_grant(
        &self,
        granted: Granted,
    ) -> Result<AccessToken, TokenError> {
        let mut state = self.0.state.lock().await;
        let lock = self.0.file.lock().await?;
        let Some(_) = &granted.refresh_token else {
            return Err(TokenError::NoAnswer {
                server: self.0.account.token_url.name(),
                reason: "it gave a token but no refresh token, so nothing would be left in an hour: the scope must hold offline_access (or what this \
                         provider calls it)"
                    .to_owned(),
            });
        };
        let token = granted.token.clone();
        let kept = kept_after(&Kept::default(), None, granted, clock::now());
        self.0.file.write(&kept)?;
        drop(lock);
        *state = State {
            token: Some(token.clone()),
            grant_end: kept.refresh_token_since.zip(kept.refresh_token_ends),
            ..State::default()
        };
        self.publish(&state);
        Ok(token)
    }

    fn save(&self, state: &mut State, kept: Kept) {
        match self.0.file.write(&kept) {
            Ok(()) => state.unsaved = None,
            Err(error) => {
                state.unsaved = Some(kept);
                self.failed(state, error, None);
            }
        }
    }

    fn save_what_is_unsaved(&self, state: &mut State) {
        let rests_still = |trouble: &Trouble| rests(trouble.rest_until, clock::now());
        if state.trouble.as_ref().is_some_and(rests_still) {
            return;
        }
        if let Some(kept) = state.unsaved.clone() {
            self.save(state, kept);
            if state.unsaved.is_none() && state.trouble.take().is_some() {
                report::oauth2::works_again(&self.0.account);
            }
            self.publish(state);
        }
    }

    /// Takes note of a failure: a rest, and a word where it is another one than before.
    fn failed(
        &self,
        state: &mut State,
        error: TokenError,
        grant: Option<SecretString>,
    ) -> TokenError {
        let now = clock::now();
        let before = state.trouble.take();
        let is_known = (before.as_ref()).is_some_and(|before| before.last.kind() == error.kind());
        if !is_known {
            report::oauth2::failed(&self.0.account, &error);
        }
        let tries = match before {
            Some(before) if is_known => before.tries.saturating_add(1),
            _ => 1,
        };
        // Where no server was asked, looking again costs nothing.
        let rest = match &error {
            TokenError::LoginNeeded { .. } => Duration::ZERO,
            error => after_failure(tries, error.needs_a_person(), chance()),
        };
        state.trouble = Some(Trouble {
            last: error.clone(),
            tries,
            rest_until: later(now, rest),
            grant,
        });
        self.note_failing_since(state, Some(now));
        error
    }

    /// Since when there is trouble stands in the file, so that a restart tells nobody twice. Where it cannot, the trouble itself is told.
    fn note_failing_since(&self, state: &mut State, since: Option<Timestamp>) {
        if since.is_some() == state.failing_since.is_some() {
            return;
        }
        state.failing_since = since;
        if let Ok(before) = self.0.file.read() {
            let _ = self.0.file.write(&Kept {
                failing_since: since,
                ..before
            });
        }
    }

    /// A mail server took a token.
    pub async fn accepted(&self, role: MailServer) {
        let mut state = self.0.state.lock().await;
        let was_not_taken = state.not_taken().is_some();
        let _ = state.refusals.remove(&role);
        if state.trouble.is_none() && state.not_taken().is_none() {
            if was_not_taken {
                report::oauth2::works_again(&self.0.account);
            }
            self.note_failing_since(&mut state, None);
            self.publish(&state);
        }
    }

    /// A mail server did not take this token: it may have been revoked, or be of no use there.
    pub async fn refused(&self, token: &AccessToken, by: Refuser) -> AfterRefusal {
        let mut state = self.0.state.lock().await;
        let now = clock::now();
        let is_current = (state.token.as_ref()).is_some_and(|current| current.is_same_as(token));
        if !is_current {
            // It was replaced meanwhile.
            return AfterRefusal::TryAnother;
        }
        let (times, rest_until) = (state.refusals.get(&by.role))
            .map_or((0, now), |before| (before.times, before.rest_until));
        let times = times.saturating_add(1);
        let after = match rests(rest_until, now) {
            true => AfterRefusal::GiveUp,
            false => AfterRefusal::TryAnother,
        };
        let rest_until = match after {
            AfterRefusal::GiveUp => rest_until,
            AfterRefusal::TryAnother => {
                state.is_suspect = true;
                later(now, after_refusal(times))
            }
        };
        let last = TokenError::NotTaken {
            server: by.server,
            user: by.user,
            answer: one_line(&by.answer, 200),
        };
        match times {
            1 => report::oauth2::token_refused(&last),
            2 => report::oauth2::failed(&self.0.account, &last),
            _ => {}
        }
        let refusal = Refusal {
            last,
            times,
            rest_until,
        };
        state.refusals.insert(by.role, refusal);
        if state.not_taken().is_some() {
            self.note_failing_since(&mut state, Some(now));
        }
        self.publish(&state);
        after
    }

    fn publish(&self, state: &State) {
        let now = clock::now();
        let last = (state.trouble.as_ref()).map(|trouble| &trouble.last);
        let failing = last.or_else(|| state.not_taken()).map(|last| Failing {
            since: state.failing_since.unwrap_or(now),
            last: last.clone(),
        });
        let mut endings = Vec::new();
        if let Some(on) = self.0.account.secret_expires {
            let what = What::ClientSecret;
            endings.push(Ending { what, on });
        }
        if let Some((since, ends)) = state.grant_end {
            endings.extend(Ending::of_grant(since, ends, now));
        }
        let health = Health {
            token_ends: state.token.as_ref().map(AccessToken::ends),
            next_refresh: state.token.as_ref().map(AccessToken::refresh_from),
            failing,
            endings,
        };
        self.0.health.send_if_modified(|current| {
            let is_other = *current != health;
            *current = health;
            is_other
        });
    }

    pub(super) fn patience(&self) -> Duration {
        self.0.patience
    }
}

impl State {
    /// The token, where it is not time for another one.
    fn fresh(&self, now: Timestamp) -> Option<AccessToken> {
        self.token
            .clone()
            .filter(|token| !self.is_suspect && now < token.refresh_from())
    }

    /// The token, where it can still be used.
    fn good(&self, now: Timestamp) -> Option<AccessToken> {
        self.token.clone().filter(|token| now < token.ends())
    }

    /// That a mail server takes no fresh token.
    fn not_taken(&self) -> Option<&TokenError> {
        let mut refusals = self.refusals.values();
        let again = refusals.find(|refusal| refusal.times > 1);
        again.map(|refusal| &refusal.last)
    }
}

/// What is to be kept after a grant. Pure.
fn kept_after(before: &Kept, used: Option<SecretString>, granted: Granted, now: Timestamp) -> Kept {
    let is_replaced =
        (granted.refresh_token.as_ref()).is_some_and(|new| !is_same(Some(new), used.as_ref()));
    let refresh_token = match is_replaced {
        true => granted.refresh_token,
        false => before.refresh_token.clone(),
    };
    let since = match is_replaced {
        true => None,
        false => before.refresh_token_since,
    };
    let ends = match (granted.refresh_token_ends, is_replaced) {
        (Some(ends), _) => Some(ends),
        (None, true) => None,
        (None, false) => before.refresh_token_ends,
    };
    let is_renewed = match (before.refresh_token_ends, ends) {
        (Some(before), Some(ends)) => ends.duration_since(before) > RENEWED_BY,
        _ => false,
    };
    Kept {
        refresh_token,
        refresh_token_since: since.filter(|_| !is_renewed).or(ends.map(|_| now)),
        // A server that states what is left at each refresh is a second off each time: the first word counts.
        refresh_token_ends: match (is_replaced || is_renewed, before.refresh_token_ends) {
            (false, Some(before)) => Some(before),
            _ => ends,
        },
        failing_since: before.failing_since,
    }
}

fn is_same(left: Option<&SecretString>, right: Option<&SecretString>) -> bool {
    let exposed =
        |secret: Option<&SecretString>| secret.map(|secret| secret.expose_secret().to_owned());
    exposed(left) == exposed(right)
}

fn is_same_kept(left: &Kept, right: &Kept) -> bool {
    is_same(left.refresh_token.as_ref(), right.refresh_token.as_ref())
        && left.refresh_token_since == right.refresh_token_since
        && left.refresh_token_ends == right.refresh_token_ends
        && left.failing_since == right.failing_since
}

fn later(moment: Timestamp, wait: Duration) -> Timestamp {
    SignedDuration::try_from(wait)
        .ok()
        .and_then(|wait| moment.checked_add(wait).ok())
        .unwrap_or(Timestamp::MAX)
}

/// A number from 0 to 1 that nobody foresees.
fn chance() -> f64 {
    f64::from(getrandom::u32().unwrap_or(u32::MAX / 2)) / f64::from(u32::MAX)
}

impl fmt::Debug for Keeper {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let account = &self.0.account;
        write!(
            formatter,
            "Keeper({} at {})",
            account.flow, account.token_url
        )
    }
}
