//! `handoffd autonomy`: what articles have earned, in lines that a person reads; and the admin's word, with whose it is.

use super::super::Common;
use super::Verb;
use super::printed::{plain, short_time, visible};
use crate::autonomy::{Demands, Stage, percent};
use crate::config::{Configuration, Settings};
use crate::control::{self, Question};
use serde_json::Value;

/// What is done with an article.
#[derive(clap::Subcommand, Debug)]
pub(in super::super) enum Step {
    /// Let an article go on to the stage above, which it has earned
    Advance {
        /// Its name: `delivery-time.en`, or `delivery-time` where it has one text
        article: String,
        /// Whatever its record: by your word alone
        #[arg(long)]
        anyway: bool,
    },
    /// Take an article back to the stage below
    Back {
        /// Its name: `delivery-time.en`, or `delivery-time` where it has one text
        article: String,
    },
}

pub(super) fn question(step: Option<&Step>) -> Question {
    let (article, step) = match step {
        None => return Question::Autonomy,
        Some(Step::Advance { article, anyway }) => match anyway {
            true => (article, control::Step::AdvanceAnyway),
            false => (article, control::Step::Advance),
        },
        Some(Step::Back { article }) => (article, control::Step::Back),
    };
    Question::ChangeStage {
        article: article.clone(),
        step,
        who: format!("{} at the command line", user()),
    }
}

/// Who types, as far as the system says.
fn user() -> String {
    let named = ["SUDO_USER", "USER", "LOGNAME"];
    let name = named.iter().find_map(|name| std::env::var(name).ok());
    let name = name.filter(|name| !name.is_empty());
    name.unwrap_or_else(|| format!("user {}", rustix::process::getuid().as_raw()))
}

/// The list for people; `None` for all other rows.
pub(super) fn text(verb: &Verb, common: &Common, rows: &[Value]) -> Option<String> {
    let is_list = matches!(verb, Verb::Autonomy { step: None });
    if !is_list || common.json {
        return None;
    }
    let settings = settings(common);
    let demands = |row: &Value| {
        let mailbox = row.get("mailbox").and_then(Value::as_str);
        let of_it = settings.iter().find(|(name, _)| name.as_deref() == mailbox);
        of_it.map(|(_, settings)| settings.autonomy)
    };
    let mut text = String::new();
    if !settings.is_empty()
        && settings
            .iter()
            .all(|(_, settings)| !settings.autonomy.is_on())
    {
        text.push_str(
            "autonomy is off: each article does what its mode says ([autonomy] advance in the settings)\n",
        );
    } else if rows.is_empty() {
        text.push_str(
            "none: the running handoffd looks at the articles a moment after it has started\n",
        );
    }
    for row in rows {
        let demands = demands(row).map(|autonomy| autonomy.demands());
        add(row, &demands.unwrap_or_default(), &mut text);
    }
    Some(visible(&text))
}

fn settings(common: &Common) -> Vec<(Option<String>, Settings)> {
    let Ok(configuration) = Configuration::load_without_secrets(&common.config) else {
        return vec![];
    };
    let meant = configuration.meant(common.mailbox.as_deref(), &common.config);
    let meant = meant.unwrap_or_default().into_iter();
    meant
        .map(|(name, settings)| (name.map(ToString::to_string), settings.clone()))
        .collect()
}

/// One article: where it stands, its record, what is needed, what can be done, and the latest changes.
fn add(row: &Value, demands: &Demands, text: &mut String) {
    let word = |name: &str| row.get(name).map(plain).unwrap_or_default();
    let Some(stage) = Stage::by_word(&word("stage")) else {
        // A mailbox that could not be asked says why.
        text.push_str(&format!("{}  {}\n", word("mailbox"), plain(row)));
        return;
    };
    let mailbox = match word("mailbox") {
        name if name.is_empty() => name,
        name => format!("{name}  "),
    };
    text.push_str(&format!("{mailbox}{}  {stage}", word("article")));
    let since = short_time(&word("since"));
    if !since.is_empty() {
        text.push_str(&format!("  since {since}"));
    }
    match word("mode_allows").as_str() {
        "" => text.push_str("  (its file is gone, or its mode is \"handoff\")"),
        "draft" => text.push_str("  (its mode lets it go no further than draft)"),
        _ => {}
    }
    text.push_str(&format!(
        "\n  {}; {}\n",
        record(row, stage),
        control::demanded(stage, demands)
    ));
    if word("proposal") == "advance" {
        text.push_str(&format!(
            "  it has earned the stage above: `handoffd autonomy advance {}`\n",
            word("article")
        ));
    }
    let changes = row.get("changes").and_then(Value::as_array);
    for change in changes.into_iter().flatten() {
        let word = |name: &str| change.get(name).map(plain).unwrap_or_default();
        let from = match word("from") {
            from if from.is_empty() => String::new(),
            from => format!("{from} → "),
        };
        text.push_str(&format!(
            "  {}  {from}{} by {}: {}\n",
            short_time(&word("at")),
            word("to"),
            word("by"),
            word("why")
        ));
    }
}

/// What counts for the stage at which it stands.
pub(super) fn record(row: &Value, stage: Stage) -> String {
    let number = |name: &str| row.get(name).and_then(Value::as_u64).unwrap_or_default();
    let bound = row.get("lower_bound").and_then(Value::as_f64);
    let bound = percent(bound.unwrap_or_default());
    let (good, counted) = (number("good"), number("counted"));
    match stage {
        Stage::Shadow => {
            format!("{good} of {counted} answers of people said the same, at least {bound} of all")
        }
        Stage::Draft => {
            format!("{good} of {counted} drafts sent unchanged, at least {bound} of all")
        }
        Stage::Answer => format!(
            "{} against it in the last {} answers",
            number("against"),
            number("looked_at")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_article_is_told_with_its_record_and_what_can_be_done() {
        let row = json!({
            "article": "hours.en", "stage": "draft", "since": "2026-11-27T10:00:00.5Z", "mode_allows": "answer",
            "good": 12, "counted": 14, "lower_bound": 0.614, "proposal": "advance",
            "changes": [{"at": "2026-11-27T10:00:00.5Z", "from": "shadow", "to": "draft", "by": "the rule", "why": "9 of 9"}],
        });
        let mut text = String::new();
        add(&row, &Demands::default(), &mut text);
        assert_eq!(
            text,
            "hours.en  draft  since 2026-11-27T10:00:00Z\n  \
             12 of 14 drafts sent unchanged, at least 61 % of all; to answer: 30 drafts, at least 90 %\n  \
             it has earned the stage above: `handoffd autonomy advance hours.en`\n  \
             2026-11-27T10:00:00Z  shadow → draft by the rule: 9 of 9\n"
        );
    }
}
