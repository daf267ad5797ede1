//! Who are we at the SMTP server? By password (PLAIN, LOGIN), or by a token (XOAUTH2, or OAUTHBEARER where only that is offered). A token
//! that is refused is replaced and tried once more, on a connection of its own. Reads hostile input: the server's replies.

use super::connection::{Failure, connected, in_time};
use super::failure::{Stage, Trouble};
use crate::config::withheld::{token_withheld, withheld};
use crate::config::{Login, Smtp};
use crate::mail::HeaderText;
use crate::oauth2::{AccessToken, AfterRefusal, Keeper, MailServer, Mechanism, Refuser};
use lettre::transport::smtp::authentication::{self, Credentials};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::Ehlo;
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::{Response, Severity};
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use std::time::Duration;

/// A connection that is logged in, where a login is wanted.
pub(super) async fn logged_in(settings: &Smtp) -> Result<AsyncSmtpConnection, Failure> {
    let Some((user, login)) = &settings.login else {
        return connected(settings).await;
    };
    match login {
        Login::Password(password) => {
            let mut dialogue = connected(settings).await?;
            let credentials = Credentials::new(user.clone(), password.expose_secret().to_owned());
            let mechanisms = [
                authentication::Mechanism::Plain,
                authentication::Mechanism::Login,
            ];
            in_time(
                settings.step_timeout,
                dialogue.auth(&mechanisms, &credentials),
            )
            .await
            .map_err(|trouble| {
                at_login(trouble.with_words(|words| withheld(words, user, password)))
            })?;
            Ok(dialogue)
        }
        Login::OAuth2(keeper) => by_token(settings, user, keeper).await,
    }
}

const fn at_login(trouble: Trouble) -> Failure {
    Failure {
        stage: Stage::Login,
        trouble,
    }
}

fn no_login(words: &str) -> Failure {
    at_login(Trouble::NoLogin {
        words: HeaderText::clean(words),
    })
}

async fn by_token(
    settings: &Smtp,
    user: &str,
    keeper: &Keeper,
) -> Result<AsyncSmtpConnection, Failure> {
    let mut is_second_try = false;
    loop {
        let token = keeper
            .token()
            .await
            .map_err(|error| no_login(&error.to_string()))?;
        let mut dialogue = connected(settings).await?;
        let refusal = match show_token(&mut dialogue, settings, user, &token).await {
            Ok(()) => {
                keeper.accepted(MailServer::Smtp).await;
                return Ok(dialogue);
            }
            Err(failure) => failure,
        };
        let words = match &refusal.trouble {
            // RFC 4954 section 6: these are about the credentials; 454 and its like are about the server.
            Trouble::Reply { code, words } if matches!(code, 534 | 535 | 538) => {
                format!("{code} {words}")
            }
            _ => return Err(refusal),
        };
        let _ = tokio::time::timeout(Duration::from_secs(2), dialogue.quit()).await;
        let by = Refuser {
            role: MailServer::Smtp,
            server: format!("{}:{}", settings.host, settings.port),
            user: user.to_owned(),
            answer: words,
        };
        let after = keeper.refused(&token, by).await;
        if is_second_try || after == AfterRefusal::GiveUp {
            return Err(refusal);
        }
        is_second_try = true;
    }
}

async fn show_token(
    dialogue: &mut AsyncSmtpConnection,
    settings: &Smtp,
    user: &str,
    token: &AccessToken,
) -> Result<(), Failure> {
    let limit = settings.step_timeout;
    let mechanism = mechanism(dialogue, limit).await?.ok_or_else(|| {
        no_login(
            "the server offers no login by token (AUTH XOAUTH2 or OAUTHBEARER): switch OAuth2 (\"authenticated SMTP\") on there, or set [smtp] \
             password_file",
        )
    })?;
    let message = mechanism.message(user, &settings.host, settings.port, token);
    let auth = Line(SecretString::from(format!(
        "AUTH {} {}",
        mechanism.name(),
        message.expose_secret()
    )));
    let without_token = |trouble: Trouble| {
        at_login(trouble.with_words(|words| token_withheld(words, token.expose(), &message)))
    };
    let mut reply = in_time(limit, dialogue.command(auth))
        .await
        .map_err(without_token)?;
    if reply.has_code(334) {
        // The server explains its refusal, and says no when it has been heard.
        let heard = Line(SecretString::from(mechanism.answer_to_refusal()));
        reply = in_time(limit, dialogue.command(heard))
            .await
            .map_err(without_token)?;
    }
    match reply.code().severity {
        Severity::PositiveCompletion => Ok(()),
        _ => Err(at_login(Trouble::Lost {
            words: HeaderText::clean(&format!("an unexpected reply {}", reply.code())),
        })),
    }
}

/// What the server offers for tokens.
async fn mechanism(
    dialogue: &mut AsyncSmtpConnection,
    limit: Duration,
) -> Result<Option<Mechanism>, Failure> {
    let server = dialogue.server_info();
    if server.supports_auth_mechanism(authentication::Mechanism::Xoauth2) {
        return Ok(Some(Mechanism::XOAuth2));
    }
    // lettre keeps of the offer only the mechanisms that it knows: the server is asked once more (RFC 5321 section 4.1.4 allows it).
    let reply = in_time(limit, dialogue.command(Ehlo::new(ClientId::default())))
        .await
        .map_err(at_login)?;
    Ok(offered(&reply))
}

fn offered(reply: &Response) -> Option<Mechanism> {
    let mut lines = reply.message();
    let auth = lines.find_map(|line| {
        let (keyword, names) = line.split_once([' ', '='])?;
        keyword.eq_ignore_ascii_case("AUTH").then_some(names)
    })?;
    Mechanism::among(auth.split_whitespace())
}

/// A line of a login: never logged.
struct Line(SecretString);

impl fmt::Display for Line {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}\r\n", self.0.expose_secret())
    }
}
