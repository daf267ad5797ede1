//! An IMAP server as far as the gateway needs one, for what no real server does on demand: it keeps a mail back, refuses moves, or
//! does not say UIDNEXT. Any number of connections look at one folder, and every command that changes it is on record.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// The folder.
#[derive(Default)]
pub struct Folder {
    pub mails: BTreeMap<u32, String>,
    /// UIDs whose text does not come.
    pub kept_back: BTreeSet<u32>,
    pub hides_uid_next: bool,
    pub refuses_moves: bool,
    /// Commands that change something: `UID STORE 1 …`.
    pub changes: Vec<String>,
    /// UIDs whose text was asked for.
    pub fetched: Vec<u32>,
}

#[derive(Clone)]
pub struct Server {
    pub port: u16,
    folder: Arc<Mutex<Folder>>,
}

impl Server {
    pub async fn start(folder: Folder) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            port: listener.local_addr().unwrap().port(),
            folder: Arc::new(Mutex::new(folder)),
        };
        let serving = server.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serving.clone().converse(stream));
            }
        });
        server
    }

    pub fn folder(&self) -> MutexGuard<'_, Folder> {
        self.folder.lock().unwrap()
    }

    async fn converse(self, stream: TcpStream) {
        let (read, mut write) = stream.into_split();
        let mut lines = BufReader::new(read).lines();
        let mut said = "* OK hello\r\n".to_owned();
        loop {
            if write.write_all(said.as_bytes()).await.is_err() {
                return;
            }
            let Ok(Some(line)) = lines.next_line().await else {
                return;
            };
            let (tag, command) = line.split_once(' ').unwrap();
            said = self.folder().answer(command).replace("{tag}", tag);
        }
    }
}

impl Folder {
    fn answer(&mut self, command: &str) -> String {
        let words: Vec<&str> = command.splitn(4, ' ').collect();
        let untagged = match words.as_slice() {
            ["CAPABILITY"] => "* CAPABILITY IMAP4rev1 MOVE\r\n".to_owned(),
            ["SELECT", ..] => self.opened(),
            ["NOOP"] => format!("* {} EXISTS\r\n", self.mails.len()),
            ["FETCH", "*", ..] => {
                let last = self.mails.keys().next_back().unwrap();
                format!("* {} FETCH (UID {last})\r\n", self.mails.len())
            }
            ["UID", "FETCH", set, what] => self.rows(set, what),
            ["UID", "STORE", ..] => {
                self.changes.push(command.to_owned());
                String::new()
            }
            ["UID", "MOVE", set, ..] => {
                self.changes.push(command.to_owned());
                if self.refuses_moves {
                    return "{tag} NO not today\r\n".to_owned();
                }
                for uid in self.in_set(set) {
                    self.mails.remove(&uid);
                }
                String::new()
            }
            _ => String::new(),
        };
        format!("{untagged}{{tag}} OK done\r\n")
    }

    fn opened(&self) -> String {
        let next = self.mails.keys().next_back().map_or(1, |last| last + 1);
        let next = if self.hides_uid_next {
            String::new()
        } else {
            format!("* OK [UIDNEXT {next}] x\r\n")
        };
        format!(
            "* {} EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n{next}* OK [PERMANENTFLAGS (\\Seen \\Deleted \\*)] x\r\n",
            self.mails.len()
        )
    }

    fn in_set(&self, set: &str) -> Vec<u32> {
        let ranges = set.split(',').map(|range| {
            let (first, last) = range.split_once(':').unwrap_or((range, range));
            first.parse::<u32>().unwrap()..=last.parse::<u32>().unwrap()
        });
        let ranges: Vec<_> = ranges.collect();
        let is_wanted = |uid: &&u32| ranges.iter().any(|range| range.contains(uid));
        self.mails.keys().filter(is_wanted).copied().collect()
    }

    fn rows(&mut self, set: &str, what: &str) -> String {
        let mut rows = String::new();
        for uid in self.in_set(set) {
            let mail = &self.mails[&uid];
            let number = self.mails.keys().position(|other| *other == uid).unwrap() + 1;
            let size = mail.len();
            let row = if what.contains("BODY.PEEK") {
                self.fetched.push(uid);
                if self.kept_back.contains(&uid) {
                    format!("UID {uid} BODY[]<0> NIL")
                } else {
                    format!("UID {uid} BODY[]<0> {{{size}}}\r\n{mail}")
                }
            } else if what.contains("UID FLAGS") {
                format!(
                    "UID {uid} FLAGS ($Handoff Answered HandedOff Left Quarantined) RFC822.SIZE {size}"
                )
            } else {
                format!("UID {uid} RFC822.SIZE {size}")
            };
            rows.push_str(&format!("* {number} FETCH ({row})\r\n"));
        }
        rows
    }
}
