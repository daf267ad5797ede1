//! What is the admin told of a mail that was kept aside? Who wrote and why it was not taken, which ticket it is about, and what to do if it is
//! genuine. The mail is attached as it came.

use super::Outgoing;
use super::view::View;
use crate::desk::{NotShown, Sender};

impl View<'_> {
    /// To the admin, with the original: the mail that was kept aside is seen by a person.
    pub(super) fn quarantine_report(&self) -> Outgoing {
        let tongue = self.staff_tongue;
        let title = tongue.choose("A mail was kept aside", "Eine Mail wurde zur Seite gelegt");
        let paragraphs = [
            Some(self.kept_aside_for()),
            self.kept_aside_in(),
            Some(self.if_genuine()),
            Some(
                tongue
                    .choose(
                        "The mail is attached unchanged.",
                        "Die Mail liegt unverändert bei.",
                    )
                    .to_owned(),
            ),
        ];
        let paragraphs: Vec<String> = paragraphs.into_iter().flatten().collect();
        let text = format!("{}\n", paragraphs.join("\n\n"));
        let desk = self
            .writer
            .desk(self.situation.settings, self.situation.now);
        let ticket = self.situation.ticket.map(|ticket| &ticket.id);
        let cause = &self.situation.mail.identity.0;
        desk.trouble(ticket, cause, title, &text, vec![self.original()])
    }

    fn kept_aside_for(&self) -> String {
        let tongue = self.staff_tongue;
        let who = self.who();
        let why = tongue.sentence(&self.decision.reasons.first.sentence);
        tongue.either(
            || format!("A mail from {who} was kept aside: {why}\n\nNothing was answered and nothing was changed."),
            || format!("Eine Mail von {who} wurde zur Seite gelegt: {why}\n\nNichts wurde beantwortet oder geändert."),
        )
    }

    fn kept_aside_in(&self) -> Option<String> {
        let id = &self.situation.ticket?.id;
        Some(self.staff_tongue.either(
            || format!("It is about ticket {id}: `handoffd ticket {id}` shows it."),
            || format!("Es geht um den Vorgang {id}: `handoffd ticket {id}` zeigt es."),
        ))
    }

    /// What to do if whoever it claims to be from did write it.
    fn if_genuine(&self) -> String {
        let tongue = self.staff_tongue;
        match self.situation.sender {
            Sender::FalseStaff { why } => match why {
                NotShown::NoMember { from, team } => tongue.either(
                    || format!(
                        "If {from} is a colleague, let them reply to the packet once more from the address under which they are listed; or add \
                         {from} to `members` of team {team}, reload, and let them reply once more. If you do not know the address, do neither: \
                         somebody has the packet who should not have it."
                    ),
                    || format!(
                        "Gehört {from} zu Ihnen, so antworte die Person noch einmal auf die Übergabe, von der Adresse, unter der sie eingetragen \
                         ist; oder tragen Sie {from} bei Team {team} unter `members` ein, laden Sie neu, und lassen Sie sie noch einmal \
                         antworten. Kennen Sie die Adresse nicht, tun Sie beides nicht: Jemand hat die Übergabe, der sie nicht haben sollte."
                    ),
                ),
                NotShown::NoToken { .. } | NotShown::NoTokenInTicket { .. } => tongue.either(
                    || "If it is genuine, let them reply to the packet that the team got: only such a reply reaches the customer.".to_owned(),
                    || "Ist sie echt, so antworte die Person auf die Übergabe, die das Team bekam: Nur eine solche Antwort erreicht den Kunden.".to_owned(),
                ),
                NotShown::TeamMailbox(team) => tongue.either(
                    || format!("If it is genuine, let whoever wrote it reply to the packet from their own address, which stands in `members` of team {team}."),
                    || format!("Ist sie echt, so antworte, wer sie schrieb, auf die Übergabe von der eigenen Adresse, die bei Team {team} unter `members` steht."),
                ),
                NotShown::OtherMailbox(from) => tongue.either(
                    || format!("If a person wrote it there, let somebody answer {from} by hand, or take the matter on inside the house: nothing is answered automatically between your own mailboxes."),
                    || format!("Schrieb sie dort ein Mensch, so antworte jemand {from} von Hand, oder klären Sie die Sache im Haus: Zwischen Ihren eigenen Postfächern wird nichts automatisch beantwortet."),
                ),
                NotShown::NoSender(_) | NotShown::SeveralSenders => tongue.either(
                    || "If it is genuine, let whoever wrote it reply to the packet once more, with one sender: their own address.".to_owned(),
                    || "Ist sie echt, so antworte, wer sie schrieb, noch einmal auf die Übergabe, mit einem Absender: der eigenen Adresse.".to_owned(),
                ),
                NotShown::NotProven(_) => tongue.either(
                    || "Ask the member whether they wrote it. If so, let them reply once more through the mail server of your own domain.".to_owned(),
                    || "Fragen Sie das Mitglied, ob es sie schrieb. Wenn ja, so antworte es noch einmal über den Mailserver Ihrer eigenen Domain.".to_owned(),
                ),
            },
            _ => tongue.either(
                || "If it is genuine, please see to it that somebody answers it.".to_owned(),
                || "Ist sie echt, sorgen Sie bitte dafür, dass jemand antwortet.".to_owned(),
            ),
        }
    }
}
