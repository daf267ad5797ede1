//! Which lines does a device, an app or a virus scanner add by itself, and which line marks a signature?

use regex::Regex;
use std::sync::{LazyLock, OnceLock};

/// How such lines read, in the languages that devices speak; regular expressions without their brackets.
const FOOTERS: &[(&str, &str)] = &[
    (
        "en",
        r"sent\s(?:from|via|with|by|using)\s(?:my\s|the\s|an?\s)?(?:\S+\s?){1,6}|sent\s(?:from|via|with)\s(?:my|the|outlook|mail|yahoo|proton|gmail|an?\s).{1,60}|get\soutlook\sfor\s.{1,30}|sent\son\sthe\sgo.*|via\s(?:mobile|phone)|download\s.{1,30}\sfor\s(?:ios|android)",
    ),
    (
        "de",
        r"(?:von|mit)\s(?:meinem|meiner|unterwegs)\s.{0,60}(?:gesendet|verschickt|geschickt).?|gesendet\s(?:von|mit|mittels|über)\s.{1,60}|diese\s(?:nachricht|e-mail|mail)\swurde\s(?:von|mit)\s.{1,80}(?:gesendet|verschickt|versendet).?|von\smobil\sgesendet",
    ),
    (
        "fr",
        r"envoyé\s(?:de|depuis|à\spartir|avec)\s.{1,60}|télécharge[rz]?\soutlook\spour.{1,40}|obtenir\soutlook\spour.{1,40}",
    ),
    (
        "es",
        r"enviado\s(?:desde|de|a\spartir|con)\s.{1,60}|obtener\soutlook\spara.{1,40}",
    ),
    (
        "pt",
        r"enviado\s(?:do|da|de|com|pelo|via)\s.{1,60}|obter\so?\s?outlook\spara.{1,40}",
    ),
    (
        "it",
        r"inviato\s(?:da|dal|con)\s.{1,60}|scarica\soutlook\sper.{1,30}|ottieni\soutlook\sper.{1,30}",
    ),
    (
        "nl",
        r"(?:verzonden|verstuurd)\s(?:vanaf|met|vanuit|via)\s.{1,60}|outlook\svoor\s.{1,20}\sdownloaden",
    ),
    (
        "sv",
        r"skickat\s(?:från|med)\s.{1,60}|hämta\soutlook\sför\s.{1,20}",
    ),
    (
        "da",
        r"sendt\s(?:fra|med)\s.{1,60}|få\soutlook\stil\s.{1,20}",
    ),
    ("fi", r"lähetetty\s.{1,60}(?:sta|stä|lta|ltä|lla|llä).?"),
    (
        "pl",
        r"wysłan[eoy]?\sz\s.{1,60}|pobierz\soutlook\sdla\s.{1,20}",
    ),
    ("cs", r"odesláno\sz\s.{1,60}|odoslané\sz\s.{1,60}"),
    ("hu", r"elküldve\s.{1,40}(?:ról|ről|ból|ből).{0,10}"),
    ("ro", r"trimis\sde\spe\s.{1,60}"),
    ("ru", r"отправлено\s(?:с|из)\s.{1,60}|послано\sс\s.{1,60}"),
    ("uk", r"надіслано\s(?:з|із)\s.{1,60}"),
    ("el", r"στάλθηκε\sαπό\s.{1,60}"),
    (
        "tr",
        r"\S{2,40}(?:mdan|mden|[ıiuü]mdan|[ıiuü]mden)\s(?:gönderildi|yollandı).?",
    ),
    ("he", r"נשלח\sמה.{1,40}"),
    ("ar", r"أُ?رسلت\sمن\s.{1,40}|مُرسل\sمن\s.{1,40}"),
    (
        "zh",
        r"从我的.{1,20}发送|发自我的.{1,20}|從我的.{1,20}傳送|傳送自我的.{1,20}",
    ),
    ("ja", r".{1,20}から送信(?:されたメール)?"),
    ("ko", r"나의\s.{1,20}보냄|.{1,20}에서\s보냄"),
    ("vi", r"(?:đã\s)?gửi\stừ\s.{1,40}"),
    ("id", r"(?:dikirim|terkirim)\sdari\s.{1,40}"),
    (
        "scanners",
        r"virus-free\.?\s.{0,40}|this\se-?mail\shas\sbeen\s(?:checked|scanned)\sfor\sviruses\s.{1,60}|diese\se-?mail\swurde\s.{0,40}auf\sviren\sgeprüft.{0,40}|virenfrei\.?\s.{0,40}|sans\svirus\.?\s.{0,40}|libre\sde\svirus\.?\s.{0,40}",
    ),
];

/// Each as an expression of its own, made when a line first may be one. All in one would be so large that each thread's share of it takes megabytes.
static EACH: [OnceLock<Option<Regex>>; FOOTERS.len()] = [const { OnceLock::new() }; FOOTERS.len()];

/// What every such line matches, and few others: all of them, with as many letters in between as there are.
static MAYBE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let words: Vec<String> = FOOTERS.iter().map(|(_, words)| unbounded(words)).collect();
    whole_line(&words.join("|"))
});

fn whole_line(words: &str) -> Option<Regex> {
    Regex::new(&format!(r"(?i)^[\s*_(\[]*(?:{words})[\s*_)\].]*$")).ok()
}

/// The same expression with each count (`{1,60}`) as "one or more" or "any number": whatever it matched is still matched.
fn unbounded(words: &str) -> String {
    let mut wider = String::with_capacity(words.len());
    let mut rest = words;
    while let Some((before, behind)) = rest.split_once('{') {
        let Some((count, after)) = behind.split_once('}') else {
            break;
        };
        wider.push_str(before);
        wider.push(if count.starts_with('0') { '*' } else { '+' });
        rest = after;
    }
    wider.push_str(rest);
    wider
}

/// Whether a line reads as one of them.
fn reads_as_footer(line: &str) -> bool {
    if MAYBE.as_ref().is_some_and(|maybe| !maybe.is_match(line)) {
        return false;
    }
    EACH.iter().zip(FOOTERS).any(|(one, (_, words))| {
        let one = one.get_or_init(|| whole_line(words));
        one.as_ref().is_some_and(|one| one.is_match(line))
    })
}

/// Whether a line was added by a device or an app.
pub(super) fn is_footer(line: &str) -> bool {
    // "Sent from my desk, which is easier than my phone." is a sentence of a person. A scanner's sentence says what it is.
    let is_sentence = line.trim_end().ends_with('.') && line.split_whitespace().nth(6).is_some();
    let names_machine = || {
        let lower = line.to_lowercase();
        [
            "virus",
            "viren",
            "mail gesendet",
            "phone",
            "smartphone",
            "android",
            "blackberry",
        ]
        .iter()
        .any(|word| lower.contains(word))
    };
    line.len() <= 200
        && (!is_sentence || (names_machine() && !line.contains(',')))
        && reads_as_footer(line)
}

/// Phrases of legal footers, in lower case. One of them may stand in a person's sentence; two in one paragraph do not.
const DISCLAIMER_PHRASES: &[&str] = &[
    "confidentiality notice",
    "confidential",
    "intended recipient",
    "intended solely",
    "intended only",
    "privileged",
    "received this e-mail in error",
    "received this email in error",
    "received this message in error",
    "notify the sender",
    "unauthorized",
    "unauthorised",
    "disclosure",
    "delete this e-mail",
    "delete this email",
    "delete it from your",
    "consider the environment",
    "think before you print",
    "registered in england",
    "company number",
    "vertraulich",
    "rechtlich geschützt",
    "richtige adressat",
    "irrtümlich erhalten",
    "vernichten sie",
    "unbefugte weitergabe",
    "unerlaubte",
    "sitz der gesellschaft",
    "amtsgericht",
    "handelsregister",
    "hrb ",
    "geschäftsführer",
    "ust-id",
    "confidentiel",
    "destinataire",
    "par erreur",
    "détruire",
    "confidencial",
    "destinatario",
    "por error",
    "destinatário",
    "por engano",
    "riservat",
    "per errore",
    "vertrouwelijk",
    "geadresseerde",
    "konfidentiell",
    "fortrolig",
    "poufn",
    "конфиденциальн",
    "адресат",
];

/// Whether a paragraph is a legal footer.
pub(super) fn is_disclaimer(paragraph: &str) -> bool {
    if paragraph.len() > 8_000 || paragraph.contains('?') {
        return false;
    }
    let lower = paragraph.to_lowercase();
    let found = DISCLAIMER_PHRASES
        .iter()
        .filter(|phrase| lower.contains(*phrase));
    found.take(2).count() == 2 && lower.split_whitespace().count() >= 8
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
    fn footers_are_told_from_sentences() {
        assert!(is_footer("Sent from my iPhone"));
        assert!(!is_footer(
            "Sent from my desk, which is easier than my phone."
        ));
        assert!(!is_footer(
            "I had it sent from my shop to you, where is it?"
        ));
    }

    #[test]
    fn looking_in_two_steps_finds_what_one_expression_of_all_finds() {
        assert!(MAYBE.is_some());
        assert!(FOOTERS.iter().all(|(_, words)| whole_line(words).is_some()));
        assert!(FOOTERS.iter().all(|(_, words)| !words.contains(r"\p")));
        let all: Vec<&str> = FOOTERS.iter().map(|(_, words)| *words).collect();
        let all = whole_line(&all.join("|")).unwrap();
        let long = "von meinem ".to_owned() + &"sehr ".repeat(30) + "alten Gerät gesendet";
        let mut lines: Vec<String> = [
            "Sent from my iPhone",
            "sent with the Proton Mail secure email app for Android.",
            "Von meinem iPhone gesendet",
            "Envoyé de mon iPhone",
            "iPhone'umdan gönderildi",
            "iPhoneから送信",
            "Virus-free. www.avast.com",
            "",
            "*",
            "sent from",
        ]
        .map(str::to_owned)
        .to_vec();
        lines.push(long);
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mails");
        for entry in walk(&folder) {
            let bytes = std::fs::read(entry).unwrap();
            lines.extend(String::from_utf8_lossy(&bytes).lines().map(str::to_owned));
        }
        let mut found = 0;
        for line in &lines {
            // As `is_footer` asks: nothing longer comes here.
            let line = line.get(..200).unwrap_or(line);
            assert_eq!(reads_as_footer(line), all.is_match(line), "{line}");
            found += usize::from(reads_as_footer(line));
        }
        assert!(
            found >= 7 && found < lines.len() / 10,
            "{found} of {}",
            lines.len()
        );
    }

    fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
        let entries = std::fs::read_dir(folder).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        paths
            .flat_map(|path| match path.is_dir() {
                true => walk(&path),
                false => vec![path],
            })
            .collect()
    }
}
