//! What does a mail of ours consist of, once it is bytes? For one that is made again with less in it. Reads only what [`super::mime`] wrote and
//! the journal kept.

use mail_parser::MessageParser;

/// A mail of ours, taken apart.
pub(super) struct OwnMail {
    /// Its headers in order, each value as it stands there, folds included.
    pub(super) headers: Vec<(String, String)>,
    /// The text part, `\n` line ends, one at the end.
    pub(super) text: String,
    /// The HTML part, the same way.
    pub(super) html: String,
}

impl OwnMail {
    /// Takes it apart; `None` where it is none of ours.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(bytes.get(..end)?).into_owned();
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in head.split("\r\n") {
            if line.starts_with([' ', '\t']) {
                let (_, value) = headers.last_mut()?;
                value.push_str("\r\n");
                value.push_str(line);
            } else {
                let (name, value) = line.split_once(": ")?;
                headers.push((name.to_owned(), value.to_owned()));
            }
        }
        let parsed = MessageParser::default().parse(bytes)?;
        let unified = |text: &str| format!("{}\n", text.replace("\r\n", "\n").trim_end());
        Some(Self {
            headers,
            text: unified(&parsed.body_text(0)?),
            html: unified(&parsed.body_html(0)?),
        })
    }
}
