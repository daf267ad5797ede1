//! Many mails of one kind: people are not flooded, nobody real is lost, and what articles answer is answered all the same.

use super::exchange::Player;
use super::office;
use handoffd::compose::Purpose;

const UNKNOWN: &str = "We took note of your order and will send it to the warehouse as soon as number {n} is free again.";

fn count(player: &Player<'_>, purpose: Purpose) -> usize {
    let mails = player.played.steps.iter().flat_map(|step| &step.mails);
    mails.filter(|mail| mail.purpose == purpose).count()
}

#[test]
fn a_thousand_mails_of_one_text_make_a_few_packets_and_none_is_lost() {
    let office = office();
    let mut player = Player::new(office);
    for number in 0..100 {
        let from = format!("robot-{number}@factory.example");
        let text = UNKNOWN.replace("{n}", &number.to_string());
        player.writes(&from, &format!("Note {number}"), &text);
    }
    // Sixty come within an hour; the first eight are packets of their own, and the first and tenth that are kept are told.
    assert_eq!(count(&player, Purpose::Packet), 8);
    assert_eq!(count(&player, Purpose::CustomerWroteAgain), 2);
    assert!(count(&player, Purpose::Notice) <= 8);
    let kept = player.played.steps.iter().filter(|step| {
        let mut story = step.story.iter();
        story.any(|line| line.contains("one too many of its kind"))
    });
    assert_eq!(kept.count(), 92, "each of the others stands in the ticket");
    assert!(player.played.differences.is_empty());
}

#[test]
fn a_hundred_customers_with_one_routine_question_are_all_answered() {
    let office = office();
    let mut player = Player::new(office);
    for number in 0..40 {
        let from = format!("member-{number}@club.example");
        let left = player.writes(
            &from,
            "Delivery",
            "Hello,\n\nhow long does delivery take if I order today?\n\nYours",
        );
        assert_eq!(left.len(), 1, "{from}");
        assert_eq!(left[0].purpose, Purpose::Answer);
    }
}

#[test]
fn who_writes_the_same_twice_reaches_a_person_and_is_promised_once() {
    let office = office();
    let mut player = Player::new(office);
    let text = "Hi, the left pedal fell off on the first ride, and I would like another one. Order HC-27755.";
    player.writes("ann@inbox.example", "Broken pedal", text);
    player.play(handoffd::rehearsal::Act::Waits(
        jiff::SignedDuration::from_hours(2),
    ));
    let left = player.writes("ann@inbox.example", "Broken pedal, again", text);
    assert!(left.is_empty(), "the promise of the first stands");
    let last = player.played.steps.last().unwrap();
    assert_eq!(last.decision, "relay");
    assert_eq!(last.mails.len(), 1, "the team hears of it");
    assert_eq!(last.ticket, player.played.steps[0].ticket);
}

#[test]
fn two_orders_in_one_wording_are_two_requests() {
    let office = office();
    let mut player = Player::new(office);
    for number in ["HC-27755", "HC-27756"] {
        let text = format!("Hi, the left pedal fell off on the first ride. My order is {number}.");
        let left = player.writes("ann@inbox.example", "Broken pedal", &text);
        assert_eq!(left.len(), 1, "each is told that a person has it");
    }
    assert_eq!(count(&player, Purpose::Packet), 2);
}
