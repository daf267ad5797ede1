//! What is asked for, request by request, and which approved answer is nearest to each? A mail that asks for two things is never half
//! answered because staff saw one of them.

use super::view::View;
use super::words::shortened;
use crate::config::IntentName;
use crate::decide::HandOff;
use crate::decide::answer::filled_as_far_as_known;
use crate::ticket::ArticleReference;
use crate::understand::Request;
use crate::understand::command::is_nothing_but_a_word;
use serde_json::{Value, json};

/// So many requests are listed.
const REQUESTS_MAX: usize = 20;

/// How much of the sentence of a request stands in a mail, in characters.
const SENTENCE_CHARACTERS: usize = 300;

/// An approved answer that staff may send.
struct Suggested {
    article: ArticleReference,
    /// With what is known filled in, so that it can be sent as it stands; the places of what is missing stay visible.
    text: String,
}

/// `delivery-time (en, d80550a4)`
pub(super) fn title(article: &ArticleReference) -> String {
    format!(
        "{} ({}, {})",
        article.intent, article.language, article.revision
    )
}

impl View<'_> {
    /// What is wanted, in one line; and how much more there is.
    pub(super) fn wanted(&self) -> String {
        let understanding = self.situation.understanding;
        let requests = understanding.requests.iter();
        let own_words = self.situation.mail.body.own_words();
        let first_line = own_words.lines();
        // A word like HUMAN says nothing of the matter: that stands in what was written before.
        let earlier = match (understanding.customer_word, self.situation.ticket) {
            (Some(_), Some(ticket)) => ticket.customer_mails().last().copied(),
            _ => None,
        };
        let earlier = earlier.into_iter().flat_map(|mail| mail.excerpt.lines());
        let earlier = earlier.filter(|line| line.split_whitespace().count() > 3);
        if let [first, further @ ..] = self.listed().as_slice()
            && !further.is_empty()
        {
            let further = further.len();
            let more = self
                .staff_tongue
                .choose("more, each below", "weitere, jede unten");
            return format!(
                "{} (+{further} {more})",
                self.short(without_number(&first.sentence))
            );
        }
        let candidates = (self.asked_first().into_iter())
            .chain(earlier)
            .chain(std::iter::once(understanding.summary.as_str()))
            .chain(requests.map(|request| request.sentence.as_str()))
            .chain(first_line);
        let found = candidates.map(str::trim).find(|text| !text.is_empty());
        self.short(found.unwrap_or_default())
    }

    /// What is asked of people; a word like `HUMAN` is asked of us.
    fn listed(&self) -> Vec<&Request> {
        let requests = self.situation.understanding.requests.iter();
        let of_people = requests.filter(|request| !is_nothing_but_a_word(&request.sentence));
        of_people.take(REQUESTS_MAX).collect()
    }

    /// Each request, with the approved answer that is nearest to it.
    pub(super) fn request_lines(&self) -> Vec<String> {
        let tongue = self.staff_tongue;
        let nearest_word = tongue.choose("nearest", "am nächsten");
        let lines = self.listed().into_iter().map(|request| {
            let sentence = without_number(&request.sentence);
            let sentence = shortened(sentence, SENTENCE_CHARACTERS);
            let nearest = if self.is_near(request) {
                format!("{} ({:.2})", request.intent, request.confidence)
            } else {
                tongue.none().to_owned()
            };
            format!("{sentence} → {nearest_word}: {nearest}")
        });
        lines.collect()
    }

    fn is_near(&self, request: &Request) -> bool {
        self.may_suggest(&request.intent, request.confidence)
    }

    /// Whether that is sure enough to be shown to staff as a suggestion.
    pub(super) fn may_suggest(&self, intent: &IntentName, confidence: f64) -> bool {
        let situation = self.situation;
        let automation = &situation.settings.automation;
        confidence >= situation.knowledge.thresholds(intent, automation).suggest
    }

    /// The nearest approved answer to the mail, then that to each further request.
    fn suggested(&self, hand_off: &HandOff) -> Vec<Suggested> {
        let mut articles: Vec<ArticleReference> = hand_off.suggestion.clone().into_iter().collect();
        let several = self.listed().len() > 1;
        for request in self.listed().into_iter().filter(|_| several) {
            let is_there = articles.iter().any(|one| one.intent == request.intent);
            if !is_there && self.is_near(request) {
                articles.extend(self.article_about(&request.intent));
            }
        }
        let knowledge = self.situation.knowledge;
        let found = articles.into_iter().filter_map(|reference| {
            let article = knowledge.article(&reference.intent, &reference.language)?;
            let text = filled_as_far_as_known(&article.body, &hand_off.facts);
            Some(Suggested {
                text: text.trim().to_owned(),
                article: reference,
            })
        });
        found.collect()
    }

    /// The approved text about an intent, in the customer's language, or in any where there is none; nothing where the article is for people.
    pub(super) fn article_about(&self, intent: &IntentName) -> Option<ArticleReference> {
        let topic = self.situation.knowledge.topics.get(intent)?;
        if topic.mode.is_for_people() {
            return None;
        }
        let in_language = topic.articles.get_key_value(&self.tongue.language());
        let (language, article) = in_language.or_else(|| topic.articles.iter().next())?;
        Some(ArticleReference {
            intent: intent.clone(),
            language: language.clone(),
            revision: article.revision.clone(),
        })
    }

    /// By the names of the template's variables: which answers are near, and their texts.
    pub(super) fn suggestion_data(&self, hand_off: &HandOff) -> [(&'static str, Value); 2] {
        let suggested = self.suggested(hand_off);
        let titles: Vec<String> = suggested.iter().map(|one| title(&one.article)).collect();
        let line = if titles.is_empty() {
            self.staff_tongue.choose("none", "keiner").to_owned()
        } else {
            self.short(&titles.join("; "))
        };
        let text = match suggested.as_slice() {
            [] => String::new(),
            [only] => only.text.clone(),
            several => {
                let texts = several
                    .iter()
                    .map(|one| format!("{}:\n\n{}", title(&one.article), one.text));
                texts.collect::<Vec<_>>().join("\n\n")
            }
        };
        [
            ("suggestion", json!(line)),
            ("suggested_answer", json!(text)),
        ]
    }

    /// For machines: each of them.
    pub(super) fn suggestions_json(&self, hand_off: &HandOff) -> Vec<Value> {
        let suggested = self.suggested(hand_off);
        let objects = suggested.iter().map(|one| {
            json!({
                "article": format!("{}@{}", one.article.intent, one.article.revision),
                "language": one.article.language.0,
                "text": one.text,
            })
        });
        objects.collect()
    }
}

/// A sentence without the number or the mark that it had in the customer's own list.
fn without_number(sentence: &str) -> &str {
    let trimmed = sentence.trim_start();
    let behind = trimmed.trim_start_matches(|character: char| character.is_ascii_digit());
    let digits = trimmed.len() - behind.len();
    let behind = match digits {
        1 | 2 => behind.strip_prefix(['.', ')']),
        0 => behind.strip_prefix(['-', '*', '•']),
        _ => None,
    };
    match behind {
        Some(rest) if rest.starts_with(' ') => rest.trim_start(),
        _ => trimmed,
    }
}

#[cfg(test)]
mod tests {
    use super::without_number;

    #[test]
    fn a_request_loses_the_number_that_the_customer_gave_it() {
        assert_eq!(without_number("1. How long?"), "How long?");
        assert_eq!(without_number("2) Open?"), "Open?");
        assert_eq!(without_number("- Open?"), "Open?");
        assert_eq!(without_number("1.5 kg or more?"), "1.5 kg or more?");
        assert_eq!(without_number("2026. was"), "2026. was");
    }
}
