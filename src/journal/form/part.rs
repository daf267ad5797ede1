//! The stored forms of what events are made of: mails, mailboxes, files, articles, notices.

use super::{FieldError, address, identity, message_id};
use crate::config::{FactName, IntentName, Language};
use crate::mail::{Address, HeaderText, Mailbox, MessageId};
use crate::ticket::{ArticleReference, AttachmentSummary, Given, MailSummary, Notice};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(super) struct MailboxForm {
    name: Option<String>,
    address: String,
}

#[derive(Serialize, Deserialize)]
pub(super) struct MailForm {
    identity: String,
    message_id: Option<String>,
    references: Vec<String>,
    subject: String,
    excerpt: String,
    // Not in records of older programs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<AttachmentForm>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    also_to: Vec<String>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct AttachmentForm {
    name: String,
    media_type: String,
}

/// What a packet gave.
#[derive(Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub(super) enum GivenForm {
    Detail { name: String },
    Picture,
    File,
    Name,
    Request,
}

#[derive(Serialize, Deserialize)]
pub(super) struct ArticleForm {
    intent: String,
    language: String,
    revision: String,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub(super) enum NoticeForm {
    Sent { text: String },
    Withheld { why: String },
}

impl From<&Notice> for NoticeForm {
    fn from(notice: &Notice) -> Self {
        match notice {
            Notice::Sent { text } => Self::Sent { text: text.clone() },
            Notice::Withheld { why } => Self::Withheld { why: why.clone() },
        }
    }
}

impl From<NoticeForm> for Notice {
    fn from(form: NoticeForm) -> Self {
        match form {
            NoticeForm::Sent { text } => Self::Sent { text },
            NoticeForm::Withheld { why } => Self::Withheld { why },
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ShownByForm {
    Address,
    SentFolder,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum RemindedForm {
    Team,
    SecondAddress,
    Admin,
}

impl From<&Mailbox> for MailboxForm {
    fn from(mailbox: &Mailbox) -> Self {
        Self {
            name: mailbox.name.as_ref().map(|name| name.as_str().to_owned()),
            address: mailbox.address.as_str().to_owned(),
        }
    }
}

impl TryFrom<MailboxForm> for Mailbox {
    type Error = FieldError;

    fn try_from(form: MailboxForm) -> Result<Self, FieldError> {
        Ok(Self {
            name: form.name.as_deref().map(HeaderText::clean),
            address: address(&form.address)?,
        })
    }
}

impl From<&MailSummary> for MailForm {
    fn from(mail: &MailSummary) -> Self {
        Self {
            identity: mail.identity.to_string(),
            message_id: mail.message_id.as_ref().map(|id| id.as_str().to_owned()),
            references: mail
                .references
                .iter()
                .map(|id| id.as_str().to_owned())
                .collect(),
            subject: mail.subject.as_str().to_owned(),
            excerpt: mail.excerpt.clone(),
            attachments: mail.attachments.iter().map(Into::into).collect(),
            also_to: mail
                .also_to
                .iter()
                .map(|one| one.as_str().to_owned())
                .collect(),
        }
    }
}

impl TryFrom<MailForm> for MailSummary {
    type Error = FieldError;

    fn try_from(form: MailForm) -> Result<Self, FieldError> {
        let references: Result<Vec<MessageId>, FieldError> =
            form.references.iter().map(|id| message_id(id)).collect();
        let also_to: Result<Vec<Address>, FieldError> =
            form.also_to.iter().map(|one| address(one)).collect();
        Ok(Self {
            also_to: also_to?,
            identity: identity(&form.identity)?,
            message_id: form.message_id.as_deref().map(message_id).transpose()?,
            references: references?,
            subject: HeaderText::clean(&form.subject),
            excerpt: form.excerpt,
            attachments: form.attachments.into_iter().map(Into::into).collect(),
        })
    }
}

impl From<&ArticleReference> for ArticleForm {
    fn from(article: &ArticleReference) -> Self {
        Self {
            intent: article.intent.0.clone(),
            language: article.language.0.clone(),
            revision: article.revision.clone(),
        }
    }
}

impl From<ArticleForm> for ArticleReference {
    fn from(form: ArticleForm) -> Self {
        Self {
            intent: IntentName(form.intent),
            language: Language(form.language),
            revision: form.revision,
        }
    }
}

impl From<&AttachmentSummary> for AttachmentForm {
    fn from(file: &AttachmentSummary) -> Self {
        Self {
            name: file.name.as_str().to_owned(),
            media_type: file.media_type.clone(),
        }
    }
}

impl From<AttachmentForm> for AttachmentSummary {
    fn from(form: AttachmentForm) -> Self {
        Self {
            name: HeaderText::clean(&form.name),
            media_type: form.media_type,
        }
    }
}

impl From<&Given> for GivenForm {
    fn from(given: &Given) -> Self {
        match given {
            Given::Detail(name) => Self::Detail {
                name: name.0.clone(),
            },
            Given::Picture => Self::Picture,
            Given::File => Self::File,
            Given::Name => Self::Name,
            Given::Request => Self::Request,
        }
    }
}

impl From<GivenForm> for Given {
    fn from(form: GivenForm) -> Self {
        match form {
            GivenForm::Detail { name } => Self::Detail(FactName(name)),
            GivenForm::Picture => Self::Picture,
            GivenForm::File => Self::File,
            GivenForm::Name => Self::Name,
            GivenForm::Request => Self::Request,
        }
    }
}
