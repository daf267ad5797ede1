//! Who asks? The mode of the socket keeps others out; where it was changed, or the socket lies in a folder of others, the kernel still says who is
//! at its other end.

use std::os::unix::fs::MetadataExt;
use tokio::net::UnixStream;

/// The user who may do everything.
const ROOT: u32 = 0;

/// Whether whoever is at the other end is answered.
pub(crate) fn may_ask(stream: &UnixStream) -> bool {
    match (stream.peer_cred(), our_user()) {
        (Ok(peer), Some(ours)) => is_answered(peer.uid(), ours),
        _ => false,
    }
}

const fn is_answered(peer: u32, ours: u32) -> bool {
    peer == ROOT || peer == ours
}

/// The user that this process runs as: a process owns its own entry in `/proc`.
fn our_user() -> Option<u32> {
    std::fs::metadata("/proc/self")
        .ok()
        .map(|found| found.uid())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_and_our_own_user_are_answered() {
        for (peer, ours, expected) in [
            (0, 998, true),
            (998, 998, true),
            (1000, 998, false),
            (1000, 0, false),
        ] {
            assert_eq!(is_answered(peer, ours), expected, "{peer} asks {ours}");
        }
    }

    #[tokio::test]
    async fn the_kernel_says_who_asks() {
        let (ours, _theirs) = UnixStream::pair().unwrap();
        assert!(may_ask(&ours));
    }
}
