//! Does the rule do what it is for? Articles that are right so often, over 10,000 mails each, many times over, from fixed seeds; the figures are those
//! of docs/decisions/0022. Chance is a generator of our own, so that each run is the same.

use super::*;
use crate::config::IntentName;
use crate::ticket::ArticleReference;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

const BODY: &str = "We open at nine.";
const MAILS: usize = 10_000;

/// SplitMix64.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn is(&mut self, share: f64) -> bool {
        let drawn = f64::from(u32::try_from(self.next() >> 32).unwrap_or(u32::MAX));
        drawn / (f64::from(u32::MAX) + 1.0) < share
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

/// How one kind of article fares with people.
#[derive(Clone, Copy)]
struct Nature {
    /// The share of mails for which its text is right.
    right: f64,
    /// Of those for which it is wrong, customers who got it by itself write again so often.
    write_again: f64,
    /// Of those for which it is right so many write again all the same.
    write_again_all_the_same: f64,
}

/// What came of one article in all its mails.
#[derive(Default)]
struct Life {
    /// The mail at which it first answered by itself.
    first_answer: Option<usize>,
    /// How often it went back from answers.
    falls: usize,
    /// Mails for which it was wrong, and that it answered by itself.
    wrong_answers: usize,
    /// Mails that it answered by itself.
    answers: usize,
    /// The answer after which it went back first.
    first_fall: Option<usize>,
}

/// Lives through so many mails; `nature` says how it fares at each.
fn live(seed: u64, start: Stage, mails: usize, nature: impl Fn(usize) -> Nature) -> Life {
    let name = ArticleName {
        intent: IntentName("hours".to_owned()),
        language: crate::config::Language("en".to_owned()),
    };
    let terms = Terms {
        demands: Demands::default(),
        start,
        is_automatic: true,
    };
    let loaded = [Loaded {
        name: name.clone(),
        body: BODY,
        revision: "1",
        ceiling: Some(Stage::Answer),
    }];
    let mut chance = Chance(seed);
    let mut life = Life::default();
    let mut standings = BTreeMap::new();
    let mut trials: BTreeMap<ArticleName, Vec<Trial>> = BTreeMap::new();
    let weighed = weigh(&loaded, &standings, &trials, &terms, Timestamp::UNIX_EPOCH);
    standings.extend(weighed.standings);
    for mail in 0..mails {
        let at =
            Timestamp::UNIX_EPOCH + SignedDuration::from_mins(1 + i64::try_from(mail).unwrap());
        let nature = nature(mail);
        let right = chance.is(nature.right);
        let stage = standings[&name].stage;
        let seen = match stage {
            Stage::Shadow if right => Seen::SaidTheSame,
            Stage::Shadow => Seen::SaidOtherwise,
            Stage::Draft if right => Seen::Unchanged,
            // Half of what is wrong is thrown away, half is mended.
            Stage::Draft if chance.is(0.5) => Seen::AnsweredInstead,
            Stage::Draft => Seen::Edited,
            Stage::Answer => {
                let _ = life.first_answer.get_or_insert(mail);
                life.answers += 1;
                life.wrong_answers += usize::from(!right);
                let again = match right {
                    true => nature.write_again_all_the_same,
                    false => nature.write_again,
                };
                match chance.is(again) {
                    true => Seen::Recontacted,
                    false => Seen::Stands,
                }
            }
        };
        // Half of all customers are at one of three large providers, as on a real desk.
        let customer = chance.next();
        let domain = match chance.below(6) {
            provider @ 0..3 => format!("large{provider}.example"),
            _ => format!("d{}.example", chance.below(100_000)),
        };
        let tried = trials.entry(name.clone()).or_default();
        tried.push(Trial {
            article: ArticleReference {
                intent: name.intent.clone(),
                language: name.language.clone(),
                revision: "1".to_owned(),
            },
            at,
            customer: format!("c{customer}@{domain}"),
            domain,
            seen,
        });
        // No more is ever looked at, and ten thousand times ten thousand take long.
        let spare = tried.len().saturating_sub(2 * WINDOW as usize);
        tried.drain(..spare);
        let weighed = weigh(&loaded, &standings, &trials, &terms, at);
        for change in &weighed.changes {
            if change.from == Some(Stage::Answer) {
                life.falls += 1;
                let _ = life.first_fall.get_or_insert(life.answers);
            }
        }
        standings.extend(weighed.standings);
    }
    life
}

/// So many lives of one kind.
fn lives(count: u64, mails: usize, nature: Nature) -> Vec<Life> {
    (0..count)
        .map(|seed| live(seed + 1, Stage::Shadow, mails, |_| nature))
        .collect()
}

fn share(lives: &[Life], holds: impl Fn(&Life) -> bool) -> f64 {
    lives.iter().filter(|life| holds(life)).count() as f64 / lives.len() as f64
}

fn mean(lives: &[Life], of: impl Fn(&Life) -> usize) -> f64 {
    lives.iter().map(of).sum::<usize>() as f64 / lives.len() as f64
}

fn nature(right: f64) -> Nature {
    Nature {
        right,
        write_again: 0.6,
        write_again_all_the_same: 0.01,
    }
}

/// The middle and the ninth of ten.
fn spread(mut all: Vec<usize>) -> (usize, usize) {
    all.sort_unstable();
    (all[all.len() / 2], all[all.len() * 9 / 10])
}

#[test]
fn an_article_that_is_right_comes_to_answer_and_stays() {
    let lives = lives(20, MAILS, nature(0.99));
    let (middle, late) = spread(lives.iter().filter_map(|life| life.first_answer).collect());
    let (falls, answered) = (
        mean(&lives, |life| life.falls),
        mean(&lives, |life| life.answers),
    );
    println!(
        "99 %: answers first at mail {middle} (nine of ten by {late}); {falls:.2} falls and {answered:.0} answers in {MAILS} mails"
    );
    assert_eq!(share(&lives, |life| life.first_answer.is_some()), 1.0);
    assert!(late <= 120, "nine of ten answer by mail {late}");
    assert!(falls < 1.0, "{falls} falls in {MAILS} mails");
    assert!(answered > 0.98 * MAILS as f64, "{answered}");
}

#[test]
fn an_article_that_is_wrong_three_times_of_ten_does_not_come_to_answer() {
    let lives = lives(60, MAILS, nature(0.7));
    let reached = share(&lives, |life| life.first_answer.is_some());
    let wrong = mean(&lives, |life| life.wrong_answers);
    println!(
        "70 %: {:.1} % ever answer in {MAILS} mails; {wrong:.2} wrong answers each",
        reached * 100.0
    );
    assert!(reached <= 0.05, "{reached}");
    assert!(wrong < 1.0, "{wrong}");
}

#[test]
fn between_right_and_wrong_it_goes_to_and_fro_seldom_and_answers_little_that_is_wrong() {
    for (right, falls_max) in [(0.97, 4.0), (0.95, 12.0), (0.9, 14.0), (0.8, 1.0)] {
        let lives = lives(8, MAILS, nature(right));
        let falls = mean(&lives, |life| life.falls);
        let answers = mean(&lives, |life| life.answers);
        let wrong = mean(&lives, |life| life.wrong_answers);
        println!(
            "{:.0} %: {falls:.2} falls, {answers:.0} answers, {wrong:.0} of them wrong in {MAILS} mails",
            right * 100.0
        );
        assert!(falls <= falls_max, "{right}: {falls} falls");
    }
}

#[test]
fn an_article_that_turns_bad_goes_back_within_a_few_answers() {
    // The world changes: a price, a law, a product.
    for (right, late_max) in [(0.0, 15), (0.3, 20), (0.5, 30), (0.7, 80)] {
        let lives: Vec<Life> = (0..60)
            .map(|seed| live(seed + 1, Stage::Answer, 500, |_| nature(right)))
            .collect();
        let fell: Vec<usize> = lives.iter().filter_map(|life| life.first_fall).collect();
        let (middle, late) = spread(fell.clone());
        println!(
            "turned {:.0} % right: goes back after {middle} answers (nine of ten within {late})",
            right * 100.0
        );
        assert_eq!(fell.len(), lives.len(), "{right}");
        assert!(late <= late_max, "{right}: {late}");
    }
}
