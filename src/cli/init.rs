//! `handoffd init`: ten questions, and then there are settings, first articles and a unit, which `check` accepts. Asks at a terminal, or reads the
//! answers line by line.
//!
//! Promise: nothing that is there is written over, passwords are not shown, nobody is written to, and the first week is in shadow.

mod answers;
mod asking;
mod files;

use super::{Common, Failure, check};
use answers::{Answers, Question};
use asking::Asking;
use files::NewFile;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The unit of this release.
const UNIT: &str = include_str!("../../systemd/handoffd.service");
/// Where a package puts it, and where an admin does.
const UNITS: [&str; 2] = [
    "/usr/lib/systemd/system/handoffd.service",
    "/etc/systemd/system/handoffd.service",
];

pub(super) fn run(common: &Common) -> Result<(), Failure> {
    let folder = common.config.parent().unwrap_or_else(|| Path::new("."));
    let name = common.config.file_name().unwrap_or_default();
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
    let mut written = files::files(&answers, folder, &name.to_string_lossy());
    if !UNITS.iter().any(|unit| Path::new(unit).exists()) {
        written.push(NewFile::open("handoffd.service", UNIT.to_owned()));
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
    println!("{}", next(common, folder, &written));
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

/// What comes now, as commands.
fn next(common: &Common, folder: &Path, written: &[NewFile]) -> String {
    let config = common.config.display();
    let here = folder.display();
    let unit = match written
        .iter()
        .any(|file| file.path == Path::new("handoffd.service"))
    {
        true => format!(
            "install -m 644 {here}/handoffd.service /etc/systemd/system/handoffd.service\n  "
        ),
        false => String::new(),
    };
    format!(
        "\nNext:\n  \
         handoffd check --online --config {config}\n  \
         handoffd replay --config {config} --folder INBOX --html replay.html     # what it would have done with the mail that is there\n  \
         {unit}install -D -m 644 {here}/{} /etc/systemd/system/handoffd.service.d/password.conf\n  \
         systemctl daemon-reload && systemctl enable --now handoffd\n\n\
         It starts in shadow: it decides and records, and sends nothing. Write the articles in {here}/knowledge in your own words first; \
         docs/admin.md leads through the first week.",
        files::DROP_IN
    )
}
