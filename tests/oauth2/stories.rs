//! The running daemon on tokens: they end, are revoked, are refused; the token server goes away. No mail is lost, and who must know is told once.

use super::mail_system::{MailSystem, PATIENCE, Server, Startup, TokenLogins, set, wait_until};
use super::token_server::{Answer, TokenServer};
use super::world::{
    ADMIN, BILLING, CARE, DELIVERY_ANSWER, DELIVERY_QUESTION, MIRA, ROSA, SUPPORT, World,
    quick_retries,
};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

pub fn mail_system(tokens: &TokenServer, imap_mechanisms: &'static str) -> MailSystem {
    let logins = TokenLogins {
        port: tokens.port,
        imap_mechanisms,
    };
    MailSystem::start_with(&[SUPPORT, CARE, BILLING, ADMIN, ROSA, MIRA], Some(logins))
}

/// The section for this token server; both servers lose their password.
pub fn by_tokens(settings: &mut toml::Table, tokens: &TokenServer, flow: &str) {
    set(settings, "trouble.gather_seconds", 0);
    set(settings, "trouble.calm_seconds", 0);
    set(settings, "oauth2.flow", flow);
    set(settings, "oauth2.token_url", tokens.url("token"));
    if flow != "service-account" {
        set(settings, "oauth2.client_id", "handoffd-test");
    }
    for section in ["inbox", "smtp"] {
        let section = settings[section].as_table_mut().unwrap();
        section.remove("password_file");
    }
}

/// A file that only we can read.
pub fn secret_file(system: &MailSystem, name: &str, content: &str) -> String {
    let path = system.folder().join(name);
    std::fs::write(&path, content).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The only desk of a mail system.
pub fn desk(system: &MailSystem) -> PathBuf {
    let mut desks = std::fs::read_dir(system.folder().join("desks")).unwrap();
    desks.next().unwrap().unwrap().path()
}

/// `handoffd VERB`: exit code, output, errors.
pub fn run(config: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_handoffd"))
        .args(arguments)
        .arg("--config")
        .arg(config)
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code().unwrap_or(-1),
        text(&output.stdout),
        text(&output.stderr),
    )
}

pub fn wait<T>(what: &str, look: impl FnMut() -> Option<T>) -> T {
    wait_until(what, PATIENCE * 2, look).unwrap_or_else(|why| panic!("{why}"))
}

fn is_answered(world: &World, name: &str) {
    let customer = world.customer(name);
    customer.writes("Delivery", DELIVERY_QUESTION);
    customer.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));
}

pub fn assert_no_secret(text: &str, tokens: &TokenServer) {
    let book = tokens.book();
    let all = book.issued.iter().chain(&book.secrets);
    for secret in all.chain([&book.client_secret, &book.refresh_token]) {
        assert!(!text.contains(secret.as_str()), "{secret} stands in {text}");
    }
}

fn status(world: &World) -> serde_json::Value {
    let (code, text) = world.daemon.ask(&["status", "--json"]);
    assert_eq!(code, 0, "{text}");
    let status: serde_json::Value = serde_json::from_str(text.trim()).unwrap();
    status["oauth2"].clone()
}

fn told(world: &World) -> usize {
    let mails = world.system.mailbox(ADMIN);
    let is_it = |mail: &&_| {
        let mail: &super::mail_system::StoredMail = mail;
        mail.subject.contains("handoffd gets no access token")
    };
    mails.iter().filter(is_it).count()
}

#[test]
fn tokens_are_renewed_before_they_end_and_what_the_server_replaces_is_kept() {
    let tokens = TokenServer::start(SUPPORT);
    {
        let mut book = tokens.book();
        book.life_seconds = 6;
        book.rotates = true;
    }
    let system = mail_system(&tokens, "xoauth2 oauthbearer");
    let first = tokens.book().refresh_token.clone();
    let refresh_token_file = secret_file(&system, "refresh", &first);
    let world = World::on(system, Startup::UntilReady, |settings| {
        by_tokens(settings, &tokens, "refresh-token");
        set(
            settings,
            "oauth2.refresh_token_file",
            refresh_token_file.as_str(),
        );
        quick_retries(settings);
    });
    is_answered(&world, "early");
    wait("four tokens", || {
        (tokens.book().issued.len() >= 4).then_some(())
    });
    for server in [Server::Imap, Server::Smtp] {
        world.system.restart_server_at_once(server);
    }
    is_answered(&world, "late");
    {
        let book = tokens.book();
        assert_eq!(
            book.bad_tokens_seen, 0,
            "a server saw a token that had ended"
        );
        let mut used: Vec<&String> = (book.asked.iter())
            .map(|form| &form["refresh_token"])
            .collect();
        let all = used.len();
        used.sort();
        used.dedup();
        assert_eq!(used.len(), all, "a refresh token was used twice");
    }
    assert_eq!(std::fs::read_to_string(&refresh_token_file).unwrap(), first);
    let kept = desk(&world.system).join("store.oauth2");
    let mode = std::fs::metadata(&kept).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(status(&world)["state"], "well");
    assert_no_secret(&world.daemon.log_text(), &tokens);
    world.daemon.assert_no_surprise();
}

#[test]
fn after_a_crash_it_goes_on_with_what_was_kept() {
    let tokens = TokenServer::start(SUPPORT);
    tokens.book().rotates = true;
    let system = mail_system(&tokens, "xoauth2");
    let first = tokens.book().refresh_token.clone();
    let refresh_token_file = secret_file(&system, "refresh", &first);
    let mut world = World::on(system, Startup::UntilReady, |settings| {
        by_tokens(settings, &tokens, "refresh-token");
        set(
            settings,
            "oauth2.refresh_token_file",
            refresh_token_file.as_str(),
        );
        quick_retries(settings);
    });
    is_answered(&world, "before");
    world.daemon.kill();
    world.daemon.start_again();
    is_answered(&world, "after");
    assert_eq!(tokens.book().issued.len(), 2);
}

#[test]
fn a_revoked_token_is_replaced_once_for_both_servers() {
    let tokens = TokenServer::start(SUPPORT);
    // The standard's mechanism alone at IMAP.
    let system = mail_system(&tokens, "oauthbearer");
    let secret = secret_file(&system, "client", &tokens.book().client_secret);
    let world = World::on(system, Startup::UntilReady, |settings| {
        by_tokens(settings, &tokens, "client-credentials");
        set(settings, "oauth2.client_secret_file", secret.as_str());
        quick_retries(settings);
    });
    is_answered(&world, "before");
    assert_eq!(tokens.book().issued.len(), 1, "one token for both servers");
    tokens.book().revoke_all();
    for server in [Server::Imap, Server::Smtp] {
        world.system.restart_server_at_once(server);
    }
    is_answered(&world, "after");
    world
        .daemon
        .wait_for_log("the server refused the access token");
    assert_eq!(tokens.book().issued.len(), 2, "one more for both servers");
    assert_no_secret(&world.daemon.log_text(), &tokens);
}

#[test]
fn a_grant_that_is_taken_back_is_told_once_and_mended_by_a_login_while_the_daemon_runs() {
    let tokens = TokenServer::start(SUPPORT);
    {
        let mut book = tokens.book();
        book.life_seconds = 5;
        book.pending = 1;
    }
    let system = mail_system(&tokens, "xoauth2");
    let password = secret_file(&system, "smtp.password", &system.password(SUPPORT));
    let world = World::on(system, Startup::UntilReady, |settings| {
        by_tokens(settings, &tokens, "device-code");
        set(settings, "oauth2.device_url", tokens.url("device"));
        // Another way out stays.
        set(settings, "smtp.password_file", password.as_str());
        quick_retries(settings);
    });
    world.daemon.expect_errors("no access token");
    world.daemon.expect_errors("the admin is told");
    let config = desk(&world.system).join("handoffd.toml");

    // Nobody has allowed it yet.
    let mail = world
        .system
        .wait_for(ADMIN, "word of the missing login", |mail| {
            mail.says("handoffd login")
        });
    assert!(mail.says("nobody has allowed"), "{}", mail.subject);
    assert_eq!(status(&world)["failing"]["kind"], "login-needed");
    let (code, out, err) = run(&config, &["login"]);
    assert_eq!(code, 0, "{out}{err}");
    for words in ["WDJB-MJHT", "https://microsoft.com/devicelogin", "let user"] {
        assert!(out.contains(words), "{out}");
    }
    assert_no_secret(&(out + &err), &tokens);
    is_answered(&world, "first");
    assert_eq!(told(&world), 1);

    // It is taken back.
    tokens.book().refresh_token = "another".to_owned();
    wait("the second word to the admin", || {
        (told(&world) == 2).then_some(())
    });
    let failing = status(&world);
    assert_eq!(failing["state"], "failing", "{failing}");
    assert_eq!(failing["failing"]["kind"], "invalid_grant", "{failing}");
    assert_eq!(failing["failing"]["needs_a_person"], true, "{failing}");
    world.system.restart_server_at_once(Server::Imap);
    world.daemon.wait_for_log("no login of user");
    let before = tokens.book().asked.len();
    wait("another try", || {
        (tokens.book().asked.len() > before).then_some(())
    });
    assert_eq!(told(&world), 2, "told once");
    let customer = world.customer("second");
    customer.writes("Delivery", DELIVERY_QUESTION);

    // It is mended, and what came meanwhile is answered.
    let (code, out, err) = run(&config, &["login"]);
    assert_eq!(code, 0, "{out}{err}");
    customer.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));
    wait("all well", || {
        (status(&world)["state"] == "well").then_some(())
    });
    assert_eq!(told(&world), 2);
    let errors = world.daemon.log_text();
    let said = errors
        .lines()
        .filter(|line| line.contains("a person is needed"));
    assert_eq!(said.count(), 2, "each change once:\n{errors}");
    assert_no_secret(&errors, &tokens);
}

#[test]
fn a_token_server_that_is_away_for_a_while_costs_time_and_no_mail() {
    let tokens = TokenServer::start(SUPPORT);
    tokens.book().life_seconds = 5;
    let system = mail_system(&tokens, "xoauth2");
    let secret = secret_file(&system, "client", &tokens.book().client_secret);
    let world = World::on(system, Startup::UntilReady, |settings| {
        by_tokens(settings, &tokens, "client-credentials");
        set(settings, "oauth2.client_secret_file", secret.as_str());
        quick_retries(settings);
    });
    world.daemon.expect_errors("the admin is told");
    is_answered(&world, "before");
    tokens.book().answer = Answer::Cut;
    world
        .daemon
        .wait_for_log("no access token yet, trying again");
    let issued = tokens.book().issued.len();
    for server in [Server::Imap, Server::Smtp] {
        world.system.restart_server_at_once(server);
    }
    let customer = world.customer("during");
    customer.writes("Delivery", DELIVERY_QUESTION);
    world.daemon.wait_for_log("no login of user");
    let asked = tokens.book().asked.len();
    wait("another try", || {
        (tokens.book().asked.len() > asked).then_some(())
    });
    assert_eq!(tokens.book().issued.len(), issued);
    tokens.book().answer = Answer::Well;
    customer.receives("the answer", |mail| mail.says(DELIVERY_ANSWER));
    world.daemon.wait_for_log("there are access tokens again");
    assert_no_secret(&world.daemon.log_text(), &tokens);
}

#[test]
fn what_ends_soon_is_told_days_before_once() {
    let tokens = TokenServer::start(SUPPORT);
    let system = mail_system(&tokens, "xoauth2");
    let secret = secret_file(&system, "client", &tokens.book().client_secret);
    let day = jiff::Timestamp::now()
        .to_zoned(jiff::tz::TimeZone::UTC)
        .date();
    let day = day.checked_add(jiff::Span::new().days(10)).unwrap();
    let mut world = World::on(system, Startup::UntilReady, |settings| {
        by_tokens(settings, &tokens, "client-credentials");
        set(settings, "oauth2.client_secret_file", secret.as_str());
        set(settings, "oauth2.secret_expires", day.to_string());
        quick_retries(settings);
    });
    let is_warning = |mail: &super::mail_system::StoredMail| mail.subject.contains("ends soon");
    let mail = world.system.wait_for(ADMIN, "the warning", is_warning);
    assert!(mail.says("ends in 10 days"), "{}", mail.subject);
    assert_eq!(status(&world)["endings"][0]["days_left"], 10);
    world.daemon.wait_for_log("it ends soon");
    world.daemon.terminate();
    world.daemon.start_again();
    is_answered(&world, "ann");
    let warnings = world
        .system
        .mailbox(ADMIN)
        .into_iter()
        .filter(is_warning)
        .count();
    assert_eq!(warnings, 1);
}
