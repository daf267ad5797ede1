//! What is saved says what was said, and passes.

use super::*;
use crate::inbox::Content;
use crate::replay::{OldMail, replay};

fn office() -> Office {
    let settings = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/desk/handoffd.toml");
    rehearsal::furnish(&settings).unwrap()
}

fn mail(name: &str, head: &str, text: &str) -> OldMail {
    let raw = format!("{head}\r\nMessage-ID: <{name}@x.example>\r\n\r\n{text}\r\n");
    OldMail {
        name: name.to_owned(),
        content: Content::Whole(raw.into_bytes()),
    }
}

fn ticket() -> Vec<OldMail> {
    let ann = "From: Ann Weber <ann@a.example>\r\nTo: support@alder-bikes.example\r\nSubject: Order AB-204177";
    let kim = "From: support@alder-bikes.example\r\nTo: ann@a.example\r\nSubject: Re: Order AB-204177\r\nIn-Reply-To: <one@x.example>";
    vec![
        mail(
            "one",
            &format!("{ann}\r\nDate: 6 Jan 2026 10:00:00 +0000"),
            "My brother Xaver wants his money back: the frame of AB-204177 broke. I have told my lawyer.\r\n\r\nAnn \"the 'first'\" Weber",
        ),
        mail(
            "two",
            &format!("{kim}\r\nDate: 6 Jan 2026 15:10:00 +0000"),
            "Dear Ann, we are sorry. You have the money tomorrow.",
        ),
        mail(
            "three",
            &format!(
                "{ann}\r\nIn-Reply-To: <two@x.example>\r\nReferences: <one@x.example> <two@x.example>\r\nDate: 9 Jan 2026 10:00:00 +0000"
            ),
            "Nothing came.",
        ),
    ]
}

fn saved(chosen: &[&str]) -> Result<Vec<Saved>, NotSaved> {
    let office = office();
    let mailbox = OldMailbox::of(ticket(), &office, "2026-02-01T00:00:00Z".parse().unwrap());
    let replayed = replay(&mailbox, &office, |_| {}).unwrap();
    let chosen: Vec<String> = chosen.iter().map(|name| (*name).to_owned()).collect();
    conversations(&chosen, &replayed, &mailbox, &office)
}

#[test]
fn a_ticket_is_saved_once_with_other_names_and_passes() {
    let saved = saved(&["one", "three"]).unwrap();
    let [one] = saved.as_slice() else {
        panic!("{saved:#?}");
    };
    insta::assert_snapshot!(one.text);
    let conversation = rehearsal::read_text(Path::new("x.toml"), &one.text).unwrap();
    let played = rehearsal::play(&conversation, &office()).unwrap();
    assert_eq!(played.differences, []);
}

#[test]
fn a_name_that_no_mail_has_is_named() {
    let why = saved(&["four"]).unwrap_err().to_string();
    assert!(
        why.starts_with("four: there is no mail of this name"),
        "{why}"
    );
}

#[test]
fn spans_and_files_are_said_in_short() {
    let rows = [
        (5, "5m"),
        (179, "179m"),
        (180, "3h"),
        (4_319, "71h"),
        (4_320, "3d"),
    ];
    for (minutes, expected) in rows {
        assert_eq!(span(SignedDuration::from_mins(minutes)), expected);
    }
    let rows = [
        ("Ann's Invoice.pdf", "file1.pdf"),
        ("", "file1"),
        ("a.b c", "file1"),
        ("x.", "file1"),
    ];
    for (name, expected) in rows {
        assert_eq!(file_name(name, 1), expected);
    }
}
