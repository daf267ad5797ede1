//! The ten questions: what is asked, what an empty answer means, and which answers are none.

use super::given;
use crate::config::WorkingHours;
use crate::mail::Address;
use jiff::tz::TimeZone;
use std::collections::BTreeMap;

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Question {
    Name,
    Address,
    InboxHost,
    SmtpHost,
    User,
    Password,
    Team,
    Members,
    Hours,
    Zone,
}

/// What was answered.
#[derive(Clone, Debug, Default)]
pub(super) struct Answers(BTreeMap<Question, String>);

impl Answers {
    pub(super) fn take(&mut self, question: Question, given: String) {
        let _ = self.0.insert(question, given);
    }

    pub(super) fn of(&self, question: Question) -> &str {
        self.0
            .get(&question)
            .map(String::as_str)
            .unwrap_or_default()
    }

    pub(super) fn members(&self) -> Vec<&str> {
        given::addresses(self.of(Question::Members))
    }

    fn domain(&self) -> &str {
        let address = self.of(Question::Address);
        address.split_once('@').map_or("", |(_, domain)| domain)
    }
}

/// Servers that take a token and, as a rule, no password.
const ASK_FOR_TOKENS: [&str; 4] = [
    "imap.gmail.com",
    "smtp.gmail.com",
    "outlook.office365.com",
    "smtp.office365.com",
];

/// The zone of the machine, where people live in it. Servers keep UTC, and customers would read their promised times in it.
fn zone_of_people(name: Option<&str>) -> Option<String> {
    let name = name.filter(|name| name.contains('/') && !name.starts_with("Etc/"));
    name.map(str::to_owned)
}

impl Question {
    pub(super) const ALL: [Self; 10] = [
        Self::Name,
        Self::Address,
        Self::InboxHost,
        Self::SmtpHost,
        Self::User,
        Self::Password,
        Self::Team,
        Self::Members,
        Self::Hours,
        Self::Zone,
    ];

    /// What is asked.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Name => "What do customers know you as?",
            Self::Address => "Which address do they write to?",
            Self::InboxHost => "Which server has its mailbox (IMAP with TLS, port 993)?",
            Self::SmtpHost => "Which server sends (SMTP with TLS, port 465)?",
            Self::User => "Which user logs in to both?",
            Self::Password => "With which password? (empty: you write it into the file yourself)",
            Self::Team => "Which mailbox gets what a person must see? (not the one above)",
            Self::Members => "Who answers there? Their own addresses, with commas between",
            Self::Hours => "When do they answer?",
            Self::Zone => "In which time zone (like Europe/Berlin)?",
        }
    }

    /// What an empty answer means.
    pub(super) fn otherwise(self, before: &Answers) -> Option<String> {
        match self {
            Self::Name | Self::Address | Self::Team | Self::Members => None,
            Self::InboxHost => Some(format!("imap.{}", before.domain())),
            Self::SmtpHost => Some(format!("smtp.{}", before.domain())),
            Self::User => Some(before.of(Self::Address).to_owned()),
            Self::Password => Some(String::new()),
            Self::Hours => Some("Mon-Fri 09:00-17:00".to_owned()),
            Self::Zone => zone_of_people(TimeZone::system().iana_name()),
        }
    }

    /// An answer in the form that the settings have.
    pub(super) fn in_form(self, given: String) -> String {
        match self {
            Self::Address | Self::Team => given::address(&given).to_owned(),
            Self::Members => given::addresses(&given).join(", "),
            Self::Hours => given::hours(&given),
            _ => given,
        }
    }

    /// What the person should know before the next question.
    pub(super) fn remark(self, given: &str) -> Option<String> {
        let is_host = matches!(self, Self::InboxHost | Self::SmtpHost);
        let asks = is_host
            && ASK_FOR_TOKENS
                .iter()
                .any(|host| given.eq_ignore_ascii_case(host));
        asks.then(|| {
            format!("{given} takes a token, not a password: leave that empty, then docs/oauth2.md leads through it, and `handoffd login`")
        })
    }

    /// Whether it must not be shown.
    pub(super) const fn is_secret(self) -> bool {
        matches!(self, Self::Password)
    }

    /// Why this is no answer, with what would be one.
    pub(super) fn problem(self, given: &str, before: &Answers) -> Option<String> {
        let no_address = |text: &str| {
            Address::parse(text)
                .err()
                .map(|_| format!("`{text}` is no address: write it like support@shop.example"))
        };
        match self {
            Self::Name | Self::User => given.is_empty().then(|| "write a name".to_owned()),
            Self::Address => no_address(given),
            Self::Team if given.eq_ignore_ascii_case(before.of(Self::Address)) => {
                Some("that is the mailbox that is watched: handoffd would read its own mails. Name another one".to_owned())
            }
            Self::Team => no_address(given),
            Self::Members => match given::addresses(given).as_slice() {
                [] => Some("write at least one address: only members can speak for you".to_owned()),
                members => members.iter().find_map(|member| no_address(member)),
            },
            Self::InboxHost | Self::SmtpHost => {
                let is_plain = |c: char| c.is_ascii_alphanumeric() || ".-:".contains(c);
                let is_host = !given.is_empty() && given.chars().all(is_plain);
                (!is_host).then(|| format!("`{given}` is no server's name: write it like imap.shop.example"))
            }
            Self::Password => None,
            Self::Hours => WorkingHours::parse_spans(given)
                .err()
                .map(|why| why.to_string()),
            Self::Zone if given.is_empty() => {
                Some("this machine keeps UTC, in which customers would read when they are answered: write the team's, like Europe/Berlin".to_owned())
            }
            Self::Zone => TimeZone::get(given)
                .err()
                .map(|_| format!("`{given}` is no time zone: write it like Europe/Berlin")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_in_utc_says_nothing_about_its_people() {
        for name in [
            None,
            Some("UTC"),
            Some("Etc/UTC"),
            Some("GMT"),
            Some("Etc/Unknown"),
        ] {
            assert_eq!(zone_of_people(name), None);
        }
        let why = Question::Zone.problem("", &Answers::default()).unwrap();
        assert!(why.contains("this machine keeps UTC"), "{why}");
        let berlin = "Europe/Berlin";
        assert_eq!(zone_of_people(Some(berlin)).as_deref(), Some(berlin));
    }

    #[test]
    fn who_asks_for_tokens_is_said_before_the_password_is_asked_for() {
        let said = Question::InboxHost.remark("imap.gmail.com").unwrap();
        assert!(said.contains("docs/oauth2.md") && said.contains("handoffd login"));
        assert_eq!(Question::InboxHost.remark("imap.tea.example"), None);
        assert_eq!(Question::Password.remark("imap.gmail.com"), None);
    }
}
