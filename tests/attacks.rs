//! Mails that try to be somebody else. Each attack in `tests/attacks/*.toml` is played on a desk where customers and staff have been
//! at work (`scenes/`), by itself, and what must hold after a stranger's mail is looked at in the journal and in what left.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so by a panic"
)]

#[path = "attacks/group.rs"]
mod group;
#[path = "attacks/held.rs"]
mod held;
#[path = "attacks/placeholders.rs"]
mod placeholders;
#[path = "attacks/staged.rs"]
mod staged;

use group::{Attack, Group};
use handoffd::gateway::Office;
use handoffd::rehearsal::{self, Conversation};
use staged::Aftermath;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attacks")
}

fn office(settings: &Path) -> Office {
    rehearsal::furnish(settings).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn scenes(names: &[PathBuf]) -> Vec<Conversation> {
    let read = |name: &PathBuf| rehearsal::read(&folder().join("scenes").join(name));
    let scenes = names.iter().map(read);
    scenes
        .map(|scene| scene.unwrap_or_else(|problems| panic!("{problems:#?}")))
        .collect()
}

fn groups() -> Vec<Group> {
    let entries = std::fs::read_dir(folder()).expect("the folder of attacks");
    let paths = entries.flatten().map(|entry| entry.path());
    let is_group = |path: &PathBuf| path.extension().is_some_and(|end| end == "toml");
    let mut paths: Vec<PathBuf> = paths.filter(is_group).collect();
    paths.sort();
    paths.iter().map(|path| group::read(path)).collect()
}

/// What each attack comes to, in the order of the file.
fn aftermaths(group: &Group, forged: impl Fn(&Attack) -> Attack) -> Vec<(&Attack, Aftermath)> {
    let office = office(&folder().join(&group.settings));
    let scenes = scenes(&group.scenes);
    let attacks = group.attacks.iter();
    attacks
        .map(|attack| (attack, staged::play(&forged(attack), &office, &scenes)))
        .collect()
}

fn told(group: &Group, attack: &Attack, wrong: &[String], aftermath: &Aftermath) -> String {
    format!(
        "{}: {}\n    {}\n{}",
        group.name,
        attack.about,
        wrong.join("\n    "),
        aftermath.in_words()
    )
}

#[test]
fn no_attack_succeeds() {
    let mut failed = Vec::new();
    let mut wrongly_known = Vec::new();
    let mut known = 0;
    for group in &groups() {
        for (attack, aftermath) in aftermaths(group, Attack::clone) {
            let succeeded = held::broken(&aftermath);
            let differs = held::differences(attack, &aftermath);
            match &attack.known {
                // What is left open is named with its reason, and the list of it is short.
                Some(_) if succeeded.is_empty() => {
                    wrongly_known.push(told(group, attack, &[], &aftermath));
                }
                Some(_) => known += 1,
                None => {
                    let wrong: Vec<String> = succeeded.into_iter().chain(differs).collect();
                    if !wrong.is_empty() {
                        failed.push(told(group, attack, &wrong, &aftermath));
                    }
                }
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
    assert!(
        wrongly_known.is_empty(),
        "these do not succeed any more; take `known` off:\n{}",
        wrongly_known.join("\n\n")
    );
    assert!(known <= 3, "{known} attacks are known to succeed");
}

#[test]
fn the_suite_is_as_large_as_it_says() {
    let groups = groups();
    let attacks: usize = groups.iter().map(|group| group.attacks.len()).sum();
    assert!(attacks >= 80, "{attacks} attacks");
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/security.md");
    let page = std::fs::read_to_string(page).expect("docs/security.md");
    for group in &groups {
        let row = format!("| {} | {} |", group.about, group.attacks.len());
        assert!(
            page.contains(&row),
            "docs/security.md has no row that begins with\n{row}"
        );
    }
    assert!(
        page.contains(&format!("{attacks} attacks")),
        "docs/security.md does not say {attacks} attacks"
    );
}

/// What changes nothing even where a member does it.
const HARMLESS_FROM_STAFF: [&str; 1] =
    ["A mail of staff comes once more: nothing of it happens twice"];

/// The real weakness of all: whoever writes is taken for a member who holds the packet. The attacks are the same; what holds is not.
#[test]
fn a_desk_that_takes_everybody_for_staff_is_noticed() {
    let groups = groups();
    let group = groups
        .iter()
        .find(|group| group.name == "approving")
        .unwrap();
    let played = aftermaths(group, Attack::with_the_key_of_staff);
    let is_noticed = |aftermath: &Aftermath| !held::broken(aftermath).is_empty();
    let unnoticed = played
        .iter()
        .filter(|(_, aftermath)| !is_noticed(aftermath));
    let unnoticed: Vec<&str> = unnoticed.map(|(attack, _)| attack.about.as_str()).collect();
    assert_eq!(unnoticed, HARMLESS_FROM_STAFF);
}

/// Each thing that must hold is broken once by hand: a check that cannot fail checks nothing.
#[test]
fn each_breach_is_noticed() {
    let attack = Attack {
        about: "a plain question".to_owned(),
        mails: vec!["From: Eve <eve@elsewhere.example>\nTo: <{customer-address eve}>\nSubject: Hours\n\nWhat are your opening hours? periwinkle".to_owned()],
        ..Attack::default()
    };
    let office = office(&folder().join("desk/unproven.toml"));
    let calm = staged::play(&attack, &office, &scenes(&["customers.toml".into()]));
    assert_eq!(
        held::broken(&calm),
        Vec::<String>::new(),
        "{}",
        calm.in_words()
    );
    assert!(!calm.left().is_empty());
    for breach in held::BREACHES {
        let mut broken = calm.clone();
        (breach.make)(&mut broken);
        let found = held::broken(&broken);
        let is_noticed = found.iter().any(|what| what.contains(breach.noticed_as));
        assert!(is_noticed, "{}: {found:#?}", breach.noticed_as);
    }
}
