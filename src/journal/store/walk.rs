//! How is a store looked through while it is worked with? In slices, with commits between them. Each link says which digests came and which went,
//! so the sum of all of them per tree is the sum of the digests of what must be stored now: first the links are walked, then the records beside
//! their seals, in order of the keys, in constant memory, without a figure of its own that could be damaged as well.
//!
//! Why commits between the slices change nothing: what is compared at the end is the difference between what should be there and what is, and a
//! commit changes both by the same, on a damaged store as well (whatever was there before is taken from both as it is counted here). Of the links
//! those are walked that were there at the beginning; what later ones say is added as they are made. A changed key that was walked already changes
//! the sum that was found; one that was not is met when it is reached. The walk ends: each slice reads more rows than were put in since the last one.
//!
//! A row counts only where walking meets it and its key finds it: in a damaged tree of sled one may work without the other.

use super::chain::{self, Digest, Link, Mark, NOTHING_BEFORE, Seal};
use super::check::Damage;
use super::linked::{ChainEnd, Changed};
use super::verify::{full_key, seal_key};
use super::witness::Remembered;
use super::{JournalError, Order, Row, Store, Tree};
use std::collections::BTreeMap;

/// So many rows are read in one slice,
const ROWS_AT_ONCE: usize = 512;
/// and so many where a row may be a whole mail.
const LARGE_ROWS_AT_ONCE: usize = 16;

/// So much of all the work is the links, in percent: only for people who wait.
const LINKS_PERCENT: u64 = 35;

/// What is walked, with nobody changing it in the middle of a slice.
pub(super) trait Reads {
    /// The value of a key.
    fn row(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, JournalError>;

    /// At most `max` rows upwards from `from`.
    fn rows_from(
        &self,
        tree: Tree,
        from: &[u8],
        until: Option<&[u8]>,
        max: usize,
    ) -> Result<Vec<Row>, JournalError>;
}

impl<S: Store> Reads for S {
    fn row(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, JournalError> {
        self.get(tree, key)
    }

    fn rows_from(
        &self,
        tree: Tree,
        from: &[u8],
        until: Option<&[u8]>,
        max: usize,
    ) -> Result<Vec<Row>, JournalError> {
        self.scan(tree, from, until, Order::Upwards, max)
    }
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

/// By the tree's number.
type Sums = BTreeMap<u8, Sum>;

/// How far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    /// In the chain.
    Links {
        last: Option<u64>,
        /// The hash of the last one.
        before: Digest,
        /// The next key.
        from: Vec<u8>,
    },
    /// In the records.
    Records {
        /// The number of the tree in [`Tree::CHAINED`]; those before it are walked to their ends.
        tree: usize,
        /// The next key: those before it are walked.
        from: Vec<u8>,
    },
}

/// A look through a whole store that is under way.
#[derive(Debug)]
pub(super) struct Walk {
    /// The last commit when it began, and what the witness remembered then.
    end: ChainEnd,
    remembered: Option<Remembered>,
    place: Place,
    expected: Sums,
    found: Sums,
    /// Rows that commits put in since the last slice where they are yet to be walked.
    put_ahead: usize,
    links: u64,
    records: u64,
    /// Something that no slice needs to find.
    damage: Option<Damage>,
}

/// What a slice came to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Walked {
    /// There is more.
    Some {
        /// About how far it is, for people who wait.
        percent: u8,
    },
    /// Everything is walked; what is damaged, or nothing.
    All(Vec<Damage>),
}

impl Walk {
    /// Begins; `end` is the last commit that was made.
    pub(super) fn begin(
        store: &dyn Reads,
        end: ChainEnd,
        remembered: Option<Remembered>,
    ) -> Result<Self, JournalError> {
        let mut walk = Self {
            end,
            remembered,
            place: Place::Links {
                last: None,
                before: NOTHING_BEFORE,
                from: Vec::new(),
            },
            expected: Sums::new(),
            found: Sums::new(),
            put_ahead: 0,
            links: 0,
            records: 0,
            damage: None,
        };
        // Seen now: the next commit would write over it.
        let too_far = store.rows_from(Tree::Links, &after(end.commits), None, 1)?;
        if !too_far.is_empty() {
            walk.damage = Some(walk.broken(Some(end.commits)));
        }
        Ok(walk)
    }

    /// Walks a slice. Nothing may be committed meanwhile.
    pub(super) fn step(&mut self, store: &dyn Reads) -> Result<Walked, JournalError> {
        let damage = match self.place {
            Place::Links { .. } => self.step_in_links(store)?,
            Place::Records { .. } => self.step_in_records(store)?,
        };
        Ok(damage.map_or_else(
            || Walked::Some {
                percent: self.percent(),
            },
            Walked::All,
        ))
    }

    /// A commit was made since the last slice.
    pub(super) fn committed(&mut self, changes: &[Changed]) {
        for change in changes {
            let expected = self.expected.entry(change.tree.number()).or_default();
            if let Some(went) = &change.went {
                expected.take(went);
            }
            if let Some(is) = &change.is {
                expected.add(is);
            }
            if !self.is_walked(change.tree, &change.key) {
                let is_put = change.was.is_none() && change.is.is_some();
                let is_met_later = matches!(self.place, Place::Records { .. });
                self.put_ahead += usize::from(is_put && is_met_later);
                continue;
            }
            let found = self.found.entry(change.tree.number()).or_default();
            if let Some(was) = &change.was {
                found.take(was);
            }
            if let Some(is) = &change.is {
                found.add(is);
            }
        }
    }

    fn is_walked(&self, tree: Tree, key: &[u8]) -> bool {
        let Place::Records { tree: at, from } = &self.place else {
            return false;
        };
        match Tree::CHAINED.iter().position(|one| *one == tree) {
            Some(number) => number < *at || number == *at && key < from.as_slice(),
            None => false,
        }
    }

    fn broken(&self, whole: Option<u64>) -> Damage {
        let witnessed = self.remembered.map_or(0, |one| one.commits);
        Damage::Chain {
            whole: whole.unwrap_or(0),
            commits: self.end.commits.max(witnessed),
        }
    }

    /// How many rows the next slice reads, so that the walk comes to an end whatever is committed.
    fn rows_at_once(&mut self, tree: Tree) -> usize {
        let rows = match tree {
            Tree::EffectBytes | Tree::Judgements => LARGE_ROWS_AT_ONCE,
            _ => ROWS_AT_ONCE,
        };
        rows.saturating_add(std::mem::take(&mut self.put_ahead))
    }

    fn step_in_links(&mut self, store: &dyn Reads) -> Result<Option<Vec<Damage>>, JournalError> {
        if let Some(damage) = self.damage.take() {
            return Ok(Some(vec![damage]));
        }
        let Place::Links { last, before, from } = &self.place else {
            return Ok(None);
        };
        let (mut last, mut before) = (*last, *before);
        let until = after(self.end.commits);
        let rows = store.rows_from(Tree::Links, from, Some(&until), ROWS_AT_ONCE)?;
        let is_at_end = rows.len() < ROWS_AT_ONCE;
        let from = rows.last().map(|(key, _)| next(key));
        for (key, bytes) in rows {
            let number = <[u8; 8]>::try_from(key.as_slice()).map(u64::from_be_bytes);
            let (Ok(number), Some(link)) = (number, Link::from_bytes(&bytes)) else {
                return Ok(Some(vec![self.broken(last)]));
            };
            let follows = last.is_none_or(|last| last.checked_add(1) == Some(number));
            if !follows || link.before != before {
                return Ok(Some(vec![self.broken(last)]));
            }
            for Mark { tree, digest } in &link.gone {
                (self.expected.entry(tree.number()).or_default()).take(digest);
            }
            for Mark { tree, digest } in &link.new {
                (self.expected.entry(tree.number()).or_default()).add(digest);
            }
            before = chain::hash(number, &bytes);
            last = Some(number);
            self.links += 1;
            let is_other = |one: &Remembered| one.head.is_some_and(|head| head != before);
            if (self.remembered).is_some_and(|one| one.commits == number && is_other(&one)) {
                return Ok(Some(vec![Damage::AnotherChain { commits: number }]));
            }
        }
        if !is_at_end {
            self.place = Place::Links {
                last,
                before,
                from: from.unwrap_or_default(),
            };
            return Ok(None);
        }
        let witnessed = self.remembered.map_or(0, |one| one.commits);
        if last.unwrap_or(0) != self.end.commits.max(witnessed) {
            return Ok(Some(vec![self.broken(last)]));
        }
        // The next commit was linked to the one that was made, and not to what lies there instead of it.
        if last.is_some() && before != self.end.head {
            let whole = last.map(|last| last.saturating_sub(1));
            return Ok(Some(vec![self.broken(whole)]));
        }
        self.place = Place::Records {
            tree: 0,
            from: Vec::new(),
        };
        Ok(None)
    }

    /// The rows of a slice, and their seals, which lie in the same order.
    fn step_in_records(&mut self, store: &dyn Reads) -> Result<Option<Vec<Damage>>, JournalError> {
        let Place::Records { tree: number, from } = &self.place else {
            return Ok(None);
        };
        let (number, from) = (*number, from.clone());
        let Some(tree) = Tree::CHAINED.get(number).copied() else {
            return Ok(Some(self.differences()));
        };
        let max = self.rows_at_once(tree);
        let rows = store.rows_from(tree, &from, None, max)?;
        let mut seals = Seals::beside(store, tree, &rows)?;
        let is_at_end = rows.len() < max;
        let from = rows.last().map(|(key, _)| next(key));
        let found = self.found.entry(tree.number()).or_default();
        for (key, value) in rows {
            self.records += 1;
            let name = seal_key(tree, &key);
            let seal = seals.of(store, &name)?;
            let is_found = store.row(tree, &key)?.as_ref() == Some(&value);
            if !is_found || store.row(Tree::Seals, &name)? != seal {
                // A page of the database that is lost may leave rows that only a walk meets, and others that only their key finds.
                continue;
            }
            let seal = seal.as_deref().and_then(Seal::from_bytes);
            let full = full_key(tree, &key);
            found.add(&chain::digest_stored(seal.as_ref(), &full, &value));
        }
        self.place = match is_at_end {
            true => Place::Records {
                tree: number + 1,
                from: Vec::new(),
            },
            false => Place::Records {
                tree: number,
                from: from.unwrap_or_default(),
            },
        };
        Ok(None)
    }

    fn differences(&self) -> Vec<Damage> {
        let sum = |sums: &Sums, tree: Tree| sums.get(&tree.number()).copied().unwrap_or_default();
        let trees = Tree::CHAINED.into_iter();
        let compared = trees.map(|tree| (tree, sum(&self.expected, tree), sum(&self.found, tree)));
        compared
            .filter(|(_, expected, found)| expected != found)
            .map(|(tree, expected, found)| Damage::Records {
                tree,
                expected: expected.records,
                found: found.records,
            })
            .collect()
    }

    fn percent(&self) -> u8 {
        let share = |done: u64, of: u64, percent: u64| {
            let reached = done.min(of).saturating_mul(percent);
            reached.checked_div(of).unwrap_or(percent)
        };
        let percent = match self.place {
            Place::Links { .. } => share(self.links, self.end.commits, LINKS_PERCENT),
            Place::Records { .. } => {
                let expected = self.expected.values().map(|sum| sum.records);
                let expected = expected.fold(0, u64::saturating_add);
                LINKS_PERCENT + share(self.records, expected, 100 - LINKS_PERCENT)
            }
        };
        u8::try_from(percent.min(99)).unwrap_or(99)
    }
}

/// The seals of a slice of records, in the order of their keys.
struct Seals {
    read: std::iter::Peekable<std::vec::IntoIter<Row>>,
    /// Those behind the ones that were read, and where they end.
    from: Vec<u8>,
    until: Vec<u8>,
    at_once: usize,
}

impl Seals {
    fn beside(store: &dyn Reads, tree: Tree, rows: &[Row]) -> Result<Self, JournalError> {
        let (from, until) = match (rows.first(), rows.last()) {
            (Some((first, _)), Some((last, _))) => {
                (seal_key(tree, first), next(&seal_key(tree, last)))
            }
            _ => (Vec::new(), Vec::new()),
        };
        let mut seals = Self {
            read: Vec::new().into_iter().peekable(),
            from,
            until,
            at_once: rows.len(),
        };
        seals.read_on(store)?;
        Ok(seals)
    }

    fn read_on(&mut self, store: &dyn Reads) -> Result<(), JournalError> {
        if self.from >= self.until {
            return Ok(());
        }
        let rows = store.rows_from(Tree::Seals, &self.from, Some(&self.until), self.at_once)?;
        self.from = match rows.last() {
            Some((last, _)) if rows.len() == self.at_once => next(last),
            _ => self.until.clone(),
        };
        self.read = rows.into_iter().peekable();
        Ok(())
    }

    /// The seal of the next record. Seals of records that are not there are passed over: the count tells.
    fn of(&mut self, store: &dyn Reads, name: &[u8]) -> Result<Option<Vec<u8>>, JournalError> {
        loop {
            while self.read.next_if(|(of, _)| of.as_slice() < name).is_some() {}
            match self.read.peek() {
                Some((of, bytes)) => return Ok((of == name).then(|| bytes.clone())),
                None if self.from < self.until => self.read_on(store)?,
                None => return Ok(None),
            }
        }
    }
}

/// The first key behind this one.
fn next(key: &[u8]) -> Vec<u8> {
    [key, &[0]].concat()
}

/// The first key behind the link of this commit.
fn after(commit: u64) -> Vec<u8> {
    next(&commit.to_be_bytes())
}

#[cfg(test)]
mod tests;
