//! SIGHUP: everything is loaded anew, and put in force for all mailboxes together or for none.

use super::Daemon;
use super::loading::{Loading, Refused};
use super::mailbox::{Life, Over};
use super::page;
use super::prepared::Prepared;
use super::ready::{NotReady, Ready};
use crate::config::{Configuration, MailboxName, Settings, StoreKind};
use crate::gateway::Office;
use crate::journal::Headway;
use crate::page::Serving;
use crate::understand::meaning::Encoder;
use crate::{clock, report};
use futures_util::future::join_all;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What a reload puts in force.
#[derive(Default)]
struct LoadedAnew {
    /// The desks of those that stay.
    kept: BTreeMap<Option<MailboxName>, Office>,
    new: Vec<Ready>,
    /// Those that are stood by for, now or from now on.
    prepared: BTreeMap<Option<MailboxName>, Prepared>,
    page: Option<Serving>,
}

/// A mailbox that was not kept before, loaded.
pub(super) enum Made {
    Mailbox(Box<Ready>),
    Prepared(Box<Prepared>),
}

impl Made {
    /// To work for it where no other process can, and to stand by for it where one may.
    pub(super) fn of(
        name: Option<MailboxName>,
        settings: Settings,
        headway: Arc<Headway>,
        models: &[Arc<Encoder>],
    ) -> Result<Self, NotReady> {
        match settings.store.kind {
            StoreKind::Sled => Ready::open(name, settings, headway, models)
                .map(|ready| Self::Mailbox(Box::new(ready))),
            StoreKind::Postgres(_) => Prepared::of(name, settings, headway, models)
                .map(|prepared| Self::Prepared(Box::new(prepared))),
        }
    }

    pub(super) fn office(&self) -> &Office {
        match self {
            Self::Mailbox(ready) => &ready.office,
            Self::Prepared(prepared) => &prepared.office,
        }
    }
}

/// What a reload made of one mailbox.
enum Anew {
    Desk(Box<Office>),
    Made(Made),
}

impl Anew {
    fn office(&self) -> &Office {
        match self {
            Self::Desk(office) => office,
            Self::Made(made) => made.office(),
        }
    }
}

impl Daemon {
    /// Loads everything anew; all or nothing over all mailboxes. One that is new begins, one that is gone ends.
    pub(super) async fn reload(&mut self) {
        let LoadedAnew {
            mut kept,
            new,
            mut prepared,
            page,
        } = match self.load_anew() {
            Ok(loaded) => loaded,
            Err(refused) => {
                self.note_refusal(&refused.told());
                return;
            }
        };
        let stays =
            |name: &Option<MailboxName>| kept.contains_key(name) || prepared.contains_key(name);
        for (one, _) in self.standby.waiting() {
            if !stays(&one.name) {
                report::gateway::mailbox_left(one.name.as_ref());
                self.standby.leave(one.name.as_ref());
            }
        }
        self.leaving.retain(stays);
        let gone: Vec<Option<MailboxName>> = (self.lives.keys())
            .filter(|name| !kept.contains_key(*name))
            .cloned()
            .collect();
        let gone = gone.into_iter().filter_map(|name| {
            report::gateway::mailbox_left(name.as_ref());
            self.lives.remove(&name)
        });
        let gone: Vec<Life> = gone.collect();
        let ending: Vec<_> = (gone.into_iter())
            .map(|life| self.leaving.end(life))
            .collect();
        // So that nobody who asks holds a journal open.
        self.tell_who_is_kept();
        let over = join_all(ending).await;
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
        self.leaving.change(&mut prepared);
        for (one, _) in self.standby.waiting() {
            if let Some(anew) = prepared.remove(&one.name) {
                self.standby.change(anew);
            }
        }
        for anew in prepared.into_values() {
            self.standby.add(anew);
        }
        self.tell_who_is_kept();
        self.page.show(page, self.asked.subscribe()).await;
        report::gateway::reloaded();
    }

    /// What would be in force after a reload: a desk for each mailbox that stays, and those that are new. Nothing changes yet.
    fn load_anew(&self) -> Result<LoadedAnew, Refused> {
        let configuration = Configuration::load(&self.config).map_err(Refused::Problems)?;
        let page = page::wanted(&configuration);
        let mut loading = Loading::beside(self.models());
        for (name, settings) in configuration.into_mailboxes() {
            let anew = match self.lives.get(&name) {
                Some(life) => life
                    .refurnish(settings, loading.models())
                    .map(|office| Anew::Desk(Box::new(office))),
                None => Made::of(name.clone(), settings, Arc::default(), loading.models())
                    .map(Anew::Made),
            };
            loading.add(name, anew, Anew::office)?;
        }
        let mut loaded = LoadedAnew {
            page,
            ..LoadedAnew::default()
        };
        for (name, anew) in loading.finish()? {
            match anew {
                Anew::Desk(office) => drop(loaded.kept.insert(name, *office)),
                Anew::Made(Made::Mailbox(ready)) => loaded.new.push(*ready),
                Anew::Made(Made::Prepared(prepared)) => {
                    drop(loaded.prepared.insert(name, *prepared));
                }
            }
        }
        Ok(loaded)
    }

    /// Each model that is in use.
    fn models(&self) -> Vec<Arc<Encoder>> {
        let mut models: Vec<Arc<Encoder>> = Vec::new();
        for model in self.offices().filter_map(|office| office.encoder.clone()) {
            if !models.iter().any(|known| Arc::ptr_eq(known, &model)) {
                models.push(model);
            }
        }
        models
    }

    fn offices(&self) -> impl Iterator<Item = Arc<Office>> {
        let prepared = self
            .standby
            .waiting()
            .into_iter()
            .map(|(one, _)| one.office);
        let kept: Vec<Arc<Office>> = self.lives.values().map(Life::office).collect();
        kept.into_iter().chain(prepared)
    }

    /// So that each admin is told, whoever has several mailboxes once. Whoever works for a mailbox tells its admin.
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
