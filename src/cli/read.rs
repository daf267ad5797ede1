//! `handoffd read`: what a mail says.

use super::{Common, Failure, source};
use crate::config::Language;
use crate::mail::{KindProof, Mail, Mailbox, MessageId, Reader, is_invisible_control};
use crate::understand::{SpokenLanguage, language};
use serde_json::{Value, json};
use std::io::Write;

/// Its arguments.
#[derive(clap::Args, Debug)]
pub(super) struct Arguments {
    /// Mails: `.eml`, mbox, Maildir, a folder of these, or `-`
    #[arg(required = true)]
    paths: Vec<std::path::PathBuf>,
}

pub(super) fn run(common: &Common, arguments: &Arguments) -> Result<(), Failure> {
    let reader = Reader::default();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for (path, raw) in source::mails(&arguments.paths)? {
        let mail = reader.read(&raw);
        let text = if common.json {
            format!("{}\n", as_json(&path, &mail))
        } else {
            for_people(&path, &mail)
        };
        if let Err(error) = out.write_all(text.as_bytes()) {
            return closed(&error);
        }
    }
    out.flush().or_else(|error| closed(&error))
}

/// A reader that went away (`| head`) is no failure.
fn closed(error: &std::io::Error) -> Result<(), Failure> {
    if error.kind() == std::io::ErrorKind::BrokenPipe {
        return Ok(());
    }
    Err(Failure::NotSo(format!(
        "standard output cannot be written: {error}"
    )))
}

/// The language of the new text, where it is sure; as the understanding sees it.
fn language(mail: &Mail) -> Option<String> {
    let assumed = Language("en".to_owned());
    match language::detect(&mail.body.own_words(), &assumed) {
        SpokenLanguage::Known(known) => Some(known.0),
        SpokenLanguage::Assumed(_) => None,
    }
}

fn mailbox(mailbox: &Mailbox) -> Value {
    json!({"name": mailbox.name.as_ref().map(ToString::to_string), "address": mailbox.address.as_str()})
}

fn as_json(path: &str, mail: &Mail) -> Value {
    let ids = |ids: &[MessageId]| {
        ids.iter()
            .map(|id| id.as_str().to_owned())
            .collect::<Vec<_>>()
    };
    let mailboxes = |list: &[Mailbox]| list.iter().map(mailbox).collect::<Vec<_>>();
    let evidence: Vec<String> = mail
        .sender_evidence
        .iter()
        .map(|found| format!("{}: {}", found.place, found.words))
        .collect();
    let attachments: Vec<Value> = mail
        .attachments
        .iter()
        .map(|file| json!({"name": file.name.as_str(), "type": file.media_type, "size": file.content.len(), "inline": file.inline}))
        .collect();
    json!({
        "path": path,
        "message_id": mail.message_id.as_ref().map(MessageId::as_str),
        "in_reply_to": ids(&mail.in_reply_to),
        "references": ids(&mail.references),
        "from": mail.from.as_ref().map(mailbox),
        "reply_to": mailboxes(&mail.reply_to),
        "to": mailboxes(&mail.to),
        "cc": mailboxes(&mail.cc),
        "subject": mail.subject.as_str(),
        "date": mail.date.map(|date| date.to_string()),
        "sender_kind": mail.sender_kind.as_str(),
        "sender_evidence": evidence,
        "may_auto_reply": mail.may_auto_reply,
        "reply_text": mail.body.reply_text,
        "quoted_text": mail.body.quoted_text,
        "signature": mail.body.signature,
        "text": mail.body.text,
        "language": language(mail),
        "attachments": attachments,
        "feedback": mail.feedback.as_ref().map(|feedback| json!({
            "type": feedback.feedback_type.as_str(),
            "complainer": feedback.complainer.as_ref().map(ToString::to_string),
            "original_message_id": feedback.original_message_id.as_ref().map(MessageId::as_str),
        })),
        "form_writer": mail.form_writer.as_ref().map(|writer| writer.address.as_str()),
        "forwarded_from": mail.forwarded_from.as_ref().map(|forwarded| json!({
            "name": forwarded.from.name.as_ref().map(ToString::to_string),
            "address": forwarded.from.address.as_str(),
            "subject": forwarded.subject.as_str(),
            "to": forwarded.to.iter().map(|to| to.address.as_str()).collect::<Vec<_>>(),
            "date": forwarded.date.as_str(),
            "text": forwarded.text,
        })),
        "bounce": mail.bounce.as_ref().map(|bounce| json!({
            "recipient": bounce.recipient.as_ref().map(ToString::to_string),
            "status": bounce.status,
            "action": bounce.action.as_str(),
            "original_message_id": bounce.original_message_id.as_ref().map(MessageId::as_str),
        })),
        "oddities": mail.oddities.iter().map(|oddity| oddity.0.clone()).collect::<Vec<_>>(),
    })
}

/// Text of strangers, safe on a terminal.
fn on_terminal(text: &str) -> String {
    text.chars()
        .filter(|c| matches!(c, '\n' | '\t') || !(c.is_control() || is_invisible_control(*c)))
        .collect()
}

fn for_people(path: &str, mail: &Mail) -> String {
    let from = mail
        .from
        .as_ref()
        .map_or("nobody that can be read".to_owned(), ToString::to_string);
    let mut lines = vec![
        format!("{path}"),
        format!("  from     {from}"),
        format!("  subject  {}", mail.subject),
    ];
    if let Some(date) = mail.date {
        lines.push(format!("  date     {date}"));
    }
    let answer = if mail.may_auto_reply {
        "may be answered automatically"
    } else {
        "gets no automatic answer"
    };
    lines.push(format!(
        "  kind     {}{}, {answer}",
        mail.sender_kind.as_str(),
        match mail.kind_proof {
            KindProof::Shown => "",
            KindProof::Suspected => " (suspected)",
        }
    ));
    for found in &mail.sender_evidence {
        lines.push(format!("           {}: {}", found.place, found.words));
    }
    if let Some(forwarded) = &mail.forwarded_from {
        let date = if forwarded.date.is_empty() {
            String::new()
        } else {
            format!(", {}", forwarded.date)
        };
        lines.push(format!(
            "  forward  of {}{date}: {}",
            forwarded.from, forwarded.subject
        ));
    }
    if let Some(writer) = &mail.form_writer {
        lines.push(format!("  form     filled in by {writer}"));
    }
    if let Some(feedback) = &mail.feedback {
        let who = feedback
            .complainer
            .as_ref()
            .map_or("somebody", |who| who.as_str());
        let about = feedback
            .original_message_id
            .as_ref()
            .map_or("a mail", |id| id.as_str());
        lines.push(format!(
            "  report   {} by {who} about {about}",
            feedback.feedback_type
        ));
    }
    if let Some(bounce) = &mail.bounce {
        let recipient = bounce
            .recipient
            .as_ref()
            .map_or("somebody".to_owned(), ToString::to_string);
        lines.push(format!(
            "  bounce   {} for {recipient} {}",
            bounce.action.as_str(),
            bounce.status.as_deref().unwrap_or("")
        ));
        if let Some(original) = &bounce.original_message_id {
            lines.push(format!("           about {original}"));
        }
    }
    for file in &mail.attachments {
        lines.push(format!(
            "  file     {} ({}, {} bytes)",
            file.name,
            file.media_type,
            file.content.len()
        ));
    }
    for oddity in &mail.oddities {
        lines.push(format!("  odd      {}", oddity.0));
    }
    lines.push(String::new());
    lines.extend(mail.body.reply_text.lines().map(|line| format!("  {line}")));
    let folded = |what: &str, text: &str| {
        (!text.is_empty()).then(|| format!("  [{what}: {} lines]", text.lines().count()))
    };
    lines.extend(folded("signature", &mail.body.signature));
    lines.extend(folded("quoted", &mail.body.quoted_text));
    lines.push(String::new());
    on_terminal(&lines.join("\n")) + "\n"
}
