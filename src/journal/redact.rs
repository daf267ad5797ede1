//! What is left of a stored record when a person, or all words of mails, are taken out of it? Pure: bytes of a form in, bytes of the same
//! form out. Works on the stored form and not on its type, so that a field of a later version holds nobody back.

use crate::mail::Address;
use serde_json::Value;

/// Stands where an address was: a form that names an address still names one (RFC 2606).
const NOBODY: &str = "forgotten@forgotten.invalid";
/// The same where the `@` was written in another way.
const NOBODY_ENCODED: &str = "forgotten-forgotten.invalid";

/// A person, as their address may be written.
pub(super) struct Person {
    address: Address,
    /// In lower case, with what stands there instead.
    spellings: [(String, &'static str); 3],
}

impl Person {
    pub(super) fn of(address: &Address) -> Self {
        let key = address.as_str().to_ascii_lowercase();
        let encoded = |at: &str| {
            let (local, domain) = (address.local_part(), address.domain());
            format!("{local}{at}{domain}").to_ascii_lowercase()
        };
        Self {
            address: address.clone(),
            spellings: [
                (encoded("="), NOBODY_ENCODED),
                (encoded("%40"), NOBODY_ENCODED),
                (key, NOBODY),
            ],
        }
    }

    pub(super) fn is(&self, address: &Address) -> bool {
        self.address.key() == address.key()
    }

    /// Whether the address stands in a text, as an address of its own and not as a part of another.
    pub(super) fn is_named_in(&self, text: &str) -> bool {
        let lower = text.to_ascii_lowercase();
        self.spellings
            .iter()
            .any(|(spelling, _)| next_in(&lower, spelling, 0).is_some())
    }

    /// The text without the address; `None` where it does not stand there.
    fn left_out(&self, text: &str) -> Option<String> {
        let mut text = text.to_owned();
        let mut changed = false;
        for (spelling, instead) in &self.spellings {
            let mut from = 0;
            while let Some(at) = next_in(&text.to_ascii_lowercase(), spelling, from) {
                text.replace_range(at..at + spelling.len(), instead);
                from = at + instead.len();
                changed = true;
            }
        }
        changed.then_some(text)
    }
}

/// Where a spelling stands next, not as the end or the beginning of a longer address.
fn next_in(lower: &str, spelling: &str, from: usize) -> Option<usize> {
    let mut from = from;
    loop {
        let at = from + lower.get(from..)?.find(spelling)?;
        let before = lower.get(..at).and_then(|text| text.chars().next_back());
        let mut after = lower.get(at + spelling.len()..)?.chars();
        let goes_on = match after.next() {
            Some('.') => after.next().is_some_and(char::is_alphanumeric),
            next => next.is_some_and(|c| c.is_alphanumeric() || c == '-'),
        };
        let is_longer = |c: char| c.is_alphanumeric() || "._+-".contains(c);
        if !goes_on && !before.is_some_and(is_longer) {
            return Some(at);
        }
        from = at + spelling.chars().next()?.len_utf8();
    }
}

/// A record without this person: their address nowhere, and nothing of a mail that they wrote or that went to them alone. `None` where they are not in it.
pub(super) fn without_person(bytes: &[u8], person: &Person) -> Option<Vec<u8>> {
    if !person.is_named_in(&String::from_utf8_lossy(bytes)) {
        return None;
    }
    let mut record: Value = serde_json::from_slice(bytes).ok()?;
    if let Some(event) = record.pointer_mut("/is/event")
        && is_theirs(event, person)
    {
        drop_author(event);
    }
    leave_out(&mut record, person);
    serde_json::to_vec(&record).ok()
}

/// The record without all words of mails, details and notes; who, when and what was done stay. `None` where there are none.
pub(super) fn without_texts(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut record: Value = serde_json::from_slice(bytes).ok()?;
    let before = record.clone();
    drop_texts(record.pointer_mut("/is")?);
    (record != before)
        .then(|| serde_json::to_vec(&record).ok())
        .flatten()
}

fn leave_out(value: &mut Value, person: &Person) {
    match value {
        Value::String(text) => {
            if let Some(left) = person.left_out(text) {
                *text = left;
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|one| leave_out(one, person)),
        Value::Object(fields) => fields.values_mut().for_each(|one| leave_out(one, person)),
        _ => {}
    }
}

/// Whether the mail that the event tells of is theirs: they wrote it, or it went to them alone.
fn is_theirs(event: &Value, person: &Person) -> bool {
    let is_person = |address: &Value| {
        let address = address.as_str().and_then(|text| Address::parse(text).ok());
        address.is_some_and(|address| person.is(&address))
    };
    let from = event.get("from").or_else(|| event.get("customer"));
    let to = event.get("to").and_then(Value::as_array);
    from.is_some_and(|from| is_person(from.get("address").unwrap_or(from)))
        || to.is_some_and(|to| !to.is_empty() && to.iter().all(is_person))
}

fn drop_author(event: &mut Value) {
    drop_texts(event);
    if let Some(name) = event.pointer_mut("/from/name") {
        *name = Value::Null;
    }
    if let Some(mail) = event.get_mut("mail").and_then(Value::as_object_mut) {
        let _ = mail.insert("message_id".to_owned(), Value::Null);
        let _ = mail.insert("references".to_owned(), Value::Array(Vec::new()));
    }
}

/// Fields that hold words of a mail, of a note or of an answer.
fn drop_texts(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(drop_texts),
        Value::Object(fields) => {
            for (name, value) in fields {
                match (name.as_str(), &mut *value) {
                    (
                        "excerpt" | "subject" | "text" | "value" | "sentence",
                        Value::String(text),
                    ) => text.clear(),
                    ("said" | "evidence" | "changes" | "attachments", Value::Array(all)) => {
                        all.clear()
                    }
                    ("facts" | "fields", Value::Object(facts)) => facts.clear(),
                    ("not_available", Value::String(why)) => why.clear(),
                    (_, value) => drop_texts(value),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person() -> Person {
        Person::of(&Address::parse("Ann@x.example").unwrap())
    }

    #[test]
    fn an_address_is_found_in_every_spelling_and_no_longer_one_is() {
        for text in [
            "ann@x.example",
            "write to ANN@X.example.",
            "<ann@x.example>",
            "ärger: ann@x.example, ü",
            "bounce-7=ann=x.example@d.example",
            "?to=ann%40x.example&x",
            "joann@x.example and ann@x.example",
        ] {
            assert!(person().is_named_in(text), "{text}");
            let left = person().left_out(text).unwrap();
            assert!(!person().is_named_in(&left), "{left}");
        }
        for text in [
            "joann@x.example",
            "ann@x.example.org",
            "ann@x.example-shop",
            "jo.ann@x.example",
            "ann",
        ] {
            assert!(!person().is_named_in(text), "{text}");
            assert_eq!(person().left_out(text), None);
        }
        let left = person()
            .left_out("joann@x.example and ann@x.example")
            .unwrap();
        assert_eq!(left, "joann@x.example and forgotten@forgotten.invalid");
    }

    #[test]
    fn a_mail_of_theirs_in_another_persons_ticket_says_nothing_any_more() {
        let record = br#"{"v":1,"is":{"at":"2027-01-15T08:00:01Z","cause":null,"event":{"is":"third-party-wrote","from":{"name":"Ann","address":"ann@x.example"},"mail":{"identity":"00","message_id":"m@x.example","references":["r@x.example"],"subject":"Hello","excerpt":"my words","also_to":["bob@y.example"]}}}}"#;
        let left = String::from_utf8(without_person(record, &person()).unwrap()).unwrap();
        for word in ["Ann", "ann@", "m@x", "r@x", "Hello", "my words"] {
            assert!(!left.contains(word), "{word}: {left}");
        }
        assert!(left.contains("bob@y.example") && left.contains("third-party-wrote"));
        let of_others = br#"{"v":1,"is":{"event":{"is":"noted","member":"kim@d.example","text":"joann@x.example"}}}"#;
        assert_eq!(without_person(of_others, &person()), None);
    }

    #[test]
    fn texts_go_and_what_was_done_stays() {
        let record = br#"{"v":1,"is":{"at":"2027-01-15T08:00:01Z","event":{"is":"handed-off","team":"desk","promised_by":null,"notice":{"is":"sent","text":"Dear Ann"},"why":"legal"}}}"#;
        let left = without_texts(record).unwrap();
        let text = String::from_utf8(left.clone()).unwrap();
        assert!(!text.contains("Ann") && text.contains("legal"), "{text}");
        assert_eq!(without_texts(&left), None);
    }
}
