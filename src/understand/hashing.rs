//! Tables that are asked for every word of a mail: a hash of a few operations, where the standard one takes longer than the rest of the look-up.
//!
//! It does not withstand people who choose the keys. So only our own lists and what training reads go in; a mail only asks.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A table of our own words.
pub(super) type QuickMap<K, V> = HashMap<K, V, BuildHasherDefault<QuickHasher>>;

/// An odd number with its bits well spread (2^64 / φ).
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

/// Multiplies and turns, eight bytes at a time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct QuickHasher(u64);

impl QuickHasher {
    const fn add(&mut self, part: u64) {
        self.0 = (self.0.rotate_left(5) ^ part).wrapping_mul(SPREAD);
    }
}

impl Hasher for QuickHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (parts, rest) = bytes.as_chunks::<8>();
        for part in parts {
            self.add(u64::from_le_bytes(*part));
        }
        match (rest.first_chunk(), rest.last_chunk()) {
            (Some(first), Some(last)) => {
                let [first, last] = [*first, *last].map(u32::from_le_bytes).map(u64::from);
                self.add(first | last << 32);
            }
            _ if rest.is_empty() => {}
            _ => {
                let packed = |packed: u64, byte: &u8| packed << 8 | u64::from(*byte);
                self.add(rest.iter().fold(0, packed));
            }
        }
    }

    fn write_u8(&mut self, part: u8) {
        self.add(u64::from(part));
    }

    fn write_u32(&mut self, part: u32) {
        self.add(u64::from(part));
    }

    fn write_u64(&mut self, part: u64) {
        self.add(part);
    }

    fn finish(&self) -> u64 {
        // The table takes the low bits, which a product spreads least.
        self.0.rotate_left(26)
    }
}
