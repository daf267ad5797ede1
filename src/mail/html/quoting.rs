//! Which elements hold the old mail, and with which does an old mail begin that goes on to the end? As the mail programs of the world mark
//! them; a new program is a new line.

/// Classes of elements that are quotations whatever they hold.
const QUOTE_CLASSES: [&str; 3] = ["gmail_attr", "moz-cite-prefix", "yahoo_quoted"];
/// Classes, names and data of elements around a quotation; where a blockquote stands in them, that alone is the quotation, for an inline
/// answer stands between two.
const CONTAINERS: [&str; 9] = [
    "gmail_quote",
    "protonmail_quote",
    "zmail_extra",
    "__quoted_text__",
    "tutanota_quote",
    "spark_quote",
    "front-blockquote",
    "name=\"quote\"",
    "messagereplysection",
];
/// Identifiers of elements with which the old mail begins.
const REST_IDS: [&str; 4] = [
    "divrplyfwdmsg",
    "appendonsend",
    "mail-editor-reference-message-container",
    "olk_src_body_section",
];

/// What is known of a tag that opens.
pub(super) struct Tag<'a> {
    pub(super) name: &'a str,
    /// All that stands in the tag, in lower case; empty for one without attributes.
    pub(super) lower: &'a str,
    pub(super) style: &'a str,
    pub(super) class: &'a str,
    pub(super) id: &'a str,
}

/// Whether the element is a quotation. `holds_blockquote`: a blockquote follows somewhere. `has_text`: there is new text above.
pub(super) fn opens_quote(tag: &Tag<'_>, holds_blockquote: bool, has_text: bool) -> bool {
    if tag.name == "blockquote" {
        // Gmail's indentation is a blockquote too; its style says that it has no border.
        let style = tag.style.replace(' ', "");
        return !style.contains("border:none") || tag.class.contains("quote");
    }
    if tag.lower.is_empty() {
        return false;
    }
    if QUOTE_CLASSES.iter().any(|class| tag.class.contains(class)) {
        return true;
    }
    !holds_blockquote && has_text && CONTAINERS.iter().any(|mark| tag.lower.contains(mark))
}

/// Whether all that follows is the old mail (Outlook puts it beside its header, not into an element).
pub(super) fn begins_rest(tag: &Tag<'_>) -> bool {
    if tag.lower.is_empty() {
        return false;
    }
    tag.class.contains("outlookmessageheader")
        || (!tag.id.is_empty() && REST_IDS.iter().any(|mark| tag.id.contains(mark)))
        || is_outlook_rule(tag.style)
}

/// Outlook's line above the old mail: a top border and nothing else.
fn is_outlook_rule(style: &str) -> bool {
    if !style.contains("border-top") {
        return false;
    }
    let style: String = style.chars().filter(|c| !c.is_whitespace()).collect();
    style.contains("border:none")
        && (style.contains("border-top:solid#e1e1e1") || style.contains("border-top:solid#b5c4df"))
}
