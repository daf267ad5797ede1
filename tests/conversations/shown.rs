//! How a step stands in a snapshot: what was decided and why, and each mail as its reader has it, without what the key made.

use handoffd::journal::purpose_word;
use handoffd::mail::Reader;
use handoffd::rehearsal::{Left, PlayedStep};

/// A step.
pub fn step(step: &PlayedStep) -> String {
    let reason = match &step.reason {
        Some((rule, sentence)) => format!("\n{rule}: {sentence}"),
        None => String::new(),
    };
    let mails: Vec<String> = step.mails.iter().map(mail).collect();
    let shown = format!(
        "=== {} === {} === {} {}{reason}\n{}",
        step.number,
        step.at,
        step.who,
        step.decision,
        mails.join("\n")
    );
    redacted(&shown)
}

fn mail(mail: &Left) -> String {
    let raw = String::from_utf8_lossy(&mail.bytes).replace("\r\n", "\n");
    let (header, _) = raw.split_once("\n\n").expect("a header");
    let read = Reader::default().read(&mail.bytes);
    let files: Vec<String> = read
        .attachments
        .iter()
        .map(|file| format!("[{} {}]\n", file.media_type, file.name))
        .collect();
    let sender = if mail.has_null_sender {
        "<>"
    } else {
        "support"
    };
    format!(
        "--- {}: {} --- from {sender} to {:?}\n{header}\n\n{}\n{}",
        mail.to,
        purpose_word(mail.purpose),
        mail.recipients
            .iter()
            .map(|to| to.as_str())
            .collect::<Vec<_>>(),
        mail.text.trim_end(),
        files.concat()
    )
}

fn redacted(text: &str) -> String {
    let patterns = [
        (r"\.[a-z2-7]{16}@", ".TAG@"),
        (
            r"(\+|%2B)[0-9a-z]{10}-([cs])-[a-z2-7]{16}@",
            "${1}TOKEN-$2@",
        ),
        (r"X-Handoff-Mark: [a-z2-7]{16}", "X-Handoff-Mark: MARK"),
        (r"([am])-[a-z2-7]{16}", "$1-BOUNDARY"),
        // How sure it was is measured elsewhere, and moves with each phrase that is added to any topic.
        (r"\b[01]\.[0-9]{2}\b", "0.NN"),
    ];
    let mut text = text.to_owned();
    for (pattern, word) in patterns {
        let pattern = regex::Regex::new(pattern).unwrap();
        text = pattern.replace_all(&text, word).into_owned();
    }
    text
}
