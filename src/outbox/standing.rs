//! How it stands with the server and with the domains beyond it: what the sender remembers, and what people are told who look at the outbox.
//! It outlives a reload, which makes a new sender.

use super::destinations::Destinations;
use super::turn::{HeldBy, OnTheirWay, Turn, turn};
use crate::clock::Moment;
use crate::journal::EffectRecord;
use jiff::Timestamp;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// So much of an outage is waited for once more; mail servers make no longer pauses.
const OUTAGE_COUNTED_MAX: Duration = Duration::from_hours(2);

/// How it stands; shared by the sender and by whoever asks.
#[derive(Debug, Default)]
pub struct Standing {
    inner: Mutex<Inner>,
}

/// What is behind the lock; nobody waits while holding it.
#[derive(Debug, Default)]
pub(super) struct Inner {
    /// Domains in trouble.
    pub(super) destinations: Destinations,
    /// Mails on their way at this moment.
    pub(super) on_their_way: OnTheirWay,
    /// Why the server cannot be used, where it cannot.
    away: Option<Away>,
    /// When the last look at the folder of sent mail began that came to its end.
    pub(super) sent_read: Option<Instant>,
    /// When the inbox could not be reached.
    inbox: Outages,
    /// The same of our SMTP server.
    server: Outages,
    /// When it let us in last, if no connection broke after that.
    server_seen: Option<Instant>,
}

/// When something could not be reached.
#[derive(Debug, Default)]
struct Outages {
    /// Since when it is away.
    since: Option<Instant>,
    /// The last one that is over.
    last: Option<Outage>,
}

impl Outages {
    fn lost(&mut self, now: Instant) {
        self.since.get_or_insert(now);
    }

    fn works(&mut self, now: Instant) {
        let Some(since) = self.since.take() else {
            return;
        };
        let length = now.saturating_duration_since(since);
        // A connection that was lost and is there again at once, in a longer one's wake, makes nobody forget that.
        let goes_on = (self.last).filter(|outage| outage.length > length && now < outage.over());
        if goes_on.is_none() {
            self.last = Some(Outage { ended: now, length });
        }
    }
}

impl Inner {
    /// The last outages of the inbox and of our SMTP server.
    pub(super) const fn outages(&self) -> [Option<Outage>; 2] {
        [self.inbox.last, self.server.last]
    }

    /// When our SMTP server let us in last; `None` where it is not known to be there.
    pub(super) const fn server_seen(&self) -> Option<Instant> {
        match self.server.since {
            Some(_) => None,
            None => self.server_seen,
        }
    }
}

/// A time for which something could not be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outage {
    /// When it ended.
    pub(super) ended: Instant,
    /// How long it was.
    pub(super) length: Duration,
}

#[derive(Clone, Debug)]
struct Away {
    since: Timestamp,
    next_try: Timestamp,
    why: String,
}

/// What holds a waiting mail back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holding {
    /// An earlier mail of the same ticket to the same recipient is not settled.
    Order {
        /// That mail.
        mail: String,
    },
    /// The servers of its recipients fail.
    Destination {
        /// The domain.
        domain: String,
        /// Since when.
        since: Timestamp,
        /// When it is tried again.
        until: Timestamp,
        /// The last words.
        why: String,
    },
    /// Our own server cannot be used.
    Server {
        /// Since when.
        since: Timestamp,
        /// When it is tried again.
        until: Timestamp,
        /// The last words.
        why: String,
    },
    /// It, or another mail to the same domain, is being sent at this moment.
    OnItsWay,
}

impl Outage {
    /// Until when mail that could not be delivered to the inbox meanwhile may still be on its way: servers try again in steps that grow with
    /// the time for which they have tried, so as long again.
    pub(super) fn over(&self) -> Instant {
        self.ended + self.length.min(OUTAGE_COUNTED_MAX)
    }
}

impl Holding {
    /// In one word, for machines.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Order { .. } => "order",
            Self::Destination { .. } => "destination",
            Self::Server { .. } => "server",
            Self::OnItsWay => "on-its-way",
        }
    }

    /// In a sentence, for people.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Order { mail } => {
                format!("an earlier mail of this ticket to the same recipient comes first: {mail}")
            }
            Self::Destination {
                domain, since, why, ..
            } => format!(
                "{domain} is left alone between tries, its servers fail since {since}: {why}"
            ),
            Self::Server { since, why, .. } => {
                format!("our server cannot be used since {since}: {why}")
            }
            Self::OnItsWay => {
                "it, or another mail to the same domain, is being sent now".to_owned()
            }
        }
    }

    /// Until when, where that is known.
    #[must_use]
    pub const fn until(&self) -> Option<Timestamp> {
        match self {
            Self::Destination { until, .. } | Self::Server { until, .. } => Some(*until),
            Self::Order { .. } | Self::OnItsWay => None,
        }
    }
}

impl Standing {
    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The server could not be used.
    pub(super) fn server_failed(&self, why: &str, now: Moment, next_try: Timestamp) {
        let mut inner = self.lock();
        inner.server.lost(now.passed);
        let since = inner.away.as_ref().map_or(now.shown, |away| away.since);
        inner.away = Some(Away {
            since,
            next_try,
            why: why.to_owned(),
        });
    }

    /// The server let us in.
    pub(super) fn server_works(&self, now: Instant) {
        let mut inner = self.lock();
        inner.away = None;
        inner.server_seen = Some(now);
        inner.server.works(now);
    }

    /// A connection broke: whether the server is still there is not known.
    pub(super) fn server_out_of_sight(&self) {
        self.lock().server_seen = None;
    }

    /// Why our server cannot be used, since when, and when it is tried again; `None` where it works, or was not needed yet.
    #[must_use]
    pub fn server_away(&self) -> Option<Holding> {
        let inner = self.lock();
        inner.away.as_ref().map(|away| Holding::Server {
            since: away.since,
            until: away.next_try,
            why: away.why.clone(),
        })
    }

    /// The inbox cannot be reached.
    pub fn inbox_lost(&self, now: Instant) {
        self.lock().inbox.lost(now);
    }

    /// The inbox is open.
    pub fn inbox_opened(&self, now: Instant) {
        self.lock().inbox.works(now);
    }

    /// Somebody asks for what is held back to be tried: no domain is left alone any more.
    pub fn try_all(&self) {
        self.lock().destinations = Destinations::default();
    }

    /// The folder of sent mail was read to its end, in a look that began then: what lay there at that time is on record.
    pub fn sent_was_read(&self, began: Instant) {
        self.lock().sent_read = Some(began);
    }

    /// What holds a waiting mail back at that time, beyond its own next try. `earlier`: what was recorded before it in the same ticket and is
    /// not settled.
    #[must_use]
    pub fn holding(
        &self,
        mail: &EffectRecord,
        earlier: &[EffectRecord],
        now: Timestamp,
    ) -> Option<Holding> {
        let inner = self.lock();
        let held = match turn(mail, earlier, &inner.destinations, &inner.on_their_way, now) {
            Turn::Now { .. } => None,
            Turn::Held(held) => Some(held),
        };
        match (held, &inner.away) {
            (Some(HeldBy::Order(mail)), _) => Some(Holding::Order {
                mail: mail.to_string(),
            }),
            (Some(HeldBy::OnItsWay), _) => Some(Holding::OnItsWay),
            (_, Some(away)) => Some(Holding::Server {
                since: away.since,
                until: away.next_try,
                why: away.why.clone(),
            }),
            (
                Some(HeldBy::Destination {
                    domain,
                    since,
                    until,
                    why,
                }),
                None,
            ) => Some(Holding::Destination {
                domain,
                since,
                until,
                why,
            }),
            (None, None) => None,
        }
    }
}
