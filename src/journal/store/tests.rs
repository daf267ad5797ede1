//! What every kind of store keeps: one suite, played on each.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

/// One store of each kind; what it lies in goes last.
fn of_each_kind() -> Vec<(&'static str, Box<dyn Store>, tempfile::TempDir)> {
    let folder = || tempfile::tempdir().unwrap();
    let (on_disk, nowhere) = (folder(), folder());
    let sled = SledStore::open(on_disk.path(), Opening::ToWork).unwrap();
    let postgres = postgres_tests::opened_anywhere();
    vec![
        ("sled", Box::new(sled), on_disk),
        ("memory", Box::new(MemoryStore::default()), nowhere),
        ("postgres", Box::new(postgres), folder()),
    ]
}

fn rows(store: &dyn Store, tree: Tree) -> Vec<Row> {
    let all = store.scan(tree, &[], None, Order::Upwards, usize::MAX);
    all.unwrap()
}

#[test]
fn a_batch_is_there_as_a_whole_and_its_last_word_counts() {
    for (kind, store, _folder) in of_each_kind() {
        assert_eq!(store.head(), None, "{kind}");
        let mut batch = Batch::of(Act::Watch);
        batch.put(Tree::Begun, "a", "1");
        batch.put(Tree::Begun, "a", "2");
        batch.put(Tree::Begun, "b", "");
        batch.put(Tree::Cursors, "b", "3");
        batch.put(Tree::Begun, "c", "4");
        batch.delete(Tree::Begun, "c");
        batch.delete(Tree::Begun, "never there");
        store.commit(batch, Outlives::PowerCut).unwrap();
        let row = |key: &str, value: &str| (key.as_bytes().to_vec(), value.as_bytes().to_vec());
        assert_eq!(
            rows(store.as_ref(), Tree::Begun),
            [row("a", "2"), row("b", "")],
            "{kind}"
        );
        assert_eq!(
            rows(store.as_ref(), Tree::Cursors),
            [row("b", "3")],
            "{kind}"
        );
        assert_eq!(store.count(Tree::Begun).unwrap(), 2, "{kind}");
        assert_eq!(
            store.get(Tree::Begun, b"b").unwrap(),
            Some(Vec::new()),
            "{kind}"
        );
        assert_eq!(store.get(Tree::Begun, b"c").unwrap(), None, "{kind}");
        let (commits, head) = store.head().unwrap();
        assert_eq!(commits, 1, "{kind}");
        let verified = store.verify().unwrap();
        assert_eq!((verified.last, verified.head), (Some(1), head), "{kind}");
        assert_eq!(
            verified.differences.len(),
            0,
            "{kind}: {:?}",
            verified.differences
        );
    }
}

#[test]
fn ranges_end_before_their_end_and_never_reach_another_tree() {
    for (kind, store, _folder) in of_each_kind() {
        let mut batch = Batch::of(Act::Watch);
        for key in [&b""[..], b"\0", b"a", b"a\0", b"a\xff", b"b", b"\xff\xff"] {
            // Trees whose names begin alike.
            for tree in [
                Tree::Effects,
                Tree::EffectBytes,
                Tree::Said,
                Tree::SaidByTime,
            ] {
                batch.put(tree, key, tree.name());
            }
        }
        store.commit(batch, Outlives::Process).unwrap();
        let scan = |from: &[u8], until: Option<&[u8]>, order, max| -> Vec<Vec<u8>> {
            let found = store.scan(Tree::Effects, from, until, order, max).unwrap();
            assert!(found.iter().all(|(_, value)| value == b"effects"), "{kind}");
            found.into_iter().map(|(key, _)| key).collect()
        };
        assert_eq!(scan(b"", None, Order::Upwards, 99).len(), 7, "{kind}");
        assert_eq!(
            scan(b"a", Some(b"b"), Order::Upwards, 99),
            [&b"a"[..], b"a\0", b"a\xff"],
            "{kind}"
        );
        assert_eq!(
            scan(b"a", Some(b"b"), Order::Downwards, 2),
            [&b"a\xff"[..], b"a\0"],
            "{kind}"
        );
        assert_eq!(
            scan(b"", None, Order::Downwards, 1),
            [b"\xff\xff"],
            "{kind}"
        );
        assert!(
            scan(b"b", Some(b"a"), Order::Upwards, 99).is_empty(),
            "{kind}"
        );
        assert!(
            scan(b"a", Some(b"a"), Order::Upwards, 99).is_empty(),
            "{kind}"
        );
        assert!(scan(b"", None, Order::Upwards, 0).is_empty(), "{kind}");
    }
}

#[test]
fn what_is_written_anew_is_the_same_and_goes_on() {
    for (kind, store, _folder) in of_each_kind() {
        for value in ["one", "two"] {
            let mut batch = Batch::of(Act::Watch);
            batch.put(Tree::Events, "kept", value);
            store.commit(batch, Outlives::PowerCut).unwrap();
            let (before, head) = (rows(store.as_ref(), Tree::Links), store.head());
            store.rewrite(ChainOfCopy::Kept).unwrap();
            assert_eq!(rows(store.as_ref(), Tree::Links), before, "{kind}");
            assert_eq!(store.head(), head, "{kind}");
        }
        let named = |one: &Found| matches!(one, Found::RewroteHistory);
        let differences = store.verify().unwrap().differences;
        assert_eq!(differences.len(), 1, "{kind}");
        assert!(named(&differences[0].found), "{kind}: {differences:?}");
    }
}

#[test]
fn a_chain_begun_anew_vouches_for_what_is_stored_and_holds_no_earlier_link() {
    for (kind, store, folder) in of_each_kind() {
        for round in 0..50 {
            let mut batch = Batch::of(Act::Entry);
            batch.put(Tree::Events, format!("kept {round}"), "x");
            batch.put(Tree::Cursors, "moves", format!("{round}"));
            store.commit(batch, Outlives::PowerCut).unwrap();
        }
        let stored = |store: &dyn Store| (rows(store, Tree::Events), rows(store, Tree::Cursors));
        let before = stored(store.as_ref());
        store.rewrite(ChainOfCopy::Anew).unwrap();
        assert_eq!(stored(store.as_ref()), before, "{kind}");
        let (commits, _) = store.head().unwrap();
        assert_eq!(
            commits, 52,
            "{kind}: numbers go on, one link for each part that holds something"
        );
        assert_eq!(store.count(Tree::Links).unwrap(), 2, "{kind}");
        let mut batch = Batch::of(Act::Entry);
        batch.put(Tree::Events, "later", "y");
        batch.delete(Tree::Cursors, "moves");
        store.commit(batch, Outlives::PowerCut).unwrap();
        assert_eq!(store.verify().unwrap().differences.len(), 0, "{kind}");
        assert_eq!(store.check().unwrap(), [], "{kind}");
        drop(store);
        if kind == "sled" {
            let store = SledStore::open(folder.path(), Opening::ToWork).unwrap();
            assert_eq!(store.verify().unwrap().differences.len(), 0);
            assert_eq!(store.count(Tree::Events).unwrap(), 51);
        }
    }
}

/// A change of one of few keys in one of few trees.
fn changes() -> impl Strategy<Value = Vec<(u8, u8, Option<Vec<u8>>)>> {
    let value = proptest::option::of(proptest::collection::vec(any::<u8>(), 0..5));
    proptest::collection::vec((0..3_u8, 0..6_u8, value), 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn all_kinds_hold_the_same_after_the_same_batches(batches in proptest::collection::vec(changes(), 1..8)) {
        let trees = [Tree::Said, Tree::SaidByTime, Tree::Lessons];
        let mut expected: BTreeMap<(u8, u8), Vec<u8>> = BTreeMap::new();
        let stores = of_each_kind();
        for changes in batches {
            for (_, store, _folder) in &stores {
                let mut batch = Batch::of(Act::Entry);
                for (tree, key, value) in &changes {
                    match value {
                        Some(value) => batch.put(trees[usize::from(*tree)], [*key], value.clone()),
                        None => batch.delete(trees[usize::from(*tree)], [*key]),
                    }
                }
                store.commit(batch, Outlives::PowerCut).unwrap();
            }
            for (tree, key, value) in changes {
                match value {
                    Some(value) => drop(expected.insert((tree, key), value)),
                    None => drop(expected.remove(&(tree, key))),
                }
            }
        }
        for (kind, store, _folder) in &stores {
            for (number, tree) in (0..).zip(trees) {
                let of_tree = expected.iter().filter(|((of, _), _)| *of == number);
                let of_tree: Vec<Row> = of_tree.map(|((_, key), value)| (vec![*key], value.clone())).collect();
                prop_assert_eq!(rows(store.as_ref(), tree), of_tree, "{}", kind);
            }
            prop_assert_eq!(store.verify().unwrap().differences.len(), 0, "{}", kind);
        }
    }
}
