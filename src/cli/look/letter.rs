//! `handoffd letter`: in which zone and language it is asked for, and how it is printed.

use super::super::Common;
use super::Verb;
use super::numbers::zone;
use super::printed::visible;
use crate::config::Configuration;
use crate::control::Question;
use serde_json::Value;

/// The question; English where no settings can be read.
pub(super) fn question(common: &Common) -> Question {
    let configuration = Configuration::load_without_secrets(&common.config).ok();
    let language = configuration.and_then(|configuration| {
        let meant = configuration.meant(common.mailbox.as_deref(), &common.config);
        let (_, settings) = meant.ok()?.into_iter().next()?;
        Some(settings.support.language.0.clone())
    });
    Question::Letter {
        zone: zone(common),
        language: language.unwrap_or_else(|| "en".to_owned()),
    }
}

/// The letter as text, of each mailbox one; `None` for all other rows.
pub(super) fn text(verb: &Verb, as_json: bool, rows: &[Value]) -> Option<String> {
    if as_json || !matches!(verb, Verb::Letter { send: false }) {
        return None;
    }
    let letters = rows.iter().map(|row| {
        let text = row.get("text").and_then(Value::as_str);
        let name = row.get("mailbox").and_then(Value::as_str);
        let name = name.map_or_else(String::new, |name| format!("{name}: "));
        match text {
            Some(text) => format!("{name}{text}"),
            // A mailbox that could not be asked says why.
            None => format!("{row}\n"),
        }
    });
    Some(visible(&letters.collect::<Vec<_>>().join("\n")))
}
