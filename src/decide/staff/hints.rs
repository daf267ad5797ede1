//! Why can it not be done what a member asked for? Every sentence that may end in the mail "nothing was sent or changed", in each language
//! that we have words in; it goes on after a colon, and says what to do instead.

use super::super::sentence::{Pattern, both};

// The mail as a whole.

pub(super) const TOO_LARGE: Pattern<0> = both(
    "your mail is larger than the limit and was not read; send it again without large attachments",
    "Ihre Mail ist größer als die Grenze und wurde nicht gelesen; senden Sie sie noch einmal ohne große Anhänge",
);
pub(super) const ENCRYPTED: Pattern<0> = both(
    "your mail is encrypted and cannot be read; send it again unencrypted",
    "Ihre Mail ist verschlüsselt und kann nicht gelesen werden; senden Sie sie noch einmal unverschlüsselt",
);
pub(super) const NO_WORDS: Pattern<0> = both(
    "no words of yours were found above the packet; write your answer above it",
    "über der Übergabe fanden sich keine Worte von Ihnen; schreiben Sie Ihre Antwort darüber",
);
pub(super) const CHANGED_BELOW: Pattern<0> = both(
    "the draft seems to be changed inside the quoted mail, where nothing is read, because nobody can tell what of it is meant; \
     copy the whole answer above the first line and change it there (a text above it goes to the customer when the draft is not \
     quoted below)",
    "der Entwurf scheint in der zitierten Mail geändert zu sein; dort wird nichts gelesen, weil niemand weiß, was davon gemeint ist; \
     kopieren Sie die ganze Antwort über die erste Zeile und ändern Sie sie dort (ein Text darüber geht an den Kunden, wenn der \
     Entwurf nicht darunter zitiert ist)",
);
pub(super) const TRY_AGAIN: Pattern<1> = both(
    "{}; nothing was sent, please try again",
    "{}; bitte senden Sie Ihre Mail noch einmal",
);

// Words that lack something.

pub(super) const NOTE_IS_EMPTY: Pattern<0> = both(
    "the note is empty; write its text after the word NOTE",
    "die Notiz ist leer; schreiben Sie ihren Text hinter das Wort NOTIZ",
);
pub(super) const NO_TIME: Pattern<1> = both(
    "LATER needs a time ahead of now, at most {} days: LATER 2h, LATER 3 days, LATER tomorrow, LATER monday, LATER 2026-12-24",
    "SPÄTER braucht eine Zeit, die noch kommt, höchstens {} Tage voraus: SPÄTER 2h, SPÄTER 3 Tage, SPÄTER morgen, SPÄTER Montag, \
     SPÄTER 2026-12-24",
);
pub(super) const NO_TEAM_NAMED: Pattern<1> = both(
    "the name of a team is missing after TEAM, so the ticket stays where it is; reply with TEAM and one of {}",
    "hinter TEAM fehlt der Name eines Teams, also bleibt der Vorgang, wo er ist; antworten Sie mit TEAM und einem von {}",
);
pub(super) const NO_SUCH_TEAM: Pattern<2> = both(
    "there is no team \"{}\", so the ticket stays where it is; reply with TEAM and one of {}",
    "ein Team „{}“ gibt es nicht, also bleibt der Vorgang, wo er ist; antworten Sie mit TEAM und einem von {}",
);
pub(super) const FORWARD_IS_NO_TICKET: Pattern<0> = both(
    "the forwarded mail is no ticket yet; reply with OK or NO first",
    "die weitergeleitete Mail ist noch kein Vorgang; antworten Sie zuerst mit JA oder NEIN",
);
pub(super) const TEAM_HAS_IT: Pattern<1> = both(
    "team {} has the ticket already",
    "Team {} hat den Vorgang schon",
);
pub(super) const NO_ARTICLE_NAMED: Pattern<1> = both(
    "the name of an article is missing after INTENT, so nothing was learned; reply with INTENT and one of {}, or with INTENT none",
    "hinter ANLIEGEN fehlt der Name eines Artikels, also wurde nichts gelernt; antworten Sie mit ANLIEGEN und einem von {}, oder mit \
     ANLIEGEN keines",
);
pub(super) const NO_SUCH_ARTICLE: Pattern<2> = both(
    "there is no article with the intent \"{}\", so nothing was learned; reply with INTENT and one of {}, or with INTENT none",
    "einen Artikel zum Anliegen „{}“ gibt es nicht, also wurde nichts gelernt; antworten Sie mit ANLIEGEN und einem von {}, oder mit \
     ANLIEGEN keines",
);

// A yes or a no, and what waits for one.

pub(super) const FORWARD_WAITS_NO_DRAFT: Pattern<0> = both(
    "no draft waits in this ticket, but a forwarded mail; reply OK to that mail to make it a ticket",
    "in diesem Vorgang wartet kein Entwurf, sondern eine weitergeleitete Mail; antworten Sie auf jene Mail mit JA, damit sie ein \
     Vorgang wird",
);
pub(super) const FORWARD_OF_ANOTHER_TEAM: Pattern<2> = both(
    "the forwarded mail waits for a yes of team {}, not of team {}",
    "die weitergeleitete Mail wartet auf ein Ja von Team {}, nicht von Team {}",
);
pub(super) const NO_FORWARD: Pattern<0> = both(
    "the forwarded mail waits for no yes any more: it is a ticket already, or was dropped",
    "die weitergeleitete Mail wartet auf kein Ja mehr: sie ist schon ein Vorgang, oder wurde fallen gelassen",
);
pub(super) const NO_TO_FORWARD_GOES_ON: Pattern<0> = both(
    "it begins with NO and goes on, so nothing was sent or dropped; reply with NO alone to drop the forwarded mail, or with an \
     answer to the customer that begins with another word",
    "Ihre Antwort beginnt mit NEIN und geht weiter; antworten Sie mit NEIN allein, um die weitergeleitete Mail fallen zu lassen, \
     oder dem Kunden mit einem Text, der mit einem anderen Wort beginnt",
);
pub(super) const NO_SUCH_DRAFT: Pattern<2> = both(
    "there is no draft {} in this ticket, the one that waits is draft {}, and nothing was sent; read that one and reply OK to its mail",
    "einen Entwurf {} gibt es in diesem Vorgang nicht, es wartet Entwurf {}; lesen Sie diesen und antworten Sie auf seine Mail mit JA",
);
pub(super) const NEWER_DRAFT_ANSWERED: Pattern<0> = both(
    "a newer draft has taken the place of the one that you answered, and nothing was sent; read the newer one and reply OK to that \
     mail",
    "an die Stelle des Entwurfs, auf den Sie antworten, ist ein neuerer getreten; lesen Sie den neueren und antworten Sie auf jene \
     Mail mit JA",
);
pub(super) const NEWER_DRAFT_CHANGED: Pattern<0> = both(
    "a newer draft has taken the place of the one that you changed, and nothing was sent; read the newer one and reply to that mail",
    "an die Stelle des Entwurfs, den Sie geändert haben, ist ein neuerer getreten; lesen Sie den neueren und antworten Sie auf jene \
     Mail",
);
pub(super) const DRAFT_OF_ANOTHER_TEAM: Pattern<2> = both(
    "the draft waits for a yes of team {}, not of team {}",
    "der Entwurf wartet auf ein Ja von Team {}, nicht von Team {}",
);
pub(super) const YES_ON_RECORD: Pattern<2> = both(
    "your yes to this draft is on record since {}, and it needs that of another member as well: {} can give it",
    "Ihr Ja zu diesem Entwurf ist vermerkt seit {}, und er braucht auch das eines anderen Mitglieds: {} kann es geben",
);
pub(super) const NOBODY_ELSE: Pattern<0> = both("nobody else of the team", "niemand sonst im Team");
pub(super) const TWO_OF_ANOTHER_TEAM: Pattern<1> = both(
    "a draft waits in this ticket for two members of team {}, and nobody answers it alone; write NOTE and your text to tell them",
    "in diesem Vorgang wartet ein Entwurf auf zwei Mitglieder von Team {}, und niemand antwortet darauf allein; schreiben Sie NOTIZ \
     und Ihren Text, um es ihnen zu sagen",
);
pub(super) const FILES_CANNOT_WAIT: Pattern<0> = both(
    "files cannot wait for the yes of another member; send the text without them, and the files as an answer of their own when it \
     was sent",
    "Dateien können nicht auf das Ja eines anderen Mitglieds warten; senden Sie den Text ohne sie, und die Dateien als eigene \
     Antwort, sobald er hinausging",
);

// No draft waits, and what became of the last one.

pub(super) const NO_DRAFT: Pattern<0> = both(
    "no draft waits in this ticket; if the customer is to get your yes or no, write it as a whole sentence",
    "in diesem Vorgang wartet kein Entwurf; soll der Kunde Ihr Ja oder Nein bekommen, schreiben Sie es als ganzen Satz",
);
pub(super) const NO_DRAFT_ANY_MORE: Pattern<1> = both(
    "no draft waits in this ticket any more: {}; if the customer is to get your yes or no, write it as a whole sentence",
    "in diesem Vorgang wartet kein Entwurf mehr: {}; soll der Kunde Ihr Ja oder Nein bekommen, schreiben Sie es als ganzen Satz",
);
pub(super) const DRAFT_WAS_SENT: Pattern<2> = both(
    "{} approved it on {}, and it was sent, once",
    "{} hat ihn am {} freigegeben, und er ging einmal hinaus",
);
pub(super) const DRAFT_WAS_SENT_EDITED: Pattern<2> = both(
    "{} sent it with changes on {}, once",
    "{} hat ihn am {} mit Änderungen gesandt, einmal",
);
pub(super) const DRAFT_WAS_REFUSED: Pattern<2> =
    both("{} refused it on {}", "{} hat ihn am {} abgelehnt");
pub(super) const DRAFT_WAS_ANSWERED_INSTEAD: Pattern<2> = both(
    "{} answered the customer instead on {}",
    "{} hat stattdessen am {} dem Kunden geantwortet",
);
pub(super) const DRAFT_CUSTOMER_WROTE_AGAIN: Pattern<1> = both(
    "the customer wrote again on {}, and each yes to it is void",
    "der Kunde hat am {} noch einmal geschrieben, und kein Ja dazu gilt mehr",
);
pub(super) const DRAFT_WAS_OVERTAKEN: Pattern<1> = both(
    "the ticket went another way on {}",
    "der Vorgang hat am {} einen anderen Weg genommen",
);

// What may have been meant as a word to us.

pub(super) const QUESTION_GOES_ON: Pattern<0> = both(
    "it begins with a yes or a no to a draft and goes on, so nothing was sent or refused; reply with that line alone, and with an \
     answer to the customer in a mail of its own",
    "Ihre Antwort beginnt mit einem Ja oder Nein zu einem Entwurf und geht weiter; antworten Sie mit jener Zeile allein, und dem \
     Kunden in einer eigenen Mail",
);
pub(super) const YES_GOES_ON: Pattern<0> = both(
    "it begins with a yes and goes on, so neither the draft nor your text was sent; reply with OK alone to say yes, or with the \
     whole answer without OK",
    "Ihre Antwort beginnt mit einem Ja und geht weiter, also ging weder der Entwurf hinaus noch Ihr Text; antworten Sie mit JA \
     allein, um zuzustimmen, oder mit der ganzen Antwort ohne JA",
);
pub(super) const SHORT_BESIDE_A_DRAFT: Pattern<0> = both(
    "a draft waits, and so short a text may be a yes or a no to it, so neither was sent; reply with OK or NO alone, or with the \
     answer to the customer below a greeting",
    "ein Entwurf wartet, und ein so kurzer Text kann ein Ja oder ein Nein dazu sein, also ging nichts hinaus; antworten Sie mit JA \
     oder NEIN allein, oder mit der Antwort an den Kunden unter einer Anrede",
);
pub(super) const NO_THAT_AGREES: Pattern<0> = both(
    "it begins with a no and reads like a yes, so nothing was sent or refused; reply with OK or NO alone",
    "Ihre Antwort beginnt mit einem Nein und liest sich wie ein Ja, also wurde nichts gesendet oder abgelehnt; antworten Sie mit JA \
     oder NEIN allein",
);
pub(super) const OPEN_PLACE: Pattern<0> = both(
    "it holds the place of a detail that nobody has given, so nothing was sent; write the detail there, or the sentence anew",
    "Ihre Antwort enthält die Stelle einer Angabe, die niemand gemacht hat, also ging nichts hinaus; schreiben Sie die Angabe dorthin \
     oder den Satz neu",
);
pub(super) const COLLEAGUE_WAS_FIRST: Pattern<2> = both(
    "{} answered the customer on {}, after the mail that you replied to, so your text was not sent; if the customer is to get it as \
     well, reply to this mail with it",
    "{} hat dem Kunden am {} geantwortet, nach der Mail, auf die Sie antworten, also ging Ihr Text nicht hinaus; soll der Kunde ihn \
     auch bekommen, antworten Sie damit auf diese Mail",
);
pub(super) const COMMAND_GOES_ON: Pattern<0> = both(
    "it begins with a command and goes on, so nothing was sent or changed; reply with the word alone, and with the answer to the \
     customer in a mail of its own",
    "Ihre Antwort beginnt mit einem Befehlswort und geht weiter; antworten Sie mit dem Wort allein, und dem Kunden in einer eigenen \
     Mail",
);
pub(super) const INTENT_GOES_ON: Pattern<0> = both(
    "it begins with INTENT and goes on, so nothing was sent or changed; reply with INTENT and one name alone, and with the answer \
     to the customer in a mail of its own",
    "Ihre Antwort beginnt mit ANLIEGEN und geht weiter; antworten Sie mit ANLIEGEN und einem Namen allein, und dem Kunden in einer \
     eigenen Mail",
);
pub(super) const LATER_GOES_ON: Pattern<0> = both(
    "it begins with LATER and goes on, so nothing was sent or changed; reply with LATER and a time alone, and with the answer to \
     the customer in a mail of its own",
    "Ihre Antwort beginnt mit SPÄTER und geht weiter; antworten Sie mit SPÄTER und einer Zeit allein, und dem Kunden in einer \
     eigenen Mail",
);
pub(super) const TEAM_GOES_ON: Pattern<0> = both(
    "it begins with TEAM and goes on, so nothing was sent or changed; reply with TEAM and one name alone, and with the answer to \
     the customer in a mail of its own",
    "Ihre Antwort beginnt mit TEAM und geht weiter; antworten Sie mit TEAM und einem Namen allein, und dem Kunden in einer eigenen \
     Mail",
);
pub(super) const LOOKS_LIKE_A_WORD: Pattern<1> = both(
    "{}; so nothing was sent to the customer; if the customer is to get this text, write it as a whole sentence or below a greeting",
    "{}; soll der Kunde diesen Text bekommen, schreiben Sie ihn als ganzen Satz oder unter eine Anrede",
);
pub(super) const BARE_YES_OR_NO: Pattern<0> = both(
    "it is a bare yes or no, and nothing waits for one",
    "Ihre Antwort ist ein bloßes Ja oder Nein, und nichts wartet darauf",
);
pub(super) const WORD_WITH_MORE: Pattern<1> = both(
    "it looks like {}, with words that do not belong to it",
    "Ihre Antwort sieht aus wie {}, mit Wörtern, die nicht dazugehören",
);
pub(super) const WORD_MISSPELT: Pattern<1> = both(
    "it looks like {}, misspelt",
    "Ihre Antwort sieht aus wie {}, falsch geschrieben",
);
pub(super) const WORD_OF_OTHERS: Pattern<0> = both(
    "it looks like a word to this program, but is none that it knows",
    "Ihre Antwort sieht aus wie ein Wort an dieses Programm, aber keines, das es kennt",
);

// How a word with something behind it is written. Who works in German may have written either, so both are named.

pub(super) const LATER_USAGE: Pattern<0> = both(
    "LATER and a time (LATER 2d, LATER monday)",
    "SPÄTER (LATER) und eine Zeit (SPÄTER 2T, SPÄTER Montag)",
);
pub(super) const TEAM_USAGE: Pattern<0> = both(
    "TEAM and the name of a team",
    "TEAM und der Name eines Teams",
);
pub(super) const INTENT_USAGE: Pattern<0> = both(
    "INTENT and the name of an article",
    "ANLIEGEN (INTENT) und der Name eines Artikels",
);
pub(super) const NOTE_USAGE: Pattern<0> = both("NOTE and a text", "NOTIZ (NOTE) und ein Text");
