//! How does a part begin a task of its own? In the span of its mailbox, so that its log lines carry the name; in a simulated world also as work of
//! the same process, which may be stopped.

use tracing::Instrument;

/// The work, belonging to the mailbox whose part begins it.
pub(crate) fn of_same_mailbox<W: Future>(work: W) -> impl Future<Output = W::Output> {
    #[cfg(test)]
    let work = crate::simulation::of_same_process(work);
    work.in_current_span()
}
