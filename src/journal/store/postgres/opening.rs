//! How does an opening come to a journal and its lease? In one try, after which its caller may wait, or in several.
//!
//! Promise: a database that goes away at any moment of the opening is told apart from what does not pass by itself, so that it ends nobody who
//! stands by. What the database says of itself that makes a promise weaker is told.

use super::super::chain::{self, NOTHING_BEFORE};
use super::super::check::damaged_words;
use super::super::fence::Standing;
use super::super::linked::CHAINED_KEY;
use super::super::verify::full_key;
use super::super::{JournalError, Tree};
use super::commit::standing_in;
use super::connection::{Connection, Statements, Value, within};
use super::holding::{self, Asked};
use super::other_form;
use super::schema::{self, Version};
use super::session::{Session, Stands, Tries, Worker};
use super::trouble::Trouble;
use super::{ChainEnd, PostgresStore};
use crate::config::Database;
use crate::journal::{Headway, HeldBy, Lease, NotOpened};
use crate::report;
use std::sync::Arc;

/// What a journal is that is not there yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IfNew {
    /// The first one of its mailbox: one that was left behind under another name is not overlooked.
    First,
    /// What an export makes it.
    Filled,
}

/// An opening that is under way. Each step is one try.
pub(super) struct Opening<'a> {
    settings: &'a Database,
    session: Session,
    holder: String,
}

/// What stands there once the lease is ours.
struct FirstLook {
    standing: Standing,
    last_link: Option<Vec<u8>>,
}

impl<'a> Opening<'a> {
    /// Makes tables and journal where they are not there.
    pub(super) fn begin(settings: &'a Database, if_new: IfNew) -> Result<Self, NotOpened> {
        let opening = Self {
            settings,
            session: Session::start(settings.clone())?,
            holder: holder(),
        };
        let made = (opening.session).run(move |worker| Box::pin(worker.make_ready(if_new)))?;
        if made.map_err(|trouble| unreached(settings, trouble))? {
            report::gateway::database_may_forget(&settings.to_string());
        }
        Ok(opening)
    }

    /// Takes the lease and keeps it.
    pub(super) fn take(&self) -> Result<Arc<Lease>, NotOpened> {
        let holder = self.holder.clone();
        let asked = (self.session)
            .run(move |worker| Box::pin(async move { worker.take(&holder).await }))?;
        let lease = match asked.map_err(|trouble| unreached(self.settings, trouble))? {
            Asked::Taken(lease) => lease,
            Asked::Held(held) => return Err(NotOpened::Held(held)),
        };
        let (kept, holder) = (Arc::clone(&lease), self.holder.clone());
        let settings = self.settings.clone();
        self.session.run(move |_| {
            Box::pin(async move {
                drop(holding::keep(kept, holder, settings));
            })
        })?;
        Ok(lease)
    }

    /// The journal under this lease.
    pub(super) fn finish(
        self,
        lease: Arc<Lease>,
        headway: &Arc<Headway>,
    ) -> Result<PostgresStore, NotOpened> {
        match self.look(&lease) {
            Ok(end) => {
                let Self {
                    settings, session, ..
                } = self;
                headway.is_open();
                Ok(PostgresStore::with(
                    session,
                    settings,
                    Some(lease),
                    end,
                    headway,
                ))
            }
            Err(why) => {
                lease.lose();
                // Where that fails it ends by itself.
                let _ = (self.session).run(move |worker| Box::pin(worker.give_back(lease)));
                Err(why)
            }
        }
    }

    /// Looks at what the journal is.
    fn look(&self, lease: &Lease) -> Result<ChainEnd, NotOpened> {
        let found = (self.session).run(|worker| Box::pin(worker.first_look()))?;
        let FirstLook {
            standing,
            last_link,
        } = found.map_err(|trouble| unreached(self.settings, trouble))?;
        if standing.lease != lease.number() {
            return Err(NotOpened::Away(
                "it was out of reach for as long as our lease lasts, and another process was quicker"
                    .to_owned(),
            ));
        }
        let ChainEnd { commits, head } = standing.end;
        // The last link must be the one that the journal's row remembers. Everything else is looked at when somebody asks.
        let is_there = last_link.is_some_and(|link| chain::hash(commits, &link) == head);
        match commits == 0 || is_there {
            true => Ok(standing.end),
            false => Err(NotOpened::Failed(JournalError::Damaged {
                path: self.settings.to_string(),
                why: damaged_words(&format!(
                    "commit {commits}, its last, is missing or damaged"
                )),
            })),
        }
    }
}

/// What an error of the database means to who wants to begin.
pub(super) fn unreached(settings: &Database, trouble: Trouble) -> NotOpened {
    match trouble.passes {
        true => NotOpened::Away(trouble.words),
        false => NotOpened::Failed(JournalError::Store {
            path: settings.to_string(),
            why: trouble.words,
        }),
    }
}

impl PostgresStore {
    /// Opens the journal to work with it, or makes it there. What may pass is tried again for a bounded time.
    pub(crate) fn open(settings: &Database, headway: &Arc<Headway>) -> Result<Self, JournalError> {
        Self::open_as(settings, IfNew::First, headway)
    }

    /// Opens a journal that an export shall make.
    pub(super) fn open_to_fill(settings: &Database) -> Result<Self, JournalError> {
        Self::open_as(settings, IfNew::Filled, &Arc::default())
    }

    /// Opens the journal to work with it, or makes it there, with one try.
    pub(crate) fn open_once(
        settings: &Database,
        headway: &Arc<Headway>,
    ) -> Result<Self, NotOpened> {
        Self::try_to_open(settings, IfNew::First, headway)
    }

    fn try_to_open(
        settings: &Database,
        if_new: IfNew,
        headway: &Arc<Headway>,
    ) -> Result<Self, NotOpened> {
        let opening = Opening::begin(settings, if_new)?;
        let lease = opening.take()?;
        opening.finish(lease, headway)
    }

    fn open_as(
        settings: &Database,
        if_new: IfNew,
        headway: &Arc<Headway>,
    ) -> Result<Self, JournalError> {
        let place = settings.to_string();
        let mut tries = Tries::begin();
        loop {
            match Self::try_to_open(settings, if_new, headway) {
                Ok(store) => return Ok(store),
                Err(NotOpened::Held(held)) => {
                    return Err(JournalError::Held {
                        journal: place,
                        holder: held.holder,
                    });
                }
                Err(NotOpened::Failed(why)) => return Err(why),
                Err(NotOpened::Away(words)) => {
                    std::thread::sleep(tries.wait(Trouble::passing(words), &place)?);
                }
            }
        }
    }

    /// Opens a journal that is there to look at it as it is now. Nothing can be recorded, and nobody is held up.
    pub(crate) fn look(settings: &Database, headway: &Arc<Headway>) -> Result<Self, JournalError> {
        let session = Session::start(settings.clone())?;
        let standing = session.run(|worker| Box::pin(worker.begin_snapshot()))??;
        let standing = standing.ok_or_else(|| JournalError::Store {
            path: settings.to_string(),
            why: "there is no such journal; start handoffd first".to_owned(),
        })?;
        Ok(Self::with(session, settings, None, standing, headway))
    }

    /// Whether the journal is there.
    pub(crate) fn is_there(settings: &Database) -> Result<bool, JournalError> {
        let session = Session::start(settings.clone())?;
        let standing = session.run(|worker| Box::pin(worker.begin_snapshot()))??;
        Ok(standing.is_some())
    }

    /// Who works with the journal just now; `None` where nobody does.
    pub(crate) fn held_by(settings: &Database) -> Result<Option<HeldBy>, JournalError> {
        let session = Session::start(settings.clone())?;
        session.run(|worker| Box::pin(worker.held_by()))?
    }

    /// What an opening would find: why it would be refused, or what is odd. Changes nothing.
    pub(crate) fn examine(settings: &Database) -> Result<Vec<String>, JournalError> {
        let session = Session::start(settings.clone())?;
        let place = settings.to_string();
        let examined = session.run(|worker| Box::pin(worker.examine()))?;
        match examined {
            Ok(may_forget) => Ok(may_forget
                .then(|| report::gateway::may_forget_words(&place))
                .into_iter()
                .collect()),
            Err(trouble) => Err(JournalError::Store {
                path: place,
                why: trouble.words,
            }),
        }
    }
}

/// Who we are, for people, and different at each start.
fn holder() -> String {
    let mut chance = [0_u8; 8];
    // Without chance the number of the process must do.
    let _ = getrandom::fill(&mut chance);
    let chance = u64::from_be_bytes(chance);
    format!("{} ({chance:016x})", HeldBy::own_process())
}

impl Worker {
    /// Makes tables and journal where they are not there. One try. Whether the database may forget what it said yes to.
    async fn make_ready(&mut self, if_new: IfNew) -> Result<bool, Trouble> {
        let limit = self.settings.step_timeout;
        let mut connection = Connection::open(&self.settings, Some(self.idle_limit())).await?;
        let migrated = async { Ok(schema::migrate(&mut connection.client).await?) };
        if let Version::Newer(version) = within(limit, migrated).await? {
            return Err(newer(version));
        }
        let journal = self.settings.journal.as_str();
        let head = NOTHING_BEFORE.as_slice();
        connection.run("begin").await?;
        if if_new == IfNew::First {
            other_form::refuse_left_behind(&connection, &self.settings).await?;
        }
        let _ = connection
            .execute(
                "insert into handoffd_journal (name, fence, commits, head) values ($1, 0, 0, $2) on conflict (name) do nothing",
                &[&journal, &head],
            )
            .await?;
        let _ = connection
            .execute(
                "insert into handoffd_lease (journal, number, holder, until) values ($1, 0, '', clock_timestamp()) on conflict (journal) do nothing",
                &[&journal],
            )
            .await?;
        // Nothing in it is older than its chain.
        let _ = connection
            .execute(
                "insert into handoffd_row (journal, key, value) values ($1, $2, $3) on conflict (journal, key) do nothing",
                &[&journal, &CHAINED_KEY, &[1_u8].as_slice()],
            )
            .await?;
        connection.run("commit").await?;
        may_forget(&connection).await
    }

    /// What stands there. One try.
    async fn first_look(&mut self) -> Result<FirstLook, Trouble> {
        let journal = self.settings.journal.clone();
        let (connection, statements) = self.connected().await?;
        let row = connection
            .query_opt(
                "select fence, commits, head from handoffd_journal where name = $1",
                &[&journal.as_str()],
            )
            .await?;
        let standing = standing_in(row)?;
        let key = full_key(Tree::Links, &standing.end.commits.to_be_bytes());
        let values: [Value<'_>; 2] = [&journal.as_str(), &key];
        let link = connection.query_opt(&statements.get, &values).await?;
        let last_link = link.map(|row| row.try_get(0)).transpose()?;
        Ok(FirstLook {
            standing,
            last_link,
        })
    }

    /// As [`PostgresStore::examine`]; whether the database may forget what it said yes to.
    async fn examine(&mut self) -> Result<bool, Trouble> {
        let connection = Connection::open(&self.settings, None).await?;
        let version = schema::version(&connection.client);
        match connection.in_time(version).await? {
            Version::Newer(version) => return Err(newer(version)),
            Version::Current => {
                other_form::refuse_left_behind(&connection, &self.settings).await?;
            }
            // Made, or brought up to date, at the next start.
            Version::Empty | Version::Older => {}
        }
        may_forget(&connection).await
    }

    /// From here on everything is read as it is now. The end of the chain; `None` where there is no such journal.
    async fn begin_snapshot(&mut self) -> Result<Option<ChainEnd>, JournalError> {
        let begun = async {
            let connection = Connection::open(&self.settings, None).await?;
            match connection
                .in_time(schema::version(&connection.client))
                .await?
            {
                Version::Empty => return Ok(None),
                Version::Older => {
                    return Err(Trouble::lasting(
                        "its tables are of an older handoffd; start the new one first, which brings them up to date",
                    ));
                }
                Version::Newer(version) => return Err(newer(version)),
                Version::Current => {}
            }
            let statements = Statements::prepare(&connection).await?;
            let begin = "begin isolation level repeatable read read only";
            connection.run(begin).await?;
            let found = connection
                .query_opt(
                    "select fence, commits, head from handoffd_journal where name = $1",
                    &[&self.settings.journal.as_str()],
                )
                .await?;
            let end = match found {
                Some(row) => standing_in(Some(row))?.end,
                None => return Ok(None),
            };
            self.open = Some((connection, statements));
            self.stands = Stands::InSnapshot;
            Ok(Some(end))
        };
        begun.await.map_err(|trouble: Trouble| JournalError::Store {
            path: self.place.clone(),
            why: trouble.words,
        })
    }
}

/// Whether the server does not wait for its disk. A database that does not know the setting waits.
async fn may_forget(connection: &Connection) -> Result<bool, Trouble> {
    let setting = connection
        .query_one("select current_setting('fsync', true)", &[])
        .await?;
    let setting: Option<String> = setting.try_get(0)?;
    Ok(setting.as_deref() == Some("off"))
}

fn newer(version: i64) -> Trouble {
    Trouble::lasting(format!(
        "its tables are of version {version}, made by a newer handoffd: install that here as well"
    ))
}
