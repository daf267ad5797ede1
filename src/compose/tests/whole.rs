//! Each kind of mail, whole, as it leaves.

use super::*;
use crate::desk::{Sender, Trust};
use crate::ticket::Event;
use crate::understand::FactSource;

/// The mail with everything that the key made replaced by a word: the snapshots show what a person reads, and stay readable.
pub(super) fn redacted(mail: &Outgoing) -> String {
    let patterns = [
        (r"\.[a-z2-7]{16}@", ".TAG@"),
        (r"\+[0-9a-z]{10}-([cs])-[a-z2-7]{16}@", "+TOKEN-$1@"),
        (r"X-Handoff-Mark: [a-z2-7]{16}", "X-Handoff-Mark: MARK"),
        (r"([amr])-[a-z2-7]{16}", "$1-BOUNDARY"),
    ];
    let mut text = as_text(mail).replace("\r\n", "\n");
    for (pattern, word) in patterns {
        let pattern = regex::Regex::new(pattern).unwrap();
        text = pattern.replace_all(&text, word).into_owned();
    }
    let sender = match &mail.sender {
        super::super::EnvelopeSender::Null => "<>".to_owned(),
        super::super::EnvelopeSender::Support(address) => address.to_string(),
    };
    format!(
        "envelope {sender} -> {:?}\nparty {:?}\n\n{text}",
        mail.recipients, mail.party
    )
}

fn first() -> TestSituation {
    TestSituation::new()
}

fn forwarded_by_ann() -> crate::mail::Forwarded {
    crate::mail::Forwarded {
        from: crate::mail::Mailbox::bare(address("ann@a.example")),
        subject: crate::mail::HeaderText::clean("My *bike*"),
        to: vec![],
        date: crate::mail::HeaderText::default(),
        text: "Is it ready?\n\n=== write above this line ===\n\nAnn".to_owned(),
    }
}

pub(super) fn staff_in(story: TicketStory) -> TestSituation {
    TestSituation::new()
        .in_ticket(story)
        .kim_replies("It is ready.")
}

fn snapshot(name: &str, situation: &TestSituation, decision: &Decision, purpose: Purpose) {
    let composed = compose(situation, decision);
    insta::assert_snapshot!(name, redacted(mail_for(&composed, purpose)));
}

#[test]
fn to_the_customer() {
    snapshot("answer-en", &first(), &answer(), Purpose::Answer);
    snapshot("answer-de", &first(), &in_german(answer()), Purpose::Answer);
    let known = TestSituation::new().in_ticket(story());
    snapshot("answer-in-ticket-en", &known, &answer(), Purpose::Answer);
    snapshot("question-en", &first(), &ask(), Purpose::Question);
    snapshot(
        "question-de",
        &first(),
        &in_german(ask()),
        Purpose::Question,
    );
    let stop = decision(Action::ConfirmStop);
    snapshot("stop-en", &first(), &stop, Purpose::StopConfirmation);
    snapshot(
        "stop-de",
        &first(),
        &in_german(stop),
        Purpose::StopConfirmation,
    );
}

#[test]
fn a_hand_off() {
    let situation = TestSituation::new()
        .wants("hours", 0.4)
        .gives("order_number", "AB-204518", FactSource::NewText)
        .in_ticket(story())
        .with(|it| {
            it.mail.attachments = vec![file("photo of the bike.jpg", b"x")];
            it.settings.support.footer = "Shop Ltd, 1 High Street".to_owned();
        });
    let decision = decision(Action::HandOff(hand_off()));
    snapshot("notice-en", &situation, &decision, Purpose::Notice);
    snapshot(
        "notice-de",
        &situation,
        &in_german(decision.clone()),
        Purpose::Notice,
    );
    snapshot("packet-en", &situation, &decision, Purpose::Packet);
    let german = situation.with(|it| it.settings.support.language = language("de"));
    snapshot("packet-de", &german, &decision, Purpose::Packet);
    snapshot("packet-first-en", &first(), &decision, Purpose::Packet);
    snapshot("notice-first-en", &first(), &decision, Purpose::Notice);
}

/// A refund that took three mails of Ann and one of Kim; the last one comes a week after the day that Kim had promised.
fn refund_thread() -> TestSituation {
    let excerpt = |mail: &mut Event, text: &str| {
        if let Event::Opened { mail, .. } | Event::CustomerWrote { mail } = mail {
            mail.excerpt = text.to_owned();
        }
    };
    let mut story = TicketStory::opened().ticket();
    let mut again = TicketStory::opened().customer_wrote().ticket().events;
    excerpt(
        &mut story.events[0].event,
        "Hello,\n\nI sent the *jacket* back on 20 January, parcel 00340434. Please refund the 89 euros.\n\nAnn",
    );
    excerpt(
        &mut again[1].event,
        "Hello,\n\nthe parcel arrived at your place on 24 January, says the post office. When do I get my money?\n\nAnn",
    );
    let kims =
        "Dear Ann,\n\nwe have found your parcel. We will transfer the money by Friday.\n\nKim";
    let said = crate::understand::summary::kept_of_ours(kims, kims);
    let wrote = Event::Wrote {
        message_id: message_id("s1@us.example"),
        purpose: Purpose::StaffReply,
        to: vec![address("ann@a.example")],
        said,
    };
    let member = address("kim@shop.example");
    let events = [
        again.remove(1).event,
        Event::StaffReplied {
            member: member.clone(),
        },
        wrote,
        Event::GivenBack { member },
    ];
    for (number, event) in (1..).zip(events) {
        story.events.push(crate::ticket::TimedEvent {
            at: at(number * 1440 - 30 * 1440),
            cause: None,
            event,
        });
    }
    story.events[0].at = at(-31 * 1440);
    let mut situation = TestSituation::new().saying(
        "Hi,\n\nany news? Nothing has arrived on my account. My bank details have changed, do you need the new ones?\n\nAnn",
    );
    situation.ticket = Some(story);
    situation.sender = Sender::Customer(Trust::Thread);
    situation.understanding.summary = "any news?".to_owned();
    let new = crate::understand::summary::NewMail {
        mail: &situation.mail,
        author: crate::understand::Author::Customer,
        at: at(0),
    };
    situation.understanding.thread = crate::understand::summary::of_thread(
        &new,
        situation.ticket.as_ref(),
        &situation.understanding,
    );
    situation
}

#[test]
fn a_thread_is_summarised_for_staff() {
    let decision = decision(Action::HandOff(hand_off()));
    let passed = super::decision(Action::PassOn {
        team: team_name("desk"),
    });
    for (code, name) in [("en", "packet-thread-en"), ("de", "packet-thread-de")] {
        let situation = refund_thread().with(|it| it.settings.support.language = language(code));
        snapshot(name, &situation, &decision, Purpose::Packet);
        let name = name.replace("packet", "wrote-again");
        snapshot(&name, &situation, &passed, Purpose::CustomerWroteAgain);
    }
}

#[test]
fn to_staff() {
    let again = TestSituation::new().in_ticket(TicketStory::opened().handed_off("desk").wrote(
        "p1@us.example",
        Purpose::Packet,
        "desk@shop.example",
    ));
    let passed = decision(Action::PassOn {
        team: team_name("desk"),
    });
    snapshot(
        "wrote-again-en",
        &again,
        &passed,
        Purpose::CustomerWroteAgain,
    );
    let third = again.clone().sent_by(Sender::ThirdParty);
    snapshot(
        "third-party-en",
        &third,
        &passed,
        Purpose::CustomerWroteAgain,
    );
    let drafted = decision(Action::Draft(waiting()));
    snapshot("draft-en", &first(), &drafted, Purpose::DraftForApproval);
    let german = first().with(|it| it.settings.support.language = language("de"));
    snapshot("draft-de", &german, &drafted, Purpose::DraftForApproval);

    let offer = decision(Action::OfferTicket {
        team: team_name("desk"),
        member: address("kim@shop.example"),
        original: forwarded_by_ann(),
    });
    let forwarded = || {
        TestSituation::new()
            .sent_by(Sender::StaffForward {
                team: team_name("desk"),
                member: address("kim@shop.example"),
            })
            .saying("Can you take this one?")
    };
    snapshot(
        "forwarded-en",
        &forwarded(),
        &offer,
        Purpose::ForwardForApproval,
    );
    let german = forwarded().with(|it| it.settings.support.language = language("de"));
    snapshot("forwarded-de", &german, &offer, Purpose::ForwardForApproval);

    let mut impossible = staff(StaffAct::Approve { question: None });
    if let Action::Staff { impossible, .. } = &mut impossible.action {
        *impossible = Some(Sentence::same_in_each(
            "no draft waits in this ticket any more".to_owned(),
        ));
    }
    snapshot(
        "hint-en",
        &staff_in(story()),
        &impossible,
        Purpose::StaffHint,
    );

    let bounce = TestSituation::new().in_ticket(story()).with(|it| {
        it.mail.sender_kind = crate::mail::SenderKind::Bounce;
        it.mail.bounce = Some(crate::mail::Bounce {
            recipient: Some(address("ann@a.example")),
            status: Some("5.1.1".to_owned()),
            action: crate::mail::BounceAction::Failed,
            original_message_id: None,
        });
    });
    let told = decision(Action::Leave {
        tell_of_bounce: Some(team_name("desk")),
    });
    snapshot("bounce-en", &bounce, &told, Purpose::DeliveryTrouble);
    let aside = first().sent_by(Sender::FalseStaff {
        why: crate::desk::NotShown::TeamMailbox(team_name("desk")),
    });
    snapshot(
        "quarantine-en",
        &aside,
        &decision(Action::Quarantine),
        Purpose::Trouble,
    );
}

#[test]
fn a_persons_words() {
    let situation = staff_in(TicketStory::opened().handed_off("desk"))
        .with(|it| it.mail.attachments = vec![file("Rechnung Müller.pdf", b"%PDF-1.4")]);
    let words = "Dear Ann,\n\n  it is *ready*.\n> not a quote\n\nKim";
    snapshot(
        "staff-reply-en",
        &situation,
        &reply(words),
        Purpose::StaffReply,
    );
    let signed = |sender_name| {
        situation.clone().with(|it| {
            let desk = it.settings.teams.first_mut().unwrap();
            desk.sender_name = sender_name;
            desk.signature = Some("Your desk".to_owned());
            let kim = desk.members.first_mut().unwrap();
            kim.name = Some(crate::mail::HeaderText::clean("Kim Lee"));
            kim.signature = Some("Kim Lee, *Shop*\n+44 1422 555".to_owned());
        })
    };
    snapshot(
        "staff-reply-signed-en",
        &signed(crate::config::SenderName::Member),
        &reply("Dear Ann,\n\nit is ready."),
        Purpose::StaffReply,
    );
    let of_team = signed(crate::config::SenderName::Support).with(|it| {
        let kim = it.settings.teams.first_mut().unwrap().members.first_mut();
        kim.unwrap().signature = None;
    });
    let composed = compose(&of_team, &reply("It is ready."));
    let mail = mail_for(&composed, Purpose::StaffReply);
    assert!(
        mail.text.contains("It is ready.\n\nYour desk\n"),
        "{}",
        mail.text
    );
    assert_eq!(
        header(&as_text(mail), "From"),
        Some("Shop <support@shop.example>")
    );
    let mut yes = staff(StaffAct::Approve { question: None });
    if let Action::Staff { draft, .. } = &mut yes.action {
        *draft = Some(OnDraft::Send(waiting()));
    }
    let situation = staff_in(drafted());
    snapshot("approved-en", &situation, &yes, Purpose::ApprovedAnswer);
    snapshot(
        "approved-de",
        &situation,
        &in_german(yes),
        Purpose::ApprovedAnswer,
    );
}

#[test]
fn the_first_screen_of_a_packet_has_all_nine_blocks() {
    let long = "word ".repeat(400);
    let situation = TestSituation::new()
        .in_ticket(story())
        .saying(&long)
        .sent_by(Sender::Customer(Trust::Contradicted))
        .with(|it| it.understanding.summary = long.clone());
    let mut decision = decision(Action::HandOff(hand_off()));
    decision.reasons.first.evidence = long.clone();
    decision.reasons.first.sentence = Sentence::same_in_each(long);
    let composed = compose(&situation, &decision);
    let packet = mail_for(&composed, Purpose::Packet);
    let mut shown = 0;
    let mut blocks = 0;
    for line in packet.text.lines() {
        shown += line.chars().count().div_ceil(100).max(1);
        let is_block = line
            .split_once(". ")
            .is_some_and(|(number, _)| number.parse::<u8>().is_ok());
        if is_block && shown <= 25 {
            blocks += 1;
        }
    }
    assert_eq!(blocks, 9, "{}", packet.text);
    let none = compose(
        &first(),
        &super::decision(Action::HandOff(HandOff {
            notice: NoticePlan::Withhold {
                why: Sentence::same_in_each("mail manners".to_owned()),
            },
            suggestion: None,
            missing: vec![],
            ..hand_off()
        })),
    );
    assert_eq!(none.mails.len(), 1);
    assert!(
        mail_for(&none, Purpose::Packet)
            .text
            .contains("Suggestion: none")
    );
    assert!(matches!(
        none.events
            .iter()
            .find(|event| matches!(event, Event::HandedOff { .. })),
        Some(Event::HandedOff {
            promised_by: None,
            ..
        })
    ));
}
