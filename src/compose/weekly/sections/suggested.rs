//! Which articles may do more, and what to write next: what a yes is enough for, each with its number.

use super::super::super::markup::{escape_line, escape_quote};
use super::super::super::words::Tongue;
use super::super::words::{by, record};
use super::{section, stage};
use crate::autonomy::{StageChange, Why};
use crate::letter::{Account, Gap, Suggestion};
use std::collections::BTreeSet;

/// So many articles are named that changed their stage.
const CHANGES_MAX: usize = 12;

pub(super) fn articles(account: &Account, tongue: Tongue) -> Option<String> {
    let mut lines = Vec::new();
    for (place, suggestion) in account.suggestions.iter().enumerate() {
        if let Suggestion::Advance { article, from, .. } = suggestion {
            let name = escape_line(&article.to_string());
            let evidence = account.records.get(article);
            let evidence = evidence
                .map(|tally| record(tongue, *from, *tally))
                .unwrap_or_default();
            let next = stage(from.next().unwrap_or(*from), tongue);
            let yes = yes(place, tongue);
            lines.push(tongue.either(
                || {
                    format!(
                        "**{name}** has earned to go on to \"{next}\": {evidence}. {yes} lets it."
                    )
                },
                || format!("**{name}** hat sich „{next}“ verdient: {evidence}. {yes} erlaubt es."),
            ));
        }
    }
    let mut last: BTreeSet<&crate::autonomy::ArticleName> = BTreeSet::new();
    // Of each article the last change of the week counts; where it began is no news.
    let mut changes: Vec<&StageChange> = Vec::new();
    for change in account.changes.iter().rev() {
        if change.why != Why::Began && last.insert(&change.article) {
            changes.push(change);
        }
    }
    for change in changes.iter().rev().take(CHANGES_MAX) {
        let name = escape_line(&change.article.to_string());
        let to = stage(change.to, tongue);
        let why = escape_line(&by(tongue, change));
        let is_lost = change.from.is_some_and(|from| change.to < from);
        lines.push(match is_lost {
            true => tongue.either(
                || format!("**{name}** went back to \"{to}\": {why}."),
                || format!("**{name}** ging zurück auf „{to}“: {why}."),
            ),
            false => tongue.either(
                || format!("**{name}** went on to \"{to}\": {why}."),
                || format!("**{name}** ging weiter auf „{to}“: {why}."),
            ),
        });
    }
    (!lines.is_empty()).then(|| section(tongue.choose("Articles", "Artikel"), &lines))
}

pub(super) fn gaps(account: &Account, tongue: Tongue) -> Option<String> {
    if account.gaps.is_empty() {
        return None;
    }
    let mut text = format!(
        "## {}",
        tongue.choose("What to write next", "Was als Nächstes zu schreiben ist")
    );
    for gap in &account.gaps {
        text.push_str("\n\n");
        text.push_str(&one_gap(account, gap, tongue));
    }
    Some(text)
}

fn one_gap(account: &Account, gap: &Gap, tongue: Tongue) -> String {
    let customers = gap.customers;
    let head = tongue.either(
        || format!("**{customers} customers** asked this in four weeks, and no article answers it:"),
        || format!("**{customers} Kunden** fragten das in vier Wochen, und kein Artikel beantwortet es:"),
    );
    let mut text = format!("{head}\n\n{}", escape_quote(&gap.examples.join("\n")));
    let is_it = |suggestion: &Suggestion| matches!(suggestion, Suggestion::Write { article, .. } if Some(article) == gap.article.as_ref());
    let place = account.suggestions.iter().position(is_it);
    let (Some(article), Some(place)) = (&gap.article, place) else {
        text.push_str("\n\n");
        text.push_str(tongue.choose(
            "People's answers to it are too few or too different to make an article of.",
            "Die Antworten der Kollegen sind zu wenige oder zu verschieden für einen Artikel.",
        ));
        return text;
    };
    let (answers, name) = (article.answers, escape_line(&article.intent.0));
    let yes = yes(place, tongue);
    let offer = tongue.either(
        || {
            format!(
                "{answers} answers of your people said the following. {yes} makes it the article {name}; its answers wait for a person's yes each time:"
            )
        },
        || {
            format!(
                "{answers} Antworten Ihrer Kollegen sagten Folgendes. {yes} macht daraus den Artikel {name}; seine Antworten warten jedes Mal auf das Ja eines Menschen:"
            )
        },
    );
    let phrases: Vec<String> = article
        .ask
        .iter()
        .map(|phrase| escape_line(phrase))
        .collect();
    let phrases = phrases.join(" / ");
    let known_by = tongue.either(
        || format!("It is recognised by: {phrases}"),
        || format!("Erkannt wird er an: {phrases}"),
    );
    format!(
        "{text}\n\n{offer}\n\n{}\n\n{known_by}",
        escape_quote(&article.body)
    )
}

/// The word that accepts the suggestion at this place.
fn yes(place: usize, tongue: Tongue) -> String {
    format!("**{} {}**", tongue.choose("YES", "JA"), place + 1)
}
