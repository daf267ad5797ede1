//! `[page]`: only what nobody reaches from outside, and only with a token that nobody guesses.

use super::servers::Secret;
use super::{Secrets, Surroundings};
use crate::config::section::{Located, Section};
use crate::config::{Listen, Page};
use secrecy::{ExposeSecret, SecretString};
use std::net::SocketAddr;

/// The most further names.
const HOSTS_MAX: usize = 20;

/// The section; `None` where no page is wanted, or none can be had.
pub(super) fn page(top: &Section<'_>, surroundings: &Surroundings<'_>) -> Option<Page> {
    let section = top.section("page");
    let listen = section.text("listen");
    let wants_one = listen.is_some();
    let listen = listen.and_then(|written| reached_at(&section, &written, surroundings));
    // Without a page a credential that lies there is nobody's.
    let token = match wants_one || section.has("token_file") {
        true => token(&section, surroundings),
        false => section.text("token_file").and(None),
    };
    let hosts = hosts(&section);
    if !wants_one && (token.is_some() || !hosts.is_empty()) {
        let what = "[page] has no listen, so there is no page";
        let remedy = "add `listen = \"127.0.0.1:8025\"`, or remove the other lines";
        section.problem(section.at(), what, remedy);
    }
    section.refuse_unknown_keys();
    Some(Page {
        listen: listen?,
        token,
        hosts,
    })
}

fn reached_at(
    section: &Section<'_>,
    written: &Located<String>,
    surroundings: &Surroundings<'_>,
) -> Option<Listen> {
    let text = written.value.replacen("localhost:", "127.0.0.1:", 1);
    match text.parse::<SocketAddr>() {
        Ok(address) if address.ip().is_loopback() && address.port() != 0 => {
            return Some(Listen::Loopback(address));
        }
        Ok(address) if address.ip().is_loopback() => {
            let what = "[page] listen names no port";
            section.problem(&written.at, what, "write it like `127.0.0.1:8025`");
            return None;
        }
        Ok(_) => {
            let what = format!(
                "[page] listen = \"{}\" is reached from outside this machine, in clear",
                written.value
            );
            section.problem(
                &written.at,
                what,
                "write `127.0.0.1:8025` or the path of a socket, and reach it by `ssh -L` or through a web server with TLS that asks who it is \
                 (docs/page.md)",
            );
            return None;
        }
        Err(_) => {}
    }
    let is_path = written.value.contains('/') || !written.value.contains(':');
    if !is_path {
        let what = format!("[page] listen = \"{}\" is no address", written.value);
        let remedy = "write an address of this machine with a port like `127.0.0.1:8025`, or the path of a socket like `/run/handoffd/page.sock`";
        section.problem(&written.at, what, remedy);
        return None;
    }
    Some(Listen::Socket(surroundings.path(&written.value)))
}

fn token(section: &Section<'_>, surroundings: &Surroundings<'_>) -> Option<SecretString> {
    let secret = Secret {
        key: "token_file",
        noun: "token",
        credential: Some("page-token"),
        is_required: false,
        is_for_this_machine: false,
    };
    let token = secret.read(section, surroundings)?;
    let length = token.expose_secret().chars().count();
    if surroundings.secrets == Secrets::Read && length > 0 && length < Page::TOKEN_MIN {
        let at = section.place("token_file").unwrap_or(section.at().clone());
        let what = format!("the token of [page] has {length} characters, which can be guessed");
        let remedy = format!(
            "write at least {} into the file, such as the output of `openssl rand -hex 32`",
            Page::TOKEN_MIN
        );
        section.problem(&at, what, remedy);
    }
    Some(token)
}

fn hosts(section: &Section<'_>) -> Vec<String> {
    let Some(written) = section.texts("hosts") else {
        return Vec::new();
    };
    if written.value.len() > HOSTS_MAX {
        let what = format!("[page] hosts has {} names", written.value.len());
        section.problem(&written.at, what, format!("name at most {HOSTS_MAX}"));
    }
    let mut hosts = Vec::new();
    for host in written.value {
        let is_name = !host.value.is_empty()
            && (host.value.chars()).all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'));
        if !is_name {
            let what = format!("[page] hosts holds \"{}\", which is no name", host.value);
            let remedy = "write the name alone, without `https://`, port or path";
            section.problem(&host.at, what, remedy);
            continue;
        }
        hosts.push(host.value.to_ascii_lowercase());
    }
    hosts
}
