//! What one wrong label can do to the demo desk, with the model of meaning where it is there.

use crate::decide::test_situation::{address, intent, language, ticket_id};
use crate::gateway::Office;
use crate::learning::{Confirmation, Lesson};
use crate::mail::{MailIdentity, Reader};
use crate::ticket::TokenKey;
use crate::understand::SEND_THRESHOLD;
use jiff::Timestamp;
use std::path::Path;

/// In the words of no article. The first is one that the articles surely know, the second one that they do not.
const KNOWN: &str = "who pays the postage when I send it back";
const UNKNOWN: &str = "does tea go off?";
const FURTHER: [&str; 6] = [
    "can I still return a present after three weeks",
    "do you deliver within a week",
    "how fast is shipping usually",
    "until when are you there on friday",
    "can opened bags stay in the cupboard",
    "is a glass jar fine for green tea",
];

fn desk() -> Office {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/demo/handoffd.toml");
    Office::load(&config, TokenKey::new([7; 32])).unwrap()
}

fn lesson(number: u8, ticket: u8, text: &str, means: Option<&str>) -> Lesson {
    Lesson {
        mail: MailIdentity([number; 32]),
        ticket: ticket_id(ticket),
        text: text.to_owned(),
        language: language("en"),
        intent: means.map(intent),
        how: Confirmation::Named,
        member: address("kim@shop.example"),
        at: now(),
    }
}

fn now() -> Timestamp {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

/// What a mail with these words is about, and how sure that is.
fn nearest(office: &Office, words: &str) -> Option<(String, f64)> {
    let mail = format!("From: ann@customer.example\r\nSubject: question\r\n\r\n{words}\r\n");
    let mail = Reader::default().read(mail.as_bytes());
    let understood = office.trained().understander.understand(&mail, None);
    let nearest = understood.intents.first()?;
    Some((nearest.intent.0.clone(), nearest.confidence))
}

/// What it is answered with; `None` where it goes to a person.
fn answered_with(office: &Office, words: &str) -> Option<String> {
    let sure = nearest(office, words).filter(|(_, confidence)| *confidence >= SEND_THRESHOLD);
    sure.map(|(intent, _)| intent)
}

/// Every phrase of every article, and words that no article has.
fn everything(office: &Office) -> Vec<(String, Option<(String, f64)>)> {
    let topics = office.knowledge.topics.values();
    let articles = topics.filter_map(|topic| topic.articles.get(&language("en")));
    let phrases = articles.flat_map(|article| article.ask.iter().map(String::as_str));
    let further = FURTHER.into_iter().chain([KNOWN, UNKNOWN]);
    (phrases.chain(further))
        .map(|words| (words.to_owned(), nearest(office, words)))
        .collect()
}

/// What was answered is answered the same. What was not may be, but only with what it was nearest to anyway.
#[test]
fn one_wrong_label_changes_nothing_that_was_answered_but_by_its_own_words() {
    let office = desk();
    let before = everything(&office);
    for (words, wrong) in [
        (UNKNOWN, "wholesale"),
        (FURTHER[5], "opening-hours"),
        (
            "my matcha is two years old, can I still drink it",
            "wholesale",
        ),
    ] {
        assert!(office.learn_from(&[lesson(1, 1, words, Some(wrong))], now()));
        assert_eq!(office.trained().taught.len(), 1, "{words}");
        for ((said, was), (_, is)) in before.iter().zip(everything(&office)) {
            let is_sure = |one: &Option<(String, f64)>| {
                one.as_ref()
                    .is_some_and(|(_, sure)| *sure >= SEND_THRESHOLD)
            };
            let about = |one: &Option<(String, f64)>| one.clone().map(|(intent, _)| intent);
            if said != words && (is_sure(was) || is_sure(&is)) {
                assert_eq!(
                    about(&is),
                    about(was),
                    "{said:?} after {words:?} was labelled {wrong}"
                );
                assert!(
                    is_sure(&is),
                    "{said:?} after {words:?} was labelled {wrong}"
                );
            }
        }
    }
}

#[test]
fn a_label_against_what_the_articles_surely_say_waits_for_a_second_ticket() {
    let office = desk();
    let returns = Some("return-how-to".to_owned());
    assert_eq!(answered_with(&office, KNOWN), returns);
    for wrong in [Some("wholesale"), None] {
        // Once, twice in one ticket: nothing changes, and who looks is told.
        let one = lesson(1, 1, KNOWN, wrong);
        let again = lesson(2, 1, FURTHER[0], wrong);
        let (one_mail, again_mail) = (one.mail, again.mail);
        let _ = office.learn_from(&[one.clone(), again], now());
        assert_eq!(office.trained().taught, []);
        let waiting: Vec<_> = office.trained().held_back.clone().into_iter().collect();
        let said = intent("return-how-to");
        assert_eq!(waiting, [(one_mail, said.clone()), (again_mail, said)]);
        assert_eq!(answered_with(&office, KNOWN), returns);

        // A second ticket says the same: it is meant.
        let second = lesson(3, 2, FURTHER[0], wrong);
        assert!(office.learn_from(&[one, second], now()));
        assert_eq!(office.trained().taught.len(), 2);
        assert!(office.trained().held_back.is_empty());
        assert_ne!(answered_with(&office, KNOWN), returns);
    }
}

#[test]
fn what_agrees_with_the_articles_or_is_news_to_them_is_taken_at_once() {
    let office = desk();
    let lessons = [
        lesson(1, 1, KNOWN, Some("return-how-to")),
        lesson(2, 2, UNKNOWN, Some("tea-storage")),
    ];
    assert!(office.learn_from(&lessons, now()));
    assert_eq!(office.trained().taught.len(), 2);
    assert_eq!(
        answered_with(&office, UNKNOWN),
        Some("tea-storage".to_owned())
    );
    // The same again changes nothing, and nothing is trained for it.
    assert!(!office.learn_from(&lessons, now()));
}
