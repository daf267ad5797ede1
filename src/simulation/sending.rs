//! What must hold of the mails that were sent, when it is calm again.

use super::invariants::Recorded;
use super::post::Taken;
use super::world;
use crate::compose::Purpose;
use crate::journal::{EffectRecord, EffectState};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// So long an attempt takes at most from its begin on record until the server has the sender, with a minute for each step.
const ATTEMPT_MAX: Duration = Duration::from_mins(4);

pub(super) fn broken(recorded: &[Recorded], taken: &[Taken]) -> Vec<String> {
    let mut broken = each_effect_happened_once(recorded, taken);
    broken.extend(what_is_proven_is_not_sent_again(taken));
    broken.extend(what_was_filed_is_known_to_have_left(recorded, taken));
    broken.extend(order_is_kept(recorded, taken));
    broken.extend(automation_is_silent_after_a_person(recorded, taken));
    broken
}

fn is_support(address: &str) -> bool {
    world(|world| world.people.is_support(address))
}

fn each_effect_happened_once(recorded: &[Recorded], taken: &[Taken]) -> Vec<String> {
    // Where no copy came along nothing proves that a mail left: staff then rather get it twice than never.
    let may_double = |message_id: &str, recipient: &str| {
        let came_alone = taken.iter().any(|taken| {
            let is_it = taken.message_id == message_id;
            let has_copy = (taken.recipients.iter()).any(|to| is_support(to));
            is_it && !has_copy
        });
        came_alone && world(|world| world.people.customer(recipient)).is_none()
    };
    let times = world(|world| world.post.times());
    let mut broken = Vec::new();
    for ((message_id, recipient), times) in &times {
        let is_unproven = world(|world| world.post.unproven.contains(message_id));
        let is_customers = world(|world| world.people.customer(recipient)).is_some();
        let most = if is_customers { 3 } else { 6 };
        if is_unproven {
            // Where copies are kept back nothing can be known; there is an end to it all the same.
            if *times > most && !may_double(message_id, recipient) {
                broken.push(format!(
                    "again and again: {message_id} was taken {times} times for {recipient}"
                ));
            }
        } else if *times > 1 && !may_double(message_id, recipient) {
            broken.push(format!(
                "doubled: {message_id} was taken {times} times for {recipient}"
            ));
        }
    }
    let known: BTreeMap<&str, (&EffectRecord, bool)> = recorded
        .iter()
        .map(|one| {
            (
                one.effect.message_id.as_str(),
                (&one.effect, one.may_have_left),
            )
        })
        .collect();
    for taken in taken {
        if !known.contains_key(taken.message_id.as_str()) {
            broken.push(format!("{} left and is not on record", taken.message_id));
        }
    }
    for (effect, may_have_left) in known.values() {
        let name = effect.message_id.as_str();
        for recipient in &effect.recipients {
            let key = (name.to_owned(), recipient.as_str().to_owned());
            let times = times.get(&key).copied().unwrap_or(0);
            let is_right = match &effect.state {
                EffectState::Sent { .. } => {
                    let is_unproven = world(|world| world.post.unproven.contains(name));
                    times == 1
                        || (times > 1 && (is_unproven || may_double(name, recipient.as_str())))
                }
                EffectState::GivenUp { why, .. } => {
                    times == 0 || why.contains("may have left") || *may_have_left
                }
                // Where its copy was kept back, nothing showed that it had left already.
                EffectState::Withdrawn { .. } => {
                    times == 0 || world(|world| world.post.unproven.contains(name))
                }
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

/// Once a copy of a mail was read it is not sent again to those who had it with that copy.
fn what_is_proven_is_not_sent_again(taken: &[Taken]) -> Vec<String> {
    let mut broken = Vec::new();
    for (number, again) in taken.iter().enumerate() {
        for before in &taken[..number] {
            let was_known = before.copy_was_read.is_some_and(|read| {
                // An attempt that was under way when the copy was read is finished.
                read + ATTEMPT_MAX < again.began
            });
            // A copy does not say of which transaction it is: it counts for those whom all of them reached.
            let all = || {
                taken[..number]
                    .iter()
                    .filter(|one| one.message_id == again.message_id)
            };
            let shared = (again.recipients.iter())
                .find(|to| all().all(|one| one.recipients.contains(to)) && !is_support(to));
            if before.message_id == again.message_id
                && was_known
                && let Some(shared) = shared
            {
                broken.push(format!(
                    "proven: {} left for {shared} again after its copy was read",
                    again.message_id
                ));
            }
        }
    }
    broken
}

/// What stands in the folder of sent mail has left: nobody is told that it may not have.
fn what_was_filed_is_known_to_have_left(recorded: &[Recorded], taken: &[Taken]) -> Vec<String> {
    if world(|world| world.people.office.settings.inbox.sent_folder.is_none()) {
        return Vec::new();
    }
    let filed: BTreeSet<String> = world(|world| {
        (world.sent.mails.iter())
            .map(|mail| mail.name.clone())
            .collect()
    });
    let mut broken = Vec::new();
    for one in recorded {
        let name = one.effect.message_id.as_str();
        let times: Vec<&Taken> = (taken.iter())
            .filter(|taken| taken.message_id == name)
            .collect();
        // Where it left for some of its recipients alone, the copy says nothing of the others.
        let has_all = |taken: &Taken| {
            let mut recipients = one.effect.recipients.iter();
            recipients.all(|to| taken.recipients.iter().any(|had| had == to.as_str()))
        };
        if let EffectState::GivenUp { why, .. } = &one.effect.state
            && let [once] = times.as_slice()
            && has_all(once)
            && filed.contains(name)
        {
            broken.push(format!(
                "filed: {name} stands in Sent and was given up: {why}"
            ));
        }
    }
    broken
}

/// What one person gets about one ticket comes in the order in which it was recorded. What comes twice counts where it came first.
fn order_is_kept(recorded: &[Recorded], taken: &[Taken]) -> Vec<String> {
    let mut last: BTreeMap<(String, String), (u64, String)> = BTreeMap::new();
    let mut came = BTreeSet::new();
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
            let is_first = came.insert((recipient.clone(), taken.message_id.clone()));
            if is_support(recipient) || !is_first {
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
