//! One run: a storm, in which everything may go wrong, then calm, then a look at what came of it.

use super::daemon::{self, Signals};
use super::mailbox::SENT;
use super::people::{People, STORM};
use super::plant::Plant;
use super::tally::Tally;
use super::world::{Machines, World};
use super::{WORLD, folder, invariants, line, post, standby, storm, world};
use crate::config::{Login, Outcome, Settings, Tls};
use crate::gateway::Office;
use crate::journal::{Database, Disk};
use crate::ticket::TokenKey;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

const MINUTE: Duration = Duration::from_mins(1);

/// After the storm things may take so long until nothing is left to do.
const CALM_MAX: Duration = Duration::from_hours(8);

/// What came of a run.
#[derive(Debug)]
pub(super) struct Played {
    pub(super) seed: u64,
    /// What is broken, a sentence each.
    pub(super) broken: Vec<String>,
    pub(super) trace: Vec<String>,
    pub(super) counts: Counts,
    pub(super) tally: Tally,
}

/// What happened in a run.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) lives: u64,
    pub(super) written: usize,
    pub(super) taken: usize,
    pub(super) commits: u64,
}

/// What shows that a mail left, at this provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Evidence {
    /// A copy of each mail comes to ourselves.
    Copies,
    /// Such a copy is impossible, and nothing is filed.
    Nothing,
    /// It is impossible; the folder of sent mail is looked at.
    Sent,
    /// Both.
    CopiesAndSent,
}

/// The desks of the world.
pub(super) struct Desks([Arc<Office>; 4]);

impl Desks {
    pub(super) fn furnish() -> Self {
        Self(
            [
                Evidence::Nothing,
                Evidence::Sent,
                Evidence::CopiesAndSent,
                Evidence::Copies,
            ]
            .map(office),
        )
    }

    /// Three worlds in eight are not those of a provider with copies alone.
    fn of(&self, seed: u64) -> &Arc<Office> {
        &self.0[usize::try_from(seed % 8).map_or(0, |place| place.min(3))]
    }
}

/// The desk of the world: the demo's, with servers of the world.
fn office(evidence: Evidence) -> Arc<Office> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/demo/handoffd.toml");
    let mut settings = Settings::load_without_secrets(&path).expect("the demo's settings");
    settings.inbox.port = line::IMAP_PORT;
    settings.inbox.tls = Tls::None;
    settings.inbox.login = Login::Password("secret".to_owned().into());
    settings.inbox.poll_interval = Duration::from_secs(60);
    let _ = (settings.inbox.folders).insert(Outcome::Answered, "Answered".to_owned());
    if matches!(evidence, Evidence::Sent | Evidence::CopiesAndSent) {
        settings.inbox.sent_folder = Some(SENT.to_owned());
    }
    settings.smtp.port = line::SMTP_PORT;
    settings.smtp.tls = Tls::None;
    settings.smtp.login = None;
    settings.smtp.retry_first_delay = Duration::from_secs(20);
    settings.smtp.retry_longest_delay = Duration::from_mins(5);
    settings.smtp.retry_give_up_after = Duration::from_hours(3);
    settings.smtp.copy_wait = Duration::from_secs(60);
    settings.smtp.copy_to_self = matches!(evidence, Evidence::Copies | Evidence::CopiesAndSent);
    settings.understanding.models_folder = None;
    // How full the disk of the real machine is tells nobody here anything.
    settings.store.path = PathBuf::from("no folder of the real machine");
    // At least two who may answer, in each team.
    let second = (settings.teams.iter())
        .find_map(|team| team.members.get(1))
        .cloned();
    for team in &mut settings.teams {
        if team.members.len() < 2 {
            team.members.extend(second.clone());
        }
    }
    Arc::new(Office::furnish(settings, TokenKey::new([7; 32]), &[]).expect("the demo's desk"))
}

/// Plays the world of a seed.
pub(super) fn run(seed: u64, desks: &Desks, plant: Option<Plant>, machines: Machines) -> Played {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    let outcome = runtime.block_on(play(seed, Arc::clone(desks.of(seed)), plant, machines));
    drop(runtime);
    WORLD.with_borrow_mut(|world| *world = None);
    outcome
}

async fn play(seed: u64, office: Arc<Office>, plant: Option<Plant>, machines: Machines) -> Played {
    let made = World::new(seed, People::new(Arc::clone(&office)), plant, machines);
    WORLD.with_borrow_mut(|world| *world = Some(made));
    let first = world(|world| {
        let now = world.wall();
        let mut chance = world.chance.clone();
        let first = world.people.begin(now, &mut chance);
        world.chance = chance;
        first
    });
    for mail in first {
        post::post(mail, Instant::now());
    }
    let cast = Cast::begin(machines, &office);
    let disk = &cast.disk;
    let minutes = STORM.as_secs() / 60 + 5;
    for _ in 0..minutes {
        pass_a_minute(machines).await;
        let (asked, whom) = world(|world| {
            world.perhaps_set_clock();
            let asked = world.chance.below(40);
            (asked, world.works().unwrap_or(0))
        });
        let signals = &cast.signals[whom];
        match asked {
            0 => signals.terminate.notify_one(),
            1 => signals.reload.notify_one(),
            _ => {}
        }
    }
    world(|world| {
        world.is_calm = true;
        world.note("it is calm");
        world.calm_down();
    });
    if machines == Machines::One {
        // A disk that failed to sync takes nothing more until the daemon is started again, and this is how it is done.
        cast.signals[0].terminate.notify_one();
    }
    let mut waited = Duration::ZERO;
    let mut quiet_minutes = 0;
    while waited < CALM_MAX && quiet_minutes < 8 {
        tokio::time::sleep(Duration::from_secs(60)).await;
        waited += Duration::from_secs(60);
        let is_quiet = disk.unsettled() == 0
            && world(|world| {
                world.post.under_way == 0
                    && world.inbox.mails.iter().all(folder::Stored::is_handled)
            });
        quiet_minutes = if is_quiet { quiet_minutes + 1 } else { 0 };
    }
    cast.last.cancel();
    for lives in cast.lives {
        let _ = lives.await;
    }
    let mut broken = invariants::broken(disk, &office);
    broken.extend(world(|world| {
        (world.shared.as_mut()).map_or_else(Vec::new, |shared| std::mem::take(&mut shared.broken))
    }));
    world(|world| Played {
        seed,
        broken,
        counts: Counts {
            lives: world.lives,
            written: world.people.written.len(),
            taken: world.post.taken.len(),
            commits: disk.commits(),
        },
        trace: std::mem::take(&mut world.trace),
        tally: std::mem::take(&mut world.tally),
    })
}

/// The processes of a world, and what they keep their journal on.
struct Cast {
    disk: Disk,
    signals: Vec<Arc<Signals>>,
    lives: Vec<JoinHandle<()>>,
    last: CancellationToken,
}

impl Cast {
    fn begin(machines: Machines, office: &Arc<Office>) -> Self {
        let last = CancellationToken::new();
        let count = world(|world| world.machines.len());
        let signals = || {
            Arc::new(Signals {
                last: last.clone(),
                ..Signals::default()
            })
        };
        let signals: Vec<Arc<Signals>> = (0..count).map(|_| signals()).collect();
        let database = Database::default();
        let disk = database.disk().clone();
        let lives = signals.iter().enumerate().map(|(machine, signals)| {
            let (office, signals) = (Arc::clone(office), Arc::clone(signals));
            match machines {
                Machines::One => tokio::spawn(daemon::live(disk.clone(), office, signals)),
                Machines::Three => {
                    tokio::spawn(standby::live(machine, database.clone(), office, signals))
                }
            }
        });
        let lives = lives.collect();
        Self {
            disk,
            signals,
            lives,
            last,
        }
    }
}

async fn pass_a_minute(machines: Machines) {
    if machines == Machines::One {
        return tokio::time::sleep(MINUTE).await;
    }
    let mut passed = Duration::ZERO;
    while passed < MINUTE {
        tokio::time::sleep(storm::TICK).await;
        passed += storm::TICK;
        storm::tick();
    }
}
