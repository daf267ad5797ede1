//! `[fact.NAME]`: the details that answers need, their normal form, and how to ask for them.

use super::support::TEMPLATE_LANGUAGES;
use super::team::plain_name;
use crate::config::section::{Located, Section};
use crate::config::{Fact, FactForm, FactName, Language};
use std::collections::BTreeMap;

pub(super) fn facts(top: &Section<'_>, support_language: &Language) -> BTreeMap<FactName, Fact> {
    let mut facts = BTreeMap::new();
    for (name, section) in top.section("fact").named_sections() {
        let plain = plain_name(&section, "name", &name, '_');
        let fact = fact(&section, support_language);
        section.refuse_unknown_keys();
        if let Some(name) = plain {
            // With problems in it, the fact still exists: articles may need it.
            facts.insert(FactName(name), fact.unwrap_or_else(fact_stand_in));
        }
    }
    facts
}

fn fact_stand_in() -> Fact {
    Fact {
        form: FactForm::OneOf(Vec::new()),
        example: String::new(),
        ask: BTreeMap::new(),
    }
}

fn fact(section: &Section<'_>, support_language: &Language) -> Option<Fact> {
    let pattern = section.text("pattern");
    let values = section.texts("values").or_else(|| section.texts("one_of"));
    let example = section.text("example");
    let ask = ask(section, support_language);
    let form = match (pattern, values) {
        (Some(pattern), None) => fact_pattern(section, &pattern),
        (None, Some(values)) if !values.value.is_empty() => {
            Some(fact_values(section, values.value))
        }
        (Some(_), Some(values)) => {
            section.problem(
                &values.at,
                "a fact has either `pattern` or `values`",
                "remove one of them",
            );
            None
        }
        (None, _) => {
            let what = format!("{} is missing", section.full_name("pattern"));
            section.problem(
                section.at(),
                what,
                "add `pattern = \"AB-[0-9]{6}\"`, or `values = [\"…\"]`",
            );
            None
        }
    };
    let form = form?;
    let example = match (example, &form) {
        (Some(example), FactForm::Pattern(pattern)) => {
            let whole = regex::Regex::new(&format!("^(?:{pattern})$"));
            if whole.is_ok_and(|whole| !whole.is_match(&example.value)) {
                let what = format!(
                    "{} = \"{}\" does not fit the pattern",
                    section.full_name("example"),
                    example.value
                );
                section.problem(&example.at, what, "correct the example or the pattern");
            }
            example.value
        }
        (Some(example), FactForm::OneOf(values)) => {
            if !values.contains(&example.value) {
                let what = format!(
                    "{} = \"{}\" is none of the values",
                    section.full_name("example"),
                    example.value
                );
                section.problem(
                    &example.at,
                    what,
                    "correct the example, or remove it: the first value is shown then",
                );
            }
            example.value
        }
        (None, FactForm::OneOf(values)) => values.first().cloned().unwrap_or_default(),
        (None, FactForm::Pattern(_)) => String::new(),
    };
    Some(Fact {
        form,
        example,
        ask: ask?,
    })
}

/// A blank value would be found in every mail, and what is found is not asked for.
fn fact_values(section: &Section<'_>, values: Vec<Located<String>>) -> FactForm {
    for value in &values {
        if !value.value.contains(char::is_alphanumeric) {
            let what = format!(
                "{} holds \"{}\", which no mail can name",
                section.full_name("values"),
                value.value
            );
            section.problem(
                &value.at,
                what,
                "write a value with letters or digits, or remove it",
            );
        }
    }
    FactForm::OneOf(values.into_iter().map(|text| text.value).collect())
}

fn fact_pattern(section: &Section<'_>, pattern: &Located<String>) -> Option<FactForm> {
    match regex::RegexBuilder::new(&pattern.value)
        .size_limit(1 << 20)
        .build()
    {
        Ok(compiled) if compiled.is_match("") => {
            let what = format!("{} fits an empty text", section.full_name("pattern"));
            section.problem(
                &pattern.at,
                what,
                "let the pattern need at least one character",
            );
            None
        }
        Ok(_) => Some(FactForm::Pattern(pattern.value.clone())),
        Err(error) => {
            let error = error.to_string();
            let reason = error.lines().last().unwrap_or_default().trim();
            let what = format!(
                "{} is no regular expression: {reason}",
                section.full_name("pattern")
            );
            section.problem(&pattern.at, what, "write it like `AB-[0-9]{6}`");
            None
        }
    }
}

fn ask(section: &Section<'_>, support_language: &Language) -> Option<BTreeMap<Language, String>> {
    if section.holds_section("ask") {
        let by_language = section.section("ask");
        let mut ask = BTreeMap::new();
        for code in TEMPLATE_LANGUAGES {
            if let Some(text) = by_language.text(code) {
                ask.insert(Language(code.to_owned()), text.value);
            }
        }
        by_language.refuse_unknown_keys();
        if !ask.contains_key(support_language) {
            let what = format!(
                "{} has no text in the support language {support_language}",
                section.full_name("ask")
            );
            section.problem(
                by_language.at(),
                what,
                format!("add `ask.{support_language} = \"your …\"`"),
            );
            return None;
        }
        return Some(ask);
    }
    let text = section.required_text("ask", "your order number")?;
    Some(BTreeMap::from([(support_language.clone(), text.value)]))
}
