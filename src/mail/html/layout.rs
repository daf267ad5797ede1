//! How does the text stand on the page: lines, blanks, quotations, alternative texts of images?

use super::entities::entity;
use super::hidden::look_of;
use super::syntax::attribute;
use super::{Element, Writer, is_outlook_paragraph};

/// A longer description of a picture was not written for the reader of the mail.
const DESCRIPTION_MAX_CHARS: usize = 60;

impl Writer {
    pub(super) fn block(&mut self, name: &str, inside: &str) {
        match name {
            "p" if !is_outlook_paragraph(inside) => self.end_line(2),
            "h1" | "h2" | "h3" | "h4" | "ul" | "ol" | "pre" | "table" => self.end_line(2),
            "p" | "div" | "tr" | "li" | "blockquote" | "section" | "article" | "header"
            | "footer" | "h5" | "h6" | "dl" | "dt" | "dd" | "center" | "address" | "body"
            | "form" => self.end_line(1),
            "td" | "th" => self.blank_waits = true,
            _ => {}
        }
    }

    /// A picture is what its description says. Nobody sees the description of a picture that nobody sees, and hardly anybody a long one.
    pub(super) fn image(&mut self, inside: &str) {
        let alternative = attribute(inside, "alt").unwrap_or_default();
        let alternative = alternative.trim();
        if alternative.is_empty() {
            return;
        }
        let lower = inside.to_ascii_lowercase();
        let is_dot = |name: &str| {
            let size = attribute(&lower, name).unwrap_or_default();
            matches!(size.trim().trim_end_matches("px"), "0" | "1")
        };
        let style = attribute(&lower, "style").unwrap_or_default();
        let is_unseen = is_dot("width")
            || is_dot("height")
            || attribute(&lower, "hidden").is_some()
            || look_of(&style).is_hidden
            || alternative.chars().count() > DESCRIPTION_MAX_CHARS;
        if is_unseen {
            self.rendered.had_hidden_text |= alternative.chars().any(char::is_alphanumeric);
            return;
        }
        self.text(&format!("[{alternative}]"));
    }

    pub(super) fn end_line(&mut self, line_ends: usize) {
        let needed = if self.at_line_start && self.line_ends == 0 {
            line_ends - 1
        } else {
            line_ends
        };
        self.line_ends = self.line_ends.max(needed);
        self.blank_waits = false;
    }

    pub(super) fn line_break(&mut self) {
        self.line_ends += 1;
        self.blank_waits = false;
    }

    pub(super) fn text(&mut self, raw: &str) {
        if raw.is_empty() {
            return;
        }
        if self.hidden > 0 || self.open.last().is_some_and(Element::is_invisible) {
            self.rendered.had_hidden_text |= raw.chars().any(char::is_alphanumeric);
            return;
        }
        let mut rest = raw;
        while let Some(character) = rest.chars().next() {
            if character == '&'
                && let Some((decoded, length)) = entity(rest)
            {
                self.put(decoded, decoded == '\u{A0}');
                rest = rest.get(length..).unwrap_or_default();
                continue;
            }
            self.put(character, false);
            rest = rest.get(character.len_utf8()..).unwrap_or_default();
        }
    }

    fn put(&mut self, character: char, is_hard_blank: bool) {
        if self.preformatted > 0 {
            match character {
                '\n' => return self.line_break(),
                '\r' => return,
                _ => {}
            }
        } else if character.is_whitespace() && !is_hard_blank {
            self.blank_waits = !self.at_line_start || self.line_ends > 0;
            return;
        }
        if self.line_ends > 0 {
            if self.rendered.text.is_empty() {
                self.line_ends = 0;
            }
            for _ in 0..self.line_ends.min(3) {
                if self.at_line_start {
                    self.mark_quote();
                    let kept = self.rendered.text.trim_end_matches(' ').len();
                    self.rendered.text.truncate(kept);
                }
                self.rendered.text.push('\n');
                self.at_line_start = true;
            }
            self.line_ends = 0;
            self.blank_waits = false;
        }
        if self.at_line_start {
            self.mark_quote();
            self.at_line_start = false;
        } else if self.blank_waits {
            self.rendered.text.push(' ');
        }
        self.blank_waits = false;
        self.rendered
            .text
            .push(if is_hard_blank { ' ' } else { character });
    }

    fn mark_quote(&mut self) {
        let levels = self.quotes + usize::from(self.rest_is_quoted);
        for _ in 0..levels.min(8) {
            self.rendered.text.push_str("> ");
        }
    }
}
