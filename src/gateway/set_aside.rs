//! A mail that no part could handle: it stays where it lies with its keywords, the cursor goes on, and the admin gets it as it is. Reads hostile
//! input, by bytes alone: what brought a reader down is not given to it again.

use super::handle::{Clerk, Handled, How, is_shadow, on_server};
use crate::compose::{AttachedMail, Outgoing, Purpose};
use crate::config::Outcome;
use crate::inbox::{Content, Cursor, Place};
use crate::journal::{Entry, HandledMail, JournalError};
use crate::mail::{MailIdentity, MessageId};
use crate::report;
use crate::watch::{Happened, Kind, Teller};
use jiff::Timestamp;

/// A larger mail is not attached whole: many servers take no mail above 10 MB, and the mail lies in the inbox.
const ATTACHED_MAX_BYTES: usize = 5 * 1024 * 1024;
/// So much is attached of the headers of a larger one.
const HEADERS_MAX_BYTES: usize = 64 * 1024;
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
        let attached_in_words = match attached {
            Some(AttachedMail::Whole(_)) => "It is attached as it came.",
            Some(AttachedMail::Headers(_)) => {
                "It is too large to be attached; its headers are, as they came."
            }
            None => "It could not be fetched, so it is not attached.",
        };
        let text = format!(
            "A mail in folder {} of {} at {} could not be handled: {}.\n\nIt lies there untouched but for the keywords `$Handoff Quarantined`. \
             {attached_in_words}\n\nPlease read it in a mail client and answer it by hand. Be careful with it: it may have been made to break \
             programs.\n",
            inbox.folder, inbox.user, aside.place, aside.why,
        );
        let occasion = format!("set aside {}", aside.identity);
        let subject = "A mail was set aside and needs a person";
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
    fn a_report_of_ours_is_known_by_its_name_wherever_it_stands() {
        let raw = b"Subject: bounce\r\nMessage-Id: <1@a.example>\r\n\r\n--x\r\n\r\nMESSAGE-ID: <2@us.example>\r\n\xff\xfe: 3\r\nmessage-id:\r\n";
        let found: Vec<String> = names(raw).map(|id| id.as_str().to_owned()).collect();
        assert_eq!(found, ["1@a.example", "2@us.example"]);
        let many = b"Message-ID: <1@a.example>\n".repeat(10_000);
        assert!(names(&many).count() <= NAMES_MAX);
    }
}
