//! A recorded decision, made again on the past as it was, comes to the same bytes; or it is said which of its parts has changed.

// A test that cannot go on has failed: that is what these are for, in the functions around the tests too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use handoffd::config::{FieldName, LookupName};
use handoffd::gateway::{Clerk, Office};
use handoffd::inbox::{Arrival, Content, Cursor, Place};
use handoffd::journal::{Haste, Journal, Keep};
use handoffd::lookup::{Found, LookedUp};
use handoffd::mail::Address;
use handoffd::ticket::TokenKey;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::path::Path;

const QUESTION: &str = "From: Ann <ann@inbox.example>\r\nTo: help@hollin-cycles.example\r\nSubject: Delivery\r\n\
    Message-ID: <q1@inbox.example>\r\nDate: Mon, 2 Mar 2026 09:00:00 +0000\r\n\r\nHow long does delivery take?\r\n";
const AGAIN: &str = "From: Ann <ann@inbox.example>\r\nTo: help@hollin-cycles.example\r\nSubject: Your lawyer\r\n\
    Message-ID: <q2@inbox.example>\r\nDate: Mon, 2 Mar 2026 11:00:00 +0000\r\n\r\nMy lawyer will write to you about the bicycle.\r\n";

fn desk(folder: &Path) -> std::path::PathBuf {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conversations/desk");
    std::fs::create_dir_all(folder.join("knowledge")).unwrap();
    for (from, to) in [
        (from.clone(), folder.to_owned()),
        (from.join("knowledge"), folder.join("knowledge")),
    ] {
        for found in std::fs::read_dir(from).unwrap() {
            let found = found.unwrap();
            if found.path().is_file() {
                let _ = std::fs::copy(found.path(), to.join(found.file_name())).unwrap();
            }
        }
    }
    folder.join("handoffd.toml")
}

fn office(config: &Path) -> Office {
    match Office::load(config, TokenKey::new([7; 32])) {
        Ok(office) => office,
        Err(problems) => panic!("{problems:?}"),
    }
}

fn handle(office: &Office, journal: &Journal, uid: u32, raw: &str, now: Timestamp) {
    handle_with(office, journal, (uid, raw), vec![], now);
}

fn handle_with(
    office: &Office,
    journal: &Journal,
    (uid, raw): (u32, &str),
    looked_up: Vec<LookedUp>,
    now: Timestamp,
) {
    let place = Place {
        uid_validity: 1,
        uid,
    };
    let arrival = Arrival {
        place,
        content: Content::Whole(raw.as_bytes().to_vec()),
        was_handled: false,
        checked: None,
        looked_up,
    };
    let cursor = Cursor {
        uid_validity: 1,
        uid,
    };
    Clerk::new(office, journal)
        .handle(&arrival, cursor, now)
        .unwrap();
}

fn changed(office: &Office, journal: &Journal, raw: &str) -> Vec<String> {
    let again = office.judge_again(raw.as_bytes(), journal);
    again
        .unwrap_or_else(|why| panic!("{why}"))
        .expect("a recorded decision")
        .changed
}

#[test]
fn a_recorded_decision_is_made_again_to_the_byte_or_what_changed_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let config = desk(&folder.path().join("desk"));
    let journal = Journal::open(&folder.path().join("store")).unwrap();
    let first = office(&config);
    let began: Timestamp = "2026-03-02T09:00:05Z".parse().unwrap();
    handle(&first, &journal, 1, QUESTION, began);
    handle(
        &first,
        &journal,
        2,
        AGAIN,
        began + SignedDuration::from_hours(2),
    );

    // What came later takes no part, and neither does a start of the program.
    for office in [&first, &office(&config)] {
        for raw in [QUESTION, AGAIN] {
            assert_eq!(changed(office, &journal, raw), [""; 0]);
        }
    }
    let made = first.judge_again(AGAIN.as_bytes(), &journal);
    let made = made.unwrap_or_else(|why| panic!("{why}")).unwrap();
    assert_eq!(
        made.judgement.decision.reasons.first.rule,
        "hard-stop-legal"
    );
    let unknown = AGAIN.replace("q2@", "q3@");
    let none = first.judge_again(unknown.as_bytes(), &journal);
    assert!(none.unwrap_or_else(|why| panic!("{why}")).is_none());

    // A file of the mail has other line ends than what the server handed over.
    for raw in [QUESTION, AGAIN] {
        assert!(raw.contains("\r\n"));
        assert_eq!(
            changed(&first, &journal, &raw.replace("\r\n", "\n")),
            [""; 0]
        );
    }
    // A changed key makes other addresses, and the earlier one is still known.
    let keys = TokenKey::of_epochs(vec![(0, [7; 32]), (1, [8; 32])]).unwrap();
    let with_key =
        |key: TokenKey| Office::load(&config, key).unwrap_or_else(|why| panic!("{why:?}"));
    let later = with_key(keys.clone());
    assert_eq!(changed(&later, &journal, QUESTION), ["the key of tokens"]);
    let recorded = later.recorded_key(QUESTION.as_bytes(), &journal);
    let recorded = recorded.unwrap_or_else(|why| panic!("{why}")).unwrap();
    let then = with_key(keys.as_of(&recorded).unwrap());
    assert_eq!(changed(&then, &journal, QUESTION), [""; 0]);

    // The original lies in the packet.
    let ticket = journal.ticket(&made.judgement.ticket_id).unwrap().unwrap();
    let originals = first.kept_originals(&ticket, &journal).unwrap();
    assert!(originals.contains(&AGAIN.as_bytes().to_vec()));

    // An article is named by its revisions, and only where it took part in what came of it.
    let article = config.with_file_name("knowledge").join("delivery-time.md");
    let text = std::fs::read_to_string(&article).unwrap();
    std::fs::write(&article, format!("{text}\nOn Sundays nothing is sent.\n")).unwrap();
    let edited = office(&config);
    let said = changed(&edited, &journal, QUESTION);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].starts_with("article delivery-time (en): from revision "),
        "{said:?}"
    );
    std::fs::write(&article, text).unwrap();

    // A setting.
    let settings = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, settings.replace("Brook Lane 4", "Brook Lane 5")).unwrap();
    assert_eq!(
        changed(&office(&config), &journal, QUESTION),
        ["the settings"]
    );
    std::fs::write(&config, settings).unwrap();

    // A header that a server added: the same mail by its identity, in other bytes. What came of it is the same where no packet holds them.
    let with_trace = format!("X-Trace: 1\r\n{AGAIN}");
    let said = changed(&first, &journal, &with_trace);
    assert!(
        said.len() == 1 && said[0].starts_with("the mail"),
        "{said:?}"
    );

    // Somebody who was forgotten has no decisions any more.
    let ann = Address::parse("ann@inbox.example").unwrap();
    let _ = journal.forget(&ann, Haste::Now, began).unwrap();
    let none = first.judge_again(QUESTION.as_bytes(), &journal);
    assert!(none.unwrap_or_else(|why| panic!("{why}")).is_none());
}

#[test]
fn what_a_lookup_said_then_decides_again_and_nobody_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let config = desk(&folder.path().join("desk")).with_file_name("lookups.toml");
    let journal = Journal::open(&folder.path().join("store")).unwrap();
    let office = office(&config);
    let began: Timestamp = "2026-03-02T09:00:05Z".parse().unwrap();
    let plan = |plan: &str| {
        let fields = BTreeMap::from([(FieldName("plan".to_owned()), plan.to_owned())]);
        let found = Found::Fields(fields);
        vec![LookedUp {
            lookup: LookupName("crm".to_owned()),
            found,
        }]
    };
    let other = QUESTION.replace("q1@", "q3@").replace("ann@", "bob@");
    handle_with(&office, &journal, (1, QUESTION), plan("enterprise"), began);
    handle_with(&office, &journal, (2, &other), plan("basic"), began);
    let again = |raw: &str| {
        let made = office.judge_again(raw.as_bytes(), &journal);
        made.unwrap_or_else(|why| panic!("{why}")).unwrap()
    };
    for (raw, rule) in [(QUESTION, "looked-up"), (&other, "sure")] {
        let made = again(raw);
        assert_eq!(made.changed, [""; 0]);
        assert_eq!(made.judgement.decision.reasons.first.rule, rule);
    }
    // With the words of the ticket goes what was said of the customer, and that is named.
    let ticket = again(&other).judgement.ticket_id;
    let keep = Keep {
        texts_since: Some(began + SignedDuration::from_hours(999)),
        ..Keep::default()
    };
    let _ = journal.drop_old(&keep, None, 99).unwrap();
    let story = journal.ticket(&ticket).unwrap().unwrap();
    let said: Vec<&str> = story
        .looked_up()
        .iter()
        .filter_map(|one| one.field(&FieldName("plan".to_owned())))
        .collect();
    assert_eq!(said, [""; 0]);
}
