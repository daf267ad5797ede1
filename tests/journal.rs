//! The journal keeps its word: what it recorded is there after the end of the process, once, and in the state that the last
//! durable step left it in; a store that has lost commits is refused.

// A test that cannot go on has failed: that is what these are for, in the functions around the tests too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use handoffd::compose::{EnvelopeSender, Outgoing, Precedence, Purpose};
use handoffd::config::{
    Database, DatabaseServer, FactName, FieldName, IntentName, JournalName, Language, LookupName,
    Outcome, Store, StoreKind, TeamName, WebhookName,
};
use handoffd::inbox::{Cursor, Place};
use handoffd::journal::{
    AsItStood, AttemptOutcome, CopyProof, DoubtVerdict, EffectFilter, EffectState, Entry,
    HandledMail, Journal, JournalError, LostRecipient, SentMail,
};
use handoffd::learning::{Confirmation, Lesson};
use handoffd::lookup::{Found, LookedUp};
use handoffd::mail::{Address, HeaderText, MailIdentity, Mailbox, MessageId};
use handoffd::ticket::thread::KnownAuthor;
use handoffd::ticket::{
    Approvals, ArticleReference, AskedAgain, AttachmentSummary, Change, Draft, Edit, Event, Given,
    KnownToTeam, MailSummary, Notice, Party, Reminded, ShownBy, TicketId, TimedEvent, Wording,
};
use handoffd::watch::{Happened, Kind, Teller};
use handoffd::webhook::{Listener, Occasion};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

mod chosen_store;
#[path = "journal/stores.rs"]
mod stores;

/// So many tests of this file are about no files.
const ON_POSTGRESQL: usize = 32;

const ANN: &str = "ann@customer.example";

/// The journal of a folder, of the kind that was chosen: in the folder itself, or in a database under a name of its own, with the keys in the folder.
fn journal_in(folder: &Path) -> Result<Journal, JournalError> {
    if !chosen_store::is_postgres() {
        return Journal::open(folder);
    }
    static DATABASE: OnceLock<String> = OnceLock::new();
    let server = chosen_store::postgres::shared();
    let mut name = DefaultHasher::new();
    folder.hash(&mut name);
    let database = Database {
        journal: JournalName::parse(&format!("folder-{:x}", name.finish())).unwrap(),
        server: DatabaseServer::Socket {
            folder: server.folder.clone(),
            port: server.port,
        },
        database: DATABASE.get_or_init(|| server.database()).clone(),
        user: chosen_store::postgres::USER.to_owned(),
        password_file: None,
        lease: Duration::from_secs(30),
        step_timeout: Duration::from_secs(30),
    };
    let store = Store {
        kind: StoreKind::Postgres(Box::new(database)),
        path: folder.to_owned(),
        keep_sent: Duration::MAX,
        keep_learned: Duration::MAX,
        keep_texts: None,
        keep_tickets: None,
        keep_counts: None,
        mailbox: None,
    };
    Journal::open_of(&store, &Arc::default())
}

/// What a journal promises it promises on every store: all but what is about files. By itself: `HANDOFFD_TEST_STORE=postgres cargo test --test journal`.
#[test]
fn the_journal_keeps_its_word_on_postgresql() {
    let about_files = ["stores::", "is_refused", "is_in_use", "on_postgresql"];
    let mut arguments: Vec<&str> = Vec::new();
    for words in about_files {
        arguments.extend(["--skip", words]);
    }
    chosen_store::run_on_postgres(&arguments, ON_POSTGRESQL);
}

fn address(text: &str) -> Address {
    Address::parse(text).unwrap()
}

fn id(text: &str) -> MessageId {
    MessageId::parse(text).unwrap()
}

fn moment(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + seconds).unwrap()
}

fn identity(number: u8) -> MailIdentity {
    MailIdentity([number; 32])
}

fn ticket(number: u8) -> TicketId {
    TicketId::for_mail(&identity(number), 0)
}

fn summary(number: u8) -> MailSummary {
    MailSummary {
        identity: identity(number),
        message_id: Some(id(&format!("in-{number}@customer.example"))),
        references: vec![id("older@x.example")],
        subject: HeaderText::clean("Where is my order?"),
        excerpt: "Hello,\nwhere is it?\u{202E}\0".to_owned(),
        attachments: vec![AttachmentSummary {
            name: HeaderText::clean("foto.jpg"),
            media_type: "image/jpeg".to_owned(),
        }],
        also_to: vec![address("bob@x.example")],
    }
}

fn opened(number: u8) -> Event {
    Event::Opened {
        customer: Mailbox {
            name: Some(HeaderText::clean("Ann Ä.")),
            address: address(ANN),
        },
        subject: HeaderText::clean("Where is my order?"),
        language: Language("en".to_owned()),
        mail: summary(number),
    }
}

fn outgoing(name: &str, to: &[&str], purpose: Purpose, party: Option<Party>) -> Outgoing {
    Outgoing {
        purpose,
        precedence: Precedence::of(purpose),
        ticket: Some(ticket(1)),
        party,
        message_id: id(name),
        sender: EnvelopeSender::Null,
        recipients: to.iter().map(|to| address(to)).collect(),
        subject: "Re: Where is my order?".to_owned(),
        text: "Soon.".to_owned(),
        bytes: b"Subject: Re\r\n\r\nSoon.\xff\r\n".to_vec(),
    }
}

fn answer(name: &str) -> Outgoing {
    let party = Some(Party::Customer(address(ANN)));
    outgoing(name, &[ANN], Purpose::Answer, party)
}

fn entry(number: u8, effects: Vec<Outgoing>) -> Entry {
    let at = Place {
        uid_validity: 7,
        uid: u32::from(number),
    };
    let timed = TimedEvent {
        at: moment(i64::from(number)),
        cause: Some(identity(number)),
        event: opened(number),
    };
    Entry {
        mail: Some(HandledMail {
            identity: identity(number),
            place: at,
            outcome: Outcome::Answered,
            tags: vec!["shipping".to_owned()],
            ticket: Some(ticket(number)),
            checked: None,
        }),
        cursor: Some(Cursor {
            uid_validity: 7,
            uid: at.uid,
        }),
        events: vec![(ticket(number), timed)],
        effects,
        ..Entry::default()
    }
}

#[rustfmt::skip]
fn every_event() -> Vec<Event> {
    let member = || address("kim@desk.example");
    let team = || TeamName("service".to_owned());
    let intent = || IntentName("delivery-time".to_owned());
    let article = || ArticleReference { intent: intent(), language: Language("de".to_owned()), revision: "abc123".to_owned() };
    let text = || "word \"for\"\r\nword ü".to_owned();
    let fact = || FactName("order_number".to_owned());
    let edit = || Edit { kept_percent: 83, changes: vec![Change::Removed(text()), Change::Added(text())], further_changes: 7 };
    vec![
        opened(1),
        Event::CustomerWrote { mail: summary(2) },
        Event::ThirdPartyWrote { from: Mailbox::bare(address("bob@x.example")), mail: summary(3) },
        Event::FactsFound { facts: [(fact(), text())].into_iter().collect() },
        Event::LookedUp { found: vec![
            LookedUp { lookup: LookupName("crm".into()), found: Found::Fields([(FieldName("plan".into()), text())].into_iter().collect()) },
            LookedUp { lookup: LookupName("shop".into()), found: Found::Fields(BTreeMap::new()) },
            LookedUp { lookup: LookupName("stock".into()), found: Found::NotAvailable(text()) },
        ] },
        Event::Decided { decision: "handoff", reasons: vec![(text(), text())], evidence: vec![text()], intent: Some((intent(), 0.1 + 0.2)), close: vec![(intent(), 0.1)] },
        Event::Answered { article: article(), confidence: 1.0 / 3.0 },
        Event::Asked { facts: vec![fact()], intent: intent() },
        Event::Drafted { draft: Draft { article: article(), confidence: 0.1, text: text(), team: team(), approvals: Approvals::One, wording: Wording::OfArticle } },
        Event::Drafted { draft: Draft { article: article(), confidence: 0.1, text: text(), team: team(), approvals: Approvals::Two, wording: Wording::Edited { by: member(), edit: edit() } } },
        Event::HandedOff { team: team(), promised_by: Some(moment(5)), notice: Notice::Sent { text: text() }, why: text() },
        Event::HandedOff { team: team(), promised_by: None, notice: Notice::Withheld { why: text() }, why: text() },
        Event::Reminded { team: team(), whom: Reminded::Team, of: moment(5) },
        Event::Reminded { team: team(), whom: Reminded::SecondAddress, of: moment(5) },
        Event::Reminded { team: team(), whom: Reminded::Admin, of: moment(5) },
        Event::PromiseLapsed { team: team(), promised_by: moment(5), new_promise: Some(moment(9)), notice: Notice::Sent { text: text() } },
        Event::PromiseLapsed { team: team(), promised_by: moment(5), new_promise: None, notice: Notice::Withheld { why: text() } },
        Event::WaitedTooLong { team: team(), due_by: moment(5) },
        Event::PassedOn { team: team() },
        Event::StaffReplied { member: member() },
        Event::AskedAgain {
            member: member(),
            asked: AskedAgain::new(
                KnownToTeam {
                    given: Given::Detail(FactName("order_number".to_owned())),
                    value: "LT-40999".to_owned(),
                },
                "What is your order number?",
            ),
        },
        Event::Collected { from: Mailbox { name: None, address: member() }, mail: summary(5) },
        Event::WroteOutside { from: member(), team: team(), shown_by: ShownBy::Address, mail: summary(4) },
        Event::WroteOutside { from: member(), team: team(), shown_by: ShownBy::SentFolder, mail: summary(4) },
        Event::FirstApproval { member: member() },
        Event::DraftApproved { member: member(), article: None, edit: None },
        Event::DraftApproved { member: member(), article: Some(article()), edit: Some(edit()) },
        Event::DraftRefused { member: member(), why: text() },
        Event::DraftWithdrawn,
        Event::Crossed,
        Event::Confirmed,
        Event::Taken { member: member() },
        Event::Reassigned { member: member(), team: team() },
        Event::Postponed { member: member(), until: moment(7) },
        Event::GivenBack { member: member() },
        Event::Noted { member: member(), text: text() },
        Event::Learned { member: member(), mail: identity(1), intent: Some(IntentName("delivery".to_owned())) },
        Event::Learned { member: member(), mail: identity(1), intent: None },
        Event::HeldAgainst { article: article(), says_the_same: true, likeness_percent: 72 },
        Event::Closed { member: None },
        Event::Closed { member: Some(member()) },
        Event::AutomationRefused,
        Event::AutomationAllowed,
        Event::Bounced { recipient: Some(member()), report: text(), original: Some(id("m1@desk.example")) },
        Event::SendFailed { recipient: member(), why: text(), mail: None, may_have_arrived: false },
        Event::SendFailed { recipient: member(), why: text(), mail: Some(id("m1@desk.example")), may_have_arrived: true },
        Event::NotLost { message_id: id("m1@desk.example") },
        Event::KeptAside { from: None, why: text() },
        Event::MailWithdrawn { message_id: id("m1@desk.example"), purpose: Purpose::Delay },
        Event::Wrote { message_id: id("m1@desk.example"), purpose: Purpose::StopConfirmation, to: vec![member()], said: vec!["We send it on Friday.".to_owned()] },
    ]
}

#[test]
fn every_event_comes_back_as_it_was_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let timed = every_event()
        .into_iter()
        .zip(1_i64..)
        .map(|(event, number)| {
            let at = (moment(0).checked_add(SignedDuration::from_nanos(number))).unwrap();
            let cause = (number % 2 == 0).then(|| identity(1));
            TimedEvent { at, cause, event }
        });
    let expected: Vec<TimedEvent> = timed.collect();
    let entry = Entry {
        events: (expected.iter().cloned())
            .map(|timed| (ticket(1), timed))
            .collect(),
        ..Entry::default()
    };
    journal_in(folder.path())
        .unwrap()
        .record(entry, moment(0))
        .unwrap();
    let journal = journal_in(folder.path()).unwrap();
    let found = journal.ticket(&ticket(1)).unwrap().unwrap().events;
    assert_eq!(found, expected);
    assert!(journal.ticket(&ticket(2)).unwrap().is_none());
    assert_eq!(journal.tickets(10).unwrap().len(), 1);
    let known = journal.known_message(&id("in-3@customer.example")).unwrap();
    assert_eq!(known.unwrap().author, KnownAuthor::Other);
}

#[test]
fn counts_for_limits_go_when_no_limit_looks_back_so_far_and_with_their_ticket() {
    use handoffd::journal::Keep;
    let counted = |journal: &Journal| {
        let history = journal.history(&address(ANN), moment(10)).unwrap();
        (
            history.automatic_to_sender_in_day,
            history.automatic_in_hour,
        )
    };
    let filled = |folder: &std::path::Path| {
        let journal = journal_in(folder).unwrap();
        let closed = TimedEvent {
            at: moment(2),
            cause: None,
            event: Event::Closed { member: None },
        };
        let mut first = entry(1, vec![answer("a1@desk.example")]);
        let wrote = Event::Wrote {
            message_id: id("a1@desk.example"),
            purpose: Purpose::Answer,
            to: vec![address(ANN)],
            said: vec![],
        };
        let wrote = TimedEvent {
            at: moment(1),
            cause: None,
            event: wrote,
        };
        first
            .events
            .extend([wrote, closed].map(|timed| (ticket(1), timed)));
        journal.record(first, moment(1)).unwrap();
        let due = journal.due(moment(3), 1).unwrap().remove(0);
        let attempt = journal
            .begin_attempt(due, CopyProof::None, moment(3))
            .unwrap();
        journal
            .settle(attempt, AttemptOutcome::Sent, moment(3))
            .unwrap();
        assert_eq!(counted(&journal), (1, 1));
        journal
    };
    let folder = tempfile::tempdir().unwrap();
    let journal = filled(folder.path());
    for (since, expected) in [(1, (1, 1)), (2, (0, 0))] {
        let keep = Keep {
            limits_since: Some(moment(since)),
            ..Keep::default()
        };
        let _ = journal.drop_old(&keep, None, 10).unwrap();
        assert_eq!(counted(&journal), expected);
    }
    // With a ticket goes what counts its customer; what all customers together got is nobody's.
    let folder = tempfile::tempdir().unwrap();
    let journal = filled(folder.path());
    let keep = Keep {
        tickets_since: Some(moment(100)),
        ..Keep::default()
    };
    assert_eq!(journal.drop_old(&keep, None, 10).unwrap().tickets, 1);
    assert_eq!(counted(&journal), (0, 1));
}

#[test]
fn recording_an_entry_again_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let journal = journal_in(folder.path()).unwrap();
    assert!(!journal.has_any_cursor().unwrap());
    let first = entry(
        1,
        vec![answer("a1@desk.example"), answer("a1@desk.example")],
    );
    assert_eq!(journal.record(first.clone(), moment(0)).unwrap().len(), 1);
    assert_eq!(journal.record(first, moment(9)).unwrap().len(), 0);
    assert_eq!(journal.ticket(&ticket(1)).unwrap().unwrap().events.len(), 1);
    assert_eq!(journal.due(moment(9), 10).unwrap().len(), 1);
    assert_eq!(journal.cursor(7).unwrap().unwrap().uid, 1);
    assert_eq!(journal.cursor(8).unwrap(), None);
    let handled = journal.handled(&identity(1)).unwrap().unwrap();
    assert_eq!(handled, entry(1, Vec::new()).mail.unwrap());
    let known = journal.known_message(&id("a1@desk.example")).unwrap();
    assert_eq!(
        known.unwrap().author,
        KnownAuthor::UsTo(Party::Customer(address(ANN)))
    );
    assert!(journal.own_mail(&id("a1@desk.example")).unwrap());
}

#[test]
fn a_ticket_reference_is_the_same_for_the_same_mail_and_another_for_another() {
    let folder = tempfile::tempdir().unwrap();
    let journal = journal_in(folder.path()).unwrap();
    journal.record(entry(1, Vec::new()), moment(0)).unwrap();
    assert_eq!(journal.free_ticket_id(&identity(1)).unwrap(), ticket(1));
    // Another mail opened that reference (as if the hash had collided).
    let mut other = entry(2, Vec::new());
    other.events[0].0 = ticket(3);
    journal.record(other, moment(0)).unwrap();
    let free = journal.free_ticket_id(&identity(3)).unwrap();
    assert_eq!(free, TicketId::for_mail(&identity(3), 1));
}

#[test]
fn begun_handlings_are_counted_across_restarts() {
    let folder = tempfile::tempdir().unwrap();
    for expected in 0..3 {
        let journal = journal_in(folder.path()).unwrap();
        let before = journal.begin_handling(&identity(1)).unwrap();
        assert_eq!(before.while_judged, expected);
    }
}

#[test]
fn each_step_of_an_attempt_is_found_after_a_crash_as_the_table_says() {
    let folder = tempfile::tempdir().unwrap();
    let open = || journal_in(folder.path()).unwrap();
    let name = id("a1@desk.example");
    let state = |journal: &Journal| journal.effect(&name).unwrap().unwrap().state;
    open()
        .record(entry(1, vec![answer("a1@desk.example")]), moment(0))
        .unwrap();
    {
        let journal = open();
        assert_eq!(state(&journal), EffectState::Waiting { due: moment(0) });
        assert_eq!(journal.next_due().unwrap(), Some(moment(0)));
        assert!(journal.to_file(moment(99_999), 10).unwrap().is_empty());
        let effect = journal.due(moment(0), 1).unwrap().pop().unwrap();
        assert_eq!(effect.record().bytes, b"Subject: Re\r\n\r\nSoon.\xff\r\n");
        let again = effect.clone();
        let attempt = journal.begin_attempt(effect, CopyProof::Asked, moment(1));
        let twice = journal.begin_attempt(again, CopyProof::Asked, moment(1));
        assert!(attempt.is_ok() && matches!(twice, Err(JournalError::State(_))));
    }
    {
        let journal = open();
        assert_eq!(state(&journal), EffectState::InDoubt { since: moment(1) });
        assert!(journal.due(moment(99), 10).unwrap().is_empty());
        assert_eq!(journal.in_doubt().unwrap().len(), 1);
        let why = "no copy".to_owned();
        let verdict = DoubtVerdict::SendAgain {
            why,
            due: moment(2),
        };
        assert!(journal.resolve_doubt(&name, verdict, moment(2)).unwrap());
        let effect = journal.due(moment(2), 1).unwrap().pop().unwrap();
        let attempt = journal
            .begin_attempt(effect, CopyProof::Asked, moment(3))
            .unwrap();
        journal
            .settle(attempt, AttemptOutcome::Sent, moment(4))
            .unwrap();
    }
    let journal = open();
    assert_eq!(state(&journal), EffectState::Sent { at: moment(4) });
    assert_eq!(journal.effect(&name).unwrap().unwrap().attempts, 2);
    assert!(journal.next_due().unwrap().is_none() && journal.in_doubt().unwrap().is_empty());
    let filing = journal.to_file(moment(99_999), 10).unwrap();
    assert_eq!(filing.len(), 1);
    journal.filed(&[filing[0].place]).unwrap();
    drop(journal);
    assert!(open().to_file(moment(99_999), 10).unwrap().is_empty());
}

/// No copy had come in time, it was tried again and cut off again, and only then a copy comes: it does not say of which transaction it is.
#[test]
fn a_late_copy_proves_what_each_attempt_in_doubt_would_have_reached() {
    let (ann, ben) = ("ann@x.example", "ben@x.example");
    // Each attempt: whether a copy was asked for, and who was put off. Then who has it, and who still waits.
    let cases = [
        (vec![(CopyProof::Asked, ""), (CopyProof::None, "")], vec![]),
        (vec![(CopyProof::None, ""), (CopyProof::Asked, "")], vec![]),
        (
            vec![(CopyProof::Asked, ben), (CopyProof::Asked, "")],
            vec![ben],
        ),
        // Of an attempt that asked for none no copy can be.
        (vec![(CopyProof::Asked, ""), (CopyProof::None, ben)], vec![]),
        (vec![(CopyProof::None, ben), (CopyProof::Asked, "")], vec![]),
        (
            vec![(CopyProof::Asked, ben), (CopyProof::Asked, ann)],
            vec![ann, ben],
        ),
        (
            vec![(CopyProof::None, ""), (CopyProof::None, "")],
            vec![ann, ben],
        ),
    ];
    for (number, (attempts, waiting)) in cases.into_iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        let name = id(&format!("{number}@d"));
        let what = format!("{attempts:?}");
        let count = attempts.len();
        for (round, (copy, put_off)) in attempts.into_iter().enumerate() {
            let journal = journal_in(folder.path()).unwrap();
            if round == 0 {
                let team = Party::Staff(TeamName("service".to_owned()));
                let mail = outgoing(name.as_str(), &[ann, ben], Purpose::Packet, Some(team));
                drop(journal.record(entry(1, vec![mail]), moment(0)).unwrap());
            }
            let effect = journal.due(moment(9), 9).unwrap().remove(0);
            let mut attempt = journal.begin_attempt(effect, copy, moment(1)).unwrap();
            if !put_off.is_empty() {
                let put_off = vec![address(put_off)];
                (journal.narrow_attempt(&mut attempt, copy, put_off, vec![])).unwrap();
            }
            drop(attempt);
            if round + 1 < count {
                let again = DoubtVerdict::SendAgain {
                    why: "no copy".to_owned(),
                    due: moment(2),
                };
                assert!(journal.resolve_doubt(&name, again, moment(2)).unwrap());
            }
        }
        let journal = journal_in(folder.path()).unwrap();
        let proof = Entry {
            own_copy_of: Some(name.clone()),
            ..Entry::default()
        };
        journal.record(proof, moment(3)).unwrap();
        let record = journal.effect(&name).unwrap().unwrap();
        if waiting.len() == 2 {
            assert!(
                matches!(record.state, EffectState::InDoubt { .. }),
                "{what}"
            );
            continue;
        }
        if waiting.is_empty() {
            assert_eq!(record.state, EffectState::Sent { at: moment(3) }, "{what}");
        } else {
            assert_eq!(
                record.state,
                EffectState::Waiting { due: moment(3) },
                "{what}"
            );
            let waiting: Vec<_> = waiting.into_iter().map(address).collect();
            assert_eq!(record.recipients, waiting, "{what}");
        }
    }
}

/// Of an attempt before the one that is under way: that one is finished, and whatever came of it changes nothing for those who have the mail.
#[test]
fn a_copy_that_comes_during_a_later_attempt_outweighs_what_comes_of_that() {
    let (ann, ben) = (address("ann@x.example"), address("ben@x.example"));
    let partly = |remaining: &[&Address], lost: &[&Address]| AttemptOutcome::PartlySent {
        reached_some: true,
        remaining: remaining.iter().copied().cloned().collect(),
        due: moment(9),
        lost: (lost.iter())
            .map(|recipient| LostRecipient {
                recipient: (*recipient).clone(),
                why: "550 no".to_owned(),
                too_large: None,
            })
            .collect(),
        why: "450 later".to_owned(),
    };
    let in_doubt = || AttemptOutcome::InDoubt {
        why: "cut".to_owned(),
    };
    let later = || AttemptOutcome::Later {
        due: moment(9),
        why: "421".to_owned(),
    };
    // Whom the first attempt had put off, what came of the second, and who is still to be reached; nobody where it is sent.
    let cases = [
        (None, partly(&[&ben], &[]), None),
        (None, partly(&[], &[&ben]), None),
        (None, in_doubt(), None),
        (None, later(), None),
        (Some(&ben), partly(&[&ann, &ben], &[]), Some(&ben)),
        (Some(&ben), partly(&[&ann], &[]), None),
        (Some(&ben), partly(&[&ben], &[&ann]), Some(&ben)),
        (Some(&ben), later(), Some(&ben)),
    ];
    for (number, (put_off, outcome, remains)) in cases.into_iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        let journal = journal_in(folder.path()).unwrap();
        let name = id(&format!("{number}@d"));
        let what = format!("{put_off:?} {outcome:?}");
        let team = Party::Staff(TeamName("service".to_owned()));
        let to = ["ann@x.example", "ben@x.example"];
        let mail = outgoing(name.as_str(), &to, Purpose::Packet, Some(team));
        drop(journal.record(entry(1, vec![mail]), moment(0)).unwrap());
        let begin = || {
            let effect = journal.due(moment(9), 9).unwrap().remove(0);
            (journal.begin_attempt(effect, CopyProof::Asked, moment(1))).unwrap()
        };
        let mut first = begin();
        let put_off = put_off.into_iter().cloned().collect();
        (journal.narrow_attempt(&mut first, CopyProof::Asked, put_off, vec![])).unwrap();
        drop(first);
        let again = DoubtVerdict::SendAgain {
            why: "no copy".to_owned(),
            due: moment(2),
        };
        assert!(journal.resolve_doubt(&name, again, moment(2)).unwrap());
        let second = begin();
        let proof = Entry {
            own_copy_of: Some(name.clone()),
            ..Entry::default()
        };
        journal.record(proof, moment(3)).unwrap();
        journal.settle(second, outcome, moment(4)).unwrap();
        let record = journal.effect(&name).unwrap().unwrap();
        match remains {
            None => assert!(
                matches!(record.state, EffectState::Sent { .. }),
                "{what}: {record:?}"
            ),
            Some(remains) => {
                assert!(
                    matches!(record.state, EffectState::Waiting { .. }),
                    "{what}: {record:?}"
                );
                assert_eq!(record.recipients, std::slice::from_ref(remains), "{what}");
            }
        }
        assert!(journal.given_up_untold(9).unwrap().is_empty(), "{what}");
    }
}

/// It was given up in doubt, a later mail of its ticket has left, and then its copy shows that one of two had it: the other is not sent it behind the
/// later mail, and not after the team was told that it is not sent again. They are told once more, about that one.
#[test]
fn what_was_given_up_stays_so_for_those_whom_a_late_copy_does_not_name() {
    // How often it was in doubt, by what its copy shows it, and whether the team was told before the copy came.
    let cases = [
        (1, CopyProof::None, true),
        (1, CopyProof::None, false),
        (1, CopyProof::Asked, true),
        (2, CopyProof::None, true),
    ];
    for (doubts, copy, is_told) in cases {
        let what = format!("{doubts} {copy:?} {is_told}");
        let folder = tempfile::tempdir().unwrap();
        let journal = journal_in(folder.path()).unwrap();
        let reply = |number: u8, name: &str| {
            let party = Some(Party::Customer(address(ANN)));
            let to = [ANN, "ben@x.example"];
            let mail = outgoing(name, &to, Purpose::StaffReply, party);
            drop(
                journal
                    .record(entry(number, vec![mail]), moment(0))
                    .unwrap(),
            );
        };
        let begin = || {
            let effect = journal.due(moment(9), 9).unwrap().remove(0);
            journal.begin_attempt(effect, copy, moment(1)).unwrap()
        };
        let first = id("1@desk.example");
        reply(1, first.as_str());
        for doubt in 1..=doubts {
            let mut attempt = begin();
            let put_off = vec![address(ANN)];
            (journal.narrow_attempt(&mut attempt, copy, put_off, vec![])).unwrap();
            drop(attempt);
            let why = "it may have left".to_owned();
            let verdict = match doubt < doubts {
                true => DoubtVerdict::SendAgain {
                    why,
                    due: moment(2),
                },
                false => DoubtVerdict::GiveUp { why },
            };
            assert!(journal.resolve_doubt(&first, verdict, moment(2)).unwrap());
        }
        if is_told {
            let told = Entry {
                told: vec![first.clone()],
                ..Entry::default()
            };
            journal.record(told, moment(3)).unwrap();
            assert!(journal.given_up_untold(9).unwrap().is_empty(), "{what}");
        }
        reply(2, "2@desk.example");
        (journal.settle(begin(), AttemptOutcome::Sent, moment(4))).unwrap();
        let proof = match copy {
            CopyProof::None => Entry {
                seen_in_sent: Some(first.clone()),
                ..Entry::default()
            },
            CopyProof::Asked => Entry {
                own_copy_of: Some(first.clone()),
                ..Entry::default()
            },
        };
        journal.record(proof.clone(), moment(5)).unwrap();
        let is_still_given_up = || {
            let record = journal.effect(&first).unwrap().unwrap();
            assert!(
                matches!(record.state, EffectState::GivenUp { at, .. } if at == moment(2)),
                "{what}: {record:?}"
            );
            assert_eq!(record.recipients, [address(ANN)], "{what}");
            assert!(journal.due(moment(9), 9).unwrap().is_empty(), "{what}");
        };
        is_still_given_up();
        let untold = journal.given_up_untold(9).unwrap();
        assert_eq!(untold.len(), 1, "{what}");
        assert_eq!(untold[0].recipients, [address(ANN)], "{what}");
        // After several doubts one of the other transactions may have reached her.
        let may_have_left = journal.is_given_up_in_doubt(&first).unwrap();
        assert_eq!(may_have_left, doubts > 1, "{what}");
        // The same copy once more shows nothing new.
        journal.record(proof, moment(6)).unwrap();
        is_still_given_up();
        // A person may have it tried again, for her alone.
        assert!(journal.retry(&first, moment(7)).unwrap());
        let due = journal.due(moment(9), 9).unwrap();
        assert_eq!(due[0].record().recipients, [address(ANN)], "{what}");
    }
}

/// A person answered while it was in doubt, no copy came in time, and it was withdrawn; then the copy comes.
#[test]
fn a_mail_that_was_withdrawn_and_had_left_is_known_to_have_left() {
    let folder = tempfile::tempdir().unwrap();
    let journal = journal_in(folder.path()).unwrap();
    let name = id("a@desk.example");
    waiting(&journal, name.as_str(), Purpose::Answer);
    let effect = journal.due(moment(8), 9).unwrap().remove(0);
    drop(
        journal
            .begin_attempt(effect, CopyProof::Asked, moment(8))
            .unwrap(),
    );
    journal.record(staff_replied(), moment(9)).unwrap();
    let again = DoubtVerdict::SendAgain {
        why: "no copy".to_owned(),
        due: moment(3),
    };
    assert!(journal.resolve_doubt(&name, again, moment(3)).unwrap());
    let state = || journal.effect(&name).unwrap().unwrap().state;
    assert!(
        matches!(state(), EffectState::Withdrawn { .. }),
        "{:?}",
        state()
    );
    let proof = Entry {
        own_copy_of: Some(name.clone()),
        ..Entry::default()
    };
    journal.record(proof, moment(4)).unwrap();
    assert_eq!(state(), EffectState::Sent { at: moment(4) });
    let story = journal.ticket(&ticket(1)).unwrap().unwrap().events;
    let last = &story.last().unwrap().event;
    assert!(
        matches!(last, Event::NotLost { message_id } if *message_id == name),
        "{last:?}"
    );
}

#[test]
fn a_copy_proves_what_it_was_asked_for_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let journal = journal_in(folder.path()).unwrap();
    let team = Party::Staff(TeamName("service".to_owned()));
    let begin = |name: &str, copy| {
        let to = ["a@x.example", "b@x.example", "c@x.example"];
        let mail = outgoing(name, &to, Purpose::Packet, Some(team.clone()));
        let recorded = journal.record(entry(1, vec![mail]), moment(0)).unwrap();
        journal
            .begin_attempt(recorded[0].clone(), copy, moment(1))
            .unwrap()
    };
    let copy_of = |name| {
        let proof = Entry {
            own_copy_of: Some(id(name)),
            ..Entry::default()
        };
        journal.record(proof, moment(3)).unwrap();
        journal.effect(&id(name)).unwrap().unwrap().state
    };
    drop((
        begin("1@d", CopyProof::Asked),
        begin("2@d", CopyProof::None),
    ));
    assert_eq!(copy_of("1@d"), EffectState::Sent { at: moment(3) });
    assert_eq!(copy_of("2@d"), EffectState::InDoubt { since: moment(1) });
    let mut attempt = begin("3@d", CopyProof::Asked);
    let lost = LostRecipient {
        too_large: None,
        recipient: address("c@x.example"),
        why: "550 no".to_owned(),
    };
    let postponed = vec![address("b@x.example")];
    journal
        .narrow_attempt(&mut attempt, CopyProof::Asked, postponed, vec![lost])
        .unwrap();
    drop(attempt);
    assert_eq!(copy_of("3@d"), EffectState::Waiting { due: moment(3) });
    let due = journal.due(moment(3), 9).unwrap();
    assert_eq!(due[0].record().recipients, [address("b@x.example")]);
    let untold = journal.given_up_untold(9).unwrap();
    assert_eq!(untold[0].recipients, [address("c@x.example")]);
    let told = Entry {
        told: vec![id("3@d")],
        ..Entry::default()
    };
    journal.record(told, moment(4)).unwrap();
    assert!(journal.given_up_untold(9).unwrap().is_empty());
}

#[test]
fn what_is_given_up_is_told_once_and_can_be_tried_again() {
    let folder = tempfile::tempdir().unwrap();
    let journal = journal_in(folder.path()).unwrap();
    let name = id("a@desk.example");
    let recorded = journal
        .record(entry(1, vec![answer("a@desk.example")]), moment(0))
        .unwrap();
    let attempt = journal
        .begin_attempt(recorded[0].clone(), CopyProof::Asked, moment(1))
        .unwrap();
    let outcome = AttemptOutcome::GivenUp {
        why: "550 unknown".to_owned(),
    };
    journal.settle(attempt, outcome, moment(2)).unwrap();
    let untold = journal.given_up_untold(9).unwrap();
    assert_eq!(untold[0].recipients, [address(ANN)]);
    assert_eq!(journal.to_file(moment(99_999), 9).unwrap().len(), 1);
    let told = Entry {
        told: vec![name.clone()],
        ..Entry::default()
    };
    journal.record(told, moment(3)).unwrap();
    assert!(journal.given_up_untold(9).unwrap().is_empty());
    assert_eq!(journal.effects(EffectFilter::GivenUp, 9).unwrap().len(), 1);
    assert!(journal.retry(&name, moment(4)).unwrap());
    assert_eq!(journal.effects(EffectFilter::GivenUp, 9).unwrap().len(), 0);
    assert_eq!(journal.effects(EffectFilter::Waiting, 9).unwrap().len(), 1);
}

#[test]
fn automatic_mails_are_counted_by_address_domain_and_hour() {
    let folder = tempfile::tempdir().unwrap();
    let journal = journal_in(folder.path()).unwrap();
    let hour = 3600;
    for (name, to, purpose, at) in [
        ("1@d", "Ann@customer.example", Purpose::Answer, 0),
        ("2@d", ANN, Purpose::Notice, 20 * hour),
        (
            "3@d",
            "ben@customer.example",
            Purpose::Answer,
            23 * hour + 1800,
        ),
        (
            "4@d",
            "eve@other.example",
            Purpose::Answer,
            23 * hour + 1900,
        ),
        ("5@d", ANN, Purpose::Packet, 23 * hour + 1900),
    ] {
        let effects = vec![outgoing(name, &[to], purpose, None)];
        let entry = Entry {
            effects,
            ..Entry::default()
        };
        journal.record(entry, moment(at)).unwrap();
    }
    let counts = |at| {
        let history = journal
            .history(&address("ANN@customer.example"), moment(at))
            .unwrap();
        let to_domain = history.automatic_to_domain_in_hour;
        (
            history.automatic_to_sender_in_day,
            to_domain,
            history.automatic_in_hour,
        )
    };
    assert_eq!(counts(24 * hour), (2, 1, 2));
    assert_eq!(counts(25 * hour), (1, 0, 0));
    assert_eq!(counts(99 * hour), (0, 0, 0));
}

#[test]
fn a_store_that_has_lost_commits_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    Journal::open(folder.path())
        .unwrap()
        .record(entry(1, Vec::new()), moment(0))
        .unwrap();
    let early = std::fs::read(folder.path().join("db")).unwrap();
    {
        let journal = Journal::open(folder.path()).unwrap();
        for number in 2..60 {
            let mut mail = answer(&format!("{number}@desk.example"));
            mail.bytes = vec![b'x'; 3000];
            journal
                .record(entry(number, vec![mail]), moment(0))
                .unwrap();
        }
    }
    let whole = std::fs::read(folder.path().join("db")).unwrap();
    let refused = |what: &str, bytes: &[u8]| {
        let damaged = tempfile::tempdir().unwrap();
        for file in ["conf", "commits"] {
            std::fs::copy(folder.path().join(file), damaged.path().join(file)).unwrap();
        }
        std::fs::write(damaged.path().join("db"), bytes).unwrap();
        match Journal::open(damaged.path()) {
            Ok(_) => panic!("{what} was opened"),
            Err(error) => assert!(
                error.to_string().contains("restore the whole folder"),
                "{what}: {error}"
            ),
        }
    };
    refused("a truncated store", &whole[..whole.len() * 6 / 10]);
    refused("an emptied store", &[]);
    refused("an old copy", &early);
    // Untouched, it opens; and with the witness taken away on purpose, whatever is left would.
    drop(Journal::open(folder.path()).unwrap());
    std::fs::remove_file(folder.path().join("commits")).unwrap();
    Journal::open(folder.path()).unwrap();
}

#[test]
fn a_second_handoffd_is_told_that_the_store_is_in_use() {
    let folder = tempfile::tempdir().unwrap();
    let _journal = Journal::open(folder.path()).unwrap();
    let message = Journal::open(folder.path()).err().unwrap().to_string();
    assert!(message.contains("in use by another handoffd"), "{message}");
}

#[test]
fn the_token_key_is_made_once_and_nobody_else_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token.key");
    journal_in(folder.path()).unwrap().token_key().unwrap();
    let first = std::fs::read(&path).unwrap();
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!((first.len(), mode & 0o777), (32, 0o600));
    journal_in(folder.path()).unwrap().token_key().unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), first);
    std::fs::write(&path, "short").unwrap();
    assert!(journal_in(folder.path()).unwrap().token_key().is_err());
}

#[test]
fn a_refused_move_is_tried_again_for_about_a_day_and_holds_up_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let journal = journal_in(folder.path()).unwrap();
    for number in [1, 2] {
        journal.record(entry(number, vec![]), moment(0)).unwrap();
    }
    let places = |now| -> Vec<u32> {
        let filings = journal.to_file(now, 10).unwrap();
        filings.iter().map(|filing| filing.place.uid).collect()
    };
    let refused = Place {
        uid_validity: 7,
        uid: 1,
    };
    assert_eq!(places(moment(0)), [1, 2]);
    assert!(journal.move_refused(refused, moment(0)).unwrap());
    assert_eq!(places(moment(0)), [2]);
    assert_eq!(places(moment(60)), [1, 2]);
    let mut seconds = 60;
    while journal.move_refused(refused, moment(seconds)).unwrap() {
        assert_eq!(places(moment(seconds)), [2]);
        while places(moment(seconds)) == [2] {
            seconds += 60;
        }
    }
    assert_eq!(places(moment(seconds * 10)), [2]);
    let hours = seconds / 3600;
    assert!((12..=36).contains(&hours), "{hours} hours");
}

#[test]
fn another_folder_has_cursors_of_its_own_and_is_no_first_start() {
    use handoffd::journal::Watched;
    let folder = tempfile::tempdir().unwrap();
    let open = || journal_in(folder.path()).unwrap();
    let journal = open();
    let old = "INBOX of desk@old.example on imap.example";
    assert_eq!(journal.watch(old).unwrap(), Watched::AsBefore);
    assert!(!journal.has_any_cursor().unwrap());
    journal.record(entry(9, vec![]), moment(0)).unwrap();
    drop(journal);
    let journal = open();
    assert_eq!(journal.watch(old).unwrap(), Watched::AsBefore);
    assert_eq!(journal.cursor(7).unwrap().unwrap().uid, 9);
    // The same UIDVALIDITY, as every inbox has it at some providers.
    let new = "INBOX of desk@new.example on imap.example";
    assert_eq!(journal.watch(new).unwrap(), Watched::Another);
    assert_eq!(journal.cursor(7).unwrap(), None);
    assert!(journal.to_file(moment(1), 10).unwrap().is_empty());
    assert!(journal.has_any_cursor().unwrap());
    assert_eq!(journal.watch(new).unwrap(), Watched::AsBefore);
}

#[test]
fn what_is_left_as_it_is_on_the_server_is_never_filed() {
    let folder = tempfile::tempdir().unwrap();
    let journal = journal_in(folder.path()).unwrap();
    let left = Entry {
        on_server: handoffd::journal::OnServer::LeaveAsItIs,
        ..entry(1, vec![])
    };
    journal.record(left, moment(0)).unwrap();
    assert!(journal.handled(&identity(1)).unwrap().is_some());
    assert!(journal.to_file(moment(1), 10).unwrap().is_empty());
}

#[test]
fn the_bytes_of_sent_mails_are_forgotten_in_time_and_their_records_stay() {
    let folder = tempfile::tempdir().unwrap();
    let journal = journal_in(folder.path()).unwrap();
    let effects = vec![answer("sent@us.example"), answer("waits@us.example")];
    let recorded = journal.record(entry(1, effects), moment(0)).unwrap();
    let sent = recorded.into_iter().next().unwrap();
    let attempt = (journal.begin_attempt(sent, CopyProof::None, moment(1))).unwrap();
    (journal.settle(attempt, AttemptOutcome::Sent, moment(10))).unwrap();
    assert_eq!(journal.forget_sent(moment(10), 5).unwrap(), 0);
    assert_eq!(journal.forget_sent(moment(11), 5).unwrap(), 1);
    assert_eq!(journal.forget_sent(moment(11), 5).unwrap(), 0);
    let record = journal.effect(&id("sent@us.example")).unwrap().unwrap();
    assert_eq!(record.state, EffectState::Sent { at: moment(10) });
    assert!(journal.own_mail(&id("sent@us.example")).unwrap());
    let due = journal.due(moment(11), 5).unwrap();
    assert_eq!(due.len(), 1);
    assert!(!due[0].record().bytes.is_empty());
}

#[test]
fn a_long_story_goes_on_in_order_and_its_customer_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let journal = journal_in(folder.path()).unwrap();
    journal.record(entry(1, vec![]), moment(0)).unwrap();
    let add = |events: Vec<(u8, Event)>| {
        let events = events.into_iter().map(|(cause, event)| {
            let timed = TimedEvent {
                at: moment(1),
                cause: Some(identity(cause)),
                event,
            };
            (ticket(1), timed)
        });
        let entry = Entry {
            events: events.collect(),
            ..Entry::default()
        };
        journal.record(entry, moment(1)).unwrap();
    };
    for number in 2..200 {
        let mail = summary(number);
        add(vec![
            (number, Event::CustomerWrote { mail }),
            (number, Event::DraftWithdrawn),
        ]);
    }
    add(vec![(200, Event::AutomationRefused)]);
    add(vec![(200, Event::AutomationRefused)]);
    let story = journal.ticket(&ticket(1)).unwrap().unwrap();
    assert_eq!(story.events.len(), 1 + 2 * 198 + 1);
    let causes: Vec<_> = story.events.iter().map(|timed| timed.cause).collect();
    assert!(causes.is_sorted());
    let history = journal.history(&address(ANN), moment(2)).unwrap();
    assert!(history.automation_refused);
}

#[test]
fn a_mail_that_is_tried_again_before_anybody_was_told_is_not_told() {
    let folder = tempfile::tempdir().unwrap();
    let journal = journal_in(folder.path()).unwrap();
    let names: Vec<String> = (0..3).map(|n| format!("{n}@us.example")).collect();
    let effects = names.iter().map(|name| answer(name)).collect();
    for effect in journal.record(entry(1, effects), moment(0)).unwrap() {
        let attempt = (journal.begin_attempt(effect, CopyProof::None, moment(1))).unwrap();
        let why = "550 no".to_owned();
        (journal.settle(attempt, AttemptOutcome::GivenUp { why }, moment(2))).unwrap();
    }
    assert_eq!(journal.given_up_untold(2).unwrap().len(), 2);
    assert_eq!(journal.count_effects(EffectFilter::GivenUp).unwrap(), 3);
    assert_eq!(journal.count_effects(EffectFilter::Waiting).unwrap(), 0);
    assert_eq!(journal.count_tickets().unwrap(), 1);
    assert!(journal.retry(&id(&names[0]), moment(3)).unwrap());
    let untold = journal.given_up_untold(9).unwrap();
    assert_eq!(untold.len(), 2);
    assert!(
        untold
            .iter()
            .all(|record| record.recipients == [address(ANN)])
    );
}

fn lesson(number: u16, intent: Option<&str>, seconds: i64) -> Lesson {
    let mut mail = [7; 32];
    mail[..2].copy_from_slice(&number.to_be_bytes());
    Lesson {
        mail: MailIdentity(mail),
        ticket: ticket(1),
        text: format!("Where is it, number {number}?\n\u{202E}\0"),
        language: Language("en".to_owned()),
        intent: intent.map(|name| IntentName(name.to_owned())),
        how: Confirmation::ALL[usize::from(number) % 3],
        member: address("rosa@desk.example"),
        at: moment(seconds),
    }
}

fn learn(journal: &Journal, lessons: Vec<Lesson>) {
    let entry = Entry {
        lessons,
        ..Entry::default()
    };
    journal.record(entry, moment(0)).unwrap();
}

#[test]
fn what_was_learned_outlives_a_restart_and_is_bounded_replaced_and_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let journal = journal_in(folder.path()).unwrap();
    let all: Vec<Lesson> = (0..3)
        .map(|number| {
            lesson(
                number,
                (number > 0).then_some("delivery"),
                i64::from(number),
            )
        })
        .collect();
    learn(&journal, all.clone());
    drop(journal);
    let journal = journal_in(folder.path()).unwrap();
    assert_eq!(journal.lessons().unwrap(), all);

    // A later confirmation of the same mail takes the place of the earlier.
    let again = Lesson {
        intent: Some(IntentName("returns".to_owned())),
        ..lesson(0, None, 9)
    };
    learn(&journal, vec![again.clone()]);
    assert_eq!(journal.lessons().unwrap()[0], again);

    // The oldest of an article makes room for the newest, in the same commit.
    let many = (10..10 + 49).map(|number| lesson(number, Some("delivery"), i64::from(number)));
    learn(&journal, many.collect());
    let kept = journal.lessons().unwrap();
    let of_delivery = kept.iter().filter(|one| one.intent != again.intent);
    assert_eq!(of_delivery.count(), handoffd::learning::ARTICLE_MAX);
    assert!(!kept.contains(&all[1]) && kept.contains(&all[2]) && kept.contains(&again));

    // What is forgotten is gone, also after a restart.
    let gone = [again.mail, identity(200)];
    assert_eq!(journal.forget_lessons(&gone).unwrap(), 1);
    drop(journal);
    let journal = journal_in(folder.path()).unwrap();
    assert_eq!(
        journal.lessons().unwrap().len(),
        handoffd::learning::ARTICLE_MAX
    );
}

/// A ticket of Ann's with a mail to her that waits in the outbox.
fn waiting(journal: &Journal, name: &str, purpose: Purpose) {
    let party = Some(Party::Customer(address(ANN)));
    let mut entry = entry(1, vec![outgoing(name, &[ANN], purpose, party)]);
    entry.events.push(at(
        2,
        Event::Wrote {
            message_id: id(name),
            purpose,
            to: vec![address(ANN)],
            said: vec![],
        },
    ));
    journal.record(entry, moment(2)).unwrap();
}

fn at(seconds: i64, event: Event) -> (TicketId, TimedEvent) {
    let timed = TimedEvent {
        at: moment(seconds),
        cause: None,
        event,
    };
    (ticket(1), timed)
}

fn staff_replied() -> Entry {
    by_person(Event::StaffReplied {
        member: address("kim@desk.example"),
    })
}

fn wrote_outside(shown_by: ShownBy) -> Entry {
    by_person(Event::WroteOutside {
        from: address("kim@desk.example"),
        team: TeamName("service".to_owned()),
        shown_by,
        mail: summary(4),
    })
}

fn by_person(event: Event) -> Entry {
    Entry {
        events: vec![at(9, event)],
        ..Entry::default()
    }
}

/// Anybody can write an address of ours: it takes no promise away.
#[test]
fn a_notice_that_waits_goes_out_though_an_address_of_ours_wrote() {
    for (shown_by, is_withdrawn) in [(ShownBy::Address, false), (ShownBy::SentFolder, true)] {
        let folder = tempfile::tempdir().unwrap();
        let journal = journal_in(folder.path()).unwrap();
        waiting(&journal, "n@desk.example", Purpose::Notice);
        journal.record(wrote_outside(shown_by), moment(9)).unwrap();
        let state = journal
            .effect(&id("n@desk.example"))
            .unwrap()
            .unwrap()
            .state;
        let found = matches!(state, EffectState::Withdrawn { .. });
        assert_eq!(found, is_withdrawn, "{shown_by:?}: {state:?}");
    }
}

#[test]
fn an_automatic_mail_that_somebody_overtakes_past_us_is_never_sent_unless_it_was_begun() {
    for shown_by in [ShownBy::Address, ShownBy::SentFolder] {
        for is_begun in [false, true] {
            let folder = tempfile::tempdir().unwrap();
            let journal = journal_in(folder.path()).unwrap();
            waiting(&journal, "a@desk.example", Purpose::Answer);
            let due = journal.due(moment(8), 9).unwrap();
            let begun = is_begun.then(|| {
                let due = due[0].clone();
                journal
                    .begin_attempt(due, CopyProof::Asked, moment(8))
                    .unwrap()
            });
            journal.record(wrote_outside(shown_by), moment(9)).unwrap();
            if let Some(attempt) = begun {
                journal
                    .settle(attempt, AttemptOutcome::Sent, moment(10))
                    .unwrap();
            }
            let state = journal
                .effect(&id("a@desk.example"))
                .unwrap()
                .unwrap()
                .state;
            let is_withdrawn = matches!(state, EffectState::Withdrawn { .. });
            assert_eq!(is_withdrawn, !is_begun, "{shown_by:?}: {state:?}");
            // Who answers from the mailbox itself has the question before them; an address alone shows nobody.
            let is_told = is_withdrawn && shown_by == ShownBy::Address;
            let untold = journal.given_up_untold(9).unwrap();
            assert_eq!(untold.len(), usize::from(is_told), "{shown_by:?}");
            // A reply to that mail is known to be about this ticket.
            let message_id = summary(4).message_id.unwrap();
            let known = journal.known_message(&message_id).unwrap().unwrap();
            assert_eq!(known.ticket, ticket(1));
        }
    }
}

#[test]
fn an_automatic_mail_that_a_person_overtakes_is_never_sent() {
    for (purpose, is_withdrawn) in [
        (Purpose::Answer, true),
        (Purpose::Question, true),
        (Purpose::Notice, true),
        (Purpose::Delay, true),
        (Purpose::StopConfirmation, false),
        (Purpose::StaffReply, false),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let journal = journal_in(folder.path()).unwrap();
        waiting(&journal, "a@desk.example", purpose);
        let taken_out = journal.due(moment(8), 9).unwrap();
        journal.record(staff_replied(), moment(9)).unwrap();
        let left = journal.due(moment(99), 9).unwrap();
        assert_eq!(left.is_empty(), is_withdrawn, "{purpose:?}");
        // The outbox had it in its hand already, and learns it as it begins.
        let begun = journal.begin_attempt(taken_out[0].clone(), CopyProof::Asked, moment(10));
        assert_eq!(begun.is_err(), is_withdrawn, "{purpose:?}");
        let story = journal.ticket(&ticket(1)).unwrap().unwrap();
        let told = story.events.iter().any(|timed| {
            matches!(&timed.event, Event::MailWithdrawn { message_id, .. } if message_id.as_str() == "a@desk.example")
        });
        assert_eq!(told, is_withdrawn, "{purpose:?}");
        // Whoever replied to a packet has not seen what an answer or a question of ours was to: staff get it, once. Of nothing else is anything to tell.
        let untold = journal.given_up_untold(9).unwrap();
        let leaves_open = matches!(purpose, Purpose::Answer | Purpose::Question);
        assert_eq!(untold.len(), usize::from(leaves_open), "{purpose:?}");
        for mail in untold {
            assert!(
                matches!(mail.state, EffectState::Withdrawn { .. }),
                "{purpose:?}"
            );
            let told = Entry {
                told: vec![mail.message_id],
                ..Entry::default()
            };
            journal.record(told, moment(11)).unwrap();
        }
        assert!(journal.given_up_untold(9).unwrap().is_empty());
        // The customer's mail can be filed.
        let filed = journal.to_file(moment(99_999), 9).unwrap();
        assert_eq!(filed.len(), usize::from(is_withdrawn), "{purpose:?}");
    }
}

/// It was given up, a person came in, and somebody asks for it again before the gateway has told of it.
#[test]
fn an_answer_that_is_tried_again_behind_a_person_is_withdrawn_and_its_question_told() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    waiting(&journal, "a@desk.example", Purpose::Answer);
    let due = journal.due(moment(8), 9).unwrap().remove(0);
    let attempt = journal
        .begin_attempt(due, CopyProof::Asked, moment(8))
        .unwrap();
    let why = "550 no".to_owned();
    let outcome = AttemptOutcome::GivenUp { why };
    journal.settle(attempt, outcome, moment(8)).unwrap();
    journal.record(staff_replied(), moment(9)).unwrap();
    assert!(journal.retry(&id("a@desk.example"), moment(10)).unwrap());
    assert!(journal.due(moment(99), 9).unwrap().is_empty());
    let untold = journal.given_up_untold(9).unwrap();
    assert_eq!(untold.len(), 1);
    let state = &untold[0].state;
    assert!(matches!(state, EffectState::Withdrawn { .. }), "{state:?}");
}

#[test]
fn a_notice_that_waits_as_the_ticket_is_closed_is_not_sent_and_promises_nothing() {
    for event in [
        Event::Closed { member: None },
        Event::GivenBack {
            member: address("kim@desk.example"),
        },
    ] {
        let folder = tempfile::tempdir().unwrap();
        let journal = journal_in(folder.path()).unwrap();
        waiting(&journal, "a@desk.example", Purpose::Notice);
        let entry = Entry {
            events: vec![at(9, event)],
            ..Entry::default()
        };
        journal.record(entry, moment(9)).unwrap();
        assert!(journal.due(moment(99), 9).unwrap().is_empty());
    }
}

#[test]
fn how_far_sent_mail_was_looked_at_stands_apart_from_the_inbox() {
    let folder = tempfile::tempdir().unwrap();
    let sent = |uid| SentMail {
        folder: "Sent of desk on mail.example".to_owned(),
        cursor: Cursor {
            uid_validity: 7,
            uid,
        },
        history_until: Some(12),
    };
    {
        let journal = journal_in(folder.path()).unwrap();
        assert_eq!(journal.sent_mail().unwrap(), None);
        for uid in [4, 9] {
            let entry = Entry {
                sent_mail: Some(sent(uid)),
                ..Entry::default()
            };
            journal.record(entry, moment(1)).unwrap();
        }
        assert_eq!(journal.cursor(7).unwrap(), None);
        journal.watch("INBOX of desk on mail.example").unwrap();
    }
    let journal = journal_in(folder.path()).unwrap();
    assert_eq!(journal.sent_mail().unwrap(), Some(sent(9)));
}

#[test]
fn promises_of_an_older_program_are_found_once() {
    let folder = tempfile::tempdir().unwrap();
    let journal = journal_in(folder.path()).unwrap();
    journal.record(entry(1, vec![]), moment(0)).unwrap();
    let postponed = Event::Postponed {
        member: address("kim@desk.example"),
        until: moment(500),
    };
    let entry = Entry {
        events: vec![at(1, postponed)],
        ..Entry::default()
    };
    journal.record(entry, moment(1)).unwrap();
    let events = journal.ticket(&ticket(1)).unwrap().unwrap().events.len();
    let stood = AsItStood {
        ticket: ticket(1),
        events,
    };
    // As an older program leaves it: no index.
    journal.forget_deadline(&stood).unwrap();
    assert!(journal.with_deadlines().unwrap().is_empty());
    journal.index_deadlines_once(moment(2)).unwrap();
    assert_eq!(journal.with_deadlines().unwrap(), [ticket(1)]);
    journal.forget_deadline(&stood).unwrap();
    journal.index_deadlines_once(moment(2)).unwrap();
    assert!(journal.with_deadlines().unwrap().is_empty());
}

#[test]
fn who_waits_untold_in_an_older_store_is_found_unless_that_is_long_past() {
    let folder = tempfile::tempdir().unwrap();
    let journal = journal_in(folder.path()).unwrap();
    journal.record(entry(1, vec![]), moment(0)).unwrap();
    let untold = Event::HandedOff {
        team: TeamName("service".to_owned()),
        promised_by: None,
        notice: Notice::Withheld {
            why: "STOP".to_owned(),
        },
        why: String::new(),
    };
    let entry = Entry {
        events: vec![at(1, untold)],
        ..Entry::default()
    };
    journal.record(entry, moment(1)).unwrap();
    // What is recorded now is found by the record itself.
    assert_eq!(journal.with_deadlines().unwrap(), [ticket(1)]);
    let told = journal.ticket(&ticket(1)).unwrap().unwrap();
    let stood = AsItStood {
        ticket: ticket(1),
        events: told.events.len(),
    };
    let since = told.waits_untold().unwrap().since;
    journal.forget_deadline(&stood).unwrap();
    let late = since + jiff::SignedDuration::from_hours(15 * 24);
    journal.index_deadlines_once(late).unwrap();
    assert!(journal.with_deadlines().unwrap().is_empty());
}

#[test]
fn what_may_have_left_is_not_withdrawn() {
    let folder = tempfile::tempdir().unwrap();
    let journal = journal_in(folder.path()).unwrap();
    waiting(&journal, "a@desk.example", Purpose::Notice);
    let due = journal.due(moment(8), 9).unwrap();
    let attempt = journal
        .begin_attempt(due[0].clone(), CopyProof::Asked, moment(8))
        .unwrap();
    journal.record(staff_replied(), moment(9)).unwrap();
    journal
        .settle(attempt, AttemptOutcome::Sent, moment(10))
        .unwrap();
    let record = journal.effect(&id("a@desk.example")).unwrap().unwrap();
    assert_eq!(record.state, EffectState::Sent { at: moment(10) });
}

#[test]
fn what_a_timer_decided_on_an_older_story_is_not_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let journal = journal_in(folder.path()).unwrap();
    journal.record(entry(1, vec![]), moment(0)).unwrap();
    let promised = Event::HandedOff {
        team: TeamName("service".to_owned()),
        promised_by: Some(moment(100)),
        notice: Notice::Sent {
            text: String::new(),
        },
        why: String::new(),
    };
    let entry = Entry {
        events: vec![at(1, promised)],
        ..Entry::default()
    };
    journal.record(entry, moment(1)).unwrap();
    assert_eq!(journal.with_deadlines().unwrap(), [ticket(1)]);
    let looked = journal.ticket(&ticket(1)).unwrap().unwrap();
    let stood = AsItStood {
        ticket: ticket(1),
        events: looked.events.len(),
    };
    let timer = |stood: &AsItStood| Entry {
        effects: vec![answer("delay@desk.example")],
        only_if: Some(stood.clone()),
        ..Entry::default()
    };
    // A person answers between the look and the record.
    journal.record(staff_replied(), moment(9)).unwrap();
    assert!(
        journal
            .record(timer(&stood), moment(101))
            .unwrap()
            .is_empty()
    );
    assert!(journal.due(moment(999), 9).unwrap().is_empty());
    journal.forget_deadline(&stood).unwrap();
    assert_eq!(journal.with_deadlines().unwrap(), [ticket(1)]);
    // On the story as it stands it is.
    let stood = AsItStood {
        events: stood.events + 1,
        ..stood
    };
    assert_eq!(journal.record(timer(&stood), moment(102)).unwrap().len(), 1);
    journal.forget_deadline(&stood).unwrap();
    assert!(journal.with_deadlines().unwrap().is_empty());
}

fn listener(name: &str, occasions: &[Occasion], with_customer: bool) -> Listener {
    Listener {
        webhook: WebhookName(name.to_owned()),
        occasions: occasions.iter().copied().collect(),
        with_customer,
        support: address("support@desk.example"),
    }
}

#[test]
fn what_a_webhook_is_told_is_recorded_with_what_happened_once_and_stays_until_it_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let board = WebhookName("board".to_owned());
    let due =
        |journal: &Journal, seconds| journal.tellings_due(&board, moment(seconds), 9).unwrap();
    let told = {
        let journal = journal_in(folder.path()).unwrap();
        // Nobody listens yet.
        journal.record(entry(1, vec![]), moment(0)).unwrap();
        assert_eq!(journal.waiting_tellings().unwrap(), None);
        journal.tell(vec![
            listener("board", &[Occasion::Opened, Occasion::Closed], true),
            listener("boards", &[Occasion::Closed], false),
        ]);
        let news = journal.news_of_tellings();
        // The same again: no event is new, so nothing is told.
        journal.record(entry(1, vec![]), moment(0)).unwrap();
        assert!(due(&journal, 9).is_empty() && !news.has_changed().unwrap());
        journal.record(entry(2, vec![]), moment(0)).unwrap();
        let told = due(&journal, 9);
        assert_eq!(told.len(), 1);
        assert!(news.has_changed().unwrap());
        told
    };
    // It outlives the process, and nobody needs to listen for it to be told.
    let journal = journal_in(folder.path()).unwrap();
    assert_eq!(due(&journal, 9), told);
    let telling = told[0].telling().clone();
    assert_eq!(
        (telling.occasion, &telling.ticket),
        (Occasion::Opened, &ticket(2))
    );
    let body: serde_json::Value = serde_json::from_str(&telling.body).unwrap();
    assert_eq!(
        (&body["customer"], &body["id"]),
        (&ANN.into(), &telling.id.as_str().into())
    );
    assert!(!telling.body.contains("Where is my order") && !telling.body.contains("where is it"));

    // Put off, it is due later; another webhook whose name begins alike has nothing.
    let told = due(&journal, 9).remove(0);
    journal
        .put_telling_off(told, moment(60), "it answered with status 500")
        .unwrap();
    assert!(due(&journal, 59).is_empty());
    assert_eq!(journal.next_telling(&board).unwrap(), Some(moment(60)));
    let boards = WebhookName("boards".to_owned());
    assert_eq!(journal.next_telling(&boards).unwrap(), None);
    let again = due(&journal, 60).remove(0);
    assert_eq!(
        (again.telling().attempts, &again.telling().body),
        (1, &telling.body)
    );
    let waiting = journal.waiting_tellings().unwrap().unwrap();
    assert_eq!(
        waiting.oldest.last_failure.as_deref(),
        Some("it answered with status 500")
    );

    // Taken, it is gone; given up, the admin hears of it.
    journal.telling_was_taken(again).unwrap();
    assert_eq!(journal.waiting_tellings().unwrap(), None);
    journal.tell(vec![
        listener("board", &[Occasion::Closed], false),
        listener("boards", &[Occasion::Closed], false),
    ]);
    let closed = Entry {
        events: vec![at(2, Event::Closed { member: None })],
        ..Entry::default()
    };
    journal.record(closed, moment(5)).unwrap();
    let happened = Happened {
        kind: Kind::WebhookLost,
        at: moment(6),
        to: "board closed".to_owned(),
        why: "board: away".to_owned(),
        told_by: Teller::Report,
    };
    let lost = journal
        .tellings_due(&board, moment(9_999), 9)
        .unwrap()
        .remove(0);
    assert!(!lost.telling().body.contains(ANN));
    journal.give_telling_up(lost, &happened).unwrap();
    assert!(
        journal
            .troubles()
            .unwrap()
            .lines
            .contains_key(&Kind::WebhookLost)
    );

    // What the settings do not name any more is dropped, and nothing else.
    assert_eq!(
        journal
            .drop_tellings_except(&BTreeSet::from([&boards]))
            .unwrap(),
        0
    );
    assert_eq!(
        journal
            .drop_tellings_except(&BTreeSet::from([&board]))
            .unwrap(),
        1
    );
    assert_eq!(journal.waiting_tellings().unwrap(), None);
    assert!(journal.audit().unwrap().differences.is_empty());
}
