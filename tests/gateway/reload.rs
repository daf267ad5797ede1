//! SIGHUP and restarts: all or nothing, under load, and what waits for a yes stays what it was.

use super::mail_system::{PATIENCE, set, wait_until};
use super::trouble::{is_well_again, wait_for_troubles};
use super::world::*;
use std::path::{Path, PathBuf};

/// A desk whose articles and templates can be changed, and whose admin is told at once.
struct Changeable {
    world: World,
    folder: tempfile::TempDir,
}

impl Changeable {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let demo = concat!(env!("CARGO_MANIFEST_DIR"), "/config/demo/knowledge");
        copy_files(Path::new(demo), &folder.path().join("knowledge"));
        std::fs::create_dir_all(folder.path().join("templates/en")).expect("make a folder");
        let named = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        let world = World::with(|settings| {
            quick_retries(settings);
            generous_limits(settings);
            set(settings, "knowledge.folder", named("knowledge"));
            set(settings, "templates.folder", named("templates"));
            set(settings, "trouble.gather_seconds", 0);
            set(settings, "trouble.calm_seconds", 0);
        });
        Self { world, folder }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn config(&self) -> PathBuf {
        self.world.daemon.folder().join("handoffd.toml")
    }

    /// Tells the daemon to reload, and waits for these words of it, once more than before.
    fn reload(&self, words: &str) {
        let daemon = &self.world.daemon;
        let said = || daemon.log_text().matches(words).count();
        let before = said();
        daemon.signal("HUP");
        wait_until(words, PATIENCE, || (said() > before).then_some(()))
            .unwrap_or_else(|why| panic!("{why}; log:\n{}", daemon.log_text()));
    }
}

fn copy_files(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("make the folder");
    for entry in std::fs::read_dir(from).expect("the files") {
        let path = entry.expect("a file").path();
        let name = path.file_name().expect("a name");
        std::fs::copy(&path, to.join(name)).expect("copy the file");
    }
}

const REFUSED: &str = "the old settings stay in force";
const TAKEN: &str = "were reloaded";

#[test]
fn one_broken_file_of_any_kind_changes_nothing_and_the_admin_hears_of_it() {
    let desk = Changeable::new();
    let world = &desk.world;
    world.daemon.expect_errors(REFUSED);
    let delivery = desk.file("knowledge/delivery-time.md");
    let article = std::fs::read_to_string(&delivery).unwrap();
    let settings = std::fs::read_to_string(desk.config()).unwrap();
    let broken: [(&str, PathBuf, Option<&str>, &str); 3] = [
        ("settings", desk.config(), Some(&settings), "[nonsense]"),
        (
            "article",
            desk.file("knowledge/tea-storage.md"),
            None,
            "no front matter",
        ),
        (
            "template",
            desk.file("templates/en/answer.hbs"),
            None,
            "Subject: x\n\n{{no_such_name}}",
        ),
    ];
    for (number, (what, path, right, wrong)) in broken.into_iter().enumerate() {
        // Given a good change and a broken file beside it
        let before = std::fs::read_to_string(&path).ok();
        let changed = article.replace(DELIVERY_ANSWER, "leave for the moon");
        assert_ne!(changed, article);
        std::fs::write(&delivery, &changed).unwrap();
        std::fs::write(&path, format!("{}\n{wrong}\n", right.unwrap_or(""))).unwrap();

        // When it is told to read them
        desk.reload(REFUSED);

        // Then the good change is not taken either
        let customer = world.customer(&format!("whole{number}"));
        customer.writes("Delivery time", DELIVERY_QUESTION);
        customer.receives("the old answer", |mail| mail.says(DELIVERY_ANSWER));

        // And the admin reads which file it is, by mail and in the status
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        world
            .system
            .wait_for(ADMIN, &format!("word of the broken {what}"), |mail| {
                mail.subject.contains("Changed files were not taken") && mail.says(&name)
            });
        wait_for_troubles(world, &["reload"]);

        // And once it is mended, that all is well
        match &before {
            Some(text) => std::fs::write(&path, text).unwrap(),
            None => std::fs::remove_file(&path).unwrap(),
        }
        std::fs::write(&delivery, &article).unwrap();
        desk.reload(TAKEN);
        wait_for_troubles(world, &[]);
        wait_until("word that it is well", PATIENCE, || {
            let mails = world.system.mailbox(ADMIN);
            let well = mails.iter().filter(|mail| is_well_again(mail)).count();
            (well == number + 1).then_some(())
        })
        .unwrap_or_else(|why| panic!("{why}; log:\n{}", world.daemon.log_text()));
    }
    assert_eq!(world.system.mailbox(ADMIN).len(), 6, "two each");
}

#[test]
fn a_draft_is_sent_as_it_was_shown_whatever_was_reloaded_since() {
    // Given a draft that waits for a yes, and another of which the article will be gone
    let desk = Changeable::new();
    let world = &desk.world;
    let words = "2 kilograms per tea";
    let asks = |name: &str| {
        let customer = world.customer(name);
        let letter = customer.writes(
            "Wholesale",
            "Hello, I run a café and would like to buy tea from you in bulk. Do you have wholesale prices?",
        );
        assert_eq!(world.outcome_of(&letter), "Drafted");
        let draft = world.team_receives(BILLING, &customer, "the draft", |mail| mail.says(words));
        (customer, draft)
    };
    let (lea, draft) = asks("lea");
    let (leo, other) = asks("leo");

    // When the article says something else, and then is not there any more
    let path = desk.file("knowledge/wholesale.md");
    let article = std::fs::read_to_string(&path).unwrap();
    assert!(article.contains(words));
    std::fs::write(&path, article.replace(words, "9 tonnes per tea")).unwrap();
    desk.reload(TAKEN);
    let ok = world.staff_replies(MIRA, &draft, "OK");
    world.outcome_of(&ok);
    std::fs::remove_file(&path).unwrap();
    desk.reload(TAKEN);
    let ok = world.staff_replies(MIRA, &other, "OK");
    world.outcome_of(&ok);

    // Then each customer gets what the member saw
    for customer in [&lea, &leo] {
        let answer = customer.receives("the answer", |mail| mail.says(words));
        assert!(!answer.says("9 tonnes"));
        assert_from_a_person(&answer);
    }
}

#[test]
fn reloads_under_load_lose_nothing_and_double_nothing() {
    let desk = Changeable::new();
    let world = &desk.world;
    world.daemon.expect_errors(REFUSED);
    let settings = std::fs::read_to_string(desk.config()).unwrap();
    let mut customers = Vec::new();
    for round in 0..10 {
        for number in 0..4 {
            let customer = world.customer(&format!("load{round}x{number}"));
            let letter = customer.letter("Delivery time", DELIVERY_QUESTION);
            let from = &customer.address;
            world.system.deliver_lmtp(from, SUPPORT, &letter.bytes());
            customers.push(customer);
        }
        // Every third is refused.
        let text = match round % 3 {
            2 => format!("{settings}\n[nonsense]\n"),
            _ => settings.clone(),
        };
        std::fs::write(desk.config(), text).unwrap();
        world.daemon.signal("HUP");
    }
    // The last is a good one.
    desk.reload(TAKEN);
    for customer in &customers {
        customer.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));
    }
    world.settle();
    for customer in &customers {
        assert_eq!(customer.mails().len(), 1, "{:?}", customer.subjects());
    }
    assert!(world.system.mailbox(CARE).is_empty());
}

#[test]
fn restarts_under_load_lose_nothing_and_double_nothing() {
    let mut world = World::with(|settings| {
        quick_retries(settings);
        generous_limits(settings);
    });
    let mut addresses = Vec::new();
    for round in 0..6 {
        for number in 0..5 {
            let customer = world.customer(&format!("again{round}x{number}"));
            let letter = customer.letter("Delivery time", DELIVERY_QUESTION);
            let from = &customer.address;
            world.system.deliver_lmtp(from, SUPPORT, &letter.bytes());
            addresses.push(customer.address.clone());
        }
        // In the middle of the work: it finishes what it is at, and leaves the rest to the next.
        world.daemon.terminate();
        world.daemon.start_again();
    }
    for address in &addresses {
        world
            .system
            .wait_for(address, "the answer", |mail| mail.says(DELIVERY_ANSWER));
    }
    world.settle();
    for address in &addresses {
        assert_eq!(world.system.mailbox(address).len(), 1, "{address}");
    }
    assert!(world.system.mailbox(CARE).is_empty());
    assert!(world.system.mailbox(ADMIN).is_empty());
}
