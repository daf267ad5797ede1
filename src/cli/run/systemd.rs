//! What does systemd hear of the running daemon? That it lives, as long as every part of every mailbox does, and how it stands with all of them.

use super::named::in_name_of;
use crate::config::MailboxName;
use crate::control::Awaited;
use crate::gateway::Picture;
use crate::journal::Headway;
use crate::report;
use crate::watch::{ALL_IS_WELL, Signs};
use futures_util::future::select_all;
use sd_notify::NotifyState;
use std::collections::BTreeMap;
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// So many mailboxes are named in the status line.
const NAMED_MAX: usize = 3;

/// So long may what is in flight take when a mailbox is left: as long as the longest work after which a part says that it lives. What it waits for
/// at a mail server has shorter limits of its own.
const ENDS_WITHIN: Duration = Duration::from_mins(10);
/// What finishes it.
const LEAVING: &str = "the part that finishes the work of a mailbox that is left";

/// What systemd is told of one mailbox.
#[derive(Clone)]
pub(super) struct Watched {
    pub(super) name: Option<MailboxName>,
    pub(super) kept: Kept,
}

/// How it is kept.
#[derive(Clone)]
pub(super) enum Kept {
    /// This process works for it.
    Here {
        signs: Arc<Signs>,
        headway: Arc<Headway>,
        picture: watch::Receiver<Picture>,
    },
    /// It stands by.
    StoodByFor(watch::Receiver<Awaited>),
    /// It is being left; nothing where that is over.
    Ending(Weak<Ending>),
}

/// The work of a mailbox that is being finished.
pub(super) struct Ending {
    since: Instant,
    headway: Arc<Headway>,
}

impl Ending {
    /// From now on.
    pub(super) fn begins(headway: Arc<Headway>) -> Self {
        Self {
            since: Instant::now(),
            headway,
        }
    }
}

impl Kept {
    fn stands(&mut self) -> Stands {
        match self {
            Self::Here { picture, .. } => {
                let sentence = picture.borrow_and_update().sentence.clone();
                match sentence.as_str() {
                    "" => Stands::Unseen,
                    ALL_IS_WELL => Stands::Well,
                    _ => Stands::Troubled(sentence),
                }
            }
            Self::Ending(_) => Stands::Ending,
            Self::StoodByFor(awaited) => {
                let awaited = awaited.borrow_and_update();
                match &*awaited {
                    Awaited::Look | Awaited::Holder(_) | Awaited::Turn => {
                        Stands::Elsewhere(awaited.in_words())
                    }
                    Awaited::Unfit(..) | Awaited::Database(_) | Awaited::Mending(_) => {
                        Stands::Troubled(awaited.in_words())
                    }
                }
            }
        }
    }

    async fn changed(&mut self) -> Result<(), watch::error::RecvError> {
        match self {
            Self::Here { picture, .. } => picture.changed().await,
            Self::StoodByFor(awaited) => awaited.changed().await,
            // Whoever is told who is kept is told that it is over.
            Self::Ending(_) => std::future::pending().await,
        }
    }
}

/// How it stands with a mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Stands {
    /// Nobody has looked yet.
    Unseen,
    Well,
    Troubled(String),
    /// It is stood by for, as it should be.
    Elsewhere(String),
    /// What is in flight is being finished.
    Ending,
}

/// All mailboxes that are kept now.
pub(super) type AllWatched = watch::Receiver<Arc<Vec<Watched>>>;

/// Tells systemd's watchdog that we live, as long as every part gives its signs of life in time, or what it waits for gets on: a store that is
/// opened anew, a verification, an export.
pub(super) async fn feed_watchdog(all: AllWatched, shutdown: CancellationToken) {
    let Some(limit) = sd_notify::watchdog_enabled() else {
        return;
    };
    let mut ticks = tokio::time::interval(limit / 3);
    let mut steps = BTreeMap::new();
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let watched = Arc::clone(&all.borrow());
        match silent_part(&watched, &mut steps) {
            None => tell(&[NotifyState::Watchdog]),
            Some((name, part, late)) => {
                report::gateway::part_silent(&in_name_of(name.as_ref(), part), late);
            }
        }
    }
}

/// How far the work on the store of each mailbox was; of one that is being left apart from one of that name that is worked for again.
type Steps = BTreeMap<(Option<MailboxName>, bool), u64>;

/// A part that hangs, whose it is, and for how long it has been silent. While long work on a mailbox's store gets on, its parts wait for that.
fn silent_part(
    watched: &[Watched],
    steps: &mut Steps,
) -> Option<(Option<MailboxName>, &'static str, Duration)> {
    let before = std::mem::take(steps);
    let now = Instant::now();
    let mut found = None;
    for one in watched {
        let (is_ending, headway, silent) = match &one.kept {
            Kept::Here { signs, headway, .. } => {
                let silent = signs.silent(now);
                let silent = silent.map(|(part, late)| (part.in_words(), late));
                (false, Arc::clone(headway), silent)
            }
            Kept::Ending(ending) => {
                let Some(ending) = ending.upgrade() else {
                    continue;
                };
                let late = now.saturating_duration_since(ending.since + ENDS_WITHIN);
                let silent = (!late.is_zero()).then_some((LEAVING, late));
                (true, Arc::clone(&ending.headway), silent)
            }
            Kept::StoodByFor(_) => continue,
        };
        let whose = (one.name.clone(), is_ending);
        let now = headway.steps();
        let gets_on = before.get(&whose).is_some_and(|before| *before != now);
        let _ = steps.insert(whose, now);
        if let (None, false, Some((part, late))) = (&found, gets_on, silent) {
            found = Some((one.name.clone(), part, late));
        }
    }
    found
}

/// Keeps systemd's status line: the same in one sentence as `handoffd status` and the mail to the admin.
pub(super) async fn tell_how_it_stands(mut all: AllWatched, shutdown: CancellationToken) {
    let mut told = String::new();
    let mut kept: Vec<Watched> = Vec::new();
    let mut has_changed = true;
    loop {
        if std::mem::take(&mut has_changed) {
            kept = all.borrow_and_update().to_vec();
        }
        let sentences: Vec<(Option<&MailboxName>, Stands)> = (kept.iter_mut())
            .map(|one| (one.name.as_ref(), one.kept.stands()))
            .collect();
        let sentence = of_all(&sentences);
        if sentence != told {
            tell(&[NotifyState::Status(&sentence)]);
            told = sentence;
        }
        let ended = tokio::select! {
            () = shutdown.cancelled() => return,
            changed = all.changed() => {
                if changed.is_err() {
                    return;
                }
                has_changed = true;
                None
            }
            ended = one_changes(&mut kept) => ended,
        };
        if let Some(ended) = ended {
            let _ = kept.swap_remove(ended);
        }
    }
}

/// Waits until one of them changes; its place where none will come of it any more.
async fn one_changes(kept: &mut [Watched]) -> Option<usize> {
    if kept.is_empty() {
        return std::future::pending().await;
    }
    let changes = kept.iter_mut().map(|one| Box::pin(one.kept.changed()));
    let (changed, place, _) = select_all(changes).await;
    changed.is_err().then_some(place)
}

/// How it stands with all mailboxes, in one sentence. Empty where nobody has looked yet.
fn of_all(all: &[(Option<&MailboxName>, Stands)]) -> String {
    if let [(None, only)] = all {
        return match only {
            Stands::Unseen => String::new(),
            Stands::Well => ALL_IS_WELL.to_owned(),
            Stands::Troubled(words) | Stands::Elsewhere(words) => words.clone(),
            Stands::Ending => "finishing what is in flight, then the mailbox is left".to_owned(),
        };
    }
    let troubled: Vec<String> = (all.iter())
        .filter_map(|(name, stands)| match stands {
            Stands::Troubled(words) => Some(in_name_of(*name, words)),
            Stands::Unseen | Stands::Well | Stands::Elsewhere(_) | Stands::Ending => None,
        })
        .collect();
    let well = all.iter().filter(|(_, stands)| *stands == Stands::Well);
    let well = match (well.count(), troubled.len()) {
        (0, _) => None,
        (all, 0) => Some(format!("{ALL_IS_WELL} with {all} mailboxes")),
        (others, _) => Some(format!("{ALL_IS_WELL} with {others} others")),
    };
    let elsewhere = (all.iter())
        .filter(|(_, stands)| matches!(stands, Stands::Elsewhere(_)))
        .count();
    let elsewhere = (elsewhere > 0).then(|| match elsewhere == all.len() {
        true => format!("standing by for {elsewhere} mailboxes"),
        false => format!("standing by for {elsewhere} more"),
    });
    let more = troubled.len().saturating_sub(NAMED_MAX);
    let more = (more > 0).then(|| format!("and {more} mailboxes more; see `handoffd status`"));
    let named = troubled.into_iter().take(NAMED_MAX);
    let all: Vec<String> = named.chain(more).chain(well).chain(elsewhere).collect();
    all.join("; ")
}

/// Without systemd there is nobody to tell, which is no failure.
pub(in crate::cli) fn tell(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::debug!(%error, "systemd was not told");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::Part;

    fn name(text: &str) -> Option<MailboxName> {
        MailboxName::parse(text)
    }

    #[tokio::test(start_paused = true)]
    async fn a_part_that_waits_for_long_work_on_its_store_does_not_hang_and_any_other_does() {
        let (_keep, picture) = watch::channel(Picture::default());
        let (_awaited, waits) = watch::channel(Awaited::Turn);
        let mut watched = vec![Watched {
            name: name("post"),
            kept: Kept::StoodByFor(waits),
        }];
        let kept: [(Arc<Signs>, Arc<Headway>); 2] = Default::default();
        for (text, (signs, headway)) in ["sales", "support"].into_iter().zip(&kept) {
            signs.alive(Part::Outbox, Duration::from_secs(1));
            watched.push(Watched {
                name: name(text),
                kept: Kept::Here {
                    signs: Arc::clone(signs),
                    headway: Arc::clone(headway),
                    picture: picture.clone(),
                },
            });
        }
        let mut steps = BTreeMap::new();
        assert_eq!(silent_part(&watched, &mut steps), None);
        tokio::time::advance(Duration::from_secs(3)).await;
        kept[1].0.alive(Part::Outbox, Duration::from_secs(9));
        kept[0].1.step();
        assert_eq!(silent_part(&watched, &mut steps), None);
        // Work on the store of one is no excuse for the other.
        kept[1].1.step();
        let silent = silent_part(&watched, &mut steps).map(|(name, part, _)| (name, part));
        assert_eq!(silent, Some((name("sales"), Part::Outbox.in_words())));
    }

    #[tokio::test(start_paused = true)]
    async fn a_mailbox_that_is_left_is_in_sight_until_its_work_is_finished() {
        let headway: Arc<Headway> = Arc::default();
        let ending = Arc::new(Ending::begins(Arc::clone(&headway)));
        let watched = [Watched {
            name: name("sales"),
            kept: Kept::Ending(Arc::downgrade(&ending)),
        }];
        let mut steps = Steps::new();
        let mut silent = || silent_part(&watched, &mut steps).map(|(name, part, _)| (name, part));
        tokio::time::advance(ENDS_WITHIN).await;
        assert_eq!(silent(), None);
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(silent(), Some((name("sales"), LEAVING)));
        // An export of it that gets on is no hanging.
        headway.step();
        assert_eq!(silent(), None);
        assert_eq!(silent(), Some((name("sales"), LEAVING)));
        drop(ending);
        assert_eq!(silent(), None, "it is over");
    }

    #[test]
    fn the_status_line_says_how_all_stand() {
        let (sales, support, post) = (name("sales"), name("support"), name("post"));
        let well = || Stands::Well;
        let away = || Stands::Troubled("The inbox cannot be read".to_owned());
        let elsewhere =
            || Stands::Elsewhere("standing by: alder works with the journal".to_owned());
        assert_eq!(of_all(&[(None, away())]), "The inbox cannot be read");
        assert_eq!(
            of_all(&[(None, elsewhere())]),
            "standing by: alder works with the journal"
        );
        assert_eq!(of_all(&[(sales.as_ref(), Stands::Unseen)]), "");
        let all = [
            (sales.as_ref(), well()),
            (support.as_ref(), well()),
            (post.as_ref(), well()),
        ];
        assert_eq!(of_all(&all), "all is well with 3 mailboxes");
        let one_away = [
            (sales.as_ref(), away()),
            (support.as_ref(), well()),
            (post.as_ref(), elsewhere()),
        ];
        assert_eq!(
            of_all(&one_away),
            "mailbox sales: The inbox cannot be read; all is well with 1 others; standing by for 1 more"
        );
        let nothing_here = [(sales.as_ref(), elsewhere()), (post.as_ref(), elsewhere())];
        assert_eq!(of_all(&nothing_here), "standing by for 2 mailboxes");
        let many: Vec<_> = (0..5).map(|_| (sales.as_ref(), away())).collect();
        assert!(of_all(&many).ends_with("and 2 mailboxes more; see `handoffd status`"));
    }
}
