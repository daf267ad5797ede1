//! Mails that show pictures: what other programs read in them.

use super::manners::assert_sound;
use super::*;
use crate::compose::letter::{Letter, Manner};
use crate::compose::markup::Document;
use crate::compose::mime::Part;
use crate::compose::picture::InlinePicture;
use crate::ticket::ThreadLinks;
use mail_parser::{MessageParser, MimeHeaders};
use std::io::Write;
use std::process::{Command, Stdio};

fn picture(name: &'static str, alt: &str, png: &[u8]) -> InlinePicture {
    InlinePicture::new(&key(), &settings(), name, alt, (600, 300), png.to_vec())
}

/// Two that differ in every way, and whose base 64 ends in every way.
fn pictures() -> Vec<InlinePicture> {
    let bytes: Vec<u8> = (0..=255).cycle().take(1_000).collect();
    vec![
        picture("decisions", "Was \"wurde\" <aus> Mails & mehr", &bytes),
        picture("hand-offs", "Übergaben", &[0, 13, 10, 45, 45]),
    ]
}

fn weekly(pictures: Vec<InlinePicture>, parts: Vec<Part>) -> Letter<'static> {
    let mut document = Document::parse("# The week\n\n37 mails came.");
    let mut rest = Document::parse("Write about *opening hours*.");
    rest.end_with("Shop Ltd");
    for picture in &pictures {
        document.show(picture);
    }
    document.append(rest);
    Letter {
        purpose: Purpose::Trouble,
        manner: Manner::Internal,
        ticket: None,
        party: None,
        to: address("admin@shop.example"),
        to_name: None,
        from_name: None,
        cc: vec![],
        cause: b"week",
        subject: "The week".to_owned(),
        document,
        thread: ThreadLinks::default(),
        parts,
        pictures,
        reply_to: None,
        language: "en",
    }
}

fn sealed(letter: Letter<'_>) -> Outgoing {
    letter.seal(&key(), &settings(), at(0))
}

#[test]
fn both_pictures_arrive_byte_for_byte_where_the_html_shows_them() {
    let mail = sealed(weekly(pictures(), vec![]));
    assert_sound(&mail);
    let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
    assert_eq!(
        parsed.body_text(0).unwrap().replace("\r\n", "\n").trim(),
        "The week\n--------\n\n37 mails came.\n\nWrite about opening hours.\n\n-- \nShop Ltd"
    );
    let html = parsed.body_html(0).unwrap();
    assert_eq!(html.matches("<img ").count(), 2);
    assert!(html.contains("alt=\"Was &quot;wurde&quot; &lt;aus&gt; Mails &amp; mehr\" width=\"600\" height=\"300\" style=\"max-width:100%;height:auto\">"), "{html}");
    for shown in pictures() {
        let id = shown.id().as_str();
        assert_eq!(html.matches(&format!("<img src=\"cid:{id}\"")).count(), 1);
        let mut parts = parsed.parts.iter();
        let part = parts.find(|part| part.content_id() == Some(id)).unwrap();
        assert!(part.is_content_type("image", "png"));
        assert_eq!(part.contents(), shown.png());
    }
}

#[test]
fn a_mail_with_pictures_reads_like_this() {
    let mail = sealed(weekly(pictures(), vec![]));
    insta::assert_snapshot!("pictures", super::whole::redacted(&mail));
}

#[test]
fn without_pictures_nothing_is_related() {
    let text = as_text(&sealed(weekly(vec![], vec![])));
    assert!(
        !text.contains("related") && !text.contains("cid:"),
        "{text}"
    );
}

#[test]
fn the_same_picture_has_the_same_name_and_another_one_another() {
    let one = picture("a", "x", b"1");
    assert_eq!(one.id(), picture("a", "y", b"1").id());
    assert_ne!(one.id(), picture("a", "x", b"2").id());
    assert_ne!(one.id(), picture("b", "x", b"1").id());
    assert!(one.id().as_str().ends_with("@shop.example"));
    let mut odd = settings();
    for domain in ["bücher.example", "[192.0.2.1]"] {
        let Ok(support) = crate::mail::Address::parse(&format!("support@{domain}")) else {
            continue;
        };
        odd.support.address = support;
        let picture = InlinePicture::new(&key(), &odd, "a\r\nb", "", (1, 1), vec![]);
        let id = picture.id().as_str();
        assert!(
            id.starts_with("ab.") && id.ends_with("@handoffd.invalid"),
            "{id}"
        );
        assert_eq!(picture.file_name(), "ab.png");
    }
}

#[test]
fn replies_go_where_the_letter_says() {
    let us = as_text(&sealed(weekly(pictures(), vec![])));
    assert_eq!(header(&us, "Reply-To"), Some("support@shop.example"));
    let mut letter = weekly(pictures(), vec![]);
    letter.reply_to = Some(address("desk+weekly@shop.example"));
    let there = as_text(&sealed(letter));
    assert_eq!(header(&there, "Reply-To"), Some("desk+weekly@shop.example"));
}

/// What Python's `email` makes of a mail, as one line a part; `None` where there is no Python.
fn read_by_python(mail: &Outgoing) -> Option<String> {
    const READER: &str = "
import email, email.policy, hashlib, sys
mail = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
def tell(part, depth):
    assert not part.defects, part.defects
    content = '' if part.is_multipart() else hashlib.sha256(part.get_payload(decode=True)).hexdigest()[:16]
    print(' ' * depth, part.get_content_type(), part['Content-ID'] or '-', part.get_content_disposition() or '-', part.get_filename() or '-', content)
    for inner in part.iter_parts() if part.is_multipart() else []:
        tell(inner, depth + 1)
tell(mail, 0)
print('shown', mail.get_body(('related',)).get_param('type'), mail.get_body(('html',)).get_content().count('cid:'))
print('files', [part.get_filename() for part in mail.iter_attachments()])
";
    let python = Command::new("python3")
        .args(["-c", READER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(mut python) = python else {
        eprintln!("no python3: what it reads in a mail with pictures is not looked at");
        return None;
    };
    python.stdin.take().unwrap().write_all(&mail.bytes).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success());
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn another_reader_sees_the_same_with_attachments_beside_the_pictures() {
    use sha2::Digest;
    let attached = vec![
        Part::Original(RAW.to_vec()),
        Part::File(file("Rechnung.pdf", &[0, 1, 2, 255])),
    ];
    let mail = sealed(weekly(pictures(), attached));
    assert_sound(&mail);
    let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
    let last = parsed.attachments().last().unwrap();
    assert_eq!(last.attachment_name(), Some("Rechnung.pdf"));
    assert_eq!(last.contents(), [0, 1, 2, 255]);
    let Some(read) = read_by_python(&mail) else {
        return;
    };
    let digest = |bytes: &[u8]| {
        let digest = sha2::Sha256::digest(bytes);
        digest
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    for shown in pictures() {
        let (id, name) = (shown.id(), shown.file_name());
        let line = format!(
            "\n    image/png {id} inline {name} {}\n",
            digest(shown.png())
        );
        assert!(read.contains(&line), "{read}");
    }
    let kinds: Vec<String> = read
        .lines()
        .map(|line| {
            line.trim_start()
                .split(' ')
                .next()
                .unwrap_or_default()
                .to_owned()
        })
        .collect();
    assert_eq!(
        kinds,
        [
            "multipart/mixed",
            "multipart/alternative",
            "text/plain",
            "multipart/related",
            "text/html",
            "image/png",
            "image/png",
            "message/rfc822",
            "text/plain",
            "application/pdf",
            "shown",
            "files"
        ]
    );
    assert!(read.contains("shown text/html 2\n"), "{read}");
    assert!(
        read.contains("files ['original.eml', 'Rechnung.pdf']"),
        "{read}"
    );
}
