//! Damage on purpose: whatever happens to the files, a store is either refused with a sentence that says what to do, or holds what it held.

use super::sled::open_when_free;
use super::*;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// Everything that a store holds.
type Contents = BTreeMap<(&'static str, Vec<u8>), Vec<u8>>;

/// The same numbers in the same order for the same seed (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}

/// Commits as a desk makes them: mails of some kB, small rows that change, and values that become files of their own.
fn fill(folder: &Path, rounds: u32) -> Contents {
    let store = SledStore::open(folder, Opening::ToWork).unwrap();
    let mut numbers = Numbers(77);
    for round in 0..rounds {
        let mut batch = Batch::of(Act::Entry);
        let name = format!("mail {round}");
        let size = usize::try_from(numbers.below(9_000)).unwrap();
        batch.put(Tree::EffectBytes, name.clone(), vec![b'x'; size]);
        batch.put(
            Tree::Effects,
            name.clone(),
            format!("{{\"state\":{round}}}"),
        );
        batch.put(Tree::Mails, name.clone(), "handled");
        batch.put(Tree::Cursors, "inbox", round.to_be_bytes());
        for event in 0..3_u32 {
            let key = [name.as_bytes(), &event.to_be_bytes()].concat();
            batch.put(Tree::Events, key, vec![b'e'; 200]);
        }
        if round % 40 == 0 {
            batch.put(Tree::Judgements, name.clone(), vec![b'j'; 600_000]);
        }
        if round > 20 {
            batch.delete(Tree::EffectBytes, format!("mail {}", round - 20));
        }
        let outlives = match round % 4 {
            0 => Outlives::PowerCut,
            1 => Outlives::Process,
            _ => Outlives::NothingYet,
        };
        store.commit(batch, outlives).unwrap();
    }
    let mut batch = Batch::of(Act::Watch);
    batch.put(Tree::Cursors, "last", "word");
    store.commit(batch, Outlives::PowerCut).unwrap();
    contents(&store).unwrap()
}

fn contents(store: &SledStore) -> Result<Contents, JournalError> {
    let mut contents = Contents::new();
    for tree in Tree::CHAINED.into_iter().chain([Tree::Links, Tree::Seals]) {
        for (key, value) in store.scan(tree, &[], None, Order::Upwards, usize::MAX)? {
            let _ = contents.insert((tree.name(), key), value);
        }
    }
    Ok(contents)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to),
            false => assert!(fs::copy(entry.path(), to).is_ok()),
        }
    }
}

/// What became of a damaged store.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    Refused(String),
    Unchanged,
}

/// Opens a copy of the store after something was done to it. Anything but the two ends of [`Seen`] is a failure.
fn after(whole: &Path, expected: &Contents, what: &str, act: impl FnOnce(&Path)) -> Seen {
    let folder = tempfile::tempdir().unwrap();
    copy(whole, folder.path());
    act(folder.path());
    let opened = SledStore::open(folder.path(), Opening::ToWork);
    let store = match opened {
        Err(why) => {
            let why = why.to_string();
            assert!(
                why.contains("restore") || why.contains("recover"),
                "{what}: {why}"
            );
            return Seen::Refused(why);
        }
        Ok(store) => store,
    };
    let found = contents(&store).unwrap_or_else(|why| panic!("{what}: opened, then {why}"));
    assert!(
        found == *expected,
        "{what}: opened with {} rows of {}",
        found.len(),
        expected.len()
    );
    Seen::Unchanged
}

#[test]
fn a_crash_takes_back_the_last_of_what_waits_for_the_disk_and_nothing_that_was_synced() {
    let folder = tempfile::tempdir().unwrap();
    let store = SledStore::open(folder.path(), Opening::ToWork).unwrap();
    let put = |number: u8, outlives| {
        let mut batch = Batch::of(Act::Entry);
        batch.put(Tree::Mails, [number], "handled");
        batch.put(Tree::Cursors, "inbox", [number]);
        // Large enough for a file of its own.
        batch.put(Tree::EffectBytes, [number], vec![b'x'; 17_000]);
        store.commit(batch, outlives).unwrap();
    };
    // What a killed process leaves: its files as they are at that moment.
    let left = || {
        let copied = tempfile::tempdir().unwrap();
        copy(folder.path(), copied.path());
        let store = SledStore::open(copied.path(), Opening::ToWork).unwrap();
        let mails = store.count(Tree::Mails).unwrap();
        let cursor = store.get(Tree::Cursors, b"inbox").unwrap();
        let bytes = store.count(Tree::EffectBytes).unwrap();
        assert_eq!((mails, bytes), (usize::from(cursor.unwrap()[0]), mails));
        mails
    };
    put(1, Outlives::PowerCut);
    for number in 2..=4 {
        put(number, Outlives::NothingYet);
        assert!(store.get(Tree::Mails, &[number]).unwrap().is_some());
        assert!(left() >= 1);
    }
    store.sync().unwrap();
    assert_eq!(left(), 4);
    put(5, Outlives::NothingYet);
    put(6, Outlives::Process);
    assert_eq!(left(), 6, "a commit brings those before it to the disk");
    put(7, Outlives::NothingYet);
    put(8, Outlives::PowerCut);
    assert_eq!(left(), 8);
    put(9, Outlives::NothingYet);
    drop(store);
    assert_eq!(left(), 9, "closed in good order");
}

/// A store as a daemon leaves it, and one that was opened once more (sled keeps a summary then, and believes it).
fn stores() -> Vec<(tempfile::TempDir, Contents)> {
    let make = |openings: usize| {
        let folder = tempfile::tempdir().unwrap();
        let expected = fill(folder.path(), 120);
        for _ in 0..openings {
            drop(SledStore::open(folder.path(), Opening::ToWork).unwrap());
        }
        (folder, expected)
    };
    vec![make(0), make(2)]
}

fn files_of(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => files.extend(files_of(&path)),
            false => files.push(path),
        }
    }
    files.sort();
    files
}

fn write_at(path: &Path, bytes: &[u8], offset: u64) {
    let file = fs::OpenOptions::new().write(true).open(path).unwrap();
    file.write_all_at(bytes, offset).unwrap();
}

#[test]
fn flipped_bytes_are_noticed_or_change_nothing() {
    let mut refused = 0;
    // sled lays its pages in another order each time, so a run of many trials says more than the same one again.
    let trials = (std::env::var("FLIPS").ok()).map_or(100, |number| number.parse().unwrap());
    let mut numbers = Numbers(20_261_126);
    for (folder, expected) in stores() {
        let length = fs::metadata(folder.path().join("db")).unwrap().len();
        for trial in 0..trials {
            let at = numbers.below(length - 16);
            let what = format!("trial {trial}: 16 bytes flipped at {at} of {length}");
            let seen = after(folder.path(), &expected, &what, |folder| {
                let path = folder.join("db");
                let mut bytes = [0; 16];
                fs::File::open(&path)
                    .unwrap()
                    .read_exact_at(&mut bytes, at)
                    .unwrap();
                write_at(&path, &bytes.map(|byte| !byte), at);
            });
            refused += usize::from(seen != Seen::Unchanged);
        }
    }
    eprintln!("{refused} refused");
    assert!(
        refused > trials / 5,
        "{refused} of twice {trials} refused: the trials hit nothing"
    );
}

#[test]
fn a_cut_or_torn_database_is_refused() {
    for (folder, expected) in stores() {
        let length = fs::metadata(folder.path().join("db")).unwrap().len();
        let mut seen = Vec::new();
        for cut in [
            0,
            1,
            100,
            length / 4,
            length / 2,
            length * 9 / 10,
            length - 4096,
            length - 1,
        ] {
            seen.push((
                cut,
                after(
                    folder.path(),
                    &expected,
                    &format!("cut at {cut}"),
                    |folder| {
                        let file = fs::OpenOptions::new()
                            .write(true)
                            .open(folder.join("db"))
                            .unwrap();
                        file.set_len(cut).unwrap();
                    },
                ),
            ));
        }
        for part in 0..32 {
            let at = length / 32 * part / 4096 * 4096;
            seen.push((
                at,
                after(
                    folder.path(),
                    &expected,
                    &format!("4 KiB zeroed at {at}"),
                    |folder| {
                        write_at(&folder.join("db"), &[0; 4096], at);
                    },
                ),
            ));
        }
        let refused = seen
            .iter()
            .filter(|(_, seen)| *seen != Seen::Unchanged)
            .count();
        eprintln!("{refused} of {} refused", seen.len());
        // How much of the file is in use differs from run to run: this only shows that the trials hit something.
        assert!(refused >= 6, "{refused} of {}: {seen:?}", seen.len());
    }
}

#[test]
fn every_other_file_that_is_cut_changed_or_lost_is_noticed_or_changes_nothing() {
    for (folder, expected) in stores() {
        let mut blobs = 0;
        for path in files_of(folder.path()) {
            let name = path.strip_prefix(folder.path()).unwrap();
            let length = fs::metadata(&path).unwrap().len();
            let shown = name.display();
            // Of some blobs the database knows nothing any more: their pages were written anew.
            let is_blob = name.starts_with("blobs");
            let mut refused = |seen: Seen| blobs += usize::from(is_blob && seen != Seen::Unchanged);
            refused(after(
                folder.path(),
                &expected,
                &format!("{shown} cut"),
                |folder| {
                    let file = fs::OpenOptions::new()
                        .write(true)
                        .open(folder.join(name))
                        .unwrap();
                    file.set_len(length / 2).unwrap();
                },
            ));
            refused(after(
                folder.path(),
                &expected,
                &format!("{shown} changed"),
                |folder| {
                    write_at(&folder.join(name), &[0xA5; 8], length / 2);
                },
            ));
            if name == Path::new("commits") {
                continue;
            }
            refused(after(
                folder.path(),
                &expected,
                &format!("{shown} lost"),
                |folder| {
                    fs::remove_file(folder.join(name)).unwrap();
                },
            ));
        }
    }
}

/// A full disk leaves it empty or short; a kill leaves any part of it. It is no damage, for the log holds all of it.
#[test]
fn a_summary_that_sled_did_not_end_is_no_damage() {
    for (folder, expected) in stores() {
        for part in [0, 5, 12, 40, 4096] {
            let what = format!("a summary of {part} bytes that was not ended");
            let seen = after(folder.path(), &expected, &what, |folder| {
                let name = folder.join("snap.7FFFFFFFFFFFFFFF.generating");
                fs::write(name, vec![0xA5; part]).unwrap();
            });
            assert_eq!(seen, Seen::Unchanged, "{what}");
        }
    }
}

#[test]
fn an_opening_that_is_under_way_keeps_its_files() {
    let folder = tempfile::tempdir().unwrap();
    let _open = SledStore::open(folder.path(), Opening::ToWork).unwrap();
    let being_written = folder.path().join("snap.7FFFFFFFFFFFFFFF.generating");
    fs::write(&being_written, "").unwrap();
    let why = SledStore::open(folder.path(), Opening::ToWork)
        .err()
        .unwrap()
        .to_string();
    assert!(why.contains("in use by another handoffd"), "{why}");
    assert!(being_written.exists());
}

#[test]
fn files_of_different_times_do_not_pass_as_one_store() {
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let of_old = fill(old.path(), 30);
    copy(old.path(), new.path());
    {
        let store = SledStore::open(new.path(), Opening::ToWork).unwrap();
        let mut batch = Batch::of(Act::Watch);
        batch.put(Tree::Begun, "later", "1");
        store.commit(batch, Outlives::PowerCut).unwrap();
    }
    let witness = |folder: &Path| folder.join("commits");
    let seen = after(
        old.path(),
        &of_old,
        "an old copy, a newer witness",
        |folder| {
            let _ = fs::copy(witness(new.path()), witness(folder)).unwrap();
        },
    );
    assert!(
        matches!(&seen, Seen::Refused(why) if why.contains("31 commits of 32")),
        "{seen:?}"
    );
    // The other way round nothing is lost: the database is newer than what is known of it.
    let of_new = contents(&SledStore::open(new.path(), Opening::ToWork).unwrap()).unwrap();
    let seen = after(
        new.path(),
        &of_new,
        "a newer copy, an old witness",
        |folder| {
            let _ = fs::copy(witness(old.path()), witness(folder)).unwrap();
        },
    );
    assert_eq!(seen, Seen::Unchanged);
    let another = tempfile::tempdir().unwrap();
    drop(fill(another.path(), 30));
    let seen = after(
        old.path(),
        &of_old,
        "the witness of another store",
        |folder| {
            let _ = fs::copy(witness(another.path()), witness(folder)).unwrap();
        },
    );
    assert!(
        matches!(&seen, Seen::Refused(why) if why.contains("do not belong together")),
        "{seen:?}"
    );
    let seen = after(old.path(), &of_old, "the witness alone", |folder| {
        for path in files_of(folder) {
            if path != witness(folder) {
                fs::remove_file(path).unwrap();
            }
        }
    });
    assert!(
        matches!(&seen, Seen::Refused(why) if why.contains("0 commits of 31")),
        "{seen:?}"
    );
    // Without its witness it is known whole by its own chain.
    let seen = after(old.path(), &of_old, "no witness", |folder| {
        fs::remove_file(witness(folder)).unwrap();
    });
    assert_eq!(seen, Seen::Unchanged);
}

#[test]
fn what_is_missing_is_said_by_tree_and_number() {
    let folder = tempfile::tempdir().unwrap();
    drop(fill(folder.path(), 10));
    let database = open_when_free(folder.path()).unwrap();
    for (key, _) in database
        .scan_prefix(b"events\0")
        .map(Result::unwrap)
        .take(3)
    {
        let _ = database.remove(key).unwrap();
    }
    database.flush().unwrap();
    drop(database);
    let why = SledStore::open(folder.path(), Opening::ToWork)
        .err()
        .unwrap()
        .to_string();
    assert!(
        why.contains("3 of 30 records in `events` are missing"),
        "{why}"
    );
    assert!(why.contains(&folder.path().display().to_string()), "{why}");
    for remedy in [
        "restore the whole folder from a backup",
        "handoffd import",
        "handoffd recover",
    ] {
        assert!(why.contains(remedy), "{why}");
    }
    // To look at what was done to it, it opens all the same.
    let store = SledStore::open(folder.path(), Opening::ToVerify).unwrap();
    assert_eq!(store.check().unwrap().len(), 1);
}

#[test]
fn a_changed_value_and_a_lost_seal_are_damage() {
    for tree in ["events\0", "seals\0"] {
        let folder = tempfile::tempdir().unwrap();
        drop(fill(folder.path(), 10));
        let database = open_when_free(folder.path()).unwrap();
        let (key, value) = database.scan_prefix(tree).next().unwrap().unwrap();
        let mut changed = value.to_vec();
        changed[0] ^= 1;
        database.insert(key, changed).unwrap();
        database.flush().unwrap();
        drop(database);
        let why = SledStore::open(folder.path(), Opening::ToWork)
            .err()
            .unwrap()
            .to_string();
        assert!(why.contains("not as they were recorded"), "{why}");
    }
}

/// A large store is worked with at once, checked meanwhile, and refused once damage was seen.
#[test]
fn a_store_too_large_to_be_checked_at_once_is_checked_late_or_after_a_crash() {
    let open = |folder: &Path| {
        SledStore::open_checking(folder, Opening::ToWork, 0, &std::sync::Arc::default())
    };
    let folder = tempfile::tempdir().unwrap();
    drop(fill(folder.path(), 10));
    let database = open_when_free(folder.path()).unwrap();
    let (key, _) = database.scan_prefix(b"events\0").next().unwrap().unwrap();
    let _ = database.remove(key).unwrap();
    database.flush().unwrap();
    drop(database);
    let killed = tempfile::tempdir().unwrap();
    copy(folder.path(), killed.path());
    fs::write(killed.path().join("in-use"), "4711\n").unwrap();
    assert!(open(killed.path()).is_err());

    let store = open(folder.path()).unwrap();
    assert!(!store.is_checked());
    let journal = crate::journal::Journal::with_store(Box::new(store), folder.path());
    let why = journal.check_late(|| false).unwrap_err().to_string();
    assert!(
        why.contains("1 of 30 records in `events` are missing"),
        "{why}"
    );
    drop(journal);
    assert!(open(folder.path()).is_err());
}
