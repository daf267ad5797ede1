//! What does a process work for from its start? What is free and ours, before anything else is begun.

use super::super::closing::{GIVEN_BACK_WITHIN, close_all};
use super::super::named::in_name_of;
use super::super::prepared::Prepared;
use super::super::ready::{NotReady, NotTaken, Ready};
use super::super::turns::judged;
use super::look::look;
use crate::config::MailboxName;
use std::time::Duration;

/// At a start: takes what is free and ours at once, so that what is wrong with the database or a journal ends the start. The others are stood by for.
pub(in crate::cli::run) fn first_round(
    prepared: Vec<Prepared>,
) -> Result<(Vec<Ready>, Vec<Prepared>), NotReady> {
    let fails = |name: Option<&MailboxName>, why: &str| NotReady::Store(in_name_of(name, why));
    let seen = match look(&mut None, prepared.iter()) {
        Ok(seen) => seen,
        Err(NotTaken::Waits(_)) => return Ok((Vec::new(), prepared)),
        // The same for all of them.
        Err(NotTaken::Fails(why)) => return Err(fails(None, &why)),
    };
    let (mut ready, mut others) = (Vec::new(), Vec::new());
    for (one, seen) in prepared.into_iter().zip(seen) {
        let lease = one.database().map(|database| database.lease);
        let awaited = judged(seen, ready.len(), Duration::ZERO, lease.unwrap_or_default());
        if awaited.is_some() {
            others.push(one);
            continue;
        }
        match Ready::take(&one) {
            Ok(taken) => ready.push(taken),
            Err(NotTaken::Waits(_)) => others.push(one),
            Err(NotTaken::Fails(why)) => {
                let journals = ready.into_iter().map(|ready| ready.journal);
                close_all(journals.collect(), GIVEN_BACK_WITHIN);
                return Err(fails(one.name.as_ref(), &why));
            }
        }
    }
    Ok((ready, others))
}
