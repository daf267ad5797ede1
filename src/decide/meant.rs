//! What do the values that lookups gave mean for who gets a mail, and how soon (`[[lookup.policy]]`)? It only sends to a person, chooses the team
//! and makes it more urgent. Pure.

use super::Situation;
use crate::config::{Lookup, LookupPolicy, Settings, TeamName};
use crate::desk::{Sender, Trust};
use crate::lookup::Found;
use crate::mail::Mail;
use crate::understand::Urgency;

/// What a value means.
pub(super) struct Meant<'a> {
    pub(super) lookup: &'a Lookup,
    pub(super) policy: &'a LookupPolicy,
}

/// All that the values beside this mail mean, in the order of the settings.
pub(super) fn of<'a>(mail: &'a Mail, settings: &'a Settings) -> Vec<Meant<'a>> {
    let mut meant = Vec::new();
    for lookup in &settings.lookups {
        let said = mail.looked_up.iter().find(|one| one.lookup == lookup.name);
        let Some(said) = said else { continue };
        for policy in &lookup.policy {
            if let Some(value) = said.field(&policy.field)
                && policy.is.contains(&value.to_lowercase())
            {
                meant.push(Meant { lookup, policy });
            }
        }
    }
    meant
}

/// The lookup that could say that this mail goes to a person, and whose answer there is none of although it was asked.
pub(super) fn unanswered<'a>(mail: &Mail, settings: &'a Settings) -> Option<&'a Lookup> {
    let mut lookups = settings.lookups.iter();
    lookups.find(|lookup| {
        let said = mail.looked_up.iter().find(|one| one.lookup == lookup.name);
        let is_away = said.is_some_and(|said| matches!(said.found, Found::NotAvailable(_)));
        is_away && lookup.policy.iter().any(|policy| policy.hands_off)
    })
}

/// The team of the first that names one. The customer is told which team has their mail, so it must be shown who wrote: which team that is may tell
/// something about an account.
pub(super) fn team<'a>(situation: &Situation<'a>) -> Option<&'a TeamName> {
    let is_shown = matches!(
        situation.sender,
        Sender::Customer(Trust::Proven | Trust::Thread)
    );
    let meant = of(situation.mail, situation.settings).into_iter();
    meant
        .filter(|_| is_shown)
        .find_map(|meant| meant.policy.team.as_ref())
}

/// How urgent it is at least.
pub(super) fn urgency(situation: &Situation<'_>) -> Option<Urgency> {
    let meant = of(situation.mail, situation.settings).into_iter();
    meant.filter_map(|meant| meant.policy.urgency).max()
}
