//! What must hold when it is calm again, counted from what the servers took and not from our own records wherever both know it.

use super::post::{Stored, Taken};
use super::world;
use crate::compose::Purpose;
use crate::gateway::Office;
use crate::inbox::Content;
use crate::journal::{Disk, EffectRecord, EffectState, Journal};
use crate::mail::MessageId;
use crate::ticket::Ticket;
use std::collections::BTreeMap;

/// A recorded mail of ours, with the number of the commit that recorded it.
struct Recorded {
    effect: EffectRecord,
    commit: u64,
}

pub(super) fn broken(disk: &Disk, office: &Office) -> Vec<String> {
    let journal = Journal::simulated(disk, 0);
    let mut broken = Vec::new();
    let recorded = match recorded(disk, &journal) {
        Ok(recorded) => recorded,
        Err(why) => return vec![why],
    };
    let taken = world(|world| world.post.taken.clone());
    broken.extend(everything_is_settled(disk));
    broken.extend(each_mail_has_one_outcome(&journal, office));
    broken.extend(each_effect_happened_once(&recorded, &taken));
    broken.extend(order_is_kept(&recorded, &taken));
    broken.extend(automation_is_silent_after_a_person(&recorded, &taken));
    broken.extend(each_mail_is_followed_by_one(
        &journal, office, &recorded, &taken,
    ));
    broken.extend(each_answer_of_staff_is_read_once(
        &journal, &recorded, &taken,
    ));
    broken.extend(promises_have_deadlines(&journal, &recorded));
    broken
}

fn recorded(disk: &Disk, journal: &Journal) -> Result<Vec<Recorded>, String> {
    let mut recorded = Vec::new();
    for (name, commit) in disk.effects() {
        let Some(id) = MessageId::parse(&format!("<{name}>")) else {
            return Err(format!("{name} is no Message-ID"));
        };
        // What a power cut took back was never recorded.
        if let Some(effect) = journal.effect(&id).map_err(|error| error.to_string())? {
            recorded.push(Recorded { effect, commit });
        }
    }
    Ok(recorded)
}

fn everything_is_settled(disk: &Disk) -> Vec<String> {
    let mut broken = Vec::new();
    if disk.unsettled() > 0 {
        broken.push(format!(
            "{} things are not settled, hours after the storm",
            disk.unsettled()
        ));
    }
    let unhandled = world(|world| {
        let mails = world.inbox.mails.iter();
        let unhandled = mails.filter(|mail| !mail.is_handled());
        unhandled.map(|mail| mail.name.clone()).collect::<Vec<_>>()
    });
    if !unhandled.is_empty() {
        broken.push(format!(
            "in the inbox without a keyword: {}",
            unhandled.join(", ")
        ));
    }
    broken
}

/// Every mail that reached the inbox and was not removed by others has an outcome on record. (There can be only one: it is kept by identity.)
fn each_mail_has_one_outcome(journal: &Journal, office: &Office) -> Vec<String> {
    let mails: Vec<Stored> = world(|world| {
        let folder = &world.inbox;
        folder.mails.iter().chain(&folder.moved).cloned().collect()
    });
    let mut broken = Vec::new();
    for mail in mails {
        let Ok(read) = office.read(&Content::Whole(mail.bytes.to_vec())) else {
            broken.push(format!("{} cannot be read", mail.name));
            continue;
        };
        match journal.handled(&read.identity) {
            Ok(Some(_)) => {}
            Ok(None) => broken.push(format!("lost: {} has no outcome on record", mail.name)),
            Err(error) => broken.push(format!("{}: {error}", mail.name)),
        }
    }
    broken
}

fn each_effect_happened_once(recorded: &[Recorded], taken: &[Taken]) -> Vec<String> {
    // Where no copy came along nothing proves that a mail left: staff then rather get it twice than never.
    let may_double = |message_id: &str, recipient: &str| {
        let came_alone = taken.iter().any(|taken| {
            let is_it = taken.message_id == message_id;
            let has_copy =
                (taken.recipients.iter()).any(|to| world(|world| world.people.is_support(to)));
            is_it && !has_copy
        });
        came_alone && world(|world| world.people.customer(recipient)).is_none()
    };
    let times = world(|world| world.post.times());
    let mut broken = Vec::new();
    for ((message_id, recipient), times) in &times {
        if *times > 1 && !may_double(message_id, recipient) {
            broken.push(format!(
                "doubled: {message_id} was taken {times} times for {recipient}"
            ));
        }
    }
    let known: BTreeMap<&str, &EffectRecord> = recorded
        .iter()
        .map(|one| (one.effect.message_id.as_str(), &one.effect))
        .collect();
    for taken in taken {
        if !known.contains_key(taken.message_id.as_str()) {
            broken.push(format!("{} left and is not on record", taken.message_id));
        }
    }
    for effect in known.values() {
        let name = effect.message_id.as_str();
        for recipient in &effect.recipients {
            let key = (name.to_owned(), recipient.as_str().to_owned());
            let times = times.get(&key).copied().unwrap_or(0);
            let is_right = match &effect.state {
                EffectState::Sent { .. } => {
                    times == 1 || (times > 1 && may_double(name, recipient.as_str()))
                }
                EffectState::GivenUp { why, .. } => times == 0 || why.contains("may have left"),
                EffectState::Withdrawn { .. } => times == 0,
                EffectState::Waiting { .. } | EffectState::InDoubt { .. } => true,
            };
            if !is_right {
                broken.push(format!(
                    "{name} ({:?}) to {recipient} was taken {times} times and stands as {:?}",
                    effect.purpose, effect.state
                ));
            }
        }
    }
    broken
}

/// What one person gets about one ticket comes in the order in which it was recorded.
fn order_is_kept(recorded: &[Recorded], taken: &[Taken]) -> Vec<String> {
    let mut last: BTreeMap<(String, String), (u64, String)> = BTreeMap::new();
    let mut broken = Vec::new();
    for taken in taken {
        let Some(one) =
            (recorded.iter()).find(|one| one.effect.message_id.as_str() == taken.message_id)
        else {
            continue;
        };
        let Some(ticket) = &one.effect.ticket else {
            continue;
        };
        for recipient in &taken.recipients {
            if world(|world| world.people.is_support(recipient)) {
                continue;
            }
            let key = (ticket.to_string(), recipient.clone());
            let before = last.insert(key, (one.commit, taken.message_id.clone()));
            if let Some((commit, before)) = before.filter(|(commit, _)| *commit > one.commit) {
                broken.push(format!(
                    "out of order: {} (commit {}) reached {recipient} after {before} (commit {commit})",
                    taken.message_id, one.commit
                ));
            }
        }
    }
    broken
}

/// No automatic answer, question or notice leaves after a person's words about the same ticket.
fn automation_is_silent_after_a_person(recorded: &[Recorded], taken: &[Taken]) -> Vec<String> {
    let mut spoken: BTreeMap<String, String> = BTreeMap::new();
    let mut broken = Vec::new();
    for taken in taken {
        let Some(one) =
            (recorded.iter()).find(|one| one.effect.message_id.as_str() == taken.message_id)
        else {
            continue;
        };
        let Some(ticket) = one.effect.ticket.as_ref().map(ToString::to_string) else {
            continue;
        };
        match one.effect.purpose {
            // (An approved article is automation's own word, for which a person said yes.)
            Purpose::StaffReply => {
                let _ = spoken.insert(ticket, taken.message_id.clone());
            }
            Purpose::Answer | Purpose::Question | Purpose::Notice => {
                if let Some(person) = spoken.get(&ticket) {
                    broken.push(format!(
                        "{:?} {} left after a person's {person} in the same ticket",
                        one.effect.purpose, taken.message_id
                    ));
                }
            }
            _ => {}
        }
    }
    broken
}

/// Each customer's mail is followed by something, to them or to a person; and no two mails of a kind follow it.
fn each_mail_is_followed_by_one(
    journal: &Journal,
    office: &Office,
    recorded: &[Recorded],
    taken: &[Taken],
) -> Vec<String> {
    // What was given up was told to staff: nothing is left to tell. (`everything_is_settled` looks.)
    let is_told = |one: &&Recorded| matches!(one.effect.state, EffectState::GivenUp { .. });
    let told: Vec<String> = (recorded.iter().filter(is_told))
        .filter_map(|one| journal.bytes_of(&one.effect.message_id).ok().flatten())
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .collect();
    let automatic: BTreeMap<&str, Purpose> = recorded
        .iter()
        .map(|one| (one.effect.message_id.as_str(), one.effect.purpose))
        .filter(|(_, purpose)| {
            matches!(
                purpose,
                Purpose::Answer | Purpose::Question | Purpose::Notice
            )
        })
        .collect();
    let (written, removed) = world(|world| {
        let there: Vec<String> = (world.inbox.mails.iter().chain(&world.inbox.moved))
            .map(|mail| mail.name.clone())
            .collect();
        let written = world.people.written.clone();
        (
            written
                .into_iter()
                .filter(|written| there.contains(&written.name))
                .collect::<Vec<_>>(),
            world.inbox.removed.clone(),
        )
    });
    let mut broken = Vec::new();
    for mail in written {
        if removed.contains(&mail.name) {
            continue;
        }
        let Ok(read) = office.read(&Content::Whole(mail.bytes.to_vec())) else {
            continue;
        };
        let from = read
            .from
            .as_ref()
            .map(|from| from.address.as_str().to_owned());
        let is_customers =
            from.is_some_and(|from| world(|world| world.people.customer(&from)).is_some());
        if !is_customers {
            continue;
        }
        let mut to_customer = 0;
        let mut to_staff = told
            .iter()
            .filter(|told| told.contains(&format!("<{}>", mail.name)))
            .count();
        let mut answers = BTreeMap::new();
        for taken in taken {
            let named = format!("<{}>", mail.name);
            // What staff get is in no thread of the customer; the customer's mail is attached.
            let attached = taken.text.contains(&mail.name);
            if taken.in_reply_to.contains(&named) {
                to_customer += 1;
                if let Some(purpose) = automatic.get(taken.message_id.as_str()) {
                    let _ = answers.insert(taken.message_id.clone(), *purpose);
                }
            } else if attached {
                to_staff += 1;
            }
        }
        if to_customer == 0 && to_staff == 0 {
            broken.push(format!("nothing followed {}", mail.name));
        }
        if answers.len() > 1 {
            broken.push(format!(
                "{} was answered more than once: {answers:?}",
                mail.name
            ));
        }
    }
    broken
}

/// What staff answered is read by the customer, once.
fn each_answer_of_staff_is_read_once(
    journal: &Journal,
    recorded: &[Recorded],
    taken: &[Taken],
) -> Vec<String> {
    let (written, handled) = world(|world| {
        let there: Vec<String> = (world.inbox.mails.iter().chain(&world.inbox.moved))
            .map(|mail| mail.name.clone())
            .collect();
        (world.people.written.clone(), there)
    });
    let mut broken = Vec::new();
    for mail in written {
        let Some(line) = mail.line.filter(|_| handled.contains(&mail.name)) else {
            continue;
        };
        let readers = taken.iter().filter(|taken| {
            let is_to_customer = (taken.recipients.iter())
                .any(|to| world(|world| world.people.customer(to)).is_some());
            is_to_customer && taken.text.contains(&line)
        });
        let readers = readers.count();
        // What a server refused for good was given up, and staff were told so.
        let is_told = (recorded.iter())
            .filter(|one| matches!(one.effect.state, EffectState::GivenUp { .. }))
            .filter_map(|one| journal.bytes_of(&one.effect.message_id).ok().flatten())
            .any(|bytes| String::from_utf8_lossy(&bytes).contains(&line));
        if readers > 1 || (readers == 0 && !is_told) {
            broken.push(format!(
                "\"{line}\" ({}) was read {readers} times by a customer",
                mail.name
            ));
        }
    }
    broken
}

fn promises_have_deadlines(journal: &Journal, recorded: &[Recorded]) -> Vec<String> {
    let watched = journal.with_deadlines().unwrap_or_default();
    let mut broken = Vec::new();
    let tickets = recorded.iter().filter_map(|one| one.effect.ticket.clone());
    let tickets: std::collections::BTreeSet<_> = tickets.collect();
    for id in tickets {
        let Ok(Some(ticket)): Result<Option<Ticket>, _> = journal.ticket(&id) else {
            broken.push(format!("ticket {id} is not there"));
            continue;
        };
        if ticket.open_promise().is_some() && !watched.contains(&id) {
            broken.push(format!("the promise of ticket {id} is watched by nobody"));
        }
    }
    broken
}
