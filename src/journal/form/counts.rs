//! The stored form of what is left of stories that went: counts of a day, nothing of anybody.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How often what happened in the tickets that were opened on one day.
#[derive(Default, Serialize, Deserialize)]
pub(in crate::journal) struct CountsForm {
    pub(in crate::journal) counts: BTreeMap<String, u64>,
}
