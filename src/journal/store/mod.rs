//! Which database is it? Only this folder knows. Promise: a batch is on disk all together or not at all, and a store that has
//! lost commits is refused at opening instead of being taken for a young one. Every commit carries a link of the chain ([`chain`]).

mod chain;
mod check;
mod fence;
mod generation;
mod in_use;
mod incoming;
mod linked;
mod memory;
mod pending;
mod postgres;
mod reopening;
#[cfg(test)]
mod simulated;
#[cfg(test)]
mod simulated_database;
#[cfg(test)]
mod simulated_shared;
mod sled;
mod verify;
mod walk;
mod witness;

pub(crate) use self::chain::{Act, Digest};
pub(crate) use self::check::{Damage, damaged_words};
pub(crate) use self::generation::is_store;
pub(crate) use self::incoming::Incoming;
pub(crate) use self::memory::MemoryStore;
#[cfg(test)]
pub(crate) use self::postgres::tests as postgres_tests;
pub(crate) use self::postgres::{PostgresIncoming, PostgresLookout, PostgresStore};
pub(crate) use self::reopening::ReopeningStore;
#[cfg(test)]
pub(crate) use self::simulated::{Disk, SimulatedStore};
#[cfg(test)]
pub(crate) use self::simulated_database::Database;
#[cfg(test)]
pub(crate) use self::simulated_shared::SharedStore;
pub(crate) use self::sled::{Opening, SledStore};
pub(crate) use self::verify::{Found, Verified};
pub(crate) use self::walk::Walked;

use super::{JournalError, Lease};
use std::sync::Arc;

/// The named parts of the store. Names are on disk: never change one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tree {
    /// The folders that are looked at: the inbox → server, user and folder; that of sent mail → the same, and how far.
    WatchedFolder,
    /// How far it is handled: UIDVALIDITY → UID.
    Cursors,
    /// Mails that were handled: identity → what became of them.
    Mails,
    /// How often handling a mail was begun: identity → count.
    Begun,
    /// Mails to tag and file: place → filing, with the effects it waits for.
    Filings,
    /// What happened to tickets: ticket, number → event.
    Events,
    /// Tickets by age: time, ticket → nothing.
    TicketsByTime,
    /// Tickets by customer: address, time, ticket → nothing.
    TicketsByCustomer,
    /// Customers who said `STOP`: address → time.
    AutomationRefused,
    /// Message-IDs of mails of others: Message-ID → ticket.
    Messages,
    /// Effects: Message-ID → record without the mail's bytes.
    Effects,
    /// The exact bytes of effects: Message-ID → bytes.
    EffectBytes,
    /// Sent mails whose bytes are still there, by time: sent, Message-ID → nothing.
    SentBytes,
    /// Waiting effects by time: due, Message-ID → nothing.
    Due,
    /// Those among them that leave before the others, by time: due, Message-ID → nothing.
    DueFirst,
    /// Effects in doubt: Message-ID → nothing.
    InDoubt,
    /// Effects given up: time, Message-ID → nothing.
    GivenUp,
    /// Lost recipients that staff have not been told of: Message-ID → nothing.
    Untold,
    /// Tickets that wait for a moment (a promise to be kept): ticket → nothing.
    Deadlines,
    /// What confirmations taught: identity of the customer's mail → lesson.
    Lessons,
    /// Automatic mails for the limits: whom, time, Message-ID → nothing.
    Automatic,
    /// What was kept aside, by time: time, the ticket that the mail would have opened or names → nothing.
    KeptAside,
    /// From when on our Message-IDs prove who holds them: nothing → time, where earlier keys were forgotten.
    ProvingSince,
    /// Customers who said `STOP` and were forgotten: keyed hash of the address → time.
    RefusedByForgotten,
    /// What is left of stories that went: day → counts.
    Counts,
    /// What decisions were made of: identity of the mail → digests.
    Judgements,
    /// Desks that made them: digest → revisions of what was loaded.
    Desks,
    /// The chain: number of the commit → link.
    Links,
    /// Salts of records: tree and key of the record → salt, number of the link.
    Seals,
    /// Automatic mails that came back from machines: when recorded, Message-ID → the domain that they had gone to.
    Returned,
    /// The brake on automatic mail: a name → when it was last pulled.
    Brake,
    /// Troubles: their kind → since when, and what the admin was told.
    Troubles,
    /// What was said: hash of sender, domain or text, time, identity → ticket.
    Said,
    /// The same by time: time, identity → hashes.
    SaidByTime,
    /// Mails of tickets that are not settled: ticket, when recorded, Message-ID → nothing.
    Unsettled,
    /// Changes of stage of articles, for good: number → which, from where to where, by whom, why, on what evidence.
    StageChanges,
    /// Where articles stand: intent and language → stage, since when, and what was found last.
    Standings,
    /// What tells the keys of a journal apart that several machines reach: which key → its revision.
    KeyFingerprints,
    /// What webhooks are still to be told: name, due, telling → what.
    Tellings,
    /// Weekly letters: Message-ID → what it suggested and what was answered; and a name → up to when they are written.
    Letters,
}

impl Tree {
    /// All that the chain vouches for.
    pub(crate) const CHAINED: [Self; 38] = [
        Self::WatchedFolder,
        Self::Cursors,
        Self::Mails,
        Self::Begun,
        Self::Filings,
        Self::Events,
        Self::TicketsByTime,
        Self::TicketsByCustomer,
        Self::AutomationRefused,
        Self::Messages,
        Self::Effects,
        Self::EffectBytes,
        Self::SentBytes,
        Self::Due,
        Self::DueFirst,
        Self::InDoubt,
        Self::GivenUp,
        Self::Untold,
        Self::Deadlines,
        Self::Lessons,
        Self::Automatic,
        Self::RefusedByForgotten,
        Self::Counts,
        Self::Judgements,
        Self::Desks,
        Self::ProvingSince,
        Self::Returned,
        Self::Brake,
        Self::Said,
        Self::SaidByTime,
        Self::KeptAside,
        Self::Unsettled,
        Self::Troubles,
        Self::KeyFingerprints,
        Self::StageChanges,
        Self::Standings,
        Self::Tellings,
        Self::Letters,
    ];

    /// The number in links. On disk: never change one.
    const fn number(self) -> u8 {
        match self {
            Self::WatchedFolder => 1,
            Self::Cursors => 2,
            Self::Mails => 3,
            Self::Begun => 4,
            Self::Filings => 5,
            Self::Events => 6,
            Self::TicketsByTime => 7,
            Self::TicketsByCustomer => 8,
            Self::AutomationRefused => 9,
            Self::Messages => 10,
            Self::Effects => 11,
            Self::EffectBytes => 12,
            Self::SentBytes => 13,
            Self::Due => 14,
            Self::InDoubt => 15,
            Self::GivenUp => 16,
            Self::Untold => 17,
            Self::Deadlines => 18,
            Self::Lessons => 19,
            Self::Automatic => 20,
            Self::RefusedByForgotten => 21,
            Self::Counts => 22,
            Self::Links => 23,
            Self::Seals => 24,
            Self::Judgements => 25,
            Self::Desks => 26,
            Self::ProvingSince => 27,
            Self::Returned => 28,
            Self::Brake => 29,
            Self::Said => 30,
            Self::SaidByTime => 31,
            Self::KeptAside => 32,
            Self::Unsettled => 40,
            Self::Troubles => 41,
            Self::KeyFingerprints => 42,
            Self::DueFirst => 43,
            Self::StageChanges => 46,
            Self::Standings => 47,
            Self::Tellings => 50,
            Self::Letters => 51,
        }
    }

    fn by_number(number: u8) -> Option<Self> {
        (Self::CHAINED.into_iter()).find(|tree| tree.number() == number)
    }

    /// What is only ever added to, except where somebody is forgotten or what is old goes.
    const fn is_history(self) -> bool {
        matches!(self, Self::Events | Self::Mails | Self::StageChanges)
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::WatchedFolder => "watched-folder",
            Self::Cursors => "cursors",
            Self::Mails => "mails",
            Self::Begun => "begun",
            Self::Filings => "filings",
            Self::Events => "events",
            Self::TicketsByTime => "tickets-by-time",
            Self::TicketsByCustomer => "tickets-by-customer",
            Self::AutomationRefused => "automation-refused",
            Self::Messages => "messages",
            Self::Effects => "effects",
            Self::EffectBytes => "effect-bytes",
            Self::SentBytes => "sent-bytes",
            Self::Due => "due",
            Self::DueFirst => "due-first",
            Self::InDoubt => "in-doubt",
            Self::GivenUp => "given-up",
            Self::Untold => "untold",
            Self::Deadlines => "deadlines",
            Self::Lessons => "lessons",
            Self::Automatic => "automatic",
            Self::KeptAside => "kept-aside",
            Self::ProvingSince => "proving-since",
            Self::RefusedByForgotten => "refused-by-forgotten",
            Self::Counts => "counts",
            Self::Judgements => "judgements",
            Self::Desks => "desks",
            Self::Links => "links",
            Self::Seals => "seals",
            Self::Returned => "returned",
            Self::Brake => "brake",
            Self::Said => "said",
            Self::SaidByTime => "said-by-time",
            Self::Unsettled => "unsettled",
            Self::Troubles => "troubles",
            Self::KeyFingerprints => "key-fingerprints",
            Self::StageChanges => "stage-changes",
            Self::Standings => "standings",
            Self::Tellings => "tellings",
            Self::Letters => "letters",
        }
    }
}

/// Changes that are made together.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    act: Act,
    changes: Vec<(Tree, Vec<u8>, Option<Vec<u8>>)>,
}

impl Batch {
    /// Nothing yet, for this reason.
    pub(crate) const fn of(act: Act) -> Self {
        Self {
            act,
            changes: Vec::new(),
        }
    }

    pub(crate) fn put(&mut self, tree: Tree, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        self.changes.push((tree, key.into(), Some(value.into())));
    }

    pub(crate) fn delete(&mut self, tree: Tree, key: impl Into<Vec<u8>>) {
        self.changes.push((tree, key.into(), None));
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

/// What a commit outlives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outlives {
    /// Nothing yet: it is seen at once, and is on disk with the next commit that outlives more, or with [`Store::sync`]. A crash takes back
    /// none of these commits, or some of the last.
    NothingYet,
    /// The end of this process, however it comes.
    Process,
    /// A power cut.
    PowerCut,
}

/// Under which chain a store is written anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChainOfCopy {
    /// Its own.
    Kept,
    /// One that begins with what is stored now.
    Anew,
}

/// In which order a range is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Smallest key first.
    Upwards,
    /// Largest key first.
    Downwards,
}

/// A key and its value.
pub(crate) type Row = (Vec<u8>, Vec<u8>);

/// What is done with each row of the whole database: key and value.
pub(crate) type EachRow<'a> = &'a mut dyn FnMut(&[u8], &[u8]) -> Result<(), JournalError>;

/// What the journal needs of a database.
pub(crate) trait Store: Send + Sync {
    /// The value of a key.
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Vec<u8>>, JournalError>;

    /// At most `max` rows with `from <= key < until`; without `until` to the end of the tree.
    fn scan(
        &self,
        tree: Tree,
        from: &[u8],
        until: Option<&[u8]>,
        order: Order,
        max: usize,
    ) -> Result<Vec<Row>, JournalError>;

    /// How many rows a tree has.
    fn count(&self, tree: Tree) -> Result<usize, JournalError>;

    /// Makes all changes, or none; with them the link that vouches for them.
    fn commit(&self, batch: Batch, outlives: Outlives) -> Result<(), JournalError>;

    /// All that was committed so far outlives a power cut when this returns.
    fn sync(&self) -> Result<(), JournalError>;

    /// Goes through the whole chain and everything that is stored. Nothing is committed meanwhile.
    fn verify(&self) -> Result<Verified, JournalError>;

    /// Goes through everything once to see whether anything is missing or damaged: faster than to verify, and in constant memory. Nothing is
    /// committed meanwhile.
    fn check(&self) -> Result<Vec<Damage>, JournalError>;

    /// The same in slices: the next one. Between them anything may be committed; the end is the same as of a whole check. One look is under
    /// way at a time: what begins anew is what comes after [`Walked::All`].
    fn check_slice(&self) -> Result<Walked, JournalError>;

    /// Whether it was checked when it was opened. One that was not (it is large, and was closed in good order) is checked while it is
    /// worked with.
    fn is_checked(&self) -> bool;

    /// Damage was seen: it is checked at the next opening, however large it is.
    fn distrust(&self);

    /// Number and hash of the last link; `None` before the first.
    fn head(&self) -> Option<(u64, Digest)>;

    /// Every row of the whole database, in the order of their keys, as of one moment: nothing is committed meanwhile.
    fn rows(&self, each: EachRow<'_>) -> Result<(), JournalError>;

    /// Writes everything that is stored anew and removes the old files, so that nothing is left of what was deleted. Nothing is
    /// committed or read meanwhile. After a crash at any moment the store is the old or the new one, whole.
    fn rewrite(&self, chain: ChainOfCopy) -> Result<(), JournalError>;

    /// The lease under which it is worked with; `None` where no other process can work with it.
    fn lease(&self) -> Option<&Arc<Lease>> {
        None
    }

    /// Lets another process work with it. Nothing can be committed after that.
    fn give_back(&self) {}
}

/// Whether this program stores such a row: the key in a tree, or, without a tree, what counts commits.
pub(crate) fn is_known_row(tree: &str, key: &[u8]) -> bool {
    let trees = Tree::CHAINED.into_iter().chain([Tree::Links, Tree::Seals]);
    match tree {
        "" => linked::is_own_key(key),
        name => trees.map(Tree::name).any(|known| known == name),
    }
}

/// The first key after all that begin with `prefix`; `None` where there is none.
pub(crate) fn end_of_prefix(prefix: &[u8]) -> Option<Vec<u8>> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < u8::MAX {
            end.push(last + 1);
            return Some(end);
        }
    }
    None
}

#[cfg(test)]
mod damaged;
#[cfg(test)]
mod tests;
