//! Which of our languages are spoken in a sentence? Loosely: phrases of languages that are clearly not spoken are not looked
//! for (`brand` is a fire in Dutch only, `huile` weeps only in Dutch), and where it is not clear, all are.
//!
//! Told by the little words of a language, which nobody avoids. Linear.

use super::super::prepare::Sentence;
use super::super::word_lists::WordLists;
use std::sync::LazyLock;

/// A language is spoken if it has this part of the little words of the one that has most.
const PART: usize = 3;
/// With fewer little words than this nothing can be told.
const ENOUGH: usize = 2;

/// The little words of each language; those that are common in another one left out.
const LITTLE_WORDS: [(&str, &str); 7] = [
    (
        "en",
        "the and you your is was have has had my it of for with this that not are be but from they we would can will how what \
         when there were been if im its dont to our he she her his or so",
    ),
    (
        "de",
        "ich und der die das ist nicht ein eine mir mich sie mit auf zu den dem fur wie bei aber auch es habe hat von wir ihr \
         kann noch wenn ihnen einen mein meine meinen meiner euch oder dass sich schon bitte beim aus",
    ),
    (
        "fr",
        "je le la les des et est vous que qui pas un une pour dans sur avec mon ma mes du au ne ai nous votre vos ce il elle \
         sont c j d l n qu m mais ou cela",
    ),
    (
        "es",
        "el la los las que y es un una por con para mi se lo al del en su ha muy pero como esta ya hay mis vuestra vuestro \
         os desde cuando porque si",
    ),
    (
        "it",
        "il la che di non e un una per con mi mia mio ho ha sono del della vostro vostra come ma si da gli le nel ci vi alla \
         al dal quando anche",
    ),
    (
        "nl",
        "het een ik niet van dat mijn jullie met voor maar ook er naar bij zijn aan heb heeft te om kan u nog dit wat \
         hoe als uw op ben geen",
    ),
    (
        "pt",
        "o os que nao um uma para com meu minha em da na por mas eu voces foi tenho ao pelo pela dos das isto muito ja \
         vossa vosso sua seu quando e",
    ),
];

/// Languages as bits, in the order of [`LITTLE_WORDS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Tongues(u8);

impl Tongues {
    const ALL: Self = Self(u8::MAX);

    /// Whether a language is spoken. One that is not known here always is.
    pub(in super::super) fn speak(self, language: &str) -> bool {
        LITTLE_WORDS
            .iter()
            .position(|(name, _)| *name == language)
            .is_none_or(|bit| self.0 & (1 << bit) != 0)
    }
}

/// The languages of each sentence: its own where it is long enough to tell, else those of the whole mail.
pub(in super::super) fn of_sentences(sentences: &[Sentence]) -> Vec<Tongues> {
    let counts: Vec<[usize; 7]> = sentences.iter().map(count).collect();
    let mut whole = [0; 7];
    for row in &counts {
        for (sum, count) in whole.iter_mut().zip(row) {
            *sum += count;
        }
    }
    let of_mail = spoken(&whole).unwrap_or(Tongues::ALL);
    counts
        .iter()
        .map(|row| spoken(row).unwrap_or(of_mail))
        .collect()
}

static LISTS: LazyLock<WordLists> = LazyLock::new(|| WordLists::new(&LITTLE_WORDS));

fn count(sentence: &Sentence) -> [usize; 7] {
    LISTS.count(sentence.own_words.iter().map(String::as_str))
}

fn spoken(counts: &[usize; 7]) -> Option<Tongues> {
    let most = counts
        .iter()
        .copied()
        .max()
        .filter(|most| *most >= ENOUGH)?;
    let bits = counts
        .iter()
        .enumerate()
        .filter(|(_, count)| **count * PART >= most)
        .fold(0, |bits, (bit, _)| bits | (1 << bit));
    Some(Tongues(bits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::Reader;
    use crate::understand::prepare::Preparer;

    fn languages(text: &str) -> Vec<Vec<&'static str>> {
        let raw = format!("From: a@brightmail.example\r\n\r\n{text}\r\n");
        let mail = Reader::default().read(raw.as_bytes());
        let sentences = Preparer::new().prepare(&mail).sentences;
        of_sentences(&sentences)
            .into_iter()
            .map(|tongues| {
                let spoken = LITTLE_WORDS.iter().filter(|(name, _)| tongues.speak(name));
                spoken.map(|(name, _)| *name).collect()
            })
            .collect()
    }

    #[test]
    fn languages_that_are_clearly_not_spoken_are_left_out() {
        let rows = languages(
            "The fork of my bike broke while I was on the way to work. Ich habe mich dabei nicht verletzt, aber das Rad ist hin.",
        );
        assert_eq!(rows, [vec!["en"], vec!["de"]]);
        assert_eq!(languages("Akku brennt").concat().len(), 7);
        // A short sentence speaks as the others do.
        let rows = languages("Je vous écris pour la deuxième fois. Huile partout.");
        assert_eq!(rows.last().map(|row| row.contains(&"nl")), Some(false));
    }
}
