//! How often the world is played, and that it would find what it looks for.

use super::plant::Plant;
use super::run::{Desks, Played, run};
use super::tally::{KINDS, Tally};
use super::world::Machines;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// So many runs are played in the ordinary tests.
const RUNS: u64 = 2_000;
/// And so many by `make faults`.
const MANY_RUNS: u64 = 100_000;
/// The seed of the first run; others by `SEED=`.
const FIRST_SEED: u64 = 1;
/// And so many of them are played twice: what differs from run to run may do so in one world of a hundred.
const MANY_REPLAYED: u64 = 2_000;
/// So many traces are kept at a time to be compared.
const REPLAYED_AT_ONCE: usize = 500;
/// A planted bug must show within so many runs.
const PLANTED_RUNS: u64 = 400;

/// Furnished once: each desk trains, which takes longer than many worlds.
pub(super) fn desks() -> &'static Desks {
    static DESKS: OnceLock<Desks> = OnceLock::new();
    DESKS.get_or_init(Desks::furnish)
}

pub(super) fn number(name: &str, otherwise: u64) -> u64 {
    let set = std::env::var(name).ok();
    set.and_then(|set| set.parse().ok()).unwrap_or(otherwise)
}

/// What a run that failed looked like.
fn told(played: &Played) -> String {
    let mut told = format!("SEED={} RUNS=1 plays it again\n", played.seed);
    for line in &played.trace {
        let _ = writeln!(told, "  {line}");
    }
    for broken in &played.broken {
        let _ = writeln!(told, "BROKEN {broken}");
    }
    told
}

/// After so many worlds that broke something no further ones are begun; others by `FAILURES=`.
const FAILURES: u64 = 3;
/// So often the long form says how far it is.
const PROGRESS_EVERY: u64 = 1_000;

/// What came of many runs.
pub(super) struct All {
    /// The runs that broke something, at most a few.
    pub(super) failed: Vec<Played>,
    counts: [u64; 4],
    pub(super) tally: Tally,
}

/// Plays the seeds on all processors.
pub(super) fn play(first: u64, runs: u64, plant: Option<Plant>, machines: Machines) -> All {
    let began = std::time::Instant::now();
    let most_failures = match plant {
        // It may break other things first than what is looked for.
        Some(_) => runs,
        None => number("FAILURES", FAILURES),
    };
    let next = AtomicU64::new(first);
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let stop = AtomicU64::new(0);
    let results = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    let desks = desks();
                    let mut failed = Vec::new();
                    let mut counts = [0; 4];
                    let mut tally = Tally::default();
                    loop {
                        let seed = next.fetch_add(1, Ordering::Relaxed);
                        if seed >= first + runs || stop.load(Ordering::Relaxed) >= most_failures {
                            return (failed, counts, tally);
                        }
                        let done = seed - first;
                        if done > 0 && done.is_multiple_of(PROGRESS_EVERY) {
                            let seconds = began.elapsed().as_secs();
                            println!("{done} of {runs} worlds in {seconds} s");
                        }
                        let played = run(seed, desks, plant, machines);
                        tally.add(&played.tally);
                        counts[0] += played.counts.lives;
                        counts[1] += played.counts.written as u64;
                        counts[2] += played.counts.taken as u64;
                        counts[3] += played.counts.commits;
                        if !played.broken.is_empty() {
                            let _ = stop.fetch_add(1, Ordering::Relaxed);
                            failed.push(played);
                        }
                    }
                })
            })
            .collect();
        let joined = workers
            .into_iter()
            .map(|worker| worker.join().expect("a worker"));
        joined.collect::<Vec<_>>()
    });
    let mut failed = Vec::new();
    let mut counts = [0; 4];
    let mut tally = Tally::default();
    for (some, counted, hits) in results {
        failed.extend(some);
        tally.add(&hits);
        for (sum, one) in counts.iter_mut().zip(counted) {
            *sum += one;
        }
    }
    failed.sort_by_key(|played| played.seed);
    All {
        failed,
        counts,
        tally,
    }
}

/// What came of the worlds, none of which may break anything.
pub(super) fn nothing_is_lost_or_doubled(runs: u64, machines: Machines) -> (u64, Tally) {
    let first = number("SEED", FIRST_SEED);
    let runs = number("RUNS", runs);
    let All {
        failed,
        counts: [lives, written, taken, commits],
        tally,
    } = play(first, runs, None, machines);
    println!(
        "{runs} worlds from seed {first}: {lives} lives, {written} mails written, {taken} sent, {commits} commits, {} worlds broken",
        failed.len()
    );
    for played in &failed {
        println!("seed {}: {}", played.seed, played.broken.join("; "));
    }
    print!("{}", tally.told());
    assert!(failed.is_empty(), "{}", told(&failed[0]));
    (runs, tally)
}

/// Every kind of trouble really hit something, where so many worlds were played that it should have.
pub(super) fn nothing_is_missing(runs: u64, missing: &[String]) {
    assert!(
        missing.is_empty(),
        "in {runs} worlds these never hit anything, so the worlds are kinder than they say: {}",
        missing.join("; ")
    );
}

fn of_one(runs: u64) {
    let (runs, tally) = nothing_is_lost_or_doubled(runs, Machines::One);
    if runs >= RUNS {
        nothing_is_missing(runs, &tally.missing(KINDS));
    }
}

#[test]
fn in_a_world_that_breaks_nothing_is_lost_or_doubled() {
    of_one(RUNS);
}

#[test]
#[ignore = "long: make faults"]
fn in_many_worlds_that_break_nothing_is_lost_or_doubled() {
    of_one(MANY_RUNS);
}

/// The seeds play the same again, to the last byte of the trace: beside each other on two threads, once upwards and once downwards, so that no two
/// plays of a seed have the same behind them.
pub(super) fn replays(seeds: Range<u64>, machines: Machines) {
    for first in seeds.clone().step_by(REPLAYED_AT_ONCE) {
        let some = first..seeds.end.min(first + REPLAYED_AT_ONCE as u64);
        let (once, again) = std::thread::scope(|scope| {
            let downwards = some.clone().rev();
            let again = scope.spawn(move || played(downwards, machines));
            let once = played(some, machines);
            (once, again.join().expect("the other plays"))
        });
        for (seed, once) in once {
            assert_eq!(once, again[&seed], "seed {seed}");
            assert!(once.len() > 5);
        }
    }
}

/// What happened in the worlds of these seeds, and what it broke.
fn played(seeds: impl Iterator<Item = u64>, machines: Machines) -> BTreeMap<u64, Vec<String>> {
    let traces = seeds.map(|seed| {
        let Played { trace, broken, .. } = run(seed, desks(), None, machines);
        (seed, trace.into_iter().chain(broken).collect())
    });
    traces.collect()
}

/// Many of them.
pub(super) fn many_replay(machines: Machines) {
    let first = number("SEED", FIRST_SEED);
    replays(first..first + number("RUNS", MANY_REPLAYED), machines);
}

/// A planted bug shows, as what begins with this.
pub(super) fn is_found(plant: Plant, shows: &str, machines: Machines) {
    let mut first = FIRST_SEED;
    let found = loop {
        assert!(
            first < FIRST_SEED + PLANTED_RUNS,
            "{plant:?} was not found in {PLANTED_RUNS} runs"
        );
        let failed = play(first, 20, Some(plant), machines).failed;
        let shown = failed.iter().find_map(|played| {
            let broken = played.broken.iter();
            let shown = broken.filter(|broken| broken.starts_with(shows)).min()?;
            Some((played.seed, shown.clone()))
        });
        match shown {
            Some(shown) => break shown,
            None => first += 20,
        }
    };
    println!("{plant:?}: seed {}: {}", found.0, found.1);
}

#[test]
fn a_seed_replays_to_the_last_byte() {
    replays(1..20, Machines::One);
}

#[test]
#[ignore = "long: make faults"]
fn seeds_replay_in_many_worlds() {
    many_replay(Machines::One);
}

#[test]
fn planted_bugs_are_found() {
    for (plant, shows) in [
        (Plant::RecordsAfterSending, "doubled"),
        (Plant::ForgetsToFlush, "lost"),
        (Plant::MovesCursorFirst, "in the inbox without a keyword"),
        (Plant::RetriesWithoutEvidence, "doubled"),
        (Plant::BelievesTheWall, "doubled"),
        (Plant::CountsNoDoubts, "again and again"),
    ] {
        is_found(plant, shows, Machines::One);
    }
}
