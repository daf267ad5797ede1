//! Every mistake in a site's own template is found at start, by file, line and column.

use super::*;
use crate::compose::variables::templates;
use crate::config::Problem;

fn load_with(name: &str, text: &str) -> Result<Writer, Vec<Problem>> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    let mut settings = settings();
    settings.templates_folder = Some(folder.path().to_owned());
    Writer::load(&settings, key())
}

#[test]
fn mistakes_are_named_with_their_place() {
    let how = "{{how_to_reach_a_person}}";
    let rows = [
        (
            "en/notice.hbs",
            format!("Subject: x\n\n{how}\n{{{{teem}}}}\n"),
            "4:1: template notice: unknown variable `teem`",
        ),
        (
            "en/notice.hbs",
            format!("Subject: {{{{nope}}}}\n\n{how}\n"),
            "1:10: template notice: unknown variable `nope`",
        ),
        (
            "en/notice.hbs",
            format!("Subject: x\n\n{how}\n a {{{{#if nope}}}}b{{{{/if}}}}\n"),
            "4:4: template notice: unknown variable `nope`",
        ),
        (
            "en/notice.hbs",
            format!("Subject: x\n\n{how}\n{{{{> part}}}}\n"),
            "4:1: template notice: unknown partial `part`",
        ),
        (
            "en/notice.hbs",
            format!("Subject: x\n\n{how}\n{{{{shout team}}}}\n"),
            "4:1: template notice: unknown helper `shout`",
        ),
        (
            "en/notice.hbs",
            format!("Subject: x\n\n{how}\n{{{{#if team}}}}\n"),
            "template notice cannot be read",
        ),
        (
            "en/notice.hbs",
            format!("Subject: x\n\n{how}\n{{{{{{team}}}}}}\n"),
            "unescaped",
        ),
        (
            "en/notice.hbs",
            format!("Subject: x\n\n{how}\n{{{{markdown team}}}}\n"),
            "`team` is no approved text",
        ),
        (
            "en/notice.hbs",
            format!("Subject: x\n\n{how}\n{{{{passed_on}}}}\n"),
            "`passed_on` cannot be shown this way",
        ),
        (
            "en/notice.hbs",
            format!("{how}\n"),
            "1:1: template notice (what happens next, to the customer, at a hand-off) has no subject",
        ),
        (
            "en/notice.hbs",
            "Subject: {{reference}}\n\nUntil {{promised_by}}\n".to_owned(),
            "does not say how to reach a person",
        ),
        (
            "de/answer.hbs",
            format!(
                "Subject: {{{{reference}}}}\n\n{}{{{{markdown answer}}}}\n\n{how}\n",
                "- a\n".repeat(7)
            ),
            "does not say how to reach a person",
        ),
        (
            "en/question.hbs",
            format!(
                "Subject: {{{{reference}}}}\n\n{{{{!-- {how} --}}}}\n{{{{#each questions}}}}\n- {{{{this}}}}\n{{{{/each}}}}\n"
            ),
            "does not say how to reach a person",
        ),
        (
            "en/notice.hbs",
            format!("Subject: x\n\n{how}\nUntil {{{{promised_by}}}}\n"),
            "3:1: template notice (what happens next, to the customer, at a hand-off) does not show reference; put {{reference}} into it",
        ),
        (
            "en/staff-reply.hbs",
            "Subject: x\n\nHello,\n{{!-- {{lines reply}} --}}\n".to_owned(),
            "does not show reply; put {{lines reply}} or {{quote reply}} into it",
        ),
        (
            "en/packet.hbs",
            "Subject: [{{reference}}]\n\n{{lines mail_text}}\n".to_owned(),
            "does not show reason, evidence, wanted, who, given, missing, tried, told, suggestion, deadlines, can_reply",
        ),
        (
            "en/notise.hbs",
            "Subject: x\n\nx\n".to_owned(),
            "no template has this file name",
        ),
        (
            "en/notice.txt",
            "Subject: x\n\nx\n".to_owned(),
            "no template has this file name",
        ),
        (
            "fr/notice.hbs",
            "Subject: x\n\nx\n".to_owned(),
            "no folder of templates in a known language",
        ),
    ];
    for (name, text, expected) in rows {
        let problems = load_with(name, &text).err().unwrap();
        let shown: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert!(
            shown.iter().any(|problem| problem.contains(expected)),
            "{text:?}\n{shown:?}\n{expected}"
        );
        assert_eq!(problems.len(), 1, "{shown:?}");
    }
}

#[test]
fn a_language_without_words_is_refused() {
    let mut settings = settings();
    settings.support.languages.push(language("fr"));
    let problems = Writer::load(&settings, key()).err().unwrap();
    assert!(
        problems[0]
            .to_string()
            .contains("no templates in language `fr`")
    );
}

#[test]
fn a_sites_own_template_takes_the_place_of_the_built_in_one() {
    let text = "Subject: Passed on\r\n\r\n{{how_to_reach_a_person}}\r\n\r\nOur {{team}} answers by {{promised_by}}, see {{reference}}. {{#if passed_on}}{{#each passed_on as |thing|}}{{thing}}; {{/each}}{{/if}}\r\n";
    let writer = load_with("en/notice.hbs", text).unwrap();
    let situation = TestSituation::new();
    let decision = decision(Action::HandOff(hand_off()));
    let composed = situation
        .look(|it| writer.compose(&decision, it, RAW))
        .unwrap();
    let notice = mail_for(&composed, Purpose::Notice);
    assert!(
        notice.subject.starts_with("Passed on ["),
        "{}",
        notice.subject
    );
    for words in ["Our our desk answers by ", "your mail, word for word;"] {
        assert!(notice.text.contains(words), "{}", notice.text);
    }
}

/// The part of docs/templates.md that follows from the code.
fn reference() -> String {
    let mut text = String::new();
    for form in templates() {
        let automatic = if form.is_automatic {
            " Automatic: must say how to reach a person."
        } else {
            ""
        };
        text.push_str(&format!(
            "### `{}`\n\n{}.{automatic} Must show {}.\n\n| variable | kind | what |\n|---|---|---|\n",
            form.name,
            form.about,
            form.must_show
                .iter()
                .map(|name| format!("`{name}`"))
                .collect::<Vec<_>>()
                .join(", ")
        ));
        for variable in form.variables {
            let kind = format!("{:?}", variable.kind).to_lowercase();
            text.push_str(&format!(
                "| `{}` | {kind} | {} |\n",
                variable.name, variable.about
            ));
        }
        text.push('\n');
    }
    text
}

#[test]
fn the_manual_names_every_template_and_variable() {
    let manual = include_str!("../../../docs/templates.md");
    let reference = reference();
    if !manual.contains(reference.trim_end()) {
        panic!(
            "docs/templates.md is not up to date; its section `The templates` must read:\n\n{reference}"
        );
    }
}
