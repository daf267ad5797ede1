//! Plays one attack: the scene, the attacker's mails, and what the journal and the mails that left say afterwards.

use crate::group::Attack;
use crate::placeholders::fill;
use handoffd::gateway::Office;
use handoffd::inbox::Content;
use handoffd::mail::Address;
use handoffd::rehearsal::{
    Act, Conversation, Expected, Left, Lies, Origin, Played, PlayedStep, Stage, Step, Whom,
};
use handoffd::ticket::{Party, Ticket, TicketId};
use std::collections::BTreeMap;

/// The desk after the scene.
pub struct Scene<'a> {
    pub office: &'a Office,
    stage: Stage<'a>,
    played: Played,
    /// The mail of each step.
    came: Vec<Vec<u8>>,
}

/// A mail that left after the attack began.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The ticket that it is about.
    pub ticket: Option<TicketId>,
    pub left: Left,
    /// Everybody whom its header names, but our own reply address.
    pub named: Vec<Address>,
    /// Its text, its subject and its files, in lower case.
    pub readable: String,
}

/// All that can be known once an attack is over.
#[derive(Clone, Debug)]
pub struct Aftermath {
    pub before: BTreeMap<String, Ticket>,
    /// After the attacker's last mail.
    pub attacked: BTreeMap<String, Ticket>,
    /// After the answer of a real member, where there is one.
    pub after: BTreeMap<String, Ticket>,
    /// What left, that which an answer of a real member brought included.
    pub sent: Vec<Sent>,
    /// How many steps were the attacker's.
    pub attacks: usize,
    pub steps: Vec<PlayedStep>,
    /// What always holds in conversations and did not.
    pub always: Vec<String>,
    /// The attacker's mails, in lower case.
    pub raw: String,
    /// Who is named as the writer of the attacker's mails.
    pub writers: Vec<Address>,
    /// Who may get copies of what a person writes.
    pub may_get_copies: Vec<Address>,
    /// Addresses of members and teams.
    pub staff: Vec<Address>,
    pub admin: Address,
    /// Of every ticket: whose it is, and what nobody else may read.
    pub secrets: Vec<(Address, String)>,
    /// What nobody outside may read.
    pub staff_secrets: Vec<String>,
    /// Whether staff need not see it, and why.
    pub unseen: Option<String>,
}

const ANSWER: &str = "Dear customer, this answer with all that is private is for you alone.";

/// Words of the scene that stand for what is private.
const PRIVATE: [(&str, &str); 5] = [
    ("ann@inbox.example", "heliotrope"),
    ("ann@inbox.example", "hc-27755"),
    ("ann@inbox.example", "marmalade"),
    ("bob@club.example", "vermilion"),
    ("gus@mill.example", "the bell is broken"),
];

impl Scene<'_> {
    pub fn ticket_of(&self, whose: &str) -> Ticket {
        let tickets = self.stage.journal().tickets(100).unwrap();
        let is_theirs = |ticket: &Ticket| {
            let customer = ticket.customer().unwrap();
            customer.address.as_str().starts_with(&format!("{whose}@"))
        };
        let found = tickets.into_iter().find(is_theirs);
        found.unwrap_or_else(|| panic!("{whose} has no ticket"))
    }

    /// The last mail of a purpose in a ticket.
    pub fn mail(&self, whose: &str, purpose: &str) -> &Left {
        let id = self.ticket_of(whose).id;
        let steps = self.played.steps.iter().rev();
        let mut mails = steps
            .filter(|step| step.ticket.as_ref() == Some(&id))
            .flat_map(|step| step.mails.iter());
        let found = mails.find(|mail| handoffd::journal::purpose_word(mail.purpose) == purpose);
        found.unwrap_or_else(|| panic!("{whose} has no {purpose}"))
    }

    pub fn came(&self, step: usize) -> &[u8] {
        &self.came[step - 1]
    }
}

fn tickets(stage: &Stage<'_>) -> BTreeMap<String, Ticket> {
    let tickets = stage.journal().tickets(100).unwrap().into_iter();
    tickets
        .map(|ticket| (ticket.id.to_string(), ticket))
        .collect()
}

/// Plays an attack on a desk of its own.
pub fn play(attack: &Attack, office: &Office, scenes: &[Conversation]) -> Aftermath {
    let mut scene = Scene {
        office,
        stage: Stage::set(office, None).unwrap(),
        played: Played {
            steps: vec![],
            differences: vec![],
        },
        came: vec![],
    };
    for step in scenes.iter().flat_map(|scene| &scene.steps) {
        scene.play(step);
        scene.came.push(scene.stage.last_mail().unwrap().to_vec());
    }
    assert!(scene.played.differences.is_empty(), "{:#?}", scene.played);
    let before = tickets(&scene.stage);
    let (secrets, staff_secrets) = secrets(&scene, &before);
    let first = scene.played.steps.len();

    let raws: Vec<String> = attack.mails.iter().map(|mail| fill(mail, &scene)).collect();
    for (number, raw) in raws.iter().enumerate() {
        let raw = whole(raw, number);
        scene.play(&step(Act::Comes {
            raw: raw.into_bytes(),
            lies: if attack.sent_copy {
                Lies::SentFolder
            } else {
                Lies::Inbox
            },
        }));
    }
    let attacked = tickets(&scene.stage);
    if let Some(member) = &attack.then_answers {
        scene.play(&step(Act::StaffReplies {
            member: Address::parse(member).unwrap(),
            to_mail: None,
            text: attack.answer.clone().unwrap_or_else(|| ANSWER.to_owned()),
            attachments: vec![],
        }));
    }
    let after = tickets(&scene.stage);
    let steps = scene.played.steps.split_off(first);
    let sent = steps.iter().flat_map(|step| {
        let sent = step.mails.iter();
        sent.map(|left| of_left(left, step, office))
    });
    let settings = &office.settings;
    let teams = settings.teams.iter();
    let address = |text: &String| Address::parse(text).unwrap();
    Aftermath {
        sent: sent.collect(),
        writers: raws.iter().flat_map(|raw| writers(raw, office)).collect(),
        raw: raws.join("\n").to_lowercase(),
        attacks: raws.len(),
        always: (scene.played.differences.iter())
            .map(|found| format!("{}: {}", found.what, found.got))
            .collect(),
        steps,
        before,
        attacked,
        after,
        may_get_copies: attack.may_get_copies.iter().map(address).collect(),
        staff: teams
            .flat_map(|team| {
                let members = team.members.iter().map(|member| &member.address);
                members.chain([&team.address])
            })
            .cloned()
            .collect(),
        admin: settings.support.admin.clone(),
        secrets,
        staff_secrets,
        unseen: attack.unseen.clone(),
    }
}

impl Scene<'_> {
    fn play(&mut self, step: &Step) {
        let number = self.played.steps.len() + 1;
        self.stage.play(number, step, &mut self.played).unwrap();
    }
}

fn step(act: Act) -> Step {
    Step {
        line: 1,
        act,
        origin: Origin::Genuine,
        expected: Expected::default(),
    }
}

/// The mail with the fields that a server would miss. One that begins with a line break has no header at all.
fn whole(raw: &str, number: usize) -> String {
    let head = raw.split("\n\n").next().unwrap_or_default().to_lowercase();
    let has = |name: &str| head.lines().any(|line| line.starts_with(name));
    let mut added = String::new();
    if !has("to:") {
        added.push_str("To: <help@hollin-cycles.example>\n");
    }
    if !has("date:") {
        added.push_str("Date: Mon, 12 Jan 2026 10:30:00 +0000\n");
    }
    if !has("message-id:") {
        added.push_str(&format!(
            "Message-ID: <attack-{number}@rehearsal.invalid>\n"
        ));
    }
    // What a mail program replays comes as it came.
    let raw = if has("message-id:") && has("date:") && has("to:") {
        raw.to_owned()
    } else {
        added + raw
    };
    raw.replace('\n', "\r\n")
}

fn writers(raw: &str, office: &Office) -> Vec<Address> {
    let content = Content::Whole(whole(raw, 0).into_bytes());
    let mail = office.read(&content).unwrap();
    let original = mail.forwarded_from.iter().map(|original| &original.from);
    let named = mail.from.iter().chain(&mail.form_writer).chain(original);
    named.map(|writer| writer.address.clone()).collect()
}

fn of_left(left: &Left, step: &PlayedStep, office: &Office) -> Sent {
    let mail = office.read(&Content::Whole(left.bytes.clone())).unwrap();
    let named = mail.to.iter().chain(&mail.cc).chain(&mail.reply_to);
    let named = named.map(|named| named.address.clone());
    let support = &office.settings.support;
    let files = mail.attachments.iter();
    let files = files.map(|file| String::from_utf8_lossy(&file.content).into_owned());
    let files: Vec<String> = files.collect();
    let raw = String::from_utf8_lossy(&left.bytes).replace("=\r\n", "");
    let readable = format!(
        "{raw}\n{}\n{}\n{}",
        left.subject,
        left.text,
        files.join("\n")
    );
    Sent {
        ticket: step.ticket.clone(),
        left: left.clone(),
        named: named.filter(|named| !support.is_at(named)).collect(),
        readable: readable.to_lowercase(),
    }
}

/// What of each ticket nobody but its customer may read, and what nobody outside may.
fn secrets(
    scene: &Scene<'_>,
    before: &BTreeMap<String, Ticket>,
) -> (Vec<(Address, String)>, Vec<String>) {
    let mut secrets: Vec<(Address, String)> = PRIVATE
        .iter()
        .map(|(whose, words)| (Address::parse(whose).unwrap(), (*words).to_owned()))
        .collect();
    let mut of_staff = vec![];
    for ticket in before.values() {
        let customer = ticket.customer().unwrap().address.clone();
        let token = |party: Party| scene.office.key.token(&ticket.id, &party);
        let own = token(Party::Customer(customer.clone()));
        secrets.push((customer.clone(), own.as_str().to_lowercase()));
        secrets.push((customer.clone(), ticket.id.to_string().to_lowercase()));
        secrets.push((customer, ticket.id.compact().to_lowercase()));
        for team in &scene.office.settings.teams {
            let token = token(Party::Staff(team.name.clone()));
            of_staff.push(token.as_str().to_lowercase());
        }
    }
    let mails = scene.played.steps.iter().flat_map(|step| &step.mails);
    let to_staff = mails.filter(|mail| mail.to != Whom::Customer);
    of_staff.extend(to_staff.map(|mail| mail.message_id.to_string().to_lowercase()));
    of_staff.push(handoffd::desk::PACKET_MARKER.to_lowercase());
    for team in &scene.office.settings.teams {
        of_staff.push(team.address.as_str().to_lowercase());
        of_staff.extend(
            team.members
                .iter()
                .map(|one| one.address.as_str().to_lowercase()),
        );
    }
    (secrets, of_staff)
}

impl Aftermath {
    pub fn left(&self) -> Vec<&Left> {
        self.sent.iter().map(|sent| &sent.left).collect()
    }

    /// The attacker's last step.
    pub fn last_attack(&self) -> &PlayedStep {
        &self.steps[self.attacks - 1]
    }

    /// What came of it, to read.
    pub fn in_words(&self) -> String {
        let mut told = String::new();
        for step in &self.steps {
            told.push_str(&format!(
                "  {}: {} {:?} {:?}\n",
                step.who, step.decision, step.reason, step.story
            ));
            for mail in &step.mails {
                told.push_str(&format!(
                    "    {}: {} to {:?} ({})\n",
                    mail.to,
                    handoffd::journal::purpose_word(mail.purpose),
                    mail.recipients,
                    mail.subject
                ));
            }
        }
        told
    }
}
