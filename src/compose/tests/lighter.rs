//! A mail to our own people that a server refused for its size, once more without what made it large.

use super::*;
use crate::compose::{Fate, LeftOut, Loss, Oversize, TakenApart, made_lighter};
use crate::config::TeamName;
use crate::journal::{EffectRecord, EffectState, PURPOSES, TooLarge};
use crate::mail::{MessageId, Reader};
use crate::ticket::{Event, Party};

const LARGE: &[u8] = b"From: Ann <ann@a.example>\r\nTo: support@shop.example\r\n\
Subject: Broken **teapot**\r\nDate: Thu, 26 Nov 2026 10:00:00 +0000\r\nMessage-ID: <large@a.example>\r\n\
MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nIt is broken, see the film.\r\n--b\r\n\
Content-Type: video/mp4\r\nContent-Disposition: attachment; filename=\"film <b>.mp4\"\r\n\r\nFILM\r\n--b--\r\n";

fn record(mail: &Outgoing) -> EffectRecord {
    EffectRecord {
        message_id: mail.message_id.clone(),
        purpose: mail.purpose,
        precedence: mail.precedence,
        ticket: mail.ticket.clone(),
        party: mail.party.clone(),
        sender: mail.sender.clone(),
        recipients: mail.recipients.clone(),
        subject: mail.subject.clone(),
        bytes: vec![],
        state: EffectState::GivenUp {
            at: at(0),
            why: "552".to_owned(),
        },
        recorded_at: at(0),
        attempts: 1,
        last_failure: None,
    }
}

fn large() -> LeftOut {
    LeftOut::Mail {
        mail: Box::new(Reader::default().read(LARGE)),
        folder: Some("Done".to_owned()),
    }
}

fn lighter(mail: &Outgoing, left_out: &[LeftOut], limit_bytes: Option<u64>) -> Option<Outgoing> {
    let apart = TakenApart {
        first: &record(mail),
        bytes: &mail.bytes,
        too_large: TooLarge { limit_bytes },
        left_out,
        kept: &[file("handoffd.json", b"{}")],
    };
    writer().lighter(&apart, &settings(), at(9)).unwrap()
}

fn packet() -> Outgoing {
    let situation = TestSituation::new().in_ticket(TicketStory::opened());
    let decision = decision(Action::HandOff(hand_off()));
    let composed = situation.look(|situation| writer().compose(&decision, situation, LARGE));
    let composed = composed.unwrap();
    mail_for(&composed, Purpose::Packet).clone()
}

/// The headers that decide who gets it, in which thread, and who may reply.
fn route(mail: &Outgoing) -> Vec<String> {
    let whole = as_text(mail);
    let names = [
        "From",
        "To",
        "Reply-To",
        "In-Reply-To",
        "References",
        "X-Handoff-Ticket",
        "Auto-Submitted",
        "Subject",
    ];
    let mut route: Vec<String> = (names.iter())
        .map(|name| format!("{name}: {:?}", header(&whole, name)))
        .collect();
    route.push(format!(
        "{:?} {:?} {:?}",
        mail.party, mail.sender, mail.recipients
    ));
    route
}

#[test]
fn it_says_what_was_left_out_and_where_it_lies_and_can_be_replied_to() {
    let first = packet();
    let second = lighter(&first, &[large()], Some(1_048_576)).unwrap();
    assert_eq!(route(&second), route(&first));
    assert_ne!(second.message_id, first.message_id);
    let again = lighter(&first, &[large()], Some(1_048_576)).unwrap();
    assert_eq!(
        again.message_id, second.message_id,
        "a repeat is recognised"
    );
    let whole = as_text(&second);
    assert!(!whole.contains("message/rfc822") && !whole.contains("FILM"));
    assert!(whole.contains("handoffd.json"), "what is small stays");
    // What the first said stands below, word for word, and is said once.
    let marker = format!("{}\n\n", crate::desk::PACKET_MARKER);
    let below = first.text.strip_prefix(&marker).unwrap();
    assert!(second.text.starts_with(&marker) && second.text.ends_with(below));
    insta::assert_snapshot!(super::whole::redacted(&second));
}

#[test]
fn html_and_text_say_the_same_and_strangers_names_mean_nothing() {
    let second = lighter(&packet(), &[large()], None).unwrap();
    let html = super::super::own_mail::OwnMail::read(&second.bytes)
        .unwrap()
        .html;
    for words in [
        ".mp4 (video/mp4, 1 kB)",
        "mailbox support@shop.example",
        "Message-ID",
        "it is without that",
    ] {
        assert!(second.text.contains(words), "{words}: {}", second.text);
        assert!(html.contains(words), "{words}: {html}");
    }
    assert!(!html.contains("<b>") && !html.contains("<strong>teapot"));
    assert!(second.text.contains("**teapot**"));
}

#[test]
fn what_fits_is_what_the_limit_says() {
    let first = packet();
    let words = "word ".repeat(3_000);
    let long = || {
        let mut mail = Reader::default().read(LARGE);
        mail.body.reply_text = words.clone();
        LeftOut::Mail {
            mail: Box::new(mail),
            folder: None,
        }
    };
    let all = lighter(&first, &[long()], None);
    // The first has no such long original in it here, so that a mail with all words is larger than it.
    assert!(all.is_none());
    let whole = |limit| {
        let mut first = first.clone();
        let padding = vec![b'x'; 200_000];
        first.bytes.extend(padding);
        lighter(&first, &[long()], limit).unwrap()
    };
    let unlimited = whole(None);
    assert!(unlimited.text.matches("word").count() > 2_900);
    let tight = whole(Some(unlimited.bytes.len() as u64 - 1));
    assert!(tight.bytes.len() < unlimited.bytes.len());
    assert!(!as_text(&tight).contains("handoffd.json"));
    let tighter = whole(Some(tight.bytes.len() as u64 / 2));
    assert!(tighter.bytes.len() < tight.bytes.len());
    assert!((300..500).contains(&tighter.text.matches("word").count()));
}

#[test]
fn where_nothing_is_left_out_there_is_no_second_mail() {
    let mut first = packet();
    first.bytes.extend(vec![b'x'; 200_000]);
    assert!(lighter(&first, &[], None).is_none());
    assert!(lighter(&first, &[large()], None).is_some());
}

#[test]
fn in_german_too() {
    let mut german = settings();
    german.support.language = language("de");
    let first = packet();
    let apart = TakenApart {
        first: &record(&first),
        bytes: &first.bytes,
        too_large: TooLarge { limit_bytes: None },
        left_out: &[large(), LeftOut::File(file("gross.zip", &[0; 40_000]))],
        kept: &[],
    };
    let second = writer().lighter(&apart, &german, at(9)).unwrap().unwrap();
    let marker_and_notice: Vec<&str> = second.text.split("1. ").collect();
    insta::assert_snapshot!(marker_and_notice[0]);
}

#[test]
fn somebody_is_told_of_each_kind_of_mail_that_finally_fails() {
    let ticket = TicketStory::opened().handed_off("desk").ticket();
    let first = packet();
    let customer = Party::Customer(address("ann@a.example"));
    let team = Party::Staff(TeamName("desk".to_owned()));
    for purpose in PURPOSES {
        let party = match purpose {
            Purpose::Answer
            | Purpose::Question
            | Purpose::Notice
            | Purpose::StaffReply
            | Purpose::ApprovedAnswer
            | Purpose::StopConfirmation
            | Purpose::Told
            | Purpose::Delay => Some(customer.clone()),
            Purpose::Packet
            | Purpose::CustomerWroteAgain
            | Purpose::DraftForApproval
            | Purpose::ForwardForApproval
            | Purpose::StaffHint
            | Purpose::StaffAnswer
            | Purpose::SeenOutside
            | Purpose::DeliveryTrouble
            | Purpose::Reminder => Some(team.clone()),
            Purpose::Trouble | Purpose::WeeklyLetter | Purpose::LetterAnswered => None,
        };
        for is_size in [false, true] {
            let lost = EffectRecord {
                purpose,
                party: party.clone(),
                message_id: MessageId::parse("lost@shop.example").unwrap(),
                ..record(&first)
            };
            let oversize = || Oversize {
                bytes: Some(8_200_000),
                limit_bytes: Some(1_000_000),
                files: vec![file("plan.pdf", b"pdf")],
            };
            let fate = match is_size {
                true => Fate::TooLarge(oversize()),
                false => Fate::NotArrived,
            };
            let loss = Loss {
                why: "at the sender: the server said 552 5.3.4 too big".to_owned(),
                text: Some("What should have been read.".to_owned()),
                fate,
            };
            let told = writer()
                .delivery_trouble(&ticket, &lost, &loss, &settings(), at(0))
                .unwrap();
            let to: Vec<&str> = (told.mails.iter())
                .map(|mail| mail.recipients[0].as_str())
                .collect();
            let (desk, admin) = ("desk@shop.example", "admin@shop.example");
            let expected = match (&party, is_size) {
                (Some(Party::Customer(_)), _) => vec![desk],
                (Some(Party::Staff(_)), true) if purpose != Purpose::DeliveryTrouble => {
                    vec![admin, desk]
                }
                _ => vec![admin],
            };
            assert_eq!(to, expected, "{purpose:?} {is_size}");
            assert!(
                told.mails
                    .iter()
                    .all(|mail| mail.text.contains("552 5.3.4"))
            );
            let to_desk = told
                .mails
                .iter()
                .find(|mail| mail.recipients[0].as_str() == desk);
            if let Some(to_desk) = to_desk {
                assert!(
                    to_desk.text.contains("What should have been read."),
                    "{purpose:?}"
                );
                let explains = to_desk
                    .text
                    .contains("it has 8.2 MB, the server takes 1.0 MB at most")
                    && to_desk.text.contains("plan.pdf");
                assert_eq!(explains, is_size, "{purpose:?}: {}", to_desk.text);
            }
            let failed = (told.events.iter())
                .filter(|event| matches!(event, Event::SendFailed { .. }))
                .count();
            let wrote = (told.events.iter())
                .filter(|event| matches!(event, Event::Wrote { .. }))
                .count();
            assert_eq!((failed, wrote), (1, told.mails.len()), "{purpose:?}");
        }
    }
    let events = made_lighter(&record(&first), &first, "552");
    assert_eq!(events.len(), 2);
}
