//! For whoever wants to look: a whole mailbox through the running daemon, then the pages and the weekly letter that come of it.
//! `SHOW_MBOX=/old.mbox [SHOW_DESK=config/desk] cargo test --test page a_whole_mailbox -- --ignored`; what is to be looked at lies under target/show/.

use super::browser::{View, browser, in_one_file};
use super::client::{Door, PageWorld};
use super::mail_system::{set, wait_until};
use super::world::{ADMIN, SUPPORT, generous_limits};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// So long nothing new is decided before the mailbox counts as handled.
const QUIET: Duration = Duration::from_secs(20);

#[test]
#[ignore = "shows a mailbox: SHOW_MBOX says which"]
fn a_whole_mailbox_is_shown() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("target/show");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let mbox = std::fs::read(std::env::var_os("SHOW_MBOX").expect("SHOW_MBOX=/old.mbox")).unwrap();
    let mails = mails_of(&mbox);
    let desk = std::env::var_os("SHOW_DESK").map(|desk| root.join(desk));
    let page = PageWorld::with(Door::Open, |settings| {
        generous_limits(settings);
        set(settings, "limits.automatic_per_sender_per_day", 1_000);
        if let Some(desk) = &desk {
            takes_articles_of(desk, settings);
        }
    });
    let mut known: BTreeSet<String> = BTreeSet::new();
    let settings = std::fs::read_to_string(page.world.daemon.folder().join("handoffd.toml"));
    let settings: toml::Table = settings.unwrap().parse().unwrap();
    for team in settings["team"].as_array().unwrap() {
        let address = team["address"].as_str().unwrap().to_owned();
        if !address.ends_with("lindenhof-tea.example") && known.insert(address.clone()) {
            page.world.system.add_account(&address);
        }
    }
    for (from, mail) in &mails {
        if known.insert(from.clone()) {
            page.world.system.add_account(from);
        }
        page.world.system.deliver_lmtp(from, SUPPORT, mail);
    }
    let mut last = (0, std::time::Instant::now());
    wait_until("the mailbox handled", Duration::from_secs(3_000), || {
        let (_, rows) = page.world.daemon.ask(&["numbers", "--days", "1", "--json"]);
        let all: Value = serde_json::from_str(rows.lines().next()?).ok()?;
        let handled = all["customer_mails"].as_u64()?;
        if handled != last.0 {
            last = (handled, std::time::Instant::now());
        }
        std::thread::sleep(Duration::from_secs(1));
        (handled > 0 && last.1.elapsed() > QUIET).then_some(())
    })
    .unwrap();
    let (code, text) = page.world.daemon.ask(&["letter"]);
    assert_eq!(code, 0, "{text}");
    std::fs::write(folder.join("letter.txt"), text).unwrap();
    let (code, text) = page.world.daemon.ask(&["letter", "--send"]);
    assert_eq!(code, 0, "{text}");
    let letter = page.world.system.wait_for(ADMIN, "the letter", |mail| {
        mail.subject.contains("The week from")
    });
    std::fs::write(folder.join("letter.eml"), &letter.raw).unwrap();
    std::fs::write(folder.join("letter.html"), &letter.html).unwrap();
    let style = page.get("/page.css").body;
    let paths = ["/", "/tickets", "/drafts", "/articles", "/numbers"];
    for path in paths {
        let began = std::time::Instant::now();
        let html = page.get(path).body;
        println!("{path}: {} bytes in {:?}", html.len(), began.elapsed());
        let name = path.trim_start_matches('/');
        let name = if name.is_empty() { "now" } else { name };
        let html = in_one_file(&html, &style);
        let Some(browser) = browser() else {
            std::fs::write(folder.join(format!("{name}.html")), html).unwrap();
            continue;
        };
        for width in [390, 1280] {
            View {
                browser,
                file: folder.join(format!("{name}-{width}.html")),
                width,
                is_dark: false,
            }
            .picture(&html);
        }
    }
}

/// Articles, facts and teams of another desk; the mailboxes of this one.
fn takes_articles_of(desk: &Path, settings: &mut toml::Table) {
    let text = std::fs::read_to_string(desk.join("handoffd.toml")).unwrap();
    let theirs: toml::Table = text.parse().unwrap();
    for section in ["team", "fact", "escalate"] {
        match theirs.get(section) {
            Some(value) => drop(settings.insert(section.to_owned(), value.clone())),
            None => drop(settings.remove(section)),
        }
    }
    let articles: PathBuf = desk.join("knowledge");
    set(settings, "knowledge.folder", articles.to_str().unwrap());
    set(settings, "support.name", theirs["support"]["name"].clone());
}

/// The mails of an mbox, each with the address in its `From`.
fn mails_of(mbox: &[u8]) -> Vec<(String, Vec<u8>)> {
    let text = String::from_utf8_lossy(mbox);
    let parts = text
        .split("\nFrom ")
        .map(|part| part.strip_prefix("From ").unwrap_or(part));
    let mails = parts.filter_map(|part| {
        let (_, mail) = part.split_once('\n')?;
        let from = mail.lines().find_map(|line| line.strip_prefix("From: "))?;
        let address = from.rsplit('<').next()?.trim_end_matches('>').trim();
        address
            .contains('@')
            .then(|| (address.to_owned(), mail.replace('\n', "\r\n").into_bytes()))
    });
    mails.collect()
}
