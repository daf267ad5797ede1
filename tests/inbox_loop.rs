//! The loop over the inbox, inside this process, against a server that misbehaves on purpose: no mail is lost, none is handled
//! that was to be left alone, and one that does not come holds up no other.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot go on says so by a panic, and lives in real time"
)]

#[path = "inbox_loop/server.rs"]
mod server;

use handoffd::config::Settings;
use handoffd::gateway::{Gateway, Office, Patience, Wiring};
use handoffd::journal::{EffectFilter, EffectRecord, Journal};
use jiff::SignedDuration;
use server::{Folder, Server};
use std::path::Path;
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

const ARTICLE: &str = "+++\nintent = \"opening-hours\"\ntitle = \"When are you open?\"\nmode = \"handoff\"\n\
    ask = [\"When are you open?\", \"What are your opening hours?\"]\n+++\nA note to staff.\n";

fn mail(name: &str) -> String {
    format!(
        "From: {name}@customer.example\r\nTo: desk@shop.example\r\nSubject: {name}\r\nMessage-ID: <{name}@customer.example>\r\n\r\n\
         My kettle is broken, what now?\r\n"
    )
}

fn mails<const N: usize>(uids: [u32; N]) -> Folder {
    Folder {
        mails: uids.map(|uid| (uid, mail(&format!("m{uid}")))).into(),
        ..Folder::default()
    }
}

struct Desk {
    folder: tempfile::TempDir,
    server: Server,
    settings: String,
}

impl Desk {
    async fn new(folder: Folder, inbox: &str, mode: &str) -> Self {
        let server = Server::start(folder).await;
        let settings = format!(
            "[support]\naddress = \"desk@shop.example\"\nname = \"Shop\"\nadmin = \"admin@shop.example\"\n\
             [inbox]\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\nuser = \"desk\"\npassword_file = \"password\"\npoll_seconds = 1\n{inbox}\n\
             [smtp]\nhost = \"127.0.0.1\"\nport = 9\ntls = \"none\"\n[automation]\nmode = \"{mode}\"\n[knowledge]\nfolder = \"knowledge\"\n\
             [store]\npath = \"store\"\n[[team]]\nname = \"care\"\naddress = \"care@shop.example\"\nmembers = [\"kim@shop.example\"]\n",
            server.port
        );
        let desk = Self {
            folder: tempfile::tempdir().unwrap(),
            server,
            settings,
        };
        std::fs::create_dir(desk.path().join("knowledge")).unwrap();
        std::fs::write(desk.path().join("knowledge/hours.md"), ARTICLE).unwrap();
        std::fs::write(desk.path().join("password"), "secret").unwrap();
        desk
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs the loop until this is so.
    async fn run_until(
        &self,
        what: &str,
        is_so: impl Fn(&Journal, &Folder) -> bool,
    ) -> Arc<Journal> {
        let file = self.path().join("handoffd.toml");
        std::fs::write(&file, &self.settings).unwrap();
        let settings = Settings::load(&file).unwrap_or_else(|found| panic!("{found:?}"));
        let journal = Arc::new(Journal::open(&self.path().join("store")).unwrap());
        let key = journal.token_key().unwrap();
        let office =
            Office::furnish(settings, key, &[]).unwrap_or_else(|found| panic!("{found:?}"));
        let (gateway, _swept) = Gateway::new(Wiring {
            office: Arc::new(RwLock::new(Arc::new(office))),
            journal: Arc::clone(&journal),
            wake: Arc::new(Notify::new()),
            outbox_wake: Arc::new(Notify::new()),
            taught: Arc::new(Notify::new()),
            signs: Arc::default(),
        });
        let patience = Patience {
            tries: 2,
            time: SignedDuration::ZERO,
        };
        let shutdown = CancellationToken::new();
        let running = tokio::spawn(gateway.with_patience(patience).run(shutdown.clone()));
        let ends = Instant::now() + Duration::from_secs(20);
        while !is_so(&journal, &self.server.folder()) {
            assert!(Instant::now() < ends, "never so: {what}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        shutdown.cancel();
        running.await.unwrap();
        journal
    }
}

fn outbox(journal: &Journal) -> Vec<EffectRecord> {
    journal.effects(EffectFilter::Waiting, 100).unwrap()
}

fn tickets(journal: &Journal) -> Vec<String> {
    let tickets = journal.tickets(100).unwrap();
    let mut subjects: Vec<String> = (tickets.iter())
        .map(|ticket| ticket.subject().unwrap().to_string())
        .collect();
    subjects.sort();
    subjects
}

fn is_handled_up_to(uid: u32) -> impl Fn(&Journal, &Folder) -> bool {
    move |journal, _| {
        journal
            .cursor(7)
            .unwrap()
            .is_some_and(|cursor| cursor.uid >= uid)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_that_never_comes_is_told_once_and_holds_up_no_other() {
    let folder = Folder {
        kept_back: [2].into(),
        ..mails([1, 2, 3, 4])
    };
    let desk = Desk::new(folder, "", "live").await;
    let journal = desk.run_until("all four", is_handled_up_to(4)).await;
    assert_eq!(tickets(&journal), ["m1", "m3", "m4"]);
    let told: Vec<EffectRecord> = outbox(&journal)
        .into_iter()
        .filter(|mail| mail.recipients[0].as_str() == "admin@shop.example")
        .collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].subject.contains("needs a person"));
    assert!(desk.server.folder().mails.contains_key(&2));
    drop(journal);
    // After a restart nobody is told again.
    desk.server.folder().mails.insert(5, mail("m5"));
    let journal = desk.run_until("the fifth", is_handled_up_to(5)).await;
    assert_eq!(tickets(&journal), ["m1", "m3", "m4", "m5"]);
    let admin = |mail: &EffectRecord| mail.recipients[0].as_str() == "admin@shop.example";
    assert_eq!(
        outbox(&journal).iter().filter(|mail| admin(mail)).count(),
        1
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shadow_mode_sends_nothing_and_changes_nothing_on_the_server() {
    let mut folder = mails([1, 2, 3]);
    // The same mail once more, and one that does not come.
    let again = folder.mails[&1].clone();
    folder.mails.insert(4, again);
    folder.kept_back.insert(3);
    let desk = Desk::new(folder, "", "shadow").await;
    let journal = desk.run_until("all four", is_handled_up_to(4)).await;
    assert_eq!(tickets(&journal), ["m1", "m2"]);
    assert!(outbox(&journal).is_empty(), "{:?}", outbox(&journal));
    assert!(journal.to_file(jiff::Timestamp::MAX, 9).unwrap().is_empty());
    assert!(desk.server.folder().changes.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn old_mail_is_left_alone_also_where_the_server_hides_uidnext() {
    for hides_uid_next in [false, true] {
        let folder = Folder {
            hides_uid_next,
            ..mails([3, 8])
        };
        let desk = Desk::new(folder, "first_start = \"new-mail\"", "live").await;
        let journal = desk.run_until("the old ones", is_handled_up_to(8)).await;
        assert!(tickets(&journal).is_empty(), "{:?}", tickets(&journal));
        drop(journal);
        desk.server.folder().mails.insert(9, mail("m9"));
        let journal = desk.run_until("the new one", is_handled_up_to(9)).await;
        assert_eq!(tickets(&journal), ["m9"]);
        assert_eq!(outbox(&journal).len(), 2);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_mailbox_with_the_same_uidvalidity_loses_no_mail() {
    let mut desk = Desk::new(mails([40, 41]), "", "live").await;
    let journal = desk
        .run_until("the first mailbox", is_handled_up_to(41))
        .await;
    drop(journal);
    // The new mailbox holds a copy of a handled mail, and one that is new with a lower UID than the old cursor.
    let mut folder = mails([2]);
    folder.mails.insert(1, mail("m40"));
    desk.server = Server::start(folder).await;
    let port = desk.server.port;
    let lines = desk.settings.lines().map(|line| match line {
        line if line.starts_with("port = ") && line != "port = 9" => format!("port = {port}"),
        "user = \"desk\"" => "user = \"other\"".to_owned(),
        line => line.to_owned(),
    });
    desk.settings = lines.collect::<Vec<_>>().join("\n");
    let is_there = |journal: &Journal, _: &Folder| tickets(journal).contains(&"m2".to_owned());
    let journal = desk.run_until("the other mailbox", is_there).await;
    assert_eq!(tickets(&journal), ["m2", "m40", "m41"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_move_stays_on_record() {
    let mut folder = Folder {
        refuses_moves: true,
        ..mails([1])
    };
    // A robot's mail waits for no mail of ours to leave before it is filed.
    let robot =
        folder.mails[&1].replacen("Subject:", "Auto-Submitted: auto-replied\r\nSubject:", 1);
    folder.mails.insert(1, robot);
    let desk = Desk::new(folder, "folders.left = \"Left\"", "live").await;
    let is_refused = |_: &Journal, folder: &Folder| {
        (folder.changes.iter()).any(|command| command.starts_with("UID MOVE"))
    };
    let journal = desk.run_until("the move", is_refused).await;
    let later = jiff::Timestamp::now() + SignedDuration::from_mins(2);
    assert!(
        journal
            .to_file(jiff::Timestamp::now(), 9)
            .unwrap()
            .is_empty()
    );
    assert_eq!(journal.to_file(later, 9).unwrap().len(), 1);
    assert!(desk.server.folder().mails.contains_key(&1));
}
