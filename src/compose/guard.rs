//! May this leave to a customer? Nothing that they get holds a team's token, the Message-ID of a staff mail (which proves as much) or the
//! packet's marker. Cut from what a member wrote; refused anywhere else.

use super::ComposeError;
use super::mime::Part;
use crate::config::Settings;
use crate::desk::PACKET_MARKER;
use crate::ticket::{Event, Party, Ticket, TicketId, Token, TokenKey};

/// What must not leave, for one ticket. All in lower case.
#[derive(Debug, Default)]
pub(super) struct Guard {
    secrets: Vec<String>,
}

impl Guard {
    /// The secrets of a ticket.
    pub(super) fn of(
        key: &TokenKey,
        id: &TicketId,
        ticket: Option<&Ticket>,
        settings: &Settings,
    ) -> Self {
        let mut secrets = vec![PACKET_MARKER.to_lowercase()];
        for team in &settings.teams {
            let token = key.token(id, &Party::Staff(team.name.clone()));
            secrets.push(token.as_str().to_lowercase());
        }
        let customer = ticket.and_then(Ticket::customer);
        for timed in ticket
            .map(|ticket| ticket.events.as_slice())
            .unwrap_or_default()
        {
            if let Event::Wrote { message_id, to, .. } = &timed.event
                && !to
                    .iter()
                    .any(|to| customer.is_some_and(|customer| customer.address.is_same_as(to)))
            {
                secrets.push(message_id.as_str().to_lowercase());
            }
        }
        Self { secrets }
    }

    /// Whether a text holds any of it, or what has the form of a team's token.
    pub(super) fn is_leak(&self, text: &str) -> bool {
        let lower = text.to_lowercase();
        self.secrets.iter().any(|secret| lower.contains(secret))
            || holds_staff_token(lower.as_bytes())
    }

    /// What a member wrote, up to the first line that is not for the customer.
    pub(super) fn cut(&self, text: &str) -> String {
        let lines = text.lines().take_while(|line| !self.is_leak(line));
        lines.collect::<Vec<_>>().join("\n").trim().to_owned()
    }

    pub(super) fn refuse_leak(&self, place: &str, text: &str) -> Result<(), ComposeError> {
        if self.is_leak(text) {
            return Err(ComposeError::Build(format!(
                "the {place} of a mail to the customer holds a token, a Message-ID or the marker of our mails to staff"
            )));
        }
        Ok(())
    }

    pub(super) fn refuse_leak_in_part(&self, part: &Part) -> Result<(), ComposeError> {
        let Part::File(file) = part else {
            return Err(ComposeError::Build(
                "an original or a packet was attached to a mail to the customer".to_owned(),
            ));
        };
        self.refuse_leak("attachment's name", file.name.as_str())?;
        let lower = file.content.to_ascii_lowercase();
        let holds = |secret: &String| {
            lower
                .windows(secret.len().max(1))
                .any(|window| window == secret.as_bytes())
        };
        if self.secrets.iter().any(holds) || holds_staff_token(&lower) {
            return Err(ComposeError::Build(format!(
                "the attachment `{}` holds a mail of ours to staff, which the customer must not get; send it again without it",
                file.name
            )));
        }
        Ok(())
    }
}

/// Whether the form of a team's token stands anywhere in it, of whatever ticket.
fn holds_staff_token(lower: &[u8]) -> bool {
    lower.windows(Token::BYTES).any(|window| {
        // The dashes first: almost every window fails here without any copying.
        window.get(10) == Some(&b'-')
            && window.get(11) == Some(&b's')
            && window.get(12) == Some(&b'-')
            && str::from_utf8(window).is_ok_and(|text| Token::parse(text).is_some())
    })
}
