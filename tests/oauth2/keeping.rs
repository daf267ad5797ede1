//! What the keeper of tokens promises, without mail servers: one refresh for all who wait, growing rests, another account's grant is never sent.

use super::token_server::{Answer, TokenServer};
use handoffd::oauth2::{
    Account, AfterRefusal, Client, DeviceLogin, Endpoint, Flow, Keeper, MailServer, Provider,
    Refuser, TokenError,
};
use std::path::Path;
use std::time::Duration;

pub fn account(tokens: &TokenServer, flow: Flow) -> Account {
    Account {
        provider: Provider::Microsoft,
        token_url: Endpoint::parse(&tokens.url("token")).unwrap(),
        flow,
        scope: "scope".to_owned(),
        ca_file: None,
        secret_expires: None,
    }
}

pub fn client_credentials(secret: &str) -> Flow {
    Flow::ClientCredentials {
        client_id: "me".to_owned(),
        client_secret: secret.to_owned().into(),
    }
}

fn device_code(tokens: &TokenServer, id: &str) -> Flow {
    Flow::DeviceCode {
        client: Client {
            id: id.to_owned(),
            secret: None,
        },
        device_url: Endpoint::parse(&tokens.url("device")).unwrap(),
    }
}

pub fn keeper(account: Account, folder: &Path) -> Keeper {
    let patience = Duration::from_secs(2);
    Keeper::with_patience(account, folder.join("store.oauth2"), patience)
}

fn refuser() -> Refuser {
    Refuser {
        role: MailServer::Imap,
        server: "imap:993".to_owned(),
        user: "support".to_owned(),
        answer: "no".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_who_wait_make_one_refresh() {
    let tokens = TokenServer::start("u");
    let folder = tempfile::tempdir().unwrap();
    let secret = tokens.book().client_secret.clone();
    let keeper = keeper(account(&tokens, client_credentials(&secret)), folder.path());
    let waiting: Vec<_> = (0..100)
        .map(|_| {
            let keeper = keeper.clone();
            tokio::spawn(async move { keeper.token().await.map(|token| token.ends()) })
        })
        .collect();
    for one in waiting {
        one.await.unwrap().unwrap();
    }
    assert_eq!(tokens.book().asked.len(), 1);
}

#[tokio::test]
async fn a_server_that_fails_is_left_alone_for_a_while() {
    let tokens = TokenServer::start("u");
    tokens.book().answer = Answer::Cut;
    let folder = tempfile::tempdir().unwrap();
    let keeper = keeper(account(&tokens, client_credentials("s")), folder.path());
    for _ in 0..50 {
        assert!(keeper.token().await.is_err());
    }
    assert_eq!(tokens.book().asked.len(), 1);
}

#[tokio::test]
async fn a_mail_server_that_takes_no_token_brings_no_storm() {
    let tokens = TokenServer::start("u");
    let folder = tempfile::tempdir().unwrap();
    let secret = tokens.book().client_secret.clone();
    let keeper = keeper(account(&tokens, client_credentials(&secret)), folder.path());
    let mut tries = 0;
    for _ in 0..50 {
        let token = keeper.token().await.unwrap();
        if keeper.refused(&token, refuser()).await == AfterRefusal::TryAnother {
            tries += 1;
        }
    }
    assert_eq!((tries, tokens.book().asked.len()), (1, 2));
    let health = keeper.health().borrow().clone();
    let failing = health.failing.unwrap();
    assert!(matches!(failing.last, TokenError::NotTaken { .. }));
    keeper.accepted(MailServer::Imap).await;
    assert!(keeper.health().borrow().failing.is_none());
}

#[tokio::test]
async fn who_comes_too_late_with_an_old_token_gets_the_new_one() {
    let tokens = TokenServer::start("u");
    let folder = tempfile::tempdir().unwrap();
    let secret = tokens.book().client_secret.clone();
    let keeper = keeper(account(&tokens, client_credentials(&secret)), folder.path());
    let old = keeper.token().await.unwrap();
    let _ = keeper.refused(&old, refuser()).await;
    let _ = keeper.token().await.unwrap();
    let by = Refuser {
        role: MailServer::Smtp,
        ..refuser()
    };
    assert_eq!(keeper.refused(&old, by).await, AfterRefusal::TryAnother);
    let _ = keeper.token().await.unwrap();
    assert_eq!(tokens.book().asked.len(), 2);
}

#[tokio::test]
async fn a_device_waits_as_it_is_told_and_its_grant_is_for_its_account_alone() {
    let tokens = TokenServer::start("u");
    {
        let mut book = tokens.book();
        book.pending = 1;
        book.slow_downs = 1;
        book.rotates = true;
    }
    let folder = tempfile::tempdir().unwrap();
    let ours = keeper(account(&tokens, device_code(&tokens, "me")), folder.path());
    let none = ours.token().await.unwrap_err();
    assert!(none.to_string().contains("handoffd login"), "{none}");
    let began = std::time::Instant::now();
    let login = DeviceLogin::begin(&ours).await.unwrap().unwrap();
    login.wait().await.unwrap();
    assert!(
        began.elapsed() >= Duration::from_secs(1 + 6 + 6),
        "slow_down holds from then on"
    );
    let again = keeper(account(&tokens, device_code(&tokens, "me")), folder.path());
    assert!(again.token().await.is_ok());
    let other = keeper(
        account(&tokens, device_code(&tokens, "another")),
        folder.path(),
    );
    let asked = tokens.book().asked.len();
    assert!(matches!(
        other.token().await,
        Err(TokenError::LoginNeeded { .. })
    ));
    assert_eq!(
        tokens.book().asked.len(),
        asked,
        "no grant is sent in another's name"
    );
}

#[tokio::test]
async fn a_person_who_says_no_ends_the_wait() {
    let tokens = TokenServer::start("u");
    let folder = tempfile::tempdir().unwrap();
    let keeper = keeper(account(&tokens, device_code(&tokens, "me")), folder.path());
    let login = DeviceLogin::begin(&keeper).await.unwrap().unwrap();
    tokens.book().answer = Answer::Refuse("access_denied", "no".to_owned());
    let error = login.wait().await.unwrap_err();
    assert!(error.to_string().contains("somebody said no"), "{error}");
}

#[tokio::test]
async fn a_damaged_file_is_named_and_nothing_of_it_is_quoted() {
    let tokens = TokenServer::start("u");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.oauth2");
    std::fs::write(&path, "{\"refresh_token\": \"planted-in-file").unwrap();
    let keeper = keeper(account(&tokens, device_code(&tokens, "me")), folder.path());
    let error = keeper.token().await.unwrap_err();
    assert!(error.to_string().contains("store.oauth2"), "{error}");
    assert!(!format!("{error}{error:?}").contains("planted"));
}

#[tokio::test]
async fn a_grant_whose_end_is_stated_and_not_renewed_gives_warning() {
    let tokens = TokenServer::start("u");
    tokens.book().refresh_token_life_seconds = Some(7 * 86_400);
    let folder = tempfile::tempdir().unwrap();
    let flow = Flow::RefreshToken {
        client: Client {
            id: "me".to_owned(),
            secret: None,
        },
        refresh_token: tokens.book().refresh_token.clone().into(),
    };
    let first = keeper(account(&tokens, flow.clone()), folder.path());
    first.token().await.unwrap();
    assert!(first.health().borrow().endings.is_empty());
    // Five days later, as the file would have it.
    let path = folder.path().join("store.oauth2");
    let mut kept: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let earlier = |name: &str| {
        let moment: jiff::Timestamp = kept[name].as_str().unwrap().parse().unwrap();
        let earlier = moment - jiff::SignedDuration::from_hours(5 * 24);
        earlier.to_string()
    };
    let (since, ends) = (
        earlier("refresh_token_since"),
        earlier("refresh_token_ends"),
    );
    kept["refresh_token_since"] = since.into();
    kept["refresh_token_ends"] = ends.into();
    std::fs::write(&path, kept.to_string()).unwrap();
    tokens.book().refresh_token_life_seconds = Some(2 * 86_400);
    let later = keeper(account(&tokens, flow), folder.path());
    later.token().await.unwrap();
    let endings = later.health().borrow().endings.clone();
    assert_eq!(endings.len(), 1, "{endings:?}");
    assert!((1..=2).contains(&endings[0].days_left(jiff::Timestamp::now())));
}
