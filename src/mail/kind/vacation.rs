//! Is this the note of somebody who is away? Two weak signals that agree: a vacation program's subject, and its words in the text.

use super::machine::is_reply;
use super::{Facts, Found};
use crate::mail::bounds::beginning;
use crate::mail::{Evidence, Reader, SenderKind};
use regex::Regex;
use std::sync::LazyLock;

/// How subjects of vacation programs begin which no person types; regular expressions without their brackets.
const PROGRAM_SUBJECTS: &[(&str, &str)] = &[
    ("RFC 3834", r"auto:"),
    (
        "en",
        r"auto(?:matic|mated)?[\s_-]?(?:reply|response|replied|email|acknowledg\w*)\b|auto-?re(?:ply|sponse)|out[\s-]of[\s-](?:the[\s-])?office\sauto-?reply|this\sis\san\sauto",
    ),
    (
        "de",
        r"autom(?:atische|atisierte|\.)\s?(?:antwort|rückantwort|eingangsbestätigung)|abwesenheits(?:notiz|nachricht|meldung|benachrichtigung|assistent)|autoantwort|auto-?reply",
    ),
    (
        "fr",
        r"réponse\s(?:automatique|d['’]absence)|message\sd['’]absence|notification\sd['’]absence",
    ),
    ("es", r"respuesta\sautom|contestación\sautom"),
    ("pt", r"resposta\sautom"),
    ("it", r"risposta\sautom"),
    ("ca", r"resposta\sautom"),
    (
        "nl",
        r"automatisch(?:e)?\s(?:antwoord|bericht|reactie)|automatische\sreactie|afwezigheidsbericht",
    ),
    ("sv", r"automatiskt\ssvar|autosvar|frånvaromeddelande"),
    (
        "da nb",
        r"automatisk\s(?:svar|tilbakemelding)|autosvar|fraværs",
    ),
    ("fi", r"automaattinen\svastaus|poissaoloilmoitus"),
    (
        "pl",
        r"odpowiedź\sautomatyczna|automatyczna\sodpowiedź|autoodpowiedź",
    ),
    ("cs sk", r"automatick[áé]\sodpov[eě][dď]"),
    ("hu", r"automatikus\sválasz"),
    ("ro", r"răspuns\sautomat"),
    ("hr sl", r"automatski\sodgovor|samodejni\sodgovor"),
    (
        "ru uk bg",
        r"автоматический\sответ|автоответ|автоматична\sвідповідь|автоматичен\sотговор",
    ),
    ("el", r"αυτόματη\sαπάντηση"),
    ("tr", r"otomatik\s(?:yanıt|cevap)"),
    ("he ar", r"תשובה\sאוטומטית|מענה\sאוטומטי|رد\sتلقائي"),
    (
        "zh ja ko",
        r"自动(?:回复|答复)|自動(?:回覆|応答|返信|回答)|자동\s?(?:회신|응답)|부재중\s?자동",
    ),
    ("vi id", r"trả\slời\stự\sđộng|balasan\sotomatis"),
];

/// Beginnings of subjects that a person types as well.
const AWAY_SUBJECTS: &[(&str, &str)] = &[
    (
        "en",
        r"out[\s-]of[\s-](?:the[\s-])?office|ooo\b|(?:on\s)?vacation|away\sfrom|i\sam\saway|i'?m\s(?:out|away)|on\s(?:annual\s|maternity\s|parental\s)?leave|maternity\sleave",
    ),
    (
        "de",
        r"abwesen|ich\sbin\s(?:im\surlaub|nicht\sim)|im\surlaub|nicht\sim\s(?:büro|haus)",
    ),
    ("fr", r"absence|absente?\b|en\scongés?"),
    (
        "es pt it",
        r"fuera\sde\sla\soficina|fuori\s(?:sede|ufficio)|ausência|ausencia|assenza|de\svacaciones|de\sférias|in\sferie",
    ),
    ("nl sv da fi", r"afwezig|frånvaro|fravær|poissaolo|poissa"),
    ("pl cs", r"nieobecność|nepřítomnost|mimo\skancelář"),
    ("zh ja ko", r"不在|休暇|休假|부재중"),
];

/// Sentences of vacation programs.
const AWAY_TEXT: &str = r"(?i)(?:out of (?:the )?office|(?:back|returning|return) (?:in|to|at|on)\b|on (?:vacation|holiday|leave|annual|maternity|sick)|away (?:from|until|on)|i (?:am|will be) (?:away|out|unavailable)|auto(?:matic|mated)?[ -]?(?:reply|response|responder|answer|generated|message)|not monitored|limited access to (?:my )?e-?mail|nicht im (?:büro|haus)|im urlaub|abwesend|nicht erreichbar|wieder (?:erreichbar|im büro|für sie)|nicht weitergeleitet|absent|en congé|de retour|de vacaciones|fuera de|in ferie|fuori (?:sede|ufficio)|de férias|afwezig|op vakantie|på semester|på ferie|tillbaka|urlop|nieobecn|dovolen|lomalla|poissa|szabadság|concediu|в отпуске|отсутств|відпустц|отпуска|σε άδεια|εκτός γραφείου|izinde|不在|休暇|休假|出差|외출|휴가|부재|we have received your|has been received|thank you for contacting|vielen dank für ihre (?:nachricht|anfrage)|merci (?:de|pour) (?:votre|nous))";

fn union(tables: &[(&str, &str)]) -> String {
    let words: Vec<&str> = tables.iter().map(|(_, words)| *words).collect();
    words.join("|")
}

static PROGRAM: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(&format!(r"(?i)^\W*(?:{})", union(PROGRAM_SUBJECTS))).ok());
static AWAY: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(&format!(r"(?i)^\W*(?:{})", union(AWAY_SUBJECTS))).ok());
static TEXT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(AWAY_TEXT).ok());

fn matches(pattern: &LazyLock<Option<Regex>>, text: &str) -> bool {
    pattern
        .as_ref()
        .is_some_and(|pattern| pattern.is_match(text))
}

/// The subject without `Re:` and without tags in brackets.
fn bare(subject: &str) -> &str {
    let mut rest = subject.trim_start();
    for _ in 0..6 {
        let tagged = rest
            .strip_prefix('[')
            .and_then(|tag| tag.split_once(']'))
            .map(|(_, after)| after);
        let replied = rest
            .get(..3)
            .filter(|head| ["re:", "aw:", "sv:"].contains(&head.to_ascii_lowercase().as_str()))
            .and_then(|_| rest.get(3..));
        match tagged.or(replied) {
            Some(after) => rest = after.trim_start(),
            None => break,
        }
    }
    rest
}

/// Two weak signals that agree.
pub(super) fn vacation(facts: &Facts<'_>, _: &Reader) -> Found {
    let is_programs = matches(&PROGRAM, bare(facts.subject));
    // A program answers something: it names its mail, or repeats its subject behind a colon. People begin with "vacation" as well.
    let answers = ["in-reply-to", "references"].into_iter().any(|name| {
        facts
            .fields
            .first(name)
            .is_some_and(|value| !value.is_empty())
    }) || facts.subject.contains(':');
    let is_away = answers && !is_reply(facts.subject) && matches(&AWAY, facts.subject);
    let begins_so = is_programs || is_away;
    if begins_so && matches(&TEXT, beginning(facts.text, 4096)) {
        return vec![
            (
                SenderKind::AutoReply,
                Evidence::new("Subject", facts.subject),
            ),
            (SenderKind::AutoReply, Evidence::new("body", facts.text)),
        ];
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        assert!(PROGRAM.is_some() && AWAY.is_some() && TEXT.is_some());
        assert_eq!(bare("Re: [shop] AW: Auto: x"), "Auto: x");
    }
}
