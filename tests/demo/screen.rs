//! What the person at the terminal sees.

use super::mail_system::StoredMail;
use std::io::IsTerminal as _;
use std::path::Path;

fn painted(code: &str, text: &str) -> String {
    if std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}

/// A line that begins something.
pub fn heading(text: &str) {
    println!("\n{}", painted("1", text));
}

/// The beginning of a conversation.
pub fn conversation(number: usize, of: usize, title: &str) {
    println!(
        "\n{}",
        painted("1;36", &format!("── {number}/{of}  {title}"))
    );
}

/// Somebody writes.
pub fn writes(from: &str, to: &str, subject: &str, text: &str) {
    println!("\n  {} {from} to {to}", painted("33", "✉"));
    println!("    {}", painted("2", &format!("Subject: {subject}")));
    for line in text
        .trim()
        .lines()
        .filter(|line| !line.starts_with('>'))
        .take(6)
    {
        println!("    {}", painted("2", line));
    }
}

/// What was decided, and why.
pub fn decided(decision: &str, reasons: &[String]) {
    println!(
        "  {} {}",
        painted("35", "◆ decided:"),
        painted("1", decision)
    );
    for reason in reasons {
        println!("      because {reason}");
    }
}

/// A mail that arrived.
pub fn arrived(mailbox: &str, mail: &StoredMail, latency_ms: Option<u64>) {
    let after = latency_ms.map_or_else(String::new, |ms| {
        format!("  ({ms} ms after the mail arrived)")
    });
    println!("  {} {mailbox} receives{after}", painted("32", "→"));
    println!(
        "    {}",
        painted("2", &format!("Subject: {}", mail.subject))
    );
    for line in mail.first_lines(6) {
        println!("    {}", painted("2", &line));
    }
}

/// Nothing leaves.
pub fn nothing_leaves() {
    println!("  {} no mail leaves", painted("32", "→"));
}

/// Something is not as it should be.
pub fn wrong(what: &str) {
    println!("  {} {what}", painted("1;31", "✗"));
}

/// The end.
pub fn result(good: bool, text: &str) {
    println!("\n{}", painted(if good { "1;32" } else { "1;31" }, text));
}

/// Where to look afterwards.
pub fn where_to_look(kept: &Path) {
    println!("\nWhere to look:");
    println!(
        "  every mail that left     {}/transcript.txt",
        kept.display()
    );
    println!("  every mailbox, as files  {}/mailboxes/", kept.display());
    println!("  the SMTP server's log    {}/exim.log", kept.display());
    println!("  the desk                 config/demo/ (settings, articles, these conversations)");
    println!("  go on by hand            make demo DEMO_KEEP=1");
}
