//! The inbox against a real Dovecot, and against a server that misbehaves on purpose.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod imap_script;

use handoffd::config::{FirstStart, Inbox, Login, Outcome, Tls};
use handoffd::inbox::{Connection, Content, Filing, How, InboxError, Place, TimeLimits, Woken};
use imap_script::{opening, play};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

// ---- Dovecot -------------------------------------------------------------------------------------------------------

struct Dovecot {
    folder: tempfile::TempDir,
    plain_port: u16,
    tls_port: u16,
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn write_certificates(folder: &Path) {
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
    for ca_file in ["ca.pem", "other-ca.pem"] {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        std::fs::write(folder.join(ca_file), ca.pem()).unwrap();
        if ca_file == "ca.pem" {
            let key = KeyPair::generate().unwrap();
            let names = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
            let leaf = CertificateParams::new(names)
                .unwrap()
                .signed_by(&key, &ca)
                .unwrap();
            std::fs::write(folder.join("cert.pem"), leaf.pem()).unwrap();
            std::fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
        }
    }
}

impl Dovecot {
    fn start() -> Self {
        Self::start_with("")
    }

    /// `imap_settings`: lines for `protocol imap`.
    fn start_with(imap_settings: &str) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("hd-imap")
            .tempdir()
            .unwrap();
        let path = folder.path();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
        write_certificates(path);
        std::fs::create_dir(path.join("mail")).unwrap();
        let as_root = String::from_utf8(Command::new("id").arg("-u").output().unwrap().stdout)
            .unwrap()
            .trim()
            == "0";
        let (user, users) = if as_root {
            assert!(
                Command::new("chown")
                    .arg("mail:mail")
                    .arg(path.join("mail"))
                    .status()
                    .unwrap()
                    .success()
            );
            ("mail".to_owned(), String::new())
        } else {
            let user = String::from_utf8(Command::new("id").arg("-un").output().unwrap().stdout)
                .unwrap()
                .trim()
                .to_owned();
            let users = format!("default_internal_user = {user}\ndefault_login_user = {user}\n");
            (user, users)
        };
        let server = Self {
            plain_port: free_port(),
            tls_port: free_port(),
            folder,
        };
        let config = format!(
            "protocols = imap\nlisten = 127.0.0.1\nbase_dir = {dir}/run\nstate_dir = {dir}/state\nlog_path = {dir}/log\n{users}\
             ssl = yes\nssl_cert = <{dir}/cert.pem\nssl_key = <{dir}/key.pem\ndisable_plaintext_auth = no\nauth_failure_delay = 0\n\
             first_valid_uid = 1\nmail_max_userip_connections = 100\nmail_location = maildir:{dir}/mail/%u\nmail_fsync = never\n\
             passdb {{\n driver = static\n args = password=secret\n}}\n\
             userdb {{\n driver = static\n args = uid={user} gid={user} home={dir}/mail/%u\n}}\n\
             service imap-login {{\n chroot =\n inet_listener imap {{\n port = {plain}\n }}\n inet_listener imaps {{\n port = {tls}\n ssl = yes\n }}\n}}\n\
             service anvil {{\n chroot =\n}}\n\
             protocol imap {{\n{imap_settings}\n}}\n",
            dir = server.folder.path().display(),
            plain = server.plain_port,
            tls = server.tls_port,
        );
        std::fs::write(server.path("dovecot.conf"), config).unwrap();
        server.run();
        server
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self) {
        // The daemon keeps what it was started with open: a pipe would never end.
        let errors = std::fs::File::create(self.path("start-errors")).unwrap();
        let done = Command::new("dovecot")
            .arg("-c")
            .arg(self.path("dovecot.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(errors)
            .status()
            .unwrap();
        let errors = std::fs::read_to_string(self.path("start-errors")).unwrap();
        assert!(done.success(), "{errors}");
    }

    fn stop(&self) {
        if let Ok(pid) = std::fs::read_to_string(self.path("run/master.pid")) {
            let pid = pid.trim();
            Command::new("kill").arg(pid).status().unwrap();
            let ends = Instant::now() + Duration::from_secs(10);
            // A process that ended but was not collected by its parent is still listed, as a zombie.
            let runs = || {
                std::fs::read_to_string(format!("/proc/{pid}/stat"))
                    .is_ok_and(|stat| !stat.contains(") Z "))
            };
            while runs() && Instant::now() < ends {
                std::thread::yield_now();
            }
        }
    }

    fn settings(&self) -> Inbox {
        Inbox {
            ca_file: Some(self.path("ca.pem")),
            tls: Tls::Implicit,
            ..settings(self.tls_port)
        }
    }

    fn client(&self) -> Client {
        let mut client = Client::connect(self.plain_port);
        client.ok("LOGIN desk secret");
        client
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        self.stop();
    }
}

fn settings(port: u16) -> Inbox {
    Inbox {
        host: "127.0.0.1".into(),
        port,
        tls: Tls::None,
        ca_file: None,
        user: "desk".into(),
        login: Login::Password("secret".to_owned().into()),
        folder: "INBOX".into(),
        sent_folder: None,
        poll_interval: Duration::from_secs(60),
        idle: true,
        first_start: FirstStart::Everything,
        mail_max_bytes: 100_000,
        folders: BTreeMap::new(),
    }
}

/// Another mail program on the same mailbox.
struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    fn connect(port: u16) -> Self {
        let mut client = Self {
            stream: BufReader::new(TcpStream::connect(("127.0.0.1", port)).unwrap()),
        };
        client.line();
        client
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        line
    }

    fn send(&mut self, text: &str) {
        self.stream.get_mut().write_all(text.as_bytes()).unwrap();
    }

    fn answer(&mut self) -> String {
        let mut all = String::new();
        loop {
            let line = self.line();
            assert!(!line.is_empty(), "closed after {all}");
            all.push_str(&line);
            if line.starts_with("T ") {
                return all;
            }
        }
    }

    fn ok(&mut self, command: &str) -> String {
        self.send(&format!("T {command}\r\n"));
        let answer = self.answer();
        assert!(answer.contains("T OK"), "{command}: {answer}");
        answer
    }

    fn append(&mut self, folder: &str, mail: &str) {
        self.send(&format!("T APPEND {folder} {{{}}}\r\n", mail.len()));
        assert!(self.line().starts_with('+'));
        self.send(&format!("{mail}\r\n"));
        assert!(self.answer().contains("T OK"));
    }
}

fn mail(subject: &str) -> String {
    format!("From: a@x.example\r\nSubject: {subject}\r\nMessage-ID: <{subject}@x>\r\n\r\nHello\r\n")
}

fn whole(content: &Content) -> String {
    match content {
        Content::Whole(bytes) => String::from_utf8(bytes.clone()).unwrap(),
        Content::TooLarge { .. } => panic!("too large"),
    }
}

async fn refused(settings: &Inbox) -> InboxError {
    Connection::open(settings).await.map(|_| ()).unwrap_err()
}

#[tokio::test]
async fn tls_in_both_forms_and_only_with_the_right_authority() {
    let server = Dovecot::start();
    let settings = server.settings();
    Connection::open(&settings).await.unwrap().close().await;
    let start_tls = Inbox {
        tls: Tls::StartTls,
        port: server.plain_port,
        host: "localhost".into(),
        ..settings.clone()
    };
    Connection::open(&start_tls).await.unwrap().close().await;

    for wrong in [
        Some(server.path("other-ca.pem")),
        None,
        Some(server.path("missing.pem")),
        Some(server.path("key.pem")),
    ] {
        let error = refused(&Inbox {
            ca_file: wrong,
            ..settings.clone()
        })
        .await;
        assert!(matches!(error, InboxError::Tls { .. }), "{error}");
    }
    let error = refused(&Inbox {
        login: Login::Password("wrong-one".to_owned().into()),
        ..settings.clone()
    })
    .await;
    assert!(matches!(error, InboxError::LoginRefused { .. }), "{error}");
    assert!(error.to_string().contains("desk") && error.to_string().contains("password_file"));
    assert!(!format!("{error} {error:?}").contains("wrong-one"));
    let error = refused(&Inbox {
        folder: "Nirgends".into(),
        ..settings.clone()
    })
    .await;
    assert!(matches!(error, InboxError::FolderMissing { .. }), "{error}");
    assert!(error.to_string().contains("Nirgends"));
    let error = refused(&Inbox {
        port: free_port(),
        ..settings
    })
    .await;
    assert!(matches!(error, InboxError::Unreachable { .. }), "{error}");
}

#[tokio::test]
async fn mail_is_fetched_by_uid_read_or_not_and_stays_as_it_was() {
    let server = Dovecot::start();
    let mut client = server.client();
    let mut connection = Connection::open(&server.settings()).await.unwrap();
    assert!(connection.keeps_keywords());
    assert_eq!(connection.last_uid().await.unwrap(), 0);
    assert!(
        connection
            .fetch_after(0, 10, 1_000_000)
            .await
            .unwrap()
            .is_empty()
    );

    for number in 1..=120 {
        client.append("INBOX", &mail(&format!("m{number}")));
    }
    client.ok("SELECT INBOX");
    client.ok("STORE 2 +FLAGS (\\Seen)");
    client.ok("STORE 5,7:80 +FLAGS (\\Deleted)");
    client.ok("EXPUNGE");
    let first = connection.fetch_after(0, 4, 1_000_000).await.unwrap();
    let uids: Vec<u32> = first.iter().map(|arrival| arrival.place.uid).collect();
    assert_eq!(uids, [1, 2, 3, 4]);
    assert_eq!(whole(&first[1].content), mail("m2"));
    let rest = connection.fetch_after(4, 1000, 1_000_000).await.unwrap();
    let uids: Vec<u32> = rest.iter().map(|arrival| arrival.place.uid).collect();
    let expected: Vec<u32> = std::iter::once(6).chain(81..=120).collect();
    assert_eq!(uids, expected);
    assert!(
        connection
            .fetch_after(120, 10, 1_000_000)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(connection.fetch_after(0, 100, 10).await.unwrap().len(), 1);
    // Only the one that somebody read is read.
    assert!(client.ok("UID SEARCH SEEN").contains("* SEARCH 2\r\n"));
    connection.close().await;
}

#[tokio::test]
async fn a_too_large_mail_comes_as_its_headers_and_stays() {
    let server = Dovecot::start();
    let mut client = server.client();
    let large = format!("{}{}\r\n", mail("large"), "x".repeat(200_000));
    client.append("INBOX", &large);
    client.append("INBOX", &mail("small"));
    let settings = Inbox {
        folders: BTreeMap::from([(Outcome::HandedOff, "Done".to_owned())]),
        ..server.settings()
    };
    let mut connection = Connection::open(&settings).await.unwrap();
    let arrivals = connection.fetch_after(0, 10, 1_000_000).await.unwrap();
    let Content::TooLarge { header, size_bytes } = &arrivals[0].content else {
        panic!("whole")
    };
    assert_eq!(*size_bytes as usize, large.len());
    assert!(String::from_utf8_lossy(header).contains("Subject: large") && header.len() < 200);
    assert_eq!(whole(&arrivals[1].content), mail("small"));
    let filed = connection
        .file(&filings(
            &arrivals.iter().map(|a| a.place).collect::<Vec<_>>(),
        ))
        .await
        .unwrap();
    assert_eq!((&filed[0].how, &filed[1].how), (&How::Tagged, &How::Moved));
}

fn filings(places: &[Place]) -> Vec<Filing> {
    places
        .iter()
        .map(|&place| Filing {
            place,
            outcome: Outcome::HandedOff,
            tags: vec!["shipping".into(), "two words".into()],
        })
        .collect()
}

#[tokio::test]
async fn a_folder_made_again_has_another_validity_and_old_places_mean_nothing() {
    let server = Dovecot::start();
    let mut client = server.client();
    client.ok("CREATE &ANw-bung");
    client.append("&ANw-bung", &mail("old"));
    let settings = Inbox {
        folder: "Übung".into(),
        ..server.settings()
    };
    let mut connection = Connection::open(&settings).await.unwrap();
    let before = connection.fetch_after(0, 10, 1000).await.unwrap()[0].place;
    connection.close().await;
    client.ok("DELETE &ANw-bung");
    // Dovecot counts UIDVALIDITY on within one second.
    client.ok("CREATE &ANw-bung");
    client.append("&ANw-bung", &mail("new"));
    let mut connection = Connection::open(&settings).await.unwrap();
    assert_ne!(connection.uid_validity(), before.uid_validity);
    let filed = connection.file(&filings(&[before])).await.unwrap();
    assert_eq!(filed[0].how, How::Vanished);
    client.ok("SELECT &ANw-bung");
    assert!(!client.ok("FETCH 1 (FLAGS)").contains("$Handoff"));
}

#[tokio::test]
async fn handled_mail_is_tagged_and_moved_as_the_server_allows() {
    let without_move = "imap_capability = IMAP4rev1 LITERAL+ UIDPLUS IDLE";
    let without_both = "imap_capability = IMAP4rev1 LITERAL+ IDLE";
    for (capability, expected) in [
        ("", How::Moved),
        (without_move, How::Moved),
        (without_both, How::Tagged),
    ] {
        let server = Dovecot::start_with(capability);
        let mut client = server.client();
        for subject in ["a", "b", "gone", "d"] {
            client.append("INBOX", &mail(subject));
        }
        let settings = Inbox {
            folders: BTreeMap::from([(Outcome::HandedOff, "An Menschen/Übung".replace('/', "."))]),
            ..server.settings()
        };
        let mut connection = Connection::open(&settings).await.unwrap();
        let places: Vec<Place> = connection
            .fetch_after(0, 10, 10_000)
            .await
            .unwrap()
            .iter()
            .map(|a| a.place)
            .collect();
        client.ok("SELECT INBOX");
        client.ok("STORE 3 +FLAGS (\\Deleted)");
        client.ok("EXPUNGE");
        // Marked by somebody else: must not be removed along with ours.
        client.ok("STORE 3 +FLAGS (\\Deleted)");
        let filed = connection.file(&filings(&places[..3])).await.unwrap();
        let how: Vec<How> = filed.into_iter().map(|filed| filed.how).collect();
        assert_eq!(
            how,
            [expected.clone(), expected.clone(), How::Vanished],
            "{capability}"
        );
        let again = connection.file(&filings(&places[..1])).await.unwrap();
        let still = if expected == How::Moved {
            How::Vanished
        } else {
            How::Tagged
        };
        assert_eq!(again[0].how, still);
        client.ok("NOOP");
        assert!(client.ok("UID SEARCH ALL").contains('4'));
        if expected == How::Moved {
            client.ok("SELECT \"An Menschen.&ANw-bung\"");
        }
        let flags = client.ok("FETCH 1:2 (FLAGS)");
        for keyword in ["$Handoff", "HandedOff", "tag_shipping", "tag_two_words"] {
            assert_eq!(flags.matches(keyword).count(), 2, "{keyword} in {flags}");
        }
        assert!(!flags.contains("\\Seen"));
    }
}

#[tokio::test]
async fn idle_wakes_within_two_seconds_and_a_wake_is_never_lost() {
    let server = Dovecot::start();
    let mut connection = Connection::open(&server.settings()).await.unwrap();
    let wake = Notify::new();
    wake.notify_one();
    assert_eq!(connection.wait(&wake).await.unwrap(), Woken::Wake);

    let started = Instant::now();
    let port = server.plain_port;
    let stored = tokio::task::spawn_blocking(move || {
        let mut client = Client::connect(port);
        client.ok("LOGIN desk secret");
        client.append("INBOX", &mail("now"));
    });
    assert_eq!(connection.wait(&wake).await.unwrap(), Woken::Server);
    assert!(
        started.elapsed() < Duration::from_secs(2),
        "{:?}",
        started.elapsed()
    );
    eprintln!("woken after {:?}", started.elapsed());
    stored.await.unwrap();
    assert_eq!(connection.fetch_after(0, 10, 1000).await.unwrap().len(), 1);

    // Dropped in the middle of a wait: the next command works, and nothing is lost.
    {
        let waiting = connection.wait(&wake);
        let dropped = tokio::time::timeout(Duration::from_millis(100), waiting).await;
        assert!(dropped.is_err());
    }
    connection.noop().await.unwrap();
    wake.notify_one();
    assert_eq!(connection.wait(&wake).await.unwrap(), Woken::Wake);
}

#[tokio::test]
async fn without_idle_it_polls() {
    let server = Dovecot::start_with("imap_capability = IMAP4rev1 LITERAL+ UIDPLUS MOVE");
    let settings = Inbox {
        poll_interval: Duration::from_millis(50),
        ..server.settings()
    };
    let mut connection = Connection::open(&settings).await.unwrap();
    assert_eq!(
        connection.wait(&Notify::new()).await.unwrap(),
        Woken::Interval
    );
    server.client().append("INBOX", &mail("polled"));
    assert_eq!(connection.fetch_after(0, 10, 1000).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_server_that_restarts_is_a_lost_connection_and_then_works_again() {
    let server = Dovecot::start();
    let mut connection = Connection::open(&server.settings()).await.unwrap();
    let wake = Notify::new();
    let (waited, server) = tokio::join!(connection.wait(&wake), async {
        tokio::task::spawn_blocking(move || {
            server.stop();
            server
        })
        .await
        .unwrap()
    });
    let error = waited.unwrap_err();
    assert!(
        matches!(error, InboxError::ConnectionLost { .. }),
        "{error}"
    );
    assert!(matches!(
        connection.noop().await,
        Err(InboxError::ConnectionLost { .. })
    ));
    server.run();
    Connection::open(&server.settings())
        .await
        .unwrap()
        .close()
        .await;
}

// ---- a server that misbehaves ------------------------------------------------------------------------------------------

const HELLO: &str = "* OK hello\r\n";

fn short() -> TimeLimits {
    TimeLimits {
        command: Duration::from_millis(300),
        transfer: Duration::from_millis(300),
        close: Duration::from_millis(300),
        ..TimeLimits::default()
    }
}

/// Opens the scripted server's folder with `steps` to follow.
async fn scripted(
    capabilities: &str,
    mails: u32,
    steps: &[(&'static str, &str)],
    closes: bool,
) -> Connection {
    let mut all = opening(capabilities, mails);
    all.extend(
        steps
            .iter()
            .map(|(expected, said)| (*expected, (*said).to_owned())),
    );
    let (port, _task) = play(HELLO, all, closes).await;
    Connection::open_within(&settings(port), short())
        .await
        .unwrap()
}

const NOOP: (&str, &str) = ("NOOP", "{tag} OK\r\n");
const LAST: (&str, &str) = ("FETCH * (UID)", "* 2 FETCH (UID 6)\r\n{tag} OK\r\n");
const SIZES: (&str, &str) = (
    "UID FETCH 1:6 (UID RFC822.SIZE FLAGS)",
    "* 1 FETCH (UID 5 RFC822.SIZE 3)\r\n* 2 FETCH (UID 6 RFC822.SIZE 3)\r\n{tag} OK\r\n",
);

#[tokio::test]
async fn idle_refused_by_no_falls_back_to_polling() {
    let mut connection = scripted("IDLE", 0, &[("IDLE", "{tag} NO not now\r\n")], false).await;
    let wake = Notify::new();
    wake.notify_one();
    assert_eq!(connection.wait(&wake).await.unwrap(), Woken::Wake);
}

#[tokio::test]
async fn what_is_not_understood_or_ends_early_is_a_lost_connection() {
    let cases: [(&str, &str, bool); 6] = [
        ("NOOP", "* 1 FETCH (BODY[] {100}\r\nabc", true),
        ("NOOP", "", true),
        ("NOOP", "!! what is this ]]\r\n", false),
        ("NOOP", "\r\n{tag} OK\r\n", false),
        ("NOOP", "* BYE going down\r\n", true),
        ("NOOP", "X9 OK for somebody else\r\n", false),
    ];
    for (command, said, closes) in cases {
        let mut connection = scripted("", 2, &[(command, said)], closes).await;
        let error = connection.noop().await.unwrap_err();
        assert!(
            matches!(error, InboxError::ConnectionLost { .. }),
            "{said}: {error}"
        );
        assert!(matches!(
            connection.noop().await,
            Err(InboxError::ConnectionLost { .. })
        ));
    }
    let mut connection = scripted("IDLE", 0, &[("IDLE", "+ idling\r\n")], true).await;
    let error = connection.wait(&Notify::new()).await.unwrap_err();
    assert!(
        matches!(error, InboxError::ConnectionLost { .. }),
        "{error}"
    );
}

#[tokio::test]
async fn no_and_bad_are_never_an_empty_success() {
    for said in ["{tag} BAD what\r\n", "{tag} NO cannot\r\n"] {
        let mut connection = scripted("", 2, &[NOOP, LAST, ("UID FETCH 1:6", said)], false).await;
        let error = connection.fetch_after(0, 10, 1000).await.unwrap_err();
        assert!(
            matches!(
                error,
                InboxError::Refused {
                    command: "UID FETCH",
                    ..
                }
            ),
            "{error}"
        );
    }
    let mut connection = scripted(
        "",
        2,
        &[
            ("UID STORE", "{tag} NO full\r\n"),
            (
                "UID FETCH",
                "* 1 FETCH (UID 5 FLAGS () RFC822.SIZE 3)\r\n{tag} OK\r\n",
            ),
            ("UID STORE", "{tag} NO full\r\n"),
        ],
        false,
    )
    .await;
    let error = connection
        .file(&filings(&[Place {
            uid_validity: 7,
            uid: 5,
        }]))
        .await
        .unwrap_err();
    assert!(
        matches!(
            error,
            InboxError::Refused {
                command: "UID STORE",
                ..
            }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn a_silent_server_is_not_waited_for_without_end() {
    let mut connection = scripted("", 0, &[], false).await;
    let error = connection.noop().await.unwrap_err();
    assert!(
        matches!(
            error,
            InboxError::TimedOut {
                command: "NOOP",
                ..
            }
        ),
        "{error}"
    );
    connection.close().await;
    let (port, _task) = play("", vec![], false).await;
    let error = Connection::open_within(&settings(port), short())
        .await
        .map(|_| ())
        .unwrap_err();
    assert!(matches!(error, InboxError::TimedOut { .. }), "{error}");
}

#[tokio::test]
async fn a_huge_literal_is_refused_before_room_is_made_for_it() {
    let mut connection = scripted(
        "",
        2,
        &[
            NOOP,
            LAST,
            SIZES,
            (
                "UID FETCH 5:6",
                "* 1 FETCH (UID 5 BODY[]<0> {419430400}\r\nabc",
            ),
        ],
        false,
    )
    .await;
    let error = connection.fetch_after(0, 10, 1000).await.unwrap_err();
    assert!(matches!(error, InboxError::TooMuch { .. }), "{error}");
}

#[tokio::test]
async fn a_mail_that_vanished_is_skipped_and_one_that_is_kept_back_is_an_error() {
    let one =
        "* 1 FETCH (UID 5 BODY[]<0> {3}\r\nabc)\r\n{tag} NO [EXPUNGEISSUED] some are gone\r\n";
    let mut connection = scripted(
        "",
        2,
        &[
            NOOP,
            LAST,
            SIZES,
            ("UID FETCH 5:6", one),
            ("UID FETCH 6 ", "{tag} OK\r\n"),
            ("NOOP", "* 2 EXPUNGE\r\n{tag} OK\r\n"),
            (
                "UID FETCH 6:6",
                "* 1 FETCH (UID 5 RFC822.SIZE 3)\r\n{tag} OK\r\n",
            ),
        ],
        false,
    )
    .await;
    let arrivals = connection.fetch_after(0, 10, 1000).await.unwrap();
    assert_eq!(arrivals.len(), 1);
    assert_eq!(whole(&arrivals[0].content), "abc");

    let one =
        "* 1 FETCH (UID 5 BODY[]<0> {3}\r\nabc)\r\n* 2 FETCH (UID 6 BODY[]<0> NIL)\r\n{tag} OK\r\n";
    let mut connection = scripted(
        "",
        2,
        &[
            NOOP,
            LAST,
            SIZES,
            ("UID FETCH 5:6", one),
            ("UID FETCH 6 ", "{tag} OK\r\n"),
            NOOP,
            (
                "UID FETCH 6:6",
                "* 2 FETCH (UID 6 RFC822.SIZE 3)\r\n{tag} OK\r\n",
            ),
        ],
        false,
    )
    .await;
    let error = connection.fetch_after(0, 10, 1000).await.unwrap_err();
    assert!(
        matches!(error, InboxError::Refused { .. }) && error.to_string().contains("UID 6"),
        "{error}"
    );
}

#[tokio::test]
async fn a_server_that_told_too_small_a_size_gives_the_whole_mail() {
    let cut = "* 1 FETCH (UID 5 BODY[]<0> {4}\r\nabcd)\r\n* 2 FETCH (UID 6 BODY[]<0> {3}\r\nxyz)\r\n{tag} OK\r\n";
    let mut connection = scripted(
        "",
        2,
        &[
            NOOP,
            LAST,
            SIZES,
            ("UID FETCH 5:6", cut),
            (
                "UID FETCH 5 (UID BODY.PEEK[]<0.100001>)",
                "* 1 FETCH (UID 5 BODY[]<0> {9}\r\nabcdefghi)\r\n{tag} OK\r\n",
            ),
        ],
        false,
    )
    .await;
    let arrivals = connection.fetch_after(0, 10, 1000).await.unwrap();
    assert_eq!(whole(&arrivals[0].content), "abcdefghi");
    assert_eq!(whole(&arrivals[1].content), "xyz");
}

#[tokio::test]
async fn a_server_that_keeps_no_own_keywords_is_not_asked_to() {
    let mut steps = opening("", 1);
    steps[2].1 = steps[2].1.replace(" \\*", "");
    steps.push((
        "UID FETCH 5 (UID FLAGS RFC822.SIZE)",
        "* 1 FETCH (UID 5 FLAGS (\\Seen) RFC822.SIZE 3)\r\n{tag} OK\r\n".into(),
    ));
    let (port, _task) = play(HELLO, steps, false).await;
    let mut connection = Connection::open_within(&settings(port), short())
        .await
        .unwrap();
    assert!(!connection.keeps_keywords());
    let place = Place {
        uid_validity: 7,
        uid: 5,
    };
    let filed = connection.file(&filings(&[place])).await.unwrap();
    assert_eq!(filed[0].how, How::Untagged);
}

#[tokio::test]
async fn a_tag_that_the_server_refuses_does_not_cost_the_outcome() {
    let steps = [
        (
            "UID STORE 5 +FLAGS.SILENT ($Handoff HandedOff tag_shipping tag_two_words)",
            "{tag} NO too many\r\n",
        ),
        (
            "UID FETCH",
            "* 1 FETCH (UID 5 FLAGS () RFC822.SIZE 3)\r\n{tag} OK\r\n",
        ),
        (
            "UID STORE 5 +FLAGS.SILENT ($Handoff HandedOff)",
            "{tag} OK\r\n",
        ),
        (
            "UID FETCH",
            "* 1 FETCH (UID 5 FLAGS ($Handoff HandedOff) RFC822.SIZE 3)\r\n{tag} OK\r\n",
        ),
    ];
    let mut connection = scripted("", 1, &steps, false).await;
    let place = Place {
        uid_validity: 7,
        uid: 5,
    };
    let filed = connection.file(&filings(&[place])).await.unwrap();
    assert_eq!(filed[0].how, How::Tagged);
}

#[tokio::test]
async fn a_wide_gap_between_uids_is_crossed() {
    let steps = [
        NOOP,
        ("FETCH * (UID)", "* 1 FETCH (UID 9000)\r\n{tag} OK\r\n"),
        // A row that nobody asked for does not count.
        (
            "UID FETCH 1:500 ",
            "* 1 FETCH (UID 9000 RFC822.SIZE 3)\r\n{tag} OK\r\n",
        ),
        ("UID FETCH 501:8500 ", "{tag} OK\r\n"),
        (
            "UID FETCH 8501:9000 ",
            "* 1 FETCH (UID 9000 RFC822.SIZE 3)\r\n{tag} OK\r\n",
        ),
        (
            "UID FETCH 9000 ",
            "* 1 FETCH (UID 9000 BODY[]<0> {3}\r\nabc)\r\n{tag} OK\r\n",
        ),
    ];
    let mut connection = scripted("", 1, &steps, false).await;
    let arrivals = connection.fetch_after(0, 10, 1000).await.unwrap();
    assert_eq!(arrivals[0].place.uid, 9000);
}

#[tokio::test]
async fn the_name_of_the_open_folder_is_opened_again_and_another_folder_is_noticed() {
    let same =
        "* 0 EXISTS\r\n* OK [CLOSED] x\r\n* OK [UIDVALIDITY 7] x\r\n{tag} OK [READ-WRITE] x\r\n";
    let other = same.replace("UIDVALIDITY 7", "UIDVALIDITY 8");
    let gone = "{tag} NO no such folder\r\n".to_owned();
    for (said, expected) in [
        (other, "another one now (UIDVALIDITY 8 instead of 7)"),
        (gone, "does not open folder INBOX"),
    ] {
        let mut steps = opening("", 0);
        steps.push(("SELECT", same.to_owned()));
        steps.push(("SELECT", said));
        let (port, _task) = play(HELLO, steps, false).await;
        let at_once = Inbox {
            poll_interval: Duration::ZERO,
            ..settings(port)
        };
        let mut connection = Connection::open_within(&at_once, short()).await.unwrap();
        connection.check_folder().await.unwrap();
        let error = connection.check_folder().await.unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    // Not before its time: this server would not answer.
    let mut connection = scripted("", 0, &[], false).await;
    connection.check_folder().await.unwrap();
}

#[tokio::test]
async fn a_folder_is_made_also_where_the_server_does_not_say_that_it_is_missing() {
    let row = "* 1 FETCH (UID 5 FLAGS ($Handoff HandedOff tag_shipping tag_two_words) RFC822.SIZE 3)\r\n{tag} OK\r\n";
    for (created, expected) in [
        ("{tag} OK made\r\n", How::Moved),
        (
            "{tag} NO there is one\r\n",
            How::MoveRefused {
                answer: "NO too bad; CREATE: NO there is one".to_owned(),
            },
        ),
    ] {
        let mut steps = opening("MOVE", 1);
        steps.extend([
            ("UID STORE 5 +FLAGS.SILENT", "{tag} OK\r\n".to_owned()),
            ("UID FETCH 5", row.to_owned()),
            ("UID MOVE 5 \"People\"", "{tag} NO too bad\r\n".to_owned()),
            ("CREATE \"People\"", created.to_owned()),
        ]);
        if expected == How::Moved {
            steps.extend([
                ("SUBSCRIBE \"People\"", "{tag} OK\r\n".to_owned()),
                (
                    "UID MOVE 5 \"People\"",
                    "* 1 EXPUNGE\r\n{tag} OK\r\n".to_owned(),
                ),
                ("UID FETCH 5", "{tag} OK\r\n".to_owned()),
            ]);
        }
        let (port, _task) = play(HELLO, steps, false).await;
        let with_folder = Inbox {
            folders: BTreeMap::from([(Outcome::HandedOff, "People".to_owned())]),
            ..settings(port)
        };
        let mut connection = Connection::open_within(&with_folder, short())
            .await
            .unwrap();
        let place = Place {
            uid_validity: 7,
            uid: 5,
        };
        let filed = connection.file(&filings(&[place])).await.unwrap();
        assert_eq!(filed[0].how, expected);
    }
}
