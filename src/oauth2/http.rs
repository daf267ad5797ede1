//! One question to a token server: a form goes out, a bounded answer comes back. A new connection each time, no redirect is followed, no
//! proxy is asked. Reads hostile input: the answer, bounded in size and time.

use super::endpoint::Endpoint;
use super::error::{TokenError, one_line};
use crate::tls;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Request, header};
use hyper_util::rt::TokioIo;
use secrecy::{ExposeSecret, SecretString};
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

/// The largest answer. Microsoft's are about 5 KB.
const ANSWER_MAX_BYTES: usize = 64 * 1024;
/// The largest head of an answer.
const HEAD_MAX_BYTES: usize = 32 * 1024;

/// An answer.
pub(super) struct Reply {
    /// Who gave it: `host:port`.
    pub(super) server: String,
    pub(super) status: u16,
    pub(super) body: Bytes,
}

/// Asks.
pub(super) async fn post(
    endpoint: &Endpoint,
    ca_file: Option<&Path>,
    form: SecretString,
    patience: Duration,
) -> Result<Reply, TokenError> {
    let asked = timeout(patience, ask(endpoint, ca_file, form));
    asked.await.unwrap_or_else(|_| {
        Err(TokenError::NoAnswer {
            server: name_of(endpoint),
            reason: format!("nothing came within {} s", patience.as_secs_f32()),
        })
    })
}

async fn ask(
    endpoint: &Endpoint,
    ca_file: Option<&Path>,
    form: SecretString,
) -> Result<Reply, TokenError> {
    let server = name_of(endpoint);
    let unreachable = |error: std::io::Error| TokenError::Unreachable {
        server: server.clone(),
        reason: one_line(&error.to_string(), 200),
    };
    let tcp = TcpStream::connect((endpoint.host(), endpoint.port()))
        .await
        .map_err(unreachable)?;
    if !endpoint.is_protected() {
        // A name that was loopback in the settings may lead elsewhere.
        let is_here = tcp.peer_addr().is_ok_and(|peer| peer.ip().is_loopback());
        if !is_here {
            return Err(TokenError::Tls {
                server,
                reason: "http is only for this machine: write https".to_owned(),
            });
        }
        return converse(endpoint, tcp, form).await;
    }
    let no_tls = |reason: String| TokenError::Tls {
        server: server.clone(),
        reason,
    };
    let config = tls::client_config(ca_file).map_err(no_tls)?;
    let name = ServerName::try_from(endpoint.host().to_owned()).map_err(|error| {
        no_tls(format!(
            "the host name cannot stand in a certificate: {error}"
        ))
    })?;
    let stream = TlsConnector::from(config)
        .connect(name, tcp)
        .await
        .map_err(|error| match tls::in_words(&error) {
            Some(words) => no_tls(words),
            None => unreachable(error),
        })?;
    converse(endpoint, stream, form).await
}

async fn converse(
    endpoint: &Endpoint,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    form: SecretString,
) -> Result<Reply, TokenError> {
    let server = name_of(endpoint);
    let no_answer = |reason: String| TokenError::NoAnswer {
        server: server.clone(),
        reason: one_line(&reason, 200),
    };
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(HEAD_MAX_BYTES)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| no_answer(error.to_string()))?;
    let request = Request::post(endpoint.path())
        .header(header::HOST, endpoint.authority())
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ACCEPT, "application/json")
        .header(header::CONNECTION, "close")
        .header(
            header::USER_AGENT,
            concat!("handoffd/", env!("CARGO_PKG_VERSION")),
        )
        .body(Full::new(Bytes::from(form.expose_secret().to_owned())))
        .map_err(|error| no_answer(error.to_string()))?;
    let exchange = async {
        let response = sender
            .send_request(request)
            .await
            .map_err(|error| no_answer(error.to_string()))?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), ANSWER_MAX_BYTES)
            .collect()
            .await
            .map_err(|error| no_answer(format!("its answer cannot be read: {error}")))?
            .to_bytes();
        Ok(Reply {
            server: server.clone(),
            status,
            body,
        })
    };
    // The connection is driven here and nowhere else: whoever stops waiting ends it.
    tokio::pin!(exchange);
    let mut connection = std::pin::pin!(connection);
    let mut is_driven = true;
    loop {
        tokio::select! {
            reply = &mut exchange => return reply,
            _ = &mut connection, if is_driven => is_driven = false,
        }
    }
}

pub(super) fn name_of(endpoint: &Endpoint) -> String {
    format!("{}:{}", endpoint.host(), endpoint.port())
}
