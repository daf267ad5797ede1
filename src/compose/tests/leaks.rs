//! Nothing that a customer gets holds what is only for staff.

use super::*;
use crate::compose::ComposeError;
use crate::desk::PACKET_MARKER;
use crate::ticket::Party;

fn token() -> String {
    let id = TicketStory::opened().ticket().id;
    key()
        .token(&id, &Party::Staff(team_name("desk")))
        .as_str()
        .to_owned()
}

fn kim() -> TestSituation {
    let story = TicketStory::opened().handed_off("desk").wrote(
        "p1@us.example",
        Purpose::Packet,
        "desk@shop.example",
    );
    TestSituation::new().in_ticket(story).kim_replies("x")
}

#[test]
fn a_relayed_text_is_cut_at_the_packet() {
    for below in [
        format!("> {PACKET_MARKER}"),
        format!(
            "Shop <support+{}@shop.example> wrote:",
            token().to_uppercase()
        ),
        format!("In-Reply-To: <{}>", packet_id().as_str()),
    ] {
        let composed = compose(&kim(), &reply(&format!("It is ready.\n\n{below}\nsecret")));
        let mail = mail_for(&composed, Purpose::StaffReply);
        assert_eq!(mail.text, "It is ready.\n", "{below}");
        let bytes = as_text(mail).to_lowercase();
        assert!(!bytes.contains(&token()) && !bytes.contains("secret"));
    }
    let only = try_compose(&kim(), &reply(PACKET_MARKER));
    assert!(matches!(only, Err(ComposeError::Build(_))));
}

#[test]
fn an_attached_packet_is_refused() {
    let content = format!("Reply-To: support+{}@shop.example\r\n", token());
    let situation =
        kim().with(|it| it.mail.attachments = vec![file("fwd.eml", content.as_bytes())]);
    let refused = try_compose(&situation, &reply("See there.")).unwrap_err();
    assert!(refused.to_string().contains("fwd.eml"), "{refused}");
}

#[test]
fn an_article_or_a_subject_with_a_secret_never_leaves() {
    let known = TestSituation::new().in_ticket(story());
    let mut bad = answer();
    if let Action::Answer { text, .. } = &mut bad.action {
        *text = format!("write to support+{}@shop.example", token());
    }
    assert!(matches!(
        try_compose(&known, &bad),
        Err(ComposeError::Build(_))
    ));
    let hostile = known.with(|it| it.mail.subject = HeaderText::clean(PACKET_MARKER));
    let composed = compose(&hostile, &answer());
    assert!(
        mail_for(&composed, Purpose::Answer)
            .subject
            .starts_with("Re: Your request to Shop [")
    );
}

#[test]
fn no_mail_to_a_customer_holds_a_staff_token() {
    let situations = [
        (TestSituation::new(), answer()),
        (
            TestSituation::new().in_ticket(story()),
            decision(Action::HandOff(hand_off())),
        ),
        (TestSituation::new(), ask()),
        (kim(), reply("It is ready.")),
    ];
    for (situation, decision) in situations {
        for mail in compose(&situation, &decision).mails {
            let is_customers = matches!(mail.party, Some(Party::Customer(_)));
            let bytes = as_text(&mail).to_lowercase();
            // In quoted-printable the marker's own signs would be encoded: its words tell.
            assert!(!bytes.contains("write above this line") || !is_customers);
            assert_eq!(is_customers, !bytes.contains("-s-"), "{bytes}");
            assert_eq!(is_customers, mail.recipients == [address("ann@a.example")]);
        }
    }
}
