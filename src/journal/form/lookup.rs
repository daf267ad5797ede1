//! The stored form of what lookups said.

use crate::config::{FieldName, LookupName};
use crate::lookup::{Found, LookedUp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What one lookup said. With neither, nothing is known.
#[derive(Serialize, Deserialize)]
pub(in crate::journal) struct LookedUpForm {
    lookup: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    fields: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    not_available: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    not_asked: Option<String>,
}

impl From<&LookedUp> for LookedUpForm {
    fn from(one: &LookedUp) -> Self {
        let (mut not_available, mut not_asked) = (None, None);
        let fields = match &one.found {
            Found::Fields(fields) => {
                let fields = fields.iter();
                let fields = fields.map(|(name, value)| (name.0.clone(), value.clone()));
                fields.collect()
            }
            Found::NotAvailable(why) => {
                not_available = Some(why.clone());
                BTreeMap::new()
            }
            Found::NotAsked(why) => {
                not_asked = Some(why.clone());
                BTreeMap::new()
            }
        };
        Self {
            lookup: one.lookup.0.clone(),
            fields,
            not_available,
            not_asked,
        }
    }
}

impl From<LookedUpForm> for LookedUp {
    fn from(form: LookedUpForm) -> Self {
        let fields = form.fields.into_iter();
        let found = match (form.not_available, form.not_asked) {
            (Some(why), _) => Found::NotAvailable(why),
            (None, Some(why)) => Found::NotAsked(why),
            (None, None) => Found::Fields(
                fields
                    .map(|(name, value)| (FieldName(name), value))
                    .collect(),
            ),
        };
        Self {
            lookup: LookupName(form.lookup),
            found,
        }
    }
}
