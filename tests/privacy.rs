//! Whoever asks to be forgotten is: nothing of them is left in any byte of the store's files, others keep what is theirs, counts stay, and
//! the chain of the journal is whole. What is old goes by kind.

// A test that cannot go on has failed: that is what these are for, in the functions around the tests too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use handoffd::compose::{EnvelopeSender, Outgoing, Precedence, Purpose};
use handoffd::config::{
    FactName, FieldName, IntentName, Language, LookupName, Outcome, TeamName, WebhookName,
};
use handoffd::inbox::Place;
use handoffd::journal::{
    AttemptOutcome, CopyProof, Entry, Forgetting, Forgotten, HandledMail, Haste, Journal, Keep,
    Proof, Said,
};
use handoffd::learning::{Confirmation, Lesson};
use handoffd::lookup::{Found, LookedUp};
use handoffd::mail::{Address, HeaderText, MailIdentity, Mailbox, MessageId};
use handoffd::ticket::{Event, MailSummary, Notice, Party, TicketId, TimedEvent};
use handoffd::webhook::{Listener, Occasion};
use jiff::{SignedDuration, Timestamp};
use std::path::Path;

const ANN: &str = "ann.forgettable@customer.example";
const BOB: &str = "bob@other.example";

/// Words of Ann's that stand nowhere else.
const WORDS: [&str; 12] = [
    "forgettable",
    "Annabel",
    "zauberwort",
    "QX-778899",
    "in-1@customer",
    "geheimtipp",
    "lesson-word",
    "third-party-word",
    "attached-name",
    "YW5uLmZvcmdldHRhYmxl",
    "told-to-ann",
    "evidence-word",
];

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn id(text: &str) -> MessageId {
    MessageId::parse(text).unwrap()
}

fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

fn days(days: i64) -> Timestamp {
    moment(0) + SignedDuration::from_hours(24 * days)
}

fn identity(number: u8) -> MailIdentity {
    MailIdentity([number; 32])
}

fn ticket(number: u8) -> TicketId {
    TicketId::for_mail(&identity(number), 0)
}

fn summary(number: u8, from: &str, excerpt: &str) -> MailSummary {
    let domain = address(from).domain().to_owned();
    MailSummary {
        identity: identity(number),
        message_id: Some(id(&format!("in-{number}@{domain}"))),
        references: vec![],
        subject: HeaderText::clean("zauberwort"),
        excerpt: excerpt.to_owned(),
        attachments: vec![handoffd::ticket::AttachmentSummary {
            name: HeaderText::clean("attached-name.pdf"),
            media_type: "application/pdf".to_owned(),
        }],
        also_to: vec![],
    }
}

fn mail(name: &str, of: u8, to: &str, purpose: Purpose, bytes: &str) -> Outgoing {
    Outgoing {
        purpose,
        precedence: Precedence::of(purpose),
        ticket: Some(ticket(of)),
        party: Some(Party::Staff(TeamName("service".to_owned()))),
        message_id: id(name),
        sender: EnvelopeSender::Null,
        recipients: vec![address(to)],
        subject: if of == 2 {
            "Re: bob-subject"
        } else {
            "Re: zauberwort"
        }
        .to_owned(),
        text: String::new(),
        bytes: bytes.as_bytes().to_vec(),
    }
}

fn wrote(name: &str, purpose: Purpose, to: &str) -> Event {
    Event::Wrote {
        message_id: id(name),
        purpose,
        to: vec![address(to)],
        said: vec!["told-to-ann".to_owned()],
    }
}

/// Records what one mail brought about, and that all of ours left.
fn record(
    journal: &Journal,
    of: u8,
    number: u8,
    at: Timestamp,
    events: Vec<Event>,
    effects: Vec<Outgoing>,
    lessons: Vec<Lesson>,
) {
    let timed = events.into_iter().map(|event| {
        let timed = TimedEvent {
            at,
            cause: Some(identity(number)),
            event,
        };
        (ticket(of), timed)
    });
    let entry = Entry {
        mail: Some(HandledMail {
            identity: identity(number),
            place: Place {
                uid_validity: 7,
                uid: u32::from(number),
            },
            outcome: Outcome::HandedOff,
            tags: vec![],
            ticket: Some(ticket(of)),
            checked: None,
        }),
        events: timed.collect(),
        effects,
        lessons,
        ..Entry::default()
    };
    for new in journal.record(entry, at).unwrap() {
        let attempt = journal.begin_attempt(new, CopyProof::None, at).unwrap();
        journal.settle(attempt, AttemptOutcome::Sent, at).unwrap();
    }
}

fn opened(by: &str, name: &str, mail: MailSummary) -> Event {
    Event::Opened {
        customer: Mailbox {
            name: Some(HeaderText::clean(name)),
            address: address(by),
        },
        subject: mail.subject.clone(),
        language: Language("en".to_owned()),
        mail,
    }
}

fn handed_off() -> Vec<Event> {
    let decided = Event::Decided {
        decision: "handoff",
        reasons: vec![(
            "privacy".to_owned(),
            "It asks about stored data.".to_owned(),
        )],
        evidence: vec!["evidence-word".to_owned()],
        intent: None,
        close: vec![],
    };
    let off = Event::HandedOff {
        team: TeamName("service".to_owned()),
        promised_by: Some(moment(3_600)),
        notice: Notice::Sent {
            text: "Dear Annabel, told-to-ann".to_owned(),
        },
        why: "It asks about stored data.".to_owned(),
    };
    vec![decided, off]
}

/// Ann has a ticket and said STOP; in Bob's ticket she is in Cc and wrote as well.
fn desk(folder: &Path) -> Journal {
    let journal = Journal::open(folder).unwrap();
    // Nobody takes what it is to be told.
    journal.tell(vec![Listener {
        webhook: WebhookName("board".to_owned()),
        occasions: Occasion::ALL.into_iter().collect(),
        with_customer: true,
        support: address("support@desk.example"),
    }]);
    let lesson = Lesson {
        mail: identity(1),
        ticket: ticket(1),
        text: "lesson-word".to_owned(),
        language: Language("en".to_owned()),
        intent: Some(IntentName("delivery".to_owned())),
        how: Confirmation::ALL[0],
        member: address("kim@desk.example"),
        at: moment(1),
    };
    let mut events = vec![
        opened(
            ANN,
            "Annabel F.",
            summary(1, ANN, "geheimtipp, order QX-778899"),
        ),
        Event::LookedUp {
            found: vec![
                LookedUp {
                    lookup: LookupName("crm".to_owned()),
                    found: Found::Fields(
                        [(FieldName("note".to_owned()), "geheimtipp".to_owned())]
                            .into_iter()
                            .collect(),
                    ),
                },
                LookedUp {
                    lookup: LookupName("shop".to_owned()),
                    found: Found::NotAvailable("geheimtipp".to_owned()),
                },
            ],
        },
        Event::FactsFound {
            facts: [(FactName("order_number".to_owned()), "QX-778899".to_owned())]
                .into_iter()
                .collect(),
        },
    ];
    events.extend(handed_off());
    events.push(Event::AutomationRefused);
    events.push(wrote(
        "packet-1@desk.example",
        Purpose::Packet,
        "service@desk.example",
    ));
    events.push(wrote("notice-1@desk.example", Purpose::Notice, ANN));
    // Large enough to be a file of its own in the store.
    let packet = format!(
        "Subject: packet\r\n\r\ngeheimtipp {ANN} {}",
        "x".repeat(40_000)
    );
    let effects = vec![
        mail(
            "packet-1@desk.example",
            1,
            "service@desk.example",
            Purpose::Packet,
            &packet,
        ),
        mail(
            "notice-1@desk.example",
            1,
            ANN,
            Purpose::Notice,
            "Subject: zauberwort\r\n\r\ntold-to-ann",
        ),
    ];
    record(&journal, 1, 1, moment(1), events, effects, vec![lesson]);

    let mut of_bob = summary(
        2,
        BOB,
        "Please tell my friend as well: ann.Forgettable@customer.example. Thanks, bob-word",
    );
    of_bob.also_to = vec![address(ANN)];
    of_bob.subject = HeaderText::clean("bob-subject");
    of_bob.attachments.clear();
    let told = wrote("reply-2@desk.example", Purpose::StaffReply, ANN);
    // The address stands in base 64 in what the team got.
    let packet = "Subject: packet\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n\
        Ym9iIGFuZCBBbm4sIGFubi5mb3JnZXR0YWJsZUBjdXN0b21lci5leGFtcGxlCg==\r\nYW5uLmZvcmdldHRhYmxl";
    let effects = vec![
        mail("reply-2@desk.example", 2, BOB, Purpose::StaffReply, packet),
        mail(
            "packet-2@desk.example",
            2,
            "service@desk.example",
            Purpose::Packet,
            "Subject: p\r\n\r\nbob-bytes",
        ),
    ];
    record(
        &journal,
        2,
        2,
        moment(2),
        vec![
            opened(BOB, "Bob", of_bob),
            Event::StaffReplied {
                member: address("kim@desk.example"),
            },
            told,
        ],
        effects,
        vec![],
    );
    let of_ann = Event::ThirdPartyWrote {
        from: Mailbox {
            name: Some(HeaderText::clean("Annabel")),
            address: address(ANN),
        },
        mail: summary(3, ANN, "third-party-word"),
    };
    let decided = handed_off().remove(0);
    record(
        &journal,
        2,
        3,
        moment(3),
        vec![of_ann, decided],
        vec![],
        vec![],
    );
    journal
}

fn close(journal: &Journal, of: u8, at: Timestamp) {
    let closed = TimedEvent {
        at,
        cause: None,
        event: Event::Closed { member: None },
    };
    let entry = Entry {
        events: vec![(ticket(of), closed)],
        ..Entry::default()
    };
    journal.record(entry, at).unwrap();
}

/// All bytes of all files under a folder.
fn raw(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for found in std::fs::read_dir(folder).unwrap() {
        let path = found.unwrap().path();
        match path.is_dir() {
            true => bytes.extend(raw(&path)),
            false => bytes.extend(std::fs::read(&path).unwrap()),
        }
    }
    bytes
}

fn holds(bytes: &[u8], word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    let lower = bytes.to_ascii_lowercase();
    lower
        .windows(word.len())
        .any(|window| window == word.as_bytes())
}

#[test]
fn nothing_of_a_forgotten_person_is_left_in_any_byte_and_others_keep_theirs() {
    let folder = tempfile::tempdir().unwrap();
    let journal = desk(folder.path());
    let ann = address(ANN);
    let refused = journal.forget(&ann, Haste::WhenSettled, moment(9)).unwrap();
    let Forgetting::Refused(open) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(open.tickets[0].0, ticket(1));
    assert!(journal.ticket(&ticket(1)).unwrap().is_some());
    close(&journal, 1, moment(8));

    let done = journal.forget(&ann, Haste::WhenSettled, moment(9)).unwrap();
    let Forgetting::Done(forgotten) = done else {
        panic!("{done:?}")
    };
    assert_eq!(forgotten.tickets, [ticket(1)]);
    assert_eq!(
        (forgotten.lessons, forgotten.mails, forgotten.stop_stays),
        (1, 3, true)
    );
    assert!(forgotten.events_elsewhere >= 4, "{forgotten:?}");
    // The old bytes still lie in the files until these are written anew.
    assert!(holds(&raw(folder.path()), "geheimtipp"));
    journal.compact().unwrap();
    for word in WORDS {
        assert!(!holds(&raw(folder.path()), word), "{word}");
    }

    // The same after a restart, and the journal is as it was recorded.
    drop(journal);
    let journal = Journal::open(folder.path()).unwrap();
    let audit = journal.audit().unwrap();
    assert_eq!(audit.differences, []);
    assert_eq!(audit.removals.last().unwrap().why, "forget");
    for word in WORDS {
        assert!(!holds(&raw(folder.path()), word), "{word}");
    }
    let bob = journal.ticket(&ticket(2)).unwrap().unwrap();
    assert_eq!(bob.events.len(), 5);
    let raw = raw(folder.path());
    for word in [
        "bob-word",
        "bob-subject",
        BOB,
        "bob-bytes",
        "third-party-wrote",
    ] {
        assert!(holds(&raw, word), "{word}");
    }
    // Counts stay, and the mail is not handled again.
    let counts = journal.counts_of_gone().unwrap();
    let counts = counts.values().next().unwrap();
    assert_eq!((counts["tickets"], counts["handed off by privacy"]), (1, 1));
    let handled = journal.handled(&identity(1)).unwrap().unwrap();
    assert_eq!(handled.ticket, None);
    // STOP outlives it, in a form that shows no address; nobody else is silenced.
    assert!(journal.history(&ann, moment(9)).unwrap().automation_refused);
    assert!(
        !journal
            .history(&address(BOB), moment(9))
            .unwrap()
            .automation_refused
    );
    // Once more there is nothing to forget.
    let again = journal
        .forget(&ann, Haste::WhenSettled, moment(10))
        .unwrap();
    let nothing = Forgotten {
        stop_stays: true,
        ..Forgotten::default()
    };
    assert_eq!(again, Forgetting::Done(nothing));
}

#[test]
fn what_was_counted_of_a_sender_goes_with_them() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let count = |number: u8, from: &str| {
        let said = Said {
            sender: address(from),
            proof: Proof::None,
            fingerprint: None,
        };
        let mail = HandledMail {
            identity: identity(number),
            place: Place {
                uid_validity: 7,
                uid: u32::from(number),
            },
            outcome: Outcome::HandedOff,
            tags: vec![],
            ticket: None,
            checked: None,
        };
        let entry = Entry {
            mail: Some(mail),
            said: Some(said.clone()),
            ..Entry::default()
        };
        journal.record(entry, moment(0)).unwrap();
        said
    };
    let (ann, bob) = (count(1, ANN), count(2, BOB));
    let counted = |said: &Said| journal.repeats(said, moment(1)).unwrap().of_sender_in_hour;
    assert_eq!((counted(&ann), counted(&bob)), (1, 1));
    let done = journal.forget(&address(ANN), Haste::WhenSettled, moment(2));
    assert!(matches!(done.unwrap(), Forgetting::Done(_)));
    assert_eq!((counted(&ann), counted(&bob)), (0, 1));
}

#[test]
fn who_said_stop_and_was_forgotten_can_still_take_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let journal = desk(folder.path());
    let ann = address(ANN);
    let done = journal.forget(&ann, Haste::Now, moment(9)).unwrap();
    assert!(matches!(done, Forgetting::Done(_)), "{done:?}");
    let events = vec![
        opened(ANN, "Annabel", summary(9, ANN, "START")),
        Event::AutomationAllowed,
    ];
    record(&journal, 9, 9, moment(20), events, vec![], vec![]);
    assert!(
        !journal
            .history(&ann, moment(21))
            .unwrap()
            .automation_refused
    );
}

#[test]
fn a_mail_that_may_be_leaving_holds_everything_back() {
    let folder = tempfile::tempdir().unwrap();
    let journal = desk(folder.path());
    let entry = Entry {
        effects: vec![mail(
            "late@desk.example",
            1,
            ANN,
            Purpose::Told,
            "Subject: x\r\n\r\n",
        )],
        ..Entry::default()
    };
    let new = journal.record(entry, moment(5)).unwrap().remove(0);
    let attempt = journal
        .begin_attempt(new, CopyProof::None, moment(5))
        .unwrap();
    let refused = journal
        .forget(&address(ANN), Haste::Now, moment(9))
        .unwrap();
    let Forgetting::Refused(open) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(open.in_doubt, [id("late@desk.example")]);
    journal
        .settle(attempt, AttemptOutcome::Sent, moment(6))
        .unwrap();
    let done = journal
        .forget(&address(ANN), Haste::Now, moment(9))
        .unwrap();
    assert!(matches!(done, Forgetting::Done(_)), "{done:?}");
    assert!(journal.ticket(&ticket(1)).unwrap().is_none());
}

#[test]
fn mails_to_others_that_name_them_go_once_they_are_settled() {
    let folder = tempfile::tempdir().unwrap();
    let journal = desk(folder.path());
    let names_her = format!("Subject: x\r\n\r\nabout {ANN}");
    let to_admin = |name| mail(name, 2, "admin@desk.example", Purpose::Trouble, &names_her);
    let entry = Entry {
        effects: vec![
            to_admin("given-up@desk.example"),
            to_admin("waits@desk.example"),
        ],
        ..Entry::default()
    };
    let mut new = journal.record(entry, moment(5)).unwrap();
    let attempt = journal
        .begin_attempt(new.remove(0), CopyProof::None, moment(5))
        .unwrap();
    let why = format!("550 <{ANN}> is unknown");
    let outcome = AttemptOutcome::GivenUp { why };
    journal.settle(attempt, outcome, moment(6)).unwrap();
    let done = journal
        .forget(&address(ANN), Haste::Now, moment(9))
        .unwrap();
    let Forgetting::Done(forgotten) = done else {
        panic!("{done:?}")
    };
    assert_eq!(forgotten.still_waiting, [id("waits@desk.example")]);
    assert!(
        journal
            .effect(&id("given-up@desk.example"))
            .unwrap()
            .is_none()
    );
    let attempt = journal
        .begin_attempt(new.remove(0), CopyProof::None, moment(10))
        .unwrap();
    journal
        .settle(attempt, AttemptOutcome::Sent, moment(10))
        .unwrap();
    let again = journal
        .forget(&address(ANN), Haste::WhenSettled, moment(11))
        .unwrap();
    assert!(matches!(again, Forgetting::Done(_)), "{again:?}");
    journal.compact().unwrap();
    assert!(!holds(&raw(folder.path()), ANN));
    assert_eq!(journal.audit().unwrap().differences, []);
}

#[test]
fn what_nobody_answered_is_kept_however_old_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let taken = Event::Taken {
        member: address("kim@desk.example"),
    };
    for (number, answered) in [(1, false), (2, true)] {
        let mut events = vec![
            opened(BOB, "Bob", summary(number, BOB, "asks")),
            taken.clone(),
        ];
        if answered {
            events.push(Event::StaffReplied {
                member: address("kim@desk.example"),
            });
        }
        record(&journal, number, number, moment(1), events, vec![], vec![]);
    }
    let keep = Keep {
        tickets_since: Some(days(900)),
        ..Keep::default()
    };
    let _ = journal.drop_old(&keep, None, 100).unwrap();
    assert!(journal.ticket(&ticket(1)).unwrap().is_some());
    assert!(journal.ticket(&ticket(2)).unwrap().is_none());
}

/// Enough to meet commits at each of their steps; each writes the whole store.
const REWRITTEN_MAX: usize = 20;

#[test]
fn mail_is_recorded_while_the_store_is_written_anew_and_none_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let journal = desk(folder.path());
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for number in 20..120_u8 {
                let events = vec![opened(BOB, "Bob", summary(number, BOB, "later"))];
                record(
                    &journal,
                    number,
                    number,
                    moment(i64::from(number)),
                    events,
                    vec![],
                    vec![],
                );
            }
        });
        let mut rewritten = 0;
        while !writer.is_finished() && rewritten < REWRITTEN_MAX {
            journal.compact().unwrap();
            rewritten += 1;
        }
        assert!(rewritten > 0);
    });
    assert_eq!(journal.count_tickets().unwrap(), 102);
    assert_eq!(journal.audit().unwrap().differences, []);
    drop(journal);
    let journal = Journal::open(folder.path()).unwrap();
    assert_eq!(journal.count_tickets().unwrap(), 102);
    assert_eq!(journal.audit().unwrap().differences, []);
}

#[test]
fn what_is_old_goes_by_kind_and_nothing_in_which_somebody_must_act() {
    let all = Keep::default();
    // (what is kept, the moment of the last event, are Ann's words there, is her ticket there, lessons)
    let cases = [
        (all, true, true, 1),
        (
            Keep {
                texts_since: Some(days(9)),
                ..all
            },
            true,
            true,
            1,
        ),
        (
            Keep {
                texts_since: Some(days(11)),
                ..all
            },
            false,
            true,
            1,
        ),
        (
            Keep {
                tickets_since: Some(days(11)),
                ..all
            },
            false,
            false,
            1,
        ),
        (
            Keep {
                texts_since: Some(days(11)),
                tickets_since: Some(days(9)),
                ..all
            },
            false,
            true,
            1,
        ),
    ];
    for (keep, has_words, has_ticket, lessons) in cases {
        let folder = tempfile::tempdir().unwrap();
        let journal = desk(folder.path());
        close(&journal, 1, days(10));
        let first = journal.drop_old(&keep, None, 1).unwrap();
        let second = journal.drop_old(&keep, first.next, 100).unwrap();
        assert_eq!(second.next, None);
        let found = journal.ticket(&ticket(1)).unwrap();
        assert_eq!(found.is_some(), has_ticket, "{keep:?}");
        let words = found.is_some_and(|ticket| format!("{ticket:?}").contains("geheimtipp"));
        assert_eq!(words, has_words, "{keep:?}");
        assert_eq!(journal.lessons().unwrap().len(), lessons, "{keep:?}");
        assert_eq!(journal.audit().unwrap().differences, [], "{keep:?}");
        let counted = journal.counts_of_gone().unwrap();
        assert_eq!(
            counted.values().any(|day| day.contains_key("tickets")),
            keep.tickets_since.is_some(),
            "{keep:?}"
        );
    }
}

#[test]
fn an_open_promise_keeps_a_ticket_however_old_and_counts_go_in_their_time() {
    let folder = tempfile::tempdir().unwrap();
    let journal = desk(folder.path());
    let keep = Keep {
        texts_since: Some(days(900)),
        tickets_since: Some(days(900)),
        ..Keep::default()
    };
    let _ = journal.drop_old(&keep, None, 100).unwrap();
    let words = |number| format!("{:?}", journal.ticket(&ticket(number)).unwrap());
    assert!(words(1).contains("geheimtipp"));
    close(&journal, 1, days(10));
    let _ = journal.drop_old(&keep, None, 100).unwrap();
    assert_eq!(words(1), "None");
    assert!(!journal.counts_of_gone().unwrap().is_empty());
    let late = Keep {
        counts_since: Some(days(900)),
        ..Keep::default()
    };
    let _ = journal.drop_old(&late, None, 100).unwrap();
    assert!(journal.counts_of_gone().unwrap().is_empty());
}
