//! The words in which the end-to-end tests are told: a desk, its customers, its staff.

use super::mail_system::{
    Desk, Handoffd, Letter, MailSystem, PATIENCE, Startup, StoredMail, set, wait_until,
};
use std::collections::BTreeSet;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

pub const SUPPORT: &str = "support@lindenhof-tea.example";
pub const CARE: &str = "care@lindenhof-tea.example";
pub const BILLING: &str = "billing@lindenhof-tea.example";
pub const ADMIN: &str = "admin@lindenhof-tea.example";
/// A member of care.
pub const ROSA: &str = "rosa@lindenhof-tea.example";
/// A member of billing.
pub const MIRA: &str = "mira@lindenhof-tea.example";

/// A routine question, and words of the approved answer.
pub const DELIVERY_QUESTION: &str =
    "Hello,\n\nhow long does delivery take if I order today?\n\nThank you";
pub const DELIVERY_ANSWER: &str = "leave our warehouse on the same working day";
/// Something that always goes to a person.
pub const BROKEN_TEAPOT: &str = "Hi, my teapot arrived broken, the spout is off. Order LT-27755.";

/// Part of a log line that is there once the desk has tried to send and failed.
pub const SENDING_FAILED: &str = "WARN";

/// Failed sends are tried again soon, so that tests of broken links take seconds.
pub fn quick_retries(settings: &mut toml::Table) {
    set(settings, "smtp.retry_first_delay_seconds", 1);
    set(settings, "smtp.retry_longest_delay_seconds", 2);
    set(settings, "smtp.step_timeout_seconds", 3);
    set(settings, "smtp.copy_wait_seconds", 3);
    set(settings, "inbox.poll_seconds", 2);
}

/// Many mails in a minute are no flood here.
pub fn generous_limits(settings: &mut toml::Table) {
    set(settings, "limits.automatic_per_hour", 10_000);
    set(settings, "limits.automatic_per_domain_per_hour", 10_000);
}

static CUSTOMERS: AtomicU32 = AtomicU32::new(0);

/// A running desk.
pub struct World {
    // The daemon ends before its servers.
    pub daemon: Handoffd,
    pub system: MailSystem,
}

/// The desk that tests share.
pub fn shared() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(World::new)
}

/// The mail system of a desk, before anything runs on it.
pub fn mail_system() -> MailSystem {
    MailSystem::start(&[SUPPORT, CARE, BILLING, ADMIN, ROSA, MIRA])
}

impl World {
    /// A desk of its own, ready.
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    /// A desk of its own with changed settings.
    pub fn with(change: impl FnOnce(&mut toml::Table)) -> Self {
        let system = mail_system();
        Self::on(system, Startup::UntilReady, change)
    }

    /// A desk on this mail system.
    pub fn on(system: MailSystem, startup: Startup, change: impl FnOnce(&mut toml::Table)) -> Self {
        let desk = Desk::set_up(&system, SUPPORT, change);
        let daemon = Handoffd::start_with(&desk, startup);
        Self { daemon, system }
    }

    /// A customer who has never written.
    pub fn customer(&self, name: &str) -> Customer<'_> {
        let number = CUSTOMERS.fetch_add(1, Ordering::Relaxed);
        let address = format!("{name}@{name}-{number}.example");
        self.system.add_account(&address);
        Customer {
            world: self,
            address,
        }
    }

    /// Waits until the mail in the support mailbox is handled; its outcome keyword.
    pub fn outcome_of(&self, letter: &Letter) -> String {
        let words = [
            "Answered",
            "Asked",
            "Drafted",
            "HandedOff",
            "Left",
            "Relayed",
            "Quarantined",
        ];
        let flags = wait_until("the keyword on the handled mail", PATIENCE, || {
            let flags = self.system.flags(SUPPORT, &letter.id());
            // Dovecot's Maildir may show one of two new keywords before the other.
            let has_outcome = words.iter().any(|word| flags.contains(*word));
            (flags.contains("$Handoff") && has_outcome).then_some(flags)
        })
        .unwrap_or_else(|why| panic!("{why}; log:\n{}", self.daemon.log_text()));
        let found: Vec<&str> = words
            .into_iter()
            .filter(|word| flags.contains(*word))
            .collect();
        assert_eq!(found.len(), 1, "one outcome among {flags:?}");
        self.daemon.assert_no_surprise();
        found[0].to_owned()
    }

    /// Waits until every mail in the support mailbox is handled, the outbox is empty and all that left has arrived.
    pub fn settle(&self) {
        self.settle_when(|_| true);
    }

    /// The same where some mails were given up: those stay in the list of the outbox.
    pub fn settle_beside_given_up(&self) {
        self.settle_when(|line| !line.contains("\"given-up\""));
    }

    fn settle_when(&self, is_under_way: fn(&str) -> bool) {
        let settled = wait_until("everything to be handled", PATIENCE * 3, || {
            let quiet = || self.unhandled() == 0 && self.system.outgoing_queue_is_empty();
            // What is handled may just have begun to send, and what was sent may just arrive as our own copy: ask twice.
            (quiet() && self.outbox_is_done(is_under_way) && quiet()).then_some(())
        });
        settled.unwrap_or_else(|why| {
            panic!(
                "{why}: {} mails have no keyword, the queue of the server is empty: {}; outbox:\n{}\nlog:\n{}",
                self.unhandled(),
                self.system.outgoing_queue_is_empty(),
                self.daemon.ask(&["outbox"]).1,
                self.daemon.log_text()
            )
        });
    }

    fn unhandled(&self) -> usize {
        let answer = self
            .system
            .imap(SUPPORT)
            .command("UID SEARCH UNKEYWORD $Handoff");
        answer
            .lines()
            .filter_map(|line| line.strip_prefix("* SEARCH"))
            .map(|uids| uids.split_whitespace().count())
            .sum()
    }

    fn outbox_is_done(&self, is_under_way: fn(&str) -> bool) -> bool {
        let (code, output) = self.daemon.ask(&["outbox", "--json"]);
        let mut lines = output.lines().filter(|line| !line.trim().is_empty());
        code != 0 || !lines.any(is_under_way)
    }

    /// A staff member replies to a mail in the manner of common mail programs.
    pub fn staff_replies(&self, member: &str, mail: &StoredMail, text: &str) -> Letter {
        let letter = Letter::reply(mail, member, text);
        self.send(&letter);
        letter
    }

    /// Sends a mail.
    pub fn send(&self, letter: &Letter) {
        self.system
            .deliver(&letter.envelope_from, &letter.to, &letter.bytes());
    }

    /// Waits for a mail to a team about that customer.
    pub fn team_receives(
        &self,
        team: &str,
        customer: &Customer<'_>,
        what: &str,
        fits: impl Fn(&StoredMail) -> bool,
    ) -> StoredMail {
        self.system
            .wait_for(team, what, |mail| about(mail, customer) && fits(mail))
    }

    /// The mails that a team has about a customer.
    pub fn team_mails(&self, team: &str, customer: &Customer<'_>) -> Vec<StoredMail> {
        let mut mails = self.system.mailbox(team);
        mails.retain(|mail| about(mail, customer));
        mails
    }
}

fn about(mail: &StoredMail, customer: &Customer<'_>) -> bool {
    mail.says(&customer.address) || mail.raw_contains(&customer.address)
}

/// A customer.
pub struct Customer<'a> {
    world: &'a World,
    pub address: String,
}

impl Customer<'_> {
    /// A mail that is not yet sent.
    pub fn letter(&self, subject: &str, text: &str) -> Letter {
        Letter::new(&self.address, SUPPORT, subject, text)
    }

    /// Writes to the desk.
    pub fn writes(&self, subject: &str, text: &str) -> Letter {
        let letter = self.letter(subject, text);
        self.world.send(&letter);
        letter
    }

    /// Replies to a mail of the desk.
    pub fn replies(&self, mail: &StoredMail, text: &str) -> Letter {
        let letter = Letter::reply(mail, &self.address, text);
        self.world.send(&letter);
        letter
    }

    /// Waits for a mail.
    pub fn receives(&self, what: &str, fits: impl Fn(&StoredMail) -> bool) -> StoredMail {
        self.world.system.wait_for(&self.address, what, fits)
    }

    /// All that has come.
    pub fn mails(&self) -> Vec<StoredMail> {
        self.world.system.mailbox(&self.address)
    }

    /// What has come, as subjects: for messages of failed tests.
    pub fn subjects(&self) -> Vec<String> {
        self.mails()
            .iter()
            .map(|mail| mail.subject.clone())
            .collect()
    }
}

/// A mail to a customer is one of ours, threaded under theirs and from the support address.
pub fn assert_threaded(mail: &StoredMail, under: &Letter) {
    let answered = format!("<{}>", under.id());
    assert_eq!(mail.from, SUPPORT);
    assert_eq!(mail.header("In-Reply-To"), Some(answered.as_str()));
    assert!(
        mail.header("References")
            .is_some_and(|all| all.contains(&answered)),
        "References {:?} lack {answered}",
        mail.header("References")
    );
    assert!(mail.ticket().is_some(), "no X-Handoff-Ticket");
}

/// A mail has the manners of an automatic one (RFC 3834).
pub fn assert_automatic(mail: &StoredMail) {
    assert_eq!(mail.header("Auto-Submitted"), Some("auto-replied"));
    assert_eq!(mail.header("Return-Path"), Some("<>"), "envelope sender");
    assert!(mail.header("X-Auto-Response-Suppress").is_some());
}

/// A mail is a person's: nothing calls it automatic.
pub fn assert_from_a_person(mail: &StoredMail) {
    assert_eq!(mail.header("Auto-Submitted"), None);
    assert_ne!(mail.header("Return-Path"), Some("<>"), "envelope sender");
}

/// Each Message-ID at most once.
pub fn assert_nothing_twice(mails: &[StoredMail]) {
    let mut seen = BTreeSet::new();
    for mail in mails {
        assert!(
            seen.insert(mail.message_id()),
            "{} came twice: {}",
            mail.message_id(),
            mail.subject
        );
    }
}
