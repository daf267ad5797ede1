//! Plays a conversation: sends its mails, waits for what must come, and checks it.

use super::conversation::{Conversation, ExpectedMail, Step};
use super::mail_system::{Asker, Handoffd, Letter, MailSystem, PATIENCE, StoredMail, wait_until};
use super::screen;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Where conversations are played.
pub struct Stage<'a> {
    system: &'a MailSystem,
    daemon: Asker,
    support: &'a str,
    /// Files of mails that an expectation has met.
    expected: BTreeSet<PathBuf>,
    latencies_ms: Vec<u64>,
    failures: Vec<String>,
}

impl<'a> Stage<'a> {
    /// A stage for this daemon on this mail system.
    pub fn new(system: &'a MailSystem, daemon: &Handoffd, support: &'a str) -> Self {
        Self {
            system,
            daemon: daemon.asker(),
            support,
            expected: BTreeSet::new(),
            latencies_ms: Vec::new(),
            failures: Vec::new(),
        }
    }

    /// Plays one conversation to its end, or to its first failure.
    pub fn play(&mut self, conversation: &Conversation) {
        let mut ticket = None;
        for step in &conversation.step {
            if let Err(why) = self.play_step(step, &mut ticket) {
                screen::wrong(&why);
                self.failures.push(format!("{}: {why}", conversation.title));
                return;
            }
        }
    }

    fn play_step(&mut self, step: &Step, ticket: &mut Option<String>) -> Result<(), String> {
        let letter = self.letter(step, ticket.as_deref())?;
        screen::writes(&letter.from, &letter.to, &letter.subject, &letter.text);
        self.system
            .try_deliver(&letter.envelope_from, &[&letter.to], &letter.bytes())
            .map_err(|failure| format!("the SMTP server refused the mail: {failure}"))?;

        let original =
            self.system
                .wait_for_within(self.support, "the mail itself", PATIENCE, |mail| {
                    mail.message_id() == letter.id()
                })?;
        let keyword = self.outcome(&letter.id())?;
        let mut arrived = Vec::new();
        for expected in &step.mail {
            let mail = self.wait_for_expected(expected, &original)?;
            if let Some(id) = mail.ticket() {
                *ticket = Some(id.to_owned());
            }
            arrived.push((expected, mail));
        }
        let reasons = ticket
            .as_deref()
            .filter(|_| !step.mail.is_empty())
            .map_or_else(
                || self.reasons_by_explaining(&original),
                |id| self.reasons(id),
            );
        screen::decided(&keyword, &reasons);
        if arrived.is_empty() {
            screen::nothing_leaves();
        }
        let mut first_ms = None;
        for (expected, mail) in &arrived {
            let latency_ms = mail.arrived_micros.saturating_sub(original.arrived_micros) / 1000;
            first_ms = first_ms.or(Some(latency_ms));
            screen::arrived(&expected.to, mail, Some(latency_ms));
        }
        if step.answer_within_ms.is_some()
            && let Some(first_ms) = first_ms
        {
            self.latencies_ms.push(first_ms);
        }
        if keyword != step.decision {
            return Err(format!("decided `{keyword}`, expected `{}`", step.decision));
        }
        for (expected, mail) in &arrived {
            check(expected, mail, &original)?;
        }
        Ok(())
    }

    fn letter(&self, step: &Step, ticket: Option<&str>) -> Result<Letter, String> {
        let mut letter = if let Some(mailbox) = &step.replies_to_mail_in {
            let newest = self
                .system
                .mailbox(mailbox)
                .into_iter()
                .rfind(|mail| ticket.is_none() || mail.ticket() == ticket)
                .ok_or_else(|| format!("nothing in {mailbox} to reply to"))?;
            Letter::reply(&newest, &step.from, step.text.trim())
        } else {
            Letter::new(&step.from, self.support, &step.subject, step.text.trim())
        };
        for (name, value) in &step.headers {
            letter = letter.header(name, value);
        }
        if let Some(file) = &step.attach {
            letter = letter.attach(&file.name, "text/plain", file.text.as_bytes());
        }
        Ok(letter)
    }

    /// The decision, read from the keywords on the mail in the support mailbox.
    fn outcome(&self, message_id: &str) -> Result<String, String> {
        let flags = wait_until("the keyword on the handled mail", PATIENCE, || {
            let flags = self.system.flags(self.support, message_id);
            flags.contains("$Handoff").then_some(flags)
        })?;
        let words = [
            ("Answered", "answer"),
            ("Asked", "ask"),
            ("Drafted", "draft"),
            ("HandedOff", "handoff"),
            ("Left", "leave"),
            ("Relayed", "relay"),
            ("Quarantined", "quarantine"),
        ];
        words
            .iter()
            .find(|(keyword, _)| flags.contains(*keyword))
            .map(|(_, decision)| (*decision).to_owned())
            .ok_or_else(|| format!("no outcome among the keywords {flags:?}"))
    }

    fn wait_for_expected(
        &mut self,
        expected: &ExpectedMail,
        original: &StoredMail,
    ) -> Result<StoredMail, String> {
        let what = format!("a mail that says {:?}", expected.words);
        let mail = self
            .system
            .wait_for_within(&expected.to, &what, PATIENCE, |mail| {
                mail.arrived_micros >= original.arrived_micros
                    && !self.expected.contains(&mail.path)
                    && expected.words.iter().all(|words| mail.says(words))
            })?;
        self.expected.insert(mail.path.clone());
        Ok(mail)
    }

    /// The reasons of the newest decision on a ticket, by `handoffd ticket ID --json`.
    fn reasons(&self, ticket: &str) -> Vec<String> {
        let (_, output) = self.daemon.ask(&["ticket", ticket, "--json"]);
        newest_reasons(&output)
    }

    /// The reasons by `handoffd explain`: for a mail that opens no ticket.
    fn reasons_by_explaining(&self, mail: &StoredMail) -> Vec<String> {
        let path = mail.path.to_string_lossy().into_owned();
        let (_, output) = self.daemon.ask(&["explain", &path, "--json"]);
        newest_reasons(&output)
    }

    /// Waits until everything that arrived is handled and everything that left has arrived.
    pub fn settle(&mut self) {
        let settled = wait_until("everything to be handled", PATIENCE, || {
            let waiting = self
                .system
                .imap(self.support)
                .command("UID SEARCH UNKEYWORD $Handoff");
            let handled = waiting.lines().any(|line| line.trim() == "* SEARCH");
            (handled && self.system.outgoing_queue_is_empty()).then_some(())
        });
        if let Err(why) = settled {
            self.failures.push(why);
        }
    }

    /// Every mail that left must be one that a conversation expects.
    pub fn look_for_uninvited_mail(&mut self) {
        for account in self.system.accounts() {
            if account.address == self.support {
                continue;
            }
            for mail in self.system.mailbox(&account.address) {
                // A mail program moves what was new: the name stays up to the colon.
                let known = self.expected.iter().any(|path| same_mail(path, &mail.path));
                if !known {
                    let what = format!(
                        "{} got a mail that nobody expects: {}",
                        account.address, mail.subject
                    );
                    screen::wrong(&what);
                    self.failures.push(what);
                }
            }
        }
    }

    /// Prints the result; the number of failures.
    pub fn summary(&mut self, conversations: usize) -> usize {
        self.latencies_ms.sort_unstable();
        let median_ms = self.latencies_ms.get(self.latencies_ms.len() / 2).copied();
        if let (Some(median_ms), Some(fastest), Some(slowest)) = (
            median_ms,
            self.latencies_ms.first(),
            self.latencies_ms.last(),
        ) {
            println!(
                "\nAutomatic answers, from the mail's arrival to the answer's: median {median_ms} ms, fastest {fastest} ms, slowest {slowest} ms."
            );
            if median_ms >= 1000 {
                self.failures.push(format!(
                    "the median answer took {median_ms} ms, more than a second"
                ));
            }
        }
        if self.failures.is_empty() {
            screen::result(
                true,
                &format!("All {conversations} conversations ended as they should."),
            );
        } else {
            screen::result(
                false,
                &format!("{} things are not as they should be:", self.failures.len()),
            );
            for failure in &self.failures {
                screen::wrong(failure);
            }
        }
        self.failures.len()
    }
}

fn same_mail(one: &std::path::Path, other: &std::path::Path) -> bool {
    let base = |path: &std::path::Path| {
        path.file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .split(':')
            .next()
            .map(str::to_owned)
    };
    base(one) == base(other)
}

fn check(expected: &ExpectedMail, mail: &StoredMail, original: &StoredMail) -> Result<(), String> {
    let to = &expected.to;
    for words in &expected.without {
        if mail.says(words) {
            return Err(format!("the mail to {to} says {words:?}"));
        }
    }
    if let Some(automatic) = expected.automatic
        && mail.is_automatic() != automatic
    {
        return Err(format!(
            "the mail to {to} {} itself automatic",
            if automatic { "does not call" } else { "calls" }
        ));
    }
    if expected.attached_original {
        // The server adds trace headers in front: what the customer wrote stands behind them, unchanged.
        let attached = mail
            .attachments
            .iter()
            .find(|attached| attached.media_type == "message/rfc822")
            .ok_or_else(|| format!("the mail to {to} has no original attached"))?;
        if trimmed(&attached.content) != trimmed(&original.raw) {
            return Err(format!(
                "the original attached to the mail to {to} was changed"
            ));
        }
    }
    if let Some(name) = &expected.attachment
        && !mail
            .attachments
            .iter()
            .any(|attached| &attached.name == name)
    {
        return Err(format!("the mail to {to} lacks the attachment {name}"));
    }
    if mail.ticket().is_none() {
        return Err(format!("the mail to {to} has no X-Handoff-Ticket"));
    }
    Ok(())
}

/// The end of a mail may gain or lose an empty line on its way.
fn trimmed(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes)
        .replace("\r\n", "\n")
        .trim_end()
        .to_owned()
}

/// The last `reasons` list anywhere in JSON lines, as sentences.
fn newest_reasons(output: &str) -> Vec<String> {
    let mut newest = Vec::new();
    for line in output.lines() {
        if let Ok(value) = serde_json::from_str::<serde_json::Value>(line) {
            find_reasons(&value, &mut newest);
        }
    }
    newest
}

fn find_reasons(value: &serde_json::Value, newest: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(fields) => {
            for (name, field) in fields {
                match field.as_array() {
                    Some(reasons) if name == "reasons" && !reasons.is_empty() => {
                        *newest = reasons.iter().map(sentence).collect();
                    }
                    _ => find_reasons(field, newest),
                }
            }
        }
        serde_json::Value::Array(items) => {
            for item in items {
                find_reasons(item, newest);
            }
        }
        _ => {}
    }
}

fn sentence(reason: &serde_json::Value) -> String {
    let field = |name: &str| {
        reason
            .get(name)
            .and_then(serde_json::Value::as_str)
            .unwrap_or_default()
    };
    if let Some(plain) = reason.as_str() {
        return plain.to_owned();
    }
    let evidence = field("evidence");
    let sentence = field("sentence");
    if evidence.is_empty() {
        format!("{sentence} [{}]", field("rule"))
    } else {
        format!("{sentence} [{}]: “{evidence}”", field("rule"))
    }
}
