//! Which domains gave no answer a moment ago? They are not asked again for a minute: mails of a domain whose name servers are slow on purpose
//! must not hold up everybody else's. Bounded; nothing is kept over a restart.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// For so long nobody asks again.
const NOT_ASKED_FOR: Duration = Duration::from_secs(60);
/// The most domains that are remembered.
const DOMAINS_MAX: usize = 1_000;

/// Domains without an answer, and since when.
#[derive(Debug, Default)]
pub(super) struct SilentDomains(Mutex<HashMap<String, Instant>>);

impl SilentDomains {
    /// Whether this one gave no answer lately.
    pub(super) fn is_one(&self, domain: &str, now: Instant) -> bool {
        let domains = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        domains
            .get(owner(domain))
            .is_some_and(|since| now.duration_since(*since) < NOT_ASKED_FOR)
    }

    /// This one gave no answer.
    pub(super) fn note(&self, domain: String, now: Instant) {
        let mut domains = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if domains.len() >= DOMAINS_MAX {
            domains.retain(|_, since| now.duration_since(*since) < NOT_ASKED_FOR);
        }
        if domains.len() < DOMAINS_MAX {
            let _ = domains.insert(owner(&domain).to_owned(), now);
        }
    }
}

/// The part of a name that somebody registered, near enough: whoever has it can make up any number of names below it.
fn owner(domain: &str) -> &str {
    let mut dots = domain.rmatch_indices('.').map(|(at, _)| at);
    let (_, second, third) = (dots.next(), dots.next(), dots.next());
    let from = |at: Option<usize>| at.and_then(|at| domain.get(at + 1..)).unwrap_or(domain);
    let two = from(second);
    // `co.uk` and its like are nobody's.
    match two.split('.').next() {
        Some(label) if label.len() <= 3 => from(third),
        _ => two,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_domain_is_left_alone_for_a_while_and_the_list_is_bounded() {
        let silent = SilentDomains::default();
        let begun = Instant::now();
        silent.note("slow.example".to_owned(), begun);
        assert!(silent.is_one("slow.example", begun + Duration::from_secs(59)));
        assert!(!silent.is_one("slow.example", begun + Duration::from_secs(60)));
        assert!(!silent.is_one("other.example", begun));
        assert!(silent.is_one("x7.slow.example", begun));
        assert_eq!(owner("a.b.shop.co.uk"), "shop.co.uk");
        assert_eq!(owner("shop.example"), "shop.example");
        assert_eq!(owner("localhost"), "localhost");
        for number in 0..2_000 {
            silent.note(format!("d{number}.example"), begun);
        }
        assert!(!silent.is_one("d1500.example", begun));
        silent.note("late.example".to_owned(), begun + NOT_ASKED_FOR);
        assert!(silent.is_one("late.example", begun + NOT_ASKED_FOR));
    }
}
