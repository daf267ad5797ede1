//! Figures for machines: `/metrics` as Prometheus reads it, and `/numbers.json`. Counts and names of articles, teams and mailboxes; nothing of a mail.
//! What was counted is kept for a while, so that a scrape costs little.

use super::ask::{Asking, NoAnswer};
use crate::control::Question;
use crate::numbers;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// Figures are of so many days.
pub(super) const DAYS: u16 = 28;
/// Counting them goes through all tickets of that time.
const FIGURES_KEPT: Duration = Duration::from_mins(1);
/// How it stands is looked up in a moment.
const NOW_KEPT: Duration = Duration::from_secs(5);

type Kept = Mutex<Option<(Instant, Arc<Vec<Value>>)>>;

/// What was counted last.
#[derive(Default)]
pub(super) struct Figures {
    numbers: Kept,
    articles: Kept,
    now: Kept,
}

impl Figures {
    /// The figures of the last days.
    pub(super) async fn numbers(
        &self,
        asking: &Asking,
        zone: &str,
    ) -> Result<Arc<Vec<Value>>, NoAnswer> {
        let question = Question::Numbers {
            days: DAYS,
            zone: zone.to_owned(),
        };
        kept(&self.numbers, FIGURES_KEPT, asking.ask(question, None)).await
    }

    /// The articles with theirs.
    pub(super) async fn articles(
        &self,
        asking: &Asking,
        zone: &str,
    ) -> Result<Arc<Vec<Value>>, NoAnswer> {
        let question = Question::Articles {
            days: DAYS,
            zone: zone.to_owned(),
        };
        kept(&self.articles, FIGURES_KEPT, asking.ask(question, None)).await
    }

    /// How it stands, in counts; one row a mailbox.
    async fn now(&self, asking: &Asking) -> Result<Arc<Vec<Value>>, NoAnswer> {
        let looking = async {
            let status = asking.ask(Question::Status, None).await?;
            let outbox = asking.ask(Question::Outbox, None).await?;
            let drafts = asking.ask(Question::Drafts, None).await?;
            Ok(gauges(&status, &outbox, &drafts, crate::clock::now()))
        };
        kept(&self.now, NOW_KEPT, looking).await
    }

    /// All of it in the exposition format.
    pub(super) async fn exposition(&self, asking: &Asking, zone: &str) -> Result<String, NoAnswer> {
        let mut rows = self.now(asking).await?.to_vec();
        rows.extend(self.numbers(asking, zone).await?.iter().cloned());
        Ok(numbers::exposition(&rows))
    }

    /// All of it as JSON.
    pub(super) async fn json(&self, asking: &Asking, zone: &str) -> Result<Value, NoAnswer> {
        let now = self.now(asking).await?;
        let numbers = self.numbers(asking, zone).await?;
        Ok(json!({ "days": DAYS, "zone": zone, "now": *now, "numbers": *numbers }))
    }
}

/// What was answered within this time, or the answer now. Who asks meanwhile waits for the same answer.
async fn kept(
    kept: &Kept,
    time: Duration,
    asked: impl Future<Output = Result<Vec<Value>, NoAnswer>>,
) -> Result<Arc<Vec<Value>>, NoAnswer> {
    let mut kept = kept.lock().await;
    if let Some((at, rows)) = kept.as_ref()
        && at.elapsed() < time
    {
        return Ok(Arc::clone(rows));
    }
    let rows = Arc::new(asked.await?);
    *kept = Some((Instant::now(), Arc::clone(&rows)));
    Ok(rows)
}

/// What of the status is a count, by its name as a metric.
const COUNTS: [(&str, &str); 6] = [
    ("mails_waiting", "mails_waiting"),
    ("mails_tried_in_vain", "mails_tried_in_vain"),
    ("mails_in_doubt", "mails_in_doubt"),
    ("mails_given_up", "mails_given_up"),
    (
        "automatic_mails_in_last_hour",
        "automatic_mails_in_last_hour",
    ),
    ("tickets", "tickets_kept"),
];

fn gauges(status: &[Value], outbox: &[Value], drafts: &[Value], now: Timestamp) -> Vec<Value> {
    let mailbox = |row: &Value| {
        let name = row.get("mailbox").and_then(Value::as_str);
        name.unwrap_or_default().to_owned()
    };
    let mut oldest: BTreeMap<String, i64> = BTreeMap::new();
    for row in outbox {
        let is_waiting = row.get("state").is_some_and(|state| state == "waiting");
        let since = row.get("since").and_then(Value::as_str);
        let since: Option<Timestamp> = since.and_then(|since| since.parse().ok());
        if let (true, Some(since)) = (is_waiting, since) {
            let waits = now.duration_since(since).as_secs().max(0);
            let longest = oldest.entry(mailbox(row)).or_default();
            *longest = waits.max(*longest);
        }
    }
    let rows = status.iter().map(|row| {
        let name = mailbox(row);
        let mut gauges = Map::new();
        let mut set = |key: &str, value: Value| {
            let _ = gauges.insert(key.to_owned(), value);
        };
        set("of", "now".into());
        // A mailbox that could not be asked, or that another process works for, is not up here.
        let is_up = row.get("running").is_some_and(|running| running == true);
        set("up", u8::from(is_up).into());
        for (key, called) in COUNTS {
            if let Some(count) = row.get(key).filter(|count| count.is_number()) {
                set(called, count.clone());
            }
        }
        if let Some(well) = row.get("well").and_then(Value::as_bool) {
            set("well", u8::from(well).into());
        }
        if let Some(troubles) = row.get("troubles").and_then(Value::as_array) {
            set("troubles", troubles.len().into());
        }
        if let Some(word) = row.get("automatic_mail").and_then(Value::as_str) {
            let is_stopped = word != crate::control::AUTOMATIC_MAIL_GOES;
            set("brake_pulled", u8::from(is_stopped).into());
        }
        let open = row
            .get("promises")
            .and_then(|promises| promises.get("open"));
        if let Some(open) = open {
            set("promises_waiting", open.clone());
        }
        set(
            "oldest_waiting_mail_seconds",
            oldest.get(&name).copied().unwrap_or_default().into(),
        );
        let waiting = drafts.iter().filter(|draft| mailbox(draft) == name);
        let waiting = waiting.filter(|draft| draft.get("draft").is_some());
        set("drafts_waiting", waiting.count().into());
        set("mailbox", name.into());
        Value::Object(gauges)
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gauges_of_two_mailboxes_are_what_their_rows_say() {
        let now: Timestamp = "2026-11-27T12:00:00Z".parse().unwrap();
        let status = [
            json!({ "mailbox": "a", "running": true, "well": true, "troubles": [], "tickets": 7, "mails_waiting": 2,
                "automatic_mail": "goes", "promises": { "open": 3 } }),
            json!({ "mailbox": "b", "failed": "the disk" }),
        ];
        let outbox = [
            json!({ "mailbox": "a", "state": "waiting", "since": "2026-11-27T11:50:00Z" }),
            json!({ "mailbox": "a", "state": "waiting", "since": "2026-11-27T11:59:00Z" }),
            json!({ "mailbox": "a", "state": "given-up", "since": "2026-11-20T11:59:00Z" }),
        ];
        let drafts = [json!({ "mailbox": "a", "draft": 1 })];
        let text = numbers::exposition(&gauges(&status, &outbox, &drafts, now));
        let labels = |mailbox: &str| format!("{{mailbox=\"{mailbox}\",of=\"now\",name=\"\"}}");
        for (name, mailbox, value) in [
            ("up", "a", 1),
            ("well", "a", 1),
            ("mails_waiting", "a", 2),
            ("tickets_kept", "a", 7),
            ("oldest_waiting_mail_seconds", "a", 600),
            ("drafts_waiting", "a", 1),
            ("promises_waiting", "a", 3),
            ("brake_pulled", "a", 0),
            ("up", "b", 0),
        ] {
            let line = format!("handoffd_{name}{} {value}\n", labels(mailbox));
            assert!(text.contains(&line), "{line} in\n{text}");
        }
        assert!(!text.contains(&format!("handoffd_well{}", labels("b"))));
    }
}
