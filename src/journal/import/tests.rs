//! What is exported comes back to the byte, between all kinds of stores; and whatever is no whole export changes nothing.

use super::super::store::{Act, Batch, Outlives, Tree};
use super::*;
use proptest::prelude::*;
use std::os::unix::fs::PermissionsExt;

fn exported(journal: &Journal, keys: Keys) -> Vec<u8> {
    let mut out = Vec::new();
    let _ = journal.export(&mut out, keys).unwrap();
    out
}

fn put(journal: &Journal, tree: Tree, key: &[u8], value: &[u8]) {
    let mut batch = Batch::of(Act::Entry);
    batch.put(tree, key, value);
    journal.store.commit(batch, Outlives::PowerCut).unwrap();
}

fn small(folder: &Path) -> Journal {
    let journal = Journal::open(folder).unwrap();
    put(&journal, Tree::Begun, b"one", b"1");
    put(
        &journal,
        Tree::Events,
        b"K7QF2M9XRT\0\0\0\x01",
        b"{\"v\":1}",
    );
    put(
        &journal,
        Tree::EffectBytes,
        b"m1@d",
        b"Subject: \xff\r\n\r\n",
    );
    journal
}

fn names(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap();
    let names = names.map(|found| found.unwrap().file_name().to_string_lossy().into_owned());
    names.collect()
}

fn changes() -> impl Strategy<Value = Vec<(u8, Vec<u8>, Option<Vec<u8>>)>> {
    let key = proptest::collection::vec(prop_oneof![Just(0_u8), Just(0xFF), any::<u8>()], 0..4);
    let value = proptest::option::of(proptest::collection::vec(any::<u8>(), 0..30));
    proptest::collection::vec((0..30_u8, key, value), 0..20)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]
    #[test]
    fn any_journal_comes_back_to_the_byte_between_all_kinds_of_stores(batches in proptest::collection::vec(changes(), 0..6), begins_in_memory in any::<bool>()) {
        let folder = || tempfile::tempdir().unwrap();
        let (first, second, third) = (folder(), folder(), folder());
        let journal = match begins_in_memory {
            true => Journal::in_memory(first.path()),
            false => Journal::open(first.path()).unwrap(),
        };
        for changes in batches {
            let mut batch = Batch::of(Act::Forget);
            for (tree, key, value) in changes {
                let tree = Tree::CHAINED[usize::from(tree)];
                match value {
                    Some(value) => batch.put(tree, key, value),
                    None => batch.delete(tree, key),
                }
            }
            journal.store.commit(batch, Outlives::PowerCut).unwrap();
        }
        let expected = exported(&journal, Keys::StayBehind);
        let head = journal.head();
        let _ = Journal::import(second.path(), &mut expected.as_slice()).unwrap();
        let on_disk = Journal::open(second.path()).unwrap();
        let in_memory = Journal::import_in_memory(third.path(), &mut expected.as_slice()).unwrap();
        for copy in [&on_disk, &in_memory] {
            prop_assert!(exported(copy, Keys::StayBehind) == expected);
            prop_assert_eq!(copy.head(), head.clone());
            if head.is_some() {
                prop_assert_eq!(copy.audit().unwrap().differences, vec![]);
            }
            // And it goes on.
            put(copy, Tree::Begun, b"after", b"1");
            prop_assert_eq!(copy.audit().unwrap().differences, vec![]);
        }
    }
}

#[test]
fn an_export_that_was_cut_or_changed_is_refused_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let whole = exported(&small(folder.path()), Keys::StayBehind);
    for end in 0..whole.len() {
        let cut = Journal::import_in_memory(folder.path(), &mut &whole[..end]);
        assert!(cut.is_err(), "cut at {end} of {}", whole.len());
    }
    for place in 0..whole.len() {
        let mut changed = whole.clone();
        changed[place] ^= 1;
        let read = Journal::import_in_memory(folder.path(), &mut changed.as_slice());
        // The name of the program that wrote it vouches for nothing, but the digest covers it.
        assert!(read.is_err(), "changed at {place}");
    }
    let longer = [whole.as_slice(), b"{}\n"].concat();
    assert!(Journal::import_in_memory(folder.path(), &mut longer.as_slice()).is_err());
    let empty = tempfile::tempdir().unwrap();
    for end in [0, whole.len() / 2, whole.len() - 3] {
        let why = Journal::import(empty.path(), &mut &whole[..end]).unwrap_err();
        assert!(why.to_string().contains("nothing was imported"), "{why}");
        assert_eq!(names(empty.path()), [""; 0], "{end}");
    }
    let _ = Journal::import(empty.path(), &mut whole.as_slice()).unwrap();
    assert!(Journal::open(empty.path()).is_ok());
}

#[test]
fn a_crash_in_the_middle_leaves_no_store_that_opens() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let whole = exported(&small(from.path()), Keys::GoWithIt);
    let mut incoming = Incoming::begin(to.path()).unwrap();
    let mut lines = &mut whole.as_slice();
    let mut lines = Lines::begin(&mut lines).unwrap();
    for _ in 0..4 {
        let (key, value) = lines.next_row().unwrap().unwrap();
        incoming.put(key, value).unwrap();
    }
    // As if the process had been killed: nothing is put away.
    std::mem::forget(incoming);
    for opened in [Journal::open(to.path()), Journal::open_to_verify(to.path())] {
        let why = opened.err().unwrap().to_string();
        assert!(why.contains("handoffd import` again"), "{why}");
    }
    let _ = Journal::import(to.path(), &mut whole.as_slice()).unwrap();
    let journal = Journal::open(to.path()).unwrap();
    assert_eq!(exported(&journal, Keys::GoWithIt), whole);
}

#[test]
fn a_folder_with_a_store_or_what_is_left_of_one_is_no_place_for_another() {
    let folder = tempfile::tempdir().unwrap();
    let whole = exported(&small(folder.path()), Keys::StayBehind);
    let refused = |folder: &Path| {
        let why = Journal::import(folder, &mut whole.as_slice()).unwrap_err();
        assert!(
            why.to_string().contains("import into an empty one"),
            "{why}"
        );
    };
    refused(folder.path());
    assert!(Journal::open(folder.path()).is_ok());
    std::fs::remove_file(folder.path().join("db")).unwrap();
    refused(folder.path());
    // Nor is a folder in which something else lies, as one that was named by mistake.
    let foreign = tempfile::tempdir().unwrap();
    std::fs::write(foreign.path().join("handoffd.toml"), "").unwrap();
    refused(foreign.path());
    assert_eq!(names(foreign.path()), ["handoffd.toml"]);
    // Keys may come first, and what begins with a dot may lie in any folder.
    let prepared = tempfile::tempdir().unwrap();
    for name in ["token.key", "lost+found", ".oauth2"] {
        std::fs::write(prepared.path().join(name), "").unwrap();
    }
    assert!(Journal::import(prepared.path(), &mut whole.as_slice()).is_ok());
}

#[test]
fn keys_go_only_where_they_are_asked_for_and_stay_secret() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let journal = small(from.path());
    let _ = journal.token_key().unwrap();
    let _ = journal.hiding_key().unwrap();
    let without = exported(&journal, Keys::StayBehind);
    assert!(!String::from_utf8_lossy(&without).contains(".key"));
    let with = exported(&journal, Keys::GoWithIt);
    let imported = Journal::import(to.path(), &mut with.as_slice()).unwrap();
    assert_eq!(imported.keys, Keys::GoWithIt);
    for name in ["token.key", "forgotten.key"] {
        let bytes = |folder: &Path| std::fs::read(folder.join(name)).unwrap();
        assert_eq!(bytes(from.path()), bytes(to.path()));
        let mode = std::fs::metadata(to.path().join(name))
            .unwrap()
            .permissions();
        assert_eq!(mode.mode() & 0o777, 0o600, "{name}");
    }
    // A key that lies there is somebody's.
    let other = tempfile::tempdir().unwrap();
    std::fs::write(other.path().join("token.key"), [7; 32]).unwrap();
    let why = Journal::import(other.path(), &mut with.as_slice()).unwrap_err();
    assert!(
        why.to_string().contains("a key lies there already"),
        "{why}"
    );
    assert_eq!(names(other.path()), ["token.key"]);
    // No name of a file leads anywhere else.
    let text = String::from_utf8(with).unwrap();
    let elsewhere = text.replace("token.key", "../token.key");
    let why =
        Journal::import(to.path().join("new").as_path(), &mut elsewhere.as_bytes()).unwrap_err();
    assert!(why.to_string().contains("no file of a key"), "{why}");
}

#[test]
fn what_a_newer_program_stored_is_not_guessed_at() {
    let folder = tempfile::tempdir().unwrap();
    let whole = exported(&small(folder.path()), Keys::StayBehind);
    let text = String::from_utf8(whole).unwrap();
    let newer = text.replace("\"tree\":\"begun\"", "\"tree\":\"dreams\"");
    let why = Journal::import_in_memory(folder.path(), &mut newer.as_bytes())
        .err()
        .unwrap();
    assert!(
        why.to_string().contains("written by a newer handoffd"),
        "{why}"
    );
}

#[test]
fn a_crash_with_keys_in_place_is_mended_by_the_next_import() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let journal = small(from.path());
    let _ = journal.token_key().unwrap();
    let _ = journal.hiding_key().unwrap();
    let whole = exported(&journal, Keys::GoWithIt);
    let mut incoming = Incoming::begin(to.path()).unwrap();
    let mut input = whole.as_slice();
    let mut lines = Lines::begin(&mut input).unwrap();
    while let Some((key, value)) = lines.next_row().unwrap() {
        incoming.put(key, value).unwrap();
    }
    assert_eq!(lines.keys.len(), 2);
    incoming.put_keys(&lines.keys).unwrap();
    // As if the process had been killed: nothing is put away. And of one key only the beginning came to the disk.
    std::mem::forget(incoming);
    std::fs::write(to.path().join("token.key"), [7]).unwrap();
    let _ = Journal::import(to.path(), &mut whole.as_slice()).unwrap();
    for name in ["token.key", "forgotten.key"] {
        let bytes = |folder: &Path| std::fs::read(folder.join(name)).unwrap();
        assert_eq!(bytes(from.path()), bytes(to.path()));
    }
    let names = names(to.path());
    let left = names
        .iter()
        .any(|name| name.starts_with("import-unfinished"));
    assert!(!left, "{names:?}");
    assert!(Journal::open(to.path()).is_ok());
}

#[test]
fn a_journal_moves_into_a_database_and_back_all_of_it_or_nothing() {
    use super::super::store::postgres_tests;
    use crate::config::Store;
    use std::sync::Arc;
    use std::time::Duration;
    let folder = || tempfile::tempdir().unwrap();
    let (from, there, back) = (folder(), folder(), folder());
    let journal = small(from.path());
    let key = journal.token_key().unwrap();
    let whole = exported(&journal, Keys::GoWithIt);
    let settings = Store {
        mailbox: None,
        kind: StoreKind::Postgres(Box::new(postgres_tests::database())),
        path: there.path().to_owned(),
        keep_sent: Duration::MAX,
        keep_learned: Duration::MAX,
        keep_texts: None,
        keep_tickets: None,
        keep_counts: None,
    };
    assert!(!Journal::is_there(&settings).unwrap());
    for end in [0, whole.len() / 2, whole.len() - 1] {
        let cut = Journal::import_of(&settings, &mut &whole[..end]);
        assert!(cut.is_err(), "{end}");
        assert!(names(there.path()).is_empty(), "{end}");
    }
    let imported = Journal::import_of(&settings, &mut whole.as_slice()).unwrap();
    assert_eq!(imported.keys, Keys::GoWithIt);
    let moved = Journal::look_at(&settings).unwrap();
    assert_eq!(exported(&moved, Keys::GoWithIt), whole);
    drop(moved);
    let again = Journal::import_of(&settings, &mut whole.as_slice()).unwrap_err();
    assert!(
        again.to_string().contains("holds something already"),
        "{again}"
    );
    // It goes on there, with the key that came with it.
    let journal = Journal::open_of(&settings, &Arc::default()).unwrap();
    assert_eq!(journal.token_key().unwrap().revision(), key.revision());
    put(&journal, Tree::Begun, b"two", b"2");
    assert_eq!(journal.audit().unwrap().differences, []);
    // Another one is refused meanwhile, by name.
    let held = Journal::import_of(&settings, &mut whole.as_slice()).unwrap_err();
    assert!(matches!(held, JournalError::Held { .. }), "{held}");
    drop(journal);
    let whole = exported(&Journal::look_at(&settings).unwrap(), Keys::GoWithIt);
    let _ = Journal::import(back.path(), &mut whole.as_slice()).unwrap();
    let journal = Journal::open(back.path()).unwrap();
    assert_eq!(journal.audit().unwrap().differences, []);
    assert_eq!(
        journal.store.get(Tree::Begun, b"two").unwrap(),
        Some(b"2".to_vec())
    );
}
