//! `handoffd test`: do the admin's own conversations still end as they were written down? No network, no store; the running daemon
//! is not asked.

use super::{Common, Failure};
use crate::config::{Configuration, Problem, Settings};
use crate::gateway::Office;
use crate::rehearsal::{self, Conversation, Difference, Played, PlayedStep};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Its arguments.
#[derive(clap::Args, Debug)]
pub(super) struct Arguments {
    /// The folder of conversations; `conversations` beside the settings otherwise
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
    /// Also show each step's decision and the mails that left
    #[arg(long)]
    show: bool,
}

pub(super) fn run(common: &Common, arguments: &Arguments) -> Result<(), Failure> {
    let beside = || common.config.with_file_name("conversations");
    let folder = arguments.folder.clone().unwrap_or_else(beside);
    let conversations = rehearsal::read_folder(&folder).map_err(|found| broken(common, &found))?;
    let mut offices: BTreeMap<PathBuf, Office> = BTreeMap::new();
    for conversation in &conversations {
        let settings = settings_of(common, conversation);
        if !offices.contains_key(settings) {
            let office = match &conversation.settings {
                // One that brings settings of its own is played with these as they are.
                Some(own) => rehearsal::furnish(own),
                None => rehearsal::furnish_with(of_the_mailbox(common)?),
            };
            let office = office.map_err(|found| broken(common, &found))?;
            offices.insert(settings.to_owned(), office);
        }
    }
    let mut differing = 0_usize;
    for conversation in &conversations {
        let Some(office) = offices.get(settings_of(common, conversation)) else {
            continue;
        };
        let played = rehearsal::play(conversation, office).map_err(|error| {
            Failure::Unreachable(format!("{}: {error}", conversation.path.display()))
        })?;
        differing += usize::from(!played.differences.is_empty());
        if common.json {
            println!("{}", as_json(conversation, &played));
        } else {
            print!(
                "{}",
                super::printable(&as_text(conversation, &played, arguments.show))
            );
        }
    }
    if differing == 0 {
        return Ok(());
    }
    let all = conversations.len();
    Err(Failure::NotSo(format!(
        "{differing} of {all} conversations did not go as they should"
    )))
}

/// The settings of the mailbox that is meant.
fn of_the_mailbox(common: &Common) -> Result<Settings, Failure> {
    let loaded = Configuration::load_without_secrets(&common.config);
    let loaded = loaded.map_err(|found| broken(common, &found))?;
    let (_, settings) = common.one_of(Ok(loaded))?;
    Ok(settings)
}

fn settings_of<'a>(common: &'a Common, conversation: &'a Conversation) -> &'a Path {
    conversation.settings.as_deref().unwrap_or(&common.config)
}

fn broken(common: &Common, problems: &[Problem]) -> Failure {
    if !common.json {
        return Failure::problems(problems);
    }
    super::check::print_problems(problems, true);
    Failure::Usage(
        "nothing was played: mend the files that are named on standard output".to_owned(),
    )
}

fn as_json(conversation: &Conversation, played: &Played) -> serde_json::Value {
    let file = &conversation.path;
    let differences: Vec<serde_json::Value> = played
        .differences
        .iter()
        .map(|difference| {
            let Difference {
                step,
                line,
                what,
                expected,
                got,
            } = difference;
            json!({"file": file, "line": line, "step": step, "what": what, "expected": expected, "got": got})
        })
        .collect();
    json!({
        "path": file,
        "about": conversation.about,
        "ok": played.differences.is_empty(),
        "steps": played.steps.len(),
        "differences": differences,
    })
}

fn as_text(conversation: &Conversation, played: &Played, show: bool) -> String {
    use std::fmt::Write;
    let mut text = String::new();
    let word = if played.differences.is_empty() {
        "ok     "
    } else {
        "DIFFERS"
    };
    let path = conversation.path.display();
    let _ = writeln!(text, "{word} {path}: {}", conversation.about);
    for step in played.steps.iter().filter(|_| show) {
        shown(step, &mut text);
    }
    for difference in &played.differences {
        let Difference {
            step,
            line,
            what,
            expected,
            got,
        } = difference;
        let who = played.steps.get(step.saturating_sub(1));
        let who = who.map_or("", |step| step.who.as_str());
        let _ = writeln!(
            text,
            "        {path}:{line}: step {step} ({who}), {what}\n            expected: {expected}\n            got:      {got}"
        );
    }
    text
}

fn shown(step: &PlayedStep, text: &mut String) {
    use std::fmt::Write;
    let PlayedStep {
        number,
        who,
        at,
        decision,
        ..
    } = step;
    let _ = writeln!(text, "\n  --- step {number}, {at}: {who} -> {decision}");
    if let Some((rule, sentence)) = &step.reason {
        let _ = writeln!(text, "  {rule}: {sentence}");
    }
    for mail in &step.mails {
        let purpose = crate::journal::purpose_word(mail.purpose);
        let _ = writeln!(
            text,
            "\n  {}: {purpose}\n  Subject: {}\n",
            mail.to, mail.subject
        );
        for line in mail.text.lines() {
            let _ = writeln!(text, "  | {line}");
        }
    }
    let _ = writeln!(text);
}
