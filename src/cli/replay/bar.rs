//! How far is it? For whoever waits at a terminal; others see nothing of it.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// It is drawn so often at most.
const DRAW_EVERY: Duration = Duration::from_millis(200);
/// Its length in characters.
const LENGTH: usize = 40;

/// A line that is drawn again and again on standard error.
pub(super) struct Bar<'a> {
    all: Option<usize>,
    what: &'a str,
    began: Instant,
    drawn: Option<Instant>,
    is_seen: bool,
}

impl<'a> Bar<'a> {
    /// For so many mails, where that is known.
    pub(super) fn of(all: Option<usize>, what: &'a str) -> Self {
        Self {
            all,
            what,
            began: Instant::now(),
            drawn: None,
            is_seen: std::io::stderr().is_terminal(),
        }
    }

    /// So many are done.
    pub(super) fn draw(&mut self, done: usize) {
        let is_late = self.drawn.is_none_or(|then| then.elapsed() >= DRAW_EVERY);
        if self.is_seen && is_late {
            self.drawn = Some(Instant::now());
            let line = line(done, self.all, self.began.elapsed());
            eprint!("\r{}{line} ", self.what);
        }
    }

    /// Takes it away.
    pub(super) fn wipe(&self) {
        if self.is_seen {
            eprint!("\r\u{1b}[K");
        }
    }
}

fn line(done: usize, all: Option<usize>, elapsed: Duration) -> String {
    let Some(all) = all else {
        return format!("{done} mails");
    };
    let full = (done * LENGTH)
        .checked_div(all)
        .unwrap_or(LENGTH)
        .min(LENGTH);
    let left = elapsed.as_secs_f64() / done.max(1) as f64 * all.saturating_sub(done) as f64;
    format!(
        "[{}{}] {done} of {all} mails, {left:.0} s left",
        "#".repeat(full),
        " ".repeat(LENGTH - full),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_how_far_it_is_and_how_long_it_takes_yet() {
        let of = |done, all| line(done, all, Duration::from_secs(10));
        assert_eq!(
            of(0, Some(0)),
            format!("[{}] 0 of 0 mails, 0 s left", "#".repeat(40))
        );
        assert_eq!(
            of(1, Some(4)),
            format!(
                "[{}{}] 1 of 4 mails, 30 s left",
                "#".repeat(10),
                " ".repeat(30)
            )
        );
        assert_eq!(of(7, None), "7 mails");
    }
}
