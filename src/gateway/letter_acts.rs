//! What does a yes in answer to a letter do? An article goes on that has earned it, or a new one is written into its folder. Each can be done twice
//! without harm: a daemon that ends between the deed and its record does it again at the next start, and finds it done.

use super::Office;
use super::letter_watch::LookedAtLetters;
use crate::autonomy::{Act, Stage, Weighed, act};
use crate::journal::{Journal, JournalError};
use crate::knowledge::{NotWritten, write_new};
use crate::letter::{Came, NewArticle, Says, SentLetter, Suggestion};
use crate::report;
use jiff::Timestamp;

/// Why an article does not go on.
enum Stays {
    Journal(JournalError),
    No(String),
    /// It is there already.
    There(Stage),
}

impl From<JournalError> for Stays {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

/// Carries out the answer at this place, where that is still to be done, and tells whoever gave it.
pub(super) fn carry_out(
    journal: &Journal,
    office: &Office,
    letter: &SentLetter,
    place: usize,
    now: Timestamp,
) -> Result<LookedAtLetters, JournalError> {
    let Some(answer) = letter.answers.get(place).filter(|answer| !answer.is_done) else {
        return Ok(LookedAtLetters::default());
    };
    let mut came = Vec::new();
    for word in &answer.words {
        let who = format!("{}, answering the weekly letter", answer.from);
        let one = match letter.said_before(word.number, place) {
            Some(before) => Came::DecidedBefore(before),
            None => match (letter.suggestion(word.number), word.says) {
                (None, _) => Came::NoSuchNumber,
                (Some(_), Says::No) => Came::Declined,
                (Some(suggestion), Says::Yes) => accept(journal, office, suggestion, &who, now)?,
            },
        };
        came.push((word.number, one));
    }
    let has_new_article = (came.iter()).any(|(_, came)| matches!(came, Came::Written { .. }));
    let told = (office.writer).letter_answered(letter, answer, &came, &office.settings, now);
    let in_vain = came.iter().filter(|(_, came)| came.is_in_vain());
    let in_vain = in_vain.map(|(number, _)| *number).collect();
    let (id, mail) = (&letter.message_id, &answer.mail);
    let mails = journal.letter_carried_out(id, mail, in_vain, told, now)?;
    report::gateway::letter_answer_carried_out(answer.words.len());
    Ok(LookedAtLetters {
        mails: mails.len(),
        has_new_article,
    })
}

fn accept(
    journal: &Journal,
    office: &Office,
    suggestion: &Suggestion,
    who: &str,
    now: Timestamp,
) -> Result<Came, JournalError> {
    match suggestion {
        Suggestion::Advance {
            article,
            from,
            text,
        } => {
            let weighed = journal.change_stages(
                |standings| {
                    let standing = standings.get(article);
                    let standing = standing.ok_or_else(|| no("it stands nowhere any more"))?;
                    if standing.text != *text {
                        return Err(no("its text was changed since the letter was written"));
                    }
                    if Some(standing.stage) == from.next() {
                        return Err(Stays::There(standing.stage));
                    }
                    if standing.stage != *from {
                        return Err(no("it stands elsewhere since the letter was written"));
                    }
                    let (change, after) = act(article, standing, Act::Advance, who, now)
                        .map_err(|why| no(&why.to_string()))?;
                    Ok(Weighed {
                        standings: vec![(article.clone(), after)],
                        changes: vec![change],
                    })
                },
                |_| None,
            );
            match weighed {
                Ok(weighed) => {
                    weighed
                        .changes
                        .iter()
                        .for_each(report::gateway::stage_changed);
                    Ok(Came::Advanced {
                        article: article.clone(),
                        to: from.next().unwrap_or(*from),
                    })
                }
                Err(Stays::There(to)) => Ok(Came::Advanced {
                    article: article.clone(),
                    to,
                }),
                Err(Stays::No(why)) => Ok(Came::Impossible { why }),
                Err(Stays::Journal(error)) => Err(error),
            }
        }
        Suggestion::Write { article, .. } => Ok(write(office, article)),
        Suggestion::Forgotten => Ok(Came::Impossible {
            why: "the customers whose words it was made of were forgotten".to_owned(),
        }),
    }
}

fn no(why: &str) -> Stays {
    Stays::No(why.to_owned())
}

/// Writes the article into its folder; where nothing can be written there, its file goes with the mail.
fn write(office: &Office, article: &NewArticle) -> Came {
    let settings = &office.settings;
    let file_name = article.file_name(&settings.support.language);
    let known = NewArticle {
        // A team that is gone by now is nobody's.
        team: (article.team.clone()).filter(|team| settings.team(team).is_some()),
        ..article.clone()
    };
    let file = known.file();
    match write_new(
        settings,
        &office.knowledge,
        &article.intent,
        &file_name,
        &file,
    ) {
        Ok(path) => Came::Written {
            path: path.display().to_string(),
        },
        Err(NotWritten::Folder(why)) => Came::Attached {
            file_name,
            folder: settings.knowledge.folder.display().to_string(),
            why: why.to_string(),
            file,
        },
        Err(why) => Came::Impossible {
            why: why.to_string(),
        },
    }
}
