//! Forgetting a person, and whether the journal is as it was recorded, for people.

use super::Refusal;
use crate::journal::{Forgetting, Forgotten, Haste, Head, Journal, JournalError, StillOpen};
use crate::mail::{Address, MessageId};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Copies that are not ours to remove.
const COPIES: [&str; 4] = [
    "the mails themselves in the support mailbox: inbox and every folder that mail is filed in, the folder of sent mail, and its trash",
    "packets, drafts and copies in the mailboxes of your teams and of the admin",
    "backups and snapshots of the store and of these mailboxes; on the disk itself deleted files stay until they are overwritten",
    "the logs of your mail servers; handoffd's own log names nobody",
];

/// What of a database's files has to be done by who keeps it.
const IN_THE_DATABASE: &str = "the database's: what was deleted stays in its files until `vacuum full handoffd_row`, or until its place is used again, and in its \
    write-ahead log, its replicas and its backups as long as those are kept";
/// The same of a compact that is nothing else.
const NOT_OURS_TO_WRITE: &str = "nothing was written anew: the journal is in a database. What was deleted stays in its files until `vacuum full handoffd_row`, or \
    until its place is used again, and in its write-ahead log, its replicas and its backups as long as those are kept";

/// What is not as it was recorded, one row each; and one row about the whole.
pub(super) fn verify(journal: &Journal) -> Result<Vec<Value>, Refusal> {
    let audit = journal.audit()?;
    let mut rows: Vec<Value> = (audit.differences.iter())
        .map(|one| json!({ "changed": one.what, "commit": one.commit }))
        .collect();
    let removals: Vec<Value> = (audit.removals.iter())
        .map(|one| json!({"commit": one.commit, "at": one.at, "why": one.why, "records": one.records}))
        .collect();
    rows.push(json!({
        "state": if audit.differences.is_empty() { "as recorded" } else { "not as recorded" },
        "first_commit": audit.commits.map(|(first, _)| first),
        "last_commit": audit.head.commit,
        "last_link": audit.head.hash,
        "records": audit.records,
        "removed_on_purpose": removals,
    }));
    Ok(rows)
}

pub(super) fn compact(journal: &Journal, new_chain: bool) -> Result<Vec<Value>, Refusal> {
    if !new_chain {
        journal.compact()?;
        let state = match journal.is_in_database() {
            true => NOT_OURS_TO_WRITE,
            false => "written anew",
        };
        return Ok(vec![json!({ "state": state })]);
    }
    let before = journal.head();
    journal.begin_chain_anew()?;
    let head =
        |head: Option<Head>| head.map(|head| json!({ "commit": head.commit, "hash": head.hash }));
    let mut row = json!({
        "state": "written anew under a new chain: note both links with your backups",
        "last_link_before": head(before),
        "last_link_now": head(journal.head()),
    });
    if let (true, Some(row)) = (journal.is_in_database(), row.as_object_mut()) {
        let _ = row.insert("files".to_owned(), IN_THE_DATABASE.into());
    }
    Ok(vec![row])
}

/// Counts of stories that went, added up.
pub(super) fn counted(journal: &Journal) -> Result<Value, JournalError> {
    let mut all: BTreeMap<String, u64> = BTreeMap::new();
    for (what, count) in journal.counts_of_gone()?.into_values().flatten() {
        *all.entry(what).or_default() += count;
    }
    Ok(json!(all))
}

/// Forgets, then writes the store anew: after that its files hold nothing of it either.
pub(super) fn forget(
    journal: &Journal,
    address: &str,
    at_once: bool,
    now: Timestamp,
) -> Result<Vec<Value>, Refusal> {
    let address = Address::parse(address)
        .map_err(|why| Refusal::NotSo(format!("that is no address: {why}")))?;
    let haste = match at_once {
        true => Haste::Now,
        false => Haste::WhenSettled,
    };
    match journal.forget(&address, haste, now)? {
        Forgetting::Refused(open) => Err(Refusal::NotSo(refused(&open, haste))),
        Forgetting::Done(forgotten) => {
            journal.compact()?;
            let files = match journal.is_in_database() {
                true => IN_THE_DATABASE,
                false => "written anew: its files hold nothing of it",
            };
            Ok(vec![row(&forgotten, files)])
        }
    }
}

fn row(forgotten: &Forgotten, files: &str) -> Value {
    let nothing = *forgotten
        == Forgotten {
            stop_stays: forgotten.stop_stays,
            ..Forgotten::default()
        };
    let tickets: Vec<String> = forgotten.tickets.iter().map(ToString::to_string).collect();
    json!({
        "state": if nothing { "nothing was stored about this address" } else { "forgotten" },
        "tickets": tickets,
        "mails_of_ours": forgotten.mails,
        "events_in_tickets_of_others": forgotten.events_elsewhere,
        "lessons": forgotten.lessons,
        "stop": forgotten.stop_stays.then_some("is still kept, without the address"),
        "still_waiting": names(&forgotten.still_waiting),
        "store": files,
        "not_reached": COPIES,
    })
}

fn names(mails: &[MessageId]) -> Vec<String> {
    mails.iter().map(ToString::to_string).collect()
}

/// What to do first, in words.
fn refused(open: &StillOpen, haste: Haste) -> String {
    let mut why = vec!["nothing was forgotten, because something is open:".to_owned()];
    for (ticket, status) in &open.tickets {
        why.push(format!(
            "  ticket {ticket}: {status}; answer it, then `handoffd close {ticket}`"
        ));
    }
    for mail in &open.waiting {
        why.push(format!(
            "  mail {mail} waits to be sent; `handoffd outbox` says why"
        ));
    }
    for mail in &open.in_doubt {
        why.push(format!(
            "  mail {mail} may be leaving at this moment; wait until `handoffd outbox` shows it no more"
        ));
    }
    if haste == Haste::WhenSettled {
        why.push("`--now` forgets all the same, and nobody will answer what is open".to_owned());
    }
    why.join("\n")
}
