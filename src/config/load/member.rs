//! Who may speak for a team, and what goes with their own words: `members`, and `[[team.member]]` for whoever has a name or a signature.

use super::address;
use crate::config::section::{Located, Section};
use crate::config::{Member, SenderName};
use crate::mail::HeaderText;

/// The longest signature, in characters: it stands below every answer.
const SIGNATURE_MAX_CHARACTERS: usize = 2_000;

/// Everybody once: a section for somebody who stands in the list says more of them.
pub(super) fn members(section: &Section<'_>) -> Vec<Member> {
    let texts = section.texts("members");
    let sections = section.sections("member");
    if sections.is_empty() && texts.as_ref().is_none_or(|texts| texts.value.is_empty()) {
        let at = texts.as_ref().map_or(section.at(), |texts| &texts.at);
        let what = "the team has no members, so nobody's reply would reach a customer";
        section.problem(
            at,
            what,
            "add `members = [\"anna@example.org\"]` with the addresses people reply from",
        );
    }
    let mut members: Vec<Member> = Vec::new();
    let listed = texts.map(|texts| texts.value).unwrap_or_default();
    for written in &listed {
        if let Some(address) = address(section, "members", written)
            && !members
                .iter()
                .any(|member| member.address.is_same_as(&address))
        {
            members.push(Member::bare(address));
        }
    }
    let mut told: Vec<Member> = Vec::new();
    for section in &sections {
        let Some(member) = member(section) else {
            continue;
        };
        if told
            .iter()
            .any(|other| other.address.is_same_as(&member.address))
        {
            let what = format!("{} has two sections [[team.member]]", member.address);
            section.problem(
                section.at(),
                what,
                "write name and signature into one of them",
            );
            continue;
        }
        told.push(member.clone());
        let known = members
            .iter_mut()
            .find(|other| other.address.is_same_as(&member.address));
        match known {
            Some(known) => *known = member,
            None => members.push(member),
        }
    }
    members
}

fn member(section: &Section<'_>) -> Option<Member> {
    let written = section.required_text("address", "anna@example.org");
    let address = written.and_then(|written| address(section, "address", &written));
    let name = section.text("name").and_then(|text| name(section, &text));
    let signature = signature(section);
    section.refuse_unknown_keys();
    Some(Member {
        address: address?,
        name,
        signature,
    })
}

fn name(section: &Section<'_>, text: &Located<String>) -> Option<HeaderText> {
    let name = HeaderText::clean(&text.value);
    if name.as_str().trim().is_empty() {
        let what = format!("{} is empty", section.full_name("name"));
        section.problem(
            &text.at,
            what,
            "write the name as customers read it, or remove it",
        );
        return None;
    }
    Some(name)
}

/// What stands below a member's words, of the team or of one of them.
pub(super) fn signature(section: &Section<'_>) -> Option<String> {
    let text = section.text("signature")?;
    let signature = text.value.trim();
    let problem = if signature.is_empty() {
        "is empty"
    } else if signature.chars().count() > SIGNATURE_MAX_CHARACTERS {
        "is longer than 2000 characters"
    } else {
        return Some(signature.to_owned());
    };
    let what = format!("{} {problem}", section.full_name("signature"));
    section.problem(&text.at, what, "write a few lines, or remove it");
    None
}

/// `sender_name`.
pub(super) fn sender_name(section: &Section<'_>) -> SenderName {
    let Some(text) = section.text("sender_name") else {
        return SenderName::Support;
    };
    match text.value.as_str() {
        "support" => SenderName::Support,
        "member" => SenderName::Member,
        other => {
            let what = format!(
                "{} = \"{other}\" is not known",
                section.full_name("sender_name")
            );
            section.problem(&text.at, what, "write \"support\" or \"member\"");
            SenderName::Support
        }
    }
}
