//! `handoffd run`: the daemon, in the foreground: journal, outbox, gateway and control socket, wired together; signals and
//! systemd's notifications.

use super::starting::Starting;
use super::{Common, Failure, log};
use crate::config::Settings;
use crate::gateway::{
    Deadlines, Gateway, Learner, Office, Picture, TokenWatch, TroubleWatch, Wiring,
};
use crate::journal::{Headway, HeldBy, IfHeld, Journal, JournalError, Lease};
use crate::learning::Lesson;
use crate::outbox::{Outbox, Standing};
use crate::watch::{Part, Signs};
use crate::{clock, control, report};
use sd_notify::NotifyState;
use std::path::PathBuf;
use std::sync::{Arc, RwLock};
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The look through a large store, as a part of the daemon.
const CHECK: &str = "the part that checks the store";

pub(super) fn run(common: &Common) -> Result<(), Failure> {
    log::start(common.json);
    keep_memory_to_ourselves();
    let settings = Settings::load(&common.config).map_err(|found| Failure::problems(&found))?;
    let headway = Arc::default();
    let starting = Starting::begin(Arc::clone(&headway));
    let journal = open_journal(&settings, &headway)?;
    // The order within a ticket hangs on it, so nothing is sent before.
    let _added =
        (journal.index_unsettled()).map_err(|error| Failure::Unreachable(error.to_string()))?;
    let key = journal
        .token_key()
        .map_err(|error| Failure::Unreachable(error.to_string()))?;
    let office = Office::furnish(settings, key, &lessons(&journal))
        .map_err(|found| Failure::problems(&found))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::Unreachable(format!("starting the runtime: {error}")))?;
    let daemon = Daemon::new(common.config.clone(), office, journal, headway);
    runtime.block_on(daemon.run(starting))
}

/// The journal, to be worked with. Where another process has it, this one stands by until that ends: ready to systemd, which hears all the while
/// that it lives.
fn open_journal(settings: &Settings, headway: &Arc<Headway>) -> Result<Journal, Failure> {
    let waits = std::cell::Cell::new(false);
    let tell = |held: &HeldBy| {
        if !waits.replace(true) {
            report::gateway::stands_by(&held.holder);
            let status = format!("standing by: {} works with the journal", held.holder);
            tell_systemd(&[NotifyState::Ready, NotifyState::Status(&status)]);
        }
        tell_systemd(&[NotifyState::Watchdog]);
    };
    let opened = Journal::open_of(&settings.store, IfHeld::Wait(&tell), headway);
    let journal = opened.map_err(|error| Failure::Unreachable(error.to_string()))?;
    if waits.get() {
        report::gateway::takes_over();
    }
    Ok(journal)
}

/// Before a password is read: no core file holds it, and no other program of this account reads it from our memory. Where the kernel
/// refuses, `LimitCORE=0` of the unit is left.
fn keep_memory_to_ourselves() {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}

/// What staff confirmed. Where it cannot be read the desk runs on its articles alone, and the learner tries again.
fn lessons(journal: &Journal) -> Vec<Lesson> {
    journal.lessons().unwrap_or_else(|error| {
        report::gateway::lessons_not_read(&error);
        Vec::new()
    })
}

/// The running parts and what joins them.
struct Daemon {
    config: PathBuf,
    office: Arc<RwLock<Arc<Office>>>,
    journal: Arc<Journal>,
    gateway_wake: Arc<Notify>,
    outbox_wake: Arc<Notify>,
    taught: Arc<Notify>,
    shutdown: CancellationToken,
    signs: Arc<Signs>,
    understood_by: watch::Sender<String>,
    standing: Arc<Standing>,
    headway: Arc<Headway>,
}

impl Daemon {
    fn new(config: PathBuf, office: Office, journal: Journal, headway: Arc<Headway>) -> Self {
        let (understood_by, _) = watch::channel(office.understood_by());
        Self {
            config,
            understood_by,
            office: Arc::new(RwLock::new(Arc::new(office))),
            journal: Arc::new(journal),
            gateway_wake: Arc::new(Notify::new()),
            outbox_wake: Arc::new(Notify::new()),
            taught: Arc::new(Notify::new()),
            shutdown: CancellationToken::new(),
            standing: Arc::default(),
            signs: Arc::default(),
            headway,
        }
    }

    async fn run(self, starting: Starting) -> Result<(), Failure> {
        let mut signals = Signals::listen()?;
        let office = self.office();
        let (gateway, swept) = Gateway::new(Wiring {
            office: Arc::clone(&self.office),
            journal: Arc::clone(&self.journal),
            wake: Arc::clone(&self.gateway_wake),
            outbox_wake: Arc::clone(&self.outbox_wake),
            taught: Arc::clone(&self.taught),
            signs: Arc::clone(&self.signs),
        });
        let (learner, learned) = Learner::new(
            Arc::clone(&self.office),
            Arc::clone(&self.journal),
            Arc::clone(&self.taught),
        );
        let learner = tokio::spawn(learner.run(self.shutdown.clone()));
        let deadlines = Deadlines::new(
            Arc::clone(&self.office),
            Arc::clone(&self.journal),
            Arc::clone(&self.outbox_wake),
            Arc::clone(&self.gateway_wake),
            swept.clone(),
            Arc::clone(&self.signs),
        );
        let mut deadlines = tokio::spawn(deadlines.run(self.shutdown.clone()));
        let (token_watch, tokens) = TokenWatch::new(
            Arc::clone(&self.office),
            Arc::clone(&self.journal),
            Arc::clone(&self.outbox_wake),
        );
        let mut token_watch = tokio::spawn(token_watch.run(self.shutdown.clone()));
        let (trouble_watch, picture) = TroubleWatch::new(
            Arc::clone(&self.office),
            Arc::clone(&self.journal),
            Arc::clone(&self.signs),
            swept.clone(),
            Arc::clone(&self.outbox_wake),
        );
        let mut trouble_watch = tokio::spawn(trouble_watch.run(self.shutdown.clone()));
        let control = tokio::spawn(serve_control(
            control::Sources {
                journal: Arc::clone(&self.journal),
                wake: Arc::clone(&self.outbox_wake),
                understood_by: self.understood_by.subscribe(),
                learned,
                taught: Arc::clone(&self.taught),
                use_key: self.use_key(),
                tokens,
                standing: Arc::clone(&self.standing),
                picture: picture.clone(),
            },
            office.settings.control.socket.clone(),
            self.shutdown.clone(),
        ));
        let mut gateway = tokio::spawn(
            gateway
                .with_standing(Arc::clone(&self.standing))
                .run(self.shutdown.clone()),
        );
        let mut outbox = self.start_outbox(swept.clone());
        let watchdog = tokio::spawn(feed_watchdog(
            Arc::clone(&self.signs),
            Arc::clone(&self.headway),
            self.shutdown.clone(),
        ));
        // Before anybody else tells systemd how it stands.
        drop(starting);
        let status = tokio::spawn(tell_how_it_stands(picture, self.shutdown.clone()));
        report::gateway::started(&office);
        tell_systemd(&[NotifyState::Ready]);

        let (journal, stopped) = (Arc::clone(&self.journal), self.shutdown.clone());
        let mut late_check =
            tokio::task::spawn_blocking(move || journal.check_late(move || stopped.is_cancelled()));
        let mut is_checked = false;
        let lease = self.journal.lease();
        let ended = loop {
            let parts = Parts {
                gateway: &mut gateway,
                outbox: &mut outbox.task,
                deadlines: &mut deadlines,
                token_watch: &mut token_watch,
                trouble_watch: &mut trouble_watch,
            };
            let happening = tokio::select! {
                happening = next_happening(&mut signals, parts) => happening,
                // Polled first after a pause, or not: whatever is done meanwhile the journal refuses.
                why = lost(&self.journal, lease.as_deref()) => Happening::Lost(why),
                checked = &mut late_check, if !is_checked => {
                    is_checked = true;
                    match checked {
                        Ok(Ok(())) => continue,
                        Ok(Err(why)) => Happening::Damaged(why.to_string()),
                        Err(_) => Happening::Ended(CHECK),
                    }
                }
            };
            match happening {
                Happening::Reload => {
                    if self.reload() {
                        outbox.stop().await;
                        outbox = self.start_outbox(swept.clone());
                    }
                }
                Happening::Stop => break Ok(()),
                Happening::Ended(part) => {
                    report::gateway::part_ended(part);
                    break Err(format!(
                        "{part} ended although nobody had stopped it; start handoffd again, and look in the log for the reason"
                    ));
                }
                Happening::Damaged(why) => {
                    report::gateway::store_damaged(&why);
                    break Err(why);
                }
                Happening::Lost(why) => {
                    report::gateway::journal_lost(&why);
                    break Err(why);
                }
            }
        };
        if ended.is_ok() {
            report::gateway::stopping();
        }
        tell_systemd(&[NotifyState::Stopping]);
        self.shutdown.cancel();
        outbox.stop.cancel();
        for task in [
            outbox.task,
            gateway,
            deadlines,
            control,
            watchdog,
            learner,
            token_watch,
            trouble_watch,
            status,
        ] {
            // One that has ended is not asked again; one that panicked has been reported by the panic hook.
            if !task.is_finished() {
                let _ = task.await;
            }
        }
        let head = self.journal.head();
        // Also where a part failed: another process has not to wait then.
        self.journal.give_back();
        ended.map_err(Failure::Unreachable)?;
        report::gateway::stopped(head.as_ref());
        Ok(())
    }

    /// Puts the journal's key in the place of the one in use, and nothing else.
    fn use_key(&self) -> control::UseKey {
        let (office, journal) = (Arc::clone(&self.office), Arc::clone(&self.journal));
        let wake = Arc::clone(&self.gateway_wake);
        Arc::new(move || {
            let key = journal.token_key().map_err(|error| {
                format!("{error}; the daemon goes on with the key that it had: restart it when that is mended")
            })?;
            let mut current = office
                .write()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            *current = Arc::new(current.with_key(key));
            drop(current);
            wake.notify_one();
            report::gateway::key_changed();
            Ok(())
        })
    }

    /// Loads everything anew; all or nothing. Whether it was taken.
    fn reload(&self) -> bool {
        let key = match self.journal.token_key() {
            Ok(key) => key,
            Err(error) => {
                report::gateway::key_not_read(&error);
                (self.signs).reload_refused(error.to_string(), clock::now());
                return false;
            }
        };
        let lessons = lessons(&self.journal);
        match self.office().reload(&self.config, key, &lessons) {
            Ok(office) => {
                let _ = self.understood_by.send_replace(office.understood_by());
                let mut current = self
                    .office
                    .write()
                    .unwrap_or_else(std::sync::PoisonError::into_inner);
                *current = Arc::new(office);
                drop(current);
                self.gateway_wake.notify_one();
                // What was confirmed while the files were read.
                self.taught.notify_one();
                self.signs.reload_taken();
                report::gateway::reloaded();
                true
            }
            Err(problems) => {
                report::gateway::reload_refused(&problems);
                (self.signs).reload_refused(in_few_words(&problems), clock::now());
                false
            }
        }
    }

    fn start_outbox(&self, swept: watch::Receiver<Option<clock::Moment>>) -> RunningOutbox {
        let office = self.office();
        let stop = CancellationToken::new();
        let outbox = Outbox::new(
            Arc::clone(&self.journal),
            office.settings.smtp.clone(),
            office.settings.support.address.clone(),
            Arc::clone(&self.outbox_wake),
            Arc::clone(&self.gateway_wake),
            swept,
        )
        .with_standing(Arc::clone(&self.standing))
        .with_sent_folder(office.settings.inbox.sent_folder.is_some())
        .with_signs(Arc::clone(&self.signs));
        let task = tokio::spawn(outbox.run(stop.clone()));
        RunningOutbox { stop, task }
    }

    fn office(&self) -> Arc<Office> {
        let office = self.office.read();
        Arc::clone(&office.unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

/// The control socket. Without it the daemon still does its work, so its failure is only reported.
async fn serve_control(sources: control::Sources, socket: PathBuf, shutdown: CancellationToken) {
    if let Err(error) = control::serve(sources, &socket, shutdown).await {
        report::gateway::control_failed(&socket, &error);
    }
}

/// The outbox as a task that can be ended by itself: a reload may change the server it sends through.
struct RunningOutbox {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl RunningOutbox {
    async fn stop(self) {
        self.stop.cancel();
        let _ = self.task.await;
    }
}

/// What ends the daemon's waiting.
#[derive(Debug, PartialEq, Eq)]
enum Happening {
    Reload,
    Stop,
    /// The store is not what was recorded: nothing more may be decided on it.
    Damaged(String),
    /// Another process works with the journal: the mailbox is its to watch.
    Lost(String),
    /// A part that should never end did, by a panic: without it mail would lie there unseen, or wait in the outbox for ever.
    Ended(&'static str),
}

/// Returns when another process has taken over, with what that means; never for a journal that none can take over.
async fn lost(journal: &Journal, lease: Option<&Lease>) -> String {
    match lease {
        Some(lease) => lease.lost().await,
        None => std::future::pending().await,
    }
    let why = journal.still_ours().err();
    why.as_ref()
        .map(JournalError::to_string)
        .unwrap_or_default()
}

/// The parts without which the daemon is none.
struct Parts<'a> {
    gateway: &'a mut JoinHandle<()>,
    outbox: &'a mut JoinHandle<()>,
    deadlines: &'a mut JoinHandle<()>,
    token_watch: &'a mut JoinHandle<()>,
    trouble_watch: &'a mut JoinHandle<()>,
}

async fn next_happening(signals: &mut Signals, parts: Parts<'_>) -> Happening {
    tokio::select! {
        happening = signals.next() => happening,
        _ = parts.gateway => Happening::Ended("the part that watches the inbox"),
        _ = parts.outbox => Happening::Ended("the part that sends mail"),
        _ = parts.deadlines => Happening::Ended("the part that watches promises"),
        _ = parts.token_watch => Happening::Ended("the part that watches access tokens"),
        _ = parts.trouble_watch => Happening::Ended("the part that watches for trouble"),
    }
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    fn listen() -> Result<Self, Failure> {
        let listen = |kind| {
            signal(kind)
                .map_err(|error| Failure::Unreachable(format!("listening for signals: {error}")))
        };
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
            hang_up: listen(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> Happening {
        tokio::select! {
            _ = self.terminate.recv() => Happening::Stop,
            _ = self.interrupt.recv() => Happening::Stop,
            _ = self.hang_up.recv() => Happening::Reload,
        }
    }
}

/// Tells systemd's watchdog that we live, as long as every part gives its signs of life in time, or what it waits for gets on: a store that is
/// opened anew, a verification, an export.
async fn feed_watchdog(signs: Arc<Signs>, headway: Arc<Headway>, shutdown: CancellationToken) {
    let Some(limit) = sd_notify::watchdog_enabled() else {
        return;
    };
    let mut ticks = tokio::time::interval(limit / 3);
    let mut steps = headway.steps();
    loop {
        tokio::select! {
            () = shutdown.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let before = std::mem::replace(&mut steps, headway.steps());
        match silent_part(&signs, steps != before) {
            None => tell_systemd(&[NotifyState::Watchdog]),
            Some((part, late)) => report::gateway::part_silent(part.in_words(), late),
        }
    }
}

/// A part that hangs, and for how long it has been silent. While long work on the store gets on, the parts wait for that.
fn silent_part(signs: &Signs, gets_on: bool) -> Option<(Part, Duration)> {
    (signs.silent(Instant::now())).filter(|_| !gets_on)
}

/// Keeps systemd's status line: the same in one sentence as `handoffd status` and the mail to the admin.
async fn tell_how_it_stands(mut picture: watch::Receiver<Picture>, shutdown: CancellationToken) {
    let mut told = String::new();
    loop {
        let sentence = picture.borrow_and_update().sentence.clone();
        if sentence != told {
            tell_systemd(&[NotifyState::Status(&sentence)]);
            told = sentence;
        }
        tokio::select! {
            () = shutdown.cancelled() => return,
            changed = picture.changed() => if changed.is_err() { return },
        }
    }
}

/// The first of many problems, and how many there are.
fn in_few_words(problems: &[crate::config::Problem]) -> String {
    let first = problems
        .first()
        .map(ToString::to_string)
        .unwrap_or_default();
    match problems.len() {
        0 | 1 => first,
        all => format!("{first} (and {} more)", all - 1),
    }
}

/// Without systemd there is nobody to tell, which is no failure.
pub(super) fn tell_systemd(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::debug!(%error, "systemd was not told");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_of_the_daemon_is_its_own() {
        use rustix::process::{DumpableBehavior, dumpable_behavior};
        keep_memory_to_ourselves();
        assert_eq!(
            dumpable_behavior().ok(),
            Some(DumpableBehavior::NotDumpable)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_part_that_waits_for_long_work_on_the_store_does_not_hang() {
        let signs = Signs::default();
        signs.alive(Part::Outbox, Duration::from_secs(1));
        assert_eq!(silent_part(&signs, false), None);
        tokio::time::advance(Duration::from_secs(3)).await;
        assert_eq!(silent_part(&signs, true), None);
        let silent = silent_part(&signs, false).map(|(part, _)| part);
        assert_eq!(silent, Some(Part::Outbox));
    }

    #[tokio::test]
    async fn a_part_that_dies_ends_the_daemon() {
        let mut signals = Signals::listen().unwrap();
        let lives = || tokio::spawn(std::future::pending::<()>());
        let dies = || tokio::spawn(async { panic!("as a test") });
        for (dying, part) in [
            "the part that watches the inbox",
            "the part that sends mail",
            "the part that watches promises",
            "the part that watches access tokens",
            "the part that watches for trouble",
        ]
        .into_iter()
        .enumerate()
        {
            let part_of = |number: usize| match number == dying {
                true => dies(),
                false => lives(),
            };
            let parts = Parts {
                gateway: &mut part_of(0),
                outbox: &mut part_of(1),
                deadlines: &mut part_of(2),
                token_watch: &mut part_of(3),
                trouble_watch: &mut part_of(4),
            };
            let happening = next_happening(&mut signals, parts).await;
            assert_eq!(happening, Happening::Ended(part));
        }
    }
}
