//! Who are we? By password (LOGIN), or by a token (AUTHENTICATE with XOAUTH2 or OAUTHBEARER, by what the server offers). A token that is
//! refused is replaced and tried once more, on a connection of its own.

use super::connection::TimeLimits;
use super::dialogue::{Answer, Dialogue};
use super::error::{InboxError, Peer, one_line};
use super::folder_name::quoted;
use super::guarded::Bound;
use super::transport::{self, Greeting};
use crate::config::{Inbox, Login, withheld};
use crate::oauth2::{AccessToken, AfterRefusal, Keeper, MailServer, Mechanism, Refuser};
use imap_proto::{Capability, Response};
use secrecy::{ExposeSecret, SecretString};

/// A connection that is logged in.
pub(super) async fn logged_in(
    settings: &Inbox,
    limits: TimeLimits,
) -> Result<Dialogue, InboxError> {
    match &settings.login {
        Login::Password(password) => {
            let mut dialogue = greeted(settings, limits).await?;
            by_password(&mut dialogue, &settings.user, password, limits).await?;
            Ok(dialogue)
        }
        Login::OAuth2(keeper) => by_token(settings, keeper, limits).await,
    }
}

async fn greeted(settings: &Inbox, limits: TimeLimits) -> Result<Dialogue, InboxError> {
    let peer = Peer::of(settings);
    let (wire, greeting) = transport::connect(settings, &peer, &limits).await?;
    let mut dialogue = Dialogue::new(wire, peer);
    if greeting == Greeting::Due {
        dialogue.greeting(limits.command).await?;
    }
    Ok(dialogue)
}

async fn by_password(
    dialogue: &mut Dialogue,
    user: &str,
    password: &SecretString,
    limits: TimeLimits,
) -> Result<(), InboxError> {
    let command = SecretString::from(format!(
        "LOGIN {} {}",
        quoted(user),
        quoted(password.expose_secret())
    ));
    let answer = dialogue
        .run(
            "LOGIN",
            command.expose_secret(),
            limits.command,
            Bound::SMALL,
            &mut |_| {},
        )
        .await;
    let refused = |answer: &str| InboxError::LoginRefused {
        server: dialogue.peer.server.clone(),
        user: dialogue.peer.user.clone(),
        answer: one_line(answer),
    };
    let answer = match answer {
        // A server that hangs up may say why in the words that it got.
        Err(error) if withheld::repeats(&error.to_string(), user, password) => {
            let words = error.to_string();
            return Err(refused(&withheld::withheld(&words, user, password)));
        }
        other => other?,
    };
    let words = withheld::withheld(&answer.text, user, password);
    match verdict(&answer) {
        Verdict::In => Ok(()),
        Verdict::ServerInTrouble => Err(dialogue.peer.refused("LOGIN", &words)),
        Verdict::NotYou => Err(refused(&words)),
    }
}

async fn by_token(
    settings: &Inbox,
    keeper: &Keeper,
    limits: TimeLimits,
) -> Result<Dialogue, InboxError> {
    let peer = Peer::of(settings);
    let mut is_second_try = false;
    loop {
        // Before the connection: a slow token server must not hold one open that nobody speaks on.
        let token = keeper.token().await.map_err(|reason| InboxError::NoToken {
            server: peer.server.clone(),
            user: peer.user.clone(),
            reason: Box::new(reason),
        })?;
        let mut dialogue = greeted(settings, limits).await?;
        let answer = show_token(&mut dialogue, settings, &token, limits).await?;
        match verdict(&answer) {
            Verdict::In => {
                keeper.accepted(MailServer::Imap).await;
                return Ok(dialogue);
            }
            Verdict::ServerInTrouble => {
                return Err(dialogue.peer.refused("AUTHENTICATE", &answer.text));
            }
            Verdict::NotYou => {}
        }
        dialogue.log_out(limits.close).await;
        let by = Refuser {
            role: MailServer::Imap,
            server: peer.server.clone(),
            user: peer.user.clone(),
            answer: one_line(&answer.text),
        };
        let after = keeper.refused(&token, by).await;
        if is_second_try || after == AfterRefusal::GiveUp {
            return Err(InboxError::TokenRefused {
                server: peer.server,
                user: peer.user,
                answer: one_line(&answer.text),
            });
        }
        is_second_try = true;
    }
}

async fn show_token(
    dialogue: &mut Dialogue,
    settings: &Inbox,
    token: &AccessToken,
    limits: TimeLimits,
) -> Result<Answer, InboxError> {
    let mut offered: Vec<String> = Vec::new();
    let mut takes_message_at_once = false;
    dialogue
        .run_ok(
            "CAPABILITY",
            "CAPABILITY",
            limits.command,
            Bound::SMALL,
            &mut |response| {
                let Response::Capabilities(capabilities) = response else {
                    return;
                };
                for capability in capabilities {
                    match capability {
                        Capability::Auth(name) => offered.push(name.to_string()),
                        Capability::Atom(atom) => {
                            takes_message_at_once |= atom.eq_ignore_ascii_case("SASL-IR");
                        }
                        Capability::Imap4rev1 => {}
                    }
                }
            },
        )
        .await?;
    let mechanism = Mechanism::among(offered.iter().map(String::as_str)).ok_or_else(|| {
        InboxError::NoTokenLogin {
            server: dialogue.peer.server.clone(),
        }
    })?;
    let message = mechanism.message(&settings.user, &settings.host, settings.port, token);
    let mut answer = dialogue
        .authenticate(mechanism, &message, takes_message_at_once, limits.command)
        .await?;
    answer.text = withheld::token_withheld(&answer.text, token.expose(), &message);
    Ok(answer)
}

/// What an answer to a login means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    In,
    /// RFC 5530: these say that the server is in trouble, not that password or token are wrong.
    ServerInTrouble,
    NotYou,
}

fn verdict(answer: &Answer) -> Verdict {
    let upper = answer.text.to_ascii_uppercase();
    let passing = ["[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]"]
        .iter()
        .any(|code| upper.contains(code));
    match (answer.is_ok(), passing) {
        (true, _) => Verdict::In,
        (false, true) => Verdict::ServerInTrouble,
        (false, false) => Verdict::NotYou,
    }
}
