//! What is said at SMTP, word by word: a server that explains its no in a challenge, and one that offers the standard's mechanism alone.

use super::keeping::{account, client_credentials, keeper};
use super::token_server::TokenServer;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use handoffd::config::{Login, Smtp, Tls};
use handoffd::outbox;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Offers these mechanisms and refuses the first so many tokens, with a challenge first. What it heard, line by line.
fn server(mechanisms: &'static str, refusals: usize) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let lines = Arc::clone(&heard);
    std::thread::spawn(move || {
        let mut left = refusals;
        for stream in listener.incoming().flatten() {
            let _ = serve(stream, mechanisms, &mut left, &lines);
        }
    });
    (port, heard)
}

fn serve(
    mut stream: TcpStream,
    mechanisms: &str,
    refusals: &mut usize,
    heard: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    stream.write_all(b"220 here\r\n")?;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let line = line.trim_end_matches(['\r', '\n']).to_owned();
        heard.lock().unwrap().push(line.clone());
        let reply = match line.split(' ').next().unwrap_or_default() {
            "EHLO" => format!("250-here\r\n250 AUTH {mechanisms}\r\n"),
            "AUTH" if *refusals > 0 => {
                format!("334 {}\r\n", STANDARD.encode("{\"status\":\"400\"}"))
            }
            "AUTH" => "235 in\r\n".to_owned(),
            "QUIT" => "221 bye\r\n".to_owned(),
            // The answer to the challenge.
            _ => {
                *refusals -= 1;
                "535 5.7.8 not you\r\n".to_owned()
            }
        };
        stream.write_all(reply.as_bytes())?;
    }
}

fn smtp(port: u16, login: Login) -> Smtp {
    Smtp {
        host: "127.0.0.1".to_owned(),
        port,
        tls: Tls::None,
        ca_file: None,
        login: Some(("support@shop.example".to_owned(), login)),
        step_timeout: Duration::from_secs(10),
        retry_first_delay: Duration::from_secs(1),
        retry_longest_delay: Duration::from_secs(1),
        retry_give_up_after: Duration::from_secs(60),
        tell_staff_after: Duration::from_secs(14_400),
        copy_to_self: false,
        copy_wait: Duration::from_secs(1),
    }
}

async fn log_in(mechanisms: &'static str, refusals: usize) -> (Result<(), String>, Vec<String>) {
    let tokens = TokenServer::start("u");
    let folder = tempfile::tempdir().unwrap();
    let secret = tokens.book().client_secret.clone();
    let keeper = keeper(account(&tokens, client_credentials(&secret)), folder.path());
    let (port, heard) = server(mechanisms, refusals);
    let result = outbox::log_in(&smtp(port, Login::OAuth2(keeper))).await;
    let heard = heard.lock().unwrap().clone();
    (result, heard)
}

fn messages(heard: &[String], mechanism: &str) -> Vec<String> {
    let start = format!("AUTH {mechanism} ");
    let messages = heard.iter().filter_map(|line| line.strip_prefix(&start));
    messages
        .map(|message| String::from_utf8(STANDARD.decode(message).unwrap()).unwrap())
        .collect()
}

#[tokio::test]
async fn a_no_behind_a_challenge_is_heard_and_another_token_is_tried() {
    let (result, heard) = log_in("PLAIN XOAUTH2", 1).await;
    assert_eq!(result, Ok(()));
    let said = messages(&heard, "XOAUTH2");
    assert_eq!(said.len(), 2, "{heard:?}");
    assert_eq!(
        said[0],
        "user=support@shop.example\u{1}auth=Bearer planted-access.0-~+/==\u{1}\u{1}"
    );
    assert_ne!(said[0], said[1]);
    assert!(
        heard.contains(&String::new()),
        "an empty answer to the challenge"
    );
}

#[tokio::test]
async fn a_server_that_never_takes_one_is_asked_twice() {
    let (result, heard) = log_in("XOAUTH2", 100).await;
    let error = result.unwrap_err();
    assert!(
        error.contains("535") && error.contains("handoffd login"),
        "{error}"
    );
    assert!(!error.contains("planted"), "{error}");
    assert_eq!(messages(&heard, "XOAUTH2").len(), 2);
}

#[tokio::test]
async fn the_standards_mechanism_is_used_where_it_is_the_only_one() {
    let (result, heard) = log_in("PLAIN OAUTHBEARER", 1).await;
    assert_eq!(result, Ok(()), "{heard:?}");
    let said = messages(&heard, "OAUTHBEARER");
    assert!(
        said[0].starts_with("n,a=support@shop.example,\u{1}host=127.0.0.1\u{1}port="),
        "{said:?}"
    );
    assert!(heard.contains(&"AQ==".to_owned()), "{heard:?}");
}

#[tokio::test]
async fn passwords_are_not_offered_where_tokens_are_set() {
    let (result, heard) = log_in("PLAIN LOGIN", 0).await;
    assert!(result.unwrap_err().contains("offers no login by token"));
    assert!(
        !heard.iter().any(|line| line.starts_with("AUTH")),
        "{heard:?}"
    );
}
