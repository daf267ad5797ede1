//! An old mailbox of the made-up bicycle shop of `config/desk`, of any size, of which is known what was put into it.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

/// What was put in.
pub struct MadeMailbox {
    /// The inbox, as mbox.
    pub inbox: String,
    /// The folder of sent mail, as mbox.
    pub sent: String,
    /// Mails of customers.
    pub customers: usize,
    /// Those among them that ask what an article answers, in its own words.
    pub routine: usize,
    /// Answers of people.
    pub answers: usize,
    /// Automatic replies of the mailbox.
    pub machines_of_ours: usize,
    /// Words of the question that came most often and that no article covers.
    pub largest_gap: &'static str,
    said: BTreeMap<String, bool>,
}

impl MadeMailbox {
    /// Whether people answered the mail of this subject with what its article says; `None` where they did not, or it is about no article.
    pub fn was_answered_the_same(&self, subject: &str) -> Option<bool> {
        self.said.get(subject).copied()
    }
}

/// The articles that are asked for.
const ARTICLES: [&str; 3] = ["return-how-to", "opening-hours", "payment-methods"];

/// Questions that no article covers; the first comes more often than the others.
const UNCOVERED: [&[&str]; 3] = [
    &[
        "May our school class visit your workshop? The children would like to see how a wheel is built.",
        "Our school class would like to visit your workshop and watch a wheel being built. May we come?",
        "Would a visit of our school class to the workshop be welcome? The children want to see wheels being built.",
    ],
    &[
        "Do you give riding courses for adults who never learned to ride?",
        "Are there riding courses for adults? I never learned to ride.",
    ],
    &[
        "Would you sponsor our village fair with a prize for the raffle?",
        "We look for sponsors of the raffle at our village fair, would you give a prize?",
    ],
];

/// So many mails that are not answers of people.
pub fn made(mails: usize) -> MadeMailbox {
    let texts: Vec<(Vec<String>, String)> = ARTICLES.iter().map(|name| article(name)).collect();
    let mut mailbox = MadeMailbox {
        inbox: String::new(),
        sent: String::new(),
        customers: 0,
        routine: 0,
        answers: 0,
        machines_of_ours: 0,
        largest_gap: "school class",
        said: BTreeMap::new(),
    };
    for number in 0..mails {
        let minutes = number * 97;
        let date = date(minutes);
        let from = format!("Wilma {number} <wilma{number}@home{number}.example>");
        let subject = format!("Question {number}");
        let head = |subject: &str| {
            format!(
                "From: {from}\nTo: support@alder-bikes.example\nSubject: {subject}\nDate: {date}\nMessage-ID: <{number}@home.example>\n"
            )
        };
        match number % 10 {
            9 => {
                let news = "List-Id: <news.bikes.example>\nPrecedence: bulk\n";
                let head = format!("{}{news}", head("News of the week"));
                add(&mut mailbox.inbox, &head, "New bells are in.");
            }
            7 | 8 => {
                // Of ten such mails five ask the first.
                let matter = [0, 0, 1, 0, 2][number / 5 % 5];
                let variants = UNCOVERED[matter];
                let text = variants[number / 10 % variants.len()];
                add(&mut mailbox.inbox, &head(&subject), &letter(text, number));
                mailbox.customers += 1;
            }
            _ => {
                let (asks, body) = &texts[number % texts.len()];
                let ask = &asks[number / 3 % asks.len()];
                add(&mut mailbox.inbox, &head(&subject), &letter(ask, number));
                mailbox.customers += 1;
                mailbox.routine += 1;
                let says_the_same = number % 10 < 4;
                if number % 10 < 6 {
                    let words = match says_the_same {
                        true => format!("Hello Wilma {number},\n\n{body}\n\nKim"),
                        false => format!(
                            "Hello Wilma {number},\n\nI have looked at your bicycle this morning and will phone you about the gear hub.\n\nKim"
                        ),
                    };
                    let head = reply_head(number, &subject, minutes + 45);
                    add(&mut mailbox.sent, &head, &words);
                    mailbox.answers += 1;
                    let _ = mailbox.said.insert(subject, says_the_same);
                } else {
                    let head = format!(
                        "{}Auto-Submitted: auto-replied\n",
                        reply_head(number, &subject, minutes + 1)
                    );
                    add(&mut mailbox.sent, &head, "We have got your mail.");
                    mailbox.machines_of_ours += 1;
                }
            }
        }
    }
    mailbox
}

fn letter(text: &str, number: usize) -> String {
    format!("Hello,\n\n{text}\n\nKind regards\nWilma {number}")
}

fn reply_head(number: usize, subject: &str, minutes: usize) -> String {
    format!(
        "From: Alder Bikes <support@alder-bikes.example>\nTo: wilma{number}@home{number}.example\nSubject: Re: {subject}\nDate: {}\nMessage-ID: <reply{number}.{minutes}@alder-bikes.example>\nIn-Reply-To: <{number}@home.example>\n",
        date(minutes)
    )
}

/// Minutes after a Monday morning.
fn date(minutes: usize) -> String {
    let begins: jiff::Timestamp = "2025-01-06T08:00:00Z".parse().unwrap();
    let at = begins + jiff::SignedDuration::from_mins(minutes as i64);
    at.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

fn add(mbox: &mut String, head: &str, text: &str) {
    let _ = write!(
        mbox,
        "From somebody@x.example Mon Jan  6 08:00:00 2025\n{head}MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}\n\n"
    );
}

/// What customers ask for it, and its text.
fn article(name: &str) -> (Vec<String>, String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/desk/knowledge");
    let text = std::fs::read_to_string(folder.join(format!("{name}.md"))).unwrap();
    let mut parts = text.splitn(3, "+++\n");
    let front: toml::Table = parts.nth(1).unwrap().parse().unwrap();
    let asks = front["ask"].as_array().unwrap().iter();
    let asks = asks.map(|ask| ask.as_str().unwrap().to_owned());
    (asks.collect(), parts.next().unwrap().trim().to_owned())
}
