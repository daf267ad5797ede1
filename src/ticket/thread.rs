//! Which ticket does a mail belong to? First the token in the address that it was sent to, then our own Message-IDs in
//! `In-Reply-To` and `References`, then the reference in the subject (this last one only from somebody who is already part of
//! the ticket). Pure: the journal's answers are passed in. Reads hostile input: every key may be forged, so a key that proves
//! nothing falls through to the next, and in the end to a new ticket.

use super::{Party, Ticket, TicketId, Token, TokenKey};
use crate::config::{ReplyAddress, Settings};
use crate::mail::{Address, Mail, MessageId};

/// What a mail shows of the ticket that it belongs to; the gateway looks these up in the journal.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ThreadKeys {
    /// A token in an address, and the ticket that it names. Not yet proven.
    pub token: Option<(Token, TicketId)>,
    /// Message-IDs that it answers, nearest first, at most 30.
    pub answers: Vec<MessageId>,
    /// A reference in its subject.
    pub subject_reference: Option<TicketId>,
}

/// A Message-ID that the journal knows.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownMessage {
    /// The ticket that it is about.
    pub ticket: TicketId,
    /// Who wrote it, or whom we wrote it to.
    pub author: KnownAuthor,
}

/// Whose a known Message-ID is.
#[derive(Clone, Debug, PartialEq)]
pub enum KnownAuthor {
    /// We wrote it, to this party: holding it proves what the token of that party proves.
    UsTo(Party),
    /// Somebody else wrote it, or we wrote it to several people: it proves nothing.
    Other,
}

/// Where a mail belongs.
#[derive(Clone, Debug, PartialEq)]
pub enum Placement {
    /// It opens a ticket.
    New,
    /// It belongs to this ticket; the proof tells how far that is shown.
    Existing(TicketId, Proof),
}

/// How it was shown that a mail belongs to a ticket.
#[derive(Clone, Debug, PartialEq)]
pub enum Proof {
    /// A genuine token, or an unguessable Message-ID of ours, made for this party.
    Holds(Party),
    /// Only the subject or a public Message-ID names the ticket, and the sender's address is already part of it.
    Participant,
    /// Only the subject or a public Message-ID names the ticket; the mail bears an address of ours and goes to the ticket's customer.
    Colleague,
}

/// The most Message-IDs that one mail makes the journal look up.
const ANSWERS_MAX: usize = 30;

/// Reads the keys from a mail.
#[must_use]
pub fn keys(mail: &Mail, settings: &Settings) -> ThreadKeys {
    ThreadKeys {
        token: token_in_addresses(mail, settings),
        answers: answered_messages(mail),
        subject_reference: reference_in_subject(mail.subject.as_str()),
    }
}

/// Places a mail. `known` are the journal's answers for [`ThreadKeys::answers`] in the same order, and `tickets` the tickets
/// that any of the keys name.
#[must_use]
pub fn place(
    mail: &Mail,
    keys: &ThreadKeys,
    known: &[KnownMessage],
    tickets: &[Ticket],
    key: &TokenKey,
    settings: &Settings,
) -> Placement {
    let ticket = |id: &TicketId| tickets.iter().find(|ticket| &ticket.id == id);
    let sender_is_part_of = |id: &TicketId| {
        let sender = mail.from.as_ref().map(|from| &from.address);
        sender
            .zip(ticket(id))
            .is_some_and(|(sender, ticket)| ticket.is_participant(sender))
    };

    if let Some((token, id)) = &keys.token
        && let Some(ticket) = ticket(id)
        && let Some(party) = party_proven(token, ticket, key, settings)
    {
        return Placement::Existing(id.clone(), Proof::Holds(party));
    }
    // The strongest sign first: one of our Message-IDs anywhere in the thread says more than a public one that stands nearer.
    for message in known {
        if let KnownAuthor::UsTo(party) = &message.author
            && ticket(&message.ticket).is_some()
        {
            return Placement::Existing(message.ticket.clone(), Proof::Holds(party.clone()));
        }
    }
    let public = known.iter().map(|message| &message.ticket);
    let named = public.chain(keys.subject_reference.as_ref());
    for id in named {
        if sender_is_part_of(id) {
            return Placement::Existing(id.clone(), Proof::Participant);
        }
        let sender = mail.from.as_ref().map(|from| &from.address);
        let is_ours = sender.is_some_and(|sender| settings.team_behind(sender).is_some());
        if is_ours && ticket(id).is_some_and(|ticket| goes_to_customer(mail, ticket)) {
            return Placement::Existing(id.clone(), Proof::Colleague);
        }
    }
    Placement::New
}

/// Whether the ticket's customer is among those that a mail is written to.
#[must_use]
pub fn goes_to_customer(mail: &Mail, ticket: &Ticket) -> bool {
    let mut recipients = mail.to.iter().chain(&mail.cc);
    ticket.customer().is_some_and(|customer| {
        recipients.any(|recipient| recipient.address.is_same_as(&customer.address))
    })
}

/// For whom the token was made, if it is genuine: the ticket's customer, or one of our teams.
fn party_proven(
    token: &Token,
    ticket: &Ticket,
    key: &TokenKey,
    settings: &Settings,
) -> Option<Party> {
    let customer = ticket
        .customer()
        .map(|customer| Party::Customer(customer.address.clone()));
    let teams = settings
        .teams
        .iter()
        .map(|team| Party::Staff(team.name.clone()));
    customer
        .into_iter()
        .chain(teams)
        .find(|party| key.proves(token, &ticket.id, party))
}

/// The first token in an address that the mail was sent to. (Several are rare, and a second one proves no more than the first.)
fn token_in_addresses(mail: &Mail, settings: &Settings) -> Option<(Token, TicketId)> {
    let ReplyAddress::Pattern { before, after } = &settings.support.reply_address else {
        return None;
    };
    let (before, after) = (before.to_lowercase(), after.to_lowercase());
    let written = mail
        .to
        .iter()
        .chain(&mail.cc)
        .map(|mailbox| &mailbox.address);
    let read = |address: &Address| {
        let address = address.key();
        let token = address.strip_prefix(&before)?.strip_suffix(&after)?;
        Token::parse(token)
    };
    written.chain(&mail.delivered_to).find_map(read)
}

/// What the mail answers, nearest first: the mail that bounced, `In-Reply-To`, then `References` from the end.
pub(crate) fn answered_messages(mail: &Mail) -> Vec<MessageId> {
    let bounced = mail
        .bounce
        .iter()
        .filter_map(|bounce| bounce.original_message_id.as_ref());
    let complained_about = mail
        .feedback
        .iter()
        .filter_map(|feedback| feedback.original_message_id.as_ref());
    let named = bounced
        .chain(complained_about)
        .chain(&mail.in_reply_to)
        .chain(mail.references.iter().rev());
    let mut answers: Vec<MessageId> = Vec::new();
    for id in named {
        if answers.len() >= ANSWERS_MAX {
            break;
        }
        if !answers.contains(id) {
            answers.push(id.clone());
        }
    }
    answers
}

/// The first `[K7QF2-M9XRT]` in the subject. The dash must stand: `[NEWSLETTER]` is no reference.
#[must_use]
pub fn reference_in_subject(subject: &str) -> Option<TicketId> {
    subject
        .split('[')
        .skip(1)
        .filter_map(|rest| rest.split_once(']').map(|(inner, _)| inner.trim()))
        .filter(|inner| inner.chars().count() == 11 && inner.chars().nth(5) == Some('-'))
        .find_map(TicketId::parse)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::TeamName;
    use crate::decide::test_situation::{
        TicketStory, address, key, mail_from, mailbox, message_id, settings, ticket_id,
    };
    use proptest::prelude::*;

    const ANN: &str = "ann@a.example";
    const CEM: &str = "cem@c.example";

    fn customer() -> Party {
        Party::Customer(address(ANN))
    }

    fn staff() -> Party {
        Party::Staff(TeamName("desk".to_owned()))
    }

    fn with_token(mut mail: Mail, ticket: &TicketId, party: &Party) -> Mail {
        let token = key().token(ticket, party);
        mail.to = vec![mailbox(&format!(
            "Support+{}@shop.example",
            token.as_str().to_uppercase()
        ))];
        mail
    }

    fn us_to(ticket: u8, party: Party) -> KnownMessage {
        KnownMessage {
            ticket: ticket_id(ticket),
            author: KnownAuthor::UsTo(party),
        }
    }

    fn public(ticket: u8) -> KnownMessage {
        KnownMessage {
            ticket: ticket_id(ticket),
            author: KnownAuthor::Other,
        }
    }

    fn check(name: &str, mail: &Mail, known: &[KnownMessage], expected: &Placement) {
        let settings = settings();
        let tickets = [
            TicketStory::opened_as(1, ANN).closed().ticket(),
            TicketStory::opened_as(2, ANN)
                .third_party_wrote(CEM)
                .ticket(),
        ];
        let keys = keys(mail, &settings);
        let placed = place(mail, &keys, known, &tickets, &key(), &settings);
        assert_eq!(&placed, expected, "{name}");
    }

    #[test]
    fn a_mail_goes_where_its_keys_prove_that_it_belongs() {
        let existing = |ticket, proof| Placement::Existing(ticket_id(ticket), proof);
        let subject = |from: &str, subject: &str| {
            let mut mail = mail_from(from);
            mail.subject = crate::mail::HeaderText::clean(subject);
            mail
        };
        let reference = format!("AW: Re: [{}] my bike", ticket_id(2)).to_lowercase();

        check("no key", &mail_from(ANN), &[], &Placement::New);
        check(
            "a customer's token, in any case, into a closed ticket",
            &with_token(mail_from(ANN), &ticket_id(1), &customer()),
            &[],
            &existing(1, Proof::Holds(customer())),
        );
        check(
            "a team's token",
            &with_token(mail_from("kim@shop.example"), &ticket_id(1), &staff()),
            &[],
            &existing(1, Proof::Holds(staff())),
        );
        check(
            "the token of A wins over an answer to B",
            &with_token(mail_from(ANN), &ticket_id(1), &customer()),
            &[us_to(2, customer())],
            &existing(1, Proof::Holds(customer())),
        );
        check(
            "a token for somebody else is forged: the next key counts",
            &with_token(
                mail_from(ANN),
                &ticket_id(1),
                &Party::Customer(address(CEM)),
            ),
            &[us_to(2, customer())],
            &existing(2, Proof::Holds(customer())),
        );
        check(
            "a forged token alone opens a ticket",
            &with_token(
                mail_from(CEM),
                &ticket_id(1),
                &Party::Staff(TeamName("evil".into())),
            ),
            &[],
            &Placement::New,
        );
        check(
            "one of our Message-IDs, held by the customer",
            &mail_from(ANN),
            &[us_to(1, customer())],
            &existing(1, Proof::Holds(customer())),
        );
        check(
            "the customer's Message-ID held by a CC who answers all",
            &mail_from(CEM),
            &[public(1), us_to(1, customer())],
            &existing(1, Proof::Holds(customer())),
        );
        check(
            "a public Message-ID from a stranger proves nothing",
            &mail_from(CEM),
            &[public(1)],
            &Placement::New,
        );
        check(
            "a public Message-ID from the customer",
            &mail_from(ANN),
            &[public(1)],
            &existing(1, Proof::Participant),
        );
        check(
            "the subject, from the customer",
            &subject(ANN, &reference),
            &[],
            &existing(2, Proof::Participant),
        );
        check(
            "the subject, from somebody who wrote before",
            &subject(CEM, &reference),
            &[],
            &existing(2, Proof::Participant),
        );
        check(
            "the subject, from a stranger",
            &subject("eve@e.example", &reference),
            &[],
            &Placement::New,
        );
        let to_customer = |from: &str| {
            let mut mail = mail_from(from);
            mail.cc = std::mem::take(&mut mail.to);
            mail.to = vec![crate::decide::test_situation::mailbox(ANN)];
            mail
        };
        for ours in ["kim@shop.example", "support@shop.example"] {
            check(
                "a public Message-ID, from an address of ours to the customer",
                &to_customer(ours),
                &[public(1)],
                &existing(1, Proof::Colleague),
            );
            check(
                "a public Message-ID, from an address of ours to somebody else",
                &mail_from(ours),
                &[public(1)],
                &Placement::New,
            );
        }
        check(
            "a public Message-ID, from a stranger to the customer",
            &to_customer("eve@e.example"),
            &[public(1)],
            &Placement::New,
        );
        check(
            "a ticket that is gone",
            &mail_from(ANN),
            &[us_to(9, customer())],
            &Placement::New,
        );
    }

    #[test]
    fn a_mail_without_message_id_and_with_another_uid_goes_to_the_same_place() {
        // Keys come from the mail alone: where it stands on the server and whether it has a name of its own play no part.
        let mut mail = with_token(mail_from(ANN), &ticket_id(1), &customer());
        mail.message_id = None;
        mail.identity = crate::mail::MailIdentity([99; 32]);
        check(
            "no Message-ID",
            &mail,
            &[],
            &Placement::Existing(ticket_id(1), Proof::Holds(customer())),
        );
    }

    #[test]
    fn the_token_may_stand_only_in_the_envelope() {
        let mut mail = mail_from(ANN);
        let token = key().token(&ticket_id(1), &customer());
        mail.delivered_to = vec![address(&format!("support+{}@shop.example", token.as_str()))];
        assert!(keys(&mail, &settings()).token.is_some());
        let mut without = settings();
        without.support.reply_address = ReplyAddress::None;
        assert!(keys(&mail, &without).token.is_none());
    }

    #[test]
    fn answers_are_nearest_first_once_and_bounded() {
        let mut mail = mail_from(ANN);
        mail.in_reply_to = vec![message_id("3@x")];
        mail.references = (1..=3).map(|n| message_id(&format!("{n}@x"))).collect();
        assert_eq!(
            keys(&mail, &settings()).answers,
            ["3@x", "2@x", "1@x"].map(message_id)
        );
        mail.references = (0..500).map(|n| message_id(&format!("{n}@y"))).collect();
        assert_eq!(keys(&mail, &settings()).answers.len(), ANSWERS_MAX);
    }

    #[test]
    fn a_subject_word_in_brackets_is_no_reference() {
        let id = ticket_id(1);
        assert_eq!(
            reference_in_subject(&format!("[list] Re: [{id}]")),
            Some(id)
        );
        for subject in [
            "[NEWSLETTER]",
            "[K7QF2M9XRT]",
            "K7QF2-M9XRT",
            "[[[[",
            "[K7QF2-M9XRT",
        ] {
            assert_eq!(reference_in_subject(subject), None, "{subject}");
        }
    }

    proptest! {
        #[test]
        fn any_subject_is_read_without_panic(subject in "\\PC{0,200}") {
            let _ = reference_in_subject(&subject);
        }
    }
}
