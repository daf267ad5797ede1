//! The stored form of what a decision was made of, and of the desk that made it.

use super::FieldError;
use super::autonomy::{StandingForm, article};
use super::brake::BrakeForm;
use crate::autonomy::Earned;
use crate::decide::{NotLeft, Repeats, Standing};
use crate::journal::judged::{Desk, JudgedOn};
use crate::mail::MessageId;
use crate::ticket::TicketId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A decision: digests, and what was counted.
#[derive(Serialize, Deserialize)]
pub(in crate::journal) struct JudgedForm {
    at: Timestamp,
    pub(in crate::journal) desk: String,
    mail: String,
    /// Not in records of before there were lookups, or where none was asked.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    looked_up: String,
    past: String,
    refuses_automation: bool,
    automatic: [u32; 5],
    repeats: RepeatsForm,
    #[serde(skip_serializing_if = "Option::is_none")]
    brake: Option<BrakeForm>,
    /// Not in records of before it was looked at, or where all had left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    not_left: Vec<NotLeftForm>,
    /// Not in records of before it was looked at, or where nobody asks what was earned: by article.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    earned: Option<BTreeMap<String, StandingForm>>,
    came_to: String,
}

/// A mail of ours that had not left.
#[derive(Serialize, Deserialize)]
struct NotLeftForm {
    mail: String,
    standing: String,
    why: Option<String>,
}

impl From<&NotLeft> for NotLeftForm {
    fn from(one: &NotLeft) -> Self {
        let standing = match one.standing {
            Standing::Waits => "waits",
            Standing::InDoubt => "in doubt",
            Standing::GivenUp => "given up",
        };
        Self {
            mail: one.mail.as_str().to_owned(),
            standing: standing.to_owned(),
            why: one.why.clone(),
        }
    }
}

impl NotLeftForm {
    /// What a later program may say of it is left out: the decision made again differs then, and says so.
    fn read(self) -> Option<NotLeft> {
        Some(NotLeft {
            mail: MessageId::parse(&self.mail)?,
            standing: match self.standing.as_str() {
                "waits" => Standing::Waits,
                "in doubt" => Standing::InDoubt,
                "given up" => Standing::GivenUp,
                _ => return None,
            },
            why: self.why,
        })
    }
}

/// How often the same came before: counts, and the references of tickets.
#[derive(Serialize, Deserialize)]
struct RepeatsForm {
    counts: [u32; 5],
    last_with_text: Option<String>,
    last_of_sender: Option<String>,
}

impl From<&Repeats> for RepeatsForm {
    fn from(repeats: &Repeats) -> Self {
        let name = |id: &Option<TicketId>| id.as_ref().map(|id| id.compact().to_owned());
        Self {
            counts: [
                repeats.same_of_sender_in_day,
                repeats.same_of_domain_in_day,
                repeats.same_of_domain_in_hour,
                repeats.same_in_hour,
                repeats.of_sender_in_hour,
            ],
            last_with_text: name(&repeats.last_with_text),
            last_of_sender: name(&repeats.last_of_sender),
        }
    }
}

impl From<RepeatsForm> for Repeats {
    fn from(form: RepeatsForm) -> Self {
        let ticket = |name: Option<String>| name.as_deref().and_then(TicketId::parse);
        let [
            same_of_sender_in_day,
            same_of_domain_in_day,
            same_of_domain_in_hour,
            same_in_hour,
            of_sender_in_hour,
        ] = form.counts;
        Self {
            same_of_sender_in_day,
            same_of_domain_in_day,
            same_of_domain_in_hour,
            same_in_hour,
            of_sender_in_hour,
            last_with_text: ticket(form.last_with_text),
            last_of_sender: ticket(form.last_of_sender),
        }
    }
}

/// A desk.
#[derive(Serialize, Deserialize)]
pub(in crate::journal) struct DeskForm {
    program: String,
    settings: String,
    templates: String,
    meaning: String,
    learned: String,
    key: String,
    articles: BTreeMap<String, String>,
}

impl JudgedForm {
    pub(in crate::journal) fn new(judged: &JudgedOn, desk: String) -> Self {
        Self {
            at: judged.at,
            desk,
            mail: judged.mail.clone(),
            looked_up: judged.looked_up.clone(),
            past: judged.past.clone(),
            refuses_automation: judged.refuses_automation,
            automatic: judged.automatic,
            repeats: (&judged.repeats).into(),
            brake: judged.brake.as_ref().map(BrakeForm::from),
            not_left: judged.not_left.iter().map(NotLeftForm::from).collect(),
            earned: match &judged.earned {
                Earned::AllTheirModeAllows => None,
                Earned::OnRecord(standings) => Some(
                    (standings.iter())
                        .map(|(article, standing)| (article.to_string(), standing.into()))
                        .collect(),
                ),
            },
            came_to: judged.came_to.clone(),
        }
    }

    pub(in crate::journal) fn read(self, desk: DeskForm) -> Result<JudgedOn, FieldError> {
        Ok(JudgedOn {
            at: self.at,
            desk: desk.into(),
            mail: self.mail,
            looked_up: self.looked_up,
            past: self.past,
            refuses_automation: self.refuses_automation,
            automatic: self.automatic,
            repeats: self.repeats.into(),
            brake: self.brake.map(BrakeForm::into_pulled),
            not_left: (self.not_left.into_iter())
                .filter_map(NotLeftForm::read)
                .collect(),
            earned: match self.earned {
                None => Earned::AllTheirModeAllows,
                Some(standings) => {
                    let mut on_record = BTreeMap::new();
                    for (name, standing) in standings {
                        let _ = on_record.insert(article(&name)?, standing.try_into()?);
                    }
                    Earned::OnRecord(on_record)
                }
            },
            came_to: self.came_to,
        })
    }
}

impl From<&Desk> for DeskForm {
    fn from(desk: &Desk) -> Self {
        Self {
            program: desk.program.clone(),
            settings: desk.settings.clone(),
            templates: desk.templates.clone(),
            meaning: desk.meaning.clone(),
            learned: desk.learned.clone(),
            key: desk.key.clone(),
            articles: desk.articles.clone(),
        }
    }
}

impl From<DeskForm> for Desk {
    fn from(form: DeskForm) -> Self {
        Self {
            program: form.program,
            settings: form.settings,
            templates: form.templates,
            meaning: form.meaning,
            learned: form.learned,
            key: form.key,
            articles: form.articles,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_had_not_left_comes_back_as_it_was() {
        for standing in [Standing::Waits, Standing::InDoubt, Standing::GivenUp] {
            let one = NotLeft {
                mail: MessageId::parse("a@desk.example").unwrap(),
                standing,
                why: Some("451 later".to_owned()),
            };
            assert_eq!(NotLeftForm::from(&one).read(), Some(one));
        }
    }
}
