//! A small blocking IMAP client, over plain TCP, STARTTLS or TLS: another mail program that looks at the same mailbox.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// How the connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// Not at all.
    Plain,
    /// TLS after STARTTLS.
    StartTls,
    /// TLS from the first byte.
    Implicit,
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Stream {
    fn read_some(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }

    fn write_all(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        match self {
            Self::Plain(stream) => stream.write_all(bytes),
            Self::Tls(stream) => stream.write_all(bytes).and_then(|()| stream.flush()),
        }
    }
}

/// A session.
pub struct ImapClient {
    stream: Option<Stream>,
    unread: Vec<u8>,
    commands: u32,
}

impl ImapClient {
    /// Connects; TLS trusts only that authority.
    pub fn connect(port: u16, protection: Protection, authority: &Path) -> Self {
        let tcp = TcpStream::connect(("127.0.0.1", port)).expect("connect to IMAP");
        tcp.set_read_timeout(Some(Duration::from_secs(30)))
            .expect("time limit");
        let mut client = Self {
            stream: None,
            unread: Vec::new(),
            commands: 0,
        };
        if protection == Protection::Implicit {
            client.stream = Some(encrypted(tcp, authority));
            client.line();
        } else {
            client.stream = Some(Stream::Plain(tcp));
            client.line();
        }
        if protection == Protection::StartTls {
            client.command("STARTTLS");
            if let Some(Stream::Plain(tcp)) = client.stream.take() {
                client.stream = Some(encrypted(tcp, authority));
            }
        }
        client
    }

    /// Logs in.
    pub fn log_in(&mut self, user: &str, password: &str) {
        self.command(&format!("LOGIN \"{user}\" \"{password}\""));
    }

    /// Opens a folder.
    pub fn select(&mut self, folder: &str) -> String {
        self.command(&format!("SELECT \"{folder}\""))
    }

    /// UIDVALIDITY of a folder.
    pub fn uid_validity(&mut self, folder: &str) -> u32 {
        let answer = self.command(&format!("STATUS \"{folder}\" (UIDVALIDITY)"));
        answer
            .split_once("UIDVALIDITY ")
            .and_then(|(_, rest)| rest.split(')').next()?.trim().parse().ok())
            .unwrap_or_else(|| panic!("no UIDVALIDITY in {answer}"))
    }

    /// UIDs of the mails with that Message-ID (without `<>`).
    pub fn find(&mut self, message_id: &str) -> Vec<u32> {
        let answer = self.command(&format!("UID SEARCH HEADER Message-ID \"<{message_id}>\""));
        answer
            .lines()
            .filter_map(|line| line.strip_prefix("* SEARCH"))
            .flat_map(str::split_whitespace)
            .filter_map(|uid| uid.parse().ok())
            .collect()
    }

    /// Flags and keywords of every mail with that Message-ID, together.
    pub fn flags(&mut self, message_id: &str) -> BTreeSet<String> {
        let mut flags = BTreeSet::new();
        for uid in self.find(message_id) {
            let answer = self.command(&format!("UID FETCH {uid} (FLAGS)"));
            // Among the answers there may be one about another mail whose flags changed meanwhile (RFC 3501, 7.4.2).
            let ours = [format!("(UID {uid} "), format!(" UID {uid})")];
            for line in answer.lines() {
                if !ours.iter().any(|mark| line.contains(mark.as_str())) {
                    continue;
                }
                let listed = line
                    .split_once("FLAGS (")
                    .and_then(|(_, rest)| rest.split(')').next());
                flags.extend(
                    listed
                        .unwrap_or_default()
                        .split_whitespace()
                        .map(str::to_owned),
                );
            }
        }
        flags
    }

    /// Marks a mail as read, as a mail program does that somebody looks with.
    pub fn mark_seen(&mut self, message_id: &str) {
        for uid in self.find(message_id) {
            self.command(&format!("UID STORE {uid} +FLAGS (\\Seen)"));
        }
    }

    /// The whole mail with that Message-ID.
    pub fn fetch(&mut self, message_id: &str) -> Option<String> {
        let uid = *self.find(message_id).first()?;
        Some(self.command(&format!("UID FETCH {uid} (BODY.PEEK[])")))
    }

    /// Puts a mail into a folder, as every server understands it.
    pub fn append(&mut self, folder: &str, raw: &[u8]) -> Result<(), String> {
        self.commands += 1;
        let tag = format!("t{}", self.commands);
        let stream = self.stream.as_mut().expect("a stream");
        stream
            .write_all(format!("{tag} APPEND \"{folder}\" {{{}}}\r\n", raw.len()).as_bytes())
            .map_err(|error| error.to_string())?;
        let mut text = None;
        loop {
            let line = self.line();
            if line.starts_with('+') && text.is_none() {
                let mut mail = raw.to_vec();
                mail.extend_from_slice(b"\r\n");
                let stream = self.stream.as_mut().expect("a stream");
                stream.write_all(&mail).map_err(|error| error.to_string())?;
                text = Some(());
            } else if let Some(rest) = line.strip_prefix(&format!("{tag} ")) {
                return if rest.starts_with("OK") {
                    Ok(())
                } else {
                    Err(rest.to_owned())
                };
            }
        }
    }

    /// Sends a command and gives everything up to its tagged OK.
    pub fn command(&mut self, line: &str) -> String {
        match self.try_command(line) {
            Ok(answer) => answer,
            Err(answer) => panic!("IMAP command {line}: {answer}"),
        }
    }

    /// Sends a command; the answer is an error unless it is tagged OK.
    pub fn try_command(&mut self, line: &str) -> Result<String, String> {
        self.commands += 1;
        let tag = format!("t{}", self.commands);
        self.stream
            .as_mut()
            .expect("a stream")
            .write_all(format!("{tag} {line}\r\n").as_bytes())
            .map_err(|error| error.to_string())?;
        let mut answer = String::new();
        loop {
            let line = self.line();
            if let Some(rest) = line.strip_prefix(&format!("{tag} ")) {
                return if rest.starts_with("OK") {
                    Ok(answer)
                } else {
                    Err(rest.to_owned())
                };
            }
            answer.push_str(&line);
            answer.push('\n');
        }
    }

    fn line(&mut self) -> String {
        loop {
            if let Some(end) = self.unread.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.unread.drain(..=end).collect();
                return String::from_utf8_lossy(&line).trim_end().to_owned();
            }
            let mut buffer = [0_u8; 8192];
            let stream = self.stream.as_mut().expect("a stream");
            let length = stream.read_some(&mut buffer).expect("read from IMAP");
            assert!(length > 0, "the IMAP server closed the connection");
            self.unread.extend_from_slice(&buffer[..length]);
        }
    }
}

fn encrypted(tcp: TcpStream, authority: &Path) -> Stream {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(authority).expect("the authority's certificate"))
        .expect("trust the authority");
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("protocol versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").expect("a name");
    let connection = ClientConnection::new(Arc::new(config), name).expect("TLS");
    Stream::Tls(Box::new(StreamOwned::new(connection, tcp)))
}
