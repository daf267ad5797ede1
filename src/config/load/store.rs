//! `[store]`: where the journal is kept, and how long what is in it.

use super::servers::{Secret, is_loopback, refuse_unreadable};
use super::{Surroundings, one_of};
use crate::config::section::Section;
use crate::config::{
    Database, DatabaseServer, DatabaseTls, JournalName, MailboxName, Store, StoreKind,
};
use std::path::PathBuf;
use std::time::Duration;

/// Keys that mean something for a database alone.
pub(super) const DATABASE_KEYS: [&str; 11] = [
    "journal",
    "host",
    "socket_folder",
    "port",
    "database",
    "user",
    "password_file",
    "tls",
    "ca_file",
    "lease_seconds",
    "step_timeout_seconds",
];

#[derive(Clone, Copy)]
enum Kind {
    Sled,
    Postgres,
}

pub(super) fn store(top: &Section<'_>, surroundings: &Surroundings<'_>) -> Store {
    let section = top.section("store");
    let kinds = [("sled", Kind::Sled), ("postgres", Kind::Postgres)];
    let kind = match one_of(&section, "kind", &kinds, Kind::Sled) {
        Kind::Sled => {
            refuse_database_keys(&section);
            StoreKind::Sled
        }
        Kind::Postgres => StoreKind::Postgres(Box::new(database(&section, surroundings))),
    };
    let path = section
        .text("path")
        .map(|written| surroundings.path(&written.value));
    let keep_sent_days = section.number("keep_sent_days", 90, 7, 3650);
    let keep_learned_days = section.number("keep_learned_days", 365, 0, 3650);
    let for_ever = |days: u64| (days > 0).then(|| Duration::from_hours(24 * days));
    let keep_texts = for_ever(section.number("keep_texts_days", 0, 0, 36_500));
    let keep_tickets = for_ever(section.number("keep_tickets_days", 0, 0, 36_500));
    let keep_counts = for_ever(section.number("keep_counts_days", 0, 0, 36_500));
    section.refuse_unknown_keys();
    let path = path.unwrap_or_else(|| PathBuf::from("/var/lib/handoffd/store"));
    let of_mailbox = surroundings.mailbox.map(|name| path.join(name.as_str()));
    Store {
        kind,
        mailbox: surroundings.mailbox.cloned(),
        path: of_mailbox.unwrap_or(path),
        keep_sent: Duration::from_hours(24 * keep_sent_days),
        keep_learned: Duration::from_hours(24 * keep_learned_days),
        keep_texts,
        keep_tickets,
        keep_counts,
    }
}

fn refuse_database_keys(section: &Section<'_>) {
    for key in DATABASE_KEYS {
        if let Some(at) = section.place(key) {
            let what = format!(
                "{} is set, and the store is kept in files",
                section.full_name(key)
            );
            section.problem(
                &at,
                what,
                "write `kind = \"postgres\"` to keep it in a database, or remove the line",
            );
        }
    }
}

fn database(section: &Section<'_>, surroundings: &Surroundings<'_>) -> Database {
    let journal = section.text("journal").and_then(|written| {
        let name = JournalName::parse(&written.value);
        if name.is_none() {
            let what = format!(
                "{} = \"{}\" is no name of a journal",
                section.full_name("journal"),
                written.value
            );
            let remedy = "write at most 63 lower-case letters, digits and `-`";
            section.problem(&written.at, what, remedy);
        }
        name
    });
    let server = server(section, surroundings);
    let is_for_this_machine = match &server {
        DatabaseServer::Host { host, .. } => is_loopback(host),
        DatabaseServer::Socket { .. } => true,
    };
    let text = |key: &str| {
        let written = section.text(key).map(|written| written.value);
        written.unwrap_or_else(|| "handoffd".to_owned())
    };
    let (database, user) = (text("database"), text("user"));
    let password = Secret {
        key: "password_file",
        noun: "password",
        credential: Some("store-password"),
        is_required: false,
        is_for_this_machine,
    };
    let password_file = password.file(section, surroundings);
    Database {
        journal: journal_of(journal.unwrap_or_default(), surroundings.mailbox),
        server,
        database,
        user,
        password_file,
        lease: Duration::from_secs(section.number("lease_seconds", 30, 3, 3600)),
        step_timeout: Duration::from_secs(section.number("step_timeout_seconds", 30, 1, 600)),
    }
}

/// Each of several mailboxes has a journal of its own, under both names.
fn journal_of(shared: JournalName, mailbox: Option<&MailboxName>) -> JournalName {
    mailbox.map_or(shared.clone(), |mailbox| shared.for_mailbox(mailbox))
}

fn server(section: &Section<'_>, surroundings: &Surroundings<'_>) -> DatabaseServer {
    let port = section.number("port", 5432, 1, 65_535);
    let port = u16::try_from(port).unwrap_or_default();
    let ca_file = section.text("ca_file");
    if let Some(file) = &ca_file {
        refuse_unreadable(section, "ca_file", file, surroundings);
    }
    let ca_file = ca_file.map(|file| surroundings.path(&file.value));
    let tls_place = section.place("tls");
    let verify_full = one_of(
        section,
        "tls",
        &[("verify-full", true), ("none", false)],
        true,
    );
    let (host, folder) = (section.text("host"), section.text("socket_folder"));
    match (host, folder) {
        (Some(host), Some(folder)) => {
            let what = "[store] has both host and socket_folder";
            section.problem(&folder.at, what.to_owned(), "remove one of the two lines");
            let folder = surroundings.path(&folder.value);
            drop(host);
            DatabaseServer::Socket { folder, port }
        }
        (None, Some(folder)) => {
            if let (Some(at), true) = (tls_place, verify_full) {
                let what = "[store] tls is set, and a Unix socket has none";
                section.problem(&at, what.to_owned(), "remove the line");
            }
            let folder = surroundings.path(&folder.value);
            DatabaseServer::Socket { folder, port }
        }
        (Some(host), None) => {
            let tls = match verify_full {
                true => DatabaseTls::VerifyFull { ca_file },
                false => DatabaseTls::None,
            };
            if !verify_full && !is_loopback(&host.value) {
                let what = format!(
                    "[store] tls = \"none\" to {}: mail and password would travel in the open",
                    host.value
                );
                let at = tls_place.unwrap_or_else(|| section.at().clone());
                let remedy = "write `tls = \"verify-full\"`; `none` is only for this machine";
                section.problem(&at, what, remedy);
            }
            let host = host.value;
            DatabaseServer::Host { host, port, tls }
        }
        (None, None) => {
            let what = "[store] kind = \"postgres\" needs the server";
            let remedy = "add `host = \"db.example.org\"`, or `socket_folder = \"/run/postgresql\"` for a server on this machine";
            section.problem(section.at(), what.to_owned(), remedy);
            let tls = DatabaseTls::None;
            DatabaseServer::Host {
                host: String::new(),
                port,
                tls,
            }
        }
    }
}
