//! What do staff and the admin get? The packet, the customer's further words, drafts, hints, reports of delivery trouble. Each ticket is one
//! thread in a team's mailbox; the first line of each mail is the marker above which a reply is written.

use super::letter::{Letter, Manner};
use super::links::offers;
use super::mime::Part;
use super::template::Templates;
use super::view::{View, staff_tongue};
use super::words::{Tongue, shortened};
use super::{ComposeError, Outgoing, Purpose, customer};
use crate::config::{Settings, Team};
use crate::decide::HandOff;
use crate::desk::{PACKET_MARKER, Question, Sender};
use crate::mail::{Address, Attachment, Extent, Forwarded, HeaderText};
use crate::ticket::{Party, Ticket, TokenKey};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// The longest part of the customer's subject in a subject of ours, in characters.
const SUBJECT_MAX_CHARACTERS: usize = 120;

impl View<'_> {
    /// Why it was decided like this, in the language of staff.
    pub(super) fn reason_for_staff(&self) -> &str {
        let first = &self.decision.reasons.first;
        self.staff_tongue.sentence(&first.sentence)
    }

    /// The customer's subject as staff see it.
    pub(super) fn subject_for_staff(&self) -> String {
        subject_for_staff(&self.ticket, &self.id().to_string(), self.staff_tongue)
    }

    /// The hand-off.
    pub(super) fn packet(
        &self,
        hand_off: &HandOff,
        notice: Option<&Outgoing>,
    ) -> Result<Outgoing, ComposeError> {
        let team = self.team(&hand_off.team)?;
        let data = self.packet_data(hand_off, team, notice)?;
        let json = self.packet_json(hand_off, team, &data);
        let mut parts = vec![self.original(), Part::Json(json)];
        parts.extend(self.gathered());
        self.to_team(Purpose::Packet, "packet", team, data, parts)
    }

    /// What is stored about a customer who asks for it, as two files.
    pub(super) fn gathered(&self) -> Vec<Part> {
        let Some(gathered) = self.originals.gathered else {
            return vec![];
        };
        let file = |name: &str, media_type: &str, content: &str| {
            Part::File(Attachment {
                name: HeaderText::clean(name),
                media_type: media_type.to_owned(),
                inline: false,
                content: content.as_bytes().to_vec(),
            })
        };
        vec![
            file("stored-about-customer.txt", "text/plain", &gathered.text),
            file(
                "stored-about-customer.json",
                "application/json",
                &gathered.json,
            ),
        ]
    }

    /// Further words of the customer, or of somebody else in the ticket.
    pub(super) fn wrote_again(&self, team: &Team) -> Result<Outgoing, ComposeError> {
        let ticket_of = self.ticket_of()?;
        // One of many like it, of somebody else: a reply would go to the ticket's customer.
        let is_of_another = matches!(self.decision.action, crate::decide::Action::Collect { .. })
            && !ticket_of.is_empty();
        let can_reply = match is_of_another {
            true => self.staff_tongue.choose(
                "do not answer here, a reply reaches nobody: write to them from the support mailbox",
                "antworten Sie nicht hier, eine Antwort erreicht niemanden: schreiben Sie ihnen aus dem Support-Postfach",
            ),
            false => self.staff_tongue.can_reply(),
        };
        let further = [
            ("who", json!(self.who())),
            ("ticket_of", json!(ticket_of)),
            ("also_on_it", json!(self.also_on_it())),
            ("reason", json!(shortened(self.reason_for_staff(), 200))),
            ("deadlines", json!(self.deadlines(team, None))),
            ("attachments", json!(self.attachment_lines())),
            ("can_reply", json!(can_reply)),
            ("mail_text", json!(self.mail_text())),
        ];
        let mut data = self.staff_data(further)?;
        for (name, lines) in self.summary_data(team) {
            data.insert(name.to_owned(), lines);
        }
        let parts = vec![self.original()];
        let settings = self.situation.settings;
        let desk = Desk {
            replies: match is_of_another {
                true => Replies::WouldGoAstray,
                false => Replies::AreTaken,
            },
            ..self.writer.desk(settings, self.situation.now)
        };
        desk.to_team(
            &self.writer.templates,
            Purpose::CustomerWroteAgain,
            "customer-wrote-again",
            &self.ticket,
            team,
            data,
            parts,
            &self.situation.mail.identity.0,
        )
    }

    /// Whose ticket it is, where somebody else wrote: nobody is told a name twice.
    fn ticket_of(&self) -> Result<String, ComposeError> {
        let customer = self.customer()?;
        let writer = self.situation.mail.writer();
        let is_theirs = writer.is_some_and(|writer| writer.address.is_same_as(&customer.address));
        match self.situation.sender {
            Sender::Customer(_) if is_theirs => Ok(String::new()),
            _ => Ok(customer.to_string()),
        }
    }

    /// A mail that a member forwarded, with the question whether it shall become a ticket.
    pub(super) fn forwarded(
        &self,
        team: &Team,
        member: &Address,
        original: &Forwarded,
    ) -> Result<Outgoing, ComposeError> {
        let comment = self.situation.mail.body.reply_text.trim();
        let further = [
            ("member", json!(member.as_str())),
            ("wanted", json!(self.wanted())),
            ("attachments", json!(self.attachment_lines())),
            (
                "comment",
                json!(if comment.is_empty() {
                    String::new()
                } else {
                    self.bounded(comment)
                }),
            ),
            ("can_reply", json!(self.staff_tongue.can_reply_to_forward())),
            ("mail_text", json!(self.bounded(&original.text))),
        ];
        let data = self.staff_data(further)?;
        let parts = vec![self.original()];
        let question = Some(Question::Forward);
        self.to_team_asking(
            Purpose::ForwardForApproval,
            "forwarded",
            team,
            data,
            parts,
            question,
        )
    }

    /// That something cannot be done. To the team's mailbox only, where the packet went as well.
    pub(super) fn hint(
        &self,
        team: &Team,
        member: &Address,
        why: &str,
    ) -> Result<Outgoing, ComposeError> {
        let further = [
            ("member", json!(member.as_str())),
            ("why", json!(shortened(why, 600))),
            (
                "can_reply",
                json!(self.staff_tongue.can_reply_in(&self.ticket)),
            ),
            ("mail_text", json!(self.mail_text())),
        ];
        let data = self.staff_data(further)?;
        self.to_team(Purpose::StaffHint, "staff-hint", team, data, vec![])
    }

    /// The mail that caused all this, byte for byte.
    pub(super) fn original(&self) -> Part {
        match self.situation.mail.extent {
            Extent::Whole => Part::Original(self.originals.cause.to_vec()),
            Extent::HeadersOnly => Part::OriginalHeaders(self.originals.cause.to_vec()),
        }
    }

    pub(super) fn staff_data<const N: usize>(
        &self,
        further: [(&str, Value); N],
    ) -> Result<Map<String, Value>, ComposeError> {
        let support = &self.situation.settings.support;
        let mut data = Map::new();
        data.insert("reference".to_owned(), json!(self.id().to_string()));
        data.insert("support_name".to_owned(), json!(support.name.as_str()));
        data.insert("customer".to_owned(), json!(self.customer()?.to_string()));
        data.insert("subject".to_owned(), json!(self.subject_for_staff()));
        for (name, value) in further {
            data.insert(name.to_owned(), value);
        }
        Ok(data)
    }

    pub(super) fn to_team(
        &self,
        purpose: Purpose,
        template: &str,
        team: &Team,
        data: Map<String, Value>,
        parts: Vec<Part>,
    ) -> Result<Outgoing, ComposeError> {
        self.to_team_asking(purpose, template, team, data, parts, None)
    }

    /// A mail that asks for a yes or a no: with a link for each.
    pub(super) fn to_team_asking(
        &self,
        purpose: Purpose,
        template: &str,
        team: &Team,
        data: Map<String, Value>,
        parts: Vec<Part>,
        question: Option<Question>,
    ) -> Result<Outgoing, ComposeError> {
        let desk = Desk {
            question,
            ..self
                .writer
                .desk(self.situation.settings, self.situation.now)
        };
        let cause = &self.situation.mail.identity.0;
        let templates = &self.writer.templates;
        desk.to_team(
            templates,
            purpose,
            template,
            &self.ticket,
            team,
            data,
            parts,
            cause,
        )
    }
}

pub(super) fn subject_for_staff(ticket: &Ticket, reference: &str, tongue: Tongue) -> String {
    let mails = ticket.customer_mails();
    let theirs = mails.last().map(|mail| mail.subject.as_str());
    let bare = customer::without_prefixes(theirs.unwrap_or_default(), reference);
    if bare.is_empty() {
        tongue.choose("(no subject)", "(kein Betreff)").to_owned()
    } else {
        shortened(&bare, SUBJECT_MAX_CHARACTERS)
    }
}

/// What a mail to a team needs, with or without a decision behind it.
pub(super) struct Desk<'a> {
    pub(super) key: &'a TokenKey,
    pub(super) settings: &'a Settings,
    pub(super) now: Timestamp,
    /// What the mail asks; its links name it.
    pub(super) question: Option<Question>,
    /// Whether it holds what a reply needs.
    pub(super) replies: Replies,
}

/// Whether a team can answer a mail by replying to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Replies {
    /// A reply goes to the ticket's customer.
    AreTaken,
    /// A reply would go to another customer than the one that the mail is about: it proves nothing and is kept aside.
    WouldGoAstray,
}

impl Desk<'_> {
    /// A mail to a team's mailbox about a ticket.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn to_team(
        &self,
        templates: &Templates,
        purpose: Purpose,
        template: &str,
        ticket: &Ticket,
        team: &Team,
        data: Map<String, Value>,
        parts: Vec<Part>,
        cause: &[u8],
    ) -> Result<Outgoing, ComposeError> {
        let to = &team.address;
        self.to_staff(
            templates, purpose, template, ticket, team, to, data, parts, cause,
        )
    }

    /// A mail about a ticket to somebody who speaks for a team.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn to_staff(
        &self,
        templates: &Templates,
        purpose: Purpose,
        template: &str,
        ticket: &Ticket,
        team: &Team,
        to: &Address,
        data: Map<String, Value>,
        parts: Vec<Part>,
        cause: &[u8],
    ) -> Result<Outgoing, ComposeError> {
        let tongue = staff_tongue(self.settings);
        let language = tongue.language();
        let data = Value::Object(data);
        let mut rendered = templates.render(template, &language, &data)?;
        if let Some(question) = self.question {
            let party = Party::Staff(team.name.clone());
            let offers = offers(self.key, &ticket.id, &party, self.settings, question);
            rendered.document.offer(offers);
        }
        rendered.document.begin_with(PACKET_MARKER);
        let takes_replies = self.replies == Replies::AreTaken;
        let letter = Letter {
            purpose,
            manner: Manner::Internal,
            ticket: Some(&ticket.id),
            party: takes_replies.then(|| Party::Staff(team.name.clone())),
            to: to.clone(),
            to_name: None,
            from_name: None,
            cc: vec![],
            cause,
            subject: rendered.subject,
            document: rendered.document,
            thread: match self.replies {
                Replies::AreTaken => ticket.staff_thread(to),
                Replies::WouldGoAstray => crate::ticket::ThreadLinks::default(),
            },
            parts,
            pictures: vec![],
            reply_to: None,
            language: &language.0,
        };
        Ok(letter.seal(self.key, self.settings, self.now))
    }

    /// A report to the admin. Needs no template and no part that could fail.
    pub(super) fn trouble(
        &self,
        ticket: Option<&crate::ticket::TicketId>,
        cause: &[u8],
        subject: &str,
        text: &str,
        parts: Vec<Part>,
    ) -> Outgoing {
        let language = staff_tongue(self.settings).language();
        let subject = HeaderText::clean(subject);
        let letter = Letter {
            purpose: Purpose::Trouble,
            manner: Manner::Internal,
            ticket,
            party: None,
            to: self.settings.support.admin.clone(),
            to_name: None,
            from_name: None,
            cc: vec![],
            cause,
            subject: format!("[handoffd] {subject}"),
            document: super::markup::Document::parse(&super::markup::escape_lines(text)),
            thread: crate::ticket::ThreadLinks::default(),
            parts,
            pictures: vec![],
            reply_to: None,
            language: &language.0,
        };
        letter.seal(self.key, self.settings, self.now)
    }
}
