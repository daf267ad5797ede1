//! What is written as the month runs out that the law gives for a request about personal data: to staff alone, the customer knows the day.

use super::{Writing, about};
use crate::compose::view::staff_tongue;
use crate::compose::words::Tongue;
use crate::compose::{ComposeError, Composed, story};
use crate::config::Team;
use crate::ticket::{Event, Reminded};
use jiff::Timestamp;

impl Writing<'_> {
    pub(super) fn privacy_request(
        &self,
        team: &Team,
        received: Timestamp,
        by: Timestamp,
        whom: Reminded,
    ) -> Result<Composed, ComposeError> {
        let tongue = staff_tongue(self.settings);
        let zone = &team.hours.time_zone;
        let (received, last) = (tongue.moment(received, zone), tongue.moment(by, zone));
        let is_over = whom == Reminded::Admin;
        let (title, what) = match (tongue, is_over) {
            (Tongue::English, false) => (
                self.title(whom, "request about personal data due"),
                format!(
                    "On {received} the customer asked about personal data, or for their removal. By law (GDPR Art. 12(3)) that is to be done \
                     by {last}; a first answer does not end it. If more time is needed, the customer must be told so before that day, and why. To erase them, \
                     the admin runs `handoffd forget` with their address: closing a ticket erases nothing. When it is done, close the ticket with CLOSE."
                ),
            ),
            (Tongue::English, true) => (
                self.title(whom, "request about personal data overdue"),
                format!(
                    "On {received} the customer asked about personal data, or for their removal. By law (GDPR Art. 12(3)) that was to be done \
                     by {last}, and nobody has closed the ticket. If more time is needed, the customer must be told so, and why. To erase them, the admin runs \
                     `handoffd forget` with their address: closing a ticket erases nothing."
                ),
            ),
            (Tongue::German, false) => (
                self.title(whom, "Anfrage zu persönlichen Daten fällig"),
                format!(
                    "Am {received} fragte der Kunde nach persönlichen Daten oder nach ihrer Löschung. Nach dem Gesetz (Art. 12 Abs. 3 DSGVO) ist das \
                     zu erledigen bis {last}; eine erste Antwort beendet es nicht. Ist mehr Zeit nötig, muss das dem Kunden vor diesem Tag gesagt werden, und \
                     warum. Gelöscht wird mit `handoffd forget` und der Adresse durch Ihren Administrator: einen Vorgang zu schließen löscht nichts. Ist es \
                     erledigt, schließen Sie den Vorgang mit FERTIG."
                ),
            ),
            (Tongue::German, true) => (
                self.title(whom, "Anfrage zu persönlichen Daten überfällig"),
                format!(
                    "Am {received} fragte der Kunde nach persönlichen Daten oder nach ihrer Löschung. Nach dem Gesetz (Art. 12 Abs. 3 DSGVO) war das \
                     zu erledigen bis {last}, und niemand hat den Vorgang geschlossen. Ist mehr Zeit nötig, muss das dem Kunden gesagt werden, und warum. Gelöscht \
                     wird mit `handoffd forget` und der Adresse durch Ihren Administrator: einen Vorgang zu schließen löscht nichts."
                ),
            ),
        };
        let second = match whom {
            Reminded::SecondAddress => team.second_address.as_ref(),
            Reminded::Team | Reminded::Admin => None,
        };
        let to = second.unwrap_or(&team.address);
        let mut mails = vec![self.to_staff(team, to, about(&title, &what, by))?];
        if is_over {
            let reference = &self.ticket.id;
            let text = match tongue {
                Tongue::English => format!("Ticket {reference} of team {}: {what}\n", team.name),
                Tongue::German => format!("Vorgang {reference} des Teams {}: {what}\n", team.name),
            };
            let cause = self.cause(by, "privacy request, admin");
            mails.push(
                self.desk()
                    .trouble(Some(reference), &cause, &title, &text, vec![]),
            );
        }
        let mut events = vec![Event::Reminded {
            team: team.name.clone(),
            whom,
            of: by,
        }];
        events.extend(mails.iter().map(story::wrote));
        Ok(Composed { mails, events })
    }

    /// Each stage has a title of its own: the same words to the same mailbox would be the same mail.
    fn title(&self, whom: Reminded, title: &str) -> String {
        let tongue = staff_tongue(self.settings);
        match whom {
            Reminded::SecondAddress => format!(
                "{title}, {}",
                tongue.choose("three days left", "noch drei Tage")
            ),
            Reminded::Team | Reminded::Admin => title.to_owned(),
        }
    }
}
