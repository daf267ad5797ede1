//! A request about which so many mails went to and fro, and the customer's next mail in it.

use crate::desk::MEMBER;
use crate::words::{Chance, told};
use handoffd::gateway::Office;
use handoffd::mail::Address;
use handoffd::rehearsal::{
    Act, Expected, Lies, Origin, Person, Played, Stage, Step, Thread, Written,
};

/// The stage on which it was played, and the mail that comes next.
pub struct Grown<'a> {
    pub stage: Stage<'a>,
    pub next: Vec<u8>,
}

/// Plays it: a customer who wants a person, and a member of staff, in turns.
pub fn of(office: &Office, mails: usize) -> Grown<'_> {
    let stage = played(office, mails);
    // Conversations are the same each time they are played, so one that is a mail longer says what comes next.
    let longer = played(office, if mails % 2 == 1 { mails + 2 } else { mails + 1 });
    let next = longer.last_mail().unwrap().to_vec();
    Grown { stage, next }
}

fn played(office: &Office, mails: usize) -> Stage<'_> {
    let mut stage = Stage::set(office, None).unwrap();
    let mut chance = Chance::new(7);
    let mut played = Played {
        steps: Vec::new(),
        differences: Vec::new(),
    };
    for number in 0..mails {
        let act = match number % 2 {
            0 => customer_writes(number, &mut chance),
            _ => Act::StaffReplies {
                member: Address::parse(MEMBER).unwrap(),
                to_mail: None,
                text: told(
                    &format!("Thank you, this is what we know about part {number}."),
                    60,
                    &mut chance,
                ),
                attachments: vec![],
            },
        };
        let step = Step {
            line: number,
            act,
            origin: Origin::Genuine,
            expected: Expected::default(),
        };
        stage.play(number, &step, &mut played).unwrap();
    }
    assert!(played.differences.is_empty(), "{:?}", played.differences);
    let tickets: std::collections::BTreeSet<_> = played
        .steps
        .iter()
        .filter_map(|step| step.ticket.as_ref())
        .collect();
    assert_eq!(tickets.len(), 1, "one request");
    stage
}

fn customer_writes(number: usize, chance: &mut Chance) -> Act {
    let question = match number {
        0 => "I would like to speak to a person about this, please.".to_owned(),
        _ => format!("Which of the parts in bag {number} goes to the left side?"),
    };
    Act::Writes(Written {
        from: Person {
            name: "Ann".to_owned(),
            address: Address::parse("ann@c1.example").unwrap(),
        },
        subject: (number == 0).then(|| "My order".to_owned()),
        text: told(&question, 170, chance),
        cc: vec![],
        attachments: vec![],
        headers: vec![],
        thread: Thread::Last,
        lies: Lies::Inbox,
    })
}
