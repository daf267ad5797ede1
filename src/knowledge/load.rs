//! Reads the folder of articles and names every problem with its place.

use super::article::{ReadArticle, name_before_language, read_article};
use super::{Knowledge, Topic};
use crate::config::{IntentName, Language, Problem, Settings, TEMPLATE_LANGUAGES};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};

impl Knowledge {
    /// Reads the folder of articles and checks it against the settings.
    ///
    /// # Errors
    /// Every problem found, by file and line.
    pub fn load(settings: &Settings) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut read = Vec::new();
        let mut unread = Vec::new();
        let files = article_files(&settings.knowledge.folder)?;
        problems.extend(files.overlooked.iter().map(|path| {
            at_first_line(
                path,
                "no article is read here".to_owned(),
                "articles lie in the folder itself and end in `.md`: move or rename it",
            )
        }));
        for path in files.articles {
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
        for topic in knowledge.topics.values_mut() {
            topic.hold_back_what_is_not_written();
            problems.extend(without_reader(topic, &unread));
        }
        if knowledge.topics.is_empty() && problems.is_empty() {
            problems.push(at_first_line(
                &settings.knowledge.folder,
                "there is no article in the folder".to_owned(),
                "write one, see docs/articles.md",
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
                    thresholds: read.thresholds,
                    approvals: read.approvals,
                    articles: BTreeMap::from([(read.language, read.article)]),
                });
                None
            }
            Entry::Occupied(mut place) => {
                let topic = place.get_mut();
                let same = topic.mode == read.mode
                    && topic.team == read.team
                    && topic.needs == read.needs
                    && topic.thresholds == read.thresholds
                    && topic.approvals == read.approvals;
                if !same {
                    let what = format!(
                        "mode, team, needs, thresholds or approvals differ from the other article of intent \"{}\"",
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

/// What lies in the folder.
#[derive(Default)]
struct ArticleFiles {
    /// The Markdown files, in order.
    articles: Vec<PathBuf>,
    /// What was meant to be read and is not: Markdown under another name, and folders that hold some.
    overlooked: Vec<PathBuf>,
}

fn article_files(folder: &Path) -> Result<ArticleFiles, Vec<Problem>> {
    let unreadable = |error: std::io::Error| {
        let what = format!("the folder of articles cannot be read: {error}");
        vec![at_first_line(
            folder,
            what,
            "correct [knowledge] folder or its permissions",
        )]
    };
    let mut files = ArticleFiles::default();
    for path in entries(folder).map_err(unreadable)? {
        if path.file_name().is_some_and(|name| name == "README.md") {
            continue;
        }
        let holds_markdown = || {
            let inside = entries(&path).unwrap_or_default();
            inside.iter().any(|path| is_markdown(path))
        };
        if path.extension().is_some_and(|extension| extension == "md") && !path.is_dir() {
            files.articles.push(path);
        } else if is_markdown(&path) || (path.is_dir() && holds_markdown()) {
            files.overlooked.push(path);
        }
    }
    Ok(files)
}

/// What lies in a folder, in order. Hidden files are those of editors at work, such as `.#delivery.md`.
fn entries(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if !name.is_some_and(|name| name.starts_with('.')) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn is_markdown(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    let extension = extension.map(str::to_ascii_lowercase);
    extension.is_some_and(|extension| matches!(extension.as_str(), "md" | "markdown"))
}
