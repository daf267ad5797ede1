//! Writes the mails that customers and staff send in tests: plain builders, CRLF line ends, any header.

use super::mailbox::StoredMail;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

static LETTERS_WRITTEN: AtomicU64 = AtomicU64::new(0);

/// A mail to be sent.
#[derive(Clone, Debug)]
pub struct Letter {
    /// From: name and address as they stand in the header.
    pub from: String,
    /// Envelope sender.
    pub envelope_from: String,
    /// Envelope recipient and `To`.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Text.
    pub text: String,
    /// Message-ID without `<>`; `None` leaves the header out.
    pub message_id: Option<String>,
    /// Further headers.
    pub headers: Vec<(String, String)>,
    /// Attachments: file name, media type, content.
    pub attachments: Vec<(String, String, Vec<u8>)>,
}

impl Letter {
    /// A new mail. `from` may be `Name <address>`.
    pub fn new(from: &str, to: &str, subject: &str, text: &str) -> Self {
        let number = LETTERS_WRITTEN.fetch_add(1, Ordering::Relaxed);
        let moment = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_micros());
        let address = from
            .rsplit_once('<')
            .map_or(from, |(_, rest)| rest.trim_end_matches('>'));
        let domain = address.rsplit_once('@').map_or("x.example", |(_, d)| d);
        Self {
            from: from.to_owned(),
            envelope_from: address.to_owned(),
            to: to.to_owned(),
            subject: subject.to_owned(),
            text: text.to_owned(),
            message_id: Some(format!("{moment}.{}.{number}@{domain}", std::process::id())),
            headers: Vec::new(),
            attachments: Vec::new(),
        }
    }

    /// A reply in the manner of common mail programs: to where the mail asks for replies, threaded, the old text quoted.
    pub fn reply(mail: &StoredMail, from: &str, text: &str) -> Self {
        let subject = if mail.subject.to_lowercase().starts_with("re:") {
            mail.subject.clone()
        } else {
            format!("Re: {}", mail.subject)
        };
        let quoted: String = mail
            .text
            .lines()
            .map(|line| format!("> {line}\n"))
            .collect();
        let text = format!(
            "{text}\n\nOn Mon, 23 Nov 2026 at 10:00, {} wrote:\n\n{quoted}",
            mail.from
        );
        let mut letter = Self::new(from, &mail.reply_address(), &subject, &text);
        let answered = format!("<{}>", mail.message_id());
        let references = mail.header("References").map_or_else(
            || answered.clone(),
            |earlier| format!("{earlier} {answered}"),
        );
        letter.headers.push(("In-Reply-To".to_owned(), answered));
        letter.headers.push(("References".to_owned(), references));
        letter
    }

    /// With one header more.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With that Message-ID.
    pub fn with_message_id(mut self, message_id: &str) -> Self {
        self.message_id = Some(message_id.to_owned());
        self
    }

    /// Without a Message-ID.
    pub fn without_message_id(mut self) -> Self {
        self.message_id = None;
        self
    }

    /// With an attachment.
    pub fn attach(mut self, name: &str, media_type: &str, content: &[u8]) -> Self {
        self.attachments
            .push((name.to_owned(), media_type.to_owned(), content.to_vec()));
        self
    }

    /// Message-ID without `<>`; empty where there is none.
    pub fn id(&self) -> String {
        self.message_id.clone().unwrap_or_default()
    }

    /// The bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let mut mail = String::new();
        let mut line = |text: &str| {
            mail.push_str(text);
            mail.push_str("\r\n");
        };
        line(&format!("From: {}", self.from));
        line(&format!("To: {}", self.to));
        line(&format!("Subject: {}", encoded(&self.subject)));
        line(&format!(
            "Date: {}",
            jiff::fmt::rfc2822::to_string(&jiff::Zoned::try_from(SystemTime::now()).expect("now"))
                .expect("a date")
        ));
        if let Some(id) = &self.message_id {
            line(&format!("Message-ID: <{id}>"));
        }
        for (name, value) in &self.headers {
            line(&format!("{name}: {value}"));
        }
        line("MIME-Version: 1.0");
        let text = self.text.replace("\r\n", "\n").replace('\n', "\r\n");
        if self.attachments.is_empty() {
            line("Content-Type: text/plain; charset=utf-8");
            line("Content-Transfer-Encoding: 8bit");
            line("");
            line(&text);
        } else {
            line("Content-Type: multipart/mixed; boundary=\"=_letter\"");
            line("");
            line("--=_letter");
            line("Content-Type: text/plain; charset=utf-8");
            line("Content-Transfer-Encoding: 8bit");
            line("");
            line(&text);
            for (name, media_type, content) in &self.attachments {
                use base64::Engine as _;
                line("--=_letter");
                line(&format!("Content-Type: {media_type}; name=\"{name}\""));
                line(&format!(
                    "Content-Disposition: attachment; filename=\"{name}\""
                ));
                line("Content-Transfer-Encoding: base64");
                line("");
                let coded = base64::engine::general_purpose::STANDARD.encode(content);
                for piece in coded.as_bytes().chunks(76) {
                    line(&String::from_utf8_lossy(piece));
                }
            }
            line("--=_letter--");
        }
        mail.into_bytes()
    }
}

/// A header value as RFC 2047 wants it.
fn encoded(value: &str) -> String {
    if value.is_ascii() {
        return value.to_owned();
    }
    use base64::Engine as _;
    let mut words = Vec::new();
    let mut piece = String::new();
    for character in value.chars() {
        if piece.len() + character.len_utf8() > 40 {
            words.push(std::mem::take(&mut piece));
        }
        piece.push(character);
    }
    words.push(piece);
    words
        .iter()
        .map(|word| {
            format!(
                "=?utf-8?B?{}?=",
                base64::engine::general_purpose::STANDARD.encode(word)
            )
        })
        .collect::<Vec<_>>()
        .join("\r\n ")
}
