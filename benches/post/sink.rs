//! Where the SMTP server of the bench delivers what customers get: an LMTP server (RFC 2033) that keeps nothing and counts each mail once it is
//! acknowledged.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// The sink, for as long as the program runs.
pub struct Sink {
    pub port: u16,
    taken: Arc<(Mutex<Taken>, Condvar)>,
}

#[derive(Clone, Copy)]
struct Taken {
    mails: usize,
    last: Instant,
}

impl Sink {
    pub fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("bind the sink");
        let port = listener.local_addr().expect("its port").port();
        let first = Taken {
            mails: 0,
            last: Instant::now(),
        };
        let taken = Arc::new((Mutex::new(first), Condvar::new()));
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
        self.taken.0.lock().expect("the count").mails
    }

    /// Waits until so many were taken, or none came for `patience`; how many it are then, and when the last came.
    pub fn wait_for(&self, mails: usize, patience: Duration) -> (usize, Instant) {
        let (lock, more) = &*self.taken;
        let mut taken = lock.lock().expect("the count");
        while taken.mails < mails {
            let before = taken.mails;
            let waited = more.wait_timeout(taken, patience).expect("the count");
            taken = waited.0;
            if waited.1.timed_out() && taken.mails == before {
                break;
            }
        }
        (taken.mails, taken.last)
    }
}

fn serve(stream: &TcpStream, taken: &(Mutex<Taken>, Condvar)) -> std::io::Result<()> {
    let mut out = stream.try_clone()?;
    let mut lines = BufReader::new(stream);
    let mut line = Vec::new();
    let mut recipients = 0;
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
                recipients += 1;
                out.write_all(b"250 ok\r\n")?;
            }
            "DATA" => {
                out.write_all(b"354 go on\r\n")?;
                while line != b".\r\n" {
                    line.clear();
                    if lines.read_until(b'\n', &mut line)? == 0 {
                        return Ok(());
                    }
                }
                out.write_all("250 taken\r\n".repeat(recipients).as_bytes())?;
                let mut now = taken.0.lock().expect("the count");
                now.mails += recipients;
                now.last = Instant::now();
                taken.1.notify_all();
                recipients = 0;
            }
            "QUIT" => return out.write_all(b"221 bye\r\n"),
            _ => out.write_all(b"250 ok\r\n")?,
        }
    }
}
