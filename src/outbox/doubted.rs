//! Mails that may have left are looked at again until it is known, by the evidence that there is by then.

use super::doubt::{self, Evidence};
use super::lane::Lane;
use super::{Busy, Errand, LOOK_AT_LEAST_EVERY, Outbox, Returned, report};
use crate::journal::{JournalError, on_disk};
use crate::task::of_same_mailbox;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The server is not looked in at more often, whatever the evidence seems to want.
const LOOK_IN_AGAIN_AFTER: Duration = Duration::from_secs(1);

impl Outbox {
    /// Settles what can be settled; whether our server is to be asked first, for want of a sign that it works.
    pub(super) fn look_at_doubts(&mut self) -> Result<bool, JournalError> {
        let swept = *self.swept.borrow_and_update();
        let now = (self.desk.clock)();
        let desk = Arc::clone(&self.desk);
        let (journal, settings) = (&desk.journal, &desk.settings);
        let mut still_doubted = BTreeMap::new();
        let mut asks_for_server = false;
        for doubt in on_disk(|| journal.doubted())? {
            let id = doubt.record.message_id.clone();
            // What is on its way at this moment is settled by whoever carries it.
            if (self.busy.iter()).any(|busy| busy.errand == Errand::Mail(id.clone())) {
                continue;
            }
            let since = self.doubted_since.get(&id).copied();
            let since = since.unwrap_or(now.passed);
            let evidence = {
                let standing = desk.standing.lock();
                Evidence {
                    doubted_since: since,
                    swept: swept.map(|swept| swept.passed),
                    outages: standing.outages(),
                    server_seen: standing.server_seen(),
                    sent_is_watched: self.sent_is_watched,
                    sent_read: standing.sent_read,
                }
            };
            let Some(verdict) = doubt::verdict(&doubt, evidence, settings, now) else {
                asks_for_server |= doubt::asks_for_server(&doubt, evidence, settings, now);
                still_doubted.insert(id, since);
                continue;
            };
            // The next doubt about it, if there is one, begins anew.
            if on_disk(|| journal.resolve_doubt(&id, verdict.clone(), now.shown))? {
                report::doubt_resolved(&doubt.record, &verdict);
                self.desk.settled.notify_one();
            }
        }
        self.doubted_since = still_doubted;
        Ok(asks_for_server)
    }

    /// Sees whether our server lets us in, and says after what time it may be seen again. While a mail is on its way, that one tells.
    pub(super) fn look_in(&mut self, shutdown: &CancellationToken) -> Duration {
        if !self.busy.is_empty() {
            return LOOK_AT_LEAST_EVERY;
        }
        let since = self.looked_in.map(|last| last.elapsed());
        let left = since.map_or(Duration::ZERO, |since| {
            LOOK_IN_AGAIN_AFTER.saturating_sub(since)
        });
        if !left.is_zero() {
            return left;
        }
        self.looked_in = Some(Instant::now());
        let lane = self.idle.pop();
        let mut lane = lane.unwrap_or_else(|| Lane::new(Arc::clone(&self.desk)));
        self.busy.push(Busy {
            errand: Errand::LookIn,
            began: Instant::now(),
            under_way: lane.under_way(),
        });
        let shutdown = shutdown.clone();
        let looking = async move {
            let end = lane.look_in(&shutdown).await;
            Returned {
                lane,
                errand: Errand::LookIn,
                end,
            }
        };
        self.tasks.spawn(of_same_mailbox(looking));
        LOOK_IN_AGAIN_AFTER
    }
}
