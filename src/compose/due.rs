//! What is written when a promise comes due, or our own time where none was told: reminders to staff, and to the customer the honest word
//! that it takes longer. There is no mail behind these, only the ticket and the time.

mod letters;
mod own_time;
mod privacy_request;

use letters::{OfDraft, Reminder};

use super::staff::Desk;
use super::view::staff_tongue;
use super::words::Tongue;
use super::{ComposeError, Composed, Writer, story};
use crate::config::{Settings, Team};
use crate::decide::{Due, NoticePlan};
use crate::mail::Address;
use crate::ticket::{Event, Notice, Reminded, Ticket};
use jiff::Timestamp;

impl Writer {
    /// The mails and events that follow from what is due on a ticket.
    ///
    /// # Errors
    /// [`ComposeError`]
    pub fn due(
        &self,
        ticket: &Ticket,
        due: &Due<'_>,
        settings: &Settings,
        now: Timestamp,
    ) -> Result<Composed, ComposeError> {
        let writing = Writing {
            writer: self,
            ticket,
            settings,
            now,
        };
        match due {
            Due::RemindTeam { team, promised_by } => {
                writing.reminder(team, &team.address, Reminded::Team, *promised_by)
            }
            Due::RemindSecondAddress {
                team,
                address,
                promised_by,
            } => writing.reminder(team, address, Reminded::SecondAddress, *promised_by),
            Due::PutOff { team, until } => writing.put_off(team, *until),
            Due::Lapsed {
                team,
                promised_by,
                notice,
                tell_admin,
            } => writing.lapsed(team, *promised_by, notice, *tell_admin),
            Due::RemindOfWaiting {
                team,
                address,
                whom,
                waiting,
                due_by,
            } => writing.remind_of_waiting(team, (address, *whom), waiting, *due_by),
            Due::PrivacyRequest {
                team,
                received,
                by,
                whom,
            } => writing.privacy_request(team, *received, *by, *whom),
            Due::WaitedTooLong {
                team,
                waiting,
                due_by,
                hand_off,
            } => writing.waited_too_long(team, waiting, *due_by, hand_off.as_ref()),
        }
    }
}

/// What all mails about one ticket that comes due share.
struct Writing<'a> {
    writer: &'a Writer,
    ticket: &'a Ticket,
    settings: &'a Settings,
    now: Timestamp,
}

impl Writing<'_> {
    fn reminder(
        &self,
        team: &Team,
        to: &Address,
        whom: Reminded,
        promised_by: Timestamp,
    ) -> Result<Composed, ComposeError> {
        let tongue = staff_tongue(self.settings);
        let moment = tongue.moment(promised_by, &team.hours.time_zone);
        let (title, what) = match tongue {
            Tongue::English => (
                "answer due",
                format!(
                    "The customer was promised an answer by {moment}, and nobody has answered yet."
                ),
            ),
            Tongue::German => (
                "Antwort fällig",
                format!(
                    "Dem Kunden wurde eine Antwort bis {moment} versprochen, und noch niemand hat geantwortet."
                ),
            ),
        };
        let mail = self.to_staff(team, to, about(title, &what, promised_by))?;
        let reminded = Event::Reminded {
            team: team.name.clone(),
            whom,
            of: promised_by,
        };
        Ok(Composed {
            events: vec![reminded, story::wrote(&mail)],
            mails: vec![mail],
        })
    }

    fn put_off(&self, team: &Team, until: Timestamp) -> Result<Composed, ComposeError> {
        let tongue = staff_tongue(self.settings);
        let zone = &team.hours.time_zone;
        let open = self.ticket.open_promise();
        let promised = open.map(|by| tongue.moment(by, zone));
        let (title, mut what) = match tongue {
            Tongue::English => (
                "put off until now",
                "This ticket was put off until now.".to_owned(),
            ),
            Tongue::German => (
                "bis jetzt verschoben",
                "Dieser Vorgang war bis jetzt verschoben.".to_owned(),
            ),
        };
        if let Some(promised) = promised {
            what.push_str(&match tongue {
                Tongue::English => format!(" The customer was promised an answer by {promised}."),
                Tongue::German => {
                    format!(" Dem Kunden wurde eine Antwort bis {promised} versprochen.")
                }
            });
        }
        let mail = self.to_staff(team, &team.address, about(title, &what, until))?;
        let reminded = Event::Reminded {
            team: team.name.clone(),
            whom: Reminded::Team,
            of: until,
        };
        Ok(Composed {
            events: vec![reminded, story::wrote(&mail)],
            mails: vec![mail],
        })
    }

    fn lapsed(
        &self,
        team: &Team,
        promised_by: Timestamp,
        notice: &NoticePlan,
        tell_admin: bool,
    ) -> Result<Composed, ComposeError> {
        let tongue = staff_tongue(self.settings);
        let zone = &team.hours.time_zone;
        let moment = tongue.moment(promised_by, zone);
        let mut mails = Vec::new();
        let (new_promise, told, words) = match notice {
            NoticePlan::Tell { promised_by: new } => {
                let mail = self.delay(team, promised_by, *new)?;
                let told = Notice::Sent {
                    text: mail.text.clone(),
                };
                mails.push(mail);
                let new_moment = tongue.moment(*new, zone);
                let words = match tongue {
                    Tongue::English => {
                        format!(
                            "The customer was told so, and that an answer comes by {new_moment}."
                        )
                    }
                    Tongue::German => {
                        format!(
                            "Dem Kunden wurde das gesagt, und dass eine Antwort bis {new_moment} kommt."
                        )
                    }
                };
                (Some(*new), told, words)
            }
            NoticePlan::Withhold { why } => {
                let words = match tongue {
                    Tongue::English => format!("The customer was told nothing: {}.", why.english()),
                    Tongue::German => format!("Dem Kunden wurde nichts gesagt: {}.", why.german()),
                };
                let withheld = Notice::Withheld {
                    why: why.to_string(),
                };
                (None, withheld, words)
            }
        };
        let (title, what) = match tongue {
            Tongue::English => (
                "promise not kept",
                format!("An answer was promised by {moment}, and nobody has answered. {words}"),
            ),
            Tongue::German => (
                "Versprechen nicht gehalten",
                format!(
                    "Eine Antwort war bis {moment} versprochen, und niemand hat geantwortet. {words}"
                ),
            ),
        };
        for to in [Some(&team.address), team.second_address.as_ref()]
            .into_iter()
            .flatten()
        {
            mails.push(self.to_staff(team, to, about(title, &what, promised_by))?);
        }
        if tell_admin {
            let reference = &self.ticket.id;
            let (subject, text) = match tongue {
                Tongue::English => (
                    "A customer waits for the second time",
                    format!(
                        "Ticket {reference} of team {}: {what}\n\nPlease see to it that somebody answers.\n",
                        team.name
                    ),
                ),
                Tongue::German => (
                    "Ein Kunde wartet zum zweiten Mal",
                    format!(
                        "Vorgang {reference} des Teams {}: {what}\n\nBitte sorgen Sie dafür, dass jemand antwortet.\n",
                        team.name
                    ),
                ),
            };
            let cause = self.cause(promised_by, "admin");
            mails.push(
                self.desk()
                    .trouble(Some(reference), &cause, subject, &text, vec![]),
            );
        }
        let lapsed = Event::PromiseLapsed {
            team: team.name.clone(),
            promised_by,
            new_promise,
            notice: told,
        };
        let mut events = vec![lapsed];
        events.extend(mails.iter().map(story::wrote));
        Ok(Composed { mails, events })
    }

    /// The same promise gives the same mails, however often it is looked at.
    fn cause(&self, promised_by: Timestamp, what: &str) -> Vec<u8> {
        format!("{what} {promised_by}").into_bytes()
    }

    const fn desk(&self) -> Desk<'_> {
        self.writer.desk(self.settings, self.now)
    }
}

/// A reminder that changes nothing about a draft.
const fn about<'a>(title: &'a str, what: &'a str, of: Timestamp) -> Reminder<'a> {
    Reminder {
        title,
        what,
        of,
        draft: OfDraft::AsItStands,
    }
}
