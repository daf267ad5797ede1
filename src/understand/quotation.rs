//! Whose words are these? What stands in double quotation marks was said by somebody else: a sign, a mail, a neighbour.
//!
//! Quotations may go over several sentences, but not over a paragraph; a mark that nothing closes quotes nothing, so that one
//! stray mark does not silence the rest of a mail. Reads hostile input; linear.

/// Set around quotations before sentences are split; no mail can hold them: [`mark`] takes them out first.
const OPENS: char = '\u{e000}';
const CLOSES: char = '\u{e001}';

/// A quotation is no longer than this, in characters.
const LONGEST: usize = 800;

/// Marks the quotations of a text.
pub(super) fn mark(text: &str) -> String {
    let characters: Vec<char> = text.chars().filter(|c| !is_mark(*c)).collect();
    let mut out = String::with_capacity(text.len() + 16);
    let mut closing: Option<usize> = None;
    // How far closing marks were looked for in vain: so that a row of opening marks costs no more than one.
    let mut searched: [usize; 4] = [0; 4];
    for (position, &c) in characters.iter().enumerate() {
        if closing == Some(position) {
            out.push(c);
            out.push(CLOSES);
            closing = None;
            continue;
        }
        if closing.is_none()
            && let Some((kind, closers)) = closers_of(c)
            && !is_inches(&characters, position)
            && searched.get(kind).is_none_or(|until| *until <= position)
        {
            closing = find_closing(&characters, position, closers);
            if closing.is_some() {
                out.push(OPENS);
            } else if let Some(until) = searched.get_mut(kind) {
                *until = position + LONGEST / 2;
            }
        }
        out.push(c);
    }
    out
}

/// The text as it was.
pub(super) fn without_marks(text: &str) -> String {
    text.chars().filter(|c| !is_mark(*c)).collect()
}

/// What of a marked text is the writer's own. `inside`: whether it begins, and then whether it ends, within a quotation.
pub(super) fn own_words(text: &str, inside: &mut bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            OPENS => *inside = true,
            CLOSES => {
                *inside = false;
                out.push(' ');
            }
            c if !*inside => out.push(c),
            _ => {}
        }
    }
    out
}

const fn is_mark(c: char) -> bool {
    matches!(c, OPENS | CLOSES)
}

/// The marks that close what this one opens.
const fn closers_of(c: char) -> Option<(usize, &'static [char])> {
    match c {
        '"' => Some((0, &['"', '”'])),
        '“' | '”' => Some((1, &['”', '“', '"'])),
        '„' => Some((2, &['“', '”', '"'])),
        '«' => Some((3, &['»'])),
        _ => None,
    }
}

/// `26"`: no quotation begins behind a number.
fn is_inches(characters: &[char], position: usize) -> bool {
    let before = position.checked_sub(1).and_then(|at| characters.get(at));
    before.is_some_and(char::is_ascii_digit)
}

fn find_closing(characters: &[char], opening: usize, closers: &[char]) -> Option<usize> {
    let mut line_is_empty = false;
    for (distance, &c) in characters
        .iter()
        .skip(opening + 1)
        .take(LONGEST)
        .enumerate()
    {
        let position = opening + 1 + distance;
        if c == '\n' {
            if line_is_empty {
                return None;
            }
            line_is_empty = true;
        } else if !c.is_whitespace() {
            line_is_empty = false;
        }
        if closers.contains(&c) && distance > 0 && !(c == '"' && is_inches(characters, position)) {
            return Some(position);
        }
    }
    // `"from the 12"` would be left open by the rule for inches.
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(text: &str) -> String {
        let mut inside = false;
        let own = own_words(&mark(text), &mut inside);
        own.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_others_said_is_not_the_writers() {
        for (text, expected) in [
            ("he said \"sue\" them", "he said them"),
            (
                "a 26\" wheel and a 28\" wheel",
                "a 26\" wheel and a 28\" wheel",
            ),
            ("er sagt „ich klage“ und geht", "er sagt und geht"),
            ("« au feu » dit-il", "dit-il"),
            ("it says \"One. Two. Three\" there", "it says there"),
            (
                "an \"open mark\n\nand a lawyer\"",
                "an \"open mark and a lawyer\"",
            ),
            ("an \"open mark", "an \"open mark"),
        ] {
            assert_eq!(own(text), expected, "{text}");
        }
        assert_eq!(without_marks(&mark("a \"b\" c")), "a \"b\" c");
    }

    #[test]
    fn a_quotation_goes_on_in_the_next_sentence() {
        let marked = mark("She wrote \"I am hurt. Call me.\" Then she rode on.");
        let (first, second) = marked.split_at(marked.find("Call").unwrap());
        let mut inside = false;
        assert_eq!(own_words(first, &mut inside).trim(), "She wrote");
        assert!(inside);
        assert_eq!(own_words(second, &mut inside).trim(), "Then she rode on.");
    }
}
