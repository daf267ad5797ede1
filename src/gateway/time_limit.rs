//! What a mail does to us must not take us along for good: a panic is caught, and what does not end is ended with the whole program, so that it is
//! started again. Which mail it was is on record before.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, channel};
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

/// Does the work, a panic of which is caught. If it takes longer than `limit`, `too_long` is called from another thread while it goes on: a thread
/// cannot be ended from outside, so only the end of the program helps then.
pub(super) fn within<T>(
    limit: Duration,
    too_long: impl FnOnce() + Send,
    work: impl FnOnce() -> T,
) -> Result<T, Panicked> {
    let (done, ended) = channel::<()>();
    let watch = move || {
        let mut left = limit;
        while !left.is_zero() {
            let tick = left.min(TICK);
            if ended.recv_timeout(tick) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            left -= tick;
        }
        too_long();
    };
    thread::scope(|scope| {
        // Without a thread to spare the work is done all the same: the watchdog is left.
        let _watch = thread::Builder::new().spawn_scoped(scope, watch);
        let worked = catch_unwind(AssertUnwindSafe(work));
        drop(done);
        worked.map_err(|_| Panicked)
    })
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
    use std::sync::atomic::{AtomicBool, Ordering};

    #[test]
    fn what_ends_in_time_is_left_alone_and_what_does_not_is_noticed_while_it_hangs() {
        let noticed = AtomicBool::new(false);
        let notice = || noticed.store(true, Ordering::SeqCst);
        assert_eq!(within(Duration::from_secs(60), notice, || 7), Ok(7));
        assert!(!noticed.load(Ordering::SeqCst));
        let hang = || {
            while !noticed.load(Ordering::SeqCst) {
                thread::yield_now();
            }
            8
        };
        let notice = || noticed.store(true, Ordering::SeqCst);
        assert_eq!(within(Duration::from_millis(5), notice, hang), Ok(8));
    }

    /// Run by the test below in a program of its own.
    #[test]
    #[ignore = "it ends the program that runs it"]
    fn hangs() {
        let last_word = || println!("on record");
        let _ = within(
            Duration::from_millis(5),
            || end_program(last_word),
            || loop {
                thread::park();
            },
        );
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
    fn a_panic_ends_the_work_and_nothing_else() {
        let never = || unreachable!("it ended in time");
        let worked = within(Duration::from_secs(60), never, || -> u8 {
            panic!("a mistake")
        });
        assert_eq!(worked, Err(Panicked));
    }
}
