//! The mail of a bench: the same customers' mails in each run, put into mailboxes as a server does it, and the customers' side, which takes what
//! leaves and counts it.
#![allow(dead_code, unused_imports)] // each bench uses its own part

mod load;
mod sink;

pub use load::{Load, Mail, is_urgent, load, with_urgent};
pub use sink::{Sink, Taken};

use crate::mail_system::MailSystem;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// From now on what goes to the writers of these mails goes to the sink.
pub fn open_doors(system: &MailSystem, sink: &Sink, mails: &[Mail]) {
    let doors = mails.iter();
    let doors: String = doors
        .map(|mail| format!("{}: {}\n", mail.from, sink.port))
        .collect();
    let path = system.folder().join("exim.doors");
    let draft = path.with_extension("new");
    std::fs::write(&draft, doors).unwrap();
    std::fs::rename(draft, path).unwrap();
}

/// Into the mailbox all at once, whole: renamed into it.
pub fn put(maildir: &Path, mails: &[Mail]) {
    let owner = std::fs::metadata(maildir.join("new")).unwrap();
    for (number, mail) in mails.iter().enumerate() {
        let name = format!("{}.bench", mail.from);
        let draft = maildir.join("tmp").join(&name);
        let text = String::from_utf8(mail.raw.clone())
            .unwrap()
            .replace("\r\n", "\n");
        std::fs::write(&draft, format!("Return-Path: <{}>\n{text}", mail.from)).unwrap();
        std::os::unix::fs::chown(&draft, Some(owner.uid()), Some(owner.gid())).unwrap();
        // Dovecot numbers what it finds in the order of these names.
        let name = format!("{}.{number}.{name}", 1_800_000_000 + number);
        std::fs::rename(&draft, maildir.join("new").join(name)).unwrap();
    }
}
