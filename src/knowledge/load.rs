//! Reads the folder of articles and names every problem with its place.

use super::{Article, ArticleMode, Knowledge, Topic};
use crate::config::section::{Located, Section};
use crate::config::source::Source;
use crate::config::{
    FactName, IntentName, Language, Problem, Settings, TEMPLATE_LANGUAGES, TeamName,
};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::de::DeTable;

/// The line that encloses front matter.
const FENCE: &str = "+++";

/// The longest tag; IMAP keywords get `tag_` before it.
const TAG_MAX_BYTES: usize = 40;

impl Knowledge {
    /// Reads the folder of articles and checks it against the settings.
    ///
    /// # Errors
    /// Every problem found, by file and line.
    pub fn load(settings: &Settings) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut read = Vec::new();
        let mut unread = Vec::new();
        for path in article_files(&settings.knowledge.folder)? {
            let (article, found) = read_article(&path, settings);
            if !found.is_empty() {
                unread.push(path);
            }
            match article {
                Some(article) => read.push((article, found)),
                None => problems.extend(found),
            }
        }
        // The article without a language in its name comes first: its variants are held against it.
        read.sort_by_key(|(article, _)| (article.variant.is_some(), article.article.path.clone()));
        let mut knowledge = Self::default();
        let mut first_paths = BTreeMap::new();
        for (article, found) in read {
            // Also one with problems of its own is a second one: both are told in one run.
            let second = second_of_its_intent(&mut first_paths, &article);
            if found.is_empty() && second.is_none() {
                problems.extend(knowledge.add(article));
            }
            problems.extend(found);
            problems.extend(second);
        }
        for topic in knowledge.topics.values() {
            problems.extend(without_reader(topic, &unread));
        }
        if knowledge.topics.is_empty() && problems.is_empty() {
            problems.push(at_first_line(
                &settings.knowledge.folder,
                "there is no article in the folder".to_owned(),
                "write one, see docs/admin.md",
            ));
        }
        problems.sort();
        if problems.is_empty() {
            Ok(knowledge)
        } else {
            Err(problems)
        }
    }

    fn add(&mut self, read: ReadArticle) -> Option<Problem> {
        let path = read.article.path.clone();
        match self.topics.entry(read.intent.clone()) {
            Entry::Vacant(place) => {
                place.insert(Topic {
                    intent: read.intent,
                    mode: read.mode,
                    team: read.team,
                    tags: read.tags,
                    needs: read.needs,
                    articles: BTreeMap::from([(read.language, read.article)]),
                });
                None
            }
            Entry::Occupied(mut place) => {
                let topic = place.get_mut();
                if topic.mode != read.mode || topic.team != read.team || topic.needs != read.needs {
                    let what = format!(
                        "mode, team or needs differ from the other article of intent \"{}\"",
                        read.intent
                    );
                    return Some(at_first_line(
                        &path,
                        what,
                        "make them the same: a language changes only the words",
                    ));
                }
                topic.articles.insert(read.language, read.article);
                None
            }
        }
    }
}

/// That another article has this intent in this language already; the first one is remembered.
fn second_of_its_intent(
    first_paths: &mut BTreeMap<(IntentName, Language), PathBuf>,
    read: &ReadArticle,
) -> Option<Problem> {
    let path = &read.article.path;
    match first_paths.entry((read.intent.clone(), read.language.clone())) {
        Entry::Vacant(place) => {
            place.insert(path.clone());
            None
        }
        Entry::Occupied(first) => {
            let what = format!(
                "intent \"{}\" has a second article in language {}; the first is {}",
                read.intent,
                read.language,
                first.get().display()
            );
            let remedy = "give each intent one article a language";
            Some(at_first_line(path, what, remedy))
        }
    }
}

/// An intent that is written in no language that we answer in: mostly a name with a dot before two letters (`how.to.md`).
/// `unread`: files with problems of their own, of which one may hold the missing text.
fn without_reader(topic: &Topic, unread: &[PathBuf]) -> Option<Problem> {
    let answered = |language: &Language| TEMPLATE_LANGUAGES.contains(&language.0.as_str());
    if topic.articles.keys().any(answered) {
        return None;
    }
    let (language, article) = topic.articles.first_key_value()?;
    let name = name_before_language(&article.path);
    if unread.iter().any(|path| name_before_language(path) == name) {
        return None;
    }
    let what = format!(
        "by its file name the article is in language \"{language}\", and intent \"{}\" has none in a language that we answer in",
        topic.intent
    );
    let remedy = format!(
        "rename it without a dot before `{language}`, or write the intent in {}",
        TEMPLATE_LANGUAGES.join(" or ")
    );
    Some(at_first_line(&article.path, what, &remedy))
}

fn at_first_line(file: &Path, what: String, remedy: &str) -> Problem {
    Problem {
        file: file.to_owned(),
        line: 1,
        column: 1,
        what,
        remedy: remedy.to_owned(),
    }
}

/// The Markdown files of the folder, in order.
fn article_files(folder: &Path) -> Result<Vec<PathBuf>, Vec<Problem>> {
    let unreadable = |error: std::io::Error| {
        let what = format!("the folder of articles cannot be read: {error}");
        vec![at_first_line(
            folder,
            what,
            "correct [knowledge] folder or its permissions",
        )]
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let is_markdown = path.extension().is_some_and(|extension| extension == "md");
        // Hidden files are those of editors at work, such as `.#delivery.md`.
        let name = path.file_name().and_then(|name| name.to_str());
        let is_hidden = name.is_some_and(|name| name.starts_with('.'));
        if is_markdown && !is_hidden && name != Some("README.md") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

struct ReadArticle {
    intent: IntentName,
    language: Language,
    /// The language in the file's name (`delivery.de.md`).
    variant: Option<Language>,
    mode: ArticleMode,
    team: Option<TeamName>,
    tags: Vec<String>,
    needs: Vec<FactName>,
    article: Article,
}

/// The article as far as it can be read, and what is wrong with it.
fn read_article(path: &Path, settings: &Settings) -> (Option<ReadArticle>, Vec<Problem>) {
    let whole = match Source::read(path) {
        Ok(whole) => whole,
        Err(problem) => return (None, vec![problem]),
    };
    let (front, body) = match split_front_matter(whole.text()) {
        FrontMatter::Closed { front, body } => (front, body),
        FrontMatter::Open => {
            whole.problem(
                &(0..0),
                "the front matter has no end",
                "write another line `+++` between the keys and the text",
            );
            return (None, whole.into_problems());
        }
        FrontMatter::None => {
            whole.problem(
                &(0..0),
                "the article has no front matter",
                "begin the file with a line `+++`, the keys, and another line `+++`",
            );
            return (None, whole.into_problems());
        }
    };
    let source = Source::new(path, front, 1);
    let body_line = front.matches('\n').count() + 2;
    let body_source = Source::new(path, body, body_line);
    let article = read_front(&source, &body_source, path, settings);
    let mut problems = source.into_problems();
    problems.extend(body_source.into_problems());
    (article, problems)
}

/// What a file begins with.
enum FrontMatter<'t> {
    /// The text between the fences, and what follows them.
    Closed { front: &'t str, body: &'t str },
    /// The second fence is missing.
    Open,
    /// The first line is no fence.
    None,
}

/// Blanks after a fence do no harm, and the last line needs no end.
fn split_front_matter(text: &str) -> FrontMatter<'_> {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    if first.trim_end() != FENCE {
        return FrontMatter::None;
    }
    let mut front_bytes = 0;
    for line in rest.split_inclusive('\n') {
        let (front, from_line) = rest.split_at(front_bytes);
        if line.trim_end() == FENCE {
            let body = from_line.strip_prefix(line).unwrap_or_default();
            return FrontMatter::Closed { front, body };
        }
        front_bytes += line.len();
    }
    FrontMatter::Open
}

fn read_front(
    source: &Source,
    body: &Source,
    path: &Path,
    settings: &Settings,
) -> Option<ReadArticle> {
    let (document, errors) = DeTable::parse_recoverable(source.text());
    for error in errors {
        let what = format!("not TOML: {}", error.message().replace('\n', ", "));
        source.problem(&error.span().unwrap_or(0..0), what, "correct the line");
    }
    if !source.is_clean() {
        return None;
    }
    let front = Section::new("", Some(document.get_ref()), 0..0, source);
    let variant = language_in_name(path);
    let intent = front.required_text("intent", "delivery-time");
    let intent = intent.and_then(|text| intent_name(&front, text));
    let title = front.required_text("title", "When will my order arrive?");
    let mode = mode(&front);
    let team = team(&front, settings);
    let tags = tags(&front);
    let needs = needs(&front, settings);
    let ask = ask(&front);
    front.refuse_unknown_keys();
    check_body(body, &needs);
    Some(ReadArticle {
        intent: intent?,
        language: variant
            .clone()
            .unwrap_or_else(|| settings.support.language.clone()),
        variant,
        mode: mode?,
        team,
        tags,
        needs,
        article: Article {
            path: path.to_owned(),
            title: title?.value,
            ask,
            body: join_lines(body.text()),
            revision: revision(source.text(), body.text()),
        },
    })
}

/// Paragraphs as one line each: the width at which an author wraps is not the width of a reader's screen (Markdown's soft
/// line break). Lists, headings, quotations and lines that end in two blanks or `\` keep their breaks.
fn join_lines(body: &str) -> String {
    let stands_alone = |line: &str| {
        let line = line.trim_start();
        let after_digits = line.trim_start_matches(|c: char| c.is_ascii_digit());
        let is_numbered = after_digits.len() < line.len() && after_digits.starts_with(". ");
        is_numbered || line.is_empty() || line.starts_with(['-', '*', '+', '#', '>', '|'])
    };
    let mut joined = String::with_capacity(body.len());
    let mut joins = false;
    for line in body.trim().lines() {
        if joins && !stands_alone(line) {
            joined.push(' ');
            joined.push_str(line.trim_start());
        } else {
            if !joined.is_empty() {
                joined.push('\n');
            }
            joined.push_str(line);
        }
        let ends = line.ends_with("  ") || line.ends_with('\\');
        joins = !ends && !line.trim().is_empty() && !line.trim_start().starts_with(['#', '|']);
        if joins {
            joined.truncate(joined.trim_end().len());
        }
    }
    joined
}

/// `delivery-time` from `delivery-time.de.md`.
fn name_before_language(path: &Path) -> Option<&str> {
    path.file_name()?.to_str()?.split('.').next()
}

/// `de` from `delivery-time.de.md`.
fn language_in_name(path: &Path) -> Option<Language> {
    let stem = path.file_stem()?.to_str()?;
    let (_, code) = stem.rsplit_once('.')?;
    let is_code = code.len() == 2 && code.chars().all(|c| c.is_ascii_alphabetic());
    is_code.then(|| Language(code.to_ascii_lowercase()))
}

fn revision(front: &str, body: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(front);
    hash.update(body);
    let digest = hash.finalize();
    digest
        .iter()
        .take(4)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn intent_name(front: &Section<'_>, text: Located<String>) -> Option<IntentName> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if text.value.len() <= 60 && text.value.chars().all(plain) {
        return Some(IntentName(text.value));
    }
    let what = format!("intent = \"{}\" is no name", text.value);
    front.problem(&text.at, what, "use lower-case letters, digits and `-`");
    None
}

fn mode(front: &Section<'_>) -> Option<ArticleMode> {
    let text = front.required_text("mode", "answer")?;
    match text.value.as_str() {
        "answer" => Some(ArticleMode::Answer),
        "draft" => Some(ArticleMode::Draft),
        "handoff" => Some(ArticleMode::Handoff),
        other => {
            let what = format!("mode = \"{other}\" is not known");
            front.problem(
                &text.at,
                what,
                "write one of \"answer\", \"draft\", \"handoff\"",
            );
            None
        }
    }
}

fn team(front: &Section<'_>, settings: &Settings) -> Option<TeamName> {
    let text = front.text("team")?;
    let name = TeamName(text.value);
    if settings.team(&name).is_some() {
        return Some(name);
    }
    let known: Vec<&str> = settings
        .teams
        .iter()
        .map(|team| team.name.0.as_str())
        .collect();
    let what = format!("team \"{name}\" is not in the settings");
    let remedy = if known.is_empty() {
        format!("add a `[[team]]` with `name = \"{name}\"` to the settings")
    } else {
        format!("name one of {}, or add a `[[team]]`", known.join(", "))
    };
    front.problem(&text.at, what, remedy);
    None
}

fn tags(front: &Section<'_>) -> Vec<String> {
    let texts = front
        .texts("tags")
        .map(|texts| texts.value)
        .unwrap_or_default();
    for text in &texts {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let fits = !text.value.is_empty() && text.value.len() <= TAG_MAX_BYTES;
        if !fits || !text.value.chars().all(plain) {
            let what = format!("tag \"{}\" cannot be an IMAP keyword", text.value);
            front.problem(
                &text.at,
                what,
                "use at most 40 letters, digits, `-` and `_`",
            );
        }
    }
    texts.into_iter().map(|text| text.value).collect()
}

fn needs(front: &Section<'_>, settings: &Settings) -> Vec<FactName> {
    let texts = front
        .texts("needs")
        .map(|texts| texts.value)
        .unwrap_or_default();
    let mut needs = Vec::new();
    for text in texts {
        let name = FactName(text.value);
        if !settings.facts.contains_key(&name) {
            let what = format!("needs the unknown fact \"{name}\"");
            front.problem(
                &text.at,
                what,
                format!("add a section `[fact.{name}]` to the settings, or correct the name"),
            );
        }
        needs.push(name);
    }
    needs
}

fn ask(front: &Section<'_>) -> Vec<String> {
    let texts = front.texts("ask");
    if texts.as_ref().is_none_or(|texts| texts.value.is_empty()) {
        let at = texts.as_ref().map_or(front.at(), |texts| &texts.at);
        front.problem(
            at,
            "the article has no `ask` phrases, so no mail would ever match it",
            "add five or more phrases as customers write them",
        );
    }
    let texts = texts.map(|texts| texts.value).unwrap_or_default();
    for text in &texts {
        if !text.value.contains(char::is_alphanumeric) {
            let what = format!("the `ask` phrase \"{}\" holds no word", text.value);
            front.problem(
                &text.at,
                what,
                "write a phrase as customers do, or remove it",
            );
        }
    }
    texts.into_iter().map(|text| text.value).collect()
}

fn check_body(body: &Source, needs: &[FactName]) {
    if body.text().trim().is_empty() {
        body.problem(
            &(0..0),
            "the article has no text",
            "write the approved answer below the second `+++`",
        );
    }
    for (name, at) in slots(body.text()) {
        let Some(name) = name else {
            body.problem(
                &at,
                "the text has `{{` without `}}`",
                "write a fact like `{{order_number}}`, on one line",
            );
            continue;
        };
        if !needs.iter().any(|need| need.0 == name) {
            let what = format!("the text uses {{{{{name}}}}}, which is not in `needs`");
            body.problem(
                &at,
                what,
                format!("add \"{name}\" to `needs`, or remove it from the text"),
            );
        }
    }
}

/// The `{{name}}` slots of a text, with their places; one that is never closed has no name.
fn slots(text: &str) -> Vec<(Option<String>, Range<usize>)> {
    let mut slots = Vec::new();
    let mut from = 0;
    while let Some((start, rest)) = text.get(from..).and_then(|rest| {
        let start = rest.find("{{")?;
        Some((from + start, rest.get(start + 2..)?))
    }) {
        let Some(length) = rest.find("}}") else {
            slots.push((None, start..start));
            break;
        };
        let name = rest.get(..length).unwrap_or_default().trim().to_owned();
        slots.push((Some(name), start..start + length + 4));
        from = start + length + 4;
    }
    slots
}

#[cfg(test)]
mod tests {
    use super::join_lines;

    #[test]
    fn a_paragraph_is_one_line_and_everything_else_keeps_its_breaks() {
        for (written, read) in [
            ("one\ntwo\n\nthree\n", "one two\n\nthree"),
            (
                "see:\n- a\n  still a\n- b\n\nend",
                "see:\n- a still a\n- b\n\nend",
            ),
            (
                "Shop  \nMain Street 1\\\nTown",
                "Shop  \nMain Street 1\\\nTown",
            ),
            (
                "# Title\ntext\n1. one\n2. two\n> said\n",
                "# Title\ntext\n1. one\n2. two\n> said",
            ),
            ("in 2026.\nNext", "in 2026. Next"),
        ] {
            assert_eq!(join_lines(written), read);
        }
    }
}
