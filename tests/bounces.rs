//! What delivery and complaint reports say: by the standard, and in the words of mail systems that never read it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that fails may panic"
)]

use handoffd::mail::{Mail, Reader, SenderKind};

fn read(header: &str, body: &str) -> Mail {
    let raw = format!(
        "To: help@shop.example\nMessage-ID: <report@mx.example>\nDate: Tue, 3 Mar 2026 10:12:00 +0100\n{header}\n\n{body}"
    );
    Reader::default().read(raw.replace('\n', "\r\n").as_bytes())
}

/// Mail system; header; text; recipient, status and action that it means. Each holds a copy of a mail with the Message-ID `lost@shop.example`.
const FREE_TEXT: &[(&str, &str, &str, &str, &str, &str)] = &[
    (
        "qmail",
        "From: MAILER-DAEMON@mx.example\nSubject: failure notice",
        "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<bo@b.example>:\n192.0.2.7 does not like recipient.\nRemote host said: 550 5.1.1 User unknown\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <help@shop.example>\nMessage-ID: <lost@shop.example>\nSubject: Your order\n",
        "bo@b.example",
        "5.1.1",
        "failed",
    ),
    (
        "Exim",
        "From: Mail Delivery System <Mailer-Daemon@mx.example>\nSubject: Mail delivery failed: returning message to sender\nX-Failed-Recipients: bo@b.example",
        "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  bo@b.example\n    Unrouteable address\n\n------ This is a copy of the message, including all the headers. ------\n\nMessage-Id: <lost@shop.example>\nSubject: Your order\n",
        "bo@b.example",
        "5.1.1",
        "failed",
    ),
    (
        "Exim, a delay",
        "From: Mail Delivery System <Mailer-Daemon@mx.example>\nSubject: Warning: message 1abc delayed 24 hours",
        "A message that you sent has not yet been delivered to one or more of its\nrecipients after more than 24 hours on the queue on mx.example.\n\nThe address to which the message has not yet been delivered is:\n\n  bo@b.example\n    Delay reason: Connection timed out\n\nMessage-ID: <lost@shop.example>\n",
        "bo@b.example",
        "4.4.1",
        "delayed",
    ),
    (
        "an old sendmail",
        "From: Mail Delivery Subsystem <MAILER-DAEMON@mx.example>\nSubject: Returned mail: User unknown",
        "   ----- Transcript of session follows -----\n550 <bo@b.example>... User unknown\n\n   ----- Unsent message follows -----\nReceived: by mx.example\nMessage-Id: <lost@shop.example>\nSubject: Your order\n",
        "bo@b.example",
        "5.1.1",
        "failed",
    ),
    (
        "Exchange 5.5",
        "From: System Administrator <postmaster@mx.example>\nSubject: Undeliverable: Your order",
        "Your message\n\n  To:      bo@b.example\n  Subject: Your order\n  Sent:    Tue, 3 Mar 2026 10:00:00 +0100\n\ndid not reach the following recipient(s):\n\nbo@b.example on Tue, 3 Mar 2026 10:12:00 +0100\n    The recipient name is not recognized\n    MSEXCH:IMS:Org:Site:SERVER 0 (000C05A6) Unknown Recipient\n\nMessage-ID: <lost@shop.example>\n",
        "bo@b.example",
        "5.1.1",
        "failed",
    ),
    (
        "Domino",
        "From: Postmaster@mx.example\nSubject: DELIVERY FAILURE: User bo (bo@b.example) not listed in Domino Directory",
        "Your message\n\n  Subject: Your order\n\nwas not delivered to:\n\n  bo@b.example\n\nbecause:\n\n  User bo (bo@b.example) not listed in Domino Directory\n\nMessage-ID: <lost@shop.example>\n",
        "bo@b.example",
        "5.1.1",
        "failed",
    ),
    (
        "Gmail, in text",
        "From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>\nSubject: Delivery Status Notification (Failure)",
        "Delivery to the following recipient failed permanently:\n\n     bo@b.example\n\nTechnical details of permanent failure:\nGoogle tried to deliver your message, but it was rejected by the server. The error that the other server returned was: 552 552 5.2.2 mailbox full (state 14).\n\n----- Original message -----\n\nMessage-ID: <lost@shop.example>\n",
        "bo@b.example",
        "5.2.2",
        "failed",
    ),
    (
        "a mailbox that is full, by IMail",
        "From: Postmaster <postmaster@mx.example>\nSubject: Undeliverable Mail",
        "User mailbox exceeds allowed size: bo@b.example\n\nOriginal message follows.\n\nMessage-ID: <lost@shop.example>\nSubject: Your order\n",
        "bo@b.example",
        "5.2.2",
        "failed",
    ),
    (
        "a German provider",
        "From: Mail Delivery System <mailer-daemon@mx.example>\nSubject: Mail delivery failed",
        "Ihre Nachricht konnte nicht zugestellt werden, unzustellbar.\n\nEmpfänger: bo@b.example\nSMTP error from remote server: 550 Requested action not taken: mailbox unavailable\n\n--- Die Kopfzeilen der Nachricht ---\nMessage-ID: <lost@shop.example>\n",
        "bo@b.example",
        "5.0.0",
        "failed",
    ),
    (
        "a notice as JSON",
        "From: AWS Notifications <no-reply@sns.amazonaws.com>\nSubject: AWS Notification Message",
        "{\"notificationType\":\"Bounce\",\"bounce\":{\"bounceType\":\"Permanent\",\"bouncedRecipients\":[{\"emailAddress\":\"bo@b.example\",\"action\":\"failed\",\"status\":\"5.1.1\",\"diagnosticCode\":\"smtp; 550 5.1.1 user unknown\"}]}}\n\nMessage-ID: <lost@shop.example>\n",
        "bo@b.example",
        "5.1.1",
        "failed",
    ),
    (
        "a quoted copy with its identifier on the next line",
        "From: postmaster@mx.example\nSubject: Undelivered Mail Returned to Sender",
        "<bo@b.example>: host mx.b.example[192.0.2.7] said: 550 5.7.1 Message blocked (in reply to end of DATA command)\n\n> Subject: Your order\n> Message-ID:\n>  <lost@shop.example>\n",
        "bo@b.example",
        "5.7.1",
        "failed",
    ),
];

#[test]
fn free_text_reports_of_many_mail_systems() {
    let mut wrong = Vec::new();
    for (system, header, text, recipient, status, action) in FREE_TEXT {
        let header = format!("{header}\nContent-Type: text/plain; charset=utf-8");
        for raw_ends in ["\n", "\r"] {
            let mail = read(&header, &text.replace('\n', raw_ends));
            let found = mail.bounce.as_ref().map(|bounce| {
                (
                    bounce
                        .recipient
                        .as_ref()
                        .map(ToString::to_string)
                        .unwrap_or_default(),
                    bounce.status.clone().unwrap_or_default(),
                    bounce.action.as_str(),
                    bounce
                        .original_message_id
                        .as_ref()
                        .map(ToString::to_string)
                        .unwrap_or_default(),
                )
            });
            let expected = Some((
                (*recipient).to_owned(),
                (*status).to_owned(),
                *action,
                "lost@shop.example".to_owned(),
            ));
            let found_id = found
                .clone()
                .map(|(a, b, c, id)| (a, b, c, id.trim_matches(['<', '>']).to_owned()));
            if mail.sender_kind != SenderKind::Bounce || found_id != expected {
                wrong.push(format!("{system}: {:?} {found:?}", mail.sender_kind));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn parts(report_type: &str, machine_part: &str) -> (String, String) {
    (
        format!(
            "From: Mail System <mailer-daemon@mx.example>\nSubject: Report\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type={report_type}; boundary=\"b\""
        ),
        format!(
            "--b\nContent-Type: text/plain\n\nSomething happened.\n--b\n{machine_part}\n--b\nContent-Type: text/rfc822-headers\n\nFrom: help@shop.example\nTo: bo@b.example\nMessage-ID: <lost@shop.example>\n--b--\n"
        ),
    )
}

#[test]
fn delivery_status_of_several_recipients() {
    let (header, body) = parts(
        "delivery-status",
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; ok@a.example\nAction: relayed\nStatus: 2.0.0\n\nFinal-Recipient: rfc822; bo@b.example\nAction: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 5.2.2 mailbox full\n",
    );
    let mail = read(&header, &body);
    let bounce = mail.bounce.unwrap();
    assert_eq!(bounce.recipient.unwrap().as_str(), "bo@b.example");
    assert_eq!(
        (bounce.status.as_deref(), bounce.action.as_str()),
        (Some("5.2.2"), "failed")
    );
    assert_eq!(
        bounce.original_message_id.unwrap().as_str(),
        "lost@shop.example"
    );
}

#[test]
fn a_structure_that_is_broken_hides_nothing() {
    // The boundary in the header is not the one in the body.
    let (header, body) = parts(
        "delivery-status",
        "Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; bo@b.example\nAction: failed\nStatus: 5.1.1\n",
    );
    let mail = read(
        &header.replace("boundary=\"b\"", "boundary=\"other\""),
        &body,
    );
    let bounce = mail.bounce.unwrap();
    assert_eq!(bounce.recipient.unwrap().as_str(), "bo@b.example");
    assert_eq!(bounce.status.as_deref(), Some("5.1.1"));
    assert_eq!(
        bounce.original_message_id.unwrap().as_str(),
        "lost@shop.example"
    );
}

#[test]
fn complaint_reports_say_who_and_about_what() {
    let (header, body) = parts(
        "feedback-report",
        "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: Provider/1.0\nVersion: 1\nOriginal-Rcpt-To: <bo@b.example>\n",
    );
    let mail = read(&header, &body);
    assert_eq!(mail.sender_kind, SenderKind::FeedbackReport);
    let feedback = mail.feedback.unwrap();
    assert_eq!(feedback.feedback_type.as_str(), "abuse");
    assert_eq!(feedback.complainer.unwrap().as_str(), "bo@b.example");
    assert_eq!(
        feedback.original_message_id.unwrap().as_str(),
        "lost@shop.example"
    );
    assert!(mail.bounce.is_none());
}

#[test]
fn receipts_and_other_reports_are_no_bounces() {
    for report_type in ["disposition-notification", "tlsrpt", "x-other"] {
        let (header, body) = parts(report_type, "Content-Type: application/octet-stream\n\nx\n");
        let header = header.replace("mailer-daemon@mx.example", "ann@a.example");
        let mail = read(&header, &body);
        assert_eq!(mail.sender_kind, SenderKind::AutoReply, "{report_type}");
        assert!(mail.bounce.is_none(), "{report_type}");
    }
}
