//! Whose work is done just now? Each task of a process is polled as its work, and not at all while the process is stopped, as after SIGSTOP:
//! when it wakes up the tasks go on where they were, with what they believed then.

use super::with;
use super::world::World;
use std::cell::Cell;
use std::pin::Pin;
use std::task::{Context, Poll};

thread_local! {
    /// The machine whose process is at work.
    static AT_WORK: Cell<Option<usize>> = const { Cell::new(None) };
}

/// The machine whose process is at work just now; `None` where others are: servers, people, the network.
pub(super) fn at_work() -> Option<usize> {
    AT_WORK.get()
}

/// What kind of work it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// What waits while an answer of the database is waited for.
    Ordinary,
    /// What has a thread and a connection of its own: the lease is renewed meanwhile.
    Renewal,
}

/// Work of a process.
pub(crate) struct OfProcess<W> {
    machine: Option<usize>,
    kind: Kind,
    work: Pin<Box<W>>,
}

/// Work of the process on that machine.
pub(super) fn of<W: Future>(machine: usize, kind: Kind, work: W) -> OfProcess<W> {
    OfProcess {
        machine: Some(machine),
        kind,
        work: Box::pin(work),
    }
}

/// Work that a process begins beside what it does.
pub(crate) fn of_same_process<W: Future>(work: W) -> OfProcess<W> {
    OfProcess {
        machine: at_work(),
        kind: Kind::Ordinary,
        work: Box::pin(work),
    }
}

impl<W: Future> Future for OfProcess<W> {
    type Output = W::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<W::Output> {
        let this = self.get_mut();
        let is_held = |machine: usize| {
            with(|world: &mut World| world.machines[machine].holds_up(this.kind, context.waker()))
                .unwrap_or(false)
        };
        if this.machine.is_some_and(is_held) {
            return Poll::Pending;
        }
        let before = AT_WORK.replace(this.machine.or(at_work()));
        let polled = this.work.as_mut().poll(context);
        AT_WORK.set(before);
        polled
    }
}
