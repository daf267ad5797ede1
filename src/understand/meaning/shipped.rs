//! Directions that come with the program: of the topics of any desk (`lexicon/topics.toml`), for the transformer that `make model` fetches.
//! A first start would spend most of its time on them. Each number is rounded to a byte, which no decision sees. `make directions` writes
//! the file again when topics or model change; a test says when that was forgotten.

use super::kept::{Kept, Key, key};

/// The file.
const TOPICS: &[u8] = include_bytes!("../lexicon/topics.directions");
/// What the file begins with; behind it the model's fingerprint, and how many numbers a direction has.
const MARK: &[u8; 8] = b"hotopic1";
const FINGERPRINT_BYTES: usize = 16;
/// The largest rounded number.
const MOST: f32 = 127.0;

/// Puts what comes with the program to what is kept; nothing for another model.
pub(super) fn add_to(kept: &mut Kept, fingerprint: &str, width: usize) {
    let Some(rows) = rows(TOPICS, fingerprint, width) else {
        return;
    };
    for row in rows.chunks_exact(row_bytes(width)) {
        let Some((key, rest)) = row.split_first_chunk::<{ size_of::<Key>() }>() else {
            return;
        };
        let Some((scale, numbers)) = rest.split_first_chunk::<4>() else {
            return;
        };
        let scale = f32::from_le_bytes(*scale);
        let number = |byte: &u8| f32::from(byte.cast_signed()) * scale;
        kept.put_key(*key, numbers.iter().map(number).collect());
    }
}

const fn row_bytes(width: usize) -> usize {
    size_of::<Key>() + 4 + width
}

fn rows<'a>(bytes: &'a [u8], fingerprint: &str, width: usize) -> Option<&'a [u8]> {
    let rest = bytes.strip_prefix(MARK)?;
    let (model, rest) = rest.split_at_checked(FINGERPRINT_BYTES)?;
    let (written_width, rows) = rest.split_first_chunk::<4>()?;
    let fits = model == fingerprint.as_bytes()
        && usize::try_from(u32::from_le_bytes(*written_width)).ok()? == width;
    fits.then_some(rows)
}

/// Texts with their directions as the file that comes with the program.
pub(super) fn to_bytes(
    fingerprint: &str,
    width: usize,
    texts: &[&str],
    directions: &[Vec<f32>],
) -> Vec<u8> {
    let mut bytes = MARK.to_vec();
    bytes.extend(fingerprint.bytes());
    bytes.extend(u32::try_from(width).unwrap_or(u32::MAX).to_le_bytes());
    let mut rows: Vec<(Key, &Vec<f32>)> =
        texts.iter().map(|text| key(text)).zip(directions).collect();
    rows.sort_by_key(|(key, _)| *key);
    rows.dedup_by_key(|(key, _)| *key);
    for (key, direction) in rows {
        let most = direction
            .iter()
            .fold(f32::MIN_POSITIVE, |most, x| most.max(x.abs()));
        let scale = most / MOST;
        bytes.extend(key);
        bytes.extend(scale.to_le_bytes());
        #[allow(clippy::cast_possible_truncation)]
        bytes.extend(
            direction
                .iter()
                .map(|x| ((x / scale).round() as i8).cast_unsigned()),
        );
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Embedding;
    use crate::understand::intent::phrases_of_any_desk;
    use crate::understand::meaning::Encoder;
    use std::path::Path;

    #[test]
    fn every_topic_has_its_direction() {
        let (fingerprint, rest) = TOPICS[MARK.len()..].split_at(FINGERPRINT_BYTES);
        let width = u32::from_le_bytes(rest[..4].try_into().unwrap()) as usize;
        let mut kept = Kept::default();
        add_to(&mut kept, std::str::from_utf8(fingerprint).unwrap(), width);
        for text in phrases_of_any_desk("en") {
            assert!(
                kept.get(&text).is_some(),
                "{text:?} has none: run `make directions`"
            );
        }
    }

    #[test]
    fn the_directions_are_those_of_the_model() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
        let Some(encoder) = Encoder::load(&folder, Embedding::Best).unwrap() else {
            println!("there is no model in models/ to compare with; `make model` fetches it");
            return;
        };
        if !encoder.reads_sentences() {
            return;
        }
        let texts = phrases_of_any_desk("en");
        let some: Vec<&str> = texts.iter().step_by(29).map(String::as_str).collect();
        let known = encoder.encode_recalled(&some);
        for ((text, known), exact) in some.iter().zip(known).zip(encoder.encode(&some)) {
            let alike: f32 = known.iter().zip(&exact).map(|(a, b)| a * b).sum();
            assert!(alike > 0.995, "{text:?}: {alike}; run `make directions`");
        }
    }

    #[test]
    fn another_model_gets_none() {
        let mut kept = Kept::default();
        add_to(&mut kept, "0123456789abcdef", 384);
        assert!(kept.get("Where is my order?").is_none());
    }
}
