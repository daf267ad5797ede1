//! May this request come in at all? By the name that it was sent to, and by where a browser says that it comes from. Pure; reads hostile input.
//!
//! A web page of a stranger, open in a browser of this machine, can send requests to loopback. It cannot choose the name in `Host` (unless its own
//! name points here, which that name then tells), nor what a browser says of it in `Origin` and `Sec-Fetch-Site`.

use crate::config::Listen;
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName, Method, Uri};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// The names by which we are reached.
#[derive(Clone, Debug)]
pub(super) struct Names(Vec<String>);

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// It was sent to another name.
    Host,
    /// Another web page sent it.
    Elsewhere,
}

impl Names {
    pub(super) fn of(listen: &Listen, hosts: Vec<String>) -> Self {
        let mut names = hosts;
        names.push("localhost".to_owned());
        names.push("127.0.0.1".to_owned());
        names.push("[::1]".to_owned());
        if let Listen::Loopback(address) = listen {
            names.push(match address.ip() {
                std::net::IpAddr::V4(ip) => ip.to_string(),
                std::net::IpAddr::V6(ip) => format!("[{ip}]"),
            });
        }
        Self(names)
    }

    /// Whether `name:port` is one of them. Any port: whoever forwards one chooses it.
    fn know(&self, host: &str) -> bool {
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
            _ => host,
        };
        self.0.iter().any(|known| known.eq_ignore_ascii_case(name))
    }
}

/// Whether it may come in.
pub(super) fn looks_right(
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    names: &Names,
) -> Result<(), Refused> {
    let host = only(headers, &HOST).ok_or(Refused::Host)?;
    if !names.know(host) || uri.authority().is_some() {
        return Err(Refused::Host);
    }
    let changes = method != Method::GET && method != Method::HEAD;
    match only(headers, &SEC_FETCH_SITE) {
        Some("same-origin") => {}
        Some("none") if !changes => {}
        // A link that somebody follows.
        Some(_) if !changes && only(headers, &SEC_FETCH_DEST) == Some("document") => {}
        Some(_) => return Err(Refused::Elsewhere),
        None if headers.contains_key(&SEC_FETCH_SITE) => return Err(Refused::Elsewhere),
        None => {}
    }
    if headers.contains_key(&ORIGIN) {
        let origin = only(headers, &ORIGIN).unwrap_or_default();
        let is_ours = ["http://", "https://"]
            .iter()
            .any(|scheme| origin.strip_prefix(scheme) == Some(host));
        if !is_ours {
            return Err(Refused::Elsewhere);
        }
    }
    Ok(())
}

/// Whether a browser says itself that a form of ours sent it.
pub(super) fn says_where_from(headers: &HeaderMap) -> bool {
    // Others than ours were refused.
    headers.contains_key(&ORIGIN)
}

/// Whether the browser reached us under TLS, by way of a proxy.
pub(super) fn is_under_tls(headers: &HeaderMap) -> bool {
    only(headers, &ORIGIN).is_some_and(|origin| origin.starts_with("https://"))
}

/// The value of a header that stands there once.
pub(super) fn only<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn judged(method: Method, sent: &[(&str, &str)]) -> Result<(), Refused> {
        let listen = Listen::Loopback("127.0.0.1:8025".parse().unwrap());
        let names = Names::of(&listen, vec!["desk.shop.example".to_owned()]);
        let mut headers = HeaderMap::new();
        for (name, value) in sent {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.append(name, HeaderValue::from_str(value).unwrap());
        }
        looks_right(&method, &Uri::from_static("/"), &headers, &names)
    }

    #[test]
    fn a_request_to_another_name_is_refused() {
        for host in [
            "127.0.0.1:8025",
            "localhost:9000",
            "LOCALHOST",
            "[::1]:8025",
            "desk.shop.example",
            "desk.shop.example:443",
        ] {
            assert_eq!(judged(Method::GET, &[("host", host)]), Ok(()), "{host}");
        }
        for host in [
            "evil.example",
            "evil.example:8025",
            "localhost.evil.example",
            "127.0.0.1.evil.example:8025",
            "",
            "localhost:8025:x",
        ] {
            let refused = judged(Method::GET, &[("host", host)]);
            assert_eq!(refused, Err(Refused::Host), "{host}");
        }
        assert_eq!(judged(Method::GET, &[]), Err(Refused::Host));
        let two = [("host", "localhost"), ("host", "evil.example")];
        assert_eq!(judged(Method::GET, &two), Err(Refused::Host));
    }

    #[test]
    fn what_another_page_sends_is_refused() {
        let host = ("host", "127.0.0.1:8025");
        let site = |site| ("sec-fetch-site", site);
        let origin = |origin| ("origin", origin);
        let document = ("sec-fetch-dest", "document");
        let image = ("sec-fetch-dest", "image");
        let elsewhere = Err(Refused::Elsewhere);
        for (method, sent, expected) in [
            (Method::GET, vec![host, site("none")], Ok(())),
            (Method::GET, vec![host, site("same-origin")], Ok(())),
            (
                Method::GET,
                vec![host, site("cross-site"), document],
                Ok(()),
            ),
            (
                Method::GET,
                vec![host, site("cross-site"), image],
                elsewhere,
            ),
            (Method::GET, vec![host, site("same-site")], elsewhere),
            (
                Method::POST,
                vec![host, site("cross-site"), document],
                elsewhere,
            ),
            (Method::POST, vec![host, site("none")], elsewhere),
            (
                Method::POST,
                vec![host, origin("http://127.0.0.1:8025")],
                Ok(()),
            ),
            (
                Method::POST,
                vec![host, origin("http://127.0.0.1:8026")],
                elsewhere,
            ),
            (
                Method::POST,
                vec![host, origin("http://evil.example")],
                elsewhere,
            ),
            (Method::POST, vec![host, origin("null")], elsewhere),
            (
                Method::POST,
                vec![host, origin("http://127.0.0.1:8025"), origin("null")],
                elsewhere,
            ),
        ] {
            assert_eq!(judged(method.clone(), &sent), expected, "{method} {sent:?}");
        }
    }
}
