//! One session on the watched folder: how it is opened, what the server can do there, how it is closed.

use super::dialogue::{Code, Dialogue};
use super::error::InboxError;
use super::folder_name::quoted_folder;
use super::guarded::Bound;
use super::login;
use crate::config::{Inbox, Outcome};
use crate::report;
use imap_proto::{Capability, Response, ResponseCode};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::time::Instant;

/// How long the server may take. The defaults are for servers in trouble, not for servers in health.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeLimits {
    /// TCP connection, and again the TLS handshake.
    pub connect: Duration,
    /// One command that carries no mail.
    pub command: Duration,
    /// One command that fetches or moves mail.
    pub transfer: Duration,
    /// The longest time in one IDLE: servers may log a silent client out after 30 minutes (RFC 2177), and routers on the way
    /// forget a silent connection much earlier.
    pub idle: Duration,
    /// LOGOUT.
    pub close: Duration,
}

impl Default for TimeLimits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(20),
            command: Duration::from_secs(60),
            transfer: Duration::from_secs(300),
            idle: Duration::from_secs(14 * 60),
            close: Duration::from_secs(3),
        }
    }
}

/// What a folder is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// To read and tag.
    Change,
    /// To read alone.
    Read,
}

/// What the server offers, as far as we use it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Offers {
    pub(super) idle: bool,
    pub(super) moves: bool,
    pub(super) uid_plus: bool,
}

/// An IMAP session on the watched folder. Every tagged result is checked; after an error it is of no further use, and
/// opening another one is the caller's job.
#[derive(Debug)]
pub struct Connection {
    pub(super) dialogue: Dialogue,
    pub(super) limits: TimeLimits,
    pub(super) offers: Offers,
    pub(super) folder: String,
    pub(super) folders: BTreeMap<Outcome, String>,
    pub(super) mail_max_bytes: u32,
    pub(super) poll_interval: Duration,
    pub(super) uid_validity: u32,
    uid_next: Option<u32>,
    /// What may be set for good: keywords by name, and `\*` for any other.
    pub(super) permanent_flags: BTreeSet<String>,
    /// Troubles that were told already: once a connection is enough.
    pub(super) told: BTreeSet<String>,
    pub(super) access: Access,
    /// When the folder was last opened.
    pub(super) opened_at: Instant,
    /// How often in a row a wait in IDLE heard nothing of mail that was there at its end.
    pub(super) silent_waits: u32,
}

impl Connection {
    /// Connects, logs in and opens the folder for reading and tagging (SELECT), with the usual time limits.
    ///
    /// # Errors
    /// Which step failed, with server, user, folder and the remedy.
    pub async fn open(settings: &Inbox) -> Result<Self, InboxError> {
        Self::open_within(settings, TimeLimits::default()).await
    }

    /// The same with other time limits.
    ///
    /// # Errors
    /// As [`Connection::open`].
    pub async fn open_within(settings: &Inbox, limits: TimeLimits) -> Result<Self, InboxError> {
        let connection = Self::opened(settings, limits, Access::Change).await?;
        if !connection.keeps_keywords() {
            let peer = &connection.dialogue.peer;
            report::inbox::keywords_not_kept(&peer.server, &peer.folder);
        }
        Ok(connection)
    }

    /// Opens the folder for reading alone (EXAMINE): nothing in it can be changed on this connection, not even by mistake.
    ///
    /// # Errors
    /// As [`Connection::open`].
    pub async fn open_read_only(settings: &Inbox) -> Result<Self, InboxError> {
        Self::opened(settings, TimeLimits::default(), Access::Read).await
    }

    async fn opened(
        settings: &Inbox,
        limits: TimeLimits,
        access: Access,
    ) -> Result<Self, InboxError> {
        let mut dialogue = login::logged_in(settings, limits).await?;
        let mut offers = ask_capabilities(&mut dialogue, limits).await?;
        offers.idle &= settings.idle;
        let opened = select(&mut dialogue, &settings.folder, limits, access).await?;
        let connection = Self {
            dialogue,
            limits,
            offers,
            folder: settings.folder.clone(),
            folders: settings.folders.clone(),
            mail_max_bytes: settings.mail_max_bytes,
            poll_interval: settings.poll_interval,
            uid_validity: opened.uid_validity,
            uid_next: opened.uid_next,
            permanent_flags: opened.permanent_flags,
            told: BTreeSet::new(),
            access,
            opened_at: Instant::now(),
            silent_waits: 0,
        };
        let peer = &connection.dialogue.peer;
        report::inbox::connected(
            &peer.server,
            &peer.user,
            &peer.folder,
            connection.uid_validity,
            connection.offers.idle,
        );
        Ok(connection)
    }

    /// UIDVALIDITY of the folder: UIDs of another one mean nothing here.
    #[must_use]
    pub const fn uid_validity(&self) -> u32 {
        self.uid_validity
    }

    /// No mail in the folder had a higher UID when it was opened.
    ///
    /// # Errors
    /// The server did not say it at the opening (RFC 3501 calls UIDNEXT required, some servers do not), and not when asked.
    pub async fn last_uid(&mut self) -> Result<u32, InboxError> {
        match self.uid_next {
            Some(next) => Ok(next.saturating_sub(1)),
            None => Ok(self.highest_uid().await?.unwrap_or(0)),
        }
    }

    /// Whether any keyword of ours can be set for good (`\*` in PERMANENTFLAGS).
    #[must_use]
    pub fn keeps_keywords(&self) -> bool {
        self.permanent_flags.contains("\\*")
    }

    /// Asks for nothing: keeps the session alive and takes in what changed.
    ///
    /// # Errors
    /// The server refused or the connection is lost.
    pub async fn noop(&mut self) -> Result<(), InboxError> {
        let limit = self.limits.command;
        self.dialogue
            .run_ok("NOOP", "NOOP", limit, Bound::SMALL, &mut |_| {})
            .await?;
        Ok(())
    }

    /// Logs out; takes no longer than a few seconds, whatever the server does.
    pub async fn close(mut self) {
        let limit = self.limits.close;
        self.dialogue.log_out(limit).await;
    }

    /// True the first time that it is asked about a trouble.
    pub(super) fn is_first_time(&mut self, trouble: &str) -> bool {
        self.told.insert(trouble.to_owned())
    }
}

async fn ask_capabilities(
    dialogue: &mut Dialogue,
    limits: TimeLimits,
) -> Result<Offers, InboxError> {
    let mut offers = Offers::default();
    dialogue
        .run_ok("CAPABILITY", "CAPABILITY", limits.command, Bound::SMALL, &mut |response| {
            if let Response::Capabilities(capabilities) = response {
                let has = |name: &str| {
                    capabilities.iter().any(|capability| {
                        matches!(capability, Capability::Atom(atom) if atom.eq_ignore_ascii_case(name))
                    })
                };
                offers = Offers {
                    idle: has("IDLE"),
                    moves: has("MOVE"),
                    uid_plus: has("UIDPLUS"),
                };
            }
        })
        .await?;
    Ok(offers)
}

/// What the server said at the opening of a folder.
#[derive(Default)]
pub(super) struct Opened {
    pub(super) uid_validity: u32,
    uid_next: Option<u32>,
    pub(super) permanent_flags: BTreeSet<String>,
}

/// Opens a folder, in place of one that may be open.
pub(super) async fn select(
    dialogue: &mut Dialogue,
    folder: &str,
    limits: TimeLimits,
    access: Access,
) -> Result<Opened, InboxError> {
    let mut opened = Opened::default();
    let verb = match access {
        Access::Change => "SELECT",
        Access::Read => "EXAMINE",
    };
    let command = format!("{verb} {}", quoted_folder(folder));
    let answer = dialogue
        .run(
            verb,
            &command,
            limits.command,
            Bound::SMALL,
            &mut |response| {
                if let Response::Data { outcome, .. } = response {
                    match &outcome.code {
                        Some(ResponseCode::UidValidity(value)) => opened.uid_validity = *value,
                        Some(ResponseCode::UidNext(value)) => opened.uid_next = Some(*value),
                        Some(ResponseCode::PermanentFlags(flags)) => {
                            opened.permanent_flags =
                                flags.iter().map(|flag| flag.clone().into_owned()).collect();
                        }
                        _ => {}
                    }
                }
            },
        )
        .await?;
    if !answer.is_ok() {
        return Err(InboxError::FolderMissing {
            server: dialogue.peer.server.clone(),
            user: dialogue.peer.user.clone(),
            folder: folder.to_owned(),
            answer: answer.text,
        });
    }
    if answer.code == Code::ReadOnly {
        // Nothing can be set for good there, whatever was said before.
        opened.permanent_flags.clear();
    }
    if opened.uid_validity == 0 {
        return Err(dialogue.peer.refused(
            verb,
            "the server names no UIDVALIDITY, without which no mail can be recognised",
        ));
    }
    // What stands in the folder at the opening is looked at anyway.
    dialogue.news = false;
    Ok(opened)
}
