//! Secrets are planted and looked for: the passwords of both servers and the key of all tokens, in whatever the program writes, prints,
//! stores or sends, with everything that can be logged logged.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot go on says so by a panic, and lives in real time"
)]

mod mail_system;

#[path = "secrets/echoing.rs"]
mod echoing;
#[path = "secrets/planted.rs"]
mod planted;

use mail_system::{Desk, Letter, MailSystem, PATIENCE, set, wait_until};
use planted::Planted;
use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

const SUPPORT: &str = "support@lindenhof-tea.example";
const CARE: &str = "care@lindenhof-tea.example";
const BILLING: &str = "billing@lindenhof-tea.example";
const ADMIN: &str = "admin@lindenhof-tea.example";
const ANN: &str = "ann@inbox.example";

const QUESTION: &str = "Hello,\n\nhow long does delivery take if I order today?\n\nThank you";
const TROUBLE: &str = "Hi, my teapot arrived broken, the spout is off. Order LT-27755.";

/// Everything that the libraries and we can say.
const TALKATIVE: [(&str, &str); 3] = [
    ("RUST_LOG", "trace"),
    ("HANDOFFD_LOG", "trace"),
    ("RUST_BACKTRACE", "full"),
];

/// The daemon, which ends with the test.
struct Daemon(Child);

impl Daemon {
    /// Its log goes to `NAME.log` in the desk's folder.
    fn start(desk: &Desk, name: &str, arguments: &[&str]) -> Self {
        let log = File::create(desk.folder.join(format!("{name}.log"))).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_handoffd"))
            .arg("run")
            .args(arguments)
            .arg("--config")
            .arg(&desk.config)
            .envs(TALKATIVE)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        Self(child)
    }

    /// What the system shows of it to others.
    fn seen_from_outside(&self, what: &str) -> Vec<u8> {
        std::fs::read(format!("/proc/{}/{what}", self.0.id())).unwrap_or_default()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn verb(desk: &Desk, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_handoffd"))
        .args(arguments)
        .arg("--config")
        .arg(&desk.config)
        .envs(TALKATIVE)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn log_of(desk: &Desk, name: &str) -> String {
    let log = std::fs::read(desk.folder.join(format!("{name}.log"))).unwrap_or_default();
    String::from_utf8_lossy(&log).into_owned()
}

fn wait_for_log(desk: &Desk, name: &str, words: &str) {
    wait_until(words, PATIENCE, || {
        log_of(desk, name).contains(words).then_some(())
    })
    .unwrap_or_else(|why| panic!("{why}:\n{}", log_of(desk, name)));
}

/// Every file below a folder, but those in which the secrets lie by right.
fn files_below(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() {
            files_below(&path, found);
        } else if name != "password" && name != "token.key" && path.is_file() {
            found.push(path);
        }
    }
}

/// Each verb, with the exit codes that it may have here.
fn each_verb(desk: &Desk, eml: &Path, planted: &Planted) {
    let eml = eml.to_str().unwrap();
    let reference = || {
        let rows = String::from_utf8(verb(desk, &["tickets", "--json"]).stdout).unwrap();
        let row: serde_json::Value = serde_json::from_str(rows.lines().next().unwrap()).unwrap();
        row["ticket"].as_str().unwrap().to_owned()
    };
    let reference = reference();
    let verbs: [&[&str]; 18] = [
        &["status"],
        &["status", "--json"],
        &["tickets"],
        &["tickets", "--json"],
        &["ticket", &reference],
        &["ticket", &reference, "--json"],
        &["outbox", "--json"],
        &["drafts"],
        &["quarantine"],
        &["journal"],
        &["journal", "--json"],
        &["learned", "--json"],
        &["read", eml, "--json"],
        &["explain", eml],
        &["explain", eml, "--json"],
        &["check"],
        &["check", "--online"],
        &["check", "--online", "--json"],
    ];
    for arguments in verbs {
        let output = verb(desk, arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        planted.assert_absent(&format!("{arguments:?}, standard output"), &output.stdout);
        planted.assert_absent(&format!("{arguments:?}, standard error"), &output.stderr);
    }
}

#[test]
fn a_desk_at_work_shows_none_of_its_secrets() {
    let system = MailSystem::start(&[SUPPORT, CARE, BILLING, ADMIN, ANN]);
    let desk = Desk::set_up(&system, SUPPORT, |_| {});
    let mut planted = Planted::password(SUPPORT, &system.password(SUPPORT));
    let daemon = Daemon::start(&desk, "work", &["--json"]);

    // A mail that is answered, and one that goes to a person.
    for (subject, text, purpose) in [
        ("Delivery time", QUESTION, "answer"),
        ("Broken teapot", TROUBLE, "notice"),
        (
            "\u{1b}]0;owned\u{7} \u{202E}teapot",
            "My teapot \u{1b}[2J arrived \u{9b}31m broken, and I am furious.",
            "notice",
        ),
    ] {
        let letter = Letter::new(ANN, SUPPORT, subject, text);
        system.deliver(&letter.envelope_from, &letter.to, &letter.bytes());
        let id = format!("<{}>", letter.id());
        system.wait_for(ANN, purpose, |mail| {
            mail.header("In-Reply-To") == Some(id.as_str())
        });
    }
    system.wait_for(CARE, "the packet", |_| true);
    let key = std::fs::read(desk.folder.join("store/token.key")).unwrap();
    planted.add_key(&key);

    let eml = desk.folder.join("question.eml");
    std::fs::write(
        &eml,
        Letter::new(ANN, SUPPORT, "Delivery time", QUESTION).bytes(),
    )
    .unwrap();
    each_verb(&desk, &eml, &planted);

    planted.assert_absent("process arguments", &daemon.seen_from_outside("cmdline"));
    planted.assert_absent("process environment", &daemon.seen_from_outside("environ"));
    let limits = String::from_utf8(daemon.seen_from_outside("limits")).unwrap();
    assert!(
        limits.contains("core file"),
        "the process is looked at: {limits}"
    );
    if let Some(owner) = owner_of_memory(&daemon) {
        assert_eq!(
            owner, 0,
            "another program of this account can read its memory"
        );
    }
    drop(daemon);

    for address in [SUPPORT, CARE, BILLING, ADMIN, ANN] {
        for mail in system.mailbox(address) {
            planted.assert_absent(&format!("a mail to {address}"), &mail.raw);
        }
    }
    let mut files = Vec::new();
    files_below(&desk.folder, &mut files);
    assert!(files.iter().any(|path| path.ends_with("db")), "{files:?}");
    for path in &files {
        planted.assert_absent(&path.display().to_string(), &std::fs::read(path).unwrap());
    }
    assert_tame(&log_of(&desk, "work"));
    // The log was as talkative as it can be, and something stands in it.
    let log = log_of(&desk, "work");
    assert!(log.contains("\"level\":\"INFO\""), "{log}");
}

/// Who owns what the system shows of its memory: the administrator, where it keeps that to itself (and where the test is run by them).
fn owner_of_memory(daemon: &Daemon) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    let metadata = std::fs::metadata(format!("/proc/{}/environ", daemon.0.id()));
    metadata.ok().map(|metadata| metadata.uid())
}

/// No line of a log, however talkative, holds what a terminal obeys.
fn assert_tame(log: &str) {
    let obeyed = |c: char| c != '\n' && (c.is_control() || handoffd::mail::is_invisible_control(c));
    let line = log.lines().find(|line| line.chars().any(obeyed));
    assert_eq!(line, None, "a terminal obeys this line");
}

#[test]
fn a_wrong_password_is_not_shown_either() {
    let system = MailSystem::start(&[SUPPORT, CARE, BILLING, ADMIN, ANN]);
    let desk = Desk::set_up(&system, SUPPORT, |_| {});
    let wrong = "plum-tree-Zx81-wrong";
    std::fs::write(desk.folder.join("password"), wrong).unwrap();
    let planted = Planted::password(SUPPORT, wrong);
    let daemon = Daemon::start(&desk, "wrong", &[]);
    wait_for_log(&desk, "wrong", "refused the login");
    let output = verb(&desk, &["check", "--online"]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    planted.assert_absent("check --online", &[output.stdout, output.stderr].concat());
    drop(daemon);
    planted.assert_absent("the log", log_of(&desk, "wrong").as_bytes());
    assert_tame(&log_of(&desk, "wrong"));
}

#[test]
fn a_server_that_repeats_the_password_is_not_quoted() {
    let system = MailSystem::start(&[SUPPORT]);
    let (imap, smtp) = (echoing::imap(), echoing::smtp());
    let desk = Desk::set_up(&system, SUPPORT, |settings| {
        for (section, port) in [("inbox", imap), ("smtp", smtp)] {
            set(settings, &format!("{section}.port"), i64::from(port));
            set(settings, &format!("{section}.tls"), "none");
            let table = settings[section].as_table_mut().unwrap();
            table.remove("ca_file");
        }
    });
    let secret = "plum-\"tree\"-Zx81-echo";
    std::fs::write(desk.folder.join("password"), secret).unwrap();
    let planted = Planted::password(SUPPORT, secret);
    let output = verb(&desk, &["check", "--online"]);
    let said = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&said);
    assert_eq!(
        text.matches("they repeat the password").count(),
        2,
        "{text}"
    );
    planted.assert_absent("check --online", &said);
    let daemon = Daemon::start(&desk, "echo", &[]);
    wait_for_log(&desk, "echo", "refused the login");
    drop(daemon);
    planted.assert_absent("the log", log_of(&desk, "echo").as_bytes());
    assert_tame(&log_of(&desk, "echo"));
}

#[test]
fn broken_settings_name_the_file_and_not_what_is_in_it() {
    let system = MailSystem::start(&[SUPPORT]);
    let desk = Desk::set_up(&system, SUPPORT, |_| {});
    for broken in ["plum-tree\nZx81-second-line", "plum-tree-Zx81\u{1b}[2J"] {
        std::fs::write(desk.folder.join("password"), broken).unwrap();
        let output = verb(&desk, &["check"]);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let said = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&said);
        assert!(text.contains("password file"), "{text}");
        assert!(
            !text.contains("plum-tree") && !text.contains("Zx81"),
            "{text}"
        );
    }
    // Whoever writes a password into the settings themselves is told so, not shown it.
    let mut settings: toml::Table = std::fs::read_to_string(&desk.config)
        .unwrap()
        .parse()
        .unwrap();
    std::fs::write(desk.folder.join("password"), "plum-tree-Zx81").unwrap();
    set(&mut settings, "inbox.password", "plum-tree-Zx81-inline");
    std::fs::write(&desk.config, toml::to_string(&settings).unwrap()).unwrap();
    let output = verb(&desk, &["check"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let said = [output.stdout, output.stderr].concat();
    assert!(
        !String::from_utf8_lossy(&said).contains("Zx81"),
        "{}",
        String::from_utf8_lossy(&said)
    );
}

#[test]
fn settings_and_keys_print_without_their_secrets() {
    let system = MailSystem::start(&[SUPPORT]);
    let desk = Desk::set_up(&system, SUPPORT, |_| {});
    let settings = handoffd::config::Settings::load(&desk.config).unwrap();
    let planted = Planted::password(SUPPORT, &system.password(SUPPORT));
    let shown = format!("{settings:?}\n{settings:#?}");
    assert!(shown.contains(SUPPORT), "{shown}");
    planted.assert_absent("Debug of the settings", shown.as_bytes());
    let key = handoffd::ticket::TokenKey::new([0xA5; 32]);
    let mut of_key = Planted::none();
    of_key.add_key(&[0xA5; 32]);
    of_key.assert_absent("Debug of the key", format!("{key:?} {key:#?}").as_bytes());
}
