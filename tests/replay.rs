//! An old mailbox is gone through: what the figures say is what was put into it, from files and from a server.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that fails may panic"
)]

mod mail_system;

#[path = "replay/mailbox.rs"]
mod mailbox;

use mail_system::{Desk, MailSystem};
use mailbox::{MadeMailbox, made};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn desk() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("config/desk/handoffd.toml")
}

fn replay(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_handoffd"));
    let _ = command
        .arg("replay")
        .arg("--config")
        .arg(desk())
        .args(arguments);
    command.output().unwrap()
}

fn json(arguments: &[&str]) -> Value {
    let output = replay(&[&["--json"], arguments].concat());
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn written(mailbox: &MadeMailbox) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("inbox.mbox"), &mailbox.inbox).unwrap();
    std::fs::write(folder.path().join("sent.mbox"), &mailbox.sent).unwrap();
    folder
}

fn path(folder: &tempfile::TempDir, name: &str) -> String {
    folder.path().join(name).to_str().unwrap().to_owned()
}

#[test]
fn what_was_put_into_a_mailbox_comes_out_in_figures() {
    let mailbox = made(120);
    let folder = written(&mailbox);
    let whole = folder.path().to_str().unwrap().to_owned();
    let found = json(&[&whole]);
    let figures = &found["figures"];
    assert_eq!(figures["of_customers"], mailbox.customers, "{figures}");
    assert_eq!(figures["people"]["answers"], mailbox.answers);
    assert_eq!(
        figures["left_out"]["by_our_machines"],
        mailbox.machines_of_ours
    );

    // Routine questions in the words of the articles are answered or asked about, and nothing else is.
    let of = |decision: &str| figures["decisions"][decision].as_u64().unwrap_or_default() as usize;
    let by_itself = of("answer") + of("ask") + of("draft");
    assert!(
        by_itself * 10 >= mailbox.routine * 7,
        "{by_itself} of {} routine ones: {figures}",
        mailbox.routine
    );

    // Where people said what the article says that is seen, and where they said something else as well.
    let sum = |key: &str| -> usize {
        let articles = figures["articles"].as_array().unwrap().iter();
        let number = |article: &Value| match &article[key] {
            Value::Array(list) => list.len(),
            other => other.as_u64().unwrap() as usize,
        };
        articles.map(number).sum()
    };
    let (answered, same) = (sum("people_answered"), sum("people_said_the_same"));
    let otherwise = sum("people_said_else");
    assert_eq!(answered, same + otherwise);
    assert!(same > 0 && otherwise > 0, "{same} and {otherwise}");
    for mail in found["mails"].as_array().unwrap() {
        let name = mail["subject"].as_str().unwrap();
        if let (Some(true), Some("answer")) = (
            mailbox.was_answered_the_same(name),
            mail["decision"].as_str(),
        ) {
            assert_eq!(mail["answer"]["article"], mail["article"], "{mail}");
        }
        if mailbox.was_answered_the_same(name) == Some(false) {
            assert_ne!(mail["answer"]["article"], mail["article"], "{mail}");
        }
    }

    // The questions that no article covers, the most frequent first.
    let gaps = figures["gaps"].as_array().unwrap();
    let first = &gaps[0]["examples"][0]["words"];
    assert!(
        first.as_str().unwrap().contains(mailbox.largest_gap),
        "{gaps:?}"
    );
}

#[test]
fn the_same_mailbox_gives_the_same_result_and_sent_mail_may_be_missing() {
    let mailbox = made(40);
    let folder = written(&mailbox);
    let inbox = path(&folder, "inbox.mbox");
    let once = replay(&["--json", &inbox]).stdout;
    assert_eq!(once, replay(&["--json", &inbox]).stdout);
    let found: Value = serde_json::from_slice(&once).unwrap();
    assert_eq!(found["figures"]["people"]["answers"], 0);
    assert_eq!(found["figures"]["risk"], serde_json::json!([]));
}

#[test]
fn other_settings_show_which_decisions_change() {
    let mailbox = made(40);
    let folder = written(&mailbox);
    let inbox = path(&folder, "inbox.mbox");
    let settings = std::fs::read_to_string(desk()).unwrap();
    let knowledge = desk().with_file_name("knowledge");
    let mut other: toml::Table = settings.parse().unwrap();
    let automation = other
        .entry("automation")
        .or_insert_with(|| toml::Table::new().into());
    let automation = automation.as_table_mut().unwrap();
    // So sure nothing ever is.
    let _ = automation.insert("send_threshold".to_owned(), 1.0.into());
    let texts = other["knowledge"].as_table_mut().unwrap();
    let _ = texts.insert("folder".to_owned(), knowledge.to_str().unwrap().into());
    let other_path = path(&folder, "other.toml");
    std::fs::write(&other_path, toml::to_string(&other).unwrap()).unwrap();

    let same = json(&["--against", desk().to_str().unwrap(), &inbox]);
    assert_eq!(same["comparison"]["changed"], serde_json::json!([]));
    let changed = json(&["--against", &other_path, &inbox]);
    let before = same["figures"]["decisions"]["answer"].as_u64().unwrap();
    assert!(before > 0);
    let from_answer = changed["comparison"]["changed"].as_array().unwrap().iter();
    let from_answer =
        from_answer.filter(|row| row["before"].as_str().unwrap().starts_with("answer "));
    assert_eq!(
        from_answer.count() as u64,
        before,
        "{}",
        changed["comparison"]
    );
}

#[test]
fn the_page_and_the_table_say_the_same_and_the_page_is_for_nobody_else() {
    use std::os::unix::fs::PermissionsExt;
    let mailbox = made(40);
    let folder = written(&mailbox);
    let whole = folder.path().to_str().unwrap().to_owned();
    let page = path(&folder, "page.html");
    let output = replay(&["--html", &page, &whole]);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let first = format!("{} mails of customers", mailbox.customers);
    assert!(text.starts_with(&first), "{text}");
    let html = std::fs::read_to_string(&page).unwrap();
    assert!(html.contains(&format!("of {first}")), "{html}");
    let mode = std::fs::metadata(&page).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_folder_without_mails_is_an_error_that_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let output = replay(&[folder.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let words = String::from_utf8(output.stderr).unwrap();
    assert!(words.contains("there are no mails"), "{words}");
}

#[test]
fn a_folder_on_the_server_is_read_and_nothing_is_changed_there() {
    const SUPPORT: &str = "support@lindenhof-tea.example";
    const ANN: &str = "ann@inbox.example";
    let system = MailSystem::start(&[SUPPORT]);
    let desk = Desk::set_up(&system, SUPPORT, |_| {});
    let asks = "From: ann@inbox.example\r\nTo: support@lindenhof-tea.example\r\nSubject: Delivery\r\nDate: Mon, 5 Jan 2026 10:00:00 +0000\r\nMessage-ID: <asks@inbox.example>\r\n\r\nHow long does delivery take if I order today?\r\n";
    let other = asks
        .replace("asks@", "other@")
        .replace("Delivery", "Thanks");
    let answers = "From: support@lindenhof-tea.example\r\nTo: ann@inbox.example\r\nSubject: Re: Delivery\r\nDate: Mon, 5 Jan 2026 11:00:00 +0000\r\nIn-Reply-To: <asks@inbox.example>\r\nMessage-ID: <answers@lindenhof-tea.example>\r\n\r\nDear Ann, two days.";
    for mail in [asks, &other] {
        system.deliver_lmtp(ANN, SUPPORT, mail.as_bytes());
    }
    let mut client = system.imap(SUPPORT);
    let _ = client.command("CREATE Sent");
    client.append("Sent", answers.as_bytes()).unwrap();
    let _ = client.select("INBOX");
    let before = client.flags("asks@inbox.example");

    let mut command = Command::new(env!("CARGO_BIN_EXE_handoffd"));
    let _ = command.args([
        "replay", "--json", "--folder", "INBOX", "--folder", "Sent", "--config",
    ]);
    let output = command.arg(&desk.config).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["figures"]["judged"], 2, "{found}");
    assert_eq!(found["figures"]["people"]["answers"], 1);
    assert_eq!(found["mails"][0]["name"], "INBOX:1");
    assert_eq!(client.flags("asks@inbox.example"), before);
    assert!(!before.contains("\\Seen"), "{before:?}");

    let mut command = Command::new(env!("CARGO_BIN_EXE_handoffd"));
    let _ = command.args(["replay", "--folder", "Nowhere", "--config"]);
    let output = command.arg(&desk.config).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    let words = String::from_utf8(output.stderr).unwrap();
    assert!(words.contains("Nowhere"), "{words}");
}

#[test]
fn what_is_saved_passes_the_test_and_holds_nobodys_name() {
    let mailbox = made(40);
    let folder = written(&mailbox);
    let whole = folder.path().to_str().unwrap().to_owned();
    let saved = path(&folder, "conversations");
    let output = replay(&["--save", &saved, &whole]);
    assert!(output.status.success(), "{output:?}");
    let files: Vec<PathBuf> = std::fs::read_dir(&saved)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert!(files.len() > 5, "{files:?}");
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap();
        assert!(!text.to_lowercase().contains("wilma"), "{text}");
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_handoffd"));
    let _ = command.arg("test").arg("--config").arg(desk()).arg(&saved);
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );

    // What lies there already is not written over; a name that no mail has is said behind the table.
    let changed = "# mine\n";
    std::fs::write(&files[0], changed).unwrap();
    let output = replay(&["--save", &saved, &whole]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(std::fs::read_to_string(&files[0]).unwrap(), changed);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("0 tickets are saved"), "{said}");
    let output = replay(&["--save", &saved, "--choose", "inbox.mbox:4000", &whole]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("inbox.mbox:4000"),
        "{output:?}"
    );
}

/// For whoever wants to look: `REPLAY_MAILS=2000 REPLAY_FOLDER=/tmp/old cargo test --test replay write_a_made_mailbox -- --ignored`.
#[test]
#[ignore = "writes: REPLAY_FOLDER says where"]
fn write_a_made_mailbox() {
    let mails = std::env::var("REPLAY_MAILS").map_or(2_000, |mails| mails.parse().unwrap());
    let folder = PathBuf::from(std::env::var_os("REPLAY_FOLDER").expect("REPLAY_FOLDER=/where"));
    let mailbox = made(mails);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("inbox.mbox"), &mailbox.inbox).unwrap();
    std::fs::write(folder.join("sent.mbox"), &mailbox.sent).unwrap();
}
