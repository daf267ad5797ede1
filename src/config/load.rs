//! From `handoffd.toml` to a checked [`Configuration`], naming all problems of all mailboxes in one run.

mod fact;
mod holidays;
mod letter;
mod lookup;
mod mailboxes;
mod member;
mod oauth2;
mod page;
#[cfg(test)]
mod reference_text;
mod servers;
mod store;
mod support;
mod team;
mod trust;
mod understanding;
mod webhook;

pub(crate) use servers::is_loopback;
pub(crate) use support::TEMPLATE_LANGUAGES;
pub(crate) use understanding::models_near;

use super::gathered::{Gathered, Stands};
use super::section::{Located, Section};
use super::source::Source;
use super::{
    Advance, Automation, Autonomy, Configuration, Control, KnowledgeFolder, Limits, Mailbox,
    MailboxName, Mode, Problem, Settings, TroubleReports,
};
use crate::autonomy::{Stage, WINDOW, lower_bound};
use crate::mail::Address;
use std::path::{Path, PathBuf};
use std::time::Duration;
use toml::de::DeTable;

impl Configuration {
    /// Reads and checks `handoffd.toml`; relative paths in it are relative to its folder. Secrets come from the files
    /// that it names, or from systemd credentials.
    ///
    /// # Errors
    /// Every problem found, in the order of lines.
    pub fn load(path: &Path) -> Result<Self, Vec<Problem>> {
        Self::of(Inspection::of(path))
    }

    /// The same for who talks to no server: no secret is read. Those that only the service manager hands out are not there for anybody else.
    ///
    /// # Errors
    /// Every problem found.
    pub fn load_without_secrets(path: &Path) -> Result<Self, Vec<Problem>> {
        Self::of(Inspection::with(path, Secrets::LeftOut))
    }

    fn of(inspection: Inspection) -> Result<Self, Vec<Problem>> {
        if !inspection.problems.is_empty() {
            return Err(inspection.problems);
        }
        let mut mailboxes = inspection.mailboxes.into_iter();
        let first = mailboxes.next();
        match first.map(|first| (first.name, first.settings)) {
            Some((None, settings)) => Ok(Self::One(Box::new(settings))),
            Some((Some(name), settings)) => {
                let further = mailboxes.filter_map(|mailbox| {
                    let Inspected { name, settings, .. } = mailbox;
                    name.map(|name| Mailbox { name, settings })
                });
                let further = further.collect();
                Ok(Self::Named(Box::new(Mailbox { name, settings }), further))
            }
            // Where nothing could be read, why was said.
            None => Err(Vec::new()),
        }
    }
}

impl Settings {
    /// The settings of the only mailbox of a file.
    ///
    /// # Errors
    /// Every problem found, and that there are several mailboxes.
    pub fn load(path: &Path) -> Result<Self, Vec<Problem>> {
        Self::only(Configuration::load(path)?, path)
    }

    /// The same without secrets.
    ///
    /// # Errors
    /// Every problem found, and that there are several mailboxes.
    pub fn load_without_secrets(path: &Path) -> Result<Self, Vec<Problem>> {
        Self::only(Configuration::load_without_secrets(path)?, path)
    }

    fn only(configuration: Configuration, path: &Path) -> Result<Self, Vec<Problem>> {
        let chosen = configuration.into_one(None, path);
        chosen.map(|(_, settings)| settings).map_err(|why| {
            vec![Problem {
                file: path.to_owned(),
                line: 1,
                column: 1,
                what: why.to_string(),
                remedy: "name a file with one mailbox".to_owned(),
            }]
        })
    }
}

/// A configuration as far as it can be read, for checking what hangs on it.
pub struct Inspection {
    /// Every mailbox; none where the file is no TOML at all.
    pub mailboxes: Vec<Inspected>,
    /// What is wrong, in the order of lines.
    pub problems: Vec<Problem>,
}

/// A mailbox's settings as far as they can be read.
pub struct Inspected {
    /// Its name; `None` is the only one.
    pub name: Option<MailboxName>,
    /// With stand-ins where something is wrong. Only for checking: nothing may run on settings with problems.
    pub settings: Settings,
    /// Whether `[knowledge] folder` is a folder that can be looked into.
    pub articles: ArticleFolder,
}

impl Inspected {
    fn of(name: Option<MailboxName>, settings: Settings) -> Self {
        let articles = match settings.knowledge.folder.is_dir() {
            true => ArticleFolder::Found,
            false => ArticleFolder::Missing,
        };
        Self {
            name,
            settings,
            articles,
        }
    }
}

/// Whether there are articles to check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArticleFolder {
    /// The folder exists.
    Found,
    /// It is missing, which is a problem of the settings.
    Missing,
}

/// The folder in which a file of settings lies, from the root: a bare `handoffd.toml` has none in its name, and nothing would be found beside it.
pub(crate) fn folder_of(settings: &Path) -> PathBuf {
    let absolute = std::path::absolute(settings);
    let path = absolute.as_deref().unwrap_or(settings);
    path.parent().map(Path::to_owned).unwrap_or_default()
}

impl Inspection {
    /// Reads and checks a file of settings without stopping at what is wrong.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        Self::with(path, Secrets::Read)
    }

    fn with(path: &Path, secrets: Secrets) -> Self {
        let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
        match Source::read(path) {
            Ok(source) => Self::read(&source, credentials.as_deref(), secrets),
            Err(problem) => Self {
                mailboxes: Vec::new(),
                problems: vec![problem],
            },
        }
    }

    fn read(source: &Source, credentials: Option<&Path>, secrets: Secrets) -> Self {
        let (document, errors) = DeTable::parse_recoverable(source.text());
        for error in errors {
            let at = error.span().unwrap_or(0..0);
            let what = format!("not TOML: {}", error.message().replace('\n', ", "));
            source.problem(&at, what, "correct the line");
        }
        let mut gathered = Gathered::default();
        let mut mailboxes = Vec::new();
        if source.is_clean() {
            let top = Section::new("", Some(document.get_ref()), 0..0, source);
            let surroundings = Surroundings {
                folder: folder_of(source.path()),
                credentials,
                secrets,
                mailbox: None,
            };
            mailboxes = match top.has(mailboxes::KEY) {
                true => mailboxes::read(&top, source, &surroundings, &mut gathered),
                false => vec![Inspected::of(None, read_mailbox(&top, &surroundings))],
            };
        }
        for (_, problem) in source.take_problems() {
            gathered.add(None, problem, Stands::InWhatIsShared);
        }
        Self {
            mailboxes,
            problems: gathered.into_problems(),
        }
    }
}

/// What the parts of the loader share.
#[derive(Clone)]
struct Surroundings<'s> {
    /// The folder of `handoffd.toml`.
    folder: PathBuf,
    /// `$CREDENTIALS_DIRECTORY`.
    credentials: Option<&'s Path>,
    secrets: Secrets,
    /// Whose settings are read, where there are several.
    mailbox: Option<&'s MailboxName>,
}

/// Whether passwords and tokens are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Secrets {
    Read,
    /// They are empty, and nobody logs in with them.
    LeftOut,
}

impl Surroundings<'_> {
    fn path(&self, written: &str) -> PathBuf {
        self.folder.join(written)
    }
}

/// The settings of one mailbox from the table that holds all of them.
fn read_mailbox(top: &Section<'_>, surroundings: &Surroundings<'_>) -> Settings {
    // Every part is read before any result is asked for, so that one run names all problems.
    let teams = team::teams(top, surroundings);
    let support = support::support(top, &teams);
    let store = store::store(top, surroundings);
    let tokens = oauth2::tokens(top, surroundings, &store);
    let inbox = servers::inbox(top, surroundings, &tokens);
    let smtp = servers::smtp(top, surroundings, &tokens);
    let automation = automation(top);
    let autonomy = autonomy(top);
    let letter = letter::letter(top);
    let trust = trust::trust(
        top,
        inbox
            .as_ref()
            .is_some_and(|inbox| servers::is_loopback(&inbox.host)),
    );
    let escalate = team::escalate(top, &teams);
    let limits = limits(top);
    let trouble = trouble(top);
    let knowledge = knowledge(top, surroundings);
    let understanding = understanding::understanding(top, surroundings);
    let templates_folder = templates(top, surroundings);
    let control = control(top, surroundings);
    let page = page::page(top, surroundings);
    let facts = fact::facts(top, &support.language);
    let lookups = lookup::lookups(top, surroundings, &teams);
    let webhooks = webhook::webhooks(top, surroundings);
    top.refuse_unknown_keys();
    let settings = Settings {
        support,
        others: Vec::new(),
        inbox: inbox.unwrap_or_else(servers::inbox_stand_in),
        smtp: smtp.unwrap_or_else(servers::smtp_stand_in),
        teams,
        automation,
        autonomy,
        letter,
        trust,
        escalate,
        limits,
        trouble,
        knowledge: knowledge.unwrap_or_else(|| KnowledgeFolder {
            folder: PathBuf::new(),
        }),
        understanding,
        templates_folder,
        store,
        control,
        page,
        facts,
        lookups,
        webhooks,
    };
    support::refuse_answering_oneself(top, &settings);
    settings
}

/// One of several words, or the default.
fn one_of<T: Copy>(section: &Section<'_>, key: &str, choices: &[(&str, T)], default: T) -> T {
    let Some(word) = section.text(key) else {
        return default;
    };
    if let Some((_, choice)) = choices.iter().find(|(name, _)| *name == word.value) {
        return *choice;
    }
    let names: Vec<String> = choices
        .iter()
        .map(|(name, _)| format!("\"{name}\""))
        .collect();
    let what = format!(
        "{} = \"{}\" is not known",
        section.full_name(key),
        word.value
    );
    section.problem(&word.at, what, format!("write one of {}", names.join(", ")));
    default
}

/// An address, with its problem named where it is none.
fn address(section: &Section<'_>, key: &str, text: &Located<String>) -> Option<Address> {
    match Address::parse(&text.value) {
        Ok(address) => Some(address),
        Err(error) => {
            let what = format!(
                "{} = \"{}\" is no address: {error}",
                section.full_name(key),
                text.value
            );
            section.problem(&text.at, what, "write it like `name@example.org`");
            None
        }
    }
}

fn automation(top: &Section<'_>) -> Automation {
    let section = top.section("automation");
    let modes = [
        ("shadow", Mode::Shadow),
        ("draft", Mode::Draft),
        ("live", Mode::Live),
    ];
    let mode = one_of(&section, "mode", &modes, Mode::Shadow);
    let send = section.share("send_threshold");
    let suggest = section.share("suggest_threshold");
    if let (Some(send), Some(suggest)) = (&send, &suggest)
        && suggest.value > send.value
    {
        let what = "[automation] suggest_threshold is above send_threshold";
        section.problem(
            &suggest.at,
            what,
            "sending needs at least the certainty that suggesting needs",
        );
    }
    section.refuse_unknown_keys();
    Automation {
        mode,
        send_threshold: send.map(|share| share.value),
        suggest_threshold: suggest.map(|share| share.value),
    }
}

fn autonomy(top: &Section<'_>) -> Autonomy {
    let section = top.section("autonomy");
    let default = Autonomy::default();
    let ways = [
        ("off", Advance::Off),
        ("ask", Advance::Ask),
        ("automatic", Advance::Automatic),
    ];
    let stages = Stage::ALL.map(|stage| (stage.as_str(), stage));
    let number = |key, default: u32, most| {
        u32::try_from(section.number(key, u64::from(default), 1, most)).unwrap_or(default)
    };
    let share = |key, default| {
        let Some(share) = section.share(key) else {
            return default;
        };
        let best = lower_bound(WINDOW, WINDOW);
        if share.value > best {
            let what = format!(
                "{} is {}, which no record reaches: the last {WINDOW} mails count, and {WINDOW} of {WINDOW} show {best:.2}",
                section.full_name(key),
                share.value
            );
            let remedy = format!(
                "give a share of at most {:.2}",
                (best * 100.0).floor() / 100.0
            );
            section.problem(&share.at, what, remedy);
        }
        share.value
    };
    let draft_after = number("draft_after", default.draft_after, u64::from(WINDOW));
    let answer_after = number("answer_after", default.answer_after, u64::from(WINDOW));
    let autonomy = Autonomy {
        advance: one_of(&section, "advance", &ways, default.advance),
        start: one_of(&section, "start", &stages, default.start),
        draft_after,
        draft_lower_bound: share("draft_lower_bound", default.draft_lower_bound),
        answer_after,
        answer_lower_bound: share("answer_lower_bound", default.answer_lower_bound),
        back_at: number("back_at", default.back_at, 100),
        back_within: number("back_within", default.back_within, 1000),
    };
    if autonomy.back_at > autonomy.back_within {
        let at = section
            .place("back_at")
            .or_else(|| section.place("back_within"));
        let what = format!(
            "[autonomy] back_at is {}, more than all of the last {} customers weigh",
            autonomy.back_at, autonomy.back_within
        );
        let remedy =
            "give a back_at of at most back_within, or articles would answer whatever goes wrong";
        section.problem(&at.unwrap_or(0..0), what, remedy);
    }
    section.refuse_unknown_keys();
    autonomy
}

fn limits(top: &Section<'_>) -> Limits {
    let section = top.section("limits");
    let limit = |key, default| {
        u32::try_from(section.number(key, default, 1, 1_000_000)).unwrap_or(u32::MAX)
    };
    let limits = Limits {
        automatic_per_sender_per_day: limit("automatic_per_sender_per_day", 10),
        automatic_per_ticket: limit("automatic_per_ticket", 5),
        automatic_per_domain_per_hour: limit("automatic_per_domain_per_hour", 100),
        automatic_per_domain_per_day: limit("automatic_per_domain_per_day", 500),
        automatic_per_hour: limit("automatic_per_hour", 1000),
        automatic_per_day: limit("automatic_per_day", 5000),
        returned_per_hour: limit("returned_per_hour", 100),
        brake: Some(section.number("brake_minutes", 60, 0, 10_080))
            .filter(|minutes| *minutes > 0)
            .map(|minutes| Duration::from_secs(60 * minutes)),
        same_text_per_hour: limit("same_text_per_hour", 8),
        mails_per_sender_per_hour: limit("mails_per_sender_per_hour", 100),
        same_matter: Duration::from_secs(60 * section.number("same_matter_minutes", 10, 0, 1440)),
    };
    section.refuse_unknown_keys();
    limits
}

fn trouble(top: &Section<'_>) -> TroubleReports {
    let section = top.section("trouble");
    let seconds =
        |key, default, least, most| Duration::from_secs(section.number(key, default, least, most));
    let trouble = TroubleReports {
        tell_after: seconds("tell_after_seconds", 600, 0, 86_400),
        gather: seconds("gather_seconds", 60, 0, 3_600),
        calm: seconds("calm_seconds", 300, 0, 86_400),
        remind: Duration::from_secs(3_600 * section.number("remind_hours", 24, 1, 8_760)),
    };
    section.refuse_unknown_keys();
    trouble
}

fn knowledge(top: &Section<'_>, surroundings: &Surroundings<'_>) -> Option<KnowledgeFolder> {
    let section = top.section("knowledge");
    let folder = section.required_text("folder", "/etc/handoffd/knowledge");
    let folder =
        folder.and_then(|written| existing_folder(&section, "folder", &written, surroundings));
    section.refuse_unknown_keys();
    Some(KnowledgeFolder { folder: folder? })
}

fn templates(top: &Section<'_>, surroundings: &Surroundings<'_>) -> Option<PathBuf> {
    let section = top.section("templates");
    let folder = section.text("folder");
    let folder =
        folder.and_then(|written| existing_folder(&section, "folder", &written, surroundings));
    section.refuse_unknown_keys();
    folder
}

fn existing_folder(
    section: &Section<'_>,
    key: &str,
    written: &Located<String>,
    surroundings: &Surroundings<'_>,
) -> Option<PathBuf> {
    let folder = surroundings.path(&written.value);
    if folder.is_dir() {
        return Some(folder);
    }
    let what = format!(
        "{} = \"{}\" is no folder",
        section.full_name(key),
        written.value
    );
    section.problem(
        &written.at,
        what,
        format!("create {} or correct the path", folder.display()),
    );
    None
}

fn control(top: &Section<'_>, surroundings: &Surroundings<'_>) -> Control {
    let section = top.section("control");
    let socket = section
        .text("socket")
        .map(|written| surroundings.path(&written.value));
    section.refuse_unknown_keys();
    Control {
        socket: socket.unwrap_or_else(|| PathBuf::from(Control::DEFAULT_SOCKET)),
    }
}

#[cfg(test)]
mod tests;
