//! Which mails lie in these folders of the mailbox on its server? Read and nothing else: the folders are opened with EXAMINE, so that not even a
//! mark of being read is left.
//!
//! Reads hostile input: the server's words are bounded where they are read (`inbox`), all mails together here.

use super::super::Failure;
use crate::config::Inbox;
use crate::inbox::{Connection, InboxError};
use crate::replay::OldMail;

/// So many mails are asked for at once.
const BATCH_MAILS: usize = 100;
/// And so many bytes.
const BATCH_BYTES: usize = 8 * 1024 * 1024;
/// All of them lie in memory: more than so many bytes do not.
const ALL_MAX_BYTES: usize = 4 * 1024 * 1024 * 1024;

/// The mails of these folders, each called by its folder and UID. `tell` is told after each batch how many are here.
pub(super) fn mails(
    inbox: &Inbox,
    folders: &[String],
    tell: impl FnMut(usize),
) -> Result<Vec<OldMail>, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Unreachable(format!("starting the runtime: {error}")))?;
    runtime.block_on(fetched(inbox, folders, tell))
}

async fn fetched(
    inbox: &Inbox,
    folders: &[String],
    mut tell: impl FnMut(usize),
) -> Result<Vec<OldMail>, Failure> {
    let mut mails = Vec::new();
    let mut bytes = 0;
    for folder in folders {
        let inbox = Inbox {
            folder: folder.clone(),
            ..inbox.clone()
        };
        let mut connection = Connection::open_read_only(&inbox).await.map_err(lost)?;
        let mut after = 0;
        loop {
            let arrivals = (connection
                .fetch_after(after, BATCH_MAILS, BATCH_BYTES)
                .await)
                .map_err(lost)?;
            let Some(last) = arrivals.last() else {
                break;
            };
            after = last.place.uid;
            bytes += arrivals
                .iter()
                .map(|arrival| arrival.raw().len())
                .sum::<usize>();
            if bytes > ALL_MAX_BYTES {
                return Err(Failure::NotSo(format!(
                    "the folders hold more than {ALL_MAX_BYTES} bytes of mail, which do not fit into memory: fetch a part of them into a Maildir \
                     (mbsync, doveadm) and name that"
                )));
            }
            mails.extend(arrivals.into_iter().map(|arrival| OldMail {
                name: format!("{folder}:{}", arrival.place.uid),
                content: arrival.content,
            }));
            tell(mails.len());
        }
        connection.close().await;
    }
    Ok(mails)
}

fn lost(error: InboxError) -> Failure {
    Failure::Unreachable(error.to_string())
}
