//! Does anything forbid one more automatic mail here that no rule of deciding asks for: the brake, a limit, the sign of a loop? A person gets it all
//! the same, and reads why the customer heard nothing. Pure.

use super::sentence::Pattern;
use super::view::View;
use super::{History, Sentence, loops, sentences};
use crate::config::Limits;
use crate::ticket::Ticket;

/// What forbids it.
pub(super) struct HeldBack {
    /// The name of the rule: `brake`, `limit`, `loop`.
    pub(super) rule: &'static str,
    /// What it says.
    pub(super) sentence: Sentence,
}

/// What forbids an automatic mail to whoever wrote this mail; `None` where it may go.
pub(super) fn held_back(view: &View<'_>) -> Option<HeldBack> {
    let limits = &view.situation.settings.limits;
    let in_ticket = view.ticket().map_or(0, Ticket::automatic_mails);
    let of_ticket = (
        in_ticket,
        limits.automatic_per_ticket,
        sentences::LIMIT_IN_TICKET,
    );
    let history = view.situation.history;
    by_brake(history)
        .or_else(|| by_limit(of_ticket))
        .or_else(|| by_count(history, limits))
        .or_else(|| {
            loops::sign(view).map(|sentence| HeldBack {
                rule: "loop",
                sentence,
            })
        })
}

/// What forbids an automatic mail to whoever this history is about, whatever ticket it would be in.
pub(super) fn held_back_by_history(history: &History, limits: &Limits) -> Option<HeldBack> {
    by_brake(history).or_else(|| by_count(history, limits))
}

fn by_brake(history: &History) -> Option<HeldBack> {
    let pulled = history.brake.as_ref()?;
    Some(HeldBack {
        rule: "brake",
        sentence: pulled.why(),
    })
}

type Limit = (u32, u32, Pattern<2>);

fn by_count(history: &History, limits: &Limits) -> Option<HeldBack> {
    let counts: [Limit; 5] = [
        (
            history.automatic_to_sender_in_day,
            limits.automatic_per_sender_per_day,
            sentences::LIMIT_TO_ADDRESS,
        ),
        (
            history.automatic_to_domain_in_hour,
            limits.automatic_per_domain_per_hour,
            sentences::LIMIT_TO_DOMAIN,
        ),
        (
            history.automatic_to_domain_in_day,
            limits.automatic_per_domain_per_day,
            sentences::LIMIT_TO_DOMAIN_IN_DAY,
        ),
        (
            history.automatic_in_hour,
            limits.automatic_per_hour,
            sentences::LIMIT_TO_ALL,
        ),
        (
            history.automatic_in_day,
            limits.automatic_per_day,
            sentences::LIMIT_TO_ALL_IN_DAY,
        ),
    ];
    counts.into_iter().find_map(by_limit)
}

fn by_limit((count, limit, pattern): Limit) -> Option<HeldBack> {
    (count >= limit).then(|| HeldBack {
        rule: "limit",
        sentence: pattern.with([&count, &limit]),
    })
}
