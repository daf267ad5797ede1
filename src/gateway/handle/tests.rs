use super::*;
use crate::config::Settings;
use crate::inbox::Content;
use crate::journal::LayThere;
use crate::ticket::TokenKey;
use std::path::Path;

fn demo() -> Office {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/demo/handoffd.toml");
    let mut settings = Settings::load_without_secrets(&path).expect("the demo's settings");
    settings.understanding.models_folder = None;
    Office::furnish(settings, TokenKey::new([7; 32]), &[]).expect("the demo's desk")
}

/// A mail that carries our keyword.
fn tagged(uid: u32) -> Arrival {
    let raw = format!(
        "From: Sue <sue@sue.example>\r\nTo: support@demo.example\r\nSubject: Teapot\r\nMessage-ID: <{uid}@sue.example>\r\n\
         Date: Thu, 26 Nov 2026 10:00:00 +0000\r\n\r\nMy teapot came broken.\r\n"
    );
    Arrival {
        place: Place {
            uid_validity: 7,
            uid,
        },
        content: Content::Whole(raw.into_bytes()),
        was_handled: true,
        checked: None,
        looked_up: Vec::new(),
    }
}

#[test]
fn a_tagged_mail_that_came_while_we_ran_was_moved_here_and_is_handled() {
    let office = demo();
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(folder.path()).unwrap();
    let lay_there = LayThere {
        uid_validity: 7,
        at_meeting: 10,
        at_start: 20,
    };
    journal.note_lay_there(lay_there).unwrap();
    let now: Timestamp = "2026-11-26T11:00:00Z".parse().unwrap();
    let is_handled = |uid| {
        let cursor = Cursor {
            uid_validity: 7,
            uid,
        };
        let handled = Clerk::new(&office, &journal).handle(&tagged(uid), cursor, now);
        matches!(handled.unwrap().how, How::Judged { .. })
    };
    let told = || {
        journal
            .troubles()
            .unwrap()
            .lines
            .contains_key(&Kind::LeftAlone)
    };
    assert!(!is_handled(10) && !told(), "the store may have been lost");
    assert!(
        !is_handled(20) && told(),
        "nobody knows, so a person is asked"
    );
    assert!(is_handled(21));
}
