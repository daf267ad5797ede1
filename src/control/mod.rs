//! The Unix socket through which the command line asks the running daemon: one JSON line as a request, JSON lines as the reply.
//!
//! The same answers are given from the store itself when no daemon runs. Only root and the user that the daemon runs as are answered;
//! lines are bounded.

mod answer;
mod export;
mod lessons;
mod outbox;
mod peer;
mod privacy;
mod story;

pub(crate) use answer::AUTOMATIC_MAIL_GOES;
pub use answer::{Refusal, answer};
pub use export::ask_for_export;
pub use story::in_one_line;

use crate::gateway::Picture;
use crate::journal::Journal;
use crate::learning::InUse;
use crate::outbox::Standing;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

/// The longest request, in bytes.
const REQUEST_MAX_BYTES: u64 = 4096;

/// The largest reply that is read, in bytes.
const REPLY_MAX_BYTES: u64 = 256 * 1024 * 1024;

/// How long one question may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a question may take that goes through the whole store.
const LONG_PATIENCE: Duration = Duration::from_hours(2);

/// What can be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "kebab-case")]
pub enum Question {
    /// How it goes.
    Status,
    /// The newest tickets.
    Tickets,
    /// The whole story of one ticket.
    Ticket {
        /// Its reference, as people type it.
        id: String,
    },
    /// Mails that wait, are in doubt or were given up.
    Outbox,
    /// Drafts that wait for a yes.
    Drafts,
    /// What was kept aside.
    Quarantine,
    /// The latest events of all tickets.
    Journal,
    /// Whether anything was changed since it was recorded.
    Verify,
    /// Forget a person, and write the store anew.
    Forget {
        /// Their address.
        address: String,
        /// Whether what is open goes as well.
        now: bool,
    },
    /// Write the store anew, so that its files hold nothing of what was deleted.
    Compact {
        /// Whether the chain of commits begins anew: what earlier ones say of themselves goes.
        #[serde(default)]
        new_chain: bool,
    },
    /// What staff's confirmations taught.
    Learned,
    /// Take back what was learned.
    Unlearn {
        /// The lesson's reference, or a ticket's for all of it.
        id: String,
    },
    /// Change the key of all tokens.
    ChangeKey {
        /// Whether what earlier keys made is worth nothing from now on.
        forget_earlier: bool,
    },
    /// Close a ticket.
    Close {
        /// Its reference.
        id: String,
    },
    /// Let automatic mail go again.
    Resume,
    /// Try a mail again now.
    Retry {
        /// Its Message-ID, or the reference of a ticket for all of its mails.
        id: String,
    },
}

impl Question {
    /// Whether answering it changes nothing.
    #[must_use]
    pub const fn only_looks(&self) -> bool {
        match self {
            Self::Status
            | Self::Tickets
            | Self::Ticket { .. }
            | Self::Outbox
            | Self::Drafts
            | Self::Quarantine
            | Self::Journal
            | Self::Verify
            | Self::Learned => true,
            Self::Forget { .. }
            | Self::Compact { .. }
            | Self::Unlearn { .. }
            | Self::ChangeKey { .. }
            | Self::Close { .. }
            | Self::Resume
            | Self::Retry { .. } => false,
        }
    }
}

impl Question {
    const fn patience(&self) -> Duration {
        match self {
            Self::Verify | Self::Forget { .. } | Self::Compact { .. } => LONG_PATIENCE,
            _ => PATIENCE,
        }
    }
}

/// One line of a reply.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Line {
    /// A row of the answer.
    Row(Value),
    /// Why there is no answer.
    No(Refusal),
    /// The answer is complete.
    End,
}

/// Takes a changed key into use; what went wrong where it cannot.
pub type UseKey = Arc<dyn Fn() -> Result<(), String> + Send + Sync>;

/// What the running daemon answers from.
#[derive(Clone)]
pub struct Sources {
    /// What happened.
    pub journal: Arc<Journal>,
    /// Notified when an act may have made something due.
    pub wake: Arc<Notify>,
    /// By what mails are understood now, in words.
    pub understood_by: watch::Receiver<String>,
    /// What of staff's confirmations is in use now.
    pub learned: watch::Receiver<InUse>,
    /// Notified when something was taken back.
    pub taught: Arc<Notify>,
    /// Takes the key of tokens into use that the journal has now.
    pub use_key: UseKey,
    /// How it stands with the access tokens; `None` without `[oauth2]`.
    pub tokens: watch::Receiver<Option<Value>>,
    /// How it stands with the servers through which mail leaves.
    pub standing: Arc<Standing>,
    /// How it stands.
    pub picture: watch::Receiver<Picture>,
}

/// Answers on the socket until told to stop.
///
/// # Errors
/// When the socket cannot be made.
pub async fn serve(
    sources: Sources,
    socket: &Path,
    shutdown: CancellationToken,
) -> std::io::Result<()> {
    clear_the_way(socket)?;
    let listener = UnixListener::bind(socket)?;
    std::fs::set_permissions(socket, std::fs::Permissions::from_mode(0o600))?;
    loop {
        let stream = tokio::select! {
            () = shutdown.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) if peer::may_ask(&stream) => stream,
                Ok(_) => continue,
                Err(_) => {
                    // Out of file descriptors, most likely: others must give some back first.
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    continue;
                }
            },
        };
        let sources = sources.clone();
        tokio::spawn(async move {
            // Whoever asked and went away has nothing to be told.
            let _ = converse(stream, sources).await;
        });
    }
    std::fs::remove_file(socket)
}

/// Removes the socket of a daemon that is gone; nothing else that may lie there, and no socket that somebody listens on.
fn clear_the_way(socket: &Path) -> std::io::Result<()> {
    let refused = |why: &str| Err(std::io::Error::new(ErrorKind::AlreadyExists, why));
    match std::fs::symlink_metadata(socket) {
        Err(why) if why.kind() == ErrorKind::NotFound => return Ok(()),
        Err(why) => return Err(why),
        Ok(found) if !found.file_type().is_socket() => {
            return refused("something that is no socket lies there, and is left alone");
        }
        Ok(_) => {}
    }
    if std::os::unix::net::UnixStream::connect(socket).is_ok() {
        return refused("another program listens there; give each handoffd a socket of its own");
    }
    std::fs::remove_file(socket)
}

async fn converse(mut stream: UnixStream, sources: Sources) -> std::io::Result<()> {
    let (reading, mut writing) = stream.split();
    let mut request = String::new();
    let mut reading = tokio::io::BufReader::new(reading.take(REQUEST_MAX_BYTES));
    tokio::time::timeout(PATIENCE, reading.read_line(&mut request)).await??;
    if let Some(keys) = export::asked(&request) {
        return export::send(&mut writing, sources.journal, keys).await;
    }
    let answered = match serde_json::from_str::<Question>(&request) {
        Ok(question) => {
            let is_act = matches!(question, Question::Close { .. } | Question::Retry { .. });
            let Sources {
                journal, standing, ..
            } = sources.clone();
            let unlearns = matches!(question, Question::Unlearn { .. } | Question::Forget { .. });
            let changes_key = matches!(question, Question::ChangeKey { .. });
            let is_status = matches!(question, Question::Status);
            let patience = question.patience();
            let use_key = Arc::clone(&sources.use_key);
            let work = move || {
                let rows =
                    answer::answer_with(&journal, &standing, &question, crate::clock::now())?;
                // Only what is in use is told as done.
                if changes_key {
                    use_key().map_err(Refusal::Failed)?;
                }
                Ok(rows)
            };
            let work = tokio::task::spawn_blocking(work);
            let mut answered = tokio::time::timeout(patience, work).await?;
            if is_act {
                // Whoever says "again" knows more of the servers than we do.
                sources.standing.try_all();
                sources.wake.notify_one();
            }
            if unlearns {
                sources.taught.notify_one();
            }
            if let (true, Ok(Ok(rows))) = (is_status, &mut answered) {
                let understood_by = sources.understood_by.borrow().clone();
                let learned = lessons::in_use(&sources.learned.borrow());
                for row in rows.iter_mut().filter_map(Value::as_object_mut) {
                    let _ = row.insert("running".to_owned(), true.into());
                    let _ = row.insert("understood_by".to_owned(), understood_by.clone().into());
                    let _ = row.insert("learned_in_use".to_owned(), learned.clone());
                    let smtp = (sources.standing.server_away())
                        .map_or_else(|| "works".to_owned(), |away| away.sentence());
                    let _ = row.insert("smtp_server".to_owned(), smtp.into());
                    let picture = sources.picture.borrow().status.clone();
                    if let Value::Object(picture) = picture {
                        row.extend(picture);
                    }
                    if let Some(tokens) = sources.tokens.borrow().clone() {
                        let _ = row.insert("oauth2".to_owned(), tokens);
                    }
                }
            }
            answered.unwrap_or_else(|why| Err(Refusal::Failed(why.to_string())))
        }
        Err(why) => Err(Refusal::Failed(format!(
            "the request is not understood: {why}"
        ))),
    };
    let lines = match answered {
        Ok(rows) => {
            let mut lines: Vec<Line> = rows.into_iter().map(Line::Row).collect();
            lines.push(Line::End);
            lines
        }
        Err(refusal) => vec![Line::No(refusal)],
    };
    let tell = async {
        for line in lines {
            let mut text = serde_json::to_vec(&line)?;
            text.push(b'\n');
            writing.write_all(&text).await?;
        }
        writing.shutdown().await
    };
    tokio::time::timeout(PATIENCE, tell).await?
}

/// Asks the running daemon; `None` where none listens.
///
/// # Errors
/// The daemon's refusal, a reply that is cut off, or a socket that we may not use.
pub fn ask(socket: &Path, question: &Question) -> Option<Result<Vec<Value>, Refusal>> {
    let failed = |why: std::io::Error| {
        Err(Refusal::Failed(format!(
            "control socket {}: {why}",
            socket.display()
        )))
    };
    match std::os::unix::net::UnixStream::connect(socket) {
        Ok(stream) => Some(converse_with(stream, question).unwrap_or_else(failed)),
        Err(why) if is_no_daemon(why.kind()) => None,
        Err(why) if why.kind() == ErrorKind::PermissionDenied => {
            let remedy = "ask as root, or as the user that handoffd runs as";
            Some(failed(std::io::Error::other(format!("{why}; {remedy}"))))
        }
        Err(why) => Some(failed(why)),
    }
}

/// Whether an error says that no daemon runs; with any other the store is locked, and looking there would only confuse.
const fn is_no_daemon(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotFound | ErrorKind::ConnectionRefused)
}

fn converse_with(
    mut stream: std::os::unix::net::UnixStream,
    question: &Question,
) -> std::io::Result<Result<Vec<Value>, Refusal>> {
    stream.set_read_timeout(Some(question.patience()))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut request = serde_json::to_vec(question)?;
    request.push(b'\n');
    stream.write_all(&request)?;
    let mut rows = Vec::new();
    for line in BufReader::new(stream.take(REPLY_MAX_BYTES)).lines() {
        match serde_json::from_str(&line?)? {
            Line::Row(row) => rows.push(row),
            Line::No(refusal) => return Ok(Err(refusal)),
            Line::End => return Ok(Ok(rows)),
        }
    }
    Err(std::io::Error::other("the reply was cut off"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::{EnvelopeSender, Outgoing, Purpose};
    use crate::journal::{CopyProof, Entry, JournalError};
    use crate::mail::{Address, MessageId};

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn the_daemon_answers_on_its_socket_as_the_store_does() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("control.sock");
        // A socket that a killed daemon left behind is no obstacle.
        drop(std::os::unix::net::UnixListener::bind(&socket).unwrap());
        assert!(ask(&socket, &Question::Outbox).is_none());
        let journal = Arc::new(Journal::open(&folder.path().join("store")).unwrap());
        let name = MessageId::parse("1@d").unwrap();
        let mail = Outgoing {
            purpose: Purpose::Trouble,
            ticket: None,
            party: None,
            message_id: name.clone(),
            sender: EnvelopeSender::Null,
            recipients: vec![Address::parse("admin@d.example").unwrap()],
            subject: "Trouble".to_owned(),
            text: String::new(),
            bytes: Vec::new(),
        };
        let entry = Entry {
            effects: vec![mail],
            ..Entry::default()
        };
        journal.record(entry, crate::clock::now()).unwrap();
        let shutdown = CancellationToken::new();
        let wake = Arc::new(Notify::new());
        let (journal_of_daemon, socket_of_daemon) = (Arc::clone(&journal), socket.clone());
        let (_understood_by, understood_by) = watch::channel("words alone".to_owned());
        let sources = Sources {
            journal: journal_of_daemon,
            wake: Arc::clone(&wake),
            understood_by,
            learned: watch::channel(InUse::default()).1,
            taught: Arc::new(Notify::new()),
            use_key: Arc::new(|| Ok(())),
            tokens: watch::channel(None).1,
            standing: Arc::default(),
            picture: watch::channel(Picture::default()).1,
        };
        let stopped = shutdown.clone();
        let daemon = tokio::spawn(async move { serve(sources, &socket_of_daemon, stopped).await });
        let ask_it = |question: Question| {
            let socket = socket.clone();
            async move {
                loop {
                    let (socket, question) = (socket.clone(), question.clone());
                    let asked = tokio::task::spawn_blocking(move || ask(&socket, &question));
                    match asked.await.unwrap() {
                        Some(answered) => return answered,
                        None => tokio::task::yield_now().await,
                    }
                }
            }
        };
        let rows = ask_it(Question::Outbox).await.unwrap();
        assert_eq!(
            rows,
            answer(&journal, &Question::Outbox, crate::clock::now()).unwrap()
        );
        assert_eq!(rows[0]["state"], "waiting");
        let status = ask_it(Question::Status).await.unwrap();
        assert_eq!(status[0]["understood_by"], "words alone");
        assert_eq!(status[0]["learned_in_use"]["all"], 0);
        let id = "1@d".to_owned();
        ask_it(Question::Retry { id }).await.unwrap();
        wake.notified().await;
        let id = "K7QF2-M9XRT".to_owned();
        let refused = ask_it(Question::Ticket { id }).await;
        assert!(matches!(refused, Err(Refusal::NotSo(_))), "{refused:?}");
        shutdown.cancel();
        daemon.await.unwrap().unwrap();
        assert!(!socket.exists());
        let due = journal.due(crate::clock::now(), 1).unwrap().remove(0);
        let begun = journal.begin_attempt(due, CopyProof::None, crate::clock::now());
        assert!(begun.is_ok());
        let missing = MessageId::parse("2@d").unwrap();
        let verdict = crate::journal::DoubtVerdict::GiveUp { why: String::new() };
        let nothing = journal.resolve_doubt(&missing, verdict, crate::clock::now());
        assert!(matches!(nothing, Err(JournalError::State(_))));
    }
    #[tokio::test]
    async fn what_lies_at_the_socket_is_not_swept_away() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Arc::new(Journal::open(&folder.path().join("store")).unwrap());
        let serve_on = |socket: &Path| {
            let (journal, socket) = (Arc::clone(&journal), socket.to_owned());
            async move {
                let sources = Sources {
                    journal,
                    wake: Arc::new(Notify::new()),
                    understood_by: watch::channel(String::new()).1,
                    learned: watch::channel(InUse::default()).1,
                    taught: Arc::new(Notify::new()),
                    use_key: Arc::new(|| Ok(())),
                    tokens: watch::channel(None).1,
                    standing: Arc::default(),
                    picture: watch::channel(Picture::default()).1,
                };
                serve(sources, &socket, CancellationToken::new()).await
            }
        };
        let file = folder.path().join("letter.txt");
        std::fs::write(&file, "dear diary").unwrap();
        let refused = serve_on(&file).await.unwrap_err();
        assert!(refused.to_string().contains("no socket"), "{refused}");
        assert_eq!(std::fs::read(&file).unwrap(), b"dear diary");
        let of_another = folder.path().join("other.sock");
        let _listener = std::os::unix::net::UnixListener::bind(&of_another).unwrap();
        let refused = serve_on(&of_another).await.unwrap_err();
        assert!(refused.to_string().contains("another program"), "{refused}");
        assert!(std::os::unix::net::UnixStream::connect(&of_another).is_ok());
    }

    #[test]
    fn only_the_absence_of_a_daemon_sends_us_to_the_store() {
        assert!(is_no_daemon(ErrorKind::NotFound) && is_no_daemon(ErrorKind::ConnectionRefused));
        assert!(!is_no_daemon(ErrorKind::PermissionDenied));
        let folder = tempfile::tempdir().unwrap();
        let nothing = folder.path().join("nothing.sock");
        assert!(ask(&nothing, &Question::Status).is_none());
        // A file in the place of a folder refuses in another way, for root as well.
        let beyond_a_file = folder.path().join("file");
        std::fs::write(&beyond_a_file, "").unwrap();
        let answered = ask(&beyond_a_file.join("x.sock"), &Question::Status);
        assert!(matches!(answered, Some(Err(Refusal::Failed(_)))));
    }
}
