//! Four handoffd, as on four machines with the same settings, for four mailboxes: each works for what is free, and stands by for the rest. Killed and
//! paused at random moments under load; counted from the mailboxes.

use super::count::{assert_well, count_at};
use super::load::{Written, somebody};
use super::mail_system::{Desk, Handoffd, MailSystem, PATIENCE, Startup, set, wait_until};
use super::moments::Moments;
use super::postgres;
use super::two_machines::{LEASE, on_database};
use super::world::{SUPPORT, mail_system};
use serde_json::Value;
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

const MAILBOXES: [(&str, &str); 4] = [
    ("support", SUPPORT),
    ("sales", "sales@lindenhof-tea.example"),
    ("post", "post@lindenhof-tea.example"),
    ("shop", "shop@lindenhof-tea.example"),
];
const PROCESSES: usize = 4;

/// So long do leases last where it is to be seen who comes first.
const LONG_LEASE: Duration = Duration::from_secs(60);

fn addresses() -> Vec<&'static str> {
    MAILBOXES.iter().map(|(_, address)| *address).collect()
}

fn write_secret(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("make the folder");
    std::fs::write(path, text).expect("write a secret");
    let mode = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(path, mode).expect("keep it to ourselves");
}

/// The settings of one machine: the same for all but for where its files lie; the keys are the same.
fn machine(system: &MailSystem, change: impl FnOnce(&mut toml::Table)) -> Desk {
    let desk = Desk::set_up(system, SUPPORT, change);
    let mut settings = std::fs::read_to_string(&desk.config).expect("the settings");
    for (name, address) in MAILBOXES {
        let password = desk.folder.join(format!("{name}.password"));
        write_secret(&password, &system.password(address));
        let password = password.display();
        let (local, domain) = address.split_once('@').expect("an address");
        settings.push_str(&format!(
            "\n[[mailbox]]\nname = \"{name}\"\n[mailbox.support]\naddress = \"{address}\"\nreply_address = \"{local}+{{token}}@{domain}\"\n\
             [mailbox.inbox]\nuser = \"{address}\"\npassword_file = \"{password}\"\n\
             [mailbox.smtp]\nuser = \"{address}\"\npassword_file = \"{password}\"\n"
        ));
        let key = desk.folder.join("store").join(name).join("token.key");
        write_secret(&key, &name.repeat(16));
    }
    std::fs::write(&desk.config, settings).expect("write the settings");
    desk
}

/// Four machines, none of which runs yet.
struct Four {
    // The daemons end before their servers.
    machines: Vec<Handoffd>,
    desks: Vec<Desk>,
    system: MailSystem,
    written: Vec<Written>,
}

impl Four {
    fn new(lease: Duration) -> Self {
        let lease_seconds = i64::try_from(lease.as_secs()).expect("seconds");
        let system = mail_system();
        for (_, address) in MAILBOXES {
            system.add_account(address);
        }
        let server = postgres::shared();
        let database = server.database();
        let desks = (0..PROCESSES).map(|_| {
            machine(&system, |settings| {
                on_database(settings, server, &database);
                set(settings, "store.lease_seconds", lease_seconds);
            })
        });
        Self {
            machines: Vec::new(),
            desks: desks.collect(),
            system,
            written: Vec::new(),
        }
    }

    fn start(&mut self, number: usize) {
        for desk in self.desks.iter().skip(self.machines.len()).take(number) {
            let machine = Handoffd::start_with(desk, Startup::AtOnce);
            // What stands while another has taken over.
            machine.expect_errors("ERROR");
            self.machines.push(machine);
        }
    }

    /// A customer writes to one of the mailboxes, by LMTP.
    fn write(&mut self, name: &str, moments: &mut Moments) {
        let which = usize::try_from(moments.below(4)).expect("a number");
        let (_, to) = MAILBOXES[which];
        let (written, letter) = somebody(name, self.written.len(), to, moments);
        self.system.add_account(&written.address);
        (self.system).deliver_lmtp(&written.address, to, &letter.bytes());
        self.written.push(written);
    }

    /// For which mailboxes each machine says that it works.
    fn works_for(&self, machine: &Handoffd) -> Vec<String> {
        let (_, text) = machine.ask(&["status", "--json"]);
        let rows = text.lines().map(|line| {
            let row: Value = serde_json::from_str(line).expect("a row");
            row
        });
        rows.filter(|row| row["held_by"] == "this process")
            .map(|row| row["mailbox"].as_str().expect("a name").to_owned())
            .collect()
    }

    /// How many mailboxes each machine works for, once all of them are worked for.
    fn spread(&self) -> Vec<usize> {
        let spread = wait_until("all mailboxes to be worked for", PATIENCE * 5, || {
            let machines = self.machines.iter();
            let spread: Vec<usize> = machines.map(|one| self.works_for(one).len()).collect();
            (spread.iter().sum::<usize>() == MAILBOXES.len()).then_some(spread)
        });
        spread.unwrap_or_else(|why| panic!("{why}:\n{}", self.logs()))
    }

    fn logs(&self) -> String {
        let logs = self.machines.iter().enumerate();
        let logs: Vec<String> = logs
            .map(|(number, machine)| format!("--- machine {number}\n{}", machine.log_text()))
            .collect();
        logs.join("\n")
    }

    /// Waits until every customer has a mail and nothing is left to do.
    fn settle(&mut self) {
        let mut waiting: Vec<&str> = (self.written.iter())
            .map(|written| written.address.as_str())
            .collect();
        let arrived = wait_until("a mail to every customer", PATIENCE * 5, || {
            waiting.retain(|address| self.system.mailbox(address).is_empty());
            waiting.is_empty().then_some(())
        });
        arrived.unwrap_or_else(|why| panic!("{why}: {waiting:?}\n{}", self.logs()));
        let settled = wait_until("everything to be handled", PATIENCE * 3, || {
            let quiet = || self.unhandled() == 0 && self.system.outgoing_queue_is_empty();
            (quiet() && self.outbox_is_empty() && quiet()).then_some(())
        });
        settled.unwrap_or_else(|why| panic!("{why}\n{}", self.logs()));
    }

    fn unhandled(&self) -> usize {
        let of = |address: &&str| -> usize {
            let mut imap = self.system.imap(address);
            let answer = imap.command("UID SEARCH UNKEYWORD $Handoff");
            let found = (answer.lines()).filter_map(|line| line.strip_prefix("* SEARCH"));
            found.map(|uids| uids.split_whitespace().count()).sum()
        };
        addresses().iter().map(of).sum()
    }

    /// Whichever machine is asked: of the mailboxes of others it looks into the journal.
    fn outbox_is_empty(&self) -> bool {
        let (code, text) = self.machines[0].ask(&["outbox", "--json"]);
        code == 0 && text.trim().is_empty()
    }

    /// None of them ended by itself, whatever was done to it.
    fn assert_all_run(&mut self) {
        for number in 0..self.machines.len() {
            assert!(
                !self.machines[number].has_ended(),
                "machine {number} ended:\n{}",
                self.logs()
            );
        }
        let logs = self.logs();
        assert!(!logs.contains("panicked at"), "{logs}");
    }
}

/// Kills and pauses, as many as that.
fn storm(name: &str, faults: usize) {
    let mut moments = Moments::new(name);
    let mut four = Four::new(LEASE);
    four.start(PROCESSES);
    println!("{name}: at the start {:?} mailboxes", four.spread());
    let (mut kills, mut pauses, mut long) = (0, 0, 0);
    for _ in 0..faults {
        for _ in 0..=moments.below(5) {
            four.write(name, &mut moments);
        }
        moments.pass(900);
        let which = usize::try_from(moments.below(4)).expect("a number");
        if moments.below(2) == 0 {
            kills += 1;
            four.machines[which].kill();
            four.write(name, &mut moments);
            moments.pass(400);
            four.machines[which].start_again_at_once();
        } else {
            pauses += 1;
            four.machines[which].signal("STOP");
            four.write(name, &mut moments);
            let since = Instant::now();
            // Sometimes shorter than the lease, sometimes longer.
            moments.pass(2 * u64::try_from(LEASE.as_millis()).expect("milliseconds"));
            four.machines[which].signal("CONT");
            long += usize::from(since.elapsed() > LEASE);
        }
    }
    four.settle();
    four.assert_all_run();
    let all = format!("4 processes, {kills} kills, {pauses} pauses ({long} longer than the lease)");
    assert_well(
        name,
        &all,
        &count_at(&four.system, &four.written, &addresses()),
    );
    println!("{name}: at the end {:?} mailboxes", four.spread());
    // What was written is whole, in every journal.
    for machine in &mut four.machines {
        // The last one that was started anew may just be reading its articles.
        let socket = machine.control_socket();
        let started = wait_until("a machine to have started", PATIENCE * 5, || {
            UnixStream::connect(&socket).is_ok().then_some(())
        });
        started.unwrap_or_else(|why| panic!("{why}:\n{}", machine.log_text()));
        machine.terminate();
    }
    let (code, said) = four.machines[0].ask(&["journal", "--verify"]);
    assert_eq!(code, 0, "{said}");
}

#[test]
fn four_processes_and_four_mailboxes_killed_and_paused_under_load() {
    storm("four", 12);
}

#[test]
#[ignore = "the long form: make faults"]
fn four_processes_and_four_mailboxes_through_a_long_storm() {
    let given = std::env::var("FAULT_ROUNDS").ok();
    let rounds = given.and_then(|text| text.parse().ok()).unwrap_or(150);
    storm("fourlong", rounds);
}

#[test]
fn mailboxes_spread_over_the_processes_that_are_there() {
    let mut four = Four::new(LONG_LEASE);
    // One that comes alone takes everything, one after the other.
    four.start(1);
    assert_eq!(four.spread(), [4]);
    four.start(3);
    for machine in &four.machines[1..] {
        wait_until("a machine to stand by for all", PATIENCE * 5, || {
            let log = machine.log_text();
            (log.matches("standing by until it ends").count() >= 4).then_some(())
        })
        .unwrap_or_else(|why| panic!("{why}:\n{}", four.logs()));
    }
    // They are asked like the one that works, and name it.
    let holder = format!("process {} ", four.machines[0].pid().expect("it runs"));
    let (code, text) = four.machines[3].ask(&["status"]);
    assert_eq!(code, 0, "{text}");
    assert_eq!(text.matches(&holder).count(), 8, "{text}");
    assert_eq!(
        text.matches("NOT OURS NOW: standing by").count(),
        4,
        "{text}"
    );
    let (code, _) = four.machines[3].ask(&["resume", "--mailbox", "post"]);
    assert_eq!(code, 3, "that is the other one's to do");
    // When it ends in order each of the others has one at once, and one of them the last.
    four.machines[0].terminate();
    let ended = Instant::now();
    let mut spread = four.spread()[1..].to_vec();
    assert!(ended.elapsed() < LONG_LEASE, "no lease had to end for that");
    spread.sort_unstable();
    assert_eq!(spread, [1, 1, 2], "{}", four.logs());
    // What comes back, and has nothing, comes first when there is something to take.
    four.machines[0].start_again();
    let most = (1..4).max_by_key(|which| four.works_for(&four.machines[*which]).len());
    let most = most.expect("three");
    four.machines[0].wait_for_log("standing by until it ends");
    // A reload is taken by who works for one and stands by for three.
    let least = usize::from(most == 1) + 1;
    four.machines[least].signal("HUP");
    wait_until("a reload", PATIENCE * 5, || {
        let log = four.machines[least].log_text();
        log.contains("were reloaded").then_some(())
    })
    .unwrap_or_else(|why| panic!("{why}:\n{}", four.logs()));
    four.machines[most].terminate();
    let spread = four.spread();
    assert!(spread[0] >= 1, "{spread:?}\n{}", four.logs());
    four.machines[most].start_again();
    // All of them answer.
    let mut moments = Moments::new("spread");
    for _ in 0..12 {
        four.write("spread", &mut moments);
    }
    four.settle();
    four.assert_all_run();
    assert_well(
        "spread",
        "no fault",
        &count_at(&four.system, &four.written, &addresses()),
    );
}

#[test]
fn machines_that_come_later_get_their_share_while_mail_is_answered() {
    let mut moments = Moments::new("share");
    let mut four = Four::new(LEASE);
    four.start(1);
    assert_eq!(four.spread(), [4]);
    four.start(3);
    let shared = wait_until("each to have its share", PATIENCE * 5, || {
        if four.written.len() < 60 {
            four.write("share", &mut moments);
        }
        let machines = four.machines.iter();
        machines
            .clone()
            .all(|one| four.works_for(one).len() == 1)
            .then_some(())
    });
    shared.unwrap_or_else(|why| panic!("{why}:\n{}", four.logs()));
    four.machines[0].wait_for_log("works for fewer mailboxes and asks for this one");
    four.settle();
    four.assert_all_run();
    assert_well(
        "share",
        "no fault",
        &count_at(&four.system, &four.written, &addresses()),
    );
    assert_eq!(four.spread(), [1; 4], "nobody asks for more");
}

#[test]
#[ignore = "figures for docs/scaling.md: cargo test --release --test faults throughput -- --ignored --nocapture"]
fn throughput_from_one_to_four_processes() {
    let given = std::env::var("MAILS").ok();
    let mails = given.and_then(|text| text.parse().ok()).unwrap_or(400);
    println!("| processes | mailboxes of each | mails | answered within (s) | mails a second |");
    println!("|---|---|---|---|---|");
    for processes in 1..=PROCESSES {
        let mut moments = Moments::new("throughput");
        let mut four = Four::new(Duration::from_secs(3));
        let name = format!("through{processes}");
        for _ in 0..mails {
            four.write(&name, &mut moments);
        }
        four.start(processes);
        let spread = four.spread();
        four.settle();
        let counted = count_at(&four.system, &four.written, &addresses());
        assert!(
            counted.lost.is_empty() && counted.doubled.is_empty(),
            "{counted:#?}"
        );
        let mut arrived: BTreeMap<&str, SystemTime> = BTreeMap::new();
        for written in &four.written {
            let when = first_arrival(&four.system.maildir(&written.address));
            let _ = arrived.insert(&written.address, when);
        }
        let (first, last) = (arrived.values().min(), arrived.values().max());
        let took = last
            .zip(first)
            .and_then(|(last, first)| last.duration_since(*first).ok());
        let took = took.expect("arrivals").as_secs_f64();
        let rate = mails as f64 / took;
        println!("| {processes} | {spread:?} | {mails} | {took:.1} | {rate:.1} |");
    }
}

fn first_arrival(maildir: &Path) -> SystemTime {
    let files = ["new", "cur"].into_iter().flat_map(|folder| {
        let found = std::fs::read_dir(maildir.join(folder)).into_iter();
        found.flatten().flatten()
    });
    let times = files.filter_map(|file| file.metadata().ok()?.modified().ok());
    times.min().expect("a mail")
}
