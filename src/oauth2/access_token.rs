//! An access token: how long it is good for, and when the next one is asked for. Pure; never prints itself.

use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use std::fmt;

/// A server that does not say how long its token lives gets this believed of it.
const LIFE_UNLESS_SAID: SignedDuration = SignedDuration::from_mins(10);
/// Nothing longer is believed.
const LIFE_MAX: SignedDuration = SignedDuration::from_hours(24 * 30);
/// The next token is asked for when a fifth of the life is left, at most this long before the end.
const LEAD_MAX: SignedDuration = SignedDuration::from_hours(1);

/// A bearer token.
#[derive(Clone)]
pub struct AccessToken {
    secret: SecretString,
    /// From then on it is not used.
    ends: Timestamp,
    /// From then on another one is asked for.
    refresh_from: Timestamp,
}

impl AccessToken {
    /// A token that came now. `None` where it could not travel in a SASL message: it must be visible ASCII (RFC 6750 section 2.1).
    pub(super) fn new(text: &str, life: Option<SignedDuration>, now: Timestamp) -> Option<Self> {
        const LONGEST_BYTES: usize = 16 * 1024;
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic());
        if text.is_empty() || text.len() > LONGEST_BYTES || !is_plain {
            return None;
        }
        let life = life
            .unwrap_or(LIFE_UNLESS_SAID)
            .clamp(SignedDuration::ZERO, LIFE_MAX);
        let ends = now.checked_add(life).unwrap_or(now);
        let lead = (life / 5).min(LEAD_MAX);
        Some(Self {
            secret: SecretString::from(text),
            ends,
            refresh_from: ends.checked_sub(lead).unwrap_or(now),
        })
    }

    /// From then on it is not used.
    #[must_use]
    pub const fn ends(&self) -> Timestamp {
        self.ends
    }

    /// From then on another one is asked for.
    #[must_use]
    pub const fn refresh_from(&self) -> Timestamp {
        self.refresh_from
    }

    /// For the wire alone.
    pub(crate) fn expose(&self) -> &str {
        self.secret.expose_secret()
    }

    pub(super) fn is_same_as(&self, other: &Self) -> bool {
        use subtle::ConstantTimeEq;
        self.expose()
            .as_bytes()
            .ct_eq(other.expose().as_bytes())
            .into()
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "AccessToken(until {})", self.ends)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn life(seconds: i64) -> (i64, i64) {
        let now = Timestamp::from_second(1_800_000_000).unwrap();
        let token = AccessToken::new("abc", Some(SignedDuration::from_secs(seconds)), now).unwrap();
        let after = |moment: Timestamp| moment.duration_since(now).as_secs();
        (after(token.refresh_from()), after(token.ends()))
    }

    #[test]
    fn the_next_token_is_asked_for_a_fifth_before_the_end() {
        assert_eq!(life(3600), (2880, 3600));
        assert_eq!(life(86_400), (82_800, 86_400));
        assert_eq!(life(10), (8, 10));
        assert_eq!(life(0), (0, 0));
        assert_eq!(life(-5), (0, 0));
        assert_eq!(life(i64::MAX).1, 30 * 86_400);
    }

    #[test]
    fn what_could_break_a_sasl_message_is_no_token() {
        for text in [
            "",
            "a b",
            "a\u{1}auth=Bearer b",
            "a\r\nb",
            "ä",
            &"a".repeat(20_000),
        ] {
            assert!(AccessToken::new(text, None, Timestamp::UNIX_EPOCH).is_none());
        }
    }

    #[test]
    fn it_never_prints_itself() {
        let token = AccessToken::new("planted-secret", None, Timestamp::UNIX_EPOCH).unwrap();
        assert!(!format!("{token:?}").contains("planted"));
    }
}
