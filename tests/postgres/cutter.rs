//! A proxy before the database that cuts a connection once, after so many bytes of either side: in the middle of a message, between a commit and
//! its answer, or before it arrives.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// Whose bytes are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Client,
    Server,
}

#[derive(Default)]
struct Shared {
    /// The next cut: whose bytes, and how many are let through.
    armed: Mutex<Option<(Side, u64)>>,
    carried: [AtomicU64; 2],
    cuts: AtomicU64,
}

/// The proxy. Its threads end with their connections.
pub struct Cutter {
    pub port: u16,
    shared: Arc<Shared>,
}

impl Cutter {
    /// Before the server on that port.
    pub fn before(upstream: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let shared = Arc::new(Shared::default());
        let server = Arc::clone(&shared);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let upstream = TcpStream::connect(("127.0.0.1", upstream)).expect("the server");
                for (side, from, to) in [
                    (Side::Client, &client, &upstream),
                    (Side::Server, &upstream, &client),
                ] {
                    let (from, to) = (from.try_clone(), to.try_clone());
                    let (from, to) = (from.expect("a socket"), to.expect("a socket"));
                    let shared = Arc::clone(&server);
                    std::thread::spawn(move || shared.carry(side, from, to));
                }
            }
        });
        Self { port, shared }
    }

    /// Cuts whatever connection has carried so many more bytes of that side.
    pub fn cut_after(&self, side: Side, bytes: u64) {
        *self.shared.armed.lock().expect("armed") = Some((side, bytes));
    }

    /// Cuts nothing from here on; whether a cut was still to come.
    pub fn disarm(&self) -> bool {
        self.shared.armed.lock().expect("armed").take().is_some()
    }

    /// How many bytes of that side were carried.
    pub fn carried(&self, side: Side) -> u64 {
        self.shared.carried[side as usize].load(Ordering::SeqCst)
    }

    /// How often it has cut.
    pub fn cuts(&self) -> u64 {
        self.shared.cuts.load(Ordering::SeqCst)
    }
}

impl Shared {
    fn carry(&self, side: Side, mut from: TcpStream, mut to: TcpStream) {
        let _ = to.set_nodelay(true);
        let mut buffer = vec![0; 16 * 1024];
        loop {
            let read = match from.read(&mut buffer) {
                Ok(read) if read > 0 => read,
                _ => break,
            };
            let through = self.let_through(side, read);
            let written = to.write_all(&buffer[..through]);
            let _ = self.carried[side as usize].fetch_add(through as u64, Ordering::SeqCst);
            if written.is_err() || through < read {
                break;
            }
        }
        for socket in [from, to] {
            let _ = socket.shutdown(Shutdown::Both);
        }
    }

    fn let_through(&self, side: Side, read: usize) -> usize {
        let mut armed = self.armed.lock().expect("armed");
        match armed.as_mut() {
            Some((of, left)) if *of == side => {
                if (read as u64) <= *left {
                    *left -= read as u64;
                    return read;
                }
                let through = usize::try_from(*left).expect("a length");
                *armed = None;
                let _ = self.cuts.fetch_add(1, Ordering::SeqCst);
                through
            }
            _ => read,
        }
    }
}
