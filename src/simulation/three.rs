//! Three machines keep one mailbox, with their journal in one database: how often that is played, and that it would find what it looks for.

use super::plant::Plant;
use super::tally::{RARE, SHARED};
use super::tests::{
    is_found, many_replay, nothing_is_lost_or_doubled, nothing_is_missing, replays,
};
use super::world::Machines;

/// So many runs are played in the ordinary tests.
const RUNS: u64 = 60;
/// And so many by `make faults`.
const MANY_RUNS: u64 = 20_000;
/// In so many even what is rare hits something.
const RARE_RUNS: u64 = 2_000;

fn of_three(runs: u64) {
    let (runs, tally) = nothing_is_lost_or_doubled(runs, Machines::Three);
    if runs >= RUNS {
        nothing_is_missing(runs, &tally.missing(SHARED));
    }
    if runs >= RARE_RUNS {
        nothing_is_missing(runs, &tally.missing(RARE));
    }
}

#[test]
fn three_machines_lose_and_double_nothing() {
    of_three(RUNS);
}

#[test]
#[ignore = "long: make faults"]
fn three_machines_lose_and_double_nothing_in_many_worlds() {
    of_three(MANY_RUNS);
}

#[test]
fn a_seed_of_three_machines_replays_to_the_last_byte() {
    replays(1..6, Machines::Three);
}

#[test]
#[ignore = "long: make faults"]
fn seeds_of_three_machines_replay_in_many_worlds() {
    many_replay(Machines::Three);
}

#[test]
fn bugs_planted_in_the_lease_are_found() {
    for (plant, shows) in [
        (Plant::ClockSleepsToo, "two at once"),
        (Plant::AlwaysSure, "doubled"),
        (Plant::NoFence, "past the fence"),
        // As on one machine; here it is the successor that does it.
        (Plant::RetriesWithoutEvidence, "doubled"),
    ] {
        is_found(plant, shows, Machines::Three);
    }
}
