//! One article file: front matter and text, each key checked at its place.

use super::approvals;
use super::body::{check_body, join_lines};
use super::{Article, ArticleMode, OwnThresholds, PlaceToWrite, thresholds, unwritten};
use crate::config::section::{Located, Section};
use crate::config::source::Source;
use crate::config::{FactName, IntentName, Language, Problem, Settings, TeamName};
use crate::ticket::Approvals;
use sha2::{Digest, Sha256};
use std::path::Path;
use toml::de::DeTable;

/// The line that encloses front matter.
const FENCE: &str = "+++";

/// The longest tag; IMAP keywords get `tag_` before it.
const TAG_MAX_BYTES: usize = 40;

pub(super) struct ReadArticle {
    pub(super) intent: IntentName,
    pub(super) language: Language,
    /// The language in the file's name (`delivery.de.md`).
    pub(super) variant: Option<Language>,
    pub(super) mode: ArticleMode,
    pub(super) team: Option<TeamName>,
    pub(super) tags: Vec<String>,
    pub(super) needs: Vec<FactName>,
    pub(super) thresholds: OwnThresholds,
    pub(super) approvals: Approvals,
    pub(super) article: Article,
}

/// The article as far as it can be read, and what is wrong with it.
pub(super) fn read_article(
    path: &Path,
    settings: &Settings,
) -> (Option<ReadArticle>, Vec<Problem>) {
    match Source::read(path) {
        Ok(whole) => read_source(whole, path, settings),
        Err(problem) => (None, vec![problem]),
    }
}

/// The same for a text that is to become the file.
pub(super) fn read_text(
    path: &Path,
    text: &str,
    settings: &Settings,
) -> (Option<ReadArticle>, Vec<Problem>) {
    read_source(Source::new(path, text, 0), path, settings)
}

fn read_source(
    whole: Source,
    path: &Path,
    settings: &Settings,
) -> (Option<ReadArticle>, Vec<Problem>) {
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
    let thresholds = thresholds::read(&front, &settings.automation);
    let approvals = approvals::read(&front, mode, team.as_ref(), settings);
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
        thresholds,
        approvals,
        article: Article {
            path: path.to_owned(),
            title: title?.value,
            ask,
            body: join_lines(body.text()),
            unwritten: unwritten::places(body.text())
                .iter()
                .map(|at| PlaceToWrite {
                    line: body.line(at),
                    column: body.column(at),
                })
                .collect(),
            revision: revision(source.text(), body.text()),
        },
    })
}

/// `delivery-time` from `delivery-time.de.md`.
pub(super) fn name_before_language(path: &Path) -> Option<&str> {
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
