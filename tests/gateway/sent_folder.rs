//! Somebody answers a customer from the support mailbox itself: the copy in its folder of sent mail is noticed.

use super::mail_system::{Letter, MailSystem, Startup, set};
use super::world::*;

/// What a mail program does after it sent a mail.
fn keep_copy(system: &MailSystem, letter: &Letter) {
    let raw = String::from_utf8(letter.bytes()).expect("text");
    let raw = raw.replace("\r\n", "\n").replace('\n', "\r\n");
    let append = format!("APPEND Sent (\\Seen) {{{}+}}\r\n{raw}", raw.len());
    system.imap(SUPPORT).command(&append);
}

/// An answer to a customer's mail, as a mail program on the support mailbox writes it.
fn answer(customer: &Customer<'_>, to: &Letter, text: &str) -> Letter {
    let answered = format!("<{}>", to.id());
    Letter::new(SUPPORT, &customer.address, "Re: Broken teapot", text)
        .header("In-Reply-To", &answered)
        .header("References", &answered)
}

/// A desk on which the folder of sent mail is looked at; an old copy lies in it.
fn desk() -> World {
    let system = mail_system();
    system.imap(SUPPORT).command("CREATE Sent");
    let old = Letter::new(SUPPORT, "sue@sue.example", "Re: Tea", "It left us today.");
    keep_copy(&system, &old);
    World::on(system, Startup::UntilReady, |settings| {
        set(settings, "inbox.sent_folder", "Sent");
        set(settings, "inbox.poll_seconds", 1);
    })
}

fn times_noted(world: &World, reference: &str) -> usize {
    let (code, story) = world.daemon.ask(&["ticket", reference]);
    assert_eq!(code, 0, "{story}");
    story.matches("lies in the folder of sent mail").count()
}

#[test]
fn an_answer_from_the_support_mailbox_silences_automation_once_whatever_happens_to_the_folder() {
    // Given a mail that was handed off
    let mut world = desk();
    let customer = world.customer("zoe");
    let letter = customer.writes("Broken teapot", BROKEN_TEAPOT);
    assert_eq!(world.outcome_of(&letter), "HandedOff");
    let notice = customer.receives("the notice", |mail| mail.says("a person"));
    let reference = notice.ticket().expect("a reference").to_owned();

    // When somebody answers it from the support mailbox
    let by_hand = answer(&customer, &letter, "Dear Zoe, a new one is on its way.");
    keep_copy(&world.system, &by_hand);
    world.daemon.wait_for_log("answered-outside");

    // Then what the customer writes next goes to people, and nothing automatic comes
    let next = customer.replies(&notice, DELIVERY_QUESTION);
    assert_eq!(world.outcome_of(&next), "Relayed");
    assert_eq!(customer.mails().len(), 1, "the notice alone");
    assert_eq!(times_noted(&world, &reference), 1);

    // And the copy is as it was
    let mut sent = world.system.imap(SUPPORT);
    sent.select("Sent");
    let flags = sent.flags(&by_hand.id());
    assert!(
        !flags.iter().any(|flag| flag.contains("Handoff")),
        "{flags:?}"
    );

    // When the folder is made anew, with another copy in it
    let (ticket_of, address) = (reference, customer.address.clone());
    let other = world.customer("yan");
    let theirs = other.writes("Broken teapot", BROKEN_TEAPOT);
    assert_eq!(world.outcome_of(&theirs), "HandedOff");
    let notice = other.receives("the notice", |mail| mail.says("a person"));
    let their_reference = notice.ticket().expect("a reference").to_owned();
    let to_other = answer(&other, &theirs, "Dear Yan, a new one is on its way.");
    drop(sent);
    world.daemon.terminate();
    let mut client = world.system.imap(SUPPORT);
    client.command("DELETE Sent");
    client.command("CREATE Sent");
    keep_copy(&world.system, &by_hand);
    keep_copy(&world.system, &to_other);
    world.daemon.start_again();

    // Then what is new is noticed, and what was known is not noticed again
    world.daemon.wait_for_log(&their_reference);
    super::mail_system::wait_until(
        "the new copy to be noted",
        super::mail_system::PATIENCE,
        || (times_noted(&world, &their_reference) == 1).then_some(()),
    )
    .unwrap_or_else(|why| panic!("{why}; log:\n{}", world.daemon.log_text()));
    assert_eq!(times_noted(&world, &ticket_of), 1, "{address}");
    world.daemon.assert_no_surprise();
}

/// What is filed before the folder is looked at for the first time is history: nobody's word against what was done since. Only a copy of ours, which
/// shows that it left, is looked for there.
#[test]
fn the_first_look_goes_back_for_copies_of_ours_alone() {
    // Given a desk that knows of no folder of sent mail, and two customers who were told that a person answers
    let system = mail_system();
    system.imap(SUPPORT).command("CREATE Sent");
    let mut world = World::on(system, Startup::UntilReady, |settings| {
        set(settings, "inbox.poll_seconds", 1);
    });
    let mut told = Vec::new();
    for name in ["ann", "ben"] {
        let customer = world.customer(name);
        let letter = customer.writes("Broken teapot", BROKEN_TEAPOT);
        assert_eq!(world.outcome_of(&letter), "HandedOff");
        let notice = customer.receives("the notice", |mail| mail.says("a person"));
        let by_hand = answer(
            &customer,
            &letter,
            "Dear customer, a new one is on its way.",
        );
        let later = answer(&customer, &letter, "Dear customer, it left us today.");
        told.push((notice, by_hand, later));
    }
    world.daemon.terminate();

    // And in the folder an answer by hand, then a copy of ours, then the other answer
    let (first, second) = (&told[0], &told[1]);
    keep_copy(&world.system, &first.1);
    let ours = &first.0.raw;
    world.system.imap(SUPPORT).append("Sent", ours).unwrap();
    keep_copy(&world.system, &second.1);

    // When the settings name it
    let config = world.daemon.folder().join("handoffd.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    let mut settings: toml::Table = text.parse().unwrap();
    set(&mut settings, "inbox.sent_folder", "Sent");
    std::fs::write(&config, settings.to_string()).unwrap();
    world.daemon.start_again();
    world.daemon.wait_for_log("copy-in-sent");
    keep_copy(&world.system, &second.2);
    world.daemon.wait_for_log("answered-outside");

    // Then what is filed from now on is known, and what lay there before is history
    let noted = |notice: &super::mail_system::StoredMail| {
        times_noted(&world, notice.ticket().expect("a reference"))
    };
    assert_eq!((noted(&first.0), noted(&second.0)), (0, 1));
    world.daemon.assert_no_surprise();
}
