//! By which words is a detail named? `order_number` is an order number, a `Bestellnummer` and a `numéro de commande`. Pure.

use super::super::words::words;
use crate::config::{Fact, FactName};
use std::collections::BTreeSet;

/// So many words that belong to no part may stand inside a name (`number of the order`).
const FOREIGN_WORDS_MAX: usize = 2;
/// A shorter word is no part of a compound.
const COMPOUND_PART_MIN_CHARS: usize = 4;

/// Words for the parts of names that settings use, in the languages that mails are in.
const SAID_OTHERWISE: [(&str, &str); 9] = [
    (
        "order",
        "order ordernumber orderno bestell bestellung bestellnummer auftrag auftragsnummer commande pedido ordine bestelling bestelnummer encomenda purchase",
    ),
    ("number", "number no nr num nummer numero numéro nº n°"),
    (
        "frame",
        "frame rahmen rahmennummer cadre cuadro telaio framenummer quadro",
    ),
    (
        "voucher",
        "voucher code gutschein gutscheincode coupon promo promocode discount rabattcode bon cupon cupón buono kortingscode codigo código codice kortings cupom rabatt vale",
    ),
    ("code", "code codes codigo código codice"),
    (
        "invoice",
        "invoice rechnung rechnungsnummer facture factura fattura factuur fatura",
    ),
    (
        "customer",
        "customer kunde kundennummer client cliente klant klantnummer",
    ),
    ("serial", "serial serien seriennummer série serie seriale"),
    ("ticket", "ticket reference ref vorgang referenz"),
];

fn said_otherwise(part: &str) -> impl Iterator<Item = &'static str> {
    let rows = SAID_OTHERWISE.iter().filter(move |(key, _)| *key == part);
    rows.flat_map(|(_, others)| others.split(' '))
}

/// The name of a detail: for each of its parts the words that say it.
#[derive(Debug)]
pub(super) struct Naming {
    parts: Vec<BTreeSet<String>>,
}

impl Naming {
    pub(super) fn new(name: &FactName) -> Self {
        let parts = name.0.split('_').filter(|part| !part.is_empty());
        let parts = parts.map(|part| {
            let mut said: BTreeSet<String> = said_otherwise(part).flat_map(words).collect();
            said.extend(words(part));
            said
        });
        Self {
            parts: parts.collect(),
        }
    }

    /// The place behind the name, where it begins at this word.
    pub(super) fn end(&self, words: &[String], start: usize) -> Option<usize> {
        let mut missing: Vec<&BTreeSet<String>> = self.parts.iter().collect();
        let mut foreign = 0;
        for (place, word) in words.iter().enumerate().skip(start) {
            let before = missing.len();
            missing.retain(|part| !says(part, word));
            if missing.len() == before {
                foreign += 1;
            }
            let is_first = place == start;
            if foreign > FOREIGN_WORDS_MAX || (is_first && foreign > 0) {
                return None;
            }
            if missing.is_empty() {
                return Some(place + 1);
            }
        }
        None
    }
}

/// Whether a word says a part of a name, alone or as the head of a compound (`Bestellnummer`).
fn says(part: &BTreeSet<String>, word: &str) -> bool {
    let is_in_compound =
        |said: &String| said.len() >= COMPOUND_PART_MIN_CHARS && word.ends_with(said.as_str());
    part.contains(word) || part.iter().any(is_in_compound)
}

/// The words near which a value of the detail is likely.
pub(super) fn context_words(name: &FactName, fact: &Fact) -> BTreeSet<String> {
    let mut context: BTreeSet<String> = BTreeSet::new();
    for part in name.0.split('_') {
        context.insert(part.to_owned());
        context.extend(said_otherwise(part).map(str::to_owned));
    }
    // What we ask with is what they answer with: its longer nouns.
    for text in fact.ask.values() {
        let mut capitalised = text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| word.chars().count() >= 8 && name_like(word, name));
        context.extend(capitalised.by_ref().map(str::to_lowercase));
    }
    context
}

fn name_like(word: &str, name: &FactName) -> bool {
    let word = word.to_lowercase();
    name.0
        .split('_')
        .any(|part| part.len() >= 4 && word.contains(part))
        || word.ends_with("nummer")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detail_is_known_by_its_name_in_each_language() {
        for (name, text, expected) in [
            ("order_number", "order number please", Some(2)),
            ("order_number", "bestellnummer", Some(1)),
            ("order_number", "nummer ihrer bestellung", Some(3)),
            ("order_number", "numero de commande", Some(3)),
            ("order_number", "order for the number", Some(4)),
            ("order_number", "order", None),
            ("order_number", "number", None),
            ("order_number", "order a bike without any number", None),
            ("order_number", "the order number", None),
            ("model", "model of the bike", Some(1)),
            ("serial_number", "seriennummer", Some(1)),
        ] {
            let naming = Naming::new(&FactName(name.to_owned()));
            assert_eq!(naming.end(&words(text), 0), expected, "{name}: {text}");
        }
    }
}
