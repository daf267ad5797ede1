//! How is it written down? Stored forms are versioned and apart from the types that the program works with, so that either can
//! change alone. Reading never panics: what cannot be read is a [`JournalError::Form`] that names the record.

mod autonomy;
mod brake;
mod counts;
mod draft;
mod effect;
mod event;
pub(super) mod exported;
mod judged;
mod lesson;
mod letter;
mod lookup;
mod mail;
mod part;
mod telling;
mod trouble;

pub(super) use autonomy::{StageChangeForm, StandingForm};
pub(super) use brake::BrakeForm;
pub(super) use counts::CountsForm;
pub(super) use effect::{Delivery, EffectForm};
pub use effect::{PURPOSES, purpose_word};
pub(super) use event::TimedEventForm;
pub(super) use judged::{DeskForm, JudgedForm};
pub(super) use lesson::LessonForm;
pub(super) use letter::LetterForm;
pub(super) use mail::{
    CursorForm, FilingForm, HandledForm, LayThereForm, MessageForm, SentMailForm,
};
pub(super) use telling::TellingForm;
pub(super) use trouble::{FailingForm, ReportedForm, TroubleForm};

use super::JournalError;
use crate::mail::{Address, MailIdentity, MessageId};
use crate::ticket::TicketId;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The version that is written. A change that old code cannot read makes a new one.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Written<'a, T> {
    v: u32,
    is: &'a T,
}

#[derive(Deserialize)]
struct Version {
    v: u32,
}

#[derive(Deserialize)]
struct Read<T> {
    is: T,
}

/// A form as bytes.
pub(super) fn write<T: Serialize>(key: &str, form: &T) -> Result<Vec<u8>, JournalError> {
    serde_json::to_vec(&Written {
        v: VERSION,
        is: form,
    })
    .map_err(|why| unreadable(key, &why.to_string()))
}

/// A form from bytes.
pub(super) fn read<T: DeserializeOwned>(key: &str, bytes: &[u8]) -> Result<T, JournalError> {
    let version: Version =
        serde_json::from_slice(bytes).map_err(|why| unreadable(key, &why.to_string()))?;
    if version.v != VERSION {
        return Err(unreadable(
            key,
            &format!(
                "it was written by a newer handoffd (form {}; this one knows form {VERSION}): run that one",
                version.v
            ),
        ));
    }
    let read: Read<T> =
        serde_json::from_slice(bytes).map_err(|why| unreadable(key, &why.to_string()))?;
    Ok(read.is)
}

/// The error for a record that cannot be read.
pub(super) fn unreadable(key: &str, why: &str) -> JournalError {
    JournalError::Form {
        key: key.to_owned(),
        why: why.to_owned(),
    }
}

/// What is wrong with one field of a form; the record's name is added where it is read.
pub(super) type FieldError = String;

fn address(text: &str) -> Result<Address, FieldError> {
    Address::parse(text).map_err(|why| format!("an address: {why}"))
}

fn message_id(text: &str) -> Result<MessageId, FieldError> {
    MessageId::parse(text).ok_or_else(|| "a Message-ID is not one".to_owned())
}

fn ticket_id(text: &str) -> Result<TicketId, FieldError> {
    TicketId::parse(text).ok_or_else(|| "a ticket's reference is not one".to_owned())
}

fn identity(text: &str) -> Result<MailIdentity, FieldError> {
    let wrong = || "a mail's identity is not 64 hexadecimal digits".to_owned();
    if text.len() != 64 || !text.is_ascii() {
        return Err(wrong());
    }
    let mut bytes = [0_u8; 32];
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        let digits = std::str::from_utf8(digits).map_err(|_| wrong())?;
        *byte = u8::from_str_radix(digits, 16).map_err(|_| wrong())?;
    }
    Ok(MailIdentity(bytes))
}

/// A number that comes back to the last bit (JSON readers may round).
fn number(text: &str) -> Result<f64, FieldError> {
    text.parse()
        .map_err(|_| "a confidence is not a number".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_newer_or_damaged_record_is_named_and_not_guessed() {
        let wrong = |bytes: &[u8]| match read::<TimedEventForm>("event 3", bytes) {
            Ok(form) => crate::ticket::TimedEvent::try_from(form).unwrap_err(),
            Err(why) => why.to_string(),
        };
        assert!(wrong(br#"{"v":2,"is":{}}"#).contains("newer handoffd"));
        assert!(wrong(br#"{"v":1}"#).contains("event 3"));
        assert!(wrong(b"").contains("event 3"));
        let decided = br#"{"v":1,"is":{"at":"2027-01-15T08:00:01Z","cause":null,"event":{"is":"decided","decision":"x","reasons":[],"intent":null}}}"#;
        assert!(wrong(decided).contains("no decision"));
        let cause = br#"{"v":1,"is":{"at":"2027-01-15T08:00:01Z","cause":"12","event":{"is":"automation-refused"}}}"#;
        assert!(wrong(cause).contains("identity"));
    }

    #[test]
    fn a_mail_recorded_before_its_sentences_were_kept_can_be_read() {
        let old = br#"{"v":1,"is":{"at":"2027-01-15T08:00:01Z","cause":null,"event":{"is":"wrote","message_id":"m1@desk.example","purpose":"answer","to":["ann@a.example"]}}}"#;
        let form: TimedEventForm = read("event", old).unwrap();
        let timed = crate::ticket::TimedEvent::try_from(form).unwrap();
        let crate::ticket::Event::Wrote { said, .. } = &timed.event else {
            panic!("{timed:?}");
        };
        assert!(said.is_empty());
        let again = write("event", &TimedEventForm::from(&timed)).unwrap();
        assert_eq!(again, old);
    }

    #[test]
    fn a_draft_and_its_yes_recorded_before_edits_were_kept_can_be_read() {
        for old in [
            r#"{"v":1,"is":{"at":"2027-01-15T08:00:01Z","cause":null,"event":{"is":"drafted","article":{"intent":"hours","language":"en","revision":"0badcafe"},"confidence":"0.9","text":"We open at nine.","team":"desk"}}}"#,
            r#"{"v":1,"is":{"at":"2027-01-15T08:00:01Z","cause":null,"event":{"is":"draft-approved","member":"kim@desk.example"}}}"#,
        ] {
            let form: TimedEventForm = read("event", old.as_bytes()).unwrap();
            let timed = crate::ticket::TimedEvent::try_from(form).unwrap();
            let again = write("event", &TimedEventForm::from(&timed)).unwrap();
            assert_eq!(String::from_utf8(again).unwrap(), old);
        }
    }

    #[test]
    fn a_decision_recorded_before_its_words_were_kept_can_be_read() {
        let old = br#"{"v":1,"is":{"at":"2027-01-15T08:00:01Z","cause":null,"event":{"is":"decided","decision":"handoff","reasons":[["no-intent","x"]],"intent":null}}}"#;
        let form: TimedEventForm = read("event", old).unwrap();
        let timed = crate::ticket::TimedEvent::try_from(form).unwrap();
        let again = write("event", &TimedEventForm::from(&timed)).unwrap();
        assert_eq!(again, old);
    }

    proptest! {
        #[test]
        fn no_bytes_make_reading_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read::<TimedEventForm>("event", &bytes);
            let _ = read::<EffectForm>("effect", &bytes);
            let _ = read::<LessonForm>("lesson", &bytes);
        }
    }
}
