//! Stores that earlier releases wrote, in `tests/stores`: each opens, is whole, can be read to its last record, and is worked with.
//!
//! A release adds its own: `UPDATE=1 cargo test --test journal write_the_store_of_this_release -- --ignored`, twice the same journal: as an
//! export, and as the files themselves. One that is there is never written again.

use super::*;
use handoffd::autonomy::{
    ArticleName, By, Earned, Proposal, Review, Stage, StageChange, Standing, Tally, Weighed, Why,
};
use handoffd::decide::{Fingerprint, Pulled, PulledBy, Repeats};
use handoffd::journal::{Desk, EarlierKeys, Haste, JudgedOn, Keep, Keys, Proof, Said};
use handoffd::mail::{AuthenticationResults, MethodResult};
use handoffd::watch::{Happened, Kind, Teller};
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// This release, in file names.
const THIS: &str = "0.1.0-dev-2026-11b";

fn collection() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stores")
}

fn put(journal: &Journal, entry: Entry, seconds: i64) {
    let _ = journal.record(entry, moment(seconds)).unwrap();
}

fn events(number: u8, events: Vec<Event>) -> Entry {
    let events = (1_i64..).zip(events).map(|(seconds, event)| {
        let cause = (seconds % 2 == 0).then(|| identity(number));
        let at = moment(i64::from(number) * 100 + seconds);
        (ticket(number), TimedEvent { at, cause, event })
    });
    Entry {
        events: events.collect(),
        ..Entry::default()
    }
}

fn judged() -> JudgedOn {
    JudgedOn {
        at: moment(0),
        desk: Desk {
            program: "0.1.0".to_owned(),
            articles: [("delivery-time.en".to_owned(), "abc".to_owned())].into(),
            ..Desk::default()
        },
        mail: "00ff".to_owned(),
        looked_up: String::new(),
        past: "11".to_owned(),
        refuses_automation: true,
        automatic: [1, 2, 3, 4, 5],
        repeats: Repeats {
            same_in_hour: 2,
            last_with_text: Some(ticket(1)),
            ..Repeats::default()
        },
        brake: Some(pulled()),
        not_left: vec![],
        earned: Earned::OnRecord([(article_name(), standing())].into()),
        came_to: "22".to_owned(),
    }
}

/// The same as the release of that name wrote it: what articles had earned was not looked at before this one.
fn judged_then(name: &str) -> JudgedOn {
    match name.starts_with(THIS) {
        true => judged(),
        false => JudgedOn {
            earned: Earned::AllTheirModeAllows,
            ..judged()
        },
    }
}

fn article_name() -> ArticleName {
    ArticleName::parse("delivery-time.en").unwrap()
}

fn standing() -> Standing {
    Standing {
        stage: Stage::Draft,
        since: moment(0),
        text: "0011223344556677".to_owned(),
        revision: "abc".to_owned(),
        ceiling: Some(Stage::Answer),
        review: Review {
            tally: Tally {
                good: 12,
                counted: 14,
                against: 0,
                looked_at: 14,
            },
            proposal: Proposal::Stay,
        },
    }
}

/// An article stands somewhere, and how it came there is on record.
fn let_an_article_begin(journal: &Journal) {
    let change = StageChange {
        at: moment(0),
        article: article_name(),
        revision: "abc".to_owned(),
        from: None,
        to: Stage::Draft,
        by: By::Person("kim at the command line".to_owned()),
        why: Why::Began,
        tally: Tally::default(),
    };
    let weighed = Weighed {
        changes: vec![change],
        standings: vec![(article_name(), standing())],
    };
    let changed = journal.change_stages(|_| Ok::<_, JournalError>(weighed), |_| None);
    assert_eq!(changed.unwrap().changes.len(), 1);
}

fn pulled() -> Pulled {
    Pulled {
        at: moment(0),
        until: Some(moment(3600)),
        by: PulledBy::Returned { count: 3, sent: 9 },
    }
}

/// A journal with something of every kind, in every state.
fn fill(journal: &Journal) {
    let _ = journal.token_key().unwrap();
    let_an_article_begin(journal);
    journal
        .watch("INBOX of desk@d.example on imap.example")
        .unwrap();
    // A mail with all that is found and decided about it, handled, to be filed.
    let mut first = entry(1, vec![answer("waits@desk.example")]);
    first.happened = vec![Happened {
        kind: Kind::Lost,
        at: moment(1),
        to: "lost@desk.example".to_owned(),
        why: "no such user".to_owned(),
        told_by: Teller::Report,
    }];
    if let Some(mail) = &mut first.mail {
        mail.checked = Some(AuthenticationResults {
            server: "mx.desk.example".to_owned(),
            results: vec![MethodResult {
                method: "dmarc".to_owned(),
                result: "pass".to_owned(),
                properties: vec![("header.from".to_owned(), "x.example".to_owned())],
                comments: vec!["p=none".to_owned()],
            }],
        });
    }
    first.judged = Some(judged());
    first.said = Some(Said {
        sender: address(ANN),
        proof: Proof::Shown,
        fingerprint: Some(Fingerprint([7; 16])),
    });
    first.brake = Some(pulled());
    first.sent_mail = Some(SentMail {
        folder: "Sent of desk".to_owned(),
        cursor: Cursor {
            uid_validity: 3,
            uid: 9,
        },
        history_until: None,
    });
    first.lessons = vec![lesson(1, Some("delivery"), 1), lesson(2, None, 2)];
    put(journal, first, 1);
    let place = Place {
        uid_validity: 7,
        uid: 1,
    };
    assert!(journal.move_refused(place, moment(2)).unwrap());
    let _ = journal.begin_handling(&identity(77)).unwrap();
    // Mails of ours in every state.
    let names = ["sent", "lost", "partly", "doubtful", "withdrawn"];
    let party = || Some(Party::Customer(address(ANN)));
    let effects = names.map(|name| {
        let purpose = match name {
            "withdrawn" => Purpose::Delay,
            _ => Purpose::Answer,
        };
        outgoing(
            &format!("{name}@desk.example"),
            &[ANN, "bob@x.example"],
            purpose,
            party(),
        )
    });
    let soon = outgoing("soon@desk.example", &[ANN], Purpose::Reminder, party());
    put(journal, entry(2, [&effects[..], &[soon]].concat()), 2);
    for effect in journal.due(moment(3), 20).unwrap() {
        let name = effect.record().message_id.as_str().to_owned();
        let outcome = match name.split('@').next().unwrap() {
            "sent" => AttemptOutcome::Sent,
            "lost" => AttemptOutcome::GivenUp {
                why: "550 no".to_owned(),
            },
            "partly" => AttemptOutcome::PartlySent {
                reached_some: true,
                remaining: vec![address(ANN)],
                due: moment(90),
                lost: vec![LostRecipient {
                    too_large: None,
                    recipient: address("bob@x.example"),
                    why: "550".to_owned(),
                }],
                why: "450".to_owned(),
            },
            "doubtful" => AttemptOutcome::InDoubt {
                why: "cut off".to_owned(),
            },
            _ => continue,
        };
        let attempt = journal
            .begin_attempt(effect, CopyProof::Asked, moment(4))
            .unwrap();
        journal.settle(attempt, outcome, moment(5)).unwrap();
    }
    let mut returned = entry(3, vec![]);
    returned.returned = vec![id("sent@desk.example")];
    put(journal, returned, 6);
    // Every event there is, in one story; and a ticket in each state.
    put(journal, events(1, every_event()), 10);
    let team = || TeamName("service".to_owned());
    let handed_off = || Event::HandedOff {
        team: team(),
        promised_by: Some(moment(900)),
        notice: Notice::Sent {
            text: "Soon.".to_owned(),
        },
        why: "asks for a person".to_owned(),
    };
    let article = || ArticleReference {
        intent: IntentName("delivery-time".to_owned()),
        language: Language("en".to_owned()),
        revision: "abc".to_owned(),
    };
    let stories = [
        vec![],
        vec![Event::Answered {
            article: article(),
            confidence: 0.9,
        }],
        vec![Event::Asked {
            facts: vec![],
            intent: IntentName("delivery-time".to_owned()),
        }],
        vec![Event::Drafted {
            draft: Draft {
                article: article(),
                confidence: 0.5,
                text: "Tomorrow.".to_owned(),
                team: team(),
                approvals: Approvals::Two,
                wording: Wording::OfArticle,
            },
        }],
        vec![handed_off(), Event::AutomationRefused],
        vec![
            handed_off(),
            Event::Taken {
                member: address("kim@desk.example"),
            },
        ],
        vec![handed_off(), Event::Closed { member: None }],
        vec![Event::KeptAside {
            from: None,
            why: "a look-alike".to_owned(),
        }],
    ];
    for (number, more) in (10_u8..).zip(stories) {
        let mut story = vec![opened(number)];
        story.extend(more);
        put(journal, events(number, story), i64::from(number) * 100);
    }
    journal.index_deadlines_once(moment(2000)).unwrap();
    // Somebody who said STOP is forgotten, and an old story became counts.
    let carl = address("carl@c.example");
    let of_carl = Event::Opened {
        customer: Mailbox::bare(carl.clone()),
        subject: HeaderText::clean("No more"),
        language: Language("en".to_owned()),
        mail: MailSummary {
            also_to: vec![],
            ..summary(40)
        },
    };
    put(
        journal,
        events(
            40,
            vec![
                of_carl,
                Event::AutomationRefused,
                Event::Closed { member: None },
            ],
        ),
        4100,
    );
    let _ = journal.forget(&carl, Haste::Now, moment(4200)).unwrap();
    let old = Event::Opened {
        customer: Mailbox::bare(address("old@o.example")),
        subject: HeaderText::clean("Long ago"),
        language: Language("en".to_owned()),
        mail: MailSummary {
            also_to: vec![],
            ..summary(50)
        },
    };
    let long_ago = moment(-90_000_000);
    let story = [old, Event::Closed { member: None }].map(|event| {
        (
            ticket(50),
            TimedEvent {
                at: long_ago,
                cause: None,
                event,
            },
        )
    });
    put(
        journal,
        Entry {
            events: story.to_vec(),
            ..Entry::default()
        },
        4300,
    );
    let keep = Keep {
        tickets_since: Some(moment(-1_000)),
        ..Keep::default()
    };
    assert_eq!(journal.drop_old(&keep, None, 100).unwrap().tickets, 1);
    assert_eq!(
        journal
            .change_token_key(EarlierKeys::Forgotten, moment(4400))
            .unwrap(),
        1
    );
}

/// Writes the store of this release, if it is not there.
#[test]
#[ignore = "writes: UPDATE=1, once for each release"]
fn write_the_store_of_this_release() {
    if std::env::var_os("UPDATE").is_none() {
        return;
    }
    let export = collection().join(format!("{THIS}.jsonl"));
    if export.exists() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    fill(&journal);
    let mut file = fs::File::create(&export).unwrap();
    let _ = journal.export(&mut file, Keys::GoWithIt).unwrap();
    drop(journal);
    let packed = Command::new("tar")
        .args(["--owner=0", "--group=0", "--numeric-owner", "-czf"])
        .arg(collection().join(format!("{THIS}.tar.gz")))
        .arg("-C")
        .arg(folder.path())
        .arg(".")
        .status();
    assert!(packed.unwrap().success());
}

/// Each store of the collection, in a folder of its own.
fn each(act: impl Fn(&str, &Path)) {
    let mut tried = 0;
    for entry in fs::read_dir(collection()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let folder = tempfile::tempdir().unwrap();
        if name.ends_with(".jsonl") {
            let mut input = std::io::BufReader::new(fs::File::open(&path).unwrap());
            let imported = Journal::import(folder.path(), &mut input);
            let _ = imported.unwrap_or_else(|why| panic!("{name}: {why}"));
        } else {
            let mut unpack = Command::new("tar");
            let unpacked = unpack
                .arg("-xzf")
                .arg(&path)
                .arg("-C")
                .arg(folder.path())
                .status();
            assert!(unpacked.unwrap().success(), "{name}");
        }
        act(&name, folder.path());
        tried += 1;
    }
    assert!(tried >= 2, "the collection is empty");
}

fn exported(journal: &Journal) -> String {
    let mut out = Vec::new();
    let _ = journal.export(&mut out, Keys::StayBehind).unwrap();
    String::from_utf8(out).unwrap()
}

/// The parts of the store in an export.
fn parts(export: &str) -> BTreeSet<String> {
    let part = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        line["tree"].as_str().map(str::to_owned)
    };
    export.lines().filter_map(part).collect()
}

#[test]
fn the_collection_holds_something_of_every_kind_that_this_release_stores() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    fill(&journal);
    let now = parts(&exported(&journal));
    each(|name, folder| {
        if name.starts_with(THIS) {
            let then = parts(&exported(&Journal::open(folder).unwrap()));
            assert_eq!(then, now, "{name}");
        }
    });
    // All parts of the store but the one that only a database needs: 37 trees, and the rows without one.
    assert_eq!(now.len(), 38, "{now:?}");
}

#[test]
fn a_store_of_every_earlier_release_opens_is_read_to_its_last_record_and_goes_on() {
    each(|name, folder| {
        let journal = Journal::open(folder).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert_eq!(journal.audit().unwrap().differences, [], "{name}");
        let now = moment(5000);

        // Everything that is looked at while a desk runs can be read.
        let tickets = journal.tickets(1000).unwrap();
        assert!(tickets.len() >= 9, "{name}: {}", tickets.len());
        let told = tickets
            .iter()
            .map(|ticket| ticket.events.len())
            .sum::<usize>();
        assert!(told >= every_event().len(), "{name}: {told} events");
        let statuses: BTreeSet<String> = tickets
            .iter()
            .map(|ticket| ticket.status().in_words())
            .collect();
        assert!(statuses.len() >= 5, "{name}: {statuses:?}");
        for filter in [
            EffectFilter::Waiting,
            EffectFilter::InDoubt,
            EffectFilter::GivenUp,
        ] {
            assert!(
                !journal.effects(filter, 10).unwrap().is_empty(),
                "{name}: {filter:?}"
            );
        }
        assert_eq!(
            journal.in_doubt().unwrap()[0].record().message_id,
            id("doubtful@desk.example"),
            "{name}"
        );
        assert!(!journal.given_up_untold(10).unwrap().is_empty(), "{name}");
        assert_eq!(journal.lessons().unwrap().len(), 2, "{name}");
        assert_eq!(journal.kept_aside(10).unwrap().len(), 2, "{name}");
        assert_eq!(
            journal.judged_on(&identity(1)).unwrap(),
            Some(judged_then(name)),
            "{name}"
        );
        assert_eq!(journal.brake(moment(1)).unwrap(), Some(pulled()), "{name}");
        assert_eq!(
            journal.sent_mail().unwrap().unwrap().cursor.uid,
            9,
            "{name}"
        );
        assert_eq!(journal.cursor(7).unwrap().unwrap().uid, 3, "{name}");
        assert!(
            journal
                .handled(&identity(1))
                .unwrap()
                .unwrap()
                .checked
                .is_some(),
            "{name}"
        );
        assert_eq!(journal.counts_of_gone().unwrap().len(), 2, "{name}");
        assert!(!journal.with_deadlines().unwrap().is_empty(), "{name}");
        let carl = address("carl@c.example");
        assert!(
            journal.history(&carl, now).unwrap().automation_refused,
            "{name}"
        );
        assert_eq!(journal.token_key().unwrap().epoch(), 1, "{name}");

        // And it goes on: a mail comes, is answered, sent and filed; one in doubt is solved; old texts go; somebody is forgotten.
        put(&journal, entry(90, vec![answer("new@desk.example")]), 5000);
        let due = journal.due(now, 20).unwrap();
        let new = due
            .into_iter()
            .find(|effect| effect.record().message_id == id("new@desk.example"));
        let attempt = journal
            .begin_attempt(new.unwrap(), CopyProof::None, now)
            .unwrap();
        journal.settle(attempt, AttemptOutcome::Sent, now).unwrap();
        let again = DoubtVerdict::SendAgain {
            why: "no copy".to_owned(),
            due: now,
        };
        assert!(
            journal
                .resolve_doubt(&id("doubtful@desk.example"), again, now)
                .unwrap(),
            "{name}"
        );
        let filings = journal.to_file(now, 100).unwrap();
        let places: Vec<Place> = filings.iter().map(|filing| filing.place).collect();
        assert!(!places.is_empty(), "{name}");
        journal.filed(&places).unwrap();
        let keep = Keep {
            texts_since: Some(moment(100_000)),
            ..Keep::default()
        };
        assert!(
            journal.drop_old(&keep, None, 1000).unwrap().texts > 0,
            "{name}"
        );
        let _ = journal.forget(&address(ANN), Haste::Now, now).unwrap();
        journal.compact().unwrap();
        let whole = exported(&journal);
        drop(journal);
        let journal = Journal::open(folder).unwrap();
        assert!(exported(&journal) == whole, "{name}");
        // Forgetting takes records away on purpose; nothing else differs.
        assert_eq!(journal.audit().unwrap().differences, [], "{name}");
    });
}

#[test]
fn what_a_newer_release_wrote_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    fill(&journal);
    let text = exported(&journal);
    drop(journal);
    let newer = text.replacen("{\"handoffd-export\":1", "{\"handoffd-export\":2", 1);
    let empty = tempfile::tempdir().unwrap();
    let why = Journal::import(empty.path(), &mut newer.as_bytes())
        .unwrap_err()
        .to_string();
    assert!(why.contains("written by a newer handoffd"), "{why}");
    assert!(why.contains("0.1.0"), "{why}");
}
