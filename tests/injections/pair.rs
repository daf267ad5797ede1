//! A mail with and without an injected part, and how it is written down.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use std::path::Path;

/// Pairs of one kind.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// The name of its file.
    #[serde(skip)]
    pub name: String,
    /// Where the injected part lies, as `docs/security.md` names it.
    pub about: String,
    /// The pairs.
    #[serde(rename = "pair")]
    pub pairs: Vec<Pair>,
}

/// One mail in two forms.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// What is injected, and where.
    pub about: String,
    /// What is decided about the mail without it.
    pub base: String,
    /// No reader sees the injected part: its text is not read, and the mail is named as odd.
    #[serde(default)]
    pub hidden: bool,
    /// Mails that the same customer wrote before.
    #[serde(default)]
    pub after: Vec<String>,
    /// Why it changes something, where that is known and not mended.
    pub known: Option<String>,
    /// The mail as its writer made it. What stands in `⟦…⟧` is injected; `⟨…⟩` is written in another form ([`Form`]). What no
    /// line says is added: `To`, `Date`, `Message-ID`, and a text in UTF-8.
    pub mail: String,
}

/// What the customer got, for replies to it.
#[derive(Clone, Debug, Default)]
pub struct Got {
    /// The secret reply address.
    pub reply_address: String,
    /// The Message-ID.
    pub message_id: String,
    /// The reference of the request.
    pub reference: String,
}

impl Pair {
    /// The mail without the injected parts.
    pub fn clean(&self, got: &Got) -> Vec<u8> {
        whole(&in_form(&without_injected(&self.mail), got))
    }

    /// The mail with them.
    pub fn injected(&self, got: &Got) -> Vec<u8> {
        whole(&in_form(&self.mail.replace(['⟦', '⟧'], ""), got))
    }
}

fn without_injected(mail: &str) -> String {
    let mut clean = String::new();
    let mut rest = mail;
    while let Some((before, after)) = rest.split_once('⟦') {
        clean.push_str(before);
        rest = after.split_once('⟧').expect("a `⟧` behind each `⟦`").1;
    }
    clean + rest
}

/// `⟨reply-address⟩`, `⟨message-id⟩`, `⟨reference⟩`: of the last mail that the customer got. `⟨base64:…⟩`, `⟨word:…⟩` (an encoded word),
/// `⟨tags:…⟩` (letters of the block U+E0000, which no program shows), `⟨entities:…⟩`, `⟨spread:…⟩` (a zero-width space between letters).
fn in_form(text: &str, got: &Got) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('⟨') {
        let (inner, behind) = after.split_once('⟩').expect("a `⟩` behind each `⟨`");
        out.push_str(before);
        out.push_str(&one(inner, got));
        rest = behind;
    }
    out + rest
}

fn one(inner: &str, got: &Got) -> String {
    match inner.split_once(':') {
        None => match inner {
            "reply-address" => got.reply_address.clone(),
            "message-id" => got.message_id.clone(),
            "reference" => got.reference.clone(),
            _ => panic!("`⟨{inner}⟩` is no form"),
        },
        Some(("base64", words)) => {
            let encoded = STANDARD.encode(words.replace('\n', "\r\n"));
            let lines = encoded.as_bytes().chunks(76);
            let lines: Vec<&str> = lines.map(|line| str::from_utf8(line).unwrap()).collect();
            lines.join("\n")
        }
        Some(("word", words)) => format!("=?utf-8?B?{}?=", STANDARD.encode(words)),
        Some(("tags", words)) => words.chars().map(tag).collect(),
        Some(("entities", words)) => words
            .chars()
            .map(|c| format!("&#{};", u32::from(c)))
            .collect(),
        Some(("spread", words)) => words.chars().flat_map(|c| [c, '\u{200B}']).collect(),
        Some((form, _)) => panic!("`⟨{form}: …⟩` is no form"),
    }
}

fn tag(c: char) -> char {
    char::from_u32(0xE0000 + u32::from(c)).expect("a letter of ASCII")
}

/// The mail with the fields that a server would miss.
fn whole(raw: &str) -> Vec<u8> {
    let head = raw.split("\n\n").next().unwrap_or_default().to_lowercase();
    let has = |name: &str| head.lines().any(|line| line.starts_with(name));
    let mut added = String::new();
    for (name, line) in [
        ("to:", "To: <help@hollin-cycles.example>"),
        ("date:", "Date: Mon, 12 Jan 2026 10:30:00 +0000"),
        ("message-id:", "Message-ID: <injection@inbox.example>"),
        ("mime-version:", "MIME-Version: 1.0"),
        ("content-type:", "Content-Type: text/plain; charset=utf-8"),
        (
            "content-transfer-encoding:",
            "Content-Transfer-Encoding: 8bit",
        ),
    ] {
        if !has(name) {
            added.push_str(line);
            added.push('\n');
        }
    }
    (added + raw).replace('\n', "\r\n").into_bytes()
}

/// Reads a file of pairs.
pub fn read(path: &Path) -> Group {
    let text = std::fs::read_to_string(path).unwrap();
    let group: Group =
        toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Group {
        name: path.file_stem().unwrap().to_string_lossy().into_owned(),
        ..group
    }
}
