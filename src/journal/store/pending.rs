//! What is committed and not in the database yet: every read sees it as if it were, and it gets there together with what is committed next, in
//! one write. For a database, many small writes cost far more than one large one.

use super::{JournalError, Order, Row};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::ops::Bound;

/// With so many bytes it goes to the database, whether anything else does or not.
const BYTES_MAX: usize = 1024 * 1024;

/// What a row becomes; `None` where it goes.
type Change = Option<Vec<u8>>;

/// Rows of the whole database by their full keys; `None` where the row goes.
#[derive(Debug, Default)]
pub(super) struct Pending {
    rows: BTreeMap<Vec<u8>, Change>,
    bytes: usize,
}

/// What was pending before for keys that were added.
pub(super) struct Replaced(Vec<(Vec<u8>, Option<Change>)>);

/// From which side the next row comes.
enum Next {
    Pending,
    Stored,
    /// Both have it: what is pending counts.
    Both,
}

impl Pending {
    /// What is pending for this key; `None` where nothing is, and the database knows.
    pub(super) fn get(&self, key: &[u8]) -> Option<Change> {
        self.rows.get(key).cloned()
    }

    /// Takes these in; the last word about a key counts. What they replace is given back, for [`Pending::take_back`].
    pub(super) fn add(&mut self, rows: Vec<(Vec<u8>, Change)>) -> Replaced {
        let mut replaced = Vec::with_capacity(rows.len());
        for (key, value) in rows {
            self.bytes += key.len() + value.as_ref().map_or(0, Vec::len);
            let before = self.rows.insert(key.clone(), value);
            replaced.push((key, before));
        }
        Replaced(replaced)
    }

    /// What was added last was not committed after all.
    pub(super) fn take_back(&mut self, replaced: Replaced) {
        for (key, before) in replaced.0.into_iter().rev() {
            match before {
                Some(before) => drop(self.rows.insert(key, before)),
                None => drop(self.rows.remove(&key)),
            }
        }
    }

    /// How many rows more, or fewer, there are with what is pending between these keys; `is_stored` knows the database.
    pub(super) fn more_than(
        &self,
        (from, until): (&[u8], &[u8]),
        is_stored: impl Fn(&[u8]) -> Result<bool, JournalError>,
    ) -> Result<isize, JournalError> {
        let range = (Bound::Included(from), Bound::Excluded(until));
        let mut more = 0;
        for (key, value) in self.rows.range::<[u8], _>(range) {
            more += isize::from(value.is_some()) - isize::from(is_stored(key)?);
        }
        Ok(more)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(super) const fn is_large(&self) -> bool {
        self.bytes >= BYTES_MAX
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Vec<u8>, Option<&Vec<u8>>)> {
        (self.rows.iter()).map(|(key, value)| (key, value.as_ref()))
    }

    /// They are in the database.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// At most `max` rows with `from <= key < until`: what is stored there, in this order, as it is with what is pending.
    pub(super) fn over(
        &self,
        (from, until): (&[u8], &[u8]),
        order: Order,
        max: usize,
        stored: impl Iterator<Item = Result<Row, JournalError>>,
    ) -> Result<Vec<Row>, JournalError> {
        let pending = (self.rows).range::<[u8], _>((Bound::Included(from), Bound::Excluded(until)));
        let mut pending: Box<dyn Iterator<Item = _>> = match order {
            Order::Upwards => Box::new(pending),
            Order::Downwards => Box::new(pending.rev()),
        };
        let mut stored = stored;
        let (mut mine, mut theirs) = (pending.next(), stored.next().transpose()?);
        let mut rows = Vec::new();
        while rows.len() < max {
            let next = match (&mine, &theirs) {
                (None, None) => break,
                (Some(_), None) => Next::Pending,
                (None, Some(_)) => Next::Stored,
                (Some((mine, _)), Some((theirs, _))) => match (mine.cmp(&theirs), order) {
                    (Ordering::Equal, _) => Next::Both,
                    (Ordering::Less, Order::Upwards) | (Ordering::Greater, Order::Downwards) => {
                        Next::Pending
                    }
                    _ => Next::Stored,
                },
            };
            if matches!(next, Next::Pending | Next::Both)
                && let Some((key, value)) = mine.take()
            {
                rows.extend(value.clone().map(|value| (key.clone(), value)));
                mine = pending.next();
            }
            if matches!(next, Next::Stored | Next::Both)
                && let Some(row) = theirs.take()
            {
                rows.extend(matches!(next, Next::Stored).then_some(row));
                theirs = stored.next().transpose()?;
            }
        }
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_pending_is_read_as_if_it_were_stored(
            stored in prop::collection::btree_map(0_u8..40, 0_u8..3, 0..20),
            changes in prop::collection::vec((0_u8..40, prop::option::of(0_u8..3)), 0..20),
            from in 0_u8..40, length in 0_u8..40, max in 0_usize..9, is_upwards: bool,
        ) {
            let mut pending = Pending::default();
            let mut expected = stored.clone();
            for (key, value) in changes {
                // What is taken back at once was never there.
                let for_nothing = pending.add(vec![(vec![key], None), (vec![key], Some(vec![9]))]);
                pending.take_back(for_nothing);
                let _ = pending.add(vec![(vec![key], value.map(|value| vec![value]))]);
                match value {
                    Some(value) => drop(expected.insert(key, value)),
                    None => drop(expected.remove(&key)),
                }
            }
            let until = from + length;
            let row = |(key, value): (&u8, &u8)| (vec![*key], vec![*value]);
            let range = |rows: &BTreeMap<u8, u8>| {
                let mut rows: Vec<Row> = rows.range(from..until).map(row).collect();
                if !is_upwards {
                    rows.reverse();
                }
                rows
            };
            let order = if is_upwards { Order::Upwards } else { Order::Downwards };
            let rows = pending
                .over((&[from], &[until]), order, max, range(&stored).into_iter().map(Ok))
                .unwrap();
            let mut expected = range(&expected);
            let more = pending
                .more_than((&[from], &[until]), |key| Ok(stored.contains_key(&key[0])))
                .unwrap();
            prop_assert_eq!(range(&stored).len().checked_add_signed(more), Some(expected.len()));
            expected.truncate(max);
            prop_assert_eq!(rows, expected);
        }
    }
}
