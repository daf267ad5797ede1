//! How is a mailbox named in the log and in sentences? Where there is only one it has no name.

use crate::config::MailboxName;
use tracing::Span;

/// What log lines of a mailbox carry: its name, where there is one. At the highest level, so that no filter takes it away.
pub(super) fn span_of(name: Option<&MailboxName>) -> Span {
    name.map_or_else(
        Span::none,
        |name| tracing::error_span!("in", mailbox = %name),
    )
}

/// A sentence about a mailbox, with its name where there is one.
pub(super) fn in_name_of(name: Option<&MailboxName>, sentence: &str) -> String {
    match name {
        Some(name) => format!("mailbox {name}: {sentence}"),
        None => sentence.to_owned(),
    }
}
