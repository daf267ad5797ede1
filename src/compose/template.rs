//! Are the templates right, and what do they say with this data? Built in, or the site's own by file; each is rendered with sample data
//! before it is ever used, so that a mistake is found at start and not in front of a customer.

use super::ComposeError;
use super::check;
use super::markup::{Document, escape_line, escape_lines, escape_quote};
use crate::config::{Language, Problem, Settings};
use handlebars::{Context, Handlebars, Helper, HelperResult, Output, RenderContext, RenderError};
use serde_json::Value;
use std::path::{Path, PathBuf};

macro_rules! built_in {
    ($($language:literal: $($name:literal),*;)*) => {
        /// Language, name and source of every built-in template.
        const BUILT_IN: &[(&str, &str, &str)] = &[$($(
            ($language, $name, include_str!(concat!("../../templates/", $language, "/", $name, ".hbs")))
        ),*),*];
    };
}
built_in! {
    "en": "answer", "question", "notice", "stop-confirmation", "approved-answer", "staff-reply", "packet",
          "customer-wrote-again", "draft", "forwarded", "staff-hint", "staff-answer", "seen-outside", "given-to-team",
          "delivery-trouble", "delivery-in-doubt", "answer-withdrawn", "delivery-delayed", "too-large", "reminder", "delay", "told";
    "de": "answer", "question", "notice", "stop-confirmation", "approved-answer", "staff-reply", "packet",
          "customer-wrote-again", "draft", "forwarded", "staff-hint", "staff-answer", "seen-outside", "given-to-team",
          "delivery-trouble", "delivery-in-doubt", "answer-withdrawn", "delivery-delayed", "too-large", "reminder", "delay", "told";
}

/// The languages that templates are built in for. The words that the code puts into them are there in these only.
pub(super) const LANGUAGES: [&str; 2] = ["en", "de"];

/// One template as it was read.
pub(super) struct Source {
    pub(super) language: String,
    pub(super) name: String,
    /// Where it stands; built-in ones are named as they lie in the source of handoffd.
    pub(super) file: PathBuf,
    pub(super) text: String,
}

/// All templates, checked.
pub(super) struct Templates {
    subjects: Handlebars<'static>,
    bodies: Handlebars<'static>,
}

/// A mail's subject and body as a template made them.
#[derive(Debug)]
pub(super) struct Rendered {
    pub(super) subject: String,
    pub(super) document: Document,
}

impl Templates {
    /// Reads the folder of the site and checks everything.
    pub(super) fn load(settings: &Settings) -> Result<Self, Vec<Problem>> {
        let mut problems = check::languages(settings);
        let mut sources: Vec<Source> = BUILT_IN
            .iter()
            .map(|(language, name, text)| Source {
                language: (*language).to_owned(),
                name: (*name).to_owned(),
                file: Path::new("templates")
                    .join(language)
                    .join(format!("{name}.hbs")),
                text: (*text).to_owned(),
            })
            .collect();
        if let Some(folder) = &settings.templates_folder {
            let (own, further) = check::read_folder(folder);
            problems.extend(further);
            for source in own {
                sources
                    .retain(|other| other.language != source.language || other.name != source.name);
                sources.push(source);
            }
        }
        let templates = Self::from_sources(&sources, &mut problems);
        if problems.is_empty() {
            Ok(templates)
        } else {
            problems.sort();
            Err(problems)
        }
    }

    fn from_sources(sources: &[Source], problems: &mut Vec<Problem>) -> Self {
        let mut templates = Self {
            subjects: Handlebars::new(),
            bodies: Handlebars::new(),
        };
        templates.subjects.set_strict_mode(true);
        templates.subjects.register_escape_fn(handlebars::no_escape);
        templates.bodies.set_strict_mode(true);
        templates.bodies.register_escape_fn(escape_line);
        for helper in [Show::Lines, Show::Quote, Show::Markdown] {
            templates
                .bodies
                .register_helper(helper.name(), Box::new(helper));
        }
        for source in sources {
            check::source(
                source,
                &mut templates.subjects,
                &mut templates.bodies,
                problems,
            );
        }
        templates
    }

    /// The template with this data.
    pub(super) fn render(
        &self,
        name: &str,
        language: &Language,
        data: &Value,
    ) -> Result<Rendered, ComposeError> {
        let failed = |error: RenderError| ComposeError::Template {
            name: format!("{language}/{name}"),
            why: error.to_string(),
        };
        let id = id(&language.0, name);
        let subject = self.subjects.render(&id, data).map_err(failed)?;
        let body = self.bodies.render(&id, data).map_err(failed)?;
        Ok(Rendered {
            subject: crate::mail::HeaderText::clean(&subject).as_str().to_owned(),
            document: Document::parse(&body),
        })
    }
}

/// The name of a template in the registries.
pub(super) fn id(language: &str, name: &str) -> String {
    format!("{language}/{name}")
}

/// The helpers that show text of several lines.
#[derive(Clone, Copy)]
enum Show {
    /// The lines as they are.
    Lines,
    /// As a quote.
    Quote,
    /// Approved text, whose marks and links count. The check lets it stand only before variables of that kind.
    Markdown,
}

impl Show {
    const fn name(self) -> &'static str {
        match self {
            Self::Lines => "lines",
            Self::Quote => "quote",
            Self::Markdown => "markdown",
        }
    }
}

impl handlebars::HelperDef for Show {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let value = helper.param(0).filter(|value| !value.is_value_missing());
        let Some(value) = value else {
            return Err(RenderError::strict_error(
                helper.param(0).and_then(|value| value.relative_path()),
            ));
        };
        let text = value.value().as_str().unwrap_or_default();
        let shown = match self {
            Self::Lines => escape_lines(text),
            Self::Quote => escape_quote(text),
            Self::Markdown => text.trim().to_owned(),
        };
        Ok(out.write(&shown)?)
    }
}
