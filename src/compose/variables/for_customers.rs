//! What do the templates of mails to customers know?

use super::Kind::{Flag, Line, Lines, List, Markdown};
use super::{HOW, REFERENCE, SUBJECT, SUPPORT_NAME, TemplateForm, variable};

/// These templates, in the order of the manual.
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
            variable(
                "lawful_by",
                Line,
                "by when the law wants a request about personal data done; empty where it is none",
            ),
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
];
