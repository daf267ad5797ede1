//! Which article does a member name with `INTENT`, and may the customer's mail teach it? Pure.

use super::super::view::View;
use crate::config::IntentName;

/// What staff write after `INTENT` where no article covers the request.
const NO_ARTICLE: [&str; 3] = ["none", "keines", "keins"];

/// So many names of articles are listed in a mail.
const NAMES_SHOWN_MAX: usize = 40;

/// The article that a member names, `None` for "none of them"; or why nothing can be learned of it.
pub(super) fn named(view: &View<'_>, name: &str) -> Result<Option<IntentName>, String> {
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
        let what = if name.is_empty() {
            "the name of an article is missing after INTENT".to_owned()
        } else {
            // It goes into a mail: not more of it than a name may have.
            let name: String = name.chars().take(60).collect();
            format!("there is no article with the intent \"{name}\"")
        };
        return Err(format!(
            "{what}, so nothing was learned; reply with INTENT and one of {}{more}, or with INTENT none",
            shown.join(", ")
        ));
    };
    match view.situation.request {
        Some(Ok(_)) => Ok(intent),
        Some(Err(why)) => Err(format!(
            "nothing was learned, because {why}{}",
            another_mail(view)
        )),
        None => Err("nothing was learned, because the ticket is not known".to_owned()),
    }
}

/// Where the customer wrote more than once, another mail of theirs may be the one that says it.
fn another_mail(view: &View<'_>) -> &'static str {
    let mails = view
        .ticket()
        .map_or(0, |ticket| ticket.customer_mails().len());
    if mails > 1 {
        "; reply with the same words to the packet of the mail that says what is wanted, mostly the first of the ticket"
    } else {
        ""
    }
}
