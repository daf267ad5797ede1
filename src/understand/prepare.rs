//! The new text of a mail, prepared for reading: greeting, sign-off and legal boilerplate out, the rest in sentences.
//!
//! Reads hostile input. Bounded: at most 20,000 characters and 200 sentences are looked at.

mod sentences;
mod subject;

use super::lexicon::Lexicon;
use super::quotation;
use super::spelling::Spelling;
use super::words::{visible, words, words_in_clauses};
use crate::mail::Mail;
use crate::ticket::thread::reference_in_subject;
use std::sync::LazyLock;

use sentences::split_sentences;
pub(crate) use subject::without_reply_marks;
use subject::{quotes_subject, repeat_above_a_word_or_two};

/// The most text that is looked at, in characters.
const TEXT_MAX_CHARS: usize = 20_000;
/// The most sentences that are looked at.
const SENTENCES_MAX: usize = 200;
/// A sentence is cut here, in characters: nobody writes longer ones, machines do.
const SENTENCE_MAX_CHARS: usize = 600;

/// The sentences of a text that is no mail of a customer.
pub(super) fn sentences_of(text: &str) -> Vec<String> {
    split_sentences(text)
}

/// Where a sentence stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Subject,
    Body,
}

/// What a sentence is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// It may carry the request.
    Substance,
    /// Courtesy: it says nothing about what is wanted.
    SmallTalk,
    /// A subject that a reply brings back: our own (it holds our reference), or that of an older mail above a word or two of new text. Nobody
    /// asks for anything with it.
    Repeated,
    /// It speaks to a machine. It commands nothing, and says nothing about what is wanted; stops are looked for in it all the same.
    ToMachine,
    /// It stands behind one that begins a speech to a machine, in the same paragraph. It says nothing about what is wanted; each stop counts.
    InSpeechToMachine,
}

impl Role {
    /// Whether it is said to a machine, not to us.
    pub(super) const fn is_to_machine(self) -> bool {
        matches!(self, Self::ToMachine | Self::InSpeechToMachine)
    }
}

/// A sentence of the new text.
#[derive(Clone, Debug)]
pub(super) struct Sentence {
    pub(super) text: String,
    /// Its folded words.
    pub(super) words: Vec<String>,
    /// Its folded words without what stands in quotation marks (somebody else's words); slips in key words put right.
    pub(super) own_words: Vec<String>,
    /// The number of the clause in which each of `own_words` stands.
    pub(super) own_clauses: Vec<u16>,
    pub(super) place: Place,
    pub(super) role: Role,
    pub(super) asks: bool,
}

/// The prepared text.
#[derive(Clone, Debug, Default)]
pub(super) struct Prepared {
    /// Subject first, then the body in order.
    pub(super) sentences: Vec<Sentence>,
    /// The visible subject without `Re:`.
    pub(super) subject: String,
    /// The visible new text, whole.
    pub(super) text: String,
    /// What stood under the sign-off: name, phone, address.
    pub(super) signature: String,
}

static MANNERS: LazyLock<Lexicon> =
    LazyLock::new(|| Lexicon::read(include_str!("lexicon/manners.toml")));
static SPELLING: LazyLock<Spelling> = LazyLock::new(Spelling::new);

/// The word lists that preparing needs; the same for all who prepare.
#[derive(Debug)]
pub(super) struct Preparer {
    manners: &'static Lexicon,
    spelling: &'static Spelling,
}

impl Preparer {
    pub(super) fn new() -> Self {
        Self {
            manners: &MANNERS,
            spelling: &SPELLING,
        }
    }

    /// Prepares a mail.
    pub(super) fn prepare(&self, mail: &Mail) -> Prepared {
        let mut prepared = self.prepare_text(mail.subject.as_str(), &mail.body.own_words());
        if let Some(subject) = prepared.sentences.first_mut()
            && subject.place == Place::Subject
            && subject.role == Role::Substance
            && quotes_subject(&mail.body.quoted_text, &prepared.subject)
        {
            subject.role = Role::Repeated;
        }
        if !mail.body.signature.is_empty() {
            prepared.signature.push('\n');
            let signature = visible(&mail.body.signature, 2_000);
            prepared.signature.push_str(&signature);
        }
        prepared
    }

    /// A sentence without the greeting that it begins with (`Hello, where is it?`).
    pub(super) fn without_greeting<'a>(&self, sentence: &'a str) -> &'a str {
        let mut sentence = sentence;
        // `Madame, Monsieur, …`
        for _ in 0..2 {
            let Some((greeting, rest)) = sentence.split_once([',', ':', '!']) else {
                break;
            };
            let folded = words(greeting);
            let is_greeting = folded.len() <= 5 && self.manners.has("greeting", &folded);
            if !is_greeting || words(rest).len() < 3 {
                break;
            }
            sentence = rest.trim_start();
        }
        sentence
    }

    /// Prepares what is kept of a mail.
    pub(super) fn prepare_text(&self, subject: &str, text: &str) -> Prepared {
        let whole_subject = visible(subject, 400);
        let subject = without_reply_marks(&whole_subject).to_owned();
        // In a first mail a word in brackets is the customer's own.
        let is_reply = subject.trim() != whole_subject.trim();
        let is_ours = is_reply && reference_in_subject(&subject).is_some();
        let text = without_variables(&without_tags(&visible(text, TEXT_MAX_CHARS)));
        let (substance, signature) = self.split_signature(&text);
        let mut sentences = Vec::new();
        if words(&subject).iter().any(|word| word.len() > 1) {
            let mut sentence =
                self.sentence(&quotation::mark(&subject), Place::Subject, &mut false);
            if is_ours && sentence.role == Role::Substance {
                sentence.role = Role::Repeated;
            }
            sentences.push(sentence);
        }
        let mut is_quoted = false;
        for paragraph in paragraphs(&quotation::mark(&substance)) {
            let mut is_speech = false;
            for sentence in split_sentences(&paragraph) {
                if sentences.len() >= SENTENCES_MAX {
                    break;
                }
                let mut sentence = self.sentence(&sentence, Place::Body, &mut is_quoted);
                is_speech &= !sentence.text.contains('?') && !says_i(&sentence.words);
                if is_speech && sentence.role == Role::Substance {
                    sentence.role = Role::InSpeechToMachine;
                }
                is_speech |= sentence.role == Role::ToMachine
                    && self.manners.has("machine_speech", &sentence.words);
                sentences.push(sentence);
            }
        }
        if is_reply {
            repeat_above_a_word_or_two(&mut sentences);
        }
        Prepared {
            sentences,
            subject,
            text,
            signature,
        }
    }

    /// `marked`: with its quotations marked. `is_quoted`: whether one is open.
    fn sentence(&self, marked: &str, place: Place, is_quoted: &mut bool) -> Sentence {
        let own: String = quotation::own_words(marked, is_quoted)
            .chars()
            .take(SENTENCE_MAX_CHARS)
            .collect();
        let text = quotation::without_marks(marked);
        let text: String = text.trim().chars().take(SENTENCE_MAX_CHARS).collect();
        let (mut own_words, own_clauses) = words_in_clauses(&own);
        // Most sentences quote nobody.
        let folded = if own.trim() == text {
            own_words.clone()
        } else {
            words(&text)
        };
        self.spelling.correct(&mut own_words);
        let said = self.manners.begin(&folded);
        let role = if said.has("machine") {
            Role::ToMachine
        } else if folded.is_empty()
            || (folded.len() <= 14 && said.has("small_talk"))
            || (place == Place::Subject && folded.len() <= 4 && said.has("empty_subject"))
        {
            Role::SmallTalk
        } else {
            Role::Substance
        };
        let asks = text.contains('?') || said.has("request");
        Sentence {
            words: folded,
            own_words,
            own_clauses,
            place,
            role,
            asks,
            text,
        }
    }

    /// `Amtsgericht München, HRB 1234`; not `wir sehen uns vor dem Amtsgericht`: no footer says who speaks.
    fn is_legal_footer(&self, line: &[String]) -> bool {
        let says_who = |word: &String| matches!(word.as_str(), "ich" | "wir" | "mich" | "uns");
        self.manners.has("legal_footer", line) && !line.iter().any(says_who)
    }

    /// Cuts greeting lines off the top, and everything from the sign-off on; a postscript stays.
    fn split_signature(&self, text: &str) -> (String, String) {
        let mut kept: Vec<&str> = Vec::new();
        let mut cut: Vec<&str> = Vec::new();
        let mut after_sign_off = false;
        let mut has_substance = false;
        let mut in_postscript = false;
        for line in text.lines() {
            let folded = words(line);
            if folded.is_empty() {
                if !after_sign_off {
                    kept.push(line);
                }
                if in_postscript {
                    in_postscript = false;
                }
                continue;
            }
            let postscript = folded
                .first()
                .is_some_and(|word| matches!(word.as_str(), "ps" | "pps"))
                || (folded.len() > 2 && folded.iter().take(2).map(String::as_str).eq(["p", "s"]));
            if postscript {
                in_postscript = true;
            }
            if after_sign_off && !in_postscript {
                // A whole sentence under the sign-off is said to us as well (`Thanks\n\nOh, and my number is …`).
                if folded.len() >= 5 && !self.is_legal_footer(&folded) && ends_like_a_sentence(line)
                {
                    has_substance = true;
                    kept.push(line);
                }
                cut.push(line);
                continue;
            }
            let said = self.manners.begin(&folded);
            if self.is_legal_footer(&folded) {
                after_sign_off = true;
                cut.push(line);
                continue;
            }
            let no_substance_yet = !has_substance;
            if no_substance_yet && folded.len() <= 6 && said.has("greeting") && !line.contains('?')
            {
                continue;
            }
            if folded.len() <= 7 && said.has("sign_off") && !line.contains('?') && !no_substance_yet
            {
                after_sign_off = true;
                cut.push(line);
                continue;
            }
            // Whoever puts words to a machine above their greeting greets all the same.
            has_substance |= !line.trim().is_empty() && !said.has("machine");
            kept.push(line);
        }
        // A last line of one to three words that is no sentence is a name.
        while let Some(last) = kept.last() {
            let count = words(last).len();
            if count == 0 {
                kept.pop();
                continue;
            }
            let lines_with_words = kept.iter().filter(|line| !line.trim().is_empty()).count();
            if lines_with_words > 1 && (1..=3).contains(&count) && looks_like_a_name(last) {
                cut.insert(0, last);
                kept.pop();
            }
            break;
        }
        (kept.join("\n"), cut.join("\n"))
    }
}

/// Whether somebody speaks of themselves: a customer among words to a machine.
fn says_i(words: &[String]) -> bool {
    const I: [&str; 28] = [
        "i", "my", "me", "we", "our", "ich", "mein", "meine", "mir", "mich", "wir", "je", "mon",
        "ma", "mes", "nous", "yo", "mi", "mis", "io", "mio", "mia", "ik", "mijn", "wij", "eu",
        "meu", "minha",
    ];
    words.iter().any(|word| I.contains(&word.as_str()))
}

/// A text cut at its blank lines.
fn paragraphs(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let paragraphs = lines.split(|line| line.trim().is_empty());
    let paragraphs = paragraphs.filter(|lines| !lines.is_empty());
    paragraphs.map(|lines| lines.join("\n")).collect()
}

fn ends_like_a_sentence(line: &str) -> bool {
    line.trim_end().ends_with(['.', '?', '!'])
}

fn looks_like_a_name(line: &str) -> bool {
    let line = line.trim();
    !line.ends_with(['?', '!', ':'])
        && !line.chars().any(|c| c.is_ascii_digit())
        && line.split_whitespace().all(|word| {
            word.chars()
                .find(|c| c.is_alphabetic())
                .is_none_or(char::is_uppercase)
        })
        && line.chars().any(char::is_lowercase)
}

/// Removes what a broken or malicious program left of HTML: comments, tags. A `<` that opens nothing stays.
fn without_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        if let Some(comment) = after.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, behind)| behind);
            continue;
        }
        let opens = after
            .chars()
            .next()
            .is_some_and(|c| c.is_ascii_alphabetic() || c == '/');
        let tag_end = after
            .char_indices()
            .take(400)
            .find(|(_, c)| *c == '>' || *c == '<')
            .filter(|(_, c)| *c == '>');
        if let (true, Some((end, _))) = (opens, tag_end)
            && after
                .get(..end)
                .is_some_and(|tag| !tag.contains('@') && !tag.contains("://") || tag.contains('='))
        {
            out.push(' ');
            rest = after.get(end + 1..).unwrap_or_default();
        } else {
            out.push('<');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

/// The longest name between the braces of a template.
const VARIABLE_MAX_CHARS: usize = 80;

/// Removes the variables and blocks of templates (`{{name}}`): they are nobody's words, whatever their names say.
fn without_variables(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let close = after.find("}}");
        let close = close.filter(|at| *at <= VARIABLE_MAX_CHARS);
        if let Some(behind) = close.and_then(|at| after.get(at + 2..)) {
            out.push(' ');
            rest = behind.trim_start_matches('}');
        } else {
            out.push_str("{{");
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_where_people_end_them() {
        assert_eq!(
            split_sentences("My no. is 5. Where is it?\n\nThanks a lot"),
            ["My no. is 5. Where is it?", "Thanks a lot"]
        );
        assert_eq!(
            split_sentences("Two things: 1) where is it, 2) may I pay by card?"),
            ["Two things:", "1) where is it,", "2) may I pay by card?"]
        );
        assert_eq!(
            split_sentences("I want a\nrefund. Now!"),
            ["I want a refund.", "Now!"]
        );
    }

    #[test]
    fn our_own_subject_asks_for_nothing() {
        let role = |subject: &str| {
            let prepared = Preparer::new().prepare_text(subject, "May I have an answer?");
            prepared.sentences.first().map(|sentence| sentence.role)
        };
        let ours = "Re: Your request to Lindenhof Tea [K7QF2-M9XRT]";
        assert_eq!(role(ours), Some(Role::Repeated));
        let theirs = "Re: Your request for my measurements [blue one]";
        assert_eq!(role(theirs), Some(Role::Substance));
        let first = "Cancel my order [ORDER-20451]";
        assert_eq!(role(first), Some(Role::Substance));
    }

    #[test]
    fn tags_and_marks_go() {
        assert_eq!(
            without_tags("a <!-- x --> b <b>c</b> 1 < 2"),
            "a  b  c  1 < 2"
        );
        assert_eq!(without_reply_marks("Re: AW: Hello: you"), "Hello: you");
    }
}
