//! What is urgent leaves before the rest, keeps the order of its ticket, and does not hold up the rest for ever.

use super::*;
use crate::clock::Moment;
use crate::compose::{EnvelopeSender, Outgoing, Purpose};
use crate::journal::{AttemptOutcome, CopyProof, Entry};
use crate::mail::{MailIdentity, MessageId};
use crate::outbox::tests::settings;
use crate::ticket::TicketId;
use std::ops::Range;

const NOW: i64 = 1_000;

/// To a domain of its own, so that each could leave at once.
fn mail(name: &str, ticket: u8, to: &str, precedence: Precedence) -> Outgoing {
    Outgoing {
        message_id: MessageId::parse(&format!("{name}@d.example")).unwrap(),
        purpose: Purpose::Packet,
        precedence,
        ticket: Some(TicketId::for_mail(&MailIdentity([ticket; 32]), 0)),
        party: None,
        sender: EnvelopeSender::Null,
        recipients: vec![Address::parse(to).unwrap()],
        subject: String::new(),
        text: String::new(),
        bytes: b"x".to_vec(),
    }
}

fn many(kind: &str, tickets: Range<u8>, precedence: Precedence) -> Vec<Outgoing> {
    let of = |ticket| {
        let name = format!("{kind}{ticket:03}");
        mail(&name, ticket, &format!("team@{name}.example"), precedence)
    };
    tickets.map(of).collect()
}

struct Sender {
    outbox: Outbox,
    _folder: tempfile::TempDir,
}

impl Sender {
    /// With these in its journal, each recorded a second after the one before.
    fn with(mails: Vec<Outgoing>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let journal = Arc::new(Journal::in_memory(folder.path()));
        for (second, mail) in (1..).zip(mails) {
            let entry = Entry {
                effects: vec![mail],
                ..Entry::default()
            };
            let _ = journal
                .record(entry, Timestamp::from_second(second).unwrap())
                .unwrap();
        }
        let support = Address::parse("desk@d.example").unwrap();
        let (_, swept) = tokio::sync::watch::channel(None);
        let (wake, settled) = (Arc::default(), Arc::default());
        let outbox = Outbox::new(journal, settings(), support, wake, settled, swept);
        let now = || Moment {
            shown: Timestamp::from_second(NOW).unwrap(),
            ..crate::clock::moment()
        };
        Self {
            outbox: outbox.with_clock(Arc::new(now)),
            _folder: folder,
        }
    }

    /// The names in the order in which they leave, each with this outcome.
    fn order(&mut self, outcome: impl Fn(&str) -> AttemptOutcome) -> Vec<String> {
        let now = Timestamp::from_second(NOW).unwrap();
        let journal = Arc::clone(&self.outbox.desk.journal);
        let mut order = Vec::new();
        loop {
            match self.outbox.next_mail().unwrap() {
                Search::Found(effect, _) => {
                    let id = &effect.record().message_id;
                    let name = id.as_str().trim_end_matches("@d.example").to_owned();
                    let attempt = journal
                        .begin_attempt(*effect, CopyProof::Asked, now)
                        .unwrap();
                    journal.settle(attempt, outcome(&name), now).unwrap();
                    order.push(name);
                }
                Search::GoOn => {}
                Search::Nothing(_) => return order,
            }
        }
    }
}

fn sent(_: &str) -> AttemptOutcome {
    AttemptOutcome::Sent
}

#[test]
fn what_goes_first_leaves_before_what_waited_longer() {
    let mut mails = many("rest", 0..40, Precedence::InTurn);
    mails.extend(many("urgent", 100..103, Precedence::First));
    let order = Sender::with(mails).order(sent);
    assert_eq!(order.len(), 43);
    assert_eq!(
        order[..4],
        ["urgent100", "urgent101", "urgent102", "rest000"]
    );
}

#[test]
fn what_comes_while_others_leave_is_next() {
    let mut sender = Sender::with(many("rest", 0..40, Precedence::InTurn));
    let journal = Arc::clone(&sender.outbox.desk.journal);
    let later = std::cell::Cell::new(false);
    let order = sender.order(|name| {
        if name == "rest010" && !later.replace(true) {
            let entry = Entry {
                effects: many("urgent", 100..101, Precedence::First),
                ..Entry::default()
            };
            let _ = journal
                .record(entry, Timestamp::from_second(900).unwrap())
                .unwrap();
        }
        AttemptOutcome::Sent
    });
    assert_eq!(order[9..13], ["rest009", "rest010", "urgent100", "rest011"]);
}

#[test]
fn however_many_go_first_the_rest_goes_on() {
    let mut mails = many("rest", 0..3, Precedence::InTurn);
    mails.extend(many("urgent", 100..200, Precedence::First));
    let order = Sender::with(mails).order(sent);
    assert_eq!(order.len(), 103);
    let rest = (order.iter().enumerate()).filter(|(_, name)| name.starts_with("rest"));
    let places: Vec<usize> = rest.map(|(place, _)| place).collect();
    assert_eq!(places, [8, 17, 26]);
}

#[test]
fn what_must_leave_before_it_in_its_ticket_goes_first_with_it() {
    let mut mails = many("rest", 0..3, Precedence::InTurn);
    mails.push(mail("before", 9, "team@x.example", Precedence::InTurn));
    mails.push(mail("aside", 9, "ann@y.example", Precedence::InTurn));
    mails.push(mail("urgent", 9, "team@x.example", Precedence::First));
    let order = Sender::with(mails).order(sent);
    assert_eq!(
        order,
        ["before", "urgent", "rest000", "rest001", "rest002", "aside"]
    );
}

#[test]
fn what_is_put_off_holds_up_what_comes_behind_it_and_nothing_else() {
    let mails = vec![
        mail("before", 9, "team@x.example", Precedence::InTurn),
        mail("urgent", 9, "team@x.example", Precedence::First),
        mail("rest", 1, "team@z.example", Precedence::InTurn),
    ];
    let mut sender = Sender::with(mails);
    let order = sender.order(|name| match name {
        "before" => AttemptOutcome::Later {
            due: Timestamp::from_second(NOW + 60).unwrap(),
            why: "450".to_owned(),
        },
        _ => AttemptOutcome::Sent,
    });
    assert_eq!(order, ["before", "rest"]);
}
