//! How often the world is played, and that it would find what it looks for.

use super::run::{Desks, Played, run};
use super::world::Plant;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

/// So many runs are played in the ordinary tests.
const RUNS: u64 = 2_000;
/// And so many by `make faults`.
const MANY_RUNS: u64 = 100_000;
/// The seed of the first run; others by `SEED=`.
const FIRST_SEED: u64 = 1;
/// A planted bug must show within so many runs.
const PLANTED_RUNS: u64 = 400;

fn number(name: &str, otherwise: u64) -> u64 {
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

/// Plays the seeds on all processors; the runs that broke something, at most a few, and what happened in all.
fn play(first: u64, runs: u64, plant: Option<Plant>) -> (Vec<Played>, [u64; 4]) {
    let next = AtomicU64::new(first);
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let stop = AtomicU64::new(0);
    let results = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    let desks = Desks::furnish();
                    let mut failed = Vec::new();
                    let mut counts = [0; 4];
                    loop {
                        let seed = next.fetch_add(1, Ordering::Relaxed);
                        if seed >= first + runs || stop.load(Ordering::Relaxed) >= 3 {
                            return (failed, counts);
                        }
                        let played = run(seed, &desks, plant);
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
    for (some, counted) in results {
        failed.extend(some);
        for (sum, one) in counts.iter_mut().zip(counted) {
            *sum += one;
        }
    }
    failed.sort_by_key(|played| played.seed);
    (failed, counts)
}

fn nothing_is_lost_or_doubled(runs: u64) {
    let first = number("SEED", FIRST_SEED);
    let runs = number("RUNS", runs);
    let (failed, [lives, written, taken, commits]) = play(first, runs, None);
    println!(
        "{runs} worlds from seed {first}: {lives} lives, {written} mails written, {taken} sent, {commits} commits, {} worlds broken",
        failed.len()
    );
    for played in &failed {
        println!("seed {}: {}", played.seed, played.broken.join("; "));
    }
    assert!(failed.is_empty(), "{}", told(&failed[0]));
}

#[test]
fn in_a_world_that_breaks_nothing_is_lost_or_doubled() {
    nothing_is_lost_or_doubled(RUNS);
}

#[test]
#[ignore = "long: make faults"]
fn in_many_worlds_that_break_nothing_is_lost_or_doubled() {
    nothing_is_lost_or_doubled(MANY_RUNS);
}

#[test]
fn a_seed_replays_to_the_last_byte() {
    let desks = Desks::furnish();
    for seed in 1..20 {
        let (once, again) = (run(seed, &desks, None), run(seed, &desks, None));
        assert_eq!(once.trace, again.trace, "seed {seed}");
        assert!(once.trace.len() > 5);
    }
}

#[test]
fn planted_bugs_are_found() {
    for (plant, shows) in [
        (Plant::RecordsAfterSending, "doubled"),
        (Plant::ForgetsToFlush, "lost"),
        (Plant::MovesCursorFirst, "in the inbox without a keyword"),
        (Plant::RetriesWithoutEvidence, "doubled"),
        (Plant::BelievesTheWall, "doubled"),
    ] {
        let mut first = FIRST_SEED;
        let found = loop {
            assert!(
                first < FIRST_SEED + PLANTED_RUNS,
                "{plant:?} was not found in {PLANTED_RUNS} runs"
            );
            let (failed, _) = play(first, 20, Some(plant));
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
}
