//! What do the articles alone say of a lesson's words? Asked before a lesson is believed against them.

use crate::config::{IntentName, Settings};
use crate::knowledge::Knowledge;
use crate::learning::{self, HeldBack, Lesson};
use crate::understand::meaning::Encoder;
use crate::understand::{Taught, Understander};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// What they said, by language and words. A classifier of the articles alone is made when words come that are not known yet, and not kept: it is
/// as large as the one that answers.
#[derive(Debug, Default)]
pub(super) struct ArticlesAlone {
    said: Mutex<Said>,
}

type Said = BTreeMap<(String, String), Option<IntentName>>;

impl ArticlesAlone {
    /// What is taught of these lessons, and which of them wait.
    pub(super) fn taught(
        &self,
        lessons: &[Lesson],
        knowledge: &Knowledge,
        settings: &Settings,
        encoder: Option<&Arc<Encoder>>,
        now: Timestamp,
    ) -> (Vec<Taught>, HeldBack) {
        let said = self.say(lessons, knowledge, settings, encoder);
        let say = |lesson: &Lesson| said.get(&words_of(lesson)).cloned().flatten();
        let keep = settings.store.keep_learned;
        let used = learning::in_use(lessons, knowledge, now, keep, say);
        (learning::taught(&used.lessons), used.held_back)
    }

    /// For each lesson the article that surely answers its words, where there is one: from its threshold for sending on.
    fn say(
        &self,
        lessons: &[Lesson],
        knowledge: &Knowledge,
        settings: &Settings,
        encoder: Option<&Arc<Encoder>>,
    ) -> Said {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let mut alone = None;
        *said = lessons
            .iter()
            .map(|lesson| {
                let words = words_of(lesson);
                let says = match said.remove(&words) {
                    Some(known) => known,
                    None => {
                        let alone = alone.get_or_insert_with(|| {
                            Understander::train(knowledge, settings, encoder)
                        });
                        let nearest = alone.sentence_says(&lesson.text, &lesson.language);
                        let surely = nearest.filter(|(intent, confidence)| {
                            *confidence >= knowledge.thresholds(intent, &settings.automation).send
                        });
                        surely.map(|(intent, _)| intent)
                    }
                };
                (words, says)
            })
            .collect();
        said.clone()
    }
}

/// By what a lesson's words are known.
fn words_of(lesson: &Lesson) -> (String, String) {
    (lesson.language.0.clone(), lesson.text.clone())
}

#[cfg(test)]
mod tests;
