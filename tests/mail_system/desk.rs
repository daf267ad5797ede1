//! The demo desk, on a mail system: `config/demo/handoffd.toml` with the ports, paths and passwords of this run filled in.

use super::chosen_store;
use super::servers::MailSystem;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

static DESKS_SET_UP: AtomicU32 = AtomicU32::new(0);

/// A desk ready to be run.
#[derive(Clone, Debug)]
pub struct Desk {
    /// Its folder: settings, store, control socket, logs.
    pub folder: PathBuf,
    /// Its settings.
    pub config: PathBuf,
    /// The address that customers write to.
    pub support: String,
}

/// The folder of the demo's settings in the repository.
pub fn demo_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("config/demo")
}

/// The demo's settings as they stand in the repository.
pub fn demo_settings() -> toml::Table {
    let path = demo_folder().join("handoffd.toml");
    let text = fs::read_to_string(&path).expect("config/demo/handoffd.toml");
    text.parse().expect("config/demo/handoffd.toml is TOML")
}

impl Desk {
    /// The folder of the demo's conversations.
    pub fn demo_conversations() -> PathBuf {
        demo_folder().join("conversations")
    }

    /// The demo desk for the support mailbox `support` on this mail system, its settings changed by `change`.
    pub fn set_up(
        system: &MailSystem,
        support: &str,
        change: impl FnOnce(&mut toml::Table),
    ) -> Self {
        let number = DESKS_SET_UP.fetch_add(1, Ordering::Relaxed);
        let folder = system.folder().join("desks").join(format!("desk-{number}"));
        fs::create_dir(&folder).expect("make the desk's folder");
        let password_file = folder.join("password");
        fs::write(&password_file, format!("{}\n", system.password(support)))
            .expect("write the password");
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(&password_file, fs::Permissions::from_mode(0o600))
                .expect("keep the password to ourselves");
        }
        let mut settings = demo_settings();
        set(&mut settings, "support.address", support);
        if let Some((local_part, domain)) = support.split_once('@') {
            let pattern = format!("{local_part}+{{token}}@{domain}");
            set(&mut settings, "support.reply_address", pattern);
        }
        set(&mut settings, "inbox.host", "127.0.0.1");
        set(&mut settings, "inbox.port", i64::from(system.ports.imaps));
        set(&mut settings, "inbox.tls", "implicit");
        set(&mut settings, "smtp.host", "127.0.0.1");
        set(
            &mut settings,
            "smtp.port",
            i64::from(system.ports.submissions),
        );
        set(&mut settings, "smtp.tls", "implicit");
        for section in ["inbox", "smtp"] {
            set(
                &mut settings,
                &format!("{section}.ca_file"),
                path_text(system.authority()),
            );
            set(&mut settings, &format!("{section}.user"), support);
            set(
                &mut settings,
                &format!("{section}.password_file"),
                path_text(&password_file),
            );
        }
        set(
            &mut settings,
            "knowledge.folder",
            path_text(&demo_folder().join("knowledge")),
        );
        set(
            &mut settings,
            "store.path",
            path_text(&folder.join("store")),
        );
        set(
            &mut settings,
            "control.socket",
            path_text(&folder.join("control.sock")),
        );
        if chosen_store::is_postgres() {
            keep_in_postgres(&mut settings);
        }
        change(&mut settings);
        let config = folder.join("handoffd.toml");
        fs::write(
            &config,
            toml::to_string(&settings).expect("settings as TOML"),
        )
        .expect("write the settings");
        Self {
            folder,
            config,
            support: support.to_owned(),
        }
    }
}

/// In a database of its own, under a lease as short as it can be: whoever is killed is waited for by the next one.
fn keep_in_postgres(settings: &mut toml::Table) {
    let server = chosen_store::postgres::shared();
    set(settings, "store.kind", "postgres");
    set(settings, "store.socket_folder", path_text(&server.folder));
    set(settings, "store.port", i64::from(server.port));
    set(settings, "store.database", server.database());
    set(settings, "store.user", chosen_store::postgres::USER);
    set(settings, "store.lease_seconds", 3);
}

fn path_text(path: &Path) -> String {
    path.to_str().expect("a path of ASCII").to_owned()
}

/// Sets `section.key`.
pub fn set(settings: &mut toml::Table, path: &str, value: impl Into<toml::Value>) {
    let (section, key) = path.split_once('.').expect("section.key");
    settings
        .entry(section)
        .or_insert_with(|| toml::Value::Table(toml::Table::new()))
        .as_table_mut()
        .expect("a section")
        .insert(key.to_owned(), value.into());
}
