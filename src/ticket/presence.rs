//! Has a person come into a ticket, and who may write to the customer next?

use super::{Event, ShownBy, Ticket};
use crate::config::TeamName;
use crate::mail::Mail;

/// Who may write to the customer next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// Automation may act.
    Automation,
    /// A person of this team is in: automation is silent. The name is empty where no event names a team (a member answered a
    /// report of delivery trouble, say): it is the default team's then.
    Person(TeamName),
}

impl Ticket {
    /// Who may write to the customer next. A person who came in stays in, also beyond `CLOSE`, until `BACK`: a customer who
    /// writes again after a person's answer gets that person's team, not a machine.
    #[must_use]
    pub fn holder(&self) -> Holder {
        let mut last_team: Option<&TeamName> = None;
        let mut is_with_person = false;
        for event in self.plain_events() {
            match event {
                Event::HandedOff { team, .. }
                | Event::PassedOn { team }
                | Event::Reassigned { team, .. }
                | Event::Forwarded { team, .. } => {
                    last_team = Some(team);
                    is_with_person = true;
                }
                Event::Drafted { draft } => last_team = Some(&draft.team),
                // A refused draft is followed by a hand-off; should that one be missing, silence of automation is the safe side.
                Event::Taken { .. } | Event::DraftRefused { .. } => is_with_person = true,
                // Where only an address shows who wrote, silence is all that follows; the team of before still has it.
                Event::WroteOutside { team, .. } => {
                    last_team.get_or_insert(team);
                    is_with_person = true;
                }
                event if event.brings_a_persons_words() => is_with_person = true,
                Event::GivenBack { .. } => is_with_person = false,
                _ => {}
            }
        }
        if is_with_person {
            let nobody = || TeamName(String::new());
            Holder::Person(last_team.cloned().unwrap_or_else(nobody))
        } else {
            Holder::Automation
        }
    }

    /// Whether a member took it (`TAKE`) and has not given it back.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        let last = self.plain_events().rev().find(|event| {
            matches!(
                event,
                Event::Taken { .. } | Event::GivenBack { .. } | Event::Reassigned { .. }
            )
        });
        matches!(last, Some(Event::Taken { .. }))
    }

    /// Whether a person has come in (an answer of theirs, through us or past us, or `TAKE`) and not given it back to automation.
    #[must_use]
    pub fn a_person_wrote(&self) -> bool {
        let last = self.plain_events().rev().find(|event| {
            matches!(
                event,
                Event::WroteOutside { .. } | Event::Taken { .. } | Event::GivenBack { .. }
            ) || event.brings_a_persons_words()
        });
        last.is_some_and(|event| !matches!(event, Event::GivenBack { .. }))
    }

    /// Whether a mail from an address of ours that nothing else shows to be of our people has silenced automation, and the ticket was
    /// not given back since: the team was told of it.
    #[must_use]
    pub fn was_silenced_by_an_address(&self) -> bool {
        let last = self.plain_events().rev().find(|event| {
            matches!(
                event,
                Event::WroteOutside {
                    shown_by: ShownBy::Address,
                    ..
                } | Event::GivenBack { .. }
            )
        });
        matches!(last, Some(Event::WroteOutside { .. }))
    }

    /// How a mail that one of our people wrote past us is known already; `None` where it is new. The same mail may come by two ways.
    #[must_use]
    pub fn knows_of_outside(&self, new: &Mail) -> Option<ShownBy> {
        let mut known = None;
        for event in self.plain_events() {
            if let Event::WroteOutside { shown_by, mail, .. } = event
                && known != Some(ShownBy::SentFolder)
                && (mail.identity == new.identity
                    || (new.message_id.is_some() && mail.message_id == new.message_id))
            {
                known = Some(*shown_by);
            }
        }
        known
    }
}

impl Event {
    /// Whether words that a member wrote went to the customer: an answer of their own, or a draft with their changes.
    #[must_use]
    pub const fn brings_a_persons_words(&self) -> bool {
        matches!(
            self,
            Self::StaffReplied { .. } | Self::DraftApproved { edit: Some(_), .. }
        )
    }
}
