//! Sees to it that a letter leaves once a week, and carries out what it was answered. Both are found by looking at the journal and the clock, so a
//! daemon that was off writes the last letter late and once, and an answer that came in its last moment is carried out at the next start.

use super::Office;
use super::handle::is_shadow;
use super::letter_acts::carry_out;
use crate::clock;
use crate::compose::Audience;
use crate::journal::{Journal, JournalError, on_disk};
use crate::knowledge::Knowledge;
use crate::letter::{Account, Gathering, Schedule, SentLetter, week_before};
use crate::numbers::Period;
use crate::report;
use crate::understand::meaning::Encoder;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// How often it is looked.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// The rest after a look that broke down or could not be made.
const AFTER_A_BREAKDOWN: Duration = Duration::from_mins(10);
/// So many tickets are read for a letter; where there are more, it says so.
const TICKETS_MAX: usize = 100_000;
/// So many changes of stage are looked at.
const CHANGES_MAX: usize = 2_000;

/// The part of the daemon that writes letters.
pub struct LetterWatch {
    office: Arc<RwLock<Arc<Office>>>,
    journal: Arc<Journal>,
    /// Wakes the outbox.
    outbox_wake: Arc<Notify>,
    /// Has everything loaded anew, where a new article lies in its folder.
    reload: Arc<Notify>,
}

/// Whether what articles have earned counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// It does.
    Yes,
    /// Each does what its mode says.
    No,
}

/// What a look came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LookedAtLetters {
    /// So many mails are new, and wait to be sent.
    pub mails: usize,
    /// Whether an article was written into its folder.
    pub has_new_article: bool,
}

impl LetterWatch {
    /// Writes for an office.
    #[must_use]
    pub const fn new(
        office: Arc<RwLock<Arc<Office>>>,
        journal: Arc<Journal>,
        outbox_wake: Arc<Notify>,
        reload: Arc<Notify>,
    ) -> Self {
        Self {
            office,
            journal,
            outbox_wake,
            reload,
        }
    }

    /// Runs until `shutdown`.
    pub async fn run(self, shutdown: CancellationToken) {
        let mut rest = Duration::ZERO;
        loop {
            tokio::select! {
                biased;
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(rest) => {}
            }
            let office = Arc::clone(&self.office.read().unwrap_or_else(PoisonError::into_inner));
            // Mail goes on without letters.
            let looking = AssertUnwindSafe(|| look(&self.journal, &office, clock::now()));
            rest = match on_disk(|| catch_unwind(looking)) {
                Ok(Ok(came)) => {
                    if came.mails > 0 {
                        self.outbox_wake.notify_one();
                    }
                    if came.has_new_article {
                        self.reload.notify_one();
                    }
                    LOOK_EVERY
                }
                Ok(Err(error)) => {
                    report::gateway::letters_not_looked_at(&error.to_string(), AFTER_A_BREAKDOWN);
                    AFTER_A_BREAKDOWN
                }
                Err(_) => {
                    let why = "a part broke down: please report it with this log";
                    report::gateway::letters_not_looked_at(why, AFTER_A_BREAKDOWN);
                    AFTER_A_BREAKDOWN
                }
            };
        }
    }
}

/// Looks once: carries out what letters were answered, and writes the letter that is due. In shadow mode neither, for nothing leaves.
///
/// # Errors
/// [`JournalError`]; what was recorded until then stays, and the next look goes on from there.
pub fn look(
    journal: &Journal,
    office: &Office,
    now: Timestamp,
) -> Result<LookedAtLetters, JournalError> {
    let mut came = LookedAtLetters::default();
    let _ = journal.drop_old_letters(now)?;
    if is_shadow(office) {
        return Ok(came);
    }
    // The letter first: what cannot be carried out keeps no week from being told.
    came.mails += write_if_due(journal, office, now)?;
    for letter in journal.letters()? {
        for place in 0..letter.answers.len() {
            came = came.and(carry_out(journal, office, &letter, place, now)?);
        }
    }
    Ok(came)
}

impl LookedAtLetters {
    const fn and(self, other: Self) -> Self {
        Self {
            mails: self.mails + other.mails,
            has_new_article: self.has_new_article || other.has_new_article,
        }
    }
}

/// So many mails are new.
fn write_if_due(journal: &Journal, office: &Office, now: Timestamp) -> Result<usize, JournalError> {
    let settings = &office.settings;
    let Some(weekday) = settings.letter.weekday else {
        return Ok(0);
    };
    let schedule = Schedule {
        weekday,
        hour: settings.letter.hour,
        zone: zone_of(office),
    };
    let due = schedule.last_due(now);
    match journal.letters_written_until()? {
        Some(until) if until >= due && until <= now => return Ok(0),
        Some(_) => {}
        // A desk that is new has no week behind it.
        None => {
            let _ = journal.record_letter(due, None, vec![], now)?;
            return Ok(0);
        }
    }
    let week = week_before(due, &schedule.zone);
    write(
        journal,
        office,
        account_of(journal, office, week, now)?,
        due,
        now,
    )
}

/// Writes a letter about the seven days until now, whenever the next one is due. So many mails are new.
///
/// # Errors
/// [`JournalError`]; nothing is written then.
pub fn write_now(
    journal: &Journal,
    office: &Office,
    now: Timestamp,
) -> Result<usize, JournalError> {
    let account = account_until_now(journal, office, now)?;
    write(journal, office, account, now, now)
}

fn write(
    journal: &Journal,
    office: &Office,
    account: Account,
    due: Timestamp,
    now: Timestamp,
) -> Result<usize, JournalError> {
    let settings = &office.settings;
    let writer = &office.writer;
    let letter = writer.weekly_letter(&account, Audience::Admin, due, settings, now);
    let gaps = account.gaps.iter().flat_map(|gap| &gap.tickets);
    let quoted: BTreeSet<_> = gaps.cloned().collect();
    let sent = SentLetter {
        message_id: letter.message_id.clone(),
        to: settings.support.admin.clone(),
        at: now,
        suggestions: account.suggestions.clone(),
        quoted: quoted.into_iter().collect(),
        answers: vec![],
    };
    let mut mails = vec![letter];
    if settings.letter.to_teams {
        let admin = &settings.support.admin;
        let teams = settings.teams.iter();
        // A team that had nothing to do is told nothing.
        let others = teams.filter(|team| {
            account.numbers.teams.contains_key(&team.name) && !team.address.is_same_as(admin)
        });
        mails.extend(
            others.map(|team| {
                writer.weekly_letter(&account, Audience::Team(team), due, settings, now)
            }),
        );
    }
    let recorded = journal.record_letter(due, Some(&sent), mails, now)?;
    if !recorded.is_empty() {
        report::gateway::letter_written(sent.suggestions.len());
    }
    Ok(recorded.len())
}

/// What the days until now come to, for whoever asks for a letter between two.
///
/// # Errors
/// [`JournalError`]
pub fn account_until_now(
    journal: &Journal,
    office: &Office,
    now: Timestamp,
) -> Result<Account, JournalError> {
    let days = Period::last_days(7, now, zone_of(office));
    account_of(journal, office, days, now)
}

fn account_of(
    journal: &Journal,
    office: &Office,
    days: Period,
    now: Timestamp,
) -> Result<Account, JournalError> {
    let encoder = office.encoder.as_deref();
    let autonomy = match office.settings.autonomy.is_on() {
        true => Counted::Yes,
        false => Counted::No,
    };
    account_of_days(journal, (&office.knowledge, autonomy), encoder, days, now)
}

/// What seven days come to, beside these articles.
///
/// # Errors
/// [`JournalError`]
pub fn account_of_days(
    journal: &Journal,
    (knowledge, autonomy): (&Knowledge, Counted),
    encoder: Option<&Encoder>,
    week: Period,
    now: Timestamp,
) -> Result<Account, JournalError> {
    let standings = match autonomy {
        Counted::Yes => journal.standings()?,
        // What once was earned means nothing where nobody asks for it.
        Counted::No => BTreeMap::new(),
    };
    let mut gathering = Gathering::new(week, now);
    let from = gathering.tickets_from();
    let are_all = journal.each_ticket_opened_from(from, TICKETS_MAX, |ticket| {
        gathering.take_in(ticket);
    })?;
    if !are_all {
        gathering.leave_some_out();
    }
    Ok(gathering.account(
        &standings,
        &journal.stage_changes(CHANGES_MAX)?,
        &journal.letters()?,
        knowledge,
        encoder,
    ))
}

fn zone_of(office: &Office) -> TimeZone {
    let team = office.settings.teams.first();
    team.map_or(TimeZone::UTC, |team| team.hours.time_zone.clone())
}

#[cfg(test)]
#[path = "letter_watch/tests.rs"]
mod tests;
