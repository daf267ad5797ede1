//! Whole outgoing mails as snapshots, and what no mail may ever hold.

mod asked;
mod due;
mod hostile;
mod leaks;
mod lighter;
mod manners;
mod pictures;
mod recorded;
mod templates;
mod whole;

use super::{Composed, Outgoing, Purpose, Writer};
use crate::decide::test_situation::{
    TestSituation, TicketStory, address, article, at, draft, fact, intent, key, language, legal,
    message_id, nothing_near, settings, team_name,
};
use crate::decide::{
    Action, Decision, HandOff, Meant, NoticePlan, OnDraft, Reason, Reasons, Sentence,
};
use crate::desk::StaffAct;
use crate::mail::{Attachment, HeaderText};
use crate::understand::Urgency;
use std::collections::BTreeMap;

const RAW: &[u8] = b"From: Ann <ann@a.example>\r\nSubject: a question\r\n\r\nWhen do you open?\r\n";

fn writer() -> Writer {
    Writer::load(&settings(), key()).unwrap()
}

fn decision(action: Action) -> Decision {
    Decision {
        action,
        reasons: Reasons {
            first: Reason {
                rule: "hard-stop-legal",
                sentence: legal(),
                evidence: "my lawyer will write to you".to_owned(),
            },
            further: vec![Reason {
                rule: "no-intent",
                sentence: nothing_near(),
                evidence: String::new(),
            }],
        },
        urgency: Urgency::High,
        language: language("en"),
        tags: vec![],
    }
}

fn in_german(mut decision: Decision) -> Decision {
    decision.language = language("de");
    decision
}

fn answer() -> Decision {
    decision(Action::Answer {
        article: article("hours"),
        confidence: 0.93,
        facts: BTreeMap::new(),
        text: "We open at **nine**. See [our page](https://shop.example/hours).".to_owned(),
    })
}

fn ask() -> Decision {
    decision(Action::Ask {
        intent: intent("track"),
        missing: vec![fact("order_number")],
    })
}

fn hand_off() -> HandOff {
    HandOff {
        team: team_name("desk"),
        notice: NoticePlan::Tell {
            promised_by: at(240),
        },
        suggestion: Some(article("hours")),
        facts: BTreeMap::new(),
        missing: vec![fact("order_number")],
    }
}

fn staff(act: StaffAct) -> Decision {
    decision(Action::Staff {
        team: team_name("desk"),
        member: address("kim@shop.example"),
        act,
        draft: None,
        impossible: None,
        lesson: None,
        meant: None,
        hand_off: None,
    })
}

fn reply(text: &str) -> Decision {
    staff(StaffAct::Reply {
        text: text.to_owned(),
    })
}

fn compose(situation: &TestSituation, decision: &Decision) -> Composed {
    try_compose(situation, decision).unwrap()
}

fn try_compose(
    situation: &TestSituation,
    decision: &Decision,
) -> Result<Composed, super::ComposeError> {
    let writer = Writer::load(&situation.settings, key()).unwrap();
    situation.look(|situation| writer.compose(decision, situation, RAW))
}

fn mail_for(composed: &Composed, purpose: Purpose) -> &Outgoing {
    composed
        .mails
        .iter()
        .find(|mail| mail.purpose == purpose)
        .unwrap()
}

fn file(name: &str, content: &[u8]) -> Attachment {
    Attachment {
        name: HeaderText::clean(name),
        media_type: "application/pdf".to_owned(),
        inline: false,
        content: content.to_vec(),
    }
}

fn header<'a>(mail: &'a str, name: &str) -> Option<&'a str> {
    let head = mail.split("\r\n\r\n").next().unwrap();
    let start = format!("{name}: ");
    head.split("\r\n")
        .find_map(|line| line.strip_prefix(start.as_str()))
}

fn as_text(mail: &Outgoing) -> String {
    String::from_utf8_lossy(&mail.bytes).into_owned()
}

/// A ticket that a person has, with an answer before and a promise.
fn story() -> TicketStory {
    TicketStory::opened().answered("hours").customer_wrote()
}

fn drafted() -> TicketStory {
    TicketStory::opened().drafted("hours")
}

fn waiting() -> crate::ticket::Draft {
    draft("hours")
}

fn packet_id() -> crate::mail::MessageId {
    message_id("p1@us.example")
}
