//! Step 9: what an article has not earned it does not do.

use super::*;
use crate::autonomy::{ArticleName, Earned, Proposal, Review, Standing as Stands, Tally, text_of};
use crate::config::Advance;

/// All articles of the desk stand there, with so many good of so many.
pub(super) fn all_at(stage: Stage, (good, counted): (u32, u32)) -> impl FnOnce(&mut TestSituation) {
    move |situation| {
        situation.settings.autonomy.advance = Advance::Ask;
        let topics = situation.knowledge.topics.values();
        let standings = topics.flat_map(|topic| {
            topic.articles.iter().map(move |(language, article)| {
                let name = ArticleName {
                    intent: topic.intent.clone(),
                    language: language.clone(),
                };
                let tally = Tally {
                    good,
                    counted,
                    ..Tally::default()
                };
                let standing = Stands {
                    stage,
                    since: at(0),
                    text: text_of(&article.body),
                    revision: article.revision.clone(),
                    ceiling: Some(Stage::Answer),
                    review: Review {
                        tally,
                        proposal: Proposal::Stay,
                    },
                };
                (name, standing)
            })
        });
        situation.history.earned = Earned::OnRecord(standings.collect());
    }
}

/// At which stage all stand; `None` where nobody asks.
pub(super) fn stage_of_all(situation: &TestSituation) -> Option<Stage> {
    match &situation.history.earned {
        Earned::AllTheirModeAllows => None,
        Earned::OnRecord(standings) => standings.values().next().map(|standing| standing.stage),
    }
}

#[test]
fn the_lowest_of_mailbox_mode_and_stage_holds() {
    use Mode::{Draft, Live, Shadow};
    let at_stage = |name: &str, stage, mode| {
        new()
            .wants(name, 0.9)
            .with(all_at(stage, (12, 14)))
            .with(|s| s.settings.automation.mode = mode)
    };
    for (name, stage, mode, expected) in [
        ("hours", Stage::Answer, Live, "answer sure"),
        ("hours", Stage::Draft, Live, "draft not-earned"),
        ("hours", Stage::Shadow, Live, "handoff article-in-shadow"),
        ("hours", Stage::Answer, Draft, "draft draft-mode"),
        ("hours", Stage::Draft, Draft, "draft draft-mode"),
        ("hours", Stage::Shadow, Draft, "handoff article-in-shadow"),
        ("refund", Stage::Answer, Live, "draft draft-article"),
        ("refund", Stage::Draft, Live, "draft draft-article"),
        ("refund", Stage::Shadow, Live, "handoff article-in-shadow"),
        ("repair", Stage::Answer, Live, "handoff article-handoff"),
        // Nothing leaves a mailbox in shadow, and what is decided is what an article would do that has earned it.
        ("hours", Stage::Shadow, Shadow, "answer sure"),
        ("hours", Stage::Draft, Shadow, "answer sure"),
        // Details are not asked for either by an article that has no effect.
        ("track", Stage::Shadow, Live, "handoff article-in-shadow"),
        ("track", Stage::Draft, Live, "ask facts-missing"),
        ("track", Stage::Answer, Live, "ask facts-missing"),
    ] {
        check(&at_stage(name, stage, mode), expected);
    }
    // What is unsure is that first, at any stage.
    let unsure = new()
        .wants("hours", 0.5)
        .with(all_at(Stage::Shadow, (0, 0)));
    check(&unsure, "handoff not-sure");
    // Where nobody asks for a record, none is needed.
    let off = at_stage("hours", Stage::Shadow, Live);
    check(
        &off.with(|s| s.settings.autonomy.advance = Advance::Off),
        "answer sure",
    );
    // An article without a record stands where articles begin.
    let unknown = at_stage("hours", Stage::Answer, Live)
        .with(|s| s.history.earned = Earned::OnRecord(BTreeMap::new()));
    check(&unknown, "handoff article-in-shadow");
}

#[test]
fn whoever_answers_for_an_article_in_shadow_is_not_shown_its_text() {
    let decided = new()
        .wants("hours", 0.9)
        .with(all_at(Stage::Shadow, (0, 0)))
        .decide();
    let Action::HandOff(hand_off) = decided.action else {
        panic!("no hand-off")
    };
    assert_eq!(hand_off.suggestion, None);
}

#[test]
fn the_reason_says_how_far_it_is_and_what_is_needed_in_each_language() {
    let sentence = |record| {
        let decided = new()
            .wants("hours", 0.9)
            .with(all_at(Stage::Draft, record))
            .decide();
        decided.reasons.first.sentence
    };
    let early = sentence((12, 14));
    let english =
        "12 of 14 drafts were sent unchanged, needed are 30 and certainty of 90 % (so far 61 %)";
    assert!(early.english().ends_with(english), "{early}");
    let german = "12 von 14 Entwürfen gingen unverändert hinaus, nötig sind 30 und Gewissheit von 90 % (bisher 61 %)";
    assert!(early.german().ends_with(german), "{}", early.german());
    // A draft shows so much of it.
    assert!(early.english().chars().count() < 200 && early.german().chars().count() < 200);
    let waits = sentence((30, 30));
    assert!(
        waits.english().contains("that waits for the admin's yes"),
        "{waits}"
    );
    assert!(
        waits.german().contains("fehlt das Ja des Admins"),
        "{}",
        waits.german()
    );
}

#[test]
fn a_text_that_was_changed_is_proposed_at_once_whatever_it_had_earned() {
    let changed = new()
        .wants("hours", 0.9)
        .with(all_at(Stage::Answer, (30, 30)))
        .with(|s| {
            let topic = s.knowledge.topics.get_mut(&intent("hours")).unwrap();
            let article = topic.articles.get_mut(&language("en")).unwrap();
            article.body = "We open at ten.".to_owned();
        });
    let decided = check(&changed, "draft not-earned");
    let sentence = decided.reasons.first.sentence.to_string();
    assert!(sentence.contains("0 of 0 drafts"), "{sentence}");
}
