//! Looks again and again at what articles have earned: what staff and customers did since is read off the tickets, and a stage is changed where the
//! rule says so. Deciding only reads what was recorded here.
//!
//! A look reads the newest tickets and takes a part of a second; it is made when anything was recorded since the last one, and the longer it takes the
//! longer it is until the next. A daemon that was off changes nothing but the moment.

use super::Office;
use crate::autonomy::{Gathering, Loaded, Stage, StageChange, Terms, Weighed, weigh};
use crate::clock;
use crate::config::Advance;
use crate::journal::{Journal, JournalError, on_disk};
use crate::knowledge::{ArticleMode, Knowledge};
use crate::report;
use crate::watch::{Happened, Kind, Teller};
use jiff::Timestamp;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How often it is looked at most.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// A look that took so long is followed by a rest so many times longer: no more than a fiftieth of one core.
const RESTS_TIMES: u32 = 50;
/// The rest after a look that broke down.
const AFTER_A_BREAKDOWN: Duration = Duration::from_mins(10);
/// So many of the newest tickets are read. An article that so many do not let earn anything has no need to.
const TICKETS_MAX: usize = 20_000;

/// The part of the daemon that looks at what articles have earned.
pub struct AutonomyWatch {
    office: Arc<RwLock<Arc<Office>>>,
    journal: Arc<Journal>,
}

impl AutonomyWatch {
    /// Watches the articles of an office.
    #[must_use]
    pub const fn new(office: Arc<RwLock<Arc<Office>>>, journal: Arc<Journal>) -> Self {
        Self { office, journal }
    }

    /// Runs until `shutdown`.
    pub async fn run(self, shutdown: CancellationToken) {
        let mut seen: Option<(Arc<Office>, _)> = None;
        let mut rest = Duration::ZERO;
        loop {
            tokio::select! {
                biased;
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(rest) => {}
            }
            rest = LOOK_EVERY;
            let office = Arc::clone(&self.office.read().unwrap_or_else(PoisonError::into_inner));
            let head = self.journal.head();
            let is_seen = |(seen, at): &(Arc<Office>, _)| Arc::ptr_eq(seen, &office) && *at == head;
            if !office.settings.autonomy.is_on() || seen.as_ref().is_some_and(is_seen) {
                continue;
            }
            let began = Instant::now();
            // Mail goes on without it: each article stays where it is.
            let looked = AssertUnwindSafe(|| look(&self.journal, &office, clock::now()));
            let Ok(looked) = on_disk(|| catch_unwind(looked)) else {
                report::gateway::autonomy_broke_down(AFTER_A_BREAKDOWN);
                rest = AFTER_A_BREAKDOWN;
                continue;
            };
            match looked {
                Ok(weighed) => {
                    weighed
                        .changes
                        .iter()
                        .for_each(report::gateway::stage_changed);
                    seen = Some((office, head));
                }
                // The next look finds the same.
                Err(error) => report::gateway::autonomy_not_looked_at(&error, LOOK_EVERY),
            }
            rest = rest.max(began.elapsed().saturating_mul(RESTS_TIMES));
        }
    }
}

/// Looks once at every article, and records what follows.
///
/// # Errors
/// [`JournalError`]; nothing is changed then.
pub fn look(journal: &Journal, office: &Office, now: Timestamp) -> Result<Weighed, JournalError> {
    let autonomy = &office.settings.autonomy;
    if !autonomy.is_on() {
        return Ok(Weighed::default());
    }
    let mut gathering = Gathering::default();
    journal.each_of_the_newest_tickets(TICKETS_MAX, |ticket| gathering.take_in(ticket, now))?;
    let trials = gathering.trials();
    let loaded = loaded(&office.knowledge);
    let terms = Terms {
        demands: autonomy.demands(),
        start: autonomy.start,
        is_automatic: autonomy.advance == Advance::Automatic,
    };
    journal.change_stages(
        |standings| Ok(weigh(&loaded, standings, &trials, &terms, now)),
        happened,
    )
}

fn loaded(knowledge: &Knowledge) -> Vec<Loaded<'_>> {
    let topics = knowledge.topics.values();
    topics
        .flat_map(|topic| {
            let ceiling = match topic.mode {
                ArticleMode::Answer => Some(Stage::Answer),
                ArticleMode::Draft => Some(Stage::Draft),
                ArticleMode::Handoff | ArticleMode::Unwritten => None,
            };
            topic
                .articles
                .iter()
                .map(move |(language, article)| Loaded {
                    name: crate::autonomy::ArticleName {
                        intent: topic.intent.clone(),
                        language: language.clone(),
                    },
                    body: &article.body,
                    revision: &article.revision,
                    ceiling,
                })
        })
        .collect()
}

/// What the admin is told of a change.
fn happened(change: &StageChange) -> Option<Happened> {
    change.is_to_be_told().then(|| Happened {
        kind: Kind::Autonomy,
        at: change.at,
        to: format!("{}, {}", change.article, change.at),
        why: format!(
            "{} goes back from {} to {}: {}",
            change.article,
            change.from.unwrap_or(change.to),
            change.to,
            change.sentence()
        ),
        told_by: Teller::Report,
    })
}
