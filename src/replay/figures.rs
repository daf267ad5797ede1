//! What do the decisions about a whole mailbox come to? Counts and shares, worked out of what became of each mail; `docs/replay.md` says what each
//! figure means.

use super::play::{Replayed, Turn};
use super::{Nearest, OldMailbox, as_text};
use crate::config::IntentName;
use crate::gateway::Office;
use crate::knowledge::Knowledge;
use crate::ticket::TicketId;
use crate::understand::gaps::{Gap, gaps};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use std::collections::BTreeMap;

/// So many mails are shown beside each threshold.
const NEAR_EACH: usize = 5;
/// Farther from a threshold than this, no change of it comes to a mail that anybody would choose.
const NEAR: f64 = 0.15;
/// So many mails are shown of each reason why a person would have got them.
const EXAMPLES_EACH: usize = 3;
/// So many mails of each article are shown that its text would have gone to.
const ANSWERED_SHOWN_EACH: usize = 10;
/// So many parts has a curve of confidences.
pub(super) const BINS: usize = 10;

/// All figures of a replay.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figures {
    /// By what mails were understood, in words.
    pub understood_by: String,
    /// Mails that were gone through: of others, judged.
    pub judged: usize,
    /// Those among them that a person wrote whom something can be answered. All shares are of these.
    pub of_customers: usize,
    /// When the first and the last of them came.
    pub period: Option<(Timestamp, Timestamp)>,
    /// What was left out.
    pub left_out: LeftOut,
    /// Mails of customers by decision.
    pub decisions: BTreeMap<&'static str, usize>,
    /// The share of customers' mails that would have been answered by themselves, 0 to 1.
    pub automation_rate: f64,
    /// Why mails would have gone to a person, the most frequent first.
    pub hand_offs: Vec<Reason>,
    /// Each article that had to do with any.
    pub articles: Vec<ArticleFigures>,
    /// The mails nearest to each threshold.
    pub near_thresholds: Vec<NearThreshold>,
    /// Questions that no article covers.
    pub gaps: Vec<GapFigures>,
    /// What would have been promised.
    pub promises: Promises,
    /// How people answered.
    pub people: People,
    /// Mails by weekday (Monday first) and hour, where the first team works.
    pub hours: [[usize; 24]; 7],
    /// Mails of customers by week and decision.
    pub weeks: Vec<Week>,
    /// Answers of people that could be held against the nearest article.
    pub compared: usize,
    /// How much could be answered at which risk.
    pub risk: Vec<RiskPoint>,
}

/// What was left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Mails that lie there more than once.
    pub repeated: usize,
    /// Mails of machines of ours.
    pub by_our_machines: usize,
    /// Mails that no part could read.
    pub unreadable: usize,
    /// Files that are no mails.
    pub no_mails: usize,
    /// Mails without a date that can be: they count as of the moment of the mail before them.
    pub undated: usize,
    /// Mails of our people that answer none of these.
    pub other_mails_of_people: usize,
}

/// Why mails would have gone to a person.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reason {
    /// The rule.
    pub rule: &'static str,
    /// Its sentence, as of the first such mail.
    pub sentence: String,
    /// How many.
    pub mails: usize,
    /// The first of them.
    pub examples: Vec<Shown>,
}

/// A text that would have been sent or proposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ArticleText {
    /// In which language.
    pub language: String,
    /// Its words, with the places of facts.
    pub text: String,
}

/// What an article had to do.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ArticleFigures {
    /// Which.
    #[serde(serialize_with = "as_text")]
    pub intent: IntentName,
    /// Its text would have been sent.
    pub answered: usize,
    /// Its text would have been proposed to staff.
    pub drafted: usize,
    /// It would have asked for details.
    pub asked: usize,
    /// It would have been named to staff as the nearest.
    pub suggested: usize,
    /// What it says; nothing where it would have been neither sent nor proposed.
    pub texts: Vec<ArticleText>,
    /// The first mails to which that would have been sent or proposed.
    pub answered_first: Vec<Shown>,
    /// Mails whose text would have been sent or proposed, and that people answered.
    pub people_answered: usize,
    /// Of these: with about what the article says.
    pub people_said_the_same: usize,
    /// Of these: with something else, by name.
    pub people_said_else: Vec<Shown>,
    /// How sure it was, for every mail that it was nearest to: counts for 0 to 0.1, 0.1 to 0.2 and so on.
    pub confidences: [usize; BINS],
    /// From where on its text is sent.
    pub send_threshold: f64,
    /// From where on it is proposed.
    pub suggest_threshold: f64,
}

/// A mail as it is shown in a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Shown {
    /// By what a person finds it.
    pub name: String,
    /// Who wrote it.
    pub from: String,
    /// Its subject.
    pub subject: String,
    /// How it begins.
    pub words: String,
    /// How sure it was of the nearest article.
    pub confidence: Option<f64>,
    /// What would have been done.
    pub decision: &'static str,
    /// How people's answer begins, where there is one.
    pub answer: Option<String>,
}

/// The mails nearest to a threshold: a little higher or lower, and these would go another way.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NearThreshold {
    /// Whose.
    #[serde(serialize_with = "as_text")]
    pub intent: IntentName,
    /// `send` or `suggest`.
    pub which: &'static str,
    /// Where it is.
    pub threshold: f64,
    /// The nearest first.
    pub mails: Vec<Shown>,
}

/// A question that no article covers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GapFigures {
    /// How many asked it.
    pub mails: usize,
    /// The most typical ones.
    pub examples: Vec<Shown>,
}

/// Promises of an answer, held against when people really answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Promises {
    /// That would have been made.
    pub made: usize,
    /// People answered in time.
    pub kept: usize,
    /// People answered later.
    pub late: usize,
    /// No answer lies in the mailbox.
    pub without_answer: usize,
}

/// How people answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct People {
    /// Answers that belong to a mail.
    pub answers: usize,
    /// Half of the mails were answered within so many seconds.
    pub median_seconds: Option<i64>,
    /// Nine of ten were.
    pub ninth_decile_seconds: Option<i64>,
}

/// A week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Week {
    /// Its Monday.
    pub begins: Date,
    /// Mails by decision.
    pub decisions: BTreeMap<&'static str, usize>,
}

/// Were everything answered from this confidence on: how much would that be, and how much of it would people have answered otherwise?
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RiskPoint {
    /// From this confidence on.
    pub confidence: f64,
    /// The share of the mails that can be judged, 0 to 1.
    pub coverage: f64,
    /// The share of these that people answered otherwise, 0 to 1.
    pub risk: f64,
}

/// Works all of it out.
#[must_use]
pub fn figures(replayed: &Replayed, mailbox: &OldMailbox, office: &Office) -> Figures {
    let customers: Vec<&Turn> = (replayed.turns.iter())
        .filter(|turn| turn.is_a_customers)
        .collect();
    let zone =
        (office.settings.teams.first()).map_or(TimeZone::UTC, |team| team.hours.time_zone.clone());
    let decisions = count(customers.iter().map(|turn| turn.decision));
    let answered = decisions.get("answer").copied().unwrap_or_default();
    let first_and_last = |first: &&Turn| Some((first.at, customers.last()?.at));
    Figures {
        understood_by: office.understood_by(),
        judged: replayed.turns.len(),
        of_customers: customers.len(),
        period: customers.first().and_then(first_and_last),
        left_out: LeftOut {
            repeated: mailbox.repeated,
            by_our_machines: mailbox.by_our_machines,
            unreadable: mailbox.unreadable,
            no_mails: mailbox.no_mails,
            undated: mailbox.undated,
            other_mails_of_people: replayed.other_mails_of_people,
        },
        automation_rate: share(answered, customers.len()),
        decisions,
        hand_offs: hand_offs(&customers),
        articles: articles(&customers, &office.knowledge),
        near_thresholds: near_thresholds(&customers),
        gaps: gap_figures(&customers, office),
        promises: promises(&customers),
        people: people(replayed, &customers),
        hours: hours(&customers, &zone),
        weeks: weeks(&customers, &zone),
        compared: (customers.iter())
            .filter(|turn| turn.was_right().is_some())
            .count(),
        risk: risk(&customers),
    }
}

/// Part of a whole, 0 where there is none.
pub(super) fn share(part: usize, whole: usize) -> f64 {
    match whole {
        0 => 0.0,
        whole => part as f64 / whole as f64,
    }
}

fn count<K: Ord>(all: impl Iterator<Item = K>) -> BTreeMap<K, usize> {
    let mut counts = BTreeMap::new();
    for one in all {
        *counts.entry(one).or_default() += 1;
    }
    counts
}

fn shown(turn: &Turn) -> Shown {
    Shown {
        name: turn.name.clone(),
        from: turn.from.clone(),
        subject: turn.subject.clone(),
        words: turn.words.clone(),
        confidence: turn.nearest.as_ref().map(|nearest| nearest.confidence),
        decision: turn.decision,
        answer: turn.answer.as_ref().map(|answer| answer.words.clone()),
    }
}

fn hand_offs(customers: &[&Turn]) -> Vec<Reason> {
    let mut reasons: BTreeMap<&'static str, Reason> = BTreeMap::new();
    for turn in customers.iter().filter(|turn| turn.decision == "handoff") {
        let reason = reasons.entry(turn.rule).or_insert_with(|| Reason {
            rule: turn.rule,
            sentence: turn.why.clone(),
            mails: 0,
            examples: Vec::new(),
        });
        reason.mails += 1;
        if reason.examples.len() < EXAMPLES_EACH {
            reason.examples.push(shown(turn));
        }
    }
    let mut reasons: Vec<Reason> = reasons.into_values().collect();
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.mails));
    reasons
}

fn articles(customers: &[&Turn], knowledge: &Knowledge) -> Vec<ArticleFigures> {
    let mut articles: BTreeMap<&IntentName, ArticleFigures> = BTreeMap::new();
    for turn in customers {
        if let Some(nearest) = &turn.nearest {
            let figures = (articles.entry(&nearest.intent)).or_insert_with(|| unused(nearest));
            let bin = (nearest.confidence * BINS as f64).floor().max(0.0) as usize;
            if let Some(count) = figures.confidences.get_mut(bin.min(BINS - 1)) {
                *count += 1;
            }
        }
        // What is used and not the nearest (a question that goes on) has no curve here, and is rare.
        let (Some(intent), Some(nearest)) = (&turn.article, &turn.nearest) else {
            continue;
        };
        let figures = (articles.entry(intent)).or_insert_with(|| ArticleFigures {
            intent: intent.clone(),
            ..unused(nearest)
        });
        match turn.decision {
            "answer" => figures.answered += 1,
            "draft" => figures.drafted += 1,
            "ask" => figures.asked += 1,
            _ => figures.suggested += 1,
        }
        let is_used = matches!(turn.decision, "answer" | "draft");
        if is_used && figures.texts.is_empty() {
            figures.texts = texts(intent, knowledge);
        }
        if is_used && figures.answered_first.len() < ANSWERED_SHOWN_EACH {
            figures.answered_first.push(shown(turn));
        }
        if let (Some(answer), "answer" | "draft") = (&turn.answer, turn.decision) {
            figures.people_answered += 1;
            match answer.article == turn.article {
                true => figures.people_said_the_same += 1,
                false => figures.people_said_else.push(shown(turn)),
            }
        }
    }
    let mut articles: Vec<ArticleFigures> = articles.into_values().collect();
    articles.sort_by_key(|article| std::cmp::Reverse((article.answered, article.drafted)));
    articles
}

fn texts(intent: &IntentName, knowledge: &Knowledge) -> Vec<ArticleText> {
    let topic = knowledge.topics.get(intent);
    let texts = topic.into_iter().flat_map(|topic| &topic.articles);
    texts
        .map(|(language, article)| ArticleText {
            language: language.to_string(),
            text: article.body.clone(),
        })
        .collect()
}

fn unused(nearest: &Nearest) -> ArticleFigures {
    ArticleFigures {
        intent: nearest.intent.clone(),
        answered: 0,
        drafted: 0,
        asked: 0,
        suggested: 0,
        texts: Vec::new(),
        answered_first: Vec::new(),
        people_answered: 0,
        people_said_the_same: 0,
        people_said_else: Vec::new(),
        confidences: [0; BINS],
        send_threshold: nearest.send_threshold,
        suggest_threshold: nearest.suggest_threshold,
    }
}

fn near_thresholds(customers: &[&Turn]) -> Vec<NearThreshold> {
    let mut near: BTreeMap<(&IntentName, &'static str), Vec<(f64, &Turn)>> = BTreeMap::new();
    let mut thresholds = BTreeMap::new();
    // Where something else than confidence decided, another threshold changes nothing.
    let by_confidence = |turn: &&&Turn| {
        turn.decision != "handoff" || ["not-sure", "no-intent"].contains(&turn.rule)
    };
    for turn in customers.iter().filter(by_confidence) {
        let Some(nearest) = &turn.nearest else {
            continue;
        };
        let both = [
            ("send", nearest.send_threshold),
            ("suggest", nearest.suggest_threshold),
        ];
        for (which, threshold) in both {
            let distance = (nearest.confidence - threshold).abs();
            if distance <= NEAR {
                let key = (&nearest.intent, which);
                near.entry(key).or_default().push((distance, turn));
                let _ = thresholds.insert(key, threshold);
            }
        }
    }
    let of_one = |(key, mut mails): ((&IntentName, &'static str), Vec<(f64, &Turn)>)| {
        mails.sort_by(|one, other| one.0.total_cmp(&other.0));
        let (intent, which) = key;
        NearThreshold {
            intent: intent.clone(),
            which,
            threshold: thresholds.get(&key).copied().unwrap_or_default(),
            mails: mails
                .into_iter()
                .take(NEAR_EACH)
                .map(|(_, turn)| shown(turn))
                .collect(),
        }
    };
    near.into_iter().map(of_one).collect()
}

/// Mails that went to a person, and to which no article is near enough to be worth a suggestion.
fn gap_figures(customers: &[&Turn], office: &Office) -> Vec<GapFigures> {
    let uncovered: Vec<&Turn> = (customers.iter().copied())
        .filter(|turn| {
            let is_far = |nearest: &Nearest| nearest.confidence < nearest.suggest_threshold;
            turn.decision == "handoff" && turn.nearest.as_ref().is_none_or(is_far)
        })
        .collect();
    let texts: Vec<&str> = uncovered.iter().map(|turn| turn.asks.as_str()).collect();
    let figures = |gap: &Gap| GapFigures {
        mails: gap.mails.len(),
        examples: (gap.examples().iter())
            .filter_map(|place| uncovered.get(*place).map(|turn| shown(turn)))
            .collect(),
    };
    let gaps = gaps(&texts, office.encoder.as_deref());
    gaps.iter().map(figures).collect()
}

/// A promise is kept by the ticket's first answer behind the mail, whichever of its mails that answers. One whose time lies behind the last mail of all is
/// not judged: nobody knows.
fn promises(customers: &[&Turn]) -> Promises {
    let answered_at = |turn: &Turn| {
        let answer = turn.answer.as_ref()?;
        turn.at.checked_add(answer.after).ok()
    };
    let mut answers: BTreeMap<&TicketId, Vec<Timestamp>> = BTreeMap::new();
    for turn in customers {
        if let (Some(ticket), Some(at)) = (&turn.ticket, answered_at(turn)) {
            answers.entry(ticket).or_default().push(at);
        }
    }
    let last = customers
        .iter()
        .map(|turn| answered_at(turn).unwrap_or(turn.at))
        .max();
    let mut promises = Promises::default();
    for turn in customers {
        let Some(promised_by) = turn
            .promised_by
            .filter(|by| last.is_some_and(|last| *by <= last))
        else {
            continue;
        };
        promises.made += 1;
        let of_ticket = turn.ticket.as_ref().and_then(|ticket| answers.get(ticket));
        let behind = of_ticket.into_iter().flatten().filter(|at| **at >= turn.at);
        match behind.min() {
            None => promises.without_answer += 1,
            Some(at) if *at <= promised_by => promises.kept += 1,
            Some(_) => promises.late += 1,
        }
    }
    promises
}

fn people(replayed: &Replayed, customers: &[&Turn]) -> People {
    let answers = customers.iter().filter_map(|turn| turn.answer.as_ref());
    let mut seconds: Vec<i64> = answers.map(|answer| answer.after.as_secs()).collect();
    seconds.sort_unstable();
    // The smallest that this share of all are not above.
    let quantile = |tenths: usize| {
        let place = (seconds.len() * tenths).div_ceil(10).checked_sub(1)?;
        seconds.get(place).copied()
    };
    People {
        answers: replayed.real_answers,
        median_seconds: quantile(5),
        ninth_decile_seconds: quantile(9),
    }
}

fn hours(customers: &[&Turn], zone: &TimeZone) -> [[usize; 24]; 7] {
    let mut hours = [[0; 24]; 7];
    for turn in customers {
        let local = turn.at.to_zoned(zone.clone());
        let day = usize::try_from(local.weekday().to_monday_zero_offset()).unwrap_or_default();
        let hour = usize::try_from(local.hour()).unwrap_or_default();
        if let Some(count) = hours.get_mut(day).and_then(|day| day.get_mut(hour)) {
            *count += 1;
        }
    }
    hours
}

fn weeks(customers: &[&Turn], zone: &TimeZone) -> Vec<Week> {
    let mut weeks: BTreeMap<Date, Vec<&'static str>> = BTreeMap::new();
    for turn in customers {
        let date = turn.at.to_zoned(zone.clone()).date();
        let since_monday = i64::from(date.weekday().to_monday_zero_offset());
        let monday = date.checked_sub(jiff::Span::new().days(since_monday));
        weeks
            .entry(monday.unwrap_or(date))
            .or_default()
            .push(turn.decision);
    }
    let week = |(begins, decisions): (Date, Vec<&'static str>)| Week {
        begins,
        decisions: count(decisions.into_iter()),
    };
    weeks.into_iter().map(week).collect()
}

/// At each confidence at which a mail stands that can be judged.
fn risk(customers: &[&Turn]) -> Vec<RiskPoint> {
    let mut judged: Vec<(f64, bool)> = (customers.iter())
        .filter_map(|turn| Some((turn.nearest.as_ref()?.confidence, turn.was_right()?)))
        .collect();
    judged.sort_by(|one, other| other.0.total_cmp(&one.0));
    let mut points: Vec<RiskPoint> = Vec::new();
    let mut wrong = 0;
    for (before, (confidence, is_right)) in judged.iter().enumerate() {
        wrong += usize::from(!is_right);
        let point = RiskPoint {
            confidence: *confidence,
            coverage: share(before + 1, judged.len()),
            risk: share(wrong, before + 1),
        };
        // Mails of the same confidence are answered together or not at all.
        match points
            .last_mut()
            .filter(|last| last.confidence == *confidence)
        {
            Some(last) => *last = point,
            None => points.push(point),
        }
    }
    points
}

#[cfg(test)]
pub(super) mod tests;
