//! The whole letter as it reads, and what is told to whoever answered.

use super::*;
use crate::autonomy::{ArticleName, By, Stage, StageChange, Tally, Why};
use crate::decide::test_situation::{address, intent, key, language, settings, team_name};
use crate::letter::{Decided, Gap, Instance, NewArticle, Says, Suggestion, WentWrong, Word};
use crate::mail::{MailIdentity, MessageId, Reader};
use crate::numbers::{Counts, Numbers, Period};
use crate::ticket::TicketId;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn ticket(seed: u8) -> TicketId {
    TicketId::for_mail(&MailIdentity([seed; 32]), 0)
}

fn article() -> NewArticle {
    NewArticle {
        intent: intent("repair-teapot"),
        language: language("en"),
        team: Some(team_name("desk")),
        title: "Do you repair teapots?".to_owned(),
        ask: vec!["Do you repair teapots?".to_owned(); 3],
        body: "Yes, we repair broken handles. Send it to us.".to_owned(),
        answers: 4,
    }
}

fn tally() -> Tally {
    Tally {
        good: 42,
        counted: 43,
        against: 4,
        looked_at: 20,
    }
}

fn name(text: &str) -> ArticleName {
    ArticleName::parse(text).unwrap()
}

/// A week in which everything happened.
fn eventful() -> Account {
    let counts = Counts {
        tickets: 58,
        customer_mails: 64,
        answers: 41,
        confirmed: 12,
        recontacted: 3,
        questions: 3,
        hand_offs: 9,
        promises_kept: 8,
        promises_broken: 1,
        first_replies: 7,
        asked_again: 1,
        drafts: 6,
        drafts_sent: 4,
        drafts_edited: 1,
        drafts_refused: 1,
        ..Counts::default()
    };
    let of_desk = Counts {
        hand_offs: 7,
        drafts: 6,
        drafts_sent: 4,
        drafts_refused: 1,
        promises_kept: 6,
        ..Counts::default()
    };
    let instance = |seed, article: &str, team: &str| Instance {
        ticket: ticket(seed),
        article: (!article.is_empty()).then(|| intent(article)),
        team: (!team.is_empty()).then(|| team_name(team)),
    };
    let decided = Decided {
        answered: 8,
        asked: 1,
        drafted: 2,
        to_person: 3,
    };
    let day = jiff::civil::date(2026, 3, 16);
    let days = (0..7).map(|back| {
        (
            day.checked_add(jiff::Span::new().days(back)).unwrap(),
            decided,
        )
    });
    let changed = |article: &str, from, to, by, why| StageChange {
        at: at("2026-03-18T09:00:00Z"),
        article: name(article),
        revision: "r".to_owned(),
        from: Some(from),
        to,
        by,
        why,
        tally: tally(),
    };
    Account {
        week: Period {
            from: at("2026-03-16T00:00:00Z"),
            until: at("2026-03-22T23:59:59Z"),
            zone: TimeZone::UTC,
        },
        numbers: Numbers {
            all: counts,
            teams: BTreeMap::from([(team_name("desk"), of_desk)]),
            ..Numbers::default()
        },
        before: Numbers {
            all: Counts {
                customer_mails: 51,
                recontacted: 1,
                ..Counts::default()
            },
            ..Numbers::default()
        },
        days: days.collect(),
        weeks: vec![(day, decided)],
        wrong: WentWrong {
            recontacted: vec![instance(1, "delivery-time", "")],
            refused: vec![
                instance(2, "returns", "desk"),
                instance(3, "returns", "workshop"),
            ],
            asked_again: vec![instance(4, "", "desk")],
            broken: vec![instance(5, "", "workshop")],
        },
        changes: vec![
            changed(
                "hours.en",
                Stage::Draft,
                Stage::Answer,
                By::Person("root".to_owned()),
                Why::Allowed,
            ),
            changed(
                "returns.en",
                Stage::Answer,
                Stage::Draft,
                By::Rule,
                Why::WentWrong,
            ),
        ],
        gaps: vec![
            Gap {
                customers: 6,
                examples: vec![
                    "Do you repair teapots?".to_owned(),
                    "<b>broken</b> handle, *repair*? [click](https://evil.example)".to_owned(),
                ],
                tickets: vec![ticket(6)],
                article: Some(article()),
            },
            Gap {
                customers: 3,
                examples: vec!["Is there a price list?".to_owned()],
                tickets: vec![ticket(7)],
                article: None,
            },
        ],
        suggestions: suggestions(),
        is_cut: false,
        records: BTreeMap::from([(name("delivery-time.en"), tally())]),
    }
}

fn suggestions() -> Vec<Suggestion> {
    vec![
        Suggestion::Advance {
            article: name("delivery-time.en"),
            from: Stage::Draft,
            text: "t".to_owned(),
        },
        Suggestion::Write {
            article: article(),
            tickets: vec![ticket(6)],
        },
    ]
}

fn quiet() -> Account {
    Account {
        numbers: Numbers::default(),
        before: Numbers::default(),
        days: vec![],
        weeks: vec![],
        wrong: WentWrong::default(),
        changes: vec![],
        gaps: vec![],
        suggestions: vec![],
        records: BTreeMap::new(),
        ..eventful()
    }
}

fn written(account: &Account, audience: Audience<'_>, settings: &Settings) -> Outgoing {
    let writer = Writer::load(settings, key()).unwrap();
    let due = at("2026-03-23T07:00:00Z");
    writer.weekly_letter(account, audience, due, settings, due)
}

fn german() -> Settings {
    let mut settings = settings();
    settings.support.language = language("de");
    settings
}

#[test]
fn the_admins_letter_reads_like_this() {
    for (code, settings) in [("en", settings()), ("de", german())] {
        let mail = written(&eventful(), Audience::Admin, &settings);
        assert_eq!(mail.recipients, [address("admin@shop.example")]);
        insta::assert_snapshot!(
            format!("admin-{code}"),
            format!("{}\n\n{}", mail.subject, mail.text)
        );
    }
    let mail = written(&quiet(), Audience::Admin, &settings());
    insta::assert_snapshot!(
        "admin-quiet-en",
        format!("{}\n\n{}", mail.subject, mail.text)
    );
}

#[test]
fn a_teams_letter_is_about_its_own_work_and_answered_by_a_person() {
    for (code, settings) in [("en", settings()), ("de", german())] {
        let team = &settings.teams[0];
        let mail = written(&eventful(), Audience::Team(team), &settings);
        assert_eq!(mail.recipients, std::slice::from_ref(&team.address));
        let read = Reader::default().read(&mail.bytes);
        assert_eq!(read.reply_to[0].address, address("admin@shop.example"));
        assert!(
            !mail.text.contains(&ticket(3).to_string()),
            "of another team"
        );
        insta::assert_snapshot!(
            format!("team-{code}"),
            format!("{}\n\n{}", mail.subject, mail.text)
        );
    }
}

#[test]
fn the_pictures_lie_in_the_mail_and_words_of_customers_are_only_words() {
    let mail = written(&eventful(), Audience::Admin, &settings());
    let text = String::from_utf8_lossy(&mail.bytes);
    assert_eq!(text.matches("Content-Type: image/png").count(), 2);
    assert_eq!(text.matches("Content-ID: <").count(), 2);
    assert!(mail.bytes.len() < 40_000, "{}", mail.bytes.len());
    let parsed = mail_parser::MessageParser::default()
        .parse(&mail.bytes)
        .unwrap();
    let html = parsed.body_html(0).unwrap();
    assert_eq!(html.matches("<img src=\"cid:").count(), 2);
    assert!(
        !html.contains("<b>broken") && !html.contains("href=\"https://evil"),
        "{html}"
    );
    // The same week is the same mail.
    assert_eq!(written(&eventful(), Audience::Admin, &settings()), mail);
    let quiet = written(&quiet(), Audience::Admin, &settings());
    assert!(!String::from_utf8_lossy(&quiet.bytes).contains("image/png"));
}

#[test]
fn whoever_answered_is_told_what_came_of_each_word() {
    let letter = SentLetter {
        message_id: MessageId::parse("desk.letter.x@shop.example").unwrap(),
        to: address("admin@shop.example"),
        at: at("2026-03-23T07:00:00Z"),
        suggestions: suggestions(),
        quoted: vec![],
        answers: vec![],
    };
    let answer = LetterAnswer {
        at: at("2026-03-23T09:00:00Z"),
        from: address("admin@shop.example"),
        mail: MailIdentity([8; 32]),
        message_id: MessageId::parse("reply@shop.example"),
        words: vec![Word {
            number: 1,
            says: Says::Yes,
        }],
        is_done: false,
        in_vain: vec![],
        told: None,
    };
    let came = [
        (
            1,
            Came::Advanced {
                article: name("delivery-time.en"),
                to: Stage::Answer,
            },
        ),
        (
            2,
            Came::Written {
                path: "/etc/handoffd/knowledge/repair-teapot.md".to_owned(),
            },
        ),
        (
            2,
            Came::Attached {
                file_name: "repair-teapot.md".to_owned(),
                folder: "/etc/handoffd/knowledge".to_owned(),
                why: "Read-only file system (os error 30)".to_owned(),
                file: article().file(),
            },
        ),
        (1, Came::Declined),
        (2, Came::Declined),
        (1, Came::DecidedBefore(Says::Yes)),
        (9, Came::NoSuchNumber),
        (
            1,
            Came::Impossible {
                why: "its text was changed".to_owned(),
            },
        ),
    ];
    for (code, settings) in [("en", settings()), ("de", german())] {
        let writer = Writer::load(&settings, key()).unwrap();
        let now = at("2026-03-23T09:01:00Z");
        let mail = writer.letter_answered(&letter, &answer, &came, &settings, now);
        let read = Reader::default().read(&mail.bytes);
        assert_eq!(
            read.in_reply_to,
            answer.message_id.clone().into_iter().collect::<Vec<_>>()
        );
        let file = read
            .attachments
            .iter()
            .find(|file| file.name.as_str() == "repair-teapot.md");
        assert_eq!(file.unwrap().content, article().file().into_bytes());
        insta::assert_snapshot!(format!("answered-{code}"), mail.text);
        let none = writer.letter_answered(&letter, &answer, &[], &settings, now);
        insta::assert_snapshot!(format!("answered-nothing-{code}"), none.text);
    }
}
