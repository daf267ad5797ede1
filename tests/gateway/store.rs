//! The store is lost, damaged, restored from a backup, or moved: nothing is answered twice, and nothing is lost.

use super::mail_system::{Letter, PATIENCE, wait_until};
use super::world::*;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn store(world: &World) -> PathBuf {
    world.daemon.folder().join("store")
}

/// Removes everything of the store but its keys.
fn lose_the_store(world: &World) {
    for entry in fs::read_dir(store(world)).unwrap() {
        let path = entry.unwrap().path();
        match (
            path.is_dir(),
            path.extension().is_some_and(|end| end == "key"),
        ) {
            (true, _) => fs::remove_dir_all(path).unwrap(),
            (false, false) => fs::remove_file(path).unwrap(),
            (false, true) => {}
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to),
            false => assert!(fs::copy(entry.path(), to).is_ok()),
        }
    }
}

/// A verb, with what it says on standard error.
fn run(world: &World, arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_handoffd"))
        .args(arguments)
        .arg("--config")
        .arg(world.daemon.folder().join("handoffd.toml"))
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.code(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

/// A question, stored in the mailbox while nobody runs; the customer's address.
fn asks_meanwhile(world: &World, name: &str) -> (String, Letter) {
    let customer = world.customer(name);
    let letter = customer.letter("Delivery time", DELIVERY_QUESTION);
    world
        .system
        .deliver_lmtp(&customer.address, SUPPORT, &letter.bytes());
    (customer.address.clone(), letter)
}

/// A question that was answered and tagged; the customer's address.
fn is_answered(world: &World, name: &str) -> (String, Letter) {
    let (address, letter) = {
        let customer = world.customer(name);
        let letter = customer.writes("Delivery time", DELIVERY_QUESTION);
        let _ = customer.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));
        (customer.address.clone(), letter)
    };
    assert_eq!(world.outcome_of(&letter), "Answered");
    world.settle();
    (address, letter)
}

fn has_one_answer(world: &World, address: &str) {
    let _ = world
        .system
        .wait_for(address, "the answer", |mail| mail.says(DELIVERY_ANSWER));
    world.settle();
    let mails = world.system.mailbox(address);
    assert_eq!(mails.len(), 1, "{address} has {} mails", mails.len());
}

/// Takes our keywords from a mail, as if it had never been tagged.
fn untag(world: &World, letter: &Letter) {
    let mut imap = world.system.imap(SUPPORT);
    let uids = imap.find(&letter.id());
    let uid = uids.first().expect("the mail");
    let _ = imap.command(&format!("UID STORE {uid} -FLAGS ($Handoff Answered)"));
    assert!(!imap.flags(&letter.id()).contains("$Handoff"));
}

#[test]
fn a_lost_store_answers_nothing_twice_and_loses_nothing() {
    // Given two customers who were answered, the second in the last moment before the mail could be tagged
    let mut world = World::with(quick_retries);
    let (first, _) = is_answered(&world, "first");
    let (last, untagged) = is_answered(&world, "last");
    world.daemon.terminate();
    untag(&world, &untagged);

    // When the store is lost while a third one writes
    lose_the_store(&world);
    let (third, _) = asks_meanwhile(&world, "third");
    world.daemon.start_again();

    // Then the third is answered, and nobody twice
    has_one_answer(&world, &third);
    has_one_answer(&world, &first);
    has_one_answer(&world, &last);
    let log = world.daemon.log_text();
    assert!(log.contains("is left as it is"), "{log}");
    assert!(log.contains("are not sent again"), "{log}");
    // And who was answered untagged has a ticket again, in which their reply is at home
    let (_, tickets) = world.daemon.ask(&["tickets", "--json"]);
    assert_eq!(tickets.lines().count(), 2, "{tickets}");
}

#[test]
fn a_mail_that_another_desk_tagged_and_staff_moved_here_is_answered() {
    // Given a desk that has met its folder
    let world = World::with(quick_retries);
    let _ = is_answered(&world, "first");
    let customer = world.customer("misdirected");
    let letter = customer.letter("Delivery time", DELIVERY_QUESTION);

    // When staff move a mail here that another desk on the server has tagged: IMAP keeps the keywords
    let raw = String::from_utf8(letter.bytes()).expect("text");
    let raw = raw.replace("\r\n", "\n").replace('\n', "\r\n");
    let append = format!(
        "APPEND INBOX ($Handoff HandedOff) {{{}+}}\r\n{raw}",
        raw.len()
    );
    world.system.imap(SUPPORT).command(&append);

    // Then the customer has their answer
    has_one_answer(&world, &customer.address);
}

#[test]
fn a_reply_of_staff_to_a_packet_of_a_lost_ticket_is_not_lost() {
    // Given a customer whose request a team has
    let mut world = World::with(quick_retries);
    let (address, packet) = {
        let customer = world.customer("handed");
        let letter = customer.writes("Broken teapot", BROKEN_TEAPOT);
        let packet = world.team_receives(CARE, &customer, "the packet", |_| true);
        assert_eq!(world.outcome_of(&letter), "HandedOff");
        (customer.address.clone(), packet)
    };
    world.settle();
    let before = world.system.mailbox(&address).len();
    world.daemon.terminate();

    // When the store is lost, and a member replies to the packet
    lose_the_store(&world);
    let _ = world.staff_replies(ROSA, &packet, "A new teapot is on its way.");
    world.daemon.start_again();

    // Then somebody has their words: nobody waits for an answer that never left
    let _ = world.system.wait_for(ADMIN, "the member's words", |mail| {
        mail.raw_contains("A new teapot is on its way")
    });
    world.settle();
    assert_eq!(world.system.mailbox(&address).len(), before);
}

#[test]
fn a_backup_restored_answers_nothing_twice_and_loses_nothing() {
    // Given a backup of a stopped desk
    let mut world = World::with(quick_retries);
    let (early, _) = is_answered(&world, "early");
    world.daemon.terminate();
    let backup = world.daemon.folder().join("backup");
    copy(&store(&world), &backup);

    // When more is answered, the store breaks, and the backup takes its place
    world.daemon.start_again();
    let (since, _) = is_answered(&world, "since");
    let (last, untagged) = is_answered(&world, "last");
    world.daemon.kill();
    untag(&world, &untagged);
    fs::remove_dir_all(store(&world)).unwrap();
    copy(&backup, &store(&world));
    let (meanwhile, _) = asks_meanwhile(&world, "meanwhile");
    let (code, said) = run(&world, &["recover"]);
    assert_eq!(code, Some(0), "{said}");
    world.daemon.start_again();

    // Then all have one answer
    for address in [&meanwhile, &early, &since, &last] {
        has_one_answer(&world, address);
    }
    let (code, said) = run(&world, &["journal", "--verify"]);
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn an_export_of_the_running_daemon_becomes_the_store_of_another_folder() {
    // Given a running desk with a ticket
    let mut world = World::new();
    let (address, _) = is_answered(&world, "moving");
    let file = world.daemon.folder().join("export.jsonl");
    let file_text = file.display().to_string();
    let (_, tickets) = world.daemon.ask(&["tickets", "--json"]);

    // When it is exported while it runs, and imported where the store was
    let (code, said) = run(&world, &["export", "--with-key", &file_text]);
    assert_eq!(code, Some(0), "{said}");
    let (code, said) = run(&world, &["import", &file_text]);
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("it holds a store"), "{said}");
    world.daemon.terminate();
    fs::rename(store(&world), world.daemon.folder().join("old-store")).unwrap();
    let (code, said) = run(&world, &["import", &file_text]);
    assert_eq!(code, Some(0), "{said}");

    // Then it is the same desk, to the byte
    let (code, again) = run(&world, &["export", "--with-key"]);
    assert_eq!(code, Some(0));
    assert!(again == fs::read_to_string(&file).unwrap());
    world.daemon.start_again();
    assert_eq!(world.daemon.ask(&["tickets", "--json"]).1, tickets);
    let (code, said) = run(&world, &["journal", "--verify"]);
    assert_eq!(code, Some(0), "{said}");
    // And it goes on where it was
    let (other, _) = is_answered(&world, "after");
    has_one_answer(&world, &other);
    has_one_answer(&world, &address);
}

#[test]
fn a_second_daemon_on_the_same_store_is_refused() {
    let world = World::new();
    let pid = world.daemon.pid().unwrap();
    // Its own socket does not help it.
    let config = world.daemon.folder().join("second.toml");
    let settings = fs::read_to_string(world.daemon.folder().join("handoffd.toml")).unwrap();
    let settings = settings.replace("control.sock", "second.sock");
    fs::write(&config, settings).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_handoffd"))
        .arg("run")
        .arg("--config")
        .arg(&config)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{said}");
    let expected = format!(
        "store {}: it is in use by another handoffd (process {pid})",
        store(&world).display()
    );
    assert!(said.contains(&expected), "{said}");
    // The first one does not mind.
    let (code, _) = world.daemon.ask(&["status"]);
    assert_eq!(code, 0);
}

#[test]
fn a_damaged_store_is_refused_with_what_to_do_and_what_is_left_goes_on() {
    // Given a desk whose disk lost the first half of its database
    let mut world = World::with(quick_retries);
    let (answered, _) = is_answered(&world, "before");
    world.daemon.terminate();
    let database = store(&world).join("db");
    let bytes = fs::read(&database).unwrap();
    let half = fs::OpenOptions::new().write(true).open(&database).unwrap();
    half.set_len(u64::try_from(bytes.len() / 2).unwrap())
        .unwrap();
    let (meanwhile, _) = asks_meanwhile(&world, "during");

    // Then it does not start, and says why and what to do
    let (code, said) = run(&world, &["run"]);
    assert_eq!(code, Some(3), "{said}");
    for words in [
        "it is damaged",
        "restore the whole folder",
        "handoffd recover",
    ] {
        assert!(said.contains(words), "{said}");
    }

    // When the admin goes on with what is left
    let (code, said) = run(&world, &["recover"]);
    assert_eq!(code, Some(0), "{said}");
    world.daemon.start_again();

    // Then nothing is lost, and nothing comes twice
    has_one_answer(&world, &meanwhile);
    has_one_answer(&world, &answered);
    let whole = wait_until("a whole journal", PATIENCE, || {
        let (code, _) = run(&world, &["journal", "--verify"]);
        (code == Some(0)).then_some(())
    });
    whole.unwrap();
}
