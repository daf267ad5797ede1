//! Which copies of sent mail are new in the support mailbox? Looked at before each sweep of the inbox, for reading alone. Whatever goes wrong
//! here is told and tried again; the inbox waits for one batch of it, or for one failing try, and never for the whole folder.

use super::Office;
use super::handle::Clerk;
use super::kept_back::{KeptBack, Patience};
use super::sweep::{Fetched, Gateway, SweepError};
use crate::chance;
use crate::clock;
use crate::config::Inbox;
use crate::inbox::{Backoff, Connection, Cursor, Place};
use crate::journal::{Entry, Journal, JournalError, SentMail, on_disk};
use crate::report;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The wait after a first failure.
const FIRST_WAIT: Duration = Duration::from_secs(5);
/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_mins(10);
/// More logins in a minute look like a server that lets us in and drops us at once.
const LOGINS_PER_MINUTE: usize = 5;

/// The folder of sent mail, and the connection on which it is read.
pub(super) struct SentFolder {
    settings: Inbox,
    connection: Option<Connection>,
    backoff: Backoff,
    kept_back: KeptBack,
    /// Not before this, after a failure; on a clock that nobody sets back.
    rests_until: Option<Instant>,
}

/// How far a look came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Read {
    /// To the end: what is not on record is not in the folder.
    All,
    /// There may be more.
    Part,
}

/// No mail that waits, or is in doubt, was tried before this day; with two days for clocks and time zones.
fn first_day_of_tries(
    office: &Office,
    journal: &Journal,
) -> Result<jiff::civil::Date, JournalError> {
    let longest = office.settings.smtp.retry_give_up_after;
    let began = clock::now().checked_sub(longest).unwrap_or(Timestamp::MIN);
    // What was in doubt when handoffd was stopped for long.
    let doubted = journal.doubted()?;
    let doubted = doubted.iter().map(|doubt| doubt.record.recorded_at);
    let began = doubted.fold(began, Timestamp::min);
    let day = began.to_zoned(TimeZone::UTC).date();
    Ok(day.checked_sub(2.days()).unwrap_or(day))
}

impl SentFolder {
    /// `None` where the settings name no such folder.
    pub(super) fn of(office: &Office, patience: Patience) -> Option<Self> {
        let settings = office.settings.inbox.of_sent_mail()?;
        Some(Self {
            settings,
            connection: None,
            backoff: Backoff::new(FIRST_WAIT, LONGEST_WAIT, LOGINS_PER_MINUTE),
            kept_back: KeptBack::new(patience),
            rests_until: None,
        })
    }
}

impl Gateway {
    /// Looks at what was sent from the support mailbox since the last look.
    ///
    /// # Errors
    /// The store failed. A folder that cannot be read is reported and looked at again later.
    pub(super) async fn look_at_sent(
        &self,
        office: &Office,
        sent: &mut SentFolder,
        shutdown: &CancellationToken,
    ) -> Result<(), JournalError> {
        let began = clock::moment().passed;
        if sent.rests_until.is_some_and(|until| began < until) {
            return Ok(());
        }
        let looked = tokio::select! {
            biased;
            () = shutdown.cancelled() => return Ok(()),
            looked = self.read_sent(office, sent) => looked,
        };
        match looked {
            Ok(read) => {
                sent.rests_until = None;
                if read == Read::All {
                    self.standing.sent_was_read(began);
                }
                Ok(())
            }
            Err(SweepError::Journal(error)) => Err(error),
            Err(SweepError::Inbox(error)) => {
                sent.connection = None;
                let wait = sent.backoff.failed(chance::number());
                report::inbox::sent_folder_failed(&error, wait);
                sent.rests_until = clock::moment().passed.checked_add(wait);
                Ok(())
            }
        }
    }

    async fn read_sent(&self, office: &Office, sent: &mut SentFolder) -> Result<Read, SweepError> {
        let mut connection = match sent.connection.take() {
            Some(connection) => connection,
            None => Connection::open_read_only(&sent.settings).await?,
        };
        connection.check_folder().await?;
        let folder = sent.settings.whole_name();
        let known = self
            .first_sent_cursor(office, &folder, &mut connection)
            .await?;
        let mut cursor = known.cursor;
        // One batch a round: the inbox, in which urgent mail may wait, comes first again.
        let fetched = self
            .fetch(&mut connection, cursor, &mut sent.kept_back)
            .await?;
        let looked_at = |cursor: Cursor| SentMail {
            folder: folder.clone(),
            cursor,
            history_until: known.history_until.filter(|until| cursor.uid <= *until),
        };
        let read = match fetched {
            Fetched::Nothing => Read::All,
            Fetched::KeptBack { place, why } => {
                cursor.uid = place.uid;
                self.pass_copy_over(place, &why, looked_at(cursor))?;
                Read::Part
            }
            Fetched::Mails(arrivals) => {
                for arrival in arrivals {
                    cursor.uid = arrival.place.uid;
                    let looked_at = looked_at(cursor);
                    let clerk = Clerk::new(office, &self.journal);
                    let noted = on_disk(|| {
                        let looked_at = Some(looked_at.clone());
                        catch_unwind(AssertUnwindSafe(|| {
                            clerk.note_sent(&arrival, looked_at, clock::now())
                        }))
                    });
                    match noted {
                        Ok(noted) => drop(noted?),
                        // Nobody waits for an answer to a copy: the ones behind it matter more.
                        Err(_) => {
                            let why = "looking at it broke down";
                            self.pass_copy_over(arrival.place, why, looked_at)?;
                        }
                    }
                    self.works_on();
                }
                Read::Part
            }
        };
        sent.backoff.succeeded(clock::moment().passed);
        sent.connection = Some(connection);
        Ok(read)
    }

    fn pass_copy_over(
        &self,
        place: Place,
        why: &str,
        looked_at: SentMail,
    ) -> Result<(), JournalError> {
        report::inbox::sent_mail_kept_back(place, why);
        let entry = Entry {
            sent_mail: Some(looked_at),
            ..Entry::default()
        };
        self.journal.record(entry, clock::now())?;
        Ok(())
    }

    /// At the first look what lies in the folder is history. But a copy of ours that was filed before this look, as soon as a mail left, is what
    /// shows that it did, so none that the outbox may still ask for lies behind. With another UIDVALIDITY it begins anew; what was noted before is
    /// recognised.
    async fn first_sent_cursor(
        &self,
        office: &Office,
        folder: &str,
        connection: &mut Connection,
    ) -> Result<SentMail, SweepError> {
        let uid_validity = connection.uid_validity();
        let known = self.journal.sent_mail()?;
        let known = known.filter(|known| known.folder == folder);
        if let Some(known) = &known
            && known.cursor.uid_validity == uid_validity
        {
            return Ok(known.clone());
        }
        let (uid, history_until) = match known {
            Some(_) => (0, None),
            None => {
                let last = connection.last_uid().await?;
                let day = first_day_of_tries(office, &self.journal)?;
                let ours = connection.first_uid_of_ours_since(day).await?;
                let from = ours.map_or(last, |ours| last.min(ours.saturating_sub(1)));
                (from, Some(last))
            }
        };
        let first = SentMail {
            folder: folder.to_owned(),
            cursor: Cursor { uid_validity, uid },
            history_until,
        };
        let entry = Entry {
            sent_mail: Some(first.clone()),
            ..Entry::default()
        };
        self.journal.record(entry, clock::now())?;
        Ok(first)
    }
}
