//! Connections to the page: where it listens, and how much of the daemon a visitor can take up at most. Reads hostile input by way of hyper.

use super::{Serving, Shown, routes};
use crate::config::Listen;
use crate::control::{Desk, clear_the_way};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_util::sync::CancellationToken;

/// So many connections are open at once; others wait until one ends.
const CONNECTIONS_MAX: usize = 32;
/// How long the head of a request may take to come, also behind an earlier one of its connection.
const HEAD_MAX: Duration = Duration::from_secs(10);
/// How long a connection lasts at most, whatever it sends and however slowly it reads.
const CONNECTION_MAX: Duration = Duration::from_mins(2);
/// The most that a request's head takes, in bytes, and its lines.
const HEAD_MAX_BYTES: usize = 16 * 1024;
const HEADERS_MAX: usize = 64;
/// Out of file descriptors, most likely: others must give some back first.
const PAUSE: Duration = Duration::from_millis(200);

/// The page's door to the outside, made; whoever asks now waits until it is answered.
pub struct Listening {
    listener: Listener,
    /// To be taken away at the end.
    socket: Option<PathBuf>,
}

enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

/// Makes it.
///
/// # Errors
/// When the port is taken, or the socket cannot be made.
pub async fn listen(serving: &Serving) -> io::Result<Listening> {
    match &serving.listen {
        Listen::Loopback(address) => Ok(Listening {
            listener: Listener::Tcp(TcpListener::bind(address).await?),
            socket: None,
        }),
        Listen::Socket(path) => {
            clear_the_way(path)?;
            let listener = UnixListener::bind(path)?;
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
            Ok(Listening {
                listener: Listener::Unix(listener),
                socket: Some(path.clone()),
            })
        }
    }
}

/// Answers until told to stop, for the mailboxes that are kept at the time.
pub async fn serve(
    listening: Listening,
    serving: Serving,
    desks: watch::Receiver<Arc<Vec<Desk>>>,
    shutdown: CancellationToken,
) {
    let routes = routes::router(Arc::new(Shown::new(serving, desks)));
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let Listening { listener, socket } = listening;
    loop {
        let place = tokio::select! {
            () = shutdown.cancelled() => break,
            place = Arc::clone(&places).acquire_owned() => match place {
                Ok(place) => place,
                Err(_) => break,
            },
        };
        let begun = tokio::select! {
            () = shutdown.cancelled() => break,
            begun = listener.accept(&routes, place, &shutdown) => begun,
        };
        if begun.is_err() {
            tokio::time::sleep(PAUSE).await;
        }
    }
    if let Some(socket) = socket {
        let _ = std::fs::remove_file(socket);
    }
}

impl Listener {
    /// The next connection, whose requests are answered beside.
    async fn accept(
        &self,
        routes: &axum::Router,
        place: OwnedSemaphorePermit,
        shutdown: &CancellationToken,
    ) -> io::Result<()> {
        match self {
            Self::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                let _ = stream.set_nodelay(true);
                begin(stream, routes.clone(), place, shutdown.clone());
            }
            Self::Unix(listener) => {
                let (stream, _) = listener.accept().await?;
                // Its mode keeps others out; where that was changed, the kernel still says who is there.
                if crate::control::may_ask(&stream) {
                    begin(stream, routes.clone(), place, shutdown.clone());
                }
            }
        }
        Ok(())
    }
}

/// A connection is a task of its own: what breaks down there ends it alone.
fn begin(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    routes: axum::Router,
    place: OwnedSemaphorePermit,
    shutdown: CancellationToken,
) {
    tokio::spawn(async move {
        let _place = place;
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_MAX)
            .max_buf_size(HEAD_MAX_BYTES)
            .max_headers(HEADERS_MAX)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes));
        tokio::select! {
            // Whoever asked and went away has nothing to be told.
            _ = tokio::time::timeout(CONNECTION_MAX, connection) => {}
            () = shutdown.cancelled() => {}
        }
    });
}
