//! What is new in a reply, as the mail programs of the world write one. Each row is what a program sends; whatever it looks like, the new text is
//! `It has arrived, thank you.` and nothing of the old one, which stays readable as quoted text.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that fails may panic"
)]

use handoffd::mail::{Mail, Reader};

const NEW: &str = "It has arrived, thank you.";
const OLD: &str = "Has your parcel arrived?";

fn read(media_type: &str, body: &str) -> Mail {
    let raw = format!(
        "From: Ann <ann@a.example>\r\nTo: help@shop.example\r\nSubject: Re: Your parcel\r\nMessage-ID: <1@a.example>\r\nIn-Reply-To: \
         <0@shop.example>\r\nMIME-Version: 1.0\r\nContent-Type: {media_type}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{body}\r\n"
    );
    Reader::default().read(raw.as_bytes())
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn check(program: &str, mail: &Mail) {
    let body = &mail.body;
    assert_eq!(flat(&body.reply_text), NEW, "{program}: {body:#?}");
    assert!(
        flat(&body.quoted_text).contains(OLD),
        "{program}: the old text is kept: {body:#?}"
    );
}

/// The HTML that programs send, without the parts that do not matter. `{NEW}` and `{OLD}` stand for the texts.
const HTML: &[(&str, &str)] = &[
    (
        "Gmail",
        r#"<div dir="ltr">{NEW}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">On Tue, Mar 3, 2026 at 10:12 AM Shop &lt;<a href="mailto:help@shop.example">help@shop.example</a>&gt; wrote:<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex"><div>{OLD}</div></blockquote></div>"#,
    ),
    (
        "Gmail with a signature",
        r#"<div dir="ltr">{NEW}<br clear="all"><div><br></div><span class="gmail_signature_prefix">-- </span><br><div dir="ltr" class="gmail_signature" data-smartmail="gmail_signature"><div>Ann Miller</div></div></div><br><div class="gmail_quote"><div class="gmail_attr">Am Di., 3. März 2026 um 10:12 Uhr schrieb Shop &lt;help@shop.example&gt;:<br></div><blockquote class="gmail_quote"><p>{OLD}</p></blockquote></div>"#,
    ),
    (
        "Gmail without a blockquote",
        r#"<p dir="ltr">{NEW}</p><div class="gmail_quote">On 3 Mar 2026 10:12, Shop &lt;help@shop.example&gt; wrote:<br type="attribution"><div>{OLD}</div></div>"#,
    ),
    (
        "Outlook for Windows",
        r#"<div class="WordSection1"><p class="MsoNormal">{NEW}<o:p></o:p></p><p class="MsoNormal"><o:p>&nbsp;</o:p></p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal"><b>From:</b> Shop &lt;help@shop.example&gt; <br><b>Sent:</b> Tuesday, March 3, 2026 10:12 AM<br><b>To:</b> Ann &lt;ann@a.example&gt;<br><b>Subject:</b> Your parcel<o:p></o:p></p></div></div><p class="MsoNormal"><o:p>&nbsp;</o:p></p><p class="MsoNormal">{OLD}<o:p></o:p></p></div>"#,
    ),
    (
        "Outlook for Windows, German, older rule",
        r#"<div class=WordSection1><p class=MsoNormal>{NEW}</p><div style='border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal><b>Von:</b> Shop [mailto:help@shop.example] <br><b>Gesendet:</b> Dienstag, 3. März 2026 10:12<br><b>An:</b> Ann<br><b>Betreff:</b> Ihr Paket</p></div><p class=MsoNormal>{OLD}</p></div>"#,
    ),
    (
        "Outlook on the web",
        r#"<div class="elementToProof" style="font-family:Calibri">{NEW}</div><div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri, sans-serif"><b>From:</b> Shop &lt;help@shop.example&gt;<br><b>Sent:</b> Tuesday, March 3, 2026 10:12 AM<br><b>To:</b> Ann &lt;ann@a.example&gt;<br><b>Subject:</b> Your parcel</font><div>&nbsp;</div></div><div>{OLD}</div>"#,
    ),
    (
        "Outlook for phones",
        r#"<div style="direction: ltr;">{NEW}</div><div id="ms-outlook-mobile-signature" dir="ltr">Get <a href="https://aka.ms/o0ukef">Outlook for iOS</a></div><div id="mail-editor-reference-message-container" dir="ltr"><hr><b>From:</b> Shop &lt;help@shop.example&gt;<br><b>Sent:</b> Tuesday, March 3, 2026 10:12:00 AM<br><b>To:</b> Ann<br><b>Subject:</b> Your parcel<br><div>{OLD}</div></div>"#,
    ),
    (
        "Outlook for Mac",
        r#"<div class="WordSection1"><p class="MsoNormal">{NEW}</p><div id="mail-editor-reference-message-container"><div><div style="border:none;border-top:solid #B5C4DF 1.0pt;padding:3.0pt 0in 0in 0in"><p class="MsoNormal"><b>From: </b>Shop &lt;help@shop.example&gt;<br><b>Date: </b>Tuesday, March 3, 2026<br><b>To: </b>Ann<br><b>Subject: </b>Your parcel</p></div><p class="MsoNormal">{OLD}</p></div></div></div>"#,
    ),
    (
        "an old Outlook for Mac",
        r#"<div>{NEW}</div><span id="OLK_SRC_BODY_SECTION"><div style="font-family:Calibri"><b>From: </b>Shop<br><b>Date: </b>Tuesday<br><b>To: </b>Ann<br><b>Subject: </b>Your parcel</div><div>{OLD}</div></span>"#,
    ),
    (
        "Apple Mail",
        r#"<div>{NEW}</div><div><br><blockquote type="cite"><div>On 3 Mar 2026, at 10:12, Shop &lt;help@shop.example&gt; wrote:</div><br class="Apple-interchange-newline"><div><div>{OLD}</div></div></blockquote></div><br>"#,
    ),
    (
        "Apple Mail on a phone",
        r#"<div dir="ltr">{NEW}<br><br><div dir="ltr">Sent from my iPhone</div><div dir="ltr"><br><blockquote type="cite">On 3 Mar 2026, at 10:12, Shop &lt;help@shop.example&gt; wrote:<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">{OLD}</div></blockquote></div>"#,
    ),
    (
        "Thunderbird",
        r#"<p>{NEW}<br></p><div class="moz-cite-prefix">On 3/3/26 10:12, Shop wrote:<br></div><blockquote type="cite" cite="mid:0@shop.example"><p>{OLD}</p></blockquote><div class="moz-signature">-- <br>Ann Miller</div>"#,
    ),
    (
        "Yahoo",
        r#"<div class="ydp1yahoo-style-wrap"><div dir="ltr">{NEW}</div></div><div id="yahoo_quoted_1" class="yahoo_quoted"><div>On Tuesday, March 3, 2026 at 10:12:00 AM GMT+1, Shop &lt;help@shop.example&gt; wrote: </div><div><br></div><div>{OLD}</div></div>"#,
    ),
    (
        "Proton Mail",
        r#"<div style="font-family: Arial">{NEW}</div><div class="protonmail_signature_block"><div class="protonmail_signature_block-proton">Sent with <a href="https://proton.me/">Proton Mail</a> secure email.</div></div><div class="protonmail_quote">On Tuesday, March 3rd, 2026 at 10:12 AM, Shop &lt;help@shop.example&gt; wrote:<br><blockquote class="protonmail_quote" type="cite"><div>{OLD}</div></blockquote></div>"#,
    ),
    (
        "Zimbra",
        r#"<div style="font-family: arial"><div>{NEW}</div><hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__"><b>From: </b>"Shop" &lt;help@shop.example&gt;<br><b>To: </b>"Ann" &lt;ann@a.example&gt;<br><b>Sent: </b>Tuesday, March 3, 2026 10:12:00 AM<br><b>Subject: </b>Your parcel<br></div><div data-marker="__QUOTED_TEXT__"><div>{OLD}</div></div></div>"#,
    ),
    (
        "Front",
        r#"<div>{NEW}</div><blockquote type="cite" class="front-blockquote"><div>On March 3, 2026, 10:12 AM GMT+1 <a href="mailto:help@shop.example">help@shop.example</a> wrote:</div><br><div>{OLD}</div></blockquote>"#,
    ),
    (
        "Yandex",
        r#"<div>{NEW}</div><div><br></div><div>03.03.2026, 10:12, "Shop" &lt;help@shop.example&gt;:</div><blockquote><p>{OLD}</p></blockquote>"#,
    ),
    (
        "Mail.ru",
        r#"<div>{NEW}</div><blockquote style="border-left:1px solid #0857A6; margin:10px; padding:0 0 0 10px;">Вторник, 3 марта 2026, 10:12 +03:00 от Shop &lt;help@shop.example&gt;:<br><div>{OLD}</div></blockquote>"#,
    ),
    (
        "GMX and WEB.DE",
        r#"<div style="font-family: Verdana"><div>{NEW}</div><div name="quote" style="margin:10px 5px 5px 10px; padding: 10px 0 10px 10px; border-left:2px solid #C3D9E5;"><div style="margin:0 0 10px 0;"><b>Gesendet:</b> Dienstag, 03. März 2026 um 10:12 Uhr<br><b>Von:</b> Shop &lt;help@shop.example&gt;<br><b>An:</b> ann@a.example<br><b>Betreff:</b> Ihr Paket</div><div name="quoted-content">{OLD}</div></div></div>"#,
    ),
    (
        "Fastmail",
        r#"<div>{NEW}</div><div><br></div><div>On Tue, 3 Mar 2026, at 10:12 AM, Shop wrote:</div><blockquote type="cite" id="qt"><div>{OLD}</div></blockquote>"#,
    ),
    (
        "Zoho",
        r#"<div>{NEW}</div><div class="zmail_extra" style=""><div id="Zm-_Id_-Sgn1">---- On Tue, 03 Mar 2026 10:12:00 +0100 <b>Shop &lt;help@shop.example&gt;</b> wrote ----</div><blockquote><div>{OLD}</div></blockquote></div>"#,
    ),
    (
        "Samsung",
        r#"<div dir="auto">{NEW}</div><div id="composer_signature" dir="auto">Sent from my Galaxy</div><div dir="auto"><br></div><div align="left" dir="auto" style="font-size:100%;color:#000000"><div>-------- Original message --------</div><div>From: Shop &lt;help@shop.example&gt; </div><div>Date: 03/03/2026  10:12  (GMT+01:00) </div><div>To: Ann &lt;ann@a.example&gt; </div><div>Subject: Your parcel </div></div><div>{OLD}</div>"#,
    ),
    (
        "Windows Mail",
        r#"<div class="WordSection1"><p class="MsoNormal">{NEW}</p><p class="MsoNormal">Sent from <a href="https://go.microsoft.com/fwlink/?LinkId=550986">Mail</a> for Windows</p><div style="mso-element:para-border-div;border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal"><b>From: </b>Shop<br><b>Sent: </b>Tuesday<br><b>To: </b>Ann<br><b>Subject: </b>Your parcel</p></div><p class="MsoNormal">{OLD}</p></div>"#,
    ),
    (
        "BlackBerry",
        r#"<div>{NEW}</div><div>Sent from my BlackBerry 10 smartphone.</div><table width="100%" style="background-color:white; border-spacing:0px;"><tr><td style="border-style:solid none none; border-color:rgb(181,196,223) currentColor; border-width:1pt medium medium; padding:3pt 0cm 0cm;"><div><b>From: </b>Shop</div><div><b>Sent: </b>Tuesday, 3 March 2026 10:12</div><div><b>To: </b>Ann</div><div><b>Subject: </b>Your parcel</div></td></tr></table><div>{OLD}</div>"#,
    ),
    (
        "Lotus Notes",
        r#"<font size=2 face="sans-serif">{NEW}</font><br><br><br><font size=1 color=#5f5f5f face="sans-serif">From: </font><font size=1>Shop &lt;help@shop.example&gt;</font><br><font size=1 color=#5f5f5f>To: </font><font size=1>Ann</font><br><font size=1>Date: </font><font size=1>03.03.2026 10:12</font><br><font size=1>Subject: </font><font size=1>Your parcel</font><br><hr noshade><br><tt>{OLD}</tt>"#,
    ),
    (
        "Roundcube",
        r#"<p>{NEW}</p><div id="signature">-- <br>Ann Miller</div><p id="reply-intro">On 2026-03-03 10:12, Shop wrote:</p><blockquote type="cite" style="padding: 0 0.4em; border-left: #1010ff 2px solid; margin: 0"><p>{OLD}</p></blockquote>"#,
    ),
    (
        "Spark",
        r#"<div name="messageBodySection"><div dir="auto">{NEW}</div></div><div name="messageReplySection">On 3 Mar 2026 at 10:12 +0100, Shop &lt;help@shop.example&gt;, wrote:<br><blockquote type="cite" class="spark_quote"><div>{OLD}</div></blockquote></div>"#,
    ),
    (
        "Tutanota",
        r#"<div>{NEW}</div><div class="tutanota_signature">--<br>Sent with Tuta</div><div>3 Mar 2026, 10:12 by help@shop.example:<br></div><blockquote class="tutanota_quote" style="border-left: 1px solid #93A3B8;"><div>{OLD}</div></blockquote>"#,
    ),
    (
        "HEY",
        r#"<div class="trix-content"><div>{NEW}<br><br></div></div><blockquote data-skip-markup=""><div>On March 3, 2026, Shop &lt;help@shop.example&gt; wrote:<br></div><div>{OLD}</div></blockquote>"#,
    ),
    (
        "a forwarding rule of dashes and a header block",
        r#"<div>{NEW}<br><hr><b>From: </b>help@shop.example<br><b>To: </b>ann@a.example<br><b>Sent: </b>Tuesday, March 3, 2026 10:12:00 AM<br><b>Subject: </b>Your parcel<br><br><p>{OLD}</p></div>"#,
    ),
    (
        "a mail of a helpdesk below its line",
        r###"<p>{NEW}</p><div style="color:#b5b5b5">##- Please type your reply above this line -##</div><div>{OLD}</div>"###,
    ),
    (
        "our own packet",
        r#"<div>{NEW}</div><blockquote><p>=== write above this line ===</p><p>{OLD}</p></blockquote>"#,
    ),
];

#[test]
fn html_of_many_programs() {
    for (program, html) in HTML {
        let html = html.replace("{NEW}", NEW).replace("{OLD}", OLD);
        check(
            program,
            &read("text/html", &format!("<html><body>{html}</body></html>")),
        );
        // Some relays break the lines of HTML wherever they like.
        let broken = html.replace("><", ">\r\n<");
        check(program, &read("text/html", &broken));
    }
}

/// How programs introduce the old text, in the languages that they speak.
const ATTRIBUTIONS: &[&str] = &[
    "On Tue, Mar 3, 2026 at 10:12 AM Shop <help@shop.example> wrote:",
    "On 3 Mar 2026, at 10:12, Shop <help@shop.example> wrote:",
    "On 2026-03-03 10:12, help@shop.example wrote:",
    "On 03/03/2026 10:12, Shop wrote:",
    "On Tuesday, March 3, 2026 at 10:12:00 AM GMT+1, Shop <help@shop.example> wrote: ",
    "3 Mar 2026, 10:12 by help@shop.example:",
    "Shop <help@shop.example> wrote on 03/03/2026 10:12:00 AM:",
    "Am 03.03.2026 um 10:12 schrieb Shop:",
    "Am Di., 3. März 2026 um 10:12 Uhr schrieb Shop <help@shop.example>:",
    "Shop <help@shop.example> schrieb am Di., 3. März 2026, 10:12:",
    "Le mar. 3 mars 2026 à 10:12, Shop <help@shop.example> a écrit :",
    "Le 03/03/2026 à 10:12, Shop a écrit :",
    "El mar, 3 mar 2026 a las 10:12, Shop (<help@shop.example>) escribió:",
    "El 3/3/26 a las 10:12, Shop escribió:",
    "Il giorno mar 3 mar 2026 alle ore 10:12 Shop <help@shop.example> ha scritto:",
    "Il 03/03/2026 10:12, Shop ha scritto:",
    "Em ter., 3 de mar. de 2026 às 10:12, Shop <help@shop.example> escreveu:",
    "Em 03/03/2026 10:12, Shop escreveu:",
    "Op di 3 mrt 2026 om 10:12 schreef Shop <help@shop.example>:",
    "Op 03-03-2026 om 10:12 schreef Shop:",
    "Den tis 3 mars 2026 kl 10:12 skrev Shop <help@shop.example>:",
    "Den 2026-03-03 kl. 10:12, skrev Shop:",
    "Den tirs. 3. mar. 2026 kl. 10.12 skrev Shop <help@shop.example>:",
    "tir. 3. mar. 2026 kl. 10:12 skrev Shop <help@shop.example>:",
    "ti 3. maalisk. 2026 klo 10.12 Shop (help@shop.example) kirjoitti:",
    "wt., 3 mar 2026 o 10:12 Shop <help@shop.example> napisał(a):",
    "W dniu 3.03.2026 o 10:12, Shop pisze:",
    "út 3. 3. 2026 v 10:12 odesílatel Shop <help@shop.example> napsal:",
    "Dne 03. 03. 26 v 10:12 Shop napsal(a):",
    "ut 3. 3. 2026 o 10:12 Shop <help@shop.example> napísal(a):",
    "Shop <help@shop.example> ezt írta (időpont: 2026. márc. 3., K, 10:12):",
    "2026. 03. 03. 10:12 keltezéssel, Shop írta:",
    "În mar., 3 mar. 2026 la 10:12, Shop <help@shop.example> a scris:",
    "вт, 3 мар. 2026 г. в 10:12, Shop <help@shop.example>:",
    "3 марта 2026 г. в 10:12 Shop <help@shop.example> написал:",
    "03.03.2026 10:12, Shop пишет:",
    "вт, 3 бер. 2026 р. о 10:12 Shop <help@shop.example> пише:",
    "На вт, 3.03.2026 г. в 10:12 Shop <help@shop.example> написа:",
    "Shop <help@shop.example>, 3 Mar 2026 Sal, 10:12 tarihinde şunu yazdı:",
    "Στις Τρί 3 Μαρ 2026 στις 10:12 π.μ., ο/η Shop <help@shop.example> έγραψε:",
    "\u{200f}בתאריך יום ג׳, 3 במרץ 2026 ב-10:12 מאת \u{200f}Shop\u{200f} <\u{200f}help@shop.example\u{200f}>:\u{200f}",
    "في الثلاثاء، 3 مارس 2026 في 10:12 ص تمت كتابة ما يلي بواسطة Shop <help@shop.example>:",
    "2026年3月3日(火) 10:12 Shop <help@shop.example>:",
    "2026/03/03 10:12、Shop <help@shop.example>のメール:",
    "Shop <help@shop.example> 于2026年3月3日周二 10:12写道：",
    "Shop <help@shop.example> 於 2026年3月3日 週二 上午10:12寫道：",
    "2026년 3월 3일 (화) 오전 10:12, Shop <help@shop.example>님이 작성:",
    "Vào Th 3, 3 thg 3, 2026 vào lúc 10:12 Shop <help@shop.example> đã viết:",
    "Pada tanggal Sel, 3 Mar 2026 pukul 10.12 Shop <help@shop.example> menulis:",
    "El dt., 3 de març 2026, 10:12, Shop <help@shop.example> va escriure:",
    "tor., 3. mar. 2026 ob 10:12 je oseba Shop <help@shop.example> napisala:",
    "uto, 3. ožu 2026. u 10:12 Shop <help@shop.example> napisao je:",
];

#[test]
fn attributions_of_many_languages_above_quoted_and_unquoted_text() {
    let mut missed = Vec::new();
    for attribution in ATTRIBUTIONS {
        for (form, text) in [
            (
                "quoted",
                format!("{NEW}\n\n{attribution}\n> {OLD}\n> Shop\n"),
            ),
            (
                "quoted after a blank line",
                format!("{NEW}\n\n{attribution}\n\n> {OLD}\n"),
            ),
            ("unquoted", format!("{NEW}\n\n{attribution}\n\n{OLD}\n")),
            ("bottom", format!("{attribution}\n> {OLD}\n\n{NEW}\n")),
        ] {
            let body = read("text/plain", &text).body;
            if flat(&body.reply_text) != NEW || !flat(&body.quoted_text).contains(OLD) {
                missed.push(format!("{form}: {attribution}"));
            }
        }
    }
    assert!(
        missed.is_empty(),
        "{} missed:\n{}",
        missed.len(),
        missed.join("\n")
    );
}

/// The block of headers above the old mail, in the languages that Outlook speaks.
const HEADER_BLOCKS: &[[&str; 4]] = &[
    ["From", "Sent", "To", "Subject"],
    ["Von", "Gesendet", "An", "Betreff"],
    ["De", "Envoyé", "À", "Objet"],
    ["De", "Enviado", "Para", "Asunto"],
    ["De", "Enviada em", "Para", "Assunto"],
    ["Da", "Inviato", "A", "Oggetto"],
    ["Van", "Verzonden", "Aan", "Onderwerp"],
    ["Från", "Skickat", "Till", "Ämne"],
    ["Fra", "Sendt", "Til", "Emne"],
    ["Lähettäjä", "Lähetetty", "Vastaanottaja", "Aihe"],
    ["Od", "Wysłano", "Do", "Temat"],
    ["Od", "Odesláno", "Komu", "Předmět"],
    ["Od", "Odoslané", "Komu", "Predmet"],
    ["Feladó", "Elküldve", "Címzett", "Tárgy"],
    ["De la", "Trimis", "Către", "Subiect"],
    ["От", "Отправлено", "Кому", "Тема"],
    ["Від", "Надіслано", "Кому", "Тема"],
    ["От", "Изпратено", "До", "Относно"],
    ["Kimden", "Gönderildi", "Kime", "Konu"],
    ["Από", "Στάλθηκε", "Προς", "Θέμα"],
    ["מאת", "נשלח", "אל", "נושא"],
    ["من", "تاريخ الإرسال", "إلى", "الموضوع"],
    ["差出人", "送信日時", "宛先", "件名"],
    ["发件人", "发送时间", "收件人", "主题"],
    ["寄件者", "寄件日期", "收件者", "主旨"],
    ["보낸 사람", "보낸 날짜", "받는 사람", "제목"],
    ["Pošiljatelj", "Poslano", "Prima", "Predmet"],
    ["Saatja", "Saadetud", "Adressaat", "Teema"],
    ["Người gửi", "Đã gửi", "Đến", "Chủ đề"],
    ["Dari", "Dikirim", "Kepada", "Perihal"],
];

#[test]
fn header_blocks_of_many_languages() {
    let mut missed = Vec::new();
    for [from, sent, to, subject] in HEADER_BLOCKS {
        for (form, above, mark, after) in [
            ("plain", "\n", "", ":"),
            ("ruled", "\n________________________________\n", "", ":"),
            ("bold stars", "\n", "*", ":*"),
        ] {
            let text = format!(
                "{NEW}\n{above}{mark}{from}{after} Shop <help@shop.example>\n{mark}{sent}{after} 3 March 2026 10:12\n{mark}{to}{after} Ann <ann@a.example>\n{mark}{subject}{after} parcel\n\n{OLD}\n"
            );
            let body = read("text/plain", &text).body;
            if flat(&body.reply_text) != NEW || !flat(&body.quoted_text).contains(OLD) {
                missed.push(format!("{form}: {from}"));
            }
        }
    }
    assert!(
        missed.is_empty(),
        "{} missed:\n{}",
        missed.len(),
        missed.join("\n")
    );
}

/// What devices, apps and virus scanners add by themselves.
const FOOTERS: &[&str] = &[
    "Sent from my iPhone",
    "Sent from my Samsung Galaxy smartphone.",
    "Sent from Outlook for Android",
    "Get Outlook for iOS",
    "Sent from Yahoo Mail on Android",
    "Sent via the Samsung Galaxy S23, an AT&T 5G smartphone",
    "Sent with Proton Mail secure email.",
    "Von meinem iPhone gesendet",
    "Gesendet von Outlook für iOS",
    "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.",
    "Envoyé de mon iPhone",
    "Envoyé depuis mon téléphone Orange",
    "Enviado desde mi iPhone",
    "Enviado do meu iPhone",
    "Inviato da iPhone",
    "Verstuurd vanaf mijn iPhone",
    "Skickat från min iPhone",
    "Sendt fra min iPhone",
    "Lähetetty iPhonesta",
    "Wysłane z iPhone'a",
    "Odesláno z iPhonu",
    "Отправлено с iPhone",
    "Отправлено из мобильной Почты Mail.ru",
    "发自我的iPhone",
    "iPhoneから送信",
    "나의 iPhone에서 보냄",
    "iPhone'umdan gönderildi",
    "Virus-free. www.avast.com",
    "This email has been checked for viruses by Avast antivirus software.",
];

#[test]
fn footers_of_devices_and_scanners() {
    let mut missed = Vec::new();
    for footer in FOOTERS {
        let body = read("text/plain", &format!("{NEW}\n\n{footer}\n")).body;
        if body.reply_text != NEW || body.signature != *footer {
            missed.push(*footer);
        }
    }
    assert!(
        missed.is_empty(),
        "{} missed:\n{}",
        missed.len(),
        missed.join("\n")
    );
}

/// Where in doubt it is new: a false cut loses what a customer said.
const WHOLE: &[&str] = &[
    "On Monday your driver wrote: nobody at home. That is not true.",
    "On Monday I wrote to you:\nwhere is my parcel?",
    "He wrote:\nI am sorry.\nWhat shall I do?",
    "From: Berlin\nI would like to travel there.",
    "From: Berlin\nTo: Hamburg\nhow much is it for two?",
    "To: whom it may concern\nDate: unknown\nI have a complaint.",
    "Subject: broken teapot\n\nThe teapot is broken.",
    "My order:\n- green tea\n- black tea\n- a pot\nWhen will it come?",
    "--- first question ---\nWhere is it?\n--- second question ---\nWhen does it come?",
    "Name: ______________\nAddress: ___________\nis what your form shows, without a field.",
    "The price was\n----------\n12 €\n----------\nas I remember.",
    "I tried `a > b` and b > a, both fail.",
    "I had it sent from my shop to yours, where is it now?",
    "Sent from my desk, which is easier than my phone.",
    "Please answer by Friday.\n\nThank you very much for your help with all of this",
    "Where do I write to you? Is it\nhelp@shop.example\nor\nsupport@shop.example\nor somebody else?",
    "2026-03-03 10:12 parcel scanned\n2026-03-03 11:30 parcel lost\nis what the page says.",
    "Am 3. März schrieb ich Ihnen schon: keine Antwort.",
    "Le 3 mars je vous ai écrit : pas de réponse.",
    "Von: Köln\nNach: Bonn\nwas kostet das?",
    "I forward what the original message said: it is broken.",
    "The original message\nwas in German, so I ask again.",
    "Original message? I do not have one.",
    "Cheers to the whole team for the great service last week, really!",
    "-1 degree in the parcel when it came. Is the tea still good?",
    "== Question ==\nIs it vegan?",
    "Best regards to Rosa, she was very helpful with my last order.",
];

#[test]
fn in_doubt_everything_is_new() {
    for text in WHOLE {
        let body = read("text/plain", text).body;
        assert_eq!(flat(&body.reply_text), flat(text), "{body:#?}");
    }
}

#[test]
fn a_device_that_writes_without_a_line_above_the_old_text() {
    // Outlook on phones leaves no rule and no blank line between the text and the block.
    let body = read(
        "text/plain",
        &format!(
            "{NEW}\nFrom: Shop <help@shop.example>\nSent: Tuesday\nTo: Ann\nSubject: x\n\n{OLD}"
        ),
    )
    .body;
    assert_eq!(body.reply_text, NEW);
}

#[test]
fn our_packet_is_quoted_however_its_line_was_mangled() {
    for line in [
        "=== write above this line ===",
        "> === write above this line ===",
        ">> === write above this line ===   ",
        "| === write above this line ===",
        "*=== write above this line ===*",
        "> === write above\n> this line ===",
        "=== write above\nthis line ===",
    ] {
        let body = read(
            "text/plain",
            &format!("{NEW}\n\n{line}\n{OLD}\n\nand secrets"),
        )
        .body;
        assert_eq!(body.reply_text, NEW, "{line}");
    }
}
