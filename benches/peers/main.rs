//! handoffd beside what people use instead: Dovecot's Sieve vacation, procmail, django-helpdesk and roundup, on the same Dovecot and Exim, with the same
//! mails, in turns in one run. Each answers each mail with its automatic reply; an answer counts when the customer's side has taken it.
//!
//! `make bench-peers` fetches the others and runs it. Where none is there it says so and ends well: it is part of no check.
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
mod programs;
#[path = "../work/mod.rs"]
mod work;

use mail_system::{Desk, Handoffd, MailSystem, Startup, set};
use post::{Load, Sink, load, open_doors, put};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use work::Group;

const SUPPORT: &str = "support@lindenhof-tea.example";
const STAFF: [&str; 3] = [
    "care@lindenhof-tea.example",
    "billing@lindenhof-tea.example",
    "admin@lindenhof-tea.example",
];
/// So many mails; others by `BENCH_MAILS`.
const MAILS: usize = 500;
/// Each plays so often, in turns, and its best counts.
const ROUNDS: usize = 2;
/// Without a further answer for so long, no more will come.
const PATIENCE: Duration = Duration::from_secs(60);

/// What one of them did at its best.
struct Best {
    name: &'static str,
    mails_a_second: f64,
    /// In milliseconds, of all that was started for it, the servers included.
    work_a_mail: f64,
}

impl Best {
    const fn none_yet(name: &'static str) -> Self {
        Self {
            name,
            mails_a_second: 0.0,
            work_a_mail: f64::INFINITY,
        }
    }
}

fn main() {
    let Some(installed) = std::env::var_os("BENCH_PEERS").map(PathBuf::from) else {
        println!("the other programs are left out: `make bench-peers` fetches them and compares");
        return;
    };
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
    let peers = programs::addresses();
    let addresses = peers.iter().map(String::as_str);
    let addresses: Vec<&str> = addresses.chain([SUPPORT]).chain(STAFF).collect();
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
    let programs = programs::set_up(&system, &installed);
    // The server makes a mailbox when somebody first opens it.
    for address in &addresses {
        drop(system.imap(address));
    }
    let daemon = Handoffd::start_with(&desk, Startup::UntilReady);
    let mut ours = Best::none_yet("handoffd");
    let mut theirs: Vec<Best> = programs
        .iter()
        .map(|one| Best::none_yet(one.name))
        .collect();
    for round in 0..ROUNDS {
        let run = load(&format!("h{round}x"), SUPPORT, mails);
        measure(&mut ours, &system, &sink, &run, &worked, || {
            put(&system.maildir(SUPPORT), &run.mails);
        });
        for (number, (program, best)) in programs.iter().zip(&mut theirs).enumerate() {
            let run = load(&format!("p{number}r{round}x"), &program.address, mails);
            measure(best, &system, &sink, &run, &worked, || {
                program.answer(&system, &run.mails);
            });
        }
    }
    drop(daemon);
    drop(system);
    drop(group);
    println!("{mails} mails, the best of {ROUNDS} rounds:");
    for one in std::iter::once(&ours).chain(&theirs) {
        println!(
            "{:>25}: {:7.1} mails a second, {:7.2} ms of work a mail; handoffd: {:5.2} times the mails, {:5.2} times the work",
            one.name,
            one.mails_a_second,
            one.work_a_mail,
            ours.mails_a_second / one.mails_a_second,
            ours.work_a_mail / one.work_a_mail,
        );
    }
}

/// The time from the first mail to the last answer.
fn measure(
    best: &mut Best,
    system: &MailSystem,
    sink: &Sink,
    run: &Load,
    worked: &dyn Fn() -> Duration,
    start: impl FnOnce(),
) {
    open_doors(system, sink, &run.mails);
    let first = sink.mails();
    let (began, work) = (Instant::now(), worked());
    start();
    let (taken, last) = sink.wait_for(first + run.answers, PATIENCE);
    let work = worked() - work;
    let mails = run.mails.len() as f64;
    let answered = taken - first;
    if answered != run.answers {
        println!(
            "{}: {answered} answers to {} people",
            best.name, run.answers
        );
    }
    best.mails_a_second =
        (best.mails_a_second).max(answered as f64 / last.duration_since(began).as_secs_f64());
    best.work_a_mail = (best.work_a_mail).min(work.as_secs_f64() * 1e3 / mails);
}
