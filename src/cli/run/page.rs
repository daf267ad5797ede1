//! The page's life beside the mailboxes: begun at the start, begun anew where a reload changes it. Without it the daemon still does its work, so its
//! failure is only reported.

use crate::config::Configuration;
use crate::control::Desk;
use crate::page::{self, Serving};
use crate::report;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The page, where there is one.
#[derive(Default)]
pub(super) struct Page {
    running: Option<Running>,
}

struct Running {
    serving: Serving,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

/// The page that the settings want.
pub(super) fn wanted(configuration: &Configuration) -> Option<Serving> {
    let page = configuration.page()?;
    let (_, first) = configuration.mailboxes().next()?;
    let zone = first.teams.first().map(|team| &team.hours.time_zone);
    let zone = zone.and_then(|zone| zone.iana_name()).unwrap_or("UTC");
    Some(Serving::of(page, zone))
}

impl Page {
    /// Makes it the one that is wanted: nothing happens to one that stays as it is.
    pub(super) async fn show(
        &mut self,
        wanted: Option<Serving>,
        desks: watch::Receiver<Arc<Vec<Desk>>>,
    ) {
        if let (Some(running), Some(wanted)) = (&self.running, &wanted)
            && running.serving.is_same_as(wanted)
            && !running.task.is_finished()
        {
            return;
        }
        self.end().await;
        let Some(serving) = wanted else { return };
        let listening = match page::listen(&serving).await {
            Ok(listening) => listening,
            Err(error) => {
                report::gateway::page_failed(&serving.listen, &error);
                return;
            }
        };
        report::gateway::page_is_there(&serving.listen);
        let stop = CancellationToken::new();
        let task = tokio::spawn(page::serve(listening, serving.clone(), desks, stop.clone()));
        self.running = Some(Running {
            serving,
            stop,
            task,
        });
    }

    /// Ends it: whoever is being answered is cut off.
    pub(super) async fn end(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop.cancel();
            let _ = running.task.await;
        }
    }
}
