//! Starts, stops and pauses the two servers: Dovecot (IMAP, LMTP) and Exim4 (SMTP). Every address that is no account bounces;
//! `refused…@` is refused at once with 550, `later…@` with 451.

use super::certificates::{self, Certificates};
use super::imap_client::{ImapClient, Protection};
use super::leash::Leash;
use super::mailbox::{self, StoredMail};
use super::smtp_client::{Envelope, SmtpClient, SmtpFailure};
use super::{PATIENCE, wait_until};
use std::collections::BTreeSet;
use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A mailbox that one can log in to.
#[derive(Clone, Debug)]
pub struct Account {
    /// Its address, which is the login name as well.
    pub address: String,
    /// Its password.
    pub password: String,
}

/// The ports, all on 127.0.0.1.
#[derive(Clone, Copy, Debug)]
pub struct Ports {
    /// IMAP, plain or STARTTLS.
    pub imap: u16,
    /// IMAP over TLS.
    pub imaps: u16,
    /// LMTP, straight into a mailbox.
    pub lmtp: u16,
    /// SMTP as the world uses it: no login, plain or STARTTLS.
    pub smtp: u16,
    /// Submission over TLS, with login.
    pub submissions: u16,
    /// Submission with STARTTLS, with login.
    pub submission: u16,
}

/// Logins by token, beside those by password: both servers ask this port of ours about each token.
#[derive(Clone, Copy, Debug)]
pub struct TokenLogins {
    /// Where a token server of the test listens: `POST /introspect` (RFC 7662) for Dovecot, a line `CHECK message` for Exim.
    pub port: u16,
    /// What Dovecot offers for them.
    pub imap_mechanisms: &'static str,
}

/// One of the two servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    /// Dovecot.
    Imap,
    /// Exim4.
    Smtp,
}

impl Server {
    const fn pid_file(self) -> &'static str {
        match self {
            Self::Imap => "dovecot/run/master.pid",
            Self::Smtp => "exim/exim.pid",
        }
    }
}

/// The running mail system.
pub struct MailSystem {
    // Dropped first: ends the servers and removes the folder.
    leash: Option<Leash>,
    folder: PathBuf,
    /// The ports.
    pub ports: Ports,
    certificates: Certificates,
    accounts: Mutex<Vec<Account>>,
    sudo: bool,
    token_logins: Option<TokenLogins>,
}

static SYSTEMS_STARTED: AtomicU32 = AtomicU32::new(0);

impl MailSystem {
    /// Starts both servers with these accounts. The password of each is its address's local part and `-secret`.
    pub fn start(addresses: &[&str]) -> Self {
        Self::start_with(addresses, None)
    }

    /// The same, with logins by token.
    pub fn start_with(addresses: &[&str], token_logins: Option<TokenLogins>) -> Self {
        let sudo = !is_root();
        let folder = new_folder();
        for sub_folder in ["dovecot", "exim", "mail", "desks"] {
            fs::create_dir(folder.join(sub_folder)).expect("make a folder");
        }
        let certificates = certificates::make(&folder);
        let leash = Leash::tie(&folder, if sudo { "sudo -n" } else { "" });
        let mut system = Self {
            leash: Some(leash),
            folder,
            ports: free_ports(),
            certificates,
            accounts: Mutex::new(Vec::new()),
            sudo,
            token_logins,
        };
        write_whole(&system.folder.join("exim.doors"), "");
        for address in addresses {
            system.add_account(address);
        }
        if !sudo {
            system.run(
                "chown",
                &["-R", "nobody", &text(&system.folder.join("mail"))],
            );
            system.run(
                "chown",
                &["-R", "Debian-exim", &text(&system.folder.join("exim"))],
            );
        } else {
            system.run(
                "chown",
                &["-R", "Debian-exim", &text(&system.folder.join("exim"))],
            );
        }
        // Another program may take a port between our look and the servers' bind: then all is tried again on others.
        let mut failure = String::new();
        for _ in 0..5 {
            system.write_configuration();
            match system
                .try_start_server(Server::Imap)
                .and_then(|()| system.try_start_server(Server::Smtp))
            {
                Ok(()) => return system,
                Err(why) => failure = why,
            }
            system.stop_server(Server::Imap);
            system.stop_server(Server::Smtp);
            system.ports = free_ports();
        }
        panic!("the mail system does not start: {failure}");
    }

    /// The folder of everything: configuration, logs, mail.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The certificate authority to trust, PEM.
    pub fn authority(&self) -> &Path {
        &self.certificates.authority
    }

    /// A new mailbox; takes effect at once.
    pub fn add_account(&self, address: &str) -> Account {
        let local_part = address.split('@').next().expect("an address");
        let account = Account {
            address: address.to_owned(),
            password: format!("{local_part}-secret"),
        };
        let mut accounts = self.accounts.lock().expect("accounts");
        if !accounts.iter().any(|known| known.address == address) {
            accounts.push(account.clone());
        }
        let lines = |separator: &str, prefix: &str| -> String {
            accounts
                .iter()
                .map(|a| format!("{}{separator}{prefix}{}\n", a.address, a.password))
                .collect()
        };
        // Written beside and renamed: the servers read these files at any moment.
        write_whole(&self.folder.join("dovecot.users"), &lines(":", "{PLAIN}"));
        write_whole(&self.folder.join("exim.users"), &lines(": ", ""));
        account
    }

    /// From now on what comes for an account goes to a door to another server (LMTP), on that port.
    pub fn deliver_elsewhere(&self, address: &str, port: u16) {
        write_whole(
            &self.folder.join("exim.doors"),
            &format!("{address}: {port}\n"),
        );
    }

    /// From now on the SMTP server takes no mail above so many bytes. (Past it, by LMTP, larger ones get into a mailbox.)
    pub fn limit_mail_size(&self, bytes: u32) {
        let path = self.folder.join("exim.conf");
        let old = fs::read_to_string(&path).expect("the configuration");
        let lines = old.lines().map(|line| match line.split_once(" = ") {
            Some(("message_size_limit", _)) => format!("message_size_limit = {bytes}\n"),
            _ => format!("{line}\n"),
        });
        write_whole(&path, &lines.collect::<String>());
        if self.sudo {
            self.run("chown", &["root", &text(&path)]);
        }
        self.restart_server(Server::Smtp);
    }

    /// All accounts.
    pub fn accounts(&self) -> Vec<Account> {
        self.accounts.lock().expect("accounts").clone()
    }

    /// The password of an account.
    pub fn password(&self, address: &str) -> String {
        self.accounts()
            .into_iter()
            .find(|account| account.address == address)
            .unwrap_or_else(|| panic!("no account {address}"))
            .password
    }

    /// Sends a mail as the world does: plain SMTP, no login. Returns when the server has taken it.
    pub fn deliver(&self, from: &str, to: &str, raw: &[u8]) {
        self.try_deliver(from, &[to], raw)
            .unwrap_or_else(|failure| panic!("deliver from {from} to {to}: {failure}"));
    }

    /// Sends a mail as the world does, to several recipients.
    pub fn try_deliver(&self, from: &str, to: &[&str], raw: &[u8]) -> Result<(), SmtpFailure> {
        let mut client = SmtpClient::connect(self.ports.smtp)?;
        client.send(&Envelope { from, to }, raw)?;
        client.quit();
        Ok(())
    }

    /// Puts a mail straight into a mailbox, past the SMTP server: it is there when this returns.
    pub fn deliver_lmtp(&self, from: &str, to: &str, raw: &[u8]) {
        let mut client = SmtpClient::connect_lmtp(self.ports.lmtp)
            .unwrap_or_else(|failure| panic!("connect to LMTP: {failure}"));
        client
            .send(&Envelope { from, to: &[to] }, raw)
            .unwrap_or_else(|failure| panic!("deliver by LMTP to {to}: {failure}"));
        client.quit();
    }

    /// Every mail in a mailbox, all its folders, in the order of arrival.
    pub fn mailbox(&self, address: &str) -> Vec<StoredMail> {
        mailbox::read_maildir(&self.maildir(address))
    }

    /// Waits until a mail in the mailbox fits.
    pub fn wait_for(
        &self,
        address: &str,
        what: &str,
        fits: impl Fn(&StoredMail) -> bool,
    ) -> StoredMail {
        self.wait_for_within(address, what, PATIENCE, fits)
            .unwrap_or_else(|why| panic!("{why}"))
    }

    /// Waits until a mail in the mailbox fits, for as long as given.
    pub fn wait_for_within(
        &self,
        address: &str,
        what: &str,
        patience: Duration,
        fits: impl Fn(&StoredMail) -> bool,
    ) -> Result<StoredMail, String> {
        wait_until(&format!("{what} in {address}"), patience, || {
            self.mailbox(address).into_iter().find(&fits)
        })
        .map_err(|why| {
            let there: Vec<String> = self
                .mailbox(address)
                .iter()
                .map(|mail| format!("  {} | {}", mail.from, mail.subject))
                .collect();
            format!("{why}; what is there:\n{}", there.join("\n"))
        })
    }

    /// Whether the SMTP server has nothing left to deliver.
    pub fn outgoing_queue_is_empty(&self) -> bool {
        let input = self.folder.join("exim/input");
        let is_a_mail = |entry: std::io::Result<fs::DirEntry>| {
            // What was being taken when Exim was killed leaves its text (`-D`) behind for good; only with the head (`-H`) it is a mail.
            entry.is_ok_and(|entry| entry.file_name().to_string_lossy().ends_with("-H"))
        };
        fs::read_dir(input).is_ok_and(|mut entries| !entries.any(is_a_mail))
    }

    /// Waits until the SMTP server has delivered or bounced everything that it holds.
    pub fn wait_until_delivered(&self) {
        wait_until("the SMTP server's queue to empty", PATIENCE, || {
            self.outgoing_queue_is_empty().then_some(())
        })
        .unwrap_or_else(|why| panic!("{why}"));
    }

    /// A plain IMAP session of an account, its INBOX open.
    pub fn imap(&self, address: &str) -> ImapClient {
        let mut client = ImapClient::connect(self.ports.imap, Protection::Plain, self.authority());
        client.log_in(address, &self.password(address));
        client.select("INBOX");
        client
    }

    /// Flags and keywords of the mail with that Message-ID (without `<>`) in the INBOX of an account.
    pub fn flags(&self, address: &str, message_id: &str) -> BTreeSet<String> {
        self.imap(address).flags(message_id)
    }

    /// Throws away what the server knows of UIDs and flags of the INBOX, as a clumsy move to another server does: the same
    /// mails stand there, unseen, under a new UIDVALIDITY.
    pub fn renew_inbox(&self, address: &str) {
        self.stop_server(Server::Imap);
        let maildir = self.maildir(address);
        // The store keeps the owner of every file: as root nothing needs to be given back.
        let script = r#"
cd "$1" || exit 1
rm -f dovecot* || exit 1
for file in cur/*:2,*; do
    [ -e "$file" ] || continue
    base=${file#cur/}
    mv "$file" "new/${base%%:2,*}" || exit 1
done
"#;
        self.run("/bin/sh", &["-c", script, "renew", &text(&maildir)]);
        self.start_server(Server::Imap);
    }

    /// The Maildir of an account.
    pub fn maildir(&self, address: &str) -> PathBuf {
        self.folder.join("mail").join(address).join("Maildir")
    }

    /// Sets up a vacation notice for an account: Dovecot's own Sieve answers with these words.
    pub fn set_vacation(&self, address: &str, words: &str) {
        assert!(
            has_sieve(),
            "Dovecot has no Sieve here: install the package dovecot-sieve"
        );
        let home = self.folder.join("mail").join(address);
        let script = format!("require [\"vacation\"];\nvacation :days 1 \"{words}\";\n");
        let script_file = self.folder.join(format!("{address}.sieve"));
        write_whole(&script_file, &script);
        self.run("mkdir", &["-p", &text(&home)]);
        let its_script = text(&home.join(".dovecot.sieve"));
        self.run("cp", &[&text(&script_file), &its_script]);
        if !self.sudo {
            self.run("chown", &["-R", "nobody", &text(&home)]);
        }
    }

    /// Starts a server on its old ports.
    pub fn start_server(&self, server: Server) {
        self.try_start_server(server)
            .unwrap_or_else(|why| panic!("{why}"));
    }

    /// Ends a server, all its processes; returns when its port is free.
    pub fn stop_server(&self, server: Server) {
        let Some(pid) = self.pid(server) else { return };
        self.signal(pid, "CONT");
        self.signal(pid, "TERM");
        let ended = wait_until("a server's end", Duration::from_secs(10), || {
            (!self.is_alive(pid)).then_some(())
        });
        if ended.is_err() {
            self.signal(pid, "KILL");
        }
        let _ = self.run_quietly("rm", &["-f", &text(&self.folder.join(server.pid_file()))]);
    }

    /// Ends a server and starts it again.
    pub fn restart_server(&self, server: Server) {
        self.stop_server(server);
        self.start_server(server);
    }

    /// The same, and nobody who was logged in is served to the end: Dovecot's sessions outlive their master for half a minute.
    pub fn restart_server_at_once(&self, server: Server) {
        let family = self.halted_family(server);
        self.stop_server(server);
        // Whoever of them still listens makes the next start fail.
        self.end(&family);
        self.start_server(server);
    }

    /// Ends a server and all that it has started, without warning (SIGKILL).
    pub fn kill_server(&self, server: Server) {
        let family = self.halted_family(server);
        self.end(&family);
        let _ = self.run_quietly("rm", &["-f", &text(&self.folder.join(server.pid_file()))]);
    }

    fn end(&self, family: &[u32]) {
        for pid in family {
            self.signal(*pid, "KILL");
        }
        wait_until("a server's end", Duration::from_secs(10), || {
            (!family.iter().any(|pid| self.is_alive(*pid))).then_some(())
        })
        .unwrap_or_else(|why| panic!("{why}"));
    }

    /// Makes a server silent without ending it: it accepts connections and says nothing (SIGSTOP). For Dovecot this stops the
    /// master and everything that serves logged-in sessions.
    pub fn pause_server(&self, server: Server) {
        self.halted_family(server);
    }

    /// Lets a paused server go on.
    pub fn resume_server(&self, server: Server) {
        for pid in self.family(server) {
            self.signal(pid, "CONT");
        }
    }

    /// The log of a server, to show when something fails.
    pub fn server_log(&self, server: Server) -> String {
        let path = match server {
            Server::Imap => self.folder.join("dovecot/log"),
            Server::Smtp => self.folder.join("exim/log.main"),
        };
        fs::read(path).map_or_else(
            |error| format!("(no log: {error})"),
            |bytes| String::from_utf8_lossy(&bytes).into_owned(),
        )
    }

    fn try_start_server(&self, server: Server) -> Result<(), String> {
        let (arguments, port): (Vec<String>, u16) = match server {
            Server::Imap => (
                vec![
                    "/usr/sbin/dovecot".into(),
                    "-c".into(),
                    text(&self.folder.join("dovecot.conf")),
                ],
                self.ports.imap,
            ),
            Server::Smtp => (
                vec![
                    "/usr/sbin/exim4".into(),
                    "-C".into(),
                    text(&self.folder.join("exim.conf")),
                    "-bd".into(),
                    "-q1s".into(),
                ],
                self.ports.smtp,
            ),
        };
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let (program, rest) = words.split_first().expect("a program");
        self.run_quietly(program, rest)?;
        wait_until(
            &format!("{server:?} to listen"),
            Duration::from_secs(10),
            || {
                (TcpStream::connect(("127.0.0.1", port)).is_ok() && self.pid(server).is_some())
                    .then_some(())
            },
        )
        .map_err(|why| format!("{why}; its log:\n{}", self.server_log(server)))
    }

    fn pid(&self, server: Server) -> Option<u32> {
        let link = self.folder.join(server.pid_file());
        let pid = fs::read_to_string(link).ok()?.trim().parse().ok()?;
        (pid > 1).then_some(pid)
    }

    /// A server's master and everything that descends from it.
    /// The same, all of it stopped (SIGSTOP): nobody starts anybody while it is looked at, who would be missed and keep the port.
    fn halted_family(&self, server: Server) -> Vec<u32> {
        let mut halted: Vec<u32> = Vec::new();
        loop {
            let mut new = self.family(server);
            new.retain(|pid| !halted.contains(pid));
            if new.is_empty() {
                return halted;
            }
            for pid in new {
                self.signal(pid, "STOP");
                halted.push(pid);
            }
        }
    }

    fn family(&self, server: Server) -> Vec<u32> {
        let Some(master) = self.pid(server) else {
            return Vec::new();
        };
        let parents: Vec<(u32, u32)> = fs::read_dir("/proc")
            .expect("/proc")
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            .filter_map(|pid: u32| {
                let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
                let after_name = stat.rsplit_once(')')?.1;
                let parent = after_name.split_whitespace().nth(1)?.parse().ok()?;
                Some((pid, parent))
            })
            .collect();
        let mut family = vec![master];
        let mut next = 0;
        while let Some(member) = family.get(next).copied() {
            family.extend(
                parents
                    .iter()
                    .filter(|(_, parent)| *parent == member)
                    .map(|(pid, _)| *pid),
            );
            next += 1;
        }
        family
    }

    fn is_alive(&self, pid: u32) -> bool {
        // A zombie is dead: its port is free.
        fs::read_to_string(format!("/proc/{pid}/stat"))
            .ok()
            .and_then(|stat| Some(stat.rsplit_once(')')?.1.trim_start().chars().next()? != 'Z'))
            .unwrap_or(false)
    }

    fn signal(&self, pid: u32, name: &str) {
        let _ = self.run_quietly("kill", &[&format!("-{name}"), &pid.to_string()]);
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        self.run_quietly(program, arguments)
            .unwrap_or_else(|why| panic!("{why}"));
    }

    fn run_quietly(&self, program: &str, arguments: &[&str]) -> Result<(), String> {
        let log = self.folder.join("commands.log");
        let output = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&log)
            .map_err(|error| format!("{}: {error}", log.display()))?;
        let errors = output.try_clone().map_err(|error| error.to_string())?;
        let mut command = if self.sudo {
            let mut command = Command::new("sudo");
            command.args(["-n", program]);
            command
        } else {
            // `kill` is a word of the shell on the smallest systems, so everything goes through it.
            let mut command = Command::new("/bin/sh");
            command.args([
                "-c",
                "exec_or_builtin=$1; shift; $exec_or_builtin \"$@\"",
                "run",
                program,
            ]);
            command
        };
        let status = command
            .args(arguments)
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .status()
            .map_err(|error| {
                format!("{program}: {error}; `make test` installs what the tests need")
            })?;
        if status.success() {
            return Ok(());
        }
        let said = fs::read_to_string(&log).unwrap_or_default();
        Err(format!(
            "{program} {arguments:?} ended with {status}: {said}"
        ))
    }

    fn write_configuration(&self) {
        let folder = self.folder.display();
        let Ports {
            imap,
            imaps,
            lmtp,
            smtp,
            submissions,
            submission,
        } = self.ports;
        let certificate = self.certificates.server.display();
        let key = self.certificates.key.display();
        let mail_user = if self.sudo {
            // Then the tests read the mail without being root.
            fs::metadata(&self.folder)
                .expect("our folder")
                .uid()
                .to_string()
        } else {
            "nobody".to_owned()
        };
        let (mut dovecot_tokens, mut exim_tokens, mut mechanisms) =
            (String::new(), String::new(), "");
        if let Some(TokenLogins {
            port,
            imap_mechanisms,
        }) = self.token_logins
        {
            let tokens = include_str!("dovecot-oauth2.conf").replace("@TOKEN@", &port.to_string());
            write_whole(&self.folder.join("dovecot-oauth2.conf"), &tokens);
            dovecot_tokens = format!(
                "passdb {{\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = {folder}/dovecot-oauth2.conf\n}}"
            );
            exim_tokens = include_str!("exim-xoauth2.conf").replace("@TOKEN@", &port.to_string());
            mechanisms = imap_mechanisms;
        }
        let dovecot = include_str!("dovecot.conf")
            .replace("@FOLDER@", &folder.to_string())
            .replace("@CERTIFICATE@", &certificate.to_string())
            .replace("@KEY@", &key.to_string())
            .replace("@MAIL_USER@", &mail_user)
            .replace("@TOKENS@", &dovecot_tokens)
            .replace("@MECHANISMS@", mechanisms)
            .replace("@IMAP@", &imap.to_string())
            .replace("@IMAPS@", &imaps.to_string())
            .replace("@LMTP@", &lmtp.to_string())
            .replace("@SIEVE@", &sieve_settings(smtp));
        write_whole(&self.folder.join("dovecot.conf"), &dovecot);
        let exim = include_str!("exim.conf")
            .replace("@TOKENS@", &exim_tokens)
            .replace("@FOLDER@", &folder.to_string())
            .replace("@CERTIFICATE@", &certificate.to_string())
            .replace("@KEY@", &key.to_string())
            .replace("@LMTP@", &lmtp.to_string())
            .replace("@SMTP@", &smtp.to_string())
            .replace("@SUBMISSIONS@", &submissions.to_string())
            .replace("@SUBMISSION@", &submission.to_string());
        write_whole(&self.folder.join("exim.conf"), &exim);
        for (link, server) in [("dovecot.pid", Server::Imap), ("exim.pid", Server::Smtp)] {
            // Where the leash looks.
            let _ = std::os::unix::fs::symlink(server.pid_file(), self.folder.join(link));
        }
        if self.sudo {
            // Exim reads settings as root only from a file that belongs to root.
            self.run("chown", &["root", &text(&self.folder.join("exim.conf"))]);
        }
    }
}

impl Drop for MailSystem {
    fn drop(&mut self) {
        drop(self.leash.take());
    }
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

fn text(path: &Path) -> String {
    path.to_str().expect("a path of ASCII").to_owned()
}

fn write_whole(path: &Path, content: &str) {
    let beside = path.with_extension("new");
    // Somebody else's old file cannot be written, but it can be replaced.
    let _ = fs::remove_file(&beside);
    fs::write(&beside, content).expect("write a file");
    fs::set_permissions(&beside, fs::Permissions::from_mode(0o644)).expect("let servers read it");
    fs::rename(&beside, path).expect("put a file in its place");
}

fn new_folder() -> PathBuf {
    let number = SYSTEMS_STARTED.fetch_add(1, Ordering::Relaxed);
    let folder = PathBuf::from(format!(
        "/tmp/handoffd-mail-{}-{number}",
        std::process::id()
    ));
    if folder.exists() {
        // Left by an earlier program of the same number that could not clean up.
        let _ = fs::remove_dir_all(&folder);
    }
    fs::create_dir(&folder).expect("make the folder of the mail system");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("let servers in");
    folder
}

/// Six ports that nobody listens on, below the range from which outgoing connections take theirs.
fn free_ports() -> Ports {
    let mut seed = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(1, |since| u64::from(since.subsec_nanos()))
        ^ (u64::from(std::process::id()) << 20)
        ^ (u64::from(SYSTEMS_STARTED.load(Ordering::Relaxed)) << 40);
    let mut held = Vec::new();
    let mut next = || loop {
        // xorshift: different programs look in different places.
        seed |= 1;
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        let port = 12_000 + u16::try_from(seed % 20_000).expect("below 20,000");
        if let Ok(listener) = TcpListener::bind(("127.0.0.1", port)) {
            held.push(listener);
            return port;
        }
    };
    Ports {
        imap: next(),
        imaps: next(),
        lmtp: next(),
        smtp: next(),
        submissions: next(),
        submission: next(),
    }
}

/// Whether Dovecot can run people's Sieve scripts.
fn has_sieve() -> bool {
    Path::new("/usr/lib/dovecot/modules/lib90_sieve_plugin.so").exists()
}

fn sieve_settings(smtp: u16) -> String {
    if !has_sieve() {
        return String::new();
    }
    format!(
        "submission_host = 127.0.0.1:{smtp}\nprotocol lmtp {{\n  mail_plugins = sieve\n}}\nplugin {{\n  sieve = file:~/sieve;active=~/.dovecot.sieve\n}}\n"
    )
}
