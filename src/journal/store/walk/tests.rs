//! Slices and commits in any order, on every kind of store, with and without damage.

use super::super::verify::{self, Difference, Found, Verified};
use super::super::{
    Act, Batch, ChainOfCopy, EachRow, MemoryStore, Opening, Outlives, PostgresStore, SledStore,
    postgres_tests,
};
use super::*;
use crate::journal::Headway;
use proptest::prelude::*;

/// What is done next to a store.
#[derive(Clone, Debug)]
enum Move {
    Slices(u8),
    /// Changes of few keys in few trees, and so many new rows.
    Commit {
        changes: Vec<(u8, u8, Option<u8>)>,
        new_rows: u16,
    },
}

const TREES: [Tree; 4] = [
    Tree::Cursors,
    Tree::Events,
    Tree::Judgements,
    Tree::Unsettled,
];

/// More rows than a slice reads lie between two of these.
fn key(number: u8) -> Vec<u8> {
    format!("{number:03}").into_bytes()
}

fn commit(store: &dyn Store, changes: &[(u8, u8, Option<u8>)], new_rows: u16, round: usize) {
    let mut batch = Batch::of(Act::Entry);
    for (tree, of, value) in changes {
        let tree = TREES[usize::from(*tree)];
        match value {
            Some(value) => batch.put(tree, key(*of), [*value]),
            None => batch.delete(tree, key(*of)),
        }
    }
    for row in 0..new_rows {
        // Somewhere between the others, ahead of the walk and behind it.
        let place = [key((row % 7) as u8), format!(" {round} {row}").into_bytes()].concat();
        batch.put(TREES[usize::from(row % 4)], place, "new");
    }
    store.commit(batch, Outlives::Process).unwrap();
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let change = (0..4_u8, 0..8_u8, proptest::option::of(any::<u8>()));
    let commit = (proptest::collection::vec(change, 0..10), 0..300_u16)
        .prop_map(|(changes, new_rows)| Move::Commit { changes, new_rows });
    let one = prop_oneof![(1..12_u8).prop_map(Move::Slices), commit];
    proptest::collection::vec(one, 1..25)
}

/// Which row is damaged before the walk begins, and how.
#[derive(Clone, Copy, Debug)]
enum Harm {
    None,
    Lose,
    LoseSeal,
    Change,
    Add,
    LoseLink,
    ChangeLink,
    AddLink,
}

fn harms() -> impl Strategy<Value = (Harm, u8, u8)> {
    let harm = prop_oneof![
        3 => Just(Harm::None),
        1 => Just(Harm::Lose),
        1 => Just(Harm::LoseSeal),
        1 => Just(Harm::Change),
        1 => Just(Harm::Add),
        1 => Just(Harm::LoseLink),
        1 => Just(Harm::ChangeLink),
        1 => Just(Harm::AddLink),
    ];
    (harm, 0..4_u8, 0..8_u8)
}

/// A store that can be harmed past its commits.
enum Patient {
    Sled(Box<SledStore>),
    Memory(MemoryStore),
    Postgres(Box<PostgresStore>),
}

impl Patient {
    /// One of each kind; what it lies in goes last.
    fn of_each_kind() -> [(&'static str, Self, tempfile::TempDir); 3] {
        let folder = tempfile::tempdir().unwrap();
        let sled = SledStore::open(folder.path(), Opening::ToWork).unwrap();
        [
            ("sled", Self::Sled(Box::new(sled)), folder),
            (
                "memory",
                Self::Memory(MemoryStore::default()),
                tempfile::tempdir().unwrap(),
            ),
            (
                "postgres",
                Self::Postgres(Box::new(postgres_tests::opened_anywhere())),
                tempfile::tempdir().unwrap(),
            ),
        ]
    }

    fn store(&self) -> &dyn Store {
        match self {
            Self::Sled(store) => store.as_ref(),
            Self::Memory(store) => store,
            Self::Postgres(store) => store.as_ref(),
        }
    }

    fn put_past(&self, key: Vec<u8>, value: Option<Vec<u8>>) {
        match self {
            Self::Sled(store) => store.put_behind_its_back(&key, value).unwrap(),
            Self::Memory(store) => store.put_behind_its_back(key, value),
            Self::Postgres(store) => store.put_behind_its_back(key, value),
        }
    }
}

fn harm(patient: &Patient, (harm, tree, of): (Harm, u8, u8)) {
    let (tree, key) = (TREES[usize::from(tree)], key(of));
    let name = full_key(tree, &key);
    let seal = full_key(Tree::Seals, &seal_key(tree, &key));
    let is_there = patient.store().get(tree, &key).unwrap().is_some();
    let (commits, _) = patient.store().head().unwrap();
    let link = |number: u64| full_key(Tree::Links, &number.to_be_bytes());
    let put = |key, value| patient.put_past(key, value);
    match harm {
        Harm::None => {}
        Harm::Lose if is_there => put(name, None),
        Harm::LoseSeal if is_there => put(seal, None),
        Harm::Change => put(name, Some(b"changed".to_vec())),
        Harm::Lose | Harm::LoseSeal => {}
        Harm::Add => put(full_key(tree, b"added"), Some(b"added".to_vec())),
        Harm::LoseLink => put(link(u64::from(of) % commits + 1), None),
        Harm::ChangeLink => put(link(u64::from(of) % commits + 1), Some(b"no link".to_vec())),
        Harm::AddLink => put(link(commits + 1), Some(b"no link".to_vec())),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn slices_with_commits_between_them_find_what_a_store_at_rest_shows(
        first in proptest::collection::vec((0..4_u8, 0..8_u8, any::<u8>()), 1..30),
        planted in harms(),
        moves in moves(),
    ) {
        for (kind, patient, _folder) in Patient::of_each_kind() {
            let store = patient.store();
            let first: Vec<_> = first.iter().map(|(tree, of, value)| (*tree, *of, Some(*value))).collect();
            commit(store, &first, 900, 1_000);
            commit(store, &[], 900, 1_001);
            harm(&patient, planted);
            let before = store.check().unwrap();
            let mut walked = store.check_slice().unwrap();
            for (round, one) in moves.iter().enumerate() {
                match one {
                    Move::Slices(slices) => {
                        for _ in 0..*slices {
                            if !matches!(walked, Walked::All(_)) {
                                walked = store.check_slice().unwrap();
                            }
                        }
                    }
                    Move::Commit { changes, new_rows } => commit(store, changes, *new_rows, round),
                }
            }
            while !matches!(walked, Walked::All(_)) {
                walked = store.check_slice().unwrap();
            }
            let Walked::All(found) = walked else { unreachable!() };
            prop_assert_eq!(found.is_empty(), before.is_empty(), "{}: {:?} {:?}", kind, found, before);
            // A link that lies behind the last one is written over by the next commit.
            if !matches!(planted.0, Harm::AddLink) {
                let after = store.check().unwrap();
                prop_assert_eq!(found.is_empty(), after.is_empty(), "{}: {:?} {:?}", kind, found, after);
            }
        }
    }
}

/// Whoever commits more rows than a slice reads before each of them does not keep the walk from its end.
#[test]
fn the_walk_ends_though_more_is_put_before_it_than_a_slice_reads() {
    let store = MemoryStore::default();
    let mut batch = Batch::of(Act::Entry);
    batch.put(Tree::Unsettled, "zzz", "the end");
    store.commit(batch, Outlives::Process).unwrap();
    for round in 0..400_u32 {
        if matches!(store.check_slice().unwrap(), Walked::All(found) if found.is_empty()) {
            return;
        }
        let mut batch = Batch::of(Act::Entry);
        for row in 0..2 * ROWS_AT_ONCE {
            batch.put(Tree::Unsettled, format!("m{round:05} {row:05}"), "ahead");
        }
        store.commit(batch, Outlives::Process).unwrap();
    }
    panic!("400 slices, and no end");
}

/// A store of which a page is lost: one row is met by a walk alone, or found by its key alone.
struct Torn {
    whole: MemoryStore,
    row: (Tree, Vec<u8>),
    hidden_from: Hidden,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hidden {
    Nobody,
    Key,
    Walk,
}

impl Torn {
    fn hides(&self, tree: Tree, key: &[u8], from: Hidden) -> bool {
        self.hidden_from == from && self.row.0 == tree && self.row.1 == key
    }
}

impl Store for Torn {
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, JournalError> {
        match self.hides(tree, key, Hidden::Key) {
            true => Ok(None),
            false => self.whole.get(tree, key),
        }
    }

    fn scan(
        &self,
        tree: Tree,
        from: &[u8],
        until: Option<&[u8]>,
        order: Order,
        max: usize,
    ) -> Result<Vec<Row>, JournalError> {
        let mut rows = self.whole.scan(tree, from, until, order, max)?;
        rows.retain(|(key, _)| !self.hides(tree, key, Hidden::Walk));
        Ok(rows)
    }

    fn count(&self, tree: Tree) -> Result<usize, JournalError> {
        self.whole.count(tree)
    }

    fn commit(&self, batch: Batch, outlives: Outlives) -> Result<(), JournalError> {
        self.whole.commit(batch, outlives)
    }

    fn sync(&self) -> Result<(), JournalError> {
        self.whole.sync()
    }

    fn verify(&self) -> Result<Verified, JournalError> {
        let commits = self.whole.head().map_or(0, |(commits, _)| commits);
        verify::walk(self, commits, None, &Headway::default())
    }

    fn check(&self) -> Result<Vec<Damage>, JournalError> {
        let (commits, head) = self.whole.head().unwrap();
        let mut walk = Walk::begin(self, ChainEnd { commits, head }, None)?;
        loop {
            if let Walked::All(found) = walk.step(self)? {
                return Ok(found);
            }
        }
    }

    fn check_slice(&self) -> Result<Walked, JournalError> {
        self.check().map(Walked::All)
    }

    fn is_checked(&self) -> bool {
        true
    }

    fn distrust(&self) {}

    fn head(&self) -> Option<(u64, chain::Digest)> {
        self.whole.head()
    }

    fn rows(&self, each: EachRow<'_>) -> Result<(), JournalError> {
        self.whole.rows(each)
    }

    fn rewrite(&self, chain: ChainOfCopy) -> Result<(), JournalError> {
        self.whole.rewrite(chain)
    }
}

#[test]
fn a_row_that_is_only_met_or_only_found_is_damage() {
    let record = (Tree::Events, key(1));
    let seal = (Tree::Seals, seal_key(Tree::Events, &key(1)));
    for row in [record, seal] {
        for hidden_from in [Hidden::Nobody, Hidden::Key, Hidden::Walk] {
            let whole = MemoryStore::default();
            let rows: Vec<_> = (0..3).map(|number| (1, number, Some(number))).collect();
            commit(&whole, &rows, 0, 0);
            let torn = Torn {
                whole,
                row: row.clone(),
                hidden_from,
            };
            let found = torn.check().unwrap();
            let verified = torn.verify().unwrap();
            // Without a witness the beginning of the chain cannot be told from its end.
            let named = |one: &&Difference| !matches!(one.found, Found::WitnessEmpty);
            let named = verified.differences.iter().filter(named).count();
            assert_eq!(
                named > 0,
                hidden_from != Hidden::Nobody,
                "{row:?} {hidden_from:?}"
            );
            let what = format!("{row:?} hidden from {hidden_from:?}: {found:?}");
            match hidden_from {
                Hidden::Nobody => assert_eq!(found, [], "{what}"),
                Hidden::Key | Hidden::Walk => {
                    let [
                        Damage::Records {
                            tree,
                            expected,
                            found,
                        },
                    ] = found.as_slice()
                    else {
                        panic!("{what}");
                    };
                    assert_eq!((*tree, *expected, *found), (Tree::Events, 3, 2), "{what}");
                }
            }
        }
    }
}
