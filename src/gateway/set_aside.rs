//! A mail that no part could handle: it stays where it lies with its keywords, the cursor goes on, and the admin gets it as it is. Reads hostile
//! input, by bytes alone: what brought a reader down is not given to it again, and what its sender and subject say is cut out of the bytes.

use super::aside_words::{self, Attached, Seen};
use super::handle::{Clerk, Handled, How, is_shadow, on_server};
use crate::compose::{AttachedMail, Outgoing, Purpose};
use crate::config::Outcome;
use crate::inbox::{Content, Cursor, Place};
use crate::journal::{Entry, HandledMail, JournalError};
use crate::mail::{HeaderText, MailIdentity, MessageId};
use crate::report;
use crate::watch::{Happened, Kind, Teller};
use jiff::Timestamp;

/// A larger mail is not attached whole: many servers take no mail above 10 MB, and the mail lies in the inbox.
const ATTACHED_MAX_BYTES: usize = 5 * 1024 * 1024;
/// So much is attached of the headers of a larger one.
const HEADERS_MAX_BYTES: usize = 64 * 1024;
/// So much is read of a header that is shown.
const HEADER_MAX_BYTES: usize = 1_000;
/// So many lines that name a mail are looked at, to know a report of ours that comes back.
const NAMES_MAX: usize = 50;

/// A mail that goes no further.
pub(super) struct Aside<'a> {
    /// Where it stands.
    pub(super) place: Place,
    /// How far the folder is handled with it.
    pub(super) cursor: Cursor,
    /// Which it is.
    pub(super) identity: MailIdentity,
    /// Under what its handling was begun.
    pub(super) begun: MailIdentity,
    /// The mail, where the server handed it over.
    pub(super) mail: Option<&'a Content>,
    /// Why.
    pub(super) why: &'a str,
}

impl Clerk<'_> {
    /// Sets a mail aside; in shadow mode the log and `handoffd status` alone tell of it.
    pub(super) fn set_aside(
        &self,
        aside: &Aside<'_>,
        now: Timestamp,
    ) -> Result<Handled, JournalError> {
        report::gateway::set_aside(aside.place, aside.why);
        // A report that came back, as our own copy or in a bounce, with the mail in it that we cannot handle: another would come back as well.
        let is_our_report = match aside.mail {
            Some(mail) => self.is_our_report(mail)?,
            None => false,
        };
        let teller = match is_our_report {
            true => Teller::Report,
            false => self.journal.troubles()?.teller(Kind::SetAside, now),
        };
        let effects = match teller {
            Teller::OwnMail if !is_shadow(self.office) => vec![self.aside_report(aside, now)],
            _ => vec![],
        };
        let happened = Happened {
            kind: Kind::SetAside,
            at: now,
            to: format!("{} {}", self.office.settings.inbox.folder, aside.place),
            why: report::without_addresses(aside.why),
            told_by: teller,
        };
        let entry = Entry {
            mail: Some(HandledMail {
                identity: aside.identity,
                place: aside.place,
                outcome: Outcome::Quarantined,
                tags: Vec::new(),
                ticket: None,
                checked: None,
            }),
            on_server: on_server(self.office),
            cursor: Some(aside.cursor),
            begun: Some(aside.begun),
            happened: vec![happened],
            effects,
            ..Entry::default()
        };
        Ok(Handled {
            how: How::SetAside {
                why: aside.why.to_owned(),
            },
            effects: self.journal.record(entry, now)?,
            teaches: false,
        })
    }

    fn aside_report(&self, aside: &Aside<'_>, now: Timestamp) -> Outgoing {
        let settings = &self.office.settings;
        let writer = &self.office.writer;
        let inbox = &settings.inbox;
        let attached = aside.mail.map(attached);
        let seen = Seen {
            folder: &inbox.folder,
            user: &inbox.user,
            place: aside.place,
            from: aside.mail.and_then(|mail| header(bytes(mail), b"from:")),
            subject: aside.mail.and_then(|mail| header(bytes(mail), b"subject:")),
            attached: match attached {
                Some(AttachedMail::Whole(_)) => Attached::Whole,
                Some(AttachedMail::Headers(_)) => Attached::Headers,
                None => Attached::Nothing,
            },
            why: aside.why,
        };
        let (subject, text) = aside_words::report(&seen, &settings.support.language);
        let occasion = format!("set aside {}", aside.identity);
        match attached {
            Some(mail) => {
                writer.trouble_with_mail(&occasion, (subject, &text), mail, settings, now)
            }
            None => writer.trouble(&occasion, subject, &text, settings, now),
        }
    }

    /// Whether the mail is or holds a report of ours.
    fn is_our_report(&self, mail: &Content) -> Result<bool, JournalError> {
        for id in names(bytes(mail)) {
            let effect = self.journal.effect(&id)?;
            if effect.is_some_and(|effect| effect.purpose == Purpose::Trouble) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn bytes(mail: &Content) -> &[u8] {
    match mail {
        Content::Whole(raw) => raw,
        Content::TooLarge { header, .. } => header,
    }
}

fn attached(mail: &Content) -> AttachedMail<'_> {
    match mail {
        Content::Whole(raw) if raw.len() <= ATTACHED_MAX_BYTES => AttachedMail::Whole(raw),
        Content::Whole(raw) => AttachedMail::Headers(headers(raw)),
        Content::TooLarge { header, .. } => AttachedMail::Headers(headers(header)),
    }
}

/// The bytes before the first empty line, as far as they are attached.
fn headers(raw: &[u8]) -> &[u8] {
    let start = raw.get(..HEADERS_MAX_BYTES).unwrap_or(raw);
    let mut end = 0;
    for line in start.split_inclusive(|byte| *byte == b'\n') {
        if line.trim_ascii().is_empty() {
            break;
        }
        end += line.len();
    }
    start.get(..end).unwrap_or(start)
}

/// What stands behind a header's name, as it stands there: one safe line, the first of that name, and nothing of it is decoded.
fn header(raw: &[u8], name: &[u8]) -> Option<HeaderText> {
    let mut found: Option<Vec<u8>> = None;
    for line in headers(raw).split_inclusive(|byte| *byte == b'\n') {
        let is_further = matches!(line.first(), Some(b' ' | b'\t'));
        match &mut found {
            Some(value) if is_further && value.len() < HEADER_MAX_BYTES => {
                value.extend_from_slice(line);
            }
            Some(_) => break,
            None => {
                let value = line.split_at_checked(name.len());
                let value = value.filter(|(start, _)| start.eq_ignore_ascii_case(name));
                found = value.map(|(_, value)| value.to_vec());
            }
        }
    }
    let found = found?;
    let shown = found.get(..HEADER_MAX_BYTES).unwrap_or(&found);
    let text = HeaderText::clean(&String::from_utf8_lossy(shown));
    (!text.as_str().is_empty()).then_some(text)
}

/// The Message-IDs in lines that name a mail, wherever they stand.
fn names(raw: &[u8]) -> impl Iterator<Item = MessageId> {
    const NAME: &[u8] = b"message-id:";
    raw.split(|byte| *byte == b'\n')
        .filter_map(|line| {
            let (name, value) = line.split_at_checked(NAME.len())?;
            let value = name.eq_ignore_ascii_case(NAME).then_some(value)?;
            let value = std::str::from_utf8(value).ok()?.trim();
            Some(value.trim_start_matches('<').trim_end_matches('>'))
        })
        .take(NAMES_MAX)
        .filter_map(MessageId::parse)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_large_mail_its_headers_are_attached() {
        let small = Content::Whole(b"Subject: x\r\n\r\nhello".to_vec());
        assert!(matches!(attached(&small), AttachedMail::Whole(_)));
        let mut raw = b"Subject: x\r\nFrom: a@b.example\r\n\r\n".to_vec();
        raw.resize(ATTACHED_MAX_BYTES + 1, b'x');
        let large = Content::Whole(raw);
        let AttachedMail::Headers(shown) = attached(&large) else {
            panic!("attached whole");
        };
        assert_eq!(shown, b"Subject: x\r\nFrom: a@b.example\r\n");
        assert!(headers(&vec![b'x'; 10 * HEADERS_MAX_BYTES]).len() <= HEADERS_MAX_BYTES);
    }

    #[test]
    fn sender_and_subject_are_cut_out_of_the_bytes() {
        let shown =
            |raw: &[u8], name: &[u8]| header(raw, name).map(|text| text.as_str().to_owned());
        let raw = b"Received: x\r\n from: y\r\nFROM: Ann\r\n\t<ann@a.example>\r\nSubject: =?utf-8?q?=C3=BC?= \x1b[2J\xff\r\nSubject: second\r\n\r\nFrom: body";
        assert_eq!(shown(raw, b"from:").unwrap(), "Ann <ann@a.example>");
        assert_eq!(
            shown(raw, b"subject:").unwrap(),
            "=?utf-8?q?=C3=BC?= [2J\u{FFFD}"
        );
        assert_eq!(shown(raw, b"to:"), None);
        assert_eq!(shown(b"Subject:\r\n\r\n", b"subject:"), None);
        assert_eq!(shown(b"From", b"from:"), None);
        let endless = [&b"Subject: "[..], &b"x\n ".repeat(1_000_000)].concat();
        assert!(shown(&endless, b"subject:").unwrap().len() <= HEADER_MAX_BYTES);
    }

    #[test]
    fn a_report_of_ours_is_known_by_its_name_wherever_it_stands() {
        let raw = b"Subject: bounce\r\nMessage-Id: <1@a.example>\r\n\r\n--x\r\n\r\nMESSAGE-ID: <2@us.example>\r\n\xff\xfe: 3\r\nmessage-id:\r\n";
        let found: Vec<String> = names(raw).map(|id| id.as_str().to_owned()).collect();
        assert_eq!(found, ["1@a.example", "2@us.example"]);
        let many = b"Message-ID: <1@a.example>\n".repeat(10_000);
        assert!(names(&many).count() <= NAMES_MAX);
    }
}
