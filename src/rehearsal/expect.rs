//! Is what came of a step what the conversation expects?

use super::conversation::{Expected, ExpectedMail, Wanted, Words};
use super::outcome::{Difference, Left, PlayedStep};

/// Where a step differs from what is expected of it.
pub(super) fn differences(expected: &Expected, step: &PlayedStep) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut differs = |what, line, expected: String, got: String| {
        found.push(Difference {
            step: step.number,
            line,
            what,
            expected,
            got,
        });
    };
    let rule = step.reason.as_ref().map_or("none", |(rule, _)| rule);
    let because = match &step.reason {
        Some((rule, sentence)) => format!(" ({rule}: {sentence})"),
        None => String::new(),
    };
    if let Some(decision) = &expected.decision
        && decision.value != step.decision
    {
        let got = if step.decision.is_empty() {
            "no decision"
        } else {
            &step.decision
        };
        let got = format!("{got}{because}");
        differs("decision", decision.line, decision.value.clone(), got);
    }
    if let Some(wanted) = &expected.rule
        && wanted.value != rule
    {
        let got = because.trim().trim_matches(['(', ')']).to_owned();
        differs("rule", wanted.line, wanted.value.clone(), got);
    }
    if let Some(mails) = &expected.mails {
        let mut wanted = mails.value.clone();
        let mut got: Vec<ExpectedMail> = step.mails.iter().map(as_expected).collect();
        wanted.sort();
        got.sort();
        if wanted != got {
            differs("mails", mails.line, listed(&wanted), listed(&got));
        }
    }
    for words in &expected.says {
        if !says(step, words) {
            let read = readable(step, &words.value);
            differs("says", words.line, words.value.to_string(), read);
        }
    }
    for words in &expected.never_says {
        if says(step, words) {
            let expected = format!("never \"{}\"", words.value);
            differs("never_says", words.line, expected, "it is said".to_owned());
        }
    }
    for words in &expected.records {
        let wanted = folded(&words.value);
        if !step.story.iter().any(|line| folded(line).contains(&wanted)) {
            let got = step.story.join(" | ");
            differs("records", words.line, words.value.clone(), got);
        }
    }
    found
}

fn as_expected(mail: &Left) -> ExpectedMail {
    ExpectedMail {
        to: mail.to.clone(),
        purpose: mail.purpose,
    }
}

fn listed(mails: &[ExpectedMail]) -> String {
    if mails.is_empty() {
        return "nothing leaves".to_owned();
    }
    let mails: Vec<String> = mails.iter().map(ToString::to_string).collect();
    mails.join(", ")
}

fn to_whom<'a>(step: &'a PlayedStep, words: &'a Words) -> impl Iterator<Item = &'a Left> {
    let is_theirs = |mail: &&Left| words.to.as_ref().is_none_or(|whom| *whom == mail.to);
    step.mails.iter().filter(is_theirs)
}

fn says(step: &PlayedStep, words: &Wanted<Words>) -> bool {
    let wanted = folded(&words.value.words);
    to_whom(step, &words.value)
        .any(|mail| folded(&format!("{}\n{}", mail.subject, mail.text)).contains(&wanted))
}

/// The beginning of what was said instead, in one line.
fn readable(step: &PlayedStep, words: &Words) -> String {
    let mails = to_whom(step, words);
    let texts: Vec<String> = mails
        .map(|mail| {
            let line: Vec<&str> = mail.text.split_whitespace().collect();
            let start: String = line.join(" ").chars().take(300).collect();
            format!("{}: {start}…", as_expected(mail))
        })
        .collect();
    if texts.is_empty() {
        "no such mail left".to_owned()
    } else {
        texts.join(" | ")
    }
}

/// Words as they are compared: line breaks and capitals do not matter.
fn folded(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").to_lowercase()
}
