//! A mail may have left, and nobody knows: what now? Pure.
//!
//! | copy to ourselves | verdict |
//! |---|---|
//! | asked for, came back | it left (the journal notes that when the copy is read) |
//! | asked for, and a sweep of the inbox that began `copy_wait` later has not found it (where the inbox was away: after it was back for as long as it was away, too) | it did not leave: again |
//! | not asked for or impossible, stands in the folder of sent mail | it left (the journal notes that when it is seen there) |
//! | not asked for, not seen there either, mail to staff or admin | again: twice is better than never |
//! | not asked for, not seen there either, mail to a customer | never twice: staff are told |

use super::schedule;
use super::standing::Outage;
use crate::clock::Moment;
use crate::compose::Purpose;
use crate::config::Smtp;
use crate::journal::{CopyProof, DoubtVerdict, EffectRecord, EffectState, RecordedEffect};
use crate::ticket::Party;
use tokio::time::Instant;

/// What there is to judge by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Evidence {
    /// Since when the attempt has been over, as far as this process knows. By a clock that nobody sets: by the clock on the wall a copy could
    /// seem to be overdue that was sent a second ago.
    pub(super) doubted_since: Instant,
    /// When the last complete sweep of the inbox began.
    pub(super) swept: Option<Instant>,
    /// The last time for which the inbox could not be reached: a copy could not come, and waits at the server that has it.
    pub(super) outage: Option<Outage>,
    /// Whether the folder of sent mail is looked at before each sweep. That a mail stands there shows that it left; that it does not stand
    /// there shows nothing, because not every server files what it sends.
    pub(super) sent_is_watched: bool,
}

/// What becomes of an effect in doubt; `None` while it is still to be waited for.
pub(super) fn verdict(
    effect: &RecordedEffect,
    evidence: Evidence,
    settings: &Smtp,
    now: Moment,
) -> Option<DoubtVerdict> {
    let record = effect.record();
    if !matches!(record.state, EffectState::InDoubt { .. }) {
        return None;
    }
    let late_enough = late_enough(evidence.doubted_since, evidence.outage, settings);
    let was_looked_for = (evidence.swept).is_some_and(|swept| swept >= late_enough);
    let is_over = schedule::is_over(record.recorded_at, settings, now.shown);
    match effect.copy() {
        CopyProof::Asked => {
            if was_looked_for {
                Some(DoubtVerdict::SendAgain {
                    why: "its copy did not come back, so it had not left".to_owned(),
                })
            } else if is_over && now.passed >= late_enough {
                Some(DoubtVerdict::GiveUp {
                    why: "it may have left; the inbox could not be searched for its copy for too long".to_owned(),
                })
            } else {
                None
            }
        }
        // It may still appear in the folder of sent mail.
        CopyProof::None if evidence.sent_is_watched && !was_looked_for && !is_over => None,
        CopyProof::None if is_for_customer(record) => Some(DoubtVerdict::GiveUp {
            why: "it may have left: the connection ended after the content, and no copy can prove it; ask the customer before writing again"
                .to_owned(),
        }),
        CopyProof::None if is_over => {
            Some(DoubtVerdict::GiveUp {
                why: "tried for too long, each time cut off after the content".to_owned(),
            })
        }
        CopyProof::None => Some(DoubtVerdict::SendAgain {
            why: "it may have left already; staff get it rather twice than never".to_owned(),
        }),
    }
}

/// From when on a sweep that has not found the copy shows that there is none.
fn late_enough(since: Instant, outage: Option<Outage>, settings: &Smtp) -> Instant {
    let without = since + settings.copy_wait;
    // Connections that are lost and made again in a moment keep no copy back.
    match outage.filter(|outage| outage.length > settings.copy_wait / 10) {
        Some(outage) if outage.over() > since => {
            let after = outage.ended + settings.copy_wait;
            without.max(after).max(outage.over())
        }
        _ => without,
    }
}

fn is_for_customer(record: &EffectRecord) -> bool {
    match &record.party {
        Some(Party::Customer(_)) => true,
        Some(Party::Staff(_)) => false,
        None => matches!(
            record.purpose,
            Purpose::Answer
                | Purpose::Question
                | Purpose::Notice
                | Purpose::StaffReply
                | Purpose::ApprovedAnswer
                | Purpose::StopConfirmation
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbox::tests::settings;
    use std::time::Duration;

    #[test]
    fn a_copy_is_waited_for_as_long_again_as_the_inbox_was_away() {
        let began = Instant::now();
        let at = |seconds| began + Duration::from_secs(seconds);
        let outage = |ended: u64, length: u64| Outage {
            ended: at(ended),
            length: Duration::from_secs(length),
        };
        let enough =
            |since: u64, outage| (late_enough(at(since), outage, &settings()) - began).as_secs();
        assert_eq!(enough(1000, None), 1300);
        // It was away for a moment, or long before.
        assert_eq!(enough(1000, Some(outage(1100, 20))), 1300);
        assert_eq!(enough(1000, Some(outage(100, 800))), 1300);
        // It came back while the copy was on its way, or shortly before.
        assert_eq!(enough(1000, Some(outage(1100, 200))), 1400);
        assert_eq!(enough(1000, Some(outage(1100, 900))), 2000);
        assert_eq!(enough(1000, Some(outage(900, 3600))), 4500);
        assert_eq!(enough(1000, Some(outage(900, 86_400))), 900 + 7200);
    }
}
