//! Step 1: what is ours, or nobody's: our own copies, bounces, robots, lists. An automatic answer to any of these makes a loop.

use super::sentence::Pattern;
use super::view::View;
use super::{Action, Match, Own, Rule, sentences};
use crate::desk::Sender;
use crate::mail::{BounceAction, KindProof, SenderKind};
use crate::ticket::Ticket;

/// The rules of this step, in order.
pub(super) const RULES: &[Rule] = &[own_copy, own, bounce, robot, list_or_bulk, no_sender];

/// Nothing leaves, nobody is told.
pub(super) const LEAVE: Action = Action::Leave {
    tell_of_bounce: None,
};

/// The copy to ourselves proves that a mail left. With another sender its Message-ID does not: the customer knows it and could use it again. Whoever
/// knows it and writes our address over it shows by that alone that it left: it holds a secret until then.
fn own_copy(view: &View<'_>) -> Vec<Match> {
    let mail = view.situation.mail;
    if mail.sender_kind != SenderKind::Own || view.situation.history.own != Own::Copy {
        return vec![];
    }
    let evidence = mail.message_id.as_ref().map(ToString::to_string);
    vec![Match::new(
        "own-copy",
        sentences::OWN_COPY,
        evidence.unwrap_or_default(),
        Action::NoteOwnCopy,
    )]
}

fn own(view: &View<'_>) -> Vec<Match> {
    let mail = view.situation.mail;
    if mail.sender_kind != SenderKind::Own || view.situation.history.own == Own::Copy {
        return vec![];
    }
    let is_colleague = matches!(view.situation.sender, Sender::Colleague { .. });
    // Our mark or another sign of a machine: that is how our own mails look. With nothing but our address it may be a form on our
    // web page that puts it there, or a colleague at the shared mailbox: somebody's words.
    let nothing_but_address = mail
        .sender_evidence
        .iter()
        .all(|evidence| evidence.place == "From");
    if nothing_but_address && is_colleague {
        // Somebody at the shared mailbox answered the customer: step 2 notes it.
        return vec![];
    }
    if nothing_but_address {
        return vec![Match::new(
            "own-address",
            sentences::OWN_ADDRESS,
            sender_evidence(view),
            Action::Quarantine,
        )];
    }
    vec![left(view, "own-mail", sentences::OWN_MAIL)]
}

fn bounce(view: &View<'_>) -> Vec<Match> {
    let mail = view.situation.mail;
    if mail.sender_kind != SenderKind::Bounce {
        return vec![];
    }
    let failed = mail
        .bounce
        .as_ref()
        .is_none_or(|bounce| bounce.action == BounceAction::Failed);
    let bounce = mail.bounce.as_ref();
    let lost = bounce.and_then(|bounce| bounce.original_message_id.as_ref());
    let lost_to = bounce.and_then(|bounce| bounce.recipient.as_ref());
    let is_known = |ticket: &Ticket| lost.is_some_and(|lost| ticket.knows_of_bounce(lost, lost_to));
    let to_tell = view.ticket().filter(|ticket| failed && !is_known(ticket));
    let tell_of_bounce = to_tell.map(|ticket| {
        view.team_in_ticket()
            .unwrap_or_else(|| view.existing_team(ticket.last_team()))
    });
    let sentence = match (view.ticket(), failed) {
        (None, _) => sentences::REPORT_OF_NOTHING_OURS,
        (Some(_), true) => sentences::DID_NOT_ARRIVE,
        (Some(_), false) => sentences::DELAYED_OR_ARRIVED,
    };
    let evidence = mail.bounce.as_ref().map(|bounce| {
        let recipient = bounce.recipient.as_ref().map(ToString::to_string);
        let status = bounce.status.clone().unwrap_or_default();
        format!(
            "{} {status} {}",
            bounce.action.as_str(),
            recipient.unwrap_or_default()
        )
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
    });
    vec![Match::new(
        "bounce",
        sentence,
        evidence.unwrap_or_else(|| sender_evidence(view)),
        Action::Leave { tell_of_bounce },
    )]
}

fn robot(view: &View<'_>) -> Vec<Match> {
    // It may be a customer: a person looks at it.
    if view.situation.mail.kind_proof == KindProof::Suspected {
        return vec![];
    }
    match view.situation.mail.sender_kind {
        SenderKind::AutoReply => vec![left(view, "auto-reply", sentences::AUTO_REPLY)],
        SenderKind::FeedbackReport => {
            vec![left(view, "feedback-report", sentences::FEEDBACK_REPORT)]
        }
        _ => vec![],
    }
}

/// Lists and bulk mail, unless they belong to a ticket: a customer or a member may write through a list, and those words must
/// reach a person. (Nothing automatic goes out for them either way: [`crate::mail::Mail::may_auto_reply`] is false.)
fn list_or_bulk(view: &View<'_>) -> Vec<Match> {
    let is_part_of_ticket =
        view.ticket().is_some() && !matches!(view.situation.sender, Sender::FalseStaff { .. });
    match view.situation.mail.sender_kind {
        _ if is_part_of_ticket => vec![],
        SenderKind::List => vec![left(view, "list", sentences::LIST)],
        SenderKind::Bulk => vec![left(view, "bulk", sentences::BULK)],
        _ => vec![],
    }
}

/// Nobody can be answered and nobody can be named as the customer; the admin looks at it.
fn no_sender(view: &View<'_>) -> Vec<Match> {
    if view.situation.mail.from.is_some() || view.ticket().is_some() {
        return vec![];
    }
    vec![Match::new(
        "no-sender",
        sentences::NO_SENDER,
        "",
        Action::Quarantine,
    )]
}

fn left(view: &View<'_>, rule: &'static str, sentence: Pattern<0>) -> Match {
    Match::new(rule, sentence, sender_evidence(view), LEAVE)
}

fn sender_evidence(view: &View<'_>) -> String {
    let evidence = view.situation.mail.sender_evidence.iter();
    evidence
        .map(|evidence| format!("{}: {}", evidence.place, evidence.words))
        .collect::<Vec<_>>()
        .join("; ")
}
