//! The book of troubles on disk: no restart tells the admin twice, or forgets to tell that all is well. Holds nothing about customers.

use super::form::{self, FailingForm, ReportedForm, TroubleForm};
use super::store::{Act, Batch, Order, Outlives, Tree};
use super::{Journal, JournalError, RecordedEffect};
use crate::compose::Outgoing;
use crate::watch::{Happened, Kind, Known, Ledger, Reported};
use jiff::Timestamp;

/// The key of the last report, beside the names of the kinds.
const REPORTED: &str = "reported";

/// What the keys of servers that fail begin with, before the name of the kind. An older program knows no kind of such a name, and passes it over.
const FAILING: &str = "failing ";

/// More rows than there are kinds.
const ROWS_MAX: usize = 100;

impl Journal {
    /// The book of troubles as it stands.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn troubles(&self) -> Result<Ledger, JournalError> {
        let mut ledger = Ledger::default();
        for (key, bytes) in
            (self.store).scan(Tree::Troubles, &[], None, Order::Upwards, ROWS_MAX)?
        {
            let name = String::from_utf8_lossy(&key).into_owned();
            let record = format!("trouble {name}");
            if name == REPORTED {
                let form: ReportedForm = form::read(&record, &bytes)?;
                ledger.reported = Some(Reported::from(form));
            } else if let Some(kind) = name.strip_prefix(FAILING).and_then(Kind::by_name) {
                let form: FailingForm = form::read(&record, &bytes)?;
                let _ = ledger.failing.0.insert(kind, form.into());
            } else if let Some(kind) = Kind::by_name(&name) {
                let form: TroubleForm = form::read(&record, &bytes)?;
                let known = Known::try_from(form).map_err(|why| form::unreadable(&record, &why))?;
                let _ = ledger.lines.insert(kind, known);
            }
        }
        Ok(ledger)
    }

    /// Changes the book; mails that follow from the change are recorded with it, in one commit.
    ///
    /// # Errors
    /// [`JournalError`]; nothing is changed then.
    pub fn change_troubles(
        &self,
        now: Timestamp,
        change: impl FnOnce(&mut Ledger) -> Vec<Outgoing>,
    ) -> Result<(Ledger, Vec<RecordedEffect>), JournalError> {
        let _writing = self.lock();
        let before = self.troubles()?;
        let mut ledger = before.clone();
        let mails = change(&mut ledger);
        let mut batch = Batch::of(Act::Trouble);
        put_difference(&before, &ledger, &mut batch)?;
        let mut recorded = Vec::new();
        for mail in mails {
            if !self.own_mail(&mail.message_id)? {
                recorded.push(self.add_effect(mail, now, &mut batch)?);
            }
        }
        if !batch.is_empty() {
            self.store.commit(batch, Outlives::PowerCut)?;
        }
        Ok((ledger, recorded))
    }

    /// Notes what happened, with the entry that it happened in.
    pub(super) fn note_happened(
        &self,
        happened: &[Happened],
        batch: &mut Batch,
    ) -> Result<(), JournalError> {
        if happened.is_empty() {
            return Ok(());
        }
        let before = self.troubles()?;
        let mut ledger = before.clone();
        for one in happened {
            let _ = ledger.note(one);
        }
        put_difference(&before, &ledger, batch)
    }
}

fn put_difference(before: &Ledger, after: &Ledger, batch: &mut Batch) -> Result<(), JournalError> {
    for kind in Kind::ALL {
        let name = kind.as_str();
        match (before.lines.get(&kind), after.lines.get(&kind)) {
            (old, Some(new)) if old != Some(new) => {
                let form = TroubleForm::from(new);
                let form = form::write(&format!("trouble {name}"), &form)?;
                batch.put(Tree::Troubles, name, form);
            }
            (Some(_), None) => batch.delete(Tree::Troubles, name),
            _ => {}
        }
        let (old, new) = (before.failing.0.get(&kind), after.failing.0.get(&kind));
        if old != new {
            let name = format!("{FAILING}{name}");
            match new {
                Some(new) => {
                    let form = form::write(&format!("trouble {name}"), &FailingForm::from(new))?;
                    batch.put(Tree::Troubles, name, form);
                }
                None => batch.delete(Tree::Troubles, name),
            }
        }
    }
    if let Some(reported) = &after.reported
        && before.reported != after.reported
    {
        let form = form::write("trouble reported", &ReportedForm::from(reported))?;
        batch.put(Tree::Troubles, REPORTED, form);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::Entry;
    use crate::watch::{Pace, Seen, Teller};
    use jiff::SignedDuration;

    #[test]
    fn the_book_comes_back_as_it_was_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let at = |minutes| Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes);
        let pace = Pace {
            gather: SignedDuration::ZERO,
            calm: SignedDuration::ZERO,
            remind: SignedDuration::from_hours(1),
        };
        let seen: Vec<Seen> = [Kind::Inbox, Kind::Brake, Kind::Disk]
            .map(|kind| Seen {
                kind,
                since: at(1),
                why: "no".to_owned(),
                waiting: 2,
                told_by: match kind {
                    Kind::Brake => Teller::OwnMail,
                    _ => Teller::Report,
                },
            })
            .to_vec();
        let journal = Journal::open(folder.path()).unwrap();
        let entry = Entry {
            happened: vec![Happened {
                kind: Kind::SetAside,
                at: at(2),
                to: "UID 5".to_owned(),
                why: "it broke down".to_owned(),
                told_by: Teller::OwnMail,
            }],
            ..Entry::default()
        };
        journal.record(entry.clone(), at(2)).unwrap();
        let change = |ledger: &mut Ledger| {
            ledger.look(&seen, at(3), pace);
            let report = ledger.report(pace, true, at(3)).unwrap();
            ledger.told(&report, "1@desk.example", at(3));
            ledger.look(&seen[..2], at(4), pace);
            ledger.failing.fails(Kind::Smtp, at(3), at(4));
            ledger.failing.fails(Kind::Inbox, at(4), at(4));
            vec![]
        };
        let (ledger, _) = journal.change_troubles(at(4), change).unwrap();
        assert_eq!(ledger.lines.len(), 4);
        let last = journal.head();
        journal.change_troubles(at(4), |_| vec![]).unwrap();
        journal.record(entry, at(5)).unwrap();
        assert_eq!(journal.head(), last, "nothing changed, nothing is written");
        drop(journal);
        let journal = Journal::open(folder.path()).unwrap();
        assert_eq!(journal.troubles().unwrap(), ledger);
        journal
            .change_troubles(at(9), |ledger| {
                ledger.lines.clear();
                ledger.failing.works(Kind::Smtp);
                vec![]
            })
            .unwrap();
        let ledger = journal.troubles().unwrap();
        assert!(ledger.lines.is_empty());
        assert_eq!(ledger.failing.before(Kind::Smtp, at(9)), None);
        assert_eq!(ledger.failing.before(Kind::Inbox, at(9)), Some(at(4)));
    }
}
