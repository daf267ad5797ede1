//! Which article does a member name with `INTENT`, and may the customer's mail teach it? Pure.

use super::super::Sentence;
use super::super::view::View;
use super::{hints, no_lesson};
use crate::config::IntentName;

/// What staff write after `INTENT` where no article covers the request.
const NO_ARTICLE: [&str; 3] = ["none", "keines", "keins"];

/// So many names of articles are listed in a mail.
const NAMES_SHOWN_MAX: usize = 40;

/// The article that a member names, `None` for "none of them"; or why nothing can be learned of it.
pub(super) fn named(view: &View<'_>, name: &str) -> Result<Option<IntentName>, Sentence> {
    let topics = &view.situation.knowledge.topics;
    let intent = IntentName(name.to_owned());
    let intent = if topics.contains_key(&intent) {
        Some(intent)
    } else if NO_ARTICLE.contains(&name) {
        None
    } else {
        let names: Vec<&str> = topics.keys().map(|name| name.0.as_str()).collect();
        let (shown, more) = match names.get(..NAMES_SHOWN_MAX) {
            Some(first) => (first, ", …"),
            None => (names.as_slice(), ""),
        };
        let shown = format!("{}{more}", shown.join(", "));
        // It goes into a mail: not more of it than a name may have.
        let name: String = name.chars().take(60).collect();
        return Err(if name.is_empty() {
            hints::NO_ARTICLE_NAMED.with([&shown])
        } else {
            hints::NO_SUCH_ARTICLE.with([&name, &shown])
        });
    };
    let mails = view
        .ticket()
        .map_or(0, |ticket| ticket.customer_mails().len());
    match view.situation.request {
        Some(Ok(_)) => Ok(intent),
        Some(Err(why)) => Err(no_lesson::told(Some(why), mails > 1)),
        None => Err(no_lesson::told(None, mails > 1)),
    }
}
