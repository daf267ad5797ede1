//! Sees to it that there is a token before one is needed, and that the admin hears in time of what will end: in the log, in `handoffd status`, and
//! by mail. Each coming end is told once: its mail has a name that the journal knows. Trouble with the tokens is told by `trouble_watch.rs`.

use super::Office;
use super::handle::is_shadow;
use crate::journal::{Entry, Journal, JournalError, on_disk};
use crate::oauth2::{Ending, Health, Keeper, warning_due};
use crate::{clock, report};
use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

/// How often it is looked at least: a grant that `handoffd login` left is noticed by then.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// And at most: a server whose tokens live for a second is not asked each second.
const LOOK_AT_MOST_EVERY: Duration = Duration::from_secs(3);

/// The part of the daemon that watches the tokens. Without `[oauth2]` it only waits for a reload.
pub struct TokenWatch {
    office: Arc<RwLock<Arc<Office>>>,
    journal: Arc<Journal>,
    /// Wakes the outbox.
    outbox_wake: Arc<Notify>,
    status: watch::Sender<Option<Value>>,
    /// Ends that were told in the log since the start.
    logged: BTreeSet<String>,
}

impl TokenWatch {
    /// A watch, and what `handoffd status` shows of it.
    #[must_use]
    pub fn new(
        office: Arc<RwLock<Arc<Office>>>,
        journal: Arc<Journal>,
        outbox_wake: Arc<Notify>,
    ) -> (Self, watch::Receiver<Option<Value>>) {
        let (status, seen) = watch::channel(None);
        let watch = Self {
            office,
            journal,
            outbox_wake,
            status,
            logged: BTreeSet::new(),
        };
        (watch, seen)
    }

    /// Runs until `shutdown`; a refresh that is under way is finished.
    pub async fn run(mut self, shutdown: CancellationToken) {
        let mut was_failing = false;
        while !shutdown.is_cancelled() {
            let office = Arc::clone(&self.office.read().unwrap_or_else(PoisonError::into_inner));
            let Some(keeper) = office.settings.token_keeper().cloned() else {
                self.status.send_replace(None);
                tokio::select! {
                    () = shutdown.cancelled() => return,
                    () = tokio::time::sleep(LOOK_EVERY) => continue,
                }
            };
            let mut health = keeper.health();
            tokio::select! {
                () = shutdown.cancelled() => {}
                // What came of it is in the health.
                _ = keeper.token() => {}
            }
            let now = clock::now();
            let seen = health.borrow_and_update().clone();
            if was_failing && seen.failing.is_none() {
                // What waited for a token.
                self.outbox_wake.notify_one();
            }
            was_failing = seen.failing.is_some();
            let flow = keeper.account().flow.to_string();
            self.status.send_replace(Some(seen.to_json(&flow, now)));
            if let Err(error) = on_disk(|| self.tell(&office, &seen, now)) {
                report::gateway::journal_failed(&error, LOOK_EVERY);
            }
            tokio::select! {
                () = shutdown.cancelled() => {}
                _ = health.changed() => {}
                () = tokio::time::sleep(until_next_look(&seen, now)) => {}
            }
            if shutdown.is_cancelled() {
                finish(&keeper).await;
            }
        }
    }

    fn tell(
        &mut self,
        office: &Office,
        health: &Health,
        now: Timestamp,
    ) -> Result<(), JournalError> {
        for ending in &health.endings {
            let Some(warning) = warning_due(ending, now) else {
                continue;
            };
            let (occasion, subject, text) = ending_mail(ending, warning, now);
            if self.logged.insert(occasion.clone()) {
                report::oauth2::ends_soon(ending, ending.days_left(now));
            }
            self.record(office, &occasion, subject, &text, now)?;
        }
        Ok(())
    }

    fn record(
        &self,
        office: &Office,
        occasion: &str,
        subject: &str,
        text: &str,
        now: Timestamp,
    ) -> Result<(), JournalError> {
        if is_shadow(office) {
            return Ok(());
        }
        let settings = &office.settings;
        let mail = office
            .writer
            .trouble(occasion, subject, text, settings, now);
        let entry = Entry {
            effects: vec![mail],
            ..Entry::default()
        };
        if !self.journal.record(entry, now)?.is_empty() {
            self.outbox_wake.notify_one();
        }
        Ok(())
    }
}

/// A refresh token that the server has just replaced must reach the disk.
async fn finish(keeper: &Keeper) {
    const AT_MOST: Duration = Duration::from_secs(20);
    let _ = tokio::time::timeout(AT_MOST, keeper.settled()).await;
}

fn until_next_look(health: &Health, now: Timestamp) -> Duration {
    let next = (health.next_refresh).map(|next| next.duration_since(now));
    let next = next.and_then(|next| Duration::try_from(next).ok());
    match (&health.failing, next) {
        (None, Some(next)) => next.clamp(LOOK_AT_MOST_EVERY, LOOK_EVERY),
        _ => Duration::from_secs(1),
    }
}

/// Once for each warning.
fn ending_mail(ending: &Ending, warning: i64, now: Timestamp) -> (String, &'static str, String) {
    let occasion = format!("oauth2 end {} {} {warning}", ending.what, ending.on);
    let when = match ending.days_left(now) {
        left if left < 0 => format!("ended on {}", ending.on),
        0 => format!("ends today ({})", ending.on),
        1 => format!("ends tomorrow ({})", ending.on),
        left => format!("ends in {left} days ({})", ending.on),
    };
    let text = format!(
        "Of the account in [oauth2], {} {when}. From then on handoffd gets no access token and can neither fetch nor send mail.\n\nA new one is made at \
         the provider; docs/oauth2.md has the steps. Then set secret_expires in handoffd.toml where it is used, reload, and see with \
         `handoffd login` that it works.\n",
        ending.what
    );
    (occasion, "handoffd's access to the mailbox ends soon", text)
}
