//! An IMAP server of another kind, run by boot.sh in namespaces of its own; and what stands in its mailbox, seen as any mail program would.

use super::mail_system::{ImapClient, PATIENCE, Protection, wait_until};
use std::collections::BTreeSet;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// Who logs in: the same words as of the support account on the other mail system.
pub const USER: &str = "support";
pub const PASSWORD: &str = "support-secret";

/// A server and what it is made to lack.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// For boot.sh.
    pub server: &'static str,
    /// Its folder under target/other-servers; `None`: installed here.
    pub unpacked: Option<&'static str>,
    /// Dovecot alone: what it says that it can.
    pub capabilities: &'static str,
    /// Dovecot alone: what its users may do, as letters of RFC 4314.
    pub rights: &'static str,
    /// What the names of folders begin with.
    pub prefix: &'static str,
    /// Whether it keeps keywords of our own.
    pub keeps_keywords: bool,
    /// Whether single mails can be moved.
    pub moves: bool,
    /// What comes of waiting in IDLE.
    pub idle: Idle,
}

/// Whether a server tells of new mail by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idle {
    /// It does, soon.
    Speaks,
    /// It offers to, and tells nothing before it is asked.
    Silent,
    /// It does not offer it.
    Absent,
}

/// How one logs in to it.
#[derive(Clone, Debug)]
pub struct Login {
    pub port: u16,
}

impl Login {
    /// A session, no folder open.
    pub fn client(&self) -> ImapClient {
        let mut client = ImapClient::connect(self.port, Protection::Plain, Path::new(""));
        client.log_in(USER, PASSWORD);
        client
    }
}

/// The running server. Nothing of it outlives this value, nor this program.
pub struct OtherServer {
    outside: Child,
    log: PathBuf,
    pub login: Login,
}

/// A mail in some folder.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    pub folder: String,
    pub flags: BTreeSet<String>,
    pub message_id: String,
}

impl OtherServer {
    /// Starts one, or says why it cannot. `folder`: where it may make its own.
    pub fn start(kind: &Kind, folder: &Path) -> Result<Self, String> {
        let further = [USER, PASSWORD, kind.capabilities, kind.rights];
        Self::boot(kind.server, kind.unpacked, folder, &further)
    }

    /// Starts Postfix, which hands everything to the server on that port; what it does not offer, and the largest mail that it takes.
    pub fn start_postfix(
        folder: &Path,
        next_port: u16,
        not_offered: &str,
        size_max_bytes: usize,
    ) -> Result<Self, String> {
        let (next, size) = (next_port.to_string(), size_max_bytes.to_string());
        let further = ["-", "-", &next, not_offered, &size];
        Self::boot("postfix", Some("postfix"), folder, &further)
    }

    fn boot(
        name: &str,
        unpacked: Option<&str>,
        folder: &Path,
        further: &[&str],
    ) -> Result<Self, String> {
        if fs::metadata("/proc/self").is_ok_and(|process| process.uid() != 0) {
            return Err("only root can make namespaces".to_owned());
        }
        let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
        let unpacked = match unpacked {
            None => "-".to_owned(),
            Some(name) => {
                let place = repository.join("target/other-servers").join(name);
                if !place.join("usr").is_dir() {
                    return Err(format!(
                        "{} is missing: `make other-servers` fetches it",
                        place.display()
                    ));
                }
                place.display().to_string()
            }
        };
        let space = folder.join("other-server");
        fs::create_dir(&space).expect("make the server's folder");
        let log = folder.join("other-server.log");
        let port = free_port();
        let said = fs::File::create(&log).expect("its log");
        let outside = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "unshare", "--mount", "--pid"])
            .args(["--fork", "--kill-child", "bash"])
            .arg(repository.join("tests/other_servers/boot.sh"))
            .arg(unpacked)
            .arg(&space)
            .args([name, &port.to_string()])
            .args(further)
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(said.try_clone().expect("its log"))
            .stderr(said)
            .spawn()
            .map_err(|why| format!("setpriv: {why}"))?;
        let mut server = Self {
            outside,
            log,
            login: Login { port },
        };
        let listens = wait_until("the server to listen", PATIENCE, || {
            if let Ok(Some(_)) = server.outside.try_wait() {
                return Some(false);
            }
            TcpStream::connect(("127.0.0.1", port))
                .is_ok()
                .then_some(true)
        });
        match listens {
            Ok(true) => Ok(server),
            _ => panic!("{name} does not start:\n{}", server.log_text()),
        }
    }

    /// What it said.
    pub fn log_text(&self) -> String {
        let bytes = fs::read(&self.log).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Ends the processes that serve logged-in sessions, at once. How many.
    pub fn kill_sessions(&self) -> usize {
        let mut family = vec![self.outside.id()];
        let mut sessions = 0;
        let mut next = 0;
        while let Some(&pid) = family.get(next) {
            next += 1;
            let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
            for child in children.unwrap_or_default().split_whitespace() {
                let name = fs::read_to_string(format!("/proc/{child}/comm")).unwrap_or_default();
                if ["imap", "imapd"].contains(&name.trim()) {
                    sessions += 1;
                    let _ = Command::new("/bin/sh")
                        .args(["-c", &format!("kill -KILL {child}")])
                        .status();
                }
                family.extend(child.parse::<u32>());
            }
        }
        sessions
    }

    /// Every mail in every folder.
    pub fn everything(&self) -> Vec<Standing> {
        let mut client = self.login.client();
        let mut found = Vec::new();
        for folder in folders(&client.command("LIST \"\" \"*\"")) {
            let opened = client.command(&format!("EXAMINE \"{folder}\""));
            if opened.contains("* 0 EXISTS") {
                continue;
            }
            let answer =
                client.command("UID FETCH 1:* (UID FLAGS BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])");
            for line in answer.lines() {
                if line.starts_with("* ") && line.contains(" FETCH (") {
                    found.push(Standing {
                        folder: folder.clone(),
                        ..Standing::default()
                    });
                }
                let Some(mail) = found.last_mut() else {
                    continue;
                };
                if let Some((_, rest)) = line.split_once("FLAGS (") {
                    let flags = rest.split(')').next().unwrap_or_default();
                    mail.flags
                        .extend(flags.split_whitespace().map(str::to_owned));
                }
                // The name of the header may stand on the line before.
                if let Some((_, rest)) = line.split_once('<')
                    && let Some((id, _)) = rest.split_once('>')
                {
                    id.clone_into(&mut mail.message_id);
                }
            }
        }
        found
    }

    /// The folders that a mail program shows by default.
    pub fn subscribed(&self) -> Vec<String> {
        folders(&self.login.client().command("LSUB \"\" \"*\""))
    }
}

impl Drop for OtherServer {
    fn drop(&mut self) {
        // `--kill-child`: with it the first process of the namespace, and so all of them.
        let _ = self.outside.kill();
        let _ = self.outside.wait();
        if std::thread::panicking() {
            eprintln!("--- log of the other server\n{}\n---", self.log_text());
        }
    }
}

/// Names out of the answer to LIST or LSUB.
fn folders(answer: &str) -> Vec<String> {
    answer
        .lines()
        .filter(|line| line.starts_with("* L") && !line.contains("\\Noselect"))
        .filter_map(|line| {
            // `* LIST (\HasNoChildren) "." name`, the name quoted or not.
            let (_, after_flags) = line.split_once(") ")?;
            let (_, name) = after_flags.split_once(' ')?;
            Some(name.trim_matches('"').to_owned())
        })
        .collect()
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its port").port()
}
