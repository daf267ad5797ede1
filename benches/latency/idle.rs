//! A bare client that waits in IDLE (RFC 2177) and does nothing but look at the clock when a mail is announced.

use crate::mail_system::MailSystem;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// A mailbox that is watched, empty when the watch began.
pub struct Watched {
    /// When each of its mails was announced, in order.
    announced: Arc<(Mutex<Vec<Instant>>, Condvar)>,
}

impl Watched {
    /// Logs in and waits in IDLE from then on.
    pub fn start(system: &MailSystem, address: &str) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", system.ports.imap)).unwrap();
        stream.set_nodelay(true).unwrap();
        let mut out = stream.try_clone().unwrap();
        let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
        let password = system.password(address);
        for command in [
            format!("LOGIN \"{address}\" \"{password}\""),
            "SELECT INBOX".to_owned(),
        ] {
            out.write_all(format!("a {command}\r\n").as_bytes())
                .unwrap();
            let end = lines.find(|line| line.starts_with("a ")).unwrap();
            assert!(end.starts_with("a OK"), "{end}");
        }
        out.write_all(b"a IDLE\r\n").unwrap();
        assert!(lines.any(|line| line.starts_with('+')));
        let announced = Arc::new((Mutex::<Vec<Instant>>::default(), Condvar::new()));
        let shared = Arc::clone(&announced);
        std::thread::spawn(move || {
            // Until the server ends.
            let _open = out;
            for line in lines {
                let now = Instant::now();
                let count = line
                    .strip_prefix("* ")
                    .and_then(|rest| rest.strip_suffix(" EXISTS"));
                if let Some(count) = count.and_then(|count| count.parse::<usize>().ok()) {
                    let mut announced = shared.0.lock().unwrap();
                    let known = announced.len();
                    announced.extend((known..count).map(|_| now));
                    shared.1.notify_all();
                }
            }
        });
        Self { announced }
    }

    /// Waits until so many mails were announced; when each was.
    pub fn wait_for(&self, mails: usize, patience: Duration) -> Vec<Instant> {
        let announced = self.announced.0.lock().unwrap();
        let more = &self.announced.1;
        let (announced, _) = more
            .wait_timeout_while(announced, patience, |announced| announced.len() < mails)
            .unwrap();
        assert_eq!(announced.len(), mails, "announced");
        announced.clone()
    }
}
