//! Who wrote a mail, as far as it is shown? Staff only with the packet's token *and* a member's address: the token alone may have
//! been forwarded, the address alone can be written by anybody. Reads hostile input. Pure.

use crate::config::{Settings, TeamName};
use crate::mail::{Address, Authorship, Mail};
use crate::ticket::thread::{Placement, Proof};
use crate::ticket::{Party, Ticket};

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
    /// Claims to be staff without both: changes nothing, reaches no customer.
    FalseStaff {
        /// What is missing, as a sentence.
        why: String,
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

/// Who wrote this mail?
#[must_use]
pub fn who_wrote(
    mail: &Mail,
    placement: &Placement,
    ticket: Option<&Ticket>,
    settings: &Settings,
) -> Sender {
    let Some(from) = mail.from.as_ref().map(|from| &from.address) else {
        return without_sender(placement);
    };
    if let Placement::Existing(_, Proof::Holds(Party::Staff(team))) = placement {
        return with_staff_proof(mail, from, team, settings);
    }
    if let Placement::Existing(_, Proof::Holds(Party::Customer(holder))) = placement
        && holder.is_same_as(from)
        && is_customer(ticket, from)
    {
        return Sender::Customer(at_most_claimed_if_several(mail, Trust::Thread));
    }
    if *placement == Placement::New
        && let Some(forward) = staff_forward(mail, from, settings)
    {
        return forward;
    }
    // A form that names one of us as the customer would send a member's reply round in a circle.
    let form_writer = mail.form_writer.as_ref().map(|writer| &writer.address);
    let claimed = form_writer.and_then(|writer| claims_staff(writer, placement, settings));
    if let Some(why) = claimed.or_else(|| claims_staff(from, placement, settings)) {
        return Sender::FalseStaff { why };
    }
    match placement {
        Placement::New => Sender::Customer(at_most_claimed_if_several(mail, Trust::Claimed)),
        Placement::Existing(..) if is_customer(ticket, from) => {
            Sender::Customer(at_most_claimed_if_several(mail, Trust::Claimed))
        }
        Placement::Existing(..) => Sender::ThirdParty,
    }
}

/// A mail that names no sender can be nobody's.
fn without_sender(placement: &Placement) -> Sender {
    match placement {
        Placement::New => Sender::Customer(Trust::Contradicted),
        Placement::Existing(_, Proof::Holds(Party::Staff(team))) => Sender::FalseStaff {
            why: format!("it holds the token of team {team} and names no sender"),
        },
        Placement::Existing(..) => Sender::ThirdParty,
    }
}

fn with_staff_proof(mail: &Mail, from: &Address, team: &TeamName, settings: &Settings) -> Sender {
    let is_member = settings
        .team(team)
        .is_some_and(|team| team.member(from).is_some());
    if !is_member {
        return Sender::FalseStaff {
            why: format!("it holds the packet's token, but {from} is no member of team {team}"),
        };
    }
    if mail.authorship == Authorship::Several {
        return Sender::FalseStaff {
            why: "it holds the packet's token, but names several senders".to_owned(),
        };
    }
    Sender::Staff {
        team: team.clone(),
        member: from.clone(),
    }
}

/// A forward by a member of somebody else's mail. One of our own mails, or of our own people's, opens no ticket.
fn staff_forward(mail: &Mail, from: &Address, settings: &Settings) -> Option<Sender> {
    let team = settings.team_of_member(from)?;
    let original = &mail.forwarded_from.as_ref()?.from.address;
    let is_ours = settings.support.address.is_same_as(original)
        || settings.team_of_member(original).is_some()
        || settings
            .teams
            .iter()
            .any(|team| team.address.is_same_as(original));
    (!is_ours && mail.authorship == Authorship::Single).then(|| Sender::StaffForward {
        team: team.name.clone(),
        member: from.clone(),
    })
}

/// Why a mail without a staff proof claims to be staff; `None` where it does not.
fn claims_staff(from: &Address, placement: &Placement, settings: &Settings) -> Option<String> {
    let what_it_lacks = match placement {
        Placement::New => "a team member wrote without the packet's token",
        Placement::Existing(..) => {
            "a team member wrote into a ticket without the packet's token; staff write to customers by replying to the packet"
        }
    };
    if let Some(team) = settings.team_of_member(from) {
        return Some(format!("{what_it_lacks} ({from}, team {})", team.name));
    }
    // A team's own mailbox is no customer either: answering it would send our packets' thread round in a circle.
    let team = settings
        .teams
        .iter()
        .find(|team| team.address.is_same_as(from))?;
    Some(format!(
        "the mailbox of team {} wrote without the packet's token",
        team.name
    ))
}

fn is_customer(ticket: Option<&Ticket>, address: &Address) -> bool {
    ticket
        .and_then(Ticket::customer)
        .is_some_and(|customer| customer.address.is_same_as(address))
}

/// Several mailboxes in `From`: clients show one and programs take another (RFC 7489 section 6.6.1), so it shows nobody.
fn at_most_claimed_if_several(mail: &Mail, trust: Trust) -> Trust {
    if mail.authorship == Authorship::Several {
        Trust::Contradicted
    } else {
        trust
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::test_situation::{
        TicketStory, address, mail_from, settings, team_name, ticket_id,
    };

    fn holds(party: Party) -> Placement {
        Placement::Existing(ticket_id(1), Proof::Holds(party))
    }

    fn sender(from: &str, placement: &Placement) -> Sender {
        let ticket = TicketStory::opened_as(1, "ann@a.example").ticket();
        let ticket = (placement != &Placement::New).then_some(&ticket);
        who_wrote(&mail_from(from), placement, ticket, &settings())
    }

    #[test]
    fn the_sender_is_shown_by_token_and_address_together() {
        let staff = || holds(Party::Staff(team_name("desk")));
        let customer = || holds(Party::Customer(address("ann@a.example")));
        let participant = || Placement::Existing(ticket_id(1), Proof::Participant);
        let claimed = || Sender::Customer(Trust::Claimed);

        let member = Sender::Staff {
            team: team_name("desk"),
            member: address("Kim@shop.example"),
        };
        assert_eq!(sender("Kim@shop.example", &staff()), member);
        assert_eq!(
            sender("ann@a.example", &customer()),
            Sender::Customer(Trust::Thread)
        );
        assert_eq!(
            sender("ANN@a.example", &customer()),
            Sender::Customer(Trust::Thread)
        );
        assert_eq!(sender("cem@c.example", &customer()), Sender::ThirdParty);
        assert_eq!(sender("ann@a.example", &participant()), claimed());
        assert_eq!(sender("cem@c.example", &participant()), Sender::ThirdParty);
        assert_eq!(sender("new@n.example", &Placement::New), claimed());
    }

    #[test]
    fn a_members_forward_is_one_only_of_a_strangers_mail_and_outside_any_ticket() {
        let forward = |from: &str, original: &str, placement: &Placement| {
            let mut mail = mail_from(from);
            mail.forwarded_from = Some(crate::mail::Forwarded {
                from: crate::decide::test_situation::mailbox(original),
                subject: crate::mail::HeaderText::clean("my bike"),
                to: vec![],
                date: crate::mail::HeaderText::default(),
                text: "Is it ready?".to_owned(),
            });
            who_wrote(&mail, placement, None, &settings())
        };
        let is_forward = |sender: &Sender| matches!(sender, Sender::StaffForward { .. });
        let kim = "kim@shop.example";
        assert!(is_forward(&forward(kim, "ann@a.example", &Placement::New)));
        for (from, original, placement) in [
            (kim, "support@shop.example", Placement::New),
            (kim, "lee@shop.example", Placement::New),
            (kim, "workshop@shop.example", Placement::New),
            (
                kim,
                "ann@a.example",
                Placement::Existing(ticket_id(1), Proof::Participant),
            ),
            ("ann@a.example", "cem@c.example", Placement::New),
        ] {
            let sender = forward(from, original, &placement);
            assert!(!is_forward(&sender), "{from} {original}: {sender:?}");
        }
    }

    #[test]
    fn a_form_that_names_one_of_us_as_the_customer_is_kept_aside() {
        for named in ["kim@shop.example", "workshop@shop.example"] {
            let mut mail = mail_from("noreply@shop.example");
            mail.form_writer = Some(crate::decide::test_situation::mailbox(named));
            let sender = who_wrote(&mail, &Placement::New, None, &settings());
            assert!(matches!(sender, Sender::FalseStaff { .. }), "{named}");
        }
    }

    #[test]
    fn claiming_to_be_staff_needs_both_proofs() {
        let other_team = holds(Party::Staff(team_name("workshop")));
        let cases = [
            (
                "eve@e.example",
                holds(Party::Staff(team_name("desk"))),
                "no member of team desk",
            ),
            ("kim@shop.example", other_team, "no member of team workshop"),
            (
                "ann@a.example",
                holds(Party::Staff(team_name("gone"))),
                "no member of team gone",
            ),
            (
                "kim@shop.example",
                Placement::New,
                "without the packet's token",
            ),
            (
                "kim@shop.example",
                Placement::Existing(ticket_id(1), Proof::Participant),
                "without the packet's token",
            ),
            (
                "kim@shop.example",
                holds(Party::Customer(address("ann@a.example"))),
                "without the packet's token",
            ),
            ("desk@shop.example", Placement::New, "mailbox of team desk"),
        ];
        for (from, placement, expected) in cases {
            let found = sender(from, &placement);
            let Sender::FalseStaff { why } = &found else {
                panic!("{from} {placement:?}: {found:?}");
            };
            assert!(why.contains(expected), "{why}");
        }
    }

    #[test]
    fn several_senders_show_nobody() {
        let read = |from: &str| {
            let raw = format!("From: {from}\r\nTo: support@shop.example\r\n\r\nHello\r\n");
            crate::mail::Reader::default().read(raw.as_bytes())
        };
        for (from, trust) in [
            ("new@n.example", Trust::Claimed),
            ("new@n.example, boss@n.example", Trust::Contradicted),
            ("new@n.example\r\nFrom: boss@n.example", Trust::Contradicted),
        ] {
            let sender = who_wrote(&read(from), &Placement::New, None, &settings());
            assert_eq!(sender, Sender::Customer(trust), "{from}");
        }
    }
}
