//! What does a notice say beside who answers, and by when? That depends on why a person has it: somebody in danger must be told whom to call, who
//! sent a card number that it does not belong into a mail, and who is angry is not to be greeted cheerfully. The words stand in the
//! template, so that a site can say it in its own; here stands when each of them is said.

use crate::decide::Reasons;
use serde_json::{Value, json};

/// A matter of which the notice says something.
pub(super) struct Matter {
    /// The flag in the template.
    pub(super) name: &'static str,
    rules: &'static [&'static str],
    speaks: Speaks,
}

/// When a matter is spoken of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Speaks {
    /// Whenever one of its rules matched, whichever decided.
    Always,
    /// Only where one of its rules decided: beside anything graver it would be noise.
    WhereItDecided,
}

/// Every matter.
pub(super) const MATTERS: [Matter; 11] = [
    always("about_safety", &["hard-stop-safety"]),
    always("about_security", &["hard-stop-security"]),
    always("about_payment_data", &["hard-stop-payment-data"]),
    always("about_privacy", &["hard-stop-privacy"]),
    always("about_legal_matters", &["hard-stop-legal"]),
    always("from_a_child", &["hard-stop-minor"]),
    always("is_upset", &["hard-stop-frustration"]),
    always("asked_for_person", &["hard-stop-human-request"]),
    where_it_decided("did_not_help", &["did-not-help"]),
    where_it_decided(
        "not_for_machines",
        &["attachments", "encrypted", "too-large"],
    ),
    where_it_decided("asks_several_things", &["several-requests"]),
];

const fn always(name: &'static str, rules: &'static [&'static str]) -> Matter {
    Matter {
        name,
        rules,
        speaks: Speaks::Always,
    }
}

const fn where_it_decided(name: &'static str, rules: &'static [&'static str]) -> Matter {
    Matter {
        name,
        rules,
        speaks: Speaks::WhereItDecided,
    }
}

/// The flags of the template of the notice, for these reasons.
pub(super) fn flags(reasons: &Reasons) -> [(&'static str, Value); MATTERS.len()] {
    MATTERS.map(|matter| {
        let further = reasons
            .further
            .iter()
            .filter(|_| matter.speaks == Speaks::Always);
        let mut rules = std::iter::once(&reasons.first).chain(further);
        let is_so = rules.any(|reason| matter.rules.contains(&reason.rule));
        (matter.name, json!(is_so))
    })
}

/// The flags of the template of a notice that speaks of none.
pub(super) fn none() -> [(&'static str, Value); MATTERS.len()] {
    MATTERS.map(|matter| (matter.name, json!(false)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::{Reason, Sentence};

    fn said(rules: &[&'static str]) -> Vec<&'static str> {
        let mut reasons = rules.iter().map(|rule| Reason {
            rule,
            sentence: Sentence::same_in_each(String::new()),
            evidence: String::new(),
        });
        let reasons = Reasons {
            first: reasons.next().unwrap(),
            further: reasons.collect(),
        };
        let said = flags(&reasons).into_iter();
        said.filter(|(_, is_so)| *is_so == json!(true))
            .map(|(name, _)| name)
            .collect()
    }

    #[test]
    fn a_notice_speaks_of_every_grave_matter_and_of_the_lesser_one_that_decided() {
        assert_eq!(said(&["no-intent"]), [""; 0]);
        assert_eq!(
            said(&[
                "hard-stop-human-request",
                "hard-stop-safety",
                "did-not-help"
            ]),
            ["about_safety", "asked_for_person"]
        );
        assert_eq!(said(&["did-not-help", "not-sure"]), ["did_not_help"]);
        assert_eq!(said(&["encrypted"]), ["not_for_machines"]);
    }
}
