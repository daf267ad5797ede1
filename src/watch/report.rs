//! How are troubles told: as a mail to the admin, as a row of `handoffd status`, as one sentence? The same words for all. Pure.

use super::words::{Words, english, german};
use super::{Kind, Known, Ledger, Report};
use crate::compose::{moment_in_words, reported};
use crate::config::Language;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// What came of the mails that waited for the end of a trouble.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Aftermath {
    /// So many were given up since it began.
    pub given_up: usize,
    /// So many have still to leave.
    pub waiting: usize,
}

/// Subject and text of a report, in the language of the desk. The aftermath is told with the end of troubles.
#[must_use]
pub fn mail(
    report: &Report,
    aftermath: Aftermath,
    language: &Language,
    zone: &TimeZone,
) -> (String, String) {
    let tongue = Tongue { language, zone };
    match report {
        Report::Trouble { due, still } => tongue.trouble(due, still),
        Report::Over { over, still } => tongue.over(over, still, aftermath),
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

/// Where nothing needs a person.
pub const ALL_IS_WELL: &str = "all is well";

/// The whole book in one sentence, for systemd.
#[must_use]
pub fn in_one_sentence(ledger: &Ledger) -> String {
    let open: Vec<_> = (ledger.open())
        .filter(|(kind, _)| kind.needs_a_person())
        .collect();
    match open.as_slice() {
        [] => ALL_IS_WELL.to_owned(),
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
    language: &'a Language,
    zone: &'a TimeZone,
}

impl Tongue<'_> {
    fn is_german(&self) -> bool {
        self.language.0 == "de"
    }

    fn choose(&self, in_english: &'static str, in_german: &'static str) -> &'static str {
        match self.is_german() {
            true => in_german,
            false => in_english,
        }
    }

    fn words(&self, kind: Kind) -> Words {
        match self.is_german() {
            true => german(kind),
            false => english(kind),
        }
    }

    fn moment(&self, time: Timestamp) -> String {
        moment_in_words(self.language, time, self.zone)
    }

    /// How long something lasted, in the unit that says enough.
    fn length(&self, length: SignedDuration) -> String {
        let minutes = length.as_mins();
        let (count, one, many) = match minutes {
            ..1 => {
                return self
                    .choose("less than a minute", "weniger als eine Minute")
                    .to_owned();
            }
            1..120 => (minutes, ("minute", "Minute"), ("minutes", "Minuten")),
            120..2_880 => (minutes / 60, ("hour", "Stunde"), ("hours", "Stunden")),
            _ => (minutes / 1_440, ("day", "Tag"), ("days", "Tage")),
        };
        let (english, german) = if count == 1 { one } else { many };
        format!("{count} {}", self.choose(english, german))
    }

    fn trouble(&self, due: &[(Kind, Known)], still: &[(Kind, Known)]) -> (String, String) {
        let first = due.first().map_or("", |(kind, _)| self.words(*kind).title);
        let all = due.len() + still.len();
        let subject = match (all, self.is_german()) {
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
        let how_often = match (known.count, self.is_german()) {
            (0 | 1, _) => String::new(),
            (count, false) => format!(" ({count} times)"),
            (count, true) => format!(" ({count} Mal)"),
        };
        let head = self.choose("Since", "Seit");
        let why = reported(self.language, &known.why);
        text.push_str(&format!("{head} {since}{how_often}: {why}\n\n"));
        if !known.to.is_empty() {
            text.push_str(&format!("{}\n\n", known.to.join("\n")));
        }
        match (known.waiting, self.is_german()) {
            (0, _) => {}
            (1, false) => text.push_str("1 mail waits. "),
            (1, true) => text.push_str("1 Mail wartet. "),
            (mails, false) => text.push_str(&format!("{mails} mails wait. ")),
            (mails, true) => text.push_str(&format!("{mails} Mails warten. ")),
        }
        text.push_str(remedy);
        text.push_str("\n\n");
    }

    fn over(
        &self,
        over: &[(Kind, Known, Timestamp)],
        still: &[(Kind, Known)],
        aftermath: Aftermath,
    ) -> (String, String) {
        let mut text = String::new();
        let subject = if still.is_empty() {
            let since = over.iter().map(|(_, _, ended)| *ended).max();
            let since = since.map(|since| self.moment(since)).unwrap_or_default();
            text.push_str(&match self.is_german() {
                false => format!("Since {since} all is well again.\n\n"),
                true => format!("Seit {since} ist alles wieder gut.\n\n"),
            });
            self.choose("All is well again", "Alles ist wieder gut")
        } else {
            text.push_str(self.choose("This is over:\n\n", "Das ist vorbei:\n\n"));
            self.choose(
                "Over, but something else still needs a person",
                "Vorbei, doch anderes braucht noch einen Menschen",
            )
        };
        for (kind, known, ended) in over {
            self.ended(*kind, known, *ended, &mut text);
        }
        self.came_of_it(aftermath, still.is_empty(), &mut text);
        if !still.is_empty() {
            text.push_str(self.choose(
                "This still needs a person, unless somebody has seen to it meanwhile (what happened is shown for a day):\n\n",
                "Das braucht noch einen Menschen, wenn sich nicht schon jemand darum gekümmert hat (was geschah, wird einen Tag lang gezeigt):\n\n",
            ));
            for (kind, known) in still {
                self.one(*kind, known, &mut text);
            }
            text.push_str(self.choose(
                "`handoffd status` shows how it stands now.\n",
                "`handoffd status` zeigt, wie es jetzt steht.\n",
            ));
        }
        (subject.to_owned(), text)
    }

    fn ended(&self, kind: Kind, known: &Known, ended: Timestamp, text: &mut String) {
        let title = self.words(kind).title;
        let (from, to) = (self.moment(known.since), self.moment(ended));
        let lasted = self.length(ended.duration_since(known.since));
        text.push_str(&match self.is_german() {
            false => format!("{title}: from {from} to {to}, {lasted}."),
            true => format!("{title}: von {from} bis {to}, {lasted}."),
        });
        match (known.waiting, self.is_german()) {
            (0, _) => {}
            (1, false) => text.push_str(" 1 mail waited for it."),
            (1, true) => text.push_str(" 1 Mail wartete darauf."),
            (mails, false) => text.push_str(&format!(" Up to {mails} mails waited for it.")),
            (mails, true) => text.push_str(&format!(" Bis zu {mails} Mails warteten darauf.")),
        }
        text.push_str("\n\n");
    }

    /// What came of the mails that waited: that they were sent is said of none that was given up.
    fn came_of_it(&self, aftermath: Aftermath, is_all: bool, text: &mut String) {
        let Aftermath { given_up, waiting } = aftermath;
        match (given_up, self.is_german()) {
            (0, _) => {}
            (1, false) => text.push_str(
                "1 mail was given up in that time and will not be sent by itself. Its team was told in a mail of its own, or you were; `handoffd \
                 outbox` shows it.\n\n",
            ),
            (1, true) => text.push_str(
                "1 Mail wurde in dieser Zeit aufgegeben und geht nicht von selbst hinaus. Ihr Team weiß es durch eine eigene Mail, oder Sie; \
                 `handoffd outbox` zeigt sie.\n\n",
            ),
            (mails, false) => text.push_str(&format!(
                "{mails} mails were given up in that time and will not be sent by themselves. Their teams were told of each in a mail of its own, \
                 or you were; `handoffd outbox` shows them.\n\n"
            )),
            (mails, true) => text.push_str(&format!(
                "{mails} Mails wurden in dieser Zeit aufgegeben und gehen nicht von selbst hinaus. Ihre Teams wissen es durch je eine eigene Mail, \
                 oder Sie; `handoffd outbox` zeigt sie.\n\n"
            )),
        }
        match (waiting, self.is_german()) {
            (0, _) => {}
            (1, false) => text.push_str("1 mail has still to leave. "),
            (1, true) => text.push_str("1 Mail muss noch hinaus. "),
            (mails, false) => text.push_str(&format!("{mails} mails have still to leave. ")),
            (mails, true) => text.push_str(&format!("{mails} Mails müssen noch hinaus. ")),
        }
        text.push_str(match (given_up, is_all) {
            (0, true) => self.choose(
                "What waited is handled and sent by itself; there is nothing to do.\n",
                "Was wartete, wird von selbst bearbeitet und gesendet; es ist nichts zu tun.\n",
            ),
            (0, false) => self.choose(
                "What waited is handled and sent by itself.\n\n",
                "Was wartete, wird von selbst bearbeitet und gesendet.\n\n",
            ),
            (_, true) => self.choose(
                "What else waited is handled and sent by itself.\n",
                "Was sonst wartete, wird von selbst bearbeitet und gesendet.\n",
            ),
            (_, false) => self.choose(
                "What else waited is handled and sent by itself.\n\n",
                "Was sonst wartete, wird von selbst bearbeitet und gesendet.\n\n",
            ),
        });
    }
}

#[cfg(test)]
#[path = "report/tests.rs"]
mod tests;
