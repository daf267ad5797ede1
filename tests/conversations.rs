//! Whole conversations, in one process: each file in `tests/conversations` is played, and every mail that leaves stands in a snapshot.
//! A file whose name begins with `r01` to `r12` is about one of the twelve failures that hand-offs of other programs had.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so by a panic"
)]

#[path = "conversations/random.rs"]
mod random;
#[path = "conversations/shown.rs"]
mod shown;
#[path = "conversations/verb.rs"]
mod verb;

use handoffd::config::Settings;
use handoffd::gateway::Office;
use handoffd::rehearsal::{self, Conversation, Played};
use handoffd::ticket::TokenKey;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conversations")
}

/// A desk that learns nothing, or one that does.
fn office(settings: &Path) -> Office {
    let settings = Settings::load(settings).unwrap_or_else(|problems| panic!("{problems:#?}"));
    Office::furnish(settings, TokenKey::new([7; 32]), &[])
        .unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn story(conversation: &Conversation, played: &Played) -> String {
    let steps: Vec<String> = played.steps.iter().map(shown::step).collect();
    let differences: Vec<String> = played
        .differences
        .iter()
        .map(|difference| format!("{difference:#?}"))
        .collect();
    assert!(
        differences.is_empty(),
        "{}:\n{}\n\nits story:\n{}",
        conversation.path.display(),
        differences.join("\n"),
        steps.join("\n")
    );
    steps.join("\n")
}

#[test]
fn every_conversation_goes_as_it_should() {
    let conversations =
        rehearsal::read_folder(&folder()).unwrap_or_else(|problems| panic!("{problems:#?}"));
    assert!(conversations.len() >= 30);
    let standard = folder().join("desk/handoffd.toml");
    let mut offices: BTreeMap<PathBuf, Office> = BTreeMap::new();
    for conversation in &conversations {
        let settings = conversation.settings.as_deref().unwrap_or(&standard);
        let office = offices
            .entry(settings.to_owned())
            .or_insert_with(|| office(settings));
        let played = rehearsal::play(conversation, office).expect("a journal");
        let name = conversation.path.file_stem().unwrap().to_string_lossy();
        insta::assert_snapshot!(name.as_ref(), story(conversation, &played));
    }
}

/// What the deciding may depend on is the same each time: so is every byte that leaves.
#[test]
fn the_same_conversation_gives_the_same_bytes() {
    let office = office(&folder().join("desk/handoffd.toml"));
    let conversation = rehearsal::read(&folder().join("human-word.toml")).unwrap();
    let bytes = || {
        let played = rehearsal::play(&conversation, &office).expect("a journal");
        let mails = played.steps.into_iter().flat_map(|step| step.mails);
        mails.map(|mail| mail.bytes).collect::<Vec<_>>()
    };
    assert_eq!(bytes(), bytes());
}
