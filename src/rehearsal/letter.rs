//! The bytes of a mail as a mail program or a mail server would write them.

use crate::mail::{Address, MessageId};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

/// A mail before it is bytes.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) name: String,
    pub(crate) from: Address,
    pub(crate) to: Vec<Address>,
    pub(crate) cc: Vec<Address>,
    pub(crate) subject: String,
    pub(crate) at: Timestamp,
    pub(crate) message_id: MessageId,
    pub(crate) in_reply_to: Option<MessageId>,
    pub(crate) references: Vec<MessageId>,
    pub(crate) text: String,
    /// Names of attached files.
    pub(crate) attachments: Vec<String>,
    /// Further headers; one with a name that a mail has anyway takes its place.
    pub(crate) headers: Vec<(String, String)>,
}

impl Letter {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let address = |address: &Address| format!("<{}>", address.as_str());
        let all = |list: &[Address]| list.iter().map(address).collect::<Vec<_>>().join(", ");
        let ids = |list: &[MessageId]| {
            let list = list.iter().map(|id| format!("<{}>", id.as_str()));
            list.collect::<Vec<_>>().join(" ")
        };
        let from = format!("{} {}", word(&self.name), address(&self.from));
        let mut fields = vec![
            ("From", from.trim().to_owned()),
            ("To", all(&self.to)),
            ("Cc", all(&self.cc)),
            ("Subject", word(&self.subject)),
            ("Date", date(self.at)),
            ("Message-ID", ids(std::slice::from_ref(&self.message_id))),
            ("In-Reply-To", ids(self.in_reply_to.as_slice())),
            ("References", ids(&self.references)),
            ("MIME-Version", "1.0".to_owned()),
        ];
        let is_plain = self.attachments.is_empty();
        fields.push(if is_plain {
            ("Content-Type", "text/plain; charset=utf-8".to_owned())
        } else {
            (
                "Content-Type",
                format!("multipart/mixed; boundary=\"{BOUNDARY}\""),
            )
        });
        if is_plain {
            fields.push(("Content-Transfer-Encoding", "8bit".to_owned()));
        }
        let mut mail = String::new();
        for (name, value) in &fields {
            let is_replaced = |(other, _): &(String, String)| other.eq_ignore_ascii_case(name);
            if !value.is_empty() && !self.headers.iter().any(is_replaced) {
                mail.push_str(&format!("{name}: {value}\n"));
            }
        }
        for (name, value) in &self.headers {
            // A line break in a value is a folded line.
            let value = value.trim().replace('\n', "\n ");
            mail.push_str(&format!("{name}: {value}\n"));
        }
        mail.push('\n');
        let text = self.text.trim();
        if is_plain {
            mail.push_str(&format!("{text}\n"));
        } else {
            mail.push_str(&format!(
                "--{BOUNDARY}\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}\n"
            ));
            for name in &self.attachments {
                let name = name.replace(['"', '\n'], " ");
                let content = STANDARD.encode(format!("what stands in {name}"));
                mail.push_str(&format!(
                    "--{BOUNDARY}\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"{name}\"\n\
                     Content-Transfer-Encoding: base64\n\n{content}\n"
                ));
            }
            mail.push_str(&format!("--{BOUNDARY}--\n"));
        }
        mail.replace("\r\n", "\n")
            .replace('\n', "\r\n")
            .into_bytes()
    }
}

const BOUNDARY: &str = "=_rehearsal";

/// The report that a mail could not be delivered (RFC 3464).
pub(crate) fn delivery_report(
    support: &Address,
    recipient: &Address,
    lost: &MessageId,
    message_id: &MessageId,
    at: Timestamp,
) -> Vec<u8> {
    let (domain, recipient) = (support.domain(), recipient.as_str());
    let report = format!(
        "From: Mail Delivery System <MAILER-DAEMON@{domain}>\nTo: <{support}>\nSubject: Undelivered Mail Returned to Sender\nDate: {date}\n\
         Message-ID: <{message_id}>\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"{BOUNDARY}\"\n\n\
         --{BOUNDARY}\nContent-Type: text/plain\n\nYour mail to {recipient} could not be delivered: no such user.\n\
         --{BOUNDARY}\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mail.{domain}\n\n\
         Final-Recipient: rfc822; {recipient}\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no such user\n\
         --{BOUNDARY}\nContent-Type: text/rfc822-headers\n\nFrom: <{support}>\nTo: <{recipient}>\nMessage-ID: <{lost}>\n\
         --{BOUNDARY}--\n",
        support = support.as_str(),
        date = date(at),
        message_id = message_id.as_str(),
        lost = lost.as_str(),
    );
    report.replace('\n', "\r\n").into_bytes()
}

fn date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

/// A name or subject as RFC 2047 wants it.
fn word(text: &str) -> String {
    let text = text.replace(['\r', '\n'], " ");
    let needs_quotes = |c: char| "()<>[]:;@\\,\"".contains(c);
    if text.is_ascii() && !text.contains(needs_quotes) {
        return text;
    }
    let mut words: Vec<String> = vec![String::new()];
    for character in text.chars() {
        let is_full = words
            .last()
            .is_some_and(|word| word.len() + character.len_utf8() > 40);
        if is_full {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(character);
        }
    }
    let words = words
        .iter()
        .map(|word| format!("=?utf-8?B?{}?=", STANDARD.encode(word)));
    words.collect::<Vec<_>>().join("\n ")
}
