//! Looks into the stores where no daemon runs, and says that none does.

use super::{Common, Failure};
use crate::config::{Configuration, MailboxName, Store};
use crate::control::{self, Question, Reach, Refusal};
use crate::journal::{self, HeldBy, Journal, JournalError};
use serde_json::Value;
use std::sync::Arc;

/// Looks into the stores, one after the other.
pub(super) fn from_the_stores(
    common: &Common,
    configuration: &Configuration,
    question: &Question,
) -> Result<Result<Vec<Value>, Refusal>, Failure> {
    let socket = configuration.control().socket.display();
    if let Question::Approve { .. } | Question::Refuse { .. } = question {
        return Err(Failure::Unreachable(format!(
            "no daemon listens on {socket}; start handoffd first: what is approved is written by who sends it"
        )));
    }
    if let Question::ChangeKey { .. } = question {
        // Whether the key is a credential is known to the unit alone.
        return Err(Failure::Unreachable(format!(
            "no daemon listens on {socket}; start handoffd first: the key is changed by who uses it"
        )));
    }
    let meant = configuration.meant(common.mailbox.as_deref(), &common.config);
    let meant = meant.map_err(|why| Failure::Usage(why.to_string()))?;
    let unreachable = |why: JournalError| Failure::Unreachable(why.to_string());
    let mut stores: Vec<(Option<&MailboxName>, &Store)> = Vec::new();
    let mut first = None;
    for (name, settings) in &meant {
        let store = &settings.store;
        let _ = first.get_or_insert_with(|| store.path.display().to_string());
        // Looking must not make a store where there is none. A mailbox that was never kept has nothing to show.
        if Journal::is_there(store).map_err(unreachable)? {
            stores.push((*name, store));
        }
    }
    if stores.is_empty() {
        return Err(Failure::Unreachable(format!(
            "no daemon listens on {socket} and there is no store in {}; start handoffd first",
            first.unwrap_or_default()
        )));
    }
    let stores: Vec<&(Option<&MailboxName>, &Store)> = stores.iter().collect();
    let reach = question.reach();
    let has = |(_, store): &(Option<&MailboxName>, &Store)| has_it(store, question);
    let asked = control::who_has_it(stores, question, |(name, _)| *name, has).and_then(|stores| {
        control::as_one(
            &stores,
            reach,
            |(name, _)| *name,
            |(_, store)| from_the_store(store, question),
        )
    });
    // Whoever has the store open would have been asked, if it could be.
    Ok(asked.map_err(|refusal| match refusal {
        Refusal::Failed(why) => {
            Refusal::Failed(format!("no daemon listens on {socket}, and {why}"))
        }
        other @ Refusal::NotSo(_) => other,
    }))
}

/// Whether what the question names is in this store.
fn has_it(store: &Store, question: &Question) -> Result<bool, Refusal> {
    let journal = Journal::look_at(store).map_err(|why| Refusal::Failed(why.to_string()))?;
    let has = control::has(&journal, question);
    drop(journal);
    give_to_owner(store)?;
    has
}

fn from_the_store(store: &Store, question: &Question) -> Result<Vec<Value>, Refusal> {
    let failed = |why: JournalError| Refusal::Failed(why.to_string());
    let opened = match question {
        Question::Verify => Journal::look_to_verify(store),
        other if other.only_looks() => Journal::look_at(store),
        _ => Journal::open_of(store, &Arc::default()),
    };
    // Nobody is sent to another machine for what is not there either.
    if matches!(opened, Err(JournalError::Held { .. }))
        && question.reach() == Reach::WhoHasIt
        && has_it(store, question) == Ok(false)
    {
        return Err(control::nowhere(question));
    }
    let journal = opened.map_err(failed)?;
    let mut answered = control::answer(&journal, question, crate::clock::now());
    drop(journal);
    if let (Question::Status, Ok(rows)) = (question, &mut answered) {
        match Journal::held_by(store).map_err(failed)? {
            Some(held) => (rows.iter_mut()).for_each(|row| say_who_runs(row, &held)),
            None => rows.iter_mut().for_each(say_that_nobody_runs),
        }
    }
    give_to_owner(store)?;
    answered
}

fn give_to_owner(store: &Store) -> Result<(), Refusal> {
    let folder = &store.path;
    // Beside a journal in a database there may be none.
    if !folder.exists() {
        return Ok(());
    }
    journal::give_to_owner(folder).map_err(|why| {
        let folder = folder.display();
        Refusal::Failed(format!(
            "the files in {folder} may be root's now: {why}; give them to the folder's owner"
        ))
    })
}

/// What the store says of troubles was said by a daemon that is gone: whoever asks whether all is well must not hear yes.
fn say_that_nobody_runs(row: &mut Value) {
    let Some(row) = row.as_object_mut() else {
        return;
    };
    let state =
        "NO DAEMON RUNS: nothing is fetched, and nothing is sent. What follows is from its store.";
    let _ = row.insert("state".to_owned(), state.into());
    let _ = row.insert("running".to_owned(), false.into());
    let _ = row.insert("well".to_owned(), false.into());
    // But for the brake, which stays pulled.
    if row
        .get("automatic_mail")
        .is_some_and(|word| word == control::AUTOMATIC_MAIL_GOES)
    {
        let _ = row.remove("automatic_mail");
    }
}

/// On this machine none runs, and on another one does: how that one stands it says itself.
fn say_who_runs(row: &mut Value, held: &HeldBy) {
    let state = format!(
        "NO DAEMON WORKS HERE: {} does. What follows is from the journal that they share.",
        held.holder
    );
    control::say_who_works(row, &state, Some(&held.holder));
}

#[cfg(test)]
mod tests {
    use super::super::printed::print_row;
    use super::*;
    use crate::config::{Settings, StoreKind};
    use crate::journal::store::postgres_tests;
    use serde_json::json;
    use std::path::Path;

    #[test]
    fn what_is_nowhere_is_not_said_to_be_another_machines() {
        let folder = tempfile::tempdir().unwrap();
        let demo = Path::new("config/demo/handoffd.toml");
        let mut store = Settings::load_without_secrets(demo).unwrap().store;
        store.kind = StoreKind::Postgres(Box::new(postgres_tests::database()));
        store.path = folder.path().to_owned();
        let _held = Journal::open_of(&store, &Arc::default()).unwrap();
        let id = || "K7QF2-M9XRT".to_owned();
        for question in [
            Question::Close { id: id() },
            Question::Retry { id: id() },
            Question::Unlearn { id: id() },
        ] {
            let said = from_the_store(&store, &question);
            assert_eq!(said, Err(control::nowhere(&question)));
        }
        let said = from_the_store(&store, &Question::Resume);
        assert!(
            matches!(&said, Err(Refusal::Failed(why)) if why.contains("do this there")),
            "{said:?}"
        );
    }

    #[test]
    fn without_a_daemon_nothing_is_well() {
        let mut row = json!({"well": true, "automatic_mail": "goes", "tickets": 3});
        say_that_nobody_runs(&mut row);
        assert_eq!(
            (&row["well"], &row["running"]),
            (&json!(false), &json!(false))
        );
        let mut text = String::new();
        print_row(&row, &mut text);
        assert!(text.starts_with("NO DAEMON RUNS"), "{text}");
        assert!(!text.contains("goes"), "{text}");
        let mut stopped = json!({"automatic_mail": "stopped since yesterday"});
        say_that_nobody_runs(&mut stopped);
        assert_eq!(stopped["automatic_mail"], "stopped since yesterday");
    }
}
