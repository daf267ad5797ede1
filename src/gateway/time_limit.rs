//! What a mail does to us must not take us along for good: a panic is caught, and what does not end is ended with the whole program, so that it is
//! started again. Which mail it was is on record before.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// The judging of one mail takes milliseconds; on a machine in trouble, seconds.
pub(super) const JUDGING_MAX: Duration = Duration::from_mins(2);

/// A program that was halted and goes on has lost one of these, not all of its time.
const TICK: Duration = Duration::from_secs(1);

/// How long the last word on record may take: the disk may be what stands still.
const LAST_WORD_MAX: Duration = Duration::from_secs(10);

/// A part panicked; the log has the place.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Panicked;

/// A thread that looks at the clock while work is done, one piece after the other. `W` says what a piece is about.
pub(super) struct Watchdog<W> {
    at_work: Mutex<Option<AtWork<W>>>,
}

/// What is being done.
struct AtWork<W> {
    about: W,
    left: Duration,
}

impl<W: Send> Watchdog<W> {
    /// Does the work with a watchdog beside it. If a piece takes too long, `too_long` is called from another thread while it goes on: a thread
    /// cannot be ended from outside, so only the end of the program helps then.
    pub(super) fn beside<T>(too_long: impl FnOnce(W) + Send, work: impl FnOnce(&Self) -> T) -> T {
        Self::looking_every(TICK, too_long, work)
    }

    fn looking_every<T>(
        tick: Duration,
        too_long: impl FnOnce(W) + Send,
        work: impl FnOnce(&Self) -> T,
    ) -> T {
        let watchdog = &Self {
            at_work: Mutex::new(None),
        };
        let (done, ended) = channel::<()>();
        thread::scope(|scope| {
            // It goes with the work, also where that panics.
            let done = done;
            let watch = move || {
                while ended.recv_timeout(tick) == Err(RecvTimeoutError::Timeout) {
                    if let Some(about) = watchdog.took_too_long(tick) {
                        return too_long(about);
                    }
                }
            };
            // Without a thread to spare the work is done all the same: the watchdog is left.
            let _watch = thread::Builder::new().spawn_scoped(scope, watch);
            let worked = work(watchdog);
            drop(done);
            worked
        })
    }

    /// One piece, which may take this long; a panic in it is caught.
    pub(super) fn within<T>(
        &self,
        limit: Duration,
        about: W,
        piece: impl FnOnce() -> T,
    ) -> Result<T, Panicked> {
        *self.at_work() = Some(AtWork { about, left: limit });
        let worked = catch_unwind(AssertUnwindSafe(piece));
        *self.at_work() = None;
        worked.map_err(|_| Panicked)
    }

    /// What the piece is about whose time is over; it is told once.
    fn took_too_long(&self, passed: Duration) -> Option<W> {
        let mut at_work = self.at_work();
        let piece = at_work.as_mut()?;
        piece.left = piece.left.saturating_sub(passed);
        if piece.left.is_zero() {
            return at_work.take().map(|piece| piece.about);
        }
        None
    }

    fn at_work(&self) -> MutexGuard<'_, Option<AtWork<W>>> {
        self.at_work.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends the program after the last word was said, or was not within a time.
pub(super) fn end_program(last_word: impl FnOnce() + Send) {
    let (done, ended) = channel::<()>();
    thread::scope(|scope| {
        let word = move || {
            last_word();
            drop(done);
        };
        let _word = thread::Builder::new().spawn_scoped(scope, word);
        let _ = ended.recv_timeout(LAST_WORD_MAX);
        std::process::abort();
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU8, Ordering};

    const SOON: Duration = Duration::from_millis(5);
    const LATE: Duration = Duration::from_secs(60);

    #[test]
    fn what_ends_in_time_is_left_alone_and_what_does_not_is_noticed_while_it_hangs() {
        let noticed = AtomicU8::new(0);
        let notice = |piece: u8| noticed.store(piece, Ordering::SeqCst);
        let hang = || {
            while noticed.load(Ordering::SeqCst) == 0 {
                thread::yield_now();
            }
            8
        };
        let done = Watchdog::looking_every(SOON, notice, |watchdog| {
            let first = watchdog.within(LATE, 1, || 7);
            assert_eq!(noticed.load(Ordering::SeqCst), 0);
            (first, watchdog.within(SOON, 2, hang))
        });
        assert_eq!(done, (Ok(7), Ok(8)));
        assert_eq!(noticed.load(Ordering::SeqCst), 2);
    }

    /// Run by the test below in a program of its own.
    #[test]
    #[ignore = "it ends the program that runs it"]
    fn hangs() {
        let last_word = || println!("on record");
        let too_long = |()| end_program(last_word);
        Watchdog::looking_every(SOON, too_long, |watchdog| {
            let _ = watchdog.within(SOON, (), || {
                loop {
                    thread::park();
                }
            });
        });
    }

    #[test]
    fn work_that_hangs_ends_the_program_after_its_last_word() {
        let name = "gateway::time_limit::tests::hangs";
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name, "--ignored", "--nocapture"])
            .output()
            .unwrap();
        use std::os::unix::process::ExitStatusExt;
        assert_eq!(output.status.signal(), Some(6), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stdout).contains("on record"));
    }

    #[test]
    fn a_panic_ends_the_piece_and_nothing_else() {
        let never = |()| unreachable!("it ended in time");
        let done = Watchdog::looking_every(SOON, never, |watchdog| {
            let panicked = watchdog.within(LATE, (), || -> u8 { panic!("a mistake") });
            (panicked, watchdog.within(LATE, (), || 7))
        });
        assert_eq!(done, (Err(Panicked), Ok(7)));
    }
}
