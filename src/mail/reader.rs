//! How do bytes become a [`Mail`]? The order of the questions, each answered in its own file. Reads hostile input: the
//! parser runs behind a net, and whatever happens a value comes out.

use super::bounds::{self, MAIL_MAX_BYTES};
use super::contents::{self, Contents};
use super::headers::{Fields, straighten};
use super::{
    Authorship, Body, Extent, HeaderText, KindProof, Mail, Mailbox, MessageId, Oddity, Protection,
    Reader, SenderKind, authentication, bounce, envelope, forward, identity, kind, protection,
    quote, structure, text,
};
use mail_parser::MessageParser;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How much of a forwarded mail is read for who wrote it and what; the file itself is kept whole.
const ORIGINAL_READ_BYTES: usize = 512 * 1024;
/// How much of a report's raw body is searched for what a broken structure hid.
const RAW_BODY_SEARCHED_BYTES: usize = 128 * 1024;

impl Reader {
    /// Reads a mail. Never fails: what is odd is named in [`Mail::oddities`].
    #[must_use]
    pub fn read(&self, raw: &[u8]) -> Mail {
        self.read_as(raw, raw.len(), Extent::Whole)
    }

    /// Reads the headers of a mail that was too large to fetch.
    #[must_use]
    pub fn read_headers(&self, header: &[u8], size_bytes: u32) -> Mail {
        self.read_as(
            header,
            usize::try_from(size_bytes).unwrap_or(usize::MAX),
            Extent::HeadersOnly,
        )
    }

    fn read_as(&self, raw: &[u8], size_bytes: usize, extent: Extent) -> Mail {
        // The parser can panic (in builds with debug assertions it does); one mail must not stop the inbox.
        let read = |bytes: &[u8]| {
            catch_unwind(AssertUnwindSafe(|| {
                self.read_parsed(bytes, size_bytes, extent)
            }))
            .ok()
        };
        let without_structure = || {
            let mut mail = read(&structure::taken_off(raw))?;
            mail.identity = identity::identify(None, &[], raw);
            bounds::note(
                &mut mail.oddities,
                "its parts cannot be told apart; all of it is shown as it came",
            );
            Some(mail)
        };
        read(raw)
            .or_else(without_structure)
            .unwrap_or_else(|| unreadable(raw, size_bytes, extent))
    }

    fn read_parsed(&self, raw: &[u8], size_bytes: usize, extent: Extent) -> Mail {
        let mut oddities = Vec::new();
        let read = raw.get(..MAIL_MAX_BYTES).unwrap_or(raw);
        if read.len() < raw.len() {
            bounds::note(
                &mut oddities,
                "it is larger than 64 MB; the rest was not read",
            );
        }
        let (bytes, change) = straighten(read);
        if let Some(change) = change {
            bounds::note(&mut oddities, change);
        }
        let fields = Fields::scan(&bytes);
        structure::odd_header(&fields, &mut oddities);
        let Some(message) = MessageParser::default().parse(bytes.as_ref()) else {
            bounds::note(&mut oddities, "it is empty");
            let mut mail = unreadable(raw, size_bytes, extent);
            mail.oddities = oddities;
            return mail;
        };
        structure::odd_structure(&message, &mut oddities);

        let message_id = fields.first("message-id").and_then(|value| {
            let id = value.split_once('<').map_or(value, |(_, after)| after);
            MessageId::parse(id.split('>').next().unwrap_or_default())
        });
        if message_id.is_none() {
            bounds::note(&mut oddities, "it has no usable Message-ID");
        }
        let from = envelope::mailboxes(&message, "from", &fields, &mut oddities);
        let authorship = if from.len() > 1 || fields.all("from").nth(1).is_some() {
            Authorship::Several
        } else {
            Authorship::Single
        };
        if from.len() > 1 {
            bounds::note(
                &mut oddities,
                "its From names several senders; the first is used",
            );
        }
        let from = from.into_iter().next();
        if from.is_none() {
            bounds::note(&mut oddities, "its sender cannot be read");
        }
        let subject = envelope::subject(&message, &fields);
        let contents = if extent == Extent::Whole {
            contents::of(&message, &mut oddities)
        } else {
            Contents::default()
        };
        let (body_text, attachments) = (contents.text, contents.attachments);
        let content_types = structure::content_types(&message);
        let judged = kind::judge(
            &kind::Facts {
                fields: &fields,
                from: from.as_ref().map(|from| &from.address),
                subject: subject.as_str(),
                text: &body_text,
                message_id: message_id.as_ref(),
                content_types: &content_types,
            },
            self,
        );
        let bounce = (judged.kind == SenderKind::Bounce).then(|| {
            let (report, original) = bounce::report_parts(&message, &attachments);
            let raw_body = bytes.get(fields.body_offset..).unwrap_or_default();
            let raw_body = raw_body.get(..RAW_BODY_SEARCHED_BYTES).unwrap_or(raw_body);
            bounce::read(&bounce::Sources {
                report: report.as_deref(),
                original: original.as_ref(),
                fields: &fields,
                subject: subject.as_str(),
                text: &body_text,
                raw_body: &String::from_utf8_lossy(raw_body),
            })
        });
        let feedback = (judged.kind == SenderKind::FeedbackReport).then(|| {
            let (report, original) = bounce::report_parts(&message, &attachments);
            bounce::read_feedback(report.as_deref(), original.as_ref(), &fields, &body_text)
        });
        let body = quote::split(&body_text);
        if quote::is_too_long(&body_text) {
            bounds::note(
                &mut oddities,
                "its text has more than 100,000 lines; what follows them was not taken apart",
            );
        }
        let forwarded_from = forward::inline(&body.quoted_text, subject.as_str())
            .or_else(|| self.attached_original(&attachments, judged.kind));
        let protection = if contents.was_signed {
            Protection::Signed
        } else {
            protection::of(content_types.iter().map(String::as_str), &body_text)
        };
        if protection == Protection::Encrypted {
            bounds::note(
                &mut oddities,
                "it is encrypted; only a person who has the key can read it",
            );
        }
        let reply_to = envelope::mailboxes(&message, "reply-to", &fields, &mut oddities);
        let form_writer = judged.form_writer.map(|address| {
            let named = reply_to.iter().find(|named| named.address == address);
            named.cloned().unwrap_or_else(|| Mailbox::bare(address))
        });
        Mail {
            identity: identity::identify(
                message_id.as_ref(),
                bytes.get(fields.body_offset..).unwrap_or_default(),
                raw,
            ),
            message_id,
            in_reply_to: envelope::identifiers(&fields, "in-reply-to", &mut oddities),
            references: envelope::identifiers(&fields, "references", &mut oddities),
            from,
            authorship,
            reply_to,
            form_writer,
            to: envelope::mailboxes(&message, "to", &fields, &mut oddities),
            cc: envelope::mailboxes(&message, "cc", &fields, &mut oddities),
            delivered_to: kind::envelope_recipients(&fields),
            subject,
            date: envelope::date(&message),
            sender_kind: judged.kind,
            kind_proof: judged.proof,
            sender_evidence: judged.evidence,
            may_auto_reply: judged.may_auto_reply,
            protection,
            body,
            attachments,
            forwarded_from,
            bounce,
            feedback,
            oddities,
            authentication: authentication::results(&fields),
            checked: None,
            looked_up: Vec::new(),
            extent,
            size_bytes,
        }
    }

    fn attached_original(
        &self,
        attachments: &[super::Attachment],
        kind: SenderKind,
    ) -> Option<super::Forwarded> {
        if kind != SenderKind::Person {
            return None;
        }
        let original = attachments
            .iter()
            .find(|attachment| attachment.media_type == "message/rfc822")?;
        let beginning = original.content.get(..ORIGINAL_READ_BYTES);
        let beginning = beginning.unwrap_or(original.content.as_slice());
        let fields = Fields::scan(beginning);
        let message = MessageParser::default().parse(beginning)?;
        let from = envelope::mailboxes(&message, "from", &fields, &mut Vec::new())
            .into_iter()
            .next()?;
        Some(super::Forwarded {
            from,
            to: envelope::mailboxes(&message, "to", &fields, &mut Vec::new()),
            date: HeaderText::clean(fields.first("date").unwrap_or_default()),
            subject: envelope::subject(&message, &fields),
            text: text::of(&message, &mut Vec::new()),
        })
    }
}

/// What is left when nothing can be read: a person gets to see it.
fn unreadable(raw: &[u8], size_bytes: usize, extent: Extent) -> Mail {
    Mail {
        identity: identity::identify(None, &[], raw),
        message_id: None,
        in_reply_to: Vec::new(),
        references: Vec::new(),
        from: None,
        authorship: Authorship::Single,
        reply_to: Vec::new(),
        form_writer: None,
        to: Vec::new(),
        cc: Vec::new(),
        delivered_to: Vec::new(),
        subject: HeaderText::default(),
        date: None,
        sender_kind: SenderKind::Person,
        kind_proof: KindProof::Shown,
        sender_evidence: Vec::new(),
        may_auto_reply: false,
        body: Body::default(),
        attachments: Vec::new(),
        forwarded_from: None,
        bounce: None,
        feedback: None,
        protection: Protection::None,
        oddities: vec![Oddity("it cannot be read".to_owned())],
        authentication: vec![],
        checked: None,
        looked_up: Vec::new(),
        extent,
        size_bytes,
    }
}
