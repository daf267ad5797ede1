//! What does a batch come to? The rows that a database must put and remove together: the records, their seals, the link, and the count of
//! commits. The same for every kind of store, so that each keeps the chain.

use super::chain::{self, Act, Digest, Link, Mark, NOTHING_BEFORE, SALT_BYTES, Seal};
use super::verify::{full_key, seal_key};
use super::{Batch, JournalError, Order, Store, Tree};
use std::collections::BTreeMap;

/// The key of the count of commits: no tree's name begins with a zero byte.
pub(super) const COMMITS_KEY: &[u8] = b"\0commits";

/// The key that says that the chain vouches for everything.
pub(super) const CHAINED_KEY: &[u8] = b"\0chained";

/// Whether a row without a tree is one of these two, by what stands after the zero byte.
pub(super) fn is_own_key(key: &[u8]) -> bool {
    [COMMITS_KEY, CHAINED_KEY]
        .into_iter()
        .any(|own| own.get(1..) == Some(key))
}

/// So many records are taken in by one link, where a chain begins over what is there.
const ROWS_A_LINK: usize = 2_000;

/// The last change of each key, by the tree's number and the key.
type LastChanges = BTreeMap<(u8, Vec<u8>), (Tree, Option<Vec<u8>>)>;

/// The last commit of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ChainEnd {
    /// So many commits were made.
    pub(super) commits: u64,
    /// The hash of the last one's link.
    pub(super) head: Digest,
}

/// A batch as rows of the whole database.
#[derive(Debug)]
pub(super) struct Linked {
    /// Key and new value; `None` takes the row away.
    pub(super) rows: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    /// The last commit with it.
    pub(super) then: ChainEnd,
    /// The records that it changes.
    pub(super) changes: Vec<Changed>,
}

/// A record that a commit changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Changed {
    pub(super) tree: Tree,
    pub(super) key: Vec<u8>,
    /// What was stored; `None` where nothing was.
    pub(super) was: Option<Digest>,
    /// What the link says that went: the same, but for a record that is taken in.
    pub(super) went: Option<Digest>,
    /// What is stored now, which the link says as well.
    pub(super) is: Option<Digest>,
}

/// What these changes come to, with their link and the salts of what is new. The last change of a key counts, and one that changes
/// nothing does not. `get` reads a row of the database.
pub(super) fn linked(
    before: ChainEnd,
    batch: Batch,
    get: impl Fn(&[u8]) -> Result<Option<Vec<u8>>, JournalError>,
) -> Result<Linked, JournalError> {
    let commits = before.commits + 1;
    let mut last: LastChanges = BTreeMap::new();
    for (tree, key, value) in batch.changes {
        let _ = last.insert((tree.number(), key), (tree, value));
    }
    let mut salts = vec![0_u8; last.len() * SALT_BYTES];
    getrandom::fill(&mut salts).map_err(|why| {
        JournalError::State(format!(
            "the kernel gives no random numbers, so nothing can be recorded: {why}"
        ))
    })?;
    let mut rows = Vec::new();
    let mut changes = Vec::new();
    let mut link = Link {
        act: batch.act,
        at: crate::clock::now(),
        before: before.head,
        gone: Vec::new(),
        new: Vec::new(),
    };
    for (((_, key), (tree, value)), salt) in last.into_iter().zip(salts.as_chunks::<SALT_BYTES>().0)
    {
        let full = full_key(tree, &key);
        let seal_name = full_key(Tree::Seals, &seal_key(tree, &key));
        let old = get(&full)?;
        let old_seal = match &old {
            Some(_) => get(&seal_name)?,
            None => None,
        };
        let old_seal = old_seal.as_deref().and_then(Seal::from_bytes);
        if old_seal.is_some() && value == old {
            continue;
        }
        // A record without a seal was put in past this program: the chain says that one went that it never knew.
        let was = (old.as_ref()).map(|old| chain::digest_stored(old_seal.as_ref(), &full, old));
        let went = was.filter(|_| old_seal.is_some() || batch.act != Act::Begin);
        let is = (value.as_ref()).map(|value| chain::digest(salt, &full, value));
        let mark = |digest| Mark { tree, digest };
        link.gone.extend(went.map(mark));
        link.new.extend(is.map(mark));
        changes.push(Changed {
            tree,
            key,
            was,
            went,
            is,
        });
        match value {
            Some(value) => {
                let seal = Seal {
                    salt: *salt,
                    link: commits,
                };
                rows.push((seal_name, Some(seal.to_bytes())));
                rows.push((full, Some(value)));
            }
            None if old.is_some() => {
                rows.push((seal_name, None));
                rows.push((full, None));
            }
            None => {}
        }
    }
    let link = link.to_bytes();
    let head = chain::hash(commits, &link);
    rows.push((link_key(commits), Some(link)));
    rows.push((COMMITS_KEY.to_vec(), Some(commits.to_be_bytes().to_vec())));
    Ok(Linked {
        rows,
        then: ChainEnd { commits, head },
        changes,
    })
}

/// Everything that is stored, under links that only say that it is there, and seals of its own. Numbers of commits go on.
pub(super) fn begun_anew(
    store: &dyn Store,
    commits: u64,
    mut put: impl FnMut(Vec<u8>, Vec<u8>) -> Result<(), JournalError>,
) -> Result<ChainEnd, JournalError> {
    let mut end = ChainEnd {
        commits,
        head: NOTHING_BEFORE,
    };
    for tree in Tree::CHAINED {
        let mut from = Vec::new();
        loop {
            let rows = store.scan(tree, &from, None, Order::Upwards, ROWS_A_LINK)?;
            let Some((last, _)) = rows.last() else { break };
            from.clone_from(last);
            from.push(0);
            let mut batch = Batch::of(Act::Begin);
            for (key, value) in rows {
                batch.put(tree, key, value);
            }
            let linked = linked(end, batch, |_| Ok(None))?;
            for (key, value) in linked.rows {
                if let Some(value) = value {
                    put(key, value)?;
                }
            }
            end = linked.then;
        }
    }
    put(CHAINED_KEY.to_vec(), vec![1])?;
    Ok(end)
}

/// The key of a commit's link.
pub(super) fn link_key(number: u64) -> Vec<u8> {
    full_key(Tree::Links, &number.to_be_bytes())
}

/// The bounds of a range of a tree: from the key on, to the other or the end of the tree.
pub(super) fn bounds(tree: Tree, from: &[u8], until: Option<&[u8]>) -> (Vec<u8>, Vec<u8>) {
    let until = match until {
        Some(until) => full_key(tree, until),
        None => {
            let mut end = tree.name().as_bytes().to_vec();
            end.push(1);
            end
        }
    };
    (full_key(tree, from), until)
}

/// The number of commits in the row that counts them.
pub(super) fn count_of(bytes: &[u8]) -> u64 {
    (bytes.iter()).fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
}
