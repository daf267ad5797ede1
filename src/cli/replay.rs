//! `handoffd replay`: what would have been done with a whole old mailbox. No store, and no network but to read the folders that are named; the same
//! mails, settings and articles give the same result.

mod bar;
mod saving;
mod server;

use super::{Common, Failure, source};
use crate::config::{Configuration, Settings};
use crate::gateway::Office;
use crate::inbox::Content;
use crate::rehearsal;
use crate::replay::{self, Figures, OldMail, OldMailbox, Replayed};
use bar::Bar;
use serde_json::json;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Its arguments.
#[derive(clap::Args, Debug)]
pub(super) struct Arguments {
    /// Mails: `.eml`, mbox, Maildir, a folder of these, or `-`. With the folder of sent mail beside the inbox, what people really answered is
    /// compared
    #[arg(required_unless_present = "folders")]
    paths: Vec<PathBuf>,
    /// Also the mails of this folder of the mailbox on its server, which is read and nothing else. More than once for several
    #[arg(long = "folder", value_name = "FOLDER")]
    folders: Vec<String>,
    /// Also write a page with plots, one file that needs nothing else
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Also go through it with these settings, and tell which decisions change
    #[arg(long, value_name = "OTHER.toml")]
    against: Option<PathBuf>,
    /// Write tickets as conversations for `handoffd test` into this folder, with other names and numbers: those of the mails that --choose names, or
    /// else those worth a look
    #[arg(long, value_name = "DIR")]
    save: Option<PathBuf>,
    /// A mail by the name that the table has for it (`inbox.mbox:12`). More than once for several
    #[arg(long, value_name = "MAIL", requires = "save")]
    choose: Vec<String>,
}

pub(super) fn run(common: &Common, arguments: &Arguments) -> Result<(), Failure> {
    let (_, settings) = common.one_mailbox()?;
    let office = furnish(settings)?;
    let other = match &arguments.against {
        Some(path) => Some(furnish(other_settings(common, path)?)?),
        None => None,
    };
    if let Some(folder) = &arguments.save {
        saving::prepare(folder)?;
    }
    let mails = mails(common, arguments)?;
    let mailbox = OldMailbox::of(mails, &office, crate::clock::now());
    if mailbox.is_empty() {
        return Err(Failure::NotSo(
            "there are no mails in what was named (`.eml`, mbox and Maildir are read, and with --folder a folder on the server)".to_owned(),
        ));
    }
    let replayed = go_through(&mailbox, &office, "")?;
    let figures = replay::figures(&replayed, &mailbox, &office);
    let comparison = match &other {
        Some(other) => {
            let after = go_through(&mailbox, other, "with the other settings: ")?;
            Some(replay::compare(&replayed, &after))
        }
        None => None,
    };
    if let Some(path) = &arguments.html {
        let title = office.settings.support.address.as_str();
        let page = replay::page(&figures, comparison.as_ref(), title)
            .map_err(|why| Failure::NotSo(format!("the page could not be made: {why}")))?;
        write_for_oneself(path, &page)?;
    }
    let mut text = match common.json {
        true => format!("{}\n", as_json(&replayed, &figures, comparison.as_ref())),
        false => super::printable(&replay::table(&figures)),
    };
    if let (Some(comparison), false) = (&comparison, common.json) {
        text.push_str(&super::printable(&changes(comparison)));
    }
    print(&text)?;
    if let Some(folder) = &arguments.save {
        let chosen = &arguments.choose;
        let saved = saving::save(folder, chosen, &replayed, &figures, &mailbox, &office)?;
        let folder = folder.display();
        let saving::Saved { written, kept } = saved;
        eprintln!(
            "{written} tickets are saved in {folder}, {kept} lay there already and are as they were: read them, then `handoffd test {folder}`"
        );
    }
    Ok(())
}

/// Whoever has read enough (`| head`) closes the pipe: that is no failure.
fn print(text: &str) -> Result<(), Failure> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(why) if why.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::Unreachable(format!("standard output: {why}")))
        }
        _ => Ok(()),
    }
}

fn mails(common: &Common, arguments: &Arguments) -> Result<Vec<OldMail>, Failure> {
    let on_disk = source::mails(&arguments.paths)?.map(|(name, raw)| OldMail {
        name,
        content: Content::Whole(raw),
    });
    let mut mails: Vec<OldMail> = on_disk.collect();
    if !arguments.folders.is_empty() {
        // All else needs no password.
        let (_, settings) = common.one_of(Configuration::load(&common.config))?;
        let mut bar = Bar::of(None, "fetching: ");
        let fetched = server::mails(&settings.inbox, &arguments.folders, |here| bar.draw(here));
        bar.wipe();
        mails.extend(fetched?);
    }
    Ok(mails)
}

fn furnish(settings: Settings) -> Result<Office, Failure> {
    rehearsal::furnish_with(settings).map_err(|found| Failure::problems(&found))
}

fn other_settings(common: &Common, path: &Path) -> Result<Settings, Failure> {
    let other = Common {
        config: path.to_owned(),
        json: common.json,
        mailbox: common.mailbox.clone(),
    };
    let (_, settings) = other.one_mailbox()?;
    Ok(settings)
}

fn go_through(mailbox: &OldMailbox, office: &Office, what: &str) -> Result<Replayed, Failure> {
    let mut bar = Bar::of(Some(mailbox.len()), what);
    let replayed = replay::replay(mailbox, office, |done| bar.draw(done));
    bar.wipe();
    replayed.map_err(|why| Failure::Unreachable(why.to_string()))
}

/// It holds words of customers: for nobody but who asked for it. Written beside, and moved there when it is whole.
fn write_for_oneself(path: &Path, text: &str) -> Result<(), Failure> {
    use std::os::unix::fs::OpenOptionsExt;
    let failed = |why| Failure::NotSo(format!("{} could not be written: {why}", path.display()));
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    // What an earlier run left there may be readable for others, or lead elsewhere.
    let _ = std::fs::remove_file(&beside);
    let mut options = OpenOptions::new();
    let options = options.write(true).create_new(true).mode(0o600);
    let mut file = options.open(&beside).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    std::fs::rename(&beside, path).map_err(failed)
}

fn as_json(
    replayed: &Replayed,
    figures: &Figures,
    comparison: Option<&replay::Comparison>,
) -> serde_json::Value {
    let mails = replayed.turns.iter().map(|turn| {
        json!({
            "name": turn.name, "at": turn.at, "subject": turn.subject,
            "decision": turn.decision, "rule": turn.rule, "customer": turn.is_a_customers,
            "article": turn.article.as_ref().map(ToString::to_string),
            "nearest": turn.nearest, "promised_by": turn.promised_by,
            "answer": turn.answer.as_ref().map(|answer| json!({
                "after_seconds": answer.after.as_secs(),
                "article": answer.article.as_ref().map(ToString::to_string),
                "likeness": answer.likeness,
            })),
        })
    });
    json!({
        "figures": figures,
        "comparison": comparison,
        "mails": mails.collect::<Vec<_>>(),
    })
}

fn changes(comparison: &replay::Comparison) -> String {
    use std::fmt::Write;
    const ROWS: usize = 20;
    let mut text = String::new();
    let _ = writeln!(
        text,
        "\nWith the other settings {} of {} mails are decided on otherwise",
        comparison.changed.len(),
        comparison.compared
    );
    for (change, mails) in &comparison.changes {
        let _ = writeln!(text, "{mails:>7}  {change}");
    }
    for changed in comparison.changed.iter().take(ROWS) {
        let _ = writeln!(
            text,
            "  {} -> {}  {}  {}",
            changed.before, changed.after, changed.subject, changed.name
        );
    }
    if comparison.changed.len() > ROWS {
        let _ = writeln!(text, "  and more: `--json` lists all");
    }
    text
}
