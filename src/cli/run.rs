//! `handoffd run`: the daemon, in the foreground. Above the mailboxes, each with a life of its own: signals, reload, systemd, the control socket, and
//! who works for those that other processes could work for as well.

mod closing;
mod leaving;
mod loading;
mod mailbox;
mod named;
mod page;
mod parts;
mod prepared;
mod ready;
mod reload;
mod signals;
mod standby;
mod systemd;
mod turns;

pub(super) use systemd::tell as tell_systemd;

use super::starting::Starting;
use super::{Common, Failure, log};
use crate::config::{Configuration, MailboxName, Settings};
use crate::journal::Headway;
use crate::page::Serving;
use crate::{control, report};
use closing::{GIVEN_BACK_WITHIN, close};
use futures_util::future::join_all;
use leaving::Leaving;
use loading::{Loading, Refused};
use mailbox::{Life, Over};
use named::{in_name_of, span_of};
use parts::{Broken, Ended, Why};
use prepared::Prepared;
use ready::{NotReady, Ready};
use reload::Made;
use sd_notify::NotifyState;
use signals::{Signals, Word};
use standby::{Standby, Taken, first_round};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use systemd::Watched;
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The first word of a part that ended ends the daemon: no more need to wait.
const ENDINGS_WAITING: usize = 16;
/// Mailboxes that were taken over wait one at a time.
const TAKEN_WAITING: usize = 1;
/// The thread that stands by, as a part of the daemon.
const STANDBY: &str = "the part that stands by for mailboxes";
/// What finishes the work of a mailbox that was lost.
const LEAVING: &str = "the part that leaves a mailbox to another process";

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
    let page = page::wanted(&configuration);
    let mailboxes: Vec<(Option<MailboxName>, Settings, Arc<Headway>)> = configuration
        .into_mailboxes()
        .map(|(name, settings)| (name, settings, Arc::default()))
        .collect();
    let socket = mailboxes
        .first()
        .map(|(_, settings, _)| settings.control.socket.clone());
    let headways = mailboxes.iter().map(|(_, _, headway)| Arc::clone(headway));
    let starting = Starting::begin(headways.collect());
    let (ready, waiting) = begun(mailboxes)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| Failure::Unreachable(format!("starting the runtime: {error}")))?;
    let daemon = Daemon::new(common.config.clone(), socket.unwrap_or_default())?;
    for prepared in waiting {
        daemon.standby.add(prepared);
    }
    runtime.block_on(daemon.run(ready, starting, page))
}

/// Those that this process works for from its start, and those that it stands by for.
fn begun(
    mailboxes: Vec<(Option<MailboxName>, Settings, Arc<Headway>)>,
) -> Result<(Vec<Ready>, Vec<Prepared>), Failure> {
    let mut loading = Loading::beside(Vec::new());
    for (name, settings, headway) in mailboxes {
        let made = Made::of(name.clone(), settings, headway, loading.models());
        loading
            .add(name, made, Made::office)
            .map_err(Refused::into_failure)?;
    }
    let (mut ready, mut prepared) = (Vec::new(), Vec::new());
    for made in loading
        .finish()
        .map_err(Refused::into_failure)?
        .into_values()
    {
        match made {
            Made::Mailbox(one) => ready.push(*one),
            Made::Prepared(one) => prepared.push(*one),
        }
    }
    let (taken, waiting) = first_round(prepared).map_err(|why| match why {
        NotReady::Problems(problems) => Failure::problems(&problems),
        NotReady::Store(why) => Failure::Unreachable(why),
    })?;
    ready.extend(taken);
    Ok((ready, waiting))
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
    /// Those that another process has taken over, as long as what was in flight here is being finished.
    leaving: Leaving,
    standby: Standby,
    page: page::Page,
    taken: mpsc::Receiver<Taken>,
    endings: mpsc::Sender<Ended>,
    ended: mpsc::Receiver<Ended>,
    /// A part of a mailbox wants everything loaded anew.
    reload_wanted: Arc<Notify>,
    /// Ends what is not a mailbox's.
    shutdown: CancellationToken,
    asked: watch::Sender<Arc<Vec<control::Desk>>>,
    watched: watch::Sender<Arc<Vec<Watched>>>,
}

impl Daemon {
    fn new(config: PathBuf, socket: PathBuf) -> Result<Self, Failure> {
        let (endings, ended) = mpsc::channel(ENDINGS_WAITING);
        let (taking, taken) = mpsc::channel(TAKEN_WAITING);
        let standby = Standby::begin(taking)
            .map_err(|why| Failure::Unreachable(format!("starting {STANDBY}: {why}")))?;
        Ok(Self {
            config,
            socket,
            lives: BTreeMap::new(),
            leaving: Leaving::default(),
            standby,
            page: page::Page::default(),
            taken,
            endings,
            ended,
            reload_wanted: Arc::default(),
            shutdown: CancellationToken::new(),
            asked: watch::channel(Arc::default()).0,
            watched: watch::channel(Arc::default()).0,
        })
    }

    async fn run(
        mut self,
        ready: Vec<Ready>,
        starting: Starting,
        page: Option<Serving>,
    ) -> Result<(), Failure> {
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
        self.page.show(page, self.asked.subscribe()).await;
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
                // A new article lies in its folder.
                () = self.reload_wanted.notified() => self.reload().await,
                Some(Ended { name, why }) = self.ended.recv() => match why {
                    Why::Broken(why) => break Err(told(name.as_ref(), why)),
                    Why::Lost(why) => {
                        let lost = || report::gateway::journal_lost(&why);
                        self.leave(&name, lost);
                    }
                    // Who has one alone keeps it, whoever asks.
                    Why::Wanted(by) if self.lives.len() > 1 => {
                        self.leave(&name, || report::gateway::makes_room(&by));
                    }
                    Why::Wanted(_) => {}
                },
                Some(left) = self.leaving.next() => match left {
                    Ok(name) => self.stand_by_again(&name),
                    Err(_) => break Err(told(None, Broken::Part(LEAVING))),
                },
                taken = self.taken.recv() => match taken {
                    Some(taken) => self.take(taken),
                    None => break Err(told(None, Broken::Part(STANDBY))),
                },
            }
        };
        self.end(ended, beside, status).await
    }

    async fn end(
        mut self,
        ended: Result<(), String>,
        mut beside: Vec<JoinHandle<()>>,
        status: JoinHandle<()>,
    ) -> Result<(), Failure> {
        if ended.is_ok() {
            report::gateway::stopping();
        }
        tell_systemd(&[NotifyState::Stopping]);
        self.shutdown.cancel();
        // What was taken over and not begun is given back.
        self.taken.close();
        let standby = self.standby;
        let stopped = tokio::task::spawn_blocking(move || standby.stop());
        self.lives.values().for_each(Life::tell_to_end);
        // Whoever asks meanwhile is still answered, from journals that are closed once nobody does.
        self.page.end().await;
        beside.push(status);
        for task in beside {
            let _ = task.await;
        }
        let _ = self.asked.send_replace(Arc::default());
        let _ = self.watched.send_replace(Arc::default());
        let over = join_all(self.lives.into_values().map(Life::end)).await;
        while self.leaving.next().await.is_some() {}
        let _ = stopped.await;
        let mut given_back = Vec::new();
        while let Some(taken) = self.taken.recv().await {
            given_back.push(close(Arc::new(taken.ready.journal), GIVEN_BACK_WITHIN));
        }
        let _ = join_all(given_back).await;
        ended.map_err(Failure::Unreachable)?;
        over.iter().for_each(Over::tell);
        Ok(())
    }

    /// Another process has taken a mailbox over, or is to: the others go on.
    fn leave(&mut self, name: &Option<MailboxName>, tell: impl FnOnce()) {
        let Some(life) = self.lives.remove(name) else {
            return;
        };
        span_of(name.as_ref()).in_scope(tell);
        self.leaving.begin(life);
        self.tell_who_is_kept();
    }

    /// What was in flight is finished.
    fn stand_by_again(&mut self, name: &Option<MailboxName>) {
        if let Some(prepared) = self.leaving.over(name) {
            self.standby.add(prepared);
        }
        self.tell_who_is_kept();
    }

    /// A mailbox is ours now.
    fn take(&mut self, taken: Taken) {
        if self.standby.accepts(&taken) {
            self.begin(taken.ready);
            self.tell_who_is_kept();
        } else {
            // Its lease is given back, which nobody waits for.
            drop(close(Arc::new(taken.ready.journal), GIVEN_BACK_WITHIN));
        }
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
        let life = Life::begin(ready, self.endings.clone(), Arc::clone(&self.reload_wanted));
        let _ = self.lives.insert(life.name().cloned(), life);
    }

    /// To the control socket, the watchdog, the status line, and whoever takes further mailboxes over.
    fn tell_who_is_kept(&self) {
        self.standby
            .works_for(self.lives.len() + self.leaving.prepared().len());
        let (mut desks, mut watched) = (Vec::new(), Vec::new());
        for life in self.lives.values() {
            let name = life.name().cloned();
            watched.push(Watched {
                name: name.clone(),
                kept: systemd::Kept::Here {
                    signs: Arc::clone(life.signs()),
                    headway: Arc::clone(life.headway()),
                    picture: life.sources().picture.clone(),
                },
            });
            let kept = control::Kept::Here(Box::new(life.sources().clone()));
            desks.push(control::Desk { name, kept });
        }
        let stood_by_for = |prepared: &Prepared, awaited| control::Desk {
            name: prepared.name.clone(),
            kept: control::Kept::StoodByFor(Box::new(prepared.bystander(awaited))),
        };
        for (prepared, awaited) in self.standby.waiting() {
            desks.push(stood_by_for(&prepared, awaited.clone()));
            watched.push(Watched {
                name: prepared.name,
                kept: systemd::Kept::StoodByFor(awaited),
            });
        }
        for prepared in self.leaving.prepared() {
            let (_, awaited) = watch::channel(control::Awaited::Look);
            desks.push(stood_by_for(prepared, awaited));
        }
        watched.extend(self.leaving.watched());
        desks.sort_by(|one, other| one.name.cmp(&other.name));
        let _ = self.asked.send_replace(Arc::new(desks));
        let _ = self.watched.send_replace(Arc::new(watched));
    }
}

/// Says in the log what ended the daemon; the same for standard error.
fn told(name: Option<&MailboxName>, why: Broken) -> String {
    let _in_its_name = span_of(name).entered();
    let sentence = match why {
        Broken::Part(part) => {
            report::gateway::part_ended(part);
            format!(
                "{part} ended although nobody had stopped it; start handoffd again, and look in the log for the reason"
            )
        }
        Broken::Damaged(why) => {
            report::gateway::store_damaged(&why);
            why
        }
    };
    in_name_of(name, &sentence)
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

    #[tokio::test]
    async fn the_watchdog_sees_a_mailbox_that_is_left_until_it_is_stood_by_for() {
        let folder = tempfile::tempdir().unwrap();
        let mut daemon = Daemon::new(PathBuf::new(), PathBuf::new()).unwrap();
        let sales = mailbox::tests::name("sales");
        daemon.begin(mailbox::tests::open("sales", folder.path()).unwrap());
        let seen = |daemon: &Daemon| {
            let watched = daemon.watched.borrow();
            let [one] = watched.as_slice() else {
                panic!("there is one");
            };
            assert_eq!(one.name, mailbox::tests::name("sales"));
            one.kept.clone()
        };
        daemon.tell_who_is_kept();
        assert!(matches!(seen(&daemon), systemd::Kept::Here { .. }));
        daemon.leave(&sales, || {});
        assert!(matches!(seen(&daemon), systemd::Kept::Ending(_)));
        // Whoever asks about it is answered.
        let desks = Arc::clone(&daemon.asked.borrow());
        assert!(matches!(
            desks.as_slice(),
            [control::Desk {
                kept: control::Kept::StoodByFor(_),
                ..
            }]
        ));
        let left = daemon.leaving.next().await.unwrap().unwrap();
        daemon.stand_by_again(&left);
        assert!(matches!(seen(&daemon), systemd::Kept::StoodByFor(_)));
        daemon.standby.stop();
    }

    #[test]
    fn what_ends_the_daemon_names_the_mailbox() {
        let part = || Broken::Part("the part that sends mail");
        assert!(told(None, part()).starts_with("the part that sends mail ended"));
        let sales = MailboxName::parse("sales");
        assert!(
            told(sales.as_ref(), part()).starts_with("mailbox sales: the part that sends mail")
        );
        let damaged = Broken::Damaged("the store is damaged".to_owned());
        assert_eq!(
            told(sales.as_ref(), damaged),
            "mailbox sales: the store is damaged"
        );
    }
}
