//! A door to a mailbox on any IMAP server: takes mail by LMTP, as Exim hands it over, and puts it there by APPEND.

use super::server::Login;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// The door.
pub struct Door {
    /// Where it takes mail.
    pub port: u16,
    folder: Arc<Mutex<String>>,
}

impl Door {
    /// Opens one that puts mail into INBOX.
    pub fn open(login: Login) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port for the door");
        let port = listener.local_addr().expect("its port").port();
        let folder = Arc::new(Mutex::new("INBOX".to_owned()));
        let shared = Arc::clone(&folder);
        // It ends with the test program: nothing but connections hangs on it.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (login, folder) = (login.clone(), Arc::clone(&shared));
                std::thread::spawn(move || serve(stream, &login, &folder));
            }
        });
        Self { port, folder }
    }

    /// From now on mail goes into that folder.
    pub fn leads_to(&self, folder: &str) {
        folder.clone_into(&mut self.folder.lock().expect("the folder"));
    }
}

/// One conversation; ends when the other side goes, or breaks off.
fn serve(stream: TcpStream, login: &Login, folder: &Mutex<String>) -> Option<()> {
    let mut write = stream.try_clone().ok()?;
    let mut read = BufReader::new(stream);
    write.write_all(b"220 door\r\n").ok()?;
    let (mut from, mut to) = (String::new(), String::new());
    loop {
        let line = line(&mut read)?;
        let upper = line.to_ascii_uppercase();
        let answer = if upper.starts_with("LHLO") {
            "250-door\r\n250 8BITMIME"
        } else if upper.starts_with("MAIL FROM:") {
            from = between(&line);
            "250 ok"
        } else if upper.starts_with("RCPT TO:") {
            to = between(&line);
            "250 ok"
        } else if upper.starts_with("DATA") {
            write.write_all(b"354 go on\r\n").ok()?;
            let mail = data(&mut read)?;
            // As the last server on the way does (RFC 5321, 4.4).
            let mut raw = format!("Return-Path: <{from}>\r\nDelivered-To: {to}\r\n").into_bytes();
            raw.extend_from_slice(&mail);
            let folder = folder.lock().expect("the folder").clone();
            match login.client().append(&folder, &raw) {
                Ok(()) => "250 taken",
                Err(_) => "451 not now",
            }
        } else if upper.starts_with("QUIT") {
            write.write_all(b"221 bye\r\n").ok()?;
            return None;
        } else {
            "250 ok"
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).ok()?;
    }
}

fn between(line: &str) -> String {
    let after = line.split_once('<').map_or("", |(_, rest)| rest);
    after.split('>').next().unwrap_or_default().to_owned()
}

fn line(read: &mut impl BufRead) -> Option<String> {
    let mut line = String::new();
    let length = read.take(4096).read_line(&mut line).ok()?;
    (length > 0).then(|| line.trim_end().to_owned())
}

/// A mail up to the lone dot, dots unstuffed.
fn data(read: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut mail = Vec::new();
    loop {
        let mut line = Vec::new();
        if read.read_until(b'\n', &mut line).ok()? == 0 {
            return None;
        }
        if line == b".\r\n" {
            return Some(mail);
        }
        mail.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}
