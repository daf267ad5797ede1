//! `handoffd login` and `check --online`, on real servers: what works is said step by step, what does not with what to do.

use super::mail_system::{Desk, set};
use super::stories::{assert_no_secret, by_tokens, mail_system, run, secret_file};
use super::token_server::TokenServer;
use super::world::SUPPORT;
use ring::signature::RsaKeyPair;
use serde_json::json;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;

const KEY: &str = include_str!("throw-away-key.pem");

#[test]
fn a_service_account_signs_its_way_in() {
    let tokens = TokenServer::start(SUPPORT);
    let der = PrivatePkcs8KeyDer::from_pem_slice(KEY.as_bytes()).unwrap();
    let pair = RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).unwrap();
    tokens.book().public_key = pair.public().as_ref().to_vec();
    let system = mail_system(&tokens, "xoauth2");
    let key = json!({"type": "service_account", "client_email": "desk@project.example", "private_key_id": "1", "private_key": KEY});
    let file = secret_file(&system, "key.json", &key.to_string());
    let desk = Desk::set_up(&system, SUPPORT, |settings| {
        by_tokens(settings, &tokens, "service-account");
        set(settings, "oauth2.service_account_file", file.as_str());
        set(settings, "oauth2.scope", "https://mail.google.com/");
    });
    let (code, out, err) = run(&desk.config, &["login"]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(
        out.contains("service-account") && out.contains("folder INBOX opens"),
        "{out}"
    );
    let (code, out, err) = run(&desk.config, &["check", "--online"]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.contains("inbox by token, smtp by token"), "{out}");
    assert!(out.contains("both let us in"), "{out}");
    // Another mailbox than the one it may act for.
    tokens.book().user = "other@lindenhof-tea.example".to_owned();
    let (code, _, err) = run(&desk.config, &["login"]);
    assert_eq!(code, 3);
    assert!(
        err.contains("invalid_grant") && err.contains(SUPPORT),
        "{err}"
    );
    assert!(!err.contains("PRIVATE"), "{err}");
}

#[test]
fn a_wrong_client_secret_is_said_in_plain_words_without_it() {
    let tokens = TokenServer::start(SUPPORT);
    let system = mail_system(&tokens, "xoauth2");
    let file = secret_file(&system, "client", "planted-wrong-secret");
    let desk = Desk::set_up(&system, SUPPORT, |settings| {
        by_tokens(settings, &tokens, "client-credentials");
        set(settings, "oauth2.client_secret_file", file.as_str());
    });
    for verb in [&["login"][..], &["check", "--online"][..]] {
        let (code, out, err) = run(&desk.config, verb);
        assert_eq!(code, 3, "{out}{err}");
        assert!(
            err.contains("invalid_client") && err.contains("client_secret_file"),
            "{err}"
        );
        assert!(!(out + &err).contains("planted"));
    }
}

#[test]
fn a_mailbox_that_takes_no_token_is_told_from_a_token_server_that_gives_none() {
    let tokens = TokenServer::start("somebody@else.example");
    let system = mail_system(&tokens, "xoauth2");
    let file = secret_file(&system, "client", &tokens.book().client_secret);
    let desk = Desk::set_up(&system, SUPPORT, |settings| {
        by_tokens(settings, &tokens, "client-credentials");
        set(settings, "oauth2.client_secret_file", file.as_str());
    });
    let (code, out, err) = run(&desk.config, &["login"]);
    assert_eq!(code, 3, "{out}{err}");
    assert!(out.contains("good until"), "{out}");
    assert!(err.contains("refused the access token of user"), "{err}");
    assert!(
        err.contains("the SMTP server") && err.contains("535"),
        "{err}"
    );
    assert_no_secret(&(out + &err), &tokens);
}

#[test]
fn a_server_that_knows_no_tokens_is_named() {
    let tokens = TokenServer::start(SUPPORT);
    let system = super::world::mail_system();
    let file = secret_file(&system, "client", &tokens.book().client_secret);
    let desk = Desk::set_up(&system, SUPPORT, |settings| {
        by_tokens(settings, &tokens, "client-credentials");
        set(settings, "oauth2.client_secret_file", file.as_str());
    });
    let (code, out, err) = run(&desk.config, &["login"]);
    assert_eq!(code, 3, "{out}{err}");
    assert!(
        err.contains("offers no login by token (AUTH=XOAUTH2"),
        "{err}"
    );
    assert!(
        err.contains("offers no login by token (AUTH XOAUTH2"),
        "{err}"
    );
}

#[test]
fn without_oauth2_there_is_nothing_to_walk_through() {
    let system = super::world::mail_system();
    let desk = Desk::set_up(&system, SUPPORT, |_| {});
    let (code, _, err) = run(&desk.config, &["login"]);
    assert_eq!(code, 2);
    assert!(err.contains("no section [oauth2]"), "{err}");
}
