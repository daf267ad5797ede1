//! Which templates are there, and what may each of them say? One table for the check at start, the sample data, the real data and
//! docs/templates.md.

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

use Kind::{Flag, Line, Lines, List, Markdown};

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

/// Every template.
pub(super) const TEMPLATES: &[TemplateForm] = &[
    TemplateForm {
        name: "answer",
        about: "an approved answer, sent by itself",
        is_automatic: true,
        must_show: &["reference", "answer"],
        variables: &[
            REFERENCE,
            SUPPORT_NAME,
            SUBJECT,
            HOW,
            variable("answer", Markdown, "the approved text of the article"),
        ],
    },
    TemplateForm {
        name: "question",
        about: "the request for missing details, all in one mail",
        is_automatic: true,
        must_show: &["reference", "questions"],
        variables: &[
            REFERENCE,
            SUPPORT_NAME,
            SUBJECT,
            HOW,
            variable(
                "questions",
                List,
                "how to ask for each missing fact, with its example",
            ),
        ],
    },
    TemplateForm {
        name: "notice",
        about: "what happens next, to the customer, at a hand-off",
        is_automatic: true,
        must_show: &["reference", "promised_by"],
        variables: &[
            REFERENCE,
            SUPPORT_NAME,
            SUBJECT,
            HOW,
            variable("team", Line, "`title` of the team that answers"),
            variable(
                "promised_by",
                Line,
                "by when, in the team's time zone and the customer's language",
            ),
            variable("passed_on", List, "what the person has got already"),
            variable("about_safety", Flag, "somebody may be in danger or hurt"),
            variable(
                "about_security",
                Flag,
                "it reports a security problem or phishing",
            ),
            variable(
                "about_payment_data",
                Flag,
                "it holds card or account data, or is about fraud",
            ),
            variable(
                "about_privacy",
                Flag,
                "they ask for their data or for its erasure",
            ),
            variable(
                "about_legal_matters",
                Flag,
                "it speaks of lawyers, authorities or the press",
            ),
            variable("from_a_child", Flag, "a child seems to be writing"),
            variable(
                "is_upset",
                Flag,
                "they are enraged or in despair: nothing cheerful",
            ),
            variable("asked_for_person", Flag, "they asked for a person"),
            variable(
                "did_not_help",
                Flag,
                "they say that the automatic answer did not help",
            ),
            variable(
                "not_for_machines",
                Flag,
                "what is wanted stands in attachments, or in a mail that is encrypted or too large",
            ),
            variable("asks_several_things", Flag, "they ask for several things"),
        ],
    },
    TemplateForm {
        name: "delay",
        about: "that a promised time went by, and the new time, to the customer",
        is_automatic: true,
        must_show: &["reference", "missed", "promised_by"],
        variables: &[
            REFERENCE,
            SUPPORT_NAME,
            SUBJECT,
            HOW,
            variable("team", Line, "`title` of the team that answers"),
            variable("missed", Line, "the time that was promised and went by"),
            variable("promised_by", Line, "by when an answer comes now"),
        ],
    },
    TemplateForm {
        name: "told",
        about: "what a customer asked for with STATUS or WHY",
        is_automatic: true,
        must_show: &["reference", "lines"],
        variables: &[
            REFERENCE,
            SUPPORT_NAME,
            SUBJECT,
            HOW,
            variable(
                "lines",
                List,
                "how the request stands, or why it was answered like that",
            ),
        ],
    },
    TemplateForm {
        name: "reminder",
        about: "that a promise is due or was not kept, to staff",
        is_automatic: false,
        must_show: &["reference", "what"],
        variables: &[
            REFERENCE,
            SUPPORT_NAME,
            CUSTOMER,
            CUSTOMER_SUBJECT,
            variable("title", Line, "what it is about, in two or three words"),
            variable(
                "what",
                Line,
                "what was promised, and what the customer was told",
            ),
            MAIL_TEXT,
            CAN_REPLY,
        ],
    },
    TemplateForm {
        name: "stop-confirmation",
        about: "that STOP was understood, once",
        is_automatic: true,
        must_show: &["reference"],
        variables: &[REFERENCE, SUPPORT_NAME, SUBJECT, HOW],
    },
    TemplateForm {
        name: "approved-answer",
        about: "a draft that a member said yes to, to the customer; not automatic",
        is_automatic: false,
        must_show: &["reference", "answer"],
        variables: &[
            REFERENCE,
            SUPPORT_NAME,
            SUBJECT,
            variable("answer", Markdown, "the approved text"),
        ],
    },
    TemplateForm {
        name: "staff-reply",
        about: "a member's own words, to the customer; not automatic",
        is_automatic: false,
        must_show: &["reply"],
        variables: &[
            REFERENCE,
            SUPPORT_NAME,
            SUBJECT,
            variable("reply", Lines, "the words as they were written"),
        ],
    },
    TemplateForm {
        name: "packet",
        about: "the hand-off, to staff",
        is_automatic: false,
        must_show: &[
            "reference",
            "reason",
            "evidence",
            "wanted",
            "who",
            "given",
            "missing",
            "tried",
            "told",
            "suggestion",
            "deadlines",
            "can_reply",
        ],
        variables: &[
            REFERENCE,
            SUPPORT_NAME,
            CUSTOMER,
            CUSTOMER_SUBJECT,
            variable("title", Line, "the deciding rule in few words"),
            variable("urgency", Line, "how fast somebody must look at it"),
            REASON,
            EVIDENCE,
            variable(
                "further",
                Line,
                "the other rules that matched, by name, or `none`",
            ),
            variable(
                "further_reasons",
                List,
                "each of them as a sentence, with its words",
            ),
            WANTED,
            SUMMARY_WANTED,
            SUMMARY_HAPPENED,
            SUMMARY_OPEN,
            variable(
                "requests",
                List,
                "each request found, as its sentence, with the nearest approved answer",
            ),
            WHO,
            ALSO_ON_IT,
            variable("language", Line, "the language of the mail"),
            variable("vip", Line, "whether they are on the list of VIPs"),
            variable(
                "earlier",
                Line,
                "the earlier tickets, in one line, or `none`",
            ),
            variable("earlier_tickets", List, "each earlier ticket"),
            variable("oddities", List, "what is odd about the mail"),
            GIVEN,
            variable("facts", List, "each fact found, and where"),
            ATTACHMENTS,
            variable(
                "missing",
                Line,
                "what the nearest article needs and nobody has given, or `none`",
            ),
            variable(
                "tried",
                Line,
                "how many automatic mails went out, and the last, or `none`",
            ),
            variable(
                "tried_list",
                List,
                "each automatic mail: when, which text, how sure, what came back",
            ),
            variable("told", Line, "what the customer was told, in one line"),
            variable("notice", Lines, "what the customer was told, word for word"),
            variable(
                "suggestion",
                Line,
                "the nearest approved answer, of each request where there are several, or `none`",
            ),
            variable("suggested_answer", Lines, "its text, or theirs"),
            variable("deadlines", Line, "what is due when, or `none`"),
            CAN_REPLY,
            MAIL_TEXT,
        ],
    },
    TemplateForm {
        name: "customer-wrote-again",
        about: "further words in a ticket that a person has, to staff",
        is_automatic: false,
        must_show: &["reference", "mail_text"],
        variables: &[
            REFERENCE,
            SUPPORT_NAME,
            CUSTOMER,
            CUSTOMER_SUBJECT,
            WHO,
            ALSO_ON_IT,
            variable(
                "ticket_of",
                Line,
                "the customer, where somebody else wrote; else nothing",
            ),
            REASON,
            SUMMARY_WANTED,
            SUMMARY_HAPPENED,
            SUMMARY_OPEN,
            variable("deadlines", Line, "what is due when, or `none`"),
            ATTACHMENTS,
            CAN_REPLY,
            MAIL_TEXT,
        ],
    },
    TemplateForm {
        name: "draft",
        about: "a proposed answer that waits for a yes, to staff",
        is_automatic: false,
        must_show: &["reference", "answer", "can_reply"],
        variables: &[
            REFERENCE,
            SUPPORT_NAME,
            CUSTOMER,
            CUSTOMER_SUBJECT,
            WHO,
            REASON,
            EVIDENCE,
            WANTED,
            GIVEN,
            variable(
                "withdrawn",
                Line,
                "which draft it takes the place of, and whose yes is void, or nothing",
            ),
            variable(
                "article",
                Line,
                "intent, language and revision of the text, and the number of the draft",
            ),
            variable("answer", Lines, "what `OK` sends, word for word"),
            variable(
                "edited_by",
                Line,
                "who changed it, where a member's text took the place of a draft; else nothing",
            ),
            variable(
                "changes",
                List,
                "what they changed: each sentence that went or came",
            ),
            CAN_REPLY,
            MAIL_TEXT,
        ],
    },
    TemplateForm {
        name: "forwarded",
        about: "a mail that a member forwarded and that may become a ticket, to staff",
        is_automatic: false,
        must_show: &["reference", "customer", "can_reply"],
        variables: &[
            REFERENCE,
            SUPPORT_NAME,
            CUSTOMER,
            CUSTOMER_SUBJECT,
            variable("member", Line, "whose address it was forwarded from"),
            WANTED,
            ATTACHMENTS,
            variable(
                "comment",
                Lines,
                "what stood above the forwarded mail, or nothing",
            ),
            CAN_REPLY,
            variable("mail_text", Lines, "the text of the forwarded mail"),
        ],
    },
    TemplateForm {
        name: "staff-hint",
        about: "that something cannot be done, to the team",
        is_automatic: false,
        must_show: &["reference", "why"],
        variables: &[
            REFERENCE,
            SUPPORT_NAME,
            CUSTOMER,
            CUSTOMER_SUBJECT,
            variable("member", Line, "who wrote"),
            variable("why", Line, "why it cannot be done, and what to do instead"),
            CAN_REPLY,
            MAIL_TEXT,
        ],
    },
    TemplateForm {
        name: "staff-answer",
        about: "what a member asked for (`HELP`, `WHY`, `LATER`), to the team",
        is_automatic: false,
        must_show: &["reference", "answer"],
        variables: &[
            REFERENCE,
            SUPPORT_NAME,
            CUSTOMER,
            CUSTOMER_SUBJECT,
            variable("member", Line, "who asked"),
            variable("title", Line, "what it is, in few words"),
            variable("answer", Line, "the answer, in one line"),
            variable("lines", List, "each word, or each reason"),
            variable(
                "can_reply",
                Line,
                "what a member can reply, unless the lines say it",
            ),
        ],
    },
    TemplateForm {
        name: "seen-outside",
        about: "that somebody wrote to the customer from an address of ours, past us, to staff",
        is_automatic: false,
        must_show: &["reference", "from", "can_reply"],
        variables: &[
            REFERENCE,
            SUPPORT_NAME,
            CUSTOMER,
            CUSTOMER_SUBJECT,
            variable("from", Line, "the address that it bears"),
            variable("deadlines", Line, "what is due when, or `none`"),
            CAN_REPLY,
            MAIL_TEXT,
        ],
    },
    TemplateForm {
        name: "given-to-team",
        about: "a ticket that a member of another team gave away, to the team that has it from here",
        is_automatic: false,
        must_show: &[
            "reference",
            "reason",
            "wanted",
            "given",
            "missing",
            "tried",
            "told",
            "suggestion",
            "deadlines",
            "can_reply",
        ],
        variables: &[
            REFERENCE,
            SUPPORT_NAME,
            CUSTOMER,
            CUSTOMER_SUBJECT,
            variable("member", Line, "who gave it"),
            variable("from_team", Line, "their team"),
            variable(
                "reason",
                Line,
                "why it came to a person, as a sentence or in a few words",
            ),
            EVIDENCE,
            WANTED,
            variable("language", Line, "the language of the ticket"),
            variable("vip", Line, "whether they are on the list of VIPs"),
            variable(
                "earlier",
                Line,
                "the earlier tickets, in one line, or `none`",
            ),
            variable("given", Line, "the facts, in one line, or `none`"),
            variable(
                "missing",
                Line,
                "what the nearest article needs and nobody has given, or `none`",
            ),
            variable(
                "tried",
                Line,
                "how many automatic mails went out, and the last, or `none`",
            ),
            variable("told", Line, "what the customer was told, in one line"),
            variable("suggestion", Line, "the nearest approved answer, or `none`"),
            variable("deadlines", Line, "what is due when, or `none`"),
            variable("story", List, "what happened so far, a line an event"),
            CAN_REPLY,
            variable("mail_text", Lines, "the text of the customer's last mail"),
            variable(
                "has_originals",
                Flag,
                "the customer's mails are attached; they are not once the journal has forgotten them",
            ),
        ],
    },
    TemplateForm {
        name: "delivery-trouble",
        about: "that a mail of ours did not arrive, to staff",
        is_automatic: false,
        must_show: &["reference", "recipient", "why"],
        variables: &[
            REFERENCE,
            SUPPORT_NAME,
            CUSTOMER,
            CUSTOMER_SUBJECT,
            variable("recipient", Line, "whom it did not reach"),
            variable("lost_subject", Line, "which mail"),
            variable("why", Line, "what the servers said"),
            CAN_REPLY,
        ],
    },
];

/// The form of that name.
pub(super) fn form(name: &str) -> Option<&'static TemplateForm> {
    TEMPLATES.iter().find(|form| form.name == name)
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
