//! Goes through an old mailbox, mail by mail: each is handled as the daemon handles it, at its own time, with all that came before on record.

use super::mailbox::{Author, Letter, OldMailbox, RealAnswer};
use super::{Nearest, one_line};
use crate::config::IntentName;
use crate::decide::{Action, NoticePlan};
use crate::gateway::{Clerk, Handled, How, Office};
use crate::inbox::{Arrival, Cursor, Place};
use crate::journal::{AttemptOutcome, CopyProof, Journal, JournalError, RecordedEffect};
use crate::knowledge::likeness::{Articles, Says};
use crate::mail::MailIdentity;
use crate::rehearsal::TemporaryFolder;
use crate::ticket::TicketId;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// What a mail says is kept up to here, in characters: enough to put mails together, and to read what they are about.
const WORDS_MAX: usize = 250;
const SUBJECT_MAX: usize = 80;

/// The bytes of what would have left are forgotten after so many mails: a year of them does not fit into memory.
const FORGET_EVERY: u32 = 200;

/// What became of all mails.
#[derive(Debug, Default)]
pub struct Replayed {
    /// Mails of others that were judged, in the order of time.
    pub turns: Vec<Turn>,
    /// Answers of people that belong to one of them.
    pub real_answers: usize,
    /// Mails of people that answer none.
    pub other_mails_of_people: usize,
    /// The mails of each ticket, by their place in the mailbox.
    pub(super) tickets: BTreeMap<TicketId, Vec<usize>>,
}

/// A mail of somebody else, and what would have been done.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// By what a person finds it.
    pub name: String,
    /// When it came.
    pub at: Timestamp,
    /// Who wrote it.
    pub from: String,
    /// Its subject.
    pub subject: String,
    /// The beginning of what it says.
    pub words: String,
    /// What it asks, without greeting and signature: looked at only where a person gets it.
    pub asks: String,
    /// The decision by its word ([`Action::WORDS`]).
    pub decision: &'static str,
    /// Whether a person wrote whom something could be answered.
    pub is_a_customers: bool,
    /// The rule that decided.
    pub rule: &'static str,
    /// Its sentence.
    pub why: String,
    /// The article whose text would have been sent, proposed or suggested.
    pub article: Option<IntentName>,
    /// The article nearest to it.
    pub nearest: Option<Nearest>,
    /// The ticket that it belongs to, or would have opened.
    pub ticket: Option<TicketId>,
    /// By when an answer would have been promised.
    pub promised_by: Option<Timestamp>,
    /// What people really answered first.
    pub answer: Option<Answer>,
}

/// What people really answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// How long after the mail.
    pub after: SignedDuration,
    /// The article that says the same.
    pub article: Option<IntentName>,
    /// How much it has in common with the article that would have been used, 0 to 1.
    pub likeness: f64,
    /// How it begins.
    pub words: String,
}

impl Replayed {
    fn note_ticket(&mut self, ticket: Option<&TicketId>, place: usize) {
        if let Some(ticket) = ticket {
            self.tickets.entry(ticket.clone()).or_default().push(place);
        }
    }
}

impl Turn {
    /// Whether what people answered is what the nearest article says; `None` where that cannot be told.
    #[must_use]
    pub fn was_right(&self) -> Option<bool> {
        let (nearest, answer) = (self.nearest.as_ref()?, self.answer.as_ref()?);
        Some(answer.article.as_ref() == Some(&nearest.intent))
    }
}

/// Goes through all of it. `tell` is told after each mail how many are done.
///
/// # Errors
/// The journal in memory failed, or no folder could be made for its keys.
pub fn replay(
    mailbox: &OldMailbox,
    office: &Office,
    mut tell: impl FnMut(usize),
) -> Result<Replayed, JournalError> {
    let folder = TemporaryFolder::new().map_err(|why| JournalError::Store {
        path: std::env::temp_dir().display().to_string(),
        why: format!("no folder could be made in it: {why}"),
    })?;
    let journal = Journal::in_memory(folder.path());
    let clerk = Clerk::new(office, &journal);
    let articles = Articles::of(&office.knowledge);
    let mut replayed = Replayed::default();
    let mut judged: BTreeMap<MailIdentity, usize> = BTreeMap::new();
    for ((place, letter), number) in mailbox.letters.iter().enumerate().zip(1_u32..) {
        let arrival = arrival(letter, number);
        match &letter.by {
            Author::Outside => {
                let (turn, identity) = judge(&clerk, &journal, &arrival, letter)?;
                replayed.note_ticket(turn.ticket.as_ref(), place);
                if let Some(identity) = identity {
                    let _ = judged.insert(identity, replayed.turns.len());
                }
                replayed.turns.push(turn);
            }
            Author::OurPeople(real) => {
                let _ = clerk.note_sent(&arrival, None, letter.at)?;
                let answered = real.answers.and_then(|mail| judged.get(&mail));
                match answered.and_then(|turn| replayed.turns.get_mut(*turn)) {
                    Some(turn) => {
                        note_answer(turn, real, letter.at, &articles);
                        let ticket = turn.ticket.clone();
                        replayed.real_answers += 1;
                        replayed.note_ticket(ticket.as_ref(), place);
                    }
                    None => replayed.other_mails_of_people += 1,
                }
            }
        }
        if number % FORGET_EVERY == 0 {
            let _ = journal.forget_sent(Timestamp::MAX, usize::MAX)?;
        }
        tell(usize::try_from(number).unwrap_or(usize::MAX));
    }
    Ok(replayed)
}

fn arrival(letter: &Letter, number: u32) -> Arrival {
    Arrival {
        place: Place {
            uid_validity: 1,
            uid: number,
        },
        content: letter.content.clone(),
        was_handled: false,
        checked: None,
        looked_up: Vec::new(),
    }
}

/// What would have been done about it, and under which identity it is known.
fn judge(
    clerk: &Clerk<'_>,
    journal: &Journal,
    arrival: &Arrival,
    letter: &Letter,
) -> Result<(Turn, Option<MailIdentity>), JournalError> {
    let Place { uid_validity, uid } = arrival.place;
    let cursor = Cursor { uid_validity, uid };
    let Handled { how, effects, .. } = clerk.handle(arrival, cursor, letter.at)?;
    leave(journal, effects, letter.at)?;
    let mut turn = Turn {
        name: letter.name.clone(),
        at: letter.at,
        from: String::new(),
        subject: String::new(),
        words: String::new(),
        asks: String::new(),
        decision: "quarantine",
        is_a_customers: false,
        rule: "set-aside",
        why: String::new(),
        article: None,
        nearest: None,
        ticket: None,
        promised_by: None,
        answer: None,
    };
    match how {
        How::Judged {
            mail,
            understanding,
            decision,
            ticket,
            ..
        } => {
            turn.ticket = Some(ticket);
            let from = mail.from.as_ref().map(ToString::to_string);
            turn.from = one_line(&from.unwrap_or_default(), SUBJECT_MAX);
            turn.subject = one_line(mail.subject.as_str(), SUBJECT_MAX);
            turn.words = one_line(&mail.body.own_words(), WORDS_MAX);
            turn.decision = decision.action.as_str();
            turn.is_a_customers = mail.may_auto_reply;
            turn.rule = decision.reasons.first.rule;
            turn.why = decision.reasons.first.sentence.english().to_owned();
            turn.article = article_of(&decision.action);
            turn.promised_by = match &decision.action {
                Action::HandOff(hand_off) => match hand_off.notice {
                    NoticePlan::Tell { promised_by } => Some(promised_by),
                    NoticePlan::Withhold { .. } => None,
                },
                _ => None,
            };
            let office = clerk.office();
            if turn.decision == "handoff" {
                let asks = office.trained().understander.what_is_asked(&mail).join(" ");
                turn.asks = one_line(&asks, WORDS_MAX);
            }
            turn.nearest = understanding.intents.into_iter().next().map(|score| {
                let thresholds =
                    (office.knowledge).thresholds(&score.intent, &office.settings.automation);
                Nearest {
                    intent: score.intent,
                    confidence: score.confidence,
                    send_threshold: thresholds.send,
                    suggest_threshold: thresholds.suggest,
                }
            });
            Ok((turn, Some(mail.identity)))
        }
        How::MetAgain => {
            turn.rule = "met-again";
            turn.decision = "leave";
            Ok((turn, None))
        }
        How::SetAside { why } => {
            turn.why = one_line(&why, WORDS_MAX);
            Ok((turn, None))
        }
    }
}

fn article_of(action: &Action) -> Option<IntentName> {
    match action {
        Action::Answer { article, .. } => Some(article.intent.clone()),
        Action::Draft(draft) => Some(draft.article.intent.clone()),
        Action::Ask { intent, .. } => Some(intent.clone()),
        Action::HandOff(hand_off) => {
            (hand_off.suggestion.as_ref()).map(|article| article.intent.clone())
        }
        _ => None,
    }
}

/// What would have left counts as sent at once: what comes later knows of it.
fn leave(
    journal: &Journal,
    effects: Vec<RecordedEffect>,
    now: Timestamp,
) -> Result<(), JournalError> {
    for effect in effects {
        let attempt = journal.begin_attempt(effect, CopyProof::None, now)?;
        journal.settle(attempt, AttemptOutcome::Sent, now)?;
    }
    Ok(())
}

/// The first answer counts: what comes later belongs to what was said then.
fn note_answer(turn: &mut Turn, real: &RealAnswer, at: Timestamp, articles: &Articles) {
    if turn.answer.is_some() {
        return;
    }
    let nearest = turn.nearest.as_ref().map(|nearest| &nearest.intent);
    let expected = turn.article.as_ref().or(nearest);
    let Says { article, likeness } = articles.says(&real.words, expected);
    turn.answer = Some(Answer {
        after: at.duration_since(turn.at),
        article,
        likeness,
        words: one_line(&real.words, WORDS_MAX),
    });
}
