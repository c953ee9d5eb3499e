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

/// The most connections that are accepted in a second. Clients that come back as soon as they are
/// cut would keep a processor busy without a limit.
const MOST_A_SECOND: usize = 8000;

/// The connections that are accepted in a second, as a multiple of those that can be open. A new
/// one stays for at least this part of a second, in which its request can arrive. If many clients
/// are in the queue before it, the request has arrived already.
const TURNS_A_SECOND: usize = 50;

/// The share of the connections that are accepted in a row. Then those that are open have their
/// turn, each of them perhaps: more in a row are cut unread, fewer are accepted too slowly.
const IN_A_ROW: usize = 64;

/// The pause until the listener accepts again.
const PAUSE: Duration = Duration::from_millis(5);

/// The descriptors in reserve.
const RESERVE: usize = 16;

/// Accepts connections on one or more sockets, up to a limit of connections.
pub(super) struct Acceptor {
    sockets: Vec<TcpListener>,
    /// The socket that is asked first, in turns, so that clients of one do not starve the other.
    first: usize,
    connections: Arc<Connections>,
    most: usize,
    reserve: Arc<Reserve>,
    pace: Pace,
}

impl Acceptor {
    pub(super) fn new(socket: TcpListener, limits: Limits) -> Self {
        Self {
            sockets: vec![socket],
            first: 0,
            connections: Arc::default(),
            most: limits.connections,
            reserve: Arc::new(Reserve::new(RESERVE)),
            pace: Pace::new(limits.connections),
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
            self.first = self.first.wrapping_add(1);
            match poll_fn(|context| self.poll_accept(context)).await {
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

    fn poll_accept(&self, context: &mut Context<'_>) -> Poll<io::Result<TcpStream>> {
        let sockets = self
            .sockets
            .iter()
            .cycle()
            .skip(self.first % self.sockets.len().max(1));
        for socket in sockets.take(self.sockets.len()) {
            if let Poll::Ready(accepted) = socket.poll_accept(context) {
                return Poll::Ready(accepted.map(|(stream, _)| stream));
            }
        }
        Poll::Pending
    }

    /// Prepares the next attempt after an error. If the process has no descriptors left, one from the
    /// reserve is freed. After an error of one client it does nothing, and after others it pauses.
    fn recover(&mut self, error: &io::Error) {
        if is_of_one_client(error) || (is_out_of_descriptors(error) && self.reserve.release()) {
            return;
        }
        if is_out_of_descriptors(error) {
            // The descriptor is free as soon as the task of the connection has run.
            self.connections.cut_one();
        }
        self.pace.exhaust();
    }
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

#[cfg(unix)]
fn is_out_of_descriptors(error: &io::Error) -> bool {
    use rustix::io::Errno;
    matches!(
        Errno::from_io_error(error),
        Some(Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM)
    )
}

/// `WSAEMFILE` and `WSAENOBUFS`.
#[cfg(not(unix))]
fn is_out_of_descriptors(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(10_024 | 10_055))
}

/// Limits the rate at which connections are accepted.
struct Pace {
    a_second: f64,
    /// The most connections that are accepted without a pause.
    burst: f64,
    allowed: f64,
    at: Instant,
    in_a_row: usize,
    most_in_a_row: usize,
}

impl Pace {
    fn new(connections: usize) -> Self {
        let a_second = (connections * TURNS_A_SECOND).min(MOST_A_SECOND);
        let count = |number: usize| u32::try_from(number).map_or(f64::MAX, f64::from);
        let burst = count(connections.div_ceil(4));
        Self {
            a_second: count(a_second),
            burst,
            allowed: burst,
            at: Instant::now(),
            in_a_row: 0,
            most_in_a_row: (connections / IN_A_ROW).max(1),
        }
    }

    fn count(&mut self) {
        self.allowed -= 1.0;
        self.in_a_row += 1;
    }

    /// Makes the next wait a long one.
    fn exhaust(&mut self) {
        self.allowed = 0.0;
        self.in_a_row = self.most_in_a_row;
        self.at = Instant::now();
    }

    fn refill(&mut self) {
        let passed = self.at.elapsed().as_secs_f64();
        self.at = Instant::now();
        self.allowed = (self.allowed + passed * self.a_second).min(self.burst);
    }

    /// Lets the connections do their work, and waits until one more is allowed.
    async fn keep(&mut self) {
        if self.in_a_row >= self.most_in_a_row {
            yield_now().await;
            self.in_a_row = 0;
        }
        self.refill();
        while self.allowed < 1.0 {
            sleep(PAUSE).await;
            self.refill();
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
mod tests {
    use std::{
        net::{Ipv4Addr, Shutdown},
        time::{Duration, Instant},
    };

    use futures_util::FutureExt;
    use socket2::SockRef;
    use tokio::{
        net::{TcpListener, TcpStream},
        time::timeout,
    };

    use super::{Acceptor, Limits, Pace};

    #[tokio::test]
    async fn closed_socket_cuts_no_connection() {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = socket.local_addr().unwrap();
        let copy = SockRef::from(&socket).try_clone().unwrap();
        let mut acceptor = Acceptor::new(socket, Limits::default());
        let _client = TcpStream::connect(address).await.unwrap();
        let (_stream, connection) = acceptor.accept().await;
        let _where_it_fails = copy.shutdown(Shutdown::Both);
        let next = timeout(Duration::from_millis(200), acceptor.accept());
        assert!(next.await.is_err());
        assert!(connection.was_cut().now_or_never().is_none());
    }

    async fn accepted_in(connections: usize, seconds: f64) -> f64 {
        let mut pace = Pace::new(connections);
        let (begun, mut accepted) = (Instant::now(), 0.0);
        while begun.elapsed().as_secs_f64() < seconds {
            pace.keep().await;
            pace.count();
            accepted += 1.0;
        }
        accepted
    }

    #[tokio::test]
    async fn rate_of_connections_is_limited() {
        let accepted = accepted_in(64, 0.2).await;
        assert!(accepted <= 3200.0 * 0.3 + 16.0, "{accepted}");
        let accepted = accepted_in(2048, 0.2).await;
        assert!(accepted <= 8000.0 * 0.3 + 512.0, "{accepted}");
    }

    #[tokio::test]
    async fn pause_follows_a_failure() {
        let mut pace = Pace::new(64);
        pace.exhaust();
        let begun = Instant::now();
        pace.keep().await;
        assert!(begun.elapsed().as_millis() >= 1);
    }
}
