//! Stages on disk: they come back, their changes are there for good, and the chain vouches for both.

use super::*;
use crate::autonomy::{By, Proposal, Review, Stage, Tally, Why};
use crate::watch::{Kind, Teller};
use jiff::Timestamp;

fn name(text: &str) -> ArticleName {
    ArticleName::parse(text).unwrap()
}

fn tally(good: u32) -> Tally {
    Tally {
        good,
        counted: good + 1,
        against: 2,
        looked_at: 20,
    }
}

fn standing(stage: Stage, ceiling: Option<Stage>) -> Standing {
    Standing {
        stage,
        since: Timestamp::MIN,
        text: "0011223344556677".to_owned(),
        revision: "0badcafe".to_owned(),
        ceiling,
        review: Review {
            tally: tally(7),
            proposal: Proposal::Advance,
        },
    }
}

fn change(article: &str, from: Option<Stage>, to: Stage, by: By, why: Why) -> StageChange {
    StageChange {
        at: Timestamp::UNIX_EPOCH,
        article: name(article),
        revision: "0badcafe".to_owned(),
        from,
        to,
        by,
        why,
        tally: tally(30),
    }
}

fn put(journal: &Journal, weighed: &Weighed) {
    let recorded = journal.change_stages(|_| Ok::<_, JournalError>(weighed.clone()), |_| None);
    assert_eq!(recorded.unwrap(), *weighed);
}

#[test]
fn stages_and_their_changes_come_back_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let kim = || By::Person("kim at the command line".to_owned());
    let first = Weighed {
        changes: vec![
            change("hours.en", None, Stage::Shadow, By::Rule, Why::Began),
            change(
                "hours.en",
                Some(Stage::Shadow),
                Stage::Draft,
                By::Rule,
                Why::Earned,
            ),
        ],
        standings: vec![
            (
                name("hours.en"),
                standing(Stage::Draft, Some(Stage::Answer)),
            ),
            (name("hours.de"), standing(Stage::Shadow, None)),
        ],
    };
    put(&journal, &first);
    let second = Weighed {
        changes: vec![
            change(
                "hours.en",
                Some(Stage::Draft),
                Stage::Answer,
                kim(),
                Why::Allowed,
            ),
            change(
                "hours.en",
                Some(Stage::Answer),
                Stage::Draft,
                kim(),
                Why::TakenBack,
            ),
            change(
                "hours.en",
                Some(Stage::Draft),
                Stage::Shadow,
                By::Rule,
                Why::WentWrong,
            ),
            change(
                "hours.de",
                Some(Stage::Answer),
                Stage::Draft,
                By::Rule,
                Why::TextChanged,
            ),
        ],
        standings: vec![(
            name("hours.en"),
            standing(Stage::Answer, Some(Stage::Answer)),
        )],
    };
    put(&journal, &second);
    let head = journal.head();
    put(&journal, &Weighed::default());
    assert_eq!(journal.head(), head, "nothing changed, nothing is written");
    drop(journal);
    let journal = Journal::open(folder.path()).unwrap();
    let mut changes = journal.stage_changes(100).unwrap();
    changes.reverse();
    assert_eq!(changes, [first.changes, second.changes].concat());
    assert_eq!(journal.stage_changes(2).unwrap().len(), 2);
    let standings = journal.standings().unwrap();
    assert_eq!(standings.len(), 2);
    assert_eq!(standings[&name("hours.en")], second.standings[0].1);
    assert_eq!(standings[&name("hours.de")], first.standings[1].1);
    let one = journal.standing(&name("hours.de")).unwrap();
    assert_eq!(one.as_ref(), Some(&first.standings[1].1));
    assert_eq!(journal.standing(&name("track.en")).unwrap(), None);
    let audit = journal.audit().unwrap();
    assert!(audit.differences.is_empty(), "{:?}", audit.differences);
}

#[test]
fn what_is_refused_changes_nothing_and_what_is_told_is_told_with_the_change() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let head = journal.head();
    let refused = journal.change_stages(
        |_| Err(JournalError::State("no".to_owned())),
        |_| unreachable!("nothing was changed"),
    );
    assert_eq!(refused.unwrap_err().to_string(), "no");
    assert_eq!(journal.head(), head);
    let fell = change(
        "hours.en",
        Some(Stage::Answer),
        Stage::Draft,
        By::Rule,
        Why::WentWrong,
    );
    let weighed = Weighed {
        changes: vec![fell],
        standings: vec![],
    };
    let told = |change: &StageChange| {
        Some(Happened {
            kind: Kind::Autonomy,
            at: change.at,
            to: change.article.to_string(),
            why: change.sentence(),
            told_by: Teller::Report,
        })
    };
    journal
        .change_stages(|_| Ok::<_, JournalError>(weighed.clone()), told)
        .unwrap();
    let troubles = journal.troubles().unwrap();
    let line = &troubles.lines[&Kind::Autonomy];
    assert_eq!(
        (line.to.as_slice(), line.untold),
        (&["hours.en".to_owned()][..], 1)
    );
    assert!(line.why.contains("last 20 answers"), "{}", line.why);
}
