//! What does a machine need that takes over, a help desk of another make for instance? The nine blocks once more, by their names.

use super::view::View;
use crate::config::Team;
use crate::decide::{HandOff, NoticePlan};
use crate::desk::{Sender, Trust};
use serde_json::{Map, Value, json};

impl View<'_> {
    /// The same for machines: the blocks by their names, and the reasons with their words uncut.
    pub(super) fn packet_json(
        &self,
        hand_off: &HandOff,
        team: &Team,
        data: &Map<String, Value>,
    ) -> String {
        let reasons = &self.decision.reasons;
        let reasons: Vec<Value> = std::iter::once(&reasons.first)
            .chain(&reasons.further)
            .map(|reason| {
                json!({"rule": reason.rule, "sentence": reason.sentence.english(), "evidence": reason.evidence})
            })
            .collect();
        let part = |name: &str| data.get(name).cloned().unwrap_or(Value::Null);
        let from = self.situation.mail.writer();
        let understanding = self.situation.understanding;
        let facts: Map<String, Value> = self
            .ticket
            .facts()
            .into_iter()
            .map(|(name, value)| (name.0, json!(value)))
            .collect();
        let looked_up = self.ticket.looked_up().iter();
        let looked_up: Map<String, Value> = looked_up
            .map(|one| (one.lookup.0.clone(), one.to_json()))
            .collect();
        let missing: Vec<&str> = hand_off
            .missing
            .iter()
            .map(|name| name.0.as_str())
            .collect();
        let promised_by = match &hand_off.notice {
            NoticePlan::Tell { promised_by } => json!(promised_by.to_string()),
            NoticePlan::Withhold { .. } => Value::Null,
        };
        let suggestions = self.suggestions_json(hand_off);
        let mut packet = json!({
            "reference": self.id().to_string(),
            "team": team.name.0,
            "urgency": self.decision.urgency.as_str(),
            "why": reasons,
            "wanted": {"summary": part("wanted"), "requests": part("requests")},
            "summary": understanding.thread.to_json(),
            "who": {
                "name": from.and_then(|from| from.name.as_ref()).map(|name| name.as_str()),
                "address": from.map(|from| from.address.as_str()),
                "also_on_it": part("also_on_it"),
                "proof": trust_word(self.situation.sender),
                "language": part("language"),
                "vip": self.is_vip(),
                "earlier_tickets": part("earlier_tickets"),
            },
            "given": {"facts": facts, "found": part("facts"), "attachments": part("attachments")},
            "missing": missing,
            "tried": part("tried_list"),
            "told": {"text": part("notice"), "promised_by": promised_by},
            "suggestion": suggestions.first(),
            "suggestions": suggestions,
            "deadlines": part("deadlines"),
            "can_reply": part("can_reply"),
        });
        // Only where there are lookups: a reader of packets need not know of them.
        let who = packet.get_mut("who").and_then(Value::as_object_mut);
        if let (false, Some(who)) = (looked_up.is_empty(), who) {
            let _ = who.insert("looked_up".to_owned(), Value::Object(looked_up));
        }
        serde_json::to_string_pretty(&packet).unwrap_or_else(|_| packet.to_string())
    }
}

fn trust_word(sender: &Sender) -> &'static str {
    match sender {
        Sender::Customer(Trust::Proven) => "proven",
        Sender::Customer(Trust::Thread) => "thread",
        Sender::Customer(Trust::Claimed) => "claimed",
        Sender::Customer(Trust::Contradicted) => "contradicted",
        Sender::ThirdParty => "third-party",
        Sender::Staff { .. } => "staff",
        Sender::StaffForward { .. } => "staff-forward",
        Sender::Colleague { .. } => "colleague",
        Sender::FalseStaff { .. } => "false-staff",
    }
}
