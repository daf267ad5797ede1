//! `[trust]`: whose word on senders is taken, and what it takes to be staff.

use super::one_of;
use crate::config::section::{Located, Section};
use crate::config::{OwnChecks, SenderTrust, StaffProof, WhoseWord};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// Where a name server listens (RFC 1035 section 4.2).
const NAME_SERVER_PORT: u16 = 53;

/// `is_at_hand`: whether the inbox is on this machine. Such a one is a test's, and nothing that comes into it was sent over the net.
pub(super) fn trust(top: &Section<'_>, is_at_hand: bool) -> SenderTrust {
    let section = top.section("trust");
    let written = section.text("authserv_id");
    let server = written.as_ref().and_then(|text| {
        let what = "write the first word of the Authentication-Results field in a mail that came in, as in \"mx.example.org\"";
        server_name(&section, "authserv_id", text, what)
    });
    let own_checks = section.yes_or_no("own_checks", written.is_none() && !is_at_hand);
    let checks = checks(&section);
    if let (true, Some(text)) = (own_checks, &written) {
        let what = "[trust] has both authserv_id and own_checks";
        let remedy = "take one away: either the receiving server's word counts, or handoffd checks senders itself";
        section.problem(&text.at, what, remedy);
    }
    let word = match server {
        Some(server) => WhoseWord::Server(server),
        None if own_checks => WhoseWord::Own(checks),
        None => WhoseWord::Nobodys,
    };
    let default = match word {
        WhoseWord::Nobodys => StaffProof::Token,
        WhoseWord::Server(_) | WhoseWord::Own(_) => StaffProof::TokenAndDomain,
    };
    let choices = [
        ("proven", StaffProof::TokenAndDomain),
        ("token", StaffProof::Token),
    ];
    let staff = one_of(&section, "staff", &choices, default);
    if staff == StaffProof::TokenAndDomain
        && written.is_none()
        && !own_checks
        && let Some(text) = section.text("staff")
    {
        let what = "[trust] staff = \"proven\", but nothing can prove a sender";
        let remedy = "set authserv_id to the name of the receiving server, own_checks to true, or staff to \"token\"";
        section.problem(&text.at, what, remedy);
    }
    section.refuse_unknown_keys();
    SenderTrust { word, staff }
}

fn checks(section: &Section<'_>) -> OwnChecks {
    let receiving_server = section.text("receiving_server");
    let receiving_server = receiving_server.and_then(|text| {
        let remedy = "write the name behind `by` in the Received field of a mail that came in, as in \"mx.example.org\"";
        server_name(section, "receiving_server", &text, remedy)
    });
    let listed = |key: &str| {
        section
            .texts(key)
            .map_or_else(Vec::new, |texts| texts.value)
    };
    let name_servers = listed("name_servers").into_iter().filter_map(|text| {
        let address = name_server(&text.value);
        if address.is_none() {
            let what = format!("[trust] name_servers: \"{}\" is no address", text.value);
            let remedy = "write an IP address, with a port where it is not 53, as in \"192.0.2.53\" or \"[2001:db8::53]:5353\"";
            section.problem(&text.at, what, remedy);
        }
        address
    });
    let name_servers = name_servers.collect();
    let arc_sealers = listed("arc_sealers").into_iter().filter_map(|text| {
        let remedy = "write the domain behind `d=` in the ARC-Seal field of a mail that came over it, as in \"lists.example.net\"";
        server_name(section, "arc_sealers", &text, remedy)
    });
    let arc_sealers = arc_sealers.collect();
    OwnChecks {
        receiving_server,
        name_servers,
        arc_sealers,
        time_limit: Duration::from_secs(section.number("check_seconds", 5, 1, 30)),
    }
}

fn name_server(written: &str) -> Option<SocketAddr> {
    let address = written.parse::<IpAddr>().ok();
    address.map_or_else(
        || written.parse().ok(),
        |address| Some(SocketAddr::new(address, NAME_SERVER_PORT)),
    )
}

fn server_name(
    section: &Section<'_>,
    key: &str,
    text: &Located<String>,
    remedy: &str,
) -> Option<String> {
    let name = text.value.trim().to_lowercase();
    let is_name = !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || ".-_:".contains(c));
    if !is_name {
        let what = format!("[trust] {key} = \"{}\" is no name of a server", text.value);
        section.problem(&text.at, what, remedy);
    }
    is_name.then_some(name)
}
