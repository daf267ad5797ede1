//! The labels of the headers that mail programs write above the old mail, in the languages that they speak.

use std::collections::HashMap;
use std::sync::LazyLock;

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

/// Language; its words for From, Date, To, Subject and for the others. A new language is a new line.
#[rustfmt::skip]
const WORDS: &[(&str, [&str; 5])] = &[
    ("en", ["from", "sent|date|sent at", "to", "subject", "cc|bcc|reply-to|importance|attachments|priority|organization|sensitivity"]),
    ("de", ["von", "gesendet|datum|gesendet am", "an", "betreff", "kopie|antwort an|wichtigkeit|anlagen|priorität"]),
    ("fr", ["de|expéditeur|expediteur|exp", "envoyé|envoyé le|date d'envoi|date", "à|a|destinataire|pour", "objet|sujet", "copie|pièces jointes"]),
    ("es", ["de|remitente", "enviado|enviado el|enviado a las|fecha", "para|a|destinatario", "asunto", "copia|adjuntos|datos adjuntos"]),
    ("pt", ["de|remetente", "enviado|enviada|enviado em|enviada em|enviado a|data", "para|destinatário", "assunto", "cópia|anexos"]),
    ("it", ["da|mittente", "inviato|inviato il|data|inviata", "a|destinatario", "oggetto", "copia|allegati"]),
    ("ca", ["de", "enviat el|enviat|data", "per a|a", "assumpte|tema", ""]),
    ("nl", ["van|afzender", "verzonden|verstuurd|datum|verzonden op", "aan", "onderwerp", "bijlagen"]),
    ("sv", ["från", "skickat|datum|skickades", "till", "ämne", "kopia"]),
    ("da", ["fra", "sendt|dato", "til", "emne", "kopi"]),
    ("nb", ["fra", "sendt|dato", "til", "emne", "kopi"]),
    ("fi", ["lähettäjä", "lähetetty|päivämäärä|päiväys", "vastaanottaja|kenelle", "aihe", "kopio"]),
    ("pl", ["od|nadawca", "wysłano|wysłane|data|data wysłania", "do", "temat", "dw|kopia"]),
    ("cs", ["od|odesílatel|odesilatel", "odesláno|datum", "komu", "předmět", "kopie"]),
    ("sk", ["od|odosielateľ", "odoslané|dátum", "komu", "predmet", "kópia"]),
    ("sl", ["od|pošiljatelj", "poslano|datum", "za|prejemnik", "zadeva", "kp"]),
    ("hr", ["od|pošiljatelj|šalje", "poslano|datum", "prima|primatelj|za", "predmet", "kopija"]),
    ("hu", ["feladó|küldő", "elküldve|küldve|dátum", "címzett", "tárgy", "másolatot kap"]),
    ("ro", ["de la", "trimis|data", "către|la", "subiect", ""]),
    ("et", ["saatja|kellelt", "saadetud|kuupäev", "adressaat|kellele", "teema", "koopia"]),
    ("lv", ["no", "nosūtīts|datums", "kam", "tēma", ""]),
    ("lt", ["nuo", "išsiųsta|data", "kam", "tema", ""]),
    ("ru", ["от|от кого|отправитель", "отправлено|дата|послано", "кому", "тема", "копия"]),
    ("uk", ["від|від кого", "надіслано|дата", "кому", "тема", "копія"]),
    ("bg", ["от", "изпратено|дата", "до", "относно|тема", "копие"]),
    ("sr", ["од", "послато|датум", "за|коме", "наслов|предмет", ""]),
    ("el", ["από", "στάλθηκε|ημερομηνία|αποστολή", "προς", "θέμα", "κοιν"]),
    ("tr", ["kimden|gönderen", "gönderildi|gönderilme tarihi|tarih", "kime|alıcı", "konu", "bilgi"]),
    ("he", ["מאת|מ", "נשלח|תאריך", "אל|ל", "נושא", "עותק"]),
    ("ar", ["من", "تاريخ الإرسال|تم الإرسال|التاريخ|أرسلت", "إلى|الى", "الموضوع", "نسخة"]),
    ("fa", ["از", "تاریخ|ارسال شده", "به", "موضوع", ""]),
    ("ja", ["差出人|発信者|from", "送信日時|日時|日付|送信日", "宛先", "件名", "添付ファイル"]),
    ("zh", ["发件人|寄件者|寄件人", "发送时间|时间|日期|寄件日期|傳送時間|發送時間|发送日期", "收件人|收件者", "主题|主旨|標題|主題", "抄送|副本"]),
    ("ko", ["보낸 사람|보낸사람|발신", "보낸 날짜|보낸날짜|날짜", "받는 사람|받는사람|수신", "제목", "참조"]),
    ("vi", ["từ|người gửi", "đã gửi|ngày|gửi", "đến|tới|người nhận", "chủ đề", ""]),
    ("id", ["dari", "dikirim|tanggal", "kepada|ke", "perihal|subjek", "tembusan"]),
    ("th", ["จาก", "ส่งเมื่อ|วันที่", "ถึง", "เรื่อง|หัวเรื่อง", "สำเนา"]),
    ("hi", ["प्रेषक|से", "भेजा गया|दिनांक", "प्रति", "विषय", ""]),
];

/// The longest label, in bytes.
const LABEL_MAX_BYTES: usize = 64;

static LABELS: LazyLock<HashMap<&'static str, Label>> = LazyLock::new(|| {
    let kinds = [
        Label::From,
        Label::Date,
        Label::To,
        Label::Subject,
        Label::Other,
    ];
    let mut labels = HashMap::new();
    for (_, words) in WORDS {
        for (kind, words) in kinds.into_iter().zip(words) {
            for word in words.split('|').filter(|word| !word.is_empty()) {
                // The languages share few words, and where two mean different things the first stays.
                labels.entry(word).or_insert(kind);
            }
        }
    }
    labels
});

/// The label that a line begins with, and what follows it.
pub(in crate::mail) fn label(line: &str) -> Option<(Label, &str)> {
    let head = crate::mail::bounds::beginning(line, LABEL_MAX_BYTES + 32);
    let colon = head.find([':', '：'])?;
    let decoration =
        |c: char| c.is_whitespace() || matches!(c, '>' | '*' | '|' | '\u{200E}' | '\u{200F}');
    let word = line.get(..colon)?.trim_matches(decoration);
    if word.is_empty() || word.len() > LABEL_MAX_BYTES {
        return None;
    }
    // Most words before a colon are no labels: those of a language are short and hold at most two blanks.
    if word.split(' ').nth(3).is_some() {
        return None;
    }
    let kind = if word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        LABELS.get(word)?
    } else {
        LABELS.get(word.to_lowercase().as_str())?
    };
    let rest = line.get(colon..)?.trim_start_matches([':', '：']);
    // `from:x` is no label of a mail program, `*From:* x` and `From:` are.
    let is_apart = rest.is_empty()
        || rest.starts_with(|c: char| c.is_whitespace() || c == '*')
        || !line.is_ascii();
    is_apart.then(|| (*kind, rest.trim_matches(decoration)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_read_in_their_decorations() {
        for (line, kind, rest) in [
            ("From: Ann", Label::From, "Ann"),
            ("> *Gesendet:* Dienstag", Label::Date, "Dienstag"),
            ("À : Ann", Label::To, "Ann"),
            ("| Subject:", Label::Subject, ""),
            ("差出人：山田", Label::From, "山田"),
            ("CC: Ann", Label::Other, "Ann"),
        ] {
            assert_eq!(label(line), Some((kind, rest)), "{line}");
        }
        for line in [
            "from:x",
            "Fromage: good",
            "a sentence: with a colon",
            ":",
            "https://x.example",
        ] {
            assert_eq!(label(line), None, "{line}");
        }
    }
}
