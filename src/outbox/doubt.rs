//! A mail may have left, and nobody knows: what now? Pure.
//!
//! | copy to ourselves | verdict |
//! |---|---|
//! | asked for, came back | it left (the journal notes that when the copy is read) |
//! | asked for, and a sweep of the inbox that began `copy_wait` later has not found it (where the inbox or our server was away: after it was back for as long as it was away, too), and our server lets us in | it did not leave: again |
//! | not asked for or impossible, stands in the folder of sent mail | it left (the journal notes that when it is seen there) |
//! | not asked for, not seen there either, mail to staff or admin | again: twice is better than never |
//! | not asked for, not seen there `copy_wait` later either, mail to a customer | never twice: staff are told |

use super::schedule;
use super::standing::Outage;
use crate::clock::Moment;
use crate::compose::Purpose;
use crate::config::Smtp;
use crate::journal::{CopyProof, DoubtVerdict, EffectRecord, EffectState, RecordedDoubt};
use crate::ticket::Party;
use jiff::Timestamp;
use tokio::time::Instant;

/// A customer's mail is sent again so many times at most for want of a copy: where copies never come, each time may be one time too many.
const DOUBTS_MAX: u32 = 2;

/// The same for staff and admin, who rather get it twice than never.
const DOUBTS_OF_STAFF_MAX: u32 = 5;

const NO_COPY_CAME: &str = "it may have left: the connection ended after the content each time, and no copy ever came back; see whether it arrived, and \
     whether anything keeps copies from the inbox";
const NOT_SEARCHED: &str = "it may have left; for too long either the inbox could not be searched for its copy, or our SMTP server was away that may still \
     hold it";
const NO_PROOF: &str = "it may have left: the connection ended after the content, and no copy can prove it; ask the customer before writing again";
const CUT_OFF: &str = "tried for too long, each time cut off after the content";

/// What there is to judge by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Evidence {
    /// Since when the attempt has been over, as far as this process knows. By a clock that nobody sets: by the clock on the wall a copy could
    /// seem to be overdue that was sent a second ago.
    pub(super) doubted_since: Instant,
    /// When the last complete sweep of the inbox began.
    pub(super) swept: Option<Instant>,
    /// The last times for which the inbox, and our SMTP server, could not be reached: a copy could not come, and waits at the server that has it.
    pub(super) outages: [Option<Outage>; 2],
    /// When our SMTP server let us in last; `None` while it does not. What it took with its last breath it delivers when it is back.
    pub(super) server_seen: Option<Instant>,
    /// When the last look at the folder of sent mail began that came to its end.
    pub(super) sent_read: Option<Instant>,
    /// Whether the folder of sent mail is looked at before each sweep. That a mail stands there shows that it left; that it does not stand
    /// there shows nothing, because not every server files what it sends.
    pub(super) sent_is_watched: bool,
}

/// What becomes of a mail in doubt; `None` while it is still to be waited for.
pub(super) fn verdict(
    doubt: &RecordedDoubt,
    evidence: Evidence,
    settings: &Smtp,
    now: Moment,
) -> Option<DoubtVerdict> {
    let record = &doubt.record;
    if !matches!(record.state, EffectState::InDoubt { .. }) {
        return None;
    }
    let late_enough = evidence.late_enough(settings);
    let was_searched = |began: Option<Instant>| began.is_some_and(|began| began >= late_enough);
    let is_over = schedule::is_over(record, settings, now.shown);
    let has_waited = now.passed >= evidence.doubted_since + settings.copy_wait;
    match doubt.copy {
        CopyProof::Asked if was_searched(evidence.swept) && was_searched(evidence.server_seen) => {
            let most = match is_for_customer(record) {
                true => DOUBTS_MAX,
                false => DOUBTS_OF_STAFF_MAX,
            };
            Some(if is_over || doubt.doubts >= most {
                give_up(NO_COPY_CAME)
            } else {
                // What its copy shows was waited for: nothing is gained by more of it.
                send_again("its copy did not come back, so it had not left", now.shown)
            })
        }
        CopyProof::Asked if is_over && now.passed >= late_enough => Some(give_up(NOT_SEARCHED)),
        CopyProof::Asked => None,
        // It may still appear in the folder of sent mail.
        CopyProof::None
            if evidence.sent_is_watched
                && !was_searched(evidence.sent_read)
                && !(is_over && now.passed >= late_enough) =>
        {
            None
        }
        // A server that has all of it may still take it, long after we are gone: what follows in the ticket does not overtake it.
        CopyProof::None if is_for_customer(record) && !has_waited => None,
        CopyProof::None if is_for_customer(record) => Some(give_up(NO_PROOF)),
        CopyProof::None if is_over => Some(give_up(CUT_OFF)),
        CopyProof::None => {
            let (first, longest) = (settings.retry_first_delay, settings.retry_longest_delay);
            let pause = schedule::delay(record.attempts, first, longest, 0.5);
            let why = "it may have left already; staff get it rather twice than never";
            Some(send_again(why, schedule::later(now.shown, pause)))
        }
    }
}

/// Whether it is to be seen if our server works: once soon after the attempt, so that an outage is seen whose whole length counts, and once
/// when all the rest is known. Where mail leaves, that shows it as well.
pub(super) fn asks_for_server(
    doubt: &RecordedDoubt,
    evidence: Evidence,
    settings: &Smtp,
    now: Moment,
) -> bool {
    let late_enough = evidence.late_enough(settings);
    let seen_since = |moment: Instant| evidence.server_seen.is_some_and(|seen| seen >= moment);
    let is_searched = evidence.swept.is_some_and(|began| began >= late_enough);
    doubt.copy == CopyProof::Asked
        && (!seen_since(evidence.doubted_since)
            || (now.passed >= late_enough && is_searched && !seen_since(late_enough)))
}

fn give_up(why: &str) -> DoubtVerdict {
    DoubtVerdict::GiveUp {
        why: why.to_owned(),
    }
}

fn send_again(why: &str, due: Timestamp) -> DoubtVerdict {
    DoubtVerdict::SendAgain {
        why: why.to_owned(),
        due,
    }
}

impl Evidence {
    /// From when on a search that has not found the copy shows that there is none.
    fn late_enough(&self, settings: &Smtp) -> Instant {
        self.outages
            .into_iter()
            .flatten()
            .fold(self.doubted_since + settings.copy_wait, |so_far, outage| {
                so_far.max(late_enough(self.doubted_since, Some(outage), settings))
            })
    }
}

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
    fn each_reason_is_told_in_german_as_well() {
        let german = crate::config::Language("de".to_owned());
        for why in [NO_COPY_CAME, NOT_SEARCHED, NO_PROOF, CUT_OFF] {
            let told = crate::compose::reported(&german, why);
            assert!(!told.contains("the "), "{told}");
        }
    }

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
