//! Which mailboxes are being left, and is what is in flight there being finished? Another process has one now, or is to, or it is gone from the settings. That may
//! take minutes, and must not take for ever: it is in sight of systemd's watchdog until it is over.

use super::mailbox::{Life, Over};
use super::prepared::Prepared;
use super::systemd::{Ending, Kept, Watched};
use crate::config::MailboxName;
use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use tokio::task::{JoinError, JoinSet};

/// Those that are being left.
#[derive(Default)]
pub(super) struct Leaving {
    /// Those that are stood by for afterwards.
    prepared: BTreeMap<Option<MailboxName>, Prepared>,
    running: JoinSet<Option<MailboxName>>,
    /// All whose work is being finished, whatever comes afterwards.
    in_sight: Vec<(Option<MailboxName>, Weak<Ending>)>,
}

impl Leaving {
    /// Lets one go that is stood by for afterwards; [`Self::next`] says when.
    pub(super) fn begin(&mut self, life: Life) {
        let name = life.name().cloned();
        let _ = self.prepared.insert(name.clone(), life.prepared());
        let ending = self.end(life);
        // Not waited for here: what it has in flight at a silent server may take minutes.
        let _ = self.running.spawn(async move {
            let _over = ending.await;
            name
        });
    }

    /// Ends one, in sight of the watchdog from now on.
    pub(super) fn end(&mut self, life: Life) -> impl Future<Output = Over> + Send + use<> {
        let ending = Arc::new(Ending::begins(Arc::clone(life.headway())));
        self.in_sight
            .retain(|(_, ending)| ending.strong_count() > 0);
        let seen = Arc::downgrade(&ending);
        self.in_sight.push((life.name().cloned(), seen));
        async move {
            let _in_sight_until_then = ending;
            life.end().await
        }
    }

    /// The next one of which everything is finished; `None` where none is left to wait for.
    pub(super) async fn next(&mut self) -> Option<Result<Option<MailboxName>, JoinError>> {
        self.running.join_next().await
    }

    /// What it takes to stand by for one that is over; `None` where a reload has taken it out of the settings.
    pub(super) fn over(&mut self, name: &Option<MailboxName>) -> Option<Prepared> {
        self.prepared.remove(name)
    }

    /// Those that are not among these any more are not stood by for afterwards.
    pub(super) fn retain(&mut self, stays: impl Fn(&Option<MailboxName>) -> bool) {
        self.prepared.retain(|name, _| stays(name));
    }

    /// Goes on with what was loaded anew, by name; takes what it is about out of it.
    pub(super) fn change(&mut self, anew: &mut BTreeMap<Option<MailboxName>, Prepared>) {
        for (name, prepared) in &mut self.prepared {
            if let Some(anew) = anew.remove(name) {
                *prepared = anew;
            }
        }
    }

    /// Those that are stood by for afterwards.
    pub(super) fn prepared(&self) -> impl ExactSizeIterator<Item = &Prepared> {
        self.prepared.values()
    }

    /// What systemd is told of them.
    pub(super) fn watched(&self) -> impl Iterator<Item = Watched> {
        let in_sight = self.in_sight.iter();
        let in_sight = in_sight.filter(|(_, ending)| ending.strong_count() > 0);
        in_sight.map(|(name, ending)| Watched {
            name: name.clone(),
            kept: Kept::Ending(Weak::clone(ending)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::mailbox::tests::{name, open};
    use super::*;
    use tokio::sync::mpsc;

    #[tokio::test]
    async fn what_is_left_is_in_sight_until_it_is_over_and_stood_by_for_then() {
        let folder = tempfile::tempdir().unwrap();
        let (endings, _ended) = mpsc::channel(4);
        let begin = |text: &str| {
            let ready = open(text, folder.path()).unwrap();
            Life::begin(ready, endings.clone(), Arc::default())
        };
        let in_sight = |leaving: &Leaving| -> Vec<Option<MailboxName>> {
            let watched = leaving.watched();
            watched
                .map(|one| match one.kept {
                    Kept::Ending(_) => one.name,
                    Kept::Here { .. } | Kept::StoodByFor(_) => panic!("it is being left"),
                })
                .collect()
        };
        let mut leaving = Leaving::default();
        leaving.begin(begin("sales"));
        // A reload that takes it out of the settings does not take it out of sight.
        let gone = leaving.end(begin("support"));
        assert_eq!(in_sight(&leaving), [name("sales"), name("support")]);
        let _over = gone.await;
        let left = leaving.next().await.unwrap().unwrap();
        assert_eq!(left, name("sales"));
        assert_eq!(in_sight(&leaving), []);
        assert!(leaving.over(&name("support")).is_none());
        assert!(leaving.over(&left).is_some());
        leaving.begin(begin("sales"));
        leaving.retain(|_| false);
        assert_eq!(in_sight(&leaving), [name("sales")]);
        let left = leaving.next().await.unwrap().unwrap();
        assert!(leaving.over(&left).is_none());
    }
}
