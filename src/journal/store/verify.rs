//! Is everything as it was recorded? Walks the chain from its first link, then everything that is stored, then compares with what the
//! witness remembers. Whatever differs is named by the commit that had recorded it.

use super::chain::{self, Act, Digest, Link, Mark, NOTHING_BEFORE, Seal};
use super::witness::Remembered;
use super::{JournalError, Order, Row, Store, Tree};
use crate::journal::Headway;
use jiff::Timestamp;
use std::collections::{BTreeMap, HashMap};

/// So many rows are read at once.
const ROWS_AT_ONCE: usize = 256;
/// So many differences are told; one is enough to know.
const DIFFERENCES_MAX: usize = 100;

/// What was seen.
#[derive(Debug, Default)]
pub(crate) struct Verified {
    /// The first and the last link.
    pub(crate) first: Option<u64>,
    pub(crate) last: Option<u64>,
    /// When the last commit was made.
    pub(crate) last_at: Option<Timestamp>,
    /// The hash of the last link.
    pub(crate) head: Digest,
    /// How many records are stored.
    pub(crate) records: u64,
    /// Commits that forgot somebody, or dropped what was old: number, time, what for, how many records went.
    pub(crate) forgettings: Vec<(u64, Timestamp, Act, usize)>,
    /// What is not as it was recorded, the earliest commit first.
    pub(crate) differences: Vec<Difference>,
}

/// Something that is not as it was recorded.
#[derive(Debug)]
pub(crate) struct Difference {
    /// The commit that had recorded it, where that is known.
    pub(crate) link: Option<u64>,
    pub(crate) found: Found,
}

/// What is wrong.
#[derive(Debug)]
pub(crate) enum Found {
    /// The link is missing.
    LinkMissing,
    /// The link cannot be read.
    LinkUnreadable,
    /// The link does not follow from the one before: that one or this one was changed.
    LinkBroken,
    /// The link takes away records that were not there.
    TookWhatWasNotThere,
    /// The link changes what may only be added to.
    RewroteHistory,
    /// The link takes in what an older program wrote, and stands behind commits of this one.
    BeganAgain,
    /// The link is not the one that the witness remembers.
    NotAsWitnessed,
    /// The witness remembers nothing, or less than it should.
    WitnessEmpty,
    /// A record was changed.
    Changed { tree: Tree, key: Vec<u8> },
    /// A record is gone.
    Gone { tree: Tree, key: Vec<u8> },
    /// Records are gone, and with them the trace of which they were.
    GoneWithoutTrace { tree: Tree, records: usize },
    /// A record that no commit had made.
    Added { tree: Tree, key: Vec<u8> },
    /// Seals of records that their keys find, and a look at all of them does not meet: a page of the database is lost.
    SealsHidden { tree: Tree, records: usize },
    /// The chain is not there.
    NoChain,
}

/// Walks everything. `commits` is the number of commits that the database counts.
pub(super) fn walk(
    store: &dyn Store,
    commits: u64,
    remembered: Option<Remembered>,
    headway: &Headway,
) -> Result<Verified, JournalError> {
    let mut walk = Walk {
        headway,
        verified: Verified::default(),
        live: HashMap::new(),
        has_begun: false,
        named: BTreeMap::new(),
        sealed: BTreeMap::new(),
    };
    walk.links(store, commits, remembered)?;
    for tree in Tree::CHAINED {
        walk.records(store, tree)?;
    }
    walk.seals(store)?;
    Ok(walk.end())
}

struct Walk<'a> {
    /// Told of each page.
    headway: &'a Headway,
    verified: Verified,
    /// Records that must be stored, by digest: the commit and the tree.
    live: HashMap<Digest, (u64, Tree)>,
    /// Whether anything but the beginning was seen.
    has_begun: bool,
    /// Records that were found changed or gone by name, by commit and tree: they are not missing once more without a name.
    named: BTreeMap<(u64, u8), usize>,
    /// Seals that their keys found, by tree, less those that were met.
    sealed: BTreeMap<u8, usize>,
}

impl Walk<'_> {
    fn differs(&mut self, link: Option<u64>, found: Found) {
        self.verified.differences.push(Difference { link, found });
    }

    fn links(
        &mut self,
        store: &dyn Store,
        commits: u64,
        remembered: Option<Remembered>,
    ) -> Result<(), JournalError> {
        let mut before = NOTHING_BEFORE;
        let mut expected: Option<u64> = None;
        let mut witnessed = false;
        pages(store, Tree::Links, self.headway, |(key, bytes)| {
            let Ok(number) = <[u8; 8]>::try_from(key.as_slice()).map(u64::from_be_bytes) else {
                self.differs(
                    None,
                    Found::Added {
                        tree: Tree::Links,
                        key,
                    },
                );
                return;
            };
            let first = *self.verified.first.get_or_insert(number);
            if let Some(missing) = expected.filter(|expected| *expected != number) {
                self.differs(Some(missing), Found::LinkMissing);
            }
            expected = number.checked_add(1);
            let hash = chain::hash(number, &bytes);
            let Some(link) = Link::from_bytes(&bytes) else {
                self.differs(Some(number), Found::LinkUnreadable);
                before = hash;
                return;
            };
            let begins = number == first && link.act == Act::Begin || number == 1;
            let follows = link.before == before && (number != first || begins);
            if !follows {
                self.differs(Some(number), Found::LinkBroken);
            }
            if let Some(remembered) = remembered.filter(|one| one.commits == number) {
                witnessed = true;
                if remembered.head != Some(hash) {
                    self.differs(Some(number), Found::NotAsWitnessed);
                }
            }
            self.take(number, &link);
            before = hash;
            self.verified.last = Some(number);
            self.verified.last_at = Some(link.at);
        })?;
        self.verified.head = before;
        let last = self.verified.last.unwrap_or(0);
        if self.verified.last.is_none() {
            self.differs(None, Found::NoChain);
        }
        let witness = remembered.map_or(0, |one| one.commits);
        if commits.max(witness) > last && self.verified.last.is_some() {
            self.differs(last.checked_add(1), Found::LinkMissing);
        } else if !witnessed && self.verified.last.is_some() {
            self.differs(None, Found::WitnessEmpty);
        }
        Ok(())
    }

    fn take(&mut self, number: u64, link: &Link) {
        let mut unknown = 0_usize;
        for Mark { tree, digest } in &link.gone {
            let was = self.live.remove(digest);
            unknown += usize::from(was.is_none_or(|(_, of)| of != *tree));
        }
        if unknown > 0 {
            self.differs(Some(number), Found::TookWhatWasNotThere);
        }
        if link.act == Act::Begin && self.has_begun {
            self.differs(Some(number), Found::BeganAgain);
        }
        self.has_begun |= link.act != Act::Begin;
        if !link.act.may_rewrite_history() && link.gone.iter().any(|mark| mark.tree.is_history()) {
            self.differs(Some(number), Found::RewroteHistory);
        }
        if link.act.may_rewrite_history() {
            let forgetting = (number, link.at, link.act, link.gone.len());
            self.verified.forgettings.push(forgetting);
        }
        for Mark { tree, digest } in &link.new {
            // The first commit that brought it is the one that is named.
            let _ = self.live.entry(*digest).or_insert((number, *tree));
        }
    }

    fn records(&mut self, store: &dyn Store, tree: Tree) -> Result<(), JournalError> {
        let mut broken = None;
        pages(store, tree, self.headway, |(key, value)| {
            self.verified.records += 1;
            let seal = store.get(Tree::Seals, &seal_key(tree, &key));
            let (seal, by_key) = match (seal, store.get(tree, &key)) {
                (Ok(seal), Ok(by_key)) => (seal, by_key),
                (Err(why), _) | (_, Err(why)) => {
                    broken = Some(why);
                    return;
                }
            };
            let Some(seal) = seal.as_deref().and_then(Seal::from_bytes) else {
                self.differs(None, Found::Added { tree, key });
                return;
            };
            *self.sealed.entry(tree.number()).or_default() += 1;
            let digest = chain::digest(&seal.salt, &full_key(tree, &key), &value);
            match self.live.remove(&digest) {
                // A damaged database may show a row to a walk that its key does not find.
                Some((number, of))
                    if of == tree && number == seal.link && by_key == Some(value) => {}
                _ => {
                    *self.named.entry((seal.link, tree.number())).or_default() += 1;
                    self.differs(Some(seal.link), Found::Changed { tree, key });
                }
            }
        })?;
        broken.map_or(Ok(()), Err)
    }

    /// Seals whose record is gone say which it was.
    fn seals(&mut self, store: &dyn Store) -> Result<(), JournalError> {
        let mut broken = None;
        pages(store, Tree::Seals, self.headway, |(key, seal)| {
            let parts = key.split_first();
            let Some((tree, name)) =
                parts.and_then(|(tree, name)| Some((Tree::by_number(*tree)?, name)))
            else {
                self.differs(
                    None,
                    Found::Added {
                        tree: Tree::Seals,
                        key,
                    },
                );
                return;
            };
            match store.get(tree, name) {
                Ok(Some(_)) => {
                    let hidden = self.sealed.entry(tree.number()).or_default();
                    *hidden = hidden.saturating_sub(1);
                }
                Ok(None) => {
                    let link = Seal::from_bytes(&seal).map(|seal| seal.link);
                    if let Some(link) = link {
                        *self.named.entry((link, tree.number())).or_default() += 1;
                    }
                    let key = name.to_vec();
                    self.differs(link, Found::Gone { tree, key });
                }
                Err(why) => broken = Some(why),
            }
        })?;
        for (number, records) in std::mem::take(&mut self.sealed) {
            if let (Some(tree), true) = (Tree::by_number(number), records > 0) {
                self.differs(None, Found::SealsHidden { tree, records });
            }
        }
        broken.map_or(Ok(()), Err)
    }

    fn end(mut self) -> Verified {
        let mut missing: BTreeMap<(u64, u8), usize> = BTreeMap::new();
        for (number, tree) in self.live.values() {
            *missing.entry((*number, tree.number())).or_default() += 1;
        }
        for ((number, tree), records) in missing {
            let named = self.named.get(&(number, tree)).copied().unwrap_or(0);
            let records = records.saturating_sub(named);
            if let (Some(tree), true) = (Tree::by_number(tree), records > 0) {
                let found = Found::GoneWithoutTrace { tree, records };
                self.verified.differences.push(Difference {
                    link: Some(number),
                    found,
                });
            }
        }
        let differences = &mut self.verified.differences;
        // What a missing link had taken away looks like a loss of an earlier one.
        let has_gap =
            |one: &Difference| matches!(one.found, Found::LinkMissing | Found::LinkUnreadable);
        if differences.iter().any(has_gap) {
            differences.retain(|one| !matches!(one.found, Found::GoneWithoutTrace { .. }));
        }
        differences.sort_by_key(|one| one.link.unwrap_or(u64::MAX));
        differences.truncate(DIFFERENCES_MAX);
        self.verified
    }
}

/// Every row of a tree.
fn pages(
    store: &dyn Store,
    tree: Tree,
    headway: &Headway,
    mut each: impl FnMut(Row),
) -> Result<(), JournalError> {
    let mut from = Vec::new();
    loop {
        headway.step();
        let rows = store.scan(tree, &from, None, Order::Upwards, ROWS_AT_ONCE)?;
        let Some((last, _)) = rows.last() else {
            return Ok(());
        };
        from.clone_from(last);
        from.push(0);
        rows.into_iter().for_each(&mut each);
    }
}

/// The key of a record in the whole database.
pub(super) fn full_key(tree: Tree, key: &[u8]) -> Vec<u8> {
    let mut full = Vec::with_capacity(tree.name().len() + 1 + key.len());
    full.extend_from_slice(tree.name().as_bytes());
    full.push(0);
    full.extend_from_slice(key);
    full
}

/// The key of a record's seal.
pub(super) fn seal_key(tree: Tree, key: &[u8]) -> Vec<u8> {
    let mut seal = vec![tree.number()];
    seal.extend_from_slice(key);
    seal
}
