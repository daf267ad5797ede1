//! A throw-away name server (dnsmasq) on loopback, which knows what a test tells it and nothing else.

use super::leash::Leash;
use super::{PATIENCE, wait_until};
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// The running name server.
pub struct NameServer {
    server: Child,
    _leash: Leash,
    /// Where it answers.
    pub address: SocketAddr,
}

impl NameServer {
    /// Starts one that knows these TXT records.
    pub fn start(texts: &[(String, String)]) -> Self {
        for _ in 0..5 {
            if let Some(server) = Self::try_start(texts) {
                return server;
            }
        }
        panic!("dnsmasq does not start (Debian package dnsmasq-base)");
    }

    fn try_start(texts: &[(String, String)]) -> Option<Self> {
        let port = free_port();
        let folder = PathBuf::from(format!("/tmp/handoffd-names-{}-{port}", std::process::id()));
        fs::create_dir_all(&folder).expect("make the folder of the name server");
        let leash = Leash::tie(&folder, "");
        let mut configuration = format!(
            "port={port}\nlisten-address=127.0.0.1\nbind-interfaces\nno-resolv\nno-hosts\nno-poll\n\
             local=/example/\ncache-size=0\nlocal-ttl=300\n"
        );
        for (name, text) in texts {
            // One character string holds 255 bytes (RFC 1035 section 3.3).
            let pieces = text.as_bytes().chunks(250);
            let pieces = pieces.map(|piece| format!("\"{}\"", String::from_utf8_lossy(piece)));
            let pieces: Vec<String> = pieces.collect();
            configuration.push_str(&format!("txt-record={name},{}\n", pieces.join(",")));
        }
        let file = folder.join("dnsmasq.conf");
        fs::write(&file, configuration).expect("write the configuration");
        let server = Command::new("/usr/sbin/dnsmasq")
            .arg("--keep-in-foreground")
            .arg(format!("--conf-file={}", file.display()))
            .arg(format!(
                "--pid-file={}",
                folder.join("dnsmasq.pid").display()
            ))
            .args(["--user=", "--group="])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut server = Self {
            server,
            _leash: leash,
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
        };
        let address = server.address;
        let answers = wait_until("the name server", PATIENCE, || {
            let has_ended = !matches!(server.server.try_wait(), Ok(None));
            (TcpStream::connect(address).is_ok() || has_ended).then_some(!has_ended)
        });
        answers.is_ok_and(|answers| answers).then_some(server)
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// A port that is free for both ways of asking.
fn free_port() -> u16 {
    loop {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("a port").port();
        if UdpSocket::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
