//! What happened is told to webhooks: signed, again and again until it is taken, whatever ends in between, and no mail waits for it.

use super::lookups::{example, program, set_list};
use super::mail_system::{PATIENCE, Startup, set, wait_until};
use super::trouble::{told_soon, wait_for_troubles};
use super::web_server::{Answer, Asked, WebServer, port_without_server};
use super::world::*;
use handoffd::webhook::signature;
use secrecy::SecretString;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use toml::{Table, Value};

const SECRET: &str = "0123456789abcdef planted";

fn webhook(name: &str, url: &str, folder: &Path, events: &[&str]) -> Value {
    let secret = folder.join("webhook.secret");
    std::fs::write(&secret, format!("{SECRET}\n")).unwrap();
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).unwrap();
    let table: Table = [
        ("name", Value::from(name)),
        ("url", url.into()),
        ("secret_file", secret.to_str().unwrap().into()),
        ("events", events.to_vec().into()),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into_iter()
    .collect();
    table.into()
}

fn of_event<'a>(asked: &'a [Asked], event: &str) -> Vec<&'a Asked> {
    asked
        .iter()
        .filter(|one| one.fields["handoffd-event"] == event)
        .collect()
}

/// Whether it is signed as the manual says.
fn assert_signed(asked: &Asked) {
    let written = &asked.fields["handoffd-signature"];
    let time = written
        .strip_prefix("t=")
        .unwrap()
        .split_once(',')
        .unwrap()
        .0;
    let made = signature(
        &SecretString::from(SECRET),
        time.parse().unwrap(),
        &asked.body,
    );
    assert_eq!(*written, made);
}

#[test]
fn the_receiver_of_the_manual_takes_what_is_ours_once_and_nothing_else() {
    // Given the receiver of the manual, and a webhook with the customer's address
    let system = mail_system();
    let port = port_without_server();
    let folder = system.folder().to_owned();
    let receiver = program(&folder, "receiver", &example("receiver"));
    let url = format!("http://127.0.0.1:{port}/hook");
    let mut settings = webhook("board", &url, &folder, &["opened", "handed-off", "closed"]);
    settings
        .as_table_mut()
        .unwrap()
        .insert("with_customer".into(), true.into());
    let mut running = Command::new(receiver)
        .args([
            port.to_string().as_str(),
            folder.join("webhook.secret").to_str().unwrap(),
        ])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(running.stdout.take().unwrap()).lines();
    let world = World::on(system, Startup::UntilReady, |all| {
        set_list(all, "webhook", vec![settings])
    });

    // When a customer's mail goes to a person, and the ticket is closed
    let customer = world.customer("hook");
    let letter = customer.writes("Broken teapot", BROKEN_TEAPOT);
    assert_eq!(world.outcome_of(&letter), "HandedOff");
    let packet = world.team_receives(CARE, &customer, "the packet", |_| true);
    let ticket = packet.ticket().unwrap().to_owned();
    let (code, said) = world.daemon.ask(&["close", &ticket]);
    assert_eq!(code, 0, "{said}");

    // Then each is told, and nothing of the mail is
    let mut told = Vec::new();
    for _ in 0..3 {
        let line = lines.next().unwrap().unwrap();
        assert!(
            !line.contains("teapot") && !line.contains("LT-27755"),
            "{line}"
        );
        told.push(serde_json::from_str::<serde_json::Value>(&line).unwrap());
    }
    let events: BTreeSet<&str> = told
        .iter()
        .map(|one| one["event"].as_str().unwrap())
        .collect();
    assert_eq!(events, BTreeSet::from(["opened", "handed-off", "closed"]));
    for one in &told {
        assert_eq!(
            (&one["customer"], &one["support"]),
            (&customer.address.as_str().into(), &SUPPORT.into())
        );
        assert!(
            one["ticket"]
                .as_str()
                .unwrap()
                .replace('-', "")
                .contains(&ticket.replace('-', "")),
            "{one} {ticket}"
        );
    }
    let handed_off = told
        .iter()
        .find(|one| one["event"] == "handed-off")
        .unwrap();
    assert_eq!(handed_off["team"], "care");
    assert!(handed_off["reason"].is_string(), "{handed_off}");

    // And what somebody else made up, or played again later, is refused
    let old = signature(&SecretString::from(SECRET), 1_700_000_000, "{}");
    for forged in ["t=1,v1=00", "", &old] {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        write!(
            stream,
            "POST / HTTP/1.1\r\nHandoffd-Delivery: 1\r\nHandoffd-Signature: {forged}\r\nContent-Length: 2\r\n\r\n{{}}"
        )
        .unwrap();
        let mut answer = String::new();
        BufReader::new(stream).read_line(&mut answer).unwrap();
        assert!(answer.contains("403"), "{forged}: {answer}");
    }
    running.kill().unwrap();
    running.wait().unwrap();
}

#[test]
fn a_receiver_that_fails_is_told_again_under_the_same_name_and_no_mail_waits() {
    // Given a receiver that fails in every way before it takes anything, over TLS
    let system = mail_system();
    let folder = system.folder().to_owned();
    let certificate = system.authority().with_file_name("server.pem");
    let key = system.authority().with_file_name("server.key");
    let elsewhere = WebServer::open(&[]);
    let server = WebServer::protected(
        &certificate,
        &key,
        &[
            Answer::Status(500, String::new()),
            Answer::Redirect(elsewhere.url("there")),
            Answer::Raw(b"nonsense\r\n\r\n"),
            Answer::Status(204, String::new()),
        ],
    );
    let mut settings = webhook("board", &server.url("hook"), &folder, &["answered"]);
    let ca_file = system.authority().to_str().unwrap().to_owned();
    settings
        .as_table_mut()
        .unwrap()
        .insert("ca_file".into(), ca_file.into());
    let world = World::on(system, Startup::UntilReady, |all| {
        set_list(all, "webhook", vec![settings])
    });

    // When a mail is answered
    let customer = world.customer("again");
    let letter = customer.writes("Delivery time", DELIVERY_QUESTION);
    customer.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));
    assert_eq!(world.outcome_of(&letter), "Answered");

    // Then it is told four times, each signed anew, under one name and with one body
    wait_until("four tries", PATIENCE * 2, || {
        (server.asked().len() == 4).then_some(())
    })
    .unwrap_or_else(|why| panic!("{why}: {:?}\n{}", server.asked(), world.daemon.log_text()));
    let asked = server.asked();
    asked.iter().for_each(assert_signed);
    let names: BTreeSet<&String> = asked
        .iter()
        .map(|one| &one.fields["handoffd-delivery"])
        .collect();
    let bodies: BTreeSet<&String> = asked.iter().map(|one| &one.body).collect();
    assert_eq!((names.len(), bodies.len()), (1, 1));
    let body = asked[0].json();
    assert_eq!(
        (&body["event"], &body["customer"]),
        (&"answered".into(), &serde_json::Value::Null)
    );
    assert_eq!(body["id"], asked[0].fields["handoffd-delivery"].as_str());
    assert!(!asked[0].body.contains(&customer.address) && !asked[0].body.contains("delivery take"));
    assert!(elsewhere.asked().is_empty(), "a redirect was followed");
    assert!(!world.daemon.log_text().contains(SECRET));
    // Nothing waits any more: another mail is told alone.
    let other = world.customer("other");
    other.writes("Delivery time", DELIVERY_QUESTION);
    other.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));
    wait_until("the next", PATIENCE, || {
        (server.asked().len() == 5).then_some(())
    })
    .unwrap();
    assert_ne!(
        server.asked()[4].fields["handoffd-delivery"],
        asked[0].fields["handoffd-delivery"]
    );
}

#[test]
fn what_was_not_taken_is_told_after_a_kill_and_a_silent_receiver_holds_up_nobody() {
    // Given one receiver that never answers, and one that is well
    let system = mail_system();
    let folder = system.folder().to_owned();
    let silent = WebServer::open(&[Answer::Silence]);
    let well = WebServer::open(&[]);
    let mut world = World::on(system, Startup::UntilReady, |all| {
        let events = ["handed-off"];
        let silent = webhook("silent", &silent.url(""), &folder, &events);
        let well = webhook("well", &well.url(""), &folder, &events);
        told_soon(all);
        set_list(all, "webhook", vec![silent, well]);
    });

    // When a mail goes to a person
    let address = {
        let customer = world.customer("kill");
        customer.writes("Broken teapot", BROKEN_TEAPOT);
        world.team_receives(CARE, &customer, "the packet", |_| true);
        customer.address.clone()
    };

    // Then the one is told while the other says nothing, and is killed in the middle of it
    well.wait_for("the telling", |_| true);
    let first = silent.wait_for("the telling", |_| true);
    world.daemon.kill();
    silent.answers(&[Answer::Status(200, String::new())]);
    world.daemon.start_again();
    wait_until("the telling again", PATIENCE, || {
        (silent.asked().len() >= 2).then_some(())
    })
    .unwrap();
    let again = silent.asked().remove(1);
    assert_eq!(
        (&again.body, &again.fields["handoffd-delivery"]),
        (&first.body, &first.fields["handoffd-delivery"])
    );
    assert_signed(&again);
    world.settle();
    let packets = world.system.mailbox(CARE).into_iter();
    assert_eq!(
        packets.filter(|mail| mail.raw_contains(&address)).count(),
        1
    );

    // And the other is not told twice
    assert_eq!(of_event(&well.asked(), "handed-off").len(), 1);
    world.daemon.assert_no_surprise();
}

#[test]
fn a_receiver_that_stays_away_is_told_to_the_admin_and_shadow_tells_nobody() {
    let system = mail_system();
    let folder = system.folder().to_owned();
    let url = format!("http://127.0.0.1:{}/", port_without_server());
    let world = World::on(system, Startup::UntilReady, |all| {
        told_soon(all);
        set_list(
            all,
            "webhook",
            vec![webhook("board", &url, &folder, &["answered"])],
        );
    });
    let customer = world.customer("away");
    customer.writes("Delivery time", DELIVERY_QUESTION);
    customer.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));
    wait_for_troubles(&world, &["webhook"]);
    world.system.wait_for(ADMIN, "the word about it", |mail| {
        mail.says("A webhook is not told what happened") && mail.says("board: it cannot be reached")
    });
    // Whoever is forgotten is not told of any more.
    let (code, said) = world.daemon.ask(&["forget", &customer.address, "--now"]);
    assert_eq!(code, 0, "{said}");
    wait_for_troubles(&world, &[]);

    let well = WebServer::open(&[]);
    let system = mail_system();
    let folder = system.folder().to_owned();
    let shadow = World::on(system, Startup::UntilReady, |all| {
        set(all, "automation.mode", "shadow");
        set_list(
            all,
            "webhook",
            vec![webhook(
                "board",
                &well.url(""),
                &folder,
                &["opened", "handed-off"],
            )],
        );
    });
    let customer = shadow.customer("shade");
    customer.writes("Broken teapot", BROKEN_TEAPOT);
    shadow.daemon.wait_for_log("decision");
    assert!(well.asked().is_empty());
}
