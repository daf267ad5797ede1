//! What does a signed mail say? The text inside the armour of OpenPGP (RFC 9580 section 7), and the mail inside an opaque S/MIME signature
//! (RFC 8551 section 3.5.2). No signature is verified: that is said nowhere. Reads hostile input; bounded.

use std::borrow::Cow;

const TEXT_BEGINS: &str = "-----BEGIN PGP SIGNED MESSAGE-----";
const SIGNATURE_BEGINS: &str = "-----BEGIN PGP SIGNATURE-----";
const SIGNATURE_ENDS: &str = "-----END PGP SIGNATURE-----";

/// The text without the armour of an inline signature, if it has one.
pub(super) fn without_armour(text: &str) -> Cow<'_, str> {
    if !text.contains(TEXT_BEGINS) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut state = Armour::Outside;
    for line in text.lines() {
        state = match (state, line.trim_end()) {
            (Armour::Outside, TEXT_BEGINS) => Armour::Header,
            // `Hash: SHA256`, then an empty line.
            (Armour::Header, "") => Armour::Text,
            (Armour::Header, _) => Armour::Header,
            (Armour::Text, SIGNATURE_BEGINS) => Armour::Signature,
            (Armour::Signature, SIGNATURE_ENDS) => Armour::Outside,
            (Armour::Signature, _) => Armour::Signature,
            (state, _) => {
                let line = match state {
                    Armour::Text => line.strip_prefix("- ").unwrap_or(line),
                    _ => line,
                };
                out.push_str(line);
                out.push('\n');
                state
            }
        };
    }
    Cow::Owned(out)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Armour {
    Outside,
    Header,
    Text,
    Signature,
}

/// The deepest nesting that is followed in BER, and the most pieces that a text may come in.
const DEPTH_MAX: usize = 12;
const PIECES_MAX: usize = 10_000;

/// The object identifiers of `id-signedData` and `id-data` (RFC 5652).
const SIGNED_DATA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02];
const DATA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01];

/// The mail inside an opaque signature; `None` where the bytes are something else (encrypted data, certificates only).
pub(super) fn opaque_content(bytes: &[u8]) -> Option<Vec<u8>> {
    let (content_info, _) = element(bytes)?;
    let mut rest = content_info.content;
    let identifier = next(&mut rest)?;
    if identifier.tag != 0x06 || identifier.content != SIGNED_DATA {
        return None;
    }
    let mut explicit = next(&mut rest)?.content;
    let mut signed_data = next(&mut explicit)?.content;
    let _version = next(&mut signed_data)?;
    let _algorithms = next(&mut signed_data)?;
    let mut encapsulated = next(&mut signed_data)?.content;
    let identifier = next(&mut encapsulated)?;
    if identifier.tag != 0x06 || identifier.content != DATA {
        return None;
    }
    let mut explicit = next(&mut encapsulated)?.content;
    let octets = next(&mut explicit)?;
    let mut out = Vec::new();
    let mut pieces = 0;
    collect(&octets, 0, &mut pieces, &mut out)?;
    Some(out)
}

/// One BER element (X.690).
struct Element<'a> {
    tag: u8,
    content: &'a [u8],
}

fn next<'a>(rest: &mut &'a [u8]) -> Option<Element<'a>> {
    let (element, after) = element(rest)?;
    *rest = after;
    Some(element)
}

/// The element that the bytes begin with, and what follows it. Of an element without a length all that follows is its content: its end
/// mark is met when its parts are read.
fn element(bytes: &[u8]) -> Option<(Element<'_>, &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    // Long tags do not occur here.
    if tag & 0x1F == 0x1F {
        return None;
    }
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0x80 => {
            return Some((
                Element { tag, content: rest },
                rest.get(end_of_indefinite(rest)?..)?,
            ));
        }
        0..=0x7F => (usize::from(first), rest),
        _ => {
            let count = usize::from(first & 0x7F);
            let (digits, rest) = rest.split_at_checked(count).filter(|_| count <= 4)?;
            let length = digits
                .iter()
                .fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte));
            (length, rest)
        }
    };
    let (content, after) = rest.split_at_checked(length)?;
    Some((Element { tag, content }, after))
}

/// How many bytes an element without a length has, its end mark included.
fn end_of_indefinite(bytes: &[u8]) -> Option<usize> {
    let mut at = 0_usize;
    let mut depth = 1_usize;
    for _ in 0..PIECES_MAX {
        let rest = bytes.get(at..)?;
        if rest.starts_with(&[0, 0]) {
            at += 2;
            depth -= 1;
            if depth == 0 {
                return Some(at);
            }
            continue;
        }
        let &[tag, first, ..] = rest else {
            return None;
        };
        if tag & 0x1F == 0x1F {
            return None;
        }
        if first == 0x80 {
            depth += 1;
            at += 2;
            if depth > DEPTH_MAX {
                return None;
            }
            continue;
        }
        let (found, after) = element(rest)?;
        let _ = found;
        at += rest.len() - after.len();
    }
    None
}

/// The bytes of an octet string, in one piece or in many.
fn collect(
    octets: &Element<'_>,
    depth: usize,
    pieces: &mut usize,
    out: &mut Vec<u8>,
) -> Option<()> {
    match octets.tag {
        0x04 => {
            out.extend_from_slice(octets.content);
            Some(())
        }
        0x24 if depth < DEPTH_MAX => {
            let mut rest = octets.content;
            while !rest.is_empty() && !rest.starts_with(&[0, 0]) {
                *pieces += 1;
                if *pieces > PIECES_MAX {
                    return None;
                }
                let piece = next(&mut rest)?;
                collect(&piece, depth + 1, pieces, out)?;
            }
            Some(())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn der(tag: u8, content: &[u8]) -> Vec<u8> {
        let mut out = vec![tag];
        if content.len() < 0x80 {
            out.push(u8::try_from(content.len()).unwrap());
        } else {
            out.push(0x82);
            out.extend(u16::try_from(content.len()).unwrap().to_be_bytes());
        }
        out.extend(content);
        out
    }

    fn signed(mail: &[u8]) -> Vec<u8> {
        let encapsulated = der(
            0x30,
            &[der(0x06, DATA), der(0xA0, &der(0x04, mail))].concat(),
        );
        let data = der(
            0x30,
            &[
                der(0x02, &[1]),
                der(0x31, &[]),
                encapsulated,
                der(0x31, &[]),
            ]
            .concat(),
        );
        der(0x30, &[der(0x06, SIGNED_DATA), der(0xA0, &data)].concat())
    }

    #[test]
    fn the_mail_inside_an_opaque_signature_comes_out() {
        let mail = b"Content-Type: text/plain\r\n\r\nIt has arrived.\r\n".repeat(5);
        assert_eq!(
            opaque_content(&signed(&mail)).as_deref(),
            Some(mail.as_slice())
        );
        // In pieces and without lengths, as streaming programs write it.
        let pieces = [
            vec![0x24, 0x80],
            der(0x04, b"It has "),
            der(0x04, b"arrived."),
            vec![0, 0],
        ]
        .concat();
        let encapsulated = [
            vec![0x30, 0x80],
            der(0x06, DATA),
            vec![0xA0, 0x80],
            pieces,
            vec![0, 0, 0, 0],
        ]
        .concat();
        let data = [
            vec![0x30, 0x80],
            der(0x02, &[1]),
            der(0x31, &[]),
            encapsulated,
            der(0x31, &[]),
            vec![0, 0],
        ]
        .concat();
        let whole = [
            vec![0x30, 0x80],
            der(0x06, SIGNED_DATA),
            vec![0xA0, 0x80],
            data,
            vec![0, 0, 0, 0],
        ]
        .concat();
        assert_eq!(
            opaque_content(&whole).as_deref(),
            Some(b"It has arrived.".as_slice())
        );
        assert_eq!(opaque_content(b"0\x80"), None);
    }

    #[test]
    fn armour_is_taken_off() {
        let text = "above\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nIt has arrived.\n- -- a line of dashes\n-----BEGIN PGP SIGNATURE-----\n\nabc=\n-----END PGP SIGNATURE-----\nbelow\n";
        assert_eq!(
            without_armour(text),
            "above\nIt has arrived.\n-- a line of dashes\nbelow\n"
        );
        assert_eq!(without_armour("plain"), "plain");
    }

    proptest! {
        #[test]
        fn no_bytes_do_harm(bytes in proptest::collection::vec(any::<u8>(), 0..200), cut in 0_usize..150) {
            let _ = opaque_content(&bytes);
            let whole = signed(b"It has arrived.");
            let _ = opaque_content(whole.get(..cut).unwrap_or(&whole));
        }
    }
}
