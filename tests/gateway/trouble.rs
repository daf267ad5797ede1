//! Nobody has to read a log to learn that mail stopped: what the admin gets by mail, and what `handoffd status` says.

use super::mail_system::{PATIENCE, Server, StoredMail, set, wait_until};
use super::world::*;
use serde_json::Value;

/// Told within seconds instead of minutes.
pub fn told_soon(settings: &mut toml::Table) {
    quick_retries(settings);
    set(settings, "trouble.tell_after_seconds", 2);
    set(settings, "trouble.gather_seconds", 1);
    set(settings, "trouble.calm_seconds", 1);
}

pub fn status(world: &World) -> Value {
    let (code, text) = world.daemon.ask(&["status", "--json"]);
    assert_eq!(code, 0, "{text}");
    serde_json::from_str(text.trim()).unwrap()
}

fn troubles(world: &World) -> Vec<String> {
    let status = status(world);
    let rows = status["troubles"].as_array().unwrap();
    rows.iter()
        .map(|row| row["kind"].as_str().unwrap().to_owned())
        .collect()
}

fn subjects_to_admin(world: &World) -> Vec<String> {
    let mails = world.system.mailbox(ADMIN);
    mails.into_iter().map(|mail| mail.subject).collect()
}

pub fn wait_for_troubles(world: &World, expected: &[&str]) {
    wait_until(&format!("the troubles {expected:?}"), PATIENCE, || {
        (troubles(world) == expected).then_some(())
    })
    .unwrap_or_else(|why| {
        panic!("{why}: {}\n{}", status(world), world.daemon.log_text());
    });
}

pub fn is_well_again(mail: &StoredMail) -> bool {
    mail.subject.contains("All is well again")
}

#[test]
fn a_healthy_desk_says_so_and_says_where_it_looks() {
    let world = World::new();
    let customer = world.customer("hella");
    let letter = customer.writes("Delivery time", DELIVERY_QUESTION);
    assert_eq!(world.outcome_of(&letter), "Answered");
    let status = wait_until("the status", PATIENCE, || {
        let status = status(&world);
        (status["outbox"]["state"] == "works" && !status["last_sweep"].is_null()).then_some(status)
    })
    .unwrap();
    assert_eq!(status["well"], true, "{status}");
    assert_eq!(status["troubles"].as_array().map(Vec::len), Some(0));
    assert_eq!(status["mode"], "live");
    assert_eq!(status["inbox"]["state"], "works", "{status}");
    assert!(status["last_mail"].is_string(), "{status}");
    assert!(world.system.mailbox(ADMIN).is_empty());
}

#[test]
fn a_refused_login_is_told_once_and_so_is_its_end_over_a_restart() {
    // Given a desk whose inbox refuses it from one day on
    let mut world = World::with(told_soon);
    let customer = world.customer("ines");
    let letter = customer.writes("Delivery time", DELIVERY_QUESTION);
    assert_eq!(world.outcome_of(&letter), "Answered");
    let password = world.daemon.folder().join("password");
    let right = std::fs::read(&password).unwrap();
    // The SMTP server takes the right one still.
    let smtp = world.daemon.folder().join("smtp-password");
    std::fs::copy(&password, &smtp).unwrap();
    let config = world.daemon.folder().join("handoffd.toml");
    let settings = std::fs::read_to_string(&config).unwrap();
    let mut changed: toml::Table = settings.parse().unwrap();
    set(&mut changed, "smtp.password_file", smtp.to_str().unwrap());
    std::fs::write(&config, toml::to_string(&changed).unwrap()).unwrap();
    std::fs::write(&password, "wrong\n").unwrap();
    world.daemon.signal("HUP");

    // Then the admin gets one mail, and status says the same
    let told = world.system.wait_for(ADMIN, "the trouble report", |mail| {
        mail.says("No mail is fetched")
    });
    assert!(told.subject.contains("The inbox cannot be read"));
    assert!(told.says("refused the login"), "{}", told.subject);
    assert!(!told.says("wrong"), "no password is quoted");
    wait_for_troubles(&world, &["inbox"]);
    let shown = status(&world);
    assert_eq!(shown["well"], false);
    assert_eq!(shown["inbox"]["state"], "fails", "{shown}");
    let (_, text) = world.daemon.ask(&["status"]);
    assert!(text.contains("check --online"), "{text}");

    // And a restart neither tells again nor forgets
    world.daemon.terminate();
    let (_, stopped) = world.daemon.ask(&["status", "--json"]);
    assert!(stopped.contains("\"well\":false"), "{stopped}");
    world.daemon.start_again();
    wait_for_troubles(&world, &["inbox"]);
    std::fs::write(&password, right).unwrap();
    world.daemon.signal("HUP");
    let well = world
        .system
        .wait_for(ADMIN, "word that it is well", is_well_again);
    assert!(well.says("The inbox cannot be read"));
    wait_for_troubles(&world, &[]);
    assert_eq!(
        subjects_to_admin(&world).len(),
        2,
        "{:?}",
        subjects_to_admin(&world)
    );
}

#[test]
fn a_dead_smtp_server_leaves_one_report_in_the_outbox_however_long_it_lasts() {
    // Given a desk without an SMTP server
    let mut world = World::with(told_soon);
    world.system.stop_server(Server::Smtp);
    let customer = world.customer("olga");
    let address = customer.address.clone();
    let letter = customer.letter("Delivery time", DELIVERY_QUESTION);
    world
        .system
        .deliver_lmtp(&address, SUPPORT, &letter.bytes());
    wait_for_troubles(&world, &["smtp"]);

    // Then nobody is told that the customer was answered
    let (_, tickets) = world.daemon.ask(&["tickets", "--json"]);
    assert!(tickets.contains("answer waits to be sent"), "{tickets}");

    // And a daemon that is killed goes on from when it failed first
    let failing_since = |world: &World| {
        wait_until("the failing outbox", PATIENCE, || {
            let outbox = status(world)["outbox"].take();
            (outbox["state"] == "fails").then(|| outbox["since"].clone())
        })
        .unwrap()
    };
    let before = failing_since(&world);
    world.daemon.kill();
    world.daemon.start_again();
    assert_eq!(failing_since(&world), before);
    wait_for_troubles(&world, &["smtp"]);

    // When more goes wrong meanwhile, then there is still one report
    let waiting = || {
        let (_, rows) = world.daemon.ask(&["outbox", "--json"]);
        let rows = rows
            .lines()
            .map(|row| serde_json::from_str::<Value>(row).unwrap());
        rows.filter(|row| row["purpose"] == "trouble").count()
    };
    wait_until("the report in the outbox", PATIENCE, || {
        (waiting() == 1).then_some(())
    })
    .unwrap();
    let config = world.daemon.folder().join("handoffd.toml");
    let right = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, format!("{right}\n[nonsense]\n")).unwrap();
    world.daemon.expect_errors("the old settings stay in force");
    world.daemon.signal("HUP");
    wait_for_troubles(&world, &["smtp", "reload"]);
    assert_eq!(waiting(), 1);

    // And when all is mended, the reports come, the last of them good
    std::fs::write(&config, right).unwrap();
    world.daemon.signal("HUP");
    world.system.start_server(Server::Smtp);
    world
        .system
        .wait_for(&address, "the answer", |mail| mail.says(DELIVERY_ANSWER));
    world
        .system
        .wait_for(ADMIN, "word that it is well", is_well_again);
    wait_for_troubles(&world, &[]);
    let subjects = subjects_to_admin(&world);
    assert!((2..=3).contains(&subjects.len()), "{subjects:?}");
}
