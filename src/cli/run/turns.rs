//! Whose turn is it? When a process takes a mailbox that is free, and when it asks another process for one. Pure: what was seen and how long things took
//! are passed in.

use crate::control::Awaited;
use crate::journal::Seen;
use std::collections::BTreeMap;
use std::time::Duration;

/// The longest wait between two looks.
pub(super) const LOOKED_AGAIN_AFTER: Duration = Duration::from_secs(1);
/// So many looks fall into the length of a lease, at least.
pub(super) const LOOKS_A_LEASE: u32 = 30;
/// For each mailbox that a process has it leaves others this part of a lease to take a further one: longer than between two looks,
const PATIENCE_OF_LEASE: u32 = 15;
/// and at most this part.
const MOST_PATIENCE_OF_LEASE: u32 = 3;
/// How long a mailbox must be free before a process that works for so many takes it: who has fewer comes first.
fn patience(works_for: usize, lease: Duration) -> Duration {
    let works_for = u32::try_from(works_for).unwrap_or(u32::MAX);
    let each = lease / PATIENCE_OF_LEASE;
    each.saturating_mul(works_for)
        .min(lease / MOST_PATIENCE_OF_LEASE)
}

/// What a look at a mailbox means for a process that works for so many, and has waited for this one for so long.
pub(super) fn judged(
    seen: Seen,
    works_for: usize,
    waited: Duration,
    lease: Duration,
) -> Option<Awaited> {
    let free = match seen {
        Seen::Held(held) => return Some(Awaited::Holder(held)),
        Seen::Free(free) => free,
        Seen::New => Duration::MAX,
    };
    // All processes may have begun a moment ago.
    let is_ours = free.min(waited) >= patience(works_for, lease);
    (!is_ours).then_some(Awaited::Turn)
}

/// Which of the mailboxes that others work for is asked for by a process that works for so many: one of the process that has the most, where it has
/// two more at least. `own` spreads the choice of several that ask at once.
pub(super) fn wished(works_for: usize, all: &[Seen], own: usize) -> Option<usize> {
    let mut of: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, seen) in all.iter().enumerate() {
        let Seen::Held(held) = seen else {
            // What is free is taken first.
            return None;
        };
        of.entry(held.process()).or_default().push(place);
    }
    let most = of.into_values().max_by_key(Vec::len)?;
    let is_worth_it = most.len() >= works_for + 2;
    let chosen = own.checked_rem(most.len())?;
    most.get(chosen).copied().filter(|_| is_worth_it)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::HeldBy;

    const LEASE: Duration = Duration::from_secs(30);

    fn seconds(number: u64) -> Duration {
        Duration::from_secs(number)
    }

    #[test]
    fn who_has_fewer_mailboxes_comes_first_and_nobody_waits_for_long() {
        let after = |works_for, free| judged(Seen::Free(free), works_for, seconds(3600), LEASE);
        assert_eq!(after(0, Duration::ZERO), None);
        // Whoever has one leaves it for as long as others need to look.
        assert_eq!(after(1, LOOKED_AGAIN_AFTER), Some(Awaited::Turn));
        assert_eq!(after(1, seconds(2)), None);
        assert_eq!(after(2, seconds(2)), Some(Awaited::Turn));
        assert_eq!(after(2, seconds(4)), None);
        assert_eq!(after(199, seconds(9)), Some(Awaited::Turn));
        assert_eq!(after(199, seconds(10)), None);
    }

    #[test]
    fn what_lay_free_before_we_came_is_not_taken_all_at_once() {
        let new = |works_for, waited| judged(Seen::New, works_for, waited, LEASE);
        assert_eq!(new(0, Duration::ZERO), None);
        assert_eq!(new(1, Duration::ZERO), Some(Awaited::Turn));
        assert_eq!(new(1, seconds(2)), None);
        let long_free = judged(Seen::Free(seconds(86_400)), 1, seconds(1), LEASE);
        assert_eq!(long_free, Some(Awaited::Turn));
    }

    #[test]
    fn what_another_has_is_waited_for() {
        let held = HeldBy {
            holder: "alder".to_owned(),
            left: seconds(1),
        };
        let awaited = judged(Seen::Held(held.clone()), 0, seconds(3600), LEASE);
        assert_eq!(awaited, Some(Awaited::Holder(held)));
    }

    #[test]
    fn who_has_fewer_by_two_asks_for_one_of_who_has_the_most() {
        let held = |text: &str| {
            Seen::Held(HeldBy {
                holder: text.to_owned(),
                left: seconds(1),
            })
        };
        // As each journal has it: with chance of its own.
        let all = [
            held("alder, process 7 (1a)"),
            held("birch, process 7 (1b)"),
            held("birch, process 7 (1c)"),
            held("birch, process 7 (1d)"),
        ];
        assert_eq!(wished(0, &all, 0), Some(1));
        assert_eq!(wished(1, &all, 5), Some(3));
        assert_eq!(wished(2, &all, 0), None, "it would only change places");
        assert_eq!(wished(0, &all[..1], 0), None, "who has one keeps it");
        let one_is_free = [
            held("birch, process 7 (1b)"),
            held("birch, process 7 (1c)"),
            Seen::New,
        ];
        assert_eq!(wished(0, &one_is_free, 0), None);
        assert_eq!(wished(0, &[], 0), None);
    }

    #[test]
    fn a_look_falls_between_the_turns_of_two_processes() {
        for lease in [3, 4, 30, 3600].map(seconds) {
            let between_looks = (lease / LOOKS_A_LEASE).min(LOOKED_AGAIN_AFTER);
            assert!(patience(1, lease) >= 2 * between_looks, "{lease:?}");
        }
    }
}
