//! Thousands of mails wait in the mailbox when handoffd starts: are all done, each once, in order, and what of memory does that take? How early do the
//! customers of urgent ones hear that a person has their mail?
//!
//! The real daemon on real Dovecot and Exim, with the 30 articles of `config/desk`, with each model of meaning that is there. Resident memory after
//! 1,000 mails and after 10,000 is measured on a desk of its own each, at rest. Ends with 1 where a promise of docs/benchmarks.md is not kept.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a bench that fails may panic"
)]
#![allow(clippy::disallowed_methods, reason = "it measures real time")]

#[path = "../../tests/mail_system/mod.rs"]
mod mail_system;
#[path = "../post/mod.rs"]
mod post;
#[path = "../work/mod.rs"]
mod work;

use mail_system::{Desk, Handoffd, MailSystem, Startup, set, wait_until};
use post::{Sink, is_urgent, open_doors, put, with_urgent};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use work::Resident;

/// So many mails wait; others by `BENCH_MAILS`. Memory is compared with that after a tenth of them.
const MAILS: usize = 10_000;
/// Each so many-th is urgent.
const URGENT_EVERY: usize = 50;
/// Without a further mail to a customer for so long, no more will come.
const PATIENCE: Duration = Duration::from_secs(60);
/// Tagging comes last: beside much other work it was more than a minute behind the last mail to a customer.
const TAGGED_WITHIN: Duration = Duration::from_secs(300);
/// Promised: what ten times as many mails leave in memory, and the most megabytes by model.
const GROWTH_MAX: f64 = 1.2;
const MODELS: [(&str, &str, u64); 2] = [("static", "static", 60), ("transformer", "best", 150)];

/// What came of one burst.
struct Burst {
    /// At rest, when all were done.
    resident: Resident,
    peak: u64,
    mails_a_second: f64,
    /// How many of a hundred customers had heard of theirs before, for the urgent ones: in the middle, and the last.
    urgent: (f64, f64),
}

fn main() {
    let mails = std::env::var("BENCH_MAILS").ok();
    let mails: usize = mails.map_or(MAILS, |mails| mails.parse().unwrap());
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sink = Sink::start();
    let (mut kept, mut is_measured) = (true, false);
    for (folder, embedding, most) in MODELS {
        if !root
            .join("models")
            .join(folder)
            .join("model.safetensors")
            .exists()
        {
            println!("{embedding}: left out, `make model` has not filled models/");
            continue;
        }
        is_measured = true;
        let few = burst(&sink, &format!("{embedding}f"), mails / 10, embedding);
        let all = burst(&sink, &format!("{embedding}a"), mails, embedding);
        let growth = all.resident.whole() as f64 / few.resident.whole() as f64;
        let megabytes = all.resident.whole() / 1_000_000;
        println!(
            "{embedding}: {mails} mails waiting at start, {:.0} a second; {} MB at rest ({} of its own), {} MB at most meanwhile; {growth:.2} times that after \
             {} mails; promised {GROWTH_MAX} at most, and below {most} MB",
            all.mails_a_second,
            megabytes,
            all.resident.own / 1_000_000,
            all.peak / 1_000_000,
            mails / 10,
        );
        println!(
            "{embedding}: urgent ones heard of theirs when {:.0} of 100 customers had, in the middle; the last when {:.0} had",
            all.urgent.0, all.urgent.1
        );
        kept &= growth <= GROWTH_MAX && megabytes < most;
    }
    if !kept || !is_measured {
        println!("a promise is not kept, or nothing could be measured");
        std::process::exit(1);
    }
}

/// Everything from the start of the daemon until the last mail is tagged.
fn burst(sink: &Sink, run: &str, mails: usize, embedding: &str) -> Burst {
    let support = "support@alder-bikes.example";
    let teams =
        ["care", "billing", "workshop", "sales"].map(|team| format!("{team}@alder-bikes.example"));
    let addresses: Vec<&str> = [support, "admin@lindenhof-tea.example"]
        .into_iter()
        .chain(teams.iter().map(String::as_str))
        .collect();
    let system = MailSystem::start(&addresses);
    let desk = Desk::set_up(&system, support, |settings| {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let folder = root.join("config/desk");
        let text = std::fs::read_to_string(folder.join("handoffd.toml")).unwrap();
        let written: toml::Table = text.parse().unwrap();
        for section in ["team", "fact"] {
            let _ = settings.insert(section.to_owned(), written[section].clone());
        }
        let path = |path: PathBuf| path.to_str().unwrap().to_owned();
        set(settings, "knowledge.folder", path(folder.join("knowledge")));
        set(
            settings,
            "understanding.models_folder",
            path(root.join("models")),
        );
        set(settings, "understanding.embedding", embedding);
        for limit in [
            "automatic_per_hour",
            "automatic_per_day",
            "automatic_per_domain_per_hour",
            "automatic_per_domain_per_day",
            "same_text_per_hour",
        ] {
            set(settings, &format!("limits.{limit}"), 1_000_000);
        }
    });
    let waiting = with_urgent(run, support, mails, URGENT_EVERY);
    open_doors(&system, sink, &waiting);
    // The server makes the mailbox when somebody first opens it.
    drop(system.imap(support));
    put(&system.maildir(support), &waiting);
    let first = sink.mails();
    let began = Instant::now();
    let mut daemon = Handoffd::start_with(&desk, Startup::UntilReady);
    let (taken, last) = sink.wait_for(first + mails, PATIENCE);
    assert_eq!(taken - first, mails, "customers who heard something");
    let handled = wait_until("the last mail to be tagged", TAGGED_WITHIN, || {
        let answer = system
            .imap(support)
            .command("UID SEARCH UNKEYWORD $Handoff");
        (answer.trim() == "* SEARCH").then_some(())
    });
    handled.unwrap_or_else(|why| panic!("{why}"));
    system.wait_until_delivered();
    let resident = work::resident(daemon.pid().unwrap());
    let peak = work::peak(daemon.pid().unwrap());
    let taken = sink.taken_from(first);
    let mut ranks: BTreeMap<&str, usize> = BTreeMap::new();
    for (rank, mail) in taken.iter().enumerate() {
        assert!(
            ranks.insert(&mail.to, rank).is_none(),
            "{} heard twice",
            mail.to
        );
    }
    let urgent = waiting.iter().enumerate();
    let urgent = urgent.filter(|(number, _)| is_urgent(*number, URGENT_EVERY));
    let mut urgent: Vec<usize> = urgent.map(|(_, mail)| ranks[mail.from.as_str()]).collect();
    urgent.sort_unstable();
    let of_hundred = |rank: usize| rank as f64 * 100.0 / mails as f64;
    // Ends with an error where anything was logged that should not be.
    daemon.terminate();
    daemon.assert_no_surprise();
    Burst {
        resident,
        peak,
        mails_a_second: mails as f64 / last.duration_since(began).as_secs_f64(),
        urgent: (
            of_hundred(urgent[urgent.len() / 2]),
            of_hundred(urgent[urgent.len() - 1]),
        ),
    }
}
