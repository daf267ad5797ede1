//! How is the server reached? TCP, and TLS from the first byte or after STARTTLS; nothing is sent in clear by mistake.
//! Reads hostile input: the few lines before STARTTLS, byte by byte and bounded, so that nothing sent in clear is taken
//! for something that came protected.

use super::connection::TimeLimits;
use super::error::{InboxError, Peer};
use super::guarded::Wire;
use crate::config::{Inbox, Tls};
use crate::network::{self, Line};
use crate::tls;
use lettre::transport::smtp::client::AsyncTokioStream as _;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

/// The longest line, and the most lines, before STARTTLS.
const CLEAR_LINE_MAX_BYTES: usize = 8 * 1024;
const CLEAR_LINES_MAX: usize = 20;

/// Whether the server's greeting has been read already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Greeting {
    Due,
    Read,
}

/// Connects as the settings say.
pub(super) async fn connect(
    settings: &Inbox,
    peer: &Peer,
    limits: &TimeLimits,
) -> Result<(Box<dyn Wire>, Greeting), InboxError> {
    let connecting = network::connect(&settings.host, settings.port);
    let tcp = timeout(limits.connect, connecting)
        .await
        .map_err(|_| peer.timed_out("connecting", limits.connect))?
        .map_err(|error| peer.unreachable(&error.to_string()))?;
    match settings.tls {
        Tls::None => {
            let to_loopback = tcp
                .peer_addr()
                .is_ok_and(|address| address.ip().is_loopback());
            if to_loopback {
                Ok((Box::new(tcp), Greeting::Due))
            } else {
                Err(peer.tls("tls = \"none\" is only for loopback addresses"))
            }
        }
        Tls::Implicit => Ok((protect(tcp, settings, peer, limits).await?, Greeting::Due)),
        Tls::StartTls => {
            let tcp = timeout(limits.command, start_tls(tcp, peer))
                .await
                .map_err(|_| peer.timed_out("STARTTLS", limits.command))??;
            Ok((protect(tcp, settings, peer, limits).await?, Greeting::Read))
        }
    }
}

async fn protect(
    tcp: Line,
    settings: &Inbox,
    peer: &Peer,
    limits: &TimeLimits,
) -> Result<Box<dyn Wire>, InboxError> {
    let config = tls::client_config(settings.ca_file.as_deref()).map_err(|why| peer.tls(&why))?;
    let name = ServerName::try_from(settings.host.clone()).map_err(|error| {
        peer.tls(&format!(
            "the host name cannot stand in a certificate: {error}"
        ))
    })?;
    let stream = timeout(
        limits.connect,
        TlsConnector::from(config).connect(name, tcp),
    )
    .await
    .map_err(|_| peer.timed_out("the TLS handshake", limits.connect))?
    .map_err(|error| peer.tls(&tls::in_words(&error).unwrap_or_else(|| error.to_string())))?;
    Ok(Box::new(stream))
}

/// Speaks in clear up to the server's yes to STARTTLS. Capabilities told before it are not believed, so not asked for.
async fn start_tls(mut tcp: Line, peer: &Peer) -> Result<Line, InboxError> {
    let greeting = read_clear_line(&mut tcp, peer).await?;
    if !greeting.to_ascii_lowercase().starts_with("* ok") {
        return Err(peer.refused("the greeting", &greeting));
    }
    tcp.write_all(b"S1 STARTTLS\r\n")
        .await
        .map_err(|error| peer.lost(&error.to_string()))?;
    for _ in 0..CLEAR_LINES_MAX {
        let line = read_clear_line(&mut tcp, peer).await?;
        let lower = line.to_ascii_lowercase();
        if lower.starts_with("s1 ok") {
            return Ok(tcp);
        }
        if lower.starts_with("s1 ") {
            return Err(peer.tls(&format!("the server refused STARTTLS: {line}")));
        }
    }
    Err(peer.lost("no answer to STARTTLS among many lines"))
}

async fn read_clear_line(tcp: &mut Line, peer: &Peer) -> Result<String, InboxError> {
    let mut line = Vec::new();
    loop {
        let byte = tcp
            .read_u8()
            .await
            .map_err(|error| peer.lost(&error.to_string()))?;
        if byte == b'\n' {
            return Ok(String::from_utf8_lossy(&line).trim_end().to_owned());
        }
        line.push(byte);
        if line.len() > CLEAR_LINE_MAX_BYTES {
            return Err(peer.lost("a line without an end before STARTTLS"));
        }
    }
}
