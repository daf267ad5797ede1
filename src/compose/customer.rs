//! What does the customer get? The answer, the question, the notice, the confirmation of STOP, and a person's words. Only ever to the
//! ticket's customer.

use super::author::Author;
use super::letter::{Letter, Manner};
use super::markup::Document;
use super::mime::Part;
use super::view::View;
use super::words::{Tongue, shortened};
use super::{ComposeError, Outgoing, Purpose, matters};
use crate::config::{FactName, Team};
use crate::desk::{Sender, Trust};
use crate::mail::{Attachment, Extent, Mailbox, MessageId};
use crate::ticket::{Draft, Party, Wording};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// The longest part of the customer's subject that is repeated, in characters.
const SUBJECT_MAX_CHARACTERS: usize = 150;

impl View<'_> {
    /// An approved answer.
    pub(super) fn answer(&self, text: &str) -> Result<Outgoing, ComposeError> {
        let further = [("answer", json!(text))];
        self.to_customer(Purpose::Answer, "answer", further, vec![])
    }

    /// The request for what is missing.
    pub(super) fn question(&self, missing: &[FactName]) -> Result<Outgoing, ComposeError> {
        let questions: Vec<String> = missing.iter().map(|name| self.how_to_ask(name)).collect();
        let further = [("questions", json!(questions))];
        self.to_customer(Purpose::Question, "question", further, vec![])
    }

    fn how_to_ask(&self, name: &FactName) -> String {
        let support = &self.situation.settings.support.language;
        let Some(fact) = self.situation.settings.facts.get(name) else {
            return name.0.replace('_', " ");
        };
        let ask = fact
            .ask
            .get(&self.tongue.language())
            .or_else(|| fact.ask.get(support))
            .cloned()
            .unwrap_or_else(|| name.0.replace('_', " "));
        let example = self.tongue.choose("for example", "zum Beispiel");
        if fact.example.is_empty() || ask.contains(&fact.example) {
            ask
        } else {
            format!("{ask} ({example} {})", fact.example)
        }
    }

    /// What happens next.
    pub(super) fn notice(
        &self,
        team: &Team,
        promised_by: Timestamp,
    ) -> Result<Outgoing, ComposeError> {
        let further = [
            ("team", json!(self.tongue.team(team))),
            (
                "promised_by",
                json!(self.tongue.moment(promised_by, &team.hours.time_zone)),
            ),
            ("passed_on", json!(self.passed_on())),
            ("lawful_by", json!(self.lawful_by(team))),
        ];
        let further = further.into_iter();
        let further = further.chain(matters::flags(&self.decision.reasons));
        self.to_customer(Purpose::Notice, "notice", further, vec![])
    }

    /// What the person has got, so that the customer need not say it again. To a sender who is not shown to be the customer it names
    /// nothing that the mail says.
    fn passed_on(&self) -> Vec<String> {
        let tongue = self.tongue;
        let mail = match self.situation.mail.extent {
            Extent::Whole => tongue.choose("your mail, word for word", "Ihre Mail, Wort für Wort"),
            Extent::HeadersOnly => tongue.choose(
                "that you wrote; your mail itself is too large for that and lies in our mailbox",
                "dass Sie geschrieben haben; Ihre Mail selbst ist dafür zu groß und liegt in unserem Postfach",
            ),
        };
        let mut passed = vec![mail.to_owned()];
        let is_own_mail = matches!(self.situation.sender, Sender::Customer(_));
        let files = self.situation.mail.attachments.len();
        if is_own_mail && files > 0 {
            passed.push(match tongue {
                Tongue::English if files == 1 => "its attachment".to_owned(),
                Tongue::English => format!("its {files} attachments"),
                Tongue::German if files == 1 => "der Anhang".to_owned(),
                Tongue::German => format!("die {files} Anhänge"),
            });
        }
        if !self.may_echo() {
            return passed;
        }
        let facts = self.ticket.facts();
        for (name, value) in &facts {
            let name = name.0.replace('_', " ");
            passed.push(format!("{name}: {}", shortened(value, 80)));
        }
        passed
    }

    /// That STOP was understood.
    pub(super) fn stop_confirmation(&self) -> Result<Outgoing, ComposeError> {
        self.to_customer(Purpose::StopConfirmation, "stop-confirmation", [], vec![])
    }

    /// A draft that a person said yes to.
    pub(super) fn approved_answer(&self, draft: &Draft) -> Result<Outgoing, ComposeError> {
        match draft.wording {
            Wording::OfArticle => {
                let further = [("answer", json!(draft.text))];
                self.to_customer(Purpose::ApprovedAnswer, "approved-answer", further, vec![])
            }
            // A member wrote it: it means only itself, and no link of it is one.
            Wording::Edited { ref by, .. } => {
                let author = Author::of(self.team(&draft.team)?, by);
                let words = author.signed(&self.guard.cut(&draft.text));
                let further = [("reply", json!(words))];
                let purpose = Purpose::ApprovedAnswer;
                self.in_the_name_of(Some(&author), purpose, "staff-reply", further, vec![])
            }
        }
    }

    /// A member's own words and files.
    pub(super) fn staff_reply(
        &self,
        author: &Author<'_>,
        text: &str,
    ) -> Result<Outgoing, ComposeError> {
        let words = self.guard.cut(text);
        // Images inside the text are mostly those of a signature or of the quoted packet; the words do not need them.
        let files: Vec<&Attachment> = self
            .situation
            .mail
            .attachments
            .iter()
            .filter(|file| !file.inline)
            .collect();
        if words.is_empty() && files.is_empty() {
            return Err(ComposeError::Build(
                "the reply holds no words for the customer".to_owned(),
            ));
        }
        let parts = files.into_iter().cloned().map(Part::File).collect();
        let further = [("reply", json!(author.signed(&words)))];
        let purpose = Purpose::StaffReply;
        self.in_the_name_of(Some(author), purpose, "staff-reply", further, parts)
    }

    pub(super) fn to_customer<'n>(
        &self,
        purpose: Purpose,
        template: &str,
        further: impl IntoIterator<Item = (&'n str, Value)>,
        parts: Vec<Part>,
    ) -> Result<Outgoing, ComposeError> {
        self.in_the_name_of(None, purpose, template, further, parts)
    }

    /// A mail to the customer; where a member wrote it, perhaps with their name beside our address.
    fn in_the_name_of<'n>(
        &self,
        author: Option<&Author<'_>>,
        purpose: Purpose,
        template: &str,
        further: impl IntoIterator<Item = (&'n str, Value)>,
        parts: Vec<Part>,
    ) -> Result<Outgoing, ComposeError> {
        let customer = self.customer()?;
        let is_human = matches!(purpose, Purpose::StaffReply | Purpose::ApprovedAnswer);
        let mut data = Map::new();
        for (name, value) in further {
            data.insert(name.to_owned(), value);
        }
        let support = &self.situation.settings.support;
        data.insert("reference".to_owned(), json!(self.id().to_string()));
        data.insert("support_name".to_owned(), json!(support.name.as_str()));
        data.insert(
            "subject".to_owned(),
            json!(self.subject_to_customer(is_human)),
        );
        if !is_human {
            let how = self.tongue.how_to_reach_a_person(purpose);
            data.insert("how_to_reach_a_person".to_owned(), json!(how));
        }
        let mut rendered = self.render(template, self.tongue, data)?;
        rendered.document.end_with(&support.footer);
        let from_name = author.and_then(|author| author.name_in_from(support.name.as_str()));
        self.seal_to_customer(
            purpose,
            customer,
            from_name,
            rendered.subject,
            rendered.document,
            parts,
        )
    }

    fn seal_to_customer(
        &self,
        purpose: Purpose,
        customer: &Mailbox,
        from_name: Option<String>,
        subject: String,
        document: Document,
        parts: Vec<Part>,
    ) -> Result<Outgoing, ComposeError> {
        let is_human = matches!(purpose, Purpose::StaffReply | Purpose::ApprovedAnswer);
        let language = self.tongue.language();
        let mut thread = self.ticket.customer_thread();
        // A member who once put the customer into Cc made them quote the name of a mail of ours to staff: it is not passed on.
        thread
            .references
            .retain(|id| !self.guard.is_leak(id.as_str()));
        if matches!(purpose, Purpose::StopConfirmation | Purpose::Told) {
            // The word alone is no further request, so the story does not keep its mail; yet it is what this answers.
            thread.in_reply_to = self
                .situation
                .mail
                .message_id
                .clone()
                .or(thread.in_reply_to);
        }
        // Neither is one that a customer gave to a mail of theirs in the form of such a name.
        let guard = &self.guard;
        thread.in_reply_to.take_if(|id| guard.is_leak(id.as_str()));
        let cc = if is_human { self.also_to() } else { vec![] };
        if !cc.is_empty() {
            // Names of mails that went to the customer alone prove the customer: a copy must not hold them.
            let is_ours = |id: &MessageId| self.ticket.is_mail_of_ours(id);
            thread.references.retain(|id| !is_ours(id));
            thread.in_reply_to.take_if(|id| is_ours(id));
        }
        let letter = Letter {
            purpose,
            manner: if is_human {
                Manner::HumanToCustomer
            } else {
                Manner::AutomaticToCustomer
            },
            ticket: Some(self.id()),
            party: Some(Party::Customer(customer.address.clone())),
            to: customer.address.clone(),
            // A name that a stranger chose does not go into what a machine writes.
            to_name: customer.name.as_ref().filter(|_| is_human),
            from_name,
            cc,
            cause: &self.situation.mail.identity.0,
            subject: self.with_reference(&subject),
            document,
            thread,
            parts,
            pictures: vec![],
            reply_to: None,
            language: &language.0,
        };
        self.seal(letter)
    }

    /// Whether words of the customer may stand in an automatic mail: not in the first one to somebody who may be anybody, or our
    /// answers would carry a stranger's advertisement to whomever they name as the sender.
    fn may_echo(&self) -> bool {
        matches!(
            self.situation.sender,
            Sender::Customer(Trust::Thread | Trust::Proven)
        )
    }

    fn subject_to_customer(&self, is_human: bool) -> String {
        let mails = self.ticket.customer_mails();
        let theirs = mails
            .last()
            .map(|mail| mail.subject.as_str())
            .unwrap_or_default();
        let bare = without_prefixes(theirs, &self.id().to_string());
        let is_usable = !bare.is_empty() && !self.guard.is_leak(&bare);
        if is_usable && (is_human || self.may_echo()) {
            return format!("Re: {}", shortened(&bare, SUBJECT_MAX_CHARACTERS));
        }
        let name = self.situation.settings.support.name.as_str();
        self.tongue.neutral_subject(name)
    }

    /// The subject with the reference once, at its end: long subjects are cut before it.
    fn with_reference(&self, subject: &str) -> String {
        let reference = format!("[{}]", self.id());
        let rest = subject.replace(&reference, " ");
        format!("{} {reference}", shortened(&rest, 200))
    }
}

/// The subject without `Re:` and its kin, and without our reference.
pub(super) fn without_prefixes(subject: &str, reference: &str) -> String {
    let mut rest = subject.replace(&format!("[{reference}]"), " ");
    for _ in 0..10 {
        let trimmed = rest.trim_start();
        let prefix = trimmed.split_once(':').filter(|(word, _)| {
            let word = word.trim().to_lowercase();
            matches!(
                word.as_str(),
                "re" | "aw" | "antw" | "sv" | "fwd" | "fw" | "wg"
            )
        });
        match prefix {
            Some((_, behind)) => rest = behind.to_owned(),
            None => break,
        }
    }
    rest.split_whitespace().collect::<Vec<_>>().join(" ")
}
