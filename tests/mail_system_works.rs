//! The throw-away mail system itself, without handoffd: what the other tests stand on.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that cannot go on says so by a panic, and lives in real time"
)]

mod mail_system;

use mail_system::{ImapClient, Letter, MailSystem, Protection, Server};

const SUPPORT: &str = "support@shop.example";
const CUSTOMER: &str = "ann@customer.example";

#[test]
fn mail_travels_bounces_and_can_be_looked_at() {
    // Given a mail system with two accounts
    let system = MailSystem::start(&[SUPPORT, CUSTOMER]);

    // When a customer writes to the support address and to one with a token
    let letter = Letter::new(
        "Ann <ann@customer.example>",
        SUPPORT,
        "Grüße",
        "Hello\n.dot\n",
    );
    system.deliver(CUSTOMER, SUPPORT, &letter.bytes());
    let tokened = Letter::new(CUSTOMER, "support+k7-c-abc@shop.example", "Re: x", "again");
    system.deliver(CUSTOMER, &tokened.to, &tokened.bytes());

    // Then both stand in the support mailbox, the token visible
    let first = system.wait_for(SUPPORT, "the first mail", |mail| {
        mail.message_id() == letter.id()
    });
    assert_eq!(first.subject, "Grüße");
    assert_eq!(first.from, CUSTOMER);
    assert!(first.text.contains("\n.dot"), "{:?}", first.text);
    let second = system.wait_for(SUPPORT, "the second mail", |mail| {
        mail.message_id() == tokened.id()
    });
    assert_eq!(
        second.header("Delivered-To"),
        Some("support+k7-c-abc@shop.example")
    );
    assert!(second.arrived_micros >= first.arrived_micros);

    // And IMAP gives them over every kind of connection, with flags that another client can set
    for (port, protection) in [
        (system.ports.imap, Protection::Plain),
        (system.ports.imap, Protection::StartTls),
        (system.ports.imaps, Protection::Implicit),
    ] {
        let mut client = ImapClient::connect(port, protection, system.authority());
        client.log_in(SUPPORT, &system.password(SUPPORT));
        client.select("INBOX");
        let fetched = client.fetch(&letter.id()).expect("the mail by IMAP");
        assert!(fetched.contains("Hello"), "{protection:?}: {fetched}");
        client.mark_seen(&letter.id());
    }
    assert!(system.flags(SUPPORT, &letter.id()).contains("\\Seen"));

    // And mail to nobody comes back as a delivery report
    let lost = Letter::new(CUSTOMER, "nobody@shop.example", "Lost", "Is anybody there?");
    system.deliver(CUSTOMER, &lost.to, &lost.bytes());
    let bounce = system.wait_for(CUSTOMER, "a bounce", |mail| {
        mail.says("nobody@shop.example")
    });
    assert_eq!(bounce.header("Return-Path"), Some("<>"));
    assert!(
        bounce.raw_contains("message/delivery-status"),
        "{}",
        bounce.text
    );

    // And addresses that refuse do so at once
    let refused = system.try_deliver(CUSTOMER, &["refused@shop.example"], &lost.bytes());
    assert_eq!(refused.map_err(|failure| failure.code), Err(550));
    let later = system.try_deliver(CUSTOMER, &["later@shop.example"], &lost.bytes());
    assert_eq!(later.map_err(|failure| failure.code), Err(451));
}

#[test]
fn submission_wants_a_password_over_tls() {
    use lettre::transport::smtp::authentication::Credentials;
    use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
    use lettre::{SmtpTransport, Transport};
    // Given a mail system
    let system = MailSystem::start(&[SUPPORT, CUSTOMER]);
    let authority = std::fs::read(system.authority()).expect("authority");
    let parameters = TlsParameters::builder("localhost".to_owned())
        .add_root_certificate(Certificate::from_pem(&authority).expect("certificate"))
        .build_rustls()
        .expect("TLS");
    let envelope =
        lettre::address::Envelope::new(None, vec![CUSTOMER.parse().expect("an address")])
            .expect("an envelope");
    for (name, port, tls) in [
        (
            "implicit",
            system.ports.submissions,
            Tls::Wrapper(parameters.clone()),
        ),
        (
            "starttls",
            system.ports.submission,
            Tls::Required(parameters.clone()),
        ),
    ] {
        let transport = |password: &str| {
            SmtpTransport::builder_dangerous("localhost")
                .port(port)
                .tls(tls.clone())
                .credentials(Credentials::new(SUPPORT.to_owned(), password.to_owned()))
                .build()
        };
        let letter = Letter::new(SUPPORT, CUSTOMER, name, "by submission");

        // When somebody sends with the right password, then it arrives, null sender and all
        transport(&system.password(SUPPORT))
            .send_raw(&envelope, &letter.bytes())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let mail = system.wait_for(CUSTOMER, name, |mail| mail.message_id() == letter.id());
        assert_eq!(mail.header("Return-Path"), Some("<>"));

        // When with a wrong one, then it is refused
        let wrong = transport("wrong").send_raw(&envelope, &letter.bytes());
        assert!(wrong.is_err(), "{name}: a wrong password was accepted");
    }
}

#[test]
fn servers_can_be_stopped_restarted_paused_and_renewed() {
    // Given a mail system and a mail that was seen
    let system = MailSystem::start(&[SUPPORT, CUSTOMER]);
    let letter = Letter::new(CUSTOMER, SUPPORT, "One", "text");
    system.deliver_lmtp(CUSTOMER, SUPPORT, &letter.bytes());
    system.imap(SUPPORT).mark_seen(&letter.id());
    let before = system.imap(SUPPORT).uid_validity("INBOX");

    // When the IMAP server is down, then mail waits at the SMTP server and arrives when it is back
    system.stop_server(Server::Imap);
    let waiting = Letter::new(CUSTOMER, SUPPORT, "Two", "text");
    system.deliver(CUSTOMER, SUPPORT, &waiting.bytes());
    assert!(!system.outgoing_queue_is_empty());
    system.start_server(Server::Imap);
    system.wait_for(SUPPORT, "the second mail", |mail| {
        mail.message_id() == waiting.id()
    });
    system.wait_until_delivered();

    // When the SMTP server is down, then nothing can be sent; when it is back, it can
    system.stop_server(Server::Smtp);
    assert!(
        system
            .try_deliver(CUSTOMER, &[SUPPORT], &letter.bytes())
            .is_err()
    );
    system.start_server(Server::Smtp);
    system
        .try_deliver(CUSTOMER, &[SUPPORT], &letter.bytes())
        .expect("sent again");

    // When the IMAP server is paused, then it goes on where it was
    system.pause_server(Server::Imap);
    system.resume_server(Server::Imap);
    assert_eq!(system.imap(SUPPORT).find(&letter.id()).len(), 2);

    // When the INBOX is renewed, then the mails stand there unseen under another UIDVALIDITY
    system.renew_inbox(SUPPORT);
    assert_ne!(system.imap(SUPPORT).uid_validity("INBOX"), before);
    assert_eq!(system.mailbox(SUPPORT).len(), 3);
    assert!(!system.flags(SUPPORT, &letter.id()).contains("\\Seen"));
}

#[test]
fn a_new_account_works_at_once_and_nothing_is_left_behind() {
    let folder;
    {
        let system = MailSystem::start(&[SUPPORT]);
        folder = system.folder().to_owned();
        system.add_account(CUSTOMER);
        let letter = Letter::new(SUPPORT, CUSTOMER, "Hi", "text");
        system.deliver(SUPPORT, CUSTOMER, &letter.bytes());
        system.wait_for(CUSTOMER, "the mail", |mail| mail.subject == "Hi");
    }
    assert!(!folder.exists(), "{} is still there", folder.display());
    // No process still has a file of it open or runs in it by its command line.
    let left = std::process::Command::new("/bin/sh")
        .args(["-c", "cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '"])
        .output()
        .expect("list processes");
    let left = String::from_utf8_lossy(&left.stdout);
    assert!(!left.contains(folder.to_str().expect("a path")), "{left}");
}
