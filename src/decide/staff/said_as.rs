//! Which article did a member write out in an answer of their own? Reads what any person may have typed; bounded; pure.

use crate::compose::readable;
use crate::config::{IntentName, Language};
use crate::desk::{compare, words};
use crate::knowledge::Knowledge;
use std::collections::BTreeSet;

/// So many of an article's words must stand in the answer, in the same order and several in a row. High: what is learned of it is repeated to customers.
const KEPT_MIN_PERCENT: u8 = 80;
/// Shorter texts stand in many an answer.
const ARTICLE_WORDS_MIN: usize = 8;
/// An answer that says this much more is about something else as well: so many times the article's words, and a greeting.
const LONGER_MAX: usize = 2;
const GREETING_WORDS: usize = 30;

/// The article whose text the answer is, in a language; `None` where none is, or two are.
pub(super) fn said_as<'k>(
    answer: &str,
    language: &Language,
    knowledge: &'k Knowledge,
) -> Option<&'k IntentName> {
    let answer_words = words(answer).len();
    let said: BTreeSet<String> = words(answer).into_iter().collect();
    let kept = |intent: &'k IntentName| {
        let article = knowledge.article(intent, language)?;
        let text = readable(&without_places(&article.body));
        let words = words(&text);
        let article_words = words.len();
        let is_about_it_alone = answer_words <= article_words * LONGER_MAX + GREETING_WORDS;
        if article_words < ARTICLE_WORDS_MIN || !is_about_it_alone {
            return None;
        }
        // Comparing in order costs much more than looking up each word: most articles end here.
        let shared = words.iter().filter(|word| said.contains(*word)).count();
        if shared * 100 < article_words * usize::from(KEPT_MIN_PERCENT) {
            return None;
        }
        let kept_percent = compare(&text, answer).kept_percent;
        (kept_percent >= KEPT_MIN_PERCENT).then_some(intent)
    };
    let mut found = knowledge.topics.keys().filter_map(kept);
    let first = found.next();
    first.filter(|_| found.next().is_none())
}

/// A text without the places of details: what stands there differs in each answer.
fn without_places(body: &str) -> String {
    let mut text = String::with_capacity(body.len());
    let mut rest = body;
    while let Some((before, after)) = rest.split_once("{{") {
        text.push_str(before);
        rest = after.split_once("}}").map_or("", |(_, behind)| behind);
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::test_situation::knowledge_of;

    const HOURS: &str = "We are open from Tuesday to Saturday, from ten in the morning to six in the evening. **Closed** on holidays.";

    #[test]
    fn an_answer_is_an_article_where_it_says_it_and_little_else() {
        let returns = "Send it back within 30 days with the label of order {{order_number}}, and we pay you back within one week.";
        let knowledge = knowledge_of(&[
            ("hours", HOURS),
            ("refund", returns),
            ("short", "We do not."),
        ]);
        let english = Language("en".to_owned());
        let found =
            |answer: &str| said_as(answer, &english, &knowledge).map(|name| name.0.as_str());
        let long = "A different matter altogether. ".repeat(20);
        for (answer, expected) in [
            (HOURS, Some("hours")),
            (
                "Dear Ann,\nwe are open from Tuesday to Saturday, from ten in the\nmorning to six in the evening. Closed on holidays.\nBest wishes, Kim",
                Some("hours"),
            ),
            (
                "Dear Ann, send it back within 30 days with the label of order AB-123456, and we pay you back within one week. Kim",
                Some("refund"),
            ),
            ("Dear Ann, we are open on Saturday.", None),
            ("Dear Ann, we do not. Kim", None),
            (
                "Six Saturday from in the holidays on closed morning are we Tuesday to ten evening to from open.",
                None,
            ),
            (&format!("{HOURS} {returns}"), None),
            (&format!("{HOURS} {long}"), None),
            ("", None),
        ] {
            assert_eq!(found(answer), expected, "{answer}");
        }
        assert_eq!(said_as(HOURS, &Language("de".to_owned()), &knowledge), None);
    }
}
