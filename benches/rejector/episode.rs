//! One made-up helpdesk: some intents of a data set become its articles, all others are what it does not cover.

use crate::fit::Row;
use handoffd::understand::intent::{Example, Model, examples_of_none};
use handoffd::understand::meaning::Encoder;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Messages that an episode asks: covered, just beside, and far away.
const COVERED: usize = 100;
const BESIDE: usize = 90;
const FAR: usize = 40;

/// What people write around what they want; our own sentences.
pub const AROUND: [&str; 36] = [
    "I have been a customer of yours for quite some time.",
    "I have just tried it again this morning.",
    "My husband told me to write to you.",
    "I am travelling next week, so please do not ring.",
    "It was a present for my sister.",
    "I looked at your website, but I could not find anything about it.",
    "I already asked somebody on the phone.",
    "This is the first time that I have written to you.",
    "I hope that this is the right address.",
    "The weather here has been awful.",
    "I usually sort these things out by myself.",
    "It happened last Tuesday, in the evening.",
    "My colleague had the same thing a month ago.",
    "I am writing from my phone, so excuse the typing.",
    "Everything else has been fine so far.",
    "I have attached a picture.",
    "We moved house in spring.",
    "I spent half an hour on it yesterday.",
    "It says something else in the letter that I got.",
    "The lady that I spoke to was very kind.",
    "I am not very good with computers.",
    "It is not urgent, but I would like to know.",
    "I only noticed it today.",
    "I bought it in the shop in town.",
    "My reference is 448210.",
    "There was also a note in the letter box.",
    "I would rather do it online.",
    "You helped me very well the last time.",
    "I have to plan the rest of the month around it.",
    "Before that it had always worked.",
    "I showed it to a friend who knows about such things.",
    "That is all I know.",
    "I will be at home on Thursday and Friday.",
    "I am asking for my mother, who has no e-mail.",
    "I read the small print twice.",
    "It was about forty euros, if I remember rightly.",
];

/// A data set's training rows, by intent, and what it holds that no intent covers.
pub struct Set {
    intents: Vec<Vec<String>>,
    outside: Vec<String>,
}

impl Set {
    pub fn read(path: &Path) -> std::io::Result<Self> {
        let content = std::fs::read_to_string(path)?;
        let mut intents: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for line in content.lines().skip(1) {
            let columns: Vec<&str> = line.split('\t').collect();
            if let [text, label, "train"] = columns.as_slice() {
                intents
                    .entry((*label).to_owned())
                    .or_default()
                    .push((*text).to_owned());
            }
        }
        let outside = intents.remove("__oos__").unwrap_or_default();
        Ok(Self {
            intents: intents.into_values().collect(),
            outside,
        })
    }

    pub fn texts(&self) -> Vec<&str> {
        let all = self.intents.iter().flatten().chain(&self.outside);
        all.map(String::as_str).collect()
    }
}

/// Chance that is the same in each run (a multiplicative congruential generator, its upper bits).
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % end.max(1)
    }

    /// So many different numbers below `end`.
    pub fn some(&mut self, count: usize, end: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (0..end).collect();
        for index in (1..all.len()).rev() {
            let other = self.below(index + 1);
            all.swap(index, other);
        }
        all.truncate(count);
        all
    }

    fn one<'a>(&mut self, list: &'a [String]) -> &'a str {
        &list[self.below(list.len())]
    }
}

/// A helpdesk of some intents of `set`, and what its model knows of each message.
pub fn play(
    set: &Set,
    far: Option<&Set>,
    encoder: Option<&Arc<Encoder>>,
    chance: &mut Chance,
) -> Vec<Row> {
    let kinds = [4, 6, 9, 13, 18, 25, 35, 50];
    let size = kinds[chance.below(kinds.len())].min(set.intents.len() * 2 / 3);
    let shots = [4, 6, 8, 10, 10, 14][chance.below(6)];
    let order = chance.some(set.intents.len(), set.intents.len());
    let (own, others) = order.split_at(size);
    // Half of what is beside may have been met before: people answered it, and no article covers it.
    let met = others.get(..others.len() / 2).unwrap_or_default();
    let mut examples = Vec::new();
    let mut asked: Vec<(String, Option<String>)> = Vec::new();
    let mut rest: Vec<(usize, Vec<&String>)> = Vec::new();
    for number in own {
        let texts = &set.intents[*number];
        let shuffled = chance.some(texts.len(), texts.len());
        let name = number.to_string();
        let (learnt, kept) = shuffled.split_at(shots.min(texts.len() / 2));
        examples.extend(
            learnt
                .iter()
                .map(|index| Example::phrase(&texts[*index], Some(&name), 1.0)),
        );
        rest.push((*number, kept.iter().map(|index| &texts[*index]).collect()));
    }
    match chance.below(4) {
        // A desk as it starts, with what is written to any desk.
        0 | 1 => examples.extend(examples_of_none("en", shots as f64)),
        // One that has learned what people answered themselves.
        2 => {
            examples.extend(examples_of_none("en", shots as f64));
            let count = [20, 60, 150, 300][chance.below(4)];
            for _ in 0..count {
                let texts = &set.intents[met[chance.below(met.len())]];
                // The first half: the other one is asked about.
                let text = &texts[chance.below(texts.len() / 2)];
                examples.push(Example::phrase(text, None, 1.0));
            }
        }
        _ => {}
    }
    for _ in 0..COVERED {
        let (number, texts) = &rest[chance.below(rest.len())];
        asked.push((
            texts[chance.below(texts.len())].clone(),
            Some(number.to_string()),
        ));
    }
    for _ in 0..BESIDE {
        let texts = &set.intents[others[chance.below(others.len())]];
        asked.push((
            texts[texts.len() / 2 + chance.below(texts.len() / 2)].clone(),
            None,
        ));
    }
    for _ in 0..FAR {
        let from_far = far.map(|far| {
            let texts = &far.intents[chance.below(far.intents.len())];
            chance.one(texts).to_owned()
        });
        let outside = (!set.outside.is_empty() && chance.below(2) == 0)
            .then(|| chance.one(&set.outside).to_owned());
        if let Some(text) = outside.or(from_far) {
            asked.push((text, None));
        }
    }
    let model = Model::train(&examples, encoder);
    let is_mail = chance.below(2) == 0;
    asked
        .into_iter()
        .filter_map(|(text, label)| {
            let mut sentences = vec![(text.as_str(), 1.0)];
            for _ in 0..(if is_mail { 1 + chance.below(4) } else { 0 }) {
                let place = chance.below(sentences.len() + 1);
                sentences.insert(place, (AROUND[chance.below(AROUND.len())], 0.8));
            }
            let (said, evidence) = model.evidence(&sentences)?;
            Some(Row {
                right: label.as_deref() == Some(said),
                covered: label.is_some(),
                evidence: evidence.numbers.to_vec(),
            })
        })
        .collect()
}
