//! Who writes what: the mail of a step, as the mail program or server of whoever acts would write it.

use super::super::conversation::{Act, Origin, Thread, Written};
use super::super::letter::{Letter, delivery_report};
use super::super::mailboxes::Kept;
use super::super::tapped::tapped;
use super::Stage;
use crate::config::WhoseWord;
use crate::inbox::Content;
use crate::mail::{Address, AuthenticationResults, MessageId};

impl Stage<'_> {
    /// The mail of a step, or why nobody could write it.
    pub(super) fn raw_mail(&self, act: &Act) -> Result<Vec<u8>, String> {
        match act {
            Act::Writes(written) => self.customer_mail(written),
            Act::StaffReplies {
                member,
                to_mail,
                text,
                attachments,
            } => self.staff_mail(member, *to_mail, text, attachments),
            Act::StaffTaps {
                member,
                in_mail,
                link,
                text,
            } => self.tapped_mail(member, *in_mail, link, text),
            Act::Bounces(address) => {
                let last = self.mailboxes.last_received(address);
                let lost = last.and_then(|mail| mail.message_id.as_ref());
                let lost =
                    lost.ok_or_else(|| format!("{address} got no mail that could come back"))?;
                let support = &self.office.settings.support.address;
                let id = self.next_message_id();
                Ok(delivery_report(support, address, lost, &id, self.now))
            }
            Act::ComesAgain => {
                let last = self.last.clone();
                last.ok_or_else(|| "no mail came before that could come again".to_owned())
            }
            Act::Comes { raw, .. } => Ok(raw.clone()),
            Act::Waits(_) => Err("nobody writes while time passes".to_owned()),
            Act::ServerIs(_) => Err("a server writes nothing".to_owned()),
        }
    }

    /// A mail as the receiving server hands it on: with its word on the sender, where the settings take a server's word.
    pub(super) fn received(
        &self,
        raw: Vec<u8>,
        origin: Origin,
    ) -> (Vec<u8>, Option<AuthenticationResults>) {
        let word = &self.office.settings.trust.word;
        let server = match word {
            WhoseWord::Nobodys => return (raw, None),
            WhoseWord::Server(server) => server.as_str(),
            WhoseWord::Own(_) => "rehearsal",
        };
        let read = self.office.read(&Content::Whole(raw.clone()));
        let from = read.ok().and_then(|mail| mail.from);
        let domain = from
            .as_ref()
            .map_or("nobody.invalid", |from| from.address.domain());
        let result = match origin {
            Origin::Genuine => "pass",
            Origin::Forged => "fail (p=reject)",
        };
        let says = format!("{server}; dmarc={result} header.from={domain}");
        match word {
            WhoseWord::Own(_) => (raw, AuthenticationResults::read(&says)),
            WhoseWord::Server(_) | WhoseWord::Nobodys => {
                let field = format!("Authentication-Results: {says}\r\n");
                ([field.into_bytes(), raw].concat(), None)
            }
        }
    }

    fn customer_mail(&self, written: &Written) -> Result<Vec<u8>, String> {
        let mut letter = Letter {
            name: written.from.name.clone(),
            cc: written.cc.clone(),
            subject: written.subject.clone().unwrap_or_default(),
            attachments: written.attachments.clone(),
            headers: written.headers.clone(),
            ..self.letter(&written.from.address, &written.text)
        };
        match &written.thread {
            Thread::Fresh => {}
            Thread::Last => {
                if let Some(last) = self.mailboxes.last_received(&written.from.address) {
                    last.answer_with(&mut letter);
                }
            }
            Thread::All(whose) => {
                let theirs = self.mailboxes.last_written(whose);
                let theirs = theirs
                    .ok_or_else(|| format!("{whose} wrote no mail that could be answered"))?;
                theirs.answer_all_with(&mut letter);
            }
        }
        Ok(letter.bytes())
    }

    fn staff_mail(
        &self,
        member: &Address,
        to_mail: Option<usize>,
        text: &str,
        attachments: &[String],
    ) -> Result<Vec<u8>, String> {
        let got = self.got_by_team(member, to_mail)?;
        let mut letter = Letter {
            attachments: attachments.to_vec(),
            ..self.letter(member, text)
        };
        got.answer_with(&mut letter);
        Ok(letter.bytes())
    }

    /// The mail that a link opens: a new one, in no thread, that quotes nothing.
    fn tapped_mail(
        &self,
        member: &Address,
        in_mail: Option<usize>,
        link: &str,
        text: &str,
    ) -> Result<Vec<u8>, String> {
        let got = self.got_by_team(member, in_mail)?;
        let opened = tapped(&got.text, link)
            .ok_or_else(|| format!("the mail has no link \"{link}\" that opens a mail"))?;
        let text = format!("{}\n\n{text}", opened.body);
        let letter = Letter {
            to: vec![opened.to],
            subject: opened.subject,
            ..self.letter(member, &text)
        };
        Ok(letter.bytes())
    }

    /// A mail that the team of a member got.
    fn got_by_team(&self, member: &Address, number: Option<usize>) -> Result<&Kept, String> {
        let teams = self.office.settings.teams.iter();
        let theirs = teams.filter(|team| team.member(member).is_some());
        let theirs: Vec<_> = theirs.collect();
        if theirs.is_empty() {
            return Err(format!("{member} is a member of no team"));
        }
        let got = theirs.iter().find_map(|team| match number {
            Some(number) => self.mailboxes.received(&team.address, number),
            None => self.mailboxes.last_received(&team.address),
        });
        got.ok_or_else(|| format!("the team of {member} got no such mail"))
    }

    fn letter(&self, from: &Address, text: &str) -> Letter {
        Letter {
            name: String::new(),
            from: from.clone(),
            to: vec![self.office.settings.support.address.clone()],
            cc: Vec::new(),
            subject: String::new(),
            at: self.now,
            message_id: self.next_message_id(),
            in_reply_to: None,
            references: Vec::new(),
            text: text.to_owned(),
            attachments: Vec::new(),
            headers: Vec::new(),
        }
    }

    /// The same each time the conversation is played, so that references and texts are as well.
    fn next_message_id(&self) -> MessageId {
        let number = self.mails.saturating_add(1);
        match MessageId::parse(&format!("mail-{number}@rehearsal.invalid")) {
            Some(id) => id,
            None => unreachable!("letters, digits and a dash make a Message-ID"),
        }
    }
}
