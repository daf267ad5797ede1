//! Whole conversations, in one process: each file in `tests/conversations` is played, and every mail that leaves stands in a snapshot.
//! A file whose name begins with `r01` to `r12` is about one of the twelve failures that hand-offs of other programs had.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so by a panic"
)]

#[path = "conversations/first_screen.rs"]
mod first_screen;
#[path = "conversations/random.rs"]
mod random;
#[path = "conversations/screens.rs"]
mod screens;
#[path = "conversations/shown.rs"]
mod shown;
#[path = "conversations/verb.rs"]
mod verb;

use handoffd::gateway::Office;
use handoffd::rehearsal::{self, Conversation, Played};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conversations")
}

fn office(settings: &Path) -> Office {
    rehearsal::furnish(settings).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// The whole story; with the differences above it where there are any.
fn story(conversation: &Conversation, played: &Played) -> Result<String, String> {
    let steps: Vec<String> = played.steps.iter().map(shown::step).collect();
    if played.differences.is_empty() {
        return Ok(steps.join("\n"));
    }
    let differences = played.differences.iter();
    let differences: Vec<String> = differences.map(|found| format!("{found:#?}")).collect();
    Err(format!(
        "{}:\n{}\nits story:\n{}",
        conversation.path.display(),
        differences.join("\n"),
        steps.join("\n")
    ))
}

#[test]
fn every_conversation_goes_as_it_should() {
    let conversations =
        rehearsal::read_folder(&folder()).unwrap_or_else(|problems| panic!("{problems:#?}"));
    assert!(conversations.len() >= 30);
    let standard = folder().join("desk/handoffd.toml");
    let mut offices: BTreeMap<PathBuf, Office> = BTreeMap::new();
    let mut differing = Vec::new();
    let mut snapshots = insta::Settings::clone_current();
    snapshots.set_snapshot_path("conversations/snapshots");
    snapshots.set_prepend_module_to_snapshot(false);
    snapshots.set_omit_expression(true);
    let _snapshots = snapshots.bind_to_scope();
    for conversation in &conversations {
        let settings = conversation.settings.as_deref().unwrap_or(&standard);
        let office = offices
            .entry(settings.to_owned())
            .or_insert_with(|| office(settings));
        let played = rehearsal::play(conversation, office).expect("a journal");
        let name = conversation.path.file_stem().unwrap().to_string_lossy();
        let too_long = played.steps.iter().flat_map(first_screen::too_long);
        differing.extend(too_long.map(|what| format!("{name}: {what}")));
        match story(conversation, &played) {
            Ok(story) => insta::assert_snapshot!(name.as_ref(), story),
            Err(differs) => differing.push(differs),
        }
    }
    assert!(differing.is_empty(), "{}", differing.join("\n\n"));
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

/// The conversations that ship beside the starter articles, with the settings file that shows every key.
#[test]
fn the_starter_conversations_go_as_they_should() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    let copied = tempfile::tempdir().unwrap();
    let settings = std::fs::read_to_string(shipped.join("handoffd.toml")).unwrap();
    let commented = [
        "# password_file = \"imap.password\"",
        "# password_file = \"smtp.password\"",
    ];
    let mut settings = settings
        .replace(commented[0], "password_file = \"password\"")
        .replace(commented[1], "password_file = \"password\"");
    // Without a model it is quick, and the same on every machine.
    settings = settings.replace("# embedding = \"best\"", "embedding = \"none\"");
    settings = settings.replace(
        "folder = \"knowledge\"",
        &format!("folder = {:?}", shipped.join("knowledge")),
    );
    std::fs::write(copied.path().join("handoffd.toml"), settings).unwrap();
    let password = copied.path().join("password");
    std::fs::write(&password, "never asked\n").unwrap();
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(&password, std::fs::Permissions::from_mode(0o600)).unwrap();
    let office = office(&copied.path().join("handoffd.toml"));
    let conversations = rehearsal::read_folder(&shipped.join("conversations")).unwrap();
    for conversation in &conversations {
        let played = rehearsal::play(conversation, &office).expect("a journal");
        if let Err(differs) = story(conversation, &played) {
            panic!("{differs}");
        }
    }
}
