//! From which address did a mail reach the receiving server? By the topmost `Received` that this server wrote (RFC 5321 section 4.4), in the
//! forms of Postfix, Exim, Sendmail and those that write like them. Everything below that field may have come with the mail, and the greeting
//! in it is the sender's own word: a field that could be read in two ways is not read. Reads hostile input; pure, linear and bounded.

use crate::mail::Address;
use regex::Regex;
use std::net::IpAddr;
use std::sync::LazyLock;

/// The most fields above the one that is looked for.
const FIELDS_MAX: usize = 50;
/// A longer field is none that a server writes.
const FIELD_MAX_BYTES: usize = 2_000;

/// How a mail came into our house.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hop {
    /// From where.
    pub(super) address: IpAddr,
    /// The name in its greeting (HELO).
    pub(super) greeting: String,
    /// The envelope sender; `None` where it is null.
    pub(super) return_path: Option<String>,
}

impl Hop {
    /// The domain of the envelope sender; empty without one.
    pub(super) fn return_domain(&self) -> &str {
        let path = self.return_path.as_deref().unwrap_or_default();
        path.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

/// A greeting, the client in brackets, further remarks without any address, and the server: `from helo (name [192.0.2.1]) (using TLS…) by mx …`,
/// `from name ([192.0.2.1]:25 helo=helo) by mx …`, `from [192.0.2.1] (helo=helo) by mx …`, `from helo ([192.0.2.1]) by mx …`.
static FORM: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let address = r"\[(?:IPv6:)?([0-9A-Fa-f:.]{2,45})\](?::[0-9]{1,5})?";
    let word = r"[A-Za-z0-9._:\-\[\]]{1,255}";
    let client = format!(
        r"(?:(?P<helo>{word}) \((?:[A-Za-z0-9._\-]{{1,255}} )?{address}\)|{word} \({address} helo=(?P<given>{word})(?: ident=[A-Za-z0-9._\-]{{1,64}})?\)|{address} \(helo=(?P<bare>{word})(?: ident=[A-Za-z0-9._\-]{{1,64}})?\))"
    );
    let remark = r"(?: \([^()\[\]]{0,300}\))*";
    let rest = r"(?: \([^()\[\]]{0,300}\))? with (?P<protocol>[A-Za-z0-9]{1,20})\b";
    Regex::new(&format!(
        r"^from {client}{remark} by (?P<server>[A-Za-z0-9._\-]{{1,255}}){rest}"
    ))
    .ok()
});

/// How the mail came to `server`; `None` where no server noted the envelope sender, without which nothing can be said of the way it came, and
/// where a field above cannot be read: below it may stand whatever the sender liked.
pub(super) fn into(raw: &[u8], server: &str) -> Option<Hop> {
    let mut return_path = None;
    for field in fields(raw).take(FIELDS_MAX) {
        let (name, value) = field?;
        match name.as_str() {
            "return-path" if return_path.is_none() => return_path = Some(envelope_sender(&value)),
            "received" => match step(&normal(&value), server)? {
                Step::InsideTheHouse => {}
                Step::IntoTheHouse { address, greeting } => {
                    return Some(Hop {
                        address,
                        greeting,
                        return_path: return_path?,
                    });
                }
            },
            _ => {}
        }
    }
    None
}

/// What one `Received` field tells.
enum Step {
    /// The mail was handed on from one program of the house to another: the field below says from where.
    InsideTheHouse,
    /// The server that is looked for got it from there.
    IntoTheHouse { address: IpAddr, greeting: String },
}

/// `None` where it cannot be said: in no known form, in two at once, or by a server that is not known to belong to the house.
fn step(words: &str, server: &str) -> Option<Step> {
    // More than one: one of them is the client's own word.
    if words.matches(" by ").count() > 1 {
        return None;
    }
    let Some(form) = FORM.as_ref()?.captures(words) else {
        return is_without_client(words).then_some(Step::InsideTheHouse);
    };
    let named = |name: &str| form.name(name).map_or("", |found| found.as_str());
    let mut addresses = form.iter().skip(1).flatten();
    let address: IpAddr = addresses.find_map(|found| found.as_str().parse().ok())?;
    if named("protocol").to_ascii_uppercase().starts_with("LMTP") || is_private(address) {
        return Some(Step::InsideTheHouse);
    }
    if !named("server").eq_ignore_ascii_case(server) {
        return None;
    }
    let names = ["helo", "given", "bare"].into_iter();
    let greeting = names.filter_map(|name| form.name(name)).next()?;
    Some(Step::IntoTheHouse {
        address,
        greeting: greeting.as_str().to_owned(),
    })
}

/// `by mx (Postfix, from userid 1000)`, `from mx by imap with LMTP`: a program on the same machine handed it on. Every client over the net has
/// an address, which servers write in brackets.
fn is_without_client(words: &str) -> bool {
    let after = words.split_once("by ").map_or("", |(_, after)| after);
    let with = after.split(" with ").nth(1).unwrap_or_default();
    let is_local = words.starts_with("by ") && !words.contains(" from ");
    let is_handed_on = with.to_ascii_uppercase().starts_with("LMTP");
    !words.contains('[') && (is_local || is_handed_on)
}

/// From a network that nobody outside can send from.
const fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private(),
        IpAddr::V6(address) => address.is_unique_local(),
    }
}

/// The envelope sender in a `Return-Path`, where it is an ordinary one.
fn envelope_sender(value: &str) -> Option<String> {
    let inside = value.trim().strip_prefix('<')?.strip_suffix('>')?;
    let is_plain = !inside.contains('"') && inside.matches('@').count() == 1;
    let address = Address::parse(inside).ok().filter(|_| is_plain)?;
    Some(address.as_str().to_owned())
}

/// A field's words with one blank between them.
fn normal(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The fields of the header, unfolded, in order; `None` for one that is too long to be read.
fn fields(raw: &[u8]) -> impl Iterator<Item = Option<(String, String)>> + '_ {
    let mut lines = raw.split(|byte| *byte == b'\n').peekable();
    std::iter::from_fn(move || {
        let line = lines.next()?;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            return None;
        }
        let mut field = line.to_vec();
        while let Some(more) = lines.next_if(|line| matches!(line.first(), Some(b' ' | b'\t'))) {
            if field.len() <= FIELD_MAX_BYTES {
                field.extend_from_slice(more);
            }
        }
        let text = String::from_utf8_lossy(&field);
        let (name, value) = text.split_once(':').unwrap_or(("", ""));
        let name = name.trim_end().to_ascii_lowercase();
        let decides = matches!(name.as_str(), "received" | "return-path");
        if decides && field.len() > FIELD_MAX_BYTES {
            return Some(None);
        }
        Some(Some((name, value.to_owned())))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SERVER: &str = "mx.shop.example";

    fn hop(header: &str) -> Option<(String, String, Option<String>)> {
        let raw = format!("{header}From: ann@a.example\r\n\r\nHello\r\n");
        into(raw.as_bytes(), SERVER)
            .map(|hop| (hop.address.to_string(), hop.greeting, hop.return_path))
    }

    fn address(header: &str) -> Option<String> {
        hop(&format!("Return-Path: <bounce@a.example>\r\n{header}")).map(|(address, ..)| address)
    }

    #[test]
    fn each_servers_form_names_the_client() {
        for (field, expected) in [
            (
                "from out.a.example (out.a.example [192.0.2.7]) by mx.shop.example (Postfix) with ESMTPS id 4Q for <s@shop.example>; Thu",
                Some("192.0.2.7"),
            ),
            (
                "from out.a.example (unknown [192.0.2.7])\r\n\tby mx.shop.example (Postfix) with SMTP id 4Q; Thu",
                Some("192.0.2.7"),
            ),
            (
                "from out.a.example (out.a.example [IPv6:2001:db8::7])\r\n\t(using TLSv1.3 with cipher X (256/256 bits)\r\n\t by mx.shop.example with ESMTPS id 4Q; Thu",
                None,
            ),
            (
                "from out.a.example (out.a.example [IPv6:2001:db8::7])\r\n\t(using TLSv1.3 with cipher X)\r\n\t(No client certificate requested)\r\n\tby mx.shop.example (Postfix) with ESMTPS id 4Q; Thu",
                Some("2001:db8::7"),
            ),
            (
                "from out.a.example ([192.0.2.7]:40112 helo=out.a.example)\r\n\tby mx.shop.example with esmtps (TLS1.3) id 1x; Thu",
                Some("192.0.2.7"),
            ),
            (
                "from [192.0.2.7] (helo=out.a.example)\r\n\tby mx.shop.example with esmtp (Exim 4.96) id 1x; Thu",
                Some("192.0.2.7"),
            ),
            (
                "from out.a.example ([192.0.2.7]) by MX.shop.example with ESMTP id 1x; Thu",
                Some("192.0.2.7"),
            ),
            // Written by others, or below what ours wrote.
            (
                "from out.a.example (out.a.example [192.0.2.7]) by mx.evil.example with ESMTP id 4Q; Thu",
                None,
            ),
            (
                "from out.a.example (out.a.example [192.0.2.7]) by mx.shop.example.evil.example with ESMTP id 4Q; Thu",
                None,
            ),
            // No client, or none over the net.
            (
                "by mx.shop.example (Postfix, from userid 1000) id 4Q; Thu",
                None,
            ),
            (
                "from localhost by mx.shop.example with LMTP id 4Q; Thu",
                None,
            ),
        ] {
            let found = address(&format!("Received: {field}\r\n"));
            assert_eq!(found.as_deref(), expected, "{field}");
        }
    }

    #[test]
    fn a_greeting_cannot_name_another_client() {
        // What stands behind `from` is the client's own word, with blanks and brackets where the server lets them through.
        for greeting in [
            "[203.0.113.9]",
            "x (helo=[203.0.113.9])",
            "x ([203.0.113.9])",
            "x (y [203.0.113.9])",
            "x (y [203.0.113.9]) by mx.shop.example with ESMTP id 1;",
            "x (y [203.0.113.9]) by mx.shop.example with LMTP id 1;",
            "x by mx.shop.example with LMTP id 1;",
            "[203.0.113.9] (helo=x) by mx.shop.example with ESMTP",
        ] {
            for real in [
                format!(
                    "from {greeting} (real.evil.example [192.0.2.66]) by mx.shop.example (Postfix) with ESMTP id 4Q; Thu"
                ),
                format!(
                    "from real.evil.example ([192.0.2.66] helo={greeting}) by mx.shop.example with esmtp id 4Q; Thu"
                ),
                format!(
                    "from [192.0.2.66] (helo={greeting}) by mx.shop.example with esmtp id 4Q; Thu"
                ),
            ] {
                let below = "Received: from x (y [203.0.113.9]) by mx.shop.example with ESMTP id 9; Wed\r\n";
                let found = address(&format!("Received: {real}\r\n{below}"));
                assert!(
                    found.is_none() || found.as_deref() == Some("192.0.2.66"),
                    "{real}: {found:?}"
                );
            }
        }
    }

    #[test]
    fn what_cannot_be_read_hides_everything_below_it() {
        let below =
            "Received: from x (y [203.0.113.9]) by mx.shop.example with ESMTP id 9; Wed\r\n";
        let long = "a".repeat(2_100);
        for top in [
            format!("Received: from [192.0.2.66] (helo={long})\r\n\tby mx.shop.example with smtp (Exim 4.96) id 1; Thu\r\n"),
            format!("Received: from {long} (evil [192.0.2.66])\r\n\tby mx.shop.example with SMTP id 1; Thu\r\n"),
            // A second way into the house, which the settings do not name.
            "Received: from evil.example (evil.example [192.0.2.66]) by mx2.shop.example (Postfix) with ESMTP id 1; Thu\r\n".to_owned(),
            "Received: in no form at all\r\n".to_owned(),
            "Received: from evil.example by mx2.shop.example with HTTP; Thu\r\n".to_owned(),
        ] {
            assert_eq!(address(&format!("{top}{below}")), None, "{top}");
        }
        let long_path = format!("Return-Path: <{long}@a.example>\r\n{below}");
        assert_eq!(hop(&long_path), None);
        // An address of the house's own net is no sender's.
        let inside = "Received: from mx.shop.example (mx.shop.example [10.0.0.2]) by imap.shop.example with ESMTP id 1; Thu\r\n";
        assert_eq!(address(&format!("{inside}{below}")).unwrap(), "203.0.113.9");
    }

    #[test]
    fn only_the_topmost_field_of_the_server_counts_and_what_stands_above_it_is_the_house() {
        let ours = "Received: from out.a.example (out.a.example [192.0.2.7]) by mx.shop.example with ESMTP id 4Q; Thu\r\n";
        let forged =
            "Received: from x (y [203.0.113.9]) by mx.shop.example with ESMTP id 9; Wed\r\n";
        let inside = "Received: from mx.shop.example ([10.0.0.2]) by imap.shop.example with LMTP id 1; Thu\r\n";
        let handed_on =
            "Received: from localhost ([10.0.0.2]) by mx.shop.example with LMTP id 1; Thu\r\n";
        let path = "Return-Path: <bounce@a.example>\r\n";
        assert_eq!(address(&format!("{ours}{forged}")).unwrap(), "192.0.2.7");
        let (found, greeting, sender) =
            hop(&format!("{path}{inside}{handed_on}{ours}{forged}")).unwrap();
        assert_eq!(
            (found.as_str(), greeting.as_str()),
            ("192.0.2.7", "out.a.example")
        );
        assert_eq!(sender.as_deref(), Some("bounce@a.example"));
        // A path below our field came with the mail; a null one is nobody's; the first counts.
        assert_eq!(hop(&format!("{ours}{path}")), None);
        assert_eq!(
            hop(&format!("Return-Path: <>\r\n{path}{ours}")).unwrap().2,
            None
        );
        assert_eq!(
            hop(&format!(
                "Return-Path: <\"@a.example\"@evil.example>\r\n{ours}"
            ))
            .unwrap()
            .2,
            None
        );
    }

    proptest! {
        #[test]
        fn whatever_a_mail_holds_only_our_own_field_speaks(header in "(?s).{0,400}", bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let ours = "Return-Path: <>\r\nReceived: from o (o [192.0.2.7]) by mx.shop.example with ESMTP id 4Q; Thu\r\n";
            let raw = [ours.as_bytes(), header.as_bytes(), &bytes].concat();
            let found = into(&raw, SERVER);
            // A continuation line joins our own field; no server writes its field without an end.
            if !header.starts_with([' ', '\t']) && !header.is_empty() {
                prop_assert_eq!(found.map(|hop| hop.address.to_string()), Some("192.0.2.7".to_owned()));
            }
        }
    }
}
