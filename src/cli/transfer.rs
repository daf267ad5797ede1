//! `handoffd export` and `handoffd import`: everything as JSON lines, from the running daemon or from its store, and back into an empty folder.

use super::{Common, Failure};
use crate::config::Settings;
use crate::control::{self, Refusal};
use crate::journal::{self, Journal, JournalError, Keys};
use std::fs::{File, OpenOptions};
use std::io::{BufReader, IsTerminal, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

#[derive(clap::Args, Debug)]
pub(super) struct Export {
    /// Where to; `-` is standard output
    #[arg(default_value = "-")]
    file: PathBuf,
    /// Also the keys of secret addresses: whoever has the file can pass for us
    #[arg(long)]
    with_key: bool,
}

#[derive(clap::Args, Debug)]
pub(super) struct Import {
    /// What was exported; `-` is standard input
    file: PathBuf,
}

pub(super) fn export(common: &Common, arguments: &Export) -> Result<(), Failure> {
    let settings = settings(common)?;
    let keys = match arguments.with_key {
        true => Keys::GoWithIt,
        false => Keys::StayBehind,
    };
    let file = &arguments.file;
    if file.as_os_str() == "-" {
        if std::io::stdout().is_terminal() && keys == Keys::GoWithIt {
            return Err(Failure::Usage(
                "an export with keys is not written to a terminal; name a file".to_owned(),
            ));
        }
        write_export(&settings, keys, &mut std::io::stdout().lock())?;
    } else {
        // Beside its place first: a file of that name is a whole export, or the one before.
        let part = part_of(file);
        let failed =
            |why: std::io::Error| Failure::Unreachable(format!("{}: {why}", part.display()));
        let mut out = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&part)
            .map_err(failed)?;
        let written = write_export(&settings, keys, &mut out);
        let written = written.and_then(|()| out.sync_all().map_err(failed));
        if written.is_err() {
            let _ = std::fs::remove_file(&part);
        }
        written?;
        std::fs::rename(&part, file).map_err(failed)?;
    }
    if keys == Keys::StayBehind {
        eprintln!(
            "handoffd: the keys are not in it: keep the files token*.key and forgotten.key of {} with it (a credential of the unit as well), or \
             replies to earlier mails are known no more",
            settings.store.path.display()
        );
    }
    Ok(())
}

fn write_export(settings: &Settings, keys: Keys, out: &mut dyn Write) -> Result<(), Failure> {
    if let Some(asked) = control::ask_for_export(&settings.control.socket, keys, out) {
        return asked.map_err(|refusal| match refusal {
            Refusal::NotSo(why) => Failure::NotSo(why),
            Refusal::Failed(why) => Failure::Unreachable(why),
        });
    }
    let folder = &settings.store.path;
    if !Journal::is_in(folder) {
        return Err(Failure::Unreachable(format!(
            "no daemon listens on {} and there is no store in {}: there is nothing to export",
            settings.control.socket.display(),
            folder.display()
        )));
    }
    let journal = Journal::open(folder).map_err(failure)?;
    let exported = journal.export(out, keys);
    drop(journal);
    give_to_owner(folder)?;
    exported.map(|_| ()).map_err(failure)
}

pub(super) fn import(common: &Common, arguments: &Import) -> Result<(), Failure> {
    let settings = settings(common)?;
    let folder = &settings.store.path;
    let file = &arguments.file;
    let imported = if file.as_os_str() == "-" {
        Journal::import(folder, &mut std::io::stdin().lock())
    } else {
        let opened = File::open(file);
        let opened = opened.map_err(|why| Failure::Usage(format!("{}: {why}", file.display())))?;
        Journal::import(folder, &mut BufReader::new(opened))
    };
    let imported = imported.map_err(failure)?;
    give_to_owner(folder)?;
    let keys = match imported.keys {
        Keys::GoWithIt => "the keys came with it",
        Keys::StayBehind => "now put the key files that were kept with it there",
    };
    let folder = folder.display();
    let rows = imported.rows;
    if common.json {
        let row = serde_json::json!({ "imported": rows, "keys": imported.keys == Keys::GoWithIt });
        println!("{row}");
    } else {
        println!(
            "{rows} rows are in {folder}; {keys}. If handoffd ran since the export, run `handoffd recover` before it runs again."
        );
    }
    Ok(())
}

fn settings(common: &Common) -> Result<Settings, Failure> {
    Settings::load_without_secrets(&common.config).map_err(|problems| Failure::problems(&problems))
}

fn part_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

fn failure(why: JournalError) -> Failure {
    match why {
        JournalError::State(why) => Failure::NotSo(why),
        other => Failure::Unreachable(other.to_string()),
    }
}

fn give_to_owner(folder: &Path) -> Result<(), Failure> {
    journal::give_to_owner(folder).map_err(|why| {
        let folder = folder.display();
        Failure::Unreachable(format!(
            "the files in {folder} may be root's now: {why}; give them to the folder's owner"
        ))
    })
}
