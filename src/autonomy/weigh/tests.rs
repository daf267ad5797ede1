//! From one look to the next: what begins, goes on, goes back, begins anew.

use super::*;
use crate::autonomy::{Act, Refused, Seen, act};
use crate::decide::test_situation::article;
use jiff::SignedDuration;

const BODY: &str = "We open at nine.";

fn at(minute: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute)
}

fn name() -> ArticleName {
    ArticleName::parse("hours.en").unwrap()
}

/// A desk with one article, looked at again and again.
struct Desk {
    body: String,
    revision: String,
    ceiling: Option<Stage>,
    terms: Terms,
    standings: BTreeMap<ArticleName, Standing>,
    trials: Vec<Trial>,
    minute: i64,
}

impl Desk {
    fn new(start: Stage, is_automatic: bool) -> Self {
        Self {
            body: BODY.to_owned(),
            revision: "0badcafe".to_owned(),
            ceiling: Some(Stage::Answer),
            terms: Terms {
                demands: Demands::default(),
                start,
                is_automatic,
            },
            standings: BTreeMap::new(),
            trials: vec![],
            minute: 0,
        }
    }

    fn tried(&mut self, seen: Seen, count: usize) {
        for _ in 0..count {
            self.minute += 1;
            let mut article = article("hours");
            article.revision.clone_from(&self.revision);
            self.trials.push(Trial {
                article,
                at: at(self.minute),
                customer: format!("c{0}@d{0}.example", self.minute),
                domain: format!("d{}.example", self.minute),
                seen,
            });
        }
    }

    /// What a look changed, in words.
    fn look(&mut self) -> Vec<String> {
        self.minute += 1;
        let loaded = [Loaded {
            name: name(),
            body: &self.body,
            revision: &self.revision,
            ceiling: self.ceiling,
        }];
        let trials = BTreeMap::from([(name(), self.trials.clone())]);
        let now = at(self.minute);
        let weighed = weigh(&loaded, &self.standings, &trials, &self.terms, now);
        self.standings.extend(weighed.standings);
        let again = weigh(&loaded, &self.standings, &trials, &self.terms, now);
        assert_eq!(again, Weighed::default(), "a look finds everything at once");
        let words = weighed.changes.iter().map(|change| {
            let from = change.from.map_or("none", Stage::as_str);
            format!("{from} > {}: {}", change.to, change.why.as_str())
        });
        words.collect()
    }

    fn standing(&self) -> &Standing {
        &self.standings[&name()]
    }
}

#[test]
fn by_the_rule_alone_an_article_goes_from_the_background_to_answers_and_back() {
    let mut desk = Desk::new(Stage::Shadow, true);
    assert_eq!(desk.look(), ["none > shadow: began"]);
    desk.tried(Seen::SaidTheSame, 10);
    assert_eq!(desk.look(), ["shadow > draft: earned"]);
    // The count begins anew: nothing of before counts for the next stage.
    desk.tried(Seen::Unchanged, 29);
    assert_eq!(desk.look(), [""; 0]);
    assert_eq!(desk.standing().review.tally.counted, 29);
    desk.tried(Seen::Unchanged, 1);
    assert_eq!(desk.look(), ["draft > answer: earned"]);
    desk.tried(Seen::Recontacted, 3);
    assert_eq!(desk.look(), [""; 0]);
    desk.tried(Seen::Recontacted, 1);
    assert_eq!(desk.look(), ["answer > draft: went-wrong"]);
    // And so it does after a fall: the thirty of before are of before.
    desk.tried(Seen::Unchanged, 29);
    assert_eq!(desk.look(), [""; 0]);
    desk.tried(Seen::Refused, 10);
    assert_eq!(desk.look(), ["draft > shadow: went-wrong"]);
}

#[test]
fn what_waits_for_a_yes_waits_and_goes_back_without_one() {
    let mut desk = Desk::new(Stage::Draft, false);
    let _ = desk.look();
    desk.tried(Seen::Unchanged, 29);
    let _ = desk.look();
    let wants = |desk: &Desk, wanted| act(&name(), desk.standing(), wanted, "kim", at(desk.minute));
    assert_eq!(wants(&desk, Act::Advance), Err(Refused::NotEarned));
    desk.tried(Seen::Unchanged, 31);
    assert_eq!(desk.look(), [""; 0]);
    assert_eq!(desk.standing().review.proposal, Proposal::Advance);
    let (change, after) = wants(&desk, Act::Advance).unwrap();
    assert_eq!((change.why, change.tally.counted), (Why::Earned, 60));
    assert!(
        change.sentence().contains("60 of 60 drafts"),
        "{}",
        change.sentence()
    );
    desk.standings.insert(name(), after);
    assert_eq!(desk.standing().stage, Stage::Answer);
    assert_eq!(wants(&desk, Act::AdvanceAnyway), Err(Refused::AtTheTop));
    desk.tried(Seen::Corrected, 2);
    assert_eq!(desk.look(), ["answer > draft: went-wrong"]);
    // A person's word is enough both ways, and stands there as that.
    let (change, after) = wants(&desk, Act::AdvanceAnyway).unwrap();
    assert_eq!(
        (change.why, change.by),
        (Why::Allowed, By::Person("kim".to_owned()))
    );
    desk.standings.insert(name(), after);
    for expected in [Stage::Draft, Stage::Shadow] {
        let (change, after) = wants(&desk, Act::Back).unwrap();
        assert_eq!((change.why, change.to), (Why::TakenBack, expected));
        assert!(!change.is_to_be_told(), "who does it knows of it");
        desk.standings.insert(name(), after);
    }
    assert_eq!(wants(&desk, Act::Back), Err(Refused::AtTheBottom));
    desk.ceiling = Some(Stage::Draft);
    let _ = desk.look();
    let (_, after) = wants(&desk, Act::AdvanceAnyway).unwrap();
    desk.standings.insert(name(), after);
    assert_eq!(
        wants(&desk, Act::AdvanceAnyway),
        Err(Refused::AboveItsMode(Stage::Draft))
    );
    desk.ceiling = None;
    let _ = desk.look();
    assert_eq!(wants(&desk, Act::Back), Err(Refused::NotLoaded));
}

#[test]
fn another_text_begins_anew_and_the_same_in_another_form_goes_on() {
    let mut desk = Desk::new(Stage::Draft, true);
    let _ = desk.look();
    desk.tried(Seen::Unchanged, 30);
    assert_eq!(desk.look(), ["draft > answer: earned"]);
    // Another phrase in its front matter, another mark at the end.
    desk.revision = "00000001".to_owned();
    desk.body = "We open at *nine*!".to_owned();
    assert_eq!(desk.look(), [""; 0]);
    assert_eq!(desk.standing().revision, "00000001");
    desk.revision = "00000002".to_owned();
    desk.body = "We open at ten.".to_owned();
    assert_eq!(desk.look(), ["answer > draft: text-changed"]);
    desk.tried(Seen::Unchanged, 29);
    assert_eq!(desk.look(), [""; 0]);
    desk.revision = "00000003".to_owned();
    desk.body = "We open at eleven.".to_owned();
    assert_eq!(desk.look(), ["draft > draft: text-changed"]);
    assert_eq!(desk.standing().review.tally.counted, 0);
    desk.tried(Seen::Unchanged, 30);
    assert_eq!(desk.look(), ["draft > answer: earned"]);
}

#[test]
fn what_is_on_record_of_the_same_text_counts_from_the_beginning() {
    let mut desk = Desk::new(Stage::Draft, false);
    desk.tried(Seen::Refused, 1);
    desk.revision = "0000000f".to_owned();
    desk.tried(Seen::Unchanged, 34);
    assert_eq!(desk.look(), ["none > draft: began"]);
    assert_eq!(desk.standing().review.tally.counted, 34);
    assert_eq!(desk.standing().review.proposal, Proposal::Advance);
}

#[test]
fn an_article_begins_no_higher_than_its_mode_and_keeps_what_it_earned_while_it_is_gone() {
    let mut desk = Desk::new(Stage::Answer, false);
    desk.ceiling = Some(Stage::Draft);
    assert_eq!(desk.look(), ["none > draft: began"]);
    let kept = desk.standing().clone();
    let terms = desk.terms;
    let gone = weigh(&[], &desk.standings, &BTreeMap::new(), &terms, at(9));
    assert_eq!(gone.changes, []);
    desk.standings.extend(gone.standings);
    assert_eq!(desk.standing().ceiling, None);
    assert_eq!(desk.look(), [""; 0]);
    assert_eq!(desk.standing(), &kept);
    // One that is for people alone has no stage.
    let mut desk = Desk::new(Stage::Shadow, true);
    desk.ceiling = None;
    assert_eq!(desk.look(), [""; 0]);
    assert!(desk.standings.is_empty());
}
