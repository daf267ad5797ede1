//! What is written when a promise comes due: reminders to staff, and to the customer the honest word that it takes longer. There is no mail
//! behind these, only the ticket and the time.

use super::guard::Guard;
use super::letter::{Letter, Manner};
use super::staff::{Desk, subject_for_staff};
use super::view::staff_tongue;
use super::words::Tongue;
use super::{ComposeError, Composed, Outgoing, Purpose, Writer, story};
use crate::config::{Settings, Team};
use crate::decide::{Due, NoticePlan};
use crate::mail::Address;
use crate::ticket::{Event, Notice, Party, Reminded, Ticket};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// So much of the customer's last mail stands in a reminder, in characters.
const MAIL_MAX_CHARACTERS: usize = 1_500;

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
        let mail = self.to_staff(team, to, title, &what, promised_by)?;
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
        let mail = self.to_staff(team, &team.address, title, &what, until)?;
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
            mails.push(self.to_staff(team, to, title, &what, promised_by)?);
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

    fn to_staff(
        &self,
        team: &Team,
        to: &Address,
        title: &str,
        what: &str,
        promised_by: Timestamp,
    ) -> Result<Outgoing, ComposeError> {
        let tongue = staff_tongue(self.settings);
        let reference = self.ticket.id.to_string();
        let customer = self.ticket.customer().map(ToString::to_string);
        let mails = self.ticket.customer_mails();
        let words = mails.last().map_or("", |mail| mail.excerpt.as_str());
        let facts = [
            ("reference", reference.clone()),
            ("support_name", self.settings.support.name.to_string()),
            (
                "customer",
                customer.unwrap_or_else(|| tongue.none().to_owned()),
            ),
            (
                "subject",
                subject_for_staff(self.ticket, &reference, tongue),
            ),
            ("title", title.to_owned()),
            ("what", what.to_owned()),
            ("mail_text", shortened_lines(words)),
            ("can_reply", tongue.can_reply().to_owned()),
        ];
        let data: Map<String, Value> = facts
            .into_iter()
            .map(|(name, value)| (name.to_owned(), json!(value)))
            .collect();
        let cause = self.cause(promised_by, title);
        self.desk().to_staff(
            &self.writer.templates,
            Purpose::Reminder,
            "reminder",
            self.ticket,
            team,
            to,
            data,
            vec![],
            &cause,
        )
    }

    /// To the customer: the time is over, and until when it takes now.
    fn delay(
        &self,
        team: &Team,
        missed: Timestamp,
        new: Timestamp,
    ) -> Result<Outgoing, ComposeError> {
        let key = &self.writer.key;
        let customer = self.ticket.customer().ok_or_else(|| {
            ComposeError::Build("the ticket has no customer who could be written to".to_owned())
        })?;
        let language = self.ticket.language();
        let tongue = language
            .and_then(Tongue::of)
            .unwrap_or_else(|| staff_tongue(self.settings));
        let support = &self.settings.support;
        let zone = &team.hours.time_zone;
        let facts = [
            ("reference", self.ticket.id.to_string()),
            ("support_name", support.name.to_string()),
            ("subject", tongue.neutral_subject(support.name.as_str())),
            (
                "how_to_reach_a_person",
                tongue.how_to_reach_a_person(Purpose::Delay).to_owned(),
            ),
            ("team", tongue.team(team)),
            ("missed", tongue.moment(missed, zone)),
            ("promised_by", tongue.moment(new, zone)),
        ];
        let data: Map<String, Value> = facts
            .into_iter()
            .map(|(name, value)| (name.to_owned(), json!(value)))
            .collect();
        let language = tongue.language();
        let templates = &self.writer.templates;
        let mut rendered = templates.render("delay", &language, &Value::Object(data))?;
        rendered.document.end_with(&support.footer);
        let guard = Guard::of(key, &self.ticket.id, Some(self.ticket), self.settings);
        let mut thread = self.ticket.customer_thread();
        thread.references.retain(|id| !guard.is_leak(id.as_str()));
        thread.in_reply_to.take_if(|id| guard.is_leak(id.as_str()));
        let letter = Letter {
            purpose: Purpose::Delay,
            manner: Manner::AutomaticToCustomer,
            ticket: Some(&self.ticket.id),
            party: Some(Party::Customer(customer.address.clone())),
            to: customer.address.clone(),
            to_name: None,
            from_name: None,
            cc: vec![],
            cause: &self.cause(missed, "delay"),
            subject: format!("{} [{}]", rendered.subject, self.ticket.id),
            document: rendered.document,
            thread,
            parts: vec![],
            language: &language.0,
        };
        letter.check(key, self.settings, &guard)?;
        Ok(letter.seal(key, self.settings, self.now))
    }

    /// The same promise gives the same mails, however often it is looked at.
    fn cause(&self, promised_by: Timestamp, what: &str) -> Vec<u8> {
        format!("{what} {promised_by}").into_bytes()
    }

    const fn desk(&self) -> Desk<'_> {
        self.writer.desk(self.settings, self.now)
    }
}

fn shortened_lines(text: &str) -> String {
    if text.chars().count() <= MAIL_MAX_CHARACTERS {
        return text.to_owned();
    }
    let kept: String = text.chars().take(MAIL_MAX_CHARACTERS).collect();
    format!("{}…", shortened_end(&kept))
}

/// Without the torn last word.
fn shortened_end(text: &str) -> &str {
    text.rsplit_once(char::is_whitespace)
        .map_or(text, |(before, _)| before)
}
