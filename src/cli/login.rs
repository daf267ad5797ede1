//! `handoffd login`: walks an admin through the way to an access token, step by step, and says in plain words where it ends and what to do.
//! Prints a token server's code and address, made safe for a terminal; never a secret.

use super::{Common, Failure, printable};
use crate::config::{Configuration, Settings};
use crate::inbox::Connection;
use crate::oauth2::{DeviceLogin, Flow, Keeper, Shown};
use crate::{clock, outbox};
use serde_json::json;

/// Its arguments.
#[derive(clap::Args, Debug)]
pub(super) struct Arguments {
    /// Ask a person again, even where a grant is kept that still works (device-code)
    #[arg(long)]
    again: bool,
}

pub(super) fn run(common: &Common, arguments: &Arguments) -> Result<(), Failure> {
    let (_, settings) = common.one_of(Configuration::load(&common.config))?;
    let Some(keeper) = settings.token_keeper() else {
        return Err(Failure::Usage(
            "no server is logged in to with a token: there is no section [oauth2] in the settings. For Microsoft 365 and Google Workspace add it \
             (docs/oauth2.md); a server with passwords is tried with `handoffd check --online`"
                .to_owned(),
        ));
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Unreachable(format!("starting the runtime: {error}")))?;
    let speaker = Speaker {
        as_json: common.json,
    };
    runtime.block_on(walk(&settings, keeper, arguments, speaker))
}

async fn walk(
    settings: &Settings,
    keeper: &Keeper,
    arguments: &Arguments,
    speaker: Speaker,
) -> Result<(), Failure> {
    let account = keeper.account();
    speaker.says(
        "account",
        &format!("flow {}, tokens from {}", account.flow, account.token_url),
    );
    let token = match kept_grant(keeper, arguments).await {
        Some(token) => token,
        None => match DeviceLogin::begin(keeper).await {
            Some(begun) => {
                let login = begun.map_err(unreachable)?;
                speaker.asks(&login.shown);
                login.wait().await.map_err(unreachable)?
            }
            None => keeper.token().await.map_err(unreachable)?,
        },
    };
    let renewal = match &account.flow {
        Flow::ClientCredentials { .. } | Flow::ServiceAccount(_) => "the next ones need no person",
        Flow::DeviceCode { .. } | Flow::RefreshToken { .. } => {
            "the next ones need no person, as long as what was allowed is not taken back"
        }
    };
    speaker.says("token", &format!("good until {}; {renewal}", token.ends()));
    for ending in &keeper.health().borrow().endings {
        let left = ending.days_left(clock::now());
        speaker.says(
            "end",
            &format!("{} ends on {}, in {left} days", ending.what, ending.on),
        );
    }
    // Both are tried, so that one run names all that is wrong.
    let inbox = log_in_to_inbox(settings, speaker).await;
    let smtp = log_in_to_smtp(settings, speaker).await;
    match (inbox, smtp) {
        (Ok(()), Ok(())) => {
            speaker.says(
                "done",
                "handoffd can fetch and send; a running one goes on by itself",
            );
            Ok(())
        }
        (Err(inbox), Err(smtp)) => Err(Failure::Unreachable(format!("{inbox}\n{smtp}"))),
        (Err(why), Ok(())) | (Ok(()), Err(why)) => Err(Failure::Unreachable(why)),
    }
}

/// A token by what is kept from before. `None` where a person is to be asked.
async fn kept_grant(keeper: &Keeper, arguments: &Arguments) -> Option<crate::oauth2::AccessToken> {
    let asks_a_person = matches!(keeper.account().flow, Flow::DeviceCode { .. });
    match asks_a_person && !arguments.again {
        true => keeper.token().await.ok(),
        false => None,
    }
}

async fn log_in_to_inbox(settings: &Settings, speaker: Speaker) -> Result<(), String> {
    let inbox = &settings.inbox;
    let opened = Connection::open_read_only(inbox).await;
    let connection = opened.map_err(|error| error.to_string())?;
    connection.close().await;
    let by = by_what(inbox.login.keeper().is_some());
    speaker.says(
        "imap",
        &format!(
            "{}:{} let user {} in by {by}, folder {} opens",
            inbox.host, inbox.port, inbox.user, inbox.folder
        ),
    );
    Ok(())
}

async fn log_in_to_smtp(settings: &Settings, speaker: Speaker) -> Result<(), String> {
    let smtp = &settings.smtp;
    outbox::log_in(smtp).await?;
    let words = match &smtp.login {
        Some((user, login)) => format!(
            "let user {user} in by {}",
            by_what(login.keeper().is_some())
        ),
        None => "takes mail without a login".to_owned(),
    };
    speaker.says("smtp", &format!("{}:{} {words}", smtp.host, smtp.port));
    Ok(())
}

const fn by_what(is_token: bool) -> &'static str {
    match is_token {
        true => "token",
        false => "password",
    }
}

fn unreachable(error: crate::oauth2::TokenError) -> Failure {
    Failure::Unreachable(printable(&error.to_string()))
}

/// Says each step, for people or as JSON.
#[derive(Clone, Copy)]
struct Speaker {
    as_json: bool,
}

impl Speaker {
    fn says(self, step: &str, words: &str) {
        let words = printable(words);
        if self.as_json {
            println!("{}", json!({"step": step, "words": words}));
        } else {
            println!("  {step:<9} {words}");
        }
    }

    fn asks(self, shown: &Shown) {
        let Shown { url, code, until } = shown;
        let (url, code) = (printable(url), printable(code));
        if self.as_json {
            println!(
                "{}",
                json!({"step": "allow", "url": url, "code": code, "until": until})
            );
        } else {
            println!(
                "\n  Open     {url}\n  Type in  {code}\n  Log in there as the support mailbox (not as yourself), and allow it. Until {until}; this waits.\n"
            );
        }
    }
}
