//! The lives of the daemon: the real gateway, outbox and watch over promises, on a disk that outlives them. Killed at any moment, ended politely,
//! or told to load everything anew.

use super::mishaps::Death;
use super::plant::Plant;
use super::process::{self, Kind};
use super::world;
use crate::clock::Moment;
use crate::gateway::{Deadlines, Gateway, Office, Patience, TroubleWatch, Wiring};
use crate::journal::{Disk, Journal};
use crate::outbox::{Outbox, Standing};
use crate::watch::Signs;
use jiff::{SignedDuration, Timestamp};
use std::sync::{Arc, RwLock};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Where the only daemon runs.
const MACHINE: usize = 0;

/// What may be asked of the daemon from outside.
#[derive(Debug, Default)]
pub(super) struct Signals {
    pub(super) terminate: Notify,
    pub(super) reload: Notify,
    /// The end of the world: it ends politely and is not started again.
    pub(super) last: CancellationToken,
}

/// One life after the other, until the end.
pub(super) async fn live(disk: Disk, office: Arc<Office>, signals: Arc<Signals>) {
    while !signals.last.is_cancelled() {
        let died = world(|world| Arc::clone(&world.machines[MACHINE].died));
        let life = world(|world| world.revive(MACHINE));
        let journal = Journal::simulated(&disk, life);
        let parts = Parts::start(MACHINE, journal, Arc::clone(&office));
        let ended = parts.run(&signals, &died).await;
        if ended == Ended::Politely {
            disk.close();
        } else {
            disk.end_life(world(|world| world.chance.number()));
            if world(|world| world.machines[MACHINE].death) == Some(Death::PowerCut) {
                let chance = world(|world| world.chance.number());
                disk.cut_power(chance);
            }
        }
        rest(&signals).await;
    }
}

/// Until it is started again.
pub(super) async fn rest(signals: &Signals) {
    let rest = world(|world| Duration::from_millis(world.chance.below(60_000)));
    tokio::select! {
        biased;
        () = signals.last.cancelled() => {}
        () = tokio::time::sleep(rest) => {}
    }
}

/// How a life ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    Killed,
    Politely,
    /// Politely, because another process has taken over the journal.
    Lost,
}

pub(super) struct Parts {
    machine: usize,
    office: Arc<RwLock<Arc<Office>>>,
    journal: Arc<Journal>,
    wake: Arc<Notify>,
    outbox_wake: Arc<Notify>,
    standing: Arc<Standing>,
    signs: Arc<Signs>,
    swept: watch::Receiver<Option<Moment>>,
    shutdown: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
    outbox: (CancellationToken, JoinHandle<()>),
    /// Kept, so that what was planted goes on saying that the inbox was swept.
    _planted: Option<watch::Sender<Option<Moment>>>,
}

impl Parts {
    pub(super) fn start(machine: usize, journal: Journal, office: Arc<Office>) -> Self {
        let journal = Arc::new(journal);
        let office = Arc::new(RwLock::new(office));
        let (wake, outbox_wake) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let signs = Arc::new(Signs::default());
        let standing = Arc::new(Standing::default());
        let (gateway, swept) = Gateway::new(Wiring {
            office: Arc::clone(&office),
            journal: Arc::clone(&journal),
            wake: Arc::clone(&wake),
            outbox_wake: Arc::clone(&outbox_wake),
            taught: Arc::new(Notify::new()),
            signs: Arc::clone(&signs),
        });
        let gateway = gateway.with_patience(Patience {
            tries: 5,
            time: SignedDuration::from_hours(10),
        });
        let deadlines = Deadlines::new(
            Arc::clone(&office),
            Arc::clone(&journal),
            Arc::clone(&outbox_wake),
            Arc::clone(&wake),
            swept.clone(),
            Arc::clone(&signs),
        );
        let (trouble_watch, _) = TroubleWatch::new(
            Arc::clone(&office),
            Arc::clone(&journal),
            Arc::clone(&signs),
            swept.clone(),
            Arc::clone(&outbox_wake),
        );
        let gateway = gateway.with_standing(Arc::clone(&standing));
        let shutdown = CancellationToken::new();
        let tasks = vec![
            spawn(machine, gateway.run(shutdown.clone())),
            spawn(machine, deadlines.run(shutdown.clone())),
            spawn(machine, trouble_watch.run(shutdown.clone())),
        ];
        let plants = super::plants(Plant::RetriesWithoutEvidence);
        let (swept, planted) = match plants {
            true => {
                let (sender, receiver) = watch::channel(Some(long_after()));
                (receiver, Some(sender))
            }
            false => (swept, None),
        };
        let outbox = start_outbox(
            machine,
            &office,
            &journal,
            &wake,
            &outbox_wake,
            &swept,
            (&standing, &signs),
        );
        Self {
            machine,
            office,
            journal,
            wake,
            outbox_wake,
            standing,
            signs,
            swept,
            shutdown,
            tasks,
            outbox,
            _planted: planted,
        }
    }

    pub(super) async fn run(mut self, signals: &Signals, died: &Notify) -> Ended {
        let machine = self.machine;
        let journal = Arc::clone(&self.journal);
        let mut losing = tokio::spawn(process::of(machine, Kind::Ordinary, async move {
            // As the parts of `handoffd run` do it.
            match journal.lease() {
                Some(lease) => lease.lost().await,
                None => std::future::pending().await,
            }
            journal.still_ours().err().map(|why| why.to_string())
        }));
        let ended = loop {
            tokio::select! {
                biased;
                () = died.notified() => {
                    self.tasks.push(self.outbox.1);
                    losing.abort();
                    for task in self.tasks {
                        task.abort();
                        let _ = task.await;
                    }
                    return Ended::Killed;
                }
                Ok(why) = &mut losing => {
                    world(|world| world.note_of(machine, format!("the journal is lost: {why:?}")));
                    break Ended::Lost;
                }
                () = signals.reload.notified() => {
                    world(|world| {
                        world.note_of(machine, "everything is loaded anew");
                        world.tally.hit("daemon", "reloaded");
                    });
                    self.reload(died).await;
                }
                () = signals.terminate.notified() => break Ended::Politely,
                () = signals.last.cancelled() => break Ended::Politely,
            }
        };
        losing.abort();
        world(|world| {
            world.note_of(machine, "the daemon is told to end");
            world.tally.hit("daemon", "ended");
        });
        self.shutdown.cancel();
        self.outbox.0.cancel();
        self.tasks.push(self.outbox.1);
        let mut killed = false;
        for mut task in self.tasks {
            tokio::select! {
                biased;
                _ = &mut task => {}
                // It dies while it ends.
                () = died.notified() => {
                    killed = true;
                    task.abort();
                    let _ = task.await;
                }
            }
            if killed {
                // Nothing that the others do has any effect; they hang on dead lines.
                continue;
            }
        }
        if killed {
            return Ended::Killed;
        }
        // Asked by the process: it may not reach who is to hear it.
        let journal = Arc::clone(&self.journal);
        let _ = spawn(machine, async move { journal.give_back() }).await;
        world(|world| world.has_ended(machine));
        ended
    }

    /// As `handoffd run` does it: another desk in the place of the first, and another outbox.
    async fn reload(&mut self, died: &Notify) {
        let next = {
            let current = self
                .office
                .read()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            current.with_key(current.key.clone())
        };
        *(self.office.write()).unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::new(next);
        self.wake.notify_one();
        self.outbox.0.cancel();
        tokio::select! {
            biased;
            _ = &mut self.outbox.1 => {
                self.outbox = start_outbox(self.machine, &self.office, &self.journal, &self.wake, &self.outbox_wake, &self.swept, (&self.standing, &self.signs));
            }
            // Seen again by whoever called.
            () = died.notified() => died.notify_one(),
        }
    }
}

/// A moment after everything that happens here.
fn long_after() -> Moment {
    Moment {
        shown: Timestamp::MAX,
        passed: tokio::time::Instant::now() + Duration::from_hours(1000),
    }
}

/// Work of the process on that machine.
fn spawn(machine: usize, work: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
    tokio::spawn(process::of(machine, Kind::Ordinary, work))
}

fn start_outbox(
    machine: usize,
    office: &Arc<RwLock<Arc<Office>>>,
    journal: &Arc<Journal>,
    wake: &Arc<Notify>,
    outbox_wake: &Arc<Notify>,
    swept: &watch::Receiver<Option<Moment>>,
    (standing, signs): (&Arc<Standing>, &Arc<Signs>),
) -> (CancellationToken, JoinHandle<()>) {
    let office = Arc::clone(
        &office
            .read()
            .unwrap_or_else(std::sync::PoisonError::into_inner),
    );
    let outbox = Outbox::new(
        Arc::clone(journal),
        office.settings.smtp.clone(),
        office.settings.support.address.clone(),
        Arc::clone(outbox_wake),
        Arc::clone(wake),
        swept.clone(),
    )
    .with_standing(Arc::clone(standing))
    .with_sent_folder(office.settings.inbox.sent_folder.is_some())
    .with_signs(Arc::clone(signs));
    let stop = CancellationToken::new();
    (stop.clone(), spawn(machine, outbox.run(stop)))
}
