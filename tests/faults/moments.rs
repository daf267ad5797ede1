//! Random moments and choices, from a seed that is printed and can be set again.

use std::time::{Duration, Instant};

/// A source of moments.
pub struct Moments {
    state: u64,
}

impl Moments {
    /// From `FAULT_SEED`, or another seed each time.
    pub fn new(storm: &str) -> Self {
        let given = std::env::var("FAULT_SEED").ok();
        let seed = given.and_then(|text| text.parse().ok()).unwrap_or_else(|| {
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            now.map_or(1, |since| since.as_micros() as u64 % 1_000_000_000)
        });
        println!("{storm}: FAULT_SEED={seed}");
        Self {
            // xorshift never leaves zero.
            state: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
        }
    }

    /// A number below that.
    pub fn below(&mut self, end: u64) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 16) % end.max(1)
    }

    /// Lets a random time below that pass: a moment of the work at which something happens to it, not a wait for anything.
    pub fn pass(&mut self, most_millis: u64) {
        let moment = Instant::now() + Duration::from_millis(self.below(most_millis));
        while Instant::now() < moment {
            std::thread::park_timeout(moment.saturating_duration_since(Instant::now()));
        }
    }
}
