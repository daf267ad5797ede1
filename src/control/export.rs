//! An export through the socket: the lines of the export themselves, as the reply. Their last one says that it is complete, so a reply that is
//! cut off cannot pass for one. The daemon writes it aside first: whoever reads slowly holds up nothing.

use super::{Line, PATIENCE, Refusal, is_no_daemon};
use crate::journal::{Journal, Keys};
use serde::{Deserialize, Serialize};
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::path::Path;
use std::sync::Arc;
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
    Export { with_key: bool },
}

/// Whether an export is asked for, and with which keys.
pub(super) fn asked(request: &str) -> Option<Keys> {
    let Request::Export { with_key } = serde_json::from_str(request).ok()?;
    Some(match with_key {
        true => Keys::GoWithIt,
        false => Keys::StayBehind,
    })
}

/// Answers it.
pub(super) async fn send(
    writing: &mut tokio::net::unix::WriteHalf<'_>,
    journal: Arc<Journal>,
    keys: Keys,
) -> std::io::Result<()> {
    let written = tokio::task::spawn_blocking(move || journal.export_aside(keys)).await?;
    let file = match written {
        Ok(file) => file,
        Err(why) => {
            let mut line = serde_json::to_vec(&Line::No(Refusal::from(why)))?;
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

/// Asks the running daemon for an export; `None` where none listens.
///
/// # Errors
/// The daemon's refusal, a reply that is cut off, a socket that we may not use, or `out` cannot be written.
pub fn ask_for_export(
    socket: &Path,
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
    let asked = take(stream, keys, out);
    Some(asked.unwrap_or_else(|why| Err(Refusal::Failed(format!("the export failed: {why}")))))
}

fn take(
    mut stream: std::os::unix::net::UnixStream,
    keys: Keys,
    out: &mut dyn Write,
) -> std::io::Result<Result<(), Refusal>> {
    stream.set_read_timeout(Some(WRITING_PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let with_key = keys == Keys::GoWithIt;
    let mut request = serde_json::to_vec(&Request::Export { with_key })?;
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
