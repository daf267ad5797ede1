//! The ten steps as a table, and the promises that hold for every situation.

use super::test_situation::{
    TestSituation, TicketStory, address, article, at, draft, fact, intent, language, mail_from,
    mailbox, message_id, team_name, ticket_id,
};
use super::{
    Action, Decision, EarlierTicket, Meant, NoticePlan, OnDraft, Own, Standing, on_failure,
};
use crate::autonomy::Stage;
use crate::compose::Purpose;
use crate::config::Mode;
use crate::desk::{Sender, StaffAct, Trust};
use crate::knowledge::{ArticleMode, OwnThresholds};
use crate::learning::{self, NoLesson};
use crate::lookup::Found;
use crate::mail::{
    Attachment, Bounce, BounceAction, Evidence, Extent, Forwarded, HeaderText, MailIdentity,
    Protection, SenderKind,
};
use crate::ticket::Event;
use crate::understand::{CustomerWord, FactSource, HardStop, RequestText, SpokenLanguage, Urgency};
use proptest::prelude::*;
use std::collections::BTreeMap;

mod earned;
mod held_back;

fn new() -> TestSituation {
    TestSituation::new()
}

fn answered() -> TicketStory {
    TicketStory::opened().answered("hours")
}

fn kind(kind: SenderKind) -> impl FnOnce(&mut TestSituation) {
    move |situation| {
        situation.mail.sender_kind = kind;
        situation.mail.may_auto_reply = false;
        situation.mail.sender_evidence = vec![Evidence::new("Auto-Submitted", "auto-replied")];
    }
}

fn word(word: CustomerWord) -> impl FnOnce(&mut TestSituation) {
    move |situation| situation.understanding.customer_word = Some(word)
}

fn file(inline: bool) -> Attachment {
    Attachment {
        name: HeaderText::clean("photo.jpg"),
        media_type: "image/jpeg".to_owned(),
        inline,
        content: vec![],
    }
}

/// Kim forwards a mail of Ann that came to her own mailbox.
fn forwarded() -> TestSituation {
    let sender = Sender::StaffForward {
        team: team_name("desk"),
        member: address("kim@shop.example"),
    };
    TestSituation::new().sent_by(sender).with(|it| {
        it.mail.from = Some(mailbox("kim@shop.example"));
        it.mail.forwarded_from = Some(original_of_ann());
    })
}

fn original_of_ann() -> Forwarded {
    Forwarded {
        from: mailbox("ann@a.example"),
        subject: HeaderText::clean("my bike"),
        to: vec![],
        date: crate::mail::HeaderText::default(),
        text: "Is my bike ready?".to_owned(),
    }
}

fn forward_waits() -> TestSituation {
    let story = TicketStory::opened().event(Event::Forwarded {
        member: address("kim@shop.example"),
        team: team_name("desk"),
    });
    TestSituation::new().in_ticket(story)
}

fn false_staff() -> Sender {
    Sender::FalseStaff {
        why: crate::desk::NotShown::NoToken {
            from: address("kim@shop.example"),
            team: team_name("desk"),
        },
    }
}

/// Decision word and deciding rule, `silent` where a hand-off tells the customer nothing.
fn shown(decision: &Decision) -> String {
    let rule = decision.reasons.first.rule;
    let silent = match &decision.action {
        Action::HandOff(hand_off) => matches!(hand_off.notice, NoticePlan::Withhold { .. }),
        _ => false,
    };
    let silent = if silent { " silent" } else { "" };
    format!("{} {rule}{silent}", decision.action.as_str())
}

#[track_caller]
fn check(situation: &TestSituation, expected: &str) -> Decision {
    let decision = situation.decide();
    assert_eq!(shown(&decision), expected, "{}", decision.explanation());
    decision
}

#[test]
fn step_1_leaves_what_is_ours_or_nobodys() {
    check(
        &new()
            .with(kind(SenderKind::Own))
            .with(|s| s.history.own = Own::Copy),
        "leave own-copy",
    );
    check(&new().with(kind(SenderKind::Own)), "leave own-mail");
    // A web form that sends what people write under our own address: nobody's words are dropped in silence.
    check(
        &new().with(kind(SenderKind::Own)).with(|s| {
            s.mail.sender_evidence = vec![Evidence::new("From", "support@shop.example")];
        }),
        "quarantine own-address",
    );
    // A stranger who re-uses the Message-ID of our mail is a customer like any other: his mail must not vanish.
    check(
        &new()
            .wants("hours", 0.9)
            .with(|s| s.history.own = Own::Copy),
        "answer sure",
    );
    check(&new().with(kind(SenderKind::AutoReply)), "leave auto-reply");
    check(&new().with(kind(SenderKind::List)), "leave list");
    check(&new().with(kind(SenderKind::Bulk)), "leave bulk");
    check(
        &new().with(kind(SenderKind::FeedbackReport)),
        "leave feedback-report",
    );
    check(&new().with(|s| s.mail.from = None), "quarantine no-sender");
    // Robots first, whoever they claim to be: a member's holiday note must not reach the customer.
    check(
        &new()
            .in_ticket(TicketStory::opened().handed_off("desk"))
            .kim_replies("I am away")
            .with(kind(SenderKind::AutoReply)),
        "leave auto-reply",
    );
    // What only asks for no automatic answer may be a customer's.
    check(
        &new().wants("hours", 0.99).with(|it| {
            it.mail.sender_kind = SenderKind::AutoReply;
            it.mail.kind_proof = crate::mail::KindProof::Suspected;
            it.mail.may_auto_reply = false;
        }),
        "handoff may-not-answer silent",
    );
    // Inside a ticket, what came through a list reaches its person.
    check(
        &new()
            .in_ticket(TicketStory::opened().handed_off("desk"))
            .with(kind(SenderKind::List)),
        "relay person-in-ticket",
    );
    check(
        &new().in_ticket(answered()).with(kind(SenderKind::List)),
        "handoff may-not-answer silent",
    );
}

#[test]
fn a_failed_bounce_is_told_to_the_team_of_its_ticket() {
    let bounce = |action| {
        move |situation: &mut TestSituation| {
            kind(SenderKind::Bounce)(situation);
            situation.mail.bounce = Some(Bounce {
                recipient: Some(address("ann@a.example")),
                status: Some("5.1.1".to_owned()),
                action,
                original_message_id: None,
            });
        }
    };
    let told = |situation: TestSituation| match situation.decide().action {
        Action::Leave { tell_of_bounce } => tell_of_bounce,
        other => panic!("{other:?}"),
    };
    let in_workshop = || new().in_ticket(TicketStory::opened().handed_off("workshop"));
    assert_eq!(
        told(in_workshop().with(bounce(BounceAction::Failed))),
        Some(team_name("workshop"))
    );
    assert_eq!(
        told(in_workshop().with(bounce(BounceAction::Delayed))),
        None
    );
    assert_eq!(told(new().with(bounce(BounceAction::Failed))), None);
    assert_eq!(
        told(
            new()
                .in_ticket(answered())
                .with(bounce(BounceAction::Failed))
        ),
        Some(team_name("desk"))
    );
    let evidence = in_workshop().with(bounce(BounceAction::Failed)).decide();
    assert_eq!(
        evidence.reasons.first.evidence,
        "failed 5.1.1 ann@a.example"
    );
}

#[test]
fn a_lost_mail_is_told_once_whoever_reports_it_and_another_one_is_told_as_well() {
    let lost = |mail: &str| Some(message_id(mail));
    let known = |report: &str, recipient: Option<&str>, mail: &str| {
        let story = TicketStory::opened().handed_off("workshop");
        new().in_ticket(story.event(Event::Bounced {
            recipient: recipient.map(address),
            report: report.to_owned(),
            original: lost(mail),
        }))
    };
    let (ann, bob) = (Some("ann@a.example"), Some("bob@a.example"));
    let before = || known("failed 5.1.1", ann, "r@us");
    let rows = [
        ("the same", before(), ann, lost("r@us"), false),
        (
            "in other letters",
            before(),
            Some("Ann@A.example"),
            lost("r@us"),
            false,
        ),
        ("to nobody named", before(), None, lost("r@us"), false),
        ("to somebody else", before(), bob, lost("r@us"), true),
        ("another mail", before(), ann, lost("s@us"), true),
        // It may be another one: rather told twice than not at all.
        ("a mail not named", before(), ann, None, true),
        (
            "only delayed before",
            known("delayed 4.2.2", ann, "r@us"),
            ann,
            lost("r@us"),
            true,
        ),
        (
            "nobody named before",
            known("failed 5.0.0", None, "r@us"),
            ann,
            lost("r@us"),
            true,
        ),
    ];
    for (name, situation, recipient, original_message_id, is_told) in rows {
        let situation = situation.with(|situation| {
            kind(SenderKind::Bounce)(situation);
            situation.mail.bounce = Some(Bounce {
                recipient: recipient.map(address),
                status: Some("5.0.0".to_owned()),
                action: BounceAction::Failed,
                original_message_id: original_message_id.clone(),
            });
        });
        let Action::Leave { tell_of_bounce } = situation.decide().action else {
            panic!("{name}");
        };
        let team = is_told.then(|| team_name("workshop"));
        assert_eq!(tell_of_bounce, team, "{name}");
    }
}

#[test]
fn step_2_does_what_staff_ask_for() {
    let drafted = || new().in_ticket(TicketStory::opened().drafted("hours"));
    let held = || new().in_ticket(TicketStory::opened().handed_off("desk"));
    for (situation, expected) in [
        (drafted().kim_replies("OK"), "relay staff-approve"),
        (drafted().kim_replies("NO too old"), "relay staff-refuse"),
        (
            drafted().kim_replies("Dear Ann, at nine."),
            "relay staff-reply",
        ),
        (
            drafted().kim_replies("OK\nbut say Monday"),
            "relay staff-impossible",
        ),
        (drafted().kim_replies("ok thanks"), "relay staff-impossible"),
        (held().kim_replies("OK"), "relay staff-impossible"),
        (
            held().kim_replies("OK, we send it again tomorrow."),
            "relay staff-reply",
        ),
        (
            held().kim_replies("No, we do not ship to Norway."),
            "relay staff-reply",
        ),
        (held().kim_replies("NO"), "relay staff-impossible"),
        (held().kim_replies("TAKE"), "relay staff-take"),
        (held().kim_replies("BACK"), "relay staff-back"),
        (held().kim_replies("CLOSE"), "relay staff-close"),
        (
            held().kim_replies("CLOSE\nand tell her hello"),
            "relay staff-impossible",
        ),
        (held().kim_replies("NOTE called her"), "relay staff-note"),
        (held().kim_replies("NOTE"), "relay staff-impossible"),
        (held().kim_replies(""), "relay staff-impossible"),
        (
            held()
                .kim_replies("hi")
                .with(|s| s.mail.extent = Extent::HeadersOnly),
            "relay staff-impossible",
        ),
        (
            held()
                .kim_replies("hi")
                .with(|s| s.mail.protection = Protection::Encrypted),
            "relay staff-impossible",
        ),
        (held().kim_replies("yes"), "relay staff-impossible"),
        (drafted().kim_replies("Yes."), "relay staff-approve"),
        (held().kim_replies("LATER 2d"), "relay staff-later"),
        (held().kim_replies("LATER"), "relay staff-impossible"),
        (
            held().kim_replies("LATER 2 years"),
            "relay staff-impossible",
        ),
        (held().kim_replies("LATER 400d"), "relay staff-impossible"),
        (
            held().kim_replies("LATER 2d\n\nDear Ann, soon."),
            "relay staff-impossible",
        ),
        (held().kim_replies("WHY?"), "relay staff-why"),
        (drafted().kim_replies("Hilfe"), "relay staff-help"),
        (held().kim_replies("TEAM workshop"), "relay staff-team"),
        (held().kim_replies("AN Workshop"), "relay staff-team"),
        (held().kim_replies("TEAM desk"), "relay staff-impossible"),
        (held().kim_replies("TEAM nobody"), "relay staff-impossible"),
        (held().kim_replies("TEAM"), "relay staff-impossible"),
        (
            held().kim_replies("TEAM workshop\nher chain is off"),
            "relay staff-impossible",
        ),
        (
            forward_waits().kim_replies("TEAM workshop"),
            "relay staff-impossible",
        ),
        (held().kim_replies("TAKE IT"), "relay staff-impossible"),
        (held().kim_replies("Close please"), "relay staff-impossible"),
        (held().kim_replies("INTEND hours"), "relay staff-impossible"),
        (held().kim_replies("ESCALATE"), "relay staff-impossible"),
        (held().kim_replies("no thanks"), "relay staff-impossible"),
        (held().kim_replies("Yes, tomorrow."), "relay staff-reply"),
        (
            drafted().kim_replies("Yes, tomorrow."),
            "relay staff-impossible",
        ),
        (held().kim_replies("It is on its way."), "relay staff-reply"),
        (held().kim_replies("Thanks, bye"), "relay staff-reply"),
        (
            held().kim_replies("Hello Ann, close it."),
            "relay staff-reply",
        ),
        (forwarded(), "draft staff-forward"),
        (forward_waits().kim_replies("OK"), "relay staff-approve"),
        (forward_waits().kim_replies("NO"), "relay staff-refuse"),
        (
            forward_waits().kim_replies("No, we do not ship there."),
            "relay staff-impossible",
        ),
        (
            forward_waits().kim_replies("OK thanks"),
            "relay staff-impossible",
        ),
        (
            forward_waits().kim_replies("Dear Ann, it is ready."),
            "relay staff-reply",
        ),
        (new().kim_replies("hi"), "quarantine staff-no-ticket"),
        (new().sent_by(false_staff()), "quarantine false-staff"),
    ] {
        check(&situation, expected);
        let decided = situation.decide();
        let said = match &decided.action {
            Action::Staff {
                impossible: Some(why),
                ..
            } => why,
            _ => &decided.reasons.first.sentence,
        };
        assert_ne!(said.german(), said.english(), "{expected}");
    }
}

#[test]
fn a_yes_sends_the_draft_that_waits_and_a_no_tells_the_customer() {
    let drafted = || new().in_ticket(TicketStory::opened().drafted("hours"));
    let Action::Staff {
        act,
        draft: sent,
        impossible,
        hand_off,
        ..
    } = drafted().kim_replies("ok.").decide().action
    else {
        panic!("no staff act")
    };
    let yes = StaffAct::Approve { question: None };
    assert_eq!((act, sent), (yes, Some(OnDraft::Send(draft("hours")))));
    assert_eq!((impossible, hand_off), (None, None));

    let Action::Staff {
        draft: refused,
        hand_off,
        ..
    } = drafted().kim_replies("NO wrong price").decide().action
    else {
        panic!("no staff act")
    };
    assert_eq!(refused, Some(OnDraft::Refuse(draft("hours"))));
    assert!(matches!(hand_off.unwrap().notice, NoticePlan::Tell { .. }));

    // A yes of the wrong team sends nothing.
    let other = drafted().kim_replies("OK").sent_by(Sender::Staff {
        team: team_name("workshop"),
        member: address("lee@shop.example"),
    });
    check(&other, "relay staff-impossible");
}

#[test]
fn later_and_team_come_to_a_moment_and_a_team() {
    let held = || new().in_ticket(TicketStory::opened().handed_off("desk"));
    let meant = |situation: &TestSituation| match situation.decide().action {
        Action::Staff {
            meant, hand_off, ..
        } => (meant, hand_off),
        other => panic!("{other:?}"),
    };
    // Monday at ten: by Wednesday at ten, and the morning of the next day, of the next Monday.
    for (words, minutes) in [
        ("LATER 2d", 2 * 1440),
        ("LATER 2h", 120),
        ("SPÄTER morgen", 1440 - 60),
        ("LATER monday", 7 * 1440 - 60),
    ] {
        let (until, told) = meant(&held().kim_replies(words));
        assert_eq!(until, Some(Meant::Until(at(minutes))), "{words}");
        assert_eq!(told, None, "{words}");
    }
    // What was promised stays; a customer who has heard nothing yet is told who answers.
    let workshop = Some(Meant::Team(team_name("workshop")));
    let (team, told) = meant(&held().kim_replies("TEAM workshop"));
    assert_eq!((team, told), (workshop.clone(), None));
    let drafted = new().in_ticket(TicketStory::opened().drafted("hours"));
    let (team, told) = meant(&drafted.kim_replies("TEAM workshop"));
    assert_eq!(team, workshop);
    let told = told.unwrap();
    assert_eq!(told.team, team_name("workshop"));
    assert!(matches!(told.notice, NoticePlan::Tell { .. }));
    // The member is told what there is.
    let sentence = |words: &str| {
        held()
            .kim_replies(words)
            .decide()
            .reasons
            .first
            .sentence
            .to_string()
    };
    assert!(sentence("TEAM nobody").contains("one of desk, workshop"));
    assert!(sentence("LATER").contains("LATER 3 days"));
    assert!(sentence("INTEND hours").contains("INTENT and the name of an article, misspelt"));
    assert!(sentence("ESCALATE").contains("below a greeting"));
}

#[test]
fn step_3_a_person_in_the_ticket_keeps_automation_silent() {
    let held = |story: TicketStory| new().wants("hours", 0.99).in_ticket(story);
    for story in [
        TicketStory::opened().handed_off("desk"),
        TicketStory::opened().handed_off("desk").closed(),
        answered().event(Event::Taken {
            member: address("kim@shop.example"),
        }),
        TicketStory::opened().drafted("hours").staff_replied(),
    ] {
        check(&held(story), "relay person-in-ticket");
    }
    let given_back = TicketStory::opened()
        .handed_off("desk")
        .event(Event::GivenBack {
            member: address("kim@shop.example"),
        });
    check(&held(given_back), "answer sure");
    // Legal words still show among the reasons, and the third party's words reach the person.
    let decision = check(
        &held(TicketStory::opened().handed_off("desk")).stop(HardStop::Legal),
        "relay person-in-ticket",
    );
    assert_eq!(
        decision.reasons.further.first().unwrap().rule,
        "hard-stop-legal"
    );
    check(
        &held(TicketStory::opened().handed_off("desk")).sent_by(Sender::ThirdParty),
        "relay person-in-ticket",
    );
}

#[test]
fn step_3_stop_is_confirmed_once_and_then_kept() {
    let stop = || new().saying("STOP").with(word(CustomerWord::Stop));
    let decision = check(&stop().in_ticket(answered()), "leave stop");
    assert_eq!(decision.action, Action::ConfirmStop);
    check(
        &stop().with(|s| s.history.automation_refused = true),
        "leave stop-again",
    );
    let silent = check(
        &stop().with(|s| s.mail.may_auto_reply = false),
        "leave stop",
    );
    assert_eq!(
        silent.action,
        Action::Leave {
            tell_of_bounce: None
        }
    );
    check(
        &stop()
            .saying("STOP\nand where is my parcel?")
            .wants("hours", 0.99),
        "handoff automation-refused silent",
    );
    check(
        &new()
            .wants("hours", 0.99)
            .with(|s| s.history.automation_refused = true),
        "handoff automation-refused silent",
    );
    let start = |trust| {
        new()
            .sent_by(Sender::Customer(trust))
            .with(word(CustomerWord::Start))
            .with(|s| s.history.automation_refused = true)
    };
    check(&start(Trust::Proven).saying("START"), "leave start");
    check(
        &start(Trust::Proven)
            .saying("START\nWhen do you open?")
            .wants("hours", 0.99),
        "answer sure",
    );
    // Somebody else may have written it: who asked for silence has it, and a person looks.
    for words in ["START", "START\nWhen do you open?"] {
        check(
            &start(Trust::Claimed).saying(words).wants("hours", 0.99),
            "handoff automation-refused silent",
        );
    }
}

#[test]
fn what_always_goes_to_a_person_goes_to_a_team_of_an_article_only_where_that_is_sure() {
    let team = |confidence| {
        let angry = new()
            .wants("repair", confidence)
            .stop(HardStop::Frustration);
        match angry.decide().action {
            Action::HandOff(hand_off) => hand_off.team,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(team(0.95), team_name("workshop"));
    assert_eq!(team(0.5), team_name("desk"));
}

#[test]
fn step_4_hard_stops_go_to_their_team() {
    for stop in HardStop::ALL {
        let decision = check(
            &new().wants("hours", 0.99).stop(stop),
            &format!("handoff hard-stop-{}", stop.as_str()),
        );
        assert_eq!(decision.reasons.first.evidence, "their words");
    }
    let to_workshop = new().stop(HardStop::Safety).with(|s| {
        s.settings
            .escalate
            .team_by_stop
            .insert("safety".to_owned(), team_name("workshop"));
    });
    let Action::HandOff(hand_off) = to_workshop.decide().action else {
        panic!("no hand-off")
    };
    assert_eq!(hand_off.team, team_name("workshop"));
    check(
        &new().wants("hours", 0.99).with(word(CustomerWord::Human)),
        "handoff hard-stop-human-request",
    );
    check(
        &new()
            .wants("hours", 0.99)
            .sent_by(Sender::Customer(Trust::Contradicted)),
        "handoff hard-stop-identity silent",
    );
    // Two stops: the first decides, the second is a further reason.
    let both = new().stop(HardStop::Legal).stop(HardStop::Minor).decide();
    assert!(
        both.reasons
            .further
            .iter()
            .any(|r| r.rule == "hard-stop-minor")
    );
}

/// A lookup whose `enterprise` plan goes to the workshop, soon; its trial plan is only for the workshop.
fn looked_up(situation: &mut TestSituation, plan: &str) {
    use crate::config::{FieldName, Lookup, LookupName, LookupPolicy, LookupWay};
    use crate::lookup::{Found, LookedUp};
    let field = FieldName("plan".to_owned());
    let policy = |is: &str, hands_off, urgency| LookupPolicy {
        field: field.clone(),
        is: vec![is.to_owned()],
        hands_off,
        team: Some(team_name("workshop")),
        urgency,
    };
    situation.settings.lookups = vec![Lookup {
        name: LookupName("crm".to_owned()),
        way: LookupWay::Command {
            program: "/bin/true".into(),
            arguments: vec![],
        },
        time_limit: std::time::Duration::ZERO,
        cache: std::time::Duration::ZERO,
        fields: BTreeMap::from([(field.clone(), BTreeMap::new())]),
        policy: vec![
            policy("enterprise", true, Some(Urgency::High)),
            policy("trial", false, None),
        ],
    }];
    let fields = BTreeMap::from([(field.clone(), plan.to_owned())]);
    situation.mail.looked_up = vec![LookedUp {
        lookup: LookupName("crm".to_owned()),
        found: Found::Fields(fields),
    }];
}

#[test]
fn what_a_lookup_says_sends_to_people_and_only_names_a_team_to_whom_we_know() {
    let asked = |sender, plan: &str| {
        let situation = new().wants("hours", 0.99).sent_by(Sender::Customer(sender));
        situation.with(|s| looked_up(s, plan))
    };
    let of_hand_off = |decision: &Decision| match &decision.action {
        Action::HandOff(hand_off) => hand_off.team.clone(),
        other => panic!("{other:?}"),
    };
    for (sender, team) in [
        (Trust::Proven, "workshop"),
        (Trust::Thread, "workshop"),
        (Trust::Claimed, "desk"),
    ] {
        let decision = asked(sender, "enterprise").decide();
        assert_eq!(decision.reasons.first.rule, "looked-up");
        assert_eq!(decision.urgency, Urgency::High);
        assert_eq!(of_hand_off(&decision), team_name(team), "{sender:?}");
    }
    // A team alone sends nothing to people, and gets what goes to them; a hard stop stays one.
    assert_eq!(
        asked(Trust::Proven, "trial").decide().reasons.first.rule,
        "sure"
    );
    for plan in ["trial", "enterprise"] {
        let stopped = asked(Trust::Proven, plan).stop(HardStop::Legal).decide();
        assert_eq!(stopped.reasons.first.rule, "hard-stop-legal");
        assert_eq!(of_hand_off(&stopped), team_name("workshop"));
    }
    let silent = asked(Trust::Proven, "").decide();
    assert_eq!(
        (silent.reasons.first.rule, silent.urgency),
        ("sure", Urgency::Normal)
    );
}

#[test]
fn step_5_policy() {
    let sure = || new().wants("hours", 0.99);
    check(
        &sure().with(|s| s.mail.extent = Extent::HeadersOnly),
        "handoff too-large",
    );
    check(
        &sure().with(|s| s.mail.protection = Protection::Encrypted),
        "handoff encrypted",
    );
    check(
        &sure()
            .sent_by(Sender::ThirdParty)
            .in_ticket(TicketStory::opened()),
        "handoff third-party silent",
    );
    check(
        &sure().with(|s| s.settings.escalate.vip = vec!["@a.example".into()]),
        "handoff vip",
    );
    check(
        &sure().with(|s| s.settings.escalate.vip = vec!["ann@a.example".into()]),
        "handoff vip",
    );
    // By a form on a web page, which mails in its own name.
    check(
        &sure().with(|s| {
            s.settings.escalate.vip = vec!["chair@vip.example".into()];
            s.mail.form_writer = Some(mailbox("chair@vip.example"));
        }),
        "handoff vip",
    );
    check(
        &sure().with(|s| s.settings.escalate.vip = vec!["@example".into()]),
        "answer sure",
    );
    check(
        &sure().with(|s| looked_up(s, "Enterprise")),
        "handoff looked-up",
    );
    check(&sure().with(|s| looked_up(s, "basic")), "answer sure");
    // Whether they are one of those who always get a person nobody can say. Where nobody was to be asked, nothing depends on it.
    let without_answer = |found: fn(String) -> Found| {
        sure().with(|s| {
            looked_up(s, "basic");
            s.mail.looked_up[0].found = found("away".to_owned());
        })
    };
    check(&without_answer(Found::NotAvailable), "handoff lookup-away");
    check(&without_answer(Found::NotAsked), "answer sure");
    let nothing_hangs_on_it = without_answer(Found::NotAvailable).with(|s| {
        s.settings.lookups[0]
            .policy
            .iter_mut()
            .for_each(|policy| policy.hands_off = false);
    });
    check(&nothing_hangs_on_it, "answer sure");
    check(
        &sure()
            .saying("see attached")
            .with(|s| s.mail.attachments = vec![file(false)]),
        "handoff attachments",
    );
    check(
        &sure()
            .saying("")
            .with(|s| s.mail.attachments = vec![file(true)]),
        "handoff attachments",
    );
    check(
        &sure().with(|s| s.mail.attachments = vec![file(false)]),
        "answer sure",
    );
    check(
        &sure().with(|s| s.understanding.language = SpokenLanguage::Known(language("fr"))),
        "handoff language",
    );
    check(
        &sure().with(|s| s.understanding.language = SpokenLanguage::Known(language("de"))),
        "handoff no-text-in-language",
    );
    check(&sure().wants("track", 0.8), "handoff several-requests");
    for mode in [Mode::Live, Mode::Draft, Mode::Shadow] {
        let not_written = sure().with(|situation| {
            situation.settings.automation.mode = mode;
            for topic in situation.knowledge.topics.values_mut() {
                topic.mode = ArticleMode::Unwritten;
            }
        });
        let decision = check(&not_written, "handoff article-not-written");
        assert!(
            matches!(&decision.action, Action::HandOff(hand_off) if hand_off.suggestion.is_none()),
            "nobody is shown a text that nobody wrote"
        );
    }
    let repair = check(&new().wants("repair", 0.99), "handoff article-handoff");
    let Action::HandOff(hand_off) = repair.action else {
        panic!("no hand-off")
    };
    assert_eq!(
        (hand_off.team, hand_off.suggestion),
        (team_name("workshop"), None)
    );
}

#[test]
fn step_6_repeated_failure_and_thanks() {
    check(
        &new().wants("hours", 0.99).in_ticket(answered()),
        "handoff same-again",
    );
    check(
        &new().wants("hours", 0.99).in_ticket(answered().closed()),
        "handoff same-again",
    );
    check(
        &new()
            .signal("did-not-help")
            .wants("track", 0.9)
            .in_ticket(answered()),
        "handoff did-not-help",
    );
    check(
        &new()
            .wants("track", 0.99)
            .gives("order_number", "AB-204518", FactSource::NewText)
            .in_ticket(answered()),
        "answer sure",
    );
    check(
        &new()
            .signal("nothing-but-thanks")
            .saying("Thanks a lot!")
            .with(|it| it.mail.subject = HeaderText::clean("Re: a question"))
            .in_ticket(answered()),
        "leave thanks",
    );
    check(
        &new()
            .signal("thanks")
            .saying("Please take the second one off my order. Thanks")
            .in_ticket(answered()),
        "handoff no-intent",
    );
    check(
        &new()
            .signal("nothing-but-thanks")
            .saying("Thanks!")
            .with(|it| it.mail.subject = HeaderText::clean("please take one off my order"))
            .in_ticket(answered()),
        "handoff no-intent",
    );
    check(
        &new()
            .signal("nothing-but-thanks")
            .saying("Thank you so much for your very quick reply")
            .with(|it| {
                it.mail.subject = HeaderText::clean("Re: a question");
                it.mail.attachments = vec![file(false)];
            })
            .in_ticket(answered()),
        "handoff no-intent",
    );
    check(
        &new().signal("nothing-but-thanks").saying("Thanks a lot!"),
        "handoff no-intent",
    );
    let thanks = || {
        let it = new().signal("nothing-but-thanks").saying("Thanks a lot!");
        it.with(|it| it.mail.subject = HeaderText::clean("Thank you"))
    };
    let in_subject = || thanks().signal("thanks-in-subject");
    check(&in_subject(), "leave thanks");
    check(
        &in_subject().with(|it| it.history.automation_refused = true),
        "leave thanks",
    );
    check(&thanks(), "handoff no-intent");
    // A person is in: they may wait for just that. Once it is closed, nobody does.
    let handed = || TicketStory::opened().handed_off("desk").staff_replied();
    check(&in_subject().in_ticket(handed()), "relay person-in-ticket");
    check(&in_subject().in_ticket(handed().closed()), "leave thanks");
    // Something was asked for and not given yet.
    check(
        &in_subject().in_ticket(TicketStory::opened()),
        "handoff no-intent",
    );
    check(
        &new().wants("hours", 0.99).signal("did-not-help").with(|s| {
            s.history.earlier_tickets = vec![EarlierTicket {
                id: ticket_id(5),
                subject: HeaderText::clean("before"),
                status: "answered".to_owned(),
                opened_at: at(-5000),
            }];
        }),
        "handoff did-not-help",
    );
    check(
        &new()
            .wants("hours", 0.99)
            .with(|s| s.mail.may_auto_reply = false),
        "handoff may-not-answer silent",
    );
}

#[test]
fn details_are_asked_for_once_and_their_answer_goes_on() {
    let asked = || {
        TicketStory::opened()
            .event(Event::Decided {
                decision: "ask",
                reasons: vec![],
                evidence: vec![],
                intent: Some((intent("track"), 0.88)),
                close: vec![],
            })
            .asked("track", &["order_number"])
    };
    let ask = check(&new().wants("track", 0.88), "ask facts-missing");
    assert_eq!(
        ask.action,
        Action::Ask {
            intent: intent("track"),
            missing: vec![fact("order_number")]
        }
    );
    // What stands only in quoted text is not taken as given.
    check(
        &new()
            .wants("track", 0.88)
            .gives("order_number", "AB-204518", FactSource::Quoted),
        "ask facts-missing",
    );
    // The bare answer to our question is about what we asked for, as surely as before.
    let decision = check(
        &new()
            .saying("AB-204518")
            .gives("order_number", "AB-204518", FactSource::NewText)
            .in_ticket(asked()),
        "answer sure",
    );
    let Action::Answer {
        article: sent,
        confidence,
        text,
        facts,
    } = decision.action
    else {
        panic!("no answer")
    };
    assert_eq!((sent, confidence), (article("track"), 0.88));
    assert_eq!(text, "Look for AB-204518 at the carrier.");
    assert_eq!(facts.get(&fact("order_number")).unwrap(), "AB-204518");

    check(
        &new().saying("I have lost it").in_ticket(asked()),
        "handoff asked-already",
    );
    check(
        &new().wants("track", 0.9).in_ticket(asked()),
        "handoff asked-already",
    );
    // A hostile value fills nothing in.
    check(
        &new().wants("track", 0.9).gives(
            "order_number",
            "[x](https://evil.example)",
            FactSource::NewText,
        ),
        "handoff fact-not-usable",
    );
}

#[test]
fn limits_hand_off_without_a_notice() {
    let sure = || new().wants("hours", 0.99);
    check(
        &sure().with(|s| s.history.automatic_to_sender_in_day = 10),
        "handoff limit silent",
    );
    check(
        &sure().with(|s| s.history.automatic_to_domain_in_hour = 50),
        "handoff limit silent",
    );
    check(
        &sure().with(|s| s.history.automatic_in_hour = 100),
        "handoff limit silent",
    );
    let many = (0..5).fold(TicketStory::opened(), |story, n| {
        story.wrote(&format!("{n}@us"), Purpose::Notice, "ann@a.example")
    });
    check(&sure().in_ticket(many), "handoff limit silent");
    // Another reason decides, and the limit still silences its notice.
    check(
        &sure()
            .stop(HardStop::Legal)
            .with(|s| s.history.automatic_in_hour = 100),
        "handoff hard-stop-legal silent",
    );
}

/// Ann's request, as it would be learned.
fn teachable(rule: &str) -> Result<learning::Request, NoLesson> {
    Ok(learning::Request {
        mail: MailIdentity([1; 32]),
        text: RequestText {
            sentences: vec!["do you ship to Norway?".to_owned()],
            carriers: BTreeMap::new(),
            nearest: 0,
            unanswered: Some(0),
            language: language("en"),
        },
        rule: rule.to_owned(),
        found: learning::Found::Directly,
    })
}

#[test]
fn what_staff_confirm_is_learned_and_what_cannot_be_is_told() {
    let held = |request: Result<learning::Request, NoLesson>| {
        let story = TicketStory::opened().handed_off("desk");
        new().in_ticket(story).with(|s| s.request = Some(request))
    };
    let stopped = || Err(NoLesson::Stopped("legal".to_owned()));
    // Words, what can be learned of the request, the decision, and what is learned.
    for (words, request, expected, learned) in [
        (
            "INTENT hours",
            teachable("not-sure"),
            "relay staff-intent",
            Some(Some("hours")),
        ),
        (
            "intent: Hours.",
            teachable("no-intent"),
            "relay staff-intent",
            Some(Some("hours")),
        ),
        (
            "Anliegen keines",
            teachable("no-intent"),
            "relay staff-intent",
            Some(None),
        ),
        (
            "INTENT none",
            teachable("not-sure"),
            "relay staff-intent",
            Some(None),
        ),
        (
            "INTENT ours",
            teachable("no-intent"),
            "relay staff-impossible",
            None,
        ),
        (
            "INTENT",
            teachable("no-intent"),
            "relay staff-impossible",
            None,
        ),
        ("INTENT hours", stopped(), "relay staff-impossible", None),
        (
            "INTENT opening hours",
            teachable("no-intent"),
            "relay staff-impossible",
            None,
        ),
        (
            "INTENT hours\n\nDear Ann, at nine.",
            teachable("no-intent"),
            "relay staff-impossible",
            None,
        ),
        (
            "Intent on coming by? We open at nine on all days of the week.",
            stopped(),
            "relay staff-reply",
            None,
        ),
        (
            "Dear Ann, we do not.",
            teachable("no-intent"),
            "relay staff-reply",
            Some(None),
        ),
        (
            "Dear Ann, we do not.",
            teachable("not-sure"),
            "relay staff-reply",
            None,
        ),
        ("Dear Ann, we do not.", stopped(), "relay staff-reply", None),
        ("TAKE", teachable("no-intent"), "relay staff-take", None),
        (
            "NOTE she rang",
            teachable("no-intent"),
            "relay staff-note",
            None,
        ),
        ("CLOSE", teachable("no-intent"), "relay staff-close", None),
    ] {
        let decided = check(&held(request).kim_replies(words), expected);
        let Action::Staff { lesson, .. } = decided.action else {
            panic!("{words}")
        };
        let found = lesson
            .as_ref()
            .map(|one| one.intent.as_ref().map(|name| name.0.as_str()));
        assert_eq!(found, learned, "{words}");
    }
    // The names that there are, and the reason, go to the member.
    let told = |words: &str, request| {
        let decided = held(request).kim_replies(words).decide();
        decided.reasons.first.sentence.to_string()
    };
    let sentence = told("INTENT ours", teachable("no-intent"));
    assert!(
        sentence.contains("\"ours\"") && sentence.contains("hours, refund, repair, track"),
        "{sentence}"
    );
    let sentence = told("INTENT hours", stopped());
    assert!(
        sentence.contains("always goes to a person (the customer speaks of lawyers"),
        "{sentence}"
    );
    // Nobody but staff teaches, whatever they write.
    let customer = held(teachable("no-intent")).saying("INTENT hours").decide();
    assert!(!matches!(customer.action, Action::Staff { .. }));
}

#[test]
fn an_articles_own_thresholds_hold_for_it_alone() {
    let own = |send: Option<f64>, suggest: Option<f64>| {
        new().with(|s| {
            let topic = s.knowledge.topics.get_mut(&intent("hours")).unwrap();
            topic.thresholds = OwnThresholds { send, suggest };
        })
    };
    // The desk sends from 0.70 and suggests from 0.35.
    for (send, suggest, confidence, expected) in [
        (Some(0.9), None, 0.8, "handoff not-sure"),
        (Some(0.9), None, 0.95, "answer sure"),
        (Some(0.5), None, 0.5, "answer sure"),
        (None, Some(0.6), 0.5, "handoff no-intent"),
        (None, Some(0.1), 0.2, "handoff not-sure"),
        (None, None, 0.7, "answer sure"),
    ] {
        let decided = check(&own(send, suggest).wants("hours", confidence), expected);
        if let Some(send) = send {
            let sentence = decided.reasons.first.sentence.to_string();
            assert!(
                sentence.contains(&format!("needed {send:.2}")),
                "{sentence}"
            );
        }
        // Another article is not touched by it.
        check(
            &own(send, suggest).wants("refund", 0.8),
            "draft draft-article",
        );
    }
}

#[test]
fn steps_7_to_10() {
    check(&new(), "handoff no-intent");
    check(&new().wants("hours", 0.2), "handoff no-intent");
    check(&new().wants("unknown-topic", 0.99), "handoff no-intent");
    let unsure = check(&new().wants("hours", 0.5), "handoff not-sure");
    let Action::HandOff(hand_off) = unsure.action else {
        panic!("no hand-off")
    };
    assert_eq!(hand_off.suggestion, Some(article("hours")));
    check(
        &new()
            .wants("hours", 0.75)
            .wants("track", 0.7)
            .with(|s| s.understanding.requests.truncate(1)),
        "handoff close-intents",
    );
    // Five to one is not about equal: both are far.
    let far = |confidence: f64, other: f64| {
        new()
            .with(|s| {
                let topic = s.knowledge.topics.get_mut(&intent("hours")).unwrap();
                topic.thresholds.suggest = Some(0.05);
            })
            .wants("hours", confidence)
            .wants("track", other)
            .with(|s| s.understanding.requests.truncate(1))
    };
    for (confidence, other, english, german) in [
        (
            0.10,
            0.02,
            "only faintly like",
            "nur entfernt: hours (0.10), vor track (0.02)",
        ),
        (0.10, 0.06, "about equally near", "etwa gleich nahe"),
    ] {
        let decided = check(&far(confidence, other), "handoff close-intents");
        let sentence = decided.reasons.first.sentence;
        assert!(sentence.english().contains(english), "{sentence}");
        assert!(sentence.german().contains(german), "{}", sentence.german());
    }
    check(&new().wants("refund", 0.9), "draft draft-article");
    check(
        &new()
            .wants("hours", 0.9)
            .with(|s| s.settings.automation.mode = Mode::Draft),
        "draft draft-mode",
    );
    // Shadow decides as live: the gateway sends nothing.
    let shadow = check(
        &new()
            .wants("hours", 0.9)
            .with(|s| s.settings.automation.mode = Mode::Shadow),
        "answer sure",
    );
    assert_eq!(shadow.tags, ["about-hours"]);
}

#[test]
fn a_failure_ends_at_a_person_and_never_at_a_stranger() {
    let fails = |situation: &TestSituation| {
        situation.look(|situation| on_failure("the template answer is broken", situation))
    };
    assert_eq!(
        shown(&fails(&new().wants("hours", 0.99))),
        "handoff failure"
    );
    let held = new().in_ticket(TicketStory::opened().handed_off("desk"));
    assert_eq!(shown(&fails(&held)), "relay failure");
    assert_eq!(
        shown(&fails(&new().sent_by(false_staff()))),
        "quarantine failure"
    );
    assert_eq!(
        shown(&fails(&new().with(kind(SenderKind::AutoReply)))),
        "leave auto-reply"
    );
    let staff = fails(&held.kim_replies("Dear Ann"));
    assert!(matches!(
        staff.action,
        Action::Staff {
            impossible: Some(_),
            act: StaffAct::Nothing,
            ..
        }
    ));
}

#[test]
fn an_explanation_reads_as_words() {
    let explained = new()
        .wants("hours", 0.5)
        .stop(HardStop::Legal)
        .with(|s| {
            if let Some(stop) = s.understanding.hard_stops.first_mut() {
                stop.evidence = "my lawyer\u{1b}[31m\r\nwill call".to_owned();
            }
        })
        .decide()
        .explanation();
    assert_eq!(
        explained.lines().skip(1).collect::<Vec<_>>().join("\n"),
        "urgency: normal, language: en, tags: about-hours\n\
         because:\n\
         \u{20} 1. the customer speaks of lawyers, authorities or the press [hard-stop-legal]: “my lawyer [31m will call”\n\
         \u{20} 2. the nearest article is hours, but not surely enough to send it (0.50, needed 0.70) [not-sure]: “the sentence about hours”"
    );
    assert!(explained.starts_with(
        "decision: hand it to team desk and tell the customer that an answer comes by "
    ));
    let left = new()
        .with(|s| s.mail = mail_from("ann@a.example"))
        .with(kind(SenderKind::List));
    assert!(
        left.decide()
            .explanation()
            .contains("Auto-Submitted: auto-replied")
    );
}

fn any_sender() -> impl Strategy<Value = Sender> {
    prop_oneof![
        4 => Just(Sender::Customer(Trust::Claimed)),
        4 => Just(Sender::Customer(Trust::Thread)),
        1 => Just(Sender::Customer(Trust::Contradicted)),
        2 => Just(Sender::ThirdParty),
        2 => Just(Sender::Staff { team: team_name("desk"), member: address("kim@shop.example") }),
        2 => Just(false_staff()),
    ]
}

fn any_story() -> impl Strategy<Value = Option<TicketStory>> {
    let step = 0..9_u8;
    let story = prop::collection::vec(step, 0..6).prop_map(|steps| {
        steps
            .into_iter()
            .fold(TicketStory::opened(), |story, step| match step {
                0 => story.customer_wrote(),
                1 => story.answered("hours"),
                2 => story.asked("track", &["order_number"]),
                3 => story.drafted("refund"),
                4 => story.handed_off("desk"),
                5 => story.staff_replied(),
                6 => story.closed(),
                7 => story.event(Event::GivenBack {
                    member: address("kim@shop.example"),
                }),
                _ => story.event(Event::AutomationRefused),
            })
    });
    prop::option::of(story)
}

prop_compose! {
    fn any_situation()(
        sender in any_sender(),
        story in any_story(),
        kind in prop::sample::select(vec![
            SenderKind::Person, SenderKind::Person, SenderKind::Person, SenderKind::AutoReply, SenderKind::Bounce,
            SenderKind::List, SenderKind::Own,
        ]),
        may_auto_reply in prop::bool::weighted(0.8),
        wants in prop::collection::vec((prop::sample::select(vec!["hours", "track", "refund", "repair", "other"]), 0.0..1.0_f64), 0..3),
        stops in prop::collection::vec(prop::sample::select(HardStop::ALL.to_vec()), 0..2),
        signals in prop::collection::vec(prop::sample::select(vec!["thanks", "nothing-but-thanks", "did-not-help"]), 0..2),
        word in prop::option::weighted(0.2, prop::sample::select(vec![CustomerWord::Human, CustomerWord::Stop, CustomerWord::Start])),
        text in "(OK|NO|yes|TAKE|LATER 2d|TEAM workshop|WHY|Help|CLOES|it|please|STOP|thanks|AB-204518|When do you open on Mondays\\?| |\n){0,6}",
        number in prop::option::of("\\PC{1,12}"),
        mode in prop::sample::select(vec![Mode::Live, Mode::Draft, Mode::Shadow]),
        refused in prop::bool::weighted(0.2),
        sent in 0..120_u32,
        stage in prop::option::weighted(0.5, prop::sample::select(Stage::ALL.to_vec())),
    ) -> TestSituation {
        let mut situation = new().sent_by(sender.clone()).saying(&text);
        situation.ticket = story.map(TicketStory::ticket);
        for (name, confidence) in wants {
            situation = situation.wants(name, confidence);
        }
        for stop in stops {
            situation = situation.stop(stop);
        }
        for name in signals {
            situation = situation.signal(name);
        }
        if let Some(number) = number {
            situation = situation.gives("order_number", &number, FactSource::NewText);
        }
        situation.mail.sender_kind = kind;
        situation.mail.may_auto_reply = may_auto_reply;
        situation.understanding.customer_word = word;
        situation.settings.automation.mode = mode;
        situation.history.automation_refused = refused;
        situation.history.automatic_in_hour = sent;
        if let Some(stage) = stage {
            earned::all_at(stage, (12, 14))(&mut situation);
        }
        situation
    }
}

/// Whether something automatic goes to somebody outside.
fn is_automatic(action: &Action) -> bool {
    let tells = |plan: &NoticePlan| matches!(plan, NoticePlan::Tell { .. });
    match action {
        Action::Answer { .. } | Action::Ask { .. } | Action::ConfirmStop => true,
        Action::HandOff(hand_off) => tells(&hand_off.notice),
        Action::Staff { hand_off, .. } => hand_off.as_ref().is_some_and(|h| tells(&h.notice)),
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn what_no_situation_may_lead_to(situation in any_situation()) {
        let decision = situation.decide();
        let action = &decision.action;
        prop_assert!(!decision.reasons.first.sentence.english().is_empty() && !decision.reasons.first.rule.is_empty());
        prop_assert_eq!(&decision, &situation.decide());
        prop_assert_eq!(decision.explanation(), situation.decide().explanation());

        let is_from_outside = matches!(situation.sender, Sender::Customer(_) | Sender::ThirdParty);
        if !situation.understanding.hard_stops.is_empty() {
            prop_assert!(!matches!(action, Action::Answer { .. } | Action::Ask { .. } | Action::Draft(_)), "{action:?}");
        }
        let stage = earned::stage_of_all(&situation).filter(|_| situation.settings.automation.mode != Mode::Shadow);
        if is_from_outside && stage == Some(Stage::Shadow) {
            prop_assert!(!matches!(action, Action::Answer { .. } | Action::Ask { .. } | Action::Draft(_)), "{action:?}");
        }
        if is_from_outside && stage == Some(Stage::Draft) {
            prop_assert!(!matches!(action, Action::Answer { .. }), "{action:?}");
        }
        let held = situation.ticket.as_ref().is_some_and(|t| matches!(t.holder(), crate::ticket::Holder::Person(_)));
        if held || situation.sender == Sender::ThirdParty {
            prop_assert!(!is_automatic(action), "{action:?}");
        }
        if is_from_outside && !situation.mail.may_auto_reply {
            prop_assert!(!is_automatic(action), "{action:?}");
        }
        if is_from_outside && situation.history.automatic_in_hour >= 100 {
            prop_assert!(!is_automatic(action), "{action:?}");
        }
        if situation.history.automation_refused && situation.understanding.customer_word != Some(CustomerWord::Start) && is_from_outside {
            prop_assert!(!is_automatic(action), "{action:?}");
        }
        if matches!(situation.sender, Sender::FalseStaff { .. }) {
            // A robot is left alone even where it claims to be staff: telling the admin of each would be a loop of its own.
            let expected = if situation.mail.sender_kind == SenderKind::Person { "quarantine" } else { action.as_str() };
            prop_assert_eq!(action.as_str(), expected);
            prop_assert!(matches!(action, Action::Quarantine | Action::Leave { .. } | Action::NoteOwnCopy), "{action:?}");
        }
        if let Action::Staff { act: StaffAct::Reply { text }, impossible: None, .. } = action {
            prop_assert_eq!(crate::desk::looks_like_word(text), None);
        }
        if is_from_outside {
            let is_staff_act = matches!(action, Action::Staff { .. });
            prop_assert!(!is_staff_act);
        }
        if situation.mail.sender_kind == SenderKind::AutoReply {
            let is_left = matches!(action, Action::Leave { .. });
            prop_assert!(is_left);
        }
        let failed = situation.look(|situation| on_failure("test", situation));
        prop_assert!(!["answer", "ask", "draft"].contains(&failed.action.as_str()));
    }
}

/// Thanks hide no word: whoever says STOP to people is not answered by a machine.
#[test]
fn a_stop_among_thanks_reaches_the_person_who_was_in() {
    let closed = TestSituation::new()
        .signal("nothing-but-thanks")
        .in_ticket(TicketStory::opened().handed_off("desk").closed())
        .with(|s| s.understanding.customer_word = Some(CustomerWord::Stop));
    let action = closed.decide().action;
    assert!(matches!(action, Action::PassOn { .. }), "{action:?}");
}

/// What was answered or asked just now is not sent again for a mail that crossed it; everything else is decided as ever.
#[test]
fn a_mail_that_crossed_our_own_gets_nothing_twice_and_hides_no_hand_off() {
    let asks_again = || {
        TestSituation::new()
            .wants("hours", 0.99)
            .in_ticket(TicketStory::opened().answered("hours"))
            .sent_by(Sender::Customer(Trust::Claimed))
            .saying("a question")
            .with(|s| {
                for timed in &mut s.ticket.as_mut().unwrap().events {
                    timed.at = at(-2);
                }
            })
    };
    let rule = |situation: TestSituation| situation.decide().reasons.first.rule;
    assert_eq!(rule(asks_again()), "crossed");
    assert_eq!(asks_again().decide().action, Action::NoteCrossed);
    // They hold our mail, or quote its reference: they have read it.
    let has_read = asks_again().sent_by(Sender::Customer(Trust::Thread));
    assert_eq!(rule(has_read), "same-again");
    let quotes = asks_again().with(|s| {
        let id = s.ticket.as_ref().unwrap().id.to_string();
        s.mail.subject = crate::mail::HeaderText::clean(&format!("Re: hours [{id}]"));
    });
    assert_eq!(rule(quotes), "same-again");
    assert_eq!(rule(asks_again().signal("did-not-help")), "did-not-help");
    let stopped = asks_again().stop(HardStop::Legal);
    assert_eq!(rule(stopped), "hard-stop-legal");
    let brings_a_fact = asks_again().gives("order_number", "LT-1", FactSource::NewText);
    assert_eq!(rule(brings_a_fact), "same-again");
    // One further word may be a further wish.
    let says_more = asks_again().saying("a question, and cancel it");
    assert_eq!(rule(says_more), "same-again");
    let lost = asks_again().with(|s| {
        s.ticket
            .as_mut()
            .unwrap()
            .events
            .push(crate::ticket::TimedEvent {
                at: at(-1),
                cause: None,
                event: crate::ticket::Event::SendFailed {
                    recipient: address("ann@a.example"),
                    why: "no such user".to_owned(),
                    mail: None,
                    may_have_arrived: false,
                },
            });
    });
    assert_eq!(rule(lost), "same-again");
    let is_off = asks_again().with(|s| s.settings.limits.same_matter = std::time::Duration::ZERO);
    assert_eq!(rule(is_off), "same-again");
}

/// A mail that still waits in the outbox was read by nobody: the same once more is noted, everything else is decided as ever.
#[test]
fn what_has_not_left_is_nothing_that_the_customer_replied_to() {
    let not_left = |standing| crate::decide::NotLeft {
        mail: message_id("a@us"),
        standing,
        why: Some("451 later".to_owned()),
    };
    let asks_again = |standing| {
        TestSituation::new()
            .wants("hours", 0.99)
            .in_ticket(TicketStory::opened().answered("hours"))
            .sent_by(Sender::Customer(Trust::Claimed))
            .saying("And when do you open? I need to know.")
            .with(|s| s.history.not_left = vec![not_left(standing)])
    };
    let waits = || asks_again(Standing::Waits);
    let came = |situation: TestSituation| {
        let decision = situation.decide();
        (decision.reasons.first.rule, decision.action)
    };
    let rule = |situation: TestSituation| came(situation).0;
    assert_eq!(came(waits()), ("answer-waits", Action::NoteCrossed));
    assert_eq!(rule(asks_again(Standing::InDoubt)), "answer-waits");
    assert_eq!(rule(asks_again(Standing::GivenUp)), "not-arrived");
    let has_left = waits().with(|s| s.history.not_left.clear());
    assert_eq!(rule(has_left), "same-again");
    // "Still no answer" is true; "that did not help" is about something else, and for a person.
    let impatient = || waits().signal("did-not-help");
    assert_eq!(rule(impatient()), "did-not-help");
    assert_eq!(rule(impatient().signal("repeated-contact")), "answer-waits");
    assert_eq!(rule(waits().stop(HardStop::Legal)), "hard-stop-legal");
    let of_another_matter = waits().with(|s| {
        s.understanding.intents.clear();
        s.understanding.requests.clear();
    });
    let of_another_matter = of_another_matter.wants("track", 0.99);
    let another = came(of_another_matter.gives("order_number", "LT-1", FactSource::NewText));
    assert!(matches!(another.1, Action::Answer { .. }), "{another:?}");
    // A question of ours that nobody has read was not asked already.
    let asked = |not_left| {
        let asked = TicketStory::opened().asked("track", &["order_number"]);
        TestSituation::new()
            .wants("track", 0.99)
            .in_ticket(asked.wrote("a@us", Purpose::Question, "ann@a.example"))
            .sent_by(Sender::Customer(Trust::Claimed))
            .saying("Where is it now?")
            .with(|s| s.history.not_left = not_left)
    };
    assert_eq!(rule(asked(vec![])), "asked-already");
    assert_eq!(rule(asked(vec![not_left(Standing::Waits)])), "answer-waits");
    // Thanks for what nobody has read confirm nothing.
    let thanks = |standing| asks_again(standing).signal("nothing-but-thanks");
    let confirmed = thanks(Standing::Waits).with(|s| s.history.not_left.clear());
    assert_eq!(came(confirmed).1, Action::NoteConfirmed);
    let action = came(thanks(Standing::Waits)).1;
    assert!(matches!(action, Action::Leave { .. }), "{action:?}");
}
