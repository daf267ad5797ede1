//! What does a text mean, as a direction in space? Two texts that say the same in other words point nearly the same way.
//!
//! A sentence-transformers BERT model where its folder is there, else a table of word meanings, else nothing: then words and letters alone
//! decide. Everything is computed in this process; the same text gives the same numbers. Texts are hostile input: bounded before they
//! are read. Model files are the admin's, but a wrong one must give a clear sentence, so their sizes are checked too.

mod bert;
mod kept;
mod numeric;
mod shipped;
mod table;
mod tensors;
mod word_piece;

use crate::config::{Embedding, Meaning, Problem};
use bert::Bert;
use kept::Kept;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;
use table::Table;
use thiserror::Error;

/// The folder of the transformer model inside the model folder.
const TRANSFORMER_FOLDER: &str = "transformer";
/// The folder of the table of word meanings inside the model folder.
const TABLE_FOLDER: &str = "static";

/// A model that cannot be used, and why.
#[derive(Debug, Error)]
#[error(
    "the model in {folder} cannot be used: {why}; fill the folder again with `make model`, or name another one"
)]
pub struct ModelError {
    folder: PathBuf,
    why: String,
}

impl ModelError {
    fn new(folder: &Path, why: impl Into<String>) -> Self {
        Self {
            folder: folder.to_owned(),
            why: why.into(),
        }
    }

    /// The same as a problem of the settings.
    #[must_use]
    pub fn problem(self) -> Problem {
        Problem {
            file: self.folder,
            line: 1,
            column: 1,
            what: format!("this model of meaning cannot be used: {}", self.why),
            remedy: "fill the folder again with `make model`, or name another one".to_owned(),
        }
    }
}

/// By what mails are understood, in words.
#[must_use]
pub(crate) fn understood_by(encoder: Option<&Encoder>) -> String {
    match encoder {
        Some(encoder) => format!("words, letters and a {}", encoder.describe()),
        None => {
            "words and letters alone (no model of meaning; see docs/understanding.md)".to_owned()
        }
    }
}

/// Turns texts into directions.
#[derive(Debug)]
pub struct Encoder {
    kind: Kind,
    fingerprint: String,
    origin: Origin,
    kept: Mutex<Kept>,
}

/// Which model it is, as far as that can be seen without reading it.
#[derive(Debug, PartialEq, Eq)]
struct Origin {
    folder: PathBuf,
    is_transformer: bool,
    weights_bytes: u64,
    weights_changed: Option<SystemTime>,
}

impl Origin {
    /// The best model of what is wanted in a model folder.
    fn find(folder: &Path, wanted: Embedding) -> Option<Self> {
        let is_there = |folder: &Path| folder.join("config.json").is_file();
        let transformer = if is_there(folder) {
            folder.to_owned()
        } else {
            folder.join(TRANSFORMER_FOLDER)
        };
        let table = folder.join(TABLE_FOLDER);
        let (folder, is_transformer) = match wanted {
            Embedding::Best if is_there(&transformer) => (transformer, true),
            Embedding::Best | Embedding::Static if is_there(&table) => (table, false),
            _ => return None,
        };
        let weights = std::fs::metadata(folder.join(tensors::WEIGHTS)).ok();
        Some(Self {
            folder,
            is_transformer,
            weights_bytes: weights.as_ref().map_or(0, std::fs::Metadata::len),
            weights_changed: weights.and_then(|weights| weights.modified().ok()),
        })
    }
}

#[derive(Debug)]
enum Kind {
    Transformer(Box<Bert>),
    Table(Box<Table>),
}

impl Encoder {
    /// Loads what the settings say, or takes the same one of those that are loaded already.
    ///
    /// # Errors
    /// A model is there and cannot be used. That none is there is no error: `None`.
    pub fn of(settings: &Meaning, loaded: &[Arc<Self>]) -> Result<Option<Arc<Self>>, ModelError> {
        let Some(folder) = settings.models_folder.as_deref() else {
            return Ok(None);
        };
        let Some(wanted) = Origin::find(folder, settings.embedding) else {
            return Ok(None);
        };
        let known = loaded.iter().find(|loaded| loaded.origin == wanted);
        Ok(Some(match known {
            Some(known) => Arc::clone(known),
            None => Arc::new(Self::open(wanted)?),
        }))
    }

    /// Loads what is wanted from a model folder (as `make model` fills it), or from the folder of one sentence-transformers model.
    ///
    /// # Errors
    /// A model is there and cannot be used. That none is there is no error: `None`.
    pub fn load(folder: &Path, wanted: Embedding) -> Result<Option<Self>, ModelError> {
        Origin::find(folder, wanted).map(Self::open).transpose()
    }

    fn open(origin: Origin) -> Result<Self, ModelError> {
        let (kind, fingerprint) = if origin.is_transformer {
            let (bert, fingerprint) = Bert::load(&origin.folder)?;
            (Kind::Transformer(Box::new(bert)), fingerprint)
        } else {
            let (table, fingerprint) = Table::load(&origin.folder)?;
            (Kind::Table(Box::new(table)), fingerprint)
        };
        let encoder = Self {
            kind,
            fingerprint,
            origin,
            kept: Mutex::default(),
        };
        encoder.take_shipped();
        Ok(encoder)
    }

    /// The direction of each text, of length 1; all zeros where nothing of a text is known.
    #[must_use]
    pub fn encode(&self, texts: &[&str]) -> Vec<Vec<f32>> {
        match &self.kind {
            Kind::Transformer(bert) => bert.encode(texts),
            Kind::Table(table) => texts.iter().map(|text| table.encode(text)).collect(),
        }
    }

    /// The same for texts that come again at each start, such as the phrases of articles: those that are known are not computed.
    #[must_use]
    pub fn encode_kept(&self, texts: &[&str]) -> Vec<Vec<f32>> {
        let directions = self.encode_recalled(texts);
        let mut kept = self.kept();
        for (text, direction) in texts.iter().zip(&directions) {
            kept.put(text, direction.clone());
        }
        directions
    }

    /// The same, and nothing more is kept: for what comes once.
    #[must_use]
    pub fn encode_recalled(&self, texts: &[&str]) -> Vec<Vec<f32>> {
        let mut directions: Vec<Option<Vec<f32>>> = {
            let mut kept = self.kept();
            texts.iter().map(|text| kept.get(text)).collect()
        };
        let missing: Vec<&str> = texts
            .iter()
            .zip(&directions)
            .filter(|(_, known)| known.is_none())
            .map(|(text, _)| *text)
            .collect();
        let mut computed = self.encode(&missing).into_iter();
        for place in directions.iter_mut().filter(|place| place.is_none()) {
            *place = computed.next();
        }
        directions
            .into_iter()
            .map(Option::unwrap_or_default)
            .collect()
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes up what [`Encoder::keep_in`] wrote into a folder. What cannot be read is computed again.
    pub fn recall_from(&self, folder: &Path) {
        let read = std::fs::read(self.kept_file(folder)).ok();
        if let Some(known) = read.and_then(|bytes| Kept::from_bytes(&bytes, self.width())) {
            *self.kept() = known;
            self.take_shipped();
        }
    }

    fn take_shipped(&self) {
        shipped::add_to(&mut self.kept(), &self.fingerprint, self.width());
    }

    /// The directions of texts as a file that can come with the program (`make directions`).
    #[must_use]
    pub fn directions_file(&self, texts: &[&str]) -> Vec<u8> {
        shipped::to_bytes(&self.fingerprint, self.width(), texts, &self.encode(texts))
    }

    /// Writes what was kept since the last time into a folder, and forgets what was not used again.
    ///
    /// # Errors
    /// The file cannot be written; nothing but time is lost.
    pub fn keep_in(&self, folder: &Path) -> std::io::Result<()> {
        let bytes = {
            let mut kept = self.kept();
            kept.forget_unused();
            kept.to_bytes(self.width())
        };
        let file = self.kept_file(folder);
        let new = file.with_extension("new");
        std::fs::write(&new, bytes)?;
        std::fs::rename(&new, &file)
    }

    /// One file for each model.
    fn kept_file(&self, folder: &Path) -> PathBuf {
        folder.join(format!("directions-{}", self.fingerprint))
    }

    /// How many numbers a direction has.
    #[must_use]
    pub fn width(&self) -> usize {
        match &self.kind {
            Kind::Transformer(bert) => bert.width(),
            Kind::Table(table) => table.width(),
        }
    }

    /// What it is, for people: `transformer of 6 layers`, `table of 29528 words`.
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.kind {
            Kind::Transformer(bert) => format!("transformer of {} layers", bert.layer_count()),
            Kind::Table(table) => format!("table of {} words", table.word_count()),
        }
    }

    /// Whether it reads sentences, not only words.
    #[must_use]
    pub fn reads_sentences(&self) -> bool {
        matches!(self.kind, Kind::Transformer(_))
    }

    /// What distinguishes this model's numbers from another's: for caches.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_model_is_no_error_and_a_broken_one_says_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        assert!(
            Encoder::load(folder.path(), Embedding::Best)
                .unwrap()
                .is_none()
        );
        let broken = folder.path().join(TRANSFORMER_FOLDER);
        std::fs::create_dir(&broken).unwrap();
        std::fs::write(broken.join("config.json"), "{}").unwrap();
        let sentence = Encoder::load(folder.path(), Embedding::Best)
            .unwrap_err()
            .to_string();
        assert!(sentence.contains("make model"), "{sentence}");
    }
}
