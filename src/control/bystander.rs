//! A mailbox that this process stands by for: another one works for it, or none does just yet. What is asked about it is looked up in the journal that
//! they share; what would change something is refused, with the name of who could do it.

use super::{Question, Reach, Refusal, answer, has, nowhere};
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
    /// The same, and a person: it could not be taken over here, for this reason.
    Unfit(HeldBy, String),
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
            Self::Unfit(held, why) => format!(
                "standing by: {} works with the journal, and it could not be taken over here, until this is mended: {why}",
                held.holder
            ),
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
            Self::Holder(held) | Self::Unfit(held, _) => Some(&held.holder),
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
    /// Whether the journal has what a question names.
    pub(super) fn has(&self, question: &Question) -> Result<bool, Refusal> {
        let awaited = self.awaited.borrow().clone();
        if let Awaited::Database(_) = awaited {
            // It was just asked in vain: each further mailbox that is asked about would wait for it as long.
            return Err(Refusal::Failed(awaited.in_words()));
        }
        let failed = |why: JournalError| cannot_look(&awaited, &why);
        if !Journal::is_there(&self.store).map_err(failed)? {
            return Ok(false);
        }
        let journal = Journal::look_at(&self.store).map_err(failed)?;
        has(&journal, question)
    }

    /// What the journal says now.
    pub(super) fn answer(&self, question: &Question) -> Result<Vec<Value>, Refusal> {
        let awaited = self.awaited.borrow().clone();
        let names_something = question.reach() == Reach::WhoHasIt;
        if !question.only_looks() {
            // Nobody is sent to another machine for what is not there either.
            return Err(match names_something && self.has(question) == Ok(false) {
                true => nowhere(question),
                false => refused(&awaited),
            });
        }
        let is_there = Journal::is_there(&self.store);
        let mut rows = match is_there.map_err(|why| cannot_look(&awaited, &why))? {
            true => self.look(question, &awaited)?,
            // Nobody has worked for it yet.
            false if *question == Question::Status => vec![json!({})],
            false if names_something => return Err(nowhere(question)),
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
}

fn refused(awaited: &Awaited) -> Refusal {
    let words = awaited.in_words();
    Refusal::Failed(match awaited.holder() {
        Some(_) => format!("{words}: do this there"),
        None => format!("{words}: do this where it is worked with"),
    })
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
    use super::super::tests::sources_of;
    use super::super::{Desk, Kept, answer_of};
    use super::*;
    use crate::config::{JournalName, MailboxName, StoreKind};
    use crate::decide::test_situation::TicketStory;
    use crate::journal::Entry;
    use crate::journal::store::postgres_tests;
    use crate::ticket::{Status, TicketId};
    use std::path::Path;
    use std::sync::Arc;
    use std::time::Duration;

    /// Mailboxes of one file, and what another process works with.
    struct Several {
        folder: tempfile::TempDir,
        database: crate::config::Database,
        desks: Vec<Desk>,
        here: Arc<Journal>,
        elsewhere: Journal,
        awaited: watch::Sender<Awaited>,
    }

    impl Several {
        /// This process works for `post`; another one for `sales`, and none has ever worked for `new`.
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let database = postgres_tests::database();
            let here = Arc::new(Journal::open(&folder.path().join("post")).unwrap());
            let sales = store(&database, "sales", folder.path());
            let elsewhere = Journal::open_of(&sales, &Arc::default()).unwrap();
            let held = Journal::held_by(&sales).unwrap().unwrap();
            let awaited = watch::channel(Awaited::Holder(held)).0;
            let bystander = |text: &str, awaited| {
                let store = store(&database, text, folder.path());
                Kept::StoodByFor(Box::new(Bystander { store, awaited }))
            };
            let kept = [
                ("new", bystander("new", watch::channel(Awaited::Turn).1)),
                (
                    "post",
                    Kept::Here(Box::new(sources_of(Arc::clone(&here), Arc::default()))),
                ),
                ("sales", bystander("sales", awaited.subscribe())),
            ];
            let desks = kept.into_iter().map(|(text, kept)| Desk {
                name: MailboxName::parse(text),
                kept,
            });
            Self {
                desks: desks.collect(),
                folder,
                database,
                here,
                elsewhere,
                awaited,
            }
        }

        fn asked(&self, mailbox: Option<&str>, question: Question) -> Result<Vec<Value>, Refusal> {
            answer_of(&self.desks, mailbox, &question)
        }
    }

    fn store(database: &crate::config::Database, text: &str, folder: &Path) -> Store {
        let mut database = database.clone();
        let name = MailboxName::parse(text).unwrap();
        database.journal = JournalName::default().for_mailbox(&name);
        Store {
            mailbox: Some(name),
            kind: StoreKind::Postgres(Box::new(database)),
            path: folder.join(text),
            keep_sent: Duration::MAX,
            keep_learned: Duration::MAX,
            keep_texts: None,
            keep_tickets: None,
            keep_counts: None,
        }
    }

    fn open_ticket(journal: &Journal, id: &TicketId) {
        let opened = TicketStory::opened().ticket().events.remove(0);
        let mut entry = Entry::default();
        entry.events.push((id.clone(), opened));
        journal.record(entry, crate::clock::now()).unwrap();
    }

    fn acts(id: &str) -> [Question; 3] {
        [
            Question::Close { id: id.to_owned() },
            Question::Retry { id: id.to_owned() },
            Question::Unlearn { id: id.to_owned() },
        ]
    }

    #[test]
    fn what_another_works_for_is_looked_for_in_its_journal_as_well() {
        let several = Several::new();
        let id = TicketId::parse("K7QF2-M9XRT").unwrap();
        let ticket = || Question::Ticket { id: id.to_string() };
        let close = || Question::Close { id: id.to_string() };
        open_ticket(&several.elsewhere, &id);
        // Found there, and told who can do what is not ours to do.
        let rows = several.asked(None, ticket()).unwrap();
        assert_eq!(rows[0]["mailbox"], "sales");
        let refused = several.asked(None, close());
        assert!(
            matches!(&refused, Err(Refusal::Failed(why)) if why.contains("do this there")),
            "{refused:?}"
        );
        // One mail came to both: what is meant must be said, also where one of them is another's.
        open_ticket(&several.here, &id);
        for question in [ticket(), close()] {
            let why = several.asked(None, question).unwrap_err().to_string();
            assert!(why.contains("post and sales have it"), "{why}");
        }
        let status = several.here.ticket(&id).unwrap().unwrap().status();
        assert_ne!(status, Status::Closed, "nothing was done to either");
        let rows = several.asked(Some("post"), close()).unwrap();
        assert_eq!(rows[0]["mailbox"], "post");
    }

    #[test]
    fn nobody_is_sent_to_another_machine_for_what_is_nowhere() {
        let several = Several::new();
        let (unknown, slip) = ("K7QF2-M9XRT", "K7QF2-M9XR");
        for mailbox in [None, Some("post"), Some("sales"), Some("new")] {
            for id in [unknown, slip] {
                let look = Question::Ticket { id: id.to_owned() };
                for question in acts(id).into_iter().chain([look]) {
                    let said = several.asked(mailbox, question.clone());
                    assert_eq!(said, Err(nowhere(&question)), "{mailbox:?}: {question:?}");
                }
            }
        }
    }

    #[test]
    fn what_may_be_where_nobody_can_look_is_not_called_nowhere() {
        let several = Several::new();
        let why = "no answer within 30 seconds".to_owned();
        let _ = several.awaited.send_replace(Awaited::Database(why));
        for question in acts("K7QF2-M9XRT") {
            let said = several.asked(None, question);
            assert!(
                matches!(&said, Err(Refusal::Failed(why))
                    if why.contains("mailbox sales: waiting for the database") && why.contains("no answer within 30")),
                "{said:?}"
            );
        }
        // What we work for ourselves needs nobody else.
        let id = TicketId::parse("K7QF2-M9XRT").unwrap();
        open_ticket(&several.here, &id);
        let close = Question::Close { id: id.to_string() };
        assert_eq!(several.asked(None, close).unwrap()[0]["mailbox"], "post");
        // A database that answers nobody is no word about what is in it.
        let mut gone = several.database.clone();
        gone.database = "nothing".to_owned();
        let (_awaited, awaited) = watch::channel(Awaited::Turn);
        let store = store(&gone, "sales", several.folder.path());
        let bystander = Bystander { store, awaited };
        let [close, ..] = acts("K7QF2-M9XRT");
        assert!(matches!(bystander.has(&close), Err(Refusal::Failed(_))));
    }

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
