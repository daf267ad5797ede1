//! Mails that were written to make a reader slow: each of about so many bytes, each with the one thing that it has too much of.

const HEAD: &str = "From: Eve <eve@e.example>\r\nTo: help@shop.example\r\nSubject: x\r\nMessage-ID: <1@e.example>\r\nMIME-Version: 1.0\r\n";

/// Name and bytes of each.
pub fn all(bytes: usize) -> Vec<(&'static str, Vec<u8>)> {
    let text = |unit: &str| {
        format!(
            "{HEAD}Content-Type: text/plain; charset=utf-8\r\n\r\n{}",
            fill(unit, bytes)
        )
    };
    let html = |unit: &str| {
        format!(
            "{HEAD}Content-Type: text/html; charset=utf-8\r\n\r\n{}",
            fill(unit, bytes)
        )
    };
    let field =
        |name: &str, unit: &str| format!("{name}: {}\r\n{HEAD}\r\nhi\r\n", fill(unit, bytes));
    let made: Vec<(&'static str, String)> = vec![
        ("header labels", text("From: a\nSent: b\nTo: c\n")),
        ("labels without values", text("From:\n")),
        ("quote marks", text(">")),
        ("quoted lines", text("> a\n")),
        ("quotes and answers", text("> a\nb\n\n")),
        (
            "lines that begin an introduction",
            text("On Monday 3 Mar 2026 10:12\n"),
        ),
        ("open brackets", text("<\n")),
        ("one long line", text("a")),
        ("one long line of words", text("word ")),
        ("short lines", text("a\n")),
        ("empty lines", text("\n")),
        ("carriage returns", text("\r")),
        ("dashes", text("-- \n")),
        ("rules", text("_____\n")),
        ("addresses in the text", text("a@b.example ")),
        ("numbers", text("1234567890 ")),
        (
            "words of bounces",
            text("user unknown 550 5.1.1 <a@b.example>\n"),
        ),
        ("invisible characters", text("\u{200b}\u{202e}")),
        (
            "cards",
            text("Ann Miller\n+49 30 123456\nann@a.example\n\n"),
        ),
        (
            "legal footers",
            text("this is confidential for the intended recipient only, delete it\n\n"),
        ),
        ("tags", html("<b>")),
        ("closed tags", html("<b></b>")),
        ("closing tags", html("</b>")),
        ("less-than signs", html("<")),
        ("open comments", html("<!--")),
        ("comments", html("<!-- a -->")),
        ("attributes without an end", html("<a \"")),
        ("attributes", html("<a b=c d='e' f>")),
        ("styles", html("<p style='color:#fff;display:none'>a</p>")),
        ("style sheets", html("<style>.a{display:none}</style>")),
        (
            "classes to look up",
            html("<p class='a b c d e f g h'>x</p>"),
        ),
        ("entities", html("&amp;&#x41;&bogus;")),
        ("ampersands", html("&")),
        ("nested tables", html("<table><tr><td>")),
        ("nested quotes", html("<blockquote>")),
        ("scripts without an end", html("<script>")),
        ("images", html("<img alt='a' src=x>")),
        ("links", html("<a href='https://e.example/x'>b</a>")),
        ("a long subject", field("X", "a")),
        ("encoded words", field("Subject", "=?utf-8?Q?=C3=BC?= ")),
        ("open encoded words", field("Subject", "=?utf-8?Q?")),
        ("folded lines", field("Subject", "\r\n a")),
        ("addresses", field("To", "a@b.example, ")),
        ("groups", field("Cc", "g:a@b.example;")),
        ("open quotation marks", field("From", "\"")),
        ("open comments in addresses", field("From", "(")),
        ("identifiers", field("References", "<a@b.example> ")),
        ("a long Auto-Submitted", field("Auto-Submitted", "((")),
        ("parameters", field("Content-Type", "text/plain; a=b; ")),
        (
            "header fields",
            format!("{}{HEAD}\r\nhi", fill("X-A: b\r\n", bytes)),
        ),
        (
            "fields of one name",
            format!(
                "{}{HEAD}\r\nhi",
                fill(
                    "Received: from a by b; Mon, 2 Mar 2026 10:00:00 +0000\r\n",
                    bytes
                )
            ),
        ),
        ("parts", multipart(&fill("--b\r\n\r\na\r\n", bytes))),
        ("boundaries", multipart(&fill("--b\r\n", bytes))),
        ("almost boundaries", multipart(&fill("--c\r\n--", bytes))),
        ("parts within parts", nested(bytes)),
        ("mails within mails", matryoshka(bytes)),
        ("base64 of nothing", base64(bytes, "AAAA")),
        ("base64 of junk", base64(bytes, "!@#$")),
        ("equals signs", quoted_printable(bytes, "=")),
        ("soft line breaks", quoted_printable(bytes, "=\r\n")),
        (
            "format=flowed",
            format!(
                "{HEAD}Content-Type: text/plain; format=flowed; delsp=yes\r\n\r\n{}",
                fill("a \r\n", bytes)
            ),
        ),
        (
            "a calendar",
            format!(
                "{HEAD}Content-Type: text/calendar\r\n\r\n{}",
                fill("BEGIN:VEVENT\r\nSUMMARY:a\r\n", bytes)
            ),
        ),
        ("uuencoded files", text("begin 644 a\n#0V%T\nend\n")),
    ];
    let mut made: Vec<(&'static str, Vec<u8>)> = made
        .into_iter()
        .map(|(name, mail)| (name, mail.into_bytes()))
        .collect();
    made.push(("zero bytes", vec![0; bytes]));
    made.push((
        "high bytes",
        [HEAD.as_bytes(), b"\r\n", &vec![0xFF; bytes]].concat(),
    ));
    made.push((
        "iso-2022-jp switches",
        format!(
            "{HEAD}Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n{}",
            fill("\u{1b}$B\u{1b}(B", bytes)
        )
        .into_bytes(),
    ));
    made
}

fn fill(unit: &str, bytes: usize) -> String {
    unit.repeat(bytes / unit.len().max(1))
}

fn multipart(body: &str) -> String {
    format!("{HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n{body}")
}

fn nested(bytes: usize) -> String {
    let mut mail = HEAD.to_owned();
    for level in 0..bytes / 64 {
        mail.push_str(&format!(
            "Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n"
        ));
    }
    mail
}

fn matryoshka(bytes: usize) -> String {
    let mut mail = HEAD.to_owned();
    for _ in 0..bytes / 32 {
        mail.push_str("Content-Type: message/rfc822\r\n\r\n");
    }
    mail
}

fn base64(bytes: usize, unit: &str) -> String {
    format!(
        "{HEAD}Content-Type: application/octet-stream; name=a\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
        fill(&format!("{}\r\n", unit.repeat(18)), bytes)
    )
}

fn quoted_printable(bytes: usize, unit: &str) -> String {
    format!(
        "{HEAD}Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{}",
        fill(unit, bytes)
    )
}
