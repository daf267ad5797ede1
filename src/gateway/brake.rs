//! What is the admin told when the brake on automatic mail is pulled? Needs no template, so it cannot fail for one.

use super::Office;
use crate::compose::{Outgoing, moment_in_words};
use crate::decide::Pulled;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The admin is told once that the brake was pulled: the name of this mail is that of the pull.
pub(super) fn report(office: &Office, pulled: &Pulled, now: Timestamp) -> Outgoing {
    let zone = office.settings.teams.first();
    let zone = zone.map_or(TimeZone::UTC, |team| team.hours.time_zone.clone());
    let language = &office.settings.support.language;
    let moment = |time: Timestamp| moment_in_words(language, time, &zone);
    let is_german = language.0 == "de";
    let why = pulled.why();
    let (subject, text) = if is_german {
        let until = match pulled.until {
            Some(until) => format!("bis {}", moment(until)),
            None => "bis jemand sie wieder zulässt".to_owned(),
        };
        (
            "Automatische Mails sind angehalten",
            format!(
                "{}.\n\nSeit {} geht {until} keine automatische Mail an Kunden hinaus: keine Antwort, keine Rückfrage, keine Mitteilung. \
                 Alle Anfragen gehen weiter an die Teams, und jede Übergabe sagt, dass der Kunde nichts hörte.\n\nSehen Sie nach, wer \
                 schreibt: `handoffd tickets`, `handoffd status`. Ist es keine Schleife, erhöhen Sie die Grenzen in [limits]. \
                 `handoffd resume` lässt automatische Mails sofort wieder zu.\n",
                why.german(),
                moment(pulled.at),
            ),
        )
    } else {
        let until = match pulled.until {
            Some(until) => format!("until {}", moment(until)),
            None => "until somebody releases it".to_owned(),
        };
        (
            "Automatic mail is stopped",
            format!(
                "{}.\n\nSince {} no automatic mail leaves to customers, {until}: no answer, no question, no notice. All requests go on to \
                 the teams, and each hand-off says that the customer heard nothing.\n\nPlease look who writes: `handoffd tickets`, \
                 `handoffd status`. If it is no loop, raise the limits in [limits]. `handoffd resume` lets automatic mail go again at \
                 once.\n",
                why.english(),
                moment(pulled.at),
            ),
        )
    };
    let occasion = format!("brake {}", pulled.at);
    office
        .writer
        .trouble(&occasion, subject, &text, &office.settings, now)
}
