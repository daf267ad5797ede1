//! How many mails a second get from the mailbox to their answer, and what does one cost? handoffd beside Dovecot's own Sieve `vacation`, on the
//! same Dovecot and Exim, with the same mails, in one run; every answer is counted when the customer's side has taken it.
//!
//! A mail for `vacation` is answered as LMTP delivers it. For handoffd the mails lie in the mailbox already (they are renamed into it), so its
//! time begins there: fetched over IMAP with TLS, understood, recorded, sent over SMTP with TLS. What a mail costs is what the whole machine
//! worked meanwhile, the servers included.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a bench that fails may panic"
)]
#![allow(clippy::disallowed_methods, reason = "it measures real time")]

mod load;
#[path = "../../tests/mail_system/mod.rs"]
mod mail_system;
mod sink;

use load::{Load, load};
use mail_system::{Desk, Handoffd, MailSystem, Startup, set};
use sink::Sink;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, Instant};

const SUPPORT: &str = "support@lindenhof-tea.example";
const AWAY: &str = "away@lindenhof-tea.example";
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

/// What one side did.
#[derive(Clone, Copy, Debug)]
struct Measured {
    mails_a_second: f64,
    /// Of all processors, in milliseconds.
    work_a_mail: f64,
}

fn main() {
    let mails = std::env::var("BENCH_MAILS").ok();
    let mails = mails.map_or(MAILS, |mails| mails.parse().unwrap());
    let sink = Sink::start();
    let addresses: Vec<&str> = [SUPPORT, AWAY].into_iter().chain(STAFF).collect();
    let system = MailSystem::start(&addresses);
    system.set_vacation(AWAY, "Thank you for your mail. We answer within a day.");
    let desk = Desk::set_up(&system, SUPPORT, |settings| {
        set(settings, "limits.automatic_per_hour", 1_000_000);
        set(settings, "limits.automatic_per_domain_per_hour", 1_000_000);
        set(settings, "limits.automatic_per_domain_per_day", 1_000_000);
    });
    let daemon = Handoffd::start_with(&desk, Startup::UntilReady);
    let own_work = || process_work(daemon.pid().unwrap());
    let mut own = Duration::MAX;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let run = load(&format!("v{round}x"), AWAY, mails);
        theirs.push(measure(&system, &sink, &run, |run| {
            deliver(&system, AWAY, run)
        }));
        let run = load(&format!("h{round}x"), SUPPORT, mails);
        let before = own_work();
        ours.push(measure(&system, &sink, &run, |run| {
            put(&system.maildir(SUPPORT), run)
        }));
        own = own.min(own_work() - before);
    }
    drop(daemon);
    let best = |all: &[Measured]| {
        let fastest = all.iter().map(|one| one.mails_a_second).fold(0.0, f64::max);
        let thriftiest = all
            .iter()
            .map(|one| one.work_a_mail)
            .fold(f64::INFINITY, f64::min);
        Measured {
            mails_a_second: fastest,
            work_a_mail: thriftiest,
        }
    };
    let (ours, theirs) = (best(&ours), best(&theirs));
    println!("{mails} mails, the best of {ROUNDS} rounds:");
    for (name, one) in [("handoffd", ours), ("Sieve vacation", theirs)] {
        println!(
            "{name:>15}: {:7.1} answers a second, {:6.2} ms of work a mail",
            one.mails_a_second, one.work_a_mail
        );
    }
    println!(
        "of handoffd's, {:.2} ms are its own, the rest is what the servers do for it",
        own.as_secs_f64() * 1e3 / mails as f64
    );
    println!(
        "ratio: {:.2} times the answers a second, {:.2} times the work a mail",
        ours.mails_a_second / theirs.mails_a_second,
        ours.work_a_mail / theirs.work_a_mail
    );
}

/// The time from the first mail to the last answer.
fn measure(system: &MailSystem, sink: &Sink, run: &Load, start: impl FnOnce(&Load)) -> Measured {
    let doors: String = (run.mails.iter())
        .map(|mail| format!("{}: {}\n", mail.from, sink.port))
        .collect();
    let path = system.folder().join("exim.doors");
    let draft = path.with_extension("new");
    std::fs::write(&draft, doors).unwrap();
    std::fs::rename(draft, path).unwrap();
    let before = sink.mails();
    let (began, worked) = (Instant::now(), machine_work());
    start(run);
    let (taken, last) = sink.wait_for(before + run.answers, PATIENCE);
    let work = machine_work() - worked;
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

/// As a server hands mails over: by LMTP, over one connection.
fn deliver(system: &MailSystem, to: &str, run: &Load) {
    for mail in &run.mails {
        system.deliver_lmtp(&mail.from, to, &mail.raw);
    }
}

/// All at once, whole: renamed into the mailbox.
fn put(maildir: &Path, run: &Load) {
    let owner = std::fs::metadata(maildir.join("new")).unwrap();
    for (number, mail) in run.mails.iter().enumerate() {
        let name = format!("{}.bench", mail.from);
        let draft = maildir.join("tmp").join(&name);
        let text = String::from_utf8(mail.raw.clone())
            .unwrap()
            .replace("\r\n", "\n");
        std::fs::write(&draft, format!("Return-Path: <{}>\n{text}", mail.from)).unwrap();
        std::os::unix::fs::chown(&draft, Some(owner.uid()), Some(owner.gid())).unwrap();
        let name = format!("{}.{number}.{name}", 1_800_000_000 + number);
        std::fs::rename(&draft, maildir.join("new").join(name)).unwrap();
    }
}

/// What all processors have worked since the machine started (proc(5), `/proc/stat`: hundredths of a second).
fn machine_work() -> Duration {
    let stat = std::fs::read_to_string("/proc/stat").unwrap();
    let fields = stat.lines().next().unwrap().split_whitespace().skip(1);
    let fields: Vec<u64> = fields.map(|field| field.parse().unwrap()).collect();
    // user, nice, system; not idle and iowait; irq, softirq.
    let busy = fields[0] + fields[1] + fields[2] + fields[5] + fields[6];
    Duration::from_millis(busy * 10)
}

/// What a process has worked (proc(5), `/proc/PID/stat`: utime and stime, in hundredths of a second).
fn process_work(process: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let hundredths = |at: usize| fields[at].parse::<u64>().unwrap();
    Duration::from_millis((hundredths(11) + hundredths(12)) * 10)
}
