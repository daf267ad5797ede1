//! The stored form of a weekly letter: what it suggested, and what was answered.

use super::{FieldError, address, identity, message_id, ticket_id};
use crate::autonomy::{ArticleName, Stage};
use crate::config::{IntentName, Language, TeamName};
use crate::letter::{LetterAnswer, NewArticle, Says, SentLetter, Suggestion, Word};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A letter.
#[derive(Serialize, Deserialize)]
pub(in crate::journal) struct LetterForm {
    message_id: String,
    to: String,
    at: Timestamp,
    suggestions: Vec<SuggestionForm>,
    quoted: Vec<String>,
    answers: Vec<AnswerForm>,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "suggests", rename_all = "kebab-case")]
enum SuggestionForm {
    Advance {
        article: String,
        from: String,
        text: String,
    },
    Write {
        article: ArticleForm,
        tickets: Vec<String>,
    },
    Forgotten,
}

#[derive(Serialize, Deserialize)]
struct ArticleForm {
    intent: String,
    language: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    team: Option<String>,
    title: String,
    ask: Vec<String>,
    body: String,
    answers: usize,
}

#[derive(Serialize, Deserialize)]
struct AnswerForm {
    at: Timestamp,
    from: String,
    mail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<String>,
    words: Vec<WordForm>,
    is_done: bool,
    in_vain: Vec<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    told: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct WordForm {
    number: usize,
    says: String,
}

impl From<&SentLetter> for LetterForm {
    fn from(letter: &SentLetter) -> Self {
        let compact = |ticket: &crate::ticket::TicketId| ticket.compact().to_owned();
        Self {
            message_id: letter.message_id.as_str().to_owned(),
            to: letter.to.as_str().to_owned(),
            at: letter.at,
            suggestions: letter
                .suggestions
                .iter()
                .map(SuggestionForm::from)
                .collect(),
            quoted: letter.quoted.iter().map(compact).collect(),
            answers: letter.answers.iter().map(AnswerForm::from).collect(),
        }
    }
}

impl From<&Suggestion> for SuggestionForm {
    fn from(suggestion: &Suggestion) -> Self {
        match suggestion {
            Suggestion::Advance {
                article,
                from,
                text,
            } => Self::Advance {
                article: article.to_string(),
                from: from.as_str().to_owned(),
                text: text.clone(),
            },
            Suggestion::Write { article, tickets } => Self::Write {
                article: ArticleForm::from(article),
                tickets: tickets.iter().map(|id| id.compact().to_owned()).collect(),
            },
            Suggestion::Forgotten => Self::Forgotten,
        }
    }
}

impl From<&NewArticle> for ArticleForm {
    fn from(article: &NewArticle) -> Self {
        Self {
            intent: article.intent.0.clone(),
            language: article.language.0.clone(),
            team: article.team.as_ref().map(|team| team.0.clone()),
            title: article.title.clone(),
            ask: article.ask.clone(),
            body: article.body.clone(),
            answers: article.answers,
        }
    }
}

impl From<&LetterAnswer> for AnswerForm {
    fn from(answer: &LetterAnswer) -> Self {
        let words = answer.words.iter().map(|word| WordForm {
            number: word.number,
            says: word.says.as_str().to_owned(),
        });
        Self {
            at: answer.at,
            from: answer.from.as_str().to_owned(),
            mail: answer.mail.to_string(),
            message_id: answer.message_id.as_ref().map(|id| id.as_str().to_owned()),
            words: words.collect(),
            is_done: answer.is_done,
            in_vain: answer.in_vain.clone(),
            told: answer.told.as_ref().map(|id| id.as_str().to_owned()),
        }
    }
}

impl TryFrom<LetterForm> for SentLetter {
    type Error = FieldError;

    fn try_from(form: LetterForm) -> Result<Self, FieldError> {
        let suggestions = form.suggestions.into_iter().map(Suggestion::try_from);
        let answers = form.answers.into_iter().map(LetterAnswer::try_from);
        let quoted = form.quoted.iter().map(|id| ticket_id(id));
        Ok(Self {
            message_id: message_id(&form.message_id)?,
            to: address(&form.to)?,
            at: form.at,
            suggestions: suggestions.collect::<Result<_, _>>()?,
            quoted: quoted.collect::<Result<_, _>>()?,
            answers: answers.collect::<Result<_, _>>()?,
        })
    }
}

impl TryFrom<SuggestionForm> for Suggestion {
    type Error = FieldError;

    fn try_from(form: SuggestionForm) -> Result<Self, FieldError> {
        Ok(match form {
            SuggestionForm::Advance {
                article,
                from,
                text,
            } => Self::Advance {
                article: ArticleName::parse(&article)
                    .ok_or_else(|| format!("`{article}` is no article's name"))?,
                from: Stage::by_word(&from).ok_or_else(|| format!("`{from}` is no stage"))?,
                text,
            },
            SuggestionForm::Write { article, tickets } => Self::Write {
                article: NewArticle {
                    intent: IntentName(article.intent),
                    language: Language(article.language),
                    team: article.team.map(TeamName),
                    title: article.title,
                    ask: article.ask,
                    body: article.body,
                    answers: article.answers,
                },
                tickets: (tickets.iter())
                    .map(|id| ticket_id(id))
                    .collect::<Result<_, _>>()?,
            },
            SuggestionForm::Forgotten => Self::Forgotten,
        })
    }
}

impl TryFrom<AnswerForm> for LetterAnswer {
    type Error = FieldError;

    fn try_from(form: AnswerForm) -> Result<Self, FieldError> {
        let word = |word: WordForm| {
            let says = Says::by_word(&word.says);
            Ok::<_, FieldError>(Word {
                number: word.number,
                says: says.ok_or_else(|| format!("`{}` is neither yes nor no", word.says))?,
            })
        };
        Ok(Self {
            at: form.at,
            from: address(&form.from)?,
            mail: identity(&form.mail)?,
            message_id: (form.message_id.as_deref()).map(message_id).transpose()?,
            words: (form.words.into_iter().map(word)).collect::<Result<_, _>>()?,
            is_done: form.is_done,
            in_vain: form.in_vain,
            told: (form.told.as_deref()).map(message_id).transpose()?,
        })
    }
}
