//! The figures as one HTML file: no script, nothing from outside, readable on a phone, in the dark and by keyboard. The template is
//! `page.html.hbs`; handlebars escapes all that comes from a mail.

use super::comparison::Comparison;
use super::figures::{ArticleFigures, Figures, share};
use super::plot::{self, DECISIONS};
use crate::numbers::duration;
use handlebars::{Handlebars, RenderError};
use serde_json::{Value, json};

/// So many mails of a list are on the page.
const SHOWN_MAX: usize = 10;
/// A line through fewer answers of people than these says nothing.
const COMPARED_MIN: usize = 20;
/// So many changed decisions.
const CHANGED_MAX: usize = 500;

/// The page. `title` says whose mailbox it was.
///
/// # Errors
/// [`RenderError`] where the template asks for what is not there: a mistake of ours.
pub fn page(
    figures: &Figures,
    comparison: Option<&Comparison>,
    title: &str,
) -> Result<String, RenderError> {
    let mut handlebars = Handlebars::new();
    handlebars.set_strict_mode(true);
    handlebars.render_template(
        include_str!("page.html.hbs"),
        &view(figures, comparison, title),
    )
}

fn percent(share: f64) -> String {
    format!("{:.0}%", share * 100.0)
}

fn view(figures: &Figures, comparison: Option<&Comparison>, title: &str) -> Value {
    let all = figures.of_customers;
    let decisions = DECISIONS.iter().filter_map(|(decision, called)| {
        let count = figures.decisions.get(decision)?;
        Some(json!({
            "word": decision, "called": called, "count": count, "share": percent(share(*count, all)),
        }))
    });
    let most = figures.hand_offs.first().map_or(1, |reason| reason.mails);
    let hand_offs = figures.hand_offs.iter().map(|reason| {
        json!({
            "examples": mails(&reason.examples),
            "mails": reason.mails, "rule": reason.rule, "sentence": reason.sentence,
            "width": format!("{:.0}", share(reason.mails, most) * 100.0),
        })
    });
    let people = &figures.people;
    json!({
        "title": title,
        "title_parts": breakable(title),
        "answered": figures.articles.iter().filter_map(answered).collect::<Vec<Value>>(),
        "of_customers": all,
        "understood_by": figures.understood_by,
        "judged": figures.judged,
        "from": figures.period.map(|(first, _)| first.strftime("%Y-%m-%d").to_string()),
        "until": figures.period.map(|(_, last)| last.strftime("%Y-%m-%d").to_string()),
        "automation_rate": percent(figures.automation_rate),
        "decisions": decisions.collect::<Vec<Value>>(),
        "hand_offs": hand_offs.collect::<Vec<Value>>(),
        "articles": figures.articles.iter().map(article).collect::<Vec<Value>>(),
        "gaps": figures.gaps,
        "near": figures.near_thresholds.iter().map(|near| json!({
            "intent": near.intent.to_string(), "which": near.which,
            "threshold": format!("{:.2}", near.threshold), "mails": mails(&near.mails),
        })).collect::<Vec<Value>>(),
        "promises": figures.promises,
        "answers": people.answers,
        "median": people.median_seconds.map(duration),
        "ninth": people.ninth_decile_seconds.map(duration),
        "left_out": figures.left_out,
        "has_risk": figures.compared >= COMPARED_MIN,
        "compared": figures.compared,
        "compared_min": COMPARED_MIN,
        "risk": plot::risk(&figures.risk),
        "weeks": plot::weeks(&figures.weeks),
        "hours": plot::hours(&figures.hours),
        "comparison": comparison.map(|comparison| json!({
            "compared": comparison.compared,
            "number": comparison.changed.len(),
            "changes": comparison.changes,
            "changed": comparison.changed.get(..CHANGED_MAX).unwrap_or(&comparison.changed),
            "more": comparison.changed.len().saturating_sub(CHANGED_MAX),
        })),
    })
}

/// An address in parts, behind each of which a narrow screen may break the line.
fn breakable(title: &str) -> Vec<&str> {
    title.split_inclusive(['@', '.']).collect()
}

/// What would have been answered with an article, and to whom.
fn answered(article: &ArticleFigures) -> Option<Value> {
    let all = article.answered + article.drafted;
    (all > 0).then(|| {
        let more = all.saturating_sub(article.answered_first.len());
        json!({
            "intent": article.intent.to_string(), "all": all, "proposed": article.drafted,
            "texts": article.texts, "several_texts": article.texts.len() > 1, "mails": mails(&article.answered_first), "more": more,
        })
    })
}

fn article(article: &ArticleFigures) -> Value {
    json!({
        "intent": article.intent.to_string(),
        "answered": article.answered, "drafted": article.drafted,
        "asked": article.asked, "suggested": article.suggested,
        "people_answered": article.people_answered, "same": article.people_said_the_same,
        "otherwise": mails(&article.people_said_else),
        "curve": plot::confidences(
            &article.confidences, article.send_threshold, article.suggest_threshold,
        ),
    })
}

fn mails(mails: &[super::figures::Shown]) -> Value {
    let shown = mails.get(..SHOWN_MAX).unwrap_or(mails);
    let shown = shown.iter().map(|mail| {
        json!({
            "name": mail.name, "from": mail.from, "proposed": mail.decision == "draft", "subject": mail.subject, "words": mail.words,
            "decision": mail.decision, "answer": mail.answer,
            "confidence": mail.confidence.map(|confidence| format!("{confidence:.2}")),
        })
    });
    Value::Array(shown.collect())
}

#[cfg(test)]
mod tests;
