//! What is stuck holds nobody else up, and the order within a ticket is kept.

use super::*;
use handoffd::mail::MailIdentity;
use handoffd::outbox::Standing;
use handoffd::ticket::TicketId;

/// A mail of a ticket to one recipient.
pub(super) fn in_ticket(name: &str, ticket: u8, to: &str) -> Outgoing {
    let party = Party::Customer(address(to));
    Outgoing {
        ticket: Some(TicketId::for_mail(&MailIdentity([ticket; 32]), 0)),
        ..mail(name, &[to], party)
    }
}

fn names(taken: &[Taken]) -> Vec<String> {
    let first = |taken: &Taken| taken.recipients[0].clone();
    taken.iter().map(first).collect()
}

#[tokio::test]
async fn the_order_within_a_ticket_is_kept_and_holds_nobody_else() {
    // Given two mails of a ticket to the customer, one to the team, and one of another ticket; the customer's mailbox is full
    let (sink, port) = Sink::start(Vec::new()).await;
    sink.always("ann@", "452 4.2.2 mailbox full");
    let mut desk = Desk::new();
    desk.record(vec![in_ticket("1@d", 1, "ann@x.example")]);
    desk.clock.fetch_add(1, Ordering::SeqCst);
    desk.record(vec![
        in_ticket("2@d", 1, "ann@x.example"),
        in_ticket("3@d", 1, "desk@y.example"),
        in_ticket("4@d", 2, "ben@x.example"),
        in_ticket("5@d", 3, "ann@x.example"),
    ]);

    // When the first is tried and put off
    desk.run(settings(port));
    desk.until("1@d", waits).await;
    desk.until("3@d", is_sent).await;
    desk.until("4@d", is_sent).await;
    desk.until("5@d", waits).await;

    // Then the second was not even tried, however often the sender looked
    desk.wake.notify_one();
    desk.record(vec![in_ticket("6@d", 4, "cal@z.example")]);
    desk.until("6@d", is_sent).await;
    let second = desk.journal.effect(&id("2@d")).unwrap().unwrap();
    assert_eq!((second.attempts, second.last_failure), (0, None));

    // And it leaves after the first, in the same breath
    sink.mend();
    desk.pass(5000);
    desk.until("2@d", is_sent).await;
    desk.until("5@d", is_sent).await;
    assert!(is_sent(&desk.journal.effect(&id("1@d")).unwrap().unwrap()));
    assert_eq!(sink.asked_for("ann@"), 5);
    desk.stop().await;
}

#[tokio::test]
async fn a_mail_that_was_given_up_or_withdrawn_lets_the_next_one_go() {
    let (sink, port) = Sink::start(Vec::new()).await;
    sink.always("ann@", "452 4.2.2 mailbox full");
    let mut desk = Desk::new();
    desk.record(vec![in_ticket("1@d", 1, "ann@x.example")]);
    desk.clock.fetch_add(1, Ordering::SeqCst);
    desk.record(vec![in_ticket("2@d", 1, "ann@x.example")]);
    desk.run(settings(port));
    desk.until("1@d", waits).await;
    // When the first has waited for too long
    desk.pass(5 * 24 * 3600);
    desk.until("1@d", is_given_up).await;
    // Then the second gets its try, and is given up only then
    let second = desk.until("2@d", is_given_up).await;
    assert_eq!(second.attempts, 1);
    desk.stop().await;
}

#[tokio::test]
async fn a_domain_that_fails_is_tried_by_one_mail_at_a_time_and_starves_nobody() {
    // Given more mails to a dead domain than are read at once, and one to another behind them
    let (sink, port) = Sink::start(Vec::new()).await;
    sink.always("@dead.example", "451 4.4.1 no answer from its servers");
    let mut desk = Desk::new();
    let standing = Arc::new(Standing::default());
    for number in 0..100 {
        desk.record(vec![to(&format!("{number}@d"), "ann@dead.example")]);
    }
    desk.record(vec![to("last@d", "ben@y.example")]);

    // When the sender goes through them
    desk.run_with(settings(port), |outbox| {
        outbox.with_standing(Arc::clone(&standing))
    });
    desk.until("last@d", is_sent).await;

    // Then one mail has tried the domain, and the others have lost no attempt
    assert_eq!(sink.asked_for("@dead.example"), 1);
    let attempts = |desk: &Desk| -> u32 {
        (0..100)
            .map(|number| {
                let record = desk.journal.effect(&id(&format!("{number}@d")));
                record.unwrap().unwrap().attempts
            })
            .sum()
    };
    assert_eq!(attempts(&desk), 1);
    let other = desk.journal.effect(&id("7@d")).unwrap().unwrap();
    let holding = standing.holding(&other, &[], desk.now()).unwrap();
    assert_eq!(holding.word(), "destination");
    assert!(holding.sentence().contains("4.4.1"), "{holding:?}");

    // When its time has come, again one, and then all as it answers
    desk.pass(75);
    desk.record(vec![to("later@d", "ben@y.example")]);
    desk.until("later@d", is_sent).await;
    assert_eq!(attempts(&desk), 2);
    sink.mend();
    desk.pass(5000);
    for number in 0..100 {
        desk.until(&format!("{number}@d"), is_sent).await;
    }
    assert_eq!(sink.asked_for("@dead.example"), 2 + 100);
    assert_eq!(standing.holding(&other, &[], desk.now()), None);
    desk.stop().await;
}

#[tokio::test]
async fn a_mail_to_a_dead_domain_is_given_up_in_its_time_though_others_were_tried() {
    let (sink, port) = Sink::start(Vec::new()).await;
    sink.always("@dead.example", "451 4.4.1 no answer from its servers");
    let mut desk = Desk::new();
    desk.record(vec![to("1@d", "ann@dead.example")]);
    desk.clock.fetch_add(1, Ordering::SeqCst);
    desk.record(vec![to("2@d", "ben@dead.example")]);
    desk.run(Smtp {
        retry_first_delay: Duration::from_secs(86_400),
        retry_longest_delay: Duration::from_secs(10 * 86_400),
        ..settings(port)
    });
    desk.until("1@d", waits).await;
    // The pauses are spread by chance, so longer than the five days.
    for _ in 0..9 {
        desk.pass(86_400);
        desk.record(vec![to(&format!("{}@other", desk.now()), "cal@y.example")]);
        desk.until(&format!("{}@other", desk.now()), is_sent).await;
    }
    for name in ["1@d", "2@d"] {
        let record = desk.until(name, is_given_up).await;
        assert!(record.last_failure.unwrap().contains("4.4.1"));
    }
    desk.stop().await;
}

#[tokio::test]
async fn a_greylisted_mailbox_does_not_hold_its_domain() {
    let (sink, port) = Sink::start(Vec::new()).await;
    sink.always("ann@", "451 4.7.1 greylisted");
    let mut desk = Desk::new();
    for (name, who) in [("1@d", "ann@x.example"), ("2@d", "ben@x.example")] {
        desk.record(vec![to(name, who)]);
    }
    desk.run(settings(port));
    desk.until("1@d", waits).await;
    desk.until("2@d", is_sent).await;
    desk.stop().await;
}

/// Real time: how long another mail waits beside one that the server thinks about for long.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_recipient_holds_nobody_else_up() {
    // Given a server that never answers about one recipient
    let (sink, port) = Sink::start(Vec::new()).await;
    sink.always("ann@", SILENT);
    let mut desk = Desk::new();
    desk.record(vec![to("1@d", "ann@slow.example")]);
    desk.clock.fetch_add(1, Ordering::SeqCst);
    desk.record(vec![to("2@d", "ben@y.example")]);
    desk.record(vec![to("3@d", "cal@slow.example")]);

    // When the time limit of a step is longer than this test waits
    let began = std::time::Instant::now();
    desk.run(Smtp {
        step_timeout: Duration::from_secs(8),
        ..settings(port)
    });
    desk.until("2@d", is_sent).await;
    let took = began.elapsed();
    eprintln!("beside a mail that hangs for 8 s another left after {took:?}");
    assert!(took < Duration::from_secs(7), "{took:?}");

    // Then the domain is tried by nobody else meanwhile, and is left alone after
    assert_eq!(sink.asked_for("@slow.example"), 1);
    desk.until("1@d", waits).await;
    assert_eq!(sink.asked_for("@slow.example"), 1);
    assert_eq!(sink.connections.load(Ordering::SeqCst), 2);
    desk.stop().await;
}

#[tokio::test]
async fn a_silent_recipient_does_not_keep_the_mail_from_the_others() {
    let (sink, port) = Sink::start(Vec::new()).await;
    sink.always("ann@", SILENT);
    let mut desk = Desk::new();
    let team = ["ann@slow.example", "ben@y.example"];
    desk.record(vec![to_staff("1@d", &team)]);
    desk.run(Smtp {
        step_timeout: Duration::from_millis(300),
        ..settings(port)
    });
    let record = desk
        .until("1@d", |record| {
            record.recipients.len() == 1 && waits(record)
        })
        .await;
    assert_eq!(record.recipients, [address("ann@slow.example")]);
    assert_eq!(names(&sink.taken()), ["RCPT TO:<ben@y.example>"]);
    sink.mend();
    desk.pass(5000);
    desk.until("1@d", is_sent).await;
    assert_eq!(sink.taken().len(), 2);
    desk.stop().await;
}

#[tokio::test]
async fn a_mail_that_stands_among_the_sent_ones_has_left() {
    // Given a provider that allows no copy to ourselves, and files what it sends
    let cut = Script {
        dot: Some(CUT),
        ..Script::default()
    };
    let (sink, port) = Sink::start(vec![cut.clone(), cut]).await;
    let mut desk = Desk::new();
    let smtp = Smtp {
        copy_to_self: false,
        ..settings(port)
    };
    let standing = Arc::new(Standing::default());
    let shared = Arc::clone(&standing);
    desk.run_with(smtp, |outbox| {
        outbox.with_sent_folder(true).with_standing(shared)
    });
    let read = |desk: &Desk| standing.sent_was_read(moment(desk.began, &desk.clock).passed);
    desk.record(vec![to_customer("1@d"), to("2@d", "ben@y.example")]);
    desk.until("1@d", is_in_doubt).await;
    desk.until("2@d", is_in_doubt).await;
    let proof = Entry {
        seen_in_sent: Some(id("1@d")),
        ..Entry::default()
    };
    desk.journal.record(proof, desk.now()).unwrap();
    assert!(is_sent(&desk.journal.effect(&id("1@d")).unwrap().unwrap()));
    // The other is waited for, and then a person is told: it is never sent twice.
    desk.pass(299);
    read(&desk);
    desk.sweep();
    desk.record(vec![to_staff("3@d", &["kim@z.example"])]);
    desk.until("3@d", is_sent).await;
    assert!(is_in_doubt(
        &desk.journal.effect(&id("2@d")).unwrap().unwrap()
    ));
    desk.pass(2);
    read(&desk);
    desk.sweep();
    desk.until("2@d", is_given_up).await;
    assert_eq!(sink.taken().len(), 3);
    desk.stop().await;
}

fn to(name: &str, who: &str) -> Outgoing {
    mail(name, &[who], Party::Customer(address(who)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement: cargo test --release --test outbox -- --ignored --nocapture"]
async fn how_long_a_mail_waits_behind_ten_thousand_that_are_held_back() {
    let (sink, port) = Sink::start(Vec::new()).await;
    sink.always("@dead.example", "451 4.4.1 no answer from its servers");
    let mut desk = Desk::new();
    let effects = (0..10_000).map(|number| {
        in_ticket(
            &format!("{number}@d"),
            (number % 250) as u8,
            "ann@dead.example",
        )
    });
    desk.record(effects.collect());
    desk.run(settings(port));
    desk.until("0@d", waits).await;
    for number in 0..10 {
        let began = std::time::Instant::now();
        let name = format!("{number}@y");
        desk.record(vec![to(&name, "ben@y.example")]);
        desk.until(&name, is_sent).await;
        eprintln!("behind 10,000 held mails: {:?}", began.elapsed());
    }
    desk.stop().await;
}
