//! The sections of a letter, as Markdown: what was handled, what went well, what went wrong, articles, what to write next, how to answer. A section that
//! has nothing to say is left out; that nothing went wrong is said.

mod handled;
mod suggested;
mod well_and_wrong;

use super::super::words::Tongue;
use super::words::counted;
use crate::autonomy::Stage;
use crate::config::Team;
use crate::letter::Account;
use crate::numbers::Counts;
use handled::{came_to_team, handled};
use suggested::{articles, gaps};
use well_and_wrong::{well, wrong};

/// Who reads a letter.
#[derive(Clone, Copy, Debug)]
pub enum Audience<'a> {
    /// The admin, who may answer it.
    Admin,
    /// Whoever asks on the command line: nothing of it can be answered by mail.
    Operator,
    /// A team: its own work.
    Team(&'a Team),
}

/// The subject, without the mark before it.
pub(super) fn subject(account: &Account, audience: Audience<'_>, tongue: Tongue) -> String {
    let zone = &account.week.zone;
    let [first, last] = [account.week.from, account.week.until]
        .map(|moment| tongue.day(moment.to_zoned(zone.clone()).date()));
    let week = tongue.either(
        || format!("The week from {first} to {last}"),
        || format!("Die Woche vom {first} bis {last}"),
    );
    let counts = &account.numbers.all;
    let told = match audience {
        Audience::Team(team) => {
            let requests = account.numbers.teams.get(&team.name);
            let requests = requests.map_or(0, |counts| counts.hand_offs + counts.drafts);
            counted(
                tongue,
                requests,
                ["request", "requests"],
                ["Anfrage", "Anfragen"],
            )
        }
        Audience::Admin | Audience::Operator => {
            let mails = counts.customer_mails;
            let mails = counted(tongue, mails, ["mail", "mails"], ["Mail", "Mails"]);
            let (alone, people) = (counts.answers, counts.hand_offs);
            tongue.either(
                || format!("{mails}, {alone} answered alone, {people} to a person"),
                || format!("{mails}, {alone} allein beantwortet, {people} an Menschen"),
            )
        }
    };
    format!("{week}: {told}")
}

/// The sections in their order. For the admin the first is what was handled, the second what went well, the third what went wrong.
pub(super) fn of(account: &Account, audience: Audience<'_>, tongue: Tongue) -> Vec<String> {
    match audience {
        Audience::Team(team) => {
            let none = Counts::default();
            let counts = account.numbers.teams.get(&team.name).unwrap_or(&none);
            let before = account.before.teams.get(&team.name).unwrap_or(&none);
            vec![
                came_to_team(counts, before, tongue),
                well(counts, tongue),
                wrong(account, counts, before, Some(&team.name), tongue),
                replies_go_to_admin(tongue).to_owned(),
            ]
        }
        Audience::Admin | Audience::Operator => {
            let mut sections = vec![
                handled(account, tongue),
                well(&account.numbers.all, tongue),
                wrong(
                    account,
                    &account.numbers.all,
                    &account.before.all,
                    None,
                    tongue,
                ),
            ];
            sections.extend(articles(account, tongue));
            sections.extend(gaps(account, tongue));
            sections.extend(match (audience, account.suggestions.is_empty()) {
                (Audience::Admin, false) => Some(how_to_answer(tongue).to_owned()),
                (Audience::Operator, false) => Some(only_by_mail(tongue).to_owned()),
                _ => None,
            });
            sections
        }
    }
}

/// How to answer a letter.
pub(super) const fn how_to_answer(tongue: Tongue) -> &'static str {
    tongue.choose(
        "---\n\nReply with the word and the number in a line of its own: `YES 1`, or `YES 1, 3`; `NO 2` keeps a suggestion from coming again. Nothing happens to \
         what you do not name, and you are told what was done. A letter can be answered for five weeks.",
        "---\n\nAntworten Sie mit dem Wort und der Nummer in einer eigenen Zeile: `JA 1`, oder `JA 1, 3`; nach `NEIN 2` kommt ein Vorschlag nicht wieder. Was Sie \
         nicht nennen, bleibt, wie es ist, und Sie erfahren, was getan wurde. Ein Brief lässt sich fünf Wochen lang beantworten.",
    )
}

const fn only_by_mail(tongue: Tongue) -> &'static str {
    tongue.choose(
        "---\n\nNumbers are for the letter that comes by mail; here `handoffd autonomy advance NAME` does the same for an article that has earned more.",
        "---\n\nDie Nummern gelten für den Brief, der per Mail kommt; hier tut `handoffd autonomy advance NAME` dasselbe für einen Artikel, der sich mehr verdient hat.",
    )
}

const fn replies_go_to_admin(tongue: Tongue) -> &'static str {
    tongue.choose(
        "---\n\nThis is about your team alone. A reply goes to whoever looks after handoffd.",
        "---\n\nHier geht es nur um Ihr Team. Eine Antwort geht an die Person, die sich um handoffd kümmert.",
    )
}

/// What a stage is called.
pub(super) const fn stage(stage: Stage, tongue: Tongue) -> &'static str {
    match stage {
        Stage::Shadow => tongue.choose("shadow", "Schatten"),
        Stage::Draft => tongue.choose("draft", "Entwurf"),
        Stage::Answer => tongue.choose("answer", "Antwort"),
    }
}

fn section(title: &str, lines: &[String]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let lines: Vec<String> = lines.iter().map(|line| format!("- {line}")).collect();
    format!("## {title}\n\n{}", lines.join("\n"))
}
