//! However many mails of a ticket wait for somebody else, the order to each recipient is kept; also for those that an older program recorded.

use super::*;
use crate::compose::{EnvelopeSender, Outgoing, Precedence, Purpose};
use crate::journal::Entry;
use crate::mail::{Address, MailIdentity, MessageId};

fn ticket() -> TicketId {
    TicketId::for_mail(&MailIdentity([7; 32]), 0)
}

fn mail(name: &str, to: &str) -> Outgoing {
    Outgoing {
        message_id: MessageId::parse(name).unwrap(),
        purpose: Purpose::Answer,
        precedence: Precedence::InTurn,
        ticket: Some(ticket()),
        party: None,
        sender: EnvelopeSender::Null,
        recipients: vec![Address::parse(to).unwrap()],
        subject: String::new(),
        text: String::new(),
        bytes: b"x".to_vec(),
    }
}

/// So many mails to the team, then two to the customer: what holds the last one back.
fn holds_back_the_last(journal: &Journal, to_team: usize) -> Vec<String> {
    let mut effects: Vec<Outgoing> = (0..to_team)
        .map(|number| mail(&format!("{number}@d"), "team@x.example"))
        .collect();
    effects.push(mail("first@d", "Ann@y.example"));
    effects.push(mail("second@d", "ann@Y.example"));
    let entry = Entry {
        effects,
        ..Entry::default()
    };
    let _ = journal
        .record(entry, Timestamp::from_second(1).unwrap())
        .unwrap();
    held_back_by(journal, "second@d")
}

fn held_back_by(journal: &Journal, name: &str) -> Vec<String> {
    let id = MessageId::parse(name).unwrap();
    let record = journal.effect(&id).unwrap().unwrap();
    let earlier = journal.unsettled_before(&record).unwrap();
    (earlier.iter().map(|one| one.message_id.as_str().to_owned())).collect()
}

#[test]
fn the_order_to_a_recipient_is_kept_however_many_mails_wait_for_others() {
    for to_team in [0, 1, AT_ONCE - 1, AT_ONCE, 2 * AT_ONCE, 200] {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::in_memory(folder.path());
        let held_by = holds_back_the_last(&journal, to_team);
        assert_eq!(held_by, ["first@d"], "{to_team}");
        assert_eq!(held_back_by(&journal, "first@d"), [""; 0], "{to_team}");
    }
}

#[test]
fn what_an_older_program_recorded_is_indexed_at_the_start_and_once() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::in_memory(folder.path());
    let _ = holds_back_the_last(&journal, 150);
    let mut batch = Batch::of(Act::Sending);
    let rows = (journal.store).scan(Tree::Unsettled, &[], None, Order::Upwards, usize::MAX);
    let rows = rows.unwrap();
    for (key, _) in rows.clone() {
        batch.delete(Tree::Unsettled, key);
    }
    journal.store.commit(batch, Outlives::PowerCut).unwrap();
    assert_eq!(held_back_by(&journal, "second@d"), [""; 0]);

    assert_eq!(journal.index_unsettled().unwrap(), 152);
    assert_eq!(held_back_by(&journal, "second@d"), ["first@d"]);
    let again = (journal.store).scan(Tree::Unsettled, &[], None, Order::Upwards, usize::MAX);
    assert!(again.unwrap() == rows);
    let head = journal.head();
    assert_eq!(journal.index_unsettled().unwrap(), 0);
    assert_eq!(journal.head(), head);
}
