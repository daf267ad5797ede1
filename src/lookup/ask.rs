//! Asks all lookups about one mail, side by side, each within its time limit: from what is kept, or by a command or a web server. One that fails
//! again and again is left alone for a while.

use super::answer::{self, Answer};
use super::breaker::Breaker;
use super::cache::{self, Cache};
use super::{Found, LookedUp, Question, command, web};
use crate::clock;
use crate::config::{FieldName, Lookup, LookupName, LookupWay};
use crate::report::lookup as report;
use futures_util::future::join_all;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};

/// So many questions to one lookup are under way at once; each command is a process.
const AT_ONCE: usize = 4;

/// Whoever waited for longer than this share of the time limit cannot blame the lookup for being late.
const PATIENT_SHARE: u32 = 4;

/// All lookups of a mailbox, and how it went with each lately.
#[derive(Default)]
pub struct Lookups {
    each: Vec<One>,
}

/// A lookup that fails, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failing {
    /// Which.
    pub lookup: LookupName,
    /// Since when.
    pub since: Timestamp,
    /// Why, the last time.
    pub why: String,
}

struct One {
    lookup: Lookup,
    turns: Semaphore,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    breaker: Breaker,
    cache: Cache,
    /// What was told to be dropped of an answer: told once.
    dropped: String,
}

/// Why there are no fields.
enum Missed {
    /// The lookup failed.
    Failed(String),
    /// Nobody asked it, which says nothing of it.
    NotTried(String),
}

impl Lookups {
    /// Those of the settings; nothing was asked yet.
    #[must_use]
    pub fn new(lookups: &[Lookup]) -> Self {
        let each = lookups.iter().map(|lookup| One {
            lookup: lookup.clone(),
            turns: Semaphore::new(AT_ONCE),
            memory: Mutex::default(),
        });
        Self {
            each: each.collect(),
        }
    }

    /// Whether there is nobody to ask.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.each.is_empty()
    }

    /// What each knows about this, in the order of the settings. Ends within the longest time limit.
    pub async fn ask(&self, question: &Question) -> Vec<LookedUp> {
        join_all(self.each.iter().map(|one| one.ask(question))).await
    }

    /// Those that fail again and again.
    #[must_use]
    pub fn failing(&self) -> Vec<Failing> {
        let each = self.each.iter();
        let failing = each.filter_map(|one| {
            let memory = one.memory();
            let (since, why) = memory.breaker.failing()?;
            Some(Failing {
                lookup: one.lookup.name.clone(),
                since,
                why: why.to_owned(),
            })
        });
        failing.collect()
    }

    /// Nothing that was said about anybody is kept.
    pub fn forget_all(&self) {
        for one in &self.each {
            one.memory().cache.clear();
        }
    }
}

impl One {
    async fn ask(&self, question: &Question) -> LookedUp {
        let found = match self.fields(question).await {
            Ok(fields) => Found::Fields(fields),
            Err(Missed::NotTried(why) | Missed::Failed(why)) => {
                report::not_available(&self.lookup.name, &why);
                Found::NotAvailable(why)
            }
        };
        LookedUp {
            lookup: self.lookup.name.clone(),
            found,
        }
    }

    async fn fields(&self, question: &Question) -> Result<BTreeMap<FieldName, String>, Missed> {
        let key = cache::key(&question.subject());
        let limit = self.lookup.time_limit;
        if let Some(kept) = self.memory().cache.get(&key, Instant::now()) {
            return Ok(kept.clone());
        }
        let too_many = || {
            let seconds = limit.as_secs();
            format!("too many mails asked at once to have an answer within {seconds} s")
        };
        let began = Instant::now();
        let Ok(Ok(_turn)) = timeout(limit, self.turns.acquire()).await else {
            return Err(Missed::NotTried(too_many()));
        };
        if let Some(why) = self.memory().breaker.refuses(Instant::now(), limit) {
            return Err(Missed::NotTried(why));
        }
        // Whoever waited for a turn has so much less time.
        let waited = began.elapsed();
        let left = limit.saturating_sub(waited);
        let answered = match timeout(left, self.put(question, left)).await {
            Ok(answered) => answered,
            Err(_) if waited > limit / PATIENT_SHARE => return Err(Missed::NotTried(too_many())),
            Err(_) => Err(format!("no answer within {} s", limit.as_secs())),
        };
        let read = answered.and_then(|bytes| answer::read(&self.lookup, &bytes));
        let now = Instant::now();
        let mut memory = self.memory();
        match read {
            Ok(Answer { fields, dropped }) => {
                memory.breaker.works();
                let life = self.lookup.cache;
                memory.cache.keep(key, fields.clone(), now, life);
                if !dropped.is_empty() && memory.dropped != dropped {
                    report::dropped(&self.lookup.name, &dropped);
                    memory.dropped = dropped;
                }
                Ok(fields)
            }
            Err(why) => {
                memory.breaker.failed(&why, now, clock::now());
                Err(Missed::Failed(why))
            }
        }
    }

    async fn put(
        &self,
        question: &Question,
        patience: std::time::Duration,
    ) -> Result<Vec<u8>, String> {
        let question = question.to_json();
        match &self.lookup.way {
            LookupWay::Command { program, arguments } => {
                command::ask(program, arguments, question).await
            }
            LookupWay::Url(server) => web::ask(server, question, patience).await,
        }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
