//! Which article do people's own answers come to? Only sentences that several of them wrote, about the same question, to different customers: what is
//! said to one customer alone (a name, an order, a favour) is in no two answers.
//!
//! Reads hostile input: phrases of customers become `ask`, and nothing else of theirs is taken. A person reads the whole file before it counts, and
//! once more each time it is drafted.

use super::asked::Asked;
use crate::config::{IntentName, Language, TeamName};
use crate::knowledge::likeness::words;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// A question that fewer customers asked is no gap.
pub(super) const CUSTOMERS_MIN: usize = 3;
/// From fewer answers nothing is worked out.
const ANSWERS_MIN: usize = 3;
/// So many words two sentences share that say the same, as part of all their words.
const SAME_FROM: f64 = 0.6;
/// A text of fewer words says nothing.
const WORDS_MIN: usize = 6;
/// So many phrases an article gets.
const PHRASES_MAX: usize = 8;
/// And so many it needs.
const PHRASES_MIN: usize = 3;
/// So many sentences of an answer are looked at.
const SENTENCES_MAX: usize = 12;
/// The longest title, in characters.
const TITLE_MAX_CHARACTERS: usize = 100;
/// What an article's text or a phrase never holds, whoever wrote it: slots, markup, code.
const NEVER: [char; 9] = ['{', '}', '<', '>', '`', '|', '\\', '[', ']'];
/// Words on which everything hangs, in English and German.
const HINGES: [&str; 66] = [
    "no",
    "not",
    "never",
    "none",
    "nobody",
    "nothing",
    "without",
    "cannot",
    "unless",
    "except",
    "only",
    "if",
    "before",
    "after",
    "until",
    "free",
    "i",
    "we",
    "you",
    "they",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "half",
    "nein",
    "nicht",
    "nie",
    "niemals",
    "niemand",
    "nichts",
    "ohne",
    "außer",
    "nur",
    "wenn",
    "falls",
    "vor",
    "nach",
    "bis",
    "kostenlos",
    "ich",
    "wir",
    "sie",
    "ihr",
    "eins",
    "zwei",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "elf",
    "zwölf",
    "halb",
    "eleven",
    "twelve",
    "less",
];
/// Denials that are one word with what they deny.
const DENIED: [&str; 16] = [
    "dont", "doesnt", "didnt", "isnt", "arent", "wasnt", "werent", "wont", "wouldnt", "cant",
    "couldnt", "shouldnt", "hasnt", "havent", "hadnt", "mustnt",
];
/// Words that stand in questions of every kind.
const EVERYDAY: [&str; 56] = [
    "about", "again", "also", "auch", "been", "bitte", "brauche", "could", "dear", "does", "eine",
    "einen", "einer", "from", "gibt", "haben", "hallo", "have", "hello", "hier", "ihnen", "ihre",
    "ihrem", "ihren", "just", "kann", "know", "like", "meine", "meinen", "meiner", "möchte",
    "need", "oder", "please", "some", "that", "their", "them", "there", "they", "this", "want",
    "were", "what", "when", "where", "which", "wird", "with", "wollte", "would", "wäre", "your",
    "yours", "können",
];

/// An article that people's answers come to. Nothing of it counts before somebody says yes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewArticle {
    /// Its intent, which no article has.
    pub intent: IntentName,
    /// In which language people wrote it.
    pub language: Language,
    /// The team that answered.
    pub team: Option<TeamName>,
    /// The question, in a customer's words.
    pub title: String,
    /// Phrases of customers, without numbers and addresses.
    pub ask: Vec<String>,
    /// What several people answered.
    pub body: String,
    /// So many answers said it.
    pub answers: usize,
}

impl NewArticle {
    /// The name of its file, where articles without a language in their name are of `support`.
    #[must_use]
    pub fn file_name(&self, support: &Language) -> String {
        match self.language == *support {
            true => format!("{}.md", self.intent),
            false => format!("{}.{}.md", self.intent, self.language),
        }
    }

    /// The file (docs/articles.md). Its mode is `draft`: each answer waits for a person's yes.
    #[must_use]
    pub fn file(&self) -> String {
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let mut file = String::from("+++\n");
        // Writing to a String cannot fail.
        let _ = writeln!(file, "intent = {}", quoted(&self.intent.0));
        let _ = writeln!(file, "title = {}", quoted(&self.title));
        let _ = writeln!(file, "mode = \"draft\"");
        if let Some(team) = &self.team {
            let _ = writeln!(file, "team = {}", quoted(&team.0));
        }
        file.push_str("ask = [\n");
        for phrase in &self.ask {
            let _ = writeln!(file, "  {},", quoted(phrase));
        }
        let _ = write!(file, "]\n+++\n{}\n", self.body);
        file
    }
}

/// The article of these questions of one language, the most typical first; `None` where people did not write the same again and again.
pub(super) fn propose(members: &[&Asked], taken: &BTreeSet<IntentName>) -> Option<NewArticle> {
    // One answer to each customer: what one is told three times is told to one.
    let mut customers: BTreeSet<&str> = BTreeSet::new();
    let answered: Vec<&Asked> = (members.iter().copied())
        .filter(|one| !one.answer.is_empty() && customers.insert(&one.customer))
        .collect();
    let answers: Vec<Vec<Said>> = (answered.iter())
        .map(|one| {
            let sentences = one.answer.iter().take(SENTENCES_MAX);
            sentences.map(|text| Said::of(text)).collect()
        })
        .collect();
    if answers.len() < ANSWERS_MIN {
        return None;
    }
    let (author, common) = most_in_common(&answers)?;
    let answer = answers.get(author)?;
    let kept = common.iter().filter_map(|place| answer.get(*place));
    let kept: Vec<&Said> = kept.filter(|said| said.can_be_approved()).collect();
    let whole: usize = answer.iter().map(|said| said.words.len()).sum();
    let left: usize = kept.iter().map(|said| said.words.len()).sum();
    // What is left of an answer that says half of it may say the opposite.
    if left < WORDS_MIN || left * 2 < whole {
        return None;
    }
    let body: Vec<&str> = kept.iter().map(|said| said.text.as_str()).collect();
    let body = body.join(" ");
    let ask = phrases(members);
    if ask.len() < PHRASES_MIN || body.starts_with(['#', '-', '+', '*', '=']) {
        return None;
    }
    let title = ask.first()?.chars().take(TITLE_MAX_CHARACTERS).collect();
    let saying_it = answers.iter().filter(|other| {
        let is_in = |said: &&&Said| other.iter().any(|theirs| said.is_said_by(theirs));
        kept.iter().filter(is_in).count() * 2 >= kept.len()
    });
    Some(NewArticle {
        intent: name(&ask, taken),
        language: answered.first()?.language.clone(),
        team: answered.get(author)?.team.clone(),
        title,
        answers: saying_it.count(),
        ask,
        body,
    })
}

/// A sentence of an answer.
struct Said {
    text: String,
    words: BTreeSet<String>,
}

impl Said {
    fn of(text: &str) -> Self {
        let words = words(text).into_iter().collect();
        Self {
            text: text.trim().to_owned(),
            words,
        }
    }

    /// Whether another sentence says the same: mostly the same words, and each of those on which everything hangs.
    fn is_said_by(&self, other: &Self) -> bool {
        self.is_like(other) && hinges(&self.text) == hinges(&other.text)
    }

    fn is_like(&self, other: &Self) -> bool {
        let shared = self.words.intersection(&other.words).count();
        let all = self.words.union(&other.words).count();
        !self.words.is_empty() && shared as f64 >= SAME_FROM * all as f64
    }

    fn can_be_approved(&self) -> bool {
        // What ends in three dots was cut.
        !self.text.contains(NEVER)
            && !self.text.contains('@')
            && !self.text.contains('…')
            && !self.text.chars().any(char::is_control)
    }
}

/// Whether two phrases ask the same.
pub(super) fn says_the_same(one: &str, other: &str) -> bool {
    Said::of(one).is_like(&Said::of(other))
}

/// What makes another sentence of a sentence, however alike the rest is: numbers, denials and conditions, and who does it to whom.
fn hinges(text: &str) -> BTreeSet<String> {
    let text = text.to_lowercase().replace(['\'', '’'], "");
    let words = text.split(|c: char| !c.is_alphanumeric());
    let is_hinge = |word: &&str| {
        word.chars().any(|c| c.is_ascii_digit())
            || HINGES.contains(word)
            || DENIED.contains(word)
            || word.starts_with("kein")
    };
    words.filter(is_hinge).map(str::to_owned).collect()
}

/// The answer that has most in common with the others, and which of its sentences at least half of them say.
fn most_in_common(answers: &[Vec<Said>]) -> Option<(usize, Vec<usize>)> {
    let needed = answers.len().div_ceil(2).max(2);
    let common = |author: usize, answer: &[Said]| -> Vec<usize> {
        let is_common = |said: &Said| {
            let others = answers.iter().enumerate().filter(|(other, theirs)| {
                *other != author && theirs.iter().any(|theirs| said.is_said_by(theirs))
            });
            others.count() + 1 >= needed
        };
        let places = answer.iter().enumerate();
        places
            .filter(|(_, said)| is_common(said))
            .map(|(place, _)| place)
            .collect()
    };
    let mut best: Option<(usize, Vec<usize>)> = None;
    for (author, answer) in answers.iter().enumerate() {
        let common = common(author, answer);
        let is_better = (best.as_ref()).is_none_or(|(_, so_far)| common.len() > so_far.len());
        if !common.is_empty() && is_better {
            best = Some((author, common));
        }
    }
    best
}

/// Phrases as customers write them, the most typical first. One that may name who wrote it is left out.
fn phrases(members: &[&Asked]) -> Vec<String> {
    let mut phrases: Vec<String> = Vec::new();
    for one in members {
        let Some(phrase) = one.shown() else {
            continue;
        };
        let says_something = !words(&phrase).is_empty() && !phrase.contains(NEVER);
        if says_something && !phrases.contains(&phrase) {
            phrases.push(phrase);
        }
        if phrases.len() == PHRASES_MAX {
            break;
        }
    }
    phrases
}

/// A name that no article has, of the words that most phrases share.
fn name(phrases: &[String], taken: &BTreeSet<IntentName>) -> IntentName {
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for phrase in phrases {
        let mut once = BTreeSet::new();
        for (place, word) in words(phrase).into_iter().enumerate() {
            let is_telling = word.chars().nth(3).is_some() && !EVERYDAY.contains(&word.as_str());
            if is_telling && once.insert(word.clone()) {
                let count = counts.entry(word).or_insert((0, place));
                count.0 += 1;
                count.1 = count.1.min(place);
            }
        }
    }
    let mut counted: Vec<(String, (usize, usize))> = counts.into_iter().collect();
    counted.sort_by(|(_, (count, place)), (_, (other, behind))| {
        other.cmp(count).then(place.cmp(behind))
    });
    let parts: Vec<String> = (counted.iter())
        .map(|(word, _)| in_plain_letters(word))
        .filter(|word| !word.is_empty())
        .take(2)
        .collect();
    let base = match parts.is_empty() {
        true => "question".to_owned(),
        false => parts.join("-"),
    };
    let numbered = (2..).map(|number: u32| format!("{base}-{number}"));
    let mut names = std::iter::once(base.clone())
        .chain(numbered)
        .map(IntentName);
    names
        .find(|name| !taken.contains(name))
        .unwrap_or(IntentName(base))
}

/// Letters, digits and nothing else, at most 25.
fn in_plain_letters(word: &str) -> String {
    let mut plain = String::new();
    for character in word.chars() {
        match character {
            'ä' => plain.push_str("ae"),
            'ö' => plain.push_str("oe"),
            'ü' => plain.push_str("ue"),
            'ß' => plain.push_str("ss"),
            c if c.is_ascii_lowercase() || c.is_ascii_digit() => plain.push(c),
            _ => {}
        }
    }
    plain.chars().take(25).collect()
}
