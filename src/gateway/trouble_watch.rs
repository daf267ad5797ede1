//! Looks every few seconds at what needs a person, keeps the book of it, and tells the admin by mail, `handoffd status` and systemd by what it finds.
//!
//! What is told is decided in [`crate::watch`]; here it is only asked: the parts of the daemon, the journal, the disk.

use super::Office;
use super::handle::is_shadow;
use crate::clock::{self, Moment};
use crate::config::{Mode, TroubleReports};
use crate::journal::{EffectFilter, EffectRecord, EffectState, Journal, JournalError, on_disk};
use crate::watch::{
    Aftermath, Happened, Kind, Known, Ledger, Pace, Report, Seen, Server, ServerState, Signs,
    Teller, in_one_sentence, mail, row,
};
use crate::{compose, report};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How often it is looked at least.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// And at most.
const LOOK_AT_MOST_EVERY: Duration = Duration::from_secs(1);
/// The outbox and the disk are looked at so often.
const LOOK_CLOSELY_EVERY: Duration = Duration::from_secs(30);
/// A store that fails once may be well again at the next try.
const STORE_PATIENCE: Duration = Duration::from_secs(20);
/// A mail that waits so many times longer than a server may be away waits for something else.
const OUTBOX_PATIENCE: i32 = 6;
/// So many mails of the outbox are looked at.
const OUTBOX_LOOKED_AT: usize = 200;
/// So many of the mails that were given up last are counted when a trouble is over.
const GIVEN_UP_COUNTED: usize = 5_000;
/// With less room on its disk the store is in danger.
const DISK_MIN_BYTES: u64 = 100 * 1024 * 1024;

/// The servers that we need, each with the trouble that it is.
const SERVERS: [(Server, Kind); 2] = [(Server::Imap, Kind::Inbox), (Server::Smtp, Kind::Smtp)];

/// How it stands, for people.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    /// For `handoffd status`.
    pub status: Value,
    /// For systemd.
    pub sentence: String,
}

/// The part of the daemon that notices trouble.
pub struct TroubleWatch {
    office: Arc<RwLock<Arc<Office>>>,
    journal: Arc<Journal>,
    signs: Arc<Signs>,
    /// When the last complete sweep of the inbox began.
    swept: watch::Receiver<Option<Moment>>,
    /// Wakes the outbox.
    outbox_wake: Arc<Notify>,
    picture: watch::Sender<Picture>,
    /// What was known when the journal could last be read.
    last_known: Ledger,
    /// Whether it was read in the book which servers had failed before this process began.
    has_read_failing: bool,
    /// What is looked at more rarely, as it was then.
    closely: (Option<Instant>, Vec<Seen>),
}

impl TroubleWatch {
    /// A watch, and what it shows.
    #[must_use]
    pub fn new(
        office: Arc<RwLock<Arc<Office>>>,
        journal: Arc<Journal>,
        signs: Arc<Signs>,
        swept: watch::Receiver<Option<Moment>>,
        outbox_wake: Arc<Notify>,
    ) -> (Self, watch::Receiver<Picture>) {
        let (picture, seen) = watch::channel(Picture::default());
        let watch = Self {
            office,
            journal,
            signs,
            swept,
            outbox_wake,
            picture,
            last_known: Ledger::default(),
            has_read_failing: false,
            closely: (None, Vec::new()),
        };
        (watch, seen)
    }

    /// Runs until `shutdown`.
    pub async fn run(mut self, shutdown: CancellationToken) {
        while !shutdown.is_cancelled() {
            let office = Arc::clone(&self.office.read().unwrap_or_else(PoisonError::into_inner));
            on_disk(|| self.look(&office, clock::moment()));
            tokio::select! {
                biased;
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = self.signs.changed() => {}
            }
            // Whatever changes how often: the next look is a moment away.
            tokio::select! {
                biased;
                () = shutdown.cancelled() => return,
                () = tokio::time::sleep(LOOK_AT_MOST_EVERY) => {}
            }
        }
    }

    fn look(&mut self, office: &Office, moment: Moment) {
        let now = moment.shown;
        let pace = pace(&office.settings.trouble);
        self.go_on_failing(moment);
        let mut seen = self.of_the_parts(office, moment);
        let kept = self
            .of_the_journal(office, &mut seen, now)
            .and_then(|()| self.keep_book(office, &seen, pace, now));
        match kept {
            Ok(ledger) => self.last_known = ledger,
            // What cannot be kept is shown all the same.
            Err(error) => {
                if !seen.iter().any(|one| one.kind == Kind::Store) {
                    seen.push(lasting(Kind::Store, now, error.to_string()));
                }
                self.last_known.look(&seen, now, pace);
            }
        }
        let picture = Picture {
            status: self.status(office),
            sentence: in_one_sentence(&self.last_known),
        };
        self.picture.send_replace(picture);
    }

    /// A restart begins no outage anew.
    fn go_on_failing(&mut self, moment: Moment) {
        if self.has_read_failing {
            return;
        }
        let Ok(ledger) = self.journal.troubles() else {
            return;
        };
        self.has_read_failing = true;
        for (server, kind) in SERVERS {
            let Some(since) = ledger.failing.before(kind, moment.shown) else {
                continue;
            };
            let ago = moment.shown.duration_since(since).unsigned_abs();
            let passed = moment.passed.checked_sub(ago).unwrap_or(moment.passed);
            self.signs.failed_before(
                server,
                Moment {
                    shown: since,
                    passed,
                },
            );
        }
    }

    /// What the parts of the daemon say of themselves.
    fn of_the_parts(&self, office: &Office, moment: Moment) -> Vec<Seen> {
        let now = moment.shown;
        // However the clock on the wall was set in between.
        let lasts = |since: Moment, patience: Duration| {
            moment.passed.saturating_duration_since(since.passed) >= patience
        };
        let settings = &office.settings;
        let mut seen = Vec::new();
        if let Some((since, why)) = self.signs.store_failing()
            && lasts(since, STORE_PATIENCE)
        {
            seen.push(lasting(Kind::Store, since.shown, why));
        }
        let health = (settings.token_keeper()).map(|keeper| keeper.health().borrow().clone());
        let failing = health.as_ref().and_then(|health| health.to_be_told(now));
        if let Some(failing) = failing {
            seen.push(lasting(
                Kind::Token,
                failing.since,
                failing.last.to_string(),
            ));
        }
        let smtp_by_token =
            (settings.smtp.login.as_ref()).is_some_and(|(_, login)| login.keeper().is_some());
        for (server, kind, follows_from_token) in [
            (Server::Imap, Kind::Inbox, true),
            (Server::Smtp, Kind::Smtp, smtp_by_token),
        ] {
            let ServerState::Fails {
                since,
                why,
                is_refused,
            } = self.signs.standing(server)
            else {
                continue;
            };
            // Without a token nobody can log in: that is one trouble, not three.
            if follows_from_token
                && health
                    .as_ref()
                    .is_some_and(|health| health.failing.is_some())
            {
                continue;
            }
            let patience = patience(&settings.trouble, is_refused);
            if lasts(since, patience.unsigned_abs()) {
                seen.push(lasting(kind, since.shown, why));
            }
        }
        let failing = office.lookups.failing().into_iter();
        let failing: Vec<(Timestamp, String)> = failing
            .map(|one| (one.since, format!("{}: {}", one.lookup, one.why)))
            .collect();
        if let Some(since) = failing.iter().map(|(since, _)| *since).min() {
            let each: Vec<&str> = failing.iter().map(|(_, why)| why.as_str()).collect();
            let why = report::without_addresses(each.join("; "));
            seen.push(lasting(Kind::Lookup, since, why));
        }
        if let Some((since, why)) = self.signs.refused_reload() {
            seen.push(lasting(Kind::Reload, since, why));
        }
        if let Some((part, late)) = self.signs.silent(Instant::now()) {
            let since = SignedDuration::try_from(late).unwrap_or_default();
            let since = now.checked_sub(since).unwrap_or(now);
            seen.push(lasting(Kind::Part, since, part.in_words().to_owned()));
        }
        seen
    }

    /// What only the journal and its disk know.
    fn of_the_journal(
        &mut self,
        office: &Office,
        seen: &mut Vec<Seen>,
        now: Timestamp,
    ) -> Result<(), JournalError> {
        if let Some(pulled) = self.journal.brake(now)? {
            let brake = lasting(Kind::Brake, pulled.at, pulled.why().to_string());
            seen.push(Seen {
                told_by: Teller::OwnMail,
                ..brake
            });
        }
        for one in seen.iter_mut().filter(|one| one.kind == Kind::Smtp) {
            one.waiting = self.journal.count_effects(EffectFilter::Waiting)?;
        }
        let is_time = (self.closely.0).is_none_or(|last| last.elapsed() >= LOOK_CLOSELY_EVERY);
        if is_time {
            let mut found = Vec::new();
            found.extend(self.stuck_mails(office, now)?);
            found.extend(self.untold_webhook(office, now)?);
            found.extend(full_disk(office, now));
            self.closely = (Some(Instant::now()), found);
        }
        let smtp_fails = matches!(self.signs.standing(Server::Smtp), ServerState::Fails { .. });
        let found = self.closely.1.iter();
        seen.extend(
            found
                .filter(|one| one.kind != Kind::Outbox || !smtp_fails)
                .cloned(),
        );
        Ok(())
    }

    /// Mails that wait for longer than a server may be away; reports of trouble do not report themselves.
    fn stuck_mails(&self, office: &Office, now: Timestamp) -> Result<Option<Seen>, JournalError> {
        let patience = patience(&office.settings.trouble, false) * OUTBOX_PATIENCE;
        let patience = patience.max(SignedDuration::from_mins(1));
        let is_stuck = |mail: &EffectRecord| {
            mail.purpose != compose::Purpose::Trouble
                && now.duration_since(mail.recorded_at) >= patience
        };
        let mut stuck = Vec::new();
        for filter in [EffectFilter::Waiting, EffectFilter::InDoubt] {
            let mails = self.journal.effects(filter, OUTBOX_LOOKED_AT)?;
            stuck.extend(mails.into_iter().filter(is_stuck));
        }
        let oldest = stuck.iter().min_by_key(|mail| mail.recorded_at);
        Ok(oldest.map(|oldest| Seen {
            waiting: stuck.len(),
            ..lasting(
                Kind::Outbox,
                oldest.recorded_at,
                report::without_addresses(
                    oldest.last_failure.as_deref().unwrap_or("not yet tried"),
                ),
            )
        }))
    }

    /// What a webhook has waited to be told for longer than a server may be away.
    fn untold_webhook(
        &self,
        office: &Office,
        now: Timestamp,
    ) -> Result<Option<Seen>, JournalError> {
        let patience = patience(&office.settings.trouble, false);
        let Some(waiting) = self.journal.waiting_tellings()? else {
            return Ok(None);
        };
        let oldest = &waiting.oldest;
        let is_late = now.duration_since(oldest.recorded_at) >= patience;
        let why = oldest.last_failure.as_deref().unwrap_or("not yet tried");
        let why = report::without_addresses(format!("{}: {why}", oldest.webhook));
        Ok(is_late.then(|| Seen {
            waiting: waiting.count,
            ..lasting(Kind::Webhook, oldest.recorded_at, why)
        }))
    }

    fn keep_book(
        &self,
        office: &Office,
        seen: &[Seen],
        pace: Pace,
        now: Timestamp,
    ) -> Result<Ledger, JournalError> {
        let leap = self.signs.take_leap();
        let journal = &self.journal;
        let before = journal.troubles()?;
        let is_settled = match &before.reported {
            Some(last) => is_settled(journal, &last.mail)?,
            None => true,
        };
        let mut told = None;
        let mut failed = None;
        let (ledger, mails) = journal.change_troubles(now, |ledger| {
            if let Some((at, ahead)) = leap {
                let _ = ledger.note(&leapt(at, ahead));
            }
            for (server, kind) in SERVERS {
                match self.signs.standing(server) {
                    ServerState::Fails { since, .. } => {
                        ledger.failing.fails(kind, since.shown, now);
                    }
                    ServerState::Works { .. } => ledger.failing.works(kind),
                    ServerState::Unknown => {}
                }
            }
            ledger.look(seen, now, pace);
            let due = ledger.report(pace, is_settled, now);
            let Some(due) = due.filter(|_| !is_shadow(office)) else {
                return vec![];
            };
            let aftermath = match aftermath(journal, &due) {
                Ok(aftermath) => aftermath,
                Err(error) => {
                    failed = Some(error);
                    return vec![];
                }
            };
            let mail = report_mail(office, &due, aftermath, now);
            ledger.told(&due, mail.message_id.as_str(), now);
            told = Some(due);
            vec![mail]
        })?;
        if let Some(error) = failed {
            return Err(error);
        }
        if let Some(told) = &told {
            log(told, office);
        }
        for (kind, known) in ledger.open() {
            let is_new = !before.open().any(|(other, _)| other == kind);
            if is_new && kind.needs_a_person() {
                report::gateway::needs_a_person(kind.as_str(), &known.why);
            }
        }
        if !mails.is_empty() {
            self.outbox_wake.notify_one();
        }
        Ok(ledger)
    }

    fn status(&self, office: &Office) -> Value {
        let settings = &office.settings;
        let inbox = &settings.inbox;
        let smtp = &settings.smtp;
        let imap = format!("{}:{}", inbox.host, inbox.port);
        let smtp = format!("{}:{}", smtp.host, smtp.port);
        json!({
            "mode": match settings.automation.mode {
                Mode::Shadow => "shadow",
                Mode::Draft => "draft",
                Mode::Live => "live",
            },
            "well": self.last_known.is_well(),
            "troubles": rows(&self.last_known),
            "inbox": standing(self.signs.standing(Server::Imap), &imap),
            "outbox": standing(self.signs.standing(Server::Smtp), &smtp),
            "last_mail": self.signs.last_mail(),
            "last_sweep": (*self.swept.borrow()).map(|swept| swept.shown),
        })
    }
}

/// The open troubles, for `handoffd status`.
pub(crate) fn rows(ledger: &Ledger) -> Vec<Value> {
    ledger
        .open()
        .map(|(kind, known)| row(kind, known))
        .collect()
}

/// The state of a server to which nothing had to be sent yet.
pub(crate) const NOT_YET_ASKED: &str = "not yet asked";

fn standing(standing: ServerState, server: &str) -> Value {
    match standing {
        ServerState::Unknown => json!({ "server": server, "state": NOT_YET_ASKED }),
        ServerState::Works { since } => {
            json!({ "server": server, "state": "works", "since": since })
        }
        ServerState::Fails { since, why, .. } => {
            json!({ "server": server, "state": "fails", "since": since.shown, "why": why })
        }
    }
}

const fn lasting(kind: Kind, since: Timestamp, why: String) -> Seen {
    Seen {
        kind,
        since,
        why,
        waiting: 0,
        told_by: Teller::Report,
    }
}

fn leapt(at: Timestamp, ahead: SignedDuration) -> Happened {
    Happened {
        kind: Kind::Clock,
        at,
        to: at.to_string(),
        why: format!("{} seconds ahead", ahead.as_secs()),
        // A machine that slept is no reason for a mail.
        told_by: Teller::OwnMail,
    }
}

fn is_settled(journal: &Journal, mail: &str) -> Result<bool, JournalError> {
    let Some(id) = crate::mail::MessageId::parse(mail) else {
        return Ok(true);
    };
    let effect = journal.effect(&id)?;
    Ok(effect.is_none_or(|effect| effect.state.is_settled()))
}

/// What came of the mails that waited for the end of what is over.
fn aftermath(journal: &Journal, report: &Report) -> Result<Aftermath, JournalError> {
    let Report::Over { over, .. } = report else {
        return Ok(Aftermath::default());
    };
    let began = over.iter().map(|(_, known, _)| known.since).min();
    let mut given_up = 0;
    for mail in journal.effects(EffectFilter::GivenUp, GIVEN_UP_COUNTED)? {
        let is_of_that_time = matches!(&mail.state, EffectState::GivenUp { at, .. } if began.is_some_and(|began| *at >= began));
        // A report that got lost is told by this one; what was too large left without what made it so, or was told as that.
        if is_of_that_time
            && mail.purpose != compose::Purpose::Trouble
            && journal.refused_for_size(&mail.message_id)?.is_none()
        {
            given_up += 1;
        }
    }
    let waiting = journal.count_effects(EffectFilter::Waiting)?
        + journal.count_effects(EffectFilter::InDoubt)?;
    Ok(Aftermath { given_up, waiting })
}

fn report_mail(
    office: &Office,
    due: &Report,
    aftermath: Aftermath,
    now: Timestamp,
) -> compose::Outgoing {
    let settings = &office.settings;
    let zone = settings.teams.first();
    let zone = zone.map_or(TimeZone::UTC, |team| team.hours.time_zone.clone());
    let (subject, text) = mail(due, aftermath, &settings.support.language, &zone);
    let occasion = format!("trouble {now}");
    office
        .writer
        .trouble(&occasion, &subject, &text, settings, now)
}

fn log(told: &Report, office: &Office) {
    match told {
        Report::Trouble { due, .. } => {
            let names: Vec<&str> = due.iter().map(|(kind, _)| kind.as_str()).collect();
            report::gateway::admin_told(&names.join(", "));
            let is_token = |(kind, _): &(Kind, Known)| *kind == Kind::Token;
            let health = office.settings.token_keeper().map(|keeper| keeper.health());
            if let (true, Some(health)) = (due.iter().any(is_token), health)
                && let Some(failing) = &health.borrow().failing
            {
                report::oauth2::admin_told(&failing.last);
            }
        }
        Report::Over { still, .. } if still.is_empty() => report::gateway::well_again(),
        Report::Over { over, .. } => {
            let names: Vec<&str> = over.iter().map(|(kind, ..)| kind.as_str()).collect();
            report::gateway::over(&names.join(", "));
        }
    }
}

fn pace(settings: &TroubleReports) -> Pace {
    let signed = |time: Duration| SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX);
    Pace {
        gather: signed(settings.gather),
        calm: signed(settings.calm),
        remind: signed(settings.remind),
    }
}

/// How long a server may be away. One that refuses the login does not come back by itself.
fn patience(settings: &TroubleReports, is_refused: bool) -> SignedDuration {
    let patience = match is_refused {
        true => settings.tell_after / 5,
        false => settings.tell_after,
    };
    SignedDuration::try_from(patience).unwrap_or(SignedDuration::MAX)
}

fn full_disk(office: &Office, now: Timestamp) -> Option<Seen> {
    let folder = &office.settings.store.path;
    let found = rustix::fs::statvfs(folder).ok()?;
    let free = found.f_bavail.saturating_mul(found.f_frsize);
    (free < DISK_MIN_BYTES).then(|| {
        let why = format!(
            "{} MB are left for {}",
            free / (1024 * 1024),
            folder.display()
        );
        lasting(Kind::Disk, now, why)
    })
}
