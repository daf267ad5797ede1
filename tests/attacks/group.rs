//! A file of attacks of one kind.

use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Attacks of one kind, and the desk that they are made on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// The name of its file.
    #[serde(skip)]
    pub name: String,
    /// What they try, as `docs/security.md` names it.
    pub about: String,
    /// The settings of the desk, seen from this folder.
    pub settings: PathBuf,
    /// What happened at it before, one scene after the other.
    pub scenes: Vec<PathBuf>,
    /// One after the other, each on a desk of its own.
    #[serde(rename = "attack")]
    pub attacks: Vec<Attack>,
}

/// One attack. The word `periwinkle` stands for what an attacker wants others to read.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attack {
    /// What it tries, in a sentence.
    pub about: String,
    /// Its mails as their writer made them, with placeholders (`placeholders.rs`). What no line says is added: `To` (the support address),
    /// `Date`, `Message-ID`.
    pub mails: Vec<String>,
    /// The mails lie in the folder of sent mail.
    #[serde(default)]
    pub sent_copy: bool,
    /// A member who afterwards answers the last mail that their team got, with words that are for the customer alone.
    pub then_answers: Option<String>,
    /// Other words of theirs: `OK`.
    pub answer: Option<String>,
    /// Who stood on a mail that is shown to be the customer's.
    #[serde(default)]
    pub may_get_copies: Vec<String>,
    /// What was decided about the last mail, and by which rule.
    pub decision: Option<String>,
    /// The rule.
    pub rule: Option<String>,
    /// Exactly these mails leave, as in conversations.
    pub sends: Option<Vec<String>>,
    /// Words that stand in what leaves, as in conversations.
    #[serde(default)]
    pub says: Vec<String>,
    /// Words that stand in none of it.
    #[serde(default)]
    pub never_says: Vec<String>,
    /// Why it is not seen by staff, where nobody needs to see it.
    pub unseen: Option<String>,
    /// Why it succeeds, where that is known and not mended.
    pub known: Option<String>,
}

impl Attack {
    /// The same words from a member of the team whose draft waits, to the secret address of that draft.
    pub fn with_the_key_of_staff(&self) -> Self {
        let forged = |mail: &String| {
            let (head, body) = mail.split_once("\n\n").unwrap_or((mail, ""));
            let is_replaced = |line: &&str| {
                let name = line.split(':').next().unwrap_or_default();
                let names = [
                    "From",
                    "Sender",
                    "Reply-To",
                    "To",
                    "Cc",
                    "In-Reply-To",
                    "References",
                    "Authentication-Results",
                    "Auto-Submitted",
                ];
                !names
                    .iter()
                    .any(|replaced| replaced.eq_ignore_ascii_case(name))
            };
            let head: Vec<&str> = head.lines().filter(is_replaced).collect();
            format!(
                "From: <mira@hollin-cycles.example>\nTo: <{{staff-address bob money}}>\n{}\n\n{body}",
                head.join("\n")
            )
        };
        Self {
            mails: self.mails.iter().map(forged).collect(),
            ..self.clone()
        }
    }
}

/// Reads a file of attacks.
pub fn read(path: &Path) -> Group {
    let text = std::fs::read_to_string(path).unwrap();
    let group: Group =
        toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Group {
        name: path.file_stem().unwrap().to_string_lossy().into_owned(),
        ..group
    }
}
