//! The same mails in each run: routine questions, plain and HTML, one in ten with a file of 50 kB, one in twenty automatic.

use crate::mail_system::Letter;

/// One customer's mail.
pub struct Mail {
    pub from: String,
    pub raw: Vec<u8>,
}

/// What is written, and how many of it get an answer.
pub struct Load {
    pub mails: Vec<Mail>,
    pub answers: usize,
}

const NAMES: [&str; 8] = ["Ann", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gus", "Hanna"];

/// So many mails to this address, whose senders have `run` in their addresses.
pub fn load(run: &str, to: &str, mails: usize) -> Load {
    let mut answers = 0;
    let mails = (0..mails).map(|number| {
        let from = format!("{run}{number}@{run}-{}.example", number % 100);
        let name = NAMES[number % NAMES.len()];
        let text = format!("Hello,\n\nhow long does delivery take if I order today?\n\nThank you\n{name}, customer no. {number}");
        let mut letter = Letter::new(&from, to, "Delivery time", &text);
        if number % 10 == 3 {
            let file: Vec<u8> = (0..50_000_usize).map(|at| (at * 31 + number) as u8).collect();
            letter = letter.attach("photo.jpg", "image/jpeg", &file);
        }
        if number % 20 == 7 {
            letter = letter.header("Auto-Submitted", "auto-replied");
        } else {
            answers += 1;
        }
        let mut raw = letter.bytes();
        if number % 10 != 3 && number % 3 == 0 {
            raw = as_html(&raw);
        }
        Mail { from, raw }
    });
    let mails = mails.collect();
    Load { mails, answers }
}

/// So many mails that all get something, the last of each `every` urgent: an accident, for which a person is wanted at once. The others are routine, but
/// for one in ten, which no article is about: a person gets those as well.
pub fn with_urgent(run: &str, to: &str, mails: usize, every: usize) -> Vec<Mail> {
    let mail = |number: usize| {
        let from = format!("{run}{number}@{run}-{}.example", number % 100);
        let name = NAMES[number % NAMES.len()];
        let (subject, text) = if is_urgent(number, every) {
            (
                "Accident",
                "the brake of the new bike failed and my son is injured, there was an accident. Please call us immediately",
            )
        } else if number % 10 == 4 {
            (
                "A thought",
                "could you engrave the coat of arms of our village on the bell of my old bike, and what would the village pay for it",
            )
        } else {
            (
                "Delivery time",
                "how long does delivery take if I order today?",
            )
        };
        let text = format!("Hello,\n\n{text}\n\nThank you\n{name}, customer no. {number}");
        Mail {
            raw: Letter::new(&from, to, subject, &text).bytes(),
            from,
        }
    };
    (0..mails).map(mail).collect()
}

/// Whether a mail of [`with_urgent`] is.
pub const fn is_urgent(number: usize, every: usize) -> bool {
    number % every == every - 1
}

/// The same words as a mail program on the web writes them.
fn as_html(raw: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(raw).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let kept = |line: &&str| {
        let name = line
            .split(':')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        !matches!(
            name.as_str(),
            "content-type" | "content-transfer-encoding" | "mime-version"
        )
    };
    let head: Vec<&str> = head.split("\r\n").filter(kept).collect();
    let body: String = (body.lines())
        .map(|line| format!("<div>{line}</div>\r\n"))
        .collect();
    format!(
        "{}\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><body style=\"font-family: sans-serif\">\r\n{body}</body></html>\r\n",
        head.join("\r\n")
    )
    .into_bytes()
}
