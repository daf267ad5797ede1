//! `[trust]`: whose word on senders is taken, and what it takes to be staff.

use super::one_of;
use crate::config::section::Section;
use crate::config::{SenderTrust, StaffProof};

pub(super) fn trust(top: &Section<'_>) -> SenderTrust {
    let section = top.section("trust");
    let written = section.text("authserv_id");
    let server = written.as_ref().and_then(|text| {
        let server = text.value.trim().to_lowercase();
        let is_name = !server.is_empty()
            && server
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || ".-_:".contains(c));
        if !is_name {
            let what = format!(
                "[trust] authserv_id = \"{}\" is no name of a server",
                text.value
            );
            let remedy = "write the first word of the Authentication-Results field in a mail that came in, as in \"mx.example.org\"";
            section.problem(&text.at, what, remedy);
        }
        is_name.then_some(server)
    });
    let default = match server {
        Some(_) => StaffProof::TokenAndDomain,
        None => StaffProof::Token,
    };
    let choices = [
        ("proven", StaffProof::TokenAndDomain),
        ("token", StaffProof::Token),
    ];
    let staff = one_of(&section, "staff", &choices, default);
    if staff == StaffProof::TokenAndDomain
        && written.is_none()
        && let Some(text) = section.text("staff")
    {
        let what = "[trust] staff = \"proven\", but nothing can prove a sender";
        let remedy = "set authserv_id to the name of the receiving server, or staff to \"token\"";
        section.problem(&text.at, what, remedy);
    }
    section.refuse_unknown_keys();
    SenderTrust {
        authentication_server: server,
        staff,
    }
}
