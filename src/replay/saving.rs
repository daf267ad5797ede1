//! Tickets of an old mailbox as conversations for `handoffd test`: what customers wrote and people answered, with other names and numbers, and what
//! is decided on each mail today.
//!
//! Promise: what is saved was read back and played before, so it passes as long as nothing changes. Reads hostile input: what mails say becomes values
//! of TOML, written by its library.

use super::mailbox::{Author, Letter, OldMailbox};
use super::play::{Replayed, Turn};
use super::replaced::Replacements;
use crate::config::Problem;
use crate::gateway::Office;
use crate::mail::Mail;
use crate::rehearsal::{self, Conversation, PlayError, PlayedStep};
use crate::ticket::TicketId;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

/// So many tickets are saved where nobody chose.
const WORTH_A_LOOK_MAX: usize = 40;
/// A ticket's later mails are left out.
const STEPS_MAX: usize = 30;
/// In a conversation a mail comes a minute after the one before; from here on the time between is written down.
const WAIT_FROM: SignedDuration = SignedDuration::from_mins(5);

/// A conversation as a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// What the file is called.
    pub file_name: String,
    /// What stands in it.
    pub text: String,
}

/// Why a ticket cannot be saved.
#[derive(Debug, thiserror::Error)]
pub enum NotSaved {
    /// No mail of that name was gone through.
    #[error(
        "{0}: there is no mail of this name among those that were gone through; names stand in the table and in --json"
    )]
    NoSuchMail(String),
    /// What was written cannot be read back.
    #[error("ticket {ticket} cannot be written as a conversation: {why}")]
    NotReadable {
        /// Which.
        ticket: TicketId,
        /// The mistakes in what was written.
        why: String,
    },
    /// It could not be played.
    #[error("ticket {ticket} cannot be played: {why}")]
    NotPlayed {
        /// Which.
        ticket: TicketId,
        /// Why.
        why: PlayError,
    },
    /// Names and numbers cannot be recognised.
    #[error("names and numbers cannot be replaced: {0}")]
    Pattern(#[from] regex::Error),
    /// It is no TOML.
    #[error("ticket {ticket} cannot be written as TOML: {why}")]
    NotToml {
        /// Which.
        ticket: TicketId,
        /// Why.
        why: toml::ser::Error,
    },
}

#[derive(Serialize)]
struct FileForm {
    about: String,
    now: String,
    step: Vec<StepForm>,
}

#[derive(Default, Serialize)]
struct StepForm {
    #[serde(skip_serializing_if = "Option::is_none")]
    wait: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_to_all_of: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    sent_copy: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
}

/// The mails whose tickets are worth being kept where nobody says which: those that people answered otherwise, and those nearest to a threshold.
#[must_use]
pub fn worth_a_look(figures: &super::Figures) -> Vec<String> {
    let otherwise = (figures.articles.iter()).flat_map(|article| &article.people_said_else);
    let near = (figures.near_thresholds.iter()).flat_map(|near| &near.mails);
    let mut met = BTreeSet::new();
    let names = otherwise.chain(near).map(|mail| mail.name.clone());
    names
        .filter(|name| met.insert(name.clone()))
        .take(WORTH_A_LOOK_MAX)
        .collect()
}

/// The tickets of these mails, each once.
///
/// # Errors
/// A name that no mail has, or a ticket that cannot be written, read back or played.
pub fn conversations(
    chosen: &[String],
    replayed: &Replayed,
    mailbox: &OldMailbox,
    office: &Office,
) -> Result<Vec<Saved>, NotSaved> {
    let mut met = BTreeSet::new();
    let mut saved = Vec::new();
    for name in chosen {
        let turn = (replayed.turns.iter()).find(|turn| turn.name == *name);
        let ticket = turn.and_then(|turn| turn.ticket.as_ref().map(|ticket| (turn, ticket)));
        let (turn, ticket) = ticket.ok_or_else(|| NotSaved::NoSuchMail(name.clone()))?;
        if met.insert(ticket.clone()) {
            saved.push(conversation(turn, ticket, replayed, mailbox, office)?);
        }
    }
    Ok(saved)
}

fn conversation(
    turn: &Turn,
    ticket: &TicketId,
    replayed: &Replayed,
    mailbox: &OldMailbox,
    office: &Office,
) -> Result<Saved, NotSaved> {
    let places = replayed.tickets.get(ticket).map_or(&[][..], Vec::as_slice);
    let letters = places
        .iter()
        .filter_map(|place| mailbox.letters.get(*place));
    // They were read before: what could not be is no part of a ticket.
    let letters: Vec<(&Letter, Mail)> = letters
        .filter_map(|letter| Some((letter, office.read(&letter.content).ok()?)))
        .take(STEPS_MAX)
        .collect();
    let mut form = FileForm {
        about: format!("A ticket of the old mailbox: {}", turn.rule),
        now: beginning(
            letters.first().map_or(turn.at, |(letter, _)| letter.at),
            office,
        ),
        step: steps(&letters, office)?,
    };
    let file_name = format!("{}.toml", ticket.to_string().to_lowercase());
    let played = {
        let text = written(&form, ticket)?;
        let read = read_back(&file_name, &text, ticket)?;
        let played = rehearsal::play(&read, office);
        played
            .map_err(|why| NotSaved::NotPlayed {
                ticket: ticket.clone(),
                why,
            })?
            .steps
    };
    for (step, played) in form.step.iter_mut().zip(&played) {
        if step.from.is_some() && !step.sent_copy {
            step.decision = Some(played.decision.clone());
            step.rule = played.reason.as_ref().map(|(rule, _)| (*rule).to_owned());
        }
    }
    let before = (letters.iter())
        .filter_map(|(letter, _)| replayed.turns.iter().find(|turn| turn.name == letter.name));
    let text = format!("{}{}", head(before, &played), written(&form, ticket)?);
    let _ = read_back(&file_name, &text, ticket)?;
    Ok(Saved { file_name, text })
}

fn steps(letters: &[(&Letter, Mail)], office: &Office) -> Result<Vec<StepForm>, NotSaved> {
    let desk = &office.settings.support.address;
    let everyday = everyday(office);
    let mut replacements = Replacements::of(letters.iter().map(|(_, mail)| mail), desk, &everyday)?;
    let mut steps = Vec::new();
    let mut before: Option<Timestamp> = None;
    let mut customer = None;
    for (letter, mail) in letters {
        let since = before
            .replace(letter.at)
            .map(|before| letter.at.duration_since(before));
        if let Some(since) = since.filter(|since| *since >= WAIT_FROM) {
            steps.push(StepForm {
                wait: Some(span(since)),
                ..StepForm::default()
            });
        }
        let text = Some(replacements.text(mail.body.own_words().trim()));
        let attachments = (mail.attachments.iter().zip(1..))
            .map(|(attachment, number)| file_name(attachment.name.as_str(), number));
        let attachments = attachments.collect();
        let step = match &letter.by {
            Author::Outside => {
                let Some(from) = mail.from.as_ref() else {
                    continue;
                };
                customer = Some(replacements.address(from));
                StepForm {
                    from: Some(replacements.person(from)),
                    subject: Some(replacements.text(mail.subject.as_str())),
                    text,
                    attachments,
                    ..StepForm::default()
                }
            }
            Author::OurPeople(_) => StepForm {
                from: Some(desk.to_string()),
                text,
                attachments,
                reply_to_all_of: customer.clone(),
                sent_copy: true,
                ..StepForm::default()
            },
        };
        steps.push(step);
    }
    Ok(steps)
}

/// Words that are the desk's own, and no person's name: what it is called, its domain, its teams.
fn everyday(office: &Office) -> Vec<String> {
    let settings = &office.settings;
    let teams = settings.teams.iter().map(|team| team.name.0.as_str());
    let own = [
        settings.support.name.as_str(),
        settings.support.address.as_str(),
    ];
    let words = own
        .into_iter()
        .chain(teams)
        .flat_map(|text| text.split(|c: char| !c.is_alphabetic()));
    words.map(str::to_owned).collect()
}

/// A name that says nothing but what kind of file it is.
fn file_name(name: &str, number: usize) -> String {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    let is_plain = |extension: &&str| {
        (1..=5).contains(&extension.len())
            && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    match extension.filter(is_plain) {
        Some(extension) => format!("file{number}.{extension}"),
        None => format!("file{number}"),
    }
}

/// A length of time as conversations write it, the largest unit that says it well enough.
fn span(length: SignedDuration) -> String {
    let minutes = length.as_mins();
    match minutes {
        ..180 => format!("{minutes}m"),
        180..4_320 => format!("{}h", minutes / 60),
        _ => format!("{}d", minutes / 1_440),
    }
}

fn beginning(at: Timestamp, office: &Office) -> String {
    let zone = office
        .settings
        .teams
        .first()
        .map(|team| team.hours.time_zone.clone());
    at.to_zoned(zone.unwrap_or(TimeZone::UTC)).to_string()
}

fn written(form: &FileForm, ticket: &TicketId) -> Result<String, NotSaved> {
    toml::to_string_pretty(form).map_err(|why| NotSaved::NotToml {
        ticket: ticket.clone(),
        why,
    })
}

fn read_back(file_name: &str, text: &str, ticket: &TicketId) -> Result<Conversation, NotSaved> {
    rehearsal::read_text(Path::new(file_name), text).map_err(|problems| {
        let problems: Vec<String> = problems.iter().map(Problem::to_string).collect();
        NotSaved::NotReadable {
            ticket: ticket.clone(),
            why: problems.join("; "),
        }
    })
}

/// What stands above: what it is, and where the replaced mails are decided on otherwise than the real ones.
fn head<'a>(before: impl Iterator<Item = &'a Turn>, played: &[PlayedStep]) -> String {
    let mut head = String::from(
        "# Saved by `handoffd replay --save` with other names and numbers. Names of people who neither wrote nor got a mail are not recognised:\n\
         # read it before you show it to anybody. decision and rule are what is decided today: change them to what should be.\n",
    );
    let judged = played
        .iter()
        .filter(|step| step.ticket.is_some() && step.reason.is_some());
    for (turn, step) in before.zip(judged) {
        let rule = step.reason.as_ref().map_or("", |(rule, _)| *rule);
        if (turn.decision, turn.rule) != (step.decision.as_str(), rule) {
            let _ = writeln!(
                head,
                "# Step {} is decided on otherwise than the mail that it is made of: {} there ({}). A name, a number, or a mail left out made the difference.",
                step.number, turn.decision, turn.rule
            );
        }
    }
    head.push('\n');
    head
}

#[cfg(test)]
mod tests;
