//! What is known of a customer who asks, what is left of one who is forgotten, and what a log says of anybody.

use super::world::*;
use std::path::Path;

/// Whether a word stands in any byte under a folder, in whatever case.
fn stands_in(folder: &Path, word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    std::fs::read_dir(folder).unwrap().any(|found| {
        let path = found.unwrap().path();
        if path.is_dir() {
            return stands_in(&path, &word);
        }
        let bytes = std::fs::read(&path)
            .unwrap_or_default()
            .to_ascii_lowercase();
        bytes
            .windows(word.len())
            .any(|window| window == word.as_bytes())
    })
}

#[test]
fn who_asks_is_told_what_is_stored_and_who_is_forgotten_leaves_no_byte() {
    // Given a customer who was answered, with words in every field that stand nowhere else
    let world = World::new();
    let customer = world.customer("quendolin");
    let first = customer.writes("Zwetschgendatschi and delivery", DELIVERY_QUESTION);
    customer.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));
    assert_eq!(world.outcome_of(&first), "Answered");

    // When they ask what is stored about them
    let asks = customer.writes(
        "My data: Kaiserschmarrn",
        "Hello,\n\nwhich personal data do you hold on me? I request a copy under the GDPR. My code word is Marillenknoedel.\n",
    );

    // Then a person has it, with all that is stored, and both are told by when the law wants it done
    let packet = world.team_receives(CARE, &customer, "the packet", |mail| {
        mail.raw_contains("stored-about-customer.json")
    });
    assert!(packet.says("GDPR Art. 12(3)"), "{}", packet.text);
    assert!(
        packet.says("Make sure first that it is the customer"),
        "{}",
        packet.text
    );
    let notice = customer.receives("the notice", |mail| {
        mail.says("the law gives us time until")
    });
    assert_threaded(&notice, &asks);
    assert_eq!(world.outcome_of(&asks), "HandedOff");
    world.settle();

    // And the log, so far, names nobody and nothing of it
    let log = world.daemon.log_text();
    for word in [
        "quendolin",
        "Zwetschgen",
        "Kaiserschmarrn",
        "Marillen",
        "personal data do you hold",
    ] {
        assert!(!log.contains(word), "{word} in the log:\n{log}");
    }

    // When they shall be forgotten while that is open, nothing is
    let store = world.daemon.folder().join("store");
    let (code, words) = world.daemon.ask(&["forget", &customer.address]);
    assert_eq!(code, 1, "{words}");
    assert!(stands_in(&store, "marillen"));

    // When it is closed, they are, in the running daemon
    let ticket = notice.ticket().expect("a reference");
    let (code, words) = world.daemon.ask(&["close", ticket]);
    assert_eq!(code, 0, "{words}");
    world.settle();
    let (code, words) = world.daemon.ask(&["forget", &customer.address]);
    assert_eq!(code, 0, "{words}");
    assert!(words.contains("not reached"), "{words}");
    for word in ["quendolin", "zwetschgen", "kaiserschmarrn", "marillen"] {
        assert!(!stands_in(&store, word), "{word} in the store");
    }

    // And the desk goes on, its journal is whole, and the mails that lie in the mailbox are not answered again
    let other = world.customer("next");
    other.writes("Delivery time", DELIVERY_QUESTION);
    other.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));
    let (code, words) = world.daemon.ask(&["journal", "--verify"]);
    assert_eq!(code, 0, "{words}");
    assert!(words.contains("forget"), "{words}");
    assert_eq!(customer.mails().len(), 2, "{:?}", customer.subjects());
}
