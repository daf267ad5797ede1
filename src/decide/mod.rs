//! What will be done, and why? A pure function of mail, history, settings, articles and `now`: ten steps, the first that
//! matches decides, every other that matched is a further reason (design, section 6).

pub(crate) mod answer;
mod brake;
mod crossed;
mod due;
mod explanation;
mod hand_off;
mod held_back;
mod leave;
mod legal_deadline;
mod loops;
mod meant;
mod not_left;
mod own_time;
mod policy;
mod repeated;
mod sentence;
mod sentences;
mod silence;
mod staff;
mod stops;
#[cfg(test)]
pub(crate) mod test_situation;
#[cfg(test)]
mod tests;
mod unsure;
mod view;
mod withdrawn;

pub use brake::{LastHour, Pulled, PulledBy, pull};
pub use crossed::is_same_matter;
pub use due::{Due, due};
pub use legal_deadline::legal_deadline;
pub use loops::{
    Fingerprint, Flood, Reaction, Repeats, fingerprint, flood, is_same_request, named_references,
    reaction,
};
pub use not_left::{NotLeft, Standing};
pub use own_time::own_time;
pub use sentence::Sentence;
pub use staff::{OnDraft, OperatorsWord, by_operator};
use view::View;

use crate::autonomy::Earned;
use crate::config::{FactName, IntentName, Language, Outcome, Settings, TeamName};
use crate::desk::{NotTheAdmin, Sender, StaffAct};
use crate::knowledge::Knowledge;
use crate::learning::{Lesson, NoLesson, Request};
use crate::letter::{LetterAnswer, SentLetter};
use crate::mail::{HeaderText, Mail, MessageId};
use crate::ticket::{ArticleReference, AskedAgain, Draft, Ticket, TicketId};
use crate::trust::Identity;
use crate::understand::{Understanding, Urgency};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// Everything that a decision may depend on.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// The mail.
    pub mail: &'a Mail,
    /// Who wrote it.
    pub sender: &'a Sender,
    /// How far it is shown that it came from where it says.
    pub identity: &'a Identity,
    /// The ticket it belongs to, as it stood before this mail; `None` where it opens one.
    pub ticket: Option<&'a Ticket>,
    /// The reference of that ticket, or of the one that it opens.
    pub ticket_id: &'a TicketId,
    /// What was understood.
    pub understanding: &'a Understanding,
    /// Where staff write into a ticket: the customer's request that it is about, or why it can teach nothing.
    pub request: Option<&'a Result<Request, NoLesson>>,
    /// What a person's first reply asks the customer for although the packet gave it.
    pub asked_again: &'a [AskedAgain],
    /// What happened before, outside the ticket.
    pub history: &'a History,
    /// The settings.
    pub settings: &'a Settings,
    /// The articles.
    pub knowledge: &'a Knowledge,
    /// The time.
    pub now: Timestamp,
}

/// What the journal knows beyond the ticket.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// The sender has said `STOP` and not taken it back.
    pub automation_refused: bool,
    /// Automatic mails to this address in the last 24 hours.
    pub automatic_to_sender_in_day: u32,
    /// Automatic mails to this domain in the last hour.
    pub automatic_to_domain_in_hour: u32,
    /// Automatic mails to this domain in the last 24 hours.
    pub automatic_to_domain_in_day: u32,
    /// Automatic mails to anybody in the last hour, counted from the last time that the brake was released.
    pub automatic_in_hour: u32,
    /// Automatic mails to anybody in the last 24 hours.
    pub automatic_in_day: u32,
    /// The brake on automatic mail, where it is pulled.
    pub brake: Option<Pulled>,
    /// How often the same came before.
    pub repeats: Repeats,
    /// How the mail hangs together with mails of ours.
    pub reaction: Reaction,
    /// Whether it is one too many of its kind.
    pub flood: Option<Flood>,
    /// Earlier tickets of the same address, newest first, at most five.
    pub earlier_tickets: Vec<EarlierTicket>,
    /// What the articles have earned that this mail may be about.
    pub earned: Earned,
    /// Mails of ours in the ticket that the customer cannot have read, because they have not left.
    pub not_left: Vec<NotLeft>,
    /// Whether the mail's Message-ID is one that the journal has sent.
    pub own: Own,
    /// The weekly letter that the mail answers, or why its answer does not count.
    pub answered_letter: Option<Result<AnsweredLetter, NotTheAdmin>>,
}

/// A weekly letter that a mail answers.
#[derive(Clone, Debug, PartialEq)]
pub struct AnsweredLetter {
    /// Which.
    pub letter: SentLetter,
    /// The admin who answers.
    pub by: crate::mail::Address,
}

/// Whether a mail bears the Message-ID of a mail that we sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Own {
    /// It does: where our mark is on it as well, it is the copy that went to ourselves.
    Copy,
    /// It does not.
    #[default]
    No,
}

/// An earlier ticket of the same customer, in one line.
#[derive(Clone, Debug, PartialEq)]
pub struct EarlierTicket {
    /// Its reference.
    pub id: TicketId,
    /// Its subject.
    pub subject: HeaderText,
    /// Where it stands, in words.
    pub status: String,
    /// When it was opened.
    pub opened_at: Timestamp,
}

/// One decision. All text that leaves is derived from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// What will be done.
    pub action: Action,
    /// Why.
    pub reasons: Reasons,
    /// How fast somebody must look at it.
    pub urgency: Urgency,
    /// The language of what the customer gets.
    pub language: Language,
    /// Tags from the article, set as IMAP keywords.
    pub tags: Vec<String>,
}

/// Why: never empty. The first decided; the others matched as well.
#[derive(Clone, Debug, PartialEq)]
pub struct Reasons {
    /// The rule that decided.
    pub first: Reason,
    /// Rules that matched as well.
    pub further: Vec<Reason>,
}

/// One reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// The rule's name, lower case with `-`: `hard-stop-legal`, `no-intent`, `sure`.
    pub rule: &'static str,
    /// A sentence that staff understand.
    pub sentence: Sentence,
    /// The words of the mail that show it; empty where none do.
    pub evidence: String,
}

/// What will be done.
#[derive(Clone, Debug, PartialEq)]
// There is one of these a mail: a box would save nothing and hide the form.
#[allow(clippy::large_enum_variant)]
pub enum Action {
    /// Nothing leaves. A bounce that belongs to a ticket is noted there, and a failed one told to its team.
    Leave {
        /// The team that is told that a mail of ours did not arrive.
        tell_of_bounce: Option<TeamName>,
    },
    /// Our own copy came back: the proof that a mail left.
    NoteOwnCopy,
    /// The mail says `STOP` and nothing else: it is noted and confirmed once, and nothing automatic follows it.
    ConfirmStop,
    /// The customer asked by a word how their request stands, or why it was answered like that: they are told, and nothing else changes.
    Tell(Asked),
    /// Send the approved text.
    Answer {
        /// Which text.
        article: ArticleReference,
        /// How sure.
        confidence: f64,
        /// The facts that the text uses and that it was decided on.
        facts: BTreeMap<FactName, String>,
        /// The approved text with the facts filled in.
        text: String,
    },
    /// Ask for what is missing, once, all in one mail.
    Ask {
        /// For which article.
        intent: IntentName,
        /// What is missing.
        missing: Vec<FactName>,
    },
    /// Show a proposed answer to a team.
    Draft(Draft),
    /// A person takes over.
    HandOff(HandOff),
    /// A person is in already: the customer's words go to the team, nothing to the customer.
    PassOn {
        /// The team.
        team: TeamName,
    },
    /// A member forwarded a customer's mail: the team is asked whether it shall become a ticket. Nothing reaches the customer.
    OfferTicket {
        /// The team that is asked.
        team: TeamName,
        /// Whose address the forward came from.
        member: crate::mail::Address,
        /// Who wrote originally, and what.
        original: crate::mail::Forwarded,
    },
    /// One mail too many of its kind: it is kept in the ticket of the others.
    Collect {
        /// The team of that ticket.
        team: TeamName,
        /// Whether the team is told of this one.
        tells_team: bool,
    },
    /// The customer wrote again before they saw our answer or question to the same: it is kept in the ticket, and nothing is sent twice.
    NoteCrossed,
    /// The customer thanks for an answer, and nothing is open: it helped, and the ticket is done.
    NoteConfirmed,
    /// One of our people wrote to the customer past us: it is noted, and automation is silent from here.
    NoteColleague {
        /// The address that the mail bears.
        from: crate::mail::Address,
        /// The team that has to do with it from here.
        team: TeamName,
        /// Whether that team is told, because only the address shows who wrote.
        tells_team: bool,
    },
    /// What a team member asked for.
    Staff {
        /// Which team.
        team: TeamName,
        /// Who.
        member: crate::mail::Address,
        /// What.
        act: StaffAct,
        /// What it does to the draft that waits.
        draft: Option<OnDraft>,
        /// Set where the act cannot be done (`OK` without a draft): told to the member, nothing else happens.
        impossible: Option<Sentence>,
        /// Set where the customer must now be told that a person answers (after `NO`).
        hand_off: Option<HandOff>,
        /// What is learned of it.
        lesson: Option<Lesson>,
        /// What the time or the team that the word names comes to (`LATER`, `TEAM`).
        meant: Option<Meant>,
    },
    /// The admin answered a weekly letter: it is noted, and carried out by who writes letters.
    AnswerLetter {
        /// Which.
        letter: MessageId,
        /// What it says.
        answer: LetterAnswer,
    },
    /// Kept aside, and the admin told.
    Quarantine,
}

/// What a customer asked for by a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// `STATUS`: how the request stands.
    Status,
    /// `WHY`: which text was chosen, and which of their words decided.
    Why,
    /// One of the two, where nothing shows which request is meant, or whose: how to ask so that we know.
    Unknown,
}

/// What a member's word comes to that names a time or a team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meant {
    /// The team is reminded then.
    Until(Timestamp),
    /// That team has the ticket from here.
    Team(TeamName),
}

/// A person takes over.
#[derive(Clone, Debug, PartialEq)]
pub struct HandOff {
    /// Which team.
    pub team: TeamName,
    /// Whether the customer is told, and by when an answer is promised.
    pub notice: NoticePlan,
    /// The nearest approved answer, as a suggestion to staff.
    pub suggestion: Option<ArticleReference>,
    /// Facts known so far.
    pub facts: BTreeMap<FactName, String>,
    /// Facts that the nearest article needs and nobody has given.
    pub missing: Vec<FactName>,
}

/// Whether the customer is told about a hand-off.
#[derive(Clone, Debug, PartialEq)]
pub enum NoticePlan {
    /// Yes, and an answer is promised by then.
    Tell {
        /// The promise.
        promised_by: Timestamp,
    },
    /// No, for this reason.
    Withhold {
        /// As a sentence.
        why: Sentence,
    },
}

impl Action {
    /// Every word of [`Self::as_str`].
    pub const WORDS: [&'static str; 7] = [
        "answer",
        "ask",
        "draft",
        "handoff",
        "leave",
        "relay",
        "quarantine",
    ];

    /// The word for it in JSON (contract.md).
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Leave { .. }
            | Self::NoteOwnCopy
            | Self::ConfirmStop
            | Self::NoteCrossed
            | Self::NoteConfirmed
            | Self::NoteColleague { .. } => "leave",
            Self::Answer { .. } | Self::Tell(_) => "answer",
            Self::Ask { .. } => "ask",
            Self::Draft(_) | Self::OfferTicket { .. } => "draft",
            Self::HandOff(_) => "handoff",
            Self::PassOn { .. }
            | Self::Collect { .. }
            | Self::Staff { .. }
            | Self::AnswerLetter { .. } => "relay",
            Self::Quarantine => "quarantine",
        }
    }

    /// What becomes of the mail on the server.
    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        match self {
            Self::Leave { .. }
            | Self::ConfirmStop
            | Self::NoteCrossed
            | Self::NoteConfirmed
            | Self::NoteColleague { .. } => Outcome::Left,
            Self::NoteOwnCopy => Outcome::OwnCopy,
            Self::Answer { .. } | Self::Tell(_) => Outcome::Answered,
            Self::Ask { .. } => Outcome::Asked,
            Self::Draft(_) | Self::OfferTicket { .. } => Outcome::Drafted,
            Self::HandOff(_) => Outcome::HandedOff,
            Self::PassOn { .. }
            | Self::Collect { .. }
            | Self::Staff { .. }
            | Self::AnswerLetter { .. } => Outcome::Relayed,
            Self::Quarantine => Outcome::Quarantined,
        }
    }
}

/// One rule of the ten steps: its look at the situation, and what it found.
type Rule = fn(&View<'_>) -> Vec<Match>;

/// A rule that matched: why, and what it would do if it were the first.
struct Match {
    reason: Reason,
    action: Action,
}

impl Match {
    fn new(
        rule: &'static str,
        sentence: impl Into<Sentence>,
        evidence: impl Into<String>,
        action: Action,
    ) -> Self {
        Self {
            reason: Reason {
                rule,
                sentence: sentence.into(),
                evidence: evidence.into(),
            },
            action,
        }
    }
}

/// Decides.
#[must_use]
pub fn decide(situation: &Situation<'_>) -> Decision {
    let view = View::of(situation);
    // Steps 1 and 2 are about mails that no customer wrote: what the later steps ask of a text means nothing there.
    let mut matches = collect(&view, leave::RULES);
    if matches.is_empty() {
        matches = collect(&view, staff::RULES);
    }
    if matches.is_empty() {
        for step in [
            loops::RULES,
            silence::RULES,
            stops::RULES,
            policy::RULES,
            repeated::RULES,
            unsure::RULES,
        ] {
            matches.extend(collect(&view, step));
        }
    }
    if matches.is_empty() {
        let crossed = crossed::crossed(&view);
        let said = crossed.or_else(|| not_left::waits(&view));
        let in_shadow = said.or_else(|| answer::in_shadow(&view));
        let missing = in_shadow.or_else(|| answer::missing(&view));
        matches.push(missing.unwrap_or_else(|| answer::answer_or_draft(&view)));
    }
    let mut matches = matches.into_iter();
    let Some(first) = matches.next() else {
        return on_failure("no rule matched", situation);
    };
    let further = matches.map(|found| found.reason);
    let further = further
        .chain(withdrawn::draft(&view, &first.action))
        .collect();
    view.decision(first.action, first.reason, further)
}

/// It goes to a person, for this reason.
fn to_person(
    view: &View<'_>,
    rule: &'static str,
    sentence: impl Into<Sentence>,
    evidence: impl Into<String>,
) -> Vec<Match> {
    vec![Match::new(rule, sentence, evidence, view.to_person(None))]
}

fn collect(view: &View<'_>, rules: &[Rule]) -> Vec<Match> {
    rules.iter().flat_map(|rule| rule(view)).collect()
}

/// What becomes of a mail when a part of us failed (a panic, a template, the classifier): a person gets it. `why` is what failed, as
/// it may stand in a sentence for staff.
#[must_use]
pub fn on_failure(why: &str, situation: &Situation<'_>) -> Decision {
    let view = View::of(situation);
    let sentence = sentences::FAILURE.with([&why]);
    if let Some(first) = collect(&view, leave::RULES).into_iter().next() {
        let failed = Reason {
            rule: "failure",
            sentence,
            evidence: String::new(),
        };
        return view.decision(first.action, first.reason, vec![failed]);
    }
    let action = staff::on_failure(&view, &sentence).unwrap_or_else(|| view.to_person(None));
    let reason = Reason {
        rule: "failure",
        sentence,
        evidence: String::new(),
    };
    view.decision(action, reason, vec![])
}
