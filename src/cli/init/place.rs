//! Where the settings lie, and what follows for the unit. Asks the file system nothing.

use std::path::{Path, PathBuf};

/// The unit of this release.
const UNIT: &str = include_str!("../../../systemd/handoffd.service");
/// Its line that a place of one's own changes.
const RUN: &str = "ExecStart=/usr/bin/handoffd run";
/// The settings that are read without `--config`.
const USUAL: &str = "/etc/handoffd/handoffd.toml";
/// What the unit does not see of the machine (`ProtectHome`, `PrivateTmp`).
const HIDDEN: [&str; 5] = ["/home", "/root", "/run/user", "/tmp", "/var/tmp"];

/// The place of the settings, seen from `/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    config: PathBuf,
    folder: PathBuf,
}

impl Place {
    /// The place of this file. The path begins at `/`.
    pub(super) fn of(config: PathBuf) -> Self {
        let folder = config.parent().unwrap_or_else(|| Path::new("/")).to_owned();
        Self { config, folder }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn config(&self) -> &Path {
        &self.config
    }

    /// Whether every verb finds the settings there without `--config`.
    pub(super) fn is_usual(&self) -> bool {
        self.config == Path::new(USUAL)
    }

    /// Whether a service looks for them in vain.
    pub(super) fn is_hidden_from_the_unit(&self) -> bool {
        HIDDEN.iter().any(|hidden| self.folder.starts_with(hidden))
    }

    /// The unit that reads these settings.
    pub(super) fn unit(&self) -> String {
        if self.is_usual() {
            return UNIT.to_owned();
        }
        let config = for_systemd(&self.config);
        UNIT.replace(RUN, &format!("{RUN} --config {config}"))
    }

    /// Lets the unit have the password as a credential.
    pub(super) fn drop_in(&self, password: &str) -> String {
        let file = self.folder.join(password).display().to_string();
        let file = file.replace('%', "%%");
        format!("[Service]\nLoadCredential={password}:{file}\n")
    }
}

/// A path as one word of a line of a unit.
fn for_systemd(path: &Path) -> String {
    let text = path.display().to_string().replace('%', "%%");
    let is_plain = |c: char| c.is_alphanumeric() || "/._-+@%".contains(c);
    if text.chars().all(is_plain) {
        return text;
    }
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{}\"", text.replace('$', "$$"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unit_names_settings_that_lie_elsewhere() {
        let usual = Place::of(USUAL.into());
        assert_eq!(usual.unit(), UNIT);
        let rows = [
            ("/srv/desk/handoffd.toml", "/srv/desk/handoffd.toml"),
            ("/etc/handoffd/other.toml", "/etc/handoffd/other.toml"),
            ("/srv/my desk/100%.toml", "\"/srv/my desk/100%%.toml\""),
        ];
        for (config, said) in rows {
            let unit = Place::of(config.into()).unit();
            let line = format!("ExecStart=/usr/bin/handoffd run --config {said}");
            assert!(unit.lines().any(|found| found == line), "{unit}");
        }
        let drop_in = Place::of("/srv/100%/a.toml".into()).drop_in("mail.password");
        assert!(drop_in.ends_with("=mail.password:/srv/100%%/mail.password\n"));
    }

    #[test]
    fn the_unit_does_not_see_homes_and_what_is_temporary() {
        let is_hidden = |path: &str| Place::of(path.into()).is_hidden_from_the_unit();
        assert!(is_hidden("/root/desk/handoffd.toml") && is_hidden("/tmp/handoffd.toml"));
        assert!(!is_hidden("/srv/desk/handoffd.toml") && !is_hidden("/tmpfiles/a.toml"));
    }
}
