//! A conversation as `config/demo/conversations/*.toml` tells it: who writes what, and what must come of it.

use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// One conversation.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conversation {
    /// What it shows.
    pub title: String,
    /// Its mails, in order.
    pub step: Vec<Step>,
}

/// One mail, and what follows from it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Who writes: `Name <address>`.
    pub from: String,
    /// Whose newest mail of this conversation it replies to; otherwise it is a new mail to the desk.
    pub replies_to_mail_in: Option<String>,
    /// Subject of a new mail.
    #[serde(default)]
    pub subject: String,
    /// Text.
    pub text: String,
    /// Further headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// A text file with it.
    pub attach: Option<TextFile>,
    /// The decision, by its name in `explain --json`.
    pub decision: String,
    /// How fast the first expected mail must be there after this one's arrival.
    pub answer_within_ms: Option<u64>,
    /// The mails that must arrive; no others may.
    #[serde(default)]
    pub mail: Vec<ExpectedMail>,
}

/// A file that goes with a mail.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextFile {
    /// Name.
    pub name: String,
    /// Content.
    pub text: String,
}

/// A mail that must arrive.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedMail {
    /// In which mailbox.
    pub to: String,
    /// Words that it says.
    pub words: Vec<String>,
    /// Words that it must not say.
    #[serde(default)]
    pub without: Vec<String>,
    /// Whether it calls itself automatic.
    pub automatic: Option<bool>,
    /// Whether the customer's mail is attached byte for byte.
    #[serde(default)]
    pub attached_original: bool,
    /// A file that is attached.
    pub attachment: Option<String>,
}

impl Conversation {
    /// All conversations of a folder, in the order of their names.
    pub fn read_all(folder: &Path) -> Result<Vec<Self>, String> {
        let mut paths: Vec<_> = std::fs::read_dir(folder)
            .map_err(|error| format!("{}: {error}", folder.display()))?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "toml")
            })
            .collect();
        paths.sort();
        paths
            .iter()
            .map(|path| {
                let text = std::fs::read_to_string(path)
                    .map_err(|error| format!("{}: {error}", path.display()))?;
                toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
            })
            .collect()
    }

    /// Everybody who writes and needs a mailbox.
    pub fn customers(&self) -> BTreeSet<String> {
        self.step
            .iter()
            .map(Step::sender)
            .filter(|address| !address.ends_with("@lindenhof-tea.example"))
            .collect()
    }
}

impl Step {
    /// The bare address of who writes.
    pub fn sender(&self) -> String {
        self.from
            .rsplit_once('<')
            .map_or(self.from.as_str(), |(_, rest)| rest.trim_end_matches('>'))
            .to_owned()
    }
}
