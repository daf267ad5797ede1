//! A proxy before a server that cuts connections: after so many bytes of its replies (in the middle of a line, of a literal, of a code), after
//! the end of a mail and before the reply to it, before that end reaches the server, or by falling silent first.

use super::moments::Moments;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// What happens to a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    /// Nothing.
    Never,
    /// After so many bytes of the server.
    AfterReplyBytes(u64),
    /// After so many bytes of the client.
    AfterRequestBytes(u64),
    /// The server has the end of the mail, and its reply does not come through.
    AfterDot,
    /// The end of the mail does not come through.
    BeforeDot,
    /// After so many bytes of the server nothing comes through any more, for so long.
    Silence(u64, Duration),
}

/// What was decided about a connection, and how many bytes it has carried since.
struct Link {
    turned_on: usize,
    cut: Cut,
    from_server: u64,
    from_client: u64,
}

struct Shared {
    upstream: u16,
    is_on: AtomicBool,
    /// The cutting ends with the first cut.
    is_single: AtomicBool,
    /// Only after the end of a mail.
    is_after_dot: AtomicBool,
    turned_on: AtomicUsize,
    is_over: AtomicBool,
    cuts: AtomicUsize,
    moments: Mutex<Moments>,
    is_smtp: bool,
}

/// The proxy; letting go of it ends it.
pub struct Cutter {
    pub port: u16,
    shared: Arc<Shared>,
    listening: Option<JoinHandle<()>>,
}

impl Cutter {
    /// Before the server on that port.
    pub fn before(upstream: u16, is_smtp: bool, moments: Moments) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let shared = Arc::new(Shared {
            upstream,
            is_on: AtomicBool::new(false),
            is_single: AtomicBool::new(false),
            is_after_dot: AtomicBool::new(false),
            turned_on: AtomicUsize::new(0),
            is_over: AtomicBool::new(false),
            cuts: AtomicUsize::new(0),
            moments: Mutex::new(moments),
            is_smtp,
        });
        let server = Arc::clone(&shared);
        let listening = std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if server.is_over.load(Ordering::SeqCst) {
                    return;
                }
                let shared = Arc::clone(&server);
                std::thread::spawn(move || shared.carry(stream));
            }
        });
        Self {
            port,
            shared,
            listening: Some(listening),
        }
    }

    /// From now on connections are cut, or are left alone.
    pub fn cut(&self, is_on: bool) {
        if is_on {
            self.shared.turned_on.fetch_add(1, Ordering::SeqCst);
        }
        self.shared.is_on.store(is_on, Ordering::SeqCst);
    }

    /// One connection is cut, as soon as one carries enough.
    pub fn cut_once(&self) {
        self.shared.is_single.store(true, Ordering::SeqCst);
        self.cut(true);
    }

    /// The next mail reaches the server, and its reply nobody.
    pub fn cut_next_reply_to_a_mail(&self) {
        self.shared.is_after_dot.store(true, Ordering::SeqCst);
        self.cut_once();
    }

    /// How many connections were cut.
    pub fn cuts(&self) -> usize {
        self.shared.cuts.load(Ordering::SeqCst)
    }
}

impl Drop for Cutter {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        // Wakes the listener.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
        if let Some(listening) = self.listening.take() {
            let _ = listening.join();
        }
    }
}

impl Shared {
    fn draw(&self) -> Cut {
        if self.is_after_dot.load(Ordering::SeqCst) {
            return Cut::AfterDot;
        }
        let mut moments = self.moments.lock().expect("moments");
        // Greeting and login are the first few hundred bytes; most cuts shall hit the work after them.
        let most = [60, 600, 2500, 12_000][moments.below(4) as usize];
        let bytes = moments.below(most);
        match (self.is_smtp, moments.below(7)) {
            (_, 0) => Cut::Never,
            (true, 1 | 2) => Cut::AfterDot,
            (true, 3) => Cut::BeforeDot,
            (_, 4) => Cut::AfterRequestBytes(bytes),
            (_, 5) => Cut::Silence(bytes, Duration::from_millis(moments.below(4000))),
            _ => Cut::AfterReplyBytes(bytes),
        }
    }

    /// What happens to the connection now that so many further bytes came, and how far it had come since that was decided. Decided anew each
    /// time that the cutting begins, and after a while in which nothing was to happen.
    fn now(&self, link: &Mutex<Link>, from_server: u64, from_client: u64) -> (Cut, u64, u64) {
        let mut link = link.lock().expect("the link");
        if !self.is_on.load(Ordering::SeqCst) {
            return (Cut::Never, 0, 0);
        }
        let turned_on = self.turned_on.load(Ordering::SeqCst);
        if link.turned_on != turned_on || (link.cut == Cut::Never && link.from_server > 1500) {
            *link = Link {
                turned_on,
                cut: self.draw(),
                from_server: 0,
                from_client: 0,
            };
        }
        let before = (link.cut, link.from_server, link.from_client);
        link.from_server += from_server;
        link.from_client += from_client;
        before
    }

    fn carry(self: Arc<Self>, client: TcpStream) {
        let Ok(server) = TcpStream::connect(("127.0.0.1", self.upstream)) else {
            return;
        };
        let (Ok(from_client), Ok(to_server)) = (client.try_clone(), server.try_clone()) else {
            return;
        };
        let link = Arc::new(Mutex::new(Link {
            turned_on: 0,
            cut: Cut::Never,
            from_server: 0,
            from_client: 0,
        }));
        let (other, same) = (Arc::clone(&self), Arc::clone(&link));
        let up = std::thread::spawn(move || other.requests(from_client, to_server, &same));
        self.replies(server, client, &link);
        let _ = up.join();
    }

    fn is_counted(&self) {
        self.cuts.fetch_add(1, Ordering::SeqCst);
        if self.is_single.load(Ordering::SeqCst) {
            self.is_on.store(false, Ordering::SeqCst);
        }
    }

    fn is_cut(&self, one: &TcpStream, two: &TcpStream) {
        self.is_counted();
        let _ = one.shutdown(Shutdown::Both);
        let _ = two.shutdown(Shutdown::Both);
    }

    /// From the client to the server.
    fn requests(&self, mut client: TcpStream, mut server: TcpStream, link: &Mutex<Link>) {
        let mut buffer = [0_u8; 4096];
        let mut end: Vec<u8> = Vec::new();
        while let Ok(read @ 1..) = client.read(&mut buffer) {
            let part = &buffer[..read];
            let (cut, _, carried) = self.now(link, 0, part.len() as u64);
            end.extend_from_slice(part);
            let from = end.len().saturating_sub(5);
            end.drain(..from);
            let is_dot = end == b"\r\n.\r\n";
            match cut {
                Cut::AfterRequestBytes(bytes) if carried + part.len() as u64 > bytes => {
                    let _ = server.write_all(&part[..bytes.saturating_sub(carried) as usize]);
                    return self.is_cut(&client, &server);
                }
                Cut::BeforeDot if is_dot => return self.is_cut(&client, &server),
                Cut::AfterDot if is_dot => {
                    // Whoever waits for the reply is cut off; the server takes the mail, and says so to nobody.
                    self.is_counted();
                    let _ = client.shutdown(Shutdown::Both);
                    let _ = server.write_all(part);
                    break;
                }
                _ => {}
            }
            if server.write_all(part).is_err() {
                break;
            }
        }
        let _ = server.shutdown(Shutdown::Write);
    }

    /// From the server to the client.
    fn replies(&self, mut server: TcpStream, mut client: TcpStream, link: &Mutex<Link>) {
        let mut buffer = [0_u8; 4096];
        while let Ok(read @ 1..) = server.read(&mut buffer) {
            let part = &buffer[..read];
            let (cut, carried, _) = self.now(link, part.len() as u64, 0);
            if let Cut::AfterReplyBytes(bytes) | Cut::Silence(bytes, _) = cut
                && carried + part.len() as u64 > bytes
            {
                let _ = client.write_all(&part[..bytes.saturating_sub(carried) as usize]);
                if let Cut::Silence(_, time) = cut {
                    std::thread::park_timeout(time);
                }
                return self.is_cut(&client, &server);
            }
            // Where the client was cut off the server is still heard, so that it is not disturbed.
            let _ = client.write_all(part);
        }
        let _ = client.shutdown(Shutdown::Both);
        let _ = server.shutdown(Shutdown::Both);
    }
}
