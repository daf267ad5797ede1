//! The IMAP server of the world, as far as handoffd speaks with one: RFC 3501, with IDLE, MOVE and UIDPLUS where this world has them.

use super::calendar;
use super::line::{Course, turn};
use super::mailbox::{Opened, Session};
use super::mishaps::Mishap;
use super::world;
use super::world::{Server, World};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf};

pub(super) async fn serve(stream: DuplexStream, machine: usize) {
    let (reader, mut writer) = tokio::io::split(stream);
    let mut lines = BufReader::new(reader);
    let mut changes_known = world(|world| world.inbox_changes.so_far());
    let mut session = Session::default();
    let mishap = world(|world| world.mishap("greeting", ""));
    let ready = || b"* OK ready\r\n".to_vec();
    if turn((Server::Imap, machine), &mut writer, mishap, ready).await == Course::Ends {
        return;
    }
    while let Some(line) = read_line(&mut lines).await {
        let Some((tag, command)) = line.split_once(' ') else {
            return;
        };
        let (tag, command) = (tag.to_owned(), command.to_owned());
        let what = command.split(' ').take(2).collect::<Vec<_>>().join(" ");
        let is_login = what.starts_with("LOGIN");
        let mishap = world(|world| world.mishap(if is_login { "LOGIN" } else { &what }, ""));
        if mishap == Mishap::Otherwise {
            let otherwise = match session.opened {
                Some(opened) => world(|world| otherwise(world, opened)),
                None => world(|world| not_yet(world, is_login)),
            };
            match otherwise {
                Otherwise::Bye => {
                    let _ = writer.write_all(b"* BYE going down\r\n").await;
                    return;
                }
                Otherwise::No => {
                    let reply = format!("{tag} NO [SERVERBUG] not now\r\n");
                    if writer.write_all(reply.as_bytes()).await.is_err() {
                        return;
                    }
                    continue;
                }
                Otherwise::Goes => {}
            }
        }
        // Whoever holds a view of a folder that was made anew is sent away.
        if world(|world| session.is_outdated(world)) {
            let _ = writer
                .write_all(b"* BYE the folder was made anew\r\n")
                .await;
            return;
        }
        if command == "IDLE" {
            let begin = || b"+ idling\r\n".to_vec();
            if turn((Server::Imap, machine), &mut writer, mishap, begin).await == Course::Ends
                || idle(
                    (&tag, machine),
                    &mut session,
                    &mut lines,
                    &mut writer,
                    &mut changes_known,
                )
                .await
                    == Course::Ends
            {
                return;
            }
            continue;
        }
        // What was to come meanwhile has come.
        calendar::catch_up();
        let act = || world(|world| session.act(world, &tag, &command)).into_bytes();
        if turn((Server::Imap, machine), &mut writer, mishap, act).await == Course::Ends {
            return;
        }
    }
}

async fn idle(
    (tag, machine): (&str, usize),
    session: &mut Session,
    lines: &mut BufReader<ReadHalf<DuplexStream>>,
    writer: &mut tokio::io::WriteHalf<DuplexStream>,
    changes_known: &mut u64,
) -> Course {
    let mut line = Vec::new();
    loop {
        let news = world(|world| session.news(world));
        if !news.is_empty() {
            match world(|world| world.mishap("a hint in IDLE", "")) {
                Mishap::None => {
                    if writer.write_all(news.as_bytes()).await.is_err() {
                        return Course::Ends;
                    }
                }
                Mishap::CrashBefore | Mishap::CrashAfter => {
                    world(|world| world.crash(machine, "in IDLE"));
                    return Course::Ends;
                }
                // The hint is lost, and the connection with it.
                _ => {
                    world(|world| world.tally.hit("mailbox", "hint lost in IDLE"));
                    return Course::Ends;
                }
            }
        }
        tokio::select! {
            biased;
            read = lines.read_until(b'\n', &mut line) => {
                if !matches!(read, Ok(1..)) || !line.starts_with(b"DONE") {
                    return Course::Ends;
                }
                let mishap = world(|world| world.mishap("DONE", ""));
                let mishap = if mishap == Mishap::Otherwise { Mishap::None } else { mishap };
                let act = || format!("{tag} OK done\r\n").into_bytes();
                return turn((Server::Imap, machine), writer, mishap, act).await;
            }
            () = inbox_changes(changes_known) => {
                if world(|world| session.is_outdated(world)) {
                    return Course::Ends;
                }
            }
        }
    }
}

/// Waits until the inbox has changed more often than is known.
async fn inbox_changes(known: &mut u64) {
    while let Some(next) = world(|world| {
        let changes = &world.inbox_changes;
        (changes.so_far() == *known).then(|| changes.next())
    }) {
        next.await;
    }
    *known = world(|world| world.inbox_changes.so_far());
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

/// What else can happen under our hands.
enum Otherwise {
    Bye,
    No,
    Goes,
}

/// Before a folder is open there is less that can happen.
fn not_yet(world: &mut World, is_login: bool) -> Otherwise {
    match (is_login, world.chance.below(2)) {
        (true, 0) => {
            world.tally.hit("mailbox", "NO at login");
            Otherwise::No
        }
        (_, 1) => bye(world),
        _ => Otherwise::Goes,
    }
}

fn bye(world: &mut World) -> Otherwise {
    world.tally.hit("mailbox", "BYE");
    Otherwise::Bye
}

fn otherwise(world: &mut World, opened: Opened) -> Otherwise {
    match world.chance.below(7) {
        0 => bye(world),
        1 | 2 => {
            world.tally.hit("mailbox", "NO");
            Otherwise::No
        }
        3 | 4 if opened == Opened::Inbox => {
            // Somebody removes a mail with another program; never the copies by which we know that a mail left.
            let mails = world.inbox.mails.iter();
            let others: Vec<(u32, String)> = mails
                .filter(|mail| !world.people.is_ours(&mail.name))
                .map(|mail| (mail.uid, mail.name.clone()))
                .collect();
            if !others.is_empty() {
                let (uid, name) = world.chance.one_of(&others).clone();
                world.inbox.mails.retain(|mail| mail.uid != uid);
                world.note(format!("somebody removes {name}"));
                world.tally.hit("mailbox", "expunged under our hands");
                let _ = world.inbox.removed.insert(name);
            }
            Otherwise::Goes
        }
        5 => {
            // The server restores a mail, or somebody copies it: the same mail under another UID, with its flags or without.
            let keeps_flags = world.chance.happens(5000);
            let chance = world.chance.number();
            let folder = opened.folder(world);
            if let Some(name) = folder.double(chance, keeps_flags) {
                world.note(format!("{name} lies there twice"));
                world.tally.hit("mailbox", "doubled under another UID");
                world.inbox_changes.happened();
            }
            Otherwise::Goes
        }
        _ => {
            world.renew_folders();
            world.tally.hit("mailbox", "UIDVALIDITY changed");
            Otherwise::Goes
        }
    }
}
