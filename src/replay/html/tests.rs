//! The page stands alone and shows nothing of a mail as anything but text.

use super::*;
use crate::replay::figures::tests::history;
use crate::replay::{Changed, OldMailbox, Replayed, figures};
use std::path::Path;

fn made(words: &str) -> String {
    let settings = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/desk/handoffd.toml");
    let office = crate::rehearsal::furnish(&settings).unwrap();
    let mut turns = history();
    for turn in &mut turns {
        turn.subject = words.to_owned();
        turn.from = words.to_owned();
        turn.words = words.to_owned();
        turn.why = words.to_owned();
        turn.name = words.to_owned();
        if let Some(answer) = &mut turn.answer {
            answer.words = words.to_owned();
        }
    }
    let replayed = Replayed {
        turns,
        real_answers: 6,
        other_mails_of_people: 1,
        ..Replayed::default()
    };
    let figures = figures(&replayed, &OldMailbox::default(), &office);
    let changed = Changed {
        name: words.to_owned(),
        subject: words.to_owned(),
        before: words.to_owned(),
        after: words.to_owned(),
    };
    let comparison = Comparison {
        compared: 10,
        changes: [("handoff to answer".to_owned(), 1)].into(),
        changed: vec![changed],
    };
    page(&figures, Some(&comparison), words).unwrap()
}

#[test]
fn it_tells_all_that_is_asked() {
    let page = made("When do you open?");
    for words in [
        "40%",
        "of 10 mails of customers, 2026-01-05 to 2026-01-12",
        "1 of 10 mails would be decided on otherwise",
        "handoff to answer: 1",
        "Understood by words",
        "people kept 1; 1 came later, and of 1 no answer is here",
        "Half of the mails had theirs after 3 hours, nine of ten after 30 hours",
        "<h3>returns</h3>",
        "2 answered, 1 proposed",
        "Where people answered something else",
    ] {
        assert!(page.contains(words), "{words} in {page}");
    }
}

#[test]
fn who_would_have_got_which_words_stands_beside_what_people_answered() {
    let page = made("When do you open?");
    let (_, from_section) = page
        .split_once("<h2>What would have been answered</h2>")
        .unwrap();
    let (section, rest) = from_section.split_once("<h2>").unwrap();
    for words in [
        "<h3>returns</h3>",
        "3 mails, 1 of them proposed to staff first",
        "The customer wrote</h4><blockquote>When do you open?",
        "People answered</h4><blockquote>When do you open?",
        "No answer of people is here",
    ] {
        assert!(section.contains(words), "{words} in {section}");
    }
    let (_, why) = rest.split_once("Why a person</h2>").unwrap();
    let (why, _) = why.split_once("<h2>").unwrap();
    assert_eq!(why.matches("<blockquote>").count(), 3, "{why}");
}

#[test]
fn a_line_through_a_few_answers_is_not_drawn() {
    let page = made("Hello");
    assert!(!page.contains("<h3>Risk against coverage"), "{page}");
    assert!(
        page.contains("drawn from 20 answers of people on"),
        "{page}"
    );
}

#[test]
fn a_narrow_screen_breaks_an_address_at_its_signs() {
    let parts = breakable("support@shop.example");
    assert_eq!(parts, ["support@", "shop.", "example"]);
    assert!(made("support@shop.example").contains("support@<wbr>shop.<wbr>example"));
}

#[test]
fn what_a_mail_says_stays_text() {
    let page =
        made("\"><script>alert(1)</script><img src=x onerror='alert(2)'> {{title}} </style>");
    assert_eq!(page.matches("<script").count(), 0, "{page}");
    assert_eq!(page.matches("<img").count(), 0);
    assert_eq!(page.matches("</style>").count(), 1);
    assert!(
        page.contains("&quot;&gt;&lt;script"),
        "it is there, as text"
    );
}

#[test]
fn it_asks_for_nothing_from_outside() {
    let page = made("Hello");
    for word in [
        "http:",
        "https:",
        "src=",
        "href=",
        "url(",
        "@import",
        "javascript:",
    ] {
        assert!(!page.contains(word), "{word}");
    }
    assert!(page.contains("default-src &#x27;none&#x27;") || page.contains("default-src 'none'"));
}
