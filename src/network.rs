//! How is a mail server reached? The only place that opens a connection to one: in clear, for whoever protects it next. Token servers and
//! name servers are reached by their own libraries.

use lettre::transport::smtp::client::AsyncTokioStream;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

/// An open connection.
#[derive(Debug)]
pub(crate) enum Line {
    /// TCP.
    Tcp(TcpStream),
    /// To a server of the simulated world.
    #[cfg(test)]
    Simulated(crate::simulation::Wire),
}

/// Connects. Commands are small and wait for their answer, so nothing is held back to be sent together (Nagle's algorithm).
pub(crate) async fn connect(host: &str, port: u16) -> io::Result<Line> {
    #[cfg(test)]
    if let Some(wire) = crate::simulation::dial(port).await {
        return wire.map(Line::Simulated);
    }
    let tcp = TcpStream::connect((host, port)).await?;
    tcp.set_nodelay(true)?;
    Ok(Line::Tcp(tcp))
}

/// A connection under TLS. lettre would make one itself, and leave Nagle's algorithm on: 40 ms more a mail.
#[derive(Debug)]
pub(crate) struct Protected(pub(crate) TlsStream<Line>);

impl AsyncTokioStream for Protected {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.get_ref().0.peer_addr()
    }
}

impl AsyncRead for Protected {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Protected {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

impl AsyncTokioStream for Line {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        match self {
            Self::Tcp(tcp) => tcp.peer_addr(),
            #[cfg(test)]
            Self::Simulated(_) => Ok(SocketAddr::from(([127, 0, 0, 1], 0))),
        }
    }
}

impl AsyncRead for Line {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(tcp) => Pin::new(tcp).poll_read(context, buffer),
            #[cfg(test)]
            Self::Simulated(wire) => Pin::new(wire).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Tcp(tcp) => Pin::new(tcp).poll_write(context, bytes),
            #[cfg(test)]
            Self::Simulated(wire) => Pin::new(wire).poll_write(context, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(tcp) => Pin::new(tcp).poll_flush(context),
            #[cfg(test)]
            Self::Simulated(wire) => Pin::new(wire).poll_flush(context),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Tcp(tcp) => Pin::new(tcp).poll_shutdown(context),
            #[cfg(test)]
            Self::Simulated(wire) => Pin::new(wire).poll_shutdown(context),
        }
    }
}
