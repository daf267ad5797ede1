//! What articles have earned, for people: where each stands, its record, what is needed, what is proposed and how it came there; and a person's word
//! that one goes on or back. From the journal alone, as the daemon looked at it last.

use super::Refusal;
use crate::autonomy::{
    Act, ArticleName, Demands, Proposal, Refused, Stage, StageChange, Standing, Tally, Weighed,
    act, lower_bound,
};
use crate::journal::{Journal, JournalError};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// So many changes are looked at, and so many of one article shown.
const CHANGES_MAX: usize = 2_000;
const CHANGES_SHOWN_MAX: usize = 10;

/// The longest name of a person that is recorded.
const NAME_MAX_CHARACTERS: usize = 100;

/// Where each article stands.
pub(super) fn list(journal: &Journal) -> Result<Vec<Value>, Refusal> {
    let changes = journal.stage_changes(CHANGES_MAX)?;
    let standings = journal.standings()?;
    let rows = standings.iter().map(|(article, standing)| {
        let of_article = changes.iter().filter(|change| change.article == *article);
        row(article, standing, of_article)
    });
    Ok(rows.collect())
}

/// Those that have earned more than they have, and wait for a person's yes.
pub(super) fn have_earned_more(journal: &Journal) -> Result<Vec<String>, JournalError> {
    let standings = journal.standings()?;
    let waiting = standings.iter().filter(|(_, standing)| {
        standing.ceiling.is_some() && standing.review.proposal == Proposal::Advance
    });
    Ok(waiting.map(|(article, _)| article.to_string()).collect())
}

/// Does what a person wants with an article.
pub(super) fn change(
    journal: &Journal,
    text: &str,
    wanted: Act,
    who: &str,
    now: Timestamp,
) -> Result<Vec<Value>, Refusal> {
    let who: String = (who.chars().filter(|c| !c.is_control()))
        .take(NAME_MAX_CHARACTERS)
        .collect();
    let weighed = journal.change_stages(
        |standings| {
            let (article, standing) = named(standings, text)?;
            let (change, after) = act(article, standing, wanted, &who, now)
                .map_err(|why: Refused| Refusal::NotSo(format!("{article}: {why}")))?;
            Ok::<_, Refusal>(Weighed {
                standings: vec![(change.article.clone(), after)],
                changes: vec![change],
            })
        },
        |_| None,
    )?;
    weighed
        .changes
        .iter()
        .for_each(crate::report::gateway::stage_changed);
    let rows = weighed.changes.iter().map(|change| {
        json!({
            "article": change.article.to_string(),
            "from": change.from.map(Stage::as_str),
            "stage": change.to.as_str(),
            "by": change.by.to_string(),
            "why": change.sentence(),
        })
    });
    Ok(rows.collect())
}

/// Whether there is an article by that name.
pub(super) fn has(journal: &Journal, text: &str) -> Result<bool, Refusal> {
    let standings = journal.standings()?;
    Ok(standings.keys().any(|article| is_named(article, text)))
}

/// What is said where there is none.
pub(super) fn no_article(text: &str) -> Refusal {
    Refusal::NotSo(format!(
        "no article {text} stands anywhere; `handoffd autonomy` shows each by its name, `delivery-time.en` (where it shows none, \
         [autonomy] advance is \"off\", or handoffd has not run since)"
    ))
}

fn is_named(article: &ArticleName, text: &str) -> bool {
    article.intent.0 == text || article.to_string() == text
}

/// The article of that name: its own, or that of its intent where it has one text.
fn named<'s>(
    standings: &'s BTreeMap<ArticleName, Standing>,
    text: &str,
) -> Result<(&'s ArticleName, &'s Standing), Refusal> {
    let mut named = standings
        .iter()
        .filter(|(article, _)| is_named(article, text));
    let Some(first) = named.next() else {
        return Err(no_article(text));
    };
    let further: Vec<String> = named.map(|(article, _)| article.to_string()).collect();
    match further.is_empty() {
        true => Ok(first),
        false => Err(Refusal::NotSo(format!(
            "{text} has several texts, each with a record of its own: name one of {}, {}",
            first.0,
            further.join(", ")
        ))),
    }
}

fn row<'c>(
    article: &ArticleName,
    standing: &Standing,
    changes: impl Iterator<Item = &'c StageChange>,
) -> Value {
    let Tally {
        good,
        counted,
        against,
        looked_at,
    } = standing.review.tally;
    let changes: Vec<Value> = changes
        .take(CHANGES_SHOWN_MAX)
        .map(|change| {
            json!({
                "at": change.at,
                "from": change.from.map(Stage::as_str),
                "to": change.to.as_str(),
                "by": change.by.to_string(),
                "reason": change.why.as_str(),
                "why": change.sentence(),
                "revision": change.revision,
            })
        })
        .collect();
    let share = |share: f64| (share * 1000.0).floor() / 1000.0;
    let proposal = match standing.ceiling {
        Some(_) => standing.review.proposal,
        None => Proposal::Stay,
    };
    json!({
        "article": article.to_string(),
        "intent": article.intent.0,
        "language": article.language.0,
        "stage": standing.stage.as_str(),
        // When it came to this stage, or its text was changed.
        "since": changes.first().and_then(|change| change.get("at").cloned()),
        "mode_allows": standing.ceiling.map(Stage::as_str),
        "revision": standing.revision,
        "good": good,
        "counted": counted,
        "lower_bound": share(lower_bound(good, counted)),
        "against": against,
        "looked_at": looked_at,
        "proposal": proposal.as_str(),
        "changes": changes,
    })
}

/// What is demanded, in the words of the list.
#[must_use]
pub fn demanded(stage: Stage, demands: &Demands) -> String {
    let (mails, share) = demands.above(stage);
    let share = crate::autonomy::percent(share);
    match stage {
        Stage::Shadow => format!("to be drafted: {mails} answers, at least {share}"),
        Stage::Draft => format!("to answer: {mails} drafts, at least {share}"),
        Stage::Answer => format!(
            "goes back at {} of the last {}",
            demands.back_at, demands.back_within
        ),
    }
}
