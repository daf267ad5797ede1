//! What is told to whoever answered a letter? Each word of theirs with what came of it; where there was none, how to write one.

use super::super::markup::{escape_line, escape_quote};
use super::super::words::Tongue;
use super::sections::stage;
use crate::letter::{Came, Says, SentLetter, Suggestion};

/// The words, as Markdown.
pub(super) fn told(letter: &SentLetter, came: &[(usize, Came)], tongue: Tongue) -> String {
    if came.is_empty() {
        let none = tongue.choose(
            "There was no word for handoffd in your reply, so nothing was done. If it was for a person, please write to them.",
            "In Ihrer Antwort stand kein Wort für handoffd, also wurde nichts getan. War sie für einen Menschen, schreiben Sie bitte diesem.",
        );
        return none.to_owned();
    }
    let lines = came.iter().map(|(number, came)| {
        let what = letter.suggestion(*number);
        format!("- **{number}**: {}", one(what, came, tongue))
    });
    let mut told = lines.collect::<Vec<_>>().join("\n");
    for (number, came) in came {
        if let Came::Attached { file, .. } = came {
            let head = tongue.either(
                || format!("The file of {number}:"),
                || format!("Die Datei von {number}:"),
            );
            told.push_str(&format!("\n\n{head}\n\n{}", escape_quote(file)));
        }
    }
    told
}

fn one(what: Option<&Suggestion>, came: &Came, tongue: Tongue) -> String {
    match came {
        Came::Advanced { article, to } => {
            let article = escape_line(&article.to_string());
            let to = stage(*to, tongue);
            tongue.either(
                || format!("{article} is now at \"{to}\"."),
                || format!("{article} steht jetzt auf „{to}“."),
            )
        }
        Came::Written { path } => {
            let path = escape_line(path);
            tongue.either(
                || {
                    format!(
                        "the article was written to {path} and counts as soon as it is loaded, in seconds; its answers wait for a person's yes. Read it once more, and \
                         change it there as you like."
                    )
                },
                || {
                    format!(
                        "der Artikel steht in {path} und gilt, sobald er geladen ist, in Sekunden; seine Antworten warten auf das Ja eines Menschen. Lesen Sie ihn noch \
                         einmal, und ändern Sie ihn dort nach Belieben."
                    )
                },
            )
        }
        Came::Attached {
            file_name,
            folder,
            why,
            ..
        } => {
            let [file_name, folder, why] = [file_name, folder, why].map(|text| escape_line(text));
            tongue.either(
                || {
                    format!(
                        "the article comes with this mail: handoffd may not write to {folder} here ({why}). Put {file_name} there and reload handoffd; its \
                         answers wait for a person's yes."
                    )
                },
                || {
                    format!(
                        "der Artikel liegt dieser Mail bei: handoffd darf hier nicht nach {folder} schreiben ({why}). Legen Sie {file_name} dorthin und laden \
                         Sie handoffd neu; seine Antworten warten auf das Ja eines Menschen."
                    )
                },
            )
        }
        Came::Declined => match what {
            Some(Suggestion::Advance { article, .. }) => {
                let article = escape_line(&article.to_string());
                tongue.either(
                    || {
                        format!("{article} stays where it is, and is not suggested again for five weeks.")
                    },
                    || {
                        format!("{article} bleibt, wo er steht, und wird fünf Wochen nicht wieder vorgeschlagen.")
                    },
                )
            }
            _ => tongue
                .choose(
                    "no article, and it is not suggested again.",
                    "kein Artikel, und er wird nicht wieder vorgeschlagen.",
                )
                .to_owned(),
        },
        Came::DecidedBefore(says) => {
            let says = match says {
                Says::Yes => tongue.choose("YES", "JA"),
                Says::No => tongue.choose("NO", "NEIN"),
            };
            tongue.either(
                || format!("{says} was said to it before, and that stands."),
                || format!("dazu wurde schon {says} gesagt, und das bleibt."),
            )
        }
        Came::NoSuchNumber => tongue
            .choose(
                "the letter has no suggestion of that number.",
                "der Brief hat keinen Vorschlag mit dieser Nummer.",
            )
            .to_owned(),
        Came::Impossible { why } => {
            let why = escape_line(why);
            tongue.either(
                || format!("nothing was done: {why}."),
                || format!("es wurde nichts getan: {why}."),
            )
        }
    }
}
