//! When is it time to look again? When the server announces mail, somebody wakes us, or the poll interval is over. All
//! three only say "look": what there is to do is asked of the server.

use super::connection::Connection;
use super::dialogue::Heard;
use super::error::InboxError;
use crate::report;
use tokio::sync::Notify;

/// After so many waits in a row that heard nothing of new mail, IDLE is no help on this server. One alone may be chance: the mail came in the
/// last moment.
const SILENT_WAITS_TOLD: u32 = 3;

/// Why a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Woken {
    /// The server announced mail.
    Server,
    /// Somebody in the program.
    Wake,
    /// Nobody: it is time to look anyway.
    Interval,
}

impl Connection {
    /// Waits, in IDLE where that is offered and wanted. Returns at once if mail was announced since the last look. A
    /// notification of `wake` is never lost: where it is not what ended this wait, it ends the next.
    ///
    /// May be dropped while it waits; the next command then ends the IDLE first.
    ///
    /// # Errors
    /// The connection is lost, or the server does not answer.
    pub async fn wait(&mut self, wake: &Notify) -> Result<Woken, InboxError> {
        let limit = self.limits.command;
        if self.offers.idle
            && !self.dialogue.news
            && let Some(refusal) = self.dialogue.begin_idle(limit).await?
        {
            self.offers.idle = false;
            let peer = &self.dialogue.peer;
            report::inbox::idle_refused(&peer.server, &peer.folder, &refusal.text);
        }
        let in_idle = self.offers.idle && !self.dialogue.news;
        let longest = self.poll_interval.min(self.limits.idle);
        let heard = self.dialogue.listen(wake, longest).await?;
        let mut kept = KeptWake((heard == Heard::Wake).then_some(wake));
        self.dialogue.end_idle(limit).await?;
        kept.0 = None;
        if in_idle {
            self.judge_idle(heard);
        }
        Ok(match heard {
            Heard::News => Woken::Server,
            Heard::Wake => Woken::Wake,
            Heard::Nothing => Woken::Interval,
        })
    }

    /// A server may offer IDLE and never speak in it: it tells of the mail only when IDLE ends (Courier, as it is installed).
    fn judge_idle(&mut self, heard: Heard) {
        match heard {
            Heard::News => self.silent_waits = 0,
            Heard::Nothing if self.dialogue.news => self.silent_waits += 1,
            Heard::Nothing | Heard::Wake => {}
        }
        if self.silent_waits == SILENT_WAITS_TOLD && self.is_first_time("silent IDLE") {
            let peer = &self.dialogue.peer;
            report::inbox::idle_silent(&peer.server, &peer.folder, self.poll_interval);
        }
    }
}

/// A wake that was taken but not yet passed on: given back if the wait ends otherwise, by an error or by being dropped.
pub(super) struct KeptWake<'a>(pub(super) Option<&'a Notify>);

impl Drop for KeptWake<'_> {
    fn drop(&mut self) {
        if let Some(wake) = self.0 {
            wake.notify_one();
        }
    }
}
