//! `[inbox]` and `[smtp]`: which servers, and how we log in there.

use super::Outcome;
use crate::oauth2::Keeper;
use secrecy::SecretString;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// The mailbox that is watched.
#[derive(Clone, Debug)]
pub struct Inbox {
    /// The IMAP server. Host name or IP address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: Tls,
    /// Certificates (PEM) to trust instead of the machine's.
    pub ca_file: Option<PathBuf>,
    /// Login name.
    pub user: String,
    /// The file that holds the password, on one line, readable for handoffd alone. Here: what stood in it at the start, or a token of `[oauth2]`.
    pub login: Login,
    /// The folder that is watched.
    pub folder: String,
    /// The folder where mail programs put copies of what people send from the support mailbox. It is looked at, never changed: who
    /// answered a customer from there is noticed. Without a line nothing is looked at.
    pub sent_folder: Option<String>,
    /// How often the folder is looked at even when nothing announces new mail.
    pub poll_interval: Duration,
    /// Whether IDLE is used where the server offers it.
    pub idle: bool,
    /// What happens to mail that lies in the folder when handoffd sees it for the first time.
    pub first_start: FirstStart,
    /// Larger mails are not read but handed to a person by their headers. In bytes.
    pub mail_max_bytes: u32,
    /// Where handled mails are moved to, by outcome. An outcome without a line stays in the watched folder, tagged.
    pub folders: BTreeMap<Outcome, String>,
}

impl Inbox {
    /// The folder with its server and user: what tells it from every other.
    #[must_use]
    pub fn whole_name(&self) -> String {
        self.whole_name_of(&self.folder)
    }

    /// The same of another folder of this user.
    pub(crate) fn whole_name_of(&self, folder: &str) -> String {
        // RFC 3501 section 5.1: INBOX in any case of letters is the same.
        let folder = if folder.eq_ignore_ascii_case("INBOX") {
            "INBOX"
        } else {
            folder
        };
        format!("{folder} of {} on {}", self.user, self.host.to_lowercase())
    }

    /// Every folder besides the watched one that mail is put into or looked at in, with the key that names it.
    pub(crate) fn other_folders(&self) -> impl Iterator<Item = (String, &str)> {
        let filed = self.folders.iter().map(|(outcome, folder)| {
            (
                format!("[inbox.folders] {}", outcome.folder_key()),
                folder.as_str(),
            )
        });
        let sent = self.sent_folder.as_deref();
        filed.chain(sent.map(|folder| ("[inbox] sent_folder".to_owned(), folder)))
    }

    /// The same mailbox with the folder of sent mail in the place of the watched one, where there is one.
    #[must_use]
    pub fn of_sent_mail(&self) -> Option<Self> {
        let folder = self.sent_folder.clone()?;
        Some(Self {
            folder,
            ..self.clone()
        })
    }
}

/// How we show a server who we are: exactly one of the two.
#[derive(Clone, Debug)]
pub enum Login {
    /// What stood in `password_file` at the start.
    Password(SecretString),
    /// A token of `[oauth2]`.
    OAuth2(Keeper),
}

impl Login {
    /// The keeper of tokens, where it is one.
    #[must_use]
    pub const fn keeper(&self) -> Option<&Keeper> {
        match self {
            Self::Password(_) => None,
            Self::OAuth2(keeper) => Some(keeper),
        }
    }
}

/// What happens to mail that lies in the folder before handoffd has ever seen it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstStart {
    /// It is handled like new mail: nothing is lost.
    Everything,
    /// It is left alone; only what arrives from then on is handled.
    NewMail,
}

/// How a connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// TLS from the first byte.
    Implicit,
    /// STARTTLS, refused if the server does not offer it.
    StartTls,
    /// No protection: only to loopback.
    None,
}

/// The server through which everything leaves.
#[derive(Clone, Debug)]
pub struct Smtp {
    /// The server through which everything leaves. Host name or IP address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: Tls,
    /// Certificates (PEM) to trust instead of the machine's.
    pub ca_file: Option<PathBuf>,
    /// Login name; without it no login is tried. Beside it how we show who we are.
    pub login: Option<(String, Login)>,
    /// The longest wait for one step of the dialogue.
    pub step_timeout: Duration,
    /// First wait before a mail is tried again; doubled each time, with jitter.
    pub retry_first_delay: Duration,
    /// Longest wait between two tries.
    pub retry_longest_delay: Duration,
    /// After this time a mail that never got through is given up and told to staff.
    pub retry_give_up_after: Duration,
    /// After this time a mail to a customer that was tried in vain is told to staff a first time; it is tried on.
    pub tell_staff_after: Duration,
    /// Whether each mail is also sent to our own address in the same transaction: the proof that it left, after a crash. Where the provider
    /// makes such a copy impossible, false: then a copy in `[inbox] sent_folder` is the proof, where the provider files what it sends. What nothing
    /// proves is sent again to staff, and never again to a customer: their team is told.
    pub copy_to_self: bool,
    /// How long that copy is waited for before a mail in doubt is taken as not sent. Longer than your server takes
    /// to deliver to the support mailbox; the time for which that cannot be reached is added.
    pub copy_wait: Duration,
}
