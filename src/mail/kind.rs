//! Who is behind a mail, by its form, and may an automatic mail answer it? RFC 3834, and what mail systems do beside it.
//! A person is never taken for a machine on weak signals alone. Reads hostile input.

use super::auto_submitted::{AutoSubmitted, parse};
use super::headers::{Fields, addresses_in};
use super::{Address, Evidence, MessageId, Reader, SenderKind, bounce};
use regex::Regex;
use std::sync::LazyLock;
use subtle::ConstantTimeEq;

/// What the kind is judged by.
pub(super) struct Facts<'a> {
    pub(super) fields: &'a Fields,
    pub(super) from: Option<&'a Address>,
    pub(super) subject: &'a str,
    pub(super) text: &'a str,
    pub(super) message_id: Option<&'a MessageId>,
    /// The media types of all parts, with their parameters, in lower case; the mail's own first.
    pub(super) content_types: &'a [String],
}

/// The judgement.
pub(super) struct Judged {
    pub(super) kind: SenderKind,
    pub(super) evidence: Vec<Evidence>,
    pub(super) may_auto_reply: bool,
}

/// Subjects of vacation programs: how they begin.
static VACATION_SUBJECT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)^\W*(?:(?:re|aw)\s*:\s*)?(?:auto(?:matic|mated)?[\s_-]?(?:reply|response|replied|antwort)?\s*:|auto-?re(?:ply|sponse)|automatic\s(?:reply|response)|out[\s-]of[\s-](?:the[\s-])?office|ooo\b|vacation|on\svacation|away\sfrom|i\sam\saway|i'?m\s(?:out|away)|abwesen|automatische\s(?:antwort|reactie)|réponse\sautomatique|absence|respuesta\sautom|fuera\sde\sla\soficina|risposta\sautomatica|fuori\sufficio|resposta\sautom|ausência|afwezig|autosvar|automatisk\ssvar|automatiskt\ssvar|frånvaro|odpowiedź\sautomatyczna|autoodpowiedź|automatická\sodpověď|automaattinen\svastaus|poissaolo|автоматический\sответ|автоответ|自动回复|自動回覆|自動応答|不在|부재중|자동\s?회신|this\sis\san?\sauto)").ok()
});
/// Sentences of vacation programs.
static VACATION_TEXT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:out of (?:the )?office|on (?:vacation|holiday|leave|annual)|away (?:from|until|on)|i (?:am|will be) (?:away|out|unavailable)|auto(?:matic|mated)?[ -]?(?:reply|response|responder|answer|generated)|nicht im (?:büro|haus)|im urlaub|abwesend|absent|de vacaciones|fuera de|in ferie|fuori sede|de férias|afwezig|op vakantie|på semester|på ferie|urlop|dovolen|lomalla|в отпуске|отсутств|不在|休暇|休假|외출|we have received your|has been received)").ok()
});

fn matches(pattern: &LazyLock<Option<Regex>>, text: &str) -> bool {
    pattern
        .as_ref()
        .is_some_and(|pattern| pattern.is_match(text))
}

/// Judges a mail.
pub(super) fn judge(facts: &Facts<'_>, reader: &Reader) -> Judged {
    let rules = [
        own,
        feedback_report,
        delivery_report,
        bounced_text,
        automatic,
        list,
        bulk,
        vacation,
    ];
    let mut kind = SenderKind::Person;
    let mut evidence = Vec::new();
    for rule in rules {
        let found = rule(facts, reader);
        if let Some((first, _)) = found.first()
            && kind == SenderKind::Person
        {
            kind = *first;
        }
        evidence.extend(found.into_iter().map(|(_, evidence)| evidence));
        if evidence.len() > 20 {
            break;
        }
    }
    let asks_for_silence = suppresses_replies(facts.fields);
    if kind == SenderKind::Person
        && let Some(words) = asks_for_silence
    {
        evidence.push(Evidence::new("X-Auto-Response-Suppress", words));
        kind = SenderKind::AutoReply;
    }
    Judged {
        may_auto_reply: kind == SenderKind::Person && facts.from.is_some(),
        kind,
        evidence,
    }
}

type Found = Vec<(SenderKind, Evidence)>;

fn own(facts: &Facts<'_>, reader: &Reader) -> Found {
    let mut found = Vec::new();
    let from_is_ours = match (&reader.support, facts.from) {
        (Some(support), Some(from)) => support.is_same_as(from),
        (Some(_), None) => false,
        (None, _) => true,
    };
    if let Some(mark) = loop_mark(facts, reader) {
        // Under another sender's name it is a mail of ours that came back changed, or the work of one who copied it: never
        // answered, and never taken for the proof that a mail of ours has left.
        let kind = if from_is_ours {
            SenderKind::Own
        } else {
            SenderKind::AutoReply
        };
        found.push((kind, Evidence::new("X-Handoff-Mark", mark)));
    }
    if let (true, Some(_), Some(from)) = (from_is_ours, &reader.support, facts.from) {
        found.push((SenderKind::Own, Evidence::new("From", from.as_str())));
    }
    found
}

/// The loop mark, where it is a genuine one: of this mail, or copied from the mail of ours that this one answers (people's
/// mail programs do not copy it, machines do).
fn loop_mark<'a>(facts: &Facts<'a>, reader: &Reader) -> Option<&'a str> {
    let key = reader.key.as_ref()?;
    let mark = facts.fields.first("x-handoff-mark")?;
    let answered = ["in-reply-to", "references"]
        .into_iter()
        .filter_map(|name| facts.fields.first(name))
        .flat_map(str::split_whitespace)
        .take(super::bounds::REFERENCES_MAX)
        .filter_map(MessageId::parse);
    let is_of = |id: &MessageId| {
        let tag = key.tag("loop", &[id.as_str().as_bytes()]);
        bool::from(tag.as_bytes().ct_eq(mark.trim().as_bytes()))
    };
    let is_genuine = facts
        .message_id
        .cloned()
        .into_iter()
        .chain(answered)
        .any(|id| is_of(&id));
    is_genuine.then_some(mark)
}

fn feedback_report(facts: &Facts<'_>, _: &Reader) -> Found {
    let mut found = Vec::new();
    for value in facts.content_types {
        if value.starts_with("message/feedback-report")
            || value.contains("report-type=feedback-report")
            || value.contains("report-type=\"feedback-report")
        {
            found.push((
                SenderKind::FeedbackReport,
                Evidence::new("Content-Type", value),
            ));
            return found;
        }
    }
    for name in ["x-hmxmroriginalrecipient", "feedback-type"] {
        if let Some(value) = facts.fields.first(name) {
            found.push((SenderKind::FeedbackReport, Evidence::new(name, value)));
        }
    }
    let subject = facts.subject.to_ascii_lowercase();
    if subject.starts_with("complaint about message from")
        || subject.starts_with("email feedback report for ip")
    {
        found.push((
            SenderKind::FeedbackReport,
            Evidence::new("Subject", facts.subject),
        ));
    }
    found
}

fn delivery_report(facts: &Facts<'_>, _: &Reader) -> Found {
    let mut found = Vec::new();
    if let Some(value) = facts.content_types.iter().find(|value| {
        value.starts_with("message/delivery-status")
            || value.starts_with("message/global-delivery-status")
            || (value.starts_with("multipart/report") && value.contains("delivery-status"))
    }) {
        found.push((SenderKind::Bounce, Evidence::new("Content-Type", value)));
    }
    for name in [
        "x-failed-recipients",
        "x-bounce-id",
        "x-ms-exchange-message-is-ndr",
    ] {
        if let Some(value) = facts.fields.first(name) {
            found.push((SenderKind::Bounce, Evidence::new(name, value)));
        }
    }
    found
}

/// A free-text bounce needs its form (sender or path of a machine) and its words, or a subject, a sentence and a code.
fn bounced_text(facts: &Facts<'_>, _: &Reader) -> Found {
    let daemon = daemon_sender(facts);
    let by_machine = daemon.is_some() || has_null_path(facts.fields);
    let subject = bounce::subject_reads_so(facts.subject)
        && !super::forward::subject_says_so(facts.subject)
        && !is_reply(facts.subject);
    let has_sentence = bounce::text_reads_so(facts.text);
    let is_bounce = (by_machine && (subject || has_sentence))
        || (subject && has_sentence && bounce::text_has_code(facts.text));
    let mut found = Vec::new();
    if is_bounce {
        if let Some(words) = daemon {
            found.push((SenderKind::Bounce, Evidence::new("From", &words)));
        }
        if subject {
            found.push((SenderKind::Bounce, Evidence::new("Subject", facts.subject)));
        }
        if has_sentence {
            found.push((SenderKind::Bounce, Evidence::new("body", facts.text)));
        }
    }
    found
}

fn is_reply(subject: &str) -> bool {
    let subject = subject.trim_start().to_ascii_lowercase();
    ["re:", "aw:", "sv:", "antw:"]
        .iter()
        .any(|prefix| subject.starts_with(prefix))
}

/// A sender that is a mail system: by its address, or by what stands in a From that holds none.
fn daemon_sender(facts: &Facts<'_>) -> Option<String> {
    let is_daemon = |local: &str| {
        // `post_master`, `Mailer.Daemon`: the name counts, not how it is broken up.
        let lower = local.to_ascii_lowercase();
        let name: String = lower.chars().filter(char::is_ascii_alphanumeric).collect();
        name.contains("mailerdaemon")
            || name.contains("maildaemon")
            || name.starts_with("postmaster")
            || matches!(name.as_str(), "mdaemon" | "mmdf" | "uucp")
            || name.starts_with("microsoftexchange")
            || lower.starts_with("bounce")
    };
    if let Some(from) = facts.from {
        return is_daemon(from.local_part()).then(|| from.as_str().to_owned());
    }
    let raw = facts.fields.first("from")?;
    let lower = raw.to_ascii_lowercase();
    [
        "mailer-daemon",
        "postmaster",
        "mail delivery",
        "mail-delivery",
        "mail system",
    ]
    .iter()
    .any(|name| lower.contains(name))
    .then(|| raw.to_owned())
}

/// The null return path (RFC 3834 section 2), wherever a server noted it.
fn has_null_path(fields: &Fields) -> bool {
    [
        "return-path",
        "x-envelope-from",
        "envelope-from",
        "x-original-return-path",
        "errors-to",
    ]
    .iter()
    .flat_map(|name| fields.all(name))
    .any(|value| {
        let value: String = value.chars().filter(|c| !c.is_whitespace()).collect();
        value == "<>"
            || value.eq_ignore_ascii_case("<mailer-daemon>")
            || value.to_ascii_lowercase().starts_with("<mailer-daemon@")
    })
}

fn automatic(facts: &Facts<'_>, _: &Reader) -> Found {
    let mut found = Vec::new();
    let mut see =
        |name: &str, value: &str| found.push((SenderKind::AutoReply, Evidence::new(name, value)));
    for field in facts.fields.iter() {
        let value = field.value.as_str();
        let lower = value.to_ascii_lowercase();
        let is_sign = match field.name.as_str() {
            "auto-submitted" => parse(value) == AutoSubmitted::Automatic,
            "precedence" | "x-precedence" => {
                let word = lower
                    .split([';', ' ', '('])
                    .next()
                    .unwrap_or_default()
                    .replace('_', "-");
                word == "auto-reply" || word == "autoreply"
            }
            "x-autoreply"
            | "x-autorespond"
            | "x-autoresponder"
            | "x-auto-reply"
            | "x-auto-response"
            | "x-autoreply-from"
            | "x-auto-reply-from"
            | "x-autogenerated"
            | "x-auto-generated"
            | "x-mail-autoreply"
            | "x-autorespond-from"
            | "x-away"
            | "x-vacation"
            | "x-out-of-office"
            | "x-opaysautoreply"
            | "x-fc-machinegenerated"
            | "x-cron-env"
            | "x-auto-submitted" => !matches!(lower.trim(), "no" | "false" | "0" | ""),
            "x-ms-exchange-generated-message-source" => lower.contains("agent"),
            "x-ms-exchange-inbox-rules-loop"
            | "x-loop"
            | "x-rt-loop-prevention"
            | "x-roundup-loop"
            | "x-otrs-loop"
            | "x-zammad-auto-response" => true,
            "x-postfix-sender" | "x-mailer" => {
                lower.contains("autoresponder") || lower.contains("vacation")
            }
            "delivered-to" => lower.trim() == "autoresponder" || lower.starts_with("autoresponder"),
            "preference" => lower.contains("auto_reply"),
            _ => false,
        };
        if is_sign {
            see(&field.name, value);
        }
    }
    for value in facts.content_types {
        if value.starts_with("message/disposition-notification")
            || value.starts_with("multipart/report")
        {
            see("Content-Type", value);
            break;
        }
    }
    if has_null_path(facts.fields) {
        see("Return-Path", "<>");
    }
    if let Some(words) = daemon_sender(facts) {
        see("From", &words);
    }
    found
}

/// Outlook's wish not to be answered by machines, in any of its values and any order; `None` is no wish.
fn suppresses_replies(fields: &Fields) -> Option<&str> {
    fields.all("x-auto-response-suppress").find(|value| {
        value
            .split([',', ';', ' '])
            .map(str::trim)
            .any(|word| !word.is_empty() && !word.eq_ignore_ascii_case("none"))
    })
}

fn list(facts: &Facts<'_>, _: &Reader) -> Found {
    let mut found = Vec::new();
    for name in [
        "list-id",
        "list-post",
        "mailing-list",
        "x-mailing-list",
        "x-mailman-version",
        "x-mlserver",
        "x-ml-name",
        "list-subscribe",
        "x-list",
        "x-listname",
        "list-archive",
        "list-help",
    ] {
        if let Some(value) = facts.fields.first(name) {
            found.push((SenderKind::List, Evidence::new(name, value)));
        }
    }
    for name in ["precedence", "x-precedence"] {
        for value in facts.fields.all(name) {
            if value.trim().to_ascii_lowercase().starts_with("list") {
                found.push((SenderKind::List, Evidence::new(name, value)));
            }
        }
    }
    found
}

fn bulk(facts: &Facts<'_>, _: &Reader) -> Found {
    let mut found = Vec::new();
    for name in ["precedence", "x-precedence"] {
        for value in facts.fields.all(name) {
            let value = value.trim().to_ascii_lowercase();
            if value.starts_with("bulk") || value.starts_with("junk") {
                found.push((SenderKind::Bulk, Evidence::new(name, &value)));
            }
        }
    }
    if let Some(value) = facts.fields.first("list-unsubscribe") {
        found.push((SenderKind::Bulk, Evidence::new("List-Unsubscribe", value)));
    }
    if let Some(from) = facts.from {
        let local: String = from
            .local_part()
            .to_ascii_lowercase()
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect();
        if [
            "noreply",
            "donotreply",
            "dontreply",
            "nepasrepondre",
            "nichtantworten",
            "noresponder",
            "noresponse",
            "nonrispondere",
            "keineantwort",
        ]
        .iter()
        .any(|name| local.starts_with(name) || local.ends_with(name))
        {
            found.push((SenderKind::Bulk, Evidence::new("From", from.as_str())));
        }
    }
    found
}

/// Two weak signals that agree: a vacation program's subject, and its words in the text.
fn vacation(facts: &Facts<'_>, _: &Reader) -> Found {
    let answers_something = facts
        .fields
        .first("in-reply-to")
        .is_some_and(|value| !value.is_empty());
    if is_reply(facts.subject) && !answers_something {
        return Vec::new();
    }
    if matches(&VACATION_SUBJECT, facts.subject)
        && matches(&VACATION_TEXT, super::bounds::beginning(facts.text, 4096))
    {
        return vec![
            (
                SenderKind::AutoReply,
                Evidence::new("Subject", facts.subject),
            ),
            (SenderKind::AutoReply, Evidence::new("body", facts.text)),
        ];
    }
    Vec::new()
}

/// The addresses that the server noted as recipients.
pub(super) fn envelope_recipients(fields: &Fields) -> Vec<Address> {
    let mut addresses: Vec<Address> = Vec::new();
    for name in [
        "delivered-to",
        "x-original-to",
        "envelope-to",
        "x-envelope-to",
    ] {
        for address in fields.all(name).flat_map(addresses_in) {
            if !addresses.contains(&address) && addresses.len() < super::bounds::ADDRESSES_MAX {
                addresses.push(address);
            }
        }
    }
    addresses
}
