//! The whole gateway on IMAP servers that lack something: one list of servers, one list of stories, the real program, everything counted from the
//! mailboxes. Staff and customers have theirs on the mail system of the other tests. Where a server cannot be had the test says so and passes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot go on says so by a panic, and lives in real time"
)]

mod mail_system;

#[path = "other_servers/door.rs"]
mod door;
#[path = "other_servers/postfix.rs"]
mod postfix;
#[path = "other_servers/server.rs"]
mod server;
#[path = "other_servers/stories.rs"]
mod stories;
#[allow(dead_code, reason = "the other tests of the gateway use more of it")]
#[path = "gateway/world.rs"]
mod world;

use server::{Idle, Kind};

/// Dovecot as it is; the others differ from it.
const DOVECOT: Kind = Kind {
    server: "dovecot",
    unpacked: None,
    capabilities: "",
    rights: "",
    prefix: "",
    keeps_keywords: true,
    moves: true,
    idle: Idle::Speaks,
};

/// Cyrus with the folders of a user beside the INBOX.
const CYRUS: Kind = Kind {
    server: "cyrus",
    unpacked: Some("cyrus"),
    ..DOVECOT
};

/// Courier as Debian sets it up.
const COURIER: Kind = Kind {
    server: "courier",
    unpacked: Some("courier"),
    prefix: "INBOX.",
    idle: Idle::Silent,
    ..DOVECOT
};

#[test]
fn dovecot() {
    stories::all(&DOVECOT);
}

#[test]
fn dovecot_without_idle() {
    stories::all(&Kind {
        capabilities: "IMAP4rev1 UIDPLUS MOVE",
        idle: Idle::Absent,
        ..DOVECOT
    });
}

#[test]
fn dovecot_without_move() {
    stories::all(&Kind {
        capabilities: "IMAP4rev1 UIDPLUS IDLE",
        ..DOVECOT
    });
}

#[test]
fn dovecot_without_move_and_uidplus() {
    stories::all(&Kind {
        capabilities: "IMAP4rev1 IDLE",
        moves: false,
        ..DOVECOT
    });
}

#[test]
fn dovecot_without_keywords() {
    stories::all(&Kind {
        // All but `w`: any flag beside \Seen and \Deleted.
        rights: "lrstipekxa",
        keeps_keywords: false,
        ..DOVECOT
    });
}

#[test]
fn cyrus() {
    stories::all(&CYRUS);
}

#[test]
fn cyrus_with_folders_under_the_inbox() {
    stories::all(&Kind {
        server: "cyrus-classic",
        prefix: "INBOX.",
        ..CYRUS
    });
}

#[test]
fn courier() {
    stories::all(&COURIER);
}

#[test]
fn a_folder_made_again_on_dovecot() {
    stories::folder_made_again(&DOVECOT);
}

#[test]
fn a_folder_made_again_on_cyrus() {
    stories::folder_made_again(&CYRUS);
}

#[test]
fn a_folder_made_again_on_courier() {
    stories::folder_made_again(&COURIER);
}

#[test]
fn a_folder_that_courier_does_not_allow() {
    stories::folder_refused(&COURIER);
}

#[test]
fn sending_through_postfix() {
    postfix::all("");
}

#[test]
fn sending_through_a_postfix_that_offers_little() {
    postfix::all("8BITMIME SMTPUTF8 PIPELINING DSN CHUNKING ENHANCEDSTATUSCODES SIZE");
}

#[test]
fn a_packet_that_is_too_large_for_postfix() {
    postfix::too_large("", "the mail server takes no mail above 1000000 bytes");
}

#[test]
fn a_packet_that_is_too_large_for_a_postfix_that_did_not_say_so() {
    postfix::too_large("size", "552 5.3.4");
}
