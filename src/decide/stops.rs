//! Step 4: the nine signals that always go to a person, each with the customer's own words. No setting switches one off.

use super::sentence::Pattern;
use super::view::View;
use super::{Match, Rule, sentences};
use crate::desk::{Sender, Trust};
use crate::understand::{CustomerWord, HardStop};

/// The rules of this step, in order.
pub(super) const RULES: &[Rule] = &[hard_stops];

fn hard_stops(view: &View<'_>) -> Vec<Match> {
    let understanding = view.situation.understanding;
    let mut found: Vec<(HardStop, String)> = understanding
        .hard_stops
        .iter()
        .map(|found| (found.stop, found.evidence.clone()))
        .collect();
    let has = |found: &[(HardStop, String)], stop| found.iter().any(|(other, _)| *other == stop);
    if understanding.customer_word == Some(CustomerWord::Human)
        && !has(&found, HardStop::HumanRequest)
    {
        found.push((HardStop::HumanRequest, "HUMAN".to_owned()));
    }
    if view.situation.sender == &Sender::Customer(Trust::Contradicted)
        && !has(&found, HardStop::Identity)
    {
        let from = view.situation.mail.from.as_ref();
        found.push((
            HardStop::Identity,
            from.map(ToString::to_string).unwrap_or_default(),
        ));
    }
    let by_stop = &view.situation.settings.escalate.team_by_stop;
    found
        .into_iter()
        .map(|(stop, evidence)| {
            let (rule, sentence) = words_of(stop);
            let team = by_stop.get(stop.as_str()).cloned();
            let team = team.unwrap_or_else(|| view.team_of_sure_intent());
            Match::new(rule, sentence, evidence, view.to_person(Some(team)))
        })
        .collect()
}

/// What a stop says of the mail.
pub(super) const fn sentence(stop: HardStop) -> Pattern<0> {
    words_of(stop).1
}

const fn words_of(stop: HardStop) -> (&'static str, Pattern<0>) {
    match stop {
        HardStop::HumanRequest => ("hard-stop-human-request", sentences::HUMAN_REQUEST),
        HardStop::Frustration => ("hard-stop-frustration", sentences::FRUSTRATION),
        HardStop::Legal => ("hard-stop-legal", sentences::LEGAL),
        HardStop::Safety => ("hard-stop-safety", sentences::SAFETY),
        HardStop::Security => ("hard-stop-security", sentences::SECURITY),
        HardStop::PaymentData => ("hard-stop-payment-data", sentences::PAYMENT_DATA),
        HardStop::Privacy => ("hard-stop-privacy", sentences::PRIVACY),
        HardStop::Minor => ("hard-stop-minor", sentences::MINOR),
        HardStop::Identity => ("hard-stop-identity", sentences::IDENTITY),
    }
}
