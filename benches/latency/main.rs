//! How long does a customer's mail take from its arrival in the mailbox (LMTP has acknowledged it) until the customer's server has acknowledged the
//! answer, at five mails a second? Beside it, in the same run, how long Dovecot takes to announce a mail to a bare client that waits in IDLE: nobody can
//! know of a mail sooner.
//!
//! Both as median and as the 99th of 100, and as ratios. Ends with 1 where a promise of docs/benchmarks.md is not kept.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a bench that fails may panic"
)]
#![allow(clippy::disallowed_methods, reason = "it measures real time")]

mod idle;
#[path = "../../tests/mail_system/mod.rs"]
mod mail_system;
#[path = "../post/mod.rs"]
mod post;

use idle::Watched;
use mail_system::{Desk, Envelope, Handoffd, MailSystem, SmtpClient, Startup, set};
use post::{Mail, Sink, load, open_doors};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

const SUPPORT: &str = "support@lindenhof-tea.example";
/// The mailbox that the bare client watches.
const WATCHED: &str = "watched@lindenhof-tea.example";
const STAFF: [&str; 3] = [
    "care@lindenhof-tea.example",
    "billing@lindenhof-tea.example",
    "admin@lindenhof-tea.example",
];
/// So many mails are answered; others by `BENCH_MAILS`.
const MAILS: usize = 300;
/// Five a second.
const PACE: Duration = Duration::from_millis(200);
/// Without a further answer for so long, no more will come.
const PATIENCE: Duration = Duration::from_secs(30);
/// Promised: the median of an answer in medians of an announcement, and the same of the 99th of 100.
const MEDIAN_MAX: f64 = 3.0;
const P99_MAX: f64 = 10.0;

fn main() {
    let mails = std::env::var("BENCH_MAILS").ok();
    let mails: usize = mails.map_or(MAILS, |mails| mails.parse().unwrap());
    let sink = Sink::start();
    let addresses: Vec<&str> = [SUPPORT, WATCHED].into_iter().chain(STAFF).collect();
    let system = MailSystem::start(&addresses);
    let desk = Desk::set_up(&system, SUPPORT, |settings| {
        for limit in [
            "per_hour",
            "per_day",
            "per_domain_per_hour",
            "per_domain_per_day",
        ] {
            set(settings, &format!("limits.automatic_{limit}"), 1_000_000);
        }
    });
    let daemon = Handoffd::start_with(&desk, Startup::UntilReady);
    // The first mails find connections and caches cold, which is not what is asked.
    let warm = play(&system, &sink, &load("warm", SUPPORT, 20).mails, None);
    let watched = Watched::start(&system, WATCHED);
    let run = load("l", SUPPORT, mails);
    let measured = play(&system, &sink, &run.mails, Some(&watched));
    drop(daemon);
    println!(
        "{} mails at five a second, after {} to warm up:",
        measured.answers.len(),
        warm.answers.len()
    );
    let mut kept = true;
    let [announced, answered] = [&measured.announcements, &measured.answers];
    for (name, share, most) in [("median", 0.5, MEDIAN_MAX), ("99th of 100", 0.99, P99_MAX)] {
        let (idle, ours) = (quantile(announced, share), quantile(answered, share));
        let ratio = ours / idle;
        println!(
            "{name:>12}: announced after {:.1} ms, answered after {:.1} ms: {ratio:.2} times; promised {most} at most",
            idle * 1e3,
            ours * 1e3
        );
        kept &= ratio <= most;
    }
    if !kept {
        println!("a promise is not kept");
        std::process::exit(1);
    }
}

/// In seconds.
struct Played {
    answers: Vec<f64>,
    announcements: Vec<f64>,
}

/// Delivers at the pace, and to the watched mailbox the same beside it; waits for what comes of it.
fn play(system: &MailSystem, sink: &Sink, mails: &[Mail], watched: Option<&Watched>) -> Played {
    open_doors(system, sink, mails);
    let first = sink.mails();
    let lmtp = || SmtpClient::connect_lmtp(system.ports.lmtp).unwrap();
    let (mut support, mut beside) = (lmtp(), lmtp());
    let mut arrived: BTreeMap<&str, Instant> = BTreeMap::new();
    let mut noticed: Vec<Instant> = Vec::new();
    let begin = Instant::now();
    for (number, mail) in (0..).zip(mails) {
        // The pace, not a wait for anything.
        std::thread::sleep((begin + PACE * number).saturating_duration_since(Instant::now()));
        let envelope = |to| Envelope {
            from: &mail.from,
            to,
        };
        support.send(&envelope(&[SUPPORT]), &mail.raw).unwrap();
        if !is_automatic(mail) {
            let _ = arrived.insert(&mail.from, Instant::now());
        }
        if watched.is_some() {
            beside.send(&envelope(&[WATCHED]), &mail.raw).unwrap();
            noticed.push(Instant::now());
        }
    }
    let (taken, _) = sink.wait_for(first + arrived.len(), PATIENCE);
    assert_eq!(taken - first, arrived.len(), "answers");
    let answers = sink.taken_from(first).into_iter().map(|taken| {
        let since = arrived[taken.to.as_str()];
        taken.at.saturating_duration_since(since).as_secs_f64()
    });
    let announced = watched.map(|watched| watched.wait_for(noticed.len(), PATIENCE));
    let announced = announced.unwrap_or_default().into_iter().zip(noticed);
    Played {
        answers: answers.collect(),
        announcements: announced
            .map(|(at, arrived)| at.saturating_duration_since(arrived).as_secs_f64())
            .collect(),
    }
}

fn is_automatic(mail: &Mail) -> bool {
    String::from_utf8_lossy(&mail.raw).contains("\r\nAuto-Submitted:")
}

/// The value below which that share lies.
fn quantile(all: &[f64], share: f64) -> f64 {
    let mut all = all.to_vec();
    all.sort_by(f64::total_cmp);
    all[((all.len() - 1) as f64 * share).round() as usize]
}
