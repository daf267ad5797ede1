//! Two handoffd, as on two machines, for one mailbox: the journal is in PostgreSQL, and the lease says whose it is.

use super::count::{assert_well, count, wait_until_well};
use super::load::Load;
use super::mail_system::{Desk, Handoffd, MailSystem, PATIENCE, Startup, set, wait_until};
use super::moments::Moments;
use super::postgres::{self, Postgres};
use super::world::{SUPPORT, World, generous_limits, mail_system, quick_retries};
use std::path::Path;
use std::time::{Duration, Instant};

pub const LEASE: Duration = Duration::from_secs(4);
/// A server that was in the middle of a mail has ended it, and delivered it, within this.
const COPY_WAIT_SECONDS: i64 = 12;

/// The journal in a database, under a short lease.
pub fn on_database(settings: &mut toml::Table, server: &Postgres, database: &str) {
    quick_retries(settings);
    generous_limits(settings);
    set(settings, "smtp.copy_wait_seconds", COPY_WAIT_SECONDS);
    set(settings, "store.kind", "postgres");
    let folder = server.folder.to_str().expect("a path of ASCII");
    set(settings, "store.socket_folder", folder);
    set(settings, "store.port", i64::from(server.port));
    set(settings, "store.database", database);
    set(settings, "store.user", postgres::USER);
    let lease = i64::try_from(LEASE.as_secs()).expect("seconds");
    set(settings, "store.lease_seconds", lease);
    set(settings, "store.step_timeout_seconds", 5);
}

/// One desk that runs, and the settings of a second machine for the same mailbox.
fn two_desks(server: &Postgres) -> (World, Desk) {
    let database = server.database();
    let change = |settings: &mut toml::Table| on_database(settings, server, &database);
    let system = mail_system();
    let second = Desk::set_up(&system, SUPPORT, change);
    let world = World::on(system, Startup::UntilReady, change);
    // What stands while the database is away, and when another has taken over.
    world.daemon.expect_errors("ERROR");
    let key = |folder: &Path| folder.join("store/token.key");
    std::fs::create_dir(second.folder.join("store")).expect("the second store's folder");
    std::fs::copy(key(world.daemon.folder()), key(&second.folder)).expect("copy the key");
    (world, second)
}

fn write(load: &mut Load, system: &MailSystem, moments: &mut Moments, mails: u64) {
    for _ in 0..mails {
        load.write(system, moments);
    }
}

/// Until some of the mails that were written are handled, so that others are just being handled.
fn wait_until_some_are_handled(world: &World, load: &Load, some: usize) {
    wait_until("some mails to be handled", PATIENCE, || {
        let handled = (load.written.iter())
            .filter(|written| !world.system.mailbox(&written.address).is_empty());
        (handled.count() >= some).then_some(())
    })
    .unwrap_or_else(|why| panic!("{why}:\n{}", world.daemon.log_text()));
}

fn stands_by(daemon: &Handoffd) {
    daemon.wait_for_log("standing by until it ends");
}

#[test]
fn a_second_machine_stands_by_and_takes_over_from_one_that_was_killed() {
    let mut moments = Moments::new("takeover");
    let server = postgres::shared();
    let (mut world, second) = two_desks(server);
    let mut standby = Handoffd::start(&second);
    standby.expect_errors("ERROR");
    stands_by(&standby);
    let mut load = Load::new("takeover", &world.system);
    for round in 0..3 {
        write(&mut load, &world.system, &mut moments, 8);
        wait_until_some_are_handled(&world, &load, 8 * round + 2);
        world.daemon.kill();
        let killed = Instant::now();
        let number = standby.log_text().matches("taking over").count();
        wait_until("the other one to take over", PATIENCE, || {
            (standby.log_text().matches("taking over").count() > number).then_some(())
        })
        .unwrap_or_else(|why| panic!("{why}:\n{}", standby.log_text()));
        let took = killed.elapsed();
        println!("took over after {took:.1?} of a lease of {LEASE:?}");
        assert!(took < LEASE + Duration::from_secs(2), "{took:?}");
        std::mem::swap(&mut world.daemon, &mut standby);
        // The killed one comes back, and stands by.
        standby.start_again();
    }
    wait_until_well(&mut world, &load);
    assert_well("takeover", "3 kills", &count(&world.system, &load));
    // Ended in good order it lets the other one in at once.
    let number = standby.log_text().matches("taking over").count();
    world.daemon.terminate();
    let ended = Instant::now();
    wait_until("the other one to take over", PATIENCE, || {
        (standby.log_text().matches("taking over").count() > number).then_some(())
    })
    .unwrap_or_else(|why| panic!("{why}:\n{}", standby.log_text()));
    assert!(ended.elapsed() < LEASE / 2, "{:?}", ended.elapsed());
}

#[test]
fn a_machine_that_was_paused_sends_nothing_more_and_stands_by() {
    let mut moments = Moments::new("pause");
    let server = postgres::shared();
    let (mut world, second) = two_desks(server);
    let mut standby = Handoffd::start(&second);
    standby.expect_errors("ERROR");
    stands_by(&standby);
    let mut load = Load::new("pause", &world.system);
    for round in 0..3 {
        write(&mut load, &world.system, &mut moments, 8);
        wait_until_some_are_handled(&world, &load, 8 * round + 2);
        moments.pass(150);
        world.daemon.signal("STOP");
        let number = standby.log_text().matches("taking over").count();
        wait_until("the other one to take over", PATIENCE, || {
            (standby.log_text().matches("taking over").count() > number).then_some(())
        })
        .unwrap_or_else(|why| panic!("{why}:\n{}", standby.log_text()));
        std::mem::swap(&mut world.daemon, &mut standby);
        // Before anything of the mails that it had begun was tried again.
        standby.signal("CONT");
        standby.wait_for_log("another process has taken over");
        wait_until("the paused one to stand by", PATIENCE, || {
            let log = standby.log_text();
            let (_, since) = log.rsplit_once("another process has taken over")?;
            since.contains("standing by until it ends").then_some(())
        })
        .unwrap_or_else(|why| panic!("{why}:\n{}", standby.log_text()));
        assert!(!standby.has_ended(), "{}", standby.log_text());
    }
    wait_until_well(&mut world, &load);
    assert_well("pause", "3 pauses", &count(&world.system, &load));
}

#[test]
fn the_database_is_restarted_and_killed_under_load() {
    let mut moments = Moments::new("database");
    let server = Postgres::new();
    let (mut world, _) = two_desks(&server);
    let mut load = Load::new("database", &world.system);
    for round in 0..6 {
        write(&mut load, &world.system, &mut moments, 4);
        moments.pass(500);
        match round % 2 {
            0 => server.stop(),
            _ => server.kill(),
        }
        // Longer than the lease lasts, once.
        if round == 3 {
            let away = Instant::now();
            wait_until("the lease to run out", PATIENCE, || {
                (away.elapsed() > LEASE).then_some(())
            })
            .unwrap();
        }
        server.start();
    }
    let pid = world.daemon.pid();
    wait_until_well(&mut world, &load);
    assert_eq!(world.daemon.pid(), pid, "it went on by itself");
    let faults = "3 restarts and 3 kills of PostgreSQL";
    assert_well("database", faults, &count(&world.system, &load));
    // What was written is whole, as whoever asks the store itself hears.
    world.daemon.terminate();
    let (code, said) = world.daemon.ask(&["journal", "--verify"]);
    assert_eq!(code, 0, "{said}");
}
