//! Everything that is loaded from the admin's files: replaced as a whole on reload, or not at all.

use crate::compose::Writer;
use crate::config::{Problem, Settings};
use crate::knowledge::Knowledge;
use crate::mail::Reader;
use crate::ticket::TokenKey;
use crate::understand::Understander;
use crate::understand::meaning::Encoder;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where systemd gives us a folder for what can be computed again (`CacheDirectory=`).
const CACHE_FOLDER: &str = "CACHE_DIRECTORY";

/// A mail that nobody wrote, understood once at start.
const REHEARSAL: &[u8] = b"From: nobody@nowhere.invalid\r\nSubject: rehearsal\r\n\r\n\
    Hello, this is a rehearsal. Is everything in its place?\r\n\r\n> what was said before\r\n";

/// The loaded desk: who we are, what we may say, how we understand and how we write.
pub struct Office {
    /// The settings.
    pub settings: Settings,
    /// The articles.
    pub knowledge: Knowledge,
    /// Knows what texts mean; `None` where no model is there.
    pub encoder: Option<Arc<Encoder>>,
    /// Reads mails.
    pub reader: Reader,
    /// Understands them.
    pub understander: Understander,
    /// Writes ours.
    pub writer: Writer,
    /// The key of all tokens.
    pub key: TokenKey,
}

impl Office {
    /// By what mails are understood, in words.
    #[must_use]
    pub fn understood_by(&self) -> String {
        match &self.encoder {
            Some(encoder) => format!("words, letters and a {}", encoder.describe()),
            None => "words and letters alone (no model of meaning; see docs/understanding.md)"
                .to_owned(),
        }
    }

    /// Loads settings, articles and templates.
    ///
    /// # Errors
    /// Every problem found in any of them.
    pub fn load(config: &Path, key: TokenKey) -> Result<Self, Vec<Problem>> {
        Self::furnish(Settings::load(config)?, key)
    }

    /// Loads everything anew, except a model of meaning that has not changed.
    ///
    /// # Errors
    /// Every problem found in settings, articles or templates.
    pub fn reload(&self, config: &Path) -> Result<Self, Vec<Problem>> {
        Self::furnish_with(
            Settings::load(config)?,
            self.key.clone(),
            self.encoder.as_ref(),
        )
    }

    /// Loads articles and templates for settings that are loaded already.
    ///
    /// # Errors
    /// Every problem found in articles or templates.
    pub fn furnish(settings: Settings, key: TokenKey) -> Result<Self, Vec<Problem>> {
        Self::furnish_with(settings, key, None)
    }

    fn furnish_with(
        settings: Settings,
        key: TokenKey,
        known: Option<&Arc<Encoder>>,
    ) -> Result<Self, Vec<Problem>> {
        let (knowledge, writer) = match (
            Knowledge::load(&settings),
            Writer::load(&settings, key.clone()),
        ) {
            (Ok(knowledge), Ok(writer)) => (knowledge, writer),
            (knowledge, writer) => {
                let problems = knowledge.err().into_iter().chain(writer.err());
                return Err(problems.flatten().collect());
            }
        };
        let reader = Reader {
            support: Some(settings.support.address.clone()),
            key: Some(key.clone()),
        };
        let encoder =
            Encoder::of(&settings.understanding, known).map_err(|error| vec![error.problem()])?;
        let cache = std::env::var_os(CACHE_FOLDER).map(PathBuf::from);
        if let (Some(encoder), Some(folder), None) = (&encoder, &cache, known) {
            encoder.recall_from(folder);
        }
        let understander = Understander::train(&knowledge, &settings, encoder.as_ref());
        if let (Some(encoder), Some(folder)) = (&encoder, &cache)
            && let Err(error) = encoder.keep_in(folder)
        {
            crate::report::gateway::cache_not_written(folder, &error);
        }
        // Patterns are compiled when they are first used: here, so that the first customer does not wait for it.
        let _ = understander.understand(&reader.read(REHEARSAL), None);
        Ok(Self {
            settings,
            knowledge,
            encoder,
            reader,
            understander,
            writer,
            key,
        })
    }
}
