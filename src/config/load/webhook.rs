//! `[[webhook]]`: who is told what happens to tickets.

use super::Surroundings;
use super::lookup::url;
use super::servers::Secret;
use super::team::plain_name;
use crate::config::section::Section;
use crate::config::{Webhook, WebhookName};
use crate::webhook::Occasion;
use secrecy::ExposeSecret;
use std::collections::BTreeSet;
use std::time::Duration;

/// Each is told beside the others.
const WEBHOOKS_MAX: usize = 16;
/// A shorter secret can be guessed by whoever sees one telling.
const SECRET_MIN_BYTES: usize = 16;

pub(super) fn webhooks(top: &Section<'_>, surroundings: &Surroundings<'_>) -> Vec<Webhook> {
    let sections = top.sections("webhook");
    if sections.len() > WEBHOOKS_MAX {
        let what = format!("there are {} webhooks", sections.len());
        let remedy = format!("keep at most {WEBHOOKS_MAX}");
        top.problem(&top.place("webhook").unwrap_or(0..0), what, remedy);
    }
    let mut webhooks: Vec<Webhook> = Vec::new();
    for section in &sections {
        let Some(webhook) = webhook(section, surroundings) else {
            continue;
        };
        if webhooks.iter().any(|other| other.name == webhook.name) {
            let what = format!("two webhooks are called {}", webhook.name);
            section.problem(section.at(), what, "give each webhook a name of its own");
            continue;
        }
        webhooks.push(webhook);
    }
    webhooks
}

fn webhook(section: &Section<'_>, surroundings: &Surroundings<'_>) -> Option<Webhook> {
    let name = section.required_text("name", "board");
    let name = name.and_then(|name| plain_name(section, "name", &name, '-'));
    let url = url(section);
    let ca_file = super::lookup::ca_file(section, surroundings);
    let secret = Secret {
        key: "secret_file",
        noun: "secret",
        credential: None,
        is_required: true,
        is_for_this_machine: url.as_ref().is_some_and(|url| !url.is_protected()),
    };
    let secret = secret.read(section, surroundings);
    let is_read = surroundings.secrets == super::Secrets::Read;
    if let Some(secret) = &secret
        && is_read
        && (1..SECRET_MIN_BYTES).contains(&secret.expose_secret().len())
    {
        let at = section
            .place("secret_file")
            .unwrap_or_else(|| section.at().clone());
        let what = format!("the secret of [webhook] is shorter than {SECRET_MIN_BYTES} characters");
        section.problem(&at, what, "make one with `openssl rand -hex 32`");
    }
    let occasions = occasions(section);
    let with_customer = section.yes_or_no("with_customer", false);
    let hours = section.number("give_up_after_hours", 24, 1, 168);
    section.refuse_unknown_keys();
    Some(Webhook {
        name: WebhookName(name?),
        url: url?,
        ca_file,
        secret: secret?,
        events: occasions,
        with_customer,
        give_up_after: Duration::from_hours(hours),
    })
}

fn occasions(section: &Section<'_>) -> BTreeSet<Occasion> {
    let names = || {
        let names: Vec<&str> = Occasion::ALL.iter().map(|one| one.as_str()).collect();
        names.join(", ")
    };
    let written = section.texts("events");
    let is_empty = written
        .as_ref()
        .is_none_or(|written| written.value.is_empty());
    if is_empty {
        let at = section
            .place("events")
            .unwrap_or_else(|| section.at().clone());
        let remedy = format!("add `events = [\"handed-off\"]`; there are {}", names());
        section.problem(&at, "[webhook] is told of no events", remedy);
    }
    let mut occasions = BTreeSet::new();
    for text in written.map(|written| written.value).unwrap_or_default() {
        match Occasion::by_name(&text.value) {
            Some(occasion) => drop(occasions.insert(occasion)),
            None => {
                let what = format!("[webhook] events: \"{}\" is not known", text.value);
                section.problem(&text.at, what, format!("write some of {}", names()));
            }
        }
    }
    occasions
}
