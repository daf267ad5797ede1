//! The stored form of what a webhook is to be told.

use super::{FieldError, ticket_id};
use crate::config::WebhookName;
use crate::webhook::{Occasion, Telling};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A telling as stored.
#[derive(Serialize, Deserialize)]
pub(in crate::journal) struct TellingForm {
    id: String,
    webhook: String,
    event: String,
    ticket: String,
    body: String,
    recorded_at: Timestamp,
    due: Timestamp,
    attempts: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_failure: Option<String>,
}

impl From<&Telling> for TellingForm {
    fn from(telling: &Telling) -> Self {
        Self {
            id: telling.id.clone(),
            webhook: telling.webhook.0.clone(),
            event: telling.occasion.as_str().to_owned(),
            ticket: telling.ticket.compact().to_owned(),
            body: telling.body.clone(),
            recorded_at: telling.recorded_at,
            due: telling.due,
            attempts: telling.attempts,
            last_failure: telling.last_failure.clone(),
        }
    }
}

impl TryFrom<TellingForm> for Telling {
    type Error = FieldError;

    fn try_from(form: TellingForm) -> Result<Self, FieldError> {
        let event = form.event.as_str();
        Ok(Self {
            occasion: Occasion::by_name(event)
                .ok_or_else(|| format!("`{event}` is nothing that a webhook is told of"))?,
            id: form.id,
            webhook: WebhookName(form.webhook),
            ticket: ticket_id(&form.ticket)?,
            body: form.body,
            recorded_at: form.recorded_at,
            due: form.due,
            attempts: form.attempts,
            last_failure: form.last_failure,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::form::{read, write};
    use crate::ticket::TicketId;

    #[test]
    fn a_telling_comes_back_as_it_was() {
        for occasion in Occasion::ALL {
            for last_failure in [None, Some("it answered with status 500".to_owned())] {
                let telling = Telling {
                    id: "0badcafe".to_owned(),
                    webhook: WebhookName("board".to_owned()),
                    occasion,
                    ticket: TicketId::parse("K7QF2-M9XRT").unwrap(),
                    body: "{\"id\":\"0badcafe\"}".to_owned(),
                    recorded_at: Timestamp::UNIX_EPOCH,
                    due: Timestamp::MAX,
                    attempts: 7,
                    last_failure,
                };
                let bytes = write("telling", &TellingForm::from(&telling)).unwrap();
                let form: TellingForm = read("telling", &bytes).unwrap();
                assert_eq!(Telling::try_from(form).unwrap(), telling);
            }
        }
        let unknown = br#"{"v":1,"is":{"id":"1","webhook":"b","event":"unheard-of","ticket":"K7QF2M9XRT","body":"","recorded_at":"2027-01-15T08:00:01Z","due":"2027-01-15T08:00:01Z","attempts":0}}"#;
        let form: TellingForm = read("telling", unknown).unwrap();
        assert!(Telling::try_from(form).unwrap_err().contains("unheard-of"));
    }
}
