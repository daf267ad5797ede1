//! A desk over weeks: when letters leave, and what an answer does, with a clock that the test moves.

use super::*;
use crate::autonomy::{ArticleName, Proposal, Review, Stage, Standing, Tally, Weighed};
use crate::config::{Mode, Settings};
use crate::journal::{EffectFilter, Entry};
use crate::letter::{LetterAnswer, Says, Word, tests as letters};
use crate::mail::{MailIdentity, MessageId};
use crate::ticket::{TimedEvent, TokenKey};
use jiff::SignedDuration;
use std::path::Path as FilePath;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn desk(change: impl FnOnce(&mut Settings)) -> Office {
    let path = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("config/demo/handoffd.toml");
    let mut settings = Settings::load_without_secrets(&path).expect("the demo's settings");
    settings.understanding.models_folder = None;
    settings.automation.mode = Mode::Live;
    settings.autonomy.advance = crate::config::Advance::Ask;
    change(&mut settings);
    Office::furnish(settings, TokenKey::new([7; 32]), &[]).expect("the demo's desk")
}

fn journal() -> Journal {
    Journal::in_memory(FilePath::new("none"))
}

fn looked(journal: &Journal, office: &Office, now: &str) -> LookedAtLetters {
    look(journal, office, at(now)).unwrap()
}

fn told(journal: &Journal) -> Vec<String> {
    let effects = journal.effects(EffectFilter::Waiting, 50).unwrap();
    effects.into_iter().map(|effect| effect.subject).collect()
}

/// The demo's first team works in Berlin: seven o'clock there is six in winter.
#[test]
fn a_new_desk_waits_a_week_and_one_that_was_off_writes_one_letter_late() {
    let (journal, office) = (journal(), desk(|_| {}));
    assert_eq!(looked(&journal, &office, "2026-03-04T12:00:00Z").mails, 0);
    assert_eq!(looked(&journal, &office, "2026-03-09T05:59:00Z").mails, 0);
    assert_eq!(looked(&journal, &office, "2026-03-09T06:00:00Z").mails, 1);
    assert_eq!(looked(&journal, &office, "2026-03-09T06:00:05Z").mails, 0);
    // Three weeks later: one, about the last week.
    assert_eq!(looked(&journal, &office, "2026-04-01T12:00:00Z").mails, 1);
    let subjects = told(&journal);
    assert_eq!(subjects.len(), 2, "{subjects:?}");
    let last = subjects
        .iter()
        .any(|subject| subject.contains("23 March to 29 March"));
    assert!(last, "{subjects:?}");
}

#[test]
fn none_is_written_in_shadow_or_where_none_is_wanted_and_one_can_be_asked_for() {
    let never = desk(|settings| settings.letter.weekday = None);
    let shadow = desk(|settings| settings.automation.mode = Mode::Shadow);
    for office in [never, shadow] {
        let journal = journal();
        assert_eq!(looked(&journal, &office, "2026-03-04T12:00:00Z").mails, 0);
        assert_eq!(looked(&journal, &office, "2026-03-09T12:00:00Z").mails, 0);
    }
    let (journal, office) = (journal(), desk(|_| {}));
    looked(&journal, &office, "2026-03-04T12:00:00Z");
    let now = at("2026-03-05T12:00:00Z");
    assert_eq!(write_now(&journal, &office, now).unwrap(), 1);
    assert_eq!(
        write_now(&journal, &office, now).unwrap(),
        0,
        "twice at once is once"
    );
    assert_eq!(
        looked(&journal, &office, "2026-03-09T12:00:00Z").mails,
        1,
        "the week's own comes all the same"
    );
}

fn standing(proposal: Proposal, stage: Stage) -> Standing {
    Standing {
        stage,
        since: Timestamp::UNIX_EPOCH,
        text: "t".to_owned(),
        revision: "r".to_owned(),
        ceiling: Some(Stage::Answer),
        review: Review {
            tally: Tally::default(),
            proposal,
        },
    }
}

fn stands(journal: &Journal, standing: Standing) {
    let article = ArticleName::parse("delivery-time.en").unwrap();
    let weighed = Weighed {
        standings: vec![(article, standing)],
        changes: vec![],
    };
    journal
        .change_stages(|_| Ok::<_, JournalError>(weighed), |_| None)
        .unwrap();
}

fn stage_of(journal: &Journal) -> Stage {
    let article = ArticleName::parse("delivery-time.en").unwrap();
    journal.standing(&article).unwrap().unwrap().stage
}

/// A letter that suggests both: an article that has earned more, and a new one.
fn with_letter(office: &Office, now: Timestamp) -> (Journal, SentLetter) {
    let journal = journal();
    stands(&journal, standing(Proposal::Advance, Stage::Draft));
    for ticket in letters::repairs() {
        let events = ticket.events.iter().map(|timed| {
            let timed = TimedEvent {
                at: now - SignedDuration::from_hours(30),
                ..timed.clone()
            };
            (ticket.id.clone(), timed)
        });
        let entry = Entry {
            events: events.collect(),
            ..Entry::default()
        };
        journal.record(entry, now).unwrap();
    }
    write_now(&journal, office, now).unwrap();
    let letter = journal.letters().unwrap().pop().unwrap();
    assert_eq!(letter.suggestions.len(), 2, "{:?}", letter.suggestions);
    (journal, letter)
}

fn answers(journal: &Journal, letter: &SentLetter, seed: u8, numbers: &[usize]) {
    let words = numbers.iter().map(|number| Word {
        number: *number,
        says: Says::Yes,
    });
    let answer = LetterAnswer {
        at: letter.at,
        from: letter.to.clone(),
        mail: MailIdentity([seed; 32]),
        message_id: MessageId::parse("reply@demo.example"),
        words: words.collect(),
        is_done: false,
        in_vain: vec![],
        told: None,
    };
    let entry = Entry {
        letter_answer: Some((letter.message_id.clone(), answer)),
        ..Entry::default()
    };
    journal.record(entry, letter.at).unwrap();
}

const NOW: &str = "2026-03-05T12:00:00Z";

#[test]
fn a_yes_is_done_once_also_where_the_daemon_ended_between_the_deed_and_its_record() {
    let folder = tempfile::tempdir().unwrap();
    let office = own_folder(folder.path());
    let (journal, letter) = with_letter(&office, at(NOW));
    // It had gone on, and the article was there, before what came of the answer was on record.
    stands(&journal, standing(Proposal::Stay, Stage::Answer));
    answers(&journal, &letter, 1, &[1, 2]);
    let came = looked(&journal, &office, NOW);
    assert!(came.has_new_article && came.mails == 1, "{came:?}");
    assert_eq!(stage_of(&journal), Stage::Answer);
    assert_eq!(looked(&journal, &office, NOW), LookedAtLetters::default());
    let written = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(written, articles_of_demo() + 1);
    assert!(
        journal.stage_changes(9).unwrap().is_empty(),
        "nothing was done twice"
    );
}

#[test]
fn an_article_goes_on_by_a_yes_and_not_where_its_text_is_another_by_now() {
    let office = desk(|_| {});
    let (journal, letter) = with_letter(&office, at(NOW));
    answers(&journal, &letter, 1, &[1]);
    assert_eq!(looked(&journal, &office, NOW).mails, 1);
    assert_eq!(stage_of(&journal), Stage::Answer);
    let by = journal.stage_changes(1).unwrap()[0].by.to_string();
    assert!(by.ends_with("answering the weekly letter"), "{by}");

    let (journal, letter) = with_letter(&office, at(NOW));
    let changed = Standing {
        text: "another".to_owned(),
        ..standing(Proposal::Advance, Stage::Draft)
    };
    stands(&journal, changed);
    answers(&journal, &letter, 1, &[1]);
    looked(&journal, &office, NOW);
    assert_eq!(stage_of(&journal), Stage::Draft);
    assert_eq!(journal.letters().unwrap()[0].answers[0].in_vain, [1]);
}

#[test]
fn a_folder_that_cannot_be_written_to_sends_the_file_and_a_second_yes_writes_it() {
    let folder = tempfile::tempdir().unwrap();
    let there = folder.path().join("articles");
    let office = own_folder(&there);
    let (journal, letter) = with_letter(&office, at(NOW));
    std::fs::rename(&there, folder.path().join("away")).unwrap();
    answers(&journal, &letter, 1, &[2]);
    let came = looked(&journal, &office, NOW);
    assert!(came.mails == 1 && !came.has_new_article, "{came:?}");
    std::fs::rename(folder.path().join("away"), &there).unwrap();
    answers(&journal, &letter, 2, &[2]);
    assert!(looked(&journal, &office, NOW).has_new_article);
    answers(&journal, &letter, 3, &[2]);
    assert!(
        !looked(&journal, &office, NOW).has_new_article,
        "what was done stays done"
    );
}

#[test]
fn in_shadow_an_answer_waits_until_what_it_says_can_be_done() {
    let office = desk(|_| {});
    let (journal, letter) = with_letter(&office, at(NOW));
    answers(&journal, &letter, 1, &[1]);
    let shadow = desk(|settings| settings.automation.mode = Mode::Shadow);
    assert_eq!(looked(&journal, &shadow, NOW).mails, 0);
    assert_eq!(stage_of(&journal), Stage::Draft);
    assert_eq!(looked(&journal, &office, NOW).mails, 1);
    assert_eq!(stage_of(&journal), Stage::Answer);
}

#[test]
fn what_was_earned_once_is_not_suggested_where_nobody_asks_for_it() {
    let office = desk(|settings| settings.autonomy.advance = crate::config::Advance::Off);
    let journal = journal();
    stands(&journal, standing(Proposal::Advance, Stage::Draft));
    let account = account_until_now(&journal, &office, at(NOW)).unwrap();
    assert_eq!(account.suggestions, []);
}

/// The demo's desk with a copy of its articles in this folder.
fn own_folder(folder: &FilePath) -> Office {
    let demo = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("config/demo/knowledge");
    std::fs::create_dir_all(folder).unwrap();
    for entry in std::fs::read_dir(demo).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, folder.join(path.file_name().unwrap())).unwrap();
    }
    desk(|settings| settings.knowledge.folder = folder.to_owned())
}

fn articles_of_demo() -> usize {
    let demo = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("config/demo/knowledge");
    std::fs::read_dir(demo).unwrap().count()
}
