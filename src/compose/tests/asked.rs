//! What a member gets who asked for something, whole; and who gets a ticket that was given away.

use super::whole::{redacted, staff_in};
use super::*;
use crate::ticket::Event;

/// A ticket that came to the desk with its reasons, was answered by Kim, and noted.
fn held_story() -> TicketStory {
    let reason = |rule: &str, sentence: &str| (rule.to_owned(), sentence.to_owned());
    let member = address("kim@shop.example");
    let decided = Event::Decided {
        decision: "handoff",
        reasons: vec![
            reason(
                "hard-stop-legal",
                "the customer speaks of lawyers, authorities or the press",
            ),
            reason("not-sure", "no article is sure enough"),
        ],
        evidence: vec!["my “lawyer” will write".to_owned(), String::new()],
        intent: Some((intent("hours"), 0.43)),
        close: vec![(intent("refund"), 0.4)],
    };
    let of_staff = Event::Decided {
        decision: "relay",
        reasons: vec![reason("staff-note", "kim left a note")],
        evidence: vec![],
        intent: None,
        close: vec![],
    };
    let mut story = TicketStory::opened()
        .event(decided)
        .handed_off("desk")
        .event(of_staff)
        .event(Event::Noted {
            member,
            text: "she called, *twice*".to_owned(),
        })
        .customer_wrote()
        .ticket();
    for timed in &mut story.events {
        if let Event::Opened { mail, .. } | Event::CustomerWrote { mail } = &mut timed.event {
            mail.excerpt = "Hello,\n\nwhen will my money come back?\n\nAnn".to_owned();
        }
    }
    TicketStory::of(story)
}

#[test]
fn what_a_member_asks_for() {
    let meaning = |act: StaffAct, meaning: Meant| {
        let mut decision = staff(act);
        if let Action::Staff { meant, .. } = &mut decision.action {
            *meant = Some(meaning);
        }
        decision
    };
    let later = meaning(StaffAct::Postpone { when: None }, Meant::Until(at(2880)));
    let name = StaffAct::GiveToTeam {
        name: "workshop".to_owned(),
    };
    let given = meaning(name, Meant::Team(team_name("workshop")));
    for code in ["en", "de"] {
        let in_language = |story: TicketStory| {
            staff_in(story).with(|it| it.settings.support.language = language(code))
        };
        let asked = |name: &str, story: TicketStory, decision: &Decision, purpose: Purpose| {
            let composed = compose(&in_language(story), decision);
            let [mail] = composed.mails.as_slice() else {
                panic!("{name}: {:?}", composed.mails);
            };
            assert_eq!(mail.purpose, purpose);
            insta::assert_snapshot!(format!("{name}-{code}"), redacted(mail));
        };
        let answer = Purpose::StaffAnswer;
        asked("help", held_story(), &staff(StaffAct::AskHelp), answer);
        asked("help-draft", drafted(), &staff(StaffAct::AskHelp), answer);
        asked("why", held_story(), &staff(StaffAct::AskWhy), answer);
        asked("later", held_story(), &later, answer);
        asked("given-to-team", held_story(), &given, Purpose::Packet);
    }
    // Nobody but the team's mailbox has any of it.
    for decision in [&later, &staff(StaffAct::AskHelp), &staff(StaffAct::AskWhy)] {
        let composed = compose(&staff_in(held_story()), decision);
        assert_eq!(composed.mails[0].recipients, [address("desk@shop.example")]);
    }
    let composed = compose(&staff_in(held_story()), &given);
    assert_eq!(
        composed.mails[0].recipients,
        [address("workshop@shop.example")]
    );
    // Before any decision, WHY says so.
    let why = compose(&staff_in(drafted()), &staff(StaffAct::AskWhy));
    assert!(
        why.mails[0].text.contains("No decision about a mail"),
        "{}",
        why.mails[0].text
    );
}
