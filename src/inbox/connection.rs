//! One session on the watched folder: what is waiting, fetch it, wait for more, tag and file it.

use super::strict::{ANSWER_MAX_BYTES, Dialogue, Limits, protocol};
use super::{Arrival, Content, InboxError, Place, folder_name};
use crate::config;
use imap_proto::{AttributeValue, Capability, Response, ResponseCode};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;
use tokio::sync::Notify;

/// What is read of the headers of a mail that is too large, in bytes.
const HEADER_MAX_BYTES: usize = 64 * 1024;
/// What the protocol adds around each mail at most, in bytes.
const OVERHEAD_BYTES: usize = 16 * 1024;
/// IDLE is begun anew before servers give up on a silent client (RFC 2177: 29 minutes).
const IDLE_MAX: Duration = Duration::from_mins(25);

/// An IMAP session on the watched folder.
pub struct Connection {
    pub(super) dialogue: Dialogue,
    pub(super) settings: config::Inbox,
    pub(super) capabilities: BTreeSet<String>,
    pub(super) keeps_keywords: bool,
    uid_validity: u32,
    uid_next: Option<u32>,
    /// UIDs and sizes that were listed and not yet fetched.
    listed: VecDeque<(u32, u32)>,
}

/// Why waiting ended. Only a hint: whoever waited asks the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Woken {
    /// The server announced something.
    Announced,
    /// Somebody here asked to stop waiting.
    Called,
    /// The poll interval is over.
    PollDue,
}

impl Connection {
    /// Connects, logs in and opens the folder.
    ///
    /// # Errors
    /// [`InboxError`]
    pub async fn open(settings: &config::Inbox) -> Result<Self, InboxError> {
        Self::open_within(settings, Limits::default()).await
    }

    pub(crate) async fn open_within(
        settings: &config::Inbox,
        limits: Limits,
    ) -> Result<Self, InboxError> {
        let mut connection = Self {
            dialogue: Dialogue::open(settings, limits).await?,
            settings: settings.clone(),
            capabilities: BTreeSet::new(),
            keeps_keywords: false,
            uid_validity: 0,
            uid_next: None,
            listed: VecDeque::new(),
        };
        connection.ask_capabilities().await?;
        connection.select().await?;
        Ok(connection)
    }

    /// UIDVALIDITY of the folder.
    #[must_use]
    pub const fn uid_validity(&self) -> u32 {
        self.uid_validity
    }

    /// UIDNEXT at the time the folder was opened, if the server told it.
    #[must_use]
    pub const fn uid_next(&self) -> Option<u32> {
        self.uid_next
    }

    /// Whether the folder keeps keywords of our own.
    #[must_use]
    pub const fn keeps_keywords(&self) -> bool {
        self.keeps_keywords
    }

    async fn ask_capabilities(&mut self) -> Result<(), InboxError> {
        let mut capabilities = BTreeSet::new();
        let collect = |response: &Response<'_>| {
            if let Response::Capabilities(offered) = response {
                capabilities.extend(offered.iter().filter_map(|capability| match capability {
                    Capability::Atom(name) => Some(name.to_uppercase()),
                    _ => None,
                }));
            }
        };
        self.dialogue
            .run("CAPABILITY", ANSWER_MAX_BYTES, collect)
            .await?;
        self.capabilities = capabilities;
        Ok(())
    }

    async fn select(&mut self) -> Result<(), InboxError> {
        let mut uid_validity = None;
        let mut uid_next = None;
        let mut permanent_flags: Option<Vec<String>> = None;
        let mut read_only = false;
        let mut read_code = |code: &ResponseCode<'_>| match code {
            ResponseCode::UidValidity(value) => uid_validity = Some(*value),
            ResponseCode::UidNext(value) => uid_next = Some(*value),
            ResponseCode::ReadOnly => read_only = true,
            ResponseCode::PermanentFlags(flags) => {
                permanent_flags = Some(flags.iter().map(ToString::to_string).collect());
            }
            _ => {}
        };
        let notice = |response: &Response<'_>| {
            if let Response::Data { outcome, .. } | Response::Done { outcome, .. } = response {
                outcome.code.iter().for_each(&mut read_code);
            }
        };
        let command = format!("SELECT {}", folder_name::quoted(&self.settings.folder));
        let closed = |answer: String| InboxError::FolderClosed {
            folder: self.settings.folder.clone(),
            user: self.settings.user.clone(),
            answer,
        };
        match self
            .dialogue
            .try_run(&command, ANSWER_MAX_BYTES, notice)
            .await?
        {
            Ok(()) if read_only => return Err(closed("it is read-only".to_owned())),
            Ok(()) => {}
            Err(refusal) => return Err(closed(refusal.answer)),
        }
        self.uid_validity =
            uid_validity.ok_or_else(|| protocol("SELECT", "it tells no UIDVALIDITY".to_owned()))?;
        self.uid_next = uid_next;
        // Without PERMANENTFLAGS all flags are kept (RFC 3501 section 7.1).
        self.keeps_keywords =
            permanent_flags.is_none_or(|flags| flags.iter().any(|flag| flag == "\\*"));
        Ok(())
    }

    /// Mails with a UID above `after`, in order: at most `mails_max`, and about `bytes_max` bytes. Empty when there are
    /// none. Sizes are asked first; `\Seen` is never set.
    ///
    /// # Errors
    /// [`InboxError`]; nothing is skipped because of one.
    pub async fn fetch_after(
        &mut self,
        after: u32,
        mails_max: usize,
        bytes_max: usize,
    ) -> Result<Vec<Arrival>, InboxError> {
        loop {
            self.listed.retain(|(uid, _)| *uid > after);
            if self.listed.is_empty() {
                self.list(after).await?;
            }
            let batch = self.next_batch(mails_max, bytes_max);
            if batch.is_empty() {
                return Ok(Vec::new());
            }
            let arrivals = self.fetch(&batch).await?;
            self.listed.drain(..batch.len());
            // All of the batch may have vanished meanwhile: then the next one is looked at.
            if !arrivals.is_empty() {
                return Ok(arrivals);
            }
        }
    }

    /// Asks which mails are waiting, and how large they are.
    async fn list(&mut self, after: u32) -> Result<(), InboxError> {
        let Some(first) = after.checked_add(1) else {
            return Ok(());
        };
        self.dialogue.announced = false;
        let mut listed = BTreeMap::new();
        let notice = |response: &Response<'_>| {
            if let Response::Fetch(_, attributes) = response {
                let attributes = Attributes::of(attributes);
                if let (Some(uid), Some(size)) = (attributes.uid, attributes.size) {
                    listed.insert(uid, size);
                }
            }
        };
        let command = format!("UID FETCH {first}:* (UID RFC822.SIZE)");
        self.dialogue
            .run(&command, ANSWER_MAX_BYTES, notice)
            .await?;
        // `n:*` names the last mail even where its UID is below n (RFC 3501 section 6.4.8).
        self.listed = listed.into_iter().filter(|(uid, _)| *uid > after).collect();
        Ok(())
    }

    fn next_batch(&self, mails_max: usize, bytes_max: usize) -> Vec<(u32, u32)> {
        let mut bytes = 0_usize;
        let mut batch = Vec::new();
        for (uid, size) in self.listed.iter().take(mails_max) {
            bytes = bytes.saturating_add(*size as usize);
            if !batch.is_empty() && bytes > bytes_max {
                break;
            }
            batch.push((*uid, *size));
        }
        batch
    }

    async fn fetch(&mut self, batch: &[(u32, u32)]) -> Result<Vec<Arrival>, InboxError> {
        let limit = self.settings.mail_max_bytes;
        let (whole, large): (Vec<_>, Vec<_>) = batch.iter().partition(|(_, size)| *size <= limit);
        let mut contents = BTreeMap::new();
        if !whole.is_empty() {
            let part = format!("BODY.PEEK[]<0.{limit}>");
            let bytes: usize = whole.iter().map(|(_, size)| *size as usize).sum();
            let uids: Vec<u32> = whole.iter().map(|(uid, _)| *uid).collect();
            // Some servers count sizes without the CR of line ends: twice the size, and nothing worse.
            for (uid, raw) in self
                .fetch_part(&uids, &part, bytes.saturating_mul(2))
                .await?
            {
                contents.insert(uid, Content::Whole(raw));
            }
        }
        for (uid, size_bytes) in large {
            let part = format!("BODY.PEEK[HEADER]<0.{HEADER_MAX_BYTES}>");
            for (uid, header) in self.fetch_part(&[uid], &part, HEADER_MAX_BYTES).await? {
                contents.insert(uid, Content::TooLarge { header, size_bytes });
            }
        }
        let uid_validity = self.uid_validity;
        let arrivals = contents.into_iter().map(|(uid, content)| Arrival {
            place: Place { uid_validity, uid },
            content,
        });
        Ok(arrivals.collect())
    }

    /// One part of several mails. A mail that is missing in the answer must really be gone.
    async fn fetch_part(
        &mut self,
        uids: &[u32],
        part: &str,
        bytes: usize,
    ) -> Result<BTreeMap<u32, Vec<u8>>, InboxError> {
        let mut found = BTreeMap::new();
        let notice = |response: &Response<'_>| {
            if let Response::Fetch(_, attributes) = response {
                let attributes = Attributes::of(attributes);
                if let (Some(uid), Some(body)) = (attributes.uid, attributes.body) {
                    found.insert(uid, body.to_vec());
                }
            }
        };
        let allowance =
            bytes.saturating_add(uids.len().saturating_add(1).saturating_mul(OVERHEAD_BYTES));
        let command = format!("UID FETCH {} (UID {part})", uid_set(uids));
        self.dialogue.run(&command, allowance, notice).await?;
        found.retain(|uid, _| uids.contains(uid));
        let missing: Vec<u32> = uids
            .iter()
            .copied()
            .filter(|uid| !found.contains_key(uid))
            .collect();
        if let Some(uid) = self.first_that_exists(&missing).await? {
            let why = format!("mail {uid} is there, but its content was not sent");
            return Err(protocol("UID FETCH", why));
        }
        Ok(found)
    }

    async fn first_that_exists(&mut self, uids: &[u32]) -> Result<Option<u32>, InboxError> {
        if uids.is_empty() {
            return Ok(None);
        }
        let mut present = None;
        let notice = |response: &Response<'_>| {
            if let Response::Fetch(_, attributes) = response {
                present = present.or(Attributes::of(attributes).uid);
            }
        };
        let command = format!("UID FETCH {} (UID)", uid_set(uids));
        self.dialogue
            .run(&command, ANSWER_MAX_BYTES, notice)
            .await?;
        Ok(present.filter(|uid| uids.contains(uid)))
    }

    /// Waits until the server announces something, `wake` is notified, or the poll interval is over. IDLE where it is
    /// offered and wanted. May be dropped only together with the connection.
    ///
    /// # Errors
    /// [`InboxError`]
    pub async fn wait(&mut self, wake: &Notify) -> Result<Woken, InboxError> {
        if self.dialogue.announced {
            return Ok(Woken::Announced);
        }
        let pause = self.settings.poll_interval.min(IDLE_MAX);
        let may_idle = self.settings.idle && self.capabilities.contains("IDLE");
        let tag = if may_idle {
            self.dialogue.begin_idle().await?
        } else {
            None
        };
        let Some(tag) = tag else {
            return Ok(tokio::select! {
                () = wake.notified() => Woken::Called,
                () = tokio::time::sleep(pause) => Woken::PollDue,
            });
        };
        let woken = tokio::select! {
            news = self.dialogue.idle_news() => { news?; Woken::Announced }
            () = wake.notified() => Woken::Called,
            () = tokio::time::sleep(pause) => Woken::PollDue,
        };
        self.dialogue.end_idle(&tag).await?;
        Ok(woken)
    }

    /// Says goodbye; whether the server answers does not matter any more.
    pub async fn close(mut self) {
        let _ = self
            .dialogue
            .try_run("LOGOUT", ANSWER_MAX_BYTES, |_| {})
            .await;
    }
}

/// The parts of a FETCH response that are used here.
struct Attributes<'r> {
    uid: Option<u32>,
    size: Option<u32>,
    body: Option<&'r [u8]>,
}

impl<'r> Attributes<'r> {
    fn of(attributes: &'r [AttributeValue<'_>]) -> Self {
        let mut found = Self {
            uid: None,
            size: None,
            body: None,
        };
        for attribute in attributes {
            match attribute {
                AttributeValue::Uid(uid) => found.uid = Some(*uid),
                AttributeValue::Rfc822Size(size) => found.size = Some(*size),
                AttributeValue::BodySection { data, .. } => found.body = data.as_deref(),
                _ => {}
            }
        }
        found
    }
}

/// `3,5,7`: no ranges, which could name mails that nobody asked for.
pub(super) fn uid_set(uids: &[u32]) -> String {
    uids.iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(",")
}
