//! Everything that is loaded from the admin's files: replaced as a whole on reload, or not at all.

use super::articles_alone::ArticlesAlone;
use crate::clock;
use crate::compose::Writer;
use crate::config::{Problem, Settings};
use crate::journal::Desk;
use crate::knowledge::Knowledge;
use crate::knowledge::likeness::Articles;
use crate::learning::{HeldBack, Lesson};
use crate::lookup::Lookups;
use crate::mail::Reader;
use crate::sender_checks::Checker;
use crate::ticket::TokenKey;
use crate::understand::meaning::{Encoder, understood_by};
use crate::understand::{Taught, Understander};
use jiff::Timestamp;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

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
    /// Writes ours.
    pub writer: Writer,
    /// The key of all tokens.
    pub key: TokenKey,
    /// What is loaded, by revisions; computed when the first decision is recorded.
    pub(super) revision: OnceLock<Desk>,
    /// Replaced as a whole when staff confirmed something.
    trained: RwLock<Arc<Trained>>,
    /// What lessons are held against.
    articles_alone: Arc<ArticlesAlone>,
    /// What people's answers are held against; made when it is first needed.
    said_by_articles: OnceLock<Articles>,
    /// Asks other programs about who writes.
    pub(super) lookups: Lookups,
    /// Asks about senders; made when it is first needed.
    pub(super) checker: OnceLock<Option<Checker>>,
}

/// What understands mails, and what it learned from staff.
#[derive(Debug)]
pub struct Trained {
    /// Understands mails.
    pub understander: Understander,
    /// What it was taught beside the articles' phrases.
    pub taught: Vec<Taught>,
    /// What it was not taught yet, because it stands alone against the articles.
    pub held_back: HeldBack,
    /// The same as a digest.
    pub(super) learned: String,
}

impl Trained {
    fn on(
        taught: Vec<Taught>,
        held_back: HeldBack,
        knowledge: &Knowledge,
        settings: &Settings,
        encoder: Option<&Arc<Encoder>>,
    ) -> Self {
        let understander = Understander::train_taught(knowledge, settings, encoder, &taught);
        // Patterns are compiled when they are first used: here, so that the first customer does not wait for it.
        let _ = understander.understand(&Reader::default().read(REHEARSAL), None);
        let learned = super::judged::digest([format!("{taught:?}").as_bytes()]);
        Self {
            understander,
            taught,
            held_back,
            learned,
        }
    }
}

impl Office {
    /// By what mails are understood, in words.
    #[must_use]
    pub fn understood_by(&self) -> String {
        understood_by(self.encoder.as_deref())
    }

    /// What articles say, to hold people's answers against.
    pub(super) fn said_by_articles(&self) -> &Articles {
        (self.said_by_articles).get_or_init(|| Articles::of(&self.knowledge))
    }

    /// What understands mails now. Taken once a mail, so that all of it is understood by the same.
    #[must_use]
    pub fn trained(&self) -> Arc<Trained> {
        let trained = self.trained.read();
        Arc::clone(&trained.unwrap_or_else(PoisonError::into_inner))
    }

    /// Learns from these lessons instead of from those before; whether anything changed by it. Takes up to seconds; mails that come meanwhile are
    /// understood as before.
    pub fn learn_from(&self, lessons: &[Lesson], now: Timestamp) -> bool {
        let (knowledge, settings) = (&self.knowledge, &self.settings);
        let encoder = self.encoder.as_ref();
        let (taught, held_back) =
            (self.articles_alone).taught(lessons, knowledge, settings, encoder, now);
        let before = self.trained();
        if (&taught, &held_back) == (&before.taught, &before.held_back) {
            return false;
        }
        self.take_in(taught, held_back);
        true
    }

    /// Learns this, whatever the articles say.
    pub fn learn(&self, taught: Vec<Taught>) {
        self.take_in(taught, HeldBack::new());
    }

    fn take_in(&self, taught: Vec<Taught>, held_back: HeldBack) {
        let (knowledge, encoder) = (&self.knowledge, self.encoder.as_ref());
        let trained = Trained::on(taught, held_back, knowledge, &self.settings, encoder);
        let mut current = self.trained.write().unwrap_or_else(PoisonError::into_inner);
        *current = Arc::new(trained);
    }

    /// Loads settings, articles and templates for looking at mails: no secret is read, and nothing that staff confirmed takes part.
    ///
    /// # Errors
    /// Every problem found in any of them.
    pub fn load(config: &Path, key: TokenKey) -> Result<Self, Vec<Problem>> {
        Self::furnish(Settings::load_without_secrets(config)?, key, &[])
    }

    /// The same desk with another key: nothing is read anew, so nothing can be wrong.
    #[must_use]
    pub fn with_key(&self, key: TokenKey) -> Self {
        Self {
            lookups: Lookups::new(&self.settings.lookups),
            settings: self.settings.clone(),
            knowledge: self.knowledge.clone(),
            encoder: self.encoder.clone(),
            reader: Reader {
                key: Some(key.clone()),
                ..self.reader.clone()
            },
            writer: self.writer.with_key(key.clone()),
            key,
            trained: RwLock::new(self.trained()),
            articles_alone: Arc::clone(&self.articles_alone),
            said_by_articles: OnceLock::new(),
            checker: OnceLock::new(),
            revision: OnceLock::new(),
        }
    }

    /// Loads articles and templates for settings that are loaded already, and learns what staff confirmed.
    ///
    /// # Errors
    /// Every problem found in articles or templates.
    pub fn furnish(
        settings: Settings,
        key: TokenKey,
        lessons: &[Lesson],
    ) -> Result<Self, Vec<Problem>> {
        let office = Self::furnish_among(settings, key, lessons, &[])?;
        office.encoder.iter().for_each(Self::keep_directions);
        Ok(office)
    }

    /// The same for one desk among others: a model that is among `known` is shared. Once all are furnished, [`Office::keep_directions`] of each
    /// model makes the next start quick.
    ///
    /// # Errors
    /// Every problem found in articles or templates.
    pub fn furnish_among(
        settings: Settings,
        key: TokenKey,
        lessons: &[Lesson],
        known: &[Arc<Encoder>],
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
        if let (Some(encoder), Some(folder)) = (&encoder, cache_folder())
            && !known.iter().any(|known| Arc::ptr_eq(known, encoder))
        {
            encoder.recall_from(&folder);
        }
        let articles_alone = Arc::new(ArticlesAlone::default());
        let model = encoder.as_ref();
        let (taught, held_back) =
            articles_alone.taught(lessons, &knowledge, &settings, model, clock::now());
        let trained = Trained::on(taught, held_back, &knowledge, &settings, model);
        Ok(Self {
            lookups: Lookups::new(&settings.lookups),
            settings,
            knowledge,
            encoder,
            reader,
            writer,
            key,
            revision: OnceLock::new(),
            trained: RwLock::new(Arc::new(trained)),
            articles_alone,
            said_by_articles: OnceLock::new(),
            checker: OnceLock::new(),
        })
    }

    /// Writes what a model computed for all desks that use it where the next start finds it; what none of them used is forgotten.
    pub fn keep_directions(encoder: &Arc<Encoder>) {
        if let Some(folder) = cache_folder()
            && let Err(error) = encoder.keep_in(&folder)
        {
            crate::report::gateway::cache_not_written(&folder, &error);
        }
    }
}

fn cache_folder() -> Option<PathBuf> {
    std::env::var_os(CACHE_FOLDER).map(PathBuf::from)
}
