//! Answers that are taken for the same question again, for a set time; in memory alone, and bounded. Pure.

use crate::config::FieldName;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;
use tokio::time::Instant;

/// So many are kept; the oldest goes first.
const KEPT_MAX: usize = 1000;

/// Answers, by what was asked.
#[derive(Debug, Default)]
pub(super) struct Cache {
    kept: BTreeMap<[u8; 32], (Instant, BTreeMap<FieldName, String>)>,
    order: VecDeque<[u8; 32]>,
}

/// Which question it is. The question itself is not kept.
pub(super) fn key(subject: &[u8]) -> [u8; 32] {
    Sha256::digest(subject).into()
}

impl Cache {
    pub(super) fn get(&self, key: &[u8; 32], now: Instant) -> Option<&BTreeMap<FieldName, String>> {
        let (until, fields) = self.kept.get(key)?;
        (now < *until).then_some(fields)
    }

    pub(super) fn keep(
        &mut self,
        key: [u8; 32],
        fields: BTreeMap<FieldName, String>,
        now: Instant,
        life: Duration,
    ) {
        if life.is_zero() {
            return;
        }
        if self.kept.insert(key, (now + life, fields)).is_none() {
            self.order.push_back(key);
        }
        while let Some(oldest) = self.order.front().copied() {
            let has_ended = (self.kept.get(&oldest)).is_none_or(|(until, _)| *until <= now);
            if !has_ended && self.kept.len() <= KEPT_MAX {
                break;
            }
            self.order.pop_front();
            self.kept.remove(&oldest);
        }
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_taken_until_its_time_is_over_and_no_more_than_some_are_kept() {
        let now = Instant::now();
        let life = Duration::from_secs(10);
        let fields = |value: &str| BTreeMap::from([(FieldName("plan".into()), value.to_owned())]);
        let mut cache = Cache::default();
        cache.keep(key(b"ann"), fields("basic"), now, life);
        assert_eq!(cache.get(&key(b"ann"), now), Some(&fields("basic")));
        assert_eq!(cache.get(&key(b"bob"), now), None);
        assert_eq!(cache.get(&key(b"ann"), now + life), None);
        for number in 0..KEPT_MAX {
            cache.keep(key(&number.to_be_bytes()), fields("x"), now, life);
        }
        assert_eq!((cache.kept.len(), cache.order.len()), (KEPT_MAX, KEPT_MAX));
        assert_eq!(cache.get(&key(b"ann"), now), None, "the oldest went");
        cache.keep(key(b"late"), fields("y"), now + life, life);
        assert_eq!(
            (cache.kept.len(), cache.order.len()),
            (1, 1),
            "what has ended goes"
        );
        cache.keep(key(b"never"), fields("z"), now, Duration::ZERO);
        assert_eq!(cache.get(&key(b"never"), now), None);
    }
}
