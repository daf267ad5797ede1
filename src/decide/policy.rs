//! Step 5: what policy gives to a person, however clear the request is; and thanks, which are no request.

use super::meant;
use super::view::View;
use super::{Match, Rule, repeated, sentences, to_person};
use crate::desk::Sender;
use crate::knowledge::ArticleMode;
use crate::mail::{Extent, Protection};
use crate::understand::SpokenLanguage;
use crate::understand::particulars::is_named_in;
use std::collections::BTreeSet;

/// The rules of this step, in order.
pub(super) const RULES: &[Rule] = &[
    too_large,
    encrypted,
    third_party,
    vip,
    looked_up,
    attachments_only,
    // Thanks bear some likeness to any article: whether its text is there in the customer's language, or is for people, is not asked.
    repeated::thanks,
    language,
    several_requests,
    article_for_people,
    particular_not_in_text,
];

/// Below this many words beside an attachment, the attachment says what is wanted.
const WORDS_BESIDE_ATTACHMENT: usize = 6;

fn too_large(view: &View<'_>) -> Vec<Match> {
    let mail = view.situation.mail;
    if mail.extent != Extent::HeadersOnly {
        return vec![];
    }
    let size = format!("{} bytes", mail.size_bytes);
    to_person(view, "too-large", sentences::TOO_LARGE, size)
}

fn encrypted(view: &View<'_>) -> Vec<Match> {
    if view.situation.mail.protection != Protection::Encrypted {
        return vec![];
    }
    to_person(view, "encrypted", sentences::ENCRYPTED, "")
}

fn third_party(view: &View<'_>) -> Vec<Match> {
    if view.situation.sender != &Sender::ThirdParty {
        return vec![];
    }
    let from = view.situation.mail.from.as_ref();
    to_person(
        view,
        "third-party",
        sentences::THIRD_PARTY,
        from.map(ToString::to_string).unwrap_or_default(),
    )
}

fn vip(view: &View<'_>) -> Vec<Match> {
    let mail = view.situation.mail;
    let escalate = &view.situation.settings.escalate;
    // A form on a web page mails in its own name for whoever filled it in: either may be on the list.
    let people = mail.from.iter().chain(mail.writer());
    let Some(entry) = people
        .filter_map(|person| escalate.vip_entry(&person.address))
        .next()
    else {
        return vec![];
    };
    to_person(view, "vip", sentences::VIP, entry)
}

/// What a lookup says may only send a mail to a person: it is what another program knows, and may be about somebody whose address was borrowed.
fn looked_up(view: &View<'_>) -> Vec<Match> {
    let found = meant::of(view.situation.mail, view.situation.settings);
    let Some(meant) = found.into_iter().find(|meant| meant.policy.hands_off) else {
        return lookup_away(view);
    };
    // What was said is no word of the customer's, and stands with who they are.
    let sentence = sentences::LOOKED_UP.with([&meant.lookup.name, &meant.policy.field]);
    to_person(view, "looked-up", sentence, "")
}

/// Mails of some customers always go to a person, and whether this is one of them nobody can say now.
fn lookup_away(view: &View<'_>) -> Vec<Match> {
    let situation = view.situation;
    let Some(lookup) = meant::unanswered(situation.mail, situation.settings) else {
        return vec![];
    };
    let sentence = sentences::LOOKUP_AWAY.with([&lookup.name]);
    to_person(view, "lookup-away", sentence, "")
}

fn attachments_only(view: &View<'_>) -> Vec<Match> {
    let files = &view.situation.mail.attachments;
    let words = view.word_count();
    let carries_substance = if words == 0 {
        !files.is_empty()
    } else {
        words < WORDS_BESIDE_ATTACHMENT && files.iter().any(|file| !file.inline)
    };
    if !carries_substance {
        return vec![];
    }
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    to_person(
        view,
        "attachments",
        sentences::ATTACHMENTS,
        names.join(", "),
    )
}

fn language(view: &View<'_>) -> Vec<Match> {
    let support = &view.situation.settings.support;
    if let SpokenLanguage::Known(spoken) = &view.situation.understanding.language
        && !support.languages.contains(spoken)
    {
        let sentence = sentences::LANGUAGE.with([spoken]);
        return to_person(view, "language", sentence, "");
    }
    match view.likely() {
        Some((wanted, topic))
            if !topic.mode.is_for_people() && !topic.articles.contains_key(&view.language) =>
        {
            let (intent, language) = (&wanted.intent, &view.language);
            let sentence = sentences::NO_TEXT_IN_LANGUAGE.with([intent, language]);
            to_person(
                view,
                "no-text-in-language",
                sentence,
                wanted.evidence.as_str(),
            )
        }
        _ => vec![],
    }
}

fn several_requests(view: &View<'_>) -> Vec<Match> {
    let requests = &view.situation.understanding.requests;
    let intents: BTreeSet<&str> = requests
        .iter()
        .map(|request| request.intent.0.as_str())
        .collect();
    if intents.len() < 2 {
        return vec![];
    }
    let names: Vec<&str> = intents.into_iter().collect();
    let sentences: Vec<&str> = requests
        .iter()
        .map(|request| request.sentence.as_str())
        .collect();
    to_person(
        view,
        "several-requests",
        sentences::SEVERAL_REQUESTS.with([&names.join(", ")]),
        sentences.join(" / "),
    )
}

/// The article may be the right one, and yet its text answers another question (`Are you open on 24 December?`).
fn particular_not_in_text(view: &View<'_>) -> Vec<Match> {
    let Some((wanted, _, article)) = view.article() else {
        return vec![];
    };
    // What a text does not name is no news while there is none.
    if !article.is_written() {
        return vec![];
    }
    let particulars = &view.situation.understanding.particulars;
    let unnamed: Vec<&str> = particulars
        .iter()
        .filter(|particular| {
            !is_named_in(&article.body, particular) && !is_named_in(&article.title, particular)
        })
        .map(|particular| particular.words.as_str())
        .collect();
    if unnamed.is_empty() || wanted.confidence < wanted.thresholds.suggest {
        return vec![];
    }
    to_person(
        view,
        "particular-not-in-text",
        sentences::PARTICULAR_NOT_IN_TEXT.with([&wanted.intent]),
        unnamed.join(", "),
    )
}

fn article_for_people(view: &View<'_>) -> Vec<Match> {
    match view.likely() {
        Some((wanted, topic)) if topic.mode == ArticleMode::Handoff => to_person(
            view,
            "article-handoff",
            sentences::ARTICLE_FOR_PEOPLE.with([&wanted.intent]),
            wanted.evidence.as_str(),
        ),
        Some((wanted, topic)) if topic.mode == ArticleMode::Unwritten => to_person(
            view,
            "article-not-written",
            sentences::ARTICLE_NOT_WRITTEN.with([&wanted.intent]),
            wanted.evidence.as_str(),
        ),
        _ => vec![],
    }
}
