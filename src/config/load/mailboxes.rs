//! `[[mailbox]]`: each mailbox says what is its own; what it does not say is taken from the same section at the top of the file, key by key. The
//! tables are laid over each other before anything is read, with the places of their values: a problem is named where it was written.

use super::{Inspected, Surroundings, read_mailbox};
use crate::config::gathered::{Gathered, Stands};
use crate::config::section::Section;
use crate::config::source::Source;
use crate::config::{Mailbox, MailboxName, Support};
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

/// The key of the list.
pub(super) const KEY: &str = "mailbox";
/// What is the whole process's.
const OF_THE_PROCESS: [&str; 3] = ["store", "control", "page"];
/// Lists: a mailbox that has its own has nothing of the shared ones.
const AS_A_WHOLE: [&str; 4] = ["team", "fact", "lookup", "webhook"];
/// The most mailboxes of one process, each with a journal, a watch and a dialogue of its own.
const MAILBOXES_MAX: usize = 200;

/// What one mailbox wrote, laid over what all share.
struct Laid<'i> {
    name: MailboxName,
    table: DeTable<'i>,
    /// Where its name stands.
    at: Range<usize>,
    /// The places of all that it wrote itself.
    own: Vec<Range<usize>>,
}

/// Reads every mailbox of a file that has the list.
pub(super) fn read(
    top: &Section<'_>,
    source: &Source,
    surroundings: &Surroundings<'_>,
    gathered: &mut Gathered,
) -> Vec<Inspected> {
    let laid = lay(top, source);
    let mut read = Vec::new();
    // What is wrong with the list itself is nobody's alone.
    for (_, problem) in source.take_problems() {
        gathered.add(None, problem, Stands::InWhatIsShared);
    }
    for Laid {
        name,
        table,
        at,
        own,
    } in &laid
    {
        let surroundings = Surroundings {
            mailbox: Some(name),
            ..surroundings.clone()
        };
        let section = Section::new("", Some(table), at.clone(), source);
        let settings = read_mailbox(&section, &surroundings);
        gathered.looks_at(Some(name));
        for (start, problem) in source.take_problems() {
            let is_its_own = own.iter().any(|range| range.contains(&start));
            let stands = match is_its_own || at.contains(&start) {
                true => Stands::InItsOwn,
                false => Stands::InWhatIsShared,
            };
            gathered.add(Some(name), problem, stands);
        }
        read.push(Mailbox {
            name: name.clone(),
            settings,
        });
    }
    let places: Vec<&Range<usize>> = laid.iter().map(|laid| &laid.at).collect();
    refuse_the_same(&read, &places, source);
    refuse_others_inbox(&read, &places, source);
    refuse_replies_to_others(&read, &places, source);
    introduce(&mut read);
    refuse_people_at_ours(&read, &places, source);
    refuse_store_of_one(top, source, surroundings);
    for (_, problem) in source.take_problems() {
        gathered.add(None, problem, Stands::InWhatIsShared);
    }
    let read = read.into_iter();
    read.map(|Mailbox { name, settings }| Inspected::of(Some(name), settings))
        .collect()
}

fn lay<'s>(top: &Section<'s>, source: &Source) -> Vec<Laid<'s>> {
    let sections = top.sections(KEY);
    if sections.is_empty() && source.is_clean() {
        let at = top.place(KEY).unwrap_or(0..0);
        let remedy = "write `[[mailbox]]` once for each, or remove the line";
        source.problem(&at, "the list mailbox is empty", remedy);
    }
    let mut laid: Vec<Laid<'s>> = Vec::new();
    for section in &sections {
        let (Some(shared), Some(own)) = (top.table(), section.table()) else {
            continue;
        };
        let Some((name, at)) = name(section, &laid) else {
            continue;
        };
        for key in OF_THE_PROCESS {
            if let Some(at) = section.place(key) {
                let what = format!("mailbox {name} has a section [{key}] of its own");
                let of_each = match key {
                    "store" => "; the journal of each lies in a folder of its name there",
                    _ => "",
                };
                let remedy =
                    format!("set [{key}] at the top of the file, once for all mailboxes{of_each}");
                section.problem(&at, what, remedy);
            }
        }
        laid.push(Laid {
            table: over(shared, own),
            at,
            own: places(own),
            name,
        });
    }
    if laid.len() > MAILBOXES_MAX {
        let what = format!("there are {} mailboxes", laid.len());
        let remedy = format!("let one process keep at most {MAILBOXES_MAX}, and others the rest");
        source.problem(&top.place(KEY).unwrap_or(0..0), what, remedy);
    }
    laid
}

/// The name, and where it stands.
fn name(section: &Section<'_>, before: &[Laid<'_>]) -> Option<(MailboxName, Range<usize>)> {
    let text = section.required_text("name", "sales")?;
    let Some(name) = MailboxName::parse(&text.value) else {
        let what = format!("[mailbox] name = \"{}\" is no name", text.value);
        let remedy = format!(
            "use lower-case letters, digits and `-`, at most {} of them, and begin with a letter or digit",
            MailboxName::LENGTH_MAX
        );
        section.problem(&text.at, what, remedy);
        return None;
    };
    if before.iter().any(|other| other.name == name) {
        let what = format!("two mailboxes are called {name}");
        section.problem(&text.at, what, "give each mailbox a name of its own");
        return None;
    }
    Some((name, text.at))
}

/// A mailbox's table over the shared one.
fn over<'i>(shared: &DeTable<'i>, own: &DeTable<'i>) -> DeTable<'i> {
    let is_the_process = |key: &str| OF_THE_PROCESS.contains(&key);
    let mut laid = DeTable::new();
    for (key, value) in shared {
        let name = key.get_ref().as_ref();
        let is_own = own.contains_key(name) && !is_the_process(name);
        if name != KEY && !is_own {
            laid.insert(key.clone(), value.clone());
        }
    }
    for (key, value) in own {
        let name = key.get_ref().as_ref();
        if name == "name" || is_the_process(name) {
            continue;
        }
        let below = match AS_A_WHOLE.contains(&name) {
            true => None,
            false => shared.get(name),
        };
        laid.insert(key.clone(), value_over(below, value));
    }
    laid
}

fn value_over<'i>(
    shared: Option<&Spanned<DeValue<'i>>>,
    own: &Spanned<DeValue<'i>>,
) -> Spanned<DeValue<'i>> {
    let (Some(DeValue::Table(below)), DeValue::Table(above)) =
        (shared.map(Spanned::get_ref), own.get_ref())
    else {
        return own.clone();
    };
    let mut laid = DeTable::new();
    for (key, value) in below {
        if !above.contains_key(key.get_ref().as_ref()) {
            laid.insert(key.clone(), value.clone());
        }
    }
    for (key, value) in above {
        let below = below.get(key.get_ref().as_ref());
        laid.insert(key.clone(), value_over(below, value));
    }
    Spanned::new(own.span(), DeValue::Table(laid))
}

/// The places of all keys and values of a table.
fn places(table: &DeTable<'_>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (key, value) in table {
        found.push(key.span());
        add_places(value, &mut found);
    }
    found
}

fn add_places(value: &Spanned<DeValue<'_>>, found: &mut Vec<Range<usize>>) {
    found.push(value.span());
    match value.get_ref() {
        DeValue::Table(table) => found.extend(places(table)),
        DeValue::Array(array) => add_places_of(array, found),
        _ => {}
    }
}

fn add_places_of(array: &DeArray<'_>, found: &mut Vec<Range<usize>>) {
    for value in array.iter() {
        add_places(value, found);
    }
}

/// Two that watch the same folder would answer each mail twice, and two with one address would take each other's replies.
fn refuse_the_same(mailboxes: &[Mailbox], places: &[&Range<usize>], source: &Source) {
    let mut folders: BTreeMap<String, &MailboxName> = BTreeMap::new();
    let mut addresses: BTreeMap<String, &MailboxName> = BTreeMap::new();
    for (Mailbox { name, settings }, at) in mailboxes.iter().zip(places) {
        // What could not be read was named where it was read.
        let inbox = &settings.inbox;
        let folder = (!inbox.host.is_empty()).then(|| inbox.whole_name());
        if let Some(folder) = folder {
            match folders.get(&folder) {
                Some(other) => source.problem(
                    at,
                    format!("mailbox {name} watches {folder}, which mailbox {other} watches"),
                    "give each mailbox a user or a folder of its own in its `[mailbox.inbox]`",
                ),
                None => drop(folders.insert(folder, name)),
            }
        }
        let support = &settings.support.address;
        if *support == crate::mail::Address::nobody() {
            continue;
        }
        match addresses.get(&support.key()) {
            Some(other) => source.problem(
                at,
                format!("mailbox {name} has the support address {support} of mailbox {other}"),
                "give each mailbox an address of its own in its `[mailbox.support]`",
            ),
            None => drop(addresses.insert(support.key(), name)),
        }
    }
}

/// What one mailbox files would be new mail to another, and what people sent from one would be a customer's mail.
fn refuse_others_inbox(mailboxes: &[Mailbox], places: &[&Range<usize>], source: &Source) {
    let watched: BTreeMap<String, &MailboxName> = (mailboxes.iter())
        .filter(|mailbox| !mailbox.settings.inbox.host.is_empty())
        .map(|mailbox| (mailbox.settings.inbox.whole_name(), &mailbox.name))
        .collect();
    for (Mailbox { name, settings }, at) in mailboxes.iter().zip(places) {
        let inbox = &settings.inbox;
        for (key, folder) in inbox.other_folders() {
            let folder = inbox.whole_name_of(folder);
            let Some(other) = watched.get(&folder).filter(|other| **other != name) else {
                continue;
            };
            source.problem(
                at,
                format!("{key} of mailbox {name} is {folder}, which mailbox {other} watches"),
                "name a folder that nobody watches in its `[mailbox.inbox]`",
            );
        }
    }
}

/// A reply to one mailbox's ticket would be a stranger's mail in the other.
fn refuse_replies_to_others(mailboxes: &[Mailbox], places: &[&Range<usize>], source: &Source) {
    let comes_to = |from: &Mailbox, to: &Mailbox| {
        let (from, to) = (&from.settings.support, &to.settings.support);
        let nobody = crate::mail::Address::nobody();
        // Two of the same address were named above.
        let is_known = from.address != nobody && to.address != nobody;
        is_known
            && from.address.key() != to.address.key()
            && (from.sample_of_replies()).is_some_and(|reply| to.is_at(&reply))
    };
    for (number, (mailbox, at)) in mailboxes.iter().zip(places).enumerate() {
        let others = mailboxes.iter().enumerate();
        // Of two that share one the later is named.
        let other = others
            .filter(|(other, _)| *other != number)
            .find(|(place, other)| {
                comes_to(mailbox, other) && (*place < number || !comes_to(other, mailbox))
            });
        if let Some((_, other)) = other {
            let what = format!(
                "replies to mailbox {} go to an address that mailbox {} has ([support] reply_address)",
                mailbox.name, other.name
            );
            let remedy = "give each mailbox a reply_address of its own in its `[mailbox.support]`, or leave the key out";
            source.problem(at, what, remedy);
        }
    }
}

/// Each comes to know the others: their addresses are ours.
fn introduce(mailboxes: &mut [Mailbox]) {
    let all: Vec<Support> = (mailboxes.iter())
        .map(|mailbox| mailbox.settings.support.clone())
        .collect();
    for (number, mailbox) in mailboxes.iter_mut().enumerate() {
        let others = all.iter().enumerate();
        mailbox.settings.others = others
            .filter(|(other, _)| *other != number)
            .map(|(_, support)| support.clone())
            .collect();
    }
}

/// A packet to a watched mailbox is a machine's mail there, which nobody is shown.
fn refuse_people_at_ours(mailboxes: &[Mailbox], places: &[&Range<usize>], source: &Source) {
    for (Mailbox { name, settings }, at) in mailboxes.iter().zip(places) {
        for (who, address) in settings.people() {
            let other = mailboxes
                .iter()
                .find(|other| other.name != *name && other.settings.support.is_at(address));
            if let Some(other) = other {
                let what = format!(
                    "{who} of mailbox {name} is {address}, which is watched as mailbox {}: no person would read what is sent there",
                    other.name
                );
                source.problem(at, what, "give people a mailbox of their own");
            }
        }
    }
}

/// Whoever adds the list to a file that did without has a journal already: begun anew, every customer would be a new one.
fn refuse_store_of_one(top: &Section<'_>, source: &Source, surroundings: &Surroundings<'_>) {
    let path = super::store::store(top, surroundings).path;
    if !crate::journal::Journal::is_in(&path) {
        return;
    }
    let store = top.section("store");
    let at = store.place("path").unwrap_or_else(|| store.at().clone());
    let what = format!(
        "the journal of one mailbox lies in {} itself, from before there was [[mailbox]]",
        path.display()
    );
    let remedy = format!(
        "stop handoffd, and move all that lies in {0} into {0}/NAME, by the name of the mailbox that it belongs to",
        path.display()
    );
    source.problem(&at, what, remedy);
}

#[cfg(test)]
mod tests;
