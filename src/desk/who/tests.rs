use super::*;
use crate::decide::test_situation::{
    TicketStory, address, mail_from, mailbox, settings, team_name, ticket_id,
};
use crate::trust::Testimony;

/// With what the mail itself gives away.
fn with_identity(mail: &Mail, placement: &Placement, ticket: Option<&Ticket>) -> Sender {
    let settings = settings();
    let identity = crate::trust::identity(mail, &settings);
    who_wrote(mail, &identity, placement, ticket, &settings)
}

fn holds(party: Party) -> Placement {
    Placement::Existing(ticket_id(1), Proof::Holds(party))
}

fn sender(from: &str, placement: &Placement) -> Sender {
    let ticket = TicketStory::opened_as(1, "ann@a.example").ticket();
    let ticket = (placement != &Placement::New).then_some(&ticket);
    with_identity(&mail_from(from), placement, ticket)
}

#[test]
fn the_sender_is_shown_by_token_and_address_together() {
    let staff = || holds(Party::Staff(team_name("desk")));
    let customer = || holds(Party::Customer(address("ann@a.example")));
    let participant = || Placement::Existing(ticket_id(1), Proof::Participant);
    let claimed = || Sender::Customer(Trust::Claimed);

    let member = Sender::Staff {
        team: team_name("desk"),
        member: address("Kim@shop.example"),
    };
    assert_eq!(sender("Kim@shop.example", &staff()), member);
    assert_eq!(
        sender("ann@a.example", &customer()),
        Sender::Customer(Trust::Thread)
    );
    assert_eq!(
        sender("ANN@a.example", &customer()),
        Sender::Customer(Trust::Thread)
    );
    assert_eq!(sender("cem@c.example", &customer()), Sender::ThirdParty);
    assert_eq!(sender("ann@a.example", &participant()), claimed());
    assert_eq!(sender("cem@c.example", &participant()), Sender::ThirdParty);
    assert_eq!(sender("new@n.example", &Placement::New), claimed());
}

#[test]
fn what_is_shown_of_the_domain_decides_with_the_token() {
    let staff = holds(Party::Staff(team_name("desk")));
    let proven = || Identity::Proven(Testimony::NoServerSet);
    let unproven = || Identity::Unproven(Testimony::NoServerSet);
    let contradicted = || Identity::Contradicted(Testimony::SeveralSenders);
    let strict = |proof: StaffProof| {
        let mut settings = settings();
        settings.trust.staff = proof;
        settings
    };
    let is_staff = |identity: Identity, proof: StaffProof| {
        let mail = mail_from("kim@shop.example");
        let sender = who_wrote(&mail, &identity, &staff, None, &strict(proof));
        matches!(sender, Sender::Staff { .. })
    };
    assert!(is_staff(proven(), StaffProof::TokenAndDomain));
    assert!(!is_staff(unproven(), StaffProof::TokenAndDomain));
    assert!(!is_staff(contradicted(), StaffProof::TokenAndDomain));
    assert!(is_staff(proven(), StaffProof::Token));
    assert!(is_staff(unproven(), StaffProof::Token));
    assert!(!is_staff(contradicted(), StaffProof::Token));

    let ticket = TicketStory::opened_as(1, "ann@a.example").ticket();
    let token = holds(Party::Customer(address("ann@a.example")));
    let customer = |identity: Identity, placement: &Placement| {
        let mail = mail_from("ann@a.example");
        let ticket = (*placement != Placement::New).then_some(&ticket);
        who_wrote(&mail, &identity, placement, ticket, &settings())
    };
    let mut form = mail_from("no-reply@forms.example");
    form.form_writer = Some(mailbox("ann@a.example"));
    let form = who_wrote(&form, &proven(), &Placement::New, None, &settings());
    assert_eq!(form, Sender::Customer(Trust::Claimed), "a form");
    for (identity, placement, expected) in [
        (proven(), &Placement::New, Trust::Proven),
        (unproven(), &Placement::New, Trust::Claimed),
        (contradicted(), &Placement::New, Trust::Contradicted),
        (proven(), &token, Trust::Proven),
        (unproven(), &token, Trust::Thread),
        (contradicted(), &token, Trust::Contradicted),
    ] {
        assert_eq!(customer(identity, placement), Sender::Customer(expected));
    }
}

#[test]
fn a_colleague_is_who_writes_from_an_address_of_ours_to_the_customer_in_the_thread() {
    let ticket = TicketStory::opened_as(1, "ann@a.example").ticket();
    let sender = |from: &str, to: &str, placement: &Placement| {
        let mut mail = mail_from(from);
        mail.cc = std::mem::take(&mut mail.to);
        mail.to = vec![crate::decide::test_situation::mailbox(to)];
        let ticket = (*placement != Placement::New).then_some(&ticket);
        with_identity(&mail, placement, ticket)
    };
    let colleague = |from: &str, team: &str| Sender::Colleague {
        from: address(from),
        team: team_name(team),
    };
    let in_thread = Placement::Existing(ticket_id(1), Proof::Colleague);
    let with_customers_mail = holds(Party::Customer(address("ann@a.example")));
    for placement in [&in_thread, &with_customers_mail] {
        for (from, team) in [
            ("kim@shop.example", "desk"),
            ("lee@shop.example", "workshop"),
            ("workshop@shop.example", "workshop"),
            ("support@shop.example", "desk"),
        ] {
            let sender = sender(from, "ann@a.example", placement);
            assert_eq!(sender, colleague(from, team), "{from}");
        }
        let to_another = sender("kim@shop.example", "maker@m.example", placement);
        assert!(matches!(to_another, Sender::FalseStaff { .. }));
        let stranger = sender("cem@c.example", "ann@a.example", placement);
        assert_eq!(stranger, Sender::ThirdParty);
    }
    // With the packet's token it is a reply to us, whoever else gets it.
    let with_packet = holds(Party::Staff(team_name("desk")));
    let staff = sender("kim@shop.example", "ann@a.example", &with_packet);
    assert!(matches!(staff, Sender::Staff { .. }));
    let nowhere = sender("kim@shop.example", "ann@a.example", &Placement::New);
    assert!(matches!(nowhere, Sender::FalseStaff { .. }));
}

#[test]
fn a_members_forward_is_one_only_of_a_strangers_mail_and_outside_any_ticket() {
    let forward = |from: &str, original: &str, placement: &Placement| {
        let mut mail = mail_from(from);
        mail.forwarded_from = Some(crate::mail::Forwarded {
            from: crate::decide::test_situation::mailbox(original),
            subject: crate::mail::HeaderText::clean("my bike"),
            to: vec![],
            date: crate::mail::HeaderText::default(),
            text: "Is it ready?".to_owned(),
        });
        with_identity(&mail, placement, None)
    };
    let is_forward = |sender: &Sender| matches!(sender, Sender::StaffForward { .. });
    let kim = "kim@shop.example";
    assert!(is_forward(&forward(kim, "ann@a.example", &Placement::New)));
    for (from, original, placement) in [
        (kim, "support@shop.example", Placement::New),
        (kim, "lee@shop.example", Placement::New),
        (kim, "workshop@shop.example", Placement::New),
        (
            kim,
            "ann@a.example",
            Placement::Existing(ticket_id(1), Proof::Participant),
        ),
        ("ann@a.example", "cem@c.example", Placement::New),
    ] {
        let sender = forward(from, original, &placement);
        assert!(!is_forward(&sender), "{from} {original}: {sender:?}");
    }
}

#[test]
fn a_form_that_names_one_of_us_as_the_customer_is_kept_aside() {
    for named in ["kim@shop.example", "workshop@shop.example"] {
        let mut mail = mail_from("noreply@shop.example");
        mail.form_writer = Some(crate::decide::test_situation::mailbox(named));
        let sender = with_identity(&mail, &Placement::New, None);
        assert!(matches!(sender, Sender::FalseStaff { .. }), "{named}");
    }
}

#[test]
fn claiming_to_be_staff_needs_both_proofs() {
    let no_member = |from: &str, team: &str| NotShown::NoMember {
        from: address(from),
        team: team_name(team),
    };
    let kim = || (address("kim@shop.example"), team_name("desk"));
    let no_token_in_ticket = || {
        let (from, team) = kim();
        NotShown::NoTokenInTicket { from, team }
    };
    let (from, team) = kim();
    let cases = [
        (
            "eve@e.example",
            holds(Party::Staff(team_name("desk"))),
            no_member("eve@e.example", "desk"),
        ),
        (
            "kim@shop.example",
            holds(Party::Staff(team_name("workshop"))),
            no_member("kim@shop.example", "workshop"),
        ),
        (
            "ann@a.example",
            holds(Party::Staff(team_name("gone"))),
            no_member("ann@a.example", "gone"),
        ),
        (
            "kim@shop.example",
            Placement::New,
            NotShown::NoToken { from, team },
        ),
        (
            "kim@shop.example",
            Placement::Existing(ticket_id(1), Proof::Participant),
            no_token_in_ticket(),
        ),
        (
            "kim@shop.example",
            holds(Party::Customer(address("ann@a.example"))),
            no_token_in_ticket(),
        ),
        (
            "desk@shop.example",
            Placement::New,
            NotShown::TeamMailbox(team_name("desk")),
        ),
    ];
    for (from, placement, why) in cases {
        assert_eq!(sender(from, &placement), Sender::FalseStaff { why });
    }
}

#[test]
fn several_senders_show_nobody() {
    let read = |from: &str| {
        let raw = format!("From: {from}\r\nTo: support@shop.example\r\n\r\nHello\r\n");
        crate::mail::Reader::default().read(raw.as_bytes())
    };
    for (from, trust) in [
        ("new@n.example", Trust::Claimed),
        ("new@n.example, boss@n.example", Trust::Contradicted),
        ("new@n.example\r\nFrom: boss@n.example", Trust::Contradicted),
    ] {
        let sender = with_identity(&read(from), &Placement::New, None);
        assert_eq!(sender, Sender::Customer(trust), "{from}");
    }
}
