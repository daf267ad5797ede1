//! Tells what is due, each webhook beside the others, from what the journal holds. What is not taken is tried again, later each time, and given up
//! after the set time: the admin is told then. A receiver that is away is left alone for a while.

use super::signature;
use crate::clock;
use crate::config::Webhook;
use crate::gateway::Office;
use crate::https::{self, Post};
use crate::journal::{Journal, JournalError, RecordedTelling, on_disk};
use crate::report::webhook as report;
use crate::watch::{Happened, Kind, Teller};
use futures_util::future::join_all;
use hyper::body::Bytes;
use hyper::header::{HeaderName, HeaderValue};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// How long one try may take.
const TRY_MAX: Duration = Duration::from_secs(10);
/// Nothing of an answer is read but its status; more than this is no answer.
const ANSWER_MAX_BYTES: usize = 64 * 1024;
/// So many are read at once.
const AT_ONCE: usize = 50;
/// The wait before the first further try; doubled each time.
const FIRST_DELAY: Duration = Duration::from_secs(5);
/// And the longest.
const LONGEST_DELAY: Duration = Duration::from_hours(1);
/// A receiver that failed several times in a row is left alone for so long at most: one that is back must not wait for an hour.
const LONGEST_REST: Duration = Duration::from_mins(1);
/// Without news it is looked so often all the same.
const LOOK_AT_LEAST_EVERY: Duration = Duration::from_secs(30);
/// The wait after a failure of the store.
const STORE_PAUSE: Duration = Duration::from_secs(20);

/// The part of the daemon that tells webhooks.
pub struct Courier {
    office: Arc<RwLock<Arc<Office>>>,
    journal: Arc<Journal>,
    /// Notified when the settings were replaced.
    replaced: Arc<Notify>,
}

/// How it went with one webhook.
enum Told {
    /// All that was due.
    All,
    /// The receiver did not take the last.
    Refused,
}

impl Courier {
    /// A courier.
    #[must_use]
    pub const fn new(
        office: Arc<RwLock<Arc<Office>>>,
        journal: Arc<Journal>,
        replaced: Arc<Notify>,
    ) -> Self {
        Self {
            office,
            journal,
            replaced,
        }
    }

    /// Runs until `shutdown`. A try that is under way then, or when the settings are replaced, is not waited for: it is made again.
    pub async fn run(self, shutdown: CancellationToken) {
        while !shutdown.is_cancelled() {
            let office = Arc::clone(&self.office.read().unwrap_or_else(PoisonError::into_inner));
            let webhooks = &office.settings.webhooks;
            self.drop_those_of_others(webhooks);
            let all = join_all(webhooks.iter().map(|webhook| self.keep(webhook, &shutdown)));
            tokio::pin!(all);
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = self.replaced.notified() => {}
                // Without webhooks nothing is waited for there.
                _ = &mut all, if !webhooks.is_empty() => {}
            }
        }
    }

    /// What a webhook was to be told that is no longer in the settings.
    fn drop_those_of_others(&self, webhooks: &[Webhook]) {
        let names: BTreeSet<_> = webhooks.iter().map(|webhook| &webhook.name).collect();
        match on_disk(|| self.journal.drop_tellings_except(&names)) {
            Ok(0) => {}
            Ok(dropped) => report::dropped(dropped),
            Err(error) => report::store_failed(&error),
        }
    }

    /// Tells one webhook, until it is stopped.
    async fn keep(&self, webhook: &Webhook, stop: &CancellationToken) {
        let mut news = self.journal.news_of_tellings();
        let mut failures = 0_u32;
        while !stop.is_cancelled() {
            news.mark_unchanged();
            let wait = match self.tell_all(webhook, stop, &mut failures).await {
                Ok(Told::All) => {
                    failures = 0;
                    on_disk(|| self.until_next(webhook))
                }
                Ok(Told::Refused) => {
                    failures = failures.saturating_add(1);
                    // What failed is due later; the others may have better luck.
                    Ok(rest(failures))
                }
                Err(error) => Err(error),
            };
            let wait = wait.unwrap_or_else(|error| {
                report::store_failed(&error);
                STORE_PAUSE
            });
            tokio::select! {
                () = stop.cancelled() => {}
                _ = news.changed(), if failures == 0 => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    fn until_next(&self, webhook: &Webhook) -> Result<Duration, JournalError> {
        let next = self.journal.next_telling(&webhook.name)?;
        let wait = next.map_or(LOOK_AT_LEAST_EVERY, |next| {
            let wait = next.duration_since(clock::now());
            Duration::try_from(wait).unwrap_or(Duration::ZERO)
        });
        Ok(wait.clamp(Duration::from_millis(1), LOOK_AT_LEAST_EVERY))
    }

    /// Tells what is due, the longest due first, until one is not taken.
    async fn tell_all(
        &self,
        webhook: &Webhook,
        stop: &CancellationToken,
        failures: &mut u32,
    ) -> Result<Told, JournalError> {
        loop {
            let due = on_disk(|| {
                let due = self
                    .journal
                    .tellings_due(&webhook.name, clock::now(), AT_ONCE)?;
                if !due.is_empty() {
                    // It is told of nothing that a crash could still take back.
                    self.journal.sync()?;
                    self.journal.still_ours()?;
                }
                Ok::<_, JournalError>(due)
            })?;
            if due.is_empty() {
                return Ok(Told::All);
            }
            for telling in due {
                // Somebody may have been forgotten since it was read.
                if !on_disk(|| self.journal.is_still_to_be_told(&telling))? {
                    continue;
                }
                let tried = tokio::select! {
                    biased;
                    () = stop.cancelled() => return Ok(Told::All),
                    tried = tell(webhook, &telling) => tried,
                };
                match tried {
                    Ok(()) => {
                        *failures = 0;
                        on_disk(|| self.journal.telling_was_taken(telling))?;
                    }
                    Err(why) => {
                        on_disk(|| self.failed(webhook, telling, &why))?;
                        return Ok(Told::Refused);
                    }
                }
            }
        }
    }

    fn failed(
        &self,
        webhook: &Webhook,
        recorded: RecordedTelling,
        why: &str,
    ) -> Result<(), JournalError> {
        let telling = recorded.telling();
        let now = clock::now();
        let name = &webhook.name;
        // One that is from the future by this clock ends by its tries.
        let is_over = later(telling.recorded_at, webhook.give_up_after) <= now
            || (telling.recorded_at > now && telling.attempts >= TRIES_FROM_THE_FUTURE);
        if !is_over {
            let due = later(now, delay(telling.attempts));
            report::not_taken(name, telling, why, due);
            return self.journal.put_telling_off(recorded, due, why);
        }
        report::given_up(name, telling, why);
        let happened = |what: String| Happened {
            kind: Kind::WebhookLost,
            at: now,
            to: format!("{name} {what}"),
            why: format!("{name}: {why}"),
            told_by: Teller::Report,
        };
        let (occasion, ticket) = (telling.occasion.as_str(), telling.ticket.clone());
        self.journal
            .give_telling_up(recorded, &happened(format!("{occasion} {ticket}")))?;
        // What is as old has been waiting behind it: a receiver that is away for long is tried once a minute, and more than that may happen.
        let before = earlier(now, webhook.give_up_after);
        let given_up = self
            .journal
            .give_old_tellings_up(name, before, |count| happened(format!("{count} further")))?;
        if given_up > 0 {
            report::given_up_with_it(name, given_up);
        }
        Ok(())
    }
}

/// After so many tries one ends whose time cannot be told.
const TRIES_FROM_THE_FUTURE: u32 = 30;

/// One try.
async fn tell(webhook: &Webhook, recorded: &RecordedTelling) -> Result<(), String> {
    let telling = recorded.telling();
    let signature = signature(&webhook.secret, clock::now().as_second(), &telling.body);
    let header = |name: &'static str, value: &str| {
        let value = HeaderValue::try_from(value).map_err(|error| error.to_string())?;
        Ok::<_, String>((HeaderName::from_static(name), value))
    };
    let headers = vec![
        header("handoffd-event", telling.occasion.as_str())?,
        header("handoffd-delivery", &telling.id)?,
        header("handoffd-signature", &signature)?,
    ];
    let reply = https::post(Post {
        endpoint: &webhook.url,
        ca_file: webhook.ca_file.as_deref(),
        content_type: "application/json",
        headers,
        body: Bytes::from(telling.body.clone()),
        patience: TRY_MAX,
        answer_max_bytes: ANSWER_MAX_BYTES,
    });
    let reply = reply.await.map_err(|error| error.to_string())?;
    match reply.status {
        200..=299 => Ok(()),
        status @ 300..=399 => Err(format!(
            "it sends us on to another address ({status}), which is not followed: write the final address"
        )),
        status => Err(format!("it answered with status {status}")),
    }
}

/// The wait after so many tries in vain before the last one.
fn delay(before: u32) -> Duration {
    let plain = FIRST_DELAY.saturating_mul(1 << before.min(20));
    plain.min(LONGEST_DELAY)
}

/// How long a receiver is left alone after so many failures in a row; not at all after the first, which may be about that telling alone.
fn rest(failures: u32) -> Duration {
    match failures.checked_sub(2) {
        None => Duration::ZERO,
        Some(more) => FIRST_DELAY
            .saturating_mul(1 << more.min(10))
            .min(LONGEST_REST),
    }
}

fn earlier(moment: Timestamp, wait: Duration) -> Timestamp {
    let wait = SignedDuration::try_from(wait).ok();
    wait.and_then(|wait| moment.checked_sub(wait).ok())
        .unwrap_or(Timestamp::MIN)
}

fn later(moment: Timestamp, wait: Duration) -> Timestamp {
    let wait = SignedDuration::try_from(wait).ok();
    wait.and_then(|wait| moment.checked_add(wait).ok())
        .unwrap_or(Timestamp::MAX)
}
