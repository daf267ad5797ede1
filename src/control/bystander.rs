//! A mailbox that this process stands by for: another one works for it, or none does just yet. What is asked about it is looked up in the journal that
//! they share; what would change something is refused, with the name of who could do it.

use super::{Question, Refusal, answer};
use crate::config::Store;
use crate::journal::{HeldBy, Journal, JournalError, Keys};
use serde_json::{Value, json};
use std::fs::File;
use tokio::sync::watch;

/// What a mailbox that is stood by for waits for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Awaited {
    /// The first look at who works for it.
    #[default]
    Look,
    /// The end of who works for it.
    Holder(HeldBy),
    /// Our turn: nobody works for it, and a process that has fewer mailboxes comes first.
    Turn,
    /// The database, which is out of reach for this reason.
    Database(String),
    /// A person: it was to be taken over, and cannot be used for this reason.
    Mending(String),
}

impl Awaited {
    /// In a sentence without its full stop.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self {
            Self::Look => "standing by: who works with the journal is being looked up".to_owned(),
            Self::Holder(held) => format!("standing by: {} works with the journal", held.holder),
            Self::Turn => "standing by: nobody works with the journal, and whoever has the fewest mailboxes takes it in a moment".to_owned(),
            Self::Database(why) => {
                format!("waiting for the database, which is out of reach: {why}")
            }
            Self::Mending(why) => {
                format!("the mailbox is to be taken over and cannot be, until this is mended: {why}")
            }
        }
    }

    /// Who works for it.
    #[must_use]
    pub fn holder(&self) -> Option<&str> {
        match self {
            Self::Holder(held) => Some(&held.holder),
            Self::Look | Self::Turn | Self::Database(_) | Self::Mending(_) => None,
        }
    }
}

/// From what is answered about a mailbox that is stood by for.
#[derive(Clone)]
pub struct Bystander {
    /// Where its journal is.
    pub store: Store,
    /// What it waits for.
    pub awaited: watch::Receiver<Awaited>,
}

impl Bystander {
    /// What the journal says now.
    pub(super) fn answer(&self, question: &Question) -> Result<Vec<Value>, Refusal> {
        let awaited = self.awaited.borrow().clone();
        if !question.only_looks() {
            return Err(self.refused(&awaited));
        }
        let is_there = Journal::is_there(&self.store);
        let mut rows = match is_there.map_err(|why| cannot_look(&awaited, &why))? {
            true => self.look(question, &awaited)?,
            // Nobody has worked for it yet.
            false if *question == Question::Status => vec![json!({})],
            false => Vec::new(),
        };
        if *question == Question::Status {
            let state = format!(
                "NOT OURS NOW: {}. What follows is from the journal.",
                awaited.in_words()
            );
            (rows.iter_mut()).for_each(|row| say_who_works(row, &state, awaited.holder()));
        }
        Ok(rows)
    }

    fn look(&self, question: &Question, awaited: &Awaited) -> Result<Vec<Value>, Refusal> {
        let opened = match question {
            Question::Verify => Journal::look_to_verify(&self.store),
            _ => Journal::look_at(&self.store),
        };
        let journal = opened.map_err(|why| cannot_look(awaited, &why))?;
        answer(&journal, question, crate::clock::now())
    }

    /// The journal as an export.
    pub(super) fn export_aside(&self, keys: Keys) -> Result<File, Refusal> {
        let awaited = self.awaited.borrow().clone();
        let journal = Journal::look_at(&self.store);
        let journal = journal.map_err(|why| cannot_look(&awaited, &why))?;
        Ok(journal.export_aside(keys)?)
    }

    fn refused(&self, awaited: &Awaited) -> Refusal {
        let words = awaited.in_words();
        Refusal::Failed(match awaited.holder() {
            Some(_) => format!("{words}: do this there"),
            None => format!("{words}: do this where it is worked with"),
        })
    }
}

fn cannot_look(awaited: &Awaited, why: &JournalError) -> Refusal {
    Refusal::Failed(format!("{}; {why}", awaited.in_words()))
}

/// In a row of the status: this process does not work for the mailbox, and who does.
pub fn say_who_works(row: &mut Value, state: &str, holder: Option<&str>) {
    let Some(row) = row.as_object_mut() else {
        return;
    };
    let _ = row.insert("state".to_owned(), state.into());
    let _ = row.insert("running".to_owned(), false.into());
    let _ = match holder {
        Some(holder) => row.insert("held_by".to_owned(), holder.into()),
        // What the journal says of troubles was said by who is gone.
        None => row.insert("well".to_owned(), false.into()),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_works_for_a_mailbox_is_named_and_nobody_takes_it_for_ours() {
        let held = Awaited::Holder(HeldBy {
            holder: "alder, process 7".to_owned(),
            left: std::time::Duration::from_secs(3),
        });
        let mut row = json!({"running": true, "tickets": 3, "well": true});
        say_who_works(&mut row, &held.in_words(), held.holder());
        assert_eq!(row["held_by"], "alder, process 7");
        assert_eq!(row["running"], false);
        assert_eq!((&row["tickets"], &row["well"]), (&json!(3), &json!(true)));
        let mut row = json!({"well": true});
        say_who_works(&mut row, &Awaited::Turn.in_words(), Awaited::Turn.holder());
        assert_eq!(
            row,
            json!({"state": Awaited::Turn.in_words(), "running": false, "well": false})
        );
    }
}
