//! In the order of time, each once, and whose answer is whose.

use super::*;
use std::path::Path;

fn office() -> Office {
    let settings = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/desk/handoffd.toml");
    crate::rehearsal::furnish(&settings).unwrap()
}

fn whole(raw: &[u8]) -> Content {
    Content::Whole(raw.to_vec())
}

fn mail(name: &str, head: &str) -> OldMail {
    OldMail {
        name: name.to_owned(),
        content: whole(
            format!("{head}\r\nMessage-ID: <{name}@x.example>\r\n\r\nThe words of {name}.\r\n")
                .as_bytes(),
        ),
    }
}

fn names(mailbox: &OldMailbox) -> Vec<&str> {
    mailbox
        .letters
        .iter()
        .map(|letter| letter.name.as_str())
        .collect()
}

const ANN: &str = "From: ann@a.example\r\nTo: support@alder-bikes.example";

fn dated(head: &str, day: u8) -> String {
    format!("{head}\r\nDate: {day} Jan 2026 10:00:00 +0000")
}

fn until() -> Timestamp {
    "2026-02-01T00:00:00Z".parse().unwrap()
}

#[test]
fn mails_are_in_the_order_of_time_each_once() {
    let mails = vec![
        mail("late", &dated(&format!("{ANN}\r\nSubject: late"), 9)),
        mail("undated", &format!("{ANN}\r\nSubject: undated")),
        mail("early", &dated(&format!("{ANN}\r\nSubject: early"), 2)),
        mail("early", &dated(&format!("{ANN}\r\nSubject: early"), 2)),
        mail(
            "tomorrow",
            &format!("{ANN}\r\nSubject: tomorrow\r\nDate: 1 Jan 2099 10:00:00 +0000"),
        ),
    ];
    let mailbox = OldMailbox::of(mails, &office(), until());
    assert_eq!(names(&mailbox), ["early", "tomorrow", "late", "undated"]);
    assert_eq!((mailbox.repeated, mailbox.undated), (1, 2));
}

#[test]
fn an_answer_is_found_by_what_it_names_or_by_whom_it_goes_to_about_what() {
    let answer = |to: &str, subject: &str, more: &str| {
        format!("From: support@alder-bikes.example\r\nTo: {to}\r\nSubject: {subject}{more}")
    };
    let mails = vec![
        mail("q1", &dated(&format!("{ANN}\r\nSubject: A bell"), 2)),
        mail("q2", &dated(&format!("{ANN}\r\nSubject: A lock"), 3)),
        mail(
            "named",
            &dated(
                &answer(
                    "ann@a.example",
                    "Something",
                    "\r\nIn-Reply-To: <q1@x.example>",
                ),
                4,
            ),
        ),
        mail(
            "listed",
            &dated(
                &answer(
                    "ann@a.example",
                    "Something",
                    "\r\nReferences: <other@x.example> <q2@x.example>",
                ),
                5,
            ),
        ),
        mail(
            "by-subject",
            &dated(&answer("Ann <ANN@a.example>", "Re: a lock", ""), 6),
        ),
        mail(
            "to-nobody",
            &dated(&answer("ben@b.example", "Re: A lock", ""), 7),
        ),
        mail(
            "machine",
            &dated(
                &answer("ann@a.example", "Away", "\r\nAuto-Submitted: auto-replied"),
                8,
            ),
        ),
    ];
    let office = office();
    let mailbox = OldMailbox::of(mails, &office, until());
    assert_eq!(
        names(&mailbox),
        ["q1", "q2", "named", "listed", "by-subject", "to-nobody"]
    );
    assert_eq!(mailbox.by_our_machines, 1);
    let identity = |place: usize| {
        let content = mailbox.letters[place].content.clone();
        office.read(&content).unwrap().identity
    };
    let answers: Vec<Option<MailIdentity>> = (mailbox.letters.iter())
        .filter_map(|letter| match &letter.by {
            Author::OurPeople(real) => Some(real.answers),
            Author::Outside => None,
        })
        .collect();
    assert_eq!(
        answers,
        [
            Some(identity(0)),
            Some(identity(1)),
            Some(identity(1)),
            None
        ]
    );
}

#[test]
fn hostile_bytes_are_counted_or_judged_and_take_nothing_along() {
    let mails = vec![
        OldMail {
            name: "empty".to_owned(),
            content: whole(b""),
        },
        OldMail {
            name: "bytes".to_owned(),
            content: whole(&(0..=255).collect::<Vec<u8>>()),
        },
        mail("good", &dated(&format!("{ANN}\r\nSubject: good"), 9)),
    ];
    let mailbox = OldMailbox::of(mails, &office(), until());
    assert!(names(&mailbox).contains(&"good"));
    assert_eq!((mailbox.letters.len(), mailbox.no_mails), (1, 2));
}
