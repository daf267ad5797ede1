//! Robots that answer our mail: whatever they do, an exchange has one automatic mail of ours for each request of a person, and ends. Each
//! responder of `tests/loops/responders.toml` meets each kind of first mail, on the daemon's own way of handling mail, and answers every mail that
//! it gets, for up to twenty rounds; then a member of staff writes, and it answers that as well.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so by a panic"
)]

#[path = "loops/brake.rs"]
mod brake;
#[path = "loops/echo.rs"]
mod echo;
#[path = "loops/exchange.rs"]
mod exchange;
#[path = "loops/floods.rs"]
mod floods;
#[path = "loops/responder.rs"]
mod responder;

use exchange::{Exchange, FIRST_MAILS};
use handoffd::gateway::Office;
use handoffd::rehearsal;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::OnceLock;

/// The desk of the conversations, furnished once.
fn office() -> &'static Office {
    static OFFICE: OnceLock<Office> = OnceLock::new();
    OFFICE.get_or_init(|| office_with(|_| {}))
}

/// The same with other settings.
fn office_with(change: impl FnOnce(&mut toml::Table)) -> Office {
    let desk = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conversations/desk");
    let text = std::fs::read_to_string(desk.join("handoffd.toml")).unwrap();
    let mut settings: toml::Table = text.parse().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let password = folder.path().join("password");
    std::fs::write(&password, "never asked\n").unwrap();
    std::fs::set_permissions(&password, std::fs::Permissions::from_mode(0o600)).unwrap();
    set(
        &mut settings,
        "inbox",
        "password_file",
        password.to_str().unwrap(),
    );
    let knowledge = desk.join("knowledge");
    set(
        &mut settings,
        "knowledge",
        "folder",
        knowledge.to_str().unwrap(),
    );
    change(&mut settings);
    let file = folder.path().join("handoffd.toml");
    std::fs::write(&file, toml::to_string(&settings).unwrap()).unwrap();
    rehearsal::furnish(&file).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

/// Sets a key of a section.
fn set(settings: &mut toml::Table, section: &str, key: &str, value: impl Into<toml::Value>) {
    let section = settings[section].as_table_mut().unwrap();
    section.insert(key.to_owned(), value.into());
}

#[test]
fn no_exchange_with_a_robot_goes_on() {
    let responders = responder::all();
    assert!(responders.len() >= 50);
    let office = office();
    let mut wrong = Vec::new();
    for responder in &responders {
        for first in &FIRST_MAILS {
            let exchange = Exchange::play(office, responder, first);
            wrong.extend(exchange.what_is_wrong(responder).into_iter().map(|what| {
                format!(
                    "{}, after {}: {what}\n{}",
                    responder.name,
                    first.name,
                    exchange.story()
                )
            }));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
