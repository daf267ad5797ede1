//! Steps 3 to 7: why a mail from outside goes to a person, in the order in which the reasons count. What passes all of these may be
//! answered.

use super::hand_off::{limit_reached, refused_before, refuses_automation};
use super::view::View;
use super::{Action, Match, Rule, leave};
use crate::desk::{Sender, Trust};
use crate::knowledge::ArticleMode;
use crate::mail::{Extent, Protection};
use crate::ticket::{Status, Ticket};
use crate::understand::{CustomerWord, HardStop, SpokenLanguage};
use std::collections::BTreeSet;

/// The rules of steps 3 to 7, in order.
pub(super) const RULES: &[Rule] = &[
    // 3: a person is in, or automation was refused
    person_in_ticket,
    stop_or_start_alone,
    automation_refused,
    // 4: hard stops
    hard_stops,
    // 5: policy
    too_large,
    encrypted,
    third_party,
    vip,
    attachments_only,
    language,
    several_requests,
    article_for_people,
    // 6: repeated failure, and what ends it
    thanks,
    did_not_help,
    asked_already,
    may_not_answer,
    limits,
    // 7: not sure
    no_intent,
    close_intents,
    not_sure,
];

/// Below this many words beside an attachment, the attachment says what is wanted.
const WORDS_BESIDE_ATTACHMENT: usize = 6;

/// The longest mail that is taken as nothing but thanks, in words.
const THANKS_MAX_WORDS: usize = 25;

/// Two intents nearer to each other than this are not told apart.
const CLOSE_MARGIN: f64 = 0.1;

/// It goes to a person, for this reason.
fn hand_off(
    view: &View<'_>,
    rule: &'static str,
    sentence: impl Into<String>,
    evidence: impl Into<String>,
) -> Vec<Match> {
    vec![Match::new(rule, sentence, evidence, view.to_person(None))]
}

fn person_in_ticket(view: &View<'_>) -> Vec<Match> {
    let Some(team) = view.team_in_ticket() else {
        return vec![];
    };
    let sentence = format!("a person of team {team} is in this ticket, so automation stays silent");
    vec![Match::new(
        "person-in-ticket",
        sentence,
        "",
        Action::PassOn { team },
    )]
}

/// `STOP` and `START` with nothing beside them ask for nothing else.
fn stop_or_start_alone(view: &View<'_>) -> Vec<Match> {
    let understanding = view.situation.understanding;
    let mail = view.situation.mail;
    let (Some(word), Sender::Customer(trust)) =
        (understanding.customer_word, view.situation.sender)
    else {
        return vec![];
    };
    // The understander says which word it is; here it only matters that nothing else stands beside it.
    if view.word_count() > 1 || !mail.attachments.is_empty() {
        return vec![];
    }
    let may_confirm = mail.may_auto_reply
        && *trust != Trust::Contradicted
        && mail.from.is_some()
        && limit_reached(view).is_none();
    let (rule, sentence, action) = match word {
        CustomerWord::Human => return vec![],
        CustomerWord::Start => (
            "start",
            "the customer takes STOP back; there is nothing else to do",
            leave::LEAVE,
        ),
        CustomerWord::Stop if refused_before(view) => (
            "stop-again",
            "the customer has said STOP before, and it was confirmed then",
            leave::LEAVE,
        ),
        CustomerWord::Stop if may_confirm => (
            "stop",
            "the customer wants no automatic mail, which is confirmed once",
            Action::ConfirmStop,
        ),
        CustomerWord::Stop => (
            "stop",
            "the customer wants no automatic mail, and not even a confirmation may be sent",
            leave::LEAVE,
        ),
    };
    vec![Match::new(rule, sentence, view.new_text(), action)]
}

fn automation_refused(view: &View<'_>) -> Vec<Match> {
    if !matches!(view.situation.sender, Sender::Customer(_)) || !refuses_automation(view) {
        return vec![];
    }
    hand_off(
        view,
        "automation-refused",
        "the customer has asked for no automatic mail (STOP), so a person answers",
        "",
    )
}

fn hard_stops(view: &View<'_>) -> Vec<Match> {
    let understanding = view.situation.understanding;
    let mut found: Vec<(HardStop, String)> = understanding
        .hard_stops
        .iter()
        .map(|found| (found.stop, found.evidence.clone()))
        .collect();
    let has = |found: &[(HardStop, String)], stop| found.iter().any(|(other, _)| *other == stop);
    if understanding.customer_word == Some(CustomerWord::Human)
        && !has(&found, HardStop::HumanRequest)
    {
        found.push((HardStop::HumanRequest, "HUMAN".to_owned()));
    }
    if view.situation.sender == &Sender::Customer(Trust::Contradicted)
        && !has(&found, HardStop::Identity)
    {
        let from = view.situation.mail.from.as_ref();
        found.push((
            HardStop::Identity,
            from.map(ToString::to_string).unwrap_or_default(),
        ));
    }
    let by_stop = &view.situation.settings.escalate.team_by_stop;
    found
        .into_iter()
        .map(|(stop, evidence)| {
            let (rule, sentence) = words_of(stop);
            let team = by_stop.get(stop.as_str()).cloned();
            Match::new(rule, sentence, evidence, view.to_person(team))
        })
        .collect()
}

const fn words_of(stop: HardStop) -> (&'static str, &'static str) {
    match stop {
        HardStop::HumanRequest => ("hard-stop-human-request", "the customer asks for a person"),
        HardStop::Frustration => (
            "hard-stop-frustration",
            "the customer is enraged or in despair",
        ),
        HardStop::Legal => (
            "hard-stop-legal",
            "the customer speaks of lawyers, authorities or the press",
        ),
        HardStop::Safety => (
            "hard-stop-safety",
            "somebody may be in danger or hurt, or violence is threatened",
        ),
        HardStop::Security => (
            "hard-stop-security",
            "it reports a security problem, a hacked account or phishing",
        ),
        HardStop::PaymentData => (
            "hard-stop-payment-data",
            "it holds card or account data, or speaks of fraud",
        ),
        HardStop::Privacy => (
            "hard-stop-privacy",
            "the customer asks for their data or for its erasure",
        ),
        HardStop::Minor => ("hard-stop-minor", "a child seems to be writing"),
        HardStop::Identity => (
            "hard-stop-identity",
            "the sender's identity contradicts the mail or its thread",
        ),
    }
}

fn too_large(view: &View<'_>) -> Vec<Match> {
    let mail = view.situation.mail;
    if mail.extent != Extent::HeadersOnly {
        return vec![];
    }
    let size = format!("{} bytes", mail.size_bytes);
    hand_off(
        view,
        "too-large",
        "the mail is larger than the limit: only its headers were read, and it stays on the server",
        size,
    )
}

fn encrypted(view: &View<'_>) -> Vec<Match> {
    if view.situation.mail.protection != Protection::Encrypted {
        return vec![];
    }
    hand_off(
        view,
        "encrypted",
        "the mail is encrypted, and only a person with the key can read it",
        "",
    )
}

fn third_party(view: &View<'_>) -> Vec<Match> {
    if view.situation.sender != &Sender::ThirdParty {
        return vec![];
    }
    let from = view.situation.mail.from.as_ref();
    hand_off(
        view,
        "third-party",
        "somebody other than the customer wrote into this ticket",
        from.map(ToString::to_string).unwrap_or_default(),
    )
}

fn vip(view: &View<'_>) -> Vec<Match> {
    let Some(from) = view.situation.mail.from.as_ref() else {
        return vec![];
    };
    let (address, domain) = (from.address.key(), format!("@{}", from.address.domain()));
    let vip = &view.situation.settings.escalate.vip;
    let Some(entry) = vip
        .iter()
        .map(|entry| entry.to_lowercase())
        .find(|entry| *entry == address || *entry == domain)
    else {
        return vec![];
    };
    hand_off(
        view,
        "vip",
        "mails of this customer always go to a person",
        entry,
    )
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
    hand_off(
        view,
        "attachments",
        "what the customer wants stands in the attachments, which only a person can judge",
        names.join(", "),
    )
}

fn language(view: &View<'_>) -> Vec<Match> {
    let support = &view.situation.settings.support;
    if let SpokenLanguage::Known(spoken) = &view.situation.understanding.language
        && !support.languages.contains(spoken)
    {
        let sentence =
            format!("the mail is written in a language that we do not answer in ({spoken})");
        return hand_off(view, "language", sentence, "");
    }
    match view.likely() {
        Some((wanted, topic))
            if topic.mode != ArticleMode::Handoff
                && !topic.articles.contains_key(&view.language) =>
        {
            let (intent, language) = (&wanted.intent, &view.language);
            let sentence = format!(
                "the article {intent} has no approved text in the customer's language ({language})"
            );
            hand_off(
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
    hand_off(
        view,
        "several-requests",
        format!(
            "the mail asks for several things ({}), and half an answer is none",
            names.join(", ")
        ),
        sentences.join(" / "),
    )
}

fn article_for_people(view: &View<'_>) -> Vec<Match> {
    match view.likely() {
        Some((wanted, topic)) if topic.mode == ArticleMode::Handoff => hand_off(
            view,
            "article-handoff",
            format!("requests about {} always go to a person", wanted.intent),
            wanted.evidence.as_str(),
        ),
        _ => vec![],
    }
}

/// Thanks after an answer ask for nothing: to answer them would be a nuisance, to hand them off a waste.
fn thanks(view: &View<'_>) -> Vec<Match> {
    let Some(words) = view.signal("thanks") else {
        return vec![];
    };
    let was_answered = view
        .ticket()
        .is_some_and(|ticket| !ticket.sent_answers().is_empty());
    let only_thanks = view.signal("did-not-help").is_none()
        && view.word_count() <= THANKS_MAX_WORDS
        && !view.new_text().contains('?')
        && (view.situation.understanding.requests.is_empty() || !view.is_sure());
    if !was_answered || !only_thanks {
        return vec![];
    }
    vec![Match::new(
        "thanks",
        "the customer says thanks for the answer and asks for nothing more",
        words,
        leave::LEAVE,
    )]
}

fn did_not_help(view: &View<'_>) -> Vec<Match> {
    let answers = view.ticket().map(Ticket::sent_answers).unwrap_or_default();
    if answers.is_empty() {
        let wrote_before =
            view.ticket().is_none() && !view.situation.history.earlier_tickets.is_empty();
        return match view.signal("did-not-help") {
            Some(words) if wrote_before => hand_off(
                view,
                "did-not-help",
                "the customer wrote before and says that it did not help",
                words,
            ),
            _ => vec![],
        };
    }
    if let Some(words) = view.signal("did-not-help") {
        let sentence = "an answer was sent already, and the customer says that it did not help";
        return hand_off(view, "did-not-help", sentence, words);
    }
    let same = view.wanted.as_ref().filter(|wanted| {
        answers
            .iter()
            .any(|answer| answer.article.intent == wanted.intent)
    });
    match same {
        Some(wanted) => hand_off(
            view,
            "same-again",
            format!(
                "the approved answer about {} was sent already, and the customer writes about it again",
                wanted.intent
            ),
            wanted.evidence.as_str(),
        ),
        None => vec![],
    }
}

fn asked_already(view: &View<'_>) -> Vec<Match> {
    let Some((ticket, (asked, _))) = view
        .ticket()
        .and_then(|ticket| Some((ticket, ticket.asked_before()?)))
    else {
        return vec![];
    };
    let missing = view.missing();
    let waits = ticket.status() == Status::WaitsForCustomer;
    let unanswered: Vec<String> = asked
        .iter()
        .filter(|name| !view.facts.contains_key(*name))
        .filter(|name| waits || missing.contains(name))
        .map(ToString::to_string)
        .collect();
    // Something new may be missing too, for another intent: one question a ticket, so that nobody is asked again and again.
    if unanswered.is_empty() && missing.is_empty() {
        return vec![];
    }
    let names = if unanswered.is_empty() {
        missing.iter().map(ToString::to_string).collect()
    } else {
        unanswered
    };
    hand_off(
        view,
        "asked-already",
        format!(
            "details were asked for once already, and {} is still missing",
            names.join(", ")
        ),
        "",
    )
}

fn may_not_answer(view: &View<'_>) -> Vec<Match> {
    if view.situation.mail.may_auto_reply {
        return vec![];
    }
    let evidence = view.situation.mail.sender_evidence.first();
    hand_off(
        view,
        "may-not-answer",
        "mail manners (RFC 3834) forbid an automatic answer to this mail",
        evidence
            .map(|evidence| format!("{}: {}", evidence.place, evidence.words))
            .unwrap_or_default(),
    )
}

fn limits(view: &View<'_>) -> Vec<Match> {
    match limit_reached(view) {
        Some(sentence) => hand_off(view, "limit", sentence, ""),
        None => vec![],
    }
}

fn no_intent(view: &View<'_>) -> Vec<Match> {
    if view.likely().is_some() {
        return vec![];
    }
    hand_off(
        view,
        "no-intent",
        "no article is near enough to what the mail says",
        view.situation.understanding.summary.as_str(),
    )
}

fn close_intents(view: &View<'_>) -> Vec<Match> {
    let [first, second, ..] = view.situation.understanding.intents.as_slice() else {
        return vec![];
    };
    let Some((wanted, _)) = view.likely() else {
        return vec![];
    };
    let decides = wanted.intent == first.intent;
    if !decides || wanted.confidence - second.confidence >= CLOSE_MARGIN {
        return vec![];
    }
    hand_off(
        view,
        "close-intents",
        format!(
            "two articles are about equally near: {} ({:.2}) and {} ({:.2})",
            first.intent, first.confidence, second.intent, second.confidence
        ),
        first.evidence.as_str(),
    )
}

fn not_sure(view: &View<'_>) -> Vec<Match> {
    match view.likely() {
        Some((wanted, _)) if !view.is_sure() => hand_off(
            view,
            "not-sure",
            format!(
                "the nearest article is {}, but not surely enough to send it ({:.2}, needed {:.2})",
                wanted.intent,
                wanted.confidence,
                view.send_threshold()
            ),
            wanted.evidence.as_str(),
        ),
        _ => vec![],
    }
}
