//! How is it said in German why a mail did not get through? What is recorded is in English: our own words in it are known by their beginnings
//! and translated; what a server said stays as it is. Reads hostile input, and only chooses words by it.

use super::words::Tongue;

/// Our words at the beginning of a reason, or of a part of it after `; `, and how they are said in German. Longer ones come first.
const PHRASES: &[(&str, &str)] = &[
    // src/outbox/doubt.rs
    (
        "it may have left: the connection ended after the content each time, and no copy ever came back; see whether it arrived, and whether \
         anything keeps copies from the inbox",
        "sie kann hinausgegangen sein: die Verbindung endete jedes Mal nach dem Inhalt, und nie kam eine Kopie zurück; sehen Sie nach, ob sie \
         ankam, und ob etwas Kopien vom Posteingang fernhält",
    ),
    (
        "it may have left; for too long either the inbox could not be searched for its copy, or our SMTP server was away that may still hold it",
        "sie kann hinausgegangen sein; zu lange konnte der Posteingang nicht nach ihrer Kopie durchsucht werden, oder unser SMTP-Server war weg, \
         der sie noch haben kann",
    ),
    (
        "it may have left: the connection ended after the content, and no copy can prove it; ask the customer before writing again",
        "sie kann hinausgegangen sein: die Verbindung endete nach dem Inhalt, und keine Kopie kann es zeigen; fragen Sie beim Kunden nach, bevor \
         Sie noch einmal schreiben",
    ),
    (
        "tried for too long, each time cut off after the content",
        "zu lange versucht, jedes Mal nach dem Inhalt abgebrochen",
    ),
    // src/journal/own_copy.rs
    (
        "it left for its other recipients alone; this one had been put off, and that was not known before it was given up",
        "sie ging allein an ihre übrigen Empfänger hinaus; dieser war aufgeschoben, und das war nicht bekannt, bevor sie aufgegeben \
         wurde",
    ),
    // src/outbox/outcome.rs
    ("tried for too long", "zu lange versucht"),
    ("last ", "zuletzt "),
    ("it has no recipient", "sie hat keinen Empfänger"),
    // src/outbox/delivery.rs
    (
        "the server takes no address with letters outside ASCII",
        "der Server nimmt keine Adresse mit Buchstaben außerhalb von ASCII",
    ),
    // src/outbox/failure.rs
    ("while connecting: ", "beim Verbinden: "),
    ("at login: ", "bei der Anmeldung: "),
    ("at the sender: ", "beim Absender: "),
    ("at the recipient: ", "beim Empfänger: "),
    ("before the content: ", "vor dem Inhalt: "),
    ("within the content: ", "im Inhalt: "),
    ("after the content: ", "nach dem Inhalt: "),
    ("the server said ", "der Server sagte "),
    ("the connection was lost: ", "die Verbindung brach ab: "),
    (
        "the server did not answer in time",
        "der Server antwortete nicht rechtzeitig",
    ),
    ("handoffd was stopped", "handoffd wurde angehalten"),
    // src/journal/beginnings.rs
    (
        "handling it broke down or did not end, three times",
        "die Bearbeitung brach dreimal ab oder endete nicht",
    ),
    (
        "the reader broke down on this mail",
        "das Lesen brach bei dieser Mail ab",
    ),
    (
        "the understander broke down on this mail",
        "das Verstehen brach bei dieser Mail ab",
    ),
    (
        "the learner broke down on this mail",
        "das Lernen brach bei dieser Mail ab",
    ),
    (
        "the writer broke down on this mail",
        "das Schreiben brach bei dieser Mail ab",
    ),
    (
        "the server did not hand it over: ",
        "der Server gab sie nicht heraus: ",
    ),
    (
        "the program ended each time that it was handled, eight times",
        "das Programm endete jedes Mal, wenn sie bearbeitet wurde, achtmal",
    ),
];

impl Tongue {
    /// A recorded reason.
    pub(super) fn reported(self, why: &str) -> String {
        match self {
            Self::English => why.to_owned(),
            Self::German => german(why),
        }
    }
}

fn german(why: &str) -> String {
    let mut said = String::with_capacity(why.len());
    let mut rest = why;
    loop {
        let known = PHRASES.iter().find_map(|(english, german)| {
            let rest = rest.strip_prefix(english)?;
            Some((*german, rest))
        });
        if let Some((german, after)) = known {
            said.push_str(german);
            rest = after.strip_prefix("; ").unwrap_or(after);
            if rest.len() < after.len() {
                said.push_str("; ");
            }
        } else if let Some((part, after)) = rest.split_once("; ") {
            said.push_str(part);
            said.push_str("; ");
            rest = after;
        } else {
            said.push_str(rest);
            return said;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_words_are_german_and_the_servers_stay() {
        for (english, expected) in [
            ("", ""),
            ("no such user here", "no such user here"),
            (
                "at the recipient: the server said 550 5.1.1 the server said no; try later",
                "beim Empfänger: der Server sagte 550 5.1.1 the server said no; try later",
            ),
            (
                "tried for too long; last while connecting: the connection was lost: end of file",
                "zu lange versucht; zuletzt beim Verbinden: die Verbindung brach ab: end of file",
            ),
            (
                "the server said 550 a; the server said 551 b",
                "der Server sagte 550 a; der Server sagte 551 b",
            ),
        ] {
            assert_eq!(Tongue::German.reported(english), expected);
            assert_eq!(Tongue::English.reported(english), english);
        }
    }
}
