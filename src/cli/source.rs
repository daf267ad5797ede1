//! Which mails do these paths hold? `.eml` files, mbox (mboxrd and mboxo), Maildir, folders of these, `-` for standard input.

use super::Failure;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// How deep folders are followed.
const DEPTH_MAX: usize = 20;

/// The mails of the paths, each with a name by which it can be found, in the order of names.
pub(crate) fn mails(paths: &[PathBuf]) -> Result<impl Iterator<Item = (String, Vec<u8>)>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            files.push(path.clone());
        } else {
            expand(path, 0, true, &mut files)?;
        }
    }
    let mut found = Vec::new();
    for file in files {
        let bytes = if file.as_os_str() == "-" {
            let mut bytes = Vec::new();
            std::io::stdin()
                .lock()
                .read_to_end(&mut bytes)
                .map_err(|error| {
                    Failure::NotSo(format!("standard input cannot be read: {error}"))
                })?;
            bytes
        } else {
            fs::read(&file).map_err(|error| unreadable(&file, &error))?
        };
        let name = file.display().to_string();
        if is_mbox(&file, &bytes) {
            let mails = mbox(&bytes);
            found.extend(
                mails
                    .into_iter()
                    .enumerate()
                    .map(|(at, mail)| (format!("{name}:{}", at + 1), mail)),
            );
        } else {
            found.push((name, bytes));
        }
    }
    Ok(found.into_iter())
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::NotSo(format!("{} cannot be read: {error}", path.display()))
}

fn expand(
    path: &Path,
    depth: usize,
    is_named: bool,
    files: &mut Vec<PathBuf>,
) -> Result<(), Failure> {
    let kind = if is_named {
        fs::metadata(path)
    } else {
        fs::symlink_metadata(path)
    };
    let kind = kind.map_err(|error| unreadable(path, &error))?;
    // A pipe (`<(…)`) that is named is read; in a folder it could hang us.
    if kind.is_file() || (is_named && !kind.is_dir()) {
        if is_named || holds_mail(path) {
            files.push(path.to_owned());
        }
        return Ok(());
    }
    if !kind.is_dir() || depth > DEPTH_MAX {
        return Ok(());
    }
    let mut entries = Vec::new();
    for entry in fs::read_dir(path).map_err(|error| unreadable(path, &error))? {
        entries.push(entry.map_err(|error| unreadable(path, &error))?.path());
    }
    entries.sort();
    for entry in entries {
        // A Maildir's `tmp` holds mails that are still being written.
        if entry.file_name().is_some_and(|name| name == "tmp") && path.join("cur").is_dir() {
            continue;
        }
        expand(&entry, depth + 1, false, files)?;
    }
    Ok(())
}

/// In a folder: `.eml`, `.mbox`, whatever lies in a Maildir's `cur` and `new`, and files without an ending that begin as an mbox does, as
/// Thunderbird and others keep their folders.
fn holds_mail(path: &Path) -> bool {
    let extension = path
        .extension()
        .and_then(|extension| extension.to_str())
        .unwrap_or_default();
    let folder = path
        .parent()
        .and_then(Path::file_name)
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    ["eml", "mbox", "mbx"]
        .iter()
        .any(|known| extension.eq_ignore_ascii_case(known))
        || folder == "cur"
        || folder == "new"
        || (path.extension().is_none() && begins_as_an_mbox(path))
}

fn begins_as_an_mbox(path: &Path) -> bool {
    let mut begin = [0; 5];
    let read = fs::File::open(path).and_then(|mut file| file.read_exact(&mut begin));
    read.is_ok() && begin == *b"From "
}

/// An mbox says so by its name, or by a second separator line after a blank line.
fn is_mbox(path: &Path, bytes: &[u8]) -> bool {
    let named = path
        .extension()
        .is_some_and(|extension| extension == "mbox" || extension == "mbx");
    let named_eml = path.extension().is_some_and(|extension| extension == "eml");
    bytes.starts_with(b"From ")
        && !named_eml
        && (named
            || bytes.windows(7).any(|window| window == b"\n\nFrom ")
            || path.extension().is_none())
}

/// The mails of an mbox. A separator is `From ` after a blank line; `>From ` is unquoted by one `>` (mboxrd, and mboxo alike).
fn mbox(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut mails = Vec::new();
    let mut current: Option<Vec<u8>> = None;
    let mut after_blank = true;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        if after_blank && line.starts_with(b"From ") {
            mails.extend(current.replace(Vec::new()));
        } else if let Some(mail) = &mut current {
            let quotes = line.iter().take_while(|byte| **byte == b'>').count();
            let is_quoted = quotes > 0
                && line
                    .get(quotes..)
                    .is_some_and(|rest| rest.starts_with(b"From "));
            mail.extend_from_slice(line.get(usize::from(is_quoted)..).unwrap_or_default());
        }
        after_blank = line.trim_ascii().is_empty();
    }
    mails.extend(current);
    mails
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_a_mail_program_is_found_by_how_its_files_begin() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        write(
            "Inbox",
            "From - Mon\nSubject: 1\n\nx\n\nFrom - Mon\nSubject: 2\n\ny\n",
        );
        write("Inbox.msf", "// <!-- <mdb:mork:z v=\"1.4\"/> -->");
        write("Archive", "a note of mine\n");
        write("Empty", "");
        let found: Vec<_> = mails(&[folder.path().to_owned()]).unwrap().collect();
        let bodies: Vec<_> = found.iter().map(|(_, mail)| mail.as_slice()).collect();
        let expected: [&[u8]; 2] = [b"Subject: 1\n\nx\n\n", b"Subject: 2\n\ny\n"];
        assert_eq!(bodies, expected);
    }

    #[test]
    fn an_mbox_is_taken_apart() {
        let mails = mbox(
            b"From a\nSubject: 1\n\nx\n>From y\n>>From z\n\nFrom b\nSubject: 2\n\nFrom here\n",
        );
        assert_eq!(mails.len(), 3);
        assert_eq!(mails[0], b"Subject: 1\n\nx\nFrom y\n>From z\n\n");
    }
}
