//! A new article into its folder: whole or not at all, never over one that is there, and only what the next reload takes.

use super::Knowledge;
use super::article::read_text;
use crate::config::{IntentName, Problem, Settings};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Why an article was not written.
#[derive(Debug, thiserror::Error)]
pub enum NotWritten {
    /// Its folder cannot be written to.
    #[error("{0}")]
    Folder(io::Error),
    /// There is another one of that intent by now.
    #[error("there is an article for {0} by now")]
    IsThere(IntentName),
    /// It would not be taken.
    #[error("the article would not be taken: {0}")]
    NotTaken(Problem),
}

/// Writes the file of an article of this intent, and gives its path. The same file that is there already is as good as written.
///
/// # Errors
/// [`NotWritten`]; nothing is in the folder then that was not before.
pub fn write_new(
    settings: &Settings,
    knowledge: &Knowledge,
    intent: &IntentName,
    file_name: &str,
    text: &str,
) -> Result<PathBuf, NotWritten> {
    let path = settings.knowledge.folder.join(file_name);
    if is_there(&path, text) {
        return Ok(path);
    }
    if knowledge.topics.contains_key(intent) || path.exists() {
        return Err(NotWritten::IsThere(intent.clone()));
    }
    if let (_, problems) = read_text(&path, text, settings)
        && let Some(problem) = problems.into_iter().next()
    {
        return Err(NotWritten::NotTaken(problem));
    }
    // Hidden, so that no reload meanwhile reads half of it.
    let unfinished = settings.knowledge.folder.join(format!(".{file_name}.new"));
    let written = write_whole(&unfinished, text).and_then(|()| {
        // Unlike renaming, this never takes the place of a file that somebody wrote meanwhile.
        std::fs::hard_link(&unfinished, &path)
    });
    // It is hidden from every reload: where it stays, it does no harm.
    let _ = std::fs::remove_file(&unfinished);
    match written {
        Ok(()) => {
            let _ = File::open(&settings.knowledge.folder).and_then(|folder| folder.sync_all());
            Ok(path)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => match is_there(&path, text) {
            true => Ok(path),
            false => Err(NotWritten::IsThere(intent.clone())),
        },
        Err(error) => Err(NotWritten::Folder(error)),
    }
}

fn is_there(path: &Path, text: &str) -> bool {
    std::fs::read(path).is_ok_and(|found| found == text.as_bytes())
}

fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    // What a daemon left there that ended half-way.
    if let Err(error) = std::fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(error);
    }
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o644)
        .open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::test_situation::{intent, settings};

    const ARTICLE: &str = "+++\nintent = \"repair\"\ntitle = \"Repairs\"\nmode = \"draft\"\nask = [\"Do you repair it?\"]\n+++\nYes, we repair.\n";

    fn write(settings: &Settings, text: &str) -> Result<PathBuf, NotWritten> {
        let knowledge = Knowledge::default();
        write_new(settings, &knowledge, &intent("repair"), "repair.md", text)
    }

    #[test]
    fn a_file_is_written_whole_once_and_never_over_another() {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = settings();
        settings.knowledge.folder = folder.path().to_owned();
        let path = write(&settings, ARTICLE).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), ARTICLE);
        // Twice is once.
        assert_eq!(write(&settings, ARTICLE).unwrap(), path);
        let other = ARTICLE.replace("Yes", "No");
        assert!(matches!(
            write(&settings, &other),
            Err(NotWritten::IsThere(_))
        ));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), ARTICLE);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        let loaded = Knowledge::load(&settings).unwrap();
        assert!(loaded.topics.contains_key(&intent("repair")));
    }

    #[test]
    fn what_would_not_be_taken_is_not_written_and_a_folder_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = settings();
        settings.knowledge.folder = folder.path().to_owned();
        for bad in [
            ARTICLE.replace("mode = \"draft\"", "mode = \"any\""),
            ARTICLE.replace("Yes, we", "Dear {{name}}, we"),
        ] {
            assert!(matches!(
                write(&settings, &bad),
                Err(NotWritten::NotTaken(_))
            ));
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        settings.knowledge.folder = folder.path().join("gone");
        let error = write(&settings, ARTICLE).unwrap_err();
        assert!(matches!(error, NotWritten::Folder(_)), "{error}");
    }
}
