//! Which lessons wait for a second one like them? Those whose words the articles alone surely take for something else than the member did. Pure.
//!
//! One wrong label must not change what the next customer with the same words is answered. A label that is right comes again: with the second ticket
//! in which the same is said of what the same article would have answered, all of them count.

use super::Lesson;
use crate::config::{IntentName, Language};
use crate::mail::MailIdentity;
use crate::ticket::TicketId;
use std::collections::{BTreeMap, BTreeSet};

/// So many tickets must say so before it is believed against the articles.
const TICKETS_MIN: usize = 2;

/// Lessons that wait, each with the article whose words its sentence surely is.
pub type HeldBack = BTreeMap<MailIdentity, IntentName>;

/// Those of `lessons` that wait. `articles_say`: which article surely answers a lesson's words, as far as the articles' own phrases tell.
pub fn held_back<'a>(
    lessons: impl IntoIterator<Item = &'a Lesson>,
    articles_say: impl Fn(&Lesson) -> Option<IntentName>,
) -> HeldBack {
    let mut contrary: BTreeMap<_, (BTreeSet<&TicketId>, Vec<MailIdentity>)> = BTreeMap::new();
    for lesson in lessons {
        let Some(said) = articles_say(lesson) else {
            continue;
        };
        if lesson.intent.as_ref() != Some(&said) {
            let against: (&Language, IntentName, Option<&IntentName>) =
                (&lesson.language, said, lesson.intent.as_ref());
            let (tickets, mails) = contrary.entry(against).or_default();
            tickets.insert(&lesson.ticket);
            mails.push(lesson.mail);
        }
    }
    let alone = contrary
        .into_iter()
        .filter(|(_, (tickets, _))| tickets.len() < TICKETS_MIN);
    alone
        .flat_map(|((_, said, _), (_, mails))| {
            mails.into_iter().map(move |mail| (mail, said.clone()))
        })
        .collect()
}
