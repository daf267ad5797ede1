//! What do the parts of the daemon say of themselves? Signs of life with the time until the next one, how it stands with each server, and what else
//! only a part can know. Shared by all of them; remembers, decides nothing.

use crate::clock::Moment;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// A part of the daemon that must never stand still.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Watches the inbox.
    Inbox,
    /// Sends mail.
    Outbox,
    /// Watches promises.
    Deadlines,
}

impl Part {
    /// In words.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Inbox => "the part that watches the inbox",
            Self::Outbox => "the part that sends mail",
            Self::Deadlines => "the part that watches promises",
        }
    }
}

/// A server that we need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Server {
    /// Where mail comes from.
    Imap,
    /// Where mail goes to.
    Smtp,
}

/// How it stands with a server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ServerState {
    /// Nobody has asked it yet.
    #[default]
    Unknown,
    /// It works, since then.
    Works {
        /// When that was first seen.
        since: Timestamp,
    },
    /// It does not.
    Fails {
        /// Since when.
        since: Moment,
        /// Why, the last time.
        why: String,
        /// It refused the login: that does not mend itself.
        is_refused: bool,
    },
}

#[derive(Debug, Default)]
struct Said {
    alive_until: BTreeMap<Part, Instant>,
    servers: BTreeMap<Server, ServerState>,
    store: BTreeMap<Part, (Moment, String)>,
    reload_refused: Option<(Timestamp, String)>,
    clock_leapt: Option<(Timestamp, SignedDuration)>,
    last_mail: Option<Timestamp>,
}

/// What the parts say of themselves.
#[derive(Debug, Default)]
pub struct Signs {
    said: Mutex<Said>,
    changed: Notify,
}

impl Signs {
    fn said(&self) -> MutexGuard<'_, Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A part lives, and will say so again within this time at the latest.
    pub fn alive(&self, part: Part, again_within: Duration) {
        let until = Instant::now() + again_within;
        let _ = self.said().alive_until.insert(part, until);
    }

    /// A part that should have given a sign of life by now, and for how long.
    #[must_use]
    pub fn silent(&self, now: Instant) -> Option<(Part, Duration)> {
        let said = self.said();
        let late = |(part, until): (&Part, &Instant)| {
            let late = now.saturating_duration_since(*until);
            (!late.is_zero()).then_some((*part, late))
        };
        said.alive_until.iter().find_map(late)
    }

    /// A server works.
    pub fn works(&self, server: Server, now: Timestamp) {
        let mut said = self.said();
        let standing = said.servers.entry(server).or_default();
        if !matches!(standing, ServerState::Works { .. }) {
            *standing = ServerState::Works { since: now };
            self.changed.notify_one();
        }
    }

    /// A server does not work.
    pub fn fails(&self, server: Server, why: String, is_refused: bool, now: Moment) {
        let mut said = self.said();
        let standing = said.servers.entry(server).or_default();
        let since = match standing {
            ServerState::Fails { since, .. } => *since,
            ServerState::Unknown | ServerState::Works { .. } => now,
        };
        *standing = ServerState::Fails {
            since,
            why,
            is_refused,
        };
        self.changed.notify_one();
    }

    /// How it stands with a server.
    #[must_use]
    pub fn standing(&self, server: Server) -> ServerState {
        self.said()
            .servers
            .get(&server)
            .cloned()
            .unwrap_or_default()
    }

    /// A part cannot use the journal.
    pub fn store_fails(&self, part: Part, why: String, now: Moment) {
        let mut said = self.said();
        let since = said.store.get(&part).map_or(now, |(since, _)| *since);
        let _ = said.store.insert(part, (since, why));
        self.changed.notify_one();
    }

    /// A part can use the journal.
    pub fn store_works(&self, part: Part) {
        let _ = self.said().store.remove(&part);
    }

    /// Since when the journal cannot be used, and why.
    #[must_use]
    pub fn store_failing(&self) -> Option<(Moment, String)> {
        let said = self.said();
        let first = said.store.values().min_by_key(|(since, _)| since.passed);
        first.cloned()
    }

    /// Changed settings, articles or templates were refused.
    pub fn reload_refused(&self, why: String, now: Timestamp) {
        let mut said = self.said();
        let since = (said.reload_refused.as_ref()).map_or(now, |(since, _)| *since);
        said.reload_refused = Some((since, why));
        self.changed.notify_one();
    }

    /// They were taken.
    pub fn reload_taken(&self) {
        self.said().reload_refused = None;
        self.changed.notify_one();
    }

    /// Since when the files are not those that are in force, and why.
    #[must_use]
    pub fn refused_reload(&self) -> Option<(Timestamp, String)> {
        self.said().reload_refused.clone()
    }

    /// The clock leapt ahead.
    pub fn clock_leapt(&self, ahead: SignedDuration, now: Timestamp) {
        self.said().clock_leapt = Some((now, ahead));
        self.changed.notify_one();
    }

    /// A leap of the clock that nobody has noted yet.
    pub fn take_leap(&self) -> Option<(Timestamp, SignedDuration)> {
        self.said().clock_leapt.take()
    }

    /// A mail came.
    pub fn mail_came(&self, now: Timestamp) {
        self.said().last_mail = Some(now);
    }

    /// When the last mail came.
    #[must_use]
    pub fn last_mail(&self) -> Option<Timestamp> {
        self.said().last_mail
    }

    /// Waits until something was said that is worth a look.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: u64) -> Moment {
        static BEGAN: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
        Moment {
            // The clock on the wall goes backwards here.
            shown: Timestamp::from_second(1_800_000_000 - second.cast_signed()).unwrap(),
            passed: *BEGAN.get_or_init(Instant::now) + Duration::from_secs(second),
        }
    }

    #[test]
    fn a_part_is_silent_once_its_own_time_is_over() {
        let signs = Signs::default();
        let began = Instant::now();
        signs.alive(Part::Inbox, Duration::from_mins(20));
        signs.alive(Part::Outbox, Duration::from_mins(2));
        let after = |minutes| signs.silent(began + Duration::from_mins(minutes));
        assert_eq!(after(1), None);
        assert_eq!(after(3).map(|(part, _)| part), Some(Part::Outbox));
        assert_eq!(after(30).map(|(part, _)| part), Some(Part::Inbox));
        signs.alive(Part::Outbox, Duration::from_mins(10));
        assert_eq!(after(3), None);
    }

    #[test]
    fn a_failing_server_fails_since_its_first_failure() {
        let signs = Signs::default();
        assert_eq!(signs.standing(Server::Imap), ServerState::Unknown);
        signs.works(Server::Imap, at(0).shown);
        signs.works(Server::Imap, at(5).shown);
        assert_eq!(
            signs.standing(Server::Imap),
            ServerState::Works { since: at(0).shown }
        );
        for second in [10, 20] {
            signs.fails(Server::Imap, format!("no {second}"), false, at(second));
        }
        let expected = ServerState::Fails {
            since: at(10),
            why: "no 20".to_owned(),
            is_refused: false,
        };
        assert_eq!(signs.standing(Server::Imap), expected);
        assert_eq!(signs.standing(Server::Smtp), ServerState::Unknown);
    }

    #[test]
    fn the_store_fails_as_long_as_it_fails_for_any_part() {
        let signs = Signs::default();
        signs.store_fails(Part::Outbox, "full".to_owned(), at(3));
        signs.store_fails(Part::Inbox, "full".to_owned(), at(5));
        signs.store_works(Part::Inbox);
        assert_eq!(signs.store_failing(), Some((at(3), "full".to_owned())));
        signs.store_works(Part::Outbox);
        assert_eq!(signs.store_failing(), None);
    }
}
