//! Who may send what: one yes or two, a changed text, an older draft, two members at once.

use super::*;
use crate::decide::test_situation::{
    TestSituation, TicketStory, address, draft, mailbox, message_id, team_name,
};
use crate::decide::{Action, Decision};
use crate::desk::Sender;
use crate::ticket::DraftNumber;

const TEXT: &str = "We open at nine on all days from Monday to Friday. On Saturday we open at ten.";

fn waiting(approvals: Approvals) -> Draft {
    Draft {
        text: TEXT.to_owned(),
        approvals,
        ..draft("hours")
    }
}

fn drafted(approvals: Approvals) -> TicketStory {
    TicketStory::opened()
        .event(Event::Drafted {
            draft: waiting(approvals),
        })
        .wrote("d1@us", Purpose::DraftForApproval, "desk@shop.example")
}

/// A member of the desk, which Kim, Lou and Max are.
fn says(story: TicketStory, member: &str, text: &str) -> TestSituation {
    let member = format!("{member}@shop.example");
    let mut situation = TestSituation::new().in_ticket(story).saying(text);
    let desk = situation.settings.teams.first_mut().unwrap();
    desk.members = ["kim", "lou", "max"]
        .map(|name| crate::config::Member::bare(address(&format!("{name}@shop.example"))))
        .to_vec();
    situation.mail.from = Some(mailbox(&member));
    situation.sent_by(Sender::Staff {
        team: team_name("desk"),
        member: address(&member),
    })
}

fn rule(decision: &Decision) -> &'static str {
    decision.reasons.first.rule
}

fn on_draft(decision: Decision) -> Option<OnDraft> {
    match decision.action {
        Action::Staff { draft, .. } => draft,
        other => panic!("{other:?}"),
    }
}

fn first_yes_of_kim() -> TicketStory {
    drafted(Approvals::Two).event(Event::FirstApproval {
        member: address("kim@shop.example"),
    })
}

#[test]
fn two_different_members_are_needed_and_each_counts_once() {
    let first = says(drafted(Approvals::Two), "kim", "OK").decide();
    assert_eq!(rule(&first), "staff-first-approval");
    let Some(OnDraft::AwaitSecond { others, .. }) = on_draft(first) else {
        panic!("nobody else is waited for");
    };
    assert_eq!(
        others,
        [address("lou@shop.example"), address("max@shop.example")]
    );

    let again = says(first_yes_of_kim(), "kim", "OK").decide();
    assert_eq!(rule(&again), "staff-impossible");
    let sentence = &again.reasons.first.sentence;
    assert!(
        sentence
            .english()
            .contains("lou@shop.example or max@shop.example can give it"),
        "{sentence}"
    );

    let second = says(first_yes_of_kim(), "lou", "OK").decide();
    assert_eq!(rule(&second), "staff-approve");
    assert_eq!(
        on_draft(second),
        Some(OnDraft::Send(waiting(Approvals::Two)))
    );
    // Anybody refuses.
    let no = says(first_yes_of_kim(), "max", "NO").decide();
    assert_eq!(rule(&no), "staff-refuse");
}

#[test]
fn a_changed_draft_is_sent_where_one_yes_is_enough() {
    let changed = TEXT.replace("ten", "eleven");
    let decided = says(drafted(Approvals::One), "kim", &changed).decide();
    assert_eq!(rule(&decided), "staff-edit");
    let Some(OnDraft::SendEdited { edit, .. }) = on_draft(decided) else {
        panic!("not sent");
    };
    assert!(
        edit.is_of_the_draft() && edit.changes.len() == 2,
        "{edit:?}"
    );
    // Too little of it: an answer of their own.
    let own = says(
        drafted(Approvals::One),
        "kim",
        "Dear Ann, come whenever you like, we are here.",
    )
    .decide();
    assert_eq!((rule(&own), on_draft(own.clone())), ("staff-reply", None));
}

/// Sent with changes, it says that the article was right; an answer of their own says nothing of it.
#[test]
fn a_changed_draft_confirms_its_article() {
    let request = crate::mail::MailIdentity([1; 32]);
    let story = || {
        let mut ticket = drafted(Approvals::One).ticket();
        for timed in &mut ticket.events {
            timed.cause = Some(request);
        }
        TicketStory::of(ticket)
    };
    let lesson = |text: &str| {
        let situation = says(story(), "kim", text).with(|it| {
            it.request = Some(Ok(crate::learning::Request {
                mail: request,
                text: crate::understand::RequestText {
                    sentences: vec!["When do you open on Mondays?".to_owned()],
                    carriers: std::collections::BTreeMap::new(),
                    nearest: 0,
                    unanswered: None,
                    language: crate::config::Language("en".to_owned()),
                },
                rule: "draft-article".to_owned(),
                found: crate::learning::Found::Directly,
            }));
        });
        match situation.decide().action {
            Action::Staff { lesson, .. } => lesson.and_then(|lesson| lesson.intent),
            other => panic!("{other:?}"),
        }
    };
    let hours = Some(crate::decide::test_situation::intent("hours"));
    assert_eq!(lesson(&TEXT.replace("ten", "eleven")), hours);
    assert_eq!(
        lesson("Dear Ann, come whenever you like, we are here."),
        None
    );
}

#[test]
fn where_two_are_needed_no_text_leaves_alone() {
    for text in [
        &TEXT.replace("ten", "eleven"),
        "Dear Ann, come whenever you like, we are here.",
    ] {
        let decided = says(first_yes_of_kim(), "lou", text).decide();
        assert_eq!(rule(&decided), "staff-edit-waits", "{text}");
        let Some(OnDraft::Replace { with, others }) = on_draft(decided) else {
            panic!("sent alone: {text}");
        };
        assert_eq!(with.text, text.to_owned());
        assert_eq!(
            others,
            [address("kim@shop.example"), address("max@shop.example")]
        );
        // Lou has said yes by writing it; Kim's yes to what it was before counts no more, and a new one sends it.
        let replaced = first_yes_of_kim().event(Event::Drafted {
            draft: with.clone(),
        });
        let lou = says(replaced.clone(), "lou", "OK").decide();
        assert_eq!(rule(&lou), "staff-impossible");
        let kim = says(replaced, "kim", "OK").decide();
        assert_eq!(on_draft(kim), Some(OnDraft::Send(with)));
    }
    let with_file = says(drafted(Approvals::Two), "kim", TEXT).with(|it| {
        it.mail.attachments = vec![crate::mail::Attachment {
            name: crate::mail::HeaderText::clean("a.pdf"),
            media_type: "application/pdf".to_owned(),
            inline: false,
            content: vec![],
        }];
    });
    assert_eq!(rule(&with_file.decide()), "staff-impossible");
    let other_team = says(
        drafted(Approvals::Two),
        "lee",
        "Dear Ann, come whenever you like.",
    )
    .sent_by(Sender::Staff {
        team: team_name("workshop"),
        member: address("lee@shop.example"),
    });
    assert_eq!(rule(&other_team.decide()), "staff-impossible");
}

#[test]
fn a_yes_or_no_that_names_a_draft_is_about_no_other() {
    let story = || {
        drafted(Approvals::One)
            .customer_wrote()
            .event(Event::Drafted {
                draft: waiting(Approvals::One),
            })
            .wrote("d2@us", Purpose::DraftForApproval, "desk@shop.example")
    };
    for (text, expected) in [
        ("OK draft 1", "staff-impossible"),
        ("NO draft 1: too old", "staff-impossible"),
        ("OK forward", "staff-impossible"),
        ("OK draft 3", "staff-impossible"),
        ("OK draft 2", "staff-approve"),
        ("NO draft 2: too old", "staff-refuse"),
        (
            "OK draft 2\n\nand please send her the long list of all our prices too",
            "staff-impossible",
        ),
    ] {
        assert_eq!(
            rule(&says(story(), "kim", text).decide()),
            expected,
            "{text}"
        );
    }
    // A reply to the older mail, with a changed text.
    let late = says(story(), "kim", &TEXT.replace("ten", "eleven"))
        .with(|it| it.mail.in_reply_to = vec![message_id("d1@us")]);
    assert_eq!(rule(&late.decide()), "staff-impossible");
    assert_eq!(story().ticket().drafts_made(), DraftNumber(2));
}

#[test]
fn a_draft_that_was_changed_in_the_quote_is_asked_about() {
    let quoted = format!(
        "> === write above this line ===\n>\n> > {}",
        TEXT.replace("ten", "eleven")
    );
    for text in ["", "Please send it like this."] {
        let decided = says(drafted(Approvals::One), "kim", text)
            .with(|it| it.mail.body.quoted_text.clone_from(&quoted))
            .decide();
        assert_eq!(rule(&decided), "staff-impossible", "{text}");
        let sentence = &decided.reasons.first.sentence;
        assert!(
            sentence
                .english()
                .contains("changed inside the quoted mail"),
            "{sentence}"
        );
    }
}

#[test]
fn whoever_comes_second_is_told_who_came_first_and_when() {
    let sent = drafted(Approvals::One).event(Event::DraftApproved {
        member: address("kim@shop.example"),
        article: None,
        edit: None,
    });
    let late = says(sent, "lou", "OK").decide();
    let sentence = &late.reasons.first.sentence;
    assert!(
        sentence
            .english()
            .contains("kim@shop.example approved it on Sunday 1 March 2026"),
        "{sentence}"
    );
    let withdrawn = says(first_yes_of_kim().customer_wrote(), "lou", "OK").decide();
    assert!(
        withdrawn
            .reasons
            .first
            .sentence
            .english()
            .contains("each yes to it is void")
    );
}

#[test]
fn a_mail_that_makes_a_draft_void_says_whose_yes_is_void() {
    let again = TestSituation::new()
        .in_ticket(first_yes_of_kim())
        .wants("hours", 0.99)
        .decide();
    let reason = again
        .reasons
        .further
        .iter()
        .find(|reason| reason.rule == "draft-withdrawn");
    assert!(
        reason
            .unwrap()
            .sentence
            .english()
            .contains("the yes of kim@shop.example is void")
    );
}

#[test]
fn a_colleagues_answer_that_did_not_arrive_holds_nobodys_text_back() {
    let text = "Dear Ann, your bicycle is ready and waits for you at the counter from nine.";
    let answered = || {
        TicketStory::opened()
            .handed_off("desk")
            .wrote("p@us", Purpose::Packet, "desk@shop.example")
            .staff_replied()
            .wrote("r@us", Purpose::StaffReply, "ann@a.example")
    };
    let late = |story| {
        let mut situation = says(story, "lou", text);
        situation.mail.in_reply_to = vec![message_id("p@us")];
        situation.decide()
    };
    let held = late(answered());
    assert_eq!(rule(&held), "staff-impossible", "{held:?}");
    let lost = |may_have_arrived| Event::SendFailed {
        recipient: address("ann@a.example"),
        why: "550 no such user".to_owned(),
        mail: Some(message_id("r@us")),
        may_have_arrived,
    };
    let passed_on = late(answered().event(lost(false)));
    assert_eq!(rule(&passed_on), "staff-reply", "{passed_on:?}");
    // Where nobody knows, the customer may get two different answers.
    let held = late(answered().event(lost(true)));
    assert_eq!(rule(&held), "staff-impossible", "{held:?}");
}
