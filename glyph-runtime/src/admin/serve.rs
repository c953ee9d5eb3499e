//! Connections: their number, their timeouts and their end.

use std::{pin::pin, sync::Arc, time::Duration};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, oneshot},
    time::{sleep, timeout},
};
use tokio_io_timeout::TimeoutStream;

/// The deadline of responses when the listener is dropped without a shutdown.
const WHEN_DROPPED: Duration = Duration::from_secs(1);

/// The pause before the next attempt to accept, if the operating system has no more sockets.
const PAUSE: Duration = Duration::from_millis(100);

/// The limit of bytes in the head of a request, and in the part of a response that is not sent yet.
const BUFFER: usize = 64 * 1024;

/// The limits for clients.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// The limit of concurrent connections. Further ones wait to be accepted.
    pub(super) connections: usize,
    /// The timeout for the head of a request, also of the next request on the same connection.
    pub(super) head: Duration,
    /// The timeout for a client to read some of a response.
    pub(super) write: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 64,
            head: Duration::from_secs(10),
            write: Duration::from_secs(30),
        }
    }
}

/// Serves until `stopped` receives a deadline or its sender is dropped. Returns whether all running
/// responses ended within the deadline.
pub(super) async fn serve(
    socket: TcpListener,
    router: Router,
    limits: Limits,
    stopped: oneshot::Receiver<Duration>,
) -> bool {
    let connections = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(limits.connections));
    let mut stopped = pin!(stopped);
    let deadline = loop {
        tokio::select! {
            deadline = &mut stopped => break deadline.unwrap_or(WHEN_DROPPED),
            Some((stream, room)) = accept(&socket, &room) => {
                let service = TowerToHyperService::new(router.clone());
                let connection = http1(limits).serve_connection(io(stream, limits), service);
                let connection = connections.watch(connection);
                tokio::spawn(async move {
                    // An error of a connection concerns only its client.
                    let _ = connection.await;
                    drop(room);
                });
            }
        }
    };
    drop(socket);
    timeout(deadline, connections.shutdown()).await.is_ok()
}

/// Accepts a connection as soon as the limit allows it.
async fn accept(
    socket: &TcpListener,
    room: &Arc<Semaphore>,
) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let room = Arc::clone(room).acquire_owned().await.ok()?;
    loop {
        match socket.accept().await {
            Ok((stream, _)) => return Some((stream, room)),
            Err(_) => sleep(PAUSE).await,
        }
    }
}

fn http1(limits: Limits) -> http1::Builder {
    let mut http1 = http1::Builder::new();
    http1
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(BUFFER);
    http1
}

fn io(stream: TcpStream, limits: Limits) -> TokioIo<std::pin::Pin<Box<TimeoutStream<TcpStream>>>> {
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(limits.write));
    TokioIo::new(Box::pin(stream))
}
