//! What does systemd hear of the running daemon? That it lives, as long as every part of every mailbox does, and how it stands with all of them.

use super::mailbox::in_name_of;
use crate::config::MailboxName;
use crate::gateway::Picture;
use crate::journal::Headway;
use crate::report;
use crate::watch::{ALL_IS_WELL, Part, Signs};
use futures_util::future::select_all;
use sd_notify::NotifyState;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// So many mailboxes are named in the status line.
const NAMED_MAX: usize = 3;

/// What systemd is told of one mailbox.
#[derive(Clone)]
pub(super) struct Watched {
    pub(super) name: Option<MailboxName>,
    pub(super) signs: Arc<Signs>,
    pub(super) headway: Arc<Headway>,
    pub(super) picture: watch::Receiver<Picture>,
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
                report::gateway::part_silent(&in_name_of(name.as_ref(), part.in_words()), late);
            }
        }
    }
}

/// A part that hangs, whose it is, and for how long it has been silent. While long work on a mailbox's store gets on, its parts wait for that.
fn silent_part(
    watched: &[Watched],
    steps: &mut BTreeMap<Option<MailboxName>, u64>,
) -> Option<(Option<MailboxName>, Part, Duration)> {
    let before = std::mem::take(steps);
    let mut found = None;
    for one in watched {
        let now = one.headway.steps();
        let gets_on = before.get(&one.name).is_some_and(|before| *before != now);
        let _ = steps.insert(one.name.clone(), now);
        if let (None, false, Some((part, late))) =
            (&found, gets_on, one.signs.silent(Instant::now()))
        {
            found = Some((one.name.clone(), part, late));
        }
    }
    found
}

/// Keeps systemd's status line: the same in one sentence as `handoffd status` and the mail to the admin.
pub(super) async fn tell_how_it_stands(mut all: AllWatched, shutdown: CancellationToken) {
    let mut told = String::new();
    let mut pictures: Vec<(Option<MailboxName>, watch::Receiver<Picture>)> = Vec::new();
    let mut has_changed = true;
    loop {
        if std::mem::take(&mut has_changed) {
            let watched = Arc::clone(&all.borrow_and_update());
            pictures = (watched.iter())
                .map(|one| (one.name.clone(), one.picture.clone()))
                .collect();
        }
        let sentences: Vec<(Option<&MailboxName>, String)> = (pictures.iter_mut())
            .map(|(name, picture)| (name.as_ref(), picture.borrow_and_update().sentence.clone()))
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
            ended = one_changes(&mut pictures) => ended,
        };
        if let Some(ended) = ended {
            let _ = pictures.swap_remove(ended);
        }
    }
}

/// Waits until one of them changes; its place where none will come of it any more.
async fn one_changes(
    pictures: &mut [(Option<MailboxName>, watch::Receiver<Picture>)],
) -> Option<usize> {
    if pictures.is_empty() {
        return std::future::pending().await;
    }
    let changes = pictures
        .iter_mut()
        .map(|(_, picture)| Box::pin(picture.changed()));
    let (changed, place, _) = select_all(changes).await;
    changed.is_err().then_some(place)
}

/// How it stands with all mailboxes, in one sentence. Empty where nobody has looked yet.
fn of_all(sentences: &[(Option<&MailboxName>, String)]) -> String {
    let seen: Vec<_> = sentences.iter().filter(|(_, it)| !it.is_empty()).collect();
    match seen.as_slice() {
        [] => return String::new(),
        [(None, sentence)] => return sentence.clone(),
        _ => {}
    }
    let troubled: Vec<String> = (seen.iter())
        .filter(|(_, sentence)| sentence != ALL_IS_WELL)
        .map(|(name, sentence)| in_name_of(*name, sentence))
        .collect();
    let well = match (seen.len() - troubled.len(), troubled.len()) {
        (0, _) => None,
        (all, 0) => Some(format!("{ALL_IS_WELL} with {all} mailboxes")),
        (others, _) => Some(format!("{ALL_IS_WELL} with {others} others")),
    };
    let more = troubled.len().saturating_sub(NAMED_MAX);
    let more = (more > 0).then(|| format!("and {more} mailboxes more; see `handoffd status`"));
    let named = troubled.into_iter().take(NAMED_MAX);
    let all: Vec<String> = named.chain(more).chain(well).collect();
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

    fn name(text: &str) -> Option<MailboxName> {
        MailboxName::parse(text)
    }

    #[tokio::test(start_paused = true)]
    async fn a_part_that_waits_for_long_work_on_its_store_does_not_hang_and_any_other_does() {
        let (_keep, picture) = watch::channel(Picture::default());
        let watched = ["sales", "support"].map(|text| Watched {
            name: name(text),
            signs: Arc::default(),
            headway: Arc::default(),
            picture: picture.clone(),
        });
        for one in &watched {
            one.signs.alive(Part::Outbox, Duration::from_secs(1));
        }
        let mut steps = BTreeMap::new();
        assert_eq!(silent_part(&watched, &mut steps), None);
        tokio::time::advance(Duration::from_secs(3)).await;
        watched[1].signs.alive(Part::Outbox, Duration::from_secs(9));
        watched[0].headway.step();
        assert_eq!(silent_part(&watched, &mut steps), None);
        // Work on the store of one is no excuse for the other.
        watched[1].headway.step();
        let silent = silent_part(&watched, &mut steps).map(|(name, part, _)| (name, part));
        assert_eq!(silent, Some((name("sales"), Part::Outbox)));
    }

    #[test]
    fn the_status_line_says_how_all_stand() {
        let (sales, support, post) = (name("sales"), name("support"), name("post"));
        let well = || ALL_IS_WELL.to_owned();
        let away = || "The inbox cannot be read".to_owned();
        assert_eq!(of_all(&[(None, away())]), "The inbox cannot be read");
        assert_eq!(of_all(&[(sales.as_ref(), String::new())]), "");
        let all = [
            (sales.as_ref(), well()),
            (support.as_ref(), well()),
            (post.as_ref(), well()),
        ];
        assert_eq!(of_all(&all), "all is well with 3 mailboxes");
        let one_away = [
            (sales.as_ref(), away()),
            (support.as_ref(), well()),
            (post.as_ref(), well()),
        ];
        assert_eq!(
            of_all(&one_away),
            "mailbox sales: The inbox cannot be read; all is well with 2 others"
        );
        let many: Vec<_> = (0..5).map(|_| (sales.as_ref(), away())).collect();
        assert!(of_all(&many).ends_with("and 2 mailboxes more; see `handoffd status`"));
    }
}
