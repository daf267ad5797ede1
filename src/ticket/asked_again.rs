//! Did a person ask the customer for what the packet had given them? What the team was given of a ticket, and how often its first
//! replies asked for it again (the re-ask rate).

use super::{AttachmentSummary, Event, MailSummary, Ticket};
use crate::config::FactName;
use crate::mail::Address;
use jiff::Timestamp;

/// The longest sentence of a reply that is kept, in characters.
const SENTENCE_MAX_CHARACTERS: usize = 200;

/// How the names of pictures end.
const PICTURE_ENDINGS: [&str; 8] = ["jpg", "jpeg", "png", "gif", "heic", "heif", "webp", "avif"];

/// What a packet gives the team, so that nobody need ask the customer for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// A detail that was found in the thread.
    Detail(FactName),
    /// A picture that came with a mail.
    Picture,
    /// A file that came with a mail.
    File,
    /// The customer's name.
    Name,
    /// What the customer wants: their own words.
    Request,
}

/// Something that the team was given, and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownToTeam {
    /// What.
    pub given: Given,
    /// Its value as the packet shows it: a number, a file name; empty for the request.
    pub value: String,
}

/// A sentence in which a member asked the customer for what the packet had given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedAgain {
    /// What was asked for, and what the packet had said.
    pub known: KnownToTeam,
    /// The member's sentence, at most 200 characters.
    pub sentence: String,
}

impl AskedAgain {
    /// A sentence that asks for what is known, cut where it is too long.
    #[must_use]
    pub fn new(known: KnownToTeam, sentence: &str) -> Self {
        Self {
            known,
            sentence: sentence.chars().take(SENTENCE_MAX_CHARACTERS).collect(),
        }
    }

    /// What was asked for, in words.
    #[must_use]
    pub fn in_words(&self) -> String {
        let value = &self.known.value;
        match &self.known.given {
            Given::Detail(name) => format!("{name}, which the packet gave as {value}"),
            Given::Picture => format!("a picture, and {value} was attached"),
            Given::File => format!("a file, and {value} was attached"),
            Given::Name => format!("the name, which the packet gave as {value}"),
            Given::Request => "the request, which the packet held in full".to_owned(),
        }
    }
}

/// A member's first reply after a packet, and what it asked for again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstReply<'a> {
    /// When.
    pub at: Timestamp,
    /// Who wrote it.
    pub member: &'a Address,
    /// Nothing, where it asked for nothing that was known.
    pub asked_again: Vec<&'a AskedAgain>,
}

/// Some mail programs send pictures as just any bytes.
fn is_picture(file: &AttachmentSummary) -> bool {
    let name = file.name.as_str().to_lowercase();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    file.media_type.starts_with("image/") || PICTURE_ENDINGS.contains(&ending)
}

impl Ticket {
    /// Whether the next words of a person to the customer are the first since the ticket came to the team.
    #[must_use]
    pub fn awaits_first_reply(&self) -> bool {
        let mut awaits = false;
        for event in self.plain_events() {
            match event {
                Event::HandedOff { .. } | Event::Drafted { .. } => awaits = true,
                Event::StaffReplied { .. }
                | Event::DraftApproved { .. }
                | Event::WroteOutside { .. } => awaits = false,
                _ => {}
            }
        }
        awaits
    }

    /// What the packets of this ticket gave the team.
    #[must_use]
    pub fn known_to_team(&self) -> Vec<KnownToTeam> {
        let details = self.facts().into_iter().map(|(name, value)| KnownToTeam {
            given: Given::Detail(name),
            value,
        });
        let mut known: Vec<KnownToTeam> = details.collect();
        let files = self.customer_mails().into_iter();
        for file in files.flat_map(|mail| mail.attachments.iter()) {
            known.push(KnownToTeam {
                given: if is_picture(file) {
                    Given::Picture
                } else {
                    Given::File
                },
                value: match file.name.as_str() {
                    "" => file.media_type.clone(),
                    name => name.to_owned(),
                },
            });
        }
        let name = self.customer().and_then(|customer| customer.name.as_ref());
        known.extend(name.map(|name| KnownToTeam {
            given: Given::Name,
            value: name.as_str().to_owned(),
        }));
        let says_something = |mail: &&MailSummary| !mail.excerpt.trim().is_empty();
        if self.customer_mails().iter().any(says_something) {
            known.push(KnownToTeam {
                given: Given::Request,
                value: String::new(),
            });
        }
        known
    }

    /// The first replies of people after each packet, oldest first.
    #[must_use]
    pub fn first_replies(&self) -> Vec<FirstReply<'_>> {
        let mut replies: Vec<FirstReply<'_>> = Vec::new();
        let mut awaits = false;
        for timed in &self.events {
            match &timed.event {
                Event::HandedOff { .. } | Event::Drafted { .. } => awaits = true,
                Event::DraftApproved { .. } | Event::WroteOutside { .. } => awaits = false,
                Event::StaffReplied { member } if awaits => {
                    awaits = false;
                    replies.push(FirstReply {
                        at: timed.at,
                        member,
                        asked_again: vec![],
                    });
                }
                // Recorded with the first reply alone, right after it.
                Event::AskedAgain { asked, .. } => {
                    if let Some(reply) = replies.last_mut() {
                        reply.asked_again.push(asked);
                    }
                }
                _ => {}
            }
        }
        replies
    }
}
