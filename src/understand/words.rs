//! Letters and words: every comparison of this module is made on folded words (lower case, no accents, no invisible characters).
//!
//! Reads hostile input; linear in its length.

use crate::mail::is_invisible_control;

/// Removes what cannot be seen (zero-width characters hide words from detectors) and bounds the length.
pub(super) fn visible(text: &str, longest_chars: usize) -> String {
    text.chars()
        .filter(|c| *c == '\n' || *c == '\t' || !is_invisible(*c))
        .map(|c| if c == '\t' || c == '\u{a0}' { ' ' } else { c })
        .take(longest_chars)
        .collect()
}

fn is_invisible(character: char) -> bool {
    is_invisible_control(character)
        || character.is_control()
        || matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fe0f}')
}

/// One character in lower case without its accent; ligatures and `ß` become two letters.
fn fold_char(character: char, out: &mut String) {
    if character.is_ascii() {
        out.push(character.to_ascii_lowercase());
        return;
    }
    for c in character.to_lowercase() {
        match c {
            'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ą' => out.push('a'),
            'ç' | 'ć' | 'č' => out.push('c'),
            'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ę' | 'ě' => out.push('e'),
            'ì' | 'í' | 'î' | 'ï' | 'ı' => out.push('i'),
            'ñ' | 'ń' => out.push('n'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' => out.push('o'),
            'ù' | 'ú' | 'û' | 'ü' | 'ů' => out.push('u'),
            'ý' | 'ÿ' => out.push('y'),
            'š' | 'ś' => out.push('s'),
            'ž' | 'ź' | 'ż' => out.push('z'),
            'ł' => out.push('l'),
            'ß' => out.push_str("ss"),
            'œ' => out.push_str("oe"),
            'æ' => out.push_str("ae"),
            // The combining marks of decomposed text.
            '\u{300}'..='\u{36f}' => {}
            other => out.push(other),
        }
    }
}

/// The folded words of a text. `don't` is one word (`dont`), `l'avocat` are two.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    each_word(text, &mut found, |_, _| {});
    found
}

/// The folded words of a text, and the number of the clause in which each stands: a new one begins at a comma, a bracket, a dash or a mark.
pub(super) fn words_in_clauses(text: &str) -> (Vec<String>, Vec<u16>) {
    let (mut found, mut clauses) = (Vec::new(), Vec::new());
    let mut clause = 0_u16;
    each_word(text, &mut found, |c, complete| {
        if matches!(
            c,
            ',' | ';' | ':' | '(' | ')' | '–' | '—' | '.' | '!' | '?' | '…'
        ) {
            clauses.resize(complete, clause);
            clause = clause.saturating_add(1);
        }
    });
    clauses.resize(found.len(), clause);
    (found, clauses)
}

/// Finds the words. `between`: told of each character between words, with the number of words before it.
fn each_word(text: &str, found: &mut Vec<String>, mut between: impl FnMut(char, usize)) {
    let mut word = String::new();
    let mut apostrophe = false;
    for c in text.chars() {
        if c.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&c) {
            if apostrophe && !word.is_empty() {
                // Kept until the next word is complete: see `close`.
                word.push('\'');
            }
            apostrophe = false;
            fold_char(c, &mut word);
        } else if matches!(c, '\'' | '’' | '‘' | '´' | '`') {
            apostrophe = true;
        } else {
            apostrophe = false;
            close(&mut word, found);
            between(c, found.len());
        }
    }
    close(&mut word, found);
}

fn close(word: &mut String, found: &mut Vec<String>) {
    if word.is_empty() {
        return;
    }
    if !word.contains('\'') {
        found.push(word.as_str().to_owned());
        word.clear();
        return;
    }
    let whole = std::mem::take(word);
    let mut parts = whole.split('\'');
    let mut current = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        if matches!(part, "t" | "s" | "m" | "re" | "ll" | "ve" | "d") {
            current.push_str(part);
        } else {
            if !current.is_empty() {
                found.push(std::mem::take(&mut current));
            }
            part.clone_into(&mut current);
        }
    }
    if !current.is_empty() {
        found.push(current);
    }
}

/// A text on one line, bounded: for evidence and summaries.
pub(super) fn one_line(text: &str, longest_chars: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= longest_chars {
        return line;
    }
    let mut cut: String = line.chars().take(longest_chars.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_folded_and_apostrophes_mean_what_they_mean_in_each_language() {
        assert_eq!(
            words("Don’t l'avocat À Größe"),
            ["dont", "l", "avocat", "a", "grosse"]
        );
        assert_eq!(visible("ig\u{200b}nore\u{ad}", 100), "ignore");
        assert_eq!(one_line("a\n b   c", 4), "a b…");
    }
}
