//! Steps 8 to 10: ask for what is missing, draft, or answer. Facts come from a customer's mail: they enter the approved text as plain
//! words or not at all.

use super::sentence::Pattern;
use super::unsure::in_hundredths;
use super::view::View;
use super::{Action, Match, Sentence, sentences};
use crate::autonomy::{ArticleName, IN_SHADOW, Stage, Tally, lower_bound, percent};
use crate::config::{FactName, IntentName, Mode};
use crate::knowledge::{Article, ArticleMode, Topic};
use crate::ticket::{ArticleReference, Draft, Wording};
use std::collections::BTreeMap;
use std::fmt::Display;

/// The longest fact put into an answer, in characters.
const FACT_MAX_CHARACTERS: usize = 80;

/// Step 9, its beginning: an article that is only tried has no effect, so nothing is asked for it either.
pub(super) fn in_shadow(view: &View<'_>) -> Option<Match> {
    let (wanted, topic, article) = view.article()?;
    let (stage, _) = earned(view, topic, article)?;
    (stage == Stage::Shadow).then(|| {
        let mut action = view.to_person(None);
        if let Action::HandOff(hand_off) = &mut action {
            // Who has read a text writes what it says: their answer would be no witness for it.
            hand_off.suggestion = None;
        }
        Match::new(
            IN_SHADOW,
            sentences::IN_SHADOW.with([
                &wanted.intent,
                &in_hundredths(wanted.confidence),
                &in_hundredths(wanted.thresholds.send),
            ]),
            wanted.evidence.as_str(),
            action,
        )
    })
}

/// How far an article has come, and its record there; `None` where nobody asks. In a mailbox in shadow nothing has an effect, and what is decided is
/// what would be done if all had earned it.
fn earned(view: &View<'_>, topic: &Topic, article: &Article) -> Option<(Stage, Tally)> {
    let settings = &view.situation.settings;
    if !settings.autonomy.is_on() || settings.automation.mode == Mode::Shadow {
        return None;
    }
    let name = ArticleName {
        intent: topic.intent.clone(),
        language: view.language.clone(),
    };
    let earned = &view.situation.history.earned;
    earned.of(&name, &article.body, settings.autonomy.start)
}

/// Why an article that has not come further than drafts is proposed: how far it is, and what is needed.
fn not_earned(view: &View<'_>, intent: &IntentName, tally: Tally) -> Sentence {
    let demands = view.situation.settings.autonomy.demands();
    let Tally { good, counted, .. } = tally;
    if tally.is_enough(Stage::Draft, &demands) {
        return sentences::EARNED_AND_NOT_ALLOWED.with([intent, &good, &counted]);
    }
    let (mails, share) = demands.above(Stage::Draft);
    sentences::NOT_EARNED.with([
        intent,
        &good,
        &counted,
        &mails,
        &percent(share),
        &percent(lower_bound(good, counted)),
    ])
}

/// Step 8: something needed is missing.
pub(super) fn missing(view: &View<'_>) -> Option<Match> {
    let missing = view.missing();
    let (wanted, ..) = view.article()?;
    if missing.is_empty() {
        return None;
    }
    let names: Vec<String> = missing.iter().map(ToString::to_string).collect();
    Some(Match::new(
        "facts-missing",
        sentences::FACTS_MISSING.with([&wanted.intent, &names.join(", ")]),
        wanted.evidence.as_str(),
        Action::Ask {
            intent: wanted.intent.clone(),
            missing,
        },
    ))
}

/// Steps 9 and 10: what lacks nothing is drafted where a person's yes is wanted, and sent otherwise.
pub(super) fn answer_or_draft(view: &View<'_>) -> Match {
    let Some((wanted, topic, article)) = view.article() else {
        return Match::new("no-intent", sentences::NO_INTENT, "", view.to_person(None));
    };
    let reference = ArticleReference {
        intent: wanted.intent.clone(),
        language: view.language.clone(),
        revision: article.revision.clone(),
    };
    if topic.mode == ArticleMode::Unwritten {
        return Match::new(
            "article-not-written",
            sentences::ARTICLE_NOT_WRITTEN.with([&wanted.intent]),
            wanted.evidence.as_str(),
            view.to_person(None),
        );
    }
    let text = match filled(&article.body, &view.facts) {
        Ok(text) => text,
        Err(why) => {
            let (pattern, name) = match why {
                NotFilled::Unknown(name) => (sentences::FACT_NOT_KNOWN, name),
                NotFilled::NotPlain(name) => (sentences::FACT_NOT_PLAIN, name),
            };
            return Match::new(
                "fact-not-usable",
                pattern.with([&wanted.intent, &name]),
                wanted.evidence.as_str(),
                view.to_person(None),
            );
        }
    };
    let confidence = in_hundredths(wanted.confidence);
    let needed = in_hundredths(wanted.thresholds.send);
    let asked: [&dyn Display; 3] = [&wanted.intent, &confidence, &needed];
    let asked_about = |pattern: Pattern<3>| pattern.with(asked);
    let draft_because = match (view.situation.settings.automation.mode, topic.mode) {
        (Mode::Draft, _) => Some(("draft-mode", asked_about(sentences::DRAFT_MODE))),
        (_, ArticleMode::Answer) => match earned(view, topic, article) {
            None | Some((Stage::Answer, _)) => None,
            Some((Stage::Draft | Stage::Shadow, tally)) => {
                Some(("not-earned", not_earned(view, &wanted.intent, tally)))
            }
        },
        (_, ArticleMode::Draft | ArticleMode::Handoff | ArticleMode::Unwritten) => {
            Some(("draft-article", asked_about(sentences::DRAFT_ARTICLE)))
        }
    };
    if let Some((rule, because)) = draft_because {
        let draft = Draft {
            article: reference,
            confidence: wanted.confidence,
            text,
            team: view.responsible_team(),
            approvals: topic.approvals,
            wording: Wording::OfArticle,
        };
        return Match::new(
            rule,
            because,
            wanted.evidence.as_str(),
            Action::Draft(draft),
        );
    }
    let used = topic
        .needs
        .iter()
        .filter_map(|name| Some((name.clone(), view.facts.get(name)?.clone())))
        .collect();
    let action = Action::Answer {
        article: reference,
        confidence: wanted.confidence,
        facts: used,
        text,
    };
    Match::new(
        "sure",
        sentences::SURE.with(asked),
        wanted.evidence.as_str(),
        action,
    )
}

/// Why an approved text cannot be filled in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum NotFilled {
    /// Nobody has given that fact.
    Unknown(FactName),
    /// What was given is not plain words.
    NotPlain(FactName),
}

/// How the place of a detail that nobody has given is shown to staff.
pub(crate) fn open_place(name: &FactName) -> String {
    format!("[{name}?]")
}

/// The approved text as a suggestion to staff: what is known is filled in, the places of what is not are shown as such.
pub(crate) fn filled_as_far_as_known(body: &str, facts: &BTreeMap<FactName, String>) -> String {
    let mut text = body.to_owned();
    // Each round fills or opens one place, so the number of places is their bound.
    for _ in 0..body.matches("{{").count() {
        let Some((before, after)) = text.split_once("{{") else {
            break;
        };
        let Some((name, behind)) = after.split_once("}}") else {
            break;
        };
        let name = FactName(name.trim().to_owned());
        let known = facts.get(&name).filter(|value| is_plain(value));
        let value = known.cloned().unwrap_or_else(|| open_place(&name));
        text = format!("{before}{value}{behind}");
    }
    text
}

/// The approved text with each `{{fact}}` replaced. Values are not looked at again: a value with braces in it stays as it is.
pub(crate) fn filled(body: &str, facts: &BTreeMap<FactName, String>) -> Result<String, NotFilled> {
    let mut text = String::with_capacity(body.len());
    let mut rest = body;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, behind)) = after.split_once("}}") else {
            break;
        };
        text.push_str(before);
        let name = FactName(name.trim().to_owned());
        let value = facts
            .get(&name)
            .ok_or_else(|| NotFilled::Unknown(name.clone()))?;
        if !is_plain(value) {
            return Err(NotFilled::NotPlain(name));
        }
        text.push_str(value);
        rest = behind;
    }
    text.push_str(rest);
    Ok(text)
}

/// Whether a value can stand in Markdown without meaning anything there: no markup, no link, no line break, no invisible character.
fn is_plain(value: &str) -> bool {
    let is_plain_character =
        |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '.' | ',' | '/' | '+');
    let has_link = value.contains("//") || value.to_lowercase().contains("www.");
    !value.trim().is_empty()
        && value.chars().count() <= FACT_MAX_CHARACTERS
        && value.chars().all(is_plain_character)
        && !has_link
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn facts(value: &str) -> BTreeMap<FactName, String> {
        BTreeMap::from([(FactName("order_number".to_owned()), value.to_owned())])
    }

    #[test]
    fn facts_are_filled_in_as_plain_words() {
        let body = "Look for {{order_number}} and {{ order_number }}. {{";
        assert_eq!(
            filled(body, &facts("AB-204518")).unwrap(),
            "Look for AB-204518 and AB-204518. {{"
        );
        assert_eq!(
            filled("{{model}}", &facts("x")).unwrap_err(),
            NotFilled::Unknown(FactName("model".to_owned()))
        );
        for bad in [
            "",
            "[click](https://evil.example)",
            "a\nb",
            "**x**",
            "{{model}}",
            "<b>",
            "https://evil.example",
            "www.evil",
            "x\u{202E}y",
        ] {
            assert!(filled(body, &facts(bad)).is_err(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn a_hostile_value_brings_no_markup(value in "\\PC{0,40}") {
            if let Ok(text) = filled("{{order_number}}", &facts(&value)) {
                let has_markup = text.contains(['*', '[', '<', '`', '\n', '{', '_', '#', '\\', '&']);
                prop_assert!(!has_markup);
            }
        }
    }
}
