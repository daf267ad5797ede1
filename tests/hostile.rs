//! Strings that have broken other programs, in every field of a mail, all the way: what leaves is as we wrote it, and no verb of the
//! command line prints anything that a terminal obeys or that is not the JSON it promises.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so by a panic"
)]

use handoffd::gateway::{Clerk, NoPast, Office};
use handoffd::inbox::{Arrival, Content, Cursor, Place};
use handoffd::journal::Journal;
use handoffd::mail::is_invisible_control;
use handoffd::rehearsal;
use handoffd::ticket::Party;
use jiff::Timestamp;
use mail_parser::{MessageParser, MimeHeaders};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

const PIECES: [&str; 30] = [
    "\r\nBcc: evil@evil.example\r\n",
    "\r\n\r\n",
    "\n",
    "\r",
    "\0",
    "\u{1b}[2J\u{1b}]0;title\u{7}",
    "\u{9b}31m",
    "\u{202E}gnp.exe",
    "\u{2066}\u{2069}",
    "\u{E0053}\u{E0054}",
    "\u{200B}",
    "\u{2028}\u{2029}",
    "\u{FFFD}",
    "e\u{301}\u{301}\u{301}\u{301}\u{301}",
    "=?utf-8?q?x=0D=0ABcc:_evil@evil.example?=",
    "=?utf-8?b?DQpTdWJqZWN0OiB4?=",
    "{{reference}}",
    "{{{how_to_reach_a_person}}}",
    "{{#each x}}{{/each}}{{> notice}}",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</p></body></html>",
    "](javascript:alert(1))",
    "[click](https://evil.example)",
    "![](https://evil.example/p.png)",
    "\n.\r\nRCPT TO:<evil@evil.example>\r\n",
    "\n--a-boundary--\n",
    "../../etc/passwd",
    "\" <evil@evil.example>, \"",
    "$Handoff) \\Deleted (",
];

fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => prop::sample::select(PIECES.to_vec()).prop_map(str::to_owned),
        2 => "[a-z äß?.]{1,16}",
        1 => any::<String>(),
        1 => prop::sample::select(vec!["x", "ä", "\u{1F6B2} ", "\""]).prop_map(|unit| unit.repeat(1_200)),
    ];
    prop::collection::vec(piece, 1..6).prop_map(|pieces| pieces.concat())
}

fn office() -> &'static Office {
    static OFFICE: OnceLock<Office> = OnceLock::new();
    let settings = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attacks/desk/unproven.toml");
    OFFICE.get_or_init(|| rehearsal::furnish(&settings).unwrap())
}

/// The mail with hostile words in its fields; they may end a field, and the header.
fn raw(words: &[String; 5], question: &str) -> Vec<u8> {
    let [name, subject, text, file, id] = words;
    format!(
        "From: \"{name}\" <ann@inbox.example>\r\nTo: help@hollin-cycles.example\r\nDate: Mon, 12 Jan 2026 10:30:00 +0000\r\n\
         Message-ID: <{id}@inbox.example>\r\nReferences: <{id}> <{subject}>\r\nSubject: {subject}\r\n\
         Content-Type: multipart/mixed; boundary=bb\r\n\r\n--bb\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{question}\r\n\r\n{text}\r\n\
         --bb\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename=\"{file}\"\r\n\r\n{text}\r\n--bb--\r\n"
    )
    .into_bytes()
}

const QUESTIONS: [&str; 5] = [
    "How long does delivery take if I order today?",
    "Where is my order? I would like to know where my parcel is right now.",
    "Do you have wholesale prices for a cycling club?",
    "I want to talk to a human being.",
    "",
];

const HEADERS: [&str; 17] = [
    "date",
    "from",
    "to",
    "cc",
    "reply-to",
    "subject",
    "message-id",
    "in-reply-to",
    "references",
    "x-handoff-ticket",
    "x-handoff-packet",
    "x-handoff-mark",
    "auto-submitted",
    "x-auto-response-suppress",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
];

const TAGS: [&str; 22] = [
    "!doctype",
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "p",
    "br",
    "div",
    "h1",
    "h2",
    "h3",
    "blockquote",
    "ol",
    "ul",
    "li",
    "strong",
    "em",
    "hr",
    "code",
    "a",
];

const ATTRIBUTES: [&str; 9] = [
    "html",
    "lang",
    "dir",
    "charset",
    "name",
    "content",
    "style",
    "href",
    "http-equiv",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn what_leaves_is_as_we_wrote_it(words in prop::array::uniform5(hostile()), question in prop::sample::select(QUESTIONS.to_vec())) {
        let office = office();
        let raw = raw(&words, question);
        let mail = office.read(&Content::Whole(raw.clone())).unwrap();
        let now: Timestamp = "2026-01-12T10:30:00Z".parse().unwrap();
        let writer = mail.from.as_ref().map(|from| from.address.clone());
        let judgement = office.judge(mail, &raw, &NoPast, now).unwrap();
        for mail in &judgement.composed.mails {
            let is_customers = matches!(mail.party, Some(Party::Customer(_)));
            prop_assert_eq!(mail.recipients.len(), 1);
            let to = &mail.recipients[0];
            let is_ours = to.as_str().ends_with("@hollin-cycles.example");
            prop_assert!(is_ours || writer.as_ref().is_some_and(|writer| writer.is_same_as(to)), "to {}", to);

            let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
            let mut seen = BTreeSet::new();
            for header in parsed.headers() {
                let name = header.name().to_lowercase();
                prop_assert!(HEADERS.contains(&name.as_str()), "a header {}", name);
                prop_assert!(seen.insert(name.clone()), "{} twice", name);
            }
            prop_assert_eq!(parsed.to().unwrap().iter().count(), 1);
            prop_assert_eq!(parsed.message_id(), Some(mail.message_id.as_str()));
            for line in mail.bytes.split(|byte| *byte == b'\n') {
                prop_assert!(line.len() <= 998 + 1, "a line of {} bytes", line.len());
                prop_assert!(line.is_empty() || line.ends_with(b"\r"), "a line ends in LF alone");
                prop_assert!(!line[..line.len().saturating_sub(1)].contains(&b'\r'), "a CR within a line");
            }
            let html = parsed.html_bodies().next().unwrap().text_contents().unwrap().to_lowercase();
            for tag in html.split('<').skip(1) {
                let inside = tag.split('>').next().unwrap();
                markup_is_ours(inside, is_customers)?;
            }
            if is_customers {
                for foreign in ["evil", "javascript:", "alert(1)", "{{", "\u{1b}", "\u{202E}"] {
                    prop_assert!(!mail.text.contains(foreign) && !html.contains(foreign), "{} in {}", foreign, mail.text);
                }
            }
            for part in parsed.attachments() {
                let name = part.attachment_name().unwrap_or_default();
                let is_plain = |c: char| !c.is_control() && !is_invisible_control(c) && !"/\\:*?\"<>|".contains(c);
                prop_assert!(name.chars().all(is_plain), "a file {:?}", name);
            }
        }
    }
}

/// A tag without its angles, in lower case.
fn markup_is_ours(inside: &str, is_customers: bool) -> Result<(), TestCaseError> {
    let name: String = inside
        .trim_start_matches('/')
        .chars()
        .take_while(|c| !c.is_whitespace() && *c != '/')
        .collect();
    prop_assert!(TAGS.contains(&name.as_str()), "a tag {}", inside);
    // What stands between quotation marks is no attribute's name.
    let outside: Vec<&str> = inside.split('"').step_by(2).collect();
    for word in outside.join(" ").split_whitespace().skip(1) {
        let attribute = word.split('=').next().unwrap_or_default();
        let is_known = attribute.is_empty() || ATTRIBUTES.contains(&attribute);
        prop_assert!(is_known, "an attribute {} in {}", attribute, inside);
    }
    if let Some((_, link)) = inside.split_once("href=\"") {
        let is_staffs = link.starts_with("mailto:help%2b") || link.starts_with("mailto:help+");
        prop_assert!(!is_customers && is_staffs, "a link {}", inside);
    }
    Ok(())
}

/// A desk whose store lies in this folder.
fn settings_in(folder: &Path) -> PathBuf {
    let desk = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attacks/desk");
    let settings = std::fs::read_to_string(desk.join("unproven.toml")).unwrap();
    let mut settings: toml::Table = settings.parse().unwrap();
    let text = |path: PathBuf| toml::Value::String(path.to_str().unwrap().to_owned());
    let mut set = |section: &str, key: &str, value: toml::Value| {
        let section = settings[section].as_table_mut().unwrap();
        section.insert(key.to_owned(), value);
    };
    set("store", "path", text(folder.join("store")));
    set("control", "socket", text(folder.join("control.sock")));
    set("inbox", "password_file", text(desk.join("password")));
    set(
        "knowledge",
        "folder",
        text(desk.join("../../conversations/desk/knowledge")),
    );
    let path = folder.join("handoffd.toml");
    std::fs::write(&path, toml::to_string(&settings).unwrap()).unwrap();
    path
}

fn is_safe_on_a_terminal(c: char) -> bool {
    c == '\n' || !(c.is_control() || is_invisible_control(c) || "\u{2028}\u{2029}".contains(c))
}

#[test]
fn no_verb_prints_what_a_terminal_obeys() {
    let folder = tempfile::tempdir().unwrap();
    let settings = settings_in(folder.path());
    let office = office();
    let mut mails = Vec::new();
    for (number, piece) in PIECES.iter().enumerate() {
        // In every field, where it breaks the form of the mail and where it does not.
        let question = QUESTIONS[number % QUESTIONS.len()];
        let encoded = format!("=?utf-8?b?{}?=", base64(piece));
        let words = [
            &encoded,
            &encoded,
            &(*piece).to_owned(),
            &encoded,
            &format!("m{number}"),
        ];
        mails.push(raw(&words.map(Clone::clone), question));
        let bare = (*piece).to_owned();
        mails.push(raw(
            &[bare.clone(), bare.clone(), bare.clone(), bare.clone(), bare],
            question,
        ));
    }
    let mut tickets = Vec::new();
    {
        let journal = Journal::open(&folder.path().join("store")).unwrap();
        let clerk = Clerk::new(office, &journal);
        for (uid, raw) in (1..).zip(&mails) {
            let now: Timestamp = "2026-01-12T10:30:00Z".parse().unwrap();
            let place = Place {
                uid_validity: 1,
                uid,
            };
            let cursor = Cursor {
                uid_validity: 1,
                uid,
            };
            let content = Content::Whole(raw.clone());
            clerk
                .handle(
                    &Arrival {
                        place,
                        content,
                        was_handled: false,
                        checked: None,
                        looked_up: vec![],
                    },
                    cursor,
                    now,
                )
                .unwrap();
        }
        tickets.extend(journal.tickets(100).unwrap());
    }
    assert!(
        tickets.len() >= PIECES.len() / 2,
        "{} tickets",
        tickets.len()
    );
    let eml = folder.path().join("one.eml");
    let mut verbs: Vec<Vec<String>> = [
        "status",
        "tickets",
        "outbox",
        "drafts",
        "quarantine",
        "journal",
        "learned",
    ]
    .iter()
    .map(|verb| vec![(*verb).to_owned()])
    .collect();
    // The most talkative ones; each is a run of the program.
    verbs.extend(
        tickets
            .iter()
            .take(6)
            .map(|ticket| vec!["ticket".to_owned(), ticket.id.to_string()]),
    );
    let of_mail = |verb: &str| vec![verb.to_owned(), eml.display().to_string()];
    let run = |verb: &[String], json: bool| {
        let output = Command::new(env!("CARGO_BIN_EXE_handoffd"))
            .args(verb)
            .args(json.then_some("--json"))
            .arg("--config")
            .arg(&settings)
            .env_remove("RUST_LOG")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{verb:?}: {output:?}");
        for (stream, bytes) in [("output", output.stdout), ("error", output.stderr)] {
            let text = String::from_utf8(bytes).unwrap();
            let bad = text.chars().find(|c| !is_safe_on_a_terminal(*c));
            assert_eq!(
                bad, None,
                "{verb:?} --json={json}, standard {stream}:\n{text:?}"
            );
            if json && stream == "output" {
                for line in text.lines() {
                    let row: Result<serde_json::Value, _> = serde_json::from_str(line);
                    assert!(row.is_ok_and(|row| row.is_object()), "{verb:?}: {line}");
                }
            }
        }
    };
    for verb in &verbs {
        run(verb, false);
        run(verb, true);
    }
    // All of them in one file, as mailboxes keep them.
    let mut mbox = Vec::new();
    for raw in &mails {
        mbox.extend_from_slice(b"From eve@elsewhere.example Mon Jan 12 10:30:00 2026\n");
        mbox.extend(raw.iter().filter(|byte| **byte != b'\r'));
        mbox.extend_from_slice(b"\n\n");
    }
    std::fs::write(&eml, mbox).unwrap();
    for verb in ["read", "explain"] {
        run(&of_mail(verb), false);
        run(&of_mail(verb), true);
    }
}

fn base64(text: &str) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(text)
}
