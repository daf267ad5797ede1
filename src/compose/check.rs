//! What is wrong with a template? Everything is found in one run, with file, line, column and remedy: also in branches that the sample data
//! does not reach. Reads the admin's files; the only place under `compose` that touches a disk, at start and on reload.

use super::template::{LANGUAGES, Source, id};
use super::variables::{Kind, TemplateForm, form, templates};
use crate::compose::markup::Document;
use crate::config::{Problem, Settings};
use handlebars::{Handlebars, RenderErrorReason};
use std::path::{Path, PathBuf};

/// The lines of its body in which an automatic mail must have said how to reach a person.
const HOW_LINES_MAX: usize = 6;

/// The largest template that is read, in bytes.
const TEMPLATE_MAX_BYTES: u64 = 100_000;

fn problem(file: &Path, line: usize, column: usize, what: String, remedy: String) -> Problem {
    Problem {
        file: file.to_owned(),
        line,
        column,
        what,
        remedy,
    }
}

/// Languages of the settings in which we have no words.
pub(super) fn languages(settings: &Settings) -> Vec<Problem> {
    let support = &settings.support;
    let mut unknown: Vec<&str> = std::iter::once(&support.language)
        .chain(&support.languages)
        .map(|language| language.0.as_str())
        .filter(|language| !LANGUAGES.contains(language))
        .collect();
    unknown.sort_unstable();
    unknown.dedup();
    let found = unknown.into_iter().map(|language| {
        problem(
            &Path::new("templates").join(language),
            1,
            1,
            format!("there are no templates in language `{language}`"),
            format!(
                "name only {} under `language` and `languages` in [support]",
                LANGUAGES.join(" and ")
            ),
        )
    });
    found.collect()
}

/// The site's own templates: `LANGUAGE/NAME.hbs` under the folder. Whatever lies there beside them is named: it was meant for something.
pub(super) fn read_folder(folder: &Path) -> (Vec<Source>, Vec<Problem>) {
    let mut sources = Vec::new();
    let mut problems = Vec::new();
    for language in entries(folder, &mut problems) {
        let known = LANGUAGES
            .iter()
            .find(|known| language.file_name().is_some_and(|name| name == **known));
        let Some(known) = known.filter(|_| language.is_dir()) else {
            problems.push(problem(
                &language,
                1,
                1,
                "this is no folder of templates in a known language".to_owned(),
                format!("folders are named {}", LANGUAGES.join(" or ")),
            ));
            continue;
        };
        for file in entries(&language, &mut problems) {
            match read_template(&file, known) {
                Ok(source) => sources.push(source),
                Err(found) => problems.push(found),
            }
        }
    }
    (sources, problems)
}

fn read_template(file: &Path, language: &str) -> Result<Source, Problem> {
    let name = file.file_name().and_then(|name| name.to_str());
    let name = name.and_then(|name| name.strip_suffix(".hbs"));
    let Some(form) = name.and_then(form) else {
        let names: Vec<&str> = templates().map(|form| form.name).collect();
        return Err(problem(
            file,
            1,
            1,
            "no template has this file name".to_owned(),
            format!("name it NAME.hbs, NAME being one of {}", names.join(", ")),
        ));
    };
    let too_large = std::fs::metadata(file).is_ok_and(|found| found.len() > TEMPLATE_MAX_BYTES);
    let text = if too_large {
        Err(format!("it is larger than {TEMPLATE_MAX_BYTES} bytes"))
    } else {
        std::fs::read_to_string(file).map_err(|error| error.to_string())
    };
    match text {
        Ok(text) => Ok(Source {
            language: language.to_owned(),
            name: form.name.to_owned(),
            file: file.to_owned(),
            text: text.replace("\r\n", "\n"),
        }),
        Err(why) => Err(problem(
            file,
            1,
            1,
            format!("the template cannot be read: {why}"),
            "make it a readable UTF-8 file".to_owned(),
        )),
    }
}

/// What lies in a folder, by name; hidden files are an editor's own affair.
fn entries(folder: &Path, problems: &mut Vec<Problem>) -> Vec<PathBuf> {
    let mut found = match std::fs::read_dir(folder) {
        Ok(entries) => entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| {
                let name = path.file_name().and_then(|name| name.to_str());
                !name.is_some_and(|name| name.starts_with('.') || name.ends_with('~'))
            })
            .collect(),
        Err(error) => {
            problems.push(problem(
                folder,
                1,
                1,
                format!("the folder of templates cannot be read: {error}"),
                "make it readable, or take `folder` out of [templates]".to_owned(),
            ));
            Vec::new()
        }
    };
    found.sort();
    found
}

/// Checks one template and registers it.
pub(super) fn source(
    source: &Source,
    subjects: &mut Handlebars<'static>,
    bodies: &mut Handlebars<'static>,
    problems: &mut Vec<Problem>,
) {
    let Some(form) = form(&source.name) else {
        return;
    };
    let mut lines = source.text.splitn(3, '\n');
    let (first, second, body) = (
        lines.next().unwrap_or_default(),
        lines.next().unwrap_or_default(),
        lines.next().unwrap_or_default(),
    );
    let subject = first.strip_prefix("Subject:").map(str::trim);
    if subject.is_none_or(str::is_empty) || !second.trim().is_empty() {
        problems.push(problem(
            &source.file,
            1,
            1,
            format!("template {} ({}) has no subject", source.name, form.about),
            "begin it with a line `Subject: …` and a blank line".to_owned(),
        ));
        return;
    }
    let before = problems.len();
    problems.extend(super::tags::check(&source.text, form, &source.file));
    if problems.len() > before {
        return;
    }
    // Line and column of what the engine finds are those of the file: the other half is replaced by blanks.
    let subject = first.replacen("Subject:", "        ", 1);
    let body = format!("\n\n{body}");
    let id = id(&source.language, &source.name);
    for (registry, text) in [(&mut *subjects, &subject), (&mut *bodies, &body)] {
        if let Err(error) = registry.register_template_string(&id, text) {
            let (line, column) = error.pos().unwrap_or((1, 1));
            problems.push(problem(
                &source.file,
                line,
                column,
                format!(
                    "template {} cannot be read: {}",
                    source.name,
                    error.reason()
                ),
                "close every `{{` with `}}` and every `{{#…}}` with `{{/…}}`".to_owned(),
            ));
            return;
        }
    }
    for full in [true, false] {
        for registry in [&*subjects, &*bodies] {
            if let Some(found) = rendering_problem(registry, &id, source, form, full) {
                problems.push(found);
                return;
            }
        }
    }
    if form.is_automatic && !says_how_to_reach_a_person(bodies, &id, form) {
        problems.push(problem(
            &source.file,
            3,
            1,
            format!(
                "template {} is for an automatic mail to a customer and does not say how to reach a person",
                source.name
            ),
            format!("put {{{{how_to_reach_a_person}}}} into the first {HOW_LINES_MAX} lines of its body"),
        ));
    }
    let missing = not_shown(subjects, bodies, &id, form);
    if !missing.is_empty() {
        let usages = missing.iter().filter_map(|name| form.variable(name));
        let usages = usages.map(|variable| usage(variable.kind).replace("NAME", variable.name));
        problems.push(problem(
            &source.file,
            3,
            1,
            format!(
                "template {} ({}) does not show {}",
                source.name,
                form.about,
                missing.join(", ")
            ),
            format!("put {} into it", usages.collect::<Vec<_>>().join(" and ")),
        ));
    }
}

/// Variables that the mail must show and does not. Looked for in what comes out, as below.
fn not_shown(
    subjects: &Handlebars<'static>,
    bodies: &Handlebars<'static>,
    id: &str,
    form: &TemplateForm,
) -> Vec<&'static str> {
    let sample = form.sample(true);
    let subject = subjects.render(id, &sample).unwrap_or_default();
    let body = bodies.render(id, &sample).unwrap_or_default();
    let shown = format!("{subject}\n{}", Document::parse(&body).text());
    let names = form.must_show.iter().copied();
    names
        .filter(|name| !shown.contains(&TemplateForm::mark(name)))
        .collect()
}

fn rendering_problem(
    registry: &Handlebars<'static>,
    id: &str,
    source: &Source,
    form: &TemplateForm,
    full: bool,
) -> Option<Problem> {
    let error = registry.render(id, &form.sample(full)).err()?;
    let what = match error.reason() {
        RenderErrorReason::MissingVariable(name) => {
            format!("unknown variable `{}`", name.as_deref().unwrap_or("?"))
        }
        RenderErrorReason::PartialNotFound(name) => format!("unknown partial `{name}`"),
        RenderErrorReason::HelperNotFound(name) => format!("unknown helper `{name}`"),
        other => other.to_string(),
    };
    Some(problem(
        &source.file,
        error.line_no.unwrap_or(1),
        error.column_no.unwrap_or(1),
        format!("template {} cannot be rendered: {what}", source.name),
        "see docs/templates.md for what may stand in it".to_owned(),
    ))
}

/// Looks at what comes out, not at what is written: a comment or a branch that is never taken says nothing to anybody.
fn says_how_to_reach_a_person(bodies: &Handlebars<'static>, id: &str, form: &TemplateForm) -> bool {
    [true, false].into_iter().all(|full| {
        let body = bodies.render(id, &form.sample(full)).unwrap_or_default();
        let text = Document::parse(&body).text();
        text.lines()
            .take(HOW_LINES_MAX)
            .any(|line| line.contains("how_to_reach_a_person"))
    })
}

/// How a variable of that kind is written.
pub(super) const fn usage(kind: Kind) -> &'static str {
    match kind {
        Kind::Line => "{{NAME}}",
        Kind::Lines => "{{lines NAME}} or {{quote NAME}}",
        Kind::Markdown => "{{markdown NAME}}",
        Kind::List => "{{#each NAME}} … {{this}} … {{/each}}",
        Kind::Flag => "{{#if NAME}} … {{/if}}",
    }
}
