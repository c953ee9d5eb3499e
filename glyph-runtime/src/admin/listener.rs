//! A listener with a separate thread.

use std::{
    convert::Infallible,
    io, mem,
    net::{SocketAddr, TcpListener},
    sync::mpsc,
    thread,
    time::Duration,
};

use axum::Router;
use futures_util::future::{Either, select};
use tokio::{runtime, sync::oneshot};

use super::{limits::Limits, serve::serve, sockets::Sockets};
use crate::origin::Origin;

/// The time after the deadline in which the listener's thread can still report.
const GRACE: Duration = Duration::from_millis(100);

/// Serves a router at an address, over HTTP/1.1.
///
/// It runs on a thread called `glyph-admin` and needs no runtime of the program.
///
/// It always accepts connections, up to 8,000 a second. At most 2,048 are open, and at most a
/// quarter of the file descriptors that the process may open, or half of them up to 128. A further
/// connection cuts the one that has waited longest for a request. If that wait has only begun, it
/// cuts the one whose answer takes longest. It cuts a probe only if that takes a second, or if
/// probes have more than half of the places. A request has to arrive within ten seconds. A client
/// that reads nothing of its response for 30 seconds is disconnected. If the process has no
/// descriptors left, the listener uses some that it holds in reserve.
///
/// A drop stops the listener without waiting. In a forked child, neither a drop nor a shutdown has
/// an effect on the listener of the parent.
///
/// ```
/// use std::time::Duration;
/// use glyph_runtime::{Telemetry, admin::Listener};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let telemetry = Telemetry::builder("shop").build()?;
/// let listener = Listener::bind(([127, 0, 0, 1], 0).into(), telemetry.router())?;
/// assert_ne!(listener.local_addr().port(), 0);
/// assert!(listener.shutdown(Duration::from_secs(1)).await);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "dropping it stops the listener"]
pub struct Listener {
    pub(super) open: OpenSockets,
    stop: Stop,
    ended: oneshot::Receiver<bool>,
}

/// Sockets that are closed when this is dropped.
#[derive(Debug)]
pub(super) struct OpenSockets(pub(super) Sockets);

impl Drop for OpenSockets {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Stops the listener's thread when it is told a deadline or dropped, except in a forked child. The
/// thread does not exist there, and may have held a lock of its runtime at the fork.
#[derive(Debug)]
struct Stop {
    sender: Option<oneshot::Sender<Duration>>,
    origin: Origin,
}

impl Stop {
    fn new(sender: oneshot::Sender<Duration>) -> Self {
        Self {
            sender: Some(sender),
            origin: Origin::here(),
        }
    }

    fn within(mut self, deadline: Duration) {
        if let Some(sender) = self.sender.take() {
            let _thread_may_have_ended = sender.send(deadline);
        }
    }
}

impl Drop for Stop {
    fn drop(&mut self) {
        if self.origin.is_forked() {
            mem::forget(self.sender.take());
        }
    }
}

/// Errors returned by [`Listener::bind`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BindError {
    /// The port is in use.
    #[error(
        "cannot bind {0}: already in use; set OTEL_EXPORTER_PROMETHEUS_PORT or `.listener(..)` to a free port, or to 0 for any"
    )]
    InUse(SocketAddr),
    /// The address is not an address of this machine.
    #[error(
        "cannot bind {0}: not an address of this machine; set OTEL_EXPORTER_PROMETHEUS_HOST or `.listener(..)` to one, such as 127.0.0.1"
    )]
    NotLocal(SocketAddr),
    /// The process has no permission for the port.
    #[error(
        "cannot bind {0}: permission denied; set OTEL_EXPORTER_PROMETHEUS_PORT or `.listener(..)` to a port from 1024 up, or to 0 for any"
    )]
    NotPermitted(SocketAddr),
    /// Another error of the operating system.
    #[error("cannot bind {address}: {source}")]
    Other {
        /// The requested address.
        address: SocketAddr,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The thread of the listener did not start.
    #[error("cannot start the thread of the admin listener: {0}")]
    Thread(#[source] io::Error),
}

impl BindError {
    fn new(address: SocketAddr, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::AddrInUse => Self::InUse(address),
            io::ErrorKind::AddrNotAvailable => Self::NotLocal(address),
            io::ErrorKind::PermissionDenied => Self::NotPermitted(address),
            _ => Self::Other { address, source },
        }
    }
}

impl Listener {
    /// Binds `address`, and starts to serve `router` there. Port 0 selects a free port, which
    /// [`Listener::local_addr`] returns.
    ///
    /// # Errors
    ///
    /// Returns [`BindError`] if the address cannot be bound, or the thread does not start.
    pub fn bind(address: SocketAddr, router: Router) -> Result<Self, BindError> {
        Self::bind_within(address, router, Limits::default())
    }

    /// Binds `address` as [`Listener::bind`] does. If its port is in use, binds a free port, and
    /// moves to `address` when that is free.
    pub(crate) fn bind_or_any_port(address: SocketAddr, router: Router) -> Result<Self, BindError> {
        Self::start(address, true, router, Limits::default())
    }

    pub(super) fn bind_within(
        address: SocketAddr,
        router: Router,
        limits: Limits,
    ) -> Result<Self, BindError> {
        Self::start(address, false, router, limits)
    }

    fn start(
        address: SocketAddr,
        or_any_port: bool,
        router: Router,
        limits: Limits,
    ) -> Result<Self, BindError> {
        let bound = Sockets::bind(address, or_any_port);
        let (sockets, socket) = bound.map_err(|error| BindError::new(address, error))?;
        let open = OpenSockets(sockets.clone());
        let (stop, stopped) = oneshot::channel();
        let (end, ended) = oneshot::channel();
        let (ready, started) = mpsc::channel();
        let run = move || {
            let all_ended = run(socket, sockets, router, limits, stopped, &ready);
            let _ = end.send(all_ended);
        };
        let thread = thread::Builder::new().name("glyph-admin".to_owned());
        thread.spawn(run).map_err(BindError::Thread)?;
        let died = || Err(io::Error::other("it ended at once"));
        started
            .recv()
            .unwrap_or_else(|_| died())
            .map_err(BindError::Thread)?;
        let stop = Stop::new(stop);
        Ok(Self { open, stop, ended })
    }

    /// Returns the address of the listener.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.open.0.address()
    }

    /// Returns the address to which the listener moves when its port is free.
    pub(crate) fn wanted_addr(&self) -> Option<SocketAddr> {
        self.open.0.wanted()
    }

    /// Stops accepting at the first poll, waits until `deadline` for running responses, and
    /// disconnects the rest.
    ///
    /// Returns whether all responses ended. It can be awaited without a runtime. In a forked child
    /// it returns true at once.
    pub async fn shutdown(self, deadline: Duration) -> bool {
        if self.stop.origin.is_forked() {
            return true;
        }
        self.stop.within(deadline);
        drop(self.open);
        // A handler that blocks can hold up the listener's thread; the deadline applies anyway.
        let (in_time, waiting) = mpsc::channel::<Infallible>();
        let (late, is_late) = oneshot::channel::<Infallible>();
        let watch = move || {
            let _ = waiting.recv_timeout(deadline.saturating_add(GRACE));
            drop(late);
        };
        let _ = thread::Builder::new()
            .name("glyph-admin-stop".to_owned())
            .spawn(watch);
        let all_ended = match select(self.ended, is_late).await {
            Either::Left((ended, _)) => ended.unwrap_or(false),
            Either::Right(_) => false,
        };
        drop(in_time);
        all_ended
    }
}

/// Runs the listener's thread.
fn run(
    socket: TcpListener,
    sockets: Sockets,
    router: Router,
    limits: Limits,
    stopped: oneshot::Receiver<Duration>,
    ready: &mpsc::Sender<io::Result<()>>,
) -> bool {
    let start = || {
        let runtime = runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let _context = runtime.enter();
        let socket = tokio::net::TcpListener::from_std(socket)?;
        Ok((runtime, socket))
    };
    match start() {
        Ok((runtime, socket)) => {
            let _ = ready.send(Ok(()));
            // As a task it takes turns with the connections. The future of `block_on` comes before
            // them, and would accept more than it lets them read.
            let serving = runtime.spawn(serve(socket, sockets, router, limits, stopped));
            let all_ended = runtime.block_on(serving);
            runtime.shutdown_background();
            all_ended.unwrap_or(false)
        }
        Err(error) => {
            let _ = ready.send(Err(error));
            false
        }
    }
}
