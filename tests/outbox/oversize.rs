//! Mails that are larger than what the server takes.

use super::*;
use handoffd::journal::TooLarge;

/// A mail to the team of so many bytes.
fn of_size(name: &str, bytes: usize) -> Outgoing {
    let mut mail = to_staff(name, &["kim@z.example"]);
    mail.bytes = b"Subject: Re\r\n\r\n".to_vec();
    let line = format!("{}\r\n", "x".repeat(70));
    while mail.bytes.len() < bytes {
        mail.bytes.extend_from_slice(line.as_bytes());
    }
    mail.bytes.truncate(bytes - 2);
    mail.bytes.extend_from_slice(b"\r\n");
    mail
}

#[tokio::test]
async fn what_is_larger_than_the_announced_limit_is_not_tried() {
    // Given a server that takes 100,000 bytes
    let (sink, port) = Sink::start(Vec::new()).await;
    *sink.size.lock().unwrap() = Some("SIZE 100000");
    let mut desk = Desk::new();
    desk.run(settings(port));

    // When a larger mail is due
    desk.record(vec![of_size("1@d", 100_001)]);
    let record = desk.until("1@d", is_given_up).await;

    // Then nothing of it was said to the server, and why is on record, also after a restart
    assert!(sink.asked.lock().unwrap().is_empty() && sink.taken().is_empty());
    assert!(record.last_failure.unwrap().contains("above 100000 bytes"));
    let too_large = desk.journal.refused_for_size(&id("1@d")).unwrap();
    let limit_bytes = Some(100_000);
    assert_eq!(too_large, Some(TooLarge { limit_bytes }));
    assert_eq!(desk.journal.given_up_untold(9).unwrap().len(), 1);

    // And what fits goes over the same connection, with its size; of a small one nothing is said
    desk.record(vec![of_size("2@d", 100_000)]);
    desk.until("2@d", is_sent).await;
    desk.record(vec![to_customer("3@d")]);
    desk.until("3@d", is_sent).await;
    let taken = sink.taken();
    assert_eq!(taken[0].sender, "MAIL FROM:<> SIZE=100000");
    assert_eq!(taken[0].content.len(), 100_000);
    assert_eq!(taken[1].sender, "MAIL FROM:<>");
    assert_eq!(sink.connections.load(Ordering::SeqCst), 1);
    assert_eq!(desk.journal.refused_for_size(&id("2@d")).unwrap(), None);

    // When the limit was raised and somebody has it tried again, nothing is left of the refusal
    *sink.size.lock().unwrap() = Some("SIZE 200000");
    desk.shutdown.cancel();
    desk.running.take().unwrap().await.unwrap();
    desk.shutdown = CancellationToken::new();
    assert!(desk.journal.retry(&id("1@d"), desk.now()).unwrap());
    desk.run(settings(port));
    desk.until("1@d", is_sent).await;
    assert_eq!(desk.journal.refused_for_size(&id("1@d")).unwrap(), None);
    desk.stop().await;
}

#[tokio::test]
#[rustfmt::skip]
async fn a_refusal_for_size_at_any_stage_is_known_as_that() {
    let too_big = Some("552 5.3.4 message too big");
    let scripts = vec![
        Script { sender: too_big, ..Script::default() },
        Script { recipients: vec![("kim", "552 5.2.3 too big for this mailbox")], ..Script::default() },
        Script { data: Some("552 too big"), ..Script::default() },
        Script { dot: Some("554 5.3.4 too big"), ..Script::default() },
        Script { dot: Some("552 5.2.2 mailbox full"), ..Script::default() },
        Script { dot: Some("554 5.7.1 spam"), ..Script::default() },
    ];
    let (sink, port) = Sink::start(scripts).await;
    let mut desk = Desk::new();
    desk.run(settings(port));
    for (number, is_size) in [true, true, true, true, false, false].into_iter().enumerate() {
        let name = format!("{number}@d");
        desk.record(vec![of_size(&name, 70_000)]);
        desk.until(&name, is_given_up).await;
        let too_large = desk.journal.refused_for_size(&id(&name)).unwrap();
        assert_eq!(too_large, is_size.then(TooLarge::default), "{number}");
    }
    assert!(sink.taken().is_empty());
    desk.stop().await;
}

#[tokio::test]
async fn a_mail_that_another_server_sent_back_for_its_size_is_lost_once() {
    let (_sink, port) = Sink::start(Vec::new()).await;
    let mut desk = Desk::new();
    desk.run(settings(port));
    desk.record(vec![
        to_staff("1@d", &["kim@z.example"]),
        to_customer("2@d"),
    ]);
    desk.until("1@d", is_sent).await;
    desk.until("2@d", is_sent).await;
    let sent_back = Entry {
        sent_back_for_size: vec![id("1@d"), id("2@d"), id("3@d")],
        ..Entry::default()
    };
    desk.journal.record(sent_back, desk.now()).unwrap();
    let untold = desk.journal.given_up_untold(9).unwrap();
    let names: Vec<&str> = (untold.iter())
        .map(|record| record.message_id.as_str())
        .collect();
    assert_eq!(names, ["1@d"]);
    assert_eq!(untold[0].recipients, [address("kim@z.example")]);
    let too_large = desk.journal.refused_for_size(&id("1@d")).unwrap();
    assert_eq!(too_large, Some(TooLarge::default()));
    let told = Entry {
        told: vec![id("1@d")],
        ..Entry::default()
    };
    desk.journal.record(told, desk.now()).unwrap();
    assert!(desk.journal.given_up_untold(9).unwrap().is_empty());
    desk.stop().await;
}
