//! The brake and the budgets: what stops automatic mail, what goes on meanwhile, who is told, and what a restart changes (nothing).

use super::exchange::Player;
use super::{office_with, set};
use handoffd::compose::Purpose;
use handoffd::decide::{Pulled, PulledBy};
use handoffd::journal::{Entry, Journal};
use handoffd::rehearsal::{Act, Left, Lies, PlayedStep, Whom};
use jiff::{SignedDuration, Timestamp};

const ROUTINE: &str = "Hello,\n\nhow long does delivery take if I order today?";

fn asks(player: &mut Player<'_>, number: u32) -> PlayedStep {
    let from = format!("customer@house-{number}.example");
    player.writes(&from, "Delivery", ROUTINE);
    player.played.steps.last().unwrap().clone()
}

fn purposes(step: &PlayedStep) -> Vec<Purpose> {
    step.mails.iter().map(|mail| mail.purpose).collect()
}

fn to_admin<'p>(player: &'p Player<'_>) -> Vec<&'p Left> {
    let mails = player.played.steps.iter().flat_map(|step| &step.mails);
    mails.filter(|mail| mail.to == Whom::Admin).collect()
}

fn packet(step: &PlayedStep) -> &str {
    let mut mails = step.mails.iter();
    let packet = mails.find(|mail| mail.purpose == Purpose::Packet);
    &packet.expect("a packet").text
}

#[test]
fn too_many_in_an_hour_pull_the_brake_and_everything_goes_to_people() {
    let office = office_with(|settings| set(settings, "limits", "automatic_per_hour", 3));
    let mut player = Player::new(&office);
    for number in 0..3 {
        assert_eq!(purposes(&asks(&mut player, number)), [Purpose::Answer]);
    }
    let first = asks(&mut player, 3);
    assert_eq!(first.decision, "handoff");
    assert_eq!(purposes(&first), [Purpose::Packet, Purpose::Trouble]);
    assert!(
        packet(&first).contains("automatic mail is stopped for everybody"),
        "{}",
        packet(&first)
    );
    for number in 4..8 {
        assert_eq!(purposes(&asks(&mut player, number)), [Purpose::Packet]);
    }
    assert_eq!(to_admin(&player).len(), 1, "the admin is told once");
    let told = to_admin(&player)[0];
    assert!(told.subject.contains("Automatic mail is stopped"));
    assert!(told.text.contains("handoffd resume"));
    // Its time goes by: automation goes on by itself.
    player.play(Act::Waits(SignedDuration::from_mins(61)));
    assert_eq!(purposes(&asks(&mut player, 9)), [Purpose::Answer]);
    // It is pulled anew, and told anew.
    for number in 10..12 {
        assert_eq!(purposes(&asks(&mut player, number)), [Purpose::Answer]);
    }
    assert_eq!(
        purposes(&asks(&mut player, 12)),
        [Purpose::Packet, Purpose::Trouble]
    );
    assert_eq!(to_admin(&player).len(), 2);
    assert!(
        player.played.differences.is_empty(),
        "{:?}",
        player.played.differences
    );
}

#[test]
fn too_many_that_come_back_from_machines_pull_it_as_well() {
    let office = office_with(|settings| set(settings, "limits", "returned_per_hour", 3));
    let mut player = Player::new(&office);
    for number in 0..3 {
        let answer = asks(&mut player, number).mails.remove(0);
        // The same mail comes back twice, which counts once.
        for kind in ["away", "still away"] {
            let raw = format!(
                "From: customer@house-{number}.example\r\nTo: help@hollin-cycles.example\r\nSubject: {kind}\r\n\
                 Message-ID: <{}-{number}@house.example>\r\nIn-Reply-To: <{}>\r\nAuto-Submitted: auto-replied\r\n\r\n{kind}\r\n",
                kind.len(),
                answer.message_id.as_str(),
            );
            let raw = raw.into_bytes();
            let lies = Lies::Inbox;
            player.play(Act::Comes { raw, lies });
        }
    }
    let stopped = asks(&mut player, 3);
    assert_eq!(purposes(&stopped), [Purpose::Packet]);
    assert_eq!(
        to_admin(&player).len(),
        1,
        "the admin was told with the mail after the third"
    );
    assert!(
        packet(&stopped).contains("3 of the 3"),
        "{}",
        packet(&stopped)
    );
}

#[test]
fn budgets_of_a_domain_and_of_a_day_end_at_a_person() {
    let changes: [(&str, &str, &str); 2] = [
        ("automatic_per_domain_per_day", "within 24 hours", "domain"),
        ("automatic_per_day", "to all within 24 hours", "all"),
    ];
    for (key, says, _) in changes {
        let office = office_with(|settings| set(settings, "limits", key, 2));
        let mut player = Player::new(&office);
        for number in 0..3 {
            let from = format!("customer-{number}@house.example");
            player.writes(&from, "Delivery", ROUTINE);
            // An hour is over, the day is not.
            player.play(Act::Waits(SignedDuration::from_hours(2)));
        }
        let steps = player
            .played
            .steps
            .iter()
            .filter(|step| !step.decision.is_empty());
        let decisions: Vec<&str> = steps.map(|step| step.decision.as_str()).collect();
        assert_eq!(decisions, ["answer", "answer", "handoff"], "{key}");
        let last = player
            .played
            .steps
            .iter()
            .rev()
            .find(|step| step.decision == "handoff");
        assert!(packet(last.unwrap()).contains(says), "{key}");
        player.play(Act::Waits(SignedDuration::from_hours(25)));
        let left = player.writes("customer-9@house.example", "Delivery", ROUTINE);
        assert_eq!(left.len(), 1, "{key}: the day is over");
    }
}

#[test]
fn a_restart_keeps_the_brake_pulled_and_only_one_release_is_needed() {
    let folder = tempfile::tempdir().unwrap();
    let at: Timestamp = "2026-03-02T10:00:00Z".parse().unwrap();
    let pulled = Pulled {
        at,
        until: None,
        by: PulledBy::Returned { count: 7, sent: 9 },
    };
    {
        let journal = Journal::open(folder.path()).unwrap();
        assert_eq!(journal.brake(at).unwrap(), None);
        let entry = Entry {
            brake: Some(pulled.clone()),
            ..Entry::default()
        };
        journal.record(entry, at).unwrap();
    }
    let later = at + SignedDuration::from_hours(1000);
    {
        let journal = Journal::open(folder.path()).unwrap();
        assert_eq!(journal.brake(later).unwrap(), Some(pulled));
        assert!(journal.release_brake(later).unwrap());
        assert!(!journal.release_brake(later).unwrap());
    }
    let journal = Journal::open(folder.path()).unwrap();
    assert_eq!(journal.brake(later).unwrap(), None);
}
