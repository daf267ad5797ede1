//! Which templates are there, and what may each of them say? One table for the check at start, the sample data, the real data and
//! docs/templates.md.

mod for_customers;
mod for_staff;

use serde_json::{Map, Value, json};

/// What a variable holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// One line; `{{name}}`.
    Line,
    /// Several lines, shown by `{{lines name}}` or `{{quote name}}`.
    Lines,
    /// Approved text, shown by `{{markdown name}}`: the only text whose marks and links count.
    Markdown,
    /// Several lines to be listed: `{{#each name}} … {{this}} … {{/each}}`.
    List,
    /// Whether something is so: `{{#if name}} … {{else}} … {{/if}}`.
    Flag,
}

/// One variable.
#[derive(Clone, Copy, Debug)]
pub(super) struct Variable {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) about: &'static str,
}

const fn variable(name: &'static str, kind: Kind, about: &'static str) -> Variable {
    Variable { name, kind, about }
}

/// A template and what it is for.
#[derive(Clone, Copy, Debug)]
pub(super) struct TemplateForm {
    /// Its file is `LANGUAGE/NAME.hbs`.
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    /// Whether it is an automatic mail to a customer, which must say how to reach a person.
    pub(super) is_automatic: bool,
    /// What its subject or body must show, or the mail would say less than the journal holds of it.
    pub(super) must_show: &'static [&'static str],
    pub(super) variables: &'static [Variable],
}

use Kind::{Line, Lines, List};

const REFERENCE: Variable = variable("reference", Line, "the ticket's reference, `K7QF2-M9XRT`");
const SUPPORT_NAME: Variable = variable("support_name", Line, "`name` in `[support]`");
const SUBJECT: Variable = variable(
    "subject",
    Line,
    "the customer's subject with one `Re:`, or a neutral one where nothing of an unproven sender may be echoed",
);
const HOW: Variable = variable(
    "how_to_reach_a_person",
    Line,
    "that the mail is automatic, how to reach a person, and how to switch automation off; must stand in the first 6 lines",
);
const CUSTOMER: Variable = variable("customer", Line, "name and address of the customer");
const CUSTOMER_SUBJECT: Variable = variable("subject", Line, "the subject of the customer's mail");
const ALSO_ON_IT: Variable = variable(
    "also_on_it",
    Lines,
    "who else is on the customer's mail and gets a copy of your answer, or nothing",
);
const WHO: Variable = variable("who", Line, "who wrote, and how far that is shown");
const REASON: Variable = variable("reason", Line, "why, as a sentence");
const EVIDENCE: Variable = variable("evidence", Line, "the words that decided, or `none`");
const MAIL_TEXT: Variable = variable("mail_text", Lines, "the new text of the mail");
const ATTACHMENTS: Variable = variable("attachments", List, "names and sizes of the files");
const CAN_REPLY: Variable = variable("can_reply", Line, "what a member can reply");
const WANTED: Variable = variable("wanted", Line, "what the customer wants, in one line");
const SUMMARY_WANTED: Variable = variable(
    "summary_wanted",
    List,
    "of a thread or a long mail, what is asked for: sentences that stand in it, each with who wrote it and when",
);
const SUMMARY_HAPPENED: Variable = variable(
    "summary_happened",
    List,
    "likewise, what was reported, answered and promised, in the order in which it was written",
);
const SUMMARY_OPEN: Variable = variable(
    "summary_open",
    List,
    "likewise, what else is open: promises of ours that are overdue, what was asked since our last answer, details that we asked for",
);
const GIVEN: Variable = variable("given", Line, "the facts and files, in one line, or `none`");

/// Every template, in the order of the manual.
pub(super) fn templates() -> impl Iterator<Item = &'static TemplateForm> {
    for_customers::TEMPLATES.iter().chain(for_staff::TEMPLATES)
}

/// The form of that name.
pub(super) fn form(name: &str) -> Option<&'static TemplateForm> {
    templates().find(|form| form.name == name)
}

impl TemplateForm {
    /// The variable of that name.
    pub(super) fn variable(&self, name: &str) -> Option<&'static Variable> {
        self.variables.iter().find(|variable| variable.name == name)
    }

    /// What stands for a variable in the sample, and for no other.
    pub(super) fn mark(name: &str) -> String {
        format!("\u{2039}{name}\u{203A}")
    }

    /// Data to check the template with: everything there, or whatever may be empty, empty.
    pub(super) fn sample(&self, full: bool) -> Value {
        let mut data = Map::new();
        for variable in self.variables {
            let mark = Self::mark(variable.name);
            let value = match (variable.kind, full) {
                (Kind::List, true) => json!([mark, "two"]),
                (Kind::List, false) => json!([]),
                (Kind::Flag, is_so) => json!(is_so),
                (Kind::Lines | Kind::Markdown, true) => json!(format!("{mark}\n\ntwo")),
                (Kind::Lines, false) => json!(""),
                (Kind::Markdown, false) | (Kind::Line, _) => json!(mark),
            };
            data.insert(variable.name.to_owned(), value);
        }
        Value::Object(data)
    }
}
