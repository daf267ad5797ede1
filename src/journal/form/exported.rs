//! What does a line of an export say? JSON objects, one a line: a head, the keys where they were asked for, every row of the database in the
//! order of its keys, and an end that counts and vouches for all lines before it. Bytes that are no text stand as base64.
//! Reads what somebody may have cut or changed: any bytes end as words.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// The form of exports that is written. A change that old code cannot read makes a new one.
pub(in crate::journal) const EXPORT_VERSION: u32 = 1;

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::journal) struct HeadForm {
    #[serde(rename = "handoffd-export")]
    pub(in crate::journal) version: u32,
    /// Who wrote it.
    pub(in crate::journal) program: String,
}

/// What every head of any version says.
#[derive(Debug, Deserialize)]
struct AnyHead {
    #[serde(rename = "handoffd-export")]
    version: u32,
    program: String,
}

/// A line between the first and the last.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(in crate::journal) enum LineForm {
    /// A row of the database.
    Row {
        tree: String,
        #[serde(flatten)]
        row: RowForm,
    },
    /// A file of a key.
    File { file: String, value64: String },
    /// The last line.
    End { end: EndForm },
}

/// Key and value; each is written in one way only.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::journal) struct RowForm {
    #[serde(skip_serializing_if = "Option::is_none", default)]
    key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    key64: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    value64: Option<String>,
}

/// What the last line vouches for.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::journal) struct EndForm {
    /// So many rows.
    pub(in crate::journal) rows: u64,
    /// SHA-256 of all bytes before this line.
    pub(in crate::journal) sha256: String,
}

impl RowForm {
    pub(in crate::journal) fn new(key: &[u8], value: &[u8]) -> Self {
        let (key, key64) = text_or_base64(key);
        let (value, value64) = text_or_base64(value);
        Self {
            key,
            key64,
            value,
            value64,
        }
    }

    /// `None` where a part is missing, stands there twice, or is no base64.
    pub(in crate::journal) fn bytes(self) -> Option<(Vec<u8>, Vec<u8>)> {
        Some((
            bytes(self.key, self.key64)?,
            bytes(self.value, self.value64)?,
        ))
    }
}

fn text_or_base64(bytes: &[u8]) -> (Option<String>, Option<String>) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (Some(text.to_owned()), None),
        Err(_) => (None, Some(to_base64(bytes))),
    }
}

fn bytes(text: Option<String>, base64: Option<String>) -> Option<Vec<u8>> {
    match (text, base64) {
        (Some(text), None) => Some(text.into_bytes()),
        (None, Some(base64)) => from_base64(&base64),
        _ => None,
    }
}

pub(in crate::journal) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(in crate::journal) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Whether this is the first line of an export that we can read; why not.
pub(in crate::journal) fn head(line: &[u8]) -> Result<(), String> {
    let head: AnyHead = serde_json::from_slice(line)
        .map_err(|_| "its first line is not that of an export".to_owned())?;
    if head.version > EXPORT_VERSION {
        return Err(format!(
            "it was written by a newer handoffd ({}, exports of form {}; this one knows form {EXPORT_VERSION}): import it with that one",
            head.program.chars().take(40).collect::<String>(),
            head.version
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_newer_export_is_not_guessed_at() {
        let newer = br#"{"handoffd-export":2,"program":"9.9.9","more":true}"#;
        let why = head(newer).unwrap_err();
        assert!(why.contains("written by a newer handoffd (9.9.9"), "{why}");
        assert!(head(b"{}").is_err() && head(b"").is_err());
        assert!(head(br#"{"handoffd-export":1,"program":"0.1.0"}"#).is_ok());
    }

    proptest! {
        #[test]
        fn any_bytes_come_back(key in proptest::collection::vec(any::<u8>(), 0..40), value in proptest::collection::vec(any::<u8>(), 0..40)) {
            let line = LineForm::Row { tree: "events".to_owned(), row: RowForm::new(&key, &value) };
            let text = serde_json::to_string(&line).unwrap();
            prop_assert!(!text.contains('\n'));
            let LineForm::Row { row, .. } = serde_json::from_str(&text).unwrap() else {
                return Err(TestCaseError::fail(text));
            };
            prop_assert_eq!(row.bytes(), Some((key, value)));
        }
    }
}
