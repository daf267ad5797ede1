use super::*;
use crate::decide::test_situation::{address, key, settings};
use crate::journal::{AttemptOutcome, CopyProof, Entry, Forgetting, Haste};
use crate::letter::{Says, Word, tests as letters};
use crate::mail::Address;

fn at(minutes: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
}

fn mail(occasion: &str) -> Outgoing {
    let settings = settings();
    let writer = crate::compose::Writer::load(&settings, key()).unwrap();
    writer.trouble(occasion, "a letter", "words", &settings, at(0))
}

fn letter(id: &Outgoing, moment: Timestamp, quoted: Vec<TicketId>) -> SentLetter {
    let article = crate::letter::NewArticle {
        intent: crate::decide::test_situation::intent("repair"),
        language: crate::decide::test_situation::language("en"),
        team: None,
        title: "t".to_owned(),
        ask: vec!["q".to_owned()],
        body: "b".to_owned(),
        answers: 3,
    };
    SentLetter {
        message_id: id.message_id.clone(),
        to: address("admin@shop.example"),
        at: moment,
        suggestions: vec![
            Suggestion::Advance {
                article: crate::autonomy::ArticleName::parse("hours.en").unwrap(),
                from: crate::autonomy::Stage::Draft,
                text: "t".to_owned(),
            },
            Suggestion::Write {
                article,
                tickets: quoted.clone(),
            },
        ],
        quoted,
        answers: vec![],
    }
}

fn answer(seed: u8) -> LetterAnswer {
    LetterAnswer {
        at: at(9),
        from: address("admin@shop.example"),
        mail: MailIdentity([seed; 32]),
        message_id: MessageId::parse("reply@shop.example"),
        words: vec![
            Word {
                number: 1,
                says: Says::Yes,
            },
            Word {
                number: 2,
                says: Says::No,
            },
        ],
        is_done: false,
        in_vain: vec![],
        told: None,
    }
}

fn answered(journal: &Journal, id: &MessageId, seed: u8) {
    let entry = Entry {
        letter_answer: Some((id.clone(), answer(seed))),
        ..Entry::default()
    };
    journal.record(entry, at(9)).unwrap();
}

#[test]
fn a_letter_is_written_once_answered_and_carried_out_across_restarts() {
    let folder = tempfile::tempdir().unwrap();
    let first = mail("first");
    let sent = letter(&first, at(5), vec![]);
    {
        let journal = Journal::open(folder.path()).unwrap();
        assert_eq!(journal.letters_written_until().unwrap(), None);
        let recorded = journal.record_letter(at(5), Some(&sent), vec![first.clone()], at(5));
        assert_eq!(recorded.unwrap().len(), 1);
        // The same week, from whoever looks again.
        let twice = journal.record_letter(at(5), Some(&sent), vec![mail("second")], at(6));
        assert_eq!(twice.unwrap().len(), 0);
        answered(&journal, &sent.message_id, 1);
        answered(&journal, &sent.message_id, 1);
    }
    let journal = Journal::open(folder.path()).unwrap();
    assert_eq!(journal.letters_written_until().unwrap(), Some(at(5)));
    let known = journal.letter(&sent.message_id).unwrap().unwrap();
    let expected = SentLetter {
        answers: vec![answer(1)],
        ..sent.clone()
    };
    assert_eq!(known, expected);
    let told = mail("told");
    let id = &sent.message_id;
    let carried = journal.letter_carried_out(id, &answer(1).mail, vec![2], told.clone(), at(10));
    assert_eq!(carried.unwrap().len(), 1);
    let again = journal.letter_carried_out(id, &answer(1).mail, vec![2], told, at(10));
    assert_eq!(again.unwrap().len(), 0, "told once");
    let known = &journal.letters().unwrap()[0];
    assert!(known.answers[0].is_done);
    // What came to nothing may be said again; what was done stays.
    assert_eq!(known.said_before(1, 1), Some(Says::Yes));
    assert_eq!(known.said_before(2, 1), None);
    // An answer to a letter that nobody knows changes nothing.
    answered(
        &journal,
        &MessageId::parse("desk.letter.y@shop.example").unwrap(),
        2,
    );
    assert_eq!(journal.letters().unwrap().len(), 1);
}

#[test]
fn a_letter_goes_when_it_can_no_longer_be_answered() {
    let journal = Journal::in_memory(std::path::Path::new("none"));
    let old = mail("old");
    let sent = letter(&old, at(0), vec![]);
    journal
        .record_letter(at(0), Some(&sent), vec![old], at(0))
        .unwrap();
    let day = |days: i64| at(days * 24 * 60);
    let new = mail("new");
    let second = letter(&new, day(35), vec![]);
    journal
        .record_letter(day(35), Some(&second), vec![new], day(35))
        .unwrap();
    assert_eq!(journal.letters().unwrap().len(), 2);
    assert_eq!(journal.drop_old_letters(day(35)).unwrap(), 0);
    assert_eq!(journal.drop_old_letters(day(36)).unwrap(), 1);
    let left = journal.letters().unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].message_id, second.message_id);
}

#[test]
fn a_clock_that_was_wrong_for_a_while_keeps_no_letter_from_being_written() {
    let journal = Journal::in_memory(std::path::Path::new("none"));
    let day = |days: i64| at(days * 24 * 60);
    let written = |due, now, occasion: &str| {
        let mail = mail(occasion);
        let recorded = journal.record_letter(due, None, vec![mail], now);
        recorded.unwrap().len()
    };
    // Four years ahead, and put right.
    assert_eq!(written(day(1_500), day(1_500), "wrong"), 1);
    assert_eq!(written(day(7), day(8), "right"), 1);
    assert_eq!(written(day(7), day(8), "again"), 0);
    // A second back is no wrong clock.
    assert_eq!(written(at(9 * 24 * 60), day(9), "sent now"), 1);
    assert_eq!(written(day(7), at(9 * 24 * 60 - 1), "due long ago"), 0);
}

#[test]
fn a_letter_that_quotes_a_ticket_which_went_meanwhile_is_not_recorded() {
    let journal = Journal::in_memory(std::path::Path::new("none"));
    let first = mail("first");
    let gone = letters::uncovered(1, "ann", "Do you repair it?", &[]).id;
    let sent = letter(&first, at(5), vec![gone]);
    let refused = journal.record_letter(at(5), Some(&sent), vec![first], at(5));
    assert!(matches!(refused, Err(JournalError::State(_))));
    assert_eq!(journal.letters_written_until().unwrap(), None);
}

#[test]
fn a_second_answer_without_a_word_is_not_taken() {
    let journal = Journal::in_memory(std::path::Path::new("none"));
    let first = mail("first");
    let sent = letter(&first, at(5), vec![]);
    journal
        .record_letter(at(5), Some(&sent), vec![first], at(5))
        .unwrap();
    for seed in 1..9 {
        let idle = LetterAnswer {
            words: vec![],
            ..answer(seed)
        };
        let entry = Entry {
            letter_answer: Some((sent.message_id.clone(), idle)),
            ..Entry::default()
        };
        journal.record(entry, at(9)).unwrap();
    }
    answered(&journal, &sent.message_id, 20);
    assert_eq!(journal.letters().unwrap()[0].answers.len(), 2);
}

#[test]
fn what_was_made_of_a_forgotten_persons_words_goes_with_them() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let ticket = letters::uncovered(1, "ann", "Do you repair it?", &[]);
    let events = ticket.events.iter();
    let closed = crate::ticket::TimedEvent {
        at: at(4),
        cause: None,
        event: crate::ticket::Event::Closed { member: None },
    };
    let events = events
        .cloned()
        .chain([closed])
        .map(|event| (ticket.id.clone(), event));
    let entry = Entry {
        events: events.collect(),
        ..Entry::default()
    };
    journal.record(entry, at(4)).unwrap();
    let first = mail("first");
    let sent = letter(&first, at(5), vec![ticket.id.clone()]);
    let recorded = journal
        .record_letter(at(5), Some(&sent), vec![first], at(5))
        .unwrap();
    let ann: Address = address("ann@a.example");
    // It has yet to leave: it is named, and forgotten once it has.
    let Forgetting::Done(waits) = journal.forget(&ann, Haste::Now, at(6)).unwrap() else {
        panic!("nothing holds it back");
    };
    assert_eq!(waits.still_waiting, std::slice::from_ref(&sent.message_id));
    let known = journal.letter(&sent.message_id).unwrap().unwrap();
    assert_eq!(known.suggestions[1], Suggestion::Forgotten);
    assert_eq!(known.suggestions.len(), 2);
    // Once it has left, its bytes go with the next wish to forget them, although no ticket of theirs is left by then.
    let new = recorded.into_iter().next().unwrap();
    let attempt = journal.begin_attempt(new, CopyProof::None, at(7)).unwrap();
    journal
        .settle(attempt, AttemptOutcome::Sent, at(7))
        .unwrap();
    assert!(journal.bytes_of(&sent.message_id).unwrap().is_some());
    let Forgetting::Done(done) = journal.forget(&ann, Haste::Now, at(8)).unwrap() else {
        panic!("nothing holds it back");
    };
    assert_eq!((done.still_waiting.len(), done.mails), (0, 1));
    assert_eq!(journal.bytes_of(&sent.message_id).unwrap(), None);
    assert_eq!(journal.letters().unwrap()[0].quoted, []);
}
