//! How large is a share at least, if so many of so many were seen? The lower end of the one-sided 95 % interval of Clopper and Pearson: where the
//! true share is smaller, so good a record comes about in less than one case of twenty, whatever the share and however few were seen.
//!
//! Exact rather than an approximation, because it is asked of tens and not of thousands. Pure.

/// How likely so good a record may be at the share that is named.
const DOUBT: f64 = 0.05;

/// Halving the range so often leaves less of it than a number can say.
const HALVINGS: usize = 60;

/// The share that is at least there with 95 % certainty; 0 where nothing was seen. `good` beyond `seen` counts as `seen`.
#[must_use]
pub fn lower_bound(good: u32, seen: u32) -> f64 {
    let good = good.min(seen);
    if good == 0 {
        return 0.0;
    }
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        match at_least(good, seen, middle) < DOUBT {
            true => low = middle,
            false => high = middle,
        }
    }
    low
}

/// How likely at least `good` of `seen` are where the share is `share`, 0 to 1 without its ends.
fn at_least(good: u32, seen: u32, share: f64) -> f64 {
    let all = i32::try_from(seen).unwrap_or(i32::MAX);
    // From the end that is the likelier one, so that the first term is a number at all; each further one follows from the one before.
    if share < 0.5 {
        let odds = share / (1.0 - share);
        let mut term = (1.0 - share).powi(all);
        let mut fewer = 0.0;
        for count in 0..good {
            fewer += term;
            term *= odds * f64::from(seen - count) / f64::from(count + 1);
        }
        1.0 - fewer
    } else {
        let odds = (1.0 - share) / share;
        let mut term = share.powi(all);
        let mut enough = 0.0;
        for missed in 0..=seen - good {
            enough += term;
            term *= odds * f64::from(seen - missed) / f64::from(missed + 1);
        }
        enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_bound_is_that_of_the_tables() {
        // `binom.test(good, seen, alternative = "greater")$conf.int[1]` of R; with none missed it is the root of 0.05.
        for (good, seen, expected) in [
            (0, 0, 0.0),
            (0, 20, 0.0),
            (1, 1, 0.05),
            (8, 10, 0.493_098_7),
            (9, 10, 0.605_836_7),
            (10, 10, 0.05_f64.powf(0.1)),
            (28, 28, 0.05_f64.powf(1.0 / 28.0)),
            (29, 29, 0.05_f64.powf(1.0 / 29.0)),
            (100, 100, 0.05_f64.powf(0.01)),
        ] {
            let found = lower_bound(good, seen);
            assert!(
                (found - expected).abs() < 1e-6,
                "{good} of {seen}: {found}, expected {expected}"
            );
        }
        assert!(lower_bound(28, 28) < 0.9 && lower_bound(29, 29) > 0.9);
    }

    proptest! {
        #[test]
        fn more_good_ones_raise_it_and_it_stays_below_what_was_seen(seen in 1_u32..120, good in 0_u32..120) {
            let good = good.min(seen);
            let bound = lower_bound(good, seen);
            prop_assert!(bound < f64::from(good) / f64::from(seen) || good == 0);
            prop_assert!(lower_bound(good + 1, seen + 1) > bound);
            prop_assert!(lower_bound(good, seen + 1) <= bound);
            prop_assert_eq!(lower_bound(seen + 7, seen), lower_bound(seen, seen));
        }

        /// What the bound promises: at the share that it names, so good a record comes about in one case of twenty.
        #[test]
        fn so_good_a_record_is_one_case_of_twenty_at_the_bound(seen in 1_u32..100, good in 1_u32..100) {
            let good = good.min(seen);
            let likely = at_least(good, seen, lower_bound(good, seen));
            prop_assert!((likely - DOUBT).abs() < 1e-6, "{}", likely);
        }
    }
}
