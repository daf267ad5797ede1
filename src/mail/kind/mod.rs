//! Who is behind a mail, by its form, and may an automatic mail answer it? RFC 3834, and what mail systems do beside it.
//! A person is never taken for a machine on weak signals alone: that would be a customer without an answer. Reads hostile input.

mod auto_submitted;
mod list;
mod machine;
mod own;
mod reports;
mod vacation;

#[cfg(any(test, fuzzing))]
pub(super) use auto_submitted::{AutoSubmitted, parse as parse_auto_submitted};

pub(crate) use machine::is_for_machines;

use super::headers::{Fields, addresses_in};
use super::{Address, Evidence, KindProof, MessageId, Reader, SenderKind, bounds};

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
    pub(super) proof: KindProof,
    pub(super) evidence: Vec<Evidence>,
    pub(super) may_auto_reply: bool,
    /// Who filled in the form that this mail comes from.
    pub(super) form_writer: Option<Address>,
}

/// What a rule found: a kind and what shows it.
type Found = Vec<(SenderKind, Evidence)>;
type Rule = fn(&Facts<'_>, &Reader) -> Found;

/// The rules, the surest first: the first that finds something names the kind.
const RULES: [Rule; 8] = [
    own::own,
    reports::feedback_report,
    reports::delivery_report,
    reports::bounced_text,
    machine::automatic,
    list::list,
    list::bulk,
    vacation::vacation,
];

/// The most evidence that is kept of a mail.
const EVIDENCE_MAX: usize = 20;

/// Judges a mail.
pub(super) fn judge(facts: &Facts<'_>, reader: &Reader) -> Judged {
    let mut kind = SenderKind::Person;
    let mut evidence = Vec::new();
    for rule in RULES {
        let found = rule(facts, reader);
        if let Some((first, _)) = found.first()
            && kind == SenderKind::Person
        {
            kind = *first;
        }
        for (_, one) in found {
            // Several rules look at the same header.
            if !evidence.contains(&one) {
                evidence.push(one);
            }
        }
        if evidence.len() > EVIDENCE_MAX {
            break;
        }
    }
    let form_writer = machine::filled_form(facts, reader).filter(|_| kind == SenderKind::Person);
    let form_says = form_writer
        .as_ref()
        .map(|writer| Evidence::new("Reply-To", writer.as_str()));
    // Nothing automatic answers either, and a person sees both.
    let wishes = machine::asks_for_silence(facts);
    let proof = if kind == SenderKind::Person && form_writer.is_none() && !wishes.is_empty() {
        kind = SenderKind::AutoReply;
        KindProof::Suspected
    } else {
        KindProof::Shown
    };
    let may_auto_reply =
        kind == SenderKind::Person && facts.from.is_some() && form_writer.is_none();
    evidence.extend(form_says.into_iter().chain(wishes));
    evidence.truncate(EVIDENCE_MAX);
    Judged {
        form_writer,
        proof,
        may_auto_reply,
        kind,
        evidence,
    }
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
            if !addresses.contains(&address) && addresses.len() < bounds::ADDRESSES_MAX {
                addresses.push(address);
            }
        }
    }
    addresses
}
