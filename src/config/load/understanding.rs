//! `[understanding]`: which models of meaning, and where they lie.

use super::super::section::Section;
use super::super::{Embedding, Language, Meaning};
use super::{Surroundings, existing_folder, one_of};
use std::path::{Path, PathBuf};

/// The folder that `make model` fills.
const MODELS_FOLDER: &str = "models";
/// Where the Debian package puts them.
const INSTALLED_MODELS: &str = "/usr/share/handoffd/models";
/// What the models that `make model` fetches have read.
const MODEL_LANGUAGE: &str = "en";
/// So many folders above the one of `handoffd.toml` are looked into: a checkout's `config/desk/` finds the checkout's `models/`.
const FOLDERS_ABOVE: usize = 2;

pub(super) fn understanding(top: &Section<'_>, surroundings: &Surroundings<'_>) -> Meaning {
    let section = top.section("understanding");
    let written = section.text("models_folder");
    let models_folder = match written {
        Some(written) => existing_folder(&section, "models_folder", &written, surroundings),
        None => models_near(&surroundings.folder),
    };
    let choices = [
        ("best", Embedding::Best),
        ("static", Embedding::Static),
        ("none", Embedding::None),
    ];
    let embedding = one_of(&section, "embedding", &choices, Embedding::default());
    let languages = match section.texts("languages") {
        Some(texts) => {
            let tags = texts.value.into_iter();
            tags.map(|text| Language(text.value.to_lowercase()))
                .collect()
        }
        None => vec![Language(MODEL_LANGUAGE.to_owned())],
    };
    section.refuse_unknown_keys();
    Meaning {
        models_folder,
        embedding,
        languages,
    }
}

/// The folder of models that belongs to a folder of settings, which is given from the root: beside it, a little above it, or where the package put it.
pub(crate) fn models_near(folder: &Path) -> Option<PathBuf> {
    folder
        .ancestors()
        .take(1 + FOLDERS_ABOVE)
        .map(|above| above.join(MODELS_FOLDER))
        .chain([PathBuf::from(INSTALLED_MODELS)])
        .find(|models| models.is_dir())
}
