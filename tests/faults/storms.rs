//! The storms.

use super::count::{assert_well, count, wait_until_well};
use super::cutter::Cutter;
use super::load::Load;
use super::mail_system::{PATIENCE, Server, Startup, set, wait_until};
use super::moments::Moments;
use super::small_disk::SmallDisk;
use super::world::{World, generous_limits, mail_system, quick_retries};
use std::time::{Duration, Instant};

/// Servers that were stopped in the middle finish what they had begun within this, and Exim has then delivered it.
const COPY_WAIT_SECONDS: i64 = 20;

fn settings(settings: &mut toml::Table) {
    quick_retries(settings);
    generous_limits(settings);
    set(settings, "smtp.copy_wait_seconds", COPY_WAIT_SECONDS);
}

/// What is logged as an error while servers fail and disks are full is expected; a panic never is.
fn expect_errors(world: &World) {
    world.daemon.expect_errors("ERROR");
}

fn without_tls(settings: &mut toml::Table, imap: u16, smtp: u16) {
    set(settings, "inbox.tls", "none");
    set(settings, "inbox.port", i64::from(imap));
    set(settings, "smtp.tls", "none");
    set(settings, "smtp.port", i64::from(smtp));
    let smtp = settings.get_mut("smtp").and_then(toml::Value::as_table_mut);
    let smtp = smtp.expect("[smtp]");
    // The port that the world uses asks for no login.
    for key in ["user", "password_file"] {
        smtp.remove(key);
    }
}

#[test]
fn twenty_kills_of_handoffd() {
    let mut moments = Moments::new("kills");
    let mut world = World::with(|table| {
        settings(table);
        // The servers are well here.
        set(table, "smtp.copy_wait_seconds", 8);
    });
    expect_errors(&world);
    let mut load = Load::new("kill", &world.system);
    for round in 0..20 {
        for _ in 0..=moments.below(3) {
            load.write(&world.system, &mut moments);
        }
        moments.pass(900);
        world.daemon.kill();
        // Every other time the next kill may hit the start itself.
        if round % 2 == 0 {
            world.daemon.start_again();
        } else {
            world.daemon.start_again_at_once();
        }
    }
    wait_until_well(&mut world, &load);
    assert_well(
        "kills",
        "20 kills of handoffd",
        &count(&world.system, &load),
    );
}

/// One fault of a server, of random kind and length.
fn disturb(world: &World, moments: &mut Moments) {
    let server = match moments.below(2) {
        0 => Server::Imap,
        _ => Server::Smtp,
    };
    match moments.below(4) {
        0 => {
            world.system.kill_server(server);
            moments.pass(800);
            world.system.start_server(server);
        }
        1 => {
            world.system.pause_server(server);
            moments.pass(5000);
            world.system.resume_server(server);
        }
        2 => world.system.restart_server(server),
        _ => world.system.restart_server_at_once(server),
    }
}

#[test]
fn servers_are_killed_stopped_and_restarted() {
    let mut moments = Moments::new("servers");
    let mut world = World::with(settings);
    expect_errors(&world);
    let mut load = Load::new("server", &world.system);
    for _ in 0..14 {
        for _ in 0..=moments.below(4) {
            load.write(&world.system, &mut moments);
        }
        moments.pass(600);
        disturb(&world, &mut moments);
    }
    wait_until_well(&mut world, &load);
    assert_well(
        "servers",
        "14 faults of servers",
        &count(&world.system, &load),
    );
}

#[test]
fn connections_are_cut() {
    let mut moments = Moments::new("cuts");
    let system = mail_system();
    let imap = Cutter::before(system.ports.imap, false, Moments::new("cuts of IMAP"));
    let smtp = Cutter::before(system.ports.smtp, true, Moments::new("cuts of SMTP"));
    let mut world = World::on(system, Startup::UntilReady, |table| {
        settings(table);
        without_tls(table, imap.port, smtp.port);
    });
    expect_errors(&world);
    let mut load = Load::new("cut", &world.system);
    smtp.cut(true);
    let until = Instant::now() + Duration::from_secs(18);
    for round in 0.. {
        let is_over = Instant::now() > until;
        // On a busy machine it takes longer until enough was sent to be cut.
        if (is_over && smtp.cuts() > 2) || Instant::now() > until + Duration::from_secs(90) {
            break;
        }
        // The inbox is opened ten times a minute at most: one cut every few seconds, or all would be waiting.
        if round % 5 == 0 && !is_over {
            imap.cut_once();
        }
        load.write(&world.system, &mut moments);
        moments.pass(1200);
    }
    imap.cut(false);
    smtp.cut(false);
    let faults = format!("{} cuts of IMAP, {} of SMTP", imap.cuts(), smtp.cuts());
    assert!(imap.cuts() > 0 && smtp.cuts() > 2, "{faults}");
    wait_until_well(&mut world, &load);
    assert_well("cuts", &faults, &count(&world.system, &load));
}

/// The copy that proves that a mail left waits at the server as long as the inbox is away, and a little longer.
#[test]
fn a_copy_that_waits_for_the_inbox_is_waited_for() {
    // Given a desk that has decided, and cannot send
    let system = mail_system();
    let smtp = Cutter::before(system.ports.smtp, true, Moments::new("one cut"));
    let imap_port = system.ports.imap;
    let mut world = World::on(system, Startup::UntilReady, |table| {
        settings(table);
        without_tls(table, imap_port, smtp.port);
        set(table, "smtp.copy_wait_seconds", 3);
    });
    expect_errors(&world);
    let mut load = Load::new("copy", &world.system);
    world.daemon.wait_for_log("inbox open");
    world.system.stop_server(Server::Smtp);
    load.write(&world.system, &mut Moments::new("whatever"));
    world.daemon.wait_for_log("mails wait");

    // When the inbox goes, the mail is taken all the same, and nobody hears of it
    world.system.kill_server(Server::Imap);
    smtp.cut_next_reply_to_a_mail();
    world.system.start_server(Server::Smtp);
    world.daemon.wait_for_log("mail in doubt");
    let in_doubt = Instant::now();
    let _ = wait_until(
        "longer than the copy is waited for",
        Duration::from_secs(8),
        || (in_doubt.elapsed() > Duration::from_secs(7)).then_some(()),
    );

    // When the inbox is back before the server tries the copy again
    world.system.pause_server(Server::Smtp);
    let opened = || world.daemon.log_text().matches("inbox open").count();
    let before = opened();
    world.system.start_server(Server::Imap);
    wait_until("the inbox to be open again", PATIENCE, || {
        (opened() > before).then_some(())
    })
    .unwrap_or_else(|why| panic!("{why}"));
    let asked = world.daemon.ask(&["outbox", "--json"]).1;
    assert!(asked.contains("in-doubt"), "{asked}");
    world.system.resume_server(Server::Smtp);

    // Then the copy comes, and nothing is sent again
    wait_until_well(&mut world, &load);
    assert_well(
        "copy",
        "one cut while the inbox is away",
        &count(&world.system, &load),
    );
}

#[test]
fn the_disk_is_full_and_freed_again() {
    let mut moments = Moments::new("full disk");
    let system = mail_system();
    let folder = system.folder().join("small-disk");
    let Some(disk) = SmallDisk::mount(&folder, 24) else {
        return;
    };
    let mut world = World::on(system, Startup::UntilReady, |table| {
        settings(table);
        let store = folder.join("store");
        set(
            table,
            "store.path",
            store.to_str().expect("a path of ASCII"),
        );
    });
    expect_errors(&world);
    let mut load = Load::new("disk", &world.system);
    for round in 0..5 {
        load.write(&world.system, &mut moments);
        moments.pass(400);
        let is_read_only = round == 3 && disk.read_only(true);
        if !is_read_only {
            disk.fill(moments.below(40) * 1024);
        }
        for _ in 0..3 {
            load.write(&world.system, &mut moments);
        }
        moments.pass(2500);
        if is_read_only {
            disk.read_only(false);
        }
        disk.free();
        if world.daemon.has_ended() {
            world.daemon.start_again();
        }
        moments.pass(1500);
    }
    wait_until_well(&mut world, &load);
    assert_well("full disk", "5 times full", &count(&world.system, &load));
}

/// Everything at once, for long. `FAULT_KILLS` says how many kills, `FAULT_MINUTES` how long at most.
#[test]
#[ignore = "the long form: make faults"]
fn five_hundred_kills_among_all_other_faults() {
    let number = |name: &str, default: u64| {
        let given = std::env::var(name).ok();
        given.and_then(|text| text.parse().ok()).unwrap_or(default)
    };
    let (kills, minutes) = (number("FAULT_KILLS", 500), number("FAULT_MINUTES", 30));
    let until = Instant::now() + Duration::from_secs(60 * minutes);
    let mut moments = Moments::new("long");
    let system = mail_system();
    let imap = Cutter::before(system.ports.imap, false, Moments::new("cuts of IMAP"));
    let smtp = Cutter::before(system.ports.smtp, true, Moments::new("cuts of SMTP"));
    let mut world = World::on(system, Startup::UntilReady, |table| {
        settings(table);
        without_tls(table, imap.port, smtp.port);
    });
    expect_errors(&world);
    let mut load = Load::new("long", &world.system);
    let (mut killed, mut disturbed) = (0, 0);
    while killed < kills && Instant::now() < until {
        for _ in 0..=moments.below(3) {
            load.write(&world.system, &mut moments);
        }
        // Now and then the links are good, so that work is done and not only tried.
        let is_cutting = moments.below(3) == 0;
        if is_cutting {
            imap.cut_once();
        }
        smtp.cut(is_cutting);
        moments.pass(1500);
        if moments.below(12) == 0 {
            disturb(&world, &mut moments);
            disturbed += 1;
        }
        world.daemon.kill();
        killed += 1;
        if moments.below(3) == 0 {
            world.daemon.start_again();
        } else {
            world.daemon.start_again_at_once();
        }
        if killed % 50 == 0 {
            println!(
                "{killed} kills, {} mails, {disturbed} faults of servers",
                load.written.len()
            );
        }
    }
    imap.cut(false);
    smtp.cut(false);
    wait_until_well(&mut world, &load);
    let faults = format!(
        "{killed} kills of handoffd, {disturbed} faults of servers, {} cuts of IMAP, {} of SMTP",
        imap.cuts(),
        smtp.cuts()
    );
    assert_well("long", &faults, &count(&world.system, &load));
}
