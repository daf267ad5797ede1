//! Step 2: what staff ask for, and what only claims to be staff. An act that cannot be done, or that may be meant in two ways, is told to
//! the member and changes nothing: the customer must not get a command word as an answer, nor a draft that nobody approved.

use super::view::View;
use super::{Action, HandOff, Match, NoticePlan, Rule, hand_off};
use crate::compose::Purpose;
use crate::config::{IntentName, TeamName};
use crate::desk::{CommandWord, Sender, StaffAct, begins_with_word, read_act, words_above_packet};
use crate::learning::{self, Confirmed, Lesson};
use crate::mail::{Address, Extent, Mail, Protection};
use crate::ticket::{Draft, Event, Ticket};

/// The rules of this step, in order.
pub(super) const RULES: &[Rule] = &[false_staff, staff_forward, staff_act];

/// What staff write after `INTENT` where no article covers the request.
const NO_ARTICLE: [&str; 3] = ["none", "keines", "keins"];

/// So many names of articles are listed in a mail.
const NAMES_SHOWN_MAX: usize = 40;

/// The most words on a line that begins with `INTENT` and may still be meant as the command.
const NAME_LINE_MAX_WORDS: usize = 4;

/// The longest text that begins with `OK` and may still be a yes with a kind word, in words.
const APPROVAL_MAX_WORDS: usize = 6;

fn false_staff(view: &View<'_>) -> Vec<Match> {
    let Sender::FalseStaff { why } = view.situation.sender else {
        return vec![];
    };
    let from = view.situation.mail.from.as_ref();
    vec![Match::new(
        "false-staff",
        format!(
            "it claims to be from staff, but {why}; it changed nothing and reached no customer"
        ),
        from.map(ToString::to_string).unwrap_or_default(),
        Action::Quarantine,
    )]
}

/// Anybody can write a member's address: nothing reaches the one who is said to have written before the team says yes.
fn staff_forward(view: &View<'_>) -> Vec<Match> {
    let mail = view.situation.mail;
    let (Sender::StaffForward { team, member }, Some(original)) =
        (view.situation.sender, &mail.forwarded_from)
    else {
        return vec![];
    };
    vec![Match::new(
        "staff-forward",
        format!(
            "{member} (team {team}) forwarded a mail of {}; it waits for a yes",
            original.from
        ),
        original.subject.to_string(),
        Action::OfferTicket {
            team: team.clone(),
            member: member.clone(),
            original: original.clone(),
        },
    )]
}

fn staff_act(view: &View<'_>) -> Vec<Match> {
    let Sender::Staff { team, member } = view.situation.sender else {
        return vec![];
    };
    let Some(ticket) = view.ticket() else {
        return vec![Match::new(
            "staff-no-ticket",
            format!("{member} (team {team}) answers a ticket that is not known any more"),
            "",
            Action::Quarantine,
        )];
    };
    let plan = plan(view, ticket, team);
    let (rule, what) = match (&plan.impossible, &plan.act) {
        (Some(_), _) => (
            "staff-impossible",
            "asked for something that cannot be done",
        ),
        (None, StaffAct::Approve) => ("staff-approve", "approved the draft"),
        (None, StaffAct::Refuse { .. }) => ("staff-refuse", "refused the draft"),
        (None, StaffAct::Take) => ("staff-take", "took the ticket"),
        (None, StaffAct::GiveBack) => ("staff-back", "gave the ticket back to automation"),
        (None, StaffAct::Close) => ("staff-close", "closed the ticket"),
        (None, StaffAct::Note { .. }) => ("staff-note", "left a note"),
        (None, StaffAct::NameIntent { .. }) => ("staff-intent", "said what the customer wants"),
        (None, StaffAct::Reply { .. }) => ("staff-reply", "answered the customer"),
        (None, StaffAct::Nothing) => ("staff-nothing", "sent no words"),
    };
    let plan = plan.with_lesson(view, ticket, member);
    let sentence = match &plan.impossible {
        Some(why) => format!("{member} (team {team}) {what}: {why}"),
        None => format!("{member} (team {team}) {what}"),
    };
    let evidence = first_line(view);
    vec![Match::new(
        rule,
        sentence,
        evidence,
        plan.into_action(team, member),
    )]
}

/// What will be done of what was asked.
struct Plan {
    act: StaffAct,
    draft: Option<Draft>,
    impossible: Option<String>,
    hand_off: Option<HandOff>,
    /// What the member confirms by it; `None` where by nothing.
    confirmed: Option<Confirms>,
    lesson: Option<Lesson>,
}

/// What a member confirms.
enum Confirms {
    /// By name: an article, or none.
    Named(Option<IntentName>),
    /// The draft's article.
    Draft,
    /// That an answer by hand was needed.
    OwnAnswer,
}

impl Plan {
    fn simply(act: StaffAct) -> Self {
        Self {
            act,
            draft: None,
            impossible: None,
            hand_off: None,
            confirmed: None,
            lesson: None,
        }
    }

    /// With what is learned of it. What cannot be done teaches nothing.
    fn with_lesson(mut self, view: &View<'_>, ticket: &Ticket, member: &Address) -> Self {
        let confirmed = match (&self.confirmed, &self.draft) {
            _ if self.impossible.is_some() => None,
            (Some(Confirms::Named(intent)), _) => Some(Confirmed::Named(intent.as_ref())),
            (Some(Confirms::Draft), Some(draft)) => Some(Confirmed::Draft(&draft.article.intent)),
            (Some(Confirms::OwnAnswer), _) => Some(Confirmed::OwnAnswer),
            (Some(Confirms::Draft) | None, _) => None,
        };
        if let (Some(confirmed), Some(Ok(request))) = (confirmed, view.situation.request) {
            self.lesson = learning::lesson(confirmed, request, ticket, member, view.situation.now);
        }
        self
    }

    fn impossible(act: StaffAct, why: impl Into<String>) -> Self {
        Self {
            impossible: Some(why.into()),
            ..Self::simply(act)
        }
    }

    fn into_action(self, team: &TeamName, member: &Address) -> Action {
        Action::Staff {
            team: team.clone(),
            member: member.clone(),
            act: self.act,
            draft: self.draft,
            impossible: self.impossible,
            hand_off: self.hand_off,
            lesson: self.lesson,
        }
    }
}

fn plan(view: &View<'_>, ticket: &Ticket, team: &TeamName) -> Plan {
    let mail = view.situation.mail;
    if mail.extent == Extent::HeadersOnly {
        let why = "your mail is larger than the limit and was not read; send it again without large attachments";
        return Plan::impossible(StaffAct::Nothing, why);
    }
    if mail.protection == Protection::Encrypted {
        let why = "your mail is encrypted and cannot be read; send it again unencrypted";
        return Plan::impossible(StaffAct::Nothing, why);
    }
    let settings = view.situation.settings;
    let keep_signature = settings.team(team).is_some_and(|team| team.keep_signature);
    let act = read_act(mail, keep_signature);
    match &act {
        StaffAct::Approve => approve(view, ticket, team),
        StaffAct::Refuse { why } => refuse(view, ticket, team, why),
        StaffAct::Note { text } if text.is_empty() => {
            Plan::impossible(act, "the note is empty; write its text after the word NOTE")
        }
        StaffAct::Nothing => Plan::impossible(
            act,
            "no words of yours were found above the packet; write your answer above it",
        ),
        StaffAct::Reply { text } => match doubt(ticket, text) {
            Some(why) => Plan::impossible(act, why),
            None => Plan {
                confirmed: Some(Confirms::OwnAnswer),
                ..Plan::simply(act)
            },
        },
        StaffAct::NameIntent { name } => match named(view, name) {
            Ok(intent) => Plan {
                confirmed: Some(Confirms::Named(intent)),
                ..Plan::simply(act)
            },
            Err(why) => Plan::impossible(act, why),
        },
        StaffAct::Take | StaffAct::GiveBack | StaffAct::Close | StaffAct::Note { .. } => {
            Plan::simply(act)
        }
    }
}

fn approve(view: &View<'_>, ticket: &Ticket, team: &TeamName) -> Plan {
    match ticket.waiting_forward() {
        Some(asked) if asked == team => {
            return Plan {
                hand_off: Some(promise_after_yes(view, ticket, team)),
                ..Plan::simply(StaffAct::Approve)
            };
        }
        Some(asked) => {
            let why =
                format!("the forwarded mail waits for a yes of team {asked}, not of team {team}");
            return Plan::impossible(StaffAct::Approve, why);
        }
        None => {}
    }
    match ticket.waiting_draft() {
        Some(_) if answers_older_draft(view.situation.mail, ticket) => Plan::impossible(
            StaffAct::Approve,
            "a newer draft has taken the place of the one that you answered, and nothing was sent; read the newer one and reply OK \
             to that mail",
        ),
        Some(draft) if &draft.team == team => Plan {
            draft: Some(draft.clone()),
            confirmed: Some(Confirms::Draft),
            ..Plan::simply(StaffAct::Approve)
        },
        Some(draft) => Plan::impossible(
            StaffAct::Approve,
            format!(
                "the draft waits for a yes of team {}, not of team {team}",
                draft.team
            ),
        ),
        None => Plan::impossible(StaffAct::Approve, no_draft()),
    }
}

/// Whether a mail replies to a draft that a newer one has replaced: a yes to it is a yes to a text that nobody is shown any more.
fn answers_older_draft(mail: &Mail, ticket: &Ticket) -> bool {
    let drafts = ticket.events.iter().filter_map(|timed| match &timed.event {
        Event::Wrote {
            message_id,
            purpose: Purpose::DraftForApproval,
            ..
        } => Some(message_id),
        _ => None,
    });
    let newest = drafts.clone().next_back();
    let mut answered = mail.in_reply_to.iter();
    answered.any(|id| Some(id) != newest && drafts.clone().any(|draft| draft == id))
}

/// The article that a member names, `None` for "none of them"; or why nothing can be learned of it.
fn named(view: &View<'_>, name: &str) -> Result<Option<IntentName>, String> {
    let topics = &view.situation.knowledge.topics;
    let intent = IntentName(name.to_owned());
    let intent = if topics.contains_key(&intent) {
        Some(intent)
    } else if NO_ARTICLE.contains(&name) {
        None
    } else {
        let names: Vec<&str> = topics.keys().map(|name| name.0.as_str()).collect();
        let (shown, more) = match names.get(..NAMES_SHOWN_MAX) {
            Some(first) => (first, ", …"),
            None => (names.as_slice(), ""),
        };
        let what = if name.is_empty() {
            "the name of an article is missing after INTENT".to_owned()
        } else {
            // It goes into a mail: not more of it than a name may have.
            let name: String = name.chars().take(60).collect();
            format!("there is no article with the intent \"{name}\"")
        };
        return Err(format!(
            "{what}, so nothing was learned; reply with INTENT and one of {}{more}, or with INTENT none",
            shown.join(", ")
        ));
    };
    match view.situation.request {
        Some(Ok(_)) => Ok(intent),
        Some(Err(why)) => Err(format!("nothing was learned, because {why}")),
        None => Err("nothing was learned, because the ticket is not known".to_owned()),
    }
}

fn refuse(view: &View<'_>, ticket: &Ticket, team: &TeamName, why: &str) -> Plan {
    let act = StaffAct::Refuse {
        why: why.to_owned(),
    };
    if ticket.waiting_forward().is_some() {
        // "No, we do not ship to Norway." may be the answer to the customer, or the reason to drop their mail.
        return if why.is_empty() {
            Plan::simply(act)
        } else {
            let why = "it begins with NO and goes on, so nothing was sent or dropped; reply with NO alone to drop the forwarded \
                       mail, or with an answer to the customer that begins with another word";
            Plan::impossible(act, why)
        };
    }
    let Some(draft) = ticket.waiting_draft() else {
        // "No, we do not ship to Norway." is an answer where there is nothing to refuse; `NO` in capitals is the word.
        let words = words_above_packet(view.situation.mail);
        let first = words.split_whitespace().next().unwrap_or("");
        let is_shouted = first
            .trim_matches(|c: char| !c.is_alphanumeric())
            .to_uppercase()
            == first.trim_matches(|c: char| !c.is_alphanumeric());
        if why.is_empty() || is_shouted {
            return Plan::impossible(act, no_draft());
        }
        return Plan::simply(StaffAct::Reply { text: words });
    };
    // The customer waits still and has heard nothing yet: now they are told that a person answers.
    let hand_off = view
        .team_in_ticket()
        .is_none()
        .then(|| promise_after_yes(view, ticket, team));
    Plan {
        draft: Some(draft.clone()),
        hand_off,
        ..Plan::simply(act)
    }
}

/// A person takes over because a member said so.
fn promise_after_yes(view: &View<'_>, ticket: &Ticket, team: &TeamName) -> HandOff {
    HandOff {
        team: team.clone(),
        notice: notice_after_word(view, team),
        suggestion: None,
        facts: ticket.facts(),
        missing: vec![],
    }
}

/// The mail at hand is the member's: only what is known of the customer counts here.
fn notice_after_word(view: &View<'_>, team: &TeamName) -> NoticePlan {
    if hand_off::refused_before(view) {
        return NoticePlan::Withhold {
            why: "the customer has asked for no automatic mail (STOP)".to_owned(),
        };
    }
    if let Some(why) = hand_off::limit_reached(view) {
        return NoticePlan::Withhold { why };
    }
    hand_off::notice(view, team)
}

/// Why a reply may have been meant as a command; then the member is asked, rather than the customer surprised.
fn doubt(ticket: &Ticket, text: &str) -> Option<String> {
    let (word, has_own_line) = begins_with_word(text)?;
    match word {
        CommandWord::Approve
            if (ticket.waiting_draft().is_some() || ticket.waiting_forward().is_some())
                && (has_own_line || text.split_whitespace().count() <= APPROVAL_MAX_WORDS) =>
        {
            Some(
                "it begins with a yes and goes on, so neither the draft nor your text was sent; reply with OK alone to say yes, \
                 or with the whole answer without OK"
                    .to_owned(),
            )
        }
        CommandWord::Take | CommandWord::GiveBack | CommandWord::Close if has_own_line => Some(
            "it begins with a command and goes on, so nothing was sent or changed; reply with the word alone, and with the \
             answer to the customer in a mail of its own"
                .to_owned(),
        ),
        CommandWord::NameIntent if is_meant_as_name(text) => Some(
            "it begins with INTENT and goes on, so nothing was sent or learned; reply with INTENT and one name alone, and with the \
             answer to the customer in a mail of its own"
                .to_owned(),
        ),
        _ => None,
    }
}

/// Whether a longer text that begins with `INTENT` begins with the command: in capitals, or on a short line.
fn is_meant_as_name(text: &str) -> bool {
    let first_line = text.trim_start().lines().next().unwrap_or_default();
    let mut words = first_line.split_whitespace();
    let is_shouted = |word: &str| word == word.to_uppercase();
    words.next().is_some_and(is_shouted) || words.count() < NAME_LINE_MAX_WORDS
}

fn no_draft() -> String {
    "no draft waits in this ticket any more: it was answered, withdrawn because the customer wrote again, or never made"
        .to_owned()
}

/// What becomes of a mail of staff, or of false staff, when a part failed: nothing reaches a customer.
pub(super) fn on_failure(view: &View<'_>, why: &str) -> Option<Action> {
    match view.situation.sender {
        Sender::FalseStaff { .. } | Sender::StaffForward { .. } => Some(Action::Quarantine),
        Sender::Staff { .. } if view.ticket().is_none() => Some(Action::Quarantine),
        Sender::Staff { team, member } => {
            let why = format!("{why}; nothing was sent, please try again");
            Some(Plan::impossible(StaffAct::Nothing, why).into_action(team, member))
        }
        Sender::Customer(_) | Sender::ThirdParty => None,
    }
}

fn first_line(view: &View<'_>) -> String {
    let words = words_above_packet(view.situation.mail);
    words
        .lines()
        .find(|line| !line.trim().is_empty())
        .map(|line| line.trim().chars().take(120).collect())
        .unwrap_or_default()
}
