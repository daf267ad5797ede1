//! Who is behind a mail: machines by every sign that they give, and people however much their mail looks like a machine's.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that fails may panic"
)]

use handoffd::mail::{Address, KindProof, Mail, Reader, SenderKind};

fn reader() -> Reader {
    Reader {
        support: Some(Address::parse("help@shop.example").unwrap()),
        key: None,
    }
}

/// A mail with these header lines (those of every mail are added) and this text.
fn mail(header: &str, text: &str) -> Mail {
    let mut raw = String::from("To: help@shop.example\r\nMessage-ID: <1@a.example>\r\n");
    for (name, line) in [
        ("from:", "From: Ann Miller <ann@a.example>\r\n"),
        ("subject:", "Subject: A question\r\n"),
        ("date:", "Date: Tue, 3 Mar 2026 10:12:00 +0100\r\n"),
    ] {
        let is_there = header
            .lines()
            .any(|own| own.to_ascii_lowercase().starts_with(name));
        if !is_there {
            raw.push_str(line);
        }
    }
    for line in header.lines() {
        raw.push_str(line);
        raw.push_str("\r\n");
    }
    raw.push_str("\r\n");
    raw.push_str(&text.replace('\n', "\r\n"));
    reader().read(raw.as_bytes())
}

const TEXT: &str = "Hello,\n\nwhere is my parcel?\n\nAnn\n";

#[test]
fn headers_of_machines() {
    use SenderKind::{AutoReply, Bounce, Bulk, FeedbackReport, List, Own};
    let mut wrong = Vec::new();
    for (header, kind) in [
        ("Auto-Submitted: auto-replied", AutoReply),
        (
            "Auto-Submitted: Auto-Generated (by a cron job); type=\"x\"",
            AutoReply,
        ),
        ("Auto-Submitted: (no) auto-notified", AutoReply),
        ("Auto-Submitted: yes", AutoReply),
        ("Precedence: auto_reply", AutoReply),
        ("X-Autoreply: yes", AutoReply),
        ("X-Autorespond: Re: x", AutoReply),
        ("X-Auto-Response: 1", AutoReply),
        ("X-Out-Of-Office: true", AutoReply),
        ("X-Cron-Env: <SHELL=/bin/sh>", AutoReply),
        ("X-FC-MachineGenerated: true", AutoReply),
        (
            "X-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent",
            AutoReply,
        ),
        ("X-RT-Loop-Prevention: shop", AutoReply),
        ("X-OTRS-Loop: yes", AutoReply),
        ("Delivered-To: Autoresponder", AutoReply),
        ("Return-Path: <>", AutoReply),
        ("Return-Path: < >", AutoReply),
        ("X-Envelope-From: <>", AutoReply),
        ("Return-Path: <MAILER-DAEMON>", AutoReply),
        ("From: postmaster@a.example", AutoReply),
        (
            "From: Mail Delivery System <Mailer-Daemon@a.example>",
            AutoReply,
        ),
        ("From: bounces+123-help=shop.example@a.example", AutoReply),
        (
            "Content-Type: multipart/report; report-type=disposition-notification; boundary=x",
            AutoReply,
        ),
        (
            "Content-Type: multipart/report; report-type=tlsrpt; boundary=x",
            AutoReply,
        ),
        (
            "Content-Type: multipart/report; report-type=\"x-other\"; boundary=x",
            AutoReply,
        ),
        (
            "Content-Type: multipart/report; report-type=delivery-status; boundary=x",
            Bounce,
        ),
        ("X-Failed-Recipients: bo@b.example", Bounce),
        (
            "Content-Type: multipart/report; report-type=feedback-report; boundary=x",
            FeedbackReport,
        ),
        (
            "Subject: complaint about message from 192.0.2.7",
            FeedbackReport,
        ),
        ("List-Id: Tea lovers <tea.lists.example>", List),
        ("List-Post: <mailto:tea@lists.example>", List),
        ("Precedence: list", List),
        (
            "Mailing-List: contact tea-help@lists.example; run by ezmlm",
            List,
        ),
        ("Precedence: bulk", Bulk),
        ("Precedence: junk", Bulk),
        ("List-Unsubscribe: <https://news.example/u/1>", Bulk),
        ("From: no-reply@a.example", Bulk),
        ("From: ann_do_not_reply@a.example", Bulk),
        ("From: ne-pas-repondre@a.example", Bulk),
        ("From: help@shop.example", Own),
    ] {
        let read = mail(header, TEXT);
        if read.sender_kind != kind || read.may_auto_reply || read.sender_evidence.is_empty() {
            wrong.push(format!("{header}: {:?}", read.sender_kind));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn notes_of_vacation_programs_by_subject_and_text() {
    let mut wrong = Vec::new();
    for (subject, text) in [
        ("Auto: A question", "I am out of the office until Monday."),
        (
            "Automatic reply: A question",
            "I will be away until 9 March. For urgent matters please call.",
        ),
        (
            "Out of office: A question",
            "I am out of the office and will answer on my return.",
        ),
        (
            "Out of Office AutoReply: Back next week",
            "Hi, I am back in the office next week",
        ),
        (
            "Re: [shop] Out of office AutoReply: Back next week",
            "Hi, I am back in the office next week",
        ),
        (
            "Abwesenheitsnotiz: Ihre Anfrage",
            "Ich bin bis zum 9. März nicht im Büro.",
        ),
        (
            "Automatische Antwort: Ihre Anfrage",
            "Ich bin im Urlaub und wieder erreichbar am 9. März.",
        ),
        (
            "Réponse automatique : votre demande",
            "Je suis absent jusqu'au 9 mars.",
        ),
        (
            "Respuesta automática: su pedido",
            "Estoy de vacaciones hasta el 9 de marzo.",
        ),
        (
            "Risposta automatica: ordine",
            "Sono in ferie fino al 9 marzo.",
        ),
        (
            "Resposta automática: pedido",
            "Estou de férias até 9 de março.",
        ),
        (
            "Automatisch antwoord: uw vraag",
            "Ik ben op vakantie tot 9 maart.",
        ),
        ("Autosvar: din fråga", "Jag är på semester till den 9 mars."),
        ("Automaattinen vastaus: kysymys", "Olen lomalla 9.3. asti."),
        (
            "Odpowiedź automatyczna: pytanie",
            "Jestem na urlopie do 9 marca.",
        ),
        ("Automatická odpověď: dotaz", "Mám dovolenou do 9. března."),
        ("Автоматический ответ: вопрос", "Я в отпуске до 9 марта."),
        ("自動応答: お問い合わせ", "休暇のため不在です。"),
        ("自动回复: 问题", "我正在休假。"),
    ] {
        let read = mail(
            &format!("Subject: {subject}\nContent-Type: text/plain; charset=utf-8"),
            text,
        );
        if read.sender_kind != SenderKind::AutoReply {
            wrong.push(format!("{subject}: {:?}", read.sender_kind));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn people_whose_mail_looks_like_a_machines() {
    let bounce = "I got this back, what is wrong?\n\n> The following address had permanent fatal errors\n> bo@b.example\n> 550 5.1.1 User unknown\n";
    let mut wrong = Vec::new();
    for (header, text) in [
        ("Auto-Submitted: no", TEXT),
        ("Auto-Submitted: No (I type)", TEXT),
        ("Auto-Submitted: auto-forwarded", TEXT),
        ("Auto-Submitted: auto-forwarded\nReturn-Path: <>", TEXT),
        ("Precedence: normal", TEXT),
        ("Precedence: first-class", TEXT),
        ("X-Autoreply: no", TEXT),
        ("X-Auto-Response-Suppress: DR, RN, NRN, NDR", TEXT),
        ("X-Auto-Response-Suppress: none", TEXT),
        ("From: Hank Bouncer <bouncer@a.example>", TEXT),
        ("From: Ann Postma <postma@a.example>", TEXT),
        ("From: Post Masters <postmasters.club@a.example>", TEXT),
        ("From: office@a.example", TEXT),
        ("From: list@a.example", TEXT),
        ("From: reply@a.example", TEXT),
        (
            "Subject: Undeliverable?",
            "Your page says that my parcel is undeliverable. Why?",
        ),
        ("Subject: Fwd: Undelivered Mail Returned to Sender", bounce),
        (
            "Subject: Re: Mail delivery failed: returning message to sender",
            bounce,
        ),
        ("Subject: my mail bounced", bounce),
        (
            "Subject: Delivery failed",
            "The courier says that the delivery failed, the recipient was unknown. I was at home!",
        ),
        (
            "Subject: delivery status of my order",
            "Could you tell me? The page says the address is unknown.",
        ),
        (
            "Subject: Out of office next week",
            "I want to send the tea to my house instead of the office, as nobody is there.",
        ),
        (
            "Subject: vacation",
            "I am away next week, please deliver later.",
        ),
        (
            "Subject: Re: vacation",
            "I am on vacation from Monday, please deliver before.",
        ),
        ("Subject: away from home", "Where can I fetch the parcel?"),
        (
            "Subject: Automatic reply",
            "Your machine answered me, but it did not help. Where is my parcel?",
        ),
        ("Subject: Absence", "Bonjour, mon colis est arrivé cassé."),
        ("Subject: spam complaint", "You send me spam, stop it."),
        (
            "Subject: virus in your mail?",
            "My scanner says so. Is it real?",
        ),
        ("Subject: quota of tea", "How much may I order?"),
        (
            "Subject: mailbox full",
            "The parcel did not fit into my mailbox, it is full.",
        ),
        ("X-Mailer: PHPMailer 6.0", TEXT),
        ("X-Priority: 1\nImportance: high\nX-Spam-Flag: YES", TEXT),
        ("Errors-To: ann@a.example", TEXT),
        ("Sender: assistant@a.example", TEXT),
        ("Feedback-ID: a:b:c", TEXT),
        (
            "Disposition-Notification-To: ann@a.example\nReturn-Receipt-To: ann@a.example",
            TEXT,
        ),
    ] {
        let read = mail(header, text);
        if read.sender_kind != SenderKind::Person || !read.may_auto_reply {
            wrong.push(format!(
                "{header}: {:?} {:?}",
                read.sender_kind, read.sender_evidence
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn people_whom_only_a_person_answers() {
    for (header, kind, proof) in [
        (
            "X-Auto-Response-Suppress: OOF, AutoReply",
            SenderKind::AutoReply,
            KindProof::Suspected,
        ),
        (
            "X-Auto-Response-Suppress: DR, RN, All",
            SenderKind::AutoReply,
            KindProof::Suspected,
        ),
        (
            "X-Loop: ann@a.example",
            SenderKind::AutoReply,
            KindProof::Suspected,
        ),
        (
            "From: Contact form <noreply@shop.example>\nReply-To: Ann <ann@a.example>",
            SenderKind::Person,
            KindProof::Shown,
        ),
    ] {
        let read = mail(header, TEXT);
        assert_eq!(
            (read.sender_kind, read.kind_proof),
            (kind, proof),
            "{header}"
        );
        assert!(!read.may_auto_reply, "{header}");
        assert!(!read.sender_evidence.is_empty(), "{header}");
    }
}

#[test]
fn our_address_may_be_a_group_that_hands_mail_on() {
    for header in [
        "List-Id: <help.shop.example>\nPrecedence: list\nList-Unsubscribe: <mailto:help+unsubscribe@shop.example>",
        "Mailing-list: list help@shop.example; contact help+owners@shop.example\nPrecedence: list\nList-Post: <mailto:help@shop.example>",
        "X-BeenThere: help@shop.example\nList-Post: <mailto:help@shop.example>\nPrecedence: bulk",
    ] {
        let read = mail(header, TEXT);
        assert_eq!(
            read.sender_kind,
            SenderKind::Person,
            "{header} {:?}",
            read.sender_evidence
        );
        assert!(read.may_auto_reply, "{header}");
    }
    // Through another list that hands mail to us it is a list all the same.
    let read = mail(
        "List-Id: <tea.lists.example>\nList-Post: <mailto:tea@lists.example>",
        TEXT,
    );
    assert_eq!(read.sender_kind, SenderKind::List);
}
