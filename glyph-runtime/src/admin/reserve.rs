//! Descriptors in reserve, and connections that give theirs back.

use std::{
    io,
    net::{IpAddr, Shutdown},
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use glyph_core::__runtime::lock;
use socket2::{Domain, Socket, Type};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// Sockets that stand for descriptors. When the process has no more, the listener closes one to
/// accept a connection in its place.
#[derive(Debug)]
pub(super) struct Reserve {
    spare: Mutex<Vec<Socket>>,
    size: usize,
}

impl Reserve {
    pub(super) fn new(size: usize) -> Self {
        let reserve = Self {
            spare: Mutex::default(),
            size,
        };
        reserve.fill();
        reserve
    }

    /// Takes descriptors up to the size of the reserve, as far as there are any.
    pub(super) fn fill(&self) {
        let mut spare = lock(&self.spare);
        while spare.len() < self.size {
            match Socket::new(Domain::IPV4, Type::STREAM, None) {
                Ok(socket) => spare.push(socket),
                Err(_) => break,
            }
        }
    }

    /// Closes a spare descriptor. Returns whether there was one.
    pub(super) fn release(&self) -> bool {
        lock(&self.spare).pop().is_some()
    }

    /// Keeps the descriptor of a connection that has ended, if one is missing. Closed, another
    /// thread could take it.
    fn take_back(&self, stream: TcpStream) {
        let mut spare = lock(&self.spare);
        if spare.len() < self.size
            && let Ok(stream) = stream.into_std()
        {
            let socket = Socket::from(stream);
            let _peer_may_be_gone = socket.shutdown(Shutdown::Both);
            spare.push(socket);
        }
    }
}

/// A connection whose descriptor goes back to the reserve.
#[derive(Debug)]
pub(super) struct Stream {
    /// `None` only while it is dropped.
    stream: Option<TcpStream>,
    reserve: Arc<Reserve>,
}

impl Stream {
    pub(super) fn new(stream: TcpStream, reserve: Arc<Reserve>) -> Self {
        Self {
            stream: Some(stream),
            reserve,
        }
    }

    /// Returns the address of the client.
    pub(super) fn client(&self) -> Option<IpAddr> {
        let address = self.stream.as_ref()?.peer_addr();
        address.ok().map(|address| address.ip())
    }

    fn stream(&mut self) -> io::Result<Pin<&mut TcpStream>> {
        let stream = self.stream.as_mut().map(Pin::new);
        stream.ok_or_else(|| io::ErrorKind::NotConnected.into())
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if let Some(stream) = self.stream.take() {
            self.reserve.take_back(stream);
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream()?.poll_read(context, buffer)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.stream()?.poll_write(context, buffer)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.stream()?.poll_write_vectored(context, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_shutdown(context)
    }
}
