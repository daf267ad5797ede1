//! A decision in words, for `explain`, the demo and the story of a ticket: what will be done, then each reason with its evidence. The
//! same decision gives the same bytes.

use super::{Action, Asked, Decision, HandOff, NoticePlan, Reason};
use crate::mail::HeaderText;
use std::fmt::Write as _;

impl Decision {
    /// The decision, then the numbered reasons with their evidence. No line holds anything that a terminal would obey.
    #[must_use]
    pub fn explanation(&self) -> String {
        let mut text = format!("decision: {}\n", in_words(&self.action));
        let _ = writeln!(
            text,
            "urgency: {}, language: {}{}",
            self.urgency.as_str(),
            self.language,
            tags(&self.tags)
        );
        text.push_str("because:\n");
        let reasons = std::iter::once(&self.reasons.first).chain(&self.reasons.further);
        for (number, reason) in (1..).zip(reasons) {
            let _ = writeln!(text, "  {number}. {}", line(reason));
        }
        text
    }
}

fn line(reason: &Reason) -> String {
    let Reason {
        rule,
        sentence,
        evidence,
    } = reason;
    let (sentence, evidence) = (
        HeaderText::clean(sentence.english()),
        HeaderText::clean(evidence),
    );
    if evidence.is_empty() {
        format!("{sentence} [{rule}]")
    } else {
        format!("{sentence} [{rule}]: “{evidence}”")
    }
}

fn in_words(action: &Action) -> String {
    match action {
        Action::Leave {
            tell_of_bounce: Some(team),
        } => format!("leave it, and tell team {team} that a mail of ours did not arrive"),
        Action::Leave {
            tell_of_bounce: None,
        } => "leave it".to_owned(),
        Action::NoteOwnCopy => "note that our own mail left".to_owned(),
        Action::ConfirmStop => "note STOP and confirm it once".to_owned(),
        Action::Tell(Asked::Status) => "tell how the request stands".to_owned(),
        Action::Tell(Asked::Why) => "tell which text was chosen and why".to_owned(),
        Action::Tell(Asked::Unknown) => "tell how to ask about a request".to_owned(),
        Action::Answer {
            article,
            confidence,
            ..
        } => format!(
            "answer with {}@{} in {} (confidence {confidence:.2})",
            article.intent, article.revision, article.language
        ),
        Action::Ask { intent, missing } => {
            let names: Vec<String> = missing.iter().map(ToString::to_string).collect();
            format!("ask for {} (for {intent})", names.join(", "))
        }
        Action::Draft(draft) => format!(
            "show team {} a draft of {}@{} in {} (confidence {:.2})",
            draft.team,
            draft.article.intent,
            draft.article.revision,
            draft.article.language,
            draft.confidence
        ),
        Action::HandOff(hand_off) => hand_off_in_words(hand_off),
        Action::OfferTicket {
            team,
            member,
            original,
        } => format!(
            "ask team {team} whether the mail of {} that {member} forwarded shall become a ticket",
            original.from
        ),
        Action::PassOn { team } => format!("pass it on to team {team}, silent to the customer"),
        Action::Staff {
            impossible: Some(why),
            member,
            ..
        } => HeaderText::clean(&format!("tell {member} why nothing was done: {why}"))
            .as_str()
            .to_owned(),
        Action::Staff {
            member, hand_off, ..
        } => match hand_off {
            Some(hand_off) => format!(
                "do what {member} asked for, and {}",
                hand_off_in_words(hand_off)
            ),
            None => format!("do what {member} asked for"),
        },
        Action::Collect { team, tells_team } => {
            let told = if *tells_team { "told" } else { "not told" };
            format!("keep it in the ticket of the others like it, team {team} {told}")
        }
        Action::AnswerLetter { answer, .. } => {
            let words = answer.words.iter().map(|word| {
                let says = word.says.as_str().to_uppercase();
                format!("{says} {}", word.number)
            });
            let words: Vec<String> = words.collect();
            match words.is_empty() {
                true => format!("tell {} how to answer the weekly letter", answer.from),
                false => format!(
                    "do what {} said to the weekly letter: {}",
                    answer.from,
                    words.join(", ")
                ),
            }
        }
        Action::NoteConfirmed => "send nothing: it helped, and the ticket is done".to_owned(),
        Action::NoteCrossed => "keep it in the ticket, and send nothing twice".to_owned(),
        Action::NoteColleague { from, .. } => {
            format!("note that {from} wrote to the customer, and stay silent")
        }
        Action::Quarantine => "keep it aside and tell the admin".to_owned(),
    }
}

fn hand_off_in_words(hand_off: &HandOff) -> String {
    match &hand_off.notice {
        NoticePlan::Tell { promised_by } => format!(
            "hand it to team {} and tell the customer that an answer comes by {promised_by}",
            hand_off.team
        ),
        NoticePlan::Withhold { why } => format!(
            "hand it to team {} without telling the customer: {why}",
            hand_off.team
        ),
    }
}

fn tags(tags: &[String]) -> String {
    if tags.is_empty() {
        return String::new();
    }
    format!(", tags: {}", HeaderText::clean(&tags.join(", ")))
}
