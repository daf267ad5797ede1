//! The first automatic mail to a sender whom nothing proves holds no word of theirs: else we would carry a stranger's advertisement to whomever
//! they name as the sender. Every field of a mail has a word of its own here that nothing else has.

use super::exchange::Player;
use super::office;
use handoffd::mail::Address;
use handoffd::rehearsal::{Act, Left, Lies, Person, Thread, Written};
use mail_parser::MessageParser;
use proptest::prelude::*;

/// What is asked, and so what kind of mail leaves.
const REQUESTS: [&str; 12] = [
    "How long does delivery take?",
    "Where is my order?",
    "Where is my order? It is HC-31337.",
    "Wie lange dauert die Lieferung?",
    "Könnten Sie bitte mein Rad von Hand bemalen?",
    "Could you paint my anvil?",
    "I want to speak to a human.",
    "I will see my lawyer about this.",
    "STOP",
    "STATUS",
    "WHY",
    "HUMAN",
];

/// A word that no text of ours holds.
fn word() -> impl Strategy<Value = String> {
    "zx[bcdfghjklmnpqrstvwz]{7}".prop_map(|word| word)
}

fn whole(mail: &Left) -> String {
    let read = MessageParser::default().parse(&mail.bytes).unwrap();
    let mut all = String::new();
    for header in read.headers_raw() {
        let (name, value) = header;
        // The thread is told by names that the sender made; mail programs need them.
        if !["In-Reply-To", "References"].contains(&name) {
            all.push_str(value);
        }
    }
    all.push_str(read.subject().unwrap_or_default());
    all.push_str(&read.body_text(0).unwrap_or_default());
    all.push_str(&read.body_html(0).unwrap_or_default());
    all.push_str(&mail.subject);
    all.to_lowercase()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_of_a_stranger_leaves(words in prop::collection::vec(word(), 9), request in prop::sample::select(&REQUESTS[..])) {
        let office = office();
        let mut player = Player::new(office);
        let is_word_alone = request.chars().all(char::is_uppercase);
        let text = if is_word_alone {
            request.to_owned()
        } else {
            format!("Dear {},\n\n{request}\n\nhttp://{}.example/\n\nBest\n{}\n\n> {}\n", words[0], words[1], words[2], words[3])
        };
        let left = player.play(Act::Writes(Written {
            from: Person { name: format!("{} {}", words[4], words[5]), address: Address::parse("ann@inbox.example").unwrap() },
            subject: Some(if is_word_alone { String::new() } else { format!("Re: {} free money", words[6]) }),
            text,
            cc: vec![Address::parse(&format!("{}@other.example", words[7])).unwrap()],
            attachments: if is_word_alone { vec![] } else { vec![format!("{}.pdf", words[8])] },
            headers: vec![("X-Organisation".to_owned(), words[0].clone()), ("Keywords".to_owned(), words[1].clone())],
            thread: Thread::Fresh,
            lies: Lies::Inbox,
        }));
        prop_assert!(left.len() <= 1);
        for mail in &left {
            let all = whole(mail);
            for word in &words {
                prop_assert!(!all.contains(word.as_str()), "{word} of the stranger stands in\n{all}");
            }
            prop_assert!(!all.contains("free money"));
        }
        prop_assert!(player.played.differences.is_empty(), "{:?}", player.played.differences);
    }
}

#[test]
fn the_neutral_subject_is_that_of_a_reply_and_the_mail_stands_in_the_thread() {
    let office = office();
    let mut player = Player::new(office);
    let left = player.writes(
        "ann@inbox.example",
        "Buy zxqwrt now",
        "How long does delivery take?",
    );
    let mail = MessageParser::default().parse(&left[0].bytes).unwrap();
    let subject = mail.subject().unwrap();
    assert!(
        subject.starts_with("Re: ") && !subject.contains("zxqwrt"),
        "{subject}"
    );
    assert_eq!(
        mail.in_reply_to().as_text(),
        Some("mail-1@rehearsal.invalid")
    );
    assert_eq!(
        mail.references().as_text(),
        Some("mail-1@rehearsal.invalid")
    );
}
