//! The submission server of the world: RFC 5321, with a refusal at each step where something goes wrong.

use super::line::{Course, turn};
use super::world::{Mishap, Server};
use super::{post, world};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf, WriteHalf};

/// A server that has the whole mail may take it for so long after the client is gone.
const TAKES_LATE_MILLISECONDS: u64 = 20_000;

#[derive(Default)]
struct Transaction {
    has_sender: bool,
    recipients: Vec<String>,
}

pub(super) async fn serve(stream: DuplexStream) {
    let (reader, mut writer) = tokio::io::split(stream);
    let mut lines = BufReader::new(reader);
    if writer.write_all(b"220 world ESMTP\r\n").await.is_err() {
        return;
    }
    let mut transaction = Transaction::default();
    while let Some(line) = read_line(&mut lines).await {
        let verb = line
            .split([' ', ':'])
            .next()
            .unwrap_or_default()
            .to_uppercase();
        let mishap = world(|world| world.mishap(&verb));
        if mishap == Mishap::Otherwise && verb != "QUIT" {
            let code = world(|world| refusal(world.chance.below(20)));
            world(|world| world.note(format!("{verb}: {code}")));
            let reply = format!("{code} not now\r\n");
            if writer.write_all(reply.as_bytes()).await.is_err() || code == 421 {
                return;
            }
            continue;
        }
        if verb == "DATA" && !transaction.recipients.is_empty() {
            if writer.write_all(b"354 go on\r\n").await.is_err() {
                return;
            }
            let recipients = std::mem::take(&mut transaction.recipients);
            if content(&mut lines, &mut writer, mishap, recipients).await == Course::Ends {
                return;
            }
            continue;
        }
        let act = || transaction.act(&verb, &line).to_vec();
        if turn(Server::Smtp, &mut writer, mishap, act).await == Course::Ends || verb == "QUIT" {
            return;
        }
    }
}

/// What the server says instead of yes; a final no is rare.
const fn refusal(chance: u64) -> u16 {
    match chance {
        0 => 550,
        1..=3 => 421,
        _ => 451,
    }
}

impl Transaction {
    fn act(&mut self, verb: &str, line: &str) -> &'static [u8] {
        match verb {
            "EHLO" => b"250-world\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
            "MAIL" => {
                self.recipients.clear();
                self.has_sender = true;
                b"250 yes\r\n"
            }
            "RCPT" if self.has_sender => {
                let address = line.split(['<', '>']).nth(1).unwrap_or_default();
                self.recipients.push(address.to_owned());
                b"250 yes\r\n"
            }
            "RSET" => {
                *self = Self::default();
                b"250 yes\r\n"
            }
            "NOOP" => b"250 yes\r\n",
            "QUIT" => b"221 bye\r\n",
            _ => b"503 what?\r\n",
        }
    }
}

async fn content(
    lines: &mut BufReader<ReadHalf<DuplexStream>>,
    writer: &mut WriteHalf<DuplexStream>,
    mishap: Mishap,
    recipients: Vec<String>,
) -> Course {
    let mut mail = Vec::new();
    loop {
        let mut line = Vec::new();
        match lines.read_until(b'\n', &mut line).await {
            Ok(1..) if line.ends_with(b"\r\n") => {}
            // The client went before the end: there is no mail.
            _ => return Course::Ends,
        }
        if line == b".\r\n" {
            break;
        }
        let line = line.strip_prefix(b".").unwrap_or(&line);
        mail.extend_from_slice(line);
        if mishap == Mishap::CutHalfway && mail.len() > 2000 {
            return Course::Ends;
        }
    }
    // With the last dot the server may do one thing and say another.
    match world(|world| world.mishap("the final dot")) {
        Mishap::Otherwise => {
            let code = world(|world| refusal(world.chance.below(20)));
            world(|world| world.note(format!("the final dot: {code}")));
            let reply = format!("{code} not now\r\n");
            match writer.write_all(reply.as_bytes()).await {
                Ok(()) if code != 421 => Course::GoesOn,
                _ => Course::Ends,
            }
        }
        Mishap::CutBefore => {
            // It takes its time, and the client does not hear of it.
            let (late, is_taken) = world(|world| {
                let late = world.chance.below(TAKES_LATE_MILLISECONDS);
                (Duration::from_millis(late), world.chance.happens(5000))
            });
            if is_taken {
                drop(tokio::spawn(async move {
                    tokio::time::sleep(late).await;
                    post::take(recipients, mail);
                }));
            }
            Course::Ends
        }
        mishap => {
            let act = move || {
                post::take(recipients, mail);
                b"250 taken\r\n".to_vec()
            };
            turn(Server::Smtp, writer, mishap, act).await
        }
    }
}

async fn read_line(lines: &mut BufReader<ReadHalf<DuplexStream>>) -> Option<String> {
    let mut line = Vec::new();
    match lines.read_until(b'\n', &mut line).await {
        Ok(1..) if line.ends_with(b"\r\n") => {
            Some(String::from_utf8_lossy(&line).trim_end().to_owned())
        }
        _ => None,
    }
}
