//! Counts, lengths of time and evidence in words, in English and German.

use super::super::words::Tongue;
use crate::autonomy::{self, Stage, StageChange, Tally, Why, lower_bound, percent};

/// `1 mail`, `3 mails`.
pub(super) fn counted(tongue: Tongue, count: u64, english: [&str; 2], german: [&str; 2]) -> String {
    let [one, many] = tongue.choose(english, german);
    match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {many}"),
    }
}

/// `3 of 4 drafts …`.
pub(super) fn part_of(
    tongue: Tongue,
    (part, whole): (u64, u64),
    english: [&str; 2],
    german: [&str; 2],
) -> String {
    if (part, whole) == (1, 1) {
        return counted(tongue, 1, english, german);
    }
    let [_, many] = tongue.choose(english, german);
    let of = tongue.choose("of", "von");
    format!("{part} {of} {whole} {many}")
}

/// A length of time as people say it.
pub(super) fn length_of_time(tongue: Tongue, seconds: i64) -> String {
    // Nothing is done in no time.
    let count = |units: i64| u64::try_from(units).unwrap_or_default().max(1);
    match seconds {
        ..120 => counted(
            tongue,
            count(seconds),
            ["second", "seconds"],
            ["Sekunde", "Sekunden"],
        ),
        120..7_200 => counted(
            tongue,
            count(seconds / 60),
            ["minute", "minutes"],
            ["Minute", "Minuten"],
        ),
        7_200..172_800 => counted(
            tongue,
            count(seconds / 3_600),
            ["hour", "hours"],
            ["Stunde", "Stunden"],
        ),
        _ => counted(
            tongue,
            count(seconds / 86_400),
            ["day", "days"],
            ["Tag", "Tagen"],
        ),
    }
}

/// The record that earned more.
pub(super) fn record(tongue: Tongue, from: Stage, tally: Tally) -> String {
    let german = || {
        let Tally { good, counted, .. } = tally;
        let least = percent(lower_bound(good, counted));
        let certainly = format!("mit 95 % Sicherheit mindestens {least} aller");
        match from {
            Stage::Shadow => {
                format!(
                    "{good} von {counted} Antworten von Menschen sagten, was er sagt ({certainly})"
                )
            }
            Stage::Draft | Stage::Answer => {
                format!("{good} von {counted} Entwürfen gingen unverändert hinaus ({certainly})")
            }
        }
    };
    tongue.either(|| autonomy::record(from, tally), german)
}

/// Why a stage was changed, and by whom.
pub(super) fn by(tongue: Tongue, change: &StageChange) -> String {
    let Tally {
        against, looked_at, ..
    } = change.tally;
    let german = || match (change.why, change.from) {
        (Why::Began, _) => "hier beginnen Artikel".to_owned(),
        (Why::Earned, from) => record(tongue, from.unwrap_or(Stage::Draft), change.tally),
        (Why::Allowed, _) => "ein Mensch wollte es".to_owned(),
        (Why::WentWrong, Some(Stage::Draft)) => format!(
            "{against} der letzten {looked_at} Entwürfe wurden abgelehnt oder von einem Menschen anders beantwortet"
        ),
        (Why::WentWrong, _) => format!(
            "nach den letzten {looked_at} Antworten schrieben Kunden wieder oder berichtigten die eigenen Leute so oft, dass es {against} wiegt"
        ),
        (Why::TakenBack, _) => "ein Mensch nahm es zurück".to_owned(),
        (Why::TextChanged, _) => {
            "sein Text wurde geändert, und den neuen hat noch niemand beurteilt".to_owned()
        }
    };
    let why = tongue.either(|| change.sentence(), german);
    match &change.by {
        crate::autonomy::By::Rule => why,
        crate::autonomy::By::Person(name) => format!("{why} ({name})"),
    }
}
