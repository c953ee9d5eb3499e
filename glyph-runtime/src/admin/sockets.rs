//! The listening sockets.

use std::{
    io, mem,
    net::{Shutdown, SocketAddr, TcpListener},
    sync::{Arc, Mutex, MutexGuard},
};

use socket2::{Domain, SockRef, Socket, Type};

use super::limits::{RECEIVE_BUFFER, SEND_BUFFER};
use crate::origin::Origin;

/// The limit of connections that the operating system keeps until they are accepted. Beyond it,
/// clients connect a second later or never. Systems have a lower limit of their own.
const BACKLOG: i32 = 4096;

/// The listening sockets, which the thread that stops the listener closes, even if the listener's
/// thread does not run.
#[derive(Clone, Debug)]
pub(super) struct Sockets {
    state: Arc<Mutex<State>>,
    /// The address at the start.
    first_address: SocketAddr,
    origin: Origin,
}

#[derive(Debug)]
struct State {
    address: SocketAddr,
    /// The address to move to when its port is free.
    wanted: Option<SocketAddr>,
    /// Copies of the sockets on which connections are accepted.
    copies: Vec<TcpListener>,
    is_closed: bool,
}

impl Sockets {
    /// Binds an address. With `or_any_port`, a port in use is replaced by a free one.
    pub(super) fn bind(address: SocketAddr, or_any_port: bool) -> io::Result<(Self, TcpListener)> {
        let (socket, wanted) = match bind(address) {
            Err(error) if or_any_port && error.kind() == io::ErrorKind::AddrInUse => {
                let any = SocketAddr::new(address.ip(), 0);
                (bind(any)?, Some(address))
            }
            bound => (bound?, None),
        };
        let first_address = socket.local_addr()?;
        let state = State {
            address: first_address,
            wanted,
            copies: vec![socket.try_clone()?],
            is_closed: false,
        };
        let sockets = Self {
            state: Arc::new(Mutex::new(state)),
            first_address,
            origin: Origin::here(),
        };
        Ok((sockets, socket))
    }

    fn lock(&self) -> Option<MutexGuard<'_, State>> {
        self.origin.lock(&self.state)
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.lock()
            .map_or(self.first_address, |state| state.address)
    }

    pub(super) fn wanted(&self) -> Option<SocketAddr> {
        self.lock()?.wanted
    }

    /// Binds the wanted address if its port is free by now, in a runtime. Connections are then
    /// accepted at both addresses, so that clients that know the other one still reach it.
    pub(super) fn bind_wanted(&self) -> Option<tokio::net::TcpListener> {
        let mut state = self.lock()?;
        let wanted = state.wanted.filter(|_| !state.is_closed)?;
        let socket = bind(wanted).ok()?;
        let copy = socket.try_clone().ok()?;
        // Nothing may fail once the copy is kept: it would listen, and no thread would serve it.
        let socket = tokio::net::TcpListener::from_std(socket).ok()?;
        state.copies.push(copy);
        state.address = wanted;
        state.wanted = None;
        Some(socket)
    }

    /// Stops listening.
    ///
    /// To close these copies is not enough: the listener's thread has others, and a child process
    /// has copies of all of them until it executes its own program. `shutdown` acts on all copies.
    /// On systems where it fails, a socket stops listening when its last copy is closed.
    ///
    /// A forked child only closes its copies, because the parent listens on.
    pub(super) fn close(&self) {
        let Some(mut state) = self.lock() else { return };
        state.is_closed = true;
        let copies = mem::take(&mut state.copies);
        if self.origin.is_forked() {
            return;
        }
        for copy in copies {
            let _last_copy_stops_listening = SockRef::from(&copy).shutdown(Shutdown::Both);
        }
    }

    #[cfg(all(test, target_os = "linux"))]
    pub(super) fn copies(&self) -> Vec<TcpListener> {
        let state = self.lock();
        let state = state.iter();
        let copies = state
            .flat_map(|state| &state.copies)
            .map(TcpListener::try_clone);
        copies.filter_map(Result::ok).collect()
    }
}

/// Binds as the standard library does, with a longer queue of connections, and with limited
/// buffers, which accepted connections inherit.
fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    // Elsewhere the option means that a port in use can be bound.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.set_recv_buffer_size(RECEIVE_BUFFER)?;
    socket.set_tcp_nodelay(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(socket.into())
}
