//! That `config/handoffd.toml` and the doc comments of [`Settings`](crate::config::Settings) say the same of each key.

/// The structs of settings whose fields are keys of the file.
const SECTIONS: [&str; 22] = [
    "Support",
    "Inbox",
    "Smtp",
    "Team",
    "Member",
    "Automation",
    "Autonomy",
    "WeeklyLetter",
    "Escalate",
    "Limits",
    "TroubleReports",
    "KnowledgeFolder",
    "Meaning",
    "Store",
    "Database",
    "Control",
    "Page",
    "Fact",
    "Lookup",
    "WebServer",
    "LookupPolicy",
    "Webhook",
];

/// What is known from elsewhere says so.
const NO_KEY: &str = "No key of the file.";

/// Words alone: without marks of code, case and line ends.
fn plain(text: &str) -> String {
    let text = text.replace(['`', '"'], " ").to_lowercase();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The fields of a struct with the first sentence of their doc comments.
fn documented_fields(source: &str, name: &str) -> Vec<(String, String)> {
    let head = format!("pub struct {name} {{");
    let (_, rest) = source.split_once(&head).unwrap();
    let (body, _) = rest.split_once("\n}").unwrap();
    let mut fields = Vec::new();
    let mut document = String::new();
    for line in body.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix("///") {
            document.push_str(text);
        } else if let Some((field, _)) = line
            .strip_prefix("pub ")
            .and_then(|line| line.split_once(':'))
        {
            let document = std::mem::take(&mut document);
            if document.contains(NO_KEY) {
                continue;
            }
            let first = document.split(". ").next().unwrap_or_default();
            fields.push((field.to_owned(), first.trim_end_matches('.').to_owned()));
        }
    }
    fields
}

#[test]
fn the_reference_file_explains_each_key_in_the_words_of_its_field() {
    let source = concat!(
        include_str!("../mod.rs"),
        include_str!("../server.rs"),
        include_str!("../trust.rs"),
        include_str!("../member.rs"),
        include_str!("../database.rs"),
        include_str!("../page.rs"),
        include_str!("../connection.rs")
    );
    let comments: Vec<&str> = include_str!("../../../config/handoffd.toml")
        .lines()
        .filter_map(|line| line.strip_prefix('#'))
        .collect();
    let comments = plain(&comments.join(" "));
    let mut missing = Vec::new();
    let mut fields_seen = 0;
    for section in SECTIONS {
        for (field, sentence) in documented_fields(source, section) {
            fields_seen += 1;
            if sentence.is_empty() || !comments.contains(&plain(&sentence)) {
                missing.push(format!("{section}.{field}: {sentence}"));
            }
        }
    }
    assert!(fields_seen > 40, "only {fields_seen} fields were found");
    assert!(
        missing.is_empty(),
        "config/handoffd.toml does not say what these fields say: {missing:#?}"
    );
}
