//! How does a document look in a mail program? Only what all of them show: plain elements with the few styles in the element itself, no image but
//! what lies in the mail, no script, nothing from outside, no colour of text or ground, so that a dark screen stays dark. Long words break: nobody scrolls sideways.

use super::{Block, Document, Span, span_text};

/// Of the whole: no line longer than the eye likes, and long words break.
const WHOLE: &str = "max-width:44em;font-family:sans-serif;line-height:1.4;overflow-wrap:break-word;word-break:break-word";

/// Of a paragraph.
const PARAGRAPH: &str = "margin:0 0 .8em";

/// Of a heading: it stands nearer to what it heads than to what is above.
const HEADING: &str = "margin:1.2em 0 .4em;font-size:1.05em";

/// Of a list: the numbers inside the screen, the items close together.
const LIST: &str = "margin:0 0 .8em;padding-left:1.7em";

/// Of an item.
const ITEM: &str = "margin:0 0 .25em";

/// Of a picture: never wider than the screen. The size that is said beside it is for programs that do not know this.
const PICTURE: &str = "max-width:100%;height:auto";

/// Of somebody's words: a line beside them, in a grey that shows on light and on dark.
const QUOTE: &str = "margin:0 0 .8em;padding-left:.8em;border-left:3px solid #888";

impl Document {
    /// The HTML part, in the form that this module's first lines promise.
    pub(in crate::compose) fn html(&self, language: &str) -> String {
        let mut html = format!(
            "<!DOCTYPE html>\n<html lang=\"{}\">\n<head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width\">\
             <meta name=\"color-scheme\" content=\"light dark\"></head>\n<body>\n<div style=\"{WHOLE}\">\n",
            html_escaped(language)
        );
        for block in &self.blocks {
            html.push_str(&block_html(block));
            html.push('\n');
        }
        html.push_str("</div>\n</body>\n</html>\n");
        html
    }

    /// This document above a mail of ours that was made before, in both of its forms; below the marker line where it begins with that. `None`
    /// where it has another form.
    pub(in crate::compose) fn above(
        &self,
        marker: &str,
        text: &str,
        html: &str,
    ) -> Option<(String, String)> {
        let marker_line = format!("{marker}\n\n");
        let whole_text = match text.strip_prefix(&marker_line) {
            Some(rest) => format!("{marker_line}{}\n{rest}", self.text()),
            None => format!("{}\n{text}", self.text()),
        };
        let (head, body) = html.split_once("<body>\n")?;
        let (division, body) = body.split_once('\n')?;
        let (first, rest) = body.split_once('\n')?;
        let (marker_block, rest) = match first.contains(&html_escaped(marker)) {
            true => (format!("{first}\n"), rest),
            false => (String::new(), body),
        };
        let blocks: String = (self.blocks.iter())
            .map(|block| format!("{}\n", block_html(block)))
            .collect();
        let whole_html = format!("{head}<body>\n{division}\n{marker_block}{blocks}{rest}");
        Some((whole_text, whole_html))
    }
}

fn span_html(spans: &[Span]) -> String {
    let mut html = String::new();
    for span in spans {
        match span {
            Span::Text(words) => html.push_str(&html_escaped(words)),
            Span::Code(words) => {
                html.push_str(&format!("<code>{}</code>", html_escaped(words)));
            }
            Span::Bold(inner) => html.push_str(&format!("<strong>{}</strong>", span_html(inner))),
            Span::Emphasis(inner) => html.push_str(&format!("<em>{}</em>", span_html(inner))),
            // The address is shown beside the words, as in the text part: nobody is sent where they cannot see.
            Span::Link { label, url } => {
                let label_html = span_html(label);
                let address = url.strip_prefix("mailto:").unwrap_or(url);
                let shown = if span_text(label) == address {
                    label_html
                } else {
                    format!("{label_html} ({})", html_escaped(address))
                };
                html.push_str(&format!("<a href=\"{}\">{shown}</a>", html_escaped(url)));
            }
            Span::LineEnd => html.push('\n'),
            Span::Break => html.push_str("<br>\n"),
        }
    }
    html
}

fn block_html(block: &Block) -> String {
    match block {
        Block::Paragraph(spans) => format!("<p style=\"{PARAGRAPH}\">{}</p>", span_html(spans)),
        Block::Heading(spans) => format!("<h3 style=\"{HEADING}\">{}</h3>", span_html(spans)),
        Block::Quote(lines) => {
            let lines: Vec<String> = lines.iter().map(|line| span_html(line)).collect();
            let lines = lines.join("<br>\n");
            format!("<blockquote style=\"{QUOTE}\">{lines}</blockquote>")
        }
        Block::List { numbered, items } => {
            let tag = if *numbered { "ol" } else { "ul" };
            let items = items
                .iter()
                .map(|item| format!("<li style=\"{ITEM}\">{}</li>\n", span_html(item)));
            let items: String = items.collect();
            format!("<{tag} style=\"{LIST}\">\n{items}</{tag}>")
        }
        Block::Rule => "<hr>".to_owned(),
        // The words alone: the address says nothing to a person, and the mail that opens shows it.
        Block::Offers(offers) => {
            let links = offers.iter().map(|offer| {
                let link = html_escaped(offer.link.as_str());
                format!("<a href=\"{link}\">{}</a>", html_escaped(offer.label))
            });
            let links: Vec<String> = links.collect();
            let links = links.join(" &nbsp; | &nbsp; ");
            format!("<p style=\"{PARAGRAPH}\">{links}</p>")
        }
        Block::Picture {
            id,
            alt,
            size: (width, height),
        } => {
            let (id, alt) = (html_escaped(id), html_escaped(alt));
            format!(
                "<p style=\"{PARAGRAPH}\"><img src=\"cid:{id}\" alt=\"{alt}\" width=\"{width}\" height=\"{height}\" style=\"{PICTURE}\"></p>"
            )
        }
        Block::Footer(lines) => {
            let lines: Vec<String> = lines.iter().map(|line| html_escaped(line)).collect();
            let lines = lines.join("<br>\n");
            format!("<p style=\"{PARAGRAPH}\">-- <br>\n{lines}</p>")
        }
    }
}

/// Two blanks in a row stay two.
fn html_escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut after_blank = false;
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            ' ' if after_blank => escaped.push_str("&nbsp;"),
            _ => escaped.push(character),
        }
        after_blank = character == ' ';
    }
    escaped
}
