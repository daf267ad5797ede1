//! How large and how slow does a store become? Measures; `docs/reliability-store.md` has the figures and says how to take them anew.
//!
//! `GROWTH_TICKETS=100000 GROWTH_FOLDER=/dev/shm/growth cargo test --test growth -- --ignored --nocapture` (a folder in memory: a disk that
//! syncs makes a million commits take hours; what a commit costs on the disk is measured in `TMPDIR`).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
#![allow(clippy::disallowed_methods, reason = "it measures real time")]

use handoffd::compose::{EnvelopeSender, Outgoing, Precedence, Purpose};
use handoffd::config::{IntentName, Language, Outcome};
use handoffd::inbox::{Cursor, Place};
use handoffd::journal::{
    AttemptOutcome, CopyProof, Entry, HandledMail, Journal, JournalError, Keep,
};
use handoffd::mail::{Address, HeaderText, MailIdentity, Mailbox, MessageId};
use handoffd::ticket::{ArticleReference, Event, MailSummary, Party, TicketId, TimedEvent};
use jiff::Timestamp;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

fn moment(number: u32) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + i64::from(number) * 60).unwrap()
}

fn identity(number: u32) -> MailIdentity {
    let mut bytes = [0; 32];
    bytes[..4].copy_from_slice(&number.wrapping_mul(2_654_435_761).to_be_bytes());
    bytes[4..8].copy_from_slice(&number.to_be_bytes());
    MailIdentity(bytes)
}

/// One routine request from its arrival to its filing, as the daemon records it: six commits.
fn one_ticket(journal: &Journal, number: u32) {
    let now = moment(number);
    let mail = identity(number);
    let ticket = TicketId::for_mail(&mail, 0);
    let customer = Address::parse(&format!(
        "customer{}@c{}.example",
        number % 50_000,
        number % 997
    ))
    .unwrap();
    let place = Place {
        uid_validity: 7,
        uid: number + 1,
    };
    let message_id = MessageId::parse(&format!("{number}.answer@desk.example")).unwrap();
    let _ = journal.begin_handling(&mail).unwrap();
    let events = vec![
        Event::Opened {
            customer: Mailbox {
                name: Some(HeaderText::clean("A Customer")),
                address: customer.clone(),
            },
            subject: HeaderText::clean("How long does delivery take?"),
            language: Language("en".to_owned()),
            mail: MailSummary {
                identity: mail,
                message_id: MessageId::parse(&format!("{number}@c.example")),
                references: vec![],
                subject: HeaderText::clean("How long does delivery take?"),
                excerpt: "Hello, how long does delivery take if I order today? ".repeat(6),
                attachments: vec![],
                also_to: vec![],
            },
        },
        Event::Decided {
            decision: "answer",
            reasons: vec![(
                "sure".to_owned(),
                "the article fits, and nothing speaks against it".to_owned(),
            )],
            evidence: vec!["how long does delivery take".to_owned()],
            intent: Some((IntentName("delivery-time".to_owned()), 0.97)),
            close: vec![],
        },
        Event::Answered {
            article: ArticleReference {
                intent: IntentName("delivery-time".to_owned()),
                language: Language("en".to_owned()),
                revision: "0badcafe".to_owned(),
            },
            confidence: 0.97,
        },
        Event::Wrote {
            message_id: message_id.clone(),
            purpose: Purpose::Answer,
            to: vec![customer.clone()],
            said: vec!["Orders leave our warehouse on the same working day.".to_owned(); 4],
        },
    ];
    let entry = Entry {
        mail: Some(HandledMail {
            identity: mail,
            place,
            outcome: Outcome::Answered,
            tags: vec!["shipping".to_owned()],
            ticket: Some(ticket.clone()),
            checked: None,
        }),
        cursor: Some(Cursor {
            uid_validity: 7,
            uid: place.uid,
        }),
        events: events
            .into_iter()
            .map(|event| {
                (
                    ticket.clone(),
                    TimedEvent {
                        at: now,
                        cause: Some(mail),
                        event,
                    },
                )
            })
            .collect(),
        effects: vec![Outgoing {
            purpose: Purpose::Answer,
            precedence: Precedence::InTurn,
            ticket: Some(ticket),
            party: Some(Party::Customer(customer.clone())),
            message_id,
            sender: EnvelopeSender::Null,
            recipients: vec![customer],
            subject: "Re: How long does delivery take?".to_owned(),
            text: String::new(),
            bytes: b"Orders leave our warehouse on the same working day.\r\n".repeat(80),
        }],
        begun: Some(mail),
        ..Entry::default()
    };
    for effect in journal.record(entry, now).unwrap() {
        let attempt = journal
            .begin_attempt(effect, CopyProof::Asked, now)
            .unwrap();
        journal.settle(attempt, AttemptOutcome::Sent, now).unwrap();
    }
    journal.filed(&[place]).unwrap();
    // The bytes of what left 90 days ago go with each sweep.
    if number.is_multiple_of(100) {
        let before = moment(number.saturating_sub(10_000));
        let _ = journal.forget_sent(before, 1_000).unwrap();
    }
}

fn megabytes(folder: &Path) -> u64 {
    fn bytes(folder: &Path) -> u64 {
        let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
        entries
            .map(|entry| match entry.file_type().unwrap().is_dir() {
                true => bytes(&entry.path()),
                false => entry.metadata().unwrap().len(),
            })
            .sum()
    }
    bytes(folder) / 1_000_000
}

fn resident_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS"))
        .unwrap();
    let kilobytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kilobytes / 1_000
}

fn timed<T>(act: impl FnOnce() -> T) -> (T, Duration) {
    let began = Instant::now();
    let done = act();
    (done, began.elapsed())
}

/// Commits as fast as they go while the store is looked through: what came of that and how long it took, and each commit's time, the longest last.
fn while_it_is_checked(journal: &Journal) -> ((Result<(), JournalError>, Duration), Vec<Duration>) {
    std::thread::scope(|scope| {
        let check = scope.spawn(|| timed(|| journal.check_late(|| false)));
        let mut waits = Vec::new();
        while !check.is_finished() {
            let mail = identity(u32::MAX - u32::try_from(waits.len()).unwrap());
            waits.push(timed(|| journal.begin_handling(&mail).unwrap()).1);
        }
        waits.sort();
        (check.join().unwrap(), waits)
    })
}

#[test]
#[ignore = "measures: minutes"]
fn figures_of_a_large_store() {
    let number = |name: &str, default: u32| {
        let text = std::env::var(name).ok();
        text.map_or(default, |text| text.parse().unwrap())
    };
    let tickets = number("GROWTH_TICKETS", 10_000);
    let temporary = tempfile::tempdir().unwrap();
    let folder =
        std::env::var_os("GROWTH_FOLDER").map_or(temporary.path().join("store"), PathBuf::from);
    let ((), filling) = timed(|| {
        let journal = Journal::open(&folder).unwrap();
        for number in 0..tickets {
            one_ticket(&journal, number);
        }
    });
    println!(
        "{tickets} tickets, 6 commits each: {filling:.1?}, {} MB on disk, {} MB resident",
        megabytes(&folder),
        resident_megabytes()
    );
    let (journal, opening) = timed(|| Journal::open(&folder).unwrap());
    println!(
        "opening: {opening:.1?}, {} MB resident",
        resident_megabytes()
    );
    let ((late, checking), waits) = while_it_is_checked(&journal);
    late.unwrap();
    println!(
        "the check of a store that was too large to be checked at its opening: {checking:.1?}; of {} commits meanwhile the longest took {:.1?}, \
         the middle one {:.2?}",
        waits.len(),
        waits.last().copied().unwrap_or_default(),
        waits.get(waits.len() / 2).copied().unwrap_or_default()
    );
    let (late, checking) = timed(|| journal.check_late(|| false));
    late.unwrap();
    println!("the same with nothing to do beside it: {checking:.1?}");
    let (_, looking) = timed(|| {
        let shown = journal.tickets(500).unwrap().len();
        (shown, journal.count_tickets().unwrap())
    });
    println!("the newest 500 tickets, and their count (status): {looking:.1?}");
    let more = 200;
    let ((), working) =
        timed(|| (tickets..tickets + more).for_each(|number| one_ticket(&journal, number)));
    println!(
        "a further ticket, 6 commits: {:.2} ms",
        working.as_secs_f64() * 1000.0 / f64::from(more)
    );
    let (rows, exporting) = timed(|| {
        journal
            .export(&mut std::io::sink(), handoffd::journal::Keys::StayBehind)
            .unwrap()
    });
    println!("export of {rows} rows: {exporting:.1?}");
    let (audit, verifying) = timed(|| journal.audit().unwrap());
    println!(
        "journal --verify of {} records: {verifying:.1?}, {} MB resident",
        audit.records,
        resident_megabytes()
    );
    assert!(audit.differences.is_empty());
    drop(audit);

    let half = Keep {
        tickets_since: Some(moment(tickets / 2)),
        ..Keep::default()
    };
    let ((), dropping) = timed(|| {
        let mut next = None;
        loop {
            let looked = journal.drop_old(&half, next, 200).unwrap();
            next = looked.next;
            if next.is_none() {
                break;
            }
        }
    });
    println!(
        "the older half goes by retention: {dropping:.1?}, {} MB on disk",
        megabytes(&folder)
    );
    let ((), writing) = timed(|| journal.compact().unwrap());
    println!(
        "written anew: {writing:.1?}, {} MB on disk",
        megabytes(&folder)
    );
    let ((), writing) = timed(|| journal.begin_chain_anew().unwrap());
    println!(
        "written anew under a new chain: {writing:.1?}, {} MB on disk",
        megabytes(&folder)
    );
    drop(journal);
    std::fs::remove_dir_all(&folder).unwrap();

    let on_disk = tempfile::tempdir().unwrap();
    let journal = Journal::open(on_disk.path()).unwrap();
    let ((), working) = timed(|| (0..more).for_each(|number| one_ticket(&journal, number)));
    println!(
        "a ticket in an empty store on a disk that syncs: {:.2} ms",
        working.as_secs_f64() * 1000.0 / f64::from(more)
    );
}
