//! What has an article earned, as deciding sees it? A stage belongs to a text: where the text is another one now, it has earned nothing beyond a draft.

use super::{ArticleName, Review, Stage, Tally};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Where an article stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its stage.
    pub stage: Stage,
    /// Since when its record counts.
    pub since: Timestamp,
    /// The text that came so far ([`text_of`]).
    pub text: String,
    /// The revision that was looked at last.
    pub revision: String,
    /// How far the admin lets it go; `None` where its file is gone, or it is only for people.
    pub ceiling: Option<Stage>,
    /// What was found when its record was looked at last.
    pub review: Review,
}

/// What articles have earned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Earned {
    /// Whatever their mode lets them do: nobody asks what they have earned.
    #[default]
    AllTheirModeAllows,
    /// By article; one that is missing stands where articles begin, with nothing on record.
    OnRecord(BTreeMap<ArticleName, Standing>),
}

impl Earned {
    /// The stage of an article with this text, and its record there; `None` where nobody asks. `start` is where articles begin.
    #[must_use]
    pub fn of(&self, article: &ArticleName, body: &str, start: Stage) -> Option<(Stage, Tally)> {
        let Self::OnRecord(standings) = self else {
            return None;
        };
        let Some(standing) = standings.get(article) else {
            return Some((start, Tally::default()));
        };
        Some(match standing.text == text_of(body) {
            true => (standing.stage, standing.review.tally),
            false => (stage_of_changed(standing.stage), Tally::default()),
        })
    }
}

/// Where an article stands whose text was changed.
#[must_use]
pub(super) const fn stage_of_changed(stage: Stage) -> Stage {
    match stage {
        Stage::Shadow => Stage::Shadow,
        Stage::Draft | Stage::Answer => Stage::Draft,
    }
}

/// A text by its words: two that differ only in capitals, emphasis, marks of quotation, full stops and the breaking of lines are the same. A comma is
/// a difference (`No, refunds are possible`), and so is whatever stands inside a word (`1,500`).
#[must_use]
pub fn text_of(body: &str) -> String {
    let is_around = |c: char| ".!\"'“”„‘’«»()[]*_#>`|".contains(c);
    // The words of a link and its address.
    let body = body.replace("](", " ");
    let mut hash = Sha256::new();
    let words = body.split_whitespace();
    let words = words.map(|word| word.trim_matches(is_around));
    for word in words.filter(|word| !word.is_empty()) {
        hash.update(word.to_lowercase());
        hash.update([0]);
    }
    let mut name = String::new();
    for byte in hash.finalize().iter().take(8) {
        // Writing to a String cannot fail.
        let _ = write!(name, "{byte:02x}");
    }
    name
}

impl Standing {
    /// Whether this text has come so far.
    #[must_use]
    pub fn is_of(&self, body: &str) -> bool {
        self.text == text_of(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::autonomy::Proposal;
    use crate::decide::test_situation::{intent, language};

    #[test]
    fn a_text_is_its_words() {
        let text =
            "We open at 9.30, **Monday** to Friday.\n\nSee [our page](https://shop.example/hours).";
        let same =
            "we open at 9.30, Monday to\nFriday!  See _our page_ (https://shop.example/hours)";
        assert_eq!(text_of(text), text_of(same));
        for other in [
            text.replace("9.30", "930"),
            text.replace("9.30", "10.30"),
            text.replace("Monday", "Tuesday"),
            text.replace("We open", "We do not open"),
            text.replace("hours", "other"),
            text.replace("We open", "We, open"),
            text.replace("shop.example", "shop_example"),
            format!("{text} €"),
        ] {
            assert_ne!(text_of(text), text_of(&other), "{other}");
        }
    }

    #[test]
    fn a_changed_text_has_earned_no_more_than_a_draft_at_once() {
        let name = ArticleName {
            intent: intent("hours"),
            language: language("en"),
        };
        let at = |stage| {
            let tally = Tally {
                good: 3,
                counted: 4,
                ..Tally::default()
            };
            let standing = Standing {
                stage,
                since: Timestamp::UNIX_EPOCH,
                text: text_of("We open at nine."),
                revision: "1".to_owned(),
                ceiling: Some(Stage::Answer),
                review: Review {
                    tally,
                    proposal: Proposal::Stay,
                },
            };
            Earned::OnRecord(BTreeMap::from([(name.clone(), standing)]))
        };
        for (stage, changed) in [
            (Stage::Shadow, Stage::Shadow),
            (Stage::Draft, Stage::Draft),
            (Stage::Answer, Stage::Draft),
        ] {
            let of = |body| at(stage).of(&name, body, Stage::Shadow).unwrap();
            assert_eq!(of("We open at nine!").0, stage);
            assert_eq!(of("We open at nine!").1.good, 3);
            assert_eq!(of("We open at ten."), (changed, Tally::default()));
        }
        let another = ArticleName {
            language: language("de"),
            ..name.clone()
        };
        let unknown = at(Stage::Answer).of(&another, "We open at nine.", Stage::Shadow);
        assert_eq!(unknown, Some((Stage::Shadow, Tally::default())));
        assert_eq!(Earned::default().of(&another, "", Stage::Shadow), None);
    }
}
