//! What is played on each server, and what must have come of it.

use super::door::Door;
use super::mail_system::{Letter, MailSystem, PATIENCE, Startup, StoredMail, set, wait_until};
use super::server::{Idle, Kind, OtherServer, PASSWORD, Standing, USER};
use super::world::*;

/// A desk whose support mailbox is on the other server.
struct Stage {
    world: World,
    server: OtherServer,
    kind: Kind,
}

/// Mails over this are read by their headers alone.
const MAIL_MAX_BYTES: usize = 2_000_000;

impl Stage {
    /// Everything started; `None` where the server cannot be had.
    fn set_up(kind: &Kind, change: impl FnOnce(&mut toml::Table)) -> Option<Self> {
        let system = mail_system();
        let (server, _door) = doors(kind, &system)?;
        let world = Self::desk(system, kind, &server, change);
        Some(Self {
            world,
            server,
            kind: *kind,
        })
    }

    fn desk(
        system: MailSystem,
        kind: &Kind,
        server: &OtherServer,
        change: impl FnOnce(&mut toml::Table),
    ) -> World {
        // The SMTP server knows the account by the same password.
        assert_eq!(system.password(SUPPORT), PASSWORD);
        World::on(system, Startup::UntilReady, |settings| {
            set(settings, "inbox.port", i64::from(server.login.port));
            set(settings, "inbox.tls", "none");
            set(settings, "inbox.user", USER);
            // Where the server speaks no look in between helps: what is noticed was told.
            let poll_seconds = match kind.idle {
                Idle::Speaks => 600,
                Idle::Silent | Idle::Absent => 1,
            };
            set(settings, "inbox.poll_seconds", poll_seconds);
            set(
                settings,
                "inbox.mail_max_bytes",
                i64::try_from(MAIL_MAX_BYTES).unwrap(),
            );
            let inbox = settings["inbox"].as_table_mut().expect("[inbox]");
            inbox.remove("ca_file");
            let folders = [
                ("answered", "Answered"),
                ("handed_off", "Handed off"),
                ("own_copies", "Own copies"),
            ];
            let folders: toml::Table = folders
                .into_iter()
                .map(|(outcome, name)| {
                    (outcome.to_owned(), format!("{}{name}", kind.prefix).into())
                })
                .collect();
            inbox.insert("folders".to_owned(), folders.into());
            change(settings);
        })
    }

    /// The name of a folder on this server.
    fn folder(&self, name: &str) -> String {
        format!("{}{name}", self.kind.prefix)
    }

    /// Waits until the letter stands where it should, once, tagged as this server allows.
    fn filed(&self, letter: &Letter, folder: Option<&str>, keywords: &[&str]) {
        let folder = match folder {
            Some(name) if self.kind.moves => self.folder(name),
            _ => "INBOX".to_owned(),
        };
        let mut seen: Vec<Standing> = Vec::new();
        wait_until("the letter in its folder", PATIENCE, || {
            seen = self.server.everything();
            seen.retain(|mail| mail.message_id == letter.id());
            let [mail] = seen.as_slice() else { return None };
            let is_tagged = keywords.iter().all(|keyword| mail.flags.contains(*keyword));
            (mail.folder == folder && (is_tagged || !self.kind.keeps_keywords)).then_some(())
        })
        .unwrap_or_else(|why| {
            panic!(
                "{why} {folder}: {seen:?}; log:\n{}",
                self.world.daemon.log_text()
            )
        });
        assert!(!seen[0].flags.contains("\\Seen"), "unread: {seen:?}");
        self.world.daemon.assert_no_surprise();
    }

    /// Waits until nothing is under way any more.
    fn rest(&self) {
        wait_until("rest", PATIENCE, || {
            let (code, waiting) = self.world.daemon.ask(&["outbox", "--json"]);
            (code == 0 && waiting.trim().is_empty() && self.world.system.outgoing_queue_is_empty())
                .then_some(())
        })
        .unwrap_or_else(|why| panic!("{why}; log:\n{}", self.world.daemon.log_text()));
    }
}

/// The server, and the way for mail into it; `None` where it cannot be had.
fn doors(kind: &Kind, system: &MailSystem) -> Option<(OtherServer, Door)> {
    match OtherServer::start(kind, system.folder()) {
        Ok(server) => {
            let door = Door::open(server.login.clone());
            system.deliver_elsewhere(SUPPORT, door.port);
            Some((server, door))
        }
        Err(why) => {
            eprintln!("SKIPPED {kind:?}: {why}");
            None
        }
    }
}

/// Every story, one after the other on one desk, and then the counting.
pub fn all(kind: &Kind) {
    let Some(stage) = Stage::set_up(kind, |_| {}) else {
        return;
    };
    let mut letters: Vec<Letter> = Vec::new();

    // A mail that arrives while we wait is answered once, tagged, moved.
    let ann = stage.world.customer("ann");
    let letter = ann.writes("Delivery time", DELIVERY_QUESTION);
    let answer = ann.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));
    assert_threaded(&answer, &letter);
    assert_automatic(&answer);
    stage.filed(
        &letter,
        Some("Answered"),
        &["$Handoff", "Answered", "tag_shipping"],
    );
    letters.push(letter);

    // A hand-off with its notice; staff's reply reaches the customer.
    let bob = stage.world.customer("bob");
    let letter = bob.writes("Broken", BROKEN_TEAPOT);
    let notice = bob.receives("the notice", |mail| mail.says("a person"));
    assert_automatic(&notice);
    let packet = stage
        .world
        .team_receives(CARE, &bob, "the packet", |_| true);
    stage.filed(&letter, Some("Handed off"), &["$Handoff", "HandedOff"]);
    letters.push(letter);
    let reply = stage
        .world
        .staff_replies(ROSA, &packet, "Dear Bob, a new teapot leaves us today.");
    let relayed = bob.receives("the reply", |mail| {
        mail.says("a new teapot leaves us today")
    });
    assert_from_a_person(&relayed);
    stage.filed(&reply, None, &["$Handoff", "Relayed"]);
    letters.push(reply);

    letters.extend(large_mails(&stage));
    letters.extend(removed_under_our_hands(&stage));
    letters.push(killed_while_it_waits(&stage));

    stage.rest();
    count(&stage, &letters);
}

/// A large mail comes whole, one over the limit by its headers; it stays where a person can look at it.
fn large_mails(stage: &Stage) -> Vec<Letter> {
    let dora = stage.world.customer("dora");
    let picture = vec![0xa5_u8; MAIL_MAX_BYTES / 2];
    let whole = dora
        .letter("Broken", BROKEN_TEAPOT)
        .attach("pot.jpg", "image/jpeg", &picture);
    stage.world.send(&whole);
    let packet = stage
        .world
        .team_receives(CARE, &dora, "the packet", |_| true);
    let original = packet
        .attachments
        .iter()
        .find(|attached| attached.media_type == "message/rfc822")
        .expect("the original attached");
    assert!(original.content.len() > picture.len(), "all of it");
    stage.filed(&whole, Some("Handed off"), &["$Handoff", "HandedOff"]);

    let emil = stage.world.customer("emil");
    let picture = vec![0xa5_u8; MAIL_MAX_BYTES];
    let too_large = emil
        .letter("Broken", BROKEN_TEAPOT)
        .attach("pot.jpg", "image/jpeg", &picture);
    stage.world.send(&too_large);
    stage
        .world
        .team_receives(CARE, &emil, "the packet", |_| true);
    stage.filed(&too_large, None, &["$Handoff", "HandedOff"]);
    vec![whole, too_large]
}

/// Somebody else removes mails of ours in the open folder, and new ones come.
fn removed_under_our_hands(stage: &Stage) -> Vec<Letter> {
    let fred = stage.world.customer("fred");
    let mut others = stage.server.login.client();
    for round in 0..3 {
        let gone = fred
            .letter(&format!("Newsletter {round}"), "Nothing to read.")
            .header("Precedence", "bulk");
        stage.world.send(&gone);
        let flags = ["$Handoff", "Left"];
        stage.filed(&gone, None, &flags);
        others.select("INBOX");
        for uid in others.find(&gone.id()) {
            others.command(&format!("UID STORE {uid} +FLAGS (\\Deleted)"));
        }
        others.command("EXPUNGE");
    }
    let letter = fred.writes("Delivery time", DELIVERY_QUESTION);
    fred.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));
    stage.filed(&letter, Some("Answered"), &["$Handoff", "Answered"]);
    // And one that goes in the moment in which it is looked at: handled or not, it harms nothing.
    let brief = fred
        .letter("Newsletter", "Nothing to read.")
        .header("Precedence", "bulk");
    stage.world.send(&brief);
    others.select("INBOX");
    wait_until("the brief mail", PATIENCE, || {
        others.command("NOOP");
        let uids = others.find(&brief.id());
        for uid in &uids {
            let _ = others.try_command(&format!("UID STORE {uid} +FLAGS (\\Deleted)"));
            let _ = others.try_command("EXPUNGE");
        }
        (!uids.is_empty()).then_some(())
    })
    .unwrap();
    vec![letter]
}

/// The session is killed while it waits: the next mail is answered all the same.
fn killed_while_it_waits(stage: &Stage) -> Letter {
    assert!(stage.server.kill_sessions() > 0, "a session to be killed");
    stage.world.daemon.wait_for_log("inbox not available");
    let greta = stage.world.customer("greta");
    let letter = greta.writes("Delivery time", DELIVERY_QUESTION);
    greta.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));
    stage.filed(&letter, Some("Answered"), &["$Handoff", "Answered"]);
    letter
}

/// The watched folder is removed and made again while we wait in it, with an old mail put back: UIDs start anew, and nothing is answered twice.
pub fn folder_made_again(kind: &Kind) {
    let name = format!("{}Desk", kind.prefix);
    let system = mail_system();
    let Some((server, door)) = doors(kind, &system) else {
        return;
    };
    let mut others = server.login.client();
    others.command(&format!("CREATE \"{name}\""));
    door.leads_to(&name);
    let world = Stage::desk(system, kind, &server, |settings| {
        set(settings, "inbox.folder", name.as_str());
        // No server tells of this: it is noticed when the name is opened again.
        set(settings, "inbox.poll_seconds", 1);
        let inbox = settings["inbox"].as_table_mut().expect("[inbox]");
        inbox.remove("folders");
    });
    let hugo = world.customer("hugo");
    let first = hugo.writes("Delivery time", DELIVERY_QUESTION);
    hugo.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));
    let validity = others.uid_validity(&name);

    // The folder goes while the daemon waits in it, and comes again.
    others.command(&format!("DELETE \"{name}\""));
    // Courier names a folder by the second.
    wait_until("another UIDVALIDITY", PATIENCE, || {
        others.command(&format!("CREATE \"{name}\""));
        let is_another = others.uid_validity(&name) != validity;
        if !is_another {
            others.command(&format!("DELETE \"{name}\""));
        }
        is_another.then_some(())
    })
    .unwrap();
    others.append(&name, &first.bytes()).unwrap();

    let ida = world.customer("ida");
    ida.writes("Delivery time", DELIVERY_QUESTION);
    ida.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));
    let again = ida.writes(
        "Delivery time",
        "And how long does delivery to Norway take?",
    );
    let standing = |letter: &Letter| {
        let mut all = server.everything();
        all.retain(|mail| mail.message_id == letter.id());
        all
    };
    if kind.keeps_keywords {
        for letter in [&first, &again] {
            wait_until("the keywords in the new folder", PATIENCE, || {
                let [mail] = standing(letter).try_into().ok()?;
                let mail: Standing = mail;
                mail.flags.contains("$Handoff").then_some(())
            })
            .unwrap_or_else(|why| {
                panic!(
                    "{why}: {:?}; log:\n{}",
                    standing(letter),
                    world.daemon.log_text()
                )
            });
        }
    }
    assert_eq!(world.system.mailbox(&hugo.address).len(), 1);
    assert_nothing_twice(&world.system.mailbox(&ida.address));
}

/// A folder in the settings whose name this server does not allow: the mail stays, tagged, and the admin reads why.
pub fn folder_refused(kind: &Kind) {
    let named = |settings: &mut toml::Table| {
        let inbox = settings["inbox"].as_table_mut().expect("[inbox]");
        let folders = inbox["folders"].as_table_mut().expect("[inbox.folders]");
        folders.insert("answered".to_owned(), "Answered".into());
    };
    let Some(stage) = Stage::set_up(kind, named) else {
        return;
    };
    let kurt = stage.world.customer("kurt");
    let letter = kurt.writes("Delivery time", DELIVERY_QUESTION);
    kurt.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));
    let keywords = ["$Handoff", "Answered", "tag_shipping"];
    stage.filed(&letter, None, &keywords);
    let log = &stage.world.daemon;
    log.wait_for_log("on some servers every folder lies below the inbox: INBOX.Answered");
    assert!(log.log_text().contains("Invalid mailbox name"), "its words");
}

/// From the mailboxes alone: nobody got anything twice, nothing is lost, own copies are filed, folders are shown.
fn count(stage: &Stage, letters: &[Letter]) {
    let world = &stage.world;
    for letter in letters {
        let mails: Vec<StoredMail> = world.system.mailbox(&letter.envelope_from);
        assert_nothing_twice(&mails);
        if letter.envelope_from != ROSA {
            let first = mails.first().map(|mail| mail.subject.clone());
            assert!(first.is_some(), "{} got nothing", letter.envelope_from);
        }
    }
    assert_nothing_twice(&world.system.mailbox(CARE));
    assert!(
        world.system.mailbox(ADMIN).is_empty(),
        "the admin was told nothing"
    );

    let own_copies = stage.folder("Own copies");
    let mut seen = Vec::new();
    let ours = |mail: &Standing| !letters.iter().any(|letter| letter.id() == mail.message_id);
    wait_until("every own copy in its folder", PATIENCE, || {
        seen = stage.server.everything();
        let filed = |mail: &&Standing| {
            let tagged = !stage.kind.keeps_keywords || mail.flags.contains("$Handoff");
            let moved = !stage.kind.moves || mail.folder == own_copies;
            tagged && moved && mail.flags.contains("\\Seen")
        };
        let all = seen.iter().filter(|mail| ours(mail)).count();
        let right = seen.iter().filter(|mail| ours(mail)).filter(filed).count();
        (all > 0 && all == right).then_some(())
    })
    .unwrap_or_else(|why| panic!("{why}: {seen:#?}"));
    for letter in letters {
        let times = seen
            .iter()
            .filter(|mail| mail.message_id == letter.id())
            .count();
        assert_eq!(times, 1, "{} of {}", letter.subject, letter.from);
    }
    if stage.kind.idle == Idle::Silent {
        let words = "offers IDLE but tells of no new mail in it";
        world.daemon.wait_for_log(words);
        assert_eq!(world.daemon.log_text().matches(words).count(), 1);
    }
    let subscribed = stage.server.subscribed();
    for name in ["Answered", "Handed off", "Own copies"] {
        let folder = stage.folder(name);
        assert_eq!(
            subscribed.contains(&folder),
            stage.kind.moves,
            "{folder} in {subscribed:?}"
        );
    }
}
