//! The forms in which a secret may turn up, and the search for them.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

/// Secrets to look for.
#[derive(Clone, Debug)]
pub struct Planted {
    /// The name of a form, and its bytes.
    forms: Vec<(&'static str, Vec<u8>)>,
}

impl Planted {
    /// Nothing yet.
    pub const fn none() -> Self {
        Self { forms: vec![] }
    }

    /// A password, as it is written and as IMAP and SMTP send it.
    pub fn password(user: &str, password: &str) -> Self {
        let plain = format!("\0{user}\0{password}");
        let escaped = password.replace('"', "\\\"");
        let mut planted = Self::none();
        planted.add("the password", password.as_bytes());
        planted.add("the password in quotation marks", escaped.as_bytes());
        planted.add("AUTH LOGIN", STANDARD.encode(password).as_bytes());
        planted.add("AUTH PLAIN", STANDARD.encode(plain).as_bytes());
        planted
    }

    /// The key of all tokens: its bytes, in letters, and as a list of numbers.
    pub fn add_key(&mut self, key: &[u8]) {
        let numbers: Vec<String> = key.iter().map(ToString::to_string).collect();
        let letters: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        self.add("the key", key);
        self.add("the key in hexadecimal", letters.as_bytes());
        self.add("the key in capitals", letters.to_uppercase().as_bytes());
        self.add("the key in base64", STANDARD.encode(key).as_bytes());
        self.add(
            "the key in base64 for links",
            URL_SAFE.encode(key).as_bytes(),
        );
        self.add("the key as numbers", numbers.join(", ").as_bytes());
    }

    fn add(&mut self, name: &'static str, form: &[u8]) {
        // Padding may be left out.
        let kept = form
            .iter()
            .rposition(|byte| *byte != b'=')
            .map_or(0, |at| at + 1);
        self.forms.push((name, form[..kept].to_vec()));
    }

    /// Whether one of them stands in these bytes, and which.
    pub fn found_in(&self, bytes: &[u8]) -> Option<&'static str> {
        let holds = |form: &[u8]| bytes.windows(form.len()).any(|window| window == form);
        let found = self.forms.iter().find(|(_, form)| holds(form));
        found.map(|(name, _)| *name)
    }

    /// Fails where one of them stands in these bytes.
    pub fn assert_absent(&self, place: &str, bytes: &[u8]) {
        if let Some(form) = self.found_in(bytes) {
            panic!(
                "{form} stands in {place}:\n{}",
                String::from_utf8_lossy(bytes)
            );
        }
    }
}

#[test]
fn each_form_is_found() {
    let mut planted = Planted::password("ann", "plum-\"tree\"");
    planted.add_key(&[0xA5; 32]);
    for written in [
        "x plum-\"tree\" y".to_owned(),
        "LOGIN ann \"plum-\\\"tree\\\"\"".to_owned(),
        format!("AUTH PLAIN {}", STANDARD.encode("\0ann\0plum-\"tree\"")),
        STANDARD.encode("plum-\"tree\""),
        "a5".repeat(32),
        format!("{:?}", [0xA5_u8; 32]),
    ] {
        assert!(planted.found_in(written.as_bytes()).is_some(), "{written}");
    }
    assert_eq!(planted.found_in(b"plum tree"), None);
}
