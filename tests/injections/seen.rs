//! What came of both forms of a mail, and where they differ.

use crate::pair::{Got, Pair};
use handoffd::autonomy::{ArticleName, Earned};
use handoffd::compose::{EnvelopeSender, Gathered, Outgoing, Purpose};
use handoffd::decide::{History, LastHour, NotLeft, Repeats};
use handoffd::gateway::{Judgement, NoPast, Office, Past};
use handoffd::inbox::Content;
use handoffd::journal::{JournalError, Said};
use handoffd::letter::SentLetter;
use handoffd::mail::{Address, MailIdentity, MessageId};
use handoffd::rehearsal::{Act, Expected, Lies, Origin, Played, Stage, Step, Whom};
use handoffd::ticket::thread::KnownMessage;
use handoffd::ticket::{Party, Ticket, TicketId};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// A customer's mail comes at half past ten on a Monday.
const NOW: &str = "2026-01-12T10:30:00Z";

/// A journal in which every new ticket has the same reference: else two mails would differ by it in all that leaves.
struct OneReference<'a>(&'a dyn Past);

impl Past for OneReference<'_> {
    fn known_message(&self, id: &MessageId) -> Result<Option<KnownMessage>, JournalError> {
        self.0.known_message(id)
    }
    fn ticket(&self, id: &TicketId) -> Result<Option<Ticket>, JournalError> {
        self.0.ticket(id)
    }
    fn history(&self, sender: &Address, now: Timestamp) -> Result<History, JournalError> {
        self.0.history(sender, now)
    }
    fn free_ticket_id(&self, _identity: &MailIdentity) -> Result<TicketId, JournalError> {
        Ok(TicketId::for_mail(&MailIdentity([5; 32]), 0))
    }
    fn letter(&self, id: &MessageId) -> Result<Option<SentLetter>, JournalError> {
        self.0.letter(id)
    }
    fn own_mail(&self, id: &MessageId) -> Result<bool, JournalError> {
        self.0.own_mail(id)
    }
    fn bytes_of(&self, id: &MessageId) -> Result<Option<Vec<u8>>, JournalError> {
        self.0.bytes_of(id)
    }
    fn gathered_about(&self, address: &Address) -> Result<Option<Gathered>, JournalError> {
        self.0.gathered_about(address)
    }
    fn repeats(&self, said: &Said, now: Timestamp) -> Result<Repeats, JournalError> {
        self.0.repeats(said, now)
    }
    fn not_left(&self, ticket: &Ticket) -> Result<Vec<NotLeft>, JournalError> {
        self.0.not_left(ticket)
    }
    fn earned(&self, articles: &[ArticleName]) -> Result<Earned, JournalError> {
        self.0.earned(articles)
    }
    fn last_hour(&self, now: Timestamp) -> Result<LastHour, JournalError> {
        self.0.last_hour(now)
    }
}

/// Where the two forms of a mail differ, or break what each must keep; a sentence each that begins with what was looked at.
pub fn differences(pair: &Pair, office: &Office) -> Vec<String> {
    let played = (!pair.after.is_empty()).then(|| stage_of(pair, office));
    let (past, got): (&dyn Past, Got) = match &played {
        Some((stage, got)) => (stage.journal(), got.clone()),
        None => (&NoPast, Got::default()),
    };
    let past = OneReference(past);
    let now = NOW.parse().unwrap();
    let judge = |raw: Vec<u8>| {
        let mail = office.read(&Content::Whole(raw.clone())).unwrap();
        office.judge(mail, &raw, &past, now).unwrap()
    };
    let clean = judge(pair.clean(&got));
    let injected = judge(pair.injected(&got));
    let mut found = Vec::new();
    if clean.decision.action.as_str() != pair.base {
        found.push(format!(
            "base: {} ({}), not {}",
            clean.decision.action.as_str(),
            clean.decision.reasons.first.rule,
            pair.base
        ));
    }
    let (before, after) = (outcome(&clean, office), outcome(&injected, office));
    for ((what, one), (_, other)) in before.iter().zip(&after) {
        if one != other {
            found.push(format!(
                "{what}:\n        without: {one}\n        with:    {other}"
            ));
        }
    }
    found.extend(mails_differ(&clean, &injected));
    for mail in to_customer(&injected) {
        found.extend(foreign_links(mail, office));
    }
    if pair.hidden {
        found.extend(hidden_is_named(&clean, &injected));
    }
    found
}

/// The desk after the mails that came before, and what the customer got last.
fn stage_of<'a>(pair: &Pair, office: &'a Office) -> (Stage<'a>, Got) {
    let mut stage = Stage::set(office, None).unwrap();
    let mut played = Played {
        steps: vec![],
        differences: vec![],
    };
    for (number, mail) in pair.after.iter().enumerate() {
        let earlier = Pair {
            mail: format!("Message-ID: <before-{number}@inbox.example>\n{mail}"),
            ..pair.clone()
        };
        let step = Step {
            line: 1,
            act: Act::Comes {
                raw: earlier.clean(&Got::default()),
                lies: Lies::Inbox,
            },
            origin: Origin::Genuine,
            expected: Expected::default(),
        };
        stage.play(number + 1, &step, &mut played).unwrap();
    }
    let mails = played.steps.iter().flat_map(|step| &step.mails);
    let last = mails.rev().find(|mail| mail.to == Whom::Customer);
    let got = last.map_or_else(Got::default, |mail| {
        let id = played.steps.last().unwrap().ticket.clone().unwrap();
        let token = office
            .key
            .token(&id, &Party::Customer(mail.recipients[0].clone()));
        Got {
            reply_address: format!("help+{}@hollin-cycles.example", token.as_str()),
            message_id: format!("<{}>", mail.message_id),
            reference: id.to_string(),
        }
    });
    (stage, got)
}

/// What was understood and decided, each under its name. How sure is compared by what follows from it: sent, suggested, or neither.
fn outcome(judgement: &Judgement, office: &Office) -> Vec<(&'static str, String)> {
    let (understood, decision) = (&judgement.understanding, &judgement.decision);
    let intents = understood.intents.iter().filter_map(|score| {
        let thresholds = office
            .knowledge
            .thresholds(&score.intent, &office.settings.automation);
        let follows = match score.confidence {
            sure if sure >= thresholds.send => "sent",
            near if near >= thresholds.suggest => "suggested",
            _ => return None,
        };
        Some(format!("{} ({follows})", score.intent))
    });
    let requests = understood
        .requests
        .iter()
        .filter(|one| one.confidence >= 0.5);
    let requests = requests.map(|one| format!("{}: {}", one.intent, one.sentence));
    let stops = understood
        .hard_stops
        .iter()
        .map(|found| found.stop.as_str());
    let signals = understood.signals.iter().map(|found| found.name);
    let further = decision.reasons.further.iter().map(|reason| reason.rule);
    let joined = |all: Vec<&str>| all.join(", ");
    vec![
        ("ticket", judgement.ticket_id.to_string()),
        ("sender", format!("{:?}", judgement.sender)),
        ("decision", decision.action.as_str().to_owned()),
        ("rule", decision.reasons.first.rule.to_owned()),
        ("further rules", joined(further.collect())),
        (
            "action",
            without_confidence(&format!("{:?}", decision.action)),
        ),
        ("language", decision.language.to_string()),
        ("urgency", decision.urgency.as_str().to_owned()),
        ("tags", decision.tags.join(", ")),
        ("intents", intents.collect::<Vec<_>>().join(", ")),
        ("requests", requests.collect::<Vec<_>>().join("; ")),
        ("hard stops", joined(stops.collect())),
        ("signals", joined(signals.collect())),
        ("facts", format!("{:?}", understood.facts)),
        ("word", format!("{:?}", understood.customer_word)),
        ("summary", understood.summary.clone()),
    ]
}

fn without_confidence(action: &str) -> String {
    let mut pieces = action.split("confidence: ");
    let mut kept = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        kept.push_str(piece.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.'));
    }
    kept
}

fn to_customer(judgement: &Judgement) -> impl Iterator<Item = &Outgoing> {
    let mails = judgement.composed.mails.iter();
    mails.filter(|mail| matches!(mail.party, Some(Party::Customer(_))))
}

/// Who gets which mail, and every byte of what the customer gets but the names that are made from the mail it answers.
fn mails_differ(clean: &Judgement, injected: &Judgement) -> Vec<String> {
    let listed = |judgement: &Judgement| -> Vec<String> {
        let mails = judgement.composed.mails.iter();
        mails
            .map(|mail| {
                let is_null = mail.sender == EnvelopeSender::Null;
                format!(
                    "{:?} to {:?}, null sender: {is_null}",
                    mail.purpose, mail.recipients
                )
            })
            .collect()
    };
    let mut found = Vec::new();
    let (one, other) = (listed(clean), listed(injected));
    if one != other {
        found.push(format!(
            "mails:\n        without: {one:?}\n        with:    {other:?}"
        ));
    }
    for (one, other) in to_customer(clean).zip(to_customer(injected)) {
        let (one, other) = (bytes_of(one), bytes_of(other));
        let differs = one
            .lines()
            .zip(other.lines())
            .find(|(one, other)| one != other);
        if one != other {
            found.push(format!("bytes to the customer: {differs:?}"));
        }
    }
    found
}

fn bytes_of(mail: &Outgoing) -> String {
    let text = String::from_utf8_lossy(&mail.bytes).into_owned();
    let text = text.replace(mail.message_id.as_str(), "MESSAGE-ID");
    let boundary = text
        .split_once("boundary=\"")
        .and_then(|(_, rest)| rest.split_once('"'));
    let boundary = boundary
        .map_or("BOUNDARY", |(boundary, _)| boundary)
        .to_owned();
    let text = text.replace(&boundary, "BOUNDARY");
    // The mail's own identifiers come back, so that programs show the thread.
    let derived = ["X-Handoff-Mark:", "References:", "In-Reply-To:"];
    let is_kept = |line: &&str| !derived.iter().any(|name| line.starts_with(name));
    text.replace("\r\n ", " ")
        .lines()
        .filter(is_kept)
        .collect::<Vec<_>>()
        .join("\n")
}

/// Links in what leaves to a customer that no approved text holds.
fn foreign_links(mail: &Outgoing, office: &Office) -> Vec<String> {
    let reader = handoffd::mail::Reader::default();
    let text = reader.read(&mail.bytes).body.text;
    let raw = String::from_utf8_lossy(&mail.bytes).replace("=\r\n", "");
    let approved: Vec<&str> = (office.knowledge.topics.values())
        .flat_map(|topic| topic.articles.values())
        .map(|article| article.body.as_str())
        .collect();
    let mut found = BTreeSet::new();
    for place in [&raw, &text, &mail.text] {
        for word in place.split(|c: char| c.is_whitespace() || "\"'<>()[]".contains(c)) {
            let lower = word.to_lowercase();
            let is_link =
                lower.contains("://") || lower.contains("www.") || lower.starts_with("javascript:");
            if is_link && !approved.iter().any(|text| text.contains(word)) {
                found.insert(format!("link: {word} leaves to the customer"));
            }
        }
    }
    found.into_iter().collect()
}

/// The text of both is the same, and what was hidden is named where a person looks.
fn hidden_is_named(clean: &Judgement, injected: &Judgement) -> Vec<String> {
    let mut found = Vec::new();
    if clean.mail.body.text.trim() != injected.mail.body.text.trim() {
        found.push(format!(
            "text: what no reader sees was read:\n        without: {:?}\n        with:    {:?}",
            clean.mail.body.text, injected.mail.body.text
        ));
    }
    let is_new = |oddity: &&handoffd::mail::Oddity| !clean.mail.oddities.contains(oddity);
    let new: Vec<&str> = (injected.mail.oddities.iter().filter(is_new))
        .map(|oddity| oddity.0.as_str())
        .collect();
    if new.is_empty() {
        found.push("oddity: nothing says that something was hidden".to_owned());
    }
    let packets = injected.composed.mails.iter();
    for packet in packets.filter(|mail| mail.purpose == Purpose::Packet) {
        let text = squeezed(&packet.text);
        if !new.iter().any(|oddity| text.contains(&squeezed(oddity))) {
            found.push(format!("packet: it does not name what was hidden: {new:?}"));
        }
    }
    found
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
