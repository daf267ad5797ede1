//! The Debian package in the hands of an admin: installed, started, upgraded, removed and purged by dpkg on a machine with Debian's own systemd.
//! Without root, or without what builds it (`make deb-tools`), it says so and passes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot go on says so by a panic, and lives in real time"
)]

#[path = "systemd/container.rs"]
#[allow(dead_code, reason = "the unit's test waits, this one need not")]
mod container;
#[path = "mail_system/leash.rs"]
mod leash;

use container::Container;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What builds packages, where `make deb-tools` puts it.
fn builder() -> Option<PathBuf> {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tools/bin/cargo-deb");
    kept.exists().then_some(kept)
}

/// A package of the program that is tested here, without models, under a version of its own.
fn build(builder: &Path, folder: &Path, version: &str) {
    let release = folder.join("target/release");
    fs::create_dir_all(&release).unwrap();
    let program = release.join("handoffd");
    if !program.exists() {
        fs::copy(env!("CARGO_BIN_EXE_handoffd"), &program).unwrap();
    }
    let built = Command::new(builder)
        .args(["--no-build", "--no-strip", "--fast", "--locked", "--quiet"])
        .args(["--deb-version", version, "--manifest-path"])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .arg("--output")
        .arg(folder.join(format!("handoffd_{version}.deb")))
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .output()
        .expect("build a package");
    let words = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success(), "{words}");
}

/// Settings as `handoffd init` leaves them to a script, for servers that are not there: it waits for them.
const SETTINGS: &str = "[support]\naddress = \"support@shop.example\"\nname = \"Shop\"\n\n[inbox]\nhost = \"127.0.0.1\"\nport = 1\ntls = \"none\"\n\
    user = \"support\"\npassword_file = \"imap.password\"\n\n[smtp]\nhost = \"127.0.0.1\"\nport = 1\ntls = \"none\"\n\n[knowledge]\nfolder = \"knowledge\"\n\n\
    [[team]]\nname = \"care\"\naddress = \"care@shop.example\"\nmembers = [\"rosa@shop.example\"]\n";

#[test]
fn the_package_installs_starts_upgrades_and_removes_cleanly() {
    let Some(builder) = builder() else {
        eprintln!("not tested: target/tools/bin/cargo-deb is not there (make deb-tools)");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    for version in ["0.1.0-1", "0.1.0-2"] {
        build(&builder, folder.path(), version);
    }
    let fill = |root: &Path| {
        let packages = root.join("srv");
        fs::create_dir_all(&packages).unwrap();
        for (version, name) in [("0.1.0-1", "old.deb"), ("0.1.0-2", "new.deb")] {
            let from = folder.path().join(format!("handoffd_{version}.deb"));
            fs::rename(&from, packages.join(name))
                .or_else(|_| fs::copy(&from, packages.join(name)).map(drop))
                .unwrap();
        }
        fs::write(packages.join("handoffd.toml"), SETTINGS).unwrap();
    };
    let container = match Container::boot(fill) {
        Ok(container) => container,
        Err(why) => {
            eprintln!("not tested: {why}");
            return;
        }
    };
    installs(&container);
    starts(&container);
    upgrades(&container);
    removes(&container);
    purges(&container);
}

/// The account, the folders, the unit, the manual; nothing runs yet, and nothing will at the next boot.
fn installs(container: &Container) {
    let words = container.says("dpkg --install /srv/old.deb 2>&1");
    assert!(!words.contains("warning"), "{words}");
    assert_eq!(
        container.says("dpkg-query -W -f '${Status}' handoffd"),
        "install ok installed"
    );
    container.says("id handoffd");
    assert_eq!(
        container.says("stat --format=%a,%U,%G /etc/handoffd /etc/handoffd/knowledge"),
        "750,root,handoffd\n750,root,handoffd"
    );
    assert_eq!(container.property("ActiveState"), "inactive");
    assert_eq!(container.property("UnitFileState"), "disabled");
    container.says("handoffd --version");
    // (Machines that leave documents out keep neither of these.)
    let manual = "usr/share/man/man1/handoffd.1.gz";
    let listed = container.says("dpkg --listfiles handoffd");
    assert!(
        listed.contains(manual) && listed.contains("completions/handoffd"),
        "{listed}"
    );
    // Whatever it brought lies where it says, or was left out of this machine by rule.
    let missing = container.says("dpkg --verify handoffd | grep -v /usr/share/ || true");
    assert_eq!(missing, "");
}

/// As docs/admin.md says.
fn starts(container: &Container) {
    container.says(
        "cp /srv/handoffd.toml /etc/handoffd/ && printf 'hush\\n' > /etc/handoffd/imap.password && systemd-tmpfiles --create handoffd.conf \
         && printf '+++\\nintent = \"hours\"\\ntitle = \"When are you open?\"\\nmode = \"answer\"\\nask = [\"When are you open?\", \"Opening hours?\"]\\n+++\\nNine to five.\\n' \
         > /etc/handoffd/knowledge/hours.md && chgrp -R handoffd /etc/handoffd && chmod -R o-rwx,g+r /etc/handoffd",
    );
    container.says("handoffd check && systemctl enable --now handoffd");
    assert_eq!(container.property("ActiveState"), "active");
    assert!(container.says("handoffd status").contains("tickets"));
}

/// What the journal is known by: the key of its tokens, which nothing makes again.
fn journal(container: &Container) -> String {
    container.says("cd /var/lib/handoffd/store/ && sha256sum token*.key")
}

fn upgrades(container: &Container) {
    let (first, kept) = (container.property("MainPID"), journal(container));
    container.says("dpkg --install /srv/new.deb");
    assert_eq!(container.property("ActiveState"), "active");
    assert_ne!(container.property("MainPID"), first, "the new program runs");
    assert_eq!(container.property("UnitFileState"), "enabled");
    assert_eq!(journal(container), kept);
    container.says("cmp /srv/handoffd.toml /etc/handoffd/handoffd.toml");

    // What the admin has stopped stays stopped.
    container.says("systemctl stop handoffd && dpkg --install /srv/new.deb");
    assert_eq!(container.property("ActiveState"), "inactive");

    // Settings that the new program would refuse leave no half-installed package behind, and the unit says what is wrong.
    container.says("systemctl start handoffd && echo 'nonsense = 1' >> /etc/handoffd/handoffd.toml && dpkg --install /srv/new.deb");
    assert_eq!(
        container.says("dpkg-query -W -f '${Status}' handoffd"),
        "install ok installed"
    );
    assert_eq!(container.property("ExecMainStatus"), "2");
    container
        .says("cp /srv/handoffd.toml /etc/handoffd/handoffd.toml && systemctl restart handoffd");
    assert_eq!(container.property("ActiveState"), "active");
}

/// Nothing runs any more, and all that is the admin's is there for whoever installs it again.
fn removes(container: &Container) {
    let kept = journal(container);
    container.says("dpkg --remove handoffd");
    assert_eq!(container.says("pgrep --exact handoffd || true"), "");
    container
        .says("! test -e /usr/bin/handoffd && ! test -e /usr/lib/systemd/system/handoffd.service");
    assert_eq!(journal(container), kept);

    container.says("dpkg --install /srv/new.deb");
    assert_eq!(
        container.property("UnitFileState"),
        "enabled",
        "as before the removal"
    );
    container.says("systemctl start handoffd");
    assert_eq!(journal(container), kept);
}

/// Nothing of the package is left; what only the admin can make again is, and they are told.
fn purges(container: &Container) {
    let words = container.says("dpkg --purge handoffd 2>&1");
    assert!(words.contains("/etc/handoffd is kept"), "{words}");
    assert!(
        words.contains("/var/lib/private/handoffd is kept")
            || words.contains("/var/lib/handoffd is kept"),
        "{words}"
    );
    assert_eq!(container.says("pgrep --exact handoffd || true"), "");
    assert_eq!(
        container.says("find / -xdev \\( -path /srv -o -path /old -o -path /proc -o -path /sys -o -path /etc/handoffd -o -path '/var/lib/*handoffd' \\) -prune -o -name '*handoffd*' -print 2>/dev/null | grep -E '^/(etc|usr/(bin|lib|share)|var/(lib|cache))/' | grep -v '^/var/lib/dpkg/\\|^/usr/share/.*/target/' || true"),
        ""
    );
    // A machine without it is a machine without it: systemd has nothing to complain of.
    container.says("systemctl daemon-reload && systemctl reset-failed");
    assert_eq!(container.property("LoadState"), "not-found");
}
