//! Which mail brings us down? Counts beginnings without an end, and keeps apart those that handling the mail ended from those that may have been
//! ended by anything: a kill from outside, a power cut, a machine out of memory (docs/decisions/0015-poison.md).

use super::store::{Act, Batch, Outlives, Tree};
use super::{Journal, JournalError};
use crate::mail::MailIdentity;
use std::collections::BTreeSet;

/// A mail whose handling ended like that so often is tried no more: once, and retried twice.
const BY_ITSELF_MAX: u32 = 3;
/// And so often in a way that may have had any cause. More than bad luck brings together, fewer than the starts after which systemd gives up.
const UNEXPLAINED_MAX: u32 = 8;

/// How often the handling of a mail was begun before and did not end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Beginnings {
    /// It panicked or took too long: that is on record.
    pub by_itself: u32,
    /// The program ended while the mail was judged; why is not known.
    pub while_judged: u32,
    /// The program ended after the mail was judged, before all was on record.
    pub while_recorded: u32,
}

/// Mails whose first handling is on record as begun, and whose turn is still to come.
#[derive(Debug, Default)]
pub struct BegunTogether(BTreeSet<[u8; 32]>);

impl BegunTogether {
    /// Whether it was begun with the others, and its turn is still to come.
    #[must_use]
    pub fn holds(&self, mail: &MailIdentity) -> bool {
        self.0.contains(&mail.0)
    }

    /// Whether it was begun with the others. It is told once: a second handling is begun anew.
    pub fn take(&mut self, mail: &MailIdentity) -> bool {
        self.0.remove(&mail.0)
    }
}

impl Beginnings {
    /// As it is stored while a mail is handled for the first time.
    const FIRST: Self = Self {
        by_itself: 0,
        while_judged: 1,
        while_recorded: 0,
    };

    /// Why the mail is tried no more; `None` where it is.
    #[must_use]
    pub const fn brings_us_down(self) -> Option<&'static str> {
        if self.by_itself >= BY_ITSELF_MAX {
            return Some("handling it broke down or did not end, three times");
        }
        if self.while_judged >= UNEXPLAINED_MAX || self.while_recorded >= UNEXPLAINED_MAX {
            return Some("the program ended each time that it was handled, eight times");
        }
        None
    }

    /// Whether it was begun before without an end.
    #[must_use]
    pub const fn is_suspect(self) -> bool {
        self.by_itself > 0 || self.while_judged > 0 || self.while_recorded > 0
    }

    fn from_bytes(bytes: &[u8]) -> Self {
        let number = |from: usize| {
            let bytes = bytes.get(from..from + 4);
            let bytes = bytes.and_then(|bytes| <[u8; 4]>::try_from(bytes).ok());
            bytes.map_or(0, u32::from_be_bytes)
        };
        // Four bytes alone were written by an older program: so many beginnings, of whatever end.
        Self {
            while_judged: number(0),
            by_itself: number(4),
            while_recorded: number(8),
        }
    }

    fn to_bytes(self) -> Vec<u8> {
        let numbers = [self.while_judged, self.by_itself, self.while_recorded];
        numbers.into_iter().flat_map(u32::to_be_bytes).collect()
    }
}

impl Journal {
    /// Counts that handling a mail is begun, and says how often it was before without an end. Outlives this process, so a mail that ends it
    /// every time is noticed. [`super::Entry::begun`] ends it.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn begin_handling(&self, mail: &MailIdentity) -> Result<Beginnings, JournalError> {
        let _writing = self.lock();
        let before = self.beginnings(mail)?;
        let while_judged = before.while_judged.saturating_add(1);
        self.put_beginnings(
            mail,
            Beginnings {
                while_judged,
                ..before
            },
        )?;
        Ok(before)
    }

    /// The same for several that are handled one after the other, in one commit. A mail that was begun before is not begun with them but when its
    /// turn comes, so that whatever it does then is held against it alone.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn begin_together(&self, mails: &[MailIdentity]) -> Result<BegunTogether, JournalError> {
        let _writing = self.lock();
        let mut begun = BTreeSet::new();
        let mut batch = Batch::of(Act::Handling);
        for mail in mails {
            if !self.beginnings(mail)?.is_suspect() {
                batch.put(Tree::Begun, mail.0, Beginnings::FIRST.to_bytes());
                let _ = begun.insert(mail.0);
            }
        }
        if !batch.is_empty() {
            self.store.commit(batch, Outlives::Process)?;
        }
        Ok(BegunTogether(begun))
    }

    /// Takes back what was begun together and did not come to its turn.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn not_begun_after_all(&self, rest: BegunTogether) -> Result<(), JournalError> {
        let _writing = self.lock();
        let mut batch = Batch::of(Act::Handling);
        for mail in rest.0 {
            batch.delete(Tree::Begun, mail);
        }
        if batch.is_empty() {
            return Ok(());
        }
        self.store.commit(batch, Outlives::Process)
    }

    /// The handling that was begun last ended by itself: a panic, or it took too long.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn broke_down(&self, mail: &MailIdentity) -> Result<(), JournalError> {
        let _writing = self.lock();
        let known = self.beginnings(mail)?;
        let known = Beginnings {
            by_itself: known.by_itself.saturating_add(1),
            while_judged: known.while_judged.saturating_sub(1),
            ..known
        };
        self.put_beginnings(mail, known)
    }

    /// A mail under suspicion was judged, and that did no harm: what comes now is another matter.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn judged_unharmed(&self, mail: &MailIdentity) -> Result<(), JournalError> {
        let _writing = self.lock();
        let known = self.beginnings(mail)?;
        let known = Beginnings {
            while_judged: 0,
            while_recorded: known.while_recorded.saturating_add(1),
            ..known
        };
        self.put_beginnings(mail, known)
    }

    /// Takes back beginnings without an explained end: the last one ended in an error which is not the mail's. What the mail is known to have
    /// done by itself stays.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn forget_beginning(&self, mail: &MailIdentity) -> Result<(), JournalError> {
        let _writing = self.lock();
        let by_itself = self.beginnings(mail)?.by_itself;
        if by_itself > 0 {
            let known = Beginnings {
                by_itself,
                ..Beginnings::default()
            };
            return self.put_beginnings(mail, known);
        }
        let mut batch = Batch::of(Act::Handling);
        batch.delete(Tree::Begun, mail.0);
        self.store.commit(batch, Outlives::Process)
    }

    fn beginnings(&self, mail: &MailIdentity) -> Result<Beginnings, JournalError> {
        let bytes = self.store.get(Tree::Begun, &mail.0)?;
        Ok(bytes.map_or_else(Beginnings::default, |bytes| Beginnings::from_bytes(&bytes)))
    }

    fn put_beginnings(&self, mail: &MailIdentity, known: Beginnings) -> Result<(), JournalError> {
        let mut batch = Batch::of(Act::Handling);
        batch.put(Tree::Begun, mail.0, known.to_bytes());
        self.store.commit(batch, Outlives::Process)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: MailIdentity = MailIdentity([7; 32]);

    #[test]
    fn three_breakdowns_bring_us_down_and_seven_kills_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path()).unwrap();
        for _ in 0..7 {
            let before = journal.begin_handling(&MAIL).unwrap();
            assert_eq!(before.brings_us_down(), None);
        }
        journal.forget_beginning(&MAIL).unwrap();
        for _ in 0..3 {
            let before = journal.begin_handling(&MAIL).unwrap();
            assert_eq!(before.brings_us_down(), None);
            journal.broke_down(&MAIL).unwrap();
        }
        drop(journal);
        let journal = Journal::open(folder.path()).unwrap();
        let before = journal.begin_handling(&MAIL).unwrap();
        assert!(before.brings_us_down().is_some(), "{before:?}");
    }

    #[test]
    fn a_failing_store_between_two_panics_forgets_neither() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path()).unwrap();
        for _ in 0..3 {
            let before = journal.begin_handling(&MAIL).unwrap();
            assert_eq!(before.brings_us_down(), None);
            journal.broke_down(&MAIL).unwrap();
            // The store fails; the mail is begun again.
            journal.begin_handling(&MAIL).unwrap();
            journal.forget_beginning(&MAIL).unwrap();
        }
        let before = journal.begin_handling(&MAIL).unwrap();
        assert_eq!((before.by_itself, before.while_judged), (3, 0));
        assert!(before.brings_us_down().is_some());
    }

    #[test]
    fn a_mail_that_is_judged_well_is_not_blamed_for_what_came_before() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path()).unwrap();
        // It was hit by kills while it was judged, and then again and again while it was recorded.
        for _ in 0..7 {
            journal.begin_handling(&MAIL).unwrap();
            let before = journal.begin_handling(&MAIL).unwrap();
            assert!(before.is_suspect());
            assert_eq!(before.brings_us_down(), None, "{before:?}");
            journal.judged_unharmed(&MAIL).unwrap();
        }
        journal.begin_handling(&MAIL).unwrap();
        journal.judged_unharmed(&MAIL).unwrap();
        let before = journal.begin_handling(&MAIL).unwrap();
        assert!(before.brings_us_down().is_some(), "{before:?}");
    }

    #[test]
    fn a_mail_that_ends_us_while_it_is_judged_is_noticed_before_systemd_gives_up() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path()).unwrap();
        let deaths = (0..20).take_while(|_| {
            let before = journal.begin_handling(&MAIL).unwrap();
            before.brings_us_down().is_none()
        });
        let unit = include_str!("../../systemd/handoffd.service");
        assert!(unit.contains("StartLimitBurst=10"));
        assert!(deaths.count() < 10);
    }

    #[test]
    fn what_an_older_program_counted_still_counts() {
        let old = Beginnings::from_bytes(&5_u32.to_be_bytes());
        let expected = Beginnings {
            while_judged: 5,
            ..Beginnings::default()
        };
        assert_eq!(old, expected);
        assert_eq!(Beginnings::from_bytes(&old.to_bytes()), expected);
        assert_eq!(Beginnings::from_bytes(b"xy"), Beginnings::default());
    }
}
