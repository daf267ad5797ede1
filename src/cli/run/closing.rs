//! How is a journal let go when its mailbox is left? Its lease is given back, so that another process has not to wait for the end of it, and it is closed. That
//! waits for a database, which may be slow: several are let go side by side, on threads of their own, and none is waited for longer than that is worth.

use crate::journal::{Head, Journal};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// The longest that a database is waited for: after that the lease ends by itself, which is all that others miss. Well below `TimeoutStopSec` of the unit.
pub(super) const GIVEN_BACK_WITHIN: Duration = Duration::from_secs(10);

/// Lets one go, beginning at once. The end of its chain, where it was closed in time.
pub(super) fn close(
    journal: Arc<Journal>,
    limit: Duration,
) -> impl Future<Output = Option<Head>> + Send + use<> {
    // Files are nobody's to wait for, and must be closed before they are opened again.
    let limit = journal.lease().map(|lease| limit.min(lease.length()));
    let (tell, told) = oneshot::channel();
    begin(journal, move |head| drop(tell.send(head)));
    async move {
        let told = match limit {
            Some(limit) => tokio::time::timeout(limit, told).await.ok()?,
            None => told.await,
        };
        told.ok().flatten()
    }
}

/// Lets all of them go, and waits for them.
pub(super) fn close_all(journals: Vec<Journal>, limit: Duration) {
    let until = Instant::now() + limit;
    let journals = journals.into_iter().map(|journal| {
        let (tell, told) = sync_channel(1);
        let has_lease = journal.lease().is_some();
        begin(Arc::new(journal), move |head| drop(tell.send(head)));
        (has_lease, told)
    });
    for (has_lease, told) in journals.collect::<Vec<_>>() {
        // None of them has anything to say but that it is closed.
        let _: Option<Option<Head>> = match has_lease {
            true => told
                .recv_timeout(until.saturating_duration_since(Instant::now()))
                .ok(),
            false => told.recv().ok(),
        };
    }
}

/// On a thread of its own. Without one to spare the journal goes with the work: that gives it back as well.
fn begin(journal: Arc<Journal>, tell: impl FnOnce(Option<Head>) + Send + 'static) {
    let work = move || {
        journal.give_back();
        let head = journal.head();
        drop(journal);
        tell(head);
    };
    let _ = std::thread::Builder::new()
        .name("closing".to_owned())
        .spawn(work);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Database, JournalName};
    use crate::journal::store::{PostgresStore, postgres_tests};
    use crate::journal::{Lookout, Seen};
    use futures_util::future::join_all;

    const LIMIT: Duration = Duration::from_secs(2);

    #[test]
    fn many_are_given_back_side_by_side_and_a_slow_database_holds_up_nobody_for_long() {
        let database = Database {
            lease: Duration::from_secs(600),
            ..postgres_tests::database()
        };
        let names: Vec<JournalName> = (0..4)
            .map(|number| JournalName::parse(&format!("journal-{number}")).unwrap())
            .collect();
        let names: Vec<&JournalName> = names.iter().collect();
        let folder = tempfile::tempdir().unwrap();
        let open = || -> Vec<Journal> {
            let opened = names.iter().map(|name| {
                let database = Database {
                    journal: (*name).clone(),
                    ..database.clone()
                };
                let store = PostgresStore::open(&database, &Arc::default()).unwrap();
                Journal::with_store(Box::new(store), folder.path())
            });
            opened.collect()
        };
        let all_at_once = |journals: Vec<Journal>| close_all(journals, LIMIT);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let each_by_itself = |journals: Vec<Journal>| {
            let closing = journals
                .into_iter()
                .map(|journal| close(Arc::new(journal), LIMIT));
            let _ = runtime.block_on(async { join_all(closing).await });
        };
        let ways: [&dyn Fn(Vec<Journal>); 2] = [&all_at_once, &each_by_itself];
        let mut lookout = Lookout::over(&database).unwrap();
        let (beside, client) = postgres_tests::plain_client(&database);
        for close in ways {
            let journals = open();
            let leases: Vec<_> = journals.iter().filter_map(Journal::lease).collect();
            let hold_up = "begin; select from handoffd_lease for update";
            beside.block_on(client.batch_execute(hold_up)).unwrap();
            let began = Instant::now();
            close(journals);
            let took = began.elapsed();
            assert!(took >= LIMIT, "it was held up");
            assert!(took < 3 * LIMIT, "one after the other: {took:?}");
            // Nothing is sent for any of them any more, whatever the database says.
            assert!(leases.iter().all(|lease| lease.is_lost()));
            beside.block_on(client.batch_execute("rollback")).unwrap();
            let until = Instant::now() + Duration::from_secs(60);
            let is_free = |seen: &Seen| matches!(seen, Seen::Free(_));
            while !lookout.look(&names).unwrap().iter().all(is_free) {
                assert!(Instant::now() < until, "not given back");
            }
        }
    }

    #[test]
    fn files_are_closed_when_that_is_said() {
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..3 {
            close_all(vec![Journal::open(folder.path()).unwrap()], Duration::ZERO);
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        for _ in 0..3 {
            let journal = Arc::new(Journal::open(folder.path()).unwrap());
            let _ = runtime.block_on(async { close(journal, Duration::ZERO).await });
        }
    }
}
