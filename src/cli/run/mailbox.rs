//! One mailbox's life: its parts begin, and go on until they are told to end. Several lives go on side by side and share nothing but models of meaning;
//! one can end, and begin again, while the others go on.

use super::closing::{GIVEN_BACK_WITHIN, close};
use super::named::{in_name_of, span_of};
use super::parts::{Ended, Parts};
use super::prepared::Prepared;
use super::ready::{NotReady, Ready, lessons};
use crate::config::{MailboxName, Settings};
use crate::gateway::{
    AutonomyWatch, Deadlines, Gateway, Learner, LetterWatch, Office, TokenWatch, TroubleWatch,
    Wiring,
};
use crate::journal::{Head, Headway, Journal};
use crate::outbox::{Outbox, Standing};
use crate::understand::meaning::Encoder;
use crate::watch::Signs;
use crate::webhook::{self, Courier};
use crate::{clock, control, report};
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;
use tracing::Span;

/// A mailbox that is kept.
pub(super) struct Life {
    name: Option<MailboxName>,
    office: Arc<RwLock<Arc<Office>>>,
    journal: Arc<Journal>,
    gateway_wake: Arc<Notify>,
    outbox_wake: Arc<Notify>,
    taught: Arc<Notify>,
    signs: Arc<Signs>,
    understood_by: watch::Sender<String>,
    standing: Arc<Standing>,
    headway: Arc<Headway>,
    swept: watch::Receiver<Option<clock::Moment>>,
    sources: control::Sources,
    /// Tells whoever tells webhooks that the settings were replaced.
    courier_wake: Arc<Notify>,
    parts: Parts,
    /// The outbox ends by itself too: a reload may change the server that it sends through.
    outbox_stop: CancellationToken,
}

impl Life {
    /// Begins its life. What ends without being told to is sent to `endings`.
    /// `reload_wanted` has everything loaded anew.
    pub(super) fn begin(
        ready: Ready,
        endings: mpsc::Sender<Ended>,
        reload_wanted: Arc<Notify>,
    ) -> Self {
        let Ready {
            name,
            office,
            journal,
            headway,
        } = ready;
        let span = span_of(name.as_ref());
        let _in_its_name = span.clone().entered();
        let (understood_by, understood_by_seen) = watch::channel(office.understood_by());
        journal.tell(webhook::listeners(&office.settings));
        let office = Arc::new(RwLock::new(Arc::new(office)));
        let journal = Arc::new(journal);
        let gateway_wake = Arc::new(Notify::new());
        let outbox_wake = Arc::new(Notify::new());
        let taught = Arc::new(Notify::new());
        let courier_wake = Arc::new(Notify::new());
        let signs: Arc<Signs> = Arc::default();
        let standing: Arc<Standing> = Arc::default();
        let mut parts = Parts::new(name.clone(), span.clone(), endings);
        let (gateway, swept) = Gateway::new(Wiring {
            office: Arc::clone(&office),
            journal: Arc::clone(&journal),
            wake: Arc::clone(&gateway_wake),
            outbox_wake: Arc::clone(&outbox_wake),
            taught: Arc::clone(&taught),
            signs: Arc::clone(&signs),
        });
        let (learner, learned) = Learner::new(
            Arc::clone(&office),
            Arc::clone(&journal),
            Arc::clone(&taught),
        );
        let deadlines = Deadlines::new(
            Arc::clone(&office),
            Arc::clone(&journal),
            Arc::clone(&outbox_wake),
            Arc::clone(&gateway_wake),
            swept.clone(),
            Arc::clone(&signs),
        );
        let (token_watch, tokens) = TokenWatch::new(
            Arc::clone(&office),
            Arc::clone(&journal),
            Arc::clone(&outbox_wake),
        );
        let (trouble_watch, picture) = TroubleWatch::new(
            Arc::clone(&office),
            Arc::clone(&journal),
            Arc::clone(&signs),
            swept.clone(),
            Arc::clone(&outbox_wake),
        );
        // The articles alone are enough to go on with, so the learner is missed by nobody.
        parts.run_beside(|stop| learner.run(stop));
        parts.run("the part that watches promises", |stop| deadlines.run(stop));
        let autonomy_watch = AutonomyWatch::new(Arc::clone(&office), Arc::clone(&journal));
        parts.run("the part that looks at what articles have earned", |stop| {
            autonomy_watch.run(stop)
        });
        let letter_watch = LetterWatch::new(
            Arc::clone(&office),
            Arc::clone(&journal),
            Arc::clone(&outbox_wake),
            reload_wanted,
        );
        parts.run("the part that writes weekly letters", |stop| {
            letter_watch.run(stop)
        });
        parts.run("the part that watches access tokens", |stop| {
            token_watch.run(stop)
        });
        let courier = Courier::new(
            Arc::clone(&office),
            Arc::clone(&journal),
            Arc::clone(&courier_wake),
        );
        parts.run("the part that tells webhooks", |stop| courier.run(stop));
        parts.run("the part that watches for trouble", |stop| {
            trouble_watch.run(stop)
        });
        let gateway = gateway.with_standing(Arc::clone(&standing));
        parts.run_on_its_own_thread("the part that watches the inbox", |stop| gateway.run(stop));
        parts.watch_lease(&journal);
        let stopped = parts.stopped();
        let looked_through = Arc::clone(&journal);
        parts.check_store(move || looked_through.check_late(move || stopped.is_cancelled()));
        let sources = control::Sources {
            journal: Arc::clone(&journal),
            wake: Arc::clone(&outbox_wake),
            understood_by: understood_by_seen,
            learned,
            taught: Arc::clone(&taught),
            use_key: use_key(&office, &journal, &gateway_wake, &span),
            tokens,
            standing: Arc::clone(&standing),
            picture,
            office: Arc::clone(&office),
        };
        let mut life = Self {
            name,
            office,
            journal,
            gateway_wake,
            outbox_wake,
            taught,
            signs,
            understood_by,
            standing,
            headway,
            swept,
            sources,
            courier_wake,
            parts,
            outbox_stop: CancellationToken::new(),
        };
        life.start_outbox();
        report::gateway::started(&life.office());
        life
    }

    pub(super) const fn name(&self) -> Option<&MailboxName> {
        self.name.as_ref()
    }

    /// What is loaded now.
    pub(super) fn office(&self) -> Arc<Office> {
        Arc::clone(&self.office.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What the parts say of themselves.
    pub(super) const fn signs(&self) -> &Arc<Signs> {
        &self.signs
    }

    /// How far long work on its store is.
    pub(super) const fn headway(&self) -> &Arc<Headway> {
        &self.headway
    }

    /// What questions about it are answered from.
    pub(super) const fn sources(&self) -> &control::Sources {
        &self.sources
    }

    /// Loads everything anew for these settings. Nothing changes yet.
    pub(super) fn refurnish(
        &self,
        settings: Settings,
        models: &[Arc<Encoder>],
    ) -> Result<Office, NotReady> {
        let _in_its_name = span_of(self.name()).entered();
        let key = self.journal.token_key().map_err(|error| {
            report::gateway::key_not_read(&error);
            NotReady::Store(in_name_of(self.name(), &error.to_string()))
        })?;
        let lessons = lessons(&self.journal);
        Office::furnish_among(settings, key, &lessons, models).map_err(NotReady::Problems)
    }

    /// Goes on with what was loaded anew.
    pub(super) async fn take(&mut self, office: Office) {
        let _ = self.understood_by.send_replace(office.understood_by());
        {
            let mut current = self.office.write().unwrap_or_else(PoisonError::into_inner);
            *current = Arc::new(office);
        }
        self.journal
            .tell(webhook::listeners(&self.office().settings));
        self.courier_wake.notify_one();
        self.gateway_wake.notify_one();
        // What was confirmed while the files were read.
        self.taught.notify_one();
        self.signs.reload_taken();
        self.outbox_stop.cancel();
        self.parts.settle_outbox().await;
        self.start_outbox();
    }

    /// What it takes to stand by for it.
    pub(super) fn prepared(&self) -> Prepared {
        Prepared {
            name: self.name.clone(),
            office: self.office(),
            headway: Arc::clone(&self.headway),
        }
    }

    /// Tells all parts to finish what is in flight, and waits for none of them.
    pub(super) fn tell_to_end(&self) {
        self.parts.stopped().cancel();
        self.outbox_stop.cancel();
    }

    /// Ends it: what is in flight is finished first. Then its journal is closed.
    pub(super) async fn end(self) -> Over {
        self.tell_to_end();
        let Self {
            name,
            parts,
            journal,
            sources,
            ..
        } = self;
        parts.settle().await;
        // It has the journal as well, which would stay open.
        drop(sources);
        // Also where a part failed: another process has not to wait then.
        let head = close(journal, GIVEN_BACK_WITHIN).await;
        Over { name, head }
    }

    fn start_outbox(&mut self) {
        let office = self.office();
        let outbox = Outbox::new(
            Arc::clone(&self.journal),
            office.settings.smtp.clone(),
            office.settings.support.address.clone(),
            Arc::clone(&self.outbox_wake),
            Arc::clone(&self.gateway_wake),
            self.swept.clone(),
        )
        .with_standing(Arc::clone(&self.standing))
        .with_sent_folder(office.settings.inbox.sent_folder.is_some())
        .with_signs(Arc::clone(&self.signs));
        self.outbox_stop = CancellationToken::new();
        self.parts
            .run_outbox(outbox.run(self.outbox_stop.clone()), &self.outbox_stop);
    }
}

/// A life that ended.
pub(super) struct Over {
    name: Option<MailboxName>,
    head: Option<Head>,
}

impl Over {
    /// Says in the log that it ended in order.
    pub(super) fn tell(&self) {
        let _in_its_name = span_of(self.name.as_ref()).entered();
        report::gateway::stopped(self.head.as_ref());
    }
}

/// Puts the journal's key in the place of the one in use, and nothing else.
fn use_key(
    office: &Arc<RwLock<Arc<Office>>>,
    journal: &Arc<Journal>,
    wake: &Arc<Notify>,
    span: &Span,
) -> control::UseKey {
    let (office, journal) = (Arc::clone(office), Arc::clone(journal));
    let (wake, span) = (Arc::clone(wake), span.clone());
    Arc::new(move || {
        let key = journal.token_key().map_err(|error| {
            format!("{error}; the daemon goes on with the key that it had: restart it when that is mended")
        })?;
        let mut current = office.write().unwrap_or_else(PoisonError::into_inner);
        *current = Arc::new(current.with_key(key));
        drop(current);
        wake.notify_one();
        span.in_scope(report::gateway::key_changed);
        Ok(())
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::config::Mode;
    use std::path::Path;

    pub(in crate::cli::run) fn name(text: &str) -> Option<MailboxName> {
        MailboxName::parse(text)
    }

    /// The demo's desk with a store of its own; nobody listens where its servers are said to be.
    pub(in crate::cli::run) fn settings(store: &Path) -> Settings {
        let demo = Path::new("config/demo/handoffd.toml");
        let mut settings = Settings::load_without_secrets(demo).unwrap();
        settings.store.path = store.to_owned();
        (settings.inbox.port, settings.smtp.port) = (1, 1);
        settings
    }

    pub(in crate::cli::run) fn open(text: &str, folder: &Path) -> Result<Ready, NotReady> {
        let settings = settings(&folder.join(text));
        Ready::open(name(text), settings, Arc::default(), &[])
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_life_ends_and_begins_again_while_another_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let (endings, mut ended) = mpsc::channel(4);
        let begin = |text: &str| {
            let ready = open(text, folder.path()).unwrap();
            Life::begin(ready, endings.clone(), Arc::default())
        };
        let (sales, mut support) = (begin("sales"), begin("support"));
        // Two at once would be two owners of one journal.
        assert!(matches!(
            open("support", folder.path()),
            Err(NotReady::Store(_))
        ));
        let _over = sales.end().await;
        let again = begin("sales");
        // The other one lives, and goes on with changed settings.
        let mut changed = settings(&folder.path().join("support"));
        changed.automation.mode = Mode::Draft;
        let office = support.refurnish(changed, &[]).unwrap();
        assert_eq!(support.office().settings.automation.mode, Mode::Live);
        support.take(office).await;
        assert_eq!(support.office().settings.automation.mode, Mode::Draft);
        let _over = (again.end().await, support.end().await);
        drop(endings);
        assert_eq!(ended.recv().await, None, "no part ended by itself");
    }
}
