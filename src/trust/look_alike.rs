//! Does a sender only look like one of us? Domains that read like ours to a person (letters of other scripts, RFC 5890 names, one slip), and
//! display names that show an address of ours above another one. Reads hostile input; pure.

use super::Testimony;
use super::alignment::normal;
use crate::config::Settings;
use crate::mail::{Address, Mailbox, addresses_in_text};
use std::collections::BTreeSet;
use unicode_security::skeleton;

/// A shorter label is not compared letter by letter: too many others are one slip away.
const SLIP_MIN_CHARACTERS: usize = 5;

/// The names of providers of mailboxes to anybody, whatever stands behind the dot.
const PROVIDERS: [&str; 27] = [
    "gmail",
    "googlemail",
    "outlook",
    "hotmail",
    "live",
    "msn",
    "yahoo",
    "ymail",
    "aol",
    "icloud",
    "me",
    "mac",
    "gmx",
    "web",
    "mail",
    "email",
    "t-online",
    "freenet",
    "proton",
    "protonmail",
    "posteo",
    "mailbox",
    "fastmail",
    "zoho",
    "yandex",
    "bluewin",
    "orange",
];

/// Our own addresses and domains.
pub(super) struct Ours<'a> {
    addresses: Vec<&'a Address>,
    domains: BTreeSet<String>,
}

impl<'a> Ours<'a> {
    pub(super) fn of(settings: &'a Settings) -> Self {
        let addresses: Vec<&Address> = settings.own_addresses().collect();
        let domains = addresses.iter().map(|own| normal(own.domain()));
        Self {
            domains: domains
                .filter(|domain| !is_mailbox_provider(domain))
                .collect(),
            addresses,
        }
    }

    /// How a sender only looks like one of us; `None` where it does not.
    pub(super) fn pretence(&self, from: &Mailbox) -> Option<Testimony> {
        self.look_alike(&from.address)
            .or_else(|| self.shown_in_name(from))
    }

    fn look_alike(&self, from: &Address) -> Option<Testimony> {
        let domain = normal(from.domain());
        if self.is_ours(&domain) {
            return None;
        }
        let alike = self.domains.iter().find(|ours| looks_like(&domain, ours))?;
        Some(Testimony::LooksLikeOurs {
            ours: alike.clone(),
            domain,
        })
    }

    /// Ours, or below one of ours.
    fn is_ours(&self, domain: &str) -> bool {
        let is_below = |ours: &String| {
            domain
                .strip_suffix(ours.as_str())
                .is_some_and(|below| below.ends_with('.'))
        };
        self.domains.contains(domain) || self.domains.iter().any(is_below)
    }

    fn shown_in_name(&self, from: &Mailbox) -> Option<Testimony> {
        let name = from.name.as_ref()?;
        let shown = addresses_in_text(name.as_str());
        let shown = shown.iter().find(|shown| {
            !shown.is_same_as(&from.address)
                && (self.addresses.iter().any(|own| own.is_same_as(shown))
                    || self.domains.contains(&normal(shown.domain())))
        })?;
        (!self.is_ours(&normal(from.address.domain()))).then(|| Testimony::NameShowsOurs {
            shown: shown.clone(),
            from: from.address.clone(),
        })
    }
}

/// Whether anybody can have a mailbox there: then others that look like it are no pretence, and an address there is no sign of us.
pub(crate) fn is_mailbox_provider(domain: &str) -> bool {
    let name = domain.split('.').next().unwrap_or_default();
    PROVIDERS.contains(&name)
}

/// Whether a domain reads like another one to a person.
fn looks_like(domain: &str, ours: &str) -> bool {
    let (shown, _) = idna::domain_to_unicode(domain);
    let reads_the_same = |text: &str| skeleton(text).eq(skeleton(ours));
    let without_blind_spots = shown.replace('0', "o").replace('1', "l").replace("vv", "w");
    reads_the_same(&shown)
        || reads_the_same(&without_blind_spots)
        || differs_by_a_slip(&shown, ours)
        // `shop.example.evil.example` and `shop-example.evil.example`: begins with all of ours.
        || begins_with(domain, ours)
}

/// Whether one label, and no other, is one slip away from ours. Numbers that differ name siblings (`office1`, `office2`).
fn differs_by_a_slip(domain: &str, ours: &str) -> bool {
    let theirs: Vec<&str> = domain.split('.').collect();
    let ours: Vec<&str> = ours.split('.').collect();
    let pairs = theirs.iter().zip(&ours);
    let different: Vec<(&&str, &&str)> = pairs.filter(|(a, b)| a != b).collect();
    match different.as_slice() {
        [(theirs_label, ours_label)] if theirs.len() == ours.len() => {
            let letters = |label: &str| label.trim_end_matches(|c: char| c.is_ascii_digit()).len();
            let are_siblings = letters(theirs_label) == letters(ours_label)
                && letters(ours_label) < ours_label.len();
            ours_label.chars().count() >= SLIP_MIN_CHARACTERS
                && !are_siblings
                && is_one_slip(theirs_label, ours_label)
        }
        _ => false,
    }
}

fn begins_with(domain: &str, ours: &str) -> bool {
    let dashed = ours.replace('.', "-");
    [ours, dashed.as_str()].iter().any(|ours| {
        domain
            .strip_prefix(ours)
            .is_some_and(|rest| rest.starts_with(['.', '-']))
    })
}

/// One letter more, less, or another one, or two neighbours changed.
fn is_one_slip(one: &str, other: &str) -> bool {
    let one: Vec<char> = one.chars().collect();
    let other: Vec<char> = other.chars().collect();
    let same_start = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let rest = |of: &[char], skipped: usize| of.get(same_start + skipped..).map(<[char]>::to_vec);
    let same_behind =
        |skip_one: usize, skip_other: usize| match (rest(&one, skip_one), rest(&other, skip_other))
        {
            (Some(one), Some(other)) => one == other,
            _ => false,
        };
    let swapped = || {
        one.get(same_start) == other.get(same_start + 1)
            && one.get(same_start + 1) == other.get(same_start)
            && same_behind(2, 2)
    };
    one != other && (same_behind(1, 1) || same_behind(1, 0) || same_behind(0, 1) || swapped())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::test_situation::settings;
    use crate::mail::Reader;

    fn pretended(from: &str) -> bool {
        let raw = format!("From: {from}\r\nSubject: x\r\n\r\nHello\r\n");
        let mail = Reader::default().read(raw.as_bytes());
        let settings = settings();
        let ours = Ours::of(&settings);
        ours.pretence(mail.from.as_ref().unwrap()).is_some()
    }

    #[test]
    fn one_slip_in_a_longer_name_is_seen_and_siblings_are_not_taken_for_it() {
        for (domain, ours, expected) in [
            ("hollin-cycle.example", "hollin-cycles.example", true),
            ("hollin-cylces.example", "hollin-cycles.example", true),
            ("hollim-cycles.example", "hollin-cycles.example", true),
            ("hollin-cycles.example", "hollin-cycles.example", false),
            ("hollin-bikes.example", "hollin-cycles.example", false),
            ("office2.example", "office1.example", false),
            ("a.example", "b.example", false),
            ("mail.hollin-cycle.example", "hollin-cycles.example", false),
        ] {
            assert_eq!(differs_by_a_slip(domain, ours), expected, "{domain}");
        }
    }

    #[test]
    fn customers_of_a_provider_that_a_team_uses_are_no_pretence() {
        let mut settings = settings();
        settings.teams[0].address = crate::decide::test_situation::address("desk@gmail.com");
        let ours = Ours::of(&settings);
        let pretends = |from: &str| {
            let raw = format!("From: {from}\r\n\r\nHello\r\n");
            let mail = Reader::default().read(raw.as_bytes());
            ours.pretence(mail.from.as_ref().unwrap()).is_some()
        };
        assert!(!pretends("ann@ymail.com"));
        assert!(!pretends("\"ann@gmail.com\" <ann@a.example>"));
        assert!(pretends("\"desk@gmail.com\" <x@evil.example>"));
        assert!(pretends("kim@sh0p.example"));
    }

    #[test]
    fn who_only_looks_like_us_is_known() {
        for (from, expected) in [
            ("Kim <kim@shop.example>", false),
            ("kim@mail.shop.example", false),
            ("Ann <ann@a.example>", false),
            ("Ann <ann@workshops.example>", false),
            // Letters that look alike: ASCII, Cyrillic, full width; as they are and as IDNA writes them.
            ("kim@sh0p.example", true),
            ("kim@shop.examp1e", true),
            ("kim@sh\u{43e}p.example", true),
            ("kim@xn--shp-ted.example", true),
            ("kim@\u{ff53}hop.example", true),
            // One slip.
            ("kim@shop.exampel", true),
            ("kim@shop.exmple", true),
            ("kim@shop.examples", true),
            ("kim@shopp.example", false),
            // Ours, and something behind it.
            ("kim@shop.example.evil.example", true),
            ("kim@shop-example.evil.example", true),
            ("kim@shop.example-billing.example", true),
            // The name shows what the mail did not come from.
            ("\"kim@shop.example\" <x@evil.example>", true),
            ("\"Kim (kim@shop.example)\" <x@evil.example>", true),
            ("=?utf-8?Q?kim=40shop.example?= <x@evil.example>", true),
            ("\"someone@shop.example via list\" <x@evil.example>", true),
            ("\"ann@a.example\" <ann@b.example>", false),
            ("\"kim@shop.example\" <kim@shop.example>", false),
        ] {
            assert_eq!(pretended(from), expected, "{from}");
        }
    }
}
