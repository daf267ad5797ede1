//! `--save`: where conversations go, and that none that lies there is written over.

use super::super::Failure;
use super::write_for_oneself;
use crate::gateway::Office;
use crate::replay::{self, Figures, OldMailbox, Replayed};
use std::path::Path;

/// What became of the tickets that were to be saved.
pub(super) struct Saved {
    /// Files that were written.
    pub(super) written: usize,
    /// Files that were there already, and are as they were.
    pub(super) kept: usize,
}

/// Before anything is gone through: whether there is a folder to save in.
pub(super) fn prepare(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)
        .map_err(|why| Failure::NotSo(format!("{} could not be made: {why}", folder.display())))
}

/// Saves the tickets of the chosen mails, or of those worth a look.
pub(super) fn save(
    folder: &Path,
    chosen: &[String],
    replayed: &Replayed,
    figures: &Figures,
    mailbox: &OldMailbox,
    office: &Office,
) -> Result<Saved, Failure> {
    let worth_a_look = match chosen {
        [] => replay::worth_a_look(figures),
        _ => Vec::new(),
    };
    let chosen = match chosen {
        [] => &worth_a_look,
        chosen => chosen,
    };
    let conversations = replay::conversations(chosen, replayed, mailbox, office)
        .map_err(|why| Failure::NotSo(why.to_string()))?;
    let mut saved = Saved {
        written: 0,
        kept: 0,
    };
    for conversation in &conversations {
        let path = folder.join(&conversation.file_name);
        if path.exists() {
            saved.kept += 1;
            continue;
        }
        write_for_oneself(&path, &conversation.text)?;
        saved.written += 1;
    }
    Ok(saved)
}
