//! Mails made for benches: the same each time, of the kinds that a support mailbox gets.

use std::fmt::Write;

/// A small generator of numbers, so that every run reads the same mails.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound).unwrap_or(1)).unwrap_or(0)
    }
}

const WORDS: [&str; 40] = [
    "the",
    "parcel",
    "has",
    "not",
    "arrived",
    "yet",
    "and",
    "I",
    "would",
    "like",
    "to",
    "know",
    "where",
    "it",
    "is",
    "please",
    "tell",
    "me",
    "whether",
    "my",
    "order",
    "was",
    "sent",
    "on",
    "Monday",
    "or",
    "later",
    "because",
    "we",
    "need",
    "tea",
    "for",
    "Grüße",
    "schöne",
    "Bestellung",
    "fehlt",
    "leider",
    "noch",
    "immer",
    "danke",
];

/// So many mails: plain, replies with quotes, HTML, with attachments, delivery reports.
pub fn set(count: usize) -> Vec<Vec<u8>> {
    let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
    (0..count)
        .map(|number| mail(number, &mut numbers))
        .collect()
}

fn mail(number: usize, numbers: &mut Numbers) -> Vec<u8> {
    let mut head = format!(
        "Return-Path: <ann{number}@customer.example>\r\nReceived: from mx.customer.example (mx.customer.example [192.0.2.7])\r\n\tby mail.shop.example (Postfix) with ESMTPS id {number:08X}\r\n\tfor <support@shop.example>; Mon, 2 Mar 2026 10:00:00 +0000 (UTC)\r\nDKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=customer.example; s=mail;\r\n\tt=1772445600; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=;\r\n\th=From:To:Subject:Date; b={}\r\nFrom: =?utf-8?Q?Ann_M=C3=BCller?= <ann{number}@customer.example>\r\nTo: Support <support@shop.example>\r\nSubject: =?utf-8?B?TWVpbmUgQmVzdGVsbHVuZyDDvGJlciBUZWU=?= {number}\r\nDate: Mon, 2 Mar 2026 11:00:00 +0100\r\nMessage-ID: <{number}.bench@customer.example>\r\nMIME-Version: 1.0\r\n",
        "Zm9vYmFy".repeat(20)
    );
    match number % 10 {
        0..=3 => plain(&mut head, numbers, 120),
        4 | 5 => reply(&mut head, numbers),
        6 | 7 => html(&mut head, numbers),
        8 => attached(&mut head, numbers),
        _ => report(&mut head, numbers),
    }
    head.into_bytes()
}

fn words(numbers: &mut Numbers, count: usize, end: &str) -> String {
    let mut text = String::new();
    for number in 1..=count {
        text.push_str(WORDS[numbers.below(WORDS.len())]);
        text.push_str(if number % 12 == 0 { end } else { " " });
    }
    text
}

fn plain(mail: &mut String, numbers: &mut Numbers, count: usize) {
    let text = words(numbers, count, "\r\n");
    let _ = write!(
        mail,
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nHello,\r\n\r\n{text}\r\n\r\n-- \r\nAnn Müller\r\nHauptstraße 1\r\n"
    );
}

fn reply(mail: &mut String, numbers: &mut Numbers) {
    let text = words(numbers, 60, "\r\n");
    let quoted = words(numbers, 200, "\r\n> ");
    let _ = write!(
        mail,
        "In-Reply-To: <old@shop.example>\r\nReferences: <first@customer.example> <old@shop.example>\r\nContent-Type: text/plain; charset=utf-8; format=flowed\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{}\r\n\r\nOn Mon, 2 Mar 2026 at 09:00, Shop <support@shop.example> wrote:\r\n> {}\r\n",
        text.replace('ü', "=C3=BC")
            .replace('ö', "=C3=B6")
            .replace('ß', "=C3=9F"),
        quoted
            .replace('ü', "=C3=BC")
            .replace('ö', "=C3=B6")
            .replace('ß', "=C3=9F"),
    );
}

fn html(mail: &mut String, numbers: &mut Numbers) {
    let text = words(numbers, 150, "\r\n");
    let mut rich = String::new();
    for _ in 0..40 {
        let _ = write!(
            rich,
            "<tr><td style=\"font-family:Arial,sans-serif;font-size:14px;padding:0 8px\"><p class=\"MsoNormal\"><span lang=\"DE\" style=\"color:#1F497D\">{}</span><br></p></td></tr>\r\n",
            words(numbers, 30, "<br>\r\n")
        );
    }
    let _ = write!(
        mail,
        "Content-Type: multipart/alternative; boundary=\"b1\"\r\n\r\n--b1\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n--b1\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><head><style>p {{ margin: 0 }} .x {{ color: red }}</style></head><body><table>{rich}</table></body></html>\r\n--b1--\r\n"
    );
}

fn attached(mail: &mut String, numbers: &mut Numbers) {
    let text = words(numbers, 80, "\r\n");
    let line = "UmVjaG51bmcgTnIuIDEyMzQ1NiBSZWNobnVuZyBOci4gMTIzNDU2IFJlY2hudW5nIE5yLiAxMjM0\r\n";
    let _ = write!(
        mail,
        "Content-Type: multipart/mixed; boundary=\"b2\"\r\n\r\n--b2\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n--b2\r\nContent-Type: application/pdf; name=\"Rechnung.pdf\"\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"Rechnung.pdf\"\r\n\r\n{}--b2--\r\n",
        line.repeat(640)
    );
}

fn report(mail: &mut String, numbers: &mut Numbers) {
    let text = words(numbers, 60, "\r\n");
    let _ = write!(
        mail,
        "Auto-Submitted: auto-replied\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b3\"\r\n\r\n--b3\r\nContent-Type: text/plain\r\n\r\nThe mail system could not deliver your message.\r\n{text}\r\n--b3\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mail.shop.example\r\n\r\nFinal-Recipient: rfc822; gone@customer.example\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n--b3\r\nContent-Type: message/rfc822\r\n\r\nFrom: support@shop.example\r\nTo: gone@customer.example\r\nSubject: Re: order\r\nMessage-ID: <lost@shop.example>\r\n\r\n{text}\r\n--b3--\r\n"
    );
}
