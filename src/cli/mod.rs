//! The verbs of the command line, one file each.

mod check;
mod evaluate;
mod explain;
mod init;
mod limits;
mod log;
mod login;
mod look;
mod read;
mod recover;
mod replay;
mod run;
mod source;
mod starting;
mod test;
mod transfer;

use crate::config::{Configuration, MailboxName, Problem, Settings};
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// Watches a support mailbox, answers the routine requests with approved text, and hands everything else to a person.
#[derive(Parser, Debug)]
#[command(version, propagate_version = true)]
struct Arguments {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    verb: Verb,
}

/// What every verb understands.
#[derive(Args, Debug)]
pub(crate) struct Common {
    /// The settings
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        default_value = "/etc/handoffd/handoffd.toml"
    )]
    pub(crate) config: PathBuf,
    /// One JSON object a line on standard output
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Of settings with several mailboxes, the one that is meant. Who looks or forgets without it means all of them
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) mailbox: Option<String>,
}

impl Common {
    /// The one mailbox that is meant, with its settings; nothing of them is secret.
    fn one_mailbox(&self) -> Result<(Option<MailboxName>, Settings), Failure> {
        self.one_of(Configuration::load_without_secrets(&self.config))
    }

    fn one_of(
        &self,
        loaded: Result<Configuration, Vec<Problem>>,
    ) -> Result<(Option<MailboxName>, Settings), Failure> {
        let configuration = loaded.map_err(|found| Failure::problems(&found))?;
        let chosen = configuration.into_one(self.mailbox.as_deref(), &self.config);
        chosen.map_err(|why| Failure::Usage(why.to_string()))
    }
}

#[derive(Subcommand, Debug)]
enum Verb {
    /// Run the daemon in the foreground
    Run,
    /// Ask ten questions, and write settings and first articles that `check` accepts, beside the file that --config names
    Init,
    /// Name every problem of settings, articles and templates
    Check(check::Arguments),
    /// Walk through the way to an access token (Microsoft 365, Google) and log in to both servers with it
    Login(login::Arguments),
    /// Show what a mail says: who, what is new, what is quoted, what kind of sender
    Read(read::Arguments),
    /// Show what would be decided about a mail, why, and the mails that would leave; sends nothing
    Explain(explain::Arguments),
    /// Play the admin's own conversations and say where they do not go as they should; sends nothing
    Test(test::Arguments),
    /// Show what would have been done with a whole old mailbox, and where people answered otherwise; sends nothing
    Replay(replay::Arguments),
    /// Measure decisions or intents on labelled mails
    Evaluate(evaluate::Arguments),
    /// Write everything that is stored as JSON lines, as of one moment: backup, move, upgrade
    Export(transfer::Export),
    /// Make the store that was exported, in a folder that holds none
    Import(transfer::Import),
    /// Go on with a store that may be older than the mailbox (a backup, an export), or with what is left of a damaged one: nothing is answered
    /// twice. handoffd must be stopped
    Recover,
    /// Look into the running daemon, or into its store when it is stopped
    #[command(flatten)]
    Look(look::Verb),
}

/// How a verb ends (contract: exit codes).
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The thing asked about is not so: exit 1.
    #[error("{0}")]
    NotSo(String),
    /// Settings or usage: exit 2.
    #[error("{0}")]
    Usage(String),
    /// A server or the store could not be reached: exit 3.
    #[error("{0}")]
    Unreachable(String),
}

impl Failure {
    const fn exit_code(&self) -> u8 {
        match self {
            Self::NotSo(_) => 1,
            Self::Usage(_) => 2,
            Self::Unreachable(_) => 3,
        }
    }

    /// Settings, articles or templates with problems, one a line.
    pub(crate) fn problems(problems: &[Problem]) -> Self {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        Self::Usage(lines.join("\n"))
    }
}

/// The command line as clap knows it: the manual page is made from it.
#[must_use]
pub fn command() -> clap::Command {
    <Arguments as clap::CommandFactory>::command()
}

/// Runs the verb that the arguments name.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let common = &arguments.common;
    let result = match &arguments.verb {
        Verb::Run => run::run(common),
        Verb::Init => init::run(common),
        Verb::Check(arguments) => check::run(common, arguments),
        Verb::Login(arguments) => login::run(common, arguments),
        Verb::Read(arguments) => read::run(common, arguments),
        Verb::Explain(arguments) => explain::run(common, arguments),
        Verb::Test(arguments) => test::run(common, arguments),
        Verb::Replay(arguments) => replay::run(common, arguments),
        Verb::Evaluate(arguments) => evaluate::run(common, arguments),
        Verb::Export(arguments) => transfer::export(common, arguments),
        Verb::Import(arguments) => transfer::import(common, arguments),
        Verb::Recover => recover::run(common),
        Verb::Look(verb) => look::run(common, verb),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("handoffd: {failure}");
            ExitCode::from(failure.exit_code())
        }
    }
}

/// Text of strangers, safe on a terminal: control characters (escape sequences among them) become `\u{FFFD}`.
pub(crate) fn printable(text: &str) -> String {
    let safe = |c: char| match c {
        '\n' | '\t' => c,
        c if c.is_control() || crate::mail::is_invisible_control(c) => '\u{FFFD}',
        c => c,
    };
    text.chars().map(safe).collect()
}
