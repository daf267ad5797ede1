//! From `handoffd.toml` to checked [`Settings`], naming all problems in one run.

mod desk;
mod servers;

use super::section::{Located, Section};
use super::source::Source;
use super::{Automation, Control, KnowledgeFolder, Limits, Mode, Problem, Settings, Store};
use crate::mail::Address;
use std::path::{Path, PathBuf};
use toml::de::DeTable;

impl Settings {
    /// Reads and checks `handoffd.toml`; relative paths in it are relative to its folder. Secrets come from the files
    /// that it names, or from systemd credentials.
    ///
    /// # Errors
    /// Every problem found, in the order of lines.
    pub fn load(path: &Path) -> Result<Self, Vec<Problem>> {
        let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
        let source = Source::read(path).map_err(|problem| vec![problem])?;
        let settings = read(&source, credentials.as_deref());
        match settings {
            Some(settings) if source.is_clean() => Ok(settings),
            _ => Err(source.into_problems()),
        }
    }
}

/// What the parts of the loader share.
struct Surroundings<'s> {
    /// The folder of `handoffd.toml`.
    folder: PathBuf,
    /// `$CREDENTIALS_DIRECTORY`.
    credentials: Option<&'s Path>,
}

impl Surroundings<'_> {
    fn path(&self, written: &str) -> PathBuf {
        self.folder.join(written)
    }
}

fn read(source: &Source, credentials: Option<&Path>) -> Option<Settings> {
    let (document, errors) = DeTable::parse_recoverable(source.text());
    for error in errors {
        let at = error.span().unwrap_or(0..0);
        let what = format!("not TOML: {}", error.message().replace('\n', ", "));
        source.problem(&at, what, "correct the line");
    }
    if !source.is_clean() {
        return None;
    }
    let top = Section::new("", Some(document.get_ref()), 0..0, source);
    let surroundings = Surroundings {
        folder: source
            .path()
            .parent()
            .map(Path::to_owned)
            .unwrap_or_default(),
        credentials,
    };

    // Every part is read before any result is asked for, so that one run names all problems.
    let teams = desk::teams(&top);
    let support = desk::support(&top, &teams);
    let inbox = servers::inbox(&top, &surroundings);
    let smtp = servers::smtp(&top, &surroundings);
    let automation = automation(&top);
    let escalate = desk::escalate(&top, &teams);
    let limits = limits(&top);
    let knowledge = knowledge(&top, &surroundings);
    let templates_folder = templates(&top, &surroundings);
    let store = store(&top, &surroundings);
    let control = control(&top, &surroundings);
    let facts = desk::facts(&top, support.as_ref().map(|support| &support.language));
    top.refuse_unknown_keys();
    let settings = Settings {
        support: support?,
        inbox: inbox?,
        smtp: smtp?,
        teams,
        automation,
        escalate,
        limits,
        knowledge: knowledge?,
        templates_folder,
        store,
        control,
        facts,
    };
    desk::refuse_answering_oneself(&top, &settings);
    Some(settings)
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

fn limits(top: &Section<'_>) -> Limits {
    let section = top.section("limits");
    let limit = |key, default| {
        u32::try_from(section.number(key, default, 1, 1_000_000)).unwrap_or(u32::MAX)
    };
    let limits = Limits {
        automatic_per_sender_per_day: limit("automatic_per_sender_per_day", 10),
        automatic_per_ticket: limit("automatic_per_ticket", 5),
        automatic_per_domain_per_hour: limit("automatic_per_domain_per_hour", 100),
        automatic_per_hour: limit("automatic_per_hour", 1000),
    };
    section.refuse_unknown_keys();
    limits
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

fn store(top: &Section<'_>, surroundings: &Surroundings<'_>) -> Store {
    let section = top.section("store");
    one_of(&section, "kind", &[("sled", ())], ());
    let path = section
        .text("path")
        .map(|written| surroundings.path(&written.value));
    section.refuse_unknown_keys();
    Store {
        path: path.unwrap_or_else(|| PathBuf::from("/var/lib/handoffd/store")),
    }
}

fn control(top: &Section<'_>, surroundings: &Surroundings<'_>) -> Control {
    let section = top.section("control");
    let socket = section
        .text("socket")
        .map(|written| surroundings.path(&written.value));
    section.refuse_unknown_keys();
    Control {
        socket: socket.unwrap_or_else(|| PathBuf::from("/run/handoffd/control.sock")),
    }
}
