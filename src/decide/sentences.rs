//! What does each rule say? Every sentence that may become the reason of a hand-off, in each language that we have words in, by the steps of
//! the deciding. What the customer wrote never stands in one: that is the evidence beside it.

use super::sentence::{Pattern, both};

// Step 1: what is ours, or nobody's.

pub(super) const OWN_COPY: Pattern<0> = both(
    "this is the copy of a mail of ours, which proves that it left",
    "das ist die Kopie einer Mail von uns, die beweist, dass sie hinausging",
);
pub(super) const OWN_ADDRESS: Pattern<0> = both(
    "it comes from our own address, but nothing shows that handoffd wrote it; a web form must name the customer in From, and staff \
     must write from their own address",
    "sie kommt von unserer eigenen Adresse, aber nichts zeigt, dass handoffd sie schrieb; ein Webformular muss den Kunden in From \
     nennen, und das Team muss von der eigenen Adresse schreiben",
);
pub(super) const OWN_MAIL: Pattern<0> = both(
    "it comes from our own address, and we do not answer ourselves",
    "sie kommt von unserer eigenen Adresse, und uns selbst antworten wir nicht",
);
pub(super) const REPORT_OF_NOTHING_OURS: Pattern<0> = both(
    "it is a delivery report, about no mail of ours that we know",
    "es ist ein Zustellbericht, über keine Mail von uns, die wir kennen",
);
pub(super) const DID_NOT_ARRIVE: Pattern<0> = both(
    "a mail of ours about this ticket did not arrive",
    "eine Mail von uns zu diesem Vorgang kam nicht an",
);
pub(super) const DELAYED_OR_ARRIVED: Pattern<0> = both(
    "it is a delivery report: the mail is delayed or arrived",
    "es ist ein Zustellbericht: die Mail verspätet sich oder kam an",
);
pub(super) const AUTO_REPLY: Pattern<0> = both(
    "a machine wrote this (an out-of-office note or another ticket system)",
    "das schrieb eine Maschine (eine Abwesenheitsnotiz oder ein anderes Vorgangssystem)",
);
pub(super) const FEEDBACK_REPORT: Pattern<0> = both(
    "it is a complaint report of a mail provider",
    "es ist ein Beschwerdebericht eines Mailanbieters",
);
pub(super) const LIST: Pattern<0> = both(
    "it came through a mailing list",
    "sie kam über eine Mailingliste",
);
pub(super) const BULK: Pattern<0> = both(
    "it is bulk mail or a newsletter",
    "es ist eine Massenmail oder ein Rundbrief",
);
pub(super) const NO_SENDER: Pattern<0> = both(
    "the mail names no sender that can be read, so nobody can be answered",
    "die Mail nennt keinen lesbaren Absender, also kann niemandem geantwortet werden",
);

// Step 3: a person is in already, or automation is not wanted.

pub(super) const STATUS_UNKNOWN: Pattern<0> = both(
    "the customer asks about a request, and nothing shows which one, or that it is theirs",
    "der Kunde fragt nach einer Anfrage, und nichts zeigt, nach welcher, oder dass es seine ist",
);
pub(super) const WHY: Pattern<0> = both(
    "the customer asks why they were answered like that",
    "der Kunde fragt, warum ihm so geantwortet wurde",
);
pub(super) const STATUS: Pattern<0> = both(
    "the customer asks how the request stands",
    "der Kunde fragt, wie es um die Anfrage steht",
);
pub(super) const PERSON_IN_TICKET: Pattern<1> = both(
    "a person of team {} is in this ticket, so automation stays silent",
    "ein Mensch aus Team {} ist in diesem Vorgang, also schweigt die Automatik",
);
pub(super) const PERSON_IN_CLOSED_TICKET: Pattern<1> = both(
    "the ticket had been closed, and its answers come from a person of team {}, so automation stays silent",
    "der Vorgang war abgeschlossen, und seine Antworten kommen von einem Menschen aus Team {}, also schweigt die Automatik",
);
pub(super) const START: Pattern<0> = both(
    "the customer takes STOP back; there is nothing else to do",
    "der Kunde nimmt STOP zurück; sonst ist nichts zu tun",
);
pub(super) const STOP_AGAIN: Pattern<0> = both(
    "the customer has said STOP before, and it was confirmed then",
    "der Kunde hat schon früher STOP gesagt, und es wurde bestätigt",
);
pub(super) const STOP: Pattern<0> = both(
    "the customer wants no automatic mail, which is confirmed once",
    "der Kunde will keine automatische Mail, was einmal bestätigt wird",
);
pub(super) const STOP_UNCONFIRMED: Pattern<0> = both(
    "the customer wants no automatic mail, and not even a confirmation may be sent",
    "der Kunde will keine automatische Mail, und nicht einmal bestätigt werden darf es",
);
pub(super) const AUTOMATION_REFUSED: Pattern<0> = both(
    "the customer has asked for no automatic mail (STOP), so a person answers",
    "der Kunde will keine automatische Mail (STOP), also antwortet ein Mensch",
);

// Step 4: what always goes to a person.

pub(super) const HUMAN_REQUEST: Pattern<0> = both(
    "the customer asks for a person",
    "der Kunde möchte einen Menschen",
);
pub(super) const FRUSTRATION: Pattern<0> = both(
    "the customer is enraged or in despair",
    "der Kunde ist aufgebracht oder verzweifelt",
);
pub(super) const LEGAL: Pattern<0> = both(
    "the customer speaks of lawyers, authorities or the press",
    "der Kunde spricht von Anwälten, Behörden oder der Presse",
);
pub(super) const SAFETY: Pattern<0> = both(
    "somebody may be in danger or hurt, or violence is threatened",
    "jemand ist vielleicht in Gefahr oder verletzt, oder Gewalt wird angedroht",
);
pub(super) const SECURITY: Pattern<0> = both(
    "it reports a security problem, a hacked account or phishing",
    "gemeldet wird eine Sicherheitslücke, ein gekapertes Konto oder Phishing",
);
pub(super) const PAYMENT_DATA: Pattern<0> = both(
    "it holds card or account data, or speaks of fraud",
    "Karten- oder Kontodaten stehen darin, oder es geht um Betrug",
);
pub(super) const PRIVACY: Pattern<0> = both(
    "the customer asks for their data or for its erasure",
    "der Kunde will Auskunft über seine Daten oder ihre Löschung",
);
pub(super) const MINOR: Pattern<0> = both(
    "a child seems to be writing",
    "es scheint ein Kind zu schreiben",
);
pub(super) const IDENTITY: Pattern<0> = both(
    "the sender's identity contradicts the mail or its thread",
    "die Identität des Absenders widerspricht der Mail oder ihrem Verlauf",
);

// Step 5: policy.

pub(super) const TOO_LARGE: Pattern<0> = both(
    "the mail is larger than the limit: only its headers were read, and it stays on the server",
    "die Mail ist größer als die Grenze: nur ihr Kopf wurde gelesen, und sie bleibt auf dem Server",
);
pub(super) const ENCRYPTED: Pattern<0> = both(
    "the mail is encrypted, and only a person with the key can read it",
    "die Mail ist verschlüsselt, und nur ein Mensch mit dem Schlüssel kann sie lesen",
);
pub(super) const THIRD_PARTY: Pattern<0> = both(
    "somebody other than the customer wrote into this ticket",
    "in diesen Vorgang schrieb jemand anderes als der Kunde",
);
pub(super) const VIP: Pattern<0> = both(
    "mails of this customer always go to a person",
    "Mails dieses Kunden gehen immer an einen Menschen",
);
pub(super) const LOOKED_UP: Pattern<2> = both(
    "by what {} says in {}, mails of this customer always go to a person",
    "nach dem, was {} bei {} sagt, gehen Mails dieses Kunden immer an einen Menschen",
);
pub(super) const LOOKUP_AWAY: Pattern<1> = both(
    "{} gave no answer, by which mails of some customers always go to a person",
    "{} gab keine Antwort, nach der Mails mancher Kunden immer an einen Menschen gehen",
);
pub(super) const ATTACHMENTS: Pattern<0> = both(
    "what the customer wants stands in the attachments, which only a person can judge",
    "was der Kunde will, steht in den Anhängen, die nur ein Mensch beurteilen kann",
);
pub(super) const LANGUAGE: Pattern<1> = both(
    "the mail is written in a language that we do not answer in ({})",
    "die Mail ist in einer Sprache geschrieben, in der wir nicht antworten ({})",
);
pub(super) const NO_TEXT_IN_LANGUAGE: Pattern<2> = both(
    "the article {} has no approved text in the customer's language ({})",
    "der Artikel {} hat keinen freigegebenen Text in der Sprache des Kunden ({})",
);
pub(super) const SEVERAL_REQUESTS: Pattern<1> = both(
    "the mail asks for several things ({}), and half an answer is none",
    "die Mail will mehreres ({}), und eine halbe Antwort ist keine",
);
pub(super) const PARTICULAR_NOT_IN_TEXT: Pattern<1> = both(
    "the question turns on something that the approved text about {} does not name",
    "die Frage hängt an etwas, das der freigegebene Text zu {} nicht nennt",
);
pub(super) const ARTICLE_FOR_PEOPLE: Pattern<1> = both(
    "requests about {} always go to a person",
    "Anfragen zu {} gehen immer an einen Menschen",
);
pub(super) const ARTICLE_NOT_WRITTEN: Pattern<1> = both(
    "the text about {} is not written yet",
    "der Text zu {} ist noch nicht geschrieben",
);

// Step 6: automation had its turn.

pub(super) const THANKS: Pattern<0> = both(
    "the customer says thanks and asks for nothing more",
    "der Kunde dankt und will nichts weiter",
);
pub(super) const DID_NOT_HELP_BEFORE: Pattern<0> = both(
    "the customer wrote before and says that it did not help",
    "der Kunde schrieb schon früher und sagt, dass es nicht half",
);
pub(super) const DID_NOT_HELP: Pattern<0> = both(
    "an answer was sent already, and the customer says that it did not help",
    "eine Antwort ging schon hinaus, und der Kunde sagt, dass sie nicht half",
);
pub(super) const SAME_AGAIN: Pattern<1> = both(
    "the approved answer about {} was sent already, and the customer writes about it again",
    "die freigegebene Antwort zu {} ging schon hinaus, und der Kunde schreibt wieder darüber",
);
pub(super) const ASKED_ALREADY: Pattern<1> = both(
    "details were asked for once already, and {} is still missing",
    "nach Angaben wurde schon einmal gefragt, und {} fehlt noch",
);
pub(super) const FROM_A_FORM: Pattern<0> = both(
    "it comes from a form on a web page, and nothing shows that the address in it is the writer's",
    "sie kommt von einem Webformular, und nichts zeigt, dass die Adresse darin dem Schreiber gehört",
);
pub(super) const MAIL_MANNERS: Pattern<0> = both(
    "mail manners (RFC 3834) forbid an automatic answer to this mail",
    "die Regeln für Mail (RFC 3834) verbieten eine automatische Antwort auf diese Mail",
);
pub(super) const LIMIT_IN_TICKET: Pattern<2> = both(
    "the limit of automatic mails in this ticket is reached ({} of {})",
    "die Grenze automatischer Mails in diesem Vorgang ist erreicht ({} von {})",
);
pub(super) const LIMIT_TO_ADDRESS: Pattern<2> = both(
    "the limit of automatic mails to this address within 24 hours is reached ({} of {})",
    "die Grenze automatischer Mails an diese Adresse binnen 24 Stunden ist erreicht ({} von {})",
);
pub(super) const LIMIT_TO_DOMAIN: Pattern<2> = both(
    "the limit of automatic mails to this domain within an hour is reached ({} of {})",
    "die Grenze automatischer Mails an diese Domain binnen einer Stunde ist erreicht ({} von {})",
);
pub(super) const LIMIT_TO_ALL: Pattern<2> = both(
    "the limit of automatic mails to all within an hour is reached ({} of {})",
    "die Grenze automatischer Mails an alle binnen einer Stunde ist erreicht ({} von {})",
);

pub(super) const LIMIT_TO_DOMAIN_IN_DAY: Pattern<2> = both(
    "the limit of automatic mails to this domain within 24 hours is reached ({} of {})",
    "die Grenze automatischer Mails an diese Domain binnen 24 Stunden ist erreicht ({} von {})",
);
pub(super) const LIMIT_TO_ALL_IN_DAY: Pattern<2> = both(
    "the limit of automatic mails to all within 24 hours is reached ({} of {})",
    "die Grenze automatischer Mails an alle binnen 24 Stunden ist erreicht ({} von {})",
);
pub(super) const BRAKE_SENT: Pattern<1> = both(
    "automatic mail is stopped for everybody, because {} of them left within an hour; `handoffd resume` lets them go again",
    "automatische Mails sind für alle angehalten, weil binnen einer Stunde {} hinausgingen; `handoffd resume` lässt sie wieder zu",
);
pub(super) const BRAKE_RETURNED: Pattern<2> = both(
    "automatic mail is stopped for everybody, because {} of the {} that left within an hour came back from machines; `handoffd resume` \
     lets them go again",
    "automatische Mails sind für alle angehalten, weil von Maschinen {} der {} zurückkamen, die binnen einer Stunde hinausgingen; \
     `handoffd resume` lässt sie wieder zu",
);
pub(super) const LOOP_ECHO: Pattern<0> = both(
    "it only says what a mail of ours said, as machines do that send mail back; so nothing automatic answers it",
    "sie sagt nur, was eine Mail von uns sagte, wie Maschinen, die Mails zurückschicken; darum antwortet ihr nichts automatisch",
);
pub(super) const LOOP_NAMES_OURS: Pattern<0> = both(
    "it brings a mail that we wrote to somebody else of the same domain, as machines do that answer from another address; so nothing \
     automatic answers it",
    "sie bringt eine Mail mit, die wir jemand anderem derselben Domain schrieben, wie Maschinen, die von einer anderen Adresse antworten; \
     darum antwortet ihr nichts automatisch",
);
pub(super) const LOOP_SAME_TEXT: Pattern<1> = both(
    "the same text came {} times within a day; so nothing automatic answers it again",
    "derselbe Text kam binnen eines Tages {} Mal; darum antwortet ihm nichts noch einmal automatisch",
);
pub(super) const LOOP_SAYS_SO: Pattern<0> = both(
    "it answers us and says of itself that a machine wrote it; so nothing automatic answers it",
    "sie antwortet uns und sagt selbst, dass eine Maschine sie schrieb; darum antwortet ihr nichts automatisch",
);
pub(super) const FLOOD_OF_TEXT: Pattern<1> = both(
    "the same text came {} times within an hour: further ones are kept in this ticket, and only the 10th, 100th … of them is told",
    "derselbe Text kam binnen einer Stunde {} Mal: weitere liegen in diesem Vorgang, und nur die 10., 100. … davon wird gemeldet",
);
pub(super) const FLOOD_OF_SENDER: Pattern<1> = both(
    "this address wrote {} mails within an hour: further ones are kept in this ticket, and only the 10th, 100th … of them is told",
    "diese Adresse schrieb binnen einer Stunde {} Mails: weitere liegen in diesem Vorgang, und nur die 10., 100. … davon wird gemeldet",
);
pub(super) const FLOOD_IN_TICKET: Pattern<1> = both(
    "{} mails came into this ticket within an hour: further ones are kept in it, and only the 10th, 100th … of them is told",
    "{} Mails kamen binnen einer Stunde in diesen Vorgang: weitere liegen darin, und nur die 10., 100. … davon wird gemeldet",
);

// Step 7: not sure.

pub(super) const NO_INTENT: Pattern<0> = both(
    "no article is near enough to what the mail says",
    "kein Artikel kommt dem nahe genug, was die Mail sagt",
);
pub(super) const CLOSE_INTENTS: Pattern<4> = both(
    "two articles are about equally near: {} ({}) and {} ({})",
    "zwei Artikel sind etwa gleich nahe: {} ({}) und {} ({})",
);
pub(super) const FAINT_INTENTS: Pattern<4> = both(
    "even the nearest article is only faintly like what the mail says: {} ({}), before {} ({})",
    "auch der nächste Artikel ähnelt dem, was die Mail sagt, nur entfernt: {} ({}), vor {} ({})",
);
pub(super) const NOT_SURE: Pattern<3> = both(
    "the nearest article is {}, but not surely enough to send it ({}, needed {})",
    "der nächste Artikel ist {}, aber nicht sicher genug, um ihn zu senden ({}, nötig {})",
);

// Steps 8 to 10: ask, draft, answer.

pub(super) const FACTS_MISSING: Pattern<2> = both(
    "the answer about {} needs {}, which the customer has not given yet",
    "die Antwort zu {} braucht {}, was der Kunde noch nicht angegeben hat",
);
pub(super) const FACT_NOT_KNOWN: Pattern<2> = both(
    "the answer about {} cannot be filled in: {} is not known",
    "die Antwort zu {} kann nicht ausgefüllt werden: {} ist nicht bekannt",
);
pub(super) const FACT_NOT_PLAIN: Pattern<2> = both(
    "the answer about {} cannot be filled in: the value of {} is not plain text",
    "die Antwort zu {} kann nicht ausgefüllt werden: der Wert von {} ist kein schlichter Text",
);
pub(super) const SURE: Pattern<3> = both(
    "the mail asks about {} ({}, needed {}), and the approved text says all that is needed",
    "die Mail fragt nach {} ({}, nötig {}), und der freigegebene Text sagt alles Nötige",
);
pub(super) const DRAFT_MODE: Pattern<3> = both(
    "the mail asks about {} ({}, needed {}), and every answer waits for a person's yes at present",
    "die Mail fragt nach {} ({}, nötig {}), und jede Antwort wartet zurzeit auf das Ja eines Menschen",
);
pub(super) const DRAFT_ARTICLE: Pattern<3> = both(
    "the mail asks about {} ({}, needed {}), and answers about this wait for a person's yes",
    "die Mail fragt nach {} ({}, nötig {}), und Antworten dazu warten auf das Ja eines Menschen",
);

pub(super) const NOT_EARNED: Pattern<6> = both(
    "the mail surely asks about {}; its text has not yet earned to go out by itself: {} of {} drafts were sent unchanged, needed are {} and \
     certainty of {} (so far {})",
    "die Mail fragt sicher nach {}; der Text darf noch nicht von selbst hinaus: {} von {} Entwürfen gingen unverändert hinaus, nötig sind {} und \
     Gewissheit von {} (bisher {})",
);
pub(super) const EARNED_AND_NOT_ALLOWED: Pattern<3> = both(
    "the mail surely asks about {}, and its text has earned to go out by itself ({} of {} drafts were sent unchanged); that waits for the admin's yes",
    "die Mail fragt sicher nach {}, und der Text hat sich verdient, von selbst hinauszugehen ({} von {} Entwürfen gingen unverändert hinaus); dazu \
     fehlt das Ja des Admins",
);
pub(super) const IN_SHADOW: Pattern<3> = both(
    "the mail asks about {} ({}, needed {}), and that article is only tried in the background so far: please answer in your own words",
    "die Mail fragt nach {} ({}, nötig {}), und dieser Artikel wird bisher nur im Hintergrund erprobt: bitte antworten Sie in eigenen Worten",
);

// Why the customer is not told of a hand-off, or of a delay.

pub(super) const NOTHING_TO_THIRD_PARTIES: Pattern<0> = both(
    "somebody other than the customer wrote, and nothing automatic goes to third parties",
    "jemand anderes als der Kunde schrieb, und an Dritte geht nichts Automatisches",
);
pub(super) const MIGHT_REACH_THE_WRONG_PERSON: Pattern<0> = both(
    "the sender's identity is in doubt, and a notice might reach the wrong person",
    "die Identität des Absenders ist zweifelhaft, und eine Nachricht könnte den Falschen erreichen",
);
pub(super) const NAMES_NO_SENDER: Pattern<0> =
    both("the mail names no sender", "die Mail nennt keinen Absender");
pub(super) const REFUSES_AUTOMATION: Pattern<0> = both(
    "the customer has asked for no automatic mail (STOP)",
    "der Kunde will keine automatische Mail (STOP)",
);
pub(super) const NO_TEAM: Pattern<0> = both(
    "no team is configured, so no time can be promised",
    "es ist kein Team eingerichtet, also kann keine Zeit versprochen werden",
);
pub(super) const TAKEN: Pattern<0> = both(
    "a member took the ticket (TAKE), so nothing automatic goes out",
    "ein Mitglied hat den Vorgang übernommen (ÜBERNEHME), also geht nichts Automatisches hinaus",
);
pub(super) const TOLD_OFTEN_ENOUGH: Pattern<1> = both(
    "the customer was told a new time {} times already, and a further one would not be believed",
    "dem Kunden wurde schon {}-mal eine neue Zeit genannt, und noch eine würde nicht geglaubt",
);
pub(super) const LIMIT: Pattern<0> = both(
    "a limit of automatic mails is reached",
    "eine Grenze automatischer Mails ist erreicht",
);

/// No mail of ours came of it.
pub(super) const NOT_WRITTEN: Pattern<1> = both(
    "the mail could not be written ({})",
    "die Mail konnte nicht geschrieben werden ({})",
);
/// A part of us failed.
pub(super) const FAILURE: Pattern<1> = both(
    "a part of handoffd failed: {}",
    "ein Teil von handoffd versagte: {}",
);

// What our own people do past us, and what a new mail makes void.

pub(super) const WROTE_OUTSIDE: Pattern<1> = both(
    "{} wrote to the customer past us, so automation stays silent",
    "{} schrieb dem Kunden an uns vorbei, also schweigt die Automatik",
);
pub(super) const WROTE_OUTSIDE_KNOWN: Pattern<1> = both(
    "the mail of {} to the customer is known already",
    "die Mail von {} an den Kunden ist schon bekannt",
);
pub(super) const WROTE_OUTSIDE_PERHAPS: Pattern<0> = both(
    "somebody of us seems to have written to the customer, so nothing automatic goes out",
    "jemand von uns scheint dem Kunden geschrieben zu haben, also geht nichts Automatisches hinaus",
);
pub(super) const CROSSED: Pattern<1> = both(
    "the customer wrote again about {} before they saw our mail about it, so it is not sent twice",
    "der Kunde schrieb noch einmal zu {}, bevor er unsere Mail dazu sah, also geht sie nicht zweimal hinaus",
);
pub(super) const ANSWER_WAITS: Pattern<1> = both(
    "the customer wrote again about {} before our mail about it has left; it still goes out, and only once",
    "der Kunde schrieb noch einmal zu {}, bevor unsere Mail dazu hinausging; sie geht noch hinaus, und nur einmal",
);
pub(super) const NOT_ARRIVED: Pattern<1> = both(
    "our mail about {} did not arrive, and the customer writes about it again",
    "unsere Mail zu {} kam nicht an, und der Kunde schreibt wieder darüber",
);
pub(super) const DRAFT_WITHDRAWN: Pattern<1> = both(
    "draft {}, which waited for a yes, is withdrawn, because the customer wrote again",
    "Entwurf {}, der auf ein Ja wartete, ist hinfällig, weil der Kunde noch einmal schrieb",
);
pub(super) const DRAFT_AND_YES_WITHDRAWN: Pattern<2> = both(
    "draft {}, which waited for a yes, is withdrawn, because the customer wrote again; the yes of {} is void",
    "Entwurf {}, der auf ein Ja wartete, ist hinfällig, weil der Kunde noch einmal schrieb; das Ja von {} gilt nicht mehr",
);
