//! An export through the socket: the lines of the export themselves, as the reply. Their last one says that it is complete, so a reply that is
//! cut off cannot pass for one. The daemon writes it aside first: whoever reads slowly holds up nothing.

use super::{Desk, Kept, Line, PATIENCE, Reach, Refusal, is_no_daemon, meant};
use crate::journal::Keys;
use serde::{Deserialize, Serialize};
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// How long the daemon may take to write it aside.
const WRITING_PATIENCE: Duration = Duration::from_hours(2);
/// The longest line of an export that is passed on, in bytes.
const LINE_MAX_BYTES: u64 = 512 * 1024 * 1024;
/// What the last line of an export begins with.
const END: &[u8] = b"{\"end\":";
/// What a refusal begins with.
const NO: &[u8] = b"{\"no\":";

#[derive(Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "kebab-case", deny_unknown_fields)]
enum Request {
    Export {
        with_key: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mailbox: Option<String>,
    },
}

/// Whether an export is asked for, with which keys, and of which mailbox.
pub(super) fn asked(request: &str) -> Option<(Keys, Option<String>)> {
    let Request::Export { with_key, mailbox } = serde_json::from_str(request).ok()?;
    let keys = match with_key {
        true => Keys::GoWithIt,
        false => Keys::StayBehind,
    };
    Some((keys, mailbox))
}

/// Answers it.
pub(super) async fn send(
    writing: &mut tokio::net::unix::WriteHalf<'_>,
    desks: &[Desk],
    mailbox: Option<&str>,
    keys: Keys,
) -> std::io::Result<()> {
    let written = match meant(desks, mailbox, Reach::Named, Desk::name).as_deref() {
        Ok([desk]) => {
            let kept = desk.kept.clone();
            tokio::task::spawn_blocking(move || match kept {
                Kept::Here(sources) => sources.journal.export_aside(keys).map_err(Refusal::from),
                Kept::StoodByFor(bystander) => bystander.export_aside(keys),
            })
            .await?
        }
        Ok(_) => Err(Refusal::Failed("no mailbox was asked".to_owned())),
        Err(refusal) => Err(refusal.clone()),
    };
    let file = match written {
        Ok(file) => file,
        Err(refusal) => {
            let mut line = serde_json::to_vec(&Line::No(refusal))?;
            line.push(b'\n');
            writing.write_all(&line).await?;
            return writing.shutdown().await;
        }
    };
    let mut file = tokio::fs::File::from_std(file);
    let mut part = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut part).await?;
        let Some(bytes) = part.get(..read).filter(|bytes| !bytes.is_empty()) else {
            return writing.shutdown().await;
        };
        tokio::time::timeout(PATIENCE, writing.write_all(bytes)).await??;
    }
}

/// Asks the running daemon for an export of this mailbox, or of the only one; `None` where none listens.
///
/// # Errors
/// The daemon's refusal, a reply that is cut off, a socket that we may not use, or `out` cannot be written.
pub fn ask_for_export(
    socket: &Path,
    mailbox: Option<&str>,
    keys: Keys,
    out: &mut dyn Write,
) -> Option<Result<(), Refusal>> {
    let stream = match std::os::unix::net::UnixStream::connect(socket) {
        Ok(stream) => stream,
        Err(why) if is_no_daemon(why.kind()) => return None,
        Err(why) => {
            let remedy = match why.kind() {
                ErrorKind::PermissionDenied => {
                    "; ask as root, or as the user that handoffd runs as"
                }
                _ => "",
            };
            let why = format!("control socket {}: {why}{remedy}", socket.display());
            return Some(Err(Refusal::Failed(why)));
        }
    };
    let asked = take(stream, mailbox, keys, out);
    Some(asked.unwrap_or_else(|why| Err(Refusal::Failed(format!("the export failed: {why}")))))
}

fn take(
    mut stream: std::os::unix::net::UnixStream,
    mailbox: Option<&str>,
    keys: Keys,
    out: &mut dyn Write,
) -> std::io::Result<Result<(), Refusal>> {
    stream.set_read_timeout(Some(WRITING_PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let with_key = keys == Keys::GoWithIt;
    let mut request = serde_json::to_vec(&Request::Export {
        with_key,
        mailbox: mailbox.map(str::to_owned),
    })?;
    request.push(b'\n');
    stream.write_all(&request)?;
    let mut reading = BufReader::new(stream);
    let mut line = Vec::new();
    loop {
        line.clear();
        let mut bounded = (&mut reading).take(LINE_MAX_BYTES);
        let _ = bounded.read_until(b'\n', &mut line)?;
        if !line.ends_with(b"\n") {
            return Err(std::io::Error::other("the reply was cut off"));
        }
        if line.starts_with(NO) {
            return Ok(Err(match serde_json::from_slice(&line)? {
                Line::No(refusal) => refusal,
                _ => Refusal::Failed("the reply is not understood".to_owned()),
            }));
        }
        out.write_all(&line)?;
        if line.starts_with(END) {
            out.flush()?;
            return Ok(Ok(()));
        }
    }
}
