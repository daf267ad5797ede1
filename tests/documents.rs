//! The documents and what they speak of do not drift apart.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot go on says so by a panic, and lives in real time"
)]

#[path = "documents/manual_pages.rs"]
mod manual_pages;

use clap_complete::Shell;
use manual_pages::Head;
use std::fs;
use std::path::Path;

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn the_two_commands_of_the_readme_are_what_the_makefile_has_and_ci_calls() {
    let readme = read("README.md");
    let makefile = read("Makefile");
    let ci = read(".ci/run");
    for command in ["make demo", "make test"] {
        assert!(
            readme.lines().any(|line| line == command),
            "README.md shows `{command}` on a line of its own"
        );
        let target = command.trim_start_matches("make ");
        assert!(
            makefile
                .lines()
                .any(|line| line.starts_with(&format!("{target}:"))),
            "Makefile has {target}"
        );
        assert!(
            ci.lines()
                .any(|line| line == format!("step {target} {command}")),
            ".ci/run calls `{command}`"
        );
    }
}

#[test]
fn every_link_between_documents_leads_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut documents = vec!["README.md".to_owned(), "ARCHITECTURE.md".to_owned()];
    for folder in ["docs", "docs/decisions"] {
        for entry in fs::read_dir(root.join(folder)).expect("a folder").flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(".md") {
                documents.push(format!("{folder}/{name}"));
            }
        }
    }
    for document in documents {
        let text = read(&document);
        let folder = root.join(&document);
        let folder = folder.parent().expect("a folder");
        for target in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let (path, heading) = target.split_once('#').unwrap_or((target, ""));
            if path.contains("://") {
                continue;
            }
            let page = match path {
                "" => root.join(&document),
                path => folder.join(path),
            };
            assert!(
                page.exists(),
                "{document} links to {target}, which is not there"
            );
            let is_page = heading.is_empty() || anchors(&page).contains(&heading.to_owned());
            assert!(
                is_page,
                "{document} links to {target}, and no heading is that"
            );
        }
    }
}

/// By what a page's headings are linked to: lower case, without punctuation, joined by `-`.
fn anchors(page: &Path) -> Vec<String> {
    let text = fs::read_to_string(page).expect("a page");
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|heading| {
            let words = heading.trim_start_matches('#').trim().to_lowercase();
            let kept = words
                .chars()
                .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            kept.map(|c| if c == ' ' { '-' } else { c }).collect()
        })
        .collect()
}

#[test]
fn every_folder_of_the_code_map_exists_and_every_module_is_on_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let map = read("ARCHITECTURE.md");
    for entry in fs::read_dir(root.join("src")).expect("src").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name == "lib.rs" {
            continue;
        }
        let shown = if entry.path().is_dir() {
            format!("`src/{name}/`")
        } else {
            format!("`src/{name}`")
        };
        assert!(
            map.contains(&shown),
            "ARCHITECTURE.md does not name {shown}"
        );
    }
}

#[test]
fn the_demo_desk_has_eight_articles_and_plays_eight_conversations() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/demo");
    let read_all = |folder: &str| -> Vec<String> {
        fs::read_dir(root.join(folder))
            .expect("a folder")
            .flatten()
            .map(|entry| fs::read_to_string(entry.path()).expect("a text"))
            .collect()
    };
    let conversations = read_all("conversations");
    assert!(
        conversations.len() >= 8,
        "{} conversations",
        conversations.len()
    );
    let articles = read_all("knowledge");
    let intents: std::collections::BTreeSet<&str> = articles
        .iter()
        .filter_map(|article| article.lines().find(|line| line.starts_with("intent")))
        .collect();
    assert!(intents.len() >= 8, "{} articles", intents.len());
}

fn check(config: &Path) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_handoffd"))
        .arg("check")
        .arg("--config")
        .arg(config)
        .output()
        .expect("run handoffd");
    assert!(
        output.status.success(),
        "handoffd check {}:\n{}{}",
        config.display(),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn the_demo_desk_has_no_problem() {
    check(&Path::new(env!("CARGO_MANIFEST_DIR")).join("config/demo/handoffd.toml"));
}

#[test]
fn the_smallest_configuration_of_the_readme_has_no_problem() {
    let readme = read("README.md");
    let block = |begin: &str| -> String {
        let (_, rest) = readme.split_once(begin).expect("the block in README.md");
        rest.split("\n```").next().expect("its end").to_owned() + "\n"
    };
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        fs::write(folder.path().join(name), text).expect("write a file");
    };
    fs::create_dir(folder.path().join("knowledge")).expect("make a folder");
    write("handoffd.toml", &block("```toml\n"));
    write(
        "knowledge/opening-hours.md",
        &block("opening-hours.md`:\n\n```\n"),
    );
    for name in ["imap.password", "smtp.password"] {
        write(name, "a password\n");
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(folder.path().join(name), fs::Permissions::from_mode(0o600))
            .expect("keep it to ourselves");
    }
    check(&folder.path().join("handoffd.toml"));
}

/// The commands of README.md from a clone to a report, on a mailbox of two mails. The build alone is left out: this test has been built.
#[test]
fn the_way_from_a_clone_to_a_first_report_is_the_readmes() {
    let readme = read("README.md");
    let (_, block) = readme
        .split_once("## See what it would have done")
        .and_then(|(_, rest)| rest.split_once("```\n"))
        .expect("the block in README.md");
    let block = block.split("```").next().expect("its end");
    let commands: Vec<Vec<&str>> = block
        .lines()
        .map(|line| {
            line.split("  #")
                .next()
                .unwrap()
                .split_whitespace()
                .collect()
        })
        .collect();
    let [build, asks, replays] = commands.as_slice() else {
        panic!("three commands: {commands:?}")
    };
    assert_eq!(build.join(" "), "cargo build --locked --profile dist");
    assert!(read("Cargo.toml").contains("\n[profile.dist]\n"));
    let folder = tempfile::tempdir().expect("a folder");
    let mail = |from: &str, to: &str, rest: &str| {
        format!("From x\nFrom: {from}\nTo: {to}\nDate: Mon, 05 Jan 2026 10:00:00 +0000\n{rest}\n\n")
    };
    let (shop, ann) = ("support@shop.example", "ann@example.org");
    let asked = mail(
        ann,
        shop,
        "Message-ID: <1@x>\nSubject: open?\n\nWhen are you open?",
    );
    let said = mail(
        shop,
        ann,
        "Message-ID: <2@x>\nIn-Reply-To: <1@x>\nSubject: Re: open?\n\nFrom nine on.",
    );
    fs::write(folder.path().join("inbox.mbox"), asked).expect("write a file");
    fs::write(folder.path().join("sent.mbox"), said).expect("write a file");
    let run = |command: &[&str], answers: &str| {
        use std::io::Write;
        let (program, arguments) = command.split_first().expect("a command");
        assert_eq!(*program, "target/dist/handoffd");
        let mut running = std::process::Command::new(env!("CARGO_BIN_EXE_handoffd"))
            .args(arguments)
            .current_dir(folder.path())
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("run handoffd");
        let _ = running.stdin.take().unwrap().write_all(answers.as_bytes());
        let output = running.wait_with_output().expect("its end");
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(output.status.success(), "{command:?}: {said}");
        said
    };
    let said = run(
        asks,
        "The Shop\nsupport@shop.example\n\n\n\n\ncare@shop.example\nrosa@shop.example\n\nEurope/Berlin\n",
    );
    assert!(
        said.contains("--html replay.html inbox.mbox sent.mbox"),
        "{said}"
    );
    let _ = run(replays, "");
    assert!(folder.path().join("replay.html").is_file());

    // What the unit needs begins at `/`, although the command does not.
    let here = folder.path().canonicalize().unwrap();
    let drop_in = fs::read_to_string(folder.path().join("desk/password.conf")).unwrap();
    let credential = format!("mail.password:{}/desk/mail.password", here.display());
    assert!(drop_in.contains(&credential), "{drop_in}");
}

/// Whatever front matter may hold is explained, and nothing else.
#[test]
fn every_key_of_an_article_is_on_its_page() {
    let page = read("docs/articles.md");
    let source = ["article", "thresholds", "approvals"]
        .map(|name| read(&format!("src/knowledge/{name}.rs")));
    let source: String = source.concat().split_whitespace().collect();
    let mut keys = Vec::new();
    for call in ["required_text", "text", "texts", "share", "number"] {
        let call = format!("front.{call}(\"");
        let named = source.split(call.as_str()).skip(1);
        keys.extend(named.filter_map(|rest| rest.split('"').next()));
    }
    keys.sort_unstable();
    let explained = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let mut explained: Vec<&str> = explained.collect();
    explained.sort_unstable();
    assert!(keys.len() >= 9, "{keys:?}");
    assert_eq!(explained, keys);
}

/// Whatever a conversation may expect or hold is explained.
#[test]
fn every_key_and_purpose_of_a_conversation_is_on_its_page() {
    let page = read("docs/testing.md");
    let purposes = handoffd::journal::PURPOSES.into_iter();
    let source =
        ["format", "format/expected"].map(|name| read(&format!("src/rehearsal/{name}.rs")));
    let source: String = source.concat().split_whitespace().collect();
    let asked_by_name = ["staff", "bounces", "headers", "says", "never_says"].map(str::to_owned);
    let mut names: Vec<String> = purposes
        .map(|purpose| handoffd::journal::purpose_word(purpose).to_owned())
        .chain(asked_by_name)
        .collect();
    for call in [
        ".text(\"",
        ".required_text(\"",
        ".texts(\"",
        ".yes_or_no(\"",
        ".number(\"",
        ".sections(\"",
    ] {
        let named = source.split(call).skip(1);
        names.extend(named.filter_map(|rest| Some(rest.split('"').next()?.to_owned())));
    }
    assert!(names.len() > 30, "{names:?}");
    for name in names {
        let is_there = page.contains(&format!("`{name}`")) || page.contains(&format!("`{name} = "));
        assert!(is_there, "docs/testing.md does not explain {name}");
    }
}

/// The manual page, made from the words of `--help`. `UPDATE=1 cargo test --test documents` writes it anew.
#[test]
fn the_manual_page_says_what_the_program_says() {
    let mut page = Vec::new();
    let command = handoffd::cli::command();
    let manual = clap_mangen::Man::new(command.clone());
    manual.render(&mut page).expect("render the page");
    let mut text = String::from_utf8(page).expect("a page in UTF-8");
    text.push_str(".SH EXIT STATUS\n");
    for (code, meaning) in [
        ("0", "done"),
        ("1", "the thing asked about is not so"),
        ("2", "settings or usage"),
        ("3", "a server or the store could not be reached"),
    ] {
        text.push_str(&format!(".TP\n{code}\n{meaning}\n"));
    }
    text.push_str(".SH FILES\n.TP\n/etc/handoffd/handoffd.toml\nthe settings; every key is shown in config/handoffd.toml\n");
    text.push_str(".SH SIGNALS\n.TP\nSIGTERM\nfinishes what is in flight and ends\n.TP\nSIGHUP\nreads settings, articles and templates anew, all or nothing\n");
    text.push_str(
        ".SH SEE ALSO\n.BR handoffd.toml (5),\n.BR handoffd\\-articles (5),\n.BR handoffd\\-templates (5)\n",
    );
    is_up_to_date("docs/man/handoffd.1", &text);
}

/// What an admin writes, beside the command that reads it: each page out of the one text about it, which other tests hold to the types.
#[test]
fn the_manual_has_pages_of_settings_articles_and_templates() {
    let settings = Head {
        name: "handoffd.toml",
        what: "the settings of handoffd, every key",
        files: "`/etc/handoffd/handoffd.toml`, or what `--config` names",
        see_also: &["handoffd.1", "handoffd-articles.5", "handoffd-templates.5"],
    };
    let reference = read("config/handoffd.toml");
    let page = manual_pages::of_settings(&settings, &reference);
    for key in [
        "address",
        "poll_seconds",
        "first_start",
        "reply_within",
        "pattern",
    ] {
        assert!(page.contains(&format!("\n\\fB{key} = ")), "{key}");
    }
    is_up_to_date("docs/man/handoffd.toml.5", &page);

    let articles = Head {
        name: "handoffd-articles",
        what: "what handoffd may say, and to what",
        files: "`*.md` in the folder of `[knowledge]`, `/etc/handoffd/knowledge/` by default",
        see_also: &["handoffd.1", "handoffd.toml.5"],
    };
    let page = manual_pages::of_markdown(&articles, &read("docs/articles.md"));
    is_up_to_date("docs/man/handoffd-articles.5", &page);

    let templates = Head {
        name: "handoffd-templates",
        what: "the texts of all mails that handoffd writes",
        files: "`LANGUAGE/NAME.hbs` in the folder of `[templates]`",
        see_also: &["handoffd.1", "handoffd.toml.5"],
    };
    let page = manual_pages::of_markdown(&templates, &read("docs/templates.md"));
    is_up_to_date("docs/man/handoffd-templates.5", &page);
}

/// The formatter that shows them finds nothing to complain of. Where it is not installed nothing is asked.
#[test]
fn the_formatter_of_manual_pages_has_no_complaint() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/man");
    let mut pages = 0;
    for entry in fs::read_dir(&root).expect("docs/man").flatten() {
        let asked = std::process::Command::new("groff")
            .args(["-man", "-Tutf8", "-ww", "-Kutf8", "-z"])
            .arg(entry.path())
            .output();
        let Ok(asked) = asked else {
            eprintln!("not tested: groff is not installed (groff-base)");
            return;
        };
        let words = String::from_utf8_lossy(&asked.stderr).into_owned();
        assert!(
            asked.status.success() && words.is_empty(),
            "{:?}: {words}",
            entry.path()
        );
        pages += 1;
    }
    assert_eq!(pages, 4);
}

/// With UPDATE=1 it is written first.
fn is_up_to_date(path: &str, text: &str) {
    if std::env::var_os("UPDATE").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        fs::write(&path, text).expect("write what is generated");
    }
    assert!(
        read(path) == text,
        "{path} is out of date: UPDATE=1 cargo test --test documents"
    );
}

#[test]
fn shells_complete_what_the_program_takes() {
    for (shell, path) in [
        (Shell::Bash, "docs/completions/handoffd.bash"),
        (Shell::Zsh, "docs/completions/_handoffd"),
        (Shell::Fish, "docs/completions/handoffd.fish"),
    ] {
        let mut script = Vec::new();
        let mut command = handoffd::cli::command();
        clap_complete::generate(shell, &mut command, "handoffd", &mut script);
        let script = String::from_utf8(script).expect("a script in UTF-8");
        is_up_to_date(path, &script);
    }
}

#[test]
fn bash_takes_its_completions() {
    // As bash asks for them: `handoffd repl<Tab>` and `handoffd replay --ag<Tab>`.
    let complete = |words: &str, place: usize| {
        let script = format!(
            "source docs/completions/handoffd.bash; COMP_WORDS=({words}); COMP_CWORD={place}; \
             _handoffd handoffd \"${{COMP_WORDS[{place}]}}\" \"\"; echo \"${{COMPREPLY[@]}}\""
        );
        let asked = std::process::Command::new("bash")
            .args(["--norc", "-c", &script])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output();
        let asked = asked.expect("bash");
        assert!(asked.status.success(), "{asked:?}");
        String::from_utf8(asked.stdout)
            .expect("words")
            .trim()
            .to_owned()
    };
    assert_eq!(complete("handoffd repl", 1), "replay");
    assert_eq!(complete("handoffd replay --ag", 2), "--against");
}
