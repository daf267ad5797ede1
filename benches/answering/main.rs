//! How many mails a second get from the mailbox to their answer, and what does one cost? handoffd beside Dovecot's own Sieve `vacation`, and beside
//! a bare client that does only what the servers must do, on the same Dovecot and Exim, with the same mails, in one run; every answer is counted when
//! the customer's side has taken it.
//!
//! A mail for `vacation` is answered as LMTP delivers it. For the two others the mails lie in the mailbox already (they are renamed into it), so
//! their time begins there: fetched over IMAP with TLS, recorded, sent over SMTP with TLS. What a mail costs is what this program and all that it
//! started worked meanwhile, the servers included. Ends with 1 where a promise of docs/benchmarks.md is not kept.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a bench that fails may panic"
)]
#![allow(clippy::disallowed_methods, reason = "it measures real time")]

mod bare;
#[path = "../../tests/mail_system/mod.rs"]
mod mail_system;
#[path = "../post/mod.rs"]
mod post;
#[path = "../work/mod.rs"]
mod work;

use bare::Bare;
use mail_system::{Desk, Handoffd, MailSystem, Startup, set};
use post::{Load, Sink, load, open_doors, put};
use std::time::{Duration, Instant};
use work::Group;

const SUPPORT: &str = "support@lindenhof-tea.example";
const AWAY: &str = "away@lindenhof-tea.example";
const BARE: &str = "bare@lindenhof-tea.example";
const STAFF: [&str; 3] = [
    "care@lindenhof-tea.example",
    "billing@lindenhof-tea.example",
    "admin@lindenhof-tea.example",
];
/// So many mails; others by `BENCH_MAILS`.
const MAILS: usize = 500;
/// Each side plays so often, in turns, and its best counts: the machine may do other things beside.
const ROUNDS: usize = 3;
/// Without a further answer for so long, no more will come.
const PATIENCE: Duration = Duration::from_secs(30);
/// Promised: so much of what the bare client reaches.
const OF_THE_LIMIT: f64 = 0.7;

/// What one side did.
#[derive(Clone, Copy, Debug)]
struct Measured {
    mails_a_second: f64,
    /// In milliseconds.
    work_a_mail: f64,
}

fn main() {
    let mails = std::env::var("BENCH_MAILS").ok();
    let mails = mails.map_or(MAILS, |mails| mails.parse().unwrap());
    let group = Group::enter();
    if group.is_none() {
        println!(
            "no group for our processes could be made (cgroups; root is needed): work is that of the whole machine"
        );
    }
    let worked = || group.as_ref().map_or_else(work::of_machine, Group::worked);
    let sink = Sink::start();
    let addresses: Vec<&str> = [SUPPORT, AWAY, BARE].into_iter().chain(STAFF).collect();
    let system = MailSystem::start(&addresses);
    system.set_vacation(AWAY, "Thank you for your mail. We answer within a day.");
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
    let own_work = || work::of_process(daemon.pid().unwrap());
    let mut bare = Bare::log_in(&system, BARE);
    let mut own = Duration::MAX;
    let (mut ours, mut theirs, mut limit) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let run = load(&format!("v{round}x"), AWAY, mails);
        theirs.push(measure(&system, &sink, &run, &worked, || {
            deliver(&system, AWAY, &run);
        }));
        let run = load(&format!("h{round}x"), SUPPORT, mails);
        let (before, first) = (own_work(), sink.mails());
        ours.push(measure(&system, &sink, &run, &worked, || {
            put(&system.maildir(SUPPORT), &run.mails);
        }));
        own = own.min(own_work() - before);
        let taken = sink.taken_from(first);
        bare.answer_bytes = taken.iter().map(|mail| mail.bytes).sum::<usize>() / taken.len();
        let run = load(&format!("b{round}x"), BARE, mails);
        limit.push(measure(&system, &sink, &run, &worked, || {
            put(&system.maildir(BARE), &run.mails);
            bare.answer(run.answers);
        }));
    }
    drop(daemon);
    drop(system);
    drop(group);
    let (ours, theirs, limit) = (best(&ours), best(&theirs), best(&limit));
    println!(
        "{mails} mails, the best of {ROUNDS} rounds, answers of {} bytes:",
        bare.answer_bytes
    );
    for (name, one) in [
        ("handoffd", ours),
        ("Sieve vacation", theirs),
        ("bare client", limit),
    ] {
        println!(
            "{name:>15}: {:7.1} mails a second, {:6.2} ms of work a mail",
            one.mails_a_second, one.work_a_mail
        );
    }
    println!(
        "of handoffd's, {:.2} ms are its own, the rest is what the servers do for it",
        own.as_secs_f64() * 1e3 / mails as f64
    );
    for (name, one) in [("vacation", theirs), ("the bare client", limit)] {
        println!(
            "beside {name}: {:.2} times the mails a second, {:.2} times the work a mail",
            ours.mails_a_second / one.mails_a_second,
            ours.work_a_mail / one.work_a_mail
        );
    }
    println!(
        "the bare client beside vacation: {:.2} times the mails a second: no client of these servers can do more",
        limit.mails_a_second / theirs.mails_a_second
    );
    if ours.mails_a_second < OF_THE_LIMIT * limit.mails_a_second {
        println!("promised: {OF_THE_LIMIT} of the bare client; that is not kept");
        std::process::exit(1);
    }
}

fn best(all: &[Measured]) -> Measured {
    let rates = all.iter().map(|one| one.mails_a_second);
    let works = all.iter().map(|one| one.work_a_mail);
    Measured {
        mails_a_second: rates.fold(0.0, f64::max),
        work_a_mail: works.fold(f64::INFINITY, f64::min),
    }
}

/// The time from the first mail to the last answer.
fn measure(
    system: &MailSystem,
    sink: &Sink,
    run: &Load,
    worked: &dyn Fn() -> Duration,
    start: impl FnOnce(),
) -> Measured {
    open_doors(system, sink, &run.mails);
    let before = sink.mails();
    let (began, work) = (Instant::now(), worked());
    start();
    let (taken, last) = sink.wait_for(before + run.answers, PATIENCE);
    let work = worked() - work;
    assert_eq!(
        taken - before,
        run.answers,
        "answers to {} mails",
        run.mails.len()
    );
    let seconds = last.duration_since(began).as_secs_f64();
    let mails = run.mails.len() as f64;
    let measured = Measured {
        mails_a_second: mails / seconds,
        work_a_mail: work.as_secs_f64() * 1e3 / mails,
    };
    println!("  {measured:?}");
    measured
}

/// As a server hands mails over: by LMTP.
fn deliver(system: &MailSystem, to: &str, run: &Load) {
    for mail in &run.mails {
        system.deliver_lmtp(&mail.from, to, &mail.raw);
    }
}
