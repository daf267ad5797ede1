//! Who may write to a journal: the lease is taken, renewed and given back. All its times are the database's clock.

use super::commit::stored;
use super::connection::{Connection, within};
use super::session::Worker;
use super::trouble::Trouble;
use crate::config::Database;
use crate::journal::lease::{AwakeClock, Lease};
use crate::journal::lease_row::LeaseRow;
use crate::journal::renewal::{self, Renew, Renewed};
use crate::journal::{HeldBy, JournalError};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;

/// What asking for the lease came to.
pub(super) enum Asked {
    Taken(Arc<Lease>),
    Held(HeldBy),
}

impl Worker {
    /// Takes the lease of a journal that is there, where it is free, has ended, or is ours. One try.
    pub(super) async fn take(&mut self, holder: &str) -> Result<Asked, Trouble> {
        let (journal, length) = (self.settings.journal.clone(), self.settings.lease);
        let clock = AwakeClock::of_machine();
        let asked = clock.now();
        let (connection, _) = self.connected().await?;
        match take_once(connection, journal.as_str(), holder, length).await {
            Ok(Ok(number)) => {
                let lease = Lease::taken(number, asked, length, clock);
                Ok(Asked::Taken(Arc::new(lease)))
            }
            Ok(Err(held)) => Ok(Asked::Held(held)),
            Err(trouble) => {
                self.roll_back().await;
                Err(trouble)
            }
        }
    }

    /// Who has the lease just now.
    pub(super) async fn held_by(&mut self) -> Result<Option<HeldBy>, JournalError> {
        let journal = self.settings.journal.clone();
        self.reading(async |connection, _| {
            let row = connection
                .query_opt(
                    "select holder, (extract(epoch from (until - clock_timestamp())) * 1000)::float8 \
                     from handoffd_lease where journal = $1 and until > clock_timestamp()",
                    &[&journal.as_str()],
                )
                .await?;
            let Some(row) = row else { return Ok(None) };
            let left: f64 = row.try_get(1)?;
            Ok(Some(HeldBy {
                holder: row.try_get(0)?,
                left: Duration::try_from_secs_f64(left / 1_000.0).unwrap_or_default(),
            }))
        })
        .await
    }

    /// Ends our lease, so that nobody has to wait for its end.
    pub(super) async fn give_back(&mut self, lease: Arc<Lease>) -> Result<(), JournalError> {
        let journal = self.settings.journal.clone();
        let number = stored(lease.number());
        self.reading(async |connection, _| {
            connection.execute(
                "update handoffd_lease set until = clock_timestamp(), holder = '' where journal = $1 and number = $2",
                &[&journal.as_str(), &number],
            ).await
        })
        .await?;
        Ok(())
    }
}

/// The number of our lease, or who has it.
async fn take_once(
    connection: &Connection,
    journal: &str,
    holder: &str,
    length: Duration,
) -> Result<Result<u64, HeldBy>, Trouble> {
    connection.run("begin").await?;
    let found = connection.query_one(
        "select number, holder, (extract(epoch from (until - clock_timestamp())) * 1000)::float8 \
         from handoffd_lease where journal = $1 for update",
        &[&journal],
    ).await?;
    let (number, left): (i64, f64) = (found.try_get(0)?, found.try_get(2)?);
    let row = LeaseRow {
        number: u64::try_from(number).unwrap_or_default(),
        holder: found.try_get(1)?,
        left: match left > 0.0 {
            true => Duration::try_from_secs_f64(left / 1_000.0).unwrap_or(length),
            false => Duration::ZERO,
        },
    };
    let taken = match row.take(holder) {
        Ok(number) => number,
        Err(held) => {
            connection.run("rollback").await?;
            return Ok(Err(held));
        }
    };
    let number = stored(taken);
    let _ = connection.execute(
        "update handoffd_lease set number = $2, holder = $3, until = clock_timestamp() + $4::float8 * interval '1 millisecond', wanted_by = null \
         where journal = $1",
        &[&journal, &number, &holder, &milliseconds(length)],
    ).await?;
    // Waits for what the holder before us has under way, and shuts it out from here on.
    let _ = connection
        .execute(
            "update handoffd_journal set fence = $2 where name = $1",
            &[&journal, &number],
        )
        .await?;
    connection.run("commit").await?;
    Ok(Ok(taken))
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// Renews the lease until it is lost, on a connection of its own: a long commit does not hold it up.
pub(super) fn keep(lease: Arc<Lease>, holder: String, settings: Database) -> JoinHandle<()> {
    let step_timeout = settings.step_timeout;
    let asks = OnItsOwnConnection {
        open: None,
        holder,
        settings,
    };
    tokio::spawn(renewal::keep(lease, step_timeout, asks))
}

struct OnItsOwnConnection {
    open: Option<Connection>,
    holder: String,
    settings: Database,
}

impl Renew for OnItsOwnConnection {
    async fn renew(&mut self, lease: &Lease, limit: Duration) -> Renewed {
        let Self {
            open,
            holder,
            settings,
        } = self;
        match within(limit, renew(open, lease, holder, settings, limit)).await {
            Ok(renewed) => renewed,
            Err(_) => {
                *open = None;
                Renewed::Unknown
            }
        }
    }
}

/// One try.
pub(super) async fn renew(
    open: &mut Option<Connection>,
    lease: &Lease,
    holder: &str,
    settings: &Database,
    limit: Duration,
) -> Result<Renewed, Trouble> {
    let connection = match open.take().filter(|connection| !connection.is_closed()) {
        Some(connection) => connection,
        None => Connection::open_for(settings, Some(lease.length()), limit).await?,
    };
    let length = milliseconds(lease.length());
    let number = stored(lease.number());
    let renewed = connection.query_opt(
        "update handoffd_lease set until = clock_timestamp() + $3::float8 * interval '1 millisecond' \
         where journal = $1 and number = $2 and holder = $4 \
         returning case when wanted_until > clock_timestamp() then wanted_by end",
        // Given back it has no holder: a renewal that was under way extends nothing.
        &[&settings.journal.as_str(), &number, &length, &holder],
    ).await?;
    *open = Some(connection);
    let Some(renewed) = renewed else {
        return Ok(Renewed::No);
    };
    let wanted_by = renewed.try_get(0)?;
    Ok(Renewed::Yes { wanted_by })
}
