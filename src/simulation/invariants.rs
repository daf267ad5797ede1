//! What must hold when it is calm again, counted from what the servers took and not from our own records wherever both know it.

use super::folder::Stored;
use super::post::Taken;
use super::{sending, world};
use crate::compose::Purpose;
use crate::gateway::Office;
use crate::inbox::Content;
use crate::journal::{Disk, EffectRecord, EffectState, Journal};
use crate::mail::{MailIdentity, MessageId};
use crate::ticket::{Event, Ticket};
use std::collections::{BTreeMap, BTreeSet};

/// A recorded mail of ours, with the number of the commit that recorded it.
pub(super) struct Recorded {
    pub(super) effect: EffectRecord,
    pub(super) commit: u64,
    /// Whether people are told that it may have left, where it was given up.
    pub(super) may_have_left: bool,
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
    broken.extend(sending::broken(&recorded, &taken));
    broken.extend(each_mail_is_followed_by_one(
        &journal, office, &recorded, &taken,
    ));
    broken.extend(each_answer_of_staff_is_read_once(
        &journal, office, &recorded, &taken,
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
        let effect = journal.effect(&id).map_err(|error| error.to_string())?;
        let may_have_left = (journal.may_have_left(&id)).map_err(|error| error.to_string())?;
        recorded.extend(effect.map(|effect| Recorded {
            effect,
            commit,
            may_have_left,
        }));
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
    // Who asks the same while our answer is on its way gets that answer, and nothing more follows. (`sending` looks that it left.)
    let tickets: BTreeSet<_> = (recorded.iter())
        .filter_map(|one| one.effect.ticket.clone())
        .collect();
    let crossed: BTreeSet<MailIdentity> = (tickets.iter())
        .filter_map(|id| journal.ticket(id).ok().flatten())
        .flat_map(|ticket| ticket.events)
        .filter(|timed| {
            matches!(&timed.event, Event::Decided { reasons, .. }
                if reasons.iter().any(|(rule, _)| rule == "answer-waits"))
        })
        .filter_map(|timed| timed.cause)
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
        if !is_customers || crossed.contains(&read.identity) {
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
        // An answer that was withdrawn because a person came in: the question went to staff with the words of it.
        let is_brought = || {
            let words = read.body.own_words().into_owned();
            let longest = words.lines().map(str::trim).max_by_key(|line| line.len());
            let to_team = taken.iter().filter(|taken| {
                (taken.recipients.iter())
                    .all(|to| world(|world| world.people.customer(to)).is_none())
            });
            let mut said = to_team.filter_map(|taken| {
                let bytes = taken.text.as_bytes().to_vec();
                office.read(&Content::Whole(bytes)).ok()
            });
            longest.is_some_and(|line| {
                !line.is_empty() && said.any(|mail| mail.body.text.contains(line))
            })
        };
        if to_customer == 0 && to_staff == 0 && !is_brought() {
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

/// What staff answered is read by the customer, once; or whoever wrote it is told why not.
fn each_answer_of_staff_is_read_once(
    journal: &Journal,
    office: &Office,
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
        // The same mail again is counted elsewhere.
        let readers: BTreeSet<&str> = readers.map(|taken| taken.message_id.as_str()).collect();
        let readers = readers.len();
        // What a server refused for good was given up, and staff were told so.
        let is_told = (recorded.iter())
            .filter(|one| {
                matches!(one.effect.state, EffectState::GivenUp { .. })
                    || one.effect.purpose == Purpose::DeliveryTrouble
            })
            .filter_map(|one| journal.bytes_of(&one.effect.message_id).ok().flatten())
            .any(|bytes| String::from_utf8_lossy(&bytes).contains(&line));
        // Two of staff answered at once: the second gets their text back, is told that a colleague was first, and decides whether the customer
        // is to get both. What the colleague wrote is looked for like any other answer.
        let is_second = readers == 0
            && (taken.iter())
                .filter(|taken| taken.text.contains(&line))
                .filter_map(|taken| {
                    let bytes = taken.text.as_bytes().to_vec();
                    office.read(&Content::Whole(bytes)).ok()
                })
                .any(|hint| {
                    let words: Vec<&str> = hint.body.text.split_whitespace().collect();
                    words.join(" ").contains("so your text was not sent")
                });
        if readers > 1 || (readers == 0 && !is_told && !is_second) {
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
    let tickets: BTreeSet<_> = tickets.collect();
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
