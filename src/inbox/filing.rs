//! Handled mails are tagged, and moved where the settings say so. May be repeated at any time: what is done already is
//! done again without harm. The server is asked afterwards what it really did.

use super::connection::Connection;
use super::dialogue::{Answer, Code};
use super::error::{InboxError, one_line};
use super::fetch::{uid_in, uid_set};
use super::folder_name::quoted_folder;
use super::guarded::Bound;
use super::keyword::keywords_of;
use super::{Filing, Place};
use crate::config::Outcome;
use crate::report;
use imap_proto::{AttributeValue, Response};
use std::collections::{BTreeMap, BTreeSet};

/// UIDs in one command.
const UIDS_PER_COMMAND: usize = 100;

/// What was done with a handled mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filed {
    /// Where it stood.
    pub place: Place,
    /// What was done.
    pub how: How,
}

/// How a handled mail was filed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// It carries its keywords and stays in the folder.
    Tagged,
    /// The server keeps no keywords: it stays in the folder as it was.
    Untagged,
    /// It carries its keywords, as far as the server keeps them, and lies in the folder for its outcome.
    Moved,
    /// It is tagged, but the server refused to move it: it stays in the folder.
    MoveRefused {
        /// What the server said.
        answer: String,
    },
    /// Somebody removed it, or the folder is another one now (UIDVALIDITY): nothing to do any more.
    Vanished,
}

/// A mail in the folder, as the server shows it after tagging.
#[derive(Clone, Debug, Default)]
struct Shown {
    keywords: BTreeSet<String>,
    size_bytes: u32,
}

/// What became of an attempt to move.
enum Moving {
    /// These UIDs are no longer in the folder.
    Done(BTreeSet<u32>),
    Refused(String),
}

impl Connection {
    /// Sets `$Handoff`, the outcome's keyword and the tags, and moves the mail if the settings name a folder for its
    /// outcome. A mail over the size limit stays, so that a person can look at it. One result for each filing.
    ///
    /// # Errors
    /// The connection is lost or the server refuses the keywords that it said it keeps; what was done by then stays done.
    pub async fn file(&mut self, filings: &[Filing]) -> Result<Vec<Filed>, InboxError> {
        let mut same_keywords: BTreeMap<Vec<String>, BTreeSet<u32>> = BTreeMap::new();
        let mut same_outcome: BTreeMap<Outcome, BTreeSet<u32>> = BTreeMap::new();
        for filing in filings {
            if filing.place.uid_validity == self.uid_validity {
                let uid = filing.place.uid;
                let keywords = keywords_of(filing.outcome, &filing.tags);
                same_keywords.entry(keywords).or_default().insert(uid);
                same_outcome.entry(filing.outcome).or_default().insert(uid);
            }
        }
        let mut results: BTreeMap<u32, How> = BTreeMap::new();
        let mut sizes: BTreeMap<u32, u32> = BTreeMap::new();
        for (keywords, uids) in same_keywords {
            let uids: Vec<u32> = uids.into_iter().collect();
            for some in uids.chunks(UIDS_PER_COMMAND) {
                for (uid, shown) in self.tag(some, &keywords).await? {
                    let how = if shown.keywords.is_empty() {
                        How::Untagged
                    } else {
                        How::Tagged
                    };
                    sizes.insert(uid, shown.size_bytes);
                    results.insert(uid, how);
                }
            }
        }
        for (outcome, uids) in same_outcome {
            let Some(target) = self.folders.get(&outcome).cloned() else {
                continue;
            };
            if target == self.folder {
                continue;
            }
            let movable: Vec<u32> = uids
                .into_iter()
                .filter(|uid| {
                    sizes
                        .get(uid)
                        .is_some_and(|size| *size <= self.mail_max_bytes)
                })
                .collect();
            for some in movable.chunks(UIDS_PER_COMMAND) {
                match self.move_to(some, &target).await? {
                    Moving::Done(gone) => {
                        results.extend(gone.into_iter().map(|uid| (uid, How::Moved)));
                    }
                    Moving::Refused(answer) => results.extend(some.iter().map(|&uid| {
                        let answer = answer.clone();
                        (uid, How::MoveRefused { answer })
                    })),
                }
            }
        }
        Ok(filings
            .iter()
            .map(|filing| Filed {
                place: filing.place,
                how: results
                    .get(&filing.place.uid)
                    .filter(|_| filing.place.uid_validity == self.uid_validity)
                    .cloned()
                    .unwrap_or(How::Vanished),
            })
            .collect())
    }

    /// Sets keywords, and returns the mails that are still there, with those of the keywords that they now carry.
    async fn tag(
        &mut self,
        uids: &[u32],
        keywords: &[String],
    ) -> Result<BTreeMap<u32, Shown>, InboxError> {
        let kept: Vec<&str> = keywords
            .iter()
            .map(String::as_str)
            .filter(|keyword| self.keeps(keyword))
            .collect();
        if !kept.is_empty() {
            let refused = self.store(uids, &kept).await?;
            let shown = self.show(uids, keywords).await?;
            let complete = |shown: &Shown| shown.keywords.len() == kept.len();
            if shown.values().all(complete) {
                return Ok(shown);
            }
            // Too many keywords for this server, or a tag that it does not like: the two that matter, then.
            let answer = refused.unwrap_or_else(|| "OK, but not set".to_owned());
            let fewer: Vec<&str> = kept.iter().take(2).copied().collect();
            if let Some(answer) = self.store(uids, &fewer).await? {
                return Err(self.dialogue.peer.refused("UID STORE", &answer));
            }
            if self.is_first_time("keywords") {
                let peer = &self.dialogue.peer;
                report::inbox::keywords_refused(&peer.server, &peer.folder, &answer);
            }
        }
        self.show(uids, keywords).await
    }

    fn keeps(&self, keyword: &str) -> bool {
        self.keeps_keywords()
            || self
                .permanent_flags
                .iter()
                .any(|flag| flag.eq_ignore_ascii_case(keyword))
    }

    /// Adds keywords; returns the answer if the server refused.
    async fn store(
        &mut self,
        uids: &[u32],
        keywords: &[&str],
    ) -> Result<Option<String>, InboxError> {
        let command = format!(
            "UID STORE {} +FLAGS.SILENT ({})",
            uid_set(uids),
            keywords.join(" ")
        );
        let answer = self.run("UID STORE", &command).await?;
        Ok((!answer.is_ok()).then_some(answer.text))
    }

    /// Which of the mails are in the folder, and which of the keywords they carry.
    async fn show(
        &mut self,
        uids: &[u32],
        keywords: &[String],
    ) -> Result<BTreeMap<u32, Shown>, InboxError> {
        let mut found: BTreeMap<u32, Shown> = BTreeMap::new();
        let command = format!("UID FETCH {} (UID FLAGS RFC822.SIZE)", uid_set(uids));
        let limit = self.limits.transfer;
        self.dialogue
            .run_ok(
                "UID FETCH",
                &command,
                limit,
                Bound::SMALL,
                &mut |response| {
                    if let Response::Fetch(_, attributes) = response
                        && let Some(uid) = uid_in(attributes).filter(|uid| uids.contains(uid))
                    {
                        let shown = found.entry(uid).or_default();
                        for attribute in attributes {
                            match attribute {
                                AttributeValue::Flags(flags) => {
                                    shown.keywords = keywords
                                        .iter()
                                        .filter(|keyword| {
                                            flags
                                                .iter()
                                                .any(|flag| flag.eq_ignore_ascii_case(keyword))
                                        })
                                        .cloned()
                                        .collect();
                                }
                                AttributeValue::Rfc822Size(size) => shown.size_bytes = *size,
                                _ => {}
                            }
                        }
                    }
                },
            )
            .await?;
        Ok(found)
    }

    async fn move_to(&mut self, uids: &[u32], target: &str) -> Result<Moving, InboxError> {
        if !self.offers.moves && !self.offers.uid_plus {
            // EXPUNGE would also remove what others have marked as deleted.
            if self.is_first_time(&format!("move {target}")) {
                let peer = &self.dialogue.peer;
                report::inbox::move_not_offered(&peer.server, &peer.folder, target);
            }
            return Ok(Moving::Done(BTreeSet::new()));
        }
        let (name, verb) = if self.offers.moves {
            ("UID MOVE", "MOVE")
        } else {
            ("UID COPY", "COPY")
        };
        let set = uid_set(uids);
        let folder = quoted_folder(target);
        let command = format!("UID {verb} {set} {folder}");
        let mut answer = self.run(name, &command).await?;
        if !answer.is_ok() {
            // Not every server says that it is for want of the folder (TRYCREATE). One that is there is not made again.
            let created = self.run("CREATE", &format!("CREATE {folder}")).await?;
            if created.is_ok() {
                report::inbox::folder_created(&self.dialogue.peer.server, target);
                // Without a subscription many mail programs do not show it. Only a comfort: a refusal changes nothing.
                self.run("SUBSCRIBE", &format!("SUBSCRIBE {folder}"))
                    .await?;
                answer = self.run(name, &command).await?;
            } else if answer.code == Code::TryCreate {
                answer = created;
            } else {
                answer.text = one_line(&format!("{}; CREATE: {}", answer.text, created.text));
            }
        }
        if !answer.is_ok() {
            if self.is_first_time(&format!("move {target}")) {
                let peer = &self.dialogue.peer;
                report::inbox::move_refused(&peer.server, &peer.folder, target, &answer.text);
            }
            return Ok(Moving::Refused(answer.text));
        }
        if !self.offers.moves {
            // The copy is there; a crash in between leaves a second one, never none.
            if let Some(answer) = self.store(uids, &["\\Deleted"]).await? {
                return Ok(Moving::Refused(answer));
            }
            let expunged = self
                .run("UID EXPUNGE", &format!("UID EXPUNGE {set}"))
                .await?;
            if !expunged.is_ok() {
                return Ok(Moving::Refused(expunged.text));
            }
        }
        let still_here = self.show(uids, &[]).await?;
        Ok(Moving::Done(
            uids.iter()
                .copied()
                .filter(|uid| !still_here.contains_key(uid))
                .collect(),
        ))
    }

    async fn run(&mut self, name: &'static str, command: &str) -> Result<Answer, InboxError> {
        let limit = self.limits.transfer;
        self.dialogue
            .run(name, command, limit, Bound::SMALL, &mut |_| {})
            .await
    }
}
