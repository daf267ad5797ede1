//! Token servers that misbehave: bounded in time and size, named with what to do, and no secret comes back by their words.

use super::keeping::{account, client_credentials, keeper};
use super::token_server::{Answer, TokenServer};
use handoffd::oauth2::{Endpoint, Keeper, TokenError};
use std::time::{Duration, Instant};

async fn error_of(answer: Answer) -> TokenError {
    let tokens = TokenServer::start("u");
    tokens.book().answer = answer;
    let folder = tempfile::tempdir().unwrap();
    let keeper = keeper(
        account(&tokens, client_credentials("planted-client-secret")),
        folder.path(),
    );
    let began = Instant::now();
    let error = keeper.token().await.unwrap_err();
    assert!(began.elapsed() < Duration::from_secs(10), "{error}");
    let all = format!("{error} {error:?} {keeper:?} {:?}", keeper.account());
    assert!(!all.contains("planted"), "{all}");
    assert!(!all.contains(['\u{1b}', '\n']), "{all}");
    assert!(all.len() < 4000, "{} bytes of words", all.len());
    error
}

fn http(head: &str, body: &str) -> Answer {
    let length = body.len();
    Answer::Raw(format!("HTTP/1.1 {head}\r\nContent-Length: {length}\r\n\r\n{body}").into_bytes())
}

#[tokio::test]
async fn whatever_comes_is_a_bounded_error_with_its_reason() {
    let huge = format!("{{\"access_token\": \"{}\"}}", "a".repeat(1_000_000));
    let many_heads = format!("200 OK\r\n{}", "X: y\r\n".repeat(50_000));
    for (answer, words) in [
        (http("200 OK", &huge), "cannot be read"),
        (Answer::Endless, "cannot be read"),
        (http(&many_heads, "{}"), "usable answer"),
        (Answer::Silence, "nothing came within 2 s"),
        (Answer::Cut, "usable answer"),
        (
            Answer::Raw(b"\x1b[2J\x00\xff junk\r\n\r\n".to_vec()),
            "usable answer",
        ),
        (
            Answer::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"acc".to_vec()),
            "usable answer",
        ),
        (
            http("302 Found\r\nLocation: http://evil.example/", ""),
            "(302), which is not followed",
        ),
        (
            http("307 Again\r\nLocation: /token", ""),
            "(307), which is not followed",
        ),
        (
            http("200 OK", "<html>please log in</html>"),
            "no JSON object",
        ),
        (http("200 OK", "[]"), "no JSON object"),
        (http("200 OK", "{}"), "no access_token"),
        (http("200 OK", &"[".repeat(60_000)), "no JSON object"),
        (http("200 OK", r#"{"access_token": 7}"#), "no access_token"),
        (
            http(
                "200 OK",
                r#"{"access_token": "a\u0001auth=Bearer b", "token_type": "Bearer"}"#,
            ),
            "cannot be one",
        ),
        (
            http("200 OK", r#"{"access_token": "a\r\nA1 DELETE INBOX"}"#),
            "cannot be one",
        ),
        (
            http("200 OK", r#"{"access_token": "a", "token_type": "mac"}"#),
            "no bearer token",
        ),
        (
            http("200 OK", r#"{"access_token": "a", "expires_in": 0}"#),
            "has ended already",
        ),
        (
            http(
                "200 OK",
                r#"{"access_token": "a", "expires_in": -99999999999999999}"#,
            ),
            "has ended already",
        ),
        (http("500 Oh", "oh"), "status 500"),
        (http("204 Nothing", ""), "usable answer"),
    ] {
        let error = error_of(answer).await;
        assert!(error.to_string().contains(words), "{words}: {error}");
        assert!(!error.needs_a_person(), "{error}");
    }
}

#[tokio::test]
async fn a_no_says_what_to_do_and_gives_no_secret_back() {
    for (code, words, remedy) in [
        (
            "invalid_grant",
            "",
            "client_id, client_secret_file and scope",
        ),
        (
            "invalid_client",
            "AADSTS7000222: The provided client secret keys for app are expired.",
            "the client secret has ended",
        ),
        (
            "invalid_client",
            "AADSTS7000215: wrong: planted-client-secret",
            "is wrong",
        ),
        (
            "unauthorized_client",
            "AADSTS700016: x",
            "no such application",
        ),
        (
            "planted-client-secret",
            "planted-client-secret",
            "docs/oauth2.md",
        ),
        (
            "invalid_scope",
            "\u{1b}[2Jclear\r\nnew line \u{202e}",
            "[oauth2] scope",
        ),
        ("weird \u{1b}[0m\n code", "", "docs/oauth2.md"),
    ] {
        let error = error_of(Answer::Refuse(code, words.to_owned())).await;
        assert!(error.to_string().contains(remedy), "{remedy}: {error}");
        assert!(error.needs_a_person());
    }
    let long = error_of(Answer::Refuse("invalid_request", "so ".repeat(20_000))).await;
    assert!(long.to_string().len() < 1000);
    let passing = error_of(Answer::Refuse("temporarily_unavailable", String::new())).await;
    assert!(!passing.needs_a_person());
}

#[tokio::test]
async fn nobody_there_is_said_so() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let tokens = TokenServer::start("u");
    let folder = tempfile::tempdir().unwrap();
    let mut account = account(&tokens, client_credentials("s"));
    account.token_url = Endpoint::parse(&format!("http://127.0.0.1:{port}/token")).unwrap();
    let keeper = Keeper::new(account, folder.path().join("store.oauth2"));
    let error = keeper.token().await.unwrap_err();
    assert!(matches!(error, TokenError::Unreachable { .. }), "{error}");
}
