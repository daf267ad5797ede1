//! The parts of one mailbox, those that work on threads of their own: which of them ended although nobody had told it to, and when all have ended that were told.

use crate::config::MailboxName;
use crate::journal::{Journal, JournalError};
use crate::report;
use std::future::Future;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, Span};

/// The part without which nothing leaves.
const OUTBOX: &str = "the part that sends mail";
/// The look through a large store, as a part of the daemon.
const CHECK: &str = "the part that checks the store";

/// What ended by itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ended {
    /// Whose part it was; `None` is the only mailbox.
    pub(super) name: Option<MailboxName>,
    pub(super) why: Why,
}

/// Why it ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// The daemon cannot go on.
    Broken(Broken),
    /// Another process works with the journal: the mailbox is its to watch.
    Lost(String),
    /// Nothing did: a process that works for fewer mailboxes asks for this one.
    Wanted(String),
}

/// Why the daemon cannot go on.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// A part that should never end did, by a panic: without it mail would lie there unseen, or wait in the outbox for ever.
    Part(&'static str),
    /// The store is not what was recorded: nothing more may be decided on it.
    Damaged(String),
}

/// The running parts of one mailbox.
pub(super) struct Parts {
    name: Option<MailboxName>,
    span: Span,
    endings: mpsc::Sender<Ended>,
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
    outbox: Option<JoinHandle<()>>,
}

impl Parts {
    pub(super) fn new(name: Option<MailboxName>, span: Span, endings: mpsc::Sender<Ended>) -> Self {
        Self {
            name,
            span,
            endings,
            stop: CancellationToken::new(),
            tasks: Vec::new(),
            outbox: None,
        }
    }

    /// Cancelled when all are to end.
    pub(super) fn stopped(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Runs a part that must not end before it is told to.
    pub(super) fn run<F>(&mut self, part: &'static str, run: impl FnOnce(CancellationToken) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let stop = self.stop.clone();
        let running = tokio::spawn(run(stop.clone()).instrument(self.span.clone()));
        // One that panicked has been reported by the panic hook.
        let task = self.watched(part, async { drop(running.await) }, &stop);
        self.tasks.push(task);
    }

    /// The same on a thread of its own.
    pub(super) fn run_on_its_own_thread<F>(
        &mut self,
        part: &'static str,
        run: impl FnOnce(CancellationToken) -> F,
    ) where
        F: Future<Output = ()> + Send + 'static,
    {
        let stop = self.stop.clone();
        let running = on_its_own_thread(part, run(stop.clone()).instrument(self.span.clone()));
        let task = self.watched(part, running, &stop);
        self.tasks.push(task);
    }

    /// Runs a part that may end at any time.
    pub(super) fn run_beside<F>(&mut self, run: impl FnOnce(CancellationToken) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let running = run(self.stop.clone()).instrument(self.span.clone());
        self.tasks.push(tokio::spawn(running));
    }

    /// Runs the outbox, in the place of one that has settled.
    pub(super) fn run_outbox(
        &mut self,
        outbox: impl Future<Output = ()> + Send + 'static,
        stop: &CancellationToken,
    ) {
        let running = on_its_own_thread(OUTBOX, outbox.instrument(self.span.clone()));
        self.outbox = Some(self.watched(OUTBOX, running, stop));
    }

    /// Looks through the store, which may take minutes.
    pub(super) fn check_store(
        &mut self,
        check: impl FnOnce() -> Result<(), JournalError> + Send + 'static,
    ) {
        let (name, endings, span) = (self.name.clone(), self.endings.clone(), self.span.clone());
        let stop = self.stop.clone();
        let checking = tokio::task::spawn_blocking(move || span.in_scope(check));
        self.tasks.push(tokio::spawn(async move {
            let why = match checking.await {
                // Who watches the lease tells that.
                Ok(Ok(()) | Err(JournalError::LeaseLost { .. })) => return,
                Ok(Err(why)) => Broken::Damaged(why.to_string()),
                Err(_) => Broken::Part(CHECK),
            };
            let why = Why::Broken(why);
            tell(&endings, Ended { name, why }, &stop).await;
        }));
    }

    /// Waits until another process has taken the journal over, and hears of who asks for it; for ever where none can.
    pub(super) fn watch_lease(&mut self, journal: &Arc<Journal>) {
        let Some(lease) = journal.lease() else { return };
        let (name, endings, stop) = (self.name.clone(), self.endings.clone(), self.stop.clone());
        let journal = Arc::clone(journal);
        let mut wishes = lease.wishes();
        self.tasks.push(tokio::spawn(async move {
            loop {
                tokio::select! {
                    // Polled first after a pause, or not: whatever is done meanwhile the journal refuses.
                    () = lease.lost() => break,
                    () = stop.cancelled() => return,
                    // The sender is in the lease.
                    _ = wishes.changed() => {
                        let wanted_by = wishes.borrow_and_update().clone();
                        if let Some(by) = wanted_by {
                            let why = Why::Wanted(by);
                            let name = name.clone();
                            tell(&endings, Ended { name, why }, &stop).await;
                        }
                    }
                }
            }
            let why = match journal.still_ours() {
                Err(why @ JournalError::Damaged { .. }) => {
                    Why::Broken(Broken::Damaged(why.to_string()))
                }
                Err(why) => Why::Lost(why.to_string()),
                Ok(()) => Why::Lost(String::new()),
            };
            // One for each mailbox, which the daemon waits for: not to be left out where many are lost at once.
            tell(&endings, Ended { name, why }, &stop).await;
        }));
    }

    /// Tells of a part that ends although it was not told to.
    fn watched(
        &self,
        part: &'static str,
        running: impl Future<Output = ()> + Send + 'static,
        stop: &CancellationToken,
    ) -> JoinHandle<()> {
        let (name, endings, stop) = (self.name.clone(), self.endings.clone(), stop.clone());
        tokio::spawn(async move {
            running.await;
            if !stop.is_cancelled() {
                let why = Why::Broken(Broken::Part(part));
                tell(&endings, Ended { name, why }, &stop).await;
            }
        })
    }

    /// Waits until the outbox, which was told to end, has ended.
    pub(super) async fn settle_outbox(&mut self) {
        if let Some(outbox) = self.outbox.take() {
            let _ = outbox.await;
        }
    }

    /// Waits until all parts have ended, which were told to.
    pub(super) async fn settle(self) {
        for task in self.outbox.into_iter().chain(self.tasks) {
            let _ = task.await;
        }
    }
}

/// Tells the daemon, unless all are told to end meanwhile: then it does not listen any more.
async fn tell(endings: &mpsc::Sender<Ended>, ended: Ended, stop: &CancellationToken) {
    tokio::select! {
        _ = endings.send(ended) => {}
        () = stop.cancelled() => {}
    }
}

/// Runs a part on a thread of its own: waiting for the disk hands its work to no other thread, so what is kept for each thread that ever does it
/// (the caches of regular expressions are megabytes) is kept once. What it begins beside itself runs where everything runs. Ends with the part,
/// however that ends.
fn on_its_own_thread(
    part: &'static str,
    run: impl Future<Output = ()> + Send + 'static,
) -> impl Future<Output = ()> + Send + 'static {
    let (ended, has_ended) = oneshot::channel();
    let runtime = Handle::current();
    let work = move || {
        let _goes_with_the_thread: oneshot::Sender<()> = ended;
        runtime.block_on(run);
    };
    if let Err(why) = std::thread::Builder::new().spawn(work) {
        report::gateway::part_has_no_thread(part, &why);
    }
    async { drop(has_ended.await) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts() -> (Parts, mpsc::Receiver<Ended>) {
        let (endings, ended) = mpsc::channel(8);
        let name = MailboxName::parse("sales");
        (Parts::new(name, Span::none(), endings), ended)
    }

    async fn lives(stop: CancellationToken) {
        stop.cancelled().await;
    }

    async fn dies() {
        panic!("as a test");
    }

    #[tokio::test]
    async fn a_part_that_dies_is_named_with_its_mailbox_and_one_that_was_told_is_not() {
        let (mut parts, mut ended) = parts();
        parts.run("one", lives);
        parts.run("another", |_| dies());
        let of_sales = |why| Ended {
            name: MailboxName::parse("sales"),
            why,
        };
        assert_eq!(
            ended.recv().await,
            Some(of_sales(Why::Broken(Broken::Part("another"))))
        );
        let stop = CancellationToken::new();
        parts.run_outbox(lives(stop.clone()), &stop);
        stop.cancel();
        parts.settle_outbox().await;
        parts.run_outbox(dies(), &CancellationToken::new());
        assert_eq!(
            ended.recv().await,
            Some(of_sales(Why::Broken(Broken::Part(OUTBOX))))
        );
        parts.stopped().cancel();
        parts.settle().await;
        assert_eq!(ended.recv().await, None, "whoever was told to end did");
    }

    #[tokio::test(start_paused = true)]
    async fn a_word_waits_where_the_line_is_full_and_no_longer_than_somebody_listens() {
        let (endings, mut ended) = mpsc::channel(1);
        let word = |why: &str| Ended {
            name: None,
            why: Why::Lost(why.to_owned()),
        };
        let stop = CancellationToken::new();
        tell(&endings, word("first"), &stop).await;
        // Nothing is left out: many may be lost at once.
        let second = tokio::spawn({
            let (endings, stop, word) = (endings.clone(), stop.clone(), word("second"));
            async move { tell(&endings, word, &stop).await }
        });
        tokio::task::yield_now().await;
        assert_eq!(ended.recv().await, Some(word("first")));
        second.await.unwrap();
        // A daemon that ends waits for its parts, and reads none of their words.
        let third = tell(&endings, word("third"), &stop);
        let all_are_told = async {
            tokio::task::yield_now().await;
            stop.cancel();
        };
        let both = futures_util::future::join(third, all_are_told);
        let told = tokio::time::timeout(std::time::Duration::from_secs(60), both).await;
        assert!(told.is_ok(), "it waits for ever");
        assert_eq!(ended.recv().await, Some(word("second")));
    }

    #[tokio::test]
    async fn a_damaged_store_is_told_and_a_sound_one_is_not() {
        let (mut parts, mut ended) = parts();
        parts.check_store(|| Ok(()));
        parts.check_store(|| Err(JournalError::State("changed".to_owned())));
        let told = ended.recv().await.map(|ended| ended.why);
        let damaged =
            matches!(&told, Some(Why::Broken(Broken::Damaged(why))) if why.contains("changed"));
        assert!(damaged, "{told:?}");
        parts.run_beside(|_| async {});
        parts.settle().await;
        assert_eq!(ended.recv().await, None);
    }

    #[tokio::test]
    async fn a_journal_that_is_not_what_its_holder_knows_is_damage_and_no_lost_lease() {
        let folder = tempfile::tempdir().unwrap();
        for is_damaged in [true, false] {
            let (mut parts, mut ended) = parts();
            let journal = Arc::new(Journal::leased(folder.path()));
            parts.watch_lease(&journal);
            let lease = journal.lease().unwrap();
            match is_damaged {
                true => lease.distrust("it was set back"),
                false => lease.lose(),
            }
            let told = ended.recv().await.map(|ended| ended.why);
            match &told {
                Some(Why::Broken(Broken::Damaged(why))) if is_damaged => {
                    assert!(why.contains("it was set back"), "{why}");
                }
                Some(Why::Lost(why)) if !is_damaged => {
                    assert!(why.contains("another process has taken over"), "{why}");
                }
                _ => panic!("{told:?}"),
            }
            parts.settle().await;
        }
    }
}
