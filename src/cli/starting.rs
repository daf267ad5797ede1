//! What does systemd hear while the daemon starts? That it gets on, every few seconds, so that no start is ended in the middle of the look through
//! a large store (`TimeoutStartSec=` of the unit), and how far it is. Where nothing gets on any more it hears nothing, and ends it.

use super::run::tell_systemd;
use crate::journal::{Headway, Stage};
use sd_notify::NotifyState;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often systemd is told,
const TOLD_EVERY: Duration = Duration::from_secs(5);
/// and how long it waits after each time.
const EXTENDED_BY: Duration = Duration::from_secs(30);

/// So long may it stand still. sled shows no headway while it reads its files: a disk that reads this many bytes in a second is waited for.
const STANDSTILL_MAX: Duration = Duration::from_mins(1);
const SLOW_DISK_BYTES_A_SECOND: u64 = 5_000_000;

/// A daemon that is starting. Until it is dropped systemd is told so.
pub(super) struct Starting {
    ends: Option<Sender<()>>,
    teller: Option<JoinHandle<()>>,
}

impl Starting {
    /// Begins to tell systemd of stores that are opened one after the other.
    pub(super) fn begin(headways: Vec<Arc<Headway>>) -> Self {
        super::limits::warn_where_they_are_too_low(headways.len());
        let (ends, ended) = channel();
        let tell = move || {
            let mut patience = Patience::of(&headways, Instant::now());
            loop {
                if let Some(status) = patience.told(&headways, Instant::now()) {
                    let extended_by = u32::try_from(EXTENDED_BY.as_micros()).unwrap_or(u32::MAX);
                    tell_systemd(&[
                        NotifyState::ExtendTimeoutUsec(extended_by),
                        NotifyState::Status(&status),
                    ]);
                }
                if ended.recv_timeout(TOLD_EVERY) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
            }
        };
        let teller = std::thread::Builder::new().name("starting".to_owned());
        Self {
            ends: Some(ends),
            // Without it the start has the time that the unit gives it.
            teller: teller.spawn(tell).ok(),
        }
    }
}

impl Drop for Starting {
    fn drop(&mut self) {
        drop(self.ends.take());
        if let Some(teller) = self.teller.take() {
            let _ = teller.join();
        }
    }
}

/// When it last got on.
#[derive(Debug)]
struct Patience {
    steps: u64,
    since: Instant,
}

impl Patience {
    fn of(headways: &[Arc<Headway>], now: Instant) -> Self {
        Self {
            steps: steps(headways),
            since: now,
        }
    }

    /// What systemd is told now; `None` where it has stood still for too long.
    fn told(&mut self, headways: &[Arc<Headway>], now: Instant) -> Option<String> {
        let steps = steps(headways);
        if steps != self.steps {
            *self = Self { steps, since: now };
        }
        let open = (headways.iter())
            .take_while(|headway| headway.stage() == Stage::Open)
            .count();
        let stage = (headways.get(open)).map_or(Stage::Open, |headway| headway.stage());
        let longest = match stage {
            Stage::Opening { bytes } => {
                STANDSTILL_MAX + Duration::from_secs(bytes / SLOW_DISK_BYTES_A_SECOND)
            }
            Stage::Closed | Stage::Checking { .. } | Stage::Open => STANDSTILL_MAX,
        };
        let is_patient = now.saturating_duration_since(self.since) < longest;
        is_patient.then(|| match headways.len() {
            0 | 1 => in_words(stage),
            all => format!("{} ({open} of {all} mailboxes are open)", in_words(stage)),
        })
    }
}

fn steps(headways: &[Arc<Headway>]) -> u64 {
    headways.iter().map(|headway| headway.steps()).sum()
}

fn in_words(stage: Stage) -> String {
    match stage {
        Stage::Closed => "starting".to_owned(),
        Stage::Opening { bytes } => format!("opening the store: {} MB", bytes / 1_000_000),
        Stage::Checking { percent } => format!("checking the store: {percent} %"),
        Stage::Open => "starting: the store is open".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systemd_is_told_as_long_as_it_gets_on_and_not_longer() {
        let (headway, began) = (Arc::<Headway>::default(), Instant::now());
        let mut patience = Patience::of(&[Arc::clone(&headway)], began);
        let mut after = |seconds, headway: &Arc<Headway>| {
            patience.told(&[Arc::clone(headway)], began + Duration::from_secs(seconds))
        };
        assert_eq!(after(0, &headway).as_deref(), Some("starting"));
        // 600 MB, of which nothing is seen for 100 s and more.
        headway.opens(600_000_000);
        let opening = Some("opening the store: 600 MB");
        assert_eq!(after(10, &headway).as_deref(), opening);
        assert_eq!(after(180, &headway).as_deref(), opening);
        assert_eq!(after(191, &headway), None);
        // Minutes of work that gets on.
        for minute in 4..30_u8 {
            headway.checked(minute);
            let told = after(u64::from(minute) * 60, &headway);
            assert_eq!(told, Some(format!("checking the store: {minute} %")));
        }
        // The same percent, and yet another slice.
        headway.checked(29);
        assert!(after(30 * 60, &headway).is_some());
        assert!(after(30 * 60 + 59, &headway).is_some());
        assert_eq!(after(31 * 60, &headway), None, "it hangs");
        headway.is_open();
        assert!(after(32 * 60, &headway).is_some());
    }

    #[test]
    fn of_several_stores_the_one_is_told_that_is_opened_now() {
        let headways: Vec<Arc<Headway>> = vec![Arc::default(), Arc::default()];
        let now = Instant::now();
        let mut patience = Patience::of(&headways, now);
        let mut told = || patience.told(&headways, now).unwrap();
        assert_eq!(told(), "starting (0 of 2 mailboxes are open)");
        headways[0].is_open();
        headways[1].opens(5_000_000);
        assert_eq!(
            told(),
            "opening the store: 5 MB (1 of 2 mailboxes are open)"
        );
        headways[1].is_open();
        assert_eq!(
            told(),
            "starting: the store is open (2 of 2 mailboxes are open)"
        );
    }
}
