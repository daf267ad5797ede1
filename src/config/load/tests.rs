//! The reference file in `config/` against what the program reads, and where its secrets come from.

use super::*;
use crate::config::{DatabaseServer, DatabaseTls, Login, StoreKind};
use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;

/// The only mailbox of a text, and what is wrong with it.
fn read(
    source: &Source,
    credentials: Option<&Path>,
    secrets: Secrets,
) -> (Option<Settings>, Vec<Problem>) {
    let inspection = Inspection::read(source, credentials, secrets);
    let mut mailboxes = inspection.mailboxes.into_iter();
    let settings = mailboxes.next().map(|mailbox| mailbox.settings);
    (settings, inspection.problems)
}

/// The reference file with its commented defaults in force, beside the files that it names.
fn reference() -> (tempfile::TempDir, Source) {
    let folder = tempfile::tempdir().unwrap();
    let shown = include_str!("../../../config/handoffd.toml");
    let is_key = |line: &&str| {
        let key = line.split(" = ").next().unwrap_or_default();
        line.contains(" = ")
            && key
                .chars()
                .all(|c| c.is_ascii_lowercase() || "_-.".contains(c))
    };
    let lines = shown.lines().map(|line| match line.strip_prefix("# ") {
        Some(rest) if is_key(&rest) => rest,
        _ => line,
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    let path = folder.path().join("handoffd.toml");
    std::fs::write(&path, text).unwrap();
    for name in ["knowledge", "templates", "models"] {
        std::fs::create_dir(folder.path().join(name)).unwrap();
    }
    let holiday = "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20261225\nEND:VEVENT\n";
    std::fs::write(folder.path().join("holidays.ics"), holiday).unwrap();
    for (name, secret) in [
        ("imap.password", "secret\n"),
        ("smtp.password", "secret\n"),
        ("page.token", "a token that nobody guesses\n"),
    ] {
        let file = folder.path().join(name);
        std::fs::write(&file, secret).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let source = Source::read(&path).unwrap();
    (folder, source)
}

#[test]
fn the_reference_file_shows_every_key_and_no_other() {
    let (_folder, source) = reference();
    let (settings, problems) = read(&source, None, Secrets::Read);
    let asked = source.asked();
    let keys = keys_in(source.text());
    assert!(problems.is_empty(), "{problems:#?}");
    assert!(settings.is_some());
    // The other form of a fact, which cannot stand beside a pattern; it is described in a comment.
    let other_form = [
        "[fact.order_number] values",
        "[fact.order_number] one_of",
        "[fact] order_number",
        // Stands there as a whole in comments: its keys cannot all be set at once. Held against the file by a test of its own.
        "oauth2",
        "lookup",
        "webhook",
    ];
    let missing: Vec<_> = asked
        .iter()
        .filter(|key| !other_form.contains(&key.as_str()) && !keys.contains(*key))
        // The same with a database.
        .filter(|key| {
            let key = key.strip_prefix("[store] ");
            !key.is_some_and(|key| store::DATABASE_KEYS.contains(&key))
        })
        .collect();
    assert!(
        missing.is_empty(),
        "config/handoffd.toml does not show {missing:?}"
    );
}

#[test]
fn defaults_in_the_reference_file_are_the_defaults_of_the_program() {
    let (folder, shown) = reference();
    let bare = include_str!("../../../config/handoffd.toml")
        .replace("[escalate]", "# [escalate]")
        .replace(
            "# password_file = \"imap.password\"",
            "password_file = \"imap.password\"",
        )
        .replace(
            "# password_file = \"smtp.password\"",
            "password_file = \"smtp.password\"",
        );
    let bare = Source::new(&folder.path().join("handoffd.toml"), &bare, 0);
    let shown = read(&shown, None, Secrets::Read).0.unwrap();
    let bare = read(&bare, None, Secrets::Read).0.unwrap();
    assert_eq!(format!("{:?}", shown.limits), format!("{:?}", bare.limits));
    assert_eq!(
        format!("{:?}", shown.support),
        format!("{:?}", bare.support)
    );
    assert_eq!(format!("{:?}", shown.store), format!("{:?}", bare.store));
    assert_eq!(
        format!("{:?}", shown.control),
        format!("{:?}", bare.control)
    );
    assert_eq!(shown.automation.mode, bare.automation.mode);
    let inbox = |settings: &Settings| {
        let mut inbox = settings.inbox.clone();
        (inbox.ca_file, inbox.folders) = (None, Default::default());
        // Nothing is looked at where it is not set.
        inbox.sent_folder = None;
        format!("{inbox:?}")
    };
    assert_eq!(inbox(&shown), inbox(&bare));
    let smtp = |settings: &Settings| {
        let mut smtp = settings.smtp.clone();
        smtp.ca_file = None;
        format!("{smtp:?}")
    };
    assert_eq!(smtp(&shown), smtp(&bare));
    let (shown, bare) = (&shown.teams[0], &bare.teams[0]);
    assert_eq!(
        (
            shown.reply_within,
            shown.remind_before,
            shown.keep_signature
        ),
        (bare.reply_within, bare.remind_before, bare.keep_signature)
    );
    assert_eq!(shown.hours.spans, bare.hours.spans);
    assert_eq!(shown.hours.time_zone, bare.hours.time_zone);
}

#[test]
fn the_reference_file_shows_every_key_of_oauth2() {
    let (folder, _) = reference();
    let shown = include_str!("../../../config/handoffd.toml");
    let keys = |text: &str| -> BTreeSet<String> {
        let all = keys_in(text).into_iter();
        all.filter(|key| key.starts_with("[oauth2] ")).collect()
    };
    let lines = shown
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(rest) if !rest.starts_with(' ') => rest,
            _ => line,
        })
        .collect::<Vec<_>>()
        .join("\n");
    let source = Source::new(&folder.path().join("handoffd.toml"), &lines, 0);
    let _ = read(&source, None, Secrets::Read);
    let asked: BTreeSet<String> = (source.asked().into_iter())
        .filter(|key| key.starts_with("[oauth2] "))
        .collect();
    assert!(asked.len() > 10, "{asked:?}");
    assert_eq!(asked, keys(&lines));
}

#[test]
fn the_reference_file_shows_every_key_of_lookups_and_webhooks() {
    let (folder, reference) = reference();
    for name in ["shop.token", "shop.pem", "board.pem", "board.secret"] {
        let file = folder.path().join(name);
        std::fs::write(&file, "0123456789abcdef\n").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let shown = reference.text();
    let (_, from) = shown.split_once("#[[lookup]]").unwrap();
    let (block, _) = from.split_once("# Several mailboxes").unwrap();
    let block = format!("#[[lookup]]{block}");
    let lines = block.lines().map(|line| match line.strip_prefix('#') {
        Some(rest) if !rest.starts_with(' ') => rest,
        _ => line,
    });
    let block: Vec<&str> = lines.collect();
    let block = block.join("\n").replace("/usr/local/bin/crm", "/bin/true");
    let text = format!("{shown}\n{block}");
    let source = Source::new(&folder.path().join("handoffd.toml"), &text, 0);
    let (settings, problems) = read(&source, None, Secrets::Read);
    assert!(problems.is_empty(), "{problems:#?}");
    let settings = settings.unwrap();
    assert_eq!((settings.lookups.len(), settings.webhooks.len()), (2, 1));
    assert_eq!(settings.lookups[0].policy.len(), 1);
    let is_ours = |key: &&String| {
        ["[lookup]", "[lookup.policy]", "[webhook]"]
            .iter()
            .any(|section| key.starts_with(&format!("{section} ")))
    };
    let keys = keys_in(&block);
    let asked: BTreeSet<String> = source.asked().iter().filter(is_ours).cloned().collect();
    let shown: BTreeSet<String> = keys.iter().filter(is_ours).cloned().collect();
    assert!(asked.len() > 15, "{asked:?}");
    assert_eq!(asked, shown);
}

/// The reference file with a database for its store: these lines stand in `[store]`.
fn with_database(lines: &str) -> (Option<Settings>, Vec<String>) {
    let (folder, source) = reference();
    let kind = "kind = \"sled\"\n";
    assert!(source.text().contains(kind));
    let lines = format!("kind = \"postgres\"\n{lines}\n");
    let text = source.text().replacen(kind, &lines, 1);
    let secret = folder.path().join("store.password");
    std::fs::write(&secret, "secret\n").unwrap();
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).unwrap();
    let source = Source::new(&folder.path().join("handoffd.toml"), &text, 0);
    let (settings, problems) = read(&source, None, Secrets::Read);
    let problems = problems.iter().map(|problem| problem.what.clone());
    (settings, problems.collect())
}

#[test]
fn the_reference_file_shows_every_key_of_a_database() {
    let shown = include_str!("../../../config/handoffd.toml");
    for key in store::DATABASE_KEYS {
        let line = format!("#{key} = ");
        assert!(shown.lines().any(|shown| shown.starts_with(&line)), "{key}");
    }
}

#[test]
fn a_database_is_reached_by_tls_or_on_this_machine() {
    let (settings, problems) = with_database("socket_folder = \"/run/postgresql\"\nport = 5433");
    assert!(problems.is_empty(), "{problems:?}");
    let StoreKind::Postgres(database) = settings.unwrap().store.kind else {
        panic!("no database");
    };
    assert_eq!(
        database.to_string(),
        "journal support in database handoffd at /run/postgresql/.s.PGSQL.5433"
    );
    assert_eq!(database.password_file, None);
    let by_host = "host = \"db.example.org\"\npassword_file = \"store.password\"";
    let (settings, problems) = with_database(by_host);
    assert!(problems.is_empty(), "{problems:?}");
    let StoreKind::Postgres(database) = settings.unwrap().store.kind else {
        panic!("no database");
    };
    assert!(matches!(
        database.server,
        DatabaseServer::Host {
            tls: DatabaseTls::VerifyFull { ca_file: None },
            ..
        }
    ));
    assert!(database.password_file.unwrap().ends_with("store.password"));
    for (lines, words) in [
        ("", "needs the server"),
        ("host = \"db.example.org\"\ntls = \"none\"", "in the open"),
        (
            "host = \"::1\"\nsocket_folder = \"/run\"",
            "both host and socket_folder",
        ),
        (
            "socket_folder = \"/run\"\ntls = \"verify-full\"",
            "a Unix socket has none",
        ),
        (
            "socket_folder = \"/run\"\njournal = \"A b\"",
            "is no name of a journal",
        ),
        (
            "socket_folder = \"/run\"\nlease_seconds = 1",
            "lease_seconds",
        ),
        ("host = \"::1\"\npassword_file = \"none\"", "cannot be read"),
    ] {
        let (_, problems) = with_database(lines);
        let [problem] = problems.as_slice() else {
            panic!("{lines}: {problems:?}");
        };
        assert!(problem.contains(words), "{problem}");
    }
}

#[test]
fn the_example_of_several_mailboxes_is_one() {
    let (folder, source) = reference();
    for name in ["sales.imap.password", "sales.smtp.password"] {
        let file = folder.path().join(name);
        std::fs::write(&file, "secret\n").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let (above, example) = source.text().split_once("#[[mailbox]]").unwrap();
    let example = example.lines().map(|line| match line.strip_prefix('#') {
        Some(rest) if !rest.starts_with(' ') => rest,
        _ => line,
    });
    let example: Vec<&str> = example.collect();
    let text = format!("{above}[[mailbox]]{}", example.join("\n"));
    let source = Source::new(&folder.path().join("handoffd.toml"), &text, 0);
    let inspection = Inspection::read(&source, None, Secrets::Read);
    assert!(inspection.problems.is_empty(), "{:#?}", inspection.problems);
    let [support, sales] = inspection.mailboxes.as_slice() else {
        panic!("two mailboxes");
    };
    assert_eq!(support.settings.automation.mode, Mode::Shadow);
    assert_eq!(sales.settings.automation.mode, Mode::Draft);
    assert_eq!(sales.settings.support.address.as_str(), "sales@example.org");
}

#[test]
fn who_only_looks_needs_no_secret() {
    use secrecy::ExposeSecret;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("handoffd.toml");
    let text = std::fs::read_to_string("config/handoffd.toml").unwrap();
    std::fs::write(&file, &text).unwrap();
    std::fs::create_dir(folder.path().join("knowledge")).unwrap();
    let problems = Settings::load(&file).unwrap_err();
    assert!(
        problems
            .iter()
            .all(|problem| problem.what.contains("password")),
        "{problems:?}"
    );
    let looking = Settings::load_without_secrets(&file).unwrap();
    let Login::Password(password) = &looking.inbox.login else {
        panic!("a token: {:?}", looking.inbox.login);
    };
    assert_eq!(password.expose_secret(), "");
    // What is wrong besides is still said.
    std::fs::write(&file, format!("{text}\n[nonsense]\n")).unwrap();
    assert!(Settings::load_without_secrets(&file).is_err());
}

#[test]
fn a_systemd_credential_gives_the_password() {
    use secrecy::ExposeSecret;
    let credentials = tempfile::tempdir().unwrap();
    for (name, secret) in [
        ("imap-password", "by default"),
        ("other.password", "by name"),
    ] {
        let path = credentials.path().join(name);
        std::fs::write(&path, secret).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o400)).unwrap();
    }
    for (line, wanted) in [
        ("", "by default"),
        ("password_file = \"other.password\"\n", "by name"),
        ("password_file = \"imap.password\"\n", "secret"),
    ] {
        let (folder, source) = reference();
        let text = source
            .text()
            .replacen("password_file = \"imap.password\"\n", line, 1);
        let source = Source::new(&folder.path().join("handoffd.toml"), &text, 0);
        let (settings, problems) = read(&source, Some(credentials.path()), Secrets::Read);
        assert!(problems.is_empty(), "{problems:?}");
        let settings = settings.unwrap();
        let Login::Password(password) = &settings.inbox.login else {
            panic!("no password");
        };
        assert_eq!(password.expose_secret(), wanted, "{line}");
    }
}

/// The full names of all keys and sections in a file.
fn keys_in(text: &str) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    let mut section = String::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_matches(['[', ']']).to_owned();
            match section.rsplit_once('.') {
                Some((parent, key)) => keys.insert(format!("[{parent}] {key}")),
                None => keys.insert(section.clone()),
            };
            keys.insert(section.split('.').next().unwrap_or_default().to_owned());
        } else if let Some((key, _)) = line.split_once(" = ") {
            match key.split_once('.') {
                Some((parent, key)) => {
                    keys.insert(format!("[{section}] {parent}"));
                    keys.insert(format!("[{section}.{parent}] {key}"));
                }
                None => {
                    keys.insert(format!("[{section}] {key}"));
                }
            }
        }
    }
    keys
}
