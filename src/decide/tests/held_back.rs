//! What keeps automatic mail back although the rules of deciding would send it: the brake, the budgets, the signs of a loop; and what is gathered.

use super::*;
use crate::decide::test_situation::message_id;
use crate::decide::{Flood, Pulled, PulledBy};

#[test]
fn the_brake_and_the_budgets_of_a_day_hand_off_without_a_notice() {
    let sure = || new().wants("hours", 0.99);
    check(
        &sure().with(|s| s.history.automatic_to_domain_in_day = 200),
        "handoff limit silent",
    );
    check(
        &sure().with(|s| s.history.automatic_in_day = 400),
        "handoff limit silent",
    );
    let braked = |s: &mut TestSituation| {
        s.history.brake = Some(Pulled {
            at: at(0),
            until: None,
            by: PulledBy::Sent { count: 100 },
        });
    };
    check(&sure().with(braked), "handoff brake silent");
    check(
        &sure().stop(HardStop::Legal).with(braked),
        "handoff hard-stop-legal silent",
    );
}

/// What looks like a machine gets nothing automatic, and a person has it; the same signs on a person's mail change nothing.
#[test]
fn signs_of_a_loop_hand_off_without_a_notice() {
    let sure = || new().wants("hours", 0.99);
    let unknown = || new().saying("We took note of it and will look at it when we can.");
    let answers = |s: &mut TestSituation| s.mail.in_reply_to = vec![message_id("ours@us")];
    let again = |sender, domain| {
        move |s: &mut TestSituation| {
            s.history.repeats.same_of_sender_in_day = sender;
            s.history.repeats.same_of_domain_in_day = domain;
        }
    };
    check(
        &sure().with(|s| s.history.reaction.echoes_ours = true),
        "handoff loop silent",
    );
    check(
        &sure().with(|s| s.history.reaction.brings_ours = true),
        "handoff loop silent",
    );
    let names = |s: &mut TestSituation| s.history.reaction.names_ours = true;
    check(&unknown().with(names), "handoff no-intent");
    check(&unknown().with(names).with(answers), "handoff loop silent");
    check(&sure().with(names).with(answers), "answer sure");
    check(&unknown().with(again(1, 1)), "handoff no-intent");
    check(&unknown().with(again(2, 2)), "handoff loop silent");
    check(&unknown().with(again(0, 1)), "handoff no-intent");
    check(
        &unknown().with(again(0, 1)).with(answers),
        "handoff loop silent",
    );
    // The same question for several orders, from one person or one company.
    check(&sure().with(again(5, 5)), "answer sure");
    check(
        &sure().with(again(0, 1)).with(answers),
        "handoff loop silent",
    );
    let says_so = || sure().saying("This is an automatic reply. Are you open on Saturday?");
    check(&says_so(), "answer sure");
    check(&says_so().with(answers), "handoff loop silent");
    check(
        &says_so().with(answers).stop(HardStop::HumanRequest),
        "handoff hard-stop-human-request",
    );
}

#[test]
fn one_too_many_of_its_kind_is_kept_in_the_ticket_of_the_others() {
    let flood = || {
        new()
            .in_ticket(TicketStory::opened().handed_off("desk"))
            .with(|s| s.history.flood = Some(Flood::SameText(9)))
    };
    assert!(matches!(
        flood().decide().action,
        Action::Collect {
            tells_team: true,
            ..
        }
    ));
    let second = flood().with(|s| {
        let kept = Event::Collected {
            from: mailbox("ann@a.example"),
            mail: s.ticket.as_ref().unwrap().customer_mails()[0].clone(),
        };
        let story = TicketStory::of(s.ticket.take().unwrap()).event(kept);
        s.ticket = Some(story.ticket());
    });
    assert!(matches!(
        second.decide().action,
        Action::Collect {
            tells_team: false,
            ..
        }
    ));
    // Thirty mails in one ticket within an hour: the next is kept, unless it must reach a person or is a word.
    let busy = || {
        let story = (0..30).fold(TicketStory::opened().handed_off("desk"), |story, n| {
            story.wrote(
                &format!("{n}@us"),
                Purpose::CustomerWroteAgain,
                "desk@shop.example",
            )
        });
        let mut ticket = story.ticket();
        for timed in &mut ticket.events {
            timed.at = at(0);
        }
        new().in_ticket(TicketStory::of(ticket))
    };
    assert_eq!(busy().decide().reasons.first.rule, "flood");
    let danger = busy().stop(HardStop::Safety).decide();
    assert!(matches!(danger.action, Action::PassOn { .. }));
}
