//! A web server on loopback, with TLS or without, that notes each request and answers as a test wants it to: well, late, never, too much, nonsense.

use super::mail_system::{PATIENCE, wait_until};
use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned};

/// How it answers.
#[derive(Clone, Debug)]
pub enum Answer {
    /// With a status and a body.
    Status(u16, String),
    /// To another address.
    Redirect(String),
    /// These bytes, then the end of the connection.
    Raw(&'static [u8]),
    /// Nothing ever comes.
    Silence,
    /// A head, then bytes without end.
    Endless,
}

/// What it was asked.
#[derive(Clone, Debug)]
pub struct Asked {
    pub path: String,
    pub fields: BTreeMap<String, String>,
    pub body: String,
}

impl Asked {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).expect("a body of JSON")
    }
}

#[derive(Default)]
struct Book {
    asked: Vec<Asked>,
    /// What is answered next; after that the last one again and again.
    answers: VecDeque<Answer>,
}

/// A running server; it ends with the test.
#[derive(Clone)]
pub struct WebServer {
    pub port: u16,
    is_protected: bool,
    book: Arc<Mutex<Book>>,
}

impl WebServer {
    /// Without TLS.
    pub fn open(answers: &[Answer]) -> Self {
        Self::start(None, answers)
    }

    /// With this certificate for `localhost`, and its key.
    pub fn protected(certificate: &Path, key: &Path, answers: &[Answer]) -> Self {
        let certificates: Vec<_> = CertificateDer::pem_file_iter(certificate)
            .expect("certificate")
            .map(|one| one.expect("certificate"))
            .collect();
        let key = PrivateKeyDer::from_pem_file(key).expect("key");
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions of TLS")
            .with_no_client_auth()
            .with_single_cert(certificates, key)
            .expect("a certificate with its key");
        Self::start(Some(Arc::new(config)), answers)
    }

    fn start(tls: Option<Arc<ServerConfig>>, answers: &[Answer]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("bind");
        let server = Self {
            port: listener.local_addr().expect("address").port(),
            is_protected: tls.is_some(),
            book: Arc::default(),
        };
        server.answers(answers);
        let serving = server.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (serving, tls) = (serving.clone(), tls.clone());
                std::thread::spawn(move || {
                    let _ = stream.set_read_timeout(Some(Duration::from_secs(60)));
                    match tls {
                        None => serving.serve(stream),
                        Some(config) => {
                            let connection = ServerConnection::new(config).expect("TLS");
                            serving.serve(StreamOwned::new(connection, stream));
                        }
                    }
                });
            }
        });
        server
    }

    pub fn url(&self, path: &str) -> String {
        match self.is_protected {
            true => format!("https://localhost:{}/{path}", self.port),
            false => format!("http://127.0.0.1:{}/{path}", self.port),
        }
    }

    /// What is answered from here on.
    pub fn answers(&self, answers: &[Answer]) {
        self.book().answers = answers.iter().cloned().collect();
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.book().asked.clone()
    }

    /// Waits until it was asked in this way.
    pub fn wait_for(&self, what: &str, fits: impl Fn(&Asked) -> bool) -> Asked {
        let found = wait_until(what, PATIENCE, || {
            self.asked().into_iter().find(|one| fits(one))
        });
        found.unwrap_or_else(|why| panic!("{why}; it was asked: {:#?}", self.asked()))
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().expect("book")
    }

    fn serve(&self, stream: impl Read + Write) {
        let mut stream = BufReader::new(stream);
        let Some(asked) = read(&mut stream) else {
            return;
        };
        let answer = {
            let mut book = self.book();
            book.asked.push(asked);
            match book.answers.len() {
                0 => Answer::Status(200, "{}".to_owned()),
                1 => book.answers[0].clone(),
                _ => book.answers.pop_front().expect("an answer"),
            }
        };
        let stream = stream.get_mut();
        let _ = match answer {
            Answer::Status(status, body) => write!(
                stream,
                "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            ),
            Answer::Redirect(to) => write!(
                stream,
                "HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"
            ),
            Answer::Raw(bytes) => stream.write_all(bytes),
            // Until the other side goes.
            Answer::Silence => stream.read(&mut [0]).map(drop),
            Answer::Endless => {
                let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
                let mut written = stream.write_all(head.as_bytes());
                while written.is_ok() {
                    written = write!(stream, "400\r\n{}\r\n", "x".repeat(1024));
                }
                written
            }
        };
        let _ = stream.flush();
    }
}

fn read(stream: &mut impl BufRead) -> Option<Asked> {
    let mut line = String::new();
    stream.read_line(&mut line).ok()?;
    let path = line.split_whitespace().nth(1)?.to_owned();
    let mut fields = BTreeMap::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim().split_once(':') else {
            break;
        };
        fields.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = fields.get("content-length")?.parse().ok()?;
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some(Asked {
        path,
        fields,
        body: String::from_utf8(body).ok()?,
    })
}

/// A port that nobody listens at.
pub fn port_without_server() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("bind");
    listener.local_addr().expect("address").port()
}
