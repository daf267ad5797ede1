//! The thread that speaks to the database: callers of the store wait for their answers, whatever thread or task they are in.
//! It connects when it must, tries again what may pass, and gives up after a bounded time.

use super::connection::{Connection, Statements};
use super::trouble::Trouble;
use crate::config::Database;
use crate::journal::{JournalError, Lease};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::Instant;

/// So long what may pass is tried again before the caller hears of it. The parts of the daemon try again themselves.
const TRIED_FOR: Duration = Duration::from_secs(5);
/// The first wait between two tries, doubled each time up to the longest.
const FIRST_WAIT: Duration = Duration::from_millis(20);
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// Work on the connection.
pub(super) type Work<'w, T> = Pin<Box<dyn Future<Output = T> + 'w>>;
type Job = Box<dyn for<'w> FnOnce(&'w mut Worker) -> Work<'w, ()> + Send>;

/// The thread, as its callers see it. When it goes the connection is closed.
pub(super) struct Session {
    // Each caller waits for its answer, so it holds no more jobs than there are callers.
    jobs: Option<UnboundedSender<Job>>,
    thread: Option<JoinHandle<()>>,
    place: String,
}

impl Session {
    pub(super) fn start(settings: Database) -> Result<Self, JournalError> {
        let place = settings.to_string();
        let failed = |why: std::io::Error| JournalError::Store {
            path: place.clone(),
            why: format!("the thread that speaks to the database could not be started: {why}"),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(failed)?;
        let (jobs, todo) = unbounded_channel();
        let worker = Worker {
            place: place.clone(),
            settings,
            open: None,
            stands: Stands::Free,
            writes_under: None,
        };
        let thread = std::thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || runtime.block_on(worker.run(todo)))
            .map_err(failed)?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
            place,
        })
    }

    /// Has it done, and waits.
    pub(super) fn run<T: Send + 'static>(
        &self,
        work: impl for<'w> FnOnce(&'w mut Worker) -> Work<'w, T> + Send + 'static,
    ) -> Result<T, JournalError> {
        let (answer, answered) = sync_channel(1);
        let job: Job = Box::new(move |worker| {
            Box::pin(async move {
                let done = work(worker).await;
                // Nobody waits any more only where this program ends.
                let _ = answer.send(done);
            })
        });
        let is_taken = self
            .jobs
            .as_ref()
            .is_some_and(|jobs| jobs.send(job).is_ok());
        match answered.recv() {
            Ok(done) if is_taken => Ok(done),
            _ => Err(JournalError::Store {
                path: self.place.clone(),
                why: "the thread that speaks to the database has ended; restart handoffd"
                    .to_owned(),
            }),
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// In what the connection stands. It is not left silently: whoever began a transaction or a snapshot hears that it was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stands {
    /// In nothing: each statement is by itself.
    Free,
    /// In a transaction that writes.
    InTransaction,
    /// In one that reads everything as of one moment.
    InSnapshot,
}

/// What the thread has.
pub(super) struct Worker {
    pub(super) settings: Database,
    pub(super) place: String,
    pub(super) open: Option<(Connection, Statements)>,
    pub(super) stands: Stands,
    /// The lease under which a transaction writes.
    pub(super) writes_under: Option<Arc<Lease>>,
}

impl Worker {
    async fn run(mut self, mut todo: UnboundedReceiver<Job>) {
        loop {
            let next = match self.stands {
                Stands::InTransaction => {
                    tokio::time::timeout(self.settings.lease / 3, todo.recv()).await
                }
                Stands::Free | Stands::InSnapshot => Ok(todo.recv().await),
            };
            match next {
                Ok(Some(job)) => job(&mut self).await,
                Ok(None) => return,
                // What is to be written is read from somewhere slow.
                Err(_) => self.say_that_we_live().await,
            }
        }
    }

    /// The server ends a transaction in which nothing is said for as long as a lease lasts. Ours goes on as long as that is surely ours.
    async fn say_that_we_live(&self) {
        let is_ours = (self.writes_under.as_ref()).is_none_or(|lease| lease.is_sure());
        if let (true, Some((connection, _))) = (is_ours, &self.open) {
            // Where it fails the next statement does.
            let _ = connection.run("select 1").await;
        }
    }

    /// The connection, made where there is none. The tables must be there.
    pub(super) async fn connected(&mut self) -> Result<&(Connection, Statements), Trouble> {
        let is_open = (self.open.as_ref()).is_some_and(|(connection, _)| !connection.is_closed());
        if !is_open {
            self.open = None;
            if self.stands != Stands::Free {
                return Err(Trouble::lasting(
                    "the connection was lost in the middle; begin again",
                ));
            }
            let connection = Connection::open(&self.settings, Some(self.idle_limit())).await?;
            let statements = Statements::prepare(&connection).await?;
            self.open = Some((connection, statements));
        }
        (self.open.as_ref()).ok_or_else(|| Trouble::passing("there is no connection"))
    }

    /// Who is paused in the middle of a transaction must not hold up who takes over.
    pub(super) fn idle_limit(&self) -> Duration {
        (self.settings.lease / 3).min(Duration::from_secs(10))
    }

    /// Reads; what may pass is tried again.
    pub(super) async fn reading<T>(
        &mut self,
        read: impl AsyncFn(&Connection, &Statements) -> Result<T, Trouble>,
    ) -> Result<T, JournalError> {
        let mut tries = Tries::begin();
        loop {
            let tried = match self.connected().await {
                Ok((connection, statements)) => read(connection, statements).await,
                Err(trouble) => Err(trouble),
            };
            match tried {
                Ok(found) => return Ok(found),
                Err(trouble) => {
                    // In a transaction what came before is not there any more.
                    let trouble = match self.stands {
                        Stands::Free => trouble,
                        _ => Trouble::lasting(trouble.words),
                    };
                    tries.again(trouble, &self.place).await?;
                }
            }
        }
    }

    pub(super) fn failure(&self, trouble: Trouble) -> JournalError {
        JournalError::Store {
            path: self.place.clone(),
            why: trouble.words,
        }
    }
}

/// How often something was tried, and for how long.
pub(super) struct Tries {
    until: Instant,
    wait: Duration,
}

impl Tries {
    pub(super) fn begin() -> Self {
        Self {
            until: Instant::now() + TRIED_FOR,
            wait: FIRST_WAIT,
        }
    }

    /// Waits before the next try, or says why there is none.
    pub(super) async fn again(
        &mut self,
        trouble: Trouble,
        place: &str,
    ) -> Result<(), JournalError> {
        tokio::time::sleep(self.wait(trouble, place)?).await;
        Ok(())
    }

    /// How long to wait before the next try, or why there is none.
    pub(super) fn wait(&mut self, trouble: Trouble, place: &str) -> Result<Duration, JournalError> {
        let is_over = Instant::now() + self.wait > self.until;
        if !trouble.passes || is_over {
            return Err(JournalError::Store {
                path: place.to_owned(),
                why: trouble.words,
            });
        }
        let wait = self.wait;
        self.wait = (wait * 2).min(LONGEST_WAIT);
        Ok(wait)
    }
}
