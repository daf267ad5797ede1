//! Servers that are down, come back, restart or forget: mail is late, never lost and never doubled.

use super::mail_system::{Letter, PATIENCE, Server, Startup, set, wait_until};
use super::world::*;

#[test]
fn mail_read_by_another_client_is_still_handled() {
    // Given a stopped desk, and a mail that somebody has looked at meanwhile
    let mut world = World::new();
    world.daemon.terminate();
    let customer = world.customer("seen");
    let letter = customer.letter("Delivery time", DELIVERY_QUESTION);
    world
        .system
        .deliver_lmtp(&customer.address, SUPPORT, &letter.bytes());
    world.system.imap(SUPPORT).mark_seen(&letter.id());
    let address = customer.address.clone();

    // When the desk starts again
    world.daemon.start_again();

    // Then it is answered all the same
    assert_eq!(world.outcome_of(&letter), "Answered");
    world
        .system
        .wait_for(&address, "the answer", |mail| mail.says(DELIVERY_ANSWER));
}

#[test]
fn a_changed_uidvalidity_handles_nothing_twice() {
    // Given a desk that has handled several mails, one of them without a Message-ID
    let mut world = World::new();
    let mut customers = Vec::new();
    for name in ["uma", "ute", "udo"] {
        let customer = world.customer(name);
        let mut letter = customer.letter("Delivery time", DELIVERY_QUESTION);
        if name == "udo" {
            letter = letter.without_message_id();
        }
        world
            .system
            .deliver_lmtp(&customer.address, SUPPORT, &letter.bytes());
        customer.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));
        customers.push(customer.address.clone());
    }
    let packet_customer = world.customer("upset");
    packet_customer.writes("Broken teapot", BROKEN_TEAPOT);
    packet_customer.receives("the notice", |mail| mail.says("a person"));
    customers.push(packet_customer.address.clone());
    world.settle();
    let before: Vec<usize> = customers
        .iter()
        .map(|address| world.system.mailbox(address).len())
        .collect();
    let packets_before = world.system.mailbox(CARE).len();

    // When the server forgets UIDs and flags, and the desk meets all mails as if new, with one more
    world.daemon.terminate();
    world.system.renew_inbox(SUPPORT);
    let late = world
        .customer("late")
        .letter("Delivery time", DELIVERY_QUESTION);
    world
        .system
        .deliver_lmtp(&late.from, SUPPORT, &late.bytes());
    world.daemon.start_again();
    assert_eq!(world.outcome_of(&late), "Answered");
    world.settle();

    // Then nobody has anything new but the one who wrote
    let after: Vec<usize> = customers
        .iter()
        .map(|address| world.system.mailbox(address).len())
        .collect();
    assert_eq!(before, after);
    assert_eq!(packets_before, world.system.mailbox(CARE).len());
    world
        .system
        .wait_for(&late.from, "the answer", |mail| mail.says(DELIVERY_ANSWER));
}

#[test]
fn an_smtp_server_down_at_start_only_delays() {
    // Given a desk whose SMTP server is down at its start, and a mail that waits
    let system = mail_system();
    let letter = Letter::new(
        "dora@dora.example",
        SUPPORT,
        "Delivery time",
        DELIVERY_QUESTION,
    );
    system.add_account("dora@dora.example");
    system.deliver_lmtp("dora@dora.example", SUPPORT, &letter.bytes());
    system.stop_server(Server::Smtp);
    let world = World::on(system, Startup::AtOnce, quick_retries);

    // When the server comes back after the desk has decided
    world.daemon.wait_for_log(SENDING_FAILED);
    world.system.start_server(Server::Smtp);

    // Then the answer arrives, once
    world
        .system
        .wait_for("dora@dora.example", "the answer", |mail| {
            mail.says(DELIVERY_ANSWER)
        });
    world.settle();
    assert_eq!(world.system.mailbox("dora@dora.example").len(), 1);
}

#[test]
fn an_imap_server_down_at_start_only_delays() {
    // Given a desk whose IMAP server is down at its start
    let system = mail_system();
    system.add_account("emil@emil.example");
    system.stop_server(Server::Imap);
    let letter = Letter::new(
        "emil@emil.example",
        SUPPORT,
        "Delivery time",
        DELIVERY_QUESTION,
    );
    system.deliver("emil@emil.example", SUPPORT, &letter.bytes());
    let world = World::on(system, Startup::AtOnce, quick_retries);

    // When the server comes back
    world.system.start_server(Server::Imap);

    // Then the mail that waited is answered
    world
        .system
        .wait_for("emil@emil.example", "the answer", |mail| {
            mail.says(DELIVERY_ANSWER)
        });
}

#[test]
fn servers_that_restart_in_between_lose_nothing() {
    // Given a running desk
    let world = World::with(quick_retries);
    let mut letters = Vec::new();

    // When mail comes between restarts of either server
    for (round, server) in [Server::Imap, Server::Smtp, Server::Imap, Server::Smtp]
        .into_iter()
        .enumerate()
    {
        let customer = world.customer(&format!("round{round}"));
        letters.push((
            customer.address.clone(),
            customer.writes("Delivery time", DELIVERY_QUESTION),
        ));
        world.system.restart_server(server);
    }

    // Then each customer has one answer
    for (address, _) in &letters {
        world
            .system
            .wait_for(address, "the answer", |mail| mail.says(DELIVERY_ANSWER));
    }
    world.settle();
    for (address, _) in &letters {
        assert_eq!(world.system.mailbox(address).len(), 1, "{address}");
    }
}

#[test]
fn a_customer_who_cannot_be_reached_is_told_to_the_team_with_the_text() {
    // Given a desk that tells soon and gives up late, and a customer whose server says "later"
    let world = World::with(|settings| {
        quick_retries(settings);
        set(settings, "smtp.tell_staff_after_seconds", 2);
    });
    let customer = world.customer("later");
    let letter = customer.letter("Delivery time", DELIVERY_QUESTION);
    world
        .system
        .deliver_lmtp(&customer.address, SUPPORT, &letter.bytes());

    // When the answer waits, the outbox says so
    let row = wait_until("a mail that waits", PATIENCE, || {
        let (_, text) = world.daemon.ask(&["outbox", "--json"]);
        text.lines()
            .find(|line| line.contains("451"))
            .map(str::to_owned)
    });
    let row: serde_json::Value = serde_json::from_str(&row.unwrap()).unwrap();
    assert_eq!(row["state"], "waiting");
    assert!(row["since"].is_string() && row["next_try"].is_string());

    // Then its team is told once, with what the customer should have read
    let told = world.team_receives(CARE, &customer, "the report", |mail| {
        mail.subject.contains("not arrived yet")
    });
    assert!(told.says(DELIVERY_ANSWER) && told.says(&customer.address));
    assert!(told.says("451"), "{}", told.text);
    let attempts = |row: &serde_json::Value| row["attempts"].as_u64().unwrap();
    wait_until("further tries", PATIENCE, || {
        let (_, text) = world.daemon.ask(&["outbox", "--json"]);
        let rows = text.lines().map(|line| serde_json::from_str(line).unwrap());
        rows.map(|row: serde_json::Value| attempts(&row))
            .find(|tries| *tries > attempts(&row) + 3)
    })
    .unwrap();
    assert_eq!(world.team_mails(CARE, &customer).len(), 1);
}

/// A silent server is not waited for without end: the answer leaves once it speaks again.
#[test]
fn a_server_that_falls_silent_is_survived() {
    let world = World::with(quick_retries);
    let customer = world.customer("silent");
    world.system.pause_server(Server::Smtp);
    let letter = customer.letter("Delivery time", DELIVERY_QUESTION);
    world
        .system
        .deliver_lmtp(&customer.address, SUPPORT, &letter.bytes());
    world.daemon.wait_for_log(SENDING_FAILED);
    world.system.resume_server(Server::Smtp);
    customer.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));
    world.settle();
    assert_eq!(customer.mails().len(), 1, "{:?}", customer.subjects());
}

#[test]
fn sigterm_finishes_and_a_restart_goes_on() {
    let mut world = World::new();
    for round in 0..3 {
        let customer = world.customer(&format!("term{round}"));
        customer.writes("Delivery time", DELIVERY_QUESTION);
        let address = customer.address.clone();
        world.daemon.terminate();
        world.daemon.start_again();
        world
            .system
            .wait_for(&address, "the answer", |mail| mail.says(DELIVERY_ANSWER));
    }
    world.settle();
}

#[test]
fn starttls_protects_both_connections() {
    // Given a desk that reaches both servers by STARTTLS
    let system = mail_system();
    let (imap, submission) = (system.ports.imap, system.ports.submission);
    let world = World::on(system, Startup::UntilReady, |settings| {
        set(settings, "inbox.tls", "starttls");
        set(settings, "inbox.port", i64::from(imap));
        set(settings, "smtp.tls", "starttls");
        set(settings, "smtp.port", i64::from(submission));
    });

    // Then both let it in, and mail goes both ways
    let (code, text) = world.daemon.ask(&["check", "--online"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("both let us in"), "{text}");
    let customer = world.customer("stacy");
    let letter = customer.writes("Delivery time", DELIVERY_QUESTION);
    assert_eq!(world.outcome_of(&letter), "Answered");
    customer.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));
}

#[test]
fn handled_mail_goes_to_the_folder_of_its_outcome() {
    // Given a desk with folders for answered mail and for copies of its own
    let world = World::with(|settings| {
        let folders = [("answered", "Answered"), ("own_copies", "Sent")];
        let folders = folders.map(|(outcome, folder)| (outcome.to_owned(), folder.into()));
        set(settings, "inbox.folders", toml::Table::from_iter(folders));
    });
    let customer = world.customer("fay");
    customer.writes("Delivery time", DELIVERY_QUESTION);
    let answer = customer.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));

    // Then the question lies in one, and the copy of the answer, already seen, in the other
    let found = |folder: &str, search: &str| {
        let wanted = format!("{search} in {folder}");
        wait_until(&wanted, PATIENCE, || {
            let mut imap = world.system.imap(SUPPORT);
            // The folder is made when the first mail goes there.
            imap.try_command(&format!("SELECT {folder}")).ok()?;
            let answer = imap.command(&format!("UID SEARCH {search}"));
            let line = answer.lines().find(|line| line.starts_with("* SEARCH"))?;
            line.split_whitespace().nth(2).map(|_| ())
        })
        .unwrap_or_else(|why| {
            // The letters behind `:2,` in a Maildir's names are the flags.
            let mails = world.system.mailbox(SUPPORT);
            let lie: Vec<_> = mails.iter().map(|mail| &mail.path).collect();
            let log = world.daemon.log_text();
            panic!("{why}; there lie {lie:?}; log:\n{log}")
        });
    };
    found("Answered", "KEYWORD $Handoff KEYWORD Answered");
    found(
        "Sent",
        &format!("SEEN HEADER Message-ID {}", answer.message_id()),
    );
}

#[test]
fn a_reload_takes_new_articles_and_refuses_broken_settings_whole() {
    // Given a running desk whose articles gain one
    let knowledge = tempfile::tempdir().expect("a folder");
    let knowledge = knowledge.path();
    let demo = concat!(env!("CARGO_MANIFEST_DIR"), "/config/demo/knowledge");
    for entry in std::fs::read_dir(demo).expect("the demo's articles") {
        let path = entry.expect("an article").path();
        let name = path.file_name().expect("a name");
        std::fs::copy(&path, knowledge.join(name)).expect("copy the article");
    }
    let folder = knowledge.to_string_lossy().into_owned();
    let world = World::with(|settings| set(settings, "knowledge.folder", folder.as_str()));
    let article = "+++\nintent = \"samovar\"\ntitle = \"Samovar repair\"\nmode = \"answer\"\nteam = \"care\"\ntags = []\nneeds = []\n\
                   ask = [\"Do you repair samovars?\", \"my samovar leaks, can you mend it\", \"samovar repair price\", \
                   \"who mends a samovar\", \"repair of an old samovar\"]\n+++\nWe mend samovars in March.\n";
    std::fs::write(knowledge.join("samovar.md"), article).expect("write the article");

    // When it is told to read them
    world.daemon.signal("HUP");
    world.daemon.wait_for_log("were reloaded");

    // Then it knows the new one
    let customer = world.customer("sonia");
    customer.writes("Samovar", "Hello,\n\ndo you repair samovars?\n\nSonia");
    customer.receives("the answer", |mail| mail.says("We mend samovars in March"));

    // And when an article is broken, nothing changes
    std::fs::write(knowledge.join("samovar.md"), "no front matter").expect("break the article");
    world.daemon.expect_errors("the old settings stay in force");
    world.daemon.signal("HUP");
    world.daemon.wait_for_log("the old settings stay in force");
    let again = world.customer("sonja");
    again.writes("Samovar", "Hello,\n\ndo you repair samovars?\n\nSonja");
    again.receives("the answer", |mail| mail.says("We mend samovars in March"));
}

#[test]
fn old_mail_that_was_left_alone_stays_so_under_another_uidvalidity() {
    // Given a desk that shall handle only new mail, and a mailbox with old mail
    let system = mail_system();
    let old = Letter::new(
        "otto@otto.example",
        SUPPORT,
        "Delivery time",
        DELIVERY_QUESTION,
    );
    system.add_account("otto@otto.example");
    system.deliver_lmtp("otto@otto.example", SUPPORT, &old.bytes());
    let world = World::on(system, Startup::UntilReady, |settings| {
        quick_retries(settings);
        set(settings, "inbox.first_start", "new-mail");
    });
    world.daemon.wait_for_log("folder-first-seen");
    let customer = world.customer("nele");
    customer.writes("Delivery time", DELIVERY_QUESTION);
    customer.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));

    // When the mailbox gets another UIDVALIDITY, time and again
    for name in ["nina", "nico", "nora", "nils"] {
        world.system.renew_inbox(SUPPORT);
        let later = world.customer(name);
        let letter = later.letter("Delivery time", DELIVERY_QUESTION);
        world
            .system
            .deliver_lmtp(&later.address, SUPPORT, &letter.bytes());
        later.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));
    }

    // Then the old mail is still left alone, nobody was answered twice, and nothing was set aside
    assert!(world.system.mailbox("otto@otto.example").is_empty());
    assert_eq!(customer.mails().len(), 1, "{:?}", customer.subjects());
    assert!(world.system.mailbox(ADMIN).is_empty());
}

#[test]
fn a_report_that_nobody_takes_is_not_reported_again() {
    // Given a desk whose admin has an address that refuses everything
    let world = World::with(|settings| {
        set(settings, "support.admin", "refused@nowhere.example");
    });

    // When something must be told to the admin
    let forged = world.customer("mallory");
    let mut letter = forged.letter("[K7QF2-M9XRT] hello", "I am staff, honestly.");
    letter.from = ROSA.to_owned();
    world.send(&letter);
    assert_eq!(world.outcome_of(&letter), "Quarantined");

    // Then one report is tried, and its loss is only logged
    world.daemon.wait_for_log("mail-lost");
    let customer = world.customer("mia");
    customer.writes("Delivery time", DELIVERY_QUESTION);
    customer.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));
    let lost = world.daemon.log_text().matches("mail-lost").count();
    assert_eq!(lost, 1, "{}", world.daemon.log_text());
    // The server's words quote the address; the log does not.
    assert!(
        !world.daemon.log_text().contains("refused@nowhere"),
        "{}",
        world.daemon.log_text()
    );
}
