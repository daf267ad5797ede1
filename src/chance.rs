//! The only source of chance for waits, so that many who failed together do not come back together. Keys, tokens and salts are made
//! where they are used: nobody may foresee those, and anybody may foresee these.

/// Any number; always the same where the system gives none.
#[must_use]
pub(crate) fn number() -> u64 {
    #[cfg(test)]
    if let Some(number) = crate::simulation::chance() {
        return number;
    }
    getrandom::u64().unwrap_or(u64::MAX / 2)
}

/// A number from 0 to 1.
#[must_use]
pub(crate) fn share() -> f64 {
    // The upper half is as good as the whole, and fits.
    let upper = u32::try_from(number() >> 32).unwrap_or(u32::MAX);
    f64::from(upper) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_from_nothing_to_all() {
        for _ in 0..1000 {
            assert!((0.0..=1.0).contains(&share()));
        }
    }
}
