//! Who answers a weekly letter? Whoever holds its Message-ID, which nobody can make or guess, *and* writes from the admin's address; or from that of a
//! member, where the admin is a team's mailbox. Reads hostile input: anybody can write any address. Pure.

use crate::config::{Settings, StaffProof};
use crate::mail::{Address, Authorship, Mail};
use crate::trust::{Identity, Testimony};

/// Why an answer to a letter does not count.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTheAdmin {
    /// The mail names no sender.
    #[error("it names no sender")]
    NoSender,
    /// The mail names several.
    #[error("it names several senders")]
    SeveralSenders,
    /// The address is another.
    #[error("{0} is not the address of [support] admin")]
    AnotherAddress(Address),
    /// The letter is not kept any more.
    #[error("the letter can no longer be answered")]
    TooLate,
    /// `[trust] staff` asks for a proven sender, or something speaks against this one.
    #[error("its sender is not proven")]
    NotProven(Testimony),
}

/// The admin who wrote this answer to a letter that went to `to`.
///
/// # Errors
/// [`NotTheAdmin`]
pub fn admin_who_answers(
    mail: &Mail,
    identity: &Identity,
    to: &Address,
    settings: &Settings,
) -> Result<Address, NotTheAdmin> {
    let from = mail.from.as_ref().map(|from| &from.address);
    let from = from.ok_or(NotTheAdmin::NoSender)?;
    if mail.authorship == Authorship::Several {
        return Err(NotTheAdmin::SeveralSenders);
    }
    let admin = &settings.support.admin;
    // Whoever was the admin when it was written may not be by now.
    let is_theirs = admin.is_same_as(to);
    let mut mailboxes = settings.teams.iter();
    let speaks_for_mailbox =
        mailboxes.any(|team| team.address.is_same_as(admin) && team.member(from).is_some());
    if !is_theirs || !(admin.is_same_as(from) || speaks_for_mailbox) {
        return Err(NotTheAdmin::AnotherAddress(from.clone()));
    }
    match (settings.trust.staff, identity) {
        (_, Identity::Contradicted(testimony))
        | (StaffProof::TokenAndDomain, Identity::Unproven(testimony)) => {
            Err(NotTheAdmin::NotProven(testimony.clone()))
        }
        (_, Identity::Proven(_)) | (StaffProof::Token, Identity::Unproven(_)) => Ok(from.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::test_situation::{address, mail_from, settings};

    fn answers(from: &str, to: &str, settings: &Settings) -> Result<Address, NotTheAdmin> {
        let identity = Identity::Unproven(Testimony::NoServerSet);
        let mail = mail_from(from);
        admin_who_answers(&mail, &identity, &address(to), settings)
    }

    #[test]
    fn only_the_admin_answers_a_letter_or_a_member_of_the_admins_mailbox() {
        let mut settings = settings();
        let admin = "admin@shop.example";
        assert_eq!(answers(admin, admin, &settings), Ok(address(admin)));
        for (from, to) in [
            ("kim@shop.example", admin),
            ("ann@a.example", admin),
            // The letter went to who was the admin before.
            (admin, "old-admin@shop.example"),
            ("old-admin@shop.example", "old-admin@shop.example"),
        ] {
            let why = NotTheAdmin::AnotherAddress(address(from));
            assert_eq!(answers(from, to, &settings), Err(why), "{from} {to}");
        }
        let desk = settings.teams[0].address.clone();
        let member = settings.teams[0].members[0].address.clone();
        settings.support.admin = desk.clone();
        let answered = answers(member.as_str(), desk.as_str(), &settings);
        assert_eq!(answered, Ok(member));
        let other = settings.teams[1].members[0].address.clone();
        let why = NotTheAdmin::AnotherAddress(other.clone());
        assert_eq!(answers(other.as_str(), desk.as_str(), &settings), Err(why));
    }

    #[test]
    fn an_address_alone_is_not_enough_where_senders_must_be_proven() {
        let mut settings = settings();
        settings.trust.staff = StaffProof::TokenAndDomain;
        let admin = "admin@shop.example";
        let why = NotTheAdmin::NotProven(Testimony::NoServerSet);
        assert_eq!(answers(admin, admin, &settings), Err(why));
        settings.trust.staff = StaffProof::Token;
        let mail = mail_from(admin);
        let identity = Identity::Contradicted(Testimony::NoServerSet);
        let shown = admin_who_answers(&mail, &identity, &address(admin), &settings);
        assert_eq!(shown, Err(NotTheAdmin::NotProven(Testimony::NoServerSet)));
    }
}
