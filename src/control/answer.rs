//! What is the answer to a question? Rows of JSON, made from the journal alone; the command line prints them for people.

use super::sought::{no_mail, no_reference, no_ticket};
use super::{Question, Step};
use super::{articles, autonomy, draft, lessons, letter, outbox, privacy, story, written};
use crate::autonomy::Act;
use crate::journal::{
    EarlierKeys, EffectFilter, EffectRecord, EffectState, Entry, Journal, JournalError,
};
use crate::mail::MessageId;
use crate::numbers::{Counting, Period};
use crate::outbox::Standing;
use crate::ticket::{Event, PromiseOutcome, Status, Ticket, TicketId, TimedEvent};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// So many tickets, effects or events are shown at most.
const ROWS_MAX: usize = 500;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// What was asked about does not exist, or cannot be done.
    #[error("{0}")]
    NotSo(String),
    /// The journal failed.
    #[error("{0}")]
    Failed(String),
}

impl From<JournalError> for Refusal {
    fn from(why: JournalError) -> Self {
        match why {
            JournalError::State(why) => Self::NotSo(why),
            other => Self::Failed(other.to_string()),
        }
    }
}

/// Answers a question from the journal.
///
/// # Errors
/// [`Refusal`]
pub fn answer(
    journal: &Journal,
    question: &Question,
    now: Timestamp,
) -> Result<Vec<Value>, Refusal> {
    answer_with(journal, &Standing::default(), question, now)
}

/// The answer of a running daemon, which knows how it stands with the servers.
pub(super) fn answer_with(
    journal: &Journal,
    standing: &Standing,
    question: &Question,
    now: Timestamp,
) -> Result<Vec<Value>, Refusal> {
    match question {
        Question::Status => status(journal, now),
        Question::Tickets => (journal.tickets(ROWS_MAX)?.iter())
            .map(|ticket| ticket_row(journal, ticket))
            .collect(),
        Question::Ticket { id } => {
            let ticket = find(journal, id)?;
            let mut rows = vec![ticket_row(journal, &ticket)?];
            let in_shadow = ticket.in_shadow();
            for (place, timed) in ticket.events.iter().enumerate() {
                let mut row = story::row(timed);
                let held_back = in_shadow.iter().find(|one| one.place == place);
                if let Some(row) = row.as_object_mut() {
                    held_back
                        .into_iter()
                        .for_each(|one| story::add_held_back(row, one));
                    written::add(row, timed, journal)?;
                }
                rows.push(row);
            }
            for filter in FILTERS {
                let effects = journal.effects(filter, ROWS_MAX)?;
                let of_ticket = |effect: &&EffectRecord| effect.ticket.as_ref() == Some(&ticket.id);
                for effect in effects.iter().filter(of_ticket) {
                    rows.push(outbox::row(journal, standing, effect, now)?);
                }
            }
            Ok(rows)
        }
        Question::Outbox => {
            let mut rows = Vec::new();
            for filter in FILTERS {
                for effect in &journal.effects(filter, ROWS_MAX)? {
                    rows.push(outbox::row(journal, standing, effect, now)?);
                }
            }
            Ok(rows)
        }
        Question::Drafts => Ok((journal.tickets(ROWS_MAX)?.iter())
            .filter_map(|ticket| match ticket.status() {
                Status::WaitsForApproval(_) => draft::row(ticket),
                _ => None,
            })
            .collect()),
        Question::Quarantine => {
            let aside = journal.set_aside(ROWS_MAX)?;
            let kept = journal.kept_aside(ROWS_MAX)?;
            let kept = kept.iter().map(|(id, timed)| {
                let mut row = with_ticket(story::row(timed), id);
                if let Some(row) = row.as_object_mut() {
                    row.insert("kind".to_owned(), json!("kept-aside"));
                }
                row
            });
            Ok(aside.iter().map(story::set_aside_row).chain(kept).collect())
        }
        Question::Journal => Ok(all_events(journal)?
            .iter()
            .rev()
            .take(ROWS_MAX)
            .rev()
            .map(|(id, timed)| with_ticket(story::row(timed), id))
            .collect()),
        Question::Verify => privacy::verify(journal),
        Question::Forget {
            address,
            now: at_once,
        } => privacy::forget(journal, address, *at_once, now),
        Question::Compact { new_chain } => privacy::compact(journal, *new_chain),
        Question::Numbers { days, zone } => figures(journal, *days, zone, now),
        Question::Articles { days, zone } => {
            let mut rows = articles::of(&figures(journal, *days, zone, now)?);
            articles::add_what_is_earned(&mut rows, autonomy::list(journal)?);
            Ok(rows)
        }
        Question::Letter { zone, language } => letter::of_journal(journal, (zone, language), now),
        // What is approved is written by who sends it.
        Question::Approve { .. } | Question::Refuse { .. } | Question::SendLetter => {
            Err(Refusal::Failed(
                "no daemon runs here; start handoffd first: mails are written by who sends them"
                    .to_owned(),
            ))
        }
        Question::Autonomy => autonomy::list(journal),
        Question::ChangeStage { article, step, who } => {
            let wanted = match step {
                Step::Advance => Act::Advance,
                Step::AdvanceAnyway => Act::AdvanceAnyway,
                Step::Back => Act::Back,
            };
            autonomy::change(journal, article, wanted, who, now)
        }
        Question::Learned => lessons::list(journal),
        Question::Unlearn { id } => lessons::forget(journal, id),
        Question::ChangeKey { forget_earlier } => {
            let earlier = match forget_earlier {
                true => EarlierKeys::Forgotten,
                false => EarlierKeys::Kept,
            };
            let epoch = journal.change_token_key(earlier, now)?;
            let mut rows = vec![json!({ "key": epoch, "earlier": match earlier {
                    EarlierKeys::Kept => "kept: what they made is still good",
                    EarlierKeys::Forgotten => "forgotten: what they made is worth nothing",
                } })];
            if earlier == EarlierKeys::Forgotten {
                let tickets = journal.tickets(ROWS_MAX)?;
                let open = tickets.iter().filter(|ticket| waits_for_people(ticket));
                rows.extend(open.map(|ticket| {
                    json!({
                        "ticket": ticket.id.to_string(),
                        "status": ticket.status().in_words(),
                        "now": "replies of staff to its packets are kept aside; the customer's next mail brings a new packet, until then \
                                answer from the support mailbox",
                    })
                }));
            }
            Ok(rows)
        }
        Question::Close { id } => {
            let ticket = find(journal, id)?;
            let closed = TimedEvent {
                at: now,
                cause: None,
                event: Event::Closed { member: None },
            };
            let entry = Entry {
                events: vec![(ticket.id.clone(), closed)],
                ..Entry::default()
            };
            journal.record(entry, now)?;
            Ok(vec![json!({ "closed": ticket.id.to_string() })])
        }
        Question::Resume => {
            if !journal.release_brake(now)? {
                return Err(Refusal::NotSo(
                    "automatic mail is not stopped: there is nothing to resume".to_owned(),
                ));
            }
            Ok(vec![json!({ "automatic_mail": AUTOMATIC_MAIL_GOES })])
        }
        Question::Retry { id } => retry(journal, id, now),
    }
}

/// So many replies that asked again are shown by name.
const ASKED_AGAIN_SHOWN_MAX: usize = 10;

const FILTERS: [EffectFilter; 3] = [
    EffectFilter::Waiting,
    EffectFilter::InDoubt,
    EffectFilter::GivenUp,
];

/// Whether people of ours have something to do about it.
fn waits_for_people(ticket: &Ticket) -> bool {
    match ticket.status() {
        Status::WaitsForApproval(_)
        | Status::ForwardWaits(_)
        | Status::WithPerson(_)
        | Status::NotDelivered(_) => true,
        Status::Open | Status::Answered | Status::WaitsForCustomer | Status::Closed => false,
    }
}

fn find(journal: &Journal, text: &str) -> Result<Ticket, Refusal> {
    let id = TicketId::parse(text).ok_or_else(no_reference)?;
    (journal.ticket(&id)?).ok_or_else(|| no_ticket(&id))
}

fn status(journal: &Journal, now: Timestamp) -> Result<Vec<Value>, Refusal> {
    let waiting = journal.effects(EffectFilter::Waiting, ROWS_MAX)?;
    let tickets = journal.tickets(ROWS_MAX)?;
    let hour = journal.last_hour(now)?;
    let troubles = journal.troubles()?;
    let failing = waiting.iter().filter(|effect| effect.attempts > 0).count();
    Ok(vec![json!({
        "at": now,
        "well": troubles.is_well(),
        "troubles": crate::gateway::trouble_rows(&troubles),
        "tickets": journal.count_tickets()?,
        "newest_ticket": journal.tickets(1)?.first().map(|ticket| ticket.id.to_string()),
        "mails_waiting": journal.count_effects(EffectFilter::Waiting)?,
        "mails_tried_in_vain": failing,
        "mails_in_doubt": journal.count_effects(EffectFilter::InDoubt)?,
        "mails_given_up": journal.count_effects(EffectFilter::GivenUp)?,
        "next_mail_due": journal.next_due()?,
        "automatic_mail": automatic_mail(journal, now)?,
        "automatic_mails_in_last_hour": hour.sent,
        "came_back_of_these": hour.returned,
        "learned_kept": journal.lessons()?.len(),
        "promises": promises(&tickets),
        "counted_of_what_went": privacy::counted(journal)?,
        "first_replies": first_replies(&tickets),
        "articles_that_have_earned_more": autonomy::have_earned_more(journal)?,
    })])
}

/// So many tickets are counted at most.
const COUNTED_MAX: usize = 200_000;

fn figures(
    journal: &Journal,
    days: u16,
    zone: &str,
    now: Timestamp,
) -> Result<Vec<Value>, Refusal> {
    let zone = TimeZone::get(zone)
        .map_err(|_| Refusal::NotSo(format!("{zone} is no time zone that is known here")))?;
    let period = Period::last_days(days, now, zone);
    let mut counting = Counting::new(period.clone(), now);
    let are_all =
        journal.each_ticket_opened_from(period.tickets_from(), COUNTED_MAX, |ticket| {
            counting.take_in(ticket);
        })?;
    if !are_all {
        return Err(Refusal::NotSo(format!(
            "{COUNTED_MAX} tickets or more have to do with so many days: ask for fewer"
        )));
    }
    Ok(crate::numbers::rows(&counting.numbers(), &period))
}

/// The word for automatic mail that nothing stops.
pub(crate) const AUTOMATIC_MAIL_GOES: &str = "goes";

/// Whether automatic mail goes, in words.
fn automatic_mail(journal: &Journal, now: Timestamp) -> Result<String, JournalError> {
    let Some(pulled) = journal.brake(now)? else {
        return Ok(AUTOMATIC_MAIL_GOES.to_owned());
    };
    let until = match pulled.until {
        Some(until) => format!("until {until}"),
        None => "until `handoffd resume`".to_owned(),
    };
    Ok(format!(
        "stopped since {} {until}: {}",
        pulled.at,
        pulled.why()
    ))
}

/// How often the first reply of a person asked for what the packet had given, in the newest tickets; the newest such replies by name.
fn first_replies(tickets: &[Ticket]) -> Value {
    let replies = |ticket: &'_ Ticket| ticket.first_replies().len();
    let mut asked_again = 0;
    let mut newest: Vec<Value> = Vec::new();
    for ticket in tickets {
        for reply in ticket.first_replies() {
            asked_again += usize::from(!reply.asked_again.is_empty());
            newest.extend(reply.asked_again.iter().map(|asked| {
                json!({
                    "ticket": ticket.id.to_string(),
                    "member": reply.member.to_string(),
                    "asked_for": asked.in_words(),
                    "sentence": asked.sentence,
                })
            }));
        }
    }
    newest.truncate(ASKED_AGAIN_SHOWN_MAX);
    json!({
        "counted": tickets.iter().map(replies).sum::<usize>(),
        "asked_again": asked_again,
        "newest": newest,
    })
}

/// What came of the times that customers were told, in the newest tickets.
fn promises(tickets: &[Ticket]) -> Value {
    let all: Vec<PromiseOutcome> = tickets
        .iter()
        .flat_map(Ticket::promises)
        .map(|promise| promise.outcome)
        .collect();
    let count = |outcome| all.iter().filter(|one| **one == outcome).count();
    json!({
        "open": count(PromiseOutcome::Open),
        "kept": count(PromiseOutcome::Kept),
        "broken": count(PromiseOutcome::Broken),
        "withdrawn": count(PromiseOutcome::Withdrawn),
    })
}

fn retry(journal: &Journal, text: &str, now: Timestamp) -> Result<Vec<Value>, Refusal> {
    let mut names = Vec::new();
    let mut rows = Vec::new();
    if let Some(ticket) = TicketId::parse(text) {
        for filter in [EffectFilter::Waiting, EffectFilter::GivenUp] {
            let effects = journal.effects(filter, ROWS_MAX)?;
            let of_ticket = effects
                .into_iter()
                .filter(|effect| effect.ticket.as_ref() == Some(&ticket));
            for effect in of_ticket {
                let id = effect.message_id;
                let is_given_up = matches!(effect.state, EffectState::GivenUp { .. });
                // Twice is worse than late: who has asked the customer may name it by itself.
                if is_given_up && journal.may_have_left(&id)? {
                    rows.push(json!({
                        "not_tried": id.to_string(),
                        "why": "it may have left; see whether it arrived, and if it did not, retry it by this name",
                    }));
                } else {
                    names.push(id);
                }
            }
        }
    } else {
        names.extend(MessageId::parse(text));
    }
    for name in names {
        if journal.retry(&name, now)? {
            rows.push(json!({ "due_now": name.to_string() }));
        }
    }
    if rows.is_empty() {
        return Err(no_mail());
    }
    Ok(rows)
}

fn all_events(journal: &Journal) -> Result<Vec<(TicketId, TimedEvent)>, JournalError> {
    let mut events: Vec<(TicketId, TimedEvent)> = Vec::new();
    for ticket in journal.tickets(ROWS_MAX)? {
        let id = ticket.id;
        events.extend(ticket.events.into_iter().map(|timed| (id.clone(), timed)));
    }
    events.sort_by_key(|(_, timed)| timed.at);
    Ok(events)
}

fn with_ticket(mut row: Value, id: &TicketId) -> Value {
    if let Some(row) = row.as_object_mut() {
        row.insert("ticket".to_owned(), json!(id.to_string()));
    }
    row
}

/// Where it stands, and whether our last word has left: what was only recorded is not said as if the customer had it.
fn status_words(journal: &Journal, ticket: &Ticket) -> Result<String, Refusal> {
    let status = ticket.status();
    let words = status.in_words();
    let mail = match ticket.last_to_be_read() {
        Some(mail) => journal.effect(mail)?,
        None => None,
    };
    if mail.is_none_or(|mail| mail.state.is_settled()) {
        return Ok(words);
    }
    Ok(match status {
        Status::Answered => "answer waits to be sent".to_owned(),
        Status::WaitsForCustomer => "question waits to be sent".to_owned(),
        Status::WithPerson(_) | Status::Closed => format!("{words}, the reply waits to be sent"),
        _ => words,
    })
}

fn ticket_row(journal: &Journal, ticket: &Ticket) -> Result<Value, Refusal> {
    let (mut customer, mut subject) = (String::new(), String::new());
    if let Some(Event::Opened {
        customer: who,
        subject: what,
        ..
    }) = ticket.events.first().map(|timed| &timed.event)
    {
        customer = who.to_string();
        subject = what.to_string();
    }
    let status = status_words(journal, ticket)?;
    Ok(json!({
        "ticket": ticket.id.to_string(),
        "status": status,
        "customer": customer,
        "subject": subject,
        "opened": ticket.events.first().map(|timed| timed.at),
        "last": ticket.events.last().map(|timed| timed.at),
        "asked_about_personal_data": ticket.privacy_request(),
        "answer_promised_by": ticket.open_promise(),
        "in_shadow": ticket.would_now().map(|would| would.in_words()),
        "team": ticket.last_team().map(|team| team.0.as_str()),
    }))
}
