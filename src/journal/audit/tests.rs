//! Whatever is done to a store behind the program's back is found and named.

use super::super::store::{Act, Batch, Outlives};
use super::*;
use crate::compose::{EnvelopeSender, Outgoing, Precedence, Purpose};
use crate::config::TeamName;
use crate::journal::{AttemptOutcome, CopyProof, Entry};
use crate::mail::{Address, MailIdentity, MessageId};
use crate::ticket::{Event, TimedEvent};

fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

fn ticket() -> TicketId {
    TicketId::for_mail(&MailIdentity([1; 32]), 0)
}

fn passed_on(team: &str) -> TimedEvent {
    TimedEvent {
        at: moment(0),
        cause: None,
        event: Event::PassedOn {
            team: TeamName(team.to_owned()),
        },
    }
}

/// Three entries, each with an event, and a mail that was sent.
fn filled(folder: &Path) -> Journal {
    let journal = Journal::open(folder).unwrap();
    for number in 0..3 {
        let entry = Entry {
            events: vec![(ticket(), passed_on(&format!("team{number}")))],
            effects: vec![Outgoing {
                purpose: Purpose::Trouble,
                precedence: Precedence::InTurn,
                ticket: None,
                party: None,
                message_id: MessageId::parse(&format!("m{number}@d.example")).unwrap(),
                sender: EnvelopeSender::Null,
                recipients: vec![Address::parse("admin@d.example").unwrap()],
                subject: "Trouble".to_owned(),
                text: String::new(),
                bytes: b"Subject: Trouble\r\n\r\nIt is.\r\n".to_vec(),
            }],
            ..Entry::default()
        };
        let new = journal.record(entry, moment(number)).unwrap().remove(0);
        let attempt = journal
            .begin_attempt(new, CopyProof::None, moment(number))
            .unwrap();
        journal
            .settle(attempt, AttemptOutcome::Sent, moment(number))
            .unwrap();
    }
    journal
}

/// The database itself, as somebody with access to the disk has it.
fn behind_the_back(folder: &Path, act: impl FnOnce(&::sled::Db)) {
    // The lock of one that was just closed goes a moment later.
    let began = std::time::Instant::now();
    while began.elapsed() < std::time::Duration::from_secs(5) {
        if let Ok(database) = ::sled::open(folder) {
            act(&database);
            database.flush().unwrap();
            return;
        }
        std::thread::yield_now();
    }
    panic!("the store stays locked");
}

fn key(tree: &str, rest: &[u8]) -> Vec<u8> {
    [tree.as_bytes(), &[0], rest].concat()
}

fn event_key(number: u32) -> Vec<u8> {
    key("events", &place::event(&ticket(), number))
}

fn link_key(number: u64) -> Vec<u8> {
    key("links", &number.to_be_bytes())
}

fn verified(folder: &Path) -> Audit {
    Journal::open_to_verify(folder).unwrap().audit().unwrap()
}

/// The first difference after something was done to a store that was whole.
fn first_difference(act: impl FnOnce(&::sled::Db)) -> Difference {
    let folder = tempfile::tempdir().unwrap();
    drop(filled(folder.path()));
    behind_the_back(folder.path(), act);
    let audit = verified(folder.path());
    audit.differences.first().cloned().expect("a difference")
}

#[test]
fn a_store_that_nobody_touched_is_whole_and_says_its_head() {
    let folder = tempfile::tempdir().unwrap();
    let journal = filled(folder.path());
    let audit = journal.audit().unwrap();
    assert_eq!(audit.differences, []);
    assert_eq!(audit.commits, Some((1, 9)));
    assert_eq!(Some(&audit.head), journal.head().as_ref());
    assert_eq!(audit.head.hash.len(), 64);
    assert!(audit.records > 9, "{audit:?}");
    drop(journal);
    assert_eq!(verified(folder.path()), audit);
}

#[test]
fn a_changed_byte_in_any_tree_is_found_and_its_record_named() {
    let folder = tempfile::tempdir().unwrap();
    drop(filled(folder.path()));
    let mut rows = Vec::new();
    behind_the_back(folder.path(), |database| {
        rows.extend(database.iter().map(Result::unwrap));
    });
    let mut tried = 0;
    for (key, value) in rows {
        if key.starts_with(b"\0") {
            continue;
        }
        // The first, the middle and the last byte; an empty value becomes one that is not.
        let mut places = vec![0, value.len() / 2, value.len().saturating_sub(1)];
        places.dedup();
        for place in places {
            let mut changed = value.to_vec();
            match changed.get_mut(place) {
                Some(byte) => *byte ^= 1,
                None => changed.push(1),
            }
            behind_the_back(folder.path(), |database| {
                database.insert(&key, changed).unwrap();
            });
            let audit = verified(folder.path());
            let shown = String::from_utf8_lossy(&key).into_owned();
            let first = audit.differences.first();
            assert!(first.is_some(), "byte {place} of {shown:?}");
            assert!(first.unwrap().commit.is_some(), "{shown:?}: {first:?}");
            behind_the_back(folder.path(), |database| {
                database.insert(&key, &value).unwrap();
            });
            tried += 1;
        }
    }
    assert!(tried > 50, "{tried}");
    assert_eq!(verified(folder.path()).differences, []);
}

#[test]
fn an_event_rewritten_in_a_valid_form_is_named_with_its_ticket_and_commit() {
    let difference = first_difference(|database| {
        let bytes = database.get(event_key(1)).unwrap().unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let other = text.replace("team1", "team9");
        assert_ne!(text, other);
        database.insert(event_key(1), other.as_bytes()).unwrap();
    });
    assert_eq!(difference.commit, Some(4));
    let what = format!("event 1 of ticket {} is not as it was recorded", ticket());
    assert_eq!(difference.what, what);
}

#[test]
fn a_removed_record_is_named_with_and_without_its_seal() {
    let gone = first_difference(|database| {
        database.remove(event_key(2)).unwrap();
    });
    assert_eq!(gone.commit, Some(7));
    assert!(gone.what.starts_with("event 2 of ticket"), "{gone:?}");
    assert!(gone.what.ends_with("is gone"), "{gone:?}");
    let without_trace = first_difference(|database| {
        database.remove(event_key(2)).unwrap();
        let seal = [&[6][..], &place::event(&ticket(), 2)].concat();
        database.remove(key("seals", &seal)).unwrap().unwrap();
    });
    assert_eq!(without_trace.commit, Some(7));
    assert!(without_trace.what.contains("`events`"), "{without_trace:?}");
}

#[test]
fn two_records_that_changed_places_are_found_even_with_their_seals() {
    let difference = first_difference(|database| {
        let seal = |number| {
            let name = [&[6][..], &place::event(&ticket(), number)].concat();
            key("seals", &name)
        };
        for of in [event_key, seal as fn(u32) -> Vec<u8>] {
            let one = database.insert(of(0), database.get(of(1)).unwrap().unwrap());
            database.insert(of(1), one.unwrap().unwrap()).unwrap();
        }
    });
    assert!(difference.what.contains("event"), "{difference:?}");
    assert!(difference.commit.is_some());
}

#[test]
fn an_inserted_record_is_found_even_where_the_program_has_overwritten_it_since() {
    let added = first_difference(|database| {
        let bytes = database.get(event_key(1)).unwrap().unwrap();
        database.insert(event_key(3), bytes).unwrap();
    });
    assert_eq!(added.commit, None);
    assert!(added.what.contains("event 3"), "{added:?}");
    assert!(added.what.contains("by no commit"), "{added:?}");

    let folder = tempfile::tempdir().unwrap();
    drop(filled(folder.path()));
    behind_the_back(folder.path(), |database| {
        let due = [&place::time(moment(0))[..], b"m9@d.example"].concat();
        database
            .insert(key("cursors", &7_u32.to_be_bytes()), due)
            .unwrap();
    });
    let refused = Journal::open(folder.path()).err().unwrap().to_string();
    assert!(refused.contains("`cursors`"), "{refused}");
    // A large store is checked while it is worked with already.
    let store = SledStore::open(folder.path(), Opening::Unchecked).unwrap();
    let journal = Journal::with_store(Box::new(store), folder.path());
    let mut batch = Batch::of(Act::Watch);
    batch.delete(Tree::Cursors, 7_u32.to_be_bytes());
    journal.store.commit(batch, Outlives::PowerCut).unwrap();
    let audit = journal.audit().unwrap();
    assert_eq!(audit.differences[0].commit, Some(10), "{audit:?}");
}

#[test]
fn links_that_are_missing_swapped_or_put_in_are_found() {
    for missing in [1, 5, 9] {
        let difference = first_difference(|database| {
            database.remove(link_key(missing)).unwrap().unwrap();
        });
        let commit = difference.commit.unwrap();
        // Without the first one it is the second that follows from nothing.
        assert!(
            commit == missing || missing == 1 && commit == 2,
            "{missing}: {difference:?}"
        );
    }
    let swapped = first_difference(|database| {
        let four = database.get(link_key(4)).unwrap().unwrap();
        let five = database.insert(link_key(5), four).unwrap().unwrap();
        database.insert(link_key(4), five).unwrap();
    });
    assert_eq!(swapped.commit, Some(4));
    let put_in = first_difference(|database| {
        let last = database.get(link_key(9)).unwrap().unwrap();
        database.insert(link_key(10), last).unwrap();
    });
    assert_eq!(put_in.commit, Some(10));
}

#[test]
fn a_tail_that_was_cut_off_with_all_that_it_recorded_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    for number in 0..3 {
        if number == 2 {
            // What the store was before the last entry, with a count to match.
            break;
        }
        let entry = Entry {
            events: vec![(ticket(), passed_on(&format!("team{number}")))],
            ..Entry::default()
        };
        journal.record(entry, moment(number)).unwrap();
    }
    drop(journal);
    let mut before = Vec::new();
    behind_the_back(folder.path(), |database| {
        before.extend(database.iter().map(Result::unwrap));
    });
    let journal = Journal::open(folder.path()).unwrap();
    let entry = Entry {
        events: vec![(ticket(), passed_on("team2"))],
        ..Entry::default()
    };
    journal.record(entry, moment(2)).unwrap();
    drop(journal);
    behind_the_back(folder.path(), |database| {
        database.clear().unwrap();
        for (key, value) in &before {
            database.insert(key, value).unwrap();
        }
    });
    let audit = verified(folder.path());
    assert_eq!(audit.differences[0].commit, Some(3), "{audit:?}");
    assert!(audit.differences[0].what.contains("cut off"), "{audit:?}");
    // And the daemon does not work with it.
    assert!(Journal::open(folder.path()).is_err());
}

#[test]
fn a_witness_that_was_changed_or_removed_is_named() {
    let folder = tempfile::tempdir().unwrap();
    drop(filled(folder.path()));
    let path = folder.path().join("commits");
    let true_witness = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let audit = verified(folder.path());
    assert!(audit.differences[0].what.contains("`commits`"), "{audit:?}");
    // A store of the same age and another past, with this witness.
    let other = tempfile::tempdir().unwrap();
    drop(filled(other.path()));
    std::fs::write(other.path().join("commits"), true_witness).unwrap();
    let audit = verified(other.path());
    assert_eq!(audit.differences[0].commit, Some(9), "{audit:?}");
    assert!(audit.differences[0].what.contains("remembers"), "{audit:?}");
}

#[test]
fn a_store_from_before_the_chain_begins_one_over_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    drop(filled(folder.path()));
    // As an older program left it: no links, no seals, no mark, a witness without hashes.
    behind_the_back(folder.path(), |database| {
        for prefix in ["links\0", "seals\0", "\0chained"] {
            for row in database.scan_prefix(prefix) {
                database.remove(row.unwrap().0).unwrap();
            }
        }
    });
    std::fs::remove_file(folder.path().join("commits")).unwrap();
    let untouched = verified(folder.path());
    assert!(untouched.differences[0].what.contains("no chain") || untouched.differences.len() > 1);
    let journal = Journal::open(folder.path()).unwrap();
    let audit = journal.audit().unwrap();
    assert_eq!(audit.differences, []);
    assert_eq!(audit.commits.unwrap().0, 10);
    assert_eq!(journal.ticket(&ticket()).unwrap().unwrap().events.len(), 3);
    drop(journal);
    // Once is enough, and what came before the chain is vouched for like the rest.
    drop(Journal::open(folder.path()).unwrap());
    assert_eq!(verified(folder.path()), audit);
    behind_the_back(folder.path(), |database| {
        database.remove(event_key(0)).unwrap();
    });
    assert!(
        verified(folder.path()).differences[0]
            .what
            .contains("event 0")
    );
}

#[test]
fn history_rewritten_through_the_program_without_a_forgetting_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let journal = filled(folder.path());
    let mut batch = Batch::of(Act::Entry);
    batch.delete(Tree::Events, place::event(&ticket(), 1));
    journal.store.commit(batch, Outlives::PowerCut).unwrap();
    let audit = journal.audit().unwrap();
    assert_eq!(audit.differences[0].commit, Some(10));
    assert!(
        audit.differences[0].what.contains("only be added"),
        "{audit:?}"
    );
}

#[test]
fn a_rewritten_store_is_the_same_and_its_chain_whole() {
    let folder = tempfile::tempdir().unwrap();
    let journal = filled(folder.path());
    let before = journal.audit().unwrap();
    journal.compact().unwrap();
    assert_eq!(journal.audit().unwrap(), before);
    // It goes on, and again.
    let entry = Entry {
        events: vec![(ticket(), passed_on("later"))],
        ..Entry::default()
    };
    journal.record(entry, moment(9)).unwrap();
    journal.compact().unwrap();
    let after = journal.audit().unwrap();
    assert_eq!(after.differences, []);
    drop(journal);
    let journal = Journal::open(folder.path()).unwrap();
    assert_eq!(journal.audit().unwrap(), after);
    assert_eq!(journal.ticket(&ticket()).unwrap().unwrap().events.len(), 4);
}
