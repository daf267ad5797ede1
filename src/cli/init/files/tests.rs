//! What is written is what was answered.

use super::super::asking::Asking;
use super::*;
use std::path::Path;

const GIVEN: &str = "The \"Tea\" Shop\nhelp@tea.example\n\nmail.tea.example\n\n pass \"word\" \ncare@tea.example\nRosa <rosa@tea.example>; leo@tea.example\nMon-Thu 8:30-16\nEurope/Berlin\n";

fn answers(lines: &'static str) -> Result<Answers, String> {
    let mut asking = Asking::of_lines(lines);
    let mut answers = Answers::default();
    for question in Question::ALL {
        let given = asking.answer(question, &answers)?;
        answers.take(question, given);
    }
    Ok(answers)
}

#[test]
fn empty_answers_mean_what_was_offered() {
    let answers = answers(GIVEN).unwrap();
    assert_eq!(answers.of(Question::InboxHost), "imap.tea.example");
    assert_eq!(answers.of(Question::SmtpHost), "mail.tea.example");
    assert_eq!(answers.of(Question::User), "help@tea.example");
    assert_eq!(answers.of(Question::Password), " pass \"word\" ");
    assert_eq!(answers.members(), ["rosa@tea.example", "leo@tea.example"]);
}

#[test]
fn the_settings_are_those_of_a_snapshot_and_the_password_is_in_its_file_alone() {
    let files = files(
        &answers(GIVEN).unwrap(),
        &Place::of("/etc/handoffd/handoffd.toml".into()),
        "handoffd.toml",
    );
    insta::assert_snapshot!(files[0].text);
    let (secret, others): (Vec<_>, Vec<_>) = files.iter().partition(|file| file.mode == 0o600);
    assert_eq!(secret[0].text, " pass \"word\" \n");
    assert!(others.iter().all(|file| !file.text.contains("pass \"word")));
    let drop_in = &others
        .iter()
        .find(|file| file.path == Path::new(DROP_IN))
        .unwrap()
        .text;
    assert!(drop_in.contains("LoadCredential=mail.password:/etc/handoffd/mail.password"));
}

#[test]
fn what_is_no_answer_is_said_with_what_would_be_one() {
    let rows = [
        ("\n", "write a name"),
        ("Shop\nhelp\n", "`help` is no address"),
        (
            "Shop\nh@t.example\nimap tea\n",
            "`imap tea` is no server's name",
        ),
        ("Shop\nh@t.example\n\n\n\n\nH@t.example\n", "is watched"),
        (
            "Shop\nh@t.example\n\n\n\n\nc@t.example\n,\n",
            "at least one address",
        ),
        (
            "Shop\nh@t.example\n\n\n\n\nc@t.example\na@t.example b\n",
            "`b` is no address",
        ),
        (
            "Shop\nh@t.example\n\n\n\n\nc@t.example\na@t.example\nMon 25:00-26:00\n",
            "write days and hours like `Mon-Fri",
        ),
        (
            "Shop\nh@t.example\n\n\n\n\nc@t.example\na@t.example\n\nMars/Base\n",
            "is no time zone",
        ),
        ("Sh\u{1b}op\n", "one line of text"),
        ("Shop\n", "there is no answer to: Which address"),
    ];
    for (lines, expected) in rows {
        let why = answers(lines).unwrap_err();
        assert!(why.contains(expected), "{lines:?}: {why}");
    }
}

#[test]
fn elsewhere_what_the_daemon_makes_lies_beside_its_settings() {
    let written = |config: &str| {
        let place = Place::of(config.into());
        let files = files(&answers(GIVEN).unwrap(), &place, "handoffd.toml");
        files[0].text.clone()
    };
    let usual = written("/etc/handoffd/handoffd.toml");
    assert!(!usual.contains("[store]") && !usual.contains("[control]"));
    let elsewhere = written("/srv/desk/handoffd.toml");
    assert!(elsewhere.contains("[store]\npath = \"state/store\"\n"));
    assert!(elsewhere.contains("[control]\nsocket = \"state/control.sock\"\n"));
}
