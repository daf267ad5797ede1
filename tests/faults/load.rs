//! The load: customers who write once each, all with words of their own. Their mails are put into the inbox as files, as a mail server
//! beside Dovecot does, so that no fault of ours can lose or double them before they are there.

use super::mail_system::{Letter, MailSystem, PATIENCE, wait_until};
use super::moments::Moments;
use super::world::{BROKEN_TEAPOT, DELIVERY_QUESTION, SUPPORT};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

/// What a customer is to get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// The approved answer.
    Answer,
    /// The question for what is missing.
    Question,
    /// The notice; and the team the packet.
    HandOff,
}

/// A customer who has written.
#[derive(Clone, Debug)]
pub struct Written {
    /// Who.
    pub address: String,
    /// Words that stand in this mail alone.
    pub token: String,
    /// What is to come of it.
    pub due: Due,
}

/// All who have written.
pub struct Load {
    name: &'static str,
    maildir: PathBuf,
    pub written: Vec<Written>,
}

impl Load {
    /// Nobody yet.
    pub fn new(name: &'static str, system: &MailSystem) -> Self {
        let maildir = system.maildir(SUPPORT);
        wait_until("the mailbox of the desk", PATIENCE, || {
            maildir.join("new").is_dir().then_some(())
        })
        .unwrap_or_else(|why| panic!("{why}"));
        Self {
            name,
            maildir,
            written: Vec::new(),
        }
    }

    /// Somebody writes.
    pub fn write(&mut self, system: &MailSystem, moments: &mut Moments) {
        let number = self.written.len();
        let (written, letter) = somebody(self.name, number, SUPPORT, moments);
        system.add_account(&written.address);
        let mail = String::from_utf8(letter.bytes()).expect("a letter of ASCII");
        let address = &written.address;
        let mail = format!("Return-Path: <{address}>\n{}", mail.replace("\r\n", "\n"));
        self.put(number, mail.as_bytes());
        self.written.push(written);
    }

    /// Written beside and renamed: the server sees it whole or not at all.
    fn put(&self, number: usize, mail: &[u8]) {
        let owner = std::fs::metadata(self.maildir.join("new")).expect("the mailbox");
        let moment = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .expect("a time after 1970");
        let name = format!(
            "{}.M{}P{}N{number}.load",
            moment.as_secs(),
            moment.subsec_micros(),
            std::process::id()
        );
        let draft = self.maildir.join("tmp").join(&name);
        std::fs::write(&draft, mail).expect("write a mail");
        let _ = std::os::unix::fs::chown(&draft, Some(owner.uid()), Some(owner.gid()));
        std::fs::rename(&draft, self.maildir.join("new").join(name)).expect("put a mail in");
    }
}

/// Somebody who has never written, what is to come of their mail, and the mail.
pub fn somebody(name: &str, number: usize, to: &str, moments: &mut Moments) -> (Written, Letter) {
    let address = format!("{name}{number}@{name}-{number}.example");
    let token = format!("token{name}x{number}");
    let (due, subject, text) = match moments.below(3) {
        0 => (Due::Answer, "Delivery time", DELIVERY_QUESTION),
        1 => (
            Due::Question,
            "Where is my parcel?",
            "Hi, I ordered last week. Where is my order?",
        ),
        _ => (Due::HandOff, "Broken teapot", BROKEN_TEAPOT),
    };
    let letter = Letter::new(&address, to, subject, text).header("X-Token", &token);
    let written = Written {
        address,
        token,
        due,
    };
    (written, letter)
}
