//! The submission server of the world: RFC 5321, with a refusal at each step where something goes wrong.

use super::line::{Course, turn};
use super::mishaps::Mishap;
use super::post::Handed;
use super::tally::STEPS;
use super::world::{Server, World};
use super::{calendar, post, world};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf, WriteHalf};
use tokio::time::Instant;

/// A server that has the whole mail may take it for so long after the client is gone.
const TAKES_LATE_MILLISECONDS: u64 = 20_000;

/// A client that is silent in the middle of a mail is sent away after this, as RFC 5321 section 4.5.3.2 has it after ten times as long. With the
/// way of a copy it must be less than a copy is waited for.
const SILENCE_MAX: Duration = Duration::from_secs(30);

#[derive(Default)]
struct Transaction {
    /// When it began, with a sender.
    began: Option<Instant>,
    recipients: Vec<String>,
}

pub(super) async fn serve(stream: DuplexStream, machine: usize) {
    let (reader, mut writer) = tokio::io::split(stream);
    let mut lines = BufReader::new(reader);
    let mishap = world(|world| world.mishap("greeting", ""));
    if mishap == Mishap::Otherwise {
        let code = world(|world| refusal(world, "greeting"));
        let _ = writer
            .write_all(format!("{code} not now\r\n").as_bytes())
            .await;
        return;
    }
    let greeting = || b"220 world ESMTP\r\n".to_vec();
    if turn((Server::Smtp, machine), &mut writer, mishap, greeting).await == Course::Ends {
        return;
    }
    let mut transaction = Transaction::default();
    while let Some(line) = read_line(&mut lines).await {
        let verb = line
            .split([' ', ':'])
            .next()
            .unwrap_or_default()
            .to_uppercase();
        let mishap = world(|world| world.mishap(&verb, address(&line)));
        if mishap == Mishap::Otherwise && verb != "QUIT" {
            let code = world(|world| {
                if verb == "RCPT" && !transaction.recipients.is_empty() {
                    (world.tally).hit("submission", "one recipient of several refused");
                }
                refusal(world, &verb)
            });
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
            let began = transaction.began.take().unwrap_or_else(Instant::now);
            let envelope = (recipients, began);
            if content(&mut lines, (&mut writer, machine), mishap, envelope).await == Course::Ends {
                return;
            }
            continue;
        }
        let act = || transaction.act(&verb, &line).to_vec();
        if turn((Server::Smtp, machine), &mut writer, mishap, act).await == Course::Ends
            || verb == "QUIT"
        {
            return;
        }
    }
}

/// What the server says instead of yes; a final no is rare.
fn refusal(world: &mut World, step: &str) -> u16 {
    let code = match world.chance.below(20) {
        0 | 1 => 550,
        2..=4 => 421,
        _ => 451,
    };
    let tone = if code < 500 { "4xx" } else { "5xx" };
    if STEPS.contains(&step) {
        world.tally.hit(tone, step);
    }
    world.note(format!("{step}: {code}"));
    code
}

/// The recipient, or the sender, that a command names.
fn address(line: &str) -> &str {
    line.split(['<', '>']).nth(1).unwrap_or_default()
}

impl Transaction {
    fn act(&mut self, verb: &str, line: &str) -> &'static [u8] {
        match verb {
            "EHLO" => b"250-world\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
            "MAIL" => {
                self.recipients.clear();
                self.began = Some(Instant::now());
                b"250 yes\r\n"
            }
            "RCPT" if self.began.is_some() => {
                self.recipients.push(address(line).to_owned());
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
    (writer, machine): (&mut WriteHalf<DuplexStream>, usize),
    mishap: Mishap,
    (recipients, began): (Vec<String>, Instant),
) -> Course {
    let mut mail = Vec::new();
    loop {
        let mut line = Vec::new();
        let read = tokio::time::timeout(SILENCE_MAX, lines.read_until(b'\n', &mut line));
        match read.await {
            Ok(Ok(1..)) if line.ends_with(b"\r\n") => {}
            Err(_) => {
                world(|world| world.tally.hit("server", "silent client sent away"));
                return Course::Ends;
            }
            // The client went before the end: there is no mail.
            _ => return Course::Ends,
        }
        if line == b".\r\n" {
            break;
        }
        let line = line.strip_prefix(b".").unwrap_or(&line);
        mail.extend_from_slice(line);
        if mishap == Mishap::CutHalfway && mail.len() > 2000 {
            world(|world| (world.tally).hit("submission", "gone before the end of the content"));
            return Course::Ends;
        }
    }
    let handed = Handed {
        recipients,
        bytes: mail.into(),
        began,
    };
    world(|world| {
        if world.works().is_some_and(|works| works != machine) {
            world
                .tally
                .hit("late", "mail ended by one that has lost it");
        }
    });
    // With the last dot the server may do one thing and say another.
    let name = post::message_id_of(&handed.bytes);
    match world(|world| world.mishap("the final dot", &name)) {
        Mishap::Otherwise => {
            let code = world(|world| refusal(world, "the final dot"));
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
                world(|world| (world.tally).hit("submission", "taken long after the client went"));
                calendar::at(Instant::now() + late, move |now| {
                    post::take(&handed, now, true)
                });
            }
            Course::Ends
        }
        mishap => {
            let is_lost = !matches!(mishap, Mishap::None | Mishap::Late(_));
            let act = move || {
                post::take(&handed, Instant::now(), is_lost);
                b"250 taken\r\n".to_vec()
            };
            turn((Server::Smtp, machine), writer, mishap, act).await
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
