//! What of a thread is open? Promises that are overdue, what was asked since our last answer, details that did not come. Pure.

use super::choice::{add, asks, best_in_order};
use super::thread::{Act, Thread};
use super::{Line, OpenSentence, SENTENCES_MAX, SourcePart, WhyOpen, due};
use crate::understand::types::Understanding;
use jiff::Timestamp;

/// What nobody has answered, given or kept. Each kind has a place; requests take what is left before further details do.
pub(super) fn find(
    thread: &Thread<'_>,
    lines: &[Line<'_>],
    understanding: &Understanding,
    now: Timestamp,
) -> Vec<OpenSentence> {
    let mut answers = thread.messages.iter().rev();
    let last_answer = answers
        .find(|message| message.act == Act::Answered)
        .map_or(0, |message| message.number);
    let mut newest_first = lines.iter().rev();
    let overdue = newest_first.find(|line| is_overdue(line, thread, last_answer, now));
    let missing = missing(thread, lines, understanding);
    let asked: Vec<&Line<'_>> = lines
        .iter()
        .filter(|line| !line.message.author.is_us() && line.message.number > last_answer)
        .filter(|line| line.part == SourcePart::Body && asks(line) > 1)
        .collect();
    let places = SENTENCES_MAX - usize::from(overdue.is_some()) - usize::from(!missing.is_empty());
    let asked = best_in_order(&asked, places, |line| 2 - u8::from(line.follows_up));

    let overdue = overdue
        .into_iter()
        .map(|line| (line, WhyOpen::OverduePromise));
    let asked = asked.into_iter().map(|line| (line, WhyOpen::Unanswered));
    let missing = missing.into_iter().map(|line| (line, WhyOpen::NotGiven));
    let mut chosen: Vec<&Line<'_>> = Vec::new();
    let mut open = Vec::new();
    for (line, why) in overdue.chain(asked).chain(missing) {
        let before = chosen.len();
        add(&mut chosen, line);
        if chosen.len() > before {
            open.push(OpenSentence {
                sentence: line.shown(),
                why,
            });
        }
    }
    open
}

/// The lines of our last question that ask for details which nobody has given.
fn missing<'a, 'b>(
    thread: &Thread<'_>,
    lines: &'a [Line<'b>],
    understanding: &Understanding,
) -> Vec<&'a Line<'b>> {
    let mut questions = thread.messages.iter().rev();
    let last = questions.find_map(|message| match message.act {
        Act::Asked(facts) => Some((message.number, facts)),
        _ => None,
    });
    let Some((number, facts)) = last else {
        return Vec::new();
    };
    let is_missing = |name| !thread.known.contains(name) && !understanding.facts.contains_key(name);
    let lines = lines.iter().filter(|line| line.message.number == number);
    let lines: Vec<&Line<'_>> = lines.collect();
    if lines.len() == facts.len() {
        let lines = lines.into_iter().zip(facts);
        return lines
            .filter(|(_, fact)| is_missing(*fact))
            .map(|(line, _)| line)
            .collect();
    }
    // A template said more or less than one sentence for each detail.
    if facts.iter().any(is_missing) {
        lines
    } else {
        Vec::new()
    }
}

/// Whether a line promises something for a day that has passed, and nobody of us has answered since.
fn is_overdue(line: &Line<'_>, thread: &Thread<'_>, last_answer: usize, now: Timestamp) -> bool {
    let message = line.message;
    match message.act {
        Act::Noticed => {
            message.number > last_answer
                && thread.promise.is_some_and(|promise| promise < now)
                && names_a_time(&line.sentence.text)
        }
        Act::Answered => {
            message.number == last_answer
                && line.promised
                && due::by(&line.sentence, message.at).is_some_and(|day| day < due::day(now))
        }
        Act::Wrote | Act::Asked(_) => false,
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
