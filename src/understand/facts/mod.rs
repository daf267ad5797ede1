//! Which facts does a mail hold? Every fact of the settings is looked for in a lenient form and given in its normal form.
//!
//! Reads hostile input; linear (the `regex` crate).

mod choice;
mod naming;
mod pattern;

use super::prepare::Prepared;
use super::types::{FactFound, FactSource};
use super::words::visible;
use crate::config::{Fact, FactForm, FactName};
use crate::mail::Mail;
use crate::ticket::{Event, Ticket};
use choice::ChoiceFinder;
use naming::{Naming, context_words};
use pattern::PatternFinder;
use std::collections::BTreeMap;
use std::ops::Range;

/// The most quoted text that is looked at, in characters.
const QUOTED_MAX_CHARS: usize = 20_000;

/// Finds the facts that the settings define.
#[derive(Debug)]
pub(super) struct FactFinder {
    finders: Vec<(FactName, Finder)>,
    /// The examples by which we ask for details: in what is quoted they are our own words.
    examples: BTreeMap<FactName, String>,
    namings: Vec<(FactName, Naming)>,
}

#[derive(Debug)]
enum Finder {
    Pattern(PatternFinder),
    Choice(ChoiceFinder),
}

/// A value found in a text, and how much it looks like one: the best is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Candidate {
    value: String,
    place: Range<usize>,
    weight: u32,
}

impl FactFinder {
    pub(super) fn new(facts: &BTreeMap<FactName, Fact>) -> Self {
        let mut finders: Vec<(FactName, Finder)> = facts
            .iter()
            .filter_map(|(name, fact)| {
                let context = context_words(name, fact);
                let finder = match &fact.form {
                    FactForm::OneOf(values) => Finder::Choice(ChoiceFinder::new(values, &context)?),
                    FactForm::Pattern(source) => match pattern::finite_values(source) {
                        Some(values) => Finder::Choice(ChoiceFinder::new(&values, &context)?),
                        None => Finder::Pattern(PatternFinder::new(source, &context)?),
                    },
                };
                Some((name.clone(), finder))
            })
            .collect();
        // Those that say most about their form come first and keep their place in the text: `AB204518` is an order number
        // even where eight letters and digits also make a voucher.
        finders.sort_by_key(|(name, finder)| {
            let rank = match finder {
                Finder::Pattern(pattern) if pattern.has_prefix() => 0,
                Finder::Choice(_) => 1,
                Finder::Pattern(_) => 2,
            };
            (rank, name.clone())
        });
        let examples = facts
            .iter()
            .map(|(name, fact)| (name.clone(), fact.example.clone()));
        let namings = facts.keys().map(|name| (name.clone(), Naming::new(name)));
        Self {
            finders,
            examples: examples.collect(),
            namings: namings.collect(),
        }
    }

    /// The facts of a mail; what was found earlier in the ticket fills the gaps.
    pub(super) fn find(
        &self,
        mail: &Mail,
        prepared: &Prepared,
        ticket: Option<&Ticket>,
    ) -> BTreeMap<FactName, FactFound> {
        let mut found: BTreeMap<FactName, FactFound> = BTreeMap::new();
        let new_text = format!("{}\n{}", prepared.subject, prepared.text);
        let mut aside = prepared.signature.clone();
        for attachment in mail.attachments.iter().take(50) {
            aside.push('\n');
            aside.push_str(attachment.name.as_str());
        }
        let quoted = visible(&mail.body.quoted_text, QUOTED_MAX_CHARS);
        for (text, source) in [
            (&new_text, FactSource::NewText),
            (&aside, FactSource::Aside),
            (&quoted, FactSource::Quoted),
        ] {
            for (name, value) in self.find_in(text) {
                let is_ours = source == FactSource::Quoted
                    && self.examples.get(&name).is_some_and(|example| {
                        !example.is_empty() && example.eq_ignore_ascii_case(&value)
                    });
                if is_ours {
                    continue;
                }
                found.entry(name).or_insert(FactFound { value, source });
            }
        }
        for event in ticket.iter().flat_map(|ticket| ticket.events.iter().rev()) {
            if let Event::FactsFound { facts } = &event.event {
                for (name, value) in facts {
                    found.entry(name.clone()).or_insert_with(|| FactFound {
                        value: value.clone(),
                        source: FactSource::Earlier,
                    });
                }
            }
        }
        found
    }

    /// The detail that is named from this word on, and the place behind its name.
    pub(super) fn named_at(&self, words: &[String], start: usize) -> Option<(&FactName, usize)> {
        let named = self.namings.iter();
        let named = named.filter_map(|(name, naming)| Some((name, naming.end(words, start)?)));
        named.max_by_key(|(name, end)| (*end, name.0.len()))
    }

    /// Whether a text holds a value of one of these facts.
    pub(super) fn gives_one_of(&self, text: &str, facts: &[FactName]) -> bool {
        !facts.is_empty()
            && self
                .find_in(text)
                .iter()
                .any(|(name, _)| facts.contains(name))
    }

    /// The best value of each fact in one text.
    fn find_in(&self, text: &str) -> Vec<(FactName, String)> {
        let mut taken: Vec<Range<usize>> = foreign_places(text);
        let mut found = Vec::new();
        for (name, finder) in &self.finders {
            let candidates = match finder {
                Finder::Pattern(pattern) => pattern.candidates(text),
                Finder::Choice(choice) => choice.candidates(text),
            };
            let free = candidates.into_iter().filter(|candidate| {
                !taken.iter().any(|place| {
                    place.start < candidate.place.end && candidate.place.start < place.end
                })
            });
            // The heaviest, and of equals the first.
            let mut best: Option<Candidate> = None;
            for candidate in free {
                if best
                    .as_ref()
                    .is_none_or(|best| candidate.weight > best.weight)
                {
                    best = Some(candidate);
                }
            }
            if let Some(best) = best {
                taken.push(best.place.clone());
                found.push((name.clone(), best.value));
            }
        }
        found
    }
}

/// Addresses and links: letters and digits in them are nobody's order number.
fn foreign_places(text: &str) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    let mut start = 0;
    for part in text.split_inclusive(char::is_whitespace) {
        let end = start + part.len();
        if part.contains("://")
            || part.contains("www.")
            || part.contains('@')
            || part.contains("cid:")
        {
            places.push(start..end);
        }
        start = end;
    }
    places
}

/// Words near which a bare number is this fact: those of its name, of how we ask for it, and their translations.
#[cfg(test)]
mod tests {
    use super::*;

    fn finder() -> FactFinder {
        let fact = |form| Fact {
            form,
            example: String::new(),
            ask: BTreeMap::new(),
        };
        let facts = [
            ("order_number", FactForm::Pattern("AB-[0-9]{6}".into())),
            ("frame_number", FactForm::Pattern("WAL[A-Z0-9]{8}".into())),
            ("voucher_code", FactForm::Pattern("[A-Z0-9]{8}".into())),
            (
                "model",
                FactForm::Pattern("Alder (City|Trail|Cargo|E1|E2|Kid 20)".into()),
            ),
        ];
        FactFinder::new(
            &facts
                .into_iter()
                .map(|(name, form)| (FactName(name.to_owned()), fact(form)))
                .collect(),
        )
    }

    #[test]
    fn facts_are_found_however_they_are_typed() {
        let finder = finder();
        for (text, expected) in [
            ("ab 204518 any update", "order_number=AB-204518"),
            ("AB204518", "order_number=AB-204518"),
            ("AB 221 930", "order_number=AB-221930"),
            ("#ab-204518!", "order_number=AB-204518"),
            ("my order number is 204518 and", "order_number=AB-204518"),
            ("209915 is my order number", "order_number=AB-209915"),
            ("Bestellnummer: 204518", "order_number=AB-204518"),
            ("AB-20881", ""),
            ("AB-2088123", ""),
            ("my number is 4471-88-C", ""),
            ("order HX-99812-4", ""),
            ("frame nr wal 5k2m 8yt1. how", "frame_number=WAL5K2M8YT1"),
            ("WAL is nice to look at", ""),
            ("my code rideon26 wont work", "voucher_code=RIDEON26"),
            ("the voucher 7HK2 9QXA on it", "voucher_code=7HK29QXA"),
            ("I HAVE A DISCOUNT CODE AND THE CHECKOUT", ""),
            ("SPRING is not working", ""),
            ("my E2 is here", "model=Alder E2"),
            ("a wheel for the trail as a winter set", "model=Alder Trail"),
            ("the city is full of cargo bikes", ""),
            ("Unser kid20", "model=Alder Kid 20"),
            ("die Alder Cargo", "model=Alder Cargo"),
        ] {
            let found: Vec<String> = finder
                .find_in(text)
                .into_iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            assert_eq!(found.join(" "), expected, "{text}");
        }
    }
}
