//! What one IMAP connection of the world sees of a folder, and what its commands do there.

use super::folder::{Folder, Stored};
use super::post;
use super::world::World;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// What one connection has seen of its folder.
#[derive(Default)]
pub(super) struct Session {
    /// UIDs in the order of their sequence numbers, as the client was told.
    view: Vec<u32>,
    validity: u32,
    /// The folder that is open.
    pub(super) opened: Option<Opened>,
}

/// The folder of sent mail.
pub(super) const SENT: &str = "Sent";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opened {
    Inbox,
    Sent,
}

impl Opened {
    pub(super) const fn folder(self, world: &mut World) -> &mut Folder {
        match self {
            Self::Inbox => &mut world.inbox,
            Self::Sent => &mut world.sent,
        }
    }
}

impl Session {
    /// Whether the folder was made anew since it was opened.
    pub(super) fn is_outdated(&self, world: &mut World) -> bool {
        (self.opened).is_some_and(|opened| opened.folder(world).validity != self.validity)
    }

    /// What changed since the client was told last.
    pub(super) fn news(&mut self, world: &mut World) -> String {
        let mut news = String::new();
        let Some(opened) = self.opened else {
            return news;
        };
        let there: BTreeSet<u32> = opened
            .folder(world)
            .mails
            .iter()
            .map(|mail| mail.uid)
            .collect();
        while let Some(gone) = self.view.iter().position(|uid| !there.contains(uid)) {
            self.view.remove(gone);
            let _ = write!(news, "* {} EXPUNGE\r\n", gone + 1);
        }
        if there.len() > self.view.len() {
            self.view = there.into_iter().collect();
            let _ = write!(news, "* {} EXISTS\r\n", self.view.len());
        }
        news
    }

    /// What the server answers to a command.
    pub(super) fn act(&mut self, world: &mut World, tag: &str, command: &str) -> String {
        let mut reply = String::new();
        let (verb, rest) = command.split_once(' ').unwrap_or((command, ""));
        let said = match verb {
            "CAPABILITY" => {
                let idle = if world.has_idle { " IDLE" } else { "" };
                let moves = if world.has_move { " MOVE" } else { "" };
                let _ = write!(reply, "* CAPABILITY IMAP4rev1 UIDPLUS{idle}{moves}\r\n");
                "OK"
            }
            "SELECT" | "EXAMINE" => {
                let opened = match rest.trim_matches('"') {
                    SENT => Opened::Sent,
                    _ => Opened::Inbox,
                };
                self.opened = Some(opened);
                let folder = opened.folder(world);
                self.validity = folder.validity;
                self.view = folder.mails.iter().map(|mail| mail.uid).collect();
                let _ = write!(
                    reply,
                    "* {} EXISTS\r\n* OK [UIDVALIDITY {}] .\r\n* OK [UIDNEXT {}] .\r\n* OK [PERMANENTFLAGS (\\Seen \\Deleted \\*)] .\r\n",
                    self.view.len(),
                    self.validity,
                    folder.next_uid
                );
                "OK [READ-WRITE]"
            }
            "LOGOUT" => "OK",
            "FETCH" => match self.view.last() {
                Some(uid) => {
                    let _ = write!(reply, "* {} FETCH (UID {uid})\r\n", self.view.len());
                    "OK"
                }
                None => "BAD no such message",
            },
            "UID" => self.by_uid(world, rest, &mut reply),
            _ => "OK",
        };
        reply.push_str(&self.news(world));
        let _ = write!(reply, "{tag} {said} .\r\n");
        reply
    }

    fn by_uid(&self, world: &mut World, command: &str, reply: &mut String) -> &'static str {
        let mut words = command.splitn(3, ' ');
        let (verb, set, rest) = (
            words.next().unwrap_or_default(),
            words.next().unwrap_or_default(),
            words.next().unwrap_or_default(),
        );
        let has = |uid: u32| {
            set.split(',').any(|run| {
                let (first, last) = run.split_once(':').unwrap_or((run, run));
                let number = |text: &str| text.parse::<u32>().unwrap_or(0);
                (number(first)..=number(last)).contains(&uid)
            })
        };
        let moved = |mails: &mut Vec<Stored>, goes: &dyn Fn(&Stored) -> bool| -> Vec<Stored> {
            let (gone, stay) = std::mem::take(mails)
                .into_iter()
                .partition(|mail| goes(mail));
            *mails = stay;
            gone
        };
        let folder = self.opened.unwrap_or(Opened::Inbox).folder(world);
        match verb {
            "FETCH" => {
                for (place, uid) in self.view.iter().enumerate() {
                    let Some(mail) = folder.mails.iter().find(|mail| mail.uid == *uid) else {
                        continue;
                    };
                    if has(*uid) {
                        let _ = write!(
                            reply,
                            "* {} FETCH (UID {uid} {})\r\n",
                            place + 1,
                            shown(mail, rest)
                        );
                    }
                }
                "OK"
            }
            "STORE" => {
                let flags = rest.split_once('(').map_or("", |(_, flags)| flags);
                let flags: Vec<&str> = flags.trim_end_matches(')').split(' ').collect();
                let mut handled = Vec::new();
                for mail in folder.mails.iter_mut().filter(|mail| has(mail.uid)) {
                    mail.flags
                        .extend(flags.iter().map(|flag| (*flag).to_owned()));
                    if mail.is_handled() {
                        handled.extend(mail.transaction);
                    }
                }
                world.post.copies_were_read(&handled);
                "OK"
            }
            "MOVE" => {
                let gone = moved(&mut folder.mails, &|mail| has(mail.uid));
                folder.moved.extend(gone);
                "OK"
            }
            "COPY" => {
                let copies = folder.mails.iter().filter(|mail| has(mail.uid));
                let copies: Vec<Stored> = copies.cloned().collect();
                folder.moved.extend(copies);
                "OK"
            }
            "EXPUNGE" => {
                let is_gone = |mail: &Stored| has(mail.uid) && mail.flags.contains("\\Deleted");
                drop(moved(&mut folder.mails, &is_gone));
                "OK"
            }
            // The only search there is: for mails with a header of ours.
            "SEARCH" => {
                let marked = (folder.mails.iter())
                    .filter(|mail| !post::header_of(&mail.bytes, "X-Handoff-Mark").is_empty());
                let uids: Vec<String> = marked.map(|mail| mail.uid.to_string()).collect();
                let _ = write!(reply, "* SEARCH {}\r\n", uids.join(" "));
                "OK"
            }
            _ => "BAD what?",
        }
    }
}

fn shown(mail: &Stored, items: &str) -> String {
    let mut shown = String::new();
    if items.contains("RFC822.SIZE") {
        let _ = write!(shown, "RFC822.SIZE {}", mail.bytes.len());
    }
    if items.contains("FLAGS") {
        let flags: Vec<&str> = mail.flags.iter().map(String::as_str).collect();
        let _ = write!(shown, " FLAGS ({})", flags.join(" "));
    }
    if items.contains("BODY.PEEK[]") {
        let text = String::from_utf8_lossy(&mail.bytes);
        let _ = write!(shown, "BODY[]<0> {{{}}}\r\n{text}", text.len());
    }
    shown.trim_start().to_owned()
}
