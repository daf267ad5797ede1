//! The way into a PostgreSQL that is reached over a network, as an admin sets it up: TLS with an authority of its own, `hostssl … scram-sha-256`, a password
//! in a file. Whatever does not fit ends the start with a word on what failed and what to do; what may pass is waited for.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot go on says so by a panic, and lives in real time"
)]

mod postgres;

use postgres::Postgres;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);
const DATABASE: &str = "desk";
const ROLE: &str = "handoffd";
const PASSWORD: &str = "tea-leaves-4711";

const SERVED: &str = "handoffd watches the inbox";

/// A server that lets our role in by TLS and SCRAM alone.
struct Guarded {
    server: Postgres,
    /// What is to be trusted.
    authority: PathBuf,
    /// Another one, that signed nothing here.
    stranger: PathBuf,
}

fn guarded() -> &'static Guarded {
    static SERVER: OnceLock<Guarded> = OnceLock::new();
    SERVER.get_or_init(|| {
        let server = Postgres::new();
        let create = format!("set password_encryption = 'scram-sha-256'; create role {ROLE} login password '{PASSWORD}'");
        server.sql("postgres", &create);
        server.sql("postgres", &format!("create database {DATABASE} owner {ROLE}"));
        let (authority, issuer) = authority(&server.folder, "authority.pem");
        let (stranger, _) = self::authority(&server.folder, "stranger.pem");
        let key = KeyPair::generate().unwrap();
        // The address of the same server does not stand in it.
        let named = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let certificate = named.signed_by(&key, &issuer).unwrap();
        server.keep("server.pem", &certificate.pem());
        server.keep("server.key", &key.serialize_pem());
        server.keep("pg_hba.conf", &format!("local all all trust\nhostssl {DATABASE},nothing {ROLE} 127.0.0.1/32 scram-sha-256\n"));
        server.keep("postgresql.auto.conf", "ssl = on\nssl_cert_file = 'server.pem'\nssl_key_file = 'server.key'\n");
        server.stop();
        server.start();
        Guarded {
            server,
            authority,
            stranger,
        }
    })
}

fn authority(folder: &Path, name: &str) -> (PathBuf, Issuer<'static, KeyPair>) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let file = folder.join(name);
    std::fs::write(&file, params.self_signed(&key).unwrap().pem()).unwrap();
    (file, Issuer::new(params, key))
}

/// A desk whose mail servers are nowhere: how it gets into its database is to be seen.
struct Desk {
    folder: tempfile::TempDir,
    settings: toml::Table,
}

impl Desk {
    fn new() -> Self {
        let guarded = guarded();
        let folder = tempfile::tempdir().unwrap();
        let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/demo");
        let text = std::fs::read_to_string(demo.join("handoffd.toml")).unwrap();
        let mut desk = Self {
            folder,
            settings: text.parse().unwrap(),
        };
        let mail = desk.secret("mail.password", "irrelevant");
        for section in ["inbox", "smtp"] {
            desk.set(section, "password_file", mail.as_str());
            desk.set(section, "port", 1);
        }
        let password = desk.secret("store.password", PASSWORD);
        let path = |path: &Path| path.to_str().unwrap().to_owned();
        desk.set("knowledge", "folder", path(&demo.join("knowledge")));
        desk.set(
            "control",
            "socket",
            path(&desk.folder.path().join("control.sock")),
        );
        desk.set("store", "path", path(&desk.folder.path().join("store")));
        desk.set("store", "kind", "postgres");
        desk.set("store", "host", "localhost");
        desk.set("store", "port", i64::from(guarded.server.port));
        desk.set("store", "database", DATABASE);
        desk.set("store", "user", ROLE);
        desk.set("store", "password_file", password);
        desk.set("store", "ca_file", path(&guarded.authority));
        desk
    }

    fn secret(&self, name: &str, text: &str) -> String {
        use std::os::unix::fs::PermissionsExt;
        let path = self.folder.path().join(name);
        std::fs::write(&path, format!("{text}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn set(&mut self, section: &str, key: &str, value: impl Into<toml::Value>) {
        let section = self.settings[section].as_table_mut().unwrap();
        section.insert(key.to_owned(), value.into());
    }

    fn unset(&mut self, section: &str, key: &str) {
        self.settings[section].as_table_mut().unwrap().remove(key);
    }

    fn config(&self) -> PathBuf {
        let config = self.folder.path().join("handoffd.toml");
        std::fs::write(&config, toml::to_string(&self.settings).unwrap()).unwrap();
        config
    }

    fn start(&self) -> Daemon {
        let mut child = Command::new(env!("CARGO_BIN_EXE_handoffd"))
            .args(["run", "--config"])
            .arg(self.config())
            .env("NO_COLOR", "1")
            .env_remove("RUST_LOG")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (said, lines) = channel();
        let out = child.stdout.take().unwrap();
        let err = child.stderr.take().unwrap();
        let readers: [Box<dyn std::io::Read + Send>; 2] = [Box::new(out), Box::new(err)];
        for reader in readers {
            let said = said.clone();
            std::thread::spawn(move || {
                for line in BufReader::new(reader).lines().map_while(Result::ok) {
                    let _ = said.send(line);
                }
            });
        }
        Daemon {
            child,
            lines,
            heard: String::new(),
        }
    }
}

/// Ends with the test.
struct Daemon {
    child: Child,
    lines: Receiver<String>,
    heard: String,
}

impl Daemon {
    /// Waits until it says so.
    fn says(&mut self, words: &str) {
        while !self.heard.contains(words) {
            let line = self.lines.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|why| panic!("{words}: {why} after\n{}", self.heard));
            self.heard.push_str(&line);
            self.heard.push('\n');
        }
    }

    /// All that it says until it ends, and how.
    fn ends(mut self) -> (ExitStatus, String) {
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            self.heard.push_str(&line);
            self.heard.push('\n');
        }
        let until = Instant::now() + PATIENCE;
        let ended = loop {
            if let Some(ended) = self.child.try_wait().unwrap() {
                break ended;
            }
            assert!(Instant::now() < until, "it goes on:\n{}", self.heard);
            std::thread::park_timeout(Duration::from_millis(20));
        };
        (ended, std::mem::take(&mut self.heard))
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_guarded_server_is_worked_with_by_tls_and_scram() {
    let desk = Desk::new();
    let mut daemon = desk.start();
    daemon.says(SERVED);
    let connections = format!(
        "select count(*) > 0 and bool_and(ssl) and bool_and(version in ('TLSv1.2', 'TLSv1.3')) \
         from pg_stat_ssl join pg_stat_activity using (pid) where usename = '{ROLE}'"
    );
    assert_eq!(guarded().server.sql("postgres", &connections), "t");
    // Who looks gets in the same way.
    let status = Command::new(env!("CARGO_BIN_EXE_handoffd"))
        .args(["status", "--config"])
        .arg(desk.config())
        .output()
        .unwrap();
    assert!(status.status.success(), "{status:?}");
    let pid = daemon.child.id();
    assert!(
        Command::new("kill")
            .arg(pid.to_string())
            .status()
            .unwrap()
            .success()
    );
    let (ended, said) = daemon.ends();
    assert!(ended.success(), "{said}");
    assert!(!said.contains(PASSWORD), "{said}");
}

#[test]
fn what_does_not_fit_ends_the_start_and_says_what_to_do() {
    let stranger = guarded().stranger.to_str().unwrap().to_owned();
    type Change<'c> = Box<dyn Fn(&mut Desk) + 'c>;
    let wrong: [(&str, Change<'_>, &[&str]); 7] = [
        (
            "another authority",
            Box::new(|desk| desk.set("store", "ca_file", stranger.as_str())),
            &["signed by no authority that is known here", "ca_file"],
        ),
        (
            "another name",
            Box::new(|desk| desk.set("store", "host", "127.0.0.1")),
            &["certificate is not for 127.0.0.1 but for", "localhost"],
        ),
        (
            "another password",
            Box::new(|desk| drop(desk.secret("store.password", "coffee-beans-4711"))),
            &["password authentication failed", "password_file of [store]"],
        ),
        (
            "no password",
            Box::new(|desk| desk.unset("store", "password_file")),
            &["asks for a password", "password_file of [store]"],
        ),
        (
            "no such database",
            Box::new(|desk| desk.set("store", "database", "nothing")),
            &["\"nothing\" does not exist", "create the database"],
        ),
        (
            "a database that the server does not let us into",
            Box::new(|desk| desk.set("store", "database", "postgres")),
            &["no pg_hba.conf entry", "hostssl"],
        ),
        (
            "a server without TLS",
            Box::new(|desk| desk.set("store", "port", i64::from(postgres::shared().port))),
            &["does not support TLS", "ssl = on"],
        ),
    ];
    for (what, change, words) in wrong {
        let mut desk = Desk::new();
        change(&mut desk);
        let (ended, said) = desk.start().ends();
        assert_eq!(ended.code(), Some(3), "{what}: {said}");
        for words in words {
            assert!(said.contains(words), "{what}: {words}: {said}");
        }
        for password in [PASSWORD, "coffee-beans-4711"] {
            assert!(!said.contains(password), "{what}: {said}");
        }
    }
}

#[test]
fn what_may_pass_is_waited_for() {
    // Nobody listens there yet.
    let late = Postgres::new();
    late.stop();
    let mut desk = Desk::new();
    for key in ["host", "ca_file", "password_file"] {
        desk.unset("store", key);
    }
    desk.set("store", "socket_folder", late.folder.to_str().unwrap());
    desk.set("store", "port", i64::from(late.port));
    desk.set("store", "user", postgres::USER);
    desk.set("store", "database", "postgres");
    let mut daemon = desk.start();
    daemon.says("out of reach and waited for");
    late.start();
    daemon.says(SERVED);
}
