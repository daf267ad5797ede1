//! The deciding rule in a few words, for the subject of a packet: an inbox of packets can be scanned.

use super::words::Tongue;

/// Rule, English and German title. Rules that are missing here show their own name.
const TITLES: &[(&str, &str, &str)] = &[
    (
        "hard-stop-human-request",
        "asks for a person",
        "möchte einen Menschen",
    ),
    ("hard-stop-frustration", "angry", "verärgert"),
    ("hard-stop-legal", "legal or press", "Recht oder Presse"),
    ("hard-stop-safety", "safety", "Sicherheit von Menschen"),
    ("hard-stop-security", "security report", "IT-Sicherheit"),
    ("hard-stop-payment-data", "payment data", "Zahlungsdaten"),
    ("hard-stop-privacy", "personal data", "Datenschutz"),
    ("hard-stop-minor", "a child writes", "ein Kind schreibt"),
    (
        "hard-stop-identity",
        "doubtful sender",
        "zweifelhafter Absender",
    ),
    (
        "article-handoff",
        "always for a person",
        "immer für einen Menschen",
    ),
    (
        "article-not-written",
        "text not written yet",
        "Text noch nicht geschrieben",
    ),
    ("no-intent", "no article fits", "kein Artikel passt"),
    (
        "no-text-in-language",
        "no text in this language",
        "kein Text in dieser Sprache",
    ),
    (
        "language",
        "no text in this language",
        "kein Text in dieser Sprache",
    ),
    (
        "particular-not-in-text",
        "the text does not name it",
        "steht nicht im Text",
    ),
    ("close-intents", "unclear", "unklar"),
    ("not-sure", "unclear", "unklar"),
    ("several-requests", "several requests", "mehrere Anliegen"),
    ("did-not-help", "answer did not help", "Antwort half nicht"),
    (
        "same-again",
        "asks the same again",
        "fragt dasselbe noch einmal",
    ),
    (
        "not-arrived",
        "our answer did not arrive",
        "unsere Antwort kam nicht an",
    ),
    (
        "answer-waits",
        "our answer has not left yet",
        "unsere Antwort ging noch nicht hinaus",
    ),
    (
        "asked-already",
        "details still missing",
        "Angaben fehlen weiter",
    ),
    ("too-large", "too large to read", "zu groß zum Lesen"),
    ("encrypted", "encrypted", "verschlüsselt"),
    (
        "staff-forward",
        "forwarded by staff",
        "vom Team weitergeleitet",
    ),
    ("sure", "sure", "sicher"),
    ("facts-missing", "details missing", "Angaben fehlen"),
    (
        "draft-mode",
        "every answer waits for a yes",
        "jede Antwort wartet auf ein Ja",
    ),
    (
        "draft-article",
        "answers about this wait for a yes",
        "Antworten dazu warten auf ein Ja",
    ),
    (
        "not-earned",
        "its text is still to be approved",
        "der Text ist noch zu bestätigen",
    ),
    (
        "article-in-shadow",
        "its article is only tried",
        "der Artikel wird nur erprobt",
    ),
    ("attachments", "attachment", "Anhang"),
    (
        "third-party",
        "somebody else writes",
        "jemand anderes schreibt",
    ),
    ("vip", "VIP", "VIP"),
    (
        "looked-up",
        "by what a lookup says",
        "nach dem, was eine Abfrage sagt",
    ),
    (
        "lookup-away",
        "a lookup gave no answer",
        "eine Abfrage gab keine Antwort",
    ),
    (
        "automation-refused",
        "wants no automatic mail",
        "will keine automatische Mail",
    ),
    (
        "may-not-answer",
        "no automatic answer allowed",
        "keine automatische Antwort erlaubt",
    ),
    (
        "fact-not-usable",
        "details not usable",
        "Angaben nicht verwendbar",
    ),
    (
        "limit",
        "too many automatic mails",
        "zu viele automatische Mails",
    ),
    (
        "brake",
        "automatic mail is stopped",
        "automatische Mail steht",
    ),
    ("loop", "perhaps a machine", "vielleicht eine Maschine"),
    (
        "failure",
        "a part of handoffd failed",
        "ein Teil von handoffd versagte",
    ),
    // What gives a mail to nobody new: `WHY` names these as well.
    ("own-copy", "copy of our mail", "Kopie unserer Mail"),
    (
        "own-address",
        "from our own address",
        "von unserer eigenen Adresse",
    ),
    (
        "own-mail",
        "from our own address",
        "von unserer eigenen Adresse",
    ),
    ("bounce", "delivery report", "Zustellbericht"),
    ("auto-reply", "a machine wrote", "eine Maschine schrieb"),
    ("feedback-report", "complaint report", "Beschwerdebericht"),
    ("list", "mailing list", "Mailingliste"),
    ("bulk", "bulk mail", "Massenmail"),
    ("no-sender", "names no sender", "nennt keinen Absender"),
    ("status", "asks how it stands", "fragt nach dem Stand"),
    (
        "status-unknown",
        "asks how it stands",
        "fragt nach dem Stand",
    ),
    ("why", "asks why", "fragt nach dem Warum"),
    (
        "person-in-ticket",
        "a person is in the ticket",
        "ein Mensch ist im Vorgang",
    ),
    ("start", "takes STOP back", "nimmt STOP zurück"),
    (
        "stop",
        "wants no automatic mail",
        "will keine automatische Mail",
    ),
    ("stop-again", "has said STOP before", "sagte schon STOP"),
    ("thanks", "says thanks", "dankt"),
    (
        "crossed",
        "crossed our mail",
        "kreuzte sich mit unserer Mail",
    ),
    (
        "draft-withdrawn",
        "the draft is withdrawn",
        "der Entwurf ist hinfällig",
    ),
];

/// The rule in a few words.
pub(super) fn title(rule: &str, tongue: Tongue) -> String {
    known(rule, tongue).map_or_else(|| rule.replace('-', " "), ToOwned::to_owned)
}

fn known(rule: &str, tongue: Tongue) -> Option<&'static str> {
    let mut titles = TITLES.iter();
    let (_, english, german) = titles.find(|(name, _, _)| *name == rule)?;
    Some(tongue.choose(english, german))
}

/// Why it was decided like that at the time: the journal has the sentence in English only; in another language the title must do.
pub(super) fn recorded<'a>(rule: &str, sentence: &'a str, tongue: Tongue) -> &'a str {
    match tongue {
        Tongue::English => sentence,
        Tongue::German => known(rule, tongue).unwrap_or(sentence),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rules about mails of customers, as they stand in the source of the deciding.
    const RULES: [&str; 9] = [
        include_str!("../decide/leave.rs"),
        include_str!("../decide/crossed.rs"),
        include_str!("../decide/withdrawn.rs"),
        include_str!("../decide/silence.rs"),
        include_str!("../decide/stops.rs"),
        include_str!("../decide/policy.rs"),
        include_str!("../decide/repeated.rs"),
        include_str!("../decide/unsure.rs"),
        include_str!("../decide/answer.rs"),
    ];

    #[test]
    fn every_rule_about_a_customers_mail_has_a_title() {
        let rule = regex::Regex::new(
            "(?:(?:to_person|left)\\(\\s*view,\\s*|Match::new\\(\\s*|rule: )\"([a-z-]+)\"|\"(hard-stop-[a-z-]+)\"",
        )
        .unwrap();
        let named = RULES.iter().flat_map(|source| rule.captures_iter(source));
        let named: Vec<String> = named
            .map(|found| found.get(1).or(found.get(2)).unwrap().as_str().to_owned())
            .collect();
        assert!(named.len() > 40, "{named:?}");
        for name in named {
            let has_title = TITLES.iter().any(|(rule, _, _)| *rule == name);
            assert!(has_title, "{name} has no title");
        }
    }
}
