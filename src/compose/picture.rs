//! What is a picture in a mail of ours? A PNG that lies in the mail beside the HTML that shows it, under a name that nothing else in the
//! world has (RFC 2392). Nothing is fetched from anywhere. Takes only what we drew ourselves.

use crate::config::Settings;
use crate::mail::MessageId;
use crate::ticket::TokenKey;

/// Of a file's name, without its ending.
const NAME_MAX_CHARACTERS: usize = 40;

/// A picture with what stands in its place where pictures are not shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct InlinePicture {
    id: MessageId,
    file_name: String,
    alt: String,
    /// In pixels of a page.
    size: (u32, u32),
    png: Vec<u8>,
}

impl InlinePicture {
    /// `name` becomes the name of its file, without the ending: letters, digits and hyphens (anything else is left out), another for each
    /// picture of a mail. `size` is how wide and high it is shown, in pixels of a page. The same picture has the same Content-ID in every mail, and another one has another.
    pub(super) fn new(
        key: &TokenKey,
        settings: &Settings,
        name: &'static str,
        alt: &str,
        size: (u32, u32),
        png: Vec<u8>,
    ) -> Self {
        let name: String = name
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
            .take(NAME_MAX_CHARACTERS)
            .collect();
        let tag = key.tag("content-id", &[name.as_bytes(), &png]);
        let is_plain = |domain: &str| {
            let mut characters = domain.chars();
            characters.all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.')
        };
        // One that would need an escape in a `cid:` address, or that no such name may hold, is replaced by one that cannot exist (RFC 2606).
        let candidates = [settings.support.address.domain(), "handoffd.invalid"];
        let mut parsed = candidates
            .into_iter()
            .filter(|domain| is_plain(domain))
            .filter_map(|domain| MessageId::parse(&format!("{name}.{tag}@{domain}")));
        let id = match parsed.next() {
            Some(id) => id,
            None => unreachable!("letters, digits, dots and hyphens make a Content-ID"),
        };
        Self {
            id,
            file_name: format!("{name}.png"),
            alt: alt.to_owned(),
            size,
            png,
        }
    }

    /// Its Content-ID.
    pub(super) const fn id(&self) -> &MessageId {
        &self.id
    }

    pub(super) fn file_name(&self) -> &str {
        &self.file_name
    }

    /// What it shows, in words.
    pub(super) fn alt(&self) -> &str {
        &self.alt
    }

    /// Width and height.
    pub(super) const fn size(&self) -> (u32, u32) {
        self.size
    }

    pub(super) fn png(&self) -> &[u8] {
        &self.png
    }
}
