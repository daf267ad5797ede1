//! One exchange: a customer writes, their robot answers every mail that leaves for a customer, and it is counted what that brings.

use super::responder::{Got, Responder};
use handoffd::compose::Purpose;
use handoffd::gateway::Office;
use handoffd::mail::Address;
use handoffd::rehearsal::{
    Act, Expected, Left, Lies, Origin, Person, Played, Stage, Step, Thread, Whom, Written,
};
use jiff::SignedDuration;

/// Rounds of mail and answer; a loop that lives so long is endless.
const ROUNDS_MAX: usize = 20;

/// A customer's first mail.
pub struct First {
    pub name: &'static str,
    text: &'static str,
}

pub const FIRST_MAILS: [First; 3] = [
    First {
        name: "a routine question",
        text: "Hello,\n\nhow long does delivery take if I order today?\n\nAnn",
    },
    First {
        name: "a question that lacks a detail",
        text: "Where is my order?",
    },
    First {
        name: "a matter for people",
        text: "Hi, the left pedal fell off on the first ride. Order HC-27755.\n\nAnn",
    },
];

pub struct Exchange {
    played: Played,
    /// How many steps there were before a member of staff wrote.
    before_staff: usize,
    robots_mails: u32,
}

/// Plays steps on a desk of its own.
pub struct Player<'a> {
    stage: Stage<'a>,
    pub played: Played,
}

impl<'a> Player<'a> {
    pub fn new(office: &'a Office) -> Self {
        Self {
            stage: Stage::set(office, None).unwrap(),
            played: Played {
                steps: Vec::new(),
                differences: Vec::new(),
            },
        }
    }

    /// The mails that left for customers by it.
    pub fn play(&mut self, act: Act) -> Vec<Left> {
        let step = Step {
            line: 0,
            act,
            origin: Origin::Genuine,
            expected: Expected::default(),
        };
        let number = self.played.steps.len() + 1;
        self.stage.play(number, &step, &mut self.played).unwrap();
        let mails = self.played.steps.last().unwrap().mails.iter();
        mails
            .filter(|mail| mail.to == Whom::Customer)
            .cloned()
            .collect()
    }

    pub fn writes(&mut self, from: &str, subject: &str, text: &str) -> Vec<Left> {
        self.play(Act::Writes(Written {
            from: Person {
                name: String::new(),
                address: Address::parse(from).unwrap(),
            },
            subject: Some(subject.to_owned()),
            text: text.to_owned(),
            cc: vec![],
            attachments: vec![],
            headers: vec![],
            thread: Thread::Fresh,
            lies: Lies::Inbox,
        }))
    }
}

impl Exchange {
    pub fn play(office: &Office, responder: &Responder, first: &First) -> Self {
        let mut player = Player::new(office);
        let mut waiting = player.writes("ann@inbox.example", "A question", first.text);
        let mut robots_mails = 0;
        robot_answers(&mut player, responder, &mut waiting, &mut robots_mails);
        let before_staff = player.played.steps.len();
        let mails = player.played.steps.iter().flat_map(|step| &step.mails);
        let mut packets = mails.filter(|mail| mail.purpose == Purpose::Packet);
        let team = packets
            .next_back()
            .map(|packet| packet.recipients[0].clone());
        if let Some(team) = team {
            let is_care = team.as_str().starts_with("care@");
            let member = if is_care { "rosa" } else { "mira" };
            let mut waiting = player.play(Act::StaffReplies {
                member: Address::parse(&format!("{member}@hollin-cycles.example")).unwrap(),
                to_mail: None,
                text: "Dear Ann, a person here: we look into it and come back to you.".to_owned(),
                attachments: vec![],
            });
            robot_answers(&mut player, responder, &mut waiting, &mut robots_mails);
        }
        Self {
            played: player.played,
            before_staff,
            robots_mails,
        }
    }

    fn automatic(&self, steps: std::ops::Range<usize>) -> u32 {
        let mails = self.played.steps[steps].iter().flat_map(|step| &step.mails);
        let automatic = mails.filter(|mail| is_automatic(mail)).count();
        u32::try_from(automatic).unwrap()
    }

    fn to_teams(&self) -> usize {
        let mails = self.played.steps.iter().flat_map(|step| &step.mails);
        let to_team =
            |mail: &&Left| matches!(mail.purpose, Purpose::Packet | Purpose::CustomerWroteAgain);
        mails.filter(to_team).count()
    }

    pub fn what_is_wrong(&self, responder: &Responder) -> Vec<String> {
        let mut wrong = Vec::new();
        let sent = self.automatic(0..self.before_staff);
        if sent > responder.may_get {
            wrong.push(format!(
                "{sent} automatic mails left, {} may",
                responder.may_get
            ));
        }
        let later = self.automatic(self.before_staff..self.played.steps.len());
        if later > 0 {
            wrong.push(format!("{later} automatic mails left after a person wrote"));
        }
        if self.robots_mails == 0 {
            wrong.push("the robot wrote nothing".to_owned());
        }
        // One for the request, one for each mail of the robot that nobody can tell from a person's, and what it sends on a person's answer.
        let bound = 3 + (responder.may_get * responder.pace().times * 2) as usize;
        if self.to_teams() > bound {
            wrong.push(format!("{} mails to teams", self.to_teams()));
        }
        wrong.extend(
            self.played
                .differences
                .iter()
                .map(|found| found.got.clone()),
        );
        wrong
    }

    pub fn story(&self) -> String {
        let lines = self.played.steps.iter().map(|step| {
            let mails: Vec<String> = step
                .mails
                .iter()
                .map(|mail| format!("{:?} {:?}", mail.to, mail.purpose))
                .collect();
            let reason = step.reason.as_ref();
            format!(
                "    {} -> {} ({}) {}",
                step.who,
                step.decision,
                reason.map_or(String::new(), |(rule, why)| format!("{rule}: {why}")),
                mails.join(", ")
            )
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// What a machine wrote to a customer. That a promise goes by is told at most twice, whatever a robot does: that is no part of the exchange.
fn is_automatic(mail: &Left) -> bool {
    mail.to == Whom::Customer && mail.has_null_sender && mail.purpose != Purpose::Delay
}

fn got_by_robot(mail: &Left) -> Got {
    let read = mail_parser::MessageParser::default()
        .parse(&mail.bytes)
        .unwrap();
    let reply_to = read.reply_to().and_then(|list| list.first()).unwrap();
    Got {
        recipient: "ann@inbox.example".to_owned(),
        subject: mail.subject.clone(),
        text: mail.text.clone(),
        message_id: mail.message_id.as_str().to_owned(),
        reply_to: reply_to.address().unwrap().to_owned(),
    }
}

/// The robot answers each mail that left for a customer, as long as there is one.
fn robot_answers(
    player: &mut Player<'_>,
    responder: &Responder,
    waiting: &mut Vec<Left>,
    written: &mut u32,
) {
    for _ in 0..ROUNDS_MAX {
        let got = std::mem::take(waiting);
        if got.is_empty() {
            break;
        }
        let pace = responder.pace();
        if pace.after > 0 {
            waiting.extend(player.play(Act::Waits(SignedDuration::from_mins(pace.after))));
        }
        for mail in &got {
            for _ in 0..pace.times {
                *written += 1;
                let at = player.played.steps.last().unwrap().at;
                let raw = responder.answers(&got_by_robot(mail), *written, at);
                let lies = Lies::Inbox;
                waiting.extend(player.play(Act::Comes { raw, lies }));
            }
        }
    }
}
