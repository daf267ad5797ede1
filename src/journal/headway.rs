//! How far is long work on the store? Said by the store, and asked by whoever tells systemd that we do not hang. Remembers, decides nothing.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// What is done with the store that may take long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// It is not begun.
    #[default]
    Closed,
    /// Its files are read; how far that is cannot be seen.
    Opening {
        /// How large they are.
        bytes: u64,
    },
    /// It is looked through.
    Checking {
        /// About how far that is.
        percent: u8,
    },
    /// It is worked with.
    Open,
}

/// How far long work on the store is.
#[derive(Debug, Default)]
pub struct Headway {
    steps: AtomicU64,
    stage: Mutex<Stage>,
}

impl Headway {
    /// A number that grows as long as long work gets on.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.steps.load(Ordering::Relaxed)
    }

    /// What is done.
    #[must_use]
    pub fn stage(&self) -> Stage {
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Some of it was done.
    pub(crate) fn step(&self) {
        let _ = self.steps.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn opens(&self, bytes: u64) {
        self.enter(Stage::Opening { bytes });
    }

    pub(crate) fn checked(&self, percent: u8) {
        self.enter(Stage::Checking { percent });
    }

    pub(crate) fn is_open(&self) {
        self.enter(Stage::Open);
    }

    fn enter(&self, stage: Stage) {
        *self.stage.lock().unwrap_or_else(PoisonError::into_inner) = stage;
        self.step();
    }
}
