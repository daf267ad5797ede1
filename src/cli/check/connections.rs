//! Asks each lookup once about an address that nobody has, and says what it answered.

use crate::config::{Language, LookupName, Settings};
use crate::lookup::{Found, Lookups, Question, Shown};
use crate::mail::{Address, MailIdentity};
use crate::ticket::TicketId;
use std::collections::BTreeMap;

/// Nobody's (RFC 2606).
const NOBODY: &str = "handoffd-check@nobody.invalid";

/// Asks all lookups; what they said are remarks.
///
/// # Errors
/// What each of those gave that gave no answer, a line each.
pub(super) fn try_lookups(settings: &Settings) -> Result<Vec<String>, String> {
    if settings.lookups.is_empty() {
        return Ok(Vec::new());
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("starting the runtime: {error}"))?;
    let question = question(settings);
    let answers = runtime.block_on(Lookups::new(&settings.lookups).ask(&question));
    let mut remarks = Vec::new();
    let mut failures = Vec::new();
    for answer in answers {
        let name = &answer.lookup;
        match answer.found {
            Found::NotAvailable(why) | Found::NotAsked(why) => failures.push(format!(
                "lookup {name} gave no answer: {why}; check {}",
                what_to_check(settings, name)
            )),
            Found::Fields(fields) => {
                let given: Vec<String> = fields.keys().map(ToString::to_string).collect();
                let given = match given.is_empty() {
                    true => "knows nothing, as it should".to_owned(),
                    false => format!("gives {}", given.join(", ")),
                };
                remarks.push(format!("lookup {name} answers; of {NOBODY} it {given}"));
            }
        }
    }
    match failures.is_empty() {
        true => Ok(remarks),
        false => Err(failures.join("\n")),
    }
}

fn question(settings: &Settings) -> Question {
    Question {
        address: Address::parse(NOBODY).unwrap_or_else(|_| Address::nobody()),
        shown: Shown::Claimed,
        facts: BTreeMap::new(),
        ticket: TicketId::for_mail(&MailIdentity([0; 32]), 0),
        language: Language(settings.support.language.0.clone()),
    }
}

fn what_to_check(settings: &Settings, name: &LookupName) -> &'static str {
    use crate::config::LookupWay;
    let mut lookups = settings.lookups.iter();
    match lookups
        .find(|lookup| lookup.name == *name)
        .map(|lookup| &lookup.way)
    {
        Some(LookupWay::Url(_)) => "[lookup] url, token_file and ca_file",
        _ => {
            "[lookup] command, by running it as the account of the daemon with an empty environment"
        }
    }
}
