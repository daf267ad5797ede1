//! Does a member's reply ask the customer for what the packet gave? Found by how people ask (`lexicon/asking.toml`) and by the names of
//! the details; what only mentions them, or asks for another one, is none. Pure; bounded by the sentences looked at.

use super::Understander;
use super::facts::FactFinder;
use super::lexicon::{Begun, Lexicon};
use super::prepare::sentences_of;
use super::words::{visible, words};
use crate::ticket::{AskedAgain, Given, KnownToTeam, Ticket};
use std::sync::LazyLock;

/// The most text of a reply that is looked at, in characters.
const TEXT_MAX_CHARS: usize = 8_000;
/// The most sentences.
const SENTENCES_MAX: usize = 80;
/// The most that is found in one reply.
const FOUND_MAX: usize = 10;
/// From the words that ask to the name of what is asked for, at most so many words.
const REACH_WORDS: usize = 16;
/// So many of them may be of no kind that is known here.
const FOREIGN_WORDS_MAX: usize = 2;
/// A denial so many words before the words that ask takes them back.
const DENIAL_REACH_WORDS: usize = 3;

static ASKING: LazyLock<Lexicon> =
    LazyLock::new(|| Lexicon::read(include_str!("lexicon/asking.toml")));

impl Understander {
    /// What the text of a member asks the customer for although the packet gave it.
    #[must_use]
    pub fn asked_again(&self, ticket: &Ticket, text: &str) -> Vec<AskedAgain> {
        asked_again(&self.facts, &ticket.known_to_team(), text)
    }
}

fn asked_again(facts: &FactFinder, known: &[KnownToTeam], text: &str) -> Vec<AskedAgain> {
    let text = visible(text, TEXT_MAX_CHARS);
    let mut found: Vec<AskedAgain> = Vec::new();
    for sentence in with_their_lists(sentences_of(&text)) {
        let row = words(&sentence);
        let begun = ASKING.begin(&row);
        let is_question = sentence.trim_end().ends_with('?');
        for given in asked_for(facts, &begun, &row, is_question) {
            let known = known.iter().find(|known| known.given == given);
            let Some(known) = known.filter(|known| !says_value(&sentence, &known.value)) else {
                continue;
            };
            if found.len() < FOUND_MAX && found.iter().all(|other| other.known.given != given) {
                found.push(AskedAgain::new(known.clone(), &sentence));
            }
        }
    }
    found
}

/// The sentences; what a colon announces belongs to the sentence that announces it.
fn with_their_lists(sentences: Vec<String>) -> Vec<String> {
    let mut joined: Vec<String> = Vec::new();
    let mut is_open = false;
    for sentence in sentences.into_iter().take(SENTENCES_MAX) {
        let sentence = sentence.trim();
        let is_item = sentence.starts_with(['-', '*', '•', '–'])
            || sentence.starts_with(|c: char| c.is_ascii_digit());
        match joined.last_mut().filter(|_| is_open && is_item) {
            Some(open) => {
                open.push(' ');
                open.push_str(sentence);
            }
            None => {
                is_open = sentence.ends_with(':');
                joined.push(sentence.to_owned());
            }
        }
    }
    joined
}

/// A sentence that says the value itself does not ask for it, it asks whether it is right.
fn says_value(sentence: &str, value: &str) -> bool {
    let bare = |text: &str| -> String {
        let bare = text.chars().filter(|c| c.is_alphanumeric());
        bare.flat_map(char::to_lowercase).collect()
    };
    let value = bare(value);
    !value.is_empty() && bare(sentence).contains(&value)
}

/// What a sentence asks for.
fn asked_for(
    facts: &FactFinder,
    begun: &Begun<'_>,
    row: &[String],
    is_question: bool,
) -> Vec<Given> {
    let mut asked = Vec::new();
    let denials = begun.hits("denies");
    let gives = begun.has("gives");
    let leads = begun.hits("leads").into_iter();
    let leads = leads.chain(begun.hits("leads_to_verb").into_iter().filter(|_| gives));
    for lead in leads {
        let near = lead.start.saturating_sub(DENIAL_REACH_WORDS)..lead.end;
        if !denials.iter().any(|denial| near.contains(&denial.start)) {
            asked.extend(named_behind(facts, begun, row, lead.end));
        }
    }
    if begun.has("whole_request") && !begun.has("else") && !begun.has("denies") {
        asked.push(Given::Request);
    }
    // `Your order number?`
    if is_question && asked.is_empty() && denials.is_empty() {
        asked.extend(named_behind(facts, begun, row, 0));
    }
    asked
}

/// Everything that is named behind the words that ask, as long as only such words stand between that go with asking.
fn named_behind(facts: &FactFinder, begun: &Begun<'_>, row: &[String], from: usize) -> Vec<Given> {
    let at = |list: &str| -> Vec<(usize, usize)> {
        let hits = begun.hits(list).into_iter();
        hits.map(|hit| (hit.start, hit.end)).collect()
    };
    let things = [
        (at("picture"), Given::Picture),
        (at("file"), Given::File),
        (at("name"), Given::Name),
    ];
    let (between, others, of_something) = (at("between"), at("else"), at("of_something"));
    let mut named = Vec::new();
    let mut foreign = 0;
    let mut place = from;
    while place < row.len().min(from + REACH_WORDS) {
        let is_at = |hits: &[(usize, usize)]| hits.iter().any(|(start, _)| *start == place);
        if is_at(&others) {
            break;
        }
        if let Some((name, end)) = facts.named_at(row, place) {
            named.push(Given::Detail(name.clone()));
            place = end;
            continue;
        }
        let thing = things.iter().find(|(hits, _)| is_at(hits));
        if let Some((_, given)) = thing {
            let is_of_something = of_something.iter().any(|(start, _)| *start == place + 1);
            if *given != Given::Name || !is_of_something {
                named.push(given.clone());
            }
        } else if !is_at(&between) {
            foreign += 1;
            // What follows a foreign word is asked for only in a list, and a list has begun with something known.
            if foreign > FOREIGN_WORDS_MAX || named.is_empty() {
                break;
            }
        }
        place += 1;
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Fact, FactForm, FactName};
    use std::collections::BTreeMap;

    fn finder() -> FactFinder {
        let fact = |source: &str| Fact {
            form: FactForm::Pattern(source.to_owned()),
            example: String::new(),
            ask: BTreeMap::new(),
        };
        let facts = [
            ("order_number", "LT-[0-9]{5}"),
            ("serial_number", "S[0-9]{8}"),
            ("model", "Alder (City|Trail)"),
        ];
        let facts = facts.map(|(name, source)| (FactName(name.to_owned()), fact(source)));
        FactFinder::new(&facts.into_iter().collect())
    }

    fn known() -> Vec<KnownToTeam> {
        let detail = |name: &str| Given::Detail(FactName(name.to_owned()));
        let rows = [
            (detail("order_number"), "LT-40999"),
            (detail("model"), "Alder City"),
            (Given::Picture, "crack.jpg"),
            (Given::Name, "Ann Example"),
            (Given::Request, ""),
        ];
        let rows = rows.map(|(given, value)| KnownToTeam {
            given,
            value: value.to_owned(),
        });
        rows.into()
    }

    fn short(given: &Given) -> String {
        match given {
            Given::Detail(name) => name.0.clone(),
            Given::Picture => "picture".to_owned(),
            Given::File => "file".to_owned(),
            Given::Name => "name".to_owned(),
            Given::Request => "request".to_owned(),
        }
    }

    #[test]
    fn what_the_packet_gave_is_found_where_it_is_asked_for_and_nowhere_else() {
        let finder = finder();
        let mut wrong = Vec::new();
        for (text, expected) in [
            // Asked for again.
            (
                "Hi Ann, could you please send me your order number? Kim",
                "order_number",
            ),
            ("What is your order number?", "order_number"),
            ("Which model do you have?", "model"),
            (
                "Please let us have the number of your order.",
                "order_number",
            ),
            (
                "We need your order number and a photo of the damage.",
                "order_number picture",
            ),
            (
                "Please send us:\n- your full name\n- the order number\n- a picture",
                "name order_number picture",
            ),
            (
                "Please send us the following:\n- order number\n- two photos of the crack",
                "order_number picture",
            ),
            ("Your order number, please?", "order_number"),
            (
                "Could you tell us your name, order number and serial number?",
                "name order_number",
            ),
            ("How can I help you?", "request"),
            (
                "Sorry about that! Could you describe the problem?",
                "request",
            ),
            (
                "Können Sie uns bitte Ihre Bestellnummer nennen?",
                "order_number",
            ),
            ("Wie lautet Ihre Bestellnummer?", "order_number"),
            ("Bitte schicken Sie uns noch ein Foto.", "picture"),
            (
                "Wir benötigen Ihre Bestellnummer und ein Bild vom Schaden.",
                "order_number picture",
            ),
            ("Worum geht es denn?", "request"),
            (
                "Pourriez-vous nous indiquer votre numéro de commande ?",
                "order_number",
            ),
            ("¿Podría indicarnos su número de pedido?", "order_number"),
            ("Qual è il suo numero d'ordine?", "order_number"),
            ("Kunt u ons uw bestelnummer doorgeven?", "order_number"),
            ("Qual é o número da sua encomenda?", "order_number"),
            // Only mentioned, said, or another one.
            ("Thanks for your order number, the parcel left today.", ""),
            ("Your order LT-40999 has left. What else can we do?", ""),
            ("Is your order number LT-40999?", ""),
            ("We will send you the order number of the replacement.", ""),
            ("You do not need your order number for that.", ""),
            ("Could you send us another photo, from the side?", ""),
            ("Please send us the serial number.", ""),
            ("Could you send us the invoice?", ""),
            ("What is the status of the order? I look into it.", ""),
            (
                "If there is anything else we can help with, write to us.",
                "",
            ),
            ("Can you see the serial number on the frame?", ""),
            ("What is the name of the shop that fitted it?", ""),
            ("Danke für Ihre Bestellnummer. Das Paket ist unterwegs.", ""),
            ("Ihre Bestellnummer brauchen wir nicht.", ""),
            ("Können Sie auf dem Foto den Riss einkreisen?", ""),
            ("Wie kann ich Ihnen sonst noch helfen?", ""),
            ("Bitte schicken Sie uns ein schärferes Foto.", ""),
            ("Kim", ""),
            ("", ""),
        ] {
            let found = asked_again(&finder, &known(), text);
            let found: Vec<String> = found
                .iter()
                .map(|asked| short(&asked.known.given))
                .collect();
            if found.join(" ") != expected {
                wrong.push(format!("{text}: {found:?}, not {expected}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn what_nobody_gave_is_not_asked_again() {
        let text = "What is your order number? Could you send a photo? How can I help you?";
        assert_eq!(asked_again(&finder(), &[], text), vec![]);
    }
}
