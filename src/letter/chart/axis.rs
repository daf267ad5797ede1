//! Which numbers stand at the side of a chart, and how high is a count beside them? Whole numbers of any size; never divides by zero. Pure.

/// More are not read.
const STEPS_MAX: u128 = 5;

/// From zero in even, round steps.
pub(super) struct Axis {
    step: u128,
    top: u128,
}

impl Axis {
    /// The axis for counts up to this.
    pub(super) fn up_to(most: u128) -> Self {
        let most = most.max(1);
        let mut decade = 1_u128;
        let step = loop {
            let round = [1, 2, 5].map(|digit| decade.saturating_mul(digit));
            let enough = |step: &u128| step.saturating_mul(STEPS_MAX) >= most;
            if let Some(step) = round.into_iter().find(enough) {
                break step;
            }
            decade = decade.saturating_mul(10);
        };
        Self {
            step,
            top: most.div_ceil(step).saturating_mul(step),
        }
    }

    /// From zero to the top.
    pub(super) fn numbers(&self) -> impl Iterator<Item = u128> {
        (0..=self.top / self.step).map(|steps| steps * self.step)
    }

    /// How high a count stands where the top stands at `pixels`; rounded to the nearest.
    pub(super) fn height(&self, count: u128, pixels: i32) -> i32 {
        let pixels = u128::from(pixels.unsigned_abs());
        let doubled = count.min(self.top).saturating_mul(2 * pixels);
        let height = (doubled / self.top).div_ceil(2).min(pixels);
        i32::try_from(height).unwrap_or(i32::MAX)
    }
}

/// A count in at most five characters: all its digits, or thousands of it (k, M, G …).
pub(super) fn short(count: u128) -> String {
    let mut number = count;
    let mut thousands = ["", "k", "M", "G", "T", "P", "E", "Z", "Y", "R", "Q"]
        .into_iter()
        .peekable();
    while let Some(unit) = thousands.next() {
        if number < 10_000 || thousands.peek().is_none() {
            return format!("{number}{unit}");
        }
        number = number.saturating_add(500) / 1_000;
    }
    number.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_numbers_are_round_and_reach_the_highest_count() {
        let numbers = |most| Axis::up_to(most).numbers().collect::<Vec<_>>();
        assert_eq!(numbers(0), [0, 1]);
        assert_eq!(numbers(1), [0, 1]);
        assert_eq!(numbers(5), [0, 1, 2, 3, 4, 5]);
        assert_eq!(numbers(6), [0, 2, 4, 6]);
        assert_eq!(numbers(37), [0, 10, 20, 30, 40]);
        assert_eq!(numbers(101), [0, 50, 100, 150]);
    }

    #[test]
    fn a_long_count_is_told_shortly() {
        let told = [
            (0, "0"),
            (9_999, "9999"),
            (10_000, "10k"),
            (12_499, "12k"),
            (12_500, "13k"),
            (9_999_499, "9999k"),
            (12_000_000, "12M"),
            (u128::from(u64::MAX), "18E"),
        ];
        for (count, word) in told {
            assert_eq!(short(count), word, "{count}");
        }
    }

    proptest! {
        #[test]
        fn any_count_has_its_place(most in any::<u128>(), count in any::<u128>()) {
            let axis = Axis::up_to(most / 8);
            prop_assert!(axis.numbers().count() <= 6);
            prop_assert!((0..=360).contains(&axis.height(count, 360)));
            prop_assert!(axis.height(count, 360) <= axis.height(count.saturating_add(1), 360));
        }
    }
}
