//! The IMAP server of the world, as far as handoffd speaks with one: RFC 3501, with IDLE, MOVE and UIDPLUS where this world has them.

use super::line::{Course, turn};
use super::post::{self, Stored};
use super::world;
use super::world::{Mishap, Server, World};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf};
use tokio::sync::watch;

/// What one connection has seen of the inbox.
#[derive(Default)]
struct Session {
    /// UIDs in the order of their sequence numbers, as the client was told.
    view: Vec<u32>,
    validity: u32,
    is_open: bool,
}

pub(super) async fn serve(stream: DuplexStream) {
    let (reader, mut writer) = tokio::io::split(stream);
    let mut lines = BufReader::new(reader);
    let mut changes = world(|world| world.inbox_changed.subscribe());
    let mut session = Session::default();
    if writer.write_all(b"* OK ready\r\n").await.is_err() {
        return;
    }
    while let Some(line) = read_line(&mut lines).await {
        let Some((tag, command)) = line.split_once(' ') else {
            return;
        };
        let (tag, command) = (tag.to_owned(), command.to_owned());
        let what = command.split(' ').take(2).collect::<Vec<_>>().join(" ");
        let is_login = what.starts_with("LOGIN");
        let mishap = world(|world| world.mishap(if is_login { "LOGIN" } else { &what }));
        if mishap == Mishap::Otherwise && session.is_open {
            match world(otherwise) {
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
        if session.is_open && world(|world| world.inbox.validity) != session.validity {
            let _ = writer
                .write_all(b"* BYE the folder was made anew\r\n")
                .await;
            return;
        }
        if command == "IDLE" {
            if idle(&tag, &mut session, &mut lines, &mut writer, &mut changes).await == Course::Ends
            {
                return;
            }
            continue;
        }
        let act = || world(|world| session.act(world, &tag, &command)).into_bytes();
        if turn(Server::Imap, &mut writer, mishap, act).await == Course::Ends {
            return;
        }
    }
}

async fn idle(
    tag: &str,
    session: &mut Session,
    lines: &mut BufReader<ReadHalf<DuplexStream>>,
    writer: &mut tokio::io::WriteHalf<DuplexStream>,
    changes: &mut watch::Receiver<u64>,
) -> Course {
    if writer.write_all(b"+ idling\r\n").await.is_err() {
        return Course::Ends;
    }
    let mut line = Vec::new();
    loop {
        let news = world(|world| session.news(world));
        if !news.is_empty() {
            match world(|world| world.mishap("a hint in IDLE")) {
                Mishap::None => {
                    if writer.write_all(news.as_bytes()).await.is_err() {
                        return Course::Ends;
                    }
                }
                // The hint is lost, and the connection with it.
                Mishap::Otherwise | Mishap::Late(_) | Mishap::Never => return Course::Ends,
                Mishap::CrashBefore | Mishap::CrashAfter => {
                    world(|world| world.crash("in IDLE"));
                    return Course::Ends;
                }
                _ => return Course::Ends,
            }
        }
        tokio::select! {
            biased;
            read = lines.read_until(b'\n', &mut line) => {
                if !matches!(read, Ok(1..)) || !line.starts_with(b"DONE") {
                    return Course::Ends;
                }
                let mishap = world(|world| world.mishap("DONE"));
                let mishap = if mishap == Mishap::Otherwise { Mishap::None } else { mishap };
                let act = || format!("{tag} OK done\r\n").into_bytes();
                return turn(Server::Imap, writer, mishap, act).await;
            }
            changed = changes.changed() => {
                if changed.is_err() || world(|world| world.inbox.validity) != session.validity {
                    return Course::Ends;
                }
            }
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

/// What else can happen under our hands.
enum Otherwise {
    Bye,
    No,
    Goes,
}

fn otherwise(world: &mut World) -> Otherwise {
    match world.chance.below(5) {
        0 => Otherwise::Bye,
        1 | 2 => Otherwise::No,
        3 => {
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
                let _ = world.inbox.removed.insert(name);
            }
            Otherwise::Goes
        }
        _ => {
            world.inbox.renew();
            let validity = world.inbox.validity;
            world.note(format!("the folder is made anew: {validity}"));
            world.inbox_changed.send_modify(|changes| *changes += 1);
            Otherwise::Goes
        }
    }
}

impl Session {
    /// What changed since the client was told last.
    fn news(&mut self, world: &World) -> String {
        let mut news = String::new();
        if !self.is_open {
            return news;
        }
        let there: BTreeSet<u32> = world.inbox.mails.iter().map(|mail| mail.uid).collect();
        while let Some(gone) = self.view.iter().position(|uid| !there.contains(uid)) {
            self.view.remove(gone);
            let _ = write!(news, "* {} EXPUNGE\r\n", gone + 1);
        }
        if there.len() > self.view.len() {
            self.view = there.into_iter().collect();
            let _ = write!(news, "* {} EXISTS\r\n", self.view.len());
        }
        news
    }

    fn act(&mut self, world: &mut World, tag: &str, command: &str) -> String {
        let mut reply = String::new();
        let (verb, rest) = command.split_once(' ').unwrap_or((command, ""));
        let said = match verb {
            "CAPABILITY" => {
                let idle = if world.has_idle { " IDLE" } else { "" };
                let moves = if world.has_move { " MOVE" } else { "" };
                let _ = write!(reply, "* CAPABILITY IMAP4rev1 UIDPLUS{idle}{moves}\r\n");
                "OK"
            }
            "SELECT" | "EXAMINE" => {
                self.is_open = true;
                self.validity = world.inbox.validity;
                self.view = world.inbox.mails.iter().map(|mail| mail.uid).collect();
                let _ = write!(
                    reply,
                    "* {} EXISTS\r\n* OK [UIDVALIDITY {}] .\r\n* OK [UIDNEXT {}] .\r\n* OK [PERMANENTFLAGS (\\Seen \\Deleted \\*)] .\r\n",
                    self.view.len(),
                    self.validity,
                    world.inbox.next_uid
                );
                "OK [READ-WRITE]"
            }
            "LOGOUT" => "OK",
            "FETCH" => match self.view.last() {
                Some(uid) => {
                    let _ = write!(reply, "* {} FETCH (UID {uid})\r\n", self.view.len());
                    "OK"
                }
                None => "BAD no such message",
            },
            "UID" => self.by_uid(world, rest, &mut reply),
            _ => "OK",
        };
        reply.push_str(&self.news(world));
        let _ = write!(reply, "{tag} {said} .\r\n");
        reply
    }

    fn by_uid(&self, world: &mut World, command: &str, reply: &mut String) -> &'static str {
        let mut words = command.splitn(3, ' ');
        let (verb, set, rest) = (
            words.next().unwrap_or_default(),
            words.next().unwrap_or_default(),
            words.next().unwrap_or_default(),
        );
        let has = |uid: u32| {
            set.split(',').any(|run| {
                let (first, last) = run.split_once(':').unwrap_or((run, run));
                let number = |text: &str| text.parse::<u32>().unwrap_or(0);
                (number(first)..=number(last)).contains(&uid)
            })
        };
        let moved = |mails: &mut Vec<Stored>, goes: &dyn Fn(&Stored) -> bool| -> Vec<Stored> {
            let (gone, stay) = std::mem::take(mails)
                .into_iter()
                .partition(|mail| goes(mail));
            *mails = stay;
            gone
        };
        match verb {
            "FETCH" => {
                for (place, uid) in self.view.iter().enumerate() {
                    let Some(mail) = world.inbox.mails.iter().find(|mail| mail.uid == *uid) else {
                        continue;
                    };
                    if has(*uid) {
                        let _ = write!(
                            reply,
                            "* {} FETCH (UID {uid} {})\r\n",
                            place + 1,
                            shown(mail, rest)
                        );
                    }
                }
                "OK"
            }
            "STORE" => {
                let flags = rest.split_once('(').map_or("", |(_, flags)| flags);
                let flags: Vec<&str> = flags.trim_end_matches(')').split(' ').collect();
                for mail in world.inbox.mails.iter_mut().filter(|mail| has(mail.uid)) {
                    mail.flags
                        .extend(flags.iter().map(|flag| (*flag).to_owned()));
                }
                "OK"
            }
            "MOVE" => {
                let gone = moved(&mut world.inbox.mails, &|mail| has(mail.uid));
                world.inbox.moved.extend(gone);
                "OK"
            }
            "COPY" => {
                let copies = world.inbox.mails.iter().filter(|mail| has(mail.uid));
                let copies: Vec<Stored> = copies.cloned().collect();
                world.inbox.moved.extend(copies);
                "OK"
            }
            "EXPUNGE" => {
                let is_gone = |mail: &Stored| has(mail.uid) && mail.flags.contains("\\Deleted");
                drop(moved(&mut world.inbox.mails, &is_gone));
                "OK"
            }
            // The only search there is: for mails with a header of ours.
            "SEARCH" => {
                let marked = (world.inbox.mails.iter())
                    .filter(|mail| !post::header_of(&mail.bytes, "X-Handoff-Mark").is_empty());
                let uids: Vec<String> = marked.map(|mail| mail.uid.to_string()).collect();
                let _ = write!(reply, "* SEARCH {}\r\n", uids.join(" "));
                "OK"
            }
            _ => "BAD what?",
        }
    }
}

fn shown(mail: &Stored, items: &str) -> String {
    let mut shown = String::new();
    if items.contains("RFC822.SIZE") {
        let _ = write!(shown, "RFC822.SIZE {}", mail.bytes.len());
    }
    if items.contains("FLAGS") {
        let flags: Vec<&str> = mail.flags.iter().map(String::as_str).collect();
        let _ = write!(shown, " FLAGS ({})", flags.join(" "));
    }
    if items.contains("BODY.PEEK[]") {
        let text = String::from_utf8_lossy(&mail.bytes);
        let _ = write!(shown, "BODY[]<0> {{{}}}\r\n{text}", text.len());
    }
    shown.trim_start().to_owned()
}
