//! What holds after every step of every conversation, whether anybody expects it or not.

use super::conversation::Whom;
use super::outcome::{Left, PlayedStep};
use crate::compose::{Purpose, moment_in_words};
use crate::desk::PACKET_MARKER;
use crate::gateway::Office;
use crate::inbox::Content;
use crate::ticket::{Event, Holder, Notice, Party, Ticket};
use std::collections::BTreeSet;

/// Words of an automatic mail by which a customer takes it that a person will answer. The shipped templates say it so.
const PROMISES_A_PERSON: [&str; 4] = [
    "the answer will come from a person",
    "a person will answer",
    "die antwort kommt von einem menschen",
    "ein mensch wird",
];

/// Remembers what must not happen twice.
#[derive(Debug, Default)]
pub(super) struct Invariants {
    message_ids: BTreeSet<String>,
}

/// A step with the ticket that it is about.
pub(super) struct Look<'a> {
    pub(super) office: &'a Office,
    pub(super) step: &'a PlayedStep,
    /// The ticket as it stands after the step.
    pub(super) ticket: Option<&'a Ticket>,
    /// How many of its events there were before.
    pub(super) before: usize,
    /// The mail server is away: what is recorded leaves later.
    pub(super) is_away: bool,
}

impl Invariants {
    /// What is broken, a sentence each.
    pub(super) fn broken_by(&mut self, look: &Look<'_>) -> Vec<String> {
        let mut broken = Vec::new();
        for mail in &look.step.mails {
            if !self.message_ids.insert(mail.message_id.as_str().to_owned()) {
                broken.push(format!("the mail {} left twice", mail.message_id));
            }
        }
        broken.extend(look.each_hand_off_is_told());
        broken.extend(look.promises_are_on_record());
        for mail in look.customer_mails() {
            broken.extend(look.automation_is_silent(mail));
            broken.extend(look.text_and_decision_agree(mail));
            broken.extend(look.reaches_the_customer_alone(mail));
            broken.extend(look.nothing_leaks(mail));
        }
        broken.extend(look.a_left_mail_is_not_answered());
        broken
    }
}

impl Look<'_> {
    fn customer_mails(&self) -> impl Iterator<Item = &Left> {
        let is_customers = |mail: &&Left| mail.to == Whom::Customer;
        self.step.mails.iter().filter(is_customers)
    }

    fn events(&self) -> impl DoubleEndedIterator<Item = &Event> {
        let events = self.ticket.map(|ticket| ticket.events.as_slice());
        events.unwrap_or_default().iter().map(|timed| &timed.event)
    }

    fn new_events(&self) -> impl Iterator<Item = &Event> {
        self.events().skip(self.before)
    }

    fn has_left(&self, purpose: Purpose) -> bool {
        let is_recorded = |event: &Event| matches!(event, Event::Wrote { purpose: other, .. } if *other == purpose);
        self.step.mails.iter().any(|mail| mail.purpose == purpose)
            || (self.is_away && self.new_events().any(is_recorded))
    }

    /// R2: the hand-off happens and the customer is told nothing.
    fn each_hand_off_is_told(&self) -> Vec<String> {
        let mut broken = Vec::new();
        for event in self.new_events() {
            let Event::HandedOff { notice, .. } = event else {
                continue;
            };
            match notice {
                Notice::Sent { .. } if !self.has_left(Purpose::Notice) => {
                    broken.push(
                        "a hand-off says that the customer was told, but no notice left".to_owned(),
                    );
                }
                Notice::Withheld { why } if why.trim().is_empty() => {
                    broken.push(
                        "a hand-off was not told to the customer, and no reason is on record"
                            .to_owned(),
                    );
                }
                Notice::Withheld { .. } if self.has_left(Purpose::Notice) => {
                    broken.push("a notice left although it is on record as withheld".to_owned());
                }
                _ => {}
            }
        }
        let is_hand_off = self.step.decision == "handoff";
        let has_event = self
            .new_events()
            .any(|event| matches!(event, Event::HandedOff { .. }));
        if is_hand_off && !(has_event && self.has_left(Purpose::Packet)) {
            broken.push(
                "it was handed off, but no packet left or no hand-off is on record".to_owned(),
            );
        }
        broken
    }

    /// R11: a promised time that nobody keeps or watches.
    fn promises_are_on_record(&self) -> Vec<String> {
        let mut broken = Vec::new();
        for mail in self
            .customer_mails()
            .filter(|mail| matches!(mail.purpose, Purpose::Notice | Purpose::Delay))
        {
            let promise = self.new_events().find_map(|event| match event {
                Event::HandedOff {
                    promised_by: Some(by),
                    team,
                    ..
                }
                | Event::PromiseLapsed {
                    new_promise: Some(by),
                    team,
                    ..
                } => Some((*by, team)),
                _ => None,
            });
            let Some((by, team)) = promise else {
                broken.push("a notice left without a promise in the ticket's story".to_owned());
                continue;
            };
            if by <= self.step.at {
                broken.push(format!(
                    "the notice promises an answer by {by}, which is past"
                ));
            }
            let settings = &self.office.settings;
            let Some(team) = settings.team(team) else {
                continue;
            };
            // The site's own templates may say the time in another way, or not at all.
            let own_templates = settings.templates_folder.is_some();
            let text = squeezed(&mail.text);
            // The notice speaks the language of the mail that it answers, which need not be the ticket's first.
            let is_told = settings.support.languages.iter().any(|language| {
                let told = moment_in_words(language, by, &team.hours.time_zone);
                text.contains(&told.to_lowercase())
            });
            if !own_templates && !is_told {
                broken.push(format!(
                    "the promise on record is {by}, and the notice says another"
                ));
            }
        }
        broken
    }

    /// R3: automation goes on talking after a human wrote.
    fn automation_is_silent(&self, mail: &Left) -> Option<String> {
        let earlier = self.events().take(self.before);
        let mut is_with_person = false;
        for event in earlier {
            match event {
                Event::WroteOutside { .. } | Event::Taken { .. } => is_with_person = true,
                event if event.brings_a_persons_words() => is_with_person = true,
                // Whoever took it gave it on: the promise of the next team is told of again.
                Event::Reassigned { .. } if mail.purpose == Purpose::Delay => {
                    is_with_person = false;
                }
                // That a promised time went by, and what the customer asks for by a word, is told while the ticket waits for a
                // person, never once one has come.
                Event::HandedOff { .. }
                    if !matches!(mail.purpose, Purpose::Delay | Purpose::Told) =>
                {
                    is_with_person = true;
                }
                Event::GivenBack { .. } => is_with_person = false,
                _ => {}
            }
        }
        let what = crate::journal::purpose_word(mail.purpose);
        (is_with_person && mail.has_null_sender).then(|| {
            format!(
                "an automatic mail ({what}) went to the customer while a person was in the ticket"
            )
        })
    }

    /// R1: the text says "I am transferring you" and nothing is transferred.
    fn text_and_decision_agree(&self, mail: &Left) -> Option<String> {
        if !mail.has_null_sender {
            return None;
        }
        let text = squeezed(&mail.text);
        let promise = PROMISES_A_PERSON
            .into_iter()
            .find(|words| text.contains(words))?;
        let is_handed_off = match mail.purpose {
            // Of a hand-off that was before.
            Purpose::Delay => self
                .ticket
                .is_some_and(|ticket| matches!(ticket.holder(), Holder::Person(_))),
            _ => self
                .new_events()
                .any(|event| matches!(event, Event::HandedOff { .. })),
        };
        (!is_handed_off).then(|| {
            format!("the customer reads \"{promise}\", and no person was given the ticket")
        })
    }

    /// R6, R8: what is for the customer goes to nobody else; a person's answer also to whom the customer put on their latest mail.
    fn reaches_the_customer_alone(&self, mail: &Left) -> Option<String> {
        let ticket = self.ticket?;
        let customer = ticket.customer()?;
        let mails = ticket.customer_mails();
        let also = mails.last().map_or(&[][..], |mail| &mail.also_to);
        let also = if mail.has_null_sender { &[] } else { also };
        let stranger = mail.recipients.iter().find(|to| {
            !to.is_same_as(&customer.address) && !also.iter().any(|one| one.is_same_as(to))
        })?;
        Some(format!(
            "a mail for the customer {} went to {stranger}",
            customer.address
        ))
    }

    /// No token, Message-ID or marker of what staff get.
    fn nothing_leaks(&self, mail: &Left) -> Vec<String> {
        let Some(ticket) = self.ticket else {
            return vec![];
        };
        let mut secrets = vec![PACKET_MARKER.to_lowercase()];
        for team in &self.office.settings.teams {
            let token = self
                .office
                .key
                .token(&ticket.id, &Party::Staff(team.name.clone()));
            secrets.push(token.as_str().to_lowercase());
        }
        let customer = ticket.customer();
        for event in self.events() {
            if let Event::Wrote { message_id, to, .. } = event
                && !to
                    .iter()
                    .any(|to| customer.is_some_and(|one| one.address.is_same_as(to)))
            {
                secrets.push(message_id.as_str().to_lowercase());
            }
        }
        let raw = String::from_utf8_lossy(&mail.bytes).to_lowercase();
        // A soft line break of quoted-printable may stand in the middle of a token.
        let mut places = vec![
            raw.replace("=\r\n", ""),
            mail.text.to_lowercase(),
            mail.subject.to_lowercase(),
        ];
        if let Ok(read) = self.office.read(&Content::Whole(mail.bytes.clone())) {
            let files = read.attachments.iter();
            places.extend(files.map(|file| String::from_utf8_lossy(&file.content).to_lowercase()));
        }
        let held = |secret: &&String| places.iter().any(|place| place.contains(secret.as_str()));
        let leaked = secrets.iter().filter(held);
        leaked
            .map(|secret| {
                format!("a mail to the customer holds what only staff may have: {secret}")
            })
            .collect()
    }

    /// R7, R10: what is left alone gets no answer, except that STOP is confirmed.
    fn a_left_mail_is_not_answered(&self) -> Option<String> {
        let is_left = self.step.decision == "leave";
        let answer = self
            .customer_mails()
            .find(|mail| mail.purpose != Purpose::StopConfirmation)?;
        let what = crate::journal::purpose_word(answer.purpose);
        is_left.then(|| format!("a mail was to be left alone, and a mail ({what}) left"))
    }
}

/// A text in one line and lower case.
fn squeezed(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").to_lowercase()
}
