//! How do staff read the summary of a thread? A line a sentence, in quotation marks, with who wrote it and when.

use super::view::View;
use super::words::shortened;
use crate::config::Team;
use crate::understand::command::is_nothing_but_a_word;
use crate::understand::{SourcedSentence, WhyOpen};
use serde_json::Value;

/// How much of a sentence stands in a mail, in characters; the JSON has more.
const SENTENCE_CHARACTERS: usize = 160;

impl View<'_> {
    /// The three lists by the names of their variables. Empty where reading them would not be shorter than reading the mail below.
    /// Nothing is said twice: what is wanted is open anyway, and an overdue promise is shown as such.
    pub(super) fn summary_data(&self, team: &Team) -> [(&'static str, Value); 3] {
        let summary = &self.situation.understanding.thread;
        let worth_it = summary.saves_reading;
        let is_open = |sentence: &&SourcedSentence| {
            let mut open = summary.open.iter();
            open.any(|open| open.sentence == **sentence)
        };
        let shown = |sentence: &SourcedSentence| self.with_source(sentence, None, team);
        // `STOP` and its like are said to us, or by somebody who may not say it: no colleague has to do anything about them.
        let is_word = |sentence: &SourcedSentence| is_nothing_but_a_word(&sentence.text);
        let wanted = summary.wanted.iter().filter(|_| worth_it);
        let wanted = wanted.filter(|sentence| !is_word(sentence));
        let happened = summary.happened.iter().filter(|_| worth_it);
        let happened =
            happened.filter(|sentence| !is_open(sentence) && !summary.wanted.contains(sentence));
        let open = summary.open.iter().filter(|_| worth_it);
        let open = open.filter(|open| !summary.wanted.contains(&open.sentence));
        let open = open.filter(|open| !is_word(&open.sentence));
        let open = open.map(|open| self.with_source(&open.sentence, Some(open.why), team));
        [
            ("summary_wanted", wanted.map(shown).collect()),
            ("summary_happened", happened.map(shown).collect()),
            ("summary_open", open.collect()),
        ]
    }

    /// What was asked for in the beginning, where this mail only asks how that stands.
    pub(super) fn asked_first(&self) -> Option<&str> {
        let wanted = &self.situation.understanding.thread.wanted;
        let (first, further) = wanted.split_first()?;
        let mut further = further.iter();
        further
            .any(|other| other.source.message > first.source.message)
            .then_some(first.text.as_str())
    }

    /// `“Where is it?” (customer, 3 Nov)`
    fn with_source(
        &self,
        sentence: &SourcedSentence,
        why_open: Option<WhyOpen>,
        team: &Team,
    ) -> String {
        let zone = &team.hours.time_zone;
        // What stands in quotation marks here is theirs to the end: they cannot close them and forge a source.
        let words = shortened(&sentence.text, SENTENCE_CHARACTERS).replace(['“', '”', '„'], "'");
        let tongue = self.staff_tongue;
        let source = tongue.source(&sentence.source, zone, self.situation.now);
        let why = match why_open {
            Some(WhyOpen::OverduePromise) => tongue.choose("; OVERDUE", "; ÜBERFÄLLIG"),
            Some(WhyOpen::NotGiven) => tongue.choose("; not given yet", "; noch nicht angegeben"),
            Some(WhyOpen::Unanswered) | None => "",
        };
        format!("“{words}” ({source}{why})")
    }
}
