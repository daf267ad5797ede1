//! `[[lookup]]`: whom we ask about a customer, which fields of the answer are taken, and what they mean.

use super::servers::Secret;
use super::support::TEMPLATE_LANGUAGES;
use super::team::plain_name;
use super::{Surroundings, one_of};
use crate::config::section::{Located, Section};
use crate::config::{
    FieldName, Language, Lookup, LookupName, LookupPolicy, LookupWay, Team, WebServer,
};
use crate::https::Endpoint;
use crate::understand::Urgency;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// All are asked about each mail, side by side.
const LOOKUPS_MAX: usize = 8;
/// So many fields of one answer are taken.
const FIELDS_MAX: usize = 32;

pub(super) fn lookups(
    top: &Section<'_>,
    surroundings: &Surroundings<'_>,
    teams: &[Team],
) -> Vec<Lookup> {
    let sections = top.sections("lookup");
    if sections.len() > LOOKUPS_MAX {
        let what = format!("there are {} lookups", sections.len());
        let remedy = format!("keep at most {LOOKUPS_MAX}: each is asked about each mail");
        top.problem(&top.place("lookup").unwrap_or(0..0), what, remedy);
    }
    let mut lookups: Vec<Lookup> = Vec::new();
    for section in &sections {
        let Some(lookup) = lookup(section, surroundings, teams) else {
            continue;
        };
        if lookups.iter().any(|other| other.name == lookup.name) {
            let what = format!("two lookups are called {}", lookup.name);
            section.problem(section.at(), what, "give each lookup a name of its own");
            continue;
        }
        lookups.push(lookup);
    }
    lookups
}

fn lookup(
    section: &Section<'_>,
    surroundings: &Surroundings<'_>,
    teams: &[Team],
) -> Option<Lookup> {
    let name = section.required_text("name", "crm");
    let name = name.and_then(|name| plain_name(section, "name", &name, '-'));
    let way = way(section, surroundings);
    let time_limit = Duration::from_secs(section.number("time_limit_seconds", 5, 1, 30));
    let cache = Duration::from_secs(section.number("cache_seconds", 300, 0, 86_400));
    let fields = fields(section);
    let policy = section.sections("policy");
    let policy = policy
        .iter()
        .filter_map(|one| policy_of(one, &fields, teams));
    let policy = policy.collect();
    section.refuse_unknown_keys();
    Some(Lookup {
        name: LookupName(name?),
        way: way?,
        time_limit,
        cache,
        fields,
        policy,
    })
}

fn way(section: &Section<'_>, surroundings: &Surroundings<'_>) -> Option<LookupWay> {
    let command = section.texts("command");
    let has_url = section.has("url");
    match command {
        Some(command) if has_url => {
            let what = "[lookup] has both command and url";
            section.problem(&command.at, what, "remove one of them");
            let _ = web_server(section, surroundings);
            None
        }
        Some(command) => {
            for key in ["token_file", "ca_file"] {
                if let Some(text) = section.text(key) {
                    let what = format!("[lookup] {key} stands beside command");
                    section.problem(&text.at, what, "it is for url alone: remove the line");
                }
            }
            program(section, &command)
        }
        None if has_url || section.has("command") => {
            web_server(section, surroundings).map(LookupWay::Url)
        }
        None => {
            let _ = web_server_keys(section);
            let remedy = "add `command = [\"/usr/local/bin/…\"]`, or `url = \"https://…\"`";
            section.problem(section.at(), "[lookup] has neither command nor url", remedy);
            None
        }
    }
}

/// The keys are known, whatever they hold.
fn web_server_keys(section: &Section<'_>) -> [Option<Located<String>>; 3] {
    ["url", "token_file", "ca_file"].map(|key| section.text(key))
}

fn program(section: &Section<'_>, command: &Located<Vec<Located<String>>>) -> Option<LookupWay> {
    let Some((program, arguments)) = command.value.split_first() else {
        let remedy =
            "write the program and its arguments, as in `[\"/usr/local/bin/crm\", \"--json\"]`";
        section.problem(&command.at, "[lookup] command is empty", remedy);
        return None;
    };
    let path = PathBuf::from(&program.value);
    let what = |why: &str| format!("[lookup] command: {} {why}", path.display());
    if !path.is_absolute() {
        let remedy = "write the whole path: no folder is searched for it";
        section.problem(&program.at, what("is no absolute path"), remedy);
        return None;
    }
    if !is_program(&path) {
        let remedy = "correct the path, or run `chmod +x` on the file";
        section.problem(&program.at, what("is no file that can be run"), remedy);
        return None;
    }
    if let Some(argument) = arguments.iter().find(|one| one.value.contains('\0')) {
        section.problem(
            &argument.at,
            what("has an argument with a NUL"),
            "remove it",
        );
        return None;
    }
    Some(LookupWay::Command {
        program: path,
        arguments: arguments.iter().map(|one| one.value.clone()).collect(),
    })
}

fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path)
        .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

/// `url`, `token_file` and `ca_file`.
pub(super) fn web_server(
    section: &Section<'_>,
    surroundings: &Surroundings<'_>,
) -> Option<WebServer> {
    let url = url(section);
    let is_for_this_machine = url.as_ref().is_some_and(|url| !url.is_protected());
    let token = Secret {
        key: "token_file",
        noun: "token",
        credential: None,
        is_required: false,
        is_for_this_machine,
    };
    let token = section
        .has("token_file")
        .then(|| token.read(section, surroundings));
    let ca_file = ca_file(section, surroundings);
    Some(WebServer {
        url: url?,
        token: token.flatten(),
        ca_file,
    })
}

/// Where certificates lie.
pub(super) fn ca_file(section: &Section<'_>, surroundings: &Surroundings<'_>) -> Option<PathBuf> {
    let written = section.text("ca_file")?;
    let path = surroundings.path(&written.value);
    if !path.is_file() {
        let name = section.full_name("ca_file");
        let what = format!("{name} = \"{}\" is no file", written.value);
        section.problem(&written.at, what, "correct the path of the certificates");
    }
    Some(path)
}

/// A URL that cannot lead anything into the open.
pub(super) fn url(section: &Section<'_>) -> Option<Endpoint> {
    let written = section.required_text("url", "https://crm.example.org/handoffd")?;
    match Endpoint::parse(&written.value) {
        Ok(url) => Some(url),
        Err(error) => {
            let what = format!(
                "{} = \"{}\": {error}",
                section.full_name("url"),
                written.value
            );
            let remedy =
                "write it like `https://crm.example.org/handoffd`; `http` is only for this machine";
            section.problem(&written.at, what, remedy);
            None
        }
    }
}

fn fields(section: &Section<'_>) -> BTreeMap<FieldName, BTreeMap<Language, String>> {
    let fields = section.section("fields");
    let mut named = BTreeMap::new();
    let languages = TEMPLATE_LANGUAGES.map(|code| Language(code.to_owned()));
    for key in fields.entries() {
        let titles: BTreeMap<Language, String> = if fields.holds_section(&key.value) {
            let by_language = fields.section(&key.value);
            let titles = languages.iter().filter_map(|language| {
                let title = by_language.text(&language.0)?;
                Some((language.clone(), title.value))
            });
            let titles = titles.collect();
            by_language.refuse_unknown_keys();
            titles
        } else {
            let title = fields.text(&key.value);
            let title = title.map_or_else(|| key.value.clone(), |title| title.value);
            let titles = languages.iter();
            titles
                .map(|language| (language.clone(), title.clone()))
                .collect()
        };
        if let Some(name) = plain_name(&fields, "name", &key, '_') {
            named.insert(FieldName(name), titles);
        }
    }
    if named.is_empty() {
        let what = "[lookup] has no fields, so nothing of an answer would be taken";
        let remedy =
            "add `[lookup.fields]` below it, with a line like `plan = \"Plan\"` for each field";
        section.problem(section.at(), what, remedy);
    }
    if named.len() > FIELDS_MAX {
        let what = format!("[lookup.fields] names {} fields", named.len());
        let remedy = format!("keep at most {FIELDS_MAX}");
        section.problem(fields.at(), what, remedy);
    }
    named
}

fn policy_of(
    section: &Section<'_>,
    fields: &BTreeMap<FieldName, BTreeMap<Language, String>>,
    teams: &[Team],
) -> Option<LookupPolicy> {
    let field = section.required_text("field", "plan").and_then(|field| {
        let name = FieldName(field.value);
        let is_known = fields.contains_key(&name);
        if !is_known {
            let what =
                format!("[lookup.policy] field names {name}, which is not in [lookup.fields]");
            section.problem(&field.at, what, "name a field that is taken");
        }
        is_known.then_some(name)
    });
    let is: Option<Vec<String>> = section.texts("is").map(|texts| {
        let values = texts.value.into_iter();
        values
            .map(|text| text.value.trim().to_lowercase())
            .collect()
    });
    if is.as_ref().is_none_or(Vec::is_empty) {
        let at = section.place("is").unwrap_or_else(|| section.at().clone());
        let remedy = "add `is = [\"enterprise\"]`: the values that mean something";
        section.problem(
            &at,
            "[lookup.policy] says for no value what it means",
            remedy,
        );
    }
    let hands_off = one_of(section, "do", &[("handoff", true)], false);
    let team = section.text("team").and_then(|text| {
        let team = teams.iter().find(|team| team.name.0 == text.value);
        if team.is_none() {
            let what = format!(
                "[lookup.policy] team names the unknown team \"{}\"",
                text.value
            );
            section.problem(&text.at, what, "name a team that has a `[[team]]` section");
        }
        team.map(|team| team.name.clone())
    });
    let choices = [
        ("normal", Some(Urgency::Normal)),
        ("high", Some(Urgency::High)),
    ];
    let urgency = one_of(section, "urgency", &choices, None);
    let says_nothing = !["do", "team", "urgency"].iter().any(|key| section.has(key));
    if says_nothing {
        let remedy = "add `do = \"handoff\"`, `team = \"…\"` or `urgency = \"high\"`";
        section.problem(section.at(), "[lookup.policy] changes nothing", remedy);
    }
    section.refuse_unknown_keys();
    Some(LookupPolicy {
        field: field?,
        is: is?,
        hands_off,
        team,
        urgency,
    })
}
