//! The mailboxes that this process stands by for, because another works for them: one thread looks at all of them, and takes over what is free and ours
//! to take. Decides nothing about mail.
//!
//! Promise: who works for a mailbox alone has its lease, whatever is looked at here; how mailboxes spread over processes hangs on it, and nothing else.

mod book;
mod first_round;
mod look;
mod watch;

pub(super) use first_round::first_round;

use super::prepared::Prepared;
use super::ready::Ready;
use crate::config::MailboxName;
use crate::control::Awaited;
use book::Shared;
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::sync::mpsc;
use tokio::sync::watch::Receiver;
use watch::Watch;

/// A mailbox that was taken over.
pub(super) struct Taken {
    number: u64,
    pub(super) ready: Ready,
}

/// The mailboxes that are stood by for, and the thread that looks.
pub(super) struct Standby {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Standby {
    /// For nobody so far. What is taken over is sent to `taken`; when the thread ends without being told to, the channel closes.
    pub(super) fn begin(taken: mpsc::Sender<Taken>) -> std::io::Result<Self> {
        let shared: Arc<Shared> = Arc::default();
        let looking = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("standby".to_owned())
            .spawn(move || Watch::new(looking, taken).run())?;
        Ok(Self {
            shared,
            thread: Some(thread),
        })
    }

    /// From now on also for this one.
    pub(super) fn add(&self, prepared: Prepared) {
        self.shared.lock().add(prepared);
        self.shared.changed.notify_all();
    }

    /// Not any more for this one.
    pub(super) fn leave(&self, name: Option<&MailboxName>) {
        self.shared.lock().leave(name);
    }

    /// Goes on with what was loaded anew for a mailbox that is stood by for.
    pub(super) fn change(&self, prepared: Prepared) {
        self.shared.lock().change(prepared);
        // What was on its way is not wanted any more: where it was the only one nobody looks until then.
        self.shared.changed.notify_all();
    }

    /// Whether what was taken over is still wanted. Then it is not stood by for any more.
    pub(super) fn accepts(&self, taken: &Taken) -> bool {
        let name = taken.ready.name.as_ref();
        self.shared.lock().accepts(name, taken.number)
    }

    /// So many mailboxes does this process work for.
    pub(super) fn works_for(&self, number: usize) {
        self.shared.lock().works_for = number;
    }

    /// What is stood by for.
    pub(super) fn waiting(&self) -> Vec<(Prepared, Receiver<Awaited>)> {
        self.shared.lock().waiting()
    }

    /// Looks no more. What is just being taken over is waited for.
    pub(super) fn stop(mut self) {
        self.shared.lock().stops = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::prepared::tests::prepared;
    use super::*;
    use crate::journal::store::postgres_tests;
    use std::sync::mpsc::channel;
    use std::time::Duration;

    const PATIENCE: Duration = Duration::from_secs(60);

    #[test]
    fn who_looks_for_nothing_is_woken_by_what_is_new() {
        let database = postgres_tests::database();
        let folder = tempfile::tempdir().unwrap();
        let standby = Standby {
            shared: Arc::default(),
            thread: None,
        };
        let prepared = prepared("sales", &database, folder.path());
        let changes: [(&str, &dyn Fn()); 2] = [
            ("add", &|| standby.add(prepared.clone())),
            ("change", &|| standby.change(prepared.clone())),
        ];
        for (word, change) in changes {
            let (waits, waiting) = channel();
            let shared = Arc::clone(&standby.shared);
            let sleeper = std::thread::spawn(move || {
                let book = shared.lock();
                // Nobody changes anything before the wait, which gives the book free.
                waits.send(()).unwrap();
                let (_book, waited) = shared.changed.wait_timeout(book, PATIENCE).unwrap();
                waited.timed_out()
            });
            waiting.recv().unwrap();
            change();
            assert!(!sleeper.join().unwrap(), "{word} wakes nobody");
        }
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 1)]
    async fn what_was_on_its_way_when_it_was_loaded_anew_is_taken_over_again() {
        let database = postgres_tests::database();
        let folder = tempfile::tempdir().unwrap();
        let (taking, mut taken) = mpsc::channel(1);
        let standby = Standby::begin(taking).unwrap();
        let prepared = prepared("sales", &database, folder.path());
        standby.add(prepared.clone());
        let first = taken.recv().await.unwrap();
        standby.change(prepared.clone());
        assert!(!standby.accepts(&first), "it was made of the old files");
        drop(first);
        let second = tokio::time::timeout(PATIENCE, taken.recv()).await;
        let second = second.expect("nobody looks any more").unwrap();
        assert!(standby.accepts(&second));
        assert!(standby.waiting().is_empty());
        standby.stop();
    }
}
