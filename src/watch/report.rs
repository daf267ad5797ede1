//! How are troubles told: as a mail to the admin, as a row of `handoffd status`, as one sentence? The same words for all. Pure.

use super::words::{Words, english, german};
use super::{Kind, Known, Ledger, Report};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

/// Subject and text of a report, in the language of the desk.
#[must_use]
pub fn mail(report: &Report, is_german: bool, zone: &TimeZone) -> (String, String) {
    let tongue = Tongue { is_german, zone };
    match report {
        Report::Trouble { due, still } => tongue.trouble(due, still),
        Report::Well { over } => tongue.well(over),
    }
}

/// A trouble for `handoffd status`.
#[must_use]
pub fn row(kind: Kind, known: &Known) -> Value {
    let Words { title, remedy } = english(kind);
    json!({
        "kind": kind.as_str(),
        "what": title,
        "since": known.since,
        "why": known.why,
        "to": known.to,
        "count": known.count,
        "needs_a_person": kind.needs_a_person(),
        "told": known.reported,
        "remedy": remedy,
    })
}

/// The whole book in one sentence, for systemd.
#[must_use]
pub fn in_one_sentence(ledger: &Ledger) -> String {
    let open: Vec<_> = (ledger.open())
        .filter(|(kind, _)| kind.needs_a_person())
        .collect();
    match open.as_slice() {
        [] => "all is well".to_owned(),
        [(kind, known)] => {
            format!("{} (since {:.0})", english(*kind).title, known.since)
        }
        [(kind, known), rest @ ..] => format!(
            "{} (since {:.0}), and {} more; see `handoffd status`",
            english(*kind).title,
            known.since,
            rest.len()
        ),
    }
}

struct Tongue<'a> {
    is_german: bool,
    zone: &'a TimeZone,
}

impl Tongue<'_> {
    const fn choose(&self, in_english: &'static str, in_german: &'static str) -> &'static str {
        match self.is_german {
            true => in_german,
            false => in_english,
        }
    }

    const fn words(&self, kind: Kind) -> Words {
        match self.is_german {
            true => german(kind),
            false => english(kind),
        }
    }

    fn moment(&self, time: Timestamp) -> String {
        let zoned = time.to_zoned(self.zone.clone());
        zoned.strftime("%Y-%m-%d %H:%M %Z").to_string()
    }

    fn trouble(&self, due: &[(Kind, Known)], still: &[(Kind, Known)]) -> (String, String) {
        let first = due.first().map_or("", |(kind, _)| self.words(*kind).title);
        let all = due.len() + still.len();
        let subject = match (all, self.is_german) {
            (0 | 1, _) => first.to_owned(),
            (_, false) => format!("{first}, and {} more", all - 1),
            (_, true) => format!("{first}, und {} mehr", all - 1),
        };
        let mut text = String::new();
        for (kind, known) in due {
            self.one(*kind, known, &mut text);
        }
        if !still.is_empty() {
            text.push_str(self.choose("Still so:\n\n", "Noch immer so:\n\n"));
            for (kind, known) in still {
                self.one(*kind, known, &mut text);
            }
        }
        text.push_str(self.choose(
            "`handoffd status` shows how it stands now. While something lasts you are told once a day, and once when all is well again.\n",
            "`handoffd status` zeigt, wie es jetzt steht. Solange etwas dauert, erfahren Sie es einmal am Tag, und einmal, wenn alles wieder gut ist.\n",
        ));
        (subject, text)
    }

    fn one(&self, kind: Kind, known: &Known, text: &mut String) {
        let Words { title, remedy } = self.words(kind);
        let since = self.moment(known.since);
        text.push_str(title);
        text.push_str(".\n\n");
        let how_often = match (known.count, self.is_german) {
            (0 | 1, _) => String::new(),
            (count, false) => format!(" ({count} times)"),
            (count, true) => format!(" ({count} Mal)"),
        };
        let head = self.choose("Since", "Seit");
        text.push_str(&format!("{head} {since}{how_often}: {}\n\n", known.why));
        if !known.to.is_empty() {
            text.push_str(&format!("{}\n\n", known.to.join("\n")));
        }
        match (known.waiting, self.is_german) {
            (0, _) => {}
            (1, false) => text.push_str("1 mail waits. "),
            (1, true) => text.push_str("1 Mail wartet. "),
            (mails, false) => text.push_str(&format!("{mails} mails wait. ")),
            (mails, true) => text.push_str(&format!("{mails} Mails warten. ")),
        }
        text.push_str(remedy);
        text.push_str("\n\n");
    }

    fn well(&self, over: &[(Kind, Known, Timestamp)]) -> (String, String) {
        let subject = self.choose("All is well again", "Alles ist wieder gut");
        let since = over.iter().map(|(_, _, ended)| *ended).max();
        let since = since.map(|since| self.moment(since)).unwrap_or_default();
        let mut text = match self.is_german {
            false => format!("Since {since} all is well again.\n\n"),
            true => format!("Seit {since} ist alles wieder gut.\n\n"),
        };
        for (kind, known, ended) in over {
            let title = self.words(*kind).title;
            let (from, to) = (self.moment(known.since), self.moment(*ended));
            let lasted = ended.duration_since(known.since).as_mins();
            text.push_str(&match self.is_german {
                false => format!("{title}: from {from} to {to}, {lasted} minutes."),
                true => format!("{title}: von {from} bis {to}, {lasted} Minuten."),
            });
            match (known.waiting, self.is_german) {
                (0, _) => {}
                (mails, false) => text.push_str(&format!(" Up to {mails} mails waited.")),
                (mails, true) => text.push_str(&format!(" Bis zu {mails} Mails warteten.")),
            }
            text.push_str("\n\n");
        }
        text.push_str(self.choose(
            "What waited is handled and sent by itself; there is nothing to do.\n",
            "Was wartete, wird von selbst bearbeitet und gesendet; es ist nichts zu tun.\n",
        ));
        (subject.to_owned(), text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::watch::{Pace, Seen, Teller};
    use jiff::SignedDuration;

    #[test]
    fn every_trouble_says_what_to_do_and_has_a_name_of_its_own() {
        for words in [english, german] {
            let mut titles: Vec<&str> = Kind::ALL.iter().map(|kind| words(*kind).title).collect();
            titles.sort_unstable();
            titles.dedup();
            assert_eq!(titles.len(), Kind::ALL.len());
            assert!(
                Kind::ALL
                    .iter()
                    .all(|kind| words(*kind).remedy.ends_with('.'))
            );
        }
    }

    #[test]
    fn the_mail_the_row_and_the_sentence_tell_the_same() {
        let at = |minutes| Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes);
        let pace = Pace {
            gather: SignedDuration::from_mins(1),
            calm: SignedDuration::from_mins(5),
            remind: SignedDuration::from_hours(24),
        };
        let seen = |kind| Seen {
            kind,
            since: at(0),
            why: "connection refused".to_owned(),
            waiting: 3,
            told_by: Teller::Report,
        };
        let mut ledger = Ledger::default();
        assert_eq!(in_one_sentence(&ledger), "all is well");
        ledger.look(&[seen(Kind::Smtp)], at(10), pace);
        let sentence = in_one_sentence(&ledger);
        assert_eq!(
            sentence,
            "The SMTP server takes no mail from us (since 1970-01-01T00:00:00Z)"
        );
        let report = ledger.report(pace, true, at(11)).unwrap();
        let (subject, text) = mail(&report, false, &TimeZone::UTC);
        assert_eq!(subject, "The SMTP server takes no mail from us");
        assert!(text.contains("Since 1970-01-01 00:00 UTC: connection refused"));
        assert!(text.contains("3 mails wait."), "{text}");
        let (kind, known) = ledger.open().next().unwrap();
        assert_eq!(row(kind, known)["what"], subject);
        ledger.told(&report, "1@d", at(11));
        ledger.look(&[], at(20), pace);
        let report = ledger.report(pace, true, at(25)).unwrap();
        let (subject, text) = mail(&report, true, &TimeZone::UTC);
        assert_eq!(subject, "Alles ist wieder gut");
        assert!(
            text.contains("20 Minuten. Bis zu 3 Mails warteten."),
            "{text}"
        );
    }
}
