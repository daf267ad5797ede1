//! What other programs know about who writes, on a running desk: staff see it, the customer does not, and a mail waits for it no longer than it may.

use super::mail_system::{PATIENCE, Startup, StoredMail, set};
use super::trouble::{told_soon, wait_for_troubles};
use super::web_server::{Answer, WebServer, port_without_server};
use super::world::*;
use handoffd::config::{
    FactName, FieldName, Language, Lookup, LookupName, LookupWay, WebServer as Asked,
};
use handoffd::lookup::{Found, Lookups, Question, Shown};
use handoffd::mail::{Address, MailIdentity};
use handoffd::oauth2::Endpoint;
use handoffd::ticket::TicketId;
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use toml::{Table, Value};

/// A block of code in docs/connections.md, by what it says of itself.
pub fn example(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/connections.md");
    let text = std::fs::read_to_string(path).unwrap();
    let blocks = text.split("```").skip(1).step_by(2);
    let mut blocks = blocks.map(|block| block.split_once('\n').unwrap().1.to_owned());
    let head = format!("# {name}: ");
    blocks.find(|block| block.contains(&head)).unwrap()
}

pub fn program(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn lookup(name: &str, how: &[(&str, Value)]) -> Value {
    let mut table = Table::new();
    table.insert("name".into(), name.into());
    table.insert("time_limit_seconds".into(), 2.into());
    table.insert("cache_seconds".into(), 0.into());
    for (key, value) in how {
        table.insert((*key).to_owned(), value.clone());
    }
    let fields: Table = [("plan", "Plan"), ("order_state", "Order")]
        .map(|(name, title)| (name.to_owned(), title.into()))
        .into_iter()
        .collect();
    table.insert("fields".into(), fields.into());
    let policy: Table = [
        ("field", Value::from("plan")),
        ("is", vec!["enterprise"].into()),
        ("do", "handoff".into()),
        ("team", "billing".into()),
        ("urgency", "high".into()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into_iter()
    .collect();
    table.insert("policy".into(), vec![Value::Table(policy)].into());
    table.into()
}

fn command(words: &[&str]) -> (&'static str, Value) {
    ("command", words.to_vec().into())
}

fn subjects_and_texts(mails: &[StoredMail]) -> String {
    let mails = mails.iter();
    mails
        .map(|mail| format!("{}\n{}\n{}\n", mail.subject, mail.text, mail.html))
        .collect()
}

/// A mail at which the program ended before is read when its turn comes, and by nothing before that: what reads it is counted then.
#[test]
fn a_mail_under_suspicion_is_not_read_to_be_asked_about() {
    // Given a mail that was begun and not ended, and a lookup that notes whom it is asked about
    let system = mail_system();
    let asked = system.folder().join("asked");
    let text = "#!/bin/sh\n/bin/cat >> ASKED\necho '{}'\n".replace("ASKED", &path(&asked));
    let crm = program(system.folder(), "crm", &text);
    let mut world = World::on(system, Startup::UntilReady, |settings| {
        set_list(
            settings,
            "lookup",
            vec![lookup("crm", &[command(&[&path(&crm)])])],
        );
    });
    let asked_about = |address: &str| {
        let asked = std::fs::read_to_string(&asked).unwrap_or_default();
        asked.contains(address)
    };
    world.daemon.terminate();
    let customer = world.customer("stella");
    let letter = customer.letter("Delivery time", DELIVERY_QUESTION);
    let identity = super::poison::stored(&world, &letter);
    {
        let store = world.daemon.folder().join("store");
        let journal = handoffd::journal::Journal::open(&store).unwrap();
        journal.begin_handling(&identity).unwrap();
    }
    let (address, other) = (customer.address.clone(), world.customer("nora"));
    let healthy = other.letter("Delivery time", DELIVERY_QUESTION);
    super::poison::stored(&world, &healthy);
    let other = other.address.clone();

    // Then it is answered, and only about the other one somebody was asked
    world.daemon.start_again();
    assert_eq!(world.outcome_of(&letter), "Answered");
    assert_eq!(world.outcome_of(&healthy), "Answered");
    assert!(asked_about(&other) && !asked_about(&address));
}

#[test]
fn staff_see_what_the_example_of_the_manual_knows_and_the_customer_never_does() {
    // Given the program of the manual, that knows one enterprise customer
    let system = mail_system();
    let folder = system.folder().to_owned();
    let crm = program(&folder, "crm", &example("crm"));
    let customers = folder.join("customers.json");
    let world = World::on(system, Startup::UntilReady, |settings| {
        set_list(
            settings,
            "lookup",
            vec![lookup("crm", &[command(&[&path(&crm), &path(&customers)])])],
        );
    });
    let (known, unknown) = (world.customer("ida"), world.customer("ulf"));
    let file = format!(
        r#"{{"{}": {{"plan": "Enterprise", "order_state": "packed in hall 7", "debts": 12}}}}"#,
        known.address
    );
    std::fs::write(&customers, file).unwrap();

    // When both ask a routine question
    let asked = known.writes("Delivery time", DELIVERY_QUESTION);
    let other = unknown.writes("Delivery time", DELIVERY_QUESTION);

    // Then the one goes to a person, urgent, with what is known; the other is answered
    assert_eq!(world.outcome_of(&asked), "HandedOff");
    assert_eq!(world.outcome_of(&other), "Answered");
    // Nothing proves who wrote, so the customer is not told of a team that only such customers have, and staff are warned.
    let packet = world.team_receives(CARE, &known, "the packet", |_| true);
    assert!(
        packet.subject.contains("by what a lookup says"),
        "{}",
        packet.subject
    );
    for words in [
        "by what crm says in plan",
        "Their words: none",
        "Plan Enterprise",
        "before you tell any of this",
    ] {
        assert!(
            packet.says(words) || packet.subject.contains(words),
            "{words}: {}",
            packet.text
        );
    }
    assert!(packet.raw_contains("\"looked_up\""), "{}", packet.text);
    // The program's own rule keeps the order from whom nothing shows.
    assert!(
        !packet.says("hall 7") && !packet.says("debts"),
        "{}",
        packet.text
    );
    assert!(world.daemon.log_text().contains("lookup-field-dropped"));
    world.settle();
    let to_customer = subjects_and_texts(&known.mails());
    for words in ["Enterprise", "hall 7", "Plan", "Billing"] {
        assert!(!to_customer.contains(words), "{words}: {to_customer}");
    }

    // And when they write in the thread of our notice, the ticket's token shows who they are
    let notice = known.receives("the notice", |_| true);
    let again = known.replies(&notice, "I forgot: it is about my order LT-27755.");
    assert_eq!(world.outcome_of(&again), "Relayed");
    let ticket = packet.ticket().unwrap().to_owned();
    let (_, story) = world.daemon.ask(&["ticket", &ticket]);
    assert!(story.contains("order_state packed in hall 7"), "{story}");

    // And whoever is forgotten is not in the files any more
    let (code, said) = world.daemon.ask(&["forget", &known.address, "--now"]);
    assert_eq!(code, 0, "{said}");
    world.settle();
    let (_, exported) = world.daemon.ask(&["ticket", &ticket]);
    assert!(!exported.contains("hall 7"), "{exported}");
}

fn path(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

pub fn set_list(settings: &mut Table, key: &str, list: Vec<Value>) {
    settings.insert(key.to_owned(), list.into());
}

#[test]
fn a_lookup_that_hangs_and_one_that_is_away_hold_a_mail_up_for_their_limit_and_are_told() {
    // Given a command that never ends, and a server that is not there
    let system = mail_system();
    let hangs = program(system.folder(), "hangs", "#!/bin/sh\nexec sleep 600\n");
    let port = port_without_server();
    let url = format!("http://127.0.0.1:{port}/");
    let world = World::on(system, Startup::UntilReady, |settings| {
        told_soon(settings);
        let hanging = lookup("crm", &[command(&[&path(&hangs)])]);
        let away = lookup("shop", &[("url", url.into())]);
        set_list(settings, "lookup", vec![hanging, away]);
    });

    // When a customer needs a person
    let customer = world.customer("nils");
    let began = Instant::now();
    let letter = customer.writes("Broken teapot", BROKEN_TEAPOT);

    // Then the packet says that there is nothing, and why, and has not waited
    let packet = world.team_receives(CARE, &customer, "the packet", |_| true);
    assert!(began.elapsed() < PATIENCE);
    assert_eq!(world.outcome_of(&letter), "HandedOff");
    for words in [
        "crm: not available: no answer within 2 s",
        "shop: not available: it cannot be reached",
    ] {
        assert!(packet.says(words), "{words}: {}", packet.text);
    }

    // And when it goes on, nobody waits for them any more, and the admin knows. Mails of some customers always go to a person by what these say:
    // while they say nothing, all do
    for name in ["nora", "nick", "nele"] {
        let customer = world.customer(name);
        let letter = customer.writes("Delivery time", DELIVERY_QUESTION);
        assert_eq!(world.outcome_of(&letter), "HandedOff");
    }
    wait_for_troubles(&world, &["lookup"]);
    let customer = world.customer("nana");
    customer.writes("Broken teapot", BROKEN_TEAPOT);
    let packet = world.team_receives(CARE, &customer, "the packet", |_| true);
    assert!(
        packet.says("not asked, because it failed 3 times in a row"),
        "{}",
        packet.text
    );
    world.system.wait_for(ADMIN, "the word about it", |mail| {
        mail.says("A lookup gives no answers") && mail.says("crm: no answer within 2 s")
    });
}

#[test]
fn check_online_asks_once_and_says_what_is_wrong() {
    let system = mail_system();
    let works = WebServer::open(&[Answer::Status(200, "{}".into())]);
    let broken = WebServer::open(&[Answer::Status(500, String::new())]);
    let token = system.folder().join("token");
    std::fs::write(&token, "planted-token\n").unwrap();
    let world = World::on(system, Startup::UntilReady, |settings| {
        let good = [
            ("url", works.url("good").into()),
            ("token_file", path(&token).into()),
        ];
        let bad = [("url", broken.url("bad").into())];
        set_list(
            settings,
            "lookup",
            vec![lookup("good", &good), lookup("bad", &bad)],
        );
    });
    let (code, said) = world.daemon.ask(&["check", "--online"]);
    assert_ne!(code, 0, "{said}");
    let asked = works.wait_for("the question", |_| true);
    assert_eq!(asked.json()["address"], "handoffd-check@nobody.invalid");
    assert_eq!(asked.fields["authorization"], "Bearer planted-token");
    broken.answers(&[Answer::Status(200, r#"{"plan":"basic"}"#.into())]);
    let (code, said) = world.daemon.ask(&["check", "--online"]);
    assert_eq!(code, 0, "{said}");
    assert!(
        said.contains("lookup good answers") && said.contains("it gives plan"),
        "{said}"
    );
    assert!(!world.daemon.log_text().contains("planted-token") && !said.contains("planted-token"));
}

fn asked_by_url(url: &str, ca_file: Option<PathBuf>, seconds: u64) -> Lookups {
    let titles = BTreeMap::from([(Language("en".into()), "Plan".to_owned())]);
    Lookups::new(&[Lookup {
        name: LookupName("crm".into()),
        way: LookupWay::Url(Asked {
            url: Endpoint::parse(url).unwrap(),
            token: None,
            ca_file,
        }),
        time_limit: Duration::from_secs(seconds),
        cache: Duration::ZERO,
        fields: BTreeMap::from([(FieldName("plan".into()), titles)]),
        policy: vec![],
    }])
}

fn ask(lookups: &Lookups) -> Result<BTreeMap<FieldName, String>, String> {
    let question = Question {
        address: Address::parse("ann@x.example").unwrap(),
        shown: Shown::Thread,
        facts: BTreeMap::from([(FactName("order_number".into()), "AB-1".into())]),
        ticket: TicketId::for_mail(&MailIdentity([1; 32]), 0),
        language: Language("de".into()),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    match runtime.block_on(lookups.ask(&question)).remove(0).found {
        Found::Fields(fields) => Ok(fields),
        Found::NotAvailable(why) | Found::NotAsked(why) => Err(why),
    }
}

#[test]
fn a_server_is_asked_over_tls_and_whatever_it_does_wrong_is_a_reason() {
    let folder = tempfile::tempdir().unwrap();
    let certificates = super::mail_system::certificates::make(folder.path());
    let server = WebServer::protected(&certificates.server, &certificates.key, &[]);
    let url = server.url("look?x=1");
    let trusts = || Some(certificates.authority.clone());
    let plan = BTreeMap::from([(FieldName("plan".into()), "basic".to_owned())]);
    server.answers(&[Answer::Status(200, r#"{"plan":"basic"}"#.into())]);
    assert_eq!(ask(&asked_by_url(&url, trusts(), 10)), Ok(plan));
    let asked = server.asked().remove(0);
    assert_eq!(
        (asked.path.as_str(), asked.fields["content-type"].as_str()),
        ("/look?x=1", "application/json")
    );
    assert_eq!(
        (
            &asked.json()["sender"],
            &asked.json()["facts"]["order_number"]
        ),
        (&"thread".into(), &"AB-1".into())
    );

    // Whom nobody vouches for is told nothing.
    let why = ask(&asked_by_url(&url, None, 10)).unwrap_err();
    assert!(why.starts_with("no protected connection"), "{why}");
    assert_eq!(server.asked().len(), 1);

    let elsewhere = WebServer::open(&[]);
    for (answer, expected) in [
        (
            Answer::Status(500, "{}".into()),
            "it answered with status 500",
        ),
        (
            Answer::Status(404, "{}".into()),
            "it answered with status 404",
        ),
        (
            Answer::Redirect(elsewhere.url("there")),
            "it sends us on to another address (302)",
        ),
        (
            Answer::Status(200, "<html>".into()),
            "its answer is no JSON",
        ),
        (
            Answer::Raw(b"\x00\xff nonsense\r\n\r\n"),
            "no usable answer",
        ),
        (Answer::Raw(b""), "no usable answer"),
        (
            Answer::Endless,
            "no usable answer: its answer cannot be read",
        ),
        (Answer::Silence, "no answer within 1 s"),
    ] {
        server.answers(std::slice::from_ref(&answer));
        let began = Instant::now();
        let why = ask(&asked_by_url(&url, trusts(), 1)).unwrap_err();
        let is_as_expected = why.starts_with(expected) || why.contains("nothing came within");
        assert!(is_as_expected, "{answer:?}: {why}");
        assert!(began.elapsed() < Duration::from_secs(10));
    }
    assert!(elsewhere.asked().is_empty(), "a redirect was followed");
}

#[test]
fn in_shadow_a_lookup_is_asked_and_nothing_leaves() {
    let server = WebServer::open(&[Answer::Status(200, r#"{"plan":"basic"}"#.into())]);
    let world = World::with(|settings| {
        set(settings, "automation.mode", "shadow");
        set_list(
            settings,
            "lookup",
            vec![lookup("crm", &[("url", server.url("").into())])],
        );
    });
    let customer = world.customer("shade");
    customer.writes("Broken teapot", BROKEN_TEAPOT);
    let asked = server.wait_for("the question", |_| true);
    assert_eq!(asked.json()["address"], customer.address.as_str());
    world.daemon.wait_for_log("decision");
    let (_, tickets) = world
        .daemon
        .ask(&["ticket", asked.json()["ticket"].as_str().unwrap()]);
    assert!(tickets.contains("plan basic"), "{tickets}");
    assert!(customer.mails().is_empty());
}
