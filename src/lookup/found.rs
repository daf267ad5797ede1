//! What came of asking. Pure.

use crate::config::{FieldName, LookupName, Settings};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What one lookup said about one mail's writer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookedUp {
    /// Which.
    pub lookup: LookupName,
    /// What it said.
    pub found: Found,
}

/// What a lookup said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// These fields, each one line of plain text; none where nothing is known.
    Fields(BTreeMap<FieldName, String>),
    /// It was to be asked, and there is no answer: why, one line of plain text.
    NotAvailable(String),
    /// It was not to be asked, and why not.
    NotAsked(String),
}

impl LookedUp {
    /// What it said, for machines: `fields`, or why it is `not_available`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match &self.found {
            Found::Fields(fields) => {
                let fields = fields.iter();
                let fields: BTreeMap<&str, &str> = fields
                    .map(|(name, value)| (name.0.as_str(), value.as_str()))
                    .collect();
                json!({ "fields": fields })
            }
            Found::NotAvailable(why) | Found::NotAsked(why) => json!({ "not_available": why }),
        }
    }

    /// The value of a field, where there is one.
    #[must_use]
    pub fn field(&self, name: &FieldName) -> Option<&str> {
        match &self.found {
            Found::Fields(fields) => fields.get(name).map(String::as_str),
            Found::NotAvailable(_) | Found::NotAsked(_) => None,
        }
    }
}

/// That nobody was asked, for this reason, of each lookup of the settings.
#[must_use]
pub fn not_asked(settings: &Settings, why: &str) -> Vec<LookedUp> {
    let lookups = settings.lookups.iter();
    let each = lookups.map(|lookup| LookedUp {
        lookup: lookup.name.clone(),
        found: Found::NotAsked(why.to_owned()),
    });
    each.collect()
}
