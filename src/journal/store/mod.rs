//! Which database is it? Only this folder knows. Promise: a batch is on disk all together or not at all, and a store that has
//! lost commits is refused at opening instead of being taken for a young one.

mod sled;
mod witness;

pub(super) use self::sled::SledStore;

use super::JournalError;

/// The named parts of the store. Names are on disk: never change one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tree {
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
    /// Automatic mails that came back from machines: when recorded, Message-ID → nothing.
    Returned,
    /// The brake on automatic mail: a name → when it was last pulled.
    Brake,
    /// What was said: hash of sender, domain or text, time, identity → ticket.
    Said,
    /// The same by time: time, identity → hashes.
    SaidByTime,
}

impl Tree {
    const fn name(self) -> &'static str {
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
            Self::InDoubt => "in-doubt",
            Self::GivenUp => "given-up",
            Self::Untold => "untold",
            Self::Deadlines => "deadlines",
            Self::Lessons => "lessons",
            Self::Automatic => "automatic",
            Self::Returned => "returned",
            Self::Brake => "brake",
            Self::Said => "said",
            Self::SaidByTime => "said-by-time",
        }
    }
}

/// Changes that are made together.
#[derive(Clone, Debug, Default)]
pub(super) struct Batch {
    changes: Vec<(Tree, Vec<u8>, Option<Vec<u8>>)>,
}

impl Batch {
    pub(super) fn put(&mut self, tree: Tree, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        self.changes.push((tree, key.into(), Some(value.into())));
    }

    pub(super) fn delete(&mut self, tree: Tree, key: impl Into<Vec<u8>>) {
        self.changes.push((tree, key.into(), None));
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

/// What a commit outlives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outlives {
    /// The end of this process, however it comes.
    Process,
    /// A power cut.
    PowerCut,
}

/// In which order a range is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Smallest key first.
    Upwards,
    /// Largest key first.
    Downwards,
}

/// A key and its value.
pub(super) type Row = (Vec<u8>, Vec<u8>);

/// What the journal needs of a database.
pub(super) trait Store: Send + Sync {
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

    /// Makes all changes, or none.
    fn commit(&self, batch: Batch, outlives: Outlives) -> Result<(), JournalError>;
}

/// The first key after all that begin with `prefix`; `None` where there is none.
pub(super) fn end_of_prefix(prefix: &[u8]) -> Option<Vec<u8>> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < u8::MAX {
            end.push(last + 1);
            return Some(end);
        }
    }
    None
}
