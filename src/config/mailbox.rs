//! Which mailboxes does one configuration keep? The only one, or those of `[[mailbox]]` by name: each with settings of its own, checked.

use super::{Control, Page, Settings};
use std::fmt;
use std::path::Path;

/// A mailbox's name: lower-case letters, digits and `-`, at most [`MailboxName::LENGTH_MAX`] of them, the first no `-`. Safe as the name of a
/// folder, in a log line and on a command line.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MailboxName(String);

impl MailboxName {
    /// The longest name, in characters.
    pub const LENGTH_MAX: usize = 40;

    /// The name, if the text is one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let is_name = !text.is_empty()
            && text.len() <= Self::LENGTH_MAX
            && !text.starts_with('-')
            && text.chars().all(is_plain);
        is_name.then(|| Self(text.to_owned()))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MailboxName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// One mailbox of several.
#[derive(Clone, Debug)]
pub struct Mailbox {
    /// Its `name`.
    pub name: MailboxName,
    /// All that holds for it, what it shares with others included.
    pub settings: Settings,
}

/// A whole file of settings, checked. There is at least one mailbox; one without a name stands alone.
#[derive(Clone, Debug)]
pub enum Configuration {
    /// A file without `[[mailbox]]`.
    One(Box<Settings>),
    /// A file with `[[mailbox]]`: the first, and all others, in the order of the file. No two have the same name.
    Named(Box<Mailbox>, Vec<Mailbox>),
}

/// Why no mailbox is meant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChoiceError {
    /// Several are there, and none was named.
    #[error("{} has several mailboxes: say which with `--mailbox NAME` ({})", .file, .names.join(", "))]
    NotNamed {
        /// The file of settings.
        file: String,
        /// The mailboxes.
        names: Vec<String>,
    },
    /// One was named that is not there.
    #[error("there is no mailbox {name} in {file}; {}", known(.names))]
    Unknown {
        /// What was named.
        name: String,
        /// The file of settings.
        file: String,
        /// The mailboxes.
        names: Vec<String>,
    },
}

fn known(names: &[String]) -> String {
    match names {
        [] => "it has one mailbox without a name: leave `--mailbox` out".to_owned(),
        names => format!("it has {}", names.join(", ")),
    }
}

impl Configuration {
    /// Each mailbox with its name, in the order of the file; `None` is the only one.
    pub fn mailboxes(&self) -> impl Iterator<Item = (Option<&MailboxName>, &Settings)> {
        let (only, named) = match self {
            Self::One(settings) => (Some((None, settings.as_ref())), None),
            Self::Named(first, further) => (None, Some((first, further))),
        };
        let named = named
            .into_iter()
            .flat_map(|(first, further)| std::iter::once(first.as_ref()).chain(further))
            .map(|mailbox| (Some(&mailbox.name), &mailbox.settings));
        only.into_iter().chain(named)
    }

    /// The same as values.
    pub fn into_mailboxes(self) -> impl Iterator<Item = (Option<MailboxName>, Settings)> {
        let all: Vec<(Option<MailboxName>, Settings)> = match self {
            Self::One(settings) => vec![(None, *settings)],
            Self::Named(first, further) => std::iter::once(*first)
                .chain(further)
                .map(|mailbox| (Some(mailbox.name), mailbox.settings))
                .collect(),
        };
        all.into_iter()
    }

    /// `[control]`, which is the same for all.
    #[must_use]
    pub fn control(&self) -> &Control {
        match self {
            Self::One(settings) => &settings.control,
            Self::Named(first, _) => &first.settings.control,
        }
    }

    /// `[page]`, which is the same for all.
    #[must_use]
    pub fn page(&self) -> Option<&Page> {
        match self {
            Self::One(settings) => settings.page.as_ref(),
            Self::Named(first, _) => first.settings.page.as_ref(),
        }
    }

    /// The mailboxes that are meant: the one that is named, or all.
    ///
    /// # Errors
    /// [`ChoiceError::Unknown`].
    pub fn meant(
        &self,
        name: Option<&str>,
        file: &Path,
    ) -> Result<Vec<(Option<&MailboxName>, &Settings)>, ChoiceError> {
        let Some(wanted) = name else {
            return Ok(self.mailboxes().collect());
        };
        let found: Vec<_> = self
            .mailboxes()
            .filter(|(name, _)| name.is_some_and(|name| name.as_str() == wanted))
            .collect();
        match found.is_empty() {
            true => Err(ChoiceError::Unknown {
                name: wanted.to_owned(),
                file: file.display().to_string(),
                names: self.names(),
            }),
            false => Ok(found),
        }
    }

    /// The one mailbox that is meant, of a file at this path: the one that is named, or the only one.
    ///
    /// # Errors
    /// [`ChoiceError`]
    pub fn into_one(
        self,
        name: Option<&str>,
        file: &Path,
    ) -> Result<(Option<MailboxName>, Settings), ChoiceError> {
        let names = self.names();
        let file = file.display().to_string();
        let mut found = self.into_mailboxes().filter(|(is, _)| {
            name.is_none_or(|wanted| is.as_ref().is_some_and(|is| is.as_str() == wanted))
        });
        match (found.next(), found.next(), name) {
            (Some(one), None, _) => Ok(one),
            (None, _, Some(name)) => Err(ChoiceError::Unknown {
                name: name.to_owned(),
                file,
                names,
            }),
            _ => Err(ChoiceError::NotNamed { file, names }),
        }
    }

    fn names(&self) -> Vec<String> {
        let named = self.mailboxes().filter_map(|(name, _)| name);
        named.map(ToString::to_string).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::test_situation::settings;

    fn mailbox(name: &str) -> Mailbox {
        Mailbox {
            name: MailboxName::parse(name).unwrap(),
            settings: settings(),
        }
    }

    #[test]
    fn a_name_is_safe_wherever_it_is_written() {
        for good in ["sales", "a", "0", "desk-2", &"x".repeat(40)] {
            assert!(MailboxName::parse(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "Sales",
            "sales desk",
            "../sales",
            "sales.de",
            "-sales",
            "söl",
            &"x".repeat(41),
        ] {
            assert_eq!(MailboxName::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn one_is_meant_by_its_name_or_because_it_is_alone() {
        let file = Path::new("h.toml");
        let one = || Configuration::One(Box::new(settings()));
        let two = || Configuration::Named(Box::new(mailbox("a")), vec![mailbox("b")]);
        let single = || Configuration::Named(Box::new(mailbox("a")), vec![]);
        let chosen = |configuration: Configuration, name: Option<&str>| {
            let chosen = configuration.into_one(name, file);
            chosen
                .map(|(name, _)| name.map(|name| name.to_string()))
                .map_err(|why| why.to_string())
        };
        assert_eq!(chosen(one(), None), Ok(None));
        assert_eq!(chosen(single(), None), Ok(Some("a".to_owned())));
        assert_eq!(chosen(two(), Some("b")), Ok(Some("b".to_owned())));
        let refused = |words: &str| Err(words.to_owned());
        assert_eq!(
            chosen(two(), None),
            refused("h.toml has several mailboxes: say which with `--mailbox NAME` (a, b)")
        );
        assert_eq!(
            chosen(two(), Some("c")),
            refused("there is no mailbox c in h.toml; it has a, b")
        );
        assert_eq!(
            chosen(one(), Some("c")),
            refused(
                "there is no mailbox c in h.toml; it has one mailbox without a name: leave `--mailbox` out"
            )
        );
        assert_eq!(two().meant(None, file).unwrap().len(), 2);
        assert_eq!(two().meant(Some("a"), file).unwrap().len(), 1);
        assert!(one().meant(Some("a"), file).is_err());
    }
}
