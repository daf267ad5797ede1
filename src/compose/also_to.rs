//! Who else is on a customer's mail, and stays on a person's answer to it? Never anybody of us, no robot, and nobody whom only a forged mail
//! brought in. What a machine writes goes to the customer alone: a list of strangers in Cc would make us send to all of them.

use super::view::View;
use crate::config::Settings;
use crate::decide::Situation;
use crate::desk::{Sender, Trust};
use crate::mail::{Address, Mail, is_for_machines};
use crate::ticket::Ticket;
use crate::trust::is_mailbox_provider;

/// The most people who get a copy.
const ALSO_MAX: usize = 10;

/// Everybody in `To` and `Cc` of a mail but us, its writer, and who does not read what is sent there.
pub(super) fn of_mail(mail: &Mail, settings: &Settings) -> Vec<Address> {
    let writers = mail.from.iter().chain(&mail.form_writer);
    let writers: Vec<&Address> = writers.map(|writer| &writer.address).collect();
    let named = mail.to.iter().chain(&mail.cc).map(|named| &named.address);
    let mut people: Vec<Address> = Vec::new();
    for address in named {
        let is_known = |other: &Address| other.is_same_as(address);
        // Whoever else has an address at our own domain is one of us: lists and colleagues who are on no team.
        let is_at_ours = address.domain() == settings.support.address.domain()
            && !is_mailbox_provider(address.domain());
        // One address in other letters would make the whole mail need a server that can carry it (RFC 6531).
        let is_left_out = settings.is_ours(address)
            || is_at_ours
            || is_for_machines(address)
            || !address.as_str().is_ascii()
            || writers.iter().any(|writer| is_known(writer))
            || people.iter().any(is_known);
        if !is_left_out && people.len() < ALSO_MAX {
            people.push(address.clone());
        }
    }
    people
}

/// Those of a mail that go on from here. Only who is shown to be the customer adds anybody or leaves anybody out, or a stranger who writes the
/// customer's address could put themselves on our answer, or others off it. Where no server tells us who sent a mail, nothing can show it of
/// a first one: then whoever opens a ticket says who is on it, and staff see every name before they answer. Of a form on a web page nothing
/// ever shows who filled it in.
pub(super) fn shown(situation: &Situation<'_>) -> Vec<Address> {
    let named = of_mail(situation.mail, situation.settings);
    let has_servers_word = situation.settings.trust.word.is_somebodys();
    match (situation.sender, situation.ticket) {
        (Sender::Customer(Trust::Contradicted), None) => vec![],
        (Sender::Customer(_), None) if situation.mail.form_writer.is_some() => vec![],
        (Sender::Customer(Trust::Claimed), None) if has_servers_word => vec![],
        (_, None) | (Sender::Customer(Trust::Thread | Trust::Proven), Some(_)) => named,
        (_, Some(ticket)) => on_it(ticket).to_vec(),
    }
}

/// Who was on the customer's latest mail: whom they leave out is out.
fn on_it(ticket: &Ticket) -> &[Address] {
    let mails = ticket.customer_mails();
    mails.last().map_or(&[], |mail| mail.also_to.as_slice())
}

impl View<'_> {
    /// Who gets a copy of a person's answer. The settings may have changed since the mail came.
    pub(super) fn also_to(&self) -> Vec<Address> {
        let settings = self.situation.settings;
        let customer = self.ticket.customer();
        let is_customer = |address: &Address| {
            customer.is_some_and(|customer| customer.address.is_same_as(address))
        };
        let people = on_it(&self.ticket).iter();
        people
            .filter(|one| !settings.is_ours(one) && !is_customer(one))
            .filter(|one| !self.guard.is_leak(one.as_str()))
            .cloned()
            .collect()
    }

    /// The same in words for staff, or nothing.
    pub(super) fn also_on_it(&self) -> String {
        let people = self.also_to();
        let people: Vec<&str> = people.iter().map(Address::as_str).collect();
        people.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::test_situation::settings;
    use crate::mail::Reader;

    #[test]
    fn people_get_copies_and_nobody_else() {
        for (named, expected) in [
            ("ben@b.example", true),
            ("bouncer@b.example", true),
            ("kim@shop.example", false),
            ("support+old@shop.example", false),
            // At our own domain, on no team.
            ("all-staff@shop.example", false),
            ("no-reply@b.example", false),
            ("mailer-daemon@b.example", false),
            ("postmaster@b.example", false),
            ("bounces+1@b.example", false),
            ("list-request@b.example", false),
            ("owner-list@b.example", false),
            ("ann@a.example", false),
            ("j\u{f6}rg@b.example", false),
        ] {
            let raw = format!(
                "From: ann@a.example\r\nTo: support@shop.example\r\nCc: {named}\r\n\r\nHello\r\n"
            );
            let mail = Reader::default().read(raw.as_bytes());
            let found = of_mail(&mail, &settings());
            assert_eq!(!found.is_empty(), expected, "{named}: {found:?}");
        }
    }
}
