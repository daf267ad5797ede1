//! The articles as rows: what each is, as it is loaded, and what came of it in the last days. Pure.

use crate::config::Language;
use crate::knowledge::{ArticleMode, Knowledge};
use serde_json::{Map, Value, json};

/// Of the rows of figures those of articles, and of what period they are.
pub(super) fn of(figures: &[Value]) -> Vec<Value> {
    let is = |row: &&Value, of: &str| row.get("of").is_some_and(|found| found == of);
    let whole = figures.iter().find(|row| is(row, "all"));
    let period = |key: &str| whole.and_then(|row| row.get(key)).cloned();
    let articles = figures.iter().filter(|row| is(row, "article"));
    let rows = articles.filter_map(|row| {
        let mut record = row.as_object()?.clone();
        let name = record.remove("name")?;
        let _ = record.remove("of");
        Some(json!({
            "article": name, "from": period("from"), "until": period("until"), "record": record,
        }))
    });
    rows.collect()
}

/// What each has earned, where that is counted: a row for each of its texts (docs/autonomy.md).
pub(super) fn add_what_is_earned(rows: &mut Vec<Value>, earned: Vec<Value>) {
    for one in earned {
        let intent = one.get("intent").and_then(Value::as_str);
        let Some(row) = row_of(rows, intent.unwrap_or_default()) else {
            continue;
        };
        let texts = row.entry("earned").or_insert_with(|| json!([]));
        if let Some(texts) = texts.as_array_mut() {
            texts.push(one);
        }
    }
}

/// The row of an article, which is made where there is none.
fn row_of<'r>(rows: &'r mut Vec<Value>, intent: &str) -> Option<&'r mut Map<String, Value>> {
    let at = match rows.iter().position(|row| name_of(row) == intent) {
        Some(at) => at,
        None => {
            rows.push(json!({ "article": intent, "record": Map::new() }));
            rows.len() - 1
        }
    };
    rows.get_mut(at).and_then(Value::as_object_mut)
}

fn name_of(row: &Value) -> String {
    let name = row.get("article").and_then(Value::as_str);
    name.unwrap_or_default().to_owned()
}

/// What is loaded: articles with nothing on record come as well, in the order of their names. The title is that of the
/// text in this language, where there is one.
pub(super) fn add_what_is_loaded(
    rows: &mut Vec<Value>,
    knowledge: &Knowledge,
    language: &Language,
) {
    for (intent, topic) in &knowledge.topics {
        let Some(row) = row_of(rows, &intent.0) else {
            continue;
        };
        let texts: Map<String, Value> = (topic.articles.iter())
            .map(|(language, article)| {
                let text = json!({ "title": article.title, "revision": article.revision });
                (language.0.clone(), text)
            })
            .collect();
        let mode = match topic.mode {
            ArticleMode::Answer => "answer",
            ArticleMode::Draft => "draft",
            ArticleMode::Handoff => "handoff",
            ArticleMode::Unwritten => "not written",
        };
        let title = topic.articles.get(language);
        let title = title.or_else(|| topic.articles.values().next());
        let _ = row.insert("title".to_owned(), json!(title.map(|text| &text.title)));
        let _ = row.insert("mode".to_owned(), mode.into());
        let team = topic.team.as_ref().map(|team| team.0.as_str());
        let _ = row.insert("team".to_owned(), json!(team));
        let _ = row.insert("texts".to_owned(), texts.into());
    }
    rows.sort_by_key(name_of);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_text_has_earned_stands_with_its_article() {
        let mut rows = vec![json!({ "article": "hours", "record": {} })];
        let text = |article: &str, intent: &str| json!({ "article": article, "intent": intent, "stage": "draft" });
        let earned = [
            text("hours.de", "hours"),
            text("hours.en", "hours"),
            text("track.en", "track"),
        ];
        add_what_is_earned(&mut rows, earned.to_vec());
        let of = |row: &Value| row["earned"].as_array().map_or(0, Vec::len);
        assert_eq!(rows.iter().map(of).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(name_of(&rows[1]), "track");
    }

    #[test]
    fn an_articles_figures_become_its_record() {
        let figures = [
            json!({ "of": "all", "from": "f", "until": "u", "answers": 3 }),
            json!({ "of": "article", "name": "hours", "answers": 2, "recontacted": 1 }),
            json!({ "of": "team", "name": "desk", "hand_offs": 2 }),
        ];
        let expected = json!({
            "article": "hours", "from": "f", "until": "u", "record": { "answers": 2, "recontacted": 1 },
        });
        assert_eq!(of(&figures), [expected]);
    }
}
