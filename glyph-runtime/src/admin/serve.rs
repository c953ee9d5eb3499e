//! Connections: how they are served, and how they end.

use std::{pin::Pin, sync::Arc, time::Duration};

use axum::{Router, body::Body};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    net::TcpListener,
    sync::oneshot,
    time::{MissedTickBehavior, interval, timeout},
};
use tokio_io_timeout::TimeoutStream;
use tower_service::Service as _;

use super::{
    acceptor::Acceptor,
    answer::until_sent,
    connections::Connection,
    limits::{BUFFER, Limits},
    reserve::Stream,
    router::is_probe,
    sockets::Sockets,
};
use crate::request::Client;

/// The deadline of responses when the listener is dropped without a shutdown.
const WHEN_DROPPED: Duration = Duration::from_secs(1);

/// The time between two attempts to bind a port that was in use.
const RETRY: Duration = Duration::from_secs(1);

/// The target of the listener's log lines.
pub(crate) const TARGET: &str = "glyph_runtime::admin";

/// Serves until `stopped` receives a deadline or its sender is dropped. Returns whether all running
/// responses ended within the deadline.
pub(super) async fn serve(
    socket: TcpListener,
    sockets: Sockets,
    router: Router,
    limits: Limits,
    mut stopped: oneshot::Receiver<Duration>,
) -> bool {
    let connections = GracefulShutdown::new();
    let mut acceptor = Acceptor::new(socket, limits);
    let mut waits_for_port = sockets.wanted().is_some();
    let mut retry = interval(RETRY);
    retry.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let deadline = loop {
        tokio::select! {
            deadline = &mut stopped => break deadline.unwrap_or(WHEN_DROPPED),
            (stream, connection) = acceptor.accept() => {
                spawn(stream, connection, &router, limits, &connections);
            }
            _ = retry.tick(), if waits_for_port => {
                if let Some(socket) = sockets.bind_wanted() {
                    acceptor.also(socket);
                    waits_for_port = false;
                    announce_move(&sockets);
                }
            }
        }
    };
    drop(acceptor);
    timeout(deadline, connections.shutdown()).await.is_ok()
}

fn announce_move(sockets: &Sockets) {
    let address = sockets.address();
    tracing::info!(target: TARGET, %address, "moved to {address}, which is free now");
}

/// Serves a connection in a task of its own, until it ends or is cut.
fn spawn(
    stream: Stream,
    connection: Arc<Connection>,
    router: &Router,
    limits: Limits,
    connections: &GracefulShutdown,
) {
    let (router, of_request) = (router.clone(), Arc::clone(&connection));
    let client = stream.client().map(Client);
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        let answering = of_request.answering(is_probe(request.uri().path()));
        request.extensions_mut().insert(of_request.cut().clone());
        if let Some(client) = client {
            request.extensions_mut().insert(client);
        }
        let response = router.clone().call(request.map(Body::new));
        async move {
            answering.turn().await;
            let response = response.await;
            response.map(|response| until_sent(response, answering))
        }
    });
    let served = http1(limits).serve_connection(io(stream, limits), service);
    let served = connections.watch(served);
    tokio::spawn(async move {
        // An error of a connection concerns only its client.
        tokio::select! {
            _ = served => {}
            () = connection.was_cut() => {}
        }
    });
}

fn http1(limits: Limits) -> http1::Builder {
    let mut http1 = http1::Builder::new();
    http1
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(BUFFER);
    http1
}

type Io = TokioIo<Pin<Box<TimeoutStream<Stream>>>>;

fn io(stream: Stream, limits: Limits) -> Io {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(limits.write));
    TokioIo::new(Box::pin(stream))
}
