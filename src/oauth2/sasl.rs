//! How a token is shown to a mail server: `XOAUTH2`, and `OAUTHBEARER` (RFC 7628). Pure.

use super::access_token::AccessToken;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};

/// A mechanism for bearer tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mechanism {
    /// The older one; Microsoft and Google document it.
    XOAuth2,
    /// The standard.
    OAuthBearer,
}

impl Mechanism {
    /// The one to use with a server that offers these names.
    pub(crate) fn among<'a>(offered: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let mut best = None;
        for name in offered {
            if name.eq_ignore_ascii_case(Self::XOAuth2.name()) {
                return Some(Self::XOAuth2);
            }
            if name.eq_ignore_ascii_case(Self::OAuthBearer.name()) {
                best = Some(Self::OAuthBearer);
            }
        }
        best
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::XOAuth2 => "XOAUTH2",
            Self::OAuthBearer => "OAUTHBEARER",
        }
    }

    /// The client's first and only message, in base64. `user` holds no control character: the settings see to that.
    pub(crate) fn message(
        self,
        user: &str,
        host: &str,
        port: u16,
        token: &AccessToken,
    ) -> SecretString {
        let token = token.expose();
        let message = SecretString::from(match self {
            Self::XOAuth2 => format!("user={user}\u{1}auth=Bearer {token}\u{1}\u{1}"),
            Self::OAuthBearer => {
                // RFC 5801 section 4: these two would end the name.
                let user = user.replace('=', "=3D").replace(',', "=2C");
                format!(
                    "n,a={user},\u{1}host={host}\u{1}port={port}\u{1}auth=Bearer {token}\u{1}\u{1}"
                )
            }
        });
        SecretString::from(STANDARD.encode(message.expose_secret()))
    }

    /// What is said when the server explains its refusal in a challenge: only then it says no.
    pub(crate) const fn answer_to_refusal(self) -> &'static str {
        match self {
            Self::XOAuth2 => "",
            // RFC 7628 section 3.2.3: a lone ^A.
            Self::OAuthBearer => "AQ==",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn shown(mechanism: Mechanism, user: &str) -> String {
        let token = AccessToken::new("ya29.abc", None, Timestamp::UNIX_EPOCH).unwrap();
        let message = mechanism.message(user, "imap.example.org", 993, &token);
        String::from_utf8(STANDARD.decode(message.expose_secret()).unwrap()).unwrap()
    }

    #[test]
    fn messages_are_as_the_servers_want_them() {
        assert_eq!(
            shown(Mechanism::XOAuth2, "support@example.org"),
            "user=support@example.org\u{1}auth=Bearer ya29.abc\u{1}\u{1}"
        );
        assert_eq!(
            shown(Mechanism::OAuthBearer, "a=b,c@example.org"),
            "n,a=a=3Db=2Cc@example.org,\u{1}host=imap.example.org\u{1}port=993\u{1}auth=Bearer ya29.abc\u{1}\u{1}"
        );
    }

    #[test]
    fn the_mechanism_follows_what_is_offered() {
        let among = |names: &[&str]| Mechanism::among(names.iter().copied());
        assert_eq!(
            among(&["PLAIN", "OAUTHBEARER", "xoauth2"]),
            Some(Mechanism::XOAuth2)
        );
        assert_eq!(
            among(&["PLAIN", "OAuthBearer"]),
            Some(Mechanism::OAuthBearer)
        );
        assert_eq!(among(&["PLAIN", "LOGIN"]), None);
        assert_eq!(among(&[]), None);
    }
}
