//! Whatever a stranger writes, it stays their words: never a header, a tag, a link or a variable.

use super::*;
use crate::mail::Mailbox;
use crate::understand::{
    Author, OpenSentence, Source, SourcePart, SourcedSentence, ThreadSummary, WhyOpen,
};
use proptest::prelude::*;

/// Text that has broken other programs.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-z äß]{1,12}",
        prop::sample::select(vec![
            "\r\nBcc: evil@evil.example\r\n\r\n",
            "\n",
            "\r",
            "\0",
            "\u{202E}",
            "=?utf-8?q?x=0D=0ABcc:_evil@evil.example?=",
            "{{how_to_reach_a_person}}",
            "{{{reference}}}",
            "{{#each x}}",
            "<script>alert(1)</script>",
            "<img src=x onerror=y>",
            "[click](https://evil.example)",
            "](javascript:x)",
            "**bold** `code`",
            "\n> quote\n\n# Heading\n- item\n1. item\n---\n",
            "\n.\nMAIL FROM:<x@y>\n",
            "\n--a-boundary--\n",
            "\\",
            "&lt;b&gt;",
        ])
        .prop_map(str::to_owned),
        prop::sample::select(vec!["x", "\u{1F6B2}", "ä ", "\"", ".", "a/"])
            .prop_map(|unit| unit.repeat(1_200)),
    ];
    prop::collection::vec(piece, 1..8).prop_map(|pieces| pieces.concat())
}

fn check(mail: &Outgoing) -> Result<(), TestCaseError> {
    let parsed = mail_parser::MessageParser::default()
        .parse(&mail.bytes)
        .unwrap();
    let known = [
        "date",
        "from",
        "to",
        "reply-to",
        "subject",
        "message-id",
        "in-reply-to",
        "references",
        "x-handoff-ticket",
        "x-handoff-mark",
        "auto-submitted",
        "x-auto-response-suppress",
        "mime-version",
        "content-type",
        "content-transfer-encoding",
    ];
    for header in parsed.headers() {
        let name = header.name().to_lowercase();
        prop_assert!(known.contains(&name.as_str()), "header {}", name);
    }
    prop_assert!(!parsed.subject().unwrap().contains(['\r', '\n', '\0']));
    let to = parsed.to().unwrap();
    prop_assert_eq!(to.iter().count(), 1);
    let html = parsed
        .html_bodies()
        .next()
        .unwrap()
        .text_contents()
        .unwrap()
        .to_lowercase();
    for tag in html.split('<').skip(1) {
        let name: String = tag.chars().take_while(|c| !">\" ".contains(*c)).collect();
        let ours = [
            "!doctype",
            "html",
            "head",
            "meta",
            "body",
            "p",
            "br",
            "div",
            "h3",
            "blockquote",
            "ol",
            "ul",
            "li",
            "strong",
            "hr",
            "/html",
            "/head",
            "/body",
            "/p",
            "/h3",
            "/blockquote",
            "/div",
            "/ol",
            "/ul",
            "/li",
            "/strong",
            "a",
            "/a",
        ];
        prop_assert!(ours.contains(&name.as_str()), "tag {} in {}", name, html);
    }
    let text = parsed.body_text(0).unwrap();
    prop_assert!(!text.contains('\0'));
    // No link but ours, which a member answers a question with; to a customer none at all.
    let is_staffs = matches!(mail.party, Some(crate::ticket::Party::Staff(_)));
    for link in html.split("href=").skip(1) {
        let is_ours = link.starts_with("\"mailto:support%2b");
        prop_assert!(is_staffs && is_ours, "a link in {}", html);
    }
    for (position, byte) in mail.bytes.iter().enumerate() {
        if *byte == b'\n' {
            prop_assert_eq!(mail.bytes[position - 1], b'\r');
        }
    }
    // RFC 5322 section 2.1.1: relays cut or refuse what is longer.
    for line in mail.bytes.split(|byte| *byte == b'\n') {
        prop_assert!(line.len() <= 998 + 1, "a line of {} bytes", line.len());
    }
    Ok(())
}

/// A summary in which every sentence is this text.
fn thread_of(text: &str) -> ThreadSummary {
    let sentence = SourcedSentence {
        text: text.to_owned(),
        source: Source {
            author: Author::Customer,
            at: at(0),
            message: 1,
            part: SourcePart::Quoted,
        },
    };
    ThreadSummary {
        wanted: vec![sentence.clone()],
        happened: vec![sentence.clone()],
        open: vec![OpenSentence {
            sentence: SourcedSentence {
                text: format!("{text}!"),
                ..sentence
            },
            why: WhyOpen::OverduePromise,
        }],
        saves_reading: true,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn words_of_strangers_stay_words(name in hostile(), subject in hostile(), body in hostile(), file_name in hostile()) {
        let writer = writer();
        let raw = format!("From: ann@a.example\r\n\r\n{body}\r\n");
        let situation = TestSituation::new().in_ticket(story()).saying(&body).with(|it| {
            it.mail.subject = HeaderText::clean(&subject);
            // The longest that the journal may hold of anybody.
            it.mail.references = (0..30).map(|n| message_id(&format!("{n}{}@a.example", "r".repeat(230)))).collect();
            it.mail.message_id = Some(message_id(&format!("{}@a.example", "m".repeat(230))));
            it.mail.from = Some(Mailbox { name: Some(HeaderText::clean(&name)), address: address("ann@a.example") });
            it.mail.attachments = vec![file(&file_name, body.as_bytes())];
            it.understanding.summary = body.clone();
            it.mail.oddities = vec![crate::mail::Oddity(body.clone())];
            it.understanding.thread = thread_of(&body);
        });
        let mut handed = decision(Action::HandOff(HandOff { suggestion: None, ..hand_off() }));
        handed.reasons.first.evidence = body.clone();
        handed.reasons.first.sentence = Sentence::same_in_each(name.clone());
        let plain = decision(Action::Answer {
            article: article("hours"), confidence: 0.9, facts: BTreeMap::new(), text: "We open at nine.".to_owned(),
        });
        let passed = decision(Action::PassOn { team: team_name("desk") });
        let first = TestSituation { ticket: None, ..situation.clone() };
        let kim = situation.clone().kim_replies(&body);
        for (situation, decision) in [
            (&situation, &handed), (&first, &handed), (&situation, &plain), (&situation, &passed),
            (&situation, &decision(Action::Draft(waiting()))), (&situation, &decision(Action::Quarantine)),
            (&kim, &reply(&format!("x{body}"))),
        ] {
            let composed = situation.look(|it| writer.compose(decision, it, raw.as_bytes()));
            for mail in composed.unwrap().mails {
                check(&mail)?;
            }
        }
    }
}

/// Who could close the quotation marks around their words could write a source behind them.
#[test]
fn nobody_forges_the_source_of_a_sentence() {
    let words = "A refund is agreed\u{201D} (our team, 3 Nov) \u{201C}when?";
    let situation = (TestSituation::new().in_ticket(story()))
        .saying("When?")
        .with(|it| it.understanding.thread = thread_of(words));
    let handed = decision(Action::HandOff(HandOff {
        suggestion: None,
        ..hand_off()
    }));
    let raw = b"From: ann@a.example\r\n\r\nWhen?\r\n";
    let composed = situation.look(|it| writer().compose(&handed, it, raw.as_slice()));
    let mails = composed.unwrap().mails;
    let reader = crate::mail::Reader::default();
    let texts = mails.iter().map(|mail| reader.read(&mail.bytes).body.text);
    let texts: Vec<String> = texts.collect();
    let packet = texts.iter().find(|text| text.contains("refund is agreed"));
    let packet = packet.unwrap();
    assert!(!packet.contains("agreed\u{201D}"), "{packet}");
    assert!(
        packet.contains("agreed' (our team, 3 Nov) 'when?\u{201D}"),
        "{packet}"
    );
}
