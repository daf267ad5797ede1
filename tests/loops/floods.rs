//! Many mails of one kind: people are not flooded, nobody real is lost, and what articles answer is answered all the same.

use super::exchange::Player;
use super::office;
use handoffd::compose::Purpose;
use handoffd::mail::Address;

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

fn of_last_step(player: &Player<'_>, purpose: Purpose) -> Vec<String> {
    let last = player.played.steps.last().unwrap();
    let mails = last.mails.iter().filter(|mail| mail.purpose == purpose);
    mails
        .map(|mail| String::from_utf8_lossy(&mail.bytes).into_owned())
        .collect()
}

#[test]
fn what_is_gathered_of_others_cannot_be_answered_to_the_wrong_customer() {
    let mut player = Player::new(office());
    for number in 0..9 {
        let text = UNKNOWN.replace("{n}", &number.to_string());
        player.writes(&format!("robot-{number}@factory.example"), "Note", &text);
    }
    let told = of_last_step(&player, Purpose::CustomerWroteAgain);
    assert_eq!(told.len(), 1);
    // No secret address, no thread of a packet: a reply proves nothing and reaches nobody.
    assert!(
        told[0].contains("Reply-To: help@hollin-cycles.example"),
        "{}",
        told[0]
    );
    assert!(
        !told[0].contains("help+") && !told[0].contains("References:"),
        "{}",
        told[0]
    );
    assert!(
        player.played.steps.last().unwrap().mails[0]
            .text
            .contains("do not answer here")
    );
}

#[test]
fn nothing_is_gathered_in_a_closed_ticket() {
    let mut player = Player::new(office());
    let write = |player: &mut Player<'_>, number: usize| {
        let text = UNKNOWN.replace("{n}", &number.to_string());
        player.writes(&format!("robot-{number}@factory.example"), "Note", &text);
    };
    for number in 0..9 {
        write(&mut player, number);
    }
    player.play(handoffd::rehearsal::Act::StaffReplies {
        member: Address::parse("rosa@hollin-cycles.example").unwrap(),
        to_mail: Some(8),
        text: "CLOSE".to_owned(),
        attachments: vec![],
    });
    // The next one opens a ticket of its own, and its team has it.
    write(&mut player, 9);
    assert_eq!(
        of_last_step(&player, Purpose::Packet).len(),
        1,
        "{:?}",
        player.played.steps.last().unwrap().story
    );
    // Further ones are gathered there.
    let opened = player.played.steps.last().unwrap().ticket.clone();
    write(&mut player, 10);
    assert_eq!(player.played.steps.last().unwrap().ticket, opened);
}

#[test]
fn customers_of_one_mailbox_provider_are_people_of_their_own() {
    let mut player = Player::new(office());
    for number in 0..20 {
        let text = UNKNOWN.replace("{n}", &number.to_string());
        player.writes(&format!("person{number}@gmail.com"), "Note", &text);
    }
    assert_eq!(count(&player, Purpose::Packet), 20);
}

#[test]
fn danger_reaches_a_person_however_often_it_is_written() {
    let mut player = Player::new(office());
    for number in 0..12 {
        let text = "There is a smell of burning from the battery of the bike, it smokes, what shall I do now please?";
        player.writes(&format!("rider-{number}@club.example"), "Battery", text);
    }
    assert_eq!(count(&player, Purpose::Packet), 12);
}
