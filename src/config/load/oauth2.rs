//! `[oauth2]`: the account that is registered at the provider, and how it comes to a token. What stands here for another flow is a problem.

use super::servers::{Secret, is_loopback, refuse_unreadable};
use super::{Secrets, Surroundings, one_of};
use crate::config::Store;
use crate::config::section::{Located, Section};
use crate::oauth2::{
    Account, Client, Endpoint, Flow, Keeper, Provider, ServiceAccount, SigningKey,
};
use jiff::civil::Date;
use secrecy::ExposeSecret;
use serde::Deserialize;
use std::path::PathBuf;

/// What `[oauth2]` comes to.
pub(super) enum Tokens {
    /// There is no such section.
    NotSet,
    /// It has problems, which are named.
    Broken,
    /// Ready to be asked.
    Of(Keeper),
}

/// `[oauth2] flow`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    ClientCredentials,
    DeviceCode,
    RefreshToken,
    ServiceAccount,
}

const KINDS: [(&str, Kind); 4] = [
    ("client-credentials", Kind::ClientCredentials),
    ("device-code", Kind::DeviceCode),
    ("refresh-token", Kind::RefreshToken),
    ("service-account", Kind::ServiceAccount),
];

/// Each key that belongs to some flows only.
const KEYS_OF_FLOWS: [(&str, &[Kind]); 5] = [
    (
        "client_id",
        &[
            Kind::ClientCredentials,
            Kind::DeviceCode,
            Kind::RefreshToken,
        ],
    ),
    (
        "client_secret_file",
        &[
            Kind::ClientCredentials,
            Kind::DeviceCode,
            Kind::RefreshToken,
        ],
    ),
    ("refresh_token_file", &[Kind::RefreshToken]),
    ("service_account_file", &[Kind::ServiceAccount]),
    ("mailbox", &[Kind::ServiceAccount]),
];

/// The part of Google's key file that is used.
#[derive(Deserialize)]
struct KeyFile {
    client_email: String,
    private_key_id: Option<String>,
    private_key: String,
}

pub(super) fn tokens(top: &Section<'_>, surroundings: &Surroundings<'_>, store: &Store) -> Tokens {
    let is_set = top.has("oauth2");
    let section = top.section("oauth2");
    if !is_set || surroundings.secrets == Secrets::LeftOut {
        return Tokens::NotSet;
    }
    let account = account(top, &section, surroundings);
    section.refuse_unknown_keys();
    let (inbox, smtp) = (top.section("inbox"), top.section("smtp"));
    if inbox.has("password_file") && (smtp.has("password_file") || !smtp.has("user")) {
        section.problem(
            section.at(),
            "[oauth2] is used by no server: each has a password_file, or needs no login",
            "remove the line password_file where a token is to be used, or this section",
        );
    }
    match account {
        Some(account) => {
            let mut file = store.path.clone().into_os_string();
            file.push(".oauth2");
            Tokens::Of(Keeper::new(account, PathBuf::from(file)))
        }
        None => Tokens::Broken,
    }
}

fn account(
    top: &Section<'_>,
    section: &Section<'_>,
    surroundings: &Surroundings<'_>,
) -> Option<Account> {
    let providers = [
        ("microsoft", Provider::Microsoft),
        ("google", Provider::Google),
    ];
    let provider = one_of_asked(section, "provider", &providers).unwrap_or(Provider::Other);
    let kind = match section.required_text("flow", "client-credentials") {
        Some(_) => Some(one_of(section, "flow", &KINDS, Kind::ClientCredentials)),
        None => None,
    };
    let tenant = tenant(section, provider);
    let preset = |microsoft: &str, google: &str| match (provider, &tenant) {
        (Provider::Microsoft, Some(tenant)) => Some(format!(
            "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/{microsoft}"
        )),
        (Provider::Google, _) => Some(google.to_owned()),
        _ => None,
    };
    let token_url = endpoint(
        section,
        "token_url",
        preset("token", "https://oauth2.googleapis.com/token"),
        provider,
    );
    let needs_device_url = kind == Some(Kind::DeviceCode);
    let device_url = match needs_device_url {
        true => endpoint(section, "device_url", preset("devicecode", ""), provider),
        false => {
            refuse_useless(section, "device_url", kind);
            None
        }
    };
    let ca_file = section.text("ca_file");
    if let Some(file) = &ca_file {
        refuse_unreadable(section, "ca_file", file, surroundings);
    }
    let is_for_this_machine = token_url
        .as_ref()
        .is_some_and(|url| is_loopback(url.host()));
    let secret = |key, noun, is_required| {
        let secret = Secret {
            key,
            noun,
            credential: None,
            is_required,
            is_for_this_machine,
        };
        secret.read(section, surroundings)
    };
    let kind = kind?;
    for (key, kinds) in KEYS_OF_FLOWS {
        if !kinds.contains(&kind) {
            refuse_useless(section, key, Some(kind));
        }
    }
    refuse_wrong_provider(section, provider, kind);
    let scope = section.text("scope").map(|scope| scope.value);
    let scope = scope.unwrap_or_else(|| usual_scope(provider, kind).to_owned());
    let secret_expires = date(section, "secret_expires");
    let client_id = || section.required_text("client_id", "00000000-0000-0000-0000-000000000000");
    let client = || {
        let id = client_id();
        let secret = secret("client_secret_file", "client secret", false);
        Some(Client {
            id: id?.value,
            secret,
        })
    };
    let flow = match kind {
        Kind::ClientCredentials => {
            let id = client_id();
            let secret = secret("client_secret_file", "client secret", true);
            Flow::ClientCredentials {
                client_id: id?.value,
                client_secret: secret?,
            }
        }
        Kind::DeviceCode => Flow::DeviceCode {
            client: client()?,
            device_url: device_url?,
        },
        Kind::RefreshToken => {
            let client = client();
            let refresh_token = secret("refresh_token_file", "refresh token", true);
            Flow::RefreshToken {
                client: client?,
                refresh_token: refresh_token?,
            }
        }
        Kind::ServiceAccount => {
            let mailbox = section.text("mailbox").map(|mailbox| mailbox.value);
            let inbox_user = || top.section("inbox").text("user").map(|user| user.value);
            let file = Secret {
                key: "service_account_file",
                noun: "key",
                credential: None,
                is_required: true,
                is_for_this_machine,
            };
            let subject = mailbox.or_else(inbox_user);
            Flow::ServiceAccount(service_account(section, surroundings, &file, subject?)?)
        }
    };
    Some(Account {
        provider,
        token_url: token_url?,
        flow,
        scope,
        ca_file: ca_file.map(|file| surroundings.path(&file.value)),
        secret_expires,
    })
}

/// One of several words where one is written.
fn one_of_asked<T: Copy>(section: &Section<'_>, key: &str, choices: &[(&str, T)]) -> Option<T> {
    let (_, first) = *choices.first()?;
    section.text(key)?;
    Some(one_of(section, key, choices, first))
}

fn tenant(section: &Section<'_>, provider: Provider) -> Option<String> {
    if provider != Provider::Microsoft {
        if let Some(tenant) = section.text("tenant") {
            section.problem(
                &tenant.at,
                "[oauth2] tenant is of use with provider = \"microsoft\" only",
                "remove it, or set the provider",
            );
        }
        return None;
    }
    let tenant = section.required_text("tenant", "example.onmicrosoft.com")?;
    let is_name = (tenant.value.chars()).all(|c| c.is_ascii_alphanumeric() || ".-".contains(c));
    if !is_name {
        let what = format!("[oauth2] tenant = \"{}\" is no tenant", tenant.value);
        section.problem(
            &tenant.at,
            what,
            "write the Directory (tenant) ID, or a domain of the tenant",
        );
        return None;
    }
    Some(tenant.value)
}

/// A URL of one's own, or the provider's.
fn endpoint(
    section: &Section<'_>,
    key: &str,
    preset: Option<String>,
    provider: Provider,
) -> Option<Endpoint> {
    if let Some(written) = section.text(key) {
        if provider != Provider::Other {
            let what = format!("[oauth2] {key} stands beside provider, which has its own");
            section.problem(&written.at, what, "keep one of the two");
            return None;
        }
        return match Endpoint::parse(&written.value) {
            Ok(endpoint) => Some(endpoint),
            Err(error) => {
                let what = format!("[oauth2] {key} = \"{}\": {error}", written.value);
                section.problem(
                    &written.at,
                    what,
                    "write it like `https://login.example.org/token`; `http` is only for this machine",
                );
                None
            }
        };
    }
    match preset.filter(|preset| !preset.is_empty()) {
        Some(preset) => Endpoint::parse(&preset).ok(),
        None => {
            if provider == Provider::Other {
                let what = format!("[oauth2] has neither provider nor {key}");
                let remedy = format!(
                    "add `provider = \"microsoft\"` or `provider = \"google\"`, or `{key} = \"https://…\"` of another one"
                );
                section.problem(section.at(), what, remedy);
            }
            None
        }
    }
}

fn refuse_useless(section: &Section<'_>, key: &str, kind: Option<Kind>) {
    let Some(written) = section.text(key) else {
        return;
    };
    // Where the flow itself is wrong, that is the problem.
    let Some(kind) = kind else { return };
    let name = KINDS.iter().find(|(_, other)| *other == kind);
    let name = name.map_or("", |(name, _)| name);
    let what = format!("[oauth2] {key} is of no use with flow = \"{name}\"");
    section.problem(&written.at, what, "remove it, or choose another flow");
}

fn refuse_wrong_provider(section: &Section<'_>, provider: Provider, kind: Kind) {
    let remedy = match (provider, kind) {
        (Provider::Google, Kind::DeviceCode) => {
            "Google gives devices no access to mail: use \"service-account\" (Workspace) or \"refresh-token\""
        }
        (Provider::Google, Kind::ClientCredentials) => "Google knows it as \"service-account\"",
        (Provider::Microsoft, Kind::ServiceAccount) => {
            "Microsoft knows it as \"client-credentials\""
        }
        _ => return,
    };
    if let Some(flow) = section.text("flow") {
        let what = format!(
            "[oauth2] provider {provider} has no flow \"{}\" for mail",
            flow.value
        );
        section.problem(&flow.at, what, remedy);
    }
}

/// What the provider's mail servers want.
const fn usual_scope(provider: Provider, kind: Kind) -> &'static str {
    match (provider, kind) {
        (Provider::Microsoft, Kind::ClientCredentials) => "https://outlook.office365.com/.default",
        (Provider::Microsoft, _) => {
            "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access"
        }
        (Provider::Google, _) => "https://mail.google.com/",
        (Provider::Other, _) => "",
    }
}

fn date(section: &Section<'_>, key: &str) -> Option<Date> {
    let written: Located<String> = section.text(key)?;
    match written.value.parse() {
        Ok(date) => Some(date),
        Err(_) => {
            let what = format!("[oauth2] {key} = \"{}\" is no day", written.value);
            section.problem(&written.at, what, "write it like `2027-05-01`");
            None
        }
    }
}

fn service_account(
    section: &Section<'_>,
    surroundings: &Surroundings<'_>,
    file: &Secret,
    subject: String,
) -> Option<ServiceAccount> {
    let (text, path, at) = file.read_whole(section, surroundings)?;
    let remedy =
        "take the JSON file as Google gives it (IAM & Admin, Service Accounts, Keys, Add key)";
    // serde's own words could quote the key.
    let Ok(found) = serde_json::from_str::<KeyFile>(text.expose_secret()) else {
        let what = format!(
            "the key file {} is no key of a service account",
            path.display()
        );
        section.problem(&at, what, remedy);
        return None;
    };
    match SigningKey::from_pem(&found.private_key) {
        Ok(key) => Some(ServiceAccount {
            email: found.client_email,
            key_id: found.private_key_id,
            key,
            subject,
        }),
        Err(error) => {
            let what = format!("the key in {} cannot sign: {error}", path.display());
            section.problem(&at, what, remedy);
            None
        }
    }
}
