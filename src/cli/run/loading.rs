//! What was loaded for each mailbox, at a start or a reload: all of it is taken, or nothing. Each model of meaning is loaded once.

use super::ready::NotReady;
use crate::cli::Failure;
use crate::config::gathered::{Gathered, Stands};
use crate::config::{MailboxName, Problem};
use crate::gateway::Office;
use crate::report;
use crate::understand::meaning::Encoder;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Why nothing of what was loaded is taken.
pub(super) enum Refused {
    /// Files have problems.
    Problems(Vec<Problem>),
    /// The store of a mailbox cannot be used.
    Store(String),
}

impl Refused {
    pub(super) fn into_failure(self) -> Failure {
        match self {
            Self::Problems(problems) => Failure::problems(&problems),
            Self::Store(why) => Failure::Unreachable(why),
        }
    }

    /// Says in the log that a reload was refused; in few words for the admin.
    pub(super) fn told(self) -> String {
        match self {
            Self::Problems(problems) => {
                report::gateway::reload_refused(&problems);
                in_few_words(&problems)
            }
            Self::Store(why) => {
                report::gateway::reload_refused_by_store(&why);
                why
            }
        }
    }
}

/// What was loaded for each mailbox so far, all or nothing.
pub(super) struct Loading<T> {
    loaded: BTreeMap<Option<MailboxName>, T>,
    /// Each model once, however many use it.
    models: Vec<Arc<Encoder>>,
    gathered: Gathered,
}

impl<T> Loading<T> {
    /// Nothing so far, beside models that are loaded already.
    pub(super) fn beside(models: Vec<Arc<Encoder>>) -> Self {
        Self {
            loaded: BTreeMap::new(),
            models,
            gathered: Gathered::default(),
        }
    }

    /// What is loaded of models.
    pub(super) fn models(&self) -> &[Arc<Encoder>] {
        &self.models
    }

    /// What came of one mailbox. Problems of files are gathered, so that one run names all of them; a store that cannot be used ends it.
    pub(super) fn add(
        &mut self,
        name: Option<MailboxName>,
        made: Result<T, NotReady>,
        office: impl FnOnce(&T) -> &Office,
    ) -> Result<(), Refused> {
        self.gathered.looks_at(name.as_ref());
        match made {
            Ok(made) => {
                if let Some(model) = &office(&made).encoder
                    && !self.models.iter().any(|known| Arc::ptr_eq(known, model))
                {
                    self.models.push(Arc::clone(model));
                }
                let _ = self.loaded.insert(name, made);
                Ok(())
            }
            Err(NotReady::Problems(problems)) => {
                for problem in problems {
                    self.gathered
                        .add(name.as_ref(), problem, Stands::InWhatIsShared);
                }
                Ok(())
            }
            Err(NotReady::Store(why)) => Err(Refused::Store(why)),
        }
    }

    /// All of it, where nothing is wrong with any.
    pub(super) fn finish(self) -> Result<BTreeMap<Option<MailboxName>, T>, Refused> {
        let problems = self.gathered.into_problems();
        if !problems.is_empty() {
            return Err(Refused::Problems(problems));
        }
        for model in &self.models {
            Office::keep_directions(model);
        }
        Ok(self.loaded)
    }
}

/// The first of many problems, and how many there are.
fn in_few_words(problems: &[Problem]) -> String {
    let first = problems
        .first()
        .map(ToString::to_string)
        .unwrap_or_default();
    match problems.len() {
        0 | 1 => first,
        all => format!("{first} (and {} more)", all - 1),
    }
}
