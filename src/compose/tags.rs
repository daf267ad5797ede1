//! Which `{{…}}` stand in a template, and is each of them known? The engine alone overlooks an unknown name in `{{#if …}}` and in every
//! branch that is not taken, and takes `{{{…}}}`, which would let a stranger's text be markup.

use super::check::usage;
use super::variables::{Kind, TemplateForm};
use crate::config::Problem;
use std::path::Path;

/// Helpers of the engine that are of use inside `{{#if (…)}}`.
const CONDITIONS: [&str; 10] = [
    "eq", "ne", "gt", "gte", "lt", "lte", "and", "or", "not", "len",
];

/// Every problem of the tags of a template.
pub(super) fn check(text: &str, form: &TemplateForm, file: &Path) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut block_names: Vec<String> = Vec::new();
    let mut rest = text;
    let mut before = 0;
    while let Some((skipped, after)) = rest.split_once("{{") {
        let start = before + skipped.len();
        let is_comment = after.trim_start_matches('~').starts_with('!');
        let end = if is_comment && after.trim_start_matches('~').starts_with("!--") {
            "--}}"
        } else {
            "}}"
        };
        // An unclosed tag is a syntax error, which the engine reports.
        let Some((tag, behind)) = after.split_once(end) else {
            break;
        };
        if !is_comment && let Some((what, remedy)) = look(tag, form, &mut block_names) {
            let (line, column) = place(text, start);
            problems.push(Problem {
                file: file.to_owned(),
                line,
                column,
                what: format!("template {}: {what}", form.name),
                remedy,
            });
        }
        before = text.len() - behind.len();
        rest = behind;
    }
    problems
}

fn place(text: &str, start: usize) -> (usize, usize) {
    let before = text.get(..start).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let last = before.rsplit('\n').next().unwrap_or_default();
    (line, last.chars().count() + 1)
}

fn look(tag: &str, form: &TemplateForm, block_names: &mut Vec<String>) -> Option<(String, String)> {
    if tag.starts_with('{') || tag.starts_with('&') {
        return Some((
            "`{{{…}}}` and `{{&…}}` would show a stranger's text unescaped".to_owned(),
            "write `{{…}}`, or `{{markdown …}}` for an approved text".to_owned(),
        ));
    }
    let tag = tag.trim_matches(|c: char| c == '~' || c.is_whitespace());
    if tag.starts_with('/') || tag == "else" || tag == "^" {
        return None;
    }
    if tag.starts_with('>')
        || tag.starts_with("#>")
        || tag.starts_with("#*")
        || tag.starts_with('*')
    {
        return Some((
            format!(
                "unknown partial `{}`",
                tag.trim_matches(['>', '#', '*', ' '])
            ),
            "write its text into the template: there are no partials".to_owned(),
        ));
    }
    let is_block = tag.starts_with('#') || tag.starts_with('^') || tag.starts_with("else ");
    let tag = tag.trim_start_matches(['#', '^']);
    let tag = tag.strip_prefix("else ").unwrap_or(tag);
    let (tag, names) = tag.split_once(" as |").unwrap_or((tag, ""));
    block_names.extend(
        names
            .trim_end_matches('|')
            .split_whitespace()
            .map(str::to_owned),
    );
    let words: Vec<&str> = tag
        .split(|c: char| c.is_whitespace() || c == '(' || c == ')')
        .filter(|word| !word.is_empty())
        .collect();
    let (first, parameters) = words.split_first()?;
    let is_helper = is_block || !parameters.is_empty();
    let helpers: &[&str] = if is_block {
        &["if", "unless", "each", "with"]
    } else {
        &["lines", "quote", "markdown"]
    };
    if !is_helper {
        return variable(first, None, form, block_names);
    }
    if !helpers.contains(first) {
        return Some((
            format!("unknown helper `{first}`"),
            format!("use one of {}", helpers.join(", ")),
        ));
    }
    let parameters = parameters.iter().filter(|word| !CONDITIONS.contains(word));
    parameters
        .filter(|word| !is_literal(word))
        .find_map(|word| variable(word, Some(first), form, block_names))
}

fn is_literal(word: &str) -> bool {
    word.starts_with(['"', '\'']) || word.parse::<f64>().is_ok() || matches!(word, "true" | "false")
}

fn variable(
    word: &str,
    helper: Option<&str>,
    form: &TemplateForm,
    block_names: &[String],
) -> Option<(String, String)> {
    let name = word.trim_start_matches("@root.").trim_start_matches("../");
    if name == "this" || name == "." || name.starts_with('@') {
        return (helper == Some("markdown")).then(|| only_approved(word));
    }
    if block_names.iter().any(|known| known == name) {
        return (helper == Some("markdown")).then(|| only_approved(word));
    }
    let Some(known) = form.variable(name) else {
        let names: Vec<&str> = form.variables.iter().map(|known| known.name).collect();
        return Some((
            format!("unknown variable `{word}`"),
            format!("use one of {}", names.join(", ")),
        ));
    };
    let fits = match helper {
        Some("if" | "unless") => true,
        Some("with") => known.kind != Kind::Flag,
        Some("each") => known.kind == Kind::List,
        Some("markdown") if known.kind != Kind::Markdown => return Some(only_approved(word)),
        _ => !matches!(known.kind, Kind::List | Kind::Flag),
    };
    (!fits).then(|| {
        (
            format!("`{word}` cannot be shown this way"),
            format!(
                "write {}: it is {}",
                usage(known.kind).replace("NAME", known.name),
                known.about
            ),
        )
    })
}

fn only_approved(word: &str) -> (String, String) {
    (
        format!("`{word}` is no approved text, so its marks and links must not count"),
        "write `{{lines …}}` or `{{quote …}}`".to_owned(),
    )
}
