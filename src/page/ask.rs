//! Questions to the mailboxes, as the control socket asks them: few at once, none longer than it takes, and never on a thread that mail needs.

use crate::control::{self, Desk, Question, Refusal};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, watch};

/// So many are answered at once: the store is the mail's first of all.
const AT_ONCE: usize = 2;
/// How long one waits for its turn, and how long it may take.
const TURN_MAX: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_secs(25);

/// Asks.
pub(super) struct Asking {
    desks: watch::Receiver<Arc<Vec<Desk>>>,
    turns: Arc<Semaphore>,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum NoAnswer {
    /// What was asked about is not so.
    NotSo(String),
    /// A part failed.
    Failed(String),
    /// Too much is asked at once.
    Busy,
    /// It takes too long to be waited for, and goes on.
    GoesOn,
}

impl Asking {
    pub(super) fn new(desks: watch::Receiver<Arc<Vec<Desk>>>) -> Self {
        Self {
            desks,
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// The rows of the answer.
    pub(super) async fn ask(
        &self,
        question: Question,
        mailbox: Option<String>,
    ) -> Result<Vec<Value>, NoAnswer> {
        let turn = tokio::time::timeout(TURN_MAX, Arc::clone(&self.turns).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else {
            return Err(NoAnswer::Busy);
        };
        let desks = Arc::clone(&self.desks.borrow());
        let only_looks = question.only_looks();
        let work = tokio::task::spawn_blocking(move || {
            // Whoever gave up waiting does not make room for one more.
            let _turn = turn;
            control::answer_of(&desks, mailbox.as_deref(), &question)
        });
        match tokio::time::timeout(PATIENCE, work).await {
            Err(_) if only_looks => Err(NoAnswer::Busy),
            Err(_) => Err(NoAnswer::GoesOn),
            Ok(Err(_)) => Err(NoAnswer::Failed("the answer broke down".to_owned())),
            Ok(Ok(Ok(rows))) => Ok(rows),
            Ok(Ok(Err(Refusal::NotSo(why)))) => Err(NoAnswer::NotSo(why)),
            Ok(Ok(Err(Refusal::Failed(why)))) => Err(NoAnswer::Failed(why)),
        }
    }
}
