//! The rule on records that are known by hand.

use super::*;
use crate::autonomy::ArticleName;
use crate::decide::test_situation::article;
use jiff::SignedDuration;

/// One trial a minute, each of a customer and a domain of its own.
fn trials(seen: impl IntoIterator<Item = Seen>) -> Vec<Trial> {
    let each = seen.into_iter().enumerate();
    each.map(|(number, seen)| trial(number, seen, &format!("c{number}@d{number}.example")))
        .collect()
}

fn trial(minute: usize, seen: Seen, customer: &str) -> Trial {
    let minutes = i64::try_from(minute).unwrap();
    Trial {
        article: article("hours"),
        at: Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes),
        customer: customer.to_owned(),
        domain: customer.split_once('@').unwrap().1.to_owned(),
        seen,
    }
}

fn some(seen: Seen, count: usize) -> Vec<Seen> {
    vec![seen; count]
}

fn look(stage: Stage, seen: Vec<Seen>) -> (Proposal, (u32, u32)) {
    let review = review(stage, Stage::Answer, &trials(seen), &Demands::default());
    (review.proposal, (review.tally.good, review.tally.counted))
}

#[test]
fn the_shipped_demands_as_they_are_told_to_admins() {
    use Proposal::{Advance, Back, Stay};
    use Seen::{
        AnsweredInstead, Corrected, Edited, Recontacted, Refused, SaidOtherwise, SaidTheSame,
        Stands, Unchanged,
    };
    for (stage, seen, expected) in [
        (Stage::Draft, vec![], Stay),
        (Stage::Draft, some(Unchanged, 29), Stay),
        (Stage::Draft, some(Unchanged, 30), Advance),
        // One that was edited wants 46, two want 61, three 76.
        (
            Stage::Draft,
            [some(Edited, 1), some(Unchanged, 44)].concat(),
            Stay,
        ),
        (
            Stage::Draft,
            [some(Edited, 1), some(Unchanged, 45)].concat(),
            Advance,
        ),
        (
            Stage::Draft,
            [some(Refused, 2), some(Unchanged, 58)].concat(),
            Stay,
        ),
        (
            Stage::Draft,
            [some(Refused, 2), some(Unchanged, 59)].concat(),
            Advance,
        ),
        (
            Stage::Draft,
            [some(AnsweredInstead, 3), some(Unchanged, 72)].concat(),
            Stay,
        ),
        (
            Stage::Draft,
            [some(AnsweredInstead, 3), some(Unchanged, 73)].concat(),
            Advance,
        ),
        // What was long ago does not count for ever.
        (
            Stage::Draft,
            [some(Edited, 9), some(Unchanged, 96)].concat(),
            Advance,
        ),
        // Drafts that are of no use go back to the background; edited ones are of use.
        (Stage::Draft, some(Refused, 9), Stay),
        (
            Stage::Draft,
            [some(Refused, 5), some(AnsweredInstead, 5)].concat(),
            Back,
        ),
        (
            Stage::Draft,
            [some(Refused, 10), some(Unchanged, 11)].concat(),
            Stay,
        ),
        (Stage::Draft, some(Edited, 40), Stay),
        (Stage::Shadow, some(SaidTheSame, 9), Stay),
        (Stage::Shadow, some(SaidTheSame, 10), Advance),
        (
            Stage::Shadow,
            [some(SaidTheSame, 8), some(SaidOtherwise, 2)].concat(),
            Stay,
        ),
        (
            Stage::Shadow,
            [some(SaidTheSame, 9), some(SaidOtherwise, 2)].concat(),
            Advance,
        ),
        (Stage::Shadow, some(SaidOtherwise, 50), Stay),
        (Stage::Answer, some(Stands, 500), Stay),
        (Stage::Answer, some(Recontacted, 3), Stay),
        (
            Stage::Answer,
            [some(Recontacted, 4), some(Stands, 16)].concat(),
            Back,
        ),
        // Whoever writes again does so hours later: many more answers have left by then.
        (
            Stage::Answer,
            [some(Stands, 50), some(Recontacted, 4), some(Stands, 300)].concat(),
            Back,
        ),
        (
            Stage::Answer,
            [
                some(Recontacted, 2),
                some(Stands, 18),
                some(Recontacted, 2),
                some(Stands, 18),
            ]
            .concat(),
            Stay,
        ),
        (
            Stage::Answer,
            [some(Corrected, 1), some(Recontacted, 1)].concat(),
            Stay,
        ),
        (
            Stage::Answer,
            [some(Corrected, 1), some(Recontacted, 2)].concat(),
            Back,
        ),
        (Stage::Answer, some(Corrected, 2), Back),
        // While the whole mailbox is set to drafts, those say how it goes.
        (Stage::Answer, some(Refused, 4), Back),
        (Stage::Answer, some(Edited, 20), Stay),
        // What left by itself brings nothing up.
        (Stage::Draft, some(Stands, 400), Stay),
        (Stage::Shadow, some(Stands, 400), Stay),
    ] {
        let words = format!("{stage}: {} of {seen:?}", seen.len());
        assert_eq!(look(stage, seen).0, expected, "{words}");
    }
}

#[test]
fn nothing_goes_beyond_what_the_admin_allows() {
    let all = trials(some(Seen::Unchanged, 100));
    let demands = Demands::default();
    let proposed = |stage, ceiling| review(stage, ceiling, &all, &demands).proposal;
    assert_eq!(proposed(Stage::Draft, Stage::Draft), Proposal::Stay);
    assert_eq!(proposed(Stage::Shadow, Stage::Draft), Proposal::Advance);
    assert_eq!(proposed(Stage::Shadow, Stage::Shadow), Proposal::Stay);
}

#[test]
fn one_customer_counts_three_times_upwards_and_once_downwards() {
    let demands = Demands::default();
    let of_one = |count, seen| -> Vec<Trial> {
        (0..count)
            .map(|minute| trial(minute, seen, "ann@a.example"))
            .collect()
    };
    let upwards = review(
        Stage::Draft,
        Stage::Answer,
        &of_one(60, Seen::Unchanged),
        &demands,
    );
    assert_eq!((upwards.tally.good, upwards.tally.counted), (3, 3));
    let downwards = review(
        Stage::Answer,
        Stage::Answer,
        &of_one(20, Seen::Recontacted),
        &demands,
    );
    assert_eq!(downwards.tally.against, 1);
    // So do the drafts to them that our people threw away, and our people's corrections, which weigh more.
    let refused = review(
        Stage::Draft,
        Stage::Answer,
        &of_one(20, Seen::Refused),
        &demands,
    );
    assert_eq!((refused.tally.against, refused.tally.counted), (1, 3));
    let corrected = review(
        Stage::Answer,
        Stage::Answer,
        &of_one(9, Seen::Corrected),
        &demands,
    );
    assert_eq!(corrected.tally.against, CORRECTION_WEIGHS);
}

#[test]
fn one_domain_counts_for_no_more_than_its_share() {
    let demands = Demands::default();
    let against = |bad: usize, of_domain: usize, all: usize| {
        let mut found = trials(some(Seen::Stands, all - of_domain));
        for number in 0..of_domain {
            let seen = match number < bad {
                true => Seen::Recontacted,
                false => Seen::Stands,
            };
            let customer = format!("c{number}@one.example");
            found.push(trial(all + number, seen, &customer));
        }
        review(Stage::Answer, Stage::Answer, &found, &demands)
            .tally
            .against
    };
    // Four, five, ten of the last twenty answers are that domain's: a fifth, a quarter, a half of what it takes.
    assert_eq!(against(4, 4, 20), 1);
    assert_eq!(against(5, 5, 20), 1);
    assert_eq!(against(10, 10, 20), 2);
    assert_eq!(against(15, 15, 20), 3);
    // A desk with one domain is watched all the same.
    assert_eq!(against(4, 20, 20), 4);
    assert_eq!(against(3, 20, 20), 3);
}

#[test]
fn a_record_begins_after_the_last_trial_of_another_text() {
    let mut all = trials(some(Seen::Unchanged, 5));
    all[2].article.revision = "another".to_owned();
    let from = begins(&all, "0badcafe");
    assert_eq!(all.iter().filter(|trial| trial.at >= from).count(), 2);
    assert_eq!(begins(&all[3..], "0badcafe"), Timestamp::MIN);
    assert_eq!(begins(&[], "0badcafe"), Timestamp::MIN);
    assert_eq!(
        all[0].name(),
        ArticleName::parse("hours.en").unwrap(),
        "{:?}",
        all[0]
    );
}
