//! Everything that is loaded from the admin's files: replaced as a whole on reload, or not at all.

use crate::compose::Writer;
use crate::config::{Problem, Settings};
use crate::knowledge::Knowledge;
use crate::mail::Reader;
use crate::ticket::TokenKey;
use crate::understand::Understander;
use std::path::Path;

/// A mail that nobody wrote, understood once at start.
const REHEARSAL: &[u8] = b"From: nobody@nowhere.invalid\r\nSubject: rehearsal\r\n\r\n\
    Hello, this is a rehearsal. Is everything in its place?\r\n\r\n> what was said before\r\n";

/// The loaded desk: who we are, what we may say, how we understand and how we write.
pub struct Office {
    /// The settings.
    pub settings: Settings,
    /// The articles.
    pub knowledge: Knowledge,
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
    /// Loads settings, articles and templates.
    ///
    /// # Errors
    /// Every problem found in any of them.
    pub fn load(config: &Path, key: TokenKey) -> Result<Self, Vec<Problem>> {
        Self::furnish(Settings::load(config)?, key)
    }

    /// Loads articles and templates for settings that are loaded already.
    ///
    /// # Errors
    /// Every problem found in articles or templates.
    pub fn furnish(settings: Settings, key: TokenKey) -> Result<Self, Vec<Problem>> {
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
        let understander = Understander::train(&knowledge, &settings);
        // Patterns are compiled when they are first used: here, so that the first customer does not wait for it.
        let _ = understander.understand(&reader.read(REHEARSAL), None);
        Ok(Self {
            settings,
            knowledge,
            reader,
            understander,
            writer,
            key,
        })
    }
}
