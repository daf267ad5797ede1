//! How many mails a second does a core judge: read, thread, understand, decide, compose, by the code that the daemon runs, without servers and
//! store? And how does that grow with the articles and with the length of a thread? (`allocations.rs` counts what a mail asks of memory; counting
//! takes time, so it is a program of its own.) `-- rates`, `-- articles` and `-- threads` measure one of these alone.
//!
//! Time is what this process worked, so that other work on the machine does not count; the best of several rounds counts, and what is compared
//! takes turns. Ends with 1 where a promise of docs/benchmarks.md is not kept.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a bench that fails may panic"
)]

mod desk;
mod past;
mod thread;
mod words;
#[path = "../work/mod.rs"]
mod work;

use desk::{Desk, Embedding};
use handoffd::gateway::{NoPast, Office, Past};
use handoffd::inbox::Content;
use jiff::Timestamp;
use past::Remembered;
use std::collections::BTreeMap;
use std::time::Duration;

/// Promised: mails of 170 words that one core judges in a second, with 30 articles.
const PROMISED: [(Embedding, f64); 2] = [(Embedding::Static, 3_000.0), (Embedding::MiniLm, 40.0)];
/// Ten times as many articles may cost a mail at most so many times as much: less than in proportion.
const ARTICLES_MAX: f64 = 7.0;
/// A thread ten times as long: at most in proportion, and what is measured is a tenth wrong at times.
const THREAD_MAX: f64 = 11.0;
/// Each side plays so often, in turns, and its best counts.
const ROUNDS: usize = 5;
/// A round works at least so long: the kernel counts in hundredths of a second.
const ROUND: Duration = Duration::from_millis(500);

/// When all mails come: a Monday morning.
fn morning() -> Timestamp {
    "2026-01-12T10:05:00Z".parse().unwrap()
}

/// What can be measured alone, by its name: it prints, and says whether what is promised of it is kept.
type Part = (&'static str, fn() -> bool);

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let parts: [Part; 3] = [
        ("rates", rates),
        ("articles", grows_with_articles),
        ("threads", grows_with_threads),
    ];
    // Cargo adds words of its own.
    let is_one = |word: &String| parts.iter().any(|(name, _)| name == word);
    let all = !wanted.iter().any(is_one);
    let mut kept = true;
    for (name, measure) in parts {
        if all || wanted.iter().any(|word| word == name) {
            kept &= measure();
        }
    }
    if !kept {
        println!("a promise is not kept");
        std::process::exit(1);
    }
}

fn rates() -> bool {
    let mut kept = true;
    for (embedding, promised) in PROMISED {
        if embedding.folder().is_none() {
            println!("{embedding:?}: left out, `make model` has not filled models/");
            kept = false;
            continue;
        }
        for (name, desk) in [
            ("made desk, 30 articles", desk::made(30, 300, embedding)),
            ("config/desk, 30 articles", desk::written(embedding)),
        ] {
            let rate = fastest(&desk);
            println!(
                "{embedding:?}, {name}: {rate:.0} mails a second and core; promised {promised:.0}"
            );
            println!("  {}", made_of(&desk));
            kept &= rate >= promised;
        }
    }
    kept
}

fn judge(
    office: &Office,
    raw: &[u8],
    content: &Content,
    past: &dyn Past,
    now: Timestamp,
) -> &'static str {
    let mail = office.read(content).unwrap();
    let judgement = office.judge(mail, raw, past, now).unwrap();
    std::hint::black_box(&judgement.composed);
    judgement.decision.action.as_str()
}

/// What judging one of these takes of a core, in one round.
fn round(mut judge_one: impl FnMut(usize)) -> Duration {
    let own = std::process::id();
    let before = work::of_process(own);
    let mut count = 0;
    loop {
        for _ in 0..10 {
            judge_one(count);
            count += 1;
        }
        let worked = work::of_process(own) - before;
        if worked >= ROUND {
            return worked / u32::try_from(count).unwrap();
        }
    }
}

/// The contents as they come from the inbox, so that copying them is not measured.
fn contents(desk: &Desk) -> Vec<Content> {
    let mails = desk.mails.iter();
    mails.map(|raw| Content::Whole(raw.clone())).collect()
}

/// Mails a second and core, the best round.
fn fastest(desk: &Desk) -> f64 {
    let contents = contents(desk);
    let one = |number: usize| {
        let at = number % desk.mails.len();
        let _ = judge(
            &desk.office,
            &desk.mails[at],
            &contents[at],
            &NoPast,
            morning(),
        );
    };
    let rounds = (0..ROUNDS).map(|_| round(one));
    1.0 / rounds.min().unwrap().as_secs_f64()
}

/// What was decided on these mails: an answer costs another thing than a packet.
fn made_of(desk: &Desk) -> String {
    let contents = contents(desk);
    let mut decided: BTreeMap<&str, usize> = BTreeMap::new();
    for (raw, content) in desk.mails.iter().zip(&contents) {
        let decision = judge(&desk.office, raw, content, &NoPast, morning());
        *decided.entry(decision).or_default() += 1;
    }
    let words = desk
        .mails
        .iter()
        .map(|raw| String::from_utf8_lossy(raw).split_whitespace().count());
    let all: Vec<String> = decided
        .iter()
        .map(|(decision, count)| format!("{decision} {count}"))
        .collect();
    format!(
        "{} mails of {} words on average, headers included: {}",
        desk.mails.len(),
        words.sum::<usize>() / desk.mails.len(),
        all.join(", ")
    )
}

fn grows_with_articles() -> bool {
    if Embedding::Static.folder().is_none() {
        println!("growth is left out, `make model` has not filled models/");
        return false;
    }
    let desks = [30, 300, 3_000].map(|articles| {
        let began = work::of_process(std::process::id());
        let desk = desk::made(articles, 300, Embedding::Static);
        let loading = work::of_process(std::process::id()) - began;
        (articles, desk, loading)
    });
    let all: Vec<Vec<Content>> = desks.iter().map(|(_, desk, _)| contents(desk)).collect();
    let mut best = [Duration::MAX; 3];
    for _ in 0..ROUNDS {
        for (best, ((_, desk, _), contents)) in best.iter_mut().zip(desks.iter().zip(&all)) {
            *best = (*best).min(round(|number| {
                let at = number % desk.mails.len();
                let _ = judge(
                    &desk.office,
                    &desk.mails[at],
                    &contents[at],
                    &NoPast,
                    morning(),
                );
            }));
        }
    }
    for ((articles, desk, loading), best) in desks.iter().zip(&best) {
        println!(
            "{articles} articles: {:.3} ms a mail, loaded in {:.1} s; {}",
            milliseconds(*best),
            loading.as_secs_f64(),
            made_of(desk)
        );
    }
    is_within("ten times as many articles", &best, ARTICLES_MAX)
}

fn grows_with_threads() -> bool {
    if Embedding::Static.folder().is_none() {
        println!("growth is left out, `make model` has not filled models/");
        return false;
    }
    let desk = desk::made(30, 1, Embedding::Static);
    let lengths = [1, 10, 100];
    let grown = lengths.map(|mails| thread::of(&desk.office, mails));
    // Later than everything in any of them.
    let now = morning() + jiff::SignedDuration::from_hours(4);
    let mut best = [Duration::MAX; 3];
    for _ in 0..ROUNDS {
        for (best, grown) in best.iter_mut().zip(&grown) {
            let past = Remembered::of(grown.stage.journal());
            let content = Content::Whole(grown.next.clone());
            *best = (*best).min(round(|_| {
                let _ = judge(&desk.office, &grown.next, &content, &past, now);
            }));
        }
    }
    for ((mails, best), grown) in lengths.iter().zip(&best).zip(&grown) {
        let past = Remembered::of(grown.stage.journal());
        let content = Content::Whole(grown.next.clone());
        let decision = judge(&desk.office, &grown.next, &content, &past, now);
        println!(
            "a thread of {mails} mails: {:.3} ms for the next one, of {} kB ({decision})",
            milliseconds(*best),
            grown.next.len() / 1000
        );
    }
    is_within("a thread ten times as long", &best, THREAD_MAX)
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// Whether each step costs at most so many times the one before.
fn is_within(what: &str, best: &[Duration], most: f64) -> bool {
    let ratios: Vec<f64> = best
        .windows(2)
        .map(|two| two[1].as_secs_f64() / two[0].as_secs_f64())
        .collect();
    println!("{what}: {ratios:.2?} times the time; promised {most} at most");
    ratios.iter().all(|ratio| *ratio <= most)
}
