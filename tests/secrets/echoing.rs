//! Servers that refuse every login and quote what they got: no real one does it on demand.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

/// An IMAP server; its port.
pub fn imap() -> u16 {
    serve("* OK ready\r\n", |line| {
        let (tag, command) = line.split_once(' ').unwrap_or(("*", line));
        match command.split_whitespace().next().unwrap_or_default() {
            "CAPABILITY" => format!("* CAPABILITY IMAP4rev1\r\n{tag} OK done\r\n"),
            "LOGIN" => format!("{tag} NO \u{1b}[2Jnot understood: {command}\r\n"),
            _ => format!("{tag} BAD {command}\r\n"),
        }
    })
}

/// An SMTP server; its port.
pub fn smtp() -> u16 {
    serve("220 ready\r\n", |line| {
        match line.split_whitespace().next().unwrap_or_default() {
            "EHLO" => "250-here\r\n250 AUTH PLAIN LOGIN\r\n".to_owned(),
            _ => format!("535 5.7.8 \u{1b}[2Jnot understood: {line}\r\n"),
        }
    })
}

/// Serves each client until it goes; ends with the test's process.
fn serve(greeting: &'static str, answer: fn(&str) -> String) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            std::thread::spawn(move || talk(client, greeting, answer));
        }
    });
    port
}

fn talk(mut client: TcpStream, greeting: &str, answer: fn(&str) -> String) -> Option<()> {
    client.write_all(greeting.as_bytes()).ok()?;
    let lines = BufReader::new(client.try_clone().ok()?).lines();
    for line in lines.map_while(Result::ok) {
        client.write_all(answer(&line).as_bytes()).ok()?;
    }
    Some(())
}
