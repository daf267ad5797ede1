//! One command and its whole answer, read strictly. async-imap's own calls turn NO, BAD and a lost connection into empty
//! successes in places; here every command ends with its tagged OK, or with an error.

use super::InboxError;
use super::stream::{Greeting, Metered, connect};
use crate::config::Inbox;
use async_imap::{Client, Session};
use imap_proto::{MailboxDatum, RequestId, Response, ResponseCode, Status};
use secrecy::ExposeSecret;
use std::future::Future;
use std::time::Duration;

/// What an answer without mails in it may hold, in bytes.
pub(super) const ANSWER_MAX_BYTES: usize = 64 * 1024 * 1024;

/// How long each step may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Connecting, TLS included.
    pub(crate) connect: Duration,
    /// One command.
    pub(crate) command: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(30),
            command: Duration::from_mins(2),
        }
    }
}

/// The tagged end of an answer that was not OK.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    /// The code in brackets, as far as it is known.
    pub(super) try_create: bool,
    /// NO or BAD, and the text.
    pub(super) answer: String,
}

/// A session in which every answer is read to its end.
pub(super) struct Dialogue {
    session: Session<Metered>,
    limits: Limits,
    /// New mail was announced since the last look.
    pub(super) announced: bool,
}

impl Dialogue {
    /// Connects, reads the greeting and logs in.
    pub(super) async fn open(settings: &Inbox, limits: Limits) -> Result<Self, InboxError> {
        let server = format!("{}:{}", settings.host, settings.port);
        let (stream, greeting) =
            within("connecting", limits.connect, connect(settings, &server)).await??;
        let mut client = Client::new(stream);
        if greeting == Greeting::Expected {
            // Without this, logging in hangs or takes the greeting for its answer.
            let read = within("the greeting", limits.connect, client.read_response()).await?;
            match read.map_err(|error| lost("the greeting", &error))? {
                Some(greeting) => match greeting.parsed() {
                    Response::Data {
                        status: Status::Ok | Status::PreAuth,
                        ..
                    } => {}
                    other => {
                        return Err(protocol("connecting", format!("it greets with {other:?}")));
                    }
                },
                None => return Err(ended("the greeting")),
            }
        }
        let login = client.login(
            quotable(&settings.user)?,
            quotable(settings.password.expose_secret())?,
        );
        let session = within("LOGIN", limits.command, login).await?;
        let session = session.map_err(|(error, _)| match error {
            async_imap::error::Error::No(answer) | async_imap::error::Error::Bad(answer) => {
                InboxError::LoginRefused {
                    server,
                    user: settings.user.clone(),
                    answer,
                }
            }
            other => lost("LOGIN", &other),
        })?;
        Ok(Self {
            session,
            limits,
            announced: false,
        })
    }

    /// Runs a command; every untagged response is shown to `notice`. A NO or BAD is an error.
    pub(super) async fn run(
        &mut self,
        command: &str,
        answer_max_bytes: usize,
        notice: impl FnMut(&Response<'_>) + Send,
    ) -> Result<(), InboxError> {
        let name = name_of(command);
        match self.try_run(command, answer_max_bytes, notice).await? {
            Ok(()) => Ok(()),
            Err(refusal) => Err(InboxError::Refused {
                command: name,
                answer: refusal.answer,
            }),
        }
    }

    /// Like [`Self::run`], for commands whose refusal is an answer.
    pub(super) async fn try_run(
        &mut self,
        command: &str,
        answer_max_bytes: usize,
        mut notice: impl FnMut(&Response<'_>) + Send,
    ) -> Result<Result<(), Refusal>, InboxError> {
        let name = name_of(command);
        self.session.get_mut().allow(answer_max_bytes);
        let limit = self.limits.command;
        let sent = within(&name, limit, self.session.run_command(command)).await?;
        let tag = sent.map_err(|error| lost(&name, &error))?;
        loop {
            let end = self.read(&name, |response| {
                if let Response::Done {
                    tag: done,
                    status,
                    outcome,
                } = response
                    && *done == tag
                {
                    if *status == Status::Ok {
                        notice(response);
                        return Some(Ok(()));
                    }
                    let words = outcome.information.as_deref().unwrap_or_default();
                    return Some(Err(Refusal {
                        try_create: matches!(outcome.code, Some(ResponseCode::TryCreate)),
                        answer: format!("{status:?} {words}").trim().to_owned(),
                    }));
                }
                notice(response);
                None
            });
            if let Some(end) = end.await? {
                return Ok(end);
            }
        }
    }

    /// Sends IDLE (RFC 2177); whether the server agreed.
    pub(super) async fn begin_idle(&mut self) -> Result<Option<RequestId>, InboxError> {
        self.session.get_mut().allow(ANSWER_MAX_BYTES);
        let sent = within(
            "IDLE",
            self.limits.command,
            self.session.run_command("IDLE"),
        )
        .await?;
        let tag = sent.map_err(|error| lost("IDLE", &error))?;
        loop {
            let agreed = self.read("IDLE", |response| match response {
                Response::Continue(_) => Some(true),
                Response::Done { tag: done, .. } if *done == tag => Some(false),
                _ => None,
            });
            match agreed.await? {
                Some(true) => return Ok(Some(tag)),
                Some(false) => return Ok(None),
                None => {}
            }
        }
    }

    /// Waits until the server says something about the folder. Safe to drop at any time: what was read stays buffered.
    pub(super) async fn idle_news(&mut self) -> Result<(), InboxError> {
        while !self.announced {
            let read = self.session.read_response().await;
            let response = read.map_err(|error| lost("IDLE", &error))?;
            let response = response.ok_or_else(|| ended("IDLE"))?;
            match response.parsed() {
                Response::Data {
                    status: Status::Bye,
                    ..
                } => return Err(ended("IDLE")),
                Response::Done { .. } => {
                    return Err(protocol("IDLE", "it ended by itself".to_owned()));
                }
                other => self.announced |= announces(other),
            }
        }
        Ok(())
    }

    /// Ends IDLE.
    pub(super) async fn end_idle(&mut self, tag: &RequestId) -> Result<(), InboxError> {
        self.session.get_mut().allow(ANSWER_MAX_BYTES);
        let done = self.session.run_command_untagged("DONE");
        let sent = within("DONE", self.limits.command, done).await?;
        sent.map_err(|error| lost("DONE", &error))?;
        loop {
            let end = self.read("DONE", |response| match response {
                Response::Done {
                    tag: done, status, ..
                } if done == tag => Some(format!("{status:?}")),
                _ => None,
            });
            match end.await? {
                Some(status) if status == "Ok" => return Ok(()),
                Some(status) => return Err(protocol("DONE", format!("it answers {status}"))),
                None => {}
            }
        }
    }

    /// Reads one response and shows it to `inspect`. (async-imap does not let its type be named.)
    async fn read<R>(
        &mut self,
        command: &str,
        inspect: impl FnOnce(&Response<'_>) -> R,
    ) -> Result<R, InboxError> {
        let read = within(command, self.limits.command, self.session.read_response());
        let response = read.await?.map_err(|error| lost(command, &error))?;
        let response = response.ok_or_else(|| ended(command))?;
        match response.parsed() {
            Response::Data {
                status: Status::Bye,
                outcome,
            } => Err(InboxError::ConnectionLost {
                command: command.to_owned(),
                why: format!(
                    "the server says goodbye: {}",
                    outcome.information.as_deref().unwrap_or_default()
                ),
            }),
            other => {
                self.announced |= announces(other);
                Ok(inspect(other))
            }
        }
    }
}

/// Whether a response says that the folder changed.
fn announces(response: &Response<'_>) -> bool {
    matches!(
        response,
        Response::MailboxData(MailboxDatum::Exists(_) | MailboxDatum::Recent(_))
    )
}

/// The first words of a command, for messages: never its arguments, which may hold secrets.
fn name_of(command: &str) -> String {
    let words = command.split(' ').take(2);
    let names = words.filter(|word| word.chars().all(|c| c.is_ascii_uppercase()));
    names.collect::<Vec<_>>().join(" ")
}

/// async-imap quotes user and password itself; a line break in them would be a second command.
fn quotable(text: &str) -> Result<&str, InboxError> {
    if text.chars().any(char::is_control) {
        return Err(protocol(
            "LOGIN",
            "user or password hold a control character".to_owned(),
        ));
    }
    Ok(text)
}

async fn within<T>(
    command: &str,
    limit: Duration,
    work: impl Future<Output = T>,
) -> Result<T, InboxError> {
    let timed = tokio::time::timeout(limit, work).await;
    timed.map_err(|_| InboxError::TimedOut {
        command: command.to_owned(),
        limit,
    })
}

fn lost(command: &str, error: &dyn std::error::Error) -> InboxError {
    InboxError::ConnectionLost {
        command: command.to_owned(),
        why: error.to_string(),
    }
}

fn ended(command: &str) -> InboxError {
    InboxError::ConnectionLost {
        command: command.to_owned(),
        why: "the server ended it".to_owned(),
    }
}

pub(super) fn protocol(command: &str, why: String) -> InboxError {
    InboxError::Protocol {
        command: command.to_owned(),
        why,
    }
}
