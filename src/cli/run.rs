//! `handoffd run`: the daemon, in the foreground. Above the mailboxes, each with a life of its own: signals, reload, systemd, the control socket.

mod loading;
mod mailbox;
mod parts;
mod signals;
mod systemd;

pub(super) use systemd::tell as tell_systemd;

use super::starting::Starting;
use super::{Common, Failure, log};
use crate::config::{Configuration, MailboxName, Settings};
use crate::gateway::Office;
use crate::journal::Headway;
use crate::understand::meaning::Encoder;
use crate::{clock, control, report};
use futures_util::future::join_all;
use loading::{Loading, Refused};
use mailbox::{IfTaken, Life, Over, Ready, in_name_of, span_of};
use parts::{Ended, Why};
use sd_notify::NotifyState;
use signals::{Signals, Word};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use systemd::Watched;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The first word of a part that ended ends the daemon: no more need to wait.
const ENDINGS_WAITING: usize = 16;

pub(super) fn run(common: &Common) -> Result<(), Failure> {
    if common.mailbox.is_some() {
        return Err(Failure::Usage(
            "`handoffd run` keeps every mailbox of its settings: leave `--mailbox` out".to_owned(),
        ));
    }
    log::start(common.json);
    keep_memory_to_ourselves();
    let configuration =
        Configuration::load(&common.config).map_err(|found| Failure::problems(&found))?;
    let mailboxes: Vec<(Option<MailboxName>, Settings, Arc<Headway>)> = configuration
        .into_mailboxes()
        .map(|(name, settings)| (name, settings, Arc::default()))
        .collect();
    let socket = mailboxes
        .first()
        .map(|(_, settings, _)| settings.control.socket.clone());
    let headways = mailboxes.iter().map(|(_, _, headway)| Arc::clone(headway));
    let starting = Starting::begin(headways.collect());
    let mut loading = Loading::beside(Vec::new());
    for (name, settings, headway) in mailboxes {
        let opened = Ready::open(
            name.clone(),
            settings,
            IfTaken::StandBy,
            headway,
            loading.models(),
        );
        loading
            .add(name, opened, Ready::office)
            .map_err(Refused::into_failure)?;
    }
    let ready = loading.finish().map_err(Refused::into_failure)?;
    let ready: Vec<Ready> = ready.into_values().collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::Unreachable(format!("starting the runtime: {error}")))?;
    let daemon = Daemon::new(common.config.clone(), socket.unwrap_or_default());
    runtime.block_on(daemon.run(ready, starting))
}

/// Before a password is read: no core file holds it, and no other program of this account reads it from our memory. Where the kernel
/// refuses, `LimitCORE=0` of the unit is left.
fn keep_memory_to_ourselves() {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}

/// What is above the mailboxes.
struct Daemon {
    config: PathBuf,
    socket: PathBuf,
    lives: BTreeMap<Option<MailboxName>, Life>,
    endings: mpsc::Sender<Ended>,
    ended: mpsc::Receiver<Ended>,
    /// Ends what is not a mailbox's.
    shutdown: CancellationToken,
    asked: watch::Sender<Arc<Vec<control::Desk>>>,
    watched: watch::Sender<Arc<Vec<Watched>>>,
}

impl Daemon {
    fn new(config: PathBuf, socket: PathBuf) -> Self {
        let (endings, ended) = mpsc::channel(ENDINGS_WAITING);
        Self {
            config,
            socket,
            lives: BTreeMap::new(),
            endings,
            ended,
            shutdown: CancellationToken::new(),
            asked: watch::channel(Arc::default()).0,
            watched: watch::channel(Arc::default()).0,
        }
    }

    async fn run(mut self, ready: Vec<Ready>, starting: Starting) -> Result<(), Failure> {
        let mut signals = Signals::listen()?;
        for one in ready {
            self.begin(one);
        }
        self.tell_who_is_kept();
        let mut beside = vec![tokio::spawn(systemd::feed_watchdog(
            self.watched.subscribe(),
            self.shutdown.clone(),
        ))];
        beside.extend(self.serve_control());
        // Before anybody else tells systemd how it stands.
        drop(starting);
        let status = tokio::spawn(systemd::tell_how_it_stands(
            self.watched.subscribe(),
            self.shutdown.clone(),
        ));
        tell_systemd(&[NotifyState::Ready]);
        let ended = loop {
            tokio::select! {
                word = signals.next() => match word {
                    Word::Reload => self.reload().await,
                    Word::Stop => break Ok(()),
                },
                Some(ended) = self.ended.recv() => break Err(told(ended)),
            }
        };
        if ended.is_ok() {
            report::gateway::stopping();
        }
        tell_systemd(&[NotifyState::Stopping]);
        self.shutdown.cancel();
        self.lives.values().for_each(Life::tell_to_end);
        // Whoever asks meanwhile is still answered, from journals that are closed once nobody does.
        beside.push(status);
        for task in beside {
            let _ = task.await;
        }
        let _ = self.asked.send_replace(Arc::default());
        let _ = self.watched.send_replace(Arc::default());
        let over = join_all(self.lives.into_values().map(Life::end)).await;
        ended.map_err(Failure::Unreachable)?;
        over.iter().for_each(Over::tell);
        Ok(())
    }

    /// The control socket. Without it the daemon still does its work, so its failure is only reported.
    fn serve_control(&self) -> Option<JoinHandle<()>> {
        let socket = self.socket.clone();
        let listening = match control::listen(&socket) {
            Ok(listening) => listening,
            Err(error) => {
                report::gateway::control_failed(&socket, &error);
                return None;
            }
        };
        let serving = control::serve(listening, self.asked.subscribe(), self.shutdown.clone());
        Some(tokio::spawn(async move {
            if let Err(error) = serving.await {
                report::gateway::control_failed(&socket, &error);
            }
        }))
    }

    fn begin(&mut self, ready: Ready) {
        let life = ready.begin(self.endings.clone());
        let _ = self.lives.insert(life.name().cloned(), life);
    }

    /// To the control socket, the watchdog and the status line.
    fn tell_who_is_kept(&self) {
        let lives = self.lives.values();
        let desks = lives.clone().map(|life| control::Desk {
            name: life.name().cloned(),
            sources: life.sources().clone(),
        });
        let _ = self.asked.send_replace(Arc::new(desks.collect()));
        let watched = lives.map(|life| Watched {
            name: life.name().cloned(),
            signs: Arc::clone(life.signs()),
            headway: Arc::clone(life.headway()),
            picture: life.sources().picture.clone(),
        });
        let _ = self.watched.send_replace(Arc::new(watched.collect()));
    }

    /// Loads everything anew; all or nothing over all mailboxes. One that is new begins, one that is gone ends.
    async fn reload(&mut self) {
        let LoadedAnew { mut kept, new } = match self.load_anew() {
            Ok(loaded) => loaded,
            Err(refused) => {
                self.note_refusal(&refused.told());
                return;
            }
        };
        let gone: Vec<Option<MailboxName>> = (self.lives.keys())
            .filter(|name| !kept.contains_key(*name))
            .cloned()
            .collect();
        let gone = gone.into_iter().filter_map(|name| {
            report::gateway::mailbox_left(name.as_ref());
            self.lives.remove(&name)
        });
        let gone: Vec<Life> = gone.collect();
        // So that nobody who asks holds a journal open.
        self.tell_who_is_kept();
        let over = join_all(gone.into_iter().map(Life::end)).await;
        over.iter().for_each(Over::tell);
        // Side by side: each waits until what its outbox has in flight is finished.
        let taken = self.lives.iter_mut().filter_map(|(name, life)| {
            let office = kept.remove(name)?;
            Some(life.take(office))
        });
        let _: Vec<()> = join_all(taken).await;
        for ready in new {
            self.begin(ready);
        }
        self.tell_who_is_kept();
        report::gateway::reloaded();
    }

    /// What would be in force after a reload: a desk for each mailbox that stays, and those that are new. Nothing changes yet.
    fn load_anew(&self) -> Result<LoadedAnew, Refused> {
        let configuration = Configuration::load(&self.config).map_err(Refused::Problems)?;
        let mut loading = Loading::beside(self.models());
        for (name, settings) in configuration.into_mailboxes() {
            let made = match self.lives.get(&name) {
                Some(life) => life
                    .refurnish(settings, loading.models())
                    .map(|office| Anew::Desk(Box::new(office))),
                None => Ready::open(
                    name.clone(),
                    settings,
                    IfTaken::Refuse,
                    Arc::default(),
                    loading.models(),
                )
                .map(|ready| Anew::Mailbox(Box::new(ready))),
            };
            loading.add(name, made, Anew::office)?;
        }
        let mut loaded = LoadedAnew::default();
        for (name, anew) in loading.finish()? {
            match anew {
                Anew::Desk(office) => drop(loaded.kept.insert(name, *office)),
                Anew::Mailbox(ready) => loaded.new.push(*ready),
            }
        }
        Ok(loaded)
    }

    /// Each model that is in use.
    fn models(&self) -> Vec<Arc<Encoder>> {
        let mut models: Vec<Arc<Encoder>> = Vec::new();
        for model in self
            .lives
            .values()
            .filter_map(|life| life.office().encoder.clone())
        {
            if !models.iter().any(|known| Arc::ptr_eq(known, &model)) {
                models.push(model);
            }
        }
        models
    }

    /// So that each admin is told, whoever has several mailboxes once.
    fn note_refusal(&self, why: &str) {
        let mut admins = BTreeSet::new();
        for life in self.lives.values() {
            let admin = life.office().settings.support.admin.key();
            if admins.insert(admin) {
                life.signs().reload_refused(why.to_owned(), clock::now());
            }
        }
    }
}

/// What a reload puts in force.
#[derive(Default)]
struct LoadedAnew {
    /// The desks of those that stay.
    kept: BTreeMap<Option<MailboxName>, Office>,
    new: Vec<Ready>,
}

/// What a reload made for one mailbox.
enum Anew {
    Desk(Box<Office>),
    Mailbox(Box<Ready>),
}

impl Anew {
    fn office(&self) -> &Office {
        match self {
            Self::Desk(office) => office,
            Self::Mailbox(ready) => ready.office(),
        }
    }
}

/// Says in the log what ended the daemon; the same for standard error.
fn told(ended: Ended) -> String {
    let Ended { name, why } = ended;
    let _in_its_name = span_of(name.as_ref()).entered();
    let sentence = match why {
        Why::Part(part) => {
            report::gateway::part_ended(part);
            format!(
                "{part} ended although nobody had stopped it; start handoffd again, and look in the log for the reason"
            )
        }
        Why::Damaged(why) => {
            report::gateway::store_damaged(&why);
            why
        }
        Why::Lost(why) => {
            report::gateway::journal_lost(&why);
            why
        }
    };
    in_name_of(name.as_ref(), &sentence)
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

    #[test]
    fn what_ends_the_daemon_names_the_mailbox() {
        let ended = |name: Option<MailboxName>, why| told(Ended { name, why });
        let part = || Why::Part("the part that sends mail");
        assert!(ended(None, part()).starts_with("the part that sends mail ended"));
        let sales = MailboxName::parse("sales");
        assert!(
            ended(sales.clone(), part()).starts_with("mailbox sales: the part that sends mail")
        );
        let damaged = Why::Damaged("the store is damaged".to_owned());
        assert_eq!(ended(sales, damaged), "mailbox sales: the store is damaged");
    }
}
