//! RFC 3834, threads, names of mails, and bytes that every server takes.

use super::*;
use crate::compose::{EnvelopeSender, Precedence};
use crate::desk::{Sender, Trust};
use crate::mail::Mailbox;

pub(super) fn assert_sound(mail: &Outgoing) {
    let mut previous = 0;
    for (position, byte) in mail.bytes.iter().enumerate() {
        if *byte == b'\n' {
            assert_eq!(previous, b'\r', "bare LF at {position}");
        }
        if previous == b'\r' {
            assert_eq!(*byte, b'\n', "bare CR at {position}");
        }
        previous = *byte;
    }
    for line in as_text(mail).split("\r\n") {
        assert!(line.len() <= 998);
    }
    assert!(mail.bytes.ends_with(b"\r\n"));
}

#[test]
fn automatic_mail_says_so_and_nothing_else_does() {
    let relayed = TestSituation::new()
        .in_ticket(TicketStory::opened().handed_off("desk"))
        .kim_replies("It is ready.");
    let rows = [
        (TestSituation::new(), answer(), Some("auto-replied")),
        (TestSituation::new(), ask(), Some("auto-replied")),
        (relayed, reply("It is ready."), None),
        (
            TestSituation::new(),
            decision(Action::Draft(waiting())),
            Some("auto-generated"),
        ),
    ];
    for (situation, decision, expected) in rows {
        for mail in compose(&situation, &decision).mails {
            assert_sound(&mail);
            let text = as_text(&mail);
            assert_eq!(header(&text, "Auto-Submitted"), expected);
            assert_eq!(mail.sender == EnvelopeSender::Null, expected.is_some());
            let id = situation.look(|it| it.ticket_id.to_string());
            assert_eq!(header(&text, "X-Handoff-Ticket"), Some(id.as_str()));
            let mark = key().tag("loop", &[mail.message_id.as_str().as_bytes()]);
            assert_eq!(header(&text, "X-Handoff-Mark"), Some(mark.as_str()));
            assert_eq!(
                header(&text, "Date"),
                Some("Mon, 02 Mar 2026 10:00:00 +0000")
            );
        }
    }
}

#[test]
fn every_automatic_mail_says_first_how_to_reach_a_person() {
    let situation = TestSituation::new();
    for german in [false, true] {
        for automatic in [
            answer(),
            ask(),
            decision(Action::ConfirmStop),
            decision(Action::HandOff(hand_off())),
        ] {
            let automatic = if german {
                in_german(automatic)
            } else {
                automatic
            };
            let composed = compose(&situation, &automatic);
            let mail = composed.mails.first().unwrap();
            let top: String = mail.text.lines().take(3).collect();
            let words = if german {
                ["automatisch", "MENSCH", "STOP"]
            } else {
                ["automatically", "HUMAN", "STOP"]
            };
            assert!(words.iter().all(|word| top.contains(word)), "{top}");
        }
    }
}

#[test]
fn the_same_input_gives_the_same_bytes_and_another_mail_another_name() {
    let situation = TestSituation::new();
    let once = compose(&situation, &answer());
    assert_eq!(once.mails, compose(&situation, &answer()).mails);
    assert_eq!(once.events, compose(&situation, &answer()).events);
    let other =
        TestSituation::new().with(|it| it.mail.identity = crate::mail::MailIdentity([9; 32]));
    let other = compose(&other, &answer());
    assert_ne!(once.mails[0].message_id, other.mails[0].message_id);
    let writer = writer();
    let report =
        |occasion: &str| writer.trouble(occasion, "s\r\nBcc: x@y", "t", &settings(), at(0));
    assert_eq!(report("a").message_id, report("a").message_id);
    assert_ne!(report("a").message_id, report("b").message_id);
    assert_sound(&report("a"));
    assert_eq!(report("a").recipients, [address("admin@shop.example")]);
    assert_eq!(header(&as_text(&report("a")), "Bcc"), None);
}

#[test]
fn a_first_answer_to_a_stranger_echoes_nothing() {
    let spam = "Cheap pills at evil.example";
    let situation = TestSituation::new().saying(spam).with(|it| {
        it.mail.subject = HeaderText::clean(spam);
        it.mail.from = Some(Mailbox {
            name: Some(HeaderText::clean(spam)),
            address: address("ann@a.example"),
        });
        it.mail.attachments = vec![file(spam, b"x")];
        it.understanding.summary = spam.to_owned();
    });
    for decision in [
        answer(),
        ask(),
        decision(Action::ConfirmStop),
        decision(Action::HandOff(hand_off())),
    ] {
        let composed = compose(&situation, &decision);
        let mail = composed.mails.first().unwrap();
        let text = as_text(mail);
        assert!(
            !text.contains("pills") && !mail.subject.contains("pills"),
            "{text}"
        );
        assert_eq!(header(&text, "In-Reply-To"), Some("<new@a.example>"));
    }
    // Later in the thread: only to somebody who shows that our first mail reached them.
    for (trust, echoes) in [(Trust::Claimed, false), (Trust::Thread, true)] {
        let later = situation
            .clone()
            .in_ticket(story())
            .sent_by(Sender::Customer(trust));
        let composed = compose(&later, &answer());
        let subject = &composed.mails[0].subject;
        assert_eq!(subject.starts_with("Re: Cheap pills"), echoes, "{subject}");
        assert_eq!(subject.matches('[').count(), 1);
    }
}

#[test]
fn the_original_is_attached_byte_for_byte() {
    let packet = |raw: &[u8]| {
        let writer = writer();
        let decision = decision(Action::HandOff(hand_off()));
        let composed = TestSituation::new()
            .look(|situation| writer.compose(&decision, situation, raw))
            .unwrap();
        mail_for(&composed, Purpose::Packet).clone()
    };
    let latin1 = b"From: a@b\r\nSubject: \xE4\r\n\r\ncaf\xE9\r\n--x\r\nno end of line";
    let odd = [
        b"From: a@b\r\n\r\n".to_vec(),
        vec![b'x'; 2_000],
        b"\r\n\0 bare \r cr\r\n".to_vec(),
    ]
    .concat();
    for raw in [latin1.as_slice(), RAW] {
        let mail = packet(raw);
        assert_sound_or_eight_bit(&mail);
        assert!(mail.bytes.windows(raw.len()).any(|window| window == raw));
        assert!(as_text(&mail).contains("Content-Type: message/rfc822\r\n"));
    }
    let mail = packet(&odd);
    assert_sound(&mail);
    let parsed = mail_parser::MessageParser::default()
        .parse(&mail.bytes)
        .unwrap();
    let found = parsed
        .attachments()
        .any(|part| part.contents() == odd.as_slice());
    assert!(found, "{}", as_text(&mail));
    let json = parsed
        .attachments()
        .find_map(|part| serde_json::from_slice::<serde_json::Value>(part.contents()).ok());
    let json = json.unwrap();
    for block in [
        "why",
        "wanted",
        "who",
        "given",
        "missing",
        "tried",
        "told",
        "suggestion",
        "deadlines",
        "can_reply",
    ] {
        assert!(json.get(block).is_some(), "{block}");
    }
    let unix = packet(b"From: a@b\n\nhello\n");
    assert!(as_text(&unix).contains("From: a@b\r\n\r\nhello\r\n"));
}

pub(super) fn assert_sound_or_eight_bit(mail: &Outgoing) {
    let is_eight_bit = !mail.bytes.is_ascii();
    // Said of the part and of the whole: a relay that takes seven bits only must know that it has to convert.
    let text = as_text(mail);
    let labels = text.matches("Content-Transfer-Encoding: 8bit\r\n").count();
    assert_eq!(labels, if is_eight_bit { 2 } else { 0 });
    let label = header(&text, "Content-Transfer-Encoding");
    assert_eq!(label, is_eight_bit.then_some("8bit"));
    assert!(
        !mail
            .bytes
            .windows(2)
            .any(|pair| pair[1] == b'\n' && pair[0] != b'\r')
    );
}

#[test]
fn names_and_files_of_any_kind_read_back_the_same() {
    let long = "Ünïcode ".repeat(25);
    let situation = TestSituation::new()
        .in_ticket(TicketStory::opened().handed_off("desk"))
        .kim_replies("x")
        .with(|it| {
            it.settings.support.name = HeaderText::clean("Müller, \"Räder\" & Söhne");
            it.mail.attachments = vec![
                file("Rechnung für Jörg.pdf", &[0, 1, 2, 255]),
                file(&long, b"y"),
                crate::mail::Attachment {
                    media_type: "message/rfc822\r\nX: y".to_owned(),
                    ..file("a\"b;c.eml", b"z")
                },
            ];
        });
    let text = "Zeile eins …\n.\nFrom here\n".to_owned() + &"lang ".repeat(300);
    let composed = compose(&situation, &reply(&text));
    let mail = composed.mails.first().unwrap();
    assert_sound(mail);
    let parsed = mail_parser::MessageParser::default()
        .parse(&mail.bytes)
        .unwrap();
    let from = parsed.from().and_then(|from| from.first()).unwrap();
    assert_eq!(from.name(), Some("Müller, \"Räder\" & Söhne"));
    assert_eq!(
        parsed.body_text(0).unwrap().replace("\r\n", "\n").trim(),
        text.trim()
    );
    use mail_parser::MimeHeaders;
    let files: Vec<_> = parsed.attachments().collect();
    assert_eq!(files.len(), 3);
    assert_eq!(files[0].attachment_name(), Some("Rechnung für Jörg.pdf"));
    assert_eq!(files[0].contents(), [0, 1, 2, 255]);
    assert_eq!(files[2].attachment_name(), Some("ab;c.eml"));
    assert_eq!(files[2].content_type().unwrap().ctype(), "application");
    assert_eq!(header(&as_text(mail), "X"), None);
}

#[test]
fn a_server_without_token_addresses_gets_the_plain_one() {
    let situation = TestSituation::new().with(|it| {
        it.settings.support.reply_address = crate::config::ReplyAddress::None;
        it.settings.support.address = address("support@bücher.example");
    });
    let composed = compose(&situation, &answer());
    let text = as_text(&composed.mails[0]);
    assert_eq!(header(&text, "Reply-To"), Some("support@bücher.example"));
    // A Message-ID is ASCII, so it cannot bear such a domain.
    let id = composed.mails[0].message_id.as_str();
    assert!(id.ends_with("@handoffd.invalid"), "{id}");
}

#[test]
fn what_somebody_must_look_at_soon_leaves_before_other_mail() {
    for (urgency, expected) in [
        (Urgency::High, Precedence::First),
        (Urgency::Normal, Precedence::InTurn),
        (Urgency::Low, Precedence::InTurn),
    ] {
        let mut decision = decision(Action::HandOff(hand_off()));
        decision.urgency = urgency;
        let composed = compose(&TestSituation::new(), &decision);
        for purpose in [Purpose::Packet, Purpose::Notice] {
            let mail = mail_for(&composed, purpose);
            assert_eq!(mail.precedence, expected, "{urgency:?}, {purpose:?}");
        }
    }
    // And so does what a person wrote, however small it is.
    let relayed = TestSituation::new()
        .in_ticket(TicketStory::opened().handed_off("desk"))
        .kim_replies("Yes.");
    let reply = compose(&relayed, &reply("Yes."));
    assert_eq!(
        mail_for(&reply, Purpose::StaffReply).precedence,
        Precedence::First
    );
}
