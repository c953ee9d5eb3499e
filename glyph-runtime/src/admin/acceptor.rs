//! Accepts connections: always, at a limited rate, and with no descriptors left.

use std::{
    future::poll_fn,
    io,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use tokio::{
    net::{TcpListener, TcpStream},
    task::yield_now,
    time::sleep,
};

use super::{
    connections::{Connection, Connections},
    limits::Limits,
    reserve::{Reserve, Stream},
};

/// The time in which [`BATCH`] connections are accepted. Clients that come back as soon as they
/// are cut would keep a processor busy without it.
const WINDOW: Duration = Duration::from_millis(10);
const BATCH: usize = 40;

/// The descriptors in reserve.
const RESERVE: usize = 16;

/// Accepts connections on one or more sockets, up to a limit of connections.
pub(super) struct Acceptor {
    sockets: Vec<TcpListener>,
    connections: Arc<Connections>,
    most: usize,
    reserve: Arc<Reserve>,
    pace: Pace,
}

impl Acceptor {
    pub(super) fn new(socket: TcpListener, limits: Limits) -> Self {
        Self {
            sockets: vec![socket],
            connections: Arc::default(),
            most: limits.connections,
            reserve: Arc::new(Reserve::new(RESERVE)),
            pace: Pace::new(BATCH.min(limits.connections.div_ceil(2))),
        }
    }

    /// Accepts on another socket as well.
    pub(super) fn also(&mut self, socket: TcpListener) {
        self.sockets.push(socket);
    }

    /// Waits for a connection. Makes room for it by cutting another one.
    ///
    /// No connection is lost if the future is dropped.
    pub(super) async fn accept(&mut self) -> (Stream, Arc<Connection>) {
        let stream = loop {
            self.pace.keep().await;
            match poll_fn(|context| poll_accept(&self.sockets, context)).await {
                Ok(stream) => break stream,
                Err(error) => self.recover(&error),
            }
        };
        self.pace.count();
        while self.connections.len() >= self.most && self.connections.cut_one() {}
        self.reserve.fill();
        let stream = Stream::new(stream, Arc::clone(&self.reserve));
        (stream, self.connections.add())
    }

    /// Frees a descriptor for the next attempt, unless the error concerned one client alone.
    fn recover(&mut self, error: &io::Error) {
        if is_of_one_client(error) {
            return;
        }
        if !self.reserve.release() {
            self.connections.cut_one();
            // The descriptor is free as soon as the task of the connection has run.
            self.pace.exhaust();
        }
    }
}

fn poll_accept(sockets: &[TcpListener], context: &mut Context<'_>) -> Poll<io::Result<TcpStream>> {
    for socket in sockets {
        if let Poll::Ready(accepted) = socket.poll_accept(context) {
            return Poll::Ready(accepted.map(|(stream, _)| stream));
        }
    }
    Poll::Pending
}

fn is_of_one_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
    )
}

/// Limits the rate at which connections are accepted.
struct Pace {
    batch: usize,
    accepted: usize,
    begun: Instant,
}

impl Pace {
    fn new(batch: usize) -> Self {
        Self {
            batch,
            accepted: 0,
            begun: Instant::now(),
        }
    }

    fn count(&mut self) {
        if self.accepted == 0 {
            self.begun = Instant::now();
        }
        self.accepted += 1;
    }

    /// Makes the next wait a long one.
    fn exhaust(&mut self) {
        self.begun = Instant::now();
        self.accepted = self.batch;
    }

    /// Lets the connections do their work, and waits if a batch was accepted in less than its
    /// time. A batch that took longer is followed by a wait of half its time, so that accepting
    /// never takes all of a processor.
    async fn keep(&mut self) {
        if self.accepted == 0 {
            return;
        }
        yield_now().await;
        if self.accepted >= self.batch {
            let took = self.begun.elapsed();
            sleep(WINDOW.saturating_sub(took).max(took / 2).min(WINDOW)).await;
            self.accepted = 0;
        }
    }
}
