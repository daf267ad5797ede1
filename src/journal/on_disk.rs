//! How does one wait for the disk in the middle of a task? Without holding up the other tasks of the thread, where there are threads for
//! them.

use tokio::runtime::{Handle, RuntimeFlavor};

/// Runs what waits for the disk. May be called from any task, and outside of tasks.
pub fn on_disk<T>(work: impl FnOnce() -> T) -> T {
    match Handle::try_current().map(|handle| handle.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        _ => work(),
    }
}
