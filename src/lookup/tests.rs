//! Lookups asked by real commands.

use super::*;
use crate::config::{FieldName, Language, Lookup, LookupName, LookupWay};
use crate::mail::{Address, MailIdentity};
use crate::ticket::TicketId;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A lookup with these fields that is asked in no way that works.
pub(super) fn lookup(fields: &[&str]) -> Lookup {
    let fields = fields.iter().map(|name| {
        let titles = BTreeMap::from([(Language("en".into()), (*name).to_owned())]);
        (FieldName((*name).to_owned()), titles)
    });
    Lookup {
        name: LookupName("crm".into()),
        way: LookupWay::Command {
            program: "/nowhere".into(),
            arguments: vec![],
        },
        time_limit: Duration::from_secs(10),
        cache: Duration::ZERO,
        fields: fields.collect(),
        policy: vec![],
    }
}

/// A folder with a script in it.
struct Script(tempfile::TempDir);

impl Script {
    fn new(text: &str) -> Self {
        let script = Self(tempfile::tempdir().unwrap());
        let path = script.path();
        std::fs::write(&path, format!("{text}\n")).unwrap();
        script
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("crm")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn asked(&self) -> Lookup {
        Lookup {
            way: LookupWay::Command {
                // By its interpreter: a file that was just written may still be open in a process that another test is starting.
                program: "/bin/sh".into(),
                arguments: [self.path().as_path(), Path::new("--folder"), self.0.path()]
                    .map(|argument| argument.display().to_string())
                    .into(),
            },
            ..lookup(&["plan", "said"])
        }
    }
}

fn question(address: &str) -> Question {
    Question {
        address: Address::parse(address).unwrap(),
        shown: Shown::Proven,
        facts: BTreeMap::from([(
            crate::config::FactName("order_number".into()),
            "AB-1".into(),
        )]),
        ticket: TicketId::for_mail(&MailIdentity([7; 32]), 0),
        language: Language("en".into()),
    }
}

async fn ask(lookups: &Lookups, address: &str) -> Found {
    let mut found = lookups.ask(&question(address)).await;
    assert_eq!(found.len(), 1);
    found.remove(0).found
}

fn not_available(found: &Found) -> &str {
    match found {
        Found::NotAvailable(why) | Found::NotAsked(why) => why,
        Found::Fields(fields) => panic!("{fields:?}"),
    }
}

fn value(found: &Found, field: &str) -> String {
    match found {
        Found::Fields(fields) => fields[&FieldName(field.to_owned())].clone(),
        Found::NotAvailable(why) | Found::NotAsked(why) => panic!("{why}"),
    }
}

fn lines(path: &Path) -> usize {
    std::fs::read_to_string(path).map_or(0, |text| text.lines().count())
}

#[tokio::test]
async fn a_command_is_told_on_its_input_and_nothing_else() {
    let script = Script::new(
        r#"cat > "$2/question"
env > "$2/environment"
pwd > "$2/place"
echo "$@" > "$2/arguments"
echo '{"plan":"enterprise"}'"#,
    );
    let hostile = "a'|`id`&$HOME{x}@x.example";
    let found = ask(&Lookups::new(&[script.asked()]), hostile).await;
    assert_eq!(value(&found, "plan"), "enterprise");
    let read = |name: &str| std::fs::read_to_string(script.file(name)).unwrap();
    let asked: serde_json::Value = serde_json::from_str(&read("question")).unwrap();
    let expected = serde_json::json!({"address": Address::parse(hostile).unwrap().as_str(), "sender": "proven", "language": "en",
        "facts": {"order_number": "AB-1"}, "ticket": question(hostile).ticket.to_string()});
    assert_eq!(asked, expected);
    // What the shell itself sets.
    let set = ["PWD=", "SHLVL=", "_=", "OLDPWD="];
    for line in read("environment").lines() {
        assert!(set.iter().any(|name| line.starts_with(name)), "{line}");
    }
    assert_eq!(read("place"), "/\n");
    assert_eq!(
        read("arguments"),
        format!("--folder {}\n", script.0.path().display())
    );
}

#[tokio::test]
async fn whatever_goes_wrong_with_a_command_is_a_reason_and_no_answer() {
    for (text, expected) in [
        (
            "echo no such table >&2; exit 3",
            "it ended with exit code 3: no such table",
        ),
        ("kill -9 $$", "signal 9 ended it"),
        ("echo hello", "its answer is no JSON: "),
        ("exec >&-", "its answer is no JSON: "),
        ("echo '[]'", "its answer is no JSON object"),
        ("yes x", "its answer is larger than 65536 bytes"),
        ("yes x >&2", "it ended with exit code 141: x"),
    ] {
        let script = Script::new(text);
        let found = ask(&Lookups::new(&[script.asked()]), "ann@x.example").await;
        let why = not_available(&found);
        assert!(why.starts_with(expected), "{text}: {why}");
    }
    let lost = Lookup {
        way: LookupWay::Command {
            program: "/nowhere/crm".into(),
            arguments: vec![],
        },
        ..lookup(&["plan"])
    };
    let found = ask(&Lookups::new(&[lost]), "ann@x.example").await;
    assert!(not_available(&found).starts_with("it cannot be started: No such file"));
}

/// Whether a process is there that is no corpse.
fn lives(process: &str) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{process}/stat"));
    state.is_ok_and(|state| {
        !state
            .rsplit(')')
            .next()
            .unwrap()
            .trim_start()
            .starts_with('Z')
    })
}

#[tokio::test]
async fn a_command_that_hangs_ends_with_all_that_it_started() {
    let script = Script::new(
        r#"sleep 600 &
echo $! > "$2/child"
echo $$ > "$2/leader"
trap '' TERM
wait"#,
    );
    let asked = Lookup {
        time_limit: Duration::from_secs(1),
        ..script.asked()
    };
    let began = Instant::now();
    let found = ask(&Lookups::new(&[asked]), "ann@x.example").await;
    assert_eq!(not_available(&found), "no answer within 1 s");
    assert!(began.elapsed() < Duration::from_secs(5));
    for name in ["child", "leader"] {
        let process = std::fs::read_to_string(script.file(name)).unwrap();
        // It was killed before the answer came; the kernel takes it away a moment later.
        while lives(process.trim()) {
            assert!(began.elapsed() < Duration::from_secs(20), "{name} lives on");
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn no_more_than_some_commands_run_at_once() {
    let script = Script::new(
        r#"echo x >> "$2/begun"
ls "$2" | grep -c '^running' >> "$2/counts"
touch "$2/running.$$"
sleep 0.2
rm "$2/running.$$"
echo '{"plan":"basic"}'"#,
    );
    let lookups = Lookups::new(&[script.asked()]);
    let asked = (0..12).map(|number| {
        let lookups = &lookups;
        async move { ask(lookups, &format!("a{number}@x.example")).await }
    });
    for found in futures_util::future::join_all(asked).await {
        assert_eq!(value(&found, "plan"), "basic");
    }
    let counts = std::fs::read_to_string(script.file("counts")).unwrap();
    assert_eq!(counts.lines().count(), 12);
    let most = counts
        .lines()
        .map(|line| line.parse::<usize>().unwrap())
        .max()
        .unwrap();
    assert!(most < 4, "{most} others ran when one began");
}

#[tokio::test]
async fn an_answer_is_kept_for_a_while_and_forgotten_when_asked_for() {
    let script = Script::new(r#"echo x >> "$2/begun"; echo '{"plan":"basic"}'"#);
    let asked = Lookup {
        cache: Duration::from_secs(60),
        ..script.asked()
    };
    let lookups = Lookups::new(&[asked]);
    let begun = script.file("begun");
    for (address, times) in [
        ("ann@x.example", 1),
        ("ann@x.example", 1),
        ("bob@x.example", 2),
    ] {
        assert_eq!(value(&ask(&lookups, address).await, "plan"), "basic");
        assert_eq!(lines(&begun), times);
    }
    let other = Question {
        facts: BTreeMap::new(),
        ..question("ann@x.example")
    };
    lookups.ask(&other).await;
    assert_eq!(lines(&begun), 3, "another question");
    lookups.forget_all();
    ask(&lookups, "ann@x.example").await;
    assert_eq!(lines(&begun), 4);
}

#[tokio::test]
async fn one_that_fails_again_and_again_is_left_alone_and_told_of() {
    let script = Script::new(r#"echo x >> "$2/begun"; exit 1"#);
    let works = Script::new(r#"echo '{"plan":"basic"}'"#);
    let working = Lookup {
        name: LookupName("shop".into()),
        ..works.asked()
    };
    let lookups = Lookups::new(&[script.asked(), working]);
    for time in 0..5 {
        assert_eq!(lookups.failing().len(), usize::from(time >= 3));
        let found = lookups.ask(&question(&format!("a{time}@x.example"))).await;
        assert_eq!(value(&found[1].found, "plan"), "basic");
        let why = not_available(&found[0].found);
        let is_left_alone = why.starts_with("not asked, because it failed 3 times in a row");
        assert_eq!(is_left_alone, time >= 3, "{why}");
    }
    assert_eq!(lines(&script.file("begun")), 3);
    let failing = lookups.failing();
    assert_eq!(failing[0].lookup.0, "crm");
    assert_eq!(failing[0].why, "it ended with exit code 1");
}
