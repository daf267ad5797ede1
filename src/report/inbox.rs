//! What happened between us and the IMAP server, in fixed sentences. No password and no text of a mail is ever passed here.

use crate::inbox::{InboxError, Place};

/// Logged in, and the folder is open.
pub fn connected(server: &str, user: &str, folder: &str, uid_validity: u32, waits_by_idle: bool) {
    tracing::info!(
        server,
        user,
        folder,
        uid_validity,
        waits_by_idle,
        "inbox open"
    );
}

/// The connection ended or a command failed; it is opened again after the wait.
pub fn connection_failed(error: &InboxError, wait: std::time::Duration) {
    let wait_seconds = wait.as_secs_f32();
    tracing::warn!(%error, wait_seconds, "inbox not available, trying again");
}

/// The server keeps no keywords of our own.
pub fn keywords_not_kept(server: &str, folder: &str) {
    tracing::warn!(
        server,
        folder,
        "the server keeps no own keywords in this folder: handled mails are not tagged; allow them on the server (PERMANENTFLAGS without \\*)"
    );
}

/// The server took some keywords only.
pub fn keywords_refused(server: &str, folder: &str, answer: &str) {
    tracing::warn!(
        server,
        folder,
        answer,
        "the server refused the keywords of tags: only $Handoff and the outcome are set"
    );
}

/// The server offers IDLE and refuses it.
pub fn idle_refused(server: &str, folder: &str, answer: &str) {
    tracing::warn!(
        server,
        folder,
        answer,
        "the server refused IDLE: new mail is looked for by polling; set [inbox] idle = false to say so"
    );
}

/// The server offers IDLE and does not speak in it.
pub fn idle_silent(server: &str, folder: &str, poll_interval: std::time::Duration) {
    let poll_seconds = poll_interval.as_secs();
    tracing::warn!(
        server,
        folder,
        poll_seconds,
        "the server offers IDLE but tells of no new mail in it: new mail is seen by the look every [inbox] poll_seconds; lower that, or mend it on the server (Courier: IMAP_ENHANCEDIDLE=1, with gamin)"
    );
}

/// A handled mail could not be moved and stays where it is, tagged.
pub fn move_refused(server: &str, folder: &str, target: &str, answer: &str) {
    tracing::warn!(
        server,
        folder,
        target,
        answer,
        "handled mails cannot be moved: they stay in the folder, tagged, and are tried again; check [inbox.folders] (on some servers every folder lies below the inbox: INBOX.Answered) and the rights of the user"
    );
}

/// Handled mails that could not be moved for long stay where they are, for good.
pub fn move_given_up(folder: &str, mails: usize) {
    tracing::error!(
        folder,
        mails,
        "handled mails could not be moved for a day and stay in the folder, tagged; check [inbox.folders] and the rights of the user, and move them by hand"
    );
}

/// The server can neither move nor expunge single mails.
pub fn move_not_offered(server: &str, folder: &str, target: &str) {
    tracing::warn!(
        server,
        folder,
        target,
        "the server offers neither MOVE nor UIDPLUS: handled mails stay in the folder, tagged"
    );
}

/// A folder for handled mails was created.
pub fn folder_created(server: &str, target: &str) {
    tracing::info!(server, target, "folder created for handled mails");
}

/// A mail was gone before it could be fetched.
pub fn vanished_before_fetch(place: Place) {
    tracing::info!(%place, "mail removed by somebody else before it was fetched");
}

/// A mail is larger than the limit: only its headers were fetched.
pub fn too_large(place: Place, size_bytes: u32, limit_bytes: u32) {
    tracing::info!(%place, size_bytes, limit_bytes, "mail larger than [inbox] mail_max_bytes: handled by its headers");
}

/// The folder of sent mail cannot be read; the inbox goes on without it.
pub fn sent_folder_failed(error: &InboxError, wait: std::time::Duration) {
    let wait_seconds = wait.as_secs_f32();
    tracing::warn!(
        %error,
        wait_seconds,
        "the folder of sent mail cannot be read, so answers from the support mailbox are not noticed; check [inbox] sent_folder"
    );
}

/// The server has a copy of a sent mail and does not hand it over.
pub fn sent_mail_kept_back(place: Place, why: &str) {
    tracing::warn!(%place, why, "a copy of a sent mail did not come, or could not be looked at, and is passed over");
}
