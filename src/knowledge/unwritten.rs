//! Does a text still hold a place in which `handoffd init` asked for words? Then nobody has written it yet, and nobody gets it.

use super::{Article, ArticleMode, Knowledge, Topic};
use crate::config::Problem;
use std::ops::Range;

/// How such a place begins: `[Write here what delivery costs.]`.
const OPENING: &str = "[Write here";

/// A place in which somebody is still to write this.
pub(crate) fn place(what: &str) -> String {
    format!("{OPENING} {what}]")
}

/// The places in a text that are still to be written.
pub(super) fn places(text: &str) -> Vec<Range<usize>> {
    let openings = text.match_indices(OPENING);
    openings
        .map(|(start, opening)| start..start + opening.len())
        .collect()
}

/// Where in a file words are still to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaceToWrite {
    /// The line, from 1.
    pub line: usize,
    /// The character in it, from 1.
    pub column: usize,
}

impl Article {
    /// Whether somebody has written all of it.
    #[must_use]
    pub const fn is_written(&self) -> bool {
        self.unwritten.is_empty()
    }
}

impl Topic {
    /// One text that is not written yet holds all of them back: a language changes only the words.
    pub(super) fn hold_back_what_is_not_written(&mut self) {
        let is_written = self.articles.values().all(Article::is_written);
        if !is_written && self.mode != ArticleMode::Handoff {
            self.mode = ArticleMode::Unwritten;
        }
    }
}

impl Knowledge {
    /// What is still to be written before customers or staff can get it, place by place.
    #[must_use]
    pub fn to_be_written(&self) -> Vec<Problem> {
        let topics = self.topics.values();
        let held_back = topics.filter(|topic| topic.mode == ArticleMode::Unwritten);
        let articles = held_back.flat_map(|topic| topic.articles.values());
        let places = articles.flat_map(|article| {
            article.unwritten.iter().map(|place| Problem {
                file: article.path.clone(),
                line: place.line,
                column: place.column,
                what: "the text is not written yet: requests about it go to a person".to_owned(),
                remedy: "write what customers are to read in place of `[Write here …]`, or `mode = \"handoff\"`".to_owned(),
            })
        });
        let mut places: Vec<Problem> = places.collect();
        places.sort();
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_init_asks_for_is_found_wherever_it_stands() {
        let text = format!("We answer.\n{}, {}", place("when"), place("who"));
        let starts: Vec<usize> = places(&text).iter().map(|at| at.start).collect();
        assert_eq!(starts, [11, 30]);
        assert!(places("Write here: Main Street 1 [ground floor]").is_empty());
    }

    #[test]
    fn one_text_holds_back_its_topic_and_a_note_to_staff_nothing() {
        for (mode, expected) in [
            (ArticleMode::Answer, ArticleMode::Unwritten),
            (ArticleMode::Draft, ArticleMode::Unwritten),
            (ArticleMode::Handoff, ArticleMode::Handoff),
        ] {
            let mut knowledge = crate::decide::test_situation::knowledge();
            let topic = knowledge.topics.values_mut().next().unwrap();
            topic.mode = mode;
            topic.hold_back_what_is_not_written();
            assert_eq!(topic.mode, mode, "all of it is written");
            let article = topic.articles.values_mut().next().unwrap();
            article.unwritten = vec![PlaceToWrite { line: 9, column: 3 }];
            topic.hold_back_what_is_not_written();
            assert_eq!(topic.mode, expected);
            let is_named = expected == ArticleMode::Unwritten;
            assert_eq!(knowledge.to_be_written().len(), usize::from(is_named));
        }
    }
}
