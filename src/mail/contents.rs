//! Which text and which files has a mail, in whatever they are packed: an opaque signature, Outlook's own form, a calendar file, an attached
//! text, nothing but images? The plain case is the first; each other is tried only where it is there. Reads hostile input; bounded.

use super::bounds::{self, DECODED_MAX_BYTES};
use super::{Attachment, Oddity, attachments, calendar, signed, text, tnef};
use mail_parser::{Message, MessageParser};

/// The text and the files of a mail.
#[derive(Default)]
pub(super) struct Contents {
    pub(super) text: String,
    pub(super) attachments: Vec<Attachment>,
    /// The text came inside a signature, which was taken off.
    pub(super) was_signed: bool,
}

/// Reads them.
pub(super) fn of(message: &Message<'_>, oddities: &mut Vec<Oddity>) -> Contents {
    let mut contents = Contents {
        text: text::of(message, oddities),
        attachments: attachments::of(message, oddities),
        was_signed: false,
    };
    open_signature(&mut contents, oddities);
    open_outlooks_form(&mut contents, oddities);
    if contents.text.trim().is_empty() {
        read_calendar(&mut contents);
    }
    if contents.text.trim().is_empty() {
        read_attached_text(&mut contents, oddities);
    }
    if contents.text.trim().is_empty() {
        let has_image =
            (contents.attachments.iter()).any(|file| file.media_type.starts_with("image/"));
        bounds::note(
            oddities,
            if has_image {
                "its text is only in images"
            } else {
                "it has no text"
            },
        );
    }
    let bare = signed::without_armour(&contents.text);
    if bare.len() != contents.text.len() {
        contents.was_signed = true;
        contents.text = bare.into_owned();
    }
    contents
}

/// S/MIME: the mail inside the signature is what the sender wrote.
fn open_signature(contents: &mut Contents, oddities: &mut Vec<Oddity>) {
    let is_opaque = |file: &Attachment| {
        matches!(
            file.media_type.as_str(),
            "application/pkcs7-mime" | "application/x-pkcs7-mime"
        )
    };
    let inner = contents
        .attachments
        .iter()
        .find(|file| is_opaque(file))
        .and_then(|file| signed::opaque_content(&file.content));
    let Some(inner) = inner else { return };
    let Some(message) = MessageParser::default().parse(inner.as_slice()) else {
        return;
    };
    contents.was_signed = true;
    if contents.text.trim().is_empty() {
        contents.text = text::of(&message, oddities);
    }
    contents.attachments.retain(|file| !is_opaque(file));
    contents
        .attachments
        .extend(attachments::of(&message, oddities));
}

/// `winmail.dat`: the files in it stand beside the others, its text where there is no other.
fn open_outlooks_form(contents: &mut Contents, oddities: &mut Vec<Oddity>) {
    let is_tnef = |file: &Attachment| {
        matches!(
            file.media_type.as_str(),
            "application/ms-tnef" | "application/vnd.ms-tnef"
        ) || file.name.as_str().eq_ignore_ascii_case("winmail.dat")
    };
    let Some(at) = contents.attachments.iter().position(is_tnef) else {
        return;
    };
    let unpacked = contents
        .attachments
        .get(at)
        .and_then(|file| tnef::unpack(&file.content));
    let Some(unpacked) = unpacked else {
        bounds::note(oddities, "its winmail.dat cannot be read");
        return;
    };
    contents.attachments.remove(at);
    for (name, content) in unpacked.files {
        contents.attachments.push(Attachment {
            name: attachments::clean_name(&name),
            media_type: "application/octet-stream".to_owned(),
            inline: false,
            content,
        });
    }
    if !contents.text.trim().is_empty() {
        return;
    }
    if !unpacked.text.trim().is_empty() {
        contents.text = text::clean(&unpacked.text, oddities);
    } else if !unpacked.html.trim().is_empty() {
        contents.text = text::clean(&text::from_html(&unpacked.html, oddities), oddities);
    } else if unpacked.has_other_text {
        bounds::note(
            oddities,
            "its text is in Outlook's own form, which is not read",
        );
    }
}

fn read_calendar(contents: &mut Contents) {
    let calendars = contents.attachments.iter().filter(|file| {
        file.media_type == "text/calendar" || file.name.as_str().to_lowercase().ends_with(".ics")
    });
    let words = calendars
        .map(|file| calendar::in_words(&String::from_utf8_lossy(&file.content)))
        .find(|words| !words.is_empty());
    if let Some(words) = words {
        contents.text = text::clean(&words, &mut Vec::new());
    }
}

fn read_attached_text(contents: &mut Contents, oddities: &mut Vec<Oddity>) {
    let readable = |file: &&Attachment| {
        matches!(file.media_type.as_str(), "text/plain" | "text/html")
            && file.content.len() < DECODED_MAX_BYTES / 8
    };
    let mut texts = contents.attachments.iter().filter(readable);
    let (Some(file), None) = (texts.next(), texts.next()) else {
        return;
    };
    let decoded = String::from_utf8_lossy(&file.content).into_owned();
    let read = if file.media_type == "text/html" {
        text::from_html(&decoded, oddities)
    } else {
        bounds::beginning(&decoded, bounds::TEXT_MAX_BYTES).to_owned()
    };
    if !read.trim().is_empty() {
        bounds::note(oddities, "its text is only in an attached file");
        contents.text = text::clean(&read, oddities);
    }
}
