//! May the words of a server be shown? Not those at login that repeat the password: some servers quote the command that they refuse, and
//! the log would keep it. Reads hostile input; pure.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};

/// A beginning of a secret of so many bytes at the end of a text is the secret, cut off.
const CUT_MIN_BYTES: usize = 6;
/// So much of a token may not be shown.
const TOKEN_SHOWN_MAX_BYTES: usize = 24;

/// The words of a server, or that they are left out.
pub(crate) fn withheld(words: &str, user: &str, password: &SecretString) -> String {
    if repeats(words, user, password) {
        "its words are left out, they repeat the password".to_owned()
    } else {
        words.to_owned()
    }
}

/// The words of a server, or that they are left out because they repeat a token, or the message that it was shown in.
pub(crate) fn token_withheld(words: &str, token: &str, message: &SecretString) -> String {
    let secrets = [token, message.expose_secret()];
    let repeats = secrets.iter().any(|secret| {
        // The first part of a long one is enough to be known by.
        let beginning = secret.get(..TOKEN_SHOWN_MAX_BYTES).unwrap_or(secret);
        !beginning.is_empty() && words.contains(beginning)
    });
    match repeats {
        true => "its words are left out, they repeat the token".to_owned(),
        false => words.to_owned(),
    }
}

/// Whether a text holds a password as it is, as IMAP quotes it, or as SMTP sends it.
pub(crate) fn repeats(text: &str, user: &str, password: &SecretString) -> bool {
    let secret = password.expose_secret();
    if secret.is_empty() {
        return false;
    }
    let forms = [
        secret.to_owned(),
        secret.replace('\\', "\\\\").replace('"', "\\\""),
        STANDARD.encode(secret).trim_end_matches('=').to_owned(),
        STANDARD
            .encode(format!("\0{user}\0{secret}"))
            .trim_end_matches('=')
            .to_owned(),
    ];
    forms.iter().any(|form| {
        let is_cut_off = || {
            let beginnings = CUT_MIN_BYTES..form.len();
            let mut beginnings = beginnings.filter_map(|length| form.get(..length));
            beginnings.any(|beginning| text.trim_end_matches('…').ends_with(beginning))
        };
        text.contains(form.as_str()) || is_cut_off()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_repeat_a_token_are_left_out() {
        let message = SecretString::from("dXNlcj1zdXBwb3J0AWF1dGg9QmVhcmVyIHlhMjkuYWJjZGVm");
        let show = |words: &str| token_withheld(words, "ya29.abcdefghijklmnopqrstuvwxyz", &message);
        assert!(show("535 bad ya29.abcdefghijklmnopqrstu (cut)").contains("left out"));
        assert!(
            show("NO AUTHENTICATE XOAUTH2 dXNlcj1zdXBwb3J0AWF1dGg9QmVhcmVyIHlhMjkuYWJjZGVm")
                .contains("left out")
        );
        assert_eq!(show("535 5.7.3 no"), "535 5.7.3 no");
    }

    #[test]
    fn words_that_repeat_the_password_are_left_out() {
        let password = SecretString::from("Zx81-\"plum\"-tree");
        let show = |words: &str| withheld(words, "help", &password);
        for words in [
            "NO not LOGIN help Zx81-\"plum\"-tree",
            "NO not LOGIN \"help\" \"Zx81-\\\"plum\\\"-tree\"",
            &format!("535 {}", STANDARD.encode("\0help\0Zx81-\"plum\"-tree")),
            &format!("535 {}", STANDARD.encode("Zx81-\"plum\"-tree")),
            "NO cut off: Zx81-\"pl…",
        ] {
            assert!(!show(words).contains("Zx81"), "{words}");
            assert!(show(words).contains("left out"), "{words}");
        }
        let plain = "NO [AUTHENTICATIONFAILED] Authentication failed.";
        assert_eq!(show(plain), plain);
        assert_eq!(withheld(plain, "help", &SecretString::from("")), plain);
    }
}
