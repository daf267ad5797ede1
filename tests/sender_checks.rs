//! What our own check finds about senders: mails that are really signed and sealed, a real name server, and forgeries of each.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot go on says so by a panic, and lives in real time"
)]

mod mail_system;

use handoffd::config::OwnChecks;
use handoffd::inbox::Content;
use handoffd::mail::AuthenticationResults;
use handoffd::sender_checks::Checker;
use mail_auth::arc::ArcSealer;
use mail_auth::common::crypto::Ed25519Key;
use mail_auth::common::headers::HeaderWriter;
use mail_auth::dkim::DkimSigner;
use mail_auth::{ArcOutput, AuthenticatedMessage};
use mail_system::NameServer;
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

/// The public half of the key that signed tests/mails/signed_rsa.eml; the other half was thrown away.
const RSA_KEY: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAyFDP5//YovZGv5COCu2VuC0N4WtgebJ6oPoU9AzSohh2Yusc5XoDfFHV0ESlvt8MSthIOtUpbkKYzDquoq8gxEcvaiLDai+FnOcnUDVehRDY6m86oi0BI61r4lH3FKygHbIYr0G1MkwqnJ1/HFbF6qApLh2ibScIX3zLPW7D4a8ACtqNeTZHL2uQoa6x5npbGHQtnOTrWjVPOH5fCG2TW7hSHGv2HzYCHDza2pA6Q3HXMHRp+okqHfiaTPa1aLHFN+EHNX7M0V9XSHVinor067Vsv2H/nIVNMoYYGprfVBjebAUAyd3MZVXXNc3a34nVUkewrP8rxMrYt+E2PXJnaQIDAQAB";

const MX: &str = "mx.lindenhof-tea.example";
const OUT: &str = "192.0.2.7";
const ELSEWHERE: &str = "203.0.113.9";

/// The keys of a sender.
struct Signer(Vec<u8>);

impl Signer {
    fn new() -> Self {
        Self(Ed25519Key::generate_pkcs8().expect("a key"))
    }

    fn key(&self) -> Ed25519Key {
        Ed25519Key::from_pkcs8_maybe_unchecked_der(&self.0).expect("a key")
    }

    fn record(&self) -> String {
        use base64::Engine as _;
        let public = base64::engine::general_purpose::STANDARD.encode(self.key().public_key());
        format!("v=DKIM1; k=ed25519; p={public}")
    }

    /// The mail with this domain's signature over these fields.
    fn sign(&self, mail: &str, domain: &str, fields: &[&str]) -> String {
        let signer = DkimSigner::from_key(self.key())
            .domain(domain)
            .selector("one");
        let signature = signer.headers(fields.iter().copied()).sign(mail.as_bytes());
        format!("{}{mail}", signature.expect("sign").to_header())
    }

    /// The same, over a part of the body as long as it is now.
    fn sign_this_length(&self, mail: &str, domain: &str) -> String {
        let signer = DkimSigner::from_key(self.key())
            .domain(domain)
            .selector("one");
        let signature = signer.headers(ALL).body_length(true).sign(mail.as_bytes());
        format!("{}{mail}", signature.expect("sign").to_header())
    }

    /// The mail as a forwarder passes it on: its word on what it saw, sealed.
    fn seal(&self, mail: &str, domain: &str, word: &str) -> String {
        let message = AuthenticatedMessage::parse(mail.as_bytes()).expect("a mail");
        // The library writes its own results only: this one's text is put in before it is sealed.
        let results = mail_auth::AuthenticationResults::new(word);
        let sealer = ArcSealer::from_key(self.key())
            .domain(domain)
            .selector("one");
        let sealed = sealer.headers(["From", "To", "Subject"]);
        let set = sealed.seal(&message, &results, &ArcOutput::default());
        format!("{}{mail}", set.expect("seal").to_header())
    }
}

const ALL: [&str; 4] = ["From", "To", "Subject", "Message-ID"];

fn mail(from: &str) -> String {
    format!(
        "From: Ann <{from}>\r\nTo: support@lindenhof-tea.example\r\nSubject: Delivery\r\nMessage-ID: <1@a.example>\r\n\r\n\
         Hello,\r\n\r\nhow long does delivery take?\r\n"
    )
}

/// As the receiving server hands it on.
fn received(mail: &str, envelope_sender: &str, client: &str) -> String {
    format!(
        "Return-Path: <{envelope_sender}>\r\nReceived: from out.a.example (out.a.example [{client}])\r\n\tby {MX} (Postfix) with ESMTPS id 4Q;\r\n\
         \tThu, 26 Nov 2026 10:00:00 +0000\r\n{mail}"
    )
}

fn settings(name_server: SocketAddr) -> OwnChecks {
    OwnChecks {
        receiving_server: Some(MX.to_owned()),
        name_servers: vec![name_server],
        arc_sealers: vec!["lists.example".to_owned()],
        time_limit: Duration::from_secs(10),
    }
}

async fn check(checker: &Checker, mail: &str) -> AuthenticationResults {
    checker
        .check(&Content::Whole(mail.as_bytes().to_vec()))
        .await
}

/// `dmarc=pass dkim=fail …`, and the domain that a seal stands for.
fn words(found: &AuthenticationResults) -> String {
    let results = found.results.iter();
    let results = results.map(|result| format!("{}={}", result.method, result.result));
    results.collect::<Vec<_>>().join(" ")
}

fn records(ann: &Signer, list: &Signer, stranger: &Signer) -> Vec<(String, String)> {
    let record = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    vec![
        record("one._domainkey.a.example", &ann.record()),
        record("_dmarc.a.example", "v=DMARC1; p=reject"),
        record("a.example", &format!("v=spf1 ip4:{OUT} -all")),
        record("one._domainkey.plain.example", &ann.record()),
        record("one._domainkey.lists.example", &list.record()),
        record("one._domainkey.evil.example", &stranger.record()),
        record("_dmarc.evil.example", "v=DMARC1; p=none"),
        record("evil.example", &format!("v=spf1 ip4:{ELSEWHERE} -all")),
        record("_dmarc.rsa.example", "v=DMARC1; p=quarantine"),
        record(
            "one._domainkey.rsa.example",
            &format!("v=DKIM1; k=rsa; p={RSA_KEY}"),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_signed_is_proven_and_what_is_not_is_not() {
    let (ann, list, stranger) = (Signer::new(), Signer::new(), Signer::new());
    let server = NameServer::start(&records(&ann, &list, &stranger));
    let checker = Checker::new(&settings(server.address)).expect("a checker");
    let plain = mail("ann@a.example");
    let signed = ann.sign(&plain, "a.example", &ALL);
    let bounce = "bounce@a.example";
    let rsa = include_str!("mails/signed_rsa.eml");
    for (what, mail, expected) in [
        ("signed", signed.clone(), "dmarc=pass dkim=pass"),
        ("signed with RSA", rsa.to_owned(), "dmarc=pass dkim=pass"),
        (
            "RSA, changed",
            rsa.replace("order today", "order now"),
            "dmarc=none dkim=neutral",
        ),
        (
            "signed, another body",
            signed.replace("how long", "how much"),
            "dmarc=none dkim=neutral",
        ),
        (
            "signed, another subject",
            signed.replace("Subject: D", "Subject: X"),
            "dmarc=none dkim=fail",
        ),
        // Whoever knows from where it came may say that it failed.
        (
            "signed and sent",
            received(&signed, bounce, OUT),
            "dmarc=pass dkim=pass spf=pass",
        ),
        (
            "sent, not signed",
            received(&plain, bounce, OUT),
            "dmarc=pass spf=pass",
        ),
        (
            "not signed, from elsewhere",
            received(&plain, bounce, ELSEWHERE),
            "dmarc=fail spf=fail",
        ),
        (
            "forwarded, still signed",
            received(&signed, "list@lists.example", ELSEWHERE),
            "dmarc=pass dkim=pass spf=none",
        ),
        (
            "another's envelope",
            received(&plain, "x@evil.example", ELSEWHERE),
            "dmarc=fail spf=pass",
        ),
        (
            "null envelope",
            received(&plain, "", ELSEWHERE),
            "dmarc=fail spf=none",
        ),
        (
            "no envelope noted",
            received(&plain, "", ELSEWHERE).replace("Return-Path: <>\r\n", ""),
            "dmarc=none",
        ),
        (
            "a Received of ours below a real one",
            received(&received(&plain, bounce, OUT), bounce, ELSEWHERE),
            "dmarc=fail spf=fail",
        ),
        // Signed by others, over too little, or over a part.
        (
            "a stranger's signature",
            stranger.sign(&plain, "evil.example", &ALL),
            "dmarc=none dkim=pass",
        ),
        (
            "a stranger's in our name",
            stranger.sign(&plain, "a.example", &ALL),
            "dmarc=none dkim=fail",
        ),
        (
            "From not signed",
            ann.sign(&plain, "a.example", &["To", "Subject"]),
            "dmarc=none",
        ),
        (
            "a signed length and something added",
            format!(
                "{}Send it to evil.\r\n",
                ann.sign_this_length(&plain, "a.example")
            ),
            "dmarc=none dkim=neutral",
        ),
        (
            "no policy, signed",
            ann.sign(&mail("ann@plain.example"), "plain.example", &ALL),
            "dmarc=none dkim=pass",
        ),
        ("nobody's domain", mail("ann@nowhere.example"), "dmarc=none"),
        ("no domain", mail("ann"), "dmarc=none"),
    ] {
        let found = check(&checker, &mail).await;
        assert_eq!(words(&found), expected, "{what}: {}", found.written());
        // What is recorded is read again as it was.
        let again = AuthenticationResults::read(&found.written());
        assert_eq!(again.as_ref(), Some(&found), "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seal_counts_where_the_settings_name_who_sealed() {
    let (ann, list, stranger) = (Signer::new(), Signer::new(), Signer::new());
    let server = NameServer::start(&records(&ann, &list, &stranger));
    let checker = Checker::new(&settings(server.address)).expect("a checker");
    let signed = ann.sign(&mail("ann@a.example"), "a.example", &ALL);
    // A list changes what was signed, says what it saw before, and seals that.
    let changed = signed.replace("take?\r\n", "take?\r\n-- \r\nthe list\r\n");
    let saw = "lists.example; dmarc=pass header.from=a.example";
    let believed = list.seal(&changed, "lists.example", saw);
    let by_evil = stranger.seal(&changed, "evil.example", saw);
    let in_its_name = stranger.seal(&changed, "lists.example", saw);
    let saw_nothing = list.seal(
        &changed,
        "lists.example",
        "lists.example; dmarc=none header.from=a.example",
    );
    for (what, mail, seals) in [
        ("by a list that is named", &believed, true),
        (
            "changed after it",
            &believed.replace("the list", "the lie"),
            false,
        ),
        (
            "its word changed after it",
            &saw_nothing.replace("dmarc=none", "dmarc=pass"),
            false,
        ),
        ("by a list that saw nothing", &saw_nothing, false),
        ("by a stranger", &by_evil, false),
        ("by a stranger in its name", &in_its_name, false),
    ] {
        let found = check(&checker, &received(mail, "list@lists.example", ELSEWHERE)).await;
        let sealed = found.results.iter().any(|result| {
            result.method == handoffd::trust::SEALED
                && result.property("header.from") == Some("a.example")
        });
        assert_eq!(sealed, seals, "{what}: {}", found.written());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_server_that_says_nothing_shows_nobody_and_holds_nothing_up() {
    let silent = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let address = silent.local_addr().expect("an address");
    let limit = Duration::from_secs(2);
    let checker = Checker::new(&OwnChecks {
        time_limit: limit,
        ..settings(address)
    })
    .expect("a checker");
    let signed = Signer::new().sign(&mail("ann@a.example"), "a.example", &ALL);
    let begun = Instant::now();
    let found = check(&checker, &received(&signed, "bounce@a.example", OUT)).await;
    assert!(
        begun.elapsed() < limit + Duration::from_secs(20),
        "{:?}",
        begun.elapsed()
    );
    assert!(
        words(&found).starts_with("dmarc=temperror"),
        "{}",
        found.written()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_number_of_questions_is_bounded_and_what_was_answered_is_kept() {
    let (ann, list, stranger) = (Signer::new(), Signer::new(), Signer::new());
    let mut records = records(&ann, &list, &stranger);
    // As a registry's domain says it of itself: that there is nothing is kept only where a whole zone says so, and this is none.
    let registry = (
        "_dmarc.example".to_owned(),
        "v=DMARC1; p=none; psd=y".to_owned(),
    );
    records.push(registry);
    let mut server = Some(NameServer::start(&records));
    let address = server.as_ref().expect("a server").address;
    let checker = Checker::new(&settings(address)).expect("a checker");
    // A hundred signatures, each of which wants a key of its own.
    let signature = ann.sign(&mail("ann@a.example"), "a.example", &ALL);
    let mut many = String::new();
    for number in 0..100 {
        let domain = format!("d{number}.example");
        let signed = stranger.sign(&mail("ann@a.example"), &domain, &ALL);
        let (signature, _) = signed.split_once("From:").expect("a signature");
        many.push_str(signature);
    }
    let found = check(&checker, &format!("{many}{}", mail("ann@a.example"))).await;
    let asked = found
        .results
        .iter()
        .filter(|result| result.method == "dkim")
        .count();
    assert!(asked <= 8, "{asked}");
    // What was found once is known without the server, for as long as its answers say.
    assert_eq!(
        words(&check(&checker, &signature).await),
        "dmarc=pass dkim=pass"
    );
    drop(server.take());
    assert_eq!(
        words(&check(&checker, &signature).await),
        "dmarc=pass dkim=pass"
    );
}
