//! Where a web server is asked: a URL that cannot lead a secret into the open. Pure.

use crate::config::is_loopback;
use hyper::Uri;
use std::fmt;

/// A URL that is asked: `https`, or `http` on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    uri: Uri,
    host: String,
    port: u16,
    is_protected: bool,
}

/// Why a text is no such URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// It cannot be read as a URL with scheme and host.
    #[error("it is no URL")]
    NotAUrl,
    /// A secret would travel in the open.
    #[error("it is not https, so secrets would travel in the open")]
    InTheOpen,
    /// User and password have no place in it.
    #[error("it holds a user or a password")]
    WithUser,
}

impl Endpoint {
    /// Reads a URL.
    ///
    /// # Errors
    /// [`EndpointError`]
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let uri: Uri = text.parse().map_err(|_| EndpointError::NotAUrl)?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(EndpointError::NotAUrl);
        };
        if authority.as_str().contains('@') {
            return Err(EndpointError::WithUser);
        }
        let host = authority.host().trim_matches(['[', ']']).to_owned();
        let is_protected = match scheme {
            "https" => true,
            "http" if is_loopback(&host) => false,
            "http" => return Err(EndpointError::InTheOpen),
            _ => return Err(EndpointError::NotAUrl),
        };
        if host.is_empty() {
            return Err(EndpointError::NotAUrl);
        }
        let port = authority
            .port_u16()
            .unwrap_or(if is_protected { 443 } else { 80 });
        Ok(Self {
            uri,
            host,
            port,
            is_protected,
        })
    }

    /// The host, without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Whether TLS protects it.
    #[must_use]
    pub const fn is_protected(&self) -> bool {
        self.is_protected
    }

    /// `host:port`, for messages.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// `host:port`, as the header `Host` has it.
    pub(super) fn authority(&self) -> &str {
        self.uri
            .authority()
            .map_or(&self.host, |authority| authority.as_str())
    }

    /// What is asked for there.
    pub(super) fn path(&self) -> &str {
        self.uri.path_and_query().map_or("/", |path| path.as_str())
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.uri)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_cannot_be_sent_in_the_open() {
        for (text, expected) in [
            ("http://login.example.org/token", EndpointError::InTheOpen),
            (
                "http://127.0.0.1.example.org/token",
                EndpointError::InTheOpen,
            ),
            (
                "http://127.0.0.1@example.org/token",
                EndpointError::WithUser,
            ),
            (
                "https://user:pass@login.example.org/",
                EndpointError::WithUser,
            ),
            ("ftp://login.example.org/", EndpointError::NotAUrl),
            ("login.example.org/token", EndpointError::NotAUrl),
            ("/token", EndpointError::NotAUrl),
            ("", EndpointError::NotAUrl),
        ] {
            assert_eq!(Endpoint::parse(text), Err(expected), "{text}");
        }
    }

    #[test]
    fn https_anywhere_and_http_on_this_machine() {
        for (text, host, port) in [
            (
                "https://login.example.org/a/token",
                "login.example.org",
                443,
            ),
            ("http://127.0.0.1:8080/token", "127.0.0.1", 8080),
            ("http://localhost/token", "localhost", 80),
            ("http://[::1]:9/token", "::1", 9),
        ] {
            let endpoint = Endpoint::parse(text).unwrap();
            assert_eq!((endpoint.host(), endpoint.port()), (host, port));
            assert_eq!(endpoint.to_string(), text);
        }
    }
}
