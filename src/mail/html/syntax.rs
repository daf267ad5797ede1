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

/// The value of an attribute, in lower case.
pub(super) fn attribute(lower: &str, name: &str) -> Option<String> {
    let mut from = 0;
    while let Some(at) = lower.get(from..)?.find(name) {
        let start = from + at;
        from = start + name.len();
        let stands_alone = lower
            .get(..start)
            .and_then(|before| before.chars().next_back())
            .is_some_and(|c| c.is_whitespace() || c == '"' || c == '\'');
        let after = lower.get(from..)?.trim_start();
        let Some(value) = after.strip_prefix('=').filter(|_| stands_alone) else {
            continue;
        };
        let value = value.trim_start();
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        return Some(match quote {
            Some(quote) => value.get(1..)?.split(quote).next()?.to_owned(),
            None => value.split_whitespace().next().unwrap_or("").to_owned(),
        });
    }
    None
}
