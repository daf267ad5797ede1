//! `handoffd init`: ten questions, and then there are settings, first articles and a unit, which `check` accepts. Asks at a terminal, or reads the
//! answers line by line.
//!
//! Promise: nothing that is there is written over, passwords are not shown, nobody is written to, and the first week is in shadow.

mod answers;
mod asking;
mod files;
mod given;
mod next;
mod place;

use super::{Common, Failure, check};
use answers::{Answers, Question};
use asking::Asking;
use files::NewFile;
use next::Machine;
use place::Place;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Where a package puts it, and where an admin does.
const UNITS: [&str; 2] = [
    "/usr/lib/systemd/system/handoffd.service",
    "/etc/systemd/system/handoffd.service",
];

pub(super) fn run(common: &Common) -> Result<(), Failure> {
    let config = std::path::absolute(&common.config).map_err(|why| {
        let named = common.config.display();
        Failure::Usage(format!("--config {named}: {why}; name a file"))
    })?;
    let name = config.file_name().unwrap_or_default().to_owned();
    let place = Place::of(config);
    let folder = place.folder();
    // Before the first question: nobody answers ten of them in vain.
    let taken = [
        name.as_ref(),
        Path::new("knowledge"),
        Path::new(files::PASSWORD),
    ];
    if let Some(there) = taken
        .iter()
        .map(|name| folder.join(name))
        .find(|path| path.exists())
    {
        return Err(Failure::NotSo(format!(
            "{} is there already: nothing is written over. Move it away, or name another place with --config",
            there.display()
        )));
    }
    let mut asking = Asking::of_standard_input();
    let mut answers = Answers::default();
    for question in Question::ALL {
        let given = asking.answer(question, &answers).map_err(Failure::NotSo)?;
        answers.take(question, given);
    }
    let machine = machine();
    let mut written = files::files(&answers, &place, &name.to_string_lossy());
    if !machine.has_unit {
        written.push(NewFile::open(next::UNIT, place.unit()));
    }
    for file in &written {
        write(folder, file)?;
        println!("wrote {}", folder.join(&file.path).display());
    }
    let waits_for_password = answers.of(Question::Password).is_empty();
    if waits_for_password {
        println!(
            "\nFirst write the password into {}, on one line.",
            folder.join(files::PASSWORD).display()
        );
    } else {
        check::run(common, &check::Arguments::offline())?;
    }
    println!("{}", next::next(&place, &machine));
    Ok(())
}

fn write(folder: &Path, file: &NewFile) -> Result<(), Failure> {
    let path = folder.join(&file.path);
    let failed = |why: std::io::Error| {
        Failure::NotSo(format!(
            "{} could not be written: {why}. What was written before it stays; remove it and begin again",
            path.display()
        ))
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut options = OpenOptions::new();
    let options = options.write(true).create_new(true).mode(file.mode);
    let mut opened = options.open(&path).map_err(failed)?;
    opened.write_all(file.text.as_bytes()).map_err(failed)
}

/// What is there of handoffd on this machine.
fn machine() -> Machine {
    // A program that was replaced while it runs has no name: the one that will be called by the usual one is meant.
    let program = std::env::current_exe().unwrap_or_else(|_| next::INSTALLED.into());
    let same = |found: PathBuf| found.canonicalize().ok() == program.canonicalize().ok();
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&folders).map(|folder| folder.join("handoffd"));
    Machine {
        is_on_path: on_path
            .into_iter()
            .find(|path| path.is_file())
            .is_some_and(same),
        is_installed: Path::new(next::INSTALLED).exists(),
        has_unit: UNITS.iter().any(|unit| Path::new(unit).exists()),
        program,
    }
}
