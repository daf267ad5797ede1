//! Broken configurations, and the sentence that each must give: file, line, column, what is wrong, what to do.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on says so by a panic"
)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

const SETTINGS: &str = r#"[support]
address = "support@shop.example"
name = "Shop"

[inbox]
host = "127.0.0.1"
user = "support"
password_file = "secret"

[smtp]
host = "127.0.0.1"

[knowledge]
folder = "knowledge"

[[team]]
name = "care"
address = "care@shop.example"
members = ["rosa@shop.example"]

[fact.order_number]
pattern = "AB-[0-9]{6}"
example = "AB-204518"
ask = "your order number"
"#;

const ARTICLE: &str = r#"+++
intent = "delivery-time"
title = "When will it arrive?"
mode = "answer"
team = "care"
tags = ["shipping"]
needs = ["order_number"]
ask = ["When will my parcel arrive?", "How long does it take?"]
+++
Order {{order_number}} takes three days.
"#;

/// The good configuration with one thing changed: in this file, this text becomes that one.
struct Broken {
    name: &'static str,
    file: &'static str,
    good: &'static str,
    bad: &'static str,
}

const fn broken(
    name: &'static str,
    file: &'static str,
    good: &'static str,
    bad: &'static str,
) -> Broken {
    Broken {
        name,
        file,
        good,
        bad,
    }
}

const TOML: &str = "handoffd.toml";
const FIRST: &str = "knowledge/delivery-time.md";
/// A file that the good configuration does not have.
const NONE: &str = "";

const CASES: &[Broken] = &[
    broken(
        "a page that the whole network can read",
        TOML,
        "[knowledge]",
        "[page]\nlisten = \"0.0.0.0:8025\"\n[knowledge]",
    ),
    broken(
        "a page at a name, with a token that is short and hosts that are addresses",
        TOML,
        "[knowledge]",
        "[page]\nlisten = \"desk.shop.example:8025\"\ntoken_file = \"secret\"\nhosts = [\"https://desk.shop.example/\"]\n[knowledge]",
    ),
    broken(
        "a page without a place",
        TOML,
        "[knowledge]",
        "[page]\nhosts = [\"desk.shop.example\"]\n[knowledge]",
    ),
    broken(
        "lookup that is asked in no way",
        TOML,
        "[fact.order_number]",
        "[[lookup]]\nname = \"crm\"\nfields.plan = \"Plan\"\n\n[fact.order_number]",
    ),
    broken(
        "lookup that is asked in two ways",
        TOML,
        "[fact.order_number]",
        "[[lookup]]\nname = \"crm\"\ncommand = [\"/bin/true\"]\nurl = \"https://crm.example\"\nfields.plan = \"Plan\"\n\n[fact.order_number]",
    ),
    broken(
        "lookup by a command that is found in no folder",
        TOML,
        "[fact.order_number]",
        "[[lookup]]\nname = \"crm\"\ncommand = [\"crm\"]\nfields.plan = \"Plan\"\n\n[fact.order_number]",
    ),
    broken(
        "lookup by a file that cannot be run",
        TOML,
        "[fact.order_number]",
        "[[lookup]]\nname = \"crm\"\ncommand = [\"/etc/passwd\"]\nfields.plan = \"Plan\"\n\n[fact.order_number]",
    ),
    broken(
        "lookup in the open, without fields",
        TOML,
        "[fact.order_number]",
        "[[lookup]]\nname = \"crm\"\nurl = \"http://crm.example/\"\n\n[fact.order_number]",
    ),
    broken(
        "lookup with a token beside a command",
        TOML,
        "[fact.order_number]",
        "[[lookup]]\nname = \"crm\"\ncommand = [\"/bin/true\"]\ntoken_file = \"secret\"\nfields.plan = \"Plan\"\n\n[fact.order_number]",
    ),
    broken(
        "lookup with a policy of nothing",
        TOML,
        "[fact.order_number]",
        "[[lookup]]\nname = \"crm\"\ncommand = [\"/bin/true\"]\nfields.plan = \"Plan\"\n[[lookup.policy]]\nfield = \"plna\"\nteam = \"careful\"\n[[lookup.policy]]\nfield = \"plan\"\nis = [\"a\"]\n\n[fact.order_number]",
    ),
    broken(
        "two lookups of one name",
        TOML,
        "[fact.order_number]",
        "[[lookup]]\nname = \"crm\"\ncommand = [\"/bin/true\"]\nfields.plan = \"Plan\"\n[[lookup]]\nname = \"crm\"\ncommand = [\"/bin/true\"]\nfields.plan = \"Plan\"\n\n[fact.order_number]",
    ),
    broken(
        "webhook in the open, with a short secret and unknown events",
        TOML,
        "[fact.order_number]",
        "[[webhook]]\nname = \"board\"\nurl = \"http://board.example/\"\nsecret_file = \"secret\"\nevents = [\"handed-of\"]\n\n[fact.order_number]",
    ),
    broken(
        "webhook without a secret and events",
        TOML,
        "[fact.order_number]",
        "[[webhook]]\nname = \"board\"\nurl = \"https://board.example/\"\n\n[fact.order_number]",
    ),
    broken(
        "oauth2 without flow and provider",
        TOML,
        "[knowledge]",
        "[oauth2]\n[knowledge]",
    ),
    broken(
        "oauth2 that no server uses",
        TOML,
        "[knowledge]",
        "[oauth2]\nprovider = \"microsoft\"\ntenant = \"x.example\"\nflow = \"device-code\"\nclient_id = \"x\"\n[knowledge]",
    ),
    broken(
        "oauth2 over a line that anybody can read",
        TOML,
        "password_file = \"secret\"",
        "[oauth2]\ntoken_url = \"http://login.example.org/token\"\nflow = \"client-credentials\"\nclient_id = \"x\"\nclient_secret_file = \"secret\"",
    ),
    broken(
        "oauth2 with keys of other flows, a bad tenant, a bad day and a URL beside a provider",
        TOML,
        "password_file = \"secret\"",
        "[oauth2]\nprovider = \"microsoft\"\ntenant = \"a/b\"\nflow = \"client-credentials\"\nclient_id = \"x\"\nclient_secret_file = \"secret\"\nrefresh_token_file = \"secret\"\nmailbox = \"x\"\ndevice_url = \"https://x.example\"\nsecret_expires = \"soon\"\ntoken_url = \"https://x.example\"",
    ),
    broken(
        "oauth2 with a key that is none",
        TOML,
        "password_file = \"secret\"",
        "[oauth2]\nprovider = \"google\"\nflow = \"service-account\"\nservice_account_file = \"secret\"",
    ),
    broken(
        "oauth2 with a flow that the provider does not have for mail, and a client without a name",
        TOML,
        "password_file = \"secret\"",
        "[oauth2]\nprovider = \"google\"\nflow = \"client-credentials\"\nverify = false",
    ),
    broken("unknown key", TOML, "name = \"Shop\"", "nmae = \"Shop\""),
    broken(
        "unknown section",
        TOML,
        "[knowledge]",
        "[knowlege]\n[knowledge]",
    ),
    broken("bad TOML", TOML, "name = \"Shop\"", "name = \"Shop"),
    broken(
        "a key twice",
        TOML,
        "name = \"Shop\"",
        "name = \"Shop\"\nname = \"Shop\"",
    ),
    broken(
        "bad support address",
        TOML,
        "\"support@shop.example\"",
        "\"support at shop\"",
    ),
    broken(
        "bad member address",
        TOML,
        "\"rosa@shop.example\"",
        "\"rosa@shop.example\", \"ben\"",
    ),
    broken(
        "team without members",
        TOML,
        "members = [\"rosa@shop.example\"]\n",
        "",
    ),
    broken(
        "a member with a name of nothing, a signature of nothing and no address",
        TOML,
        "members = [\"rosa@shop.example\"]\n",
        "members = [\"rosa@shop.example\"]\nsender_name = \"both\"\n[[team.member]]\nname = \" \"\nsignature = \"\"\n",
    ),
    broken(
        "a member twice",
        TOML,
        "members = [\"rosa@shop.example\"]\n",
        "[[team.member]]\naddress = \"rosa@shop.example\"\n[[team.member]]\naddress = \"Rosa@shop.example\"\nnick = \"R\"\n",
    ),
    broken(
        "team with an empty list of members",
        TOML,
        "[\"rosa@shop.example\"]",
        "[]",
    ),
    broken(
        "a server's word and our own check",
        TOML,
        "[knowledge]",
        "[trust]\nauthserv_id = \"mx.shop.example\"\nown_checks = true\n\n[knowledge]",
    ),
    broken(
        "proof of staff that nothing can give",
        TOML,
        "[knowledge]",
        "[trust]\nown_checks = false\nstaff = \"proven\"\n\n[knowledge]",
    ),
    broken(
        "name servers and sealers that are none",
        TOML,
        "[knowledge]",
        "[trust]\nown_checks = true\nname_servers = [\"dns.example\"]\narc_sealers = [\"a list\"]\nreceiving_server = \"\"\ncheck_seconds = 0\n\n[knowledge]",
    ),
    broken("no team", TOML, "[[team]]", "[team]"),
    broken(
        "two teams with one name",
        TOML,
        "[fact",
        "[[team]]\nname = \"care\"\naddress = \"x@shop.example\"\nmembers = [\"y@shop.example\"]\n[fact",
    ),
    broken(
        "a mailbox that would answer itself",
        TOML,
        "\"care@shop.example\"",
        "\"support@shop.example\"",
    ),
    broken(
        "a team that matches the token addresses",
        TOML,
        "\"care@shop.example\"",
        "\"support+care@shop.example\"",
    ),
    broken("wrong type", TOML, "name = \"Shop\"", "name = 7"),
    broken(
        "port out of range",
        TOML,
        "user = \"support\"",
        "user = \"support\"\nport = 70000",
    ),
    broken(
        "unknown tls",
        TOML,
        "user = \"support\"",
        "user = \"support\"\ntls = \"yes\"",
    ),
    broken(
        "no protection to a remote host",
        TOML,
        "host = \"127.0.0.1\"\nuser",
        "host = \"mail.shop.example\"\ntls = \"none\"\nuser",
    ),
    broken(
        "missing host",
        TOML,
        "[smtp]\nhost = \"127.0.0.1\"",
        "[smtp]",
    ),
    broken("missing password file", TOML, "\"secret\"", "\"nowhere\""),
    broken(
        "no password at all",
        TOML,
        "password_file = \"secret\"\n",
        "",
    ),
    broken(
        "missing CA file",
        TOML,
        "user = \"support\"",
        "user = \"support\"\nca_file = \"no.pem\"",
    ),
    broken(
        "watched folder as outcome folder",
        TOML,
        "[smtp]",
        "[inbox.folders]\nleft = \"INBOX\"\n[smtp]",
    ),
    broken(
        "unknown mode",
        TOML,
        "[smtp]",
        "[automation]\nmode = \"auto\"\n[smtp]",
    ),
    broken(
        "thresholds the wrong way round",
        TOML,
        "[smtp]",
        "[automation]\nsend_threshold = 0.5\nsuggest_threshold = 0.8\n[smtp]",
    ),
    broken(
        "threshold above one",
        TOML,
        "[smtp]",
        "[automation]\nsend_threshold = 80\n[smtp]",
    ),
    broken(
        "autonomy that is granted by nobody, to a stage that is none, after shares that no record reaches",
        TOML,
        "[smtp]",
        "[autonomy]\nadvance = \"never\"\nstart = \"live\"\nanswer_after = 500\nanswer_lower_bound = 0.99\n[smtp]",
    ),
    broken(
        "autonomy that nothing takes back",
        TOML,
        "[smtp]",
        "[autonomy]\nback_at = 21\n[smtp]",
    ),
    broken(
        "a brake of more than a week",
        TOML,
        "[smtp]",
        "[limits]\nbrake_minutes = 20000\n[smtp]",
    ),
    broken(
        "troubles that are told after two days",
        TOML,
        "[smtp]",
        "[trouble]\ntell_after_seconds = 172800\n[smtp]",
    ),
    broken(
        "a text that may never come",
        TOML,
        "[smtp]",
        "[limits]\nsame_text_per_hour = 0\n[smtp]",
    ),
    broken(
        "bad hours",
        TOML,
        "members =",
        "hours = \"9 to 5\"\nmembers =",
    ),
    broken(
        "bad time zone",
        TOML,
        "members =",
        "timezone = \"Mars/Olympus\"\nmembers =",
    ),
    broken(
        "bad promise",
        TOML,
        "members =",
        "reply_within = \"soon\"\nmembers =",
    ),
    broken(
        "bad holiday",
        TOML,
        "members =",
        "holidays = [\"25.12.2026\"]\nmembers =",
    ),
    broken(
        "reply address without token",
        TOML,
        "name = \"Shop\"",
        "name = \"Shop\"\nreply_address = \"support@shop.example\"",
    ),
    broken(
        "language without templates",
        TOML,
        "name = \"Shop\"",
        "name = \"Shop\"\nlanguage = \"fr\"",
    ),
    broken("bad pattern", TOML, "AB-[0-9]{6}", "AB-[0-9{6}"),
    broken("example that does not fit", TOML, "AB-204518", "AB-20"),
    broken(
        "no way to ask for a fact",
        TOML,
        "ask = \"your order number\"\n",
        "",
    ),
    broken(
        "a hard stop that does not exist",
        TOML,
        "[smtp]",
        "[escalate.words]\nanger = [\"grr\"]\n[smtp]",
    ),
    broken(
        "a stop for an unknown team",
        TOML,
        "[smtp]",
        "[escalate.team]\nlegal = \"lawyers\"\n[smtp]",
    ),
    broken(
        "articles folder missing",
        TOML,
        "folder = \"knowledge\"",
        "folder = \"knowledg\"",
    ),
    broken(
        "unknown fact",
        FIRST,
        "[\"order_number\"]",
        "[\"order_numbr\", \"order_number\"]",
    ),
    broken("unknown team", FIRST, "team = \"care\"", "team = \"crae\""),
    broken(
        "unknown key in an article",
        FIRST,
        "mode =",
        "answer = true\nmode =",
    ),
    broken(
        "unknown mode of an article",
        FIRST,
        "\"answer\"",
        "\"reply\"",
    ),
    broken(
        "unknown slot in the text",
        FIRST,
        "takes three",
        "for {{name}} takes three",
    ),
    broken(
        "no phrases",
        FIRST,
        "[\"When will my parcel arrive?\", \"How long does it take?\"]",
        "[]",
    ),
    broken(
        "tag that is no keyword",
        FIRST,
        "\"shipping\"",
        "\"shipping & more\"",
    ),
    broken("no front matter", FIRST, "+++\nintent", "intent"),
    broken(
        "empty text",
        FIRST,
        "Order {{order_number}} takes three days.",
        "",
    ),
    broken(
        "two articles with one intent",
        NONE,
        "knowledge/other.md",
        ARTICLE,
    ),
    broken(
        "variant of another mode",
        NONE,
        "knowledge/delivery-time.de.md",
        "+++\nintent = \"delivery-time\"\ntitle = \"Wann?\"\nmode = \"draft\"\nteam = \"care\"\nneeds = [\"order_number\"]\nask = [\"Wann?\"]\n+++\nBald.\n",
    ),
    broken(
        "template with an unknown variable",
        NONE,
        "templates/en/answer.hbs",
        "Subject: Re: {{subject}}\n\n{{how_to_reach_a_person}}\n\n{{anser}}\n",
    ),
    broken(
        "automatic template without a way to a person",
        NONE,
        "templates/en/answer.hbs",
        "Subject: Re: {{subject}}\n\n{{answer}}\n",
    ),
    broken(
        "template that is no template",
        NONE,
        "templates/en/answer.hbs",
        "Subject: x\n\n{{#if}\n",
    ),
    broken(
        "file that no template is called",
        NONE,
        "templates/en/awnser.hbs",
        "Subject: x\n\ny\n",
    ),
    broken(
        "the watched folder in other letters as outcome folder",
        TOML,
        "[smtp]",
        "[inbox.folders]\nleft = \"inbox\"\n[smtp]",
    ),
    broken(
        "a watched folder that breaks a line",
        TOML,
        "[smtp]",
        "folder = \"A\\r\\nB\"\n[smtp]",
    ),
    broken(
        "a password of two lines",
        "secret",
        "hush\n",
        "hush\nhush\n",
    ),
    broken(
        "a password without a user",
        TOML,
        "\"127.0.0.1\"\n\n[knowledge]",
        "\"127.0.0.1\"\npassword_file = \"secret\"\n\n[knowledge]",
    ),
    broken(
        "a member who is the mailbox itself, after a letter of two bytes",
        TOML,
        "[\"rosa@shop.example\"]",
        "[\"zoë@shop.example\", \"Support@shop.example\"]",
    ),
    broken(
        "an admin who is the mailbox itself",
        TOML,
        "name = \"Shop\"",
        "name = \"Shop\"\nadmin = \"support+x@shop.example\"",
    ),
    broken(
        "a word of a stop that is none",
        TOML,
        "[smtp]",
        "[escalate.words]\nlegal = [\"ombudsman\", \" \"]\n[smtp]",
    ),
    broken(
        "a blank value of a fact, and an example that is no value",
        TOML,
        "pattern = \"AB-[0-9]{6}\"",
        "values = [\"Trail\", \"\"]",
    ),
    broken(
        "a blank phrase",
        FIRST,
        "\"When will my parcel arrive?\"",
        "\" \"",
    ),
    broken("front matter without an end", FIRST, "+++\nOrder", "Order"),
    broken("a slot that is never closed", FIRST, "er}}", "er"),
    broken(
        "two approvals of a team of one",
        FIRST,
        "mode = \"answer\"",
        "mode = \"draft\"\napprovals = 2",
    ),
    broken(
        "two approvals of what is no draft",
        FIRST,
        "mode = \"answer\"",
        "mode = \"answer\"\napprovals = 2",
    ),
    broken(
        "an article's threshold above one",
        FIRST,
        "mode = \"answer\"",
        "mode = \"answer\"\nsend_threshold = 60",
    ),
    broken(
        "an article's threshold that is no number",
        FIRST,
        "mode = \"answer\"",
        "mode = \"answer\"\nsuggest_threshold = \"0.2\"",
    ),
    broken(
        "an article's thresholds the wrong way round",
        FIRST,
        "mode = \"answer\"",
        "mode = \"answer\"\nsend_threshold = 0.5\nsuggest_threshold = 0.8",
    ),
    broken(
        "an article sent from less than the desk suggests from",
        FIRST,
        "mode = \"answer\"",
        "mode = \"answer\"\nsend_threshold = 0.05",
    ),
    broken(
        "an article in a language by mistake",
        NONE,
        "knowledge/how.to.md",
        "+++\nintent = \"how-to\"\ntitle = \"How?\"\nmode = \"answer\"\nask = [\"How?\"]\n+++\nSo.\n",
    ),
    broken(
        "a fact that cannot be asked for in the support language",
        TOML,
        "ask = \"your order number\"",
        "ask.de = \"Ihre Bestellnummer\"",
    ),
    broken(
        "no list of phrases",
        FIRST,
        "ask = [\"When will my parcel arrive?\", \"How long does it take?\"]\n",
        "",
    ),
    broken(
        "a reply address with two tokens",
        TOML,
        "name = \"Shop\"",
        "name = \"Shop\"\nreply_address = \"support+{token}-{token}@shop.example\"",
    ),
    broken(
        "an article in a folder of its own",
        NONE,
        "knowledge/shipping/late.md",
        "+++\nintent = \"late\"\ntitle = \"Late?\"\nmode = \"answer\"\nask = [\"Why so late?\"]\n+++\nSorry.\n",
    ),
    broken(
        "an article with another ending",
        NONE,
        "knowledge/late.markdown",
        "+++\nintent = \"late\"\ntitle = \"Late?\"\nmode = \"answer\"\nask = [\"Why so late?\"]\n+++\nSorry.\n",
    ),
    broken(
        "a template of replies without the reply",
        NONE,
        "templates/en/staff-reply.hbs",
        "Subject: {{subject}}\n\nHello,\n\n{{support_name}}\n",
    ),
    broken(
        "a second article with a problem of its own",
        NONE,
        "knowledge/other.md",
        "+++\nintent = \"delivery-time\"\ntitle = \"When?\"\nmode = \"answer\"\nteam = \"crae\"\nask = [\"When?\"]\n+++\nSoon.\n",
    ),
];

fn good_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| write(folder.path(), name, text);
    write(TOML, SETTINGS);
    write(FIRST, ARTICLE);
    write("secret", "hush\n");
    fs::set_permissions(
        folder.path().join("secret"),
        fs::Permissions::from_mode(0o600),
    )
    .unwrap();
    folder
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Runs `handoffd check`; its exit code and what it printed, without the folder's path.
fn check(folder: &Path) -> (Option<i32>, String) {
    let (code, out, _) = check_with(folder, &[]);
    (code, out)
}

/// The same with further arguments; its exit code, standard output and standard error.
fn check_with(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_handoffd"))
        .args(["check", "--config"])
        .arg(folder.join(TOML))
        .args(arguments)
        .env_remove("CREDENTIALS_DIRECTORY")
        .output()
        .unwrap();
    let path = format!("{}/", folder.display());
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().replace(&path, "");
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn apply(folder: &Path, case: &Broken) {
    if case.file == NONE {
        write(folder, case.good, case.bad);
        if case.good.starts_with("templates/") {
            let settings = format!("{SETTINGS}\n[templates]\nfolder = \"templates\"\n");
            write(folder, TOML, &settings);
        }
        return;
    }
    let text = fs::read_to_string(folder.join(case.file)).unwrap();
    assert!(text.contains(case.good), "{}: nothing to change", case.name);
    write(folder, case.file, &text.replacen(case.good, case.bad, 1));
}

#[test]
fn a_good_configuration_is_all_well() {
    let folder = good_folder();
    let (code, text) = check(folder.path());
    assert_eq!(code, Some(0), "{text}");
    assert!(text.starts_with("all well\n"), "{text}");
}

#[test]
fn each_broken_configuration_gets_its_sentence() {
    let mut all = String::new();
    for case in CASES {
        let folder = good_folder();
        apply(folder.path(), case);
        let (code, text) = check(folder.path());
        assert_eq!(code, Some(2), "{}: {text}", case.name);
        all.push_str(&format!("# {}\n{text}\n", case.name));
    }
    insta::assert_snapshot!(all);
}

#[test]
fn one_run_names_everything_that_is_wrong() {
    let folder = good_folder();
    let names = [
        "template with an unknown variable",
        "unknown key",
        "a password of two lines",
        "the watched folder in other letters as outcome folder",
        "team without members",
        "no way to ask for a fact",
        "unknown fact",
        "unknown team",
        "unknown mode of an article",
        "unknown slot in the text",
        "tag that is no keyword",
        "an article in a language by mistake",
    ];
    for name in names {
        apply(
            folder.path(),
            CASES.iter().find(|case| case.name == name).unwrap(),
        );
    }
    let (code, text) = check(folder.path());
    assert_eq!(code, Some(2));
    insta::assert_snapshot!(text);
}

#[test]
fn odd_but_harmless_files_are_read() {
    let folder = good_folder();
    let windows = |text: &str| format!("\u{FEFF}{}", text.replace('\n', "\r\n"));
    write(folder.path(), TOML, &windows(SETTINGS));
    write(folder.path(), FIRST, &windows(ARTICLE));
    let other = ARTICLE.replace("delivery-time", "other");
    let other = other.replace("+++\n", "+++  \n");
    write(folder.path(), "knowledge/other.md", other.trim_end());
    let german = ARTICLE.replace("takes three days", "braucht drei Tage");
    write(folder.path(), "knowledge/delivery-time.DE.md", &german);
    // What editors leave beside the file that they have open.
    write(folder.path(), "knowledge/.#other.md", "junk");
    let (code, text) = check(folder.path());
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("2 intents, 3 texts"), "{text}");
}

#[test]
fn a_text_that_nobody_has_written_is_named_by_its_place_and_stops_all_but_shadow() {
    let folder = good_folder();
    let article = ARTICLE.replace("takes three days", "takes [Write here how long.]");
    write(folder.path(), FIRST, &article);
    let place = "knowledge/delivery-time.md:10:30: the text is not written yet";
    for (mode, expected) in [("shadow", 0), ("draft", 2), ("live", 2)] {
        let settings = format!("{SETTINGS}\n[automation]\nmode = \"{mode}\"\n");
        write(folder.path(), TOML, &settings);
        let (code, text) = check(folder.path());
        assert_eq!(code, Some(expected), "{mode}: {text}");
        assert_eq!(text.matches(place).count(), 1, "{mode}: {text}");
    }
    write(
        folder.path(),
        FIRST,
        &article.replace("\"answer\"", "\"handoff\""),
    );
    let (code, text) = check(folder.path());
    assert_eq!(code, Some(0), "a note to staff: {text}");
}

#[test]
fn models_beside_the_settings_are_found_however_these_are_named_and_check_says_what_understands() {
    let folder = good_folder();
    let broken = folder.path().join("models/transformer");
    fs::create_dir_all(&broken).unwrap();
    fs::write(broken.join("config.json"), "{}").unwrap();
    let check_here = |named: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_handoffd"))
            .args(["check", "--config", named])
            .current_dir(folder.path())
            .env_remove("CREDENTIALS_DIRECTORY")
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        (output.status.code(), said)
    };
    // A model that cannot be used is named where it was found.
    for named in [TOML, "./handoffd.toml"] {
        let (code, said) = check_here(named);
        assert_eq!(code, Some(2), "{named}: {said}");
        assert!(said.contains("make model"), "{named}: {said}");
    }
    fs::remove_dir_all(&broken).unwrap();
    let (code, said) = check_here(TOML);
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("understood by words and letters alone"),
        "{said}"
    );
}

#[test]
fn a_password_that_everybody_can_read_is_refused_for_a_server_elsewhere() {
    let folder = good_folder();
    fs::set_permissions(
        folder.path().join("secret"),
        fs::Permissions::from_mode(0o644),
    )
    .unwrap();
    let remote = SETTINGS.replacen("127.0.0.1", "mail.shop.example", 1);
    write(folder.path(), TOML, &remote);
    let (code, text) = check(folder.path());
    assert_eq!(code, Some(2));
    assert!(
        text.contains("can be read by everybody; run `chmod 600 "),
        "{text}"
    );
}

#[test]
fn a_problem_in_support_hides_none_elsewhere_and_makes_none_up() {
    // Given a German desk whose name is misspelt, and whose team is the mailbox itself
    let folder = good_folder();
    let settings = SETTINGS
        .replace("name = \"Shop\"", "nmae = \"Shop\"\nlanguage = \"de\"")
        .replace("ask = ", "ask.de = ")
        .replace("care@shop.example", "support@shop.example");
    write(folder.path(), TOML, &settings);

    // Then both are told, and nothing is held against the desk in a language that it does not have
    let (code, text) = check(folder.path());
    assert_eq!(code, Some(2));
    let places: Vec<&str> = text
        .lines()
        .map(|line| line.split_once("; ").unwrap().0)
        .collect();
    let wanted = [
        "handoffd.toml:1:2: [support] name is missing",
        "handoffd.toml:3:1: unknown key [support] nmae",
        "handoffd.toml:19:11: the address of team care is the watched mailbox itself (support@shop.example), so it would answer itself",
    ];
    assert_eq!(places, wanted);
}

#[test]
fn as_json_each_problem_is_one_object() {
    let folder = good_folder();
    let (code, text, _) = check_with(folder.path(), &["--json"]);
    assert_eq!((code, text.as_str()), (Some(0), ""));

    let settings = SETTINGS.replace("Shop\"", "Shop\"\ncolour = \"red\"");
    write(folder.path(), TOML, &settings);
    let article = ARTICLE.replace("\"care\"", "\"crae\"");
    write(folder.path(), FIRST, &article);
    let (code, text, _) = check_with(folder.path(), &["--json"]);
    assert_eq!(code, Some(2));
    let objects: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let place = |object: &serde_json::Value| {
        let fields = ["file", "line", "column", "what"];
        fields.map(|field| object.get(field).unwrap().to_string())
    };
    let wanted = [
        [
            "\"handoffd.toml\"",
            "4",
            "1",
            "\"unknown key [support] colour\"",
        ],
        [
            "\"knowledge/delivery-time.md\"",
            "5",
            "8",
            "\"team \\\"crae\\\" is not in the settings\"",
        ],
    ];
    assert_eq!(objects.iter().map(place).collect::<Vec<_>>(), wanted);
    for object in objects {
        assert_eq!(object.as_object().unwrap().len(), 5, "{object}");
        assert!(object.get("remedy").unwrap().as_str().unwrap().len() > 10);
    }
}

#[test]
fn what_is_shipped_to_start_from_is_all_well() {
    // Given the reference settings and the starter articles, and the passwords as credentials
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
    let folder = tempfile::tempdir().unwrap();
    fs::copy(shipped.join(TOML), folder.path().join(TOML)).unwrap();
    fs::create_dir(folder.path().join("knowledge")).unwrap();
    let mut variants = 0;
    for entry in fs::read_dir(shipped.join("knowledge")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        variants += usize::from(name.ends_with(".de.md"));
        fs::copy(&path, folder.path().join("knowledge").join(name)).unwrap();
    }
    for name in ["imap-password", "smtp-password"] {
        write(folder.path(), name, "hush\n");
        let mode = fs::Permissions::from_mode(0o600);
        fs::set_permissions(folder.path().join(name), mode).unwrap();
    }
    let output = Command::new(env!("CARGO_BIN_EXE_handoffd"))
        .args(["check", "--config"])
        .arg(folder.path().join(TOML))
        .env("CREDENTIALS_DIRECTORY", folder.path())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    let articles = text.lines().find(|line| line.contains("articles")).unwrap();
    let intents = articles.split_whitespace().nth(1).unwrap();
    assert!(intents.parse::<usize>().unwrap() >= 8, "{articles}");
    assert!(variants >= 2, "{variants} German articles");
}

#[test]
fn servers_that_are_away_are_both_named() {
    // Given ports of which nobody listens: taken and given back
    let closed_port = || {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let (imap, smtp) = (closed_port(), closed_port());
    let folder = good_folder();
    let settings = SETTINGS
        .replace(
            "user = \"support\"",
            &format!("user = \"support\"\nport = {imap}"),
        )
        .replace("[smtp]", &format!("[smtp]\nport = {smtp}"));
    write(folder.path(), TOML, &settings);

    // Then one run names both, and says that it is the servers
    let (code, out, error) = check_with(folder.path(), &["--online"]);
    assert_eq!(code, Some(3), "{error}");
    assert_eq!(out, "");
    assert!(error.contains(&format!("127.0.0.1:{imap}")), "{error}");
    assert!(error.contains(&format!("127.0.0.1:{smtp}")), "{error}");
}

/// Answers the ten questions for settings in this folder.
fn init(folder: &Path, answers: &str) -> (Option<i32>, String) {
    use std::io::Write;
    let mut asked = Command::new(env!("CARGO_BIN_EXE_handoffd"))
        .arg("init")
        .arg("--config")
        .arg(folder.join("handoffd.toml"))
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // It may have ended before.
    let _ = asked.stdin.take().unwrap().write_all(answers.as_bytes());
    let output = asked.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

#[test]
fn ten_answers_make_settings_that_check_accepts_and_nothing_is_written_over() {
    const ANSWERS: &str = "The Shop\nsupport@shop.example\n\n\n\nplum-tree\ncare@shop.example\nrosa@shop.example\n\nEurope/Berlin\n";
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("new");
    let (code, said) = init(&place, ANSWERS);
    assert_eq!(code, Some(0), "{said}");
    let check_online = format!("check --config {}/handoffd.toml --online", place.display());
    assert!(
        said.contains(&check_online) && !said.contains("plum-tree"),
        "{said}"
    );
    let secret = place.join("mail.password");
    assert_eq!(
        fs::metadata(&secret).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(fs::read_to_string(&secret).unwrap(), "plum-tree\n");
    let (code, said) = check(&place);
    assert_eq!(code, Some(0), "{said}");

    // Once more: nothing is asked, and nothing is changed.
    let before = fs::read(place.join("handoffd.toml")).unwrap();
    let (code, said) = init(&place, "Other\n");
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("is there already") && !said.contains("What do customers"),
        "{said}"
    );
    assert_eq!(fs::read(place.join("handoffd.toml")).unwrap(), before);

    // Who knows no password yet is told where it belongs; all else is there.
    let later = folder.path().join("later");
    let (code, said) = init(&later, &ANSWERS.replace("plum-tree", ""));
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("First write the password into"), "{said}");

    let (_, _, said) = check_with(&later, &[]);
    assert!(said.contains("the daemon does not run until"), "{said}");

    // A wrong answer leaves nothing behind.
    let wrong = folder.path().join("wrong");
    let (code, said) = init(&wrong, "The Shop\nnobody\n");
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("is no address") && !wrong.exists(), "{said}");
}
