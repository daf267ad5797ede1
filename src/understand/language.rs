//! Which language is the new text in? Function words decide short texts, `whatlang` long ones; what neither knows is assumed.

use super::types::SpokenLanguage;
use super::word_lists::WordLists;
use super::words::words;
use crate::config::Language;
use std::sync::LazyLock;

/// So many function words, and such a share of all words, leave nothing to ask the statistics.
const PLAIN_COUNT: f64 = 3.0;
const PLAIN_SHARE: f64 = 0.15;
/// The language with most function words must have so many times as many as the next.
const AHEAD: f64 = 1.34;

/// The commonest function words, folded, without those that several of the languages share with different weight.
const FUNCTION_WORDS: [(&str, &str); 7] = [
    (
        "en",
        "the and is are was were you your my i it this that with for not have has had can could would please what when where how do does did of to in on at an im dont ive its will from we our hi hello thanks thank any or if but there been which whats get got pls still want need like order",
    ),
    (
        "de",
        "der die das und ist sind war ich ihr ihre ihnen sie mein meine meinen mit fur nicht habe haben hat kann konnen bitte was wann wo wie ein eine einen einem einer von zu im auf es wir uns auch noch aber danke hallo guten mir mich wurde ob dem den des bei schon oder wenn wird bis gibt nach heute gerne zuruck kein euch eure",
    ),
    (
        "fr",
        "le la les et est sont je vous votre vos mon ma mes ce cette avec pour ne pas ai avez peut pouvez quoi quand ou comment un une des du de en sur il elle nous merci bonjour que qui dans mais au aux j n l d c s plus suis etes voudrais tout bien",
    ),
    (
        "es",
        "el la los las y es son yo usted su sus mi mis este esta con para no he ha puede pueden que cuando donde como un una de del en por lo se me nos gracias hola buenos buenas quiero pero al mas les os si muy tengo desde hay quisiera ya",
    ),
    (
        "it",
        "il lo la gli le e sono io voi vostro vostra mio mia questo questa con per non ho ha puo potete che quando dove come un una di del della dei in su si mi ci grazie buongiorno ciao ma al piu vorrei nel anche alla salve buonasera se da ed",
    ),
    (
        "nl",
        "de het een en is zijn ik u uw jullie je mijn dit dat met voor niet heb heeft kan kunt kunnen wat wanneer waar hoe van te op er we wij ons bedankt dank hallo goedemiddag goedemorgen maar ook nog naar bij als mij aan ben wil deze graag dag",
    ),
    (
        "pt",
        "o os as e sao eu voce voces seu sua meu minha este esta com para nao tenho tem pode podem que quando onde como um uma de do da dos das em no na por se me nos obrigado obrigada ola bom dia boa mas ao mais gostaria queria ja foi pela pelo isso oi",
    ),
];

static LISTS: LazyLock<WordLists> = LazyLock::new(|| WordLists::new(&FUNCTION_WORDS));

/// Detects the language of the new text. `support` is what is assumed.
pub(crate) fn detect(text: &str, support: &Language) -> SpokenLanguage {
    let all = words(text);
    let all: Vec<&str> = all
        .iter()
        .map(String::as_str)
        .filter(|word| !word.chars().any(|c| c.is_ascii_digit()))
        .take(400)
        .collect();
    let hits = LISTS.count(all.iter().copied());
    let mut counts: Vec<(f64, &str)> = FUNCTION_WORDS
        .iter()
        .zip(hits)
        .map(|((code, _), hits)| {
            #[allow(clippy::cast_precision_loss)]
            let count = hits as f64 + letters_of(code, text);
            (count, *code)
        })
        .collect();
    counts.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (best, best_code) = counts.first().copied().unwrap_or((0.0, "en"));
    let second = counts.get(1).map_or(0.0, |entry| entry.0);
    #[allow(clippy::cast_precision_loss)]
    let share = best / (all.len().max(1) as f64);
    // The statistics cost more than all the rest, and could not say otherwise below.
    if best >= PLAIN_COUNT && best >= second * AHEAD && share >= PLAIN_SHARE {
        return SpokenLanguage::Known(Language(best_code.to_owned()));
    }

    let statistical = whatlang::detect(text).filter(whatlang::Info::is_reliable);
    if let Some(code) = statistical.as_ref().and_then(|info| code_of(info.lang())) {
        let known_to_us = FUNCTION_WORDS.iter().any(|entry| entry.0 == code);
        // A language without a word list is believed only for a text that is long enough and has none of our function words.
        let believed = if known_to_us {
            code == best_code || (best < PLAIN_COUNT && all.len() >= 8)
        } else {
            all.len() >= 12 && share < PLAIN_SHARE
        };
        if believed {
            return SpokenLanguage::Known(Language(code.to_owned()));
        }
    }
    if best >= 2.0 && best >= second * AHEAD && share >= 0.12 {
        return SpokenLanguage::Known(Language(best_code.to_owned()));
    }
    if best >= 1.0 && best > second && best_code != support.0 && all.len() <= 8 {
        let of_support = counts
            .iter()
            .find(|entry| entry.1 == support.0)
            .map_or(0.0, |entry| entry.0);
        if of_support == 0.0 && (best >= 2.0 || all.len() <= 4) {
            return SpokenLanguage::Known(Language(best_code.to_owned()));
        }
    }
    SpokenLanguage::Assumed(support.clone())
}

/// Letters that hardly occur outside one language.
fn letters_of(code: &str, text: &str) -> f64 {
    let letters: &[char] = match code {
        "de" => &['ä', 'ö', 'ü', 'ß', 'Ä', 'Ö', 'Ü'],
        "fr" => &['ç', 'è', 'ê', 'à', 'œ', 'û', 'É', 'é'],
        "es" => &['ñ', '¿', '¡', 'ó', 'í'],
        "it" => &['ò', 'ì', 'è'],
        "pt" => &['ã', 'õ', 'ç', 'ê'],
        _ => return 0.0,
    };
    let found = text
        .chars()
        .filter(|c| !c.is_ascii() && letters.contains(c))
        .take(4)
        .count();
    #[allow(clippy::cast_precision_loss)]
    let weight = found as f64 * 0.5;
    weight
}

/// ISO 639-1 of the languages that we believe the statistics on.
const fn code_of(language: whatlang::Lang) -> Option<&'static str> {
    use whatlang::Lang;
    Some(match language {
        Lang::Eng => "en",
        Lang::Deu => "de",
        Lang::Fra => "fr",
        Lang::Spa => "es",
        Lang::Ita => "it",
        Lang::Nld => "nl",
        Lang::Por => "pt",
        Lang::Pol => "pl",
        Lang::Ces => "cs",
        Lang::Swe => "sv",
        Lang::Dan => "da",
        Lang::Nob => "no",
        Lang::Fin => "fi",
        Lang::Tur => "tr",
        Lang::Hun => "hu",
        Lang::Ron => "ro",
        Lang::Rus => "ru",
        Lang::Ukr => "uk",
        Lang::Ell => "el",
        Lang::Jpn => "ja",
        Lang::Kor => "ko",
        Lang::Cmn => "zh",
        Lang::Ara => "ar",
        Lang::Heb => "he",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_mails_have_a_language_or_an_assumption() {
        let support = Language("en".to_owned());
        for (text, expected) in [
            ("refund please", "en"),
            ("Bonjour, je voudrais annuler", "fr"),
            ("wann ist mein Paket da", "de"),
            (
                "handschuhe zurück\nDie Handschuhe kratzen, ich möchte sie zurückgeben.",
                "de",
            ),
            ("hola, ¿dónde está mi pedido?", "es"),
            ("thx", "en"),
        ] {
            assert_eq!(detect(text, &support).language().0, expected, "{text}");
        }
    }
}
