//! `handoffd numbers`: in which zone its days begin, and in which form its rows are printed.

use super::super::Common;
use super::Verb;
use super::printed::visible;
use crate::config::Configuration;
use crate::numbers;
use serde_json::Value;

/// Where the first team works, days begin; in UTC where no settings can be read.
pub(super) fn zone(common: &Common) -> String {
    let configuration = Configuration::load_without_secrets(&common.config).ok();
    let zone = configuration.and_then(|configuration| {
        let meant = configuration.meant(common.mailbox.as_deref(), &common.config);
        let (_, settings) = meant.ok()?.into_iter().next()?;
        let zone = settings.teams.first()?.hours.time_zone.iana_name()?;
        Some(zone.to_owned())
    });
    zone.unwrap_or_else(|| "UTC".to_owned())
}

/// The rows of figures in another form than rows have; `None` for all other rows.
pub(super) fn text(verb: &Verb, as_json: bool, rows: &[Value]) -> Option<String> {
    match verb {
        Verb::Numbers {
            prometheus: true, ..
        } => Some(numbers::exposition(rows)),
        Verb::Numbers { .. } if !as_json => Some(visible(&numbers::table(rows))),
        _ => None,
    }
}
