//! `handoffd replay`: what would have been done with a whole old mailbox. No network, no store; the same mails, settings and articles give the same
//! result.

use super::{Common, Failure, source};
use crate::config::Settings;
use crate::gateway::Office;
use crate::rehearsal;
use crate::replay::{self, Figures, OldMail, OldMailbox, Replayed};
use jiff::Timestamp;
use serde_json::json;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The bar is drawn so often at most.
const DRAW_EVERY: Duration = Duration::from_millis(200);
/// Its length in characters.
const BAR: usize = 40;

/// Its arguments.
#[derive(clap::Args, Debug)]
pub(super) struct Arguments {
    /// Mails: `.eml`, mbox, Maildir, a folder of these, or `-`. With the folder of sent mail beside the inbox, what people really answered is
    /// compared
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Also write a page with plots, one file that needs nothing else
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Also go through it with these settings, and tell which decisions change
    #[arg(long, value_name = "OTHER.toml")]
    against: Option<PathBuf>,
}

pub(super) fn run(common: &Common, arguments: &Arguments) -> Result<(), Failure> {
    let (_, settings) = common.one_mailbox()?;
    let office = furnish(settings)?;
    let other = match &arguments.against {
        Some(path) => Some(furnish(other_settings(common, path)?)?),
        None => None,
    };
    let mails: Vec<OldMail> = source::mails(&arguments.paths)?
        .map(|(name, raw)| OldMail { name, raw })
        .collect();
    let mailbox = OldMailbox::of(mails, &office, Timestamp::now());
    if mailbox.is_empty() {
        return Err(Failure::NotSo(
            "these paths hold no mails (`.eml`, mbox and Maildir are read)".to_owned(),
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
        write_page(path, &page)?;
    }
    if common.json {
        println!("{}", as_json(&replayed, &figures, comparison.as_ref()));
        return Ok(());
    }
    print!("{}", super::printable(&replay::table(&figures)));
    if let Some(comparison) = comparison {
        print!("{}", super::printable(&changes(&comparison)));
    }
    Ok(())
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
    let mut bar = Bar::of(mailbox.len(), what);
    let replayed = replay::replay(mailbox, office, |done| bar.draw(done));
    bar.wipe();
    replayed.map_err(|why| Failure::Unreachable(why.to_string()))
}

fn write_page(path: &Path, page: &str) -> Result<(), Failure> {
    use std::os::unix::fs::OpenOptionsExt;
    // It holds words of customers: for nobody but who asked for it.
    let mut options = std::fs::OpenOptions::new();
    let _ = options.write(true).create(true).truncate(true).mode(0o600);
    let written = options
        .open(path)
        .and_then(|mut file| file.write_all(page.as_bytes()));
    written.map_err(|why| Failure::NotSo(format!("{} could not be written: {why}", path.display())))
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

/// How far it is, for whoever waits at a terminal; others see nothing of it.
struct Bar<'a> {
    all: usize,
    what: &'a str,
    began: Instant,
    drawn: Option<Instant>,
    is_seen: bool,
}

impl<'a> Bar<'a> {
    fn of(all: usize, what: &'a str) -> Self {
        Self {
            all,
            what,
            began: Instant::now(),
            drawn: None,
            is_seen: std::io::stderr().is_terminal(),
        }
    }

    fn draw(&mut self, done: usize) {
        let is_late = self.drawn.is_none_or(|then| then.elapsed() >= DRAW_EVERY);
        if !self.is_seen || !is_late {
            return;
        }
        self.drawn = Some(Instant::now());
        let full = done * BAR / self.all.max(1);
        let left = self.began.elapsed().as_secs_f64() / done.max(1) as f64
            * self.all.saturating_sub(done) as f64;
        eprint!(
            "\r{}[{}{}] {done} of {} mails, {left:.0} s left ",
            self.what,
            "#".repeat(full),
            " ".repeat(BAR.saturating_sub(full)),
            self.all
        );
    }

    fn wipe(&self) {
        if self.is_seen {
            eprint!("\r\u{1b}[K");
        }
    }
}
