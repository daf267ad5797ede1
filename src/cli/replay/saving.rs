//! `--save`: where conversations go, and that none that lies there is written over.

use super::super::Failure;
use super::write_for_oneself;
use crate::gateway::Office;
use crate::replay::{self, Figures, OldMailbox, Replayed};
use std::fs::OpenOptions;
use std::path::Path;

/// Saves the tickets of the chosen mails, or of those worth a look; how many.
pub(super) fn save(
    folder: &Path,
    chosen: &[String],
    replayed: &Replayed,
    figures: &Figures,
    mailbox: &OldMailbox,
    office: &Office,
) -> Result<usize, Failure> {
    let worth_a_look = match chosen {
        [] => replay::worth_a_look(figures),
        _ => Vec::new(),
    };
    let chosen = if chosen.is_empty() {
        &worth_a_look
    } else {
        chosen
    };
    let saved = replay::conversations(chosen, replayed, mailbox, office)
        .map_err(|why| Failure::NotSo(why.to_string()))?;
    std::fs::create_dir_all(folder)
        .map_err(|why| Failure::NotSo(format!("{} could not be made: {why}", folder.display())))?;
    for conversation in &saved {
        let path = folder.join(&conversation.file_name);
        write_for_oneself(
            &path,
            &conversation.text,
            OpenOptions::new().create_new(true),
        )?;
    }
    Ok(saved.len())
}
