//! The limit: a client that understands nothing and does only what the servers must do for as many answers. It fetches in batches, writes one record
//! a batch and waits until that is on the disk, sends over as many connections as handoffd has, all commands of a mail at once, each with a copy to
//! itself, and fetches the copies.

use crate::mail_system::MailSystem;
use base64::Engine as _;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// So many mails are fetched at once, as handoffd does.
const BATCH: u32 = 50;
/// So many connections send, as many as handoffd has at most.
const SENDERS: usize = 3;
/// Before it asks again for copies that are on their way.
const PAUSE: Duration = Duration::from_millis(10);

type Tls = BufReader<StreamOwned<ClientConnection, TcpStream>>;

/// The client, logged in everywhere.
pub struct Bare {
    imap: Tls,
    senders: Vec<Tls>,
    records: File,
    address: String,
    next_uid: u32,
    /// As long as handoffd's answers are.
    pub answer_bytes: usize,
}

impl Bare {
    pub fn log_in(system: &MailSystem, address: &str) -> Self {
        let password = system.password(address);
        let mut imap = connect(system, system.ports.imaps);
        let _ = line(&mut imap);
        command(&mut imap, &format!("LOGIN \"{address}\" \"{password}\""));
        command(&mut imap, "SELECT INBOX");
        let senders = (0..SENDERS).map(|_| {
            let mut sender = connect(system, system.ports.submissions);
            replies(&mut sender, &[220]);
            send(&mut sender, "EHLO bare.localhost\r\n");
            replies(&mut sender, &[250]);
            let login = format!("\0{address}\0{password}");
            let login = base64::engine::general_purpose::STANDARD.encode(login);
            send(&mut sender, &format!("AUTH PLAIN {login}\r\n"));
            replies(&mut sender, &[235]);
            sender
        });
        Self {
            imap,
            senders: senders.collect(),
            records: File::create(system.folder().join("bare.records")).unwrap(),
            address: address.to_owned(),
            next_uid: 1,
            answer_bytes: 4_000,
        }
    }

    /// Answers so many of what lies in the mailbox, and returns when every copy was fetched.
    pub fn answer(&mut self, answers: usize) {
        let jobs = Jobs::default();
        let (address, bytes) = (self.address.clone(), self.answer_bytes);
        let (imap, next_uid, records) = (&mut self.imap, &mut self.next_uid, &mut self.records);
        std::thread::scope(|scope| {
            for sender in &mut self.senders {
                scope.spawn(|| {
                    while let Some(to) = jobs.next() {
                        submit(sender, &to, &address, bytes);
                    }
                });
            }
            let (mut asked, mut copies) = (0, 0);
            while copies < answers {
                let fetched = fetch(imap, *next_uid);
                if fetched.is_empty() {
                    std::thread::park_timeout(PAUSE);
                    command(imap, "NOOP");
                    continue;
                }
                let mut answered = Vec::new();
                for (uid, mail) in fetched {
                    *next_uid = uid + 1;
                    match writer(&mail) {
                        Writer::Customer(from) => answered.push(from),
                        Writer::Ourselves => copies += 1,
                        Writer::Machine => {}
                    }
                }
                records
                    .write_all(&vec![b'x'; bytes * answered.len()])
                    .unwrap();
                records.sync_data().unwrap();
                asked += answered.len();
                jobs.add(answered);
                if asked == answers {
                    jobs.close();
                }
            }
        });
    }
}

/// What is to be sent: from whoever fetches to whoever sends.
#[derive(Default)]
struct Jobs {
    waiting: Mutex<(VecDeque<String>, bool)>,
    more: Condvar,
}

impl Jobs {
    fn add(&self, all: Vec<String>) {
        self.waiting.lock().unwrap().0.extend(all);
        self.more.notify_all();
    }

    fn close(&self) {
        self.waiting.lock().unwrap().1 = true;
        self.more.notify_all();
    }

    fn next(&self) -> Option<String> {
        let waiting = self.waiting.lock().unwrap();
        let mut waiting = self
            .more
            .wait_while(waiting, |(jobs, closed)| jobs.is_empty() && !*closed)
            .unwrap();
        waiting.0.pop_front()
    }
}

enum Writer {
    Customer(String),
    Machine,
    Ourselves,
}

fn writer(mail: &[u8]) -> Writer {
    let text = String::from_utf8_lossy(mail);
    let head = text.split("\r\n\r\n").next().unwrap_or_default();
    if head.contains("\r\nX-Bare-Copy: yes") {
        return Writer::Ourselves;
    }
    if head.contains("\r\nAuto-Submitted: auto-replied") {
        return Writer::Machine;
    }
    let from = head.lines().find_map(|line| line.strip_prefix("From: "));
    Writer::Customer(from.unwrap().trim().to_owned())
}

/// One transaction: answer and copy, all commands before the text at once (RFC 2920).
fn submit(sender: &mut Tls, to: &str, address: &str, bytes: usize) {
    let copy = address.replacen('@', "+copy@", 1);
    send(
        sender,
        &format!("MAIL FROM:<>\r\nRCPT TO:<{to}>\r\nRCPT TO:<{copy}>\r\nDATA\r\n"),
    );
    replies(sender, &[250, 250, 250, 354]);
    let mut mail = format!(
        "From: {address}\r\nTo: {to}\r\nSubject: Re: Delivery time\r\nAuto-Submitted: auto-replied\r\nX-Bare-Copy: yes\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\n\r\n"
    );
    while mail.len() < bytes {
        mail.push_str(
            "Orders that reach us before noon leave our warehouse on the same working day.\r\n",
        );
    }
    mail.push_str(".\r\n");
    send(sender, &mail);
    replies(sender, &[250]);
}

/// The next batch of mails: UIDs and bytes.
fn fetch(imap: &mut Tls, first: u32) -> Vec<(u32, Vec<u8>)> {
    let last = first + BATCH - 1;
    send(
        imap,
        &format!("f UID FETCH {first}:{last} (UID BODY.PEEK[])\r\n"),
    );
    let mut mails = Vec::new();
    loop {
        let text = line(imap);
        if let Some(result) = text.strip_prefix("f ") {
            assert!(result.starts_with("OK"), "{text}");
            return mails;
        }
        let Some(size) = text
            .rsplit_once('{')
            .and_then(|(_, size)| size.strip_suffix('}'))
        else {
            continue;
        };
        let uid = text
            .split_once("UID ")
            .unwrap()
            .1
            .split(' ')
            .next()
            .unwrap();
        let mut mail = vec![0; size.parse().unwrap()];
        imap.read_exact(&mut mail).unwrap();
        mails.push((uid.parse().unwrap(), mail));
    }
}

fn command(imap: &mut Tls, words: &str) {
    send(imap, &format!("c {words}\r\n"));
    loop {
        let text = line(imap);
        if let Some(result) = text.strip_prefix("c ") {
            assert!(result.starts_with("OK"), "{words}: {text}");
            return;
        }
    }
}

/// One reply for each of these codes, in order.
fn replies(stream: &mut Tls, codes: &[u16]) {
    for code in codes {
        loop {
            let text = line(stream);
            assert!(
                text.starts_with(&code.to_string()),
                "{text} instead of {code}"
            );
            if text.as_bytes().get(3) != Some(&b'-') {
                break;
            }
        }
    }
}

fn send(stream: &mut Tls, words: &str) {
    let stream = stream.get_mut();
    stream.write_all(words.as_bytes()).unwrap();
    stream.flush().unwrap();
}

fn line(stream: &mut Tls) -> String {
    let mut text = String::new();
    assert!(
        stream.read_line(&mut text).unwrap() > 0,
        "the server hung up"
    );
    text.trim_end().to_owned()
}

fn connect(system: &MailSystem, port: u16) -> Tls {
    let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(system.authority()).unwrap())
        .unwrap();
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    BufReader::new(StreamOwned::new(connection, stream))
}
