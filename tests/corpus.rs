//! How well is mail read? Measures the reader on labelled mails of others, which lie beside the repository, not in it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that fails may panic"
)]

use handoffd::mail::{Mail, Reader, SenderKind};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A body without a header, as some label sets have it, becomes a mail.
const TEXT: &str = "From: a@b.example\nTo: c@d.example\nSubject: Re: x\nMessage-ID: <a@b.example>\nMIME-Version: 1.0\nContent-Transfer-Encoding: 8bit\nContent-Type: ";

/// The Message-IDs that a report holds of the mail it is about: every `Message-ID:` in its text or its parts that is not its own.
fn identifiers_held(mail: &Mail, raw: &[u8]) -> BTreeSet<String> {
    let own = mail.message_id.as_ref().map(|id| id.as_str().to_owned());
    let mut texts = vec![
        String::from_utf8_lossy(raw).into_owned(),
        mail.body.text.clone(),
    ];
    for attachment in &mail.attachments {
        texts.push(String::from_utf8_lossy(&attachment.content).into_owned());
    }
    let label = regex::Regex::new(r"(?im)^[\s>|]*message-id:\s*<([^<>\s]+@[^<>\s]+)>").unwrap();
    let mut held = BTreeSet::new();
    for text in &texts {
        let text = text.replace('\r', "\n");
        for found in label.captures_iter(&text) {
            held.insert(found[1].to_owned());
        }
    }
    held.retain(|id| Some(id) != own.as_ref());
    held
}

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/mail");
    let Ok(labels) = std::fs::read_to_string(folder.join("labels.jsonl")) else {
        println!(
            "the corpus is missing ({}): nothing was measured",
            folder.display()
        );
        return;
    };
    let mut scores: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut misses = Vec::new();
    for line in labels.lines() {
        let label: serde_json::Value = serde_json::from_str(line).unwrap();
        let file = label["file"].as_str().unwrap();
        let extra = &label["extra"];
        let mut raw = std::fs::read(folder.join(file)).unwrap();
        let is_html = extra["input_is_body_html"] == true || file.ends_with(".html");
        if is_html || extra["input_is_body_text"] == true || file.ends_with(".txt") {
            let kind = if is_html { "text/html" } else { "text/plain" };
            raw = [format!("{TEXT}{kind}; charset=utf-8\n\n").as_bytes(), &raw].concat();
        }
        let mail = Reader::default().read(&raw);
        let is_machine = mail.sender_kind != SenderKind::Person;
        let mut score = |what: &'static str, is_right: bool| {
            let entry = scores.entry(what).or_default();
            entry.0 += usize::from(is_right);
            entry.1 += 1;
            if !is_right {
                misses.push(format!("{what}: {file}"));
            }
        };
        if label["bounce"] == true {
            score("bounces flagged", is_machine);
        } else if label["auto"] == true {
            score("other automatic mails flagged", is_machine);
        }
        if label["bounce"] == true {
            let held = identifiers_held(&mail, &raw);
            if !held.is_empty() {
                let found = mail
                    .bounce
                    .as_ref()
                    .and_then(|bounce| bounce.original_message_id.as_ref());
                let is_right = found.is_some_and(|id| held.contains(id.as_str()));
                score("original mails of bounces", is_right);
            }
            let is_named = mail
                .bounce
                .as_ref()
                .is_some_and(|bounce| bounce.recipient.is_some());
            score("recipients of bounces", is_named);
            let has_status = mail
                .bounce
                .as_ref()
                .is_some_and(|bounce| bounce.status.is_some());
            score("status of bounces", has_status);
        }
        if label["auto"] == false {
            score("people taken for people", !is_machine);
        }
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(subject) = label["subject"].as_str() {
            score("subjects", words(mail.subject.as_str()) == words(subject));
        }
        if let Some(from) = label["from"].as_str() {
            let address = mail
                .from
                .as_ref()
                .map(|from| from.address.key())
                .unwrap_or_default();
            score("senders", address == from.to_lowercase());
        }
        if let Some(reply) = label["reply_text"].as_str() {
            let compared = |text: &str| {
                if extra["compare"] == "whitespace-insensitive" {
                    words(text).replace(' ', "")
                } else {
                    words(text)
                }
            };
            let signed = format!("{}\n{}", mail.body.reply_text, mail.body.signature);
            let without = compared(&mail.body.reply_text) == compared(reply);
            let with = compared(&signed) == compared(reply);
            let is_right = if extra["signature_is_hidden"] == true {
                without
            } else if extra["signature_is_kept"] == true {
                with
            } else {
                with || without
            };
            score("reply texts", is_right);
        }
    }
    for (what, (right, all)) in &scores {
        println!("{what}: {right} of {all}");
    }
    for miss in &misses {
        println!("  missed {miss}");
    }
    let (right, all) = scores["people taken for people"];
    assert_eq!(right, all, "a person was taken for a machine");
}
