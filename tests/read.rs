//! What `handoffd read` promises, on mails written for it: each mail in `tests/mails` stands for one promise.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that fails may panic"
)]

use proptest::prelude::*;
use std::process::Command;

use handoffd::mail::{Address, BounceAction, Reader, SenderKind};

fn read(name: &str) -> serde_json::Value {
    let path = format!("{}/tests/mails/{name}", env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(env!("CARGO_BIN_EXE_handoffd"))
        .args(["read", "--json", &path])
        .output()
        .unwrap();
    assert!(output.status.success());
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn auto_submitted_no_in_any_form_is_a_person() {
    let mail = read("auto_no.eml");
    assert_eq!(mail["sender_kind"], "person");
    assert_eq!(mail["may_auto_reply"], true);
    assert_eq!(mail["subject"], "Größe");
    assert_eq!(mail["reply_text"], "Which size fits me?\n\nThanks");
    assert!(mail["signature"].as_str().unwrap().contains("Ann"));
    assert!(
        mail["quoted_text"]
            .as_str()
            .unwrap()
            .contains("> What do you need?")
    );
}

#[test]
fn a_vacation_answer_is_not_answered() {
    let mail = read("vacation.eml");
    assert_eq!(mail["sender_kind"], "auto-reply");
    assert_eq!(mail["may_auto_reply"], false);
    assert!(!mail["sender_evidence"].as_array().unwrap().is_empty());
}

#[test]
fn a_delivery_report_says_what_bounced() {
    let mail = read("dsn.eml");
    assert_eq!(mail["sender_kind"], "bounce");
    assert_eq!(
        mail["bounce"],
        serde_json::json!({"recipient": "gone@customer.example", "status": "5.1.1", "action": "failed", "original_message_id": "original@shop.example"})
    );
}

#[test]
fn hidden_html_is_left_out_and_named_and_quotations_fold() {
    let mail = read("html_only.eml");
    assert_eq!(mail["reply_text"], "Yes, please.");
    assert!(!mail["text"].as_str().unwrap().contains("ignore"));
    assert!(mail["oddities"].to_string().contains("no reader sees"));
}

#[test]
fn of_two_senders_the_first_counts_and_no_header_breaks_out() {
    let mail = read("two_senders.eml");
    assert_eq!(mail["from"]["address"], "ann@customer.example");
    assert_eq!(mail["subject"], "x Bcc: evil@evil.example");
    let oddities = mail["oddities"].to_string();
    assert!(
        oddities.contains("several From") && oddities.contains("Message-ID"),
        "{oddities}"
    );
}

#[test]
fn several_senders_in_one_field_are_named() {
    let mail = Reader::default()
        .read(b"From: kim@shop.example, eve@evil.example\r\nMessage-ID: <a@b>\r\n\r\nhello\r\n");
    let is_named = |sentence: &str| sentence.contains("several") && sentence.contains("From");
    assert!(mail.oddities.iter().any(|oddity| is_named(&oddity.0)));
}

#[test]
fn a_loop_mark_makes_a_mail_ours_only_under_our_own_name() {
    let key = handoffd::ticket::TokenKey::new([7; 32]);
    let reader = Reader {
        support: Address::parse("help@shop.example").ok(),
        key: Some(key.clone()),
    };
    let mark = key.tag("loop", &[b"a@b"]);
    for (from, id, answered, mark, expected) in [
        (
            "help@shop.example",
            "a@b",
            "z@z",
            mark.as_str(),
            SenderKind::Own,
        ),
        ("help@shop.example", "a@b", "z@z", "forged", SenderKind::Own),
        (
            "eve@evil.example",
            "a@b",
            "z@z",
            &mark,
            SenderKind::AutoReply,
        ),
        (
            "bot@shop.example",
            "c@d",
            "a@b",
            &mark,
            SenderKind::AutoReply,
        ),
        (
            "ann@customer.example",
            "c@d",
            "z@z",
            &mark,
            SenderKind::Person,
        ),
        (
            "ann@customer.example",
            "a@b",
            "a@b",
            "forged",
            SenderKind::Person,
        ),
    ] {
        let mail = reader.read(
            format!("From: {from}\r\nMessage-ID: <{id}>\r\nIn-Reply-To: <{answered}>\r\nX-Handoff-Mark: {mark}\r\n\r\nhi\r\n")
                .as_bytes(),
        );
        assert_eq!(mail.sender_kind, expected, "{from} {id} {answered} {mark}");
    }
}

#[test]
fn below_the_line_of_a_packet_nothing_is_new() {
    let marker = handoffd::desk::PACKET_MARKER;
    for quoted in [
        marker.to_owned(),
        format!("| {marker}"),
        format!("> {marker}"),
    ] {
        let mail = Reader::default().read(
            format!(
                "From: kim@shop.example\r\n\r\nIt is on its way.\r\n\r\n{quoted}\r\nsecret\r\n"
            )
            .as_bytes(),
        );
        assert_eq!(mail.body.reply_text, "It is on its way.");
    }
}

#[test]
fn nothing_in_a_mail_drives_the_terminal() {
    let path = format!("{}/tests/mails/escape.eml", env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(env!("CARGO_BIN_EXE_handoffd"))
        .args(["read", &path])
        .output()
        .unwrap();
    assert!(output.status.success());
    assert!(!output.stdout.iter().any(|byte| matches!(byte, 0x1b | 0x07)));
}

#[test]
fn odd_mails_still_yield_a_value() {
    let reader = Reader::default();
    for raw in [
        "",
        "\n",
        "\r",
        "no header at all",
        "From: a@b.example\rSubject: x\r\rhi",
        "Subject: x",
    ] {
        let mail = reader.read(raw.as_bytes());
        assert!(!mail.oddities.is_empty(), "{raw:?}");
    }
    let bare = reader.read(b"From: a@b.example\rSubject: x\r\rhi");
    assert_eq!(
        (bare.subject.as_str(), bare.body.reply_text.as_str()),
        ("x", "hi")
    );
    let many = format!(
        "From: a@b.example\nReferences: {}\n\nx",
        "<a@b> ".repeat(3) + &(0..300).map(|n| format!("<{n}@x> ")).collect::<String>()
    );
    assert!(reader.read(many.as_bytes()).references.len() <= 101);
}

#[test]
fn the_same_mail_over_another_way_has_the_same_identity() {
    let reader = Reader::default();
    let one = reader.read(b"Message-ID: <a@b>\r\nFrom: a@b.example\r\n\r\nhello\r\n");
    let two = reader.read(b"Received: x\nMessage-ID: <a@b>\nFrom: a@b.example\n\nhello\n\n");
    let forged = reader.read(b"Message-ID: <a@b>\nFrom: e@b.example\n\nother\n");
    assert_eq!(one.identity, two.identity);
    assert_ne!(one.identity, forged.identity);
}

#[test]
fn a_delay_is_no_failure() {
    let mail = Reader::default().read(b"From: MAILER-DAEMON@x.example\nSubject: Warning: could not send message for past 4 hours\n\nDeliveries to the following address are delayed:\n<bob@y.example>\n451 4.4.1 try later\n");
    assert_eq!(mail.sender_kind, SenderKind::Bounce);
    assert_eq!(mail.bounce.unwrap().action, BounceAction::Delayed);
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(raw in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let _ = Reader::default().read(&raw);
    }

    #[test]
    fn no_text_makes_the_reader_panic(body in "(On |From: |> |-- |wrote:|<div|<!--|</p>|style=|\"|&#x|;|=\\?utf-8\\?q\\?|\n|\r|é|—|@|[a-z ]){0,200}") {
        for kind in ["text/plain; format=flowed", "text/html", "multipart/report; boundary=a"] {
            let raw = format!("From: {body}\nSubject: {body}\nContent-Type: {kind}\n\n{body}");
            let _ = Reader::default().read(raw.as_bytes());
        }
    }
}
