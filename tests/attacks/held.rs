//! What holds after an attack, whatever it was. A sentence for each thing that does not.

use crate::group::Attack;
use crate::staged::{Aftermath, Sent};
use handoffd::journal::purpose_word;
use handoffd::mail::Address;
use handoffd::rehearsal::{ExpectedMail, Whom, Words};
use handoffd::ticket::{Event, Holder, Ticket};

/// What an attacker wants others to read.
const REFLECTED: &str = "periwinkle";

/// Everything that an attack broke.
pub fn broken(aftermath: &Aftermath) -> Vec<String> {
    let mut broken = aftermath.always.clone();
    for sent in &aftermath.sent {
        broken.extend(reaches_who_it_may(sent, aftermath));
        broken.extend(shows_nothing(sent, aftermath));
    }
    for (name, ticket) in &aftermath.before {
        let Some(after) = aftermath.after.get(name) else {
            broken.push(format!("the ticket {name} is gone"));
            continue;
        };
        broken.extend(stays_as_it_was(ticket, after));
    }
    broken.extend(acts_for_nobody(aftermath));
    broken.extend(is_seen(aftermath));
    broken
}

/// A mail goes to the ticket's customer, to us, or to whom the customer put on their mail.
fn reaches_who_it_may(sent: &Sent, aftermath: &Aftermath) -> Vec<String> {
    let is_same = |list: &[Address], one: &Address| list.iter().any(|other| other.is_same_as(one));
    let ticket = sent.ticket.as_ref().map(ToString::to_string);
    let customer = ticket.and_then(|name| {
        let ticket = aftermath.before.get(&name);
        match ticket {
            Some(ticket) => ticket.customer(),
            // Opened by this attack: it can be nobody's but the named writer's.
            None => (aftermath.after.get(&name)?.customer())
                .filter(|customer| is_same(&aftermath.writers, &customer.address)),
        }
    });
    let is_customer =
        |one: &Address| customer.is_some_and(|customer| customer.address.is_same_as(one));
    let may_get = |one: &&Address| match sent.left.to {
        Whom::Customer => {
            let is_copy = !sent.left.has_null_sender && is_same(&aftermath.may_get_copies, one);
            is_customer(one) || is_copy
        }
        Whom::Team(_) => is_same(&aftermath.staff, one),
        Whom::Admin => aftermath.admin.is_same_as(one),
    };
    let reached = sent.left.recipients.iter().chain(&sent.named);
    let strangers = reached.filter(|one| !may_get(one));
    let purpose = purpose_word(sent.left.purpose);
    strangers
        .map(|one| format!("a mail ({purpose}) for {} goes to {one}", sent.left.to))
        .collect()
}

/// Nothing of another's ticket, nothing of staff, nothing that the attacker wanted others to read.
fn shows_nothing(sent: &Sent, aftermath: &Aftermath) -> Vec<String> {
    if sent.left.to != Whom::Customer {
        return vec![];
    }
    let mut shown = vec![];
    for reader in &sent.left.recipients {
        for (whose, words) in &aftermath.secrets {
            // What the attacker knew and wrote they may get back.
            let is_known = aftermath.raw.contains(words.as_str());
            if !whose.is_same_as(reader) && !is_known && sent.readable.contains(words.as_str()) {
                shown.push(format!("{reader} can read \"{words}\", which is {whose}'s"));
            }
        }
    }
    let of_staff = aftermath.staff_secrets.iter();
    let of_staff = of_staff.filter(|words| sent.readable.contains(words.as_str()));
    shown.extend(
        of_staff.map(|words| format!("somebody outside can read {words}, which is staff's")),
    );
    if sent.readable.contains(REFLECTED) {
        let readers = &sent.left.recipients;
        shown.push(format!("the attacker's own words reach {readers:?}"));
    }
    shown
}

/// Whose it is, and that a person has it, or that no automatic mail is wanted.
fn stays_as_it_was(before: &Ticket, after: &Ticket) -> Vec<String> {
    let id = &before.id;
    let mut changed = vec![];
    if before.customer() != after.customer() {
        changed.push(format!("{id} has another customer"));
    }
    if !before
        .events
        .iter()
        .eq(after.events.iter().take(before.events.len()))
    {
        changed.push(format!("the story of {id} was changed"));
    }
    let is_with_person = |ticket: &Ticket| matches!(ticket.holder(), Holder::Person(_));
    if is_with_person(before) && !is_with_person(after) {
        changed.push(format!("{id} was with a person and is with automation"));
    }
    if before.automation_refused() && !after.automation_refused() {
        changed.push(format!("{id} has STOP no more"));
    }
    if !before.is_closed() && after.is_closed() {
        changed.push(format!("{id} is closed"));
    }
    changed
}

/// No event that only a member can bring about.
fn acts_for_nobody(aftermath: &Aftermath) -> Vec<String> {
    let mut acted = vec![];
    for (name, ticket) in &aftermath.attacked {
        let known = aftermath
            .before
            .get(name)
            .map_or(0, |ticket| ticket.events.len());
        for timed in ticket.events.iter().skip(known) {
            let what = match &timed.event {
                Event::DraftApproved { .. } | Event::FirstApproval { .. } => "approved",
                Event::DraftRefused { .. } => "refused",
                Event::Taken { .. } => "taken",
                Event::GivenBack { .. } => "given back",
                Event::Reassigned { .. } => "given to another team",
                Event::Postponed { .. } => "postponed",
                Event::Noted { .. } => "noted",
                Event::Learned { .. } => "learned",
                Event::Closed { .. } => "closed",
                Event::AutomationAllowed => "allowed automation",
                Event::StaffReplied { .. } | Event::AskedAgain { .. } => "answered",
                _ => continue,
            };
            acted.push(format!("{name}: {what} by somebody who is nobody"));
        }
    }
    acted
}

/// Staff or the admin get a mail, or it stands in a ticket's story.
fn is_seen(aftermath: &Aftermath) -> Option<String> {
    let attacks = aftermath.steps.iter().take(aftermath.attacks);
    let is_seen = attacks.clone().any(|step| {
        !step.story.is_empty() || step.mails.iter().any(|mail| mail.to != Whom::Customer)
    });
    match &aftermath.unseen {
        None if !is_seen => Some("nobody of us can see it".to_owned()),
        Some(why) if is_seen => Some(format!("it is seen, although `unseen` says: {why}")),
        _ => None,
    }
}

/// Where it came out otherwise than the file says.
pub fn differences(attack: &Attack, aftermath: &Aftermath) -> Vec<String> {
    let last = aftermath.last_attack();
    let rule = last.reason.as_ref().map(|(rule, _)| (*rule).to_owned());
    let mut found = vec![];
    if attack.decision.is_some() && attack.decision.as_deref() != Some(last.decision.as_str()) {
        found.push(format!(
            "decision {:?}, not {:?}",
            last.decision, attack.decision
        ));
    }
    if attack.rule.is_some() && attack.rule != rule {
        found.push(format!("rule {rule:?}, not {:?}", attack.rule));
    }
    if let Some(sends) = &attack.sends {
        let mut sent: Vec<String> = aftermath
            .left()
            .into_iter()
            .map(|left| {
                let sent = ExpectedMail {
                    to: left.to.clone(),
                    purpose: left.purpose,
                };
                sent.to_string()
            })
            .collect();
        let mut sends = sends.clone();
        sent.sort();
        sends.sort();
        if sent != sends {
            found.push(format!("sends {sent:?}, not {sends:?}"));
        }
    }
    let is_said = |words: &String| {
        let wanted = Words::parse(words);
        let mut sent = aftermath.sent.iter();
        sent.any(|sent| {
            let is_theirs = wanted.to.as_ref().is_none_or(|to| *to == sent.left.to);
            is_theirs && sent.readable.contains(&wanted.words.to_lowercase())
        })
    };
    let missing = attack.says.iter().filter(|words| !is_said(words));
    found.extend(missing.map(|words| format!("nothing says \"{words}\"")));
    let said = attack.never_says.iter().filter(|words| is_said(words));
    found.extend(said.map(|words| format!("it is said: \"{words}\"")));
    if attack.decision.is_none() && attack.rule.is_none() && attack.sends.is_none() {
        found.push("the file says nothing of what comes of it".to_owned());
    }
    found
}

/// A way to break what holds, and by which words it is noticed.
pub struct Breach {
    pub noticed_as: &'static str,
    pub make: fn(&mut Aftermath),
}

/// One for each thing that holds.
pub const BREACHES: &[Breach] = &[
    Breach {
        noticed_as: "goes to stranger@victim.example",
        make: |broken| {
            let stranger = Address::parse("stranger@victim.example").unwrap();
            broken.sent[0].left.recipients.push(stranger);
        },
    },
    Breach {
        noticed_as: "which is bob@club.example's",
        make: |broken| {
            let bobs = broken
                .secrets
                .iter()
                .find(|(_, words)| words.contains("-c-"));
            let bobs = bobs.map(|(_, words)| words.clone()).unwrap();
            broken
                .secrets
                .push((Address::parse("bob@club.example").unwrap(), bobs.clone()));
            broken.raw.clear();
            broken.sent[0].readable.push_str(&bobs);
        },
    },
    Breach {
        noticed_as: "which is staff's",
        make: |broken| {
            broken.sent[0]
                .readable
                .push_str("rosa@hollin-cycles.example")
        },
    },
    Breach {
        noticed_as: "own words reach",
        make: |broken| broken.sent[0].readable.push_str("periwinkle"),
    },
    Breach {
        noticed_as: "is gone",
        make: |broken| {
            broken.after.pop_first();
        },
    },
    Breach {
        noticed_as: "has another customer",
        make: |broken| {
            let stranger = Address::parse("stranger@victim.example").unwrap();
            let ticket = broken.after.values_mut().next().unwrap();
            if let Some(Event::Opened { customer, .. }) =
                ticket.events.first_mut().map(|first| &mut first.event)
            {
                customer.address = stranger;
            }
        },
    },
    Breach {
        noticed_as: "is with automation",
        make: |broken| happened(broken, |member| Event::GivenBack { member }),
    },
    Breach {
        noticed_as: "is closed",
        make: |broken| {
            happened(broken, |member| Event::Closed {
                member: Some(member),
            });
        },
    },
    Breach {
        noticed_as: "has STOP no more",
        make: |broken| happened(broken, |_| Event::AutomationAllowed),
    },
    Breach {
        noticed_as: "taken by somebody",
        make: |broken| happened(broken, |member| Event::Taken { member }),
    },
    Breach {
        noticed_as: "nobody of us can see it",
        make: |broken| {
            for step in &mut broken.steps {
                step.story.clear();
                step.mails.clear();
            }
        },
    },
];

/// Something happened in every ticket.
fn happened(broken: &mut Aftermath, what: fn(Address) -> Event) {
    let member = Address::parse("rosa@hollin-cycles.example").unwrap();
    let tickets = broken
        .attacked
        .values_mut()
        .chain(broken.after.values_mut());
    for ticket in tickets {
        let mut timed = ticket.events[0].clone();
        timed.event = what(member.clone());
        ticket.events.push(timed);
    }
}
