//! Earned autonomy on a journal on disk, mail by mail: in shadow nothing has an effect, people's answers are held against articles, a person's yes lets
//! one go on, and what was decided at each stage can be made again.

// A test that cannot go on has failed: that is what these are for, in the functions around the tests too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use handoffd::compose::Purpose;
use handoffd::control::{self, Question, Step};
use handoffd::decide::Decision;
use handoffd::gateway::{Clerk, Handled, How, Office, look_at_articles};
use handoffd::inbox::{Arrival, Content, Cursor, Place};
use handoffd::journal::{EffectFilter, Haste, Journal};
use handoffd::mail::Address;
use handoffd::ticket::TokenKey;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::path::Path;

const ANSWER: &str = "Hello,\r\n\r\nparts leave our workshop on the next working day and are two days on their way. A bicycle is built \
    first, which takes five working days, and then delivered within three.\r\n\r\nRosa";
const OTHER_ANSWER: &str =
    "I am sorry, the frame is sold out until autumn. May I offer you the blue one instead?";

struct Bench {
    office: Office,
    journal: Journal,
    now: Timestamp,
    uid: u32,
    _folder: tempfile::TempDir,
}

impl Bench {
    /// The desk of the conversations with these lines of settings more.
    fn new(mode: &str, autonomy: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let desk = folder.path().join("desk");
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conversations/desk");
        std::fs::create_dir_all(desk.join("knowledge")).unwrap();
        for (from, to) in [
            (from.clone(), desk.clone()),
            (from.join("knowledge"), desk.join("knowledge")),
        ] {
            for found in std::fs::read_dir(from).unwrap() {
                let found = found.unwrap();
                if found.path().is_file() {
                    let _ = std::fs::copy(found.path(), to.join(found.file_name())).unwrap();
                }
            }
        }
        let config = desk.join("handoffd.toml");
        let settings = std::fs::read_to_string(&config).unwrap();
        let settings = settings.replace("mode = \"live\"", &format!("mode = \"{mode}\""));
        std::fs::write(&config, format!("{settings}\n[autonomy]\n{autonomy}\n")).unwrap();
        let office = Office::load(&config, TokenKey::new([7; 32]));
        Self {
            office: office.unwrap_or_else(|problems| panic!("{problems:?}")),
            journal: Journal::open(&folder.path().join("store")).unwrap(),
            now: "2026-03-02T09:00:05Z".parse().unwrap(),
            uid: 0,
            _folder: folder,
        }
    }

    fn arrival(&mut self, raw: &str) -> (Arrival, Cursor) {
        self.uid += 1;
        self.now += SignedDuration::from_mins(20);
        let (uid_validity, uid) = (1, self.uid);
        let arrival = Arrival {
            place: Place { uid_validity, uid },
            content: Content::Whole(raw.as_bytes().to_vec()),
            was_handled: false,
            checked: None,
            looked_up: Vec::new(),
        };
        (arrival, Cursor { uid_validity, uid })
    }

    fn customer_writes(&mut self, number: u32, text: &str) -> (Decision, Handled) {
        let raw = question(number, text);
        let (arrival, cursor) = self.arrival(&raw);
        let handled = Clerk::new(&self.office, &self.journal).handle(&arrival, cursor, self.now);
        let handled = handled.unwrap_or_else(|why| panic!("{why}"));
        let How::Judged { decision, .. } = &handled.how else {
            panic!("not judged")
        };
        (decision.clone(), handled)
    }

    /// A person answers from the support mailbox: a copy lies in the folder of sent mail.
    fn person_answers(&mut self, number: u32, text: &str) {
        let date =
            (self.now + SignedDuration::from_mins(25)).strftime("%a, %d %b %Y %H:%M:%S +0000");
        let raw = format!(
            "From: help@hollin-cycles.example\r\nTo: c{number}@d{number}.example\r\nSubject: Re: A question\r\n\
             Message-ID: <a{number}@hollin-cycles.example>\r\nIn-Reply-To: <q{number}@d{number}.example>\r\nDate: {date}\r\n\r\n{text}\r\n"
        );
        let (arrival, _) = self.arrival(&raw);
        self.now += SignedDuration::from_mins(10);
        let noted = Clerk::new(&self.office, &self.journal).note_sent(&arrival, None, self.now);
        assert!(noted.unwrap().is_some(), "the answer belongs to a ticket");
    }

    fn look(&mut self) -> usize {
        self.now += SignedDuration::from_mins(1);
        let weighed = look_at_articles(&self.journal, &self.office, self.now);
        weighed.unwrap_or_else(|why| panic!("{why}")).changes.len()
    }

    fn ask(&self, question: &Question) -> Result<Vec<Value>, String> {
        control::answer(&self.journal, question, self.now).map_err(|why| why.to_string())
    }

    /// What `handoffd autonomy` says of the article about delivery.
    fn delivery(&self) -> Value {
        let rows = self.ask(&Question::Autonomy).unwrap();
        let row = rows
            .into_iter()
            .find(|row| row["article"] == "delivery-time.en");
        row.expect("a row of delivery-time.en")
    }

    fn step(&self, article: &str, step: Step) -> Result<Vec<Value>, String> {
        self.ask(&Question::ChangeStage {
            article: article.to_owned(),
            step,
            who: "kim\nat the command line".to_owned(),
        })
    }

    fn is_the_same_again(&self, number: u32, text: &str) {
        let again = self
            .office
            .judge_again(question(number, text).as_bytes(), &self.journal);
        let again = again
            .unwrap_or_else(|why| panic!("{why}"))
            .expect("a recorded decision");
        assert_eq!(again.changed, [""; 0], "mail {number}");
    }
}

fn question(number: u32, text: &str) -> String {
    format!(
        "From: c{number}@d{number}.example\r\nTo: help@hollin-cycles.example\r\nSubject: A question\r\nMessage-ID: <q{number}@d{number}.example>\r\n\
         Date: Mon, 2 Mar 2026 09:00:00 +0000\r\n\r\n{text}\r\n"
    )
}

const QUESTION: &str = "How long does delivery take?";

fn rule(decision: &Decision) -> &'static str {
    decision.reasons.first.rule
}

#[test]
fn in_shadow_nothing_has_an_effect() {
    // An article in shadow on a desk that is live: what leaves is what leaves where no article fits.
    let mut bench = Bench::new("live", "advance = \"ask\"");
    assert!(bench.look() > 0, "each article begins");
    for (number, text) in [
        (1, QUESTION),
        (2, "Where is my order?"),
        (3, "Wie lange dauert die Lieferung?"),
    ] {
        let (decision, handled) = bench.customer_writes(number, text);
        assert_eq!(rule(&decision), "article-in-shadow", "{text}");
        let purposes: Vec<Purpose> = handled
            .effects
            .iter()
            .map(|effect| effect.record().purpose)
            .collect();
        assert_eq!(purposes.len(), 2, "{purposes:?}");
        assert!(
            purposes.contains(&Purpose::Packet) && purposes.contains(&Purpose::Notice),
            "{purposes:?}"
        );
        for effect in &handled.effects {
            let bytes = String::from_utf8_lossy(&effect.record().bytes);
            assert!(
                !bytes.contains("two days on their way"),
                "the article's text left"
            );
        }
        bench.is_the_same_again(number, text);
    }
    // A whole mailbox in shadow: nothing leaves at all, and what is decided is what an article would do that has earned it.
    let mut bench = Bench::new("shadow", "advance = \"automatic\"");
    let _ = bench.look();
    let (decision, handled) = bench.customer_writes(1, QUESTION);
    assert_eq!(rule(&decision), "sure");
    assert!(handled.effects.is_empty());
    // Its record grows all the same, by the answers that people wrote.
    bench.person_answers(1, ANSWER);
    let _ = bench.customer_writes(2, QUESTION);
    bench.person_answers(2, OTHER_ANSWER);
    let _ = bench.look();
    let row = bench.delivery();
    assert_eq!(
        (row["stage"].as_str(), &row["good"], &row["counted"]),
        (Some("shadow"), &1.into(), &2.into())
    );
    for filter in [
        EffectFilter::Waiting,
        EffectFilter::InDoubt,
        EffectFilter::GivenUp,
    ] {
        assert!(bench.journal.effects(filter, 10).unwrap().is_empty());
    }
}

#[test]
fn peoples_answers_let_it_go_on_by_a_yes_and_each_decision_can_be_made_again() {
    let mut bench = Bench::new(
        "live",
        "advance = \"ask\"\ndraft_after = 3\ndraft_lower_bound = 0.3",
    );
    let _ = bench.look();
    for number in 1..=3 {
        let _ = bench.customer_writes(number, QUESTION);
        bench.person_answers(number, ANSWER);
    }
    let refused = bench.step("delivery-time.en", Step::Advance).unwrap_err();
    assert!(refused.contains("not enough yet"), "{refused}");
    assert_eq!(bench.look(), 0, "it waits for a yes");
    let row = bench.delivery();
    assert_eq!(
        (row["proposal"].as_str(), row["counted"].as_u64()),
        (Some("advance"), Some(3))
    );
    let status = bench.ask(&Question::Status).unwrap();
    assert_eq!(
        status[0]["articles_that_have_earned_more"][0],
        "delivery-time.en"
    );
    // An intent with two texts is no name of one.
    let refused = bench.step("delivery-time", Step::Advance).unwrap_err();
    assert!(
        refused.contains("delivery-time.de, delivery-time.en"),
        "{refused}"
    );
    let refused = bench.step("unknown", Step::Back).unwrap_err();
    assert!(refused.contains("no article unknown"), "{refused}");
    let done = bench.step("delivery-time.en", Step::Advance).unwrap();
    assert_eq!(done[0]["stage"], "draft");
    assert_eq!(
        done[0]["by"], "kimat the command line",
        "no line end is recorded"
    );
    let (decision, handled) = bench.customer_writes(4, QUESTION);
    assert_eq!(rule(&decision), "not-earned");
    let purposes: Vec<Purpose> = handled
        .effects
        .iter()
        .map(|effect| effect.record().purpose)
        .collect();
    assert_eq!(purposes, [Purpose::DraftForApproval]);
    let _ = bench.step("delivery-time.en", Step::AdvanceAnyway).unwrap();
    let (decision, _) = bench.customer_writes(5, QUESTION);
    assert_eq!(rule(&decision), "sure");
    let _ = bench.step("delivery-time.en", Step::Back).unwrap();
    // Each was decided on what was earned then.
    for number in 1..=5 {
        bench.is_the_same_again(number, QUESTION);
    }
    let changes = bench.delivery()["changes"].as_array().unwrap().clone();
    let told: Vec<&str> = changes
        .iter()
        .map(|change| change["reason"].as_str().unwrap())
        .collect();
    assert_eq!(told, ["taken-back", "allowed", "earned", "began"]);
    let verified = bench.ask(&Question::Verify).unwrap();
    assert!(
        verified.iter().all(|row| row.get("changed").is_none()),
        "{verified:?}"
    );
}

#[test]
fn who_is_forgotten_stands_in_no_stage_and_what_was_earned_stays() {
    let mut bench = Bench::new(
        "live",
        "advance = \"ask\"\ndraft_after = 1\ndraft_lower_bound = 0.01",
    );
    let _ = bench.look();
    let _ = bench.customer_writes(1, QUESTION);
    bench.person_answers(1, ANSWER);
    let _ = bench.look();
    let _ = bench.step("delivery-time.en", Step::Advance).unwrap();
    let kept = format!(
        "{:?} {:?}",
        bench.journal.standings().unwrap(),
        bench.journal.stage_changes(100).unwrap()
    );
    assert!(!kept.contains("d1.example"), "{kept}");
    let address = Address::parse("c1@d1.example").unwrap();
    let _ = bench
        .journal
        .forget(&address, Haste::Now, bench.now)
        .unwrap();
    let _ = bench.look();
    assert_eq!(bench.delivery()["stage"], "draft");
    let verified = bench.ask(&Question::Verify).unwrap();
    assert!(
        verified.iter().all(|row| row.get("changed").is_none()),
        "{verified:?}"
    );
}
