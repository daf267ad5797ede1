//! When a member forwards a customer's mail: whose words are to be understood, and whose history counts? Pure.

use super::Sender;
use crate::mail::{Address, Body, Mail};
use crate::ticket::Ticket;

/// The person outside whom a mail is about: the customer of the ticket where staff write, the one who wrote originally where a
/// member forwards, else who wrote it.
#[must_use]
pub fn concerned<'a>(
    mail: &'a Mail,
    sender: &Sender,
    ticket: Option<&'a Ticket>,
) -> Option<&'a Address> {
    let writer = mail.writer();
    let mailbox = match sender {
        Sender::Staff { .. } | Sender::Colleague { .. } => {
            ticket.and_then(Ticket::customer).or(writer)
        }
        Sender::StaffForward { .. } => mail.forwarded_from.as_ref().map(|original| &original.from),
        Sender::Customer(_) | Sender::ThirdParty | Sender::FalseStaff { .. } => writer,
    };
    mailbox.map(|mailbox| &mailbox.address)
}

/// What the customer wrote, as the mail that they would have sent to us; only where a member forwarded it.
#[must_use]
pub fn forwarded_original(mail: &Mail, sender: &Sender) -> Option<Mail> {
    let (Sender::StaffForward { .. }, Some(original)) = (sender, &mail.forwarded_from) else {
        return None;
    };
    Some(Mail {
        from: Some(original.from.clone()),
        subject: original.subject.clone(),
        body: Body {
            text: original.text.clone(),
            reply_text: original.text.clone(),
            ..Body::default()
        },
        ..mail.clone()
    })
}
