//! Where do articles stand, and how did they come there? Each change is there for good, as part of what only grows; where they stand is the last word
//! of each. Nothing here is about a customer.

use super::form::{self, StageChangeForm, StandingForm};
use super::store::{Act, Batch, Order, Outlives, Tree};
use super::{Journal, JournalError};
use crate::autonomy::{ArticleName, StageChange, Standing, Weighed};
use crate::watch::Happened;
use std::collections::BTreeMap;

/// More articles are not loaded, in any number of languages.
const STANDINGS_MAX: usize = 100_000;

impl Journal {
    /// Where each article stands that was ever looked at.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn standings(&self) -> Result<BTreeMap<ArticleName, Standing>, JournalError> {
        let rows = (self.store).scan(Tree::Standings, &[], None, Order::Upwards, STANDINGS_MAX)?;
        let mut found = BTreeMap::new();
        for (key, bytes) in rows {
            let name = String::from_utf8_lossy(&key).into_owned();
            let record = format!("standing of article {name}");
            let article = ArticleName::parse(&name)
                .ok_or_else(|| form::unreadable(&record, "its key is damaged"))?;
            let _ = found.insert(article, read_standing(&record, &bytes)?);
        }
        Ok(found)
    }

    /// Where one article stands.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn standing(&self, article: &ArticleName) -> Result<Option<Standing>, JournalError> {
        let name = article.to_string();
        let bytes = self.store.get(Tree::Standings, name.as_bytes())?;
        let record = format!("standing of article {name}");
        let read = |bytes: Vec<u8>| read_standing(&record, &bytes);
        bytes.map(read).transpose()
    }

    /// The last changes of stage, the newest first; at most so many.
    ///
    /// # Errors
    /// [`JournalError`]
    pub fn stage_changes(&self, max: usize) -> Result<Vec<StageChange>, JournalError> {
        let rows = (self.store).scan(Tree::StageChanges, &[], None, Order::Downwards, max)?;
        let read = |(key, bytes): (Vec<u8>, Vec<u8>)| {
            let record = format!("change of stage {}", number_of(&key).unwrap_or_default());
            let form: StageChangeForm = form::read(&record, &bytes)?;
            StageChange::try_from(form).map_err(|why| form::unreadable(&record, &why))
        };
        rows.into_iter().map(read).collect()
    }

    /// Changes where articles stand, in one commit. `change` is told where they stand now, so that nothing comes in between; what it gives back is
    /// recorded, and with it the troubles that `happened` makes of it.
    ///
    /// # Errors
    /// [`JournalError`], or what `change` says; nothing is recorded then.
    pub fn change_stages<E: From<JournalError>>(
        &self,
        change: impl FnOnce(&BTreeMap<ArticleName, Standing>) -> Result<Weighed, E>,
        happened: impl Fn(&StageChange) -> Option<Happened>,
    ) -> Result<Weighed, E> {
        let _writing = self.lock();
        let looked = change(&self.standings()?)?;
        let mut batch = Batch::of(Act::Autonomy);
        let last = (self.store).scan(Tree::StageChanges, &[], None, Order::Downwards, 1)?;
        let last = last.first().and_then(|(key, _)| number_of(key));
        let mut number = last.map_or(0, |last| last.saturating_add(1));
        for one in &looked.changes {
            let record = format!("change of stage {number}");
            let bytes = form::write(&record, &StageChangeForm::from(one))?;
            batch.put(Tree::StageChanges, number.to_be_bytes(), bytes);
            number = number.saturating_add(1);
        }
        for (article, standing) in &looked.standings {
            let record = format!("standing of article {article}");
            let bytes = form::write(&record, &StandingForm::from(standing))?;
            batch.put(Tree::Standings, article.to_string(), bytes);
        }
        let happened: Vec<Happened> = looked.changes.iter().filter_map(happened).collect();
        self.note_happened(&happened, &mut batch)?;
        if !batch.is_empty() {
            // What was counted can be counted again; what was changed is for good.
            let outlives = match looked.changes.is_empty() {
                true => Outlives::NothingYet,
                false => Outlives::PowerCut,
            };
            self.store.commit(batch, outlives)?;
        }
        Ok(looked)
    }
}

fn read_standing(record: &str, bytes: &[u8]) -> Result<Standing, JournalError> {
    let form: StandingForm = form::read(record, bytes)?;
    Standing::try_from(form).map_err(|why| form::unreadable(record, &why))
}

fn number_of(key: &[u8]) -> Option<u64> {
    key.try_into().ok().map(u64::from_be_bytes)
}

#[cfg(test)]
mod tests;
