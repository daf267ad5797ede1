//! What stands in a mailbox? Reads the Maildir from disk, all folders, so that looking changes nothing.

use mail_parser::{MessageParser, MimeHeaders};
use std::fs;
use std::path::{Path, PathBuf};

/// A mail as it stands in a mailbox.
#[derive(Clone, Debug)]
pub struct StoredMail {
    /// The file.
    pub path: PathBuf,
    /// The folder, `INBOX` or the name of another.
    pub folder: String,
    /// When the server stored it, in microseconds since 1970: from the file's name.
    pub arrived_micros: u64,
    /// The bytes.
    pub raw: Vec<u8>,
    /// Every header, unfolded, in order, as it stands.
    pub headers: Vec<(String, String)>,
    /// `From`, decoded: the address alone, in lower case.
    pub from: String,
    /// The addresses of `To`, in lower case.
    pub to: Vec<String>,
    /// `Subject`, decoded.
    pub subject: String,
    /// The text parts, decoded; an attached mail is not among them.
    pub text: String,
    /// The HTML parts.
    pub html: String,
    /// What is attached.
    pub attachments: Vec<Attached>,
}

/// A part beside the text.
#[derive(Clone, Debug)]
pub struct Attached {
    /// File name.
    pub name: String,
    /// `type/subtype` in lower case.
    pub media_type: String,
    /// Decoded content; of an attached mail its bytes.
    pub content: Vec<u8>,
}

impl StoredMail {
    /// The first header of that name, unfolded.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Message-ID without `<>`; empty where there is none.
    pub fn message_id(&self) -> String {
        self.header("Message-ID")
            .unwrap_or_default()
            .trim_matches(['<', '>', ' '])
            .to_owned()
    }

    /// Whether it says of itself that a machine wrote it.
    pub fn is_automatic(&self) -> bool {
        self.header("Auto-Submitted")
            .is_some_and(|value| !value.trim().eq_ignore_ascii_case("no"))
    }

    /// Where an answer to it goes: `Reply-To`, else `From`.
    pub fn reply_address(&self) -> String {
        let Some(value) = self.header("Reply-To") else {
            return self.from.clone();
        };
        match (value.rfind('<'), value.rfind('>')) {
            (Some(start), Some(end)) if start < end => {
                value.get(start + 1..end).unwrap_or_default().to_owned()
            }
            _ => value.trim().to_owned(),
        }
    }

    /// Whether subject, text or HTML contain the words, in any case; runs of white space count as one blank.
    pub fn says(&self, words: &str) -> bool {
        let all = format!("{}\n{}\n{}", self.subject, self.text, self.html);
        flattened(&all).contains(&flattened(words))
    }

    /// Whether the bytes contain these, headers and encoded parts as they are.
    pub fn raw_contains(&self, words: &str) -> bool {
        String::from_utf8_lossy(&self.raw)
            .to_ascii_lowercase()
            .contains(&words.to_ascii_lowercase())
    }

    /// The ticket that it belongs to.
    pub fn ticket(&self) -> Option<&str> {
        self.header("X-Handoff-Ticket").map(str::trim)
    }

    /// The first lines of the text that say something.
    pub fn first_lines(&self, count: usize) -> Vec<String> {
        self.text
            .lines()
            .map(str::trim_end)
            .filter(|line| !line.is_empty())
            .take(count)
            .map(str::to_owned)
            .collect()
    }
}

fn flattened(text: &str) -> String {
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

/// Every mail in a Maildir, in the order of arrival.
pub fn read_maildir(maildir: &Path) -> Vec<StoredMail> {
    let mut mails = read_folder(maildir, "INBOX");
    if let Ok(entries) = fs::read_dir(maildir) {
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if let Some(folder) = name.strip_prefix('.')
                && entry.path().join("cur").is_dir()
            {
                mails.extend(read_folder(&entry.path(), folder));
            }
        }
    }
    mails.sort_by_key(|mail| mail.arrived_micros);
    // A mail that was renamed between the two looks (new to cur) was met twice.
    mails.dedup_by(|a, b| base_name(&a.path) == base_name(&b.path) && a.folder == b.folder);
    mails
}

fn read_folder(folder: &Path, name: &str) -> Vec<StoredMail> {
    let mut mails = Vec::new();
    for state in ["new", "cur"] {
        let Ok(entries) = fs::read_dir(folder.join(state)) else {
            continue;
        };
        for entry in entries.flatten() {
            // It may have been renamed since it was listed: the next look finds it.
            if let Ok(raw) = fs::read(entry.path()) {
                mails.push(parse(entry.path(), name, raw));
            }
        }
    }
    mails
}

fn base_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.split(':').next().unwrap_or_default().to_owned()
}

/// `1700000000.M123456P42…`: seconds, then microseconds.
fn arrival(path: &Path) -> u64 {
    let name = base_name(path);
    let mut parts = name.splitn(2, '.');
    let seconds: u64 = parts.next().and_then(|s| s.parse().ok()).unwrap_or(0);
    let micros: u64 = parts
        .next()
        .and_then(|rest| rest.strip_prefix('M'))
        .map(|rest| {
            rest.chars()
                .take_while(char::is_ascii_digit)
                .collect::<String>()
        })
        .and_then(|digits| digits.parse().ok())
        .unwrap_or(0);
    seconds * 1_000_000 + micros
}

fn parse(path: PathBuf, folder: &str, raw: Vec<u8>) -> StoredMail {
    let headers = headers_of(&raw);
    let mut mail = StoredMail {
        arrived_micros: arrival(&path),
        path,
        folder: folder.to_owned(),
        headers,
        from: String::new(),
        to: Vec::new(),
        subject: String::new(),
        text: String::new(),
        html: String::new(),
        attachments: Vec::new(),
        raw: Vec::new(),
    };
    if let Some(message) = MessageParser::default().parse(&raw) {
        let addresses = |list: Option<&mail_parser::Address<'_>>| -> Vec<String> {
            list.map(|list| {
                list.iter()
                    .filter_map(|address| address.address())
                    .map(str::to_lowercase)
                    .collect()
            })
            .unwrap_or_default()
        };
        mail.from = addresses(message.from())
            .into_iter()
            .next()
            .unwrap_or_default();
        mail.to = addresses(message.to());
        mail.subject = message.subject().unwrap_or_default().to_owned();
        mail.text = (0..message.text_body.len())
            .filter_map(|index| message.body_text(index))
            .collect::<Vec<_>>()
            .join("\n");
        mail.html = (0..message.html_body.len())
            .filter_map(|index| message.body_html(index))
            .collect::<Vec<_>>()
            .join("\n");
        for part in message.attachments() {
            let media_type = part.content_type().map_or_else(
                || "application/octet-stream".to_owned(),
                |kind| {
                    format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("plain"))
                        .to_ascii_lowercase()
                },
            );
            let content = if let Some(attached) = part.message() {
                attached.raw_message().to_vec()
            } else {
                part.contents().to_vec()
            };
            mail.attachments.push(Attached {
                name: part.attachment_name().unwrap_or_default().to_owned(),
                media_type,
                content,
            });
        }
    }
    mail.raw = raw;
    mail
}

fn headers_of(raw: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(raw);
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        if line.trim_end().is_empty() {
            break;
        }
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = headers.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            headers.push((name.trim().to_owned(), value.trim().to_owned()));
        }
    }
    headers
}
