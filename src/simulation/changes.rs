//! Something of the world has changed: who waits for that is woken, and in what order? In the order in which they began to wait. tokio's own
//! channel for it (`tokio::sync::watch`) wakes several who wait in an order drawn anew in each run, so a seed would not give the same run again.

use std::sync::Arc;
use tokio::sync::Notify;

/// How often something has changed, and who waits for the next time.
#[derive(Debug, Default)]
pub(super) struct Changes {
    so_far: u64,
    waiting: Arc<Notify>,
}

impl Changes {
    /// So many there were.
    pub(super) const fn so_far(&self) -> u64 {
        self.so_far
    }

    /// It has changed once more.
    pub(super) fn happened(&mut self) {
        self.so_far += 1;
        self.waiting.notify_waiters();
    }

    /// Returns at the next one after this call, however late it is waited for.
    pub(super) fn next(&self) -> impl Future<Output = ()> + Send + use<> {
        Arc::clone(&self.waiting).notified_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[tokio::test]
    async fn who_waits_is_woken_in_the_order_in_which_they_began_to_wait() {
        let mut changes = Changes::default();
        let woken = Arc::new(Mutex::new(Vec::new()));
        let waiting: Vec<_> = (0..32)
            .map(|number| {
                let (next, woken) = (changes.next(), Arc::clone(&woken));
                tokio::spawn(async move {
                    next.await;
                    woken.lock().unwrap().push(number);
                })
            })
            .collect();
        tokio::task::yield_now().await;
        assert!(woken.lock().unwrap().is_empty());
        changes.happened();
        for one in waiting {
            one.await.unwrap();
        }
        let woken = woken.lock().unwrap();
        assert!(woken.is_sorted() && woken.len() == 32, "{woken:?}");
        assert_eq!(changes.so_far(), 1);
    }

    #[tokio::test]
    async fn a_change_before_it_is_waited_for_is_not_missed() {
        let mut changes = Changes::default();
        let next = changes.next();
        changes.happened();
        next.await;
    }
}
