use super::super::chain::Act;
use super::super::generation;
use super::super::linked::CHAINED_KEY;
use super::*;
use std::path::Path;
use std::time::Duration;

fn put(store: &SledStore, key: &str, value: &str) {
    let mut batch = Batch::of(Act::Watch);
    batch.put(Tree::WatchedFolder, key, value);
    store.commit(batch, Outlives::PowerCut).unwrap();
}

fn open(folder: &Path) -> SledStore {
    SledStore::open(folder, Opening::ToWork).unwrap()
}

fn holds(store: &SledStore, key: &str) -> bool {
    store
        .get(Tree::WatchedFolder, key.as_bytes())
        .unwrap()
        .is_some()
}

fn names(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = names
        .map(|found| found.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn what_is_put_in_is_not_taken_for_what_an_older_program_wrote() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    put(&store, "recorded", "by a commit");
    {
        let files = store.files();
        let key = full_key(Tree::WatchedFolder, b"forged");
        files.database.insert(key, b"put in").unwrap();
        files.database.remove(CHAINED_KEY).unwrap().unwrap();
        files.database.flush().unwrap();
    }
    drop(store);
    assert!(SledStore::open(folder.path(), Opening::ToWork).is_err());
    let store = SledStore::open(folder.path(), Opening::Unchecked).unwrap();
    assert!(holds(&store, "forged") && holds(&store, "recorded"));
    let found = store.verify().unwrap().differences;
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        matches!(found[0].found, verify::Found::Added { .. }),
        "{found:?}"
    );
}

/// Each step of a rewriting, and the end of the process after it.
#[test]
fn a_rewriting_that_a_crash_cuts_short_leaves_the_old_store_or_the_new_one() {
    for steps in 0..4 {
        let folder = tempfile::tempdir().unwrap();
        for round in 0..2 {
            let store = open(folder.path());
            put(&store, &format!("k{round}"), "before");
            if steps >= 1 {
                let next = generation::make_next(folder.path()).unwrap();
                std::fs::write(next.path.join("db"), "half a copy").unwrap();
            }
            if steps >= 2 {
                let next = generation::make_next(folder.path()).unwrap();
                let copy = store.copy(&next.path).unwrap();
                std::fs::write(folder.path().join("current.new"), "half a na").unwrap();
                if steps >= 3 {
                    next.make_current(folder.path()).unwrap();
                }
                drop(copy);
            }
            drop(store);
            let store = open(folder.path());
            assert!(holds(&store, &format!("k{round}")), "{steps}");
            assert_eq!(store.verify().unwrap().differences.len(), 0, "{steps}");
            let names = names(folder.path());
            let rewritten = names.iter().filter(|name| name.starts_with("rewritten-"));
            assert_eq!(
                rewritten.count(),
                usize::from(steps >= 3),
                "{steps}: {names:?}"
            );
            let is_old = names.contains(&"db".to_owned());
            assert_eq!(is_old, steps < 3, "{steps}: {names:?}");
        }
    }
}

#[test]
fn a_rewritten_store_goes_on_and_its_old_files_are_gone() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    put(&store, "one", &"blob".repeat(10_000));
    store.rewrite(ChainOfCopy::Kept).unwrap();
    put(&store, "two", "after");
    store.rewrite(ChainOfCopy::Kept).unwrap();
    let expected = ["commits", "current", "in-use", "rewritten-2"];
    assert_eq!(names(folder.path()), expected);
    drop(store);
    assert!(!folder.path().join("in-use").exists());
    let store = open(folder.path());
    assert!(holds(&store, "one") && holds(&store, "two"));
}

#[test]
fn only_a_damaged_store_gets_a_new_chain() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    put(&store, "one", "1");
    let head = store.head();
    // In use by another.
    let why = SledStore::keep_what_is_left(folder.path()).unwrap_err();
    assert!(matches!(why, JournalError::Store { .. }), "{why:?}");
    drop(store);
    // The mark of use cannot be written, as on a full disk.
    let in_the_way = folder.path().join("in-use.new");
    std::fs::create_dir(&in_the_way).unwrap();
    let why = SledStore::keep_what_is_left(folder.path()).unwrap_err();
    assert!(matches!(why, JournalError::Store { .. }), "{why:?}");
    std::fs::remove_dir(&in_the_way).unwrap();
    let store = open(folder.path());
    assert_eq!(store.head(), head);
    // And one that is damaged does.
    store
        .take_behind_its_back(&full_key(Tree::WatchedFolder, b"one"))
        .unwrap();
    drop(store);
    let damage = SledStore::keep_what_is_left(folder.path()).unwrap();
    assert_eq!(damage.len(), 1, "{damage:?}");
    assert!(!holds(&open(folder.path()), "one"));
}

/// The same commits with and without links, in turn.
#[test]
#[ignore = "measures: see docs/testing.md"]
fn cost_of_the_chain() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let (mut with, mut without) = (Duration::ZERO, Duration::ZERO);
    let mail = vec![b'x'; 12_000];
    for round in 0..300_u32 {
        let rows: Vec<(Vec<u8>, Vec<u8>)> = (0..20_u32)
            .map(|row| {
                let key = format!("{round} {row}").into_bytes();
                let value = if row == 0 {
                    mail.clone()
                } else {
                    vec![b'y'; 300]
                };
                (key, value)
            })
            .collect();
        let mut batch = Batch::of(Act::Entry);
        for (key, value) in &rows {
            batch.put(Tree::Events, key.clone(), value.clone());
        }
        let began = std::time::Instant::now();
        store.commit(batch, Outlives::PowerCut).unwrap();
        with += began.elapsed();

        let mut changes = ::sled::Batch::default();
        for (key, value) in rows {
            changes.insert([b"plain\0", key.as_slice()].concat(), value);
        }
        let end = store.progress().end;
        let began = std::time::Instant::now();
        let files = store.files();
        files.database.apply_batch(changes).unwrap();
        files.database.flush().unwrap();
        files.log.sync_data().unwrap();
        store.witness.remember(end).unwrap();
        without += began.elapsed();
    }
    println!(
        "a commit of 20 records: {:.2} ms with links, {:.2} ms without, ratio {:.2}",
        with.as_secs_f64() * 1000.0 / 300.0,
        without.as_secs_f64() * 1000.0 / 300.0,
        with.as_secs_f64() / without.as_secs_f64()
    );
}
