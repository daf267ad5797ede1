//! How a mailbox's own words lie over the shared ones, and what is refused, with its place.

use super::super::{Inspection, Secrets};
use crate::config::source::Source;
use crate::config::{Login, Mode, Settings};
use secrecy::ExposeSecret;
use std::path::Path;

/// What all share: everything but addresses and users.
const SHARED: &str = r#"[support]
name = "Shop"
footer = "Shop Ltd."

[inbox]
host = "127.0.0.1"
password_file = "password"
poll_seconds = 9
[inbox.folders]
answered = "Done"
left = "Robots"

[smtp]
host = "127.0.0.1"

[automation]
mode = "draft"
send_threshold = 0.9

[escalate.words]
legal = ["ombudsman"]

[knowledge]
folder = "knowledge"

[store]
path = "store"
keep_sent_days = 30

[[team]]
name = "care"
address = "care@shop.example"
members = ["rosa@shop.example"]

[[team]]
name = "billing"
address = "billing@shop.example"
members = ["mira@shop.example"]

[fact.order_number]
pattern = "AB-[0-9]{6}"
example = "AB-204518"
ask = "your order number"
"#;

const SALES: &str = r#"
[[mailbox]]
name = "sales"
[mailbox.support]
address = "sales@shop.example"
[mailbox.inbox]
user = "sales"
"#;

const HELP: &str = r#"
[[mailbox]]
name = "help"
[mailbox.support]
address = "help@shop.example"
footer = ""
[mailbox.inbox]
user = "help"
"#;

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["knowledge", "other"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        std::fs::write(folder.path().join("password"), "secret\n").unwrap();
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn read_with(&self, text: &str, credentials: Option<&Path>) -> Inspection {
        let source = Source::new(&self.path().join("handoffd.toml"), text, 0);
        Inspection::read(&source, credentials, Secrets::Read)
    }

    fn read(&self, text: &str) -> Inspection {
        self.read_with(text, None)
    }

    /// Of a file without problems, the settings of this mailbox.
    fn of(&self, text: &str, name: &str) -> Settings {
        let inspection = self.read(text);
        assert!(inspection.problems.is_empty(), "{:#?}", inspection.problems);
        let mut all = inspection.mailboxes.into_iter();
        let found = all.find(|one| one.name.as_ref().is_some_and(|is| is.as_str() == name));
        found.unwrap().settings
    }

    /// What is wrong, each `line:column: what`.
    fn problems(&self, text: &str) -> Vec<String> {
        let found = self.read(text).problems;
        found
            .iter()
            .map(|one| format!("{}:{}: {}", one.line, one.column, one.what))
            .collect()
    }
}

/// `line:column` of a word's first place.
fn place(text: &str, word: &str) -> String {
    let start = text.find(word).unwrap();
    let (before, _) = text.split_at(start);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    format!(
        "{}:{}",
        before.matches('\n').count() + 1,
        start - line_start + 1
    )
}

#[test]
fn a_mailbox_has_what_it_says_over_what_all_share() {
    type Look = fn(&Settings) -> String;
    let folder = Folder::new();
    let cases: [(&str, &str, &str, Look); 12] = [
        ("nothing", "", "Shop", |it| {
            it.support.name.as_str().to_owned()
        }),
        (
            "a key",
            "[mailbox.support]\nname = \"Sales\"",
            "Sales",
            |it| it.support.name.as_str().to_owned(),
        ),
        (
            "a key beside it",
            "[mailbox.support]\nname = \"Sales\"",
            "Shop Ltd.",
            |it| it.support.footer.clone(),
        ),
        (
            "a number",
            "[mailbox.inbox]\npoll_seconds = 5",
            "5s",
            |it| format!("{:?}", it.inbox.poll_interval),
        ),
        (
            "a key of a section in a section",
            "[mailbox.inbox.folders]\nanswered = \"Sold\"",
            "[\"Sold\", \"Robots\"]",
            |it| format!("{:?}", it.inbox.folders.values().collect::<Vec<_>>()),
        ),
        (
            "a word of a list",
            "[mailbox.automation]\nmode = \"live\"",
            "Live 0.9",
            |it| {
                format!(
                    "{:?} {}",
                    it.automation.mode,
                    it.automation.send_threshold.unwrap()
                )
            },
        ),
        (
            "a list",
            "[mailbox.escalate.words]\nlegal = [\"tribunal\"]",
            "[\"tribunal\"]",
            |it| format!("{:?}", it.escalate.words["legal"]),
        ),
        (
            "a whole section",
            "[mailbox.limits]\nautomatic_per_ticket = 2",
            "2 10",
            |it| {
                let limits = &it.limits;
                format!(
                    "{} {}",
                    limits.automatic_per_ticket, limits.automatic_per_sender_per_day
                )
            },
        ),
        (
            "teams as a whole",
            "[[mailbox.team]]\nname = \"sellers\"\naddress = \"sellers@shop.example\"\nmembers = [\"leo@shop.example\"]",
            "[\"sellers\"]",
            |it| {
                format!(
                    "{:?}",
                    it.teams.iter().map(|team| &team.name.0).collect::<Vec<_>>()
                )
            },
        ),
        ("no team of its own", "", "[\"care\", \"billing\"]", |it| {
            format!(
                "{:?}",
                it.teams.iter().map(|team| &team.name.0).collect::<Vec<_>>()
            )
        }),
        (
            "facts as a whole",
            "[mailbox.fact.size]\nvalues = [\"S\", \"L\"]\nask = \"your size\"",
            "[\"size\"]",
            |it| {
                format!(
                    "{:?}",
                    it.facts.keys().map(|name| &name.0).collect::<Vec<_>>()
                )
            },
        ),
        (
            "a folder",
            "[mailbox.knowledge]\nfolder = \"other\"",
            "true",
            |it| it.knowledge.folder.ends_with("other").to_string(),
        ),
    ];
    for (what, own, expected, look) in cases {
        // Its own sections in one place each: TOML takes no header twice.
        let sales = match own.split_once('\n') {
            Some((header, keys)) if SALES.contains(header) => {
                SALES.replacen(header, &format!("{header}\n{keys}"), 1)
            }
            _ => format!("{SALES}{own}\n"),
        };
        let text = format!("{SHARED}{sales}{HELP}");
        assert_eq!(look(&folder.of(&text, "sales")), expected, "{what}");
        // The other one has nothing of it.
        let help = folder.of(&text, "help");
        let alone = folder.of(&format!("{SHARED}{HELP}"), "help");
        assert_eq!(look(&help), look(&alone), "{what}");
    }
}

#[test]
fn each_has_a_journal_of_its_own_and_knows_the_others() {
    let folder = Folder::new();
    let text = format!("{SHARED}{SALES}{HELP}");
    let (sales, help) = (folder.of(&text, "sales"), folder.of(&text, "help"));
    assert_eq!(sales.store.path, folder.path().join("store/sales"));
    assert_eq!(help.store.path, folder.path().join("store/help"));
    assert_eq!(sales.store.keep_sent, help.store.keep_sent);
    assert_eq!(sales.control.socket, help.control.socket);
    assert!(sales.is_ours(&help.support.address) && help.is_ours(&sales.support.address));
    assert!(sales.is_other_mailbox(&help.support.address));
    assert!(!sales.is_other_mailbox(&sales.support.address));
    // Without the list: as it always was.
    let one = format!("{SHARED}\n").replace(
        "name = \"Shop\"",
        "name = \"Shop\"\naddress = \"a@shop.example\"",
    );
    let one = one.replace(
        "host = \"127.0.0.1\"\npassword",
        "user = \"a\"\nhost = \"127.0.0.1\"\npassword",
    );
    let inspection = folder.read(&one);
    assert!(inspection.problems.is_empty(), "{:#?}", inspection.problems);
    let [only] = inspection.mailboxes.as_slice() else {
        panic!("one mailbox");
    };
    assert_eq!(only.name, None);
    assert_eq!(only.settings.store.path, folder.path().join("store"));
    assert!(only.settings.others.is_empty());
    assert_eq!(only.settings.automation.mode, Mode::Draft);
}

#[test]
fn what_is_wrong_is_said_once_where_it_stands_and_for_whom() {
    let folder = Folder::new();
    let good = format!("{SHARED}{SALES}{HELP}");
    let changed = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replacen(from, to, 1)
    };
    // (what, the text, the word at which it is said, what is said)
    let cases = [
        (
            "a shared section",
            changed("poll_seconds = 9", "poll_secnds = 9"),
            "poll_secnds",
            "unknown key [inbox] poll_secnds",
        ),
        (
            "a mailbox's own",
            changed("user = \"help\"", "user = \"help\"\npoll_secnds = 9"),
            "poll_secnds",
            "mailbox help: unknown key [inbox] poll_secnds",
        ),
        (
            "a shared section that only one lacks something in",
            changed("address = \"help@shop.example\"\n", ""),
            "support]\nfooter",
            "mailbox help: [support] address is missing",
        ),
        (
            "an unknown section of a mailbox",
            format!("{good}[mailbox.nonsense]\nx = 1\n"),
            "nonsense",
            "mailbox help: unknown section [nonsense]",
        ),
        (
            "the store of a mailbox",
            format!("{good}[mailbox.store]\npath = \"elsewhere\"\n"),
            "store]\npath = \"elsewhere",
            "mailbox help has a section [store] of its own",
        ),
        (
            "the socket of a mailbox",
            format!("{good}[mailbox.control]\nsocket = \"s\"\n"),
            "control]\nsocket",
            "mailbox help has a section [control] of its own",
        ),
        (
            "the page of a mailbox",
            format!("{good}[mailbox.page]\nlisten = \"127.0.0.1:8025\"\n"),
            "page]\nlisten",
            "mailbox help has a section [page] of its own",
        ),
        (
            "a name that is none",
            changed("name = \"help\"", "name = \"Help desk\""),
            "\"Help desk\"",
            "[mailbox] name = \"Help desk\" is no name",
        ),
        (
            "a name twice",
            changed("name = \"help\"", "name  = \"sales\""),
            "\"sales\"\n[mailbox.support]\naddress = \"help",
            "two mailboxes are called sales",
        ),
        (
            "a folder twice",
            changed("user = \"help\"", "user = \"sales\"\nfolder = \"inbox\""),
            "\"help\"",
            "mailbox help watches INBOX of sales on 127.0.0.1, which mailbox sales watches",
        ),
        (
            "an address twice",
            changed("\"help@shop.example\"", "\"Sales@Shop.example\""),
            "\"help\"",
            "mailbox help has the support address Sales@shop.example of mailbox sales",
        ),
        (
            "replies that go where those of another go",
            changed(
                "footer = \"Shop Ltd.\"",
                "footer = \"Shop Ltd.\"\nreply_address = \"desk+{token}@shop.example\"",
            ),
            "\"help\"",
            "replies to mailbox help go to an address that mailbox sales has ([support] reply_address)",
        ),
        (
            "replies that go to another's address",
            changed(
                "address = \"sales@shop.example\"",
                "address = \"sales@shop.example\"\nreply_address = \"help+{token}@shop.example\"",
            ),
            "\"help\"",
            "replies to mailbox help go to an address that mailbox sales has ([support] reply_address)",
        ),
        (
            "a folder that another watches",
            changed(
                "user = \"help\"",
                "user = \"sales\"\nfolder = \"Robots\"\n[mailbox.inbox.folders]\nleft = \"Elsewhere\"",
            ),
            "\"sales\"",
            "[inbox.folders] left of mailbox sales is Robots of sales on 127.0.0.1, which mailbox help watches",
        ),
        (
            "a folder of sent mail that another watches",
            changed(
                "user = \"help\"",
                "user = \"sales\"\nfolder = \"Help\"\nsent_folder = \"inbox\"",
            ),
            "\"help\"",
            "[inbox] sent_folder of mailbox help is INBOX of sales on 127.0.0.1, which mailbox sales watches",
        ),
        (
            "a team of which nobody reads the mail",
            changed(
                "address = \"billing@shop.example\"",
                "address = \"sales@shop.example\"",
            ),
            "\"help\"",
            "the address of team billing of mailbox help is sales@shop.example, which is watched as mailbox sales: no person would read what is sent there",
        ),
        (
            "words that name a team which the mailbox lacks",
            format!(
                "{}[[mailbox.team]]\nname = \"x\"\naddress = \"x@shop.example\"\nmembers = [\"y@shop.example\"]\n",
                changed(
                    "[escalate.words]",
                    "[escalate.team]\nlegal = \"billing\"\n[escalate.words]"
                )
            ),
            "\"billing\"\n[escalate.words]",
            "mailbox help: [escalate.team] legal names the unknown team \"billing\"",
        ),
    ];
    for (what, text, word, said) in cases {
        let found = folder.problems(&text);
        let expected = format!("{}: {said}", place(&text, word));
        assert!(
            found.contains(&expected),
            "{what}: {expected} is not among {found:#?}"
        );
        if what == "a team of which nobody reads the mail" {
            // Of the mailbox itself that was refused already.
            continue;
        }
        assert_eq!(found.len(), 1, "{what}: {found:#?}");
    }
}

#[test]
fn a_list_that_is_none_is_refused() {
    let folder = Folder::new();
    for (list, said) in [
        ("mailbox = []\n", "1:1: the list mailbox is empty"),
        (
            "mailbox = 3\n",
            "1:11: mailbox is an integer, not a list of sections",
        ),
    ] {
        let found = folder.problems(&format!("{list}{SHARED}"));
        assert_eq!(found, [said]);
    }
    let found = folder.problems(&format!("{SHARED}[mailbox]\nname = \"sales\"\n"));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("not a list of sections"), "{found:?}");
}

#[test]
fn the_journal_of_one_mailbox_is_not_left_behind_unseen() {
    let folder = Folder::new();
    let store = folder.path().join("store");
    // A mailbox may be called like a file of the database.
    let text =
        format!("{SHARED}{SALES}{HELP}").replace("\"help\"\n[mailbox.s", "\"db\"\n[mailbox.s");
    std::fs::create_dir_all(store.join("db")).unwrap();
    assert_eq!(folder.problems(&text), [] as [&str; 0]);
    std::fs::remove_dir(store.join("db")).unwrap();
    drop(crate::journal::Journal::open(&store).unwrap());
    let found = folder.problems(&text);
    assert_eq!(found.len(), 1, "{found:?}");
    let at = place(&text, "path = \"store\"");
    assert!(
        found[0].starts_with(&format!("{at}: the journal of one mailbox lies in ")),
        "{found:?}"
    );
}

#[test]
fn a_credential_in_the_name_of_a_mailbox_is_its_own() {
    use std::os::unix::fs::PermissionsExt;
    let credentials = tempfile::tempdir().unwrap();
    for (name, secret) in [
        ("imap-password", "of all"),
        ("sales-imap-password", "of sales"),
    ] {
        let path = credentials.path().join(name);
        std::fs::write(&path, secret).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o400)).unwrap();
    }
    let folder = Folder::new();
    let shared = SHARED.replace("password_file = \"password\"\n", "");
    let text = format!("{shared}{SALES}{HELP}");
    let inspection = folder.read_with(&text, Some(credentials.path()));
    assert!(inspection.problems.is_empty(), "{:#?}", inspection.problems);
    let passwords = inspection.mailboxes.iter().map(|one| {
        let Login::Password(password) = &one.settings.inbox.login else {
            panic!("no password");
        };
        password.expose_secret()
    });
    assert_eq!(passwords.collect::<Vec<_>>(), ["of sales", "of all"]);
    let without = folder.read(&text).problems;
    assert_eq!(without.len(), 2, "{without:#?}");
    assert!(
        without[0].remedy.contains("`sales-imap-password`"),
        "{without:#?}"
    );
}
