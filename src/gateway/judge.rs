//! From the bytes of a mail to what will be recorded: read, thread, understand, decide, compose. No clock, no effects; the
//! past is asked through [`Past`], so that the same mail, settings, articles and past give the same bytes.

use super::{Office, Past, Trained, stored_about};
use crate::autonomy::{ArticleName, Earned};
use crate::compose;
use crate::compose::{ComposeError, Composed, Gathered, Originals};
use crate::decide::{self, AnsweredLetter, Decision, History, Own, Pulled, Reaction, Situation};
use crate::desk::{self, NotTheAdmin, Sender, Trust};
use crate::inbox::{Arrival, Content};
use crate::journal::{JournalError, Left, Proof, Said};
use crate::learning::{self, NoLesson};
use crate::mail::{Mail, MailIdentity, MessageId, SenderKind};
use crate::ticket::thread::{self, Placement};
use crate::ticket::{Status, Ticket, TicketId, TokenKey};
use crate::trust::{self, Identity};
use crate::understand::summary::{self, NewMail};
use crate::understand::{Author, Understanding};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What was made of a mail.
pub struct Judgement {
    /// What it says.
    pub mail: Mail,
    /// Who wrote it.
    pub sender: Sender,
    /// The ticket it belongs to or opens.
    pub ticket_id: TicketId,
    /// The ticket as it stood before.
    pub ticket: Option<Ticket>,
    /// What was understood.
    pub understanding: Understanding,
    /// What will be done and why.
    pub decision: Decision,
    /// The mails that leave, and what the ticket's story gains.
    pub composed: Composed,
    /// What happened before, outside the ticket.
    pub history: History,
    /// Whether what is stored about the customer goes to staff with it.
    pub has_gathered: bool,
    /// What it is recognised by when it comes again, where somebody outside wrote it.
    pub said: Option<Said>,
    /// Mails of ours that a machine answered or sent back by it.
    pub returned: Vec<MessageId>,
    /// A mail of ours that another server sent back for its size.
    pub sent_back_for_size: Option<MessageId>,
    /// The brake on automatic mail, where this mail found that it must be pulled.
    pub pulls_brake: Option<Pulled>,
}

/// Why no judgement could be made. The mail stays where it is, or goes to the admin: never to the floor.
#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    /// The past could not be asked: try again later.
    #[error(transparent)]
    Past(#[from] JournalError),
    /// Neither the decided mails nor the hand-off that should replace them could be written.
    #[error(transparent)]
    Compose(#[from] ComposeError),
    /// A part broke down.
    #[error("{part} broke down on this mail")]
    Broken {
        /// Which.
        part: &'static str,
    },
}

impl Office {
    /// Reads what was fetched.
    ///
    /// # Errors
    /// [`JudgeError::Broken`] where the reader broke down, which it promises not to.
    pub fn read(&self, content: &Content) -> Result<Mail, JudgeError> {
        guarded("the reader", || match content {
            Content::Whole(raw) => self.reader.read(raw),
            Content::TooLarge { header, size_bytes } => {
                self.reader.read_headers(header, *size_bytes)
            }
        })
    }

    /// By what the mail is recognised when it is met again.
    pub(super) fn identify(&self, arrival: &Arrival) -> MailIdentity {
        let read = self.read(&arrival.content);
        read.map_or_else(
            |_| MailIdentity(Sha256::digest(arrival.raw()).into()),
            |mail| mail.identity,
        )
    }

    /// What a copy of a mail of ours says, where its mark proves that it is one.
    pub(super) fn what_left(&self, arrival: &Arrival) -> Option<Left> {
        left(self.read(&arrival.content).ok()?, &self.key)
    }

    /// Judges a mail that was read. `raw` are its bytes, or its headers where it is too large.
    ///
    /// # Errors
    /// [`JudgeError`]. A failure of understanding or composing is first tried as a hand-off with that reason.
    pub fn judge(
        &self,
        mail: Mail,
        raw: &[u8],
        past: &dyn Past,
        now: Timestamp,
    ) -> Result<Judgement, JudgeError> {
        let own = self.recognise_own(&mail, past)?;
        let placement = self.place(&mail, past)?;
        let (mut ticket_id, mut ticket) = match &placement {
            Placement::Existing(id, _) => (id.clone(), past.ticket(id)?),
            Placement::New => (past.free_ticket_id(&mail.identity)?, None),
        };
        let identity = trust::identity(&mail, &self.settings);
        let sender = desk::who_wrote(
            &mail,
            &identity,
            &placement,
            ticket.as_ref(),
            &self.settings,
        );
        let mut history = match desk::concerned(&mail, &sender, ticket.as_ref()) {
            Some(address) => past.history(address, now)?,
            None => History::default(),
        };
        history.own = own;
        history.answered_letter = self.answered_letter(&mail, &identity, past, now)?;
        let pulls_brake = match history.brake {
            None => decide::pull(past.last_hour(now)?, &self.settings.limits, now),
            Some(_) => None,
        };
        history.brake = history.brake.or_else(|| pulls_brake.clone());
        let said = said(&mail, &sender, &identity);
        if let Some(said) = &said {
            history.repeats = past.repeats(said, now)?;
            history.reaction = self.reaction(&mail, ticket.as_ref(), past)?;
        }

        let original = desk::forwarded_original(&mail, &sender);
        let trained = self.trained();
        let words = original.as_ref().unwrap_or(&mail);
        let mut understood = understood(words, &sender, ticket.as_ref(), &trained, now);
        if placement == Placement::New
            && matches!(sender, Sender::Customer(Trust::Claimed | Trust::Proven))
            && let Ok(understanding) = &understood
            && let Some(earlier) =
                self.of_same_matter(&mail, &identity, understanding, &history, past, now)?
        {
            ticket_id = earlier.id.clone();
            understood = self::understood(words, &sender, Some(&earlier), &trained, now);
            ticket = Some(earlier);
        }
        if ticket.is_none()
            && matches!(sender, Sender::Customer(Trust::Claimed | Trust::Proven))
            && let Ok(understanding) = &understood
            && let Some((flood, of_others)) = decide::flood(
                understanding,
                &history.repeats,
                &self.settings,
                &self.knowledge,
            )
            && let Some(of_others) = past.ticket(of_others)?
            // Nobody looks into a closed one: a new one is opened, and the team hears of it.
            && of_others.status() != Status::Closed
        {
            history.flood = Some(flood);
            ticket_id = of_others.id.clone();
            ticket = Some(of_others);
        }
        if let Some(ticket) = &ticket {
            history.not_left = past.not_left(ticket)?;
        }
        if let Ok(understanding) = &understood {
            history.earned = self.earned(understanding, ticket.as_ref(), past)?;
        }
        let broken = understood.as_ref().err().map(ToString::to_string);
        let understanding =
            understood.unwrap_or_else(|_| Understanding::none(&self.settings.support.language));
        let request = ticket
            .as_ref()
            .filter(|_| matches!(sender, Sender::Staff { .. }))
            .map(|ticket| {
                let looked = guarded("the learner", || {
                    learning::request(ticket, &mail, &trained.understander)
                });
                looked.unwrap_or(Err(NoLesson::NoRequest))
            });
        let asked_again = match (&sender, &ticket) {
            (Sender::Staff { .. }, Some(ticket)) if ticket.awaits_first_reply() => {
                let text = desk::words_above_packet(&mail);
                guarded("the understander", || {
                    trained.understander.asked_again(ticket, &text)
                })
                .unwrap_or_default()
            }
            _ => vec![],
        };
        let situation = Situation {
            mail: &mail,
            sender: &sender,
            identity: &identity,
            ticket: ticket.as_ref(),
            ticket_id: &ticket_id,
            understanding: &understanding,
            request: request.as_ref(),
            asked_again: &asked_again,
            history: &history,
            settings: &self.settings,
            knowledge: &self.knowledge,
            now,
        };
        let mut decision = match broken {
            Some(why) => decide::on_failure(&why, &situation),
            None => decide::decide(&situation),
        };
        let earlier = self.originals(&decision.action, ticket.as_ref(), past)?;
        let gathered = self.gathered(&decision, &situation, past)?;
        let originals = Originals {
            cause: raw,
            earlier: &earlier,
            gathered: gathered.as_ref(),
        };
        let composed = match self.compose(&decision, &situation, originals) {
            Ok(composed) => composed,
            Err(error) => {
                decision = decide::on_failure(&error.to_string(), &situation);
                self.compose(&decision, &situation, originals)?
            }
        };
        let has_gathered = gathered.is_some();
        Ok(Judgement {
            returned: returned(&mail),
            sent_back_for_size: sent_back_for_size(&mail, &decision.action),
            said,
            pulls_brake,
            sender,
            ticket_id,
            ticket: ticket.clone(),
            understanding,
            decision,
            composed,
            mail,
            history,
            has_gathered,
        })
    }

    fn compose(
        &self,
        decision: &Decision,
        situation: &Situation<'_>,
        originals: Originals<'_>,
    ) -> Result<Composed, JudgeError> {
        Ok(guarded("the writer", || {
            self.writer.compose(decision, situation, originals)
        })??)
    }

    /// What is stored about a customer who asks for it, or for its end; once in a ticket. Staff get it whoever the mail shows: they make sure
    /// that it is the customer before they send any of it.
    fn gathered(
        &self,
        decision: &Decision,
        situation: &Situation<'_>,
        past: &dyn Past,
    ) -> Result<Option<Gathered>, JournalError> {
        let reasons = &decision.reasons;
        let mut rules = std::iter::once(&reasons.first).chain(&reasons.further);
        let asks = crate::ticket::is_privacy_request(rules.by_ref().map(|reason| reason.rule));
        let is_first = situation
            .ticket
            .is_none_or(|ticket| ticket.privacy_request().is_none());
        let goes_to_staff = matches!(decision.action, decide::Action::HandOff(_));
        let is_given_on = matches!(
            &decision.action,
            decide::Action::Staff {
                act: desk::StaffAct::GiveToTeam { .. },
                impossible: None,
                ..
            }
        ) && !is_first;
        let customer = match situation.ticket.and_then(Ticket::customer) {
            Some(customer) => Some(&customer.address),
            None => situation.mail.writer().map(|writer| &writer.address),
        };
        match customer {
            Some(address) if (asks && is_first && goes_to_staff) || is_given_on => {
                let gathered = past.gathered_about(address)?;
                let about = (address, situation.ticket_id, situation.now);
                Ok(gathered.map(|gathered| stored_about::headed(gathered, about, &self.settings)))
            }
            _ => Ok(None),
        }
    }

    /// What the articles have earned that a mail may be about: the nearest, and the one that the customer was asked details for.
    fn earned(
        &self,
        understanding: &Understanding,
        ticket: Option<&Ticket>,
        past: &dyn Past,
    ) -> Result<Earned, JournalError> {
        if !self.settings.autonomy.is_on() {
            return Ok(Earned::AllTheirModeAllows);
        }
        let nearest = understanding.intents.first().map(|nearest| &nearest.intent);
        let asked = ticket.and_then(Ticket::asked_before);
        let mut articles = Vec::new();
        for intent in nearest.into_iter().chain(asked.map(|(_, intent)| intent)) {
            let topic = self.knowledge.topics.get(intent);
            let languages = topic.into_iter().flat_map(|topic| topic.articles.keys());
            articles.extend(languages.map(|language| ArticleName {
                intent: intent.clone(),
                language: language.clone(),
            }));
        }
        past.earned(&articles)
    }

    /// The weekly letter that a mail answers, whoever wrote it.
    fn answered_letter(
        &self,
        mail: &Mail,
        identity: &Identity,
        past: &dyn Past,
        now: Timestamp,
    ) -> Result<Option<Result<AnsweredLetter, NotTheAdmin>>, JournalError> {
        let mut may_be_late = false;
        for id in thread::answered_messages(mail) {
            if !compose::may_be_letter(&id) {
                continue;
            }
            match past
                .letter(&id)?
                .filter(|letter| letter.can_be_answered(now))
            {
                Some(letter) => {
                    let by = desk::admin_who_answers(mail, identity, &letter.to, &self.settings);
                    return Ok(Some(by.map(|by| AnsweredLetter { letter, by })));
                }
                None => may_be_late = true,
            }
        }
        // Whoever else names a letter that nobody knows is a customer as any other.
        let admin = &self.settings.support.admin;
        let is_admins = desk::admin_who_answers(mail, identity, admin, &self.settings).is_ok();
        Ok((may_be_late && is_admins).then_some(Err(NotTheAdmin::TooLate)))
    }

    /// The ticket that this sender opened minutes ago, where a mail that opens a thread of its own is about the same.
    fn of_same_matter(
        &self,
        mail: &Mail,
        identity: &Identity,
        understanding: &Understanding,
        history: &History,
        past: &dyn Past,
        now: Timestamp,
    ) -> Result<Option<Ticket>, JournalError> {
        let Some(latest) = history.earlier_tickets.first() else {
            return Ok(None);
        };
        let latest = past.ticket(&latest.id)?.filter(|ticket| {
            decide::is_same_matter(mail, identity, understanding, ticket, &self.settings, now)
        });
        if latest.is_some() {
            return Ok(latest);
        }
        for earlier in &history.earlier_tickets {
            let ticket = past.ticket(&earlier.id)?;
            let same = ticket
                .filter(|ticket| decide::is_same_request(mail, ticket, &history.repeats, now));
            if same.is_some() {
                return Ok(same);
            }
        }
        Ok(None)
    }

    /// How a mail hangs together with what we wrote in the ticket that it belongs to, and in those that it names.
    fn reaction(
        &self,
        mail: &Mail,
        ticket: Option<&Ticket>,
        past: &dyn Past,
    ) -> Result<Reaction, JournalError> {
        let mut named: Vec<Ticket> = ticket.cloned().into_iter().collect();
        for id in decide::named_references(mail) {
            if !named.iter().any(|other| other.id == id) {
                named.extend(past.ticket(&id)?);
            }
        }
        let mut ours = Vec::new();
        for id in named
            .iter()
            .flat_map(|ticket| ticket.latest_automatic(COMPARED_MAX))
        {
            let Some(bytes) = past.bytes_of(id)? else {
                continue;
            };
            if let Ok(read) = self.read(&Content::Whole(bytes)) {
                ours.push(read.body.text);
            }
        }
        Ok(decide::reaction(mail, &named, &ours))
    }

    fn recognise_own(&self, mail: &Mail, past: &dyn Past) -> Result<Own, JournalError> {
        match (&mail.sender_kind, &mail.message_id) {
            (SenderKind::Own, Some(id)) if past.own_mail(id)? => Ok(Own::Copy),
            _ => Ok(Own::No),
        }
    }

    pub(super) fn place(&self, mail: &Mail, past: &dyn Past) -> Result<Placement, JournalError> {
        let keys = thread::keys(mail, &self.settings);
        let mut known = Vec::new();
        for id in &keys.answers {
            known.extend(past.known_message(id)?);
        }
        let named = keys.token.iter().map(|(_, ticket)| ticket);
        let named = named.chain(known.iter().map(|message| &message.ticket));
        let named = named.chain(&keys.subject_reference);
        let mut ids: Vec<&TicketId> = named.collect();
        ids.sort();
        ids.dedup();
        let mut tickets = Vec::new();
        for id in ids {
            tickets.extend(past.ticket(id)?);
        }
        Ok(thread::place(
            mail,
            &keys,
            &known,
            &tickets,
            &self.key,
            &self.settings,
        ))
    }
}

/// Whether it is a mail of ours that left. The mark must be of its own Message-ID: one of the mail that it answers can be copied by whoever got
/// that mail, together with our address.
fn left(mail: Mail, key: &TokenKey) -> Option<Left> {
    let message_id = mail.message_id?;
    let is_of_this_mail = (mail.sender_evidence.iter())
        .filter(|evidence| evidence.place == "X-Handoff-Mark")
        .any(|mark| {
            let name = message_id.as_str().as_bytes();
            key.made(mark.words.as_str().trim(), "loop", &[name])
        });
    (mail.sender_kind == SenderKind::Own && is_of_this_mail).then(|| Left {
        message_id,
        to: mail.to.into_iter().map(|to| to.address).collect(),
    })
}

/// So many of the latest automatic mails of a ticket are compared with what comes.
const COMPARED_MAX: usize = 3;

/// What a mail of somebody outside is recognised by when it comes again.
fn said(mail: &Mail, sender: &Sender, identity: &Identity) -> Option<Said> {
    let is_outside = matches!(sender, Sender::Customer(_) | Sender::ThirdParty);
    let writer = mail.writer().filter(|_| is_outside)?;
    Some(Said {
        sender: writer.address.clone(),
        proof: match identity {
            Identity::Proven(_) => Proof::Shown,
            Identity::Unproven(_) | Identity::Contradicted(_) => Proof::None,
        },
        fingerprint: decide::fingerprint(mail),
    })
}

/// Which mails a machine answers or sends back by this one; nothing where no machine wrote it.
fn returned(mail: &Mail) -> Vec<MessageId> {
    let is_machine = matches!(mail.sender_kind, SenderKind::AutoReply | SenderKind::Bounce);
    if !is_machine {
        return vec![];
    }
    let bounced = mail.bounce.as_ref();
    let bounced = bounced.and_then(|bounce| bounce.original_message_id.as_ref());
    let answered = bounced.into_iter().chain(&mail.in_reply_to);
    answered.take(RETURNED_MAX).cloned().collect()
}

/// Which mail of ours came back for its size, where that is told at all: a report that says what we know already changes nothing.
fn sent_back_for_size(mail: &Mail, action: &decide::Action) -> Option<MessageId> {
    let is_told = matches!(
        action,
        decide::Action::Leave {
            tell_of_bounce: Some(_)
        }
    );
    let bounce = mail.bounce.as_ref().filter(|bounce| bounce.is_for_size())?;
    is_told
        .then(|| bounce.original_message_id.clone())
        .flatten()
}

/// So many mails can one machine's mail answer.
const RETURNED_MAX: usize = 4;

/// What a mail says, as far as a machine understands it.
fn understood(
    words: &Mail,
    sender: &Sender,
    ticket: Option<&Ticket>,
    trained: &Trained,
    now: Timestamp,
) -> Result<Understanding, JudgeError> {
    guarded("the understander", || {
        let mut understanding = trained.understander.understand(words, ticket);
        if let Some(author) = author(sender) {
            let new = NewMail {
                mail: words,
                author,
                at: now,
            };
            understanding.thread = summary::of_thread(&new, ticket, &understanding);
        }
        understanding
    })
}

/// Whose words a mail brings into the thread; `None` where it is no part of the talk with the customer.
const fn author(sender: &Sender) -> Option<Author> {
    match sender {
        Sender::Customer(_) | Sender::StaffForward { .. } => Some(Author::Customer),
        Sender::ThirdParty => Some(Author::SomebodyElse),
        Sender::Staff { .. } | Sender::Colleague { .. } | Sender::FalseStaff { .. } => None,
    }
}

/// Runs a part that promises not to panic, and does not let one mail end the daemon where it does all the same.
fn guarded<T>(part: &'static str, work: impl FnOnce() -> T) -> Result<T, JudgeError> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| JudgeError::Broken { part })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::{Address, Reader};

    #[test]
    fn a_mark_copied_from_a_mail_that_is_answered_proves_no_mail_of_ours() {
        let key = TokenKey::new([7; 32]);
        let reader = Reader {
            support: Some(Address::parse("support@shop.example").unwrap()),
            key: Some(key.clone()),
        };
        let name = "K7QF2M9XRT.receipt.abc@shop.example";
        let ours = MessageId::parse(name).unwrap();
        let mark = key.tag("loop", &[ours.as_str().as_bytes()]);
        let read = |message_id: &str, more: &str| {
            let raw = format!(
                "From: support@shop.example\r\nTo: ann@y.example\r\nMessage-ID: <{message_id}>\r\n{more}X-Handoff-Mark: {mark}\r\n\r\nHello\r\n"
            );
            reader.read(raw.as_bytes())
        };
        let found = left(read(name, ""), &key).unwrap();
        assert_eq!(found.message_id, ours);
        let to: Vec<&str> = found.to.iter().map(Address::as_str).collect();
        assert_eq!(to, ["ann@y.example"]);
        let forged = "K7QF2M9XRT.notice.abc@shop.example";
        let forged = read(forged, &format!("In-Reply-To: <{name}>\r\n"));
        // It is still not answered.
        assert_eq!(forged.sender_kind, SenderKind::Own);
        assert_eq!(left(forged, &key), None);
    }
}
