//! Is it a mail's turn, or what holds it back? Pure.
//!
//! Promise: a mail never leaves before an earlier mail of the same ticket to the same recipient is settled, and a mail to somebody else never
//! waits for that one. No domain is tried by two mails at a time, and none that is left alone is tried at all.

use super::destinations::Destinations;
use crate::journal::EffectRecord;
use crate::mail::{Address, MessageId};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Whether a mail may leave.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Turn {
    /// It may, except to these recipients, whose domains are left alone.
    Now {
        /// To be put off.
        except: Vec<Address>,
    },
    /// It waits, and no attempt is counted.
    Held(HeldBy),
}

/// What holds a mail back that is due.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum HeldBy {
    /// An earlier mail of the same ticket to the same recipient.
    Order(MessageId),
    /// The domains of all its recipients are left alone.
    Destination {
        /// The one that may be tried first.
        domain: String,
        /// Since when it fails.
        since: Timestamp,
        /// When it may be tried.
        until: Timestamp,
        /// The last words.
        why: String,
    },
    /// Another mail to the same domain is on its way at this moment, or this one is.
    OnItsWay,
}

/// Mails that are on their way, with the domains of their recipients.
pub(super) type OnTheirWay = BTreeMap<MessageId, Vec<String>>;

/// Whether it is the mail's turn. `earlier`: what was recorded before it in the same ticket and is not settled.
pub(super) fn turn(
    mail: &EffectRecord,
    earlier: &[EffectRecord],
    destinations: &Destinations,
    on_their_way: &OnTheirWay,
    now: Timestamp,
) -> Turn {
    let is_busy = |domain: &str| on_their_way.values().flatten().any(|busy| busy == domain);
    if on_their_way.contains_key(&mail.message_id) || domains(mail).iter().any(|one| is_busy(one)) {
        return Turn::Held(HeldBy::OnItsWay);
    }
    if let Some(first) = waits_for(mail, earlier) {
        return Turn::Held(HeldBy::Order(first.message_id.clone()));
    }
    let mut except = Vec::new();
    let mut first: Option<HeldBy> = None;
    let mut first_until = Timestamp::MAX;
    for recipient in &mail.recipients {
        let Some((trouble, until)) = destinations.left_alone(recipient.domain(), now) else {
            continue;
        };
        except.push(recipient.clone());
        if first.is_none() || until < first_until {
            first_until = until;
            first = Some(HeldBy::Destination {
                domain: recipient.domain().to_owned(),
                since: trouble.since,
                until,
                why: trouble.why.clone(),
            });
        }
    }
    match first {
        Some(held) if except.len() == mail.recipients.len() => Turn::Held(held),
        _ => Turn::Now { except },
    }
}

/// The first of the earlier mails that goes to one of the same recipients.
fn waits_for<'a>(mail: &EffectRecord, earlier: &'a [EffectRecord]) -> Option<&'a EffectRecord> {
    earlier.iter().find(|other| {
        other.ticket.is_some()
            && other.ticket == mail.ticket
            && other.message_id != mail.message_id
            && !other.state.is_settled()
            && (other.recipients.iter())
                .any(|one| mail.recipients.iter().any(|two| one.is_same_as(two)))
    })
}

/// The domains of a mail's recipients.
pub(super) fn domains(mail: &EffectRecord) -> Vec<String> {
    let mut domains: Vec<String> = (mail.recipients.iter())
        .map(|recipient| recipient.domain().to_owned())
        .collect();
    domains.sort();
    domains.dedup();
    domains
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::EffectState;
    use crate::outbox::failure::Blame;
    use crate::outbox::tests::mail;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    fn free(mail: &EffectRecord, earlier: &[EffectRecord]) -> bool {
        let none = Destinations::default();
        let turn = turn(mail, earlier, &none, &OnTheirWay::new(), at(0));
        turn == Turn::Now { except: vec![] }
    }

    #[test]
    fn a_mail_waits_for_an_earlier_one_to_the_same_recipient_of_the_same_ticket_alone() {
        let second = mail("2@d", 1, &["ann@x.example"]);
        let earlier = |ticket, to: &[&str], state| {
            let mut earlier = mail("1@d", ticket, to);
            earlier.state = state;
            [earlier]
        };
        let waiting = EffectState::Waiting { due: at(99) };
        let in_doubt = EffectState::InDoubt { since: at(0) };
        let given_up = EffectState::GivenUp {
            at: at(0),
            why: String::new(),
        };
        assert!(!free(
            &second,
            &earlier(1, &["ann@X.example"], waiting.clone())
        ));
        assert!(!free(&second, &earlier(1, &["ann@x.example"], in_doubt)));
        assert!(free(&second, &earlier(1, &["ann@x.example"], given_up)));
        assert!(free(
            &second,
            &earlier(2, &["ann@x.example"], waiting.clone())
        ));
        assert!(free(
            &second,
            &earlier(1, &["desk@d.example"], waiting.clone())
        ));
        let packet = mail("3@d", 1, &["desk@d.example", "ann@x.example"]);
        assert!(!free(&packet, &earlier(1, &["ann@x.example"], waiting)));
    }

    #[test]
    fn domains_that_fail_are_passed_over_and_hold_only_who_has_no_other() {
        let mut destinations = Destinations::default();
        let settings = crate::outbox::tests::settings();
        destinations.failed(
            &Address::parse("ann@x.example").unwrap(),
            Blame::Destination,
            "no",
            &settings,
            at(0),
            0.5,
        );
        let turn_of =
            |mail: &EffectRecord, now| turn(mail, &[], &destinations, &OnTheirWay::new(), at(now));
        let both = mail("1@d", 1, &["ann@x.example", "ben@y.example"]);
        let except = vec![Address::parse("ann@x.example").unwrap()];
        assert_eq!(turn_of(&both, 0), Turn::Now { except });
        let one = mail("2@d", 1, &["ann@x.example"]);
        assert!(matches!(
            turn_of(&one, 0),
            Turn::Held(HeldBy::Destination { until, .. }) if until == at(60)
        ));
        assert_eq!(turn_of(&one, 60), Turn::Now { except: vec![] });
    }

    #[test]
    fn no_domain_is_tried_by_two_at_a_time() {
        let none = Destinations::default();
        let busy = mail("1@d", 1, &["ann@x.example"]);
        let on_their_way = OnTheirWay::from([(busy.message_id.clone(), domains(&busy))]);
        let turn_of = |mail: &EffectRecord| turn(mail, &[], &none, &on_their_way, at(0));
        assert_eq!(turn_of(&busy), Turn::Held(HeldBy::OnItsWay));
        let same = mail("2@d", 2, &["ben@x.example", "cal@y.example"]);
        assert_eq!(turn_of(&same), Turn::Held(HeldBy::OnItsWay));
        let other = mail("3@d", 3, &["cal@y.example"]);
        assert_eq!(turn_of(&other), Turn::Now { except: vec![] });
    }
}
