//! The unit on the real service manager: Debian's own systemd, booted as the first process of a throw-away container on this machine.
//! Without root, or where such a container cannot be made, it says so and passes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot go on says so by a panic, and lives in real time"
)]

#[path = "systemd/container.rs"]
mod container;
#[path = "mail_system/leash.rs"]
mod leash;

use container::Container;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

const SETTINGS: &str = r#"[support]
address = "support@shop.example"
name = "Shop"

[inbox]
host = "127.0.0.1"
port = 1
tls = "none"
user = "support"
password_file = "imap.password"

[smtp]
host = "127.0.0.1"
port = 1
tls = "none"

[knowledge]
folder = "knowledge"

[trouble]
tell_after_seconds = 1

[[team]]
name = "care"
address = "care@shop.example"
members = ["rosa@shop.example"]
"#;

const ARTICLE: &str = "+++\nintent = \"opening-hours\"\ntitle = \"When are you open?\"\nmode = \"answer\"\nteam = \"care\"\n\
    ask = [\"When are you open?\", \"What are your opening hours?\"]\n+++\nMonday to Friday, nine to five.\n";

/// The unit as it is shipped, but for a shorter wait; and the password as a credential from a file that only root may read.
const DROP_IN: &str = "[Service]\nWatchdogSec=5\nRestartSec=200ms\nLoadCredential=imap.password:/etc/handoffd/secrets/imap.password\n";

/// As `make install` puts things, and a desk.
fn install(root: &Path) {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd");
    let program = PathBuf::from(env!("CARGO_BIN_EXE_handoffd"));
    for (from, to) in [
        (program, "usr/bin/handoffd"),
        (
            repository.join("handoffd.service"),
            "usr/lib/systemd/system/handoffd.service",
        ),
        (
            repository.join("handoffd.sysusers.conf"),
            "usr/lib/sysusers.d/handoffd.conf",
        ),
        (
            repository.join("handoffd.tmpfiles.conf"),
            "usr/lib/tmpfiles.d/handoffd.conf",
        ),
    ] {
        let to = root.join(to);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
    }
    write_desk(&root.join("etc"));
}

fn write_desk(etc: &Path) {
    let write = |name: &str, text: &str, mode: u32| {
        let path = etc.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    };
    write("handoffd/handoffd.toml", SETTINGS, 0o644);
    write("handoffd/knowledge/opening-hours.md", ARTICLE, 0o644);
    write("handoffd/secrets/imap.password", "hush-hush\n", 0o600);
    write(
        "systemd/system/handoffd.service.d/test.conf",
        DROP_IN,
        0o644,
    );
    fs::set_permissions(
        etc.join("handoffd/secrets"),
        fs::Permissions::from_mode(0o700),
    )
    .unwrap();
}

/// A start that takes longer than the unit gives it: one of the articles is a pipe into which nobody writes for a while.
fn a_long_start_that_says_so_is_waited_for(container: &Container) {
    container.says(
        "mkdir -p /run/systemd/system/handoffd.service.d && printf '[Service]\\nTimeoutStartSec=2\\n' > /run/systemd/system/handoffd.service.d/short.conf \
         && cd /etc/handoffd/knowledge && mv opening-hours.md /etc/handoffd/article && mkfifo --mode=644 opening-hours.md && systemctl daemon-reload",
    );
    container.says("systemctl start --no-block handoffd");
    container.wait_for("the words of a start", |container| {
        container.property("StatusText") == "starting: the store is open"
    });
    // Three times what the unit gives it.
    container.says(
        "sleep 6; test \"$(systemctl show --property=ActiveState --value handoffd)\" = activating",
    );
    container.says("cat /etc/handoffd/article > /etc/handoffd/knowledge/opening-hours.md");
    container.wait_for("the end of the start", |container| {
        container.property("ActiveState") == "active"
    });
    assert_eq!(container.property("NRestarts"), "0");
    container.says(
        "systemctl stop handoffd; rm /run/systemd/system/handoffd.service.d/short.conf && mv /etc/handoffd/article /etc/handoffd/knowledge/opening-hours.md \
         && systemctl daemon-reload",
    );
}

#[test]
fn the_unit_does_what_it_says_on_the_real_service_manager() {
    let container = match Container::boot(install) {
        Ok(container) => container,
        Err(why) => {
            eprintln!("not tested: {why}");
            return;
        }
    };
    // It starts when it says that it is ready (Type=notify), with a password that its own user cannot read.
    container.says("systemd-sysusers && systemd-tmpfiles --create && systemctl daemon-reload");
    a_long_start_that_says_so_is_waited_for(&container);
    container.says("systemctl start handoffd");
    assert_eq!(container.property("ActiveState"), "active");
    let pid = container.property("MainPID");

    // As nobody in particular: no root, no capability, no way to any, few system calls.
    let process = container.says(&format!("cat /proc/{pid}/status"));
    let field = |name: &str| {
        let line = process.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split_whitespace().nth(1))
            .unwrap_or_default()
            .to_owned()
    };
    assert_ne!(field("Uid:"), "0");
    assert_eq!(field("CapEff:").trim_matches('0'), "", "{process}");
    assert_eq!(field("CapBnd:").trim_matches('0'), "", "{process}");
    assert_eq!(
        (field("NoNewPrivs:").as_str(), field("Seccomp:").as_str()),
        ("1", "2")
    );
    let environment = container.says(&format!(
        "tr '\\0' '\\n' < /proc/{pid}/environ; tr '\\0' ' ' < /proc/{pid}/cmdline"
    ));
    assert!(!environment.contains("hush-hush"), "{environment}");

    // Its socket is its own and root's; nobody else is let in, nor into its store.
    let modes = container.says("stat --format=%a,%U /run/handoffd/control.sock /run/handoffd");
    assert_eq!(
        modes
            .lines()
            .map(|line| line.split(',').next().unwrap())
            .collect::<Vec<_>>(),
        ["600", "700"],
        "{modes}"
    );
    assert!(container.says("handoffd status").contains("tickets"));
    assert!(
        !container
            .run("setpriv --reuid=nobody --clear-groups handoffd status")
            .status
            .success()
    );
    assert_eq!(
        container.says("stat --dereference --format=%a /var/lib/handoffd"),
        "700"
    );

    // What needs a person stands in its status line: there is no server here.
    container.wait_for("the status line", |container| {
        (container.property("StatusText")).starts_with("The inbox cannot be read")
    });

    // A hang is a restart: what does not tell the watchdog is ended and started again.
    container.says(&format!("kill -STOP {pid}"));
    container.wait_for("the watchdog", |container| {
        container.property("NRestarts") == "1" && container.property("ActiveState") == "active"
    });
    let second = container.property("MainPID");
    assert_ne!(second, pid);

    // So is a death.
    container.says(&format!("kill -KILL {second}"));
    container.wait_for("the restart", |container| {
        container.property("NRestarts") == "2" && container.property("ActiveState") == "active"
    });

    // Stopped, it can be looked into as root, and its files stay its own.
    container.says("systemctl stop handoffd");
    assert!(container.says("handoffd status").contains("tickets"));
    let owners = container.says("find /var/lib/handoffd/ -printf '%U\\n' | sort -u");
    assert_eq!(owners.lines().count(), 1, "{owners}");
    container.says("systemctl start handoffd");

    // Changed settings are taken while it runs; wrong ones are not, and a start with them is not tried again and again.
    container.says("systemctl reload handoffd && echo 'nonsense' >> /etc/handoffd/handoffd.toml");
    container.says("systemctl reload handoffd");
    assert_eq!(container.property("ActiveState"), "active");
    assert!(!container.run("systemctl restart handoffd").status.success());
    container.wait_for("the end", |container| {
        container.property("ActiveState") == "failed"
    });
    assert_eq!(container.property("ExecMainStatus"), "2");
    assert_eq!(container.property("NRestarts"), "0");
}
