//! Who wrote a mail, as far as it is shown? Staff only with the packet's token *and* a member's address: the token alone may have
//! been forwarded, the address alone can be written by anybody. Reads hostile input. Pure.

use super::not_shown::NotShown;
use crate::config::{Settings, StaffProof, TeamName};
use crate::mail::{Address, Authorship, Mail};
use crate::ticket::thread::{Placement, Proof, goes_to_customer};
use crate::ticket::{Party, Ticket};
use crate::trust::Identity;

/// Who wrote a mail, as far as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub enum Sender {
    /// The ticket's customer, or somebody who writes for the first time.
    Customer(Trust),
    /// Somebody else who writes into a ticket.
    ThirdParty,
    /// A member of a team, shown by the packet's token and the member's address together.
    Staff {
        /// The team whose token it is.
        team: TeamName,
        /// The member.
        member: Address,
    },
    /// A member forwards a mail that a customer wrote to them. The address alone shows nobody, so it counts only once the
    /// team has said yes.
    StaffForward {
        /// The member's team.
        team: TeamName,
        /// The address that it comes from.
        member: Address,
    },
    /// Bears an address of ours and goes to the ticket's customer, in the ticket's thread: one of our people answered with their own mail
    /// program, and we were in Cc. The address alone shows nobody, so all that may follow is silence.
    Colleague {
        /// The address.
        from: Address,
        /// Their team; the default one where it is the support address itself.
        team: TeamName,
    },
    /// Claims to be staff without both: changes nothing, reaches no customer.
    FalseStaff {
        /// What is missing.
        why: NotShown,
    },
}

/// How far a customer's identity is shown (design, section 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trust {
    /// A token that belongs to someone else, or a look-alike.
    Contradicted,
    /// Nothing shows it.
    Claimed,
    /// Holds an unguessable token of this ticket.
    Thread,
    /// Shown by DMARC.
    Proven,
}

/// Who wrote this mail, of which so much is shown?
#[must_use]
pub fn who_wrote(
    mail: &Mail,
    identity: &Identity,
    placement: &Placement,
    ticket: Option<&Ticket>,
    settings: &Settings,
) -> Sender {
    let Some(from) = mail.from.as_ref().map(|from| &from.address) else {
        return without_sender(placement);
    };
    if let Placement::Existing(_, Proof::Holds(Party::Staff(team))) = placement {
        return with_staff_proof(mail, identity, from, team, settings);
    }
    if let Placement::Existing(_, Proof::Holds(Party::Customer(holder))) = placement
        && holder.is_same_as(from)
        && is_customer(ticket, from)
    {
        return Sender::Customer(trust(identity, Trust::Thread));
    }
    if *placement == Placement::New
        && !identity.is_contradicted()
        && let Some(forward) = staff_forward(mail, from, settings)
    {
        return forward;
    }
    if !identity.is_contradicted()
        && let Some(colleague) = colleague(mail, from, placement, ticket, settings)
    {
        return colleague;
    }
    // A form that names one of us as the customer would send a member's reply round in a circle.
    let form_writer = mail.form_writer.as_ref().map(|writer| &writer.address);
    let claimed = form_writer.and_then(|writer| claims_staff(writer, placement, settings));
    if let Some(why) = claimed.or_else(|| claims_staff(from, placement, settings)) {
        return Sender::FalseStaff { why };
    }
    match placement {
        // Who sent a form is another than who filled it in, of whom nothing is shown.
        Placement::New if mail.form_writer.is_some() => {
            Sender::Customer(trust(identity, Trust::Claimed).min(Trust::Claimed))
        }
        Placement::New => Sender::Customer(trust(identity, Trust::Claimed)),
        Placement::Existing(..) if is_customer(ticket, from) => {
            Sender::Customer(trust(identity, Trust::Claimed))
        }
        Placement::Existing(..) => Sender::ThirdParty,
    }
}

/// A mail that names no sender can be nobody's.
fn without_sender(placement: &Placement) -> Sender {
    match placement {
        Placement::New => Sender::Customer(Trust::Contradicted),
        Placement::Existing(_, Proof::Holds(Party::Staff(team))) => Sender::FalseStaff {
            why: NotShown::NoSender(team.clone()),
        },
        Placement::Existing(..) => Sender::ThirdParty,
    }
}

fn with_staff_proof(
    mail: &Mail,
    identity: &Identity,
    from: &Address,
    team: &TeamName,
    settings: &Settings,
) -> Sender {
    let is_member = settings
        .team(team)
        .is_some_and(|team| team.member(from).is_some());
    if !is_member {
        return Sender::FalseStaff {
            why: NotShown::NoMember {
                from: from.clone(),
                team: team.clone(),
            },
        };
    }
    if mail.authorship == Authorship::Several {
        return Sender::FalseStaff {
            why: NotShown::SeveralSenders,
        };
    }
    let testimony = match (settings.trust.staff, identity) {
        (_, Identity::Contradicted(testimony))
        | (StaffProof::TokenAndDomain, Identity::Unproven(testimony)) => testimony,
        (_, Identity::Proven(_)) | (StaffProof::Token, Identity::Unproven(_)) => {
            return Sender::Staff {
                team: team.clone(),
                member: from.clone(),
            };
        }
    };
    Sender::FalseStaff {
        why: NotShown::NotProven(testimony.clone()),
    }
}

/// A forward by a member of somebody else's mail. One of our own mails, or of our own people's, opens no ticket.
fn staff_forward(mail: &Mail, from: &Address, settings: &Settings) -> Option<Sender> {
    let team = settings.team_of_member(from)?;
    let original = &mail.forwarded_from.as_ref()?.from.address;
    let is_ours = settings.is_ours(original);
    (!is_ours && mail.authorship == Authorship::Single).then(|| Sender::StaffForward {
        team: team.name.clone(),
        member: from.clone(),
    })
}

/// A mail of one of our own addresses to the customer of the ticket that it belongs to.
fn colleague(
    mail: &Mail,
    from: &Address,
    placement: &Placement,
    ticket: Option<&Ticket>,
    settings: &Settings,
) -> Option<Sender> {
    let Placement::Existing(..) = placement else {
        return None;
    };
    let team = settings.team_behind(from)?;
    let goes_to_customer = ticket.is_some_and(|ticket| goes_to_customer(mail, ticket));
    (goes_to_customer && !is_customer(ticket, from) && mail.authorship == Authorship::Single).then(
        || Sender::Colleague {
            from: from.clone(),
            team: team.name.clone(),
        },
    )
}

/// Why a mail without a staff proof claims to be staff; `None` where it does not.
fn claims_staff(from: &Address, placement: &Placement, settings: &Settings) -> Option<NotShown> {
    if let Some(team) = settings.team_of_member(from) {
        let (from, team) = (from.clone(), team.name.clone());
        return Some(match placement {
            Placement::New => NotShown::NoToken { from, team },
            Placement::Existing(..) => NotShown::NoTokenInTicket { from, team },
        });
    }
    // Nor is another support mailbox of ours: two that answer each other would never end.
    if settings.is_other_mailbox(from) {
        return Some(NotShown::OtherMailbox(from.clone()));
    }
    // A team's own mailbox is no customer either: answering it would send our packets' thread round in a circle. Nor is whoever is reminded.
    let team = settings.team_behind(from)?;
    Some(NotShown::TeamMailbox(team.name.clone()))
}

fn is_customer(ticket: Option<&Ticket>, address: &Address) -> bool {
    ticket
        .and_then(Ticket::customer)
        .is_some_and(|customer| customer.address.is_same_as(address))
}

/// What the ticket's token shows, or the domain; what speaks against a sender outweighs both.
const fn trust(identity: &Identity, otherwise: Trust) -> Trust {
    match identity {
        Identity::Proven(_) => Trust::Proven,
        Identity::Unproven(_) => otherwise,
        Identity::Contradicted(_) => Trust::Contradicted,
    }
}

#[cfg(test)]
mod tests;
