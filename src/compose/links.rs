//! Links that a person taps to say yes or no: a mail to our reply address, prefilled (RFC 6068). Only mails to staff hold any.

use super::letter::reply_address;
use super::view::staff_tongue;
use crate::config::{ReplyAddress, Settings};
use crate::desk::Question;
use crate::mail::Address;
use crate::ticket::{Party, TicketId, TokenKey};

/// A `mailto` link (RFC 6068): whatever its parts hold, they cannot leave their place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MailtoLink(String);

impl MailtoLink {
    /// A link to a mail with this recipient, subject and body. The body is one line.
    pub(super) fn new(to: &Address, subject: &str, body: &str) -> Self {
        Self(format!(
            "mailto:{}?subject={}&body={}",
            percent_encoded(to.as_str(), "@"),
            percent_encoded(subject, ""),
            percent_encoded(body, "")
        ))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// RFC 3986 section 2.1: every byte that is not unreserved, as `%` and two digits; `also` stays as it is. The plus is encoded, because
/// some programs take it for a blank (RFC 6068 section 5).
fn percent_encoded(text: &str, also: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for character in text.chars() {
        let is_unreserved = character.is_ascii_alphanumeric() || "-._~".contains(character);
        if is_unreserved || also.contains(character) {
            encoded.push(character);
            continue;
        }
        let mut buffer = [0; 4];
        for byte in character.encode_utf8(&mut buffer).bytes() {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// A link with the words that are tapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) label: &'static str,
    pub(super) link: MailtoLink,
}

/// Yes and no to a question, each naming it. None where the server takes no address with a token: a mail from a link would show nobody
/// then. Nothing of a customer's mail stands in a link.
pub(super) fn offers(
    key: &TokenKey,
    ticket: &TicketId,
    party: &Party,
    settings: &Settings,
    question: Question,
) -> Vec<Offer> {
    if settings.support.reply_address == ReplyAddress::None {
        return vec![];
    }
    let tongue = staff_tongue(settings);
    let to = reply_address(key, Some(ticket), Some(party), settings);
    let (english, german) = (question.in_english(), question.in_german());
    let name = tongue.choose(english.as_str(), german.as_str());
    let (yes, no) = match question {
        Question::Draft(_) => (
            tongue.choose("Approve", "Freigeben"),
            tongue.choose("Refuse", "Ablehnen"),
        ),
        Question::Forward => (
            tongue.choose("Open it", "Eröffnen"),
            tongue.choose("Drop it", "Fallen lassen"),
        ),
    };
    let subject = format!("[{ticket}] {name}");
    [
        (yes, tongue.choose("OK", "JA")),
        (no, tongue.choose("NO", "NEIN")),
    ]
    .map(|(label, word)| Offer {
        label,
        link: MailtoLink::new(&to, &subject, &format!("{word} {name}")),
    })
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::test_situation::{address, key, settings, team_name, ticket_id};
    use crate::desk::{StaffAct, read_act};
    use crate::ticket::DraftNumber;
    use proptest::prelude::*;

    fn decoded(text: &str) -> String {
        let mut bytes = Vec::new();
        let mut rest = text.as_bytes();
        while let Some((first, behind)) = rest.split_first() {
            if *first == b'%' {
                let digits = std::str::from_utf8(&behind[..2]).unwrap();
                bytes.push(u8::from_str_radix(digits, 16).unwrap());
                rest = &behind[2..];
            } else {
                bytes.push(*first);
                rest = behind;
            }
        }
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_link_is_written_as_the_standard_says() {
        let link = MailtoLink::new(&address("a+b@x.example"), "Grüße & mehr?", "OK draft 2");
        assert_eq!(
            link.as_str(),
            "mailto:a%2Bb@x.example?subject=Gr%C3%BC%C3%9Fe%20%26%20mehr%3F&body=OK%20draft%202"
        );
    }

    #[test]
    fn what_a_link_writes_is_read_as_it_is_meant() {
        let question = Question::Draft(DraftNumber(2));
        let party = Party::Staff(team_name("desk"));
        for german in [false, true] {
            let mut settings = settings();
            if german {
                settings.support.language = crate::config::Language("de".to_owned());
            }
            let offers = offers(&key(), &ticket_id(1), &party, &settings, question);
            let act = |offer: &Offer| {
                let (_, body) = offer.link.as_str().split_once("&body=").unwrap();
                let mut mail = crate::decide::test_situation::mail_from("kim@shop.example");
                mail.body.reply_text = decoded(body);
                read_act(&mail, false)
            };
            let question = Some(question);
            assert_eq!(act(&offers[0]), StaffAct::Approve { question });
            assert_eq!(
                act(&offers[1]),
                StaffAct::Refuse {
                    question,
                    why: String::new()
                }
            );
        }
        let mut without_token = settings();
        without_token.support.reply_address = ReplyAddress::None;
        assert_eq!(
            offers(&key(), &ticket_id(1), &party, &without_token, question),
            []
        );
    }

    proptest! {
        #[test]
        fn nothing_leaves_its_place_in_a_link(subject in "\\PC{0,40}", body in "(\\PC|\r|\n){0,40}") {
            let link = MailtoLink::new(&address("a@x.example"), &subject, &body);
            prop_assert!(link.as_str().chars().all(|c| c.is_ascii_alphanumeric() || "-._~%@:?&=".contains(c)));
            let (rest, shown_body) = link.as_str().split_once("&body=").unwrap();
            let (_, shown_subject) = rest.split_once("?subject=").unwrap();
            prop_assert_eq!(decoded(shown_subject), subject);
            prop_assert_eq!(decoded(shown_body), body);
        }
    }
}
