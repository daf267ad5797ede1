//! The desk of `config/desk` measured on its own mails, by the path that the daemon takes.

use super::*;
use std::path::Path;

#[test]
fn the_desk_is_decided_right_and_no_hard_stop_is_answered() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/desk");
    let config = folder.join("handoffd.toml");
    let told =
        |found: Vec<crate::config::Problem>| -> ! { panic!("{}", Failure::problems(&found)) };
    let mut settings = Settings::load(&config).unwrap_or_else(|found| told(found));
    // The same with and without `make model`, and quick: the transformer is measured by `handoffd evaluate desk`.
    settings.understanding.embedding = crate::config::Embedding::None;
    let office = Office::furnish(settings, TokenKey::new([0; 32]), &[]);
    let office = office.unwrap_or_else(|found| told(found));
    let records = read_records(&folder.join("mails.dev.jsonl"), None);
    let outcomes = measure(&office, records.unwrap()).unwrap();
    let figures = figures(&outcomes);
    println!("{}\n{figures:#}", misses(&outcomes).join("\n"));
    assert!(figures["decisions_right"].as_f64().unwrap() >= 0.85);
    assert_eq!(figures["automatic_despite_hard_stop"], 0);
    assert!(figures["hard_stop_recall"].as_f64().unwrap() >= 0.95);
    assert!(figures["false_hard_stops"].as_f64().unwrap() <= 0.03);
}
