//! An article in shadow has no effect; what it would have said is held against what a person answered instead. Reads what any person may have typed.

use super::Office;
use crate::autonomy::awaits_comparison;
use crate::ticket::{ArticleReference, Event, Ticket};

/// What a ticket's story gains where a person's answer is the first one to a mail that an article in shadow would have answered.
pub(super) fn held_against(office: &Office, ticket: &Ticket, answer: &str) -> Option<Event> {
    if !office.settings.autonomy.is_on() {
        return None;
    }
    let intent = awaits_comparison(ticket)?;
    let language = ticket.language()?;
    let article = office.knowledge.article(intent, language)?;
    let says = office.said_by_articles().says(answer, Some(intent));
    let article = ArticleReference {
        intent: intent.clone(),
        language: language.clone(),
        revision: article.revision.clone(),
    };
    Some(Event::HeldAgainst {
        article,
        says_the_same: says.article.as_ref() == Some(intent),
        likeness_percent: percent(says.likeness),
    })
}

fn percent(share: f64) -> u8 {
    let steps = (1..=100_u8).take_while(|step| f64::from(*step) <= share * 100.0);
    steps.last().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_share_is_rounded_down_and_stays_within_a_hundred() {
        for (share, expected) in [
            (0.0, 0),
            (0.005, 0),
            (0.354, 35),
            (1.0, 100),
            (1.2, 100),
            (f64::NAN, 0),
        ] {
            assert_eq!(super::percent(share), expected, "{share}");
        }
    }
}
