//! How much is kept, and what of it takes part? The newest lessons of each article and of "none of these", for a limited time. Pure; the
//! same lessons give the same list.

use super::{Confirmation, HeldBack, Lesson, held_back};
use crate::config::{IntentName, Language};
use crate::knowledge::Knowledge;
use crate::mail::MailIdentity;
use crate::understand::Taught;
use jiff::{SignedDuration, Timestamp};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// The most lessons of one article.
pub const ARTICLE_MAX: usize = 50;
/// The most lessons of what no article covers.
pub const NONE_MAX: usize = 500;
/// The most lessons of all: articles come and go, and their lessons stay until they age out.
const ALL_MAX: usize = 5_000;

/// The lessons that are one too many, the oldest of each article first.
#[must_use]
pub fn surplus(lessons: &[Lesson]) -> Vec<MailIdentity> {
    let mut seen: BTreeMap<Option<&IntentName>, usize> = BTreeMap::new();
    let mut kept = 0_usize;
    let mut too_many = Vec::new();
    for lesson in newest_first(lessons.iter()) {
        let count = seen.entry(lesson.intent.as_ref()).or_insert(0);
        let most = match lesson.intent {
            Some(_) => ARTICLE_MAX,
            None => NONE_MAX,
        };
        if *count >= most || kept >= ALL_MAX {
            too_many.push(lesson.mail);
        } else {
            *count += 1;
            kept += 1;
        }
    }
    too_many
}

/// The lessons that are older than they are kept.
#[must_use]
pub fn outdated(lessons: &[Lesson], now: Timestamp, keep: Duration) -> Vec<MailIdentity> {
    let lessons = lessons.iter();
    lessons
        .filter(|lesson| !is_young(lesson, now, keep))
        .map(|lesson| lesson.mail)
        .collect()
}

/// The lessons that take part, newest first: young enough, of an article that is there in their language, and not against what the articles alone
/// surely say, unless it was said twice. `articles_say`: which article surely answers a lesson's words, as far as the articles' own phrases tell.
#[must_use]
pub fn in_use<'a>(
    lessons: &'a [Lesson],
    knowledge: &Knowledge,
    now: Timestamp,
    keep: Duration,
    articles_say: impl Fn(&Lesson) -> Option<IntentName>,
) -> Used<'a> {
    let has_articles = |language: &Language| {
        let mut topics = knowledge.topics.values();
        topics.any(|topic| topic.articles.contains_key(language))
    };
    let takes_part = |lesson: &&Lesson| {
        let language = &lesson.language;
        is_young(lesson, now, keep)
            && match &lesson.intent {
                Some(intent) => knowledge.article(intent, language).is_some(),
                None => has_articles(language),
            }
    };
    let held_back = held_back(lessons.iter().filter(takes_part), articles_say);
    let mut seen: BTreeSet<(&Language, &str)> = BTreeSet::new();
    let mut used = newest_first(lessons.iter().filter(takes_part));
    used.retain(|lesson| !held_back.contains_key(&lesson.mail));
    // The same words count once, however often they were sent and confirmed. What was confirmed last holds, but an answer by hand, which names
    // no article, does not take back what somebody named.
    let named: BTreeSet<(&Language, &str)> = used
        .iter()
        .filter(|lesson| lesson.how != Confirmation::AnsweredByHand)
        .map(|lesson| (&lesson.language, lesson.text.as_str()))
        .collect();
    used.retain(|lesson| {
        let words = (&lesson.language, lesson.text.as_str());
        let is_named = lesson.how != Confirmation::AnsweredByHand || !named.contains(&words);
        is_named && seen.insert(words)
    });
    Used {
        lessons: used,
        held_back,
    }
}

/// Which lessons take part.
#[derive(Debug)]
pub struct Used<'a> {
    /// Those that do, the most telling first.
    pub lessons: Vec<&'a Lesson>,
    /// Those that wait for a second one like them.
    pub held_back: HeldBack,
}

/// The same as examples, in the same order.
#[must_use]
pub fn taught(in_use: &[&Lesson]) -> Vec<Taught> {
    in_use.iter().map(|lesson| lesson.taught()).collect()
}

/// How many examples are in use, and which are not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InUse {
    /// Lessons that wait for a second one like them.
    pub held_back: HeldBack,
    /// By article.
    pub by_intent: BTreeMap<IntentName, usize>,
    /// Of what no article covers.
    pub none: usize,
}

impl InUse {
    /// Counts them.
    #[must_use]
    pub fn of(taught: &[Taught], held_back: HeldBack) -> Self {
        let mut in_use = Self {
            held_back,
            ..Self::default()
        };
        for one in taught {
            match &one.intent {
                Some(intent) => *in_use.by_intent.entry(intent.clone()).or_insert(0) += 1,
                None => in_use.none += 1,
            }
        }
        in_use
    }
}

fn is_young(lesson: &Lesson, now: Timestamp, keep: Duration) -> bool {
    let age = now.duration_since(lesson.at);
    SignedDuration::try_from(keep).is_ok_and(|keep| age < keep)
}

fn newest_first<'a>(lessons: impl Iterator<Item = &'a Lesson>) -> Vec<&'a Lesson> {
    let mut all: Vec<&Lesson> = lessons.collect();
    all.sort_by_key(|lesson| (Reverse(lesson.at), lesson.mail.0));
    all
}
