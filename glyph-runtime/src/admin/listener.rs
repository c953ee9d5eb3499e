//! A listener with a thread of its own.

use std::{
    convert::Infallible,
    io,
    net::{Shutdown, SocketAddr, TcpListener},
    sync::mpsc,
    thread,
    time::Duration,
};

use axum::Router;
use futures_util::future::{Either, select};
use socket2::SockRef;
use tokio::{runtime, sync::oneshot};

use super::serve::{Limits, serve};

/// How much longer than its deadline a shutdown waits for the listener's thread to say so.
const GRACE: Duration = Duration::from_millis(100);

/// Serves a router at an address of its own, by HTTP/1.1.
///
/// It runs on a thread called `glyph-admin` and needs no runtime of the program's. A request has ten
/// seconds to arrive, a client that takes nothing of its response for thirty is cut off, and so many as
/// 64 connections are served at a time. When it is dropped it stops, without waiting.
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
    address: SocketAddr,
    pub(super) listening: ListeningSocket,
    stop: oneshot::Sender<Duration>,
    ended: oneshot::Receiver<bool>,
}

/// The listening socket, to be closed by whoever stops the listener, whether its thread gets a turn or not.
#[derive(Debug)]
pub(super) struct ListeningSocket(pub(super) TcpListener);

impl Drop for ListeningSocket {
    /// Closing a copy is not enough: the thread has another, and a child process has copies of all until it executes
    /// its own program. Where the system cannot refuse for all of them at once, the last copy does so when it is
    /// closed.
    fn drop(&mut self) {
        let _last_copy_does_it = SockRef::from(&self.0).shutdown(Shutdown::Both);
    }
}

/// Why there is no listener.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BindError {
    /// Another socket has the port.
    #[error(
        "{0} is in use: set OTEL_EXPORTER_PROMETHEUS_PORT or `.listener(..)` to a free port, or to 0 for any"
    )]
    InUse(SocketAddr),
    /// The machine does not have the address.
    #[error(
        "{0} is no address of this machine: set OTEL_EXPORTER_PROMETHEUS_HOST or `.listener(..)` to one, such as 127.0.0.1"
    )]
    NotLocal(SocketAddr),
    /// The process may not have the port.
    #[error(
        "{0} is not permitted: set OTEL_EXPORTER_PROMETHEUS_PORT or `.listener(..)` to a port from 1024 up, or to 0 for any"
    )]
    NotPermitted(SocketAddr),
    /// The operating system has another reason.
    #[error("cannot listen at {address}: {source}")]
    Other {
        /// The address asked for.
        address: SocketAddr,
        /// What the operating system said.
        source: io::Error,
    },
    /// The listener's thread could not be started.
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
    /// Listens at `address` and serves `router` there from now on. Port 0 takes any free port, which
    /// [`Listener::local_addr`] tells.
    ///
    /// # Errors
    ///
    /// When the address cannot be had, or a thread cannot be started.
    pub fn bind(address: SocketAddr, router: Router) -> Result<Self, BindError> {
        Self::bind_within(address, router, Limits::default())
    }

    pub(super) fn bind_within(
        address: SocketAddr,
        router: Router,
        limits: Limits,
    ) -> Result<Self, BindError> {
        let (socket, address) = bind(address).map_err(|error| BindError::new(address, error))?;
        let copy = socket.try_clone();
        let listening = ListeningSocket(copy.map_err(|error| BindError::new(address, error))?);
        let (stop, stopped) = oneshot::channel();
        let (end, ended) = oneshot::channel();
        let (ready, started) = mpsc::channel();
        let run = move || {
            let all_ended = run(socket, router, limits, stopped, &ready);
            let _ = end.send(all_ended);
        };
        let thread = thread::Builder::new().name("glyph-admin".to_owned());
        thread.spawn(run).map_err(BindError::Thread)?;
        let died = || Err(io::Error::other("it ended at once"));
        started
            .recv()
            .unwrap_or_else(|_| died())
            .map_err(BindError::Thread)?;
        Ok(Self {
            address,
            listening,
            stop,
            ended,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Accepts no more from its first poll on, lets responses that are under way end within `deadline`, and cuts off
    /// the rest. Returns whether all have ended, and needs no runtime to be awaited.
    pub async fn shutdown(self, deadline: Duration) -> bool {
        let _ = self.stop.send(deadline);
        drop(self.listening);
        // Should the thread be held up by a check that blocks, the deadline still holds.
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

fn bind(address: SocketAddr) -> io::Result<(TcpListener, SocketAddr)> {
    let socket = TcpListener::bind(address)?;
    socket.set_nonblocking(true)?;
    let address = socket.local_addr()?;
    Ok((socket, address))
}

/// The listener's thread, from beginning to end.
fn run(
    socket: TcpListener,
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
            let all_ended = runtime.block_on(serve(socket, router, limits, stopped));
            runtime.shutdown_background();
            all_ended
        }
        Err(error) => {
            let _ = ready.send(Err(error));
            false
        }
    }
}
