//! One question to a web server, as token servers, lookups and receivers of events are asked: a body goes out by POST, a bounded answer comes
//! back. A new connection each time over our own TLS, no redirect is followed, no proxy is asked. Reads hostile input: the answer, bounded in
//! size and time.

mod endpoint;

pub use endpoint::{Endpoint, EndpointError};

use crate::mail::HeaderText;
use crate::tls;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{Request, header};
use hyper_util::rt::TokioIo;
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

/// The largest head of an answer.
const HEAD_MAX_BYTES: usize = 32 * 1024;
/// The longest reason, in characters.
const REASON_MAX: usize = 200;

/// What is asked, and how.
pub(crate) struct Post<'p> {
    /// Where.
    pub(crate) endpoint: &'p Endpoint,
    /// Whose certificates are taken beside the machine's.
    pub(crate) ca_file: Option<&'p Path>,
    /// What the body is.
    pub(crate) content_type: &'static str,
    /// Further fields of the head.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// What goes out.
    pub(crate) body: Bytes,
    /// How long all of it may take.
    pub(crate) patience: Duration,
    /// The largest answer, in bytes.
    pub(crate) answer_max_bytes: usize,
}

/// An answer.
pub(crate) struct Reply {
    /// Who gave it: `host:port`.
    pub(crate) server: String,
    /// Its status.
    pub(crate) status: u16,
    /// What it says.
    pub(crate) body: Bytes,
}

/// Why there is no answer; each with the reason in words, made safe for one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PostError {
    /// No connection.
    #[error("it cannot be reached: {0}")]
    Unreachable(String),
    /// The protection asked for could not be had.
    #[error("no protected connection: {0}")]
    Tls(String),
    /// What came is no answer, or none came in time.
    #[error("no usable answer: {0}")]
    NoAnswer(String),
}

/// Asks.
pub(crate) async fn post(post: Post<'_>) -> Result<Reply, PostError> {
    let patience = post.patience;
    timeout(patience, ask(post)).await.unwrap_or_else(|_| {
        let seconds = patience.as_secs_f32();
        Err(PostError::NoAnswer(format!(
            "nothing came within {seconds} s"
        )))
    })
}

async fn ask(post: Post<'_>) -> Result<Reply, PostError> {
    let endpoint = post.endpoint;
    let unreachable = |error: std::io::Error| PostError::Unreachable(one_line(&error.to_string()));
    let tcp = TcpStream::connect((endpoint.host(), endpoint.port()))
        .await
        .map_err(unreachable)?;
    if !endpoint.is_protected() {
        // A name that was loopback in the settings may lead elsewhere.
        let is_here = tcp.peer_addr().is_ok_and(|peer| peer.ip().is_loopback());
        if !is_here {
            let reason = "http is only for this machine: write https".to_owned();
            return Err(PostError::Tls(reason));
        }
        return converse(post, tcp).await;
    }
    let config = tls::client_config(post.ca_file).map_err(PostError::Tls)?;
    let name = ServerName::try_from(endpoint.host().to_owned()).map_err(|error| {
        PostError::Tls(format!(
            "the host name cannot stand in a certificate: {error}"
        ))
    })?;
    let stream = TlsConnector::from(config)
        .connect(name, tcp)
        .await
        .map_err(|error| match tls::in_words(&error) {
            Some(words) => PostError::Tls(words),
            None => unreachable(error),
        })?;
    converse(post, stream).await
}

async fn converse(
    post: Post<'_>,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
) -> Result<Reply, PostError> {
    let no_answer = |reason: String| PostError::NoAnswer(one_line(&reason));
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(HEAD_MAX_BYTES)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|error| no_answer(error.to_string()))?;
    let endpoint = post.endpoint;
    let mut request = Request::post(endpoint.path())
        .header(header::HOST, endpoint.authority())
        .header(header::CONTENT_TYPE, post.content_type)
        .header(header::ACCEPT, "application/json")
        .header(header::CONNECTION, "close")
        .header(
            header::USER_AGENT,
            concat!("handoffd/", env!("CARGO_PKG_VERSION")),
        );
    for (name, value) in post.headers {
        request = request.header(name, value);
    }
    let request = request
        .body(Full::new(post.body))
        .map_err(|error| no_answer(error.to_string()))?;
    let answer_max_bytes = post.answer_max_bytes;
    let exchange = async {
        let response = sender
            .send_request(request)
            .await
            .map_err(|error| no_answer(error.to_string()))?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), answer_max_bytes)
            .collect()
            .await
            .map_err(|error| no_answer(format!("its answer cannot be read: {error}")))?
            .to_bytes();
        Ok(Reply {
            server: endpoint.name(),
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

/// Words of others, safe for one line of ours and not too long.
pub(crate) fn one_line(text: &str) -> String {
    let clean = HeaderText::clean(text);
    clean.as_str().chars().take(REASON_MAX).collect()
}
