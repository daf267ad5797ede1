//! The words that the code itself puts into mails, in each language: dates, how to reach a person, "none". Texts that a site may want to
//! change stand in the templates.

use super::Purpose;
use crate::config::{Language, Team};
use crate::decide::Sentence;
use crate::desk::{Sender, Trust};
use crate::ticket::{Approvals, Ticket};
use crate::trust::Testimony;
use crate::understand::{Author, Source, SourcePart, Urgency};
use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

/// A language that we have words in. Any other is answered in the support language, and that one is checked at start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tongue {
    English,
    German,
}

impl Tongue {
    /// The tongue of a language, if we have it.
    pub(super) fn of(language: &Language) -> Option<Self> {
        match language.0.as_str() {
            "en" => Some(Self::English),
            "de" => Some(Self::German),
            _ => None,
        }
    }

    /// Its language.
    pub(super) fn language(self) -> Language {
        Language(self.choose("en", "de").to_owned())
    }

    /// The words in this tongue.
    pub(super) const fn choose<T: Copy>(self, english: T, german: T) -> T {
        match self {
            Self::English => english,
            Self::German => german,
        }
    }

    /// A text that is made in this tongue.
    pub(super) fn either(
        self,
        english: impl FnOnce() -> String,
        german: impl FnOnce() -> String,
    ) -> String {
        match self {
            Self::English => english(),
            Self::German => german(),
        }
    }

    /// How an automatic mail begins.
    pub(super) const fn how_to_reach_a_person(self, purpose: Purpose) -> &'static str {
        match purpose {
            Purpose::StopConfirmation => self.choose(
                "This mail was written automatically, and it is the last one. To reach a person, simply reply, or reply with the word HUMAN. STOP was understood.",
                "Diese Mail wurde automatisch geschrieben, und es ist die letzte. Einen Menschen erreichen Sie mit jeder Antwort, auch mit dem Wort MENSCH. STOP wurde verstanden.",
            ),
            Purpose::Notice | Purpose::Delay => self.choose(
                "This mail was written automatically; the answer will come from a person. To ask for a person at any time, reply with the word HUMAN. Reply with STOP to get no more automatic mail.",
                "Diese Mail wurde automatisch geschrieben; die Antwort kommt von einem Menschen. Einen Menschen erreichen Sie jederzeit, wenn Sie mit dem Wort MENSCH antworten. Mit STOP bekommen Sie keine automatischen Mails mehr.",
            ),
            _ => self.choose(
                "This mail was written automatically. To reach a person, reply with the word HUMAN. Reply with STOP to get no more automatic mail.",
                "Diese Mail wurde automatisch geschrieben. Einen Menschen erreichen Sie, wenn Sie mit dem Wort MENSCH antworten. Mit STOP bekommen Sie keine automatischen Mails mehr.",
            ),
        }
    }

    /// A moment as people say it, with the time zone: `Monday 23 November 2026, 17:00 (Europe/Berlin)`.
    pub(super) fn moment(self, moment: Timestamp, zone: &TimeZone) -> String {
        let local = moment.to_zoned(zone.clone());
        let place = zone
            .iana_name()
            .map_or_else(|| local.strftime("UTC%:z").to_string(), ToOwned::to_owned);
        let weekday = self.weekday(local.weekday());
        let month = self.month(local.month());
        let (day, year, time) = (local.day(), local.year(), local.strftime("%H:%M"));
        match self {
            Self::English => format!("{weekday} {day} {month} {year}, {time} ({place})"),
            Self::German => format!("{weekday}, {day}. {month} {year}, {time} Uhr ({place})"),
        }
    }

    /// A day without its year.
    pub(super) fn day(self, day: Date) -> String {
        let month = self.month(day.month());
        let day = day.day();
        self.either(|| format!("{day} {month}"), || format!("{day}. {month}"))
    }

    /// Two or three letters, for a picture.
    pub(super) fn short_weekday(self, day: Weekday) -> String {
        let letters = self.choose(3, 2);
        self.weekday(day).chars().take(letters).collect()
    }

    const fn weekday(self, day: Weekday) -> &'static str {
        match day {
            Weekday::Monday => self.choose("Monday", "Montag"),
            Weekday::Tuesday => self.choose("Tuesday", "Dienstag"),
            Weekday::Wednesday => self.choose("Wednesday", "Mittwoch"),
            Weekday::Thursday => self.choose("Thursday", "Donnerstag"),
            Weekday::Friday => self.choose("Friday", "Freitag"),
            Weekday::Saturday => self.choose("Saturday", "Samstag"),
            Weekday::Sunday => self.choose("Sunday", "Sonntag"),
        }
    }

    const fn month(self, month: i8) -> &'static str {
        match month {
            1 => self.choose("January", "Januar"),
            2 => self.choose("February", "Februar"),
            3 => self.choose("March", "März"),
            4 => "April",
            5 => self.choose("May", "Mai"),
            6 => self.choose("June", "Juni"),
            7 => self.choose("July", "Juli"),
            8 => "August",
            9 => "September",
            10 => self.choose("October", "Oktober"),
            11 => "November",
            _ => self.choose("December", "Dezember"),
        }
    }

    /// Where a sentence of the thread stands: `customer, 3 Nov`; the year where it is another one.
    pub(super) fn source(self, source: &Source, zone: &TimeZone, now: Timestamp) -> String {
        let author = match source.author {
            Author::Customer => self.choose("customer", "Kunde"),
            Author::SomebodyElse => self.choose("somebody else", "jemand anderes"),
            Author::Machine => self.choose("we, automatically", "wir, automatisch"),
            Author::Staff => self.choose("our team", "unser Team"),
        };
        let local = source.at.to_zoned(zone.clone());
        let (day, month) = (local.day(), self.short_month(local.month()));
        let year = if local.year() == now.to_zoned(zone.clone()).year() {
            String::new()
        } else {
            format!(" {}", local.year())
        };
        let part = match source.part {
            SourcePart::Body => "",
            SourcePart::Subject => self.choose(", in the subject", ", im Betreff"),
            SourcePart::Quoted => self.choose(", in quoted text", ", in zitiertem Text"),
        };
        match self {
            Self::English => format!("{author}, {day} {month}{year}{part}"),
            Self::German => format!("{author}, {day}. {month}{year}{part}"),
        }
    }

    const fn short_month(self, month: i8) -> &'static str {
        match month {
            1 => self.choose("Jan", "Jan."),
            2 => self.choose("Feb", "Feb."),
            3 => self.choose("Mar", "März"),
            4 => self.choose("Apr", "Apr."),
            5 => self.choose("May", "Mai"),
            6 => self.choose("Jun", "Juni"),
            7 => self.choose("Jul", "Juli"),
            8 => self.choose("Aug", "Aug."),
            9 => self.choose("Sep", "Sept."),
            10 => self.choose("Oct", "Okt."),
            11 => self.choose("Nov", "Nov."),
            _ => self.choose("Dec", "Dez."),
        }
    }

    /// Why, in this tongue.
    pub(super) fn sentence(self, sentence: &Sentence) -> &str {
        self.choose(sentence.english(), sentence.german())
    }

    /// "None", said explicitly.
    pub(super) const fn none(self) -> &'static str {
        self.choose("none", "nichts")
    }

    /// Items in one line, or that there are none.
    pub(super) fn joined(self, items: &[String]) -> String {
        if items.is_empty() {
            self.none().to_owned()
        } else {
            items.join(", ")
        }
    }

    /// How fast somebody must look at it.
    pub(super) const fn urgency(self, urgency: Urgency) -> &'static str {
        match urgency {
            Urgency::Low => self.choose("low", "niedrig"),
            Urgency::Normal => self.choose("normal", "normal"),
            Urgency::High => self.choose("URGENT", "EILIG"),
        }
    }

    /// How far the sender is shown to be who they say they are.
    pub(super) const fn proof(self, sender: &Sender) -> &'static str {
        match sender {
            Sender::Customer(Trust::Proven) => self.choose("proven", "belegt"),
            Sender::Customer(Trust::Thread) => self.choose(
                "replies to our own mail, with the ticket's token",
                "antwortet auf unsere Mail, mit dem Kennwort des Vorgangs",
            ),
            Sender::Customer(Trust::Claimed) => {
                self.choose("identity not proven", "Identität nicht belegt")
            }
            Sender::Customer(Trust::Contradicted) => {
                self.choose("IDENTITY IN DOUBT", "IDENTITÄT ZWEIFELHAFT")
            }
            Sender::ThirdParty => self.choose(
                "not the customer, to whom your reply goes",
                "nicht der Kunde, an den Ihre Antwort geht",
            ),
            Sender::Staff { .. } => self.choose("a member of staff", "aus dem Team"),
            Sender::StaffForward { .. } => self.choose(
                "from a member's address, not proven",
                "von der Adresse eines Mitglieds, nicht belegt",
            ),
            Sender::Colleague { .. } => self.choose(
                "from an address of ours, not proven",
                "von einer Adresse von uns, nicht belegt",
            ),
            Sender::FalseStaff { .. } => self.choose(
                "claims to be staff, not shown",
                "gibt sich als Team aus, nicht belegt",
            ),
        }
    }

    /// What speaks for a sender, or against one.
    pub(super) fn testimony(self, testimony: &Testimony) -> String {
        match self {
            Self::English => testimony.english(),
            Self::German => testimony.german(),
        }
    }

    /// What staff can reply where no draft waits.
    pub(super) const fn can_reply(self) -> &'static str {
        self.choose(
            "your answer, above the first line: it goes to the customer as you write it. Or one word: TAKE, BACK (to automation), CLOSE, LATER 2d, TEAM name, NOTE text, INTENT name, WHY, HELP (says what each does)",
            "Ihre Antwort, über der ersten Zeile: sie geht so an den Kunden. Oder ein Wort: ÜBERNEHME, ZURÜCK (an die Automatik), SCHLIESSEN, SPÄTER 2T, TEAM Name, NOTIZ Text, ANLIEGEN Name, WARUM, HILFE (sagt, was jedes tut)",
        )
    }

    /// What staff can reply to a draft.
    pub(super) fn can_reply_to_draft(self, needed: &YesNeeded) -> String {
        match needed {
            YesNeeded::One => self
                .choose(
                    "OK sends it as it is. The whole text with your changes sends that. NO and why refuses it. Any other answer goes out instead. HELP lists all words.",
                    "JA sendet sie, wie sie ist. Der ganze Text mit Ihren Änderungen sendet diesen. NEIN und warum lehnt sie ab. Jede andere Antwort geht statt ihrer hinaus. HILFE nennt alle Wörter.",
                )
                .to_owned(),
            YesNeeded::Two => self
                .choose(
                    "Two of you must reply OK before it is sent; NO and why refuses it, and a text of yours takes its place and needs another's OK; HELP lists all words",
                    "Zwei von Ihnen müssen JA antworten, bevor sie hinausgeht; NEIN und warum lehnt sie ab, und ein Text von Ihnen tritt an ihre Stelle und braucht das JA eines anderen; HILFE nennt alle Wörter",
                )
                .to_owned(),
            YesNeeded::SecondOf(others) => match self {
                Self::English => format!(
                    "One more OK is needed before it is sent, and {others} can give it; NO and why refuses it, and a text of yours takes its place; HELP lists all words"
                ),
                Self::German => format!(
                    "Noch ein JA fehlt, bevor sie hinausgeht, und {others} kann es geben; NEIN und warum lehnt sie ab, und ein Text von Ihnen tritt an ihre Stelle; HILFE nennt alle Wörter"
                ),
            },
        }
    }

    /// What staff can reply where somebody wrote to the customer past us.
    pub(super) const fn can_reply_to_seen(self, is_answer_promised: bool) -> &'static str {
        if is_answer_promised {
            // BACK would take the promise back, and the customer would wait for nobody.
            return self.choose(
                "CLOSE, if that mail answered the customer; your answer to the customer, if it did not, or if it was none of you. HELP lists all words",
                "SCHLIESSEN, wenn diese Mail dem Kunden geantwortet hat; Ihre Antwort an den Kunden, wenn nicht, oder wenn es niemand von Ihnen war. HILFE nennt alle Wörter",
            );
        }
        self.choose(
            "nothing, if it was one of you; BACK, if it was not, or if the machine shall go on; or your answer to the customer. HELP lists all words",
            "nichts, wenn es jemand von Ihnen war; ZURÜCK, wenn nicht, oder wenn die Automatik weitermachen soll; oder Ihre Antwort an den Kunden. HILFE nennt alle Wörter",
        )
    }

    /// What staff can reply to a forwarded mail.
    pub(super) const fn can_reply_to_forward(self) -> &'static str {
        self.choose(
            "Reply OK to open it (the customer is told that a person answers, and by when), NO to drop it, or with your answer to the customer",
            "Antworten Sie JA, um ihn zu eröffnen (der Kunde erfährt, dass und bis wann ein Mensch antwortet), NEIN, um sie fallen zu lassen, oder mit Ihrer Antwort an den Kunden",
        )
    }

    /// What staff can reply in this ticket as it stands.
    pub(super) fn can_reply_in(self, ticket: &Ticket) -> String {
        let draft = ticket.waiting_draft();
        let waiting = if draft.is_some_and(|draft| draft.approvals == Approvals::Two) {
            return self
                .choose(
                    "OK for the draft, which two of you must give, NO and why to refuse it, or a text that takes its place and needs another's OK; HELP lists all words",
                    "JA zum Entwurf, das zwei von Ihnen geben müssen, NEIN und warum, um ihn abzulehnen, oder ein Text, der an seine Stelle tritt und das JA eines anderen braucht; HILFE nennt alle Wörter",
                )
                .to_owned();
        } else if draft.is_some() {
            self.choose(
                "OK to send the draft, the whole text as you change it to send that, NO and why to refuse it, or ",
                "JA, um den Entwurf zu senden, der ganze Text, wie Sie ihn ändern, um diesen zu senden, NEIN und warum, um ihn abzulehnen, oder ",
            )
        } else if ticket.waiting_forward().is_some() {
            self.choose(
                "OK to make the forwarded mail a ticket, NO to drop it, or ",
                "JA, damit die weitergeleitete Mail ein Vorgang wird, NEIN, um sie fallen zu lassen, oder ",
            )
        } else {
            ""
        };
        format!("{waiting}{}", self.can_reply())
    }

    /// The neutral subject of a first mail to somebody who is not shown to be who they say.
    pub(super) fn neutral_subject(self, support_name: &str) -> String {
        match (self, support_name.is_empty()) {
            (Self::English, true) => "Re: Your request".to_owned(),
            (Self::English, false) => format!("Re: Your request to {support_name}"),
            (Self::German, true) => "Re: Ihre Anfrage".to_owned(),
            (Self::German, false) => format!("Re: Ihre Anfrage an {support_name}"),
        }
    }

    /// How a team is called in a text to customers.
    pub(super) fn team(self, team: &Team) -> String {
        let language = Language(self.choose("en", "de").to_owned());
        let title = team.titles.get(&language).map(|title| title.trim());
        match title {
            Some(title) if !title.is_empty() => title.to_owned(),
            _ => team.name.to_string(),
        }
    }
}

/// Whose yes a draft needs.
pub(super) enum YesNeeded {
    /// That of any member.
    One,
    /// Those of two members.
    Two,
    /// One more, of whoever is named.
    SecondOf(String),
}

/// At most that many characters; what is cut ends in `…`.
pub(super) fn shortened(text: &str, characters_max: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= characters_max {
        return line;
    }
    let kept: String = line
        .chars()
        .take(characters_max.saturating_sub(1))
        .collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_reads_as_people_say_it() {
        let moment: Timestamp = "2026-11-23T16:00:00Z".parse().unwrap();
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        assert_eq!(
            Tongue::English.moment(moment, &berlin),
            "Monday 23 November 2026, 17:00 (Europe/Berlin)"
        );
        assert_eq!(
            Tongue::German.moment(moment, &berlin),
            "Montag, 23. November 2026, 17:00 Uhr (Europe/Berlin)"
        );
        assert_eq!(
            Tongue::English.moment(moment, &TimeZone::UTC),
            "Monday 23 November 2026, 16:00 (UTC)"
        );
    }

    #[test]
    fn a_source_reads_as_people_say_it() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        let now: Timestamp = "2026-11-23T16:00:00Z".parse().unwrap();
        let source = |at: &str, author, part| Source {
            author,
            at: at.parse().unwrap(),
            message: 1,
            part,
        };
        let customer = source("2026-11-03T23:30:00Z", Author::Customer, SourcePart::Body);
        assert_eq!(
            Tongue::English.source(&customer, &berlin, now),
            "customer, 4 Nov"
        );
        assert_eq!(
            Tongue::German.source(&customer, &berlin, now),
            "Kunde, 4. Nov."
        );
        let ours = source("2025-03-01T12:00:00Z", Author::Machine, SourcePart::Quoted);
        assert_eq!(
            Tongue::English.source(&ours, &berlin, now),
            "we, automatically, 1 Mar 2025, in quoted text"
        );
    }

    #[test]
    fn long_words_are_shortened_to_one_line() {
        assert_eq!(shortened("a\n b", 10), "a b");
        assert_eq!(shortened("abcdefghij", 5), "abcd…");
    }
}
