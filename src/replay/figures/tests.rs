//! Each figure on a small made-up history, where the right one is known by hand.

use super::*;
use crate::replay::play::Answer;
use jiff::SignedDuration;

fn intent(name: &str) -> IntentName {
    IntentName(name.to_owned())
}

/// A mail of a customer that came so many hours after Monday, 2026-01-05, at midnight.
pub(in crate::replay) fn turn(
    hour: i64,
    decision: &'static str,
    nearest: Option<(&str, f64)>,
) -> Turn {
    let monday: Timestamp = "2026-01-05T00:00:00Z".parse().unwrap();
    Turn {
        name: format!("{hour}.eml"),
        at: monday + SignedDuration::from_hours(hour),
        from: "Ann <ann@a.example>".to_owned(),
        subject: format!("mail {hour}"),
        words: "Hello".to_owned(),
        asks: "Hello".to_owned(),
        decision,
        is_a_customers: true,
        rule: match decision {
            "handoff" => "no-intent",
            _ => "sure",
        },
        why: "because".to_owned(),
        article: nearest.map(|(name, _)| intent(name)),
        nearest: nearest.map(|(name, confidence)| Nearest {
            intent: intent(name),
            confidence,
            send_threshold: 0.8,
            suggest_threshold: 0.5,
        }),
        promised_by: None,
        ticket: Some(crate::decide::test_situation::ticket_id(
            u8::try_from(hour).unwrap(),
        )),
        answer: None,
    }
}

pub(in crate::replay) fn answered(turn: Turn, after_hours: i64, says: Option<&str>) -> Turn {
    let answer = Answer {
        after: SignedDuration::from_hours(after_hours),
        article: says.map(intent),
        likeness: 0.5,
        words: "Hello Ann".to_owned(),
    };
    Turn {
        answer: Some(answer),
        ..turn
    }
}

fn promised(turn: Turn, hours: i64) -> Turn {
    Turn {
        promised_by: Some(turn.at + SignedDuration::from_hours(hours)),
        ..turn
    }
}

/// Two weeks: of ten mails of customers four are answered; and a newsletter.
pub(in crate::replay) fn history() -> Vec<Turn> {
    let newsletter = Turn {
        is_a_customers: false,
        ..turn(3, "leave", None)
    };
    vec![
        answered(turn(9, "answer", Some(("hours", 0.95))), 1, Some("hours")),
        answered(turn(9, "answer", Some(("hours", 0.9))), 2, Some("returns")),
        newsletter,
        turn(34, "answer", Some(("returns", 0.85))),
        answered(
            turn(34, "answer", Some(("returns", 0.82))),
            30,
            Some("returns"),
        ),
        answered(
            turn(35, "draft", Some(("returns", 0.7))),
            3,
            Some("returns"),
        ),
        turn(36, "ask", Some(("track", 0.9))),
        promised(
            answered(turn(180, "handoff", Some(("track", 0.6))), 4, None),
            8,
        ),
        promised(
            answered(turn(181, "handoff", Some(("track", 0.2))), 9, None),
            8,
        ),
        promised(turn(182, "handoff", None), 8),
        turn(190, "relay", None),
    ]
}

fn of(turns: Vec<Turn>) -> Vec<Turn> {
    turns
        .into_iter()
        .filter(|turn| turn.is_a_customers)
        .collect()
}

#[test]
fn decisions_reasons_and_articles_are_counted_by_mails_of_customers() {
    let turns = of(history());
    let customers: Vec<&Turn> = turns.iter().collect();
    assert_eq!(customers.len(), 10);
    let decisions = count(customers.iter().map(|turn| turn.decision));
    let expected = [
        ("answer", 4),
        ("ask", 1),
        ("draft", 1),
        ("handoff", 3),
        ("relay", 1),
    ];
    assert_eq!(decisions, expected.into());
    assert_eq!(share(4, 10), 0.4);
    assert_eq!(share(0, 0), 0.0);

    let reasons = hand_offs(&customers);
    assert_eq!(reasons.len(), 1);
    assert_eq!((reasons[0].rule, reasons[0].mails), ("no-intent", 3));
    let examples: Vec<&str> = reasons[0]
        .examples
        .iter()
        .map(|mail| mail.name.as_str())
        .collect();
    assert_eq!(examples, ["180.eml", "181.eml", "182.eml"]);

    let knowledge = crate::decide::test_situation::knowledge();
    let articles = articles(&customers, &knowledge);
    let hours = &articles[articles
        .iter()
        .position(|one| one.intent == intent("hours"))
        .unwrap()];
    assert_eq!(hours.texts[0].text, "We open at nine.");
    let shown: Vec<(&str, Option<&str>)> = (hours.answered_first.iter())
        .map(|mail| (mail.name.as_str(), mail.answer.as_deref()))
        .collect();
    assert_eq!(
        shown,
        [("9.eml", Some("Hello Ann")), ("9.eml", Some("Hello Ann"))]
    );
    let never_sent = articles.iter().find(|one| one.intent == intent("track"));
    let never_sent = never_sent.unwrap();
    assert!(never_sent.texts.is_empty() && never_sent.answered_first.is_empty());
    let row = |name: &str| {
        let article = articles
            .iter()
            .find(|article| article.intent == intent(name))
            .unwrap();
        (
            [
                article.answered,
                article.drafted,
                article.asked,
                article.suggested,
            ],
            article.people_answered,
            article.people_said_the_same,
            article.people_said_else.len(),
        )
    };
    assert_eq!(row("hours"), ([2, 0, 0, 0], 2, 1, 1));
    assert_eq!(row("returns"), ([2, 1, 0, 0], 2, 2, 0));
    assert_eq!(row("track"), ([0, 0, 1, 2], 0, 0, 0));
    let track = articles
        .iter()
        .find(|article| article.intent == intent("track"))
        .unwrap();
    assert_eq!(track.confidences, [0, 0, 1, 0, 0, 0, 1, 0, 0, 1]);
}

#[test]
fn promises_are_held_against_when_people_answered() {
    let turns = of(history());
    let customers: Vec<&Turn> = turns.iter().collect();
    let expected = Promises {
        made: 3,
        kept: 1,
        late: 1,
        without_answer: 1,
    };
    assert_eq!(promises(&customers), expected);
    // An answer to a later mail of the ticket keeps it as well, and before its time nothing is judged.
    let first = promised(turn(10, "handoff", None), 8);
    let again = Turn {
        ticket: first.ticket.clone(),
        ..answered(turn(11, "relay", None), 1, None)
    };
    let of_two = promises(&[&first, &again, &turn(40, "relay", None)]);
    assert_eq!((of_two.made, of_two.kept), (1, 1));
    let open = promises(&[&first, &turn(12, "relay", None)]);
    assert_eq!(open.made, 0);
    let replayed = Replayed {
        real_answers: 6,
        ..Replayed::default()
    };
    // After 1, 2, 3, 4, 9 and 30 hours: half within three, nine of ten within thirty.
    let expected = People {
        answers: 6,
        median_seconds: Some(3 * 3600),
        ninth_decile_seconds: Some(30 * 3600),
    };
    assert_eq!(people(&replayed, &customers), expected);
    assert_eq!(people(&replayed, &[]).median_seconds, None);
}

#[test]
fn risk_grows_with_what_people_answered_otherwise() {
    let turns = of(history());
    let customers: Vec<&Turn> = turns.iter().collect();
    let points: Vec<(f64, f64, f64)> = (risk(&customers).into_iter())
        .map(|point| (point.confidence, point.coverage, point.risk))
        .collect();
    // By falling confidence: right, wrong, right, right, wrong, wrong.
    let sixth = 1.0 / 6.0;
    let expected = [
        (0.95, sixth, 0.0),
        (0.9, 2.0 * sixth, 0.5),
        (0.82, 0.5, 1.0 / 3.0),
        (0.7, 4.0 * sixth, 0.25),
        (0.6, 5.0 * sixth, 0.4),
        (0.2, 1.0, 0.5),
    ];
    assert_eq!(points.len(), expected.len());
    for (point, expected) in points.iter().zip(expected) {
        let distance = (point.0 - expected.0).abs()
            + (point.1 - expected.1).abs()
            + (point.2 - expected.2).abs();
        assert!(distance < 1e-9, "{point:?}, expected {expected:?}");
    }
}

#[test]
fn mails_are_found_by_week_and_by_hour_where_the_team_works() {
    let turns = of(history());
    let customers: Vec<&Turn> = turns.iter().collect();
    let zone = TimeZone::fixed(jiff::tz::offset(2));
    let weeks = weeks(&customers, &zone);
    let found: Vec<(String, usize)> = (weeks.iter())
        .map(|week| (week.begins.to_string(), week.decisions.values().sum()))
        .collect();
    assert_eq!(
        found,
        [("2026-01-05".to_owned(), 6), ("2026-01-12".to_owned(), 4)]
    );
    let hours = hours(&customers, &zone);
    assert_eq!(hours[0][11], 2);
    assert_eq!(hours[1][12], 2);
    assert_eq!(hours.iter().flatten().sum::<usize>(), 10);
}

#[test]
fn the_mails_nearest_to_a_threshold_come_first() {
    let turns = of(history());
    let customers: Vec<&Turn> = turns.iter().collect();
    let near = near_thresholds(&customers);
    let of = |name: &str, which: &str| -> Vec<f64> {
        let found = near
            .iter()
            .find(|near| near.intent == intent(name) && near.which == which);
        let mails = found.into_iter().flat_map(|near| &near.mails);
        mails.map(|mail| mail.confidence.unwrap()).collect()
    };
    assert_eq!(of("returns", "send"), [0.82, 0.85, 0.7]);
    assert_eq!(of("track", "suggest"), [0.6]);
    assert_eq!(of("hours", "suggest"), [0.0; 0]);
}
