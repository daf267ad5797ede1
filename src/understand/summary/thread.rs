//! Which messages make up a thread, as far as they are kept? What the ticket's events hold, and the new mail. Mails to staff are not part of it.

use super::{Author, Source, SourcePart};
use crate::compose::Purpose;
use crate::config::FactName;
use crate::mail::Mail;
use crate::ticket::{Event, Notice, ShownBy, Ticket};
use jiff::Timestamp;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// The most messages that are looked at: the first, and the newest.
const MESSAGES_MAX: usize = 24;

/// The mail that just came.
pub(crate) struct NewMail<'a> {
    /// The mail.
    pub(crate) mail: &'a Mail,
    /// Whose it is.
    pub(crate) author: Author,
    /// When it came.
    pub(crate) at: Timestamp,
}

/// A thread in the order in which it was written.
pub(super) struct Thread<'a> {
    pub(super) messages: Vec<Message<'a>>,
    /// Facts that the ticket knows.
    pub(super) known: BTreeSet<&'a FactName>,
    /// The time by which an answer is promised and still owed.
    pub(super) promise: Option<Timestamp>,
}

/// What a message is for, as far as a summary asks.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Act<'a> {
    /// Somebody outside wrote.
    Wrote,
    /// We answered.
    Answered,
    /// We asked for these details.
    Asked(&'a [FactName]),
    /// We told when a person answers.
    Noticed,
}

/// One message.
pub(super) struct Message<'a> {
    pub(super) author: Author,
    pub(super) act: Act<'a>,
    pub(super) at: Timestamp,
    /// From 1.
    pub(super) number: usize,
    /// Only where it is not that of an earlier message.
    pub(super) subject: &'a str,
    /// The own words that are kept of it: one text, or sentence by sentence.
    pub(super) texts: Vec<Cow<'a, str>>,
    /// What it quotes, without the marks of quoting; only where there is no ticket that holds it.
    pub(super) quoted: String,
}

impl Message<'_> {
    pub(super) const fn source(&self, part: SourcePart) -> Source {
        Source {
            author: self.author,
            at: self.at,
            message: self.number,
            part,
        }
    }
}

/// The thread of a mail.
pub(super) fn of<'a>(new: &NewMail<'a>, ticket: Option<&'a Ticket>) -> Thread<'a> {
    let mut messages = ticket.map(kept).unwrap_or_default();
    let is_first = messages.is_empty();
    messages.push(Message {
        author: new.author,
        act: Act::Wrote,
        at: new.at,
        number: 0,
        subject: if is_first {
            new.mail.subject.as_str()
        } else {
            ""
        },
        texts: vec![own_words(&new.mail.body.reply_text)],
        quoted: if is_first {
            without_quote_marks(&new.mail.body.quoted_text)
        } else {
            String::new()
        },
    });
    for (index, message) in messages.iter_mut().enumerate() {
        message.number = index + 1;
    }
    if messages.len() > MESSAGES_MAX {
        let newest = messages.split_off(messages.len() - (MESSAGES_MAX - 1));
        messages.truncate(1);
        messages.extend(newest);
    }
    let events = ticket.map(|ticket| ticket.events.iter());
    let known = events.into_iter().flatten();
    let known = known.filter_map(|timed| match &timed.event {
        Event::FactsFound { facts } => Some(facts.keys()),
        _ => None,
    });
    Thread {
        messages,
        known: known.flatten().collect(),
        promise: ticket.and_then(Ticket::open_promise),
    }
}

/// The messages that a ticket keeps.
fn kept(ticket: &Ticket) -> Vec<Message<'_>> {
    let mut messages: Vec<Message<'_>> = Vec::new();
    let mut asked: &[FactName] = &[];
    let mut notice: &str = "";
    for timed in &ticket.events {
        let mut add = |author, act, subject, texts| {
            messages.push(Message {
                author,
                act,
                at: timed.at,
                number: 0,
                subject,
                texts,
                quoted: String::new(),
            });
        };
        match &timed.event {
            Event::Opened { subject, mail, .. } => add(
                Author::Customer,
                Act::Wrote,
                subject.as_str(),
                vec![own_words(&mail.excerpt)],
            ),
            Event::CustomerWrote { mail } => add(
                Author::Customer,
                Act::Wrote,
                "",
                vec![own_words(&mail.excerpt)],
            ),
            Event::ThirdPartyWrote { mail, .. } => add(
                Author::SomebodyElse,
                Act::Wrote,
                "",
                vec![own_words(&mail.excerpt)],
            ),
            // What only bears an address of ours may be anybody's words.
            Event::WroteOutside {
                shown_by: ShownBy::SentFolder,
                mail,
                ..
            } => add(
                Author::Staff,
                Act::Answered,
                "",
                vec![own_words(&mail.excerpt)],
            ),
            Event::Asked { facts, .. } => asked = facts,
            Event::HandedOff {
                notice: Notice::Sent { text },
                ..
            } => notice = text,
            Event::Wrote { purpose, said, .. } => {
                let said = || {
                    said.iter()
                        .map(|text| Cow::Borrowed(text.as_str()))
                        .collect()
                };
                match purpose {
                    Purpose::Answer => add(Author::Machine, Act::Answered, "", said()),
                    Purpose::Question => add(Author::Machine, Act::Asked(asked), "", said()),
                    Purpose::Notice => {
                        add(
                            Author::Machine,
                            Act::Noticed,
                            "",
                            vec![Cow::Borrowed(notice)],
                        );
                    }
                    Purpose::StaffReply | Purpose::ApprovedAnswer => {
                        add(Author::Staff, Act::Answered, "", said());
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
    messages
}

/// The new text of a mail without the lines that only show what it answers. Where one stood, a paragraph ends: no sentence goes over it.
pub(super) fn own_words(new_text: &str) -> Cow<'_, str> {
    let is_context = |line: &str| line.trim_start().starts_with('>');
    if !new_text.lines().any(is_context) {
        return Cow::Borrowed(new_text);
    }
    let own = new_text.lines();
    let own: Vec<&str> = own
        .map(|line| if is_context(line) { "" } else { line })
        .collect();
    Cow::Owned(own.join("\n"))
}

fn without_quote_marks(quoted: &str) -> String {
    let bare: Vec<&str> = quoted
        .lines()
        .take(400)
        .map(|line| line.trim_start_matches(['>', ' ', '\t']))
        // `On Monday Ann wrote:`, `From: …`
        .filter(|line| !line.trim_end().ends_with(':') && !is_header(line))
        .collect();
    bare.join("\n")
}

/// `From: Ann`, `Gesendet: Montag`: one word and a colon at the beginning.
fn is_header(line: &str) -> bool {
    line.split_once(':').is_some_and(|(name, rest)| {
        !name.is_empty() && name.chars().all(char::is_alphabetic) && rest.starts_with(' ')
    })
}
