//! How often each kind of trouble really hit something. A world in which a kind never hits is kind without saying so, so the test asks for
//! each of them.

use std::collections::BTreeMap;

/// Every kind of trouble in the world, by where it hits.
pub(super) const KINDS: &[(&str, &[&str])] = &[
    ("IMAP", OF_LINES),
    ("SMTP", OF_LINES),
    (
        "mailbox",
        &[
            "BYE",
            "NO",
            "NO at login",
            "expunged under our hands",
            "UIDVALIDITY changed",
            "UIDVALIDITY changed in a streak",
            "doubled under another UID",
            "hint lost in IDLE",
        ],
    ),
    ("4xx", STEPS),
    ("5xx", STEPS),
    (
        "submission",
        &[
            "one recipient of several refused",
            "taken long after the client went",
            "gone before the end of the content",
        ],
    ),
    (
        "copy",
        &[
            "late",
            "never",
            "in Sent before the reply",
            "in Sent soon",
            "in Sent late",
            "not in Sent",
            "only in Sent, reply lost",
        ],
    ),
    (
        "delivery",
        &[
            "twice",
            "reply of staff twice",
            "twice, minutes later",
            "overtaken",
        ],
    ),
    (
        "store",
        &[
            "fails",
            "fails to sync",
            "killed before",
            "killed after",
            "full for a while",
            "slow",
            "power cut took commits back",
            "kill took commits back",
        ],
    ),
    ("clock", &["set forwards", "set back"]),
    ("daemon", &["killed", "power cut", "ended", "reloaded"]),
    (
        "people",
        &[
            "two of staff answer at once",
            "customer writes while staff answer",
        ],
    ),
    (
        "streak",
        &["reply lost", "command", "recipient", "commit", "start"],
    ),
];

/// What goes wrong only where machines share a journal.
pub(super) const SHARED: &[(&str, &[&str])] = &[
    (
        "machine",
        &[
            "at any time",
            "at a commit",
            "after a look at the lease",
            "before it writes to IMAP",
            "before it writes to SMTP",
            "cut off from IMAP",
            "cut off from SMTP",
            "cut off from the database",
        ],
    ),
    (
        "database",
        &[
            "away",
            "answer to a commit lost",
            "answer about the lease lost",
            "answer about the lease late",
            "clock set forwards",
            "clock set back",
        ],
    ),
    (
        "lease",
        &[
            "taken over",
            "taken over from one that is stopped",
            "found to be another's",
        ],
    ),
    ("server", &["silent client sent away"]),
];

/// What needs some hundreds of worlds to hit something: the last moment before a lease is not sure any more.
pub(super) const RARE: &[(&str, &[&str])] = &[("late", &["mail ended by one that has lost it"])];

const OF_LINES: &[&str] = &[
    "cut before",
    "cut after",
    "half a reply",
    "late reply",
    "no reply",
    "killed before",
    "killed after",
    "down",
];

/// The steps of a submission.
pub(super) const STEPS: &[&str] = &["greeting", "EHLO", "MAIL", "RCPT", "DATA", "the final dot"];

/// The counts of one world, or of many.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally(BTreeMap<(&'static str, &'static str), u64>);

impl Tally {
    /// One more of a kind, which must stand in the list above.
    pub(super) fn hit(&mut self, place: &str, what: &str) {
        let kind = KINDS
            .iter()
            .chain(SHARED)
            .chain(RARE)
            .find_map(|(known, kinds)| {
                let what = kinds.iter().find(|kind| **kind == what)?;
                (*known == place).then_some((*known, *what))
            });
        let kind = kind.unwrap_or_else(|| panic!("{place}: {what} is no kind of trouble"));
        *self.0.entry(kind).or_default() += 1;
    }

    pub(super) fn add(&mut self, other: &Self) {
        for (kind, times) in &other.0 {
            *self.0.entry(*kind).or_default() += times;
        }
    }

    pub(super) fn of(&self, place: &'static str, what: &'static str) -> u64 {
        self.0.get(&(place, what)).copied().unwrap_or(0)
    }

    /// What of these kinds never hit anything.
    pub(super) fn missing(
        &self,
        kinds: &'static [(&'static str, &'static [&'static str])],
    ) -> Vec<String> {
        let all = kinds
            .iter()
            .flat_map(|(place, kinds)| kinds.iter().map(move |kind| (*place, *kind)));
        all.filter(|(place, what)| self.of(place, what) == 0)
            .map(|(place, what)| format!("{place}: {what}"))
            .collect()
    }

    /// A line for each place.
    pub(super) fn told(&self) -> String {
        let line = |(place, kinds): &(&'static str, &'static [&'static str])| {
            let counted = kinds
                .iter()
                .map(|what| format!("{what} {}", self.of(place, what)));
            format!("  {place}: {}\n", counted.collect::<Vec<_>>().join(", "))
        };
        KINDS.iter().chain(SHARED).chain(RARE).map(line).collect()
    }
}
