//! What the inbox says in the log.

use tracing::warn;

/// The server can neither move nor expunge single mails.
pub fn cannot_move(folder: &str) {
    warn!(
        event = "cannot-move",
        folder,
        "the server offers neither MOVE nor UIDPLUS; mails are tagged and stay where they are"
    );
}

/// A folder for handled mails cannot be made.
pub fn cannot_create(folder: &str, answer: &str) {
    warn!(
        event = "cannot-create-folder",
        folder,
        answer,
        "a folder for handled mails cannot be made; create it, or correct [inbox.folders]"
    );
}
