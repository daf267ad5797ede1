//! How it stands with the tokens: what `handoffd status` shows, and what the admin is told. Pure.

use super::ending::Ending;
use super::error::TokenError;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// Trouble that may pass by itself is told by mail when it lasts so long.
const TOLD_AFTER: SignedDuration = SignedDuration::from_mins(5);
/// And before the last token ends: without it the mail itself could not leave.
const TOLD_BEFORE_THE_END: SignedDuration = SignedDuration::from_mins(3);

/// How it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// The end of the token that is in use, where there is one.
    pub token_ends: Option<Timestamp>,
    /// When another one is asked for.
    pub next_refresh: Option<Timestamp>,
    /// What is wrong.
    pub failing: Option<Failing>,
    /// What ends that only a person can renew.
    pub endings: Vec<Ending>,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failing {
    /// Since when.
    pub since: Timestamp,
    /// Why, the last time.
    pub last: TokenError,
}

impl Health {
    /// The trouble that the admin is to be told of by mail now.
    #[must_use]
    pub fn to_be_told(&self, now: Timestamp) -> Option<&Failing> {
        let failing = self.failing.as_ref()?;
        let lasts = now.duration_since(failing.since) >= TOLD_AFTER;
        let ends_soon =
            (self.token_ends).is_none_or(|ends| ends.duration_since(now) <= TOLD_BEFORE_THE_END);
        (failing.last.needs_a_person() || lasts || ends_soon).then_some(failing)
    }

    /// For `handoffd status`.
    #[must_use]
    pub fn to_json(&self, flow: &str, now: Timestamp) -> Value {
        let failing = self.failing.as_ref().map(|failing| {
            json!({
                "since": failing.since,
                "kind": failing.last.kind(),
                "needs_a_person": failing.last.needs_a_person(),
                "why": failing.last.to_string(),
            })
        });
        let endings: Vec<Value> = (self.endings.iter())
            .map(|ending| {
                json!({"what": ending.what.to_string(), "on": ending.on, "days_left": ending.days_left(now)})
            })
            .collect();
        json!({
            "flow": flow,
            "state": match (&self.failing, self.token_ends) {
                (Some(_), _) => "failing",
                (None, Some(_)) => "well",
                (None, None) => "not asked yet",
            },
            "token_ends": self.token_ends.filter(|ends| *ends > now),
            "next_refresh": self.next_refresh,
            "failing": failing,
            "endings": endings,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    #[test]
    fn the_admin_is_told_at_once_where_a_person_is_needed_and_in_time_where_not() {
        let away = TokenError::Unreachable {
            server: "s".to_owned(),
            reason: "r".to_owned(),
        };
        let needs = TokenError::LoginNeeded {
            file: "f".to_owned(),
        };
        for (last, token_ends, now, told) in [
            (&needs, Some(3600), 0, true),
            (&away, Some(3600), 0, false),
            (&away, Some(3600), 299, false),
            (&away, Some(3600), 300, true),
            (&away, Some(200), 0, false),
            (&away, Some(200), 20, true),
            (&away, None, 0, true),
        ] {
            let health = Health {
                token_ends: token_ends.map(at),
                failing: Some(Failing {
                    since: at(0),
                    last: last.clone(),
                }),
                ..Health::default()
            };
            assert_eq!(health.to_be_told(at(now)).is_some(), told, "{last} {now}");
        }
        assert!(Health::default().to_be_told(at(0)).is_none());
    }
}
