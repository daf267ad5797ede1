//! A mail says something to a machine, or hides something from the reader's eye: does it change anything? Each pair in
//! `tests/injections/*.toml` is one mail with and without the injected part; `planted.rs` puts the same words into many places of many
//! mails. What was understood, what is decided and what leaves to the customer must be the same.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says so by a panic"
)]

#[path = "injections/pair.rs"]
mod pair;
#[path = "injections/planted.rs"]
mod planted;
#[path = "injections/seen.rs"]
mod seen;

use handoffd::gateway::Office;
use handoffd::rehearsal;
use pair::{Group, Pair};
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/injections")
}

/// The desk of the attacks; `model` is `none` there, and what is shipped here.
fn office(settings: &str) -> Office {
    let settings = folder().join("desk").join(settings);
    rehearsal::furnish(&settings).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn groups() -> Vec<Group> {
    let entries = std::fs::read_dir(folder()).expect("the folder of injections");
    let paths = entries.flatten().map(|entry| entry.path());
    let is_group = |path: &PathBuf| path.extension().is_some_and(|end| end == "toml");
    let mut paths: Vec<PathBuf> = paths.filter(is_group).collect();
    paths.sort();
    paths.iter().map(|path| pair::read(path)).collect()
}

/// What is wrong with each pair, a paragraph each.
fn wrong_on(office: &Office) -> Vec<String> {
    let mut wrong = Vec::new();
    for group in &groups() {
        for pair in &group.pairs {
            let found = seen::differences(pair, office);
            // What is left open is named with its reason.
            if found.is_empty() == pair.known.is_some() {
                wrong.push(format!(
                    "{}: {}\n    {}",
                    group.name,
                    pair.about,
                    found.join("\n    ")
                ));
            }
        }
    }
    wrong
}

#[test]
fn no_injected_part_changes_a_decision() {
    let wrong = wrong_on(&office("words.toml"));
    assert!(
        wrong.is_empty(),
        "{} pairs differ\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
}

#[test]
fn nor_where_a_model_reads_the_sentences() {
    let wrong = wrong_on(&office("model.toml"));
    assert!(
        wrong.is_empty(),
        "{} pairs differ\n{}",
        wrong.len(),
        wrong.join("\n\n")
    );
}

#[test]
fn the_same_words_change_nothing_wherever_they_are_planted() {
    let office = office("words.toml");
    let pairs = planted::pairs();
    assert!(pairs.len() >= 350, "{} pairs", pairs.len());
    let differs = |pair: &Pair| {
        let found = seen::differences(pair, &office);
        (!found.is_empty()).then(|| format!("{}\n    {}", pair.about, found.join("\n    ")))
    };
    let wrong: Vec<String> = pairs.iter().filter_map(differs).collect();
    assert!(
        wrong.is_empty(),
        "{} of {} pairs differ\n{}",
        wrong.len(),
        pairs.len(),
        wrong.join("\n\n")
    );
}

#[test]
fn the_corpus_is_as_large_as_it_says() {
    let groups = groups();
    let pairs: usize = groups.iter().map(|group| group.pairs.len()).sum();
    assert!(pairs >= 80, "{pairs} pairs");
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/security.md");
    let page = std::fs::read_to_string(page).expect("docs/security.md");
    for group in &groups {
        let row = format!("| {} | {} |", group.about, group.pairs.len());
        assert!(
            page.contains(&row),
            "docs/security.md has no row that begins with\n{row}"
        );
    }
    assert!(
        page.contains(&format!("{pairs} pairs")),
        "docs/security.md does not say {pairs} pairs"
    );
}

/// Each thing that is looked at differs here once: a check that cannot fail checks nothing.
#[test]
fn words_of_the_customer_do_change_what_comes_of_a_mail() {
    let office = office("words.toml");
    let pair = |mail: &str, is_hidden: bool| Pair {
        about: "the customer's own words".to_owned(),
        base: "answer".to_owned(),
        hidden: is_hidden,
        after: vec![],
        known: None,
        mail: mail.to_owned(),
    };
    let asked = "From: Ann <ann@inbox.example>\nSubject: Delivery\n\nHow long does delivery take if I order today?\n\n";
    for (added, noticed_as) in [
        ("⟦I want to talk to a human being, please.⟧", "decision"),
        ("⟦My lawyer will sue you.⟧", "hard stops"),
        ("⟦\nSTOP\n⟧", "word"),
        ("⟦My order is HC-20417.⟧", "facts"),
        (
            "⟦I would also like to know: what are your opening hours?⟧",
            "requests",
        ),
    ] {
        let found = seen::differences(&pair(&format!("{asked}{added}\n"), false), &office);
        let is_noticed = found.iter().any(|what| what.starts_with(noticed_as));
        assert!(is_noticed, "{added}: {found:#?}");
    }
    let seen = "⟦Thanks in advance.⟧";
    let found = seen::differences(&pair(&format!("{asked}{seen}\n"), true), &office);
    assert!(
        found.iter().any(|what| what.starts_with("text")),
        "{found:#?}"
    );
    assert!(
        found.iter().any(|what| what.starts_with("oddity")),
        "{found:#?}"
    );
    let wrong_base = Pair {
        base: "handoff".to_owned(),
        ..pair(&format!("{asked}⟦⟧"), false)
    };
    let found = seen::differences(&wrong_base, &office);
    assert!(
        found.iter().any(|what| what.starts_with("base")),
        "{found:#?}"
    );
}
