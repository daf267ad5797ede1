//! The Unix socket through which the command line asks the running daemon: one JSON line as a request, JSON lines as the reply.
//!
//! The same answers are given from the store itself when no daemon runs. Only root and the user that the daemon runs as are answered;
//! lines are bounded.

mod answer;
mod articles;
mod autonomy;
mod bystander;
mod draft;
mod export;
mod lessons;
mod letter;
mod outbox;
mod peer;
mod privacy;
mod question;
mod reach;
mod sought;
mod story;
mod written;

pub(crate) use answer::AUTOMATIC_MAIL_GOES;
pub use answer::{Refusal, answer};
pub use autonomy::demanded;
pub use bystander::{Awaited, Bystander, say_who_works};
pub use export::ask_for_export;
pub use lessons::keep_for_review;
pub(crate) use peer::may_ask;
use question::PATIENCE;
pub use question::{Question, Step};
pub use reach::{Reach, as_one, meant, who_has_it};
pub use sought::{has, nowhere};
pub use story::in_one_line;

use crate::config::MailboxName;
use crate::gateway::{NOT_YET_ASKED, Office, Picture};
use crate::journal::Journal;
use crate::learning::InUse;
use crate::outbox::Standing;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

/// The longest request, in bytes: one with a reason for a no in it.
const REQUEST_MAX_BYTES: u64 = 16 * 1024;

/// The largest reply that is read, in bytes.
const REPLY_MAX_BYTES: u64 = 256 * 1024 * 1024;

/// A question, and whose mailbox it is about.
#[derive(Debug, Serialize, Deserialize)]
struct Request {
    #[serde(flatten)]
    question: Question,
    /// Its name; without one it is about all of them, or about the one that has what is asked about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    mailbox: Option<String>,
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

/// A mailbox that is kept, as it is asked about.
#[derive(Clone)]
pub struct Desk {
    /// Its name; `None` is the only one.
    pub name: Option<MailboxName>,
    /// What is answered from.
    pub kept: Kept,
}

/// How a mailbox is kept.
#[derive(Clone)]
pub enum Kept {
    /// This process works for it.
    Here(Box<Sources>),
    /// It would, were it not for another one.
    StoodByFor(Box<Bystander>),
}

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
    /// What is loaded now: the articles, and what writes our mails.
    pub office: Arc<RwLock<Arc<Office>>>,
}

/// The socket, made; whoever asks now waits until it is answered.
pub struct Listening {
    listener: UnixListener,
    socket: PathBuf,
}

/// Makes the socket, and the folder that it lies in where nothing else is missing of its path: under systemd the unit has made it, by hand nobody has.
///
/// # Errors
/// When it cannot be made.
pub fn listen(socket: &Path) -> std::io::Result<Listening> {
    make_folder_of(socket)?;
    clear_the_way(socket)?;
    let listener = UnixListener::bind(socket)?;
    std::fs::set_permissions(socket, std::fs::Permissions::from_mode(0o600))?;
    Ok(Listening {
        listener,
        socket: socket.to_owned(),
    })
}

/// Answers on the socket until told to stop, for the mailboxes that are kept at the time.
///
/// # Errors
/// When the socket cannot be taken away at the end.
pub async fn serve(
    listening: Listening,
    desks: watch::Receiver<Arc<Vec<Desk>>>,
    shutdown: CancellationToken,
) -> std::io::Result<()> {
    let Listening { listener, socket } = listening;
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
        let desks = Arc::clone(&desks.borrow());
        tokio::spawn(async move {
            // Whoever asked and went away has nothing to be told.
            let _ = converse(stream, desks).await;
        });
    }
    std::fs::remove_file(socket)
}

/// Removes the socket of a daemon that is gone; nothing else that may lie there, and no socket that somebody listens on.
pub(crate) fn clear_the_way(socket: &Path) -> std::io::Result<()> {
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

/// What is there stays as it is, a link too: only what we make ourselves is ours.
fn make_folder_of(socket: &Path) -> std::io::Result<()> {
    let Some(folder) = socket.parent().filter(|folder| *folder != Path::new("")) else {
        return Ok(());
    };
    match std::fs::symlink_metadata(folder) {
        Ok(_) => return Ok(()),
        Err(why) if why.kind() == ErrorKind::NotFound => {}
        Err(why) => return Err(why),
    }
    let made = std::fs::DirBuilder::new().mode(0o750).create(folder);
    made.map_err(|why| {
        let folder = folder.display();
        std::io::Error::new(
            why.kind(),
            format!("the folder {folder} is missing and cannot be made: {why}"),
        )
    })
}

async fn converse(mut stream: UnixStream, desks: Arc<Vec<Desk>>) -> std::io::Result<()> {
    let (reading, mut writing) = stream.split();
    let mut request = String::new();
    let mut reading = tokio::io::BufReader::new(reading.take(REQUEST_MAX_BYTES));
    tokio::time::timeout(PATIENCE, reading.read_line(&mut request)).await??;
    if let Some((keys, mailbox)) = export::asked(&request) {
        return export::send(&mut writing, &desks, mailbox.as_deref(), keys).await;
    }
    let answered = match serde_json::from_str::<Request>(&request) {
        Ok(Request { question, mailbox }) => {
            let patience = question.patience();
            let work = tokio::task::spawn_blocking(move || {
                answer_of(&desks, mailbox.as_deref(), &question)
            });
            let answered = tokio::time::timeout(patience, work).await?;
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

/// What these mailboxes answer, or the one that is named, or the one that has what is asked about.
pub(crate) fn answer_of(
    desks: &[Desk],
    mailbox: Option<&str>,
    question: &Question,
) -> Result<Vec<Value>, Refusal> {
    let reach = question.reach();
    let meant = meant(desks, mailbox, reach, Desk::name)?;
    let meant = who_has_it(meant, question, Desk::name, |desk| desk.has(question))?;
    as_one(&meant, reach, Desk::name, |desk| desk.answer(question))
}

impl Desk {
    const fn name(&self) -> Option<&MailboxName> {
        self.name.as_ref()
    }

    /// Whether what the question names is in its journal, whoever works with that.
    fn has(&self, question: &Question) -> Result<bool, Refusal> {
        match &self.kept {
            Kept::Here(sources) => has(&sources.journal, question),
            Kept::StoodByFor(bystander) => bystander.has(question),
        }
    }

    /// What this mailbox answers, and what follows from it in the running daemon.
    fn answer(&self, question: &Question) -> Result<Vec<Value>, Refusal> {
        let sources = match &self.kept {
            Kept::Here(sources) => sources,
            Kept::StoodByFor(bystander) => return bystander.answer(question),
        };
        let now = crate::clock::now();
        let answered = match question {
            Question::Approve { .. } | Question::Refuse { .. } => {
                sources.about_draft(question, now)
            }
            Question::Letter { .. } => letter::of_office(&sources.journal, &sources.office(), now),
            Question::SendLetter => letter::send(&sources.journal, &sources.office(), now),
            _ => answer::answer_with(&sources.journal, &sources.standing, question, now),
        };
        match question {
            Question::Close { .. }
            | Question::Retry { .. }
            | Question::Approve { .. }
            | Question::Refuse { .. }
            | Question::SendLetter => {
                // Whoever says "again" knows more of the servers than we do.
                sources.standing.try_all();
                sources.wake.notify_one();
            }
            Question::Unlearn { .. } | Question::Forget { .. } => sources.taught.notify_one(),
            _ => {}
        }
        let mut rows = answered?;
        match question {
            // Only what is in use is told as done.
            Question::ChangeKey { .. } => (sources.use_key)().map_err(Refusal::Failed)?,
            Question::Status => rows
                .iter_mut()
                .filter_map(Value::as_object_mut)
                .for_each(|row| sources.add_to_status(row)),
            Question::Learned => lessons::mark(&mut rows, &sources.learned.borrow()),
            Question::Articles { .. } => {
                let office = sources.office();
                let language = &office.settings.support.language;
                articles::add_what_is_loaded(&mut rows, &office.knowledge, language);
            }
            _ => {}
        }
        Ok(rows)
    }
}

impl Sources {
    /// What is loaded now.
    fn office(&self) -> Arc<Office> {
        Arc::clone(&self.office.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The operator's word about a draft.
    fn about_draft(&self, question: &Question, now: Timestamp) -> Result<Vec<Value>, Refusal> {
        let rows = draft::decide(&self.office(), &self.journal, question, now)?;
        self.taught.notify_one();
        Ok(rows)
    }

    /// What only a running daemon knows.
    fn add_to_status(&self, row: &mut serde_json::Map<String, Value>) {
        let understood_by = self.understood_by.borrow().clone();
        let _ = row.insert("running".to_owned(), true.into());
        // Only where another process could as well.
        if self.journal.lease().is_some() {
            let _ = row.insert("held_by".to_owned(), "this process".into());
        }
        let _ = row.insert("understood_by".to_owned(), understood_by.into());
        let learned = lessons::in_use(&self.learned.borrow());
        let _ = row.insert("learned_in_use".to_owned(), learned);
        let picture = self.picture.borrow().status.clone();
        let smtp = match self.standing.server_away() {
            Some(away) => away.sentence(),
            None => state_of_sending(&picture),
        };
        let _ = row.insert("smtp_server".to_owned(), smtp.into());
        if let Value::Object(picture) = picture {
            row.extend(picture);
        }
        if let Some(tokens) = self.tokens.borrow().clone() {
            let _ = row.insert("oauth2".to_owned(), tokens);
        }
    }
}

/// How it stands with our SMTP server, as the row of the outbox beside it says: that no failure is known does not show that it was ever reached.
fn state_of_sending(picture: &Value) -> String {
    let outbox = picture.get("outbox");
    let word = |key: &str| outbox.and_then(|outbox| outbox.get(key)?.as_str());
    match (word("state"), word("why")) {
        (Some(state), Some(why)) => format!("{state}: {why}"),
        (Some(state), None) => state.to_owned(),
        (None, _) => NOT_YET_ASKED.to_owned(),
    }
}

/// Asks the running daemon about this mailbox, or about all of them; `None` where none listens.
///
/// # Errors
/// The daemon's refusal, a reply that is cut off, or a socket that we may not use.
pub fn ask(
    socket: &Path,
    question: &Question,
    mailbox: Option<&str>,
) -> Option<Result<Vec<Value>, Refusal>> {
    let failed = |why: std::io::Error| {
        Err(Refusal::Failed(format!(
            "control socket {}: {why}",
            socket.display()
        )))
    };
    match std::os::unix::net::UnixStream::connect(socket) {
        Ok(stream) => Some(converse_with(stream, question, mailbox).unwrap_or_else(failed)),
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
    mailbox: Option<&str>,
) -> std::io::Result<Result<Vec<Value>, Refusal>> {
    stream.set_read_timeout(Some(question.patience()))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut request = serde_json::to_vec(&Request {
        question: question.clone(),
        mailbox: mailbox.map(str::to_owned),
    })?;
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
mod tests;
