//! From answers to files: settings, articles to begin with, the password, and what lets the unit have it. Pure.

use super::answers::{Answers, Question};
use super::place::Place;
use crate::knowledge::place_to_write;
use std::path::PathBuf;

/// The file with the password of both servers, beside the settings.
pub(super) const PASSWORD: &str = "mail.password";
/// What lets the unit have the password as a credential.
pub(super) const DROP_IN: &str = "password.conf";

/// A file that is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NewFile {
    /// Seen from the folder of the settings.
    pub(super) path: PathBuf,
    pub(super) text: String,
    pub(super) mode: u32,
}

impl NewFile {
    /// One that anybody may read who may enter the folder.
    pub(super) fn open(path: &str, text: String) -> Self {
        Self {
            path: path.into(),
            text,
            mode: 0o644,
        }
    }
}

/// All of them, for this folder.
pub(super) fn files(answers: &Answers, place: &Place, settings_name: &str) -> Vec<NewFile> {
    let hours = answers.of(Question::Hours);
    let password = match answers.of(Question::Password) {
        "" => String::new(),
        password => format!("{password}\n"),
    };
    vec![
        NewFile::open(settings_name, settings(answers, place)),
        NewFile {
            mode: 0o600,
            ..NewFile::open(PASSWORD, password)
        },
        NewFile::open(DROP_IN, place.drop_in(PASSWORD)),
        NewFile::open(
            "knowledge/opening-hours.md",
            article(
                "opening-hours",
                "When are you open?",
                &[
                    "When are you open?",
                    "What are your opening hours?",
                    "Are you open on Saturday?",
                    "Until when can I reach you?",
                ],
                &format!(
                    "We read and answer mails {hours}. {}",
                    place_to_write("when your shop or your phone can be reached.")
                ),
            ),
        ),
        NewFile::open(
            "knowledge/delivery-time.md",
            article(
                "delivery-time",
                "How long does delivery take?",
                &[
                    "How long does delivery take?",
                    "When will my order arrive if I order today?",
                    "How many days until it is here?",
                    "What is your delivery time?",
                ],
                &place_to_write("how long delivery takes, to which countries, and what it costs."),
            ),
        ),
        NewFile::open(
            "knowledge/return-how-to.md",
            article(
                "return-how-to",
                "How do I return something?",
                &[
                    "How do I return something?",
                    "I want to send the order back, how does that work?",
                    "How can I return goods that I do not want?",
                    "What is your return policy?",
                ],
                &place_to_write("how something is returned, until when, and who pays for it."),
            ),
        ),
    ]
}

/// A text for a TOML file.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// A daemon that is begun by hand finds no folders of the unit; all that it makes is to lie here.
const BY_HAND: &str = r#"
# Beside these settings, for a try by hand. Take both out where the unit runs it: that has folders of its own.
[store]
path = "state/store"

[control]
socket = "state/control.sock"
"#;

fn settings(answers: &Answers, place: &Place) -> String {
    let of = |question| quoted(answers.of(question));
    let members: Vec<String> = answers
        .members()
        .iter()
        .map(|member| quoted(member))
        .collect();
    let admin = members.first().cloned().unwrap_or_default();
    format!(
        r#"# Written by `handoffd init`. Every key there is, with its default: /usr/share/doc/handoffd/examples/handoffd.toml, docs/admin.md.

[support]
address = {address}
name    = {name}
# Who is told when handoffd itself needs a person.
admin   = {admin}

[inbox]
host = {inbox}
user = {user}
password_file = "{PASSWORD}"

[smtp]
host = {smtp}
user = {user}
password_file = "{PASSWORD}"

[automation]
# Decides and records, sends nothing: for a week. Then "draft" shows every answer to the team first, and "live" sends what it is sure of.
mode = "shadow"

[autonomy]
# Each article is proposed to people until it has earned to answer by itself, by its own record and with your yes: `handoffd autonomy`.
advance = "ask"
start = "draft"

[knowledge]
folder = "knowledge"
{by_hand}
[[team]]
name     = "care"
# What customers know it as.
title    = {{ en = "our team", de = "unser Team" }}
address  = {team}
members  = [{members}]
hours    = {hours}
timezone = {zone}
# What customers are told when a person has their mail: an answer within so much of the hours above.
reply_within = "4h"
"#,
        address = of(Question::Address),
        by_hand = if place.is_usual() { "" } else { BY_HAND },
        name = of(Question::Name),
        inbox = of(Question::InboxHost),
        smtp = of(Question::SmtpHost),
        user = of(Question::User),
        team = of(Question::Team),
        members = members.join(", "),
        hours = of(Question::Hours),
        zone = of(Question::Zone),
    )
}

/// It is proposed to staff until it has earned more: nobody has approved these words yet.
fn article(intent: &str, title: &str, asks: &[&str], text: &str) -> String {
    let asks: Vec<String> = asks
        .iter()
        .map(|ask| format!("  {},\n", quoted(ask)))
        .collect();
    format!(
        "+++\nintent = {}\ntitle = {}\n# How far it may go: `answer` sends it by itself once it has earned that ([autonomy] in the settings), and proposes it to the team until then; `draft` always does.\nmode = \"answer\"\nask = [\n{}]\n+++\n{text}\n",
        quoted(intent),
        quoted(title),
        asks.concat()
    )
}

#[cfg(test)]
mod tests;
