//! The post of the world: the inbox, what the submission server took, and the way from there to everybody's mailbox.

use super::mishaps::{CopyFate, Files};
use super::people::Reply;
use super::world::World;
use super::{calendar, world};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// The longest way of a mail: shorter than a copy is waited for.
const WAY_MAX_MILLISECONDS: u64 = 20_000;
/// One that comes again may take so long.
const SECOND_WAY_MAX_SECONDS: u64 = 600;

/// A mail that the submission server took.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    pub(super) message_id: String,
    pub(super) recipients: Vec<String>,
    /// All of it, as it is looked through when it is counted.
    pub(super) text: Arc<str>,
    /// What it answers.
    pub(super) in_reply_to: String,
    /// When its transaction began.
    pub(super) began: Instant,
    /// When its copy was read, in the inbox.
    pub(super) copy_was_read: Option<Instant>,
}

/// What the submission server took, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Post {
    pub(super) taken: Vec<Taken>,
    /// Mails on their way.
    pub(super) under_way: usize,
    /// Mails of ours of which a copy was kept back, so that nothing showed that they left.
    pub(super) unproven: BTreeSet<String>,
    /// When the last mail left for each that has arrived, to see which overtake others.
    last_left: BTreeMap<String, Instant>,
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

    pub(super) fn copies_were_read(&mut self, transactions: &[usize]) {
        for transaction in transactions {
            let copy_was_read = &mut self.taken[*transaction].copy_was_read;
            copy_was_read.get_or_insert_with(Instant::now);
        }
    }
}

/// A whole mail at the submission server, which may or may not take it.
#[derive(Clone, Debug)]
pub(super) struct Handed {
    pub(super) recipients: Vec<String>,
    pub(super) bytes: Arc<[u8]>,
    /// When its transaction began.
    pub(super) began: Instant,
}

/// The submission server takes a mail, at that time.
pub(super) fn take(handed: &Handed, now: Instant, is_reply_lost: bool) {
    let bytes = &handed.bytes;
    let message_id = message_id_of(bytes);
    let recipients = &handed.recipients;
    let taken = Taken {
        message_id: message_id.clone(),
        recipients: recipients.clone(),
        text: String::from_utf8_lossy(bytes).into(),
        in_reply_to: header_of(bytes, "in-reply-to"),
        began: handed.began,
        copy_was_read: None,
    };
    let (transaction, fate) = world(|world| {
        world.note(format!("taken: {message_id} for {}", recipients.join(", ")));
        world.post.taken.push(taken);
        let is_copied = recipients.iter().any(|to| world.people.is_support(to));
        let fate = match is_copied {
            true => world.copy_fate(&message_id),
            false => CopyFate::Comes,
        };
        if fate != CopyFate::Comes {
            world.note(format!("its copy: {fate:?}"));
            let _ = world.post.unproven.insert(message_id.clone());
        }
        (world.post.taken.len() - 1, fate)
    });
    let is_copied = recipients
        .iter()
        .any(|to| world(|world| world.people.is_support(to)));
    file(&message_id, bytes, now, is_reply_lost && !is_copied);
    for recipient in recipients {
        let is_copy = world(|world| world.people.is_support(recipient));
        let mail = Mail {
            recipient: recipient.clone(),
            name: message_id.clone(),
            bytes: Arc::clone(bytes),
            transaction: Some(transaction),
        };
        match fate {
            CopyFate::Never if is_copy => {}
            CopyFate::Late if is_copy => {
                let way = world(|world| Duration::from_secs(65 + world.chance.below(340)));
                carry(mail, now, way);
            }
            _ => send(mail, now),
        }
    }
}

/// The provider files a copy of what it takes, in its own time.
fn file(name: &str, bytes: &Arc<[u8]>, now: Instant, is_all_there_is: bool) {
    let wait = world(|world| {
        let chance = match world.files {
            Files::AtOnce => 0,
            Files::Never => 3,
            Files::AtWill => world.chance.below(4),
        };
        let (wait, how) = match chance {
            // It stands there before we are told that the mail was taken.
            0 => (Some(0), "in Sent before the reply"),
            1 => (Some(1 + world.chance.below(20)), "in Sent soon"),
            2 => (Some(60 + world.chance.below(540)), "in Sent late"),
            _ => (None, "not in Sent"),
        };
        if world.people.office.settings.inbox.sent_folder.is_some() {
            world.tally.hit("copy", how);
            if is_all_there_is && wait.is_some() {
                world.tally.hit("copy", "only in Sent, reply lost");
            }
        }
        wait.map(Duration::from_secs)
    });
    let Some(wait) = wait else { return };
    let (name, bytes) = (name.to_owned(), Arc::clone(bytes));
    world(|world| world.post.under_way += 1);
    let add = move |_: Instant| {
        world(|world| {
            world.post.under_way -= 1;
            world.sent.add(&name, bytes, None);
        });
    };
    match wait.is_zero() {
        true => add(now),
        false => calendar::at(now + wait, add),
    }
}

/// A mail on its way to one recipient.
#[derive(Clone, Debug)]
pub(super) struct Mail {
    pub(super) recipient: String,
    pub(super) name: String,
    pub(super) bytes: Arc<[u8]>,
    pub(super) transaction: Option<usize>,
}

/// A mail is on its way to somebody; sometimes it comes twice.
pub(super) fn send(mail: Mail, now: Instant) {
    let way = |world: &mut World| Duration::from_millis(world.chance.below(WAY_MAX_MILLISECONDS));
    let first = world(way);
    let second = world(|world| {
        if !world.comes_twice() {
            return None;
        }
        world.tally.hit("delivery", "twice");
        if mail.transaction.is_none() && world.people.is_by_staff(&mail.name) {
            world.tally.hit("delivery", "reply of staff twice");
        }
        if world.chance.happens(7000) {
            return Some(way(world));
        }
        world.tally.hit("delivery", "twice, minutes later");
        Some(Duration::from_secs(
            world.chance.below(SECOND_WAY_MAX_SECONDS),
        ))
    });
    if let Some(second) = second {
        carry(mail.clone(), now, second);
    }
    carry(mail, now, first);
}

fn carry(mail: Mail, left: Instant, way: Duration) {
    world(|world| world.post.under_way += 1);
    calendar::at(left + way, move |now| {
        world(|world| {
            world.post.under_way -= 1;
            let last = world.post.last_left.get(&mail.recipient).copied();
            if last.is_some_and(|last| last > left) {
                world.tally.hit("delivery", "overtaken");
            } else {
                let _ = world.post.last_left.insert(mail.recipient.clone(), left);
            }
        });
        deliver(mail, now);
    });
}

fn deliver(mail: Mail, now: Instant) {
    let is_ours = world(|world| {
        let is_ours = world.people.is_support(&mail.recipient);
        if is_ours {
            let bytes = Arc::clone(&mail.bytes);
            world.inbox.add(&mail.name, bytes, mail.transaction);
            world.inbox_changes.happened();
        }
        is_ours
    });
    if is_ours {
        return;
    }
    let replies = world(|world| {
        let shown = world.wall();
        let (mut chance, mut tally) = (world.chance.clone(), std::mem::take(&mut world.tally));
        let replies = world.people.got(
            (&mail.recipient, &mail.name, &mail.bytes),
            shown,
            &mut chance,
            &mut tally,
        );
        (world.chance, world.tally) = (chance, tally);
        replies
    });
    for reply in replies {
        post(reply, now);
    }
}

/// Somebody writes to the desk, after a while.
pub(super) fn post(reply: Reply, now: Instant) {
    calendar::at(now + reply.after, move |now| {
        let mail = Mail {
            recipient: world(|world| world.people.support()),
            name: reply.name,
            bytes: reply.bytes,
            transaction: None,
        };
        send(mail, now);
    });
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
