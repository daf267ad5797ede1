//! What a ticket's story gains by each decision.

use super::*;
use crate::desk::{Sender, Trust};
use crate::mail::SenderKind;
use crate::ticket::{Event, Notice, Party};
use crate::understand::{CustomerWord, FactSource};

/// The events by name, `Wrote` with its purpose.
fn names(events: &[Event]) -> Vec<String> {
    let name = |event: &Event| match event {
        Event::Wrote { purpose, .. } => format!("Wrote {purpose:?}"),
        other => {
            let shown = format!("{other:?}");
            shown.split([' ', '{']).next().unwrap().to_owned()
        }
    };
    events.iter().map(name).collect()
}

fn check(name: &str, situation: &TestSituation, decision: &Decision, expected: &[&str]) {
    assert_eq!(
        names(&compose(situation, decision).events),
        expected,
        "{name}"
    );
}

fn in_ticket() -> TestSituation {
    TestSituation::new().in_ticket(story())
}

fn with_word(word: CustomerWord) -> TestSituation {
    TestSituation::new().with(|it| it.understanding.customer_word = Some(word))
}

fn leave() -> Decision {
    decision(Action::Leave {
        tell_of_bounce: None,
    })
}

#[test]
fn of_a_customers_mail() {
    let hand_off = decision(Action::HandOff(hand_off()));
    check(
        "first",
        &TestSituation::new(),
        &answer(),
        &["Opened", "Decided", "Answered", "Wrote Answer"],
    );
    check(
        "asked",
        &in_ticket(),
        &ask(),
        &["CustomerWrote", "Decided", "Asked", "Wrote Question"],
    );
    let facts = in_ticket()
        .gives("order_number", "AB-204518", FactSource::NewText)
        .gives("model", "Trail", FactSource::Quoted);
    check(
        "handed off",
        &facts,
        &hand_off,
        &[
            "CustomerWrote",
            "FactsFound",
            "Decided",
            "HandedOff",
            "Wrote Notice",
            "Wrote Packet",
        ],
    );
    let waiting_draft = TestSituation::new().in_ticket(drafted());
    check(
        "a draft waits",
        &waiting_draft,
        &hand_off,
        &[
            "CustomerWrote",
            "DraftWithdrawn",
            "Decided",
            "HandedOff",
            "Wrote Notice",
            "Wrote Packet",
        ],
    );
    let third = in_ticket().sent_by(Sender::ThirdParty);
    let passed = decision(Action::PassOn {
        team: team_name("desk"),
    });
    check(
        "third party",
        &third,
        &passed,
        &[
            "ThirdPartyWrote",
            "Decided",
            "PassedOn",
            "Wrote CustomerWroteAgain",
        ],
    );
    check(
        "drafted",
        &TestSituation::new(),
        &decision(Action::Draft(waiting())),
        &["Opened", "Decided", "Drafted", "Wrote DraftForApproval"],
    );
}

#[test]
fn of_words_that_command() {
    let stop = decision(Action::ConfirmStop);
    check(
        "stop, new",
        &with_word(CustomerWord::Stop),
        &stop,
        &[
            "Opened",
            "AutomationRefused",
            "Decided",
            "Wrote StopConfirmation",
        ],
    );
    let draft_waits = with_word(CustomerWord::Stop).in_ticket(drafted());
    check(
        "stop beside a draft leaves it waiting",
        &draft_waits,
        &stop,
        &["AutomationRefused", "Decided", "Wrote StopConfirmation"],
    );
    check(
        "start, new, shown to be the customer's",
        &with_word(CustomerWord::Start).sent_by(Sender::Customer(Trust::Proven)),
        &leave(),
        &["Opened", "AutomationAllowed", "Decided"],
    );
    check(
        "start, new, from anybody",
        &with_word(CustomerWord::Start),
        &leave(),
        &[],
    );
    let beside = with_word(CustomerWord::Stop).in_ticket(story());
    check(
        "stop beside a request",
        &beside,
        &decision(Action::HandOff(hand_off())),
        &[
            "CustomerWrote",
            "AutomationRefused",
            "Decided",
            "HandedOff",
            "Wrote Notice",
            "Wrote Packet",
        ],
    );
    let doubtful = with_word(CustomerWord::Start)
        .in_ticket(story())
        .sent_by(Sender::Customer(Trust::Contradicted));
    check("start of somebody else", &doubtful, &leave(), &["Decided"]);
}

#[test]
fn of_robots_and_strangers() {
    let robot = |story: Option<TicketStory>| {
        let mut situation = TestSituation::new();
        if let Some(story) = story {
            situation = situation.in_ticket(story);
        }
        situation.with(|it| {
            it.mail.sender_kind = SenderKind::AutoReply;
            it.understanding.customer_word = Some(CustomerWord::Stop);
        })
    };
    check("robot", &robot(None), &leave(), &[]);
    check(
        "robot in a ticket",
        &robot(Some(story())),
        &leave(),
        &["Decided"],
    );
    check(
        "own copy",
        &in_ticket(),
        &decision(Action::NoteOwnCopy),
        &[],
    );
    let bounce = in_ticket().with(|it| it.mail.sender_kind = SenderKind::Bounce);
    let told = decision(Action::Leave {
        tell_of_bounce: Some(team_name("")),
    });
    check(
        "bounce",
        &bounce,
        &told,
        &["Decided", "Bounced", "Wrote DeliveryTrouble"],
    );
    let aside = decision(Action::Quarantine);
    check(
        "aside, no ticket",
        &TestSituation::new(),
        &aside,
        &["KeptAside"],
    );
    check(
        "aside",
        &in_ticket(),
        &aside,
        &["Decided", "KeptAside", "Wrote Trouble"],
    );
}

#[test]
fn of_staff() {
    let kim = || in_ticket().kim_replies("x");
    let rows = [
        (StaffAct::Take, "Taken"),
        (StaffAct::GiveBack, "GivenBack"),
        (StaffAct::Close, "Closed"),
        (
            StaffAct::Note {
                text: "n".to_owned(),
            },
            "Noted",
        ),
    ];
    for (act, event) in rows {
        check(event, &kim(), &staff(act), &["Decided", event]);
    }
    let meaning = |act: StaffAct, meaning: Meant| {
        let mut decision = staff(act);
        if let Action::Staff { meant, .. } = &mut decision.action {
            *meant = Some(meaning);
        }
        decision
    };
    let later = meaning(StaffAct::Postpone { when: None }, Meant::Until(at(2880)));
    check(
        "later",
        &kim(),
        &later,
        &["Decided", "Postponed", "Wrote StaffAnswer"],
    );
    let name = || StaffAct::GiveToTeam {
        name: "workshop".to_owned(),
    };
    let mut given = meaning(name(), Meant::Team(team_name("workshop")));
    check(
        "team",
        &kim(),
        &given,
        &["Decided", "Reassigned", "Wrote Packet"],
    );
    if let Action::Staff { hand_off: told, .. } = &mut given.action {
        *told = Some(hand_off());
    }
    check(
        "team, a draft waits",
        &TestSituation::new().in_ticket(drafted()).kim_replies("x"),
        &given,
        &["Decided", "HandedOff", "Wrote Notice", "Wrote Packet"],
    );
    for act in [StaffAct::AskWhy, StaffAct::AskHelp] {
        let events = ["Decided", "Wrote StaffAnswer"];
        check("asked", &kim(), &staff(act), &events);
    }
    check(
        "reply",
        &kim(),
        &reply("It is ready."),
        &["Decided", "StaffReplied", "Wrote StaffReply"],
    );
    let mut no = staff(StaffAct::Refuse {
        question: None,
        why: "old".to_owned(),
    });
    if let Action::Staff {
        hand_off: after,
        draft,
        ..
    } = &mut no.action
    {
        *after = Some(hand_off());
        *draft = Some(OnDraft::Refuse(waiting()));
    }
    let situation = TestSituation::new()
        .in_ticket(drafted())
        .kim_replies("NO old");
    check(
        "no",
        &situation,
        &no,
        &[
            "Decided",
            "DraftRefused",
            "HandedOff",
            "Wrote Notice",
            "Wrote StaffAnswer",
        ],
    );
}

#[test]
fn the_notice_is_kept_word_for_word_and_found_in_the_packet() {
    let composed = compose(
        &TestSituation::new(),
        &decision(Action::HandOff(hand_off())),
    );
    let notice = mail_for(&composed, Purpose::Notice);
    let kept = composed.events.iter().find_map(|event| match event {
        Event::HandedOff {
            notice: Notice::Sent { text },
            promised_by,
            ..
        } => Some((text.clone(), *promised_by)),
        _ => None,
    });
    assert_eq!(kept, Some((notice.text.clone(), Some(at(240)))));
    let packet = mail_for(&composed, Purpose::Packet);
    for line in notice.text.lines().filter(|line| !line.is_empty()) {
        assert!(packet.text.contains(&format!("> {line}")), "{line}");
    }
}

fn of_record(mail: &Outgoing) -> crate::journal::EffectRecord {
    crate::journal::EffectRecord {
        message_id: mail.message_id.clone(),
        purpose: mail.purpose,
        precedence: mail.precedence,
        ticket: mail.ticket.clone(),
        party: mail.party.clone(),
        sender: mail.sender.clone(),
        recipients: mail.recipients.clone(),
        subject: mail.subject.clone(),
        bytes: mail.bytes.clone(),
        state: crate::journal::EffectState::Waiting { due: at(0) },
        recorded_at: at(0),
        attempts: 1,
        last_failure: None,
    }
}

#[test]
fn a_lost_mail_is_told_to_its_team_or_to_the_admin() {
    let ticket = story().ticket();
    let composed = compose(&in_ticket(), &answer());
    let lost = of_record;
    let writer = writer();
    let told = writer
        .delivery_trouble(
            &ticket,
            &lost(&composed.mails[0]),
            &loss(
                "550 no such user",
                Some("Orders leave our warehouse within a day.\n\n> not a mark"),
            ),
            &settings(),
            at(0),
        )
        .unwrap();
    assert_eq!(names(&told.events), ["SendFailed", "Wrote DeliveryTrouble"]);
    assert_eq!(told.mails[0].recipients, [address("desk@shop.example")]);
    assert!(told.mails[0].text.contains("550 no such user"));
    // With the customer's address and what they should have read, somebody can call or write by hand.
    insta::assert_snapshot!(told.mails[0].text);
    let mut delayed = lost(&composed.mails[0]);
    delayed.last_failure = Some("450 4.2.0 mailbox busy".to_owned());
    let late = |now| {
        writer
            .delivery_delayed(&ticket, &delayed, Some("Orders leave …"), &settings(), now)
            .unwrap()
    };
    insta::assert_snapshot!(late(at(5)).mails[0].text);
    assert_eq!(names(&late(at(5)).events), ["Wrote DeliveryTrouble"]);
    // The same mail gives the same report: the journal takes it once.
    assert_eq!(
        late(at(5)).mails[0].message_id,
        late(at(9)).mails[0].message_id
    );
    // Tried again by hand and lost once more: another report, or the journal would take it for the first.
    let mut once_more = lost(&composed.mails[0]);
    once_more.attempts = 2;
    let told_again =
        writer.delivery_trouble(&ticket, &once_more, &loss("550", None), &settings(), at(9));
    assert_ne!(
        told_again.unwrap().mails[0].message_id,
        told.mails[0].message_id
    );
    let again = writer
        .delivery_trouble(
            &ticket,
            &lost(&told.mails[0]),
            &loss("550 no such user", None),
            &settings(),
            at(0),
        )
        .unwrap();
    assert_eq!(names(&again.events), ["SendFailed", "Wrote Trouble"]);
    assert_eq!(again.mails[0].recipients, [address("admin@shop.example")]);
}

#[test]
fn of_a_mail_that_may_have_arrived_it_is_not_said_that_it_did_not() {
    let why = "it may have left: the connection ended after the content, and no copy can prove it; ask the customer before writing again";
    let mut told = Vec::new();
    for code in ["en", "de"] {
        let mut settings = settings();
        settings.support.language = language(code);
        let writer = Writer::load(&settings, key()).unwrap();
        let composed = compose(&in_ticket(), &answer());
        let answered = &composed.mails[0];
        let mut lost = of_record(answered);
        let in_doubt = super::super::Loss {
            fate: super::super::Fate::Unknown,
            ..loss(why, Some("Orders leave our warehouse within a day."))
        };
        let ticket = story().ticket();
        let to_team = writer
            .delivery_trouble(&ticket, &lost, &in_doubt, &settings, at(0))
            .unwrap();
        lost.party = Some(Party::Staff(team_name("desk")));
        let to_admin = writer
            .delivery_trouble(&ticket, &lost, &in_doubt, &settings, at(0))
            .unwrap();
        assert_eq!(to_admin.mails.len(), 1);
        for mail in to_team.mails.iter().chain(&to_admin.mails) {
            assert!(!mail.text.contains("did not"), "{}", mail.text);
            told.push(format!("Subject: {}\n\n{}", mail.subject, mail.text));
        }
    }
    insta::assert_snapshot!(told.join("\n---\n"));
}

/// The journal takes a mail of a name once: a second report must have another.
#[test]
fn of_a_mail_that_turns_out_to_have_reached_some_it_is_told_once_more() {
    let (settings, ticket) = (settings(), story().ticket());
    let mut lost = of_record(&compose(&in_ticket(), &answer()).mails[0]);
    lost.recipients.push(address("friend@elsewhere.example"));
    let writer = Writer::load(&settings, key()).unwrap();
    let name = |lost: &crate::journal::EffectRecord| {
        let loss = loss("it may have left", None);
        let told = (writer.delivery_trouble(&ticket, lost, &loss, &settings, at(0))).unwrap();
        told.mails[0].message_id.clone()
    };
    let of_both = name(&lost);
    assert_eq!(name(&lost), of_both);
    let _ = lost.recipients.pop();
    assert_ne!(name(&lost), of_both);
}

#[test]
fn the_customers_words_stand_in_the_report_where_the_team_never_saw_them() {
    let report = |ticket: &crate::ticket::Ticket, code: &str| {
        let mut settings = settings();
        settings.support.language = language(code);
        let composed = compose(&in_ticket(), &answer());
        let lost = of_record(&composed.mails[0]);
        let told = Writer::load(&settings, key()).unwrap().delivery_trouble(
            ticket,
            &lost,
            &loss("550 no such user", None),
            &settings,
            at(0),
        );
        told.unwrap().mails.swap_remove(0).text
    };
    let last = "When do you open on Sundays?";
    let mut ticket = story().ticket();
    for timed in &mut ticket.events {
        if let Event::Opened { mail, .. } | Event::CustomerWrote { mail } = &mut timed.event {
            last.clone_into(&mut mail.excerpt);
        }
    }
    for code in ["en", "de"] {
        let text = report(&ticket, code);
        assert!(text.contains(&format!("> {last}")), "{text}");
    }
    // A packet brought them to the team.
    let handed_off = compose(&in_ticket(), &decision(Action::HandOff(hand_off())));
    let mut seen = ticket.clone();
    seen.events.extend(
        handed_off
            .events
            .into_iter()
            .map(|event| crate::ticket::TimedEvent {
                at: at(1),
                event,
                cause: None,
            }),
    );
    let text = report(&seen, "en");
    assert!(!text.contains("wrote last"), "{text}");
}

#[test]
fn what_is_kept_aside_says_what_to_do_if_it_is_genuine() {
    use crate::desk::NotShown;
    let from = || address("rosa@home.example");
    let team = || team_name("desk");
    let reasons = [
        NotShown::NoMember {
            from: from(),
            team: team(),
        },
        NotShown::NoTokenInTicket {
            from: from(),
            team: team(),
        },
        NotShown::TeamMailbox(team()),
        NotShown::OtherMailbox(from()),
        NotShown::SeveralSenders,
    ];
    let mut told = Vec::new();
    for code in ["en", "de"] {
        for why in &reasons {
            let sender = Sender::FalseStaff { why: why.clone() };
            let situation = in_ticket()
                .sent_by(sender)
                .with(|it| it.settings.support.language = language(code));
            let composed = compose(&situation, &decision(Action::Quarantine));
            told.push(mail_for(&composed, Purpose::Trouble).text.clone());
        }
    }
    insta::assert_snapshot!(told.join("\n---\n"));
}

fn loss(why: &str, text: Option<&str>) -> super::super::Loss {
    super::super::Loss {
        why: why.to_owned(),
        text: text.map(ToOwned::to_owned),
        fate: super::super::Fate::NotArrived,
    }
}
