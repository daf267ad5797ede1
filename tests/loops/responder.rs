//! A robot that answers mail, as the file tells it, and the bytes of its answers.

use jiff::Timestamp;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Responder {
    pub name: String,
    subject: String,
    text: String,
    #[serde(default)]
    headers: Vec<String>,
    #[serde(default)]
    from: Option<String>,
    #[serde(default)]
    sender: Sender,
    #[serde(default)]
    names: Names,
    #[serde(default)]
    message_id: MessageId,
    #[serde(default = "once")]
    times: u32,
    /// In minutes.
    #[serde(default)]
    after: i64,
    #[serde(default = "once")]
    pub may_get: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Sender {
    #[default]
    Same,
    Other,
    Changing,
    Elsewhere,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Names {
    #[default]
    Both,
    InReplyTo,
    Nothing,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum MessageId {
    #[default]
    New,
    Same,
    None,
}

const fn once() -> u32 {
    1
}

#[derive(Deserialize)]
struct File {
    responder: Vec<Responder>,
}

pub fn all() -> Vec<Responder> {
    let file: File = toml::from_str(include_str!("responders.toml")).unwrap();
    file.responder
}

/// A mail of ours as a robot gets it.
pub struct Got {
    /// Whom it reached.
    pub recipient: String,
    pub subject: String,
    pub text: String,
    pub message_id: String,
    pub reply_to: String,
}

/// How a robot answers one mail.
pub struct Pace {
    /// How many mails it sends for one of ours.
    pub times: u32,
    /// After how many minutes.
    pub after: i64,
}

impl Responder {
    pub const fn pace(&self) -> Pace {
        Pace {
            times: self.times,
            after: self.after,
        }
    }

    /// Its answer to a mail of ours, the `number`-th that it writes.
    pub fn answers(&self, mail: &Got, number: u32, at: Timestamp) -> Vec<u8> {
        let fill = |pattern: &str| {
            let quoted: String = mail
                .text
                .lines()
                .map(|line| format!("> {line}\n"))
                .collect();
            pattern
                .replace("{subject}", &mail.subject)
                .replace("{n}", &(4_700 + number).to_string())
                .replace("{quoted}", &quoted)
                .replace("{text}", &mail.text)
        };
        let from = match (self.sender, &self.from) {
            (_, Some(from)) => from.clone(),
            (Sender::Same, None) => format!("Ann Weber <{}>", mail.recipient),
            (Sender::Other, None) => "Front desk <desk@inbox.example>".to_owned(),
            (Sender::Changing, None) => format!("ann-{number}@inbox.example"),
            (Sender::Elsewhere, None) => format!("ann@inbox-{number}.example"),
        };
        let mut fields = vec![
            format!("From: {from}"),
            format!("To: {}", mail.reply_to),
            format!("Date: {}", at.strftime("%a, %d %b %Y %H:%M:%S +0000")),
            format!("Subject: {}", fill(&self.subject).replace('\n', " ")),
        ];
        match self.message_id {
            MessageId::New => fields.push(format!("Message-ID: <robot-{number}@inbox.example>")),
            MessageId::Same => fields.push("Message-ID: <robot@inbox.example>".to_owned()),
            MessageId::None => {}
        }
        if self.names != Names::Nothing {
            fields.push(format!("In-Reply-To: <{}>", mail.message_id));
        }
        if self.names == Names::Both {
            fields.push(format!("References: <{}>", mail.message_id));
        }
        fields.extend(self.headers.iter().map(|line| fill(line)));
        if !self
            .headers
            .iter()
            .any(|line| line.starts_with("Content-Type"))
        {
            fields.push("Content-Type: text/plain; charset=utf-8".to_owned());
        }
        format!("{}\n\n{}\n", fields.join("\n"), fill(&self.text))
            .replace("\r\n", "\n")
            .replace('\n', "\r\n")
            .into_bytes()
    }
}
