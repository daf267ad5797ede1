//! Where the SMTP server of the bench delivers what customers get: an LMTP server (RFC 2033) that keeps nothing but to whom each mail went, when it
//! was acknowledged, and how long it was.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// The sink, for as long as the program runs.
pub struct Sink {
    pub port: u16,
    taken: Arc<(Mutex<Vec<Taken>>, Condvar)>,
}

/// A mail that a customer got.
#[derive(Clone, Debug)]
pub struct Taken {
    /// Whose.
    pub to: String,
    /// When it was acknowledged.
    pub at: Instant,
    /// As it came over the wire.
    pub bytes: usize,
}

impl Sink {
    pub fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("bind the sink");
        let port = listener.local_addr().expect("its port").port();
        let taken = Arc::new((Mutex::default(), Condvar::new()));
        let shared = Arc::clone(&taken);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let taken = Arc::clone(&shared);
                // Whoever hangs up in the middle is the server's business.
                std::thread::spawn(move || drop(serve(&stream, &taken)));
            }
        });
        Self { port, taken }
    }

    /// How many were taken so far.
    pub fn mails(&self) -> usize {
        self.taken.0.lock().expect("what was taken").len()
    }

    /// What was taken from that number on.
    pub fn taken_from(&self, first: usize) -> Vec<Taken> {
        let taken = self.taken.0.lock().expect("what was taken");
        taken.get(first..).unwrap_or_default().to_vec()
    }

    /// Waits until so many were taken, or none came for `patience`; how many it are then, and when the last came.
    pub fn wait_for(&self, mails: usize, patience: Duration) -> (usize, Instant) {
        let (lock, more) = &*self.taken;
        let mut taken = lock.lock().expect("what was taken");
        while taken.len() < mails {
            let before = taken.len();
            let waited = more.wait_timeout(taken, patience).expect("what was taken");
            taken = waited.0;
            if waited.1.timed_out() && taken.len() == before {
                break;
            }
        }
        let last = taken.last().map_or_else(Instant::now, |last| last.at);
        (taken.len(), last)
    }
}

fn serve(stream: &TcpStream, taken: &(Mutex<Vec<Taken>>, Condvar)) -> std::io::Result<()> {
    let mut out = stream.try_clone()?;
    let mut lines = BufReader::new(stream);
    let mut line = Vec::new();
    let mut recipients: Vec<String> = Vec::new();
    out.write_all(b"220 sink\r\n")?;
    loop {
        line.clear();
        if lines.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let command = String::from_utf8_lossy(&line).to_ascii_uppercase();
        match command.get(..4).unwrap_or_default() {
            "LHLO" => out.write_all(b"250-sink\r\n250 PIPELINING\r\n")?,
            "RCPT" => {
                let address = command
                    .split_once('<')
                    .and_then(|(_, rest)| rest.split_once('>'));
                let address = address.map_or("", |(address, _)| address);
                recipients.push(address.to_ascii_lowercase());
                out.write_all(b"250 ok\r\n")?;
            }
            "DATA" => {
                out.write_all(b"354 go on\r\n")?;
                let mut bytes = 0;
                while line != b".\r\n" {
                    line.clear();
                    let length = lines.read_until(b'\n', &mut line)?;
                    bytes += length;
                    if length == 0 {
                        return Ok(());
                    }
                }
                out.write_all("250 taken\r\n".repeat(recipients.len()).as_bytes())?;
                let at = Instant::now();
                let each = recipients.drain(..).map(|to| Taken { to, at, bytes });
                taken.0.lock().expect("what was taken").extend(each);
                taken.1.notify_all();
            }
            "QUIT" => return out.write_all(b"221 bye\r\n"),
            _ => out.write_all(b"250 ok\r\n")?,
        }
    }
}
