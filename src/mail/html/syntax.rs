//! Where does a tag end, what is it called, what do its attributes say? HTML as mail programs and their enemies write it.

/// Where the tag ends, quoted attribute values passed over. A quote that never ends does not swallow the mail.
pub(super) fn tag_end(tag: &str) -> usize {
    let mut quote = None;
    for (at, byte) in tag.bytes().enumerate().take(16 * 1024) {
        match (quote, byte) {
            (None, b'>') => return at,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    tag.bytes()
        .take(16 * 1024)
        .position(|byte| byte == b'>')
        .unwrap_or(tag.floor_char_boundary(16 * 1024))
}

pub(super) fn name_of(inside: &str) -> String {
    let is_part =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-' | b'!' | b'?');
    let length = inside.bytes().take(32).take_while(is_part).count();
    inside
        .get(..length)
        .unwrap_or_default()
        .to_ascii_lowercase()
}

pub(super) fn after_element<'a>(rest: &'a str, name: &str) -> &'a str {
    let bytes = rest.as_bytes();
    let end = bytes.windows(name.len() + 2).position(|window| {
        window.starts_with(b"</")
            && window
                .get(2..)
                .is_some_and(|word| word.eq_ignore_ascii_case(name.as_bytes()))
    });
    let Some(after) = end.and_then(|at| rest.get(at..)) else {
        return "";
    };
    after.split_once('>').map_or("", |(_, after)| after)
}

/// The attributes of a tag in their order; what stands inside quotes is never taken for another attribute
/// (HTML Living Standard, section 13.1.2.3).
fn attributes(inside: &str) -> impl Iterator<Item = (&str, &str)> {
    let is_gap = |c: char| c.is_ascii_whitespace() || c == '/';
    let mut rest = inside
        .find(is_gap)
        .and_then(|at| inside.get(at..))
        .unwrap_or_default();
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(is_gap);
        if rest.is_empty() {
            return None;
        }
        let end = rest
            .char_indices()
            .skip(1)
            .find(|(_, c)| is_gap(*c) || *c == '=')
            .map_or(rest.len(), |(at, _)| at);
        let (name, after) = rest.split_at_checked(end)?;
        rest = after;
        let Some(value) = after.trim_ascii_start().strip_prefix('=') else {
            return Some((name, ""));
        };
        let value = value.trim_ascii_start();
        let (value, after) = match value.chars().next() {
            Some(quote @ ('"' | '\'')) => {
                let value = value.get(1..).unwrap_or_default();
                value.split_once(quote).unwrap_or((value, ""))
            }
            _ => value.split_at(
                value
                    .find(|c: char| c.is_ascii_whitespace())
                    .unwrap_or(value.len()),
            ),
        };
        rest = after;
        Some((name, value))
    })
}

/// The value of an attribute as it is written; empty for one without a value.
pub(super) fn attribute(inside: &str, name: &str) -> Option<String> {
    attributes(inside)
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.to_owned())
}

/// Whether there are words beside the tags.
pub(super) fn has_words(html: &str) -> bool {
    html.split('<')
        .map(|piece| piece.split_once('>').map_or("", |(_, text)| text))
        .chain(html.split('<').next())
        .any(|text| text.chars().any(char::is_alphanumeric))
}
