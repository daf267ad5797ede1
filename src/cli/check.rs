//! `handoffd check`: every problem of settings, articles and templates in one run, with file, line, column and remedy.

mod connections;

use super::{Common, Failure};
use crate::compose::Writer;
use crate::config::gathered::{Gathered, Stands};
use crate::config::{
    ArticleFolder, Inspection, Login, MailboxName, Mode, Problem, Settings, StoreKind,
};
use crate::control::{self, Reach};
use crate::inbox::Connection;
use crate::journal::Journal;
use crate::knowledge::Knowledge;
use crate::outbox;
use crate::ticket::TokenKey;
use crate::understand::meaning::{Encoder, understood_by};
use serde_json::json;
use std::sync::Arc;

/// Its arguments.
#[derive(clap::Args, Debug)]
pub(super) struct Arguments {
    /// Also log in to the IMAP and SMTP servers and to the database of the journal, and ask each lookup about a made-up address
    #[arg(long)]
    online: bool,
}

impl Arguments {
    /// Asks no server.
    pub(super) const fn offline() -> Self {
        Self { online: false }
    }
}

pub(super) fn run(common: &Common, arguments: &Arguments) -> Result<(), Failure> {
    let inspection = Inspection::of(&common.config);
    let mut gathered = Gathered::default();
    for problem in inspection.problems {
        gathered.add_told(problem);
    }
    let mut checked = Vec::new();
    let mut models: Vec<Arc<Encoder>> = Vec::new();
    for mailbox in &inspection.mailboxes {
        let (name, settings) = (mailbox.name.as_ref(), &mailbox.settings);
        gathered.looks_at(name);
        let mut add = |problems: Vec<Problem>| {
            for problem in problems {
                gathered.add(name, problem, Stands::InWhatIsShared);
            }
        };
        if mailbox.articles == ArticleFolder::Found {
            match Knowledge::load(settings) {
                Ok(knowledge) => {
                    if settings.automation.mode != Mode::Shadow {
                        add(knowledge.to_be_written());
                    }
                    match Encoder::of(&settings.understanding, &models) {
                        Ok(encoder) => {
                            checked.push(Checked {
                                name: mailbox.name.clone(),
                                settings,
                                knowledge,
                                understood_by: understood_by(encoder.as_deref()),
                            });
                            models.extend(encoder);
                        }
                        Err(why) => add(vec![why.problem()]),
                    }
                }
                Err(found) => add(found),
            }
        }
        // The key makes tokens, of which none is sent here.
        if let Err(found) = Writer::load(settings, TokenKey::new([0; 32])) {
            add(found);
        }
    }
    let problems = gathered.into_problems();
    if !problems.is_empty() {
        print_problems(&problems, common.json);
        let number = problems.len();
        let noun = if number == 1 { "problem" } else { "problems" };
        let sentence =
            format!("{number} {noun} found; the daemon does not run until all are mended");
        return Err(Failure::Usage(sentence));
    }
    if checked.is_empty() {
        return Err(Failure::Usage("the settings cannot be read".to_owned()));
    }
    let checked: Vec<&Checked<'_>> = meant(&checked, common)?;
    of_all(&checked, common, |settings, _| Ok(remarks(settings)))?;
    of_all(&checked, common, |_, knowledge| Ok(not_written(knowledge)))?;
    if arguments.online {
        // Every part, so that one run names all.
        let parts = [
            examine_journals(&checked, common),
            log_in_to_all(&checked, common),
            of_all(&checked, common, |settings, _| {
                connections::try_lookups(settings)
            }),
        ];
        all_of(parts)?;
    }
    if !common.json {
        for (number, one) in checked.iter().enumerate() {
            let text = summary(one, arguments);
            // One for each, below one sentence.
            let below = text.strip_prefix(ALL_WELL).filter(|_| number > 0);
            print!("{}", below.unwrap_or(&text));
        }
    }
    Ok(())
}

/// What failed in any of them, the unreachable ones in one.
fn all_of(parts: impl IntoIterator<Item = Result<(), Failure>>) -> Result<(), Failure> {
    let mut unreachable = Vec::new();
    for part in parts {
        match part {
            Ok(()) => {}
            Err(Failure::Unreachable(why)) => unreachable.push(why),
            Err(other) => return Err(other),
        }
    }
    match unreachable.is_empty() {
        true => Ok(()),
        false => Err(Failure::Unreachable(unreachable.join("\n"))),
    }
}

/// A mailbox without a problem.
struct Checked<'s> {
    name: Option<MailboxName>,
    settings: &'s Settings,
    knowledge: Knowledge,
    /// In words.
    understood_by: String,
}

/// All of them, or the one that is named.
fn meant<'c, 's>(
    checked: &'c [Checked<'s>],
    common: &Common,
) -> Result<Vec<&'c Checked<'s>>, Failure> {
    let named = common.mailbox.as_deref();
    let meant = control::meant(checked, named, Reach::Each, |one| one.name.as_ref());
    meant.map_err(|why| Failure::Usage(why.to_string()))
}

/// What is no problem, and may become one.
fn remarks(settings: &Settings) -> Vec<String> {
    let StoreKind::Postgres(_) = settings.store.kind else {
        return Vec::new();
    };
    let keeper = settings.token_keeper();
    let remark = keeper.and_then(|keeper| {
        let account = keeper.account();
        account.trouble_of_several_machines(keeper.kept_in())
    });
    remark.into_iter().collect()
}

/// What is to be written before the mode becomes another: in shadow nobody gets it.
fn not_written(knowledge: &Knowledge) -> Vec<String> {
    let places = knowledge.to_be_written().into_iter();
    places.map(|place| format!("note: {place}")).collect()
}

/// Where journals are kept in a database: whether it lets us in, and has nothing that a start would refuse.
fn examine_journals(checked: &[&Checked<'_>], common: &Common) -> Result<(), Failure> {
    of_all(checked, common, |settings, _| {
        Journal::examine(&settings.store).map_err(|why| why.to_string())
    })
}

/// Every mailbox, so that one run names all that let nobody in.
fn log_in_to_all(checked: &[&Checked<'_>], common: &Common) -> Result<(), Failure> {
    of_all(checked, common, |settings, _| {
        let remark = log_in(settings).map_err(|why| why.to_string())?;
        Ok(remark.into_iter().collect())
    })
}

/// Asks for each mailbox; says the remarks, and fails with all failures.
fn of_all(
    checked: &[&Checked<'_>],
    common: &Common,
    ask: impl Fn(&Settings, &Knowledge) -> Result<Vec<String>, String>,
) -> Result<(), Failure> {
    let mut failures = Vec::new();
    for one in checked {
        let Checked {
            name,
            settings,
            knowledge,
            ..
        } = one;
        let in_its_name = |sentence: &str| match name {
            Some(name) => format!("mailbox {name}: {sentence}"),
            None => sentence.to_owned(),
        };
        match ask(settings, knowledge) {
            Ok(remarks) => remarks
                .iter()
                .for_each(|remark| say(&in_its_name(remark), common)),
            Err(why) => failures.push(in_its_name(&why)),
        }
    }
    match failures.is_empty() {
        true => Ok(()),
        false => Err(Failure::Unreachable(failures.join("\n"))),
    }
}

/// Standard output holds nothing but JSON where JSON was asked for.
fn say(remark: &str, common: &Common) {
    let remark = super::printable(remark);
    if common.json {
        eprintln!("{remark}");
    } else {
        println!("{remark}");
    }
}

pub(super) fn print_problems(problems: &[Problem], as_json: bool) {
    for problem in problems {
        if as_json {
            let Problem {
                file,
                line,
                column,
                what,
                remedy,
            } = problem;
            let object = json!({"file": file, "line": line, "column": column, "what": what, "remedy": remedy});
            println!("{object}");
        } else {
            println!("{}", super::printable(&problem.to_string()));
        }
    }
}

/// Logs in to both servers and leaves again; changes nothing there. Names both where both fail. What is odd and no failure
/// comes back as a remark.
fn log_in(settings: &Settings) -> Result<Option<String>, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Unreachable(format!("starting the runtime: {error}")))?;
    runtime.block_on(async {
        let watching = async {
            let inbox = Connection::open(&settings.inbox).await;
            let inbox = inbox.map_err(|error| error.to_string())?;
            let keeps_keywords = inbox.keeps_keywords();
            inbox.close().await;
            Ok::<bool, String>(keeps_keywords)
        };
        match tokio::join!(watching, outbox::log_in(&settings.smtp)) {
            (Ok(true), Ok(())) => Ok(None),
            (Ok(false), Ok(())) => Ok(Some(format!(
                "folder {} keeps no keywords: handled mails will be known to handoffd alone",
                settings.inbox.folder
            ))),
            (Err(inbox), Err(smtp)) => Err(Failure::Unreachable(format!("{inbox}\n{smtp}"))),
            (Err(failed), Ok(())) | (Ok(_), Err(failed)) => Err(Failure::Unreachable(failed)),
        }
    })
}

/// What stands above the summary.
const ALL_WELL: &str = "all well\n";

fn summary(checked: &Checked<'_>, arguments: &Arguments) -> String {
    let Checked {
        name,
        settings,
        knowledge,
        understood_by,
    } = checked;
    let called = name
        .as_ref()
        .map_or_else(String::new, |name| format!("{name}: "));
    let teams = settings.teams.iter().map(|team| team.name.0.as_str());
    let teams: Vec<&str> = teams.collect();
    let topics = knowledge.topics.values();
    let texts: usize = topics.map(|topic| topic.articles.len()).sum();
    let mode = match settings.automation.mode {
        Mode::Shadow => "shadow: decides and records, sends nothing, changes nothing on the server",
        Mode::Draft => "draft: every answer waits for a person's OK; hand-offs leave by themselves",
        Mode::Live => "live: sends what it is sure of, hands off everything else",
    };
    let servers = if arguments.online {
        "both let us in"
    } else {
        "not asked (--online does)"
    };
    let login = settings.token_keeper().map_or_else(String::new, |keeper| {
        let by = |login: &Login| match login {
            Login::Password(_) => "password",
            Login::OAuth2(_) => "token",
        };
        let smtp = settings.smtp.login.as_ref();
        let smtp = smtp.map_or("no login", |(_, login)| by(login));
        let inbox = by(&settings.inbox.login);
        let flow = &keeper.account().flow;
        format!("  logins     inbox by {inbox}, smtp by {smtp} ([oauth2], {flow})\n")
    });
    format!(
        "{ALL_WELL}  mailbox    {called}{} ({} on {})\n  articles   {} intents, {texts} texts\n  teams      {}\n  mode       {mode}\n  understood by {understood_by}\n{login}  servers    {servers}\n",
        settings.support.address,
        settings.inbox.folder,
        settings.inbox.host,
        knowledge.topics.len(),
        teams.join(", "),
    )
}
