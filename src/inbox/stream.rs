//! The byte stream to the server: TCP, TLS from the first byte or by STARTTLS, and a bound on what one answer may hold.

use super::InboxError;
use crate::config::{Inbox, Tls};
use std::fmt;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};

/// The longest line taken before TLS begins, in bytes.
const LINE_MAX_BYTES: usize = 8192;
/// The most lines read while waiting for the answer to STARTTLS.
const LINES_MAX: usize = 50;

trait Bytes: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Bytes for T {}

/// A connection that stops with an error when the server sends more than it was allowed to.
pub(super) struct Metered {
    bytes: Box<dyn Bytes>,
    allowance_bytes: usize,
}

impl Metered {
    /// How much the server may send from here.
    pub(super) fn allow(&mut self, bytes: usize) {
        self.allowance_bytes = bytes;
    }
}

impl fmt::Debug for Metered {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("connection")
    }
}

impl AsyncRead for Metered {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.bytes).poll_read(context, buffer))?;
        let read = buffer.filled().len() - before;
        match self.allowance_bytes.checked_sub(read) {
            Some(left) => {
                self.allowance_bytes = left;
                Poll::Ready(Ok(()))
            }
            None => Poll::Ready(Err(io::Error::other("it sends more than was asked for"))),
        }
    }
}

impl AsyncWrite for Metered {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.bytes).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.bytes).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.bytes).poll_shutdown(context)
    }
}

/// Whether the server's greeting is still to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Greeting {
    /// It comes next.
    Expected,
    /// It was read before STARTTLS.
    Read,
}

/// Connects as the settings say. `server` is host and port, for messages.
pub(super) async fn connect(
    settings: &Inbox,
    server: &str,
) -> Result<(Metered, Greeting), InboxError> {
    let unreachable = |error: io::Error| InboxError::Unreachable {
        server: server.to_owned(),
        why: error.to_string(),
    };
    let address = (settings.host.as_str(), settings.port);
    let mut tcp = TcpStream::connect(address).await.map_err(unreachable)?;
    tcp.set_nodelay(true).map_err(unreachable)?;
    let (bytes, greeting): (Box<dyn Bytes>, Greeting) = match settings.tls {
        Tls::None => (Box::new(tcp), Greeting::Expected),
        Tls::Implicit => (protect(tcp, settings, server).await?, Greeting::Expected),
        Tls::StartTls => {
            ask_for_tls(&mut tcp).await.map_err(|why| InboxError::Tls {
                server: server.to_owned(),
                why,
            })?;
            (protect(tcp, settings, server).await?, Greeting::Read)
        }
    };
    let metered = Metered {
        bytes,
        allowance_bytes: LINE_MAX_BYTES * LINES_MAX,
    };
    Ok((metered, greeting))
}

async fn protect(
    tcp: TcpStream,
    settings: &Inbox,
    server: &str,
) -> Result<Box<dyn Bytes>, InboxError> {
    let failed = |why: String| InboxError::Tls {
        server: server.to_owned(),
        why,
    };
    let config = client_config(settings.ca_file.as_deref()).map_err(failed)?;
    let name = ServerName::try_from(settings.host.clone())
        .map_err(|_| failed(format!("{} is no host name", settings.host)))?;
    let stream = TlsConnector::from(Arc::new(config))
        .connect(name, tcp)
        .await;
    Ok(Box::new(stream.map_err(|error| failed(error.to_string()))?))
}

/// Trusts the authorities of `ca_file`, or those of the machine.
fn client_config(ca_file: Option<&Path>) -> Result<ClientConfig, String> {
    let mut roots = RootCertStore::empty();
    match ca_file {
        Some(path) => {
            let unreadable = |error| format!("{} cannot be read: {error:?}", path.display());
            let certificates = CertificateDer::pem_file_iter(path).map_err(unreadable)?;
            for certificate in certificates {
                let certificate = certificate.map_err(unreadable)?;
                roots.add(certificate).map_err(|error| error.to_string())?;
            }
        }
        None => {
            // Single unreadable certificates of the machine are no reason to trust none.
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    if roots.is_empty() {
        return Err(
            "there is no certificate authority to trust; give ca_file, or install ca-certificates"
                .to_owned(),
        );
    }
    let provider = Arc::new(crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

/// STARTTLS (RFC 3501 section 6.2.1) on the bare connection. Reads no byte beyond the server's OK, so that nothing sent
/// in the open can pass for something protected.
async fn ask_for_tls(tcp: &mut TcpStream) -> Result<(), String> {
    let greeting = read_line(tcp).await?;
    if !greeting.starts_with("* OK") {
        return Err(format!("it greets with {greeting:?}"));
    }
    let sent = tcp.write_all(b"s1 STARTTLS\r\n").await;
    sent.map_err(|error| error.to_string())?;
    for _ in 0..LINES_MAX {
        let line = read_line(tcp).await?;
        if let Some(answer) = line.strip_prefix("s1 ") {
            return match answer.get(..2) {
                Some(ok) if ok.eq_ignore_ascii_case("ok") => Ok(()),
                _ => Err(format!("it does not offer STARTTLS: {answer}")),
            };
        }
    }
    Err("it does not answer STARTTLS".to_owned())
}

async fn read_line(tcp: &mut TcpStream) -> Result<String, String> {
    let mut line = Vec::new();
    while line.len() < LINE_MAX_BYTES {
        let byte = tcp.read_u8().await.map_err(|error| error.to_string())?;
        if byte == b'\n' {
            return Ok(String::from_utf8_lossy(&line).trim_end().to_owned());
        }
        line.push(byte);
    }
    Err("it sends a line without an end".to_owned())
}
