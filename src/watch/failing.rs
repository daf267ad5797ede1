//! Since when does a server fail, whoever asks and however often the daemon was started meanwhile? Kept in the book before anybody is told, so that
//! a daemon that starts again and again still reports it, and says the true time. Pure.

use super::Kind;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// So often it is written down that it still fails.
const SEEN_EVERY: SignedDuration = SignedDuration::from_mins(5);

/// A daemon that was away for longer does not know what happened meanwhile: it counts anew.
const GOES_ON_FOR: SignedDuration = SignedDuration::from_hours(1);

/// A server that does not work, as it was seen last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failing {
    /// Since when.
    pub since: Timestamp,
    /// When it was last seen to fail, to within a few minutes.
    pub seen: Timestamp,
}

/// The servers that do not work, each by its kind of trouble.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FailingServers(pub(crate) BTreeMap<Kind, Failing>);

impl FailingServers {
    /// It fails now, since then.
    pub fn fails(&mut self, kind: Kind, since: Timestamp, now: Timestamp) {
        let new = Failing {
            since: since.min(now),
            seen: now,
        };
        let known = self.0.entry(kind).or_insert(new);
        let is_old = now.duration_since(known.seen).abs() >= SEEN_EVERY;
        if known.since != new.since || is_old {
            *known = new;
        }
    }

    /// It works. (One that nobody has asked yet is neither.)
    pub fn works(&mut self, kind: Kind) {
        let _ = self.0.remove(&kind);
    }

    /// Since when a server had failed before this daemon began, where that still holds.
    #[must_use]
    pub fn before(&self, kind: Kind, began: Timestamp) -> Option<Timestamp> {
        let known = self.0.get(&kind)?;
        let is_recent = began.duration_since(known.seen) < GOES_ON_FOR;
        (is_recent && known.since <= began).then_some(known.since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
    }

    #[test]
    fn the_first_failure_counts_across_restarts_unless_the_daemon_was_long_away() {
        let mut servers = FailingServers::default();
        servers.fails(Kind::Smtp, at(0), at(0));
        let first = servers.clone();
        servers.fails(Kind::Smtp, at(0), at(3));
        assert_eq!(servers, first, "not written each time");
        servers.fails(Kind::Smtp, at(0), at(6));
        assert_eq!(servers.before(Kind::Smtp, at(8)), Some(at(0)));
        assert_eq!(servers.before(Kind::Smtp, at(65)), Some(at(0)));
        assert_eq!(servers.before(Kind::Smtp, at(66)), None);
        assert_eq!(servers.before(Kind::Inbox, at(8)), None);
        servers.works(Kind::Smtp);
        assert_eq!(servers.before(Kind::Smtp, at(8)), None);
    }
}
