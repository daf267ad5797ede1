//! Which lines divide a mail from the one below it? `-----Original Message-----`, `Begin forwarded message:`, "please reply above this
//! line", and our own.

use crate::desk::PACKET_MARKER;
use regex::Regex;
use std::sync::LazyLock;

/// What stands between two rules of dashes, in the languages that mail programs speak; regular expressions without their brackets.
const BETWEEN_RULES: &[(&str, &str)] = &[
    (
        "en",
        r"original\s(?:message|appointment|e-?mail)|reply\smessage|forwarded\s(?:message|by.*|e-?mail)|replied\smessage",
    ),
    (
        "de",
        r"(?:ursprüngliche|original|weitergeleitete)\s?-?(?:nachricht|mail|e-mail)|original\snachricht",
    ),
    (
        "fr",
        r"message\s(?:d['’]origine|transféré|original|transmis|initial)|e-mail\sd['’]origine",
    ),
    ("es", r"mensaje\s(?:original|reenviado)|correo\soriginal"),
    ("it", r"messaggio\s(?:originale|inoltrato|di\sorigine)"),
    ("pt", r"mensagem\s(?:original|encaminhada|reencaminhada)"),
    ("ca", r"missatge\s(?:original|reenviat)"),
    ("nl", r"(?:oorspronkelijk|origineel|doorgestuurd)\sbericht"),
    (
        "sv",
        r"original-?meddelande|ursprungligt\smeddelande|vidarebefordrat\s(?:meddelande|mail)",
    ),
    (
        "da",
        r"oprindelig\s(?:meddelelse|besked|mail)|videresendt\s(?:meddelelse|besked)",
    ),
    (
        "nb",
        r"opprinnelig\s(?:melding|e-post)|videresendt\smelding",
    ),
    (
        "fi",
        r"alkuperäinen\sviesti|välitetty\sviesti|edelleenlähetetty\sviesti",
    ),
    (
        "pl",
        r"(?:oryginalna\s)?wiadomość(?:\soryginalna|\sprzekazana)?|przekazana\swiadomość|treść\soryginalnej\swiadomości|treść\sprzekazanej\swiadomości",
    ),
    ("cs", r"původní\s(?:zpráva|e-mail)|přeposlaná\szpráva"),
    ("sk", r"pôvodná\sspráva|preposlaná\sspráva"),
    ("sl", r"izvirno\ssporočilo|posredovano\ssporočilo"),
    (
        "hr",
        r"izvorna\sporuka|originalna\sporuka|proslijeđena\sporuka",
    ),
    ("hu", r"eredeti\süzenet|továbbított\süzenet"),
    ("ro", r"mesaj\s(?:original|redirecționat)|mesajul\soriginal"),
    (
        "ru",
        r"(?:исходное|пересылаемое|пересланное|оригинальное|первоначальное|перенаправленное)\sсообщение",
    ),
    (
        "uk",
        r"(?:оригінальне|переслане|пересилане|початкове)\sповідомлення",
    ),
    ("bg", r"(?:оригинално|препратено)\sсъобщение"),
    ("el", r"αρχικό\sμήνυμα|προωθημένο\sμήνυμα"),
    (
        "tr",
        r"(?:orijinal|özgün|iletilen|yönlendirilmiş)\s(?:mesaj|ileti|e-posta)",
    ),
    ("he", r"הודעה\sמקורית|הודעה\sשהועברה"),
    ("ar", r"رسالة\s(?:أصلية|مُعاد\sتوجيهها)|الرسالة\sالأصلية"),
    (
        "ja",
        r"元のメッセージ|転送メッセージ|オリジナルメッセージ|original\smessage",
    ),
    (
        "zh",
        r"原始邮件|原邮件|邮件原件|轉寄郵件|转发邮件|原文|原始郵件|转发的邮件",
    ),
    ("ko", r"원본\s메일|원본\s메시지|전달된\s메시지|전달된\s메일"),
    ("vi", r"thư\sgốc|thư\sđã\schuyển\stiếp"),
    ("id", r"pesan\s(?:asli|terusan|yang\sditeruskan)"),
];

/// Lines of a program that draws no rule.
const ALONE: &str = r"begin\sforwarded\smessage:?|anfang\sder\sweitergeleiteten\s(?:nachricht|e-mail):?|début\sdu\smessage\s(?:réexpédié|transféré)\s?:?|inizio\smessaggio\sinoltrato:?|inicio\sdel\smensaje\sreenviado:?|begin\sdoorgestuurd\sbericht:?|início\sda\smensagem\s(?:encaminhada|reencaminhada):?|vidarebefordrat\smail:?|начало\sпереадресованного\sсообщения:?|początek\s(?:przekazanej|przekierowanej)\swiadomości:?|videresendt\sbesked:?|転送されたメッセージ[:：]?";

static DIVIDER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let words: Vec<&str> = BETWEEN_RULES.iter().map(|(_, words)| *words).collect();
    let words = words.join("|");
    let pattern = format!(
        r"(?i)^[\s>*|]*(?:[-_=]{{2,}}\s*(?:{words})\s*[-_=]{{2,}}.*|-{{2,}}\s*on\s.{{5,250}}\s(?:wrote|schrieb)\s*-{{2,}}|(?:{ALONE}))\s*$"
    );
    // A pattern that does not compile matches nothing; the test below compiles it.
    Regex::new(&pattern).ok()
});

/// "Please reply above this line", as ticket systems write it into their mails.
static ABOVE_LINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^[\s>#=*_|-]*(?:please\s|bitte\s)?(?:type your )?(?:reply|write|antworte|antwort|schreibe|répond|respond|responda|escrib|rispond|antwoord|svar)\S*\s.{0,40}(?:above|oberhalb|über|au-dessus|encima|acima|sopra|boven|ovan|over)\s.{0,20}(?:line|zeile|linie|ligne|línea|linha|riga|lijn|regel|raden|linje)[\s#=*_.-]*$",
    )
    .ok()
});

fn matches(pattern: &LazyLock<Option<Regex>>, line: &str) -> bool {
    pattern
        .as_ref()
        .is_some_and(|pattern| pattern.is_match(line))
}

/// Whether a line divides a mail from the one below it.
pub(in crate::mail) fn is_divider(line: &str) -> bool {
    (10..=300).contains(&line.len())
        && may_divide(line)
        && (matches(&DIVIDER, line) || matches(&ABOVE_LINE, line))
}

/// The first letters of the lines that divide without a rule; all others are not looked at twice.
const BEGINNINGS: [&str; 29] = [
    "begi",
    "anfa",
    "débu",
    "iniz",
    "inic",
    "iníc",
    "vida",
    "нача",
    "pocz",
    "vide",
    "plea",
    "bitt",
    "type",
    "repl",
    "writ",
    "antw",
    "schr",
    "répo",
    "resp",
    "escr",
    "risp",
    "svar",
    "redi",
    "écri",
    "ответ",
    "напи",
    "odpo",
    "přep",
    "over",
];

fn may_divide(line: &str) -> bool {
    let bare = line.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '>' | '*' | '|'));
    let Some(first) = bare.chars().next() else {
        return false;
    };
    if !first.is_alphabetic() || !first.is_ascii() && first > '\u{2E7F}' {
        return matches!(first, '-' | '_' | '=' | '#') || first > '\u{2E7F}';
    }
    let head: String = bare.chars().take(5).flat_map(char::to_lowercase).collect();
    BEGINNINGS
        .iter()
        .any(|beginning| head.starts_with(beginning))
}

/// Whether our own line begins here, below which stands the packet: whole, or broken into two by a program that wraps.
pub(super) fn is_packet_marker(line: &str, next: &str) -> bool {
    if line.contains(PACKET_MARKER) {
        return true;
    }
    if !line.contains("===") || line.len() + next.len() > 200 {
        return false;
    }
    let bare = |line: &str| {
        line.trim_matches(|c: char| c.is_whitespace() || matches!(c, '>' | '|' | '*'))
            .to_owned()
    };
    let joined = format!("{} {}", bare(line), bare(next));
    joined
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .contains(PACKET_MARKER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles_and_each_language_divides() {
        assert!(DIVIDER.is_some() && ABOVE_LINE.is_some());
        for line in [
            "-----Original Message-----",
            "> -------- Weitergeleitete Nachricht --------",
            "---------- Forwarded message ---------",
            "-------- Message transféré --------",
            "-----邮件原件-----",
            "---- On Tue, 03 Mar 2026 10:12:00 +0100 Shop wrote ----",
            "Begin forwarded message:",
            "##- Please type your reply above this line -##",
            "=== write above this line ===",
        ] {
            assert!(is_divider(line), "{line}");
        }
        for line in [
            "Original message",
            "--- my question ---",
            "a line above this line of mine",
            "-----",
        ] {
            assert!(!is_divider(line), "{line}");
        }
    }
}
