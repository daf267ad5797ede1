//! The way between a machine of several and a server: what a stopped process was about to write is written when it wakes up, and what a cut
//! network did not carry is carried when it is whole again, as TCP does, also when who wrote it is gone.

use super::machine::Peer;
use super::mishaps::Death;
use super::world;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream};
use tokio::time::Instant;

/// So much is carried at once.
const BYTES_AT_ONCE: usize = 64 * 1024;

/// So often it is seen whether the network is whole again.
const LOOKED_AGAIN_AFTER: Duration = Duration::from_secs(5);

/// Between whom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub(super) machine: usize,
    pub(super) life: u64,
    pub(super) peer: Peer,
}

impl Link {
    /// Carries what both ends write, until both are gone.
    pub(super) fn lay(self, ours: DuplexStream, theirs: DuplexStream) {
        let (from_us, to_us) = tokio::io::split(ours);
        let (from_them, to_them) = tokio::io::split(theirs);
        drop(tokio::spawn(self.carry(from_us, to_them, Way::Out)));
        drop(tokio::spawn(self.carry(from_them, to_us, Way::In)));
    }

    async fn carry(
        self,
        mut from: impl AsyncRead + Unpin,
        mut to: impl AsyncWrite + Unpin,
        way: Way,
    ) {
        let mut bytes = vec![0; BYTES_AT_ONCE];
        loop {
            let read = from.read(&mut bytes).await.unwrap_or(0);
            let arrives = way == Way::In || self.is_written().await;
            self.is_whole().await;
            if read == 0 || !arrives || !self.has_power() {
                break;
            }
            if to.write_all(&bytes[..read]).await.is_err() {
                break;
            }
        }
        let _ = to.shutdown().await;
    }

    /// Waits while the process is stopped; whether what it wrote at that moment is written at all: not where it is killed before it wakes up.
    async fn is_written(self) -> bool {
        let mut was_stopped = false;
        while let Some(goes_on) = world(|world| {
            let machine = &world.machines[self.machine];
            let is_stopped = machine.life == self.life && machine.is_stopped();
            is_stopped.then(|| Arc::clone(&machine.goes_on))
        }) {
            was_stopped = true;
            goes_on.notified().await;
        }
        !was_stopped || world(|world| world.is_alive(self.life))
    }

    /// Waits while the network between the two is cut.
    async fn is_whole(self) {
        while let Some(until) = world(|world| world.machines[self.machine].is_cut_off(self.peer)) {
            // The storm may be over before.
            tokio::time::sleep_until(until.min(Instant::now() + LOOKED_AGAIN_AFTER)).await;
        }
    }

    /// What lies in the memory of a machine goes with its power.
    fn has_power(self) -> bool {
        world(|world| {
            let machine = &world.machines[self.machine];
            !(machine.life == self.life && machine.death == Some(Death::PowerCut))
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// From the machine to the server.
    Out,
    /// Back.
    In,
}
