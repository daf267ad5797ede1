//! Which mail domains are left alone for a while, because their servers fail? Pure: time and chance are passed in.
//!
//! Promise: a domain that does not answer is tried by one mail at a time, with growing pauses; its other mails wait without an attempt. One
//! mailbox that is full or greylisted holds nobody else back. What is remembered is bounded. A clock that was set back holds nobody either.

use super::failure::Blame;
use super::schedule;
use crate::config::Smtp;
use crate::mail::Address;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// So many domains in trouble are remembered; with more, the one that would be tried next is forgotten.
const DOMAINS_MAX: usize = 1000;

/// So many different recipients refused in a row for now, without a word of what is wrong, make a domain one in trouble. One that is refused
/// again and again, as a greylisting server may do it, tells nothing about the others.
const UNCLEAR_MAX: usize = 3;

/// Domains in trouble.
#[derive(Clone, Debug, Default)]
pub(super) struct Destinations {
    troubled: BTreeMap<String, Trouble>,
}

/// How it stands with a domain that fails.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Trouble {
    /// Failures in a row for which it was left alone.
    pub(super) failures: u32,
    /// When the first of them was.
    pub(super) since: Timestamp,
    /// Until when it is left alone; `None` where that is not decided yet.
    pub(super) until: Option<Timestamp>,
    /// How long that was when it was decided.
    pause: Duration,
    /// The last words.
    pub(super) why: String,
    /// Who was refused without a cause, as far as it takes to tell.
    refused: BTreeSet<String>,
}

impl Trouble {
    /// Until when it is left alone; `None` where that is over. A time further away than the pause ever was tells that the clock was set back.
    fn holds_until(&self, now: Timestamp) -> Option<Timestamp> {
        let latest = schedule::later(now, self.pause.saturating_add(schedule::MARGIN));
        self.until.filter(|until| now < *until && *until <= latest)
    }
}

impl Destinations {
    /// A recipient of that domain was not taken for now.
    pub(super) fn failed(
        &mut self,
        recipient: &Address,
        blame: Blame,
        why: &str,
        settings: &Smtp,
        now: Timestamp,
        chance: f64,
    ) {
        let domain = recipient.domain();
        if blame == Blame::Recipient {
            // Somebody is there and answers.
            self.answered(domain);
            return;
        }
        let known = self.troubled.remove(domain);
        let mut refused = (known.as_ref()).map_or_else(BTreeSet::new, |one| one.refused.clone());
        if blame == Blame::Unclear && refused.len() < UNCLEAR_MAX {
            refused.insert(recipient.to_string());
        }
        let is_held = blame == Blame::Destination || refused.len() >= UNCLEAR_MAX;
        let before = known.as_ref().map_or(0, |known| known.failures);
        let failures = before.saturating_add(u32::from(is_held));
        let pauses = failures.max(1);
        let (first, longest) = (settings.retry_first_delay, settings.retry_longest_delay);
        let pause = schedule::delay(pauses, first, longest, chance);
        let trouble = Trouble {
            failures,
            since: known.map_or(now, |known| known.since),
            until: is_held.then(|| schedule::later(now, pause)),
            pause,
            why: why.to_owned(),
            refused,
        };
        self.make_room();
        self.troubled.insert(domain.to_owned(), trouble);
    }

    /// The domain answered: nothing is held against it.
    pub(super) fn answered(&mut self, domain: &str) {
        self.troubled.remove(domain);
    }

    /// The trouble for which a domain is left alone at that time; `None` where it may be tried.
    pub(super) fn left_alone(&self, domain: &str, now: Timestamp) -> Option<(&Trouble, Timestamp)> {
        let trouble = self.troubled.get(domain)?;
        Some((trouble, trouble.holds_until(now)?))
    }

    /// When the next domain may be tried again.
    pub(super) fn next_try(&self, now: Timestamp) -> Option<Timestamp> {
        let troubled = self.troubled.values();
        troubled.filter_map(|one| one.holds_until(now)).min()
    }

    fn make_room(&mut self) {
        if self.troubled.len() < DOMAINS_MAX {
            return;
        }
        let first = (self.troubled.iter())
            .min_by_key(|(_, trouble)| trouble.until)
            .map(|(domain, _)| domain.clone());
        if let Some(domain) = first {
            self.troubled.remove(&domain);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbox::tests::settings;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn fail_to(all: &mut Destinations, who: &str, domain: &str, blame: Blame, now: i64) {
        let recipient = Address::parse(&format!("{who}@{domain}")).unwrap();
        all.failed(&recipient, blame, "words", &settings(), at(now), 0.5);
    }

    fn fail(all: &mut Destinations, domain: &str, blame: Blame, now: i64) {
        fail_to(all, "ann", domain, blame, now);
    }

    fn until(all: &Destinations, domain: &str, now: i64) -> Option<i64> {
        all.left_alone(domain, at(now))
            .map(|(_, until)| until.as_second())
    }

    #[test]
    fn a_domain_that_fails_is_left_alone_for_longer_each_time_until_it_answers() {
        let mut all = Destinations::default();
        fail(&mut all, "x.example", Blame::Destination, 0);
        assert_eq!(until(&all, "x.example", 0), Some(60));
        assert_eq!(until(&all, "y.example", 0), None);
        assert_eq!(until(&all, "x.example", 60), None, "it may be tried");
        fail(&mut all, "x.example", Blame::Destination, 60);
        assert_eq!(until(&all, "x.example", 60), Some(180));
        assert_eq!(all.next_try(at(60)), Some(at(180)));
        all.answered("x.example");
        assert_eq!(until(&all, "x.example", 60), None);
        fail(&mut all, "x.example", Blame::Destination, 70);
        assert_eq!(until(&all, "x.example", 70), Some(130), "it begins anew");
    }

    #[test]
    fn one_mailbox_holds_nobody_back_and_words_without_a_cause_do_so_late() {
        let mut all = Destinations::default();
        fail(&mut all, "x.example", Blame::Recipient, 0);
        assert_eq!(until(&all, "x.example", 0), None);
        for who in ["ann", "ann", "ann", "ann", "bob", "bob"] {
            fail_to(&mut all, who, "x.example", Blame::Unclear, 0);
            assert_eq!(until(&all, "x.example", 0), None, "{who}");
        }
        fail_to(&mut all, "eve", "x.example", Blame::Unclear, 0);
        assert_eq!(until(&all, "x.example", 0), Some(60));
        fail_to(&mut all, "ann", "x.example", Blame::Unclear, 60);
        assert_eq!(until(&all, "x.example", 60), Some(180));
        fail(&mut all, "x.example", Blame::Recipient, 60);
        assert_eq!(all.next_try(at(0)), None, "a greylisting server answers");
    }

    #[test]
    fn a_clock_that_was_set_back_leaves_no_domain_alone_until_the_old_time() {
        const YEAR: i64 = 365 * 86_400;
        let mut all = Destinations::default();
        fail(&mut all, "x.example", Blame::Destination, YEAR);
        assert_eq!(until(&all, "x.example", YEAR), Some(YEAR + 60));
        // Whoever looked at the clock a moment before still sees it.
        assert_eq!(until(&all, "x.example", YEAR - 1), Some(YEAR + 60));
        assert_eq!(until(&all, "x.example", 0), None, "the clock is put right");
        assert_eq!(all.next_try(at(0)), None);
        fail(&mut all, "x.example", Blame::Destination, 0);
        assert_eq!(
            until(&all, "x.example", 0),
            Some(120),
            "the second in a row"
        );
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut all = Destinations::default();
        for number in 0..2 * DOMAINS_MAX {
            fail(
                &mut all,
                &format!("{number}.example"),
                Blame::Destination,
                i64::try_from(number).unwrap(),
            );
        }
        assert_eq!(all.troubled.len(), DOMAINS_MAX);
        assert!(until(&all, "1999.example", 1999).is_some());
    }
}
