//! What staff's confirmations taught: kept until it is too much, too old, or forgotten on request.

use super::form::{self, LessonForm};
use super::store::{Act, Batch, Order, Outlives, Tree};
use super::{Journal, JournalError};
use crate::learning::{self, Lesson};
use crate::mail::MailIdentity;

/// More lessons than can be kept are not read.
const LESSONS_MAX: usize = 20_000;

impl Journal {
    /// All lessons that are kept, by the mails they were learned from. One that cannot be read (a later version's, say) teaches nothing: it must not
    /// hold up the mail that brings the next one.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn lessons(&self) -> Result<Vec<Lesson>, JournalError> {
        let rows = (self.store).scan(Tree::Lessons, &[], None, Order::Upwards, LESSONS_MAX)?;
        let lessons = rows.into_iter();
        Ok(lessons
            .filter_map(|(_, bytes)| read_lesson(&bytes).ok())
            .collect())
    }

    /// Forgets lessons. How many of them there were.
    ///
    /// # Errors
    /// [`JournalError`]; none is forgotten then.
    pub fn forget_lessons(&self, mails: &[MailIdentity]) -> Result<usize, JournalError> {
        let _writing = self.lock();
        let mut batch = Batch::of(Act::Unlearn);
        let mut forgotten = 0;
        for mail in mails {
            if self.store.get(Tree::Lessons, &mail.0)?.is_some() {
                batch.delete(Tree::Lessons, mail.0);
                forgotten += 1;
            }
        }
        if !batch.is_empty() {
            self.store.commit(batch, Outlives::PowerCut)?;
        }
        Ok(forgotten)
    }

    /// Adds lessons, and drops what is too much with them.
    pub(super) fn add_lessons(
        &self,
        lessons: Vec<Lesson>,
        batch: &mut Batch,
    ) -> Result<(), JournalError> {
        if lessons.is_empty() {
            return Ok(());
        }
        let mut all = self.lessons()?;
        for lesson in lessons {
            let key = format!("lesson {}", lesson.mail);
            let form = LessonForm::from(&lesson);
            batch.put(Tree::Lessons, lesson.mail.0, form::write(&key, &form)?);
            all.retain(|known| known.mail != lesson.mail);
            all.push(lesson);
        }
        for mail in learning::surplus(&all) {
            batch.delete(Tree::Lessons, mail.0);
        }
        Ok(())
    }
}

fn read_lesson(bytes: &[u8]) -> Result<Lesson, JournalError> {
    let form: LessonForm = form::read("lesson", bytes)?;
    Lesson::try_from(form).map_err(|why| form::unreadable("lesson", &why))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lesson_that_cannot_be_read_holds_up_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(folder.path()).unwrap();
        let mut batch = Batch::of(Act::Unlearn);
        batch.put(Tree::Lessons, [9; 32], b"of a later version".to_vec());
        journal.store.commit(batch, Outlives::PowerCut).unwrap();
        assert!(journal.lessons().unwrap().is_empty());
        let gone = journal.forget_lessons(&[MailIdentity([9; 32])]);
        assert_eq!(gone.unwrap(), 1);
    }
}
