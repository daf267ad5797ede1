//! Where does a sentence end? Reads hostile input; linear.

/// Sentences, over line breaks inside a paragraph.
pub(super) fn split_sentences(text: &str) -> Vec<String> {
    let mut sentences = Vec::new();
    let mut current = String::new();
    let lines: Vec<&str> = text.lines().collect();
    for (index, line) in lines.iter().enumerate() {
        let trimmed = line.trim();
        if trimmed.is_empty() {
            push(&mut sentences, &mut current);
            continue;
        }
        if trimmed.starts_with(['-', '*', '•']) || starts_a_list_item(trimmed) {
            push(&mut sentences, &mut current);
        }
        let characters: Vec<char> = trimmed.chars().collect();
        for (position, &c) in characters.iter().enumerate() {
            current.push(c);
            let next = characters.get(position + 1).copied();
            let ends = matches!(c, '.' | '!' | '?' | '…' | ';')
                && next.is_none_or(char::is_whitespace)
                && !(c == '.' && ends_in_abbreviation(&current));
            let before_dash = c == ' ' && next == Some('–');
            // `1) the price, 2) the way to pay` in one line.
            let before_item = c == ' '
                && matches!(
                    characters.get(position + 1..position + 4),
                    Some(['1'..='9', ')', ' '])
                );
            if ends || before_dash || before_item {
                push(&mut sentences, &mut current);
            }
        }
        // A short line that is followed by a capital is a line of its own (people who type without full stops).
        let next_starts_high = lines
            .get(index + 1)
            .and_then(|next| next.trim().chars().next())
            .is_some_and(char::is_uppercase);
        if trimmed.chars().count() < 60 && next_starts_high {
            push(&mut sentences, &mut current);
        } else {
            current.push(' ');
        }
    }
    push(&mut sentences, &mut current);
    sentences
}

fn starts_a_list_item(line: &str) -> bool {
    let mut characters = line.chars();
    characters.next().is_some_and(|c| c.is_ascii_digit())
        && characters.next().is_some_and(|c| c == ')' || c == '.')
        && characters.next().is_some_and(char::is_whitespace)
}

fn ends_in_abbreviation(text: &str) -> bool {
    let word = text
        .trim_end_matches('.')
        .rsplit(|c: char| c.is_whitespace() || c == '(')
        .next()
        .unwrap_or_default()
        .to_lowercase();
    word.chars().count() <= 1
        || word.contains('.')
        || matches!(
            word.as_str(),
            "no" | "nr"
                | "mr"
                | "mrs"
                | "ms"
                | "dr"
                | "st"
                | "ca"
                | "bzw"
                | "evtl"
                | "ggf"
                | "inkl"
                | "approx"
                | "tel"
                | "sr"
                | "sra"
                | "num"
                | "art"
                | "bestnr"
                | "usw"
                | "vs"
        )
        || (word.len() <= 2 && word.chars().all(|c| c.is_ascii_digit()))
}

fn push(sentences: &mut Vec<String>, current: &mut String) {
    let sentence = std::mem::take(current);
    let sentence = sentence.trim();
    if sentence.chars().any(char::is_alphanumeric) {
        sentences.push(sentence.to_owned());
    }
}
