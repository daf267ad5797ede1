//! The figures for a terminal: what somebody reads first, in the order in which they ask.

use super::figures::{Figures, Promises, Shown, share};
use super::plot::DECISIONS;
use crate::numbers::duration;
use std::fmt::Write;

/// So many rows of a list are shown; the rest stands in JSON and on the page.
const ROWS: usize = 12;
/// So many answers of people an article.
const SAID_ELSE: usize = 3;
/// So many gaps.
const GAPS: usize = 6;

/// All of it as text.
#[must_use]
pub fn table(figures: &Figures) -> String {
    let mut text = String::new();
    summary(&mut text, figures);
    hand_offs(&mut text, figures);
    articles(&mut text, figures);
    said_else(&mut text, figures);
    gaps(&mut text, figures);
    near(&mut text, figures);
    text
}

fn summary(text: &mut String, figures: &Figures) {
    let all = figures.of_customers;
    let period = figures.period.map_or_else(String::new, |(first, last)| {
        format!(
            ", {} to {}",
            first.strftime("%Y-%m-%d"),
            last.strftime("%Y-%m-%d")
        )
    });
    let _ = writeln!(
        text,
        "{all} mails of customers{period}\nunderstood by {}\n",
        figures.understood_by
    );
    for (decision, called) in DECISIONS {
        if let Some(count) = figures.decisions.get(decision) {
            let _ = writeln!(
                text,
                "{count:>7}  {:>3.0}%  {called}",
                share(*count, all) * 100.0
            );
        }
    }
    let left_out = &figures.left_out;
    let machines = figures.judged.saturating_sub(all);
    let rows = [
        (
            machines,
            "of machines, lists and others whom nothing is answered",
        ),
        (left_out.repeated, "twice in the mailbox, counted once"),
        (left_out.by_our_machines, "sent by machines of ours"),
        (
            left_out.other_mails_of_people,
            "of our people, which answer none of these",
        ),
        (
            left_out.undated,
            "without a date, counted as of the mail before them",
        ),
        (left_out.unreadable, "unreadable"),
        (left_out.no_mails, "files that are no mails, left out"),
    ];
    let _ = writeln!(text);
    for (count, called) in rows {
        if count > 0 {
            let _ = writeln!(text, "{count:>7}  {called}");
        }
    }
    let people = &figures.people;
    if let (Some(median), Some(ninth)) = (people.median_seconds, people.ninth_decile_seconds) {
        let _ = writeln!(
            text,
            "\n{:>7}  answers of people; half of the mails had theirs after {}, nine of ten after {}",
            people.answers,
            duration(median),
            duration(ninth)
        );
    }
    let Promises {
        made,
        kept,
        late,
        without_answer,
    } = &figures.promises;
    if *made > 0 && people.answers == 0 {
        let _ = writeln!(
            text,
            "\n{made:>7}  promises of an answer would have been made; no answer of people is here to hold them against (name the folder of sent mail as well)"
        );
    } else if *made > 0 {
        let _ = writeln!(
            text,
            "{made:>7}  promises of an answer would have been made: people kept {kept}, answered {late} later, and of {without_answer} no answer is here"
        );
    }
}

fn hand_offs(text: &mut String, figures: &Figures) {
    if figures.hand_offs.is_empty() {
        return;
    }
    let _ = writeln!(
        text,
        "\nWhy a person, with what was said of the first such mail"
    );
    for reason in figures.hand_offs.iter().take(ROWS) {
        let _ = writeln!(
            text,
            "{:>7}  {:<24} {}",
            reason.mails, reason.rule, reason.sentence
        );
    }
    and_more(text, figures.hand_offs.len(), ROWS, "reasons");
}

fn articles(text: &mut String, figures: &Figures) {
    let used = figures.articles.iter().filter(|article| {
        article.answered + article.drafted + article.asked + article.suggested > 0
    });
    let _ = writeln!(
        text,
        "\nArticles\n answered proposed   asked suggested   people said the same"
    );
    for article in used {
        let same = match article.people_answered {
            0 => "-".to_owned(),
            answered => format!("{} of {answered}", article.people_said_the_same),
        };
        let _ = writeln!(
            text,
            "{:>9}{:>9}{:>8}{:>10}   {same:>12}   {}",
            article.answered, article.drafted, article.asked, article.suggested, article.intent
        );
    }
}

fn said_else(text: &mut String, figures: &Figures) {
    let with_some = figures
        .articles
        .iter()
        .filter(|article| !article.people_said_else.is_empty());
    let mut is_first = true;
    for article in with_some {
        if std::mem::take(&mut is_first) {
            let _ = writeln!(text, "\nWhere people answered something else");
        }
        let _ = writeln!(text, "  {}", article.intent);
        for mail in article.people_said_else.iter().take(SAID_ELSE) {
            show(text, mail);
        }
        and_more(text, article.people_said_else.len(), SAID_ELSE, "of these");
    }
}

fn gaps(text: &mut String, figures: &Figures) {
    if figures.gaps.is_empty() {
        return;
    }
    let _ = writeln!(text, "\nQuestions that no article covers");
    for gap in figures.gaps.iter().take(GAPS) {
        let _ = writeln!(text, "  {} mails, such as", gap.mails);
        for mail in &gap.examples {
            show(text, mail);
        }
    }
    and_more(text, figures.gaps.len(), GAPS, "such questions");
}

/// What is cut says so.
fn and_more(text: &mut String, all: usize, shown: usize, called: &str) {
    if all > shown {
        let more = all - shown;
        let _ = writeln!(
            text,
            "  and {more} more {called}: `--json` and `--html` have all"
        );
    }
}

fn near(text: &mut String, figures: &Figures) {
    let send: Vec<_> = (figures.near_thresholds.iter())
        .filter(|near| near.which == "send")
        .collect();
    if !send.is_empty() {
        let _ = writeln!(text, "\nNearest to the threshold for sending");
    }
    for near in send.iter().take(ROWS) {
        let _ = writeln!(text, "  {} ({:.2})", near.intent, near.threshold);
        for mail in near.mails.iter().take(2) {
            show(text, mail);
        }
    }
    and_more(text, send.len(), ROWS, "articles");
}

fn show(text: &mut String, mail: &Shown) {
    let confidence = mail
        .confidence
        .map_or_else(String::new, |confidence| format!(" {confidence:.2}"));
    let _ = writeln!(
        text,
        "   {}{confidence}  {}  {}",
        mail.decision, mail.subject, mail.name
    );
}
