//! The post of the world: the inbox, what the submission server took, and the way from there to everybody's mailbox.

use super::world;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// The longest way of a mail: shorter than a copy is waited for.
const WAY_MAX_MILLISECONDS: u64 = 20_000;

/// A mail in the inbox.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    pub(super) uid: u32,
    pub(super) bytes: Arc<[u8]>,
    pub(super) flags: BTreeSet<String>,
    /// Its Message-ID.
    pub(super) name: String,
}

impl Stored {
    pub(super) fn is_handled(&self) -> bool {
        self.flags.contains("$Handoff")
    }
}

/// The inbox.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    pub(super) validity: u32,
    pub(super) next_uid: u32,
    pub(super) mails: Vec<Stored>,
    /// What was moved elsewhere, handled.
    pub(super) moved: Vec<Stored>,
    /// What somebody else removed.
    pub(super) removed: BTreeSet<String>,
}

impl Default for Folder {
    fn default() -> Self {
        Self {
            validity: 7,
            next_uid: 1,
            mails: Vec::new(),
            moved: Vec::new(),
            removed: BTreeSet::new(),
        }
    }
}

impl Folder {
    fn add(&mut self, name: &str, bytes: Arc<[u8]>) {
        self.mails.push(Stored {
            uid: self.next_uid,
            bytes,
            flags: BTreeSet::new(),
            name: name.to_owned(),
        });
        self.next_uid += 1;
    }

    /// The folder is made anew: the mails stay, their UIDs mean nothing any more.
    pub(super) fn renew(&mut self) {
        self.validity += 1;
        self.next_uid = 1;
        for mail in &mut self.mails {
            mail.uid = self.next_uid;
            self.next_uid += 1;
        }
    }
}

/// A mail that the submission server took.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    pub(super) message_id: String,
    pub(super) recipients: Vec<String>,
    /// All of it, as it is looked through when it is counted.
    pub(super) text: Arc<str>,
    /// What it answers.
    pub(super) in_reply_to: String,
}

/// What the submission server took, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Post {
    pub(super) taken: Vec<Taken>,
    /// Mails on their way.
    pub(super) under_way: usize,
}

impl Post {
    /// How often a mail was taken for a recipient.
    pub(super) fn times(&self) -> BTreeMap<(String, String), usize> {
        let mut times = BTreeMap::new();
        for taken in &self.taken {
            for recipient in &taken.recipients {
                *times
                    .entry((taken.message_id.clone(), recipient.clone()))
                    .or_default() += 1;
            }
        }
        times
    }
}

/// The submission server has taken a mail.
pub(super) fn take(recipients: Vec<String>, bytes: Vec<u8>) {
    let bytes: Arc<[u8]> = bytes.into();
    let message_id = message_id_of(&bytes);
    let taken = Taken {
        message_id: message_id.clone(),
        recipients: recipients.clone(),
        text: String::from_utf8_lossy(&bytes).into(),
        in_reply_to: header_of(&bytes, "in-reply-to"),
    };
    world(|world| {
        world.note(format!("taken: {message_id} for {}", recipients.join(", ")));
        world.post.taken.push(taken);
    });
    for recipient in recipients {
        send(recipient, message_id.clone(), Arc::clone(&bytes));
    }
}

/// A mail is on its way to somebody; sometimes it comes twice.
pub(super) fn send(recipient: String, name: String, bytes: Arc<[u8]>) {
    let copies = world(|world| 1 + usize::from(world.comes_twice()));
    for _ in 0..copies {
        let (recipient, name, bytes) = (recipient.clone(), name.clone(), Arc::clone(&bytes));
        let way = world(|world| {
            world.post.under_way += 1;
            Duration::from_millis(world.chance.below(WAY_MAX_MILLISECONDS))
        });
        drop(tokio::spawn(async move {
            tokio::time::sleep(way).await;
            world(|world| world.post.under_way -= 1);
            deliver(&recipient, &name, bytes);
        }));
    }
}

fn deliver(recipient: &str, name: &str, bytes: Arc<[u8]>) {
    let is_ours = world(|world| {
        let is_ours = world.people.is_support(recipient);
        if is_ours {
            world.inbox.add(name, Arc::clone(&bytes));
            world.inbox_changed.send_modify(|changes| *changes += 1);
        }
        is_ours
    });
    if !is_ours {
        let replies = world(|world| {
            let now = world.wall();
            let mut chance = world.chance.clone();
            let replies = world.people.got(recipient, name, &bytes, now, &mut chance);
            world.chance = chance;
            replies
        });
        for reply in replies {
            drop(tokio::spawn(async move {
                tokio::time::sleep(reply.after).await;
                let to = world(|world| world.people.support());
                send(to, reply.name, reply.bytes);
            }));
        }
    }
}

/// The Message-ID of a mail.
pub(super) fn message_id_of(bytes: &[u8]) -> String {
    header_of(bytes, "message-id")
        .trim_matches(['<', '>'])
        .to_owned()
}

/// A header of a mail, unfolded.
pub(super) fn header_of(bytes: &[u8], name: &str) -> String {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let header = String::from_utf8_lossy(&bytes[..end.unwrap_or(bytes.len())]);
    let header = header.replace("\r\n ", " ").replace("\r\n\t", " ");
    let value = header.lines().find_map(|line| {
        let (field, value) = line.split_once(':')?;
        field
            .eq_ignore_ascii_case(name)
            .then(|| value.trim().to_owned())
    });
    value.unwrap_or_default()
}
