//! One attempt, from `MAIL FROM` to the final dot: which recipients have it, which are to be tried again, which are lost.

use super::connection::{Connection, Failure};
use super::content;
use super::failure::{Blame, Stage, Trouble, Verdict, blame, leaves_connection_usable, verdict};
use super::size::{ALL_TAKE_BYTES, Announced, is_refused_for_size};
use crate::journal::{Attempt, CopyProof, JournalError, LostRecipient, TooLarge};
use crate::mail::{Address, HeaderText};
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

/// What came of an attempt, before the schedule turns it into an outcome.
#[derive(Debug)]
pub(super) struct Delivered {
    /// What became of the mail as a whole; with an error it is about the recipients that the server had accepted.
    pub(super) result: Result<(), (Verdict, String)>,
    /// Recipients that the server accepted.
    pub(super) accepted: Vec<Address>,
    /// Recipients to be tried again.
    pub(super) postponed: Vec<Address>,
    /// Recipients that are lost.
    pub(super) lost: Vec<LostRecipient>,
    /// The last words about a recipient that was not accepted.
    pub(super) refusal: Option<String>,
    /// That the mail as a whole was refused for its size.
    pub(super) too_large: Option<TooLarge>,
    /// Whether the connection can be used again.
    pub(super) connection_usable: bool,
    /// What was heard about recipients, each by itself.
    pub(super) heard: Vec<Heard>,
}

/// What the server said about one recipient.
#[derive(Debug)]
pub(super) struct Heard {
    /// Whom it is about.
    pub(super) recipient: Address,
    /// Whose trouble it is, and the words; `None` where the recipient was taken.
    pub(super) trouble: Option<(Blame, String)>,
}

/// Why nothing can be said about an attempt.
#[derive(Debug)]
pub(super) enum Cut {
    /// The connection was stale: nothing was said yet, another one can be tried at once.
    Stale,
    /// The journal failed in the middle; the effect stays in doubt.
    Journal(JournalError),
}

/// Carries an attempt out over a connection, except to those recipients. `narrow` records, before the content goes out, what the attempt will not reach.
/// The final dot is written only where `is_ours` says that nobody else sends the mails of this journal.
pub(super) async fn deliver(
    connection: &mut Connection,
    attempt: &mut Attempt,
    copy_to: Option<&Address>,
    except: &[Address],
    dot_may_be_out: &AtomicBool,
    is_ours: impl Fn() -> bool,
    narrow: impl FnOnce(
        &mut Attempt,
        CopyProof,
        Vec<Address>,
        Vec<LostRecipient>,
    ) -> Result<(), JournalError>,
) -> Result<Delivered, Cut> {
    let record = attempt.record();
    let recipients = record.recipients.clone();
    let needs_utf8 = |address: &Address| !address.as_str().is_ascii();
    let mut delivered = Delivered {
        result: Ok(()),
        accepted: Vec::new(),
        postponed: Vec::new(),
        lost: Vec::new(),
        refusal: None,
        too_large: None,
        connection_usable: true,
        heard: Vec::new(),
    };
    // A kept connection that the server has ended meanwhile says nothing about this mail.
    let is_stale = |connection: &Connection, failure: &Failure| {
        connection.was_used() && !leaves_connection_usable(&failure.trouble)
    };
    let mut announced = Announced::Nothing;
    let mut size_bytes = None;
    let is_large = record.bytes.len() > ALL_TAKE_BYTES;
    // For one small mail to ask would cost more than it saves.
    if is_large || connection.was_used() {
        announced = match connection.offers().await {
            Ok(offers) => offers.size,
            Err(failure) if is_stale(connection, &failure) => return Err(Cut::Stale),
            Err(failure) => return Ok(delivered.failed(failure)),
        };
    }
    if is_large {
        let bytes = content::size_bytes(&record.bytes);
        if let Some((too_large, why)) = announced.too_small_for(bytes) {
            delivered.too_large = Some(too_large);
            delivered.result = Err((Verdict::Permanent, why));
            return Ok(delivered);
        }
        size_bytes = matches!(announced, Announced::Size { .. }).then_some(bytes);
    }
    let is_asked_for = |recipient: &Address, connection: &Connection| {
        !except.contains(recipient) && (!needs_utf8(recipient) || connection.takes_utf8_addresses())
    };
    let ahead: Vec<&Address> = (recipients.iter())
        .filter(|recipient| is_asked_for(recipient, connection))
        .chain(copy_to)
        .collect();
    let too_large = TooLarge {
        limit_bytes: announced.limit_bytes(),
    };
    let opened = connection
        .sender(
            &record.sender,
            !record.bytes.is_ascii(),
            recipients.iter().any(needs_utf8),
            size_bytes,
            &ahead,
        )
        .await;
    if let Err(failure) = opened {
        if is_stale(connection, &failure) {
            return Err(Cut::Stale);
        }
        return Ok(delivered.failed_with(failure, too_large));
    }
    for recipient in recipients {
        if except.contains(&recipient) {
            delivered.refusal = Some(format!("{} is left alone for a while", recipient.domain()));
            delivered.postponed.push(recipient);
            continue;
        }
        if needs_utf8(&recipient) && !connection.takes_utf8_addresses() {
            let why = "the server takes no address with letters outside ASCII".to_owned();
            delivered.refusal = Some(why.clone());
            delivered.lost.push(LostRecipient {
                recipient,
                why,
                too_large: None,
            });
            continue;
        }
        match connection.recipient(&recipient).await {
            Ok(()) => {
                delivered.heard.push(Heard {
                    recipient: recipient.clone(),
                    trouble: None,
                });
                delivered.accepted.push(recipient);
            }
            Err(trouble) if !leaves_connection_usable(&trouble) => {
                delivered.heard.push(Heard::of(recipient, &trouble));
                // The transaction is over for everybody.
                return Ok(delivered.failed(Failure {
                    stage: Stage::Recipient,
                    trouble,
                }));
            }
            Err(trouble) => {
                let why = trouble.to_string();
                delivered.heard.push(Heard::of(recipient.clone(), &trouble));
                delivered.refusal = Some(why.clone());
                match verdict(Stage::Recipient, &trouble) {
                    Verdict::Permanent => delivered.lost.push(LostRecipient {
                        recipient,
                        why,
                        too_large: is_refused_for_size(Stage::Recipient, &trouble)
                            .then_some(too_large),
                    }),
                    Verdict::Retry | Verdict::InDoubt => delivered.postponed.push(recipient),
                }
            }
        }
    }
    if delivered.accepted.is_empty() {
        return Ok(delivered);
    }
    let mut copy = CopyProof::None;
    if let Some(address) = copy_to {
        match connection.recipient(address).await {
            Ok(()) => copy = CopyProof::Asked,
            Err(trouble) if !leaves_connection_usable(&trouble) => {
                return Ok(delivered.failed(Failure {
                    stage: Stage::Recipient,
                    trouble,
                }));
            }
            // The copy is for our own certainty only: without it the mail goes all the same.
            Err(_) => {}
        }
    }
    let differs =
        copy != attempt.copy() || !delivered.postponed.is_empty() || !delivered.lost.is_empty();
    if differs {
        narrow(
            attempt,
            copy,
            delivered.postponed.clone(),
            delivered.lost.clone(),
        )
        .map_err(Cut::Journal)?;
    }
    if let Err(failure) = connection.data().await {
        return Ok(delivered.failed_with(failure, too_large));
    }
    let sent = {
        let sending = connection.content(&attempt.record().bytes, dot_may_be_out);
        while_ours(sending, dot_may_be_out, is_ours).await
    };
    match sent {
        Some(Ok(())) => Ok(delivered),
        Some(Err(failure)) => Ok(delivered.failed_with(failure, too_large)),
        // Without its dot the server throws away what it has.
        None => Ok(delivered.failed(Failure {
            stage: Stage::Content,
            trouble: Trouble::Lost {
                words: HeaderText::clean("the journal may be another process's by now"),
            },
        })),
    }
}

/// Goes on only as long as it is ours, up to the final dot; `None` where it is not. Asked whenever there is something to do, so who was paused
/// asks before it does anything.
async fn while_ours<T>(
    sending: impl Future<Output = T>,
    dot_may_be_out: &AtomicBool,
    is_ours: impl Fn() -> bool,
) -> Option<T> {
    let mut sending = std::pin::pin!(sending);
    std::future::poll_fn(|context| {
        if !dot_may_be_out.load(Ordering::SeqCst) && !is_ours() {
            return Poll::Ready(None);
        }
        sending.as_mut().poll(context).map(Some)
    })
    .await
}

impl Heard {
    fn of(recipient: Address, trouble: &Trouble) -> Self {
        let words = words(Stage::Recipient, trouble);
        Self {
            recipient,
            trouble: Some((blame(trouble), words)),
        }
    }
}

impl Delivered {
    /// Nothing reached anybody.
    pub(super) fn nothing(stage: Stage, trouble: &Trouble) -> Self {
        Self {
            result: Err((verdict(stage, trouble), words(stage, trouble))),
            accepted: Vec::new(),
            postponed: Vec::new(),
            lost: Vec::new(),
            refusal: None,
            too_large: None,
            connection_usable: false,
            heard: Vec::new(),
        }
    }

    /// The same, where the size of the mail may be what was refused.
    fn failed_with(mut self, failure: Failure, too_large: TooLarge) -> Self {
        if is_refused_for_size(failure.stage, &failure.trouble) {
            self.too_large = Some(too_large);
        }
        self.failed(failure)
    }

    fn failed(mut self, failure: Failure) -> Self {
        let Failure { stage, trouble } = failure;
        self.connection_usable = leaves_connection_usable(&trouble);
        self.result = Err((verdict(stage, &trouble), words(stage, &trouble)));
        self
    }
}

/// The words that are kept about a failure.
pub(super) fn words(stage: Stage, trouble: &Trouble) -> String {
    format!("{stage}: {trouble}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nothing_goes_on_to_the_dot_once_the_journal_is_not_ours() {
        let dot_may_be_out = AtomicBool::new(false);
        let ours = AtomicBool::new(true);
        let is_ours = || ours.load(Ordering::SeqCst);
        // Paused in the middle of the content: it wakes up, and somebody else has taken over.
        let sending = async {
            ours.store(false, Ordering::SeqCst);
            tokio::task::yield_now().await;
            dot_may_be_out.store(true, Ordering::SeqCst);
        };
        assert_eq!(while_ours(sending, &dot_may_be_out, is_ours).await, None);
        assert!(!dot_may_be_out.load(Ordering::SeqCst));
        // Once the dot may be out, what the server answers is heard.
        let answered = async {
            dot_may_be_out.store(true, Ordering::SeqCst);
            ours.store(false, Ordering::SeqCst);
            tokio::task::yield_now().await;
        };
        ours.store(true, Ordering::SeqCst);
        assert_eq!(
            while_ours(answered, &dot_may_be_out, is_ours).await,
            Some(())
        );
    }
}
