//! What did a member do? One sentence each, in each language that we have words in: who, of which team, and what.

use super::super::sentence::{Pattern, both};

/// And why not.
pub(super) const IMPOSSIBLE: Pattern<3> = both(
    "{} (team {}) asked for something that cannot be done: {}",
    "{} (Team {}) wollte etwas, das nicht geht: {}",
);

// The draft that waits, and a forwarded mail.

pub(super) const APPROVED: Pattern<2> = both(
    "{} (team {}) approved the draft",
    "{} (Team {}) gab den Entwurf frei",
);
pub(super) const APPROVED_FIRST: Pattern<2> = both(
    "{} (team {}) approved the draft, which needs another member's yes as well",
    "{} (Team {}) gab den Entwurf frei, der auch das Ja eines anderen Mitglieds braucht",
);
pub(super) const EDITED: Pattern<2> = both(
    "{} (team {}) changed the draft and sent it like that",
    "{} (Team {}) änderte den Entwurf und sandte ihn so",
);
pub(super) const EDITED_WAITS: Pattern<2> = both(
    "{} (team {}) changed the draft, which needs another member's yes",
    "{} (Team {}) änderte den Entwurf, der das Ja eines anderen Mitglieds braucht",
);
pub(super) const REFUSED: Pattern<2> = both(
    "{} (team {}) refused the draft",
    "{} (Team {}) lehnte den Entwurf ab",
);
pub(super) const FORWARDED: Pattern<3> = both(
    "{} (team {}) forwarded a mail of {}; it waits for a yes",
    "{} (Team {}) leitete eine Mail von {} weiter; sie wartet auf ein Ja",
);
pub(super) const OPENED_FORWARD: Pattern<2> = both(
    "{} (team {}) said yes to the forwarded mail",
    "{} (Team {}) sagte Ja zur weitergeleiteten Mail",
);
pub(super) const DROPPED_FORWARD: Pattern<2> = both(
    "{} (team {}) dropped the forwarded mail",
    "{} (Team {}) ließ die weitergeleitete Mail fallen",
);

// The ticket.

pub(super) const TOOK: Pattern<2> = both(
    "{} (team {}) took the ticket",
    "{} (Team {}) übernahm den Vorgang",
);
pub(super) const GAVE_BACK: Pattern<2> = both(
    "{} (team {}) gave the ticket back to automation",
    "{} (Team {}) gab den Vorgang an die Automatik zurück",
);
pub(super) const CLOSED: Pattern<2> = both(
    "{} (team {}) closed the ticket",
    "{} (Team {}) schloss den Vorgang",
);
pub(super) const NOTED: Pattern<2> = both(
    "{} (team {}) left a note",
    "{} (Team {}) hinterließ eine Notiz",
);
pub(super) const NAMED_INTENT: Pattern<2> = both(
    "{} (team {}) said what the customer wants",
    "{} (Team {}) sagte, was der Kunde will",
);
pub(super) const WANTS_REMINDER: Pattern<2> = both(
    "{} (team {}) wants to be reminded of the ticket",
    "{} (Team {}) möchte an den Vorgang erinnert werden",
);
/// And when.
pub(super) const POSTPONED: Pattern<3> = both(
    "{} (team {}) wants to be reminded of the ticket: {}",
    "{} (Team {}) möchte an den Vorgang erinnert werden: {}",
);
pub(super) const GAVE_AWAY: Pattern<2> = both(
    "{} (team {}) gave the ticket to another team",
    "{} (Team {}) gab den Vorgang an ein anderes Team",
);
/// And to which.
pub(super) const GAVE_TO_TEAM: Pattern<3> = both(
    "{} (team {}) gave the ticket to another team: {}",
    "{} (Team {}) gab den Vorgang an ein anderes Team: {}",
);
pub(super) const ASKED_WHY: Pattern<2> = both(
    "{} (team {}) asked why it was decided this way",
    "{} (Team {}) fragte, warum so entschieden wurde",
);
pub(super) const ASKED_HELP: Pattern<2> = both(
    "{} (team {}) asked what can be replied",
    "{} (Team {}) fragte, was man antworten kann",
);
pub(super) const ANSWERED: Pattern<2> = both(
    "{} (team {}) answered the customer",
    "{} (Team {}) antwortete dem Kunden",
);
pub(super) const SENT_NO_WORDS: Pattern<2> = both(
    "{} (team {}) sent no words",
    "{} (Team {}) sandte keine Worte",
);

// What is taken for no mail of staff.

pub(super) const TICKET_NOT_KNOWN: Pattern<2> = both(
    "{} (team {}) answers a ticket that is not known any more",
    "{} (Team {}) antwortet auf einen Vorgang, der nicht mehr bekannt ist",
);
