//! TLS is always verified: IMAP, SMTP and the token server, each against a server whose certificate is of an unknown authority, for another name,
//! or over; and against one that speaks nothing newer than TLS 1.1. All are refused with a word on what to do, and no setting can change that.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot go on says so by a panic"
)]

use handoffd::config::{FirstStart, Inbox, Login, Smtp, Tls};
use handoffd::inbox::Connection;
use handoffd::oauth2::{Account, Endpoint, Flow, Keeper, Provider};
use handoffd::outbox;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

struct Authority {
    params: CertificateParams,
    key: KeyPair,
    file: PathBuf,
}

impl Authority {
    fn new(folder: &Path, name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let file = folder.join(name);
        let certificate = params.self_signed(&key).unwrap();
        std::fs::write(&file, certificate.pem()).unwrap();
        Self { params, key, file }
    }

    /// A server with a certificate of this authority.
    async fn server(&self, name: &str, last_year: i32) -> u16 {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(last_year, 1, 1);
        let issuer = Issuer::from_params(&self.params, &self.key);
        let certificate = params.signed_by(&key, &issuer).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        listen(move |stream| {
            let acceptor = acceptor.clone();
            async move {
                // Who trusts us finds nothing but an end.
                if let Ok(mut stream) = acceptor.accept(stream).await {
                    let _ = stream.shutdown().await;
                }
            }
        })
        .await
    }
}

async fn listen<F: Future<Output = ()> + Send + 'static>(
    serve: impl Fn(TcpStream) -> F + Send + 'static,
) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream));
        }
    });
    port
}

/// A server that knows TLS 1.1 and nothing newer, as far as one comes with it: its hello.
async fn server_of_tls_1_1() -> u16 {
    listen(|mut stream| async move {
        let mut head = [0; 5];
        stream.read_exact(&mut head).await.unwrap();
        let mut hello = vec![0; usize::from(u16::from_be_bytes([head[3], head[4]]))];
        stream.read_exact(&mut hello).await.unwrap();
        // Handshake, version 3.2; server hello of 38 bytes: version 3.2, random, no session, TLS_RSA_WITH_AES_128_CBC_SHA, no compression.
        let mut answer = vec![22, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2];
        answer.extend([7; 32]);
        answer.extend([0, 0, 0x2f, 0]);
        stream.write_all(&answer).await.unwrap();
        let _ = stream.read(&mut head).await;
    })
    .await
}

async fn by_imap(port: u16, ca_file: &Path) -> String {
    let settings = Inbox {
        host: "localhost".to_owned(),
        port,
        tls: Tls::Implicit,
        ca_file: Some(ca_file.to_owned()),
        user: "desk".to_owned(),
        login: Login::Password("planted-password".to_owned().into()),
        folder: "INBOX".to_owned(),
        sent_folder: None,
        poll_interval: Duration::from_secs(60),
        idle: false,
        first_start: FirstStart::Everything,
        mail_max_bytes: 100_000,
        folders: BTreeMap::new(),
    };
    Connection::open(&settings).await.unwrap_err().to_string()
}

async fn by_smtp(port: u16, ca_file: &Path) -> String {
    let settings = Smtp {
        host: "localhost".to_owned(),
        port,
        tls: Tls::Implicit,
        ca_file: Some(ca_file.to_owned()),
        login: Some((
            "desk".to_owned(),
            Login::Password("planted-password".to_owned().into()),
        )),
        step_timeout: Duration::from_secs(10),
        retry_first_delay: Duration::from_secs(1),
        retry_longest_delay: Duration::from_secs(1),
        retry_give_up_after: Duration::from_secs(60),
        tell_staff_after: Duration::from_secs(14_400),
        copy_to_self: false,
        copy_wait: Duration::from_secs(1),
    };
    outbox::log_in(&settings).await.unwrap_err()
}

async fn by_token_url(port: u16, ca_file: &Path) -> String {
    let folder = tempfile::tempdir().unwrap();
    let account = Account {
        provider: Provider::Other,
        token_url: Endpoint::parse(&format!("https://localhost:{port}/token")).unwrap(),
        flow: Flow::ClientCredentials {
            client_id: "me".to_owned(),
            client_secret: "planted-secret".to_owned().into(),
        },
        scope: String::new(),
        ca_file: Some(ca_file.to_owned()),
        secret_expires: None,
    };
    let keeper = Keeper::new(account, folder.path().join("store.oauth2"));
    keeper.token().await.unwrap_err().to_string()
}

/// What each of the three says.
async fn said(port: u16, ca_file: &Path) -> [String; 3] {
    let said = [
        by_imap(port, ca_file).await,
        by_smtp(port, ca_file).await,
        by_token_url(port, ca_file).await,
    ];
    for words in &said {
        assert!(!words.contains("planted"), "{words}");
    }
    said
}

#[tokio::test]
async fn every_bad_certificate_is_refused_everywhere_with_a_word_on_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, other) = (
        Authority::new(folder.path(), "ours"),
        Authority::new(folder.path(), "other"),
    );
    for (port, words) in [
        (
            other.server("localhost", 2100).await,
            "signed by no authority that is known here",
        ),
        (
            ours.server("mail.evil.example", 2100).await,
            "is not for localhost but for",
        ),
        (
            ours.server("localhost", 2020).await,
            "has expired: it must be renewed",
        ),
        (
            server_of_tls_1_1().await,
            "TLS 1.2 or newer must be switched on",
        ),
    ] {
        for found in said(port, &ours.file).await {
            assert!(found.contains(words), "{words}: {found}");
        }
    }
    // The good one is let through: they fail on what comes behind it.
    for found in said(ours.server("localhost", 2100).await, &ours.file).await {
        for words in ["certificate", "authority", "TLS"] {
            assert!(!found.contains(words), "{found}");
        }
    }
}

/// `config/handoffd.toml` shows every key (a test of the settings sees to it): none of them is about verifying less.
#[test]
fn no_setting_switches_verification_off() {
    let shown = include_str!("../config/handoffd.toml");
    let mut keys = 0;
    let mut section = "";
    for line in shown.lines() {
        let line = line.trim_start_matches(['#', ' ']);
        if line.starts_with('[') && line.ends_with(']') {
            section = line;
        }
        // These are about who sent a mail.
        let is_about_senders = section == "[trust]"
            && (line.starts_with("own_checks") || line.starts_with("check_seconds"));
        if is_about_senders {
            continue;
        }
        let Some((key, _)) = line.split_once(" = ") else {
            continue;
        };
        if key.contains(' ') {
            continue;
        }
        keys += 1;
        for word in [
            "verif",
            "insecure",
            "unsafe",
            "accept",
            "danger",
            "skip",
            "self_signed",
            "check",
        ] {
            assert!(!key.contains(word), "{key}");
        }
    }
    assert!(keys > 60, "{keys}");
}

/// Nor does a line of the program.
#[test]
fn no_line_of_the_program_verifies_less() {
    fn look(folder: &Path, files: &mut usize) {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                look(&path, files);
                continue;
            }
            if path.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            *files += 1;
            let text = std::fs::read_to_string(&path).unwrap();
            for word in [
                ".dangerous()",
                "dangerous_accept",
                "ServerCertVerifier",
                "with_custom_certificate_verifier",
            ] {
                assert!(!text.contains(word), "{word} in {}", path.display());
            }
        }
    }
    let mut files = 0;
    look(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
        &mut files,
    );
    assert!(files > 200, "{files}");
}
