//! Who may ask the running daemon, and a key that is changed while it runs.

use super::mail_system::{Handoffd, PATIENCE, wait_until};
use super::world::*;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

/// The user `nobody` of Debian.
const NOBODY: u32 = 65534;

/// Asks on the socket and prints what comes.
const ASKER: &str = "use IO::Socket::UNIX; \
    my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die 'no way in'; \
    print $s qq({\"ask\":\"status\"}\\n); $s->flush; print while <$s>;";

fn answer_to(user: u32, socket: &Path) -> String {
    let mut asker = Command::new("perl")
        .args(["-e", ASKER])
        .arg(socket)
        .current_dir("/")
        .uid(user)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("perl");
    let mut output = String::new();
    std::io::Read::read_to_string(&mut asker.stdout.take().expect("output"), &mut output).unwrap();
    asker.wait().expect("perl ends");
    output
}

#[test]
fn only_root_and_its_own_user_are_answered() {
    let world = shared();
    let socket = world.daemon.control_socket();
    let found = std::fs::metadata(&socket).unwrap();
    assert_eq!(found.permissions().mode() & 0o777, 0o600);
    assert!(answer_to(found.uid(), &socket).contains("tickets"));
    if found.uid() != 0 {
        writeln!(std::io::stderr(), "not root: no other user can be played").unwrap();
        return;
    }
    // Even where somebody has opened the way.
    for folder in socket
        .ancestors()
        .skip(1)
        .take_while(|folder| folder.starts_with("/tmp/handoffd-mail"))
    {
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    std::fs::set_permissions(&socket, std::fs::Permissions::from_mode(0o666)).unwrap();
    assert_eq!(answer_to(NOBODY, &socket), "");
    std::fs::set_permissions(&socket, std::fs::Permissions::from_mode(0o600)).unwrap();
}

/// Changes the key and waits until it is in use; what was said.
fn change_key(daemon: &Handoffd, arguments: &[&str]) -> String {
    let loaded = || daemon.log_text().matches("key-changed").count();
    let before = loaded();
    let (code, said) = daemon.ask(&[&["change-key"], arguments].concat());
    assert_eq!(code, 0, "{said}");
    wait_until("the new key", PATIENCE, || {
        (loaded() > before).then_some(())
    })
    .unwrap_or_else(|why| panic!("{why}; log:\n{}", daemon.log_text()));
    said
}

#[test]
fn a_key_is_changed_and_nobody_is_cut_off_until_earlier_ones_are_forgotten() {
    // Given two hand-offs
    let world = World::new();
    let handed_off = |name: &str| {
        let customer = world.customer(name);
        let letter = customer.writes("Broken teapot", BROKEN_TEAPOT);
        assert_eq!(world.outcome_of(&letter), "HandedOff");
        let packet = world.team_receives(CARE, &customer, "the packet", |_| true);
        let notice = customer.receives("the notice", |mail| mail.says("a person"));
        (customer, packet, notice)
    };
    let (sam, sams_packet, sams_notice) = handed_off("sam");
    let (kim, kims_packet, _) = handed_off("kim");

    // When the key is changed, then replies to what the earlier one made go on
    change_key(&world.daemon, &[]);
    let more = sam.replies(&sams_notice, "It is the blue one.");
    assert_eq!(world.outcome_of(&more), "Relayed");
    let reply = world.staff_replies(
        ROSA,
        &sams_packet,
        "Dear Sam,\n\nA new one leaves us today.",
    );
    assert_eq!(world.outcome_of(&reply), "Relayed");
    let relayed = sam.receives("the reply", |mail| mail.says("A new one leaves us"));
    assert_ne!(relayed.reply_address(), sams_notice.reply_address());

    // And the figures of the running daemon tell of just that
    let (code, said) = world.daemon.ask(&["numbers", "--json", "--days", "2"]);
    assert_eq!(code, 0, "{said}");
    let whole: serde_json::Value = serde_json::from_str(said.lines().next().unwrap()).unwrap();
    let expected = [
        ("tickets", 2),
        ("customer_mails", 3),
        ("hand_offs", 2),
        ("first_replies", 1),
        ("promises_kept", 0),
    ];
    for (figure, count) in expected {
        assert_eq!(whole[figure], count, "{figure}: {said}");
    }
    assert_eq!(whole["time_to_human"]["count"], 1);
    let (_, text) = world.daemon.ask(&["numbers"]);
    assert!(text.contains("2  went to a person"), "{text}");
    let (_, text) = world.daemon.ask(&["numbers", "--prometheus"]);
    assert!(text.contains("# TYPE handoffd_hand_offs gauge"), "{text}");

    // When earlier keys are forgotten, then a packet of theirs shows nobody any more
    let said = change_key(&world.daemon, &["--forget-earlier"]);
    let of_kim = kims_packet.ticket().expect("a ticket");
    assert!(
        said.contains(of_kim) && said.contains("kept aside"),
        "{said}"
    );
    let late = world.staff_replies(ROSA, &kims_packet, "Dear Kim,\n\nyours as well.");
    assert_eq!(world.outcome_of(&late), "Quarantined");
    let (_, aside) = world.daemon.ask(&["quarantine"]);
    assert!(aside.contains(ROSA), "{aside}");
    assert!(!kim.mails().iter().any(|mail| mail.says("yours as well")));
    // And the customer's own thread is still found, by the mails that they got
    let again = sam.replies(&relayed, "Thank you very much for it.");
    assert_ne!(world.outcome_of(&again), "Answered");
}
