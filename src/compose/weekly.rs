//! How does the weekly letter read? The account in words and two pictures, for the admin with numbered suggestions, for a team shorter; and what is told
//! to whoever answered it. In code and not in templates, so that nothing that a site changed keeps the week from being told.
//!
//! What customers asked is quoted: each word of it means only itself.

mod answered;
mod pictures;
mod sections;
mod words;

use super::letter::{Letter, Manner};
use super::markup::Document;
use super::mime::Part;
use super::view::staff_tongue;
use super::words::Tongue;
use super::{Outgoing, Purpose, Writer};
use crate::config::{Language, Settings};
use crate::letter::{Account, Came, LetterAnswer, SentLetter};
use crate::mail::{Attachment, HeaderText};
use crate::ticket::ThreadLinks;
use jiff::Timestamp;

pub use sections::Audience;

/// The longest file that comes with a mail, in characters; no proposed article is near it.
const FILE_MAX_CHARACTERS: usize = 20_000;

impl Writer {
    /// The letter that was due at this moment. The same moment gives the same Message-ID.
    #[must_use]
    pub fn weekly_letter(
        &self,
        account: &Account,
        audience: Audience<'_>,
        due: Timestamp,
        settings: &Settings,
        now: Timestamp,
    ) -> Outgoing {
        let tongue = staff_tongue(settings);
        let pictures = match audience {
            Audience::Admin | Audience::Operator => {
                pictures::of(&self.key, settings, account, tongue)
            }
            Audience::Team(_) => Vec::new(),
        };
        let mut document = Document::parse("");
        for (place, section) in sections::of(account, audience, tongue).iter().enumerate() {
            document.append(Document::parse(section));
            // The first after what was handled; the other after what went well and what did not.
            let picture = match place {
                0 => pictures.first(),
                2 => pictures.get(1),
                _ => None,
            };
            picture
                .into_iter()
                .for_each(|picture| document.show(picture));
        }
        let admin = &settings.support.admin;
        let (to, reply_to) = match audience {
            Audience::Admin | Audience::Operator => (admin, None),
            // What a team thinks of it is for a person to read.
            Audience::Team(team) => (&team.address, Some(admin.clone())),
        };
        let occasion = due.to_string();
        let letter = Letter {
            purpose: Purpose::WeeklyLetter,
            manner: Manner::Internal,
            ticket: None,
            party: None,
            to: to.clone(),
            to_name: None,
            from_name: None,
            cc: vec![],
            cause: occasion.as_bytes(),
            subject: format!(
                "[handoffd] {}",
                sections::subject(account, audience, tongue)
            ),
            document,
            thread: ThreadLinks::default(),
            parts: vec![],
            pictures,
            reply_to,
            language: &tongue.language().0,
        };
        letter.seal(&self.key, settings, now)
    }

    /// What came of an answer to a letter, in its thread.
    #[must_use]
    pub fn letter_answered(
        &self,
        letter: &SentLetter,
        answer: &LetterAnswer,
        came: &[(usize, Came)],
        settings: &Settings,
        now: Timestamp,
    ) -> Outgoing {
        let tongue = staff_tongue(settings);
        let files = came.iter().filter_map(|(_, came)| match came {
            Came::Attached {
                file_name, file, ..
            } => Some(Part::File(Attachment {
                name: HeaderText::clean(file_name),
                media_type: "text/markdown".to_owned(),
                inline: false,
                content: (file.chars().take(FILE_MAX_CHARACTERS).collect::<String>()).into_bytes(),
            })),
            _ => None,
        });
        let mut references = vec![letter.message_id.clone()];
        references.extend(answer.message_id.clone());
        let mut document = Document::parse(&answered::told(letter, came, tongue));
        document.append(Document::parse(sections::how_to_answer(tongue)));
        let letter = Letter {
            purpose: Purpose::LetterAnswered,
            manner: Manner::Internal,
            ticket: None,
            party: None,
            to: answer.from.clone(),
            to_name: None,
            from_name: None,
            cc: vec![],
            cause: &answer.mail.0,
            subject: format!(
                "[handoffd] {}",
                tongue.choose("Re: the weekly letter", "Re: der Wochenbrief")
            ),
            document,
            thread: ThreadLinks {
                in_reply_to: answer
                    .message_id
                    .clone()
                    .or(Some(letter.message_id.clone())),
                references,
            },
            parts: files.collect(),
            pictures: vec![],
            reply_to: None,
            language: &tongue.language().0,
        };
        letter.seal(&self.key, settings, now)
    }
}

/// The letter as it would read now, for whoever asks on the command line.
pub(crate) fn letter_as_text(account: &Account, language: &Language) -> String {
    let tongue = Tongue::of(language).unwrap_or(Tongue::English);
    let mut document = Document::parse("");
    for section in sections::of(account, Audience::Operator, tongue) {
        document.append(Document::parse(&section));
    }
    let subject = sections::subject(account, Audience::Operator, tongue);
    format!("{subject}\n\n{}", document.text())
}

#[cfg(test)]
mod tests;
