//! A desk with a page, and who asks it: a program that speaks HTTP, as hostile as it likes to be.

use super::mail_system::set;
use super::world::World;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

pub const TOKEN: &str = "a token that nobody guesses";

/// A desk with a page.
pub struct PageWorld {
    pub world: World,
    pub port: u16,
    _token: tempfile::TempDir,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .find(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }
}

/// Whether a token is set.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Door {
    Open,
    WithToken,
}

/// A port that is free now.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its number").port()
}

impl PageWorld {
    pub fn new(door: Door) -> Self {
        Self::with(door, |_| {})
    }

    pub fn with(door: Door, change: impl FnOnce(&mut toml::Table)) -> Self {
        let token = tempfile::tempdir().expect("a folder");
        let file = token.path().join("token");
        std::fs::write(&file, format!("{TOKEN}\n")).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        let port = free_port();
        let world = World::with(|settings| {
            set(settings, "page.listen", format!("127.0.0.1:{port}"));
            if door == Door::WithToken {
                set(
                    settings,
                    "page.token_file",
                    file.to_string_lossy().into_owned(),
                );
            }
            change(settings);
        });
        Self {
            world,
            port,
            _token: token,
        }
    }

    /// Sends this and reads what comes until the other end closes.
    pub fn raw(&self, request: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("a page");
        stream
            .set_read_timeout(Some(Duration::from_secs(60)))
            .unwrap();
        stream.write_all(request).expect("a listener");
        let mut reply = Vec::new();
        let _ = stream.read_to_end(&mut reply);
        let reply = String::from_utf8_lossy(&reply).into_owned();
        let (head, body) = reply.split_once("\r\n\r\n").unwrap_or((&reply, ""));
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
        Answer {
            status: status.unwrap_or_default(),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    /// A request with these further header lines.
    pub fn ask(&self, method: &str, path: &str, headers: &[&str], body: &str) -> Answer {
        let mut request = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|line| line.starts_with("Host:")) {
            request.push_str(&format!("Host: 127.0.0.1:{}\r\n", self.port));
        }
        for line in headers {
            request.push_str(line);
            request.push_str("\r\n");
        }
        if !body.is_empty() {
            request.push_str("Content-Type: application/x-www-form-urlencoded\r\n");
            request.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        request.push_str("\r\n");
        request.push_str(body);
        self.raw(request.as_bytes())
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &[], "")
    }

    /// Comes in with the token as a browser does.
    pub fn come_in(&self) -> Browser<'_> {
        let origin = format!("Origin: http://127.0.0.1:{}", self.port);
        let body = format!("token={}", TOKEN.replace(' ', "+"));
        let let_in = self.ask("POST", "/login", &[&origin], &body);
        assert_eq!(let_in.status, 303, "{let_in:?}");
        let cookie = let_in.header("Set-Cookie").expect("a cookie");
        let cookie = cookie.split(';').next().unwrap();
        Browser {
            page: self,
            cookie: format!("Cookie: {cookie}"),
            origin,
        }
    }
}

/// A browser that was let in.
pub struct Browser<'p> {
    page: &'p PageWorld,
    pub cookie: String,
    pub origin: String,
}

impl Browser<'_> {
    pub fn get(&self, path: &str) -> Answer {
        self.page.ask("GET", path, &[&self.cookie], "")
    }

    pub fn post(&self, path: &str, body: &str) -> Answer {
        self.page
            .ask("POST", path, &[&self.cookie, &self.origin], body)
    }

    /// What the forms of its pages carry.
    pub fn form(&self) -> String {
        let page = self.get("/").body;
        let (_, rest) = page
            .split_once("name=\"form\" value=\"")
            .expect("a form on the page");
        rest.split('"').next().unwrap().to_owned()
    }
}
