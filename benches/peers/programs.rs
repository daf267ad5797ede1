//! The programs that people use instead: how each is set up on the mail system of the bench, and how it comes to answer what lies in a mailbox.

use crate::mail_system::MailSystem;
use crate::post::{Mail, put};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// One of them, ready to answer.
pub struct Program {
    pub name: &'static str,
    pub address: String,
    kind: Kind,
    /// Where it was unpacked.
    home: PathBuf,
    /// Its data of this run.
    folder: PathBuf,
    environment: Vec<(&'static str, String)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Vacation,
    Procmail,
    Helpdesk,
    Roundup,
}

const ALL: [(Kind, &str, &str); 4] = [
    (Kind::Vacation, "Dovecot's Sieve vacation", ""),
    (Kind::Procmail, "procmail and formail", "procmail"),
    (Kind::Helpdesk, "django-helpdesk", "helpdesk"),
    (Kind::Roundup, "roundup", "roundup"),
];

/// The addresses that the mail system must have.
pub fn addresses() -> Vec<String> {
    let numbered = 0..ALL.len();
    numbered
        .map(|number| format!("peer{number}@lindenhof-tea.example"))
        .collect()
}

/// Sets up those that `install.sh` could fetch.
pub fn set_up(system: &MailSystem, installed: &Path) -> Vec<Program> {
    let mut programs = Vec::new();
    for ((kind, name, folder), address) in ALL.into_iter().zip(addresses()) {
        let home = installed.join(folder);
        if kind != Kind::Vacation && !home.join("ready").exists() {
            println!(
                "{name}: left out, it is not in {} (make bench-peers fetches it)",
                home.display()
            );
            continue;
        }
        let data = system.folder().join("peers").join(folder);
        std::fs::create_dir_all(&data).unwrap();
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        let program = Program {
            environment: vec![
                ("PEER_FOLDER", text(&data)),
                ("PEER_ADDRESS", address.clone()),
                ("PEER_PASSWORD", system.password(&address)),
                ("PEER_IMAP", system.ports.imap.to_string()),
                ("PEER_SMTP", system.ports.smtp.to_string()),
                ("PYTHONPATH", text(&source())),
                // Nothing is left beside its settings in the source tree.
                ("PYTHONDONTWRITEBYTECODE", "1".to_owned()),
                ("DJANGO_SETTINGS_MODULE", "helpdesk_settings".to_owned()),
            ],
            name,
            address,
            kind,
            home,
            folder: data,
        };
        program.set_up(system);
        programs.push(program);
    }
    programs
}

/// The folder of the files beside this one.
fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers")
}

impl Program {
    fn set_up(&self, system: &MailSystem) {
        match self.kind {
            Kind::Vacation => {
                system.set_vacation(
                    &self.address,
                    "Thank you for your mail. We answer within a day.",
                );
            }
            Kind::Procmail => {
                let recipe = std::fs::read_to_string(source().join("procmailrc")).unwrap();
                let text = |path: &Path| path.to_str().unwrap().to_owned();
                let recipe = recipe
                    .replace("@PROCMAIL@", &text(&self.home))
                    .replace("@FOLDER@", &text(system.folder()))
                    .replace("@PEER@", &text(&self.folder))
                    .replace("@ADDRESS@", &self.address);
                std::fs::write(self.folder.join("procmailrc"), recipe).unwrap();
            }
            Kind::Helpdesk => {
                self.run("bin/django-admin", &["migrate", "--verbosity", "0"]);
                self.run(
                    "bin/django-admin",
                    &["loaddata", "emailtemplate.json", "--verbosity", "0"],
                );
                let script = source().join("helpdesk_queue.py");
                self.run("bin/python", &[script.to_str().unwrap()]);
            }
            Kind::Roundup => self.set_up_roundup(system),
        }
    }

    fn set_up_roundup(&self, system: &MailSystem) {
        let tracker = self.tracker();
        self.run(
            "bin/roundup-admin",
            &["-i", &tracker, "install", "classic", "sqlite"],
        );
        let path = self.folder.join("tracker/config.ini");
        let settings = std::fs::read_to_string(&path).unwrap();
        let (local_part, domain) = self.address.split_once('@').unwrap();
        // What stands below which section, in place of what the template has.
        let wanted = [
            ("[tracker]", "email", local_part.to_owned()),
            ("[tracker]", "web", "http://localhost/".to_owned()),
            ("[mail]", "domain", domain.to_owned()),
            ("[mail]", "host", "127.0.0.1".to_owned()),
            ("[mail]", "port", system.ports.smtp.to_string()),
            // Who opens a ticket gets a mail that says so.
            ("[nosy]", "messages_to_author", "yes".to_owned()),
        ];
        let mut section = String::new();
        let lines = settings.lines().map(|line| {
            if line.starts_with('[') {
                line.clone_into(&mut section);
            }
            let name = line
                .trim_start_matches('#')
                .split('=')
                .next()
                .unwrap_or_default();
            let found = wanted.iter().find(|(within, key, _)| {
                *within == section && name.trim() == *key && line.contains('=')
            });
            found.map_or_else(
                || line.to_owned(),
                |(_, key, value)| format!("{key} = {value}"),
            )
        });
        let settings: Vec<String> = lines.collect();
        std::fs::write(&path, settings.join("\n") + "\n").unwrap();
        self.run(
            "bin/roundup-admin",
            &["-i", &tracker, "initialise", "secret"],
        );
    }

    fn tracker(&self) -> String {
        self.folder.join("tracker").to_str().unwrap().to_owned()
    }

    /// Puts the mails before it, and has it answer them.
    pub fn answer(&self, system: &MailSystem, mails: &[Mail]) {
        match self.kind {
            Kind::Vacation => {
                for mail in mails {
                    system.deliver_lmtp(&mail.from, &self.address, &mail.raw);
                }
            }
            Kind::Procmail => self.deliver_locally(mails),
            Kind::Helpdesk => {
                put(&system.maildir(&self.address), mails);
                self.run("bin/django-admin", &["get_email", "--quiet"]);
            }
            Kind::Roundup => {
                let path = self.folder.join("mbox");
                std::fs::write(&path, as_mbox(mails)).unwrap();
                let path = path.to_str().unwrap();
                self.run("bin/roundup-mailgw", &[&self.tracker(), "mailbox", path]);
            }
        }
    }

    /// As a mail server hands mails to a local program: one process a mail, two of them at a time.
    fn deliver_locally(&self, mails: &[Mail]) {
        let next = AtomicUsize::new(0);
        let recipe = self.folder.join("procmailrc");
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while let Some(mail) = mails.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let mut procmail = Command::new(self.home.join("usr/bin/procmail"))
                            .args(["-f", &mail.from])
                            .arg(&recipe)
                            .stdin(Stdio::piped())
                            .spawn()
                            .unwrap();
                        let raw = String::from_utf8_lossy(&mail.raw).replace("\r\n", "\n");
                        procmail
                            .stdin
                            .take()
                            .unwrap()
                            .write_all(raw.as_bytes())
                            .unwrap();
                        assert!(procmail.wait().unwrap().success());
                    }
                });
            }
        });
    }

    /// Runs one of its commands to the end.
    fn run(&self, program: &str, arguments: &[&str]) {
        let output = Command::new(self.home.join(program))
            .args(arguments)
            .envs(self.environment.iter().map(|(name, value)| (*name, value)))
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}: {program} {arguments:?}: {}\n{}",
            self.name,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

fn as_mbox(mails: &[Mail]) -> Vec<u8> {
    let mut mbox = String::new();
    for mail in mails {
        mbox.push_str(&format!("From {} Mon Jan 12 10:00:00 2026\n", mail.from));
        for line in String::from_utf8_lossy(&mail.raw).lines() {
            if line.starts_with("From ") {
                mbox.push('>');
            }
            mbox.push_str(line);
            mbox.push('\n');
        }
        mbox.push('\n');
    }
    mbox.into_bytes()
}
