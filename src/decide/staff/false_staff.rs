//! What only claims to be staff changes nothing and reaches no customer; the admin is told what it lacks. Pure.

use super::super::sentence::{Pattern, Sentence, Value, both};
use super::super::view::View;
use super::super::{Action, Match};
use crate::desk::{NotShown, Sender};
use crate::trust::Testimony;

const NOT_TAKEN_FOR_STAFF: Pattern<1> = both(
    "it is not taken for a mail of staff: {}; it changed nothing and reached no customer",
    "sie gilt nicht als Mail aus dem Team: {}; sie änderte nichts und erreichte keinen Kunden",
);

const NO_SENDER: Pattern<1> = both(
    "it holds the token of team {} and names no sender",
    "sie trägt das Kennwort von Team {} und nennt keinen Absender",
);
const NO_MEMBER: Pattern<2> = both(
    "it holds the packet's token, but {} is no member of team {}",
    "sie trägt das Kennwort der Übergabe, aber {} ist kein Mitglied von Team {}",
);
const SEVERAL_SENDERS: Pattern<0> = both(
    "it holds the packet's token, but names several senders",
    "sie trägt das Kennwort der Übergabe, nennt aber mehrere Absender",
);
const NOT_PROVEN: Pattern<1> = both(
    "it holds the packet's token and a member's address, but {}; `[trust] staff` says what a mail of staff needs",
    "sie trägt das Kennwort der Übergabe und die Adresse eines Mitglieds, aber der Absender ist nicht belegt ({}); `[trust] staff` \
     sagt, was eine Mail aus dem Team braucht",
);
const NOT_PROVEN_BY_A_SILENT_SERVER: Pattern<1> = both(
    "it holds the packet's token and a member's address, but {}; if that is so with every mail, `[trust] authserv_id` is not the name \
     that your server writes into Authentication-Results",
    "sie trägt das Kennwort der Übergabe und die Adresse eines Mitglieds, aber {}; wenn das bei jeder Mail so ist, ist `[trust] \
     authserv_id` nicht der Name, den Ihr Server in Authentication-Results schreibt",
);
const NO_TOKEN: Pattern<2> = both(
    "a team member wrote without the packet's token ({}, team {})",
    "ein Mitglied schrieb ohne das Kennwort der Übergabe ({}, Team {})",
);
const NO_TOKEN_IN_TICKET: Pattern<2> = both(
    "a team member wrote into a ticket without the packet's token; staff write to customers by replying to the packet ({}, team {})",
    "ein Mitglied schrieb in einen Vorgang ohne das Kennwort der Übergabe; das Team schreibt Kunden, indem es auf die Übergabe \
     antwortet ({}, Team {})",
);
const TEAM_MAILBOX: Pattern<1> = both(
    "the mailbox of team {} wrote without the packet's token",
    "das Postfach von Team {} schrieb ohne das Kennwort der Übergabe",
);
const OTHER_MAILBOX: Pattern<1> = both(
    "it comes from {}, another support mailbox of ours, where nobody is a customer",
    "sie kommt von {}, einem anderen unserer Support-Postfächer, in dem niemand Kunde ist",
);

pub(super) fn false_staff(view: &View<'_>) -> Vec<Match> {
    let Sender::FalseStaff { why } = view.situation.sender else {
        return vec![];
    };
    let from = view.situation.mail.from.as_ref();
    vec![Match::new(
        "false-staff",
        NOT_TAKEN_FOR_STAFF.around([Value::Words(&in_words(why))]),
        from.map(ToString::to_string).unwrap_or_default(),
        Action::Quarantine,
    )]
}

fn in_words(why: &NotShown) -> Sentence {
    match why {
        NotShown::NoSender(team) => NO_SENDER.with([team]),
        NotShown::NoMember { from, team } => NO_MEMBER.with([from, team]),
        NotShown::SeveralSenders => SEVERAL_SENDERS.into(),
        NotShown::NotProven(testimony) => {
            let found = Sentence::in_each(testimony.english(), testimony.german());
            let pattern = match testimony {
                Testimony::ServerSilent { .. } => NOT_PROVEN_BY_A_SILENT_SERVER,
                _ => NOT_PROVEN,
            };
            pattern.around([Value::Words(&found)])
        }
        NotShown::NoToken { from, team } => NO_TOKEN.with([from, team]),
        NotShown::NoTokenInTicket { from, team } => NO_TOKEN_IN_TICKET.with([from, team]),
        NotShown::TeamMailbox(team) => TEAM_MAILBOX.with([team]),
        NotShown::OtherMailbox(from) => OTHER_MAILBOX.with([from]),
    }
}
