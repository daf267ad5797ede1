//! How does one source become both the text and the HTML of a mail, so that the two always say the same? A small Markdown: paragraphs,
//! headings, lists, quotes, rules, `**bold**`, `*emphasis*`, `` `code` `` and links to `https`, `http` and `mailto`. Whatever stands behind a
//! backslash is itself; that is how text of strangers gets in ([`escape_line`], [`escape_lines`], [`escape_quote`]). Reads hostile input.

mod html;

use super::links::Offer;
use super::picture::InlinePicture;

/// The longest value that a stranger's text brings into a mail, in characters.
const VALUE_MAX_CHARACTERS: usize = 100_000;

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Span {
    Text(String),
    Bold(Vec<Span>),
    Emphasis(Vec<Span>),
    Code(String),
    Link {
        label: Vec<Span>,
        url: String,
    },
    /// A line end of the source: the text keeps it, to HTML it is a blank.
    LineEnd,
    /// A line break that is meant.
    Break,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Block {
    Paragraph(Vec<Span>),
    Heading(Vec<Span>),
    Quote(Vec<Vec<Span>>),
    List {
        numbered: bool,
        items: Vec<Vec<Span>>,
    },
    Rule,
    /// Links of ours to mails that say yes or no: no source can make any.
    Offers(Vec<Offer>),
    /// A picture of ours that lies in the mail: no source can make any. The text says the same in words, so it shows nothing there.
    Picture {
        id: String,
        alt: String,
        size: (u32, u32),
    },
    /// Behind the signature mark, literal lines.
    Footer(Vec<String>),
}

/// The body of a mail, from which both forms are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Document {
    blocks: Vec<Block>,
}

/// Characters that a mail shows: no control characters but the line end, and none that turns the reading direction.
fn shown(text: &str) -> impl Iterator<Item = char> {
    let bounded = text.chars().take(VALUE_MAX_CHARACTERS);
    bounded.filter(|character| {
        *character == '\n'
            || *character == '\t'
            || !(character.is_control() || is_unsafe_invisible(*character))
    })
}

/// Bidirectional controls and the like. The joiners (U+200C, U+200D) stay: Persian words and many emoji need them.
fn is_unsafe_invisible(character: char) -> bool {
    crate::mail::is_invisible_control(character) && !matches!(character, '\u{200C}' | '\u{200D}')
}

fn push_escaped(escaped: &mut String, character: char) {
    if character.is_ascii_punctuation() {
        escaped.push('\\');
    }
    escaped.push(character);
}

/// Any text as one line that means only itself.
pub(super) fn escape_line(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut blank_waits = false;
    for character in shown(text) {
        if character.is_whitespace() {
            blank_waits = !escaped.is_empty();
            continue;
        }
        if blank_waits {
            escaped.push(' ');
            blank_waits = false;
        }
        push_escaped(&mut escaped, character);
    }
    escaped
}

/// A line with its blanks kept; `\ ` where a blank at the start or a second one would be lost.
fn escape_keeping_blanks(line: &str) -> String {
    let mut escaped = String::with_capacity(line.len());
    let mut after_blank = true;
    for character in shown(line) {
        if character == '\n' {
            continue;
        }
        if character.is_whitespace() {
            if after_blank {
                escaped.push('\\');
            }
            escaped.push(' ');
            after_blank = true;
        } else {
            push_escaped(&mut escaped, character);
            after_blank = false;
        }
    }
    escaped
}

fn source_lines(text: &str) -> Vec<String> {
    let unified = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines = unified.trim_matches('\n').lines().map(str::trim_end);
    lines.map(escape_keeping_blanks).collect()
}

/// Any text with its lines as they are; they mean only themselves. One paragraph, so that nothing of it starts a block.
pub(super) fn escape_lines(text: &str) -> String {
    source_lines(text).join("\\\n")
}

/// Any text as a quote; no line of it can leave the quote.
pub(super) fn escape_quote(text: &str) -> String {
    let lines = source_lines(text);
    let quoted: Vec<String> = lines.iter().map(|line| format!("> {line}")).collect();
    quoted.join("\n")
}

impl Document {
    /// Reads the source.
    pub(super) fn parse(source: &str) -> Self {
        let mut blocks = Vec::new();
        let mut lines = source.lines().peekable();
        while let Some(line) = lines.next() {
            let line = line.trim_end_matches([' ', '\r']);
            if line.is_empty() {
                continue;
            }
            if let Some(title) = heading(line) {
                blocks.push(Block::Heading(spans(title)));
            } else if is_rule(line) {
                blocks.push(Block::Rule);
            } else if let Some(first) = quoted(line) {
                let mut quote = vec![spans(first)];
                while let Some(next) = lines.peek().and_then(|next| quoted(next)) {
                    quote.push(spans(next));
                    lines.next();
                }
                blocks.push(Block::Quote(quote));
            } else if let Some((numbered, first)) = item(line) {
                let mut items = vec![first.to_owned()];
                while let Some(next) = lines.peek().copied() {
                    if let Some((_, further)) = item(next).filter(|(kind, _)| *kind == numbered) {
                        items.push(further.to_owned());
                    } else if next.starts_with("  ") && !next.trim().is_empty() {
                        if let Some(last) = items.last_mut() {
                            last.push('\n');
                            last.push_str(next.trim());
                        }
                    } else {
                        break;
                    }
                    lines.next();
                }
                let items = items.iter().map(|item| spans(item)).collect();
                blocks.push(Block::List { numbered, items });
            } else {
                let mut paragraph = line.to_owned();
                while let Some(next) = lines.peek().copied() {
                    let starts_block = heading(next).is_some()
                        || is_rule(next)
                        || quoted(next).is_some()
                        || item(next).is_some();
                    if next.trim().is_empty() || starts_block {
                        break;
                    }
                    paragraph.push('\n');
                    paragraph.push_str(next.trim_end_matches('\r'));
                    lines.next();
                }
                blocks.push(Block::Paragraph(spans(&paragraph)));
            }
        }
        Self { blocks }
    }

    /// Puts a line of its own above everything.
    pub(super) fn begin_with(&mut self, line: &str) {
        let first = Block::Paragraph(vec![Span::Text(line.to_owned())]);
        self.blocks.insert(0, first);
    }

    /// Puts links below the first block, where the question stands.
    pub(super) fn offer(&mut self, offers: Vec<Offer>) {
        if !offers.is_empty() {
            let place = self.blocks.len().min(1);
            self.blocks.insert(place, Block::Offers(offers));
        }
    }

    /// Puts a picture below everything. The mail must bring it: `Letter::pictures`.
    pub(super) fn show(&mut self, picture: &InlinePicture) {
        self.blocks.push(Block::Picture {
            id: picture.id().as_str().to_owned(),
            alt: shown(picture.alt()).collect(),
            size: picture.size(),
        });
    }

    /// Puts another document below everything.
    pub(super) fn append(&mut self, other: Self) {
        self.blocks.extend(other.blocks);
    }

    /// Puts these lines below everything, behind the signature mark.
    pub(super) fn end_with(&mut self, footer: &str) {
        let lines: Vec<String> = footer
            .trim()
            .lines()
            .map(|line| shown(line.trim_end()).collect())
            .collect();
        if !lines.is_empty() {
            self.blocks.push(Block::Footer(lines));
        }
    }

    /// The text part, `\n` line ends, a line end at the end.
    pub(super) fn text(&self) -> String {
        let blocks: Vec<String> = self.blocks.iter().filter_map(block_text).collect();
        let mut text = blocks.join("\n\n");
        text.push('\n');
        text
    }
}

fn heading(line: &str) -> Option<&str> {
    let title = line.trim_start_matches('#');
    let level = line.len() - title.len();
    (1..=6)
        .contains(&level)
        .then(|| title.strip_prefix(' '))
        .flatten()
        .map(str::trim)
}

fn is_rule(line: &str) -> bool {
    let line = line.trim_end();
    line.len() >= 3 && line.chars().all(|character| character == '-')
}

fn quoted(line: &str) -> Option<&str> {
    let rest = line.strip_prefix('>')?;
    Some(rest.strip_prefix(' ').unwrap_or(rest))
}

/// `- x`, `* x`: a bullet; `1. x`: numbered.
fn item(line: &str) -> Option<(bool, &str)> {
    if let Some(rest) = line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")) {
        return Some((false, rest));
    }
    let rest = line.trim_start_matches(|character: char| character.is_ascii_digit());
    let digits = line.len() - rest.len();
    (1..=3)
        .contains(&digits)
        .then(|| rest.strip_prefix(". "))
        .flatten()
        .map(|rest| (true, rest))
}

/// Reads the marks inside a paragraph. `depth` is bounded, and each mark looks ahead a bounded way: linear in the text.
fn spans(source: &str) -> Vec<Span> {
    let characters: Vec<char> = source.chars().collect();
    read_spans(&characters, 0)
}

/// How far a closing mark is looked for, in characters.
const MARK_MAX_CHARACTERS: usize = 1_000;

/// How deep marks are read inside marks.
const DEPTH_MAX: usize = 3;

fn read_spans(characters: &[char], depth: usize) -> Vec<Span> {
    let mut found = Vec::new();
    let mut plain = String::new();
    let mut position = 0;
    let at = |index: usize| characters.get(index).copied();
    while let Some(character) = at(position) {
        let marked = if depth < DEPTH_MAX {
            marked(characters, position, depth)
        } else {
            None
        };
        if let Some((span, next)) = marked {
            flush(&mut plain, &mut found);
            found.push(span);
            position = next;
            continue;
        }
        match (character, at(position + 1)) {
            ('\\', Some('\n')) => {
                flush(&mut plain, &mut found);
                found.push(Span::Break);
                position += 2;
            }
            ('\\', Some(literal)) if literal.is_ascii_punctuation() || literal == ' ' => {
                plain.push(literal);
                position += 2;
            }
            ('\n', _) => {
                flush(&mut plain, &mut found);
                found.push(Span::LineEnd);
                position += 1;
            }
            _ => {
                plain.push(character);
                position += 1;
            }
        }
    }
    flush(&mut plain, &mut found);
    found
}

fn flush(plain: &mut String, found: &mut Vec<Span>) {
    if !plain.is_empty() {
        found.push(Span::Text(std::mem::take(plain)));
    }
}

/// A mark that begins here and is closed: its span, and where the text goes on.
fn marked(characters: &[char], start: usize, depth: usize) -> Option<(Span, usize)> {
    let at = |index: usize| characters.get(index).copied();
    let inside = |from: usize, until: usize| characters.get(from..until).unwrap_or_default();
    match at(start)? {
        '*' if at(start + 1) == Some('*') => {
            let end = closing(characters, start + 2, &['*', '*'])?;
            let bold = read_spans(inside(start + 2, end), depth + 1);
            Some((Span::Bold(bold), end + 2))
        }
        '*' if at(start + 1).is_some_and(|next| !next.is_whitespace()) => {
            let end = closing(characters, start + 1, &['*'])?;
            let emphasis = read_spans(inside(start + 1, end), depth + 1);
            Some((Span::Emphasis(emphasis), end + 1))
        }
        '`' => {
            let end = closing(characters, start + 1, &['`'])?;
            Some((Span::Code(inside(start + 1, end).iter().collect()), end + 1))
        }
        '[' => {
            let middle = closing(characters, start + 1, &[']', '('])?;
            let end = closing(characters, middle + 2, &[')'])?;
            let url: String = inside(middle + 2, end).iter().collect();
            if !is_safe_url(&url) {
                return None;
            }
            let label = read_spans(inside(start + 1, middle), DEPTH_MAX);
            Some((Span::Link { label, url }, end + 1))
        }
        _ => None,
    }
}

fn closing(characters: &[char], from: usize, mark: &[char]) -> Option<usize> {
    let mut position = from;
    let last = from.saturating_add(MARK_MAX_CHARACTERS);
    while position < last {
        let rest = characters.get(position..)?;
        if rest.starts_with(mark) && position > from {
            return Some(position);
        }
        position += if rest.first()? == &'\\' { 2 } else { 1 };
    }
    None
}

/// Only what a person may follow without harm, and nothing that would break the attribute or the text.
fn is_safe_url(url: &str) -> bool {
    let known = ["https://", "http://", "mailto:"];
    known.iter().any(|scheme| url.starts_with(scheme))
        && !url.chars().any(|character| {
            character.is_whitespace() || character.is_control() || "<>\"'\\`".contains(character)
        })
}

fn span_text(spans: &[Span]) -> String {
    let mut text = String::new();
    for span in spans {
        match span {
            Span::Text(words) | Span::Code(words) => text.push_str(words),
            Span::Bold(inner) | Span::Emphasis(inner) => text.push_str(&span_text(inner)),
            Span::Link { label, url } => {
                let label = span_text(label);
                let address = url.strip_prefix("mailto:").unwrap_or(url);
                if label == address {
                    text.push_str(address);
                } else {
                    text.push_str(&format!("{label} ({address})"));
                }
            }
            Span::LineEnd | Span::Break => text.push('\n'),
        }
    }
    text
}

/// `None` for what only the HTML shows.
fn block_text(block: &Block) -> Option<String> {
    let text = match block {
        Block::Paragraph(spans) => span_text(spans),
        Block::Heading(spans) => {
            let title = span_text(spans);
            let line: String = title.chars().map(|_| '-').collect();
            format!("{title}\n{line}")
        }
        Block::Quote(lines) => {
            let lines = lines.iter().map(|line| format!("> {}", span_text(line)));
            let lines: Vec<String> = lines.map(|line| line.trim_end().to_owned()).collect();
            lines.join("\n")
        }
        Block::List { numbered, items } => {
            let mut text = Vec::new();
            for (position, item) in items.iter().enumerate() {
                let mark = if *numbered {
                    format!("{}. ", position + 1)
                } else {
                    "- ".to_owned()
                };
                let indent = " ".repeat(mark.len());
                let item = span_text(item).replace('\n', &format!("\n{indent}"));
                text.push(format!("{mark}{item}"));
            }
            text.join("\n")
        }
        Block::Rule => "----------------------------------------".to_owned(),
        Block::Offers(offers) => {
            let lines = offers
                .iter()
                .map(|offer| format!("{}: <{}>", offer.label, offer.link.as_str()));
            lines.collect::<Vec<_>>().join("\n")
        }
        Block::Picture { .. } => return None,
        Block::Footer(lines) => format!("-- \n{}", lines.join("\n")),
    };
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_forms_say_the_same() {
        let source = "Hello **you** and *me*,\nsecond line\n\n1. one\n2. two\n   more\n\n- [site](https://x.example)\n\n> quoted\n\n# Title\n";
        let mut document = Document::parse(source);
        document.begin_with("=== x ===");
        document.end_with("Shop Ltd\nStreet");
        assert_eq!(
            document.text(),
            "=== x ===\n\nHello you and me,\nsecond line\n\n1. one\n2. two\n   more\n\n- site (https://x.example)\n\n> quoted\n\nTitle\n-----\n\n-- \nShop Ltd\nStreet\n"
        );
        let html = document.html("en");
        assert!(html.contains(">Hello <strong>you</strong> and <em>me</em>,\nsecond line</p>"));
        assert!(html.contains("<a href=\"https://x.example\">site (https://x.example)</a>"));
    }

    #[test]
    fn only_safe_links_are_links() {
        for bad in [
            "[x](javascript:alert(1))",
            "[x](data:text/html,x)",
            "[x](https://a\"onclick=b)",
            "[x](/relative)",
        ] {
            assert!(!Document::parse(bad).html("en").contains("<a"), "{bad}");
        }
    }

    #[test]
    fn lines_of_a_person_stay_as_they_are() {
        let words = "Dear Ann,\n\n\n  - it is *ready*\n> no quote\n1. first\n\nKim";
        let document = Document::parse(&escape_lines(words));
        assert_eq!(document.text(), format!("{words}\n"));
        let html = document.html("en");
        assert!(!html.contains("<ul") && !html.contains("<em") && !html.contains("<blockquote"));
    }

    proptest! {
        #[test]
        fn strangers_text_means_only_itself(text in "[ \\PC\r\n\t*_`\\[\\]()<>#>.\\-\\\\{}&\"']{0,120}") {
            // Our own tags stand with nothing of a stranger's in them.
            let ours = regex::Regex::new("<(p|blockquote|div) style=\"[a-z0-9:;.% #-]*\">|</(p|blockquote|div|body|html)>|<br>").unwrap();
            for source in [escape_line(&text), escape_lines(&text), escape_quote(&text)] {
                let html = Document::parse(&source).html("en");
                let body = html.split_once("<body>").unwrap().1;
                let body = ours.replace_all(body, "");
                prop_assert!(!body.contains('<'), "{}", body);
            }
        }

        #[test]
        fn a_quote_cannot_be_left(text in "[ \\PC\r\n>]{0,120}") {
            let text = Document::parse(&escape_quote(&text)).text();
            for line in text.trim_end_matches('\n').split('\n').filter(|line| !line.is_empty()) {
                prop_assert!(line.starts_with('>'), "{:?}", line);
            }
        }

        #[test]
        fn any_source_is_read(text in "[ a\n*`\\[\\]()>.\\-\\\\#1]{0,200}") {
            let document = Document::parse(&text);
            let _ = (document.text(), document.html("en"));
        }

        #[test]
        fn no_source_shows_a_picture(text in "(!\\[|<img src=|cid:|\\]\\(|https://|[ a\n*`\\[\\]()<>!\"=\\\\]){0,40}") {
            for source in [text.clone(), escape_line(&text), escape_lines(&text), escape_quote(&text)] {
                let html = Document::parse(&source).html("en");
                prop_assert!(!html.contains("<img"), "{}", html);
            }
        }
    }
}
