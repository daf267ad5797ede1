//! What is the admin told of a mail that no part could handle, in the language of the desk? Pure; of the mail it holds header text alone.

use crate::compose::reported;
use crate::config::Language;
use crate::inbox::Place;
use crate::mail::HeaderText;

/// What lies beside the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attached {
    /// The mail.
    Whole,
    /// Its headers.
    Headers,
    /// Nothing: nobody has it but the server.
    Nothing,
}

/// What is known of the mail.
pub(super) struct Seen<'a> {
    /// The folder in which it lies.
    pub(super) folder: &'a str,
    /// Whose mailbox that is in.
    pub(super) user: &'a str,
    /// Its place there.
    pub(super) place: Place,
    /// Its sender, as the header has it.
    pub(super) from: Option<HeaderText>,
    /// Its subject, likewise.
    pub(super) subject: Option<HeaderText>,
    /// What lies beside the report.
    pub(super) attached: Attached,
    /// Why it could not be handled.
    pub(super) why: &'a str,
}

/// Subject and text.
pub(super) fn report(seen: &Seen<'_>, language: &Language) -> (&'static str, String) {
    let Seen {
        folder,
        user,
        place,
        ..
    } = seen;
    let is_german = language.0 == "de";
    let why = reported(language, seen.why);
    let named = |text: &Option<HeaderText>| {
        let none = if is_german {
            "nicht zu lesen"
        } else {
            "cannot be read"
        };
        text.as_ref().map_or(none, HeaderText::as_str).to_owned()
    };
    let (from, subject) = (named(&seen.from), named(&seen.subject));
    if is_german {
        let attached = match seen.attached {
            Attached::Whole => "Sie liegt bei, wie sie kam.",
            Attached::Headers => "Sie ist zu groß, um beizuliegen; ihr Kopf liegt bei, wie er kam.",
            Attached::Nothing => "Sie konnte nicht geholt werden und liegt deshalb nicht bei.",
        };
        let text = format!(
            "Eine Mail im Ordner {folder} von {user} ({place}) konnte nicht bearbeitet werden: {why}.\n\nVon: {from}\n\nBetreff: {subject}\n\nBeides \
             steht da, wie die Mail es sagt, ungeprüft.\n\nWer sie schrieb, hat keine Antwort und keine Mitteilung bekommen, und kein Team weiß davon. \
             Alle andere Mail geht weiter wie sonst.\n\nSie liegt dort unverändert, mit den Schlüsselwörtern `$Handoff Quarantined`. {attached}\n\nBitte \
             lesen Sie sie in einem Mailprogramm und antworten Sie von Hand. Vorsicht: Sie kann gemacht sein, um Programme zum Absturz zu \
             bringen.\n\n`handoffd status` zeigt sie einen Tag lang, und niemand erinnert Sie noch einmal; `handoffd quarantine` nennt sie weiter.\n"
        );
        (
            "Eine Mail wurde beiseitegelegt und braucht einen Menschen",
            text,
        )
    } else {
        let attached = match seen.attached {
            Attached::Whole => "It is attached as it came.",
            Attached::Headers => "It is too large to be attached; its headers are, as they came.",
            Attached::Nothing => "It could not be fetched, so it is not attached.",
        };
        let text = format!(
            "A mail in folder {folder} of {user} at {place} could not be handled: {why}.\n\nFrom: {from}\n\nSubject: {subject}\n\nBoth stand here as \
             the mail says them; nothing was checked.\n\nWhoever wrote it has got no answer and no notice, and no team knows of it. All other mail goes \
             on as always.\n\nIt lies there untouched but for the keywords `$Handoff Quarantined`. {attached}\n\nPlease read it in a mail client and \
             answer it by hand. Be careful with it: it may have been made to break programs.\n\n`handoffd status` shows it for a day, and nobody \
             reminds you again; `handoffd quarantine` goes on listing it.\n"
        );
        ("A mail was set aside and needs a person", text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_case_in_each_language() {
        let mut told = Vec::new();
        for code in ["en", "de"] {
            for attached in [Attached::Whole, Attached::Headers, Attached::Nothing] {
                let is_seen = attached != Attached::Nothing;
                let seen = Seen {
                    folder: "INBOX",
                    user: "support@shop.example",
                    place: Place {
                        uid_validity: 7,
                        uid: 12,
                    },
                    from: is_seen.then(|| HeaderText::clean("Ann <ann@a.example>")),
                    subject: is_seen.then(|| HeaderText::clean("My **order** https://x.example")),
                    attached,
                    why: "handling it broke down or did not end, three times",
                };
                let (subject, text) = report(&seen, &Language(code.to_owned()));
                told.push(format!("Subject: {subject}\n\n{text}"));
            }
        }
        insta::assert_snapshot!(told.join("\n---\n"));
    }
}
