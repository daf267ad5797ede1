//! What comes after the ten answers, as commands that can be copied as they stand. Pure.

use super::files::DROP_IN;
use super::place::Place;
use std::path::{Path, PathBuf};

/// Where the unit looks for the program.
pub(super) const INSTALLED: &str = "/usr/bin/handoffd";
/// The unit, as it is written beside the settings.
pub(super) const UNIT: &str = "handoffd.service";

/// What of the machine decides how the commands read.
#[derive(Clone, Debug)]
pub(super) struct Machine {
    /// The program that runs now.
    pub(super) program: PathBuf,
    /// Whether `handoffd` on the command line means it.
    pub(super) is_on_path: bool,
    /// Whether a program lies where the unit looks for it.
    pub(super) is_installed: bool,
    /// Whether a unit is there already, so that none was written.
    pub(super) has_unit: bool,
}

/// The steps to a first report, to a try by hand, and to a service.
pub(super) fn next(place: &Place, machine: &Machine) -> String {
    let config = match place.is_usual() {
        true => String::new(),
        false => format!(" --config {}", for_a_shell(place.config())),
    };
    let install = match machine.is_installed {
        true => String::new(),
        false => format!(
            "  install -m 755 {} {INSTALLED}\n",
            for_a_shell(&machine.program)
        ),
    };
    // In the usual place the program is installed first, if it is not.
    let (first, later) = match place.is_usual() {
        true => (install, String::new()),
        false => (String::new(), install),
    };
    let called = match machine.is_on_path || !first.is_empty() {
        true => "handoffd".to_owned(),
        false => for_a_shell(&machine.program),
    };
    let by_hand = match place.is_usual() {
        true => String::new(),
        false => format!(
            "  {called} run{config}     # in shadow, until Ctrl-C; ask it from another terminal: {called} status{config}\n"
        ),
    };
    format!(
        "\nNext:\n{first}  \
         {called} replay{config} --html replay.html inbox.mbox sent.mbox     # what it would have done with old mail in files; needs no password\n  \
         {called} check{config} --online\n  \
         {called} replay{config} --folder INBOX --folder Sent --html replay.html     # the same with the mail that is on the server\n\
         {by_hand}{}\n\n\
         It starts in shadow: it decides and records, and sends nothing. Write the articles in {}/knowledge in your own words first; \
         docs/admin.md leads through the first week.",
        as_a_service(place, machine, &later),
        place.folder().display()
    )
}

fn as_a_service(place: &Place, machine: &Machine, install: &str) -> String {
    let usual = "/etc/handoffd";
    let (mut before, mut folder) = (String::new(), for_a_shell(place.folder()));
    if place.is_hidden_from_the_unit() {
        before = format!(
            "  cp -rT {folder} {usual} && sed -i {} {usual}/{UNIT} {usual}/{DROP_IN}     # the unit sees nothing of homes and /tmp\n",
            for_a_shell(Path::new(&format!(
                "s|{}|{usual}|g",
                place.folder().display()
            )))
        );
        usual.clone_into(&mut folder);
    }
    let unit = match machine.has_unit {
        true => String::new(),
        false => format!("  install -m 644 {folder}/{UNIT} /etc/systemd/system/{UNIT}\n"),
    };
    let intro = match place.is_usual() {
        true => "",
        false => {
            "\nAs a service, as root (take [store] and [control] out of the settings first: the unit has folders of its own):\n"
        }
    };
    format!(
        "{intro}{install}{before}{unit}  \
         install -D -m 644 {folder}/{DROP_IN} /etc/systemd/system/handoffd.service.d/password.conf\n  \
         systemctl daemon-reload && systemctl enable --now handoffd"
    )
}

/// A path as one word of a command.
fn for_a_shell(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+@%:,".contains(c);
    match text.chars().all(is_plain) {
        true => text,
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests;
