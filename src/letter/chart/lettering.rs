//! In which letters do names and counts find room beside each other, and which letters are there at all? Fonts of ISO 8859-1: words of other
//! scripts lose their accents, or become question marks. Takes any text; gives back short ones. Pure.

use super::canvas::{Canvas, Ink};
use embedded_graphics::mono_font::{MonoFont, iso_8859_1 as fonts};
use unicode_normalization::UnicodeNormalization;

/// A font, by its height; all its letters have one width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Face {
    Bold18,
    Plain15,
    Bold15,
    Plain13,
    Bold13,
    Narrow13,
    NarrowBold13,
    Slim13,
    SlimBold13,
}

impl Face {
    /// The largest first.
    pub(super) const PLAIN: [Self; 4] =
        [Self::Plain15, Self::Plain13, Self::Narrow13, Self::Slim13];
    pub(super) const BOLD: [Self; 4] = [
        Self::Bold15,
        Self::Bold13,
        Self::NarrowBold13,
        Self::SlimBold13,
    ];

    pub(super) const fn font(self) -> &'static MonoFont<'static> {
        match self {
            Self::Bold18 => &fonts::FONT_9X18_BOLD,
            Self::Plain15 => &fonts::FONT_9X15,
            Self::Bold15 => &fonts::FONT_9X15_BOLD,
            Self::Plain13 => &fonts::FONT_8X13,
            Self::Bold13 => &fonts::FONT_8X13_BOLD,
            Self::Narrow13 => &fonts::FONT_7X13,
            Self::NarrowBold13 => &fonts::FONT_7X13_BOLD,
            Self::Slim13 => &fonts::FONT_6X13,
            Self::SlimBold13 => &fonts::FONT_6X13_BOLD,
        }
    }

    /// Of a word, in drawn pixels.
    pub(super) fn width(self, word: &str) -> i32 {
        let letters = i32::try_from(word.chars().count()).unwrap_or(i32::MAX);
        let width = i32::try_from(2 * self.font().character_size.width).unwrap_or(i32::MAX);
        letters.saturating_mul(width)
    }

    /// Of every word, in drawn pixels.
    pub(super) fn height(self) -> i32 {
        i32::try_from(2 * self.font().character_size.height).unwrap_or(i32::MAX)
    }
}

/// How the words of all bars are written.
pub(super) struct Lettering {
    face: Face,
    direction: Direction,
    /// Of the highest word, in drawn pixels.
    pub(super) height: i32,
}

#[derive(Clone, Copy)]
enum Direction {
    Across,
    /// From below upwards.
    Upwards,
}

impl Lettering {
    /// The largest letters in which words stand side by side, `step` from middle to middle, with most of a letter between them; where none
    /// are small enough, they stand on end.
    pub(super) fn fitting<'a>(
        faces: &[Face; 4],
        words: impl Iterator<Item = &'a String> + Clone,
        step: i32,
    ) -> Self {
        let widest = |face: Face| words.clone().map(|word| face.width(word)).max();
        let apart = |face: Face| face.width("m") * 3 / 4;
        let fits = |face: &&Face| widest(**face).unwrap_or(0) + apart(**face) <= step;
        if let Some(face) = faces.iter().find(fits).copied() {
            let height = face.height();
            return Self {
                face,
                direction: Direction::Across,
                height,
            };
        }
        let [_, face, ..] = *faces;
        let height = widest(face).unwrap_or(0);
        Self {
            face,
            direction: Direction::Upwards,
            height,
        }
    }

    /// Writes a word that ends above `y`, on paper of its own: no line crosses it.
    pub(super) fn above(&self, canvas: &mut Canvas, middle: i32, y: i32, word: &str) {
        let (x, height) = self.extent(middle, word);
        canvas.fill(x, y - height, self.breadth(word), height, Ink::Paper);
        self.write(canvas, x, y - height, word);
    }

    /// Writes a word that begins below `y`.
    pub(super) fn below(&self, canvas: &mut Canvas, middle: i32, y: i32, word: &str) {
        let (x, _) = self.extent(middle, word);
        self.write(canvas, x, y, word);
    }

    /// How much room a word takes from left to right.
    pub(super) fn breadth(&self, word: &str) -> i32 {
        match self.direction {
            Direction::Across => self.face.width(word),
            Direction::Upwards => self.face.height(),
        }
    }

    /// Its left end, and how high it is.
    fn extent(&self, middle: i32, word: &str) -> (i32, i32) {
        let height = match self.direction {
            Direction::Across => self.face.height(),
            Direction::Upwards => self.face.width(word),
        };
        (middle - self.breadth(word) / 2, height)
    }

    fn write(&self, canvas: &mut Canvas, x: i32, y: i32, word: &str) {
        match self.direction {
            Direction::Across => canvas.letters(x, y, self.face, word),
            Direction::Upwards => canvas.letters_upwards(x, y, self.face, word),
        }
    }
}

/// A text in letters that the fonts have, on one line; where it is longer, a dot says that it was cut.
pub(super) fn drawable(text: &str, characters_max: usize) -> String {
    // Of an endless text, no more is looked at than could be shown.
    let bounded = text.chars().take(characters_max.saturating_mul(4));
    let mut letters: Vec<char> = bounded.nfc().flat_map(known).collect();
    while letters.last() == Some(&' ') {
        letters.pop();
    }
    if letters.len() > characters_max {
        letters.truncate(characters_max.saturating_sub(1));
        letters.push('.');
    }
    letters.into_iter().collect()
}

/// A character in those that the fonts have.
fn known(character: char) -> Vec<char> {
    match character {
        '\u{AD}' => vec![],
        '\u{2010}'..='\u{2015}' | '\u{2212}' => vec!['-'],
        '\u{2018}'..='\u{201B}' => vec!['\''],
        '\u{201C}'..='\u{201F}' => vec!['"'],
        '…' => vec!['.'; 3],
        '€' => "EUR".chars().collect(),
        'ẞ' => "SS".chars().collect(),
        _ if character.is_whitespace() => vec![' '],
        _ if crate::mail::is_invisible_control(character) || character.is_control() => vec![],
        ' '..='~' | '\u{A1}'..='\u{FF}' => vec![character],
        _ => {
            let base = std::iter::once(character).nfkd().next();
            vec![base.filter(char::is_ascii).unwrap_or('?')]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_in_letters_that_there_are() {
        let drawn = [
            ("Rückfragen", "Rückfragen"),
            ("Ru\u{308}ckgabe", "Rückgabe"),
            ("Rücksendungen", "Rücksendu."),
            ("23.–29. Nov", "23.-29. N."),
            ("Łódź", "?ódz"),
            ("a\tb\n", "a b"),
            ("a\u{202E}b\u{0}", "ab"),
            ("質問", "??"),
            ("", ""),
        ];
        for (text, word) in drawn {
            assert_eq!(drawable(text, 10), word, "{text}");
        }
        assert_eq!(drawable(&"ä".repeat(100_000), 10), "äääääääää.");
    }
}
