//! Which mails are new, and what do they say? Sizes are asked first, bodies are fetched in bounded batches without ever
//! setting `\Seen`, and a mail whose body does not come although it is still there is an error, never skipped.
//! Reads hostile input.

use super::connection::Connection;
use super::error::InboxError;
use super::guarded::Bound;
use super::keyword::HANDLED;
use super::{Arrival, Content, Place};
use crate::report;
use imap_proto::{AttributeValue, MessageSection, Response, SectionPath};
use std::collections::BTreeMap;

/// Mails asked for in one command.
const BATCH_MAX_MAILS: usize = 50;
/// How many UIDs are asked for their sizes at first; the window grows over gaps.
const WINDOW_FIRST_UIDS: u32 = 500;
const WINDOW_GROWTH: u32 = 16;
/// What is fetched of the headers of a mail that is too large.
const HEADER_MAX_BYTES: usize = 64 * 1024;
/// Room for what stands around a body in an answer.
const ROW_SLACK_BYTES: usize = 4 * 1024;

/// A mail that is to be fetched.
#[derive(Clone, Copy, Debug)]
struct Sized {
    uid: u32,
    size_bytes: u32,
    was_handled: bool,
}

/// Which part of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Whole,
    Header,
}

impl Connection {
    /// The mails with a UID above `after_uid`, in the order of UIDs: at most `mails_max`, and about `bytes_max` bytes (at
    /// least one mail). A mail larger than the limit comes as its headers. Empty means that there is none.
    ///
    /// # Errors
    /// The server refused, the connection is lost, or the server keeps a mail back that it has.
    pub async fn fetch_after(
        &mut self,
        after_uid: u32,
        mails_max: usize,
        bytes_max: usize,
    ) -> Result<Vec<Arrival>, InboxError> {
        // Announcements up to here are covered by what is asked now; later ones end the next wait.
        self.dialogue.news = false;
        self.noop().await?;
        let Some(highest) = self.highest_uid().await? else {
            return Ok(Vec::new());
        };
        let mut arrivals = Vec::new();
        let mut from = after_uid;
        let mut window = WINDOW_FIRST_UIDS;
        // Ends: each round starts behind the window of the one before. A window whose mails all vanished is empty too.
        while arrivals.is_empty() && from < highest && mails_max > 0 {
            let until = from.saturating_add(window).min(highest);
            let sized = self.sizes(from.saturating_add(1), until).await?;
            let wanted = within(sized, mails_max, bytes_max, self.mail_max_bytes);
            let last_wanted = wanted.last().map(|mail| mail.uid);
            arrivals = self.fetch_all(wanted, bytes_max).await?;
            from = last_wanted.unwrap_or(until);
            if last_wanted.is_none() {
                window = window.saturating_mul(WINDOW_GROWTH);
            }
        }
        Ok(arrivals)
    }

    /// Where the first mail with a UID above `after_uid` stands.
    ///
    /// # Errors
    /// The server refused, or the connection is lost.
    pub async fn place_after(&mut self, after_uid: u32) -> Result<Option<Place>, InboxError> {
        self.noop().await?;
        let Some(highest) = self.highest_uid().await? else {
            return Ok(None);
        };
        let mut from = after_uid;
        let mut window = WINDOW_FIRST_UIDS;
        while from < highest {
            let until = from.saturating_add(window).min(highest);
            let first = self
                .sizes(from.saturating_add(1), until)
                .await?
                .into_iter()
                .next();
            if let Some(Sized { uid, .. }) = first {
                let uid_validity = self.uid_validity;
                return Ok(Some(Place { uid_validity, uid }));
            }
            from = until;
            window = window.saturating_mul(WINDOW_GROWTH);
        }
        Ok(None)
    }

    /// The UID of the last mail in the folder.
    pub(super) async fn highest_uid(&mut self) -> Result<Option<u32>, InboxError> {
        // `FETCH *` is an error in an empty folder, and `UID FETCH n:*` would list everything behind the cursor.
        if self.dialogue.exists == 0 {
            return Ok(None);
        }
        let mut highest = None;
        let limit = self.limits.command;
        let answer = self
            .dialogue
            .run(
                "FETCH",
                "FETCH * (UID)",
                limit,
                Bound::SMALL,
                &mut |response| {
                    if let Response::Fetch(_, attributes) = response {
                        highest = highest.max(uid_in(attributes));
                    }
                },
            )
            .await?;
        if let Some(uid) = highest {
            return Ok(Some(uid));
        }
        // The last mail may have gone in this moment.
        self.noop().await?;
        if self.dialogue.exists == 0 {
            return Ok(None);
        }
        let says = format!(
            "no UID for the last of {} mails: {}",
            self.dialogue.exists, answer.text
        );
        Err(self.dialogue.peer.refused("FETCH", &says))
    }

    /// The sizes of the mails in a range of UIDs, in order.
    async fn sizes(&mut self, first: u32, last: u32) -> Result<Vec<Sized>, InboxError> {
        let mut sizes = BTreeMap::new();
        let rows = usize::try_from(last.saturating_sub(first)).unwrap_or(usize::MAX);
        let bound = Bound {
            // A wide window stands over a gap; still it may be full by the time it is asked for.
            total_bytes: rows
                .saturating_mul(256)
                .clamp(1024 * 1024, 256 * 1024 * 1024),
            literal_bytes: 4096,
        };
        let command = format!("UID FETCH {first}:{last} (UID RFC822.SIZE FLAGS)");
        let limit = self.limits.transfer;
        self.dialogue
            .run_ok("UID FETCH", &command, limit, bound, &mut |response| {
                if let Response::Fetch(_, attributes) = response {
                    let size = attributes.iter().find_map(|attribute| match attribute {
                        AttributeValue::Rfc822Size(size) => Some(*size),
                        _ => None,
                    });
                    // A server may return the last mail for a range behind it (`n:*`), and rows that nobody asked for.
                    if let (Some(uid), Some(size)) = (uid_in(attributes), size)
                        && (first..=last).contains(&uid)
                    {
                        let was_handled = attributes.iter().any(is_handled);
                        sizes.insert(uid, (size, was_handled));
                    }
                }
            })
            .await?;
        Ok(sizes
            .into_iter()
            .map(|(uid, (size_bytes, was_handled))| Sized {
                uid,
                size_bytes,
                was_handled,
            })
            .collect())
    }

    async fn fetch_all(
        &mut self,
        wanted: Vec<Sized>,
        bytes_max: usize,
    ) -> Result<Vec<Arrival>, InboxError> {
        let mut bodies = BTreeMap::new();
        for batch in batches(&wanted, self.mail_max_bytes, bytes_max) {
            let largest = batch.iter().map(|mail| mail.size_bytes).max().unwrap_or(0);
            // One byte more than the server told: whoever uses it has told too little.
            let most = bytes_of(largest).saturating_add(1);
            let uids: Vec<u32> = batch.iter().map(|mail| mail.uid).collect();
            bodies.extend(self.parts(&uids, Part::Whole, most).await?);
        }
        let mut arrivals = Vec::with_capacity(wanted.len());
        for mail in wanted {
            let place = Place {
                uid_validity: self.uid_validity,
                uid: mail.uid,
            };
            let content = if mail.size_bytes > self.mail_max_bytes {
                self.header_of(mail).await?
            } else {
                self.whole(mail, bodies.remove(&mail.uid)).await?
            };
            match content {
                Some(content) => arrivals.push(Arrival {
                    place,
                    content,
                    was_handled: mail.was_handled,
                    checked: None,
                    looked_up: Vec::new(),
                }),
                None => report::inbox::vanished_before_fetch(place),
            }
        }
        Ok(arrivals)
    }

    /// The whole mail, from its batch or asked for alone; `None` if it is no longer there.
    async fn whole(
        &mut self,
        mail: Sized,
        from_batch: Option<Vec<u8>>,
    ) -> Result<Option<Content>, InboxError> {
        let told = bytes_of(mail.size_bytes);
        if let Some(body) = from_batch
            && body.len() <= told
        {
            return Ok(Some(Content::Whole(body)));
        }
        // It did not come, or it is larger than the server told and may be cut.
        let most = bytes_of(self.mail_max_bytes).saturating_add(1);
        let mut alone = self.parts(&[mail.uid], Part::Whole, most).await?;
        match alone.remove(&mail.uid) {
            Some(body) if body.len() < most => Ok(Some(Content::Whole(body))),
            Some(body) => {
                let size_bytes = u32::try_from(body.len()).unwrap_or(u32::MAX);
                self.header_of(Sized { size_bytes, ..mail }).await
            }
            None => self.gone_or_error(mail.uid).await,
        }
    }

    /// The headers of a mail that is too large.
    async fn header_of(&mut self, mail: Sized) -> Result<Option<Content>, InboxError> {
        let mut headers = self
            .parts(&[mail.uid], Part::Header, HEADER_MAX_BYTES)
            .await?;
        let Some(header) = headers.remove(&mail.uid) else {
            return self.gone_or_error(mail.uid).await;
        };
        let place = Place {
            uid_validity: self.uid_validity,
            uid: mail.uid,
        };
        report::inbox::too_large(place, mail.size_bytes, self.mail_max_bytes);
        Ok(Some(Content::TooLarge {
            header,
            size_bytes: mail.size_bytes,
        }))
    }

    /// A body that did not come: fine if the mail is gone, an error if it still stands there.
    async fn gone_or_error(&mut self, uid: u32) -> Result<Option<Content>, InboxError> {
        // The server tells of removed mails here at the latest.
        self.noop().await?;
        if self.sizes(uid, uid).await?.is_empty() {
            return Ok(None);
        }
        let says = format!("the mail with UID {uid} is there, but its text does not come");
        Err(self.dialogue.peer.refused("UID FETCH", &says))
    }

    /// One part of each mail, at most `most` bytes of it. A refusal (a mail removed by somebody else makes some servers
    /// answer NO for the whole batch) is not the end: what is missing is asked for alone.
    async fn parts(
        &mut self,
        uids: &[u32],
        part: Part,
        most: usize,
    ) -> Result<BTreeMap<u32, Vec<u8>>, InboxError> {
        let mut found = BTreeMap::new();
        let section = match part {
            Part::Whole => "",
            Part::Header => "HEADER",
        };
        let command = format!(
            "UID FETCH {} (UID BODY.PEEK[{section}]<0.{most}>)",
            uid_set(uids)
        );
        let bound = Bound {
            total_bytes: most
                .saturating_add(ROW_SLACK_BYTES)
                .saturating_mul(uids.len())
                .saturating_add(Bound::SMALL.total_bytes),
            literal_bytes: most.max(Bound::SMALL.literal_bytes),
        };
        let limit = self.limits.transfer;
        let answer = self
            .dialogue
            .run("UID FETCH", &command, limit, bound, &mut |response| {
                if let Response::Fetch(_, attributes) = response
                    && let Some(uid) = uid_in(attributes).filter(|uid| uids.contains(uid))
                    && let Some(bytes) = part_in(attributes, part)
                {
                    found.insert(uid, bytes.to_vec());
                }
            })
            .await?;
        if !answer.is_ok() && answer.text.starts_with("BAD") {
            return Err(self.dialogue.peer.refused("UID FETCH", &answer.text));
        }
        Ok(found)
    }
}

/// The first of the mails, within both bounds; at least one.
fn within(
    sized: Vec<Sized>,
    mails_max: usize,
    bytes_max: usize,
    mail_max_bytes: u32,
) -> Vec<Sized> {
    let mut total_bytes = 0_usize;
    let mut wanted = Vec::new();
    for mail in sized.into_iter().take(mails_max) {
        let fetched_bytes = if mail.size_bytes > mail_max_bytes {
            HEADER_MAX_BYTES
        } else {
            bytes_of(mail.size_bytes)
        };
        total_bytes = total_bytes.saturating_add(fetched_bytes);
        if total_bytes > bytes_max && !wanted.is_empty() {
            break;
        }
        wanted.push(mail);
    }
    wanted
}

/// Cuts the mails that are fetched whole into commands, so that even a server which sends the largest size for each of
/// them stays within `bytes_max`.
fn batches(wanted: &[Sized], mail_max_bytes: u32, bytes_max: usize) -> Vec<Vec<Sized>> {
    let mut batches: Vec<Vec<Sized>> = Vec::new();
    let mut largest = 0;
    for mail in wanted
        .iter()
        .filter(|mail| mail.size_bytes <= mail_max_bytes)
    {
        let with_it = bytes_of(mail.size_bytes).max(largest);
        match batches.last_mut() {
            Some(batch)
                if batch.len() < BATCH_MAX_MAILS
                    && with_it.saturating_mul(batch.len() + 1) <= bytes_max =>
            {
                largest = with_it;
                batch.push(*mail);
            }
            _ => {
                largest = bytes_of(mail.size_bytes);
                batches.push(vec![*mail]);
            }
        }
    }
    batches
}

/// `1:3,7`: runs are joined, so that the command stays short.
pub(super) fn uid_set(uids: &[u32]) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for &uid in uids {
        match runs.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(uid) => *last = uid,
            _ => runs.push((uid, uid)),
        }
    }
    let runs: Vec<String> = runs
        .into_iter()
        .map(|(first, last)| {
            if first == last {
                first.to_string()
            } else {
                format!("{first}:{last}")
            }
        })
        .collect();
    runs.join(",")
}

/// Whether these are flags, and the keyword of handled mails is among them.
fn is_handled(attribute: &AttributeValue<'_>) -> bool {
    match attribute {
        AttributeValue::Flags(flags) => flags.iter().any(|flag| flag.eq_ignore_ascii_case(HANDLED)),
        _ => false,
    }
}

pub(super) fn uid_in(attributes: &[AttributeValue<'_>]) -> Option<u32> {
    attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::Uid(uid) => Some(*uid),
        _ => None,
    })
}

fn part_in<'a>(attributes: &'a [AttributeValue<'_>], part: Part) -> Option<&'a [u8]> {
    attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::BodySection {
            section,
            data: Some(data),
            ..
        } => {
            let fits = match section {
                None => part == Part::Whole,
                Some(SectionPath::Full(MessageSection::Header)) => part == Part::Header,
                Some(_) => false,
            };
            fits.then_some(data.as_ref())
        }
        _ => None,
    })
}

fn bytes_of(size: u32) -> usize {
    usize::try_from(size).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mails(sizes: &[u32]) -> Vec<Sized> {
        (1..)
            .zip(sizes)
            .map(|(uid, &size_bytes)| Sized {
                uid,
                size_bytes,
                was_handled: false,
            })
            .collect()
    }

    #[test]
    fn uid_sets_are_short() {
        assert_eq!(uid_set(&[1, 2, 3, 7, 9, 10]), "1:3,7,9:10");
        assert_eq!(uid_set(&[u32::MAX]), "4294967295");
    }

    #[test]
    fn bounds_on_mails_and_bytes_leave_at_least_one() {
        assert_eq!(within(mails(&[900, 1]), 10, 100, 1000).len(), 1);
        assert_eq!(within(mails(&[40, 40, 40]), 10, 100, 1000).len(), 2);
        assert_eq!(within(mails(&[1, 1, 1]), 2, 100, 1000).len(), 2);
    }

    proptest! {
        #[test]
        fn batches_hold_every_mail_once_and_stay_bounded(sizes in proptest::collection::vec(0u32..5000, 0..300), bytes_max in 1usize..100_000) {
            let wanted = mails(&sizes);
            let cut = batches(&wanted, 4000, bytes_max);
            let uids: Vec<u32> = cut.iter().flatten().map(|mail| mail.uid).collect();
            let expected: Vec<u32> = wanted.iter().filter(|mail| mail.size_bytes <= 4000).map(|mail| mail.uid).collect();
            prop_assert_eq!(uids, expected);
            for batch in cut {
                let largest = batch.iter().map(|mail| mail.size_bytes as usize).max().unwrap();
                prop_assert!(batch.len() == 1 || (batch.len() <= BATCH_MAX_MAILS && largest * batch.len() <= bytes_max));
            }
        }
    }
}
