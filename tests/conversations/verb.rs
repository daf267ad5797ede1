//! `handoffd test` from outside: what it prints, and its exit codes.

use super::folder;
use std::path::Path;
use std::process::Command;

/// Runs the verb on one folder; exit code, output, errors.
fn test(folder: &Path, json: bool) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_handoffd"));
    command
        .arg("--config")
        .arg(super::folder().join("desk/handoffd.toml"))
        .arg("test")
        .arg(folder);
    if json {
        command.arg("--json");
    }
    let output = command.output().expect("run handoffd");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (
        output.status.code().expect("an exit code"),
        text(output.stdout),
        text(output.stderr),
    )
}

const GOOD: &str = r#"
about = "Opening hours"

[[step]]
from = "ann@inbox.example"
subject = "Opening hours"
text = "Are you open on Saturday?"
decision = "answer"
"#;

#[test]
fn all_well_one_differs_and_a_broken_file() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("1.toml", GOOD);
    let (code, output, _) = test(folder.path(), false);
    assert_eq!(code, 0, "{output}");
    assert!(output.starts_with("ok "), "{output}");

    let differs =
        GOOD.replace("\"answer\"", "\"handoff\"") + "mails = []\nsays = [\"on Sundays only\"]\n";
    write("2.toml", &differs);
    let (code, output, errors) = test(folder.path(), false);
    assert_eq!(code, 1, "{output}");
    for words in [
        "2.toml:8: step 1 (ann@inbox.example writes), decision",
        "expected: handoff",
        "got:      answer (sure: ",
        "2.toml:9: step 1",
        "expected: nothing leaves",
        "got:      customer: answer",
        "2.toml:10: step 1",
    ] {
        assert!(output.contains(words), "{words}\n{output}");
    }
    assert!(errors.contains("1 of 2 conversations"), "{errors}");

    let (code, output, _) = test(folder.path(), true);
    assert_eq!(code, 1);
    let rows: Vec<serde_json::Value> = output
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0]["ok"], true);
    assert_eq!(rows[1]["differences"][0]["what"], "decision");
    assert_eq!(rows[1]["differences"][0]["line"], 8);

    write("3.toml", &GOOD.replace("decision", "decisionn"));
    let (code, output, errors) = test(folder.path(), false);
    assert_eq!((code, output.as_str()), (2, ""));
    let words = "3.toml:8:1: unknown key [step] decisionn; did you mean `decision`?";
    assert!(errors.contains(words), "{errors}");
}

#[test]
fn a_folder_without_conversations_is_named() {
    let (code, _, errors) = test(&folder().join("desk/knowledge"), false);
    assert_eq!(code, 2);
    assert!(errors.contains("it holds no conversation"), "{errors}");
}
