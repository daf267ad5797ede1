//! Does this mail look like a machine's although no header of it says so? A person is never taken for one on a single weak sign, and nothing that
//! is taken for one is lost: a person of ours gets it either way, only the automatic mail is withheld, or the packet of its own where the same came
//! many times already. Pure. Reads hostile input.

use super::view::View;
use super::{Action, Match, Rule, Sentence, sentences};
use crate::compose::Purpose;
use crate::config::Settings;
use crate::desk::Sender;
use crate::knowledge::Knowledge;
use crate::mail::{Address, Mail};
use crate::ticket::{Event, Holder, Ticket, TicketId};
use crate::understand::{Understanding, without_reply_marks};
use jiff::{SignedDuration, Timestamp};
use regex::RegexSet;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// The rules of this step, in order.
pub(super) const RULES: &[Rule] = &[collected];

/// What a text says, without the numbers, times and references that a machine changes each time. Two mails with the same one say the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fingerprint(pub [u8; 16]);

/// Shorter texts say the same by chance: `Thanks`, `Where is my order?`.
const FINGERPRINT_WORDS_MIN: usize = 8;

/// So much of a text is looked at, in words.
const WORDS_MAX: usize = 2_000;

/// From many domains the same text counts as a flood from this many times the limit on.
const ALL_DOMAINS: u32 = 4;

/// A customer of a ticket that a person has may write so often in an hour; then each further mail is kept in the ticket without a mail of its own.
const PASSED_ON_PER_HOUR: usize = 30;

/// So often a person may send one text in a day.
const SAME_TEXT_MAX: u32 = 2;

/// How long the same text of the same sender is the same request.
const SAME_REQUEST: SignedDuration = SignedDuration::from_hours(24);

/// How often the same text came before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repeats {
    /// From this sender, in 24 hours.
    pub same_of_sender_in_day: u32,
    /// From this domain, in 24 hours.
    pub same_of_domain_in_day: u32,
    /// From this domain, in an hour.
    pub same_of_domain_in_hour: u32,
    /// From anybody, in an hour.
    pub same_in_hour: u32,
    /// Mails of this sender with any text, in an hour.
    pub of_sender_in_hour: u32,
    /// The ticket of the last mail with this text, within the hour.
    pub last_with_text: Option<TicketId>,
    /// The ticket of this sender's last mail, within the hour.
    pub last_of_sender: Option<TicketId>,
}

/// How a mail hangs together with mails of ours, beyond what its headers name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reaction {
    /// What it says is what we wrote: nothing of its own stands beside it.
    pub echoes_ours: bool,
    /// It brings the words of a mail that we wrote to somebody else of its domain, quoted or not.
    pub brings_ours: bool,
    /// It names the ticket of somebody else of its domain.
    pub names_ours: bool,
}

/// Why mails are gathered in one ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flood {
    /// So many of one text within an hour, this one included.
    SameText(u32),
    /// So many of one sender within an hour, this one included.
    Sender(u32),
}

/// What a mail says, as it is compared with others; `None` where it is too short to be compared.
#[must_use]
pub fn fingerprint(mail: &Mail) -> Option<Fingerprint> {
    let text = mail.body.own_words();
    let words: Vec<String> = words_of(&text)
        .filter(|word| word.chars().all(char::is_alphabetic))
        .take(WORDS_MAX)
        .collect();
    if words.len() < FINGERPRINT_WORDS_MIN {
        return None;
    }
    let mut hash = Sha256::new();
    for word in words {
        hash.update(word.as_bytes());
        hash.update([0]);
    }
    let digest: [u8; 32] = hash.finalize().into();
    digest.first_chunk().copied().map(Fingerprint)
}

/// Whether a mail that would open a ticket is one too many of its kind, and into which ticket it goes then. What an article answers is never
/// gathered for its text: it makes no work. What must always reach a person is never gathered.
#[must_use]
pub fn flood<'r>(
    understanding: &Understanding,
    repeats: &'r Repeats,
    settings: &Settings,
    knowledge: &Knowledge,
) -> Option<(Flood, &'r TicketId)> {
    let limits = &settings.limits;
    let of_sender = repeats.of_sender_in_hour.saturating_add(1);
    // Danger, law and their like reach people, however often they are written.
    if !understanding.hard_stops.is_empty() {
        return None;
    }
    if of_sender > limits.mails_per_sender_per_hour
        && let Some(ticket) = &repeats.last_of_sender
    {
        return Some((Flood::Sender(of_sender), ticket));
    }
    let is_answered = understanding.intents.first().is_some_and(|nearest| {
        let thresholds = knowledge.thresholds(&nearest.intent, &settings.automation);
        nearest.confidence >= thresholds.send
    });
    let of_domain = repeats.same_of_domain_in_hour.saturating_add(1);
    let of_all = repeats.same_in_hour.saturating_add(1);
    let limit = limits.same_text_per_hour;
    let is_flood = of_domain > limit || of_all > limit.saturating_mul(ALL_DOMAINS);
    let ticket = repeats.last_with_text.as_ref()?;
    (is_flood && !is_answered).then_some((Flood::SameText(of_all), ticket))
}

/// Whether a mail that would open a ticket says word for word what its sender wrote into that one within a day: the same request, for which a
/// person promised already or has heard already; or it was sent so often that no person sends it.
#[must_use]
pub fn is_same_request(mail: &Mail, ticket: &Ticket, repeats: &Repeats, now: Timestamp) -> bool {
    let is_known = matches!(ticket.holder(), Holder::Person(_))
        || repeats.same_of_sender_in_day >= SAME_TEXT_MAX;
    let own_words = mail.body.own_words();
    let words: Vec<String> = words_of(&own_words).collect();
    let opened = ticket.events.first().map(|first| first.at);
    let is_fresh = opened.is_some_and(|opened| now.duration_since(opened) <= SAME_REQUEST);
    let brings_files = mail.attachments.iter().any(|file| !file.inline);
    let says_the_same = |excerpt: &str| {
        let before: Vec<String> = words_of(excerpt).collect();
        // The ticket keeps the beginning of a long mail; its last word may be cut.
        let kept = before.len().saturating_sub(1);
        before == words || (kept > 200 && words.get(..kept) == before.get(..kept))
    };
    is_known
        && words.len() >= FINGERPRINT_WORDS_MIN
        && is_fresh
        && !brings_files
        && !ticket.is_closed()
        && ticket
            .customer_mails()
            .iter()
            .any(|mail| says_the_same(&mail.excerpt))
}

/// The references of tickets that a mail names outside of its headers, at most three.
#[must_use]
pub fn named_references(mail: &Mail) -> Vec<TicketId> {
    let text = format!("{}\n{}", mail.subject.as_str(), mail.body.text);
    let mut found: Vec<TicketId> = Vec::new();
    for word in text
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
        .take(4 * WORDS_MAX)
        .filter(|word| word.len() == 11 && word.get(5..6) == Some("-"))
    {
        if let Some(id) = TicketId::parse(word)
            && !found.contains(&id)
            && found.len() < 3
        {
            found.push(id);
        }
    }
    found
}

/// How a mail reacts to mails of ours: `named` are the tickets that it names or belongs to, `ours` the texts of what we last wrote in them.
#[must_use]
pub fn reaction(mail: &Mail, named: &[Ticket], ours: &[String]) -> Reaction {
    let own_words = mail.body.own_words();
    let words: Vec<String> = words_of(&own_words).take(WORDS_MAX).collect();
    let known: BTreeSet<String> = ours.iter().flat_map(|text| words_of(text)).collect();
    // One word of their own makes it a person's mail, whose program may have left our text below unmarked.
    let echoes_ours = words.iter().all(|word| known.contains(word))
        && ours.iter().any(|text| shares_run(&words, text));
    let domain = mail.from.as_ref().map(|from| from.address.domain());
    let is_of_somebody_else = |customer: &Address| {
        let writer = mail.from.as_ref().map(|from| &from.address);
        writer.is_some_and(|writer| !writer.is_same_as(customer))
            && domain.is_some_and(|domain| domain.eq_ignore_ascii_case(customer.domain()))
    };
    let names_ours = named.iter().any(|ticket| {
        ticket.automatic_mails() > 0
            && ticket
                .customer()
                .is_some_and(|customer| is_of_somebody_else(&customer.address))
    });
    let whole: Vec<String> = words_of(&mail.body.text).take(WORDS_MAX).collect();
    Reaction {
        echoes_ours,
        brings_ours: names_ours && ours.iter().any(|text| shares_run(&whole, text)),
        names_ours,
    }
}

/// So many words in a row are nobody's by chance.
const RUN_WORDS: usize = 12;

fn shares_run(words: &[String], ours: &str) -> bool {
    let ours: Vec<String> = words_of(ours).take(WORDS_MAX).collect();
    let runs: BTreeSet<&[String]> = ours.windows(RUN_WORDS).collect();
    words.windows(RUN_WORDS).any(|run| runs.contains(run))
}

/// What shows that a machine answers us here, so that nothing automatic may go back.
pub(super) fn sign(view: &View<'_>) -> Option<Sentence> {
    let situation = view.situation;
    if !matches!(situation.sender, Sender::Customer(_)) {
        return None;
    }
    let history = situation.history;
    if history.reaction.echoes_ours && situation.understanding.customer_word.is_none() {
        return Some(sentences::LOOP_ECHO.into());
    }
    let opens_ticket = situation.ticket.is_none() || history.flood.is_some();
    let answers_something = answers_something(situation.mail);
    let names_ours = history.reaction.names_ours && answers_something && !view.is_sure();
    if opens_ticket && (history.reaction.brings_ours || names_ours) {
        return Some(sentences::LOOP_NAMES_OURS.into());
    }
    let repeats = &history.repeats;
    if opens_ticket {
        let of_sender = repeats.same_of_sender_in_day;
        let again = of_sender >= SAME_TEXT_MAX && !view.is_sure();
        let answers_again =
            answers_something && (of_sender >= 1 || repeats.same_of_domain_in_day >= 1);
        if again || answers_again {
            let count = of_sender
                .max(repeats.same_of_domain_in_day)
                .saturating_add(1);
            return Some(sentences::LOOP_SAME_TEXT.with([&count]));
        }
    }
    let answers_ours = answers_something
        || situation
            .ticket
            .is_some_and(|ticket| ticket.automatic_mails() > 0);
    // Whoever is angry about our machine may quote its words.
    let is_calm = situation.understanding.hard_stops.is_empty();
    let text = words_above_or_all(situation.mail);
    let says_so = begins_as_ours_do(&text) || (is_calm && calls_itself_automatic(&text));
    (answers_ours && says_so).then(|| sentences::LOOP_SAYS_SO.into())
}

/// What a mail says; where all of it stands below a line above which one replies, as ticket systems write it, what stands there.
fn words_above_or_all(mail: &Mail) -> String {
    let own_words = mail.body.own_words();
    if !own_words.trim().is_empty() {
        return own_words.into_owned();
    }
    let lines = mail.body.text.lines();
    let unquoted = lines.filter(|line| !line.trim_start().starts_with('>'));
    unquoted.collect::<Vec<_>>().join("\n")
}

/// Whether a text begins as every automatic mail of handoffd does: of ours, or of another one whose headers a relay took away.
fn begins_as_ours_do(text: &str) -> bool {
    let text = text.trim_start().to_lowercase();
    [
        "this mail was written automatically",
        "diese mail wurde automatisch geschrieben",
    ]
    .iter()
    .any(|beginning| text.starts_with(beginning))
}

/// Whether a mail is an answer to something, by its headers or its subject.
fn answers_something(mail: &Mail) -> bool {
    let subject = mail.subject.as_str().trim();
    !mail.in_reply_to.is_empty()
        || !mail.references.is_empty()
        || without_reply_marks(subject).len() < subject.len()
}

/// Sentences in which machines name themselves, or the receipt of a mail in words that no customer writes to a support desk. (The reader knows
/// more of them, with a subject that agrees: `mail/kind/vacation.rs`.)
static SAYS_SO: LazyLock<Option<RegexSet>> = LazyLock::new(|| {
    RegexSet::new([
        r"(?i)\bthis is an? (?:fully )?auto(?:mated|matic|matically generated|-generated|-?reply|-?response)\b",
        r"(?i)\bthis (?:e-?mail|message|mail|reply|notification) (?:was|is|has been) (?:sent |generated |created |written )?automatic(?:ally)?\b",
        r"(?i)\bthis (?:e-?mail|message|mail|reply|notification) (?:was|is|has been) auto(?:-| )?generated\b",
        r"(?i)\b(?:please )?do not (?:reply|respond) to this (?:e-?mail|message|mail)\b",
        r"(?i)\byour (?:support )?(?:ticket|case|request|issue|enquiry|inquiry) (?:\S+ )?(?:has been|was) (?:successfully )?(?:created|opened|logged|received|registered|submitted)\b",
        r"(?i)\ba (?:new )?(?:support )?(?:ticket|case) (?:has been|was) (?:created|opened|logged|registered) (?:for|with|under|from|on)\b",
        r"(?i)\bwe(?:'ve| have) received your (?:support )?(?:request|enquiry|inquiry|ticket)\b",
        r"(?i)\bthank(?:s| you) for (?:contacting us|your (?:enquiry|inquiry|interest in our))\b",
        r"(?i)\bdies ist eine automat(?:ische|isch (?:erzeugte|generierte|erstellte))\b",
        r"(?i)\bdiese (?:e-?mail|nachricht|mail) wurde automatisch\b",
        r"(?i)\bbitte antworten sie nicht auf diese\b",
        r"(?i)\b(?:wir haben ihre|ihre) anfrage (?:ist )?(?:erhalten|bei uns eingegangen|eingegangen)\b",
        r"(?i)\bvielen dank für ihre anfrage\b",
        r"(?i)\b(?:ceci est une?|il s['’]agit d['’]une?) (?:message|réponse) automatique\b",
        r"(?i)\b(?:este es un|esta es una) (?:mensaje|respuesta|correo) autom[aá]tic[oa]\b",
        r"(?i)\bnous avons bien reçu votre demande\b",
        r"(?i)\bhemos recibido su solicitud\b",
    ])
    .ok()
});

/// So much of a text is searched for them.
const SEARCHED_CHARACTERS: usize = 2_000;

fn calls_itself_automatic(text: &str) -> bool {
    let beginning: String = text.chars().take(SEARCHED_CHARACTERS).collect();
    let joined = beginning.split_whitespace().collect::<Vec<_>>().join(" ");
    SAYS_SO
        .as_ref()
        .is_some_and(|says_so| says_so.is_match(&joined))
}

/// One too many of its kind: it is kept in the ticket of the others, and the team hears of it as the first, the tenth, the hundredth of these.
fn collected(view: &View<'_>) -> Vec<Match> {
    let situation = view.situation;
    let Some(ticket) = situation.ticket else {
        return vec![];
    };
    let sentence = match situation.history.flood {
        Some(Flood::SameText(count)) => sentences::FLOOD_OF_TEXT.with([&count]),
        Some(Flood::Sender(count)) => sentences::FLOOD_OF_SENDER.with([&count]),
        None => {
            let passed_on = passed_on_in_hour(ticket, situation.now);
            let is_flood = view.is_from_outside()
                && passed_on >= PASSED_ON_PER_HOUR
                && situation.understanding.customer_word.is_none()
                && situation.understanding.hard_stops.is_empty()
                && view.team_in_ticket().is_some();
            if !is_flood {
                return vec![];
            }
            sentences::FLOOD_IN_TICKET.with([&(passed_on + 1)])
        }
    };
    let team = view
        .team_in_ticket()
        .unwrap_or_else(|| view.existing_team(ticket.last_team()));
    let action = Action::Collect {
        team,
        tells_team: is_told(ticket.collected()),
    };
    vec![Match::new("flood", sentence, "", action)]
}

/// Whether the team is told of the next one, after so many: the first, the tenth, the hundredth.
fn is_told(before: usize) -> bool {
    let mut count = before + 1;
    while count.is_multiple_of(10) {
        count /= 10;
    }
    count == 1
}

fn passed_on_in_hour(ticket: &Ticket, now: Timestamp) -> usize {
    let events = ticket.events.iter().rev();
    let recent =
        events.take_while(|timed| now.duration_since(timed.at) <= SignedDuration::from_hours(1));
    let is_to_team = |event: &Event| {
        matches!(
            event,
            Event::Wrote {
                purpose: Purpose::CustomerWroteAgain,
                ..
            }
        )
    };
    recent.filter(|timed| is_to_team(&timed.event)).count()
}

/// The words alone, in lower case.
fn words_of(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_team_hears_of_the_first_the_tenth_the_hundredth() {
        let told: Vec<usize> = (0..2_000).filter(|before| is_told(*before)).collect();
        assert_eq!(told, [0, 9, 99, 999]);
    }

    #[test]
    fn machines_that_say_so_and_people_that_do_not() {
        assert!(SAYS_SO.is_some());
        for machine in [
            "Hello,\nthis is an automatic reply.",
            "This e-mail was automatically generated, 4711.",
            "Please do not reply to this email.",
            "A support ticket has been created with the ID 5.",
            "We have received your request and answer soon.",
            "Your request (#4711) has been received.",
            "Dies ist eine automatisch erzeugte Antwort.",
            "Vielen Dank für Ihre Anfrage!",
            "Ceci est une réponse automatique.",
        ] {
            assert!(calls_itself_automatic(machine), "{machine}");
        }
        for person in [
            "I got an automatic answer from you, and it does not help.",
            "Have you received my mail?",
            "My ticket was for the wrong train.",
            "Thank you, that helped.",
            "Thank you for your message. The number is 5.",
            "We have received your mail, but the parcel never came.",
            "Last week a ticket was created, and nobody answers.",
            "Ich habe Ihre automatische Antwort bekommen.",
            "Please reply to this email.",
            "Please confirm that you are a human.",
            "I have received your parcel, and it is broken.",
        ] {
            assert!(!calls_itself_automatic(person), "{person}");
        }
    }
}
