//! `handoffd export` and `handoffd import`: everything as JSON lines, from the running daemon or from its store, and back into an empty folder.

use super::{Common, Failure};
use crate::config::{MailboxName, Settings, StoreKind};
use crate::control::{self, Refusal};
use crate::journal::{self, Journal, JournalError, Keys};
use rustix::fs::{FlockOperation, OFlags, flock};
use std::fs::{File, OpenOptions};
use std::io::{BufReader, ErrorKind, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
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
    let (name, settings) = common.one_mailbox()?;
    let keys = match arguments.with_key {
        true => Keys::GoWithIt,
        false => Keys::StayBehind,
    };
    let file = &arguments.file;
    if file.as_os_str() == "-" {
        if keys == Keys::GoWithIt && !is_private(std::io::stdout().as_fd()) {
            return Err(Failure::Usage(
                "an export with keys is not written to a terminal, nor to a file that others may read; name a file, or write to a pipe or a file \
                 of mode 0600"
                    .to_owned(),
            ));
        }
        write_export(
            name.as_ref(),
            &settings,
            keys,
            &mut std::io::stdout().lock(),
        )?;
    } else {
        // Beside its place first: a file of that name is a whole export, or the one before.
        let part = part_of(file);
        let failed =
            |why: std::io::Error| Failure::Unreachable(format!("{}: {why}", part.display()));
        let mut out = begin_part(&part)?;
        let written = write_export(name.as_ref(), &settings, keys, &mut out);
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

fn write_export(
    name: Option<&MailboxName>,
    settings: &Settings,
    keys: Keys,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let name = name.map(MailboxName::as_str);
    if let Some(asked) = control::ask_for_export(&settings.control.socket, name, keys, out) {
        return asked.map_err(|refusal| match refusal {
            Refusal::NotSo(why) => Failure::NotSo(why),
            Refusal::Failed(why) => Failure::Unreachable(why),
        });
    }
    let folder = &settings.store.path;
    if !Journal::is_there(&settings.store).map_err(failure)? {
        return Err(Failure::Unreachable(format!(
            "no daemon listens on {} and there is no store in {}: there is nothing to export",
            settings.control.socket.display(),
            folder.display()
        )));
    }
    let journal = Journal::look_at(&settings.store).map_err(failure)?;
    let exported = journal.export(out, keys);
    drop(journal);
    give_to_owner(folder)?;
    exported.map(|_| ()).map_err(failure)
}

pub(super) fn import(common: &Common, arguments: &Import) -> Result<(), Failure> {
    let (_, settings) = common.one_mailbox()?;
    let folder = &settings.store.path;
    let file = &arguments.file;
    let imported = if file.as_os_str() == "-" {
        Journal::import_of(&settings.store, &mut std::io::stdin().lock())
    } else {
        let opened = File::open(file);
        let opened = opened.map_err(|why| Failure::Usage(format!("{}: {why}", file.display())))?;
        Journal::import_of(&settings.store, &mut BufReader::new(opened))
    };
    let imported = imported.map_err(failure)?;
    give_to_owner(folder)?;
    let keys = match imported.keys {
        Keys::GoWithIt => "the keys came with it",
        Keys::StayBehind => "now put the key files that were kept with it there",
    };
    let place = match &settings.store.kind {
        StoreKind::Sled => folder.display().to_string(),
        StoreKind::Postgres(database) => database.to_string(),
    };
    let rows = imported.rows;
    if common.json {
        let row = serde_json::json!({ "imported": rows, "keys": imported.keys == Keys::GoWithIt });
        println!("{row}");
    } else {
        println!(
            "{rows} rows are in {place}; {keys}. If handoffd ran since the export, run `handoffd recover` before it runs again."
        );
    }
    Ok(())
}

/// A file of our own that nobody else reads: one that lies there, a link least of all, is not written to. What an export of ours left
/// behind that was cut short is removed, so that no nightly export fails for ever after one power cut.
fn begin_part(part: &Path) -> Result<File, Failure> {
    let make = || -> std::io::Result<File> {
        let made = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(part)?;
        // Until it is closed, or we are gone.
        flock(&made, FlockOperation::NonBlockingLockExclusive)?;
        Ok(made)
    };
    let made = match make() {
        Err(why) if why.kind() == ErrorKind::AlreadyExists && is_left_behind(part) => {
            std::fs::remove_file(part).and_then(|()| make())
        }
        made => made,
    };
    made.map_err(|why: std::io::Error| {
        let path = part.display();
        Failure::Unreachable(match why.kind() {
            ErrorKind::AlreadyExists => format!(
                "{path} lies there already: another export is being written, or somebody else has put it there; when none runs, remove it and try again"
            ),
            _ => format!("{path}: {why}"),
        })
    })
}

/// Whether this is a plain file of ours on which nobody works.
fn is_left_behind(part: &Path) -> bool {
    let opened = OpenOptions::new()
        .read(true)
        .custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed())
        .open(part);
    let Ok(file) = opened else { return false };
    let is_ours = file.metadata().is_ok_and(|found| {
        found.is_file() && found.uid() == rustix::process::geteuid().as_raw() && found.nlink() == 1
    });
    is_ours
        && is_private(file.as_fd())
        && flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok()
}

/// Whether only we, or who reads the other end, see what is written there.
fn is_private(out: BorrowedFd<'_>) -> bool {
    use rustix::fs::{FileType, Mode, fstat};
    let Ok(found) = fstat(out) else { return false };
    match FileType::from_raw_mode(found.st_mode) {
        FileType::Fifo | FileType::Socket => true,
        FileType::RegularFile => {
            let mode = Mode::from_raw_mode(found.st_mode);
            !mode.intersects(Mode::RWXG | Mode::RWXO)
        }
        _ => false,
    }
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
    // One in a database may have none here.
    if !folder.exists() {
        return Ok(());
    }
    journal::give_to_owner(folder).map_err(|why| {
        let folder = folder.display();
        Failure::Unreachable(format!(
            "the files in {folder} may be root's now: {why}; give them to the folder's owner"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn a_part_of_an_export_is_a_new_file_that_only_we_read() {
        let folder = tempfile::tempdir().unwrap();
        let part = part_of(&folder.path().join("export"));
        let others = folder.path().join("others");
        std::fs::write(&others, "theirs").unwrap();
        symlink(&others, &part).unwrap();
        let why = format!("{:?}", begin_part(&part).unwrap_err());
        assert!(why.contains("lies there already"), "{why}");
        assert_eq!(std::fs::read(&others).unwrap(), b"theirs");
        std::fs::remove_file(&part).unwrap();
        // A link to nothing leads nowhere either.
        symlink(folder.path().join("nothing"), &part).unwrap();
        assert!(begin_part(&part).is_err());
        std::fs::remove_file(&part).unwrap();
        let made = begin_part(&part).unwrap();
        let mode = made.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        // While it is written it stays; once its writer is gone it was left behind.
        assert!(begin_part(&part).is_err());
        drop(made);
        let again = begin_part(&part).unwrap();
        assert!(begin_part(&part).is_err());
        drop(again);
        std::fs::set_permissions(&part, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(begin_part(&part).is_err());
    }

    #[test]
    fn keys_go_to_a_pipe_or_to_a_file_that_only_we_read() {
        let file = tempfile::tempfile().unwrap();
        for (mode, expected) in [
            (0o600, true),
            (0o400, true),
            (0o640, false),
            (0o604, false),
            (0o602, false),
        ] {
            let permissions = std::fs::Permissions::from_mode(mode);
            file.set_permissions(permissions).unwrap();
            assert_eq!(is_private(file.as_fd()), expected, "{mode:o}");
        }
        let (_reads, writes) = std::io::pipe().unwrap();
        assert!(is_private(writes.as_fd()));
        let device = File::open("/dev/null").unwrap();
        assert!(!is_private(device.as_fd()));
    }
}
