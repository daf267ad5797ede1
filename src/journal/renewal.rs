//! How is a lease kept? It is renewed three times within its length, each in time for another try before it ends. The same for every kind of
//! shared store; how one asks is the store's affair.

use super::lease::Lease;
use std::sync::Arc;
use std::time::Duration;

/// The longest wait before a renewal that failed is tried again.
const RENEWED_AGAIN_AFTER: Duration = Duration::from_millis(500);

/// What asking for a renewal came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Renewed {
    /// It goes on.
    Yes {
        /// Who asks for the journal, having fewer.
        wanted_by: Option<String>,
    },
    /// It is another's, or was given back.
    No,
    /// There was no answer in time.
    Unknown,
}

/// Who asks the database.
pub(crate) trait Renew {
    /// Asks once, and gives up after `limit`.
    fn renew(&mut self, lease: &Lease, limit: Duration) -> impl Future<Output = Renewed> + Send;
}

/// Renews the lease until it is lost. One that ran out while the database was away is still ours where nobody took it. `step_timeout`: how long an
/// answer of the database is waited for elsewhere.
pub(crate) async fn keep(lease: Arc<Lease>, step_timeout: Duration, mut asks: impl Renew) {
    let every = lease.length() / 3;
    // A silent server must leave time for another try before the lease ends.
    let limit = step_timeout.min(lease.length() / 6);
    let mut wait = every;
    while !lease.is_lost() {
        tokio::time::sleep(wait).await;
        let asked = lease.now();
        match asks.renew(&lease, limit).await {
            Renewed::Yes { wanted_by } => {
                lease.renewed(asked);
                lease.is_wanted(wanted_by);
                wait = every;
            }
            Renewed::No => lease.lose(),
            Renewed::Unknown => wait = RENEWED_AGAIN_AFTER.min(every),
        }
    }
}
