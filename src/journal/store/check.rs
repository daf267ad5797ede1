//! Is everything there? Each link says which digests came and which went, so the sum of all of them per tree is the sum of the digests of what
//! must be stored now: two walks in order of the keys, in constant memory, without a figure of its own that could be damaged as well.
//! sled opens a damaged log without a word and simply has fewer records; this is what sees it. `verify` says which, and takes longer.

use super::chain::{self, Digest, Link, Mark, NOTHING_BEFORE, Seal};
use super::linked::ChainEnd;
use super::verify::{full_key, seal_key};
use super::witness::Remembered;
use super::{JournalError, Order, Row, Store, Tree, end_of_prefix};
use std::collections::{BTreeMap, VecDeque};

/// So many rows are read at once.
const ROWS_AT_ONCE: usize = 512;

/// What is not there, or not as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Damage {
    /// Links between these two are missing, or do not follow from each other: the last that is whole, and the last there should be.
    Chain { whole: u64, commits: u64 },
    /// The last link is not the one that the witness remembers.
    AnotherChain { commits: u64 },
    /// Records of a tree.
    Records {
        tree: Tree,
        /// So many should be there.
        expected: u64,
        /// So many are, with a seal.
        found: u64,
    },
}

impl std::fmt::Display for Damage {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Chain { whole, commits } => write!(
                formatter,
                "commit {} of {commits} is missing or damaged",
                whole.saturating_add(1)
            ),
            Self::AnotherChain { commits } => write!(
                formatter,
                "commit {commits} is not the one that the file `commits` remembers: these files do not belong together"
            ),
            Self::Records {
                tree,
                expected,
                found,
            } if expected > found => write!(
                formatter,
                "{} of {expected} records in `{}` are missing",
                expected.saturating_sub(*found),
                tree.name()
            ),
            Self::Records {
                tree,
                expected,
                found,
            } if expected < found => write!(
                formatter,
                "{} records in `{}` were recorded by no commit",
                found.saturating_sub(*expected),
                tree.name()
            ),
            Self::Records { tree, expected, .. } => write!(
                formatter,
                "of {expected} records in `{}` some are not as they were recorded",
                tree.name()
            ),
        }
    }
}

/// How a sentence about damage begins.
const DAMAGED: &str = "it is damaged";

/// What is wrong with a store, and what to do.
pub(crate) fn damaged_words(what: &str) -> String {
    format!(
        "{DAMAGED}: {what}; restore the whole folder from a backup, or move it away and `handoffd import` your last export; then, or to go on \
         with what is left, `handoffd recover` (docs/admin.md, section \"When the store is damaged\")"
    )
}

/// How many records there are, and the sum of their digests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sum {
    records: u64,
    digests: [u64; 4],
}

impl Sum {
    fn add(&mut self, digest: &Digest) {
        self.records = self.records.wrapping_add(1);
        self.each(digest, u64::wrapping_add);
    }

    fn take(&mut self, digest: &Digest) {
        self.records = self.records.wrapping_sub(1);
        self.each(digest, u64::wrapping_sub);
    }

    fn each(&mut self, digest: &Digest, change: impl Fn(u64, u64) -> u64) {
        let words = digest.as_chunks::<8>().0;
        for (sum, word) in self.digests.iter_mut().zip(words) {
            *sum = change(*sum, u64::from_be_bytes(*word));
        }
    }
}

/// What is damaged; empty where everything is as it was recorded. Nothing may be committed meanwhile.
pub(super) fn check(
    store: &dyn Store,
    end: ChainEnd,
    remembered: Option<Remembered>,
) -> Result<Vec<Damage>, JournalError> {
    let (mut expected, damage) = links(store, end, remembered)?;
    // What should be there is not known without the whole chain.
    if !damage.is_empty() {
        return Ok(damage);
    }
    let mut damage = Vec::new();
    for tree in Tree::CHAINED {
        let expected = expected.remove(&tree.number()).unwrap_or_default();
        let found = records(store, tree)?;
        if found != expected {
            damage.push(Damage::Records {
                tree,
                expected: expected.records,
                found: found.records,
            });
        }
    }
    Ok(damage)
}

type Sums = BTreeMap<u8, Sum>;

fn links(
    store: &dyn Store,
    end: ChainEnd,
    remembered: Option<Remembered>,
) -> Result<(Sums, Vec<Damage>), JournalError> {
    let mut sums = Sums::new();
    let mut before = NOTHING_BEFORE;
    let mut last: Option<u64> = None;
    let witnessed = remembered.map_or(0, |one| one.commits);
    let commits = end.commits.max(witnessed);
    let broken = |whole: Option<u64>| Damage::Chain {
        whole: whole.unwrap_or(0),
        commits,
    };
    let mut rows = Rows::all(store, Tree::Links);
    while let Some((key, bytes)) = rows.next()? {
        let number = <[u8; 8]>::try_from(key.as_slice()).map(u64::from_be_bytes);
        let (Ok(number), Some(link)) = (number, Link::from_bytes(&bytes)) else {
            return Ok((sums, vec![broken(last)]));
        };
        let follows = last.is_none_or(|last| last.checked_add(1) == Some(number));
        if !follows || link.before != before {
            return Ok((sums, vec![broken(last)]));
        }
        for Mark { tree, digest } in &link.gone {
            sums.entry(tree.number()).or_default().take(digest);
        }
        for Mark { tree, digest } in &link.new {
            sums.entry(tree.number()).or_default().add(digest);
        }
        before = chain::hash(number, &bytes);
        last = Some(number);
        let is_other = |one: &Remembered| one.head.is_some_and(|head| head != before);
        if remembered.is_some_and(|one| one.commits == number && is_other(&one)) {
            return Ok((sums, vec![Damage::AnotherChain { commits: number }]));
        }
    }
    let damage = match last.unwrap_or(0) == commits {
        true => Vec::new(),
        false => vec![broken(last)],
    };
    Ok((sums, damage))
}

/// What is stored in a tree. Both the tree and its seals are walked in order of the keys.
fn records(store: &dyn Store, tree: Tree) -> Result<Sum, JournalError> {
    let mut sum = Sum::default();
    let mut rows = Rows::all(store, tree);
    let mut seals = Rows::of(store, Tree::Seals, seal_key(tree, &[]));
    let mut seal = seals.next()?;
    while let Some((key, value)) = rows.next()? {
        let name = seal_key(tree, &key);
        while seal.as_ref().is_some_and(|(of, _)| *of < name) {
            // The seal of a record that is not there: the count tells.
            seal = seals.next()?;
        }
        let found = seal.as_ref().filter(|(of, _)| *of == name);
        let found = found.and_then(|(_, bytes)| Seal::from_bytes(bytes));
        let digest = match found {
            Some(seal) => chain::digest(&seal.salt, &full_key(tree, &key), &value),
            // It counts, and no sum is right with it.
            None => chain::digest(b"no seal", &full_key(tree, &key), &value),
        };
        sum.add(&digest);
    }
    Ok(sum)
}

/// Rows of a tree in order of their keys, some at once.
struct Rows<'a> {
    store: &'a dyn Store,
    tree: Tree,
    from: Vec<u8>,
    until: Option<Vec<u8>>,
    read: VecDeque<Row>,
    is_at_end: bool,
}

impl<'a> Rows<'a> {
    fn all(store: &'a dyn Store, tree: Tree) -> Self {
        Self::of(store, tree, Vec::new())
    }

    fn of(store: &'a dyn Store, tree: Tree, prefix: Vec<u8>) -> Self {
        Self {
            store,
            tree,
            until: end_of_prefix(&prefix),
            from: prefix,
            read: VecDeque::new(),
            is_at_end: false,
        }
    }

    fn next(&mut self) -> Result<Option<Row>, JournalError> {
        if self.read.is_empty() && !self.is_at_end {
            let until = self.until.as_deref();
            let rows =
                (self.store).scan(self.tree, &self.from, until, Order::Upwards, ROWS_AT_ONCE)?;
            self.is_at_end = rows.len() < ROWS_AT_ONCE;
            if let Some((last, _)) = rows.last() {
                self.from.clone_from(last);
                self.from.push(0);
            }
            self.read = rows.into();
        }
        Ok(self.read.pop_front())
    }
}
