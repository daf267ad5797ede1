//! Which lines say "here begins what somebody else wrote"? The words of mail programs, in the languages they speak.
//! Patterns are compiled once and run in linear time.

use regex::Regex;
use std::sync::LazyLock;

fn pattern(text: &str) -> Option<Regex> {
    // A pattern that does not compile matches nothing; the test below compiles them all.
    Regex::new(text).ok()
}

fn matches(pattern: &LazyLock<Option<Regex>>, text: &str) -> bool {
    pattern
        .as_ref()
        .is_some_and(|pattern| pattern.is_match(text))
}

/// `-----Original Message-----`, `---------- Forwarded message ---------` and their translations.
static DIVIDER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?ix)^[\s>*]*(?:
          [-_=]{2,}\s*(?:original\s(?:message|appointment)|reply\smessage|forwarded\s(?:message|by.*)|(?:ursprüngliche|original|weitergeleitete)\s?-?(?:nachricht|mail|e-mail)|message\s(?:d'origine|transféré|original|transmis)
            |mensaje\s(?:original|reenviado)|messaggio\s(?:originale|inoltrato|di\sorigine)|oorspronkelijk\sbericht|origineel\sbericht|doorgestuurd\sbericht|mensagem\s(?:original|encaminhada)|original-?meddelande|ursprungligt\smeddelande
            |vidarebefordrat\smeddelande|oprindelig\s(?:meddelelse|besked)|videresendt\smeddelelse|opprinnelig\smelding|videresendt\smelding|(?:oryginalna\s)?wiadomość(?:\soryginalna|\sprzekazana)?|wiadomość\soryginalna|původní\s(?:zpráva|e-mail)
            |přeposlaná\szpráva|alkuperäinen\sviesti|välitetty\sviesti|(?:исходное|пересылаемое|пересланное|оригинальное|первоначальное)\sсообщение|元のメッセージ|転送メッセージ|原始邮件|原邮件|邮件原件|轉寄郵件|转发邮件|原文|원본\s메일|eredeti\süzenet|orijinal\smesaj|αρχικό\sμήνυμα|izvorna\sporuka|mesaj\soriginal)\s*[-_=]{2,}.*
          | -{2,}\s*on\s.{5,250}\s(?:wrote|schrieb)\s*-{2,}
          | begin\sforwarded\smessage:? | anfang\sder\sweitergeleiteten\s(?:nachricht|e-mail):? | début\sdu\smessage\s(?:réexpédié|transféré)\s?:? | inizio\smessaggio\sinoltrato:? | inicio\sdel\smensaje\sreenviado:? | begin\sdoorgestuurd\sbericht:?
          | início\sda\smensagem\sencaminhada:? | vidarebefordrat\smail:? | начало\sпереадресованного\sсообщения:?
        )\s*$",
    )
});

/// "Please reply above this line", as ticket systems write it into their mails.
static ABOVE_LINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)^[\s>#=*_-]*(?:please\s)?(?:type your )?(?:reply|write|antworte|antwort|répond|respond)\S*\s.{0,40}(?:above|oberhalb|über|au-dessus|encima)\s.{0,20}(?:line|zeile|linie|ligne|línea)[\s#=*_.-]*$",
    )
});

/// The labels of a header block, one group of languages each.
static LABEL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?ix)^[\s>*]*(?:
          (?P<from>from|von|de|da|van|från|fra|od|lähettäjä|от|от\sкого|発信者|差出人|发件人|寄件者|寄件人|보낸\s?사람|feladó|kimden|gönderen|από|expéditeur|remitente|mittente|afzender|nadawca|odesílatel|exp|expediteur)
        | (?P<date>sent|date|gesendet|datum|envoyé|date\sd'envoi|enviado(?:\sel|\sem|\sa)?|fecha|inviato|data|verzonden|verstuurd|skickat|sendt|dato|wysłano|wysłane|odesláno|lähetetty|päivämäärä|päiväys|отправлено|дата|送信日時|日時|日付|发送时间|时间|日期|寄件日期|傳送時間|보낸\s?날짜|날짜|elküldve|küldve|dátum|gönderilme\starihi|gönderildi|tarih|ημερομηνία|στάλθηκε|trimis)
        | (?P<to>to|an|à|para|a|aan|till|til|do|komu|vastaanottaja|кому|宛先|收件人|收件者|받는\s?사람|címzett|kime|alıcı|προς|destinataire|destinatario|către|za)
        | (?P<subject>subject|betreff|objet|asunto|oggetto|onderwerp|assunto|ämne|emne|temat|předmět|aihe|тема|件名|主题|主旨|標題|제목|tárgy|konu|θέμα|subiect)
        | (?P<other>cc|kopie|kopia|kopi|cópia|copie|копия|抄送|副本|참조|reply-to|antwort\san|bcc|importance|attachments|priority|wichtigkeit|anlagen|organization)
        )\s?\*?\s?(?::|：)\*?(?:\s|$)",
    )
});

/// A verb that ends or stands in "On … X wrote:".
static WROTE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?ix)\b(?:wrote|writes|said|schrieb|geschrieben|schreibt|a\sécrit|escribió|escribio|escribe|ha\sscritto|scritto|scrisse|escreveu|schreef|het\svolgende\sgeschreven|geschreven|skrev|skrifaði|napisał|napisała|napsal|napsala|kirjoitti|написал|написала|пишет|писал|писала|написав|írta|yazdı|şunu\syazdı|έγραψε|a\sscris|je\snapisao|je\snapisala|piše|đã\sviết|menulis|va\sescriure|parašė|rakstīja|kirjutas|napísal|napísala)\b
        |写道|寫道|書きました|のメール|작성|wrote|כתב|كتب|à\sécrit",
    )
});

/// What a date looks like.
static DATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"(?:\b(?:19|20)\d\d\b|\b\d{1,2}[:.h]\d\d\b|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|年)")
});

/// The beginning of an attribution that states the day first.
static OPENING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?i)^[\s>*-]*(?:on|am|le|el|il|em|op|den|på|w dniu|dnia|dne|em|a|the|at|quoting|zitat von|il giorno|în data|v|dňa|pe|on behalf|\d|於|在|vào|в|от|pada|(?:mon|tue|wed|thu|fri|sat|sun|пн|вт|ср|чт|пт|сб|вс|pn|wt|śr|czw|pt|ma|ti|ke|to|pe|la|su|po|út|st|čt|pá|so|ne)[.,\p{L}]*)[\s\d,.]",
    )
});

/// An attribution without a verb: a day and an address, or an address and a day.
static BARE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(r"^\s*\d{4}[./-]\d{1,2}[./-]\d{1,2}[^<]{0,120}<[^<>\s]+@[^<>\s]+>:?\s*$")
});

/// Footers that a device or an app adds by itself.
static FOOTER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"(?ix)^[\s*_(\[]*(?:
          sent\s(?:from|via|with|by|using)\s(?:my\s|the\s|an?\s)?(?:\S+\s?){1,6}
        | sent\sfrom\s.{1,60} | get\soutlook\sfor\s.{1,20}.* | (?:von|mit)\s(?:meinem|meiner|unterwegs)\s.{0,60}(?:gesendet|verschickt|geschickt)?.? | gesendet\s(?:von|mit|mittels)\s.{1,60}
        | diese\snachricht\swurde\svon\smeinem\s.{1,60} | envoyé\s(?:de|depuis|à\spartir|avec)\s.{1,60} | télécharge[rz]?\soutlook\spour.{1,40} | enviado\s(?:desde|de|do|a\spartir|con|com)\s.{1,60} | inviato\s(?:da|dal|con)\s.{1,60} | scarica\soutlook\sper.{1,30}
        | verzonden\s(?:vanaf|met|vanuit|via)\s.{1,60} | verstuurd\s(?:vanaf|met|vanuit)\s.{1,60} | skickat\s(?:från|med)\s.{1,60} | sendt\s(?:fra|med)\s.{1,60} | wysłane?\sz\s.{1,60} | odesláno\sz\s.{1,60} | lähetetty\s.{1,60}(?:sta|stä|lta|ltä).?
        | отправлено\s(?:с|из)\s.{1,60} | 从我的.{1,20}发送 | 发自我的.{1,20} | iPhoneから送信 | 나의\s.{1,20}보냄 | sent\son\sthe\sgo.* | via\smobile | telefonumdan\sgönderildi
        )[\s*_)\].]*$",
    )
});

/// Which header a label names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::mail) enum Label {
    /// `From`.
    From,
    /// `Sent`, `Date`.
    Date,
    /// `To`.
    To,
    /// `Subject`.
    Subject,
    /// `Cc` and others.
    Other,
}

/// The label that a line begins with, and what follows it.
pub(in crate::mail) fn label(line: &str) -> Option<(Label, &str)> {
    if !line.contains([':', '：']) || line.len() > 2_000 {
        return None;
    }
    let captures = LABEL.as_ref()?.captures(line)?;
    let label = [
        ("from", Label::From),
        ("date", Label::Date),
        ("to", Label::To),
        ("subject", Label::Subject),
    ]
    .into_iter()
    .find_map(|(name, label)| captures.name(name).map(|_| label))
    .unwrap_or(Label::Other);
    let rest = line.get(captures.get(0)?.end()..).unwrap_or_default();
    Some((label, rest.trim()))
}

/// Whether a line divides a mail from the one below it.
pub(in crate::mail) fn is_divider(line: &str) -> bool {
    line.len() <= 300 && (matches(&DIVIDER, line) || matches(&ABOVE_LINE, line))
}

/// Whether a text (of one or of several joined lines) introduces a quotation. `before_quote`: quoted lines follow at once.
pub(super) fn is_attribution(text: &str, before_quote: bool) -> bool {
    if text.len() > 600 {
        return false;
    }
    let text = text.trim();
    if matches(&BARE, text) {
        return true;
    }
    let ends = text
        .trim_end_matches(['*', '_', ' ', '>'])
        .ends_with([':', '：']);
    if !ends {
        return before_quote && matches(&WROTE, text) && matches(&DATE, text) && text.contains('@');
    }
    let has_verb = matches(&WROTE, text);
    let has_date = matches(&DATE, text);
    let has_address = text.contains('@');
    if before_quote {
        return has_verb || (has_date && has_address);
    }
    has_verb && (has_address || (has_date && matches(&OPENING, text)))
}

/// Whether the first line of a folded attribution may be one: it holds a day or an address, or begins like a day.
pub(super) fn may_open_attribution(line: &str) -> bool {
    matches(&DATE, line) || line.contains('@') || line.trim_start().starts_with("On ")
}

/// Whether a line was added by a device or an app.
pub(super) fn is_footer(line: &str) -> bool {
    // "Sent from my desk, which is easier than my phone." is a sentence of a person.
    let is_sentence = line.trim_end().ends_with('.') && line.split_whitespace().nth(6).is_some();
    line.len() <= 200 && !is_sentence && matches(&FOOTER, line)
}

/// Whether a line divides the text from the signature below it.
pub(super) fn is_signature_mark(line: &str) -> bool {
    let line = line.trim_end();
    matches!(line, "--" | "---" | "__" | "—" | "——" | "- -" | "––")
        || (line.len() >= 5 && line.chars().all(|c| c == '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        for pattern in [
            &DIVIDER,
            &ABOVE_LINE,
            &LABEL,
            &WROTE,
            &DATE,
            &OPENING,
            &BARE,
            &FOOTER,
        ] {
            assert!(pattern.is_some());
        }
    }

    #[test]
    fn attributions_in_many_languages() {
        for line in [
            "On Tue, Mar 3, 2026 at 10:12 AM Ann <ann@x.example> wrote:",
            "Am 03.03.2026 um 10:12 schrieb Ann Meier <ann@x.example>:",
            "Le 3 mars 2026 à 10:12, Ann <ann@x.example> a écrit :",
            "El mar, 3 mar 2026 a las 10:12, Ann (<ann@x.example>) escribió:",
            "Il giorno mar 3 mar 2026 alle ore 10:12 Ann <ann@x.example> ha scritto:",
            "Op di 3 mrt. 2026 om 10:12 schreef Ann <ann@x.example>:",
            "Em ter., 3 de mar. de 2026 às 10:12, Ann <ann@x.example> escreveu:",
            "Den tis 3 mars 2026 kl 10:12 skrev Ann <ann@x.example>:",
            "Den tirs. 3. mar. 2026 kl. 10.12 skrev Ann <ann@x.example>:",
            "W dniu 3.03.2026 o 10:12, Ann pisze: napisał(a):",
            "Dne út 3. 3. 2026 10:12 uživatel Ann <ann@x.example> napsal:",
            "ti 3. maalisk. 2026 klo 10.12 Ann (ann@x.example) kirjoitti:",
            "вт, 3 мар. 2026 г. в 10:12, Ann <ann@x.example> написал:",
            "2026年3月3日(火) 10:12 Ann <ann@x.example>のメール:",
            "Ann <ann@x.example> 于2026年3月3日周二 10:12写道：",
            "2026-03-03 10:12 GMT+01:00 Ann <ann@x.example>:",
        ] {
            assert!(is_attribution(line, false), "{line}");
        }
        for line in [
            "She wrote:",
            "I have two questions:",
            "On Monday I wrote to you: no answer",
            "My number:",
        ] {
            assert!(!is_attribution(line, false), "{line}");
        }
    }
}
