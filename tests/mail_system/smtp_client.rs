//! A small SMTP and LMTP client: what the outside world does. Written by hand so that the tests do not judge the product's
//! library by itself.

use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Envelope of one mail.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    /// Envelope sender; empty for the null one.
    pub from: &'a str,
    /// Recipients.
    pub to: &'a [&'a str],
}

/// What went wrong, with the server's words.
#[derive(Clone, Debug)]
pub struct SmtpFailure {
    /// The reply code; 0 where the connection failed.
    pub code: u16,
    /// The words.
    pub words: String,
}

impl fmt::Display for SmtpFailure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.code, self.words)
    }
}

/// A connection.
pub struct SmtpClient {
    reader: BufReader<TcpStream>,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Smtp,
    Lmtp,
}

impl SmtpClient {
    /// Connects and says EHLO.
    pub fn connect(port: u16) -> Result<Self, SmtpFailure> {
        Self::open(port, Kind::Smtp)
    }

    /// Connects to LMTP and says LHLO.
    pub fn connect_lmtp(port: u16) -> Result<Self, SmtpFailure> {
        Self::open(port, Kind::Lmtp)
    }

    fn open(port: u16, kind: Kind) -> Result<Self, SmtpFailure> {
        let stream = TcpStream::connect(("127.0.0.1", port)).map_err(|error| lost(&error))?;
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .map_err(|error| lost(&error))?;
        stream.set_nodelay(true).map_err(|error| lost(&error))?;
        let mut client = Self {
            reader: BufReader::new(stream),
            kind,
        };
        client.reply(220)?;
        let hello = match kind {
            Kind::Smtp => "EHLO customers.localhost",
            Kind::Lmtp => "LHLO customers.localhost",
        };
        client.command(hello, 250)?;
        Ok(client)
    }

    /// Sends one mail; line ends become CRLF.
    pub fn send(&mut self, envelope: &Envelope<'_>, raw: &[u8]) -> Result<(), SmtpFailure> {
        self.command(&format!("MAIL FROM:<{}>", envelope.from), 250)?;
        for recipient in envelope.to {
            self.command(&format!("RCPT TO:<{recipient}>"), 250)?;
        }
        self.command("DATA", 354)?;
        let mut wire = Vec::with_capacity(raw.len() + raw.len() / 20 + 8);
        for line in raw.split_inclusive(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.starts_with(b".") {
                wire.push(b'.');
            }
            wire.extend_from_slice(line);
            wire.extend_from_slice(b"\r\n");
        }
        wire.extend_from_slice(b".\r\n");
        self.write(&wire)?;
        // LMTP answers once for each recipient.
        let replies = match self.kind {
            Kind::Smtp => 1,
            Kind::Lmtp => envelope.to.len(),
        };
        for _ in 0..replies {
            self.reply(250)?;
        }
        Ok(())
    }

    /// Says goodbye.
    pub fn quit(mut self) {
        let _ = self.command("QUIT", 221);
    }

    fn command(&mut self, line: &str, expected: u16) -> Result<String, SmtpFailure> {
        self.write(format!("{line}\r\n").as_bytes())?;
        self.reply(expected)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), SmtpFailure> {
        self.reader
            .get_mut()
            .write_all(bytes)
            .map_err(|error| lost(&error))
    }

    fn reply(&mut self, expected: u16) -> Result<String, SmtpFailure> {
        let mut words = String::new();
        loop {
            let mut line = String::new();
            let length = self
                .reader
                .read_line(&mut line)
                .map_err(|error| lost(&error))?;
            if length == 0 {
                return Err(SmtpFailure {
                    code: 0,
                    words: "the server closed the connection".to_owned(),
                });
            }
            words.push_str(line.get(4..).unwrap_or_default());
            if line.as_bytes().get(3) != Some(&b'-') {
                let code = line
                    .get(..3)
                    .and_then(|code| code.parse().ok())
                    .unwrap_or(0);
                return if code == expected {
                    Ok(words)
                } else {
                    Err(SmtpFailure { code, words })
                };
            }
        }
    }
}

fn lost(error: &std::io::Error) -> SmtpFailure {
    SmtpFailure {
        code: 0,
        words: error.to_string(),
    }
}
