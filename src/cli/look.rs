//! `handoffd status`, `tickets`, `ticket`, `outbox`, …: look into the running daemon, or into its store when it is stopped.

mod articles;
mod autonomy;
mod letter;
mod numbers;
mod printed;
mod stores;

use super::{Common, Failure};
use crate::config::{Configuration, Control};
use crate::control::{self, Question, Refusal};
use printed::{in_rows, visible};
use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use stores::from_the_stores;

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
    /// The weekly letter as it would read now: what was handled, what went well and what did not, what to write next, which articles may do more
    #[command(alias = "report")]
    Letter {
        /// Send it now instead, to the admin and the teams
        #[arg(long)]
        send: bool,
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
    let text = numbers::text(verb, common.json, &rows)
        .or_else(|| autonomy::text(verb, common, &rows))
        .or_else(|| letter::text(verb, common.json, &rows))
        .or_else(|| articles::text(verb, common.json, &rows));
    let text = text.unwrap_or_else(|| in_rows(&rows, common.json));
    std::io::stdout()
        .write_all(text.as_bytes())
        .map_err(|why| Failure::Unreachable(format!("standard output: {why}")))?;
    how_it_ends(&rows)
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
        Verb::Letter { send: true } => Question::SendLetter,
        Verb::Letter { send: false } => letter::question(common),
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_one_of_several_mailboxes_could_not_do_is_no_success() {
        let row = |key: &str| json!({ "mailbox": "sales", key: "why" });
        let ends = |rows: &[Value]| how_it_ends(rows).map_err(|failure| failure.exit_code());
        assert_eq!(ends(&[row("state"), row("state")]), Ok(()));
        assert_eq!(ends(&[row("state"), row("refused")]), Err(1));
        assert_eq!(ends(&[row("changed"), row("refused")]), Err(1));
        assert_eq!(ends(&[row("failed"), row("refused")]), Err(3));
    }
}
