//! What does a token server mean by its no, and what is to be done? RFC 6749 section 5.2, and the numbers that Microsoft puts into its words.
//! Pure. Reads hostile input: the server's words.

use super::account::{Account, Flow, Provider};
use super::error::{Passes, TokenError, one_line};
use secrecy::{ExposeSecret, SecretString};

/// The longest words of a server that are passed on.
const DESCRIPTION_MAX_CHARS: usize = 300;

/// What the server said.
pub(super) struct Said<'a> {
    pub(super) error: &'a str,
    pub(super) description: &'a str,
}

/// The refusal in words. `secrets` are taken out of the server's.
pub(super) fn refused(
    account: &Account,
    server: String,
    said: &Said<'_>,
    secrets: &[&SecretString],
) -> TokenError {
    let mut description = said.description.to_owned();
    for secret in secrets {
        let secret = secret.expose_secret();
        if !secret.is_empty() {
            description = description.replace(secret, "[secret]");
        }
    }
    let error: String = (said.error.chars())
        .filter(|c| c.is_ascii_alphanumeric() || "_-.".contains(*c))
        .take(60)
        .collect();
    let passes = match error.as_str() {
        "temporarily_unavailable" | "server_error" | "slow_down" => Passes::ByItself,
        _ => Passes::NotWithoutAPerson,
    };
    // A server that calls a secret its error code gets no more of it repeated than of its words.
    let error = match secrets
        .iter()
        .any(|secret| said.error.contains(secret.expose_secret()))
    {
        true => "[secret]".to_owned(),
        false => error,
    };
    let remedy = remedy(account, &error, &description);
    let description = one_line(&description, DESCRIPTION_MAX_CHARS);
    TokenError::Refused {
        server,
        error,
        description: match description.is_empty() {
            true => description,
            false => format!(" ({description})"),
        },
        remedy,
        passes,
    }
}

/// Microsoft's numbers that tell more than the code does.
const MICROSOFT: [(&str, &str); 12] = [
    (
        "AADSTS7000222",
        "the client secret has ended: make a new one (Entra admin center, App registrations, Certificates & secrets), write its *value* into client_secret_file and its end into secret_expires",
    ),
    (
        "AADSTS7000215",
        "the client secret is wrong: client_secret_file must hold the *value* of the secret, not its ID",
    ),
    (
        "AADSTS700016",
        "there is no such application in this tenant: check client_id and tenant",
    ),
    ("AADSTS90002", "there is no such tenant: check tenant"),
    ("AADSTS900023", "there is no such tenant: check tenant"),
    (
        "AADSTS7000218",
        "the application is not a public client: switch on \"Allow public client flows\" (App registrations, Authentication), or give client_secret_file",
    ),
    (
        "AADSTS65001",
        "nobody has given consent: grant admin consent (App registrations, API permissions), or run `handoffd login`",
    ),
    (
        "AADSTS70011",
        "the scope is not known: remove the line scope, or correct it",
    ),
    (
        "AADSTS700082",
        "the grant was not used for too long and has ended: run `handoffd login`",
    ),
    (
        "AADSTS50173",
        "the grant ended with a change of the password: run `handoffd login`",
    ),
    (
        "AADSTS50076",
        "Microsoft wants a second factor again: run `handoffd login`",
    ),
    (
        "AADSTS53003",
        "a conditional access policy of the tenant forbids it: let its admin make an exception for this application",
    ),
];

fn remedy(account: &Account, error: &str, description: &str) -> String {
    if account.provider == Provider::Microsoft {
        // The longest number first: some are the beginning of others.
        let known = MICROSOFT.iter().find(|(number, _)| {
            description
                .split(|c: char| !c.is_ascii_alphanumeric())
                .any(|word| word == *number)
        });
        if let Some((_, remedy)) = known {
            return (*remedy).to_owned();
        }
    }
    match error {
        "invalid_client" | "unauthorized_client" => match &account.flow {
            Flow::ServiceAccount(service) => format!(
                "let an admin of the domain allow client {} the scope {} (Google Admin, Security, API controls, Domain-wide delegation)",
                service.email, account.scope
            ),
            _ => "check [oauth2] client_id and client_secret_file; a client secret may have ended: make a new one at the provider".to_owned(),
        },
        "invalid_grant" => match &account.flow {
            Flow::DeviceCode { .. } => "what was allowed was taken back, or has ended (password changed, not used for too long): run `handoffd login`".to_owned(),
            Flow::RefreshToken { .. } => "the refresh token was taken back, or has ended (password changed, not used for too long, a Google project in \"Testing\"): get a new one at the provider and write it into refresh_token_file".to_owned(),
            Flow::ServiceAccount(service) => format!(
                "the key of {} was removed, the mailbox {} does not exist, or this machine's clock is wrong: check all three, and make a new key if need be",
                service.email, service.subject
            ),
            Flow::ClientCredentials { .. } => "check [oauth2] client_id, client_secret_file and scope".to_owned(),
        },
        "invalid_scope" => "check [oauth2] scope, or remove it to get the usual one".to_owned(),
        "unsupported_grant_type" => format!("this server does not know flow = \"{}\": check token_url and flow", account.flow),
        "access_denied" => "somebody said no in the browser: run `handoffd login` again, and allow it".to_owned(),
        "expired_token" => "nobody typed the code in time: run `handoffd login` again".to_owned(),
        "temporarily_unavailable" | "server_error" | "slow_down" => "it is asked again".to_owned(),
        _ => "check the section [oauth2] against docs/oauth2.md, then run `handoffd login`".to_owned(),
    }
}
