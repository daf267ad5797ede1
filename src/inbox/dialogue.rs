//! Did the server really do what was asked? One command at a time: written, then read until its own tag; end of file, a
//! foreign tag, silence and anything that cannot be parsed are errors, and NO is never taken for an empty yes.
//! Reads hostile input, bounded in time (every command) and size (every answer).

use super::error::{InboxError, Peer, one_line};
use super::guarded::{Bound, Excess, GuardedStream, Wire};
use super::wait::KeptWake;
use crate::oauth2::Mechanism;
use async_imap::Client;
use imap_proto::{MailboxDatum, Response, ResponseCode, Status};
use secrecy::{ExposeSecret, SecretString};
use std::io;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until, timeout};

/// So long whoever wakes us is waited for to do it again: a look costs the server half a dozen commands, and the outbox wakes us with each mail
/// that has left. Mail that the server announces is not kept waiting.
const GATHERED: Duration = Duration::from_millis(200);

/// The tagged answer to a command.
#[derive(Debug)]
pub(super) struct Answer {
    status: Status,
    pub(super) code: Code,
    pub(super) text: String,
}

/// The response code of an answer, as far as something hangs on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    /// The target folder does not exist, and may be created.
    TryCreate,
    /// The folder was opened for reading only.
    ReadOnly,
    /// None, or another.
    Other,
}

impl Answer {
    pub(super) fn is_ok(&self) -> bool {
        matches!(self.status, Status::Ok)
    }
}

/// What ended a time of listening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    News,
    Wake,
    Nothing,
}

/// Whether the line is in step with the server.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// The last command was answered.
    Ready,
    /// A command is under way; seen by the next one only if its caller gave up in the middle.
    Busy,
    /// The server is in IDLE, under this tag.
    Idle(String),
    /// It failed.
    Broken,
}

/// A strict conversation with the server.
#[derive(Debug)]
pub(super) struct Dialogue {
    client: Client<GuardedStream>,
    pub(super) peer: Peer,
    step: Step,
    commands: u64,
    /// How many mails the folder holds, as the server last said.
    pub(super) exists: u32,
    /// Set when the server announced mail; cleared by whoever then looks.
    pub(super) news: bool,
}

/// Receives the untagged responses of a command.
pub(super) type Untagged<'a> = &'a mut (dyn FnMut(&Response<'_>) + Send);

impl Dialogue {
    pub(super) fn new(wire: Box<dyn Wire>, peer: Peer) -> Self {
        Self {
            client: Client::new(GuardedStream::new(wire)),
            peer,
            step: Step::Ready,
            commands: 0,
            exists: 0,
            news: false,
        }
    }

    /// Reads the greeting, which stands before everything else.
    pub(super) async fn greeting(&mut self, limit: Duration) -> Result<(), InboxError> {
        self.step = Step::Busy;
        let response = timeout(limit, self.client.read_response())
            .await
            .map_err(|_| self.peer.timed_out("the greeting", limit))?
            .map_err(|error| read_error(&self.peer, "the greeting", &error))?
            .ok_or_else(|| self.peer.lost("closed before any greeting"))?;
        match response.parsed() {
            Response::Data {
                status: Status::Ok, ..
            } => {
                self.step = Step::Ready;
                Ok(())
            }
            Response::Data { status, outcome } => {
                let said = outcome.information.as_deref().unwrap_or_default();
                Err(self
                    .peer
                    .refused("the greeting", &format!("{status:?} {said}")))
            }
            _ => Err(self.peer.lost("no IMAP greeting")),
        }
    }

    /// Runs a command and returns its tagged answer, whatever it is. `name` is what errors call it: never arguments.
    pub(super) async fn run(
        &mut self,
        name: &'static str,
        command: &str,
        limit: Duration,
        bound: Bound,
        untagged: Untagged<'_>,
    ) -> Result<Answer, InboxError> {
        self.end_idle(limit).await?;
        match timeout(limit, self.exchange(name, command, bound, untagged)).await {
            Ok(Ok(answer)) => {
                self.step = Step::Ready;
                Ok(answer)
            }
            Ok(Err(error)) => {
                self.step = Step::Broken;
                Err(error)
            }
            Err(_) => {
                self.step = Step::Broken;
                Err(self.peer.timed_out(name, limit))
            }
        }
    }

    /// Runs a command that must succeed.
    pub(super) async fn run_ok(
        &mut self,
        name: &'static str,
        command: &str,
        limit: Duration,
        bound: Bound,
        untagged: Untagged<'_>,
    ) -> Result<Answer, InboxError> {
        let answer = self.run(name, command, limit, bound, untagged).await?;
        if answer.is_ok() {
            Ok(answer)
        } else {
            Err(self.peer.refused(name, &answer.text))
        }
    }

    /// Runs AUTHENTICATE with a mechanism whose client says one thing and at most one more, when the server explains its refusal. `at_once`:
    /// whether the server takes the message within the command (SASL-IR, RFC 4959).
    pub(super) async fn authenticate(
        &mut self,
        mechanism: Mechanism,
        message: &SecretString,
        at_once: bool,
        limit: Duration,
    ) -> Result<Answer, InboxError> {
        const NAME: &str = "AUTHENTICATE";
        self.end_idle(limit).await?;
        let exchange = async {
            let mut left = vec![mechanism.answer_to_refusal(), message.expose_secret()];
            let command = match at_once {
                true => SecretString::from(format!(
                    "{NAME} {} {}",
                    mechanism.name(),
                    left.pop().unwrap_or_default()
                )),
                false => SecretString::from(format!("{NAME} {}", mechanism.name())),
            };
            let tag = (self.send(NAME, command.expose_secret(), Bound::SMALL)).await?;
            loop {
                match self.next(NAME, &tag, &mut |_| {}).await? {
                    Next::Untagged => {}
                    Next::Answer(answer) => return Ok(answer),
                    Next::Continue => {
                        let Some(line) = left.pop() else {
                            return Err(self.peer.lost("AUTHENTICATE does not come to an end"));
                        };
                        self.write(format!("{line}\r\n").as_bytes()).await?;
                    }
                }
            }
        };
        let ended = timeout(limit, exchange).await;
        self.step = match &ended {
            Ok(Ok(_)) => Step::Ready,
            _ => Step::Broken,
        };
        ended.unwrap_or_else(|_| Err(self.peer.timed_out(NAME, limit)))
    }

    /// Starts IDLE. `Some(answer)` is the server's refusal.
    pub(super) async fn begin_idle(
        &mut self,
        limit: Duration,
    ) -> Result<Option<Answer>, InboxError> {
        self.end_idle(limit).await?;
        match timeout(limit, self.ask_for_idle()).await {
            Ok(Ok(refusal)) => Ok(refusal),
            Ok(Err(error)) => {
                self.step = Step::Broken;
                Err(error)
            }
            Err(_) => {
                self.step = Step::Broken;
                Err(self.peer.timed_out("IDLE", limit))
            }
        }
    }

    async fn ask_for_idle(&mut self) -> Result<Option<Answer>, InboxError> {
        let tag = self.send("IDLE", "IDLE", Bound::SMALL).await?;
        loop {
            match self.next("IDLE", &tag, &mut |_| {}).await? {
                Next::Untagged => {}
                Next::Continue => {
                    self.step = Step::Idle(tag);
                    return Ok(None);
                }
                // Some servers answer NO where they have no more room for watchers.
                Next::Answer(answer) if !answer.is_ok() => {
                    self.step = Step::Ready;
                    return Ok(Some(answer));
                }
                Next::Answer(_) => {
                    return Err(self.peer.lost("IDLE was answered before it began"));
                }
            }
        }
    }

    /// Ends IDLE, if the server is in it.
    pub(super) async fn end_idle(&mut self, limit: Duration) -> Result<(), InboxError> {
        let tag = match std::mem::replace(&mut self.step, Step::Busy) {
            Step::Ready => {
                self.step = Step::Ready;
                return Ok(());
            }
            Step::Idle(tag) => tag,
            Step::Busy | Step::Broken => {
                self.step = Step::Broken;
                return Err(self.peer.lost("an earlier command was not finished"));
            }
        };
        let ended = timeout(limit, async {
            self.write(b"DONE\r\n").await?;
            loop {
                match self.next("IDLE", &tag, &mut |_| {}).await? {
                    Next::Answer(answer) if answer.is_ok() => return Ok(()),
                    Next::Answer(answer) => return Err(self.peer.refused("IDLE", &answer.text)),
                    Next::Untagged | Next::Continue => {}
                }
            }
        })
        .await;
        match ended {
            Ok(Ok(())) => {
                self.step = Step::Ready;
                Ok(())
            }
            Ok(Err(error)) => {
                self.step = Step::Broken;
                Err(error)
            }
            Err(_) => {
                self.step = Step::Broken;
                Err(self.peer.timed_out("DONE after IDLE", limit))
            }
        }
    }

    /// Listens until the server announces mail, somebody wakes us, or the time is over; in IDLE or not. Who wakes us is followed by others for
    /// as long as there is work, so after a wake it listens on for [`GATHERED`]. May be dropped in the middle: nothing that was read is lost, and
    /// a wake that was not returned stays with `wake`.
    pub(super) async fn listen(
        &mut self,
        wake: &Notify,
        longest: Duration,
    ) -> Result<Heard, InboxError> {
        if matches!(self.step, Step::Busy | Step::Broken) {
            return Err(self.peer.lost("an earlier command was not finished"));
        }
        let mut until = Instant::now() + longest;
        let mut woken = KeptWake(None);
        self.client.get_mut().watch.allow(Bound::SMALL);
        while !self.news {
            tokio::select! {
                biased;
                response = self.client.read_response() => {
                    let heard = match response {
                        Ok(Some(response)) => self.note(response.parsed()),
                        Ok(None) => Err(self.peer.lost("closed by the server")),
                        Err(error) => Err(read_error(&self.peer, "waiting for mail", &error)),
                    };
                    if let Err(error) = heard {
                        self.step = Step::Broken;
                        return Err(error);
                    }
                }
                () = wake.notified(), if woken.0.is_none() => {
                    woken.0 = Some(wake);
                    until = until.min(Instant::now() + GATHERED);
                }
                () = sleep_until(until) => {
                    return Ok(match woken.0.take() {
                        Some(_) => Heard::Wake,
                        None => Heard::Nothing,
                    });
                }
            }
        }
        woken.0 = None;
        Ok(Heard::News)
    }

    /// Says goodbye, without insisting.
    pub(super) async fn log_out(&mut self, limit: Duration) {
        let farewell = async {
            self.end_idle(limit).await?;
            let tag = self.send("LOGOUT", "LOGOUT", Bound::SMALL).await?;
            loop {
                let response = self.client.read_response().await;
                match response {
                    Ok(Some(response)) if response.request_id().is_some_and(|id| id.0 == tag) => {
                        return Ok(());
                    }
                    Ok(Some(_)) => {}
                    Ok(None) | Err(_) => return Err(self.peer.lost("closed at LOGOUT")),
                }
            }
        };
        // The server knows how to live with clients that vanish; whatever went wrong here changes nothing.
        let _: Result<Result<(), InboxError>, _> = timeout(limit, farewell).await;
        let _: Result<io::Result<()>, _> = timeout(limit, self.client.get_mut().shutdown()).await;
        self.step = Step::Broken;
    }

    async fn exchange(
        &mut self,
        name: &'static str,
        command: &str,
        bound: Bound,
        untagged: Untagged<'_>,
    ) -> Result<Answer, InboxError> {
        let tag = self.send(name, command, bound).await?;
        loop {
            match self.next(name, &tag, untagged).await? {
                Next::Untagged => {}
                Next::Answer(answer) => return Ok(answer),
                Next::Continue => {
                    return Err(self
                        .peer
                        .lost("the server waits for more where there is no more"));
                }
            }
        }
    }

    /// Written past the library, which would log the line at its most talkative level, the password of LOGIN included.
    async fn send(
        &mut self,
        name: &'static str,
        command: &str,
        bound: Bound,
    ) -> Result<String, InboxError> {
        if command.contains(['\r', '\n', '\0']) {
            return Err(self
                .peer
                .refused(name, "the command would hold a line break"));
        }
        self.step = Step::Busy;
        self.commands += 1;
        let tag = format!("H{}", self.commands);
        self.client.get_mut().watch.allow(bound);
        self.write(format!("{tag} {command}\r\n").as_bytes())
            .await?;
        Ok(tag)
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), InboxError> {
        let stream = self.client.get_mut();
        let written = match stream.write_all(bytes).await {
            Ok(()) => stream.flush().await,
            Err(error) => Err(error),
        };
        written.map_err(|error| self.peer.lost(&error.to_string()))
    }

    async fn next(
        &mut self,
        name: &'static str,
        tag: &str,
        untagged: Untagged<'_>,
    ) -> Result<Next, InboxError> {
        let response = self
            .client
            .read_response()
            .await
            .map_err(|error| read_error(&self.peer, name, &error))?
            .ok_or_else(|| {
                self.peer
                    .lost(&format!("closed by the server during {name}"))
            })?;
        match response.parsed() {
            Response::Done {
                tag: answered,
                status,
                outcome,
            } => {
                if answered.0 != tag {
                    return Err(self
                        .peer
                        .lost(&format!("an answer to another command than {name}")));
                }
                Ok(Next::Answer(answer_of(status, outcome)))
            }
            Response::Continue(_) => Ok(Next::Continue),
            other => {
                self.note(other)?;
                untagged(other);
                Ok(Next::Untagged)
            }
        }
    }

    /// Keeps count of the folder, and notices the server's farewell.
    fn note(&mut self, response: &Response<'_>) -> Result<(), InboxError> {
        match response {
            Response::MailboxData(MailboxDatum::Exists(count)) => {
                self.news |= *count > self.exists;
                self.exists = *count;
            }
            Response::Expunge(_) => self.exists = self.exists.saturating_sub(1),
            Response::Data {
                status: Status::Bye,
                outcome,
            } => {
                let said = outcome.information.as_deref().unwrap_or_default();
                return Err(self.peer.lost(&format!("the server said goodbye: {said}")));
            }
            _ => {}
        }
        Ok(())
    }
}

enum Next {
    Untagged,
    Continue,
    Answer(Answer),
}

fn answer_of(status: &Status, outcome: &imap_proto::Outcome<'_>) -> Answer {
    let said = outcome.information.as_deref().unwrap_or_default();
    let code = match &outcome.code {
        Some(ResponseCode::TryCreate) => Code::TryCreate,
        Some(ResponseCode::ReadOnly) => Code::ReadOnly,
        _ => Code::Other,
    };
    let (status, word) = match status {
        Status::Ok => (Status::Ok, "OK"),
        Status::No => (Status::No, "NO"),
        Status::PreAuth => (Status::PreAuth, "PREAUTH"),
        Status::Bye => (Status::Bye, "BYE"),
        Status::Bad => (Status::Bad, "BAD"),
    };
    Answer {
        status,
        code,
        text: one_line(&format!("{word} {said}")),
    }
}

/// A read error, told apart: too much, or lost. The library's parse errors quote the server's bytes, mail text among
/// them: they are not passed on.
fn read_error(peer: &Peer, name: &'static str, error: &io::Error) -> InboxError {
    if let Some(excess) = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<Excess>())
    {
        return peer.too_much(name, &excess.to_string());
    }
    match error.kind() {
        io::ErrorKind::Other => peer.lost(&format!(
            "what the server sent during {name} cannot be understood"
        )),
        io::ErrorKind::UnexpectedEof => peer.lost(&format!("closed in the middle of {name}")),
        _ => peer.lost(&error.to_string()),
    }
}
