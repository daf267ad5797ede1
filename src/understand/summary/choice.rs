//! Which sentences of a thread say what is wanted, what happened and what is open? Three deciders over the same lines.

use super::thread::{Act, Thread};
use super::{
    Author, BRIEF_SENTENCES, Line, OpenSentence, SENTENCES_MAX, SourcePart, ThreadSummary, WhyOpen,
    due,
};
use crate::understand::prepare::Role;
use crate::understand::types::Understanding;
use crate::understand::words::one_line;
use jiff::Timestamp;
use std::cmp::Reverse;

/// How `understand/` cuts the sentences of requests: to find them again.
const REQUEST_MAX_CHARS: usize = 240;

/// The three lists.
pub(super) fn choose(
    thread: &Thread<'_>,
    lines: &[Line<'_>],
    understanding: &Understanding,
    now: Timestamp,
) -> ThreadSummary {
    let wanted = wanted(thread, lines, understanding);
    // A report that stands for the request, because nothing asks, is a report all the same.
    let taken: Vec<&Line<'_>> = (wanted.iter().copied())
        .filter(|line| asks(line) > 0)
        .collect();
    let happened = happened(lines, &taken);
    let newest = thread.messages.last().map(|message| message.number);
    let of_newest = lines
        .iter()
        .filter(|line| Some(line.message.number) == newest && line.part != SourcePart::Subject);
    ThreadSummary {
        wanted: wanted.into_iter().map(Line::shown).collect(),
        happened: happened.into_iter().map(Line::shown).collect(),
        open: open(thread, lines, understanding, now),
        saves_reading: thread.messages.len() > 1 || of_newest.count() > BRIEF_SENTENCES,
    }
}

/// The best of a list by falling rank (those of rank 0 never), back in their own order.
pub(super) fn best_in_order<T: Copy>(list: &[T], most: usize, rank: impl Fn(&T) -> u8) -> Vec<T> {
    let mut ranked: Vec<(usize, T)> = list
        .iter()
        .copied()
        .enumerate()
        .filter(|(_, item)| rank(item) > 0)
        .collect();
    ranked.sort_by_key(|(_, item)| Reverse(rank(item)));
    ranked.truncate(most);
    ranked.sort_by_key(|(index, _)| *index);
    ranked.into_iter().map(|(_, item)| item).collect()
}

/// Adds a line where its words are not there yet.
fn add<'a, 'b>(list: &mut Vec<&'a Line<'b>>, line: &'a Line<'b>) {
    let is_new = list
        .iter()
        .all(|other| other.sentence.words != line.sentence.words);
    if is_new && list.len() < SENTENCES_MAX {
        list.push(line);
    }
}

/// How plainly a line asks for something; 0: it does not.
fn asks(line: &Line<'_>) -> u8 {
    let is_said = line.part == SourcePart::Body;
    match (line.sentence.role, line.is_question(), line.asks) {
        (Role::ToMachine, ..) => 0,
        // `Let me know` asks for nothing; `Thanks, and where is it?` does.
        (Role::SmallTalk, true, _) if is_said => 2,
        // `Merci de corriger la facture`, or a subject that says it all: better than nothing.
        (Role::SmallTalk, _, asks) => u8::from(asks && is_said),
        (_, question, asks) if !is_said => u8::from(question || asks),
        (_, true, _) => 3,
        (_, false, true) if line.happened => 1,
        (_, false, true) => 2,
        (_, false, false) => 0,
    }
}

/// What is asked for in the newest mail, what is known as a request first; where it asks nothing, or how things stand, first what was
/// asked in the beginning.
fn wanted<'a, 'b>(
    thread: &Thread<'_>,
    lines: &'a [Line<'b>],
    understanding: &Understanding,
) -> Vec<&'a Line<'b>> {
    let Some(newest) = thread.messages.last() else {
        return Vec::new();
    };
    if newest.author.is_us() {
        return Vec::new();
    }
    let of_message = |number: usize| -> Vec<&'a Line<'b>> {
        let lines = lines.iter();
        lines
            .filter(|line| line.message.number == number && line.part != SourcePart::Quoted)
            .collect()
    };
    let new = of_message(newest.number);
    let request_rank = |line: &Line<'_>| {
        let requests = understanding.requests.iter();
        let text = one_line(&line.sentence.text, REQUEST_MAX_CHARS);
        let mut known = requests.filter(|request| request.sentence == text);
        known.next().map_or(0, |request| {
            let is_main = understanding
                .intents
                .first()
                .is_some_and(|first| first.intent == request.intent);
            if is_main { 2 } else { 1 }
        })
    };
    let rank = |line: &&'a Line<'b>| match asks(line) {
        0 => 0,
        asked => asked + 3 * request_rank(line) + u8::from(!line.follows_up) * 2,
    };
    let mut asked = new.clone();
    // A report that sounds like a request is one only where nothing else is.
    let plain = new.iter().any(|line| asks(line) > 1);
    asked.retain(|line| asks(line) > u8::from(plain));
    asked.sort_by_key(|line| Reverse(rank(line)));

    let mut wanted = Vec::new();
    let first = thread.messages.first().map(|message| message.number);
    let first = first.filter(|number| *number != newest.number);
    if let Some(first) = first
        && (asked.is_empty() || asked.iter().any(|line| line.follows_up))
    {
        let of_first = of_message(first);
        let requests = best_in_order(&of_first, 2, |line| asks(line));
        let said = carrier(&of_first).filter(|_| requests.is_empty());
        for line in requests.into_iter().chain(said) {
            add(&mut wanted, line);
        }
    }
    if !plain {
        // Nothing asks plainly: what the understander took for the request.
        let mut requests = new.iter().copied();
        let request = requests.find(|line| request_rank(line) > 0 && is_substance(line));
        request.into_iter().for_each(|line| add(&mut wanted, line));
    }
    for line in asked {
        add(&mut wanted, line);
    }
    if wanted.is_empty() {
        carrier(&new)
            .into_iter()
            .for_each(|line| add(&mut wanted, line));
    }
    wanted
}

/// The line that most likely carries what a message wants though no line asks.
fn carrier<'a, 'b>(lines: &[&'a Line<'b>]) -> Option<&'a Line<'b>> {
    let find = |fits: &dyn Fn(&Line<'_>) -> bool| lines.iter().copied().find(|line| fits(line));
    find(&|line| is_substance(line) && line.happened)
        .or_else(|| find(&is_substance))
        // `Thanks for sending me the invoice`
        .or_else(|| find(&|line| line.part == SourcePart::Body && line.asks))
        .or_else(|| find(&|line| line.sentence.role == Role::Substance))
}

fn is_substance(line: &Line<'_>) -> bool {
    line.sentence.role == Role::Substance && line.part == SourcePart::Body
}

/// What was reported, and the newest that we said; in the order in which it was written.
fn happened<'a, 'b>(lines: &'a [Line<'b>], taken: &[&Line<'_>]) -> Vec<&'a Line<'b>> {
    let is_taken = |line: &Line<'_>| {
        let mut taken = taken.iter();
        taken.any(|other| other.sentence.words == line.sentence.words)
    };
    let candidates: Vec<&Line<'_>> = lines.iter().filter(|line| !is_taken(line)).collect();
    let ours: Vec<&Line<'_>> = candidates
        .iter()
        .copied()
        .filter(|line| line.message.act == Act::Answered)
        .collect();
    let newest_of_us = ours.last().map(|line| line.message.number);
    let spoken = best_in_order(&ours, 1, |line| {
        let is_newest = Some(line.message.number) == newest_of_us;
        u8::from(is_newest) * (1 + u8::from(line.promised) * 2 + u8::from(line.happened))
    });
    let theirs: Vec<&Line<'_>> = candidates
        .iter()
        .copied()
        .filter(|line| !line.message.author.is_us() && line.happened && !line.is_question())
        .filter(|line| !line.follows_up || has_number(line))
        .collect();
    let reported = best_in_order(&theirs, SENTENCES_MAX, |line| {
        let in_body = line.part == SourcePart::Body;
        1 + u8::from(has_number(line)) * 2
            + u8::from(in_body) * 2
            + u8::from(line.sentence.role == Role::Substance)
    });
    let mut chosen: Vec<&Line<'_>> = Vec::new();
    for line in spoken.into_iter().chain(by_rank(reported)) {
        add(&mut chosen, line);
    }
    let position = |line: &Line<'_>| lines.iter().position(|other| std::ptr::eq(other, line));
    chosen.sort_by_key(|line| position(line));
    chosen
}

/// The first and the last report matter most where there is no place for all.
fn by_rank<T>(mut reported: Vec<T>) -> Vec<T> {
    if reported.len() > 2 {
        let last = reported.pop();
        reported.splice(1..1, last);
    }
    reported
}

/// A number of an order, a date, a sum.
fn has_number(line: &Line<'_>) -> bool {
    line.sentence
        .words
        .iter()
        .any(|word| word.chars().any(|c| c.is_ascii_digit()))
}

/// What nobody has answered, given or kept. Each kind has a place; questions take what is left.
fn open(
    thread: &Thread<'_>,
    lines: &[Line<'_>],
    understanding: &Understanding,
    now: Timestamp,
) -> Vec<OpenSentence> {
    let mut answers = thread.messages.iter().rev();
    let last_answer = answers
        .find(|message| message.act == Act::Answered)
        .map_or(0, |message| message.number);
    let overdue = lines
        .iter()
        .rev()
        .find(|line| is_overdue(line, thread, last_answer, now));
    let missing = lines.iter().rev().find(|line| {
        let Act::Asked(facts) = line.message.act else {
            return false;
        };
        let same = lines
            .iter()
            .filter(|other| other.message.number == line.message.number);
        let position = same.clone().position(|other| std::ptr::eq(other, *line));
        let is_missing =
            |name| !thread.known.contains(name) && !understanding.facts.contains_key(name);
        // One line asks for one detail, unless a template says more or less than that.
        match position.and_then(|position| facts.get(position)) {
            Some(fact) if same.count() == facts.len() => is_missing(fact),
            _ => facts.iter().any(is_missing),
        }
    });
    let asked: Vec<&Line<'_>> = lines
        .iter()
        .filter(|line| !line.message.author.is_us() && line.message.number > last_answer)
        .filter(|line| line.part == SourcePart::Body && line.is_question() && asks(line) > 0)
        .collect();
    let places = SENTENCES_MAX - usize::from(overdue.is_some()) - usize::from(missing.is_some());
    let questions = best_in_order(&asked, places, |line| 2 - u8::from(line.follows_up));
    let overdue = overdue
        .into_iter()
        .map(|line| (line, WhyOpen::OverduePromise));
    let questions = questions
        .into_iter()
        .map(|line| (line, WhyOpen::Unanswered));
    let missing = missing.into_iter().map(|line| (line, WhyOpen::NotGiven));
    let mut lines: Vec<&Line<'_>> = Vec::new();
    let mut open = Vec::new();
    for (line, why) in overdue.chain(questions).chain(missing) {
        let before = lines.len();
        add(&mut lines, line);
        if lines.len() > before {
            open.push(OpenSentence {
                sentence: line.shown(),
                why,
            });
        }
    }
    open
}

/// Whether a line promises something for a day that has passed, and nobody of us wrote since.
fn is_overdue(line: &Line<'_>, thread: &Thread<'_>, last_answer: usize, now: Timestamp) -> bool {
    let message = line.message;
    match (&message.act, message.author) {
        (Act::Noticed, _) => {
            message.number > last_answer
                && thread.promise.is_some_and(|promise| promise < now)
                && names_a_time(&line.sentence.text)
        }
        (Act::Answered, Author::Staff | Author::Machine) => {
            let written = line.shown().source.at;
            message.number == last_answer
                && line.promised
                && due::by(&line.sentence, written).is_some_and(|day| day < due::day(now))
        }
        _ => false,
    }
}

/// `17:00`: the promise in a notice, in whichever language and words the site's template has.
fn names_a_time(text: &str) -> bool {
    text.split_whitespace().any(|word| {
        let word = word.trim_matches(|c: char| !c.is_ascii_digit());
        word.split_once(':').is_some_and(|(hour, minute)| {
            hour.len() == 2 && minute.len() == 2 && hour.parse::<u8>().is_ok()
        })
    })
}
