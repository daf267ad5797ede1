//! Several mailboxes in one process: each answers by its own articles, teams, language and mode, none is held up by another's trouble, and they do not
//! answer each other.

use super::mail_system::{Desk, Handoffd, Letter, MailSystem, PATIENCE, StoredMail, wait_until};
use super::world::*;
use serde_json::Value;
use std::path::PathBuf;

/// Sells, and shows every answer to a person first.
const SALES: &str = "sales@lindenhof-tea.example";
const SELLERS: &str = "sellers@lindenhof-tea.example";
const LEO: &str = "leo@lindenhof-tea.example";
/// Answers in German.
const POST: &str = "post@lindenhof-tea.example";

const PRICES_QUESTION: &str = "Hello, do you have trade prices for tea in bulk?";
const PRICES_ANSWER: &str = "a tenth off from three kilograms on";
const PARCEL_QUESTION: &str = "Guten Tag, wie lange ist ein Paket bei Ihnen unterwegs?";
const PARCEL_ANSWER: &str = "zwei Tage unterwegs";

const TAKEN: &str = "were reloaded";

/// A desk with several mailboxes.
struct Several {
    // The daemon ends before its servers.
    daemon: Handoffd,
    system: MailSystem,
    desk: Desk,
    files: tempfile::TempDir,
}

fn article(intent: &str, team: &str, ask: &[&str], text: &str) -> String {
    format!(
        "+++\nintent = \"{intent}\"\ntitle = \"{}\"\nmode = \"answer\"\nteam = \"{team}\"\ntags = []\nneeds = []\nask = {ask:?}\n+++\n{text}\n",
        ask[0]
    )
}

/// The mailboxes by name, as TOML.
fn mailbox(name: &str, system: &MailSystem, files: &tempfile::TempDir) -> String {
    let path = |name: &str| files.path().join(name).display().to_string();
    let login = |address: &str| {
        let file = path(&format!("{name}.password"));
        std::fs::write(&file, system.password(address)).unwrap();
        format!(
            "[mailbox.inbox]\nuser = \"{address}\"\npassword_file = \"{file}\"\n[mailbox.smtp]\nuser = \"{address}\"\npassword_file = \"{file}\"\n"
        )
    };
    match name {
        // All of it is what stands at the top.
        "support" => "[[mailbox]]\nname = \"support\"\n".to_owned(),
        "sales" => format!(
            "[[mailbox]]\nname = \"sales\"\n[mailbox.support]\naddress = \"{SALES}\"\nname = \"Lindenhof Sales\"\nreply_address = \"sales+{{token}}@lindenhof-tea.example\"\n{}[mailbox.automation]\nmode = \"draft\"\n[mailbox.knowledge]\nfolder = \"{}\"\n[[mailbox.team]]\nname = \"sellers\"\naddress = \"{SELLERS}\"\nmembers = [\"{LEO}\"]\nhours = \"24/7\"\n",
            login(SALES),
            path("sales")
        ),
        "post" => format!(
            "[[mailbox]]\nname = \"post\"\n[mailbox.support]\naddress = \"{POST}\"\nname = \"Lindenhof Post\"\nlanguage = \"de\"\nreply_address = \"post+{{token}}@lindenhof-tea.example\"\n{}[mailbox.knowledge]\nfolder = \"{}\"\n",
            login(POST),
            path("post")
        ),
        other => panic!("no mailbox {other}"),
    }
}

impl Several {
    /// A desk with these mailboxes; `before` is done before it starts.
    fn with(names: &[&str], before: impl FnOnce(&tempfile::TempDir)) -> Self {
        let system = mail_system();
        for address in [SALES, SELLERS, LEO, POST] {
            system.add_account(address);
        }
        let files = tempfile::tempdir().expect("a folder");
        for (folder, text) in [
            (
                "sales/prices.md",
                article(
                    "trade-prices",
                    "sellers",
                    &[
                        "Do you have trade prices for tea in bulk?",
                        "What does tea cost in bulk?",
                        "Do you have wholesale prices?",
                        "We want to buy many kilograms of tea",
                    ],
                    &format!("There is {PRICES_ANSWER}."),
                ),
            ),
            (
                "post/paket.md",
                article(
                    "paket",
                    "care",
                    &[
                        "Wie lange ist ein Paket unterwegs?",
                        "Wie lange dauert ein Paket?",
                        "Wann kommt mein Paket an?",
                        "Wie viele Tage ist ein Paket bei Ihnen unterwegs?",
                    ],
                    &format!("Ein Paket ist {PARCEL_ANSWER}."),
                ),
            ),
        ] {
            let path = files.path().join(folder);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("make it");
            std::fs::write(path, text).expect("write the article");
        }
        let desk = Desk::set_up(&system, SUPPORT, quick_retries);
        let several = |names: &[&str]| -> String {
            let list = names.iter().map(|name| mailbox(name, &system, &files));
            list.collect()
        };
        let shared = std::fs::read_to_string(&desk.config).expect("the settings");
        std::fs::write(&desk.config, format!("{shared}\n{}", several(names))).expect("settings");
        std::fs::write(files.path().join("shared.toml"), shared).expect("settings");
        before(&files);
        let daemon = Handoffd::start(&desk);
        Self {
            daemon,
            system,
            desk,
            files,
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.files.path().join(name)
    }

    /// Writes the list of mailboxes anew, and reloads.
    fn now_has(&self, names: &[&str]) {
        let shared = std::fs::read_to_string(self.file("shared.toml")).unwrap();
        let list = names.iter();
        let list = list.map(|name| mailbox(name, &self.system, &self.files));
        let list: String = list.collect();
        std::fs::write(&self.desk.config, format!("{shared}\n{list}")).unwrap();
        self.reload();
    }

    fn reload(&self) {
        let said = || self.daemon.log_text().matches(TAKEN).count();
        let before = said();
        self.daemon.signal("HUP");
        wait_until(TAKEN, PATIENCE, || (said() > before).then_some(()))
            .unwrap_or_else(|why| panic!("{why}; log:\n{}", self.daemon.log_text()));
    }

    /// A customer writes to one of the mailboxes.
    fn writes(&self, customer: &str, to: &str, text: &str) -> Letter {
        self.system.add_account(customer);
        let letter = Letter::new(customer, to, "A question", text);
        self.send(&letter);
        letter
    }

    fn send(&self, letter: &Letter) {
        self.system
            .deliver(&letter.envelope_from, &letter.to, &letter.bytes());
    }

    fn receives(&self, who: &str, from: &str, words: &str) -> StoredMail {
        let mail = self
            .system
            .wait_for(who, words, |mail| mail.says(words) && is_from(mail, from));
        self.daemon.assert_no_surprise();
        mail
    }

    /// Waits until a mail in a mailbox is handled; whether it has this outcome.
    fn comes_to(&self, mailbox: &str, letter: &Letter, outcome: &str) {
        let flags = || self.system.flags(mailbox, &letter.id());
        wait_until(
            &format!("the keyword {outcome} in {mailbox}"),
            PATIENCE,
            || (flags().contains("$Handoff") && flags().contains(outcome)).then_some(()),
        )
        .unwrap_or_else(|why| panic!("{why}: {:?}\n{}", flags(), self.daemon.log_text()));
    }

    fn rows(&self, arguments: &[&str]) -> Vec<Value> {
        let mut all = arguments.to_vec();
        all.push("--json");
        let (code, text) = self.daemon.ask(&all);
        assert_eq!(code, 0, "{arguments:?}: {text}");
        let lines = text.lines().filter(|line| !line.is_empty());
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// `handoffd status` of one mailbox.
    fn status(&self, name: &str) -> Value {
        let rows = self.rows(&["status"]);
        let found = rows.into_iter().find(|row| row["mailbox"] == name);
        found.unwrap_or_else(|| panic!("no status of {name}"))
    }

    fn wait_for_inbox(&self, name: &str, state: &str) {
        wait_until(&format!("the inbox of {name} {state}"), PATIENCE, || {
            (self.status(name)["inbox"]["state"] == state).then_some(())
        })
        .unwrap_or_else(|why| panic!("{why}:\n{}", self.daemon.log_text()));
    }
}

fn is_from(mail: &StoredMail, from: &str) -> bool {
    mail.from == from
}

#[test]
fn three_mailboxes_answer_each_in_its_own_way_while_one_cannot_log_in() {
    // Given three mailboxes, one of them with a wrong password
    let desk = Several::with(&["support", "sales", "post"], |files| {
        std::fs::write(files.path().join("post.password"), "wrong\n").unwrap();
    });

    // When customers write to all three
    let delivery = desk.writes("ann@ann.example", SUPPORT, DELIVERY_QUESTION);
    let prices = desk.writes("bob@bob.example", SALES, PRICES_QUESTION);
    let parcel = desk.writes("cem@cem.example", POST, PARCEL_QUESTION);

    // Then the first answers by its own articles at once
    let answer = desk.receives("ann@ann.example", SUPPORT, DELIVERY_ANSWER);
    assert_automatic(&answer);
    desk.comes_to(SUPPORT, &delivery, "Answered");

    // And the second shows its answer to its own team first, whose yes sends it
    let draft = desk
        .system
        .wait_for(SELLERS, "the draft", |mail| mail.says(PRICES_ANSWER));
    desk.comes_to(SALES, &prices, "Drafted");
    assert!(desk.system.mailbox("bob@bob.example").is_empty());
    desk.send(&Letter::reply(&draft, LEO, "OK"));
    desk.receives("bob@bob.example", SALES, PRICES_ANSWER);

    // And the third is said to fail, the others to work
    desk.wait_for_inbox("post", "fails");
    desk.wait_for_inbox("support", "works");
    desk.wait_for_inbox("sales", "works");
    assert!(desk.system.mailbox("cem@cem.example").is_empty());
    assert_eq!(desk.status("sales")["mode"], "draft");
    assert_eq!(desk.status("support")["mode"], "live");
    let (_, text) = desk.daemon.ask(&["status"]);
    for name in ["support", "sales", "post"] {
        assert!(text.contains(&format!("{name}\n")), "{name}:\n{text}");
    }
    let (code, text) = desk.daemon.ask(&["check", "--online"]);
    assert_eq!(code, 3, "one lets nobody in: {text}");
    let (code, text) = desk
        .daemon
        .ask(&["check", "--online", "--mailbox", "sales"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("mailbox    sales: "), "{text}");

    // And once its password is mended and the settings are reloaded it answers what waited, in its language
    std::fs::write(desk.file("post.password"), desk.system.password(POST)).unwrap();
    desk.reload();
    let answer = desk.receives("cem@cem.example", POST, PARCEL_ANSWER);
    assert_automatic(&answer);
    desk.comes_to(POST, &parcel, "Answered");
    let (code, text) = desk.daemon.ask(&["check", "--online"]);
    assert_eq!(code, 0, "{text}");
    for name in ["support: ", "sales: ", "post: "] {
        assert!(text.contains(name), "{text}");
    }

    // And each line of the log names its mailbox
    let log = desk.daemon.log_text();
    for name in ["support", "sales", "post"] {
        let span = format!("in{{mailbox={name}}}");
        let lines = log.lines().filter(|line| line.contains(&span));
        assert!(lines.count() > 2, "{span} in\n{log}");
    }
    let sent = log.lines().filter(|line| line.contains("mail sent"));
    assert!(
        sent.clone().count() >= 4 && sent.clone().all(|line| line.contains("in{mailbox=")),
        "{log}"
    );
    let refused = log.lines().filter(|line| line.contains("trying again"));
    for line in refused {
        assert!(line.contains("in{mailbox=post}"), "{line}");
    }
}

#[test]
fn a_ticket_of_one_mailbox_is_no_ticket_of_another() {
    // Given a ticket that a person has, in one of two mailboxes
    let desk = Several::with(&["support", "sales"], |_| {});
    let broken = desk.writes("dora@dora.example", SUPPORT, BROKEN_TEAPOT);
    desk.comes_to(SUPPORT, &broken, "HandedOff");
    let dora = "dora@dora.example";
    let notice = desk.system.wait_for(dora, "the notice", |mail| {
        is_from(mail, SUPPORT) && mail.ticket().is_some()
    });
    let ticket = notice.ticket().unwrap().to_owned();
    let packet = desk
        .system
        .wait_for(CARE, "the packet", |mail| mail.says(&ticket));

    // When its token comes to the other mailbox, from the customer and from staff
    let reply_address = notice.reply_address();
    assert!(reply_address.starts_with("support+"), "{reply_address}");
    let elsewhere = |letter: Letter| Letter {
        to: letter.to.replace("support+", "sales+"),
        ..letter
    };
    let of_customer = elsewhere(Letter::reply(&notice, "dora@dora.example", "Any news?"));
    let of_staff = elsewhere(Letter::reply(&packet, ROSA, "We send a new one today."));
    desk.send(&of_customer);
    desk.send(&of_staff);

    // Then nothing of it is taken for the ticket
    for letter in [&of_customer, &of_staff] {
        wait_until("a mail to be handled", PATIENCE, || {
            let flags = desk.system.flags(SALES, &letter.id());
            flags.contains("$Handoff").then_some(())
        })
        .unwrap_or_else(|why| panic!("{why}:\n{}", desk.daemon.log_text()));
        let flags = desk.system.flags(SALES, &letter.id());
        assert!(!flags.contains("Relayed"), "{flags:?}");
    }
    let story = desk.rows(&["ticket", &ticket]);
    assert!(story.iter().all(|row| row["mailbox"] == "support"));
    let words = format!("{story:?}");
    assert!(!words.contains("Any news?") && !words.contains("a new one today"));
    let got = desk.system.mailbox("dora@dora.example");
    assert!(!got.iter().any(|mail| mail.says("a new one today")));

    // And who asks for the ticket finds it without saying where it lies
    let (code, _) = desk.daemon.ask(&["ticket", &ticket, "--mailbox", "sales"]);
    assert_eq!(code, 1);
    let closed = desk.rows(&["close", &ticket]);
    assert_eq!(closed[0]["mailbox"], "support");
    let (code, _) = desk.daemon.ask(&["export", "-"]);
    assert_eq!(code, 2, "whose export it is must be said");
    let (code, export) = desk.daemon.ask(&["export", "-", "--mailbox", "support"]);
    assert_eq!(code, 0);
    assert!(export.contains(&ticket));

    // And a person is forgotten in all of them, each of which says so
    let forgotten = desk.rows(&["forget", "dora@dora.example", "--now"]);
    let names: Vec<_> = forgotten.iter().map(|row| &row["mailbox"]).collect();
    assert_eq!(names, ["sales", "support"]);
    assert!(
        forgotten.iter().all(|row| row["state"] == "forgotten"),
        "{forgotten:?}"
    );
}

#[test]
fn mailboxes_come_and_go_with_a_reload_while_the_others_go_on() {
    // Given two mailboxes
    let desk = Several::with(&["support", "sales"], |_| {});
    desk.wait_for_inbox("sales", "works");

    // When one goes and another comes
    desk.now_has(&["support", "post"]);
    assert_eq!(desk.rows(&["status"]).len(), 2);

    // Then what is written to the one that went is left alone, and the others answer
    let prices = desk.writes("eva@eva.example", SALES, PRICES_QUESTION);
    let parcel = desk.writes("fritz@fritz.example", POST, PARCEL_QUESTION);
    let delivery = desk.writes("gil@gil.example", SUPPORT, DELIVERY_QUESTION);
    desk.receives("fritz@fritz.example", POST, PARCEL_ANSWER);
    desk.receives("gil@gil.example", SUPPORT, DELIVERY_ANSWER);
    desk.comes_to(POST, &parcel, "Answered");
    desk.comes_to(SUPPORT, &delivery, "Answered");
    assert!(!desk.system.flags(SALES, &prices.id()).contains("$Handoff"));

    // And when it comes back it goes on where it was
    desk.now_has(&["support", "sales", "post"]);
    desk.comes_to(SALES, &prices, "Drafted");

    // And one file with a problem changes nothing for any of them
    desk.daemon.expect_errors("the old settings stay in force");
    let right = std::fs::read_to_string(&desk.desk.config).unwrap();
    std::fs::write(&desk.desk.config, format!("{right}[mailbox.nonsense]\n")).unwrap();
    desk.daemon.signal("HUP");
    desk.daemon
        .wait_for_log("mailbox post: unknown section [nonsense]");
    assert_eq!(desk.rows(&["status", "--mailbox", "post"]).len(), 1);
}

#[test]
fn mailboxes_of_one_desk_do_not_answer_each_other() {
    // Given two mailboxes that answer
    let desk = Several::with(&["support", "post"], |_| {});

    // When one gets mail from the other: as a person's at the shared mailbox, and as a machine's
    let mut by_persons = Vec::new();
    let mut by_machines = Vec::new();
    for (from, to, text) in [
        (POST, SUPPORT, DELIVERY_QUESTION),
        (SUPPORT, POST, PARCEL_QUESTION),
    ] {
        let letter = || Letter::new(from, to, "A question", text);
        by_persons.push((to, letter()));
        by_machines.push((to, letter().header("Auto-Submitted", "auto-replied")));
    }
    for (_, letter) in by_persons.iter().chain(&by_machines) {
        desk.send(letter);
    }

    // Then a person of the house hears of the one, and nobody of the other
    for (mailbox, letter) in &by_persons {
        desk.comes_to(mailbox, letter, "Quarantined");
    }
    for (mailbox, letter) in &by_machines {
        desk.comes_to(mailbox, letter, "Left");
    }
    desk.system
        .wait_for(ADMIN, "word of it", |mail| mail.says(POST));

    // And nothing went from one to the other
    desk.system.wait_until_delivered();
    for (mailbox, other) in [(SUPPORT, POST), (POST, SUPPORT)] {
        let letters = by_persons.iter().chain(&by_machines);
        let known: Vec<String> = letters.map(|(_, letter)| letter.id()).collect();
        let mails = desk.system.mailbox(mailbox).into_iter();
        let strange = mails
            .filter(|mail| is_from(mail, other) && !known.contains(&mail.message_id()))
            .map(|mail| mail.subject);
        let strange: Vec<String> = strange.collect();
        assert_eq!(strange, [] as [&str; 0], "{mailbox} got mail of {other}");
    }
}
