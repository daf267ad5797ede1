//! Who wrote a mail, as far as it is shown? Staff only with the packet's token *and* a member's address: the token alone may have
//! been forwarded, the address alone can be written by anybody. Reads hostile input. Pure.

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
        && !matches!(identity, Identity::Contradicted { .. })
        && let Some(forward) = staff_forward(mail, from, settings)
    {
        return forward;
    }
    if !matches!(identity, Identity::Contradicted { .. })
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
            why: format!("it holds the token of team {team} and names no sender"),
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
            why: format!("it holds the packet's token, but {from} is no member of team {team}"),
        };
    }
    if mail.authorship == Authorship::Several {
        return Sender::FalseStaff {
            why: "it holds the packet's token, but names several senders".to_owned(),
        };
    }
    let why = match (settings.trust.staff, identity) {
        (_, Identity::Contradicted { why })
        | (StaffProof::TokenAndDomain, Identity::Unproven { why }) => why,
        (_, Identity::Proven { .. }) | (StaffProof::Token, Identity::Unproven { .. }) => {
            return Sender::Staff {
                team: team.clone(),
                member: from.clone(),
            };
        }
    };
    Sender::FalseStaff {
        why: format!(
            "it holds the packet's token and a member's address, but {why}; `[trust] staff` says what a mail of staff needs"
        ),
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

/// What the ticket's token shows, or the domain; what speaks against a sender outweighs both.
const fn trust(identity: &Identity, otherwise: Trust) -> Trust {
    match identity {
        Identity::Proven { .. } => Trust::Proven,
        Identity::Unproven { .. } => otherwise,
        Identity::Contradicted { .. } => Trust::Contradicted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::test_situation::{
        TicketStory, address, mail_from, mailbox, settings, team_name, ticket_id,
    };

    /// With what the mail itself gives away.
    fn with_identity(mail: &Mail, placement: &Placement, ticket: Option<&Ticket>) -> Sender {
        let settings = settings();
        let identity = crate::trust::identity(mail, &settings);
        who_wrote(mail, &identity, placement, ticket, &settings)
    }

    fn holds(party: Party) -> Placement {
        Placement::Existing(ticket_id(1), Proof::Holds(party))
    }

    fn sender(from: &str, placement: &Placement) -> Sender {
        let ticket = TicketStory::opened_as(1, "ann@a.example").ticket();
        let ticket = (placement != &Placement::New).then_some(&ticket);
        with_identity(&mail_from(from), placement, ticket)
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
    fn what_is_shown_of_the_domain_decides_with_the_token() {
        let staff = holds(Party::Staff(team_name("desk")));
        let proven = || Identity::Proven {
            by: "mx says so".to_owned(),
        };
        let unproven = || Identity::Unproven {
            why: "mx has said nothing".to_owned(),
        };
        let contradicted = || Identity::Contradicted {
            why: "mx says that DMARC failed".to_owned(),
        };
        let strict = |proof: StaffProof| {
            let mut settings = settings();
            settings.trust.staff = proof;
            settings
        };
        let is_staff = |identity: Identity, proof: StaffProof| {
            let mail = mail_from("kim@shop.example");
            let sender = who_wrote(&mail, &identity, &staff, None, &strict(proof));
            matches!(sender, Sender::Staff { .. })
        };
        assert!(is_staff(proven(), StaffProof::TokenAndDomain));
        assert!(!is_staff(unproven(), StaffProof::TokenAndDomain));
        assert!(!is_staff(contradicted(), StaffProof::TokenAndDomain));
        assert!(is_staff(proven(), StaffProof::Token));
        assert!(is_staff(unproven(), StaffProof::Token));
        assert!(!is_staff(contradicted(), StaffProof::Token));

        let ticket = TicketStory::opened_as(1, "ann@a.example").ticket();
        let token = holds(Party::Customer(address("ann@a.example")));
        let customer = |identity: Identity, placement: &Placement| {
            let mail = mail_from("ann@a.example");
            let ticket = (*placement != Placement::New).then_some(&ticket);
            who_wrote(&mail, &identity, placement, ticket, &settings())
        };
        let mut form = mail_from("no-reply@forms.example");
        form.form_writer = Some(mailbox("ann@a.example"));
        let form = who_wrote(&form, &proven(), &Placement::New, None, &settings());
        assert_eq!(form, Sender::Customer(Trust::Claimed), "a form");
        for (identity, placement, expected) in [
            (proven(), &Placement::New, Trust::Proven),
            (unproven(), &Placement::New, Trust::Claimed),
            (contradicted(), &Placement::New, Trust::Contradicted),
            (proven(), &token, Trust::Proven),
            (unproven(), &token, Trust::Thread),
            (contradicted(), &token, Trust::Contradicted),
        ] {
            assert_eq!(customer(identity, placement), Sender::Customer(expected));
        }
    }

    #[test]
    fn a_colleague_is_who_writes_from_an_address_of_ours_to_the_customer_in_the_thread() {
        let ticket = TicketStory::opened_as(1, "ann@a.example").ticket();
        let sender = |from: &str, to: &str, placement: &Placement| {
            let mut mail = mail_from(from);
            mail.cc = std::mem::take(&mut mail.to);
            mail.to = vec![crate::decide::test_situation::mailbox(to)];
            let ticket = (*placement != Placement::New).then_some(&ticket);
            with_identity(&mail, placement, ticket)
        };
        let colleague = |from: &str, team: &str| Sender::Colleague {
            from: address(from),
            team: team_name(team),
        };
        let in_thread = Placement::Existing(ticket_id(1), Proof::Colleague);
        let with_customers_mail = holds(Party::Customer(address("ann@a.example")));
        for placement in [&in_thread, &with_customers_mail] {
            for (from, team) in [
                ("kim@shop.example", "desk"),
                ("lee@shop.example", "workshop"),
                ("workshop@shop.example", "workshop"),
                ("support@shop.example", "desk"),
            ] {
                let sender = sender(from, "ann@a.example", placement);
                assert_eq!(sender, colleague(from, team), "{from}");
            }
            let to_another = sender("kim@shop.example", "maker@m.example", placement);
            assert!(matches!(to_another, Sender::FalseStaff { .. }));
            let stranger = sender("cem@c.example", "ann@a.example", placement);
            assert_eq!(stranger, Sender::ThirdParty);
        }
        // With the packet's token it is a reply to us, whoever else gets it.
        let with_packet = holds(Party::Staff(team_name("desk")));
        let staff = sender("kim@shop.example", "ann@a.example", &with_packet);
        assert!(matches!(staff, Sender::Staff { .. }));
        let nowhere = sender("kim@shop.example", "ann@a.example", &Placement::New);
        assert!(matches!(nowhere, Sender::FalseStaff { .. }));
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
            with_identity(&mail, placement, None)
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
            let sender = with_identity(&mail, &Placement::New, None);
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
            let sender = with_identity(&read(from), &Placement::New, None);
            assert_eq!(sender, Sender::Customer(trust), "{from}");
        }
    }
}
