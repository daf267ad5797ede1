//! Is the text of a mail open to us? S/MIME (RFC 8551) and OpenPGP (RFC 3156, and its older inline form).

use super::Protection;

/// Looks at the media types with their parameters (in lower case) and at the text.
pub(super) fn of<'a>(content_types: impl Iterator<Item = &'a str>, text: &str) -> Protection {
    let mut found = Protection::None;
    for value in content_types {
        let media_type = value.split(';').next().unwrap_or_default().trim();
        match media_type {
            "multipart/encrypted" | "application/pgp-encrypted" => return Protection::Encrypted,
            "application/pkcs7-mime" | "application/x-pkcs7-mime" => {
                if value.contains("signed-data") || value.contains("certs-only") {
                    found = Protection::Signed;
                } else {
                    return Protection::Encrypted;
                }
            }
            "multipart/signed"
            | "application/pgp-signature"
            | "application/pkcs7-signature"
            | "application/x-pkcs7-signature" => found = Protection::Signed,
            _ => {}
        }
    }
    let begins = |mark: &str| text.lines().any(|line| line.trim_end() == mark);
    if begins("-----BEGIN PGP MESSAGE-----") {
        return Protection::Encrypted;
    }
    if begins("-----BEGIN PGP SIGNED MESSAGE-----") {
        return Protection::Signed;
    }
    found
}
