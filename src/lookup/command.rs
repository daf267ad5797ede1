//! Runs a command that is asked: the question goes to its standard input, the answer comes from its standard output. No shell, an empty
//! environment, a process group of its own that is killed when it takes too long or says too much. Reads hostile input: what it says, bounded.

use super::ANSWER_MAX_BYTES;
use crate::https::one_line;
use rustix::process::{Pid, Signal, kill_process_group};
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;
use tokio::time::timeout;

/// So much of what a command complains is read.
const COMPLAINT_MAX_BYTES: usize = 4 * 1024;
/// How long the complaints of one that has ended are listened to.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// Asks. Whoever stops waiting for it ends the command with all that it started.
///
/// # Errors
/// Why there is no answer, in words.
pub(super) async fn ask(
    program: &Path,
    arguments: &[String],
    question: Vec<u8>,
) -> Result<Vec<u8>, String> {
    let mut child = Command::new(program)
        .args(arguments)
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("it cannot be started: {error}"))?;
    let group = Group::of(child.id());
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let tell = async {
        if let Some(mut stdin) = stdin {
            // One that does not want to know the question may answer all the same.
            let _ = stdin.write_all(&question).await;
            let _ = stdin.shutdown().await;
        }
    };
    let hear = async {
        let mut heard = Vec::new();
        if let Some(stdout) = stdout {
            read_some(stdout, ANSWER_MAX_BYTES + 1, &mut heard).await;
        }
        heard
    };
    let complaints = async {
        let mut heard = Vec::new();
        if let Some(stderr) = stderr {
            read_some(stderr, COMPLAINT_MAX_BYTES, &mut heard).await;
        }
        heard
    };
    let waiting = async {
        let (_, answer) = tokio::join!(tell, hear);
        if answer.len() > ANSWER_MAX_BYTES {
            return Err(format!(
                "its answer is larger than {ANSWER_MAX_BYTES} bytes"
            ));
        }
        let status = child.wait().await;
        Ok((answer, status))
    };
    tokio::pin!(waiting, complaints);
    let mut complained = Vec::new();
    let mut is_heard = false;
    let ended = loop {
        tokio::select! {
            ended = &mut waiting => break ended,
            heard = &mut complaints, if !is_heard => {
                complained = heard;
                is_heard = true;
            }
        }
    };
    let (answer, status) = ended?;
    let status = status.map_err(|error| format!("it cannot be waited for: {error}"))?;
    group.has_ended();
    if !is_heard {
        // What it left running may hold the pipe open.
        let heard = timeout(LAST_WORDS, &mut complaints).await;
        complained = heard.unwrap_or_default();
    }
    if status.success() {
        return Ok(answer);
    }
    Err(ended_badly(status, &complained))
}

async fn read_some(from: impl AsyncRead + Unpin, most: usize, into: &mut Vec<u8>) {
    let most = u64::try_from(most).unwrap_or(u64::MAX);
    let _ = from.take(most).read_to_end(into).await;
}

fn ended_badly(status: ExitStatus, complained: &[u8]) -> String {
    use std::os::unix::process::ExitStatusExt;
    let how = match (status.code(), status.signal()) {
        (Some(code), _) => format!("it ended with exit code {code}"),
        (None, Some(signal)) => format!("signal {signal} ended it"),
        (None, None) => "it ended badly".to_owned(),
    };
    let complained = String::from_utf8_lossy(complained);
    let first = complained
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty());
    match first {
        Some(line) => format!("{how}: {}", one_line(line)),
        None => how,
    }
}

/// The processes of a command; they end with this value.
struct Group(Option<Pid>);

impl Group {
    fn of(id: Option<u32>) -> Self {
        let id = id.and_then(|id| i32::try_from(id).ok());
        Self(id.and_then(Pid::from_raw))
    }

    /// Its leader was waited for: the number may be another's from here on.
    fn has_ended(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}
