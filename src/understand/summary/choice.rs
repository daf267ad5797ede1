//! Which sentences of a thread say what is wanted, and which what happened? Pure.

use super::thread::{Act, Thread};
use super::{BRIEF_SENTENCES, Line, SENTENCES_MAX, SourcePart, ThreadSummary, open};
use crate::understand::intent;
use crate::understand::prepare::Role;
use crate::understand::types::Understanding;
use crate::understand::words::one_line;
use jiff::Timestamp;
use std::cmp::Reverse;

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
        open: open::find(thread, lines, understanding, now),
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

/// Adds a line where there is room and its words are not there yet.
pub(super) fn add<'a, 'b>(list: &mut Vec<&'a Line<'b>>, line: &'a Line<'b>) {
    let is_new = list
        .iter()
        .all(|other| other.sentence.words != line.sentence.words);
    if is_new && list.len() < SENTENCES_MAX {
        list.push(line);
    }
}

/// How plainly a line asks for something; 0: it does not.
pub(super) fn asks(line: &Line<'_>) -> u8 {
    let is_said = line.part == SourcePart::Body;
    match (line.sentence.role, line.is_question(), line.asks) {
        (Role::ToMachine | Role::InSpeechToMachine, ..) => 0,
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
        let text = one_line(&line.sentence.text, intent::SENTENCE_MAX_CHARS);
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
