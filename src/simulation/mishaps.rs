//! What may go wrong, and how often.

use super::plant::Plant;
use super::seeded::Seeded;
use std::time::Duration;

/// What happens to a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AtCommit {
    Work,
    /// Nothing is written, and the daemon is told so: the disk is full.
    Fail,
    /// It is written, the daemon is told that it was not, and nothing more is written in this life: the disk failed to sync.
    FailAfter,
    CrashBefore,
    CrashAfter,
}

/// Whether a copy of a sent mail comes back to us. Our promise hangs on it that it does, in time; what may happen where it does not is bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CopyFate {
    Comes,
    /// After it was waited for.
    Late,
    Never,
}

/// What the provider does with a copy of what it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Files {
    Never,
    AtOnce,
    /// Now at once, now later, now not at all.
    AtWill,
}

/// How often things go wrong, each in ten thousand of its occasions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rates {
    /// A command of IMAP or SMTP.
    pub(super) command: u64,
    /// A commit.
    pub(super) commit: u64,
    /// Of what goes wrong, what kills the daemon.
    pub(super) deadly: u64,
    /// A minute, or a mishap, with which the clock is set.
    pub(super) clock: u64,
    /// A delivery that is made twice.
    pub(super) twice: u64,
    /// A commit that takes up to a minute.
    pub(super) slow: u64,
    /// A commit with which the disk is full for a while.
    pub(super) full: u64,
}

impl Rates {
    /// For worlds in which a bug was planted, so that it shows soon.
    const STORMY: Self = Self {
        command: 600,
        commit: 200,
        deadly: 2000,
        clock: 5000,
        twice: 500,
        slow: 0,
        full: 0,
    };

    /// Nothing but what is aimed.
    const QUIET: Self = Self {
        command: 0,
        commit: 0,
        deadly: 0,
        clock: 0,
        twice: 0,
        slow: 0,
        full: 0,
    };

    /// How it is in a world: some know only some kinds of trouble, so that each is also seen alone.
    pub(super) fn draw(chance: &mut Seeded, plant: Option<Plant>) -> Self {
        let rate = |chance: &mut Seeded, choices: &[u64]| *chance.one_of(choices);
        let drawn = Self {
            command: rate(chance, &[0, 50, 300, 800]),
            commit: rate(chance, &[0, 50, 200, 600]),
            deadly: rate(chance, &[0, 1000, 3000, 8000]),
            clock: rate(chance, &[0, 0, 500, 2000]),
            twice: rate(chance, &[0, 500, 3000]),
            slow: rate(chance, &[0, 0, 100, 1000]),
            full: rate(chance, &[0, 0, 0, 50]),
        };
        match plant {
            None => drawn,
            // It shows where the streak alone goes wrong, many times in the minutes that there are.
            Some(Plant::CountsNoDoubts) => Self::QUIET,
            // It shows where one machine is stopped and another goes on.
            Some(Plant::NoFence | Plant::AlwaysSure | Plant::ClockSleepsToo) => Self::QUIET,
            Some(_) => Self::STORMY,
        }
    }
}

/// What goes wrong with one command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mishap {
    None,
    /// The connection ends before the server has done anything.
    CutBefore,
    /// The server does it, and the connection ends before its reply.
    CutAfter,
    /// It ends in the middle of the reply.
    CutHalfway,
    /// The reply comes late, perhaps too late.
    Late(Duration),
    /// It never comes.
    Never,
    /// The daemon dies before the server has done it.
    CrashBefore,
    /// The daemon dies when the server has done it.
    CrashAfter,
    /// The server is stopped, and started again later.
    Down,
    /// The server answers otherwise than usual; how is its affair.
    Otherwise,
}

/// How the daemon died.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Death {
    /// The process was killed: what it had handed to the kernel is there.
    Killed,
    /// The power was cut: what was not on the disk may be gone.
    PowerCut,
}

impl Mishap {
    /// How it is counted.
    pub(super) const fn name(self) -> Option<&'static str> {
        match self {
            Self::None | Self::Otherwise | Self::Down => None,
            Self::CutBefore => Some("cut before"),
            Self::CutAfter => Some("cut after"),
            Self::CutHalfway => Some("half a reply"),
            Self::Late(_) => Some("late reply"),
            Self::Never => Some("no reply"),
            Self::CrashBefore => Some("killed before"),
            Self::CrashAfter => Some("killed after"),
        }
    }

    pub(super) fn draw(chance: &mut Seeded, deadly: u64) -> Self {
        let deadly = chance.happens(deadly);
        match (deadly, chance.below(10)) {
            (true, 0..=3) => Self::CrashBefore,
            (true, _) => Self::CrashAfter,
            (false, 0) => Self::CutBefore,
            (false, 1 | 2) => Self::CutAfter,
            (false, 3) => Self::CutHalfway,
            (false, 4) => Self::Late(Duration::from_millis(1 + chance.below(90_000))),
            (false, 5) => Self::Never,
            (false, 6) => Self::Down,
            (false, _) => Self::Otherwise,
        }
    }
}

impl AtCommit {
    pub(super) fn draw(chance: &mut Seeded, deadly: u64) -> Self {
        let deadly = chance.happens(deadly);
        match (deadly, chance.below(4)) {
            (true, 0 | 1) => Self::CrashBefore,
            (true, _) => Self::CrashAfter,
            (false, 0) => Self::FailAfter,
            (false, _) => Self::Fail,
        }
    }

    /// How it is counted.
    pub(super) const fn name(self) -> Option<&'static str> {
        match self {
            Self::Work => None,
            Self::Fail => Some("fails"),
            Self::FailAfter => Some("fails to sync"),
            Self::CrashBefore => Some("killed before"),
            Self::CrashAfter => Some("killed after"),
        }
    }
}
