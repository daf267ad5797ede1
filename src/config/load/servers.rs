//! `[inbox]` and `[smtp]`: where the servers are, how the connection is protected, and the secrets.

use super::oauth2::Tokens;
use super::{Secrets, Surroundings, one_of};
use crate::config::section::{Located, Section};
use crate::config::{FirstStart, Inbox, Login, Outcome, Smtp, Tls};
use secrecy::{ExposeSecret, SecretString};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::ops::Range;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// 25 MiB: what most mail servers let through at all.
const MAIL_MAX_BYTES: u64 = 25 * 1024 * 1024;

pub(super) fn inbox(
    top: &Section<'_>,
    surroundings: &Surroundings<'_>,
    tokens: &Tokens,
) -> Option<Inbox> {
    let section = top.section("inbox");
    let server = Server::read(&section, surroundings, 993);
    let user = section.required_text("user", "support@example.org");
    let login = login(
        &section,
        surroundings,
        tokens,
        user.as_ref(),
        "imap-password",
        server.as_ref(),
    );
    let folder = section.text("folder");
    if let Some(folder) = &folder {
        refuse_no_folder_name(&section, "folder", folder);
    }
    let sent_folder = section.text("sent_folder");
    if let Some(sent) = &sent_folder {
        let watched = folder.as_ref().map_or("INBOX", |folder| &folder.value);
        if is_same_folder(&sent.value, watched) {
            section.problem(
                &sent.at,
                "[inbox] sent_folder is the watched folder itself".to_owned(),
                "name the folder where your mail programs put copies of what they send, mostly `Sent`",
            );
        } else {
            refuse_no_folder_name(&section, "sent_folder", sent);
        }
    }
    let poll_seconds = section.number("poll_seconds", 60, 1, 3600);
    let idle = section.yes_or_no("idle", true);
    let starts = [
        ("everything", FirstStart::Everything),
        ("new-mail", FirstStart::NewMail),
    ];
    let first_start = one_of(&section, "first_start", &starts, FirstStart::Everything);
    let mail_max_bytes = section.number("mail_max_bytes", MAIL_MAX_BYTES, 10_000, 200_000_000);
    let folder = folder.map_or_else(|| "INBOX".to_owned(), |folder| folder.value);
    let folders = folders(&section, &folder);
    section.refuse_unknown_keys();
    let server = server?;
    Some(Inbox {
        host: server.host,
        port: server.port,
        tls: server.tls,
        ca_file: server.ca_file,
        user: user?.value,
        login: login?,
        folder,
        sent_folder: sent_folder.map(|folder| folder.value),
        poll_interval: Duration::from_secs(poll_seconds),
        idle,
        first_start,
        mail_max_bytes: u32::try_from(mail_max_bytes).unwrap_or(u32::MAX),
        folders,
    })
}

fn folders(inbox: &Section<'_>, watched: &str) -> BTreeMap<Outcome, String> {
    let section = inbox.section("folders");
    let mut folders = BTreeMap::new();
    for outcome in Outcome::ALL {
        let key = outcome.folder_key();
        let Some(folder) = section.text(key) else {
            continue;
        };
        if is_same_folder(&folder.value, watched) {
            let what = format!("[inbox.folders] {key} is the watched folder itself");
            section.problem(
                &folder.at,
                what,
                "name another folder, or remove the line to leave such mails there",
            );
        } else {
            refuse_no_folder_name(&section, key, &folder);
        }
        folders.insert(outcome, folder.value);
    }
    section.refuse_unknown_keys();
    folders
}

/// Whether two names are the same folder. `INBOX` is so in any case of letters (RFC 3501 section 5.1): a mail that is moved
/// from `INBOX` to `inbox` would come back as a new one, for ever.
fn is_same_folder(left: &str, right: &str) -> bool {
    let is_inbox = |name: &str| name.eq_ignore_ascii_case("INBOX");
    left == right || (is_inbox(left) && is_inbox(right))
}

fn refuse_no_folder_name(section: &Section<'_>, key: &str, folder: &Located<String>) {
    if folder.value.trim().is_empty() || folder.value.chars().any(char::is_control) {
        let what = format!("{} is no folder name", section.full_name(key));
        section.problem(&folder.at, what, "name a folder, or remove the line");
    }
}

pub(super) fn smtp(
    top: &Section<'_>,
    surroundings: &Surroundings<'_>,
    tokens: &Tokens,
) -> Option<Smtp> {
    let section = top.section("smtp");
    let server = Server::read(&section, surroundings, 465);
    let user = section.text("user");
    let login = user.as_ref().map(|user| {
        login(
            &section,
            surroundings,
            tokens,
            Some(user),
            "smtp-password",
            server.as_ref(),
        )
    });
    if let (None, Some(file)) = (&user, section.text("password_file")) {
        section.problem(
            &file.at,
            "[smtp] password_file stands without user, so no login would be tried",
            "add `user = \"support@example.org\"`, or remove the line",
        );
    }
    let seconds =
        |key, default, least, most| Duration::from_secs(section.number(key, default, least, most));
    let step_timeout = seconds("step_timeout_seconds", 60, 1, 600);
    let retry_first_delay = seconds("retry_first_delay_seconds", 60, 1, 86_400);
    let retry_longest_delay = seconds("retry_longest_delay_seconds", 3600, 1, 86_400);
    let retry_give_up_after = seconds("retry_give_up_after_seconds", 432_000, 60, 2_592_000);
    let tell_staff_after = seconds("tell_staff_after_seconds", 14_400, 1, 2_592_000);
    let copy_to_self = section.yes_or_no("copy_to_self", true);
    let copy_wait = seconds("copy_wait_seconds", 300, 1, 86_400);
    section.refuse_unknown_keys();
    let server = server?;
    let login = match user {
        Some(user) => Some((user.value, login??)),
        None => None,
    };
    Some(Smtp {
        host: server.host,
        port: server.port,
        tls: server.tls,
        ca_file: server.ca_file,
        login,
        step_timeout,
        retry_first_delay,
        retry_longest_delay,
        retry_give_up_after,
        tell_staff_after,
        copy_to_self,
        copy_wait,
    })
}

/// Stands for an `[inbox]` with problems, so that the rest can still be checked. Names no server.
pub(super) fn inbox_stand_in() -> Inbox {
    Inbox {
        host: String::new(),
        port: 0,
        tls: Tls::Implicit,
        ca_file: None,
        user: String::new(),
        login: Login::Password(SecretString::from("")),
        folder: String::new(),
        sent_folder: None,
        poll_interval: Duration::ZERO,
        idle: false,
        first_start: FirstStart::NewMail,
        mail_max_bytes: 0,
        folders: BTreeMap::new(),
    }
}

/// Stands for an `[smtp]` with problems. Names no server.
pub(super) fn smtp_stand_in() -> Smtp {
    Smtp {
        host: String::new(),
        port: 0,
        tls: Tls::Implicit,
        ca_file: None,
        login: None,
        step_timeout: Duration::ZERO,
        retry_first_delay: Duration::ZERO,
        retry_longest_delay: Duration::ZERO,
        retry_give_up_after: Duration::ZERO,
        tell_staff_after: Duration::ZERO,
        copy_to_self: false,
        copy_wait: Duration::ZERO,
    }
}

/// What both servers have.
struct Server {
    host: String,
    port: u16,
    tls: Tls,
    ca_file: Option<PathBuf>,
}

impl Server {
    fn read(
        section: &Section<'_>,
        surroundings: &Surroundings<'_>,
        default_port: u64,
    ) -> Option<Self> {
        let host = section.required_text("host", "mail.example.org");
        let port = section.number("port", default_port, 1, 65_535);
        let kinds = [
            ("implicit", Tls::Implicit),
            ("starttls", Tls::StartTls),
            ("none", Tls::None),
        ];
        let tls_place = section.text("tls").map(|tls| tls.at);
        let tls = one_of(section, "tls", &kinds, Tls::Implicit);
        let ca_file = section.text("ca_file");
        if let Some(file) = &ca_file {
            refuse_unreadable(section, "ca_file", file, surroundings);
        }
        let host = host?.value;
        if tls == Tls::None && !is_loopback(&host) {
            let what = format!(
                "{} = \"none\" to {host}: mail and password would travel in the open",
                section.full_name("tls")
            );
            let at = tls_place.unwrap_or_else(|| section.at().clone());
            section.problem(&at, what, "write `tls = \"implicit\"` or `tls = \"starttls\"`; `none` is only for this machine");
        }
        Some(Self {
            host,
            port: u16::try_from(port).unwrap_or_default(),
            tls,
            ca_file: ca_file.map(|file| surroundings.path(&file.value)),
        })
    }
}

/// Whether a host is this machine itself.
pub(crate) fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

pub(super) fn refuse_unreadable(
    section: &Section<'_>,
    key: &str,
    written: &Located<String>,
    surroundings: &Surroundings<'_>,
) {
    let path = surroundings.path(&written.value);
    if let Err(error) = std::fs::File::open(&path) {
        let what = format!(
            "{} = \"{}\" cannot be read: {error}",
            section.full_name(key),
            written.value
        );
        section.problem(
            &written.at,
            what,
            "correct the path or the file's permissions",
        );
    }
}

/// Password or token: a line `password_file` says password, and without it `[oauth2]` says token.
fn login(
    section: &Section<'_>,
    surroundings: &Surroundings<'_>,
    tokens: &Tokens,
    user: Option<&Located<String>>,
    credential: &'static str,
    server: Option<&Server>,
) -> Option<Login> {
    let secret = Secret {
        key: "password_file",
        noun: "password",
        credential: Some(credential),
        is_required: true,
        is_for_this_machine: server.is_some_and(|server| is_loopback(&server.host)),
    };
    if section.has("password_file") || matches!(tokens, Tokens::NotSet) {
        return secret.read(section, surroundings).map(Login::Password);
    }
    if let Some(user) = user
        && user.value.contains(char::is_control)
    {
        let what = format!("{} holds a control character", section.full_name("user"));
        section.problem(&user.at, what, "write the name of the mailbox alone");
    }
    match tokens {
        Tokens::Of(keeper) => Some(Login::OAuth2(keeper.clone())),
        Tokens::NotSet | Tokens::Broken => None,
    }
}

/// A secret: from the file that the settings name, or from a systemd credential.
pub(super) struct Secret {
    pub(super) key: &'static str,
    /// What it is, in words.
    pub(super) noun: &'static str,
    /// The credential that takes the place of a missing line.
    pub(super) credential: Option<&'static str>,
    pub(super) is_required: bool,
    /// Then everybody may know it: it is a test.
    pub(super) is_for_this_machine: bool,
}

impl Secret {
    /// On one line.
    pub(super) fn read(
        &self,
        section: &Section<'_>,
        surroundings: &Surroundings<'_>,
    ) -> Option<SecretString> {
        if surroundings.secrets == Secrets::LeftOut {
            let _ = section.text(self.key);
            return Some(SecretString::from(""));
        }
        let noun = self.noun;
        let (text, path, at) = self.read_whole(section, surroundings)?;
        let secret = text.expose_secret().trim_end_matches(['\n', '\r']);
        if secret.is_empty() {
            let what = format!("the {noun} file {} is empty", path.display());
            section.problem(&at, what, format!("write the {noun} into it, on one line"));
        } else if secret.contains(char::is_control) {
            let what = format!(
                "the {noun} file {} holds more than one line, or a control character",
                path.display()
            );
            section.problem(
                &at,
                what,
                format!("write the {noun} alone into it, on one line"),
            );
        }
        Some(SecretString::from(secret))
    }

    /// As it stands in the file, with the file and the place of the setting.
    pub(super) fn read_whole(
        &self,
        section: &Section<'_>,
        surroundings: &Surroundings<'_>,
    ) -> Option<(SecretString, PathBuf, Range<usize>)> {
        let (path, at) = self.place(section, surroundings)?;
        let secret = self.read_file(section, &path, &at)?;
        Some((secret, path, at))
    }

    /// The file that is read when it is needed. Whatever is wrong with it now is a problem, where secrets are read at all.
    pub(super) fn file(
        &self,
        section: &Section<'_>,
        surroundings: &Surroundings<'_>,
    ) -> Option<PathBuf> {
        if surroundings.secrets == Secrets::Read {
            let _ = self.read(section, surroundings);
        }
        let (path, _) = self.place(section, surroundings)?;
        Some(path)
    }

    /// The file, and the place of the setting that names it.
    fn place(
        &self,
        section: &Section<'_>,
        surroundings: &Surroundings<'_>,
    ) -> Option<(PathBuf, Range<usize>)> {
        let written = section.text(self.key);
        let given = |name: &str| {
            let path = surroundings.credentials?.join(name);
            path.exists().then_some(path)
        };
        // A bare name may be the name of a credential, which systemd puts into a folder of its own.
        let named = written.as_ref().map(|written| written.value.as_str());
        let named = named.filter(|name| !name.contains('/'));
        let credential = match (named, self.credential) {
            (Some(name), _) => given(name),
            // A mailbox's own, or that of all.
            (None, Some(name)) => (surroundings.mailbox)
                .and_then(|mailbox| given(&format!("{mailbox}-{name}")))
                .or_else(|| given(name)),
            (None, None) => None,
        };
        match (&written, credential) {
            (Some(written), Some(path)) => Some((path, written.at.clone())),
            (Some(written), None) => Some((surroundings.path(&written.value), written.at.clone())),
            (None, Some(path)) => Some((path, section.at().clone())),
            (None, None) => {
                if self.is_required {
                    let what = format!("{} is missing", section.full_name(self.key));
                    let or = self.credential.map_or_else(String::new, |credential| {
                        let own = (surroundings.mailbox).map_or_else(String::new, |mailbox| {
                            format!(", or `{mailbox}-{credential}` for this mailbox alone")
                        });
                        format!(", or give the systemd credential `{credential}`{own}")
                    });
                    let remedy = format!("add `{} = \"…\"`{or}", self.key);
                    section.problem(section.at(), what, remedy);
                }
                None
            }
        }
    }

    fn read_file(
        &self,
        section: &Section<'_>,
        path: &Path,
        at: &Range<usize>,
    ) -> Option<SecretString> {
        let noun = self.noun;
        let secret = match std::fs::read_to_string(path) {
            Ok(secret) => SecretString::from(secret),
            Err(error) => {
                let what = format!("the {noun} file {} cannot be read: {error}", path.display());
                section.problem(at, what, "correct the path or the file's permissions");
                return None;
            }
        };
        if !self.is_for_this_machine && is_open_to_all(path) {
            let what = format!(
                "the {noun} file {} can be read by everybody",
                path.display()
            );
            section.problem(at, what, format!("run `chmod 600 {}`", path.display()));
        }
        Some(secret)
    }
}

fn is_open_to_all(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o004 != 0)
}
