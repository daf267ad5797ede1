//! `handoffd status`, `tickets`, `ticket`, `outbox`, …: look into the running daemon, or into its store when it is stopped.
//! Prints text of strangers: nothing that could command a terminal gets through.

mod autonomy;
mod numbers;

use super::{Common, Failure};
use crate::config::{Configuration, Control, MailboxName, Store};
use crate::control::{self, Question, Reach, Refusal};
use crate::journal::{self, HeldBy, Journal, JournalError};
use crate::mail::is_invisible_control;
use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The verbs that look, and the small ones that act.
#[derive(clap::Subcommand, Debug)]
pub(super) enum Verb {
    /// How it goes
    Status,
    /// The newest tickets
    Tickets,
    /// The whole story of one ticket, with each decision's reasons
    Ticket {
        /// Its reference
        id: String,
    },
    /// Mails that wait, are in doubt or were given up
    Outbox,
    /// Drafts that wait for a yes
    Drafts,
    /// What was kept aside (not taken for staff's or a customer's) and what was set aside (no part could handle it)
    Quarantine,
    /// The latest events of all tickets; with `--verify`, whether anything was changed since it was recorded
    Journal {
        /// Go through the whole store and name what is not as it was recorded
        #[arg(long)]
        verify: bool,
    },
    /// Remove everything that is stored about a person; counts stay
    Forget {
        /// Their address
        address: String,
        /// Also what is open: nobody will answer it
        #[arg(long)]
        now: bool,
    },
    /// Write the store anew, so that its files hold nothing of what was deleted
    Compact {
        /// The chain of commits begins anew as well: what is stored stays, what earlier commits say of themselves goes
        #[arg(long)]
        new_chain: bool,
    },
    /// How well it goes: answers and what came of them, hand-offs and why, promises, drafts, by day, article, team and reason
    Numbers {
        /// Of so many days, today among them
        #[arg(long, default_value_t = 28, value_parser = clap::value_parser!(u16).range(1..=400))]
        days: u16,
        /// As Prometheus reads it, for its textfile collector
        #[arg(long)]
        prometheus: bool,
    },
    /// What articles have earned: the stage of each (shadow, draft, answer), its record, what is needed, and how it came there
    Autonomy {
        /// Let an article go on, or take it back
        #[command(subcommand)]
        step: Option<autonomy::Step>,
    },
    /// What staff's confirmations taught: what, by whom, in which ticket
    #[command(visible_alias = "learn")]
    Learned {
        /// Only what a person should look at: what stands against the articles, then what was learned of answers by hand
        #[arg(long)]
        review: bool,
    },
    /// Take back what was learned
    Unlearn {
        /// The lesson's reference, or a ticket's for all of it
        id: String,
    },
    /// Change the key of all secret addresses: a new one makes them from now on
    ChangeKey {
        /// What earlier keys made is worth nothing from now on: somebody else may know them
        #[arg(long)]
        forget_earlier: bool,
    },
    /// The articles, and what came of each
    Articles {
        /// Of so many days, today among them
        #[arg(long, default_value_t = 28, value_parser = clap::value_parser!(u16).range(1..=400))]
        days: u16,
    },
    /// Say yes to the draft that waits in a ticket: it is sent, or waits for a second yes
    Approve {
        /// The ticket's reference
        id: String,
        /// The draft's number: refused where another one waits meanwhile
        #[arg(long)]
        draft: Option<u32>,
    },
    /// Say no to the draft that waits in a ticket: a person answers
    Refuse {
        /// The ticket's reference
        id: String,
        /// The draft's number
        #[arg(long)]
        draft: Option<u32>,
        /// Why, for the team
        #[arg(long, default_value = "")]
        why: String,
    },
    /// Close a ticket
    Close {
        /// Its reference
        id: String,
    },
    /// Let automatic mail go again, where the brake was pulled
    Resume,
    /// Try a mail again now
    Retry {
        /// Its Message-ID, or a ticket's reference for all of its mails
        id: String,
    },
}

pub(super) fn run(common: &Common, verb: &Verb) -> Result<(), Failure> {
    let question = question(common, verb);
    let named = common.mailbox.as_deref();
    let answered = match Configuration::load_without_secrets(&common.config) {
        Ok(configuration) => {
            match control::ask(&configuration.control().socket, &question, named) {
                Some(answered) => answered,
                None => from_the_stores(common, &configuration, &question)?,
            }
        }
        // The daemon runs on what it loaded before: it can be asked how it stands just when the files are broken.
        Err(problems) => control::ask(&socket_in(&common.config), &question, named)
            .ok_or_else(|| Failure::problems(&problems))?,
    };
    let mut rows = answered.map_err(|refusal| match refusal {
        Refusal::NotSo(why) => Failure::NotSo(visible(&why)),
        Refusal::Failed(why) => Failure::Unreachable(visible(&why)),
    })?;
    if let Verb::Learned { review: true } = verb {
        control::keep_for_review(&mut rows);
    }
    let text =
        numbers::text(verb, common.json, &rows).or_else(|| autonomy::text(verb, common, &rows));
    let text = text.unwrap_or_else(|| in_rows(&rows, common.json));
    std::io::stdout()
        .write_all(text.as_bytes())
        .map_err(|why| Failure::Unreachable(format!("standard output: {why}")))?;
    how_it_ends(&rows)
}

fn in_rows(rows: &[Value], as_json: bool) -> String {
    let mut text = String::new();
    for row in rows {
        if as_json {
            // serde_json escapes the ASCII controls; what else moves a terminal is left out.
            text.push_str(&visible(&row.to_string()));
            text.push('\n');
        } else {
            print_row(row, &mut text);
        }
    }
    if rows.is_empty() && !as_json {
        text.push_str("none\n");
    }
    text
}

/// Whether rows that were shown tell of something that is not so.
fn how_it_ends(rows: &[Value]) -> Result<(), Failure> {
    let with = |key: &str| rows.iter().filter(|row| row.get(key).is_some()).count();
    let (failed, changed, refused) = (with("failed"), with("changed"), with("refused"));
    if failed > 0 {
        return Err(Failure::Unreachable(format!(
            "{failed} of the mailboxes above could not be asked"
        )));
    }
    if changed > 0 {
        return Err(Failure::NotSo(format!(
            "the journal is not as it was recorded: {changed} differences, the first of them above"
        )));
    }
    match refused {
        0 => Ok(()),
        _ => Err(Failure::NotSo(format!(
            "{refused} of the mailboxes above refused it, all others did it"
        ))),
    }
}

/// The control socket that broken settings name; else the usual one.
fn socket_in(config: &Path) -> PathBuf {
    let text = std::fs::read_to_string(config).unwrap_or_default();
    let written = text.parse::<toml::Table>().ok();
    let written = written.as_ref().and_then(|settings| {
        let socket = settings.get("control")?.get("socket")?.as_str()?;
        Some(config.parent()?.join(socket))
    });
    written.unwrap_or_else(|| PathBuf::from(Control::DEFAULT_SOCKET))
}

fn question(common: &Common, verb: &Verb) -> Question {
    match verb {
        Verb::Status => Question::Status,
        Verb::Tickets => Question::Tickets,
        Verb::Ticket { id } => Question::Ticket { id: id.clone() },
        Verb::Outbox => Question::Outbox,
        Verb::Drafts => Question::Drafts,
        Verb::Quarantine => Question::Quarantine,
        Verb::Journal { verify: false } => Question::Journal,
        Verb::Journal { verify: true } => Question::Verify,
        Verb::Forget { address, now } => Question::Forget {
            address: address.clone(),
            now: *now,
        },
        Verb::Compact { new_chain } => Question::Compact {
            new_chain: *new_chain,
        },
        Verb::Numbers { days, .. } => Question::Numbers {
            days: *days,
            zone: numbers::zone(common),
        },
        Verb::Autonomy { step } => autonomy::question(step.as_ref()),
        Verb::Learned { .. } => Question::Learned,
        Verb::Unlearn { id } => Question::Unlearn { id: id.clone() },
        Verb::ChangeKey { forget_earlier } => Question::ChangeKey {
            forget_earlier: *forget_earlier,
        },
        Verb::Articles { days } => Question::Articles {
            days: *days,
            zone: numbers::zone(common),
        },
        Verb::Approve { id, draft } => Question::Approve {
            id: id.clone(),
            draft: *draft,
        },
        Verb::Refuse { id, draft, why } => Question::Refuse {
            id: id.clone(),
            draft: *draft,
            why: why.clone(),
        },
        Verb::Close { id } => Question::Close { id: id.clone() },
        Verb::Resume => Question::Resume,
        Verb::Retry { id } => Question::Retry { id: id.clone() },
    }
}

/// Looks into the stores, one after the other.
fn from_the_stores(
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
    Ok(asked)
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

/// A row for people: the fields that have something to say, in a fixed order; an event as a line with its words below.
fn print_row(row: &Value, text: &mut String) {
    let field = |name: &str| row.get(name).map(plain).unwrap_or_default();
    if let Some(words) = row.get("words").and_then(Value::as_array) {
        let ticket = field("ticket");
        let mailbox = field("mailbox");
        let line = [short_time(&field("at")), mailbox, ticket, field("what")];
        let line: Vec<&str> = (line.iter().map(String::as_str))
            .filter(|part| !part.is_empty())
            .collect();
        text.push_str(&visible(&line.join("  ")));
        text.push('\n');
        for word in words {
            text.push_str(&format!("    {}\n", visible(&plain(word))));
        }
        return;
    }
    let Some(fields) = row.as_object() else {
        return;
    };
    let first = ["mailbox", "lesson", "ticket", "mail", "state", "status"];
    let head: Vec<String> = (first.iter())
        .map(|name| field(name))
        .filter(|value| !value.is_empty())
        .collect();
    if !head.is_empty() {
        text.push_str(&visible(&head.join("  ")));
        text.push('\n');
    }
    for (name, value) in fields {
        let value = match value.as_array() {
            Some(troubles) if name == "troubles" => in_lines(troubles),
            _ => plain(value),
        };
        if first.contains(&name.as_str()) || value.is_empty() {
            continue;
        }
        let mut lines = value.lines();
        let line = lines.next().unwrap_or_default();
        text.push_str(&visible(&format!("  {}: {line}", name.replace('_', " "))));
        text.push('\n');
        for line in lines {
            text.push_str(&format!("    {}\n", visible(line)));
        }
    }
}

/// Each trouble with a line of its own, and what to do below it.
fn in_lines(troubles: &[Value]) -> String {
    let word = |trouble: &Value, name: &str| trouble.get(name).map(plain).unwrap_or_default();
    let lines = troubles.iter().map(|trouble| {
        let (what, since) = (word(trouble, "what"), short_time(&word(trouble, "since")));
        let (why, to) = (word(trouble, "why"), word(trouble, "to"));
        let to = if to.is_empty() {
            to
        } else {
            format!(" [{to}]")
        };
        format!(
            "\n{what}, since {since}: {why}{to}\n  {}",
            word(trouble, "remedy")
        )
    });
    lines.collect()
}

/// A JSON value as people write it.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(plain).collect();
            values.join(", ")
        }
        Value::Object(fields) => {
            let fields: Vec<String> = (fields.iter())
                .map(|(name, value)| (name.replace('_', " "), plain(value)))
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| format!("{name}: {value}"))
                .collect();
            fields.join(", ")
        }
        other => other.to_string(),
    }
}

/// A time to the second.
fn short_time(text: &str) -> String {
    match text.split_once('.') {
        Some((seconds, _)) => format!("{seconds}Z"),
        None => text.to_owned(),
    }
}

/// Text without what could command a terminal or turn the order of letters around; line ends stay where they were put.
fn visible(text: &str) -> String {
    text.chars()
        .filter(|c| *c == '\n' || (!c.is_control() && !is_invisible_control(*c)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Settings, StoreKind};
    use crate::journal::store::postgres_tests;
    use serde_json::json;

    #[test]
    fn nothing_that_a_stranger_wrote_commands_the_terminal() {
        let row = json!({"at": "2027-01-15T08:00:01.5Z", "what": "x\u{1b}[2J wrote", "words": ["a\u{7}b", "\u{202E}c\u{9b}31m"]});
        let mut text = String::new();
        print_row(&row, &mut text);
        assert_eq!(text, "2027-01-15T08:00:01Z  x[2J wrote\n    ab\n    c31m\n");
    }

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

    #[test]
    fn what_one_of_several_mailboxes_could_not_do_is_no_success() {
        let row = |key: &str| json!({ "mailbox": "sales", key: "why" });
        let ends = |rows: &[Value]| how_it_ends(rows).map_err(|failure| failure.exit_code());
        assert_eq!(ends(&[row("state"), row("state")]), Ok(()));
        assert_eq!(ends(&[row("state"), row("refused")]), Err(1));
        assert_eq!(ends(&[row("changed"), row("refused")]), Err(1));
        assert_eq!(ends(&[row("failed"), row("refused")]), Err(3));
    }

    #[test]
    fn each_trouble_has_its_lines() {
        let row = json!({"well": false, "troubles": [
            {"what": "The inbox cannot be read", "since": "2027-01-15T08:00:01.5Z", "why": "no", "to": [], "remedy": "Look."},
        ]});
        let mut text = String::new();
        print_row(&row, &mut text);
        assert_eq!(
            text,
            "  troubles: \n    The inbox cannot be read, since 2027-01-15T08:00:01Z: no\n      Look.\n  well: false\n"
        );
    }

    #[test]
    fn a_row_shows_only_what_has_something_to_say() {
        let row = json!({"ticket": "K7QF2-M9XRT", "status": "open", "customer": "Ann", "why": null, "mails_waiting": 0});
        let mut text = String::new();
        print_row(&row, &mut text);
        assert_eq!(
            text,
            "K7QF2-M9XRT  open\n  customer: Ann\n  mails waiting: 0\n"
        );
    }
}
