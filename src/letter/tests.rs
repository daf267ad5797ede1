//! A made-up desk whose account is known by hand.

use super::*;
use crate::autonomy::{ArticleName, Proposal, Review, Stage, Standing, Tally};
use crate::config::{Language, TeamName};
use crate::decide::test_situation::{address, language, team_name};
use crate::knowledge::Knowledge;
use crate::mail::{HeaderText, MailIdentity, Mailbox, MessageId};
use crate::ticket::{Event, MailSummary, ShownBy, Ticket, TicketId, TimedEvent};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A ticket of a question that no article answered, and what a person wrote.
pub(crate) fn uncovered(seed: u8, customer: &str, question: &str, answer: &[&str]) -> Ticket {
    let opened = at("2026-03-18T09:00:00Z");
    let identity = MailIdentity([seed; 32]);
    let timed = |event| TimedEvent {
        at: opened,
        cause: Some(identity),
        event,
    };
    let mail = MailSummary {
        identity,
        message_id: None,
        references: vec![],
        subject: HeaderText::clean("A question"),
        excerpt: format!("Hello,\n\n{question}\n\nRegards\n{customer}"),
        attachments: vec![],
        also_to: vec![],
    };
    let mut events = vec![
        timed(Event::Opened {
            customer: Mailbox {
                name: None,
                address: address(&format!("{customer}@a.example")),
            },
            subject: HeaderText::clean("A question"),
            language: language("en"),
            mail,
        }),
        timed(Event::Decided {
            decision: "handoff",
            reasons: vec![("no-intent".to_owned(), "no article".to_owned())],
            evidence: vec![],
            intent: None,
            close: vec![],
        }),
        timed(Event::HandedOff {
            team: team_name("desk"),
            promised_by: None,
            notice: crate::ticket::Notice::Withheld {
                why: "none".to_owned(),
            },
            why: "no article".to_owned(),
        }),
    ];
    if !answer.is_empty() {
        events.push(timed(Event::StaffReplied {
            member: address("kim@shop.example"),
        }));
        events.push(timed(Event::Wrote {
            message_id: MessageId::parse(&format!("r{seed}@shop.example")).unwrap(),
            purpose: crate::compose::Purpose::StaffReply,
            to: vec![address(&format!("{customer}@a.example"))],
            said: answer.iter().map(|one| (*one).to_owned()).collect(),
        }));
    }
    Ticket {
        id: TicketId::for_mail(&identity, 0),
        events,
    }
}

const YES_WE_REPAIR: &str = "Yes, we repair broken handles of teapots in our workshop.";
const SEND_IT: &str = "Send the teapot to us in its box, and it is back within 14 days.";

/// Five people ask about repairs, four of them are answered in about the same words; two ask about something else.
pub(crate) fn repairs() -> Vec<Ticket> {
    let ask = |seed, who, question, answer: &[&str]| uncovered(seed, who, question, answer);
    vec![
        ask(
            1,
            "ann",
            "Do you repair a teapot with a broken handle?",
            &[
                YES_WE_REPAIR,
                SEND_IT,
                "Ann, as I said on the phone, yours is free of charge.",
            ],
        ),
        ask(
            2,
            "ben",
            "The handle of my teapot is broken, do you repair it?",
            &[
                "Yes, we repair broken handles of teapots in our workshop.",
                SEND_IT,
            ],
        ),
        ask(
            3,
            "cem",
            "Can you repair the broken handle of a teapot?",
            &[
                "Yes, we do repair broken handles of teapots in our workshop!",
                "Send the teapot to us in its box, and it is back within 21 days.",
            ],
        ),
        ask(
            4,
            "dora",
            "My teapot has a broken handle. Do you repair teapots?",
            &[SEND_IT, YES_WE_REPAIR],
        ),
        ask(
            5,
            "eva",
            "broken handle of a teapot, do you repair that?",
            &[],
        ),
        ask(
            6,
            "finn",
            "Is there a price list for cafes?",
            &["I will ask and come back to you."],
        ),
        ask(7, "gus", "When is your next sale of seconds?", &["In May."]),
    ]
}

fn account(tickets: &[Ticket], earlier: &[SentLetter]) -> Account {
    let week = week_before(at("2026-03-23T06:00:00Z"), &TimeZone::UTC);
    let mut gathering = Gathering::new(week, at("2026-03-23T06:00:00Z"));
    tickets.iter().for_each(|ticket| gathering.take_in(ticket));
    gathering.account(&standings(), &[], earlier, &Knowledge::default(), None)
}

fn earned(name: &str, proposal: Proposal, ceiling: Option<Stage>) -> (ArticleName, Standing) {
    let standing = Standing {
        stage: Stage::Draft,
        since: Timestamp::UNIX_EPOCH,
        text: "t".to_owned(),
        revision: "r".to_owned(),
        ceiling,
        review: Review {
            tally: Tally {
                good: 42,
                counted: 43,
                ..Tally::default()
            },
            proposal,
        },
    };
    (ArticleName::parse(name).unwrap(), standing)
}

fn standings() -> BTreeMap<ArticleName, Standing> {
    BTreeMap::from([
        earned("delivery.en", Proposal::Advance, Some(Stage::Answer)),
        earned("gone.en", Proposal::Advance, None),
        earned("returns.en", Proposal::Stay, Some(Stage::Answer)),
    ])
}

fn sent(account: &Account, words: &[Word]) -> SentLetter {
    SentLetter {
        message_id: MessageId::parse("desk.letter.x@shop.example").unwrap(),
        to: address("admin@shop.example"),
        at: at("2026-03-23T06:00:00Z"),
        suggestions: account.suggestions.clone(),
        quoted: vec![],
        answers: vec![LetterAnswer {
            at: at("2026-03-23T08:00:00Z"),
            from: address("admin@shop.example"),
            mail: MailIdentity([9; 32]),
            message_id: None,
            words: words.to_vec(),
            is_done: true,
            in_vain: vec![],
            told: None,
        }],
    }
}

#[test]
fn what_people_answered_again_and_again_becomes_an_article_without_what_was_said_to_one() {
    let account = account(&repairs(), &[]);
    let [gap] = account.gaps.as_slice() else {
        panic!("{:#?}", account.gaps);
    };
    assert_eq!(gap.customers, 5);
    assert_eq!(gap.tickets.len(), 5);
    let article = gap.article.as_ref().unwrap();
    // What one customer was told alone is left out; a term that differs makes another sentence.
    assert_eq!(article.body, format!("{YES_WE_REPAIR} {SEND_IT}"));
    assert_eq!(article.answers, 4);
    assert_eq!(article.team, Some(TeamName("desk".to_owned())));
    let name = &article.intent.0;
    assert!(name.contains("teapot") || name.contains("repair"), "{name}");
    assert_eq!(article.ask.len(), 5);
    let suggestions: Vec<&Suggestion> = account.suggestions.iter().collect();
    assert!(
        matches!(
            suggestions.as_slice(),
            [Suggestion::Advance { article, .. }, Suggestion::Write { .. }] if article.to_string() == "delivery.en"
        ),
        "only what still may go on is suggested: {suggestions:?}"
    );
}

#[test]
fn the_proposed_file_is_one_that_is_taken() {
    let account = account(&repairs(), &[]);
    let article = account.gaps[0].article.clone().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut settings = crate::decide::test_situation::settings();
    settings.knowledge.folder = folder.path().to_owned();
    for (code, name) in [("en", ".md"), ("de", ".de.md")] {
        let article = NewArticle {
            language: Language(code.to_owned()),
            ..article.clone()
        };
        let name = format!("{}{name}", article.intent);
        assert_eq!(article.file_name(&Language("en".to_owned())), name);
        std::fs::write(folder.path().join(name), article.file()).unwrap();
    }
    let loaded = Knowledge::load(&settings).unwrap();
    let topic = &loaded.topics[&article.intent];
    assert_eq!(topic.mode, crate::knowledge::ArticleMode::Draft);
    assert_eq!(topic.articles.len(), 2);
    assert_eq!(
        topic.articles[&Language("en".to_owned())].body,
        article.body
    );
}

#[test]
fn one_person_who_asks_often_is_no_gap_and_answers_that_differ_make_no_article() {
    let same = |seed| {
        uncovered(
            seed,
            "ann",
            "Do you repair a teapot with a broken handle?",
            &[YES_WE_REPAIR],
        )
    };
    let often: Vec<Ticket> = (1..6).map(same).collect();
    assert_eq!(account(&often, &[]).gaps, []);
    let mut differ = repairs();
    differ.truncate(4);
    let answers = [
        "Yes, for ten.",
        "No, never.",
        "Ask us again in May.",
        "It depends.",
    ];
    for (seed, (ticket, answer)) in (1..).zip(differ.iter_mut().zip(answers)) {
        let who = ["ann", "ben", "cem", "dora"][usize::from(seed - 1_u8)];
        *ticket = uncovered(
            seed,
            who,
            "Do you repair a teapot with a broken handle?",
            &[answer],
        );
    }
    let account = account(&differ, &[]);
    assert_eq!(account.gaps.len(), 1);
    assert_eq!(account.gaps[0].article, None);
    assert_eq!(account.suggestions.len(), 1);
}

/// The same question in other words: phrases of an article are never the same twice.
fn one_of_many(seed: u8) -> &'static str {
    let asked = [
        "Do you repair a teapot with a broken handle?",
        "Do you repair the broken handle of a teapot?",
        "Would you repair a teapot with its handle broken?",
        "Do you repair teapots with a handle that is broken?",
        "Do you repair a teapot, the handle is broken?",
    ];
    asked[usize::from(seed - 1) % asked.len()]
}

/// What is proposed where each of these customers asked about repairs and had this answer.
fn proposed(answers: &[(&str, &[&str])]) -> Option<String> {
    let tickets: Vec<Ticket> = (1_u8..)
        .zip(answers)
        .map(|(seed, (who, said))| uncovered(seed, who, one_of_many(seed), said))
        .collect();
    let gaps = account(&tickets, &[]).gaps;
    let article = gaps.into_iter().next()?.article;
    article.map(|article| article.body)
}

#[test]
fn what_one_customer_alone_was_told_is_in_no_article_however_often_they_asked() {
    let own = "Ann, as agreed on the phone yours is repaired free of charge.";
    let ann: (&str, &[&str]) = ("ann", &[own]);
    let others: [(&str, &[&str]); 2] = [("ben", &[YES_WE_REPAIR]), ("cem", &[YES_WE_REPAIR])];
    let answers = [[ann, ann, ann].as_slice(), others.as_slice()].concat();
    let body = proposed(&answers);
    assert!(body.is_none_or(|body| !body.contains("Ann")));
}

#[test]
fn opposites_are_not_the_same_however_many_words_they_share() {
    for (one, other) in [
        (
            "Yes, we repair broken handles of teapots in our workshop.",
            "No, we do not repair broken handles of teapots in our workshop.",
        ),
        (
            "You can return the repaired teapot to our shop within the month.",
            "You cannot return the repaired teapot to our shop within the month.",
        ),
        (
            "You pay the postage of the repaired teapot inside Germany.",
            "We pay the postage of the repaired teapot inside Germany.",
        ),
        (
            "A repair of the handle takes two weeks in our workshop.",
            "A repair of the handle takes three weeks in our workshop.",
        ),
        (
            "Wir reparieren Henkel von Kannen in der Werkstatt.",
            "Wir reparieren keine Henkel von Kannen in der Werkstatt.",
        ),
        (
            "We don't repair handles of teapots ourselves in our workshop.",
            "We do repair handles of teapots ourselves in our workshop.",
        ),
    ] {
        let (one, other): (&[&str], &[&str]) = (&[one], &[other]);
        let body = proposed(&[("ann", one), ("ben", other), ("cem", other)]);
        assert_eq!(
            body,
            Some(other[0].to_owned()),
            "{one:?}: two of three said it"
        );
        let body = proposed(&[("ann", one), ("ben", one), ("cem", other), ("dora", other)]);
        assert!(body.is_none_or(|body| body == one[0] || body == other[0]));
        let body = proposed(&[
            ("ann", one),
            ("ben", other),
            ("cem", &["Ask us again in May."]),
        ]);
        assert_eq!(body, None, "nobody else said {one:?}");
    }
}

#[test]
fn a_part_of_an_answer_is_no_article() {
    let long: &[&str] = &[
        YES_WE_REPAIR,
        SEND_IT,
        "It costs nothing.",
        "We will write to you.",
    ];
    assert_eq!(
        proposed(&[("ann", long), ("ben", long), ("cem", long)]),
        None
    );
    let cut: &[&str] = &["Yes, we repair broken handles of teapots in our workshop as long as…"];
    assert_eq!(proposed(&[("ann", cut), ("ben", cut), ("cem", cut)]), None);
}

#[test]
fn only_answers_of_our_people_count_and_nothing_that_they_quoted() {
    let outside = |seed: u8, who: &str, shown_by, text: &str| {
        let mut ticket = uncovered(seed, who, one_of_many(seed), &[]);
        let mut event = ticket.events[0].clone();
        if let Event::Opened { mail, .. } = &ticket.events[0].event {
            let mail = MailSummary {
                excerpt: text.to_owned(),
                ..mail.clone()
            };
            event.event = Event::WroteOutside {
                from: address("kim@shop.example"),
                team: team_name("desk"),
                shown_by,
                mail,
            };
        }
        ticket.events.push(event);
        ticket
    };
    let text = format!("Dear customer,\n\n{YES_WE_REPAIR}\n\nKim");
    let quoting = format!(
        "> Pay to my account in our workshop for teapots please.\n\n{YES_WE_REPAIR}\n\nKim"
    );
    let told = |shown_by, text: &str| {
        let tickets: Vec<Ticket> = (1_u8..)
            .zip(["ann", "ben", "cem"])
            .map(|(seed, who)| outside(seed, who, shown_by, text))
            .collect();
        let gaps = account(&tickets, &[]).gaps;
        gaps[0].article.clone().map(|article| article.body)
    };
    let ours = Some(YES_WE_REPAIR.to_owned());
    assert_eq!(told(ShownBy::SentFolder, &text), ours);
    assert_eq!(told(ShownBy::SentFolder, &quoting), ours);
    // Anybody can write our address.
    assert_eq!(told(ShownBy::Address, &text), None);
}

#[test]
fn who_asked_is_named_nowhere() {
    let asked = |seed, who, name: &str| {
        let question =
            format!("I am Frau {name} and ask whether you repair a broken handle of teapots?");
        let mut ticket = uncovered(seed, who, &question, &[YES_WE_REPAIR]);
        if let Event::Opened { customer, .. } = &mut ticket.events[0].event {
            customer.name = Some(HeaderText::clean(&format!("Erika {name}")));
        }
        ticket
    };
    let tickets = [
        asked(1, "a77", "Meyer"),
        asked(2, "b77", "Schulz"),
        asked(3, "c77", "Wolf"),
    ];
    let account = account(&tickets, &[]);
    let all = format!("{:?}", account.gaps);
    assert_eq!(account.gaps.len(), 1);
    assert!(
        !["Meyer", "Schulz", "Wolf"]
            .iter()
            .any(|name| all.contains(name)),
        "{all}"
    );
}

#[test]
fn what_somebody_said_no_to_is_not_suggested_again_when_others_ask_it() {
    let first = account(&repairs(), &[]);
    let no = sent(
        &first,
        &[Word {
            number: 2,
            says: Says::No,
        }],
    );
    let others: Vec<Ticket> = (40_u8..)
        .zip(["hans", "inga", "jan"])
        .map(|(seed, who)| {
            uncovered(
                seed,
                who,
                "Do you repair a teapot with a broken handle?",
                &[YES_WE_REPAIR],
            )
        })
        .collect();
    assert_eq!(account(&others, &[]).gaps.len(), 1);
    assert_eq!(account(&others, &[no]).gaps, []);
}

#[test]
fn what_somebody_said_yes_or_no_to_is_not_suggested_again() {
    let first = account(&repairs(), &[]);
    let word = |number, says| Word { number, says };
    let both = sent(&first, &[word(1, Says::No), word(2, Says::Yes)]);
    let again = account(&repairs(), &[both]);
    assert_eq!((again.gaps.len(), again.suggestions.len()), (0, 0));
    // A yes to an article that has not gone on since is no reason to hide what it has earned.
    let yes = sent(&first, &[word(1, Says::Yes)]);
    assert_eq!(account(&repairs(), &[yes]).suggestions.len(), 2);
}

#[test]
fn a_weeks_bars_hold_what_was_decided_on_each_of_its_days() {
    let account = account(&repairs(), &[]);
    let days: Vec<usize> = account.days.iter().map(|(_, day)| day.all()).collect();
    // All of it came on Wednesday, 18 March.
    assert_eq!(days, [0, 0, 7, 0, 0, 0, 0]);
    assert_eq!(account.days[2].1.to_person, 7);
    let weeks: Vec<usize> = account.weeks.iter().map(|(_, week)| week.all()).collect();
    assert_eq!(weeks, [0, 0, 0, 0, 0, 0, 0, 7]);
    assert_eq!(account.numbers.all.customer_mails, 7);
    assert_eq!(account.before.all.customer_mails, 0);
}

#[test]
fn a_reply_says_yes_and_no_to_numbers_and_a_sentence_says_nothing() {
    let yes = |numbers: &[usize]| -> Vec<(usize, Says)> {
        numbers.iter().map(|number| (*number, Says::Yes)).collect()
    };
    let no = |number| (number, Says::No);
    let cases: [(&str, Vec<(usize, Says)>); 19] = [
        ("YES 3", yes(&[3])),
        ("yes 3.", yes(&[3])),
        ("Yes: 1, 3 and 4", yes(&[1, 3, 4])),
        ("JA 1 und 2", yes(&[1, 2])),
        ("OK #2", yes(&[2])),
        ("yes to 2", yes(&[2])),
        ("YES 1\nNO 2", [yes(&[1]), vec![no(2)]].concat()),
        ("YES 1 NO 2", [yes(&[1]), vec![no(2)]].concat()),
        ("Hi,\n\nYES 2\n\nRegards\nAda", yes(&[2])),
        ("NEIN 2", vec![no(2)]),
        // Both about one number is a mistake.
        ("YES 1, 2\nNO 1", yes(&[2])),
        ("YES 1 would be nice if the text were shorter", vec![]),
        ("No, I do not like 2", vec![]),
        ("1 and 2 look fine", vec![]),
        ("YES", vec![]),
        ("YES 0, 100", vec![]),
        ("No. 1: I shall think about it", vec![]),
        ("No. 1", vec![]),
        ("", vec![]),
    ];
    for (text, expected) in cases {
        let words = words_of(text, 4);
        let words: Vec<(usize, Says)> = words.iter().map(|word| (word.number, word.says)).collect();
        assert_eq!(words, expected, "{text}");
    }
    // Where there is one suggestion only, the word is enough.
    let alone = |text| words_of(text, 1);
    assert_eq!(
        alone("Yes!"),
        [Word {
            number: 1,
            says: Says::Yes
        }]
    );
    assert_eq!(
        alone("no"),
        [Word {
            number: 1,
            says: Says::No
        }]
    );
    assert_eq!(alone("Yes, but later"), []);
    assert_eq!(words_of("yes", 0), []);
}

proptest::proptest! {
    #[test]
    fn whatever_people_wrote_a_proposed_file_is_taken_and_holds_no_slot(
        questions in proptest::collection::vec("[a-z {}<>`|\\\\\"'#+\\-@0-9?äé]{0,60}", 4),
        answer in "[A-Za-z {}<>`|\\\\\"'#+\\-@0-9.?äé]{0,120}",
    ) {
        let tickets: Vec<Ticket> = (1_u8..).zip(&questions).map(|(seed, question)| {
            let question = format!("Do you repair a teapot with a broken handle {question}");
            let common = "Yes, we repair broken handles of teapots in our workshop every day.";
            uncovered(seed, ["ann", "ben", "cem", "dora"][usize::from(seed - 1)], &question, &[common, &answer])
        }).collect();
        let account = account(&tickets, &[]);
        let folder = tempfile::tempdir().unwrap();
        let mut settings = crate::decide::test_situation::settings();
        settings.knowledge.folder = folder.path().to_owned();
        for article in account.gaps.iter().filter_map(|gap| gap.article.as_ref()) {
            let written = crate::knowledge::write_new(
                &settings, &Knowledge::default(), &article.intent,
                &article.file_name(&language("en")), &article.file(),
            );
            proptest::prop_assert!(written.is_ok(), "{:?}\n{}", written, article.file());
            proptest::prop_assert!(Knowledge::load(&settings).is_ok());
        }
    }

    #[test]
    fn any_reply_is_read(text in "\\PC{0,300}", suggestions in 0_usize..100) {
        for word in words_of(&text, suggestions) {
            proptest::prop_assert!((1..=99).contains(&word.number));
        }
    }
}
