//! The line between the daemon and a server: bytes in order, until one of them is gone. What a dead daemon does on it is not done.

use super::link::Link;
use super::mishaps::Mishap;
use super::world::Server;
use super::{imap, is_alive, process, smtp, storm, with, world};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, DuplexStream, ReadBuf, WriteHalf};

/// The ports of the world.
pub(super) const IMAP_PORT: u16 = 143;
pub(super) const SMTP_PORT: u16 = 25;

/// How much is under way on a line at most.
const LINE_BYTES: usize = 1024 * 1024;

/// So long a connection is waited for where the network is cut.
const NOBODY_ANSWERS_WITHIN: Duration = Duration::from_secs(20);

/// The daemon's end of a line.
#[derive(Debug)]
pub(crate) struct Wire {
    stream: DuplexStream,
    life: u64,
    server: Server,
}

/// Connects to a server of the world; `None` where there is no world on this thread.
pub(crate) async fn dial(port: u16) -> Option<io::Result<Wire>> {
    let server = match port {
        IMAP_PORT => Server::Imap,
        SMTP_PORT => Server::Smtp,
        // No port of the world: a test that runs its own servers.
        _ => return None,
    };
    let machine = process::at_work().unwrap_or(0);
    let is_cut_off = with(|world| world.machines[machine].is_cut_off(server.peer()))?;
    if is_cut_off.is_some() {
        tokio::time::sleep(NOBODY_ANSWERS_WITHIN).await;
        return Some(Err(io::ErrorKind::TimedOut.into()));
    }
    let (is_down, life) = with(|world| (world.is_down(server), world.machines[machine].life))?;
    if is_down {
        return Some(Err(io::ErrorKind::ConnectionRefused.into()));
    }
    let (ours, mut theirs) = tokio::io::duplex(LINE_BYTES);
    if with(|world| world.shared.is_some())? {
        let (near, far) = tokio::io::duplex(LINE_BYTES);
        let link = Link {
            machine,
            life,
            peer: server.peer(),
        };
        link.lay(std::mem::replace(&mut theirs, far), near);
    }
    match server {
        Server::Imap => drop(tokio::spawn(imap::serve(theirs, machine))),
        Server::Smtp => drop(tokio::spawn(smtp::serve(theirs, machine))),
    }
    Some(Ok(Wire {
        stream: ours,
        life,
        server,
    }))
}

impl AsyncRead for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let wire = self.get_mut();
        match is_alive(wire.life) {
            true => Pin::new(&mut wire.stream).poll_read(context, buffer),
            false => Poll::Pending,
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let wire = self.get_mut();
        storm::may_be_stopped(match wire.server {
            Server::Imap => "before it writes to IMAP",
            Server::Smtp => storm::WRITES_TO_SMTP,
        });
        match is_alive(wire.life) {
            true => Pin::new(&mut wire.stream).poll_write(context, bytes),
            false => Poll::Pending,
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

/// Whether a conversation goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Course {
    GoesOn,
    Ends,
}

/// One command: what the server does, and what of its reply reaches the daemon.
pub(super) async fn turn(
    (server, machine): (Server, usize),
    writer: &mut WriteHalf<DuplexStream>,
    mishap: Mishap,
    act: impl FnOnce() -> Vec<u8> + Send,
) -> Course {
    if let Some(name) = mishap.name() {
        world(|world| world.tally.hit(server.name(), name));
    }
    match mishap {
        Mishap::CutBefore => return Course::Ends,
        Mishap::CrashBefore => {
            world(|world| world.crash(machine, "before a command"));
            return Course::Ends;
        }
        Mishap::Down => {
            world(|world| world.take_down(server));
            return Course::Ends;
        }
        _ => {}
    }
    let reply = act();
    let (part, course) = match mishap {
        Mishap::CutAfter => (0, Course::Ends),
        Mishap::CutHalfway => (reply.len() / 2, Course::Ends),
        Mishap::CrashAfter => {
            world(|world| world.crash(machine, "after a command"));
            (0, Course::Ends)
        }
        Mishap::Never => {
            tokio::time::sleep(Duration::from_mins(20)).await;
            (0, Course::Ends)
        }
        Mishap::Late(delay) => {
            tokio::time::sleep(delay).await;
            (reply.len(), Course::GoesOn)
        }
        _ => (reply.len(), Course::GoesOn),
    };
    match writer.write_all(&reply[..part]).await {
        Ok(()) => course,
        Err(_) => Course::Ends,
    }
}
